/* The key reader: three byte forms, unknown sequences, lone Esc, UTF-8, paste, broken input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <string.h>

#include "tui/keys.h"

/* Feeds bytes at time 0 and returns how many keys came; the last one in *out. */
static int feed(struct key_reader *r, const char *bytes, size_t len, struct key *out)
{
    struct key key;
    int n = 0;
    for (size_t i = 0; i < len; i++) {
        if (key_reader_byte(r, (uint8_t)bytes[i], 0, &key)) {
            *out = key;
            n++;
        }
    }
    return n;
}

static enum key_code one(const char *bytes)
{
    struct key_reader r;
    struct key key = {0};
    key_reader_init(&r);
    int n = feed(&r, bytes, strlen(bytes), &key);
    assert_true(n <= 1);
    return n == 1 ? key.code : GK_NONE;
}

static void three_forms(void **state)
{
    (void)state;
    assert_int_equal(one("\033OP"), GK_F1);
    assert_int_equal(one("\033OQ"), GK_F2);
    assert_int_equal(one("\033OS"), GK_F4);
    assert_int_equal(one("\033[12~"), GK_F2);
    assert_int_equal(one("\033[15~"), GK_F5);
    assert_int_equal(one("\033[17~"), GK_F6);
    assert_int_equal(one("\033[18~"), GK_F7);
    assert_int_equal(one("\033[24~"), GK_F12);
    assert_int_equal(one("\033[[A"), GK_F1);
    assert_int_equal(one("\033[[B"), GK_F2);
    assert_int_equal(one("\033[[E"), GK_F5);
}

static void other_keys(void **state)
{
    (void)state;
    assert_int_equal(one("\033[A"), GK_UP);
    assert_int_equal(one("\033OB"), GK_DOWN);
    assert_int_equal(one("\033[5~"), GK_PGUP);
    assert_int_equal(one("\033[1~"), GK_HOME);
    assert_int_equal(one("\033[Z"), GK_BACKTAB);
    assert_int_equal(one("\r"), GK_ENTER);
    assert_int_equal(one("\177"), GK_BACKSPACE);
    assert_int_equal(one("\014"), GK_CTRL);
    assert_int_equal(one("\033OM"), GK_ENTER);
    assert_int_equal(one("\033[1;1A"), GK_UP);
    assert_int_equal(one("\033[1;65A"), GK_UP); /* Caps Lock */
}

static void unknown_ones_are_swallowed_whole(void **state)
{
    static const char *const rows[] = {
        "\033[1;2Q",    "\033[12;5~",    "\033[99~", "\033[?1;2c",   "\033[>0;95;0c",
        "\033]0;x\007", "\033P+r\033\\", "\033x",    "\033[<0;3;4M", "\033[1;2;3;4;5;6~",
        "\033[4:3~",    "\033[[F",       "\033[12$~"};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(one(rows[i]), GK_NONE);
    }
}

static void esc_alone_after_25_ms(void **state)
{
    struct key_reader r;
    struct key key;
    (void)state;
    key_reader_init(&r);
    assert_false(key_reader_byte(&r, 0x1b, 1000, &key));
    assert_int_equal(key_reader_deadline(&r), 1000 + KEY_ESC_MS);
    assert_false(key_reader_late(&r, 1024, &key));
    assert_true(key_reader_late(&r, 1025, &key));
    assert_int_equal(key.code, GK_ESC);
    /* a slow line brings the rest of a sequence: no digits come of it */
    for (const char *p = "[12~"; *p != '\0'; p++) {
        assert_false(key_reader_byte(&r, (uint8_t)*p, 1040, &key));
    }
    assert_true(key_reader_byte(&r, '1', 1041, &key));
    assert_int_equal(key_digit(&key), 1);
}

static void two_esc(void **state)
{
    struct key_reader r;
    struct key key;
    (void)state;
    key_reader_init(&r);
    assert_int_equal(feed(&r, "\033\033", 2, &key), 1);
    assert_int_equal(key.code, GK_ESC);
    assert_true(key_reader_late(&r, 25, &key));
    assert_int_equal(key.code, GK_ESC);
}

static void stalled_sequences_are_forgotten(void **state)
{
    struct key_reader r;
    struct key key;
    (void)state;
    key_reader_init(&r);
    assert_int_equal(feed(&r, "\033[1", 3, &key), 0);
    assert_false(key_reader_late(&r, 5000, &key));
    assert_true(key_reader_byte(&r, 'a', 5001, &key));
    assert_int_equal(key.cp, 'a');
}

static void text(void **state)
{
    struct key_reader r;
    struct key key;
    (void)state;
    key_reader_init(&r);
    assert_int_equal(feed(&r, "陈", 3, &key), 1);
    assert_int_equal(key.cp, 0x9648);
    assert_int_equal(feed(&r,
                          "\xe9\x99"
                          "a",
                          3, &key),
                     1); /* cut short: dropped */
    assert_int_equal(key.cp, 'a');
    assert_int_equal(feed(&r, "\xc0\x80\xff\xed\xa0\x80\xf5", 7, &key), 0);
    assert_int_equal(feed(&r, "\xc2\x9b", 2, &key), 0); /* CSI as C1 */
}

static void full_width(void **state)
{
    struct key_reader r;
    struct key key;
    (void)state;
    key_reader_init(&r);
    assert_int_equal(feed(&r, "３", 3, &key), 1);
    assert_int_equal(key_digit(&key), 3);
    assert_int_equal(feed(&r, "：", 3, &key), 1);
    assert_int_equal(key_command_char(&key), ':');
    assert_int_equal(feed(&r, "、", 3, &key), 1);
    assert_int_equal(key_command_char(&key), '/');
    assert_int_equal(feed(&r, "ａ", 3, &key), 1); /* half-typed text is no command */
    assert_int_equal(key_command_char(&key), 0);
}

static void paste_is_no_command(void **state)
{
    struct key_reader r;
    struct key key;
    (void)state;
    key_reader_init(&r);
    assert_int_equal(feed(&r, "\033[200~1", 7, &key), 1);
    assert_true(key.pasted);
    assert_int_equal(key_digit(&key), -1);
    assert_int_equal(feed(&r, "\033[201~1", 7, &key), 1);
    assert_false(key.pasted);
    assert_int_equal(key_digit(&key), 1);
}

static void cursor_report(void **state)
{
    struct key_reader r;
    struct key key;
    (void)state;
    key_reader_init(&r);
    assert_int_equal(feed(&r, "\033[24;3R", 7, &key), 1);
    assert_int_equal(key.code, GK_CURSOR_REPORT);
    assert_int_equal(key.row, 24);
    assert_int_equal(key.col, 3);
    assert_int_equal(one("\033[R"), GK_F3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_forms),
        cmocka_unit_test(other_keys),
        cmocka_unit_test(unknown_ones_are_swallowed_whole),
        cmocka_unit_test(esc_alone_after_25_ms),
        cmocka_unit_test(two_esc),
        cmocka_unit_test(stalled_sequences_are_forgotten),
        cmocka_unit_test(text),
        cmocka_unit_test(full_width),
        cmocka_unit_test(paste_is_no_command),
        cmocka_unit_test(cursor_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
