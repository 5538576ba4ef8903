/* A procedure from its rule set and its set of steps: the parts are computed once, in the order of
 * procedure_p.h, and only read afterwards. */
#include "model/procedure_p.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY_MAX = 256 * 1024 * 1024 };

void *proc_take(struct procedure *p, size_t count, size_t size)
{
    void *piece = p->nomem ? NULL : gw_arena_alloc(&p->arena, count, size);
    p->nomem = p->nomem || !piece;
    return piece;
}

size_t proc_spec_index(const struct proc_template *t, const struct step_spec *spec)
{
    return spec ? (size_t)(spec - t->steps) : t->steps_n;
}

/* ---- corrections and cosigns by what they aim at */

static size_t target_of(const struct procedure *p, const struct ev_step *s)
{
    const struct ev_step *target = s->target ? ev_find(p->in.steps, s->target) : NULL;
    return target ? ev_index(p->in.steps, target) : SIZE_MAX;
}

static int by_target(const void *a, const void *b)
{
    const struct aim *x = a;
    const struct aim *y = b;
    int order = (x->target > y->target) - (x->target < y->target);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

/* Two devices of one user are one person; who is not known is nobody. */
static bool other_person(const struct ev_step *a, const struct ev_step *b)
{
    return a->user && b->user && strcmp(a->user, b->user) != 0;
}

static void make_aims(struct procedure *p)
{
    size_t n = ev_count(p->in.steps);
    p->cosigned = proc_take(p, n + 1, sizeof *p->cosigned);
    p->aims = proc_take(p, n + 1, sizeof *p->aims);
    for (size_t i = 0; !p->nomem && i < n; i++) {
        const struct ev_step *s = ev_at(p->in.steps, i);
        bool aims = s->kind == PROC_CORRECT || s->kind == PROC_COSIGN;
        size_t target = aims && proc_counts(s) ? target_of(p, s) : SIZE_MAX;
        if (target == SIZE_MAX) {
            continue;
        }
        if (s->kind == PROC_CORRECT) {
            p->aims[p->aims_n++] = (struct aim){target, i};
        } else if (other_person(s, ev_at(p->in.steps, target))) {
            p->cosigned[target] = true;
        }
    }
    if (!p->nomem) {
        qsort(p->aims, p->aims_n, sizeof *p->aims, by_target);
    }
}

/* ---- open */

/* When nobody had the right to open, the first is shown all the same, marked. */
static void collect_opens(struct procedure *p, const struct ev_step **opens)
{
    const struct ev_step *refused = NULL;
    for (size_t i = 0; i < ev_count(p->in.steps); i++) {
        const struct ev_step *s = ev_at(p->in.steps, i);
        p->closed = p->closed || (s->kind == PROC_CLOSE && proc_counts(s));
        if (s->kind != PROC_OPEN) {
            continue;
        }
        if (proc_counts(s)) {
            opens[p->opens_n++] = s;
        } else if (!refused) {
            refused = s;
        }
    }
    if (p->opens_n == 0 && refused) {
        opens[p->opens_n++] = refused;
    }
}

/* The first in order counts until two persons choose another. */
static void make_open(struct procedure *p)
{
    const struct ev_step **opens = proc_take(p, ev_count(p->in.steps) + 1, sizeof(void *));
    if (!opens) {
        return;
    }
    collect_opens(p, opens);
    p->opens = opens;
    if (p->opens_n == 0) {
        return;
    }
    const struct ev_step *chosen = p->opens_n > 1 ? proc_settled(p, opens, p->opens_n) : NULL;
    p->opens_settled = chosen != NULL;
    p->open.pub = (struct slot){.step = "open",
                                .subject = "",
                                .state = SLOT_DONE,
                                .record = chosen ? chosen : opens[0],
                                .repeats = p->opens_n - 1,
                                .happened = DAY_NONE};
    proc_merge(p, &p->open);
}

/* ---- all of it */

static enum gw_err compute(struct procedure *p)
{
    make_aims(p);
    if (!p->nomem) {
        make_open(p);
    }
    if (!p->nomem && p->opens_n == 0) {
        return GW_ABSENT;
    }
    void (*const parts[])(struct procedure *) = {proc_make_slots, proc_make_memos,
                                                 proc_make_calendar, proc_judge};
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !p->nomem; i++) {
        parts[i](p);
    }
    return p->nomem ? GW_NOMEM : GW_OK;
}

enum gw_err procedure_new(const struct procedure_in *in, struct procedure **out)
{
    struct procedure *p = calloc(1, sizeof *p);
    *out = NULL;
    if (!p) {
        return GW_NOMEM;
    }
    p->in = *in;
    p->t = in->rules->template_;
    gw_arena_init(&p->arena, MEMORY_MAX);
    enum gw_err err = compute(p);
    if (err != GW_OK) {
        procedure_free(p);
        return err;
    }
    *out = p;
    return GW_OK;
}

void procedure_free(struct procedure *p)
{
    if (p) {
        gw_arena_free(&p->arena);
        free(p->findings);
        free(p);
    }
}

const struct ev_step *procedure_open(const struct procedure *p)
{
    return p->open.pub.record;
}

/* The key of the finding is the member's own, so that a field and a material of one name are two.
 */
static const struct member *contested_member(const struct slot_in *slot, const char *key)
{
    for (size_t i = 0; i < slot->members_n; i++) {
        if (slot->members[i].key == key && slot->members[i].rivals_n > 0) {
            return &slot->members[i];
        }
    }
    return slot->time.rivals_n > 0 && strcmp(key, slot->time.key) == 0 ? &slot->time : NULL;
}

bool procedure_contest(const struct procedure *p, const struct finding *f, struct contest *out)
{
    *out = (struct contest){.slot = f->slot};
    if (f->kind != FIND_CONTESTED) {
        return false;
    }
    const struct slot_in *slot = &p->open;
    if (f->slot) {
        slot = proc_slot_in(p, f->slot->step, f->slot->subject);
    } else if (strcmp(f->rule, "open") == 0) {
        out->rivals = p->opens;
        out->rivals_n = p->opens_n;
        return true;
    }
    if (slot->pub.state == SLOT_CONTESTED) {
        out->rivals = slot->pub.rivals;
        out->rivals_n = slot->pub.rivals_n;
        return true;
    }
    const struct member *m = contested_member(slot, f->rule);
    if (!m) {
        return false;
    }
    out->rivals = m->rivals;
    out->rivals_n = m->rivals_n;
    out->record = slot->pub.record;
    out->key = m->key;
    out->material = m->material;
    return true;
}

bool procedure_cosigned(const struct procedure *p, const struct ev_step *step)
{
    size_t place = ev_index(p->in.steps, step);
    return place != SIZE_MAX && p->cosigned[place];
}

size_t procedure_slots(const struct procedure *p)
{
    return p->slots_n;
}

const struct slot *procedure_slot(const struct procedure *p, size_t i)
{
    assert(i < p->slots_n);
    return &p->slots[i].pub;
}

const struct slot *procedure_slot_of(const struct procedure *p, const char *step,
                                     const char *subject)
{
    const struct slot_in *slot = proc_slot_in(p, step, subject ? subject : "");
    return slot ? &slot->pub : NULL;
}

/* There, or not asked for. */
static bool need_met(const struct procedure *p, const struct need *need)
{
    const struct step_spec *spec = template_step(p->t, need->step);
    size_t i = proc_spec_index(p->t, spec);
    return !need->cite.law || !spec || !p->cal[i].applies || p->wholes[i].there;
}

bool procedure_can(const struct procedure *p, const struct step_spec *spec)
{
    const struct cal_line *line = &p->cal[proc_spec_index(p->t, spec)];
    const struct slot_in *slot = &p->slots[p->ranges[proc_spec_index(p->t, spec)].from];
    bool taken = line->done || slot->pub.state == SLOT_CONTESTED;
    if (!line->applies || (taken && !spec->subjects)) {
        return false;
    }
    for (size_t i = 0; i < spec->needs_n; i++) {
        if (!need_met(p, &spec->needs[i])) {
            return false;
        }
    }
    return true;
}

const char *procedure_state_name(const struct procedure *p)
{
    if (p->closed) {
        return "closed";
    }
    for (size_t i = 0; i < p->slots_n; i++) {
        if (p->slots[i].pub.state == SLOT_CONTESTED || p->slots[i].pub.state == SLOT_SECOND) {
            return "open";
        }
    }
    for (size_t i = 0; i < p->t->steps_n; i++) {
        if (p->cal[i].applies && !p->cal[i].done && !p->t->steps[i].optional) {
            return "open";
        }
    }
    return "done";
}
