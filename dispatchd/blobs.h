/* The server's attachments: a folder of files beside the store's file ("dispatch.db-blobs/", 0700).
 * Knows nothing of records: who may ask and what is named by which record is the store's
 * (blob_refs). A whole attachment is the file <commit>, salt first, 0600; what came so far of an
 * upload is <commit>.<device>.part, so that one console cannot spoil another's upload.
 *
 * Durable: an attachment is synced before it gets its name. A part is not: after a power cut the
 * device asks how many bytes are held, and what does not fit its commit at the end is thrown away.
 *
 * Errors: GW_FULL (disk or quota; nothing was kept of the slice), GW_STORE (a folder that cannot be
 * read or written). Only these harm attachments; no call of these ever breaks a turn of the core.
 */
#ifndef GW_DISPATCHD_BLOBS_H
#define GW_DISPATCHD_BLOBS_H

#include "base/err.h"
#include "model/blob.h"

struct blobs; /* opaque */

/* The folder that belongs to a store URL ("sqlite:FILE") or to a backup's file; made when the first
 * slice comes. max: bytes of an attachment. GW_INVALID: no such URL. */
enum gw_err blobs_open(const char *store_url, int64_t max_bytes, struct blobs **out,
                       struct gw_fail *fail);
void blobs_close(struct blobs *blobs);
const char *blobs_dir(const struct blobs *blobs);
/* The folder that the store itself lies in: its file system is asked for room. */
const char *blobs_store_dir(const struct blobs *blobs);
int64_t blobs_max(const struct blobs *blobs);

/* Bytes held (without salt) for this device; *whole: nothing is missing. 0 when there are none. */
int64_t blobs_held(const struct blobs *blobs, const char *commit, const char *device, bool *whole);

struct blob_slice {
    const char *commit, *device; /* both checked by the caller: they become a file name */
    const uint8_t *salt;         /* BLOB_SALT */
    const char *media;           /* as declared, one of blob_media_known() */
    int64_t from, total;         /* 0 <= from, from + len <= total */
    const void *bytes;
    size_t len;
};
/* Takes what joins the bytes held, leaves the rest; *held says where to go on. The last byte makes
 * it whole. GW_REFUSED: whole, but the bytes are not those of the commit, or not of that media;
 * what was held of this device is gone. GW_TOO_LARGE. GW_INVALID: another salt than before. */
enum gw_err blobs_take(struct blobs *blobs, const struct blob_slice *slice, int64_t *held,
                       struct gw_fail *fail);

/* A whole attachment for reading: fd stands behind the salt, the caller closes it. GW_ABSENT. */
struct blob_file {
    int fd;
    int64_t size; /* of the bytes */
    uint8_t salt[BLOB_SALT];
    const char *media; /* by its bytes; text/plain when it is none of the others. Static */
};
enum gw_err blobs_read(const struct blobs *blobs, const char *commit, struct blob_file *out,
                       struct gw_fail *fail);

/* Bytes and salt, whole or in parts, of all devices: overwritten, then removed. The caller syncs
 * nothing. GW_OK also when there was none. */
enum gw_err blobs_erase(struct blobs *blobs, const char *commit, struct gw_fail *fail);

/* Whole ones (part false) and parts, with the time of the last byte; visit returning false stops.
 */
struct blob_entry {
    char commit[GW_HASH_HEX + 1];
    const char *name; /* of the file */
    bool part;
    int64_t changed_at; /* wall ms */
    int64_t size;
};
void blobs_each(const struct blobs *blobs, bool (*visit)(void *ctx, const struct blob_entry *entry),
                void *ctx);
void blobs_remove(struct blobs *blobs, const char *name);

/* Every whole attachment of one folder into the other, where it is missing: for backup and restore.
 * *n counts those that the target has afterwards. */
enum gw_err blobs_copy(const struct blobs *from, struct blobs *to, int64_t *n,
                       struct gw_fail *fail);

#endif
