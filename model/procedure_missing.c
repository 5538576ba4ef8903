/* What is not there: fields, materials, second persons, reasons, known clocks, and steps whose day
 * has come. */
#include "model/procedure_p.h"

#include <stdlib.h>
#include <string.h>

static void find_key(struct procedure *p, enum finding_kind kind, const struct slot_in *slot,
                     const char *key)
{
    struct finding *f = proc_find(p, kind, slot, ORIGIN_FIELD);
    if (f) {
        f->rule = key;
    }
}

/* ---- fields and materials */

/* What was erased by law was there. */
static bool is_there(const struct slot_in *slot, bool material, const char *key, bool private_part)
{
    const struct member *m = proc_member(slot, material, key);
    if (!m) {
        return private_part && slot->erased;
    }
    return !m->value || m->value->erased || !m->value->text || m->value->text[0] != '\0';
}

static void find_fields(struct procedure *p, const struct slot_in *slot,
                        const struct proc_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (fields[i].required && !is_there(slot, false, fields[i].key, fields[i].private_part)) {
            find_key(p, FIND_MISSING, slot, fields[i].key);
        }
    }
}

static void find_contested_members(struct procedure *p, const struct slot_in *slot)
{
    if (slot->time.rivals_n > 0) {
        find_key(p, FIND_CONTESTED, slot, "happened_at");
    }
    for (size_t i = 0; i < slot->members_n; i++) {
        if (!slot->members[i].value) {
            find_key(p, FIND_CONTESTED, slot, slot->members[i].key);
        }
    }
}

void proc_find_open_missing(struct procedure *p)
{
    find_contested_members(p, &p->open);
    find_fields(p, &p->open, p->t->open_fields, p->t->open_n);
}

void proc_find_missing(struct procedure *p, const struct slot_in *slot)
{
    const struct step_spec *spec = slot->pub.spec;
    find_contested_members(p, slot);
    if (spec->subjects && slot->pub.subject[0] == '\0') {
        find_key(p, FIND_MISSING, slot, "subject");
    }
    find_fields(p, slot, spec->fields, spec->fields_n);
    find_fields(p, slot, spec->counts, spec->counts_n);
    for (size_t i = 0; i < spec->materials_n; i++) {
        const struct material *m = &spec->materials[i];
        if (m->required && !is_there(slot, true, m->key, false)) {
            find_key(p, FIND_MISSING, slot, m->key);
        }
    }
    if (slot->pub.state == SLOT_SECOND) {
        find_key(p, FIND_MISSING, slot, "second");
    } else if (slot->pub.state == SLOT_PAPER) {
        find_key(p, FIND_PAPER, slot, SECOND_PAPER);
        if (!is_there(slot, false, SECOND_NAME, true)) {
            find_key(p, FIND_MISSING, slot, SECOND_NAME);
        }
    }
}

/* ---- when it was recorded */

void proc_find_clock(struct procedure *p, const struct slot_in *slot)
{
    const struct slot *s = &slot->pub;
    if (s->record->off == INT64_MIN) {
        struct finding *f = proc_find(p, FIND_UNCLOCKED, slot, ORIGIN_STATE);
        if (f) {
            f->have = s->recorded_at;
        }
    }
    int64_t apart;
    if (s->happened_at == 0 || __builtin_sub_overflow(s->recorded_at, s->happened_at, &apart) ||
        (apart <= BELATED_MS && apart >= -(int64_t)BELATED_MS)) {
        return;
    }
    struct finding *f = proc_find(p, FIND_BELATED, slot, ORIGIN_STATE);
    if (f) {
        f->have = s->happened_at;
        f->want = s->recorded_at;
    }
    if (!s->record->reason || s->record->reason[0] == '\0') {
        find_key(p, FIND_MISSING, slot, "reason");
    }
}

/* ---- steps whose day has come */

/* The gravest that the rules of a step say today. */
struct undone {
    const struct time_rule *late, *due, *hint, *next;
    gw_day late_day, due_day, hint_day, next_day;
    bool rest_unknown;
};

static void keep_earlier(const struct time_rule *rule, gw_day day, const struct time_rule **at,
                         gw_day *at_day)
{
    if (!*at || day < *at_day) {
        *at = rule;
        *at_day = day;
    }
}

/* A duty is due on the plain day and late only after the rolled one; day told is the plain one. */
static void weigh_rule(struct procedure *p, const struct slot_in *slot,
                       const struct time_rule *rule, struct undone *u)
{
    struct bounds b = NO_BOUNDS;
    if (proc_rule_bounds(p, slot, rule, &b) == TERM_WAITS) {
        struct finding *f = proc_find(p, FIND_WAITS, slot, ORIGIN_TIME);
        if (f) {
            f->rule = rule->id;
            f->cite = time_rule_cite(p->in.rules, rule);
            f->says = proc_words(&rule->says);
            f->remedy = proc_words(&rule->remedy);
        }
    }
    if (b.latest == DAY_NONE) {
        return;
    }
    if (p->in.today < b.latest) {
        keep_earlier(rule, b.latest, &u->next, &u->next_day);
        return;
    }
    u->rest_unknown = u->rest_unknown || b.rest_unknown;
    if (p->in.today <= b.overdue_after) {
        keep_earlier(rule, b.latest, &u->due, &u->due_day);
    } else if (time_rule_cite(p->in.rules, rule).law) {
        keep_earlier(rule, b.latest, &u->late, &u->late_day);
    } else {
        keep_earlier(rule, b.latest, &u->hint, &u->hint_day);
    }
}

static void find_by_rule(struct procedure *p, enum finding_kind kind, const struct slot_in *slot,
                         const struct time_rule *rule, gw_day day)
{
    struct finding *f = proc_find(p, kind, slot, ORIGIN_TIME);
    if (f) {
        f->rule = rule->id;
        f->cite = time_rule_cite(p->in.rules, rule);
        f->says = proc_words(&rule->says);
        f->remedy = proc_words(&rule->remedy);
        f->day = day;
    }
}

/* Its planned day is here: told with the next day that a rule sets, when there is one. */
static void find_planned(struct procedure *p, const struct slot_in *slot, const struct undone *u)
{
    const struct step_spec *spec = slot->pub.spec;
    gw_day plan = proc_plan_day(p, spec);
    if (plan == DAY_NONE || p->in.today < plan || !procedure_can(p, spec)) {
        return;
    }
    if (u->next) {
        find_by_rule(p, FIND_DUE, slot, u->next, u->next_day);
        return;
    }
    struct finding *f = proc_find(p, FIND_DUE, slot, ORIGIN_STATE);
    if (f) {
        f->rule = "plan";
        f->day = plan;
    }
}

void proc_find_undone(struct procedure *p, const struct slot_in *slot)
{
    const struct step_spec *spec = slot->pub.spec;
    struct undone u = {0};
    if (spec->optional || p->in.today == DAY_NONE || proc_applies(p, slot, spec) != HELD) {
        return;
    }
    for (size_t i = 0; i < spec->times_n; i++) {
        weigh_rule(p, slot, &spec->times[i], &u);
    }
    size_t before = p->findings_n;
    if (u.late) {
        find_by_rule(p, FIND_LATE, slot, u.late, u.late_day);
    } else if (u.due && !p->closed) {
        find_by_rule(p, FIND_DUE, slot, u.due, u.due_day);
    } else if (!p->closed) {
        find_planned(p, slot, &u);
    }
    if (u.hint && !u.late) {
        find_by_rule(p, FIND_HINT, slot, u.hint, u.hint_day);
    }
    for (size_t i = before; i < p->findings_n; i++) {
        p->findings[i].pub.rest_unknown = u.rest_unknown;
    }
}
