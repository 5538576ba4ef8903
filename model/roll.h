/* The voters' roll 登记名单: is one person on it, in which class of the law, and if not, why or
 * what is missing. A pure function of what is known of the person on polling day and of the records
 * of the procedure; no I/O. Sources: V26 16 and U26 16 (domain/elections.md), 18 years counted on
 * polling day.
 *
 * The order in which things count (somebody who has only this page can judge again):
 * 1. a decision on an objection, or a published correction: on or off, whatever else is known;
 * 2. dead, or moved away: off;
 * 3. under 18 on polling day: off;
 * 4. no citizen of the mainland register: off;
 * 5. deprived of political rights until after polling day, or without a known end: off;
 * 6. registered elsewhere: off;
 * 7. said not to take part, and not the other way round since: off;
 * 8. no birth date: open;
 * 9. the classes of the law, below; 10. the same ID number twice: the second is off. */
#ifndef GW_MODEL_ROLL_H
#define GW_MODEL_ROLL_H

#include "model/ruleset.h"

enum roll_state { ROLL_IN, ROLL_OUT, ROLL_OPEN, ROLL_STATES };

/* Classes as the law lists them. Village (V26 16): hukou and resident; hukou and absent, says he
 * takes part; outsider who has lived or worked there for a year, applies, and the meeting agrees.
 * Community (U26 16): hukou, says he takes part (ROLL_HUKOU); usual resident; community worker for
 * six months, applies, and the committee confirms. */
enum roll_class {
    ROLL_NO_CLASS,
    ROLL_HUKOU,
    ROLL_ABSENT,
    ROLL_OUTSIDER,
    ROLL_USUAL,
    ROLL_WORKER,
    ROLL_CLASSES
};

enum roll_why {
    /* on the roll */
    ROLL_WHY_LIVES,  /* hukou here and lives here */
    ROLL_WHY_SAID,   /* hukou here, says he takes part */
    ROLL_WHY_AGREED, /* applied, and it was agreed */
    ROLL_WHY_USUAL,
    ROLL_WHY_ADDED,
    /* off */
    ROLL_WHY_REMOVED,
    ROLL_WHY_DIED,
    ROLL_WHY_MOVED,
    ROLL_WHY_YOUNG,
    ROLL_WHY_FOREIGN,
    ROLL_WHY_DEPRIVED,
    ROLL_WHY_ELSEWHERE,
    ROLL_WHY_DECLINED,
    ROLL_WHY_NOT_HERE, /* outsider who does not live here */
    ROLL_WHY_SHORT,    /* outsider, not long enough */
    ROLL_WHY_REFUSED,  /* applied, and it was not agreed */
    ROLL_WHY_TWICE,
    /* open */
    ROLL_WHY_BIRTH,     /* birth date is missing */
    ROLL_WHY_REGISTER,  /* nobody knows where the hukou is */
    ROLL_WHY_WORD,      /* has not said that he takes part */
    ROLL_WHY_APPLY,     /* has not applied */
    ROLL_WHY_AGREEMENT, /* applied, not decided */
    ROLL_WHY_SINCE,     /* nobody knows since when he lives or works here */
    ROLL_WHYS
};

enum roll_hukou { ROLL_REG_UNKNOWN, ROLL_REG_HERE, ROLL_REG_ELSEWHERE, ROLL_REG_FOREIGN };
enum roll_ground {
    ROLL_NO_GROUND,
    ROLL_DEPRIVED,
    ROLL_DECLINED,
    ROLL_ELSEWHERE,
    ROLL_DIED,
    ROLL_MOVED
};
enum roll_change { ROLL_NO_CHANGE, ROLL_ADDED, ROLL_REMOVED };
enum roll_decision { ROLL_UNDECIDED, ROLL_AGREED, ROLL_REFUSED };

struct roll_facts {
    gw_day birth; /* by ID card when there is one, else by the register; DAY_NONE = not known */
    enum roll_hukou hukou;
    bool lives;         /* here on polling day */
    bool temporary;     /* only for a time */
    gw_day lives_since; /* DAY_NONE = not known */
    /* records of the procedure */
    bool said; /* that he takes part */
    gw_day said_on;
    bool applied, applied_as_worker;
    gw_day works_since; /* of one who applied because of work */
    enum roll_decision decision;
    enum roll_ground ground;
    gw_day ends_on; /* last day of a deprivation */
    gw_day told_on; /* day on which he said that he does not take part */
    enum roll_change change;
    bool twice; /* another row of this place has the same ID number and stands before */
};

/* Numbers of the rule set; the law's own when the set does not say. */
struct roll_rules {
    bool village;
    int64_t age, years, worker_months;
    struct citation cite; /* V26 16 or U26 16 */
};
void roll_rules_of(const struct ruleset *set, struct roll_rules *out);

struct roll_verdict {
    enum roll_state state;
    enum roll_class class_; /* also of one who would be in it when what is missing were there */
    enum roll_why why;
    bool under_age; /* on the roll by a decision all the same */
};
struct roll_verdict roll_judge(const struct roll_rules *rules, gw_day polling,
                               const struct roll_facts *facts);

/* Whole months from `from` to `to`, completed on the same day of the month (else on the first of
 * the next); -1 when one is no day or to is before from. */
int64_t roll_months(gw_day from, gw_day to);

/* Step that would settle an open one (or change one that is off): "S05-2", "S05-3"; NULL = none. */
const char *roll_why_step(enum roll_why why);
const char *roll_why_name(enum roll_why why);   /* "no_statement": for --json */
const char *roll_why_says(enum roll_why why);   /* translated, without the article */
const char *roll_class_name(enum roll_class c); /* "hukou", "" */
const char *roll_class_word(enum roll_class c,
                            bool village);      /* translated, as the law publishes it */
const char *roll_state_name(enum roll_state s); /* "in" "out" "open" */
const char *roll_state_word(enum roll_state s); /* translated */
/* One whole translated sentence with the article. Length as snprintf. */
int roll_why_print(const struct ruleset *set, const struct roll_rules *rules, enum roll_why why,
                   char *out, size_t size);

#endif
