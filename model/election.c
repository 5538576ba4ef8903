/* Who is elected. The selection is done anew after each rule that takes somebody out (near kin) or
 * sets a seat aside (woman rule), so that ties always show at the seat where they matter. */
#include <stdlib.h>
#include <string.h>

#include "model/election_p.h"

/* ---- shares and votes */

int64_t elect_need(const struct elect_share *share, int64_t of)
{
    int64_t product = of * share->num;
    return share->strict ? product / share->den + 1 : (product + share->den - 1) / share->den;
}

int64_t elect_counted(const struct elect_work *w, size_t i, enum elect_post post)
{
    const int64_t *votes = w->in->people[i].votes;
    int64_t sum = votes[post];
    if (w->in->rules.lower_post_votes == FLAG_YES) {
        for (int higher = 0; higher < (int)post; higher++) {
            sum += votes[higher];
        }
    }
    return sum;
}

/* ---- one selection (rule 4) */

static bool stands(const struct elect_work *w, size_t i)
{
    return w->people[i].fate == FATE_NONE && !w->marks[i].out && !w->in->people[i].barred;
}

size_t elect_rank(struct elect_work *w, enum elect_post post, bool women_only)
{
    size_t n = 0;
    for (size_t i = 0; i < w->in->people_n; i++) {
        int64_t votes = elect_counted(w, i, post);
        if (!stands(w, i) || votes == 0 || (women_only && !w->in->people[i].woman)) {
            continue;
        }
        size_t at = n++;
        while (at > 0 && elect_counted(w, w->order[at - 1], post) < votes) {
            w->order[at] = w->order[at - 1];
            at--;
        }
        w->order[at] = i;
    }
    return n;
}

static void put(struct elect_work *w, size_t i, enum elect_fate fate, enum elect_post post)
{
    w->people[i] = (struct elect_chosen){
        .fate = fate, .post = post, .votes = elect_counted(w, i, post), .woman_seat = false};
}

/* Fills up to `seats` seats of a post; a tie sets its seats and its people aside. Returns for how
 * many nobody is there. */
static size_t fill(struct elect_work *w, enum elect_post post, size_t seats, bool women_only)
{
    size_t n = elect_rank(w, post, women_only);
    size_t passed = 0;
    while (passed < n && elect_counted(w, w->order[passed], post) >= w->need) {
        passed++;
    }
    w->contested[post] = passed > seats;
    size_t in = passed < seats ? passed : seats;
    size_t tied_to = in;
    if (seats > 0 && passed > seats) {
        int64_t last = elect_counted(w, w->order[seats - 1], post);
        while (tied_to < passed && elect_counted(w, w->order[tied_to], post) == last) {
            tied_to++;
        }
        while (tied_to > seats && in > 0 && elect_counted(w, w->order[in - 1], post) == last) {
            in--;
        }
        w->ties[post][women_only ? 0 : 1] = (struct elect_tie){seats - in, last};
    }
    for (size_t k = 0; k < tied_to; k++) {
        put(w, w->order[k], k < in ? FATE_IN : FATE_TIED, post);
    }
    return passed < seats ? seats - passed : 0;
}

/* The seats that are set aside come after the higher posts, so that a woman who wins one of those
 * keeps it, and before the other members' seats. */
static void choose(struct elect_work *w)
{
    memset(w->people, 0, w->in->people_n * sizeof *w->people);
    memset(w->ties, 0, sizeof w->ties);
    w->held = 0;
    for (int post = 0; post < ELECT_POSTS; post++) {
        size_t seats = (size_t)w->in->seats[post];
        if (post == ELECT_MEMBER && w->aside > 0) {
            w->held = fill(w, ELECT_MEMBER, w->aside, true);
            seats -= w->aside;
            for (size_t i = 0; i < w->in->people_n; i++) {
                w->people[i].woman_seat =
                    w->people[i].fate == FATE_IN && w->people[i].post == ELECT_MEMBER;
            }
        }
        (void)fill(w, (enum elect_post)post, seats, false);
    }
}

/* ---- near kin (rule 5) */

static int by_post(const struct elect_chosen *a, const struct elect_chosen *b)
{
    return (a->post > b->post) - (a->post < b->post);
}

static int by_votes(const struct elect_chosen *a, const struct elect_chosen *b)
{
    return (a->votes < b->votes) - (a->votes > b->votes);
}

/* < 0: a ranks higher than b; 0: they are equal in all that counts. */
static int by_rank(const struct elect_work *w, size_t a, size_t b)
{
    int post = by_post(&w->people[a], &w->people[b]);
    int votes = by_votes(&w->people[a], &w->people[b]);
    bool votes_first = w->in->rules.kin_higher_stays == FLAG_NO;
    int first = votes_first ? votes : post;
    int second = votes_first ? post : votes;
    return first ? first : second;
}

static int by_rank_and_order(const struct elect_work *w, size_t a, size_t b)
{
    int rank = by_rank(w, a, b);
    return rank ? rank : (a > b) - (a < b);
}

/* A pair of which both are elected and one must go. */
static bool pair_at(const struct elect_work *w, size_t k, size_t *stays, size_t *goes)
{
    size_t a = w->in->kin[k].a;
    size_t b = w->in->kin[k].b;
    if (a == b || w->people[a].fate != FATE_IN || w->people[b].fate != FATE_IN) {
        return false;
    }
    int rank = by_rank(w, a, b);
    *stays = rank < 0 ? a : b;
    *goes = rank < 0 ? b : a;
    return rank != 0;
}

/* Takes one person out; false when no pair is left that can be told apart. The highest comes first:
 * then nobody goes for the sake of somebody who goes himself. */
static bool part_kin(struct elect_work *w)
{
    size_t stays = SIZE_MAX;
    size_t goes = SIZE_MAX;
    for (size_t k = 0; k < w->in->kin_n; k++) {
        size_t s;
        size_t g;
        if (!pair_at(w, k, &s, &g)) {
            continue;
        }
        int order = stays == SIZE_MAX ? -1 : by_rank_and_order(w, s, stays);
        if (order < 0 || (order == 0 && by_rank_and_order(w, g, goes) < 0)) {
            stays = s;
            goes = g;
        }
    }
    if (stays == SIZE_MAX) {
        return false;
    }
    int post = by_post(&w->people[stays], &w->people[goes]);
    int votes = by_votes(&w->people[stays], &w->people[goes]);
    w->out->waits =
        w->out->waits || (w->in->rules.kin_higher_stays == FLAG_WAITS && post * votes < 0);
    w->marks[goes].out = true;
    w->marks[goes].lost = w->people[goes].post;
    return true;
}

static void choose_without_kin(struct elect_work *w)
{
    do {
        choose(w);
    } while (part_kin(w));
}

/* ---- the woman rule (rule 6) */

static size_t count_women(const struct elect_work *w, enum elect_fate fate, bool members_only)
{
    size_t n = 0;
    for (size_t i = 0; i < w->in->people_n; i++) {
        n += w->in->people[i].woman && w->people[i].fate == fate &&
             (!members_only || w->people[i].post == ELECT_MEMBER);
    }
    return n;
}

static bool woman_passes(const struct elect_work *w)
{
    for (size_t i = 0; i < w->in->people_n; i++) {
        int64_t votes = elect_counted(w, i, ELECT_MEMBER);
        if (w->in->people[i].woman && stands(w, i) && votes > 0 && votes >= w->need) {
            return true;
        }
    }
    return false;
}

static void remember_before(struct elect_work *w)
{
    for (size_t i = 0; i < w->in->people_n; i++) {
        w->marks[i].before = w->people[i].fate == FATE_IN;
        w->marks[i].member_before =
            w->people[i].fate == FATE_IN && w->people[i].post == ELECT_MEMBER;
    }
}

/* A woman in a tie may still come in: nothing is taken from anybody before that is decided. */
static void woman_rule(struct elect_work *w)
{
    const struct elect_rules *r = &w->in->rules;
    remember_before(w);
    while ((int64_t)count_women(w, FATE_IN, false) < r->women_min &&
           count_women(w, FATE_TIED, false) == 0 && w->held == 0) {
        size_t have = count_women(w, FATE_IN, true);
        size_t next = (w->aside > have ? w->aside : have) + 1;
        if (next > (size_t)w->in->seats[ELECT_MEMBER]) {
            return;
        }
        if (!woman_passes(w) && r->woman_held != FLAG_YES) {
            w->out->waits = w->out->waits || r->woman_held == FLAG_WAITS;
            return;
        }
        w->aside = next;
        choose_without_kin(w);
    }
}

/* ---- the whole */

static enum gw_err seat_all(const struct elect_in *in, struct elect_result *out)
{
    struct elect_work w = {
        .in = in,
        .out = out,
        .people = calloc(in->people_n + 1, sizeof *w.people),
        .marks = calloc(in->people_n + 1, sizeof *w.marks),
        .order = calloc(in->people_n + 1, sizeof *w.order),
        .aside = in->rerun && in->held_for_woman && in->seats[ELECT_MEMBER] > 0 ? 1 : 0,
        .need = out->need_votes,
    };
    enum gw_err err = w.people && w.marks && w.order ? GW_OK : GW_NOMEM;
    for (size_t i = 0; !err && i < in->people_n; i++) {
        w.marks[i].out = in->people[i].kin_before;
    }
    if (!err) {
        choose_without_kin(&w);
        if (!in->rerun) {
            woman_rule(&w);
        }
        elect_write(&w);
    }
    free(w.people);
    free(w.marks);
    free(w.order);
    return err;
}

/* Somebody has votes for a post above one that is to be filled. */
static bool higher_votes(const struct elect_in *in)
{
    for (size_t i = 0; i < in->people_n; i++) {
        bool higher = false;
        for (int post = 0; post < ELECT_POSTS; post++) {
            if (higher && in->seats[post] > 0) {
                return true;
            }
            higher = higher || in->people[i].votes[post] > 0;
        }
    }
    return false;
}

enum gw_err elect_result(const struct elect_in *in, struct elect_result *out, struct gw_fail *fail)
{
    *out = (struct elect_result){.need_voted = -1, .need_votes = -1};
    enum gw_err err = elect_check(in, fail);
    if (err) {
        return err;
    }
    elect_judge(in, out);
    if (out->validity != ELECT_VALID) {
        return GW_OK; /* 选举无效: the papers are sealed unread; nobody is elected */
    }
    out->waits = out->waits || (in->rules.lower_post_votes == FLAG_WAITS && higher_votes(in));
    return seat_all(in, out);
}
