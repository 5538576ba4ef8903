/* Slots: which record of a step and subject is in force, which are rivals, which repeats. */
#include "model/procedure_p.h"

#include <stdlib.h>
#include <string.h>

/* A record on its way into a slot. */
struct record {
    const struct ev_step *step;
    const char *subject;
    size_t spec; /* index in the template, steps_n when it does not know the step */
    size_t place;
};

bool proc_counts(const struct ev_step *step)
{
    return step->status != STEP_QUARANTINED;
}

/* ---- records, grouped */

static int by_slot(const void *a, const void *b)
{
    const struct record *x = a;
    const struct record *y = b;
    int order = (x->spec > y->spec) - (x->spec < y->spec);
    order = order != 0 ? order : strcmp(x->step->step, y->step->step);
    order = order != 0 ? order : strcmp(x->subject, y->subject);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static bool same_slot(const struct record *x, const struct record *y)
{
    return strcmp(x->step->step, y->step->step) == 0 && strcmp(x->subject, y->subject) == 0;
}

const char *proc_subject(const struct step_spec *spec, const struct ev_step *step)
{
    return (spec && !spec->subjects) || !step->subject ? "" : step->subject;
}

static struct record *collect(struct procedure *p, size_t *n)
{
    size_t total = ev_count(p->in.steps);
    struct record *records = proc_take(p, total + 1, sizeof *records);
    *n = 0;
    for (size_t i = 0; records && i < total; i++) {
        const struct ev_step *s = ev_at(p->in.steps, i);
        if (s->kind == PROC_STEP && proc_counts(s)) {
            const struct step_spec *spec = template_step(p->t, s->step);
            records[(*n)++] =
                (struct record){s, proc_subject(spec, s), proc_spec_index(p->t, spec), i};
        }
    }
    if (records) {
        qsort(records, *n, sizeof *records, by_slot);
    }
    return records;
}

/* ---- who is in force */

/* The records of a slot of which no author had seen another: one is in force, more are rivals. An
 * antichain has at most one record per chain, so this is linear for any real set. */
static size_t find_firsts(const struct procedure *p, const struct record *r, size_t n,
                          const struct ev_step **firsts)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        bool repeat = false;
        for (size_t k = 0; k < found && !repeat; k++) {
            repeat = ev_before(p->in.steps, ev_index(p->in.steps, firsts[k]), r[i].place);
        }
        if (!repeat) {
            firsts[found++] = r[i].step;
        }
    }
    return found;
}

static void decide(struct procedure *p, struct slot_in *slot, const struct record *r, size_t n)
{
    const struct ev_step **firsts = proc_take(p, n, sizeof(void *));
    if (!firsts) {
        return;
    }
    size_t found = find_firsts(p, r, n, firsts);
    slot->pub.repeats = n - found;
    slot->pub.record = found == 1 ? firsts[0] : proc_settled(p, firsts, found);
    if (!slot->pub.record) {
        slot->pub.state = SLOT_CONTESTED;
    }
    if (found > 1) {
        slot->pub.rivals = firsts;
        slot->pub.rivals_n = found;
    }
}

static void fill(struct procedure *p, struct slot_in *slot, const struct record *r, size_t n)
{
    slot->pub = (struct slot){.spec = r->spec < p->t->steps_n ? &p->t->steps[r->spec] : NULL,
                              .step = r->step->step,
                              .subject = r->subject,
                              .happened = DAY_NONE};
    slot->first = r->place;
    decide(p, slot, r, n);
    if (slot->pub.record) {
        proc_merge(p, slot);
        bool waits = slot->pub.spec && slot->pub.spec->second && !slot->seconded;
        slot->pub.state = !waits ? SLOT_DONE : slot->papered ? SLOT_PAPER : SLOT_SECOND;
    }
}

static struct slot_in *fill_all(struct procedure *p, const struct record *r, size_t n, size_t *out)
{
    struct slot_in *slots = proc_take(p, n + 1, sizeof *slots);
    *out = 0;
    for (size_t i = 0; slots && i < n;) {
        size_t end = i + 1;
        while (end < n && same_slot(&r[i], &r[end])) {
            end++;
        }
        fill(p, &slots[(*out)++], r + i, end - i);
        i = end;
    }
    return slots;
}

/* ---- subjects that are known from the step which a deadline hangs on, and have no record yet */

static bool hangs_on(const struct step_spec *spec, const char *step)
{
    for (size_t i = 0; i < spec->times_n; i++) {
        const struct term *ref = &spec->times[i].ref;
        if (ref->kind == TERM_STEP && strcmp(ref->step, step) == 0 && strcmp(spec->id, step) != 0) {
            return true;
        }
    }
    return false;
}

static size_t spec_of(const struct procedure *p, const struct slot_in *slot)
{
    return proc_spec_index(p->t, slot->pub.spec);
}

/* Recorded slots lie by step and subject. */
static const struct slot_in *find_in(const struct slot_in *slots, size_t n, const char *subject)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strcmp(slots[mid].pub.subject, subject);
        if (order == 0) {
            return &slots[mid];
        }
        low = order < 0 ? mid + 1 : low;
        high = order < 0 ? high : mid;
    }
    return NULL;
}

struct build {
    const struct slot_in *recorded; /* by step, then subject */
    size_t recorded_n;
    struct range *recorded_of; /* by step of the template */
    struct slot_in *out;
    size_t out_n;
};

static void put_open(struct build *b, const struct step_spec *spec, const char *subject)
{
    b->out[b->out_n++] = (struct slot_in){
        .pub = {.spec = spec, .step = spec->id, .subject = subject, .happened = DAY_NONE},
        .first = SIZE_MAX};
}

static int by_subject(const void *a, const void *b)
{
    return strcmp(((const struct slot_in *)a)->pub.subject,
                  ((const struct slot_in *)b)->pub.subject);
}

/* Each once, also when two deadlines hang on two steps with the same subjects. */
static void put_expected(const struct procedure *p, struct build *b, size_t spec)
{
    const struct step_spec *mine = &p->t->steps[spec];
    struct range have = b->recorded_of[spec];
    size_t from = b->out_n;
    for (size_t i = 0; mine->subjects && i < p->t->steps_n; i++) {
        const struct step_spec *other = &p->t->steps[i];
        for (size_t k = b->recorded_of[i].from;
             other->subjects && hangs_on(mine, other->id) && k < b->recorded_of[i].to; k++) {
            const char *subject = b->recorded[k].pub.subject;
            if (!find_in(b->recorded + have.from, have.to - have.from, subject)) {
                put_open(b, mine, subject);
            }
        }
    }
    if (b->out_n > from) {
        qsort(b->out + from, b->out_n - from, sizeof *b->out, by_subject);
    }
    size_t kept = from;
    for (size_t i = from; i < b->out_n; i++) {
        if (kept == from || strcmp(b->out[kept - 1].pub.subject, b->out[i].pub.subject) != 0) {
            b->out[kept++] = b->out[i];
        }
    }
    b->out_n = kept;
}

/* ---- all slots */

static int by_first(const void *a, const void *b)
{
    const struct slot_in *x = a;
    const struct slot_in *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

static void put_spec(struct procedure *p, struct build *b, size_t spec)
{
    struct range have = b->recorded_of[spec];
    size_t from = b->out_n;
    size_t n = have.to - have.from;
    memcpy(b->out + from, b->recorded + have.from, n * sizeof *b->out);
    qsort(b->out + from, n, sizeof *b->out, by_first);
    b->out_n += n;
    if (spec < p->t->steps_n) {
        put_expected(p, b, spec);
        if (b->out_n == from) {
            put_open(b, &p->t->steps[spec], "");
        }
    }
    p->ranges[spec] = (struct range){from, b->out_n};
}

/* How many slots there can be: recorded ones, one empty per step, and those that a deadline
 * expects. */
static size_t count_room(const struct procedure *p, const struct build *b)
{
    size_t room = b->recorded_n + p->t->steps_n;
    for (size_t i = 0; i < p->t->steps_n; i++) {
        for (size_t k = 0; k < p->t->steps_n; k++) {
            if (hangs_on(&p->t->steps[i], p->t->steps[k].id)) {
                room += b->recorded_of[k].to - b->recorded_of[k].from;
            }
        }
    }
    return room;
}

static void find_ranges(const struct procedure *p, struct build *b)
{
    for (size_t i = 0; i < b->recorded_n;) {
        size_t spec = spec_of(p, &b->recorded[i]);
        size_t end = i;
        while (end < b->recorded_n && spec_of(p, &b->recorded[end]) == spec) {
            end++;
        }
        b->recorded_of[spec] = (struct range){i, end};
        i = end;
    }
}

/* Of a step and subject: what is searched lies side by side. FNV-1a; who makes two of one key gets
 * two comparisons more. */
static uint64_t name_key(const char *step, const char *subject)
{
    uint64_t key = UINT64_C(14695981039346656037);
    for (const char *p = step; *p != '\0'; p++) {
        key = (key ^ (unsigned char)*p) * UINT64_C(1099511628211);
    }
    key = (key ^ '/') * UINT64_C(1099511628211);
    for (const char *p = subject; *p != '\0'; p++) {
        key = (key ^ (unsigned char)*p) * UINT64_C(1099511628211);
    }
    return key;
}

static int name_order(const struct slot_at *x, uint64_t key, const char *step, const char *subject)
{
    if (x->key != key) {
        return x->key < key ? -1 : 1;
    }
    int order = strcmp(x->slot->pub.step, step);
    return order != 0 ? order : strcmp(x->slot->pub.subject, subject);
}

static int by_name(const void *a, const void *b)
{
    const struct slot_at *y = b;
    return name_order(a, y->key, y->slot->pub.step, y->slot->pub.subject);
}

static void make_index(struct procedure *p)
{
    p->index = proc_take(p, p->slots_n + 1, sizeof *p->index);
    for (size_t i = 0; p->index && i < p->slots_n; i++) {
        const struct slot *pub = &p->slots[i].pub;
        p->index[i] = (struct slot_at){name_key(pub->step, pub->subject), &p->slots[i]};
    }
    if (p->index) {
        qsort(p->index, p->slots_n, sizeof *p->index, by_name);
    }
}

static bool happened_first(const struct slot_in *slot, const struct slot_in *than)
{
    return !than || (slot->pub.happened != DAY_NONE &&
                     (than->pub.happened == DAY_NONE || slot->pub.happened < than->pub.happened));
}

static struct whole whole_of(const struct procedure *p, struct range r)
{
    struct whole w = {false, NULL};
    bool contested = false;
    for (size_t i = r.from; i < r.to; i++) {
        const struct slot_in *slot = &p->slots[i];
        contested = contested || slot->pub.state == SLOT_CONTESTED;
        w.there = w.there || slot->pub.record;
        w.first = slot->pub.state != SLOT_OPEN && happened_first(slot, w.first) ? slot : w.first;
    }
    w.there = w.there && !contested;
    return w;
}

static void make_wholes(struct procedure *p)
{
    p->wholes = proc_take(p, p->t->steps_n + 1, sizeof *p->wholes);
    for (size_t i = 0; p->wholes && i < p->t->steps_n; i++) {
        p->wholes[i] = whole_of(p, p->ranges[i]);
    }
}

void proc_make_slots(struct procedure *p)
{
    size_t n;
    struct build b = {0};
    struct record *records = collect(p, &n);
    b.recorded = records ? fill_all(p, records, n, &b.recorded_n) : NULL;
    b.recorded_of = proc_take(p, p->t->steps_n + 1, sizeof *b.recorded_of);
    p->ranges = proc_take(p, p->t->steps_n + 1, sizeof *p->ranges);
    if (!b.recorded || !b.recorded_of || !p->ranges) {
        return;
    }
    find_ranges(p, &b);
    b.out = proc_take(p, count_room(p, &b) + 1, sizeof *b.out);
    if (!b.out) {
        return;
    }
    for (size_t i = 0; i <= p->t->steps_n; i++) { /* the last: steps the template does not know */
        put_spec(p, &b, i);
    }
    p->slots = b.out;
    p->slots_n = b.out_n;
    make_index(p);
    make_wholes(p);
}

struct slot_in *proc_slot_in(const struct procedure *p, const char *step, const char *subject)
{
    uint64_t key = name_key(step, subject);
    size_t low = 0;
    size_t high = p->slots_n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = name_order(&p->index[mid], key, step, subject);
        if (order == 0) {
            return p->index[mid].slot;
        }
        low = order < 0 ? mid + 1 : low;
        high = order < 0 ? high : mid;
    }
    return NULL;
}
