/* The response chain: levels, skipping, catching up, holds that end, closings that nobody confirms,
 * level 5 that never ends silently. Minutes are counted from T0 = raised_at. */
#include "make_alarm.h"

struct told {
    char kind[16];
    int level;
    int64_t at;
    char text[16];
};

struct world {
    struct chain_env env;
    enum chain_reach reach[CHAIN_LEVELS + 1];
    struct told told[64];
    size_t n;
    struct policy policy;
    struct alarm a;
};

static enum chain_reach reach(void *ctx, const struct alarm *alarm, int level)
{
    const struct world *w = ctx;
    assert_int_equal(alarm->level, level);
    return w->reach[level];
}

static void emit(void *ctx, const struct alarm *alarm, const char *kind, int level, int64_t at,
                 const char *text)
{
    struct world *w = ctx;
    assert_ptr_equal(alarm, &w->a);
    assert_true(w->n < 64);
    struct told *told = &w->told[w->n++];
    (void)snprintf(told->kind, sizeof told->kind, "%s", kind);
    (void)snprintf(told->text, sizeof told->text, "%s", text ? text : "");
    told->level = level;
    told->at = at;
}

static void setup(struct world *w, const char *kind)
{
    *w = (struct world){.a = make_alarm(0)};
    w->env = (struct chain_env){reach, emit, w};
    (void)snprintf(w->a.kind, sizeof w->a.kind, "%s", kind);
    w->a.level = 0;
    w->a.due_at = 0;
    policy_default(&w->policy, kind);
}

static void start(struct world *w, int64_t minutes, bool unbound)
{
    chain_start(&w->a, &w->policy, &w->env, T0 + minutes * MINUTE, unbound);
}

static void advance(struct world *w, int64_t minutes)
{
    chain_advance(&w->a, &w->policy, &w->env, T0 + minutes * MINUTE);
    int64_t next = chain_next(&w->a);
    assert_true(next == 0 || next > T0 + minutes * MINUTE);
}

static void hears(const struct world *w, size_t i, const char *kind, int level, int64_t seconds)
{
    assert_true(i < w->n);
    assert_string_equal(w->told[i].kind, kind);
    assert_int_equal(w->told[i].level, level);
    assert_int_equal(w->told[i].at, T0 + seconds * 1000);
}

static void levels_start_one_after_the_other(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "water");
    start(&w, 0, false);
    assert_int_equal(w.n, 1);
    hears(&w, 0, "level", 1, 0);
    assert_int_equal(chain_next(&w.a), T0 + MINUTE);
    advance(&w, 1);
    hears(&w, 1, "level", 2, 60);
    advance(&w, 4);
    hears(&w, 2, "level", 3, 240);
    advance(&w, 9);
    hears(&w, 3, "level", 4, 540);
    advance(&w, 14);
    hears(&w, 4, "level", 5, 840);
    advance(&w, 16);
    hears(&w, 5, "rang", 5, 960);
    advance(&w, 18);
    hears(&w, 6, "rang", 5, 1080);
    assert_int_equal(w.n, 7);
}

static void fire_gas_and_sos_start_three_levels_at_once(void **state)
{
    static const char *const kinds[] = {"smoke", "gas", "sos", "fall"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct world w;
        setup(&w, kinds[i]);
        start(&w, 0, false);
        assert_int_equal(w.n, 3);
        hears(&w, 0, "level", 1, 0);
        hears(&w, 1, "level", 2, 0);
        hears(&w, 2, "level", 3, 0);
        assert_int_equal(w.a.level, 3);
        assert_int_equal(chain_next(&w.a), T0 + 5 * MINUTE);
    }
}

static void a_level_nobody_serves_is_skipped_at_once(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "water");
    w.reach[1] = w.reach[2] = REACH_NO_CHANNEL;
    w.reach[3] = REACH_NOBODY_LIVE;
    start(&w, 0, false);
    assert_int_equal(w.n, 4);
    hears(&w, 0, "skipped", 1, 0);
    assert_string_equal(w.told[0].text, "no-channel");
    hears(&w, 1, "skipped", 2, 0);
    hears(&w, 2, "skipped", 3, 0);
    assert_string_equal(w.told[2].text, "nobody-live");
    hears(&w, 3, "level", 4, 0);
    assert_int_equal(w.a.level, 4);
    assert_int_equal(chain_next(&w.a), T0 + 5 * MINUTE);
}

/* Levels 1 and 2 start with level 3; that they cannot be reached does not push the chain on. */
static void skipped_first_levels_leave_level_3_its_time(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    w.reach[1] = w.reach[2] = REACH_NO_CHANNEL;
    start(&w, 0, false);
    assert_int_equal(w.n, 3);
    hears(&w, 2, "level", 3, 0);
    assert_int_equal(chain_next(&w.a), T0 + 5 * MINUTE);
}

static void level_5_is_called_though_nobody_is_there(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "water");
    for (int level = 1; level <= CHAIN_LEVELS; level++) {
        w.reach[level] = REACH_NOBODY_LIVE;
    }
    start(&w, 0, false);
    assert_int_equal(w.n, 5);
    hears(&w, 4, "level", 5, 0);
    advance(&w, 2);
    hears(&w, 5, "rang", 5, 120);
}

static void an_unbound_device_goes_to_level_5_at_once(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    start(&w, 0, true);
    assert_int_equal(w.n, 1);
    hears(&w, 0, "level", 5, 0);
    assert_int_equal(chain_next(&w.a), T0 + 2 * MINUTE);
}

/* After an outage the level that is due now has it; the delays do not start again. */
static void an_outage_is_caught_up(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "water");
    start(&w, 0, false);
    advance(&w, 10);
    assert_int_equal(w.a.level, 4);
    hears(&w, 3, "level", 4, 540);
    assert_int_equal(chain_next(&w.a), T0 + 14 * MINUTE);
    advance(&w, 60); /* 23 rings were missed: one is told, the next one is on the same beat */
    assert_int_equal(w.n, 6);
    hears(&w, 4, "level", 5, 840);
    hears(&w, 5, "rang", 5, 3600);
    assert_int_equal(chain_next(&w.a), T0 + 62 * MINUTE);
}

static void an_outage_before_the_start_is_caught_up_too(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "water");
    start(&w, 5, false);
    assert_int_equal(w.a.level, 3);
    hears(&w, 2, "level", 3, 240);
}

static void a_technical_alarm_has_a_day(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "battery_low");
    start(&w, 0, false);
    assert_int_equal(w.a.level, 3);
    assert_int_equal(chain_next(&w.a), T0 + 24 * 60 * MINUTE);
}

/* ---- holds */
static void take(struct world *w, const char *user, enum gw_role role, enum cmd_kind kind,
                 int64_t minutes)
{
    struct cmd_data data = make_data(kind);
    struct alarm_verdict verdict;
    struct alarm_who who = {.user = user, .role = role, .now = T0 + minutes * MINUTE};
    alarm_step(&w->a, kind, &data, &who, 0, &w->policy, NULL, &w->a, &verdict);
    assert_int_equal(verdict.result, RESULT_APPLIED);
}

static void a_hold_stops_the_chain_and_ends(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    start(&w, 0, false);
    take(&w, "u1", ROLE_WORKER, CMD_ALARM_ACK, 1);
    w.n = 0;
    advance(&w, 5);
    assert_int_equal(w.n, 0); /* level 4 would have been due */
    advance(&w, 6);
    assert_int_equal(w.n, 1);
    hears(&w, 0, "hold_expired", 3, 360);
    assert_int_equal(w.a.state, ALARM_UNACK);
    assert_int_equal(w.a.stage, STAGE_NONE);
    assert_string_equal(w.a.acked_by, "");
    assert_int_equal(w.a.level, 3); /* from its present level, not from the start */
    assert_int_equal(chain_next(&w.a), T0 + 11 * MINUTE);
    advance(&w, 11);
    hears(&w, 1, "level", 4, 660);
}

static void a_hold_that_ended_in_an_outage_is_caught_up(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    start(&w, 0, false);
    take(&w, "u1", ROLE_WORKER, CMD_ALARM_ARRIVED, 1);
    w.n = 0;
    advance(&w, 70);
    hears(&w, 0, "hold_expired", 3, 61 * 60);
    hears(&w, 1, "level", 4, 66 * 60);
    assert_int_equal(w.n, 2);
    assert_int_equal(chain_next(&w.a), T0 + 71 * MINUTE);
}

static void a_called_level_rings_while_another_holds(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    start(&w, 0, false);
    take(&w, "u1", ROLE_WORKER, CMD_ALARM_ARRIVED, 1);
    take(&w, "u1", ROLE_WORKER, CMD_ALARM_ESCALATE, 2);
    w.n = 0;
    chain_called(&w.a, &w.policy, &w.env, T0 + 2 * MINUTE);
    hears(&w, 0, "level", 4, 120);
    assert_int_equal(chain_next(&w.a), T0 + 7 * MINUTE);
    advance(&w, 7);
    hears(&w, 1, "level", 5, 420);
    advance(&w, 9);
    hears(&w, 2, "rang", 5, 540);
    assert_string_equal(w.a.acked_by, "u1");
    take(&w, "boss", ROLE_LEADER, CMD_ALARM_ACK, 10); /* level 4 had been called: it answers */
    assert_string_equal(w.a.acked_by, "boss");
    assert_int_equal(chain_next(&w.a), T0 + 15 * MINUTE);
}

static void a_called_level_without_anybody_is_skipped_at_once(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    start(&w, 0, false);
    take(&w, "u1", ROLE_WORKER, CMD_ALARM_ESCALATE, 2);
    w.reach[4] = REACH_NOBODY_LIVE;
    w.n = 0;
    chain_called(&w.a, &w.policy, &w.env, T0 + 2 * MINUTE);
    hears(&w, 0, "skipped", 4, 120);
    hears(&w, 1, "level", 5, 120);
    assert_int_equal(w.a.level, 5);
    assert_int_equal(chain_next(&w.a), T0 + 4 * MINUTE);
}

static void a_hold_that_ends_under_a_call_keeps_the_calls_time(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    start(&w, 0, false);
    take(&w, "u1", ROLE_WORKER, CMD_ALARM_ACK, 1);
    take(&w, "u2", ROLE_WORKER, CMD_ALARM_ESCALATE, 3);
    w.n = 0;
    advance(&w, 7);
    assert_int_equal(w.n, 1);
    hears(&w, 0, "hold_expired", 4, 360);
    assert_int_equal(chain_next(&w.a), T0 + 8 * MINUTE);
}

/* ---- closing without a visit */
static void an_unconfirmed_closing_goes_to_the_duty_room(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    start(&w, 0, false);
    take(&w, "u1", ROLE_WORKER, CMD_ALARM_CLOSE, 1);
    w.n = 0;
    advance(&w, 30);
    assert_int_equal(w.n, 0); /* the hold does not end under the closing */
    advance(&w, 31);
    assert_int_equal(w.n, 1);
    hears(&w, 0, "level", 5, 31 * 60);
    assert_int_equal(w.a.waits, 5);
    assert_int_equal(w.a.state, ALARM_ACKED);
    assert_string_equal(w.a.closing.by, "u1");
    advance(&w, 33);
    hears(&w, 1, "rang", 5, 33 * 60);
    take(&w, "u4", ROLE_WORKER, CMD_ALARM_CONFIRM, 34);
    assert_int_equal(w.a.state, ALARM_CLOSED);
    assert_int_equal(chain_next(&w.a), 0);
}

static void a_closing_at_level_5_rings_again(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    start(&w, 0, true);
    take(&w, "room", ROLE_DUTY, CMD_ALARM_CLOSE, 1);
    w.n = 0;
    advance(&w, 31);
    hears(&w, 0, "rang", 5, 31 * 60);
    assert_int_equal(chain_next(&w.a), T0 + 33 * MINUTE);
}

/* ---- devices and damaged rows */
static void worse_severity_rings_again_from_the_present_level(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "vital");
    w.a.severity = SEV_MINOR;
    start(&w, 5, false);
    take(&w, "u1", ROLE_WORKER, CMD_ALARM_ACK, 5);
    assert_int_equal(alarm_repeat(&w.a, SEV_CRITICAL, T0 + 6 * MINUTE), GW_OK);
    assert_int_equal(w.a.state, ALARM_UNACK);
    w.n = 0;
    advance(&w, 6);
    assert_int_equal(w.n, 0);
    assert_int_equal(w.a.level, 3);
    assert_int_equal(chain_next(&w.a), T0 + 11 * MINUTE);
}

static void a_cleared_alarm_that_nobody_saw_climbs_on(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    start(&w, 0, false);
    alarm_restore(&w.a, T0 + MINUTE);
    assert_int_equal(w.a.state, ALARM_RTN_UNACK);
    w.n = 0;
    advance(&w, 5);
    hears(&w, 0, "level", 4, 300);
}

static void a_row_without_deadlines_is_never_forgotten(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    w.a = make_alarm(1);
    w.a.ack_due_at = 0;
    assert_int_equal(chain_next(&w.a), 1);
    advance(&w, 3);
    assert_int_equal(chain_next(&w.a), T0 + 8 * MINUTE);
    w.a = make_alarm(0);
    w.a.due_at = 0;
    assert_int_equal(chain_next(&w.a), 1);
    advance(&w, 3);
    assert_int_equal(chain_next(&w.a), T0 + 8 * MINUTE);
    assert_int_equal(w.n, 0);
}

static void a_policy_without_waits_does_not_spin(void **state)
{
    struct world w;
    (void)state;
    setup(&w, "smoke");
    for (int level = 1; level <= CHAIN_LEVELS; level++) {
        w.policy.levels[level].wait_ms = 0;
    }
    start(&w, 60, false);
    assert_int_equal(w.a.level, 5);
    assert_int_equal(chain_next(&w.a), T0 + 60 * MINUTE + 1000);
}

static void muted_and_closed_alarms_have_no_chain(void **state)
{
    static const enum alarm_state quiet[] = {ALARM_CLOSED, ALARM_SHELVED, ALARM_SUPPRESSED,
                                             ALARM_OUT_OF_SERVICE};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct world w;
        setup(&w, "smoke");
        w.a = make_alarm(0);
        w.a.state = quiet[i];
        assert_int_equal(chain_next(&w.a), 0);
        advance(&w, 100);
        assert_int_equal(w.n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_start_one_after_the_other),
        cmocka_unit_test(fire_gas_and_sos_start_three_levels_at_once),
        cmocka_unit_test(a_level_nobody_serves_is_skipped_at_once),
        cmocka_unit_test(skipped_first_levels_leave_level_3_its_time),
        cmocka_unit_test(level_5_is_called_though_nobody_is_there),
        cmocka_unit_test(an_unbound_device_goes_to_level_5_at_once),
        cmocka_unit_test(an_outage_is_caught_up),
        cmocka_unit_test(an_outage_before_the_start_is_caught_up_too),
        cmocka_unit_test(a_technical_alarm_has_a_day),
        cmocka_unit_test(a_hold_stops_the_chain_and_ends),
        cmocka_unit_test(a_hold_that_ended_in_an_outage_is_caught_up),
        cmocka_unit_test(a_called_level_rings_while_another_holds),
        cmocka_unit_test(a_called_level_without_anybody_is_skipped_at_once),
        cmocka_unit_test(a_hold_that_ends_under_a_call_keeps_the_calls_time),
        cmocka_unit_test(an_unconfirmed_closing_goes_to_the_duty_room),
        cmocka_unit_test(a_closing_at_level_5_rings_again),
        cmocka_unit_test(worse_severity_rings_again_from_the_present_level),
        cmocka_unit_test(a_cleared_alarm_that_nobody_saw_climbs_on),
        cmocka_unit_test(a_row_without_deadlines_is_never_forgotten),
        cmocka_unit_test(a_policy_without_waits_does_not_spin),
        cmocka_unit_test(muted_and_closed_alarms_have_no_chain),
    };
    return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
