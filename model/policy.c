#include "model/policy.h"

#include <stdio.h>

#include "model/alarm.h"
#include "model/alarm_p.h"

#define SECONDS(n) ((int64_t)(n)*1000)
#define MINUTES(n) SECONDS((n)*60)
#define HOURS(n)   MINUTES((n)*60)

enum { MIN_WAIT_MS = 1000 };

static const struct policy defaults = {
    .id = "default",
    .version = 1,
    .start_level = 1,
    .levels = {[1] = {SECONDS(60), 1},
               [2] = {SECONDS(180), 2},
               [3] = {MINUTES(5), 0},
               [4] = {MINUTES(5), 0},
               [5] = {MINUTES(2), 0}},
    .hold_acked_ms = MINUTES(5),
    .hold_enroute_ms = MINUTES(15),
    .hold_arrived_ms = MINUTES(60),
    .hold_warn_ms = MINUTES(2),
    .second_person_ms = MINUTES(30),
    .handover_ms = MINUTES(2),
    .retract_close_ms = MINUTES(10),
};

static void name_kind(struct policy *policy, const char *id, const char *kind)
{
    (void)snprintf(policy->id, sizeof policy->id, "%s", id);               /* our literals */
    (void)snprintf(policy->kinds[0], sizeof policy->kinds[0], "%s", kind); /* a row of our table */
    policy->kinds_n = 1;
}

void policy_default(struct policy *out, const char *alarm_kind)
{
    const struct alarm_kind *kind = alarm_kind_of(alarm_kind);
    *out = defaults;
    if (kind->technical) {
        name_kind(out, "technical", kind->name);
        out->start_level = 3;
        for (int level = 1; level <= CHAIN_LEVELS; level++) {
            out->levels[level].wait_ms = HOURS(24);
        }
    } else if (kind->lifeline) {
        name_kind(out, "fire-gas-sos", kind->name);
        out->start_level = 3;
    }
}

int64_t policy_wait(const struct policy *policy, int level)
{
    int clamped = level < 1 ? 1 : level > CHAIN_LEVELS ? CHAIN_LEVELS : level;
    int64_t wait = policy->levels[clamped].wait_ms;
    return wait < MIN_WAIT_MS ? MIN_WAIT_MS : wait;
}
