/* The sentences of a result. Names are the caller's: here stands only why. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "model/election.h"

struct sentence {
    char *out;
    size_t size;
    int len;
};

static void add(struct sentence *s, const char *text)
{
    size_t at = s->len >= 0 && (size_t)s->len < s->size ? (size_t)s->len : s->size;
    int n = snprintf(at < s->size ? s->out + at : NULL, s->size - at, "%s", text);
    s->len += n > 0 ? n : 0;
}

static void add_cite(struct sentence *s, const struct ruleset *set, const struct citation *cite)
{
    char law[200];
    char text[260];
    if (!cite->law || citation_print(set, cite, law, sizeof law) <= 0) {
        return;
    }
    (void)snprintf(text, sizeof text, _(" (%s)"), law);
    add(s, text);
}

static void why_text(const struct elect_line *line, char *out, size_t size)
{
    const long long votes = line->votes;
    const long long need = line->need;
    switch (line->why) {
    case WHY_MAJORITY:
        (void)snprintf(
            out, size,
            _("%lld votes, at least %lld are needed: more than half of those who voted."), votes,
            need);
        return;
    case WHY_PLURALITY:
        (void)snprintf(
            out, size,
            _("%lld votes, at least %lld are needed, and more than others who have enough."), votes,
            need);
        return;
    case WHY_FLOOR:
        (void)snprintf(out, size,
                       _("%lld votes, at least %lld are needed: a third of the votes cast."), votes,
                       need);
        return;
    case WHY_BELOW:
        (void)snprintf(out, size, _("%lld votes, %lld are needed: not elected."), votes, need);
        return;
    case WHY_SEATS:
        (void)snprintf(out, size,
                       _("%lld votes are enough, but the seats went to those with more."), votes);
        return;
    case WHY_TIE:
        (void)snprintf(out, size,
                       _("Equal votes (%lld) at the last seat: a second vote between the tied."),
                       votes);
        return;
    case WHY_WOMAN_TAKES:
        (void)snprintf(out, size,
                       _("%lld votes: the woman with most votes takes a member's seat, because no "
                         "woman was elected."),
                       votes);
        return;
    case WHY_WOMAN_GIVES:
        (void)snprintf(out, size, _("%lld votes: gives way to the woman with most votes."), votes);
        return;
    case WHY_WOMAN_HELD:
        (void)snprintf(out, size, "%s",
                       _("No woman has enough votes: this seat is held for a separate vote."));
        return;
    case WHY_KIN:
        (void)snprintf(out, size,
                       _("%lld votes: near kin of an elected member; only one of them may stay."),
                       votes);
        return;
    case WHY_BARRED:
        (void)snprintf(
            out, size,
            _("%lld votes: does not qualify, or the election of this person was found void."),
            votes);
        return;
    default:
        (void)snprintf(out, size, "%s", _("Nobody has enough votes: this seat stays open."));
        return;
    }
}

int elect_line_print(const struct ruleset *set, const struct elect_in *in,
                     const struct elect_result *r, const struct elect_line *line, char *out,
                     size_t size)
{
    char text[400];
    struct sentence s = {out, size, 0};
    (void)in;
    (void)r;
    why_text(line, text, sizeof text);
    add(&s, text);
    add_cite(&s, set, &line->cite);
    return s.len;
}

/* Each number that decides and is not there by its name; what is left of an incomplete one is that
 * two records contradict each other. */
static void missing_text(const struct elect_in *in, char *out, size_t size)
{
    const struct elect_ballots *b = &in->ballots;
    int64_t seats = 0;
    for (size_t post = 0; post < ELECT_POSTS; post++) {
        seats += in->seats[post];
    }
    const struct {
        bool gone;
        const char *name;
    } rows[] = {
        {b->registered < 0, N_("registered voters")},
        {b->voted < 0, N_("people who voted")},
        {in->rerun && b->recovered < 0, N_("papers recovered")},
        {in->incomplete && seats == 0, N_("seats to fill")},
        {in->incomplete && in->people_n == 0, N_("votes of each person")},
    };
    struct sentence s = {out, size, 0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].gone) {
            add(&s, s.len == 0 ? _("Not recorded yet: ") : _(", "));
            add(&s, _(rows[i].name));
        }
    }
    add(&s, s.len == 0 ? _("Two records of one number contradict each other.") : _("."));
}

/* Who votes has the name that the mode gives him (U26 14). */
static void turnout_text(const struct ruleset *set, const struct elect_ballots *b, int64_t need,
                         bool enough, char *out, size_t size)
{
    static const char *const says[][2] = {
        {N_("Only %lld of %lld registered voted, at least %lld are needed."),
         N_("%lld of %lld registered voted, at least %lld are needed.")},
        {N_("Only %lld of %lld representatives of households voted, at least %lld are needed."),
         N_("%lld of %lld representatives of households voted, at least %lld are needed.")},
        {N_("Only %lld of %lld residents' representatives voted, at least %lld are needed."),
         N_("%lld of %lld residents' representatives voted, at least %lld are needed.")},
    };
    const char *mode = set->template_ && set->template_->mode ? set->template_->mode : "";
    int who = strcmp(mode, "households") == 0 ? 1 : strcmp(mode, "representatives") == 0 ? 2 : 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* three numbers each, see above */
    (void)snprintf(out, size, _(says[who][enough]), (long long)b->voted, (long long)b->registered,
                   (long long)need);
#pragma GCC diagnostic pop
}

int elect_reason_print(const struct ruleset *set, const struct elect_in *in,
                       const struct elect_result *r, size_t i, char *out, size_t size)
{
    char text[400];
    struct sentence s = {out, size, 0};
    const struct elect_ballots *b = &in->ballots;
    switch (r->reasons[i]) {
    case WHY_MISSING:
        missing_text(in, text, sizeof text);
        break;
    case WHY_TURNOUT:
    case WHY_NO_TURNOUT:
        turnout_text(set, b, r->need_voted, r->reasons[i] == WHY_TURNOUT, text, sizeof text);
        break;
    case WHY_OVER_VOTED:
        (void)snprintf(text, sizeof text,
                       _("%lld papers were recovered, more than the %lld who voted."),
                       (long long)b->recovered, (long long)b->voted);
        break;
    case WHY_OVER_ISSUED:
        (void)snprintf(text, sizeof text,
                       _("%lld papers were recovered, more than the %lld issued."),
                       (long long)b->recovered, (long long)b->issued);
        break;
    default:
        (void)snprintf(
            text, sizeof text,
            _("The sheet does not add up: %lld recovered, %lld valid, %lld invalid, %lld blank."),
            (long long)b->recovered, (long long)b->valid, (long long)b->invalid,
            (long long)b->blank);
        break;
    }
    add(&s, text);
    add_cite(&s, set, &r->reason_cites[i]);
    return s.len;
}
