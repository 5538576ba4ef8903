/* The response chain: what falls due, in the order of its due times. */
#include <stddef.h>

#include "model/alarm.h"
#include "model/alarm_p.h"
#include "model/policy.h"

/* Levels are called while nobody holds the alarm, or while one called by hand has not taken it. */
static bool running(const struct alarm *a)
{
    return a->state == ALARM_UNACK || a->state == ALARM_RTN_UNACK ||
           (a->state == ALARM_ACKED && a->waits != 0);
}

static bool closing_waits(const struct alarm *a)
{
    return a->state == ALARM_ACKED && a->closing.by[0] != '\0' && a->waits != CHAIN_LEVELS;
}

static bool hold_ends(const struct alarm *a)
{
    return a->state == ALARM_ACKED && a->closing.by[0] == '\0';
}

static void emit(const struct alarm *a, const struct chain_env *env, const char *kind, int level,
                 int64_t at, const char *text)
{
    env->emit(env->ctx, a, kind, level, at, text);
}

/* Calls one level at `at`; false when it cannot be reached. Level 5 is called whatever the case. */
static bool call(const struct alarm *a, const struct chain_env *env, int level, int64_t at)
{
    enum chain_reach reach = env->reach(env->ctx, a, level);
    if (reach == REACH_OK || level >= CHAIN_LEVELS) {
        emit(a, env, "level", level, at, NULL);
        return true;
    }
    emit(a, env, "skipped", level, at, reach == REACH_NO_CHANNEL ? "no-channel" : "nobody-live");
    return false;
}

/* Climbs at `at` to the first level above the present one that can be reached. */
static void climb(struct alarm *a, const struct policy *policy, const struct chain_env *env,
                  int64_t at)
{
    bool reached = false;
    while (!reached && a->level < CHAIN_LEVELS) {
        a->level++;
        reached = call(a, env, a->level, at);
    }
    a->due_at = at + policy_wait(policy, a->level);
}

void chain_start(struct alarm *alarm, const struct policy *policy, const struct chain_env *env,
                 int64_t now, bool unbound)
{
    int64_t at = alarm->raised_at;
    int start = policy->start_level < 1 ? 1 : policy->start_level;
    bool reached = false;
    alarm->level = unbound ? CHAIN_LEVELS - 1 : 0;
    while (!unbound && alarm->level < start && alarm->level < CHAIN_LEVELS) {
        alarm->level++;
        reached = call(alarm, env, alarm->level, at);
    }
    alarm->due_at = at + policy_wait(policy, alarm->level);
    if (!reached) {
        climb(alarm, policy, env, at);
    }
    chain_advance(alarm, policy, env, now);
}

void chain_called(struct alarm *alarm, const struct policy *policy, const struct chain_env *env,
                  int64_t now)
{
    if (running(alarm) && !call(alarm, env, alarm->level, now)) {
        climb(alarm, policy, env, now);
    }
}

/* Level 5 rings: once however many rings an outage swallowed; the next one is in the future. */
static void ring(struct alarm *a, const struct policy *policy, const struct chain_env *env,
                 int64_t now)
{
    int64_t wait = policy_wait(policy, CHAIN_LEVELS);
    int64_t last = a->due_at + (now - a->due_at) / wait * wait;
    emit(a, env, "rang", CHAIN_LEVELS, last, NULL);
    a->due_at = last + wait;
}

static void end_hold(struct alarm *a, const struct policy *policy, const struct chain_env *env,
                     int64_t now)
{
    int64_t at = a->ack_due_at;
    if (at <= 0) { /* a row without a deadline: nobody may hold for ever */
        a->ack_due_at = now + policy->hold_acked_ms;
        return;
    }
    emit(a, env, "hold_expired", a->level, at, NULL);
    alarm_release(a, at, policy);
}

/* Nobody confirmed: the duty room is called and rings until it has it. The closing stays. */
static void end_closing(struct alarm *a, const struct policy *policy, const struct chain_env *env,
                        int64_t now)
{
    int64_t at = a->closing.due_at > 0 ? a->closing.due_at : now;
    emit(a, env, a->level < CHAIN_LEVELS ? "level" : "rang", CHAIN_LEVELS, at, NULL);
    a->level = CHAIN_LEVELS;
    a->waits = CHAIN_LEVELS;
    a->due_at = at + policy_wait(policy, CHAIN_LEVELS);
}

/* A deadline that is missing is due at once: no alarm may be forgotten. */
static int64_t or_at_once(int64_t at)
{
    return at > 0 ? at : 1;
}

static void fall_due(struct alarm *a, const struct policy *policy, const struct chain_env *env,
                     int64_t now)
{
    int64_t at = chain_next(a);
    if (closing_waits(a) && or_at_once(a->closing.due_at) == at) {
        end_closing(a, policy, env, now);
    } else if (hold_ends(a) && or_at_once(a->ack_due_at) == at) {
        end_hold(a, policy, env, now);
    } else if (a->due_at <= 0) {
        a->due_at = now + policy_wait(policy, a->level);
    } else if (a->level >= CHAIN_LEVELS) {
        ring(a, policy, env, now);
    } else {
        climb(a, policy, env, at);
    }
}

void chain_advance(struct alarm *alarm, const struct policy *policy, const struct chain_env *env,
                   int64_t now)
{
    for (int64_t at = chain_next(alarm); at != 0 && at <= now; at = chain_next(alarm)) {
        fall_due(alarm, policy, env, now);
    }
}

static void earliest(int64_t *next, bool counts, int64_t at)
{
    if (counts && (*next == 0 || at < *next)) {
        *next = at;
    }
}

int64_t chain_next(const struct alarm *alarm)
{
    int64_t next = 0;
    earliest(&next, closing_waits(alarm), or_at_once(alarm->closing.due_at));
    earliest(&next, hold_ends(alarm), or_at_once(alarm->ack_due_at));
    earliest(&next, running(alarm), or_at_once(alarm->due_at));
    return next;
}
