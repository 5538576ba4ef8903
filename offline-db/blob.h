/* Attachments of a home: copied to DIR/blobs/<commit> when they are attached (0600, salt first, see
 * model/blob.h), so that the photo may leave the camera's card at once. Their queue is apart from
 * the journal: a record is delivered whether its attachments are or not.
 *
 * States: pending -> uploading -> done; wanted -> done (downloads) or absent (the server has none
 * yet); refused (the server did not take it three times; the copy stays here); erased (because the
 * law asks: salt and bytes are gone here and there, the commit stays in the record). */
#ifndef GW_OFFLINE_DB_BLOB_H
#define GW_OFFLINE_DB_BLOB_H

#include "base/buf.h"
#include "model/blob.h"
#include "offline-db/home.h"

enum blob_state {
    BLOB_PENDING,
    BLOB_UPLOADING,
    BLOB_DONE,
    BLOB_WANTED,
    BLOB_ABSENT,
    BLOB_REFUSED,
    BLOB_ERASED,
    BLOB_STATE_N
};
const char *blob_state_name(enum blob_state state); /* "pending" … */
/* A sentence for screens: "waits to be sent", "at the server" … translated. */
const char *blob_state_words(enum blob_state state);

struct blob_row {
    char commit[GW_HASH_HEX + 1];
    gw_id process;
    char media[BLOB_MEDIA_MAX];
    int64_t size, held, tries, at;
    enum blob_state state;
};

/* Takes a file in: checks size and media by its bytes, salts, copies, syncs, notes it as pending.
 * *place (may be NULL): the picture says where it was taken; it is copied as it is, the caller
 * warns. GW_INVALID, GW_ABSENT, GW_TOO_LARGE, GW_FULL with a sentence, and nothing was kept. */
enum gw_err blob_attach(struct home *home, const char *process, const char *file,
                        struct blob_row *out, bool *place, struct gw_fail *fail);
/* The record that was to name it was not written: forgets it whole. */
void blob_detach(struct home *home, const char *commit);

/* GW_ABSENT: this home has never had it. */
enum gw_err blob_find(struct home *home, const char *commit, struct blob_row *out);
/* Oldest first; process NULL = all. visit returning false stops. */
enum gw_err blob_each(struct home *home, const char *process,
                      bool (*visit)(void *ctx, const struct blob_row *row), void *ctx);
/* The next one that the network must move: downloads that a person waits for, then uploads, those
 * that were refused before last. GW_ABSENT: none. */
enum gw_err blob_next(struct home *home, struct blob_row *out);

/* Notes how far it is. BLOB_ERASED removes the file too. */
enum gw_err blob_note(struct home *home, const struct blob_row *row, struct gw_fail *fail);
/* Bytes from `from` on, at most max, into *out, and the salt. GW_ABSENT: the file is gone. */
enum gw_err blob_slice(struct home *home, const char *commit, int64_t from, size_t max,
                       uint8_t salt[BLOB_SALT], struct gw_buf *out, struct gw_fail *fail);

/* The procedure one of whose records here names it. GW_ABSENT. Reads all records. */
enum gw_err blob_named_by(struct home *home, const char *commit, char *process, size_t size);
/* Asks for a download; size and media as the record says. A copy that is here already is done. */
enum gw_err blob_want(struct home *home, const struct blob_row *row, struct gw_fail *fail);
/* What was downloaded. GW_INVALID: salt and bytes are not those of the commit; nothing was kept. */
enum gw_err blob_keep(struct home *home, const char *commit, const uint8_t salt[BLOB_SALT],
                      const void *bytes, size_t len, struct gw_fail *fail);
/* What a peer brought: row has commit, process and size; media is that of the bytes. GW_INVALID:
 * salt and bytes are not those of the commit, or of no media that may be attached. */
enum gw_err blob_take(struct home *home, const struct blob_row *row, const uint8_t salt[BLOB_SALT],
                      const void *bytes, struct gw_fail *fail);
/* The bytes without the salt; GW_ABSENT: not here. */
enum gw_err blob_bytes(struct home *home, const char *commit, struct gw_buf *out,
                       struct gw_fail *fail);

/* Removes the copies of attachments whose record was erased (the step's row says so). */
enum gw_err blob_sweep(struct home *home, struct gw_fail *fail);
/* All files; for home_leave. */
void blob_remove_all(const struct home *home);

#endif
