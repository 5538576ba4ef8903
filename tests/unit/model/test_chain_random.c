/* Random stories of one alarm: several people, a device, a clock that jumps. What must hold after
 * every step, whatever the order. Seeds are fixed; a failing seed is printed. */
#include "make_alarm.h"

#include "base/rnd.h"

enum { SEEDS = 3000, STEPS = 60, PEOPLE = 6 };

static const struct {
    const char *user;
    enum gw_role role;
} people[PEOPLE] = {{"u1", ROLE_WORKER}, {"u2", ROLE_WORKER},   {"u3", ROLE_WORKER},
                    {"u4", ROLE_WORKER}, {"boss", ROLE_LEADER}, {"room", ROLE_DUTY}};

struct life {
    const struct gw_random *random;
    struct policy policy;
    struct alarm a;
    int64_t now;
    enum chain_reach reach[CHAIN_LEVELS + 1];
    int64_t last_call; /* time of the newest level or ring that was told */
};

static uint64_t below(struct life *l, uint64_t n)
{
    return gw_random_below(l->random, n);
}

static enum chain_reach reach(void *ctx, const struct alarm *alarm, int level)
{
    (void)alarm;
    return ((struct life *)ctx)->reach[level];
}

static void emit(void *ctx, const struct alarm *alarm, const char *kind, int level, int64_t at,
                 const char *text)
{
    struct life *l = ctx;
    (void)level;
    (void)text;
    assert_true(at <= l->now);
    assert_true(at >= alarm->raised_at);
    if (strcmp(kind, "level") == 0 || strcmp(kind, "rang") == 0) {
        l->last_call = at;
    }
}

static void assert_same(const struct alarm *a, const struct alarm *b)
{
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->level, b->level);
    assert_int_equal(a->waits, b->waits);
    assert_int_equal(a->due_at, b->due_at);
    assert_int_equal(a->ack_due_at, b->ack_due_at);
    assert_int_equal(a->stage, b->stage);
    assert_string_equal(a->acked_by, b->acked_by);
    assert_string_equal(a->closing.by, b->closing.by);
    assert_int_equal(a->closing.due_at, b->closing.due_at);
}

/* One jump to `then` and many small steps there end in the same alarm. */
static void pass_time(struct life *l, int64_t then)
{
    struct chain_env env = {reach, emit, l};
    struct alarm jumped = l->a;
    int64_t now = l->now;
    l->now = then;
    chain_advance(&jumped, &l->policy, &env, then);
    while (now < then) {
        now += (int64_t)below(l, 4 * MINUTE) + 1;
        now = now > then ? then : now;
        l->now = now;
        chain_advance(&l->a, &l->policy, &env, now);
    }
    assert_same(&jumped, &l->a);
}

static void settle(struct life *l)
{
    struct chain_env env = {reach, emit, l};
    chain_advance(&l->a, &l->policy, &env, l->now);
}

static bool muted(const struct alarm *a)
{
    return a->state == ALARM_SHELVED || a->state == ALARM_SUPPRESSED ||
           a->state == ALARM_OUT_OF_SERVICE;
}

/* What is true of every alarm at every moment. */
static void check(const struct life *l)
{
    const struct alarm *a = &l->a;
    assert_true(a->level >= 1 && a->level <= CHAIN_LEVELS);
    assert_true(a->waits >= 0 && a->waits <= a->level);
    assert_int_equal(a->state == ALARM_ACKED, a->stage != STAGE_NONE && a->state != ALARM_CLOSED);
    if (a->state == ALARM_CLOSED) {
        assert_int_equal(chain_next(a), 0);
        assert_true(alarm_outcome_ok(a->outcome));
        assert_true(a->closed_by[0] != '\0');
        assert_false(alarm_is_mine(a, "room", 5));
        return;
    }
    assert_string_equal(a->outcome, "");
    assert_true(chain_next(a) > l->now); /* open alarms are never forgotten */
    if (a->state == ALARM_ACKED) {
        assert_true(a->acked_by[0] != '\0');
        assert_true(a->ack_due_at > l->now || a->closing.by[0] != '\0'); /* no hold for ever */
        assert_true(a->closing.by[0] == '\0' || a->waits == CHAIN_LEVELS ||
                    a->closing.due_at > l->now);
    } else {
        assert_string_equal(a->acked_by, "");
        assert_string_equal(a->closing.by, "");
        assert_string_equal(a->offer.to, "");
    }
    bool calls = a->state != ALARM_ACKED || a->waits != 0;
    if (calls && a->level == CHAIN_LEVELS) { /* the last level rings for ever */
        assert_true(a->due_at > l->now && a->due_at <= l->now + 5 * MINUTE);
        assert_true(alarm_is_mine(a, "room", 5));
    }
}

static struct cmd_data random_data(struct life *l, enum cmd_kind kind)
{
    struct cmd_data data = make_data(kind);
    if (kind == CMD_ALARM_ESCALATE) {
        static const int64_t levels[] = {-1, 4, 5};
        data.to_level = levels[below(l, 3)];
    } else if (kind == CMD_ALARM_HANDOVER) {
        data.to = people[below(l, PEOPLE)].user;
    } else if (kind == CMD_ALARM_CLOSE) {
        size_t n;
        data.outcome = alarm_outcomes(&n)[below(l, 17)];
        data.second_person = people[below(l, PEOPLE)].user;
        data.no_visit_reason = below(l, 4) ? "家属已到" : NULL;
    }
    return data;
}

static struct alarm_target random_target(struct life *l)
{
    struct alarm_target target = {.found = below(l, 8) != 0,
                                  .applied = below(l, 8) != 0,
                                  .kind = (enum cmd_kind)below(l, CMD_KIND_N),
                                  .at = l->now - (int64_t)below(l, 20 * MINUTE),
                                  .to_level = 4 + (int)below(l, 2),
                                  .to = people[below(l, PEOPLE)].user};
    target.level_before = 1 + (int)below(l, (uint64_t)target.to_level - 1);
    return target;
}

static void judge(const struct life *l, const struct alarm *before, enum cmd_kind kind,
                  const struct alarm_target *target, const struct alarm_verdict *v)
{
    const struct alarm *after = &l->a;
    if (v->result != RESULT_APPLIED) {
        assert_memory_equal(after, before, sizeof *before);
        assert_non_null(v->code);
        assert_false(v->event || v->implied_ack || v->strike);
    }
    if (before->state == ALARM_CLOSED && after->state != ALARM_CLOSED) {
        assert_int_equal(kind, CMD_ALARM_RETRACT);
        assert_true(target->kind == CMD_ALARM_CLOSE || target->kind == CMD_ALARM_CONFIRM);
        assert_true(l->now - target->at <= 10 * MINUTE);
    }
    if (after->level < before->level) {
        assert_int_equal(kind, CMD_ALARM_RETRACT);
        assert_int_equal(target->kind, CMD_ALARM_ESCALATE);
    }
    assert_int_equal(after->count, before->count);
}

static void someone_acts(struct life *l)
{
    enum cmd_kind kind = (enum cmd_kind)below(l, CMD_ALARM_RETRACT + 1);
    size_t who_i = below(l, PEOPLE);
    struct alarm_who who = {people[who_i].user, people[who_i].role, l->now,
                            below(l, 3) ? l->now - (int64_t)below(l, 30 * MINUTE) : 0};
    struct cmd_data data = random_data(l, kind);
    struct alarm_target target = random_target(l);
    struct alarm before = l->a;
    struct alarm_verdict v;
    struct chain_env env = {reach, emit, l};
    alarm_step(&before, kind, &data, &who, (int)below(l, 6), &l->policy, &target, &l->a, &v);
    judge(l, &before, kind, &target, &v);
    if (kind == CMD_ALARM_ESCALATE && v.result == RESULT_APPLIED && !muted(&l->a)) {
        chain_called(&l->a, &l->policy, &env, l->now);
    }
}

static void device_speaks(struct life *l)
{
    struct alarm before = l->a;
    if (below(l, 2)) {
        enum gw_err err = alarm_repeat(&l->a, (enum alarm_severity)below(l, SEV_N), l->now);
        assert_int_equal(err == GW_ABSENT, before.state == ALARM_CLOSED);
    } else {
        alarm_restore(&l->a, l->now);
    }
    assert_int_equal(before.state == ALARM_CLOSED, l->a.state == ALARM_CLOSED);
    assert_true(l->a.severity >= before.severity);
}

static void live(uint64_t seed)
{
    static const char *const kinds[] = {"smoke", "water", "inactivity", "vital"};
    struct gw_random_seeded seeded;
    gw_random_seeded_init(&seeded, seed);
    struct life l = {.random = &seeded.random, .a = make_alarm(0), .now = T0};
    struct chain_env env = {reach, emit, &l};
    (void)snprintf(l.a.kind, sizeof l.a.kind, "%s", kinds[below(&l, 4)]);
    l.a.severity = (enum alarm_severity)below(&l, SEV_N);
    policy_default(&l.policy, l.a.kind);
    for (int level = 1; level <= CHAIN_LEVELS; level++) {
        l.reach[level] = (enum chain_reach)below(&l, 3);
    }
    l.now += (int64_t)below(&l, 30 * MINUTE);
    chain_start(&l.a, &l.policy, &env, l.now, below(&l, 10) == 0);
    check(&l);
    for (int i = 0; i < STEPS; i++) {
        switch (below(&l, 8)) {
        case 0:
            device_speaks(&l);
            break;
        case 1:
            pass_time(&l, l.now + (int64_t)below(&l, 90 * MINUTE));
            break;
        case 2:
            pass_time(&l, l.now + (int64_t)below(&l, 3 * MINUTE));
            break;
        default:
            someone_acts(&l);
            break;
        }
        settle(&l);
        check(&l);
    }
}

static void whatever_happens(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        live(seed);
    }
}

/* An alarm that nobody touches reaches level 5 in the time the policy says and rings for ever. */
static void an_untouched_alarm_never_falls_silent(void **state)
{
    (void)state;
    struct life l = {.a = make_alarm(0), .now = T0};
    struct chain_env env = {reach, emit, &l};
    policy_default(&l.policy, "water");
    (void)snprintf(l.a.kind, sizeof l.a.kind, "water");
    chain_start(&l.a, &l.policy, &env, T0, false);
    for (int64_t minute = 0; minute < 7 * 24 * 60; minute++) {
        l.now = T0 + minute * MINUTE;
        chain_advance(&l.a, &l.policy, &env, l.now);
        if (minute >= 14) {
            assert_int_equal(l.a.level, 5);
            assert_true(l.now - l.last_call < 2 * MINUTE);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_happens),
        cmocka_unit_test(an_untouched_alarm_never_falls_silent),
    };
    return cmocka_run_group_tests_name("chain, random", tests, NULL, NULL);
}
