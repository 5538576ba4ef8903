/* Procedures in a home: what the mirror holds (types process, step, signer, rule) together with
 * what this device recorded and has not delivered yet, and with steps that came from a peer by
 * bundle. Reading gives one set; writing puts a signed process.* command into the journal, with its
 * running number in the procedure, its pprev, and what it had seen. */
#ifndef GW_OFFLINE_DB_PROCESS_H
#define GW_OFFLINE_DB_PROCESS_H

#include "api/evidence.h"
#include "model/procedure.h"
#include "offline-db/home.h"
#include "offline-db/journal.h"

enum { PROCESS_RULES_MAX = 192 * 1024 }; /* bytes of a composed text */

/* A procedure as lists show it. */
struct process_row {
    gw_id id;
    char template_id[64], kind[32], mode[24], title[256], division[GW_PATH_MAX + 1], term[32];
    gw_day polling_day;
    char state[16]; /* open, closed */
    bool unsent;    /* something of it waits in the journal */
    int64_t steps;
};
/* By division, then id. visit returning false stops. kind NULL = all. */
enum gw_err process_each(struct home *home, const char *kind,
                         bool (*visit)(void *ctx, const struct process_row *row), void *ctx);

/* Everything known of one procedure. */
struct process_case {
    struct gw_arena arena; /* owns steps and texts */
    struct process_row row;
    struct ev_step **steps;
    struct ev_export_line *lines; /* same order: as an export needs them */
    size_t steps_n;
    struct ev_signer *signers;
    size_t signers_n;
    struct gw_buf rules_text;
    struct ruleset *rules;   /* owned but for `shared`; confirmed numbers put in */
    bool practice;           /* of a home for practice: pages that are printed of it say so */
    bool shared;             /* many are read with one rule set (overview.h) */
    struct ev_set *set;      /* owned */
    struct procedure *state; /* owned */
};
/* GW_ABSENT: no such procedure here. GW_INVALID: its rule set is not here (a sentence says how to
 * get it). The rule set's text is looked for by hash in the store (rule_text), where every
 * process.open and every bundle put it. */
enum gw_err process_load(struct home *home, const char *id, gw_day today, struct process_case *out,
                         struct gw_fail *fail);
void process_unload(struct process_case *c);

/* All that a loaded procedure depends on but the rule files: the same text means that loading again
 * would say the same. Costs a look at indexes. "" when it cannot be read. */
enum { PROCESS_STAMP_MAX = 384 };
void process_stamp(struct home *home, const char *id, gw_day today, char out[PROCESS_STAMP_MAX]);

/* What a person recorded; texts borrowed. */
struct process_entry {
    const char *step, *subject; /* step "open" opens; subject NULL = none */
    const struct proc_value *values;
    size_t values_n;
    const struct proc_value *materials; /* text: hash of the attachment, or "paper" */
    size_t materials_n;
    int64_t happened_at; /* ms; 0 = now */
    const char *reason;  /* of a late record or a correction */
    const char *target;  /* hash: of a correction or a cosign */
};
/* Opens a procedure: makes its id, keeps the rule-set text, journals process.open. */
enum gw_err process_start(struct home *home, const char *rules_text, size_t len,
                          const struct process_entry *entry, gw_id *id, struct journal_entry *out,
                          struct gw_fail *fail);
/* process.step, .correct, .cosign, .close and .checkpoint (whose data is computed from the set).
 * Refused is only the impossible (procedure_refuse) and what the console may not issue
 * (procedure_block); then nothing is written. GW_FULL: what was typed is still in the caller's
 * hands. */
enum gw_err process_record(struct home *home, const char *id, enum proc_kind kind,
                           const struct process_entry *entry, struct journal_entry *out,
                           struct gw_fail *fail);
/* The same signed by a second person of this laptop; signer NULL = the home itself. */
struct home_signer;
enum gw_err process_record_as(struct home *home, const struct home_signer *signer, const char *id,
                              enum proc_kind kind, const struct process_entry *entry,
                              struct journal_entry *out, struct gw_fail *fail);
/* The command that writes such a record. */
enum cmd_kind process_command_of(enum proc_kind kind);
/* Somebody else's record that this user has not signed yet. */
bool process_may_cosign(const struct process_case *c, const struct ev_step *step, const char *user);
/* Signs every record of the case that is wanted and may be; one transaction each, so what was
 * signed before a failure stays signed and the next call goes on. The case itself is not changed.
 */
enum gw_err process_cosign_all(struct home *home, const struct home_signer *signer,
                               const struct process_case *c, bool (*wanted)(const struct ev_step *),
                               size_t *signed_n, struct gw_fail *fail);
/* The newest moment known here: corrected clock, newest server time, newest receipt; 0 = none. */
enum gw_err process_latest(struct home *home, int64_t *ms);

/* ---- what can be opened here */

/* Where the rule files are: $GRIDWARD_RULESDIR, beside the program (build tree), where they were
 * installed. */
enum gw_err process_rules_dir(char *out, size_t size);

struct process_template {
    char id[64], kind[32], committee[16], mode[24];
    char title[128]; /* in the language of the screen */
};
/* Templates of the installed files that are in force on `today`, the newest version of each,
 * elections first, then by-elections. GW_ABSENT with a sentence: none is installed. */
enum gw_err process_templates(gw_day today, struct process_template *out, size_t cap, size_t *n,
                              struct gw_fail *fail);
/* The composed text for a template as in force on `day` for the place of `division`, and its rule
 * set (owned by the caller). */
enum gw_err process_compose(const char *template_id, const char *division, gw_day day,
                            struct gw_buf *text, struct ruleset **rules, struct gw_fail *fail);
/* The only community (or village) that this home's scopes lie in; false: none, or several. */
bool process_only_community(struct home *home, char *out, size_t size);

/* Name and special legal-person code of a village or community, as its newest procedures here say;
 * "" = they do not. For filling in what the next one would type again. */
struct process_place {
    char name[128], credit_code[19];
};
void process_place_of(struct home *home, const char *division, struct process_place *out);

/* ---- what a record would be judged like, before it is written */

struct process_trial {
    struct ev_set *set;      /* owned */
    struct procedure *state; /* owned; borrows the case, the entry and this struct */
    const struct ev_step **steps;
    struct ev_step fake;
    const char **seen;
};
/* A step as if it had been recorded now by this home. The case and the entry stay borrowed until
 * process_trial_end. */
enum gw_err process_try(struct home *home, const struct process_case *c,
                        const struct process_entry *entry, gw_day today, struct process_trial *out);
void process_trial_end(struct process_trial *trial);

/* The export of protocol section 6. */
enum gw_err process_export(struct home *home, const char *id, struct gw_buf *out,
                           struct gw_fail *fail);
/* The same with private parts left out as if they had been erased: everything else still verifies.
 */
struct process_pick {
    void *ctx;
    bool (*keep)(void *ctx, const struct ev_step *step); /* its private part stays */
    bool names;                                          /* of the signers stay */
};
enum gw_err process_export_picked(struct home *home, const char *id,
                                  const struct process_pick *pick, struct gw_buf *out,
                                  struct gw_fail *fail);

#endif
