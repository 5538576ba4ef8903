/* The final selection written down: every seat, everybody else with votes, and what another poll is
 * about. */
#include "model/election_p.h"

static const struct citation none = {NULL, NULL};

static const struct citation *threshold_cite(const struct elect_in *in)
{
    return in->rerun ? &in->rules.rerun_cite : &in->rules.majority_cite;
}

/* ---- seats */

static bool kin_elected(const struct elect_work *w, size_t i)
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

static enum elect_why why_elected(const struct elect_work *w, size_t i,
                                  const struct citation **cite)
{
    const struct elect_chosen *p = &w->people[i];
    if (kin_elected(w, i)) {
        *cite = &w->in->rules.kin_cite;
        return WHY_KIN;
    }
    if (p->woman_seat && !w->marks[i].before) {
        *cite = &w->in->rules.woman_cite;
        return WHY_WOMAN_TAKES;
    }
    *cite = threshold_cite(w->in);
    return w->contested[p->post] ? WHY_PLURALITY : w->in->rerun ? WHY_FLOOR : WHY_MAJORITY;
}

static void add_elected(struct elect_work *w, size_t i)
{
    struct elect_result *out = w->out;
    const struct citation *cite;
    enum elect_why why = why_elected(w, i, &cite);
    bool voided = w->in->people[i].voided; /* nobody moves up: the seat is vacant */
    if (voided) {
        why = WHY_BARRED;
        cite = &w->in->rules.void_cite;
    }
    out->seats[out->seats_n++] = (struct elect_line){.state = voided ? SEAT_OPEN : SEAT_ELECTED,
                                                     .post = w->people[i].post,
                                                     .person = i,
                                                     .why = why,
                                                     .cite = *cite,
                                                     .votes = w->people[i].votes,
                                                     .need = w->need};
    out->elected += !voided;
    out->open += voided;
    out->rerun_seats[w->people[i].post] += voided;
    out->women += !voided && w->in->people[i].woman;
}

/* `n` seats that have no person yet. */
static void add_free(struct elect_work *w, struct elect_line line, size_t n)
{
    line.person = SIZE_MAX;
    line.need = w->need;
    for (size_t k = 0; k < n; k++) {
        w->out->seats[w->out->seats_n++] = line;
        w->out->open++;
        w->out->rerun_seats[line.post]++;
    }
}

static void write_post(struct elect_work *w, enum elect_post post)
{
    const struct elect_rules *r = &w->in->rules;
    size_t in = 0;
    for (size_t i = 0; i < w->in->people_n; i++) {
        if (w->people[i].fate != FATE_IN || w->people[i].post != post) {
            continue;
        }
        size_t at = in++;
        while (at > 0 && w->people[w->order[at - 1]].votes < w->people[i].votes) {
            w->order[at] = w->order[at - 1];
            at--;
        }
        w->order[at] = i;
    }
    for (size_t k = 0; k < in; k++) {
        add_elected(w, w->order[k]);
    }
    size_t left = (size_t)w->in->seats[post] - in;
    for (size_t t = 0; t < 2; t++) {
        const struct elect_tie *tie = &w->ties[post][t];
        add_free(w,
                 (struct elect_line){
                     .state = SEAT_TIE, .post = post, .why = WHY_TIE, .votes = tie->votes},
                 tie->seats);
        left -= tie->seats;
    }
    size_t held = post == ELECT_MEMBER ? w->held : 0;
    add_free(w,
             (struct elect_line){
                 .state = SEAT_OPEN, .post = post, .why = WHY_VACANT, .cite = r->rerun_cite},
             left - held);
    add_free(w,
             (struct elect_line){
                 .state = SEAT_HELD, .post = post, .why = WHY_WOMAN_HELD, .cite = r->woman_cite},
             held);
}

/* ---- everybody else (rule 9) */

/* The highest post for which the votes were enough, else the one with most votes. False: no votes
 * for any post that has seats. */
static bool best_post(const struct elect_work *w, size_t i, enum elect_post *post, bool *passed)
{
    int64_t most = 0;
    *passed = false;
    for (int p = 0; p < ELECT_POSTS && !*passed; p++) {
        int64_t votes = elect_counted(w, i, (enum elect_post)p);
        if (w->in->seats[p] == 0 || votes == 0) {
            continue;
        }
        *passed = votes >= w->need;
        if (*passed || votes > most) {
            *post = (enum elect_post)p;
            most = votes;
        }
    }
    return *passed || most > 0;
}

static bool other_line(const struct elect_work *w, size_t i, struct elect_line *line)
{
    const struct elect_rules *r = &w->in->rules;
    bool passed;
    if (w->people[i].fate == FATE_IN || !best_post(w, i, &line->post, &passed)) {
        return false;
    }
    line->cite = none;
    if (w->in->people[i].barred) {
        line->why = WHY_BARRED;
    } else if (w->people[i].fate == FATE_TIED) {
        line->why = WHY_TIE;
        line->post = w->people[i].post;
    } else if (w->marks[i].out) {
        line->why = WHY_KIN;
        line->post = w->in->people[i].kin_before ? line->post : w->marks[i].lost;
        line->cite = r->kin_cite;
    } else if (w->marks[i].member_before) {
        line->why = WHY_WOMAN_GIVES;
        line->post = ELECT_MEMBER;
        line->cite = r->woman_cite;
    } else if (passed) {
        line->why = WHY_SEATS;
        line->cite = w->in->rerun ? r->rerun_cite : none;
    } else {
        line->why = WHY_BELOW;
        line->cite = *threshold_cite(w->in);
    }
    line->votes = elect_counted(w, i, line->post);
    return true;
}

static void write_others(struct elect_work *w)
{
    for (size_t i = 0; i < w->in->people_n; i++) {
        struct elect_line line = {.state = SEAT_OPEN, .person = i, .need = w->need};
        if (other_line(w, i, &line)) {
            w->out->others[w->out->others_n++] = line;
        }
    }
}

/* ---- another poll (rule 7) */

static void add_rerun(struct elect_result *out, size_t i)
{
    for (size_t k = 0; k < out->rerun_people_n; k++) {
        if (out->rerun_people[k] == i) {
            return;
        }
    }
    out->rerun_people[out->rerun_people_n++] = i;
}

static void add_best(struct elect_work *w, enum elect_post post, size_t open, bool women_only)
{
    size_t n = elect_rank(w, post, women_only);
    for (size_t k = 0; k < n; k++) {
        if (k <= open ||
            elect_counted(w, w->order[k], post) == elect_counted(w, w->order[open], post)) {
            add_rerun(w->out, w->order[k]);
        }
    }
}

static void write_rerun(struct elect_work *w)
{
    for (int post = 0; post < ELECT_POSTS; post++) {
        for (size_t i = 0; i < w->in->people_n; i++) {
            if (w->people[i].fate == FATE_TIED && (int)w->people[i].post == post) {
                add_rerun(w->out, i);
            }
        }
        size_t tied = w->ties[post][0].seats + w->ties[post][1].seats;
        size_t open = (size_t)w->out->rerun_seats[post] - tied;
        size_t held = post == ELECT_MEMBER ? w->held : 0;
        if (open > 0) {
            add_best(w, (enum elect_post)post, open, held == open);
        }
    }
    w->out->rerun_needed = w->out->open > 0;
}

/* ---- vacancy (rule 8) */

static void write_vacancy(struct elect_work *w)
{
    const struct elect_rules *r = &w->in->rules;
    struct elect_result *out = w->out;
    bool chair_open = false;
    for (size_t i = 0; i < out->seats_n; i++) {
        if (out->seats[i].state == SEAT_TIE || out->seats[i].state == SEAT_HELD) {
            return;
        }
        chair_open =
            chair_open || (out->seats[i].post == ELECT_CHAIR && out->seats[i].state == SEAT_OPEN);
    }
    if (out->open == 0) {
        return;
    }
    int64_t elected = out->elected + (w->in->rerun ? w->in->elected_before : 0);
    bool enough = r->rest_vacant_min >= 0 && elected >= r->rest_vacant_min;
    bool by_chair = chair_open && r->rest_vacant_needs_chair != FLAG_NO;
    out->rest_may_stay_vacant = enough && !by_chair;
    out->waits = out->waits || r->rest_vacant_min < 0 ||
                 (enough && chair_open && r->rest_vacant_needs_chair == FLAG_WAITS);
}

void elect_write(struct elect_work *w)
{
    for (int post = 0; post < ELECT_POSTS; post++) {
        write_post(w, (enum elect_post)post);
    }
    write_others(w);
    write_rerun(w);
    write_vacancy(w);
}
