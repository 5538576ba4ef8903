#include "tui/roll_detail.h"

#include <stdio.h>
#include <string.h>

#include "tui/form.h"
#include "tui/view_process.h"

enum { SAYS_MAX = 800 };

enum paint roll_paint(const struct roll_person *p)
{
    static const enum paint paints[ROLL_STATES] = {
        [ROLL_IN] = P_GOOD, [ROLL_OUT] = P_DIM, [ROLL_OPEN] = P_WARN};
    return p->objection == OBJECTION_PENDING ? P_MAJOR : paints[p->verdict.state];
}

static void add_step(struct roll_detail *d, const char *id)
{
    const struct step_spec *spec = id != NULL ? template_step(d->c->rules->template_, id) : NULL;
    for (size_t i = 0; i < d->actions_n; i++) {
        spec = d->actions[i].spec == spec ? NULL : spec;
    }
    if (spec != NULL && d->actions_n < ROLL_ACTIONS) {
        d->actions[d->actions_n++] = (struct roll_action){.spec = spec};
    }
}

/* What would settle it first; after the list is published, objections and corrections. */
void roll_detail_find(struct roll_detail *d)
{
    const struct roll_person *p = roll_person_of(d->roll, d->person);
    d->actions_n = 0;
    if (p == NULL) {
        d->person[0] = '\0';
        return;
    }
    add_step(d, roll_why_step(p->verdict.why));
    if (d->roll->counts.published >= 0) {
        add_step(d, "S07");
        add_step(d, "S08-2");
    }
    if (p->household[0] != '\0') {
        d->actions[d->actions_n++] = (struct roll_action){.household = true};
    }
    if (!p->entered) {
        d->actions[d->actions_n++] = (struct roll_action){.household = false};
    }
}

void roll_detail_draw(struct tui *t, const struct roll_detail *d)
{
    const struct roll_person *p = roll_person_of(d->roll, d->person);
    char name[128], says[SAYS_MAX], line[400];
    int row = t->body_top;
    roll_shown_name(p, name, sizeof(name));
    (void)roll_person_print(d->roll, d->c, p, says, sizeof(says));
    (void)snprintf(line, sizeof(line), "%s  %s  %s", name, roll_state_word(p->verdict.state),
                   p->verdict.state == ROLL_IN
                       ? roll_class_word(p->verdict.class_, d->roll->rules.village)
                       : "");
    screen_line(t->scr, row++, P_BOLD, line);
    screen_line(t->scr, row++, P_TEXT, "");
    row += screen_wrap(t->scr, row, 2, 4, roll_paint(p), says);
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
    for (size_t i = 0; i < d->actions_n; i++) {
        const struct roll_action *a = &d->actions[i];
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

/* The next number that no record of that step has yet. */
static void next_subject(const struct roll_detail *d, const char *step, char out[24])
{
    size_t n = 1;
    const struct slot *slot;
    do {
        (void)snprintf(out, 24, "%zu", n++);
        slot = procedure_slot_of(d->c->state, step, out);
    } while (slot != NULL && slot->state != SLOT_OPEN);
}

static void act(struct tui *t, struct roll_detail *d, size_t i)
{
    const struct roll_person *p = roll_person_of(d->roll, d->person);
    const struct roll_action *a = &d->actions[i];
    char subject[24];
    if (a->spec != NULL) {
        next_subject(d, a->spec->id, subject);
        const struct step_arg arg = {d->process, a->spec->id, subject, p->entered ? NULL : p->id,
                                     p->name};
        (void)tui_open(t, &view_step, "", &arg);
    } else if (a->household) {
        (void)tui_open(t, &view_household, "", p->household);
    } else {
        (void)tui_open(t, &view_person, "", p->id);
    }
}

bool roll_detail_key(struct tui *t, struct roll_detail *d, const struct key *key)
{
    int digit = key->code == GK_ENTER ? 1 : key_digit(key);
    if (key->code == GK_ESC) {
        d->person[0] = '\0';
        tui_touch(t, DIRTY_ALL);
        return true;
    }
    if (digit >= 1 && (size_t)digit <= d->actions_n) {
        act(t, d, (size_t)digit - 1);
    }
    return true;
}
