/* The article's story on the screen, from the ring to closed, in at most 9 presses, with each of
 * the three byte forms of the F-keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <string.h>

#include "offline-db/journal.h"
#include "tests/kit/console.h"

static const char story_events[] =
    ",\"events\":[{\"at\":1781982720000,\"seq\":50,\"level\":3,\"kind\":\"raised\","
    "\"actor\":\"source:demo\"},{\"at\":1781982720000,\"seq\":50,\"level\":1,\"kind\":\"skipped\","
    "\"actor\":\"system\",\"text\":\"no-channel\"},{\"at\":1781982720000,\"seq\":50,\"level\":2,"
    "\"kind\":\"skipped\",\"actor\":\"system\",\"text\":\"no-channel\"},{\"at\":1781982720000,"
    "\"seq\":50,\"level\":3,\"kind\":\"level\",\"actor\":\"system\"}],\"events_total\":4";

static void smoke(struct console *c)
{
    console_alarm(c, "a-smoke", "smoke", "critical", "unack", 3, 0, 300000, "r-chen", story_events);
    console_wait(c, 1000);
}

static void tell(struct console *c, const struct console_opts *opts, enum console_form form)
{
    console_open(c, opts);
    c->form = form;
    console_start(c);
    console_golden(c, "empty");
    smoke(c);
    assert_int_equal(term_bells(c->term), 1);
    console_golden(c, "queue-new");
    (void)console_count(c);
    console_wait(c, 5000);
    console_key(c, GK_F2);
    console_golden(c, "card-taken");
    console_wait(c, 2000);
    console_key(c, GK_F3);
    console_golden(c, "attempt-whom");
    console_keys(c, "1");
    console_golden(c, "attempt-result");
    console_keys(c, "2");
    console_wait(c, 20000);
    console_key(c, GK_F4);
    console_wait(c, 240000);
    console_key(c, GK_F5);
    console_wait(c, 30000);
    console_golden(c, "card-arrived");
    console_key(c, GK_F7);
    console_golden(c, "close");
    console_keys(c, "1");
    console_golden(c, "close-chosen");
    console_key(c, GK_ENTER);
    assert_true(console_count(c) <= 9);
    console_golden(c, "card-closed");
    assert_int_equal(console_journal(c), 5);
    assert_int_equal(c->nudges, 5);
    console_deliver(c, RESULT_APPLIED, NULL);
    console_alarm(c, "a-smoke", "smoke", "critical", "closed", 3, 300000, 0, "r-chen",
                  ",\"outcome\":\"false_cooking\",\"closed_at\":1781982990000,"
                  "\"closed_by\":\"u-zhang\"");
    console_key(c, GK_ESC);
    console_wait(c, 10000);
    console_golden(c, "queue-done");
}

static void in_chinese(void **state)
{
    struct console c;
    (void)state;
    const struct console_opts opts = {"story-zh", "zh_CN", ROLE_WORKER, 24,   80,
                                      false,      false,   false,       false};
    tell(&c, &opts, FORM_XTERM);
    console_close(&c);
}

static void in_chinese_wide(void **state)
{
    struct console c;
    (void)state;
    const struct console_opts opts = {"story-wide", "zh_CN", ROLE_WORKER, 40,   120,
                                      false,        false,   false,       false};
    tell(&c, &opts, FORM_VT220);
    console_close(&c);
}

static void in_english(void **state)
{
    struct console c;
    (void)state;
    const struct console_opts opts = {"story-en", "en",  ROLE_WORKER, 24,   80,
                                      false,      false, false,       false};
    tell(&c, &opts, FORM_LINUX);
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_chinese),
        cmocka_unit_test(in_chinese_wide),
        cmocka_unit_test(in_english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
