/* Days against a calendar that is counted up one by one and against libc; ages, deadlines, leads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/rnd.h"
#include "model/day.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static gw_day at(const char *text)
{
    gw_day day = DAY_NONE;
    if (!day_parse(text, &day)) {
        print_error("no day: %s\n", text);
        fail();
    }
    return day;
}

static void assert_day(gw_day have, const char *want)
{
    char text[DAY_TEXT + 1];
    day_print(have, text);
    assert_string_equal(text, want);
}

/* The other algorithm: a calendar that only knows how to go to the next day. */
struct walker {
    int year, month, day;
};
static void walk(struct walker *w)
{
    bool leap = w->year % 400 == 0 || (w->year % 4 == 0 && w->year % 100 != 0);
    int len = w->month == 2                                                       ? (leap ? 29 : 28)
              : w->month == 4 || w->month == 6 || w->month == 9 || w->month == 11 ? 30
                                                                                  : 31;
    if (++w->day > len) {
        w->day = 1;
        if (++w->month > 12) {
            w->month = 1;
            w->year++;
        }
    }
}

static void every_day_of_three_centuries_goes_there_and_back(void **state)
{
    struct walker w = {1900, 1, 1};
    gw_day expect = at("1900-01-01");
    size_t n = 0;
    (void)state;
    for (; w.year <= 2199; walk(&w), expect++, n++) {
        char text[32], back[DAY_TEXT + 1];
        gw_day day;
        (void)snprintf(text, sizeof(text), "%04d-%02d-%02d", w.year, w.month, w.day);
        assert_true(day_parse(text, &day));
        assert_int_equal(day, expect);
        day_print(day, back);
        assert_string_equal(back, text);
        assert_int_equal(day_year(day), w.year);
        assert_int_equal(day_of_ms(day_start_ms(day)), day);
        assert_int_equal(day_of_ms(day_start_ms(day) - 1), day - 1);
        assert_int_equal(day_of_ms(day_start_ms(day + 1) - 1), day);
    }
    assert_int_equal(n, 84005 + 25567 + 1);
    assert_day(expect, "");
    assert_int_equal(day_year(expect), 0);
}

static void number_and_weekday_are_those_of_libc(void **state)
{
    (void)state;
    for (gw_day day = at("1900-01-01"); day <= at("2199-12-31"); day++) {
        time_t seconds = (time_t)day * 86400;
        struct tm tm;
        char text[32], mine[DAY_TEXT + 1];
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_int_equal(day_weekday(day), (tm.tm_wday + 6) % 7);
        assert_true(strftime(text, sizeof(text), "%Y-%m-%d", &tm) > 0);
        day_print(day, mine);
        assert_string_equal(mine, text);
        assert_true(timegm(&tm) == seconds);
    }
}

static void what_is_no_day_is_refused(void **state)
{
    static const char *const bad[] = {
        "",           "2026",        "2026-1-01",  "2026-01-1",  "2026-02-29",  "2100-02-29",
        "2026-04-31", "2026-13-01",  "2026-00-10", "2026-01-00", "1899-12-31",  "2200-01-01",
        "2026/01/01", "2026-01-011", "+026-01-01", "2026-0a-01", " 2026-01-01", "2026-01-0 ",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        gw_day day = 7;
        if (day_parse(bad[i], &day) || day != 7) {
            print_error("taken: %s\n", bad[i]);
            fail();
        }
    }
    assert_day(DAY_NONE, "");
    assert_day(INT32_MAX, "");
    assert_day(at("2000-02-29"), "2000-02-29");
}

/* Whatever the zone of the machine is (make check runs in Asia/Shanghai, a server may run in UTC).
 */
static void a_day_begins_at_midnight_in_china(void **state)
{
    (void)state;
    assert_true(day_start_ms(at("2026-10-01")) == INT64_C(1790784000000)); /* 09-30T16:00Z */
    assert_day(day_of_ms(INT64_C(1790783999999)), "2026-09-30");
    assert_day(day_of_ms(INT64_C(1790784000000)), "2026-10-01");
    assert_day(day_of_ms(-1), "1970-01-01");
    assert_day(day_of_ms(-28800001), "1969-12-31");
    assert_int_equal(day_of_ms(INT64_MAX), DAY_NONE);
    assert_int_equal(day_of_ms(INT64_MIN), DAY_NONE);
    assert_true(day_start_ms(DAY_NONE) == INT64_MIN);
}

static void ages_are_completed_on_the_birthday(void **state)
{
    static const struct {
        const char *birth, *on;
        int age;
    } cases[] = {
        {"2008-10-20", "2026-10-19", 17},  {"2008-10-20", "2026-10-20", 18},
        {"2008-02-29", "2026-02-28", 17},  {"2008-02-29", "2026-03-01", 18},
        {"2008-02-29", "2028-02-28", 19},  {"2008-02-29", "2028-02-29", 20},
        {"2026-10-20", "2026-10-20", 0},   {"2026-10-21", "2026-10-20", -1},
        {"1908-01-01", "2026-12-31", 118},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(day_age(at(cases[i].birth), at(cases[i].on)), cases[i].age);
    }
    assert_int_equal(day_age(DAY_NONE, at("2026-01-01")), -1);
    assert_int_equal(day_age(at("2026-01-01"), DAY_NONE), -1);
}

/* An age grows by one exactly once a year, on no other day. */
static void ages_grow_once_a_year(void **state)
{
    struct gw_random_seeded seeded;
    (void)state;
    gw_random_seeded_init(&seeded, 3);
    for (int i = 0; i < 40; i++) {
        gw_day birth = at("1920-01-01") + (gw_day)gw_random_below(&seeded.random, 36500);
        int age = 0;
        for (gw_day on = birth; on < birth + 20 * 366; on++) {
            int now = day_age(birth, on);
            assert_true(now == age || now == age + 1);
            age = now;
        }
        assert_true(age >= 19 && age <= 20);
    }
}

/* ---- rest days: the State Council's notice for 2026 */

static struct holiday rows[16];
static const int years[] = {2026};
static struct holidays table = {.items = rows, .years = years, .years_n = 1};
static const struct holidays no_table;

static int fill(void **state)
{
    static const struct {
        const char *from, *to;
        bool work;
    } notice[] = {
        {"2026-01-01", "2026-01-03", false}, {"2026-02-15", "2026-02-23", false},
        {"2026-04-04", "2026-04-06", false}, {"2026-05-01", "2026-05-05", false},
        {"2026-06-19", "2026-06-21", false}, {"2026-09-25", "2026-09-27", false},
        {"2026-10-01", "2026-10-07", false}, {"2026-01-04", "2026-01-04", true},
        {"2026-02-14", "2026-02-14", true},  {"2026-02-28", "2026-02-28", true},
        {"2026-05-09", "2026-05-09", true},  {"2026-09-20", "2026-09-20", true},
        {"2026-10-10", "2026-10-10", true},
    };
    (void)state;
    for (table.n = 0; table.n < COUNT(notice); table.n++) {
        rows[table.n] = (struct holiday){.from = at(notice[table.n].from),
                                         .to = at(notice[table.n].to),
                                         .work = notice[table.n].work};
    }
    return 0;
}

static void a_deadline_rolls_over_national_day(void **state)
{
    static const struct {
        const char *from;
        int days;
        const char *last, *rolled;
    } cases[] = {
        {"2026-09-26", 5, "2026-10-01", "2026-10-08"}, /* the first day off */
        {"2026-10-02", 5, "2026-10-07", "2026-10-08"}, /* the last one */
        {"2026-10-03", 5, "2026-10-08", "2026-10-08"}, /* Thursday, worked */
        {"2026-10-05", 5, "2026-10-10", "2026-10-10"}, /* a Saturday that is worked */
        {"2026-10-06", 5, "2026-10-11", "2026-10-12"}, /* the Sunday after it is not */
        {"2026-09-17", 3, "2026-09-20", "2026-09-20"}, /* a Sunday that is worked */
        {"2026-09-16", 3, "2026-09-19", "2026-09-20"}, /* the Saturday before it: one day only */
        {"2026-09-22", 3, "2026-09-25", "2026-09-28"}, /* mid-autumn */
        {"2026-02-12", 3, "2026-02-15", "2026-02-24"}, /* spring festival */
        {"2026-09-30", 0, "2026-09-30", "2026-09-30"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        gw_day from = at(cases[i].from);
        assert_day(day_deadline(from, cases[i].days, &table, false), cases[i].last);
        assert_day(day_deadline(from, cases[i].days, &table, true), cases[i].rolled);
    }
    assert_int_equal(day_deadline(DAY_NONE, 5, &table, true), DAY_NONE);
    assert_int_equal(day_deadline(INT32_MAX, 5, &table, true), DAY_NONE);
}

static void without_a_notice_only_weekends_count(void **state)
{
    (void)state;
    assert_true(holidays_known(&table, at("2026-12-31")));
    assert_false(holidays_known(&table, at("2027-01-01")));
    assert_false(holidays_known(&table, DAY_NONE));
    assert_false(holidays_known(&no_table, at("2026-10-01")));
    assert_false(holidays_rest(&no_table, at("2026-10-01"))); /* Thursday */
    assert_true(holidays_rest(&no_table, at("2026-10-10")));
    assert_day(day_deadline(at("2027-09-26"), 5, &table, true), "2027-10-01"); /* Friday */
    assert_day(day_deadline(at("2027-09-27"), 5, &table, true), "2027-10-04"); /* over a weekend */
}

/* For every day of the year: the rolled day is worked, not earlier, and nothing between is worked.
 */
static void a_rolled_day_is_the_first_that_is_worked(void **state)
{
    (void)state;
    for (gw_day day = at("2026-01-01"); day <= at("2027-12-31"); day++) {
        gw_day next = holidays_next_work(&table, day);
        assert_true(next >= day && next - day <= 9);
        assert_false(holidays_rest(&table, next));
        for (gw_day between = day; between < next; between++) {
            assert_true(holidays_rest(&table, between));
        }
    }
}

static void a_lead_never_rolls(void **state)
{
    (void)state;
    /* 20 days before these polling days is National Day, a weekend, a rest day: it stays. */
    assert_day(day_lead(at("2026-10-21"), 20), "2026-10-01");
    assert_day(day_lead(at("2026-10-24"), 20), "2026-10-04");
    assert_day(day_lead(at("2026-11-01"), 20), "2026-10-12");
    for (gw_day day = at("2026-01-01"); day <= at("2026-12-31"); day++) {
        assert_int_equal(day_lead(day, 20), day - 20);
    }
    assert_int_equal(day_lead(DAY_NONE, 20), DAY_NONE);
    assert_int_equal(day_lead(INT32_MIN + 5, 20), DAY_NONE);
    assert_int_equal(day_lead(0, INT32_MIN), DAY_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_three_centuries_goes_there_and_back),
        cmocka_unit_test(number_and_weekday_are_those_of_libc),
        cmocka_unit_test(what_is_no_day_is_refused),
        cmocka_unit_test(a_day_begins_at_midnight_in_china),
        cmocka_unit_test(ages_are_completed_on_the_birthday),
        cmocka_unit_test(ages_grow_once_a_year),
        cmocka_unit_test(a_deadline_rolls_over_national_day),
        cmocka_unit_test(without_a_notice_only_weekends_count),
        cmocka_unit_test(a_rolled_day_is_the_first_that_is_worked),
        cmocka_unit_test(a_lead_never_rolls),
    };
    return cmocka_run_group_tests(tests, fill, NULL);
}
