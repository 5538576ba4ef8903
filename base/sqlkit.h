/* The SQL kit: one connection, statements prepared once, one transaction per user action or page,
 * and the rule that keeps SQLite's WAL-reset bug out.
 *
 * The rule (SQLite 3.7.0..3.51.2 may lose acknowledged commits when one connection checkpoints
 * while another commits): every BEGIN IMMEDIATE..COMMIT and every checkpoint of any process happens
 * under flock(FILE.lock); the automatic checkpoint and the one at close are off. The lock is never
 * held across a wait. Only this file may start or end a transaction.
 *
 * A connection belongs to one thread. Reads outside a transaction need no lock. */
#ifndef GW_BASE_SQLKIT_H
#define GW_BASE_SQLKIT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct gw_db; /* opaque */

/* "3.40.1": the library at run time. Borrowed for ever. */
const char *gw_db_version(void);

/* One row of a folder's SQL table; the index in the array is the statement's number. */
struct gw_sql {
    const char *text; /* one statement, named parameters */
};

struct gw_migration {
    const char *name; /* "0001_base" */
    const char *sql;  /* may hold several statements; must not begin or end a transaction */
};

struct gw_db_opts {
    const char *path;
    bool create; /* else a missing file is GW_ABSENT */
    bool readonly;
    int32_t app_id;           /* checked against PRAGMA application_id; 0 in a new file is set */
    const struct gw_sql *sql; /* borrowed for the life of the connection */
    size_t sql_n;
    /* user_version = number applied; a newer file is GW_STORE */
    const struct gw_migration *migrations;
    size_t migrations_n;
    int64_t max_pages; /* PRAGMA max_page_count, 0 = no limit; tests fill the disk with it */
    const char *vfs;   /* NULL = default; tests pass the fault VFS */
    int lock_wait_ms;  /* how long begin waits for the lock; 0 = 5000 */
};

/* Opens (0600), sets WAL, busy time-out, foreign keys, DEFENSIVE, TRUSTED_SCHEMA=0, DQS=0,
 * cell_size_check, NO_CKPT_ON_CLOSE, wal_autocheckpoint=0, journal_size_limit 64 MiB,
 * temp_store=MEMORY; migrates each step in a transaction of its own. Runs quick_check when the file
 * existed, unless FILE.lock says that every writer closed it cleanly and size and time of the file
 * are still what they were then (a look at every page costs a second per gigabyte, at every start),
 * or while another connection has it open (the first one looked). Harm that changed neither is
 * gw_db_check's, which `doctor` runs. GW_ABSENT, GW_STORE, GW_FULL, GW_HELD, GW_NOMEM with a
 * sentence; *out is NULL then. */
enum gw_err gw_db_open(const struct gw_db_opts *opts, struct gw_db **out, struct gw_fail *fail);
/* Checkpoints under the lock when it is free; notes the clean end in FILE.lock; closes. A log that
 * has grown (1 MiB) is kept, up to 8 MiB, so that the next writer writes over it, which costs half
 * of making it grow; it holds one page then, so that the next start reads no more. A small one is
 * emptied. NULL is fine. */
void gw_db_close(struct gw_db *db);

/* Statement number i: prepared on first use, reset, bindings cleared. Borrowed, do not finalize.
 * Our own bug in the SQL text aborts. NULL when the store itself cannot be read: binding to NULL
 * does nothing and gw_db_step(NULL) returns the error, so callers need no check. */
sqlite3_stmt *gw_db_stmt(struct gw_db *db, size_t i);

/* Bind by name (":id"); an unknown name is our bug (asserted). text NULL binds NULL; text is
 * borrowed until the statement is reset (SQLITE_STATIC). */
void gw_bind_text(sqlite3_stmt *st, const char *name, const char *text);
void gw_bind_textn(sqlite3_stmt *st, const char *name, const char *text, size_t len_bytes);
void gw_bind_int(sqlite3_stmt *st, const char *name, int64_t value);
void gw_bind_real(sqlite3_stmt *st, const char *name, double value);
void gw_bind_blob(sqlite3_stmt *st, const char *name, const void *bytes, size_t len_bytes);
void gw_bind_null(sqlite3_stmt *st, const char *name);

/* One step: *row = true when there is a row. Errors map SQLITE_FULL/IOERR_WRITE -> GW_FULL, BUSY ->
 * GW_AGAIN, CONSTRAINT -> GW_REFUSED, CORRUPT/NOTADB -> GW_STORE, NOMEM -> GW_NOMEM; reset is done.
 * Writing outside a transaction is our bug (aborts). When SQLite took a transaction back by itself
 * (disk full, no memory), every further step and the commit fail, until gw_db_rollback. */
enum gw_err gw_db_step(struct gw_db *db, sqlite3_stmt *st, bool *row, struct gw_fail *fail);
/* Runs a statement that returns no rows to its end and resets it. */
enum gw_err gw_db_run(struct gw_db *db, sqlite3_stmt *st, struct gw_fail *fail);
/* Free text SQL for migrations, pragmas and tests. A statement that writes outside a transaction is
 * one of its own and takes the lock (GW_AGAIN when it is busy too long). */
enum gw_err gw_db_exec(struct gw_db *db, const char *sql, struct gw_fail *fail);

/* NULL for SQL NULL; borrowed until step or reset. */
const char *gw_col_text(sqlite3_stmt *st, int col);
int64_t gw_col_int(sqlite3_stmt *st, int col);

enum gw_durable {
    GW_DURABLE_NORMAL, /* feed pages: the cursor rolls back with them at a power cut */
    GW_DURABLE_FULL,   /* journal and evidence: on the disk when commit returns */
};

/* Takes the file lock, sets synchronous, BEGIN IMMEDIATE. opener is a literal that names the
 * caller; a second begin asserts and names the first. GW_AGAIN when the lock or the writer is busy
 * too long. */
enum gw_err gw_db_begin(struct gw_db *db, enum gw_durable durable, const char *opener,
                        struct gw_fail *fail);
/* False while another process writes: work that can wait need not wait for it in gw_db_begin. */
bool gw_db_free(struct gw_db *db);
/* Runs the commit guard, COMMIT, frees the lock. On any error everything is rolled back. */
enum gw_err gw_db_commit(struct gw_db *db, struct gw_fail *fail);
void gw_db_rollback(struct gw_db *db); /* no-op outside a transaction */
bool gw_db_in_txn(const struct gw_db *db);

/* Savepoints inside a transaction, one level deep (a command of a batch). */
enum gw_err gw_db_save(struct gw_db *db);
void gw_db_save_keep(struct gw_db *db);
void gw_db_save_undo(struct gw_db *db);

/* Called inside the transaction just before COMMIT; anything but GW_OK rolls back. NULL to remove.
 */
typedef enum gw_err (*gw_db_guard)(void *ctx, struct gw_fail *fail);
void gw_db_set_guard(struct gw_db *db, gw_db_guard guard, void *ctx);

/* Passive checkpoint under the lock, when the lock is free at once. For whoever writes much and
 * wants the log short: each restart of the log costs the next commit a second sync. */
void gw_db_checkpoint(struct gw_db *db);
/* For idle moments of a store that people write to: whatever our commits left in the log is on the
 * disk afterwards, so that the next GW_DURABLE_FULL commit pays for itself only; once the log holds
 * 2 MiB it is folded into the store and begun anew, here, not in that commit. Never waits; when
 * another program has the lock, the fold is for the next time. Writes of other processes are
 * theirs. */
void gw_db_idle(struct gw_db *db);
/* What was deleted must not stay in the log either: the next gw_db_idle() or the close empties it,
 * as soon as nobody reads from it. */
void gw_db_scrub(struct gw_db *db);
/* Pages in the log after this connection's last commit, 0 when it made none since its last
 * checkpoint: is a checkpoint worth while? The first commit after one costs a sync more. */
int64_t gw_db_log_pages(const struct gw_db *db);

/* Changes when another connection has committed (PRAGMA data_version). */
int64_t gw_db_data_version(struct gw_db *db);

/* PRAGMA integrity_check (full) or quick_check; the first trouble goes into *fail, GW_STORE. */
enum gw_err gw_db_check(struct gw_db *db, bool full, struct gw_fail *fail);

/* Consistent copy while others write (VACUUM INTO); the file must not exist; 0600, synced. */
enum gw_err gw_db_backup(struct gw_db *db, const char *path, struct gw_fail *fail);

/* The bare handle, for features the kit has no name for (backup, tests). Borrowed. */
sqlite3 *gw_db_handle(struct gw_db *db);
const char *gw_db_path(const struct gw_db *db);

/* An advisory lock on a side file that says "one engine per home". Holds until released or the
 * process dies. GW_HELD when another process has it (at once, no waiting). */
enum gw_err gw_lock_take(const char *path, int *fd_out, struct gw_fail *fail);
void gw_lock_release(int fd);

#endif
