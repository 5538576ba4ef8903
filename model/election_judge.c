/* Whether the poll is valid (rule 1), how many votes elect (rule 2), and what no poll can be. */
#include "base/i18n.h"
#include "model/election_p.h"

static const struct citation none = {NULL, NULL};

/* ---- validity */

static void reason(struct elect_result *out, enum elect_why why, const struct citation *cite)
{
    out->reason_cites[out->reasons_n] = *cite;
    out->reasons[out->reasons_n++] = why;
}

/* Void wins over undecided: one cause is enough, whatever else is still open. */
static void make_worse(struct elect_result *out, enum elect_flag flag)
{
    if (flag == FLAG_YES) {
        out->validity = ELECT_VOID;
    } else if (flag == FLAG_WAITS && out->validity != ELECT_VOID) {
        out->validity = ELECT_UNDECIDED;
    }
    out->waits = out->waits || flag == FLAG_WAITS;
}

static void judge_missing(const struct elect_in *in, struct elect_result *out)
{
    const struct elect_ballots *b = &in->ballots;
    if (b->registered < 0 || b->voted < 0 || (in->rerun && b->recovered < 0) || in->incomplete) {
        reason(out, WHY_MISSING, &none);
        out->validity = ELECT_UNDECIDED;
    }
}

static void judge_turnout(const struct elect_in *in, struct elect_result *out)
{
    const struct elect_ballots *b = &in->ballots;
    enum elect_flag asked = in->rerun ? in->rules.rerun_turnout : FLAG_YES;
    if (b->registered >= 0) {
        out->need_voted = elect_need(&in->rules.turnout, b->registered);
    }
    if (b->registered < 0 || b->voted < 0 || asked == FLAG_NO) {
        return;
    }
    bool enough = b->voted >= out->need_voted;
    reason(out, enough ? WHY_TURNOUT : WHY_NO_TURNOUT, &in->rules.poll_cite);
    if (!enough) {
        make_worse(out, asked);
    }
}

static void judge_papers(const struct elect_in *in, struct elect_result *out)
{
    const struct elect_ballots *b = &in->ballots;
    if (b->recovered < 0) {
        return;
    }
    if (b->voted >= 0 && b->recovered > b->voted) {
        reason(out, WHY_OVER_VOTED, &none);
        make_worse(out, in->rules.void_over_voted);
    }
    if (b->issued >= 0 && b->recovered > b->issued) {
        reason(out, WHY_OVER_ISSUED, &none);
        make_worse(out, in->rules.void_over_issued);
    }
    bool whole = b->valid >= 0 && b->invalid >= 0 && b->blank >= 0;
    if (whole && b->recovered != b->valid + b->invalid + b->blank) {
        reason(out, WHY_SHEET, &none);
    }
}

void elect_judge(const struct elect_in *in, struct elect_result *out)
{
    const struct elect_share *share = in->rerun ? &in->rules.rerun_floor : &in->rules.majority;
    int64_t of = in->rerun ? in->ballots.recovered : in->ballots.voted;
    out->validity = ELECT_VALID;
    judge_missing(in, out);
    judge_turnout(in, out);
    judge_papers(in, out);
    if (of >= 0) {
        out->need_votes = elect_need(share, of);
    }
}

/* ---- the impossible */

static bool countable(int64_t x, int64_t least)
{
    return x >= least && x <= ELECT_NUMBER_MAX;
}

static bool ballots_possible(const struct elect_ballots *b)
{
    const int64_t numbers[] = {b->registered, b->voted,   b->issued, b->recovered,
                               b->valid,      b->invalid, b->blank};
    bool possible = true;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        possible = possible && countable(numbers[i], -1);
    }
    for (int post = 0; post < ELECT_POSTS; post++) {
        possible = possible && countable(b->invalid_part[post], 0);
    }
    return possible;
}

static bool seats_possible(const struct elect_in *in)
{
    bool possible = true;
    int64_t sum = 0;
    for (int post = 0; post < ELECT_POSTS; post++) {
        possible = possible && in->seats[post] >= 0 && in->seats[post] <= ELECT_SEATS_MAX;
        sum += possible ? in->seats[post] : 0;
    }
    return possible && sum <= ELECT_SEATS_MAX && countable(in->elected_before, 0);
}

static bool votes_possible(const struct elect_in *in)
{
    bool possible = true;
    for (size_t i = 0; i < in->people_n; i++) {
        for (int post = 0; post < ELECT_POSTS; post++) {
            possible = possible && countable(in->people[i].votes[post], 0);
        }
    }
    return possible;
}

static bool kin_possible(const struct elect_in *in)
{
    bool possible = true;
    for (size_t k = 0; k < in->kin_n; k++) {
        possible = possible && in->kin[k].a < in->people_n && in->kin[k].b < in->people_n;
    }
    return possible;
}

enum gw_err elect_check(const struct elect_in *in, struct gw_fail *fail)
{
    const char *what = NULL;
    if (!seats_possible(in)) {
        what = _("The number of seats is not possible.");
    } else if (in->people_n > ELECT_PEOPLE_MAX) {
        what = _("There are more people than can be counted here.");
    } else if (!ballots_possible(&in->ballots)) {
        what = _("A number of papers or of voters is not possible.");
    } else if (!votes_possible(in)) {
        what = _("A number of votes is not possible.");
    } else if (!kin_possible(in)) {
        what = _("Near kin are named who are not among the people.");
    }
    return what ? gw_fail_set(fail, GW_INVALID, "%s", what) : GW_OK;
}
