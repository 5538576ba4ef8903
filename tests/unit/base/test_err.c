#include "tests/unit/base/cm.h"

#include <string.h>

#include "base/err.h"
#include "base/utf8.h"

static void fail_set__null__code_passes(void **state)
{
    (void)state;
    assert_int_equal(gw_fail_set(NULL, GW_FULL, "%d", 1), GW_FULL);
}

static void fail_set__sentence__kept(void **state)
{
    (void)state;
    struct gw_fail fail = {0};
    assert_int_equal(gw_fail_set(&fail, GW_HELD, "held by %d", 42), GW_HELD);
    assert_int_equal(fail.err, GW_HELD);
    assert_string_equal(fail.text, "held by 42");
}

static void fail_set__too_long__cut_between_characters(void **state)
{
    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        char text[1024] = {0};
        memset(text, 'a', shift);
        while (strlen(text) < 900) {
            strcat(text, shift % 2 ? "张" : "𠮷");
        }
        struct gw_fail fail = {0};
        gw_fail_set(&fail, GW_BUG, "%s", text);
        size_t len = strlen(fail.text);
        assert_true(len < GW_FAIL_TEXT && len > GW_FAIL_TEXT - 5);
        assert_true(gw_utf8_valid(fail.text, len));
        assert_memory_equal(fail.text, text, len);
    }
}

static void exit_status__every_code__as_the_commands_promise(void **state)
{
    (void)state;
    assert_int_equal(gw_exit_status(GW_OK), 0);
    assert_int_equal(gw_exit_status(GW_ABSENT), 1);
    assert_int_equal(gw_exit_status(GW_REFUSED), 1);
    assert_int_equal(gw_exit_status(GW_INVALID), 2);
    assert_int_equal(gw_exit_status(GW_DENIED), 3);
    assert_int_equal(gw_exit_status(GW_OFFLINE), 4);
    assert_int_equal(gw_exit_status(GW_SERVER), 4);
    assert_int_equal(gw_exit_status(GW_FULL), 5);
    assert_int_equal(gw_exit_status(GW_STORE), 5);
    assert_int_equal(gw_exit_status(GW_HELD), 5);
    assert_int_equal(gw_exit_status(GW_BUG), 70);
    assert_int_equal(gw_exit_status((enum gw_err)999), 70);
    for (int i = GW_OK; i <= GW_BUG; i++) {
        assert_true(gw_err_name((enum gw_err)i)[0]);
    }
    assert_string_equal(gw_err_name((enum gw_err) - 1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fail_set__null__code_passes),
        cmocka_unit_test(fail_set__sentence__kept),
        cmocka_unit_test(fail_set__too_long__cut_between_characters),
        cmocka_unit_test(exit_status__every_code__as_the_commands_promise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
