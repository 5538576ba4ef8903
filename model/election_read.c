/* From the records of a procedure to the numbers of a result. The steps and keys are those of
 * docs/procedures.md 1.6; the shares are those of the template's own checks, the flags those of the
 * rule set, so that a new number needs nothing here. */
#include <stdlib.h>
#include <string.h>

#include "model/election.h"

struct elect_case {
    struct elect_in in;
    struct elect_person *people; /* owned */
    const char **names;          /* owned array of borrowed texts */
    struct elect_kin *kin;       /* owned */
};

/* ---- rules */

static const struct check *find_check(const struct ruleset *set, const char *id)
{
    const struct proc_template *t = set->template_;
    for (size_t s = 0; s < t->steps_n; s++) {
        for (size_t c = 0; c < t->steps[s].checks_n; c++) {
            if (strcmp(t->steps[s].checks[c].id, id) == 0) {
                return &t->steps[s].checks[c];
            }
        }
    }
    return NULL;
}

/* Keeps what `share` is when the template has no such check. */
static void take_share(const struct ruleset *set, const char *id, struct elect_share *share,
                       struct citation *cite)
{
    const struct check *check = find_check(set, id);
    if (check && check_den(set, check) > 0) {
        *share = (struct elect_share){
            .num = check->num, .den = check_den(set, check), .strict = check->op == CHECK_GT};
        *cite = check->cite;
    }
}

static enum elect_flag flag_of(const struct ruleset *set, const char *key)
{
    const struct rule_number *number = ruleset_number(set, key);
    return !number ? FLAG_NO : !number->known ? FLAG_WAITS : number->value ? FLAG_YES : FLAG_NO;
}

static int64_t number_of(const struct ruleset *set, const char *key, int64_t absent)
{
    const struct rule_number *number = ruleset_number(set, key);
    return !number ? absent : number->known ? number->value : -1;
}

void elect_rules_of(const struct ruleset *set, struct elect_rules *out)
{
    const struct rule_number *women = ruleset_number(set, "women_min");
    *out = (struct elect_rules){.turnout = {.num = 1, .den = 2, .strict = true},
                                .majority = {.num = 1, .den = 2, .strict = true},
                                .rerun_floor = {.num = 1, .den = 3, .strict = false}};
    take_share(set, "S21.turnout", &out->turnout, &out->poll_cite);
    take_share(set, "S23-1.half", &out->majority, &out->majority_cite);
    take_share(set, "S24-2.third", &out->rerun_floor, &out->rerun_cite);
    const struct check *organ = find_check(set, "S23-2.organ");
    out->void_cite = organ ? organ->cite : (struct citation){NULL, NULL};
    if (women) {
        out->woman_cite = women->cite;
        out->kin_cite = women->cite; /* V26 and U26 8 say both */
        out->women_min = women->known ? women->value : 0;
    }
    out->rerun_turnout = flag_of(set, "turnout_again");
    out->woman_held = flag_of(set, "woman_seat_held");
    out->kin_higher_stays = flag_of(set, "kin_higher_stays");
    out->lower_post_votes = flag_of(set, "lower_post_votes");
    out->void_over_voted = flag_of(set, "void_over_voted");
    out->void_over_issued = flag_of(set, "void_over_issued");
    out->blank_is_invalid = flag_of(set, "blank_is_invalid");
    out->rest_vacant_min = number_of(set, "rest_vacant_min", ELECT_SEATS_MAX + 1);
    out->rest_vacant_needs_chair = flag_of(set, "rest_vacant_needs_chair");
}

/* ---- numbers */

static int64_t value_of(const struct procedure *p, const char *step, const char *subject,
                        const char *key, int64_t absent)
{
    const struct proc_value *value = procedure_value(p, step, subject, key);
    return value && !value->text && !value->erased ? value->num : absent;
}

/* Of the ledger of the papers. With several kinds of paper S21 has the numbers of the largest kind
 * and each kind is checked in S22-1 itself: then there is nothing to compare here, -1. */
static int64_t ledger(const struct procedure *p, const char *key)
{
    const struct slot *only = NULL;
    for (size_t i = 0; i < procedure_slots(p); i++) {
        const struct slot *slot = procedure_slot(p, i);
        if (strcmp(slot->step, "S22-1") == 0) {
            if (only) {
                return -1;
            }
            only = slot;
        }
    }
    return only ? value_of(p, "S22-1", only->subject, key, -1) : -1;
}

static const char *const post_keys[ELECT_POSTS] = {"chair", "deputy", "member"};

static int64_t post_value(const struct procedure *p, const char *step, const char *subject,
                          size_t post, const char *suffix, int64_t absent)
{
    char key[32];
    size_t len = strlen(post_keys[post]);
    memcpy(key, post_keys[post], len);
    memcpy(key + len, suffix, strlen(suffix) + 1);
    return value_of(p, step, subject, key, absent);
}

static void read_ballots(const struct procedure *p, bool rerun, struct elect_in *in)
{
    const char *step = rerun ? "S24" : "S21";
    in->ballots = (struct elect_ballots){
        .registered = value_of(p, "S21", "", "registered", -1),
        .voted = value_of(p, step, "", "voted", -1),
        .issued = rerun ? -1 : value_of(p, step, "", "issued", -1),
        .recovered = value_of(p, step, "", rerun ? "cast" : "recovered", -1),
        .valid = rerun ? -1 : ledger(p, "valid"),
        .invalid = rerun ? -1 : ledger(p, "invalid"),
        .blank = rerun ? -1 : ledger(p, "blank"),
    };
}

static bool text_is(const struct procedure *p, const char *step, const char *subject,
                    const char *key, const char *want)
{
    const struct proc_value *value = procedure_value(p, step, subject, key);
    return value && value->text && strcmp(value->text, want) == 0;
}

/* 当选无效: found after the result (S23-2). */
static bool found_void(const struct procedure *p, const char *subject)
{
    return text_is(p, "S23-2", subject, "finding", "void");
}

/* Those the first poll elected to a post (S23-1), whose being elected stands. */
static int64_t elected_to(const struct procedure *p, size_t post)
{
    int64_t n = 0;
    for (size_t i = 0; i < procedure_slots(p); i++) {
        const struct slot *slot = procedure_slot(p, i);
        n += strcmp(slot->step, "S23-1") == 0 && slot->record &&
             text_is(p, "S23-1", slot->subject, "post", post_keys[post]) &&
             !found_void(p, slot->subject);
    }
    return n;
}

/* S04 has the seats of the first poll. A rerun is for those that S24 names, else for what the first
 * poll left open. */
static void read_seats(const struct procedure *p, bool rerun, struct elect_in *in)
{
    bool said = false;
    for (size_t post = 0; post < ELECT_POSTS; post++) {
        int64_t before = rerun ? elected_to(p, post) : 0;
        int64_t all = post_value(p, "S04", "", post, "_seats", -1);
        int64_t open = rerun ? post_value(p, "S24", "", post, "_seats", -1) : -1;
        int64_t left = all > before ? all - before : 0;
        in->seats[post] = open >= 0 ? open : left;
        in->elected_before += before;
        said = said || open >= 0 || all >= 0;
    }
    in->incomplete = in->incomplete || !said;
}

/* ---- people */

/* A record has votes for each post (chair_votes …), or is about one (post, votes). */
static int64_t votes_of(const struct procedure *p, const char *step, const char *subject,
                        size_t post)
{
    bool only = text_is(p, step, subject, "post", post_keys[post]);
    return post_value(p, step, subject, post, "_votes",
                      only ? value_of(p, step, subject, "votes", 0) : 0);
}

static void read_person(const struct procedure *p, const char *step, const struct slot *slot,
                        struct elect_person *out, const char **name)
{
    const char *subject = slot->subject;
    const struct proc_value *said = procedure_value(p, step, subject, "name");
    if (!said) {
        said = procedure_value(p, "S10", subject, "name");
    }
    *name = said && said->text && !said->erased ? said->text : "";
    *out = (struct elect_person){.id = subject};
    out->woman = value_of(p, step, subject, "woman", value_of(p, "S10", subject, "woman", 0)) != 0;
    bool earlier = strcmp(step, "S24-1") == 0 && procedure_slot_of(p, "S23-1", subject) &&
                   procedure_slot_of(p, "S23-1", subject)->record;
    out->voided = found_void(p, subject) && !earlier;
    out->barred =
        text_is(p, "S10", subject, "verdict", "fail") || (found_void(p, subject) && earlier);
    for (size_t post = 0; post < ELECT_POSTS; post++) {
        out->votes[post] = votes_of(p, step, subject, post);
        out->candidate[post] = text_is(p, "S10", subject, "post", post_keys[post]);
    }
}

static enum gw_err read_people(const struct procedure *p, const char *step, struct elect_case *c)
{
    size_t n = procedure_slots(p);
    c->people = calloc(n + 1, sizeof *c->people);
    c->names = calloc(n + 1, sizeof *c->names);
    if (!c->people || !c->names) {
        return GW_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct slot *slot = procedure_slot(p, i);
        if (strcmp(slot->step, step) != 0) {
            continue;
        }
        if (slot->record) {
            read_person(p, step, slot, &c->people[c->in.people_n], &c->names[c->in.people_n]);
            c->in.people_n++;
        }
        c->in.incomplete = c->in.incomplete || !slot->record; /* contested: votes not known */
    }
    c->in.people = c->people;
    c->in.incomplete = c->in.incomplete || c->in.people_n == 0;
    return GW_OK;
}

/* ---- near kin: a record of S10-1, subject "3-7" */

static bool person_at(const struct elect_case *c, const char *id, size_t len, size_t *out)
{
    for (size_t i = 0; i < c->in.people_n; i++) {
        if (strlen(c->people[i].id) == len && strncmp(c->people[i].id, id, len) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool was_elected(const struct procedure *p, const char *id, size_t len)
{
    for (size_t i = 0; i < procedure_slots(p); i++) {
        const struct slot *slot = procedure_slot(p, i);
        if (strcmp(slot->step, "S23-1") == 0 && slot->record && strlen(slot->subject) == len &&
            strncmp(slot->subject, id, len) == 0) {
            return !found_void(p, slot->subject);
        }
    }
    return false;
}

static void add_kin(const struct procedure *p, struct elect_case *c, const char *pair,
                    const char *dash)
{
    size_t first = (size_t)(dash - pair);
    size_t second = strlen(dash + 1);
    struct elect_kin kin;
    bool a = person_at(c, pair, first, &kin.a);
    bool b = person_at(c, dash + 1, second, &kin.b);
    if (a && b) {
        c->kin[c->in.kin_n++] = kin;
    }
    if (c->in.rerun && a) {
        c->people[kin.a].kin_before |= was_elected(p, dash + 1, second);
    }
    if (c->in.rerun && b) {
        c->people[kin.b].kin_before |= was_elected(p, pair, first);
    }
}

static enum gw_err read_kin(const struct procedure *p, struct elect_case *c)
{
    size_t n = procedure_slots(p);
    c->kin = calloc(n + 1, sizeof *c->kin);
    if (!c->kin) {
        return GW_NOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        const struct slot *slot = procedure_slot(p, i);
        const char *dash = strchr(slot->subject, '-');
        if (strcmp(slot->step, "S10-1") == 0 && slot->record && dash) {
            add_kin(p, c, slot->subject, dash);
        }
    }
    c->in.kin = c->kin;
    return GW_OK;
}

enum gw_err elect_read(const struct procedure *p, const struct ruleset *set, bool rerun,
                       struct elect_case **out)
{
    const char *step = rerun ? "S24-1" : "S22";
    *out = NULL;
    if (!template_step(set->template_, step) || !template_step(set->template_, "S21")) {
        return GW_ABSENT;
    }
    struct elect_case *c = calloc(1, sizeof *c);
    if (!c) {
        return GW_NOMEM;
    }
    elect_rules_of(set, &c->in.rules);
    c->in.rerun = rerun;
    read_ballots(p, rerun, &c->in);
    read_seats(p, rerun, &c->in);
    c->in.held_for_woman = rerun && value_of(p, "S24", "", "held_for_woman", 0) != 0;
    enum gw_err err = read_people(p, step, c);
    err = err ? err : read_kin(p, c);
    if (err) {
        elect_case_free(c);
        return err;
    }
    *out = c;
    return GW_OK;
}

void elect_case_free(struct elect_case *c)
{
    if (c) {
        free(c->people);
        free(c->names);
        free(c->kin);
        free(c);
    }
}

const struct elect_in *elect_case_in(const struct elect_case *c)
{
    return &c->in;
}

const char *elect_case_name(const struct elect_case *c, size_t person)
{
    return person < c->in.people_n ? c->names[person] : "";
}
