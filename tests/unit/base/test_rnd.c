#include "tests/unit/base/cm.h"

#include <string.h>

#include "base/rnd.h"

static void random__same_seed__same_numbers(void **state)
{
    (void)state;
    struct gw_random_seeded a;
    struct gw_random_seeded b;
    struct gw_random_seeded c;
    gw_random_seeded_init(&a, 42);
    gw_random_seeded_init(&b, 42);
    gw_random_seeded_init(&c, 43);
    bool differs = false;
    for (int i = 0; i < 100; i++) {
        uint64_t x = gw_random_u64(&a.random);
        assert_true(x == gw_random_u64(&b.random));
        differs = differs || x != gw_random_u64(&c.random);
    }
    assert_true(differs);
}

/* First outputs of xoshiro256** for the state 1, 2, 3, 4 (the generator's published test values).
 */
static void random__known_state__published_values(void **state)
{
    (void)state;
    static const uint64_t WANT[] = {11520u, 0u, 1509978240u, 1215971899390074240u};
    struct gw_random_seeded seeded;
    gw_random_seeded_init(&seeded, 0);
    memcpy(seeded.s, (uint64_t[]){1, 2, 3, 4}, sizeof seeded.s);
    for (int i = 0; i < 4; i++) {
        assert_true(gw_random_u64(&seeded.random) == WANT[i]);
    }
}

static void random_below__every_value__about_as_often(void **state)
{
    (void)state;
    struct gw_random_seeded seeded;
    int hits[7] = {0};
    gw_random_seeded_init(&seeded, 1);
    for (int i = 0; i < 70000; i++) {
        hits[gw_random_below(&seeded.random, 7)]++;
    }
    for (int i = 0; i < 7; i++) {
        assert_in_range(hits[i], 9500, 10500);
    }
    assert_int_equal(gw_random_below(&seeded.random, 1), 0);
    assert_true(gw_random_u64(gw_random_system()) != gw_random_u64(gw_random_system()));
}

static void check_shape(const char *id)
{
    assert_int_equal(strlen(id), GW_UUID_LEN);
    for (size_t i = 0; i < GW_UUID_LEN; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        assert_non_null(strchr(dash ? "-" : "0123456789abcdef", id[i]));
    }
    assert_int_equal(id[14], '7');
    assert_non_null(strchr("89ab", id[19]));
}

static void uuid7__one_generator__always_ascending(void **state)
{
    (void)state;
    struct gw_random_seeded seeded;
    struct gw_clock_fixed fixed;
    struct gw_uuid_gen gen = {0};
    char last[GW_UUID_LEN + 1] = "";
    char id[GW_UUID_LEN + 1];
    gw_random_seeded_init(&seeded, 9);
    gw_clock_fixed_init(&fixed, 1769800629123);
    for (int i = 0; i < 100000; i++) {
        if (i % 20000 == 19999) {
            gw_clock_fixed_advance(&fixed, -3600000); /* somebody set the clock back */
        } else if (i % 100 == 0) {
            gw_clock_fixed_advance(&fixed, 1);
        }
        gw_uuid7(&gen, &fixed.clock, &seeded.random, id);
        check_shape(id);
        assert_true(strcmp(last, id) < 0);
        strcpy(last, id);
    }
}

static void uuid7__time__first_48_bits(void **state)
{
    (void)state;
    struct gw_random_seeded seeded;
    struct gw_clock_fixed fixed;
    struct gw_uuid_gen gen = {0};
    char id[GW_UUID_LEN + 1];
    gw_random_seeded_init(&seeded, 9);
    gw_clock_fixed_init(&fixed, 0x017F22E279B0); /* the time of RFC 9562 appendix A.6 */
    gw_uuid7(&gen, &fixed.clock, &seeded.random, id);
    assert_memory_equal(id, "017f22e2-79b0-7", 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random__same_seed__same_numbers),
        cmocka_unit_test(random__known_state__published_values),
        cmocka_unit_test(random_below__every_value__about_as_often),
        cmocka_unit_test(uuid7__one_generator__always_ascending),
        cmocka_unit_test(uuid7__time__first_48_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
