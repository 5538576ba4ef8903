/* What one procedure says about who holds which office. */
#include "model/office.h"

#include <stdio.h>
#include <string.h>

#include "model/procedure_p.h"

#define LIST_SEPARATOR "、" /* of names in a field of type people */

struct take {
    const struct procedure *p;
    struct gw_arena *arena;
    struct office_fact *facts; /* NULL while they are only counted */
    size_t n;
    bool nomem;
};

/* ---- values seen from a record */

static const struct proc_value *value_of(const struct procedure *p, const struct slot *slot,
                                         const struct term *term)
{
    switch (term->kind) {
    case TERM_OWN:
        return procedure_value(p, slot->step, slot->subject, term->key);
    case TERM_OPEN:
        return procedure_value(p, "open", "", term->key);
    case TERM_STEP: {
        /* the same subject's, when that step has subjects */
        const struct proc_value *same = procedure_value(p, term->step, slot->subject, term->key);
        return same ? same : procedure_value(p, term->step, "", term->key);
    }
    default:
        return NULL;
    }
}

static const char *text_of(const struct procedure *p, const struct slot *slot,
                           const struct term *term)
{
    const struct proc_value *v = term->text ? value_of(p, slot, term) : NULL;
    return v && !v->erased && v->text ? v->text : "";
}

static gw_day day_of(const struct procedure *p, const struct slot *slot, const struct term *term)
{
    int64_t num;
    if (!term->text || procedure_term(p, slot, term, &num) != TERM_VALUE || num <= INT32_MIN / 2 ||
        num >= INT32_MAX / 2) {
        return DAY_NONE;
    }
    return (gw_day)num;
}

/* The same date so many years later is the last day: the first does not count, and where the month
 * has no such day it ends with the month (民法典 201, 202). */
static gw_day term_end(gw_day since, int64_t years)
{
    char from[DAY_TEXT + 1];
    char to[2 * DAY_TEXT];
    gw_day end;
    int year = day_year(since);
    if (year == 0 || years <= 0 || years > 99) {
        return DAY_NONE;
    }
    day_print(since, from);
    (void)snprintf(to, sizeof to, "%04d%s", year + (int)years, from + 4);
    if (!day_parse(to, &end)) {
        (void)snprintf(to, sizeof to, "%04d-02-28", year + (int)years);
        return day_parse(to, &end) ? end : DAY_NONE;
    }
    return end;
}

static gw_day until_of(const struct procedure *p, const struct slot *slot,
                       const struct office_rule *rule, gw_day since)
{
    int64_t years;
    gw_day until = day_of(p, slot, &rule->until);
    if (until != DAY_NONE || !rule->years.text) {
        return until;
    }
    return procedure_term(p, slot, &rule->years, &years) == TERM_VALUE ? term_end(since, years)
                                                                       : DAY_NONE;
}

/* ---- one fact per name */

static void add(struct take *t, const struct office_fact *fact)
{
    if (t->facts) {
        t->facts[t->n] = *fact;
    }
    t->n++;
}

/* A list of names files each of them. unnamed: says something without a name, too. */
static void add_each(struct take *t, struct office_fact *fact, const char *names, bool unnamed)
{
    if (*names == '\0') {
        fact->name = "";
        if (unnamed) {
            add(t, fact);
        }
        return;
    }
    for (size_t k = 0; *names != '\0' && k < OFFICE_NAMES_MAX; k++) {
        const char *end = strstr(names, LIST_SEPARATOR);
        size_t len = end ? (size_t)(end - names) : strlen(names);
        if (strspn(names, " ") < len) {
            fact->name = t->facts ? gw_arena_textn(t->arena, names, len) : "";
            t->nomem = t->nomem || !fact->name;
            add(t, fact);
        }
        names += len + (end ? strlen(LIST_SEPARATOR) : 0);
    }
}

/* Who must be named: without a name (erased, or not sent here) the office is held, or ended, all
 * the same. */
static bool must_be(const struct procedure *p, const struct slot *slot, const struct term *person)
{
    const struct step_spec *spec = person->kind == TERM_STEP  ? template_step(p->t, person->step)
                                   : person->kind == TERM_OWN ? slot->spec
                                                              : NULL;
    const struct proc_field *f = !person->text ? NULL
                                 : spec        ? step_field(spec, person->key)
                                               : template_open_field(p->t, person->key);
    return f && f->required;
}

static bool slot_waits(const struct procedure *p, const struct slot *slot, const struct term *term)
{
    if (!term->text || term->kind != TERM_STEP) {
        return false;
    }
    const struct slot *other = procedure_slot_of(p, term->step, slot->subject);
    other = other ? other : procedure_slot_of(p, term->step, "");
    return other && other->state == SLOT_SECOND;
}

/* Of its own record, and of those that say when and whether. */
static bool rule_waits(const struct procedure *p, const struct slot *slot,
                       const struct office_rule *rule)
{
    bool waits = slot->state == SLOT_SECOND || slot_waits(p, slot, &rule->on) ||
                 slot_waits(p, slot, &rule->person);
    for (size_t i = 0; i < rule->where_n; i++) {
        waits = waits || slot_waits(p, slot, &rule->where[i].term);
    }
    return waits;
}

static void take_rule(struct take *t, const struct slot *slot, const struct office_rule *rule,
                      bool ends)
{
    const struct procedure *p = t->p;
    gw_day on = day_of(p, slot, &rule->on);
    if (on == DAY_NONE ||
        proc_where(p, (const struct slot_in *)slot, rule->where, rule->where_n) != HELD) {
        return;
    }
    struct office_fact fact = {
        .ends = ends,
        .organ = rule->organ,
        .resident = text_of(p, slot, &rule->resident),
        .post = rule->post ? rule->post : text_of(p, slot, &rule->post_of),
        .group = rule->by_subject ? slot->subject : text_of(p, slot, &rule->group),
        .subject = slot->subject,
        .cause = rule->cause ? rule->cause : text_of(p, slot, &rule->cause_of),
        .same = rule->same,
        .all = rule->all,
        .renews = rule->renews,
        .waits = rule_waits(p, slot, rule),
        .on = on,
        .until = ends ? DAY_NONE : until_of(p, slot, rule, on),
        .hash = slot->record->hash,
        .rule = rule,
    };
    add_each(t, &fact, text_of(p, slot, &rule->person),
             rule->same || rule->all || must_be(p, slot, &rule->person));
}

static void take_slot(struct take *t, const struct slot *slot)
{
    const struct step_spec *spec = slot->spec;
    if (!spec || !slot->record || slot->state == SLOT_CONTESTED) {
        return;
    }
    for (size_t i = 0; i < spec->files_n; i++) {
        take_rule(t, slot, &spec->files[i], false);
    }
    for (size_t i = 0; i < spec->ends_n; i++) {
        take_rule(t, slot, &spec->ends[i], true);
    }
}

static void take_all(struct take *t)
{
    t->n = 0;
    for (size_t i = 0; i < procedure_slots(t->p); i++) {
        take_slot(t, procedure_slot(t->p, i));
    }
}

/* Opened by mistake, or void as a whole: what stands in it came to nothing. */
static bool came_to_nothing(const struct procedure *p)
{
    for (size_t i = 0; p->closed && i < ev_count(p->in.steps); i++) {
        const struct ev_step *step = ev_at(p->in.steps, i);
        if (step->kind == PROC_CLOSE && proc_counts(step) && step->outcome &&
            (strcmp(step->outcome, "void") == 0 || strcmp(step->outcome, "withdrawn") == 0)) {
            return true;
        }
    }
    return false;
}

enum gw_err office_facts(const struct procedure *p, struct gw_arena *arena,
                         const struct office_fact **out, size_t *n)
{
    struct take t = {.p = p, .arena = arena};
    *out = NULL;
    *n = 0;
    if (came_to_nothing(p)) {
        return GW_OK;
    }
    take_all(&t);
    if (t.n == 0) {
        return GW_OK;
    }
    t.facts = gw_arena_alloc(arena, t.n, sizeof *t.facts);
    if (!t.facts) {
        return GW_NOMEM;
    }
    take_all(&t);
    *out = t.facts;
    *n = t.n;
    return t.nomem ? GW_NOMEM : GW_OK;
}
