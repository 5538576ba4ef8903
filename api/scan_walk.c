/* The walk of api/scan.h: over text that was checked, so it only finds where things end. */
#include <string.h>

#include "api/scan_p.h"
#include "api/strict_p.h"

static const char *skip_blank(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') {
        p++;
    }
    return p;
}

/* To the next quote or backslash. */
static const char *to_quote(const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t found = scan_quotes(scan_load(p));
        if (found) {
            return p + scan_first(found);
        }
        p += 8;
    }
    while (*p != '"' && *p != '\\') {
        p++;
    }
    return p;
}

/* From the opening quote to behind the closing one; *escaped when there is a backslash. */
static const char *skip_string(const char *p, const char *end, bool *escaped)
{
    *escaped = false;
    for (p = to_quote(p + 1, end); *p != '"'; p = to_quote(p + 2, end)) {
        *escaped = true;
    }
    return p + 1;
}

static const char *skip_container(const char *p, const char *end)
{
    bool escaped = false;
    int depth = 0;
    do {
        if (*p == '"') {
            p = skip_string(p, end, &escaped);
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
    static const bool ends[256] = {[','] = true,  [']'] = true,  ['}'] = true, [' '] = true,
                                   ['\t'] = true, ['\r'] = true, ['\n'] = true};
    while (p < end && !ends[(unsigned char)*p]) {
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

static enum gw_err take_string(const char **p, const char *end, struct gw_buf *arena,
                               const char **text, size_t *len)
{
    bool escaped = false;
    const char *raw = *p;
    *p = skip_string(raw, end, &escaped);
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

static const char *container_end(const char *p, const char *end, const struct scan_marks *marks)
{
    for (size_t i = 0; i < marks->n; i++) {
        if (marks->list[i].from == p) {
            return marks->list[i].to;
        }
    }
    return skip_container(p, end);
}

static enum gw_err take_value(const char **p, const char *end, const struct scan_marks *marks,
                              struct gw_buf *arena, struct scan_value *value)
{
    const char *raw = *p;
    enum gw_err err = GW_OK;
    *value = (struct scan_value){.raw = raw};
    if (*raw == '"') {
        value->kind = SCAN_STRING;
        err = take_string(p, end, arena, &value->text, &value->text_len);
    } else if (*raw == '{' || *raw == '[') {
        value->kind = *raw == '{' ? SCAN_OBJECT : SCAN_ARRAY;
        *p = container_end(raw, end, marks);
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
static enum gw_err walk(const char *line, const char *end, const struct scan_marks *marks,
                        struct gw_buf *arena, scan_visit visit, void *ctx)
{
    const char *p = skip_blank(line);
    bool object = *p == '{';
    p = skip_blank(p + 1);
    while (*p != '}' && *p != ']') {
        struct scan_member member = {.key = ""};
        enum gw_err err = GW_OK;
        if (object) {
            err = take_string(&p, end, arena, &member.key, &member.key_len);
            p = skip_blank(skip_blank(p) + 1); /* the colon */
        }
        if (!err) {
            err = take_value(&p, end, marks, arena, &member.value);
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
    struct scan_marks marks = {.n = 0};
    enum gw_err err = checked ? GW_OK : scan_check_marks(line, len, &marks, fail);
    if (!err) {
        err = reserve(arena, line, len);
    }
    return err ? err : walk(line, line + len, &marks, arena, visit, ctx);
}

enum gw_err scan_array(const char *raw, size_t len, struct gw_buf *arena, scan_visit visit,
                       void *ctx)
{
    const struct scan_marks none = {.n = 0};
    enum gw_err err = reserve(arena, raw, len);
    return err ? err : walk(raw, raw + len, &none, arena, visit, ctx);
}
