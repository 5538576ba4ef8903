#include "tests/unit/base/cm.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/rnd.h"
#include "base/utf8.h"

static void valid__boundaries__of_the_standard(void **state)
{
    (void)state;
    static const char *const GOOD[] = {"",
                                       "a",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "张三",
                                       "𠮷野"};
    static const char *const BAD[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xe5\xbc",
                                      "\xf0\xa0\xae",
                                      "\xc3",
                                      "a\xc3z",
                                      "\xe5\xbcz",
                                      "\xf8\x88\x80\x80\x80"};
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        assert_true(gw_utf8_valid(GOOD[i], strlen(GOOD[i])));
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_false(gw_utf8_valid(BAD[i], strlen(BAD[i])));
    }
    assert_true(gw_utf8_valid("a\0b", 3));
}

static void put_and_next__every_code_point__round_trip(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x110000; cp++) {
        char bytes[4];
        size_t n = gw_utf8_put(cp, bytes);
        const char *at = bytes;
        uint32_t back = gw_utf8_next(&at, bytes + n);
        bool scalar = cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF);
        assert_int_equal(back, scalar ? cp : 0xFFFD);
        assert_ptr_equal(at, bytes + n);
        assert_true(gw_utf8_valid(bytes, n));
    }
}

static void next__ill_formed__one_byte_each(void **state)
{
    (void)state;
    const char *text = "a\xe5\xbc"
                       "b\xff";
    const char *at = text;
    const char *end = text + strlen(text);
    static const uint32_t WANT[] = {'a', 0xFFFD, 0xFFFD, 'b', 0xFFFD};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(gw_utf8_next(&at, end), WANT[i]);
    }
    assert_ptr_equal(at, end);
}

static void next__random_bytes__always_ends_and_agrees_with_valid(void **state)
{
    (void)state;
    struct gw_random_seeded seeded;
    gw_random_seeded_init(&seeded, 11);
    for (int i = 0; i < 50000; i++) {
        char bytes[12];
        size_t n = gw_random_below(&seeded.random, sizeof bytes + 1);
        seeded.random.fill(&seeded, bytes, n);
        const char *at = bytes;
        char again[48];
        size_t m = 0;
        while (at < bytes + n) {
            m += gw_utf8_put(gw_utf8_next(&at, bytes + n), again + m);
        }
        assert_ptr_equal(at, bytes + n);
        assert_true(gw_utf8_valid(again, m));
        assert_int_equal(gw_utf8_valid(bytes, n), n == m && memcmp(bytes, again, n) == 0);
    }
}

static void cells__what_the_screens_use(void **state)
{
    (void)state;
    static const struct {
        uint32_t cp;
        int cells;
    } WANT[] = {{'a', 1},     {0, 0},       {0x1B, 0},    {0x7F, 0},    {0x9B, 0},    {0x5F20, 2},
                {0x20BB7, 2}, {0x2C36D, 2}, {0x3000, 2},  {0xFF1A, 2},  {0x3001, 2},  {0x2500, 1},
                {0x28FF, 1},  {0x2026, 1},  {0x201C, 1},  {0x2460, 1},  {0x2192, 1},  {0x301, 0},
                {0x200D, 0},  {0xFE0F, 0},  {0xE0100, 0}, {0x1F525, 2}, {0xAC00, 2},  {0x1160, 0},
                {0xAD, 1},    {0xFFFD, 1},  {0x200B, 0},  {0x1F1E8, 1}, {0x10FFFF, 1}};
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++) {
        assert_int_equal(gw_cp_cells(WANT[i].cp), WANT[i].cells);
    }
    assert_true(gw_cp_ambiguous(0x201C) && gw_cp_ambiguous(0x2460) && gw_cp_ambiguous(0x2026));
    assert_false(gw_cp_ambiguous('a') || gw_cp_ambiguous(0x5F20) || gw_cp_ambiguous(0xE000));
}

/* ncurses places what it draws by wcwidth(), so both must agree on everything it can be given. The
 * tables may be of different Unicode versions: then a few new characters differ. */
static void cells__against_wcwidth__same_for_what_both_know(void **state)
{
    (void)state;
    if (!setlocale(LC_CTYPE, "C.UTF-8")) {
        skip();
    }
    int known = 0;
    int differ = 0;
    for (uint32_t cp = 0x20; cp <= 0x10FFFF; cp++) {
        int theirs = wcwidth((wchar_t)cp);
        if (theirs < 0) {
            continue;
        }
        known++;
        if (theirs != gw_cp_cells(cp)) {
            differ++;
            if (differ < 20) {
                print_message("U+%04X wcwidth %d, ours %d\n", cp, theirs, gw_cp_cells(cp));
            }
        }
        if (cp >= 0x4E00 && cp <= 0x9FFF) {
            assert_int_equal(theirs, gw_cp_cells(cp));
        }
    }
    assert_true(known > 100000);
    assert_in_range(differ, 0, known / 1000);
}

static void text_cells__mixed_text(void **state)
{
    (void)state;
    const char *text = "张三 60岁 e\xcc\x81!";
    assert_int_equal(gw_text_cells(text, strlen(text)), 4 + 1 + 4 + 1 + 2);
}

static void text_fit__wide_and_combining__never_parted(void **state)
{
    (void)state;
    const char *text = "a张e\xcc\x81\xcc\x82z";
    size_t len = strlen(text);
    static const struct {
        int cells;
        size_t bytes;
        int used;
    } WANT[] = {{0, 0, 0}, {1, 1, 1}, {2, 1, 1}, {3, 4, 3}, {4, 9, 4}, {5, 10, 5}, {99, 10, 5}};
    for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++) {
        int used = -1;
        assert_int_equal(gw_text_fit(text, len, WANT[i].cells, &used), WANT[i].bytes);
        assert_int_equal(used, WANT[i].used);
    }
    assert_int_equal(gw_text_fit(text, len, -5, NULL), 0);
}

static void halfwidth__input_method_on(void **state)
{
    (void)state;
    assert_int_equal(gw_cp_halfwidth(0xFF41), 'a');
    assert_int_equal(gw_cp_halfwidth(0xFF11), '1');
    assert_int_equal(gw_cp_halfwidth(0xFF0F), '/');
    assert_int_equal(gw_cp_halfwidth(0xFF5E), '~');
    assert_int_equal(gw_cp_halfwidth(0x3000), ' ');
    assert_int_equal(gw_cp_halfwidth(0xFF5F), 0xFF5F);
    assert_int_equal(gw_cp_halfwidth(0x5F20), 0x5F20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid__boundaries__of_the_standard),
        cmocka_unit_test(put_and_next__every_code_point__round_trip),
        cmocka_unit_test(next__ill_formed__one_byte_each),
        cmocka_unit_test(next__random_bytes__always_ends_and_agrees_with_valid),
        cmocka_unit_test(cells__what_the_screens_use),
        cmocka_unit_test(cells__against_wcwidth__same_for_what_both_know),
        cmocka_unit_test(text_cells__mixed_text),
        cmocka_unit_test(text_fit__wide_and_combining__never_parted),
        cmocka_unit_test(halfwidth__input_method_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
