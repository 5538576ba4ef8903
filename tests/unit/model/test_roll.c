/* Near kin by the register, and who is on the voters' roll. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "model/kin.h"
#include "model/roll.h"

static gw_day at(const char *text)
{
    gw_day day;
    assert_true(day_parse(text, &day));
    return day;
}

/* ---- near kin */

static void for_each_pair(void (*check)(const char *a, const char *b))
{
    char a[3], b[3];
    for (int i = 0; i < 100; i++) {
        for (int j = 0; j < 100; j++) {
            (void)snprintf(a, sizeof a, "%02d", i);
            (void)snprintf(b, sizeof b, "%02d", j);
            check(a, b);
        }
    }
}

static void same_both_ways(const char *a, const char *b)
{
    assert_int_equal(kin_between(a, b), kin_between(b, a));
}

static void with_the_head_is_of_the_head(const char *a, const char *b)
{
    if (kin_is_head(a) && !kin_is_head(b)) {
        assert_int_equal(kin_between(a, b), kin_of_head(b));
    }
}

static void unknown_is_asked(const char *a, const char *b)
{
    if (!kin_code_known(a) || !kin_code_known(b)) {
        assert_int_equal(kin_between(a, b), KIN_ASK);
    }
}

static void kin_is_symmetric(void **state)
{
    (void)state;
    for_each_pair(same_both_ways);
    for_each_pair(with_the_head_is_of_the_head);
    for_each_pair(unknown_is_asked);
}

static void near_kin_of_the_head_are_those_of_the_civil_code(void **state)
{
    static const char *const near[] = {"10", "11", "12", "20", "27", "30", "37", "41", "44",
                                       "51", "52", "61", "64", "71", "73", "75", "77"};
    static const char *const not_near[] = {"28", "38", "45", "46", "53", "54", "55", "56", "65",
                                           "72", "74", "76", "78", "81", "02", "01", "47", "66"};
    static const char *const ask[] = {"29", "49", "97", "99", "13", "00", "2", "201", ""};
    (void)state;
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
        assert_int_equal(kin_of_head(near[i]), KIN_NEAR);
    }
    for (size_t i = 0; i < sizeof not_near / sizeof not_near[0]; i++) {
        assert_int_equal(kin_of_head(not_near[i]), KIN_NOT);
    }
    for (size_t i = 0; i < sizeof ask / sizeof ask[0]; i++) {
        assert_int_equal(kin_of_head(ask[i]), KIN_ASK);
    }
    assert_int_equal(kin_of_head(NULL), KIN_ASK);
}

static void members_are_joined_through_the_head(void **state)
{
    static const struct {
        const char *a, *b;
        enum kin_answer answer;
    } rows[] = {
        {"20", "30", KIN_NEAR}, /* siblings */
        {"51", "20", KIN_NEAR}, /* grandparent and grandchild */
        {"10", "51", KIN_NOT},  /* in-laws */
        {"71", "20", KIN_NOT},  /* uncle and nephew */
        {"10", "20", KIN_NEAR}, {"12", "55", KIN_NEAR}, {"20", "56", KIN_NEAR},
        {"51", "73", KIN_NEAR}, {"71", "75", KIN_NEAR}, {"61", "71", KIN_NEAR},
        {"20", "38", KIN_ASK},  {"20", "41", KIN_ASK},  {"41", "43", KIN_ASK},
        {"38", "51", KIN_NOT},  {"41", "51", KIN_NOT},  {"20", "61", KIN_NOT},
        {"71", "72", KIN_ASK},  {"81", "51", KIN_ASK},  {"51", "52", KIN_NEAR},
        {"51", "61", KIN_ASK},  {"28", "38", KIN_NOT},  {"53", "51", KIN_NOT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(kin_between(rows[i].a, rows[i].b), rows[i].answer);
    }
}

static void every_known_code_has_a_word(void **state)
{
    char code[3];
    (void)state;
    for (int i = 0; i < 100; i++) {
        (void)snprintf(code, sizeof code, "%02d", i);
        assert_int_equal(kin_code_known(code), kin_word(code)[0] != '\0');
    }
}

/* ---- the roll */

static const struct roll_rules village = {
    .village = true, .age = 18, .years = 1, .worker_months = 6, .cite = {"V26", "16"}};
static const struct roll_rules community = {
    .village = false, .age = 18, .years = 1, .worker_months = 6, .cite = {"U26", "16"}};
#define POLLING "2026-12-12"

static struct roll_facts facts(enum roll_hukou hukou, bool lives)
{
    return (struct roll_facts){.birth = at("1980-05-05"),
                               .hukou = hukou,
                               .lives = lives,
                               .lives_since = DAY_NONE,
                               .works_since = DAY_NONE,
                               .said_on = DAY_NONE,
                               .ends_on = DAY_NONE,
                               .told_on = DAY_NONE};
}

static void expect(const struct roll_rules *rules, const struct roll_facts *f,
                   enum roll_state state, enum roll_why why)
{
    struct roll_verdict v = roll_judge(rules, at(POLLING), f);
    assert_string_equal(roll_why_name(v.why), roll_why_name(why));
    assert_int_equal(v.state, state);
}

static void eighteen_is_counted_on_polling_day(void **state)
{
    struct roll_facts f = facts(ROLL_REG_HERE, true);
    (void)state;
    f.birth = at("2008-12-12");
    expect(&village, &f, ROLL_IN, ROLL_WHY_LIVES);
    f.birth = at("2008-12-13");
    expect(&village, &f, ROLL_OUT, ROLL_WHY_YOUNG);
    f.birth = DAY_NONE;
    expect(&village, &f, ROLL_OPEN, ROLL_WHY_BIRTH);
    f.birth = at("2008-02-29"); /* completes on 1 March 2026 */
    assert_int_equal(roll_judge(&village, at("2026-02-28"), &f).why, ROLL_WHY_YOUNG);
    assert_int_equal(roll_judge(&village, at("2026-03-01"), &f).why, ROLL_WHY_LIVES);
}

/* For every birthday of thirty years around the border: on the roll exactly from the 18th on, and
 * it never changes back. */
static void the_border_of_age_is_one_day(void **state)
{
    struct roll_facts f = facts(ROLL_REG_HERE, true);
    bool was_in = true;
    (void)state;
    for (gw_day birth = at("2000-01-01"); birth <= at("2020-12-31"); birth++) {
        f.birth = birth;
        bool in = roll_judge(&village, at(POLLING), &f).state == ROLL_IN;
        assert_true(was_in || !in);
        assert_int_equal(in, birth <= at("2008-12-12"));
        was_in = in;
    }
}

static void a_village_has_three_classes(void **state)
{
    struct roll_facts f = facts(ROLL_REG_HERE, true);
    (void)state;
    expect(&village, &f, ROLL_IN, ROLL_WHY_LIVES);
    f.lives = false;
    expect(&village, &f, ROLL_OPEN, ROLL_WHY_WORD);
    f.said = true;
    expect(&village, &f, ROLL_IN, ROLL_WHY_SAID);
    assert_int_equal(roll_judge(&village, at(POLLING), &f).class_, ROLL_ABSENT);
    f = facts(ROLL_REG_ELSEWHERE, false);
    expect(&village, &f, ROLL_OUT, ROLL_WHY_NOT_HERE);
    f.lives = true;
    f.lives_since = at("2025-12-12"); /* one year on polling day */
    expect(&village, &f, ROLL_OPEN, ROLL_WHY_APPLY);
    f.lives_since = at("2025-12-13");
    expect(&village, &f, ROLL_OUT, ROLL_WHY_SHORT);
    f.applied = true;
    f.decision = ROLL_AGREED;
    expect(&village, &f, ROLL_OUT, ROLL_WHY_SHORT);
    f.lives_since = at("2020-01-01");
    expect(&village, &f, ROLL_IN, ROLL_WHY_AGREED);
    f.decision = ROLL_UNDECIDED;
    expect(&village, &f, ROLL_OPEN, ROLL_WHY_AGREEMENT);
    f.decision = ROLL_REFUSED;
    expect(&village, &f, ROLL_OUT, ROLL_WHY_REFUSED);
    f.decision = ROLL_AGREED;
    f.applied_as_worker = true; /* on village affairs; he need not live there */
    f.lives = false;
    expect(&village, &f, ROLL_OPEN, ROLL_WHY_SINCE);
    f.works_since = at("2025-01-01");
    expect(&village, &f, ROLL_IN, ROLL_WHY_AGREED);
    f = facts(ROLL_REG_UNKNOWN, true);
    expect(&village, &f, ROLL_OPEN, ROLL_WHY_REGISTER);
}

static void a_community_has_three_classes(void **state)
{
    struct roll_facts f = facts(ROLL_REG_HERE, true);
    (void)state;
    expect(&community, &f, ROLL_OPEN, ROLL_WHY_WORD);
    f.said = true;
    expect(&community, &f, ROLL_IN, ROLL_WHY_SAID);
    f = facts(ROLL_REG_ELSEWHERE, true);
    expect(&community, &f, ROLL_IN, ROLL_WHY_USUAL);
    f.temporary = true;
    expect(&community, &f, ROLL_OPEN, ROLL_WHY_SINCE);
    f.decision = ROLL_AGREED;
    expect(&community, &f, ROLL_IN, ROLL_WHY_USUAL);
    f = facts(ROLL_REG_ELSEWHERE, false);
    expect(&community, &f, ROLL_OUT, ROLL_WHY_NOT_HERE);
    f.applied = f.applied_as_worker = true;
    f.decision = ROLL_AGREED;
    f.works_since = at("2026-06-12"); /* six months on polling day */
    expect(&community, &f, ROLL_IN, ROLL_WHY_AGREED);
    f.works_since = at("2026-06-13");
    expect(&community, &f, ROLL_OUT, ROLL_WHY_SHORT);
}

static void what_takes_people_off(void **state)
{
    struct roll_facts f = facts(ROLL_REG_HERE, true);
    (void)state;
    f.ground = ROLL_DEPRIVED;
    expect(&village, &f, ROLL_OUT, ROLL_WHY_DEPRIVED);
    f.ends_on = at(POLLING);
    expect(&village, &f, ROLL_OUT, ROLL_WHY_DEPRIVED);
    f.ends_on = at("2026-12-11");
    expect(&village, &f, ROLL_IN, ROLL_WHY_LIVES);
    f = facts(ROLL_REG_HERE, true);
    f.ground = ROLL_DECLINED;
    f.told_on = at("2026-11-01");
    expect(&village, &f, ROLL_OUT, ROLL_WHY_DECLINED);
    f.said = true;
    f.said_on = at("2026-10-31");
    expect(&village, &f, ROLL_OUT, ROLL_WHY_DECLINED);
    f.said_on = at("2026-11-02"); /* thought better of it */
    expect(&village, &f, ROLL_IN, ROLL_WHY_LIVES);
    f.ground = ROLL_ELSEWHERE;
    expect(&village, &f, ROLL_OUT, ROLL_WHY_ELSEWHERE);
    f.ground = ROLL_DIED;
    expect(&village, &f, ROLL_OUT, ROLL_WHY_DIED);
    f.ground = ROLL_NO_GROUND;
    f.twice = true;
    expect(&village, &f, ROLL_OUT, ROLL_WHY_TWICE);
    f = facts(ROLL_REG_FOREIGN, true);
    expect(&community, &f, ROLL_OUT, ROLL_WHY_FOREIGN);
}

static void a_decision_goes_before_everything(void **state)
{
    struct roll_facts f = facts(ROLL_REG_ELSEWHERE, false);
    (void)state;
    f.birth = at("2010-01-01");
    f.change = ROLL_ADDED;
    expect(&village, &f, ROLL_IN, ROLL_WHY_ADDED);
    assert_true(roll_judge(&village, at(POLLING), &f).under_age);
    f = facts(ROLL_REG_HERE, true);
    f.change = ROLL_REMOVED;
    expect(&village, &f, ROLL_OUT, ROLL_WHY_REMOVED);
}

/* Every combination of facts gives a state that fits its reason, and a step where one is missing.
 */
static void every_combination_is_answered(void **state)
{
    static const char *const days[] = {"1980-05-05", "2010-05-05", "2026-03-01"};
    (void)state;
    for (unsigned i = 0; i < 3u * 4 * 2 * 2 * 2 * 2 * 3 * 6 * 3 * 2 * 2; i++) {
        unsigned k = i;
        struct roll_facts f = facts(ROLL_REG_HERE, true);
        unsigned pick = k % 3;
        k /= 3;
        f.birth = pick < 2 ? at(days[pick]) : DAY_NONE;
        f.hukou = (enum roll_hukou)(k % 4), k /= 4;
        f.lives = k % 2, k /= 2;
        f.temporary = k % 2, k /= 2;
        f.said = k % 2, k /= 2;
        f.applied = k % 2, k /= 2;
        f.decision = (enum roll_decision)(k % 3), k /= 3;
        f.ground = (enum roll_ground)(k % 6), k /= 6;
        f.change = (enum roll_change)(k % 3), k /= 3;
        f.twice = k % 2, k /= 2;
        f.applied_as_worker = k % 2;
        for (int c = 0; c < 2; c++) {
            struct roll_verdict v = roll_judge(c ? &community : &village, at(POLLING), &f);
            assert_int_equal(v.state, v.why <= ROLL_WHY_ADDED   ? ROLL_IN
                                      : v.why <= ROLL_WHY_TWICE ? ROLL_OUT
                                                                : ROLL_OPEN);
            assert_true(v.state != ROLL_OPEN || roll_why_step(v.why));
            assert_true(v.state != ROLL_IN || !f.twice);
            assert_true(v.state != ROLL_IN || v.class_ != ROLL_NO_CLASS);
            assert_true(v.state != ROLL_IN || f.birth == at(days[0]) || f.change == ROLL_ADDED);
        }
    }
}

static void months_are_completed_on_the_same_day(void **state)
{
    (void)state;
    assert_int_equal(roll_months(at("2026-01-31"), at("2026-02-28")), 0);
    assert_int_equal(roll_months(at("2026-01-31"), at("2026-03-01")), 1);
    assert_int_equal(roll_months(at("2025-12-12"), at("2026-06-12")), 6);
    assert_int_equal(roll_months(at("2026-06-12"), at("2026-06-12")), 0);
    assert_int_equal(roll_months(at("2026-06-13"), at("2026-06-12")), -1);
    assert_int_equal(roll_months(DAY_NONE, at("2026-06-12")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kin_is_symmetric),
        cmocka_unit_test(near_kin_of_the_head_are_those_of_the_civil_code),
        cmocka_unit_test(members_are_joined_through_the_head),
        cmocka_unit_test(every_known_code_has_a_word),
        cmocka_unit_test(eighteen_is_counted_on_polling_day),
        cmocka_unit_test(the_border_of_age_is_one_day),
        cmocka_unit_test(a_village_has_three_classes),
        cmocka_unit_test(a_community_has_three_classes),
        cmocka_unit_test(what_takes_people_off),
        cmocka_unit_test(a_decision_goes_before_everything),
        cmocka_unit_test(every_combination_is_answered),
        cmocka_unit_test(months_are_completed_on_the_same_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
