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

static bool is_orphan(const struct ev_set *set, size_t place)
{
    const struct ev_step *s = ev_placed(set, place);
    bool aims = s->kind == PROC_CORRECT || s->kind == PROC_COSIGN;
    return set->blind[set->rank[place]] ||
           (aims && (!s->target || ev_rank(set, s->target) == EV_NOWHERE));
}

/* ---- forks: neighbours after sorting by pn and device, then by pprev and device */

/* What is compared, side by side: a step is not looked at for every comparison. */
struct link {
    int64_t pn;
    const char *pprev, *dev;
    uint32_t place;
};

static int by_dev(const struct link *x, const struct link *y)
{
    int order = x->dev == y->dev ? 0 : strcmp(x->dev, y->dev);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static int by_pn(const void *a, const void *b)
{
    const struct link *x = a;
    const struct link *y = b;
    return x->pn != y->pn ? (x->pn > y->pn) - (x->pn < y->pn) : by_dev(x, y);
}

static int by_pprev(const void *a, const void *b)
{
    const struct link *x = a;
    const struct link *y = b;
    int order = x->pprev == y->pprev ? 0 : strcmp(x->pprev, y->pprev);
    return order != 0 ? order : by_dev(x, y);
}

static void flag_forks(struct ev_set *set, struct link *links)
{
    qsort(links, set->n, sizeof *links, by_pn);
    for (size_t i = 1; i < set->n; i++) {
        const struct link *p = &links[i - 1];
        if (p->pn == links[i].pn && strcmp(p->dev, links[i].dev) == 0) {
            set->flags[links[i].place] |= bit(EV_FORK);
        }
    }
    qsort(links, set->n, sizeof *links, by_pprev);
    for (size_t i = 1; i < set->n; i++) {
        const struct link *p = &links[i - 1];
        if (strcmp(p->pprev, links[i].pprev) == 0 && strcmp(p->dev, links[i].dev) == 0) {
            set->flags[links[i].place] |= bit(EV_FORK);
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
    struct link *links = calloc(set->n + 1, sizeof *links);
    if (!links) {
        return GW_NOMEM;
    }
    set->no_open = true;
    flag_tips(set);
    for (uint32_t i = 0; i < set->n; i++) {
        const struct ev_step *s = ev_placed(set, i);
        bool counts = s->kind == PROC_OPEN && s->status != STEP_QUARANTINED;
        links[i] = (struct link){s->pn, s->pprev, s->dev, i};
        set->flags[i] |= is_gap(set, i) ? bit(EV_GAP) : 0;
        set->flags[i] |= is_orphan(set, i) ? bit(EV_ORPHAN) : 0;
        set->flags[i] |= counts && opened ? bit(EV_TWO_OPEN) : 0;
        opened = opened || counts;
        set->no_open = set->no_open && s->kind != PROC_OPEN;
    }
    flag_forks(set, links);
    free(links);
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
