/* Whether every name of a template leads somewhere. A rule that could never be judged must not look
 * like one that is kept: it is refused when the file is loaded. */
#include <string.h>

#include "base/i18n.h"
#include "rules/template_load_p.h"

struct place {
    struct reader *r;
    const struct ruleset *set;
    const struct proc_template *t;
    const struct step_spec *step; /* NULL: open */
};
enum want { WANT_NUMBER, WANT_DAY, WANT_ANY };

/* What every process.open holds besides the template's own fields. */
static bool open_has(const char *key)
{
    static const char *const keys[] = {"kind", "mode", "title", "division", "term"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static void names_nothing(const struct place *p, const struct term *term, const char *member)
{
    read_refuse(p->r,
                _("“%s” in “%s” names nothing: there is no such step, field or number. Nothing of "
                  "this is used; look how it is written."),
                term->text, member);
}

static const struct proc_field *field_named(const struct place *p, const struct term *term)
{
    bool open = term->kind == TERM_OPEN || (term->kind == TERM_OWN && p->step == NULL);
    const struct step_spec *step = term->kind == TERM_OWN ? p->step
                                   : open                 ? NULL
                                                          : template_step(p->t, term->step);
    if (open) {
        return template_open_field(p->t, term->key);
    }
    return step != NULL ? step_field(step, term->key) : NULL;
}

static bool type_fits(const struct term *term, enum proc_field_type type, enum want want)
{
    bool number = type == PROC_INT || type == PROC_BOOL;
    switch (want) {
    case WANT_DAY:
        return type == PROC_DAY;
    case WANT_NUMBER:
        return number || (type == PROC_DAY && term->kind != TERM_SUM);
    default:
        return term->kind != TERM_SUM || number;
    }
}

/* Of a step with subjects the record of the same subject is meant; who has no subject cannot say
 * which. */
static void subject_check(const struct place *p, const struct term *term, const char *member)
{
    const struct step_spec *other = template_step(p->t, term->step);
    if (other != NULL && other->subjects && (p->step == NULL || !p->step->subjects)) {
        read_refuse(
            p->r,
            _("“%s” in “%s”: that step is recorded once per subject and this one is not, so "
              "no record is meant. Nothing of this is used; write sum: or n: before it."),
            term->text, member);
    }
}

static void field_check(const struct place *p, const struct term *term, enum want want,
                        const char *member)
{
    const struct proc_field *field = field_named(p, term);
    bool by_itself = term->kind == TERM_STEP && strcmp(term->key, "happened") == 0 &&
                     template_step(p->t, term->step) != NULL;
    by_itself = by_itself || (term->kind == TERM_OPEN && want == WANT_ANY && open_has(term->key));
    if (field == NULL && !by_itself) {
        names_nothing(p, term, member);
    } else if (field != NULL && !type_fits(term, field->type, want)) {
        read_refuse(
            p->r,
            want == WANT_DAY
                ? _("“%s” in “%s” is no day. Nothing of this is used; name a day.")
                : _("“%s” in “%s” has no number to compare. Nothing of this is used; name a "
                    "count, a number, a day or a yes or no."),
            term->text, member);
    } else if (term->kind == TERM_STEP) {
        subject_check(p, term, member);
    }
}

static void term_check(const struct place *p, const struct term *term, enum want want,
                       const char *member)
{
    switch (term->kind) {
    case TERM_CONST:
        return;
    case TERM_NUMBER:
        if (ruleset_number(p->set, term->key) == NULL) {
            names_nothing(p, term, member);
        }
        return;
    case TERM_COUNT:
        if (template_step(p->t, term->step) == NULL) {
            names_nothing(p, term, member);
        }
        return;
    default:
        field_check(p, term, want, member);
    }
}

static void cite_check(const struct place *p, const struct citation *cite)
{
    if (cite->law != NULL && ruleset_source(p->set, cite->law) == NULL) {
        read_refuse(p->r,
                    _("The source “%s” stands in none of the law files that go with it. Nothing of "
                      "this is used; add it to their sources."),
                    cite->law);
    }
}

/* A share stands under a fraction and nowhere else: adding it to people means nothing. */
static bool is_share(const struct place *p, const struct term *term)
{
    const struct rule_number *number =
        term->kind == TERM_NUMBER ? ruleset_number(p->set, term->key) : NULL;
    return number != NULL && strcmp(number->unit, "share") == 0;
}

static void side_check(const struct place *p, const struct term *terms, size_t n,
                       const char *member)
{
    for (size_t i = 0; i < n; i++) {
        term_check(p, &terms[i], WANT_NUMBER, member);
        if (is_share(p, &terms[i])) {
            read_wrong(p->r, member);
        }
    }
}

/* A name that leads to a field of one of these types; a person who is read from a number would file
 * nobody for ever. */
enum {
    AS_NAME = 1U << PROC_PERSON | 1U << PROC_PEOPLE | 1U << PROC_TEXT,
    AS_WORD = 1U << PROC_CHOICE | 1U << PROC_BOOL,
    AS_TEXT = 1U << PROC_TEXT
};

static void value_check(const struct place *p, const struct term *term, unsigned types,
                        const char *member)
{
    if (term->text == NULL) {
        return;
    }
    const struct proc_field *field = field_named(p, term);
    if (field == NULL) {
        names_nothing(p, term, member);
    } else if ((types >> field->type & 1U) == 0) {
        read_wrong(p->r, member);
    } else if (term->kind == TERM_STEP) {
        subject_check(p, term, member);
    }
}

/* A value that the field can have: a typing error would file nobody for ever. */
static void where_check(const struct place *p, const struct where_value *where)
{
    value_check(p, &where->term, AS_WORD, "where");
    const struct proc_field *field = p->r->err == GW_OK ? field_named(p, &where->term) : NULL;
    if (field == NULL) {
        return;
    }
    bool found =
        field->type == PROC_BOOL && (strcmp(where->is, "yes") == 0 || strcmp(where->is, "no") == 0);
    for (size_t i = 0; i < field->values_n; i++) {
        found = found || strcmp(field->values[i].value, where->is) == 0;
    }
    if (!found) {
        read_wrong(p->r, where->term.text);
    }
}

static void checks_check(const struct place *p, const struct check *checks, size_t n)
{
    for (size_t i = 0; p->r->err == GW_OK && i < n; i++) {
        read_enter(p->r, checks[i].id, SIZE_MAX);
        side_check(p, checks[i].left, checks[i].left_n, "left");
        side_check(p, checks[i].right, checks[i].right_n, "right");
        if (checks[i].den_of.text != NULL) {
            term_check(p, &checks[i].den_of, WANT_NUMBER, "den");
            if (!is_share(p, &checks[i].den_of)) {
                read_wrong(p->r, "den");
            }
        }
        if (checks[i].only.text != NULL) {
            term_check(p, &checks[i].only, WANT_NUMBER, "only");
        }
        for (size_t k = 0; k < checks[i].where_n; k++) {
            where_check(p, &checks[i].where[k]);
        }
        cite_check(p, &checks[i].cite);
        read_leave(p->r);
    }
}

static void time_check(const struct place *p, const struct time_rule *time)
{
    const struct proc_field *of = time->of != NULL ? step_field(p->step, time->of) : NULL;
    term_check(p, &time->ref, WANT_DAY, "ref");
    term_check(p, &time->days, WANT_NUMBER, "days");
    const struct rule_number *days =
        time->days.kind == TERM_NUMBER ? ruleset_number(p->set, time->days.key) : NULL;
    if (days != NULL && strcmp(days->unit, "day") != 0) {
        read_wrong(p->r, "days");
    }
    if (time->of != NULL && (of == NULL || of->type != PROC_DAY)) {
        read_wrong(p->r, "of");
    }
    cite_check(p, &time->cite);
}

static void fields_check(const struct place *p, const struct proc_field *fields, size_t n)
{
    for (size_t i = 0; p->r->err == GW_OK && i < n; i++) {
        if (fields[i].prefill_term != NULL) {
            read_enter(p->r, fields[i].key, SIZE_MAX);
            term_check(p, fields[i].prefill_term, WANT_ANY, "prefill");
            read_leave(p->r);
        }
    }
}

static void office_check(const struct place *p, const struct office_rule *rule)
{
    value_check(p, &rule->person, AS_NAME, "person");
    value_check(p, &rule->resident, AS_TEXT, "resident");
    value_check(p, &rule->post_of, AS_WORD, "post_of");
    value_check(p, &rule->cause_of, AS_WORD, "cause_of");
    if (!rule->by_subject) {
        value_check(p, &rule->group, AS_TEXT, "group");
    } else if (!p->step->subjects) {
        read_wrong(p->r, "group");
    }
    term_check(p, &rule->on, WANT_DAY, "since, on");
    if (rule->until.text != NULL) {
        term_check(p, &rule->until, WANT_DAY, "until");
    }
    if (rule->years.text != NULL) {
        term_check(p, &rule->years, WANT_NUMBER, "years");
    }
    for (size_t i = 0; i < rule->where_n; i++) {
        where_check(p, &rule->where[i]);
    }
    cite_check(p, &rule->bar_cite);
}

static void offices_check(const struct place *p, const struct office_rule *rules, size_t n,
                          const char *member)
{
    for (size_t i = 0; p->r->err == GW_OK && i < n; i++) {
        read_enter(p->r, member, i);
        office_check(p, &rules[i]);
        read_leave(p->r);
    }
}

static void needs_check(const struct place *p)
{
    for (size_t i = 0; i < p->step->needs_n; i++) {
        const struct need *need = &p->step->needs[i];
        if (template_step(p->t, need->step) == NULL) {
            read_refuse(p->r,
                        _("“%s” in “needs” is no step of this template. Nothing of this is used; "
                          "look how it is written."),
                        need->step);
        }
        cite_check(p, &need->cite);
    }
}

static void step_check(const struct place *p)
{
    const struct step_spec *step = p->step;
    checks_check(p, step->when, step->when_n);
    checks_check(p, step->checks, step->checks_n);
    needs_check(p);
    for (size_t i = 0; p->r->err == GW_OK && i < step->times_n; i++) {
        read_enter(p->r, step->times[i].id, SIZE_MAX);
        time_check(p, &step->times[i]);
        read_leave(p->r);
    }
    if (step->planned) {
        term_check(p, &step->plan_ref, WANT_DAY, "plan");
    }
    fields_check(p, step->fields, step->fields_n);
    fields_check(p, step->counts, step->counts_n);
    offices_check(p, step->files, step->files_n, "files");
    offices_check(p, step->ends, step->ends_n, "ends");
}

/* ---- over the whole template */

/* Steps that need each other in a ring could never be done: take away what needs nothing that is
 * left, until nothing can be taken. */
static void rings_check(struct reader *r, const struct proc_template *t)
{
    bool free_[READ_LIST_MAX] = {false};
    const struct step_spec *left = NULL;
    for (bool changed = true; changed;) {
        changed = false;
        left = NULL;
        for (size_t i = 0; i < t->steps_n; i++) {
            bool held = false;
            for (size_t k = 0; k < t->steps[i].needs_n; k++) {
                const struct step_spec *other = template_step(t, t->steps[i].needs[k].step);
                held = held || !free_[other - t->steps];
            }
            changed = changed || (!held && !free_[i]);
            free_[i] = free_[i] || !held;
            left = free_[i] || left != NULL ? left : &t->steps[i];
        }
    }
    if (left != NULL) {
        read_refuse(
            r,
            _("Step “%s” needs in the end itself, so it could never be done. Nothing of this "
              "is used; take one of the needs away."),
            left->id);
    }
}

struct ids {
    struct reader *r;
    const char **seen;
    size_t n;
};

static void id_add(struct ids *ids, const char *id)
{
    ids->seen[ids->n] = id;
    read_fresh(ids->r, ids->seen, sizeof(ids->seen[0]), ids->n++);
}

/* Checks and times share one space of names: a finding names its rule by it. */
static void ids_check(struct reader *r, const struct proc_template *t)
{
    size_t total = t->open_checks_n;
    for (size_t i = 0; i < t->steps_n; i++) {
        total += t->steps[i].when_n + t->steps[i].checks_n + t->steps[i].times_n;
    }
    struct ids ids = {.r = r, .seen = read_alloc(r, total, sizeof(ids.seen[0]))};
    if (ids.seen == NULL) {
        return;
    }
    for (size_t i = 0; i < t->open_checks_n; i++) {
        id_add(&ids, t->open_checks[i].id);
    }
    for (size_t i = 0; i < t->steps_n; i++) {
        const struct step_spec *step = &t->steps[i];
        for (size_t k = 0; k < step->when_n; k++) {
            id_add(&ids, step->when[k].id);
        }
        for (size_t k = 0; k < step->checks_n; k++) {
            id_add(&ids, step->checks[k].id);
        }
        for (size_t k = 0; k < step->times_n; k++) {
            id_add(&ids, step->times[k].id);
        }
    }
}

void template_resolve(struct reader *r, const struct ruleset *set, const struct proc_template *t)
{
    struct place p = {.r = r, .set = set, .t = t};
    if (r->err != GW_OK) {
        return;
    }
    const struct proc_field *anchor = template_open_field(t, t->anchor);
    if (anchor == NULL || anchor->type != PROC_DAY) {
        read_wrong(r, "anchor");
    }
    read_enter(r, "open", SIZE_MAX);
    checks_check(&p, t->open_checks, t->open_checks_n);
    fields_check(&p, t->open_fields, t->open_n);
    read_leave(r);
    for (size_t i = 0; r->err == GW_OK && i < t->steps_n; i++) {
        p.step = &t->steps[i];
        read_enter(r, p.step->id, SIZE_MAX);
        step_check(&p);
        read_leave(r);
    }
    if (r->err == GW_OK) {
        rings_check(r, t);
        ids_check(r, t);
    }
}
