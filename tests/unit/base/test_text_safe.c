#include "tests/unit/base/cm.h"

#include <string.h>

#include "base/rnd.h"
#include "base/text_safe.h"
#include "base/utf8.h"

static void expect_n(const char *text, size_t len, const char *want)
{
    struct gw_buf out;
    gw_buf_init(&out, 1000);
    assert_int_equal(gw_text_safe(&out, text, len), GW_OK);
    assert_string_equal(gw_buf_str(&out), want);
    gw_buf_free(&out);
}

static void expect(const char *text, const char *want)
{
    expect_n(text, strlen(text), want);
}

static void safe__plain_text__unchanged(void **state)
{
    (void)state;
    expect("", "");
    expect("张三，60 岁；独居。", "张三，60 岁；独居。");
    expect("𠮷野家 \xF0\x9F\x94\xA5 e\xcc\x81", "𠮷野家 \xF0\x9F\x94\xA5 e\xcc\x81");
    expect("葛\xF3\xA0\x84\x80", "葛\xF3\xA0\x84\x80"); /* variation selector of a surname */
}

static void safe__terminal_controls__gone(void **state)
{
    (void)state;
    expect("a\x1b[31mb", "a[31mb");
    expect("a\x1b]0;title\x07z", "a]0;titlez");
    expect("a\xc2\x9b"
           "31mb",
           "a31mb"); /* CSI as C1 */
    expect("a\x9b"
           "b",
           "a\xef\xbf\xbd"
           "b"); /* CSI as a raw byte */
    expect("a\x7f\x08\x0e\x0f", "a");
    expect_n("a\0b", 3, "ab");
}

static void safe__spoofing__gone(void **state)
{
    (void)state;
    expect("a\xe2\x80\xae"
           "cba\xe2\x80\xac",
           "acba"); /* U+202E U+202C */
    expect("\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f\xe2\x81\xa6x\xe2\x81\xa9", "x");
    expect("a\xe2\x80\xa8"
           "b\xe2\x80\xa9"
           "c",
           "abc"); /* U+2028 U+2029 */
    expect("\xef\xbb\xbf"
           "a",
           "a"); /* U+FEFF */
    expect("\xef\xbf\xb9x\xef\xbf\xba"
           "y\xef\xbf\xbb",
           "xy"); /* U+FFF9..B */
    expect("a\xf3\xa0\x80\x81\xf3\xa0\x81\x81"
           "b",
           "ab");                                                 /* tags */
    expect("a\xee\x80\x80\xf3\xb0\x80\x80\xf4\x80\x80\x80", "a"); /* private use */
    expect("a\xef\xb7\x90\xef\xbf\xbe\xf0\x9f\xbf\xbf", "a");     /* non-characters */
}

static void safe__tabs_and_newlines__one_blank(void **state)
{
    (void)state;
    expect("a\tb", "a b");
    expect("a\r\nb\n\n\tc", "a b c");
    expect("\n", " ");
}

static void safe__over_the_ceiling__nothing_added(void **state)
{
    (void)state;
    struct gw_buf out;
    gw_buf_init(&out, 5);
    assert_int_equal(gw_buf_adds(&out, "ab"), GW_OK);
    assert_int_equal(gw_text_safe(&out, "张张", 6), GW_TOO_LARGE);
    assert_string_equal(gw_buf_str(&out), "ab");
    assert_int_equal(gw_csv_field(&out, "xyz"), GW_TOO_LARGE);
    assert_string_equal(gw_buf_str(&out), "ab");
    gw_buf_free(&out);
}

static bool is_harmful(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x61C || cp == 0x200E || cp == 0x200F ||
           (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xFEFF ||
           (cp >= 0xFFF9 && cp <= 0xFFFB) || (cp >= 0xE0000 && cp <= 0xE007F) ||
           (cp >= 0xE000 && cp <= 0xF8FF) || cp >= 0xF0000 || (cp >= 0xFDD0 && cp <= 0xFDEF) ||
           (cp & 0xFFFE) == 0xFFFE;
}

static void check_safe(const char *text, size_t len)
{
    const char *at = text;
    assert_true(gw_utf8_valid(text, len));
    while (at < text + len) {
        assert_false(is_harmful(gw_utf8_next(&at, text + len)));
    }
}

/* Bytes of a kind that is likely to come near the edges. */
static size_t make_bytes(const struct gw_random *random, char *out, size_t max)
{
    size_t n = 0;
    while (n + 4 < max && gw_random_below(random, 20) != 0) {
        switch (gw_random_below(random, 4)) {
        case 0:
            out[n++] = (char)gw_random_below(random, 256);
            break;
        case 1:
            n += gw_utf8_put((uint32_t)gw_random_below(random, 0x110000), out + n);
            break;
        case 2:
            n += gw_utf8_put((uint32_t)(0x1FF0 + gw_random_below(random, 0x90)), out + n);
            break;
        default:
            out[n++] = (char)gw_random_below(random, 0x21);
            break;
        }
    }
    return n;
}

static void safe__random_bytes__property(void **state)
{
    (void)state;
    struct gw_random_seeded seeded;
    struct gw_buf once;
    struct gw_buf twice;
    gw_random_seeded_init(&seeded, 5);
    gw_buf_init(&once, 10000);
    gw_buf_init(&twice, 10000);
    for (int i = 0; i < 20000; i++) {
        char bytes[200];
        char small[24];
        size_t n = make_bytes(&seeded.random, bytes, sizeof bytes - 1);
        bytes[n] = '\0';
        gw_buf_reset(&once);
        gw_buf_reset(&twice);
        assert_int_equal(gw_text_safe(&once, bytes, n), GW_OK);
        check_safe(gw_buf_str(&once), once.len);
        assert_int_equal(gw_text_safe(&twice, gw_buf_str(&once), once.len), GW_OK);
        assert_string_equal(gw_buf_str(&once), gw_buf_str(&twice));
        size_t room = 1 + gw_random_below(&seeded.random, sizeof small);
        assert_ptr_equal(gw_text_safe_z(small, room, bytes), small);
        assert_true(strlen(small) < room);
        check_safe(small, strlen(small));
        gw_buf_reset(&once);
        assert_int_equal(gw_csv_field(&once, bytes), GW_OK);
        check_safe(gw_buf_str(&once), once.len);
    }
    gw_buf_free(&once);
    gw_buf_free(&twice);
}

static void expect_csv(const char *text, const char *want)
{
    struct gw_buf out;
    gw_buf_init(&out, 1000);
    assert_int_equal(gw_csv_field(&out, text), GW_OK);
    assert_string_equal(gw_buf_str(&out), want);
    gw_buf_free(&out);
}

static void csv__quotes_and_formulas(void **state)
{
    (void)state;
    expect_csv("", "\"\"");
    expect_csv("张三", "\"张三\"");
    expect_csv("a \"b\", c", "\"a \"\"b\"\", c\"");
    expect_csv("=1+1", "\"'=1+1\"");
    expect_csv("+86", "\"'+86\"");
    expect_csv("-1", "\"'-1\"");
    expect_csv("@x", "\"'@x\"");
    expect_csv("\x1b=1", "\"'=1\""); /* what is dropped does not hide it */
    expect_csv("\t =1", "\"'  =1\"");
    expect_csv("＝1", "\"'＝1\"");
    expect_csv("a\nb", "\"a b\"");
}

static void safe_z__small_arrays__whole_characters(void **state)
{
    (void)state;
    char out[6];
    assert_string_equal(gw_text_safe_z(out, sizeof out, "张三丰"), "张");
    assert_string_equal(gw_text_safe_z(out, 1, "张三丰"), "");
    assert_string_equal(gw_text_safe_z(out, sizeof out,
                                       "a\x1b"
                                       "bcdef"),
                        "abcde");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(safe__plain_text__unchanged),
        cmocka_unit_test(safe__terminal_controls__gone),
        cmocka_unit_test(safe__spoofing__gone),
        cmocka_unit_test(safe__tabs_and_newlines__one_blank),
        cmocka_unit_test(safe__over_the_ceiling__nothing_added),
        cmocka_unit_test(safe__random_bytes__property),
        cmocka_unit_test(csv__quotes_and_formulas),
        cmocka_unit_test(safe_z__small_arrays__whole_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
