/* The journal: a signed chain that survives kills, full disks, new keys and new layouts. */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "offline-db/draft.h"
#include "tests/unit/offline-db/kit.h"

extern const struct gw_migration offline_db_migrations[];
extern const size_t offline_db_migrations_n;

static enum gw_err act(struct kit *kit, enum cmd_kind kind, const char *id, const char *text,
                       struct journal_entry *out, struct gw_fail *fail)
{
    struct cmd_data data;
    cmd_data_init(&data);
    if (kind == CMD_ALARM_NOTE) {
        data.text = text;
    } else if (kind == CMD_ALARM_RETRACT) {
        data.uid = text;
    } else if (kind == CMD_DUTY_SET) {
        data.state = text;
    }
    return journal_append(&kit->home, kind, id, 0, &data, out, fail);
}

/* Numbers without holes, each linked to the one before, each signed by the key. */
static int64_t check_chain(struct kit *kit, const char *dev, const struct gw_sign_key *key)
{
    char prev[GW_HASH_HEX + 1] = "";
    int64_t n = 0;
    sqlite3_stmt *st = NULL;
    ok(sqlite3_prepare_v2(gw_db_handle(kit->home.db),
                          "SELECT n, body, sig, hash FROM journal WHERE dev = ? ORDER BY n", -1,
                          &st, NULL));
    ok(sqlite3_bind_text(st, 1, dev, -1, SQLITE_STATIC));
    while (sqlite3_step(st) == SQLITE_ROW) {
        struct cmd_body body;
        struct json *root = NULL;
        const char *code = NULL;
        uint8_t sig[GW_SIGN_BYTES];
        char hash[GW_HASH_HEX + 1];
        const char *text = (const char *)sqlite3_column_text(st, 1);
        assert_int_equal(sqlite3_column_int64(st, 0), ++n);
        ok(wire_body_decode(text, strlen(text), &body, &root, &code, NULL));
        assert_int_equal(body.n, n);
        assert_string_equal(body.dev, dev);
        assert_string_equal(body.prev, prev);
        assert_true(gw_b64url_decode((const char *)sqlite3_column_text(st, 2), sig, sizeof sig));
        assert_true(gw_sign_ok(key->public_key, CMD_SIGN_PREFIX, text, strlen(text), sig));
        wire_cmd_hash(text, strlen(text), hash);
        assert_string_equal((const char *)sqlite3_column_text(st, 3), hash);
        memcpy(prev, hash, sizeof prev);
        json_free(root);
    }
    (void)sqlite3_finalize(st); /* read only */
    return n;
}

static void a_chain_that_anyone_can_check(void **state)
{
    struct kit kit;
    struct journal_entry entry;
    struct gw_buf text;
    struct cmd_body body;
    struct json *root = NULL;
    const char *code = NULL;
    (void)state;
    kit_ready(&kit, "chain", ROLE_WORKER);
    ok(mirror_clock_set(&kit.home, 250, 30));
    ok(act(&kit, CMD_ALARM_ACK, "a1", NULL, &entry, NULL));
    assert_int_equal(entry.n, 1);
    assert_int_equal(entry.state, CMD_PENDING);
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "老人说在做饭", NULL, NULL));
    ok(act(&kit, CMD_DUTY_SET, "u1", "on", NULL, NULL));
    assert_int_equal(check_chain(&kit, "dev1", &kit.device), 3);
    gw_buf_init(&text, 1 << 16);
    ok(journal_body(&kit.home, 2, &text));
    ok(wire_body_decode(gw_buf_str(&text), text.len, &body, &root, &code, NULL));
    assert_string_equal(body.base, "e1.10");
    assert_string_equal(body.data.text, "老人说在做饭");
    assert_int_equal(body.wall, T0_MS);
    assert_int_equal(body.off, 250);
    assert_int_equal(body.unc, 30);
    json_free(root);
    gw_buf_free(&text);
    kit_close(&kit);
}

static void what_may_not_be_written_is_not(void **state)
{
    struct kit kit;
    struct gw_fail fail = {0};
    (void)state;
    kit_ready(&kit, "refuse", ROLE_WORKER);
    assert_int_equal(act(&kit, CMD_ALARM_NOTE, "a1", NULL, NULL, &fail), GW_INVALID);
    assert_true(fail.text[0] != '\0');
    assert_int_equal(act(&kit, CMD_ALARM_ACK, "a 1", NULL, NULL, &fail), GW_INVALID);
    assert_int_equal(check_chain(&kit, "dev1", &kit.device), 0);
    kit_close(&kit);
}

static bool count_visit(void *ctx, const struct journal_entry *entry)
{
    int64_t *last = ctx;
    assert_true(*last == 0 || entry->n < *last); /* newest first */
    *last = entry->n;
    return true;
}

static struct journal_result result_of(int64_t n, enum cmd_result result, int64_t seq)
{
    return (struct journal_result){.n = n,
                                   .result = result,
                                   .seq = seq,
                                   .at = T0_MS + 5000,
                                   .code = result == RESULT_APPLIED ? NULL : "held-by-other"};
}

static void results_are_stored_once(void **state)
{
    static const struct {
        enum cmd_result result;
        enum cmd_state state;
        bool unread;
    } cases[] = {
        {RESULT_APPLIED, CMD_APPLIED, false},      {RESULT_LATE, CMD_LATE, true},
        {RESULT_REVIEW, CMD_REVIEW, true},         {RESULT_QUARANTINED, CMD_QUARANTINED, true},
        {RESULT_REJECTED, CMD_REJECTED, true},     {RESULT_RETRY, CMD_SENT, false},
        {RESULT_KEY_REUSE, CMD_SENT, false},       {RESULT_CHAIN_FORK, CMD_SENT, false},
    };
    enum { N = sizeof cases / sizeof cases[0] };
    struct kit kit;
    struct gw_buf out;
    struct journal_entry entry;
    struct journal_counts counts;
    int64_t n_list[N];
    int64_t last = 0;
    size_t lines = 0;
    (void)state;
    kit_ready(&kit, "results", ROLE_WORKER);
    for (int i = 0; i < N; i++) {
        ok(act(&kit, CMD_ALARM_NOTE, "a1", "记", NULL, NULL));
    }
    gw_buf_init(&out, 1 << 20);
    ok(journal_batch(&kit.home, N, 1 << 20, &out, n_list, &lines, NULL));
    assert_int_equal(lines, N);
    for (int i = 0; i < N; i++) {
        struct journal_result r = result_of(n_list[i], cases[i].result, 40 + i);
        ok(journal_store_result(&kit.home, &r, NULL));
        ok(journal_store_result(&kit.home, &r, NULL));
        ok(journal_get(&kit.home, n_list[i], &entry));
        assert_int_equal(entry.state, cases[i].state);
        assert_int_equal(entry.unread, cases[i].unread);
    }
    ok(journal_counts(&kit.home, &counts));
    assert_int_equal(counts.unsent, 3);
    assert_int_equal(counts.unread, 4);
    assert_int_equal(counts.oldest_unsent_at, T0_MS);
    ok(journal_seen(&kit.home, "a1"));
    struct journal_result again = result_of(2, RESULT_LATE, 41);
    ok(journal_store_result(&kit.home, &again, NULL)); /* the same answer does not ask twice */
    ok(journal_counts(&kit.home, &counts));
    assert_int_equal(counts.unread, 0);
    ok(journal_each(&kit.home, CMD_STATE_N, 0, count_visit, &last));
    assert_int_equal(last, 1);
    struct journal_result unknown = result_of(99, RESULT_APPLIED, 1);
    assert_int_equal(journal_store_result(&kit.home, &unknown, NULL), GW_ABSENT);
    gw_buf_free(&out);
    kit_close(&kit);
}

static void batches_keep_their_limits(void **state)
{
    struct kit kit;
    struct gw_buf out;
    struct wire_cmd_line line;
    struct json *root = NULL;
    int64_t n_list[10];
    size_t lines = 0;
    (void)state;
    kit_ready(&kit, "batch", ROLE_WORKER);
    for (int i = 0; i < 5; i++) {
        ok(act(&kit, CMD_ALARM_NOTE, "a1", "记", NULL, NULL));
    }
    gw_buf_init(&out, 1 << 20);
    ok(journal_batch(&kit.home, 2, 1 << 20, &out, n_list, &lines, NULL));
    assert_int_equal(lines, 2);
    size_t two = out.len;
    const char *end = strchr(gw_buf_str(&out), '\n');
    ok(wire_cmd_line_decode(gw_buf_str(&out), (size_t)(end - gw_buf_str(&out)), &line, &root,
                            NULL));
    assert_string_equal(line.key, "dev1");
    json_free(root);
    gw_buf_reset(&out);
    ok(journal_batch(&kit.home, 10, two + 5, &out, n_list, &lines, NULL)); /* sent ones again */
    assert_int_equal(lines, 2);
    assert_int_equal(n_list[0], 1);
    assert_int_equal(out.len, two);
    gw_buf_reset(&out);
    ok(journal_batch(&kit.home, 10, 1, &out, n_list, &lines, NULL)); /* one always goes */
    assert_int_equal(lines, 1);
    gw_buf_free(&out);
    kit_close(&kit);
}

static void a_receipt_is_checked_and_kept(void **state)
{
    struct kit kit;
    struct gw_buf text;
    char hash[GW_HASH_HEX + 1];
    char receipt[GW_SIGN_B64 + 2];
    uint8_t sig[GW_SIGN_BYTES];
    (void)state;
    kit_ready(&kit, "receipt", ROLE_WORKER);
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "记", NULL, NULL));
    ok(journal_hash(&kit.home, 1, hash));
    gw_buf_init(&text, 4096);
    struct journal_result r = result_of(1, RESULT_APPLIED, 40);
    ok(wire_receipt_text("dev1", 1, hash, r.result, r.seq, r.at, &text));
    gw_sign(&kit.server, RECEIPT_PREFIX, gw_buf_str(&text), text.len, sig);
    gw_b64url(sig, sizeof sig, receipt);
    r.receipt = receipt;
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_int_equal(kit_int(&kit, "SELECT good FROM receipt"), 1);
    /* the server was restored and lost it: sent again, the old receipt stays */
    ok(journal_resend(&kit.home, 0, NULL, 0, NULL));
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal WHERE state = 'pending'"), 1);
    r.seq = 12;
    r.receipt = "AAAA";
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM receipt"), 2);
    assert_int_equal(kit_int(&kit, "SELECT sum(good) FROM receipt"), 1);
    gw_buf_free(&text);
    kit_close(&kit);
}

static void resend_takes_only_what_the_server_lacks(void **state)
{
    struct kit kit;
    const int64_t missing[] = {2};
    (void)state;
    kit_ready(&kit, "resend", ROLE_WORKER);
    for (int64_t n = 1; n <= 5; n++) {
        ok(act(&kit, CMD_ALARM_NOTE, "a1", "记", NULL, NULL));
        struct journal_result r = result_of(n, RESULT_APPLIED, 40 + n);
        ok(journal_store_result(&kit.home, &r, NULL));
    }
    ok(journal_resend(&kit.home, 4, missing, 1, NULL));
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal WHERE state = 'pending'"), 2);
    assert_int_equal(
        kit_int(&kit, "SELECT count(*) FROM journal WHERE state = 'pending' AND n IN (2, 5)"), 2);
    kit_close(&kit);
}

static void last_on_is_what_a_retract_may_name(void **state)
{
    struct kit kit;
    struct journal_entry ack;
    struct journal_entry note;
    struct journal_entry got;
    (void)state;
    kit_ready(&kit, "last", ROLE_WORKER);
    assert_int_equal(journal_last_on(&kit.home, "a1", &got), GW_ABSENT);
    ok(act(&kit, CMD_ALARM_ACK, "a1", NULL, &ack, NULL));
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "记", &note, NULL));
    ok(act(&kit, CMD_ALARM_NOTE, "a2", "别的", NULL, NULL));
    ok(journal_last_on(&kit.home, "a1", &got));
    assert_string_equal(got.uid, note.uid);
    ok(act(&kit, CMD_ALARM_RETRACT, "a1", note.uid, NULL, NULL));
    ok(journal_last_on(&kit.home, "a1", &got));
    assert_string_equal(got.uid, ack.uid);
    struct journal_result r = result_of(ack.n, RESULT_REJECTED, -1);
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_int_equal(journal_last_on(&kit.home, "a1", &got), GW_ABSENT);
    kit_close(&kit);
}

static void pruning_leaves_number_and_hash(void **state)
{
    struct kit kit;
    struct gw_buf text;
    char before[GW_HASH_HEX + 1];
    char after[GW_HASH_HEX + 1];
    (void)state;
    kit_ready(&kit, "prune", ROLE_WORKER);
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "旧", NULL, NULL));
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "没送到", NULL, NULL));
    struct journal_result r = result_of(1, RESULT_APPLIED, 40);
    ok(journal_store_result(&kit.home, &r, NULL));
    ok(journal_hash(&kit.home, 1, before));
    gw_clock_fixed_advance(&kit.clock, (int64_t)100 * 86400000);
    ok(journal_prune(&kit.home, (int64_t)90 * 86400000, NULL));
    gw_buf_init(&text, 1 << 16);
    assert_int_equal(journal_body(&kit.home, 1, &text), GW_ABSENT);
    ok(journal_body(&kit.home, 2, &text)); /* unsent work is never thinned */
    ok(journal_hash(&kit.home, 1, after));
    assert_string_equal(before, after);
    gw_buf_free(&text);
    kit_close(&kit);
}

static void duty_is_the_own_last_word(void **state)
{
    struct kit kit;
    char duty[16];
    (void)state;
    kit_ready(&kit, "duty", ROLE_WORKER);
    ok(journal_duty(&kit.home, duty));
    assert_string_equal(duty, "");
    ok(act(&kit, CMD_DUTY_SET, "u1", "on", NULL, NULL));
    ok(journal_duty(&kit.home, duty));
    assert_string_equal(duty, "on");
    struct journal_result r = result_of(1, RESULT_APPLIED, 40);
    ok(journal_store_result(&kit.home, &r, NULL));
    ok(journal_duty(&kit.home, duty));
    assert_string_equal(duty, "on");
    PAGE(&kit, NULL,
         "{\"seq\":41,\"op\":\"put\",\"type\":\"worker\",\"id\":\"u1\",\"path\":\"" GRID "\",\"row\":"
         "{\"name\":\"王\",\"role\":\"worker\",\"duty\":\"off\",\"duty_at\":1700000009000}}");
    ok(journal_duty(&kit.home, duty));
    assert_string_equal(duty, "off");
    kit_close(&kit);
}

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
    assert_int_equal(kit_int(&kit, "SELECT mark_count FROM overlay WHERE id = 'a1'"), have);
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
    assert_int_equal(kit_int(&kit, "SELECT mark_count FROM overlay WHERE id = 'a1'"), saved);
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
        int64_t n_list[4];
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
        ok(journal_batch(&kit.home, 4, 1 << 20, &out, n_list, &lines, NULL));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_that_anyone_can_check),
        cmocka_unit_test(what_may_not_be_written_is_not),
        cmocka_unit_test(results_are_stored_once),
        cmocka_unit_test(batches_keep_their_limits),
        cmocka_unit_test(a_receipt_is_checked_and_kept),
        cmocka_unit_test(resend_takes_only_what_the_server_lacks),
        cmocka_unit_test(last_on_is_what_a_retract_may_name),
        cmocka_unit_test(pruning_leaves_number_and_hash),
        cmocka_unit_test(duty_is_the_own_last_word),
        cmocka_unit_test(rekey_signs_the_unsent_anew),
        cmocka_unit_test(enrolment_is_whole_or_not_at_all),
        cmocka_unit_test(not_enrolled_is_said),
        cmocka_unit_test(leaving_refuses_unsent_work_then_leaves_nothing),
        cmocka_unit_test(a_kill_loses_nothing_that_was_said_to_be_saved),
        cmocka_unit_test(a_full_disk_is_said_and_harms_nothing),
        cmocka_unit_test(older_layouts_keep_their_unsent_work),
        cmocka_unit_test(drafts_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
