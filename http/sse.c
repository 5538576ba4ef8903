#include "http/sse.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct sse {
    struct gw_buf line, data, type, last_id;
    size_t max;
    bool started;  /* a byte was seen: no BOM any more */
    size_t bom;    /* bytes of a BOM matched so far */
    bool after_cr; /* a LF now belongs to the CR before it */
    bool has_id, has_data;
    int64_t retry_ms;
};

typedef enum gw_err (*event_fn)(void *ctx, const struct sse_event *event);

enum gw_err sse_new(size_t max_event_bytes, struct sse **out)
{
    struct sse *sse = calloc(1, sizeof(*sse));
    *out = sse;
    if (sse == NULL) {
        return GW_NOMEM;
    }
    sse->max = max_event_bytes;
    sse->retry_ms = -1;
    gw_buf_init(&sse->line, max_event_bytes);
    gw_buf_init(&sse->data, max_event_bytes);
    gw_buf_init(&sse->type, 256);
    gw_buf_init(&sse->last_id, 1024);
    return GW_OK;
}

void sse_free(struct sse *sse)
{
    if (sse == NULL) {
        return;
    }
    gw_buf_free(&sse->line);
    gw_buf_free(&sse->data);
    gw_buf_free(&sse->type);
    gw_buf_free(&sse->last_id);
    free(sse);
}

int64_t sse_retry_ms(const struct sse *sse)
{
    return sse->retry_ms;
}

/* An empty line: the event is whole. Empty data means that there is none. */
static enum gw_err dispatch(struct sse *sse, event_fn on_event, void *ctx)
{
    enum gw_err err = GW_OK;
    if (sse->has_data && sse->data.len > 0) {
        size_t len = sse->data.len - 1; /* the newline after the last data line */
        sse->data.data[len] = '\0';
        const struct sse_event event = {
            .type = sse->type.len > 0 ? gw_buf_str(&sse->type) : "message",
            .data = gw_buf_str(&sse->data),
            .data_len = len,
            .last_id = gw_buf_str(&sse->last_id),
            .has_id = sse->has_id,
        };
        err = on_event(ctx, &event);
    }
    gw_buf_reset(&sse->data);
    gw_buf_reset(&sse->type);
    sse->has_id = sse->has_data = false;
    return err;
}

static void take_retry(struct sse *sse, const char *value, size_t len)
{
    int64_t ms = 0;
    for (size_t i = 0; i < len; i++) {
        if (value[i] < '0' || value[i] > '9' || ms > 86400000) {
            return; /* digits only; nobody waits longer than a day */
        }
        ms = ms * 10 + (value[i] - '0');
    }
    if (len > 0) {
        sse->retry_ms = ms;
    }
}

static bool named(const char *line, size_t len, const char *name)
{
    return strlen(name) == len && memcmp(line, name, len) == 0;
}

static enum gw_err take_field(struct sse *sse, const char *line, size_t len)
{
    const char *colon = memchr(line, ':', len);
    size_t name = colon != NULL ? (size_t)(colon - line) : len;
    const char *value = colon != NULL ? colon + 1 : line + len;
    size_t value_len = len - (size_t)(value - line);
    if (value_len > 0 && *value == ' ') {
        value++;
        value_len--;
    }
    if (named(line, name, "data")) {
        sse->has_data = true;
        enum gw_err err = gw_buf_add(&sse->data, value, value_len);
        return err != GW_OK ? err : gw_buf_add(&sse->data, "\n", 1);
    }
    if (named(line, name, "event")) {
        gw_buf_reset(&sse->type);
        return gw_buf_add(&sse->type, value, value_len);
    }
    if (named(line, name, "id") && memchr(value, '\0', value_len) == NULL) {
        sse->has_id = true;
        gw_buf_reset(&sse->last_id);
        return gw_buf_add(&sse->last_id, value, value_len);
    }
    if (named(line, name, "retry")) {
        take_retry(sse, value, value_len);
    }
    return GW_OK;
}

static enum gw_err take_line(struct sse *sse, event_fn on_event, void (*on_comment)(void *ctx),
                             void *ctx)
{
    enum gw_err err = GW_OK;
    if (sse->line.len == 0) {
        err = dispatch(sse, on_event, ctx);
    } else if (sse->line.data[0] == ':') {
        if (on_comment != NULL) {
            on_comment(ctx);
        }
    } else {
        err = take_field(sse, sse->line.data, sse->line.len);
    }
    gw_buf_reset(&sse->line);
    return err;
}

/* One BOM at the very start; a part of one that turns out to be none belongs to the first line. */
static enum gw_err skip_bom(struct sse *sse, const char **bytes, const char *end)
{
    static const char bom[3] = {'\xef', '\xbb', '\xbf'};
    while (!sse->started && *bytes < end) {
        if (**bytes == bom[sse->bom]) {
            sse->bom++;
            (*bytes)++;
            sse->started = sse->bom == sizeof(bom);
        } else {
            sse->started = true;
            return gw_buf_add(&sse->line, bom, sse->bom);
        }
    }
    return GW_OK;
}

enum gw_err sse_feed(struct sse *sse, const char *bytes, size_t len,
                     enum gw_err (*on_event)(void *ctx, const struct sse_event *event),
                     void (*on_comment)(void *ctx), void *ctx)
{
    const char *end = bytes + len;
    enum gw_err err = skip_bom(sse, &bytes, end);
    while (err == GW_OK && bytes < end) {
        if (sse->after_cr && *bytes == '\n') {
            bytes++;
            sse->after_cr = false;
            continue;
        }
        sse->after_cr = false;
        const char *at = bytes;
        while (at < end && *at != '\r' && *at != '\n') {
            at++;
        }
        err = gw_buf_add(&sse->line, bytes, (size_t)(at - bytes));
        if (err == GW_OK && at < end) {
            sse->after_cr = *at == '\r';
            err = take_line(sse, on_event, on_comment, ctx);
            at++;
        }
        bytes = at;
    }
    return err;
}
