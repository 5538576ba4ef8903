/* Escalation policies as data (rules/policies.json) and the response chain: elder, contacts, grid
 * worker, grid leader, duty room. Absolute due times: after an outage the chain catches up to the
 * level that is due now. A level without channel or live console is logged and skipped at once.
 * The last level never ends silently. */
#ifndef GW_MODEL_POLICY_H
#define GW_MODEL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHAIN_LEVELS = 5 };

struct policy_level {
    int64_t wait_ms;  /* until the next level starts; of level 5: until it rings again */
    int64_t tries;    /* of levels 1 and 2: calls per person */
};

/* One version of one policy; an alarm keeps the version it began with. */
struct policy {
    char id[64];
    int version;
    char kinds[16][32]; /* alarm kinds it serves; none = the default policy */
    size_t kinds_n;
    int start_level;    /* all levels up to this one start at once: 1, or 3 for smoke, gas, SOS */
    struct policy_level levels[CHAIN_LEVELS + 1]; /* [1]..[5] */
    int64_t hold_acked_ms, hold_enroute_ms, hold_arrived_ms; /* 5 min, 15 min, 60 min */
    int64_t hold_warn_ms;      /* the console rings this long before the end: 2 min */
    int64_t second_person_ms;  /* 30 min */
    int64_t handover_ms;       /* 2 min, then both ring */
    int64_t retract_close_ms;  /* 10 min */
};

/* Built-in defaults of domain/alarms.md, for tests and for a console that has no policy row. */
void policy_default(struct policy *out, const char *alarm_kind);

struct alarm;

/* Why a level cannot be reached now. */
enum chain_reach { REACH_OK, REACH_NO_CHANNEL, REACH_NOBODY_LIVE };

/* What the chain asks and tells. emit is called for every step in order: kind is "level", "skipped",
 * "rang" or "hold_expired" (event kinds of protocol section 5), at is the time it was due; text is
 * NULL, or of "skipped" the reason: "no-channel" or "nobody-live". */
struct chain_env {
    enum chain_reach (*reach)(void *ctx, const struct alarm *alarm, int level);
    void (*emit)(void *ctx, const struct alarm *alarm, const char *kind, int level, int64_t at,
                 const char *text);
    void *ctx;
};

/* Starts the chain of a new alarm at its raised_at, up to `now`. An unbound alarm starts at level 5. */
void chain_start(struct alarm *alarm, const struct policy *policy, const struct chain_env *env,
                 int64_t now, bool unbound);
/* After an applied alarm.escalate (which called a level by hand): emits "level", or "skipped" and
 * goes on to the next level at once when nobody of that level can be reached. */
void chain_called(struct alarm *alarm, const struct policy *policy, const struct chain_env *env,
                  int64_t now);
/* Does everything that is due at `now`: hold deadlines, closing deadlines, next levels, rings of
 * level 5. Afterwards chain_next() > now, or is 0. */
void chain_advance(struct alarm *alarm, const struct policy *policy, const struct chain_env *env,
                   int64_t now);
/* When chain_advance must be called next; 0 = never (closed, shelved). */
int64_t chain_next(const struct alarm *alarm);

#endif
