/* The order of a set of steps, and who had seen what.
 *
 * Order: Kahn's algorithm over pprev and seen with a heap of hashes, so that arrival plays no part.
 *
 * Reachability: the steps are laid out in chains. A step continues the chain of its pprev when no
 * earlier one did, else it starts a chain of its own. Without forks and gaps a chain is a device
 * and a place in it is its pn; of a device that forked each branch is a chain, so that "had seen
 * one branch" never means "had seen the other", whatever the pn say. Each step keeps, per chain,
 * how far its past reaches: a is in the past of b when b reaches at least to a's place in a's
 * chain. */
#include "model/evidence_p.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* 256 MiB: 10,000 steps of 6,700 chains. Real sets have as many chains as devices. */
enum { PAST_CELLS_MAX = 64 * 1024 * 1024, KEY_DIGITS = 16 };

/* ---- the steps by hash, each once */

/* The same step can come twice: from the journal and, with its receipt, from the mirror. The one
 * that tells more is kept, whichever came first. */
static int by_hash(const void *a, const void *b)
{
    const struct ev_step *x = *(const struct ev_step *const *)a;
    const struct ev_step *y = *(const struct ev_step *const *)b;
    int order = strcmp(x->hash, y->hash);
    if (order == 0) {
        order = (x->seq < y->seq) - (x->seq > y->seq);
    }
    if (order == 0) {
        order = (x->recv_at < y->recv_at) - (x->recv_at > y->recv_at);
    }
    if (order == 0) {
        order = (x->status < y->status) - (x->status > y->status);
    }
    return order != 0 ? order : x->priv_erased - y->priv_erased;
}

/* The first digits of a hash as a number: in the same order as the texts, and side by side in
 * memory, where the steps themselves are not. A text that is no hash gets any number. */
static uint64_t key_of(const char *hash)
{
    uint64_t key = 0;
    for (size_t i = 0; i < KEY_DIGITS && hash[i] != '\0'; i++) {
        unsigned char c = (unsigned char)hash[i];
        key = key << 4 | (uint64_t)((c <= '9' ? c - '0' : c - 'a' + 10) & 15);
    }
    return key;
}

struct keyed {
    uint64_t key;
    const struct ev_step *step;
};

static int by_key(const void *a, const void *b)
{
    const struct keyed *x = a;
    const struct keyed *y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return by_hash(&x->step, &y->step);
}

static enum gw_err sort_once(struct ev_set *set)
{
    size_t kept = 0;
    struct keyed *all = calloc(set->n + 1, sizeof *all);
    if (!all) {
        return GW_NOMEM;
    }
    for (size_t i = 0; i < set->n; i++) {
        all[i] = (struct keyed){key_of(set->steps[i]->hash), set->steps[i]};
    }
    qsort(all, set->n, sizeof *all, by_key);
    for (size_t i = 0; i < set->n; i++) {
        bool again = kept > 0 && set->keys[kept - 1] == all[i].key &&
                     strcmp(set->steps[kept - 1]->hash, all[i].step->hash) == 0;
        if (!again) {
            set->keys[kept] = all[i].key;
            set->steps[kept++] = all[i].step;
        }
    }
    free(all);
    set->n = kept;
    for (size_t i = 0; i < kept; i++) {
        bool ok = gw_hex_decode(set->steps[i]->hash, set->raw + i * GW_HASH_BYTES, GW_HASH_BYTES);
        assert(ok); /* who read the step computed the hash */
        (void)ok;
    }
    return GW_OK;
}

uint32_t ev_rank(const struct ev_set *set, const char *hash)
{
    uint64_t key = key_of(hash);
    size_t low = 0;
    size_t high = set->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        low = set->keys[mid] < key ? mid + 1 : low;
        high = set->keys[mid] < key ? high : mid;
    }
    for (; low < set->n && set->keys[low] == key; low++) { /* two of one key: nobody has seen it */
        if (strcmp(set->steps[low]->hash, hash) == 0) {
            return (uint32_t)low;
        }
    }
    return EV_NOWHERE;
}

/* ---- edges and order */

/* Parents of every rank, and the same edges the other way round. */
struct edges {
    uint32_t *parents, *parents_from; /* from[r]…from[r + 1] */
    uint32_t *children, *children_from;
    uint32_t *open; /* parents not placed yet */
    uint32_t *prev; /* of every rank: rank of pprev, EV_NOWHERE */
};

static void edges_free(struct edges *e)
{
    free(e->parents);
    free(e->parents_from);
    free(e->children);
    free(e->children_from);
    free(e->open);
    free(e->prev);
}

static size_t put_edge(uint32_t *to, size_t at, uint32_t parent, uint32_t self)
{
    if (parent != EV_NOWHERE && parent != self) {
        to[at++] = parent;
    }
    return at;
}

/* pprev is the first parent when it is here. Every hash is looked up here, once. */
static void find_parents(struct ev_set *set, struct edges *e)
{
    size_t at = 0;
    for (uint32_t r = 0; r < set->n; r++) {
        const struct ev_step *s = set->steps[r];
        e->parents_from[r] = (uint32_t)at;
        e->prev[r] = s->pprev[0] != '\0' ? ev_rank(set, s->pprev) : EV_NOWHERE;
        at = put_edge(e->parents, at, e->prev[r], r);
        for (size_t i = 0; i < s->seen_n; i++) {
            uint32_t seen = ev_rank(set, s->seen[i]);
            set->blind[r] = set->blind[r] || seen == EV_NOWHERE;
            at = put_edge(e->parents, at, seen, r);
        }
    }
    e->parents_from[set->n] = (uint32_t)at;
}

static void find_children(const struct ev_set *set, struct edges *e)
{
    size_t total = e->parents_from[set->n];
    for (size_t i = 0; i < total; i++) {
        e->children_from[e->parents[i] + 1]++;
    }
    for (size_t r = 0; r < set->n; r++) {
        e->children_from[r + 1] += e->children_from[r];
        e->open[r] = e->children_from[r]; /* for now: where the next child goes */
    }
    for (uint32_t r = 0; r < set->n; r++) {
        for (uint32_t i = e->parents_from[r]; i < e->parents_from[r + 1]; i++) {
            e->children[e->open[e->parents[i]]++] = r;
        }
    }
    for (size_t r = 0; r < set->n; r++) {
        e->open[r] = e->parents_from[r + 1] - e->parents_from[r];
    }
}

static enum gw_err edges_new(struct ev_set *set, struct edges *e)
{
    size_t max = 0;
    for (size_t r = 0; r < set->n; r++) {
        max += 1 + set->steps[r]->seen_n;
    }
    if (max >= UINT32_MAX) {
        return GW_TOO_LARGE;
    }
    e->parents = calloc(max + 1, sizeof *e->parents);
    e->children = calloc(max + 1, sizeof *e->children);
    e->parents_from = calloc(set->n + 1, sizeof *e->parents_from);
    e->children_from = calloc(set->n + 1, sizeof *e->children_from);
    e->open = calloc(set->n + 1, sizeof *e->open);
    e->prev = calloc(set->n + 1, sizeof *e->prev);
    if (!e->prev || !e->parents || !e->children || !e->parents_from || !e->children_from ||
        !e->open) {
        return GW_NOMEM;
    }
    find_parents(set, e);
    find_children(set, e);
    return GW_OK;
}

/* A heap of ranks, the smallest on top. */
struct heap {
    uint32_t *items; /* owned */
    size_t n;
};

static void heap_put(struct heap *h, uint32_t rank)
{
    size_t at = h->n++;
    while (at > 0 && h->items[(at - 1) / 2] > rank) {
        h->items[at] = h->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    h->items[at] = rank;
}

static uint32_t heap_take(struct heap *h)
{
    uint32_t top = h->items[0];
    uint32_t last = h->items[--h->n];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= h->n) {
            break;
        }
        child += child + 1 < h->n && h->items[child + 1] < h->items[child];
        if (h->items[child] >= last) {
            break;
        }
        h->items[at] = h->items[child];
        at = child;
    }
    h->items[at] = last;
    return top;
}

/* Hashes make no circles; what claims to be one is cut at its smallest hash, so that this ends and
 * everybody cuts alike. */
static void cut_circle(struct ev_set *set, struct heap *h, uint32_t *from)
{
    while (set->place[*from] != EV_NOWHERE) {
        (*from)++;
    }
    heap_put(h, *from);
}

static void place_all(struct ev_set *set, struct edges *e, struct heap *h)
{
    uint32_t from = 0;
    for (uint32_t r = 0; r < set->n; r++) {
        set->place[r] = EV_NOWHERE;
        if (e->open[r] == 0) {
            heap_put(h, r);
        }
    }
    for (uint32_t done = 0; done < set->n;) {
        if (h->n == 0) {
            cut_circle(set, h, &from);
        }
        uint32_t r = heap_take(h);
        set->place[r] = done;
        set->rank[done++] = r;
        for (uint32_t i = e->children_from[r]; i < e->children_from[r + 1]; i++) {
            uint32_t child = e->children[i];
            if (--e->open[child] == 0 && set->place[child] == EV_NOWHERE) {
                heap_put(h, child);
            }
        }
    }
}

static enum gw_err make_order(struct ev_set *set, struct edges *e)
{
    struct heap heap = {calloc(set->n + 1, sizeof(uint32_t)), 0};
    if (!heap.items) {
        return GW_NOMEM;
    }
    place_all(set, e, &heap);
    free(heap.items);
    for (size_t i = 0; i < set->n; i++) {
        uint32_t r = e->prev[set->rank[i]];
        set->prev[i] = r == EV_NOWHERE ? EV_NOWHERE : set->place[r];
    }
    return GW_OK;
}

/* ---- chains and reachability */

static enum gw_err make_chains(struct ev_set *set)
{
    bool *continued = calloc(set->n + 1, sizeof *continued);
    if (!continued) {
        return GW_NOMEM;
    }
    for (uint32_t i = 0; i < set->n; i++) {
        uint32_t prev = set->prev[i];
        if (prev < i && !continued[prev]) { /* EV_NOWHERE is larger than any place */
            continued[prev] = true;
            set->chain[i] = set->chain[prev];
            set->pos[i] = set->pos[prev] + 1;
        } else {
            set->chain[i] = (uint32_t)set->chains++;
            set->pos[i] = 1;
        }
    }
    free(continued);
    return GW_OK;
}

static uint32_t *past_of(const struct ev_set *set, size_t place)
{
    return set->past + place * set->chains;
}

static void merge_past(struct ev_set *set, uint32_t place, uint32_t parent)
{
    uint32_t *mine = past_of(set, place);
    const uint32_t *its = past_of(set, parent);
    if (mine[set->chain[parent]] >= set->pos[parent]) {
        return; /* known already, and with it all that it had seen */
    }
    for (size_t c = 0; c < set->chains; c++) {
        mine[c] = its[c] > mine[c] ? its[c] : mine[c];
    }
    mine[set->chain[parent]] = set->pos[parent];
}

static enum gw_err make_past(struct ev_set *set, const struct edges *e)
{
    if (set->chains > PAST_CELLS_MAX / (set->n + 1)) {
        return GW_TOO_LARGE;
    }
    set->past = calloc(set->n * set->chains + 1, sizeof *set->past);
    if (!set->past) {
        return GW_NOMEM;
    }
    for (uint32_t i = 0; i < set->n; i++) {
        uint32_t r = set->rank[i];
        for (uint32_t k = e->parents_from[r]; k < e->parents_from[r + 1]; k++) {
            uint32_t parent = set->place[e->parents[k]];
            if (parent < i) {
                merge_past(set, i, parent);
            }
        }
    }
    return GW_OK;
}

/* ---- the set */

static enum gw_err build(struct ev_set *set)
{
    struct edges edges = {0};
    enum gw_err err = sort_once(set);
    if (err == GW_OK) {
        err = edges_new(set, &edges);
    }
    if (err == GW_OK) {
        err = make_order(set, &edges);
    }
    if (err == GW_OK) {
        err = make_chains(set);
    }
    if (err == GW_OK) {
        err = make_past(set, &edges);
    }
    if (err == GW_OK) {
        err = ev_find_flaws(set);
    }
    edges_free(&edges);
    return err;
}

static struct ev_set *set_alloc(size_t n)
{
    struct ev_set *set = calloc(1, sizeof *set);
    if (!set) {
        return NULL;
    }
    set->n = n;
    set->steps = calloc(n + 1, sizeof(void *));
    set->raw = calloc(n + 1, GW_HASH_BYTES);
    set->keys = calloc(n + 1, sizeof *set->keys);
    set->place = calloc(n + 1, sizeof *set->place);
    set->rank = calloc(n + 1, sizeof *set->rank);
    set->prev = calloc(n + 1, sizeof *set->prev);
    set->flags = calloc(n + 1, sizeof *set->flags);
    set->blind = calloc(n + 1, sizeof *set->blind);
    set->chain = calloc(n + 1, sizeof *set->chain);
    set->pos = calloc(n + 1, sizeof *set->pos);
    if (!set->steps || !set->raw || !set->keys || !set->blind || !set->place || !set->rank ||
        !set->prev || !set->flags || !set->chain || !set->pos) {
        ev_set_free(set);
        return NULL;
    }
    return set;
}

enum gw_err ev_set_new(const struct ev_step *const *steps, size_t n, struct ev_set **out)
{
    *out = NULL;
    if (n >= PAST_CELLS_MAX) {
        return GW_TOO_LARGE;
    }
    struct ev_set *set = set_alloc(n);
    if (!set) {
        return GW_NOMEM;
    }
    if (n > 0) {
        memcpy(set->steps, steps, n * sizeof(void *));
    }
    enum gw_err err = build(set);
    if (err != GW_OK) {
        ev_set_free(set);
        return err;
    }
    *out = set;
    return GW_OK;
}

void ev_set_free(struct ev_set *set)
{
    if (!set) {
        return;
    }
    free(set->steps);
    free(set->raw);
    free(set->keys);
    free(set->place);
    free(set->rank);
    free(set->prev);
    free(set->flags);
    free(set->blind);
    free(set->chain);
    free(set->pos);
    free(set->past);
    free(set);
}

int64_t ev_recorded_at(const struct ev_step *step)
{
    return step->off != INT64_MIN ? step->wall + step->off
           : step->recv_at > 0    ? step->recv_at
                                  : step->wall;
}

size_t ev_count(const struct ev_set *set)
{
    return set->n;
}

const struct ev_step *ev_placed(const struct ev_set *set, size_t place)
{
    return set->steps[set->rank[place]];
}

const struct ev_step *ev_at(const struct ev_set *set, size_t i)
{
    assert(i < set->n);
    return ev_placed(set, i);
}

const struct ev_step *ev_find(const struct ev_set *set, const char *hash)
{
    uint32_t r = ev_rank(set, hash);
    return r == EV_NOWHERE ? NULL : set->steps[r];
}

size_t ev_index(const struct ev_set *set, const struct ev_step *step)
{
    uint32_t r = ev_rank(set, step->hash);
    return r == EV_NOWHERE ? SIZE_MAX : set->place[r];
}

bool ev_before(const struct ev_set *set, size_t a, size_t b)
{
    assert(a < set->n && b < set->n);
    return past_of(set, b)[set->chain[a]] >= set->pos[a];
}
