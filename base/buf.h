/* A growing byte buffer that is born with a ceiling. Always NUL-terminated, so data can be read as
 * a string when it holds text. Going over the ceiling is an error and changes nothing: never a cut.
 */
#ifndef GW_BASE_BUF_H
#define GW_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/err.h"

struct gw_buf {
    char *data; /* owned; NULL until the first byte */
    size_t len; /* bytes, without the NUL */
    size_t cap;
    size_t max; /* ceiling of len in bytes, > 0 */
};

void gw_buf_init(struct gw_buf *buf, size_t max_bytes);
/* Frees; the buffer may be used again with the same ceiling. */
void gw_buf_free(struct gw_buf *buf);
void gw_buf_reset(struct gw_buf *buf); /* len = 0, memory kept */

/* All three: GW_OK, GW_TOO_LARGE (nothing added) or GW_NOMEM (nothing added). */
enum gw_err gw_buf_add(struct gw_buf *buf, const void *bytes, size_t len_bytes);
enum gw_err gw_buf_adds(struct gw_buf *buf, const char *text);
enum gw_err gw_buf_addf(struct gw_buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Drops the first n bytes (n <= len). Cost: one memmove. */
void gw_buf_drop(struct gw_buf *buf, size_t n);

/* The text so far, "" when empty. Borrowed until the next change. */
const char *gw_buf_str(const struct gw_buf *buf);

#endif
