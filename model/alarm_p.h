/* Shared by the table (alarm.c) and the chain (chain.c); not for other folders. */
#ifndef GW_MODEL_ALARM_P_H
#define GW_MODEL_ALARM_P_H

#include "model/alarm.h"

/* Nobody holds it any more: unack, and the chain goes on from its present level, counted from `at`.
 * A level that was called by hand keeps its own due time. Without a policy the due time stays open
 * and chain_advance sets it. */
void alarm_release(struct alarm *alarm, int64_t at, const struct policy *policy);

/* Wait of a level in ms, level clamped to 1-5, never below one second: a policy that is wrong must
 * not make the chain spin. */
int64_t policy_wait(const struct policy *policy, int level);

#endif
