/* Findings of what is recorded: each operator, each kind of time, needs, materials, clocks, roles;
 * a case that keeps the rule and one that breaks it. */
#include "make_rules.h"

enum { A, B, C, D };

static struct story *started(const char *polling_day)
{
    struct story *t = story_new(1);
    put_open_on(t, A, polling_day);
    return t;
}

/* ---- checks */

static void test_operators(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        int64_t a, b;
        bool kept;
    } cases[] = {
        {"gt", 6, 10, true},  {"gt", 5, 10, false}, {"gt", 4, 10, false}, /* 过半数: 2a > b */
        {"ge", 6, 9, true},   {"ge", 5, 9, false},  {"ge", 7, 10, true},
        {"ge", 6, 10, false}, /* 三分之二以上: 3a >= 2b */
        {"eq", 5, 5, true},   {"eq", 5, 6, false},  {"le", 5, 5, true},
        {"le", 6, 5, false},  {"lt", 4, 5, true},   {"lt", 5, 5, false},
        {"odd", 5, 0, true},  {"odd", 4, 0, false},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct story *t = started(POLLING);
        struct made *m = put_step(t, A, "OPS", "", "2026-08-01");
        made_num(m, "a", cases[i].a);
        made_num(m, "b", cases[i].b);
        struct look l = look(t, NULL);
        const struct finding *f = found(&l, FIND_BREACH, cases[i].id);
        if ((f == NULL) != cases[i].kept) {
            fail_msg("%s %lld %lld", cases[i].id, (long long)cases[i].a, (long long)cases[i].b);
        }
        if (f) {
            assert_string_equal(f->cite.article, "99");
            assert_int_equal(f->have, cases[i].a);
            assert_non_null(f->remedy);
        }
        look_free(&l);
        free(t);
    }
}

/* Counts near 2^53 are compared exactly. */
static void test_large(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    struct made *m = put_step(t, A, "OPS", "", "2026-08-01");
    made_num(m, "a", (INT64_C(1) << 52));
    made_num(m, "b", (INT64_C(1) << 53));
    struct look l = look(t, NULL);
    assert_non_null(found(&l, FIND_BREACH, "gt")); /* exactly half is no majority */
    look_free(&l);
    m->values[0].num++;
    l = look(t, NULL);
    assert_null(found(&l, FIND_BREACH, "gt"));
    look_free(&l);
    free(t);
}

/* A name without a value is not yet, and no breach. */
static void test_not_yet(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    made_num(put_step(t, A, "OPS", "", "2026-08-01"), "a", 4);
    struct look l = look(t, NULL);
    assert_int_equal(count_found(&l, FIND_BREACH, NULL), 1); /* odd looks at a alone */
    assert_non_null(found(&l, FIND_BREACH, "odd"));
    look_free(&l);
    free(t);
}

/* Law: a breach; arithmetic that does not add up: a breach; custom: a hint; a number that nobody
 * confirmed: waits. */
static void test_gravity_of_checks(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    struct made *m = put_step(t, A, "S03", "", "2026-07-27");
    made_num(m, "size", 6);
    made_num(m, "entitled", 20);
    made_num(m, "present", 21);
    struct look l = look(t, NULL);
    assert_null(found(&l, FIND_BREACH, "S03.quorum"));
    assert_non_null(found(&l, FIND_BREACH, "S03.present"));
    assert_non_null(found(&l, FIND_HINT, "S03.odd"));
    assert_non_null(found(&l, FIND_HINT, "S03.share"));
    assert_non_null(found(&l, FIND_WAITS, "S03.staff"));
    look_free(&l);
    rule_numbers[6].known = true;
    rule_numbers[6].value = 7;
    l = look(t, NULL);
    assert_null(found(&l, FIND_WAITS, "S03.staff"));
    assert_non_null(found(&l, FIND_HINT, "S03.staff"));
    look_free(&l);
    rule_numbers[6].known = false;
    free(t);
}

static void test_open_check(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    t->items[0].values[1].num = 2;
    struct look l = look(t, NULL);
    const struct finding *f = found(&l, FIND_BREACH, "open.seats");
    assert_null(f->slot);
    assert_int_equal(f->have, 2);
    assert_int_equal(f->want, 3);
    look_free(&l);
    t->items[0].s.values_n = 0;
    l = look(t, NULL);
    assert_non_null(found(&l, FIND_MISSING, "polling_day"));
    look_free(&l);
    free(t);
}

/* sum: over stations, n: over records, STEP. of another step. */
static void test_terms(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    made_num(put_step(t, A, "S19", "一站", POLLING), "issued", 300);
    made_num(put_step(t, A, "S19", "二站", POLLING), "issued", 312);
    struct made *m = put_step(t, A, "S20", "", POLLING);
    made_num(m, "recovered", 600);
    made_num(m, "not_returned", 12);
    made_num(put_step(t, A, "S06", "", "2026-08-01"), "registered", 1000);
    struct made *valid = put_step(t, A, "S21", "", POLLING);
    made_num(valid, "voted", 500);
    struct look l = look(t, NULL);
    assert_null(found(&l, FIND_BREACH, "S20.ledger"));
    assert_non_null(found(&l, FIND_BREACH, "S21.turnout")); /* half is not more than half */
    const struct term sum = SUM("S19", "issued");
    const struct term count = COUNT("S19");
    const struct term none = SUM("S07", "x");
    const struct term zero = COUNT("S07");
    const struct term happened = STEP("S19", "happened");
    int64_t value;
    assert_int_equal(procedure_term(l.p, NULL, &sum, &value), TERM_VALUE);
    assert_int_equal(value, 612);
    assert_int_equal(procedure_term(l.p, NULL, &count, &value), TERM_VALUE);
    assert_int_equal(value, 2);
    assert_int_equal(procedure_term(l.p, NULL, &none, &value), TERM_NOT_YET);
    assert_int_equal(procedure_term(l.p, NULL, &zero, &value), TERM_VALUE);
    assert_int_equal(value, 0);
    const struct slot *station = procedure_slot_of(l.p, "S19", "一站");
    assert_int_equal(procedure_term(l.p, station, &happened, &value),
                     TERM_VALUE); /* same subject */
    assert_int_equal(value, day_of(POLLING));
    assert_int_equal(procedure_term(l.p, NULL, &happened, &value), TERM_NOT_YET);
    look_free(&l);
    m->values[1].num = 11;
    valid->values[0].num = 501;
    l = look(t, NULL);
    const struct finding *f = found(&l, FIND_BREACH, "S20.ledger");
    assert_int_equal(f->have, 612);
    assert_int_equal(f->want, 611);
    assert_null(found(&l, FIND_BREACH, "S21.turnout"));
    look_free(&l);
    free(t);
}

/* What stands on a contested record waits: no sum, no count, no breach. */
static void test_contested_terms(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    story_sync(t, A, C);
    made_num(put_step(t, A, "S19", "一站", POLLING), "issued", 300);
    made_num(put_step(t, C, "S19", "一站", POLLING), "issued", 301);
    struct made *m = put_step(t, A, "S20", "", POLLING);
    made_num(m, "recovered", 1);
    made_num(m, "not_returned", 1);
    struct look l = look(t, NULL);
    const struct term count = COUNT("S19");
    int64_t value;
    assert_int_equal(procedure_term(l.p, NULL, &count, &value), TERM_NOT_YET);
    assert_null(found(&l, FIND_BREACH, "S20.ledger"));
    look_free(&l);
    free(t);
}

/* ---- times. Rest days of 2026: 06-19..21, 10-01..07; 10-10 is a worked Saturday. */

struct time_case {
    const char *name, *polling, *happened, *field, *day;
    bool kept;
    const char *lawful;
};

static void check_time(const struct look *l, const char *rule, const struct time_case *c)
{
    const struct finding *f = found(l, FIND_BREACH, rule);
    if ((f == NULL) != c->kept) {
        fail_msg("%s: %s", rule, c->name);
    }
    if (f) {
        assert_int_equal(f->day, day_of(c->lawful));
        assert_string_equal(f->cite.law, "V26");
    }
}

static void test_lead(void **state)
{
    (void)state;
    static const struct time_case cases[] = {
        {"20 days", "2026-08-30", "2026-08-10", "published_on", "2026-08-10", true, NULL},
        {"19 days", "2026-08-30", "2026-08-11", "published_on", "2026-08-11", false, "2026-08-10"},
        {"recorded later, published in time", "2026-08-30", "2026-08-20", "published_on",
         "2026-08-09", true, NULL},
        /* 2026-10-21 - 20 = 10-01, a rest day: a lead time never rolls */
        {"on a rest day", "2026-10-21", "2026-10-01", "published_on", "2026-10-01", true, NULL},
        {"after a rest day", "2026-10-21", "2026-10-08", "published_on", "2026-10-08", false,
         "2026-10-01"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct story *t = started(cases[i].polling);
        made_text(put_step(t, A, "S06", "", cases[i].happened), cases[i].field, cases[i].day);
        struct look l = look(t, NULL);
        check_time(&l, "S06.lead", &cases[i]);
        look_free(&l);
        free(t);
    }
}

static void test_within_right(void **state)
{
    (void)state;
    static const struct time_case cases[] = {
        /* published Monday 06-15: the 5th day is Saturday 06-20, in the holiday; rolls to 06-22 */
        {"rolled", "2026-08-30", "2026-06-15", "received_on", "2026-06-22", true, NULL},
        {"after the rolled day", "2026-08-30", "2026-06-15", "received_on", "2026-06-23", false,
         "2026-06-22"},
        /* published Monday 10-05: the 5th day is Saturday 10-10, worked: does not roll */
        {"worked Saturday", "2026-11-30", "2026-10-05", "received_on", "2026-10-10", true, NULL},
        {"after it", "2026-11-30", "2026-10-05", "received_on", "2026-10-11", false, "2026-10-10"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct story *t = started(cases[i].polling);
        made_text(put_step(t, A, "S06", "", cases[i].happened), "published_on", cases[i].happened);
        made_text(put_step(t, A, "S07", "王", cases[i].day), cases[i].field, cases[i].day);
        struct look l = look(t, NULL);
        check_time(&l, "S07.within", &cases[i]);
        look_free(&l);
        free(t);
    }
}

static void test_within_duty(void **state)
{
    (void)state;
    static const struct time_case cases[] = {
        /* received Wednesday 06-17: due Saturday 06-20, overdue only after Monday 06-22 */
        {"due day", "2026-08-30", "2026-06-17", "decided_on", "2026-06-20", true, NULL},
        {"rolled day", "2026-08-30", "2026-06-17", "decided_on", "2026-06-22", true, NULL},
        {"after it", "2026-08-30", "2026-06-17", "decided_on", "2026-06-23", false, "2026-06-20"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct story *t = started(cases[i].polling);
        made_text(put_step(t, A, "S07", "王", cases[i].happened), "received_on", cases[i].happened);
        made_text(put_step(t, A, "S08", "王", cases[i].day), cases[i].field, cases[i].day);
        made_text(put_step(t, A, "S07", "李", "2026-08-03"), "received_on", "2026-08-03");
        struct look l = look(t, NULL);
        check_time(&l, "S08.within", &cases[i]); /* judged by its own subject's objection */
        look_free(&l);
        free(t);
    }
}

static void test_on_and_after(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    put_step(t, A, "S21", "", POLLING);
    struct made *poll = put_step(t, A, "S19", "一站", POLLING);
    struct made *after = put_step(t, A, "S27", "", "2026-09-01");
    struct look l = look(t, NULL);
    assert_null(found(&l, FIND_BREACH, "S19.day"));
    assert_null(found(&l, FIND_BREACH, "S27.after"));
    look_free(&l);
    made_when(poll, "2026-08-29");
    made_when(after, "2026-08-31");
    l = look(t, NULL);
    assert_int_equal(found(&l, FIND_BREACH, "S19.day")->day, day_of(POLLING));
    const struct finding *f = found(&l, FIND_BREACH, "S27.after");
    assert_int_equal(f->day, day_of("2026-09-01"));
    assert_int_equal(f->have, 1);
    assert_int_equal(f->want, 2);
    look_free(&l);
    made_when(poll, "2026-08-31");
    made_when(after, "2026-09-06"); /* custom: at most 6 days, unrolled Saturday 09-05 */
    l = look(t, NULL);
    assert_non_null(found(&l, FIND_BREACH, "S19.day"));
    assert_null(found(&l, FIND_BREACH, "S27.after"));
    assert_int_equal(found(&l, FIND_HINT, "S27.within")->day, day_of("2026-09-05"));
    look_free(&l);
    made_when(after, "2026-09-05");
    l = look(t, NULL);
    assert_null(found(&l, FIND_HINT, "S27.within"));
    look_free(&l);
    free(t);
}

/* A number that nobody confirmed: the step goes on and says what waits. */
static void test_waiting_days(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    put_step(t, A, "S13", "", "2026-08-29");
    struct look l = look(t, NULL);
    assert_non_null(found(&l, FIND_WAITS, "S13.lead"));
    assert_int_equal(state_of(&l, "S13", ""), SLOT_DONE);
    look_free(&l);
    rule_numbers[5].known = true;
    rule_numbers[5].value = 5;
    l = look(t, NULL);
    assert_null(found(&l, FIND_WAITS, NULL));
    assert_int_equal(found(&l, FIND_HINT, "S13.lead")->day, day_of("2026-08-25"));
    look_free(&l);
    rule_numbers[5].known = false;
    free(t);
}

/* ---- needs */

static void test_needs(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    put_step(t, A, "S05", "", "2026-07-28");
    struct look l = look(t, NULL);
    const struct finding *f = found(&l, FIND_BREACH, "S03");
    assert_string_equal(f->cite.article, "15");
    assert_string_equal(f->spec->id, "S05");
    assert_null(found(&l, FIND_HINT, "S05"));
    look_free(&l);
    struct made *m = put_step(t, A, "S03", "", "2026-07-28"); /* recorded later, the same day */
    l = look(t, NULL);
    assert_null(found(&l, FIND_BREACH, "S03"));
    look_free(&l);
    made_when(m, "2026-07-29"); /* it happened afterwards: for ever in the wrong order */
    l = look(t, NULL);
    assert_non_null(found(&l, FIND_BREACH, "S03"));
    look_free(&l);
    free(t);
    t = started(POLLING);
    put_step(t, A, "S06", "", "2026-08-01"); /* practice: a hint */
    l = look(t, NULL);
    assert_non_null(found(&l, FIND_HINT, "S05"));
    assert_null(found(&l, FIND_BREACH, "S05"));
    look_free(&l);
    free(t);
}

/* ---- what is missing */

static void test_missing(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    struct made *m = put_step(t, A, "S06", "", "2026-08-01");
    struct look l = look(t, NULL);
    assert_non_null(found(&l, FIND_MISSING, "published_on"));
    assert_non_null(found(&l, FIND_MISSING, "photo"));
    assert_non_null(found(&l, FIND_MISSING, "chair"));
    assert_null(found(&l, FIND_MISSING, "posted_at")); /* not required */
    assert_null(found(&l, FIND_MISSING, "list"));
    look_free(&l);
    struct made *later = put_correct(t, A, m); /* photos can follow */
    made_material(later, "photo", "paper");
    made_text(later, "published_on", "");
    l = look(t, NULL);
    assert_null(found(&l, FIND_MISSING, "photo"));
    assert_non_null(found(&l, FIND_MISSING, "published_on")); /* empty is not there */
    look_free(&l);
    m->s.priv_erased = true; /* what was erased by law was there */
    l = look(t, NULL);
    assert_null(found(&l, FIND_MISSING, "chair"));
    assert_non_null(found(&l, FIND_MISSING, "published_on"));
    look_free(&l);
    m->s.priv_erased = false;
    made_text(m, "chair", "");
    m->values[0].erased = m->values[0].private_part = true;
    l = look(t, NULL);
    assert_null(found(&l, FIND_MISSING, "chair"));
    look_free(&l);
    put_step(t, A, "S19", "", POLLING); /* of whom? */
    l = look(t, NULL);
    assert_non_null(found(&l, FIND_MISSING, "subject"));
    look_free(&l);
    free(t);
}

/* ---- clocks and roles */

static void test_belated(void **state)
{
    (void)state;
    static const struct {
        int64_t apart;
        const char *reason;
        bool belated, asks;
    } cases[] = {
        {24 * (int64_t)HOUR, "", false, false},        {24 * (int64_t)HOUR + 1, "", true, true},
        {24 * (int64_t)HOUR + 1, "停电", true, false}, {-24 * (int64_t)HOUR - 1, "", true, true},
        {-24 * (int64_t)HOUR, "", false, false},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct story *t = started(POLLING);
        struct made *m = put_step(t, A, "S05", "", "2026-07-28");
        m->s.off = 5000; /* the clock is 5 s behind */
        m->s.wall = m->s.happened_at + cases[i].apart - 5000;
        m->s.reason = cases[i].reason;
        struct look l = look(t, NULL);
        assert_int_equal(count_found(&l, FIND_BELATED, NULL), cases[i].belated);
        assert_int_equal(count_found(&l, FIND_MISSING, "reason"), cases[i].asks);
        assert_int_equal(count_found(&l, FIND_UNCLOCKED, NULL), 0);
        if (cases[i].belated) {
            assert_int_equal(found(&l, FIND_BELATED, NULL)->want - cases[i].apart,
                             m->s.happened_at);
        }
        look_free(&l);
        free(t);
    }
}

static void test_unclocked(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    struct made *m = put_step(t, A, "S05", "", "2026-07-28");
    m->s.off = INT64_MIN;
    m->s.recv_at = m->s.happened_at + 2 * HOUR;
    m->s.wall = 17; /* a clock that stands at its beginning */
    struct look l = look(t, NULL);
    assert_non_null(found(&l, FIND_UNCLOCKED, NULL));
    assert_int_equal(procedure_slot_of(l.p, "S05", "")->recorded_at, m->s.recv_at);
    assert_null(found(&l, FIND_BELATED, NULL));
    look_free(&l);
    m->s.recv_at = 0;
    l = look(t, NULL);
    assert_int_equal(procedure_slot_of(l.p, "S05", "")->recorded_at, 17);
    assert_non_null(found(&l, FIND_BELATED, NULL));
    look_free(&l);
    m->s.happened_at = 0; /* not given: nothing to compare */
    l = look(t, NULL);
    assert_null(found(&l, FIND_BELATED, NULL));
    look_free(&l);
    free(t);
}

static void test_roles(void **state)
{
    (void)state;
    static const struct {
        const char *role;
        bool fits;
    } cases[] = {{NULL, true},    {"worker", true},   {"leader", true},
                 {"duty", false}, {"auditor", false}, {"no such role", false}};
    for (size_t i = 0; i < LEN(cases); i++) {
        struct story *t = started(POLLING);
        struct made *m = put_step(t, A, "S03", "", "2026-07-27");
        m->s.role = cases[i].role;
        put_step(t, A, "S05", "", "2026-07-28")->s.role = cases[i].role; /* names no roles */
        struct look l = look(t, NULL);
        assert_int_equal(count_found(&l, FIND_ROLE, NULL), !cases[i].fits);
        assert_int_equal(state_of(&l, "S03", ""), SLOT_DONE); /* marked, never refused */
        look_free(&l);
        m->s.role = "worker";
        put_correct(t, A, m)->s.role = cases[i].role;
        l = look(t, NULL);
        assert_int_equal(count_found(&l, FIND_ROLE, NULL), !cases[i].fits);
        look_free(&l);
        free(t);
    }
}

/* ---- order and words */

static void test_gravest_first(void **state)
{
    (void)state;
    static const enum finding_kind order[] = {
        FIND_BREACH, FIND_CONTESTED, FIND_LATE,        FIND_DUE,       FIND_MISSING,
        FIND_WAITS,  FIND_ROLE,      FIND_QUARANTINED, FIND_UNCLOCKED, FIND_BELATED,
        FIND_REPEAT, FIND_UNKNOWN,   FIND_HINT};
    struct story *t = started(POLLING);
    story_sync(t, A, C);
    put_step(t, A, "S13", "", "2026-08-01");
    put_step(t, C, "S13", "", "2026-08-01");
    put_step(t, A, "S99", "", "2026-08-01");
    put_step(t, A, "S99", "", "2026-08-01");
    struct made *m = put_step(t, A, "S03", "", "2026-07-27");
    m->s.role = "duty";
    m->s.off = INT64_MIN;
    m->s.wall = 17;
    made_num(m, "size", 6);
    put_step(t, A, "S05", "", "2026-07-26")->s.status = STEP_QUARANTINED;
    put_step(t, A, "S06", "", "2026-08-01");
    put_step(t, A, "S21", "", "2026-08-01");
    struct look l = look(t, POLLING);
    size_t at = 0;
    bool seen[LEN(order)] = {false};
    for (size_t i = 0; i < procedure_findings(l.p); i++) {
        while (order[at] != procedure_finding(l.p, i)->kind) {
            at++;
            assert_true(at < LEN(order)); /* never back to a graver kind */
        }
        seen[at] = true;
    }
    for (size_t i = 0; i < LEN(order); i++) {
        if (!seen[i]) {
            fail_msg("no finding %s", finding_name(order[i]));
        }
    }
    look_free(&l);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operators),       cmocka_unit_test(test_large),
        cmocka_unit_test(test_not_yet),         cmocka_unit_test(test_gravity_of_checks),
        cmocka_unit_test(test_open_check),      cmocka_unit_test(test_terms),
        cmocka_unit_test(test_contested_terms), cmocka_unit_test(test_lead),
        cmocka_unit_test(test_within_right),    cmocka_unit_test(test_within_duty),
        cmocka_unit_test(test_on_and_after),    cmocka_unit_test(test_waiting_days),
        cmocka_unit_test(test_needs),           cmocka_unit_test(test_missing),
        cmocka_unit_test(test_belated),         cmocka_unit_test(test_unclocked),
        cmocka_unit_test(test_roles),           cmocka_unit_test(test_gravest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
