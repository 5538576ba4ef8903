/* Rule sets and step templates as data. A rule set is what an election or another procedure is
 * judged by: numbers (each with its source), rest days and one template of steps. It is loaded from
 * JSON by rules/ruleset_load.h; nothing here does I/O. A new procedure or a new number is no C.
 *
 * The composed text of a rule set (docs/procedures.md) is what process.open names by its hash and
 * what an export carries; it is judged by that text for ever, also when newer files are installed.
 *
 * Layers: national law first, then the province's overlay; a number of a later layer replaces the
 * one with the same key. Words (struct words) are Chinese and English; Chinese is never empty. */
#ifndef GW_MODEL_RULESET_H
#define GW_MODEL_RULESET_H

#include "base/arena.h"
#include "model/day.h"

struct words {
    const char *zh, *en;
};
/* In the language of the screen; Chinese when the English is empty. Borrowed. */
const char *words_in(const struct words *words);

/* Where a number or a check comes from. law is the short name of a source ("V26"), article as it is
 * cited: "17", "24-2" (article 24, paragraph 2), "18-3-2" (and item 2); both NULL for plain
 * arithmetic and local practice. */
struct citation {
    const char *law, *article;
};

enum number_status {
    NUMBER_LAW,      /* read in the law's text */
    NUMBER_PRACTICE, /* custom, may be missed without breaking an article */
    NUMBER_CONFIRM,  /* left to the province, to be confirmed by the district: 待区县确认 */
};

/* A number of the rule set. value is meaningful when known; a NUMBER_CONFIRM one becomes known by a
 * rules.confirm row (ruleset_confirm). */
struct rule_number {
    const char *key; /* "roll_lead" */
    struct words name;
    const char *unit; /* day person share flag … */
    bool known;
    int64_t value, min, max; /* bounds of what may be confirmed */
    enum number_status status;
    struct citation cite;
    const char *source;   /* text: where it was read; "(unverified)" stays in it */
    const char *document; /* of a confirmed one: 文号, else NULL */
};

/* A source of law. */
struct rule_source {
    const char *id; /* "V26" */
    struct words title;
    gw_day valid_from, valid_to; /* DAY_NONE = open */
};

/* A name in a check or a time (docs/procedures.md):
 *   key            a count or a field (int, day, bool as 0/1) of the same record
 *   STEP.key       of that step's record in force; of a step with subjects: the same subject's
 *   open.key       of process.open
 *   sum:STEP.key   over all subjects   n:STEP  how many records are in force
 *   #key           a number of the rule set
 *   12             a constant
 * A name without a value makes a check "not yet"; a number that waits for the district makes it
 * "waits" and never a breach. */
struct term {
    const char *text; /* as written; NULL-terminated lists */
    enum { TERM_CONST, TERM_OWN, TERM_STEP, TERM_OPEN, TERM_SUM, TERM_COUNT, TERM_NUMBER } kind;
    int64_t constant;
    const char *step, *key;
};
enum { TERMS_MAX = 8 };

/* A value that must be there before a rule says anything: a choice's value, or "yes", "no". */
struct where_value {
    struct term term;
    const char *is;
};
enum { WHERE_MAX = 4 };

enum check_op { CHECK_GT, CHECK_GE, CHECK_EQ, CHECK_LE, CHECK_LT, CHECK_ODD };

/* sum(left) * den  op  sum(right) * num, in integers, cross-multiplied: "more than half of those
 * present" is left [agree] op gt right [present] num 1 den 2. CHECK_ODD looks at left alone. A
 * check with `only` says something of records that claim it: a vote that is entered as not passed
 * is no breach of the majority. */
struct check {
    const char *id; /* unique in the template: "S21.turnout" */
    struct term left[TERMS_MAX], right[TERMS_MAX];
    size_t left_n, right_n;
    enum check_op op;
    int64_t num, den;   /* > 0 */
    struct term den_of; /* text not NULL: den is this number of the rule set, "one in so many" */
    struct term only;   /* text NULL: always; else holds by itself while this value is 0 */
    struct where_value where[WHERE_MAX]; /* the same unless all of them are there */
    size_t where_n;
    struct citation cite;
    struct words says;   /* the rule in one sentence */
    struct words remedy; /* what can be done when it is broken */
};

enum time_kind {
    TIME_LEAD,   /* at least n days before `ref` */
    TIME_WITHIN, /* at most n days after `ref` */
    TIME_AFTER,  /* at least n days after `ref` (0: not before it) */
    TIME_ON,     /* the same day */
};
/* CC 203 and domain/elections.md: a citizen's right rolls to the next working day; a committee's
 * duty is due on the unrolled day and overdue only after the rolled one. */
enum time_roll { ROLL_NONE, ROLL_RIGHT, ROLL_DUTY };

struct time_rule {
    const char *id; /* "S06.lead" */
    enum time_kind kind;
    enum time_roll roll;
    const char *of;  /* day field judged; NULL = the day it happened */
    struct term ref; /* a day: "open.polling_day", "S06.published_on", "S06.happened" */
    struct term days;
    struct citation cite; /* law NULL: practice, missed gives a hint and no breach */
    struct words says, remedy;
};

enum proc_field_type {
    PROC_TEXT,
    PROC_INT,
    PROC_DAY,
    PROC_TIME, /* ms UTC */
    PROC_BOOL,
    PROC_CHOICE,   /* value of `values` */
    PROC_PERSON,   /* a name; private */
    PROC_PEOPLE,   /* names in order; private */
    PROC_DOCUMENT, /* organ, number, date as one text */
};
struct choice {
    const char *value;
    struct words name;
};
struct proc_field {
    const char *key;
    struct words name;
    enum proc_field_type type;
    bool required;     /* missing is 缺材料, never a refusal */
    bool private_part; /* goes into the private part of the command, can be erased */
    int64_t min, max;  /* PROC_INT: the impossible, refused */
    const struct choice *values;
    size_t values_n;
    const char *prefill;             /* term text, or NULL */
    const struct term *prefill_term; /* the same, parsed */
};
/* A material: minutes, sign-in sheet, photo of the notice board. */
struct material {
    const char *key;
    struct words name;
    bool required;
};
/* A step with `second` takes these two by itself: a second person who has no key here signs on
 * paper
 * ("paper" or a photo of it), and his name stands in the private part. */
#define SECOND_PAPER "second_paper"
#define SECOND_NAME  "second_name"
/* Another step that must be there before. Recorded all the same when it is not: a breach when
 * cite.law is set, else the order of practice (a hint). */
struct need {
    const char *step;
    struct citation cite;
    struct words says, remedy;
};

/* Bodies whose members are filed (任职): docs/procedures.md 1.7. */
enum office_organ {
    ORGAN_COMMITTEE,       /* 村民委员会, 居民委员会 */
    ORGAN_SUPERVISION,     /* 村务监督委员会, 居务监督委员会 */
    ORGAN_REPRESENTATIVES, /* 村民代表, 居民代表 */
    ORGAN_GROUP,           /* 村民小组长, 居民小组长 */
    ORGAN_PARTY,           /* 党组织班子; with the committee: 两委 */
    ORGAN_N
};
/* What one record in force says about who holds an office: it files its people, or ends what one
 * of them held. A term whose text is NULL was not written. */
struct office_rule {
    enum office_organ organ;
    struct term person;   /* own field, STEP.key or open.key: one name, or names */
    struct term resident; /* the same: the person's id in the mirror */
    bool same;            /* ends: whom this procedure filed for the same subject */
    bool all;             /* ends: whomever this procedure filed for the organ */
    const char *post;     /* literal; NULL: of post_of */
    struct term post_of;
    const char *cause; /* of an end: literal; NULL: of cause_of */
    struct term cause_of;
    struct term group; /* the name of a group; "subject" = of the record */
    bool by_subject;
    bool renews;       /* ends what others filed for this organ of this place */
    struct term on;    /* since when; of an end: from when on not any more */
    struct term until; /* the day to which the term runs */
    struct term years; /* else so many years */
    struct where_value where[WHERE_MAX];
    size_t where_n;
    /* Whoever sits here may not sit there as well. */
    bool bars;
    enum office_organ bar;
    struct citation bar_cite;
    struct words bar_says, bar_remedy;
};

struct step_spec {
    const char *id; /* "S06" */
    struct words name;
    struct words actor;   /* who acts by law: 村民选举委员会 */
    unsigned roles;       /* bits of enum gw_role that may record it; others are marked */
    bool subjects;        /* may be recorded once per subject (person, station, post) */
    struct words subject; /* what the subject is */
    bool issues;          /* the console itself issues it (final notice, result, certificate): then
                             breaches and open checks block it */
    bool second;   /* needs a second person's cosign: 待第二人 until then; its last material
                      and its last field are SECOND_PAPER and SECOND_NAME */
    bool optional; /* never missing */
    const struct check *when; /* applies only while all hold; unknown = may apply */
    size_t when_n;
    const struct need *needs;
    size_t needs_n;
    const struct time_rule *times;
    size_t times_n;
    struct term plan_ref; /* default place: plan_days after this day; kind TERM_OPEN */
    int plan_days;
    bool planned;
    const struct proc_field *fields;
    size_t fields_n;
    const struct proc_field *counts; /* PROC_INT */
    size_t counts_n;
    const struct check *checks;
    size_t checks_n;
    const struct material *materials;
    size_t materials_n;
    const char *const *notices; /* ids of rules/notices */
    size_t notices_n;
    const struct office_rule *files, *ends; /* who holds which office by this record */
    size_t files_n, ends_n;
};

struct proc_template {
    const char *id; /* "village-direct" */
    int version;
    const char *kind;      /* election by-election meeting four-two consultation publication … */
    const char *committee; /* village community any */
    const char *mode;      /* voters households representatives, or "" */
    struct words title;
    gw_day valid_from, valid_to;
    const char *anchor; /* open field that the calendar hangs on: "polling_day", "meeting_day" */
    const struct step_spec *steps;
    size_t steps_n;
    const struct proc_field *open_fields;
    size_t open_n;
    const struct check *open_checks;
    size_t open_checks_n;
};

struct ruleset {
    struct gw_arena arena; /* owns everything below */
    char hash[65];         /* SHA-256 of the composed text */
    const char *set;       /* "cq-village" */
    int version;           /* of the last layer */
    const char *jurisdiction, *committee;
    gw_day valid_from, valid_to;
    struct rule_number *numbers;
    size_t numbers_n;
    const struct rule_source *sources;
    size_t sources_n;
    struct holidays holidays;
    const struct proc_template *template_; /* the one of this text */
};

void ruleset_free(struct ruleset *set); /* NULL fine; frees the struct too */

const struct rule_number *ruleset_number(const struct ruleset *set, const char *key);
const struct rule_source *ruleset_source(const struct ruleset *set, const char *id);
const struct step_spec *template_step(const struct proc_template *t, const char *id);
/* "committee" and so on, as in the files; false for another word. */
bool office_organ_parse(const char *name, enum office_organ *out);
const char *office_organ_name(enum office_organ organ);
/* Of fields, then of counts. */
const struct proc_field *step_field(const struct step_spec *step, const char *key);
const struct proc_field *template_open_field(const struct proc_template *t, const char *key);
/* A confirmed number: known from now on, with its document (copied); its status stays, and a later
 * confirmation replaces an earlier one. False when there is no such number, it is not one that the
 * district confirms, value is out of its bounds, document is NULL, or memory is out. */
bool ruleset_confirm(struct ruleset *set, const char *key, int64_t value, const char *document);
/* What a rule is broken by: its own law; else, of a number that it names, the number's law or the
 * document by which the district confirmed it (then law is that document and article is NULL).
 * law is NULL for custom, for plain arithmetic, and for a number that still waits. */
struct citation time_rule_cite(const struct ruleset *set, const struct time_rule *rule);
struct citation check_cite(const struct ruleset *set, const struct check *check);
/* What the left side is multiplied by; 0: a number that waits for the district. */
int64_t check_den(const struct ruleset *set, const struct check *check);
/* "《村民委员会组织法》第17条" in the screen's language, without the version in brackets at the end
 * of a title; "" without a law. Length as snprintf. */
int citation_print(const struct ruleset *set, const struct citation *cite, char *out, size_t size);

#endif
