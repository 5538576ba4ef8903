/* One record in full: who, when it happened and when it was written, what, with its corrections. 1
 * corrects it (a new record, this one stays), 2 signs it as second person. Enter on a contested one
 * shows it side by side with its rivals. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "tui/step_attach.h"
#include "tui/step_form.h"
#include "tui/view_process.h"

enum { FOOT_ROWS = 3, LINES_MAX = 200, LABEL_MIN = 26, LABEL_MAX = 34 };

struct line {
    char label[120], text[700];
    enum paint paint;
};

struct state {
    struct home *home; /* borrowed */
    gw_id process;
    char hash[GW_HASH_HEX + 1];
    struct process_case c;
    struct line *lines; /* owned */
    int label_cells;
    struct list list;
    bool correcting;
    struct step_form form;
    char stamp[PROCESS_STAMP_MAX]; /* what was loaded; "" = the first */
};

/* ---- what stands there */

__attribute__((format(printf, 4, 5))) static void add(struct state *s, enum paint paint,
                                                      const char *label, const char *fmt, ...)
{
    va_list args;
    if (s->list.n == LINES_MAX) {
        return;
    }
    struct line *line = &s->lines[s->list.n++];
    line->paint = paint;
    (void)snprintf(line->label, sizeof(line->label), "%s", label);
    va_start(args, fmt);
    (void)vsnprintf(line->text, sizeof(line->text), fmt, args);
    va_end(args);
}

static void add_time(struct state *s, const char *label, int64_t ms)
{
    char at[17] = "";
    if (ms > 0) {
        gw_time_local(ms, at);
        add(s, P_TEXT, label, "%s", at);
    }
}

static const struct step_spec *spec_of(const struct state *s, const struct ev_step *step)
{
    return step->kind == PROC_STEP ? template_step(s->c.rules->template_, step->step) : NULL;
}

static const struct proc_field *field_of(const struct state *s, const struct ev_step *step,
                                         const char *key)
{
    const struct step_spec *spec = spec_of(s, step);
    const struct proc_template *t = s->c.rules->template_;
    if (spec != NULL) {
        return step_field(spec, key);
    }
    for (size_t i = 0; step->kind == PROC_OPEN && i < t->open_n; i++) {
        if (strcmp(t->open_fields[i].key, key) == 0) {
            return &t->open_fields[i];
        }
    }
    return NULL;
}

/* On paper, or an attachment with where it is. */
static void add_material(struct state *s, const struct proc_value *material)
{
    struct blob_row row;
    if (!blob_commit_ok(material->text)) {
        add(s, P_GOOD, material->key, "%s",
            strcmp(material->text, "paper") == 0 ? _("on paper, filed") : material->text);
    } else if (blob_find(s->home, material->text, &row) != GW_OK) {
        add(s, P_TEXT, material->key, _("attachment %.8s, not on this machine: gridward blob get"),
            material->text);
    } else {
        add(s, row.state == BLOB_DONE ? P_GOOD : P_WARN, material->key, _("attachment %.8s: %s"),
            material->text, blob_state_words(row.state));
    }
}

static void add_values(struct state *s, const struct ev_step *step)
{
    for (size_t i = 0; i < step->values_n; i++) {
        const struct proc_value *v = &step->values[i];
        if (strcmp(v->key, "happened_at") == 0) {
            continue; /* stands above */
        }
        const struct proc_field *field = field_of(s, step, v->key);
        const char *label = field != NULL ? words_in(&field->name) : v->key;
        char text[CONTEST_CELL];
        contest_print_value(field, v, text);
        add(s, v->erased ? P_DIM : P_TEXT, label, "%s", text);
    }
    for (size_t i = 0; i < step->materials_n; i++) {
        add_material(s, &step->materials[i]);
    }
}

static void add_others(struct state *s, const struct ev_step *step)
{
    for (size_t i = 0; i < ev_count(s->c.set); i++) {
        const struct ev_step *o = ev_at(s->c.set, i);
        bool names = (o->kind == PROC_CORRECT || o->kind == PROC_COSIGN) && o->target != NULL &&
                     strcmp(o->target, step->hash) == 0;
        char name[200];
        contest_name(&s->c, o, name, sizeof(name));
        if (names && o->kind == PROC_CORRECT) {
            add(s, P_WARN, _("Corrected by"), "%s  %.8s  %s", name, o->hash,
                o->reason != NULL ? o->reason : "");
            add_values(s, o);
        } else if (names) {
            add(s, P_GOOD, _("Signed by"), "%s  %.8s", name, o->hash);
        }
    }
}

/* The sentence without the step's name, which stands above all lines. */
static const char *without_name(const struct state *s, const struct ev_step *step, const char *text)
{
    static const char *const ends[] = {"。", ". "};
    const struct step_spec *spec = spec_of(s, step);
    const char *name = spec != NULL ? words_in(&spec->name) : "";
    size_t len = strlen(name);
    for (size_t i = 0; strncmp(text, name, len) == 0 && i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (len > 0 && strncmp(text + len, ends[i], strlen(ends[i])) == 0) {
            return text + len + strlen(ends[i]);
        }
    }
    return text;
}

static void add_findings(struct state *s, const struct ev_step *step)
{
    for (size_t i = 0; i < procedure_findings(s->c.state); i++) {
        const struct finding *f = procedure_finding(s->c.state, i);
        char text[640];
        if (f->slot != NULL && f->slot->record == step) {
            const char *rest = finding_rest(s->c.state, f, text, sizeof(text));
            add(s, paint_finding(f->kind), finding_word(f->kind), "%s",
                without_name(s, step, rest));
        }
    }
}

static void add_rivals(struct state *s, const struct ev_step *step)
{
    const struct slot *slot =
        step->kind == PROC_STEP ? procedure_slot_of(s->c.state, step->step, step->subject) : NULL;
    for (size_t i = 0; slot != NULL && i < slot->rivals_n; i++) {
        if (slot->rivals[i] != step) {
            char name[200];
            contest_name(&s->c, slot->rivals[i], name, sizeof(name));
            add(s, P_CRITICAL, _("Contested by"), "%s  %.8s", name, slot->rivals[i]->hash);
            add_values(s, slot->rivals[i]);
        }
    }
}

static void make_lines(struct state *s)
{
    const struct ev_step *step = ev_find(s->c.set, s->hash);
    s->list = (struct list){0};
    add(s, P_BOLD, _("Hash"), "%s", step->hash);
    char who[200];
    contest_name(&s->c, step, who, sizeof(who));
    add(s, P_TEXT, _("Recorded by"), "%s  %s", who, contest_role(step));
    add_time(s, _("Happened"), step->happened_at);
    add_time(s, _("Recorded"), ev_recorded_at(step));
    if (step->recv_at > 0) {
        add_time(s, _("Received by the server"), step->recv_at);
    }
    add_values(s, step);
    if (step->reason != NULL && step->reason[0] != '\0') {
        add(s, P_TEXT, _("Reason"), "%s", step->reason);
    }
    add_findings(s, step);
    add_rivals(s, step);
    add_others(s, step);
    s->label_cells = LABEL_MIN;
    for (size_t i = 0; i < s->list.n; i++) {
        int cells = gw_text_cells(s->lines[i].label, strlen(s->lines[i].label)) + 1;
        s->label_cells = cells > s->label_cells ? cells : s->label_cells;
    }
    s->label_cells = s->label_cells < LABEL_MAX ? s->label_cells : LABEL_MAX;
}

/* ---- the view */

static enum gw_err record_open(struct tui *t, struct view *view, const void *arg,
                               struct gw_fail *fail)
{
    const struct record_arg *in = arg;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    struct line *lines = calloc(LINES_MAX, sizeof(*lines));
    if (s == NULL || lines == NULL) {
        free(s);
        free(lines);
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    s->lines = lines;
    (void)snprintf(s->process, sizeof(s->process), "%s", in->process);
    (void)snprintf(s->hash, sizeof(s->hash), "%s", in->hash);
    s->home = t->home;
    enum gw_err err = process_load(t->home, s->process, tui_today(t), &s->c, fail);
    if (err == GW_OK && ev_find(s->c.set, s->hash) == NULL) {
        process_unload(&s->c);
        err = gw_fail_set(fail, GW_ABSENT, _("This record is not on this computer any more."));
    }
    if (err != GW_OK) {
        free(lines);
        free(s);
        return err;
    }
    make_lines(s);
    return GW_OK;
}

static void record_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)t;
    step_form_free(&s->form);
    process_unload(&s->c);
    free(s->lines);
    free(s);
}

static void record_changed(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    struct process_case fresh;
    char stamp[PROCESS_STAMP_MAX];
    process_stamp(t->home, s->process, tui_today(t), stamp);
    if (stamp[0] != '\0' && strcmp(stamp, s->stamp) == 0) {
        return; /* nothing of this procedure moved */
    }
    if (s->correcting || process_load(t->home, s->process, tui_today(t), &fresh, NULL) != GW_OK) {
        return;
    }
    if (ev_find(fresh.set, s->hash) == NULL) {
        process_unload(&fresh);
        return;
    }
    process_unload(&s->c);
    s->c = fresh;
    (void)snprintf(s->stamp, sizeof(s->stamp), "%s", stamp);
    make_lines(s);
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    screen_field(t->scr, P_HEAD, s->lines[i].label, s->label_cells);
    screen_rest(t->scr, s->lines[i].paint, s->lines[i].text);
}

/* The line under the cursor whole, when the row has cut it. */
static void draw_foot(struct tui *t, const struct state *s)
{
    const struct line *line = &s->lines[s->list.at];
    int room = screen_cols(t->scr) - 1 - s->label_cells;
    int row = t->body_end - FOOT_ROWS;
    for (int i = row; i < t->body_end; i++) {
        screen_line(t->scr, i, P_TEXT, "");
    }
    if (s->list.n > 0 && gw_text_cells(line->text, strlen(line->text)) > room) {
        (void)screen_wrap(t->scr, row, 0, FOOT_ROWS, P_BOLD, line->text);
    }
}

static void record_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    const struct ev_step *step = ev_find(s->c.set, s->hash);
    const struct step_spec *spec = spec_of(s, step);
    (void)dirty;
    screen_row(t->scr, t->body_top);
    screen_putf(t->scr, P_BOLD, "%s%s", s->correcting ? _("Correction: ") : "",
                spec != NULL ? words_in(&spec->name) : s->c.row.title);
    if (step->subject != NULL && step->subject[0] != '\0') {
        screen_putf(t->scr, P_BOLD, " · %s", step->subject);
    }
    (void)screen_row_end(t->scr, P_TEXT);
    if (s->correcting) {
        char hint[400];
        step_form_hint(&s->form, hint, sizeof(hint));
        screen_line(t->scr, t->body_top + 1, P_DIM, hint);
        step_form_draw(t, &s->form, t->body_top + 2);
    } else {
        int end = t->body_end;
        t->body_end -= FOOT_ROWS;
        list_draw(t, &s->list, t->body_top + 1, put, s);
        t->body_end = end;
        draw_foot(t, s);
    }
}

/* ---- correcting: only what is typed replaces something */

static void begin_correction(struct tui *t, struct state *s)
{
    const struct ev_step *step = ev_find(s->c.set, s->hash);
    const struct step_form_in in = {.rules = s->c.rules,
                                    .spec = spec_of(s, step),
                                    .subject = "",
                                    .anchor = s->c.row.polling_day,
                                    .now = tui_now(t),
                                    .correcting = true};
    if ((step->kind != PROC_STEP && step->kind != PROC_OPEN) ||
        (step->kind == PROC_STEP && in.spec == NULL)) {
        tui_say(t, _("Only steps and the opening record are corrected."), false);
        return;
    }
    s->correcting = step_form_new(&in, &s->form) == GW_OK;
    tui_touch(t, DIRTY_ALL);
}

static void end_correction(struct tui *t, struct state *s)
{
    step_form_free(&s->form);
    s->correcting = false;
    tui_touch(t, DIRTY_ALL);
}

static void written(struct tui *t, enum gw_err err, const struct gw_fail *fail, const char *good)
{
    if (err != GW_OK) {
        tui_say(t, fail->text, true);
        return;
    }
    tui_changed(t, UINT32_MAX);
    tui_say(t, good, false);
}

static void correct(struct tui *t, struct state *s)
{
    struct form_entry read;
    struct journal_entry entry;
    struct gw_fail fail = {0};
    char why[200];
    if (!step_form_read(&s->form, NULL, NULL, &read, why, sizeof(why))) {
        tui_say(t, why, false);
        return;
    }
    read.entry.target = s->hash;
    struct form_attached files;
    enum gw_err err = step_attach_files(t->home, s->process, &read, &files, &fail);
    if (err == GW_OK) {
        err = process_record(t->home, s->process, PROC_CORRECT, &read.entry, &entry, &fail);
        if (err != GW_OK) {
            step_attach_undo(t->home, &files);
        }
    }
    if (err == GW_OK) {
        end_correction(t, s);
    }
    written(t, err, &fail,
            _("The correction is recorded and signed; the old entry stays readable."));
}

static bool record_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    if (!s->correcting) {
        int digit = key_digit(key);
        if (digit == 1) {
            begin_correction(t, s);
        } else if (digit == 2) {
            view_cosign_begin(t, &s->c, s->hash);
        }
        return digit == 1 || digit == 2;
    }
    if (key->code == GK_ESC) {
        end_correction(t, s);
        return true;
    }
    enum form_answer answer = step_form_key(t, &s->form, key);
    if (answer == FORM_END || key->code == GK_F7) {
        correct(t, s);
        return true;
    }
    return answer == FORM_USED || key->code == GK_TEXT;
}

/* Against which it stands, side by side. */
static void open_contest(struct tui *t, const struct state *s)
{
    struct contest what;
    const struct contested_arg arg = {s->process, &what};
    if (contest_of(&s->c, ev_find(s->c.set, s->hash), &what)) {
        (void)tui_open(t, &view_contested, "", &arg);
    }
}

static bool record_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    if (req == REQ_OPEN && !s->correcting) {
        open_contest(t, s);
    }
    if (s->correcting || req == REQ_OPEN) {
        return true;
    }
    t->body_end -= FOOT_ROWS;
    bool used = list_request(t, &s->list, req, t->body_top + 1);
    t->body_end += FOOT_ROWS;
    return used;
}

static const char *record_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    struct contest what;
    (void)t;
    return s->correcting
               ? _("Type only what is wrong · Enter goes on, at the end records · Esc: nothing")
           : contest_of(&s->c, ev_find(s->c.set, s->hash), &what)
               ? _("Enter side by side · 1 correct · 2 sign as second person · Esc back")
               : _("1 correct · 2 sign as second person · Esc back");
}

const struct view_ops view_record = {
    .name = N_("Record"),
    .scope = SC_LIST,
    .text = true,
    .open = record_open,
    .close = record_close,
    .key = record_key,
    .request = record_request,
    .draw = record_draw,
    .changed = record_changed,
    .hint = record_hint,
};
