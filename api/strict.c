#include "api/strict_p.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

static const char *const sentences[STRICT_N] = {
    [STRICT_OK] = N_("The text is good."),
    [STRICT_SIZE] = N_("The JSON text is too long."),
    [STRICT_EARLY_END] = N_("The JSON text stops in the middle."),
    [STRICT_SYNTAX] = N_("The text is not JSON."),
    [STRICT_TRAILING] = N_("Something follows after the end of the JSON text."),
    [STRICT_DEPTH] = N_("The JSON text is nested too deeply."),
    [STRICT_UTF8] = N_("The JSON text is not valid UTF-8."),
    [STRICT_CONTROL] = N_("A JSON string holds a control character."),
    [STRICT_ESCAPE] = N_("A JSON string holds an unknown escape."),
    [STRICT_NUL] = N_("A JSON string holds the character \\u0000."),
    [STRICT_SURROGATE] = N_("A JSON string holds half of a surrogate pair."),
    [STRICT_DUPLICATE] = N_("A JSON object has the same key twice."),
    [STRICT_NUMBER] = N_("A JSON number is badly written."),
    [STRICT_NUMBER_LONG] = N_("A JSON number has too many digits."),
    [STRICT_INTEGER] = N_("A JSON integer is too large to be exact."),
    [STRICT_FINITE] = N_("A JSON number is too large."),
    [STRICT_OBJECT] = N_("The JSON text is not an object."),
    [STRICT_MEMORY] = N_("No memory is left to read the JSON text."),
};

enum gw_err strict_fail(struct gw_fail *fail, enum strict_rule rule, size_t byte)
{
    return gw_fail_set(fail, rule == STRICT_MEMORY ? GW_NOMEM : GW_INVALID, _("%s (byte %zu)"),
                       _(sentences[rule]), byte);
}

static uint32_t hex4(const char *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)at[i];
        uint32_t digit = c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 0x20) - 'a' + 10);
        value = value << 4 | digit;
    }
    return value;
}

static char plain_escape(char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c; /* quote, backslash, slash */
    }
}

size_t strict_char(const char **at, char out[4])
{
    const char *p = *at;
    if (*p != '\\') {
        out[0] = *p;
        *at = p + 1;
        return 1; /* the further bytes of a character come one by one */
    }
    if (p[1] != 'u') {
        out[0] = plain_escape(p[1]);
        *at = p + 2;
        return 1;
    }
    uint32_t cp = hex4(p + 2);
    p += 6;
    if (cp >= 0xD800 && cp <= 0xDBFF) {
        cp = 0x10000 + ((cp - 0xD800) << 10) + (hex4(p + 2) - 0xDC00);
        p += 6;
    }
    *at = p;
    return gw_utf8_put(cp, out);
}

struct cursor {
    const char *at, *end;
    char held[4];
    size_t held_n, held_at;
};

/* Next decoded, folded byte; -1 at the end. */
static int next_byte(struct cursor *c)
{
    if (c->held_at == c->held_n) {
        if (c->at == c->end) {
            return -1;
        }
        c->held_n = strict_char(&c->at, c->held);
        c->held_at = 0;
    }
    unsigned char byte = (unsigned char)c->held[c->held_at++];
    return byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte;
}

int strict_key_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    struct cursor ca = {.at = a, .end = a + a_len};
    struct cursor cb = {.at = b, .end = b + b_len};
    for (;;) {
        int x = next_byte(&ca);
        int y = next_byte(&cb);
        if (x != y) {
            return x < y ? -1 : 1;
        }
        if (x < 0) {
            return 0;
        }
    }
}

double strict_real(const char *text, size_t len)
{
    char copy[STRICT_NUMBER_MAX + 8];
    const char *point = localeconv()->decimal_point;
    size_t point_len = strlen(point);
    size_t n = 0;
    for (size_t i = 0; i < len && n + 1 < sizeof copy; i++) {
        if (text[i] == '.' && point_len > 0 && point_len < 4) {
            memcpy(copy + n, point, point_len);
            n += point_len;
        } else {
            copy[n++] = text[i];
        }
    }
    copy[n] = '\0';
    return strtod(copy, NULL);
}

bool strict_number(const char *text, size_t len, int64_t *integer, double *real)
{
    bool negative = text[0] == '-';
    int64_t value = 0;
    size_t i = negative ? 1 : 0;
    while (i < len && text[i] >= '0' && text[i] <= '9' && value <= STRICT_INT_MAX) {
        value = value * 10 + (text[i++] - '0');
    }
    if (i == len && value <= STRICT_INT_MAX) {
        *integer = negative ? -value : value;
        *real = (double)*integer;
        return true;
    }
    *real = strict_real(text, len);
    if (fabs(*real) > (double)STRICT_INT_MAX || *real != trunc(*real)) {
        return false;
    }
    *integer = (int64_t)*real;
    return true;
}
