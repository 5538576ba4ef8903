#include "tests/unit/base/cm.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sqlkit.h"
#include "tests/kit/faultvfs.h"
#include "tests/kit/scratch.h"

enum { ADD, COUNT, SUM, ADD_CHILD, READ_TEXT, SQL_N };

static const struct gw_sql SQL[SQL_N] = {
    [ADD] = {"INSERT INTO note(writer, n, text) VALUES (:writer, :n, :text)"},
    [COUNT] = {"SELECT count(*) FROM note"},
    [SUM] = {"SELECT count(*) FROM note WHERE writer = :writer"},
    [ADD_CHILD] = {"INSERT INTO child(note) VALUES (:note)"},
    [READ_TEXT] = {"SELECT text FROM note WHERE writer = :writer AND n = :n"},
};

static const struct gw_migration STEPS[] = {
    {"0001_note", "CREATE TABLE note(id INTEGER PRIMARY KEY, writer INTEGER NOT NULL,"
                  " n INTEGER NOT NULL, text TEXT, UNIQUE(writer, n)) STRICT;"},
    {"0002_child", "CREATE TABLE child(note INTEGER NOT NULL REFERENCES note(id)) STRICT;"
                   "CREATE INDEX child_note ON child(note);"},
};

static char path[PATH_MAX];

static struct gw_db_opts opts(void)
{
    return (struct gw_db_opts){
        .path = path,
        .create = true,
        .app_id = 0x47574b54,
        .sql = SQL,
        .sql_n = SQL_N,
        .migrations = STEPS,
        .migrations_n = 2,
        .lock_wait_ms = 20,
    };
}

static struct gw_db *open_with(struct gw_db_opts o)
{
    struct gw_db *db = NULL;
    struct gw_fail fail = {0};
    if (gw_db_open(&o, &db, &fail) != GW_OK) {
        fail_msg("open: %s", fail.text);
    }
    return db;
}

static struct gw_db *open_new(const char *name)
{
    scratch_path(path, sizeof path, name);
    return open_with(opts());
}

static enum gw_err add(struct gw_db *db, int writer, int n, const char *text)
{
    sqlite3_stmt *st = gw_db_stmt(db, ADD);
    gw_bind_int(st, ":writer", writer);
    gw_bind_int(st, ":n", n);
    gw_bind_text(st, ":text", text);
    return gw_db_run(db, st, NULL);
}

static enum gw_err add_alone(struct gw_db *db, int writer, int n, const char *text)
{
    enum gw_err err = gw_db_begin(db, GW_DURABLE_NORMAL, "test", NULL);
    if (err) {
        return err;
    }
    err = add(db, writer, n, text);
    if (err) {
        gw_db_rollback(db);
        return err;
    }
    return gw_db_commit(db, NULL);
}

static int64_t count(struct gw_db *db)
{
    bool row = false;
    sqlite3_stmt *st = gw_db_stmt(db, COUNT);
    assert_int_equal(gw_db_step(db, st, &row, NULL), GW_OK);
    assert_true(row);
    int64_t n = gw_col_int(st, 0);
    assert_int_equal(gw_db_step(db, st, &row, NULL), GW_OK);
    assert_false(row);
    return n;
}

static int64_t pragma(struct gw_db *db, const char *sql)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(gw_db_handle(db), sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return value;
}

static void sqlkit_open__new_file__private_wal_and_settings(void **state)
{
    (void)state;
    struct gw_db *db = open_new("new.db");
    struct stat st;
    char beside[PATH_MAX + 8];
    assert_int_equal(add_alone(db, 1, 1, "x"), GW_OK);
    static const char *const FILES[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(beside, sizeof beside, "%s%s", path, FILES[i]);
        assert_int_equal(stat(beside, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    assert_int_equal(pragma(db, "PRAGMA wal_autocheckpoint"), 0);
    assert_int_equal(pragma(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(pragma(db, "PRAGMA cell_size_check"), 1);
    assert_int_equal(pragma(db, "PRAGMA trusted_schema"), 0);
    assert_int_equal(pragma(db, "PRAGMA application_id"), 0x47574b54);
    assert_int_equal(pragma(db, "PRAGMA user_version"), 2);
    assert_int_equal(pragma(db, "PRAGMA journal_size_limit"), 67108864);
    int on = 0;
    sqlite3_db_config(gw_db_handle(db), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, -1, &on);
    assert_int_equal(on, 1);
    sqlite3_db_config(gw_db_handle(db), SQLITE_DBCONFIG_DEFENSIVE, -1, &on);
    assert_int_equal(on, 1);
    gw_db_close(db);
}

static void sqlkit_open__missing_without_create__absent(void **state)
{
    (void)state;
    struct gw_db *db = (struct gw_db *)1;
    struct gw_fail fail = {0};
    scratch_path(path, sizeof path, "missing.db");
    struct gw_db_opts o = opts();
    o.create = false;
    assert_int_equal(gw_db_open(&o, &db, &fail), GW_ABSENT);
    assert_null(db);
    assert_true(fail.text[0]);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void sqlkit_open__not_a_database__store(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "junk.db");
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 5000; i++) {
        fputc('j', f);
    }
    fclose(f);
    struct gw_db *db = NULL;
    struct gw_fail fail = {0};
    struct gw_db_opts o = opts();
    assert_int_equal(gw_db_open(&o, &db, &fail), GW_STORE);
    assert_null(db);
}

static void sqlkit_open__damaged_page__store(void **state)
{
    (void)state;
    struct gw_db *db = open_new("damaged.db");
    for (int i = 0; i < 200; i++) {
        assert_int_equal(add_alone(db, 1, i, "some text that fills pages of the store"), GW_OK);
    }
    assert_true(gw_db_log_pages(db) > 0);
    gw_db_checkpoint(db);
    assert_int_equal(gw_db_log_pages(db), 0);
    gw_db_close(db);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    char junk[64];
    memset(junk, 0xEE, sizeof junk);
    assert_int_equal(pwrite(fd, junk, sizeof junk, 4096), sizeof junk); /* head of page 2 */
    close(fd);
    char wal[PATH_MAX + 8];
    snprintf(wal, sizeof wal, "%s-wal", path);
    unlink(
        wal); /* all of it is checkpointed; the good copies of the pages must not hide the harm */
    struct gw_db_opts o = opts();
    assert_int_equal(gw_db_open(&o, &db, NULL), GW_STORE);
}

static void sqlkit_open__other_application__refused(void **state)
{
    (void)state;
    gw_db_close(open_new("other.db"));
    struct gw_db *db = NULL;
    struct gw_fail fail = {0};
    struct gw_db_opts o = opts();
    o.app_id = 0x1234;
    assert_int_equal(gw_db_open(&o, &db, &fail), GW_STORE);
    assert_non_null(strstr(fail.text, "another program"));
    db = open_with(opts());
    assert_int_equal(pragma(db, "PRAGMA application_id"), 0x47574b54);
    gw_db_close(db);
}

static void sqlkit_migrate__newer_file__refused_and_unchanged(void **state)
{
    (void)state;
    struct gw_db *db = open_new("newer.db");
    assert_int_equal(add_alone(db, 1, 1, "x"), GW_OK);
    assert_int_equal(gw_db_exec(db, "PRAGMA user_version=3", NULL), GW_OK);
    gw_db_close(db);
    struct gw_fail fail = {0};
    struct gw_db_opts o = opts();
    assert_int_equal(gw_db_open(&o, &db, &fail), GW_STORE);
    assert_non_null(strstr(fail.text, "newer version"));
}

static void sqlkit_migrate__broken_step__older_version_stays(void **state)
{
    (void)state;
    static const struct gw_migration BROKEN[] = {
        {"0001_note", "CREATE TABLE note(id INTEGER PRIMARY KEY, writer INTEGER NOT NULL,"
                      " n INTEGER NOT NULL, text TEXT, UNIQUE(writer, n)) STRICT;"},
        {"0002_child", "CREATE TABLE child(note INTEGER) STRICT; CREATE TABLE nonsense(a, a);"},
    };
    scratch_path(path, sizeof path, "broken.db");
    struct gw_db_opts o = opts();
    o.migrations_n = 1;
    struct gw_db *db = open_with(o);
    assert_int_equal(add_alone(db, 1, 1, "unsent work"), GW_OK);
    gw_db_close(db);
    o.migrations = BROKEN;
    o.migrations_n = 2;
    struct gw_fail fail = {0};
    assert_int_equal(gw_db_open(&o, &db, &fail), GW_STORE);
    o.migrations_n = 1;
    db = open_with(o);
    assert_int_equal(pragma(db, "PRAGMA user_version"), 1);
    assert_int_equal(pragma(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'child'"), 0);
    assert_int_equal(count(db), 1);
    gw_db_close(db);
    db = open_with(opts()); /* the right step goes through afterwards */
    assert_int_equal(pragma(db, "PRAGMA user_version"), 2);
    assert_int_equal(count(db), 1);
    gw_db_close(db);
}

static void sqlkit_migrate__orphans__refused(void **state)
{
    (void)state;
    static const struct gw_migration ORPHAN[] = {
        {"0001_a", "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(a REFERENCES a(id));"},
        {"0002_b", "INSERT INTO b VALUES (7);"},
    };
    scratch_path(path, sizeof path, "orphan.db");
    struct gw_db *db = NULL;
    struct gw_fail fail = {0};
    struct gw_db_opts o = opts();
    o.migrations = ORPHAN;
    assert_int_equal(gw_db_open(&o, &db, &fail), GW_STORE);
    o.migrations_n = 1;
    db = open_with(o);
    assert_int_equal(pragma(db, "SELECT count(*) FROM b"), 0);
    gw_db_close(db);
}

static void sqlkit_readonly__wal_file__reads_what_is_committed(void **state)
{
    (void)state;
    struct gw_db *db = open_new("ro.db");
    assert_int_equal(add_alone(db, 1, 1, "in the log only"), GW_OK);
    struct gw_db_opts o = opts();
    o.readonly = true;
    o.create = false;
    struct gw_db *reader = open_with(o);
    assert_int_equal(count(reader), 1);
    int64_t before = gw_db_data_version(reader);
    assert_int_equal(gw_db_data_version(reader), before);
    assert_int_equal(add_alone(db, 1, 2, "later"), GW_OK);
    assert_int_not_equal(gw_db_data_version(reader), before);
    assert_int_equal(count(reader), 2);
    gw_db_close(db);
    gw_db_close(reader);
    reader = open_with(o); /* nobody else has it open now */
    assert_int_equal(count(reader), 2);
    gw_db_close(reader);
}

static void sqlkit_step__errors__mapped(void **state)
{
    (void)state;
    struct gw_db *db = open_new("map.db");
    struct gw_fail fail = {0};
    assert_int_equal(gw_db_begin(db, GW_DURABLE_FULL, "t", NULL), GW_OK);
    assert_int_equal(add(db, 1, 1, "a"), GW_OK);
    assert_int_equal(add(db, 1, 1, "again"), GW_REFUSED);
    sqlite3_stmt *st = gw_db_stmt(db, ADD_CHILD);
    gw_bind_int(st, ":note", 4711);
    assert_int_equal(gw_db_run(db, st, &fail), GW_REFUSED);
    assert_true(fail.text[0]);
    assert_int_equal(gw_db_exec(db, "SELECT nonsense", &fail), GW_BUG);
    assert_int_equal(gw_db_commit(db, NULL), GW_OK);
    assert_int_equal(count(db), 1);
    st = gw_db_stmt(db, READ_TEXT);
    gw_bind_int(st, ":writer", 1);
    gw_bind_int(st, ":n", 1);
    bool row = false;
    assert_int_equal(gw_db_step(db, st, &row, NULL), GW_OK);
    assert_true(row);
    assert_string_equal(gw_col_text(st, 0), "a");
    gw_db_close(db); /* also with a statement in the middle */
}

static void sqlkit_save__undo__only_the_inner_part_goes(void **state)
{
    (void)state;
    struct gw_db *db = open_new("save.db");
    assert_int_equal(gw_db_begin(db, GW_DURABLE_FULL, "t", NULL), GW_OK);
    assert_true(gw_db_in_txn(db));
    assert_int_equal(add(db, 1, 1, NULL), GW_OK);
    assert_int_equal(gw_db_save(db), GW_OK);
    assert_int_equal(add(db, 1, 2, NULL), GW_OK);
    gw_db_save_undo(db);
    assert_int_equal(gw_db_save(db), GW_OK);
    assert_int_equal(add(db, 1, 3, NULL), GW_OK);
    gw_db_save_keep(db);
    assert_int_equal(gw_db_commit(db, NULL), GW_OK);
    assert_false(gw_db_in_txn(db));
    assert_int_equal(count(db), 2);
    assert_int_equal(gw_db_begin(db, GW_DURABLE_FULL, "t", NULL), GW_OK);
    assert_int_equal(add(db, 1, 4, NULL), GW_OK);
    gw_db_rollback(db);
    gw_db_rollback(db);
    assert_int_equal(count(db), 2);
    gw_db_close(db);
}

static enum gw_err guard(void *ctx, struct gw_fail *fail)
{
    return *(bool *)ctx ? GW_OK : gw_fail_set(fail, GW_REFUSED, "the guard says no");
}

static void sqlkit_guard__refuses__rolled_back_and_usable(void **state)
{
    (void)state;
    struct gw_db *db = open_new("guard.db");
    struct gw_fail fail = {0};
    bool allow = false;
    gw_db_set_guard(db, guard, &allow);
    assert_int_equal(gw_db_begin(db, GW_DURABLE_FULL, "t", NULL), GW_OK);
    assert_int_equal(add(db, 1, 1, NULL), GW_OK);
    assert_int_equal(gw_db_commit(db, &fail), GW_REFUSED);
    assert_string_equal(fail.text, "the guard says no");
    assert_int_equal(count(db), 0);
    allow = true;
    assert_int_equal(add_alone(db, 1, 1, NULL), GW_OK);
    gw_db_set_guard(db, NULL, NULL);
    assert_int_equal(add_alone(db, 1, 2, NULL), GW_OK);
    gw_db_close(db);
}

static void sqlkit_durable__set_before_begin(void **state)
{
    (void)state;
    struct gw_db *db = open_new("durable.db");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(gw_db_begin(db, GW_DURABLE_NORMAL, "t", NULL), GW_OK);
        assert_int_equal(pragma(db, "PRAGMA synchronous"), 1);
        gw_db_rollback(db);
        assert_int_equal(gw_db_begin(db, GW_DURABLE_FULL, "t", NULL), GW_OK);
        assert_int_equal(pragma(db, "PRAGMA synchronous"), 2);
        gw_db_rollback(db);
    }
    gw_db_close(db);
}

static void sqlkit_full__max_pages__what_was_there_stays(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "full.db");
    struct gw_db_opts o = opts();
    o.max_pages = 24;
    struct gw_db *db = open_with(o);
    static char text[2001];
    memset(text, 'x', sizeof text - 1);
    int n = 0;
    enum gw_err err = GW_OK;
    while (!err && n < 1000) {
        err = add_alone(db, 1, n, text);
        n += err == GW_OK;
    }
    assert_int_equal(err, GW_FULL);
    assert_true(n > 10);
    assert_false(gw_db_in_txn(db));
    assert_int_equal(count(db), n);
    assert_int_equal(gw_db_check(db, true, NULL), GW_OK);

    /* A step that fails half way is taken back whole. */
    assert_int_equal(gw_db_begin(db, GW_DURABLE_FULL, "t", NULL), GW_OK);
    err = GW_OK;
    for (int i = 0; !err && i < 100; i++) {
        err = add(db, 2, i, text);
    }
    assert_int_equal(err, GW_FULL);
    gw_db_rollback(db);
    assert_int_equal(count(db), n);
    assert_int_equal(gw_db_check(db, true, NULL), GW_OK);

    assert_int_equal(gw_db_exec(db, "DELETE FROM note", NULL), GW_OK);
    assert_int_equal(add_alone(db, 3, 1, text), GW_OK); /* there is room again */
    gw_db_close(db);
    db = open_with(o);
    assert_int_equal(count(db), 1);
    gw_db_close(db);
}

static void sqlkit_lock__held_by_another__again_and_no_checkpoint(void **state)
{
    (void)state;
    struct gw_db *db = open_new("lock.db");
    assert_int_equal(add_alone(db, 1, 1, "x"), GW_OK);
    char lock[PATH_MAX + 8];
    snprintf(lock, sizeof lock, "%s.lock", path);
    int fd = -1;
    assert_int_equal(gw_lock_take(lock, &fd, NULL), GW_OK);
    struct gw_fail fail = {0};
    assert_int_equal(gw_db_begin(db, GW_DURABLE_FULL, "t", &fail), GW_AGAIN);
    assert_true(fail.text[0]);
    assert_int_equal(gw_db_exec(db, "DELETE FROM note", NULL), GW_AGAIN);
    struct stat before;
    struct stat after;
    assert_int_equal(stat(path, &before), 0);
    gw_db_checkpoint(db); /* returns at once, and leaves the file alone */
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(count(db), 1); /* reading needs no lock */
    gw_lock_release(fd);
    gw_db_checkpoint(db);
    assert_int_equal(stat(path, &after), 0);
    assert_true(after.st_size > before.st_size);
    gw_db_close(db);
}

/* The heart of the rule: nobody's commit can fall between two steps of a checkpoint. At every step
 * that X's checkpoint takes on its files, Y tries to begin. In SQLite 3.7.0 to 3.51.2 a commit at
 * the first of these steps loses all commits of the old log. */
struct intruder {
    struct gw_db *db;
    int tries, entered;
};

static void intrude(void *ctx, enum faultvfs_op op, const char *file)
{
    struct intruder *y = ctx;
    (void)op;
    (void)file;
    y->tries++;
    if (gw_db_begin(y->db, GW_DURABLE_FULL, "intruder", NULL) == GW_OK) {
        y->entered++;
        gw_db_rollback(y->db);
    }
}

static void sqlkit_rule__no_commit_inside_a_checkpoint(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "rule.db");
    struct gw_db_opts o = opts();
    o.vfs = faultvfs_register();
    o.lock_wait_ms = 1;
    struct gw_db *x = open_with(o);
    o.vfs = NULL;
    struct intruder y = {.db = open_with(o)};
    for (int i = 0; i < 20; i++) {
        assert_int_equal(add_alone(y.db, 1, i, "acknowledged"), GW_OK);
    }
    faultvfs_set_hook(intrude, &y);
    gw_db_checkpoint(x);
    faultvfs_set_hook(NULL, NULL);
    assert_true(y.tries > 2);
    assert_int_equal(y.entered, 0);
    assert_int_equal(add_alone(y.db, 1, 20, "afterwards"), GW_OK);
    gw_db_close(x);
    gw_db_close(y.db);
    struct gw_db *db = open_with(o);
    assert_int_equal(count(db), 21);
    gw_db_close(db);
}

enum { WRITERS = 2, ROUNDS = 400 };

/* Its own connection in its own process: writes and checkpoints in turn. Exit status 0 = all acked.
 */
static void writer_process(int writer)
{
    struct gw_db_opts o = opts();
    o.lock_wait_ms = 20000;
    struct gw_db *db = NULL;
    if (gw_db_open(&o, &db, NULL) != GW_OK) {
        _exit(1);
    }
    for (int i = 0; i < ROUNDS; i++) {
        if (add_alone(db, writer, i, "written by one of two processes") != GW_OK) {
            _exit(2);
        }
        if (i % 3 == writer) {
            gw_db_checkpoint(db);
        }
    }
    gw_db_close(db);
    _exit(0);
}

static void sqlkit_rule__two_processes_write_and_checkpoint__nothing_lost(void **state)
{
    (void)state;
    gw_db_close(open_new("two.db"));
    pid_t pid[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        pid[w] = fork();
        assert_true(pid[w] >= 0);
        if (pid[w] == 0) {
            writer_process(w);
        }
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = -1;
        assert_int_equal(waitpid(pid[w], &status, 0), pid[w]);
        assert_int_equal(status, 0);
    }
    struct gw_db *db = open_with(opts());
    assert_int_equal(count(db), WRITERS * ROUNDS);
    assert_int_equal(gw_db_check(db, true, NULL), GW_OK);
    gw_db_close(db);
}

static void sqlkit_open__two_processes_make_it__one_layout(void **state)
{
    (void)state;
    scratch_path(path, sizeof path, "race.db");
    pid_t pid[4];
    for (int w = 0; w < 4; w++) {
        pid[w] = fork();
        if (pid[w] == 0) {
            struct gw_db_opts o = opts();
            o.lock_wait_ms = 20000;
            struct gw_db *db = NULL;
            enum gw_err err = gw_db_open(&o, &db, NULL);
            err = err ? err : add_alone(db, w, w, "x");
            gw_db_close(db);
            _exit(err);
        }
    }
    for (int w = 0; w < 4; w++) {
        int status = -1;
        assert_int_equal(waitpid(pid[w], &status, 0), pid[w]);
        assert_int_equal(status, 0);
    }
    struct gw_db *db = open_with(opts());
    assert_int_equal(count(db), 4);
    assert_int_equal(pragma(db, "PRAGMA user_version"), 2);
    gw_db_close(db);
}

static void sqlkit_backup__whole_copy__and_never_over_a_file(void **state)
{
    (void)state;
    struct gw_db *db = open_new("src.db");
    assert_int_equal(add_alone(db, 1, 1, "x"), GW_OK);
    char copy[PATH_MAX];
    scratch_path(copy, sizeof copy, "copy.db");
    struct gw_fail fail = {0};
    assert_int_equal(gw_db_backup(db, copy, &fail), GW_OK);
    assert_int_equal(gw_db_backup(db, copy, &fail), GW_REFUSED);
    struct stat st;
    assert_int_equal(stat(copy, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    gw_db_close(db);
    snprintf(path, sizeof path, "%s", copy);
    db = open_with(opts());
    assert_int_equal(count(db), 1);
    gw_db_close(db);
}

static void sqlkit_lock_take__second_process__held(void **state)
{
    (void)state;
    char lock[PATH_MAX];
    scratch_path(lock, sizeof lock, "engine.lock");
    int fd = -1;
    int other = -1;
    struct gw_fail fail = {0};
    assert_int_equal(gw_lock_take(lock, &fd, &fail), GW_OK);
    assert_int_equal(gw_lock_take(lock, &other, &fail), GW_HELD);
    assert_int_equal(fail.err, GW_HELD);
    gw_lock_release(fd);
    assert_int_equal(gw_lock_take(lock, &other, &fail), GW_OK);
    gw_lock_release(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sqlkit_open__new_file__private_wal_and_settings),
        cmocka_unit_test(sqlkit_open__missing_without_create__absent),
        cmocka_unit_test(sqlkit_open__not_a_database__store),
        cmocka_unit_test(sqlkit_open__damaged_page__store),
        cmocka_unit_test(sqlkit_open__other_application__refused),
        cmocka_unit_test(sqlkit_migrate__newer_file__refused_and_unchanged),
        cmocka_unit_test(sqlkit_migrate__broken_step__older_version_stays),
        cmocka_unit_test(sqlkit_migrate__orphans__refused),
        cmocka_unit_test(sqlkit_readonly__wal_file__reads_what_is_committed),
        cmocka_unit_test(sqlkit_step__errors__mapped),
        cmocka_unit_test(sqlkit_save__undo__only_the_inner_part_goes),
        cmocka_unit_test(sqlkit_guard__refuses__rolled_back_and_usable),
        cmocka_unit_test(sqlkit_durable__set_before_begin),
        cmocka_unit_test(sqlkit_full__max_pages__what_was_there_stays),
        cmocka_unit_test(sqlkit_lock__held_by_another__again_and_no_checkpoint),
        cmocka_unit_test(sqlkit_rule__no_commit_inside_a_checkpoint),
        cmocka_unit_test(sqlkit_rule__two_processes_write_and_checkpoint__nothing_lost),
        cmocka_unit_test(sqlkit_open__two_processes_make_it__one_layout),
        cmocka_unit_test(sqlkit_backup__whole_copy__and_never_over_a_file),
        cmocka_unit_test(sqlkit_lock_take__second_process__held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
