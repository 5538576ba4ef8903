/* What was recorded about people of the roll. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/roll_p.h"

struct records {
    const struct process_case *c;
    struct roll *roll;
    const struct roll_person **by_house; /* owned: sorted by household */
    size_t houses_n;                     /* entries in it; entered people are not */
    const char *step;                    /* whose records are being read */
    enum gw_err err;
};

const char *roll_text(const struct process_case *c, const struct slot *slot, const char *key)
{
    const struct proc_value *v = procedure_value(c->state, slot->step, slot->subject, key);
    return v && v->text && !v->erased ? v->text : NULL;
}

gw_day roll_day(const struct process_case *c, const struct slot *slot, const char *key)
{
    gw_day day = DAY_NONE;
    const char *text = roll_text(c, slot, key);
    (void)(text && day_parse(text, &day)); /* an unreadable day is not known */
    return day;
}

static bool text_is(const struct records *r, const struct slot *slot, const char *key,
                    const char *want)
{
    const char *text = roll_text(r->c, slot, key);
    return text && strcmp(text, want) == 0;
}

static bool is_true(const struct records *r, const struct slot *slot, const char *key)
{
    const struct proc_value *v = procedure_value(r->c->state, slot->step, slot->subject, key);
    return v && !v->text && v->num != 0;
}

/* ---- what each step says of a person */

static void excluded(struct records *r, const struct slot *slot, struct roll_person *p)
{
    static const struct {
        const char *value;
        enum roll_ground ground;
    } grounds[] = {{"deprived", ROLL_DEPRIVED},
                   {"declined", ROLL_DECLINED},
                   {"elsewhere", ROLL_ELSEWHERE},
                   {"died", ROLL_DIED},
                   {"moved", ROLL_MOVED}};
    for (size_t i = 0; i < sizeof grounds / sizeof grounds[0]; i++) {
        if (text_is(r, slot, "ground", grounds[i].value)) {
            p->facts.ground = grounds[i].ground;
        }
    }
    p->facts.ends_on = roll_day(r->c, slot, "ends_on");
    p->facts.told_on = roll_day(r->c, slot, "told_on");
}

static void said(struct records *r, const struct slot *slot, struct roll_person *p)
{
    gw_day day = roll_day(r->c, slot, "said_on");
    p->facts.said = true;
    p->facts.said_on = day > p->facts.said_on ? day : p->facts.said_on;
    if (p->entered || is_true(r, slot, "hukou_here")) {
        p->facts.hukou = ROLL_REG_HERE;
    }
}

static void applied(struct records *r, const struct slot *slot, struct roll_person *p)
{
    gw_day since = roll_day(r->c, slot, "since");
    p->facts.applied = true;
    p->facts.applied_as_worker = text_is(r, slot, "basis", "works");
    p->facts.decision = text_is(r, slot, "decision", "agreed")    ? ROLL_AGREED
                        : text_is(r, slot, "decision", "refused") ? ROLL_REFUSED
                                                                  : ROLL_UNDECIDED;
    if (p->entered) {
        p->facts.hukou = ROLL_REG_ELSEWHERE;
        p->facts.lives = !p->facts.applied_as_worker;
    }
    if (p->facts.applied_as_worker) {
        p->facts.works_since = since;
    } else if (since != DAY_NONE) {
        p->facts.lives_since = since;
    }
}

static void changed(struct records *r, const struct slot *slot, struct roll_person *p)
{
    p->facts.change = text_is(r, slot, "change", "added") ? ROLL_ADDED : ROLL_REMOVED;
}

/* An objection is shown beside the person; an accepted one about being on the list changes it. */
static void objected(struct records *r, const struct slot *slot, struct roll_person *p)
{
    const struct slot *decision = procedure_slot_of(r->c->state, "S08", slot->subject);
    bool decided = decision && decision->record;
    bool accepted = decided && text_is(r, decision, "decision", "accepted");
    p->objection_no = slot->subject;
    p->objection = !decided   ? OBJECTION_PENDING
                   : accepted ? OBJECTION_ACCEPTED
                              : OBJECTION_REJECTED;
    if (accepted && text_is(r, slot, "about", "omitted")) {
        p->facts.change = ROLL_ADDED;
    } else if (accepted && text_is(r, slot, "about", "should_not")) {
        p->facts.change = ROLL_REMOVED;
    }
}

static const struct kind {
    const char *step;
    void (*take)(struct records *r, const struct slot *slot, struct roll_person *p);
    bool enters; /* of somebody who is not among the residents: a row of his own */
} kinds[] = {
    {"S05-1", excluded, false}, {"S05-2", said, true},    {"S05-3", applied, true},
    {"S07", objected, false},   {"S08-2", changed, true},
};

/* ---- whom a record names */

static int house_order(const void *a, const void *b)
{
    const struct roll_person *const *x = a, *const *y = b;
    return strcmp((*x)->household, (*y)->household);
}

static enum gw_err index_houses(struct records *r)
{
    r->by_house = calloc(r->roll->n + 1, sizeof(*r->by_house));
    if (!r->by_house) {
        return GW_NOMEM;
    }
    for (size_t i = 0; i < r->roll->n; i++) {
        if (r->roll->people[i].household[0]) {
            r->by_house[r->houses_n++] = &r->roll->people[i];
        }
    }
    qsort(r->by_house, r->houses_n, sizeof(*r->by_house), house_order);
    return GW_OK;
}

static void tell(struct records *r, const struct kind *kind, const struct slot *slot,
                 struct roll_person *p)
{
    kind->take(r, slot, p);
    p->step = slot->step;
    p->subject = slot->subject;
}

static size_t tell_house(struct records *r, const struct kind *kind, const struct slot *slot,
                         const char *id)
{
    size_t low = 0, high = r->houses_n, n = 0;
    if (!r->by_house) {
        r->err = index_houses(r);
        high = r->houses_n;
    }
    while (low < high) {
        size_t mid = (low + high) / 2;
        bool less = strcmp(r->by_house[mid]->household, id) < 0;
        low = less ? mid + 1 : low;
        high = less ? high : mid;
    }
    for (; low + n < r->houses_n && strcmp(r->by_house[low + n]->household, id) == 0; n++) {
        tell(r, kind, slot, roll_find(r->roll, r->by_house[low + n]->id));
    }
    return n;
}

/* Ids with 、 , or blanks between. Returns how many people they name. */
static size_t tell_all(struct records *r, const struct kind *kind, const struct slot *slot,
                       const char *list)
{
    char id[GW_ID_MAX + 1];
    size_t told = 0;
    while (*list && !r->err) {
        size_t len =
            strspn(list, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/");
        if (len > 0 && len <= GW_ID_MAX) {
            memcpy(id, list, len);
            id[len] = '\0';
            struct roll_person *p = roll_find(r->roll, id);
            if (p) {
                tell(r, kind, slot, p);
                told++;
            } else {
                told += tell_house(r, kind, slot, id);
            }
        }
        list += len > 0 ? len : 1;
    }
    return told;
}

/* ---- entered people */

static void enter(struct records *r, const struct kind *kind, const struct slot *slot)
{
    char id[GW_ID_MAX + 1];
    const char *name = roll_text(r->c, slot, "name");
    struct roll_person *p = &r->roll->people[r->roll->n];
    if (snprintf(id, sizeof id, "%s/%s", slot->step, slot->subject) >= (int)sizeof id) {
        return; /* a subject that long was never typed here */
    }
    *p = (struct roll_person){.entered = true, .name = name ? name : "", .sex = '0'};
    p->path = p->household = p->relation = "";
    p->facts = (struct roll_facts){.lives_since = DAY_NONE,
                                   .works_since = DAY_NONE,
                                   .said_on = DAY_NONE,
                                   .ends_on = DAY_NONE,
                                   .told_on = DAY_NONE};
    p->birth = p->facts.birth = roll_day(r->c, slot, "born_on");
    p->id = gw_arena_text(&r->roll->arena, id);
    if (!p->id) {
        r->err = GW_NOMEM;
        return;
    }
    r->roll->n++;
    tell(r, kind, slot, p);
}

static void take_slot(struct records *r, const struct slot *slot)
{
    const struct kind *kind = NULL;
    for (size_t i = 0; !kind && i < sizeof kinds / sizeof kinds[0]; i++) {
        kind = strcmp(kinds[i].step, slot->step) == 0 ? &kinds[i] : NULL;
    }
    if (!kind || !slot->record) {
        return;
    }
    if (r->step && strcmp(r->step, slot->step) != 0) {
        roll_index(r->roll); /* later steps may name people that earlier ones entered */
    }
    r->step = slot->step;
    const char *list = roll_text(r->c, slot, "resident_id");
    bool asks = strcmp(kind->step, "S08-2") != 0 || text_is(r, slot, "change", "added");
    if (tell_all(r, kind, slot, list ? list : slot->subject) == 0 && kind->enters && asks &&
        !r->err) {
        enter(r, kind, slot);
    }
}

enum gw_err roll_records(const struct process_case *c, struct roll *roll)
{
    struct records r = {.c = c, .roll = roll};
    for (size_t i = 0; i < procedure_slots(c->state) && !r.err; i++) {
        take_slot(&r, procedure_slot(c->state, i));
    }
    free(r.by_house);
    roll_index(roll);
    return r.err;
}
