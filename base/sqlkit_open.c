/* The SQL kit: opening, migrating, checking, copying, closing. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/sqlkit_p.h"

enum { LOCK_WAIT_MS = 5000 };

static enum gw_err file_trouble(const char *path, int error, struct gw_fail *fail)
{
    if (error == ENOSPC || error == EDQUOT) {
        return gw_fail_set(
            fail, GW_FULL,
            _("The store %s cannot be made because the disk is full. Free some space "
              "and try again."),
            path);
    }
    return gw_fail_set(fail, GW_STORE,
                       _("The store %s cannot be opened: %s. Check who owns the folder and its "
                         "rights."),
                       path, gw_errno_text(error));
}

/* Makes the file itself with 0600 when it is missing; SQLite would take 0644, and it gives the WAL
 * the rights of the file. An existing file is not opened here: closing a descriptor would drop the
 * POSIX locks of this process's other connections. */
static enum gw_err claim_file(const struct gw_db_opts *opts, bool *existed, struct gw_fail *fail)
{
    struct stat st;
    *existed = stat(opts->path, &st) == 0;
    if (*existed) {
        *existed = st.st_size > 0;
        return GW_OK;
    }
    if (!opts->create || opts->readonly) {
        return gw_fail_set(fail, GW_ABSENT,
                           _("There is no store %s. Check the name, or make it first."),
                           opts->path);
    }
    int fd = open(opts->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return errno == EEXIST ? GW_OK : file_trouble(opts->path, errno, fail);
    }
    (void)close(fd); /* empty */
    return GW_OK;
}

static enum gw_err open_lock_file(struct gw_db *db, struct gw_fail *fail)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s.lock", db->path);
    if (n < 0 || (size_t)n >= sizeof path) {
        return file_trouble(db->path, ENAMETOOLONG, fail);
    }
    db->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    return db->lock_fd < 0 ? file_trouble(path, errno, fail) : GW_OK;
}

static enum gw_err open_handle(struct gw_db *db, const struct gw_db_opts *opts,
                               struct gw_fail *fail)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (opts->readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
    /* Nobody asks how much memory SQLite has; counting it costs a mutex around each malloc. Refused
     * once SQLite has begun, that is from the second store on, and that is fine. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int rc = sqlite3_open_v2(opts->path, &db->handle, flags, opts->vfs);
    if (rc != SQLITE_OK) {
        return gw_db_trouble(db, rc, fail);
    }
    static const struct {
        int option, value;
    } CONFIG[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},          {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
    };
    for (size_t i = 0; i < sizeof CONFIG / sizeof CONFIG[0]; i++) {
        int now = -1;
        rc = sqlite3_db_config(db->handle, CONFIG[i].option, CONFIG[i].value, &now);
        if (rc != SQLITE_OK || now != CONFIG[i].value) {
            return gw_db_trouble(db, SQLITE_MISUSE, fail); /* the rule would not hold */
        }
    }
    (void)sqlite3_busy_timeout(db->handle, db->lock_wait_ms); /* always OK */
    return GW_OK;
}

/* Settings of the connection; none of them writes to the file. */
static enum gw_err set_pragmas(struct gw_db *db, const struct gw_db_opts *opts,
                               struct gw_fail *fail)
{
    enum gw_err err = gw_db_exec(db,
                                 "PRAGMA wal_autocheckpoint=0;"
                                 "PRAGMA foreign_keys=ON;"
                                 "PRAGMA cell_size_check=ON;"
                                 "PRAGMA secure_delete=ON;" /* erased is erased */
                                 "PRAGMA mmap_size=0;"
                                 /* else each savepoint that touches many pages makes a file */
                                 "PRAGMA temp_store=MEMORY;"
                                 "PRAGMA journal_size_limit=67108864;",
                                 fail);
    if (!err && opts->max_pages > 0) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "PRAGMA max_page_count=%lld", (long long)opts->max_pages);
        err = gw_db_exec(db, sql, fail);
    }
    return err;
}

/* WAL is a property of the file: switched on once, under the lock. */
static enum gw_err set_wal(struct gw_db *db, struct gw_fail *fail)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db->handle, "PRAGMA journal_mode=WAL", -1, &st, NULL);
    rc = rc == SQLITE_OK ? sqlite3_step(st) : rc;
    enum gw_err err = GW_OK;
    if (rc != SQLITE_ROW) {
        err = gw_db_trouble(db, rc, fail);
    } else if (strcmp(gw_col_text(st, 0), "wal") != 0) {
        err = gw_fail_set(fail, GW_STORE,
                          _("The store %s cannot use a write-ahead log on this file system. Put it "
                            "on a local disk."),
                          db->path);
    }
    (void)sqlite3_finalize(st); /* repeats the step's error */
    return err;
}

static enum gw_err check_identity(struct gw_db *db, const struct gw_db_opts *opts, bool *is_new,
                                  struct gw_fail *fail)
{
    int64_t app_id = 0;
    int64_t version = 0;
    int64_t objects = 0;
    enum gw_err err = gw_db_ask_int(db, "PRAGMA user_version", &version, fail);
    err = err ? err : gw_db_ask_int(db, "SELECT count(*) FROM sqlite_schema", &objects, fail);
    /* Last: another process may be making this very store, and it writes the id first. Whoever saw
     * its layout or its tables above sees its id here. */
    err = err ? err : gw_db_ask_int(db, "PRAGMA application_id", &app_id, fail);
    if (err) {
        return err;
    }
    *is_new = app_id == 0 && version == 0 && objects == 0;
    if (!*is_new && opts->app_id != 0 && app_id != opts->app_id) {
        return gw_fail_set(fail, GW_STORE,
                           _("%s is a database of another program. Name another file; this one was "
                             "not changed."),
                           db->path);
    }
    if (version > (int64_t)opts->migrations_n) {
        return gw_fail_set(
            fail, GW_STORE,
            _("The store %s was made by a newer version of this program (layout %lld, "
              "this program knows %zu). Install the newer version; the file was not "
              "changed."),
            db->path, (long long)version, opts->migrations_n);
    }
    if (db->readonly && version < (int64_t)opts->migrations_n) {
        return gw_fail_set(
            fail, GW_STORE,
            _("The store %s has an older layout (%lld of %zu) and is open for reading "
              "only. Start the program once with write access."),
            db->path, (long long)version, opts->migrations_n);
    }
    return GW_OK;
}

/* ---- migrations */

static enum gw_err apply(struct gw_db *db, const struct gw_migration *step, size_t number,
                         struct gw_fail *fail)
{
    enum gw_err err = gw_db_exec(db, step->sql, fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db->handle, "PRAGMA foreign_key_check", -1, &st, NULL);
    rc = rc == SQLITE_OK ? sqlite3_step(st) : rc;
    (void)sqlite3_finalize(st); /* repeats the step's error */
    if (rc == SQLITE_ROW) {
        return gw_fail_set(fail, GW_STORE,
                           _("Bringing the store %s up to date would leave records without their "
                             "parents (step %s). It stays at the older layout."),
                           db->path, step->name);
    }
    if (rc != SQLITE_DONE) {
        return gw_db_trouble(db, rc, fail);
    }
    char sql[64];
    (void)snprintf(sql, sizeof sql, "PRAGMA user_version=%zu", number);
    return gw_db_exec(db, sql, fail);
}

/* One step in a transaction of its own. Another process may have done it in the meantime, so the
 * version is read again inside. */
static enum gw_err migrate_one(struct gw_db *db, const struct gw_migration *step, size_t number,
                               struct gw_fail *fail)
{
    enum gw_err err = gw_db_begin(db, GW_DURABLE_FULL, step->name, fail);
    if (err) {
        return err == GW_AGAIN ? GW_HELD : err;
    }
    int64_t version = 0;
    err = gw_db_ask_int(db, "PRAGMA user_version", &version, fail);
    if (!err && version + 1 == (int64_t)number) {
        err = apply(db, step, number, fail);
    }
    if (err) {
        gw_db_rollback(db);
        gw_log(GW_LOG_ERROR, "store: migration %s failed: %s", step->name, gw_err_name(err));
        return err == GW_BUG || err == GW_REFUSED ? GW_STORE : err;
    }
    return gw_db_commit(db, fail);
}

static enum gw_err migrate(struct gw_db *db, const struct gw_db_opts *opts, struct gw_fail *fail)
{
    int64_t version = 0;
    enum gw_err err = gw_db_ask_int(db, "PRAGMA user_version", &version, fail);
    if (err || version >= (int64_t)opts->migrations_n) {
        return err;
    }
    /* foreign_keys cannot change inside a transaction; a step may rebuild a table. */
    err = gw_db_exec(db, "PRAGMA foreign_keys=OFF", fail);
    for (size_t i = (size_t)version; !err && i < opts->migrations_n; i++) {
        err = migrate_one(db, &opts->migrations[i], i + 1, fail);
    }
    enum gw_err back = gw_db_exec(db, "PRAGMA foreign_keys=ON", err ? NULL : fail);
    return err ? err : back;
}

/* ---- checks */

static enum gw_err run_check(struct gw_db *db, const char *sql, struct gw_fail *fail)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &st, NULL);
    rc = rc == SQLITE_OK ? sqlite3_step(st) : rc;
    enum gw_err err = GW_OK;
    if (rc != SQLITE_ROW) {
        err = gw_db_trouble(db, rc == SQLITE_DONE ? SQLITE_CORRUPT : rc, fail);
    } else {
        const char *said = gw_col_text(st, 0);
        if (!said || strcmp(said, "ok") != 0) {
            err = gw_fail_set(fail, GW_STORE,
                              _("The store %s is damaged: %s. Keep the file and restore a backup."),
                              db->path, said ? said : "?");
        }
    }
    (void)sqlite3_finalize(st); /* repeats the step's error */
    return err;
}

enum gw_err gw_db_check(struct gw_db *db, bool full, struct gw_fail *fail)
{
    return run_check(db, full ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)", fail);
}

/* ---- open and close */

static enum gw_err prepare_file(struct gw_db *db, const struct gw_db_opts *opts, bool existed,
                                struct gw_fail *fail)
{
    bool is_new = false;
    enum gw_err err = set_pragmas(db, opts, fail);
    err = err ? err : check_identity(db, opts, &is_new, fail);
    if (!err && gw_db_unclean(db)) {
        err = existed ? gw_db_check(db, false, fail) : GW_OK;
        if (!err) {
            gw_db_note_checked(db);
        }
    }
    if (err || db->readonly) {
        return err;
    }
    if (!gw_db_lock(db, db->lock_wait_ms)) {
        return gw_fail_set(fail, GW_HELD,
                           _("The store %s is held by another program. Close it, or try again in a "
                             "moment."),
                           db->path);
    }
    err = set_wal(db, fail);
    gw_db_unlock(db);
    if (!err && is_new && opts->app_id != 0) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "PRAGMA application_id=%d", (int)opts->app_id);
        err = gw_db_exec(db, sql, fail);
    }
    gw_db_log_watch(db);
    return err ? err : migrate(db, opts, fail);
}

static struct gw_db *allocate(const struct gw_db_opts *opts)
{
    struct gw_db *db = calloc(1, sizeof *db);
    if (!db) {
        return NULL;
    }
    db->lock_fd = -1;
    db->durable = -1;
    db->readonly = opts->readonly;
    db->lock_wait_ms = opts->lock_wait_ms > 0 ? opts->lock_wait_ms : LOCK_WAIT_MS;
    db->sql = opts->sql;
    db->sql_n = opts->sql_n;
    db->path = strdup(opts->path);
    db->statements = calloc(opts->sql_n + 1, sizeof(sqlite3_stmt *));
    if (!db->path || !db->statements) {
        gw_db_close(db);
        return NULL;
    }
    return db;
}

enum gw_err gw_db_open(const struct gw_db_opts *opts, struct gw_db **out, struct gw_fail *fail)
{
    bool existed = false;
    *out = NULL;
    enum gw_err err = claim_file(opts, &existed, fail);
    if (err) {
        return err;
    }
    struct gw_db *db = allocate(opts);
    if (!db) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    err = db->readonly ? GW_OK : open_lock_file(db, fail);
    err = err ? err : open_handle(db, opts, fail);
    err = err ? err : prepare_file(db, opts, existed, fail);
    if (err) {
        gw_db_close(db);
        return err == GW_AGAIN ? GW_HELD : err == GW_BUG ? GW_STORE : err;
    }
    *out = db;
    return GW_OK;
}

void gw_db_close(struct gw_db *db)
{
    if (!db) {
        return;
    }
    if (db->handle) {
        gw_db_rollback(db);
    }
    for (size_t i = 0; db->statements && i < db->sql_n; i++) {
        (void)sqlite3_finalize(db->statements[i]); /* repeats an error already reported */
    }
    (void)sqlite3_finalize(db->version);
    for (size_t i = 0; i < CONTROL_N; i++) {
        (void)sqlite3_finalize(db->control[i]); /* repeats an error already reported */
    }
    if (db->handle) {
        gw_db_note_close(db); /* no statement reads any more: the checkpoint can be complete */
    }
    int rc = sqlite3_close(db->handle);
    assert(rc == SQLITE_OK); /* a statement of somebody else would be a leak */
    if (db->lock_fd >= 0) {
        (void)close(db->lock_fd); /* nothing was written through it */
    }
    free(db->statements);
    free(db->path);
    free(db);
}

/* ---- copies */

static int sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    int error = errno;
    if (fd >= 0) {
        (void)close(fd); /* read only */
    }
    errno = error;
    return rc;
}

static enum gw_err vacuum_into(struct gw_db *db, const char *path, struct gw_fail *fail)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db->handle, "VACUUM INTO ?1", -1, &st, NULL);
    rc = rc == SQLITE_OK ? sqlite3_bind_text(st, 1, path, -1, SQLITE_STATIC) : rc;
    rc = rc == SQLITE_OK ? sqlite3_step(st) : rc;
    enum gw_err err = rc == SQLITE_DONE ? GW_OK : gw_db_trouble(db, rc, fail);
    (void)sqlite3_finalize(st); /* repeats the step's error */
    return err;
}

enum gw_err gw_db_backup(struct gw_db *db, const char *path, struct gw_fail *fail)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("The file %s exists already and was not changed. Name a new file for "
                             "the backup."),
                           path);
    }
    if (fd < 0) {
        return file_trouble(path, errno, fail);
    }
    (void)close(fd); /* empty: VACUUM INTO accepts that */
    enum gw_err err = vacuum_into(db, path, fail);
    if (!err && sync_file(path) != 0) {
        err = file_trouble(path, errno, fail);
    }
    if (err) {
        (void)unlink(path); /* half a backup is worse than none */
    }
    return err;
}
