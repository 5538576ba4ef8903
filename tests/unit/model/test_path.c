#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/path.h"

static void ids(void **state)
{
    char longest[GW_ID_MAX + 2];
    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[GW_ID_MAX] = '\0';
    assert_true(id_ok(longest));
    longest[GW_ID_MAX] = 'a';
    longest[GW_ID_MAX + 1] = '\0';
    assert_false(id_ok(longest));
    assert_true(id_ok("019a-B_c.D"));
    assert_false(id_ok(""));
    assert_false(id_ok("a b"));
    assert_false(id_ok("a/b"));
    assert_false(id_ok("张"));
    assert_false(id_ok("a\n"));
}

static void paths(void **state)
{
    char longest[GW_PATH_MAX + 2];
    (void)state;
    assert_true(path_ok("CQ"));
    assert_true(path_ok("CQ.500112.013.005.003"));
    assert_true(path_ok("u.wang-2"));
    assert_true(path_ok("a.b.c.d.e.f.g.h"));
    assert_false(path_ok("a.b.c.d.e.f.g.h.i"));
    assert_false(path_ok(""));
    assert_false(path_ok("."));
    assert_false(path_ok(".CQ"));
    assert_false(path_ok("CQ."));
    assert_false(path_ok("CQ..500112"));
    assert_false(path_ok("CQ.5%"));
    assert_false(path_ok("CQ_1"));
    memset(longest, 'a', sizeof longest);
    longest[GW_PATH_MAX] = '\0';
    assert_true(path_ok(longest));
    longest[GW_PATH_MAX] = 'a';
    longest[GW_PATH_MAX + 1] = '\0';
    assert_false(path_ok(longest));
}

/* Label by label: "013" does not cover "0131", and nothing is a pattern. */
static void cover(void **state)
{
    (void)state;
    assert_true(path_covers("CQ", "CQ"));
    assert_true(path_covers("CQ", "CQ.500112"));
    assert_true(path_covers("CQ.500112.013", "CQ.500112.013.005.003"));
    assert_false(path_covers("CQ.500112.013", "CQ.500112.0131"));
    assert_false(path_covers("CQ.500112.013.005", "CQ.500112.013"));
    assert_false(path_covers("CQ.5_0112", "CQ.500112"));
    assert_false(path_covers("", "CQ"));
    assert_false(path_covers("cq", "CQ"));
}

static void levels(void **state)
{
    size_t lens[GW_PATH_LEVELS];
    (void)state;
    assert_int_equal(path_levels("a.b", lens), 2);
    assert_int_equal(lens[0], 1);
    assert_int_equal(lens[1], 3);
    assert_int_equal(path_levels("a.b.c.d.e.f.g.h", lens), 8);
    assert_int_equal(lens[7], 15);
    assert_int_equal(path_levels("a.b.c.d.e.f.g.h.i.j", lens), 8); /* never more than fit */
    assert_int_equal(path_levels("", lens), 0);
    assert_int_equal(path_depth("CQ.500112.013.005.003"), 5);
    assert_int_equal(path_depth("CQ"), 1);
}

static void codes(void **state)
{
    char code[32];
    (void)state;
    path_code("CQ.500112.013.005.003", code);
    assert_string_equal(code, "500112013005003");
    path_code("CQ", code);
    assert_string_equal(code, "");
    path_code("u.w12", code); /* a private node has no code */
    assert_string_equal(code, "");
    path_code("1234567890123456789012345678901", code);
    assert_string_equal(code, "1234567890123456789012345678901");
    path_code("1234567890123456.1234567890123456", code); /* would not fit: none, never a cut one */
    assert_string_equal(code, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids),    cmocka_unit_test(paths), cmocka_unit_test(cover),
        cmocka_unit_test(levels), cmocka_unit_test(codes),
    };
    return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
