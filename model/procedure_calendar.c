/* Days of a step: earliest, latest, plan; the calendar of a procedure, and the one of a day that is
 * only asked about (倒排表). */
#include "model/procedure_p.h"

#include <string.h>

/* ---- bounds */

/* True when the rest days between two days matter and are not known for one of their years. */
bool proc_rest_unknown(const struct procedure *p, gw_day from, gw_day to)
{
    const struct holidays *table = &p->in.rules->holidays;
    return !holidays_known(table, from) || !holidays_known(table, to);
}

static bool earlier(gw_day day, gw_day than)
{
    return than == DAY_NONE || day < than;
}

/* The last lawful day: a rule of law counts before any custom. */
static void put_latest(const struct procedure *p, struct bounds *b, const struct time_rule *rule,
                       gw_day latest, gw_day overdue)
{
    bool law = time_rule_cite(p->in.rules, rule).law != NULL;
    bool had_law = b->rule && time_rule_cite(p->in.rules, b->rule).law;
    if (had_law && !law) {
        return;
    }
    bool first = !b->rule || (law && !had_law);
    if (first || overdue < b->overdue_after) {
        b->overdue_after = overdue;
    }
    if (first || latest < b->latest) {
        b->latest = latest;
        b->rule = rule;
    }
}

static void put_within(const struct procedure *p, const struct time_rule *rule, gw_day ref,
                       int days, struct bounds *b)
{
    const struct holidays *table = &p->in.rules->holidays;
    gw_day plain = day_deadline(ref, days, table, false);
    gw_day rolled = day_deadline(ref, days, table, true);
    gw_day latest = rule->roll == ROLL_RIGHT ? rolled : plain;
    put_latest(p, b, rule, latest, rule->roll == ROLL_NONE ? plain : rolled);
    if (rule->roll != ROLL_NONE && proc_rest_unknown(p, plain, rolled)) {
        b->rest_unknown = true;
    }
}

static void put_earliest(struct bounds *b, gw_day day)
{
    b->earliest = b->earliest == DAY_NONE || day > b->earliest ? day : b->earliest;
}

static void put_rule(const struct procedure *p, const struct time_rule *rule, gw_day ref, int days,
                     struct bounds *b)
{
    switch (rule->kind) {
    case TIME_LEAD:
        put_latest(p, b, rule, day_lead(ref, days), day_lead(ref, days));
        return;
    case TIME_WITHIN:
        put_within(p, rule, ref, days, b);
        return;
    case TIME_AFTER:
        if (!rule->of) { /* of a field: says how two days lie, not when to do the step */
            put_earliest(b, ref + days);
        }
        return;
    case TIME_ON:
        put_latest(p, b, rule, ref, ref);
        put_earliest(b, ref);
        return;
    }
}

enum term_state proc_rule_bounds(const struct procedure *p, const struct slot_in *slot,
                                 const struct time_rule *rule, struct bounds *b)
{
    gw_day ref;
    int64_t days;
    enum term_state state = proc_term_day(p, slot, &rule->ref, &ref);
    if (state == TERM_VALUE) {
        state = proc_term(p, slot, &rule->days, &days);
    }
    if (state == TERM_VALUE && days >= 0 && days < DAYS_MAX) {
        put_rule(p, rule, ref, (int)days, b);
    }
    return state;
}

struct bounds proc_bounds(const struct procedure *p, const struct step_spec *spec,
                          const struct slot_in *slot)
{
    struct bounds b = NO_BOUNDS;
    for (size_t i = 0; i < spec->times_n; i++) {
        (void)proc_rule_bounds(p, slot, &spec->times[i], &b);
    }
    return b;
}

gw_day proc_plan_day(const struct procedure *p, const struct step_spec *spec)
{
    gw_day day;
    if (!spec->planned || proc_term_day(p, &p->open, &spec->plan_ref, &day) != TERM_VALUE) {
        return DAY_NONE;
    }
    return day + spec->plan_days;
}

/* ---- the calendar */

static void join(struct cal_line *line, const struct bounds *b)
{
    if (b->latest != DAY_NONE && earlier(b->latest, line->latest)) {
        line->latest = b->latest;
        line->latest_rule = b->rule;
        line->overdue_after = b->overdue_after;
    }
    if (b->earliest != DAY_NONE && earlier(b->earliest, line->earliest)) {
        line->earliest = b->earliest;
    }
    line->rest_unknown = line->rest_unknown || b->rest_unknown;
}

static bool is_done(const struct slot_in *slot)
{
    return slot->pub.record != NULL;
}

/* Of a step with several subjects: what is next among those without a record, else of all. */
static void fill_line(struct procedure *p, size_t spec, struct cal_line *line)
{
    struct range r = p->ranges[spec];
    line->done = true;
    for (size_t i = r.from; i < r.to; i++) {
        const struct slot_in *slot = &p->slots[i];
        line->done = line->done && is_done(slot);
        if (is_done(slot) && slot->pub.happened != DAY_NONE &&
            (line->happened == DAY_NONE || slot->pub.happened > line->happened)) {
            line->happened = slot->pub.happened;
        }
    }
    for (size_t i = r.from; i < r.to; i++) {
        const struct slot_in *slot = &p->slots[i];
        if (line->done || !is_done(slot)) {
            struct bounds b = proc_bounds(p, line->spec, slot);
            join(line, &b);
        }
    }
    if (line->latest != DAY_NONE && line->plan != DAY_NONE && line->plan > line->latest) {
        line->plan = line->latest; /* custom never plans past the law's last day */
    }
}

static struct cal_line new_line(const struct procedure *p, size_t spec)
{
    const struct step_spec *s = &p->t->steps[spec];
    return (struct cal_line){.spec = s,
                             .earliest = DAY_NONE,
                             .latest = DAY_NONE,
                             .plan = proc_plan_day(p, s),
                             .overdue_after = DAY_NONE,
                             .happened = DAY_NONE};
}

void proc_make_calendar(struct procedure *p)
{
    p->cal = proc_take(p, p->t->steps_n + 1, sizeof *p->cal);
    for (size_t i = 0; p->cal && i < p->t->steps_n; i++) {
        p->cal[i] = new_line(p, i);
        p->cal[i].applies = proc_applies(p, &p->open, &p->t->steps[i]) != BROKEN;
        fill_line(p, i, &p->cal[i]);
    }
}

size_t procedure_calendar(const struct procedure *p)
{
    return p->t->steps_n;
}

const struct cal_line *procedure_cal(const struct procedure *p, size_t i)
{
    return &p->cal[i];
}

/* ---- a day that is only asked about */

static bool is_anchor(const struct proc_template *t, const struct term *term)
{
    return term->kind == TERM_OPEN && t->anchor && strcmp(term->key, t->anchor) == 0;
}

/* The longest lead time by law, of the steps that must be, decides. */
static void find_first(const struct procedure *p, gw_day today, struct cal_plan *out)
{
    int64_t longest = 0;
    for (size_t i = 0; i < p->t->steps_n; i++) {
        const struct step_spec *s = &p->t->steps[i];
        for (size_t k = 0; !s->optional && out->lines[i].applies && k < s->times_n; k++) {
            const struct time_rule *rule = &s->times[k];
            int64_t days;
            if (rule->kind == TIME_LEAD && time_rule_cite(p->in.rules, rule).law &&
                is_anchor(p->t, &rule->ref) &&
                proc_term(p, NULL, &rule->days, &days) == TERM_VALUE && days > longest &&
                days < DAYS_MAX) {
                longest = days;
                out->broken = rule;
                out->broken_step = s;
            }
        }
    }
    out->first = today + (gw_day)longest;
}

enum gw_err procedure_plan(const struct ruleset *rules, gw_day anchor, gw_day today,
                           struct cal_plan *out)
{
    const struct proc_template *t = rules->template_;
    struct proc_value value = {.key = t->anchor ? t->anchor : "", .num = anchor};
    struct member member = {.key = value.key, .value = &value};
    struct procedure p = {.in = {.rules = rules, .today = today},
                          .t = t,
                          .open = {.members = &member,
                                   .members_n = 1,
                                   .pub = {.step = "open", .subject = "", .happened = DAY_NONE}},
                          .planning = true};
    out->n = t->steps_n;
    out->broken = NULL;
    out->broken_step = NULL;
    for (size_t i = 0; i < t->steps_n; i++) {
        struct bounds b = proc_bounds(&p, &t->steps[i], NULL);
        out->lines[i] = new_line(&p, i);
        out->lines[i].applies = proc_applies(&p, NULL, &t->steps[i]) != BROKEN;
        join(&out->lines[i], &b);
    }
    find_first(&p, today, out);
    if (anchor >= out->first) {
        out->broken = NULL;
        out->broken_step = NULL;
    }
    return GW_OK;
}
