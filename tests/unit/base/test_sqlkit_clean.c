/* When a store's pages are looked at, and what a clean end leaves behind. */
#include "tests/unit/base/cm.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sqlkit.h"
#include "tests/kit/scratch.h"

static const struct gw_migration STEPS[] = {
    {"0001_note", "CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"},
};

static char path[PATH_MAX];

static struct gw_db_opts opts(void)
{
    return (struct gw_db_opts){
        .path = path, .create = true, .app_id = 7, .migrations = STEPS, .migrations_n = 1};
}

static struct gw_db *open_ok(void)
{
    struct gw_db *db = NULL;
    struct gw_fail fail = {0};
    struct gw_db_opts o = opts();
    if (gw_db_open(&o, &db, &fail) != GW_OK) {
        fail_msg("open: %s", fail.text);
    }
    return db;
}

static void add(struct gw_db *db, int n)
{
    assert_int_equal(gw_db_begin(db, GW_DURABLE_FULL, "test", NULL), GW_OK);
    for (int i = 0; i < n; i++) {
        assert_int_equal(gw_db_exec(db, "INSERT INTO note(text) VALUES ('a line of text')", NULL),
                         GW_OK);
    }
    assert_int_equal(gw_db_commit(db, NULL), GW_OK);
}

static int64_t count(struct gw_db *db)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(
        sqlite3_prepare_v2(gw_db_handle(db), "SELECT count(*) FROM note", -1, &st, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

/* A store of some pages, closed cleanly. */
static void make_store(const char *name)
{
    scratch_path(path, sizeof path, name);
    struct gw_db *db = open_ok();
    add(db, 2000);
    gw_db_close(db);
}

/* Breaks a page in the middle of the table; the file keeps its size, and its time when asked. */
static void harm(bool keep_time)
{
    struct stat st;
    char junk[64];
    memset(junk, 0xEE, sizeof junk);
    assert_int_equal(stat(path, &st), 0);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pwrite(fd, junk, sizeof junk, (st.st_size / 2) & ~4095), sizeof junk);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    assert_int_equal(keep_time ? futimens(fd, times) : 0, 0);
    close(fd);
}

static enum gw_err open_only(void)
{
    struct gw_db *db = NULL;
    struct gw_db_opts o = opts();
    enum gw_err err = gw_db_open(&o, &db, NULL);
    gw_db_close(db);
    return err;
}

/* Opens, writes and goes without closing, as a killed process does. */
static void write_and_die(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        add(open_ok(), 1);
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void clean__closed_and_untouched__not_looked_at_but_doctor_finds_it(void **state)
{
    (void)state;
    make_store("untouched.db");
    assert_int_equal(open_only(), GW_OK);
    harm(true);
    struct gw_db *db = open_ok(); /* no look at every page */
    assert_int_equal(gw_db_check(db, true, NULL), GW_STORE);
    assert_int_equal(gw_db_check(db, false, NULL), GW_STORE);
    gw_db_close(db);
}

static void clean__touched_since__looked_at(void **state)
{
    (void)state;
    make_store("touched.db");
    harm(false);
    assert_int_equal(open_only(), GW_STORE);
    assert_int_equal(open_only(), GW_STORE); /* and it stays so */
}

static void unclean__a_writer_died__looked_at(void **state)
{
    (void)state;
    make_store("died.db");
    write_and_die();
    harm(true);
    assert_int_equal(open_only(), GW_STORE);
    assert_int_equal(open_only(), GW_STORE);
}

static void unclean__checked_and_good__clean_again(void **state)
{
    (void)state;
    make_store("again.db");
    write_and_die();
    struct gw_db *db = open_ok();
    assert_int_equal(count(db), 2001); /* nothing of the dead one is lost */
    gw_db_close(db);
    harm(true);
    assert_int_equal(open_only(), GW_OK);
}

static void unclean__one_died_while_another_lived__looked_at(void **state)
{
    (void)state;
    make_store("beside.db");
    struct gw_db *db = open_ok();
    add(db, 1);
    write_and_die();
    gw_db_close(db); /* clean, but not the other's end */
    harm(true);
    assert_int_equal(open_only(), GW_STORE);
}

static void clean__no_note__looked_at(void **state)
{
    (void)state;
    char lock[PATH_MAX + 8];
    make_store("nonote.db");
    snprintf(lock, sizeof lock, "%s.lock", path);
    assert_int_equal(unlink(lock), 0);
    harm(true);
    assert_int_equal(open_only(), GW_STORE);
}

static void clean__second_connection__needs_no_look(void **state)
{
    (void)state;
    make_store("second.db");
    struct gw_db *first = open_ok();
    add(first, 1); /* counts as not closed */
    harm(true);
    assert_int_equal(open_only(), GW_OK);
    gw_db_close(first);
}

static void readonly__dead_writer__looked_at(void **state)
{
    (void)state;
    make_store("ro.db");
    struct gw_db *db = NULL;
    struct gw_db_opts o = opts();
    o.readonly = true;
    o.create = false;
    harm(true);
    assert_int_equal(gw_db_open(&o, &db, NULL), GW_OK);
    gw_db_close(db);
    make_store("rodied.db");
    write_and_die();
    harm(true);
    assert_int_equal(gw_db_open(&o, &db, NULL), GW_STORE);
}

static void close__short_log__emptied_and_next_writes_survive_a_death(void **state)
{
    (void)state;
    char wal[PATH_MAX + 8];
    struct stat st;
    make_store("log.db");
    snprintf(wal, sizeof wal, "%s-wal", path);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_size, 0); /* all of it is in the store */
    assert_int_equal(st.st_mode & 0777, 0600);
    for (int i = 1; i <= 3; i++) {
        write_and_die();
        struct gw_db *db = open_ok();
        assert_int_equal(count(db), 2000 + i);
        assert_int_equal(gw_db_check(db, true, NULL), GW_OK);
        gw_db_close(db);
    }
}

static void close__another_reads__its_picture_stays_and_the_log_too(void **state)
{
    (void)state;
    make_store("reader.db");
    struct gw_db *db = open_ok();
    struct gw_db *reader = open_ok();
    add(db, 1);
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(gw_db_handle(reader), "SELECT id FROM note", -1, &st, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    add(db, 1);
    gw_db_close(db);
    int64_t seen = 1;
    while (sqlite3_step(st) == SQLITE_ROW) {
        seen++;
    }
    sqlite3_finalize(st);
    assert_int_equal(seen, 2001);
    assert_int_equal(count(reader), 2002);
    add(reader, 1);
    gw_db_close(reader);
    db = open_ok();
    assert_int_equal(count(db), 2003);
    gw_db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean__closed_and_untouched__not_looked_at_but_doctor_finds_it),
        cmocka_unit_test(clean__touched_since__looked_at),
        cmocka_unit_test(unclean__a_writer_died__looked_at),
        cmocka_unit_test(unclean__checked_and_good__clean_again),
        cmocka_unit_test(unclean__one_died_while_another_lived__looked_at),
        cmocka_unit_test(clean__no_note__looked_at),
        cmocka_unit_test(clean__second_connection__needs_no_look),
        cmocka_unit_test(readonly__dead_writer__looked_at),
        cmocka_unit_test(close__short_log__emptied_and_next_writes_survive_a_death),
        cmocka_unit_test(close__another_reads__its_picture_stays_and_the_log_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
