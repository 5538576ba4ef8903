/* zstd with a cap: a decompressed size above max or a window above 8 MiB is refused. */
#ifndef GW_BASE_ZST_H
#define GW_BASE_ZST_H

#include <stddef.h>

#include "base/buf.h"

const char *gw_zst_version(void); /* at run time */

/* Both append to out, all or nothing: GW_TOO_LARGE when the result would pass out's ceiling (or the
 * window 8 MiB), GW_INVALID when the bytes are no whole zstd stream, GW_NOMEM. level 1..19. */
enum gw_err gw_zst_pack(const void *bytes, size_t len_bytes, int level, struct gw_buf *out);
enum gw_err gw_zst_unpack(const void *bytes, size_t len_bytes, struct gw_buf *out);

#endif
