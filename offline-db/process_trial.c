/* A record judged before it is written: the set with one more step in it, made up from the form. */
#include <stdlib.h>
#include <string.h>

#include "offline-db/process_p.h"

/* Sorts behind everything of the same rank and is nobody's hash. */
static const char no_hash[] = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

/* All that is here was seen: the newest step of each device is enough, and those are among the last
 * ones of their device in set order. */
static size_t heads(const struct ev_set *set, const char **out)
{
    size_t n = 0;
    for (size_t i = ev_count(set); i-- > 0;) {
        bool known = false;
        for (size_t k = 0; k < n && !known; k++) {
            known = strcmp(ev_find(set, out[k])->dev, ev_at(set, i)->dev) == 0;
        }
        if (!known) {
            out[n++] = ev_at(set, i)->hash;
        }
    }
    return n;
}

static void make_up(struct home *home, const struct process_case *c,
                    const struct process_entry *entry, struct process_trial *t)
{
    int64_t now = home->clock->wall_ms(home->clock->ctx);
    struct ev_step *f = &t->fake;
    memcpy(f->hash, no_hash, sizeof f->hash);
    f->dev = "-"; /* a device of its own: its number and chain are not the point */
    f->user = home->id.user;
    f->process = c->row.id;
    f->pn = 1;
    f->pprev = "";
    f->kind = PROC_STEP;
    f->step = entry->step;
    f->subject = entry->subject ? entry->subject : "";
    f->values = entry->values;
    f->values_n = entry->values_n;
    f->materials = entry->materials;
    f->materials_n = entry->materials_n;
    f->reason = entry->reason;
    f->happened_at = entry->happened_at ? entry->happened_at : now;
    f->wall = now;
    mirror_clock(home, &f->off, &f->unc);
    f->status = STEP_OWN;
    f->seq = -1;
    f->seen_n = heads(c->set, t->seen);
    f->seen = t->seen;
}

enum gw_err process_try(struct home *home, const struct process_case *c,
                        const struct process_entry *entry, gw_day today, struct process_trial *out)
{
    size_t n = ev_count(c->set);
    *out = (struct process_trial){.steps = calloc(n + 1, sizeof *out->steps),
                                  .seen = calloc(n + 1, sizeof *out->seen)};
    if (!out->steps || !out->seen) {
        process_trial_end(out);
        return GW_NOMEM;
    }
    make_up(home, c, entry, out);
    for (size_t i = 0; i < n; i++) {
        out->steps[i] = ev_at(c->set, i);
    }
    out->steps[n] = &out->fake;
    enum gw_err err = ev_set_new(out->steps, n + 1, &out->set);
    if (!err) {
        const struct procedure_in in = {.rules = c->rules, .steps = out->set, .today = today};
        err = procedure_new(&in, &out->state);
    }
    if (err) {
        process_trial_end(out);
    }
    return err;
}

void process_trial_end(struct process_trial *trial)
{
    procedure_free(trial->state);
    ev_set_free(trial->set);
    free(trial->steps);
    free(trial->seen);
    *trial = (struct process_trial){.steps = NULL};
}
