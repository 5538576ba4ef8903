/* Polls for the tests of the result: a village of 100 of whom 80 voted, a chair, a deputy chair and
 * three members; every flag is "no" and one woman is wanted. */
#ifndef TESTS_MAKE_POLL_H
#define TESTS_MAKE_POLL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/election.h"

enum { CHAIR = ELECT_CHAIR, DEPUTY = ELECT_DEPUTY, MEMBER = ELECT_MEMBER };

struct poll {
    struct elect_in in;
    struct elect_person people[12];
    struct elect_kin kin[4];
    struct elect_result r;
};

static const struct citation v26_18 = {"V26", "18"}, v26_8 = {"V26", "8"};
static const struct citation u26_19 = {"U26", "19"}, u26_8 = {"U26", "8"};

/* In place: the people and the kin are those of the poll itself. */
static inline void poll_begin(struct poll *p)
{
    memset(p, 0, sizeof *p);
    p->in.rules = (struct elect_rules){.poll_cite = v26_18,
                                       .turnout = {1, 2, true},
                                       .majority_cite = v26_18,
                                       .majority = {1, 2, true},
                                       .rerun_cite = v26_18,
                                       .rerun_floor = {1, 3, false},
                                       .woman_cite = v26_8,
                                       .women_min = 1,
                                       .kin_cite = v26_8,
                                       .kin_higher_stays = FLAG_YES,
                                       .rest_vacant_min = ELECT_SEATS_MAX + 1};
    p->in.seats[CHAIR] = p->in.seats[DEPUTY] = 1;
    p->in.seats[MEMBER] = 3;
    p->in.ballots = (struct elect_ballots){.registered = 100,
                                           .voted = 80,
                                           .issued = 80,
                                           .recovered = 80,
                                           .valid = 77,
                                           .invalid = 2,
                                           .blank = 1};
    p->in.people = p->people;
    p->in.kin = p->kin;
}

static inline void poll_of_community(struct poll *p)
{
    poll_begin(p);
    p->in.rules.poll_cite = p->in.rules.majority_cite = p->in.rules.rerun_cite = u26_19;
    p->in.rules.woman_cite = p->in.rules.kin_cite = u26_8;
}

static inline size_t man(struct poll *p, int64_t chair, int64_t deputy, int64_t member)
{
    p->people[p->in.people_n] = (struct elect_person){.id = "x", .votes = {chair, deputy, member}};
    return p->in.people_n++;
}

static inline size_t woman(struct poll *p, int64_t chair, int64_t deputy, int64_t member)
{
    size_t i = man(p, chair, deputy, member);
    p->people[i].woman = true;
    return i;
}

static inline void kin(struct poll *p, size_t a, size_t b)
{
    p->kin[p->in.kin_n++] = (struct elect_kin){a, b};
}

static inline const struct elect_result *count(struct poll *p)
{
    memset(&p->r, 0x5a, sizeof p->r);
    assert_int_equal(elect_result(&p->in, &p->r, NULL), GW_OK);
    return &p->r;
}

/* The line of a person, among the seats or the others; fails when there is none. */
static inline const struct elect_line *line_of(const struct elect_result *r, size_t person)
{
    for (size_t i = 0; i < r->seats_n; i++) {
        if (r->seats[i].person == person) {
            return &r->seats[i];
        }
    }
    for (size_t i = 0; i < r->others_n; i++) {
        if (r->others[i].person == person) {
            return &r->others[i];
        }
    }
    fail_msg("no line for person %zu", person);
    return NULL;
}

static inline size_t seats_in(const struct elect_result *r, enum elect_seat state)
{
    size_t n = 0;
    for (size_t i = 0; i < r->seats_n; i++) {
        n += r->seats[i].state == state;
    }
    return n;
}

static inline void assert_line(const struct elect_result *r, size_t person, enum elect_seat state,
                               int post, enum elect_why why, const char *article)
{
    const struct elect_line *l = line_of(r, person);
    assert_int_equal(l->state, state);
    assert_int_equal(l->post, post);
    assert_int_equal(l->why, why);
    if (article) {
        assert_non_null(l->cite.article);
        assert_string_equal(l->cite.article, article);
    } else {
        assert_null(l->cite.law);
    }
}

static inline void assert_elected(const struct elect_result *r, size_t person, int post)
{
    const struct elect_line *l = line_of(r, person);
    assert_int_equal(l->state, SEAT_ELECTED);
    assert_int_equal(l->post, post);
}

#endif
