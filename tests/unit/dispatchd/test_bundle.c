/* Bundles at the server: who may send one, what its lines do, what the reply holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/bundle.h"
#include "dispatchd/bundle.h"
#include "tests/kit/core_kit.h"

#define ok(call) assert_int_equal((call), GW_OK)

static struct core_console w1, lead;

static int setup(void **state)
{
    static struct core_kit kit;
    core_kit_open(&kit, "bundle.db");
    core_kit_enroll(&kit, &w1, "w1");
    core_kit_enroll(&kit, &lead, "lead");
    *state = &kit;
    return 0;
}

static int teardown(void **state)
{
    core_kit_close(*state);
    return 0;
}

static struct bundle_head head_of(const struct core_console *c)
{
    struct bundle_head head = {.kind = BUNDLE_TO_SERVER, .to_n = 1, .full = true, .at = CORE_T0};
    (void)snprintf(head.from, sizeof head.from, "%s", c->device);
    (void)snprintf(head.to[0], sizeof head.to[0], BUNDLE_SERVER);
    return head;
}

static void seal(struct core_kit *kit, const struct bundle_head *head, const struct gw_buf *lines,
                 const struct core_console *signer, struct gw_buf *file)
{
    struct store_meta meta;
    struct bundle_out out;
    uint8_t box[1][GW_KEY_BYTES];
    const char *at = gw_buf_str(lines);
    ok(kit->admin->ops->meta(kit->admin, &meta, NULL));
    memcpy(box[0], meta.box_public, GW_KEY_BYTES);
    gw_buf_init(file, BUNDLE_FILE_MAX);
    ok(bundle_begin(&out, head, NULL));
    while (*at) {
        size_t len = strcspn(at, "\n");
        ok(bundle_add(&out, at, len, NULL));
        at += len + (at[len] == '\n');
    }
    ok(bundle_seal(&out, (const uint8_t(*)[GW_KEY_BYTES])box, signer->device, &signer->key, file,
                   NULL));
    bundle_out_free(&out);
}

/* The reply opened by its console. */
static void send(struct core_kit *kit, const struct gw_buf *file, const struct core_console *c,
                 struct core_bundle_report *report, struct bundle *reply)
{
    struct gw_buf answer;
    struct gw_fail fail = {0};
    struct store_meta meta;
    uint8_t box[GW_KEY_BYTES], secret[GW_KEY_BYTES];
    const struct bundle_me me = {c->device, box, secret};
    gw_buf_init(&answer, BUNDLE_FILE_MAX);
    if (core_bundle(kit->core, gw_buf_str(file), file->len, &answer, report, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    assert_true(gw_box_public_of(c->key.public_key, box) && gw_box_secret_of(&c->key, secret));
    ok(bundle_open(gw_buf_str(&answer), answer.len, &me, reply, NULL));
    ok(kit->admin->ops->meta(kit->admin, &meta, NULL));
    assert_int_equal(reply->head.kind, BUNDLE_REPLY);
    assert_true(bundle_signed_by(reply, meta.sign_key.public_key));
    gw_buf_free(&answer);
}

static int count(const struct bundle *b, enum bundle_line kind, const char *holds)
{
    const char *line;
    size_t len, at = 0;
    int n = 0;
    while (bundle_next(b, &at, &line, &len)) {
        n += bundle_line_kind(line, len) == kind && memmem(line, len, holds, strlen(holds));
    }
    return n;
}

static void notes(struct core_kit *kit, struct core_console *c, const char *alarm, int n,
                  struct gw_buf *lines)
{
    gw_buf_init(lines, 16 << 20);
    for (int i = 0; i < n; i++) {
        const struct core_cmd cmd = {
            .kind = "alarm.note", .id = alarm, .data = "{\"text\":\"去看了\"}"};
        core_kit_make(kit, c, &cmd, lines);
    }
}

static void alarm_in(struct core_kit *kit, const char *area, char id[GW_ID_MAX + 1])
{
    core_kit_source(kit, area);
    core_kit_ingest(kit,
                    "{\"event_id\":\"e1\",\"device\":\"D1\",\"kind\":\"smoke\",\"severity\":"
                    "\"critical\",\"state\":\"raise\"}",
                    id);
}

static void commands__more_than_a_batch__each_answered_and_once(void **state)
{
    struct core_kit *kit = *state;
    struct core_bundle_report report;
    struct bundle reply;
    struct gw_buf lines, file;
    char alarm[GW_ID_MAX + 1];
    alarm_in(kit, STREET, alarm);
    notes(kit, &lead, alarm, 450, &lines);
    const struct bundle_head head = head_of(&lead);
    seal(kit, &head, &lines, &lead, &file);
    send(kit, &file, &lead, &report, &reply);
    assert_int_equal(report.lines, 450);
    assert_int_equal(report.results[RESULT_APPLIED], 450);
    assert_string_equal(report.user, "lead");
    assert_int_equal(count(&reply, BUNDLE_RESULT, "\"receipt\""), 450);
    assert_int_equal(count(&reply, BUNDLE_HELLO, "\"epoch\""), 1);
    assert_true(report.full);
    assert_int_equal(count(&reply, BUNDLE_FEED, "\"type\":\"alarm\","), 1);
    bundle_free(&reply);
    int64_t seq = core_kit_seq(kit);
    send(kit, &file, &lead, &report, &reply); /* again: the first answers, no effect */
    assert_int_equal(report.results[RESULT_APPLIED], 450);
    assert_int_equal(core_kit_seq(kit), seq);
    bundle_free(&reply);
    gw_buf_free(&lines);
    gw_buf_free(&file);
}

static void commands__by_the_rights_of_their_author(void **state)
{
    struct core_kit *kit = *state;
    struct core_bundle_report report;
    struct bundle reply;
    struct gw_buf lines, file;
    char alarm[GW_ID_MAX + 1];
    alarm_in(kit, STREET, alarm); /* above w1's grid */
    notes(kit, &w1, alarm, 1, &lines);
    const struct core_cmd cmd = {.kind = "alarm.note", .id = alarm, .data = "{\"text\":\"x\"}"};
    core_kit_make(kit, &lead, &cmd, &lines); /* another's alarm line does not travel */
    const struct bundle_head head = head_of(&w1);
    seal(kit, &head, &lines, &w1, &file);
    send(kit, &file, &w1, &report, &reply);
    assert_int_equal(report.results[RESULT_QUARANTINED], 1);
    assert_int_equal(report.results[RESULT_REJECTED], 1);
    assert_int_equal(count(&reply, BUNDLE_RESULT, "wrong-device"), 1);
    assert_int_equal(count(&reply, BUNDLE_FEED, "\"type\":\"alarm\","), 0); /* not his to read */
    bundle_free(&reply);
    gw_buf_free(&lines);
    gw_buf_free(&file);
}

static void reply__only_what_is_new_since_the_cursor(void **state)
{
    struct core_kit *kit = *state;
    struct core_bundle_report report;
    struct bundle reply;
    struct gw_buf none, file;
    struct bundle_head head = head_of(&lead);
    struct json *hello;
    gw_buf_init(&none, 16);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", lead.token), 200);
    ok(json_parse(core_kit_body(kit), strlen(core_kit_body(kit)), 0, &hello, NULL));
    (void)snprintf(head.tag, sizeof head.tag, "%s", json_str(hello, "tag"));
    json_free(hello);
    core_kit_cursor(kit, head.cursor);
    head.full = false;
    core_kit_put(kit, TYPE_GRID, "new", GRID_A, "{\"name\":\"new\"}");
    seal(kit, &head, &none, &lead, &file);
    send(kit, &file, &lead, &report, &reply);
    assert_false(report.full);
    assert_int_equal(report.rows, 1);
    assert_string_equal(reply.head.cursor, head.cursor);
    bundle_free(&reply);
    gw_buf_free(&file);
    (void)snprintf(head.tag, sizeof head.tag, "other"); /* other scopes: everything */
    seal(kit, &head, &none, &lead, &file);
    send(kit, &file, &lead, &report, &reply);
    assert_true(report.full && report.rows > 1);
    bundle_free(&reply);
    gw_buf_free(&file);
}

static void refused(struct core_kit *kit, const struct gw_buf *file, enum gw_err err)
{
    struct core_bundle_report report;
    struct gw_buf answer;
    struct gw_fail fail = {0};
    int64_t seq = core_kit_seq(kit);
    gw_buf_init(&answer, BUNDLE_FILE_MAX);
    assert_int_equal(core_bundle(kit->core, gw_buf_str(file), file->len, &answer, &report, &fail),
                     err);
    assert_true(strlen(fail.text) > 20);
    assert_int_equal(answer.len, 0);
    assert_int_equal(core_kit_seq(kit), seq);
}

static void senders__unknown_closed_or_false__refused(void **state)
{
    struct core_kit *kit = *state;
    struct gw_buf none, file;
    struct bundle_head head = head_of(&lead);
    gw_buf_init(&none, 16);
    seal(kit, &head, &none, &w1, &file); /* in another's name */
    refused(kit, &file, GW_DENIED);
    gw_buf_free(&file);
    struct core_console liar = w1; /* the name of one, the key of another */
    (void)snprintf(liar.device, sizeof liar.device, "%s", lead.device);
    seal(kit, &head, &none, &liar, &file);
    refused(kit, &file, GW_DENIED);
    gw_buf_free(&file);
    (void)snprintf(head.from, sizeof head.from, "nobody");
    seal(kit, &head, &none, &lead, &file);
    refused(kit, &file, GW_DENIED);
    gw_buf_free(&file);
    head = head_of(&lead);
    seal(kit, &head, &none, &lead, &file);
    core_kit_close_device(kit, lead.device);
    refused(kit, &file, GW_DENIED);
    gw_buf_free(&file);
    head = head_of(&w1);
    head.kind = BUNDLE_TO_PEER;
    (void)snprintf(head.process, sizeof head.process, "p");
    seal(kit, &head, &none, &w1, &file);
    refused(kit, &file, GW_INVALID);
    file.len -= 3;
    refused(kit, &file, GW_INVALID);
    gw_buf_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(commands__more_than_a_batch__each_answered_and_once, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(commands__by_the_rights_of_their_author, setup, teardown),
        cmocka_unit_test_setup_teardown(reply__only_what_is_new_since_the_cursor, setup, teardown),
        cmocka_unit_test_setup_teardown(senders__unknown_closed_or_false__refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
