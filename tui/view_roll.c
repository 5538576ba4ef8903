/* The voters' roll: figures on top, everybody below with why; typing searches, digits choose who is
 * listed. Enter on a person shows what is known of him and offers the record that would settle it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_safe.h"
#include "model/mask.h"
#include "offline-db/roll.h"
#include "tui/form.h"
#include "tui/list.h"
#include "tui/view_process.h"

enum {
    HEAD_ROWS = 4,
    FOOT_ROWS = 2,
    SAYS_MAX = 800,
    ACTIONS = 5,
    KIN_MAX = 200,
    ALL = ROLL_STATES,
    KIN
};

struct action {
    const struct step_spec *spec; /* the form of a step; NULL: household or person */
    bool household;
};

struct state {
    gw_id process;
    struct process_case c;
    struct roll roll;
    bool loaded;
    int only; /* enum roll_state, ALL; KIN: hints about near kin */
    struct roll_kin kin[KIN_MAX];
    size_t kin_n;
    struct text_field search;
    const struct roll_person **shown; /* owned */
    struct list list;
    gw_id person; /* whose details are open, "" = the list */
    struct action actions[ACTIONS];
    size_t actions_n;
};

/* ---- loading */

static void choose_shown(struct state *s)
{
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
    }
    s->loaded = false;
}

static enum gw_err load(struct tui *t, struct state *s, struct gw_fail *fail)
{
    struct process_case c;
    struct roll roll;
    enum gw_err err = process_load(t->home, s->process, tui_today(t), &c, fail);
    if (err != GW_OK) {
        return err;
    }
    err = roll_load(t->home, &c, &roll, fail);
    const struct roll_person **shown = err == GW_OK ? calloc(roll.n + 1, sizeof(*shown)) : NULL;
    if (err == GW_OK && shown == NULL) {
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
    text_field_init(&s->search, 60, "");
    (void)snprintf(s->process, sizeof(s->process), "%s", (const char *)arg);
    enum gw_err err = load(t, s, fail);
    if (err != GW_OK) {
        free(s);
    }
    return err;
}

static void roll_close(struct tui *t, struct view *view)
{
    (void)t;
    drop(view->state);
    free(view->state);
}

static void find_actions(struct state *s);

static void roll_changed(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    size_t at = s->list.at, top = s->list.top;
    if (load(t, s, NULL) == GW_OK) { /* else what is shown stays; the bars say why */
        s->list.at = at < s->list.n ? at : 0;
        s->list.top = at < s->list.n ? top : 0;
        find_actions(s);
    }
}

/* ---- the list */

/* Names of those on the roll are published by law; of others the first character is shown. */
static void name_of(const struct roll_person *p, char *out, size_t size)
{
    struct gw_buf masked;
    gw_buf_init(&masked, 4 * size);
    bool whole = p->verdict.state == ROLL_IN;
    if (!whole && mask_text(MASK_NAME, p->name, &masked) != GW_OK) {
        gw_buf_reset(&masked);
    }
    (void)gw_text_safe_z(out, size, whole ? p->name : gw_buf_str(&masked));
    gw_buf_free(&masked);
}

static enum paint paint_state(const struct roll_person *p)
{
    static const enum paint paints[ROLL_STATES] = {
        [ROLL_IN] = P_GOOD, [ROLL_OUT] = P_DIM, [ROLL_OPEN] = P_WARN};
    return p->objection == OBJECTION_PENDING ? P_MAJOR : paints[p->verdict.state];
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct roll_person *p = s->shown[i];
    char name[128], age[24] = "";
    name_of(p, name, sizeof(name));
    if (p->birth != DAY_NONE) {
        (void)snprintf(age, sizeof(age), "%d", day_age(p->birth, s->roll.polling));
    }
    screen_field(t->scr, paint_state(p), roll_state_word(p->verdict.state), 9);
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

static void draw_list(struct tui *t, struct state *s)
{
    char says[SAYS_MAX] = "";
    char label[64];
    draw_figures(t, s);
    (void)snprintf(label, sizeof(label), "%s · %s",
                   s->only == ALL   ? _("everybody")
                   : s->only == KIN ? _("near kin")
                                    : roll_state_word((enum roll_state)s->only),
                   _("Name: "));
    int end = t->body_end;
    t->body_end -= FOOT_ROWS;
    list_draw(t, &s->list, t->body_top + HEAD_ROWS, s->only == KIN ? put_kin : put, s);
    t->body_end = end;
    if (s->list.n > 0 && s->only == KIN) {
        (void)roll_kin_print(&s->c, &s->kin[s->list.at], says, sizeof(says));
    } else if (s->list.n > 0) {
        (void)roll_person_print(&s->roll, &s->c, s->shown[s->list.at], says, sizeof(says));
    }
    for (int row = end - FOOT_ROWS; row < end; row++) {
        screen_line(t->scr, row, P_TEXT, "");
    }
    (void)screen_wrap(t->scr, end - FOOT_ROWS, 0, FOOT_ROWS, P_BOLD, says);
    text_field_draw(t->scr, &s->search, t->body_top + 2, label, true);
}

/* ---- one person */

static void add_step(struct state *s, const char *id)
{
    const struct step_spec *spec = id != NULL ? template_step(s->c.rules->template_, id) : NULL;
    for (size_t i = 0; i < s->actions_n; i++) {
        spec = s->actions[i].spec == spec ? NULL : spec;
    }
    if (spec != NULL && s->actions_n < ACTIONS) {
        s->actions[s->actions_n++] = (struct action){.spec = spec};
    }
}

/* What would settle it first; after the list is published, objections and corrections. */
static void find_actions(struct state *s)
{
    const struct roll_person *p = roll_person_of(&s->roll, s->person);
    s->actions_n = 0;
    if (p == NULL) {
        s->person[0] = '\0';
        return;
    }
    add_step(s, roll_why_step(p->verdict.why));
    if (s->roll.counts.published >= 0) {
        add_step(s, "S07");
        add_step(s, "S08-2");
    }
    if (p->household[0] != '\0') {
        s->actions[s->actions_n++] = (struct action){.household = true};
    }
    if (!p->entered) {
        s->actions[s->actions_n++] = (struct action){.household = false};
    }
}

static void draw_person(struct tui *t, const struct state *s)
{
    const struct roll_person *p = roll_person_of(&s->roll, s->person);
    char name[128], says[SAYS_MAX], line[400];
    int row = t->body_top;
    name_of(p, name, sizeof(name));
    (void)roll_person_print(&s->roll, &s->c, p, says, sizeof(says));
    (void)snprintf(line, sizeof(line), "%s  %s  %s", name, roll_state_word(p->verdict.state),
                   p->verdict.state == ROLL_IN
                       ? roll_class_word(p->verdict.class_, s->roll.rules.village)
                       : "");
    screen_line(t->scr, row++, P_BOLD, line);
    screen_line(t->scr, row++, P_TEXT, "");
    row += screen_wrap(t->scr, row, 2, 4, paint_state(p), says);
    if (p->step != NULL) {
        (void)snprintf(line, sizeof(line), _("  Record: %s · %s"), p->step, p->subject);
        screen_line(t->scr, row++, P_TEXT, line);
    }
    if (p->objection_no != NULL) {
        (void)snprintf(line, sizeof(line), _("  Objection: %s"), p->objection_no);
        screen_line(t->scr, row++, P_MAJOR, line);
    }
    if (p->relation[0] != '\0') {
        (void)snprintf(line, sizeof(line), _("  In the household: %s"), kin_word(p->relation));
        screen_line(t->scr, row++, P_TEXT, line);
    }
    screen_line(t->scr, row++, P_TEXT, "");
    for (size_t i = 0; i < s->actions_n; i++) {
        const struct action *a = &s->actions[i];
        screen_row(t->scr, row++);
        screen_putf(t->scr, P_KEY, " %zu ", i + 1);
        if (a->spec != NULL) {
            screen_putf(t->scr, P_TEXT, _(" record %s %s"), a->spec->id, words_in(&a->spec->name));
        } else {
            screen_putf(t->scr, P_TEXT, " %s", a->household ? _("the household") : _("the person"));
        }
        (void)screen_row_end(t->scr, P_TEXT);
    }
    while (row < t->body_end) {
        screen_line(t->scr, row++, P_TEXT, "");
    }
}

static void roll_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    if (s->person[0] != '\0') {
        draw_person(t, s);
    } else {
        draw_list(t, s);
    }
}

/* ---- keys */

/* The next number that no record of that step has yet. */
static void next_subject(const struct state *s, const char *step, char out[24])
{
    size_t n = 1;
    const struct slot *slot;
    do {
        (void)snprintf(out, 24, "%zu", n++);
        slot = procedure_slot_of(s->c.state, step, out);
    } while (slot != NULL && slot->state != SLOT_OPEN);
}

static void act(struct tui *t, struct state *s, size_t i)
{
    const struct roll_person *p = roll_person_of(&s->roll, s->person);
    const struct action *a = &s->actions[i];
    char subject[24];
    if (a->spec != NULL) {
        next_subject(s, a->spec->id, subject);
        const struct step_arg arg = {s->process, a->spec->id, subject, p->entered ? NULL : p->id,
                                     p->name};
        (void)tui_open(t, &view_step, "", &arg);
    } else if (a->household) {
        (void)tui_open(t, &view_household, "", p->household);
    } else {
        (void)tui_open(t, &view_person, "", p->id);
    }
}

static bool person_key(struct tui *t, struct state *s, const struct key *key)
{
    int digit = key->code == GK_ENTER ? 1 : key_digit(key);
    if (key->code == GK_ESC) {
        s->person[0] = '\0';
        tui_touch(t, DIRTY_ALL);
        return true;
    }
    if (digit >= 1 && (size_t)digit <= s->actions_n) {
        act(t, s, (size_t)digit - 1);
    }
    return true;
}

static bool roll_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    int digit = key_digit(key);
    if (s->person[0] != '\0') {
        return person_key(t, s, key);
    }
    if (digit >= 1 && digit <= 5) {
        static const int states[] = {ALL, ROLL_IN, ROLL_OPEN, ROLL_OUT, KIN};
        s->only = states[digit - 1];
        choose_shown(s);
        tui_touch(t, DIRTY_ALL);
        return true;
    }
    if (key->code == GK_ENTER && s->list.n > 0 && s->only != KIN) {
        (void)snprintf(s->person, sizeof(s->person), "%s", s->shown[s->list.at]->id);
        find_actions(s);
        tui_touch(t, DIRTY_ALL);
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
    return s->person[0] == '\0' && list_request(t, &s->list, req, t->body_top + HEAD_ROWS);
}

static const char *roll_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    return s->person[0] != '\0'
               ? _("Digits choose · Enter is the first · Esc back")
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
