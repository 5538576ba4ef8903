/* The SQLite driver of store.h: its state and its SQL table. Private to store_sqlite*.c. */
#ifndef GW_DISPATCHD_STORE_SQLITE_P_H
#define GW_DISPATCHD_STORE_SQLITE_P_H

#include "base/sqlkit.h"
#include "dispatchd/map_p.h"
#include "dispatchd/store.h"

enum store_sql {
    SQL_MARK,
    SQL_META,
    SQL_NEWEST,
    SQL_META_SEQ,
    SQL_META_INIT,
    SQL_META_EPOCH,
    SQL_META_HORIZON,
    SQL_PREDECESSOR,
    SQL_PREDECESSOR_ADD,
    SQL_ROW_WHERE,
    SQL_ROW_ADD,
    SQL_ROW_SET,
    SQL_ROW_SERIAL_SET,
    SQL_ROW_DEL,
    SQL_ROW_GET,
    SQL_ROW_EACH,
    SQL_ROW_EACH_SCOPE,
    SQL_ROW_SERIAL,
    SQL_ROW_AREAS,
    SQL_FEED_SET,
    SQL_FEED_READ,
    SQL_FRESH_PUT,
    SQL_FRESH_ROW,
    SQL_FRESH_MOVED,
    SQL_FRESH_LAST,
    SQL_FRESH_FIRST,
    SQL_FRESH_READ,
    SQL_FRESH_NEW,
    SQL_FRESH_FOLD,
    SQL_FRESH_EACH,
    SQL_FRESH_DROP,
    SQL_DIGEST_ADD,
    SQL_DIGEST_GET,
    SQL_TIME_LAST,
    SQL_TIME_ADD,
    SQL_TIME_CUT,
    SQL_TIME_DROP,
    SQL_FEED_PRUNE,
    SQL_USER_PUT,
    SQL_USER_GET,
    SQL_USER_EACH,
    SQL_GRANTS,
    SQL_GRANT_ADD,
    SQL_GRANT_GET,
    SQL_GRANT_DROP,
    SQL_GRANT_PAST,
    SQL_GRANT_COVERED,
    SQL_CONSOLE_PUT,
    SQL_CONSOLE_GET,
    SQL_CONSOLE_EACH,
    SQL_CONSOLE_SEEN,
    SQL_CONSOLE_HEAD,
    SQL_CODE_PUT,
    SQL_CODE_GET,
    SQL_CODES_EXPIRE,
    SQL_SOURCE_PUT,
    SQL_SOURCE_TOKEN,
    SQL_SOURCE_EACH,
    SQL_SEEN_GET,
    SQL_SEEN_PUT,
    SQL_SEEN_UNTIL,
    SQL_SEEN_EXPIRE,
    SQL_SEEN_EXPIRE_REST,
    SQL_COMMAND_PUT,
    SQL_COMMAND_GET,
    SQL_COMMAND_UID,
    SQL_COMMAND_EACH,
    SQL_COMMAND_OPEN,
    SQL_COMMAND_BASE,
    SQL_COMMAND_ERASE,
    SQL_COMMAND_GAP,
    SQL_HOLE_ADD,
    SQL_HOLE_FIND,
    SQL_HOLE_DROP,
    SQL_HOLES,
    SQL_ALARM_PUT,
    SQL_ALARM_DROP,
    SQL_ALARM_GET,
    SQL_ALARM_FIND,
    SQL_ALARM_DUE,
    SQL_ALARM_NEXT,
    SQL_ALARM_EACH,
    SQL_POLICY_PUT,
    SQL_POLICY_GET,
    SQL_BLOB_PUT,
    SQL_BLOB_STEPS,
    SQL_BLOB_OF_STEP,
    SQL_BLOB_ERASE,
    SQL_COUNT_ROWS,
    SQL_COUNTS,
    STORE_SQL_N
};

extern const struct gw_sql store_sql[STORE_SQL_N];

/* A row as it was written under a seq; seq 0 = nothing. */
enum { RECENT_N = 64 };
struct sqlite_recent {
    int64_t seq;
    char path[GW_PATH_MAX + 1];
    struct gw_buf body;
};

/* A place between two ingested events. */
struct sqlite_place {
    char source[GW_ID_MAX + 1], event_id[GW_ID_MAX + 1];
};

struct sqlite_store {
    struct store store;         /* first */
    struct gw_db *db;           /* owned */
    int serve_lock;             /* -1 = none */
    int64_t seq;                /* inside a transaction: newest */
    int64_t seq_begun;          /* at begin: commit writes only a change */
    int64_t seq_saved;          /* at save: save_undo goes back to it */
    bool marked;                /* read_begin is open */
    int64_t puts;               /* rows changed since it was looked whether fresh is too long */
    struct map sums;            /* digest changes of the lines of fresh from sums_from to sums_to */
    int64_t sums_from, sums_to; /* 0, 0 = none known */
    struct sqlite_recent recent[RECENT_N]; /* by seq; bodies owned */
    int64_t recent_version;                /* of the store, when last checked */
    struct sqlite_place seen_at;           /* how far seen_expire() has come */
    bool keys_read;                        /* keys never change: derived once */
    struct gw_sign_key sign_key;
    uint8_t box_secret[GW_KEY_BYTES], box_public[GW_KEY_BYTES];
};

/* Opens FILE for the driver; create makes an empty file with the schema. */
enum gw_err sqlite_store_open(const char *file, const struct store_opts *opts, bool create,
                              struct store **out, struct gw_fail *fail);
/* Writes a fresh epoch; first = true also makes the keys of a new store. */
enum gw_err sqlite_store_epoch(struct store *store, bool first, const struct gw_random *random,
                               int64_t now, struct gw_fail *fail);

struct sqlite_store *sqlite_of(struct store *store);
/* Begins a transaction and reads the newest seq in it. */
enum gw_err sqlite_begin(struct sqlite_store *s, enum gw_durable durable, const char *opener,
                         struct gw_fail *fail);
/* First row of a statement: GW_ABSENT without sentence when there is none. The caller resets by
 * preparing it again or by sqlite_done(). */
enum gw_err sqlite_first(struct sqlite_store *s, sqlite3_stmt *st, struct gw_fail *fail);
void sqlite_done(sqlite3_stmt *st);
/* Copies a column into an array of `size` bytes; a longer text is GW_STORE. */
enum gw_err sqlite_copy(char *out, size_t size, sqlite3_stmt *st, int col, struct gw_fail *fail);

/* ---- changes (store_sqlite_fresh.c): a commit only lists them; folding them into feed and digest,
 * which have a line per level of a path, is work for quiet moments. Every read takes both into
 * account, so that nobody can tell what is folded and what is not. */
struct sqlite_line {
    int64_t seq;
    enum gw_type type;
    const char *id;
    const char *path;     /* NULL: gone */
    const char *was_path; /* NULL: new */
    int64_t was_seq;
    const char *body; /* a row that is not in its table yet; else NULL */
    size_t body_len;
};
/* Notes a change, with the row itself when that is not in its table; folds some older ones when
 * there are too many. Texts are borrowed. */
enum gw_err sqlite_fresh_put(struct sqlite_store *s, const struct sqlite_line *line, bool with_body,
                             struct gw_fail *fail);
/* A row of one of the FRESH_COLUMNS statements; texts are the statement's. */
void sqlite_fresh_line(sqlite3_stmt *st, struct sqlite_line *out);
/* Seq of the oldest (first) or newest line, 0 = there is none. */
enum gw_err sqlite_fresh_end(struct sqlite_store *s, bool first, int64_t *seq,
                             struct gw_fail *fail);
/* Folds the oldest lines, at most `limit`, in the open transaction. */
enum gw_err sqlite_fresh_fold(struct sqlite_store *s, int64_t limit, struct gw_fail *fail);
/* Folds some in a transaction of its own when it is worth while; true = there is more. */
bool sqlite_fresh_rest(struct sqlite_store *s);

/* ---- rows at hand (store_sqlite_recent.c) */
/* After a row was written or deleted; no error: what is not at hand is read. */
void sqlite_recent_put(struct sqlite_store *s, const struct sqlite_line *line, const char *body,
                       size_t body_len);
/* NULL: not at hand, or the row has a newer line. */
const struct sqlite_recent *sqlite_recent_get(struct sqlite_store *s, int64_t seq);
void sqlite_recent_forget(struct sqlite_store *s); /* something was taken back */
void sqlite_recent_check(struct sqlite_store *s);  /* forgets when another process has written */
void sqlite_recent_free(struct sqlite_store *s);

/* ---- the feed (store_sqlite_feed.c) and its digest sums (store_sqlite_digest.c) */
void sqlite_feed_ops(struct store_ops *ops);
bool sqlite_is_level(const char *scope, size_t len, const char *path); /* path may be NULL */
void sqlite_digest_open(struct sqlite_store *s);
void sqlite_digest_forget(struct sqlite_store *s); /* lines were taken back */
void sqlite_digest_map(struct map *sums);
/* What a line changes, into a map of sqlite_digest_map(). GW_NOMEM. */
enum gw_err sqlite_digest_line(struct map *sums, const struct sqlite_line *line,
                               struct gw_fail *fail);
enum gw_err sqlite_digest_write(struct sqlite_store *s, const struct map *sums,
                                struct gw_fail *fail);
enum gw_err sqlite_digest_get(struct store *store, const char *scope, enum gw_type type,
                              struct store_digest *out, struct gw_fail *fail);

/* ---- rows (store_sqlite_rows.c) */
/* Where a row is: columns path, seq, rowid (0 = it still lies in fresh, under its seq) and, when
 * asked for, body. GW_ABSENT. The caller ends with sqlite_done(*st). */
enum gw_err sqlite_row_find(struct sqlite_store *s, enum gw_type type, const char *id, bool body,
                            sqlite3_stmt **st, struct gw_fail *fail);
/* Makes a row that is not there, of line->body. */
enum gw_err sqlite_row_add(struct sqlite_store *s, const struct sqlite_line *line,
                           struct gw_fail *fail);

/* The parts of the table, one file each. */
void sqlite_rows_ops(struct store_ops *ops);
void sqlite_people_ops(struct store_ops *ops);
void sqlite_work_ops(struct store_ops *ops);
void sqlite_blob_ops(struct store_ops *ops);

#endif
