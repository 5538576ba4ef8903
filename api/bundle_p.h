/* What the two files about bundles share. */
#ifndef GW_API_BUNDLE_P_H
#define GW_API_BUNDLE_P_H

#include "api/bundle.h"

#define BUNDLE_FORMAT "bundle-v1"
#define BUNDLE_SIGN   "gridward-bundle-v1\n"

enum {
    MAGIC_BYTES = 8,
    BUNDLE_VERSION = 1,
    SEALED_KEY = GW_KEY_BYTES + GW_SEAL_EXTRA,
    PIECE_BYTES = 65536, /* of plain bytes; the last may be shorter */
    LENGTH_BYTES = 4,
};
extern const uint8_t bundle_magic[MAGIC_BYTES];

/* {"gridward":"bundle-v1",…} <-> head. GW_INVALID. */
enum gw_err bundle_head_write(const struct bundle_head *head, struct gw_buf *out);
enum gw_err bundle_head_read(const char *line, size_t len, struct bundle_head *out);
bool bundle_head_ok(const struct bundle_head *head);

#endif
