/* Inside of procedure*.c: a procedure as it is computed, in this order: slots (who recorded what,
 * what is in force), members (values after corrections), findings, calendar. */
#ifndef GW_MODEL_PROCEDURE_P_H
#define GW_MODEL_PROCEDURE_P_H

#include "base/arena.h"
#include "model/procedure.h"

/* A value in force. value NULL: contested, two corrections that had not seen each other. */
struct member {
    const char *key;
    bool material;
    const struct proc_value *value;
    const struct ev_step *const *rivals; /* those corrections, in set order */
    size_t rivals_n;                     /* 0 = not contested */
};

struct slot_in {
    struct slot pub;
    struct member *members; /* by material, then key */
    size_t members_n;
    bool seconded;      /* record and corrections have their cosigns */
    bool papered;       /* no cosign at all, and a signature on paper covers what is in force */
    bool erased;        /* a private part of it was erased: private fields are not missing */
    struct member time; /* rivals_n > 0: two corrections of happened_at */
    size_t first;       /* place of its first record */
};

/* Where a slot is found by its name. */
struct slot_at {
    uint64_t key; /* of step and subject */
    struct slot_in *slot;
};

/* The sum or count of a term over all subjects, computed once. */
struct memo {
    const char *step, *key; /* key NULL: a count */
    enum term_state state;
    int64_t value;
};

/* Where a finding comes from. */
enum origin { ORIGIN_STATE, ORIGIN_CHECK, ORIGIN_TIME, ORIGIN_NEED, ORIGIN_FIELD };
struct finding_in {
    struct finding pub;
    enum origin origin;
};

/* A correction and what it aims at, both as places. */
struct aim {
    size_t target, place;
};
/* The slots of one step of the template: slots[from…to). */
struct range {
    size_t from, to;
};
/* What others ask of a step as a whole, computed once. */
struct whole {
    bool there;                  /* a record in force, none contested */
    const struct slot_in *first; /* not open; the one that happened first */
};

struct procedure {
    struct procedure_in in;
    const struct proc_template *t;
    struct gw_arena arena; /* owns all below but findings */
    bool nomem;
    bool *cosigned;   /* by place: by another user than its author */
    struct aim *aims; /* corrections by target, then place */
    size_t aims_n;
    struct slot_in open;
    const struct ev_step *const *opens; /* all that count, in set order */
    size_t opens_n;
    bool opens_settled, closed;
    struct slot_in *slots;
    size_t slots_n;
    struct range *ranges;  /* by index of the step in the template */
    struct whole *wholes;  /* the same */
    struct slot_at *index; /* by key, then step and subject */
    struct memo *memos;
    size_t memos_n;
    struct finding_in *findings; /* owned, malloc */
    size_t findings_n, findings_cap;
    struct cal_line *cal; /* steps_n lines */
    bool planning;        /* procedure_plan: names of steps stand for their planned days */
};

/* Zeroed; NULL sets nomem, and whoever computes stops there. */
void *proc_take(struct procedure *p, size_t count, size_t size);
size_t proc_spec_index(const struct proc_template *t, const struct step_spec *spec);

/* ---- procedure_slots.c */
void proc_make_slots(struct procedure *p);
struct slot_in *proc_slot_in(const struct procedure *p, const char *step, const char *subject);
bool proc_counts(const struct ev_step *step); /* not quarantined */
/* "" for a step that the template has once, whatever was written. */
const char *proc_subject(const struct step_spec *spec, const struct ev_step *step);

/* ---- procedure_correct.c */
/* Corrections of one target: aims[from…to). */
struct range proc_aims_of(const struct procedure *p, size_t target_place);
/* The rival that two persons chose, NULL while they have not. rivals in set order. */
const struct ev_step *proc_settled(struct procedure *p, const struct ev_step *const *rivals,
                                   size_t n);
/* Members, happened, corrections and cosigns of a slot whose record is known. */
void proc_merge(struct procedure *p, struct slot_in *slot);
const struct member *proc_member(const struct slot_in *slot, bool material, const char *key);

/* ---- procedure_term.c */
/* The value as a day: fields of ms count as their day in China. */
enum term_state proc_term_day(const struct procedure *p, const struct slot_in *slot,
                              const struct term *term, gw_day *out);
enum term_state proc_term(const struct procedure *p, const struct slot_in *slot,
                          const struct term *term, int64_t *out);
enum held { HELD, BROKEN, HELD_NOT_YET, HELD_WAITS };
/* HELD: all are there; BROKEN: one has another value. */
enum held proc_where(const struct procedure *p, const struct slot_in *slot,
                     const struct where_value *where, size_t n);
/* have, want: the sums of both sides; may be NULL. */
enum held proc_check(const struct procedure *p, const struct slot_in *slot,
                     const struct check *check, int64_t *have, int64_t *want);
/* BROKEN: does not apply. HELD_NOT_YET: may apply. */
enum held proc_applies(const struct procedure *p, const struct slot_in *slot,
                       const struct step_spec *spec);
void proc_make_memos(struct procedure *p);
bool proc_rest_unknown(const struct procedure *p, gw_day from, gw_day to);

/* ---- procedure_calendar.c */
struct bounds {
    gw_day earliest, latest, overdue_after;
    const struct time_rule *rule; /* of latest */
    bool rest_unknown;
};
#define NO_BOUNDS                                                                                  \
    {                                                                                              \
        DAY_NONE, DAY_NONE, DAY_NONE, NULL, false                                                  \
    }
enum { DAYS_MAX = 100000 }; /* of a rule; a larger number is none */
/* Narrows b by one rule. The state is TERM_WAITS when only its number is missing. */
enum term_state proc_rule_bounds(const struct procedure *p, const struct slot_in *slot,
                                 const struct time_rule *rule, struct bounds *b);
struct bounds proc_bounds(const struct procedure *p, const struct step_spec *spec,
                          const struct slot_in *slot);
gw_day proc_plan_day(const struct procedure *p, const struct step_spec *spec);
void proc_make_calendar(struct procedure *p);

/* ---- procedure_judge.c, procedure_missing.c */
void proc_judge(struct procedure *p);
/* Appends a finding; kind, slot and spec are set. NULL without memory. */
struct finding *proc_find(struct procedure *p, enum finding_kind kind, const struct slot_in *slot,
                          enum origin origin);
/* NULL when there are none. */
const struct words *proc_words(const struct words *words);
void proc_find_open_missing(struct procedure *p);
void proc_find_missing(struct procedure *p, const struct slot_in *slot);
void proc_find_clock(struct procedure *p, const struct slot_in *slot);
void proc_find_undone(struct procedure *p, const struct slot_in *slot);
/* Without a law and without a number of the rule set or a share: plain arithmetic, which is a
 * breach when it does not add up; other checks without a law are practice. */
bool proc_is_arithmetic(const struct check *check);

#endif
