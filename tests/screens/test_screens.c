/* Each screen as a picture in text, in Chinese at two sizes and in English. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <string.h>

#include "offline-db/journal.h"
#include "tests/kit/console.h"

/* A night's worth of alarms: mine in several states, others below. */
static void night(struct console *c)
{
    console_alarm(c, "a-1", "smoke", "critical", "unack", 3, 60000, 240000, "r-chen", "");
    console_alarm(c, "a-2", "vital", "major", "unack", 3, 1800000, 30000, "r-liu",
                  ",\"readings\":[{\"name\":\"心率\",\"value\":128,\"unit\":\"次/分\",\"low\":50,"
                  "\"high\":110,\"at\":1781982700000}]");
    console_alarm(c, "a-3", "water", "major", "acked", 3, 600000, 0, "r-liu",
                  ",\"acked_by\":\"u-zhang\",\"acked_at\":1781982420000,"
                  "\"ack_due_at\":1781983300000,\"stage\":\"enroute\"");
    console_alarm(c, "a-4", "sos", "critical", "acked", 3, 900000, 0, "r-chen",
                  ",\"acked_by\":\"u-zhou\",\"acked_at\":1781982420000,"
                  "\"ack_due_at\":1781983300000,\"stage\":\"acked\"");
    console_alarm(c, "a-5", "inactivity", "major", "unack", 1, 30000, 30000, "r-liu", "");
    console_alarm(c, "a-6", "battery_low", "minor", "rtn_unack", 3, 7200000, 3600000, "r-liu", "");
    console_alarm(c, "a-7", "smoke", "critical", "acked", 3, 1200000, 0, "r-chen",
                  ",\"acked_by\":\"u-zhang\",\"acked_at\":1781982420000,\"closing\":{\"by\":"
                  "\"u-zhang\",\"outcome\":\"false_cooking\",\"no_visit_reason\":\"女儿在家\","
                  "\"second_person\":\"u-leader\",\"at\":1781982600000,\"due_at\":1781984400000}");
}

static void walk(struct console *c)
{
    night(c);
    console_start(c);
    assert_int_equal(term_bells(c->term), 1);
    console_golden(c, "night");
    console_key(c, GK_DOWN);
    console_key(c, GK_DOWN);
    console_golden(c, "night-moved");
    console_keys(c, "?");
    console_golden(c, "help");
    console_key(c, GK_ESC);
    console_key(c, GK_HOME);
    console_key(c, GK_ENTER);
    console_golden(c, "card-waiting");
    console_key(c, GK_ENTER);
    console_golden(c, "actions");
    console_keys(c, "5");
    console_golden(c, "escalate-whom");
    console_keys(c, "1");
    console_golden(c, "escalate-why");
    console_keys(c, "2");
    console_wait(c, 1000);
    console_key(c, GK_F2);
    console_keys(c, "o");
    console_golden(c, "handover");
    console_key(c, GK_ESC);
    console_keys(c, "n");
    console_golden(c, "note");
    console_key(c, GK_ESC);
    console_key(c, GK_F7);
    console_keys(c, "1");
    console_golden(c, "close-no-visit");
    console_key(c, GK_ENTER);
    console_keys(c, "女儿在家看过");
    console_key(c, GK_ENTER);
    console_golden(c, "close-second");
    console_keys(c, "1");
    console_key(c, GK_ENTER);
    console_golden(c, "card-closing");
    console_key(c, GK_ESC);
    console_keys(c, "l");
    console_golden(c, "journal");
    console_key(c, GK_ESC);
    console_keys(c, "/刘");
    console_golden(c, "find");
    console_key(c, GK_ENTER);
    console_golden(c, "find-opened");
    console_key(c, GK_ESC);
    console_key(c, GK_ESC);
    console_keys(c, ":");
    console_golden(c, "palette");
    console_key(c, GK_ESC);
    console_key(c, GK_F8);
    console_golden(c, "bell");
    console_keys(c, "1");
    console_keys(c, "q");
    console_golden(c, "quit");
    console_key(c, GK_ENTER);
    assert_false(tui_wants_quit(c->tui));
    console_offline(c, 0);
    console_wait(c, 70000);
    console_golden(c, "stale");
}

static void chinese(void **state)
{
    struct console c;
    (void)state;
    const struct console_opts o = {"s-zh", "zh_CN", ROLE_WORKER, 24, 80, false, false, false, false};
    console_open(&c, &o);
    walk(&c);
    console_close(&c);
}

static void chinese_wide(void **state)
{
    struct console c;
    (void)state;
    const struct console_opts o = {"s-wide", "zh_CN", ROLE_WORKER, 40, 120, false, false, false, false};
    console_open(&c, &o);
    walk(&c);
    console_close(&c);
}

static void english(void **state)
{
    struct console c;
    (void)state;
    const struct console_opts o = {"s-en", "en", ROLE_WORKER, 24, 80, false, false, false, false};
    console_open(&c, &o);
    walk(&c);
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinese),
        cmocka_unit_test(chinese_wide),
        cmocka_unit_test(english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
