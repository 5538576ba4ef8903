/* Reading, sending and the stream, against a network that says what the real server cannot be made
 * to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/kit/engine_bed.h"

static void from_the_start_to_a_live_stream(void **state)
{
    struct bed *b = *state;
    bed_to_caught_up(b);
    struct fakenet_call *stream = fakenet_asked(&b->fake, "/v1/changes");
    assert_string_equal(stream->accept, "text/event-stream");
    assert_non_null(strstr(stream->path, "since=e1.10"));
    assert_string_equal(stream->bearer, "token-1");
    fakenet_bytes(&b->fake, stream,
                  "data: {\"op\":\"end\",\"cursor\":\"e1.10\",\"more\":false,\"n\":0}\n\n");
    bed_step(b);
    assert_int_equal(bed_phase(b), SYNC_LIVE);
    fakenet_bytes(&b->fake, stream, "id: e1.11\ndata: ");
    bed_step(b);
    assert_false(bed_has_row(b, "r1"));
    char line[300];
    (void)snprintf(line, sizeof(line), "%s\n", PUT(11, "r1")); /* its newline and the blank line */
    fakenet_bytes(&b->fake, stream, line);
    bed_step(b);
    assert_true(bed_has_row(b, "r1"));
    struct mirror_state mirror;
    assert_int_equal(mirror_state(&b->home, &mirror), GW_OK);
    assert_string_equal(mirror.cursor, "e1.11");
}

static void a_stream_applies_whole_groups_only(void **state)
{
    struct bed *b = *state;
    bed_to_caught_up(b);
    struct fakenet_call *stream = fakenet_asked(&b->fake, "/v1/changes");
    char line[400];
    (void)snprintf(line, sizeof(line), "data: %s\n", PUT(12, "r2"));
    fakenet_bytes(&b->fake, stream, line); /* no id: the group of 12 goes on */
    bed_step(b);
    assert_false(bed_has_row(b, "r2"));
    (void)snprintf(line, sizeof(line), "id: e1.12\ndata: %s\n", PUT(12, "r3"));
    fakenet_bytes(&b->fake, stream, line);
    bed_step(b);
    assert_true(bed_has_row(b, "r2"));
    assert_true(bed_has_row(b, "r3"));
}

static int64_t wal_bytes(struct bed *b)
{
    char path[900];
    struct stat st;
    (void)snprintf(path, sizeof(path), "%s-wal", home_db_path(&b->home));
    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* A console that runs for weeks: the log of the store is used again, not only at the end: it grows
 * to where an idle moment folds it (2 MiB) and no further. */
static void an_idle_engine_keeps_the_log_short(void **state)
{
    struct bed *b = *state;
    enum { FOLDED_AT = 2 << 20, ROWS = 400 };
    int64_t early = 0;
    char line[300];
    bed_to_caught_up(b);
    struct fakenet_call *stream = fakenet_asked(&b->fake, "/v1/changes");
    for (int i = 0; i < ROWS; i++) {
        (void)snprintf(line, sizeof(line),
                       "id: e1.%d\ndata: {\"seq\":%d,\"op\":\"put\",\"type\":\"resident\",\"id\":"
                       "\"r%d\",\"path\":\"" SCOPE "\",\"row\":{\"name\":\"x\"}}\n\n",
                       11 + i, 11 + i, i);
        fakenet_bytes(&b->fake, stream, line);
        bed_step(b);
        assert_true(b->next <= b->clock.mono + 5000);
        bed_advance(b, 5000);
        if (fakenet_find(&b->fake, "/v1/alive") != NULL) {
            bed_answer(b, "/v1/alive", 200, "{}");
        }
        early = i == ROWS / 20 ? wal_bytes(b) : early;
    }
    assert_true(early > 0);
    assert_true(early * 20 > 2 * FOLDED_AT); /* without folding it would be that large */
    assert_true(wal_bytes(b) <= FOLDED_AT + 65536);
}

static void old_text_is_thinned(void **state)
{
    struct bed *b = *state;
    struct gw_buf body;
    char text[300];
    bed_to_caught_up(b);
    bed_note(b, "one");
    (void)snprintf(text, sizeof(text),
                   "{\"i\":0,\"n\":1,\"result\":\"applied\",\"seq\":11,\"at\":%lld}\n",
                   (long long)T0);
    bed_answer(b, "/v1/commands", 200, text);
    bed_note(b, "unsent");
    bed_advance(b, INT64_C(91) * 86400000);
    for (int i = 0; i < 6; i++) { /* signs in again and reads what it missed */
        struct fakenet_call *changes = fakenet_find(&b->fake, "/v1/changes");
        if (fakenet_find(&b->fake, "/v1/token") != NULL) {
            bed_answer_sign_in(b);
        } else if (changes != NULL && strstr(changes->accept, "event-stream") == NULL) {
            bed_answer_feed(b, END(11));
        }
    }
    bed_advance(b, 5000);
    gw_buf_init(&body, 65536);
    assert_int_equal(journal_body(&b->home, 1, &body), GW_ABSENT);
    assert_int_equal(journal_body(&b->home, 2, &body), GW_OK);
    gw_buf_free(&body);
}

/* Another process records something just when the engine has found the journal empty. */
struct intruder {
    struct bed *bed;
    struct home other;
    bool done;
};

static int on_statement(unsigned what, void *ctx, void *statement, void *x)
{
    struct intruder *in = ctx;
    const char *sql = sqlite3_sql(statement);
    (void)what;
    (void)x;
    if (!in->done && sql != NULL && strstr(sql, "SELECT n, body, sig, priv, state") == sql) {
        struct cmd_data data;
        in->done = true;
        cmd_data_init(&data);
        data.text = "from beside";
        assert_int_equal(journal_append(&in->other, CMD_ALARM_NOTE, "a1", 0, &data, NULL, NULL),
                         GW_OK);
    }
    return 0;
}

static void what_comes_behind_the_look_is_sent(void **state)
{
    struct bed *b = *state;
    struct intruder in = {.bed = b};
    bed_to_caught_up(b);
    const struct home_opts opts = {
        .dir = b->home.dir, .clock = &b->clock.clock, .random = &b->random.random};
    assert_int_equal(home_open(&opts, &in.other, NULL), GW_OK);
    sqlite3 *handle = gw_db_handle(b->home.db);
    (void)sqlite3_trace_v2(handle, SQLITE_TRACE_PROFILE, on_statement, &in);
    engine_nudge(b->engine); /* it looks into the journal: empty */
    bed_step(b);
    (void)sqlite3_trace_v2(handle, 0, NULL, NULL);
    assert_true(in.done);
    bed_step(b);
    assert_non_null(fakenet_find(&b->fake, "/v1/commands"));
    home_close(&in.other);
}

/* A server that lets nobody wait, or a proxy before it. */
static void a_long_poll_that_ends_at_once_is_no_busy_loop(void **state)
{
    struct bed *b = *state;
    b->features = "\"wait\",\"digest\"";
    bed_to_caught_up(b);
    assert_non_null(strstr(fakenet_asked(&b->fake, "/v1/changes")->path, "wait=25"));
    bed_answer_feed(b, END(10));
    assert_null(fakenet_find(&b->fake, "/v1/changes"));
    assert_true(b->next > b->clock.mono);
    bed_advance(b, 500);
    assert_non_null(strstr(fakenet_asked(&b->fake, "/v1/changes")->path, "wait=25"));
    bed_answer_feed(b, PUT(11, "r1") END(11)); /* news: no pause */
    (void)fakenet_asked(&b->fake, "/v1/changes");
}

/* A frozen server or a proxy that keeps the bytes: two silent streams, then long-poll for an hour.
 */
static void two_silent_streams_lead_to_long_poll(void **state)
{
    struct bed *b = *state;
    struct sync_status status;
    bed_to_caught_up(b);
    for (int i = 0; i < 2; i++) {
        (void)fakenet_asked(&b->fake, "/v1/changes");
        assert_true(b->next <= b->clock.mono + 40000);
        bed_advance(b, 39999);
        assert_non_null(fakenet_find(&b->fake, "/v1/changes"));
        bed_advance(b, 1); /* dropped; what was missed is read at once */
        struct fakenet_call *call = fakenet_asked(&b->fake, "/v1/changes");
        assert_null(strstr(call->accept, "event-stream"));
        bed_answer_feed(b, END(10));
        if (i == 0) {
            bed_advance(b, 31000); /* the stream's back-off */
            assert_string_equal(fakenet_asked(&b->fake, "/v1/changes")->accept,
                                "text/event-stream");
        }
    }
    struct fakenet_call *poll = fakenet_asked(&b->fake, "/v1/changes");
    assert_non_null(strstr(poll->path, "wait=25"));
    engine_status(b->engine, &status);
    assert_true(status.polling);
    assert_int_equal(status.phase, SYNC_LIVE);
    bed_answer_feed(b, PUT(11, "r1") END(11));
    assert_true(bed_has_row(b, "r1"));
    bed_advance(b, 3600000); /* an hour later a stream again */
    if (fakenet_find(&b->fake, "/v1/token") != NULL) {
        bed_answer_sign_in(b);
    }
    while (fakenet_find(&b->fake, "/v1/changes") != NULL &&
           strstr(fakenet_find(&b->fake, "/v1/changes")->accept, "event-stream") == NULL) {
        bed_answer_feed(b, END(11));
    }
    assert_non_null(fakenet_find(&b->fake, "/v1/changes"));
}

static void bytes_keep_a_stream(void **state)
{
    struct bed *b = *state;
    bed_to_caught_up(b);
    struct fakenet_call *stream = fakenet_asked(&b->fake, "/v1/changes");
    int64_t id = stream->id;
    for (int i = 0; i < 10; i++) {
        bed_advance(b, 30000);
        fakenet_bytes(&b->fake, stream, ":\n\n");
        bed_step(b);
    }
    assert_int_equal(fakenet_asked(&b->fake, "/v1/changes")->id, id);
    (void)fakenet_asked(&b->fake, "/v1/alive"); /* and says that it is there */
}

static void an_expired_cursor_makes_jobs_of_all_scopes(void **state)
{
    struct bed *b = *state;
    struct mirror_job job;
    bed_to_caught_up(b);
    bed_answer(b, "/v1/changes", 410,
               "{\"type\":\"urn:gridward:problem:cursor-expired\",\"status\":410}");
    bed_answer_hello(b);
    assert_int_equal(mirror_next_job(&b->home, &job), GW_OK);
    assert_string_equal(job.scope, SCOPE);
    (void)fakenet_asked(&b->fake, "/v1/snapshot");
}

static void another_epoch_sends_all_again(void **state)
{
    struct bed *b = *state;
    struct journal_counts counts;
    bed_to_caught_up(b);
    bed_note(b, "one");
    char text[300];
    (void)snprintf(text, sizeof(text),
                   "{\"i\":0,\"n\":1,\"result\":\"applied\",\"seq\":11,\"at\":%lld}\n",
                   (long long)T0);
    bed_answer(b, "/v1/commands", 200, text);
    assert_int_equal(journal_counts(&b->home, &counts), GW_OK);
    assert_int_equal(counts.unsent, 0);
    bed_answer(b, "/v1/changes", 410,
               "{\"type\":\"urn:gridward:problem:epoch-changed\",\"status\":410}");
    (void)strcpy(b->epoch, "e2");
    (void)strcpy(b->cursor, "e2.5");
    bed_answer_hello(b);
    assert_int_equal(journal_counts(&b->home, &counts), GW_OK);
    assert_int_equal(counts.unsent, 1);
    (void)fakenet_asked(&b->fake, "/v1/commands");
    (void)fakenet_asked(&b->fake, "/v1/snapshot");
}

static size_t lines_of(const struct gw_buf *body)
{
    size_t n = 0;
    for (size_t i = 0; i < body->len; i++) {
        n += body->data[i] == '\n';
    }
    return n;
}

static void too_large_a_batch_is_halved(void **state)
{
    struct bed *b = *state;
    struct cmd_data data;
    cmd_data_init(&data);
    data.text = "x";
    bed_to_greeted(b);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(journal_append(&b->home, CMD_ALARM_NOTE, "a1", 0, &data, NULL, NULL),
                         GW_OK);
    }
    engine_nudge(b->engine);
    bed_step(b);
    static const size_t expect[] = {9, 4, 2, 1};
    for (size_t i = 0; i < 4; i++) {
        struct fakenet_call *call = fakenet_asked(&b->fake, "/v1/commands");
        assert_int_equal(lines_of(&call->body), expect[i]);
        fakenet_answer(&b->fake, call, 413, "");
        bed_step(b);
    }
    assert_null(
        fakenet_find(&b->fake, "/v1/commands")); /* one line too large: later, not in circles */
}

static void a_cut_page_keeps_whole_groups(void **state)
{
    struct bed *b = *state;
    struct mirror_state mirror;
    bed_to_greeted(b);
    bed_answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    fakenet_end(&b->fake, fakenet_asked(&b->fake, "/v1/changes"), NET_CUT, 200,
                PUT(11, "r1") PUT(12, "r2") PUT(12, "r3") "{\"seq\":13,\"op\":\"put\",\"ty", -1);
    bed_step(b);
    assert_true(bed_has_row(b, "r1"));
    assert_false(bed_has_row(b, "r2")); /* nobody knows whether 12 goes on */
    assert_int_equal(mirror_state(&b->home, &mirror), GW_OK);
    assert_string_equal(mirror.cursor, "e1.11");
    bed_advance(b, 1000);
    assert_non_null(strstr(fakenet_asked(&b->fake, "/v1/changes")->path, "since=e1.11"));
}

/* C8: a snapshot cut a hundred times repeats at most the page that was cut. */
static void a_cut_snapshot_repeats_one_page(void **state)
{
    struct bed *b = *state;
    char page[600], want[64] = "";
    bed_to_greeted(b);
    for (int i = 0; i < 100; i++) {
        struct fakenet_call *call = fakenet_asked(&b->fake, "/v1/snapshot");
        assert_true(want[0] == '\0' ? strstr(call->path, "after=") == NULL
                                    : strstr(call->path, want) != NULL);
        (void)snprintf(page, sizeof(page),
                       BEGIN
                       "{\"seq\":5,\"op\":\"put\",\"type\":\"resident\",\"id\":\"r%03d\",\"path\":"
                       "\"" SCOPE "\",\"row\":{\"name\":\"x\"}}\n",
                       i);
        fakenet_end(&b->fake, call, NET_CUT, 200, page, -1);
        bed_step(b);
        bed_advance(b, 31000);
        if (fakenet_find(&b->fake, "/v1/token") != NULL) {
            bed_answer_sign_in(b);
        }
        call = fakenet_asked(&b->fake, "/v1/snapshot");
        assert_true(want[0] == '\0' || strstr(call->path, want) != NULL);
        size_t n = strlen(page);
        (void)snprintf(page + n, sizeof(page) - n,
                       "{\"op\":\"end\",\"after\":\"resident.r%03d\",\"n\":1}\n", i);
        fakenet_answer(&b->fake, call, 200, page);
        (void)snprintf(want, sizeof(want), "after=resident.r%03d", i);
        bed_step(b);
        if (fakenet_find(&b->fake, "/v1/token") != NULL) {
            bed_answer_sign_in(b);
        }
    }
    bed_answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    assert_true(bed_has_row(b, "r000"));
    assert_true(bed_has_row(b, "r099"));
}

static void a_digest_that_never_fits_does_not_run_in_circles(void **state)
{
    struct bed *b = *state;
    struct mirror_state mirror;
    bed_to_greeted(b);
    int64_t began = b->clock.mono;
    for (int i = 0; i < 6; i++) {
        if (fakenet_find(&b->fake, "/v1/snapshot") == NULL) {
            bed_advance(b, 30000);
        }
        bed_answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
        bed_answer_feed(b, END(10));
        bed_answer_feed(b,
                        "{\"op\":\"end\",\"cursor\":\"e1.10\",\"more\":false,\"n\":0,\"digest\":[{"
                        "\"scope\":\"" SCOPE
                        "\",\"type\":\"resident\",\"count\":7,\"sum\":\"00000000000000ff\"}]}\n");
    }
    assert_true(b->clock.mono - began >= 4 * 30000);
    assert_int_equal(mirror_state(&b->home, &mirror), GW_OK);
    assert_int_equal(mirror.incidents, 6);
}

static void a_server_without_features_is_asked_without_them(void **state)
{
    struct bed *b = *state;
    b->features = "";
    bed_to_greeted(b);
    bed_answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    for (int i = 0; i < 3 && fakenet_find(&b->fake, "/v1/changes") != NULL; i++) {
        struct fakenet_call *call = fakenet_asked(&b->fake, "/v1/changes");
        assert_null(strstr(call->path, "digest"));
        assert_null(strstr(call->path, "wait"));
        assert_null(strstr(call->accept, "event-stream"));
        bed_answer_feed(b, END(10));
    }
    assert_null(fakenet_find(&b->fake, "/v1/changes")); /* not in circles */
    bed_advance(b, 25000);
    (void)fakenet_asked(&b->fake, "/v1/changes");
}

static void an_unusable_result_line_holds_up_nothing(void **state)
{
    struct bed *b = *state;
    struct journal_counts counts;
    struct cmd_data data;
    char text[400];
    cmd_data_init(&data);
    data.text = "x";
    bed_to_greeted(b);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(journal_append(&b->home, CMD_ALARM_NOTE, "a1", 0, &data, NULL, NULL),
                         GW_OK);
    }
    engine_nudge(b->engine);
    bed_step(b);
    (void)snprintf(text, sizeof(text),
                   "{\"i\":0,\"n\":1,\"result\":\"applied\",\"seq\":11,\"at\":%lld}\nnonsense\n"
                   "{\"i\":2,\"n\":3,\"result\":\"rejected\",\"at\":%lld,\"code\":\"bad-data\"}\n",
                   (long long)T0, (long long)T0);
    bed_answer(b, "/v1/commands", 200, text);
    assert_int_equal(journal_counts(&b->home, &counts), GW_OK);
    assert_int_equal(counts.unsent, 1);
    assert_int_equal(counts.by_state[CMD_APPLIED], 1);
    assert_int_equal(counts.by_state[CMD_REJECTED], 1);
    assert_null(fakenet_find(&b->fake, "/v1/commands"));
    bed_advance(b, 1000);
    assert_int_equal(lines_of(&fakenet_asked(&b->fake, "/v1/commands")->body), 1);
}

static void once_ends_when_all_is_done(void **state)
{
    struct bed *b = *state;
    b->once = true;
    bed_to_caught_up(b);
    assert_int_equal(bed_phase(b), SYNC_LIVE);
    assert_null(fakenet_find(&b->fake, "/v1/changes"));
}

static void a_stream_that_is_not_there_is_no_busy_loop(void **state)
{
    struct bed *b = *state;
    bed_to_caught_up(b);
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, "/v1/changes"), 404, "");
    bed_step(b);
    if (fakenet_find(&b->fake, "/v1/changes") != NULL) {
        bed_answer_feed(b, END(10));
    }
    assert_true(b->next > b->clock.mono);
}

#define T(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(from_the_start_to_a_live_stream),
        T(a_stream_applies_whole_groups_only),
        T(two_silent_streams_lead_to_long_poll),
        T(an_idle_engine_keeps_the_log_short),
        T(old_text_is_thinned),
        T(what_comes_behind_the_look_is_sent),
        T(a_long_poll_that_ends_at_once_is_no_busy_loop),
        T(bytes_keep_a_stream),
        T(an_expired_cursor_makes_jobs_of_all_scopes),
        T(another_epoch_sends_all_again),
        T(too_large_a_batch_is_halved),
        T(a_cut_page_keeps_whole_groups),
        T(a_cut_snapshot_repeats_one_page),
        T(a_digest_that_never_fits_does_not_run_in_circles),
        T(a_server_without_features_is_asked_without_them),
        T(an_unusable_result_line_holds_up_nothing),
        T(once_ends_when_all_is_done),
        T(a_stream_that_is_not_there_is_no_busy_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
