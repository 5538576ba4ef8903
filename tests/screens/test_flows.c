/* What the screen does when things go otherwise than in the story. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/journal.h"
#include "offline-db/draft.h"
#include "tests/kit/console.h"

static void begin(struct console *c, const char *name, enum gw_role role)
{
    const struct console_opts o = {name, "zh_CN", role, 24, 80, false, false, false, false};
    console_open(c, &o);
}

static void smoke(struct console *c, const char *id, const char *state, const char *more)
{
    console_alarm(c, id, "smoke", "critical", state, 3, 60000, 240000, "r-chen", more);
}

/* ---- ringing */

static void start_rings_once_with_the_count(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "start", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    smoke(&c, "a2", "unack", "");
    smoke(&c, "a3", "closed", ",\"closed_at\":1781982000000,\"outcome\":\"test\"");
    smoke(&c, "a4", "acked", ",\"acked_by\":\"u-zhou\",\"acked_at\":1781982000000");
    console_start(&c);
    assert_int_equal(term_bells(c.term), 1);
    console_expect(&c, "2 条等您，最早 03:11");
    assert_int_equal(c.notices, 1);
    console_wait(&c, 60000);
    assert_int_equal(term_bells(c.term), 1);
    console_close(&c);
}

static void critical_rings_again_until_somebody_has_it(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "again", ROLE_DUTY);
    console_alarm(&c, "a1", "water", "major", "unack", 5, 60000, 240000, "r-chen", "");
    console_start(&c);
    console_wait(&c, 125000);
    assert_int_equal(term_bells(c.term), 2);
    console_key(&c, GK_F2);
    console_wait(&c, 125000);
    assert_int_equal(term_bells(c.term), 2);
    console_close(&c);
}

static void lower_levels_do_not_ring(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "lower", ROLE_WORKER);
    console_start(&c);
    console_alarm(&c, "a1", "vital", "major", "unack", 1, 0, 60000, "r-liu", "");
    console_wait(&c, 2000);
    assert_int_equal(term_bells(c.term), 0);
    console_expect(&c, "下级处理中(1)");
    console_alarm(&c, "a1", "vital", "major", "unack", 3, 60000, 60000, "r-liu", "");
    console_wait(&c, 2000);
    assert_int_equal(term_bells(c.term), 1);
    console_close(&c);
}

static void a_storm_is_few_rings(void **state)
{
    struct console c;
    char id[32];
    (void)state;
    begin(&c, "storm", ROLE_WORKER);
    console_start(&c);
    for (int i = 0; i < 60; i++) {
        (void)snprintf(id, sizeof(id), "a-%d", i);
        console_alarm(&c, id, "water", "major", "unack", 3, 0, 300000, "r-liu", "");
        console_wait(&c, 50);
    }
    console_wait(&c, 5000);
    assert_true(term_bells(c.term) >= 1 && term_bells(c.term) <= 4);
    console_expect(&c, "轮到我(60)");
    console_close(&c);
}

static void masked_in_notifications(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "notice", ROLE_WORKER);
    console_start(&c);
    smoke(&c, "a1", "unack", "");
    console_wait(&c, 1000);
    assert_int_equal(c.notices, 1);
    assert_non_null(strstr(c.notice, "陈**"));
    assert_null(strstr(c.notice, "陈秀英"));
    assert_null(strstr(c.notice, "502"));
    console_close(&c);
}

static int64_t looks(struct console *c)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(gw_db_handle(c->home.db),
                                        "SELECT count(*) FROM access_log WHERE what = 'card'", -1,
                                        &st, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    (void)sqlite3_finalize(st);
    return n;
}

static void a_card_that_stays_open_is_one_look(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "look", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_expect(&c, "陈秀英");
    assert_int_equal(looks(&c), 1);
    for (int i = 0; i < 5; i++) { /* the card is read anew each time */
        smoke(&c, "a1", "unack", "");
        console_wait(&c, 1000);
    }
    console_key(&c, GK_F3); /* the numbers of the same card */
    console_key(&c, GK_ESC);
    assert_int_equal(looks(&c), 1);
    console_key(&c, GK_ESC);
    console_key(&c, GK_ENTER); /* another look */
    assert_int_equal(looks(&c), 2);
    console_close(&c);
}

static void suspend_is_told(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "slept", ROLE_WORKER);
    console_start(&c);
    tui_slept(c.tui, CONSOLE_T0 - 7800000, CONSOLE_T0);
    smoke(&c, "a1", "unack", "");
    smoke(&c, "a2", "unack", "");
    console_wait(&c, 2000);
    console_expect(&c, "休眠 01:02-03:12，期间 2 条");
    assert_int_equal(term_bells(c.term), 1);
    console_close(&c);
}

/* ---- the cursor, the notice line and the guard */

static void nothing_moves_under_the_cursor(void **state)
{
    struct console c;
    char before[256], after[256];
    (void)state;
    begin(&c, "still", ROLE_WORKER);
    console_alarm(&c, "a1", "water", "minor", "unack", 3, 60000, 240000, "r-liu", "");
    console_alarm(&c, "a2", "water", "minor", "unack", 3, 60000, 250000, "r-liu", "");
    console_start(&c);
    console_key(&c, GK_DOWN);
    term_row(c.term, 4, before, sizeof(before));
    assert_int_equal(before[0], '>');
    smoke(&c, "a3", "unack", "");
    term_row(c.term, 4, after, sizeof(after));
    before[strcspn(before, ":")] = '\0'; /* the seconds go on */
    after[strcspn(after, ":")] = '\0';
    assert_string_equal(before, after);
    console_expect(&c, "!! 烟感 3栋2单元 陈** 等您");
    console_wait(&c, 4000); /* the hand is still: the order settles, the row stays on its line */
    term_row(c.term, 3, after, sizeof(after));
    assert_non_null(strstr(after, "烟感"));
    console_key(&c, GK_TAB);
    console_expect(&c, "陈秀英");
    console_refuse(&c, "!! 烟感");
    console_close(&c);
}

static void keys_are_dropped_when_the_meaning_changed(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "guard", ROLE_WORKER);
    console_start(&c);
    smoke(&c, "a1", "unack", "");
    console_key(&c, GK_F2); /* he meant something else a moment ago */
    assert_int_equal(console_journal(&c), 0);
    console_expect(&c, "画面刚刚变了");
    console_wait(&c, 400);
    console_key(&c, GK_F2);
    assert_int_equal(console_journal(&c), 1);
    console_close(&c);
}

static void storms_do_not_block_keys(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "noblock", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_alarm(&c, "a2", "water", "minor", "unack", 3, 60000, 250000, "r-liu", "");
    console_key(&c, GK_F2);
    assert_int_equal(console_journal(&c), 1);
    console_expect(&c, "陈秀英");
    console_close(&c);
}

/* ---- marks */

static void not_delivered_says_whom_to_phone(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "undelivered", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_offline(&c, 1000);
    console_key(&c, GK_F2);
    console_expect(&c, "·按了");
    console_wait(&c, 20000);
    console_expect(&c, "已记下，还没送到。03:16 会转给网格长。");
    console_expect(&c, "请打电话：网格长 13896001004、值班室 023-67880110");
    console_deliver(&c, RESULT_APPLIED, NULL);
    console_refuse(&c, "已记下，还没送到");
    console_close(&c);
}

static void a_late_take_is_taken_at_the_present_level_with_one_key(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "late", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_key(&c, GK_F2);
    console_deliver(&c, RESULT_LATE, "level-passed");
    console_alarm(&c, "a1", "smoke", "critical", "unack", 4, 300000, 240000, "r-chen", "");
    console_expect(&c, "↷晚到");
    console_expect(&c, "再按一次接警");
    console_wait(&c, 1000);
    console_key(&c, GK_F2);
    assert_int_equal(console_journal(&c), 2);
    console_expect(&c, "我在办");
    console_close(&c);
}

static void taking_back_shows_at_once(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "retract", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_key(&c, GK_F2);
    console_wait(&c, 1000);
    console_key(&c, GK_F4);
    console_wait(&c, 1000);
    console_key(&c, GK_F12);
    console_expect(&c, "已撤回：出发");
    console_expect(&c, "（已撤回）");
    console_golden(&c, "card-taken-back");
    console_close(&c);
}

static void stale_goes_only_with_a_complete_end(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "stale", ROLE_WORKER);
    console_start(&c);
    console_offline(&c, 0);
    console_wait(&c, 62000);
    console_expect(&c, "数据停在 03:12");
    console_expect(&c, "值班室 023-67880110");
    c.link.phase = TUI_LINK_CATCHUP; /* bytes come again, but the end does not */
    c.link.last_byte_mono = c.clock.mono;
    tui_status(c.tui, &c.link);
    console_turn(&c);
    console_expect(&c, "数据停在");
    console_online(&c);
    c.link.end_mono = c.clock.mono + 1;
    tui_status(c.tui, &c.link);
    console_turn(&c);
    console_refuse(&c, "数据停在");
    console_close(&c);
}

/* ---- holding, second person, hand-over */

static void the_end_of_a_hold_is_announced(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "hold", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_key(&c, GK_F2);
    console_key(&c, GK_ESC);
    size_t bells = term_bells(c.term);
    console_wait(&c, 181000);
    assert_int_equal(term_bells(c.term), bells + 1);
    console_expect(&c, "还在处理吗？");
    console_key(&c, GK_F2);
    console_refuse(&c, "还在处理吗？");
    assert_int_equal(console_journal(&c), 2);
    console_close(&c);
}

static void the_second_person_confirms(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "second", ROLE_LEADER);
    smoke(&c, "a1", "acked",
          ",\"acked_by\":\"u-zhang\",\"acked_at\":1781982600000,\"closing\":{\"by\":\"u-zhang\","
          "\"outcome\":\"false_cooking\",\"no_visit_reason\":\"女儿在家\",\"second_person\":"
          "\"u-leader\",\"at\":1781982600000,\"due_at\":1781984400000}");
    console_start(&c);
    assert_int_equal(term_bells(c.term), 1);
    console_expect(&c, "?待确认");
    console_key(&c, GK_ENTER);
    console_golden(&c, "card-second");
    console_keys(&c, "y");
    console_expect(&c, "#已结");
    console_close(&c);
}

static void what_another_has_is_dim_and_says_why(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "other", ROLE_WORKER);
    smoke(&c, "a1", "acked", ",\"acked_by\":\"u-leader\",\"acked_at\":1781982600000");
    console_start(&c);
    console_expect(&c, "F2接警(李建国已接)");
    console_key(&c, GK_F2);
    assert_int_equal(console_journal(&c), 0);
    console_expect(&c, "现在不能接警：李建国已接");
    console_close(&c);
}

/* ---- keys */

static void a_menu_serves_terminals_without_f_keys(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "menu", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_key(&c, GK_ENTER);
    console_keys(&c, "１"); /* a full-width digit of an input method */
    assert_int_equal(console_journal(&c), 1);
    console_expect(&c, "我在办");
    console_close(&c);
}

static void unknown_sequences_do_nothing(void **state)
{
    static const char *const strange[] = {
        "\033[1;2Q",        "\033[12;2~",     "\033[99~", "\033[?62c", "\033]11;rgb:0/0/0\007",
        "\033P1$r0m\033\\", "\033[<0;10;10M", "\033[I",   "\033x"};
    struct console c;
    (void)state;
    begin(&c, "strange", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_key(&c, GK_ENTER);
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        console_bytes(&c, strange[i], strlen(strange[i]));
    }
    console_expect(&c, "陈秀英"); /* still on the card: none was read as Esc */
    console_bytes(&c, "\033[200~a\rq\033OQ\033[201~", 18);
    assert_int_equal(console_journal(&c), 0);
    console_close(&c);
}

static void drafts_come_back(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "draft", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_keys(&c, "n厨房有烟味");
    console_stop(&c); /* as after a crash: a new screen on the same home */
    c.term = (term_free(c.term), term_open(24, 80, &c.in, &c.out));
    c.opts.in = c.in;
    c.opts.out = c.out;
    console_start(&c);
    console_keys(&c, "n");
    console_expect(&c, "厨房有烟味");
    console_key(&c, GK_ENTER);
    assert_int_equal(console_journal(&c), 1);
    console_keys(&c, "n");
    console_refuse(&c, "厨房有烟味_");
    console_close(&c);
}

static int64_t drafts_of(struct console *c, const char *kind)
{
    struct gw_buf text;
    gw_buf_init(&text, 4096);
    enum gw_err err = draft_load(&c->home, kind, "a1", &text);
    int64_t len = err == GW_OK ? (int64_t)text.len : -1;
    gw_buf_free(&text);
    return len;
}

/* A power cut asks nobody: what is typed is on the disk after a pause of two seconds, and every ten
 * while somebody types without one. */
static void drafts_do_not_wait_for_esc(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "power", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_keys(&c, "nabc");
    assert_int_equal(drafts_of(&c, "note"), -1); /* no write for every letter */
    console_wait(&c, 2100);
    assert_int_equal(drafts_of(&c, "note"), 3);
    for (int i = 0; i < 12; i++) { /* one a second */
        console_keys(&c, "d");
        console_wait(&c, 1000);
    }
    int64_t kept = drafts_of(&c, "note");
    assert_true(kept >= 3 + 9 && kept < 3 + 12);
    console_wait(&c, 2100);
    assert_int_equal(drafts_of(&c, "note"), 15);
    console_key(&c, GK_ENTER);
    assert_int_equal(drafts_of(&c, "note"), -1);
    console_wait(&c, 5000);
    assert_int_equal(drafts_of(&c, "note"), -1);
    console_close(&c);
}

static void q_leaves_only_from_the_first_screen(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "quit", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "q");
    assert_false(tui_wants_quit(c.tui));
    console_key(&c, GK_F2);
    console_key(&c, GK_ESC);
    console_keys(&c, "q"); /* something is unsent */
    assert_false(tui_wants_quit(c.tui));
    console_keys(&c, "1");
    assert_false(tui_wants_quit(c.tui));
    console_keys(&c, "q2");
    assert_true(tui_wants_quit(c.tui));
    console_close(&c);
}

static void duty_asks_for_the_inhibitor(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "duty-set", ROLE_WORKER);
    console_put(&c, "worker", "u-zhang", "\"name\":\"张华\",\"role\":\"worker\",\"duty\":\"off\"");
    c.opts.on_duty = false;
    console_start(&c);
    console_expect(&c, "未值班");
    console_key(&c, GK_F9);
    assert_true(c.duty_asked && c.duty);
    console_expect(&c, "防休眠✓");
    tui_inhibit(c.tui, TUI_INHIBIT_FAILED);
    console_turn(&c);
    console_expect(&c, "防休眠✗");
    console_expect(&c, "03:12"); /* the clock stays */
    console_close(&c);
    begin(&c, "no-inhibitor", ROLE_WORKER);
    c.opts.on_duty = true;
    console_start(&c);
    tui_inhibit(c.tui, TUI_INHIBIT_FAILED);
    console_turn(&c);
    console_expect(&c, "合盖或休眠就收不到报警");
    console_close(&c);
}

/* ---- the terminal */

static void small_windows_keep_the_queue(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "small", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    console_start(&c);
    term_resize(c.term, 12, 50);
    tui_resize(c.tui);
    console_turn(&c);
    console_expect(&c, "窗口 50x12 太小");
    console_expect(&c, "烟感");
    term_resize(c.term, 40, 120);
    tui_resize(c.tui);
    console_turn(&c);
    console_refuse(&c, "太小");
    console_expect(&c, "防休眠");
    for (int i = 1; i < 60; i++) { /* no size may harm */
        term_resize(c.term, i, 200 - 3 * i);
        tui_resize(c.tui);
        console_key(&c, i % 2 == 0 ? GK_ENTER : GK_ESC);
    }
    console_close(&c);
}

static void hostile_text_never_reaches_the_terminal(void **state)
{
    struct console c;
    size_t n;
    (void)state;
    begin(&c, "hostile", ROLE_WORKER);
    console_put(
        &c, "resident", "r-chen",
        "\"name\":\"\\u001b]0;owned\\u0007陈\\u202e英\\u009b31m\",\"dwelling_id\":\"d-chen\","
        "\"hearing\":\"\\u001b[2J\\u001bc\",\"dialect\":\"a\\u2028b\\u200fc\"");
    console_put(&c, "device", "dv-smoke",
                "\"serial\":\"1\",\"kind\":\"smoke\",\"place\":\"\\u001b[6n\"");
    smoke(&c, "a1", "unack", ",\"text\":\"\\u001bP1$q\\u001b\\\\ \\ufeff\\u2066x\"");
    console_start(&c);
    console_key(&c, GK_ENTER);
    console_keys(&c, "n\033");
    console_wait(&c, 100);
    const char *raw = term_raw(c.term, &n);
    assert_null(memmem(raw, n, "\033]0;owned", 9));
    assert_null(memmem(raw, n, "\xe2\x80\xae", 3));
    assert_null(memmem(raw, n, "\xc2\x9b", 2));
    assert_null(memmem(raw, n, "\033c", 2));
    assert_null(memmem(raw, n, "\xe2\x81\xa6", 3));
    assert_null(memmem(raw, n, "\033P", 2));
    console_close(&c);
}

static void the_linux_console_is_english_and_ascii(void **state)
{
    struct console c;
    size_t n;
    (void)state;
    begin(&c, "linux", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    (void)setenv("TERM", "linux", 1);
    console_start(&c);
    c.form = FORM_LINUX;
    console_golden(&c, "linux-console");
    console_expect(&c, "No Han glyphs");
    console_key(&c, GK_F2);
    console_expect(&c, "*mine");
    const char *raw = term_raw(c.term, &n);
    for (size_t i = 0; i < n; i++) {
        assert_true((unsigned char)raw[i] < 0x80);
    }
    console_close(&c);
}

static void no_colour_is_needed(void **state)
{
    struct console c;
    size_t n;
    (void)state;
    begin(&c, "mono", ROLE_WORKER);
    smoke(&c, "a1", "unack", "");
    (void)setenv("NO_COLOR", "1", 1);
    console_start(&c);
    console_key(&c, GK_F2);
    const char *raw = term_raw(c.term, &n);
    for (size_t i = 0; i + 3 < n; i++) { /* no SGR 30-47 */
        bool sgr =
            raw[i] == '\033' && raw[i + 1] == '[' && (raw[i + 2] == '3' || raw[i + 2] == '4');
        assert_false(sgr && raw[i + 3] >= '0' && raw[i + 3] <= '7' && raw[i + 4] == 'm');
    }
    (void)unsetenv("NO_COLOR");
    console_close(&c);
}

static void the_demo_says_so(void **state)
{
    struct console c;
    char row[256];
    (void)state;
    begin(&c, "demo", ROLE_WORKER);
    c.opts.demo = true;
    console_start(&c);
    term_row(c.term, 0, row, sizeof(row));
    assert_string_equal(row, " 演示：按 F2 接警");
    smoke(&c, "a1", "unack", "");
    console_wait(&c, 1000);
    console_key(&c, GK_F2);
    console_golden(&c, "demo-card");
    console_close(&c);
}

/* A cursor step costs few bytes (figure T1). */
static void a_cursor_step_is_cheap(void **state)
{
    struct console c;
    char id[32];
    (void)state;
    begin(&c, "cheap", ROLE_WORKER);
    for (int i = 0; i < 100; i++) {
        (void)snprintf(id, sizeof(id), "a-%02d", i);
        console_alarm(&c, id, "water", "major", "unack", 3, 0, 300000 + 1000 * i, "r-liu", "");
    }
    console_start(&c);
    console_key(&c, GK_DOWN);
    size_t before = term_bytes(c.term);
    for (int i = 0; i < 10; i++) {
        console_key(&c, GK_DOWN);
    }
    size_t step = (term_bytes(c.term) - before) / 10;
    print_message("cursor step: %zu bytes\n", step);
    assert_true(step <= 36);
    console_key(&c, GK_PGDN);
    console_key(&c, GK_DOWN);
    before = term_bytes(c.term);
    console_key(&c, GK_DOWN);
    print_message("scroll by one: %zu bytes\n", term_bytes(c.term) - before);
    assert_true(term_bytes(c.term) - before <= 355);
    console_close(&c);
}

/* Only what differs is written, by the shortest way: however one walks, what stands on the terminal
 * must be what a repaint of everything puts there, colours included. */
static void check_repaint(struct console *c)
{
    struct gw_buf walked, painted;
    gw_buf_init(&walked, 1 << 20);
    gw_buf_init(&painted, 1 << 20);
    struct term_look before = term_look(c->term, 4, 3);
    term_text(c->term, &walked);
    console_bytes(c, "\x0c", 1);
    term_text(c->term, &painted);
    struct term_look after = term_look(c->term, 4, 3);
    assert_string_equal(gw_buf_str(&walked), gw_buf_str(&painted));
    assert_memory_equal(&before, &after, sizeof(before));
    gw_buf_free(&walked);
    gw_buf_free(&painted);
}

static void walking_paints_what_a_repaint_does(void **state)
{
    static const enum key_code ways[] = {GK_DOWN, GK_DOWN, GK_DOWN, GK_UP,    GK_PGDN, GK_PGUP,
                                         GK_HOME, GK_END,  GK_UP,   GK_ENTER, GK_ESC,  GK_DOWN};
    struct console c;
    char id[32];
    uint32_t dice = 7;
    (void)state;
    begin(&c, "walk", ROLE_WORKER);
    for (int i = 0; i < 90; i++) {
        (void)snprintf(id, sizeof(id), "a-%02d", i);
        console_alarm(&c, id, i % 3 == 0 ? "smoke" : "water", i % 2 == 0 ? "critical" : "minor",
                      "unack", i % 7 == 0 ? 2 : 3, 0, 300000 + 1000 * i, "r-liu", "");
    }
    console_start(&c);
    for (int i = 0; i < 400; i++) {
        dice = dice * 1664525 + 1013904223;
        console_key(&c, ways[(dice >> 16) % (sizeof(ways) / sizeof(ways[0]))]);
        if (i % 10 == 0) {
            console_wait(&c, 1000); /* countdowns */
        }
        if (i % 4 == 0) {
            check_repaint(&c);
        }
    }
    console_close(&c);
}

/* Somebody else wrote over the screen: Ctrl-L puts everything back. */
static void a_repaint_heals(void **state)
{
    struct console c;
    (void)state;
    begin(&c, "heal", ROLE_WORKER);
    console_alarm(&c, "a-1", "smoke", "critical", "unack", 3, 0, 300000, "r-liu", "");
    console_start(&c);
    console_key(&c, GK_DOWN); /* the line of the start goes with the first key */
    struct gw_buf good, healed;
    gw_buf_init(&good, 1 << 20);
    gw_buf_init(&healed, 1 << 20);
    term_text(c.term, &good);
    (void)fputs("\033[5;1H\033[7mwall: the machine goes down\033[2J", c.out);
    (void)fflush(c.out);
    console_bytes(&c, "\x0c", 1);
    term_text(c.term, &healed);
    assert_string_equal(gw_buf_str(&good), gw_buf_str(&healed));
    gw_buf_free(&good);
    gw_buf_free(&healed);
    console_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_rings_once_with_the_count),
        cmocka_unit_test(critical_rings_again_until_somebody_has_it),
        cmocka_unit_test(lower_levels_do_not_ring),
        cmocka_unit_test(a_storm_is_few_rings),
        cmocka_unit_test(masked_in_notifications),
        cmocka_unit_test(a_card_that_stays_open_is_one_look),
        cmocka_unit_test(suspend_is_told),
        cmocka_unit_test(nothing_moves_under_the_cursor),
        cmocka_unit_test(keys_are_dropped_when_the_meaning_changed),
        cmocka_unit_test(storms_do_not_block_keys),
        cmocka_unit_test(not_delivered_says_whom_to_phone),
        cmocka_unit_test(a_late_take_is_taken_at_the_present_level_with_one_key),
        cmocka_unit_test(taking_back_shows_at_once),
        cmocka_unit_test(stale_goes_only_with_a_complete_end),
        cmocka_unit_test(the_end_of_a_hold_is_announced),
        cmocka_unit_test(the_second_person_confirms),
        cmocka_unit_test(what_another_has_is_dim_and_says_why),
        cmocka_unit_test(a_menu_serves_terminals_without_f_keys),
        cmocka_unit_test(unknown_sequences_do_nothing),
        cmocka_unit_test(drafts_come_back),
        cmocka_unit_test(drafts_do_not_wait_for_esc),
        cmocka_unit_test(q_leaves_only_from_the_first_screen),
        cmocka_unit_test(duty_asks_for_the_inhibitor),
        cmocka_unit_test(small_windows_keep_the_queue),
        cmocka_unit_test(hostile_text_never_reaches_the_terminal),
        cmocka_unit_test(the_linux_console_is_english_and_ascii),
        cmocka_unit_test(no_colour_is_needed),
        cmocka_unit_test(the_demo_says_so),
        cmocka_unit_test(a_cursor_step_is_cheap),
        cmocka_unit_test(walking_paints_what_a_repaint_does),
        cmocka_unit_test(a_repaint_heals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
