#include "model/address.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* Chinese numerals: value 0-9, or a unit of ten or hundred. */
static int numeral(uint32_t cp)
{
    static const uint32_t digits[] = {0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB,  /* 零一二三四 */
                                      0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D}; /* 五六七八九 */
    for (int i = 0; i < 10; i++) {
        if (digits[i] == cp) {
            return i;
        }
    }
    switch (cp) {
    case 0x3007: /* 〇 */
        return 0;
    case 0x4E24: /* 两 */
        return 2;
    case 0x5341: /* 十 */
        return 10;
    case 0x767E: /* 百 */
        return 100;
    default:
        return -1;
    }
}

/* Words after which a Chinese numeral is a number and not part of a name (三峡路, 五一路). */
static bool counts(const char *at, const char *end)
{
    static const char *const words[] = {"号", "栋", "幢", "单元", "室", "楼", "层", "座"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(end - at) >= len && memcmp(at, words[i], len) == 0) {
            return true;
        }
    }
    return false;
}

/* 二十三 -> 23, 一百零五 -> 105, 五〇三 -> 503, 十 -> 10. False when it is no number after all. */
struct run {
    uint64_t total, part;
    bool units, any;
};

static void run_add(struct run *run, int value)
{
    run->any = true;
    if (value >= 10) {
        run->units = true;
        run->total += (run->part ? run->part : 1) * (uint64_t)value;
        run->part = 0;
    } else if (run->units) {
        run->part = (uint64_t)value;
    } else {
        run->part = run->part * 10 + (uint64_t)value;
    }
}

/* A run of Chinese numerals at *at that stands before a counting word: adds its digits, moves *at.
 */
static enum gw_err add_number(const char **at, const char *end, struct gw_buf *out, bool *done)
{
    struct run run = {0};
    const char *p = *at;
    *done = false;
    for (int n = 0; p < end && n < 8; n++) {
        const char *next = p;
        int value = numeral(gw_utf8_next(&next, end));
        if (value < 0) {
            break;
        }
        run_add(&run, value);
        p = next;
    }
    if (!run.any || !counts(p, end)) {
        return GW_OK;
    }
    *at = p;
    *done = true;
    return gw_buf_addf(out, "%llu", (unsigned long long)(run.total + run.part));
}

/* Blanks and punctuation, ASCII, Latin-1, general and CJK; "#" too. */
static bool dropped(uint32_t cp)
{
    bool ascii = cp < 0x80 && !((cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z'));
    return ascii || (cp >= 0x80 && cp <= 0xBF) || (cp >= 0x2000 && cp <= 0x206F) ||
           (cp >= 0x3000 && cp <= 0x3020 && cp != 0x3007) || (cp >= 0xFF00 && cp <= 0xFF0F) ||
           (cp >= 0xFF1A && cp <= 0xFF20) || (cp >= 0xFF3B && cp <= 0xFF40) ||
           (cp >= 0xFF5B && cp <= 0xFF65) || cp == 0xFFFD || cp == 0xFEFF;
}

static enum gw_err add_character(uint32_t cp, struct gw_buf *out)
{
    char bytes[4];
    uint32_t half = gw_cp_halfwidth(cp);
    if (half >= 'A' && half <= 'Z') {
        half += 'a' - 'A';
    }
    if (dropped(half)) {
        return GW_OK;
    }
    if (half == 0x5E62) {
        half = 0x680B; /* 幢 -> 栋 */
    }
    return gw_buf_add(out, bytes, gw_utf8_put(half, bytes));
}

enum gw_err address_match_key(const char *text, struct gw_buf *out)
{
    const char *end = text + strlen(text);
    while (text < end) {
        bool done;
        enum gw_err err = add_number(&text, end, out, &done);
        if (!err && !done) {
            err = add_character(gw_utf8_next(&text, end), out);
        }
        if (err) {
            return err;
        }
    }
    return GW_OK;
}

static bool has(const char *text)
{
    return text && *text != '\0';
}

/* "3" and "3栋" both become "3栋". */
static enum gw_err add_with(const char *text, const char *word, struct gw_buf *out)
{
    static const char *const words[] = {"栋", "幢", "座", "楼", "单元", "门", "号"};
    size_t len = strlen(text);
    enum gw_err err = gw_buf_adds(out, text);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]);
        if (len >= n && strcmp(text + len - n, words[i]) == 0) {
            return err;
        }
    }
    return err ? err : gw_buf_adds(out, word);
}

enum gw_err address_piece(const char *estate, const char *building, const char *unit,
                          struct gw_buf *out)
{
    enum gw_err err = GW_OK;
    if (!has(building) && !has(unit)) {
        return has(estate) ? gw_buf_adds(out, estate) : GW_OK;
    }
    if (has(building)) {
        err = add_with(building, "栋", out);
    }
    return err || !has(unit) ? err : add_with(unit, "单元", out);
}
