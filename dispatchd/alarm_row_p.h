/* An alarm on its way through one change: read, stepped by model/, events gathered, written.
 * work_new or work_load -> change work->alarm, work_event(), work_chain() -> work_save() ->
 * work_free(). All inside the turn's transaction. */
#ifndef GW_DISPATCHD_ALARM_ROW_P_H
#define GW_DISPATCHD_ALARM_ROW_P_H

#include "dispatchd/core_p.h"

enum { WORK_STRIKES = 8 };

struct work_event {
    char kind[32];
    char actor[GW_ID_MAX + 16];
    int level;
    int64_t at;
    char *text, *data; /* owned; data NULL = none */
    int64_t seq;       /* after work_save; 0 = counted, not listed */
};

struct work {
    struct core *core;
    struct alarm alarm;
    struct policy policy;
    struct json *row;            /* the row as it was, owned; NULL for a new alarm */
    char key[2 * GW_ID_MAX + 2]; /* of the index of open alarms */
    const char *address, *text;  /* borrowed until work_free */
    char *readings;              /* JSON array, owned; NULL = as they were */
    struct work_event *events;   /* owned */
    size_t events_n, events_cap;
    int64_t strikes[WORK_STRIKES]; /* seqs of events to strike out */
    size_t strikes_n;
    bool failed; /* no memory for an event: work_save says so */
};

/* GW_ABSENT: no such alarm. GW_INVALID: its row cannot be read. The scratch buffer core->row is not
 * used across calls. */
enum gw_err work_load(struct core *core, const char *id, struct work *out, struct gw_fail *fail);
/* A new alarm; the caller fills the rest of work->alarm (id, path, kind, severity, raised_at...).
 */
void work_new(struct core *core, const char *kind, struct work *out);
void work_free(struct work *work);

struct event_args {
    const char *kind, *actor;
    int level;
    int64_t at;
    const char *text; /* NULL = "" */
    const char *data; /* JSON object or NULL */
};
void work_event(struct work *work, const struct event_args *event);

/* What the chain needs of us, on this alarm. env.ctx is the work. */
struct chain_env work_env(struct work *work);

/* Writes events, row and index. *seq = that of the alarm's row. */
enum gw_err work_save(struct work *work, int64_t *seq, struct gw_fail *fail);

/* Level of the alarm when the store was at seq, 0 = unknown. */
int work_level_at(const struct work *work, int64_t seq);
/* True when the event of this seq is struck out. */
bool work_struck(const struct work *work, int64_t seq);

#endif
