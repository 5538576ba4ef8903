/* The alarm queue as screens and commands read it: mirror row plus overlay of the own unconfirmed
 * commands. Loaded once, then only what changed (each row carries a local revision).
 *
 * In memory stands of each alarm what order, bell and cursor need (struct queue_brief, about 150
 * bytes); the row with names and address is read when it is asked for, and the last QUEUE_ROWS of
 * them are kept. So opening, and what it costs to have 10,000 open alarms, do not grow with what an
 * alarm can hold. */
#ifndef GW_OFFLINE_DB_QUEUE_H
#define GW_OFFLINE_DB_QUEUE_H

#include "model/alarm.h"
#include "offline-db/home.h"
#include "offline-db/journal.h"

struct queue_row {
    struct alarm alarm; /* with the overlay applied */
    char piece[64];     /* 3栋2单元; safe text */
    char who[64];       /* resident's name, masked; "" when unknown */
    char holder[64];    /* name of acked_by, "" */
    bool alone;
    enum cmd_state mark; /* of the newest unconfirmed or unread own command; CMD_STATE_N = none */
    int64_t mark_n, mark_count;
    bool mine;  /* alarm_is_mine */
    bool fresh; /* arrived since the last queue_seen() */
    int64_t rev;
};

/* What the bell remembers of an alarm; the queue keeps it as long as the alarm is in it, and never
 * looks at it. */
struct queue_bell {
    int64_t rang_mono;
    uint8_t severity; /* when it rang */
    bool known;       /* it waited for me or I held it at the last look */
    bool warned;      /* I held it */
};

struct queue_brief {
    enum alarm_severity severity;
    enum alarm_state state;
    int level, waits;
    int64_t due_at, raised_at, ack_due_at, closed_at, closing_due_at; /* 0 = absent */
    int64_t rev;
    bool mine;    /* alarm_is_mine */
    bool held;    /* acked by me */
    bool offered; /* handed to me */
    bool second;  /* I am the second person of its closing */
    bool fresh;   /* arrived since the last queue_seen() */
    struct queue_bell bell;
    const char *id;
};

struct queue; /* owned rows, in display order */

enum { QUEUE_ROWS = 128 };

enum gw_err queue_new(struct home *home, bool with_closed, struct queue **out,
                      struct gw_fail *fail);
void queue_free(struct queue *queue);
/* Reads what changed since last time. *changed = rows that are new or differ; one that nobody asked
 * queue_at() for lately counts when it was written. Display order is kept until queue_settle(): new
 * rows stand at the end of their group with `fresh`. Cost: changed rows. */
enum gw_err queue_refresh(struct queue *queue, size_t *changed, struct gw_fail *fail);
/* Sorts: mine first; in it unacknowledged, severity, time left; then the rest (下级处理中). */
void queue_settle(struct queue *queue, int64_t now);
size_t queue_len(const struct queue *queue);
size_t queue_mine(const struct queue *queue); /* how many rows at the top are 轮到我 */
/* Borrowed until refresh, settle, or until QUEUE_ROWS others were asked for. Read now when it is
 * not there: it may be newer than the last refresh. When the store cannot give it, what the brief
 * knows. NULL when i is no row. */
const struct queue_row *queue_at(const struct queue *queue, size_t i);
/* Borrowed until refresh or settle; costs nothing. NULL when i is no row. */
const struct queue_brief *queue_brief(const struct queue *queue, size_t i);
/* The same for writing the bell's part. */
struct queue_bell *queue_bell(struct queue *queue, size_t i);
/* Index of an alarm, or -1. */
int64_t queue_find(const struct queue *queue, const char *alarm_id);
void queue_seen(struct queue *queue);

/* One alarm with overlay, for commands and the card. GW_ABSENT. */
enum gw_err queue_one(struct home *home, const char *alarm_id, struct queue_row *out,
                      struct gw_fail *fail);

#endif
