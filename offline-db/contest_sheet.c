/* The rows of a contest: who and when, then what each says, and the choices made so far. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "offline-db/blob.h"
#include "offline-db/contest.h"

#define HAPPENED "happened_at"

/* ---- what stands there */

static bool corrects(const struct ev_step *step, const struct ev_step *target)
{
    return step->kind == PROC_CORRECT && step->status != STEP_QUARANTINED && step->target &&
           strcmp(step->target, target->hash) == 0;
}

/* As its own people have corrected it since; rivals that are corrections stand as they are. */
const struct proc_value *contest_value_now(const struct process_case *c,
                                           const struct contest_sheet *s,
                                           const struct ev_step *rival, const char *key,
                                           bool material)
{
    const struct proc_value *now = contest_value(rival, key, material);
    for (size_t i = 0; !s->what.record && i < ev_count(c->set); i++) {
        const struct ev_step *step = ev_at(c->set, i);
        const struct proc_value *v =
            corrects(step, rival) ? contest_value(step, key, material) : NULL;
        now = v ? v : now;
    }
    return now;
}

int64_t contest_happened_now(const struct process_case *c, const struct contest_sheet *s,
                             const struct ev_step *rival)
{
    int64_t now = rival->happened_at;
    for (size_t i = 0; !s->what.record && i < ev_count(c->set); i++) {
        const struct ev_step *step = ev_at(c->set, i);
        now = corrects(step, rival) && step->happened_at != 0 ? step->happened_at : now;
    }
    return now;
}

static void print_time(int64_t ms, char out[CONTEST_CELL])
{
    char at[17] = "";
    if (ms > 0) {
        gw_time_local(ms, at);
    }
    (void)snprintf(out, CONTEST_CELL, "%s", at);
}

void contest_print_value(const struct proc_field *field, const struct proc_value *v,
                         char out[CONTEST_CELL])
{
    if (v->erased) {
        (void)snprintf(out, CONTEST_CELL, "%s", _("erased as the law asks"));
    } else if (!v->text && field && field->type == PROC_BOOL) {
        (void)snprintf(out, CONTEST_CELL, "%s", v->num != 0 ? _("yes") : _("no"));
    } else if (!v->text) {
        (void)snprintf(out, CONTEST_CELL, "%lld", (long long)v->num);
    } else {
        const char *text = v->text;
        for (size_t i = 0; field && i < field->values_n; i++) {
            text = strcmp(field->values[i].value, v->text) == 0 ? words_in(&field->values[i].name)
                                                                : text;
        }
        (void)snprintf(out, CONTEST_CELL, "%s", text);
    }
}

static void print_material(struct home *home, const struct proc_value *v, char out[CONTEST_CELL])
{
    struct blob_row row;
    const char *text = v->text ? v->text : "";
    if (!blob_commit_ok(text)) {
        (void)snprintf(out, CONTEST_CELL, "%s",
                       strcmp(text, "paper") == 0 ? _("on paper, filed") : text);
    } else if (blob_find(home, text, &row) == GW_OK) {
        (void)snprintf(out, CONTEST_CELL, _("attachment %.8s: %s"), text,
                       blob_state_words(row.state));
    } else {
        (void)snprintf(out, CONTEST_CELL, _("attachment %.8s, not on this machine"), text);
    }
}

static const char *receipt_of(const struct ev_step *step)
{
    return step->status == STEP_QUARANTINED ? _("quarantined, does not count")
           : step->seq >= 0                 ? _("with receipt")
                                            : _("not delivered yet");
}

void contest_cell(struct home *home, const struct process_case *c, const struct contest_sheet *s,
                  const struct contest_row *row, size_t rival, char out[CONTEST_CELL])
{
    const struct ev_step *step = s->what.rivals[rival];
    const struct proc_value *v;
    out[0] = '\0';
    switch (row->kind) {
    case CONTEST_BY:
        contest_name(c, step, out, CONTEST_CELL);
        break;
    case CONTEST_ROLE:
        (void)snprintf(out, CONTEST_CELL, "%s", contest_role(step));
        break;
    case CONTEST_RECORDED:
        print_time(ev_recorded_at(step), out);
        break;
    case CONTEST_RECEIPT:
        (void)snprintf(out, CONTEST_CELL, "%s", receipt_of(step));
        break;
    case CONTEST_HAPPENED:
        print_time(contest_happened_now(c, s, step), out);
        break;
    case CONTEST_TEMPLATE:
        (void)snprintf(out, CONTEST_CELL, "%s %lld", step->template_id ? step->template_id : "",
                       (long long)step->template_version);
        break;
    case CONTEST_REASON:
        (void)snprintf(out, CONTEST_CELL, "%s", step->reason ? step->reason : "");
        break;
    default:
        v = contest_value_now(c, s, step, row->key, row->kind == CONTEST_MATERIAL);
        if (v && row->kind == CONTEST_MATERIAL) {
            print_material(home, v, out);
        } else if (v) {
            contest_print_value(row->field, v, out);
        }
        break;
    }
}

/* ---- the rows */

struct reading {
    struct home *home;
    const struct process_case *c;
    struct contest_sheet *s;
};

/* A row that no rival fills is left out. */
static void add(const struct reading *r, struct contest_row row, bool content)
{
    char first[CONTEST_CELL], cell[CONTEST_CELL];
    bool any = false;
    if (r->s->rows_n == CONTEST_ROWS_MAX) {
        return;
    }
    for (size_t i = 0; i < r->s->what.rivals_n; i++) {
        contest_cell(r->home, r->c, r->s, &row, i, i == 0 ? first : cell);
        any = any || (i == 0 ? first : cell)[0] != '\0';
        row.differs = row.differs || (content && i > 0 && strcmp(first, cell) != 0);
    }
    if (any) {
        r->s->rows[r->s->rows_n++] = row;
    }
}

static bool has_row(const struct contest_sheet *s, enum contest_row_kind kind, const char *key)
{
    for (size_t i = 0; i < s->rows_n; i++) {
        if (s->rows[i].kind == kind && strcmp(s->rows[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static void add_value(const struct reading *r, const char *key, const struct proc_field *field)
{
    add(r,
        (struct contest_row){.kind = CONTEST_VALUE,
                             .label = field ? words_in(&field->name) : key,
                             .key = key,
                             .field = field},
        true);
}

static void add_fields(const struct reading *r, const struct proc_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add_value(r, fields[i].key, &fields[i]);
    }
}

static void add_material(const struct reading *r, const char *key, const char *label)
{
    add(r, (struct contest_row){.kind = CONTEST_MATERIAL, .label = label, .key = key}, true);
}

/* Members that the template does not know are shown by their keys. */
static void add_unknown(const struct reading *r)
{
    for (size_t i = 0; i < r->s->what.rivals_n; i++) {
        const struct ev_step *step = r->s->what.rivals[i];
        for (size_t k = 0; k < step->values_n; k++) {
            const char *key = step->values[k].key;
            if (strcmp(key, HAPPENED) != 0 && !has_row(r->s, CONTEST_VALUE, key)) {
                add_value(r, key, NULL);
            }
        }
        for (size_t k = 0; k < step->materials_n; k++) {
            if (!has_row(r->s, CONTEST_MATERIAL, step->materials[k].key)) {
                add_material(r, step->materials[k].key, step->materials[k].key);
            }
        }
    }
}

static void add_content(const struct reading *r, const struct step_spec *spec)
{
    const struct proc_template *t = r->c->rules->template_;
    if (spec) {
        add_fields(r, spec->fields, spec->fields_n);
        add_fields(r, spec->counts, spec->counts_n);
        for (size_t i = 0; i < spec->materials_n; i++) {
            add_material(r, spec->materials[i].key, words_in(&spec->materials[i].name));
        }
    } else if (!r->s->what.slot) {
        add_fields(r, t->open_fields, t->open_n);
    }
    add_unknown(r);
}

static const struct proc_field *open_field(const struct proc_template *t, const char *key)
{
    for (size_t i = 0; i < t->open_n; i++) {
        if (strcmp(t->open_fields[i].key, key) == 0) {
            return &t->open_fields[i];
        }
    }
    return NULL;
}

static const char *material_label(const struct step_spec *spec, const char *key)
{
    for (size_t i = 0; spec && i < spec->materials_n; i++) {
        if (strcmp(spec->materials[i].key, key) == 0) {
            return words_in(&spec->materials[i].name);
        }
    }
    return key;
}

/* Only the member they contest: what else they correct is not in question. */
static void add_member(const struct reading *r, const struct step_spec *spec)
{
    const struct contest *what = &r->s->what;
    if (strcmp(what->key, HAPPENED) == 0) {
        return; /* has its row above */
    }
    if (what->material) {
        add_material(r, what->key, material_label(spec, what->key));
    } else {
        add_value(r, what->key,
                  spec ? step_field(spec, what->key)
                       : open_field(r->c->rules->template_, what->key));
    }
}

/* ---- choices that were made already */

static bool had_seen_all(const struct process_case *c, const struct contest *what,
                         const struct ev_step *step)
{
    for (size_t i = 0; i < what->rivals_n; i++) {
        if (!ev_before(c->set, ev_index(c->set, what->rivals[i]), ev_index(c->set, step))) {
            return false;
        }
    }
    return true;
}

static bool same_value(const struct proc_value *a, const struct proc_value *b)
{
    bool text = a && b && a->text && b->text && strcmp(a->text, b->text) == 0;
    return text || (a && b && !a->text && !b->text && !a->erased && !b->erased && a->num == b->num);
}

/* Which rival the correction takes; SIZE_MAX: it is no choice between them. */
static size_t taken(const struct contest *what, const struct ev_step *step)
{
    size_t i = 0;
    if (!what->record) {
        while (i < what->rivals_n && !corrects(step, what->rivals[i])) {
            i++;
        }
        return i < what->rivals_n ? i : SIZE_MAX;
    }
    bool time = strcmp(what->key, HAPPENED) == 0;
    const struct proc_value *v = contest_value(step, what->key, what->material);
    if (!corrects(step, what->record) || (time ? step->happened_at == 0 : !v)) {
        return SIZE_MAX;
    }
    while (i < what->rivals_n &&
           (time ? step->happened_at != what->rivals[i]->happened_at
                 : !same_value(v, contest_value(what->rivals[i], what->key, what->material)))) {
        i++;
    }
    return i;
}

static void read_choices(const struct process_case *c, struct contest_sheet *s)
{
    for (size_t i = 0; i < ev_count(c->set) && s->choices_n < CONTEST_CHOICES_MAX; i++) {
        const struct ev_step *step = ev_at(c->set, i);
        size_t rival = step->kind == PROC_CORRECT ? taken(&s->what, step) : SIZE_MAX;
        if (rival != SIZE_MAX && had_seen_all(c, &s->what, step)) {
            s->choices[s->choices_n++] =
                (struct contest_choice){step, rival, procedure_cosigned(c->state, step)};
        }
    }
}

void contest_read(struct home *home, const struct process_case *c, const struct contest *what,
                  struct contest_sheet *out)
{
    const struct step_spec *spec = what->slot ? what->slot->spec : NULL;
    const struct reading r = {home, c, out};
    bool time = !what->key || strcmp(what->key, HAPPENED) == 0;
    *out = (struct contest_sheet){.what = *what};
    add(&r, (struct contest_row){.kind = CONTEST_BY, .label = _("Recorded by"), .key = ""}, false);
    add(&r, (struct contest_row){.kind = CONTEST_ROLE, .label = _("Role"), .key = ""}, false);
    if (time) {
        add(&r,
            (struct contest_row){.kind = CONTEST_HAPPENED, .label = _("Happened"), .key = HAPPENED},
            true);
    }
    add(&r, (struct contest_row){.kind = CONTEST_RECORDED, .label = _("Recorded"), .key = ""},
        false);
    add(&r, (struct contest_row){.kind = CONTEST_RECEIPT, .label = _("Receipt"), .key = ""}, false);
    if (!what->slot && !what->record) {
        add(&r,
            (struct contest_row){
                .kind = CONTEST_TEMPLATE, .label = _("Template"), .key = "template"},
            true);
    }
    if (what->record) {
        add_member(&r, spec);
    } else {
        add_content(&r, spec);
    }
    add(&r, (struct contest_row){.kind = CONTEST_REASON, .label = _("Reason"), .key = ""}, false);
    read_choices(c, out);
}

/* The member has the only row with its key. */
static const char *member_name(const struct contest_sheet *s)
{
    for (size_t i = 0; i < s->rows_n; i++) {
        if (strcmp(s->rows[i].key, s->what.key) == 0) {
            return s->rows[i].label;
        }
    }
    return s->what.key;
}

void contest_title(const struct contest_sheet *s, char *out, size_t size)
{
    const struct slot *slot = s->what.slot;
    const char *dot = s->what.key ? " · " : "";
    const char *member = s->what.key ? member_name(s) : "";
    if (!slot) {
        (void)snprintf(out, size, "%s%s%s", _("Opening of the procedure"), dot, member);
        return;
    }
    (void)snprintf(out, size, "%s %s%s%s%s%s", slot->step,
                   slot->spec ? words_in(&slot->spec->name) : "", slot->subject[0] ? " · " : "",
                   slot->subject, dot, member);
}
