/* The alarm queue as screens and commands read it: mirror row plus overlay of the own unconfirmed
 * commands. Loaded once, then only what changed (each row carries a local revision). */
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

struct queue; /* owned rows, in display order */

enum gw_err queue_new(struct home *home, bool with_closed, struct queue **out,
                      struct gw_fail *fail);
void queue_free(struct queue *queue);
/* Reads what changed since last time. *changed = rows that are new or differ. Display order is kept
 * until queue_settle(): new rows stand at the end of their group with `fresh`. Cost: changed rows.
 */
enum gw_err queue_refresh(struct queue *queue, size_t *changed, struct gw_fail *fail);
/* Sorts: mine first; in it unacknowledged, severity, time left; then the rest (下级处理中). */
void queue_settle(struct queue *queue, int64_t now);
size_t queue_len(const struct queue *queue);
size_t queue_mine(const struct queue *queue); /* how many rows at the top are 轮到我 */
const struct queue_row *queue_at(const struct queue *queue, size_t i); /* borrowed until refresh */
/* Index of an alarm, or -1. */
int64_t queue_find(const struct queue *queue, const char *alarm_id);
void queue_seen(struct queue *queue);

/* One alarm with overlay, for commands and the card. GW_ABSENT. */
enum gw_err queue_one(struct home *home, const char *alarm_id, struct queue_row *out,
                      struct gw_fail *fail);

#endif
