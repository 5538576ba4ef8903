/* Corrections and cosigns: which rival two persons chose, and what a record says after its
 * corrections.
 *
 * A correction that had seen one unsettled pair of corrections of its member chooses between them,
 * and choosing takes two persons: it counts once another user cosigned it. Every other correction
 * counts by itself. What is in force is the newest that counts; two that had not seen each other
 * are contested. */
#include "model/procedure_p.h"

#include <stdlib.h>
#include <string.h>

#include "model/evidence_p.h"

#define HAPPENED "happened_at"

struct range proc_aims_of(const struct procedure *p, size_t target_place)
{
    size_t low = 0;
    size_t high = p->aims_n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (p->aims[mid].target < target_place) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    for (high = low; high < p->aims_n && p->aims[high].target == target_place; high++) {
    }
    return (struct range){low, high};
}

/* ---- a contested slot */

static bool had_seen_all(const struct procedure *p, const struct ev_step *const *rivals, size_t n,
                         size_t place)
{
    for (size_t i = 0; i < n; i++) {
        if (!ev_before(p->in.steps, ev_index(p->in.steps, rivals[i]), place)) {
            return false;
        }
    }
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct aim *x = a;
    const struct aim *y = b;
    return (x->place > y->place) - (x->place < y->place);
}

/* Keeps those that no later one had seen. chosen is in set order. */
static size_t newest_of(const struct procedure *p, struct aim *chosen, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t stay = 0;
        for (size_t k = 0; k < kept; k++) {
            if (!ev_before(p->in.steps, chosen[k].place, chosen[i].place)) {
                chosen[stay++] = chosen[k];
            }
        }
        chosen[stay++] = chosen[i];
        kept = stay;
    }
    return kept;
}

static struct aim *collect_choices(struct procedure *p, const struct ev_step *const *rivals,
                                   size_t n, size_t *found)
{
    size_t room = 0;
    for (size_t i = 0; i < n; i++) {
        struct range r = proc_aims_of(p, ev_index(p->in.steps, rivals[i]));
        room += r.to - r.from;
    }
    struct aim *out = proc_take(p, room + 1, sizeof *out);
    *found = 0;
    for (size_t i = 0; out && i < n; i++) {
        struct range r = proc_aims_of(p, ev_index(p->in.steps, rivals[i]));
        for (size_t k = r.from; k < r.to; k++) {
            size_t place = p->aims[k].place;
            if (p->cosigned[place] && had_seen_all(p, rivals, n, place)) {
                out[(*found)++] = p->aims[k];
            }
        }
    }
    return out;
}

const struct ev_step *proc_settled(struct procedure *p, const struct ev_step *const *rivals,
                                   size_t n)
{
    size_t found;
    struct aim *choices = collect_choices(p, rivals, n, &found);
    if (!choices || found == 0) {
        return NULL;
    }
    qsort(choices, found, sizeof *choices, by_place);
    found = newest_of(p, choices, found);
    for (size_t i = 1; i < found; i++) {
        if (choices[i].target != choices[0].target) {
            return NULL;
        }
    }
    return ev_at(p->in.steps, choices[0].target);
}

/* ---- members: one row for each that the record or a correction names */

struct entry {
    const char *key;
    const struct proc_value *value;
    bool material;
    bool dead;    /* chooses without a second person */
    size_t place; /* of its step */
    size_t seq;   /* of two in one step the first is taken */
    size_t chain; /* of its step */
};

static int by_member(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    int order = x->material - y->material;
    order = order != 0 ? order : strcmp(x->key, y->key);
    order = order != 0 ? order : (x->place > y->place) - (x->place < y->place);
    return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

static size_t put_entries(const struct procedure *p, size_t place, struct entry *out)
{
    const struct ev_step *s = ev_at(p->in.steps, place);
    size_t n = 0;
    size_t chain = p->in.steps->chain[place];
    for (size_t i = 0; i < s->values_n; i++) {
        if (strcmp(s->values[i].key, HAPPENED) != 0) {
            out[n] = (struct entry){s->values[i].key, &s->values[i], false, false, place, n, chain};
            n++;
        }
    }
    for (size_t i = 0; i < s->materials_n; i++) {
        out[n] =
            (struct entry){s->materials[i].key, &s->materials[i], true, false, place, n, chain};
        n++;
    }
    if (s->happened_at != 0) { /* its value stands in the step */
        out[n] = (struct entry){HAPPENED, NULL, false, false, place, n, chain};
        n++;
    }
    return n;
}

static size_t entries_max(const struct ev_step *s)
{
    return s->values_n + s->materials_n + 1;
}

/* ---- one member: which of its corrections counts */

/* Corrections of the member that count, by chain; inside a chain by place. */
struct lane {
    size_t chain, from, n;
};
struct lanes {
    struct lane *items;
    size_t n;
    struct entry **counted; /* of lane i: counted[from … from + n) */
};

static int by_chain(const void *a, const void *b)
{
    const struct lane *x = a;
    const struct lane *y = b;
    return (x->chain > y->chain) - (x->chain < y->chain);
}

static void make_lanes(struct lanes *lanes, const struct entry *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        lanes->items[i] = (struct lane){e[i].chain, 0, 1};
    }
    qsort(lanes->items, n, sizeof *lanes->items, by_chain);
    lanes->n = 0;
    size_t from = 0;
    for (size_t i = 0; i < n;) {
        size_t end = i;
        while (end < n && lanes->items[end].chain == lanes->items[i].chain) {
            end++;
        }
        size_t chain = lanes->items[i].chain;
        lanes->items[lanes->n++] = (struct lane){chain, from, 0};
        from += end - i;
        i = end;
    }
}

/* The newest of a lane that the step at place had seen (SIZE_MAX: that there is). */
static struct entry *newest_in(const struct procedure *p, const struct lanes *lanes,
                               const struct lane *lane, size_t place)
{
    size_t low = 0;
    size_t high = lane->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        bool seen = place == SIZE_MAX ||
                    ev_before(p->in.steps, lanes->counted[lane->from + mid]->place, place);
        low = seen ? mid + 1 : low;
        high = seen ? high : mid;
    }
    return low > 0 ? lanes->counted[lane->from + low - 1] : NULL;
}

/* The newest that count in the past of place, without those that another of them had seen. At most
 * one per chain. */
static size_t newest_before(const struct procedure *p, const struct lanes *lanes, size_t place,
                            struct entry **out)
{
    size_t n = 0;
    for (size_t i = 0; i < lanes->n; i++) {
        struct entry *e = newest_in(p, lanes, &lanes->items[i], place);
        bool older = !e;
        for (size_t k = 0; k < lanes->n && !older; k++) {
            struct entry *other = newest_in(p, lanes, &lanes->items[k], place);
            older = other && other != e && ev_before(p->in.steps, e->place, other->place);
        }
        if (!older) {
            out[n++] = e;
        }
    }
    return n;
}

static void count_in(struct lanes *lanes, struct entry *e)
{
    for (size_t i = 0; i < lanes->n; i++) {
        if (lanes->items[i].chain == e->chain) {
            lanes->counted[lanes->items[i].from + lanes->items[i].n++] = e;
        }
    }
}

/* Of corrections e[0…n) of one member: the one in force, alone in `newest`, or those that contest
 * it. Returns how many. */
static size_t resolve(const struct procedure *p, struct lanes *lanes, struct entry *e, size_t n,
                      struct entry **newest)
{
    make_lanes(lanes, e, n);
    for (size_t i = 0; i < n; i++) {
        if (lanes->n > 1 && !p->cosigned[e[i].place]) {
            e[i].dead = newest_before(p, lanes, e[i].place, newest) > 1;
        }
        if (!e[i].dead) {
            count_in(lanes, &e[i]);
        }
    }
    return newest_before(p, lanes, SIZE_MAX, newest);
}

/* ---- all members of a slot */

struct work {
    struct entry *entries;
    size_t n;
    struct lanes lanes;
    struct entry **scratch;
};

static bool make_work(struct procedure *p, struct slot_in *slot, size_t place, struct work *w)
{
    struct range r = proc_aims_of(p, place);
    size_t max = entries_max(slot->pub.record);
    for (size_t i = r.from; i < r.to; i++) {
        max += entries_max(ev_at(p->in.steps, p->aims[i].place));
    }
    w->entries = proc_take(p, max, sizeof *w->entries);
    slot->members = proc_take(p, max, sizeof *slot->members);
    if (r.to > r.from) {
        w->lanes.items = proc_take(p, max, sizeof *w->lanes.items);
        w->lanes.counted = proc_take(p, max, sizeof(void *));
        w->scratch = proc_take(p, max, sizeof(void *));
    }
    if (p->nomem) {
        return false;
    }
    w->n = put_entries(p, place, w->entries);
    for (size_t i = r.from; i < r.to; i++) {
        w->n += put_entries(p, p->aims[i].place, w->entries + w->n);
    }
    qsort(w->entries, w->n, sizeof *w->entries, by_member);
    return true;
}

/* Two spellings of one member in one step: the first. */
static size_t drop_doubles(struct entry *e, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || e[kept - 1].place != e[i].place) {
            e[kept++] = e[i];
        }
    }
    return kept;
}

static int by_entry_place(const void *a, const void *b)
{
    const struct entry *x = *(struct entry *const *)a;
    const struct entry *y = *(struct entry *const *)b;
    return (x->place > y->place) - (x->place < y->place);
}

static void put_rivals(struct procedure *p, struct entry **newest, size_t n, struct member *m)
{
    const struct ev_step **rivals = proc_take(p, n, sizeof(void *));
    qsort(newest, n, sizeof(void *), by_entry_place);
    for (size_t i = 0; rivals && i < n; i++) {
        rivals[i] = ev_at(p->in.steps, newest[i]->place);
    }
    m->rivals = rivals;
    m->rivals_n = rivals ? n : 0;
}

/* newest[0…n): one is in force, several contest the member. */
static void put_member(struct procedure *p, struct slot_in *slot, const struct entry *group,
                       struct entry **newest, size_t n)
{
    struct member m = {.key = group->key, .material = group->material};
    if (n == 1) {
        m.value = newest[0]->value;
    } else {
        put_rivals(p, newest, n, &m);
    }
    if (m.material || strcmp(m.key, HAPPENED) != 0) {
        slot->members[slot->members_n++] = m;
        return;
    }
    slot->time = m;
    slot->pub.happened_at = n == 1 ? ev_at(p->in.steps, newest[0]->place)->happened_at : 0;
}

static void merge_members(struct procedure *p, struct slot_in *slot, struct work *w, size_t place)
{
    for (size_t i = 0; i < w->n;) {
        struct entry *group = &w->entries[i];
        size_t n = 1;
        while (i + n < w->n && group[n].material == group->material &&
               strcmp(group[n].key, group->key) == 0) {
            n++;
        }
        i += n;
        n = drop_doubles(group, n);
        struct entry *base = NULL; /* a correction may stand before the record in the order only
                                      when it is forged: then it is still a correction */
        for (size_t k = 0; k < n; k++) {
            if (group[k].place == place) {
                struct entry own = group[k];
                memmove(group + 1, group, k * sizeof *group);
                group[0] = own;
                base = &group[0];
            }
        }
        size_t found = 1;
        struct entry **newest = &base;
        if (n > (base ? 1U : 0U)) {
            newest = w->scratch;
            found = resolve(p, &w->lanes, base ? group + 1 : group, base ? n - 1 : n, newest);
        }
        put_member(p, slot, group, newest, found);
    }
}

/* ---- a signature on paper */

static bool is_paper(const struct proc_value *value)
{
    return strcmp(value->key, SECOND_PAPER) == 0 && value->text && value->text[0] != '\0';
}

static bool brings_paper(const struct procedure *p, size_t place)
{
    const struct ev_step *step = ev_at(p->in.steps, place);
    for (size_t i = 0; i < step->materials_n; i++) {
        if (is_paper(&step->materials[i])) {
            return true;
        }
    }
    return false;
}

/* Signed on the paper that a record brings is what its author had seen; what was changed apart from
 * it, or after it, nobody else has signed. */
static bool is_covered(const struct procedure *p, size_t place, struct range r)
{
    bool covered = brings_paper(p, place);
    for (size_t i = r.from; i < r.to && !covered; i++) {
        size_t other = p->aims[i].place;
        covered = ev_before(p->in.steps, place, other) && brings_paper(p, other);
    }
    return covered;
}

static bool papered(const struct procedure *p, const struct slot_in *slot, size_t place,
                    struct range r)
{
    const struct member *m = proc_member(slot, true, SECOND_PAPER);
    bool good = m && m->value && is_paper(m->value) && is_covered(p, place, r);
    for (size_t i = r.from; i < r.to && good; i++) {
        good = is_covered(p, p->aims[i].place, r);
    }
    return good;
}

/* A step that asks a second person: the record is cosigned, or a correction of it is; and so is
 * every correction, else one person could change alone what two had signed. Where a key has signed
 * anything, paper counts no more: it cannot take the place of a cosign that was asked before. */
static void merge_cosigns(struct procedure *p, struct slot_in *slot, size_t place, struct range r)
{
    bool record = p->cosigned[place];
    bool all = true;
    for (size_t i = r.from; i < r.to; i++) {
        bool one = p->cosigned[p->aims[i].place];
        record = record || one;
        all = all && one;
    }
    slot->seconded = record && all;
    slot->papered = !record && papered(p, slot, place, r);
}

void proc_merge(struct procedure *p, struct slot_in *slot)
{
    struct work w = {0};
    size_t place = ev_index(p->in.steps, slot->pub.record);
    struct range r = proc_aims_of(p, place);
    const struct ev_step *record = slot->pub.record;
    const struct ev_step **corrections = proc_take(p, r.to - r.from + 1, sizeof(void *));
    if (!corrections || !make_work(p, slot, place, &w)) {
        return;
    }
    slot->erased = record->priv_erased;
    for (size_t i = r.from; i < r.to; i++) {
        const struct ev_step *c = ev_at(p->in.steps, p->aims[i].place);
        corrections[i - r.from] = c;
        slot->erased = slot->erased || c->priv_erased;
    }
    slot->pub.corrections = corrections;
    slot->pub.corrections_n = r.to - r.from;
    merge_members(p, slot, &w, place);
    merge_cosigns(p, slot, place, r);
    slot->pub.happened = slot->pub.happened_at != 0 ? day_of_ms(slot->pub.happened_at) : DAY_NONE;
    slot->pub.recorded_at = record->off != INT64_MIN ? record->wall + record->off
                            : record->recv_at > 0    ? record->recv_at
                                                     : record->wall;
}

const struct member *proc_member(const struct slot_in *slot, bool material, const char *key)
{
    size_t low = 0;
    size_t high = slot->members_n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const struct member *m = &slot->members[mid];
        int order = m->material - material;
        order = order != 0 ? order : strcmp(m->key, key);
        if (order == 0) {
            return m;
        }
        low = order < 0 ? mid + 1 : low;
        high = order < 0 ? high : mid;
    }
    return NULL;
}
