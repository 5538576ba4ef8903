/* What the strict reader (json.c) and the scanner (scan.c) share: the list of rules with their
 * sentences, and the reading of escapes and numbers that were checked already. The two checks
 * themselves are written apart on purpose, so that a test can hold one against the other. */
#ifndef GW_API_STRICT_P_H
#define GW_API_STRICT_P_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum strict_rule {
    STRICT_OK,
    STRICT_SIZE,      /* longer than the ceiling */
    STRICT_EARLY_END, /* stops in the middle */
    STRICT_SYNTAX,    /* not JSON */
    STRICT_TRAILING,  /* something after the value */
    STRICT_DEPTH,     /* deeper than JSON_DEPTH_MAX */
    STRICT_UTF8,
    STRICT_CONTROL, /* raw byte below 0x20 in a string */
    STRICT_ESCAPE,
    STRICT_NUL,       /* \u0000 */
    STRICT_SURROGATE, /* half a pair */
    STRICT_DUPLICATE, /* keys equal when A-Z and a-z count as the same */
    STRICT_NUMBER,
    STRICT_NUMBER_LONG, /* more than STRICT_NUMBER_MAX bytes */
    STRICT_INTEGER,     /* |x| >= 2^53 */
    STRICT_FINITE,
    STRICT_OBJECT, /* the root is not an object (scanner) */
    STRICT_MEMORY, /* no rule: no memory left */
    STRICT_N
};

/* A number longer than this is refused: no reader of ours or of cJSON needs to hold more. */
enum { STRICT_NUMBER_MAX = 63 };
#define STRICT_INT_MAX INT64_C(9007199254740991) /* 2^53 - 1 */

/* The sentence for a rule, with the byte where it broke (counted from 0). Returns GW_INVALID, or
 * GW_NOMEM for STRICT_MEMORY. */
enum gw_err strict_fail(struct gw_fail *fail, enum strict_rule rule, size_t byte);

/* One character of a checked string body (no quotes): its UTF-8 bytes into out, *at moved on. */
size_t strict_char(const char **at, char out[4]);

/* Compares two checked string bodies decoded and with A-Z folded to a-z. */
int strict_key_compare(const char *a, size_t a_len, const char *b, size_t b_len);

/* A checked number: true and *integer when it is integral and |x| < 2^53; *real always. */
bool strict_number(const char *text, size_t len, int64_t *integer, double *real);

/* strtod of a checked number whatever the locale's decimal point is. */
double strict_real(const char *text, size_t len);

#endif
