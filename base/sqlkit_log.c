/* The SQL kit: the write-ahead log. A commit that makes the log's file grow costs about twice one
 * that writes over it (the file system writes its own journal too), and the first commit after a
 * complete checkpoint syncs twice, for the log's new head. So the log is kept, folded seldom, and
 * its new head is written at once by an empty commit of ours, in the quiet moment. Only SQLite
 * writes its files: who does not know our lock may be there as well. */
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/sqlkit_p.h"

enum { LOG_PAGES = 512, LOG_KEPT_MIN = 1 << 20 };

static int on_commit(void *ctx, sqlite3 *handle, const char *schema, int pages)
{
    struct gw_db *db = ctx;
    (void)handle;
    (void)schema;
    db->log_pages = pages;
    return SQLITE_OK;
}

void gw_db_log_watch(struct gw_db *db)
{
    (void)sqlite3_wal_hook(db->handle, on_commit, db); /* the automatic checkpoint's place: off */
}

/* True when all of it is in the store. */
static bool checkpoint(struct gw_db *db, int mode)
{
    int log = -1;
    int done = -1;
    int rc = sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, &log, &done);
    if (rc != SQLITE_OK && (rc & 0xFF) != SQLITE_BUSY) { /* busy: somebody reads, the log stays */
        (void)gw_db_trouble(db, rc, NULL);               /* logged; the WAL keeps everything */
    }
    bool whole = rc == SQLITE_OK && log == done;
    db->unsynced = db->unsynced && !whole;
    return whole;
}

/* A commit that changes nothing: SQLite begins the log anew with one page. */
static void begin_anew(struct gw_db *db)
{
    int64_t version = 0;
    char sql[128];
    gw_db_note_write(db);
    db->durable = GW_DURABLE_NORMAL;
    bool open = sqlite3_exec(db->handle, "PRAGMA synchronous=NORMAL; BEGIN IMMEDIATE", NULL, NULL,
                             NULL) == SQLITE_OK;
    bool good = open && gw_db_ask_int(db, "PRAGMA user_version", &version, NULL) == GW_OK;
    (void)snprintf(sql, sizeof sql, "PRAGMA user_version=%lld; COMMIT", (long long)version);
    good = good && sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (open && !good && !sqlite3_get_autocommit(db->handle)) {
        (void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL); /* always ends it */
    }
    /* Whatever failed (a full disk): the log goes on where it was, which is right too. */
    db->unsynced = true;
}

void gw_db_log_fold(struct gw_db *db)
{
    if (db->scrub && checkpoint(db, SQLITE_CHECKPOINT_TRUNCATE)) {
        db->scrub = false;
        db->log_pages = 0;
    } else if (checkpoint(db, SQLITE_CHECKPOINT_PASSIVE)) {
        begin_anew(db);
    }
}

static bool has_grown(const struct gw_db *db)
{
    char path[PATH_MAX];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s-wal", db->path);
    return n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0 && st.st_size >= LOG_KEPT_MIN;
}

void gw_db_log_leave(struct gw_db *db)
{
    (void)sqlite3_busy_timeout(db->handle, 0); /* waits for nobody */
    if (db->scrub || !has_grown(db)) {
        (void)checkpoint(db, SQLITE_CHECKPOINT_TRUNCATE);
    } else if (checkpoint(db, SQLITE_CHECKPOINT_PASSIVE)) {
        (void)sqlite3_exec(db->handle, "PRAGMA journal_size_limit=8388608", NULL, NULL, NULL);
        begin_anew(db);
        (void)checkpoint(db, SQLITE_CHECKPOINT_PASSIVE); /* the store is whole without its log */
    }
}

/* ---- idle work */

void gw_db_checkpoint(struct gw_db *db)
{
    if (db->opener || db->readonly || !gw_db_lock(db, 0)) {
        return;
    }
    /* PASSIVE waits for nobody; what readers still need stays for the next time. */
    if (checkpoint(db, SQLITE_CHECKPOINT_PASSIVE)) {
        db->log_pages = 0;
    }
    gw_db_unlock(db);
}

static void sync_log(struct gw_db *db)
{
    sqlite3_file *log = NULL;
    if (sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
        log && log->pMethods &&
        log->pMethods->xSync(log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY) == SQLITE_OK) {
        db->unsynced = false; /* else the next commit does it, or fails and says so */
    }
}

void gw_db_idle(struct gw_db *db)
{
    if (db->opener || db->readonly) {
        return;
    }
    if ((db->scrub || db->log_pages >= LOG_PAGES) && gw_db_lock(db, 0)) {
        gw_db_log_fold(db);
        gw_db_unlock(db);
    }
    if (db->unsynced) {
        sync_log(db);
    }
}

void gw_db_scrub(struct gw_db *db)
{
    db->scrub = true;
}
