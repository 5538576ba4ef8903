#include "tests/unit/base/cm.h"

#include <string.h>

#include "base/buf.h"

static void buf_add__up_to_the_ceiling__and_not_over(void **state)
{
    (void)state;
    struct gw_buf buf;
    gw_buf_init(&buf, 10);
    assert_string_equal(gw_buf_str(&buf), "");
    assert_int_equal(gw_buf_adds(&buf, "12345678"), GW_OK);
    assert_int_equal(gw_buf_adds(&buf, "abc"), GW_TOO_LARGE);
    assert_string_equal(gw_buf_str(&buf), "12345678");
    assert_int_equal(gw_buf_addf(&buf, "%d", 100), GW_TOO_LARGE);
    assert_int_equal(gw_buf_addf(&buf, "%d", 90), GW_OK);
    assert_string_equal(gw_buf_str(&buf), "1234567890");
    assert_int_equal(gw_buf_add(&buf, "", 0), GW_OK);
    assert_int_equal(gw_buf_add(&buf, "x", SIZE_MAX), GW_TOO_LARGE);
    assert_int_equal(buf.len, 10);
    gw_buf_free(&buf);
    assert_int_equal(gw_buf_adds(&buf, "again"), GW_OK);
    assert_int_equal(buf.max, 10);
    gw_buf_free(&buf);
}

static void buf_drop__front__rest_stays_terminated(void **state)
{
    (void)state;
    struct gw_buf buf;
    gw_buf_init(&buf, 1000);
    gw_buf_drop(&buf, 0);
    gw_buf_reset(&buf);
    assert_int_equal(gw_buf_adds(&buf, "line one\nline two"), GW_OK);
    gw_buf_drop(&buf, 9);
    assert_string_equal(gw_buf_str(&buf), "line two");
    gw_buf_drop(&buf, 8);
    assert_string_equal(gw_buf_str(&buf), "");
    assert_int_equal(gw_buf_adds(&buf, "x"), GW_OK);
    gw_buf_reset(&buf);
    assert_string_equal(gw_buf_str(&buf), "");
    gw_buf_free(&buf);
}

static void buf_add__many_small_ones__same_bytes(void **state)
{
    (void)state;
    struct gw_buf buf;
    gw_buf_init(&buf, 100000);
    for (int i = 0; i < 100000; i++) {
        char c = (char)(i % 251);
        assert_int_equal(gw_buf_add(&buf, &c, 1), GW_OK);
    }
    assert_int_equal(gw_buf_add(&buf, "x", 1), GW_TOO_LARGE);
    for (size_t i = 0; i < buf.len; i++) {
        assert_int_equal((unsigned char)buf.data[i], i % 251);
    }
    assert_int_equal(buf.data[buf.len], 0);
    gw_buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buf_add__up_to_the_ceiling__and_not_over),
        cmocka_unit_test(buf_drop__front__rest_stays_terminated),
        cmocka_unit_test(buf_add__many_small_ones__same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
