/* F7: close with an outcome. A digit chooses, Enter closes. Without a visit it also asks why, and
 * for a second person; the order of the questions is outcome, note, reason, person. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/alarm.h"
#include "tui/dialog.h"

enum { PEOPLE_MAX = 30, REASON_BYTES = 255 };

enum part { PART_OUTCOME, PART_NOTE, PART_REASON, PART_PERSON };

struct state {
    const char *const *outcomes;
    struct pick pick, who;
    int outcome, person; /* -1: nothing is preselected */
    enum part part;
    bool technical, visited, sent;
    struct text_field note, reason;
    struct card_person people[PEOPLE_MAX];
    size_t people_n;
    char label[256];
};

static bool needs_second(const struct state *s)
{
    return !s->visited && !s->technical && s->outcome >= 0 &&
           !alarm_outcome_technical(s->outcomes[s->outcome]);
}

static enum gw_err close_open(struct tui *t, struct view *view, const void *arg,
                              struct gw_fail *fail)
{
    struct queue_row row;
    (void)arg;
    enum gw_err err = dialog_open(t, view, sizeof(struct state), &row, fail);
    if (err != GW_OK) {
        return err;
    }
    struct state *s = view->state;
    const struct alarm_kind *kind = alarm_kind_of(row.alarm.kind);
    size_t n = 0;
    s->outcomes = kind->outcomes;
    while (s->outcomes[n] != NULL) {
        n++;
    }
    s->technical = kind->technical;
    s->visited = row.alarm.visited;
    s->outcome = s->person = -1;
    pick_init(&s->pick, n);
    s->people_n = dialog_people(t, row.alarm.path, t->my_level, s->people, PEOPLE_MAX);
    pick_init(&s->who, s->people_n);
    dialog_draft_load(t, "close", view->alarm, &s->note, FIELD_BYTES);
    dialog_draft_load(t, "close-reason", view->alarm, &s->reason, REASON_BYTES);
    return GW_OK;
}

static void close_keep(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    dialog_draft_keep(t, "close", view->alarm, s->sent ? "" : s->note.text);
    dialog_draft_keep(t, "close-reason", view->alarm, s->sent ? "" : s->reason.text);
}

static void close_close(struct tui *t, struct view *view)
{
    close_keep(t, view);
    free(view->state);
}

/* A note that came by itself (the server says he has arrived) while the form is open. */
static void close_changed(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    struct queue_row row;
    if (dialog_row(t, view, &row)) {
        s->visited = row.alarm.visited;
    }
}

static const char *outcome_label(void *ctx, size_t i)
{
    const struct state *s = ctx;
    return alarm_outcome_word(s->outcomes[i]);
}

static const char *person_label(void *ctx, size_t i)
{
    struct state *s = ctx;
    const struct card_person *p = &s->people[i];
    (void)snprintf(s->label, sizeof(s->label), "%s  %s  %s", p->name, role_word(p->role),
                   strcmp(p->duty, "on") == 0 ? _("on duty") : "");
    return s->label;
}

static int draw_second(struct tui *t, struct state *s, int row)
{
    row = dialog_line(t, row, P_WARN,
                      _("Nobody was there: say why, and name a second person who confirms."));
    text_field_draw(t->scr, &s->reason, row++, _("Why no visit: "), s->part == PART_REASON);
    if (s->part != PART_PERSON && s->person < 0) {
        return row;
    }
    if (s->people_n == 0) {
        return dialog_line(t, row, P_ALERT,
                           _("No second person is known here. Go there, or escalate."));
    }
    row = dialog_line(t, row, s->part == PART_PERSON ? P_BOLD : P_TEXT,
                      s->part == PART_PERSON ? _(">Second person:") : _(" Second person:"));
    return dialog_list(t, &s->who, row, s->person, person_label, s);
}

static void close_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    int row = dialog_head(t, view, _("Close alarm"));
    if (s->part == PART_PERSON || s->part == PART_REASON) { /* room for the people */
        char text[160];
        (void)snprintf(text, sizeof(text), _("Outcome: %s"), outcome_label(s, (size_t)s->outcome));
        row = dialog_line(t, row, P_GOOD, text);
    } else {
        row = dialog_line(t, row, P_BOLD, _("What was it?"));
        row = dialog_list(t, &s->pick, row, s->outcome, outcome_label, s);
    }
    if (s->outcome >= 0 || s->note.len > 0) {
        text_field_draw(t->scr, &s->note, row++, _("Note (may stay empty): "),
                        s->part == PART_NOTE);
    }
    if (needs_second(s)) {
        row = draw_second(t, s, row);
    }
    dialog_end(t, row);
}

static void send(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    struct queue_row row;
    struct cmd_data data;
    cmd_data_init(&data);
    data.outcome = s->outcomes[s->outcome];
    data.note = s->note.len > 0 ? s->note.text : NULL;
    if (needs_second(s)) {
        data.no_visit_reason = s->reason.text;
        data.second_person = s->people[s->person].id;
    }
    if (dialog_row(t, view, &row) && act_send(t, CMD_ALARM_CLOSE, &row, &data)) {
        s->sent = true;
        tui_back(t);
    }
}

/* Enter goes on to what is missing; closes when nothing is. */
static void enter(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    if (s->outcome < 0) {
        tui_say(t, _("Choose what it was first: a digit."), false);
        s->part = PART_OUTCOME;
    } else if (!needs_second(s)) {
        send(t, view);
    } else if (s->reason.len == 0) {
        s->part = PART_REASON;
    } else if (s->person < 0) {
        s->part = PART_PERSON;
    } else {
        send(t, view);
    }
}

static void next_part(struct state *s)
{
    static const enum part after[] = {PART_NOTE, PART_REASON, PART_PERSON, PART_OUTCOME};
    bool two = s->part >= PART_NOTE && !needs_second(s);
    s->part = s->outcome < 0 || two ? (s->part == PART_OUTCOME ? PART_NOTE : PART_OUTCOME)
                                    : after[s->part];
}

static bool pick_part(struct state *s, const struct key *key)
{
    bool person = s->part == PART_PERSON;
    int i = pick_key(person ? &s->who : &s->pick, key);
    if (i >= 0) {
        *(person ? &s->person : &s->outcome) = i;
        (person ? &s->who : &s->pick)->moved = false; /* the next Enter closes */
    }
    return i != PICK_NONE;
}

static bool close_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    tui_touch(t, DIRTY_BODY | DIRTY_BARS);
    if (key->code == GK_TAB) {
        next_part(s);
        return true;
    }
    if (s->part == PART_NOTE || s->part == PART_REASON) {
        if (text_field_key(s->part == PART_NOTE ? &s->note : &s->reason, key)) {
            return true;
        }
    } else if (pick_part(s, key)) {
        return true;
    } else if (key->code == GK_TEXT && s->part == PART_OUTCOME) {
        s->part = PART_NOTE; /* what an input method sends is a note */
        return text_field_key(&s->note, key);
    }
    if (key->code == GK_ENTER) {
        enter(t, view);
        return true;
    }
    return false;
}

static const char *close_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    if (s->outcome < 0) {
        return _("A digit chooses · Esc: the alarm stays open, the note is kept as a draft");
    }
    if (needs_second(s) && (s->reason.len == 0 || s->person < 0)) {
        return _("Enter goes on · Tab next field · Esc: the alarm stays open");
    }
    return _("Enter closes the alarm · Tab: note · Esc: the alarm stays open");
}

const struct view_ops view_close = {
    .name = N_("Close alarm"),
    .scope = SC_DIALOG,
    .text = true,
    .open = close_open,
    .close = close_close,
    .keep = close_keep,
    .key = close_key,
    .draw = close_draw,
    .changed = close_changed,
    .hint = close_hint,
};
