/* Who holds which office (任职) by the record: members of the committee and of the supervision
 * committee, group leaders, representatives, the Party organisation's committee (with the
 * committee: 两委). Nothing is entered by hand: the steps of a template say whom their records file
 * and whose office they end (docs/procedures.md 1.7), and what follows is a pure function of the
 * records, so it is there at once (及时归集入库), the same on every laptop, and moves with a
 * correction.
 *
 * Two stages: what one procedure says (office_facts), and what all procedures of one place say
 * together (office_join). No I/O. */
#ifndef GW_MODEL_OFFICE_H
#define GW_MODEL_OFFICE_H

#include "model/procedure.h"

enum { OFFICE_NAMES_MAX = 500 }; /* of one record; the rest of a list is left out */

/* One sentence of a procedure: somebody is filed, or his office ends. Texts are never NULL; name is
 * "" when the private part was erased or is not here: the office is held, or ended, all the same.
 */
struct office_fact {
    bool ends;
    enum office_organ organ;
    const char *name, *resident, *post, *group, *subject;
    const char *cause; /* of an end: resigned recalled void reviewed died … */
    bool same, all;    /* an end of what the same procedure filed: for the subject, for the organ */
    bool renews;
    bool waits;       /* a record that it rests on waits for its second person */
    gw_day on;        /* since when; or from when on not any more. Never DAY_NONE */
    gw_day until;     /* last day of the term; DAY_NONE = not said */
    const char *hash; /* of the record */
    const struct office_rule *rule;
};
/* Facts of the records in force, in the order of the template, then of the set. A record whose day
 * is not known yet (an elected person before the result is published) says nothing, nor does a
 * procedure that was closed as void or withdrawn. Arrays and composed texts lie in the arena; the
 * procedure stays borrowed. GW_NOMEM. */
enum gw_err office_facts(const struct procedure *p, struct gw_arena *arena,
                         const struct office_fact **out, size_t *n);

enum office_state {
    OFFICE_COMING, /* begins after today */
    OFFICE_HELD,
    OFFICE_OVER, /* 任期届满: the term has run out and nobody has followed */
    OFFICE_ENDED,
    OFFICE_STATE_N
};
/* One person's holding of one post. Borrowed texts. */
struct office {
    const char *process, *division;
    const char *committee; /* "village", "community": how bodies are called */
    const char *term;      /* 第十二届; "" */
    const char *name, *resident, *post, *group, *subject, *hash;
    enum office_organ organ;
    bool renews;
    gw_day since, said;    /* said: to which day the record says the term runs; DAY_NONE */
    enum office_organ bar; /* whose members may not sit here (of the rule); ORGAN_N = none */
    /* ---- filled in by office_join */
    bool voided; /* its poll was found void: it renewed nothing */
    bool waits;  /* also true as read; an end of it that waits for its second person sets it, too */
    gw_day until, ended;
    const char *cause; /* "" while it has not ended; "term": the next ones took over; "moved": he
                          took another post of the same body */
    enum office_state state;
    unsigned also; /* bits of organs where the same person sits now, in the same place: 交叉任职 */
    unsigned by_name; /* those of them that rest on equal names alone: one of the two has no id */
    unsigned barred;  /* those of them that do not go together with this one */
    bool leads_both;  /* secretary and chair in one person: 书记、主任一肩挑 */
    bool doubt;       /* an end means one of several and does not say whom: nobody was ended */
    const char *bar_says; /* of a barred one: article and sentence; "" = not known */
};
/* An end as it is matched with the offices of one place. */
struct office_end {
    const char *process, *subject, *name, *resident, *post, *group, *cause;
    enum office_organ organ;
    bool same, all, waits;
    gw_day on;
    struct office *hit; /* inside of office_join */
    bool lost; /* filled in: nobody here is meant (filed before this program, or written otherwise)
                */
};
/* Everything of one place (equal division): ends what ended, lets a renewal end what others filed
 * for the organ before, takes over the end of a term for who serves for the rest of it, says the
 * state on `today`, and marks who sits in two organs. Order of the arrays is kept; the result does
 * not depend on it, nor on what a call before left. Cost n squared in the offices of one place. */
void office_join(struct office *offices, size_t n, struct office_end *ends, size_t ends_n,
                 gw_day today);
/* Equal but for blanks, the ideographic one too. */
bool office_same_name(const char *a, const char *b);
/* By division, organ, group, post, name: as lists show them. For qsort. */
int office_order(const void *a, const void *b);

/* ---- words, translated */
const char *office_organ_word(enum office_organ organ, const char *committee); /* 村民委员会 */
const char *office_post_word(const char *post);                                /* 主任 */
const char *office_cause_word(const char *cause);       /* 辞职; another word as it is */
const char *office_state_word(enum office_state state); /* 在任 */
const char *office_state_name(enum office_state state); /* "held" for --json */
/* "交叉任职", in a word; "" for none. */
const char *office_mark_word(const struct office *office);
/* "交叉任职：党组织" of an office that is held; "" for none. Length as snprintf. */
int office_mark_print(const struct office *office, char *out, size_t size);

#endif
