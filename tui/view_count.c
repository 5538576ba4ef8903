/* The count: one sheet, two persons. Digits and Enter, a row at a time; what is short stands above
 * at once and never stops the typing. The second person types blind; then only the rows that differ
 * stand side by side. When both agree it asks for the time, the tally sheet and the report, then
 * records. After ten minutes without a key the figures are covered; the draft is not
 * lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/count_papers.h"
#include "tui/form.h"
#include "tui/list.h"
#include "tui/view_process.h"

enum { COVER_MS = 10 * 60 * 1000, DIGITS = 9, LABEL_CELLS = 34 };

enum stage { STAGE_FIRST, STAGE_SECOND, STAGE_COMPARE, STAGE_PAPERS };

struct state {
    gw_id process;
    char title[256];
    struct count_sheet sheet;
    enum stage stage;
    struct list list;
    size_t rows[COUNT_ROWS_MAX]; /* those of the list */
    char typed[DIGITS + 1];
    bool covered;
    bool adding; /* a name that was written on ballots */
    struct text_field name;
    struct count_papers papers; /* open in the last stage */
};

static int entry_of(const struct state *s)
{
    return s->stage == STAGE_SECOND ? 1 : 0;
}

static void fill_rows(struct state *s)
{
    if (s->stage == STAGE_COMPARE) {
        s->list.n = count_differing(&s->sheet, s->rows, COUNT_ROWS_MAX);
    } else {
        s->list.n = s->sheet.n;
        for (size_t i = 0; i < s->sheet.n; i++) {
            s->rows[i] = i;
        }
    }
    s->list.at = s->list.at < s->list.n ? s->list.at : 0;
    s->typed[0] = '\0';
}

static enum gw_err load(struct tui *t, struct state *s, struct gw_fail *fail)
{
    struct process_case c;
    enum gw_err err = process_load(t->home, s->process, tui_today(t), &c, fail);
    if (err != GW_OK) {
        return err;
    }
    (void)snprintf(s->title, sizeof(s->title), "%s", c.row.title);
    count_close(&s->sheet);
    err = count_open(t->home, &c, &s->sheet, fail);
    process_unload(&c);
    if (err == GW_OK) {
        fill_rows(s);
    }
    return err;
}

/* Who comes back goes on where it was left: the second person's turn once the first sheet is whole.
 */
static void find_stage(struct state *s)
{
    struct count_sums first, second;
    count_sums(&s->sheet, 0, &first);
    count_sums(&s->sheet, 1, &second);
    s->stage = !first.whole ? STAGE_FIRST : !second.whole ? STAGE_SECOND : STAGE_COMPARE;
    fill_rows(s);
}

static enum gw_err count_view_open(struct tui *t, struct view *view, const void *arg,
                                   struct gw_fail *fail)
{
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    (void)snprintf(s->process, sizeof(s->process), "%s", (const char *)arg);
    enum gw_err err = load(t, s, fail);
    if (err != GW_OK) {
        count_close(&s->sheet);
        free(s);
        return err;
    }
    find_stage(s);
    return GW_OK;
}

/* What stands in the row and has no Enter yet. */
static void take_typed(struct tui *t, struct state *s)
{
    struct gw_fail fail = {0};
    if (s->typed[0] != '\0' && s->list.n > 0 && s->stage != STAGE_COMPARE &&
        count_put(t->home, &s->sheet, entry_of(s), s->rows[s->list.at], atoll(s->typed), &fail) !=
            GW_OK) {
        tui_say(t, fail.text, true);
        return;
    }
    s->typed[0] = '\0';
}

static void count_view_keep(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    count_papers_keep(t, &s->papers);
}

static void count_view_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    take_typed(t, s);
    count_papers_close(t, &s->papers);
    count_close(&s->sheet);
    free(s);
}

/* ---- painting */

static void shown(const struct state *s, int64_t value, char *out, size_t size)
{
    if (s->covered && value >= 0) {
        (void)snprintf(out, size, "***");
    } else if (value < 0) {
        (void)snprintf(out, size, "-");
    } else {
        (void)snprintf(out, size, "%lld", (long long)value);
    }
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct count_row *row = &s->sheet.rows[s->rows[i]];
    char text[2][24];
    bool here = i == s->list.at;
    screen_field(t->scr, here ? P_BOLD : P_TEXT, row->label, LABEL_CELLS);
    if (s->stage == STAGE_COMPARE) {
        shown(s, row->value[0], text[0], sizeof(text[0]));
        shown(s, row->value[1], text[1], sizeof(text[1]));
        screen_putf(t->scr, P_CRITICAL, _(" first %8s   second %8s"), text[0], text[1]);
        return;
    }
    shown(s, row->value[entry_of(s)], text[0], sizeof(text[0]));
    screen_putf(t->scr, here ? P_FIELD : P_TEXT, " %9s",
                here && s->typed[0] != '\0' ? s->typed : text[0]);
}

static void put_figure(struct tui *t, const struct state *s, const char *key)
{
    char text[24];
    const struct count_row *row = count_find(&s->sheet, key);
    shown(s, row->value[entry_of(s)], text, sizeof(text));
    screen_putf(t->scr, P_TEXT, "%s ", row->label);
    screen_putf(t->scr, P_BOLD, "%s", text);
    screen_put(t->scr, P_DIM, " · ");
}

/* 发出 612 · 收回 598 · 有效 580 · 无效 12 · 弃权 6 · 差 0 */
static void draw_figures(struct tui *t, const struct state *s, int row)
{
    static const char *const keys[] = {"issued", "recovered", "valid", "invalid", "blank"};
    struct count_sums sums;
    count_sums(&s->sheet, entry_of(s), &sums);
    int64_t off = sums.papers != 0 ? sums.papers : sums.sheet;
    bool typed = count_find(&s->sheet, "not_returned")->value[entry_of(s)] >= 0;
    screen_row(t->scr, row);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        put_figure(t, s, keys[i]);
        typed = typed && count_find(&s->sheet, keys[i])->value[entry_of(s)] >= 0;
    }
    if (off == 0 && !typed) {
        screen_put(t->scr, P_DIM, _("difference -")); /* nothing to compare yet */
    } else if (off > 0) {
        screen_putf(t->scr, P_CRITICAL, _("still %lld short"), (long long)off);
    } else if (off < 0) {
        screen_putf(t->scr, P_CRITICAL, _("%lld too many"), (long long)-off);
    } else {
        screen_put(t->scr, P_GOOD, _("difference 0"));
    }
    (void)screen_row_end(t->scr, P_TEXT);
}

static void count_view_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    static const char *const heads[] = {
        [STAGE_FIRST] = N_("Count, first person"),
        [STAGE_SECOND] = N_("Count, second person: types without seeing the first sheet"),
        [STAGE_COMPARE] = N_("Both sheets: rows that differ"),
        [STAGE_PAPERS] = N_("Both agree: what lies there"),
    };
    char text[400];
    (void)dirty;
    s->covered = s->covered || tui_mono(t) - t->last_key_mono > COVER_MS;
    (void)snprintf(text, sizeof(text), "%s  %s", s->title, _(heads[s->stage]));
    screen_line(t->scr, t->body_top, P_HEAD, text);
    draw_figures(t, s, t->body_top + 1);
    if (s->stage == STAGE_PAPERS) {
        count_papers_draw(t, &s->papers, t->body_top + 2);
        return;
    }
    list_draw(t, &s->list, t->body_top + 3, put, s);
    if (s->adding) {
        text_field_draw(t->scr, &s->name, t->body_top + 2, _("Name on the ballots: "), true);
    } else {
        screen_line(t->scr, t->body_top + 2, P_GOOD,
                    s->stage == STAGE_COMPARE && s->list.n == 0
                        ? _("Both agree. F7: the papers, then it is recorded.")
                        : "");
    }
}

/* ---- keys */

static void go_down(struct tui *t, struct state *s)
{
    take_typed(t, s);
    if (s->list.at + 1 < s->list.n) {
        s->list.at++;
        return;
    }
    struct count_sums sums;
    count_sums(&s->sheet, entry_of(s), &sums);
    tui_say(t,
            sums.whole ? _("The sheet is whole. F7: on to the next.")
                       : _("Rows are still empty; the arrows go back to them."),
            false);
}

/* When the second person can sign on this laptop, he does it at once. */
static void offer_cosign(struct tui *t, const char *process)
{
    struct process_case c;
    const struct record_arg arg = {process, NULL};
    if (process_load(t->home, process, tui_today(t), &c, NULL) == GW_OK) {
        bool offers = view_cosign_offers(t, &c, "");
        process_unload(&c);
        if (offers) {
            (void)tui_open(t, &view_cosign, "", &arg);
        }
    }
}

static void record(struct tui *t, struct state *s)
{
    gw_id process;
    (void)snprintf(process, sizeof(process), "%s", s->process); /* the view goes away */
    if (!count_papers_record(t, &s->papers, &s->sheet)) {
        return;
    }
    tui_changed(t, UINT32_MAX);
    tui_back(t);
    offer_cosign(t, process);
    tui_say(t, _("The count is recorded and signed; the second person signs it too."), false);
}

static void ask_papers(struct tui *t, struct state *s)
{
    struct gw_fail fail = {0};
    if (count_papers_open(t, s->process, &s->papers, &fail) != GW_OK) {
        tui_say(t, fail.text, true);
        return;
    }
    s->stage = STAGE_PAPERS;
    tui_touch(t, DIRTY_ALL);
}

static bool papers_key(struct tui *t, struct state *s, const struct key *key)
{
    enum count_papers_answer answer = count_papers_key(t, &s->papers, key);
    if (answer == PAPERS_RECORD) {
        record(t, s);
    } else if (answer == PAPERS_BACK) {
        count_papers_close(t, &s->papers);
        s->stage = STAGE_COMPARE;
        fill_rows(s);
        tui_touch(t, DIRTY_ALL);
    }
    return answer != PAPERS_UNUSED;
}

static void confirm(struct tui *t, struct state *s)
{
    struct count_sums sums;
    take_typed(t, s);
    count_sums(&s->sheet, entry_of(s), &sums);
    if (s->stage != STAGE_COMPARE && !sums.whole) {
        tui_say(t, _("Rows are still empty; a row without votes takes 0."), false);
        return;
    }
    if (s->stage != STAGE_COMPARE) {
        s->stage = s->stage == STAGE_FIRST ? STAGE_SECOND : STAGE_COMPARE;
        s->list = (struct list){0};
        fill_rows(s);
        return;
    }
    if (s->list.n > 0) {
        tui_say(t, _("Rows still differ: 1 goes to the first sheet, 2 to the second."), false);
        return;
    }
    ask_papers(t, s);
}

/* From the rows that differ back to one of the sheets, at that row. */
static void go_to_sheet(struct state *s, int digit)
{
    size_t row = s->list.n > 0 ? s->rows[s->list.at] : 0;
    s->stage = digit == 1 ? STAGE_FIRST : STAGE_SECOND;
    fill_rows(s);
    s->list.at = row;
}

static bool add_digit(struct state *s, int digit)
{
    size_t len = strlen(s->typed);
    if (len < DIGITS) {
        s->typed[len] = (char)('0' + digit);
        s->typed[len + 1] = '\0';
    }
    return true;
}

static bool name_key(struct tui *t, struct state *s, const struct key *key)
{
    struct gw_fail fail = {0};
    char id[COUNT_PERSON];
    if (text_field_key(&s->name, key)) {
        return true;
    }
    if (key->code == GK_ENTER &&
        count_write_in(t->home, &s->sheet, s->name.text, id, &fail) != GW_OK) {
        tui_say(t, fail.text, false);
        return true;
    }
    s->adding = key->code != GK_ENTER && key->code != GK_ESC;
    if (!s->adding && key->code == GK_ENTER) {
        (void)load(t, s, NULL);
    }
    return true;
}

static bool count_view_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    int digit = key_digit(key);
    tui_touch(t, DIRTY_BODY | DIRTY_BARS);
    if (s->covered) {
        s->covered = false; /* this key only uncovers */
        return true;
    }
    if (s->adding) {
        return name_key(t, s, key);
    }
    if (s->stage == STAGE_PAPERS) {
        return papers_key(t, s, key);
    }
    if (digit >= 0) {
        if (s->stage == STAGE_COMPARE && (digit == 1 || digit == 2)) {
            go_to_sheet(s, digit);
            return true;
        }
        return s->stage == STAGE_COMPARE || add_digit(s, digit);
    }
    switch (key->code) {
    case GK_BACKSPACE:
        s->typed[strlen(s->typed) > 0 ? strlen(s->typed) - 1 : 0] = '\0';
        return true;
    case GK_ENTER:
        go_down(t, s);
        return true;
    case GK_UP:
    case GK_DOWN:
    case GK_PGUP:
    case GK_PGDN:
        take_typed(t, s);
        return false; /* the list's */
    case GK_F7:
        confirm(t, s);
        return true;
    case GK_INSERT:
    case GK_TAB:
        s->adding = s->stage != STAGE_COMPARE;
        text_field_init(&s->name, 100, "");
        return true;
    default:
        return key->code == GK_TEXT;
    }
}

static bool count_view_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    return s->stage == STAGE_PAPERS || list_request(t, &s->list, req, t->body_top + 3);
}

static const char *count_view_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    return s->stage == STAGE_PAPERS
               ? _("Enter goes on · F7 records and signs · Esc back, keeps all")
           : s->stage == STAGE_COMPARE
               ? _("1 first sheet · 2 second sheet · F7 goes on · Esc keeps all")
               : _("Digits, Enter down · Tab a written-in name · F7 done · Esc keeps all");
}

const struct view_ops view_count = {
    .name = N_("Count"),
    .scope = SC_DIALOG,
    .open = count_view_open,
    .close = count_view_close,
    .keep = count_view_keep,
    .key = count_view_key,
    .request = count_view_request,
    .draw = count_view_draw,
    .hint = count_view_hint,
};
