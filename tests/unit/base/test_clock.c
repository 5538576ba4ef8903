#include "tests/unit/base/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rnd.h"

static const int64_t INSTANT = 1769800629123; /* 2026-01-30T19:17:09.123Z */

static void time_text__shanghai__whatever_the_zone(void **state)
{
    (void)state;
    char out[30];
    setenv("TZ", "America/New_York", 1);
    gw_time_day(INSTANT, out);
    assert_string_equal(out, "2026-01-31");
    gw_time_hhmm(INSTANT, out);
    assert_string_equal(out, "03:17");
    gw_time_hhmmss(INSTANT, out);
    assert_string_equal(out, "03:17:09");
    gw_time_local(INSTANT, out);
    assert_string_equal(out, "2026-01-31 03:17");
    gw_time_rfc3339(INSTANT, out);
    assert_string_equal(out, "2026-01-31T03:17:09.123+08:00");
    unsetenv("TZ");
}

static void time_text__far_values__stay_in_their_room(void **state)
{
    (void)state;
    char out[30];
    gw_time_rfc3339(INT64_MAX, out);
    assert_string_equal(out, "9999-12-31T23:59:59.999+08:00");
    gw_time_rfc3339(INT64_MIN, out);
    assert_int_equal(strlen(out), 29);
    gw_time_rfc3339(-1, out);
    assert_string_equal(out, "1970-01-01T07:59:59.999+08:00");
}

static void expect(const char *text, int64_t want)
{
    int64_t got = 0;
    assert_int_equal(gw_time_parse(text, &got), GW_OK);
    assert_int_equal(got, want);
}

static void time_parse__forms(void **state)
{
    (void)state;
    expect("2026-01-31T03:17:09.123+08:00", INSTANT);
    expect("2026-01-30T19:17:09.123Z", INSTANT);
    expect("2026-01-30t14:17:09.12399999-05:00", INSTANT);
    expect("2026-01-31 03:17:09", INSTANT - 123);
    expect("2026-01-31 03:17", INSTANT - 9123);
    expect("2026-01-31", INSTANT - 11829123);
    expect("1970-01-01T00:00:00Z", 0);
    expect("2024-02-29", 1709136000000);
}

static void time_parse__nonsense__invalid(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "",
        "2026",
        "2026-1-31",
        "2026-13-01",
        "2026-00-10",
        "2025-02-29",
        "1900-02-29",
        "2026-01-32",
        "2026-01-31 ",
        "2026-01-31 24:00",
        "2026-01-31 03:60",
        "2026-01-31T03:17:09",
        "2026-01-31T03:17Z",
        "2026-01-31T03:17:60Z",
        "2026-01-31T03:17:09.Z",
        "2026-01-31T03:17:09+8:00",
        "2026-01-31T03:17:09+08:00x",
        "2026-01-31 03:17x",
        " 2026-01-31",
        "-2026-01-31",
        "2026-01-31T03:17:09+24:00",
    };
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        int64_t got = 77;
        assert_int_equal(gw_time_parse(BAD[i], &got), GW_INVALID);
        assert_int_equal(got, 77);
    }
}

static void time_parse__random_instants__round_trip(void **state)
{
    (void)state;
    struct gw_random_seeded seeded;
    gw_random_seeded_init(&seeded, 7);
    for (int i = 0; i < 20000; i++) {
        int64_t ms = (int64_t)gw_random_below(&seeded.random, 253402271999999ULL);
        char out[30];
        gw_time_rfc3339(ms, out);
        expect(out, ms);
    }
}

static void expect_span(int64_t ms, const char *want)
{
    char out[16];
    gw_time_span(ms, out);
    assert_string_equal(out, want);
}

static void time_span__as_people_read_it(void **state)
{
    (void)state;
    expect_span(0, "00:00");
    expect_span(252000, "04:12");
    expect_span(3599999, "59:59");
    expect_span(7500000, "2:05:00");
    expect_span(-30000, "-00:30");
    expect_span(-999, "00:00");
    expect_span(INT64_MAX, "9999998:59:59");
    expect_span(INT64_MIN, "-9999998:59:59");
}

static void clock__fixed__only_a_test_moves_it(void **state)
{
    (void)state;
    struct gw_clock_fixed fixed;
    gw_clock_fixed_init(&fixed, INSTANT);
    assert_int_equal(fixed.clock.wall_ms(fixed.clock.ctx), INSTANT);
    gw_clock_fixed_advance(&fixed, 5000);
    assert_int_equal(fixed.clock.wall_ms(fixed.clock.ctx), INSTANT + 5000);
    assert_int_equal(fixed.clock.mono_ms(fixed.clock.ctx), 5000);
}

static void clock__system__environment_holds_wall_time(void **state)
{
    (void)state;
    const struct gw_clock *clock = gw_clock_system();
    setenv("GRIDWARD_FIXED_TIME", "1769800629123", 1);
    assert_int_equal(clock->wall_ms(clock->ctx), INSTANT);
    setenv("GRIDWARD_FIXED_TIME", "soon", 1);
    assert_int_not_equal(clock->wall_ms(clock->ctx), INSTANT);
    unsetenv("GRIDWARD_FIXED_TIME");
    assert_true(clock->wall_ms(clock->ctx) > 1600000000000);
    int64_t first = clock->mono_ms(clock->ctx);
    assert_true(clock->mono_ms(clock->ctx) >= first);
    assert_int_equal(strlen(gw_boot_id()), 36);
    assert_ptr_equal(gw_boot_id(), gw_boot_id());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_text__shanghai__whatever_the_zone),
        cmocka_unit_test(time_text__far_values__stay_in_their_room),
        cmocka_unit_test(time_parse__forms),
        cmocka_unit_test(time_parse__nonsense__invalid),
        cmocka_unit_test(time_parse__random_instants__round_trip),
        cmocka_unit_test(time_span__as_people_read_it),
        cmocka_unit_test(clock__fixed__only_a_test_moves_it),
        cmocka_unit_test(clock__system__environment_holds_wall_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
