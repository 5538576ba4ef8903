#include "base/buf.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gw_buf_init(struct gw_buf *buf, size_t max_bytes)
{
    assert(max_bytes > 0 && max_bytes < SIZE_MAX / 2);
    *buf = (struct gw_buf){.max = max_bytes};
}

void gw_buf_free(struct gw_buf *buf)
{
    free(buf->data);
    *buf = (struct gw_buf){.max = buf->max};
}

void gw_buf_reset(struct gw_buf *buf)
{
    buf->len = 0;
    if (buf->data) {
        buf->data[0] = '\0';
    }
}

/* Room for `more` further bytes and the NUL. */
static enum gw_err reserve(struct gw_buf *buf, size_t more)
{
    if (more > buf->max - buf->len) {
        return GW_TOO_LARGE;
    }
    size_t need = buf->len + more + 1;
    if (need <= buf->cap) {
        return GW_OK;
    }
    size_t cap = buf->cap ? buf->cap * 2 : 64;
    if (cap < need) {
        cap = need;
    }
    if (cap > buf->max + 1) {
        cap = buf->max + 1;
    }
    char *data = realloc(buf->data, cap);
    if (!data) {
        return GW_NOMEM;
    }
    buf->data = data;
    buf->cap = cap;
    return GW_OK;
}

enum gw_err gw_buf_add(struct gw_buf *buf, const void *bytes, size_t len_bytes)
{
    enum gw_err err = reserve(buf, len_bytes);
    if (err) {
        return err;
    }
    if (len_bytes > 0) {
        memcpy(buf->data + buf->len, bytes, len_bytes);
    }
    buf->len += len_bytes;
    buf->data[buf->len] = '\0';
    return GW_OK;
}

enum gw_err gw_buf_adds(struct gw_buf *buf, const char *text)
{
    return gw_buf_add(buf, text, strlen(text));
}

enum gw_err gw_buf_addf(struct gw_buf *buf, const char *fmt, ...)
{
    va_list ap;
    va_list again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    enum gw_err err = n < 0 ? GW_BUG : reserve(buf, (size_t)n);
    if (!err) {
        (void)vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, again); /* measured above */
        buf->len += (size_t)n;
    }
    va_end(again);
    return err;
}

void gw_buf_drop(struct gw_buf *buf, size_t n)
{
    assert(n <= buf->len);
    if (n == 0) {
        return;
    }
    memmove(buf->data, buf->data + n, buf->len - n + 1);
    buf->len -= n;
}

const char *gw_buf_str(const struct gw_buf *buf)
{
    return buf->data ? buf->data : "";
}
