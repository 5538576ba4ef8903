/* The queue: what changed is read by revision, the order is made when the hand is still. */
#include "offline-db/queue.h"

#include <stdlib.h>
#include <string.h>

#include "offline-db/queue_p.h"

/* ---- reading */

/* A kept row is read again, and tells whether anything that shows is different. */
static bool row_differs(struct queue *q, struct slot *slot)
{
    struct queue_row now;
    struct queue_row *kept = kept_row(q, slot);
    if (!kept || queue_one(q->home, slot->id, &now, NULL) != GW_OK) {
        return true;
    }
    now.fresh = kept->fresh;
    int64_t rev = now.rev;
    now.rev = kept->rev;
    bool differs = memcmp(kept, &now, sizeof now) != 0;
    *kept = now;
    kept->rev = rev;
    return differs;
}

static enum gw_err take_brief(struct queue *q, const struct queue_brief *now, size_t *changed)
{
    struct slot *slot = slot_find(q, now->id);
    if (slot) {
        struct queue_brief old = slot->brief;
        slot->brief = *now;
        slot->brief.id = slot->id;
        slot->brief.fresh = old.fresh;
        slot->brief.bell = old.bell;
        slot->brief.rev = old.rev > now->rev ? old.rev : now->rev;
        slot->gone = false;
        *changed += row_differs(q, slot);
        return GW_OK;
    }
    if (!q->with_closed && now->state == ALARM_CLOSED) {
        return GW_OK;
    }
    enum gw_err err = slot_add(q, now, &slot);
    if (!err) {
        slot->brief.fresh = q->loaded;
        *changed += 1;
    }
    return err;
}

/* One with an overlay or nested parts: the whole row tells. */
static enum gw_err take_whole(struct queue *q, const char *id, size_t *changed)
{
    struct queue_row row;
    struct queue_brief brief;
    enum gw_err err = queue_one(q->home, id, &row, NULL);
    if (err) {
        return err == GW_ABSENT ? GW_OK : err; /* gone or confirmed since: the next look */
    }
    queue_brief_of(q->home, &row, &brief);
    return take_brief(q, &brief, changed);
}

static enum gw_err read_rows(struct queue *q, sqlite3_stmt *st, size_t *changed,
                             struct gw_fail *fail)
{
    struct queue_brief brief;
    enum gw_err err = odb_row(q->home, st, fail);
    while (!err) {
        err = queue_brief_read(q->home, st, &brief) ? take_brief(q, &brief, changed)
                                                    : take_whole(q, gw_col_text(st, 0), changed);
        err = err ? err : odb_row(q->home, st, fail);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err read_alone(struct queue *q, int64_t since, size_t *changed, struct gw_fail *fail)
{
    struct queue_row row;
    struct queue_brief brief;
    sqlite3_stmt *st = gw_db_stmt(q->home->db, screen_sql(SQL_Q_ALONE));
    gw_bind_int(st, ":rev", since);
    enum gw_err err = odb_row(q->home, st, fail);
    while (!err) {
        enum gw_err one = queue_row_alone(q->home, gw_col_text(st, 0), &q->scratch, &row, NULL);
        queue_brief_of(q->home, &row, &brief);
        err = one == GW_OK ? take_brief(q, &brief, changed) : GW_OK; /* absent: just confirmed */
        err = err ? err : odb_row(q->home, st, fail);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err drop_gone(struct queue *q, size_t *changed, struct gw_fail *fail)
{
    bool any = false;
    sqlite3_stmt *st = odb_stmt(q->home, SQL_GONE_SINCE);
    gw_bind_int(st, ":rev", q->rev);
    enum gw_err err = odb_row(q->home, st, fail);
    while (!err) {
        struct slot *slot = slot_find(q, gw_col_text(st, 0));
        if (slot) {
            slot->gone = any = true;
        }
        err = odb_row(q->home, st, fail);
    }
    odb_reset(st);
    *changed += any ? slots_sweep(q) : 0;
    return err == GW_ABSENT ? GW_OK : err;
}

/* ---- loading */

static enum gw_err read_rev(struct queue *q, int64_t *rev, int64_t *floor, struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(q->home, SQL_REV_GET);
    enum gw_err err = odb_row(q->home, st, fail);
    if (!err) {
        *rev = gw_col_int(st, 0);
        *floor = gw_col_int(st, 1);
    }
    odb_reset(st);
    return err;
}

/* Everything: what is not read again is gone. Slots stay, and with them the place of the cursor and
 * what the bell knows. */
static enum gw_err load(struct queue *q, size_t *changed, struct gw_fail *fail)
{
    for (size_t i = 0; i < q->n; i++) {
        q->slots[i]->gone = true;
    }
    q->loaded = false; /* what comes in is no news */
    enum gw_err err =
        read_rows(q, gw_db_stmt(q->home->db, screen_sql(q->with_closed ? SQL_Q_ALL : SQL_Q_OPEN)),
                  changed, fail);
    err = err ? err : read_alone(q, -1, changed, fail);
    if (!err) {
        *changed += slots_sweep(q);
    }
    q->loaded = err == GW_OK;
    return err;
}

static enum gw_err load_since(struct queue *q, size_t *changed, struct gw_fail *fail)
{
    enum gw_err err = drop_gone(q, changed, fail);
    sqlite3_stmt *st = gw_db_stmt(q->home->db, screen_sql(SQL_Q_SINCE));
    gw_bind_int(st, ":rev", q->rev);
    err = err ? err : read_rows(q, st, changed, fail);
    return err ? err : read_alone(q, q->rev, changed, fail);
}

/* The revision is read first: what is committed while we read is read again next time, never
 * missed. */
enum gw_err queue_refresh(struct queue *queue, size_t *changed, struct gw_fail *fail)
{
    int64_t rev = 0;
    int64_t floor = 0;
    *changed = 0;
    overlay_catch_up(queue->home);
    enum gw_err err = read_rev(queue, &rev, &floor, fail);
    if (err || (queue->loaded && rev == queue->rev)) {
        return err;
    }
    bool whole = !queue->loaded || queue->rev < floor || rev < queue->rev;
    err = whole ? load(queue, changed, fail) : load_since(queue, changed, fail);
    if (!err) {
        queue->rev = rev;
    }
    return err == GW_NOMEM
               ? gw_fail_set(fail, err, _("There is no memory left. Close other programs."))
               : err;
}

enum gw_err queue_new(struct home *home, bool with_closed, struct queue **out, struct gw_fail *fail)
{
    size_t changed = 0;
    *out = NULL;
    struct queue *q = calloc(1, sizeof *q);
    if (!q) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    q->home = home;
    q->with_closed = with_closed;
    gw_buf_init(&q->scratch, 4096);
    q->kept = calloc(QUEUE_ROWS, sizeof *q->kept);
    enum gw_err err =
        q->kept ? queue_refresh(q, &changed, fail)
                : gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    if (err) {
        queue_free(q);
        return err;
    }
    queue_settle(q, home->clock->wall_ms(home->clock->ctx));
    *out = q;
    return GW_OK;
}

void queue_free(struct queue *queue)
{
    if (queue) {
        slots_free(queue);
        gw_buf_free(&queue->scratch);
        free(queue);
    }
}

/* ---- order */

/* Whose turn, whether it waits for anybody, how grave: one number, smaller is higher. */
static uint32_t rank_of(const struct queue_brief *b)
{
    bool unacked = b->state == ALARM_UNACK || b->state == ALARM_RTN_UNACK;
    uint32_t group = b->state == ALARM_CLOSED ? 2 : b->mine ? 0 : 1;
    return group << 8 | (unacked ? 0u : 1u) << 4 | (uint32_t)(SEV_N - b->severity);
}

/* The time left is the chain's while nobody has it, the hold's afterwards; none sorts last. */
static int64_t deadline_of(const struct queue_brief *b)
{
    int64_t at = b->state == ALARM_ACKED ? b->ack_due_at : b->due_at;
    if (b->state == ALARM_ACKED && at == 0) {
        at = b->closing_due_at;
    }
    return at > 0 ? at : INT64_MAX;
}

static int cmp64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare(const void *pa, const void *pb)
{
    const struct slot *sa = *(struct slot *const *)pa;
    const struct slot *sb = *(struct slot *const *)pb;
    const struct queue_brief *a = &sa->brief, *b = &sb->brief;
    int c = (int)(sa->rank >> 8) - (int)(sb->rank >> 8);
    if (!c && a->state == ALARM_CLOSED) { /* closed ones: newest first */
        c = cmp64(b->closed_at, a->closed_at);
    }
    c = c ? c : cmp64(sa->rank, sb->rank);
    c = c ? c : cmp64(deadline_of(a), deadline_of(b));
    c = c ? c : cmp64(a->raised_at, b->raised_at);
    return c ? c : strcmp(a->id, b->id);
}

static bool is_sorted(const struct queue *q)
{
    for (size_t i = 1; i < q->n; i++) {
        if (compare(&q->slots[i - 1], &q->slots[i]) > 0) {
            return false;
        }
    }
    return true;
}

void queue_settle(struct queue *queue, int64_t now)
{
    (void)now; /* deadlines are absolute: the order of the time left does not depend on it */
    bool drop = false;
    for (size_t i = 0; i < queue->n; i++) {
        struct slot *slot = queue->slots[i];
        slot->rank = rank_of(&slot->brief);
        slot->gone = !queue->with_closed && slot->brief.state == ALARM_CLOSED;
        drop |= slot->gone;
    }
    if (drop) {
        (void)slots_sweep(queue);
    }
    if (!is_sorted(queue)) {
        qsort(queue->slots, queue->n, sizeof(struct slot *), compare);
    }
    queue->mine = 0;
    for (size_t i = 0; i < queue->n; i++) {
        queue->slots[i]->at = (uint32_t)i;
        queue->mine += queue->slots[i]->rank >> 8 == 0;
    }
}

/* ---- asking */

size_t queue_len(const struct queue *queue)
{
    return queue->n;
}

size_t queue_mine(const struct queue *queue)
{
    return queue->mine;
}

const struct queue_brief *queue_brief(const struct queue *queue, size_t i)
{
    return i < queue->n ? &queue->slots[i]->brief : NULL;
}

struct queue_bell *queue_bell(struct queue *queue, size_t i)
{
    return i < queue->n ? &queue->slots[i]->brief.bell : NULL;
}

/* What is known without the store. */
static void row_from_brief(const struct slot *slot, struct queue_row *row)
{
    const struct queue_brief *b = &slot->brief;
    memset(row, 0, sizeof *row);
    ODB_COPY(row->alarm.id, slot->id);
    row->alarm.severity = b->severity;
    row->alarm.state = b->state;
    row->alarm.level = b->level;
    row->alarm.waits = b->waits;
    row->alarm.due_at = b->due_at;
    row->alarm.raised_at = b->raised_at;
    row->alarm.ack_due_at = b->ack_due_at;
    row->alarm.closed_at = b->closed_at;
    row->alarm.count = 1;
    row->mark = CMD_STATE_N;
    row->mine = b->mine;
    row->rev = b->rev;
}

const struct queue_row *queue_at(const struct queue *queue, size_t i)
{
    struct queue *q = (struct queue *)(uintptr_t)queue; /* only which rows are kept changes */
    if (i >= q->n) {
        return NULL;
    }
    struct slot *slot = q->slots[i];
    struct queue_row *row = kept_row(q, slot);
    if (!row) {
        row = keep_row(q, slot);
        if (queue_one(q->home, slot->id, row, NULL) != GW_OK) {
            row_from_brief(slot, row);
        }
    }
    row->fresh = slot->brief.fresh;
    return row;
}

int64_t queue_find(const struct queue *queue, const char *alarm_id)
{
    struct slot *slot = slot_find(queue, alarm_id);
    return slot ? (int64_t)slot_place(queue, slot) : -1;
}

void queue_seen(struct queue *queue)
{
    for (size_t i = 0; i < queue->n; i++) {
        queue->slots[i]->brief.fresh = false;
    }
}
