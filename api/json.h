/* Strict JSON (protocol section 10): UTF-8 valid, depth <= 16, no duplicate or case-folded-equal
 * keys, no control bytes, no \u0000, no lone surrogates, integers |x| < 2^53, finite numbers,
 * nothing after the end. Reader for small things (commands, problems, rules, settings); the bulk
 * path is api/scan.h with the same rules. Only this folder uses cJSON. */
#ifndef GW_API_JSON_H
#define GW_API_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct json; /* a value; children are owned by the root */

const char *json_version(void); /* cJSON at run time */

enum { JSON_LINE_MAX = 256 * 1024, JSON_DEPTH_MAX = 16 };

/* Parses exactly one value. GW_INVALID with a sentence that says which rule broke and at which
 * byte; *out NULL then. max_bytes 0 = JSON_LINE_MAX. */
enum gw_err json_parse(const char *text, size_t len, size_t max_bytes, struct json **out,
                       struct gw_fail *fail);
void json_free(struct json *root); /* root only; NULL fine */

/* Case-sensitive getters; NULL / false when absent or of another kind. Strings borrowed. */
bool json_has(const struct json *object, const char *key);
const char *json_str(const struct json *object, const char *key);
bool json_int(const struct json *object, const char *key, int64_t *out); /* integral, |x| < 2^53 */
bool json_num(const struct json *object, const char *key, double *out);
bool json_bool(const struct json *object, const char *key, bool *out);
bool json_is_null(const struct json *object, const char *key); /* present and null */
const struct json *json_obj(const struct json *object, const char *key);
const struct json *json_arr(const struct json *object, const char *key);

bool json_is_object(const struct json *value);
bool json_is_array(const struct json *value);
/* Iterate an array or an object: first child, next sibling; NULL at the end. */
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *child);
const char *json_key(const struct json *member);  /* of an object's child */
const char *json_text(const struct json *string); /* NULL when not a string */
bool json_as_int(const struct json *value, int64_t *out);
bool json_as_num(const struct json *value, double *out);
bool json_as_bool(const struct json *value, bool *out);
/* The value printed compactly. */
enum gw_err json_print(const struct json *value, struct gw_buf *out);

/* The writer: straight onto a buffer, commas by itself. The first error sticks and is returned by
 * jw_end. Keys are literals of ours. */
struct jw {
    struct gw_buf *out; /* borrowed */
    enum gw_err err;
    bool comma;
};
void jw_begin(struct jw *w, struct gw_buf *out);
void jw_obj(struct jw *w, const char *key); /* key NULL in arrays and at the root */
void jw_obj_end(struct jw *w);
void jw_arr(struct jw *w, const char *key);
void jw_arr_end(struct jw *w);
void jw_str(struct jw *w, const char *key, const char *text); /* NULL text writes null */
void jw_strn(struct jw *w, const char *key, const char *text, size_t len);
void jw_int(struct jw *w, const char *key, int64_t value);
void jw_num(struct jw *w, const char *key, double value);
void jw_bool(struct jw *w, const char *key, bool value);
void jw_null(struct jw *w, const char *key);
void jw_raw(struct jw *w, const char *key, const char *json, size_t len); /* already valid JSON */
/* The members of an object as they are, but for those named (NULL at the end).
 */
void jw_others(struct jw *w, const struct json *object, const char *const *but);
enum gw_err jw_end(struct jw *w);

/* Text as a JSON string with quotes; invalid UTF-8 is GW_INVALID (never silently changed). */
enum gw_err json_quote(const char *text, size_t len, struct gw_buf *out);

#endif
