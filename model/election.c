/* Who is elected. Selection is done anew after each rule that takes somebody out (near kin) or sets
 * a seat aside (woman rule), so that ties always show at the seat where they matter. */
#include "model/election.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

/* ---- shares */

int64_t elect_need(const struct elect_share *share, int64_t of)
{
    int64_t product = of * share->num;
    return share->strict ? product / share->den + 1 : (product + share->den - 1) / share->den;
}

/* ---- one selection */

enum fate {
    FATE_NONE, /* not looked at */
    FATE_IN,   /* elected */
    FATE_TIED,
    FATE_SEATS, /* passed, others had more */
    FATE_BELOW,
    FATE_KIN,   /* taken out: near kin of somebody elected */
    FATE_GIVES, /* gave place to the woman */
    FATE_BARRED,
};

struct person {
    enum fate fate;
    enum elect_post post;
    int64_t votes;   /* for that post, as counted */
    bool woman_seat; /* got it by the woman rule */
};

struct work {
    const struct elect_in *in;
    struct elect_result *out;
    struct person *people; /* owned, of the present selection */
    bool *out_kin;         /* owned: taken out by the near-kin rule for good */
    size_t reserved;       /* member seats set aside for women */
    size_t held;           /* of these, seats that nobody could take */
    size_t *order;         /* owned: scratch for sorting */
    bool *was_in;          /* owned: elected members before the woman rule took a seat */
    int64_t need;
};

/* Votes for a post as they count: those for higher posts too, where the place adds them. */
static int64_t counted(const struct work *w, size_t i, enum elect_post post)
{
    const struct elect_person *p = &w->in->people[i];
    int64_t sum = p->votes[post];
    for (int higher = 0; w->in->rules.lower_post_votes == FLAG_YES && higher < (int)post;
         higher++) {
        sum += p->votes[higher];
    }
    return sum;
}

/* Most votes first; equal ones in the order of people. */
static size_t ranked(struct work *w, enum elect_post post, bool women_only)
{
    size_t n = 0;
    for (size_t i = 0; i < w->in->people_n; i++) {
        bool stands = w->people[i].fate == FATE_NONE || w->people[i].fate == FATE_BELOW ||
                      w->people[i].fate == FATE_SEATS;
        bool fits = !women_only || w->in->people[i].woman;
        if (!stands || !fits || w->out_kin[i] || w->in->people[i].barred ||
            counted(w, i, post) <= 0) {
            continue;
        }
        size_t at = n++;
        while (at > 0 && counted(w, w->order[at - 1], post) < counted(w, i, post)) {
            w->order[at] = w->order[at - 1];
            at--;
        }
        w->order[at] = i;
    }
    return n;
}

static void set(struct work *w, size_t i, enum fate fate, enum elect_post post)
{
    w->people[i].fate = fate;
    w->people[i].post = post;
    w->people[i].votes = counted(w, i, post);
}

/* Marks those beyond the seats; a person may still win a lower post. */
static void mark_rest(struct work *w, enum elect_post post, size_t from, size_t n)
{
    for (size_t k = from; k < n; k++) {
        size_t i = w->order[k];
        set(w, i, counted(w, i, post) >= w->need ? FATE_SEATS : FATE_BELOW, post);
    }
}

/* Fills up to `seats` seats of a post. Returns how many stay without a person, ties included. */
static size_t fill_post(struct work *w, enum elect_post post, size_t seats, bool women_only)
{
    size_t n = ranked(w, post, women_only);
    size_t passed = 0;
    while (passed < n && counted(w, w->order[passed], post) >= w->need) {
        passed++;
    }
    size_t first = seats; /* the first of a group tied at the last seat */
    size_t last = seats;
    if (seats > 0 && passed > seats &&
        counted(w, w->order[seats - 1], post) == counted(w, w->order[seats], post)) {
        int64_t votes = counted(w, w->order[seats], post);
        while (first > 0 && counted(w, w->order[first - 1], post) == votes) {
            first--;
        }
        while (last < passed && counted(w, w->order[last], post) == votes) {
            last++;
        }
    }
    size_t in = first < passed ? first : passed;
    for (size_t k = 0; k < in; k++) {
        set(w, w->order[k], FATE_IN, post);
    }
    for (size_t k = first; k < last && k < passed; k++) {
        set(w, w->order[k], FATE_TIED, post);
    }
    mark_rest(w, post, last > in ? last : in, n);
    return seats - in;
}

static void reset(struct work *w)
{
    for (size_t i = 0; i < w->in->people_n; i++) {
        w->people[i] = (struct person){.fate = w->in->people[i].barred ? FATE_BARRED
                                               : w->out_kin[i]         ? FATE_KIN
                                                                       : FATE_NONE};
    }
}

/* The seats that are set aside for women first, then every post from the highest. A woman who wins
 * a higher post does not need a member's seat: that is why the woman rule is only asked for when
 * none would be in. */
static void choose(struct work *w)
{
    reset(w);
    int64_t members = w->in->seats[ELECT_MEMBER];
    if (w->in->held_for_woman) {
        (void)fill_post(w, ELECT_MEMBER, (size_t)members, true);
        return;
    }
    w->held = 0;
    if (w->reserved > 0) {
        w->held = fill_post(w, ELECT_MEMBER, w->reserved, true);
        for (size_t i = 0; i < w->in->people_n; i++) {
            w->people[i].woman_seat = w->people[i].fate == FATE_IN;
            w->held = w->people[i].fate == FATE_TIED ? 0 : w->held; /* a tie, not an empty seat */
        }
    }
    for (int post = 0; post < ELECT_POSTS; post++) {
        int64_t seats = w->in->seats[post] - (post == ELECT_MEMBER ? (int64_t)w->reserved : 0);
        (void)fill_post(w, (enum elect_post)post, seats > 0 ? (size_t)seats : 0, false);
    }
}

/* ---- near kin */

/* Less means: goes before the other one. 0: equal in everything that counts. */
static int before(const struct work *w, size_t a, size_t b)
{
    const struct person *pa = &w->people[a];
    const struct person *pb = &w->people[b];
    if (w->in->rules.kin_higher_stays != FLAG_NO && pa->post != pb->post) {
        return pa->post < pb->post ? -1 : 1;
    }
    if (pa->votes != pb->votes) {
        return pa->votes > pb->votes ? -1 : 1;
    }
    return pa->post == pb->post ? 0 : pa->post < pb->post ? -1 : 1;
}

/* Takes one of the first pair of near kin that is elected out; false when there is none. Two who
 * are equal in all that counts are both left in: the line says that persons must decide (WHY_KIN).
 */
static bool part_kin(struct work *w)
{
    for (size_t k = 0; k < w->in->kin_n; k++) {
        size_t a = w->in->kin[k].a;
        size_t b = w->in->kin[k].b;
        if (a == b || w->people[a].fate != FATE_IN || w->people[b].fate != FATE_IN) {
            continue;
        }
        w->out->waits = w->out->waits || w->in->rules.kin_higher_stays == FLAG_WAITS;
        int order = before(w, a, b);
        if (order != 0) {
            w->out_kin[order < 0 ? b : a] = true;
            return true;
        }
    }
    return false;
}

static void choose_without_kin(struct work *w)
{
    choose(w);
    while (part_kin(w)) {
        choose(w);
    }
}

/* ---- the woman rule */

static int64_t women_in(const struct work *w)
{
    int64_t n = 0;
    for (size_t i = 0; i < w->in->people_n; i++) {
        n += w->people[i].fate == FATE_IN && w->in->people[i].woman;
    }
    return n;
}

/* A woman who passes and is not in, or a tie among such. */
static bool woman_passes(const struct work *w)
{
    for (size_t i = 0; i < w->in->people_n; i++) {
        const struct person *p = &w->people[i];
        bool stands = p->fate == FATE_SEATS || p->fate == FATE_NONE || p->fate == FATE_BELOW;
        if (w->in->people[i].woman && stands && !w->out_kin[i] &&
            counted(w, i, ELECT_MEMBER) >= w->need) {
            return true;
        }
    }
    return false;
}

/* A woman in a tie may still come in: nothing is taken from anybody before that is decided. */
static bool woman_tied(const struct work *w)
{
    for (size_t i = 0; i < w->in->people_n; i++) {
        if (w->in->people[i].woman && w->people[i].fate == FATE_TIED) {
            return true;
        }
    }
    return false;
}

static void woman_rule(struct work *w)
{
    const struct elect_rules *r = &w->in->rules;
    if (w->in->rerun || w->in->seats[ELECT_MEMBER] == 0) {
        return;
    }
    while (women_in(w) < r->women_min && (int64_t)w->reserved < w->in->seats[ELECT_MEMBER] &&
           !woman_tied(w)) {
        if (!woman_passes(w) && r->woman_held != FLAG_YES) {
            w->out->waits = w->out->waits || r->woman_held == FLAG_WAITS;
            return;
        }
        for (size_t i = 0; i < w->in->people_n; i++) {
            w->was_in[i] =
                w->was_in[i] || (w->people[i].fate == FATE_IN && w->people[i].post == ELECT_MEMBER);
        }
        w->reserved++;
        choose_without_kin(w);
        if (w->held > 0) {
            return;
        }
    }
}

/* ---- writing it down */

static struct elect_line line_of(const struct work *w, size_t i, enum elect_seat state,
                                 enum elect_why why, const struct citation *cite)
{
    const struct person *p = &w->people[i];
    return (struct elect_line){.state = state,
                               .post = p->post,
                               .person = i,
                               .why = why,
                               .cite = *cite,
                               .votes = p->votes,
                               .need = w->need};
}

static bool kin_of_elected(const struct work *w, size_t i)
{
    for (size_t k = 0; k < w->in->kin_n; k++) {
        size_t a = w->in->kin[k].a;
        size_t b = w->in->kin[k].b;
        size_t other = a == i ? b : b == i ? a : i;
        if (other != i && w->people[other].fate == FATE_IN) {
            return true;
        }
    }
    return false;
}

static enum elect_why why_in(const struct work *w, size_t i, const struct citation **cite)
{
    const struct elect_rules *r = &w->in->rules;
    if (kin_of_elected(w, i)) {
        *cite = &r->kin_cite;
        return WHY_KIN;
    }
    if (w->people[i].woman_seat) {
        *cite = &r->woman_cite;
        return WHY_WOMAN_TAKES;
    }
    *cite = w->in->rerun ? &r->rerun_cite : &r->majority_cite;
    return w->in->rerun ? WHY_FLOOR : WHY_MAJORITY;
}

static void add_seat(struct elect_result *out, struct elect_line line)
{
    out->seats[out->seats_n++] = line;
}

/* Elected ones of a post by votes, then tied seats, then held and open ones. */
static void write_post(struct work *w, enum elect_post post)
{
    struct elect_result *out = w->out;
    static const struct citation none = {NULL, NULL};
    size_t in = 0;
    size_t tied = 0;
    for (size_t i = 0; i < w->in->people_n; i++) {
        const struct person *p = &w->people[i];
        tied += p->fate == FATE_TIED && p->post == post;
        if (p->fate != FATE_IN || p->post != post) {
            continue;
        }
        size_t at = in++;
        while (at > 0 && w->people[w->order[at - 1]].votes < p->votes) {
            w->order[at] = w->order[at - 1];
            at--;
        }
        w->order[at] = i;
    }
    for (size_t k = 0; k < in; k++) {
        const struct citation *cite = &none;
        enum elect_why why = why_in(w, w->order[k], &cite);
        if (w->in->people[w->order[k]].voided) {
            add_seat(out, line_of(w, w->order[k], SEAT_OPEN, WHY_BARRED, &w->in->rules.void_cite));
            out->open++;
            out->rerun_seats[post]++;
            continue;
        }
        add_seat(out, line_of(w, w->order[k], SEAT_ELECTED, why, cite));
        out->elected++;
        out->women += w->in->people[w->order[k]].woman;
    }
    size_t left = (size_t)w->in->seats[post] - in;
    size_t held = post == ELECT_MEMBER && w->held < left ? w->held : 0;
    for (size_t k = 0; k < left; k++) {
        bool is_held = k < held;
        bool is_tied = !is_held && k - held < tied;
        struct elect_line line = {
            .state = is_held   ? SEAT_HELD
                     : is_tied ? SEAT_TIE
                               : SEAT_OPEN,
            .post = post,
            .person = SIZE_MAX,
            .why = is_held   ? WHY_WOMAN_HELD
                   : is_tied ? WHY_TIE
                             : WHY_VACANT,
            .cite = is_held ? w->in->rules.woman_cite : none,
            .need = w->need,
        };
        add_seat(out, line);
        out->open++;
        out->rerun_seats[post]++;
    }
}

static void write_others(struct work *w)
{
    static const struct citation none = {NULL, NULL};
    const struct elect_rules *r = &w->in->rules;
    for (size_t i = 0; i < w->in->people_n; i++) {
        enum elect_why why;
        const struct citation *cite = &none;
        switch (w->people[i].fate) {
        case FATE_TIED:
            why = WHY_TIE;
            break;
        case FATE_SEATS:
            why = w->was_in[i] ? WHY_WOMAN_GIVES : WHY_SEATS;
            cite = w->was_in[i] ? &r->woman_cite : &none;
            break;
        case FATE_BELOW:
            why = WHY_BELOW;
            cite = w->in->rerun ? &r->rerun_cite : &r->majority_cite;
            break;
        case FATE_KIN:
            why = WHY_KIN;
            cite = &r->kin_cite;
            break;
        case FATE_BARRED:
            why = WHY_BARRED;
            break;
        default:
            continue;
        }
        struct elect_line line = line_of(w, i, SEAT_OPEN, why, cite);
        if (w->people[i].fate == FATE_KIN || w->people[i].fate == FATE_BARRED) {
            for (int post = ELECT_POSTS - 1; post >= 0; post--) { /* the post it was about */
                if (w->in->people[i].votes[post] > 0) {
                    line.post = (enum elect_post)post;
                }
            }
            line.votes = counted(w, i, line.post);
        }
        w->out->others[w->out->others_n++] = line;
    }
}

/* ---- what another poll is about */

static void add_rerun(struct work *w, size_t i)
{
    struct elect_result *out = w->out;
    for (size_t k = 0; k < out->rerun_people_n; k++) {
        if (out->rerun_people[k] == i) {
            return;
        }
    }
    out->rerun_people[out->rerun_people_n++] = i;
}

/* Those not elected with most votes, one more than the open seats; equal votes at the end come
 * along. A tie is decided between the tied alone. */
static void write_rerun(struct work *w)
{
    struct elect_result *out = w->out;
    for (int post = 0; post < ELECT_POSTS; post++) {
        size_t open = (size_t)out->rerun_seats[post];
        bool tie = false;
        for (size_t i = 0; i < w->in->people_n; i++) {
            bool tied = w->people[i].fate == FATE_TIED && (int)w->people[i].post == post;
            tie = tie || tied;
            if (tied) {
                add_rerun(w, i);
            }
        }
        if (open == 0 || tie) {
            continue;
        }
        bool women_only = post == ELECT_MEMBER && w->held == open;
        size_t n = ranked(w, (enum elect_post)post, women_only);
        for (size_t k = 0; k < n; k++) {
            enum elect_post p = (enum elect_post)post;
            if (k <= open || counted(w, w->order[k], p) == counted(w, w->order[open], p)) {
                add_rerun(w, w->order[k]);
            }
        }
    }
    out->rerun_needed = out->open > 0;
}

static bool any_tie(const struct elect_result *r)
{
    for (size_t i = 0; i < r->seats_n; i++) {
        if (r->seats[i].state == SEAT_TIE || r->seats[i].state == SEAT_HELD) {
            return true;
        }
    }
    return false;
}

static bool chair_elected(const struct elect_result *r)
{
    for (size_t i = 0; i < r->seats_n; i++) {
        if (r->seats[i].post == ELECT_CHAIR && r->seats[i].state != SEAT_ELECTED) {
            return false;
        }
    }
    return true;
}

static void write_vacancy(struct work *w)
{
    const struct elect_rules *r = &w->in->rules;
    struct elect_result *out = w->out;
    if (out->open == 0) {
        return;
    }
    out->waits = out->waits || r->rest_vacant_min < 0 || r->rest_vacant_needs_chair == FLAG_WAITS;
    out->rest_may_stay_vacant = r->rest_vacant_min >= 0 && out->elected >= r->rest_vacant_min &&
                                !any_tie(out) &&
                                (r->rest_vacant_needs_chair == FLAG_NO || chair_elected(out));
}

/* ---- validity */

static void reason(struct elect_result *out, enum elect_why why, const struct citation *cite)
{
    out->reason_cites[out->reasons_n] = *cite;
    out->reasons[out->reasons_n++] = why;
}

static enum elect_validity worse(enum elect_validity a, enum elect_validity b)
{
    return a == ELECT_VOID || b == ELECT_VOID             ? ELECT_VOID
           : a == ELECT_UNDECIDED || b == ELECT_UNDECIDED ? ELECT_UNDECIDED
                                                          : ELECT_VALID;
}

static enum elect_validity by_flag(struct elect_result *out, enum elect_flag flag,
                                   enum elect_why why)
{
    static const struct citation none = {NULL, NULL};
    reason(out, why, &none);
    out->waits = out->waits || flag == FLAG_WAITS;
    return flag == FLAG_YES ? ELECT_VOID : flag == FLAG_WAITS ? ELECT_UNDECIDED : ELECT_VALID;
}

static enum elect_validity turnout(const struct elect_in *in, struct elect_result *out)
{
    const struct elect_ballots *b = &in->ballots;
    enum elect_flag needed = in->rerun ? in->rules.rerun_turnout : FLAG_YES;
    if (b->registered < 0 || b->voted < 0) {
        return ELECT_UNDECIDED;
    }
    out->need_voted = elect_need(&in->rules.turnout, b->registered);
    bool enough = b->voted >= out->need_voted;
    if (enough || needed != FLAG_NO) {
        reason(out, enough ? WHY_TURNOUT : WHY_NO_TURNOUT, &in->rules.poll_cite);
    }
    out->waits = out->waits || (!enough && needed == FLAG_WAITS);
    return enough || needed == FLAG_NO ? ELECT_VALID
           : needed == FLAG_YES        ? ELECT_VOID
                                       : ELECT_UNDECIDED;
}

static void judge(const struct elect_in *in, struct elect_result *out)
{
    static const struct citation none = {NULL, NULL};
    const struct elect_ballots *b = &in->ballots;
    out->validity = turnout(in, out);
    if (b->recovered >= 0 && b->voted >= 0 && b->recovered > b->voted) {
        out->validity =
            worse(out->validity, by_flag(out, in->rules.void_over_voted, WHY_OVER_VOTED));
    }
    if (b->recovered >= 0 && b->issued >= 0 && b->recovered > b->issued) {
        out->validity =
            worse(out->validity, by_flag(out, in->rules.void_over_issued, WHY_OVER_ISSUED));
    }
    bool sheet = b->recovered >= 0 && b->valid >= 0 && b->invalid >= 0 && b->blank >= 0;
    if (sheet && b->recovered != b->valid + b->invalid + b->blank) {
        reason(out, WHY_SHEET, &none); /* arithmetic: shown, decides nothing */
    }
}

/* ---- the impossible */

static enum gw_err check(const struct elect_in *in, struct gw_fail *fail)
{
    int64_t seats = 0;
    for (int post = 0; post < ELECT_POSTS; post++) {
        seats += in->seats[post];
        if (in->seats[post] < 0 || in->seats[post] > ELECT_SEATS_MAX) {
            return gw_fail_set(fail, GW_INVALID, _("The number of seats is not possible."));
        }
    }
    if (seats > ELECT_SEATS_MAX || in->people_n > ELECT_PEOPLE_MAX) {
        return gw_fail_set(fail, GW_INVALID,
                           _("There are more seats or people than can be counted here."));
    }
    for (size_t i = 0; i < in->people_n; i++) {
        for (int post = 0; post < ELECT_POSTS; post++) {
            if (in->people[i].votes[post] < 0) {
                return gw_fail_set(fail, GW_INVALID, _("A number of votes is negative."));
            }
        }
    }
    for (size_t k = 0; k < in->kin_n; k++) {
        if (in->kin[k].a >= in->people_n || in->kin[k].b >= in->people_n) {
            return gw_fail_set(fail, GW_INVALID,
                               _("Near kin are named who are not among the people."));
        }
    }
    return GW_OK;
}

static enum gw_err seat_all(const struct elect_in *in, struct elect_result *out)
{
    size_t n = in->people_n > ELECT_SEATS_MAX ? in->people_n : ELECT_SEATS_MAX;
    struct work w = {
        .in = in,
        .out = out,
        .people = calloc(n, sizeof *w.people),
        .out_kin = calloc(n, sizeof *w.out_kin),
        .order = calloc(n + 1, sizeof *w.order),
        .was_in = calloc(n, sizeof *w.was_in),
        .need = out->need_votes,
    };
    enum gw_err err = w.people && w.out_kin && w.order && w.was_in ? GW_OK : GW_NOMEM;
    if (!err) {
        choose_without_kin(&w);
        woman_rule(&w);
        for (int post = 0; post < ELECT_POSTS; post++) {
            write_post(&w, (enum elect_post)post);
        }
        write_others(&w);
        write_rerun(&w);
        write_vacancy(&w);
    }
    free(w.people);
    free(w.out_kin);
    free(w.order);
    free(w.was_in);
    return err;
}

static bool higher_votes(const struct elect_in *in)
{
    for (size_t i = 0; i < in->people_n; i++) {
        if (in->people[i].votes[ELECT_CHAIR] > 0 || in->people[i].votes[ELECT_DEPUTY] > 0) {
            return true;
        }
    }
    return false;
}

enum gw_err elect_result(const struct elect_in *in, struct elect_result *out, struct gw_fail *fail)
{
    *out = (struct elect_result){.need_voted = -1, .need_votes = -1};
    enum gw_err err = check(in, fail);
    if (err) {
        return err;
    }
    judge(in, out);
    const struct elect_share *share = in->rerun ? &in->rules.rerun_floor : &in->rules.majority;
    int64_t of = in->rerun ? in->ballots.recovered : in->ballots.voted;
    if (of >= 0) {
        out->need_votes = elect_need(share, of);
    }
    if (out->validity != ELECT_VALID || of < 0) {
        return GW_OK; /* 选举无效: the papers are sealed unread; nobody is elected */
    }
    out->waits = out->waits || (in->rules.lower_post_votes == FLAG_WAITS &&
                                in->seats[ELECT_MEMBER] > 0 && higher_votes(in));
    return seat_all(in, out);
}
