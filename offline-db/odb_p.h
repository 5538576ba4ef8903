/* What the files of offline-db/ share: the private part of a home, and small helpers. */
#ifndef GW_OFFLINE_DB_ODB_P_H
#define GW_OFFLINE_DB_ODB_P_H

#include "api/wire.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "model/alarm.h"
#include "offline-db/home.h"
#include "offline-db/journal.h"
#include "offline-db/mirror.h"
#include "offline-db/screens_sql_p.h"
#include "offline-db/sql_p.h"

/* Residents, dwellings and workers that alarms name, as a Bloom-like bit set: a bulk page asks per row
 * whether an alarm may show it, and nearly always hears no without a query. Bits are never taken
 * out. */
enum { WATCH_BITS = 1 << 20 };

struct home_priv {
    struct gw_sql *sql;
    /* of a home for practice: the given clock, moved on */
    struct gw_clock clock;
    const struct gw_clock *base_clock;
    int64_t shift_ms;
    int home_fd;         /* shared lock on DIR/home.lock: somebody has this home open */
    bool txn;            /* the open transaction is one of odb_begin */
    int64_t rev;         /* revision of the open transaction; 0 = none taken yet */
    change_mask changed; /* of the open page */
    int64_t folded;      /* pages in the log after the last checkpoint of the mirror */
    bool page;           /* between mirror_page_begin and end/drop */
    int64_t mark;        /* number of the snapshot job that comes first; 0 = none */
    bool tombs;          /* there are tombstones */
    bool overlays;       /* there are unsettled commands */
    struct wire_scope scopes[WIRE_SCOPES_MAX];
    size_t scopes_n;
    char covered[GW_PATH_MAX + 1]; /* a path that is known to be covered */
    struct gw_buf arena, extra;
    int64_t identity_version; /* data version the identity was read at; -1 = it must be read */
    uint64_t *watch;
    int64_t watch_version; /* data version the bits were read at; -1 = never */
};

static inline struct gw_db *odb(const struct home *home)
{
    return home->db;
}

static inline sqlite3_stmt *odb_stmt(const struct home *home, enum odb_sql which)
{
    return gw_db_stmt(home->db, which);
}

/* home.c: whether this home is for practice, and its clock. */
void home_practice_load(struct home *home);

/* GW_OK: st stands on a row, GW_ABSENT: there is none. Reset it after use (odb_reset): an open
 * statement keeps an old picture of the store. */
enum gw_err odb_row(const struct home *home, sqlite3_stmt *st, struct gw_fail *fail);
static inline void odb_reset(sqlite3_stmt *st)
{
    (void)sqlite3_reset(st); /* repeats an error that was reported already */
}
/* One integer of the first column; dflt when there is no row. */
enum gw_err odb_int(const struct home *home, sqlite3_stmt *st, int64_t dflt, int64_t *out);

/* begin/commit with the bookkeeping of revisions. */
enum gw_err odb_begin(struct home *home, enum gw_durable durable, const char *opener,
                      struct gw_fail *fail);
/* err GW_OK: commits; else rolls back and returns err. */
enum gw_err odb_end(struct home *home, enum gw_err err, struct gw_fail *fail);
/* The revision of the open transaction, taken once. */
enum gw_err odb_rev(struct home *home, int64_t *rev, struct gw_fail *fail);

/* Copies a column into a fixed array: NULL gives "", too long is cut at a character. */
void odb_col(sqlite3_stmt *st, int col, char *out, size_t size);
#define ODB_COL(st, col, array) odb_col(st, col, array, sizeof(array))
/* The same through gw_text_safe: for what reaches a screen. */
void odb_safe(sqlite3_stmt *st, int col, char *out, size_t size);
#define ODB_SAFE(st, col, array) odb_safe(st, col, array, sizeof(array))
void odb_copy(char *out, size_t size, const char *text);
#define ODB_COPY(array, text) odb_copy(array, sizeof(array), text)

/* ---- overlay.c: the overlay is brought up to date with the journal before it is read: a journal
 * row is durable first, then it is shown. Cheap when nothing is behind; else one small transaction,
 * so never inside another. What stops it (a busy store, a full disk) only delays the picture: the
 * next reader tries again, and the journal itself shows the row. */
void overlay_catch_up(struct home *home);
/* Recomputes the overlay of one alarm from its mirror row and the unsettled commands. Inside a
 * transaction. */
enum gw_err overlay_fold(struct home *home, const char *alarm_id, struct gw_fail *fail);
/* After many rows went at once: overlays whose alarm is gone; and after a new epoch: all of them.
 */
enum gw_err overlay_orphans(struct home *home, struct gw_fail *fail);
enum gw_err overlay_all(struct home *home, struct gw_fail *fail);

/* ---- journal_write.c: the two halves of an append, inside a transaction; home_rekey uses the
 * second. */
struct journal_new {
    const struct cmd_body *body;
    const char *target; /* uid that a retract takes back, or NULL */
    int64_t at;
    const char *priv; /* text of the private part, or NULL */
    bool settled;     /* true: of a kind that the overlay does not show */
};
enum gw_err journal_insert(struct home *home, const struct gw_sign_key *key,
                           const struct journal_new *in, struct gw_fail *fail);
/* The sentence that matters to the worker: what he typed is not lost. Returns err. */
enum gw_err journal_not_saved(const struct home *home, enum gw_err err, struct gw_fail *fail);
void journal_entry_fill(struct journal_entry *out, const struct cmd_body *body, int64_t at);
enum gw_err journal_head(struct home *home, const char *dev, int64_t *n,
                         char hash[GW_HASH_HEX + 1]);
enum gw_err journal_reissue(struct home *home, const char *new_dev, const struct gw_sign_key *key,
                            struct gw_fail *fail);

/* Who signs the line that the open transaction writes: the home itself as it is now (signer NULL),
 * or a second person who is still the one of that device. */
struct home_signer;
enum gw_err journal_signer(struct home *home, const struct home_signer *signer,
                           const struct gw_sign_key **key, const char **dev, struct gw_fail *fail);
/* What the closed devices of a second person have not delivered, signed anew with his new key. */
enum gw_err journal_reissue_second(struct home *home, const char *user, const char *new_dev,
                                   const struct gw_sign_key *key, struct gw_fail *fail);

/* ---- process_reissue.c: a process.* command about to be signed anew under new_dev. Its place in
 * the procedure begins anew with the device, and hashes of own records that were signed anew before
 * it (target, seen) are replaced. What it makes is owned by *hold (zeroed by the caller), freed
 * with process_reissue_free. Other kinds are left alone. */
struct process_reissue {
    struct json *seen;
    char pprev[GW_HASH_HEX + 1], target[GW_HASH_HEX + 1];
};
enum gw_err process_reissue(struct home *home, struct cmd_body *body, const char *new_dev,
                            struct process_reissue *hold, struct gw_fail *fail);
/* After any insert of a process.* command: remembers where this device stands. */
enum gw_err process_head_keep(struct home *home, const struct cmd_body *body, struct gw_fail *fail);
void process_reissue_free(struct process_reissue *hold);

/* ---- mirror_state.c: the clock facts (INT64_MIN = not known) and the cursor, of one reading. */
enum gw_err mirror_moment(struct home *home, int64_t *off_ms, int64_t *unc_ms, char *cursor,
                          size_t size);

/* ---- foreign.c: lines of others that wait here for the server. A new epoch: all of them go again.
 * Inside a transaction. */
enum gw_err foreign_again(struct home *home, struct gw_fail *fail);
/* Marks one as sent. Inside a transaction. */
enum gw_err foreign_sent(struct home *home, const char *dev, int64_t n, struct gw_fail *fail);

/* ---- access_log: inside a transaction */
enum gw_err access_add(struct home *home, const char *what, const char *id, const char *field,
                       const char *reason, struct gw_fail *fail);

/* ---- mirror_row.c: a mirrored alarm with all its parts, through the row's JSON. GW_ABSENT. */
enum gw_err alarm_from_mirror(struct home *home, const char *id, const char *path,
                              struct alarm *out, struct gw_fail *fail);
/* ---- overlay.c: the same with the overlay's row. GW_ABSENT when there is no such row. */
enum gw_err alarm_from_overlay(struct home *home, const char *id, struct alarm *out,
                               struct gw_fail *fail);

/* ---- which residents, dwellings and workers open alarms name (odb.c) */
void watch_add(struct home_priv *p, const char *id, size_t len);
bool watch_has(const struct home_priv *p, const char *id, size_t len);
enum gw_err watch_load(struct home *home, struct gw_fail *fail);

#endif
