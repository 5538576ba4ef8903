/* What an alarm is and what a command does to it: the one transition table (protocol section 5),
 * used by the server, by the console's overlay, by the tests and by docs/alarm-states.md. No I/O.
 * States after ISA-18.2. */
#ifndef GW_MODEL_ALARM_H
#define GW_MODEL_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/command.h"
#include "model/policy.h"
#include "model/role.h"

enum alarm_state {
    ALARM_UNACK,
    ALARM_ACKED,
    ALARM_RTN_UNACK,
    ALARM_CLOSED,
    ALARM_SHELVED,
    ALARM_SUPPRESSED,
    ALARM_OUT_OF_SERVICE,
    ALARM_STATE_N
};
enum alarm_severity { SEV_INFO, SEV_MINOR, SEV_MAJOR, SEV_CRITICAL, SEV_N };
/* How far the holder has come; sets the hold's deadline. */
enum alarm_stage { STAGE_NONE, STAGE_ACKED, STAGE_PHONED, STAGE_ENROUTE, STAGE_ARRIVED, STAGE_N };

const char *alarm_state_name(enum alarm_state state);
bool alarm_state_parse(const char *name, enum alarm_state *out);
const char *alarm_state_word(enum alarm_state state); /* 待接 已接 已恢复未看 已结 … */
const char *alarm_severity_name(enum alarm_severity severity);
bool alarm_severity_parse(const char *name, enum alarm_severity *out);
const char *alarm_severity_word(enum alarm_severity severity);
const char *alarm_stage_name(enum alarm_stage stage);
bool alarm_stage_parse(const char *name, enum alarm_stage *out);

struct alarm_kind {
    const char *name; /* smoke gas water sos fall inactivity door vital battery_low offline … */
    const char *word; /* N_() 烟感 燃气 水浸 … */
    enum alarm_severity severity; /* default */
    bool technical;   /* day queue; closing needs no second person */
    bool lifeline;    /* shows the 119/120 prompt: smoke gas sos fall */
    const char *const *outcomes; /* usual first, NULL-terminated, at most 8 shown before "more" */
};
/* Never NULL: an unknown kind gets the row "other". */
const struct alarm_kind *alarm_kind_of(const char *name);
const struct alarm_kind *alarm_kinds(size_t *n);

const char *const *alarm_outcomes(size_t *n);    /* the 17 codes */
bool alarm_outcome_ok(const char *code);
const char *alarm_outcome_word(const char *code); /* translated: 误报·油烟 */
bool alarm_outcome_technical(const char *code);   /* test low_battery offline */

typedef char gw_id[GW_ID_MAX + 1];

/* What the table needs to know of an alarm. Times 0 = absent. Fixed size, copied freely. */
struct alarm {
    gw_id id, path;
    char kind[32];
    enum alarm_severity severity;
    enum alarm_state state;
    int level;  /* highest level started, 1-5 */
    int waits;  /* level called by hand and not taken yet; 0 = none */
    int64_t due_at;    /* when the next level starts, or level 5 rings again */
    int64_t raised_at;
    int64_t count;
    gw_id device_id, dwelling_id, resident_id;
    gw_id acked_by;
    int64_t acked_at, ack_due_at;
    enum alarm_stage stage;
    bool visited;        /* somebody arrived since it was raised */
    int64_t restored_at;
    struct {
        gw_id to, by; /* to "" = none */
        int64_t at, due_at;
    } offer;
    struct {
        gw_id by, second_person; /* by "" = not closing */
        char outcome[32];
        char no_visit_reason[256];
        int64_t at, due_at;
    } closing;
    struct {
        bool set;
        enum alarm_state state;
        int waits;
        gw_id acked_by;
        int64_t acked_at, ack_due_at, due_at;
        enum alarm_stage stage;
    } before; /* what a retracted close goes back to */
    char outcome[32];
    int64_t closed_at;
    gw_id closed_by;
    char policy[64];
    int policy_version;
};

/* Who acts, and when the server (or, in the overlay, the console) says it is. */
struct alarm_who {
    const char *user;
    enum gw_role role;
    int64_t now;
    int64_t acted_at; /* when the person did it, by his corrected clock; 0 = unknown or unsure */
};

/* What the caller found about the command that a retract names. found = false: not an own command. */
struct alarm_target {
    bool found, applied;
    enum cmd_kind kind;
    int64_t at;
    int to_level;   /* of an escalate: the level it called */
    int level_before; /* of an escalate: level before it */
    const char *to; /* of a handover */
};

struct alarm_verdict {
    enum cmd_result result;
    const char *code; /* from cmd_codes(), NULL when applied without remark */
    bool event;       /* write an event of this kind */
    bool implied_ack; /* the event took the hold as well: also write an event `ack` */
    bool strike;      /* strike out the target's event */
    bool chain;       /* state or level changed so that the chain must be looked at again */
};

/* What the table leaves open, decided here:
 * - Only `applied` changes anything or writes an event. An attempt, enroute or arrived that saw a
 *   lower level is applied with code level-passed: the event stands, the hold is not taken.
 * - A hold lasts hold_acked_ms from the ack and from each attempt, hold_enroute_ms after enroute,
 *   hold_arrived_ms after arrived (the stage never sinks); whatever the holder does on the alarm
 *   renews it, what others do does not.
 * - An ack clears `waits` when the actor's level reaches it. At level 5 an ack by anybody below the
 *   duty room holds, but leaves waits = 5: that level rings until a person of the duty room has it.
 * - An alarm held by another is taken over by ack only when the actor's level was called by hand, or
 *   when it was handed to him.
 * - escalate to null = the level above both the one seen (base_level) and the actor's own.
 * - While `closing` waits for its second person, its due_at stands for the hold's deadline
 *   (ack_due_at = 0); who takes the hold over keeps the closing and gets a new due_at; unack, worse
 *   severity and a repeated close replace or drop it. Nobody confirms his own closing.
 * - retract of a close or a confirmation restores `before` within retract_close_ms; of an arrival it
 *   takes `visited` back; of raise, unack, hold and note it only strikes the event out.
 * - escalate on a closed alarm: review when acted_at is unknown (clock-unsure) or not before the
 *   closing (closed-already), else late.
 * - shelved, suppressed, out of service answer as unack; ack and work take no hold, close closes. */

/* The table. before -> after (may be the same object). `base_level` is expect.level, or the level
 * at the command's base, or 0 = the present one. policy gives the hold times. target only for
 * retract (else NULL). Pure: no clock, no I/O; total: every combination has a defined answer. */
void alarm_step(const struct alarm *before, enum cmd_kind kind, const struct cmd_data *data,
                const struct alarm_who *who, int base_level, const struct policy *policy,
                const struct alarm_target *target, struct alarm *after,
                struct alarm_verdict *verdict);

/* A device speaks: raises again (same device and kind) or restores. Severity of the repeat may be
 * worse. GW_ABSENT when the alarm is closed: make a new one. Call chain_advance afterwards: it sets
 * the due time of an alarm that a worse severity gave back. */
enum gw_err alarm_repeat(struct alarm *alarm, enum alarm_severity severity, int64_t now);
void alarm_restore(struct alarm *alarm, int64_t now);
bool alarm_is_open(const struct alarm *alarm); /* not closed */

/* Whose turn: open, and nobody holds it and its level is mine or has passed mine; or called to my
 * level by hand; or handed to me; or I hold it; or I am the second person of its closing. */
bool alarm_is_mine(const struct alarm *alarm, const char *user, int my_level);

#endif
