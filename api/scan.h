/* The bulk path: checks one line by the strict rules of api/json.h and walks its members without
 * building a tree. Differential-tested against json_parse: both accept and refuse the same lines.
 * No allocation but the caller's arena for strings that hold escapes. */
#ifndef GW_API_SCAN_H
#define GW_API_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum scan_kind { SCAN_NULL, SCAN_FALSE, SCAN_TRUE, SCAN_INT, SCAN_REAL, SCAN_STRING, SCAN_OBJECT, SCAN_ARRAY };

struct scan_value {
    enum scan_kind kind;
    const char *raw; /* its JSON text in the line, quotes included; borrowed */
    size_t raw_len;
    const char *text; /* strings: decoded bytes, not NUL-terminated; borrowed from line or arena */
    size_t text_len;
    int64_t integer;
    double real;
};

struct scan_member {
    const char *key; /* decoded; borrowed */
    size_t key_len;
    struct scan_value value;
};

/* Checks the whole line (one object) and calls visit for each top-level member in order. visit may
 * call scan_object again on value.raw of an object: it was checked already, so pass checked = true
 * (cheap walk). visit returning anything but GW_OK stops and is returned. GW_INVALID with a sentence
 * for a broken line; nothing was visited then (two passes: check, walk). What borrows from the arena
 * stays where it is until the caller resets it, as long as each object of a line is walked at most
 * once; the arena's ceiling must be at least the length of the line. */
typedef enum gw_err (*scan_visit)(void *ctx, const struct scan_member *member);
enum gw_err scan_object(const char *line, size_t len, bool checked, struct gw_buf *arena,
                        scan_visit visit, void *ctx, struct gw_fail *fail);

/* The elements of an array that was checked (value.raw of a member); key is "" with length 0. */
enum gw_err scan_array(const char *raw, size_t len, struct gw_buf *arena, scan_visit visit,
                       void *ctx);

/* Only the check. */
enum gw_err scan_check(const char *line, size_t len, struct gw_fail *fail);

#endif
