/* 练习: its mark on every screen, what it refuses, and the way from setting up to the result, with
 * the presses counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <string.h>

#include "offline-db/bundle.h"
#include "offline-db/petition.h"
#include "offline-db/practice.h"
#include "sync/engine.h"
#include "tests/kit/console.h"

static void open_practice(struct console *c, const char *name, const char *lang, int rows, int cols)
{
    const struct console_opts opts = {.name = name,
                                      .lang = lang,
                                      .role = ROLE_COMMITTEE,
                                      .rows = rows,
                                      .cols = cols,
                                      .practice = true};
    console_open(c, &opts);
    console_start(c);
}

static bool keep_id(void *ctx, const struct process_row *row)
{
    (void)strcpy(ctx, row->id);
    return false;
}

static gw_day today(struct console *c)
{
    return day_of_ms(c->home.clock->wall_ms(c->home.clock->ctx));
}

/* The digit of the village's direct election in the list; 9 shows the next eight. */
static void choose_village(struct console *c)
{
    struct process_template list[64];
    size_t n = 0, at = 0;
    char digit[2] = "1";
    assert_int_equal(process_templates(today(c), list, 64, &n, NULL), GW_OK);
    while (at < n && strcmp(list[at].id, "village-direct") != 0) {
        at++;
    }
    for (; at >= 8; at -= 8) {
        console_keys(c, "9");
    }
    digit[0] = (char)('1' + at);
    console_keys(c, digit);
}

static void set_up(struct console *c)
{
    console_keys(c, "1");
    choose_village(c);
    for (int i = 0; i < 7; i++) { /* to the polling day */
        console_key(c, GK_DOWN);
    }
    console_keys(c, "0801");
    console_golden(c, "practice-setup");
    console_key(c, GK_F7);
}

static struct process_case load(struct console *c, const char *id)
{
    struct process_case pc;
    struct gw_fail fail = {0};
    if (process_load(&c->home, id, today(c), &pc, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    return pc;
}

/* The day goes on until the step is planned; page 3 stands on its line. */
static void go_to_day(struct console *c, const char *id, size_t line)
{
    for (int i = 0; i < 40; i++) {
        struct process_case pc = load(c, id);
        gw_day plan = procedure_cal(pc.state, line)->plan;
        process_unload(&pc);
        if (plan <= today(c)) {
            return;
        }
        console_keys(c, "9");
    }
    fail_msg("the day does not go on");
}

static void record(struct console *c, int times)
{
    for (int i = 0; i < times; i++) {
        int64_t before = console_journal(c);
        console_key(c, GK_ENTER);
        if (before == 3) {
            console_golden(c, "practice-step");
        }
        console_key(c, GK_F7);
        assert_int_equal(console_journal(c), before + 1); /* the prepared answers were taken */
    }
}

static void second_signs(struct console *c)
{
    console_keys(c, "4");
    console_key(c, GK_END);
    console_key(c, GK_ENTER);
    console_keys(c, "2");
    console_key(c, GK_ESC);
    console_keys(c, "3");
}

static int times_of(const char *step)
{
    static const struct {
        const char *step;
        int times;
    } way[] = {{"S01", 1}, {"S02", 1}, {"S03", 1}, {"S04", 1}, {"S05", 1}, {"S06", 1},
               {"S09", 1}, {"S10", 5}, {"S13", 1}, {"S14", 1}, {"S16", 1}, {"S16-1", 1},
               {"S18", 1}, {"S19", 1}, {"S20", 1}, {"S21", 1}, {"S22", 5}, {"S22-1", 1}};
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        if (strcmp(way[i].step, step) == 0) {
            return way[i].times;
        }
    }
    return 0;
}

/* Line by line down the calendar, with the prepared answers. */
static void walk(struct console *c, const char *id)
{
    struct process_case pc = load(c, id);
    size_t n = procedure_calendar(pc.state);
    console_keys(c, "3");
    for (size_t i = 0; i < n; i++) {
        const char *step = procedure_cal(pc.state, i)->spec->id;
        int times = times_of(step);
        if (times > 0) {
            go_to_day(c, id, i);
            record(c, times);
        }
        if (strcmp(step, "S20") == 0) {
            second_signs(c);
        }
        console_key(c, GK_DOWN);
    }
    process_unload(&pc);
}

static void the_papers(struct console *c)
{
    console_key(c, GK_ESC);
    console_keys(c, "7");
    console_golden(c, "papers");
    for (int i = 0; i < 3; i++) {
        console_key(c, GK_DOWN);
    }
    console_key(c, GK_ENTER);
    console_golden(c, "paper");
}

static void to_the_result(const char *name, const char *lang, int rows, int cols)
{
    struct console c;
    gw_id id = "";
    open_practice(&c, name, lang, rows, cols);
    console_golden(&c, "practice-start");
    (void)console_count(&c);
    set_up(&c);
    assert_int_equal(process_each(&c.home, "election", keep_id, id), GW_OK);
    assert_true(id[0] != '\0');
    console_golden(&c, "practice-todo");
    walk(&c, id);
    console_keys(&c, "6");
    console_golden(&c, "practice-result");
    console_refuse(&c, lang[0] == 'z' ? "选举无效" : "void");
    int presses = console_count(&c);
    print_message("presses from setting up to the result: %d\n", presses);
    assert_true(presses <= 150); /* twenty minutes leave eight seconds for each */
    the_papers(&c);
    console_close(&c);
}

static void from_setting_up_to_the_result(void **state)
{
    (void)state;
    to_the_result("practice-walk", "zh_CN", 24, 80);
}

static void on_a_large_terminal(void **state)
{
    (void)state;
    to_the_result("practice-wide", "zh_CN", 40, 120);
}

static void marked_in_english_too(void **state)
{
    (void)state;
    to_the_result("practice-en", "en", 24, 80);
}

static void nothing_leaves_it(void **state)
{
    struct console c;
    gw_id id = "";
    struct gw_buf out;
    struct gw_fail fail = {0};
    struct engine *engine = NULL;
    const struct identity real = {.device = "d", .user = "u"};
    (void)state;
    open_practice(&c, "practice-refuse", "zh_CN", 24, 80);
    set_up(&c);
    assert_int_equal(process_each(&c.home, "election", keep_id, id), GW_OK);
    gw_buf_init(&out, 1 << 20);
    assert_int_equal(process_export(&c.home, id, &out, &fail), GW_REFUSED);
    assert_non_null(strstr(fail.text, "练习"));
    assert_int_equal(out.len, 0);
    const struct engine_opts opts = {.home = &c.home, .clock = c.home.clock};
    assert_int_equal(engine_new(&opts, &engine, &fail), GW_REFUSED);
    assert_null(engine);
    assert_int_equal(home_enrol(&c.home, &real, &c.home.key, &fail), GW_REFUSED);
    assert_int_equal(home_rekey(&c.home, &real, &c.home.key, &fail), GW_REFUSED);
    struct bundle_report report;
    const struct petition_in asked = {.process = id};
    struct petition_out pack;
    const char *const devices[] = {"practice-2"};
    assert_int_equal(home_bundle_out(&c.home, NULL, &out, &report, &fail), GW_REFUSED);
    assert_int_equal(home_bundle_in(&c.home, "x", 1, &report, &fail), GW_REFUSED);
    assert_int_equal(process_bundle_out(&c.home, id, devices, 1, NULL, &out, &report, &fail), GW_REFUSED);
    assert_int_equal(process_bundle_in(&c.home, "x", 1, &report, &fail), GW_REFUSED);
    assert_int_equal(petition_write(&c.home, &asked, &pack, &fail), GW_REFUSED);
    assert_non_null(strstr(fail.text, "练习"));
    gw_buf_free(&out);
    assert_int_equal(practice_reset(&c.home, &fail), GW_OK);
    assert_false(c.home.practice);
    console_close(&c);
}

/* A real home is never made one for practice, nor emptied as one. */
static void a_real_home_stays_one(void **state)
{
    struct console c;
    struct gw_fail fail = {0};
    const struct console_opts opts = {
        .name = "real", .lang = "zh_CN", .role = ROLE_WORKER, .rows = 24, .cols = 80};
    (void)state;
    console_open(&c, &opts);
    console_start(&c);
    assert_int_equal(practice_make(&c.home, &fail), GW_REFUSED);
    assert_int_equal(practice_reset(&c.home, &fail), GW_REFUSED);
    assert_false(c.home.practice);
    assert_true(c.home.enrolled);
    assert_int_equal(practice_refuse(&c.home, &fail), GW_OK);
    console_refuse(&c, "练习");
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_setting_up_to_the_result), cmocka_unit_test(on_a_large_terminal),
        cmocka_unit_test(marked_in_english_too),         cmocka_unit_test(nothing_leaves_it),
        cmocka_unit_test(a_real_home_stays_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
