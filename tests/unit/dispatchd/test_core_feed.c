/* Snapshots, changes, streams: rights per row, moves, tombstones, digests, epochs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/kit/core_kit.h"
#include "tests/kit/scratch.h"

#define RESIDENT "{\"name\":\"A\"}"

static int setup(void **state)
{
    static struct core_kit kit;
    core_kit_open(&kit, "feed.db");
    *state = &kit;
    return 0;
}

static int teardown(void **state)
{
    core_kit_close(*state);
    return 0;
}

static int changes(struct core_kit *kit, struct core_console *c, const char *since,
                   const char *more)
{
    char query[300];
    (void)snprintf(query, sizeof query, "since=%s%s", since, more);
    return core_kit_get(kit, "/v1/changes", query, c->token);
}

static void tag_of(struct core_kit *kit, struct core_console *c, char out[40])
{
    struct wire_hello hello;
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", c->token), 200);
    assert_int_equal(wire_hello_decode(core_kit_body(kit), kit->answer.body.len, &hello, NULL),
                     GW_OK);
    (void)snprintf(out, 40, "&tag=%.20s", hello.tag);
}

/* op of line i is this, and its id when it is not NULL */
static void line_is(struct core_kit *kit, size_t i, const char *op, const char *id)
{
    struct json *line = core_kit_line(kit, i);
    assert_non_null(line);
    assert_string_equal(json_str(line, "op"), op);
    if (id) {
        assert_string_equal(json_str(line, "id"), id);
    }
    json_free(line);
}

static int64_t seq_of_line(struct core_kit *kit, size_t i)
{
    int64_t seq = 0;
    struct json *line = core_kit_line(kit, i);
    assert_true(json_int(line, "seq", &seq));
    json_free(line);
    return seq;
}

/* ---- snapshot */

static void a_snapshot_comes_in_pages(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    char id[40];
    char query[200];
    char after[300] = "";
    int rows = 0;
    int pages = 0;
    core_kit_enroll(kit, &w1, "w1");
    for (int i = 0; i < 25; i++) {
        (void)snprintf(id, sizeof id, "r%02d", i);
        core_kit_put(kit, TYPE_RESIDENT, id, i % 5 ? GRID_A : GRID_B, RESIDENT);
    }
    for (bool more = true; more; pages++) {
        (void)snprintf(query, sizeof query, "scope=%s&limit=7%s%s", GRID_A, *after ? "&after=" : "",
                       after);
        assert_int_equal(core_kit_get(kit, "/v1/snapshot", query, w1.token), 200);
        size_t n = core_kit_lines(kit);
        line_is(kit, 0, "begin", NULL);
        for (size_t i = 1; i + 1 < n; i++) {
            line_is(kit, i, "put", NULL);
        }
        rows += (int)n - 2;
        struct json *end = core_kit_line(kit, n - 1);
        assert_string_equal(json_str(end, "op"), "end");
        more = json_str(end, "after") != NULL;
        (void)snprintf(after, sizeof after, "%s", more ? json_str(end, "after") : "");
        json_free(end);
    }
    assert_int_equal(rows, 22); /* 20 residents, the grid, the worker */
    assert_int_equal(pages, 4);
}

static void a_snapshot_keeps_to_rights(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct core_console clerk;
    struct core_console root;
    core_kit_enroll(kit, &w1, "w1");
    core_kit_enroll(kit, &clerk, "clerk");
    core_kit_enroll(kit, &root, "root");
    core_kit_put(kit, TYPE_ALARM_EVENT, "e1", GRID_A, "{}");
    core_kit_put(kit, TYPE_RULE, "rule1", GRID_A, "{}");
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=" GRID_B, w1.token), 403);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=CQ", w1.token), 403);
    assert_string_equal(core_kit_slug(kit), "forbidden");
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=..", w1.token), 400);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=" GRID_A "&limit=0", w1.token), 400);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=" GRID_A "&after=!", w1.token), 400);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=" GRID_A "&type=nope", w1.token),
                     422);
    assert_int_equal(
        core_kit_get(kit, "/v1/snapshot", "scope=" GRID_A "&type=alarm_event", w1.token), 200);
    assert_int_equal(core_kit_lines(kit), 3);
    /* the clerk's scope contains the grid, but the role does not read this type */
    assert_int_equal(
        core_kit_get(kit, "/v1/snapshot", "scope=" GRID_A "&type=alarm_event", clerk.token), 403);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=" GRID_A, root.token), 200);
    assert_int_equal(core_kit_lines(kit), 3);
    line_is(kit, 1, "put", "rule1");
}

/* ---- changes */

static void an_empty_catch_up_is_one_line(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    char cursor[96];
    char tag[40];
    core_kit_enroll(kit, &w1, "w1");
    tag_of(kit, &w1, tag);
    core_kit_cursor(kit, cursor);
    assert_int_equal(changes(kit, &w1, cursor, tag), 200);
    assert_string_equal(kit->answer.content_type, "application/x-ndjson");
    assert_int_equal(core_kit_lines(kit), 1);
    line_is(kit, 0, "end", NULL);
    assert_true(kit->answer.body.len < 1024);
    /* without the tag, the scopes come first */
    assert_int_equal(changes(kit, &w1, cursor, ""), 200);
    line_is(kit, 0, "scopes", NULL);
    line_is(kit, 1, "end", NULL);
}

static void a_move_is_out_and_put_with_one_seq(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct core_console w2;
    struct core_console lead;
    char cursor[96];
    core_kit_enroll(kit, &w1, "w1");
    core_kit_enroll(kit, &w2, "w2");
    core_kit_enroll(kit, &lead, "lead");
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_A, RESIDENT);
    core_kit_cursor(kit, cursor);
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_B, RESIDENT);
    assert_int_equal(changes(kit, &w1, cursor, ""), 200);
    line_is(kit, 1, "out", "r1");
    int64_t out = seq_of_line(kit, 1);
    assert_int_equal(changes(kit, &w2, cursor, ""), 200);
    line_is(kit, 1, "put", "r1");
    assert_int_equal(seq_of_line(kit, 1), out);
    assert_int_equal(changes(kit, &lead, cursor, ""), 200);
    line_is(kit, 1, "put", "r1");
    line_is(kit, 2, "end", NULL);
    /* who has both gets both, out first */
    core_kit_grant(kit, "w1", GRID_B);
    assert_int_equal(changes(kit, &w1, cursor, ""), 200);
    line_is(kit, 1, "out", "r1");
    line_is(kit, 2, "put", "r1");
    assert_int_equal(seq_of_line(kit, 1), seq_of_line(kit, 2));
}

static void pages_never_part_a_seq(void **state)
{
    struct core_kit *kit = *state;
    struct core_console lead;
    char since[96];
    char id[40];
    bool seen[40] = {false};
    core_kit_enroll(kit, &lead, "lead");
    core_kit_grant(kit, "lead", GRID_A); /* nested: each line still once */
    core_kit_cursor(kit, since);
    for (int i = 0; i < 40; i++) {
        (void)snprintf(id, sizeof id, "r%02d", i);
        core_kit_put(kit, TYPE_RESIDENT, id, GRID_A, RESIDENT);
    }
    for (bool more = true; more;) {
        assert_int_equal(changes(kit, &lead, since, "&limit=7"), 200);
        size_t n = core_kit_lines(kit);
        for (size_t i = 1; i + 1 < n; i++) {
            struct json *line = core_kit_line(kit, i);
            int at = atoi(json_str(line, "id") + 1);
            assert_false(seen[at]);
            seen[at] = true;
            json_free(line);
        }
        struct json *end = core_kit_line(kit, n - 1);
        assert_true(json_bool(end, "more", &more));
        (void)snprintf(since, sizeof since, "%s", json_str(end, "cursor"));
        json_free(end);
    }
    for (int i = 0; i < 40; i++) {
        assert_true(seen[i]);
    }
}

static int64_t wal_bytes(const struct core_kit *kit)
{
    char path[600];
    struct stat st;
    (void)snprintf(path, sizeof path, "%s-wal", kit->url + strlen("sqlite:"));
    return stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
}

/* A server that runs for months: the log of the store is used again after each quiet moment. */
static void the_log_of_the_store_stays_short(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    int64_t early = 0;
    core_kit_enroll(kit, &w1, "w1");
    core_kit_put(kit, TYPE_WORKER, "w1", GRID_A, "{\"name\":\"A\",\"role\":\"worker\"}");
    for (int i = 0; i < 10; i++) { /* ten quiet moments within a minute: no housekeeping */
        for (int k = 0; k < 60; k++) {
            core_kit_expect(kit, &w1, "duty.set", "w1",
                            k % 2 == 0 ? "{\"state\":\"on\"}" : "{\"state\":\"off\"}", "applied",
                            NULL);
        }
        (void)core_tick(kit->core);
        gw_clock_fixed_advance(&kit->clock, 5000);
        (void)core_tick(kit->core);
        early = i == 2 ? wal_bytes(kit) : early;
    }
    assert_true(early > 0);
    assert_true(wal_bytes(kit) <= 3 * early); /* of ten; a last time written down may take one */
}

static void a_deletion_is_kept_and_then_pruned(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    char cursor[96];
    core_kit_enroll(kit, &w1, "w1");
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_A, RESIDENT);
    core_kit_cursor(kit, cursor);
    core_kit_del(kit, TYPE_RESIDENT, "r1");
    assert_int_equal(changes(kit, &w1, cursor, ""), 200);
    line_is(kit, 1, "del", "r1");
    core_kit_advance(kit, 61000); /* the seq gets its time */
    core_kit_put(kit, TYPE_RESIDENT, "r2", GRID_A, RESIDENT);
    core_kit_advance(kit, INT64_C(180) * 86400000 + 61000);
    core_kit_token(kit, &w1);
    assert_int_equal(changes(kit, &w1, cursor, ""), 410);
    assert_string_equal(core_kit_slug(kit), "cursor-expired");
    core_kit_cursor(kit, cursor);
    assert_int_equal(changes(kit, &w1, cursor, ""), 200);
    /* a put never expires */
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=" GRID_A "&type=resident", w1.token),
                     200);
    line_is(kit, 1, "put", "r2");
}

static void cursors_that_are_none(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    char cursor[96];
    core_kit_enroll(kit, &w1, "w1");
    core_kit_cursor(kit, cursor);
    assert_int_equal(core_kit_get(kit, "/v1/changes", "", w1.token), 400);
    assert_int_equal(changes(kit, &w1, "x", ""), 400);
    assert_int_equal(changes(kit, &w1, cursor, "&limit=0"), 400);
    assert_int_equal(changes(kit, &w1, cursor, "&wait=x"), 400);
    assert_int_equal(changes(kit, &w1, cursor, "&digest=2"), 400);
    assert_int_equal(changes(kit, &w1, "OTHER.1", ""), 410);
    assert_string_equal(core_kit_slug(kit), "epoch-changed");
    (void)snprintf(cursor + strcspn(cursor, ".") + 1, 20, "999999");
    assert_int_equal(changes(kit, &w1, cursor, ""), 410);
    assert_string_equal(core_kit_slug(kit), "cursor-expired");
}

static void a_restore_begins_a_new_epoch(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    char cursor[96];
    char file[400];
    struct gw_fail fail = {.err = GW_OK};
    core_kit_enroll(kit, &w1, "w1");
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_A, RESIDENT);
    (void)scratch_path(file, sizeof file, "backup.db");
    assert_int_equal(kit->admin->ops->backup(kit->admin, file, &fail), GW_OK);
    core_kit_put(kit, TYPE_RESIDENT, "r2", GRID_A, RESIDENT);
    core_kit_cursor(kit, cursor);
    assert_int_equal(store_restore(kit->url, file, &kit->random.random, CORE_T0, &fail), GW_HELD);
    core_answer_free(&kit->answer);
    kit->answer = (struct core_answer){.status = 0};
    core_free(kit->core);
    store_close(kit->admin);
    store_close(kit->store);
    assert_int_equal(store_restore(kit->url, "/nowhere/b", &kit->random.random, 1, &fail),
                     GW_ABSENT);
    assert_int_equal(store_restore(kit->url, file, &kit->random.random, CORE_T0, &fail), GW_OK);
    struct store_opts opts = {.url = kit->url, .use = STORE_SERVE};
    assert_int_equal(store_open(&opts, &kit->store, &fail), GW_OK);
    opts.use = STORE_ADMIN;
    assert_int_equal(store_open(&opts, &kit->admin, &fail), GW_OK);
    struct core_opts core = {.store = kit->store,
                             .clock = &kit->clock.clock,
                             .random = &kit->random.random,
                             .config = kit->config};
    assert_int_equal(core_new(&core, &kit->core, &fail), GW_OK);
    core_kit_token(kit, &w1); /* the device is in the backup */
    assert_int_equal(changes(kit, &w1, cursor, ""), 410);
    assert_string_equal(core_kit_slug(kit), "epoch-changed");
    int64_t until = 0;
    cursor[strcspn(cursor, ".")] = '\0';
    assert_true(kit->store->ops->predecessor(kit->store, cursor, &until));
    assert_true(until > 0);
    assert_null(core_kit_row(kit, TYPE_RESIDENT, "r2"));
}

/* ---- digest */

static uint64_t digest_in_answer(struct core_kit *kit, const char *type, int64_t *count)
{
    uint64_t sum = 0;
    struct json *end = core_kit_line(kit, core_kit_lines(kit) - 1);
    const struct json *list = json_arr(end, "digest");
    assert_non_null(list);
    for (const struct json *d = json_first(list); d; d = json_next(d)) {
        if (strcmp(json_str(d, "type"), type) == 0) {
            assert_true(json_int(d, "count", count));
            sum = strtoull(json_str(d, "sum"), NULL, 16);
        }
    }
    json_free(end);
    return sum;
}

struct sum {
    uint64_t sum;
    int64_t count;
};

static enum gw_err add_up(void *ctx, const struct store_row *row)
{
    struct sum *sum = ctx;
    char text[300];
    int n = snprintf(text, sizeof text, "%s|%s|%" PRId64, entity_of(row->type)->name, row->id,
                     row->seq);
    sum->sum += gw_sha256_h64(text, (size_t)n);
    sum->count++;
    return GW_OK;
}

static void a_digest_equals_recomputation(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    char cursor[96];
    char id[40];
    int64_t count = 0;
    core_kit_enroll(kit, &w1, "w1");
    for (int i = 0; i < 60; i++) {
        uint64_t r = gw_random_below(&kit->random.random, 12);
        (void)snprintf(id, sizeof id, "r%" PRIu64, r);
        struct json *there = core_kit_row(kit, TYPE_RESIDENT, id);
        if (i % 7 == 3 && there) {
            core_kit_del(kit, TYPE_RESIDENT, id);
        } else {
            core_kit_put(kit, TYPE_RESIDENT, id, i % 3 ? GRID_A : GRID_B, RESIDENT);
        }
        json_free(there);
        core_kit_cursor(kit, cursor);
        assert_int_equal(changes(kit, &w1, cursor, "&digest=1"), 200);
        struct sum sum = {0, 0};
        assert_int_equal(
            kit->admin->ops->row_each(kit->admin, TYPE_RESIDENT, GRID_A, "", 0, add_up, &sum, NULL),
            GW_OK);
        assert_true(digest_in_answer(kit, "resident", &count) == sum.sum);
        assert_int_equal(count, sum.count);
    }
}

/* Between two looks of the server an admin verb writes: cursor and digest are of one state. */
static void a_digest_is_of_the_cursors_state(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct gw_fail fail = {.err = GW_OK};
    char cursor[96];
    core_kit_enroll(kit, &w1, "w1");
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_A, RESIDENT);
    core_kit_cursor(kit, cursor);
    assert_int_equal(changes(kit, &w1, cursor, ""), 200); /* now others may share this page */
    struct store *admin = kit->admin;
    assert_int_equal(admin->ops->begin(admin, "admin", &fail), GW_OK);
    assert_int_equal(admin->ops->row_put(admin, TYPE_RESIDENT, "r2", GRID_A, RESIDENT,
                                         strlen(RESIDENT), NULL, &fail),
                     GW_OK);
    assert_int_equal(admin->ops->commit(admin, &fail), GW_OK);
    assert_int_equal(changes(kit, &w1, cursor, "&digest=1"), 200);
    int64_t count = 0;
    (void)digest_in_answer(kit, "resident", &count);
    assert_int_equal(count, 2);
    assert_non_null(strstr(core_kit_body(kit), "\"r2\""));
}

static void no_digest_of_types_one_may_not_read(void **state)
{
    struct core_kit *kit = *state;
    struct core_console root;
    char cursor[96];
    int64_t count = -1;
    core_kit_enroll(kit, &root, "root");
    core_kit_cursor(kit, cursor);
    assert_int_equal(changes(kit, &root, cursor, "&digest=1"), 200);
    (void)digest_in_answer(kit, "resident", &count);
    assert_int_equal(count, -1);
    (void)digest_in_answer(kit, "rule", &count);
    assert_int_equal(count, 0);
}

/* ---- grants */

static void a_lost_path_comes_as_a_scopes_line(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    char cursor[96];
    char tag[40];
    core_kit_enroll(kit, &w1, "w1");
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_A, RESIDENT);
    tag_of(kit, &w1, tag);
    core_kit_cursor(kit, cursor);
    core_kit_revoke(kit, "w1", GRID_A);
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_A, RESIDENT);
    assert_int_equal(changes(kit, &w1, cursor, tag), 200);
    assert_int_equal(core_kit_lines(kit), 2);
    line_is(kit, 0, "scopes", NULL);
    assert_null(strstr(core_kit_body(kit), "\"path\""));
    line_is(kit, 1, "end", NULL);
}

/* ---- long-poll and stream */

static void a_long_poll_waits(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct gw_buf out;
    char cursor[96];
    char more[80];
    char tag[40];
    core_kit_enroll(kit, &w1, "w1");
    tag_of(kit, &w1, tag);
    core_kit_cursor(kit, cursor);
    (void)snprintf(more, sizeof more, "%s&wait=25", tag);
    gw_buf_init(&out, 1 << 20);
    assert_int_equal(changes(kit, &w1, cursor, more), 200);
    assert_int_equal(kit->answer.kind, CORE_WAIT);
    assert_int_equal(kit->answer.until_at, kit->clock.mono + 25000);
    assert_false(core_feed_ready(kit->core, kit->answer.feed));
    /* a change elsewhere wakes it, but is none of its business */
    core_kit_put(kit, TYPE_RESIDENT, "r2", GRID_B, RESIDENT);
    assert_true(core_feed_ready(kit->core, kit->answer.feed));
    assert_int_equal(core_feed_next(kit->core, kit->answer.feed, &out), FEED_NOTHING);
    assert_false(core_feed_ready(kit->core, kit->answer.feed));
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_A, RESIDENT);
    assert_int_equal(core_feed_next(kit->core, kit->answer.feed, &out), FEED_CLOSED);
    assert_non_null(strstr(gw_buf_str(&out), "\"id\":\"r1\""));
    assert_non_null(strstr(gw_buf_str(&out), "\"op\":\"end\""));
    core_feed_free(kit->answer.feed);
    /* nothing comes: an end line in time */
    core_kit_cursor(kit, cursor);
    gw_buf_reset(&out);
    assert_int_equal(changes(kit, &w1, cursor, more), 200);
    gw_clock_fixed_advance(&kit->clock, 25000);
    assert_true(core_feed_ready(kit->core, kit->answer.feed));
    assert_int_equal(core_feed_next(kit->core, kit->answer.feed, &out), FEED_CLOSED);
    assert_int_equal(strncmp(gw_buf_str(&out), "{\"op\":\"end\"", 11), 0);
    core_feed_free(kit->answer.feed);
    gw_buf_free(&out);
}

static struct core_feed *stream(struct core_kit *kit, struct core_console *c, const char *since,
                                const char *last)
{
    char query[200];
    (void)snprintf(query, sizeof query, "since=%s", since);
    struct core_request request = {.method = CORE_GET,
                                   .path = "/v1/changes",
                                   .query = query,
                                   .bearer = c->token,
                                   .accept = "text/event-stream",
                                   .last_event_id = last,
                                   .body = "",
                                   .peer = "p"};
    assert_int_equal(core_kit_send(kit, &request), 200);
    assert_int_equal(kit->answer.kind, CORE_STREAM);
    assert_string_equal(kit->answer.content_type, "text/event-stream");
    return kit->answer.feed;
}

static void a_stream_speaks_events(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct gw_buf out;
    char cursor[96];
    char id[120];
    core_kit_enroll(kit, &w1, "w1");
    core_kit_cursor(kit, cursor);
    gw_buf_init(&out, 1 << 20);
    struct core_feed *feed = stream(kit, &w1, cursor, NULL);
    assert_true(core_feed_ready(kit->core, feed));
    assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_BYTES);
    assert_int_equal(strncmp(gw_buf_str(&out), "data: {\"op\":\"scopes\"", 20), 0);
    assert_non_null(strstr(gw_buf_str(&out), "\n\ndata: {\"op\":\"end\""));
    assert_null(strstr(gw_buf_str(&out), "id:"));
    assert_int_equal(core_feed_next(kit->core, feed, &out) == FEED_CLOSED, 0);
    gw_buf_reset(&out);
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_A, RESIDENT);
    assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_BYTES);
    core_kit_cursor(kit, cursor);
    (void)snprintf(id, sizeof id, "}\nid: %s\n\n", cursor);
    assert_non_null(strstr(gw_buf_str(&out), id));
    assert_string_equal(strstr(gw_buf_str(&out), id) + strlen(id), "");
    /* heartbeat, then bookmark */
    gw_buf_reset(&out);
    gw_clock_fixed_advance(&kit->clock, 15000);
    assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_BYTES);
    assert_int_equal(gw_buf_str(&out)[0], ':');
    gw_buf_reset(&out);
    gw_clock_fixed_advance(&kit->clock, 45000);
    assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_BYTES);
    assert_int_equal(strncmp(gw_buf_str(&out), "data: {\"op\":\"end\"", 17), 0);
    /* a lost grant arrives as a scopes line, and nothing more of that path */
    gw_buf_reset(&out);
    core_kit_revoke(kit, "w1", GRID_A);
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_A, RESIDENT);
    assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_BYTES);
    assert_int_equal(strncmp(gw_buf_str(&out), "data: {\"op\":\"scopes\"", 20), 0);
    assert_null(strstr(gw_buf_str(&out), "r1"));
    core_feed_free(feed);
    gw_buf_free(&out);
}

static void a_stream_resumes_and_ends(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct gw_buf out;
    char old[96];
    char cursor[96];
    core_kit_enroll(kit, &w1, "w1");
    core_kit_cursor(kit, old);
    core_kit_put(kit, TYPE_RESIDENT, "r1", GRID_A, RESIDENT);
    core_kit_cursor(kit, cursor);
    gw_buf_init(&out, 1 << 20);
    struct core_feed *feed = stream(kit, &w1, old, cursor);
    assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_BYTES);
    assert_null(strstr(gw_buf_str(&out), "r1")); /* Last-Event-ID wins */
    core_feed_free(feed);
    gw_buf_reset(&out);
    feed = stream(kit, &w1, old, "rubbish");
    assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_BYTES);
    assert_non_null(strstr(gw_buf_str(&out), "r1"));
    /* the token ends: so does the stream */
    gw_clock_fixed_advance(&kit->clock, 30 * 60 * 1000);
    assert_true(core_feed_ready(kit->core, feed));
    assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_CLOSED);
    core_feed_free(feed);
    /* the device is revoked: closed as soon as that is known */
    core_kit_token(kit, &w1);
    core_kit_cursor(kit, cursor);
    feed = stream(kit, &w1, cursor, NULL);
    assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_BYTES);
    assert_int_equal(kit->admin->ops->begin(kit->admin, "t", NULL), GW_OK);
    assert_int_equal(store_device_revoke(kit->admin, w1.device, CORE_T0, NULL), GW_OK);
    assert_int_equal(kit->admin->ops->commit(kit->admin, NULL), GW_OK);
    core_refresh(kit->core);
    assert_true(core_feed_ready(kit->core, feed));
    assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_CLOSED);
    core_feed_free(feed);
    gw_buf_free(&out);
}

static void a_long_backlog_comes_in_helpings(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct gw_buf out;
    char cursor[96];
    char id[40];
    static char body[40000];
    int helpings = 0;
    core_kit_enroll(kit, &w1, "w1");
    core_kit_cursor(kit, cursor);
    (void)snprintf(body, sizeof body, "{\"name\":\"%039000d\"}", 1);
    for (int i = 0; i < 12; i++) {
        (void)snprintf(id, sizeof id, "r%02d", i);
        core_kit_put(kit, TYPE_RESIDENT, id, GRID_A, body);
    }
    gw_buf_init(&out, 256 * 1024);
    struct core_feed *feed = stream(kit, &w1, cursor, NULL);
    while (core_feed_ready(kit->core, feed)) {
        gw_buf_reset(&out);
        assert_int_equal(core_feed_next(kit->core, feed, &out), FEED_BYTES);
        helpings++;
    }
    assert_int_equal(helpings, 3);
    assert_non_null(strstr(gw_buf_str(&out), "\"op\":\"end\""));
    core_feed_free(feed);
    gw_buf_free(&out);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_snapshot_comes_in_pages),
        T(a_snapshot_keeps_to_rights),
        T(an_empty_catch_up_is_one_line),
        T(a_move_is_out_and_put_with_one_seq),
        T(pages_never_part_a_seq),
        T(the_log_of_the_store_stays_short),
        T(a_deletion_is_kept_and_then_pruned),
        T(cursors_that_are_none),
        T(a_restore_begins_a_new_epoch),
        T(a_digest_equals_recomputation),
        T(a_digest_is_of_the_cursors_state),
        T(no_digest_of_types_one_may_not_read),
        T(a_lost_path_comes_as_a_scopes_line),
        T(a_long_poll_waits),
        T(a_stream_speaks_events),
        T(a_stream_resumes_and_ends),
        T(a_long_backlog_comes_in_helpings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
