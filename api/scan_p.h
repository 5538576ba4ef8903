/* What the check and the walk of the scanner share. */
#ifndef GW_API_SCAN_P_H
#define GW_API_SCAN_P_H

#include <endian.h>
#include <string.h>

#include "api/scan.h"

/* Where the first containers among the top-level members lie: the check has passed them, so the
 * walk need not look for their ends again. */
enum { SCAN_MARKS = 4 };
struct scan_marks {
    size_t n;
    struct {
        const char *from, *to; /* opening bracket; behind the closing one */
    } list[SCAN_MARKS];
};

/* scan_check() that also notes them. */
enum gw_err scan_check_marks(const char *line, size_t len, struct scan_marks *marks,
                             struct gw_fail *fail);

/* ---- eight bytes at a time: the high bit of each byte that is looked for. Exact up to the first
 * such byte, which is the lowest set bit: further ones may be false. */
#define SCAN_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t scan_load(const void *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

static inline uint64_t scan_zeros(uint64_t word)
{
    return (word - SCAN_EACH(1)) & ~word & SCAN_EACH(0x80);
}

/* Quotes and backslashes. */
static inline uint64_t scan_quotes(uint64_t word)
{
    return scan_zeros(word ^ SCAN_EACH('"')) | scan_zeros(word ^ SCAN_EACH('\\'));
}

/* Those, control characters and what is not ASCII. */
static inline uint64_t scan_stops(uint64_t word)
{
    return scan_quotes(word) | ((word - SCAN_EACH(0x20)) & ~word & SCAN_EACH(0x80)) |
           (word & SCAN_EACH(0x80));
}

static inline size_t scan_first(uint64_t found)
{
    return (size_t)__builtin_ctzll(found) / 8;
}

#endif
