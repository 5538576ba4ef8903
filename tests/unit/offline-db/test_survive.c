/* What must survive: new keys, kills, full disks, older layouts, half-typed text. */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "offline-db/draft.h"
#include "offline-db/queue.h"
#include "tests/kit/faultvfs.h"
#include "tests/unit/offline-db/chain.h"

extern const struct gw_migration offline_db_migrations[];
extern const size_t offline_db_migrations_n;

/* ---- keys */

static void rekey_signs_the_unsent_anew(void **state)
{
    struct kit kit;
    struct identity id;
    struct gw_sign_key key;
    struct journal_entry first;
    struct journal_entry entry;
    const uint8_t seed[32] = {9};
    (void)state;
    kit_ready(&kit, "rekey", ROLE_WORKER);
    ok(act(&kit, CMD_ALARM_ACK, "a1", NULL, NULL, NULL));
    struct journal_result r = result_of(1, RESULT_APPLIED, 40);
    ok(journal_store_result(&kit.home, &r, NULL));
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "留着", &first, NULL));
    ok(act(&kit, CMD_ALARM_RETRACT, "a1", first.uid, NULL, NULL));
    gw_sign_key_from_seed(&key, seed);
    kit_identity(&kit, "dev2", ROLE_WORKER, &id);
    ok(home_rekey(&kit.home, &id, &key, NULL));
    assert_int_equal(check_chain(&kit, "dev1", &kit.device), 3);
    assert_int_equal(check_chain(&kit, "dev2", &key), 2);
    ok(journal_get(&kit.home, 1, &entry));
    assert_string_equal(entry.dev, "dev2");
    assert_string_equal(entry.uid, first.uid);
    assert_int_equal(entry.state, CMD_PENDING);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal WHERE state = 'reissued'"), 2);
    kit_reopen(&kit);
    assert_string_equal(kit.home.id.device, "dev2");
    assert_memory_equal(kit.home.key.public_key, key.public_key, GW_KEY_BYTES);
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "接着", NULL, NULL));
    assert_int_equal(check_chain(&kit, "dev2", &key), 3);
    kit_close(&kit);
}

static void key_path(const struct kit *kit, const char *name, char out[700])
{
    (void)snprintf(out, 700, "%s/%s", kit->dir, name);
}

/* Stopped between the row and the key's own name: the next start finishes it. */
static void enrolment_is_whole_or_not_at_all(void **state)
{
    struct kit kit;
    char path[700];
    char next[700];
    struct stat st;
    (void)state;
    kit_open(&kit, "enrol", ROLE_LEADER);
    key_path(&kit, "device.key", path);
    key_path(&kit, "device.key.next", next);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    home_close(&kit.home);
    assert_int_equal(rename(path, next), 0);
    kit_home(&kit, kit.dir, 0);
    assert_true(kit.home.enrolled);
    assert_int_equal(kit.home.id.role, ROLE_LEADER);
    assert_int_equal(stat(path, &st), 0);
    struct identity id = kit.home.id;
    assert_int_equal(home_enrol(&kit.home, &id, &kit.device, NULL), GW_REFUSED);
    home_close(&kit.home);
    assert_int_equal(unlink(path), 0);
    struct gw_fail fail = {0};
    const struct home_opts opts = {.dir = kit.dir};
    assert_int_equal(home_open(&opts, &kit.home, &fail), GW_STORE);
    assert_non_null(strstr(fail.text, "device.key"));
    wire_decoder_free(kit.decoder);
}

static void not_enrolled_is_said(void **state)
{
    struct home home;
    struct gw_fail fail = {0};
    char dir[700];
    (void)state;
    (void)snprintf(dir, sizeof dir, "%s/bare", scratch_dir());
    struct home_opts opts = {.dir = dir};
    ok(home_open(&opts, &home, &fail));
    assert_false(home.enrolled);
    struct cmd_data data;
    cmd_data_init(&data);
    assert_int_equal(journal_append(&home, CMD_ALARM_ACK, "a", 0, &data, NULL, &fail), GW_DENIED);
    home_close(&home);
    opts.must_be_enrolled = true;
    assert_int_equal(home_open(&opts, &home, &fail), GW_DENIED);
    assert_true(fail.text[0] != '\0');
}

static void leaving_refuses_unsent_work_then_leaves_nothing(void **state)
{
    struct kit kit;
    struct home other;
    char path[700];
    struct stat st;
    struct gw_fail fail = {0};
    (void)state;
    kit_ready(&kit, "leave", ROLE_WORKER);
    PAGE(&kit, NULL, WORKER(20, "w1", GRID, "甲"));
    ok(act(&kit, CMD_ALARM_ACK, "a1", NULL, NULL, NULL));
    assert_int_equal(home_leave(&kit.home, &fail), GW_REFUSED);
    assert_true(kit.home.enrolled);
    struct journal_result r = result_of(1, RESULT_APPLIED, 40);
    ok(journal_store_result(&kit.home, &r, NULL));
    const struct home_opts opts = {.dir = kit.dir};
    ok(home_open(&opts, &other, NULL));
    assert_int_equal(home_leave(&kit.home, &fail), GW_HELD);
    home_close(&other);
    ok(home_leave(&kit.home, &fail));
    assert_false(kit.home.enrolled);
    key_path(&kit, "device.key", path);
    assert_int_equal(stat(path, &st), -1);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM worker"), 0);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal"), 0);
    kit_close(&kit);
}

/* ---- kills and full disks */

enum { KILLS = 25 };

static void child_appends(struct kit *kit, int to)
{
    struct home home;
    const struct home_opts opts = {.dir = kit->dir};
    struct cmd_data data;
    struct journal_entry entry;
    cmd_data_init(&data);
    data.text = "记一笔";
    if (home_open(&opts, &home, NULL) != GW_OK) {
        _exit(3);
    }
    for (;;) {
        if (journal_append(&home, CMD_ALARM_NOTE, "a1", 0, &data, &entry, NULL) != GW_OK ||
            write(to, &entry.n, sizeof entry.n) != sizeof entry.n) {
            _exit(4);
        }
    }
}

static void a_kill_loses_nothing_that_was_said_to_be_saved(void **state)
{
    struct kit kit;
    int64_t said = 0;
    (void)state;
    kit_ready(&kit, "kill", ROLE_WORKER);
    PAGE(&kit, NULL, ALARM(20, "a1", "unack", ""));
    home_close(&kit.home);
    for (int i = 0; i < KILLS; i++) {
        int pipes[2];
        int64_t n = 0;
        assert_int_equal(pipe(pipes), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            (void)close(pipes[0]);
            child_appends(&kit, pipes[1]);
        }
        (void)close(pipes[1]);
        int64_t wanted = said + 1 + (int64_t)gw_random_below(&kit.random.random, 20);
        while (said < wanted && read(pipes[0], &n, sizeof n) == sizeof n) {
            said = n;
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        while (read(pipes[0], &n, sizeof n) == sizeof n) {
            said = n; /* said before it died */
        }
        (void)close(pipes[0]);
        assert_int_equal(waitpid(child, NULL, 0), child);
    }
    kit_home(&kit, kit.dir, 0);
    int64_t have = check_chain(&kit, "dev1", &kit.device);
    assert_true(have >= said);
    assert_true(have <= said + KILLS); /* at most one unsaid a kill */
    ok(gw_db_check(kit.home.db, true, NULL));
    struct queue_row row;
    ok(queue_one(&kit.home, "a1", &row, NULL));
    assert_int_equal(row.mark_count, have);
    kit_close(&kit);
}

/* A process of its own, killed between what is durable and what is shown. */
static void append_and_die(struct kit *kit, enum cmd_kind kind, const char *id)
{
    struct home home;
    const struct home_opts opts = {.dir = kit->dir};
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct cmd_data data;
        cmd_data_init(&data);
        (void)(home_open(&opts, &home, NULL) == GW_OK &&
               journal_append(&home, kind, id, 3, &data, NULL, NULL) == GW_OK &&
               kill(getpid(), SIGKILL));
        _exit(3);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static void a_kill_before_the_picture_is_made_up_for(void **state)
{
    struct kit kit;
    struct queue *q = NULL;
    struct queue_row row;
    size_t changed = 0;
    (void)state;
    kit_ready(&kit, "picture", ROLE_WORKER);
    PAGE(&kit, NULL, ALARM(20, "a1", "unack", ""), ALARM(21, "a2", "unack", ""));
    ok(queue_new(&kit.home, false, &q, NULL)); /* a console that runs meanwhile */
    append_and_die(&kit, CMD_ALARM_ACK, "a1");
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal"), 1);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM overlay"),
                     0); /* else this tests nothing */
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 1);
    const struct queue_row *seen = queue_at(q, (size_t)queue_find(q, "a1"));
    assert_int_equal(seen->alarm.state, ALARM_ACKED);
    assert_string_equal(seen->alarm.acked_by, "u1");
    assert_int_equal(seen->mark, CMD_PENDING);
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 0);
    append_and_die(&kit, CMD_ALARM_ENROUTE, "a1");
    append_and_die(&kit, CMD_ALARM_ACK, "a2");
    queue_free(q);
    kit_reopen(&kit); /* a console that starts afterwards */
    ok(queue_one(&kit.home, "a2", &row, NULL));
    assert_int_equal(row.alarm.state, ALARM_ACKED);
    ok(queue_new(&kit.home, false, &q, NULL));
    seen = queue_at(q, (size_t)queue_find(q, "a1"));
    assert_int_equal(seen->alarm.stage, STAGE_ENROUTE);
    assert_int_equal(seen->mark_count, 2);
    queue_free(q);
    kit_close(&kit);
}

/* A store that cannot take the picture: what was saved is told as saved, and shown with the first
 * room. */
static void a_full_disk_delays_only_the_picture(void **state)
{
    struct kit kit;
    struct queue_row row;
    (void)state;
    kit_ready(&kit, "late", ROLE_WORKER);
    PAGE(&kit, NULL, ALARM(20, "a1", "unack", ""));
    append_and_die(&kit, CMD_ALARM_ACK, "a1");
    home_close(&kit.home);
    const struct home_opts opts = {.dir = kit.dir, .vfs = faultvfs_register()};
    ok(home_open(&opts, &kit.home, NULL));
    faultvfs_arm(&(struct faultvfs_plan){
        .ops = FAULTVFS_WRITE, .nth = 1, .rc = SQLITE_FULL, .sticky = true});
    ok(queue_one(&kit.home, "a1", &row, NULL));
    assert_int_equal(row.alarm.state, ALARM_UNACK);
    assert_true(faultvfs_failed() > 0);
    faultvfs_disarm();
    ok(queue_one(&kit.home, "a1", &row, NULL));
    assert_int_equal(row.alarm.state, ALARM_ACKED);
    kit_close(&kit);
}

static void a_full_disk_is_said_and_harms_nothing(void **state)
{
    struct kit kit;
    struct gw_fail fail = {0};
    char text[1900];
    int64_t saved = 0;
    (void)state;
    kit_ready(&kit, "full", ROLE_WORKER);
    PAGE(&kit, NULL, ALARM(20, "a1", "unack", ""));
    int64_t pages = kit_int(&kit, "PRAGMA page_count");
    home_close(&kit.home);
    kit_home(&kit, kit.dir, pages + 6);
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    enum gw_err err = GW_OK;
    while (!err && saved < 100) {
        err = act(&kit, CMD_ALARM_NOTE, "a1", text, NULL, &fail);
        saved += err == GW_OK;
    }
    assert_int_equal(err, GW_FULL);
    assert_true(saved > 0);
    assert_non_null(strstr(fail.text, kit.dir)); /* where to make room */
    assert_null(strstr(fail.text, "xxxx"));      /* never what was typed */
    assert_false(gw_db_in_txn(kit.home.db));
    assert_int_equal(check_chain(&kit, "dev1", &kit.device), saved);
    struct queue_row row;
    ok(queue_one(&kit.home, "a1", &row, NULL));
    assert_int_equal(row.mark_count, saved);
    kit_reopen(&kit); /* room again */
    ok(act(&kit, CMD_ALARM_NOTE, "a1", text, NULL, NULL));
    assert_int_equal(check_chain(&kit, "dev1", &kit.device), saved + 1);
    kit_close(&kit);
}

/* ---- layouts */

/* A home as each older version left it, with unsent work in the journal; then today's program. */
static void older_layouts_keep_their_unsent_work(void **state)
{
    (void)state;
    for (size_t version = 1; version <= offline_db_migrations_n; version++) {
        struct kit kit;
        char name[32];
        char path[700];
        struct gw_db *db = NULL;
        struct gw_buf out;
        struct journal_sent n_list[4];
        size_t lines = 0;
        (void)snprintf(name, sizeof name, "layout-%zu", version);
        kit_ready(&kit, name, ROLE_WORKER);
        PAGE(&kit, "e1.20", ALARM(20, "a1", "unack", ""));
        ok(act(&kit, CMD_ALARM_ACK, "a1", NULL, NULL, NULL));
        ok(act(&kit, CMD_ALARM_NOTE, "a1", "没送到", NULL, NULL));
        home_close(&kit.home);
        /* the same rows in a file of the older layout */
        char now[700];
        char sql[2048];
        (void)snprintf(now, sizeof now, "%s/now.db", kit.dir);
        key_path(&kit, "gridward.db", path);
        assert_int_equal(rename(path, now), 0);
        char wal[720];
        char now_wal[720];
        (void)snprintf(wal, sizeof wal, "%s-wal", path);
        (void)snprintf(now_wal, sizeof now_wal, "%s-wal", now);
        (void)rename(wal, now_wal); /* may be absent */
        (void)snprintf(wal, sizeof wal, "%s-shm", path);
        (void)unlink(wal); /* belongs to the renamed file */
        const struct gw_db_opts old = {.path = path,
                                       .create = true,
                                       .app_id = 0x47574442,
                                       .migrations = offline_db_migrations,
                                       .migrations_n = version};
        ok(gw_db_open(&old, &db, NULL));
        (void)snprintf(sql, sizeof sql, "ATTACH '%s' AS now", now);
        ok(gw_db_exec(db, sql, NULL));
        ok(gw_db_begin(db, GW_DURABLE_FULL, "test", NULL));
        static const char *const tables[] = {"identity", "journal", "scope", "alarm", "overlay"};
        for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
            (void)snprintf(sql, sizeof sql, "INSERT INTO main.%s SELECT * FROM now.%s", tables[i],
                           tables[i]);
            ok(gw_db_exec(db, sql, NULL));
        }
        ok(gw_db_commit(db, NULL));
        gw_db_close(db);
        kit_home(&kit, kit.dir, 0);
        assert_int_equal(kit_int(&kit, "PRAGMA user_version"), (int64_t)offline_db_migrations_n);
        assert_int_equal(check_chain(&kit, "dev1", &kit.device), 2);
        gw_buf_init(&out, 1 << 20);
        ok(journal_batch(&kit.home, &(struct journal_limits){4, 1 << 20, false}, &out, n_list,
                         &lines, NULL));
        assert_int_equal(lines, 2);
        gw_buf_free(&out);
        ok(act(&kit, CMD_ALARM_NOTE, "a1", "新版", NULL, NULL));
        assert_int_equal(check_chain(&kit, "dev1", &kit.device), 3);
        kit_close(&kit);
    }
}

static void drafts_survive(void **state)
{
    struct kit kit;
    struct gw_buf text;
    (void)state;
    kit_open(&kit, "draft", ROLE_WORKER);
    gw_buf_init(&text, 4096);
    assert_int_equal(draft_load(&kit.home, "close", "a1", &text), GW_ABSENT);
    ok(draft_save(&kit.home, "close", "a1", "写了一半", NULL));
    ok(draft_save(&kit.home, "close", "a1", "写了一大半", NULL));
    kit_reopen(&kit);
    ok(draft_load(&kit.home, "close", "a1", &text));
    assert_string_equal(gw_buf_str(&text), "写了一大半");
    ok(draft_save(&kit.home, "close", "a1", "", NULL));
    assert_int_equal(draft_load(&kit.home, "close", "a1", &text), GW_ABSENT);
    gw_buf_free(&text);
    kit_close(&kit);
}

/* Said to be kept is on the disk: every draft, and so every number of a count, ends with a sync of
 * the log. */
static void drafts_are_synced(void **state)
{
    struct kit kit;
    (void)state;
    kit_open(&kit, "drafts-synced", ROLE_WORKER);
    home_close(&kit.home);
    const struct home_opts opts = {.dir = kit.dir, .vfs = faultvfs_register()};
    ok(home_open(&opts, &kit.home, NULL));
    ok(draft_save(&kit.home, "count-1", "p", "issued 1\n", NULL)); /* makes the log */
    for (int i = 0; i < 3; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "issued %d\n", i);
        faultvfs_arm(&(struct faultvfs_plan){.ops = FAULTVFS_SYNC, .suffix = "-wal"});
        ok(draft_save(&kit.home, "count-1", "p", text, NULL));
        assert_true(faultvfs_seen() > 0);
        faultvfs_disarm();
    }
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rekey_signs_the_unsent_anew),
        cmocka_unit_test(enrolment_is_whole_or_not_at_all),
        cmocka_unit_test(not_enrolled_is_said),
        cmocka_unit_test(leaving_refuses_unsent_work_then_leaves_nothing),
        cmocka_unit_test(a_kill_loses_nothing_that_was_said_to_be_saved),
        cmocka_unit_test(a_kill_before_the_picture_is_made_up_for),
        cmocka_unit_test(a_full_disk_delays_only_the_picture),
        cmocka_unit_test(a_full_disk_is_said_and_harms_nothing),
        cmocka_unit_test(older_layouts_keep_their_unsent_work),
        cmocka_unit_test(drafts_survive),
        cmocka_unit_test(drafts_are_synced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
