/* Days: what is due and late, the calendar, and the calendar of a day that is only asked about.
 * Counted by hand against the rest days of 2026. */
#include "make_rules.h"

enum { A, B, C, D };

static struct story *started(const char *polling_day)
{
    struct story *t = story_new(1);
    put_open_on(t, A, polling_day);
    return t;
}

static const struct cal_line *line_of(const struct look *l, const char *step)
{
    for (size_t i = 0; i < procedure_calendar(l->p); i++) {
        if (strcmp(procedure_cal(l->p, i)->spec->id, step) == 0) {
            return procedure_cal(l->p, i);
        }
    }
    fail();
    return NULL;
}

static void test_calendar(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    struct look l = look(t, NULL);
    const struct cal_line *list = line_of(&l, "S06");
    assert_int_equal(list->latest, day_of("2026-08-10")); /* D-20 */
    assert_int_equal(list->overdue_after, day_of("2026-08-10"));
    assert_int_equal(list->plan, day_of("2026-08-02")); /* D-28 */
    assert_string_equal(list->latest_rule->id, "S06.lead");
    assert_int_equal(list->earliest, DAY_NONE);
    assert_false(list->done);
    assert_true(list->applies);
    assert_int_equal(line_of(&l, "S03")->earliest, DAY_NONE); /* its rule is about a field */
    assert_int_equal(line_of(&l, "S13")->latest, DAY_NONE);   /* its number waits */
    assert_int_equal(line_of(&l, "S19")->latest, day_of(POLLING));
    assert_int_equal(line_of(&l, "S19")->earliest, day_of(POLLING));
    assert_int_equal(line_of(&l, "S26")->latest, DAY_NONE); /* nothing it hangs on yet */
    assert_false(line_of(&l, "S08")->applies);              /* no objection */
    assert_true(line_of(&l, "S24")->applies);               /* not known yet: may apply */
    look_free(&l);
    made_num(put_step(t, A, "S21", "", POLLING), "open", 0);
    put_step(t, A, "S06", "", "2026-08-03");
    l = look(t, NULL);
    assert_false(line_of(&l, "S24")->applies);
    assert_true(line_of(&l, "S06")->done);
    assert_int_equal(line_of(&l, "S06")->happened, day_of("2026-08-03"));
    assert_int_equal(line_of(&l, "S26")->latest, day_of("2026-09-09"));
    assert_int_equal(line_of(&l, "S26")->plan, day_of("2026-09-09")); /* custom says D+40 */
    assert_int_equal(line_of(&l, "S27")->earliest, day_of("2026-09-01"));
    assert_int_equal(line_of(&l, "S27")->latest, day_of("2026-09-05"));
    look_free(&l);
    free(t);
}

/* A duty of 10 days: the day it is due and the day after which it is overdue. */
static void test_duty_days(void **state)
{
    (void)state;
    static const struct {
        const char *from, *due, *overdue_after;
        bool unknown;
    } cases[] = {
        {"2026-09-20", "2026-09-30", "2026-09-30", false}, /* a Wednesday */
        {"2026-09-24", "2026-10-04", "2026-10-08", false}, /* National Day: to Thursday */
        {"2026-09-30", "2026-10-10", "2026-10-10", false}, /* a Saturday that is worked */
        {"2026-02-04", "2026-02-14", "2026-02-14", false}, /* a Saturday that is worked */
        {"2026-02-05", "2026-02-15", "2026-02-24", false}, /* Spring Festival: to Tuesday */
        {"2026-07-01", "2026-07-11", "2026-07-13", false}, /* a plain weekend */
        {"2026-12-28", "2027-01-07", "2027-01-07", true},  /* 2027 is not announced */
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct story *t = started("2026-12-30");
        put_step(t, A, "S21", "", cases[i].from);
        struct look l = look(t, NULL);
        const struct cal_line *line = line_of(&l, "S26");
        assert_int_equal(line->latest, day_of(cases[i].due));
        assert_int_equal(line->overdue_after, day_of(cases[i].overdue_after));
        assert_int_equal(line->rest_unknown, cases[i].unknown);
        look_free(&l);
        free(t);
    }
}

struct today_case {
    const char *today;
    enum finding_kind kind; /* FIND_UNKNOWN: nothing */
    const char *rule, *day;
};

static void check_today(struct story *t, const char *step, const struct today_case *c)
{
    struct look l = look(t, c->today);
    const struct finding *f = NULL;
    for (size_t i = 0; i < procedure_findings(l.p); i++) {
        const struct finding *g = procedure_finding(l.p, i);
        bool told = g->kind != FIND_WAITS && (g->kind != FIND_HINT || c->kind == FIND_HINT);
        if (told && g->spec && strcmp(g->spec->id, step) == 0) {
            assert_null(f); /* one, not two */
            f = g;
        }
    }
    if ((f ? f->kind : FIND_UNKNOWN) != c->kind) {
        fail_msg("%s on %s: %s", step, c->today, f ? finding_name(f->kind) : "nothing");
    }
    if (f) {
        assert_string_equal(f->rule, c->rule);
        assert_int_equal(f->day, day_of(c->day));
        assert_int_equal(f->slot->state, SLOT_OPEN);
    }
    look_free(&l);
}

/* Planned for 08-02, by custom published by 08-08, by law by 08-10. */
static void test_due_and_late(void **state)
{
    (void)state;
    static const struct today_case cases[] = {
        {"2026-08-01", FIND_UNKNOWN, NULL, NULL},
        {"2026-08-02", FIND_DUE, "S06.custom", "2026-08-08"},
        {"2026-08-08", FIND_DUE, "S06.custom", "2026-08-08"},
        {"2026-08-09", FIND_DUE, "S06.lead", "2026-08-10"},
        {"2026-08-10", FIND_DUE, "S06.lead", "2026-08-10"},
        {"2026-08-11", FIND_LATE, "S06.lead", "2026-08-10"},
    };
    struct story *t = started(POLLING);
    for (size_t i = 0; i < LEN(cases); i++) {
        check_today(t, "S06", &cases[i]);
    }
    put_step(t, A, "S06", "", "2026-08-20");
    struct look l = look(t, "2026-08-20"); /* late as it is, recorded is not undone */
    assert_null(found(&l, FIND_LATE, "S06.lead"));
    look_free(&l);
    free(t);
}

/* A plan without a law behind it, and a duty that rolls over National Day. */
static void test_due_kinds(void **state)
{
    (void)state;
    static const struct today_case plan[] = {
        {"2026-07-26", FIND_UNKNOWN, NULL, NULL},
        {"2026-07-27", FIND_DUE, "plan", "2026-07-27"}, /* D-34 */
        {"2026-08-20", FIND_DUE, "plan", "2026-07-27"},
    };
    static const struct today_case duty[] = {
        {"2026-10-03", FIND_UNKNOWN, NULL, NULL},
        {"2026-10-04", FIND_DUE, "S26.within", "2026-10-04"},
        {"2026-10-08", FIND_DUE, "S26.within", "2026-10-04"},
        {"2026-10-09", FIND_LATE, "S26.within", "2026-10-04"},
    };
    static const struct today_case custom[] = {
        {"2026-09-29", FIND_UNKNOWN, NULL, NULL},
        {"2026-09-30", FIND_DUE, "S27.within", "2026-09-30"},
        {"2026-10-01", FIND_HINT, "S27.within", "2026-09-30"}, /* practice is never overdue */
    };
    struct story *t = started(POLLING);
    for (size_t i = 0; i < LEN(plan); i++) {
        check_today(t, "S03", &plan[i]);
    }
    put_step(t, A, "S21", "", "2026-09-24");
    for (size_t i = 0; i < LEN(duty); i++) {
        check_today(t, "S26", &duty[i]);
    }
    for (size_t i = 0; i < LEN(custom); i++) {
        check_today(t, "S27", &custom[i]);
    }
    free(t);
}

/* Each objection has its own deadline; optional steps are never due; a step that does not apply
 * neither. */
static void test_due_subjects(void **state)
{
    (void)state;
    static const struct today_case cases[] = {
        {"2026-06-19", FIND_UNKNOWN, NULL, NULL},
        {"2026-06-20", FIND_DUE, "S08.within", "2026-06-20"},
        {"2026-06-22", FIND_DUE, "S08.within", "2026-06-20"},
        {"2026-06-23", FIND_LATE, "S08.within", "2026-06-20"},
    };
    struct story *t = started("2026-12-30");
    struct look l = look(t, "2026-12-30");
    assert_null(found(&l, FIND_LATE, "S08.within"));
    assert_null(found(&l, FIND_LATE, "S07.within"));
    look_free(&l);
    made_text(put_step(t, A, "S07", "王", "2026-06-17"), "received_on", "2026-06-17");
    for (size_t i = 0; i < LEN(cases); i++) {
        check_today(t, "S08", &cases[i]);
    }
    l = look(t, "2026-06-23");
    assert_string_equal(found(&l, FIND_LATE, "S08.within")->slot->subject, "王");
    look_free(&l);
    made_text(put_step(t, A, "S08", "王", "2026-06-22"), "decided_on", "2026-06-22");
    l = look(t, "2026-06-23");
    assert_null(found(&l, FIND_LATE, NULL));
    look_free(&l);
    free(t);
}

/* A plan alone is not due before its needs by law are there; optional steps never are; nor are
 * those of which nobody knows whether they apply. */
static void test_due_not(void **state)
{
    (void)state;
    static const struct today_case before = {"2026-07-28", FIND_UNKNOWN, NULL, NULL};
    static const struct today_case after = {"2026-07-28", FIND_DUE, "plan", "2026-07-28"};
    static const struct today_case optional = {"2026-08-30", FIND_UNKNOWN, NULL, NULL};
    static const struct today_case rerun = {"2026-09-10", FIND_UNKNOWN, NULL, NULL};
    static const struct today_case open = {"2026-09-10", FIND_DUE, "plan", "2026-09-06"};
    struct story *t = started(POLLING);
    check_today(t, "S05", &before); /* its plan is here, what it needs by law is not */
    put_step(t, A, "S03", "", "2026-07-27");
    check_today(t, "S05", &after);
    check_today(t, "S18", &optional); /* D-40 has passed */
    check_today(t, "S24", &rerun);    /* whether seats stay open is not known */
    made_num(put_step(t, A, "S21", "", POLLING), "open", 1);
    check_today(t, "S24", &open);
    free(t);
}

/* Closed: nothing is to do today; what was missed stays. */
static void test_due_closed(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    story_add(t, A, PROC_CLOSE);
    struct look l = look(t, "2026-08-10");
    assert_null(found(&l, FIND_DUE, NULL));
    look_free(&l);
    l = look(t, "2026-08-11");
    assert_non_null(found(&l, FIND_LATE, "S06.lead"));
    look_free(&l);
    free(t);
}

static void test_can(void **state)
{
    (void)state;
    struct story *t = started(POLLING);
    struct look l = look(t, NULL);
    const struct proc_template *tpl = &template_small;
    assert_true(procedure_can(l.p, template_step(tpl, "S03")));
    assert_false(procedure_can(l.p, template_step(tpl, "S05"))); /* by law after S03 */
    assert_true(procedure_can(l.p, template_step(tpl, "S06")));  /* S05 is only custom */
    assert_false(procedure_can(l.p, template_step(tpl, "S08"))); /* does not apply */
    look_free(&l);
    story_sync(t, A, C);
    put_step(t, A, "S03", "", "2026-07-27");
    put_step(t, A, "S07", "王", "2026-08-03");
    l = look(t, NULL);
    assert_false(procedure_can(l.p, template_step(tpl, "S03"))); /* done */
    assert_true(procedure_can(l.p, template_step(tpl, "S05")));
    assert_true(procedure_can(l.p, template_step(tpl, "S07"))); /* has subjects */
    assert_true(procedure_can(l.p, template_step(tpl, "S08")));
    look_free(&l);
    put_step(t, C, "S03", "", "2026-07-27");
    l = look(t, NULL);
    assert_false(procedure_can(l.p, template_step(tpl, "S03"))); /* contested */
    assert_false(procedure_can(l.p, template_step(tpl, "S05"))); /* waits for it */
    look_free(&l);
    free(t);
}

static void test_done(void **state)
{
    (void)state;
    static const char *const steps[] = {"S03", "S05", "S06", "S13", "S21", "S26", "S27"};
    struct story *t = started(POLLING);
    for (size_t i = 0; i < LEN(steps); i++) {
        made_num(put_step(t, A, steps[i], "", POLLING), "open", 0);
    }
    put_step(t, A, "S19", "一站", POLLING);
    struct made *m = put_step(t, A, "S20", "", POLLING);
    struct look l = look(t, NULL);
    assert_string_equal(procedure_state_name(l.p), "open"); /* S20 waits for its second person */
    look_free(&l);
    story_sync(t, A, C);
    put_cosign(t, C, m);
    l = look(t, NULL);
    assert_string_equal(procedure_state_name(l.p), "done"); /* optional ones may be missing */
    look_free(&l);
    free(t);
}

/* ---- 倒排表 */

static void test_plan(void **state)
{
    (void)state;
    struct cal_line lines[LEN(steps_)];
    struct cal_plan plan = {.lines = lines};
    const struct ruleset *rules = rules_small();
    assert_int_equal(procedure_plan(rules, day_of("2026-06-17"), day_of("2026-05-29"), &plan),
                     GW_OK);
    assert_int_equal(plan.first, day_of("2026-06-18")); /* 最早 6月18日 */
    assert_string_equal(plan.broken->id, "S06.lead");
    assert_string_equal(plan.broken_step->id, "S06");
    assert_int_equal(procedure_plan(rules, day_of("2026-06-18"), day_of("2026-05-29"), &plan),
                     GW_OK);
    assert_null(plan.broken);
    assert_int_equal(procedure_plan(rules, day_of(POLLING), day_of("2026-05-29"), &plan), GW_OK);
    assert_int_equal(plan.n, LEN(steps_));
    const struct cal_line *list = &lines[2];
    assert_string_equal(list->spec->id, "S06");
    assert_int_equal(list->latest, day_of("2026-08-10"));
    assert_int_equal(list->plan, day_of("2026-08-02"));
    assert_int_equal(lines[3].latest, day_of("2026-08-07")); /* objections to the planned list */
    assert_int_equal(lines[4].latest, DAY_NONE); /* decisions: objections have no plan */
    assert_true(lines[4].applies);               /* there may be objections */
    assert_true(lines[10].applies);              /* and open seats */
    assert_int_equal(lines[5].latest, DAY_NONE); /* waits for the district */
    assert_int_equal(lines[7].latest, day_of(POLLING));
    assert_false(list->done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calendar),     cmocka_unit_test(test_duty_days),
        cmocka_unit_test(test_due_and_late), cmocka_unit_test(test_due_kinds),
        cmocka_unit_test(test_due_subjects), cmocka_unit_test(test_due_closed),
        cmocka_unit_test(test_due_not),      cmocka_unit_test(test_can),
        cmocka_unit_test(test_done),         cmocka_unit_test(test_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
