/* The locked console, and the second person who signs on the same laptop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "offline-db/count.h"
#include "offline-db/journal.h"
#include "offline-db/pin.h"
#include "offline-db/process.h"
#include "offline-db/signer.h"
#include "rules/ruleset_load.h"
#include "tests/kit/console.h"

enum { RULES_MAX = 256 * 1024 };

static void begin(struct console *c, const char *name, const char *lang, enum gw_role role)
{
    const struct console_opts o = {name, lang, role, 24, 80, false, false, false, false};
    console_open(c, &o);
}

static void good(enum gw_err err, const struct gw_fail *fail)
{
    if (err != GW_OK) {
        fail_msg("%s: %s", gw_err_name(err), fail->text);
    }
}

static void set_pin(struct console *c, const char *pin)
{
    struct gw_fail fail = {0};
    good(pin_set(&c->home, NULL, pin, &fail), &fail);
}

static void smoke(struct console *c, const char *id, int64_t due_in_ms)
{
    console_alarm(c, id, "smoke", "critical", "unack", 3, 60000, due_in_ms, "r-chen", "");
}

/* ---- the lock */

static void a_locked_console_shows_no_names(struct console *c)
{
    static const char *const hidden[] = {"张华", "陈", "秀英", "502", "1381", "1390", "Zhang Hua"};
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        console_refuse(c, hidden[i]);
    }
}

static void locked_in(const char *lang, const char *name)
{
    struct console c;
    begin(&c, name, lang, ROLE_WORKER);
    set_pin(&c, "2580");
    smoke(&c, "a1", 240000);
    console_alarm(&c, "a2", "vital", "major", "unack", 3, 1800000, 30000, "r-liu", "");
    console_alarm(&c, "a3", "water", "major", "acked", 3, 600000, 0, "r-liu",
                  ",\"acked_by\":\"u-zhang\",\"acked_at\":1781982420000,"
                  "\"ack_due_at\":1781983300000");
    console_start(&c); /* a PIN is set: it starts locked */
    assert_int_equal(term_bells(c.term), 1);
    console_keys(&c, "25");
    console_golden(&c, "locked");
    a_locked_console_shows_no_names(&c);
    console_close(&c);
}

static void the_lock_in_chinese(void **state)
{
    (void)state;
    locked_in("zh_CN", "lock-zh");
}

static void the_lock_in_english(void **state)
{
    (void)state;
    locked_in("en", "lock-en");
}

static void f2_takes_an_alarm_without_the_pin(void **state)
{
    struct console c;
    struct journal_entry entry;
    (void)state;
    begin(&c, "lock-f2", "zh_CN", ROLE_WORKER);
    set_pin(&c, "2580");
    console_start(&c);
    console_expect(&c, "没有等您的报警");
    assert_int_equal(term_bells(c.term), 0);
    smoke(&c, "a1", 240000);
    smoke(&c, "a2", 200000);
    console_wait(&c, 1000);
    assert_int_equal(term_bells(c.term), 1); /* it rings all the same */
    assert_null(strstr(c.notice, "陈"));
    console_count(&c);
    console_key(&c, GK_DOWN);
    console_key(&c, GK_F2);
    assert_int_equal(console_count(&c), 2);
    assert_int_equal(console_journal(&c), 1);
    assert_int_equal(journal_get(&c.home, 1, &entry), GW_OK);
    assert_string_equal(entry.kind, "alarm.ack");
    console_expect(&c, "已锁定");
    a_locked_console_shows_no_names(&c);
    console_key(&c, GK_F7); /* everything else stays shut */
    console_key(&c, GK_F12);
    console_keys(&c, "/:lxzq");
    console_key(&c, GK_TAB);
    assert_int_equal(console_journal(&c), 1);
    assert_false(tui_wants_quit(c.tui));
    a_locked_console_shows_no_names(&c);
    console_close(&c);
}

static void the_pin_opens_and_nothing_typed_is_lost(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "lock-open", "zh_CN", ROLE_WORKER);
    smoke(&c, "a1", 240000);
    console_start(&c);
    set_pin(&c, "2580"); /* at a command line, meanwhile */
    tui_changed(c.tui, UINT32_MAX);
    console_turn(&c);
    console_refuse(&c, "已锁定");
    console_key(&c, GK_ENTER);
    console_keys(&c, "n家里有人说在炒菜");
    console_wait(&c, 299000);
    console_refuse(&c, "已锁定");
    console_wait(&c, 2000);
    console_expect(&c, "已锁定");
    console_refuse(&c, "炒菜");
    console_keys(&c, "1111");
    console_key(&c, GK_ENTER);
    console_expect(&c, "口令不对");
    console_wait(&c, 1100);
    console_keys(&c, "2580");
    console_refuse(&c, "2580");
    console_key(&c, GK_ENTER);
    console_expect(&c, "家里有人说在炒菜");
    console_bytes(&c, "\013", 1); /* Ctrl-K */
    console_expect(&c, "已锁定");
    console_keys(&c, "2580");
    console_key(&c, GK_ENTER);
    console_expect(&c, "家里有人说在炒菜");
    tui_slept(c.tui, c.clock.wall - 600000, c.clock.wall); /* the lid was shut */
    console_turn(&c);
    console_expect(&c, "已锁定");
    assert_true(pin_locked(&c.home)); /* the commands know it too */
    console_close(&c);
}

static void another_process_locks_and_opens(void **state)
{
    struct console c;
    struct gw_fail fail = {0};
    (void)state;
    begin(&c, "lock-other", "zh_CN", ROLE_WORKER);
    console_start(&c);
    console_bytes(&c, "\013", 1);
    console_expect(&c, "还没有设口令");
    set_pin(&c, "2580");
    good(pin_lock(&c.home, &fail), &fail);
    tui_changed(c.tui, UINT32_MAX);
    console_turn(&c);
    console_expect(&c, "已锁定");
    good(pin_unlock(&c.home, "2580", &fail), &fail);
    tui_changed(c.tui, UINT32_MAX);
    console_turn(&c);
    console_refuse(&c, "已锁定");
    console_close(&c);
}

/* ---- the second person */

static void add_signer(struct console *c, const char *user, const char *name, uint8_t seed)
{
    struct identity id = c->home.id;
    struct gw_sign_key key;
    struct gw_fail fail = {0};
    const uint8_t bytes[32] = {seed};
    gw_sign_key_from_seed(&key, bytes);
    (void)snprintf(id.device, sizeof(id.device), "dev-%s", user);
    (void)snprintf(id.user, sizeof(id.user), "%s", user);
    (void)snprintf(id.name, sizeof(id.name), "%s", name);
    good(signer_add(&c->home, &id, &key, "4321", &fail), &fail);
}

static void open_election(struct console *c, gw_id *id)
{
    static const struct proc_value values[] = {
        {.key = "kind", .text = "election"},
        {.key = "mode", .text = "voters"},
        {.key = "title", .text = "观音村换届选举"},
        {.key = "division", .text = "CQ.500112.013.005"},
        {.key = "term", .text = "13"},
        {.key = "polling_day", .text = "2026-11-14"},
        {.key = "seats", .num = 3},
    };
    const struct process_entry entry = {
        .step = "open", .values = values, .values_n = sizeof(values) / sizeof(values[0])};
    struct gw_buf text;
    struct gw_fail fail = {0};
    gw_day day;
    gw_buf_init(&text, RULES_MAX);
    assert_true(day_parse("2026-11-14", &day));
    good(ruleset_compose("rules", "village-direct", "CQ", day, &text, &fail), &fail);
    good(process_start(&c->home, gw_buf_str(&text), text.len, &entry, id, NULL, &fail), &fail);
    gw_buf_free(&text);
}

static void press(struct console *c, const char *text)
{
    console_keys(c, text);
    console_key(c, GK_ENTER);
}

/* Both sheets as two persons typed them. */
static void fill_sheets(struct console *c, const char *id)
{
    struct process_case pc;
    struct count_sheet sheet;
    struct gw_fail fail = {0};
    good(process_load(&c->home, id, 20000, &pc, &fail), &fail);
    good(count_open(&c->home, &pc, &sheet, &fail), &fail);
    for (size_t row = 0; row < sheet.n; row++) {
        for (int person = 0; person < 2; person++) {
            good(count_put(&c->home, &sheet, person, row, 3, &fail), &fail);
        }
    }
    count_close(&sheet);
    process_unload(&pc);
}

/* Which of two second persons, then his PIN. */
static void cosign_in(const char *name, const char *lang, int rows, int cols)
{
    struct console c;
    gw_id id;
    const struct console_opts opts = {
        .name = name, .lang = lang, .role = ROLE_COMMITTEE, .rows = rows, .cols = cols};
    console_open(&c, &opts);
    open_election(&c, &id);
    add_signer(&c, "u-li", "李二娃", 21);
    add_signer(&c, "u-wu", "吴秀", 22);
    fill_sheets(&c, id);
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "4");
    console_key(&c, GK_ENTER);
    console_keys(&c, "2");
    console_golden(&c, "cosign-who");
    console_keys(&c, "1");
    console_golden(&c, "cosign");
    console_key(&c, GK_ESC);
    console_key(&c, GK_ESC);
    console_keys(&c, "5");
    console_key(&c, GK_F7);
    console_key(&c, GK_F7);
    console_golden(&c, "cosign-count");
    console_close(&c);
}

static void cosign_in_chinese(void **state)
{
    (void)state;
    cosign_in("cosign-zh", "zh_CN", 24, 80);
}

static void cosign_on_a_large_terminal(void **state)
{
    (void)state;
    cosign_in("cosign-wide", "zh_CN", 40, 120);
}

static void cosign_in_english(void **state)
{
    (void)state;
    cosign_in("cosign-en", "en", 24, 80);
}

static void he_signs_with_his_pin_in_six_presses(void **state)
{
    struct console c;
    struct journal_entry entry;
    gw_id id;
    (void)state;
    begin(&c, "cosign", "zh_CN", ROLE_COMMITTEE);
    open_election(&c, &id);
    add_signer(&c, "u-li", "李二娃", 21);
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "4");
    console_key(&c, GK_ENTER);
    console_count(&c);
    console_keys(&c, "2");
    press(&c, "4321");
    assert_int_equal(console_count(&c), 6);
    console_expect(&c, "第二人已签名");
    assert_int_equal(journal_get_of(&c.home, "dev-u-li", 1, &entry), GW_OK);
    assert_string_equal(entry.kind, "process.cosign");
    console_keys(&c, "2"); /* once is enough: nobody else is here */
    console_refuse(&c, "李二娃 的口令");
    assert_int_equal(console_journal(&c), 2);
    console_close(&c);
}

static void a_wrong_pin_signs_nothing(void **state)
{
    struct console c;
    gw_id id;
    (void)state;
    begin(&c, "cosign-wrong", "zh_CN", ROLE_COMMITTEE);
    open_election(&c, &id);
    add_signer(&c, "u-li", "李二娃", 21);
    add_signer(&c, "u-wu", "吴秀", 22);
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "4");
    console_key(&c, GK_ENTER);
    console_keys(&c, "2");
    console_expect(&c, "吴秀");
    console_keys(&c, "2"); /* several: a digit says who */
    press(&c, "1234");
    console_expect(&c, "口令不对");
    console_refuse(&c, "1234");
    console_refuse(&c, "****"); /* wiped */
    assert_int_equal(console_journal(&c), 1);
    console_key(&c, GK_ESC);
    assert_int_equal(console_journal(&c), 1);
    console_close(&c);
}

static void after_the_count_he_signs_all_of_it(void **state)
{
    struct console c;
    struct journal_entry entry;
    gw_id id;
    (void)state;
    begin(&c, "cosign-count", "zh_CN", ROLE_COMMITTEE);
    open_election(&c, &id);
    add_signer(&c, "u-li", "李二娃", 21);
    fill_sheets(&c, id);
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "5");
    console_expect(&c, "F7");
    console_count(&c);
    console_key(&c, GK_F7);
    console_key(&c, GK_F7);                   /* past the papers */
    assert_int_equal(console_journal(&c), 2); /* the open, the ledger of the papers */
    press(&c, "4321");
    assert_int_equal(console_count(&c), 7);
    assert_int_equal(console_journal(&c), 3);
    assert_int_equal(journal_get_of(&c.home, "dev-u-li", 1, &entry), GW_OK);
    console_expect(&c, "第二人已签名");
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lock_in_chinese),
        cmocka_unit_test(the_lock_in_english),
        cmocka_unit_test(f2_takes_an_alarm_without_the_pin),
        cmocka_unit_test(the_pin_opens_and_nothing_typed_is_lost),
        cmocka_unit_test(another_process_locks_and_opens),
        cmocka_unit_test(cosign_in_chinese),
        cmocka_unit_test(cosign_on_a_large_terminal),
        cmocka_unit_test(cosign_in_english),
        cmocka_unit_test(he_signs_with_his_pin_in_six_presses),
        cmocka_unit_test(a_wrong_pin_signs_nothing),
        cmocka_unit_test(after_the_count_he_signs_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
