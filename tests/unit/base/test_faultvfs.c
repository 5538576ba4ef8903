/* The fault VFS itself, and with it the promise of the SQL kit: whichever write or sync fails, a
 * transaction is there whole or not at all, what was acknowledged stays, and the store goes on. */
#include "tests/unit/base/cm.h"

#include <limits.h>
#include <sqlite3.h>
#include <string.h>

#include "base/sqlkit.h"
#include "tests/kit/faultvfs.h"
#include "tests/kit/scratch.h"

enum { ADD, COUNT, SQL_N, BATCH = 30, SIZE = 900 };

static const struct gw_sql SQL[SQL_N] = {
    [ADD] = {"INSERT INTO note(batch, text) VALUES (:batch, :text)"},
    [COUNT] = {"SELECT count(*) FROM note WHERE batch = :batch"},
};

static const struct gw_migration STEPS[] = {
    {"0001_note", "CREATE TABLE note(id INTEGER PRIMARY KEY, batch INTEGER, text TEXT) STRICT;"},
};

static char path[PATH_MAX];

static struct gw_db *open_store(const char *vfs)
{
    struct gw_db_opts o = {.path = path,
                           .create = true,
                           .sql = SQL,
                           .sql_n = SQL_N,
                           .migrations = STEPS,
                           .migrations_n = 1,
                           .vfs = vfs};
    struct gw_db *db = NULL;
    struct gw_fail fail = {0};
    if (gw_db_open(&o, &db, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    return db;
}

static enum gw_err add_batch(struct gw_db *db, int batch)
{
    static char text[SIZE + 1];
    memset(text, 'a', SIZE);
    enum gw_err err = gw_db_begin(db, GW_DURABLE_FULL, "batch", NULL);
    for (int i = 0; i < BATCH && !err; i++) {
        sqlite3_stmt *st = gw_db_stmt(db, ADD);
        gw_bind_int(st, ":batch", batch);
        gw_bind_text(st, ":text", text);
        err = gw_db_run(db, st, NULL);
    }
    if (err) {
        gw_db_rollback(db);
        return err;
    }
    return gw_db_commit(db, NULL);
}

static int64_t count(struct gw_db *db, int batch)
{
    bool row = false;
    sqlite3_stmt *st = gw_db_stmt(db, COUNT);
    gw_bind_int(st, ":batch", batch);
    assert_int_equal(gw_db_step(db, st, &row, NULL), GW_OK);
    int64_t n = gw_col_int(st, 0);
    assert_int_equal(gw_db_step(db, st, &row, NULL), GW_OK);
    return n;
}

static void faultvfs__counts_and_fails_the_nth(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "nth.db");
    struct gw_db *db = open_store(faultvfs_register());
    assert_string_equal(faultvfs_register(), FAULTVFS_NAME);
    faultvfs_arm(&(struct faultvfs_plan){.ops = FAULTVFS_WRITE, .suffix = "-wal"});
    assert_int_equal(add_batch(db, 1), GW_OK);
    int64_t writes = faultvfs_seen();
    assert_true(writes > 5);
    assert_int_equal(faultvfs_failed(), 0);

    faultvfs_arm(&(struct faultvfs_plan){
        .ops = FAULTVFS_WRITE, .nth = 2, .rc = SQLITE_FULL, .suffix = "-wal"});
    assert_int_equal(add_batch(db, 2), GW_FULL);
    assert_int_equal(faultvfs_failed(), 1);
    assert_int_equal(add_batch(db, 3), GW_OK); /* not sticky */
    faultvfs_arm(&(struct faultvfs_plan){
        .ops = FAULTVFS_WRITE, .nth = 1, .rc = SQLITE_IOERR_WRITE, .sticky = true});
    assert_int_equal(add_batch(db, 4), GW_FULL);
    assert_int_equal(add_batch(db, 5), GW_FULL);
    faultvfs_disarm();
    assert_int_equal(add_batch(db, 6), GW_OK);
    faultvfs_arm(&(struct faultvfs_plan){.ops = FAULTVFS_SYNC, .nth = 1, .rc = SQLITE_IOERR_FSYNC});
    assert_int_equal(add_batch(db, 7), GW_STORE);
    faultvfs_disarm();
    assert_int_equal(count(db, 1), BATCH);
    assert_int_equal(count(db, 2), 0);
    assert_int_equal(count(db, 3), BATCH);
    assert_int_equal(count(db, 4) + count(db, 5), 0);
    assert_int_equal(count(db, 6), BATCH);
    assert_int_equal(count(db, 7), 0);
    gw_db_close(db);
}

/* One round: write a batch and checkpoint with the nth operation failing. False when the plan never
 * came to its turn. */
static bool one_round(const struct faultvfs_plan *plan)
{
    scratch_path(path, sizeof path, "sweep.db");
    struct gw_db *db = open_store(FAULTVFS_NAME);
    assert_int_equal(add_batch(db, 1), GW_OK);
    faultvfs_arm(plan);
    enum gw_err err = add_batch(db, 2);
    gw_db_checkpoint(db);
    bool hit = faultvfs_failed() > 0;
    faultvfs_disarm();
    assert_true(err == GW_OK || err == GW_FULL || err == GW_STORE);
    assert_int_equal(count(db, 1), BATCH);
    assert_int_equal(count(db, 2), err == GW_OK ? BATCH : 0);
    assert_int_equal(add_batch(db, 3), GW_OK);
    gw_db_checkpoint(db);
    gw_db_close(db);
    db = open_store(NULL);
    assert_int_equal(gw_db_check(db, true, NULL), GW_OK);
    assert_int_equal(count(db, 1), BATCH);
    assert_int_equal(count(db, 2), err == GW_OK ? BATCH : 0);
    assert_int_equal(count(db, 3), BATCH);
    gw_db_close(db);
    return hit;
}

static void sqlkit__every_write_and_sync_fails_once__whole_or_nothing(void **state)
{
    (void)state;
    static const struct faultvfs_plan PLANS[] = {
        {.ops = FAULTVFS_ANY, .rc = SQLITE_FULL},
        {.ops = FAULTVFS_ANY, .rc = SQLITE_FULL, .sticky = true},
        {.ops = FAULTVFS_WRITE, .rc = SQLITE_IOERR_WRITE, .torn = true},
        {.ops = FAULTVFS_SYNC, .rc = SQLITE_IOERR_FSYNC},
    };
    (void)faultvfs_register();
    for (size_t i = 0; i < sizeof PLANS / sizeof PLANS[0]; i++) {
        struct faultvfs_plan plan = PLANS[i];
        bool hit = true;
        for (plan.nth = 1; hit && plan.nth < 1000; plan.nth++) {
            hit = one_round(&plan);
        }
        assert_false(hit); /* came past the last operation */
        assert_true(plan.nth > 3);
    }
}

/* Making and migrating a store with every operation failing in turn: refused with a code, and the
 * next try succeeds. */
static void sqlkit__every_operation_of_opening_fails__next_try_opens(void **state)
{
    (void)state;
    bool hit = true;
    int64_t nth = 1;
    for (; hit && nth < 1000; nth++) {
        scratch_path(path, sizeof path, "make.db");
        struct gw_db_opts o = {.path = path,
                               .create = true,
                               .app_id = 7,
                               .migrations = STEPS,
                               .migrations_n = 1,
                               .vfs = faultvfs_register()};
        struct gw_db *db = NULL;
        struct gw_fail fail = {0};
        faultvfs_arm(&(struct faultvfs_plan){.ops = FAULTVFS_ANY, .nth = nth, .rc = SQLITE_FULL});
        enum gw_err err = gw_db_open(&o, &db, &fail);
        hit = faultvfs_failed() > 0;
        faultvfs_disarm();
        assert_true(err == GW_OK || err == GW_FULL);
        assert_true(err == GW_OK || (db == NULL && fail.text[0]));
        gw_db_close(db);
        if (gw_db_open(&o, &db, &fail) != GW_OK) {
            fail_msg("operation %lld: %s", (long long)nth, fail.text);
        }
        assert_int_equal(gw_db_check(db, true, NULL), GW_OK);
        gw_db_close(db);
    }
    assert_false(hit);
    assert_true(nth > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faultvfs__counts_and_fails_the_nth),
        cmocka_unit_test(sqlkit__every_write_and_sync_fails_once__whole_or_nothing),
        cmocka_unit_test(sqlkit__every_operation_of_opening_fails__next_try_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
