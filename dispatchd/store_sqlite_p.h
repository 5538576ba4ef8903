/* The SQLite driver of store.h: its state and its SQL table. Private to store_sqlite*.c. */
#ifndef GW_DISPATCHD_STORE_SQLITE_P_H
#define GW_DISPATCHD_STORE_SQLITE_P_H

#include "base/sqlkit.h"
#include "dispatchd/map_p.h"
#include "dispatchd/store.h"

enum store_sql {
    SQL_MARK,
    SQL_META,
    SQL_META_SEQ,
    SQL_META_INIT,
    SQL_META_EPOCH,
    SQL_META_HORIZON,
    SQL_PREDECESSOR,
    SQL_PREDECESSOR_ADD,
    SQL_ROW_WHERE,
    SQL_ROW_PUT,
    SQL_ROW_DEL,
    SQL_ROW_GET,
    SQL_ROW_EACH,
    SQL_ROW_EACH_SCOPE,
    SQL_ROW_SERIAL,
    SQL_ROW_AREAS,
    SQL_FEED_SET,
    SQL_FEED_READ,
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
    SQL_SEEN_EXPIRE,
    SQL_COMMAND_PUT,
    SQL_COMMAND_GET,
    SQL_COMMAND_UID,
    SQL_COMMAND_EACH,
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
    SQL_COUNT_ROWS,
    SQL_COUNTS,
    STORE_SQL_N
};

extern const struct gw_sql store_sql[STORE_SQL_N];

struct sqlite_store {
    struct store store;         /* first */
    struct gw_db *db;           /* owned */
    int serve_lock;             /* -1 = none */
    int64_t seq;                /* inside a transaction: newest */
    int64_t seq_begun;          /* at begin: commit writes only a change */
    int64_t seq_saved;          /* at save: save_undo goes back to it */
    enum gw_err lost;           /* an error that save_keep could not return: commit does */
    bool marked;                /* read_begin is open */
    bool in_step;               /* between save and its end */
    struct map sums, step_sums; /* digest changes of the transaction; of its open savepoint */
    bool keys_read;             /* keys never change: derived once */
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
/* First row of a statement: GW_ABSENT without sentence when there is none. The caller resets by
 * preparing it again or by sqlite_done(). */
enum gw_err sqlite_first(struct sqlite_store *s, sqlite3_stmt *st, struct gw_fail *fail);
void sqlite_done(sqlite3_stmt *st);
/* Copies a column into an array of `size` bytes; a longer text is GW_STORE. */
enum gw_err sqlite_copy(char *out, size_t size, sqlite3_stmt *st, int col, struct gw_fail *fail);

/* ---- digest sums (store_sqlite_digest.c) */
struct sqlite_sum {
    int64_t count, hi, lo;
};
void sqlite_digest_open(struct sqlite_store *s);
void sqlite_digest_clear(struct sqlite_store *s); /* rolled back, or done with */
void sqlite_digest_undo(struct sqlite_store *s);  /* of the savepoint */
enum gw_err sqlite_digest_keep(struct sqlite_store *s, struct gw_fail *fail);
enum gw_err sqlite_digest_add(struct sqlite_store *s, const char *scope, size_t len, int type,
                              const struct sqlite_sum *change, struct gw_fail *fail);
enum gw_err sqlite_digest_write(struct sqlite_store *s, struct gw_fail *fail); /* before commit */
enum gw_err sqlite_digest_get(struct store *store, const char *scope, enum gw_type type,
                              struct store_digest *out, struct gw_fail *fail);

/* The parts of the table, one file each. */
void sqlite_rows_ops(struct store_ops *ops);
void sqlite_people_ops(struct store_ops *ops);
void sqlite_work_ops(struct store_ops *ops);

#endif
