/* The count on the screen: two sheets, the second blind, the rows that differ, the papers, the
 * second signature; as pictures in text, and with the presses counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/fsutil.h"
#include "offline-db/blob.h"
#include "offline-db/journal.h"
#include "tests/kit/clerk.h"
#include "tests/kit/scratch.h"

enum { ROWS = 15 }; /* six figures of the papers, three people for three posts */

static void begin(struct console *c, gw_id *id, const char *name, const char *lang, int rows,
                  int cols)
{
    const struct console_opts opts = {
        .name = name, .lang = lang, .role = ROLE_COMMITTEE, .rows = rows, .cols = cols};
    console_open(c, &opts);
    clerk_open_election(c, id);
    clerk_nominate(c, *id);
    console_start(c);
    console_key(c, GK_ENTER);
    console_keys(c, "5");
}

/* A whole sheet; `last` stands in the last row. */
static void type_sheet(struct console *c, const char *last)
{
    static const char *const values[ROWS] = {"96", "95", "1",  "88", "4", "3", "61", "2",
                                             "7",  "5",  "70", "8",  "3", "9", NULL};
    for (int i = 0; i < ROWS; i++) {
        console_keys(c, values[i] != NULL ? values[i] : last);
        console_key(c, GK_ENTER);
    }
}

static void to_the_papers(struct console *c)
{
    type_sheet(c, "55");
    console_key(c, GK_F7);
    type_sheet(c, "55");
    console_key(c, GK_F7);
    console_key(c, GK_F7);
}

static bool on_paper(struct console *c, const char *id, const char *key)
{
    struct process_case pc;
    bool found = false;
    assert_int_equal(process_load(&c->home, id, clerk_today(c), &pc, NULL), GW_OK);
    const struct slot *slot = procedure_slot_of(pc.state, "S22-1", "选票");
    assert_non_null(slot);
    for (size_t i = 0; i < slot->record->materials_n; i++) {
        const struct proc_value *m = &slot->record->materials[i];
        found = found || (strcmp(m->key, key) == 0 &&
                          (strcmp(m->text, "paper") == 0 || blob_commit_ok(m->text)));
    }
    process_unload(&pc);
    return found;
}

static void walk(const char *name, const char *lang, int rows, int cols)
{
    struct console c;
    gw_id id;
    begin(&c, &id, name, lang, rows, cols);
    console_golden(&c, "count-empty");
    console_keys(&c, "96");
    console_key(&c, GK_ENTER);
    console_keys(&c, "95");
    console_key(&c, GK_ENTER);
    console_golden(&c, "count-short");
    console_key(&c, GK_UP);
    console_key(&c, GK_UP);
    type_sheet(&c, "55");
    console_golden(&c, "count-first");
    console_key(&c, GK_F7);
    console_golden(&c, "count-second");
    type_sheet(&c, "56");
    console_key(&c, GK_F7);
    console_golden(&c, "count-differs");
    console_keys(&c, "2"); /* back to that row of the second sheet */
    console_keys(&c, "55");
    console_key(&c, GK_F7);
    console_golden(&c, "count-agrees");
    console_key(&c, GK_F7);
    console_golden(&c, "count-papers");
    console_wait(&c, 10 * 60 * 1000 + 2000);
    console_golden(&c, "count-covered");
    console_close(&c);
}

static void chinese(void **state)
{
    (void)state;
    walk("count-zh", "zh_CN", 24, 80);
}

static void chinese_wide(void **state)
{
    (void)state;
    walk("count-wide", "zh_CN", 40, 120);
}

static void english(void **state)
{
    (void)state;
    walk("count-en", "en", 24, 80);
}

/* Before the count is there: what the result still lacks. */
static void no_result(const char *name, const char *lang, int rows, int cols)
{
    struct console c;
    gw_id id;
    begin(&c, &id, name, lang, rows, cols);
    console_key(&c, GK_ESC);
    console_keys(&c, "6");
    console_golden(&c, "result-open");
    console_close(&c);
}

static void no_result_yet(void **state)
{
    (void)state;
    no_result("result-zh", "zh_CN", 24, 80);
    no_result("result-wide", "zh_CN", 40, 120);
    no_result("result-en", "en", 24, 80);
}

/* Both papers: Enter past the time, 1 Enter, 1, F7. */
static void the_papers_are_asked(void **state)
{
    struct console c;
    gw_id id;
    (void)state;
    begin(&c, &id, "count-papers", "zh_CN", 24, 80);
    to_the_papers(&c);
    int64_t before = console_journal(&c);
    (void)console_count(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "1");
    console_key(&c, GK_ENTER);
    console_keys(&c, "1");
    console_key(&c, GK_F7);
    assert_int_equal(console_count(&c), 5);
    assert_int_equal(console_journal(&c), before + 4); /* the ledger and three people */
    assert_true(on_paper(&c, id, "tally"));
    assert_true(on_paper(&c, id, "report"));
    console_close(&c);
}

/* One press goes past the questions: what is not there yet stays 缺材料. */
static void papers_may_come_later(void **state)
{
    struct console c;
    gw_id id;
    (void)state;
    begin(&c, &id, "count-later", "zh_CN", 24, 80);
    to_the_papers(&c);
    int64_t before = console_journal(&c);
    console_key(&c, GK_F7);
    assert_int_equal(console_journal(&c), before + 4);
    assert_false(on_paper(&c, id, "tally"));
    console_close(&c);
}

/* A photo of the tally sheet by its path, as in the form of a step. */
static void a_photo_of_the_tally_sheet(void **state)
{
    struct console c;
    gw_id id;
    char path[600];
    static const char picture[] = "\xff\xd8\xff\xe0 tally";
    (void)state;
    begin(&c, &id, "count-photo", "zh_CN", 24, 80);
    (void)snprintf(path, sizeof(path), "%s/tally.jpg", scratch_dir());
    assert_int_equal(gw_file_write(path, picture, sizeof(picture) - 1, NULL), GW_OK);
    to_the_papers(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, path);
    console_key(&c, GK_F7);
    assert_true(on_paper(&c, id, "tally"));
    assert_false(on_paper(&c, id, "report"));
    console_close(&c);
}

/* Counted two days ago: asks why. Esc and a closed terminal lose nothing of it. */
static void late_asks_why_and_nothing_is_lost(void **state)
{
    struct console c;
    gw_id id;
    (void)state;
    begin(&c, &id, "count-belated", "zh_CN", 24, 80);
    to_the_papers(&c);
    int64_t before = console_journal(&c);
    for (int i = 0; i < 16; i++) {
        console_key(&c, GK_BACKSPACE);
    }
    console_keys(&c, "2026-06-18 19:00");
    console_key(&c, GK_ENTER);
    console_keys(&c, "1");
    console_key(&c, GK_F7);
    console_expect(&c, "24小时");
    assert_int_equal(console_journal(&c), before);
    console_keys(&c, "停电");
    console_key(&c, GK_ESC);
    console_expect(&c, "两人一致");
    console_stop(&c);
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "5");
    console_key(&c, GK_F7);
    console_expect(&c, "停电");
    console_expect(&c, "2026-06-18 19:00");
    console_key(&c, GK_F7);
    assert_int_equal(console_journal(&c), before + 4);
    assert_true(on_paper(&c, id, "tally"));
    console_close(&c);
}

/* Digits without an Enter stay when the screen is left. */
static void digits_without_enter_stay(void **state)
{
    struct console c;
    gw_id id;
    (void)state;
    begin(&c, &id, "count-typed", "zh_CN", 24, 80);
    console_keys(&c, "612");
    console_key(&c, GK_ESC);
    console_keys(&c, "5");
    console_expect(&c, "612");
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chinese),
        cmocka_unit_test(chinese_wide),
        cmocka_unit_test(english),
        cmocka_unit_test(no_result_yet),
        cmocka_unit_test(the_papers_are_asked),
        cmocka_unit_test(papers_may_come_later),
        cmocka_unit_test(a_photo_of_the_tally_sheet),
        cmocka_unit_test(late_asks_why_and_nothing_is_lost),
        cmocka_unit_test(digits_without_enter_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
