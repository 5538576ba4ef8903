/* A page in slices: who reads between two of them, who dies between two of them, and who changes
 * the mirror between two of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/engine_bed.h"
#include "tests/kit/faultvfs.h"

enum { ROWS = 11, SLICE = 2, TEXT = 8192 };

/* Each look at the clock takes a millisecond: a step with a budget of one is one round. */
static int64_t ticking(void *ctx)
{
    struct gw_clock_fixed *clock = ctx;
    return clock->mono++;
}

static void slowly(struct bed *b)
{
    b->clock.clock.mono_ms = ticking;
    b->clock.clock.ctx = &b->clock;
}

static void one_round(struct bed *b)
{
    b->next = engine_step(b->engine, 1);
}

static bool mid_page(struct bed *b)
{
    struct sync_status status;
    engine_status(b->engine, &status);
    return status.mid_page;
}

static void put(char *out, int seq, int row)
{
    size_t len = strlen(out);
    (void)snprintf(
        out + len, TEXT - len,
        "{\"seq\":%d,\"op\":\"put\",\"type\":\"resident\",\"id\":\"r%02d\",\"path\":\"" SCOPE
        "\",\"row\":{\"name\":\"n%d\"}}\n",
        seq, row, seq);
}

/* r00 … r10 with seq 20 … 30. Later r03 was deleted (31), r05 and r08 changed together (32). */
static void snapshot_text(char *out, bool later)
{
    (void)snprintf(out, TEXT, "{\"op\":\"begin\",\"cursor\":\"e1.%d\",\"scope\":\"" SCOPE "\"}\n",
                   later ? 32 : 30);
    for (int i = 0; i < ROWS; i++) {
        bool changed = later && (i == 5 || i == 8);
        if (!later || i != 3) {
            put(out, changed ? 32 : 20 + i, i);
        }
    }
    (void)strcat(out, PAGE_END(11));
}

static void feed_text(char *out)
{
    (void)strcpy(out, "{\"seq\":31,\"op\":\"del\",\"type\":\"resident\",\"id\":\"r03\"}\n");
    put(out, 32, 5);
    put(out, 32, 8);
    (void)strcat(out, END(32));
}

static void dump(struct home *home, char *out)
{
    sqlite3_stmt *st = NULL;
    size_t len = 0;
    out[0] = '\0';
    assert_int_equal(sqlite3_prepare_v2(gw_db_handle(home->db),
                                        "SELECT id, seq, name FROM resident ORDER BY id", -1, &st,
                                        NULL),
                     SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW) {
        len += (size_t)snprintf(out + len, TEXT - len, "%s %s %s\n", sqlite3_column_text(st, 0),
                                sqlite3_column_text(st, 1), sqlite3_column_text(st, 2));
    }
    (void)sqlite3_finalize(st);
}

static int count(struct home *home, const char *sql)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(gw_db_handle(home->db), sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int n = sqlite3_column_int(st, 0);
    (void)sqlite3_finalize(st);
    return n;
}

static int residents(struct home *home)
{
    return count(home, "SELECT count(*) FROM resident");
}

static void open_other(const struct bed *b, struct home *other)
{
    const struct home_opts opts = {
        .dir = b->home.dir, .clock = b->home.clock, .random = &b->random.random};
    assert_int_equal(home_open(&opts, other, NULL), GW_OK);
}

/* The server answers whatever is asked until the engine is up to date. */
static void serve(struct bed *b)
{
    char text[TEXT];
    struct fakenet_call *call = NULL;
    for (int i = 0; i < 200; i++) {
        if (fakenet_find(&b->fake, "/v1/token") != NULL) {
            bed_answer_sign_in(b);
        } else if (fakenet_find(&b->fake, "/v1/hello") != NULL) {
            bed_answer_hello(b);
        } else if (fakenet_find(&b->fake, "/v1/snapshot") != NULL) {
            snapshot_text(text, true);
            bed_answer(b, "/v1/snapshot", 200, text);
        } else if ((call = fakenet_find(&b->fake, "/v1/changes")) != NULL &&
                   strstr(call->accept, "event-stream") != NULL) {
            return;
        } else if (call != NULL) {
            feed_text(text);
            bed_answer_feed(b, strstr(call->path, "since=e1.32") != NULL ? END(32) : text);
        } else {
            bed_advance(b, 1000);
        }
    }
    fail_msg("not up to date");
}

static void restart(struct bed *b)
{
    char dir[1200];
    engine_free(b->engine);
    (void)snprintf(dir, sizeof(dir), "%s", b->home.dir);
    home_close(&b->home);
    fakenet_free(&b->fake);
    fakenet_init(&b->fake);
    b->fake.server_time = T0;
    const struct home_opts opts = {
        .dir = dir, .clock = &b->clock.clock, .random = &b->random.random};
    assert_int_equal(home_open(&opts, &b->home, NULL), GW_OK);
    bed_start_engine(b);
}

static void what_it_must_be(char *out)
{
    out[0] = '\0';
    for (int i = 0; i < ROWS; i++) {
        int seq = i == 5 || i == 8 ? 32 : 20 + i;
        size_t len = strlen(out);
        if (i != 3) {
            (void)snprintf(out + len, TEXT - len, "r%02d %d n%d\n", i, seq, seq);
        }
    }
}

static void assert_whole(struct bed *b)
{
    char is[TEXT], must[TEXT];
    dump(&b->home, is);
    what_it_must_be(must);
    assert_string_equal(is, must);
}

/* ---- snapshot */

static void to_first_slice(struct bed *b)
{
    char text[TEXT];
    (void)strcpy(b->cursor, "e1.30");
    bed_to_greeted(b);
    slowly(b);
    snapshot_text(text, false);
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, "/v1/snapshot"), 200, text);
    one_round(b);
    assert_int_equal(residents(&b->home), SLICE);
}

/* Who reads meanwhile sees as many rows as whole slices brought, and a job that has its page still
 * to come. */
static void a_reader_between_slices(void **state)
{
    struct bed *b = *state;
    struct home other;
    struct mirror_job job;
    struct mirror_state now;
    to_first_slice(b);
    open_other(b, &other);
    for (int rows = SLICE; rows < ROWS; rows += SLICE) {
        assert_true(mid_page(b));
        assert_int_equal(residents(&other), rows);
        assert_int_equal(mirror_next_job(&other, &job), GW_OK);
        assert_string_equal(job.after, "");
        assert_string_equal(job.first_cursor, "e1.30");
        assert_int_equal(mirror_state(&other, &now), GW_OK);
        assert_false(now.complete);
        assert_true(b->next <= b->clock.mono); /* wants to go on at once */
        one_round(b);
    }
    assert_false(mid_page(b));
    assert_int_equal(residents(&other), ROWS);
    one_round(b); /* the sweep ends the job */
    assert_int_equal(mirror_next_job(&other, &job), GW_ABSENT);
    assert_int_equal(mirror_state(&other, &now), GW_OK);
    assert_true(now.complete);
    home_close(&other);
    serve(b);
    assert_whole(b);
}

/* A console records something between two slices: no transaction is open then. */
static void a_writer_between_slices(void **state)
{
    struct bed *b = *state;
    struct home other;
    struct cmd_data data;
    to_first_slice(b);
    open_other(b, &other);
    cmd_data_init(&data);
    data.text = "from beside";
    assert_int_equal(journal_append(&other, CMD_ALARM_NOTE, "a1", 0, &data, NULL, NULL), GW_OK);
    home_close(&other);
    while (mid_page(b)) {
        one_round(b);
    }
    assert_int_equal(residents(&b->home), ROWS);
}

static void stop_after_each_slice(void **state)
{
    for (int slices = 0; slices <= ROWS / SLICE + 1; slices++) {
        void *own = NULL;
        assert_int_equal(bed_setup(&own), 0);
        struct bed *b = own;
        to_first_slice(b);
        for (int i = 1; i < slices; i++) {
            one_round(b);
        }
        restart(b);
        serve(b);
        assert_whole(b);
        assert_int_equal(count(&b->home, "SELECT count(*) FROM job"), 0);
        bed_teardown(&own);
    }
    (void)state;
}

/* The disk stops at each of its writes in turn, in the middle of a slice too. */
static void stop_at_each_write(void **state)
{
    int64_t failed = 1;
    sqlite3_vfs *usual = sqlite3_vfs_find(NULL);
    (void)sqlite3_vfs_register(sqlite3_vfs_find(faultvfs_register()), 1);
    for (int64_t nth = 1; failed > 0; nth += 3) {
        void *own = NULL;
        char text[TEXT];
        const struct faultvfs_plan plan = {.ops = FAULTVFS_ANY,
                                           .nth = nth,
                                           .rc = SQLITE_IOERR_WRITE,
                                           .sticky = true,
                                           .torn = nth % 2 == 0,
                                           .suffix = "-wal"};
        assert_int_equal(bed_setup(&own), 0);
        struct bed *b = own;
        (void)strcpy(b->cursor, "e1.30");
        bed_to_greeted(b);
        snapshot_text(text, false);
        faultvfs_arm(&plan);
        bed_answer(b, "/v1/snapshot", 200, text);
        bed_step(b);
        failed = faultvfs_failed();
        engine_free(b->engine);
        b->engine = NULL;
        faultvfs_disarm();
        restart(b);
        serve(b);
        assert_whole(b);
        bed_teardown(&own);
    }
    (void)sqlite3_vfs_register(usual, 1);
    (void)state;
}

/* Another process took a bundle in and finished the job: what this page still holds is older. */
static void the_job_goes_between_slices(void **state)
{
    struct bed *b = *state;
    struct home other;
    struct mirror_job job;
    to_first_slice(b);
    open_other(b, &other);
    assert_int_equal(mirror_next_job(&other, &job), GW_OK);
    assert_int_equal(mirror_job_cancel(&other, job.job, NULL), GW_OK);
    home_close(&other);
    one_round(b);
    assert_false(mid_page(b));
    assert_int_equal(residents(&b->home), SLICE);
    one_round(b);
    (void)fakenet_asked(&b->fake, "/v1/hello");
}

static void hello_of(struct home *home, const char *epoch)
{
    bool epoch_changed = false;
    change_mask changed = 0;
    struct wire_hello *hello = calloc(1, sizeof(*hello));
    assert_non_null(hello);
    (void)snprintf(hello->epoch, sizeof(hello->epoch), "%s", epoch);
    (void)snprintf(hello->cursor, sizeof(hello->cursor), "%s.5", epoch);
    (void)snprintf(hello->tag, sizeof(hello->tag), "tag1");
    (void)snprintf(hello->scopes[0].path, sizeof(hello->scopes[0].path), SCOPE);
    hello->scopes[0].granted = 3;
    hello->scopes_n = 1;
    assert_int_equal(mirror_hello(home, hello, &epoch_changed, &changed, NULL), GW_OK);
    assert_true(epoch_changed);
    free(hello);
}

static void the_epoch_changes_between_slices(void **state)
{
    struct bed *b = *state;
    struct home other;
    to_first_slice(b);
    open_other(b, &other);
    hello_of(&other, "e2");
    home_close(&other);
    one_round(b);
    assert_false(mid_page(b));
    assert_int_equal(residents(&b->home), SLICE);
    assert_int_equal(count(&b->home, "SELECT count(*) FROM resident WHERE seq <> 0"), 0);
}

/* ---- feed */

/* Groups of three lines: seqs 41, 42, 43, 44. */
static void groups_text(char *out)
{
    out[0] = '\0';
    for (int i = 0; i < 12; i++) {
        put(out, 41 + i / 3, 50 + i);
    }
    (void)strcat(out, "{\"op\":\"end\",\"cursor\":\"e1.60\",\"more\":false,\"n\":12}\n");
}

static void to_first_groups(struct bed *b)
{
    char text[TEXT];
    bed_to_greeted(b);
    bed_answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    slowly(b);
    groups_text(text);
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, "/v1/changes"), 200, text);
    one_round(b);
}

static void a_slice_of_the_feed_ends_with_a_group(void **state)
{
    struct bed *b = *state;
    struct home other;
    struct mirror_state now;
    to_first_groups(b);
    open_other(b, &other);
    for (int group = 1; group < 4; group++) {
        char cursor[16];
        assert_true(mid_page(b));
        assert_int_equal(residents(&other), 3 * group);
        (void)snprintf(cursor, sizeof(cursor), "e1.%d", 40 + group);
        assert_int_equal(mirror_state(&other, &now), GW_OK);
        assert_string_equal(now.cursor, cursor);
        one_round(b);
    }
    assert_false(mid_page(b));
    assert_int_equal(residents(&other), 12);
    assert_int_equal(mirror_state(&other, &now), GW_OK);
    assert_string_equal(now.cursor, "e1.60");
    home_close(&other);
}

static void after_a_stop_the_feed_goes_on_behind_the_last_group(void **state)
{
    struct bed *b = *state;
    to_first_groups(b);
    one_round(b);
    restart(b);
    bed_answer_sign_in(b);
    bed_answer_hello(b);
    assert_int_equal(residents(&b->home), 6);
    assert_non_null(strstr(fakenet_asked(&b->fake, "/v1/changes")->path, "since=e1.42"));
}

static void a_feed_page_of_another_epoch_brings_nothing(void **state)
{
    struct bed *b = *state;
    struct home other;
    to_first_groups(b);
    open_other(b, &other);
    hello_of(&other, "e2");
    home_close(&other);
    one_round(b);
    assert_int_equal(residents(&b->home), 3);
    one_round(b);
    (void)fakenet_asked(&b->fake, "/v1/hello");
}

/* A line that breaks the contract holds the feed up where it stands, not before. */
static void what_stands_before_a_bad_line_is_kept(void **state)
{
    struct bed *b = *state;
    char text[TEXT];
    struct mirror_state now;
    bed_to_greeted(b);
    bed_answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    groups_text(text);
    strstr(text, "\"seq\":44")[7] = 'x';
    bed_answer_feed(b, text);
    assert_false(mid_page(b));
    assert_int_equal(bed_phase(b), SYNC_OFFLINE);
    assert_int_equal(mirror_state(&b->home, &now), GW_OK);
    assert_string_equal(now.cursor, "e1.42");
    assert_int_equal(residents(&b->home), 6);
}

/* Lines behind an end line are no part of the page, also when the last of them looks like one. */
static void the_first_end_line_ends_a_page(void **state)
{
    struct bed *b = *state;
    char text[TEXT] = "";
    struct mirror_state now;
    bed_to_greeted(b);
    bed_answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    put(text, 41, 1);
    (void)strcat(text, END(45));
    put(text, 46, 2);
    (void)strcat(text, END(50));
    bed_answer_feed(b, text);
    assert_int_equal(mirror_state(&b->home, &now), GW_OK);
    assert_string_equal(now.cursor, "e1.45");
    assert_int_equal(residents(&b->home), 1);
}

int main(void)
{
    (void)setenv("GRIDWARD_SYNC_SLICE", "2", 1);
#define BED(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)
    const struct CMUnitTest tests[] = {
        BED(a_reader_between_slices),
        BED(a_writer_between_slices),
        cmocka_unit_test(stop_after_each_slice),
        cmocka_unit_test(stop_at_each_write),
        BED(the_job_goes_between_slices),
        BED(the_epoch_changes_between_slices),
        BED(a_slice_of_the_feed_ends_with_a_group),
        BED(after_a_stop_the_feed_goes_on_behind_the_last_group),
        BED(a_feed_page_of_another_epoch_brings_nothing),
        BED(what_stands_before_a_bad_line_is_kept),
        BED(the_first_end_line_ends_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
