/* One procedure on four pages: 1 what is to be done (today, late, missing, against an article,
 * possible now), 2 the steps, 3 the calendar, 4 the records. Enter opens the form of a step, or a
 * record. */
#include "tui/view_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_safe.h"
#include "tui/list.h"

enum { FOOT_ROWS = 3 };

enum page { PAGE_TODO, PAGE_STEPS, PAGE_CALENDAR, PAGE_RECORDS, PAGES };

/* A row of the first page: a finding, or a step that can be done now. */
struct todo {
    const struct finding *finding; /* NULL: possible now */
    const struct step_spec *spec;
};

struct state {
    gw_id id;
    struct process_case c;
    bool loaded;
    enum page page;
    struct list lists[PAGES];
    struct todo *todo; /* owned */
    size_t todo_n, findings_n;
    size_t counts[FIND_UNKNOWN + 1]; /* findings of each kind */
    char code[EV_CODE_LEN + 1];
    char stamp[PROCESS_STAMP_MAX]; /* what was loaded */
};

gw_day tui_today(const struct tui *tui)
{
    return day_of_ms(tui_now(tui));
}

enum paint paint_finding(enum finding_kind kind)
{
    switch (kind) {
    case FIND_BREACH:
    case FIND_CONTESTED:
        return P_CRITICAL;
    case FIND_LATE:
        return P_MAJOR;
    case FIND_DUE:
    case FIND_MISSING:
        return P_WARN;
    default:
        return P_TEXT;
    }
}

const char *finding_rest(const struct procedure *p, const struct finding *f, char *buf, size_t size)
{
    const char *word = finding_word(f->kind);
    size_t len = strlen(word);
    (void)finding_print(p, f, buf, size);
    if (strncmp(buf, word, len) != 0) {
        return buf;
    }
    const char *rest = buf + len;
    rest += strncmp(rest, "：", strlen("：")) == 0 ? strlen("：") : strspn(rest, ": ");
    return rest;
}

/* ---- loading */

static bool presses(enum finding_kind kind)
{
    return kind == FIND_BREACH || kind == FIND_LATE || kind == FIND_DUE || kind == FIND_MISSING ||
           kind == FIND_CONTESTED;
}

static void take_findings(struct state *s, bool pressing)
{
    for (size_t i = 0; i < s->findings_n; i++) {
        const struct finding *f = procedure_finding(s->c.state, i);
        s->counts[f->kind] += pressing;
        if (presses(f->kind) == pressing) {
            s->todo[s->todo_n++] = (struct todo){f, f->slot ? f->slot->spec : f->spec};
        }
    }
}

static enum gw_err make_todo(struct state *s)
{
    memset(s->counts, 0, sizeof(s->counts));
    const struct procedure *p = s->c.state;
    const struct proc_template *tmpl = s->c.rules->template_;
    s->findings_n = procedure_findings(p);
    free(s->todo);
    s->todo = calloc(s->findings_n + tmpl->steps_n + 1, sizeof(*s->todo));
    s->todo_n = 0;
    if (s->todo == NULL) {
        return GW_NOMEM;
    }
    /* what presses, then what is possible, then what is only to be known */
    take_findings(s, true);
    for (size_t i = 0; i < tmpl->steps_n; i++) {
        if (procedure_can(p, &tmpl->steps[i])) {
            s->todo[s->todo_n++] = (struct todo){NULL, &tmpl->steps[i]};
        }
    }
    take_findings(s, false);
    return GW_OK;
}

static enum gw_err load(struct tui *t, struct state *s, struct gw_fail *fail)
{
    char digest[GW_HASH_HEX + 1];
    char stamp[PROCESS_STAMP_MAX];
    struct process_case fresh;
    process_stamp(t->home, s->id, tui_today(t), stamp); /* before: never newer than what is read */
    enum gw_err err = process_load(t->home, s->id, tui_today(t), &fresh, fail);
    if (err != GW_OK) {
        return err;
    }
    if (s->loaded) {
        process_unload(&s->c);
    }
    s->c = fresh;
    (void)snprintf(s->stamp, sizeof(s->stamp), "%s", stamp);
    s->loaded = true;
    ev_digest(s->c.set, s->id, digest);
    ev_code(digest, s->code);
    err = make_todo(s);
    s->lists[PAGE_TODO].n = s->todo_n;
    s->lists[PAGE_STEPS].n = procedure_slots(s->c.state);
    s->lists[PAGE_CALENDAR].n = procedure_calendar(s->c.state);
    s->lists[PAGE_RECORDS].n = ev_count(s->c.set);
    return err;
}

static void drop(struct state *s)
{
    if (s->loaded) {
        process_unload(&s->c);
    }
    free(s->todo);
    free(s);
}

static enum gw_err process_view_open(struct tui *t, struct view *view, const void *arg,
                                     struct gw_fail *fail)
{
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    (void)snprintf(s->id, sizeof(s->id), "%s", (const char *)arg);
    enum gw_err err = load(t, s, fail);
    if (err != GW_OK) {
        drop(s);
    }
    return err;
}

static void process_view_close(struct tui *t, struct view *view)
{
    (void)t;
    drop(view->state);
}

/* Most of what changes in the store is no business of this procedure. */
static void process_view_changed(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    char stamp[PROCESS_STAMP_MAX];
    process_stamp(t->home, s->id, tui_today(t), stamp);
    if (stamp[0] != '\0' && strcmp(stamp, s->stamp) == 0) {
        return;
    }
    (void)load(t, s, NULL); /* what is shown stays when it cannot be read; the bars say why */
}

/* ---- the four pages */

/* With the day it is usually done, and the last lawful one. */
static void put_possible(struct tui *t, const struct state *s, const struct step_spec *spec)
{
    char plan[DAY_TEXT + 1] = "", latest[DAY_TEXT + 1] = "";
    for (size_t i = 0; i < procedure_calendar(s->c.state); i++) {
        const struct cal_line *line = procedure_cal(s->c.state, i);
        if (line->spec == spec) {
            day_print(line->plan, plan);
            day_print(line->latest, latest);
        }
    }
    screen_field(t->scr, P_GOOD, _("possible now"), 13);
    screen_field(t->scr, P_TEXT, plan, 11);
    screen_field(t->scr, P_TEXT, words_in(&spec->name), 34);
    if (latest[0] != '\0') {
        screen_putf(t->scr, P_BOLD, _(" latest %s"), latest);
    }
}

static void put_todo(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct todo *row = &s->todo[i];
    char text[1024];
    if (row->finding == NULL) {
        put_possible(t, s, row->spec);
        return;
    }
    screen_field(t->scr, paint_finding(row->finding->kind), finding_word(row->finding->kind), 13);
    screen_put(t->scr, P_TEXT, finding_rest(s->c.state, row->finding, text, sizeof(text)));
}

static bool is_broken(const struct state *s, const struct slot *slot)
{
    for (size_t i = 0; slot->record != NULL && i < s->findings_n; i++) {
        const struct finding *f = procedure_finding(s->c.state, i);
        if (f->kind == FIND_BREACH && f->slot == slot) {
            return true;
        }
    }
    return false;
}

static void put_step(struct tui *t, void *ctx, size_t i)
{
    static const char *const words[] = {
        [SLOT_OPEN] = N_("not yet"),
        [SLOT_DONE] = N_("done"),
        [SLOT_CONTESTED] = N_("contested"),
        [SLOT_SECOND] = N_("second person missing"),
    };
    static const enum paint paints[] = {[SLOT_OPEN] = P_DIM,
                                        [SLOT_DONE] = P_GOOD,
                                        [SLOT_CONTESTED] = P_CRITICAL,
                                        [SLOT_SECOND] = P_WARN};
    const struct state *s = ctx;
    const struct slot *slot = procedure_slot(s->c.state, i);
    char day[DAY_TEXT + 1];
    day_print(slot->happened, day);
    screen_field(t->scr, P_TEXT, slot->step, 7);
    screen_field(t->scr, paints[slot->state], _(words[slot->state]), 15);
    screen_field(t->scr, P_TEXT, day, 11);
    screen_put(t->scr, P_TEXT, slot->spec != NULL ? words_in(&slot->spec->name) : slot->step);
    if (slot->subject[0] != '\0') {
        screen_putf(t->scr, P_BOLD, " · %s", slot->subject);
    }
    if (is_broken(s, slot)) {
        screen_putf(t->scr, P_CRITICAL, " · %s", finding_word(FIND_BREACH));
    }
    if (slot->corrections_n > 0) {
        screen_putf(t->scr, P_WARN, _(" · corrected %zu times"), slot->corrections_n);
    }
}

static void put_calendar(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct cal_line *line = procedure_cal(s->c.state, i);
    char latest[DAY_TEXT + 1], day[DAY_TEXT + 1], cite[96] = "";
    day_print(line->latest, latest);
    day_print(line->done ? line->happened : line->plan, day);
    if (line->latest_rule != NULL) {
        struct citation law = time_rule_cite(s->c.rules, line->latest_rule);
        (void)citation_print(s->c.rules, &law, cite, sizeof(cite));
    }
    screen_field(t->scr, line->done ? P_GOOD : P_TEXT, day, 11);
    screen_field(t->scr, P_GOOD, line->done ? _("done") : "", 7);
    screen_field(t->scr, line->applies ? P_TEXT : P_DIM, words_in(&line->spec->name), 30);
    if (latest[0] != '\0') {
        screen_putf(t->scr, P_BOLD, _(" latest %s"), latest);
    }
    screen_putf(t->scr, P_DIM, " %s%s", cite,
                line->rest_unknown ? _(" (rest days not published yet)") : "");
}

static void put_record(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct ev_step *step = ev_at(s->c.set, i);
    char at[17];
    gw_time_local(step->wall + (step->off == INT64_MIN ? 0 : step->off), at);
    screen_putf(t->scr, P_DIM, "%.8s ", step->hash);
    screen_field(t->scr, P_TEXT, at, 17);
    screen_field(t->scr, P_BOLD, _(cmd_spec_of(process_command_of(step->kind))->word), 13);
    screen_field(t->scr, P_TEXT, step->kind == PROC_STEP ? step->step : "", 7);
    screen_field(t->scr, P_TEXT, step->user != NULL ? step->user : "", 14);
    screen_put(t->scr, step->seq >= 0 ? P_GOOD : P_WARN,
               step->status == STEP_QUARANTINED ? _("quarantined, does not count")
               : step->seq >= 0                 ? _("with receipt")
                                                : _("not delivered yet"));
}

/* What there is of four things, the gravest first: a narrow terminal cuts the rest, and the list
 * below has each. */
static void draw_counts(struct tui *t, const struct state *s)
{
    static const enum finding_kind kinds[] = {FIND_BREACH, FIND_LATE, FIND_DUE, FIND_MISSING};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (s->counts[kinds[i]] > 0) {
            screen_putf(t->scr, paint_finding(kinds[i]), " %s %zu", finding_word(kinds[i]),
                        s->counts[kinds[i]]);
        }
    }
}

static void draw_head(struct tui *t, const struct state *s)
{
    static const char *const pages[PAGES] = {N_("To do"), N_("Steps"), N_("Calendar"),
                                             N_("Records")};
    char day[DAY_TEXT + 1];
    day_print(s->c.row.polling_day, day);
    screen_row(t->scr, t->body_top);
    screen_put(t->scr, P_BOLD, s->c.row.title);
    screen_putf(t->scr, P_TEXT, "  %s  %s", day, s->c.row.division);
    screen_right(t->scr, P_DIM, s->code);
    (void)screen_row_end(t->scr, P_TEXT);
    screen_row(t->scr, t->body_top + 1);
    for (int i = 0; i < PAGES; i++) {
        screen_putf(t->scr, P_KEY, "%d", i + 1);
        screen_putf(t->scr, i == (int)s->page ? P_BOLD : P_DIM,
                    i == (int)s->page ? "[%s] " : " %s  ", _(pages[i]));
    }
    if (s->page == PAGE_TODO) {
        draw_counts(t, s);
    }
    (void)screen_row_end(t->scr, P_TEXT);
}

/* The row under the cursor, whole, on the last rows: what, article, remedy. */
static void draw_foot(struct tui *t, const struct state *s)
{
    const struct list *l = &s->lists[PAGE_TODO];
    char text[1200];
    for (int row = t->body_end - FOOT_ROWS; row < t->body_end; row++) {
        screen_line(t->scr, row, P_TEXT, "");
    }
    if (l->n > 0 && s->todo[l->at].finding != NULL) {
        (void)finding_print(s->c.state, s->todo[l->at].finding, text, sizeof(text));
        (void)screen_wrap(t->scr, t->body_end - FOOT_ROWS, 0, FOOT_ROWS, P_BOLD, text);
    }
}

static void process_view_draw(struct tui *t, struct view *view, unsigned dirty)
{
    static void (*const puts_of[PAGES])(struct tui *, void *, size_t) = {put_todo, put_step,
                                                                         put_calendar, put_record};
    struct state *s = view->state;
    (void)dirty;
    draw_head(t, s);
    int end = t->body_end;
    t->body_end -= s->page == PAGE_TODO ? FOOT_ROWS : 0; /* room for the whole sentence */
    list_draw(t, &s->lists[s->page], t->body_top + 2, puts_of[s->page], s);
    t->body_end = end;
    if (s->page == PAGE_TODO) {
        draw_foot(t, s);
    }
    if (s->page == PAGE_TODO && s->todo_n == 0) {
        screen_line(t->scr, t->body_top + 3, P_GOOD, _("  Nothing to be done now."));
    }
}

/* ---- keys */

static bool open_step(struct tui *t, const struct state *s, const struct step_spec *spec,
                      const char *subject)
{
    const struct step_arg arg = {.process = s->id, .step = spec->id, .subject = subject};
    return tui_open(t, &view_step, "", &arg);
}

static bool open_record(struct tui *t, const struct state *s, const char *hash)
{
    const struct record_arg arg = {s->id, hash};
    return tui_open(t, &view_record, "", &arg);
}

static void open_todo(struct tui *t, const struct state *s)
{
    const struct todo *row = &s->todo[s->lists[PAGE_TODO].at];
    const struct slot *slot = row->finding != NULL ? row->finding->slot : NULL;
    if (slot != NULL && slot->record != NULL) {
        (void)open_record(t, s,
                          slot->record->hash); /* it is there: what it lacks is corrected there */
    } else if (row->spec != NULL) {
        (void)open_step(t, s, row->spec, slot != NULL ? slot->subject : NULL);
    } else {
        (void)open_record(t, s, procedure_open(s->c.state)->hash);
    }
}

static void open_slot(struct tui *t, const struct state *s)
{
    const struct slot *slot = procedure_slot(s->c.state, s->lists[PAGE_STEPS].at);
    if (slot->record != NULL || slot->rivals_n > 0) {
        (void)open_record(t, s, slot->record != NULL ? slot->record->hash : slot->rivals[0]->hash);
    } else if (slot->spec != NULL) {
        (void)open_step(t, s, slot->spec, slot->subject);
    }
}

static bool process_view_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    struct list *l = &s->lists[s->page];
    if (req != REQ_OPEN) {
        return list_request(t, l, req, t->body_top + 2);
    }
    if (l->n == 0) {
        return true;
    }
    switch (s->page) {
    case PAGE_TODO:
        open_todo(t, s);
        break;
    case PAGE_STEPS:
        open_slot(t, s);
        break;
    case PAGE_CALENDAR:
        (void)open_step(t, s, procedure_cal(s->c.state, l->at)->spec, NULL);
        break;
    default:
        (void)open_record(t, s, ev_at(s->c.set, l->at)->hash);
        break;
    }
    return true;
}

static bool process_view_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    int digit = key_digit(key);
    static const struct view_ops *const others[] = {&view_count, &view_result, &view_paper,
                                                    &view_roll};
    if (digit >= 5 && digit <= 8) {
        return tui_open(t, others[digit - 5], "", s->id);
    }
    if (digit == 9 && t->home->practice) {
        practice_tomorrow(t, &s->c);
        return true;
    }
    if (digit < 1 || digit > PAGES) {
        return false;
    }
    s->page = (enum page)(digit - 1);
    tui_touch(t, DIRTY_ALL);
    return true;
}

static const char *process_view_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Enter opens · 1-4 pages · 5 count · 6 result · 7 papers · 8 roll · Esc back");
}

const struct view_ops view_process = {
    .name = N_("Procedure"),
    .scope = SC_LIST,
    .open = process_view_open,
    .close = process_view_close,
    .key = process_view_key,
    .request = process_view_request,
    .draw = process_view_draw,
    .changed = process_view_changed,
    .hint = process_view_hint,
};
