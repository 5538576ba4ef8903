/* Every cell of the table of protocol section 5: who does what to an alarm in which state, and what
 * comes of it. The expectations are written out here by hand, not taken from the code. */
#include "make_alarm.h"

struct want {
    enum cmd_result result;
    const char *code;       /* NULL = none */
    enum alarm_state state; /* afterwards */
    const char *holder;     /* acked_by afterwards; NULL = do not look */
};

#define OK(state, holder)                                                                          \
    {                                                                                              \
        RESULT_APPLIED, NULL, state, holder                                                        \
    }
#define LATE(code, state)                                                                          \
    {                                                                                              \
        RESULT_LATE, code, state, NULL                                                             \
    }
#define REVIEW(code, state)                                                                        \
    {                                                                                              \
        RESULT_REVIEW, code, state, NULL                                                           \
    }
#define U ALARM_UNACK
#define A ALARM_ACKED
#define R ALARM_RTN_UNACK
#define C ALARM_CLOSED

struct row {
    enum cmd_kind kind;
    enum gw_role role;
    bool visited;
    bool closing; /* begun by the holder, u1 named as the second person when u2 is the holder */
    struct want want[COLS];
};

#define CLOSED_LATE LATE("closed-already", C)
#define WORK                                                                                       \
    {                                                                                              \
        OK(A, "u1"), OK(A, "u1"), OK(A, "u2"), OK(A, "u1"), CLOSED_LATE                            \
    }

static const struct row rows[] = {
    {CMD_ALARM_ACK,
     ROLE_WORKER,
     false,
     false,
     {OK(A, "u1"), OK(A, "u1"), LATE("held-by-other", A), OK(A, "u1"), CLOSED_LATE}},
    {CMD_ALARM_ACK,
     ROLE_LEADER,
     false,
     false,
     {OK(A, "u1"), OK(A, "u1"), LATE("held-by-other", A), OK(A, "u1"), CLOSED_LATE}},
    {CMD_ALARM_ACK,
     ROLE_DUTY,
     false,
     false,
     {OK(A, "u1"), OK(A, "u1"), LATE("held-by-other", A), OK(A, "u1"), CLOSED_LATE}},
    {CMD_ALARM_ATTEMPT, ROLE_WORKER, false, false, WORK},
    {CMD_ALARM_ENROUTE, ROLE_WORKER, false, false, WORK},
    {CMD_ALARM_ARRIVED, ROLE_WORKER, false, false, WORK},
    {CMD_ALARM_ATTEMPT, ROLE_DUTY, false, false, WORK},
    {CMD_ALARM_ESCALATE,
     ROLE_WORKER,
     false,
     false,
     {OK(U, ""), OK(A, "u1"), OK(A, "u2"), OK(R, ""), REVIEW("closed-already", C)}},
    {CMD_ALARM_UNACK,
     ROLE_WORKER,
     false,
     false,
     {LATE("not-held", U), OK(U, ""), LATE("held-by-other", A), LATE("not-held", R), CLOSED_LATE}},
    {CMD_ALARM_UNACK,
     ROLE_LEADER,
     false,
     false,
     {LATE("not-held", U), OK(U, ""), OK(U, ""), LATE("not-held", R), CLOSED_LATE}},
    {CMD_ALARM_UNACK,
     ROLE_DUTY,
     false,
     false,
     {LATE("not-held", U), OK(U, ""), OK(U, ""), LATE("not-held", R), CLOSED_LATE}},
    {CMD_ALARM_HOLD,
     ROLE_WORKER,
     false,
     false,
     {LATE("not-held", U), OK(A, "u1"), LATE("held-by-other", A), LATE("not-held", R),
      CLOSED_LATE}},
    {CMD_ALARM_HOLD,
     ROLE_DUTY,
     false,
     false,
     {LATE("not-held", U), OK(A, "u1"), LATE("held-by-other", A), LATE("not-held", R),
      CLOSED_LATE}},
    {CMD_ALARM_NOTE,
     ROLE_WORKER,
     false,
     false,
     {OK(U, ""), OK(A, "u1"), OK(A, "u2"), OK(R, ""), OK(C, NULL)}},
    {CMD_ALARM_HANDOVER,
     ROLE_WORKER,
     false,
     false,
     {LATE("not-held", U), OK(A, "u1"), LATE("held-by-other", A), LATE("not-held", R),
      CLOSED_LATE}},
    {CMD_ALARM_HANDOVER,
     ROLE_DUTY,
     false,
     false,
     {LATE("not-held", U), OK(A, "u1"), LATE("held-by-other", A), LATE("not-held", R),
      CLOSED_LATE}},
    {CMD_ALARM_CLOSE,
     ROLE_WORKER,
     true,
     false,
     {OK(C, NULL), OK(C, NULL), REVIEW("held-by-other", A), OK(C, NULL), CLOSED_LATE}},
    {CMD_ALARM_CLOSE,
     ROLE_LEADER,
     true,
     false,
     {OK(C, NULL), OK(C, NULL), OK(C, NULL), OK(C, NULL), CLOSED_LATE}},
    {CMD_ALARM_CLOSE,
     ROLE_DUTY,
     true,
     false,
     {OK(C, NULL), OK(C, NULL), OK(C, NULL), OK(C, NULL), CLOSED_LATE}},
    {CMD_ALARM_CLOSE,
     ROLE_WORKER,
     false,
     false,
     {OK(A, "u1"), OK(A, "u1"), REVIEW("held-by-other", A), OK(A, "u1"), CLOSED_LATE}},
    {CMD_ALARM_CLOSE,
     ROLE_LEADER,
     false,
     false,
     {OK(A, "u1"), OK(A, "u1"), OK(A, "u1"), OK(A, "u1"), CLOSED_LATE}},
    {CMD_ALARM_CONFIRM,
     ROLE_WORKER,
     false,
     false,
     {LATE("nothing-to-confirm", U), LATE("nothing-to-confirm", A), LATE("nothing-to-confirm", A),
      LATE("nothing-to-confirm", R), CLOSED_LATE}},
    {CMD_ALARM_CONFIRM,
     ROLE_DUTY,
     false,
     false,
     {LATE("nothing-to-confirm", U), LATE("nothing-to-confirm", A), LATE("nothing-to-confirm", A),
      LATE("nothing-to-confirm", R), CLOSED_LATE}},
    {CMD_ALARM_CONFIRM,
     ROLE_WORKER,
     false,
     true,
     {LATE("nothing-to-confirm", U), LATE("not-second-person", A), OK(C, NULL),
      LATE("nothing-to-confirm", R), CLOSED_LATE}},
};

static struct alarm start(const struct row *row, int column)
{
    struct alarm a = make_alarm(column);
    a.visited = row->visited;
    if (row->closing && a.state == ALARM_ACKED) {
        (void)snprintf(a.closing.by, sizeof a.closing.by, "%s", a.acked_by);
        (void)snprintf(a.closing.second_person, sizeof a.closing.second_person, "%s",
                       column == 1 ? "u2" : "u1");
        (void)snprintf(a.closing.outcome, sizeof a.closing.outcome, "real_fire");
        a.closing.at = T0;
        a.closing.due_at = T0 + 30 * MINUTE;
        a.ack_due_at = 0;
    }
    return a;
}

static void check_cell(const struct row *row, int column)
{
    const struct want *want = &row->want[column];
    struct alarm a = start(row, column);
    struct deed d = act(&a, row->kind, "u1", row->role, NULL);
    if (d.verdict.result != want->result || d.after.state != want->state) {
        print_error("%s by %s on %s: %s, now %s\n", cmd_spec_of(row->kind)->name,
                    role_name(row->role), columns[column], cmd_result_name(d.verdict.result),
                    alarm_state_name(d.after.state));
    }
    assert_int_equal(d.verdict.result, want->result);
    assert_int_equal(d.after.state, want->state);
    if (want->code) {
        assert_non_null(d.verdict.code);
        assert_string_equal(d.verdict.code, want->code);
    } else {
        assert_null(d.verdict.code);
    }
    if (want->holder) {
        assert_string_equal(d.after.acked_by, want->holder);
    }
    assert_int_equal(d.verdict.event, want->result == RESULT_APPLIED);
    if (want->result != RESULT_APPLIED) {
        assert_memory_equal(&d.after, &a, sizeof a); /* nothing but applied changes anything */
    }
}

static void every_cell(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int column = 0; column < COLS; column++) {
            check_cell(&rows[i], column);
        }
    }
}

/* shelved, suppressed, out of service: the answers of unack, and the state stays. */
static void muted_states_answer_as_unack(void **state)
{
    static const enum alarm_state muted[] = {ALARM_SHELVED, ALARM_SUPPRESSED, ALARM_OUT_OF_SERVICE};
    (void)state;
    for (size_t m = 0; m < 3; m++) {
        for (int kind = CMD_ALARM_ACK; kind <= CMD_ALARM_CONFIRM; kind++) {
            struct alarm open = make_alarm(0);
            struct alarm a = open;
            a.state = muted[m];
            a.visited = open.visited = true;
            struct deed expected = act(&open, (enum cmd_kind)kind, "u1", ROLE_WORKER, NULL);
            struct deed got = act(&a, (enum cmd_kind)kind, "u1", ROLE_WORKER, NULL);
            assert_int_equal(got.verdict.result, expected.verdict.result);
            assert_int_equal(got.after.state, kind == CMD_ALARM_CLOSE ? ALARM_CLOSED : muted[m]);
            assert_string_equal(got.after.acked_by, "");
            assert_false(got.verdict.implied_ack);
        }
    }
}

static void kinds_that_are_not_about_an_alarm(void **state)
{
    (void)state;
    for (int kind = CMD_ALARM_RAISE; kind < CMD_KIND_N; kind++) {
        struct alarm a = make_alarm(0);
        struct deed d = act(&a, (enum cmd_kind)kind, "u1", ROLE_WORKER, NULL);
        assert_int_equal(d.verdict.result, RESULT_REJECTED);
        assert_string_equal(d.verdict.code, "unknown-kind");
        assert_memory_equal(&d.after, &a, sizeof a);
    }
}

/* ---- retract: kind of the command taken back x state */
static void retract_cell(enum cmd_kind undone, int column, enum cmd_result result, const char *code,
                         enum alarm_state state)
{
    struct alarm a = make_alarm(column);
    struct alarm_target target = {.found = true, .applied = true, .kind = undone, .at = T0};
    struct deed d = act(&a, CMD_ALARM_RETRACT, "u1", ROLE_WORKER, &target);
    assert_int_equal(d.verdict.result, result);
    assert_int_equal(d.after.state, state);
    assert_int_equal(d.verdict.strike, result == RESULT_APPLIED);
    if (code) {
        assert_string_equal(d.verdict.code, code);
    }
}

static void retract_of_events_strikes_out_everywhere(void **state)
{
    static const enum cmd_kind kinds[] = {CMD_ALARM_UNACK,   CMD_ALARM_HOLD,    CMD_ALARM_ATTEMPT,
                                          CMD_ALARM_ENROUTE, CMD_ALARM_ARRIVED, CMD_ALARM_NOTE,
                                          CMD_ALARM_RAISE};
    static const enum alarm_state same[COLS] = {U, A, A, R, C};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (int column = 0; column < COLS; column++) {
            retract_cell(kinds[i], column, RESULT_APPLIED, NULL, same[column]);
        }
    }
}

static void retract_of_an_ack(void **state)
{
    (void)state;
    retract_cell(CMD_ALARM_ACK, 0, RESULT_LATE, "nothing-to-undo", U);
    retract_cell(CMD_ALARM_ACK, 1, RESULT_APPLIED, NULL, U);
    retract_cell(CMD_ALARM_ACK, 2, RESULT_LATE, "nothing-to-undo", A);
    retract_cell(CMD_ALARM_ACK, 3, RESULT_LATE, "nothing-to-undo", R);
    retract_cell(CMD_ALARM_ACK, 4, RESULT_LATE, "closed-already", C);
}

static void retract_of_what_left_no_trace(void **state)
{
    (void)state;
    for (int column = 0; column < COLS; column++) {
        enum alarm_state same = make_alarm(column).state;
        retract_cell(CMD_ALARM_CLOSE, column, RESULT_LATE, "nothing-to-undo", same);
        retract_cell(CMD_ALARM_CONFIRM, column, RESULT_LATE, "nothing-to-undo", same);
        retract_cell(CMD_ALARM_ESCALATE, column, RESULT_LATE, "too-late-to-undo", same);
        retract_cell(CMD_ALARM_HANDOVER, column, RESULT_LATE, "too-late-to-undo", same);
        retract_cell(CMD_ALARM_RETRACT, column, RESULT_LATE, "nothing-to-undo", same);
        retract_cell(CMD_DUTY_SET, column, RESULT_LATE, "nothing-to-undo", same);
    }
}

static void retract_needs_an_own_applied_command(void **state)
{
    (void)state;
    struct alarm a = make_alarm(1);
    struct alarm_target none = {.found = false};
    struct alarm_target was_late = {.found = true, .applied = false, .kind = CMD_ALARM_ACK};
    assert_string_equal(act(&a, CMD_ALARM_RETRACT, "u1", ROLE_WORKER, NULL).verdict.code,
                        "not-yours");
    assert_string_equal(act(&a, CMD_ALARM_RETRACT, "u1", ROLE_WORKER, &none).verdict.code,
                        "not-yours");
    assert_string_equal(act(&a, CMD_ALARM_RETRACT, "u1", ROLE_WORKER, &was_late).verdict.code,
                        "nothing-to-undo");
}

/* ---- devices */
static void device_cells(void **state)
{
    static const enum alarm_state restored[COLS] = {R, A, A, R, C};
    static const enum alarm_state again[COLS] = {U, A, A, U, C};
    static const enum alarm_state worse[COLS] = {U, U, U, U, C};
    (void)state;
    for (int column = 0; column < COLS; column++) {
        struct alarm a = make_alarm(column);
        alarm_restore(&a, T0 + MINUTE);
        assert_int_equal(a.state, restored[column]);
        assert_int_equal(a.restored_at, column == 4 ? 0 : T0 + MINUTE);

        a = make_alarm(column);
        enum gw_err err = alarm_repeat(&a, SEV_MINOR, T0 + MINUTE);
        assert_int_equal(err, column == 4 ? GW_ABSENT : GW_OK);
        assert_int_equal(a.state, again[column]);
        assert_int_equal(a.restored_at, 0);
        assert_int_equal(a.count, column == 4 ? 1 : 2);
        assert_int_equal(a.severity, SEV_CRITICAL);

        a = make_alarm(column);
        a.severity = SEV_MINOR;
        (void)alarm_repeat(&a, SEV_MAJOR, T0 + MINUTE); /* seen in the state */
        assert_int_equal(a.state, worse[column]);
        assert_int_equal(a.severity, column == 4 ? SEV_MINOR : SEV_MAJOR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell),
        cmocka_unit_test(muted_states_answer_as_unack),
        cmocka_unit_test(kinds_that_are_not_about_an_alarm),
        cmocka_unit_test(retract_of_events_strikes_out_everywhere),
        cmocka_unit_test(retract_of_an_ack),
        cmocka_unit_test(retract_of_what_left_no_trace),
        cmocka_unit_test(retract_needs_an_own_applied_command),
        cmocka_unit_test(device_cells),
    };
    return cmocka_run_group_tests_name("alarm table", tests, NULL, NULL);
}
