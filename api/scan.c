/* The check of the bulk path: one pass, eight bytes at a time where text is plain, no allocation,
 * no recursion. Duplicate keys are found by a 32-bit hash of each decoded, folded key on a stack;
 * only equal hashes are compared. An object with many keys is sorted by hash first, so that no line
 * costs more than n log n. */
#include "api/scan.h"

#include <math.h>
#include <string.h>

#include "api/json.h"
#include "api/scan_p.h"
#include "api/strict_p.h"

enum {
    /* A member takes at least 6 bytes ("k":0,), one key may be empty. */
    KEYS_MAX = JSON_LINE_MAX / 6 + 2,
    KEYS_LINEAR = 24,
};

struct key {
    uint32_t hash;
    uint32_t at; /* of the first byte after the quote */
};

struct level {
    uint32_t first_key;
    bool object;
};

struct check {
    const unsigned char *start, *p, *end;
    enum strict_rule rule;
    int depth;
    uint32_t keys_n;
    struct scan_marks *marks; /* NULL = nobody asks */
    struct level levels[JSON_DEPTH_MAX];
    struct key keys[KEYS_MAX]; /* not initialised: 350 KB that a short line never touches */
};

/* 0 plain, 1 ends or breaks a run: quote, backslash, control, not ASCII. */
static const unsigned char stops[256] = {
    [0x00 ... 0x1F] = 1, ['"'] = 1, ['\\'] = 1, [0x80 ... 0xFF] = 1};
static const unsigned char blank[256] = {[' '] = 1, ['\t'] = 1, ['\n'] = 1, ['\r'] = 1};

static bool fault(struct check *c, enum strict_rule rule)
{
    c->rule = rule;
    return false;
}

static void skip_blank(struct check *c)
{
    while (c->p < c->end && blank[*c->p]) {
        c->p++;
    }
}

/* Skips one character that is not ASCII. */
static bool check_utf8(struct check *c)
{
    const unsigned char *p = c->p;
    size_t left = (size_t)(c->end - p);
    unsigned char lead = p[0];
    if (lead >= 0xE1 && lead <= 0xEF && lead != 0xED) { /* nearly all Han */
        if (left < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80) {
            return fault(c, STRICT_UTF8);
        }
        c->p += 3;
        return true;
    }
    size_t len = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (len == 0 || left < len || p[1] < low || p[1] > high) {
        return fault(c, STRICT_UTF8);
    }
    for (size_t i = 2; i < len; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            return fault(c, STRICT_UTF8);
        }
    }
    c->p += len;
    return true;
}

static int hex_digit(unsigned char byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The unit of a backslash-u escape at p, -1 when there is none. */
static int unit_at(const struct check *c, const unsigned char *p)
{
    int unit = 0;
    if (c->end - p < 6 || p[0] != '\\' || p[1] != 'u') {
        return -1;
    }
    for (int i = 2; i < 6; i++) {
        int digit = hex_digit(p[i]);
        if (digit < 0) {
            return -1;
        }
        unit = unit << 4 | digit;
    }
    return unit;
}

static bool check_unit(struct check *c)
{
    int unit = unit_at(c, c->p);
    if (unit <= 0) {
        return fault(c, unit == 0 ? STRICT_NUL : STRICT_ESCAPE);
    }
    if ((unit & 0xF800) != 0xD800) {
        c->p += 6;
        return true;
    }
    int low = unit <= 0xDBFF ? unit_at(c, c->p + 6) : -1;
    if (low < 0xDC00 || low > 0xDFFF) {
        return fault(c, STRICT_SURROGATE);
    }
    c->p += 12;
    return true;
}

static bool check_escape(struct check *c)
{
    unsigned char byte = c->end - c->p < 2 ? '\0' : c->p[1];
    switch (byte) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        c->p += 2;
        return true;
    case 'u':
        return check_unit(c);
    default:
        return fault(c, STRICT_ESCAPE);
    }
}

/* Behind the plain bytes from p on. */
static const unsigned char *plain_run(const unsigned char *p, const unsigned char *end)
{
    while (end - p >= 8) {
        uint64_t found = scan_stops(scan_load(p));
        if (found) {
            return p + scan_first(found);
        }
        p += 8;
    }
    while (p < end && !stops[*p]) {
        p++;
    }
    return p;
}

/* From the opening quote to behind the closing one; *escaped when there was a backslash. */
static bool check_string(struct check *c, bool *escaped)
{
    *escaped = false;
    c->p++;
    for (;;) {
        c->p = plain_run(c->p, c->end);
        if (c->p == c->end) {
            return fault(c, STRICT_EARLY_END);
        }
        if (*c->p == '"') {
            c->p++;
            return true;
        }
        if (*c->p < 0x20) {
            return fault(c, STRICT_CONTROL);
        }
        *escaped = *escaped || *c->p == '\\';
        if (!(*c->p == '\\' ? check_escape(c) : check_utf8(c))) {
            return false;
        }
    }
}

static bool check_digits(struct check *c)
{
    const unsigned char *from = c->p;
    while (c->p < c->end && *c->p >= '0' && *c->p <= '9') {
        c->p++;
    }
    return c->p > from || fault(c, STRICT_NUMBER);
}

static bool check_number(struct check *c)
{
    const unsigned char *from = c->p;
    c->p += *c->p == '-';
    const unsigned char *first = c->p;
    if (!check_digits(c)) {
        return false;
    }
    if (*first == '0' && c->p - first > 1) {
        return fault(c, STRICT_NUMBER);
    }
    bool real = false;
    if (c->p < c->end && *c->p == '.') {
        real = true;
        c->p++;
        if (!check_digits(c)) {
            return false;
        }
    }
    if (c->p < c->end && (*c->p == 'e' || *c->p == 'E')) {
        real = true;
        c->p++;
        c->p += c->p < c->end && (*c->p == '+' || *c->p == '-');
        if (!check_digits(c)) {
            return false;
        }
    }
    size_t len = (size_t)(c->p - from);
    if (len > STRICT_NUMBER_MAX) {
        return fault(c, STRICT_NUMBER_LONG);
    }
    int64_t integer = 0;
    double value = 0;
    if (real) {
        return isfinite(strict_real((const char *)from, len)) || fault(c, STRICT_FINITE);
    }
    return c->p - first < 16 || strict_number((const char *)from, len, &integer, &value) ||
           fault(c, STRICT_INTEGER);
}

static bool check_word(struct check *c, const char *word, size_t len)
{
    if ((size_t)(c->end - c->p) < len || memcmp(c->p, word, len) != 0) {
        return fault(c, STRICT_SYNTAX);
    }
    c->p += len;
    return true;
}

/* ---- duplicate keys */

/* Bytes of a key up to its closing quote. */
static size_t key_length(const unsigned char *at)
{
    size_t n = 0;
    while (at[n] != '"') {
        n += at[n] == '\\' ? 2 : 1;
    }
    return n;
}

/* Bit 0x20 is set in every byte: more than the folding of letters asks for, never less. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ (word | SCAN_EACH(0x20))) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static uint64_t hash_escaped(const char *p, const char *end)
{
    uint64_t hash = 0;
    char bytes[8 + 4] = {0}; /* fewer than 8 wait, and one character more */
    size_t n = 0;
    while (p < end) {
        n += strict_char(&p, bytes + n);
        if (n >= 8) {
            hash = mix(hash, scan_load(bytes));
            memmove(bytes, bytes + 8, sizeof bytes - 8);
            memset(bytes + 4, 0, 8);
            n -= 8;
        }
    }
    memset(bytes + n, 0, sizeof bytes - n);
    return n > 0 ? mix(hash, scan_load(bytes)) : hash;
}

static uint64_t hash_plain(const unsigned char *at, size_t len, const unsigned char *end)
{
    uint64_t hash = 0;
    for (; len >= 8; at += 8, len -= 8) {
        hash = mix(hash, scan_load(at));
    }
    if (len == 0) {
        return hash;
    }
    uint64_t word = 0;
    if (end - at >= 8) {
        word = scan_load(at) & (~UINT64_C(0) >> (64 - 8 * len));
    } else {
        char bytes[8] = {0};
        memcpy(bytes, at, len);
        word = scan_load(bytes);
    }
    return mix(hash, word);
}

static uint32_t hash_key(const struct check *c, const unsigned char *at, size_t len, bool escaped)
{
    uint64_t hash = escaped ? hash_escaped((const char *)at, (const char *)at + len)
                            : hash_plain(at, len, c->end);
    return (uint32_t)(hash ^ hash >> 32);
}

static int key_order(const struct check *c, struct key a, struct key b)
{
    if (a.hash != b.hash) {
        return a.hash < b.hash ? -1 : 1;
    }
    const unsigned char *x = c->start + a.at;
    const unsigned char *y = c->start + b.at;
    return strict_key_compare((const char *)x, key_length(x), (const char *)y, key_length(y));
}

static void sift(const struct check *c, struct key *keys, size_t root, size_t n)
{
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= n) {
            return;
        }
        if (child + 1 < n && key_order(c, keys[child], keys[child + 1]) < 0) {
            child++;
        }
        if (key_order(c, keys[root], keys[child]) >= 0) {
            return;
        }
        struct key swap = keys[root];
        keys[root] = keys[child];
        keys[child] = swap;
        root = child;
    }
}

/* Heap sort: no allocation and no bad case (qsort of libc may have both). */
static void sort_keys(const struct check *c, struct key *keys, size_t n)
{
    for (size_t i = n / 2; i > 0; i--) {
        sift(c, keys, i - 1, n);
    }
    for (size_t i = n - 1; i > 0; i--) {
        struct key swap = keys[0];
        keys[0] = keys[i];
        keys[i] = swap;
        sift(c, keys, 0, i);
    }
}

static bool keys_differ(struct check *c, struct key *keys, size_t n)
{
    if (n > KEYS_LINEAR) {
        sort_keys(c, keys, n);
    }
    for (size_t i = 1; i < n; i++) {
        size_t from = n > KEYS_LINEAR ? i - 1 : 0;
        for (size_t j = from; j < i; j++) {
            if (keys[i].hash == keys[j].hash && key_order(c, keys[i], keys[j]) == 0) {
                c->p = c->start + (keys[i].at > keys[j].at ? keys[i].at : keys[j].at);
                return fault(c, STRICT_DUPLICATE);
            }
        }
    }
    return true;
}

/* ---- structure */

static bool open_level(struct check *c)
{
    if (c->depth == JSON_DEPTH_MAX) {
        return fault(c, STRICT_DEPTH);
    }
    if (c->depth == 1 && c->marks && c->marks->n < SCAN_MARKS) {
        c->marks->list[c->marks->n].from = (const char *)c->p;
    }
    c->levels[c->depth++] = (struct level){.first_key = c->keys_n, .object = *c->p == '{'};
    c->p++;
    return true;
}

static bool close_level(struct check *c)
{
    const struct level *level = &c->levels[--c->depth];
    c->p++;
    if (c->depth == 1 && c->marks && c->marks->n < SCAN_MARKS) {
        c->marks->list[c->marks->n++].to = (const char *)c->p;
    }
    uint32_t n = c->keys_n - level->first_key;
    c->keys_n = level->first_key;
    return n < 2 || keys_differ(c, c->keys + level->first_key, n);
}

/* A key and its colon. */
static bool check_key(struct check *c)
{
    bool escaped = false;
    skip_blank(c);
    if (c->p == c->end || *c->p != '"') {
        return fault(c, c->p == c->end ? STRICT_EARLY_END : STRICT_SYNTAX);
    }
    const unsigned char *at = c->p + 1;
    if (!check_string(c, &escaped)) {
        return false;
    }
    if (c->keys_n == KEYS_MAX) {
        return fault(c, STRICT_SIZE); /* cannot be: the ceiling of the line comes first */
    }
    c->keys[c->keys_n++] = (struct key){.hash = hash_key(c, at, (size_t)(c->p - 1 - at), escaped),
                                        .at = (uint32_t)(at - c->start)};
    skip_blank(c);
    if (c->p == c->end || *c->p != ':') {
        return fault(c, c->p == c->end ? STRICT_EARLY_END : STRICT_SYNTAX);
    }
    c->p++;
    return true;
}

/* A value that holds no other. */
static bool check_scalar(struct check *c)
{
    bool escaped = false;
    switch (*c->p) {
    case '"':
        return check_string(c, &escaped);
    case 't':
        return check_word(c, "true", 4);
    case 'f':
        return check_word(c, "false", 5);
    case 'n':
        return check_word(c, "null", 4);
    default:
        break;
    }
    bool digit = *c->p == '-' || (*c->p >= '0' && *c->p <= '9');
    return digit ? check_number(c) : fault(c, STRICT_SYNTAX);
}

/* One value; a container that is not empty is left open (*opened). */
static bool check_value(struct check *c, bool *opened)
{
    *opened = false;
    skip_blank(c);
    if (c->p == c->end) {
        return fault(c, STRICT_EARLY_END);
    }
    if (*c->p != '{' && *c->p != '[') {
        return check_scalar(c);
    }
    if (!open_level(c)) {
        return false;
    }
    skip_blank(c);
    if (c->p < c->end && *c->p == (c->levels[c->depth - 1].object ? '}' : ']')) {
        return close_level(c);
    }
    *opened = true;
    return true;
}

/* Behind a value: closes what ends here. *more when a comma came, else all levels are closed. */
static bool after_value(struct check *c, bool *more)
{
    *more = false;
    while (c->depth > 0) {
        skip_blank(c);
        if (c->p == c->end) {
            return fault(c, STRICT_EARLY_END);
        }
        if (*c->p == ',') {
            c->p++;
            *more = true;
            return true;
        }
        if (*c->p != (c->levels[c->depth - 1].object ? '}' : ']')) {
            return fault(c, STRICT_SYNTAX);
        }
        if (!close_level(c)) {
            return false;
        }
    }
    return true;
}

static bool check_line(struct check *c)
{
    bool more = true;
    bool opened = false;
    while (more) {
        if (c->depth > 0 && c->levels[c->depth - 1].object && !check_key(c)) {
            return false;
        }
        if (!check_value(c, &opened)) {
            return false;
        }
        if (!opened && !after_value(c, &more)) {
            return false;
        }
    }
    skip_blank(c);
    return c->p == c->end || fault(c, STRICT_TRAILING);
}

enum gw_err scan_check(const char *line, size_t len, struct gw_fail *fail)
{
    return scan_check_marks(line, len, NULL, fail);
}

enum gw_err scan_check_marks(const char *line, size_t len, struct scan_marks *marks,
                             struct gw_fail *fail)
{
    struct check c;
    if (len > JSON_LINE_MAX) {
        return strict_fail(fail, STRICT_SIZE, JSON_LINE_MAX);
    }
    c.start = c.p = (const unsigned char *)line;
    c.end = c.p + len;
    c.rule = STRICT_OK;
    c.depth = 0;
    c.keys_n = 0;
    c.marks = marks;
    skip_blank(&c);
    if (c.p < c.end && *c.p != '{') {
        return strict_fail(fail, STRICT_OBJECT, (size_t)(c.p - c.start));
    }
    return check_line(&c) ? GW_OK : strict_fail(fail, c.rule, (size_t)(c.p - c.start));
}
