/* A composed rule set, as an export from elsewhere brings it: loading never crashes, and what loads
 * keeps what model/ruleset.h promises, so that an engine need not look again. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "rules/ruleset_load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void words(const struct words *w)
{
    assert(w->zh != NULL && w->zh[0] != '\0' && w->en != NULL && words_in(w) != NULL);
}

static void cite(const struct ruleset *set, const struct citation *c)
{
    char out[1024];
    assert(c->law == NULL || ruleset_source(set, c->law) != NULL);
    assert(c->article == NULL || c->law != NULL);
    assert(citation_print(set, c, out, sizeof(out)) >= 0);
}

static void term(const struct ruleset *set, const struct step_spec *own, const struct term *t)
{
    const struct proc_template *tpl = set->template_;
    const struct step_spec *step = t->step != NULL ? template_step(tpl, t->step) : NULL;
    assert(t->text != NULL);
    switch (t->kind) {
    case TERM_CONST:
        return;
    case TERM_NUMBER:
        assert(ruleset_number(set, t->key) != NULL);
        return;
    case TERM_COUNT:
        assert(step != NULL);
        return;
    case TERM_OPEN:
        assert(template_open_field(tpl, t->key) != NULL);
        return;
    case TERM_OWN:
        assert((own != NULL ? step_field(own, t->key) : template_open_field(tpl, t->key)) != NULL);
        return;
    default:
        assert(step != NULL);
        assert(strcmp(t->key, "happened") == 0 || step_field(step, t->key) != NULL);
    }
}

static void checks(const struct ruleset *set, const struct step_spec *own, const struct check *c,
                   size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert(c[i].id != NULL && c[i].num > 0 && c[i].den > 0 && c[i].left_n > 0);
        assert(c[i].left_n <= TERMS_MAX && c[i].right_n <= TERMS_MAX);
        for (size_t k = 0; k < c[i].left_n; k++) {
            term(set, own, &c[i].left[k]);
        }
        for (size_t k = 0; k < c[i].right_n; k++) {
            term(set, own, &c[i].right[k]);
        }
        cite(set, &c[i].cite);
        words(&c[i].says);
        words(&c[i].remedy);
    }
}

static void step(const struct ruleset *set, const struct step_spec *s)
{
    words(&s->name);
    words(&s->actor);
    assert(s->roles != 0);
    checks(set, s, s->when, s->when_n);
    checks(set, s, s->checks, s->checks_n);
    for (size_t i = 0; i < s->needs_n; i++) {
        assert(template_step(set->template_, s->needs[i].step) != NULL);
        cite(set, &s->needs[i].cite);
    }
    for (size_t i = 0; i < s->times_n; i++) {
        term(set, s, &s->times[i].ref);
        term(set, s, &s->times[i].days);
        cite(set, &s->times[i].cite);
        assert(s->times[i].of == NULL || step_field(s, s->times[i].of)->type == PROC_DAY);
    }
    for (size_t i = 0; i < s->fields_n; i++) {
        assert(step_field(s, s->fields[i].key) == &s->fields[i]);
        assert((s->fields[i].type == PROC_CHOICE) == (s->fields[i].values_n > 0));
    }
    for (size_t i = 0; i < s->counts_n; i++) {
        assert(s->counts[i].type == PROC_INT && s->counts[i].min <= s->counts[i].max);
    }
    for (size_t i = 0; i < s->notices_n; i++) {
        assert(s->notices[i] != NULL);
    }
}

static void rest_days(const struct holidays *h)
{
    for (size_t i = 0; i < h->n; i++) {
        assert(h->items[i].from <= h->items[i].to);
        gw_day next = holidays_next_work(h, h->items[i].from);
        assert(next >= h->items[i].from && !holidays_rest(h, next));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ruleset *set = NULL;
    struct gw_fail why = {0};
    if (ruleset_load((const char *)data, size, &set, &why) != GW_OK) {
        assert(set == NULL && why.text[0] != '\0');
        return 0;
    }
    const struct proc_template *t = set->template_;
    assert(strlen(set->hash) == 64 && t != NULL && t->steps_n > 0);
    assert(template_open_field(t, t->anchor)->type == PROC_DAY);
    for (size_t i = 0; i < set->numbers_n; i++) {
        struct rule_number *n = &set->numbers[i];
        assert(ruleset_number(set, n->key) == n);
        assert(n->known == (n->status != NUMBER_CONFIRM));
        assert(ruleset_confirm(set, n->key, n->min, "x") == (n->status == NUMBER_CONFIRM));
        cite(set, &n->cite);
    }
    rest_days(&set->holidays);
    checks(set, NULL, t->open_checks, t->open_checks_n);
    for (size_t i = 0; i < t->steps_n; i++) {
        assert(template_step(t, t->steps[i].id) == &t->steps[i]);
        step(set, &t->steps[i]);
    }
    ruleset_free(set);
    return 0;
}
