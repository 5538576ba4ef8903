/* The walk of api/scan.h: over text that was checked, so it only finds where things end. */
#include <string.h>

#include "api/scan.h"
#include "api/strict_p.h"

static const char *skip_blank(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') {
        p++;
    }
    return p;
}

/* From the opening quote to behind the closing one; *escaped when there is a backslash. */
static const char *skip_string(const char *p, bool *escaped)
{
    *escaped = false;
    for (p++; *p != '"'; p++) {
        if (*p == '\\') {
            *escaped = true;
            p++;
        }
    }
    return p + 1;
}

static const char *skip_container(const char *p)
{
    bool escaped = false;
    int depth = 0;
    do {
        if (*p == '"') {
            p = skip_string(p, &escaped);
            continue;
        }
        depth += *p == '{' || *p == '[';
        depth -= *p == '}' || *p == ']';
        p++;
    } while (depth > 0);
    return p;
}

static const char *skip_scalar(const char *p, const char *end)
{
    while (p < end && !strchr(",]} \t\r\n", *p)) {
        p++;
    }
    return p;
}

/* The text between the quotes: in place, or decoded into the arena. */
static enum gw_err take_text(const char *raw, size_t raw_len, bool escaped, struct gw_buf *arena,
                             const char **text, size_t *text_len)
{
    const char *at = raw + 1;
    const char *end = raw + raw_len - 1;
    *text = at;
    *text_len = (size_t)(end - at);
    if (!escaped) {
        return GW_OK;
    }
    size_t from = arena->len;
    while (at < end) {
        char bytes[4];
        size_t n = strict_char(&at, bytes);
        enum gw_err err = gw_buf_add(arena, bytes, n);
        if (err) {
            return err;
        }
    }
    *text = gw_buf_str(arena) + from;
    *text_len = arena->len - from;
    return GW_OK;
}

static enum gw_err take_string(const char **p, struct gw_buf *arena, const char **text, size_t *len)
{
    bool escaped = false;
    const char *raw = *p;
    *p = skip_string(raw, &escaped);
    return take_text(raw, (size_t)(*p - raw), escaped, arena, text, len);
}

static void take_scalar(struct scan_value *value)
{
    switch (value->raw[0]) {
    case 't':
        value->kind = SCAN_TRUE;
        break;
    case 'f':
        value->kind = SCAN_FALSE;
        break;
    case 'n':
        value->kind = SCAN_NULL;
        break;
    default:
        value->kind = strict_number(value->raw, value->raw_len, &value->integer, &value->real)
                          ? SCAN_INT
                          : SCAN_REAL;
        break;
    }
}

static enum gw_err take_value(const char **p, const char *end, struct gw_buf *arena,
                              struct scan_value *value)
{
    const char *raw = *p;
    enum gw_err err = GW_OK;
    *value = (struct scan_value){.raw = raw};
    if (*raw == '"') {
        value->kind = SCAN_STRING;
        err = take_string(p, arena, &value->text, &value->text_len);
    } else if (*raw == '{' || *raw == '[') {
        value->kind = *raw == '{' ? SCAN_OBJECT : SCAN_ARRAY;
        *p = skip_container(raw);
    } else {
        *p = skip_scalar(raw, end);
    }
    value->raw_len = (size_t)(*p - raw);
    if (*raw != '"' && *raw != '{' && *raw != '[') {
        take_scalar(value);
    }
    return err;
}

/* Room for every string of the line at once: the arena must not move while texts are borrowed. */
static enum gw_err reserve(struct gw_buf *arena, const char *line, size_t len)
{
    if (!memchr(line, '\\', len) || arena->cap > arena->len + len) {
        return GW_OK;
    }
    size_t before = arena->len;
    enum gw_err err = gw_buf_add(arena, line, len);
    if (!err) {
        arena->len = before;
    }
    return err;
}

/* Members of an object or elements of an array, from its opening bracket. */
static enum gw_err walk(const char *line, const char *end, struct gw_buf *arena, scan_visit visit,
                        void *ctx)
{
    const char *p = skip_blank(line);
    bool object = *p == '{';
    p = skip_blank(p + 1);
    while (*p != '}' && *p != ']') {
        struct scan_member member = {.key = ""};
        enum gw_err err = GW_OK;
        if (object) {
            err = take_string(&p, arena, &member.key, &member.key_len);
            p = skip_blank(skip_blank(p) + 1); /* the colon */
        }
        if (!err) {
            err = take_value(&p, end, arena, &member.value);
        }
        if (!err) {
            err = visit(ctx, &member);
        }
        if (err) {
            return err;
        }
        p = skip_blank(p);
        if (*p == ',') {
            p = skip_blank(p + 1);
        }
    }
    return GW_OK;
}

enum gw_err scan_object(const char *line, size_t len, bool checked, struct gw_buf *arena,
                        scan_visit visit, void *ctx, struct gw_fail *fail)
{
    enum gw_err err = checked ? GW_OK : scan_check(line, len, fail);
    if (!err) {
        err = reserve(arena, line, len);
    }
    return err ? err : walk(line, line + len, arena, visit, ctx);
}

enum gw_err scan_array(const char *raw, size_t len, struct gw_buf *arena, scan_visit visit,
                       void *ctx)
{
    enum gw_err err = reserve(arena, raw, len);
    return err ? err : walk(raw, raw + len, arena, visit, ctx);
}
