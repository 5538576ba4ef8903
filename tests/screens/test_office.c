/* Who is in office, as a clerk and a street see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "offline-db/process.h"
#include "rules/ruleset_load.h"
#include "tests/kit/console.h"

#define TEXT(k, v)                                                                                 \
    {                                                                                              \
        .key = (k), .text = (v)                                                                    \
    }
#define NUM(k, v)                                                                                  \
    {                                                                                              \
        .key = (k), .num = (v)                                                                     \
    }
#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define VILLAGE  "CQ.500112.013.005"

static void record(struct console *c, const char *id, const char *step, const char *subject,
                   const struct proc_value *values, size_t n)
{
    struct journal_entry out;
    struct gw_fail fail = {0};
    const struct process_entry entry = {
        .step = step, .subject = subject, .values = values, .values_n = n, .reason = "补录"};
    if (process_record(&c->home, id, PROC_STEP, &entry, &out, &fail) != GW_OK) {
        fail_msg("%s: %s", step, fail.text);
    }
}

static void start(struct console *c, const char *template_id, const char *day_text,
                  const struct proc_value *open, size_t n, gw_id *id)
{
    const struct process_entry entry = {.step = "open", .values = open, .values_n = n};
    struct gw_buf text;
    struct journal_entry out;
    struct gw_fail fail = {0};
    gw_day day;
    gw_buf_init(&text, RULESET_TEXT_MAX);
    assert_true(day_parse(day_text, &day));
    assert_int_equal(ruleset_compose("rules", template_id, "CQ", day, &text, &fail), GW_OK);
    if (process_start(&c->home, gw_buf_str(&text), text.len, &entry, id, &out, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    gw_buf_free(&text);
}

static void party(struct console *c)
{
    static const char *const members[][3] = {{"1", "陈国强", "secretary"},
                                             {"2", "秦小兰", "deputy_secretary"},
                                             {"3", "冉从文", "member"}};
    const struct proc_value open[] = {TEXT("kind", "party"), TEXT("title", "兴隆村党总支班子"),
                                      TEXT("division", VILLAGE), TEXT("place", "兴隆村"),
                                      TEXT("elected_on", "2021-05-10"), NUM("whole", 1),
                                      TEXT("registered_on", "2026-01-10")};
    gw_id id;
    start(c, "party-members", "2026-01-10", open, COUNT(open), &id);
    for (size_t i = 0; i < COUNT(members); i++) {
        const struct proc_value values[] = {TEXT("name", members[i][1]),
                                            TEXT("post", members[i][2]),
                                            TEXT("elected_on", "2021-05-10")};
        record(c, id, "P01", members[i][0], values, COUNT(values));
    }
    const struct proc_value left[] = {TEXT("left_on", "2025-03-01"), TEXT("cause", "transferred")};
    record(c, id, "P02", "3", left, COUNT(left));
}

static void village(struct console *c)
{
    static const char *const elected[][3] = {
        {"1", "陈国强", "chair"}, {"3", "王秀英", "deputy"}, {"5", "周桂兰", "member"}};
    const struct proc_value open[] = {TEXT("kind", "election"),
                                      TEXT("mode", "voters"),
                                      TEXT("title", "兴隆村第十二届村民委员会换届选举"),
                                      TEXT("division", VILLAGE),
                                      TEXT("place", "兴隆村"),
                                      TEXT("term", "第十二届"),
                                      NUM("seats", 3),
                                      TEXT("polling_day", "2026-06-18")};
    gw_id id;
    start(c, "village-direct", "2026-06-18", open, COUNT(open), &id);
    for (size_t i = 0; i < COUNT(elected); i++) {
        const struct proc_value values[] = {TEXT("name", elected[i][1]),
                                            TEXT("post", elected[i][2]), NUM("woman", i > 0),
                                            NUM("votes", 700)};
        record(c, id, "S24-2", elected[i][0], values, COUNT(values));
    }
    const struct proc_value group[] = {TEXT("leader", "谭世芳"), TEXT("names", "龙胜、覃芳")};
    const struct proc_value nine[] = {TEXT("published_on", "2026-05-29")};
    const struct proc_value result[] = {TEXT("published_on", "2026-06-18")};
    const struct proc_value watch[] = {TEXT("published_on", "2026-06-20"),
                                       TEXT("names", "覃芳、田家富、周桂兰")};
    record(c, id, "S09-1", "一组", group, COUNT(group));
    record(c, id, "S09", "", nine, COUNT(nine));
    record(c, id, "S27", "", watch, COUNT(watch));
    record(c, id, "S24", "", result, COUNT(result));
}

static void walk(struct console *c)
{
    party(c);
    village(c);
    console_start(c);
    console_keys(c, "3");
    console_key(c, GK_DOWN);
    console_golden(c, "office");
    console_refuse(c, "冉从文");
    console_keys(c, "2");
    console_key(c, GK_END);
    console_expect(c, "冉从文");
    console_golden(c, "office-all");
    console_key(c, GK_ENTER); /* the record that filed him */
    console_expect(c, "冉从文");
    console_refuse(c, "王秀英");
    console_key(c, GK_ESC);
    console_key(c, GK_ESC);
    console_key(c, GK_DOWN);
    console_key(c, GK_ENTER);
    console_keys(c, "0"); /* the same from one procedure, of its place */
    console_expect(c, "王秀英");
}

static void on(const char *name, const char *lang, int rows, int cols)
{
    struct console c;
    const struct console_opts o = {
        .name = name, .lang = lang, .role = ROLE_COMMITTEE, .rows = rows, .cols = cols};
    console_open(&c, &o);
    walk(&c);
    console_close(&c);
}

static void chinese(void **state)
{
    (void)state;
    on("s-office-1", "zh_CN", 24, 80);
}
static void chinese_wide(void **state)
{
    (void)state;
    on("s-office-2", "zh_CN", 40, 120);
}
static void english(void **state)
{
    (void)state;
    on("s-office-3", "en", 24, 80);
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
