/* What takes long goes by parts: the digest, the sweep, the log. Between two parts others read,
 * write and die. */
#include <sys/stat.h>

#include "tests/unit/offline-db/kit.h"

enum { MANY = 10000 };

static void worker_id(char out[32], int i)
{
    (void)snprintf(out, 32, "w%05d", i);
}

/* Workers from..to-1, each with a seq of its own. */
static void put_workers(struct kit *kit, int from, int to)
{
    for (int i = from; i < to; i++) {
        char id[32];
        worker_id(id, i);
        kit_line(kit, WORKER(100 + i, id, GRID, "甲"));
    }
}

static void fill(struct kit *kit, const char *name)
{
    kit_ready(kit, name, ROLE_WORKER);
    ok(mirror_page_begin(&kit->home, NULL));
    put_workers(kit, 0, MANY);
    ok(mirror_page_end(&kit->home, "e1.20000", &kit->changed, NULL));
}

static struct wire_digest digest_without(int missing)
{
    struct wire_digest digest = {.scope = GRID, .type = TYPE_WORKER};
    for (int i = 0; i < MANY; i++) {
        char text[64];
        int n = snprintf(text, sizeof text, "worker|w%05d|%d", i, 100 + i);
        digest.sum += i == missing ? 0 : gw_sha256_h64(text, (size_t)n);
        digest.count += i != missing;
    }
    return digest;
}

static int64_t jobs(struct kit *kit)
{
    return kit_int(kit, "SELECT count(*) FROM job");
}

static void delete_beside(const struct kit *kit, int i)
{
    struct home other;
    char id[32];
    struct kit beside = *kit;
    const struct home_opts opts = {.dir = kit->dir};
    worker_id(id, i);
    ok(home_open(&opts, &other, NULL));
    beside.home = other;
    PAGE(&beside, NULL, gone_line((char[300]){0}, 300, 30000, "del", "worker", id));
    home_close(&beside.home);
}

/* ---- digest */

static void a_digest_by_parts_says_the_same(void **state)
{
    struct kit kit;
    struct mirror_check check = {0};
    bool done = false;
    int parts = 0;
    (void)state;
    fill(&kit, "digest");
    struct wire_digest digest[3] = {{.scope = GRID, .type = TYPE_ALARM}, digest_without(-1)};
    (void)snprintf(digest[2].scope, sizeof digest[2].scope, "%s", GRID2); /* not ours */
    ok(mirror_digest(&kit.home, digest, 3, NULL));
    for (; !done; parts++) {
        ok(mirror_digest_part(&kit.home, digest, 3, &check, &done, NULL));
    }
    assert_true(parts > 2 && parts < 20);
    digest[1] = digest_without(7);
    done = false;
    check = (struct mirror_check){0};
    enum gw_err err = GW_OK;
    while (!done) {
        assert_int_equal(err, GW_OK); /* the others are looked at before it is said */
        assert_int_equal(jobs(&kit), 0);
        err = mirror_digest_part(&kit.home, digest, 3, &check, &done, NULL);
    }
    assert_int_equal(err, GW_REFUSED);
    assert_int_equal(jobs(&kit), 1);
    kit_close(&kit);
}

/* A row that was counted goes, and the digest is of the mirror without it: no incident. */
static void what_is_written_meanwhile_is_no_incident(void **state)
{
    struct kit kit;
    struct mirror_check check = {0};
    bool done = false;
    (void)state;
    fill(&kit, "meanwhile");
    const struct wire_digest digest = digest_without(7);
    ok(mirror_digest_part(&kit.home, &digest, 1, &check, &done, NULL));
    assert_false(done);
    assert_true(check.count > 7);
    delete_beside(&kit, 7);
    while (!done) {
        ok(mirror_digest_part(&kit.home, &digest, 1, &check, &done, NULL));
    }
    assert_int_equal(jobs(&kit), 0);
    kit_close(&kit);
}

/* ---- sweep */

enum { SEEN = 100 };

/* A job that has seen the first hundred, and says so in one part of its only page. */
static void to_sweep(struct kit *kit, struct mirror_job *job)
{
    ok(mirror_next_job(&kit->home, job));
    ok(mirror_page_begin(&kit->home, NULL));
    put_workers(kit, 0, SEEN);
    ok(mirror_job_part_end(&kit->home, job, "e1.9000", &kit->changed, NULL));
}

static int64_t workers(struct kit *kit)
{
    return kit_int(kit, "SELECT count(*) FROM worker");
}

/* Seen, or newer than the job's first cursor. */
static void assert_swept(struct kit *kit)
{
    struct mirror_state now;
    assert_int_equal(workers(kit), SEEN + (100 + MANY - 1 - 9000));
    assert_int_equal(jobs(kit), 0);
    ok(mirror_state(&kit->home, &now));
    assert_string_equal(now.cursor, "e1.9000");
    assert_true(now.complete);
}

static void a_sweep_by_parts_leaves_the_same(void **state)
{
    struct kit kit;
    struct mirror_job job;
    struct mirror_sweep sweep = {0};
    bool done = false;
    int parts = 0;
    (void)state;
    fill(&kit, "sweep");
    ok(mirror_relist(&kit.home, "e1.20000", NULL));
    to_sweep(&kit, &job);
    kit.changed = 0;
    for (int64_t before = workers(&kit); !done; parts++, before = workers(&kit)) {
        ok(mirror_job_sweep(&kit.home, &job, "e1.9500", &sweep, &done, &kit.changed, NULL));
        assert_true(before - workers(&kit) <= 4096);
        assert_int_equal(jobs(&kit), !done);
    }
    assert_true(parts > 2 && parts < 6);
    assert_true((kit.changed >> TYPE_WORKER & 1) != 0);
    assert_swept(&kit);
    kit_close(&kit);
}

/* Stopped after each part in turn: the page comes again, and the sweep begins anew. */
static void a_stop_between_parts_of_a_sweep(void **state)
{
    struct kit kit;
    struct mirror_job job;
    bool done = false;
    (void)state;
    for (int parts = 0; parts < 3; parts++) {
        fill(&kit, (const char *[]){"stop0", "stop1", "stop2"}[parts]);
        ok(mirror_relist(&kit.home, "e1.20000", NULL));
        struct mirror_sweep first = {0}, again = {0};
        to_sweep(&kit, &job);
        for (int i = 0; i < parts; i++) {
            ok(mirror_job_sweep(&kit.home, &job, "e1.9000", &first, &done, &kit.changed, NULL));
            assert_false(done);
        }
        kit_reopen(&kit);
        ok(mirror_next_job(&kit.home, &job));
        assert_string_equal(job.after, "");
        assert_string_equal(job.first_cursor, "e1.9000");
        ok(mirror_page_begin(&kit.home, NULL));
        put_workers(&kit, 0, SEEN);
        ok(mirror_job_part_end(&kit.home, &job, "e1.9900", &kit.changed, NULL));
        while (!done) {
            ok(mirror_job_sweep(&kit.home, &job, "e1.9900", &again, &done, &kit.changed, NULL));
        }
        done = false;
        assert_swept(&kit);
        kit_close(&kit);
    }
}

static void a_sweep_whose_job_went_sweeps_no_more(void **state)
{
    struct kit kit;
    struct mirror_job job;
    struct mirror_sweep sweep = {0};
    bool done = false;
    (void)state;
    fill(&kit, "lost");
    ok(mirror_relist(&kit.home, "e1.20000", NULL));
    to_sweep(&kit, &job);
    ok(mirror_job_sweep(&kit.home, &job, "e1.9000", &sweep, &done, &kit.changed, NULL));
    int64_t left = workers(&kit);
    ok(mirror_job_cancel(&kit.home, job.job, NULL));
    assert_int_equal(
        mirror_job_sweep(&kit.home, &job, "e1.9000", &sweep, &done, &kit.changed, NULL), GW_AGAIN);
    assert_false(done);
    assert_int_equal(workers(&kit), left);
    kit_close(&kit);
}

/* ---- log */

static int64_t log_bytes(const struct kit *kit)
{
    char path[700];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s/gridward.db-wal", kit->dir);
    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* Parts are folded a megabyte at a time; a reader that stays does not make each part pay for it.
 */
static void the_log_is_folded_before_it_grows(void **state)
{
    struct kit kit;
    struct mirror_job job;
    int folds = 0, parts = 0, stuck = 0;
    (void)state;
    kit_ready(&kit, "fold", ROLE_WORKER);
    ok(mirror_relist(&kit.home, "e1.10", NULL));
    ok(mirror_next_job(&kit.home, &job));
    for (int i = 0; i < 8 * MANY; i += 200, parts++) {
        folds += mirror_fold(&kit.home, false);
        ok(mirror_page_begin(&kit.home, NULL));
        put_workers(&kit, i, i + 200);
        ok(mirror_job_part_end(&kit.home, &job, "e1.10", &kit.changed, NULL));
    }
    assert_true(folds > 3 && folds < parts / 10);
    assert_true(log_bytes(&kit) < 2 << 20);
    sqlite3_stmt *reader = NULL;
    struct home other;
    const struct home_opts opts = {.dir = kit.dir};
    ok(home_open(&opts, &other, NULL));
    assert_int_equal(
        sqlite3_prepare_v2(gw_db_handle(other.db), "SELECT id FROM worker", -1, &reader, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(reader), SQLITE_ROW);
    for (int i = 8 * MANY; i < 16 * MANY; i += 200) {
        stuck += mirror_fold(&kit.home, false);
        ok(mirror_page_begin(&kit.home, NULL));
        put_workers(&kit, i, i + 200);
        ok(mirror_job_part_end(&kit.home, &job, "e1.10", &kit.changed, NULL));
    }
    assert_true(stuck > 0 && stuck < parts / 10);
    (void)sqlite3_finalize(reader);
    home_close(&other);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_by_parts_says_the_same),
        cmocka_unit_test(what_is_written_meanwhile_is_no_incident),
        cmocka_unit_test(a_sweep_by_parts_leaves_the_same),
        cmocka_unit_test(a_stop_between_parts_of_a_sweep),
        cmocka_unit_test(a_sweep_whose_job_went_sweeps_no_more),
        cmocka_unit_test(the_log_is_folded_before_it_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
