/* The result of a poll, by arithmetic alone: validity, winners, ties, the woman rule, near kin,
 * vacancies and what another poll is about. Integers, cross-multiplied; every choice that a place
 * makes is a flag of the rule set. Each line of the result says why, with the article.
 *
 * Sources: domain/elections.md; V26 = village law (articles 8, 18, 21), U26 = community law (8, 19,
 * 22). Never individual ballots, never votes per station or mobile box: votes are those of the
 * mixed whole. */
/* The rules, in the order they are applied (somebody who has only this page can count again;
 * tests/oracle does):
 *
 * 1. Validity, each cause with its reason, in this order; one cause of void is enough, whatever
 * else is undecided. Missing: registered or voted is not entered (-1), in a rerun recovered, or
 * `incomplete`: undecided. Turnout: need_voted = smallest number that is enough of `registered` by
 * the turnout share; fewer voted: void (in a rerun by rerun_turnout: FLAG_NO does not ask and gives
 * no reason, FLAG_WAITS is undecided and waits). recovered > voted, and recovered > issued: by
 * their flags void, undecided (waits) or only a reason. A sheet that does not add up is a reason
 * and decides nothing. Other numbers that are not entered: the check is left out. Only a valid poll
 * has seats and others.
 * 2. Threshold. First poll: majority share of `voted`. Rerun: floor share of `recovered`.
 * 3. Counted votes of a person for a post: its own votes, plus those for higher posts when
 * lower_post_votes is FLAG_YES. FLAG_WAITS waits when anybody has votes above a post that has
 * seats.
 * 4. Selection, posts from the highest: everybody with counted votes > 0 who is not barred, not
 * elected or tied for a higher post, not taken out by rule 5, by counted votes; those that reach
 * the threshold fill the seats. When the last seat and the next person have equal votes, all with
 * that number are tied: those above are elected, the tied are set aside also for lower posts, their
 * seats are SEAT_TIE. More passed than there are seats: who is elected is so by WHY_PLURALITY, else
 * by WHY_MAJORITY (rerun: WHY_FLOOR).
 * 5. Near kin, while two elected are near kin and not equal. People rank by post, then votes
 * (kin_higher_stays FLAG_NO: by votes, then post); of two near kin the one who ranks lower goes. Of
 * several pairs the one whose staying person ranks highest comes first, then the one whose going
 * person ranks highest, each time of equal ones who is first in the order of people: so the order
 * of `kin` does not matter. The selection is done anew without the one who went, for every post and
 * for all that follows. FLAG_WAITS is as FLAG_YES, and waits when FLAG_NO would let the other one
 * of the pair go. Equal in both: both stay and their lines say WHY_KIN. Nobody is kin of himself.
 * Who is kin_before is out from the start.
 * 6. Woman rule, first poll only, while fewer women than women_min are elected (at any post) and no
 * woman is tied: when a woman who is not elected, barred or out reaches the threshold for member
 * (rule 3), or woman_held is FLAG_YES, so many member seats are set aside as women are members, and
 * one more; each further time at least one more than before; never more than there are. Then rules
 * 4 and 5 anew: the seats set aside are filled after the higher posts and before the other members'
 * seats, among women only, with ties as in rule 4. Nobody for one of them: it is SEAT_HELD and the
 * rule ends. Who has one and was not elected before this rule: WHY_WOMAN_TAKES. Who was a member
 * before this rule and is now not elected, tied or out: WHY_WOMAN_GIVES. woman_held FLAG_WAITS
 * waits when FLAG_YES would have set a seat aside. In a rerun held_for_woman sets one member seat
 * aside.
 * 7. Another poll: about every seat without a person. For the tied seats of a post: its tied, in
 * the order of people. For its other open seats: among those not elected, tied, barred or out,
 * those with most counted votes for that post, one more than these seats, equal votes at the end
 * come along; only women when all of them are SEAT_HELD. Nobody is named twice.
 * 8. The rest may stay vacant when no seat is tied or held, at least rest_vacant_min are elected
 * (a rerun adds elected_before), and no chair's seat is open unless rest_vacant_needs_chair is
 * FLAG_NO. It waits when seats are open, none of them tied or held, and rest_vacant_min is not
 * confirmed, or only a FLAG_WAITS for the chair stands against it.
 * 9. others: one line for everybody not elected who has counted votes for a post that has seats, in
 * the order of people. Barred, tied, out and giving way in this order, about the post where that
 * happened; else WHY_SEATS for the highest post for which the votes reach the threshold; else
 * WHY_BELOW for the post with most counted votes, of equal ones the highest. A line of
 * somebody barred or kin_before is about the post that WHY_SEATS or WHY_BELOW would name.
 * 10. 当选无效 (V26 21, U26 22) makes that person's being elected void, and no more: rules 4 to 6
 * are applied as the votes say, then the seat of an elected who is voided is SEAT_OPEN with his
 * person and WHY_BARRED, counted among the open ones and not among elected or women; nobody moves
 * up, and he is not among those of another poll. */
#ifndef GW_MODEL_ELECTION_H
#define GW_MODEL_ELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/procedure.h"
#include "model/ruleset.h"

enum elect_post { ELECT_CHAIR, ELECT_DEPUTY, ELECT_MEMBER, ELECT_POSTS }; /* highest first */
enum { ELECT_PEOPLE_MAX = 400, ELECT_SEATS_MAX = 99 };
enum { ELECT_NUMBER_MAX = 1000000000 }; /* of people, papers, votes; sums stay far from 64 bits */

/* A share: x is enough iff x * den > of * num (strict) or >=. */
struct elect_share {
    int64_t num, den;
    bool strict;
};

/* A flag of the rule set that nobody has confirmed yet. What depends on it is said to wait. */
enum elect_flag { FLAG_NO, FLAG_YES, FLAG_WAITS };

struct elect_rules {
    struct citation poll_cite; /* poll valid: V26 18, U26 19 */
    struct elect_share
        turnout; /* of voted among registered: more than half; representatives: more than 2/3 */
    struct citation majority_cite; /* elected: more than half of those who voted */
    struct elect_share majority;   /* of votes among voted */
    struct citation rerun_cite;
    struct elect_share rerun_floor; /* 另行选举: votes among votes cast, 1/3 inclusive */
    enum elect_flag rerun_turnout;  /* whether turnout is needed again */
    struct citation void_cite;      /* somebody's being elected found void: V26 21, U26 22 */
    struct citation woman_cite;     /* V26 8 */
    int64_t women_min;              /* at least so many women members */
    enum elect_flag woman_held;     /* no woman passes: one seat is held back for a separate vote */
    struct citation kin_cite;       /* V26 8: no near kin among the members */
    enum elect_flag
        kin_higher_stays; /* of two elected near kin the higher post stays, then more votes */
    enum elect_flag lower_post_votes; /* votes for a higher post count for the lower one too */
    enum elect_flag void_over_voted;  /* recovered > voted voids the poll */
    enum elect_flag void_over_issued; /* recovered > issued voids the poll */
    enum elect_flag
        blank_is_invalid;    /* only how the sheet is read: recovered = valid + invalid + blank */
    int64_t rest_vacant_min; /* so many elected: the rest may stay vacant; -1 = waits, more than
                                ELECT_SEATS_MAX = never */
    enum elect_flag rest_vacant_needs_chair;
};

struct elect_person {
    const char *id; /* stands for the person in `why`; names are the caller's */
    bool woman;
    bool candidate[ELECT_POSTS]; /* stood for it; a written-in person may win as well */
    int64_t votes[ELECT_POSTS];  /* >= 0 */
    bool barred;                 /* does not qualify: cannot win; shown with its article */
    bool voided;                 /* 当选无效 was found: rule 10 */
    bool kin_before;             /* of a rerun: near kin of somebody the first poll elected */
};
struct elect_kin {
    size_t a, b; /* indices of people; near kin of CC 1045 */
};

struct elect_ballots {
    int64_t registered, voted;                        /* people */
    int64_t issued, recovered, valid, invalid, blank; /* papers; -1 = not entered */
    int64_t invalid_part[ELECT_POSTS];                /* papers whose part for that post is void */
};

struct elect_in {
    struct elect_rules rules;
    int64_t seats[ELECT_POSTS];
    struct elect_ballots ballots;
    const struct elect_person *people;
    size_t people_n;
    const struct elect_kin *kin;
    size_t kin_n;
    bool rerun;             /* 另行选举: plurality with a floor, for the open seats only */
    bool held_for_woman;    /* of a rerun: one of the member seats is the one that was held back */
    int64_t elected_before; /* of a rerun: members the first poll has elected */
    bool incomplete; /* a number that decides is not recorded, or another record contests it */
};

enum elect_validity {
    ELECT_VALID,
    ELECT_VOID,
    ELECT_UNDECIDED /* a flag or a number is missing */
};
/* Why, in a closed list; elect_line_print and elect_reason_print make the sentences. */
enum elect_why {
    WHY_MISSING, /* a number that decides is not entered, or contested */
    WHY_TURNOUT, /* have voted, want more than num/den of registered */
    WHY_NO_TURNOUT,
    WHY_OVER_VOTED,
    WHY_OVER_ISSUED, /* recovered more than … */
    WHY_SHEET,    /* recovered != valid + invalid + blank: arithmetic, 不合规, decides nothing */
    WHY_MAJORITY, /* elected: have votes, more than half of voted */
    WHY_PLURALITY,   /* elected: passes, and has more votes than others who pass */
    WHY_FLOOR,       /* elected in a rerun: passes the floor */
    WHY_BELOW,       /* not elected: below the threshold */
    WHY_SEATS,       /* not elected: passed, but the seats went to those with more votes */
    WHY_TIE,         /* equal votes at the last seat: a second vote between them */
    WHY_WOMAN_TAKES, /* woman rule: takes a member's seat */
    WHY_WOMAN_GIVES, /* woman rule: was a member by votes and has no seat left */
    WHY_WOMAN_HELD,  /* one member's seat is held back */
    WHY_KIN,         /* near kin of somebody elected */
    WHY_BARRED,
    WHY_VACANT, /* nobody for the seat */
    WHY_N
};

enum elect_seat { SEAT_ELECTED, SEAT_TIE, SEAT_OPEN, SEAT_HELD };
struct elect_line {
    enum elect_seat state; /* for seats */
    enum elect_post post;
    size_t person; /* index, SIZE_MAX = none */
    enum elect_why why;
    struct citation cite;
    /* The two sides: counted votes of the person (SEAT_TIE: of each of the tied; else 0 without a
     * person), smallest number that passes. */
    int64_t votes, need;
};

struct elect_result {
    enum elect_validity validity;
    enum elect_why reasons[8]; /* of validity, in the order they were checked */
    size_t reasons_n;
    struct citation reason_cites[8];
    int64_t need_voted; /* smallest turnout that is enough; -1 = not known yet */
    int64_t need_votes; /* smallest number of votes that elects; -1 = not known yet */
    /* chair, deputies, members; of a post by state (enum elect_seat), then votes, then the order of
     * people */
    struct elect_line seats[ELECT_SEATS_MAX];
    size_t seats_n; /* = sum of seats when valid */
    struct elect_line
        others[ELECT_PEOPLE_MAX]; /* everybody with votes who was not elected (rule 9) */
    size_t others_n;
    int64_t women, elected, open;
    /* What another poll is about: seats and the persons it is held among (those not elected with
     * most votes; surplus of one), or the tied. */
    bool rerun_needed, rest_may_stay_vacant;
    int64_t rerun_seats[ELECT_POSTS];
    size_t rerun_people[ELECT_PEOPLE_MAX];
    size_t rerun_people_n;
    bool waits; /* something above waits for the district */
};

/* The whole result. GW_INVALID with a sentence for the impossible only: negative numbers (but
 * -1 of the ballots), numbers above ELECT_NUMBER_MAX, more people or seats than fit, a kin index
 * out of range; what out holds then is nobody elected. GW_NOMEM. Deterministic; no I/O. Time grows
 * with the square of the people, times one for each pair of kin parted and each seat set aside. */
enum gw_err elect_result(const struct elect_in *in, struct elect_result *out, struct gw_fail *fail);

/* Smallest x that is enough: x * den > of * num, or >=. */
int64_t elect_need(const struct elect_share *share, int64_t of);
/* One translated sentence of a line or a reason; set for the names of laws. Length as snprintf. */
int elect_line_print(const struct ruleset *set, const struct elect_in *in,
                     const struct elect_result *r, const struct elect_line *line, char *out,
                     size_t size);
int elect_reason_print(const struct ruleset *set, const struct elect_in *in,
                       const struct elect_result *r, size_t i, char *out, size_t size);

/* ---- from the records of a procedure (election_read.c; ids as in docs/procedures.md 1.6) */

struct elect_case; /* owned */
/* What the records in force say: registered, voted, papers, seats, people with their votes, kin;
 * the first poll or the rerun. A person's record has chair_votes, deputy_votes and member_votes, or
 * post and votes. Seats are those of S04; of a rerun those that S24 names by post, else what S23-1
 * leaves open. Incomplete: no seats, nobody with votes, or a person's record is contested.
 * GW_ABSENT: the template has no such steps (no election by ballot). GW_NOMEM. The procedure stays
 * borrowed. */
enum gw_err elect_read(const struct procedure *p, const struct ruleset *set, bool rerun,
                       struct elect_case **out);
void elect_case_free(struct elect_case *c);
const struct elect_in *elect_case_in(const struct elect_case *c);
/* The name of a person as the records have it, "" when it was erased. */
const char *elect_case_name(const struct elect_case *c, size_t person);

/* The rules as a rule set has them: numbers and flags by key (women_min, blank_is_invalid, …);
 * turnout and majority by committee and mode of the template. */
void elect_rules_of(const struct ruleset *set, struct elect_rules *out);

#endif
