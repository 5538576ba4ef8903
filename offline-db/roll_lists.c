/* The lists beside the voters' roll: who votes for each household (S05-4), and the representatives
 * whom the groups chose (S09-1). U26 17 wants them published with the roll. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "offline-db/roll_p.h"

enum { REPS_MAX = 2000, NAME_BYTES = 128 };

const struct roll_person *roll_by_name(const struct roll *roll, const char *name, size_t len)
{
    const struct roll_person *found = NULL;
    for (size_t i = 0; i < roll->n; i++) {
        const struct roll_person *p = &roll->people[i];
        if (strncmp(p->name, name, len) == 0 && p->name[len] == '\0') {
            if (found) {
                return NULL;
            }
            found = p;
        }
    }
    return found;
}

static int64_t number_of(const struct process_case *c, const char *step, const char *subject,
                         const char *key)
{
    const struct proc_value *v = procedure_value(c->state, step, subject, key);
    return v && !v->text && !v->erased ? v->num : -1;
}

bool roll_has_houses(const struct process_case *c)
{
    return template_step(c->rules->template_, "S05-4") != NULL;
}

bool roll_has_reps(const struct process_case *c)
{
    return template_step(c->rules->template_, "S09-1") != NULL;
}

/* ---- households */

/* S05-4: who votes for a household. Nobody who is not on the roll does. */
static void choose(const struct process_case *c, struct roll *roll)
{
    for (size_t i = 0; i < procedure_slots(c->state); i++) {
        const struct slot *slot = procedure_slot(c->state, i);
        if (strcmp(slot->step, "S05-4") != 0 || !slot->record) {
            continue;
        }
        const char *house = roll_text(c, slot, "household_id");
        const char *id = roll_text(c, slot, "resident_id");
        const struct roll_person *p = id ? roll_person_of(roll, id) : NULL;
        house = house ? house : p ? p->household : NULL;
        for (size_t k = 0; k < roll->houses_n && house && p; k++) {
            if (strcmp(roll->houses[k].id, house) == 0) {
                struct roll_house *h = &roll->houses[k];
                h->off_roll = p->verdict.state != ROLL_IN;
                h->person = h->off_roll ? NULL : p;
                h->chosen = true;
            }
        }
    }
}

static enum gw_err list_houses(const struct process_case *c, struct roll *roll)
{
    roll->houses = gw_arena_alloc(&roll->arena, roll->n + 1, sizeof *roll->houses);
    if (!roll->houses) {
        return GW_NOMEM;
    }
    for (size_t i = 0; i < roll->n; i++) {
        const struct roll_person *p = &roll->people[i];
        if (p->verdict.state != ROLL_IN || !p->household[0]) {
            continue;
        }
        struct roll_house *h = roll->houses_n ? &roll->houses[roll->houses_n - 1] : NULL;
        if (!h || strcmp(h->id, p->household) != 0) {
            h = &roll->houses[roll->houses_n++];
            *h = (struct roll_house){.id = p->household};
        }
        h->voters++;
        h->head = !h->head && kin_is_head(p->relation) ? p : h->head;
        h->person = h->head;
    }
    choose(c, roll);
    return GW_OK;
}

static void count_houses(const struct process_case *c, struct roll *roll)
{
    struct roll_house_counts *n = &roll->house_counts;
    *n =
        (struct roll_house_counts){.listed = roll_has_houses(c) ? roll_published(c, "listed") : -1};
    for (size_t i = 0; i < roll->houses_n; i++) {
        const struct roll_house *h = &roll->houses[i];
        n->open += !h->person;
        n->chosen += h->person && h->chosen;
        n->heads += h->person && !h->chosen;
        n->women += h->person && h->person->sex == '2';
    }
}

/* ---- representatives */

struct reading {
    const struct process_case *c;
    struct roll *roll;
    struct roll_rep *reps; /* of all groups, one after the other */
    struct roll_group *groups;
    size_t n;
};

/* Two who only share a name are not told apart here, and not called one. */
static bool stands_before(const struct reading *r, const struct roll_rep *rep)
{
    for (size_t i = 0; i < r->n && rep->person; i++) {
        if (r->reps[i].person == rep->person) {
            return true;
        }
    }
    return false;
}

static enum gw_err take_name(struct reading *r, struct roll_group *group, const char *name,
                             size_t len)
{
    char copy[NAME_BYTES];
    while (len > 0 && name[0] == ' ') {
        name++;
        len--;
    }
    while (len > 0 && name[len - 1] == ' ') {
        len--;
    }
    if (len == 0 || len >= sizeof copy || r->n == REPS_MAX) {
        return GW_OK;
    }
    memcpy(copy, name, len);
    copy[len] = '\0';
    struct roll_rep *rep = &r->reps[r->n];
    *rep = (struct roll_rep){.name = gw_arena_text(&r->roll->arena, copy),
                             .person = roll_by_name(r->roll, copy, len),
                             .leader = strcmp(group->leader, copy) == 0};
    if (!rep->name) {
        return GW_NOMEM;
    }
    rep->twice = stands_before(r, rep);
    group->women += rep->person && rep->person->sex == '2';
    group->sex_unknown += !rep->person || (rep->person->sex != '1' && rep->person->sex != '2');
    group->n++;
    r->n++;
    return GW_OK;
}

static enum gw_err take_group(struct reading *r, const struct slot *slot)
{
    const struct process_case *c = r->c;
    struct roll_reps *reps = &r->roll->reps;
    struct roll_group *g = &r->groups[reps->groups_n++];
    const char *names = roll_text(c, slot, "names"), *leader = roll_text(c, slot, "leader");
    enum gw_err err = GW_OK;
    *g = (struct roll_group){.name = slot->subject,
                             .leader = leader ? leader : "",
                             .hash = slot->record->hash,
                             .user = slot->record->user,
                             .chosen_on = slot->happened,
                             .reps = &r->reps[r->n]};
    g->households = number_of(c, slot->step, slot->subject, "households");
    g->entitled = number_of(c, slot->step, slot->subject, "entitled");
    g->present = number_of(c, slot->step, slot->subject, "present");
    g->agreed = number_of(c, slot->step, slot->subject, "agreed");
    g->said = number_of(c, slot->step, slot->subject, "representatives");
    while (names && !err) {
        const char *end = strstr(names, "、");
        err = take_name(r, g, names, end ? (size_t)(end - names) : strlen(names));
        names = end ? end + strlen("、") : NULL;
    }
    reps->leaders += g->leader[0] != '\0';
    return err;
}

static const struct check *women_share(const struct process_case *c)
{
    const struct step_spec *spec = template_step(c->rules->template_, "S09");
    for (size_t i = 0; spec && i < spec->checks_n; i++) {
        if (strcmp(spec->checks[i].id, "S09.women") == 0) {
            return &spec->checks[i];
        }
    }
    return NULL;
}

static void count_reps(const struct reading *r)
{
    struct roll_reps *reps = &r->roll->reps;
    reps->people = r->n;
    for (size_t i = 0; i < reps->groups_n; i++) {
        reps->women += r->groups[i].women;
        reps->sex_unknown += r->groups[i].sex_unknown;
    }
    for (size_t i = 0; i < r->n; i++) {
        const struct roll_person *p = r->reps[i].person;
        reps->off_roll += p && p->verdict.state != ROLL_IN;
        reps->twice += r->reps[i].twice;
    }
    reps->households = number_of(r->c, "S09", "", "households");
    reps->recorded = number_of(r->c, "S09", "", "representatives");
    reps->recorded_women = number_of(r->c, "S09", "", "women");
    reps->members = number_of(r->c, "S09", "", "meeting_members");
    reps->listed = roll_has_houses(r->c) ? -1 : roll_published(r->c, "listed");
    reps->share = women_share(r->c);
    if (reps->share) {
        int64_t of = reps->recorded >= 0 ? reps->recorded : (int64_t)reps->people;
        reps->women_need =
            (size_t)((of * reps->share->num + reps->share->den - 1) / reps->share->den);
    }
}

static size_t groups_of(const struct process_case *c)
{
    size_t n = 0;
    for (size_t i = 0; i < procedure_slots(c->state); i++) {
        n += strcmp(procedure_slot(c->state, i)->step, "S09-1") == 0;
    }
    return n;
}

static enum gw_err list_reps(const struct process_case *c, struct roll *roll)
{
    struct reading r = {.c = c, .roll = roll};
    size_t groups = groups_of(c);
    enum gw_err err = GW_OK;
    if (groups > 0) {
        r.groups = gw_arena_alloc(&roll->arena, groups, sizeof *r.groups);
        r.reps = gw_arena_alloc(&roll->arena, REPS_MAX, sizeof *r.reps);
        err = r.groups && r.reps ? GW_OK : GW_NOMEM;
    }
    roll->reps = (struct roll_reps){.groups = r.groups};
    for (size_t i = 0; i < procedure_slots(c->state) && !err; i++) {
        const struct slot *slot = procedure_slot(c->state, i);
        if (strcmp(slot->step, "S09-1") == 0 && slot->record) {
            err = take_group(&r, slot);
        }
    }
    count_reps(&r);
    return err;
}

enum gw_err roll_lists(const struct process_case *c, struct roll *roll)
{
    enum gw_err err = list_houses(c, roll);
    roll->by_households = strcmp(c->rules->template_->mode, "households") == 0;
    roll->by_representatives = strcmp(c->rules->template_->mode, "representatives") == 0;
    if (!err) {
        count_houses(c, roll);
        err = list_reps(c, roll);
    }
    return err;
}

bool roll_list_figure(const struct roll *roll, const char *step, const char *key, int64_t *out)
{
    const struct roll_reps *reps = &roll->reps;
    bool chosen = strcmp(step, "S09") == 0 && reps->groups_n > 0;
    bool list =
        (strcmp(step, "S06") == 0 || strcmp(step, "S08-1") == 0) && strcmp(key, "listed") == 0;
    if (list && roll->by_households && roll->houses_n > 0) {
        *out = (int64_t)(roll->house_counts.chosen + roll->house_counts.heads);
    } else if (list && roll->by_representatives && reps->groups_n > 0) {
        *out = (int64_t)reps->people;
    } else if (chosen && strcmp(key, "representatives") == 0) {
        *out = (int64_t)reps->people;
    } else if (chosen && strcmp(key, "leaders") == 0) {
        *out = (int64_t)reps->leaders;
    } else if (chosen && strcmp(key, "women") == 0 && reps->sex_unknown == 0) {
        *out = (int64_t)reps->women;
    } else {
        return false;
    }
    return true;
}

/* ---- what is not as it should be */

static bool differs(int64_t figure, const struct roll_reps *reps)
{
    return figure >= 0 && reps->groups_n > 0 && (size_t)figure != reps->people;
}

static bool too_few_women(const struct roll_reps *reps)
{
    bool recorded = reps->recorded_women >= 0;
    size_t women = recorded ? (size_t)reps->recorded_women : reps->women + reps->sex_unknown;
    return reps->share && reps->women_need > women;
}

static void women_says(const struct process_case *c, const struct roll_reps *reps, char *out,
                       size_t size)
{
    char cite[200];
    const struct citation law = check_cite(c->rules, reps->share);
    size_t women = reps->recorded_women >= 0 ? (size_t)reps->recorded_women : reps->women;
    (void)citation_print(c->rules, &law, cite, sizeof cite);
    if (law.law) {
        (void)snprintf(out, size, _("Women %zu, at least %zu are needed (%s)."), women,
                       reps->women_need, cite);
    } else {
        (void)snprintf(out, size, _("Women %zu; usually at least %zu (custom, no article)."), women,
                       reps->women_need);
    }
}

static bool group_note(const struct roll_reps *reps, size_t *n, char *out, size_t size)
{
    for (size_t i = 0; i < reps->groups_n; i++) {
        const struct roll_group *g = &reps->groups[i];
        if (g->said >= 0 && (size_t)g->said != g->n && (*n)-- == 0) {
            (void)snprintf(out, size, _("%s: %zu names, and %lld are said to be chosen."), g->name,
                           g->n, (long long)g->said);
            return true;
        }
    }
    return false;
}

bool roll_reps_note(const struct roll *roll, const struct process_case *c, size_t n, char *out,
                    size_t size)
{
    const struct roll_reps *reps = &roll->reps;
    if (too_few_women(reps) && n-- == 0) {
        women_says(c, reps, out, size);
        return true;
    }
    if (differs(reps->recorded, reps) && n-- == 0) {
        (void)snprintf(out, size, _("The groups named %zu, S09 says %lld."), reps->people,
                       (long long)reps->recorded);
        return true;
    }
    if (differs(reps->listed, reps) && n-- == 0) {
        (void)snprintf(out, size, _("The groups named %zu, the published list has %lld."),
                       reps->people, (long long)reps->listed);
        return true;
    }
    if (reps->twice > 0 && n-- == 0) {
        (void)snprintf(out, size, _("%zu of them stand there twice."), reps->twice);
        return true;
    }
    if (reps->off_roll > 0 && n-- == 0) {
        (void)snprintf(out, size, _("%zu of them are not on the roll of voters."), reps->off_roll);
        return true;
    }
    return group_note(reps, &n, out, size);
}
