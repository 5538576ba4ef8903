#include "base/zst.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { WINDOW_LOG_MAX = 23, LEVEL_MAX = 19 }; /* 8 MiB; higher levels want larger windows */

static enum gw_err map_error(size_t code)
{
    switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_memory_allocation:
        return GW_NOMEM;
    case ZSTD_error_frameParameter_windowTooLarge:
    case ZSTD_error_dstSize_tooSmall:
        return GW_TOO_LARGE;
    default:
        return GW_INVALID;
    }
}

static void cut_back(struct gw_buf *out, size_t len)
{
    if (out->data) {
        out->len = len;
        out->data[len] = '\0';
    }
}

static enum gw_err pack(ZSTD_CCtx *ctx, const void *bytes, size_t len_bytes, struct gw_buf *out)
{
    size_t bound = ZSTD_compressBound(len_bytes);
    if (ZSTD_isError(bound)) {
        return GW_TOO_LARGE;
    }
    char *packed = malloc(bound);
    if (!packed) {
        return GW_NOMEM;
    }
    size_t n = ZSTD_compress2(ctx, packed, bound, bytes, len_bytes);
    enum gw_err err = ZSTD_isError(n) ? map_error(n) : gw_buf_add(out, packed, n);
    free(packed);
    return err;
}

enum gw_err gw_zst_pack(const void *bytes, size_t len_bytes, int level, struct gw_buf *out)
{
    ZSTD_CCtx *ctx = ZSTD_createCCtx();
    if (!ctx) {
        return GW_NOMEM;
    }
    level = level < 1 ? 1 : level > LEVEL_MAX ? LEVEL_MAX : level;
    size_t rc = ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, level);
    rc = ZSTD_isError(rc) ? rc : ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
    enum gw_err err = ZSTD_isError(rc) ? map_error(rc) : pack(ctx, bytes, len_bytes, out);
    (void)ZSTD_freeCCtx(ctx); /* always 0 */
    return err;
}

static enum gw_err unpack(ZSTD_DCtx *ctx, const void *bytes, size_t len_bytes, struct gw_buf *out)
{
    char chunk[65536];
    ZSTD_inBuffer in = {bytes, len_bytes, 0};
    size_t left = 1; /* bytes of the frame still expected; an empty input is no stream */
    bool full = false;
    while (in.pos < in.size || full) {
        ZSTD_outBuffer to = {chunk, sizeof chunk, 0};
        left = ZSTD_decompressStream(ctx, &to, &in);
        if (ZSTD_isError(left)) {
            return map_error(left);
        }
        enum gw_err err = gw_buf_add(out, chunk, to.pos);
        if (err) {
            return err;
        }
        full = to.pos == to.size && left != 0;
    }
    return left == 0 ? GW_OK : GW_INVALID; /* cut off in the middle */
}

enum gw_err gw_zst_unpack(const void *bytes, size_t len_bytes, struct gw_buf *out)
{
    ZSTD_DCtx *ctx = ZSTD_createDCtx();
    if (!ctx) {
        return GW_NOMEM;
    }
    size_t before = out->len;
    size_t rc = ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    enum gw_err err = ZSTD_isError(rc) ? map_error(rc) : unpack(ctx, bytes, len_bytes, out);
    if (err) {
        cut_back(out, before);
    }
    (void)ZSTD_freeDCtx(ctx); /* always 0 */
    return err;
}

const char *gw_zst_version(void)
{
    return ZSTD_versionString();
}
