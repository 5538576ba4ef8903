/* Findings: what breaks which article, and in which order they are told. */
#include "model/procedure_p.h"

#include <stdlib.h>
#include <string.h>

#include "model/role.h"

/* ---- the list */

struct finding *proc_find(struct procedure *p, enum finding_kind kind, const struct slot_in *slot,
                          enum origin origin)
{
    if (p->findings_n == p->findings_cap) {
        size_t cap = p->findings_cap ? p->findings_cap * 2 : 64;
        struct finding_in *more = realloc(p->findings, cap * sizeof *more);
        if (!more) {
            p->nomem = true;
            return NULL;
        }
        p->findings = more;
        p->findings_cap = cap;
    }
    struct finding_in *f = &p->findings[p->findings_n];
    bool whole = !slot || slot == &p->open;
    *f = (struct finding_in){.pub = {.kind = kind,
                                     .slot = whole ? NULL : &slot->pub,
                                     .spec = whole ? NULL : slot->pub.spec,
                                     .rule = "",
                                     .day = DAY_NONE},
                             .origin = origin};
    p->findings_n++;
    return &f->pub;
}

const struct words *proc_words(const struct words *words)
{
    return words->zh && words->zh[0] != '\0' ? words : NULL;
}

/* Gravest first: what is broken, what nobody can go on with, what is late or due, what is missing;
 * then what is only to be known. */
static int gravity(enum finding_kind kind)
{
    static const int ranks[] = {
        [FIND_BREACH] = 0,    [FIND_CONTESTED] = 1, [FIND_LATE] = 2,    [FIND_DUE] = 3,
        [FIND_MISSING] = 4,   [FIND_WAITS] = 5,     [FIND_ROLE] = 6,    [FIND_QUARANTINED] = 7,
        [FIND_UNCLOCKED] = 8, [FIND_BELATED] = 9,   [FIND_REPEAT] = 10, [FIND_UNKNOWN] = 11,
        [FIND_PAPER] = 12,    [FIND_HINT] = 13,
    };
    return ranks[kind];
}

/* Findings are large: what orders them is sorted, and each is moved once. */
struct grave {
    uint64_t key; /* gravity, then the day, undated last */
    size_t at;    /* as found, which is template order, then set order */
};

static uint64_t gravity_key(const struct finding *f)
{
    uint32_t day = f->day == DAY_NONE ? UINT32_MAX : (uint32_t)((int64_t)f->day - INT32_MIN);
    return (uint64_t)gravity(f->kind) << 32 | day;
}

static int by_gravity(const void *a, const void *b)
{
    const struct grave *x = a;
    const struct grave *y = b;
    return x->key != y->key ? (x->key < y->key ? -1 : 1) : (x->at > y->at) - (x->at < y->at);
}

/* Puts list[order[i].at] at i, moving each once: along each circle of places. */
static void move_all(struct finding_in *list, struct grave *order, size_t n)
{
    for (size_t start = 0; start < n; start++) {
        struct finding_in first = list[start];
        size_t to = start;
        while (order[to].at != start) {
            size_t from = order[to].at;
            list[to] = list[from];
            order[to].at = to; /* done */
            to = from;
        }
        list[to] = first;
        order[to].at = to;
    }
}

static void sort_findings(struct procedure *p)
{
    size_t n = p->findings_n;
    struct grave *order = calloc(n + 1, sizeof *order);
    if (!order) {
        p->nomem = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        order[i] = (struct grave){gravity_key(&p->findings[i].pub), i};
    }
    qsort(order, n, sizeof *order, by_gravity);
    move_all(p->findings, order, n);
    free(order);
}

/* ---- rules of one record */

static enum finding_kind broken_kind(const struct citation *cite)
{
    return cite->law ? FIND_BREACH : FIND_HINT;
}

static void judge_check(struct procedure *p, const struct slot_in *slot, const struct check *check)
{
    int64_t have = 0;
    int64_t want = 0;
    enum held held = proc_check(p, slot, check, &have, &want);
    if (held == HELD || held == HELD_NOT_YET) {
        return;
    }
    struct citation cite = check_cite(p->in.rules, check);
    bool grave = cite.law || proc_is_arithmetic(check);
    enum finding_kind kind = held == HELD_WAITS ? FIND_WAITS : grave ? FIND_BREACH : FIND_HINT;
    struct finding *f = proc_find(p, kind, slot, ORIGIN_CHECK);
    if (f) {
        f->rule = check->id;
        f->cite = cite;
        f->says = proc_words(&check->says);
        f->remedy = proc_words(&check->remedy);
        f->have = have;
        f->want = want;
    }
}

static enum term_state judged_day(const struct procedure *p, const struct slot_in *slot,
                                  const struct time_rule *rule, gw_day *out)
{
    if (rule->of) {
        struct term of = {.text = rule->of, .kind = TERM_OWN, .key = rule->of};
        return proc_term_day(p, slot, &of, out);
    }
    *out = slot->pub.happened;
    return *out == DAY_NONE ? TERM_NOT_YET : TERM_VALUE;
}

/* The lawful day nearest to the judged one; false when it was broken. */
static bool kept(const struct time_rule *rule, const struct bounds *b, gw_day judged, gw_day ref,
                 int64_t days, gw_day *day)
{
    switch (rule->kind) {
    case TIME_LEAD:
    case TIME_WITHIN:
        *day = b->latest;
        return judged <= b->overdue_after;
    case TIME_AFTER:
        *day = ref + (gw_day)days;
        return judged >= *day;
    case TIME_ON:
        *day = ref;
        return judged == ref;
    }
    return true;
}

static void judge_time(struct procedure *p, const struct slot_in *slot,
                       const struct time_rule *rule)
{
    struct bounds b = NO_BOUNDS;
    gw_day judged;
    gw_day ref = DAY_NONE;
    gw_day day = DAY_NONE;
    int64_t days = 0;
    enum term_state state = proc_rule_bounds(p, slot, rule, &b);
    if (state == TERM_NOT_YET || judged_day(p, slot, rule, &judged) != TERM_VALUE) {
        return;
    }
    (void)proc_term_day(p, slot, &rule->ref, &ref); /* there: state says so */
    (void)proc_term(p, slot, &rule->days, &days);   /* 0 while it waits */
    if (days < 0 || days >= DAYS_MAX ||
        (state != TERM_WAITS && kept(rule, &b, judged, ref, days, &day))) {
        return;
    }
    struct citation cite = time_rule_cite(p->in.rules, rule);
    enum finding_kind kind = state == TERM_WAITS ? FIND_WAITS : broken_kind(&cite);
    struct finding *f = proc_find(p, kind, slot, ORIGIN_TIME);
    if (f) {
        f->rule = rule->id;
        f->cite = cite;
        f->says = proc_words(&rule->says);
        f->remedy = proc_words(&rule->remedy);
        f->day = day;
        f->rest_unknown = b.rest_unknown;
        f->have = state == TERM_WAITS ? 0 : rule->kind == TIME_LEAD ? ref - judged : judged - ref;
        f->want = days;
    }
}

/* ---- needs */

/* The same subject's record when there is one, else the first of any; NULL when there is none. */
static const struct slot_in *needed_slot(const struct procedure *p, const struct slot_in *slot,
                                         const struct step_spec *needed)
{
    const struct slot_in *same = proc_slot_in(p, needed->id, slot->pub.subject);
    if (same && same->pub.state != SLOT_OPEN) {
        return same;
    }
    return p->wholes[proc_spec_index(p->t, needed)].first;
}

/* There, and not later than what needed it. A contested one is told by itself. */
static bool need_held(const struct procedure *p, const struct slot_in *slot,
                      const struct need *need)
{
    const struct step_spec *needed = template_step(p->t, need->step);
    if (!needed || !p->cal[proc_spec_index(p->t, needed)].applies) {
        return true;
    }
    const struct slot_in *there = needed_slot(p, slot, needed);
    if (!there) {
        return false;
    }
    return there->pub.happened == DAY_NONE || slot->pub.happened == DAY_NONE ||
           there->pub.happened <= slot->pub.happened;
}

static void judge_need(struct procedure *p, const struct slot_in *slot, const struct need *need)
{
    if (need_held(p, slot, need)) {
        return;
    }
    struct finding *f = proc_find(p, broken_kind(&need->cite), slot, ORIGIN_NEED);
    if (f) {
        f->rule = need->step;
        f->cite = need->cite;
        f->says = proc_words(&need->says);
        f->remedy = proc_words(&need->remedy);
    }
}

/* ---- who recorded */

static bool role_fits(const struct step_spec *spec, const char *name)
{
    enum gw_role role;
    if (!name || spec->roles == 0) {
        return true;
    }
    return role_parse(name, &role) && (spec->roles & 1U << role) != 0;
}

static void judge_role(struct procedure *p, const struct slot_in *slot)
{
    const struct step_spec *spec = slot->pub.spec;
    bool fits = role_fits(spec, slot->pub.record->role);
    for (size_t i = 0; i < slot->pub.corrections_n; i++) {
        fits = fits && role_fits(spec, slot->pub.corrections[i]->role);
    }
    if (!fits) {
        (void)proc_find(p, FIND_ROLE, slot, ORIGIN_STATE); /* nomem is kept in p */
    }
}

/* ---- slots */

static void judge_record(struct procedure *p, const struct slot_in *slot)
{
    const struct step_spec *spec = slot->pub.spec;
    proc_find_clock(p, slot);
    if (!spec) {
        (void)proc_find(p, FIND_UNKNOWN, slot, ORIGIN_STATE);
        return;
    }
    judge_role(p, slot);
    for (size_t i = 0; i < spec->needs_n; i++) {
        judge_need(p, slot, &spec->needs[i]);
    }
    for (size_t i = 0; i < spec->times_n; i++) {
        judge_time(p, slot, &spec->times[i]);
    }
    for (size_t i = 0; i < spec->checks_n; i++) {
        judge_check(p, slot, &spec->checks[i]);
    }
    proc_find_missing(p, slot);
}

static void find_count(struct procedure *p, enum finding_kind kind, const struct slot_in *slot,
                       size_t have)
{
    struct finding *f = proc_find(p, kind, slot, ORIGIN_STATE);
    if (f) {
        f->have = (int64_t)have;
    }
}

static void judge_slot(struct procedure *p, const struct slot_in *slot)
{
    if (slot->pub.state == SLOT_OPEN) {
        proc_find_undone(p, slot);
        return;
    }
    if (slot->pub.state == SLOT_CONTESTED) {
        find_count(p, FIND_CONTESTED, slot, slot->pub.rivals_n);
    } else {
        judge_record(p, slot);
    }
    if (slot->pub.repeats > 0) {
        find_count(p, FIND_REPEAT, slot, slot->pub.repeats);
    }
}

static void judge_open(struct procedure *p)
{
    proc_find_clock(p, &p->open);
    proc_find_open_missing(p);
    for (size_t i = 0; i < p->t->open_checks_n; i++) {
        judge_check(p, &p->open, &p->t->open_checks[i]);
    }
    if (p->opens_n > 1) {
        struct finding *f =
            proc_find(p, p->opens_settled ? FIND_REPEAT : FIND_CONTESTED, NULL, ORIGIN_STATE);
        if (f) {
            f->rule = "open";
            f->have = (int64_t)p->opens_n - p->opens_settled;
        }
    }
}

/* Each by itself: what had no right to be written counts for nothing and is told. */
static void find_quarantined(struct procedure *p)
{
    for (size_t i = 0; i < ev_count(p->in.steps); i++) {
        const struct ev_step *s = ev_at(p->in.steps, i);
        if (!proc_counts(s)) {
            bool step = s->kind == PROC_STEP;
            const struct step_spec *spec = step ? template_step(p->t, s->step) : NULL;
            const struct slot_in *slot =
                step ? proc_slot_in(p, s->step, proc_subject(spec, s)) : NULL;
            struct finding *f = proc_find(p, FIND_QUARANTINED, slot, ORIGIN_STATE);
            if (f) {
                f->rule = s->hash;
            }
        }
    }
}

void proc_judge(struct procedure *p)
{
    judge_open(p);
    for (size_t i = 0; i < p->slots_n; i++) {
        judge_slot(p, &p->slots[i]);
    }
    find_quarantined(p);
    sort_findings(p);
}

size_t procedure_findings(const struct procedure *p)
{
    return p->findings_n;
}

const struct finding *procedure_finding(const struct procedure *p, size_t i)
{
    return &p->findings[i].pub;
}
