/* The voters' roll: figures on top, everybody below with why; typing searches, digits choose who is
 * listed: voters, near kin, who votes for each household, representatives. Enter on a person shows
 * what is known of him and offers the record that would settle it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "offline-db/roll.h"
#include "tui/form.h"
#include "tui/list.h"
#include "tui/roll_detail.h"
#include "tui/roll_lists.h"
#include "tui/view_process.h"

enum {
    LISTS = 7, /* digits that choose one */
    HEAD_ROWS = 4,
    FOOT_ROWS = 3,
    SAYS_MAX = 800,
    KIN_MAX = 200,
    ALL = ROLL_STATES,
    KIN,
    HOUSES,
    REPS
};

struct state {
    struct process_case c;
    struct roll roll;
    bool loaded;
    int only; /* enum roll_state, ALL; KIN: hints about near kin; HOUSES, REPS: the lists beside it
               */
    struct roll_kin kin[KIN_MAX];
    size_t kin_n;
    struct text_field search;
    const struct roll_person **shown; /* owned */
    struct roll_row *rows;            /* owned: of HOUSES and REPS */
    struct list list;
    struct roll_detail detail; /* of one person, instead of the list */
};

/* ---- loading */

static struct roll_rows rows_of(const struct state *s)
{
    return (struct roll_rows){.c = &s->c, .roll = &s->roll, .houses = s->only == HOUSES};
}

static bool is_beside(const struct state *s)
{
    return s->only == HOUSES || s->only == REPS;
}

static void choose_shown(struct state *s)
{
    if (is_beside(s)) {
        const struct roll_rows rows = rows_of(s);
        s->list = (struct list){.n = roll_rows_choose(&rows, s->search.text, s->rows)};
        return;
    }
    s->list = (struct list){.n = s->only == KIN ? s->kin_n : 0};
    for (size_t i = 0; i < s->roll.n && s->only != KIN; i++) {
        const struct roll_person *p = &s->roll.people[i];
        bool listed = s->only == ALL || (int)p->verdict.state == s->only;
        if (listed && (s->search.len == 0 || strstr(p->name, s->search.text) != NULL)) {
            s->shown[s->list.n++] = p;
        }
    }
}

static void drop(struct state *s)
{
    if (s->loaded) {
        roll_unload(&s->roll);
        process_unload(&s->c);
        free(s->shown);
        free(s->rows);
    }
    s->loaded = false;
}

static enum gw_err load(struct tui *t, struct state *s, struct gw_fail *fail)
{
    struct process_case c;
    struct roll roll;
    enum gw_err err = process_load(t->home, s->detail.process, tui_today(t), &c, fail);
    if (err != GW_OK) {
        return err;
    }
    err = roll_load(t->home, &c, &roll, fail);
    const struct roll_person **shown = err == GW_OK ? calloc(roll.n + 1, sizeof(*shown)) : NULL;
    struct roll_row *rows = err == GW_OK ? calloc(roll_rows_max(&roll) + 1, sizeof(*rows)) : NULL;
    if (err == GW_OK && (shown == NULL || rows == NULL)) {
        free(shown);
        free(rows);
        roll_unload(&roll);
        err = gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    if (err != GW_OK) {
        process_unload(&c);
        return err;
    }
    drop(s);
    s->c = c;
    s->roll = roll;
    s->shown = shown;
    s->rows = rows;
    s->loaded = true;
    roll_kin_find(&s->roll, &s->c, s->kin, KIN_MAX, &s->kin_n);
    choose_shown(s);
    return GW_OK;
}

static enum gw_err roll_open(struct tui *t, struct view *view, const void *arg,
                             struct gw_fail *fail)
{
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    s->only = ALL;
    s->detail.c = &s->c;
    s->detail.roll = &s->roll;
    text_field_init(&s->search, 60, "");
    (void)snprintf(s->detail.process, sizeof(s->detail.process), "%s", (const char *)arg);
    enum gw_err err = load(t, s, fail);
    if (err != GW_OK) {
        free(s);
        return err;
    }
    s->only = s->roll.by_households        ? HOUSES /* who votes there is what is looked for */
              : s->roll.by_representatives ? REPS
                                           : ALL;
    choose_shown(s);
    return GW_OK;
}

static void roll_close(struct tui *t, struct view *view)
{
    (void)t;
    drop(view->state);
    free(view->state);
}

static void roll_changed(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    size_t at = s->list.at, top = s->list.top;
    if (load(t, s, NULL) == GW_OK) { /* else what is shown stays; the bars say why */
        s->list.at = at < s->list.n ? at : 0;
        s->list.top = at < s->list.n ? top : 0;
        roll_detail_find(&s->detail);
    }
}

/* ---- the list */

/* The words are longer in English. */
static int state_cells(void)
{
    int most = 0;
    for (int i = 0; i < ROLL_STATES; i++) {
        const char *word = roll_state_word((enum roll_state)i);
        int cells = gw_text_cells(word, strlen(word));
        most = cells > most ? cells : most;
    }
    return most + 3;
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct roll_person *p = s->shown[i];
    char name[128], age[24] = "";
    roll_shown_name(p, name, sizeof(name));
    if (p->birth != DAY_NONE) {
        (void)snprintf(age, sizeof(age), "%d", day_age(p->birth, s->roll.polling));
    }
    screen_field(t->scr, roll_paint(p), roll_state_word(p->verdict.state), state_cells());
    screen_field(t->scr, P_BOLD, name, 13);
    screen_field(t->scr, P_TEXT, age, 5);
    screen_put(t->scr, P_TEXT, roll_why_says(p->verdict.why));
    if (p->objection == OBJECTION_PENDING) {
        screen_putf(t->scr, P_MAJOR, _(" · objection %s"), p->objection_no);
    }
}

static void put_kin(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    char says[SAYS_MAX];
    (void)roll_kin_print(&s->c, &s->kin[i], says, sizeof(says));
    screen_put(t->scr, s->kin[i].answer == KIN_ASK ? P_WARN : P_MAJOR, says);
}

static void put_beside(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct roll_rows rows = rows_of(s);
    roll_rows_put(t, &rows, &s->rows[i]);
}

static void draw_figures(struct tui *t, const struct state *s)
{
    const struct roll_counts *n = &s->roll.counts;
    screen_row(t->scr, t->body_top);
    screen_putf(t->scr, P_GOOD, _("On the roll %zu"), n->state[ROLL_IN]);
    screen_putf(t->scr, n->state[ROLL_OPEN] > 0 ? P_WARN : P_DIM, _(" · open %zu"),
                n->state[ROLL_OPEN]);
    screen_putf(t->scr, P_TEXT, _(" · not %zu · entitled %zu"), n->state[ROLL_OUT], n->entitled);
    if (n->objections_pending > 0) {
        screen_putf(t->scr, P_MAJOR, _(" · objections %zu"), n->objections_pending);
    }
    (void)screen_row_end(t->scr, P_TEXT);
    screen_row(t->scr, t->body_top + 1);
    screen_putf(t->scr, P_TEXT, _("women %zu · Party %zu · minorities %zu"), n->women, n->party,
                n->minority);
    for (int i = ROLL_HUKOU; i < ROLL_CLASSES; i++) {
        if (n->classes[i] > 0) {
            screen_putf(t->scr, P_DIM, " · %s %zu",
                        roll_class_word((enum roll_class)i, s->roll.rules.village), n->classes[i]);
        }
    }
    (void)screen_row_end(t->scr, P_TEXT);
    if (n->published >= 0 && (size_t)n->published != n->state[ROLL_IN]) {
        char text[160];
        (void)snprintf(text, sizeof(text), _("Published %lld: a correction is a record of its own"),
                       (long long)n->published);
        screen_line(t->scr, t->body_top + 3, P_WARN, text);
    } else {
        screen_line(t->scr, t->body_top + 3, P_TEXT, "");
    }
}

static const char *list_name(const struct state *s)
{
    return s->only == ALL      ? _("everybody")
           : s->only == KIN    ? _("near kin")
           : s->only == HOUSES ? _("households")
           : s->only == REPS   ? _("representatives")
                               : roll_state_word((enum roll_state)s->only);
}

static void says_of(const struct state *s, char *says, size_t size)
{
    const struct roll_rows rows = rows_of(s);
    says[0] = '\0';
    if (s->list.n == 0) {
        return;
    }
    if (is_beside(s)) {
        roll_rows_print(&rows, &s->rows[s->list.at], says, size);
    } else if (s->only == KIN) {
        (void)roll_kin_print(&s->c, &s->kin[s->list.at], says, size);
    } else {
        (void)roll_person_print(&s->roll, &s->c, s->shown[s->list.at], says, size);
    }
}

static void draw_list(struct tui *t, struct state *s)
{
    char says[SAYS_MAX];
    char label[64];
    const struct roll_rows rows = rows_of(s);
    if (is_beside(s)) {
        roll_rows_head(t, &rows);
    } else {
        draw_figures(t, s);
    }
    (void)snprintf(label, sizeof(label), "%s · %s", list_name(s), _("Name: "));
    int end = t->body_end;
    t->body_end -= FOOT_ROWS;
    list_draw(t, &s->list, t->body_top + HEAD_ROWS,
              is_beside(s)     ? put_beside
              : s->only == KIN ? put_kin
                               : put,
              s);
    t->body_end = end;
    says_of(s, says, sizeof(says));
    for (int row = end - FOOT_ROWS; row < end; row++) {
        screen_line(t->scr, row, P_TEXT, "");
    }
    (void)screen_wrap(t->scr, end - FOOT_ROWS, 0, FOOT_ROWS, P_BOLD, says);
    text_field_draw(t->scr, &s->search, t->body_top + 2, label, true);
}

static void roll_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    if (s->detail.person[0] != '\0') {
        roll_detail_draw(t, &s->detail);
    } else {
        draw_list(t, s);
    }
}

/* ---- keys */

/* Enter on a list beside the roll: the household, the person, else the group's record. */
static void open_row(struct tui *t, struct state *s)
{
    const struct roll_row *row = &s->rows[s->list.at];
    if (row->house != NULL) {
        (void)tui_open(t, &view_household, "", row->house->id);
    } else if (row->rep != NULL && row->rep->person != NULL) {
        (void)snprintf(s->detail.person, sizeof(s->detail.person), "%s", row->rep->person->id);
        roll_detail_find(&s->detail);
    } else {
        const struct record_arg arg = {s->detail.process, row->group->hash};
        (void)tui_open(t, &view_record, "", &arg);
    }
}

static void open_at(struct tui *t, struct state *s)
{
    if (is_beside(s)) {
        open_row(t, s);
    } else if (s->only != KIN) {
        (void)snprintf(s->detail.person, sizeof(s->detail.person), "%s", s->shown[s->list.at]->id);
        roll_detail_find(&s->detail);
    }
    tui_touch(t, DIRTY_ALL);
}

/* Which list a digit from 1 to LISTS is, -1 = this election has none such. */
static int list_of(const struct state *s, int digit)
{
    static const int lists[LISTS] = {ALL, ROLL_IN, ROLL_OPEN, ROLL_OUT, KIN, HOUSES, REPS};
    int which = lists[digit - 1];
    bool there = which == HOUSES ? roll_has_houses(&s->c) : which != REPS || roll_has_reps(&s->c);
    return there ? which : -1;
}

static bool roll_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    int digit = key_digit(key);
    if (s->detail.person[0] != '\0') {
        return roll_detail_key(t, &s->detail, key);
    }
    if (digit >= 1 && digit <= LISTS) { /* names have no digits */
        int which = list_of(s, digit);
        s->only = which >= 0 ? which : s->only;
        choose_shown(s);
        tui_touch(t, DIRTY_ALL);
        return true;
    }
    if (key->code == GK_ENTER && s->list.n > 0) {
        open_at(t, s);
        return true;
    }
    if (text_field_key(&s->search, key)) {
        choose_shown(s);
        tui_touch(t, DIRTY_BODY);
        return true;
    }
    return key->code == GK_ENTER;
}

static bool roll_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    t->body_end -= FOOT_ROWS; /* a page is what is shown */
    bool done =
        s->detail.person[0] == '\0' && list_request(t, &s->list, req, t->body_top + HEAD_ROWS);
    t->body_end += FOOT_ROWS;
    return done;
}

static const char *roll_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    if (s->detail.person[0] != '\0') {
        return _("Digits choose · Enter is the first · Esc back");
    }
    return roll_has_houses(&s->c)
               ? _("Type a name · 1 all 2 on it 3 open 4 not 5 kin 6 households 7 reps · Esc")
           : roll_has_reps(&s->c)
               ? _("Type a name · 1 all 2 on it 3 open 4 not 5 kin 7 representatives · Esc back")
               : _("Type a name · 1 all 2 on it 3 open 4 not 5 kin · Enter why · Esc back");
}

const struct view_ops view_roll = {
    .name = N_("Voters' roll"),
    .scope = SC_DIALOG,
    .text = true,
    .open = roll_open,
    .close = roll_close,
    .key = roll_key,
    .request = roll_request,
    .draw = roll_draw,
    .changed = roll_changed,
    .hint = roll_hint,
};
