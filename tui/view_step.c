/* The form of one step. After every row the record is judged as if it had been written: what is
 * short or against an article stands below at once, and never stops the typing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/draft.h"
#include "offline-db/practice.h"
#include "offline-db/roll.h"
#include "tui/step_attach.h"
#include "tui/step_form.h"
#include "tui/view_process.h"

enum { DRAFT_BYTES = 60 * 1024, NOTES = 4 };

struct state {
    gw_id process;
    char step[64], subject[256], draft_kind[80];
    struct process_case c;
    struct step_form form;
    bool sent;
    char notes[NOTES][600];
    enum paint paints[NOTES];
    size_t notes_n;
};

static void load_draft(struct tui *t, struct state *s)
{
    struct gw_buf text;
    gw_buf_init(&text, DRAFT_BYTES);
    if (draft_load(t->home, s->draft_kind, s->process, &text) == GW_OK && text.len > 0) {
        step_form_unpack(&s->form, text.data);
        tui_say(t, _("What was typed before is back; nothing was lost."), false);
    }
    gw_buf_free(&text);
}

static void keep_draft(struct tui *t, const struct state *s)
{
    struct gw_buf text;
    gw_buf_init(&text, DRAFT_BYTES);
    if (s->sent || step_form_pack(&s->form, &text) == GW_OK) {
        (void)draft_save(t->home, s->draft_kind, s->process, s->sent ? "" : gw_buf_str(&text),
                         NULL);
    }
    gw_buf_free(&text);
}

/* A default that the template names (open.x, S05.registered) and that is known. */
static void prefill(struct state *s, const struct proc_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *from = fields[i].prefill;
        const char *dot = from != NULL ? strchr(from, '.') : NULL;
        char step[64];
        if (dot == NULL || (size_t)(dot - from) >= sizeof(step)) {
            continue;
        }
        memcpy(step, from, (size_t)(dot - from));
        step[dot - from] = '\0';
        const struct proc_value *value = procedure_value(s->c.state, step, "", dot + 1);
        char number[32];
        if (value != NULL && !value->erased) {
            (void)snprintf(number, sizeof(number), "%lld", (long long)value->num);
            step_form_set(&s->form, fields[i].key, value->text != NULL ? value->text : number);
        }
    }
}

/* What is known already stays. */
static void set_example(void *ctx, const char *key, const char *text)
{
    if (step_form_text(ctx, key)[0] == '\0') {
        step_form_set(ctx, key, text);
    }
}

/* Figures of the registration and of the lists as the roll has them now: proposals that the clerk
 * checks. */
static void prefill_roll(struct tui *t, struct state *s, const struct step_spec *spec)
{
    struct roll roll;
    int64_t figure;
    bool counted = strcmp(spec->id, "S05") == 0 || strcmp(spec->id, "S08-1") == 0 ||
                   strcmp(spec->id, "S06") == 0 || strcmp(spec->id, "S09") == 0;
    if (!counted || roll_load(t->home, &s->c, &roll, NULL) != GW_OK) {
        return; /* the form is there without proposals */
    }
    for (size_t i = 0; i < spec->counts_n; i++) {
        char number[24];
        if (roll_figure(&roll, spec->id, spec->counts[i].key, &figure)) {
            (void)snprintf(number, sizeof(number), "%lld", (long long)figure);
            step_form_set(&s->form, spec->counts[i].key, number);
        }
    }
    roll_unload(&roll);
}

static enum gw_err make_form(struct tui *t, struct state *s, struct gw_fail *fail)
{
    const struct step_spec *spec = template_step(s->c.rules->template_, s->step);
    const struct step_form_in in = {.rules = s->c.rules,
                                    .spec = spec,
                                    .subject = s->subject,
                                    .anchor = s->c.row.polling_day,
                                    .now = tui_now(t)};
    if (spec == NULL) {
        return gw_fail_set(fail, GW_ABSENT, _("This program does not know that step."));
    }
    enum gw_err err = step_form_new(&in, &s->form);
    if (err != GW_OK) {
        return gw_fail_set(fail, err, _("There is not enough memory."));
    }
    prefill(s, spec->fields, spec->fields_n);
    prefill(s, spec->counts, spec->counts_n);
    if (t->home->practice) {
        const struct practice_form form = {&s->c, set_example, &s->form};
        practice_answers(s->step, &form);
    } else {
        prefill_roll(t, s, spec);
    }
    load_draft(t, s);
    return GW_OK;
}

static enum gw_err step_open(struct tui *t, struct view *view, const void *arg,
                             struct gw_fail *fail)
{
    const struct step_arg *in = arg;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    (void)snprintf(s->process, sizeof(s->process), "%s", in->process);
    (void)snprintf(s->step, sizeof(s->step), "%s", in->step);
    (void)snprintf(s->subject, sizeof(s->subject), "%s", in->subject != NULL ? in->subject : "");
    (void)snprintf(s->draft_kind, sizeof(s->draft_kind), "step:%s", s->step);
    enum gw_err err = process_load(t->home, s->process, tui_today(t), &s->c, fail);
    if (err != GW_OK) {
        free(s);
        return err;
    }
    err = make_form(t, s, fail);
    if (err == GW_OK && in->resident != NULL) {
        step_form_set(&s->form, "resident_id", in->resident);
    }
    if (err == GW_OK && in->name != NULL) {
        step_form_set(&s->form, "name", in->name);
    }
    if (err != GW_OK) {
        process_unload(&s->c);
        free(s);
    }
    return err;
}

static void step_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    keep_draft(t, s);
    step_form_free(&s->form);
    process_unload(&s->c);
    free(s);
}

/* ---- judged as one types */

static void take_note(struct state *s, const struct procedure *p, const struct finding *f)
{
    if (s->notes_n < NOTES) {
        (void)finding_print(p, f, s->notes[s->notes_n], sizeof(s->notes[0]));
        s->paints[s->notes_n++] = paint_finding(f->kind);
    }
}

static void judge(struct tui *t, struct state *s)
{
    struct form_entry read;
    struct process_trial trial;
    char why[200];
    s->notes_n = 0;
    if (!step_form_read(&s->form, s->step, s->subject, &read, why, sizeof(why))) {
        return; /* said when it is to be recorded */
    }
    if (process_try(t->home, &s->c, &read.entry, tui_today(t), &trial) != GW_OK) {
        return;
    }
    for (size_t i = 0; i < procedure_findings(trial.state); i++) {
        const struct finding *f = procedure_finding(trial.state, i);
        if (f->slot != NULL && f->slot->record == &trial.fake) {
            take_note(s, trial.state, f);
        }
    }
    process_trial_end(&trial);
}

/* The gravest whole on two rows, the others on one. */
static void draw_notes(struct tui *t, const struct state *s, int row, int end)
{
    for (size_t i = 0; i < s->notes_n && row < end; i++) {
        if (i == 0 && end - row > 1) {
            row += screen_wrap(t->scr, row, 0, 2, s->paints[i], s->notes[i]);
        } else {
            screen_line(t->scr, row++, s->paints[i], s->notes[i]);
        }
    }
    while (row < end) {
        screen_line(t->scr, row++, P_TEXT, "");
    }
}

static void step_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    const struct step_spec *spec = template_step(s->c.rules->template_, s->step);
    char hint[400];
    (void)dirty;
    screen_row(t->scr, t->body_top);
    screen_putf(t->scr, P_BOLD, "%s %s", spec->id, words_in(&spec->name));
    if (s->subject[0] != '\0') {
        screen_putf(t->scr, P_BOLD, " · %s", s->subject);
    }
    screen_putf(t->scr, P_DIM, _("  who acts: %s"), words_in(&spec->actor));
    (void)screen_row_end(t->scr, P_TEXT);
    step_form_hint(&s->form, hint, sizeof(hint));
    screen_line(t->scr, t->body_top + 1, P_DIM, hint);
    int end = t->body_end;
    t->body_end -= NOTES;
    step_form_draw(t, &s->form, t->body_top + 2);
    t->body_end = end;
    draw_notes(t, s, end - NOTES, end);
}

/* ---- recording */

static bool late_without_reason(struct tui *t, const struct process_entry *entry)
{
    bool late = entry->happened_at > 0 && tui_now(t) - entry->happened_at > BELATED_MS;
    return late && (entry->reason == NULL || entry->reason[0] == '\0');
}

static void record(struct tui *t, struct state *s)
{
    struct form_entry read;
    struct journal_entry written;
    struct gw_fail fail = {0};
    char why[200];
    if (!step_form_read(&s->form, s->step, s->subject, &read, why, sizeof(why))) {
        tui_say(t, why, false);
        return;
    }
    if (late_without_reason(t, &read.entry)) {
        s->form.list.at = s->form.n - 1;
        tui_say(t, _("It happened more than 24 hours ago: give the reason why it is recorded now."),
                false);
        return;
    }
    struct form_attached files;
    if (step_attach_files(t->home, s->process, &read, &files, &fail) != GW_OK) {
        tui_say(t, fail.text, true);
        return;
    }
    if (process_record(t->home, s->process, PROC_STEP, &read.entry, &written, &fail) != GW_OK) {
        step_attach_undo(t->home, &files);
        tui_say(t, fail.text, true);
        return;
    }
    s->sent = true;
    tui_changed(t, UINT32_MAX);
    tui_say(t,
            files.place ? _("Recorded and signed. A picture says where it was taken; it is kept as "
                            "it is.")
                        : _("Recorded and signed."),
            false);
    tui_back(t);
}

static bool step_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    enum form_answer answer = step_form_key(t, &s->form, key);
    if (answer == FORM_END || key->code == GK_F7) {
        record(t, s);
        return true;
    }
    if (answer == FORM_USED && key->code != GK_TEXT && key->code != GK_BACKSPACE) {
        judge(t, s);
        keep_draft(t, s);
    }
    return answer == FORM_USED;
}

static const char *step_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    return s->form.list.at + 1 >= s->form.n
               ? _("Enter records and signs · arrows go back · Esc keeps a draft")
               : _("Enter goes on · F7 records · Esc keeps a draft");
}

const struct view_ops view_step = {
    .name = N_("Record a step"),
    .scope = SC_DIALOG,
    .text = true,
    .open = step_open,
    .close = step_close,
    .key = step_key,
    .draw = step_draw,
    .hint = step_hint,
};
