/* Lines, numbers, results, receipts, rights (protocol section 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/core_kit.h"
#include "tests/kit/scratch.h"

static struct core_console w1;
static char alarm_a[GW_ID_MAX + 1];

static void ingest_at_a(struct core_kit *kit, char out[GW_ID_MAX + 1])
{
    static int n;
    char event[200];
    n++;
    (void)snprintf(event, sizeof event,
                   "{\"event_id\":\"e%d\",\"device\":\"SN-%d\",\"kind\":\"smoke\"}", n, n);
    core_kit_ingest(kit, event, out);
}

static int setup(void **state)
{
    static struct core_kit kit;
    core_kit_open(&kit, "commands.db");
    core_kit_source(&kit, GRID_A);
    core_kit_enroll(&kit, &w1, "w1");
    ingest_at_a(&kit, alarm_a);
    *state = &kit;
    return 0;
}

static int teardown(void **state)
{
    core_kit_close(*state);
    return 0;
}

static void send(struct core_kit *kit, const char *text)
{
    assert_int_equal(core_kit_post(kit, "/v1/commands", w1.token, "application/x-ndjson", text),
                     200);
}

static void result_is(struct core_kit *kit, size_t i, const char *result, const char *code)
{
    struct json *line = core_kit_line(kit, i);
    int64_t at = -1;
    assert_non_null(line);
    assert_true(json_int(line, "i", &at));
    assert_int_equal(at, i);
    assert_string_equal(json_str(line, "result"), result);
    if (code) {
        assert_string_equal(json_str(line, "code"), code);
    }
    json_free(line);
}

static struct core_cmd ack(void)
{
    return (struct core_cmd){.kind = "alarm.ack", .id = alarm_a};
}

/* ---- the line */

static void a_command_is_applied_and_receipted(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = ack();
    struct store_meta meta;
    struct gw_buf text;
    uint8_t sig[GW_SIGN_BYTES];
    int64_t seq = 0;
    int64_t at = 0;
    struct json *line = core_kit_do(kit, &w1, &cmd);
    assert_string_equal(json_str(line, "result"), "applied");
    assert_true(json_int(line, "seq", &seq));
    assert_true(json_int(line, "at", &at));
    assert_int_equal(at, CORE_T0);
    assert_int_equal(seq, core_kit_seq(kit));
    gw_buf_init(&text, 1000);
    assert_int_equal(wire_receipt_text(w1.device, 1, w1.head, RESULT_APPLIED, seq, at, &text),
                     GW_OK);
    assert_true(gw_b64url_decode(json_str(line, "receipt"), sig, sizeof sig));
    assert_int_equal(kit->admin->ops->meta(kit->admin, &meta, NULL), GW_OK);
    assert_true(
        gw_sign_ok(meta.sign_key.public_key, RECEIPT_PREFIX, gw_buf_str(&text), text.len, sig));
    gw_buf_free(&text);
    json_free(line);
    core_kit_alarm_is(kit, alarm_a, "state", "acked");
    core_kit_alarm_is(kit, alarm_a, "acked_by", "w1");
}

static void lines_that_take_no_number(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = ack();
    struct core_console other;
    struct gw_buf line;
    struct json *got = NULL;
    core_kit_enroll(kit, &other, "w2");
    gw_buf_init(&line, 65536);
    send(kit, "not json\n\n{\"body\":\"{}\",\"key\":\"k\",\"sig\":\"s\"}\n");
    result_is(kit, 0, "rejected", "bad-line");
    result_is(kit, 1, "rejected", "bad-line");
    result_is(kit, 2, "rejected", "bad-line");
    got = core_kit_line(kit, 0);
    assert_true(json_is_null(got, "n"));
    assert_null(json_str(got, "receipt"));
    json_free(got);
    cmd.bad_sig = true;
    core_kit_make(kit, &w1, &cmd, &line);
    send(kit, gw_buf_str(&line));
    result_is(kit, 0, "rejected", "bad-signature");
    cmd.bad_sig = false;
    gw_buf_reset(&line);
    core_kit_make(kit, &other, &cmd, &line);
    send(kit, gw_buf_str(&line));
    result_is(kit, 0, "rejected", "wrong-device");
    struct core_console ghost = other;
    (void)snprintf(ghost.device, sizeof ghost.device, "ghost");
    ghost.n = 0;
    ghost.head[0] = '\0';
    gw_buf_reset(&line);
    core_kit_make(kit, &ghost, &cmd, &line);
    send(kit, gw_buf_str(&line));
    result_is(kit, 0, "rejected", "unknown-key");
    gw_buf_free(&line);
    /* number 1 is still free */
    core_kit_expect(kit, &w1, "alarm.ack", alarm_a, NULL, "applied", NULL);
}

static void the_same_again_is_the_same_answer(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = ack();
    struct gw_buf line;
    char first[2000];
    gw_buf_init(&line, 65536);
    core_kit_make(kit, &w1, &cmd, &line);
    send(kit, gw_buf_str(&line));
    (void)snprintf(first, sizeof first, "%s", core_kit_body(kit));
    int64_t seq = core_kit_seq(kit);
    gw_clock_fixed_advance(&kit->clock, 5000);
    send(kit, gw_buf_str(&line));
    assert_string_equal(core_kit_body(kit), first);
    assert_int_equal(core_kit_seq(kit), seq);
    assert_int_equal(core_kit_events(kit, alarm_a, "ack"), 1);
    core_kit_restart(kit);
    core_kit_token(kit, &w1);
    send(kit, gw_buf_str(&line));
    assert_string_equal(core_kit_body(kit), first);
    gw_buf_free(&line);
}

static void key_reuse_chain_fork_and_gap(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = {.kind = "alarm.note", .id = alarm_a, .data = "{\"text\":\"a\"}"};
    struct core_console image;
    struct json *line = NULL;
    struct wire_hello hello;
    struct gw_buf two;
    core_kit_expect(kit, &w1, "alarm.note", alarm_a, "{\"text\":\"a\"}", "applied", NULL);
    image = w1;
    core_kit_expect(kit, &w1, "alarm.note", alarm_a, "{\"text\":\"b\"}", "applied", NULL);
    /* the laptop restored from an image writes another number 2 */
    line = core_kit_do(kit, &image, &cmd);
    assert_string_equal(json_str(line, "result"), "key-reuse");
    assert_null(json_str(line, "receipt"));
    json_free(line);
    /* and its number 3 hangs on the wrong 2 */
    line = core_kit_do(kit, &image, &cmd);
    assert_string_equal(json_str(line, "result"), "chain-fork");
    json_free(line);
    /* 4 before 3 */
    gw_buf_init(&two, 65536);
    core_kit_make(kit, &w1, &cmd, &two);
    line = core_kit_do(kit, &w1, &cmd);
    assert_string_equal(json_str(line, "result"), "applied");
    assert_string_equal(json_str(line, "note"), "gap");
    json_free(line);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 200);
    assert_int_equal(wire_hello_decode(core_kit_body(kit), kit->answer.body.len, &hello, NULL),
                     GW_OK);
    assert_int_equal(hello.n, 4);
    assert_string_equal(hello.head, w1.head);
    assert_int_equal(hello.missing_n, 1);
    assert_int_equal(hello.missing[0], 3);
    send(kit, gw_buf_str(&two));
    result_is(kit, 0, "applied", NULL);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 200);
    assert_int_equal(wire_hello_decode(core_kit_body(kit), kit->answer.body.len, &hello, NULL),
                     GW_OK);
    assert_int_equal(hello.missing_n, 0);
    gw_buf_free(&two);
}

static void a_late_link_must_fit_both_ways(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = {.kind = "alarm.note", .id = alarm_a, .data = "{\"text\":\"a\"}"};
    struct gw_buf unsent;
    struct core_console fork;
    gw_buf_init(&unsent, 65536);
    fork = w1;
    core_kit_make(kit, &w1, &cmd, &unsent); /* 1, never sent */
    core_kit_expect(kit, &w1, "alarm.note", alarm_a, "{\"text\":\"2\"}", "applied", NULL);
    /* another 1, whose hash the stored 2 does not name */
    struct json *line = core_kit_do(kit, &fork, &cmd);
    assert_string_equal(json_str(line, "result"), "chain-fork");
    json_free(line);
    send(kit, gw_buf_str(&unsent));
    result_is(kit, 0, "applied", NULL);
    gw_buf_free(&unsent);
}

static void a_reissued_uid_has_no_second_effect(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = {.kind = "alarm.note",
                           .id = alarm_a,
                           .data = "{\"text\":\"x\"}",
                           .uid = "01890a5d-ac96-774b-bcce-b302099a8057"};
    struct core_console second;
    int64_t first_seq = 0;
    int64_t seq = 0;
    struct json *line = core_kit_do(kit, &w1, &cmd);
    assert_true(json_int(line, "seq", &first_seq));
    json_free(line);
    core_kit_enroll(kit, &second, "w1");
    line = core_kit_do(kit, &second, &cmd);
    assert_string_equal(json_str(line, "result"), "applied");
    assert_string_equal(json_str(line, "code"), "duplicate-uid");
    assert_true(json_int(line, "seq", &seq));
    assert_int_equal(seq, first_seq);
    assert_string_equal(json_str(json_obj(line, "params"), "dev"), w1.device);
    json_free(line);
    assert_int_equal(core_kit_events(kit, alarm_a, "note"), 1);
    /* another person's uid is his own affair */
    struct core_console lead;
    core_kit_enroll(kit, &lead, "lead");
    line = core_kit_do(kit, &lead, &cmd);
    assert_null(json_str(line, "code"));
    json_free(line);
    assert_int_equal(core_kit_events(kit, alarm_a, "note"), 2);
}

static void rejected_for_good(void **state)
{
    struct core_kit *kit = *state;
    core_kit_expect(kit, &w1, "alarm.fly", alarm_a, NULL, "rejected", "unknown-kind");
    core_kit_expect(kit, &w1, "alarm.note", alarm_a, "{}", "rejected", "bad-data");
    core_kit_expect(kit, &w1, "alarm.close", alarm_a, "{\"outcome\":\"nice\"}", "rejected",
                    "unknown-outcome");
    core_kit_expect(kit, &w1, "alarm.ack", "no-such", NULL, "rejected", "unknown-alarm");
    core_kit_expect(kit, &w1, "duty.set", "w2", "{\"state\":\"on\"}", "rejected", "wrong-user");
    core_kit_expect(kit, &w1, "access.reveal", "r9",
                    "{\"type\":\"resident\",\"id\":\"r9\",\"field\":\"phone\",\"reason\":\"x\"}",
                    "rejected", "unknown-row");
    core_kit_expect(kit, &w1, "alarm.handover", alarm_a, "{\"to\":\"w1\"}", "rejected",
                    "same-person");
    core_kit_expect(kit, &w1, "alarm.handover", alarm_a, "{\"to\":\"nobody\"}", "rejected",
                    "no-such-person");
    core_kit_expect(kit, &w1, "alarm.handover", alarm_a, "{\"to\":\"w2\"}", "rejected",
                    "no-such-person");
    core_kit_expect(kit, &w1, "alarm.close", alarm_a, "{\"outcome\":\"false_cooking\"}", "rejected",
                    "needs-second-person");
    core_kit_expect(kit, &w1, "alarm.raise", alarm_a,
                    "{\"kind\":\"sos\",\"severity\":\"critical\",\"text\":\"t\",\"path\":\"" GRID_A
                    "\"}",
                    "rejected", "id-taken");
    core_kit_expect(kit, &w1, "alarm.raise", "new1",
                    "{\"kind\":\"sos\",\"severity\":\"critical\",\"text\":\"t\",\"dwelling_id\":"
                    "\"d9\"}",
                    "rejected", "unknown-row");
    assert_int_equal(w1.n, 12); /* each is stored and counts */
    core_kit_expect(kit, &w1, "alarm.ack", alarm_a, NULL, "applied", NULL);
}

static void private_parts(void **state)
{
    struct core_kit *kit = *state;
    struct core_cmd cmd = ack();
    struct gw_buf line;
    cmd.priv = "{\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"name\":\"x\"}";
    struct json *got = core_kit_do(kit, &w1, &cmd);
    assert_string_equal(json_str(got, "result"), "applied");
    json_free(got);
    /* the part is missing: drop it from the line, the body still names it */
    gw_buf_init(&line, 65536);
    core_kit_make(kit, &w1, &cmd, &line);
    char *at = strstr(line.data, ",\"private\"");
    assert_non_null(at);
    (void)snprintf(at, 4, "}\n");
    send(kit, line.data);
    result_is(kit, 0, "rejected", "bad-private");
    gw_buf_free(&line);
}

static void one_poison_blocks_nothing(void **state)
{
    struct core_kit *kit = *state;
    struct gw_buf batch;
    gw_buf_init(&batch, 1 << 20);
    for (int i = 0; i < 100; i++) {
        struct core_cmd cmd = {
            .kind = i == 40 ? "poison" : "alarm.note", .id = alarm_a, .data = "{\"text\":\"n\"}"};
        core_kit_make(kit, &w1, &cmd, &batch);
        if (i == 60) {
            assert_int_equal(gw_buf_adds(&batch, "rubbish\n"), GW_OK);
        }
    }
    send(kit, gw_buf_str(&batch));
    assert_int_equal(core_kit_lines(kit), 101);
    for (size_t i = 0; i < 101; i++) {
        result_is(kit, i, i == 40 || i == 61 ? "rejected" : "applied",
                  i == 40   ? "unknown-kind"
                  : i == 61 ? "bad-line"
                            : NULL);
    }
    assert_int_equal(core_kit_events(kit, alarm_a, "note"), 99);
    gw_buf_free(&batch);
}

static void batches_have_ceilings(void **state)
{
    struct core_kit *kit = *state;
    static char many[3000];
    for (int i = 0; i < 201; i++) {
        memcpy(many + 2 * i, "x\n", 3);
    }
    assert_int_equal(core_kit_post(kit, "/v1/commands", w1.token, "application/x-ndjson", many),
                     413);
    assert_string_equal(core_kit_slug(kit), "too-large");
    char *big = malloc((1 << 20) + 2);
    assert_non_null(big);
    memset(big, 'x', (1 << 20) + 1);
    big[(1 << 20) + 1] = '\0';
    assert_int_equal(core_kit_post(kit, "/v1/commands", w1.token, "application/x-ndjson", big),
                     413);
    big[300000] = '\0';
    send(kit, big);
    result_is(kit, 0, "rejected", "bad-line");
    free(big);
}

/* ---- rights */

static void who_may_write(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w2;
    struct core_console audit;
    struct core_console clerk;
    core_kit_enroll(kit, &w2, "w2");
    core_kit_enroll(kit, &audit, "audit");
    core_kit_enroll(kit, &clerk, "clerk");
    core_kit_expect(kit, &w2, "alarm.ack", alarm_a, NULL, "quarantined", "no-right");
    core_kit_expect(kit, &audit, "alarm.ack", alarm_a, NULL, "quarantined", "no-right");
    core_kit_expect(kit, &clerk, "alarm.note", alarm_a, "{\"text\":\"x\"}", "quarantined",
                    "no-right");
    core_kit_expect(kit, &audit, "duty.set", "audit", "{\"state\":\"on\"}", "quarantined",
                    "no-right");
    core_kit_alarm_is(kit, alarm_a, "state", "unack");
    struct store_counts counts;
    assert_int_equal(kit->admin->ops->counts(kit->admin, &counts, NULL), GW_OK);
    assert_int_equal(counts.quarantined, 4);
}

static void work_before_a_reassignment_is_kept(void **state)
{
    struct core_kit *kit = *state;
    core_kit_cursor(kit, w1.base);
    core_kit_revoke(kit, "w1", GRID_A);
    core_kit_expect(kit, &w1, "alarm.note", alarm_a, "{\"text\":\"x\"}", "applied", NULL);
    /* captured after it: no right */
    core_kit_cursor(kit, w1.base);
    core_kit_expect(kit, &w1, "alarm.note", alarm_a, "{\"text\":\"x\"}", "quarantined", "no-right");
    /* base may not go back below an earlier command's */
    (void)snprintf(strchr(w1.base, '.') + 1, 30, "%" PRId64, core_kit_seq(kit) - 3);
    core_kit_expect(kit, &w1, "alarm.note", alarm_a, "{\"text\":\"x\"}", "quarantined", NULL);
}

static void a_month_after_it_is_not(void **state)
{
    struct core_kit *kit = *state;
    core_kit_cursor(kit, w1.base);
    core_kit_revoke(kit, "w1", GRID_A);
    gw_clock_fixed_advance(&kit->clock, INT64_C(31) * 86400000);
    core_kit_token(kit, &w1);
    core_kit_expect(kit, &w1, "alarm.note", alarm_a, "{\"text\":\"x\"}", "quarantined",
                    "grid-moved");
    (void)snprintf(w1.base, sizeof w1.base, "STRANGE.5");
    core_kit_expect(kit, &w1, "alarm.note", alarm_a, "{\"text\":\"x\"}", "quarantined",
                    "grid-moved");
}

/* ---- the small kinds */

static void duty_moves_the_worker_row(void **state)
{
    struct core_kit *kit = *state;
    core_kit_expect(kit, &w1, "duty.set", "w1", "{\"state\":\"off\"}", "applied", NULL);
    struct json *row = core_kit_row(kit, TYPE_WORKER, "w1");
    assert_string_equal(json_str(row, "duty"), "off");
    assert_string_equal(json_str(row, "name"), "name of w1");
    json_free(row);
    core_kit_expect(kit, &w1, "duty.set", "w1", "{\"state\":\"on\"}", "applied", NULL);
    row = core_kit_row(kit, TYPE_WORKER, "w1");
    assert_string_equal(json_str(row, "duty"), "on");
    json_free(row);
    /* a new grant keeps what the person set */
    core_kit_grant(kit, "w1", GRID_B);
    row = core_kit_row(kit, TYPE_WORKER, "w1");
    assert_string_equal(json_str(row, "duty"), "on");
    json_free(row);
}

static void a_look_is_logged(void **state)
{
    struct core_kit *kit = *state;
    core_kit_put(kit, TYPE_RESIDENT_PRIVATE, "r1", GRID_A, "{}");
    core_kit_put(kit, TYPE_RESIDENT_PRIVATE, "r2", GRID_B, "{}");
    core_kit_expect(
        kit, &w1, "access.reveal", "r1",
        "{\"type\":\"resident_private\",\"id\":\"r1\",\"field\":\"id_number\",\"reason\":\"x\"}",
        "applied", NULL);
    core_kit_expect(
        kit, &w1, "access.reveal", "r2",
        "{\"type\":\"resident_private\",\"id\":\"r2\",\"field\":\"id_number\",\"reason\":\"x\"}",
        "quarantined", "no-right");
}

/* ---- a full disk */

static void a_full_disk_stores_nothing(void **state)
{
    struct core_kit *kit = *state;
    struct gw_buf batch;
    struct gw_fail fail = {.err = GW_OK};
    char text[3000];
    gw_buf_init(&batch, 1 << 20);
    memset(text, 'x', sizeof text);
    (void)snprintf(text, 12, "{\"text\":\"a");
    text[10] = 'a';
    (void)snprintf(text + 1900, 4, "\"}");
    for (int i = 0; i < 150; i++) {
        struct core_cmd cmd = {.kind = "alarm.note", .id = alarm_a, .data = text};
        core_kit_make(kit, &w1, &cmd, &batch);
    }
    int64_t seq = core_kit_seq(kit);
    /* the same store, with little room left */
    core_answer_free(&kit->answer);
    kit->answer = (struct core_answer){.status = 0};
    kit->max_pages = 120;
    core_kit_restart(kit);
    core_kit_token(kit, &w1);
    struct core_request request = {.method = CORE_POST,
                                   .path = "/v1/commands",
                                   .query = "",
                                   .bearer = w1.token,
                                   .content_type = "application/x-ndjson",
                                   .body = gw_buf_str(&batch),
                                   .body_len = batch.len,
                                   .peer = "p"};
    core_answer_free(&kit->answer);
    assert_int_equal(core_turn_begin(kit->core, &fail), GW_OK);
    core_handle(kit->core, &request, &kit->answer);
    assert_int_equal(kit->answer.status, 507);
    assert_true(kit->answer.wrote);
    assert_string_equal(core_kit_slug(kit), "storage-full");
    /* whoever shares the turn shares its fate */
    struct core_answer other;
    request.method = CORE_GET;
    request.path = "/v1/hello";
    request.content_type = NULL;
    core_handle(kit->core, &request, &other);
    assert_int_equal(other.status, 507);
    core_answer_free(&other);
    assert_int_equal(core_turn_end(kit->core, &fail), GW_FULL);
    assert_false(core_healthy(kit->core));
    assert_int_equal(core_kit_seq(kit), seq);
    assert_int_equal(core_kit_events(kit, alarm_a, "note"), 0);
    /* room again: the same bytes go through */
    core_answer_free(&kit->answer);
    kit->answer = (struct core_answer){.status = 0};
    kit->max_pages = 0;
    core_kit_restart(kit);
    core_kit_token(kit, &w1);
    send(kit, gw_buf_str(&batch));
    result_is(kit, 0, "applied", NULL);
    result_is(kit, 149, "applied", NULL);
    assert_true(core_healthy(kit->core));
    gw_buf_free(&batch);
}

static void a_long_list_of_notes_stays_under_the_ceiling(void **state)
{
    struct core_kit *kit = *state;
    static char data[4200];
    memset(data, 'x', sizeof data);
    memcpy(data, "{\"text\":\"", 9);
    (void)snprintf(data + 1990, 4, "\"}");
    for (int batch = 0; batch < 3; batch++) {
        struct gw_buf lines;
        gw_buf_init(&lines, 1 << 20);
        for (int i = 0; i < 60; i++) {
            struct core_cmd cmd = {.kind = "alarm.note", .id = alarm_a, .data = data};
            core_kit_make(kit, &w1, &cmd, &lines);
        }
        send(kit, gw_buf_str(&lines));
        result_is(kit, 59, "applied", NULL);
        gw_buf_free(&lines);
    }
    struct gw_buf row;
    gw_buf_init(&row, STORE_ROW_MAX);
    assert_int_equal(
        kit->admin->ops->row_get(kit->admin, TYPE_ALARM, alarm_a, &row, NULL, NULL, NULL), GW_OK);
    assert_true(row.len < 200 * 1024);
    gw_buf_free(&row);
    assert_true(core_kit_alarm_int(kit, alarm_a, "events_total") > 180);
    struct store_counts counts;
    assert_int_equal(kit->admin->ops->counts(kit->admin, &counts, NULL), GW_OK);
    assert_true(counts.rows[TYPE_ALARM_EVENT] > 180);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_command_is_applied_and_receipted),
        T(lines_that_take_no_number),
        T(the_same_again_is_the_same_answer),
        T(key_reuse_chain_fork_and_gap),
        T(a_late_link_must_fit_both_ways),
        T(a_reissued_uid_has_no_second_effect),
        T(rejected_for_good),
        T(private_parts),
        T(one_poison_blocks_nothing),
        T(batches_have_ceilings),
        T(who_may_write),
        T(work_before_a_reassignment_is_kept),
        T(a_month_after_it_is_not),
        T(duty_moves_the_worker_row),
        T(a_look_is_logged),
        T(a_full_disk_stores_nothing),
        T(a_long_list_of_notes_stays_under_the_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
