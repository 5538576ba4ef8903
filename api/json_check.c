/* The strict check that comes before cJSON: one recursive descent over the bytes. */
#include "api/json_p.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/json.h"

struct key {
    const char *at; /* first byte after the quote */
    size_t len;
};

struct check {
    const char *p, *end;
    int depth;
    enum strict_rule rule;
    struct key *keys; /* owned; a stack, each open object has the part above its start */
    size_t keys_n, keys_cap;
};

/* The first fault wins: c->p stays where it was found. */
static bool fault(struct check *c, enum strict_rule rule)
{
    if (c->rule == STRICT_OK) {
        c->rule = rule;
    }
    return false;
}

static bool ended(struct check *c)
{
    return c->p == c->end;
}

static void skip_blank(struct check *c)
{
    while (!ended(c) && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r')) {
        c->p++;
    }
}

/* Length of the well-formed character at p, 0 when ill-formed (Unicode table 3-7). */
static size_t char_length(const unsigned char *p, size_t left)
{
    static const struct {
        unsigned char first, last, low, high;
        size_t len;
    } forms[] = {
        {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
        {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
        {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (p[0] < forms[i].first || p[0] > forms[i].last) {
            continue;
        }
        size_t n = 1;
        if (left >= forms[i].len && p[1] >= forms[i].low && p[1] <= forms[i].high) {
            for (n = 2; n < forms[i].len && (p[n] & 0xC0) == 0x80; n++) {
            }
        }
        return n == forms[i].len ? n : 0;
    }
    return 0;
}

/* The four digits after backslash-u; c->p is at the u. */
static bool hex_four(struct check *c, unsigned *out)
{
    unsigned value = 0;
    for (int i = 1; i <= 4; i++) {
        if (c->end - c->p <= i) {
            return fault(c, STRICT_EARLY_END);
        }
        const char *digits = "0123456789abcdef";
        char digit = c->p[i];
        const char *found = strchr(digits, digit >= 'A' && digit <= 'F' ? digit + 32 : digit);
        if (digit == '\0' || !found) {
            return fault(c, STRICT_ESCAPE);
        }
        value = value * 16 + (unsigned)(found - digits);
    }
    *out = value;
    return true;
}

static bool unicode_escape(struct check *c)
{
    unsigned unit = 0;
    unsigned low = 0;
    if (!hex_four(c, &unit)) {
        return false;
    }
    if (unit == 0) {
        return fault(c, STRICT_NUL);
    }
    if (unit >= 0xDC00 && unit <= 0xDFFF) {
        return fault(c, STRICT_SURROGATE);
    }
    if (unit < 0xD800 || unit > 0xDBFF) {
        c->p += 5;
        return true;
    }
    if (c->end - c->p < 7 || c->p[5] != '\\' || c->p[6] != 'u') {
        return fault(c, STRICT_SURROGATE);
    }
    c->p += 6;
    if (!hex_four(c, &low)) {
        return false;
    }
    if (low < 0xDC00 || low > 0xDFFF) {
        return fault(c, STRICT_SURROGATE);
    }
    c->p += 5;
    return true;
}

static bool escape(struct check *c)
{
    c->p++;
    if (ended(c)) {
        return fault(c, STRICT_EARLY_END);
    }
    if (*c->p == 'u') {
        return unicode_escape(c);
    }
    if (*c->p == '\0' || !strchr("\"\\/bfnrt", *c->p)) {
        return fault(c, STRICT_ESCAPE);
    }
    c->p++;
    return true;
}

/* c->p is at the opening quote; afterwards behind the closing one. */
static bool string(struct check *c)
{
    c->p++;
    while (!ended(c) && *c->p != '"') {
        unsigned char byte = (unsigned char)*c->p;
        if (byte < 0x20) {
            return fault(c, STRICT_CONTROL);
        }
        if (byte == '\\') {
            if (!escape(c)) {
                return false;
            }
            continue;
        }
        size_t n =
            byte < 0x80 ? 1 : char_length((const unsigned char *)c->p, (size_t)(c->end - c->p));
        if (n == 0) {
            return fault(c, STRICT_UTF8);
        }
        c->p += n;
    }
    if (ended(c)) {
        return fault(c, STRICT_EARLY_END);
    }
    c->p++;
    return true;
}

static size_t digits(struct check *c)
{
    const char *from = c->p;
    while (!ended(c) && *c->p >= '0' && *c->p <= '9') {
        c->p++;
    }
    return (size_t)(c->p - from);
}

/* The fraction and the exponent, if any; *integer false when there was one. */
static bool number_rest(struct check *c, bool *integer)
{
    if (!ended(c) && *c->p == '.') {
        *integer = false;
        c->p++;
        if (digits(c) == 0) {
            return fault(c, STRICT_NUMBER);
        }
    }
    if (!ended(c) && (*c->p == 'e' || *c->p == 'E')) {
        *integer = false;
        c->p++;
        if (!ended(c) && (*c->p == '+' || *c->p == '-')) {
            c->p++;
        }
        if (digits(c) == 0) {
            return fault(c, STRICT_NUMBER);
        }
    }
    return true;
}

static bool number(struct check *c)
{
    const char *from = c->p;
    bool integer = true;
    if (*c->p == '-') {
        c->p++;
    }
    const char *first = c->p;
    size_t whole = digits(c);
    if (whole == 0 || (whole > 1 && *first == '0')) {
        return fault(c, STRICT_NUMBER);
    }
    if (!number_rest(c, &integer)) {
        return false;
    }
    size_t len = (size_t)(c->p - from);
    if (len > STRICT_NUMBER_MAX) {
        return fault(c, STRICT_NUMBER_LONG);
    }
    if (integer &&
        (whole > 16 || (whole == 16 && strncmp(first, "9007199254740991", 16) > 0))) {
        return fault(c, STRICT_INTEGER);
    }
    return integer || isfinite(strict_real(from, len)) || fault(c, STRICT_FINITE);
}

static bool word(struct check *c, const char *text)
{
    size_t len = strlen(text);
    if ((size_t)(c->end - c->p) < len || memcmp(c->p, text, len) != 0) {
        return fault(c, STRICT_SYNTAX);
    }
    c->p += len;
    return true;
}

static bool push_key(struct check *c, const char *at, size_t len)
{
    if (c->keys_n == c->keys_cap) {
        size_t cap = c->keys_cap ? c->keys_cap * 2 : 32;
        struct key *keys = realloc(c->keys, cap * sizeof *keys);
        if (!keys) {
            return fault(c, STRICT_MEMORY);
        }
        c->keys = keys;
        c->keys_cap = cap;
    }
    c->keys[c->keys_n++] = (struct key){at, len};
    return true;
}

static int by_key(const void *a, const void *b)
{
    const struct key *x = a;
    const struct key *y = b;
    return strict_key_compare(x->at, x->len, y->at, y->len);
}

/* Takes the object's keys off the stack; false when two of them are equal. */
static bool keys_differ(struct check *c, size_t start)
{
    size_t n = c->keys_n - start;
    c->keys_n = start;
    if (n < 2) {
        return true; /* there may be no stack at all yet */
    }
    struct key *keys = c->keys + start;
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 1; i < n; i++) {
        if (by_key(&keys[i - 1], &keys[i]) == 0) {
            c->p = keys[i - 1].at > keys[i].at ? keys[i - 1].at : keys[i].at;
            return fault(c, STRICT_DUPLICATE);
        }
    }
    return true;
}

static bool value(struct check *c);

static bool member(struct check *c)
{
    if (ended(c)) {
        return fault(c, STRICT_EARLY_END);
    }
    const char *at = c->p + 1;
    if (*c->p != '"') {
        return fault(c, STRICT_SYNTAX);
    }
    if (!string(c) || !push_key(c, at, (size_t)(c->p - 1 - at))) {
        return false;
    }
    skip_blank(c);
    if (ended(c)) {
        return fault(c, STRICT_EARLY_END);
    }
    if (*c->p != ':') {
        return fault(c, STRICT_SYNTAX);
    }
    c->p++;
    return value(c);
}

/* Members or elements up to the closing bracket; c->p is behind the opening one. */
static bool items(struct check *c, char closing, bool (*item)(struct check *))
{
    skip_blank(c);
    if (!ended(c) && *c->p == closing) {
        c->p++;
        return true;
    }
    for (;;) {
        skip_blank(c);
        if (!item(c)) {
            return false;
        }
        skip_blank(c);
        if (ended(c)) {
            return fault(c, STRICT_EARLY_END);
        }
        char byte = *c->p;
        if (byte != ',' && byte != closing) {
            return fault(c, STRICT_SYNTAX);
        }
        c->p++;
        if (byte == closing) {
            return true;
        }
    }
}

static bool container(struct check *c, char opening)
{
    if (c->depth == JSON_DEPTH_MAX) {
        return fault(c, STRICT_DEPTH);
    }
    size_t start = c->keys_n;
    c->depth++;
    c->p++;
    bool fine = opening == '{' ? items(c, '}', member) && keys_differ(c, start)
                               : items(c, ']', value);
    c->depth--;
    return fine;
}

static bool value(struct check *c)
{
    skip_blank(c);
    if (ended(c)) {
        return fault(c, STRICT_EARLY_END);
    }
    switch (*c->p) {
    case '{':
    case '[':
        return container(c, *c->p);
    case '"':
        return string(c);
    case 't':
        return word(c, "true");
    case 'f':
        return word(c, "false");
    case 'n':
        return word(c, "null");
    default:
        break;
    }
    return *c->p == '-' || (*c->p >= '0' && *c->p <= '9') ? number(c) : fault(c, STRICT_SYNTAX);
}

enum gw_err json_check(const char *text, size_t len, size_t max_bytes, struct gw_fail *fail)
{
    struct check c = {.p = text, .end = text + len};
    if (len > max_bytes) {
        return strict_fail(fail, STRICT_SIZE, max_bytes);
    }
    if (value(&c)) {
        skip_blank(&c);
        if (!ended(&c)) {
            (void)fault(&c, STRICT_TRAILING); /* read below */
        }
    }
    free(c.keys);
    return c.rule ? strict_fail(fail, c.rule, (size_t)(c.p - text)) : GW_OK;
}
