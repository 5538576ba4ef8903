/* The log is kept and written over: what an idle moment and a close leave of it. */
#include "tests/unit/base/cm.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sqlkit.h"
#include "tests/kit/faultvfs.h"
#include "tests/kit/scratch.h"

static const struct gw_migration STEPS[] = {
    {"0001_note", "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"},
};

static char path[PATH_MAX];

static struct gw_db *open_ok(void)
{
    struct gw_db *db = NULL;
    struct gw_fail fail = {0};
    const struct gw_db_opts opts = {.path = path,
                                    .create = true,
                                    .app_id = 7,
                                    .migrations = STEPS,
                                    .migrations_n = 1,
                                    .vfs = faultvfs_register()};
    if (gw_db_open(&opts, &db, &fail) != GW_OK) {
        fail_msg("open: %s", fail.text);
    }
    return db;
}

/* rows of 1,000 bytes in one commit. */
static void add(struct gw_db *db, int rows, enum gw_durable durable)
{
    char sql[200];
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO note(text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 "
                   "FROM n WHERE i < %d) SELECT hex(zeroblob(500)) FROM n",
                   rows);
    assert_int_equal(gw_db_begin(db, durable, "test", NULL), GW_OK);
    assert_int_equal(gw_db_exec(db, sql, NULL), GW_OK);
    assert_int_equal(gw_db_commit(db, NULL), GW_OK);
}

static int64_t count(sqlite3 *handle)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(handle, "SELECT count(*) FROM note", -1, &st, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

/* Of the store's file alone, as a tool finds it that copies only that. */
static int64_t count_without_log(void)
{
    char uri[PATH_MAX + 40];
    sqlite3 *handle = NULL;
    (void)snprintf(uri, sizeof uri, "file:%s?immutable=1", path);
    assert_int_equal(sqlite3_open_v2(uri, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL),
                     SQLITE_OK);
    int64_t n = count(handle);
    sqlite3_close(handle);
    return n;
}

static int64_t size_of(const char *suffix)
{
    char name[PATH_MAX + 8];
    struct stat st;
    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &st) == 0 ? st.st_size : -1;
}

static int64_t log_size(void)
{
    return size_of("-wal");
}

static void watch_log(unsigned ops)
{
    faultvfs_arm(&(struct faultvfs_plan){.ops = ops, .suffix = "-wal"});
}

static void write_and_die(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        add(open_ok(), 1, GW_DURABLE_FULL);
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void close__grown_log__kept_and_short_to_read(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "grown.db");
    struct gw_db *db = open_ok();
    add(db, 1500, GW_DURABLE_NORMAL);
    gw_db_close(db);
    assert_int_equal(count_without_log(), 1500);
    int64_t size = log_size();
    assert_true(size > 1 << 20);
    for (int i = 1; i <= 3; i++) {
        write_and_die();
        db = open_ok();
        assert_int_equal(count(gw_db_handle(db)), 1500 + i);
        assert_int_equal(gw_db_check(db, true, NULL), GW_OK);
        int pages = -1;
        assert_int_equal(sqlite3_wal_checkpoint_v2(gw_db_handle(db), NULL,
                                                   SQLITE_CHECKPOINT_PASSIVE, &pages, NULL),
                         SQLITE_OK);
        assert_true(pages < 10);
        gw_db_close(db);
        assert_int_equal(log_size(), size); /* written over, not grown */
        assert_int_equal(count_without_log(), 1500 + i);
    }
}

static void close__huge_log__kept_only_in_part(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "huge.db");
    struct gw_db *db = open_ok();
    add(db, 12000, GW_DURABLE_NORMAL);
    assert_true(log_size() > 10 << 20);
    gw_db_close(db);
    assert_int_equal(log_size(), 8 << 20);
    db = open_ok();
    assert_int_equal(count(gw_db_handle(db)), 12000);
    gw_db_close(db);
}

static void close__scrubbed__log_is_empty(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "scrub.db");
    struct gw_db *db = open_ok();
    add(db, 1500, GW_DURABLE_NORMAL);
    gw_db_scrub(db);
    gw_db_idle(db);
    assert_int_equal(log_size(), 0);
    add(db, 1500, GW_DURABLE_NORMAL);
    assert_true(log_size() > 1 << 20);
    gw_db_scrub(db);
    gw_db_close(db);
    assert_int_equal(log_size(), 0);
    assert_int_equal(count_without_log(), 3000);
}

static void idle__short_log__synced_and_not_folded(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "short.db");
    struct gw_db *db = open_ok();
    int64_t size = size_of("");
    add(db, 10, GW_DURABLE_NORMAL);
    watch_log(FAULTVFS_SYNC);
    gw_db_idle(db);
    assert_int_equal(faultvfs_seen(), 1);
    gw_db_idle(db);
    assert_int_equal(faultvfs_seen(), 1); /* once is enough */
    assert_int_equal(size_of(""), size);
    add(db, 10, GW_DURABLE_FULL);
    assert_int_equal(faultvfs_seen(), 2);
    gw_db_idle(db);
    assert_int_equal(faultvfs_seen(), 2); /* it is on the disk already */
    gw_db_close(db);
}

static void idle__long_log__next_commit_syncs_once_and_writes_over(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "long.db");
    struct gw_db *db = open_ok();
    add(db, 2500, GW_DURABLE_NORMAL);
    int64_t size = log_size();
    gw_db_idle(db);
    assert_int_equal(count_without_log(), 2500);
    for (int i = 0; i < 5; i++) {
        watch_log(FAULTVFS_SYNC);
        add(db, 1, GW_DURABLE_FULL);
        assert_int_equal(faultvfs_seen(), 1);
    }
    assert_int_equal(log_size(), size);
    faultvfs_disarm();
    gw_db_close(db);
}

static void idle__another_reads__its_picture_stays(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "reader.db");
    struct gw_db *db = open_ok();
    struct gw_db *reader = open_ok();
    add(db, 10, GW_DURABLE_FULL);
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(gw_db_handle(reader), "SELECT id FROM note", -1, &st, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    add(db, 2500, GW_DURABLE_FULL);
    gw_db_idle(db);
    int64_t seen = 1;
    while (sqlite3_step(st) == SQLITE_ROW) {
        seen++;
    }
    sqlite3_finalize(st);
    assert_int_equal(seen, 10);
    assert_int_equal(count(gw_db_handle(reader)), 2510);
    gw_db_idle(db);
    add(reader, 1, GW_DURABLE_FULL);
    assert_int_equal(count(gw_db_handle(db)), 2511);
    gw_db_close(reader);
    gw_db_close(db);
    assert_int_equal(count_without_log(), 2511);
}

/* Whatever write or sync of the fold fails, nothing that was committed goes. */
static void idle__each_step_fails_once__nothing_lost(void **state)
{
    (void)state;
    for (int64_t nth = 1; nth < 2000; nth = nth < 4 ? nth + 1 : nth * 5 / 4) {
        scratch_path(path, sizeof path, "faults.db");
        struct gw_db *db = open_ok();
        int64_t before = count(gw_db_handle(db));
        add(db, 2100, GW_DURABLE_NORMAL);
        faultvfs_arm(&(struct faultvfs_plan){
            .ops = FAULTVFS_ANY, .nth = nth, .rc = SQLITE_IOERR_WRITE, .torn = true});
        gw_db_idle(db);
        bool more = faultvfs_failed() > 0;
        faultvfs_disarm();
        assert_int_equal(count(gw_db_handle(db)), before + 2100);
        add(db, 1, GW_DURABLE_FULL);
        assert_int_equal(gw_db_exec(db, "DELETE FROM note WHERE id > 3000", NULL), GW_OK);
        assert_int_equal(gw_db_check(db, true, NULL), GW_OK);
        gw_db_close(db);
        if (!more) {
            return;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(close__grown_log__kept_and_short_to_read),
        cmocka_unit_test(close__huge_log__kept_only_in_part),
        cmocka_unit_test(close__scrubbed__log_is_empty),
        cmocka_unit_test(idle__short_log__synced_and_not_folded),
        cmocka_unit_test(idle__long_log__next_commit_syncs_once_and_writes_over),
        cmocka_unit_test(idle__another_reads__its_picture_stays),
        cmocka_unit_test(idle__each_step_fails_once__nothing_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
