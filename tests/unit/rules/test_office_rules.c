/* What the shipped templates file and end: docs/procedures.md 1.7. */
#include "make_records.h"

#include "base/i18n.h"
#include "model/office.h"

enum { FACTS = 32, MEMORY = 4 * 1024 * 1024 };

/* A procedure told so far, and what it says about offices. */
struct told {
    struct ruleset *rules;
    struct story *story;
    struct ev_set *set;
    struct procedure *p;
    struct gw_arena arena;
    const struct office_fact *facts;
    size_t n;
};

static void begin(struct told *t, const char *template_id, const char *open)
{
    *t = (struct told){.rules = shipped_rules(template_id), .story = story_new(11)};
    put(story_add(t->story, 0, PROC_OPEN), open);
}

static void drop(struct told *t)
{
    procedure_free(t->p);
    ev_set_free(t->set);
    if (t->p) {
        gw_arena_free(&t->arena);
    }
    t->p = NULL;
    t->set = NULL;
}

static void look(struct told *t)
{
    drop(t);
    t->set = story_set(t->story, 5);
    const struct procedure_in in = {.rules = t->rules, .steps = t->set, .today = DAY_NONE};
    assert_int_equal(procedure_new(&in, &t->p), GW_OK);
    gw_arena_init(&t->arena, MEMORY);
    assert_int_equal(office_facts(t->p, &t->arena, &t->facts, &t->n), GW_OK);
}

static void end(struct told *t)
{
    drop(t);
    ruleset_free(t->rules);
    free(t->story);
}

/* "committee chair 张三 2026-06-18 2031-06-17", of an end "- committee 张三 2026-06-18 resigned" */
static void assert_facts(struct told *t, const char *const *rows, size_t n)
{
    look(t);
    assert_int_equal(t->n, n);
    for (size_t i = 0; i < n; i++) {
        const struct office_fact *f = &t->facts[i];
        char on[DAY_TEXT + 1];
        char until[DAY_TEXT + 1];
        char row[256];
        day_print(f->on, on);
        day_print(f->until, until);
        if (f->ends) {
            (void)snprintf(row, sizeof row, "- %s %s %s %s", office_organ_name(f->organ), f->name,
                           on, f->cause);
        } else {
            (void)snprintf(row, sizeof row, "%s %s %s%s%s %s %s", office_organ_name(f->organ),
                           f->post, f->group, *f->group ? " " : "", f->name, on, until);
        }
        assert_string_equal(row, rows[i]);
    }
}
#define ASSERT_FACTS(t, ...)                                                                       \
    do {                                                                                           \
        const char *const rows_[] = {__VA_ARGS__};                                                 \
        assert_facts(t, rows_, sizeof rows_ / sizeof rows_[0]);                                    \
    } while (0)

static void nobody_before_the_result(void **state)
{
    (void)state;
    struct told t;
    begin(&t, "village-direct", "division=CQ.500117|term=第十二届|polling_day=2026-06-18");
    (void)record_in(t.story, "S10", "1", "2026-06-03", "name=张三|resident_id=r-1|post=chair");
    (void)record_in(t.story, "S23-1", "1", "2026-06-18", "name=张三|post=chair|woman=0|votes=401");
    (void)record_in(t.story, "S09-1", "一组", "2026-05-28", "leader=李四|names=王五、赵六");
    look(&t);
    assert_int_equal(t.n, 0);
    (void)record_in(t.story, "S09", "", "2026-05-29", "published_on=2026-05-29");
    (void)record_in(t.story, "S23", "", "2026-06-18", "published_on=2026-06-18|elected=1");
    ASSERT_FACTS(&t, "group leader 一组 李四 2026-05-29 2031-05-29",
                 "representatives representative 一组 王五 2026-05-29 2031-05-29",
                 "representatives representative 一组 赵六 2026-05-29 2031-05-29",
                 "committee chair 张三 2026-06-18 2031-06-18");
    assert_string_equal(t.facts[3].resident, "r-1"); /* of the nomination */
    assert_true(t.facts[3].renews);
    (void)record_in(
        t.story, "S23-2", "1", "2026-07-02",
        "finding=void|ground=bribery|found_on=2026-07-01|by_government=1|document=镇发");
    look(&t);
    assert_int_equal(t.n, 5);
    assert_true(t.facts[4].ends && t.facts[4].same && t.facts[4].on == t.facts[3].on + 13);
    assert_string_equal(t.facts[4].subject, "1");
    end(&t);
}

static void a_rerun_and_the_supervisors(void **state)
{
    (void)state;
    struct told t;
    begin(&t, "community-voters", "division=CQ.500112|term=第八届|polling_day=2028-02-29");
    (void)record_in(t.story, "S24-2", "w1", "2028-02-29", "name=周八|post=member|woman=1|votes=77");
    (void)record_in(t.story, "S24", "", "2028-02-29", "published_on=2028-02-29");
    (void)record_in(t.story, "S27", "", "2028-03-08", "published_on=2028-03-08|names=辰、、巳");
    /* five years from a 29 February end on the 28th, and an empty name files nobody */
    ASSERT_FACTS(&t, "committee member 周八 2028-02-29 2033-02-28",
                 "supervision member 辰 2028-03-08 2033-03-08",
                 "supervision member 巳 2028-03-08 2033-03-08");
    assert_true(t.facts[1].rule->bars && t.facts[1].rule->bar == ORGAN_COMMITTEE);
    assert_string_equal(t.facts[1].rule->bar_cite.law, "U26");
    end(&t);
}

static void ends_of_offices(void **state)
{
    (void)state;
    struct told t;
    begin(&t, "resignation", "division=CQ.500117|meeting_day=2027-01-10");
    (void)record_in(t.story, "D01", "", "2027-01-02", "name=张三|post=chair");
    (void)record_in(t.story, "D03", "", "2027-01-10", "passed=0|present=40|agreed=10");
    (void)record_in(t.story, "D04", "", "2027-01-11", "effective_on=2027-01-11");
    look(&t);
    assert_int_equal(t.n, 0); /* the meeting has not let him go (V26 20) */
    end(&t);
    begin(&t, "resignation", "division=CQ.500117|meeting_day=2027-01-10");
    (void)record_in(t.story, "D01", "", "2027-01-02", "name=张三|post=chair");
    (void)record_in(t.story, "D03", "", "2027-01-10", "passed=1|present=40|agreed=30");
    (void)record_in(t.story, "D04", "", "2027-01-11", "effective_on=2027-01-11");
    ASSERT_FACTS(&t, "- committee 张三 2027-01-11 resigned");
    end(&t);
    begin(&t, "community-recall", "division=CQ.500117|member=李四|meeting_day=2027-01-10");
    (void)record_in(t.story, "R05", "", "2027-01-10", "passed=1");
    ASSERT_FACTS(&t, "- committee 李四 2027-01-10 recalled");
    end(&t);
    begin(&t, "yearly-review", "division=CQ.500117|meeting_day=2027-01-10");
    (void)record_in(t.story, "Y03", "1", "2027-01-10", "name=王五|result=not|ended=1");
    (void)record_in(t.story, "Y03", "2", "2027-01-10", "name=赵六|result=not|ended=0");
    ASSERT_FACTS(&t, "- committee 王五 2027-01-10 reviewed");
    end(&t);
    begin(&t, "representative-recall",
          "division=CQ.500117|group=二组|post=leader|member=孙七|meeting_day=2027-01-10");
    (void)record_in(t.story, "Q03", "", "2027-01-10", "passed=1");
    (void)record_in(t.story, "Q05", "", "2027-01-20", "chosen_on=2027-01-20|successor=周八");
    ASSERT_FACTS(&t, "- group 孙七 2027-01-10 replaced", "group leader 二组 周八 2027-01-20 ");
    end(&t);
}

static void for_the_rest_of_a_term(void **state)
{
    (void)state;
    struct told t;
    begin(&t, "by-election", "division=CQ.500117|meeting_day=2028-03-01");
    (void)record_in(t.story, "B01", "4", "2028-02-01",
                    "name=赵六|post=member|cause=died|vacant_on=2028-01-20");
    (void)record_in(t.story, "B08-1", "1", "2028-03-01", "name=孙七|post=member|woman=0|votes=30");
    (void)record_in(t.story, "B09", "", "2028-03-01", "published_on=2028-03-01");
    ASSERT_FACTS(&t, "- committee 赵六 2028-01-20 died", "committee member 孙七 2028-03-01 ");
    (void)record_in(t.story, "B10", "", "2028-03-05",
                    "filed_on=2028-03-05|serves_until=2031-06-17");
    ASSERT_FACTS(&t, "- committee 赵六 2028-01-20 died",
                 "committee member 孙七 2028-03-01 2031-06-17");
    end(&t);
    begin(&t, "supervision-by-election", "division=CQ.500117|meeting_day=2028-03-01");
    (void)record_in(t.story, "J01", "1", "2028-02-01",
                    "name=辰|cause=resigned|vacant_on=2028-02-01");
    (void)record_in(t.story, "J04", "1", "2028-03-01", "name=酉|passed=1");
    (void)record_in(t.story, "J04", "2", "2028-03-01", "name=戌|passed=0");
    (void)record_in(t.story, "J05", "", "2028-03-02",
                    "published_on=2028-03-02|serves_until=2031-06-25");
    ASSERT_FACTS(&t, "- supervision 辰 2028-02-01 resigned",
                 "supervision member 酉 2028-03-02 2031-06-25");
    end(&t);
}

/* Of a list that was erased somebody still sits there: the body was chosen anew. An end without a
 * name is one all the same. */
static void without_names(void **state)
{
    (void)state;
    struct told t;
    begin(&t, "village-direct", "division=CQ.500117|polling_day=2026-06-18");
    (void)record_in(t.story, "S27", "", "2026-06-26", "published_on=2026-06-26|members=3");
    ASSERT_FACTS(&t, "supervision member  2026-06-26 2031-06-26");
    end(&t);
    begin(&t, "resignation", "division=CQ.500117|meeting_day=2027-01-10");
    (void)record_in(t.story, "D01", "", "2027-01-02", "post=chair");
    (void)record_in(t.story, "D03", "", "2027-01-10", "passed=1|present=40|agreed=30");
    (void)record_in(t.story, "D04", "", "2027-01-11", "effective_on=2027-01-11");
    ASSERT_FACTS(&t, "- committee  2027-01-11 resigned");
    assert_string_equal(t.facts[0].post, "chair");
    assert_true(t.facts[0].waits); /* D03 has no second signature */
    end(&t);
}

static void a_void_poll(void **state)
{
    (void)state;
    struct told t;
    begin(&t, "community-households", "division=CQ.500117|polling_day=2026-06-18");
    (void)record_in(t.story, "S23-1", "1", "2026-06-18", "name=张三|post=chair|woman=0|votes=401");
    (void)record_in(t.story, "S23", "", "2026-06-18", "published_on=2026-06-18");
    (void)record_in(t.story, "S21-1", "", "2026-06-20", "document=街道办决定|starts_from=list");
    look(&t);
    assert_int_equal(t.n, 2);
    const struct office_fact *v = t.facts[0].ends ? &t.facts[0] : &t.facts[1];
    assert_true(v->ends && v->all);
    assert_string_equal(v->cause, "poll_void");
    struct made *close = story_add(t.story, 0, PROC_CLOSE);
    close->s.outcome = "done";
    look(&t);
    assert_int_equal(t.n, 2);
    close->s.outcome = "withdrawn"; /* opened by mistake */
    look(&t);
    assert_int_equal(t.n, 0);
    end(&t);
}

static void ends_without_a_procedure_of_their_own(void **state)
{
    (void)state;
    struct told t;
    begin(&t, "office-ended", "division=CQ.500117|registered_on=2027-01-10");
    (void)record_in(t.story, "E01", "1", "2027-01-10",
                    "name=辰|organ=supervision|ended_on=2027-01-02|cause=died");
    (void)record_in(t.story, "E01", "2", "2027-01-10",
                    "name=巳|organ=representatives|group=一组|ended_on=2027-01-03|cause=resigned");
    ASSERT_FACTS(&t, "- supervision 辰 2027-01-02 died",
                 "- representatives 巳 2027-01-03 resigned");
    end(&t);
}

static void the_party_organisation(void **state)
{
    (void)state;
    struct told t;
    begin(&t, "party-members", "division=CQ.500117|elected_on=2026-01-10|whole=1");
    (void)record_in(t.story, "P01", "1", "2026-01-10",
                    "name=张三|resident_id=r-1|post=secretary|elected_on=2026-01-10");
    (void)record_in(t.story, "P02", "1", "2027-01-10", "left_on=2027-01-09|cause=transferred");
    ASSERT_FACTS(&t, "party secretary 张三 2026-01-10 2031-01-10",
                 "- party  2027-01-09 transferred");
    assert_true(t.facts[1].same);
    end(&t);
}

/* A correction moves what is filed; of a contested record nothing is. */
static void what_is_in_force_is_filed(void **state)
{
    (void)state;
    struct told t;
    begin(&t, "party-members", "division=CQ.500117|elected_on=2026-01-10|whole=1");
    story_sync(t.story, 0, 2);
    struct made *first =
        record_in(t.story, "P01", "1", "2026-01-10", "name=张三|post=member|elected_on=2026-01-10");
    struct made *fix = story_add(t.story, 0, PROC_CORRECT);
    fix->s.target = first->s.hash;
    made_text(fix, "post", "secretary");
    ASSERT_FACTS(&t, "party secretary 张三 2026-01-10 2031-01-10");
    struct made *rival = story_add(t.story, 2, PROC_STEP); /* had not seen it */
    rival->s.step = "P01";
    rival->s.subject = "1";
    put(rival, "name=李四|post=member|elected_on=2026-01-10");
    look(&t);
    assert_int_equal(t.n, 0);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_before_the_result),
        cmocka_unit_test(a_rerun_and_the_supervisors),
        cmocka_unit_test(ends_of_offices),
        cmocka_unit_test(for_the_rest_of_a_term),
        cmocka_unit_test(without_names),
        cmocka_unit_test(a_void_poll),
        cmocka_unit_test(ends_without_a_procedure_of_their_own),
        cmocka_unit_test(the_party_organisation),
        cmocka_unit_test(what_is_in_force_is_filed),
    };
    (void)gw_i18n_init("zh_CN");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
