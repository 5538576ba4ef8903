#include "base/text_safe.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

struct range {
    uint32_t first, last;
};

/* Sorted. What a terminal acts on, what reorders or hides text, what has no agreed picture. */
static const struct range DROPPED[] = {
    {0x0000, 0x001F}, {0x007F, 0x009F}, {0x061C, 0x061C},   {0x200E, 0x200F},
    {0x2028, 0x202E}, {0x2066, 0x2069}, {0xE000, 0xF8FF},   {0xFDD0, 0xFDEF},
    {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}, {0xF0000, 0x10FFFF},
};

static bool is_dropped(uint32_t cp)
{
    if ((cp >= 0x20 && cp < 0x7F) || (cp >= 0x2E80 && cp <= 0xD7FF)) {
        return false; /* nearly everything */
    }
    if ((cp & 0xFFFE) == 0xFFFE) {
        return true; /* the last two code points of every plane are no characters */
    }
    for (size_t i = 0; i < sizeof DROPPED / sizeof DROPPED[0] && DROPPED[i].first <= cp; i++) {
        if (cp <= DROPPED[i].last) {
            return true;
        }
    }
    return false;
}

static bool is_break(uint32_t cp)
{
    return cp == '\t' || cp == '\n' || cp == '\r';
}

/* A run of tabs and line ends gives one blank. */
bool gw_text_safe_next(const char **at, const char *end, uint32_t *out)
{
    while (*at < end) {
        uint32_t cp = gw_utf8_next(at, end);
        if (is_break(cp)) {
            while (*at < end && is_break((unsigned char)**at)) {
                (*at)++;
            }
            *out = ' ';
            return true;
        }
        if (!is_dropped(cp)) {
            *out = cp;
            return true;
        }
    }
    return false;
}

enum gw_err gw_text_safe(struct gw_buf *out, const char *text, size_t len_bytes)
{
    const char *end = text + len_bytes;
    size_t before = out->len;
    uint32_t cp = 0;
    enum gw_err err = GW_OK;
    while (!err && gw_text_safe_next(&text, end, &cp)) {
        char bytes[4];
        err = gw_buf_add(out, bytes, gw_utf8_put(cp, bytes));
    }
    if (err && out->data) {
        out->len = before; /* all or nothing */
        out->data[before] = '\0';
    }
    return err;
}

const char *gw_text_safe_z(char *out, size_t size, const char *text)
{
    const char *end = text + strlen(text);
    size_t len = 0;
    uint32_t cp = 0;
    while (gw_text_safe_next(&text, end, &cp)) {
        char bytes[4];
        size_t n = gw_utf8_put(cp, bytes);
        if (n >= size - len) {
            break;
        }
        memcpy(out + len, bytes, n);
        len += n;
    }
    out[len] = '\0';
    return out;
}

/* Spreadsheets run a field that begins with one of these, its full-width form included, and some
 * skip blanks before it. */
static bool runs_as_formula(const char *text)
{
    const char *end = text + strlen(text);
    uint32_t cp = 0;
    while (gw_text_safe_next(&text, end, &cp)) {
        cp = gw_cp_halfwidth(cp);
        if (cp != ' ') {
            return cp == '=' || cp == '+' || cp == '-' || cp == '@';
        }
    }
    return false;
}

static enum gw_err add_csv(struct gw_buf *out, const char *text)
{
    const char *end = text + strlen(text);
    uint32_t cp = 0;
    enum gw_err err = gw_buf_adds(out, runs_as_formula(text) ? "\"'" : "\"");
    while (!err && gw_text_safe_next(&text, end, &cp)) {
        char bytes[4];
        err = cp == '"' ? gw_buf_adds(out, "\"\"") : gw_buf_add(out, bytes, gw_utf8_put(cp, bytes));
    }
    return err ? err : gw_buf_adds(out, "\"");
}

enum gw_err gw_csv_field(struct gw_buf *out, const char *text)
{
    size_t before = out->len;
    enum gw_err err = add_csv(out, text);
    if (err && out->data) {
        out->len = before;
        out->data[before] = '\0';
    }
    return err;
}
