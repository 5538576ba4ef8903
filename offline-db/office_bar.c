/* The sentence that says why two offices may not be held by one person. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "offline-db/office_p.h"

enum { SAYS_MAX = 1024 };

static const struct office_rule *bar_of(const struct ruleset *rules, enum office_organ organ)
{
    for (size_t i = 0; i < rules->template_->steps_n; i++) {
        const struct step_spec *step = &rules->template_->steps[i];
        for (size_t k = 0; k < step->files_n; k++) {
            if (step->files[k].bars && step->files[k].organ == organ) {
                return &step->files[k];
            }
        }
    }
    return NULL;
}

static void print_says(const struct process_case *c, enum office_organ organ, char *out,
                       size_t size)
{
    char law[256];
    const struct office_rule *rule = bar_of(c->rules, organ);
    out[0] = '\0';
    if (rule && citation_print(c->rules, &rule->bar_cite, law, sizeof law) > 0) {
        (void)snprintf(out, size, _("%s: %s"), law, words_in(&rule->bar_says));
    } else if (rule) {
        (void)snprintf(out, size, "%s", words_in(&rule->bar_says));
    }
}

/* Whose rule it is: the office that bars, this one or the other of the same person. */
static const struct office *carrier(const struct office_list *list, const struct office *of)
{
    if (of->bar != ORGAN_N && (of->barred >> of->bar & 1U) != 0) {
        return of;
    }
    for (size_t i = 0; i < list->n; i++) {
        const struct office *o = &list->offices[i];
        if (o->barred != 0 && o->bar == of->organ && strcmp(o->division, of->division) == 0) {
            return o;
        }
    }
    return NULL;
}

static enum gw_err say(struct home *home, struct office_list *list, struct office *o,
                       struct gw_fail *fail)
{
    struct process_case c;
    char says[SAYS_MAX];
    const struct office *rule = carrier(list, o);
    enum gw_err err = rule ? process_load(home, rule->process, DAY_NONE, &c, fail) : GW_ABSENT;
    if (err == GW_ABSENT || err == GW_INVALID) {
        return GW_OK; /* the mark stands without its article */
    }
    if (err) {
        return err;
    }
    print_says(&c, rule->organ, says, sizeof says);
    process_unload(&c);
    const char *copy = gw_arena_text(&list->arena, says);
    if (!copy) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    o->bar_says = copy;
    return GW_OK;
}

enum gw_err office_say_bars(struct home *home, struct office_list *list, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; !err && i < list->n; i++) {
        if (list->offices[i].barred != 0) {
            err = say(home, list, &list->offices[i], fail);
        }
    }
    return err;
}
