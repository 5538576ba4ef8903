/* Offices of one place joined over procedures: what ends them, who follows, how long, and who sits
 * in two. The order in which they are given never matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/rnd.h"
#include "model/office.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static gw_day at(const char *text)
{
    gw_day day;
    assert_true(day_parse(text, &day));
    return day;
}

/* process, organ, post, name, resident, since */
static struct office office(const char *process, enum office_organ organ, const char *post,
                            const char *name, const char *resident, const char *since)
{
    return (struct office){.process = process,
                           .division = "CQ.500112.013.005",
                           .committee = "village",
                           .term = "",
                           .name = name,
                           .resident = resident,
                           .post = post,
                           .group = "",
                           .subject = "1",
                           .hash = name,
                           .organ = organ,
                           .since = at(since),
                           .said = DAY_NONE,
                           .until = DAY_NONE,
                           .ended = DAY_NONE,
                           .cause = "",
                           .bar = ORGAN_N,
                           .bar_says = ""};
}

static struct office elected(const char *process, const char *name, const char *since,
                             const char *until)
{
    struct office o = office(process, ORGAN_COMMITTEE, "member", name, "", since);
    o.renews = true;
    o.said = at(until);
    return o;
}

static struct office_end ended(const char *name, const char *resident, const char *on)
{
    return (struct office_end){.process = "r",
                               .subject = "",
                               .name = name,
                               .resident = resident,
                               .group = "",
                               .post = "",
                               .cause = "resigned",
                               .organ = ORGAN_COMMITTEE,
                               .on = at(on)};
}

static void the_next_election_ends_the_last(void **state)
{
    (void)state;
    struct office o[] = {elected("p1", "张三", "2021-06-18", "2026-06-17"),
                         elected("p2", "张三", "2026-06-20", "2031-06-19"),
                         elected("p2", "李四", "2026-06-20", "2031-06-19"),
                         office("p1", ORGAN_SUPERVISION, "member", "王五", "", "2021-06-26")};
    office_join(o, COUNT(o), NULL, 0, at("2026-06-19"));
    assert_int_equal(o[0].state, OFFICE_OVER); /* its days are over, the next are not there yet */
    assert_int_equal(o[1].state, OFFICE_COMING);
    assert_int_equal(o[0].also, 0); /* the same organ is no second office */
    office_join(o, COUNT(o), NULL, 0, at("2026-06-20"));
    assert_int_equal(o[0].state, OFFICE_ENDED);
    assert_int_equal(o[0].ended, at("2026-06-20"));
    assert_string_equal(o[0].cause, "term");
    assert_int_equal(o[1].state, OFFICE_HELD);
    assert_int_equal(o[3].state, OFFICE_HELD); /* another organ is not renewed by it */
}

static void an_end_finds_its_person(void **state)
{
    (void)state;
    struct office o[] = {office("p1", ORGAN_COMMITTEE, "chair", "张三", "r-1", "2026-06-18"),
                         office("p1", ORGAN_COMMITTEE, "member", "张三", "r-2", "2026-06-18"),
                         office("p1", ORGAN_COMMITTEE, "member", "李四", "", "2026-06-18"),
                         office("p1", ORGAN_GROUP, "leader", "李四", "", "2026-06-18")};
    struct office_end ends[] = {ended("张三", "r-2", "2027-01-10"),
                                ended("李四", "r-9", "2027-02-01"),
                                ended("李四", "", "2026-01-01")}; /* before he was there */
    office_join(o, COUNT(o), ends, COUNT(ends), at("2027-03-01"));
    assert_int_equal(o[0].state, OFFICE_HELD); /* the id is another's */
    assert_int_equal(o[1].state, OFFICE_ENDED);
    assert_int_equal(o[1].ended, at("2027-01-10"));
    assert_string_equal(o[1].cause, "resigned");
    assert_int_equal(o[2].ended, at("2027-02-01")); /* by the name: the record has no id */
    assert_int_equal(o[3].state, OFFICE_HELD);      /* another organ */
}

static void two_of_one_name_are_not_guessed(void **state)
{
    (void)state;
    struct office o[] = {office("p1", ORGAN_COMMITTEE, "chair", "张伟", "", "2026-06-18"),
                         office("p1", ORGAN_COMMITTEE, "member", "张伟", "", "2026-06-18")};
    struct office_end end = ended("张伟", "", "2027-01-10");
    office_join(o, COUNT(o), &end, 1, at("2027-03-01"));
    assert_int_equal(o[0].state, OFFICE_HELD);
    assert_int_equal(o[1].state, OFFICE_HELD);
    assert_true(o[0].doubt && o[1].doubt);
}

static void who_was_found_void_is_known_by_number(void **state)
{
    (void)state;
    struct office o[] = {office("p1", ORGAN_COMMITTEE, "chair", "", "", "2026-06-18"),
                         office("p2", ORGAN_COMMITTEE, "chair", "", "", "2026-06-18")};
    struct office_end end = ended("", "", "2026-06-30");
    end.process = "p2";
    end.subject = "1";
    end.same = true;
    end.cause = "void";
    office_join(o, COUNT(o), &end, 1, at("2026-07-01"));
    assert_int_equal(o[0].state, OFFICE_HELD);
    assert_int_equal(o[1].state, OFFICE_ENDED);
    assert_string_equal(o[1].cause, "void");
}

static void the_rest_of_a_term(void **state)
{
    (void)state;
    struct office o[] = {elected("p1", "张三", "2021-06-18", "2026-06-17"),
                         elected("p2", "李四", "2026-06-18", "2031-06-17"),
                         office("b1", ORGAN_COMMITTEE, "member", "赵六", "", "2028-03-01"),
                         office("b0", ORGAN_COMMITTEE, "member", "孙七", "", "2022-03-01"),
                         office("b2", ORGAN_SUPERVISION, "member", "周八", "", "2028-03-01")};
    office_join(o, COUNT(o), NULL, 0, at("2028-04-01"));
    assert_int_equal(o[2].until, at("2031-06-17"));
    assert_int_equal(o[2].state, OFFICE_HELD);
    assert_int_equal(o[3].until, at("2026-06-17"));
    assert_int_equal(o[3].state, OFFICE_ENDED); /* with those he joined */
    assert_int_equal(o[4].until, DAY_NONE);     /* nobody to join */
}

static void both_committees(void **state)
{
    (void)state;
    struct office o[] = {office("p", ORGAN_PARTY, "secretary", "张三", "r-1", "2026-01-10"),
                         office("p", ORGAN_PARTY, "member", "李四", "", "2026-01-10"),
                         office("p", ORGAN_PARTY, "member", "王五", "r-5", "2026-01-10"),
                         office("v", ORGAN_COMMITTEE, "chair", "张三", "r-1", "2026-06-18"),
                         office("v", ORGAN_COMMITTEE, "member", "李四", "r-4", "2026-06-18"),
                         office("v", ORGAN_COMMITTEE, "member", "王五", "r-6", "2026-06-18")};
    char mark[200];
    office_join(o, COUNT(o), NULL, 0, at("2026-07-01"));
    assert_true(o[0].leads_both && o[3].leads_both);
    assert_int_equal(o[0].also, 1U << ORGAN_COMMITTEE);
    assert_int_equal(o[3].also, 1U << ORGAN_PARTY);
    assert_false(o[0].by_name);
    assert_true(o[1].also != 0 && o[1].by_name && !o[1].leads_both);
    assert_int_equal(o[2].also, 0); /* two of one name with two ids are two persons */
    (void)office_mark_print(&o[3], mark, sizeof mark);
    assert_string_equal(mark, "书记、主任一肩挑：党组织");
    (void)office_mark_print(&o[1], mark, sizeof mark);
    assert_string_equal(mark, "交叉任职：村民委员会（仅按姓名对应）");
    assert_int_equal(office_mark_print(&o[2], mark, sizeof mark), 0);
    office_join(o, COUNT(o), NULL, 0, at("2026-02-01")); /* before the village has elected */
    assert_int_equal(o[4].state, OFFICE_COMING);
    assert_int_equal(o[0].also, 0);
    o[3].committee = o[4].committee = o[5].committee = "community"; /* the place says what it is */
    office_join(o, COUNT(o), NULL, 0, at("2026-07-01"));
    (void)office_mark_print(&o[1], mark, sizeof mark);
    assert_string_equal(mark, "交叉任职：居民委员会（仅按姓名对应）");
}

static void who_may_not_sit_in_both(void **state)
{
    (void)state;
    struct office o[] = {
        office("v", ORGAN_COMMITTEE, "member", "张三", "r-1", "2026-06-18"),
        office("v", ORGAN_SUPERVISION, "member", "张 三", "", "2026-06-26"),
        office("v", ORGAN_REPRESENTATIVES, "representative", "张三", "r-1", "2026-05-29")};
    char mark[300];
    o[1].bar = ORGAN_COMMITTEE;
    office_join(o, COUNT(o), NULL, 0, at("2026-07-01"));
    assert_int_equal(o[0].barred, 1U << ORGAN_SUPERVISION);
    assert_int_equal(o[1].barred, 1U << ORGAN_COMMITTEE);
    assert_int_equal(o[2].barred, 0);
    o[1].bar_says = "第37条";
    (void)office_mark_print(&o[1], mark, sizeof mark); /* a representative he may be */
    assert_string_equal(mark, "不得兼任：村民委员会（仅按姓名对应）。第37条");
    (void)office_mark_print(&o[2], mark, sizeof mark);
    assert_string_equal(mark, "兼任：村民委员会 · 村务监督委员会（仅按姓名对应）");
}

/* A member is chosen as chair for the rest of the term; later he leaves: both seats are accounted
 * for. */
static void one_seat_of_a_body(void **state)
{
    (void)state;
    struct office o[] = {elected("p1", "张三", "2026-06-18", "2031-06-18"),
                         office("b1", ORGAN_COMMITTEE, "chair", "张三", "", "2028-03-01")};
    struct office_end ends[] = {ended("张三", "", "2029-01-10"), ended("张三", "", "2029-01-10")};
    ends[1].process = "b2"; /* the vacancy that his resignation made */
    office_join(o, COUNT(o), ends, COUNT(ends), at("2029-02-01"));
    assert_string_equal(o[0].cause, "moved");
    assert_int_equal(o[0].ended, at("2028-03-01"));
    assert_int_equal(o[1].ended, at("2029-01-10"));
    assert_false(o[0].doubt || o[1].doubt || ends[0].lost || ends[1].lost);
}

static void on_the_day_of_the_next_term(void **state)
{
    (void)state;
    struct office o[] = {elected("p1", "张三", "2021-06-18", "2026-06-18"),
                         elected("p2", "张三", "2026-06-20", "2031-06-20")};
    struct office_end end = ended("张三", "", "2026-06-20");
    office_join(o, COUNT(o), &end, 1, at("2026-07-01"));
    assert_string_equal(o[0].cause, "term");
    assert_string_equal(o[1].cause, "resigned");
    assert_false(o[0].doubt || o[1].doubt);
}

/* The post tells namesakes apart, and is what is left when the name was erased. */
static void the_post_decides(void **state)
{
    (void)state;
    struct office o[] = {office("p1", ORGAN_COMMITTEE, "chair", "张伟", "", "2026-06-18"),
                         office("p1", ORGAN_COMMITTEE, "member", "张伟", "", "2026-06-18"),
                         office("p1", ORGAN_COMMITTEE, "member", "李四", "", "2026-06-18")};
    struct office_end ends[] = {ended("张伟", "", "2027-01-10"), ended("", "", "2027-02-01")};
    ends[0].post = ends[1].post = "chair";
    office_join(o, COUNT(o), ends, 1, at("2027-03-01"));
    assert_int_equal(o[0].state, OFFICE_ENDED);
    assert_false(o[1].doubt);
    office_join(o, COUNT(o), &ends[1], 1, at("2027-03-01"));
    assert_int_equal(o[0].ended, at("2027-02-01")); /* the only chair */
    ends[1].post = "member";
    office_join(o, COUNT(o), &ends[1], 1, at("2027-03-01"));
    assert_int_equal(o[1].state, OFFICE_HELD);
    assert_true(o[1].doubt && o[2].doubt && !o[0].doubt);
}

static void an_end_that_waits(void **state)
{
    (void)state;
    struct office o[] = {office("p1", ORGAN_COMMITTEE, "chair", "张三", "", "2026-06-18")};
    struct office_end ends[] = {ended("张三", "", "2027-01-10"), ended("王五", "", "2027-01-10")};
    ends[0].waits = true;
    office_join(o, COUNT(o), ends, COUNT(ends), at("2027-03-01"));
    assert_int_equal(o[0].state, OFFICE_HELD);
    assert_true(o[0].waits);
    assert_false(ends[0].lost);
    assert_true(ends[1].lost); /* nobody of that name is here */
}

static void groups_are_written_in_two_ways(void **state)
{
    (void)state;
    struct office o[] = {office("p1", ORGAN_GROUP, "leader", "张三", "", "2026-06-18"),
                         office("p1", ORGAN_GROUP, "leader", "张三", "", "2026-06-18")};
    struct office_end end = ended("张\xE3\x80\x80三", "", "2027-01-10"); /* U+3000 */
    o[0].group = "第一组";
    o[1].group = "二组";
    end.organ = ORGAN_GROUP;
    end.group = "二组";
    office_join(o, COUNT(o), &end, 1, at("2027-03-01"));
    assert_int_equal(o[0].state, OFFICE_HELD);
    assert_int_equal(o[1].state, OFFICE_ENDED);
    o[1].name = "李四";
    end.group = "一组"; /* as it was elected: 第一组, and the only 张三 */
    office_join(o, COUNT(o), &end, 1, at("2027-03-01"));
    assert_int_equal(o[0].state, OFFICE_ENDED);
}

/* The poll of p2 was void: those before serve on, also when that is found later. */
static void a_void_poll_renews_nothing(void **state)
{
    (void)state;
    struct office o[] = {elected("p1", "张三", "2021-06-18", "2026-06-18"),
                         elected("p2", "李四", "2026-06-20", "2031-06-20")};
    struct office_end end = ended("", "", "2026-06-19"); /* before its result: on that day */
    end.process = "p2";
    end.all = true;
    end.cause = "void";
    office_join(o, COUNT(o), &end, 1, at("2026-07-01"));
    assert_int_equal(o[0].state, OFFICE_OVER);
    assert_int_equal(o[1].state, OFFICE_ENDED);
    assert_int_equal(o[1].ended, at("2026-06-20"));
    assert_false(end.lost);
    end.on = at("2026-06-30");
    office_join(o, COUNT(o), &end, 1, at("2026-07-01"));
    assert_int_equal(o[0].state, OFFICE_OVER);
    assert_int_equal(o[1].ended, at("2026-06-30"));
    end.waits = true; /* not decided yet */
    office_join(o, COUNT(o), &end, 1, at("2026-07-01"));
    assert_string_equal(o[0].cause, "term");
    assert_true(o[1].waits);
}

/* 另行选举 fills up a term that has begun. */
static void one_term_for_all(void **state)
{
    (void)state;
    struct office o[] = {elected("p1", "李四", "2026-06-30", "2031-06-30"),
                         elected("p1", "张三", "2026-06-18", "2031-06-18")};
    office_join(o, COUNT(o), NULL, 0, at("2026-07-01"));
    assert_int_equal(o[0].until, at("2031-06-18"));
    assert_int_equal(o[1].until, at("2031-06-18"));
}

/* ---- random places: the order in which facts are read says nothing */

enum { RANDOM = 300, PLACE = 14, ENDS = 6 };

static const char *const names[] = {"甲", "乙", "丙"};
static const char *const ids[] = {"", "r-1", "r-2"};
static const char *const causes[] = {"resigned", "died", "recalled"};
static const char *const processes[] = {"p1", "p2", "p3"};

static void random_place(const struct gw_random *r, struct office *o, struct office_end *e)
{
    for (size_t i = 0; i < PLACE; i++) {
        enum office_organ organ = (enum office_organ)gw_random_below(r, ORGAN_N);
        o[i] = office(processes[gw_random_below(r, 3)], organ, "member",
                      names[gw_random_below(r, 3)], ids[gw_random_below(r, 3)], "2026-06-18");
        o[i].since += (gw_day)gw_random_below(r, 2000);
        o[i].post = gw_random_below(r, 3) == 0 ? "chair" : "member";
        o[i].renews = gw_random_below(r, 2) == 0;
        o[i].said = gw_random_below(r, 3) == 0 ? DAY_NONE : o[i].since + 1825;
        o[i].bar = gw_random_below(r, 4) == 0 ? ORGAN_COMMITTEE : ORGAN_N;
        o[i].subject = ids[gw_random_below(r, 3)];
    }
    for (size_t i = 0; i < ENDS; i++) {
        e[i] = ended(names[gw_random_below(r, 3)], ids[gw_random_below(r, 3)], "2026-06-18");
        e[i].on += (gw_day)gw_random_below(r, 2500);
        e[i].organ = (enum office_organ)gw_random_below(r, ORGAN_N);
        e[i].same = gw_random_below(r, 4) == 0;
        e[i].all = gw_random_below(r, 9) == 0;
        e[i].waits = gw_random_below(r, 5) == 0;
        e[i].cause = causes[gw_random_below(r, 3)];
        e[i].post = gw_random_below(r, 3) == 0 ? "member" : "";
        e[i].subject = ids[gw_random_below(r, 3)];
        e[i].process = processes[gw_random_below(r, 3)];
    }
}

static void the_order_says_nothing(void **state)
{
    (void)state;
    struct gw_random_seeded seeded;
    gw_random_seeded_init(&seeded, 20260618);
    const struct gw_random *r = &seeded.random;
    for (int round = 0; round < RANDOM; round++) {
        struct office a[PLACE], b[PLACE];
        struct office_end e[ENDS], f[ENDS];
        gw_day today = at("2026-06-18") + (gw_day)gw_random_below(r, 3000);
        random_place(r, a, e);
        for (size_t i = 0; i < PLACE; i++) {
            b[PLACE - 1 - i] = a[i];
        }
        for (size_t i = 0; i < ENDS; i++) {
            f[ENDS - 1 - i] = e[i];
        }
        office_join(a, PLACE, e, ENDS, today);
        office_join(b, PLACE, f, ENDS, today);
        for (size_t i = 0; i < PLACE; i++) {
            const struct office *x = &a[i];
            const struct office *y = &b[PLACE - 1 - i];
            assert_int_equal(x->state, y->state);
            assert_int_equal(x->ended, y->ended);
            assert_int_equal(x->until, y->until);
            assert_int_equal(x->also, y->also);
            assert_int_equal(x->barred, y->barred);
            assert_int_equal(x->doubt, y->doubt);
            assert_int_equal(x->by_name, y->by_name);
            assert_int_equal(x->leads_both, y->leads_both);
            assert_int_equal(x->waits, y->waits);
            assert_string_equal(x->cause, y->cause);
            /* nobody is out of office before he was in it */
            assert_true(x->ended == DAY_NONE || x->ended >= x->since);
        }
    }
}

static int chinese(void **state)
{
    (void)state;
    (void)gw_i18n_init("zh_CN");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_election_ends_the_last),
        cmocka_unit_test(an_end_finds_its_person),
        cmocka_unit_test(two_of_one_name_are_not_guessed),
        cmocka_unit_test(who_was_found_void_is_known_by_number),
        cmocka_unit_test(the_rest_of_a_term),
        cmocka_unit_test(both_committees),
        cmocka_unit_test(who_may_not_sit_in_both),
        cmocka_unit_test(one_seat_of_a_body),
        cmocka_unit_test(on_the_day_of_the_next_term),
        cmocka_unit_test(the_post_decides),
        cmocka_unit_test(an_end_that_waits),
        cmocka_unit_test(groups_are_written_in_two_ways),
        cmocka_unit_test(a_void_poll_renews_nothing),
        cmocka_unit_test(one_term_for_all),
        cmocka_unit_test(the_order_says_nothing),
    };
    return cmocka_run_group_tests(tests, chinese, NULL);
}
