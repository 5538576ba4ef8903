/* The writer of api/json.h. */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/json.h"
#include "api/strict_p.h"
#include "base/utf8.h"

static enum gw_err add_escape(struct gw_buf *out, unsigned char c)
{
    static const char letters[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    char two[2] = {'\\', (char)c};
    if (c == '"' || c == '\\') {
        return gw_buf_add(out, two, 2);
    }
    if (c < sizeof letters && letters[c]) {
        two[1] = letters[c];
        return gw_buf_add(out, two, 2);
    }
    return gw_buf_addf(out, "\\u%04x", c);
}

/* The bytes between the quotes. */
static enum gw_err add_quoted(struct gw_buf *out, const char *text, size_t len)
{
    enum gw_err err = GW_OK;
    size_t from = 0;
    for (size_t i = 0; i < len && !err; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        err = c == '\0' ? GW_INVALID : gw_buf_add(out, text + from, i - from);
        if (!err) {
            err = add_escape(out, c);
        }
        from = i + 1;
    }
    return err ? err : gw_buf_add(out, text + from, len - from);
}

/* Most texts are ASCII without anything to escape. */
static bool plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\') {
            return false;
        }
    }
    return true;
}

static enum gw_err quote_plain(const char *text, size_t len, struct gw_buf *out)
{
    char quoted[256];
    quoted[0] = '"';
    memcpy(quoted + 1, text, len);
    quoted[len + 1] = '"';
    return gw_buf_add(out, quoted, len + 2);
}

enum gw_err json_quote(const char *text, size_t len, struct gw_buf *out)
{
    if (len <= 254 && plain(text, len)) {
        return quote_plain(text, len, out);
    }
    if (!gw_utf8_valid(text, len)) {
        return GW_INVALID;
    }
    size_t before = out->len;
    enum gw_err err = gw_buf_add(out, "\"", 1);
    if (!err) {
        err = add_quoted(out, text, len);
    }
    if (!err) {
        err = gw_buf_add(out, "\"", 1);
    }
    if (err && out->data) { /* nothing half-written stays */
        out->len = before;
        out->data[before] = '\0';
    }
    return err;
}

void jw_begin(struct jw *w, struct gw_buf *out)
{
    *w = (struct jw){.out = out};
}

static void put(struct jw *w, const char *text, size_t len)
{
    if (!w->err) {
        w->err = gw_buf_add(w->out, text, len);
    }
}

/* Comma and key before a value. */
static void lead(struct jw *w, const char *key)
{
    if (w->comma) {
        put(w, ",", 1);
    }
    w->comma = true;
    if (key && !w->err) {
        w->err = json_quote(key, strlen(key), w->out);
        put(w, ":", 1);
    }
}

static void open_with(struct jw *w, const char *key, const char *bracket)
{
    lead(w, key);
    put(w, bracket, 1);
    w->comma = false;
}

static void close_with(struct jw *w, const char *bracket)
{
    put(w, bracket, 1);
    w->comma = true;
}

void jw_obj(struct jw *w, const char *key)
{
    open_with(w, key, "{");
}

void jw_obj_end(struct jw *w)
{
    close_with(w, "}");
}

void jw_arr(struct jw *w, const char *key)
{
    open_with(w, key, "[");
}

void jw_arr_end(struct jw *w)
{
    close_with(w, "]");
}

void jw_strn(struct jw *w, const char *key, const char *text, size_t len)
{
    lead(w, key);
    if (!w->err) {
        w->err = json_quote(text, len, w->out);
    }
}

void jw_str(struct jw *w, const char *key, const char *text)
{
    if (text) {
        jw_strn(w, key, text, strlen(text));
    } else {
        jw_null(w, key);
    }
}

void jw_int(struct jw *w, const char *key, int64_t value)
{
    char text[24];
    lead(w, key);
    if (value > STRICT_INT_MAX || value < -STRICT_INT_MAX) {
        w->err = w->err ? w->err : GW_INVALID; /* no reader would take it */
        return;
    }
    size_t at = sizeof text;
    for (int64_t rest = value < 0 ? -value : value; rest > 0 || at == sizeof text; rest /= 10) {
        text[--at] = (char)('0' + rest % 10);
    }
    if (value < 0) {
        text[--at] = '-';
    }
    put(w, text + at, sizeof text - at);
}

/* The shortest text that reads back as the same number, with a point in every locale. */
static size_t print_real(double value, char out[40])
{
    char wide[48];
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(wide, sizeof wide, "%.*g", digits, value);
        if (strtod(wide, NULL) == value) {
            break;
        }
    }
    const char *point = localeconv()->decimal_point;
    char *found = strcmp(point, ".") == 0 ? NULL : strstr(wide, point);
    if (!found) {
        return (size_t)snprintf(out, 40, "%s", wide);
    }
    return (size_t)snprintf(out, 40, "%.*s.%s", (int)(found - wide), wide, found + strlen(point));
}

void jw_num(struct jw *w, const char *key, double value)
{
    char text[40];
    if (!isfinite(value)) {
        w->err = w->err ? w->err : GW_INVALID;
        return;
    }
    if (value == trunc(value) && fabs(value) <= (double)STRICT_INT_MAX) {
        jw_int(w, key, (int64_t)value);
        return;
    }
    size_t n = print_real(value, text);
    if (!strpbrk(text, ".eE")) {
        text[n++] = 'e'; /* beyond 2^53: a bare integer would be refused */
        text[n++] = '0';
    }
    lead(w, key);
    put(w, text, n);
}

void jw_bool(struct jw *w, const char *key, bool value)
{
    lead(w, key);
    put(w, value ? "true" : "false", value ? 4 : 5);
}

void jw_null(struct jw *w, const char *key)
{
    lead(w, key);
    put(w, "null", 4);
}

void jw_raw(struct jw *w, const char *key, const char *json, size_t len)
{
    lead(w, key);
    put(w, json, len);
}

enum gw_err jw_end(struct jw *w)
{
    return w->err;
}
