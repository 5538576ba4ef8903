/* Before something is written: what is impossible, and what the console does not issue. */
#include "model/procedure_p.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { GRACE_MS = 60 * 1000 }; /* clocks are compared to about a second, people round to minutes */

/* ---- the impossible */

/* Members of process.open that every procedure has, also when its template does not list them. */
static bool is_common(const char *key)
{
    static const char *const keys[] = {"kind", "mode", "title", "division", "term"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_choice(const struct proc_field *field, const char *text)
{
    for (size_t i = 0; i < field->values_n; i++) {
        if (strcmp(field->values[i].value, text) == 0) {
            return true;
        }
    }
    return false;
}

static enum gw_err refuse_number(const struct proc_field *field, const struct proc_value *v,
                                 struct gw_fail *fail)
{
    const char *name = words_in(&field->name);
    if (v->text) {
        return gw_fail_set(fail, GW_INVALID, _("“%s” must be a number."), name);
    }
    if (v->num < field->min) {
        return gw_fail_set(fail, GW_INVALID,
                           _("“%1$s” cannot be %2$lld; the least possible is %3$lld."), name,
                           (long long)v->num, (long long)field->min);
    }
    if (v->num > field->max) {
        return gw_fail_set(fail, GW_INVALID,
                           _("“%1$s” cannot be %2$lld; the most possible is %3$lld."), name,
                           (long long)v->num, (long long)field->max);
    }
    return GW_OK;
}

static enum gw_err refuse_day(const char *name, const struct proc_value *v, struct gw_fail *fail)
{
    gw_day day;
    if (!v->text || (v->text[0] != '\0' && !day_parse(v->text, &day))) {
        return gw_fail_set(fail, GW_INVALID, _("“%s” must be a day that exists, like 2026-06-18."),
                           name);
    }
    return GW_OK;
}

static enum gw_err refuse_choice(const struct proc_field *field, const struct proc_value *v,
                                 struct gw_fail *fail)
{
    if (!v->text || (v->text[0] != '\0' && !is_choice(field, v->text))) {
        return gw_fail_set(fail, GW_INVALID, _("“%s” must be one of the values of its list."),
                           words_in(&field->name));
    }
    return GW_OK;
}

static enum gw_err refuse_value(const struct proc_field *field, const struct proc_value *v,
                                struct gw_fail *fail)
{
    const char *name = words_in(&field->name);
    switch (field->type) {
    case PROC_INT:
        return refuse_number(field, v, fail);
    case PROC_DAY:
        return refuse_day(name, v, fail);
    case PROC_CHOICE:
        return refuse_choice(field, v, fail);
    case PROC_TIME:
        if (v->text || v->num < 0) {
            return gw_fail_set(fail, GW_INVALID, _("“%s” must be a time."), name);
        }
        return GW_OK;
    case PROC_BOOL:
        if (v->text || (v->num != 0 && v->num != 1)) {
            return gw_fail_set(fail, GW_INVALID, _("“%s” must be yes or no."), name);
        }
        return GW_OK;
    case PROC_TEXT:
    case PROC_PERSON:
    case PROC_PEOPLE:
    case PROC_DOCUMENT:
        if (!v->text) {
            return gw_fail_set(fail, GW_INVALID, _("“%s” must be a text."), name);
        }
        return GW_OK;
    }
    return GW_OK;
}

static enum gw_err refuse_moment(const struct refuse_in *in, struct gw_fail *fail)
{
    if (in->latest_ms == 0 || in->happened_at <= in->latest_ms + GRACE_MS) {
        return GW_OK;
    }
    char day[DAY_TEXT + 1];
    day_print(day_of_ms(in->latest_ms), day);
    return gw_fail_set(
        fail, GW_INVALID,
        _("It cannot have happened yet: the latest moment known here is on %s. Check "
          "the day and the time."),
        day);
}

enum gw_err procedure_refuse(const struct refuse_in *in, struct gw_fail *fail)
{
    const struct proc_template *t = in->rules->template_;
    bool open = strcmp(in->step, "open") == 0;
    const struct step_spec *spec = open ? NULL : template_step(t, in->step);
    if (!open && !spec) {
        return gw_fail_set(fail, GW_INVALID, _("The template has no step “%s”."), in->step);
    }
    for (size_t i = 0; i < in->values_n; i++) {
        const struct proc_value *v = &in->values[i];
        const struct proc_field *field =
            open ? template_open_field(t, v->key) : step_field(spec, v->key);
        if (v->erased || strcmp(v->key, "happened_at") == 0 ||
            (open && !field && is_common(v->key))) {
            continue;
        }
        enum gw_err err =
            field ? refuse_value(field, v, fail)
                  : gw_fail_set(fail, GW_INVALID, _("The step “%1$s” has no entry “%2$s”."),
                                in->step, v->key);
        if (err != GW_OK) {
            return err;
        }
    }
    return refuse_moment(in, fail);
}

/* ---- what a step stands on: the steps that its needs by law and its checks name */

static void mark(const struct proc_template *t, const char *step, bool *marks)
{
    const struct step_spec *spec = step ? template_step(t, step) : NULL;
    if (spec) {
        marks[proc_spec_index(t, spec)] = true;
    }
}

static void mark_checks(const struct proc_template *t, const struct check *checks, size_t n,
                        bool *marks)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < checks[i].left_n; k++) {
            mark(t, checks[i].left[k].step, marks);
        }
        for (size_t k = 0; k < checks[i].right_n; k++) {
            mark(t, checks[i].right[k].step, marks);
        }
    }
}

static void mark_direct(const struct proc_template *t, const struct step_spec *spec, bool *marks)
{
    for (size_t i = 0; i < spec->needs_n; i++) {
        if (spec->needs[i].cite.law) {
            mark(t, spec->needs[i].step, marks);
        }
    }
    mark_checks(t, spec->checks, spec->checks_n, marks);
    mark_checks(t, spec->when, spec->when_n, marks);
}

static size_t count_marks(const struct proc_template *t, const bool *marks)
{
    size_t n = 0;
    for (size_t i = 0; i < t->steps_n; i++) {
        n += marks[i];
    }
    return n;
}

/* Until nothing is added: at most once per step. */
static void mark_all(const struct proc_template *t, bool *marks)
{
    size_t before;
    do {
        before = count_marks(t, marks);
        for (size_t i = 0; i < t->steps_n; i++) {
            if (marks[i]) {
                mark_direct(t, &t->steps[i], marks);
            }
        }
    } while (count_marks(t, marks) > before);
}

struct ground {
    const struct procedure *p;
    const struct step_spec *spec;
    bool *direct, *all;
};

/* Of the steps it names itself everything blocks. Further back only what can still be put right:
 * wrong figures and contested records; a day that was missed there stays marked for ever, and who
 * decides about it is the remedy's matter. */
static bool blocks(const struct ground *g, const struct finding_in *f)
{
    enum finding_kind kind = f->pub.kind;
    bool grave = kind == FIND_BREACH || kind == FIND_CONTESTED;
    bool open = kind == FIND_MISSING || kind == FIND_WAITS;
    if (!f->pub.slot) {
        return grave || open;
    }
    if (!f->pub.spec || f->pub.spec == g->spec) {
        return false;
    }
    size_t i = proc_spec_index(g->p->t, f->pub.spec);
    if (g->direct[i]) {
        return grave || (open && f->pub.slot->state != SLOT_OPEN);
    }
    return g->all[i] && grave && f->origin != ORIGIN_TIME && f->origin != ORIGIN_NEED;
}

static enum gw_err block_findings(const struct ground *g, struct gw_fail *fail)
{
    char text[GW_FAIL_TEXT];
    for (size_t i = 0; i < g->p->findings_n; i++) {
        if (blocks(g, &g->p->findings[i])) {
            (void)finding_print(g->p, &g->p->findings[i].pub, text, sizeof text); /* may be cut */
            return gw_fail_set(fail, GW_REFUSED, _("“%1$s” cannot be issued yet. %2$s"),
                               words_in(&g->spec->name), text);
        }
    }
    return GW_OK;
}

static enum gw_err block_needs(const struct ground *g, struct gw_fail *fail)
{
    const struct procedure *p = g->p;
    for (size_t i = 0; i < g->spec->needs_n; i++) {
        const struct need *need = &g->spec->needs[i];
        const struct step_spec *needed = template_step(p->t, need->step);
        size_t k = proc_spec_index(p->t, needed);
        if (need->cite.law && needed && p->cal[k].applies && !p->wholes[k].there) {
            return gw_fail_set(fail, GW_REFUSED,
                               _("“%1$s” cannot be issued yet: “%2$s” is not there."),
                               words_in(&g->spec->name), words_in(&needed->name));
        }
    }
    return GW_OK;
}

/* Its own checks, as far as they name others: what they say must be known. */
static enum gw_err block_terms(const struct ground *g, const struct term *terms, size_t n,
                               struct gw_fail *fail)
{
    for (size_t i = 0; i < n; i++) {
        int64_t value;
        if (terms[i].kind == TERM_OWN) {
            continue;
        }
        enum term_state state = proc_term(g->p, NULL, &terms[i], &value);
        if (state == TERM_WAITS) {
            const struct rule_number *number = ruleset_number(g->p->in.rules, terms[i].key);
            return gw_fail_set(fail, GW_REFUSED,
                               _("“%1$s” cannot be issued yet: “%2$s” is to be confirmed by the "
                                 "district."),
                               words_in(&g->spec->name),
                               number ? words_in(&number->name) : terms[i].key);
        }
        const struct step_spec *of = terms[i].step ? template_step(g->p->t, terms[i].step) : NULL;
        if (state == TERM_NOT_YET && of && !of->subjects) {
            return gw_fail_set(fail, GW_REFUSED,
                               _("“%1$s” cannot be issued yet: “%2$s” is not there."),
                               words_in(&g->spec->name), words_in(&of->name));
        }
    }
    return GW_OK;
}

static enum gw_err block_checks(const struct ground *g, struct gw_fail *fail)
{
    for (size_t i = 0; i < g->spec->checks_n; i++) {
        const struct check *check = &g->spec->checks[i];
        enum gw_err err = block_terms(g, check->left, check->left_n, fail);
        err = err == GW_OK ? block_terms(g, check->right, check->right_n, fail) : err;
        if (err != GW_OK) {
            return err;
        }
    }
    return GW_OK;
}

/* A day that the law sets and that is not here yet. */
static enum gw_err block_day(const struct ground *g, struct gw_fail *fail)
{
    for (size_t i = 0; i < g->spec->times_n; i++) {
        struct bounds b = NO_BOUNDS;
        char day[DAY_TEXT + 1];
        (void)proc_rule_bounds(g->p, NULL, &g->spec->times[i], &b); /* what waits sets no day */
        bool law = time_rule_cite(g->p->in.rules, &g->spec->times[i]).law != NULL;
        if (law && b.earliest != DAY_NONE && g->p->in.today < b.earliest) {
            day_print(b.earliest, day);
            return gw_fail_set(fail, GW_REFUSED, _("“%1$s” cannot be issued before %2$s."),
                               words_in(&g->spec->name), day);
        }
    }
    return GW_OK;
}

static enum gw_err block_all(const struct ground *g, struct gw_fail *fail)
{
    if (proc_applies(g->p, NULL, g->spec) == BROKEN) {
        return gw_fail_set(fail, GW_REFUSED, _("“%s” does not apply to this procedure."),
                           words_in(&g->spec->name));
    }
    enum gw_err (*const parts[])(const struct ground *, struct gw_fail *) = {
        block_needs, block_findings, block_checks, block_day};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        enum gw_err err = parts[i](g, fail);
        if (err != GW_OK) {
            return err;
        }
    }
    return GW_OK;
}

enum gw_err procedure_block(const struct procedure *p, const char *step, struct gw_fail *fail)
{
    const struct step_spec *spec = template_step(p->t, step);
    if (!spec || !spec->issues) {
        return GW_OK;
    }
    struct ground g = {p, spec, calloc(p->t->steps_n, 1), calloc(p->t->steps_n, 1)};
    enum gw_err err = GW_NOMEM;
    if (g.direct && g.all) {
        mark_direct(p->t, spec, g.direct);
        mark_direct(p->t, spec, g.all);
        mark_all(p->t, g.all);
        err = block_all(&g, fail);
    }
    free(g.direct);
    free(g.all);
    return err;
}
