#ifndef GW_OFFLINE_DB_QUEUE_P_H
#define GW_OFFLINE_DB_QUEUE_P_H

#include "base/text_safe.h"
#include "offline-db/odb_p.h"
#include "offline-db/queue.h"

/* One alarm in memory. */
struct slot {
    struct queue_brief brief;
    uint32_t at;   /* where it stood in the order when last looked; a hint */
    uint32_t rank; /* group, unacknowledged, severity: made by queue_settle() */
    int16_t kept;  /* its place in queue->kept, -1 = none */
    bool gone;     /* taken out at the end of this refresh */
    char id[];     /* brief.id */
};

/* A row that was asked for. */
struct kept {
    struct slot *slot; /* NULL = free */
    struct queue_row row;
};

struct queue {
    struct home *home;
    bool with_closed;
    bool loaded;
    int64_t rev;         /* everything up to here has been read */
    struct slot **slots; /* owned, display order */
    size_t n, cap, mine;
    struct slot **index; /* open addressing by id; same slots, NULL = free */
    size_t index_cap;    /* a power of two, at least 2 * cap */
    struct kept *kept;   /* owned, QUEUE_ROWS of them */
    size_t kept_next;    /* whose turn it is to make room */
    struct gw_buf scratch;
};

/* ---- queue_slots.c: which alarms there are, and the rows that were asked for */
struct slot *slot_find(const struct queue *queue, const char *id); /* NULL = none */
/* At the end of its group, so that nothing moves under the cursor of the group above. GW_NOMEM. */
enum gw_err slot_add(struct queue *queue, const struct queue_brief *brief, struct slot **out);
/* Takes out every slot with `gone`; how many. */
size_t slots_sweep(struct queue *queue);
size_t slot_place(const struct queue *queue, struct slot *slot);
void slots_free(struct queue *queue);
/* The kept row of a slot, NULL = none. */
struct queue_row *kept_row(const struct queue *queue, const struct slot *slot);
/* Room for its row, zeroed; another one's place when all are taken. */
struct queue_row *keep_row(struct queue *queue, struct slot *slot);

/* ---- queue_row.c */
/* st stands on a row of QUEUE_SELECT; row is zeroed. scratch is reused. */
void queue_row_read(struct home *home, sqlite3_stmt *st, struct gw_buf *scratch,
                    struct queue_row *row);
/* st stands on a row of QUEUE_BRIEF. False when it has parts that only the row itself tells (an
 * overlay, an offer, a closing): read that, then queue_brief_of(). */
bool queue_brief_read(struct home *home, sqlite3_stmt *st, struct queue_brief *out);
void queue_brief_of(struct home *home, const struct queue_row *row, struct queue_brief *out);
/* An alarm that only the overlay knows; GW_ABSENT. */
enum gw_err queue_row_alone(struct home *home, const char *id, struct gw_buf *scratch,
                            struct queue_row *row, struct gw_fail *fail);
void row_who(struct gw_buf *scratch, const char *name, char out[64]);
void row_piece(struct gw_buf *scratch, const char *estate, const char *building, const char *unit,
               char out[64]);

#endif
