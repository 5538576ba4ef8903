/* Shared by the table (alarm.c), its retract (alarm_undo.c) and the chain (chain.c); not for other
 * folders. */
#ifndef GW_MODEL_ALARM_P_H
#define GW_MODEL_ALARM_P_H

#include "model/alarm.h"

/* One command on one alarm, as the rules see it. */
struct step {
    struct alarm *a; /* being changed; starts as a copy of the alarm before */
    enum cmd_kind kind;
    const struct cmd_data *data;
    const struct alarm_who *who;
    int base_level;
    const struct policy *policy;
    const struct alarm_target *target;
    struct alarm_verdict *verdict;
};

void step_late(struct step *s, const char *code);
void step_applied(struct step *s);
/* The holder acted: his deadline starts again, by his stage. */
void step_renew(struct step *s);
/* Stage that attempt, enroute and arrived lead to; STAGE_NONE for others. */
enum alarm_stage step_stage(enum cmd_kind kind);
void step_retract(struct step *s);

bool alarm_id_is(const char *id, const char *user); /* "" is nobody */
void alarm_id_copy(gw_id out, const char *id);

/* Nobody holds it any more: unack, and the chain goes on from its present level, counted from `at`.
 * A level that was called by hand keeps its own due time. Without a policy the due time stays open
 * and chain_advance sets it. */
void alarm_release(struct alarm *alarm, int64_t at, const struct policy *policy);

/* Wait of a level in ms, level clamped to 1-5, never below one second: a policy that is wrong must
 * not make the chain spin. */
int64_t policy_wait(const struct policy *policy, int level);

#endif
