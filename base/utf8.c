#include "base/utf8.h"

#include "base/utf8_table_p.h"

enum { REPLACEMENT = 0xFFFD };

/* Length of the well-formed character at `at`, 0 when ill-formed; its value through *cp. The bounds
 * of the second byte are those of the Unicode standard, table 3-7. */
static size_t read_one(const unsigned char *at, size_t left, uint32_t *cp)
{
    unsigned char c = at[0];
    if (c < 0x80) {
        *cp = c;
        return 1;
    }
    if (c < 0xC2 || c > 0xF4) {
        return 0;
    }
    size_t len = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    unsigned char high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (left < len || at[1] < low || at[1] > high) {
        return 0;
    }
    uint32_t value = c & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (at[i] & 0x3Fu);
    }
    *cp = value;
    return len;
}

bool gw_utf8_valid(const char *bytes, size_t len_bytes)
{
    const unsigned char *at = (const unsigned char *)bytes;
    size_t left = len_bytes;
    while (left > 0) {
        uint32_t cp = 0;
        size_t n = *at < 0x80 ? 1 : read_one(at, left, &cp);
        if (n == 0) {
            return false;
        }
        at += n;
        left -= n;
    }
    return true;
}

uint32_t gw_utf8_next(const char **at, const char *end)
{
    uint32_t cp = REPLACEMENT;
    size_t n = read_one((const unsigned char *)*at, (size_t)(end - *at), &cp);
    *at += n ? n : 1;
    return n ? cp : REPLACEMENT;
}

size_t gw_utf8_put(uint32_t cp, char out[4])
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) {
        cp = REPLACEMENT; /* what is written is always well-formed */
    }
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (cp & 0x3F));
        cp >>= 6;
    }
    out[0] = (char)((0xF00u >> len & 0xFF) | cp);
    return len;
}

static bool in_table(uint32_t cp, const struct gw_cell_range *table, size_t n)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (cp > table[mid].last) {
            low = mid + 1;
        } else if (cp < table[mid].first) {
            high = mid;
        } else {
            return true;
        }
    }
    return false;
}

int gw_cp_cells(uint32_t cp)
{
    if (cp >= 0x20 && cp < 0x7F) {
        return 1;
    }
    if (cp >= 0x4E00 && cp <= 0x9FFF) {
        return 2;
    }
    if (in_table(cp, gw_cells_zero, gw_cells_zero_n)) {
        return 0;
    }
    return in_table(cp, gw_cells_wide, gw_cells_wide_n) ? 2 : 1;
}

bool gw_cp_ambiguous(uint32_t cp)
{
    return in_table(cp, gw_cells_ambiguous, gw_cells_ambiguous_n);
}

int gw_text_cells(const char *text, size_t len_bytes)
{
    const char *end = text + len_bytes;
    int cells = 0;
    while (text < end) {
        cells += gw_cp_cells(gw_utf8_next(&text, end));
    }
    return cells;
}

size_t gw_text_fit(const char *text, size_t len_bytes, int cells, int *used_cells)
{
    const char *end = text + len_bytes;
    const char *at = text;
    int used = 0;
    while (at < end) {
        const char *next = at;
        int width = gw_cp_cells(gw_utf8_next(&next, end));
        if (width > cells - used) {
            break; /* marks have width 0: they never break off the base before them */
        }
        used += width;
        at = next;
    }
    if (used_cells) {
        *used_cells = used;
    }
    return (size_t)(at - text);
}

uint32_t gw_cp_halfwidth(uint32_t cp)
{
    if (cp == 0x3000) {
        return ' ';
    }
    return cp >= 0xFF01 && cp <= 0xFF5E ? cp - 0xFF01 + '!' : cp;
}
