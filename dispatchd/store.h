/* The server's store: one interface, drivers behind it. core*.c and admin*.c use nothing else; a
 * second driver (PostgreSQL) implements struct store_ops and needs no change above this line.
 *
 * Order of calls: store_open() -> reads at any time; every write between begin() and commit() ->
 * store_close(). One thread. begin() takes the writer's lock of all processes; never wait inside.
 *
 * Every change of a row takes its own seq (next_seq inside the driver); seq order = commit order.
 * The feed (one line per level of the row's path, compacted) and the digest sums follow from
 * row_put() and row_del(): nobody writes them otherwise. A driver may put that work off.
 *
 * Strings in structs given to a callback are borrowed until the callback returns. Fixed arrays are
 * copies. Times are wall ms, 0 = none. A callback that returns anything but GW_OK ends the walk,
 * and the walk returns that. A callback may call other ops, but not the same one again.
 *
 * Errors of every op: GW_FULL (store full, transaction must be rolled back), GW_AGAIN (locked too
 * long), GW_STORE (damaged), GW_NOMEM, each with a sentence; more where said. After an error inside
 * a transaction call save_undo() (inside a savepoint) or rollback(). */
#ifndef GW_DISPATCHD_STORE_H
#define GW_DISPATCHD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/rnd.h"
#include "model/command.h"
#include "model/entity.h"
#include "model/path.h"
#include "model/role.h"

enum {
    STORE_EPOCH_MAX = 16,
    STORE_NAME_MAX = 128,
    STORE_SCOPES_MAX = 64, /* grants of one user */
    STORE_ROW_MAX = 200 * 1024,
};

/* ---- plain data */

struct store_meta {
    char epoch[STORE_EPOCH_MAX + 1];
    int64_t seq;                      /* newest; inside a transaction: newest of the transaction */
    int64_t horizon;                  /* highest pruned seq */
    struct gw_sign_key sign_key;      /* receipts */
    uint8_t box_public[GW_KEY_BYTES]; /* X25519, for sealed bundles */
    uint8_t box_secret[GW_KEY_BYTES];
};

struct store_row {
    enum gw_type type;
    const char *id, *path;
    int64_t seq;
    const char *body; /* JSON object text */
    size_t body_len;
};

enum store_op { STORE_PUT = 0, STORE_OUT = 1, STORE_DEL = 2 };

/* One line of the feed; row only for STORE_PUT. */
struct store_change {
    enum store_op op;
    struct store_row row; /* out, del: type, id, seq only */
};

struct store_user {
    char id[GW_ID_MAX + 1];
    char name[STORE_NAME_MAX];
    enum gw_role role;
};

struct store_grant {
    char path[GW_PATH_MAX + 1];
    int64_t granted; /* seq */
};

struct store_device {
    char id[GW_ID_MAX + 1];
    char user[GW_ID_MAX + 1];
    char name[STORE_NAME_MAX];
    uint8_t public_key[GW_KEY_BYTES];
    int64_t created_at;
    int64_t revoked_at; /* 0 = in use */
    int64_t revoked_seq;
    int64_t seen_at;            /* last authenticated request, about 30 s exact */
    int64_t n;                  /* highest command number stored */
    char head[GW_HASH_HEX + 1]; /* its hash, "" when n = 0 */
};

struct store_code {
    char locator[8]; /* 4 characters */
    char secret_hash[GW_HASH_HEX + 1];
    char user[GW_ID_MAX + 1];
    int64_t expires_at, used_at;
    int64_t wrong; /* wrong secrets so far */
};

struct store_source {
    char name[GW_ID_MAX + 1];
    char area[GW_PATH_MAX + 1];
    char token_hash[GW_HASH_HEX + 1];
    int64_t created_at;
};

/* A stored command: the audit log, kept for ever. Texts are borrowed both ways. */
struct store_command {
    const char *dev;
    int64_t n;
    const char *uid, *user, *hash, *prev;
    const char *kind; /* as sent, may be unknown to us */
    const char *entity;
    const char *base; /* cursor as sent */
    int64_t base_seq; /* -1 when base cannot be read */
    const char *body, *sig;
    const char *priv;   /* NULL = none or erased */
    const char *result; /* word */
    int64_t seq;        /* -1 = none */
    int64_t at;
    const char *answer; /* the result line without its leading {"i":…, */
    const char *effect; /* JSON object or NULL: what a later retract must know */
    bool gap;           /* n - 1 is not stored yet */
};

struct store_hole { /* numbers from..to of a device are missing */
    int64_t from, to;
};

/* The index of open alarms: what the chain and ingest look up without reading rows. */
struct store_alarm {
    char id[GW_ID_MAX + 1];
    char key[2 * GW_ID_MAX +
             2]; /* device id, or "<source>/<serial>" of an unknown device; "" by hand */
    char kind[32];
    char state[16];
    int64_t next_at; /* chain_next(); 0 = never */
};

struct store_seen {            /* what a (source, event_id) became */
    char alarm[GW_ID_MAX + 1]; /* "" = none */
    int64_t seq;               /* -1 = none */
};

struct store_digest {
    int64_t count;
    uint64_t sum;
};

struct store_counts {
    int64_t rows[TYPE_N];
    int64_t users, devices, sources, commands, review, quarantined, alarms_open;
};

typedef enum gw_err (*store_each_row)(void *ctx, const struct store_row *row);
typedef enum gw_err (*store_each_change)(void *ctx, const struct store_change *change);
typedef enum gw_err (*store_each_user)(void *ctx, const struct store_user *user);
typedef enum gw_err (*store_each_device)(void *ctx, const struct store_device *device);
typedef enum gw_err (*store_each_source)(void *ctx, const struct store_source *source);
typedef enum gw_err (*store_each_alarm)(void *ctx, const struct store_alarm *alarm);
typedef enum gw_err (*store_each_command)(void *ctx, const struct store_command *command);

/* ---- opening */

struct store; /* first member of every driver's own struct, see below */

enum store_use {
    STORE_ADMIN, /* an admin verb beside whoever serves */
    STORE_SERVE, /* holds the lock "one server per store" while open; GW_HELD when another serves */
};

struct store_opts {
    const char *url; /* "sqlite:FILE" */
    enum store_use use;
    int64_t max_pages; /* tests: fills the disk; 0 = no limit */
    const char *vfs;   /* tests: fault VFS; NULL = default */
    int lock_wait_ms;  /* 0 = 5000 */
};

/* GW_ABSENT: no store there, run init. GW_INVALID: the URL names no store of this build
 * (postgresql:// has its own sentence). GW_STORE, GW_HELD, GW_FULL. */
enum gw_err store_open(const struct store_opts *opts, struct store **out, struct gw_fail *fail);
void store_close(struct store *store); /* NULL fine; rolls back what is open */

/* Makes a new store with a new epoch and server keys. GW_REFUSED when there is one already, GW_HELD
 * when somebody serves it. */
enum gw_err store_init(const char *url, const struct gw_random *random, struct gw_fail *fail);

/* Puts the backup FILE in the place of the store (which need not exist) and starts a new epoch; the
 * backup's epoch becomes a known predecessor. GW_HELD while somebody serves; on any error the old
 * store is as before. The store that was there is kept as FILE.before-restore. */
enum gw_err store_restore(const char *url, const char *file, const struct gw_random *random,
                          int64_t now, struct gw_fail *fail);

/* ---- the driver's table. Callers write store->ops->row_get(store, ...). */

/* A line of blob_steps and blob_of_step. */
struct store_blob {
    const char *commit, *step;
    int64_t erased_at; /* 0 = not */
};
typedef enum gw_err (*store_each_blob)(void *ctx, const struct store_blob *blob);

struct store_ops {
    void (*close)(struct store *store);

    /* -- transactions. On any error of commit() all is rolled back and the error says how much is
     * broken. Savepoints are one level deep: one per command or import line; save_undo() also gives
     * the seqs back. opener is a literal for messages. */
    enum gw_err (*begin)(struct store *store, const char *opener, struct gw_fail *fail);
    enum gw_err (*commit)(struct store *store, struct gw_fail *fail);
    void (*rollback)(struct store *store);
    bool (*in_txn)(const struct store *store);
    enum gw_err (*save)(struct store *store, struct gw_fail *fail);
    void (*save_keep)(struct store *store);
    void (*save_undo)(struct store *store);
    /* Between the two every read sees one state of the store (also inside a transaction). */
    enum gw_err (*read_begin)(struct store *store, struct gw_fail *fail);
    void (*read_end)(struct store *store);
    /* Changes when another process has committed. */
    int64_t (*outside_version)(struct store *store);
    /* Housekeeping of the driver for idle moments, a few milliseconds of it; true = there is more.
     * Never inside a transaction. Nothing that any other op gives is changed by it. */
    bool (*idle)(struct store *store);

    /* -- counters and keys */
    enum gw_err (*meta)(struct store *store, struct store_meta *out, struct gw_fail *fail);
    /* The newest seq: inside a transaction that of the transaction. The next row_put or row_del
     * gets this one plus 1. */
    enum gw_err (*newest)(struct store *store, int64_t *seq, struct gw_fail *fail);
    /* Takes the next seq for something that is no row (grant, revocation). In a transaction. */
    enum gw_err (*next_seq)(struct store *store, int64_t *seq, struct gw_fail *fail);
    /* True when epoch is a predecessor of the present one; *until = its last seq that we have. */
    bool (*predecessor)(struct store *store, const char *epoch, int64_t *until);

    /* -- rows. row_put: new or changed row, moves when the path differs (out in the left levels,
     * put in the new ones, the same seq); *seq may be NULL. GW_INVALID: id, path, or body too
     * large. row_del: GW_ABSENT when there is none. row_get fills *out (owned buffer: body; ceiling
     * STORE_ROW_MAX) and path/seq; GW_ABSENT without sentence. */
    enum gw_err (*row_put)(struct store *store, enum gw_type type, const char *id, const char *path,
                           const char *body, size_t body_len, int64_t *seq, struct gw_fail *fail);
    enum gw_err (*row_del)(struct store *store, enum gw_type type, const char *id, int64_t *seq,
                           struct gw_fail *fail);
    enum gw_err (*row_get)(struct store *store, enum gw_type type, const char *id,
                           struct gw_buf *body, char path[GW_PATH_MAX + 1], int64_t *seq,
                           struct gw_fail *fail);
    /* Rows of a type at or below scope ("" = everywhere), ids bytewise, after `after` ("" = from
     * the start), at most limit (0 = all). This is a snapshot page. */
    enum gw_err (*row_each)(struct store *store, enum gw_type type, const char *scope,
                            const char *after, int64_t limit, store_each_row each, void *ctx,
                            struct gw_fail *fail);
    /* Id of the device row with this serial number; GW_ABSENT. */
    enum gw_err (*device_by_serial)(struct store *store, const char *serial, char id[GW_ID_MAX + 1],
                                    struct gw_fail *fail);
    /* Number of grid rows whose path has `depth` labels (3 = street, 5 = grid); the path of the
     * first one in *path when there is one. */
    enum gw_err (*areas)(struct store *store, int depth, int64_t *count, char path[GW_PATH_MAX + 1],
                         struct gw_fail *fail);

    /* -- each of row_each and feed may return GW_TOO_LARGE for a line that it did not take; feed
     * then ends before the seq of that line with *more = true and *last set (and returns GW_OK when
     * a line was given before, so that a page has at least one record), row_each returns it. */

    /* -- feed: changes with since < seq, of the types in the bit set, in any of the scopes, in the
     * order of seq, out and del before put within one seq, each line once; never parts a seq; about
     * limit lines. A row has one put line, its newest; of several out or del lines of a row that
     * came back in between, an older one may still be given. *more = there is more; *last = seq of
     * the last line given (since when none). */
    enum gw_err (*feed)(struct store *store, const struct store_grant *scopes, size_t scopes_n,
                        uint32_t types, int64_t since, int64_t limit, store_each_change each,
                        void *ctx, int64_t *last, bool *more, struct gw_fail *fail);
    enum gw_err (*digest)(struct store *store, const char *scope, enum gw_type type,
                          struct store_digest *out, struct gw_fail *fail);
    /* Notes that the present seq was reached at `now`; prunes out and del that are older than
     * `before` and moves the horizon. Both in a transaction. */
    enum gw_err (*mark_time)(struct store *store, int64_t now, struct gw_fail *fail);
    enum gw_err (*prune)(struct store *store, int64_t before, struct gw_fail *fail);

    /* -- users and grants. Use store_user_add(), store_grant(), store_revoke() below for changes:
     * they keep the worker row in step. user_put makes or changes. grant_end moves the grant into
     * the history (for "a grant that covered base"); GW_ABSENT when there is none. */
    enum gw_err (*user_put)(struct store *store, const struct store_user *user,
                            struct gw_fail *fail);
    enum gw_err (*user_get)(struct store *store, const char *id, struct store_user *out,
                            struct gw_fail *fail);
    enum gw_err (*user_each)(struct store *store, store_each_user each, void *ctx,
                             struct gw_fail *fail);
    /* At most STORE_SCOPES_MAX, ordered by path. */
    enum gw_err (*grants)(struct store *store, const char *user, struct store_grant *out, size_t *n,
                          struct gw_fail *fail);
    enum gw_err (*grant_add)(struct store *store, const char *user, const char *path, int64_t seq,
                             struct gw_fail *fail);
    enum gw_err (*grant_end)(struct store *store, const char *user, const char *path, int64_t seq,
                             int64_t now, struct gw_fail *fail);
    /* True in *covered when an ended grant of user covered path at seq and was revoked at or after
     * `not_before`. */
    enum gw_err (*grant_covered)(struct store *store, const char *user, const char *path,
                                 int64_t seq, int64_t not_before, bool *covered,
                                 struct gw_fail *fail);

    /* -- devices (consoles) and enrolment codes. device_put makes or changes all but n and head. */
    enum gw_err (*device_put)(struct store *store, const struct store_device *device,
                              struct gw_fail *fail);
    enum gw_err (*device_get)(struct store *store, const char *id, struct store_device *out,
                              struct gw_fail *fail);
    enum gw_err (*device_each)(struct store *store, store_each_device each, void *ctx,
                               struct gw_fail *fail);
    enum gw_err (*device_seen)(struct store *store, const char *id, int64_t at,
                               struct gw_fail *fail);
    enum gw_err (*code_put)(struct store *store, const struct store_code *code,
                            struct gw_fail *fail);
    enum gw_err (*code_get)(struct store *store, const char *locator, struct store_code *out,
                            struct gw_fail *fail);
    enum gw_err (*codes_expire)(struct store *store, int64_t now, struct gw_fail *fail);

    /* -- sources and ingest */
    enum gw_err (*source_put)(struct store *store, const struct store_source *source,
                              struct gw_fail *fail); /* GW_REFUSED: the name is taken */
    enum gw_err (*source_by_token)(struct store *store, const char *token_hash,
                                   struct store_source *out, struct gw_fail *fail);
    enum gw_err (*source_each)(struct store *store, store_each_source each, void *ctx,
                               struct gw_fail *fail);
    enum gw_err (*seen_get)(struct store *store, const char *source, const char *event_id,
                            struct store_seen *out, struct gw_fail *fail);
    enum gw_err (*seen_put)(struct store *store, const char *source, const char *event_id,
                            const struct store_seen *seen, int64_t now, struct gw_fail *fail);
    /* Forgets events of before `before`, some at each call: all of them in time. */
    enum gw_err (*seen_expire)(struct store *store, int64_t before, struct gw_fail *fail);

    /* -- commands. command_put also moves the device's n, head and holes, and clears the gap flag
     * of n + 1. The getters give the command to the callback; GW_ABSENT without calling it. */
    enum gw_err (*command_put)(struct store *store, const struct store_command *command,
                               struct gw_fail *fail);
    enum gw_err (*command_get)(struct store *store, const char *dev, int64_t n,
                               store_each_command each, void *ctx, struct gw_fail *fail);
    /* Takes the private part out of a stored command, also out of the free space of the store as
     * far as the driver can; GW_ABSENT. In a transaction. */
    enum gw_err (*command_erase)(struct store *store, const char *dev, int64_t n,
                                 struct gw_fail *fail);
    /* The first command of this user with this uid. */
    enum gw_err (*command_by_uid)(struct store *store, const char *uid, const char *user,
                                  store_each_command each, void *ctx, struct gw_fail *fail);
    enum gw_err (*command_each)(struct store *store, const char *dev, int64_t after_n,
                                store_each_command each, void *ctx, struct gw_fail *fail);
    /* Whose result is review or quarantined, by device and number. */
    enum gw_err (*command_open_each)(struct store *store, store_each_command each, void *ctx,
                                     struct gw_fail *fail);
    /* Highest base_seq of the device's commands below n whose base has this epoch; -1 none. */
    enum gw_err (*command_base)(struct store *store, const char *dev, int64_t n, const char *epoch,
                                int64_t *seq, struct gw_fail *fail);
    /* First missing numbers, as ranges in order. */
    enum gw_err (*holes)(struct store *store, const char *dev, struct store_hole *out, size_t max,
                         size_t *n, struct gw_fail *fail);

    /* -- open alarms and their timers. alarm_put makes or changes; state "closed" removes it. */
    enum gw_err (*alarm_put)(struct store *store, const struct store_alarm *alarm,
                             struct gw_fail *fail);
    enum gw_err (*alarm_get)(struct store *store, const char *id, struct store_alarm *out,
                             struct gw_fail *fail);
    enum gw_err (*alarm_find)(struct store *store, const char *key, const char *kind,
                              struct store_alarm *out, struct gw_fail *fail);
    /* next_at in 1..now, oldest first, at most limit. */
    enum gw_err (*alarm_due)(struct store *store, int64_t now, int64_t limit, store_each_alarm each,
                             void *ctx, struct gw_fail *fail);
    enum gw_err (*alarm_next)(struct store *store, int64_t *next_at, struct gw_fail *fail);
    enum gw_err (*alarm_each)(struct store *store, store_each_alarm each, void *ctx,
                              struct gw_fail *fail);

    /* -- escalation policies as alarms began with them: text for (id, version), kept for ever. A
     * second put of the same version is ignored: what alarms began with does not change. */
    enum gw_err (*policy_put)(struct store *store, const char *id, int64_t version,
                              const char *body, struct gw_fail *fail);
    enum gw_err (*policy_get)(struct store *store, const char *id, int64_t version,
                              struct gw_buf *body, struct gw_fail *fail);

    /* -- attachments: which record names which. blob_put: known already is fine. blob_steps: the
     * records that name a commit; blob_of_step the other way. blob_erase marks the commits of a
     * step as erased wherever they are named. blob_put and blob_erase in a transaction. */
    enum gw_err (*blob_put)(struct store *store, const char *commit, const char *step,
                            struct gw_fail *fail);
    enum gw_err (*blob_steps)(struct store *store, const char *commit, store_each_blob each,
                              void *ctx, struct gw_fail *fail);
    enum gw_err (*blob_of_step)(struct store *store, const char *step, store_each_blob each,
                                void *ctx, struct gw_fail *fail);
    enum gw_err (*blob_erase)(struct store *store, const char *step, int64_t now,
                              struct gw_fail *fail);

    /* -- the whole */
    enum gw_err (*counts)(struct store *store, struct store_counts *out, struct gw_fail *fail);
    /* Consistent copy into a file that must not exist, also while others write. */
    enum gw_err (*backup)(struct store *store, const char *file, struct gw_fail *fail);
    enum gw_err (*check)(struct store *store, bool full, struct gw_fail *fail);
};

struct store {
    const struct store_ops *ops;
};

/* ---- above the driver: what admin verbs call. Each in a transaction of the caller. */

/* Makes the user (GW_REFUSED when the id is taken) and the worker row. GW_INVALID: the id is no id
 * or cannot be a label of a path ([A-Za-z0-9-]). */
enum gw_err store_user_add(struct store *store, const struct store_user *user, int64_t now,
                           struct gw_fail *fail);
/* GW_ABSENT: no such user. GW_REFUSED: granted already (or, for revoke, not granted), or more than
 * STORE_SCOPES_MAX. GW_INVALID: no path. The worker row lies at the first of the user's paths. */
enum gw_err store_grant(struct store *store, const char *user, const char *path,
                        struct gw_fail *fail);
enum gw_err store_revoke(struct store *store, const char *user, const char *path, int64_t now,
                         struct gw_fail *fail);
/* Writes `people` (leaders and duty rooms: id, name, role) into the rows of the areas at and below
 * path; only rows that change are written. store_grant() and store_revoke() call it. */
enum gw_err store_area_people(struct store *store, const char *path, struct gw_fail *fail);
/* GW_ABSENT: no such device; GW_REFUSED: revoked already. */
enum gw_err store_device_revoke(struct store *store, const char *device, int64_t now,
                                struct gw_fail *fail);
/* Writes revoked_at and revoked_seq of the device into its rows of type signer, when it has any.
 * store_device_revoke() calls it. */
enum gw_err store_signers_revoked(struct store *store, const struct store_device *device,
                                  struct gw_fail *fail);
/* Erases the private part of a stored process.* command and of its step row, because the law asks:
 * body, signature, hash and receipt stay. The row says when and why. Its attachments are marked as
 * erased; who calls removes their files when that is committed (blobs_erase). GW_ABSENT: no such
 * command. GW_REFUSED: it has neither (any more). GW_INVALID: no command of a procedure. */
enum gw_err store_erase_private(struct store *store, const char *dev, int64_t n, const char *why,
                                int64_t now, struct gw_fail *fail);
/* A row from outside, as row_put. An alarm must be readable (GW_INVALID with a sentence); an open
 * one is put under the response chain. */
enum gw_err store_import_row(struct store *store, enum gw_type type, const char *id,
                             const char *path, const char *body, size_t body_len,
                             struct gw_fail *fail);
/* A new one-time code "LLLL-SSSSSSSS" for 24 hours (lifetime_ms). GW_ABSENT: no such user. */
enum gw_err store_code_new(struct store *store, const struct gw_random *random, const char *user,
                           int64_t now, int64_t lifetime_ms, char code[16], struct gw_fail *fail);
/* A new source and its token (43 characters); only the hash is stored. area NULL = the only street
 * of the store, GW_INVALID when there is not exactly one or area is above a street. GW_REFUSED: the
 * name is taken. */
enum gw_err store_source_add(struct store *store, const struct gw_random *random, const char *name,
                             const char *area, int64_t now, char token[GW_KEY_B64 + 1],
                             struct gw_fail *fail);
/* Lower-case hex of the SHA-256 under which a source token is stored. */
void store_token_hash(const char *token, char out[GW_HASH_HEX + 1]);
/* The hash under which an enrolment secret is stored (locator and secret folded to Crockford form).
 */
void store_code_hash(const char *locator, const char *secret, char out[GW_HASH_HEX + 1]);

#endif
