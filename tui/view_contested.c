/* Contested records side by side, row by row: who and when, then what each says; rows that differ
 * have a sign. 1 takes the left one, 2 the right one, and asks why; that is a correction, and it
 * counts once another person has signed it (3). With more than two Tab shows the next pair. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "tui/contested_words.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/view_process.h"

enum { FOOT_ROWS = 5, SIGN_CELLS = 3, REASON_BYTES = 500 };

struct state {
    gw_id process;
    /* which contest, also after loading again */
    char step[64], subject[256], key[64], draft_kind[420];
    bool material;
    struct process_case c;
    struct contest_sheet *sheet; /* owned */
    bool gone;                   /* it is settled */
    size_t left;                 /* the rival of the left column; the right one is the next */
    struct list list;
    int chosen; /* rival whose reason is asked, -1 = none */
    struct text_field reason;
    char stamp[PROCESS_STAMP_MAX]; /* what was loaded */
};

/* ---- loading */

static bool is_ours(const struct state *s, const struct contest *what)
{
    const char *step = what->slot != NULL ? what->slot->step : "";
    const char *subject = what->slot != NULL ? what->slot->subject : "";
    return strcmp(step, s->step) == 0 && strcmp(subject, s->subject) == 0 &&
           strcmp(what->key != NULL ? what->key : "", s->key) == 0 && what->material == s->material;
}

static bool find_ours(const struct state *s, struct contest *out)
{
    for (size_t i = 0; i < procedure_findings(s->c.state); i++) {
        const struct finding *f = procedure_finding(s->c.state, i);
        if (procedure_contest(s->c.state, f, out) && is_ours(s, out)) {
            return true;
        }
    }
    return false;
}

/* Of the loaded case; what was settled meanwhile shows nothing any more. */
static void read_sheet(struct tui *t, struct state *s)
{
    struct contest what;
    s->gone = !find_ours(s, &what);
    if (s->gone) {
        *s->sheet = (struct contest_sheet){.rows_n = 0};
    } else {
        contest_read(t->home, &s->c, &what, s->sheet);
        s->left = s->left + 2 <= what.rivals_n ? s->left : 0;
    }
    s->list.n = s->sheet->rows_n;
    s->chosen = s->gone ? -1 : s->chosen;
}

static enum gw_err contested_open(struct tui *t, struct view *view, const void *arg,
                                  struct gw_fail *fail)
{
    const struct contested_arg *in = arg;
    const struct slot *slot = in->what->slot;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    struct contest_sheet *sheet = calloc(1, sizeof(*sheet));
    if (s == NULL || sheet == NULL) {
        free(s);
        free(sheet);
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    s->sheet = sheet;
    s->chosen = -1;
    s->material = in->what->material;
    (void)snprintf(s->process, sizeof(s->process), "%s", in->process);
    (void)snprintf(s->step, sizeof(s->step), "%s", slot != NULL ? slot->step : "");
    (void)snprintf(s->subject, sizeof(s->subject), "%s", slot != NULL ? slot->subject : "");
    (void)snprintf(s->key, sizeof(s->key), "%s", in->what->key != NULL ? in->what->key : "");
    (void)snprintf(s->draft_kind, sizeof(s->draft_kind), "contest:%s:%s:%s", s->step, s->subject,
                   s->key);
    process_stamp(t->home, s->process, tui_today(t), s->stamp);
    enum gw_err err = process_load(t->home, s->process, tui_today(t), &s->c, fail);
    if (err != GW_OK) {
        free(sheet);
        free(s);
        return err;
    }
    read_sheet(t, s);
    return GW_OK;
}

static void contested_keep(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    if (s->chosen >= 0) {
        dialog_draft_keep(t, s->draft_kind, s->process, s->reason.text);
    }
}

static void contested_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    contested_keep(t, view);
    process_unload(&s->c);
    free(s->sheet);
    free(s);
}

static void contested_changed(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    struct process_case fresh;
    char stamp[PROCESS_STAMP_MAX];
    process_stamp(t->home, s->process, tui_today(t), stamp);
    if ((stamp[0] != '\0' && strcmp(stamp, s->stamp) == 0) ||
        process_load(t->home, s->process, tui_today(t), &fresh, NULL) != GW_OK) {
        return;
    }
    process_unload(&s->c);
    s->c = fresh;
    (void)snprintf(s->stamp, sizeof(s->stamp), "%s", stamp);
    read_sheet(t, s);
    tui_touch(t, DIRTY_ALL);
}

/* ---- painting */

static int label_cells(const struct tui *t, const struct state *s)
{
    int most = screen_cols(t->scr) >= 120 ? 36 : 26;
    int cells = 19;
    for (size_t i = 0; i < s->sheet->rows_n; i++) {
        int one = gw_text_cells(s->sheet->rows[i].label, strlen(s->sheet->rows[i].label));
        cells = one > cells ? one : cells;
    }
    return cells < most ? cells : most;
}

static int column_cells(const struct tui *t, const struct state *s)
{
    return (screen_cols(t->scr) - 1 - label_cells(t, s) - SIGN_CELLS) / 2;
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct contest_row *row = &s->sheet->rows[i];
    char cell[2][CONTEST_CELL];
    for (size_t k = 0; k < 2; k++) {
        contest_cell(t->home, &s->c, s->sheet, row, s->left + k, cell[k]);
    }
    bool differs = row->differs && strcmp(cell[0], cell[1]) != 0; /* in this pair */
    screen_field(t->scr, P_HEAD, row->label, label_cells(t, s));
    screen_put(t->scr, P_CRITICAL, differs ? " ≠ " : "   ");
    for (size_t k = 0; k < 2; k++) {
        bool empty = row->key[0] != '\0' && cell[k][0] == '\0';
        screen_field(t->scr,
                     empty     ? P_DIM
                     : differs ? P_BOLD
                               : P_TEXT,
                     empty ? _("(not filled in)") : cell[k], column_cells(t, s) - 1);
        screen_put(t->scr, P_TEXT, " ");
    }
}

/* "1 left · 3f2a9c01" above each column; with more than two also which of them it is. */
static void draw_columns(struct tui *t, const struct state *s)
{
    const struct contest *what = &s->sheet->what;
    screen_row(t->scr, t->body_top + 1);
    screen_fill(t->scr, P_TEXT, 1 + label_cells(t, s) + SIGN_CELLS);
    for (size_t k = 0; k < 2; k++) {
        char text[64];
        size_t rival = s->left + k;
        int used = snprintf(text, sizeof(text), " %s · %.8s", k == 0 ? _("left") : _("right"),
                            what->rivals[rival]->hash);
        if (what->rivals_n > 2 && used > 0 && (size_t)used < sizeof(text)) {
            (void)snprintf(text + used, sizeof(text) - (size_t)used, " (%zu/%zu)", rival + 1,
                           what->rivals_n);
        }
        screen_putf(t->scr, P_KEY, "%zu", k + 1);
        screen_field(t->scr, P_HEAD, text, column_cells(t, s) - 1);
    }
    (void)screen_row_end(t->scr, P_TEXT);
}

/* The cells under the cursor whole, when a column has cut one. */
static bool say_cells(struct tui *t, const struct state *s, char *out, size_t size)
{
    char left[CONTEST_CELL], right[CONTEST_CELL];
    if (s->list.n == 0) {
        return false;
    }
    const struct contest_row *row = &s->sheet->rows[s->list.at];
    contest_cell(t->home, &s->c, s->sheet, row, s->left, left);
    contest_cell(t->home, &s->c, s->sheet, row, s->left + 1, right);
    bool cut = gw_text_cells(left, strlen(left)) >= column_cells(t, s) ||
               gw_text_cells(right, strlen(right)) >= column_cells(t, s) ||
               gw_text_cells(row->label, strlen(row->label)) > label_cells(t, s);
    (void)snprintf(out, size, _("%s: left %s; right %s"), row->label, left, right);
    return cut;
}

static void draw_foot(struct tui *t, struct state *s)
{
    char text[2 * CONTEST_CELL + 200];
    int row = t->body_end - FOOT_ROWS;
    for (int i = row; i < t->body_end; i++) {
        screen_line(t->scr, i, P_TEXT, "");
    }
    if (s->chosen >= 0) {
        (void)snprintf(text, sizeof(text),
                       _("You take %s. It is recorded as a correction with your name and counts "
                         "once somebody else signs it; the other stays readable."),
                       contested_side(s->left, (size_t)s->chosen));
        row += screen_wrap(t->scr, row, 0, 3, P_BOLD, text);
        text_field_draw(t->scr, &s->reason, row, _("Why this one counts: "), true);
        return;
    }
    if (say_cells(t, s, text, sizeof(text))) {
        row += screen_wrap(t->scr, row, 0, 2, P_TEXT, text);
    }
    if (s->sheet->choices_n > 0) {
        contested_say(t, &s->c, &s->sheet->choices[s->sheet->choices_n - 1], s->left, text,
                      sizeof(text));
        (void)screen_wrap(t->scr, row, 0, t->body_end - row, P_WARN, text);
    } else {
        (void)screen_wrap(
            t->scr, row, 0, t->body_end - row, P_TEXT,
            _("Look at the paper. Whoever takes one signs a correction; then somebody "
              "else signs as second person, one of these authors too. Until then "
              "what needs this step waits."));
    }
}

static void contested_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    char title[600];
    (void)dirty;
    if (s->gone) {
        for (int row = t->body_top; row < t->body_end; row++) {
            screen_line(t->scr, row, P_GOOD,
                        row == t->body_top + 1 ? _("Settled: nothing is contested here any more.")
                                               : "");
        }
        return;
    }
    contest_title(s->sheet, title, sizeof(title));
    screen_row(t->scr, t->body_top);
    screen_putf(t->scr, P_CRITICAL, "%s ", finding_word(FIND_CONTESTED));
    screen_put(t->scr, P_BOLD, title);
    screen_right(t->scr, P_DIM, _("≠ not the same"));
    (void)screen_row_end(t->scr, P_TEXT);
    draw_columns(t, s);
    int end = t->body_end;
    t->body_end -= FOOT_ROWS;
    list_draw(t, &s->list, t->body_top + 2, put, s);
    t->body_end = end;
    draw_foot(t, s);
}

/* ---- choosing */

static void ask_why(struct tui *t, struct state *s, size_t rival)
{
    struct contest_entry entry;
    struct gw_fail fail = {0};
    if (contest_choose(&s->sheet->what, rival, &entry, &fail) != GW_OK) {
        tui_say(t, fail.text, true);
        return;
    }
    s->chosen = (int)rival;
    dialog_draft_load(t, s->draft_kind, s->process, &s->reason, REASON_BYTES);
    tui_touch(t, DIRTY_ALL);
}

static void stop_asking(struct tui *t, struct state *s, const char *keep)
{
    dialog_draft_keep(t, s->draft_kind, s->process, keep);
    s->chosen = -1;
    tui_touch(t, DIRTY_ALL);
}

/* The newest choice that this person may sign, or somebody else on this laptop. */
static const struct ev_step *waiting(struct tui *t, const struct state *s)
{
    for (size_t i = s->sheet->choices_n; i-- > 0;) {
        const struct contest_choice *choice = &s->sheet->choices[i];
        if (!choice->seconded && (process_may_cosign(&s->c, choice->by, tui_me(t)) ||
                                  view_cosign_offers(t, &s->c, choice->by->hash))) {
            return choice->by;
        }
    }
    return NULL;
}

static void second(struct tui *t, struct state *s)
{
    const struct ev_step *by = waiting(t, s);
    if (by == NULL) {
        tui_say(t,
                s->sheet->choices_n > 0
                    ? _("Your own choice: somebody else must sign it, here or in an own console.")
                    : _("Nobody has chosen yet: 1 takes the left one, 2 the right one."),
                false);
        return;
    }
    view_cosign_begin(t, &s->c, by->hash);
}

static void record_choice(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    struct contest_entry choice;
    struct gw_fail fail = {0};
    if (s->reason.len == 0) {
        tui_say(t, _("A correction says why: type the reason."), false);
        return;
    }
    enum gw_err err = contest_choose(&s->sheet->what, (size_t)s->chosen, &choice, &fail);
    choice.entry.reason = s->reason.text;
    if (err == GW_OK) {
        err = process_record(t->home, s->process, PROC_CORRECT, &choice.entry, NULL, &fail);
    }
    if (err != GW_OK) {
        tui_say(t, fail.text, true);
        return;
    }
    stop_asking(t, s, "");
    tui_changed(t, UINT32_MAX);
    contested_changed(t, view);
    tui_say(t, _("Your choice is recorded and signed; it counts once somebody else signs it."),
            false);
    const struct ev_step *by = waiting(t, s);
    if (by != NULL && view_cosign_offers(t, &s->c, by->hash)) {
        view_cosign_begin(t, &s->c, by->hash);
    }
}

/* ---- keys */

static void next_pair(struct tui *t, struct state *s)
{
    size_t n = s->sheet->what.rivals_n;
    size_t next = s->left + 2 < n ? s->left + 2 : 0;
    s->left = next + 2 <= n ? next : n - 2;
    tui_touch(t, DIRTY_ALL);
}

static bool reason_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    tui_touch(t, DIRTY_BODY | DIRTY_BARS);
    if (text_field_key(&s->reason, key)) {
        return true;
    }
    if ((key->code == GK_ENTER && !key->pasted) || key->code == GK_F7) {
        record_choice(t, view);
    } else if (key->code == GK_ESC) {
        stop_asking(t, s, s->reason.text);
    }
    return true;
}

static bool contested_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    int digit = key_digit(key);
    if (s->chosen >= 0) {
        return reason_key(t, view, key);
    }
    if (s->gone || (digit < 1 && key->code != GK_TAB)) {
        return false;
    }
    if (digit == 1 || digit == 2) {
        ask_why(t, s, s->left + (size_t)digit - 1);
    } else if (digit == 3) {
        second(t, s);
    } else if (key->code == GK_TAB) {
        next_pair(t, s);
    }
    return true;
}

static bool contested_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    int end = t->body_end;
    t->body_end -= FOOT_ROWS;
    bool used = req == REQ_OPEN || list_request(t, &s->list, req, t->body_top + 2);
    t->body_end = end;
    return used;
}

static const char *contested_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    if (s->gone) {
        return _("Esc back");
    }
    if (s->chosen >= 0) {
        return _("Enter records and signs · Esc keeps what was typed");
    }
    return s->sheet->what.rivals_n > 2
               ? _("1 take left · 2 take right · Tab next pair · 3 sign as second · Esc back")
               : _("1 take left · 2 take right · 3 sign as second · Esc back");
}

const struct view_ops view_contested = {
    .name = N_("Contested records"),
    .scope = SC_LIST,
    .text = true,
    .open = contested_open,
    .close = contested_close,
    .keep = contested_keep,
    .key = contested_key,
    .request = contested_request,
    .draw = contested_draw,
    .changed = contested_changed,
    .hint = contested_hint,
};
