#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sync/backoff.h"

static void waits_stay_between_floor_and_ceiling(void **state)
{
    (void)state;
    struct gw_random_seeded random;
    gw_random_seeded_init(&random, 1);
    for (int run = 0; run < 500; run++) {
        struct backoff backoff = {0};
        for (int i = 0; i < 40; i++) {
            backoff_fail(&backoff, &random.random, 1000, 500, 30000, -1);
            assert_in_range(backoff.at_mono, 1500, 31000);
            int64_t span = i < 6 ? INT64_C(500) << i : 30000;
            assert_true(backoff.at_mono <= 1000 + 500 + (span < 30000 ? span : 30000));
        }
    }
}

static void it_is_spread_over_the_whole_span(void **state)
{
    (void)state;
    struct gw_random_seeded random;
    gw_random_seeded_init(&random, 2);
    int low = 0, high = 0;
    for (int run = 0; run < 1000; run++) {
        struct backoff backoff = {.tries = 20};
        backoff_fail(&backoff, &random.random, 0, 500, 30000, -1);
        low += backoff.at_mono < 7500;
        high += backoff.at_mono > 22500;
    }
    assert_in_range(low, 150, 350); /* a quarter each, or a crowd comes back together */
    assert_in_range(high, 150, 350);
}

static void retry_after_is_a_floor(void **state)
{
    (void)state;
    struct gw_random_seeded random;
    struct backoff backoff = {0};
    gw_random_seeded_init(&random, 3);
    backoff_fail(&backoff, &random.random, 1000, 500, 30000, 90000);
    assert_int_equal(backoff.at_mono, 91000);
    backoff_fail(&backoff, &random.random, 1000, 500, 30000, 0);
    assert_in_range(backoff.at_mono, 1500, 31000);
}

static void reset_forgets(void **state)
{
    (void)state;
    struct gw_random_seeded random;
    struct backoff backoff = {0};
    gw_random_seeded_init(&random, 4);
    for (int i = 0; i < 10; i++) {
        backoff_fail(&backoff, &random.random, 0, 500, 30000, -1);
    }
    backoff_reset(&backoff);
    assert_int_equal(backoff.at_mono, 0);
    backoff_fail(&backoff, &random.random, 0, 500, 30000, -1);
    assert_in_range(backoff.at_mono, 500, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_stay_between_floor_and_ceiling),
        cmocka_unit_test(it_is_spread_over_the_whole_span),
        cmocka_unit_test(retry_after_is_a_floor),
        cmocka_unit_test(reset_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
