/* The overview of a street on the screen: by division, by what is due, and Enter into one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <string.h>

#include "offline-db/process.h"
#include "rules/ruleset_load.h"
#include "tests/kit/console.h"

static void start_election(struct console *c, const char *division, const char *title,
                           const char *day)
{
    struct gw_buf text;
    struct ruleset *rules = NULL;
    struct gw_fail fail = {0};
    gw_day polling;
    gw_id id;
    assert_true(day_parse(day, &polling));
    const struct proc_value values[] = {
        {.key = "kind", .text = "election"}, {.key = "mode", .text = "voters"},
        {.key = "title", .text = title},     {.key = "division", .text = division},
        {.key = "place", .text = "白云村"},  {.key = "term", .text = "13"},
        {.key = "seats", .num = 3},          {.key = "polling_day", .text = day},
    };
    const struct process_entry entry = {
        .step = "open", .values = values, .values_n = sizeof values / sizeof values[0]};
    gw_buf_init(&text, RULESET_TEXT_MAX);
    if (process_compose("village-direct", division, polling, &text, &rules, &fail) ||
        process_start(&c->home, gw_buf_str(&text), text.len, &entry, &id, NULL, &fail)) {
        fail_msg("%s", fail.text);
    }
    ruleset_free(rules);
    gw_buf_free(&text);
}

static void look(const char *name, const char *lang, enum gw_role role)
{
    struct console c;
    const struct console_opts opts = {
        .name = name, .lang = lang, .role = role, .rows = 24, .cols = 80};
    console_open(&c, &opts);
    console_put(&c, "grid", "CQ.500112.013.006", "\"level\":\"community\",\"name\":\"青山村\"");
    start_election(&c, "CQ.500112.013.007", "石桥村换届", "2026-06-20"); /* yesterday */
    start_election(&c, "CQ.500112.013.005", "白云村换届", "2026-08-01");
    console_start(&c);
    console_keys(&c, role == ROLE_COMMITTEE ? "2" : "x2"); /* a clerk's first screen is the list */
    console_golden(&c, "overview");
    console_keys(&c, "2");
    console_golden(&c, "overview-due");
    console_key(&c, GK_ENTER); /* the late one stands first now */
    console_expect(&c, "石桥村换届");
    console_close(&c);
}

static void chinese(void **state)
{
    (void)state;
    look("overview-zh", "zh_CN", ROLE_COMMITTEE);
}

static void english(void **state)
{
    (void)state;
    look("overview-en", "en", ROLE_COMMITTEE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinese),
        cmocka_unit_test(english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
