/* The voters' roll of an election: everybody of the division as the mirror has them, together with
 * what was recorded in the procedure (docs/procedures.md 1.6: S05-1 not on the roll, S05-2 says he
 * takes part, S05-3 applies, S05-4 votes for a household, S07/S08 objection and decision, S08-2 put
 * on or taken off). Nothing here is stored: the roll changes because a record or the register does.
 *
 * A record names people by the private field resident_id: one id, several with 、 between, or the
 * id of a household, which stands for all its members; without it the subject counts as an id. A
 * record S05-2, S05-3 or S08-2 of somebody who is not among the residents makes a row of its own.
 */
#ifndef GW_OFFLINE_DB_ROLL_H
#define GW_OFFLINE_DB_ROLL_H

#include "model/kin.h"
#include "model/roll.h"
#include "offline-db/process.h"

enum roll_objection { OBJECTION_NONE, OBJECTION_PENDING, OBJECTION_ACCEPTED, OBJECTION_REJECTED };

struct roll_person {
    const char *id;   /* of the resident; of an entered one "S05-3/2" */
    const char *name; /* in full: a published list shows names; "" when it was erased */
    const char *path, *household, *relation; /* "" = none; relation is a code of GB/T 4761 */
    char sex;                                /* GB/T 2261.1: '1' '2', '0' not known */
    bool party, minority, entered;
    gw_day birth; /* what counts: by ID card, else by the register */
    bool by_id, birth_differs,
        id_wrong; /* of the ID number: counts, says another day, fails its check */
    const char
        *twin; /* id of another row with the same ID number, which comes first; NULL = none */
    struct roll_facts facts;
    struct roll_verdict verdict;
    const char *step, *subject; /* the record that counts, NULL = none */
    enum roll_objection objection;
    const char *objection_no; /* subject of S07 */
};

/* What the civil-affairs system asks for, and what a clerk looks at. */
struct roll_counts {
    size_t people, state[ROLL_STATES];
    size_t classes[ROLL_CLASSES], women, party, minority; /* of those on the roll */
    /* 有选举权的: on the roll, or of age with the hukou here, not deprived, dead or gone. */
    size_t entitled;
    size_t twice, birth_differs, objections_pending;
    int64_t published; /* last published total (S08-1, else S06); -1 = none */
};

/* One line of the list of households (U26 17): who votes for it. */
struct roll_house {
    const char *id;
    const struct roll_person *head;   /* as the register has it, on the roll; NULL = none */
    const struct roll_person *person; /* chosen (S05-4), else the head; NULL: has to choose */
    bool chosen;
    bool off_roll; /* S05-4 names somebody who is not on the roll: has to choose anew */
    size_t voters; /* on the roll */
};
struct roll_house_counts {
    size_t chosen, heads, open, women; /* open: nobody votes for it; women: of those who vote */
    int64_t listed;                    /* published with the roll (S08-1, else S06); -1 = not */
};

/* One representative, as a group named him (S09-1). */
struct roll_rep {
    const char *name; /* as it was recorded; published by law */
    const struct roll_person
        *person; /* the only one of the roll who bears it; NULL: none, several */
    bool leader; /* leads the group, too */
    bool twice;  /* the same person stands in an earlier group or place */
};
struct roll_group {
    const char *name;   /* subject of S09-1 */
    const char *leader; /* "" = not recorded, or erased */
    const char *hash;   /* of the record */
    const char *user;   /* who recorded it */
    gw_day chosen_on;   /* the day it happened; DAY_NONE = not said */
    int64_t households, entitled, present, agreed, said; /* said: representatives; -1 = not there */
    const struct roll_rep *reps;
    size_t n, women, sex_unknown;
    bool erased; /* the names, by law: n is 0 and says nothing */
};
/* The representatives, group by group: who votes where representatives elect (U26 14, 19). */
struct roll_reps {
    const struct roll_group *groups; /* in the order of the records */
    size_t groups_n;
    size_t people, women, sex_unknown, leaders, off_roll, twice;
    size_t erased; /* groups whose names were erased: the sums are of the others */
    int64_t households, recorded, recorded_women, members; /* S09; -1 = not recorded */
    int64_t listed; /* published with the roll (S08-1, else S06); -1 = not, or not asked for */
    const struct check *share; /* of women, NULL = none; a hint where no law says it */
    size_t women_need;         /* smallest number that keeps it, of `recorded`, else of people */
};

struct roll {
    struct gw_arena arena; /* owns all below */
    struct roll_rules rules;
    gw_day polling;
    struct roll_person *people; /* by path, household, head first, relation, id */
    size_t n;
    const struct roll_person **by_id;
    size_t by_id_n;
    struct roll_counts counts;
    struct roll_house *houses; /* households with a voter, in the same order */
    size_t houses_n;
    bool by_households, by_representatives; /* who votes here (U26 14); else everybody */
    struct roll_house_counts house_counts;
    struct roll_reps reps;
};

/* GW_INVALID: the procedure has no roll, no polling day, or no division (a sentence says so). The
 * case stays borrowed as long as the roll. Cost: the rows of the division by index, n log n; the
 * first roll of a home makes that index. Not inside a transaction. */
enum gw_err roll_load(struct home *home, const struct process_case *c, struct roll *out,
                      struct gw_fail *fail);
void roll_unload(struct roll *roll);
const struct roll_person *roll_person_of(const struct roll *roll, const char *id); /* NULL */
/* "Is not 18 yet on polling day (…, article 16)." and what else is to be known of him. */
int roll_person_print(const struct roll *roll, const struct process_case *c,
                      const struct roll_person *p, char *out, size_t size);

/* Names of those on the roll are published by law; of others the first character is shown. Safe
 * text. */
void roll_shown_name(const struct roll_person *p, char *out, size_t size);

/* Does this procedure have such a list? Households: S05-4; representatives: S09-1. */
bool roll_has_houses(const struct process_case *c);
bool roll_has_reps(const struct process_case *c);
/* What is not as it should be with the list of representatives, one translated sentence each:
 * published and chosen differ, a group has other names than its number says, somebody twice, fewer
 * women than the share. n counts from 0; false: no more. */
bool roll_reps_note(const struct roll *roll, const struct process_case *c, size_t n, char *out,
                    size_t size);

/* What the roll says for a figure of S05 (hukou_resident, residents, …, registered), of S06
 * (listed), of S08-1 (registered, listed), of S09 (representatives, women, leaders) or of S21
 * (registered: the last published total of those who vote); false: it says nothing of it. A
 * proposal, never a record. */
bool roll_figure(const struct roll *roll, const char *step, const char *key, int64_t *out);

/* ---- near kin among those who stand and those who run the election (roll_kin.c) */

enum roll_tie {
    TIE_NOMINEES,  /* both stand: not both may be members (V26 8, U26 8) */
    TIE_COMMITTEE, /* of the election committee: he leaves (V26 15, U26 15) */
    TIE_STAFF,     /* counts, reads, watches (S16): barred where the district says so */
    TIE_BOX,       /* carries or watches a mobile box (S17) */
};
struct roll_kin {
    enum roll_tie tie;
    const char *nominee;      /* subject of S10 */
    const char *name, *other; /* in full */
    bool same;                /* he himself */
    bool entered;             /* by a record S10-1, not by the register */
    enum kin_answer answer;   /* KIN_NEAR or KIN_ASK */
    struct citation cite;     /* law NULL: the district's rule */
    bool waits;               /* the district has not confirmed that rule */
};
/* Hints only. People of S03, S16 and S17 are names: one counts when just one person of the roll
 * bears it. out has room for cap; *n may not pass it. */
void roll_kin_find(const struct roll *roll, const struct process_case *c, struct roll_kin *out,
                   size_t cap, size_t *n);
int roll_kin_print(const struct process_case *c, const struct roll_kin *kin, char *out,
                   size_t size);

#endif
