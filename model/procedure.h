/* The procedure engine: what may happen now, what is late, what is missing, what breaks which
 * article, and what the calendar looks like. A pure function of (rule set, set of steps, today,
 * newest known server time); no I/O.
 *
 * It never refuses a true record. What happened is recorded, also when it breaks a rule: it is
 * marked 不合规 with article, number and remedy for ever. Refused is only the impossible
 * (procedure_refuse); blocked is only what the console itself issues (procedure_block). */
#ifndef GW_MODEL_PROCEDURE_H
#define GW_MODEL_PROCEDURE_H

#include "model/evidence.h"
#include "model/ruleset.h"

enum {
    BELATED_MS = 24 * 3600 * 1000
}; /* happened and recorded further apart: 补记, asks a reason */

/* What is in force for one slot (step, subject). */
enum slot_state {
    SLOT_OPEN, /* nothing recorded */
    SLOT_DONE,
    SLOT_CONTESTED, /* two records, neither in the other's past; what needs it waits */
    SLOT_SECOND,    /* 待第二人: the cosign of the record or of a correction is missing */
    SLOT_PAPER,     /* 纸上签名: no key has cosigned; a record says that somebody signed on paper */
};
struct slot {
    const struct step_spec *spec; /* NULL: a step that the template does not know (kept, shown) */
    const char *step, *subject;
    enum slot_state state;
    const struct ev_step *record; /* in force; NULL when open or contested */
    /* Contested, or settled by two persons: all of them, in set order. */
    const struct ev_step *const *rivals;
    size_t rivals_n;
    /* Of record, in set order; one that chose alone between two others is shown here too. */
    const struct ev_step *const *corrections;
    size_t corrections_n;
    size_t repeats;  /* further records by people who had seen the first; they count for nothing */
    gw_day happened; /* DAY_NONE when not given */
    int64_t happened_at, recorded_at; /* recorded: wall + off, else the receipt's, else wall */
};

enum finding_kind {
    FIND_BREACH,    /* 不合规: an article is broken */
    FIND_LATE,      /* 逾期: due and not there */
    FIND_DUE,       /* 今天要做 */
    FIND_MISSING,   /* 缺材料: field, material or second person */
    FIND_HINT,      /* practice, not law */
    FIND_WAITS,     /* 待区县确认: depends on a number that nobody has confirmed */
    FIND_BELATED,   /* 补记 */
    FIND_UNCLOCKED, /* 时钟未核: no known clock offset */
    FIND_CONTESTED,
    FIND_REPEAT,
    FIND_ROLE,
    FIND_QUARANTINED,
    FIND_PAPER, /* 纸上签名（未经密钥核验）: weaker than a cosign, shown for ever */
    FIND_UNKNOWN,
};
struct finding {
    enum finding_kind kind;
    const struct slot *slot; /* NULL: of the whole procedure (open) */
    const struct step_spec *spec;
    /* Id of the check or time rule, step needed, key of field or material; "second", "reason",
     * "subject"; "plan" (day is the planned one); "open" (opened twice); hash of a quarantined
     * step; "". */
    const char *rule;
    struct citation cite;
    const struct words *says, *remedy; /* NULL = none */
    gw_day day;                        /* due day or day broken by, DAY_NONE */
    bool rest_unknown; /* a rest-day table is missing for that year: 节假日待定 */
    /* The two sums of a check; days apart and days of a time rule; ms happened and recorded
     * (belated), ms recorded (unclocked); have: how many records (contested, repeat); else 0, 0. */
    int64_t have, want;
};

/* One line of the calendar. */
struct cal_line {
    const struct step_spec *spec;
    gw_day earliest, latest, plan; /* DAY_NONE = open; latest: last lawful day; plan <= latest */
    gw_day overdue_after;          /* duty: rolled day */
    const struct time_rule *latest_rule;
    bool done, applies, rest_unknown;
    gw_day happened;
};

struct procedure; /* owned */

struct procedure_in {
    const struct ruleset *rules;
    const struct ev_set *steps;
    gw_day today;
};
/* GW_NOMEM; GW_ABSENT when the set holds no open. The set and the rules stay borrowed; a number
 * that is confirmed afterwards asks for a new procedure. today DAY_NONE: nothing is due or late.
 * Cost O(n log n) of steps and slots, with many devices that correct one member at once times their
 * number squared. */
enum gw_err procedure_new(const struct procedure_in *in, struct procedure **out);
void procedure_free(struct procedure *p);

const struct ev_step *procedure_open(const struct procedure *p);
/* A value in force: of open ("open", ""), or of a slot, corrections merged. NULL when not there. */
const struct proc_value *procedure_value(const struct procedure *p, const char *step,
                                         const char *subject, const char *key);
/* Value of a term seen from a slot that this procedure handed out (NULL: from open). */
enum term_state { TERM_VALUE, TERM_NOT_YET, TERM_WAITS };
enum term_state procedure_term(const struct procedure *p, const struct slot *slot,
                               const struct term *term, int64_t *out);

size_t procedure_slots(const struct procedure *p);
const struct slot *procedure_slot(const struct procedure *p,
                                  size_t i); /* template order, then set order */
const struct slot *procedure_slot_of(const struct procedure *p, const char *step,
                                     const char *subject);

size_t procedure_findings(const struct procedure *p);
const struct finding *procedure_finding(const struct procedure *p, size_t i); /* gravest first */
/* What stands against each other behind a FIND_CONTESTED: records of one slot, opens of the
 * procedure, or corrections of one member that had not seen each other. */
struct contest {
    const struct slot *slot;             /* NULL: of the open */
    const struct ev_step *const *rivals; /* in set order, two or more */
    size_t rivals_n;
    /* Of a member: what they correct, and which member. NULL: the rivals are records or opens. */
    const struct ev_step *record;
    const char *key; /* "happened_at" too */
    bool material;
};
/* False: the finding is not about a contest. Borrows from p. */
bool procedure_contest(const struct procedure *p, const struct finding *f, struct contest *out);
/* Another user than its author has signed it. */
bool procedure_cosigned(const struct procedure *p, const struct ev_step *step);
const char *finding_word(enum finding_kind kind); /* translated: 不合规 … */
const char *finding_name(enum finding_kind kind); /* "breach" for --json */
/* One whole translated sentence: what, article, number, remedy. Length as snprintf. */
int finding_print(const struct procedure *p, const struct finding *f, char *out, size_t size);

size_t procedure_calendar(const struct procedure *p);
const struct cal_line *procedure_cal(const struct procedure *p, size_t i);
/* May be done now: applies, its law-given needs are there, not done (or has subjects). */
bool procedure_can(const struct procedure *p, const struct step_spec *spec);
/* "open" "done" "closed": closed once a process.close is in the set; done when every step that
 * applies and is not optional is there, nothing is contested and no second person is missing. */
const char *procedure_state_name(const struct procedure *p);

/* The calendar of a polling or meeting day before anything is written (倒排表). lines has room for
 * steps_n. *first = the first anchor day from `today` on whose lead times can all be kept; when the
 * asked day cannot keep one, *broken is that rule. */
struct cal_plan {
    struct cal_line *lines;
    size_t n;
    gw_day first;
    const struct time_rule *broken;
    const struct step_spec *broken_step;
};
enum gw_err procedure_plan(const struct ruleset *rules, gw_day anchor, gw_day today,
                           struct cal_plan *out);

/* ---- before a record is written */

/* The latest moment that can be known: corrected clock, newest server time, newest receipt held. */
struct refuse_in {
    const struct ruleset *rules;
    const char *step; /* "open" or a step id */
    const struct proc_value *values;
    size_t values_n;
    int64_t happened_at;
    int64_t latest_ms; /* 0 = no clock is known: recorded, marked 时钟未核 */
};
/* GW_OK, or GW_INVALID with the field and what is possible: unknown step or field, a value of
 * another type or below/above its bounds, a moment after latest_ms (plus one minute). Never a
 * broken rule. */
enum gw_err procedure_refuse(const struct refuse_in *in, struct gw_fail *fail);
/* For a step that the console issues: GW_OK, or GW_REFUSED with the first reason (breach, missing,
 * contested, waits) of what it stands on. */
enum gw_err procedure_block(const struct procedure *p, const char *step, struct gw_fail *fail);

#endif
