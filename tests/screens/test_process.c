/* The clerk's screens: an election from the empty list to a judged step, as pictures in text, and
 * with the presses of each flow counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <string.h>

#include "offline-db/process.h"
#include "tests/kit/console.h"
#include "tui/step_form.h"

static void open_clerk(struct console *c, const char *name, const char *lang, int rows, int cols)
{
    const struct console_opts opts = {
        .name = name, .lang = lang, .role = ROLE_COMMITTEE, .rows = rows, .cols = cols};
    console_open(c, &opts);
    console_start(c);
}

static void backspaces(struct console *c, int n)
{
    for (int i = 0; i < n; i++) {
        console_key(c, GK_BACKSPACE);
    }
}

/* From the list to the open election: the procedure, its place, term, seats and day. */
static void set_up(struct console *c, const char *day)
{
    console_key(c, GK_DOWN);              /* kind */
    console_key(c, GK_DOWN);              /* mode */
    console_key(c, GK_DOWN);              /* title */
    console_keys(c, "CQ.500112.013.005"); /* the test's home has no scopes to take it from */
    console_key(c, GK_ENTER);
    console_keys(c, "白云村");
    console_key(c, GK_ENTER);
    console_keys(c, "十三");
    console_key(c, GK_ENTER);
    console_keys(c, "5");
    console_key(c, GK_ENTER);
    console_keys(c, day);
    console_key(c, GK_ENTER);
}

static bool keep_id(void *ctx, const struct process_row *row)
{
    (void)strcpy(ctx, row->id);
    return false;
}

static void walk(struct console *c)
{
    console_golden(c, "processes-empty");
    console_keys(c, "1");
    console_golden(c, "setup-which");
    console_keys(c, "4"); /* the village's direct election */
    set_up(c, "0701");
    console_golden(c, "setup-too-soon");
    console_key(c, GK_UP);
    backspaces(c, 4);
    console_keys(c, "0801");
    console_key(c, GK_ENTER);
    console_golden(c, "setup-day");
    console_key(c, GK_F7);
    console_golden(c, "process-todo");
    console_keys(c, "2");
    console_golden(c, "process-steps");
    console_keys(c, "3");
    console_golden(c, "process-calendar");
    console_keys(c, "2");
    console_key(c, GK_DOWN);
    console_key(c, GK_DOWN);
    console_key(c, GK_ENTER); /* S03 */
    console_golden(c, "step-form");
    console_key(c, GK_ENTER);
    console_keys(c, "1");
    console_key(c, GK_ENTER);
    console_keys(c, "张三");
    console_key(c, GK_ENTER);
    console_keys(c, "李四、王五");
    console_key(c, GK_ENTER);
    console_key(c, GK_ENTER);
    console_keys(c, "5");
    console_key(c, GK_ENTER);
    console_keys(c, "100");
    console_key(c, GK_ENTER);
    console_keys(c, "40");
    console_key(c, GK_ENTER);
    console_golden(c, "step-judged");
    console_key(c, GK_ESC);
    console_key(c, GK_ENTER);
    console_golden(c, "step-draft");
    console_key(c, GK_F7);
    console_golden(c, "process-breach");
    console_keys(c, "4");
    console_golden(c, "process-records");
    console_key(c, GK_DOWN);
    console_key(c, GK_ENTER);
    console_golden(c, "record");
    console_keys(c, "1");
    console_golden(c, "record-correct");
}

static void picture(const char *name, const char *lang, int rows, int cols)
{
    struct console c;
    open_clerk(&c, name, lang, rows, cols);
    walk(&c);
    console_close(&c);
}

static void chinese(void **state)
{
    (void)state;
    picture("clerk-zh", "zh_CN", 24, 80);
}

static void chinese_wide(void **state)
{
    (void)state;
    picture("clerk-wide", "zh_CN", 40, 120);
}

static void english(void **state)
{
    (void)state;
    picture("clerk-en", "en", 24, 80);
}

/* A step of two fields from the first screen: four presses and what is typed. */
static void a_step_takes_few_presses(void **state)
{
    struct console c;
    gw_id id = "";
    (void)state;
    open_clerk(&c, "clerk-presses", "zh_CN", 24, 80);
    console_keys(&c, "14");
    set_up(&c, "0801");
    console_key(&c, GK_F7);
    assert_int_equal(console_journal(&c), 1);
    assert_int_equal(process_each(&c.home, "election", keep_id, id), GW_OK);
    assert_true(id[0] != '\0');
    (void)console_count(&c);
    console_keys(&c, "2");
    console_key(&c, GK_ENTER); /* S01 */
    console_key(&c, GK_F7);
    assert_int_equal(console_journal(&c), 2);
    assert_int_equal(console_count(&c), 3);
    console_close(&c);
}

static int64_t rows_of(const struct step_form *form, const char *key)
{
    int64_t n = 0;
    for (size_t i = 0; i < form->n; i++) {
        n += strcmp(form->rows[i].key, key) == 0;
    }
    return n;
}

/* A second person without a key signs what is recorded already: the form of a correction asks for
 * it, that of a new record does not. */
static void paper_of_a_second_person(void **state)
{
    struct console c;
    struct process_case pc;
    struct step_form form;
    gw_id id = "";
    (void)state;
    open_clerk(&c, "clerk-paper", "zh_CN", 24, 80);
    console_keys(&c, "14");
    set_up(&c, "0801");
    console_key(&c, GK_F7);
    assert_int_equal(process_each(&c.home, "election", keep_id, id), GW_OK);
    assert_int_equal(process_load(&c.home, id, 0, &pc, NULL), GW_OK);
    for (int correcting = 0; correcting < 2; correcting++) {
        static const char *const steps[] = {"S20", "S06"};
        for (size_t i = 0; i < 2; i++) {
            const struct step_form_in in = {.rules = pc.rules,
                                            .spec = template_step(pc.rules->template_, steps[i]),
                                            .subject = "一站/选票",
                                            .anchor = pc.row.polling_day,
                                            .correcting = correcting};
            assert_int_equal(step_form_new(&in, &form), GW_OK);
            assert_int_equal(rows_of(&form, SECOND_PAPER), correcting && i == 0);
            assert_int_equal(rows_of(&form, SECOND_NAME), correcting && i == 0);
            step_form_free(&form);
        }
    }
    process_unload(&pc);
    console_close(&c);
}

/* What is not typed to its end survives Esc, and the form says so. */
static void a_draft_is_not_lost(void **state)
{
    struct console c;
    (void)state;
    open_clerk(&c, "clerk-draft", "zh_CN", 24, 80);
    console_keys(&c, "14");
    set_up(&c, "0801");
    console_key(&c, GK_F7);
    console_keys(&c, "2");
    console_key(&c, GK_ENTER);
    console_key(&c, GK_ENTER);
    console_keys(&c, "镇政府文件");
    console_stop(&c); /* the terminal goes away */
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "2");
    console_key(&c, GK_ENTER);
    console_expect(&c, "镇政府文件");
    console_close(&c);
}

/* Enter opens what a list stands on, also where no alarm is. */
static void lists_open_their_rows(void **state)
{
    struct console c;
    const struct console_opts opts = {
        .name = "worker", .lang = "zh_CN", .role = ROLE_WORKER, .rows = 24, .cols = 80};
    (void)state;
    console_open(&c, &opts);
    console_start(&c);
    console_keys(&c, "/刘");
    console_key(&c, GK_ENTER);
    console_key(&c, GK_DOWN);
    console_key(&c, GK_ENTER); /* on a masked field: asks why */
    console_refuse(&c, "没有报警");
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinese),
        cmocka_unit_test(chinese_wide),
        cmocka_unit_test(english),
        cmocka_unit_test(a_step_takes_few_presses),
        cmocka_unit_test(paper_of_a_second_person),
        cmocka_unit_test(a_draft_is_not_lost),
        cmocka_unit_test(lists_open_their_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
