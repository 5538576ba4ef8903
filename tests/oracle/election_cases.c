/* Random polls and what model/election.c makes of them, one JSON line each, for a second count by
 * election_oracle.py.
 *
 *     election_cases FIRST N     the cases FIRST … FIRST+N-1; a case depends on its number alone
 *
 * The numbers are small and close together, so that ties, thresholds met exactly, near kin, the
 * woman rule and waiting flags are frequent and not a matter of luck. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/election.h"

enum { PEOPLE = 60, KIN = 40 };

struct random_case {
    struct elect_in in;
    struct elect_person people[PEOPLE];
    struct elect_kin kin[KIN];
};

static uint64_t state;

/* splitmix64: good enough, and the same everywhere. */
static uint64_t next(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* low … high, both included. */
static int64_t between(int64_t low, int64_t high)
{
    return high <= low ? low : low + (int64_t)(next() % (uint64_t)(high - low + 1));
}

static bool one_in(int64_t n)
{
    return between(1, n) == 1;
}

static enum elect_flag any_flag(void)
{
    return (enum elect_flag)between(FLAG_NO, FLAG_WAITS);
}

static struct citation cite(const char *name)
{
    return (struct citation){"T", name};
}

static struct elect_share share(int64_t num, int64_t den, bool strict)
{
    if (one_in(12)) {
        den = between(1, 5);
        num = between(0, den);
    }
    return (struct elect_share){num, den, one_in(10) ? !strict : strict};
}

static void make_rules(struct elect_rules *r)
{
    r->poll_cite = cite("poll");
    r->turnout = one_in(4) ? share(2, 3, true) : share(1, 2, true);
    r->majority_cite = cite("majority");
    r->majority = share(1, 2, true);
    r->rerun_cite = cite("rerun");
    r->rerun_floor = share(1, 3, false);
    r->rerun_turnout = any_flag();
    r->woman_cite = cite("woman");
    r->void_cite = cite("void");
    r->women_min = one_in(3) ? between(0, 3) : 1;
    r->woman_held = any_flag();
    r->kin_cite = cite("kin");
    r->kin_higher_stays = any_flag();
    r->lower_post_votes = any_flag();
    r->void_over_voted = any_flag();
    r->void_over_issued = any_flag();
    r->blank_is_invalid = any_flag();
    r->rest_vacant_min = one_in(4) ? -1 : between(0, 5);
    r->rest_vacant_needs_chair = any_flag();
}

/* Mostly a sheet that adds up, sometimes one number off, missing or impossible. */
static void make_ballots(struct elect_ballots *b, int64_t size)
{
    b->registered = between(0, size);
    b->voted = one_in(4)   ? b->registered / 2 + between(0, 1)
               : one_in(6) ? between(0, b->registered)
                           : b->registered - between(0, b->registered / 3);
    b->issued = b->voted + (one_in(5) ? between(0, 2) : 0);
    b->recovered = b->issued - (one_in(3) ? between(0, b->issued / 3) : 0);
    if (one_in(20)) {
        b->recovered += between(1, 2);
    }
    b->invalid = between(0, b->recovered / 6);
    b->blank = between(0, (b->recovered - b->invalid) / 6);
    b->valid = b->recovered - b->invalid - b->blank;
    int64_t *all[] = {&b->registered, &b->voted, &b->issued, &b->recovered,
                      &b->valid,      &b->blank, &b->invalid};
    if (one_in(12)) {
        *all[between(one_in(3) ? 0 : 2, 6)] = -1;
    }
    if (one_in(12)) {
        *all[between(4, 6)] += one_in(2) && b->invalid > 0 && b->blank > 0 && b->valid > 0 ? -1 : 1;
    }
    if (one_in(400)) {
        *all[between(0, 6)] = -2;
    }
    for (int i = 0; i < ELECT_POSTS; i++) {
        b->invalid_part[i] = one_in(600) ? -1 : between(0, 2);
    }
}

static int64_t make_votes(const struct elect_in *in)
{
    const struct elect_ballots *b = &in->ballots;
    int64_t of = b->voted > 0 ? b->voted : 0;
    switch (between(0, 9)) {
    case 0:
    case 1:
    case 2:
        return 0;
    case 3:
        return between(0, of);
    case 4:
        return between(0, 3);
    case 5:
        return of / 3 + between(0, 1);
    default:
        return in->rerun ? of / 3 + between(0, 2) : of / 2 + between(0, 2);
    }
}

static void make_case(struct random_case *c, uint64_t number)
{
    memset(c, 0, sizeof *c);
    state = number * 0x2545f4914f6cdd1dU + 1;
    bool large = one_in(60);
    struct elect_in *in = &c->in;
    make_rules(&in->rules);
    make_ballots(&in->ballots, large ? 5000 : between(0, 40));
    in->seats[ELECT_CHAIR] = one_in(5) ? 0 : 1;
    in->seats[ELECT_DEPUTY] = between(0, 2);
    in->seats[ELECT_MEMBER] = between(0, 5);
    if (one_in(500)) {
        in->seats[between(0, 2)] = one_in(2) ? -1 : 100;
    }
    in->rerun = one_in(3);
    in->held_for_woman = one_in(2);
    in->elected_before = between(0, 3);
    in->incomplete = one_in(60);
    in->people_n = (size_t)(large ? PEOPLE : between(0, 12));
    int64_t women = between(0, 4);
    if (one_in(8)) { /* several women wanted, many members with equal votes */
        women = 3;
        in->rules.women_min = between(2, 4);
        in->seats[ELECT_MEMBER] = between(3, 5);
    }
    for (size_t i = 0; i < in->people_n; i++) {
        struct elect_person *p = &c->people[i];
        p->id = "x";
        p->woman = women > 0 && one_in(5 - women);
        p->barred = one_in(10);
        p->kin_before = one_in(in->rerun ? 10 : 100);
        for (int post = 0; post < ELECT_POSTS; post++) {
            p->candidate[post] = one_in(2);
            p->votes[post] = one_in(5000) ? -1 : make_votes(in);
        }
    }
    in->people = c->people;
    in->kin = c->kin;
    in->kin_n = in->people_n == 0 || one_in(3) ? 0 : (size_t)between(0, large ? KIN : 5);
    for (size_t i = 0; i < in->kin_n; i++) {
        int64_t top = (int64_t)in->people_n - (one_in(2000) ? 0 : 1);
        c->kin[i].a = (size_t)between(0, top);
        c->kin[i].b = (size_t)between(0, top);
    }
    for (size_t i = 0; i < in->people_n; i++) {
        c->people[i].voided = one_in(20);
    }
}

static const char *const flag_name[] = {"no", "yes", "waits"};
static const char *const why_name[] = {
    [WHY_MISSING] = "MISSING",
    [WHY_TURNOUT] = "TURNOUT",
    [WHY_NO_TURNOUT] = "NO_TURNOUT",
    [WHY_OVER_VOTED] = "OVER_VOTED",
    [WHY_OVER_ISSUED] = "OVER_ISSUED",
    [WHY_SHEET] = "SHEET",
    [WHY_MAJORITY] = "MAJORITY",
    [WHY_PLURALITY] = "PLURALITY",
    [WHY_FLOOR] = "FLOOR",
    [WHY_BELOW] = "BELOW",
    [WHY_SEATS] = "SEATS",
    [WHY_TIE] = "TIE",
    [WHY_WOMAN_TAKES] = "WOMAN_TAKES",
    [WHY_WOMAN_GIVES] = "WOMAN_GIVES",
    [WHY_WOMAN_HELD] = "WOMAN_HELD",
    [WHY_KIN] = "KIN",
    [WHY_BARRED] = "BARRED",
    [WHY_VACANT] = "VACANT",
};
static const char *const state_name[] = {"elected", "tie", "open", "held"};
static const char *const validity_name[] = {"valid", "void", "undecided"};

static const char *truth(bool b)
{
    return b ? "true" : "false";
}

static void print_share(const char *key, const struct elect_share *s)
{
    printf("\"%s\":{\"num\":%" PRId64 ",\"den\":%" PRId64 ",\"strict\":%s},", key, s->num, s->den,
           truth(s->strict));
}

static void print_flag(const char *key, enum elect_flag flag)
{
    printf("\"%s\":\"%s\",", key, flag_name[flag]);
}

static void print_rules(const struct elect_rules *r)
{
    printf("\"rules\":{");
    print_share("turnout", &r->turnout);
    print_share("majority", &r->majority);
    print_share("rerun_floor", &r->rerun_floor);
    print_flag("rerun_turnout", r->rerun_turnout);
    print_flag("woman_held", r->woman_held);
    print_flag("kin_higher_stays", r->kin_higher_stays);
    print_flag("lower_post_votes", r->lower_post_votes);
    print_flag("void_over_voted", r->void_over_voted);
    print_flag("void_over_issued", r->void_over_issued);
    print_flag("blank_is_invalid", r->blank_is_invalid);
    print_flag("rest_vacant_needs_chair", r->rest_vacant_needs_chair);
    printf("\"women_min\":%" PRId64 ",\"rest_vacant_min\":%" PRId64 "},", r->women_min,
           r->rest_vacant_min);
}

static void print_three(const char *key, const int64_t three[ELECT_POSTS])
{
    printf("\"%s\":[%" PRId64 ",%" PRId64 ",%" PRId64 "],", key, three[0], three[1], three[2]);
}

static void print_in(const struct elect_in *in)
{
    const struct elect_ballots *b = &in->ballots;
    printf("\"in\":{");
    print_rules(&in->rules);
    print_three("seats", in->seats);
    printf("\"ballots\":{");
    print_three("invalid_part", b->invalid_part);
    printf("\"registered\":%" PRId64 ",\"voted\":%" PRId64 ",\"issued\":%" PRId64
           ",\"recovered\":%" PRId64 ",\"valid\":%" PRId64 ",\"invalid\":%" PRId64
           ",\"blank\":%" PRId64 "},\"people\":[",
           b->registered, b->voted, b->issued, b->recovered, b->valid, b->invalid, b->blank);
    for (size_t i = 0; i < in->people_n; i++) {
        printf("%s{", i > 0 ? "," : "");
        print_three("votes", in->people[i].votes);
        printf("\"woman\":%s,\"barred\":%s,\"kin_before\":%s,\"voided\":%s}",
               truth(in->people[i].woman), truth(in->people[i].barred),
               truth(in->people[i].kin_before), truth(in->people[i].voided));
    }
    printf("],\"kin\":[");
    for (size_t i = 0; i < in->kin_n; i++) {
        printf("%s[%zu,%zu]", i > 0 ? "," : "", in->kin[i].a, in->kin[i].b);
    }
    printf("],\"rerun\":%s,\"held_for_woman\":%s,\"incomplete\":%s,\"elected_before\":%" PRId64 "}",
           truth(in->rerun), truth(in->held_for_woman), truth(in->incomplete), in->elected_before);
}

static const char *cited(const struct citation *c)
{
    return c->article == NULL ? "" : c->article;
}

static void print_lines(const char *key, const struct elect_line *lines, size_t n)
{
    printf("\"%s\":[", key);
    for (size_t i = 0; i < n; i++) {
        const struct elect_line *l = &lines[i];
        int64_t person = l->person == SIZE_MAX ? -1 : (int64_t)l->person;
        printf("%s{\"state\":\"%s\",\"post\":%d,\"person\":%" PRId64
               ",\"why\":\"%s\",\"cite\":\"%s\",\"votes\":%" PRId64 ",\"need\":%" PRId64 "}",
               i > 0 ? "," : "", state_name[l->state], (int)l->post, person, why_name[l->why],
               cited(&l->cite), l->votes, l->need);
    }
    printf("],");
}

static void print_out(const struct elect_result *r)
{
    printf("\"out\":{\"validity\":\"%s\",\"reasons\":[", validity_name[r->validity]);
    for (size_t i = 0; i < r->reasons_n; i++) {
        printf("%s[\"%s\",\"%s\"]", i > 0 ? "," : "", why_name[r->reasons[i]],
               cited(&r->reason_cites[i]));
    }
    printf("],\"need_voted\":%" PRId64 ",\"need_votes\":%" PRId64 ",", r->need_voted,
           r->need_votes);
    print_lines("seats", r->seats, r->seats_n);
    print_lines("others", r->others, r->others_n);
    print_three("rerun_seats", r->rerun_seats);
    printf("\"rerun_people\":[");
    for (size_t i = 0; i < r->rerun_people_n; i++) {
        printf("%s%zu", i > 0 ? "," : "", r->rerun_people[i]);
    }
    printf("],\"women\":%" PRId64 ",\"elected\":%" PRId64 ",\"open\":%" PRId64
           ",\"rerun_needed\":%s,\"rest_may_stay_vacant\":%s,\"waits\":%s}",
           r->women, r->elected, r->open, truth(r->rerun_needed), truth(r->rest_may_stay_vacant),
           truth(r->waits));
}

int main(int argc, char **argv)
{
    static struct random_case c;
    static struct elect_result r;
    if (argc != 3) {
        fprintf(stderr, "usage: election_cases FIRST N\n");
        return 2;
    }
    uint64_t first = strtoull(argv[1], NULL, 10);
    uint64_t n = strtoull(argv[2], NULL, 10);
    for (uint64_t i = first; i < first + n; i++) {
        make_case(&c, i);
        memset(&r, 0x5a, sizeof r); /* whatever stood there before must not matter */
        enum gw_err err = elect_result(&c.in, &r, NULL);
        printf("{\"case\":%" PRIu64 ",", i);
        print_in(&c.in);
        printf(",");
        if (err == GW_OK) {
            print_out(&r);
        } else {
            printf("\"out\":{\"refused\":\"%s\"}", gw_err_name(err));
        }
        printf("}\n");
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
