/* Values, terms and checks. */
#include "model/procedure_p.h"

#include <string.h>

#define HAPPENED "happened"

const struct proc_value *procedure_value(const struct procedure *p, const char *step,
                                         const char *subject, const char *key)
{
    const struct slot_in *slot =
        strcmp(step, "open") == 0 ? &p->open : proc_slot_in(p, step, subject ? subject : "");
    const struct member *m = slot ? proc_member(slot, false, key) : NULL;
    return m ? m->value : NULL;
}

/* ---- one value as a number */

/* Numbers as they are, days as days; other texts are no number. */
static enum term_state value_num(const struct proc_value *v, int64_t *out)
{
    gw_day day;
    if (!v || v->erased) {
        return TERM_NOT_YET;
    }
    if (!v->text) {
        *out = v->num;
        return TERM_VALUE;
    }
    if (!day_parse(v->text, &day)) {
        return TERM_NOT_YET;
    }
    *out = day;
    return TERM_VALUE;
}

static enum term_state slot_num(const struct slot_in *slot, const char *key, int64_t *out)
{
    if (strcmp(key, HAPPENED) == 0 && slot->pub.happened != DAY_NONE) {
        *out = slot->pub.happened;
        return TERM_VALUE;
    }
    const struct member *m = proc_member(slot, false, key);
    return value_num(m ? m->value : NULL, out);
}

/* ---- other steps */

/* The slot that a name of another step means: the same subject's, when that step has subjects. */
static const struct slot_in *named_slot(const struct procedure *p, const struct slot_in *slot,
                                        const char *step)
{
    const struct step_spec *spec = template_step(p->t, step);
    bool same = spec && spec->subjects && slot;
    return proc_slot_in(p, step, same ? slot->pub.subject : "");
}

static enum term_state step_num(const struct procedure *p, const struct slot_in *slot,
                                const struct term *term, int64_t *out)
{
    const struct slot_in *named = named_slot(p, slot, term->step);
    return named && named->pub.record ? slot_num(named, term->key, out) : TERM_NOT_YET;
}

static struct range step_range(const struct procedure *p, const char *step)
{
    const struct step_spec *spec = template_step(p->t, step);
    if (!spec || !p->ranges) {
        return (struct range){0, 0};
    }
    return p->ranges[proc_spec_index(p->t, spec)];
}

static enum term_state count_records(const struct procedure *p, const char *step, int64_t *out)
{
    struct range r = step_range(p, step);
    *out = 0;
    for (size_t i = r.from; i < r.to; i++) {
        if (p->slots[i].pub.state == SLOT_CONTESTED) {
            return TERM_NOT_YET; /* which one counts is not known */
        }
        *out += p->slots[i].pub.record != NULL;
    }
    return TERM_VALUE;
}

/* Over the records in force; not yet while there is none or one of them does not say. */
static enum term_state sum_records(const struct procedure *p, const char *step, const char *key,
                                   int64_t *out)
{
    struct range r = step_range(p, step);
    bool any = false;
    *out = 0;
    for (size_t i = r.from; i < r.to; i++) {
        const struct slot_in *slot = &p->slots[i];
        int64_t one;
        if (slot->pub.state == SLOT_OPEN) {
            continue;
        }
        if (!slot->pub.record || slot_num(slot, key, &one) != TERM_VALUE ||
            __builtin_add_overflow(*out, one, out)) {
            return TERM_NOT_YET;
        }
        any = true;
    }
    return any ? TERM_VALUE : TERM_NOT_YET;
}

/* ---- sums and counts are asked for by every subject's checks: computed once */

static const struct memo *find_memo(const struct procedure *p, const struct term *term)
{
    bool count = term->kind == TERM_COUNT;
    for (size_t i = 0; i < p->memos_n; i++) {
        const struct memo *m = &p->memos[i];
        if (strcmp(m->step, term->step) == 0 &&
            (count ? m->key == NULL : m->key && strcmp(m->key, term->key) == 0)) {
            return m;
        }
    }
    return NULL;
}

static void add_memo(struct procedure *p, const struct term *term)
{
    if ((term->kind != TERM_SUM && term->kind != TERM_COUNT) || find_memo(p, term)) {
        return;
    }
    struct memo m = {.step = term->step, .key = term->kind == TERM_COUNT ? NULL : term->key};
    m.state = m.key ? sum_records(p, m.step, m.key, &m.value) : count_records(p, m.step, &m.value);
    p->memos[p->memos_n++] = m;
}

/* Calls add for every term of every check; NULL only counts. */
static size_t each_term(struct procedure *p, const struct check *checks, size_t n,
                        void (*add)(struct procedure *p, const struct term *term))
{
    size_t terms = 0;
    for (size_t i = 0; i < n; i++) {
        terms += checks[i].left_n + checks[i].right_n;
        for (size_t k = 0; add && k < checks[i].left_n; k++) {
            add(p, &checks[i].left[k]);
        }
        for (size_t k = 0; add && k < checks[i].right_n; k++) {
            add(p, &checks[i].right[k]);
        }
    }
    return terms;
}

static size_t all_terms(struct procedure *p,
                        void (*add)(struct procedure *p, const struct term *term))
{
    size_t n = each_term(p, p->t->open_checks, p->t->open_checks_n, add);
    for (size_t i = 0; i < p->t->steps_n; i++) {
        const struct step_spec *s = &p->t->steps[i];
        n += each_term(p, s->checks, s->checks_n, add) + each_term(p, s->when, s->when_n, add);
        for (size_t k = 0; k < s->times_n; k++) {
            n += 2;
            if (add) {
                add(p, &s->times[k].ref);
                add(p, &s->times[k].days);
            }
        }
    }
    return n;
}

void proc_make_memos(struct procedure *p)
{
    p->memos = proc_take(p, all_terms(p, NULL) + 1, sizeof *p->memos);
    if (p->memos) {
        (void)all_terms(p, add_memo);
    }
}

/* ---- terms */

static enum term_state number_num(const struct procedure *p, const struct term *term, int64_t *out)
{
    const struct rule_number *n = ruleset_number(p->in.rules, term->key);
    if (!n || !n->known) {
        return TERM_WAITS;
    }
    *out = n->value;
    return TERM_VALUE;
}

enum term_state proc_term(const struct procedure *p, const struct slot_in *slot,
                          const struct term *term, int64_t *out)
{
    const struct memo *memo;
    bool others = term->kind == TERM_STEP || term->kind == TERM_SUM || term->kind == TERM_COUNT;
    *out = 0;
    if (others && p->planning) {
        return TERM_NOT_YET; /* nothing is written yet, and what will be is not known */
    }
    switch (term->kind) {
    case TERM_CONST:
        *out = term->constant;
        return TERM_VALUE;
    case TERM_OWN:
        return slot ? slot_num(slot, term->key, out) : TERM_NOT_YET;
    case TERM_OPEN:
        return slot_num(&p->open, term->key, out);
    case TERM_STEP:
        return step_num(p, slot, term, out);
    case TERM_NUMBER:
        return number_num(p, term, out);
    case TERM_SUM:
    case TERM_COUNT:
        memo = find_memo(p, term);
        if (memo) {
            *out = memo->value;
            return memo->state;
        }
        return term->kind == TERM_COUNT ? count_records(p, term->step, out)
                                        : sum_records(p, term->step, term->key, out);
    }
    return TERM_NOT_YET;
}

enum term_state procedure_term(const struct procedure *p, const struct slot *slot,
                               const struct term *term, int64_t *out)
{
    /* every slot that is handed out is the first member of ours */
    return proc_term(p, slot ? (const struct slot_in *)slot : &p->open, term, out);
}

static const struct proc_field *field_of(const struct procedure *p, const struct slot_in *slot,
                                         const struct term *term)
{
    const struct step_spec *spec = slot && term->kind == TERM_OWN ? slot->pub.spec : NULL;
    if (term->kind == TERM_STEP) {
        spec = template_step(p->t, term->step);
    }
    if (spec) {
        return step_field(spec, term->key);
    }
    return term->kind == TERM_OPEN ? template_open_field(p->t, term->key) : NULL;
}

enum term_state proc_term_day(const struct procedure *p, const struct slot_in *slot,
                              const struct term *term, gw_day *out)
{
    int64_t num;
    if (p->planning && term->kind == TERM_STEP) {
        const struct step_spec *spec = template_step(p->t, term->step);
        *out = spec ? proc_plan_day(p, spec) : DAY_NONE;
        return *out == DAY_NONE ? TERM_NOT_YET : TERM_VALUE;
    }
    enum term_state state = proc_term(p, slot, term, &num);
    if (state != TERM_VALUE) {
        return state;
    }
    const struct proc_field *field = field_of(p, slot, term);
    if (field && field->type == PROC_TIME) {
        *out = day_of_ms(num);
        return TERM_VALUE;
    }
    if (num <= INT32_MIN / 2 || num >= INT32_MAX / 2) {
        return TERM_NOT_YET; /* no day */
    }
    *out = (gw_day)num;
    return TERM_VALUE;
}

/* ---- checks */

static enum term_state sum_terms(const struct procedure *p, const struct slot_in *slot,
                                 const struct term *terms, size_t n, int64_t *out)
{
    enum term_state all = TERM_VALUE;
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t one;
        enum term_state state = proc_term(p, slot, &terms[i], &one);
        if (state == TERM_NOT_YET ||
            (state == TERM_VALUE && __builtin_add_overflow(*out, one, out))) {
            return TERM_NOT_YET;
        }
        all = state == TERM_WAITS ? TERM_WAITS : all;
    }
    return all;
}

/* Cross-multiplied in 128 bits: two counts below 2^53 and a small fraction never overflow. */
static bool compare(const struct check *check, int64_t den, int64_t left, int64_t right)
{
    __int128 l = (__int128)left * den;
    __int128 r = (__int128)right * check->num;
    switch (check->op) {
    case CHECK_GT:
        return l > r;
    case CHECK_GE:
        return l >= r;
    case CHECK_EQ:
        return l == r;
    case CHECK_LE:
        return l <= r;
    case CHECK_LT:
        return l < r;
    case CHECK_ODD:
        return left % 2 != 0;
    }
    return false;
}

static const struct proc_value *value_at(const struct procedure *p, const struct slot_in *slot,
                                         const struct term *term)
{
    const struct slot_in *at = term->kind == TERM_OPEN   ? &p->open
                               : term->kind == TERM_STEP ? named_slot(p, slot, term->step)
                                                         : slot;
    const struct member *m = at ? proc_member(at, false, term->key) : NULL;
    return m && m->value && !m->value->erased ? m->value : NULL;
}

enum held proc_where(const struct procedure *p, const struct slot_in *slot,
                     const struct where_value *where, size_t n)
{
    enum held all = HELD;
    for (size_t i = 0; i < n; i++) {
        const struct proc_value *v = value_at(p, slot, &where[i].term);
        const char *is = !v ? "" : v->text ? v->text : v->num != 0 ? "yes" : "no";
        if (v && strcmp(is, where[i].is) != 0) {
            return BROKEN;
        }
        all = v ? all : HELD_NOT_YET;
    }
    return all;
}

enum held proc_check(const struct procedure *p, const struct slot_in *slot,
                     const struct check *check, int64_t *have, int64_t *want)
{
    int64_t left;
    int64_t right;
    int64_t only = 1;
    if (check->only.text && proc_term(p, slot, &check->only, &only) != TERM_VALUE) {
        return HELD_NOT_YET;
    }
    enum held where = proc_where(p, slot, check->where, check->where_n);
    if (only == 0 || where == BROKEN) {
        return HELD;
    }
    if (where == HELD_NOT_YET) {
        return HELD_NOT_YET;
    }
    enum term_state l = sum_terms(p, slot, check->left, check->left_n, &left);
    enum term_state r = sum_terms(p, slot, check->right, check->right_n, &right);
    if (l == TERM_NOT_YET || r == TERM_NOT_YET) {
        return HELD_NOT_YET;
    }
    int64_t den = check_den(p->in.rules, check);
    if (l == TERM_WAITS || r == TERM_WAITS || den == 0) {
        return HELD_WAITS;
    }
    if (have) {
        *have = left;
    }
    if (want) {
        *want = right;
    }
    return compare(check, den, left, right) ? HELD : BROKEN;
}

enum held proc_applies(const struct procedure *p, const struct slot_in *slot,
                       const struct step_spec *spec)
{
    enum held all = HELD;
    for (size_t i = 0; i < spec->when_n; i++) {
        enum held one = proc_check(p, slot, &spec->when[i], NULL, NULL);
        if (one == BROKEN) {
            return BROKEN;
        }
        all = one == HELD ? all : HELD_NOT_YET;
    }
    return all;
}

bool proc_is_arithmetic(const struct check *check)
{
    bool plain = !check->cite.law && check->num == check->den && check->op != CHECK_ODD &&
                 !check->den_of.text;
    for (size_t i = 0; i < check->left_n; i++) {
        plain = plain && check->left[i].kind != TERM_NUMBER;
    }
    for (size_t i = 0; i < check->right_n; i++) {
        plain = plain && check->right[i].kind != TERM_NUMBER;
    }
    return plain;
}
