/* SQLite driver: opening, transactions, counters, the whole. */
#include "dispatchd/store_sqlite_p.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum {
    APP_ID = 0x47574473, /* "GWDs" */
    LOG_PAGES = 1000,    /* a shorter log stays: the commit after a checkpoint costs a sync more */
};

extern const struct gw_migration dispatchd_migrations[];
extern const size_t dispatchd_migrations_n;

struct sqlite_store *sqlite_of(struct store *store)
{
    return (struct sqlite_store *)store; /* store is its first member */
}

enum gw_err sqlite_first(struct sqlite_store *s, sqlite3_stmt *st, struct gw_fail *fail)
{
    bool row = false;
    enum gw_err err = gw_db_step(s->db, st, &row, fail);
    if (err) {
        return err;
    }
    return row ? GW_OK : GW_ABSENT;
}

/* An open statement would hold the reader's view of the store. */
void sqlite_done(sqlite3_stmt *st)
{
    (void)sqlite3_reset(st); /* repeats an error that was reported */
}

enum gw_err sqlite_copy(char *out, size_t size, sqlite3_stmt *st, int col, struct gw_fail *fail)
{
    const char *text = gw_col_text(st, col);
    size_t len = text ? strlen(text) : 0;
    if (len >= size) {
        return gw_fail_set(fail, GW_STORE,
                           _("The store holds a value that is too long for its column. It was "
                             "changed by something else; restore a backup."));
    }
    memcpy(out, text ? text : "", len);
    out[len] = '\0';
    return GW_OK;
}

/* ---- transactions */

static enum gw_err read_seq(struct sqlite_store *s, int64_t *seq, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_NEWEST);
    enum gw_err err = sqlite_first(s, st, fail);
    if (err == GW_ABSENT) {
        return gw_fail_set(fail, GW_STORE,
                           _("The store %s has no epoch. It was not made by init; restore a "
                             "backup."),
                           gw_db_path(s->db));
    }
    if (!err) {
        *seq = gw_col_int(st, 0);
    }
    sqlite_done(st);
    return err;
}

enum gw_err sqlite_begin(struct sqlite_store *s, enum gw_durable durable, const char *opener,
                         struct gw_fail *fail)
{
    assert(!s->marked);
    enum gw_err err = gw_db_begin(s->db, durable, opener, fail);
    if (err) {
        return err;
    }
    err = read_seq(s, &s->seq, fail);
    s->seq_begun = s->seq;
    if (err) {
        gw_db_rollback(s->db);
    }
    return err;
}

static enum gw_err op_begin(struct store *store, const char *opener, struct gw_fail *fail)
{
    return sqlite_begin(sqlite_of(store), GW_DURABLE_FULL, opener, fail);
}

/* Rows carry their seq themselves; one that was taken for something else must be noted. */
static enum gw_err write_seq(struct sqlite_store *s, struct gw_fail *fail)
{
    int64_t newest = s->seq;
    enum gw_err err = GW_OK;
    if (s->seq != s->seq_begun) {
        err = sqlite_fresh_end(s, false, &newest, fail);
    }
    if (err || newest >= s->seq) {
        return err;
    }
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_META_SEQ);
    gw_bind_int(st, ":seq", s->seq);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err op_commit(struct store *store, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    enum gw_err err = write_seq(s, fail);
    if (err) {
        gw_db_rollback(s->db);
    } else {
        err = gw_db_commit(s->db, fail);
    }
    if (err) {
        sqlite_digest_forget(s);
        sqlite_recent_forget(s);
    }
    return err;
}

static void op_rollback(struct store *store)
{
    sqlite_digest_forget(sqlite_of(store));
    sqlite_recent_forget(sqlite_of(store));
    gw_db_rollback(sqlite_of(store)->db);
}

static bool op_in_txn(const struct store *store)
{
    return gw_db_in_txn(((const struct sqlite_store *)store)->db);
}

static enum gw_err op_save(struct store *store, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    s->seq_saved = s->seq;
    enum gw_err err = gw_db_save(s->db);
    if (err) {
        (void)gw_fail_set(fail, err, _("The store %s could not begin a step. Try again later."),
                          gw_db_path(s->db));
    }
    return err;
}

static void op_save_keep(struct store *store)
{
    gw_db_save_keep(sqlite_of(store)->db);
}

static void op_save_undo(struct store *store)
{
    struct sqlite_store *s = sqlite_of(store);
    gw_db_save_undo(s->db);
    sqlite_digest_forget(s);
    sqlite_recent_forget(s);
    s->seq = s->seq_saved;
}

static enum gw_err op_read_begin(struct store *store, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    assert(!s->marked);
    if (gw_db_in_txn(s->db)) {
        return GW_OK; /* nobody else can write */
    }
    enum gw_err err = sqlite_first(s, gw_db_stmt(s->db, SQL_MARK), fail);
    s->marked = err == GW_OK;
    return err;
}

static void op_read_end(struct store *store)
{
    struct sqlite_store *s = sqlite_of(store);
    if (s->marked) {
        sqlite_done(gw_db_stmt(s->db, SQL_MARK));
        s->marked = false;
    }
}

static int64_t op_outside_version(struct store *store)
{
    return gw_db_data_version(sqlite_of(store)->db);
}

static bool op_idle(struct store *store)
{
    struct sqlite_store *s = sqlite_of(store);
    if (sqlite_fresh_rest(s)) {
        return true;
    }
    if (gw_db_log_pages(s->db) >= LOG_PAGES) {
        gw_db_checkpoint(s->db);
    }
    return false;
}

/* ---- counters and keys */

static enum gw_err read_keys(struct sqlite_store *s, sqlite3_stmt *st, struct gw_fail *fail)
{
    if (sqlite3_column_bytes(st, 3) != GW_KEY_BYTES ||
        sqlite3_column_bytes(st, 4) != GW_KEY_BYTES) {
        return gw_fail_set(fail, GW_STORE,
                           _("The store %s has no usable server key. Restore a backup."),
                           gw_db_path(s->db));
    }
    gw_sign_key_from_seed(&s->sign_key, sqlite3_column_blob(st, 3));
    memcpy(s->box_secret, sqlite3_column_blob(st, 4), GW_KEY_BYTES);
    gw_box_public(s->box_secret, s->box_public);
    s->keys_read = true;
    return GW_OK;
}

static enum gw_err op_meta(struct store *store, struct store_meta *out, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_META);
    enum gw_err err = sqlite_first(s, st, fail);
    err = err ? err : sqlite_copy(out->epoch, sizeof out->epoch, st, 0, fail);
    if (!err && !s->keys_read) {
        err = read_keys(s, st, fail);
    }
    if (!err) {
        out->seq = gw_db_in_txn(s->db) ? s->seq : gw_col_int(st, 1);
        out->horizon = gw_col_int(st, 2);
        out->sign_key = s->sign_key;
        memcpy(out->box_secret, s->box_secret, GW_KEY_BYTES);
        memcpy(out->box_public, s->box_public, GW_KEY_BYTES);
    }
    sqlite_done(st);
    return err;
}

static enum gw_err op_newest(struct store *store, int64_t *seq, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    if (gw_db_in_txn(s->db)) {
        *seq = s->seq;
        return GW_OK;
    }
    return read_seq(s, seq, fail);
}

static enum gw_err op_next_seq(struct store *store, int64_t *seq, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    assert(gw_db_in_txn(s->db));
    (void)fail; /* a driver with a lock of its own may fail here */
    *seq = ++s->seq;
    return GW_OK;
}

static bool op_predecessor(struct store *store, const char *epoch, int64_t *until)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_PREDECESSOR);
    gw_bind_text(st, ":epoch", epoch);
    bool known = sqlite_first(s, st, NULL) == GW_OK;
    if (known) {
        *until = gw_col_int(st, 0);
    }
    sqlite_done(st);
    return known;
}

enum gw_err sqlite_store_epoch(struct store *store, bool first, const struct gw_random *random,
                               int64_t now, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    uint8_t bytes[5], sign[GW_KEY_BYTES], box[GW_KEY_BYTES];
    char epoch[9];
    random->fill(random->ctx, bytes, sizeof bytes);
    gw_crockford(bytes, 8, epoch);
    enum gw_err err = gw_db_begin(s->db, GW_DURABLE_FULL, "epoch", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = gw_db_stmt(s->db, first ? SQL_META_INIT : SQL_META_EPOCH);
    if (first) {
        random->fill(random->ctx, sign, sizeof sign);
        random->fill(random->ctx, box, sizeof box);
        gw_bind_blob(st, ":sign", sign, sizeof sign);
        gw_bind_blob(st, ":box", box, sizeof box);
    } else {
        sqlite3_stmt *past = gw_db_stmt(s->db, SQL_PREDECESSOR_ADD);
        gw_bind_int(past, ":now", now);
        err = gw_db_run(s->db, past, fail);
    }
    gw_bind_text(st, ":epoch", epoch);
    err = err ? err : gw_db_run(s->db, st, fail);
    gw_wipe(sign, sizeof sign);
    gw_wipe(box, sizeof box);
    if (err) {
        gw_db_rollback(s->db);
        return err;
    }
    return gw_db_commit(s->db, fail);
}

/* ---- the whole */

static enum gw_err op_counts(struct store *store, struct store_counts *out, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    *out = (struct store_counts){.users = 0};
    enum gw_err err = GW_OK;
    for (int type = 0; type < TYPE_N && !err; type++) {
        sqlite3_stmt *st = gw_db_stmt(s->db, SQL_COUNT_ROWS);
        gw_bind_int(st, ":type", type);
        err = sqlite_first(s, st, fail);
        out->rows[type] = err ? 0 : gw_col_int(st, 0);
        sqlite_done(st);
    }
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_COUNTS);
    err = err ? err : sqlite_first(s, st, fail);
    if (!err) {
        int64_t *cells[] = {&out->users,  &out->devices,     &out->sources,    &out->commands,
                            &out->review, &out->quarantined, &out->alarms_open};
        for (int i = 0; i < 7; i++) {
            *cells[i] = gw_col_int(st, i);
        }
    }
    sqlite_done(st);
    return err;
}

static enum gw_err op_backup(struct store *store, const char *file, struct gw_fail *fail)
{
    return gw_db_backup(sqlite_of(store)->db, file, fail);
}

static enum gw_err op_check(struct store *store, bool full, struct gw_fail *fail)
{
    return gw_db_check(sqlite_of(store)->db, full, fail);
}

static void op_close(struct store *store)
{
    struct sqlite_store *s = sqlite_of(store);
    op_read_end(store);
    sqlite_digest_forget(s);
    sqlite_recent_free(s);
    gw_db_rollback(s->db);
    gw_db_close(s->db);
    gw_wipe(&s->sign_key, sizeof s->sign_key);
    gw_wipe(s->box_secret, sizeof s->box_secret);
    if (s->serve_lock >= 0) {
        gw_lock_release(s->serve_lock);
    }
    free(s);
}

/* Filled once: the table is constant after the first open. */
static const struct store_ops *sqlite_ops(void)
{
    static struct store_ops ops;
    if (!ops.close) {
        struct store_ops fresh = {
            .begin = op_begin,
            .commit = op_commit,
            .rollback = op_rollback,
            .in_txn = op_in_txn,
            .save = op_save,
            .save_keep = op_save_keep,
            .save_undo = op_save_undo,
            .read_begin = op_read_begin,
            .read_end = op_read_end,
            .outside_version = op_outside_version,
            .idle = op_idle,
            .meta = op_meta,
            .newest = op_newest,
            .next_seq = op_next_seq,
            .predecessor = op_predecessor,
            .counts = op_counts,
            .backup = op_backup,
            .check = op_check,
            .close = op_close,
        };
        sqlite_rows_ops(&fresh);
        sqlite_feed_ops(&fresh);
        sqlite_people_ops(&fresh);
        sqlite_work_ops(&fresh);
        sqlite_blob_ops(&fresh);
        ops = fresh;
    }
    return &ops;
}

static enum gw_err take_serve_lock(const char *file, int *fd, struct gw_fail *fail)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s.serve", file) >= (int)sizeof path) {
        return gw_fail_set(fail, GW_INVALID, _("The path of the store is too long."));
    }
    enum gw_err err = gw_lock_take(path, fd, NULL);
    if (err == GW_HELD) {
        return gw_fail_set(fail, GW_HELD,
                           _("Another gridward-dispatchd serves the store %s. Stop it first."),
                           file);
    }
    if (err) {
        return gw_fail_set(fail, err, _("The lock file %s cannot be made. Check the folder."),
                           path);
    }
    return GW_OK;
}

enum gw_err sqlite_store_open(const char *file, const struct store_opts *opts, bool create,
                              struct store **out, struct gw_fail *fail)
{
    struct sqlite_store *s = calloc(1, sizeof *s);
    *out = NULL;
    if (!s) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory to open the store."));
    }
    s->store.ops = sqlite_ops();
    sqlite_digest_open(s);
    s->serve_lock = -1;
    struct gw_db_opts db = {
        .path = file,
        .create = create,
        .app_id = APP_ID,
        .sql = store_sql,
        .sql_n = STORE_SQL_N,
        .migrations = dispatchd_migrations,
        .migrations_n = dispatchd_migrations_n,
        .max_pages = opts->max_pages,
        .vfs = opts->vfs,
        .lock_wait_ms = opts->lock_wait_ms,
    };
    enum gw_err err = GW_OK;
    if (opts->use == STORE_SERVE) {
        err = take_serve_lock(file, &s->serve_lock, fail);
    }
    err = err ? err : gw_db_open(&db, &s->db, fail);
    if (err) {
        if (s->serve_lock >= 0) {
            gw_lock_release(s->serve_lock);
        }
        free(s);
        return err;
    }
    *out = &s->store;
    return GW_OK;
}
