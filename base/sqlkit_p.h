/* Inside of the SQL kit. Only for sqlkit*.c. */
#ifndef GW_BASE_SQLKIT_P_H
#define GW_BASE_SQLKIT_P_H

#include "base/sqlkit.h"

/* Beginning and ending transactions and steps: prepared once, as other statements are. */
enum { CONTROL_BEGIN, CONTROL_COMMIT, CONTROL_SAVE, CONTROL_KEEP, CONTROL_N };

struct gw_db {
    sqlite3 *handle;
    char *path;  /* owned */
    int lock_fd; /* FILE.lock, -1 for a read-only connection */
    int lock_wait_ms;
    bool readonly;
    bool dirty;               /* this connection counts as a writer in FILE.lock */
    bool suspect;             /* it must be checked, and that has not found it good */
    int64_t stale;            /* writers in it that were dead when we opened */
    const struct gw_sql *sql; /* borrowed */
    size_t sql_n;
    sqlite3_stmt **statements; /* owned, sql_n of them, NULL until first used */
    sqlite3_stmt *version;     /* PRAGMA data_version */
    sqlite3_stmt *control[CONTROL_N];
    int64_t log_pages; /* in the log after our last commit */
    bool unsynced;     /* a commit of ours may not be on the disk yet */
    bool scrub;        /* the log holds what was deleted on purpose: gw_db_scrub */
    const char *opener; /* who began the transaction, NULL outside */
    enum gw_err lost;   /* why SQLite ended our transaction by itself, else GW_OK */
    int durable;        /* enum gw_durable that PRAGMA synchronous stands at, -1 unknown */
    gw_db_guard guard;
    void *guard_ctx;
};

/* The file lock, waited for in steps of 1 ms up to wait_ms. */
bool gw_db_lock(struct gw_db *db, int wait_ms);
void gw_db_unlock(struct gw_db *db);

/* ---- sqlkit_clean.c: was the file closed cleanly, and is it still what it was then? FILE.lock
 * tells: how many writers have not closed cleanly and the size and time of the file at the last
 * clean close. A shared lock on its first byte says that a connection lives. */
/* True when the file must be checked before it is used: nobody else has it open, and a writer did
 * not close it or something changed it since. Takes the shared lock. */
bool gw_db_unclean(struct gw_db *db);
/* After a check that found nothing. */
void gw_db_note_checked(struct gw_db *db);
/* Under the file lock, before the first write of this connection. */
void gw_db_note_write(struct gw_db *db);
/* At close: folds the log, takes the note away. */
void gw_db_note_close(struct gw_db *db);

/* ---- sqlkit_log.c: the log is kept and written over. */
/* Counts the log's pages from now on. */
void gw_db_log_watch(struct gw_db *db);
/* Under the file lock: everything in it goes into the store; the next commits write over it from its beginning. */
void gw_db_log_fold(struct gw_db *db);
/* The same for a connection that ends: what stays of the log is short to read at the next start. */
void gw_db_log_leave(struct gw_db *db);

/* Maps the last error of the connection and makes its sentence. */
enum gw_err gw_db_trouble(struct gw_db *db, int rc, struct gw_fail *fail);

/* One integer that a query or pragma gives. */
enum gw_err gw_db_ask_int(struct gw_db *db, const char *sql, int64_t *out, struct gw_fail *fail);

#endif
