/* Setting up: which procedure (a digit), then the day and what only the clerk knows; the whole
 * calendar counted back from that day stands there before anything is written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/practice.h"
#include "tui/step_form.h"
#include "tui/view_process.h"

enum { TEMPLATES_MAX = 64 };

struct state {
    struct process_template templates[TEMPLATES_MAX];
    struct pick pick;
    int chosen; /* -1: the list */
    char division[GW_PATH_MAX + 1];
    struct gw_buf text;
    struct ruleset *rules; /* owned */
    struct step_form form;
    struct cal_line *lines; /* owned */
    struct cal_plan plan;
    gw_day day;
    bool anyway_asked;
};

static enum gw_err setup_open(struct tui *t, struct view *view, const void *arg,
                              struct gw_fail *fail)
{
    size_t n = 0;
    (void)arg;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    gw_buf_init(&s->text, PROCESS_RULES_MAX);
    s->chosen = -1;
    enum gw_err err = process_templates(tui_today(t), s->templates, TEMPLATES_MAX, &n, fail);
    if (err != GW_OK) {
        free(s);
        return err;
    }
    (void)process_only_community(t->home, s->division, sizeof(s->division));
    pick_init(&s->pick, n);
    return GW_OK;
}

static void setup_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)t;
    step_form_free(&s->form);
    ruleset_free(s->rules);
    gw_buf_free(&s->text);
    free(s->lines);
    free(s);
}

/* ---- the calendar counted back */

/* Composed anew for the day: an election keeps the version in force on its polling day. */
static void plan_again(struct tui *t, struct state *s)
{
    struct form_entry read;
    char why[200];
    gw_day day = DAY_NONE;
    if (!step_form_read(&s->form, "open", NULL, &read, why, sizeof(why))) {
        return;
    }
    for (size_t i = 0; i < read.entry.values_n; i++) {
        if (strcmp(read.values[i].key, s->rules->template_->anchor) == 0 &&
            read.values[i].text != NULL) {
            (void)day_parse(read.values[i].text, &day);
        }
    }
    s->anyway_asked = s->anyway_asked && day == s->day;
    s->day = day;
    s->plan.n = 0;
    if (day == DAY_NONE) {
        return;
    }
    s->plan = (struct cal_plan){.lines = s->lines, .n = s->rules->template_->steps_n};
    if (procedure_plan(s->rules, day, tui_today(t), &s->plan) != GW_OK) {
        s->plan.n = 0;
    }
}

static void set_example(void *ctx, const char *key, const char *text)
{
    step_form_set(ctx, key, text);
}

static void choose(struct tui *t, struct state *s, int i)
{
    struct gw_fail fail = {0};
    struct process_place place;
    const char *where = s->division[0] != '\0' ? s->division : "CQ";
    if (process_compose(s->templates[i].id, where, tui_today(t), &s->text, &s->rules, &fail) !=
        GW_OK) {
        tui_say(t, fail.text, true);
        return;
    }
    const struct step_form_in in = {
        .rules = s->rules, .subject = "", .anchor = DAY_NONE, .now = tui_now(t)};
    s->lines = calloc(s->rules->template_->steps_n + 1, sizeof(*s->lines));
    if (s->lines == NULL || step_form_new(&in, &s->form) != GW_OK) {
        tui_say(t, _("There is not enough memory."), true);
        return;
    }
    s->chosen = i;
    s->day = DAY_NONE;
    step_form_set(&s->form, "kind", s->rules->template_->kind);
    step_form_set(&s->form, "mode", s->rules->template_->mode);
    step_form_set(&s->form, "title", words_in(&s->rules->template_->title));
    step_form_set(&s->form, "division", s->division);
    process_place_of(t->home, s->division, &place);
    step_form_set(&s->form, "place", place.name);
    step_form_set(&s->form, "credit_code", place.credit_code);
    if (t->home->practice) {
        const struct practice_form form = {NULL, set_example, &s->form};
        practice_answers("open", &form);
    }
    tui_touch(t, DIRTY_ALL);
}

/* ---- painting */

static void draw_line(struct tui *t, int row, const struct cal_line *line)
{
    char plan[DAY_TEXT + 1], latest[DAY_TEXT + 1];
    day_print(line->plan, plan);
    day_print(line->latest, latest);
    screen_row(t->scr, row);
    screen_field(t->scr, P_TEXT, plan, 12);
    if (latest[0] == '\0') {
        screen_rest(t->scr, P_TEXT, words_in(&line->spec->name));
    } else {
        screen_field(t->scr, P_TEXT, words_in(&line->spec->name), 36);
        screen_putf(t->scr, P_BOLD, _(" latest %s"), latest);
    }
    (void)screen_row_end(t->scr, P_TEXT);
}

static void draw_plan(struct tui *t, const struct state *s, int row)
{
    if (s->day == DAY_NONE) {
        screen_line(t->scr, row++, P_DIM,
                    _("Type the day: the calendar counted back from it appears here."));
    } else if (s->plan.broken != NULL) {
        char first[DAY_TEXT + 1], text[400];
        day_print(s->plan.first, first);
        (void)snprintf(text, sizeof(text), _("This day cannot be kept: %s Earliest: %s"),
                       words_in(&s->plan.broken->says), first);
        row += screen_wrap(t->scr, row, 0, 2, P_CRITICAL, text);
    } else {
        screen_line(t->scr, row++, P_GOOD, _("All lead times can be kept."));
    }
    for (size_t i = 0; s->day != DAY_NONE && i < s->plan.n && row < t->body_end; i++) {
        if (s->plan.lines[i].plan != DAY_NONE || s->plan.lines[i].latest != DAY_NONE) {
            draw_line(t, row++, &s->plan.lines[i]);
        }
    }
    while (row < t->body_end) {
        screen_line(t->scr, row++, P_TEXT, "");
    }
}

static const char *template_label(const struct state *s, size_t i)
{
    return s->templates[i].title;
}

static void draw_list(struct tui *t, const struct state *s)
{
    int row = t->body_top + 1;
    screen_line(t->scr, t->body_top, P_HEAD, _("Set up: which procedure?"));
    for (size_t i = 0; i < pick_rows(&s->pick); i++) {
        pick_draw(t->scr, &s->pick, row++, i, template_label(s, s->pick.page + i), false);
    }
    if (pick_more(&s->pick)) {
        screen_line(t->scr, row++, P_TEXT, _("   9 more…"));
    }
    while (row < t->body_end) {
        screen_line(t->scr, row++, P_TEXT, "");
    }
}

static void setup_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    if (s->chosen < 0) {
        draw_list(t, s);
        return;
    }
    char hint[400];
    int rows = (int)s->form.n;
    int end = t->body_end;
    int split = t->body_top + 2 + (rows < 10 ? rows : 10);
    screen_line(t->scr, t->body_top, P_HEAD, words_in(&s->rules->template_->title));
    step_form_hint(&s->form, hint, sizeof(hint));
    screen_line(t->scr, t->body_top + 1, P_DIM, hint);
    t->body_end = split < end ? split : end;
    step_form_draw(t, &s->form, t->body_top + 2);
    t->body_end = end;
    draw_plan(t, s, split);
}

/* ---- writing */

/* The first Enter on a day that cannot be kept tells it; a second one opens it all the same, and
 * the record says so for ever. */
static bool may_open(struct tui *t, struct state *s)
{
    if (s->day == DAY_NONE) {
        tui_say(t, _("The day is missing; everything is counted from it."), false);
        return false;
    }
    if (s->plan.broken == NULL || s->anyway_asked) {
        return true;
    }
    s->anyway_asked = true;
    tui_say(t,
            _("This day cannot be kept. Enter once more opens it all the same; it stays marked."),
            false);
    return false;
}

static void open_it(struct tui *t, struct state *s)
{
    struct form_entry read;
    struct journal_entry written;
    struct gw_fail fail = {0};
    char why[200];
    gw_id id;
    if (!step_form_read(&s->form, "open", NULL, &read, why, sizeof(why))) {
        tui_say(t, why, false);
        return;
    }
    if (!may_open(t, s)) {
        return;
    }
    if (!path_ok(step_form_text(&s->form, "division"))) {
        tui_say(t, _("The division is a path such as CQ.500112.013.005."), false);
        return;
    }
    struct ruleset *rules = NULL;
    enum gw_err err =
        process_compose(s->templates[s->chosen].id, step_form_text(&s->form, "division"), s->day,
                        &s->text, &rules, &fail);
    ruleset_free(rules);
    err = err != GW_OK ? err
                       : process_start(t->home, gw_buf_str(&s->text), s->text.len, &read.entry, &id,
                                       &written, &fail);
    if (err != GW_OK) {
        tui_say(t, fail.text, true);
        return;
    }
    tui_changed(t, UINT32_MAX);
    tui_back(t);
    (void)tui_open(t, &view_process, "", id);
}

static bool setup_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    if (s->chosen < 0) {
        int i = pick_key(&s->pick, key);
        tui_touch(t, DIRTY_BODY);
        if (i >= 0) {
            choose(t, s, i);
        }
        return i != PICK_NONE;
    }
    enum form_answer answer = step_form_key(t, &s->form, key);
    if (answer == FORM_END || key->code == GK_F7) {
        plan_again(t, s);
        open_it(t, s);
        return true;
    }
    if (answer == FORM_USED && key->code != GK_TEXT) {
        plan_again(t, s);
    }
    return answer == FORM_USED;
}

static const char *setup_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    return s->chosen < 0
               ? _("A digit chooses · Esc: nothing is written")
               : _("Enter goes on, at the end opens it · F7 opens · Esc: nothing is written");
}

const struct view_ops view_setup = {
    .name = N_("Set up"),
    .scope = SC_DIALOG,
    .text = true,
    .open = setup_open,
    .close = setup_close,
    .key = setup_key,
    .draw = setup_draw,
    .hint = setup_hint,
};
