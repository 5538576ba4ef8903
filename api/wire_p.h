/* Small helpers of the codecs. */
#ifndef GW_API_WIRE_P_H
#define GW_API_WIRE_P_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/json.h"
#include "api/scan.h"
#include "base/err.h"

/* GW_INVALID with the sentence that names the member. */
enum gw_err wire_bad(struct gw_fail *fail, const char *member);

bool wire_is_hash(const char *text); /* 64 lower-case hex digits */

/* Copies text into out of size bytes with a NUL; false when it does not fit or is NULL. */
bool wire_copy(char *out, size_t size, const char *text, size_t len);
bool wire_copy_z(char *out, size_t size, const char *text);

/* A string member copied; false when it is absent, no string or too long. */
bool wire_take(const struct json *object, const char *key, char *out, size_t size);

/* `key`: [{path, granted}…] and `types`: [names…] in the order of the feed. */
struct wire_scope;
void wire_put_scopes(struct jw *w, const char *key, const struct wire_scope *scopes, size_t n);
void wire_put_types(struct jw *w, uint32_t types);

/* Adds the JSON text of value to root as a member of its own, so that it lives as long as root.
 * NULL when there is no memory. */
const char *wire_keep(struct json *root, const struct json *value);

#endif
