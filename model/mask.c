#include "model/mask.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static enum gw_err stars(struct gw_buf *out, size_t n)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < n && !err; i++) {
        err = gw_buf_adds(out, "*");
    }
    return err;
}

static size_t characters(const char *text)
{
    const char *end = text + strlen(text);
    size_t n = 0;
    while (text < end) {
        (void)gw_utf8_next(&text, end); /* only counted */
        n++;
    }
    return n;
}

/* 张** : the first character, then as many stars as the name has more, at most two, so that a long
 * name does not give itself away by its length. */
static enum gw_err mask_name(const char *text, struct gw_buf *out)
{
    const char *end = text + strlen(text);
    const char *at = text;
    if (at == end) {
        return GW_OK;
    }
    (void)gw_utf8_next(&at, end); /* to find where the first character ends */
    enum gw_err err = gw_buf_add(out, text, (size_t)(at - text));
    size_t more = characters(at);
    return err ? err : stars(out, more == 0 ? 1 : more > 2 ? 2 : more);
}

/* Bytes of the first n characters. */
static size_t bytes_of(const char *text, size_t n)
{
    const char *end = text + strlen(text);
    const char *at = text;
    while (n > 0 && at < end) {
        (void)gw_utf8_next(&at, end); /* only counted */
        n--;
    }
    return (size_t)(at - text);
}

/* Keeps head and tail, counted in characters (a telephone field may hold words); a text that is too
 * short to hide anything in between is hidden whole. */
static enum gw_err mask_middle(const char *text, size_t head, size_t tail, struct gw_buf *out)
{
    size_t n = characters(text);
    if (n < head + tail + 3) {
        return stars(out, n);
    }
    enum gw_err err = gw_buf_add(out, text, bytes_of(text, head));
    err = err ? err : stars(out, n - head - tail);
    return err ? err : gw_buf_adds(out, text + bytes_of(text, n - tail));
}

/* Where the building's part of an address ends: after 栋, else 幢, 号楼, 座, #, else after the
 * house number (号); 0 = no such place. */
static size_t building_end(const char *text)
{
    static const char *const ends[] = {"栋", "幢", "号楼", "座", "#"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const char *at = strstr(text, ends[i]);
        if (at) {
            return (size_t)(at - text) + strlen(ends[i]);
        }
    }
    const char *at = strstr(text, "号");
    return at ? (size_t)(at - text) + strlen("号") : 0;
}

static enum gw_err mask_address(const char *text, struct gw_buf *out)
{
    size_t end = building_end(text);
    if (end == 0) {
        return *text ? gw_buf_adds(out, "***") : GW_OK;
    }
    enum gw_err err = gw_buf_add(out, text, end);
    return err || text[end] == '\0' ? err : gw_buf_adds(out, "***");
}

enum gw_err mask_text(enum gw_mask mask, const char *text, struct gw_buf *out)
{
    if (!text) {
        return GW_OK;
    }
    switch (mask) {
    case MASK_NAME:
        return mask_name(text, out);
    case MASK_ID:
        return mask_middle(text, 6, 4, out);
    case MASK_PHONE:
        return mask_middle(text, 3, 4, out);
    case MASK_ADDRESS:
        return mask_address(text, out);
    case MASK_HIDE:
        return *text ? gw_buf_adds(out, "***") : GW_OK;
    case MASK_NONE:
        break;
    }
    return gw_buf_adds(out, text);
}
