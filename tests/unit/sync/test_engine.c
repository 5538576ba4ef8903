/* The engine against a network that says what the real server cannot be made to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/wire.h"
#include "offline-db/journal.h"
#include "offline-db/mirror.h"
#include "sync/engine.h"
#include "tests/kit/fakenet.h"
#include "tests/kit/scratch.h"

#define SCOPE "CQ.500112.013.005.001"
#define T0    INT64_C(1769800000000)

struct bed {
    struct gw_clock_fixed clock;
    struct gw_random_seeded random;
    struct fakenet fake;
    struct gw_config *config;
    struct home home;
    struct engine *engine;
    int64_t next;         /* what engine_step wanted */
    const char *features; /* of hello; NULL = all */
    int64_t hello_n;
    char head[GW_HASH_HEX + 1], epoch[16], cursor[32];
    int tokens;
    bool once;
};

static void step(struct bed *b)
{
    b->next = engine_step(b->engine, 1000);
}

static void advance(struct bed *b, int64_t ms)
{
    gw_clock_fixed_advance(&b->clock, ms);
    b->fake.server_time = b->clock.wall;
    step(b);
}

static void start_engine(struct bed *b)
{
    const struct engine_opts opts = {
        .home = &b->home,
        .net = &b->fake.net,
        .clock = &b->clock.clock,
        .random = &b->random.random,
        .config = b->config,
        .once = b->once,
    };
    assert_int_equal(engine_new(&opts, &b->engine, NULL), GW_OK);
    step(b);
}

static int setup(void **state)
{
    static int number;
    struct bed *b = calloc(1, sizeof(*b));
    char dir[600];
    assert_non_null(b);
    (void)snprintf(dir, sizeof(dir), "%s/home%d", scratch_dir(), ++number);
    gw_clock_fixed_init(&b->clock, T0);
    b->clock.mono = 1000000;
    gw_random_seeded_init(&b->random, (uint64_t)number);
    fakenet_init(&b->fake);
    b->fake.server_time = T0;
    (void)strcpy(b->epoch, "e1");
    (void)strcpy(b->cursor, "e1.10");
    assert_int_equal(gw_config_load(sync_settings, sync_settings_n, NULL, &b->config, NULL), GW_OK);
    const struct home_opts opts = {
        .dir = dir, .clock = &b->clock.clock, .random = &b->random.random};
    assert_int_equal(home_open(&opts, &b->home, NULL), GW_OK);
    struct gw_sign_key key;
    struct identity id = {.device = "dev-1", .user = "w1", .name = "Zhou", .role = ROLE_WORKER};
    gw_sign_key_new(&key);
    gw_b64url(key.public_key, GW_KEY_BYTES, id.server_sign_key);
    gw_b64url(key.public_key, GW_KEY_BYTES, id.server_key);
    assert_int_equal(home_enrol(&b->home, &id, &key, NULL), GW_OK);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bed *b = *state;
    engine_free(b->engine);
    fakenet_free(&b->fake);
    home_close(&b->home);
    gw_config_free(b->config);
    free(b);
    return 0;
}

/* ---- answers of a good server */

static void answer_sign_in(struct bed *b)
{
    char text[300];
    (void)snprintf(text, sizeof(text), "{\"nonce\":\"nonce-%d\",\"expires_at\":%lld}", ++b->tokens,
                   (long long)(b->clock.wall + 60000));
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, "/v1/token"), 200, text);
    step(b);
    (void)snprintf(text, sizeof(text),
                   "{\"token\":\"token-%d\",\"expires_at\":%lld,\"device\":\"dev-2\"}", b->tokens,
                   (long long)(b->fake.server_time + 1800000));
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, "/v1/token"), 200, text);
    step(b);
}

static void hello_text(const struct bed *b, char *out, size_t size)
{
    (void)snprintf(
        out, size,
        "{\"versions\":{\"min\":1,\"max\":1,\"features\":[%s]},\"epoch\":\"%s\",\"cursor\":\"%s\","
        "\"time\":%lld,\"user\":{\"id\":\"w1\",\"name\":\"Zhou\",\"role\":\"worker\"},\"scopes\":[{"
        "\"path\":\"" SCOPE
        "\",\"granted\":3}],\"tag\":\"tag1\",\"types\":[\"alarm\",\"resident\"],"
        "\"horizon\":0,\"limits\":{\"line\":262144,\"batch_lines\":200,\"batch_bytes\":1048576,"
        "\"page\":500},\"device\":{\"id\":\"%s\",\"n\":%lld,\"head\":\"%s\",\"missing\":[]}}",
        b->features != NULL ? b->features : "\"sse\",\"wait\",\"digest\"", b->epoch, b->cursor,
        (long long)T0, b->home.id.device, (long long)b->hello_n, b->head);
}

static void answer_hello(struct bed *b)
{
    char text[2000];
    hello_text(b, text, sizeof(text));
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, "/v1/hello"), 200, text);
    step(b);
}

#define PUT(seq, id)                                                                               \
    "{\"seq\":" #seq ",\"op\":\"put\",\"type\":\"resident\",\"id\":\"" id "\",\"path\":\"" SCOPE   \
    "\",\"row\":{\"name\":\"" id "\"}}\n"
#define BEGIN       "{\"op\":\"begin\",\"cursor\":\"e1.10\",\"scope\":\"" SCOPE "\"}\n"
#define PAGE_END(n) "{\"op\":\"end\",\"after\":null,\"n\":" #n "}\n"
#define END(seq)    "{\"op\":\"end\",\"cursor\":\"e1." #seq "\",\"more\":false,\"n\":0}\n"

static void answer(struct bed *b, const char *path, int status, const char *text)
{
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, path), status, text);
    step(b);
}

static void to_greeted(struct bed *b)
{
    start_engine(b);
    answer_sign_in(b);
    answer_hello(b);
}

/* Digest of the mirror: residents of the scope. */
static void answer_feed(struct bed *b, const char *text)
{
    answer(b, "/v1/changes", 200, text);
}

static void to_caught_up(struct bed *b)
{
    to_greeted(b);
    answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    answer_feed(b, END(10)); /* the snapshot brought something: asked with the digest */
    if (fakenet_find(&b->fake, "/v1/changes") != NULL &&
        strstr(fakenet_find(&b->fake, "/v1/changes")->path, "digest=1") != NULL) {
        answer_feed(b,
                    "{\"op\":\"end\",\"cursor\":\"e1.10\",\"more\":false,\"n\":0,\"digest\":[]}\n");
    }
}

static enum sync_phase phase(struct bed *b)
{
    struct sync_status status;
    engine_status(b->engine, &status);
    return status.phase;
}

static bool has_row(struct bed *b, const char *id)
{
    struct gw_buf text;
    gw_buf_init(&text, 65536);
    bool there = mirror_row_json(&b->home, TYPE_RESIDENT, id, &text) == GW_OK;
    gw_buf_free(&text);
    return there;
}

static void note(struct bed *b, const char *text)
{
    struct cmd_data data;
    cmd_data_init(&data);
    data.text = text;
    assert_int_equal(journal_append(&b->home, CMD_ALARM_NOTE, "a1", 0, &data, NULL, NULL), GW_OK);
    engine_nudge(b->engine);
    step(b);
}

/* ---- tests */

static void from_the_start_to_a_live_stream(void **state)
{
    struct bed *b = *state;
    to_caught_up(b);
    struct fakenet_call *stream = fakenet_asked(&b->fake, "/v1/changes");
    assert_string_equal(stream->accept, "text/event-stream");
    assert_non_null(strstr(stream->path, "since=e1.10"));
    assert_string_equal(stream->bearer, "token-1");
    fakenet_bytes(&b->fake, stream,
                  "data: {\"op\":\"end\",\"cursor\":\"e1.10\",\"more\":false,\"n\":0}\n\n");
    step(b);
    assert_int_equal(phase(b), SYNC_LIVE);
    fakenet_bytes(&b->fake, stream, "id: e1.11\ndata: ");
    step(b);
    assert_false(has_row(b, "r1"));
    char line[300];
    (void)snprintf(line, sizeof(line), "%s\n", PUT(11, "r1")); /* its newline and the blank line */
    fakenet_bytes(&b->fake, stream, line);
    step(b);
    assert_true(has_row(b, "r1"));
    struct mirror_state mirror;
    assert_int_equal(mirror_state(&b->home, &mirror), GW_OK);
    assert_string_equal(mirror.cursor, "e1.11");
}

static void a_stream_applies_whole_groups_only(void **state)
{
    struct bed *b = *state;
    to_caught_up(b);
    struct fakenet_call *stream = fakenet_asked(&b->fake, "/v1/changes");
    char line[400];
    (void)snprintf(line, sizeof(line), "data: %s\n", PUT(12, "r2"));
    fakenet_bytes(&b->fake, stream, line); /* no id: the group of 12 goes on */
    step(b);
    assert_false(has_row(b, "r2"));
    (void)snprintf(line, sizeof(line), "id: e1.12\ndata: %s\n", PUT(12, "r3"));
    fakenet_bytes(&b->fake, stream, line);
    step(b);
    assert_true(has_row(b, "r2"));
    assert_true(has_row(b, "r3"));
}

/* A frozen server or a proxy that keeps the bytes: two silent streams, then long-poll for an hour.
 */
static void two_silent_streams_lead_to_long_poll(void **state)
{
    struct bed *b = *state;
    struct sync_status status;
    to_caught_up(b);
    for (int i = 0; i < 2; i++) {
        (void)fakenet_asked(&b->fake, "/v1/changes");
        assert_true(b->next <= b->clock.mono + 40000);
        advance(b, 39999);
        assert_non_null(fakenet_find(&b->fake, "/v1/changes"));
        advance(b, 1); /* dropped; what was missed is read at once */
        struct fakenet_call *call = fakenet_asked(&b->fake, "/v1/changes");
        assert_null(strstr(call->accept, "event-stream"));
        answer_feed(b, END(10));
        if (i == 0) {
            advance(b, 31000); /* the stream's back-off */
            assert_string_equal(fakenet_asked(&b->fake, "/v1/changes")->accept,
                                "text/event-stream");
        }
    }
    struct fakenet_call *poll = fakenet_asked(&b->fake, "/v1/changes");
    assert_non_null(strstr(poll->path, "wait=25"));
    engine_status(b->engine, &status);
    assert_true(status.polling);
    assert_int_equal(status.phase, SYNC_LIVE);
    answer_feed(b, PUT(11, "r1") END(11));
    assert_true(has_row(b, "r1"));
    advance(b, 3600000); /* an hour later a stream again */
    if (fakenet_find(&b->fake, "/v1/token") != NULL) {
        answer_sign_in(b);
    }
    while (fakenet_find(&b->fake, "/v1/changes") != NULL &&
           strstr(fakenet_find(&b->fake, "/v1/changes")->accept, "event-stream") == NULL) {
        answer_feed(b, END(11));
    }
    assert_non_null(fakenet_find(&b->fake, "/v1/changes"));
}

static void bytes_keep_a_stream(void **state)
{
    struct bed *b = *state;
    to_caught_up(b);
    struct fakenet_call *stream = fakenet_asked(&b->fake, "/v1/changes");
    int64_t id = stream->id;
    for (int i = 0; i < 10; i++) {
        advance(b, 30000);
        fakenet_bytes(&b->fake, stream, ":\n\n");
        step(b);
    }
    assert_int_equal(fakenet_asked(&b->fake, "/v1/changes")->id, id);
    (void)fakenet_asked(&b->fake, "/v1/alive"); /* and says that it is there */
}

static void retry_after_is_kept(void **state)
{
    struct bed *b = *state;
    start_engine(b);
    answer_sign_in(b);
    fakenet_end(&b->fake, fakenet_asked(&b->fake, "/v1/hello"), NET_DONE, 503, "", 7000);
    step(b);
    assert_int_equal(phase(b), SYNC_OFFLINE);
    advance(b, 6999);
    assert_null(fakenet_find(&b->fake, "/v1/hello"));
    assert_true(b->next <= b->clock.mono + 1);
    advance(b, 1);
    (void)fakenet_asked(&b->fake, "/v1/hello");
}

static void nothing_reached_backs_off_and_says_so(void **state)
{
    struct bed *b = *state;
    struct sync_status status;
    start_engine(b);
    fakenet_end(&b->fake, fakenet_asked(&b->fake, "/v1/token"), NET_UNREACHABLE, 0, "", -1);
    step(b);
    engine_status(b->engine, &status);
    assert_int_equal(status.phase, SYNC_OFFLINE);
    assert_true(status.problem[0] != '\0');
    assert_in_range(status.next_try_mono, b->clock.mono + 500, b->clock.mono + 1000);
    engine_nudge(b->engine); /* the network came back */
    step(b);
    (void)fakenet_asked(&b->fake, "/v1/token");
}

static void too_old_reads_no_more_but_sends(void **state)
{
    struct bed *b = *state;
    to_greeted(b);
    answer(b, "/v1/snapshot", 426,
           "{\"type\":\"urn:gridward:problem:client-too-old\",\"status\":426}");
    assert_int_equal(phase(b), SYNC_TOO_OLD);
    note(b, "still sent");
    fakenet_end(&b->fake, fakenet_asked(&b->fake, "/v1/commands"), NET_CUT, 0, "", -1);
    /* nudge forgot the back-off, so hello may be under way; it is refused as well */
    if (fakenet_find(&b->fake, "/v1/hello") != NULL) {
        fakenet_answer(&b->fake, fakenet_find(&b->fake, "/v1/hello"), 426, "");
    }
    step(b);
    advance(b, 60000);
    assert_null(fakenet_find(&b->fake, "/v1/snapshot"));
    assert_null(fakenet_find(&b->fake, "/v1/hello"));
    (void)fakenet_asked(&b->fake, "/v1/commands");
    advance(b, 300000); /* is there a new version? */
    (void)fakenet_asked(&b->fake, "/v1/hello");
}

static void a_revoked_device_keeps_its_journal_and_asks_seldom(void **state)
{
    struct bed *b = *state;
    struct journal_counts counts;
    to_greeted(b);
    note(b, "unsent");
    answer(b, "/v1/snapshot", 401,
           "{\"type\":\"urn:gridward:problem:device-revoked\",\"status\":401}");
    assert_int_equal(phase(b), SYNC_REFUSED);
    int64_t started = b->fake.started;
    advance(b, 299000);
    assert_int_equal(b->fake.started, started);
    advance(b, 1001);
    (void)fakenet_asked(&b->fake, "/v1/token");
    assert_int_equal(journal_counts(&b->home, &counts), GW_OK);
    assert_int_equal(counts.unsent, 1);
}

static void a_forgotten_token_is_asked_for_at_once_but_not_in_circles(void **state)
{
    struct bed *b = *state;
    to_greeted(b);
    answer(b, "/v1/snapshot", 401,
           "{\"type\":\"urn:gridward:problem:unauthenticated\",\"status\":401}");
    answer_sign_in(b); /* at once */
    answer(b, "/v1/snapshot", 401,
           "{\"type\":\"urn:gridward:problem:unauthenticated\",\"status\":401}");
    assert_null(fakenet_find(&b->fake, "/v1/token"));
    advance(b, 1000);
    (void)fakenet_asked(&b->fake, "/v1/token");
}

static void forbidden_leads_to_hello(void **state)
{
    struct bed *b = *state;
    struct mirror_job job;
    to_greeted(b);
    answer(b, "/v1/snapshot", 403, "{\"type\":\"urn:gridward:problem:forbidden\",\"status\":403}");
    assert_int_equal(mirror_next_job(&b->home, &job), GW_ABSENT);
    advance(b, 1000);
    (void)fakenet_asked(&b->fake, "/v1/hello");
}

static void an_expired_cursor_makes_jobs_of_all_scopes(void **state)
{
    struct bed *b = *state;
    struct mirror_job job;
    to_caught_up(b);
    answer(b, "/v1/changes", 410,
           "{\"type\":\"urn:gridward:problem:cursor-expired\",\"status\":410}");
    answer_hello(b);
    assert_int_equal(mirror_next_job(&b->home, &job), GW_OK);
    assert_string_equal(job.scope, SCOPE);
    (void)fakenet_asked(&b->fake, "/v1/snapshot");
}

static void another_epoch_sends_all_again(void **state)
{
    struct bed *b = *state;
    struct journal_counts counts;
    to_caught_up(b);
    note(b, "one");
    char text[300];
    (void)snprintf(text, sizeof(text),
                   "{\"i\":0,\"n\":1,\"result\":\"applied\",\"seq\":11,\"at\":%lld}\n",
                   (long long)T0);
    answer(b, "/v1/commands", 200, text);
    assert_int_equal(journal_counts(&b->home, &counts), GW_OK);
    assert_int_equal(counts.unsent, 0);
    answer(b, "/v1/changes", 410,
           "{\"type\":\"urn:gridward:problem:epoch-changed\",\"status\":410}");
    (void)strcpy(b->epoch, "e2");
    (void)strcpy(b->cursor, "e2.5");
    answer_hello(b);
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
    to_greeted(b);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(journal_append(&b->home, CMD_ALARM_NOTE, "a1", 0, &data, NULL, NULL),
                         GW_OK);
    }
    engine_nudge(b->engine);
    step(b);
    static const size_t expect[] = {9, 4, 2, 1};
    for (size_t i = 0; i < 4; i++) {
        struct fakenet_call *call = fakenet_asked(&b->fake, "/v1/commands");
        assert_int_equal(lines_of(&call->body), expect[i]);
        fakenet_answer(&b->fake, call, 413, "");
        step(b);
    }
    assert_null(
        fakenet_find(&b->fake, "/v1/commands")); /* one line too large: later, not in circles */
}

static void a_cut_page_keeps_whole_groups(void **state)
{
    struct bed *b = *state;
    struct mirror_state mirror;
    to_greeted(b);
    answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    fakenet_end(&b->fake, fakenet_asked(&b->fake, "/v1/changes"), NET_CUT, 200,
                PUT(11, "r1") PUT(12, "r2") PUT(12, "r3") "{\"seq\":13,\"op\":\"put\",\"ty", -1);
    step(b);
    assert_true(has_row(b, "r1"));
    assert_false(has_row(b, "r2")); /* nobody knows whether 12 goes on */
    assert_int_equal(mirror_state(&b->home, &mirror), GW_OK);
    assert_string_equal(mirror.cursor, "e1.11");
    advance(b, 1000);
    assert_non_null(strstr(fakenet_asked(&b->fake, "/v1/changes")->path, "since=e1.11"));
}

/* C8: a snapshot cut a hundred times repeats at most the page that was cut. */
static void a_cut_snapshot_repeats_one_page(void **state)
{
    struct bed *b = *state;
    char page[600], want[64] = "";
    to_greeted(b);
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
        step(b);
        advance(b, 31000);
        if (fakenet_find(&b->fake, "/v1/token") != NULL) {
            answer_sign_in(b);
        }
        call = fakenet_asked(&b->fake, "/v1/snapshot");
        assert_true(want[0] == '\0' || strstr(call->path, want) != NULL);
        size_t n = strlen(page);
        (void)snprintf(page + n, sizeof(page) - n,
                       "{\"op\":\"end\",\"after\":\"resident.r%03d\",\"n\":1}\n", i);
        fakenet_answer(&b->fake, call, 200, page);
        (void)snprintf(want, sizeof(want), "after=resident.r%03d", i);
        step(b);
        if (fakenet_find(&b->fake, "/v1/token") != NULL) {
            answer_sign_in(b);
        }
    }
    answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    assert_true(has_row(b, "r000"));
    assert_true(has_row(b, "r099"));
}

static void a_digest_that_never_fits_does_not_run_in_circles(void **state)
{
    struct bed *b = *state;
    struct mirror_state mirror;
    to_greeted(b);
    int64_t began = b->clock.mono;
    for (int i = 0; i < 6; i++) {
        if (fakenet_find(&b->fake, "/v1/snapshot") == NULL) {
            advance(b, 30000);
        }
        answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
        answer_feed(b, END(10));
        answer_feed(b, "{\"op\":\"end\",\"cursor\":\"e1.10\",\"more\":false,\"n\":0,\"digest\":[{"
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
    to_greeted(b);
    answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    for (int i = 0; i < 3 && fakenet_find(&b->fake, "/v1/changes") != NULL; i++) {
        struct fakenet_call *call = fakenet_asked(&b->fake, "/v1/changes");
        assert_null(strstr(call->path, "digest"));
        assert_null(strstr(call->path, "wait"));
        assert_null(strstr(call->accept, "event-stream"));
        answer_feed(b, END(10));
    }
    assert_null(fakenet_find(&b->fake, "/v1/changes")); /* not in circles */
    advance(b, 25000);
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
    to_greeted(b);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(journal_append(&b->home, CMD_ALARM_NOTE, "a1", 0, &data, NULL, NULL),
                         GW_OK);
    }
    engine_nudge(b->engine);
    step(b);
    (void)snprintf(text, sizeof(text),
                   "{\"i\":0,\"n\":1,\"result\":\"applied\",\"seq\":11,\"at\":%lld}\nnonsense\n"
                   "{\"i\":2,\"n\":3,\"result\":\"rejected\",\"at\":%lld,\"code\":\"bad-data\"}\n",
                   (long long)T0, (long long)T0);
    answer(b, "/v1/commands", 200, text);
    assert_int_equal(journal_counts(&b->home, &counts), GW_OK);
    assert_int_equal(counts.unsent, 1);
    assert_int_equal(counts.by_state[CMD_APPLIED], 1);
    assert_int_equal(counts.by_state[CMD_REJECTED], 1);
    assert_null(fakenet_find(&b->fake, "/v1/commands"));
    advance(b, 1000);
    assert_int_equal(lines_of(&fakenet_asked(&b->fake, "/v1/commands")->body), 1);
}

static void once_ends_when_all_is_done(void **state)
{
    struct bed *b = *state;
    b->once = true;
    to_caught_up(b);
    assert_int_equal(phase(b), SYNC_LIVE);
    assert_null(fakenet_find(&b->fake, "/v1/changes"));
}

/* C10: nothing hangs on the laptop's clock; its offset is known and stored. */
static void a_clock_years_off_is_measured(void **state)
{
    struct bed *b = *state;
    int64_t off = 0, unc = 0;
    b->fake.server_time = T0 - INT64_C(315360000000);
    start_engine(b);
    answer_sign_in(b);
    mirror_clock(&b->home, &off, &unc);
    assert_int_equal(off, -INT64_C(315360000000));
    (void)fakenet_asked(&b->fake, "/v1/hello"); /* the token counts as good */
    advance(b, 60000);
    assert_null(fakenet_find(&b->fake, "/v1/token"));
}

static void a_token_is_renewed_before_it_ends(void **state)
{
    struct bed *b = *state;
    to_greeted(b);
    answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    advance(b, 1739000);
    assert_null(fakenet_find(&b->fake, "/v1/token"));
    advance(b, 2000);
    (void)fakenet_asked(&b->fake, "/v1/token");
}

/* An image of a laptop: the server has numbers that this journal does not. The new key is sent, the
 * answer is lost, the old device is closed: the new key itself finds its device. */
static void a_lost_answer_to_rekey_strands_nobody(void **state)
{
    struct bed *b = *state;
    struct journal_counts counts;
    char key64[GW_KEY_B64 + 1], device[80];
    struct cmd_data data;
    cmd_data_init(&data);
    data.text = "unsent";
    assert_int_equal(journal_append(&b->home, CMD_ALARM_NOTE, "a1", 0, &data, NULL, NULL), GW_OK);
    b->hello_n = 9;
    (void)memset(b->head, 'a', GW_HASH_HEX);
    to_greeted(b);
    struct fakenet_call *call = fakenet_asked(&b->fake, "/v1/rekey");
    const char *at = strstr(gw_buf_str(&call->body), "\"public_key\":\"");
    assert_non_null(at);
    (void)snprintf(key64, sizeof(key64), "%s", at + strlen("\"public_key\":\""));
    fakenet_end(&b->fake, call, NET_CUT, 0, "", -1);
    engine_free(b->engine); /* and the program ended as well */
    fakenet_free(&b->fake);
    fakenet_init(&b->fake);
    b->fake.server_time = T0;
    b->hello_n = 0;
    b->head[0] = '\0';
    start_engine(b);
    answer(b, "/v1/token", 200, "{\"nonce\":\"n1\",\"expires_at\":1}");
    answer(b, "/v1/token", 401,
           "{\"type\":\"urn:gridward:problem:device-revoked\",\"status\":401}");
    (void)snprintf(device, sizeof(device), "\"device\":\"%s\"", key64);
    assert_non_null(strstr(gw_buf_str(&fakenet_asked(&b->fake, "/v1/token")->body), device));
    answer_sign_in(b); /* it is dev-2 */
    assert_string_equal(b->home.id.device, "dev-2");
    gw_b64url(b->home.key.public_key, GW_KEY_BYTES, device);
    assert_string_equal(device, key64);
    answer_hello(b);
    call = fakenet_asked(&b->fake, "/v1/commands");
    assert_non_null(strstr(gw_buf_str(&call->body), "\"key\":\"dev-2\""));
    assert_int_equal(journal_counts(&b->home, &counts), GW_OK);
    assert_int_equal(counts.unsent, 1);
}

static void a_new_key_that_is_not_known_is_a_closed_device(void **state)
{
    struct bed *b = *state;
    b->hello_n = 9;
    (void)memset(b->head, 'a', GW_HASH_HEX);
    to_greeted(b);
    answer(b, "/v1/rekey", 401,
           "{\"type\":\"urn:gridward:problem:device-revoked\",\"status\":401}");
    answer(b, "/v1/token", 200, "{\"nonce\":\"n1\",\"expires_at\":1}");
    answer(b, "/v1/token", 401,
           "{\"type\":\"urn:gridward:problem:unauthenticated\",\"status\":401}");
    assert_int_equal(phase(b), SYNC_REFUSED);
    assert_null(fakenet_find(&b->fake, "/v1/token"));
}

static void reading_goes_on_while_a_new_key_waits(void **state)
{
    struct bed *b = *state;
    b->hello_n = 9;
    (void)memset(b->head, 'a', GW_HASH_HEX);
    to_greeted(b);
    fakenet_end(&b->fake, fakenet_asked(&b->fake, "/v1/rekey"), NET_DONE, 503, "", 60000);
    step(b);
    answer(b, "/v1/snapshot", 200, BEGIN PUT(5, "r5") PAGE_END(1));
    assert_true(has_row(b, "r5"));
}

static void a_stream_that_is_not_there_is_no_busy_loop(void **state)
{
    struct bed *b = *state;
    to_caught_up(b);
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, "/v1/changes"), 404, "");
    step(b);
    if (fakenet_find(&b->fake, "/v1/changes") != NULL) {
        answer_feed(b, END(10));
    }
    assert_true(b->next > b->clock.mono);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(from_the_start_to_a_live_stream),
        T(a_stream_applies_whole_groups_only),
        T(two_silent_streams_lead_to_long_poll),
        T(bytes_keep_a_stream),
        T(retry_after_is_kept),
        T(nothing_reached_backs_off_and_says_so),
        T(too_old_reads_no_more_but_sends),
        T(a_revoked_device_keeps_its_journal_and_asks_seldom),
        T(a_forgotten_token_is_asked_for_at_once_but_not_in_circles),
        T(forbidden_leads_to_hello),
        T(an_expired_cursor_makes_jobs_of_all_scopes),
        T(another_epoch_sends_all_again),
        T(too_large_a_batch_is_halved),
        T(a_cut_page_keeps_whole_groups),
        T(a_cut_snapshot_repeats_one_page),
        T(a_digest_that_never_fits_does_not_run_in_circles),
        T(a_server_without_features_is_asked_without_them),
        T(an_unusable_result_line_holds_up_nothing),
        T(once_ends_when_all_is_done),
        T(a_clock_years_off_is_measured),
        T(a_token_is_renewed_before_it_ends),
        T(a_lost_answer_to_rekey_strands_nobody),
        T(a_new_key_that_is_not_known_is_a_closed_device),
        T(reading_goes_on_while_a_new_key_waits),
        T(a_stream_that_is_not_there_is_no_busy_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
