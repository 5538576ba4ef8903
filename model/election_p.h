/* Inside of the result of a poll: the selection (election.c), validity and the impossible
 * (election_judge.c), the lines (election_lines.c). The rules are those of election.h. */
#ifndef GW_MODEL_ELECTION_P_H
#define GW_MODEL_ELECTION_P_H

#include "model/election.h"

enum elect_fate { FATE_NONE, FATE_IN, FATE_TIED };

/* Of the present selection; made anew with each. */
struct elect_chosen {
    enum elect_fate fate;
    enum elect_post post;
    int64_t votes;   /* counted, for that post */
    bool woman_seat; /* has one of the seats that are set aside */
};
/* What stays from one selection to the next. */
struct elect_mark {
    bool out;                   /* by rule 5, or kin_before */
    enum elect_post lost;       /* the post that was lost by it */
    bool before, member_before; /* elected, and as a member, when rule 6 began */
};
struct elect_tie {
    size_t seats;
    int64_t votes;
};

struct elect_work {
    const struct elect_in *in;
    struct elect_result *out;
    struct elect_chosen *people;           /* owned */
    struct elect_mark *marks;              /* owned */
    size_t *order;                         /* owned: the last ranking */
    size_t aside;                          /* member seats set aside for women */
    size_t held;                           /* of these, seats that nobody could take */
    struct elect_tie ties[ELECT_POSTS][2]; /* of the seats set aside, of the others */
    bool contested[ELECT_POSTS];           /* more passed than there were seats */
    int64_t need;
};

/* Rule 3. */
int64_t elect_counted(const struct elect_work *w, size_t i, enum elect_post post);
/* Everybody who may still win something and has counted votes for the post, most votes first, equal
 * ones in the order of people: into w->order; returns how many. */
size_t elect_rank(struct elect_work *w, enum elect_post post, bool women_only);

/* Rule 1, and what is refused. */
enum gw_err elect_check(const struct elect_in *in, struct gw_fail *fail);
void elect_judge(const struct elect_in *in, struct elect_result *out);

/* Seats, others, another poll (rules 7 to 9) of the final selection. */
void elect_write(struct elect_work *w);

#endif
