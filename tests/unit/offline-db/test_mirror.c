/* Rules R1-R7 of the feed, on the real store with the real decoder. */
#include "tests/unit/offline-db/kit.h"

static int64_t workers(struct kit *kit)
{
    return kit_int(kit, "SELECT count(*) FROM worker");
}

static int64_t seq_of(struct kit *kit, const char *id)
{
    char sql[200];
    (void)snprintf(sql, sizeof sql, "SELECT seq FROM worker WHERE id = '%s'", id);
    return kit_int(kit, sql);
}

static int64_t jobs(struct kit *kit)
{
    return kit_int(kit, "SELECT count(*) FROM job");
}

/* The data dictionary and the schema are one: same names, same order, fitting kinds. */
static void schema_follows_the_dictionary(void **state)
{
    struct kit kit;
    static const char *const kinds[] = {[FIELD_TEXT] = "TEXT",
                                        [FIELD_INT] = "INTEGER",
                                        [FIELD_REAL] = "REAL",
                                        [FIELD_BOOL] = "INTEGER",
                                        [FIELD_JSON] = "TEXT"};
    (void)state;
    kit_open(&kit, "schema", ROLE_WORKER);
    for (size_t t = 0; t < TYPE_N; t++) {
        const struct gw_entity *entity = entity_of((enum gw_type)t);
        char sql[128];
        sqlite3_stmt *st = NULL;
        (void)snprintf(sql, sizeof sql, "PRAGMA table_info(%s)", entity->name);
        ok(sqlite3_prepare_v2(gw_db_handle(kit.home.db), sql, -1, &st, NULL));
        size_t skip = t == TYPE_ALARM ? 5 : 4; /* id seq path mark [rev] */
        for (size_t i = 0; i < skip; i++) {
            assert_int_equal(sqlite3_step(st), SQLITE_ROW);
        }
        for (size_t i = 0; i < entity->n; i++) {
            assert_int_equal(sqlite3_step(st), SQLITE_ROW);
            assert_string_equal((const char *)sqlite3_column_text(st, 1), entity->fields[i].key);
            assert_string_equal((const char *)sqlite3_column_text(st, 2),
                                kinds[entity->fields[i].kind]);
        }
        assert_int_equal(sqlite3_step(st), SQLITE_ROW);
        assert_string_equal((const char *)sqlite3_column_text(st, 1), "extra");
        assert_int_equal(sqlite3_step(st), SQLITE_DONE);
        (void)sqlite3_finalize(st); /* read only */
    }
    kit_close(&kit);
}

static void r1_put_wins_ties_and_old_rows_lose(void **state)
{
    struct kit kit;
    (void)state;
    kit_ready(&kit, "r1", ROLE_WORKER);
    PAGE(&kit, "e1.20", WORKER(20, "w1", GRID, "新"));
    PAGE(&kit, NULL, WORKER(19, "w1", GRID, "旧"));
    assert_int_equal(seq_of(&kit, "w1"), 20);
    PAGE(&kit, NULL, GONE(20, "out", "worker", "w1")); /* a move: out and put share the seq */
    assert_int_equal(workers(&kit), 1);
    PAGE(&kit, NULL, GONE(21, "out", "worker", "w1"), WORKER(21, "w1", GRID, "搬"));
    assert_int_equal(seq_of(&kit, "w1"), 21);
    PAGE(&kit, NULL, GONE(22, "del", "worker", "w1"));
    assert_int_equal(workers(&kit), 0);
    kit_close(&kit);
}

static void r1_tombstone_keeps_an_old_page_out(void **state)
{
    struct kit kit;
    (void)state;
    kit_ready(&kit, "tomb", ROLE_WORKER);
    PAGE(&kit, "e1.30", GONE(30, "del", "worker", "w1"));
    PAGE(&kit, NULL, WORKER(29, "w1", GRID, "旧"));
    assert_int_equal(workers(&kit), 0);
    PAGE(&kit, NULL, WORKER(31, "w1", GRID, "新"));
    assert_int_equal(workers(&kit), 1);
    ok(mirror_caught_up(&kit.home, T0_MS, NULL));
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM tomb"), 0);
    kit_close(&kit);
}

static void r1_cursor_and_rows_are_one_transaction(void **state)
{
    struct kit kit;
    struct mirror_state now;
    (void)state;
    kit_ready(&kit, "atomic", ROLE_WORKER);
    ok(mirror_page_begin(&kit.home, NULL));
    kit_line(&kit, WORKER(20, "w1", GRID, "甲"));
    mirror_page_drop(&kit.home);
    ok(mirror_state(&kit.home, &now));
    assert_string_equal(now.cursor, "e1.10");
    assert_int_equal(workers(&kit), 0);
    PAGE(&kit, "e1.20", WORKER(20, "w1", GRID, "甲"));
    kit_reopen(&kit);
    ok(mirror_state(&kit.home, &now));
    assert_string_equal(now.cursor, "e1.20");
    assert_int_equal(workers(&kit), 1);
    kit_close(&kit);
}

static void r3_lost_scope_purges_new_scope_makes_a_job(void **state)
{
    struct kit kit;
    struct mirror_job job;
    struct mirror_state now;
    (void)state;
    kit_ready(&kit, "r3", ROLE_WORKER);
    PAGE(&kit, "e1.20", WORKER(20, "w1", GRID, "甲"),
         "{\"op\":\"scopes\",\"tag\":\"t2\",\"list\":[{\"path\":\"" GRID2
         "\",\"granted\":15}],\"types\":[\"alarm\",\"worker\"]}");
    assert_int_equal(workers(&kit), 0);
    ok(mirror_next_job(&kit.home, &job));
    assert_string_equal(job.scope, GRID2);
    assert_int_equal(job.type, -1);
    ok(mirror_state(&kit.home, &now));
    assert_string_equal(now.tag, "t2");
    assert_false(now.complete);
    PAGE(&kit, NULL, WORKER(21, "w2", GRID, "乙")); /* not covered any more: not taken in */
    assert_int_equal(workers(&kit), 0);
    kit_skip_jobs(&kit, "e1.20");
    ok(mirror_state(&kit.home, &now));
    assert_true(now.complete);
    kit_close(&kit);
}

static void r3_granted_anew_is_fetched_anew(void **state)
{
    struct kit kit;
    (void)state;
    kit_ready(&kit, "r3b", ROLE_WORKER);
    PAGE(&kit, "e1.20", WORKER(20, "w1", GRID, "甲"),
         "{\"op\":\"scopes\",\"tag\":\"t2\",\"list\":[{\"path\":\"" GRID
         "\",\"granted\":18}],\"types\":[\"worker\"]}");
    assert_int_equal(jobs(&kit), 1);
    assert_int_equal(workers(&kit), 1); /* still covered: the screen does not empty (C11) */
    kit_close(&kit);
}

/* A scope covers its labels, not what merely begins alike. */
static void r3_paths_are_compared_label_by_label(void **state)
{
    struct kit kit;
    const char *const paths[] = {"CQ.1.2", NULL};
    const int64_t granted[] = {1};
    (void)state;
    kit_open(&kit, "labels", ROLE_WORKER);
    kit_hello(&kit, "e1", 10, "t1", paths, granted);
    PAGE(&kit, NULL, WORKER(11, "a", "CQ.1.2", "甲"), WORKER(12, "b", "CQ.1.2.3", "乙"),
         WORKER(13, "c", "CQ.1.20", "丙"), WORKER(14, "d", "CQ.1", "丁"));
    assert_int_equal(workers(&kit), 2);
    ok(gw_db_begin(kit.home.db, GW_DURABLE_NORMAL, "test", NULL));
    ok(gw_db_exec(kit.home.db,
                  "INSERT INTO worker (id, seq, path, mark) VALUES ('c', 13, 'CQ.1.20', 0), "
                  "('e', 14, 'CQ.1.2-a', 0)",
                  NULL));
    ok(gw_db_commit(kit.home.db, NULL));
    PAGE(&kit, NULL,
         "{\"op\":\"scopes\",\"tag\":\"t2\",\"list\":[{\"path\":\"CQ.1.2\",\"granted\":2}],"
         "\"types\":[\"worker\"]}");
    assert_int_equal(workers(&kit), 2); /* c and e went with the purge, a and b stay */
    kit_close(&kit);
}

#define RULE(seq, id, path)                                                                        \
    "{\"seq\":" #seq ",\"op\":\"put\",\"type\":\"rule\",\"id\":\"" id "\",\"path\":\"" path        \
    "\",\"row\":{\"set\":\"cn-village\",\"key\":\"k\",\"value\":\"5\"}}"

/* A confirmed number lies above what is ours, and stays until nothing of ours lies below it. */
static void r3_rules_flow_down(void **state)
{
    struct kit kit;
    const char *const paths[] = {"CQ.1.2", NULL};
    const int64_t granted[] = {1};
    (void)state;
    kit_open(&kit, "rules", ROLE_COMMITTEE);
    kit_hello(&kit, "e1", 10, "t1", paths, granted);
    PAGE(&kit, NULL, RULE(11, "a", "CQ.1"), RULE(12, "b", "CQ.1.2"), RULE(13, "c", "CQ.1.2.3"),
         RULE(14, "d", "CQ.2"), RULE(15, "e", "CQ.1.20"), WORKER(16, "w", "CQ.1", "丁"));
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM rule"), 3);
    assert_int_equal(workers(&kit), 0); /* other types do not */
    PAGE(&kit, NULL,
         "{\"op\":\"scopes\",\"tag\":\"t2\",\"list\":[{\"path\":\"CQ.1.9\",\"granted\":2}],"
         "\"types\":[\"rule\"]}");
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM rule"), 1);
    PAGE(&kit, NULL,
         "{\"op\":\"scopes\",\"tag\":\"t3\",\"list\":[{\"path\":\"CQ.2\",\"granted\":2}],"
         "\"types\":[\"rule\"]}");
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM rule"), 0);
    kit_close(&kit);
}

static uint64_t h(const char *text);

static void job_page(struct kit *kit, const char *cursor, const char *after, bool last,
                     const char *const *lines)
{
    struct mirror_job job;
    ok(mirror_next_job(&kit->home, &job));
    ok(mirror_page_begin(&kit->home, NULL));
    for (; *lines; lines++) {
        kit_line(kit, *lines);
    }
    ok(mirror_job_page_end(&kit->home, &job, cursor, after, last, &kit->changed, NULL));
}
#define JOB_PAGE(kit, cursor, after, last, ...)                                                    \
    job_page(kit, cursor, after, last, (const char *const[]){__VA_ARGS__, NULL})

static void r4_mark_and_sweep(void **state)
{
    struct kit kit;
    struct mirror_job job;
    struct mirror_state now;
    (void)state;
    kit_ready(&kit, "r4", ROLE_WORKER);
    PAGE(&kit, "e1.20", WORKER(11, "stays", GRID, "甲"), WORKER(12, "went", GRID, "乙"),
         WORKER(19, "newer", GRID, "丙"));
    ok(mirror_relist(&kit.home, "e1.20", NULL));
    assert_int_equal(workers(&kit), 3);
    JOB_PAGE(&kit, "e1.18", "worker.a", false, WORKER(11, "stays", GRID, "甲"));
    ok(mirror_next_job(&kit.home, &job));
    assert_string_equal(job.after, "worker.a");
    assert_string_equal(job.first_cursor, "e1.18");
    assert_int_equal(workers(&kit), 3); /* nothing goes before the end */
    kit_reopen(&kit);                   /* resumable for ever */
    JOB_PAGE(&kit, "e1.25", NULL, true, WORKER(24, "late", GRID, "丁"));
    assert_int_equal(seq_of(&kit, "stays"), 11);
    assert_int_equal(seq_of(&kit, "went"), -1);
    assert_int_equal(seq_of(&kit, "newer"), 19); /* above the first cursor */
    assert_int_equal(seq_of(&kit, "late"), 24);
    ok(mirror_state(&kit.home, &now));
    assert_string_equal(now.cursor, "e1.18");
    assert_int_equal(mirror_next_job(&kit.home, &job), GW_ABSENT);
    kit_close(&kit);
}

/* A page that brings an older row than ours has still seen it: the sweep must leave it. */
static void r4_an_older_row_counts_as_seen(void **state)
{
    struct kit kit;
    (void)state;
    kit_ready(&kit, "r4b", ROLE_WORKER);
    PAGE(&kit, "e1.20", WORKER(15, "w1", GRID, "新"));
    ok(mirror_relist(&kit.home, "e1.20", NULL));
    JOB_PAGE(&kit, "e1.20", NULL, true, WORKER(14, "w1", GRID, "旧"));
    assert_int_equal(seq_of(&kit, "w1"), 15);
    kit_close(&kit);
}

static void r4_only_the_types_of_the_job_are_swept(void **state)
{
    struct kit kit;
    (void)state;
    kit_ready(&kit, "r4c", ROLE_WORKER);
    PAGE(&kit, "e1.20", WORKER(15, "w1", GRID, "甲"), ALARM(16, "a1", "unack", ""));
    ok(gw_db_begin(kit.home.db, GW_DURABLE_NORMAL, "test", NULL));
    ok(gw_db_exec(kit.home.db, "INSERT INTO job (scope, type) VALUES ('" GRID "', 'alarm')", NULL));
    ok(gw_db_commit(kit.home.db, NULL));
    kit_skip_jobs(&kit, "e1.20");
    assert_int_equal(workers(&kit), 1);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM alarm"), 0);
    kit_close(&kit);
}

static void r4_page_of_another_epoch_restarts(void **state)
{
    struct kit kit;
    struct mirror_job first;
    struct mirror_job again;
    (void)state;
    kit_ready(&kit, "r4d", ROLE_WORKER);
    ok(mirror_relist(&kit.home, "e1.20", NULL));
    JOB_PAGE(&kit, "e1.20", "worker.a", false, WORKER(11, "w1", GRID, "甲"));
    ok(mirror_next_job(&kit.home, &first));
    ok(mirror_page_begin(&kit.home, NULL));
    kit_line(&kit, WORKER(3, "w2", GRID, "乙"));
    assert_int_equal(mirror_job_page_end(&kit.home, &first, "e2.5", NULL, true, &kit.changed, NULL),
                     GW_AGAIN);
    ok(mirror_next_job(&kit.home, &again));
    assert_true(again.job > first.job);
    assert_string_equal(again.after, "");
    assert_string_equal(again.first_cursor, "");
    assert_int_equal(seq_of(&kit, "w2"), -1);
    kit_close(&kit);
}

static void r5_new_epoch_relists_and_old_numbers_lose(void **state)
{
    struct kit kit;
    struct mirror_state now;
    const char *const paths[] = {GRID, NULL};
    const int64_t granted[] = {1};
    (void)state;
    kit_ready(&kit, "r5", ROLE_WORKER);
    PAGE(&kit, "e1.50", WORKER(50, "w1", GRID, "未来"), WORKER(49, "w2", GRID, "没了"));
    kit_hello(&kit, "e2", 30, "t1", paths, granted);
    ok(mirror_state(&kit.home, &now));
    assert_string_equal(now.epoch, "e2");
    assert_string_equal(now.cursor, "e2.30");
    assert_int_equal(workers(&kit), 2);
    assert_int_equal(jobs(&kit), 1);
    JOB_PAGE(&kit, "e2.30", NULL, true, WORKER(30, "w1", GRID, "现在"));
    assert_int_equal(seq_of(&kit, "w1"), 30);
    assert_int_equal(seq_of(&kit, "w2"), -1);
    kit_close(&kit);
}

static uint64_t h(const char *text)
{
    return gw_sha256_h64(text, strlen(text));
}

static void r6_digest_finds_and_heals(void **state)
{
    struct kit kit;
    struct mirror_state now;
    struct wire_digest digest = {.scope = GRID, .type = TYPE_WORKER, .count = 2};
    (void)state;
    kit_ready(&kit, "r6", ROLE_WORKER);
    PAGE(&kit, "e1.20", WORKER(11, "a", GRID, "甲"), WORKER(12, "b", GRID, "乙"));
    digest.sum = h("worker|a|11") + h("worker|b|12");
    ok(mirror_digest(&kit.home, &digest, 1, NULL));
    assert_int_equal(jobs(&kit), 0);
    ok(gw_db_begin(kit.home.db, GW_DURABLE_NORMAL, "test", NULL));
    ok(gw_db_exec(kit.home.db, "DELETE FROM worker WHERE id = 'b'", NULL));
    ok(gw_db_commit(kit.home.db, NULL));
    assert_int_equal(mirror_digest(&kit.home, &digest, 1, NULL), GW_REFUSED);
    assert_int_equal(mirror_digest(&kit.home, &digest, 1, NULL), GW_REFUSED);
    assert_int_equal(jobs(&kit), 1); /* one job, however often it is found */
    ok(mirror_state(&kit.home, &now));
    assert_int_equal(now.incidents, 1);
    JOB_PAGE(&kit, "e1.20", NULL, true, WORKER(11, "a", GRID, "甲"), WORKER(12, "b", GRID, "乙"));
    ok(mirror_digest(&kit.home, &digest, 1, NULL));
    ok(gw_db_begin(kit.home.db, GW_DURABLE_NORMAL, "test", NULL));
    ok(gw_db_exec(kit.home.db, "UPDATE worker SET name = 'x' WHERE id = 'b'", NULL));
    ok(gw_db_commit(kit.home.db, NULL));
    PAGE(&kit, NULL, WORKER(12, "b", GRID, "乙")); /* the same seq is written again: it heals */
    assert_int_equal(kit_int(&kit, "SELECT name = '乙' FROM worker WHERE id = 'b'"), 1);
    kit_close(&kit);
}

static void r7_unknown_types_are_skipped_unknown_fields_kept(void **state)
{
    struct kit kit;
    struct gw_buf row;
    struct json *root = NULL;
    int64_t n = 0;
    (void)state;
    kit_ready(&kit, "r7", ROLE_WORKER);
    PAGE(&kit, "e1.20",
         "{\"seq\":11,\"op\":\"put\",\"type\":\"drone\",\"id\":\"d\",\"path\":\"" GRID
         "\",\"row\":{}}",
         "{\"seq\":12,\"op\":\"put\",\"type\":\"worker\",\"id\":\"w\",\"path\":\"" GRID
         "\",\"row\":"
         "{\"name\":\"王\\u5c0f\\u6885\",\"badge\":{\"no\":7},\"duty_at\":\"soon\",\"role\":null,"
         "\"paths\":[\"CQ\"]}}");
    kit_json(&kit, TYPE_WORKER, "w", &row);
    ok(json_parse(gw_buf_str(&row), row.len, 0, &root, NULL));
    assert_string_equal(json_str(root, "name"), "王小梅");
    assert_true(json_int(json_obj(root, "badge"), "no", &n) && n == 7);
    assert_string_equal(json_str(root, "duty_at"), "soon"); /* of another kind: kept as it came */
    assert_true(json_is_null(root, "role"));
    assert_non_null(json_arr(root, "paths"));
    assert_true(json_int(root, "seq", &n) && n == 12);
    json_free(root);
    gw_buf_free(&row);
    kit_close(&kit);
}

static void r7_a_newly_readable_type_is_fetched_alone(void **state)
{
    struct kit kit;
    struct mirror_job job;
    (void)state;
    kit_ready(&kit, "r7b", ROLE_WORKER);
    PAGE(&kit, NULL, WORKER(15, "w1", GRID, "甲"), ALARM(16, "a1", "unack", ""),
         "{\"op\":\"scopes\",\"tag\":\"t2\",\"list\":[{\"path\":\"" GRID
         "\",\"granted\":1}],\"types\":[\"alarm\"]}");
    assert_int_equal(workers(&kit), 0); /* may not be read any more */
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM alarm"), 1);
    assert_int_equal(jobs(&kit), 0);
    PAGE(&kit, NULL,
         "{\"op\":\"scopes\",\"tag\":\"t3\",\"list\":[{\"path\":\"" GRID
         "\",\"granted\":1}],\"types\":[\"alarm\",\"worker\"]}");
    ok(mirror_next_job(&kit.home, &job));
    assert_int_equal(job.type, TYPE_WORKER);
    JOB_PAGE(&kit, "e1.20", NULL, true, WORKER(15, "w1", GRID, "甲"));
    assert_int_equal(jobs(&kit), 0);
    assert_int_equal(workers(&kit), 1);
    kit_close(&kit);
}

static void a_cancelled_job_forces_the_scopes_line(void **state)
{
    struct kit kit;
    struct mirror_job job;
    struct mirror_state now;
    (void)state;
    kit_ready(&kit, "cancel", ROLE_WORKER);
    ok(mirror_relist(&kit.home, "e1.20", NULL));
    ok(mirror_next_job(&kit.home, &job));
    ok(mirror_job_cancel(&kit.home, job.job, NULL));
    ok(mirror_state(&kit.home, &now));
    assert_string_equal(now.tag, "");
    ok(mirror_page_begin(&kit.home, NULL));
    assert_int_equal(mirror_job_page_end(&kit.home, &job, "e1.20", NULL, true, &kit.changed, NULL),
                     GW_AGAIN);
    assert_false(gw_db_in_txn(kit.home.db));
    kit_close(&kit);
}

/* ---- any order, any duplicates: the same mirror */

enum { PROP_ROWS = 12, PROP_OPS = 60 };

struct op {
    char line[1200];
};

/* The server's history of a few rows: puts in and out of our grid, deletions; each op once. */
static size_t history(struct gw_random_seeded *rnd, struct op *ops)
{
    size_t n = 0;
    for (int64_t seq = 20; n + 2 < PROP_OPS; seq++) {
        char id[8];
        uint64_t what = gw_random_below(&rnd->random, 10);
        (void)snprintf(id, sizeof id, "w%d", (int)gw_random_below(&rnd->random, PROP_ROWS));
        if (what < 6) {
            char name[32];
            (void)snprintf(name, sizeof name, "n%lld", (long long)seq);
            (void)worker_line(ops[n++].line, sizeof ops[0].line, seq, id, GRID, name);
        } else if (what < 8) { /* moved within what we see: out and put, one seq */
            (void)gone_line(ops[n++].line, sizeof ops[0].line, seq, "out", "worker", id);
            (void)worker_line(ops[n++].line, sizeof ops[0].line, seq, id, GRID ".9", "m");
        } else {
            (void)gone_line(ops[n++].line, sizeof ops[0].line, seq, what == 8 ? "out" : "del",
                            "worker", id);
        }
    }
    return n;
}

static void apply_shuffled(struct kit *kit, const struct op *ops, size_t n,
                           struct gw_random_seeded *rnd)
{
    size_t order[2 * PROP_OPS];
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        order[m++] = i;
        if (gw_random_below(&rnd->random, 3) == 0) {
            order[m++] = i; /* comes twice */
        }
    }
    for (size_t i = m; i > 1; i--) {
        size_t j = (size_t)gw_random_below(&rnd->random, i);
        size_t swap = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swap;
    }
    for (size_t i = 0; i < m;) {
        ok(mirror_page_begin(&kit->home, NULL));
        for (size_t left = gw_random_below(&rnd->random, 7) + 1; left > 0 && i < m; left--) {
            kit_line(kit, ops[order[i++]].line);
        }
        ok(mirror_page_end(&kit->home, NULL, &kit->changed, NULL));
    }
}

static void any_order_gives_the_same_mirror(void **state)
{
    static struct op ops[PROP_OPS];
    (void)state;
    for (uint64_t seed = 0; seed < 25; seed++) {
        struct gw_random_seeded rnd;
        struct gw_buf first;
        gw_random_seeded_init(&rnd, seed);
        size_t n = history(&rnd, ops);
        for (int round = 0; round < 3; round++) {
            struct kit kit;
            struct gw_buf dump;
            char name[48];
            (void)snprintf(name, sizeof name, "prop-%d-%d", (int)seed, round);
            kit_ready(&kit, name, ROLE_WORKER);
            for (size_t i = 0; round == 0 && i < n; i++) {
                PAGE(&kit, NULL, ops[i].line); /* the server's own order */
            }
            if (round > 0) {
                apply_shuffled(&kit, ops, n, &rnd);
            }
            kit_dump(&kit, round == 0 ? &first : &dump);
            if (round > 0) {
                assert_string_equal(gw_buf_str(&first), gw_buf_str(&dump));
                gw_buf_free(&dump);
            }
            kit_close(&kit);
        }
        gw_buf_free(&first);
    }
}

static void the_clock_is_remembered(void **state)
{
    struct kit kit;
    int64_t off = 0;
    int64_t unc = 0;
    (void)state;
    kit_open(&kit, "clock", ROLE_WORKER);
    mirror_clock(&kit.home, &off, &unc);
    assert_true(off == INT64_MIN && unc == INT64_MIN);
    ok(mirror_clock_set(&kit.home, -1500, 40));
    kit_reopen(&kit);
    mirror_clock(&kit.home, &off, &unc);
    assert_int_equal(off, -1500);
    assert_int_equal(unc, 40);
    kit_close(&kit);
}

/* Confirmed numbers above the own areas: a lost, an altered and a left-over one are found, and the
 * snapshot heals all three. A server that does not say it is believed as before. */
static void r6_digest_of_what_flows_down(void **state)
{
    struct kit kit;
    const char *const paths[] = {"CQ.1.2", NULL};
    const int64_t granted[] = {1};
    static const char *const harm[] = {
        "DELETE FROM rule WHERE id = 'a'", "UPDATE rule SET seq = 99 WHERE id = 'a'",
        "INSERT INTO rule (id, seq, path, mark) VALUES ('x', 3, 'CQ', 0)"};
    struct wire_digest digest = {.scope = "CQ.1.2", .type = TYPE_RULE, .count = 1};
    (void)state;
    kit_open(&kit, "above", ROLE_COMMITTEE);
    kit_hello(&kit, "e1", 10, "t1", paths, granted);
    JOB_PAGE(&kit, "e1.10", NULL, true, RULE(8, "a", "CQ.1"), RULE(9, "b", "CQ.1.2"));
    digest.sum = h("rule|b|9");
    digest.above_sum = h("rule|a|8");
    digest.above_count = 1;
    digest.has_above = true;
    ok(mirror_digest(&kit.home, &digest, 1, NULL));
    for (size_t i = 0; i < 3; i++) {
        ok(gw_db_begin(kit.home.db, GW_DURABLE_NORMAL, "harm", NULL));
        ok(gw_db_exec(kit.home.db, harm[i], NULL));
        ok(gw_db_commit(kit.home.db, NULL));
        digest.has_above = false;
        ok(mirror_digest(&kit.home, &digest, 1, NULL));
        digest.has_above = true;
        assert_int_equal(mirror_digest(&kit.home, &digest, 1, NULL), GW_REFUSED);
        JOB_PAGE(&kit, "e1.10", NULL, true, RULE(8, "a", "CQ.1"), RULE(9, "b", "CQ.1.2"));
        ok(mirror_digest(&kit.home, &digest, 1, NULL));
        assert_int_equal(kit_int(&kit, "SELECT count(*) FROM rule"), 2);
    }
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_follows_the_dictionary),
        cmocka_unit_test(r1_put_wins_ties_and_old_rows_lose),
        cmocka_unit_test(r1_tombstone_keeps_an_old_page_out),
        cmocka_unit_test(r1_cursor_and_rows_are_one_transaction),
        cmocka_unit_test(r3_lost_scope_purges_new_scope_makes_a_job),
        cmocka_unit_test(r3_granted_anew_is_fetched_anew),
        cmocka_unit_test(r3_paths_are_compared_label_by_label),
        cmocka_unit_test(r3_rules_flow_down),
        cmocka_unit_test(r4_mark_and_sweep),
        cmocka_unit_test(r4_an_older_row_counts_as_seen),
        cmocka_unit_test(r4_only_the_types_of_the_job_are_swept),
        cmocka_unit_test(r4_page_of_another_epoch_restarts),
        cmocka_unit_test(r5_new_epoch_relists_and_old_numbers_lose),
        cmocka_unit_test(r6_digest_finds_and_heals),
        cmocka_unit_test(r6_digest_of_what_flows_down),
        cmocka_unit_test(r7_unknown_types_are_skipped_unknown_fields_kept),
        cmocka_unit_test(r7_a_newly_readable_type_is_fetched_alone),
        cmocka_unit_test(a_cancelled_job_forces_the_scopes_line),
        cmocka_unit_test(any_order_gives_the_same_mirror),
        cmocka_unit_test(the_clock_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
