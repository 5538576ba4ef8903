/* The rules beside the table: levels, escalation by hand, holds, closing without a visit,
 * hand-over, taking back, whose turn it is. */
#include "make_alarm.h"

static struct policy policy;

/* A story: one alarm, commands one after the other at given minutes. */
struct story {
    struct alarm a;
    struct alarm_verdict v;
    int64_t now;
};

static struct story begin(int column)
{
    policy_default(&policy, "smoke");
    return (struct story){.a = make_alarm(column), .now = T0};
}

static void does_at_level(struct story *s, const char *user, enum gw_role role,
                          const struct cmd_data *data, enum cmd_kind kind, int base_level)
{
    struct alarm_who who = {.user = user, .role = role, .now = s->now, .acted_at = s->now};
    alarm_step(&s->a, kind, data, &who, base_level, &policy, NULL, &s->a, &s->v);
}

static void does(struct story *s, const char *user, enum gw_role role, enum cmd_kind kind)
{
    struct cmd_data data = make_data(kind);
    does_at_level(s, user, role, &data, kind, 0);
}

static void takes_back(struct story *s, const char *user, const struct alarm_target *target)
{
    struct cmd_data data = make_data(CMD_ALARM_RETRACT);
    struct alarm_who who = {.user = user, .role = ROLE_WORKER, .now = s->now, .acted_at = s->now};
    alarm_step(&s->a, CMD_ALARM_RETRACT, &data, &who, 0, &policy, target, &s->a, &s->v);
}

static void expect(const struct story *s, enum cmd_result result, const char *code)
{
    assert_int_equal(s->v.result, result);
    if (code) {
        assert_non_null(s->v.code);
        assert_string_equal(s->v.code, code);
    } else {
        assert_null(s->v.code);
    }
}

/* ---- levels */
static void ack_of_a_level_that_passed_does_not_hold(void **state)
{
    (void)state;
    struct story s = begin(0);
    struct cmd_data data = make_data(CMD_ALARM_ACK);
    s.a.level = 4;
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_ACK, 3);
    expect(&s, RESULT_LATE, "level-passed");
    assert_int_equal(s.a.state, ALARM_UNACK);
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_ACK, 4); /* one key, at the new level */
    expect(&s, RESULT_APPLIED, NULL);
    assert_string_equal(s.a.acked_by, "u1");
}

static void implied_ack_obeys_the_level_rule(void **state)
{
    (void)state;
    struct story s = begin(0);
    struct cmd_data data = make_data(CMD_ALARM_ARRIVED);
    s.a.level = 4;
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_ARRIVED, 3);
    expect(&s, RESULT_APPLIED, "level-passed");
    assert_true(s.v.event);
    assert_false(s.v.implied_ack);
    assert_int_equal(s.a.state, ALARM_UNACK);
    assert_true(s.a.visited); /* he is there, whoever holds it */
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_ARRIVED, 4);
    assert_true(s.v.implied_ack);
    assert_string_equal(s.a.acked_by, "u1");
    assert_int_equal(s.a.stage, STAGE_ARRIVED);
}

/* ---- holds */
static void hold_lasts_by_stage_and_every_action_renews(void **state)
{
    static const struct {
        enum cmd_kind kind;
        int64_t minutes;
    } steps[] = {{CMD_ALARM_ACK, 5},      {CMD_ALARM_ATTEMPT, 5},  {CMD_ALARM_ENROUTE, 15},
                 {CMD_ALARM_ATTEMPT, 15}, {CMD_ALARM_ARRIVED, 60}, {CMD_ALARM_NOTE, 60},
                 {CMD_ALARM_ENROUTE, 60}, {CMD_ALARM_HOLD, 60},    {CMD_ALARM_ESCALATE, 60},
                 {CMD_ALARM_HANDOVER, 60}};
    (void)state;
    struct story s = begin(0);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        s.now += MINUTE;
        does(&s, "u1", ROLE_WORKER, steps[i].kind);
        expect(&s, RESULT_APPLIED, NULL);
        assert_int_equal(s.a.ack_due_at, s.now + steps[i].minutes * MINUTE);
        assert_true(s.v.chain || i == 0 || s.a.waits != 0);
    }
}

static void what_others_do_renews_nothing(void **state)
{
    (void)state;
    struct story s = begin(2);
    int64_t due = s.a.ack_due_at;
    s.now += MINUTE;
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_NOTE);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ATTEMPT);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ENROUTE);
    assert_int_equal(s.a.ack_due_at, due);
    assert_int_equal(s.a.stage, STAGE_ACKED);
}

static void ack_stops_the_chain_and_unack_starts_it(void **state)
{
    (void)state;
    struct story s = begin(0);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ACK);
    assert_int_equal(s.a.due_at, 0);
    assert_int_equal(chain_next(&s.a), s.a.ack_due_at);
    s.now += MINUTE;
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_UNACK);
    assert_int_equal(s.a.due_at, s.now + 5 * MINUTE);
    assert_string_equal(s.a.acked_by, "");
    assert_int_equal(s.a.ack_due_at, 0);
}

/* ---- escalation by hand */
static void escalation_waits_for_that_level(void **state)
{
    (void)state;
    struct story s = begin(1);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ESCALATE);
    expect(&s, RESULT_APPLIED, NULL);
    assert_int_equal(s.a.waits, 4);
    assert_int_equal(s.a.level, 4);
    assert_int_equal(s.a.due_at, s.now + 5 * MINUTE);
    assert_string_equal(s.a.acked_by, "u1"); /* keeps the holder */

    does(&s, "u2", ROLE_WORKER, CMD_ALARM_ACK);
    expect(&s, RESULT_LATE, "held-by-other");
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ACK);
    expect(&s, RESULT_APPLIED, NULL);
    assert_int_equal(s.a.waits, 4); /* his own renewal does not answer his own call */

    does(&s, "boss", ROLE_LEADER, CMD_ALARM_ACK);
    expect(&s, RESULT_APPLIED, NULL);
    assert_string_equal(s.a.acked_by, "boss");
    assert_int_equal(s.a.waits, 0);
    assert_int_equal(s.a.due_at, 0);
}

static void a_worker_may_take_what_waits_above_and_it_rings_on(void **state)
{
    (void)state;
    struct story s = begin(0);
    does(&s, "u2", ROLE_WORKER, CMD_ALARM_ESCALATE);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ACK);
    expect(&s, RESULT_APPLIED, NULL);
    assert_string_equal(s.a.acked_by, "u1");
    assert_int_equal(s.a.waits, 4);
    assert_true(s.a.due_at > s.now);
}

static void escalation_to_a_level_already_called_is_late(void **state)
{
    (void)state;
    struct story s = begin(1);
    s.a.level = 4;
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ESCALATE);
    expect(&s, RESULT_LATE, "not-escalated");
    assert_int_equal(s.a.waits, 0);
}

static void next_level_is_above_what_was_seen_and_above_oneself(void **state)
{
    (void)state;
    struct cmd_data next = make_data(CMD_ALARM_ESCALATE);
    next.to_level = -1;
    struct story s = begin(1);
    s.a.level = 1;
    does_at_level(&s, "u1", ROLE_WORKER, &next, CMD_ALARM_ESCALATE, 0);
    assert_int_equal(s.a.level, 4); /* a worker asks those above him, not the contacts */

    s = begin(1);
    does_at_level(&s, "u1", ROLE_LEADER, &next, CMD_ALARM_ESCALATE, 0);
    assert_int_equal(s.a.level, 5);

    s = begin(1);
    s.a.level = 4; /* reached while his "next" for level 3 was on its way */
    does_at_level(&s, "u1", ROLE_WORKER, &next, CMD_ALARM_ESCALATE, 3);
    expect(&s, RESULT_LATE, "not-escalated");
    does_at_level(&s, "u1", ROLE_WORKER, &next, CMD_ALARM_ESCALATE, 4);
    assert_int_equal(s.a.level, 5);
    does_at_level(&s, "u1", ROLE_WORKER, &next, CMD_ALARM_ESCALATE, 5);
    expect(&s, RESULT_LATE, "not-escalated");
}

static void escalation_of_a_closed_alarm_is_for_a_person(void **state)
{
    (void)state;
    struct cmd_data data = make_data(CMD_ALARM_ESCALATE);
    struct alarm_who who = {.user = "u1", .role = ROLE_WORKER, .now = T0 + 9 * MINUTE};
    struct story s = begin(4);
    s.a.closed_at = T0 + MINUTE;
    alarm_step(&s.a, CMD_ALARM_ESCALATE, &data, &who, 0, &policy, NULL, &s.a, &s.v);
    expect(&s, RESULT_REVIEW, "clock-unsure");
    who.acted_at = T0;
    alarm_step(&s.a, CMD_ALARM_ESCALATE, &data, &who, 0, &policy, NULL, &s.a, &s.v);
    expect(&s, RESULT_LATE, "closed-already");
    who.acted_at = T0 + MINUTE;
    alarm_step(&s.a, CMD_ALARM_ESCALATE, &data, &who, 0, &policy, NULL, &s.a, &s.v);
    expect(&s, RESULT_REVIEW, "closed-already");
    assert_int_equal(s.a.state, ALARM_CLOSED);
}

/* Level 5 is only silenced by the duty room. */
static void ack_at_level_5_by_a_worker_leaves_the_duty_room_called(void **state)
{
    (void)state;
    struct story s = begin(0);
    s.a.level = 5;
    s.a.due_at = T0 + MINUTE;
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ACK);
    assert_int_equal(s.a.state, ALARM_ACKED);
    assert_int_equal(s.a.waits, 5);
    assert_int_equal(s.a.due_at, T0 + MINUTE);
    does(&s, "room", ROLE_DUTY, CMD_ALARM_ACK);
    assert_string_equal(s.a.acked_by, "room");
    assert_int_equal(s.a.waits, 0);
    assert_int_equal(s.a.due_at, 0);
}

/* ---- closing */
static void closing_with_a_visit_closes_at_once(void **state)
{
    (void)state;
    struct story s = begin(0);
    struct cmd_data data;
    cmd_data_init(&data);
    data.outcome = "false_cooking";
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ARRIVED);
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_CLOSE, 0);
    expect(&s, RESULT_APPLIED, NULL);
    assert_int_equal(s.a.state, ALARM_CLOSED);
    assert_string_equal(s.a.closed_by, "u1");
    assert_string_equal(s.a.outcome, "false_cooking");
    assert_int_equal(chain_next(&s.a), 0);
}

static void closing_without_a_visit_needs_reason_and_second_person(void **state)
{
    (void)state;
    struct cmd_data full = make_data(CMD_ALARM_CLOSE);
    struct cmd_data data = full;
    struct story s = begin(1);
    data.second_person = NULL;
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_CLOSE, 0);
    expect(&s, RESULT_REJECTED, "needs-second-person");
    data = full;
    data.no_visit_reason = "";
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_CLOSE, 0);
    expect(&s, RESULT_REJECTED, "needs-second-person");
    data = full;
    data.second_person = "u1";
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_CLOSE, 0);
    expect(&s, RESULT_REJECTED, "same-person");
    data = full;
    data.outcome = "whatever";
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_CLOSE, 0);
    expect(&s, RESULT_REJECTED, "unknown-outcome");

    does_at_level(&s, "u1", ROLE_WORKER, &full, CMD_ALARM_CLOSE, 0);
    expect(&s, RESULT_APPLIED, NULL);
    assert_int_equal(s.a.state, ALARM_ACKED);
    assert_string_equal(s.a.closing.by, "u1");
    assert_string_equal(s.a.closing.no_visit_reason, "家属已到");
    assert_int_equal(s.a.closing.due_at, s.now + 30 * MINUTE);
    assert_int_equal(chain_next(&s.a), s.a.closing.due_at);
}

static void technical_alarms_and_outcomes_need_no_second_person(void **state)
{
    static const char *const outcomes[] = {"test", "low_battery", "offline"};
    (void)state;
    struct cmd_data data;
    cmd_data_init(&data);
    for (size_t i = 0; i < 3; i++) {
        struct story s = begin(1);
        data.outcome = outcomes[i];
        does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_CLOSE, 0);
        assert_int_equal(s.a.state, ALARM_CLOSED);
    }
    struct story s = begin(1);
    (void)snprintf(s.a.kind, sizeof s.a.kind, "battery_low");
    data.outcome = "false_device";
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_CLOSE, 0);
    assert_int_equal(s.a.state, ALARM_CLOSED);
}

static void confirm_is_for_the_named_person_or_the_duty_room(void **state)
{
    (void)state;
    struct story s = begin(1);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_CLOSE); /* names u4 */
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_CONFIRM);
    expect(&s, RESULT_LATE, "not-second-person");
    does(&s, "u1", ROLE_DUTY, CMD_ALARM_CONFIRM); /* not even with that role */
    expect(&s, RESULT_LATE, "not-second-person");
    does(&s, "boss", ROLE_LEADER, CMD_ALARM_CONFIRM);
    expect(&s, RESULT_LATE, "not-second-person");
    struct story other = s;
    s.now += MINUTE;
    does(&s, "u4", ROLE_WORKER, CMD_ALARM_CONFIRM);
    expect(&s, RESULT_APPLIED, NULL);
    assert_int_equal(s.a.state, ALARM_CLOSED);
    assert_string_equal(s.a.closed_by, "u1");
    assert_string_equal(s.a.outcome, "false_cooking");
    assert_int_equal(s.a.closed_at, s.now);
    assert_string_equal(s.a.closing.by, "");
    does(&other, "room", ROLE_DUTY, CMD_ALARM_CONFIRM);
    assert_int_equal(other.a.state, ALARM_CLOSED);
}

static void taking_over_a_closing_keeps_it_and_its_deadline(void **state)
{
    (void)state;
    struct story s = begin(1);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_CLOSE);
    s.a.level = 5; /* what the chain does after 30 minutes */
    s.a.waits = 5;
    s.now = s.a.closing.due_at;
    does(&s, "room", ROLE_DUTY, CMD_ALARM_ACK);
    assert_string_equal(s.a.acked_by, "room");
    assert_string_equal(s.a.closing.by, "u1");
    assert_int_equal(chain_next(&s.a), s.now + 30 * MINUTE); /* not silent for ever */
    does(&s, "room", ROLE_DUTY, CMD_ALARM_CONFIRM);
    assert_int_equal(s.a.state, ALARM_CLOSED);
}

static void giving_back_drops_the_closing(void **state)
{
    (void)state;
    struct story s = begin(1);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_CLOSE);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_UNACK);
    assert_int_equal(s.a.state, ALARM_UNACK);
    assert_string_equal(s.a.closing.by, "");
    does(&s, "u4", ROLE_WORKER, CMD_ALARM_CONFIRM);
    expect(&s, RESULT_LATE, "nothing-to-confirm");
}

/* ---- hand-over */
static void hand_over_moves_the_hold_at_the_receivers_ack(void **state)
{
    (void)state;
    struct story s = begin(1);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ENROUTE);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_HANDOVER); /* to u3 */
    assert_string_equal(s.a.acked_by, "u1");
    assert_int_equal(s.a.offer.due_at, s.now + 2 * MINUTE);
    assert_true(alarm_is_mine(&s.a, "u3", 3));
    assert_true(alarm_is_mine(&s.a, "u1", 3));
    does(&s, "u2", ROLE_WORKER, CMD_ALARM_ACK);
    expect(&s, RESULT_LATE, "held-by-other");
    does(&s, "u3", ROLE_WORKER, CMD_ALARM_ACK);
    expect(&s, RESULT_APPLIED, NULL);
    assert_string_equal(s.a.acked_by, "u3");
    assert_string_equal(s.a.offer.to, "");
    assert_int_equal(s.a.stage, STAGE_ACKED);
    assert_false(alarm_is_mine(&s.a, "u1", 3));
}

static void hand_over_to_oneself_is_refused(void **state)
{
    (void)state;
    struct story s = begin(1);
    struct cmd_data data = make_data(CMD_ALARM_HANDOVER);
    data.to = "u1";
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_HANDOVER, 0);
    expect(&s, RESULT_REJECTED, "same-person");
    data.to = "no such id";
    does_at_level(&s, "u1", ROLE_WORKER, &data, CMD_ALARM_HANDOVER, 0);
    expect(&s, RESULT_REJECTED, "bad-data");
}

/* ---- taking back */
static void retract_of_a_close_goes_back_within_ten_minutes(void **state)
{
    (void)state;
    for (int column = 0; column < 4; column++) {
        struct story s = begin(column);
        s.a.visited = true;
        struct alarm before = s.a;
        const char *who = column == 2 ? "u2" : "u1"; /* the holder closes */
        does(&s, who, ROLE_WORKER, CMD_ALARM_CLOSE);
        assert_int_equal(s.a.state, ALARM_CLOSED);
        struct alarm_target target = {
            .found = true, .applied = true, .kind = CMD_ALARM_CLOSE, .at = s.now};
        struct story tardy = s;
        s.now += 10 * MINUTE;
        takes_back(&s, who, &target);
        expect(&s, RESULT_APPLIED, NULL);
        assert_int_equal(s.a.state, before.state);
        assert_string_equal(s.a.acked_by, before.acked_by);
        assert_int_equal(s.a.due_at, before.due_at);
        assert_string_equal(s.a.outcome, "");
        assert_int_equal(s.a.closed_at, 0);
        if (before.state == ALARM_ACKED) {
            assert_int_equal(s.a.ack_due_at, s.now + 5 * MINUTE); /* taking back renews */
        }
        takes_back(&s, who, &target);
        expect(&s, RESULT_LATE, "nothing-to-undo");

        tardy.now += 10 * MINUTE + 1;
        takes_back(&tardy, who, &target);
        expect(&tardy, RESULT_LATE, "too-late-to-undo");
        assert_int_equal(tardy.a.state, ALARM_CLOSED);
    }
}

static void retract_of_a_close_that_waits_and_of_its_confirmation(void **state)
{
    (void)state;
    struct story s = begin(1);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_CLOSE);
    struct story confirmed = s;
    struct alarm_target target = {
        .found = true, .applied = true, .kind = CMD_ALARM_CLOSE, .at = s.now};
    takes_back(&s, "u2", &target);
    expect(&s, RESULT_LATE, "nothing-to-undo");
    takes_back(&s, "u1", &target);
    expect(&s, RESULT_APPLIED, NULL);
    assert_int_equal(s.a.state, ALARM_ACKED);
    assert_string_equal(s.a.closing.by, "");
    assert_int_equal(s.a.ack_due_at, s.now + 5 * MINUTE);

    does(&confirmed, "u4", ROLE_WORKER, CMD_ALARM_CONFIRM);
    target.kind = CMD_ALARM_CONFIRM;
    takes_back(&confirmed, "u4", &target);
    expect(&confirmed, RESULT_APPLIED, NULL);
    assert_int_equal(confirmed.a.state, ALARM_ACKED);
    assert_string_equal(confirmed.a.acked_by, "u1");
}

static void retract_of_a_close_keeps_a_called_level(void **state)
{
    (void)state;
    struct story s = begin(1);
    s.a.visited = true;
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ESCALATE);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_CLOSE);
    assert_int_equal(s.a.waits, 0);
    struct alarm_target target = {
        .found = true, .applied = true, .kind = CMD_ALARM_CLOSE, .at = s.now};
    takes_back(&s, "u1", &target);
    assert_int_equal(s.a.waits, 4); /* the leader was called and has not answered */
    assert_int_equal(s.a.due_at, s.now + 5 * MINUTE);
}

static void retract_of_an_escalation(void **state)
{
    (void)state;
    struct alarm_target target = {.found = true,
                                  .applied = true,
                                  .kind = CMD_ALARM_ESCALATE,
                                  .at = T0,
                                  .to_level = 4,
                                  .level_before = 3};
    struct story s = begin(1);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ESCALATE);
    struct story taken = s;
    takes_back(&s, "u1", &target);
    expect(&s, RESULT_APPLIED, NULL);
    assert_int_equal(s.a.waits, 0);
    assert_int_equal(s.a.level, 3);
    assert_int_equal(s.a.due_at, 0);
    assert_string_equal(s.a.acked_by, "u1");

    does(&taken, "boss", ROLE_LEADER, CMD_ALARM_ACK);
    takes_back(&taken, "u1", &target);
    expect(&taken, RESULT_LATE, "too-late-to-undo");
    assert_int_equal(taken.a.level, 4);

    struct story open = begin(0);
    does(&open, "u1", ROLE_WORKER, CMD_ALARM_ESCALATE);
    takes_back(&open, "u1", &target);
    assert_int_equal(open.a.level, 3);
    assert_int_equal(open.a.due_at, open.now + 5 * MINUTE); /* the chain goes on */
}

static void retract_of_a_hand_over(void **state)
{
    (void)state;
    struct alarm_target target = {
        .found = true, .applied = true, .kind = CMD_ALARM_HANDOVER, .at = T0, .to = "u3"};
    struct story s = begin(1);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_HANDOVER);
    struct story taken = s;
    takes_back(&s, "u1", &target);
    expect(&s, RESULT_APPLIED, NULL);
    assert_string_equal(s.a.offer.to, "");
    does(&taken, "u3", ROLE_WORKER, CMD_ALARM_ACK);
    takes_back(&taken, "u1", &target);
    expect(&taken, RESULT_LATE, "too-late-to-undo");
    assert_string_equal(taken.a.acked_by, "u3");
}

static void retract_of_an_arrival_takes_the_visit_back(void **state)
{
    (void)state;
    struct alarm_target target = {
        .found = true, .applied = true, .kind = CMD_ALARM_ARRIVED, .at = T0};
    struct story s = begin(1);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ENROUTE);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_ARRIVED);
    assert_true(s.a.visited);
    takes_back(&s, "u1", &target);
    assert_true(s.v.strike);
    assert_false(s.a.visited);
    assert_int_equal(s.a.stage, STAGE_ENROUTE);
    assert_int_equal(s.a.ack_due_at, s.now + 15 * MINUTE);
    target.kind = CMD_ALARM_ENROUTE;
    takes_back(&s, "u1", &target);
    assert_int_equal(s.a.stage, STAGE_PHONED);
    target.kind = CMD_ALARM_ATTEMPT;
    takes_back(&s, "u1", &target);
    assert_int_equal(s.a.stage, STAGE_ACKED);
    takes_back(&s, "u1", &target);
    assert_int_equal(s.a.stage, STAGE_ACKED);
}

/* ---- whose turn */
static void whose_turn(void **state)
{
    (void)state;
    struct alarm a = make_alarm(0); /* level 3, nobody has it */
    assert_true(alarm_is_mine(&a, "u1", 3));
    assert_false(alarm_is_mine(&a, "boss", 4));
    assert_false(alarm_is_mine(&a, "clerk", 0));
    a.level = 5;
    assert_true(alarm_is_mine(&a, "u1", 3));
    assert_true(alarm_is_mine(&a, "boss", 4));
    assert_true(alarm_is_mine(&a, "room", 5));
    a = make_alarm(2); /* u2 has it */
    assert_false(alarm_is_mine(&a, "u1", 3));
    assert_true(alarm_is_mine(&a, "u2", 3));
    a.level = a.waits = 4;
    assert_true(alarm_is_mine(&a, "boss", 4));
    assert_false(alarm_is_mine(&a, "u1", 3));
    assert_false(alarm_is_mine(&a, "room", 5));
    a.level = 5; /* the chain went on */
    assert_true(alarm_is_mine(&a, "room", 5));
    a = make_alarm(4);
    assert_false(alarm_is_mine(&a, "u2", 5));
    assert_false(alarm_is_open(&a));
    a = make_alarm(0);
    a.state = ALARM_SHELVED;
    assert_false(alarm_is_mine(&a, "u1", 3));
    assert_true(alarm_is_open(&a));
}

static void the_second_person_has_it_in_his_queue(void **state)
{
    (void)state;
    struct story s = begin(1);
    does(&s, "u1", ROLE_WORKER, CMD_ALARM_CLOSE);
    assert_true(alarm_is_mine(&s.a, "u4", 3));
    assert_false(alarm_is_mine(&s.a, "u2", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ack_of_a_level_that_passed_does_not_hold),
        cmocka_unit_test(implied_ack_obeys_the_level_rule),
        cmocka_unit_test(hold_lasts_by_stage_and_every_action_renews),
        cmocka_unit_test(what_others_do_renews_nothing),
        cmocka_unit_test(ack_stops_the_chain_and_unack_starts_it),
        cmocka_unit_test(escalation_waits_for_that_level),
        cmocka_unit_test(a_worker_may_take_what_waits_above_and_it_rings_on),
        cmocka_unit_test(escalation_to_a_level_already_called_is_late),
        cmocka_unit_test(next_level_is_above_what_was_seen_and_above_oneself),
        cmocka_unit_test(escalation_of_a_closed_alarm_is_for_a_person),
        cmocka_unit_test(ack_at_level_5_by_a_worker_leaves_the_duty_room_called),
        cmocka_unit_test(closing_with_a_visit_closes_at_once),
        cmocka_unit_test(closing_without_a_visit_needs_reason_and_second_person),
        cmocka_unit_test(technical_alarms_and_outcomes_need_no_second_person),
        cmocka_unit_test(confirm_is_for_the_named_person_or_the_duty_room),
        cmocka_unit_test(taking_over_a_closing_keeps_it_and_its_deadline),
        cmocka_unit_test(giving_back_drops_the_closing),
        cmocka_unit_test(hand_over_moves_the_hold_at_the_receivers_ack),
        cmocka_unit_test(hand_over_to_oneself_is_refused),
        cmocka_unit_test(retract_of_a_close_goes_back_within_ten_minutes),
        cmocka_unit_test(retract_of_a_close_that_waits_and_of_its_confirmation),
        cmocka_unit_test(retract_of_a_close_keeps_a_called_level),
        cmocka_unit_test(retract_of_an_escalation),
        cmocka_unit_test(retract_of_a_hand_over),
        cmocka_unit_test(retract_of_an_arrival_takes_the_visit_back),
        cmocka_unit_test(whose_turn),
        cmocka_unit_test(the_second_person_has_it_in_his_queue),
    };
    return cmocka_run_group_tests_name("alarm rules", tests, NULL, NULL);
}
