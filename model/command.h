/* Commands: what a worker did, as data. One table row per kind and one per data field serve the
 * wire (encode, decode, check), the journal, the command line and the manual.
 * The wire form is protocol section 4; the kinds are section 5 and 7. */
#ifndef GW_MODEL_COMMAND_H
#define GW_MODEL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/path.h"

enum cmd_kind {
    CMD_ALARM_ACK,
    CMD_ALARM_UNACK,
    CMD_ALARM_HOLD,
    CMD_ALARM_ATTEMPT,
    CMD_ALARM_ENROUTE,
    CMD_ALARM_ARRIVED,
    CMD_ALARM_NOTE,
    CMD_ALARM_ESCALATE,
    CMD_ALARM_HANDOVER,
    CMD_ALARM_CLOSE,
    CMD_ALARM_CONFIRM,
    CMD_ALARM_RETRACT,
    CMD_ALARM_RAISE,
    CMD_DUTY_SET,
    CMD_ACCESS_REVEAL,
    CMD_PROCESS_OPEN,
    CMD_PROCESS_STEP,
    CMD_PROCESS_CORRECT,
    CMD_PROCESS_COSIGN,
    CMD_PROCESS_CHECKPOINT,
    CMD_PROCESS_CLOSE,
    CMD_RULES_CONFIRM,
    CMD_KIND_N
};

struct json; /* api/json.h; opaque here: objects of a command are checked and printed by the wire */

/* Every data field of every kind; absent text is NULL, absent numbers are -1. Texts are borrowed
 * (from the parsed line, the form, argv) for as long as the struct is used. */
struct cmd_data {
    const char *to;       /* attempt: elder contact neighbour worker leader duty 119 120 110 other;
                             handover: user id */
    int64_t to_level;     /* escalate: wire key "to", 4 or 5; -1 = null = the next level */
    int64_t contact;      /* attempt to a contact: 1… */
    const char *number;   /* attempt */
    const char *result;   /* attempt: answered no_answer busy refused */
    const char *text;     /* note, raise */
    const char *reason;   /* escalate, retract, reveal; process.correct, process.step */
    const char *note;     /* handover, close; process.checkpoint: the signed note */
    const char *outcome;  /* close; process.close: a word of the template */
    const char *no_visit_reason;
    const char *second_person; /* user id */
    const char *uid;      /* retract: the command taken back */
    const char *kind;     /* raise */
    const char *severity; /* raise */
    const char *dwelling_id;
    const char *path;
    const char *state;    /* duty.set: on off reachable */
    const char *type;     /* access.reveal: entity name */
    const char *field;    /* access.reveal */

    /* process.*, docs/procedures.md section 2; id of the body is the process */
    int64_t pn;         /* running number of this device in this process, from 1 */
    const char *pprev;  /* hash of pn - 1 of this device there; "" for pn 1 */
    const char *template_id; /* open: wire key "template" */
    int64_t template_version;
    const char *rules;  /* open: SHA-256 of the composed rule set */
    const char *step;   /* step: id of the template's step */
    const char *subject;
    const char *target; /* correct, cosign: hash of a step */
    const struct json *fields, *counts, *materials; /* objects, borrowed; see wire_values_check() */
    const char *heads;  /* checkpoint: lines "<dev> <pn> <hash>\n" */
    int64_t count;      /* checkpoint: steps of the set */
    const char *digest; /* checkpoint */

    /* rules.confirm; id of the body is "<set>.<key>" */
    const char *set, *key, *value, *document, *article;
};

void cmd_data_init(struct cmd_data *data);

enum cmd_field_kind {
    CMD_FIELD_TEXT,
    CMD_FIELD_INT, /* 1 to 1000 */
    CMD_FIELD_ENUM,
    CMD_FIELD_ID,
    CMD_FIELD_LEVEL,
    CMD_FIELD_NUMBER, /* 1 to 2^53 - 1 */
    CMD_FIELD_HASH,   /* 64 lower-case hex */
    CMD_FIELD_PREV,   /* the same, or "" which is there as well */
    CMD_FIELD_JSON,   /* an object of keys to integer, text or bool */
};
/* Integers are int64_t with -1 for absent; JSON objects are const struct json *; all others are
 * texts. */
bool cmd_field_is_number(enum cmd_field_kind kind);

struct cmd_field {
    const char *key; /* on the wire */
    enum cmd_field_kind kind;
    bool required;
    size_t offset;             /* of the member in struct cmd_data */
    const char *const *values; /* CMD_FIELD_ENUM: NULL-terminated list */
    size_t max_bytes;          /* texts; 2,000 for notes and reasons */
};

struct cmd_spec {
    enum cmd_kind kind;
    const char *name; /* "alarm.ack" */
    const char *event; /* "ack": kind of the event it writes; NULL = none */
    const char *word; /* N_() "Acknowledge" 接警 */
    const struct cmd_field *fields;
    size_t fields_n;
    bool has_expect; /* carries expect.level */
};

const struct cmd_spec *cmd_spec_of(enum cmd_kind kind);
bool cmd_kind_parse(const char *name, enum cmd_kind *out);

/* Checks the data against the table: required fields there, enums and lengths in range, plus the
 * rules between fields (attempt to=contact needs contact; raise needs dwelling_id or path).
 * GW_INVALID with a sentence that names the field. */
enum gw_err cmd_data_check(enum cmd_kind kind, const struct cmd_data *data, struct gw_fail *fail);

/* The result code for data that cmd_data_check refuses: "unknown-outcome" or "bad-data"; NULL when
 * it passes. */
const char *cmd_data_code(enum cmd_kind kind, const struct cmd_data *data);

/* What the server answered to a command (protocol section 4), and the journal's own states.
 * One list: journal states and marks. */
enum cmd_state {
    CMD_PENDING, /* 按了: in the journal */
    CMD_SENT,    /* 按了: on its way, no answer yet */
    CMD_APPLIED, /* 到了 */
    CMD_LATE,    /* 晚到 */
    CMD_REVIEW,  /* 待复核 */
    CMD_QUARANTINED, /* 待值班室核 */
    CMD_REJECTED,    /* 未受理 */
    CMD_REISSUED,    /* carried on under a new key */
    CMD_STATE_N
};
const char *cmd_state_name(enum cmd_state state); /* "pending" */
bool cmd_state_parse(const char *name, enum cmd_state *out);
const char *cmd_state_word(enum cmd_state state); /* translated: 按了 … */
char cmd_state_sign_ascii(enum cmd_state state);  /* . for pending, and so on, for mono and logs */
const char *cmd_state_sign(enum cmd_state state); /* · ✓ ↷ ? ! ✗ */

/* Results that only travel (never a journal state). */
enum cmd_result {
    RESULT_APPLIED,
    RESULT_LATE,
    RESULT_REVIEW,
    RESULT_QUARANTINED,
    RESULT_REJECTED,
    RESULT_RETRY,
    RESULT_KEY_REUSE,
    RESULT_CHAIN_FORK,
    RESULT_N
};
const char *cmd_result_name(enum cmd_result result); /* "key-reuse" */
bool cmd_result_parse(const char *name, enum cmd_result *out);

/* The closed list of codes (the same as in api/dispatch.yaml; a test compares). */
const char *const *cmd_codes(size_t *n);
/* A translated sentence for a code: what happened and what to do. Unknown codes give a general one. */
const char *cmd_code_sentence(const char *code);

/* The body of a command as it is signed (protocol section 4). Strings borrowed. */
struct cmd_body {
    int64_t v;
    const char *uid, *dev;
    int64_t n;
    const char *prev; /* "" for n = 1 */
    enum cmd_kind kind;
    const char *id;
    const char *base;     /* cursor, "" when the client has none yet */
    int64_t expect_level; /* 0 = absent */
    int64_t wall, off, unc; /* t.*; off, unc INT64_MIN = null (no known clock offset) */
    const char *boot;
    int64_t mono;
    struct cmd_data data;
    const char *priv;         /* hash of the private part; NULL = there is none */
    const struct json *blobs; /* array of {commit, size, media}; NULL = absent */
    const struct json *seen;  /* array of hashes; NULL = absent */
};

/* Ceilings of commands of kind process.*: with them the row of a step always fits. */
enum {
    CMD_BODY_MAX = 64 * 1024,
    CMD_PRIV_MAX = 16 * 1024,
    CMD_VALUES_MAX = 200,      /* members of one object */
    CMD_VALUE_BYTES = 4000,    /* of one text in it */
    CMD_VALUE_KEY_BYTES = 64,  /* [a-z0-9_] */
};
bool cmd_is_process(enum cmd_kind kind);

#define CMD_SIGN_PREFIX "gridward-cmd-v1\n"
#define RECEIPT_PREFIX "gridward-receipt-v1\n"
#define TOKEN_PREFIX "gridward-token-v1\n"

#endif
