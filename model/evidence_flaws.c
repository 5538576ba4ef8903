/* What is wrong with the shape of a set: gaps, forks, orphans, a missing or a second open. */
#include "model/evidence_p.h"

#include <stdlib.h>
#include <string.h>

static uint8_t bit(enum ev_flaw flaw)
{
    return (uint8_t)(1U << flaw);
}

static bool is_gap(const struct ev_set *set, size_t place)
{
    const struct ev_step *s = ev_placed(set, place);
    if (s->pprev[0] == '\0') {
        return s->pn != 1;
    }
    if (set->prev[place] == EV_NOWHERE) {
        return true;
    }
    const struct ev_step *prev = ev_placed(set, set->prev[place]);
    return strcmp(prev->dev, s->dev) != 0 || prev->pn + 1 != s->pn;
}

static bool is_orphan(const struct ev_set *set, const struct ev_step *s)
{
    bool aims = s->kind == PROC_CORRECT || s->kind == PROC_COSIGN;
    if (aims && (!s->target || ev_rank(set, s->target) == EV_NOWHERE)) {
        return true;
    }
    for (size_t i = 0; i < s->seen_n; i++) {
        if (ev_rank(set, s->seen[i]) == EV_NOWHERE) {
            return true;
        }
    }
    return false;
}

/* ---- forks: neighbours after sorting by device and pn, then by device and pprev */

static int by_pn(const void *a, const void *b, void *ctx)
{
    const struct ev_set *set = ctx;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    const struct ev_step *p = ev_placed(set, x);
    const struct ev_step *q = ev_placed(set, y);
    int order = strcmp(p->dev, q->dev);
    order = order != 0 ? order : (p->pn > q->pn) - (p->pn < q->pn);
    return order != 0 ? order : (x > y) - (x < y);
}

static int by_pprev(const void *a, const void *b, void *ctx)
{
    const struct ev_set *set = ctx;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    const struct ev_step *p = ev_placed(set, x);
    const struct ev_step *q = ev_placed(set, y);
    int order = strcmp(p->dev, q->dev);
    order = order != 0 ? order : strcmp(p->pprev, q->pprev);
    return order != 0 ? order : (x > y) - (x < y);
}

static void flag_forks(struct ev_set *set, uint32_t *places)
{
    qsort_r(places, set->n, sizeof *places, by_pn, set);
    for (size_t i = 1; i < set->n; i++) {
        const struct ev_step *p = ev_placed(set, places[i - 1]);
        const struct ev_step *q = ev_placed(set, places[i]);
        if (p->pn == q->pn && strcmp(p->dev, q->dev) == 0) {
            set->flags[places[i]] |= bit(EV_FORK);
        }
    }
    qsort_r(places, set->n, sizeof *places, by_pprev, set);
    for (size_t i = 1; i < set->n; i++) {
        const struct ev_step *p = ev_placed(set, places[i - 1]);
        const struct ev_step *q = ev_placed(set, places[i]);
        if (strcmp(p->pprev, q->pprev) == 0 && strcmp(p->dev, q->dev) == 0) {
            set->flags[places[i]] |= bit(EV_FORK);
        }
    }
}

static void flag_tips(struct ev_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        set->flags[i] |= EV_TIP;
    }
    for (size_t i = 0; i < set->n; i++) {
        uint32_t prev = set->prev[i];
        if (prev != EV_NOWHERE && strcmp(ev_placed(set, prev)->dev, ev_placed(set, i)->dev) == 0) {
            set->flags[prev] &= (uint8_t)~EV_TIP;
        }
    }
}

enum gw_err ev_find_flaws(struct ev_set *set)
{
    bool opened = false;
    uint32_t *places = calloc(set->n + 1, sizeof *places);
    if (!places) {
        return GW_NOMEM;
    }
    set->no_open = true;
    flag_tips(set);
    for (uint32_t i = 0; i < set->n; i++) {
        const struct ev_step *s = ev_placed(set, i);
        bool counts = s->kind == PROC_OPEN && s->status != STEP_QUARANTINED;
        places[i] = i;
        set->flags[i] |= is_gap(set, i) ? bit(EV_GAP) : 0;
        set->flags[i] |= is_orphan(set, s) ? bit(EV_ORPHAN) : 0;
        set->flags[i] |= counts && opened ? bit(EV_TWO_OPEN) : 0;
        opened = opened || counts;
        set->no_open = set->no_open && s->kind != PROC_OPEN;
    }
    flag_forks(set, places);
    free(places);
    return GW_OK;
}

void ev_flaws(const struct ev_set *set,
              bool (*visit)(void *ctx, enum ev_flaw flaw, const struct ev_step *step), void *ctx)
{
    if (set->no_open && !visit(ctx, EV_NO_OPEN, NULL)) {
        return;
    }
    for (size_t i = 0; i < set->n; i++) {
        for (int flaw = EV_GAP; flaw <= EV_TWO_OPEN; flaw++) {
            if ((set->flags[i] & bit((enum ev_flaw)flaw)) != 0 &&
                !visit(ctx, (enum ev_flaw)flaw, ev_placed(set, i))) {
                return;
            }
        }
    }
}
