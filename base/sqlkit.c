#include "base/sqlkit.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/sqlkit_p.h"

/* Ours, and worth a stop: going on could write half a truth. Says more than assert() alone. */
static void must(bool claim, const char *what, const char *detail)
{
    if (!claim) {
        gw_log(GW_LOG_ERROR, "bug in the use of the store: %s: %s", what, detail);
        (void)fprintf(stderr, "bug in the use of the store: %s: %s\n", what, detail);
        abort();
    }
}

/* ---- errors */

static enum gw_err map_error(int rc)
{
    switch (rc) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_TRUNCATE:
    case SQLITE_IOERR_SHMSIZE: /* the WAL index could not grow */
        return GW_FULL;
    default:
        break;
    }
    switch (rc & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return GW_OK;
    case SQLITE_FULL:
        return GW_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_ABORT:
        return GW_AGAIN;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return GW_REFUSED;
    case SQLITE_TOOBIG:
        return GW_TOO_LARGE;
    case SQLITE_NOMEM:
        return GW_NOMEM;
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_INTERNAL:
        return GW_BUG;
    default:
        return GW_STORE; /* CORRUPT, NOTADB, IOERR, CANTOPEN, PERM, READONLY, ... */
    }
}

static const char *sentence_for(enum gw_err err)
{
    switch (err) {
    case GW_FULL:
        return N_("The store %s cannot take more because the disk is full (%s). What is in it is "
                  "safe. Free some space and try again.");
    case GW_AGAIN:
        return N_("The store %s is busy with another program (%s). Try again in a moment.");
    case GW_REFUSED:
        return N_("The store %s refused a record that breaks one of its rules (%s). Nothing was "
                  "written.");
    case GW_TOO_LARGE:
        return N_("A value is too large for the store %s (%s). Nothing was written.");
    case GW_NOMEM:
        return N_("There is no memory left to work on the store %s (%s). Close other programs.");
    case GW_BUG:
        return N_("The program used the store %s wrongly (%s). Nothing was written. Please report "
                  "this.");
    default:
        return N_("The store %s is damaged or cannot be read (%s). Keep the file, run the doctor "
                  "command, and restore a backup if it says so.");
    }
}

enum gw_err gw_db_trouble(struct gw_db *db, int rc, struct gw_fail *fail)
{
    enum gw_err err = map_error(rc);
    char detail[200];
    /* SQLite's own words name tables and columns, never values. */
    (void)snprintf(detail, sizeof detail, "%s, %d",
                   db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc), rc);
    gw_log(err == GW_AGAIN || err == GW_REFUSED ? GW_LOG_INFO : GW_LOG_ERROR, "store: %s: %s",
           gw_err_name(err), detail);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    return gw_fail_set(fail, err, gettext(sentence_for(err)), db->path, detail);
#pragma GCC diagnostic pop
}

/* After FULL, IOERR or NOMEM SQLite may have rolled back by itself. Nothing may be written then as
 * if the transaction were still there. */
static enum gw_err note_trouble(struct gw_db *db, int rc, struct gw_fail *fail)
{
    enum gw_err err = gw_db_trouble(db, rc, fail);
    if (db->opener && sqlite3_get_autocommit(db->handle) && !db->lost) {
        db->lost = err;
    }
    return err;
}

static enum gw_err say_lost(const struct gw_db *db, struct gw_fail *fail)
{
    return gw_fail_set(fail, db->lost,
                       _("The store %s took back the whole step after an earlier error (%s). "
                         "Nothing of it was written. Try again."),
                       db->path, gw_err_name(db->lost));
}

/* ---- the file lock */

static int64_t mono_ms(void)
{
    struct timespec ts = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool gw_db_lock(struct gw_db *db, int wait_ms)
{
    int64_t until = mono_ms() + wait_ms;
    while (flock(db->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || mono_ms() >= until) {
            return false;
        }
        (void)poll(NULL, 0, 1);
    }
    return true;
}

void gw_db_unlock(struct gw_db *db)
{
    (void)flock(db->lock_fd, LOCK_UN); /* cannot fail on a lock we hold */
}

enum gw_err gw_lock_take(const char *path, int *fd_out, struct gw_fail *fail)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return gw_fail_set(fail, errno == ENOSPC ? GW_FULL : GW_STORE,
                           _("The lock %s could not be opened: %s. Check the folder and its "
                             "rights."),
                           path, gw_errno_text(errno));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        (void)close(fd); /* nothing was written */
        return gw_fail_set(fail, GW_HELD,
                           _("Another process holds %s. Close that program first, or let it do the "
                             "work."),
                           path);
    }
    *fd_out = fd;
    return GW_OK;
}

void gw_lock_release(int fd)
{
    if (fd >= 0) {
        (void)close(fd); /* the lock goes with the last descriptor */
    }
}

/* ---- statements */

sqlite3_stmt *gw_db_stmt(struct gw_db *db, size_t i)
{
    must(i < db->sql_n, "statement number", db->path);
    sqlite3_stmt *st = db->statements[i];
    if (st) {
        (void)sqlite3_reset(st); /* repeats the error of the last step, already reported */
        (void)sqlite3_clear_bindings(st);
        return st;
    }
    int rc =
        sqlite3_prepare_v3(db->handle, db->sql[i].text, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);
    must((rc & 0xFF) != SQLITE_ERROR, sqlite3_errmsg(db->handle), db->sql[i].text);
    must(rc != SQLITE_OK || st, "empty statement", db->sql[i].text);
    db->statements[i] = st; /* NULL when the store cannot be read: gw_db_step reports it */
    return st;
}

static int find(sqlite3_stmt *st, const char *name)
{
    int at = sqlite3_bind_parameter_index(st, name);
    must(at > 0, name, sqlite3_sql(st));
    return at;
}

static void bound(sqlite3_stmt *st, int rc)
{
    must(rc == SQLITE_OK, "binding", sqlite3_sql(st));
}

void gw_bind_text(sqlite3_stmt *st, const char *name, const char *text)
{
    gw_bind_textn(st, name, text, text ? strlen(text) : 0);
}

void gw_bind_textn(sqlite3_stmt *st, const char *name, const char *text, size_t len_bytes)
{
    if (st) {
        bound(st,
              sqlite3_bind_text64(st, find(st, name), text, len_bytes, SQLITE_STATIC, SQLITE_UTF8));
    }
}

void gw_bind_int(sqlite3_stmt *st, const char *name, int64_t value)
{
    if (st) {
        bound(st, sqlite3_bind_int64(st, find(st, name), value));
    }
}

void gw_bind_real(sqlite3_stmt *st, const char *name, double value)
{
    if (st) {
        bound(st, sqlite3_bind_double(st, find(st, name), value));
    }
}

void gw_bind_blob(sqlite3_stmt *st, const char *name, const void *bytes, size_t len_bytes)
{
    if (st) {
        bound(st, sqlite3_bind_blob64(st, find(st, name), bytes, len_bytes, SQLITE_STATIC));
    }
}

void gw_bind_null(sqlite3_stmt *st, const char *name)
{
    if (st) {
        bound(st, sqlite3_bind_null(st, find(st, name)));
    }
}

enum gw_err gw_db_step(struct gw_db *db, sqlite3_stmt *st, bool *row, struct gw_fail *fail)
{
    *row = false;
    if (!st) { /* gw_db_stmt could not prepare it; its error is still the connection's last */
        int rc = sqlite3_extended_errcode(db->handle);
        return note_trouble(db, rc == SQLITE_OK ? SQLITE_CORRUPT : rc, fail);
    }
    must(db->opener || sqlite3_stmt_readonly(st), "write outside a transaction", sqlite3_sql(st));
    if (db->lost) {
        return say_lost(db, fail);
    }
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW) {
        *row = true;
        return GW_OK;
    }
    enum gw_err err = rc == SQLITE_DONE ? GW_OK : note_trouble(db, rc, fail);
    (void)sqlite3_reset(st); /* repeats rc */
    return err;
}

enum gw_err gw_db_run(struct gw_db *db, sqlite3_stmt *st, struct gw_fail *fail)
{
    bool row = true;
    enum gw_err err = GW_OK;
    while (row && !err) {
        err = gw_db_step(db, st, &row, fail);
    }
    return err;
}

/* One statement of a free text. Writes outside a transaction are a transaction of their own, so
 * they need the lock. */
static enum gw_err exec_one(struct gw_db *db, sqlite3_stmt *st, struct gw_fail *fail)
{
    bool alone = !db->opener && !sqlite3_stmt_readonly(st) && !db->readonly;
    bool inside = !sqlite3_get_autocommit(db->handle);
    if (db->lost) {
        return say_lost(db, fail);
    }
    if (alone && !gw_db_lock(db, db->lock_wait_ms)) {
        return gw_db_trouble(db, SQLITE_BUSY, fail);
    }
    if (alone) {
        gw_db_note_write(db);
    }
    int rc = SQLITE_ROW;
    while (rc == SQLITE_ROW) {
        rc = sqlite3_step(st);
    }
    enum gw_err err = rc == SQLITE_DONE ? GW_OK : note_trouble(db, rc, fail);
    if (alone) {
        gw_db_unlock(db);
    }
    must(err || inside == !sqlite3_get_autocommit(db->handle),
         "only the kit begins and ends transactions", sqlite3_sql(st));
    return err;
}

enum gw_err gw_db_exec(struct gw_db *db, const char *sql, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    while (!err && *sql) {
        sqlite3_stmt *st = NULL;
        int rc = sqlite3_prepare_v2(db->handle, sql, -1, &st, &sql);
        if (rc != SQLITE_OK) {
            return note_trouble(db, rc, fail);
        }
        if (st) { /* NULL for blanks and comments */
            err = exec_one(db, st, fail);
        }
        (void)sqlite3_finalize(st); /* repeats the step's error */
    }
    return err;
}

enum gw_err gw_db_ask_int(struct gw_db *db, const char *sql, int64_t *out, struct gw_fail *fail)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &st, NULL);
    rc = rc == SQLITE_OK ? sqlite3_step(st) : rc;
    enum gw_err err = GW_OK;
    if (rc == SQLITE_ROW) {
        *out = sqlite3_column_int64(st, 0);
    } else {
        err = gw_db_trouble(db, rc == SQLITE_DONE ? SQLITE_CORRUPT : rc, fail);
    }
    (void)sqlite3_finalize(st); /* repeats the step's error */
    return err;
}

const char *gw_col_text(sqlite3_stmt *st, int col)
{
    return (const char *)sqlite3_column_text(st, col);
}

int64_t gw_col_int(sqlite3_stmt *st, int col)
{
    return sqlite3_column_int64(st, col);
}

/* ---- transactions */

static int simple(struct gw_db *db, const char *sql)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
}

static int control(struct gw_db *db, size_t which)
{
    static const char *const texts[CONTROL_N] = {"BEGIN IMMEDIATE", "COMMIT", "SAVEPOINT gw",
                                                 "RELEASE gw"};
    sqlite3_stmt **st = &db->control[which];
    int rc = SQLITE_OK;
    if (!*st) {
        rc = sqlite3_prepare_v3(db->handle, texts[which], -1, SQLITE_PREPARE_PERSISTENT, st, NULL);
    }
    if (rc == SQLITE_OK) {
        (void)sqlite3_step(*st); /* reset repeats its error */
        rc = sqlite3_reset(*st);
    }
    return rc;
}

/* synchronous cannot change inside a transaction, so it is set before BEGIN. */
static int begin_locked(struct gw_db *db, enum gw_durable durable)
{
    if (db->durable != (int)durable) {
        int rc = simple(db, durable == GW_DURABLE_FULL ? "PRAGMA synchronous=FULL"
                                                       : "PRAGMA synchronous=NORMAL");
        if (rc != SQLITE_OK) {
            return rc;
        }
        db->durable = (int)durable;
    }
    return control(db, CONTROL_BEGIN);
}

bool gw_db_free(struct gw_db *db)
{
    bool is_free = gw_db_lock(db, 0);
    if (is_free) {
        gw_db_unlock(db);
    }
    return is_free;
}

enum gw_err gw_db_begin(struct gw_db *db, enum gw_durable durable, const char *opener,
                        struct gw_fail *fail)
{
    must(!db->opener, "a transaction is open already, begun by", db->opener ? db->opener : "");
    must(opener && !db->readonly, "begin on a read-only connection or without a name", db->path);
    if (!gw_db_lock(db, db->lock_wait_ms)) {
        return gw_fail_set(fail, GW_AGAIN,
                           _("The store %s has been busy with another program for %d ms. Try again "
                             "in a moment."),
                           db->path, db->lock_wait_ms);
    }
    gw_db_note_write(db);
    int rc = begin_locked(db, durable);
    if (rc != SQLITE_OK) {
        enum gw_err err = gw_db_trouble(db, sqlite3_extended_errcode(db->handle), fail);
        gw_db_unlock(db);
        return err;
    }
    db->opener = opener;
    db->lost = GW_OK;
    return GW_OK;
}

enum gw_err gw_db_commit(struct gw_db *db, struct gw_fail *fail)
{
    must(db->opener != NULL, "commit outside a transaction", db->path);
    enum gw_err err = db->lost ? say_lost(db, fail) : GW_OK;
    if (!err && db->guard) {
        err = db->guard(db->guard_ctx, fail);
    }
    if (!err && db->lost) { /* a statement of the guard */
        err = say_lost(db, fail);
    }
    if (!err && control(db, CONTROL_COMMIT) != SQLITE_OK) {
        err = gw_db_trouble(db, sqlite3_extended_errcode(db->handle), fail);
    }
    if (err) {
        gw_db_rollback(db);
        return err;
    }
    db->opener = NULL;
    db->unsynced = db->durable != GW_DURABLE_FULL;
    gw_db_unlock(db);
    return GW_OK;
}

void gw_db_rollback(struct gw_db *db)
{
    if (!db->opener) {
        return;
    }
    if (!sqlite3_get_autocommit(db->handle)) {
        (void)simple(db, "ROLLBACK"); /* after a write error it may complain; it always ends it */
    }
    db->opener = NULL;
    db->lost = GW_OK;
    gw_db_unlock(db);
}

bool gw_db_in_txn(const struct gw_db *db)
{
    return db->opener != NULL;
}

enum gw_err gw_db_save(struct gw_db *db)
{
    must(db->opener != NULL, "savepoint outside a transaction", db->path);
    if (db->lost) {
        return db->lost;
    }
    int rc = control(db, CONTROL_SAVE);
    return rc == SQLITE_OK ? GW_OK : note_trouble(db, sqlite3_extended_errcode(db->handle), NULL);
}

void gw_db_save_keep(struct gw_db *db)
{
    if (!db->lost && control(db, CONTROL_KEEP) != SQLITE_OK) {
        (void)note_trouble(db, sqlite3_extended_errcode(db->handle), NULL); /* commit reports it */
    }
}

void gw_db_save_undo(struct gw_db *db)
{
    if (!db->lost && simple(db, "ROLLBACK TO gw; RELEASE gw") != SQLITE_OK) {
        (void)note_trouble(db, sqlite3_extended_errcode(db->handle), NULL); /* commit reports it */
    }
}

void gw_db_set_guard(struct gw_db *db, gw_db_guard guard, void *ctx)
{
    db->guard = guard;
    db->guard_ctx = ctx;
}

/* ---- idle work */

int64_t gw_db_log_pages(const struct gw_db *db)
{
    return db->log_pages;
}

int64_t gw_db_data_version(struct gw_db *db)
{
    int64_t version = 0;
    if (!db->version &&
        sqlite3_prepare_v3(db->handle, "PRAGMA data_version", -1, SQLITE_PREPARE_PERSISTENT,
                           &db->version, NULL) != SQLITE_OK) {
        return 0;
    }
    if (sqlite3_step(db->version) == SQLITE_ROW) {
        version = sqlite3_column_int64(db->version, 0);
    }
    (void)sqlite3_reset(db->version); /* a failed read looks like "no change"; reads report it */
    return version;
}

sqlite3 *gw_db_handle(struct gw_db *db)
{
    return db->handle;
}

const char *gw_db_path(const struct gw_db *db)
{
    return db->path;
}

const char *gw_db_version(void)
{
    return sqlite3_libversion();
}
