/* Alarms from ingest to closing: the chain, holds, second person, retract, restarts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/kit/core_kit.h"

#define MINUTES(n) (INT64_C(60000) * (n))
#define ONE_LINE   "{\"event_id\":\"e1\",\"device\":\"SN-1\",\"kind\":\"smoke\"}"

static struct core_console w1, lead, duty;

static int setup(void **state)
{
    static struct core_kit kit;
    core_kit_open(&kit, "alarms.db");
    core_kit_source(&kit, NULL); /* the only street */
    core_kit_put(&kit, TYPE_DWELLING, "dw1", GRID_A,
                 "{\"address\":\"3\xe6\xa0\x8b 503\",\"building\":\"3\"}");
    core_kit_put(&kit, TYPE_DEVICE, "dev1", GRID_A,
                 "{\"serial\":\"SN-1\",\"kind\":\"smoke\",\"dwelling_id\":\"dw1\","
                 "\"resident_id\":\"r1\",\"battery\":80,\"odd\":[1]}");
    core_kit_put(&kit, TYPE_DEVICE, "dev2", GRID_A, "{\"serial\":\"SN-2\",\"kind\":\"gas\"}");
    core_kit_enroll(&kit, &w1, "w1");
    core_kit_enroll(&kit, &lead, "lead");
    core_kit_enroll(&kit, &duty, "duty");
    *state = &kit;
    return 0;
}

static int teardown(void **state)
{
    core_kit_close(*state);
    return 0;
}

static void keep_alive(struct core_kit *kit, struct core_console *c)
{
    assert_int_equal(core_kit_post(kit, "/v1/alive", c->token, "application/json", "{}"), 200);
}

/* Time goes on while these consoles stay live and keep their tokens. */
static void pass(struct core_kit *kit, int64_t ms, struct core_console *a, struct core_console *b)
{
    struct core_console *who[] = {a, b};
    while (ms > 0) {
        int64_t step = ms < 30000 ? ms : 30000;
        for (size_t i = 0; i < 2; i++) {
            if (who[i] &&
                core_kit_post(kit, "/v1/alive", who[i]->token, "application/json", "{}") != 200) {
                core_kit_token(kit, who[i]);
            }
        }
        core_kit_advance(kit, step);
        ms -= step;
    }
}

static void smoke(struct core_kit *kit, char out[GW_ID_MAX + 1])
{
    static int n;
    char event[120];
    n++;
    (void)snprintf(event, sizeof event,
                   "{\"event_id\":\"s%d\",\"device\":\"SN-1\",\"kind\":\"smoke\"}", n);
    core_kit_ingest(kit, event, out);
}

/* ---- ingest */

static void a_device_raises_at_its_dwelling(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    core_kit_ingest(kit,
                    "{\"event_id\":\"e1\",\"device\":\"SN-1\",\"kind\":\"smoke\",\"text\":\"hot\","
                    "\"readings\":[{\"name\":\"battery\",\"value\":41,\"unit\":\"%\"}]}",
                    alarm);
    core_kit_alarm_is(kit, alarm, "state", "unack");
    core_kit_alarm_is(kit, alarm, "severity", "critical");
    core_kit_alarm_is(kit, alarm, "dwelling_id", "dw1");
    core_kit_alarm_is(kit, alarm, "resident_id", "r1");
    core_kit_alarm_is(kit, alarm, "device_id", "dev1");
    core_kit_alarm_is(kit, alarm, "address", "3\xe6\xa0\x8b 503");
    core_kit_alarm_is(kit, alarm, "text", "hot");
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 3); /* smoke starts 1, 2 and 3 */
    assert_int_equal(core_kit_events(kit, alarm, "raised"), 1);
    assert_int_equal(core_kit_events(kit, alarm, "skipped"), 2); /* no channel for 1 and 2 */
    assert_int_equal(core_kit_events(kit, alarm, "level"), 1);
    struct json *row = core_kit_row(kit, TYPE_DEVICE, "dev1");
    int64_t value = 0;
    assert_true(json_int(row, "battery", &value));
    assert_int_equal(value, 41);
    assert_true(json_int(row, "last_seen_at", &value));
    assert_int_equal(value, CORE_T0);
    assert_non_null(json_arr(row, "odd")); /* what we do not know stays */
    assert_non_null(json_arr(row, "readings"));
    json_free(row);
    /* the event rows have the seq that their id names */
    assert_int_equal(
        core_kit_get(kit, "/v1/snapshot", "scope=" GRID_A "&type=alarm_event", w1.token), 200);
    size_t n = core_kit_lines(kit);
    assert_int_equal(n, 6);
    for (size_t i = 1; i + 1 < n; i++) {
        char id[200];
        int64_t seq = 0;
        struct json *line = core_kit_line(kit, i);
        assert_true(json_int(line, "seq", &seq));
        (void)snprintf(id, sizeof id, "%s.%" PRId64, alarm, seq);
        assert_string_equal(json_str(line, "id"), id);
        json_free(line);
    }
}

static int64_t device_int(struct core_kit *kit, const char *key)
{
    struct json *row = core_kit_row(kit, TYPE_DEVICE, "dev1");
    int64_t value = -1;
    (void)json_int(row, key, &value); /* stays -1 when absent */
    json_free(row);
    return value;
}

/* Each event is one; written at once it would be most of the feed. */
static void a_sign_of_life_is_written_down_later(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    int64_t before = device_int(kit, "last_seen_at");
    smoke(kit, alarm);
    assert_int_equal(device_int(kit, "last_seen_at"), before);
    gw_clock_fixed_advance(&kit->clock, 1000);
    core_kit_ingest(kit,
                    "{\"event_id\":\"b1\",\"device\":\"SN-1\",\"kind\":\"vital\","
                    "\"readings\":[{\"name\":\"battery\",\"value\":30,\"low\":10}]}",
                    alarm); /* has something to say: at once */
    assert_int_equal(device_int(kit, "last_seen_at"), CORE_T0 + 1000);
    core_kit_advance(kit, MINUTES(1)); /* what was noted first is older and changes nothing */
    assert_int_equal(device_int(kit, "last_seen_at"), CORE_T0 + 1000);
    smoke(kit, alarm);
    core_kit_advance(kit, MINUTES(1));
    assert_int_equal(device_int(kit, "last_seen_at"), CORE_T0 + 1000 + MINUTES(1));
    assert_int_equal(device_int(kit, "battery"), 30);
    smoke(kit, alarm);
    core_settle(kit->core); /* the end of the server */
    assert_int_equal(device_int(kit, "last_seen_at"), CORE_T0 + 1000 + MINUTES(2));
    smoke(kit, alarm);
    core_kit_del(kit, TYPE_DEVICE, "dev1");
    core_kit_advance(kit, MINUTES(1));
    assert_true(core_healthy(kit->core));
}

static void an_event_counts_once(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    char again[GW_ID_MAX + 1];
    bool duplicate = false;
    core_kit_ingest(kit, ONE_LINE, alarm);
    int64_t seq = core_kit_seq(kit);
    core_kit_ingest(kit, ONE_LINE, again);
    struct json *line = core_kit_line(kit, 0);
    assert_true(json_bool(line, "duplicate", &duplicate) && duplicate);
    json_free(line);
    assert_string_equal(alarm, again);
    assert_int_equal(core_kit_seq(kit), seq);
    /* another event of the same device and kind: a repeat, counted and not listed */
    smoke(kit, again);
    assert_string_equal(alarm, again);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "count"), 2);
    assert_int_equal(core_kit_events(kit, alarm, "repeat"), 0);
}

static void an_unknown_device_reaches_a_human(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    char other[GW_ID_MAX + 1];
    core_kit_ingest(kit, "{\"event_id\":\"u1\",\"device\":\"??\",\"kind\":\"gas\"}", alarm);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 5);
    core_kit_alarm_is(kit, alarm, "device_id", NULL);
    core_kit_alarm_is(kit, alarm, "text", "??");
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "quarantined", "no-right");
    core_kit_expect(kit, &duty, "alarm.ack", alarm, NULL, "applied", NULL);
    /* known, but it hangs nowhere */
    core_kit_ingest(kit, "{\"event_id\":\"u2\",\"device\":\"SN-2\",\"kind\":\"gas\"}", alarm);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 5);
    core_kit_alarm_is(kit, alarm, "device_id", "dev2");
    /* the same unknown one again is a repeat */
    core_kit_ingest(kit, "{\"event_id\":\"u3\",\"device\":\"???\",\"kind\":\"gas\"}", alarm);
    core_kit_ingest(kit, "{\"event_id\":\"u4\",\"device\":\"???\",\"kind\":\"gas\"}", other);
    assert_string_equal(alarm, other);
}

static void a_device_restores(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    char other[GW_ID_MAX + 1];
    core_kit_ingest(
        kit, "{\"event_id\":\"r0\",\"device\":\"SN-1\",\"kind\":\"gas\",\"state\":\"restore\"}",
        other);
    assert_string_equal(other, "");
    smoke(kit, alarm);
    core_kit_ingest(
        kit, "{\"event_id\":\"r1\",\"device\":\"SN-1\",\"kind\":\"smoke\",\"state\":\"restore\"}",
        other);
    assert_string_equal(alarm, other);
    core_kit_alarm_is(kit, alarm, "state", "rtn_unack");
    assert_int_equal(core_kit_events(kit, alarm, "restored"), 1);
    core_kit_ingest(
        kit, "{\"event_id\":\"r2\",\"device\":\"SN-1\",\"kind\":\"smoke\",\"state\":\"present\"}",
        other);
    core_kit_alarm_is(kit, alarm, "state", "rtn_unack");
    assert_int_equal(core_kit_alarm_int(kit, alarm, "count"), 1);
    smoke(kit, other);
    core_kit_alarm_is(kit, alarm, "state", "unack");
}

static void after_a_closing_a_new_alarm(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    char other[GW_ID_MAX + 1];
    smoke(kit, alarm);
    core_kit_expect(kit, &w1, "alarm.arrived", alarm, NULL, "applied", NULL);
    core_kit_expect(kit, &w1, "alarm.close", alarm, "{\"outcome\":\"false_cooking\"}", "applied",
                    NULL);
    core_kit_alarm_is(kit, alarm, "state", "closed");
    smoke(kit, other);
    assert_string_not_equal(alarm, other);
}

static void values_within_limits_are_a_report(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    core_kit_ingest(kit,
                    "{\"event_id\":\"v1\",\"device\":\"SN-1\",\"kind\":\"vital\",\"readings\":"
                    "[{\"name\":\"pulse\",\"value\":80,\"low\":50,\"high\":110}]}",
                    alarm);
    assert_string_equal(alarm, "");
    core_kit_ingest(kit,
                    "{\"event_id\":\"v2\",\"device\":\"SN-1\",\"kind\":\"vital\",\"readings\":"
                    "[{\"name\":\"pulse\",\"value\":128,\"low\":50,\"high\":110}]}",
                    alarm);
    assert_string_not_equal(alarm, "");
    struct json *row = core_kit_row(kit, TYPE_ALARM, alarm);
    int64_t value = 0;
    assert_true(json_int(json_first(json_arr(row, "readings")), "value", &value));
    assert_int_equal(value, 128);
    json_free(row);
}

static void technical_alarms_wait_a_day(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    core_kit_ingest(kit, "{\"event_id\":\"b1\",\"device\":\"SN-1\",\"kind\":\"battery_low\"}",
                    alarm);
    assert_true(core_kit_alarm_int(kit, alarm, "due_at") >= CORE_T0 + MINUTES(24 * 60));
    core_kit_expect(kit, &w1, "alarm.close", alarm, "{\"outcome\":\"low_battery\"}", "applied",
                    NULL);
}

static void what_ingest_refuses(void **state)
{
    struct core_kit *kit = *state;
    assert_int_equal(core_kit_post(kit, "/v1/ingest", w1.token, "application/json", ONE_LINE), 401);
    assert_int_equal(core_kit_post(kit, "/v1/ingest", NULL, "application/json", ONE_LINE), 401);
    assert_int_equal(core_kit_post(kit, "/v1/ingest", kit->source, "text/csv", ONE_LINE), 415);
    assert_int_equal(core_kit_post(kit, "/v1/ingest", kit->source, "application/json", "{}"), 422);
    struct json *line = core_kit_line(kit, 0);
    assert_string_equal(json_str(line, "error"), "bad-event");
    assert_non_null(json_str(line, "detail"));
    json_free(line);
    assert_int_equal(core_kit_post(kit, "/v1/ingest", kit->source, "application/x-ndjson",
                                   "rubbish\n" ONE_LINE "\n"),
                     202);
    assert_int_equal(core_kit_lines(kit), 2);
    line = core_kit_line(kit, 0);
    assert_string_equal(json_str(line, "error"), "bad-line");
    json_free(line);
}

static void a_wrong_clock_moves_nothing(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    core_kit_ingest(
        kit, "{\"event_id\":\"c1\",\"device\":\"SN-1\",\"kind\":\"sos\",\"raised_at\":5}", alarm);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "raised_at"), CORE_T0);
    char event[160];
    (void)snprintf(
        event, sizeof event,
        "{\"event_id\":\"c2\",\"device\":\"SN-1\",\"kind\":\"fall\",\"raised_at\":%" PRId64 "}",
        CORE_T0 - 30000);
    core_kit_ingest(kit, event, alarm);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "raised_at"), CORE_T0 - 30000);
}

/* ---- the story */

static void the_story_of_the_article(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "applied", NULL);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "ack_due_at"), CORE_T0 + MINUTES(5));
    core_kit_expect(kit, &w1, "alarm.attempt", alarm,
                    "{\"to\":\"elder\",\"number\":\"13812345678\",\"result\":\"no_answer\"}",
                    "applied", NULL);
    core_kit_expect(kit, &w1, "alarm.enroute", alarm, NULL, "applied", NULL);
    core_kit_expect(kit, &w1, "alarm.arrived", alarm, NULL, "applied", NULL);
    core_kit_expect(kit, &w1, "alarm.close", alarm,
                    "{\"outcome\":\"false_cooking\",\"note\":\"fumes\"}", "applied", NULL);
    core_kit_alarm_is(kit, alarm, "state", "closed");
    core_kit_alarm_is(kit, alarm, "outcome", "false_cooking");
    core_kit_alarm_is(kit, alarm, "closed_by", "w1");
    struct json *row = core_kit_row(kit, TYPE_ALARM, alarm);
    bool attempt = false;
    for (const struct json *e = json_first(json_arr(row, "events")); e; e = json_next(e)) {
        if (strcmp(json_str(e, "kind"), "attempt") == 0) {
            attempt = true;
            assert_string_equal(json_str(json_obj(e, "data"), "to"), "elder");
            assert_string_equal(json_str(json_obj(e, "data"), "number"), "138****5678");
            assert_string_equal(json_str(e, "actor"), "w1");
        }
    }
    assert_true(attempt);
    json_free(row);
    /* nothing is due any more, once the device's last time is written down */
    core_kit_advance(kit, MINUTES(1));
    int64_t seq = core_kit_seq(kit);
    core_kit_advance(kit, MINUTES(24 * 60));
    core_kit_alarm_is(kit, alarm, "state", "closed");
    assert_true(core_kit_seq(kit) <= seq);
}

/* ---- the chain */

static void levels_without_a_live_console_are_skipped(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    gw_clock_fixed_advance(&kit->clock, 91000); /* nobody asked for anything since */
    smoke(kit, alarm);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 5);
    assert_int_equal(core_kit_events(kit, alarm, "skipped"), 4);
    assert_int_equal(core_kit_events(kit, alarm, "level"), 1);
}

static void off_duty_is_not_live(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    core_kit_expect(kit, &w1, "duty.set", "w1", "{\"state\":\"off\"}", "applied", NULL);
    smoke(kit, alarm);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 4);
    core_kit_expect(kit, &w1, "duty.set", "w1", "{\"state\":\"reachable\"}", "applied", NULL);
    core_kit_ingest(kit, "{\"event_id\":\"g\",\"device\":\"SN-1\",\"kind\":\"gas\"}", alarm);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 3);
}

static void the_chain_climbs_and_never_ends(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    pass(kit, MINUTES(5) - 1, &lead, &duty);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 3);
    pass(kit, 1, &lead, &duty);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 4);
    pass(kit, MINUTES(5), &lead, &duty);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 5);
    for (int i = 0; i < 5; i++) { /* it rings again every two minutes */
        int64_t due = core_kit_alarm_int(kit, alarm, "due_at");
        pass(kit, MINUTES(2), &lead, &duty);
        assert_int_equal(core_kit_alarm_int(kit, alarm, "due_at"), due + MINUTES(2));
    }
    assert_int_equal(core_kit_events(kit, alarm, "rang"), 0); /* counted, not listed */
    core_kit_token(kit, &duty);
    core_kit_expect(kit, &duty, "alarm.ack", alarm, NULL, "applied", NULL);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "due_at"), 0);
}

static void an_outage_is_caught_up(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    core_kit_restart(kit);
    gw_clock_fixed_advance(&kit->clock, MINUTES(60));
    int64_t wanted = core_tick(kit->core);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 5);
    int64_t due = core_kit_alarm_int(kit, alarm, "due_at");
    assert_true(due > kit->clock.wall && due <= kit->clock.wall + MINUTES(2));
    assert_true(wanted > kit->clock.mono && wanted <= kit->clock.mono + MINUTES(2));
}

static void a_short_restart_forgets_nobody(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    core_kit_advance(kit, 31000); /* the last times are written down */
    core_kit_restart(kit);
    smoke(kit, alarm);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 3);
}

static void a_hold_expires(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "applied", NULL);
    pass(kit, MINUTES(5) - 1, &w1, &lead);
    core_kit_alarm_is(kit, alarm, "state", "acked");
    core_kit_expect(kit, &w1, "alarm.hold", alarm, NULL, "applied", NULL);
    pass(kit, MINUTES(5) - 1, &w1, &lead);
    core_kit_alarm_is(kit, alarm, "state", "acked");
    pass(kit, 1, &w1, &lead);
    core_kit_alarm_is(kit, alarm, "state", "unack");
    assert_int_equal(core_kit_events(kit, alarm, "hold_expired"), 1);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 3); /* not from the start */
    pass(kit, MINUTES(5), &w1, &lead);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 4);
}

static void an_escalation_calls_a_level(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "applied", NULL);
    core_kit_expect(kit, &w1, "alarm.escalate", alarm, "{\"to\":5,\"reason\":\"fire\"}", "applied",
                    NULL);
    core_kit_alarm_is(kit, alarm, "acked_by", "w1"); /* keeps it */
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 5);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "waits"), 5);
    core_kit_expect(kit, &w1, "alarm.escalate", alarm, "{\"to\":4,\"reason\":\"x\"}", "late",
                    "not-escalated");
    core_kit_expect(kit, &duty, "alarm.ack", alarm, NULL, "applied", NULL);
    core_kit_alarm_is(kit, alarm, "acked_by", "duty");
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "late", "held-by-other");
    struct json *line = core_kit_line(kit, 0);
    assert_string_equal(json_str(json_obj(line, "params"), "by"), "duty");
    json_free(line);
}

static void a_level_that_passed_is_not_taken_silently(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    pass(kit, MINUTES(5), &w1, &lead);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 4);
    struct core_cmd cmd = {.kind = "alarm.ack", .id = alarm, .expect = "{\"level\":3}"};
    struct json *line = core_kit_do(kit, &w1, &cmd);
    assert_string_equal(json_str(line, "result"), "late");
    assert_string_equal(json_str(line, "code"), "level-passed");
    json_free(line);
    core_kit_alarm_is(kit, alarm, "state", "unack");
    /* without expect, base tells what he saw */
    (void)snprintf(w1.base, sizeof w1.base, "%s", "x.1");
    core_kit_cursor(kit, w1.base);
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "applied", NULL);
}

static void base_tells_the_level_that_was_seen(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    core_kit_cursor(kit, w1.base);
    pass(kit, MINUTES(5), &w1, &lead);
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "late", "level-passed");
}

/* ---- closing and taking back */

static void closing_without_a_visit_needs_two(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    core_kit_expect(kit, &w1, "alarm.close", alarm,
                    "{\"outcome\":\"away\",\"no_visit_reason\":\"phoned\",\"second_person\":"
                    "\"lead\"}",
                    "applied", NULL);
    core_kit_alarm_is(kit, alarm, "state", "acked");
    core_kit_expect(kit, &w1, "alarm.confirm", alarm, NULL, "late", "not-second-person");
    core_kit_expect(kit, &lead, "alarm.confirm", alarm, NULL, "applied", NULL);
    core_kit_alarm_is(kit, alarm, "state", "closed");
    core_kit_alarm_is(kit, alarm, "outcome", "away");
    core_kit_expect(kit, &lead, "alarm.confirm", alarm, NULL, "late", NULL);
}

static void an_unconfirmed_closing_goes_to_the_duty_room(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    core_kit_expect(kit, &w1, "alarm.close", alarm,
                    "{\"outcome\":\"away\",\"no_visit_reason\":\"phoned\",\"second_person\":"
                    "\"lead\"}",
                    "applied", NULL);
    pass(kit, MINUTES(30), &w1, &duty);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "level"), 5);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "waits"), 5);
    core_kit_alarm_is(kit, alarm, "state", "acked");
}

static void own_commands_are_taken_back(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    char data[120];
    bool struck = false;
    const char *uid = "01890a5d-ac96-774b-bcce-b302099a8057";
    struct core_cmd cmd = {.kind = "alarm.ack", .uid = uid};
    smoke(kit, alarm);
    cmd.id = alarm;
    json_free(core_kit_do(kit, &w1, &cmd));
    (void)snprintf(data, sizeof data, "{\"uid\":\"%s\"}", uid);
    core_kit_expect(kit, &lead, "alarm.retract", alarm, data, "late", "not-yours");
    core_kit_expect(kit, &w1, "alarm.retract", alarm, data, "applied", NULL);
    core_kit_alarm_is(kit, alarm, "state", "unack");
    struct json *row = core_kit_row(kit, TYPE_ALARM, alarm);
    char event[200] = "";
    for (const struct json *e = json_first(json_arr(row, "events")); e; e = json_next(e)) {
        if (strcmp(json_str(e, "kind"), "ack") == 0) {
            int64_t seq = 0;
            assert_true(json_bool(e, "struck", &struck) && struck);
            assert_true(json_int(e, "seq", &seq));
            (void)snprintf(event, sizeof event, "%s.%" PRId64, alarm, seq);
        }
    }
    json_free(row);
    row = core_kit_row(kit, TYPE_ALARM_EVENT, event);
    assert_non_null(row);
    assert_true(json_bool(row, "struck", &struck) && struck);
    json_free(row);
    core_kit_expect(kit, &w1, "alarm.retract", alarm, data, "late", "nothing-to-undo");
}

static void a_close_is_taken_back_in_time(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    const char *uids[] = {"01890a5d-ac96-774b-bcce-b302099a8057",
                          "01890a5d-ac96-774b-bcce-b302099a8058"};
    struct core_cmd cmd = {.kind = "alarm.close", .data = "{\"outcome\":\"false_touch\"}"};
    char data[120];
    smoke(kit, alarm);
    cmd.id = alarm;
    core_kit_expect(kit, &w1, "alarm.arrived", alarm, NULL, "applied", NULL);
    cmd.uid = uids[0];
    json_free(core_kit_do(kit, &w1, &cmd));
    (void)snprintf(data, sizeof data, "{\"uid\":\"%s\"}", uids[0]);
    core_kit_expect(kit, &w1, "alarm.retract", alarm, data, "applied", NULL);
    core_kit_alarm_is(kit, alarm, "state", "acked");
    /* the device is looked for among the open ones again */
    char other[GW_ID_MAX + 1];
    smoke(kit, other);
    assert_string_equal(other, alarm);
    cmd.uid = uids[1];
    json_free(core_kit_do(kit, &w1, &cmd));
    pass(kit, MINUTES(10) + 1000, &w1, NULL);
    (void)snprintf(data, sizeof data, "{\"uid\":\"%s\"}", uids[1]);
    core_kit_expect(kit, &w1, "alarm.retract", alarm, data, "late", "too-late-to-undo");
    core_kit_alarm_is(kit, alarm, "state", "closed");
}

static void an_unknown_devices_alarm_is_found_after_a_retract(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    char other[GW_ID_MAX + 1];
    const char *uid = "01890a5d-ac96-774b-bcce-b302099a8057";
    struct core_cmd cmd = {.kind = "alarm.close", .data = "{\"outcome\":\"test\"}", .uid = uid};
    char data[120];
    core_kit_ingest(kit, "{\"event_id\":\"q1\",\"device\":\"??\",\"kind\":\"gas\"}", alarm);
    cmd.id = alarm;
    json_free(core_kit_do(kit, &duty, &cmd));
    core_kit_alarm_is(kit, alarm, "state", "closed");
    (void)snprintf(data, sizeof data, "{\"uid\":\"%s\"}", uid);
    core_kit_expect(kit, &duty, "alarm.retract", alarm, data, "applied", NULL);
    core_kit_ingest(kit, "{\"event_id\":\"q2\",\"device\":\"??\",\"kind\":\"gas\"}", other);
    assert_string_equal(other, alarm);
}

static void a_handover_moves_at_the_receivers_ack(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "applied", NULL);
    core_kit_expect(kit, &w1, "alarm.handover", alarm, "{\"to\":\"lead\"}", "applied", NULL);
    core_kit_alarm_is(kit, alarm, "acked_by", "w1");
    core_kit_expect(kit, &lead, "alarm.ack", alarm, NULL, "applied", NULL);
    core_kit_alarm_is(kit, alarm, "acked_by", "lead");
}

static void late_after_closing(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    smoke(kit, alarm);
    core_kit_expect(kit, &lead, "alarm.arrived", alarm, NULL, "applied", NULL);
    core_kit_expect(kit, &lead, "alarm.close", alarm, "{\"outcome\":\"false_cooking\"}", "applied",
                    NULL);
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "late", "closed-already");
    core_kit_alarm_is(kit, alarm, "state", "closed");
    /* a call for help is never lost: after the closing, or when nobody can tell, a person decides
     */
    struct core_cmd cmd = {
        .kind = "alarm.escalate", .id = alarm, .data = "{\"to\":5,\"reason\":\"x\"}", .unc = -1};
    struct json *line = core_kit_do(kit, &w1, &cmd);
    assert_string_equal(json_str(line, "result"), "review");
    assert_string_equal(json_str(line, "code"), "clock-unsure");
    json_free(line);
    cmd.unc = 10;
    cmd.wall = CORE_T0 - 60000;
    line = core_kit_do(kit, &w1, &cmd);
    assert_string_equal(json_str(line, "result"), "late");
    json_free(line);
    struct store_counts counts;
    assert_int_equal(kit->admin->ops->counts(kit->admin, &counts, NULL), GW_OK);
    assert_int_equal(counts.review, 1);
}

static void raised_by_hand(void **state)
{
    struct core_kit *kit = *state;
    core_kit_expect(kit, &w1, "alarm.raise", "hand1",
                    "{\"kind\":\"fall\",\"severity\":\"major\",\"text\":\"seen\",\"dwelling_id\":"
                    "\"dw1\"}",
                    "applied", NULL);
    core_kit_alarm_is(kit, "hand1", "state", "unack");
    core_kit_alarm_is(kit, "hand1", "severity", "major");
    core_kit_alarm_is(kit, "hand1", "address", "3\xe6\xa0\x8b 503");
    core_kit_alarm_is(kit, "hand1", "text", "seen");
    assert_int_equal(core_kit_events(kit, "hand1", "raised"), 1);
    core_kit_expect(kit, &w1, "alarm.raise", "hand2",
                    "{\"kind\":\"fall\",\"severity\":\"major\",\"text\":\"x\",\"path\":\"" GRID_B
                    "\"}",
                    "quarantined", "no-right");
    keep_alive(kit, &w1);
}

static void an_edited_policy_changes_no_running_alarm(void **state)
{
    struct core_kit *kit = *state;
    char alarm[GW_ID_MAX + 1];
    struct policy slow;
    smoke(kit, alarm);
    policy_default(&slow, "smoke");
    slow.hold_acked_ms = MINUTES(50);
    core_free(kit->core);
    struct core_opts opts = {.store = kit->store,
                             .clock = &kit->clock.clock,
                             .random = &kit->random.random,
                             .config = kit->config,
                             .policies = &slow,
                             .policies_n = 1};
    slow.version = 2;
    assert_int_equal(core_new(&opts, &kit->core, NULL), GW_OK);
    core_kit_token(kit, &w1);
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "applied", NULL);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "ack_due_at"), CORE_T0 + MINUTES(5));
    core_kit_expect(kit, &w1, "alarm.arrived", alarm, NULL, "applied", NULL);
    core_kit_expect(kit, &w1, "alarm.close", alarm, "{\"outcome\":\"test\"}", "applied", NULL);
    smoke(kit, alarm);
    core_kit_expect(kit, &w1, "alarm.ack", alarm, NULL, "applied", NULL);
    assert_int_equal(core_kit_alarm_int(kit, alarm, "ack_due_at"), CORE_T0 + MINUTES(50));
}

static void an_alarm_that_cannot_be_read_hides_none(void **state)
{
    struct core_kit *kit = *state;
    char first[GW_ID_MAX + 1];
    char second[GW_ID_MAX + 1];
    char third[GW_ID_MAX + 1];
    smoke(kit, first);
    core_kit_ingest(kit, "{\"event_id\":\"x\",\"device\":\"SN-1\",\"kind\":\"gas\"}", second);
    core_kit_put(kit, TYPE_ALARM, first, GRID_A, "{\"broken\":1}");
    core_kit_advance(kit, MINUTES(5));
    assert_int_equal(core_kit_alarm_int(kit, second, "level"), 5);
    smoke(kit, third);
    assert_string_not_equal(first, third);
    core_kit_token(kit, &w1);
    core_kit_expect(kit, &w1, "alarm.ack", first, NULL, "retry", "busy");
    core_kit_expect(kit, &w1, "alarm.ack", third, NULL, "applied", NULL);
}

static void an_imported_alarm_is_under_the_chain(void **state)
{
    struct core_kit *kit = *state;
    struct gw_fail fail = {.err = GW_OK};
    char row[300];
    char other[GW_ID_MAX + 1];
    int n = snprintf(row, sizeof row,
                     "{\"kind\":\"smoke\",\"severity\":\"critical\",\"state\":\"unack\","
                     "\"level\":3,\"raised_at\":%" PRId64 ",\"due_at\":%" PRId64
                     ",\"count\":1,\"device_id\":\"dev1\",\"events\":[],\"events_total\":0}",
                     CORE_T0, CORE_T0 + MINUTES(5));
    assert_int_equal(kit->admin->ops->begin(kit->admin, "test", NULL), GW_OK);
    assert_int_equal(store_import_row(kit->admin, TYPE_ALARM, "imp", GRID_A, row, (size_t)n, &fail),
                     GW_OK);
    assert_int_equal(store_import_row(kit->admin, TYPE_ALARM, "bad", GRID_A, "{}", 2, &fail),
                     GW_INVALID);
    assert_int_equal(kit->admin->ops->commit(kit->admin, NULL), GW_OK);
    core_refresh(kit->core);
    smoke(kit, other);
    assert_string_equal(other, "imp");
    core_kit_advance(kit, MINUTES(5));
    assert_int_equal(core_kit_alarm_int(kit, "imp", "level"), 5);
}

static void an_unknown_relation_is_refused(void **state)
{
    static const struct {
        enum gw_type type;
        const char *row;
        enum gw_err err;
    } rows[] = {
        {TYPE_RESIDENT, "{\"name\":\"李\",\"relation\":\"22\"}", GW_OK},
        {TYPE_RESIDENT, "{\"name\":\"李\",\"relation\":null}", GW_OK},
        {TYPE_RESIDENT, "{\"name\":\"李\"}", GW_OK},
        {TYPE_RESIDENT, "{\"name\":\"李\",\"relation\":\"长子\"}", GW_INVALID},
        {TYPE_RESIDENT, "{\"name\":\"李\",\"relation\":22}", GW_INVALID},
        {TYPE_HOUSEHOLD, "{\"members\":[{\"resident_id\":\"r\",\"relation\":\"02\"}]}", GW_OK},
        {TYPE_HOUSEHOLD, "{\"members\":[{\"resident_id\":\"r\",\"relation\":\"13\"}]}", GW_INVALID},
        {TYPE_HOUSEHOLD, "{\"members\":[{\"relation\":\"02\"}]}", GW_INVALID},
    };
    struct core_kit *kit = *state;
    assert_int_equal(kit->admin->ops->begin(kit->admin, "test", NULL), GW_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gw_fail fail = {.err = GW_OK};
        assert_int_equal(store_import_row(kit->admin, rows[i].type, "r", GRID_A, rows[i].row,
                                          strlen(rows[i].row), &fail),
                         rows[i].err);
        assert_int_equal(rows[i].err == GW_OK, fail.text[0] == '\0');
    }
    assert_int_equal(kit->admin->ops->commit(kit->admin, NULL), GW_OK);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_device_raises_at_its_dwelling),
        T(a_sign_of_life_is_written_down_later),
        T(an_event_counts_once),
        T(an_unknown_device_reaches_a_human),
        T(a_device_restores),
        T(after_a_closing_a_new_alarm),
        T(values_within_limits_are_a_report),
        T(technical_alarms_wait_a_day),
        T(what_ingest_refuses),
        T(a_wrong_clock_moves_nothing),
        T(the_story_of_the_article),
        T(levels_without_a_live_console_are_skipped),
        T(off_duty_is_not_live),
        T(the_chain_climbs_and_never_ends),
        T(an_outage_is_caught_up),
        T(a_short_restart_forgets_nobody),
        T(a_hold_expires),
        T(an_escalation_calls_a_level),
        T(a_level_that_passed_is_not_taken_silently),
        T(base_tells_the_level_that_was_seen),
        T(closing_without_a_visit_needs_two),
        T(an_unconfirmed_closing_goes_to_the_duty_room),
        T(own_commands_are_taken_back),
        T(a_close_is_taken_back_in_time),
        T(an_unknown_devices_alarm_is_found_after_a_retract),
        T(a_handover_moves_at_the_receivers_ack),
        T(late_after_closing),
        T(raised_by_hand),
        T(an_edited_policy_changes_no_running_alarm),
        T(an_alarm_that_cannot_be_read_hides_none),
        T(an_imported_alarm_is_under_the_chain),
        T(an_unknown_relation_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
