/* Every rule of the steps with its result: kept, broken, not judged. */
#include <string.h>

#include "offline-db/petition_p.h"

enum { SENTENCE_BYTES = 1400, CITE_BYTES = 200 };

enum result { RULE_KEPT, RULE_BROKEN, RULE_MISSED, RULE_WAITS, RULE_OPEN };

/* A check, a time or a need, as far as a page tells of it. */
struct rule {
    const char *id;
    const struct words *says;
    const struct citation *cite;
    bool known; /* all that it compares is there */
};

static const struct finding *finding_of(const struct pack *p, const struct slot *slot,
                                        const struct step_spec *spec, const char *id)
{
    for (size_t i = 0; i < procedure_findings(p->c.state); i++) {
        const struct finding *f = procedure_finding(p->c.state, i);
        bool here = slot ? f->slot == slot : f->spec == spec && (!f->slot || !f->slot->record);
        if (here && strcmp(f->rule, id) == 0) {
            return f;
        }
    }
    return NULL;
}

static enum result result_of(const struct finding *f, const struct rule *rule)
{
    if (!f) {
        return rule->known ? RULE_KEPT : RULE_OPEN;
    }
    switch (f->kind) {
    case FIND_BREACH:
    case FIND_LATE:
        return RULE_BROKEN;
    case FIND_HINT:
        return RULE_MISSED;
    case FIND_WAITS:
        return RULE_WAITS;
    default:
        return RULE_OPEN;
    }
}

static enum gw_err rule_line(struct pack *p, const struct rule *rule, const struct finding *f,
                             struct gw_buf *out)
{
    char cite[CITE_BYTES] = "", sentence[SENTENCE_BYTES];
    enum result result = result_of(f, rule);
    p->out->kept += result == RULE_KEPT;
    p->out->broken += result == RULE_BROKEN;
    p->out->open += result == RULE_OPEN || result == RULE_WAITS;
    (void)citation_print(p->c.rules, rule->cite, cite, sizeof cite);
    if (result == RULE_BROKEN || result == RULE_MISSED) {
        (void)finding_print(p->c.state, f, sentence, sizeof sentence);
        enum gw_err err = gw_buf_adds(out, "　　");
        err = err ? err : petition_safe(out, sentence);
        return err ? err : gw_buf_adds(out, "\n");
    }
    const char *word = result == RULE_KEPT    ? _("kept")
                       : result == RULE_WAITS ? finding_word(FIND_WAITS)
                                              : _("not judged");
    return gw_buf_addf(out, _("　　%s: %s %s\n"), word, words_in(rule->says), cite);
}

static bool terms_known(const struct pack *p, const struct slot *slot, const struct term *terms,
                        size_t n)
{
    int64_t value;
    for (size_t i = 0; i < n; i++) {
        if (procedure_term(p->c.state, slot, &terms[i], &value) != TERM_VALUE) {
            return false;
        }
    }
    return true;
}

static enum gw_err checks(struct pack *p, const struct slot *slot, const struct step_spec *spec,
                          const struct check *check, size_t n, struct gw_buf *out)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < n && !err; i++) {
        const struct check *c = &check[i];
        const struct rule rule = {c->id, &c->says, &c->cite,
                                  (!spec || slot) && terms_known(p, slot, c->left, c->left_n) &&
                                      terms_known(p, slot, c->right, c->right_n)};
        err = rule_line(p, &rule, finding_of(p, slot, spec, c->id), out);
    }
    return err;
}

static enum gw_err times(struct pack *p, const struct slot *slot, const struct step_spec *spec,
                         struct gw_buf *out)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < spec->times_n && !err; i++) {
        const struct time_rule *t = &spec->times[i];
        bool of =
            slot && (t->of ? procedure_value(p->c.state, slot->step, slot->subject, t->of) != NULL
                           : slot->happened != DAY_NONE);
        const struct rule rule = {t->id, &t->says, &t->cite,
                                  of && terms_known(p, slot, &t->ref, 1) &&
                                      terms_known(p, slot, &t->days, t->kind != TIME_ON)};
        err = rule_line(p, &rule, finding_of(p, slot, spec, t->id), out);
    }
    return err;
}

static enum gw_err needs(struct pack *p, const struct slot *slot, const struct step_spec *spec,
                         struct gw_buf *out)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < spec->needs_n && !err; i++) {
        const struct need *n = &spec->needs[i];
        const struct rule rule = {n->step, &n->says, &n->cite, slot != NULL};
        err = rule_line(p, &rule, finding_of(p, slot, spec, n->step), out);
    }
    return err;
}

static enum gw_err slot_head(const struct step_spec *spec, const struct slot *slot,
                             struct gw_buf *out)
{
    char happened[17] = "", recorded[17] = "";
    enum gw_err err = gw_buf_addf(out, "%s %s", spec->id, words_in(&spec->name));
    if (slot && slot->subject[0] != '\0') {
        err = err ? err : gw_buf_adds(out, " · ");
        err = err ? err : petition_safe(out, slot->subject);
    }
    if (!slot || !slot->record) {
        return err ? err : gw_buf_addf(out, "  %s\n", _("nothing in force"));
    }
    if (slot->happened_at > 0) {
        gw_time_local(slot->happened_at, happened);
    }
    gw_time_local(slot->recorded_at, recorded);
    return err ? err
               : gw_buf_addf(out, _("  happened %s, recorded %s\n"), happened[0] ? happened : "-",
                             recorded);
}

static enum gw_err one(struct pack *p, const struct step_spec *spec, const struct slot *slot,
                       struct gw_buf *out)
{
    const struct slot *in_force = slot && slot->record ? slot : NULL;
    enum gw_err err = slot_head(spec, slot, out);
    err = err ? err : needs(p, in_force, spec, out);
    err = err ? err : times(p, in_force, spec, out);
    return err ? err : checks(p, in_force, spec, spec->checks, spec->checks_n, out);
}

enum gw_err rules_page(struct pack *p, struct gw_buf *out)
{
    const struct proc_template *t = p->c.rules->template_;
    enum gw_err err = gw_buf_addf(out, "%s\n\n%s\n", _("Days and rules, one by one"), _("Opening"));
    err = err ? err : checks(p, NULL, NULL, t->open_checks, t->open_checks_n, out);
    for (size_t i = 0; i < t->steps_n && !err; i++) {
        bool any = false;
        for (size_t k = 0; k < procedure_slots(p->c.state) && !err; k++) {
            const struct slot *slot = procedure_slot(p->c.state, k);
            if (slot->spec == &t->steps[i]) {
                any = true;
                err = one(p, slot->spec, slot, out);
            }
        }
        err = err || any ? err : one(p, &t->steps[i], NULL, out);
    }
    return err;
}
