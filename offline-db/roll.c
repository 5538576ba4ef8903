#include "offline-db/roll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_safe.h"
#include "model/mask.h"
#include "offline-db/roll_p.h"

enum { ARENA_MAX = 64 * 1024 * 1024 };

/* ---- by id */

static int id_order(const void *a, const void *b)
{
    const struct roll_person *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

void roll_index(struct roll *roll)
{
    bool sorted = true;
    for (size_t i = 0; i < roll->n; i++) {
        roll->by_id[i] = &roll->people[i];
        sorted = sorted && (i == 0 || strcmp(roll->people[i - 1].id, roll->people[i].id) < 0);
    }
    roll->by_id_n = roll->n;
    if (!sorted) {
        qsort(roll->by_id, roll->n, sizeof *roll->by_id, id_order);
    }
}

const struct roll_person *roll_person_of(const struct roll *roll, const char *id)
{
    size_t low = 0, high = roll->by_id_n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strcmp(roll->by_id[mid]->id, id);
        if (order == 0) {
            return roll->by_id[mid];
        }
        low = order < 0 ? mid + 1 : low;
        high = order < 0 ? high : mid;
    }
    return NULL;
}

struct roll_person *roll_find(const struct roll *roll, const char *id)
{
    const struct roll_person *p = roll_person_of(roll, id);
    return p ? &roll->people[p - roll->people] : NULL;
}

/* ---- order of the list: as it is posted, household by household */

/* Neighbours share the text of their path and household. */
static int shared_order(const char *a, const char *b)
{
    return a == b ? 0 : strcmp(a, b);
}

static int list_order(const void *a, const void *b)
{
    const struct roll_person *x = *(const struct roll_person *const *)a;
    const struct roll_person *y = *(const struct roll_person *const *)b;
    int order = x->entered != y->entered ? (x->entered ? 1 : -1) : shared_order(x->path, y->path);
    order = order != 0 ? order : shared_order(x->household, y->household);
    if (order == 0) {
        order = kin_is_head(y->relation) - kin_is_head(x->relation);
    }
    order = order != 0 ? order : strcmp(x->relation, y->relation);
    return order != 0 ? order : strcmp(x->id, y->id);
}

static enum gw_err put_in_order(struct roll *roll)
{
    struct roll_person *people = gw_arena_alloc(&roll->arena, roll->n + 1, sizeof *people);
    if (!people) {
        return GW_NOMEM;
    }
    qsort(roll->by_id, roll->n, sizeof *roll->by_id, list_order);
    for (size_t i = 0; i < roll->n; i++) {
        people[i] = *roll->by_id[i];
    }
    roll->people = people;
    roll_index(roll);
    return GW_OK;
}

/* ---- judging */

/* Of two rows with one ID number the second gives way only when the first is on the roll. */
static void judge(struct roll *roll)
{
    for (size_t i = 0; i < roll->n; i++) {
        struct roll_person *p = &roll->people[i];
        p->verdict = roll_judge(&roll->rules, roll->polling, &p->facts);
    }
    for (size_t i = 0; i < roll->n; i++) {
        struct roll_person *p = &roll->people[i];
        const struct roll_person *twin = p->twin ? roll_person_of(roll, p->twin) : NULL;
        p->facts.twice = twin && twin->verdict.state == ROLL_IN;
        if (p->facts.twice) {
            p->verdict = roll_judge(&roll->rules, roll->polling, &p->facts);
        }
    }
}

static bool is_entitled(const struct roll *roll, const struct roll_person *p)
{
    const struct roll_facts *f = &p->facts;
    enum roll_why why = p->verdict.why;
    bool age = f->birth != DAY_NONE && day_age(f->birth, roll->polling) >= roll->rules.age;
    return p->verdict.state == ROLL_IN ||
           (age && f->hukou == ROLL_REG_HERE && why != ROLL_WHY_DEPRIVED && why != ROLL_WHY_DIED &&
            why != ROLL_WHY_MOVED && why != ROLL_WHY_REMOVED && why != ROLL_WHY_TWICE);
}

int64_t roll_published(const struct process_case *c, const char *key)
{
    int64_t total = -1;
    for (size_t i = 0; i < procedure_slots(c->state); i++) {
        const struct slot *slot = procedure_slot(c->state, i);
        bool roll = strcmp(slot->step, "S06") == 0 || strcmp(slot->step, "S08-1") == 0;
        const struct proc_value *v =
            roll && slot->record ? procedure_value(c->state, slot->step, slot->subject, key) : NULL;
        total = v && !v->text && !v->erased ? v->num : total; /* template order: the last counts */
    }
    return total;
}

static void count(const struct process_case *c, struct roll *roll)
{
    struct roll_counts *n = &roll->counts;
    *n = (struct roll_counts){.people = roll->n, .published = roll_published(c, "registered")};
    for (size_t i = 0; i < roll->n; i++) {
        const struct roll_person *p = &roll->people[i];
        bool in = p->verdict.state == ROLL_IN;
        n->state[p->verdict.state]++;
        n->classes[p->verdict.class_] += in;
        n->women += in && p->sex == '2';
        n->party += in && p->party;
        n->minority += in && p->minority;
        n->entitled += is_entitled(roll, p);
        n->twice += p->twin != NULL;
        n->birth_differs += p->birth_differs;
        n->objections_pending += p->objection == OBJECTION_PENDING;
    }
}

/* ---- all */

static enum gw_err check(const struct process_case *c, struct gw_fail *fail)
{
    if (!template_step(c->rules->template_, "S06") || !template_step(c->rules->template_, "S05")) {
        return gw_fail_set(fail, GW_INVALID, _("This procedure has no voters' roll."));
    }
    if (c->row.polling_day == DAY_NONE) {
        return gw_fail_set(
            fail, GW_INVALID,
            _("Without a polling day nobody's age can be counted. Correct the opening "
              "of this election."));
    }
    if (!path_ok(c->row.division)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("\"%s\" is no division. Correct the opening of this election."),
                           c->row.division);
    }
    return GW_OK;
}

enum gw_err roll_load(struct home *home, const struct process_case *c, struct roll *out,
                      struct gw_fail *fail)
{
    *out = (struct roll){.polling = c->row.polling_day};
    gw_arena_init(&out->arena, ARENA_MAX);
    enum gw_err err = check(c, fail);
    if (err) {
        return err;
    }
    roll_rules_of(c->rules, &out->rules);
    err = roll_read(home, c->row.division, procedure_slots(c->state), out, fail);
    err = err ? err : roll_records(c, out);
    if (err == GW_NOMEM) {
        (void)gw_fail_set(fail, err, _("There is not enough memory."));
    }
    if (!err) {
        judge(out);
        err = put_in_order(out);
    }
    if (!err) {
        count(c, out);
        err = roll_lists(c, out);
    }
    if (err) {
        roll_unload(out);
    }
    return err;
}

void roll_unload(struct roll *roll)
{
    gw_arena_free(&roll->arena);
    *roll = (struct roll){.n = 0};
}

bool roll_figure(const struct roll *roll, const char *step, const char *key, int64_t *out)
{
    static const struct {
        const char *key;
        enum roll_class class_;
    } rows[] = {{"hukou_resident", ROLL_HUKOU}, {"hukou_absent", ROLL_ABSENT},
                {"outsiders", ROLL_OUTSIDER},   {"hukou", ROLL_HUKOU},
                {"residents", ROLL_USUAL},      {"workers", ROLL_WORKER}};
    bool registration = strcmp(step, "S05") == 0;
    if ((registration || strcmp(step, "S08-1") == 0) && strcmp(key, "registered") == 0) {
        *out = (int64_t)roll->counts.state[ROLL_IN];
        return true;
    }
    if (!registration && roll_list_figure(roll, step, key, out)) {
        return true;
    }
    for (size_t i = 0; registration && i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].key, key) == 0) {
            *out = (int64_t)roll->counts.classes[rows[i].class_];
            return true;
        }
    }
    return false;
}

/* ---- words */

static void note(char *out, size_t size, const char *text)
{
    size_t len = strlen(out);
    if (len < size) {
        (void)snprintf(out + len, size - len, " %s", text);
    }
}

int roll_person_print(const struct roll *roll, const struct process_case *c,
                      const struct roll_person *p, char *out, size_t size)
{
    static const char *const objections[] = {
        "", N_("An objection about this person is not decided yet."),
        N_("An objection about this person was accepted."),
        N_("An objection about this person was rejected.")};
    (void)roll_why_print(c->rules, &roll->rules, p->verdict.why, out, size);
    if (p->verdict.under_age) {
        note(out, size, _("He is under age on polling day all the same."));
    }
    if (p->birth_differs) {
        note(out, size, _("ID card and register give different birth dates; the ID card counts."));
    }
    if (p->id_wrong) {
        note(out, size, _("The ID number does not pass its check; the register's date counts."));
    }
    if (p->objection != OBJECTION_NONE) {
        note(out, size, _(objections[p->objection]));
    }
    return (int)strlen(out);
}

void roll_shown_name(const struct roll_person *p, char *out, size_t size)
{
    struct gw_buf masked;
    gw_buf_init(&masked, 4 * size);
    bool whole = p->verdict.state == ROLL_IN;
    if (!whole && mask_text(MASK_NAME, p->name, &masked) != GW_OK) {
        gw_buf_reset(&masked);
    }
    (void)gw_text_safe_z(out, size, whole ? p->name : gw_buf_str(&masked));
    gw_buf_free(&masked);
}
