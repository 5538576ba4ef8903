/* Inside of the SQL kit. Only for sqlkit*.c. */
#ifndef GW_BASE_SQLKIT_P_H
#define GW_BASE_SQLKIT_P_H

#include "base/sqlkit.h"

struct gw_db {
    sqlite3 *handle;
    char *path;  /* owned */
    int lock_fd; /* FILE.lock, -1 for a read-only connection */
    int lock_wait_ms;
    bool readonly;
    const struct gw_sql *sql; /* borrowed */
    size_t sql_n;
    sqlite3_stmt **statements; /* owned, sql_n of them, NULL until first used */
    sqlite3_stmt *version;     /* PRAGMA data_version */
    const char *opener;        /* who began the transaction, NULL outside */
    enum gw_err lost;          /* why SQLite ended our transaction by itself, else GW_OK */
    int durable;               /* enum gw_durable that PRAGMA synchronous stands at, -1 unknown */
    gw_db_guard guard;
    void *guard_ctx;
};

/* The file lock, waited for in steps of 1 ms up to wait_ms. */
bool gw_db_lock(struct gw_db *db, int wait_ms);
void gw_db_unlock(struct gw_db *db);

/* Maps the last error of the connection and makes its sentence. */
enum gw_err gw_db_trouble(struct gw_db *db, int rc, struct gw_fail *fail);

/* One integer that a query or pragma gives. */
enum gw_err gw_db_ask_int(struct gw_db *db, const char *sql, int64_t *out, struct gw_fail *fail);

#endif
