/* The queue: rows in display order, an index by id beside them, refreshed by revision. */
#include "offline-db/queue.h"

#include <stdlib.h>
#include <string.h>

#include "offline-db/queue_p.h"

struct queue {
    struct home *home;
    bool with_closed;
    bool loaded;
    int64_t rev;             /* everything up to here has been read */
    struct queue_row **rows; /* owned, display order */
    size_t n, cap, mine;
    struct queue_row **index; /* open addressing by id; same rows, NULL = free */
    size_t index_cap;         /* a power of two, at least 2 * cap */
    struct gw_buf scratch;
};

/* ---- index by id */

static size_t hash_id(const char *id)
{
    uint64_t h = 1469598103934665603u;
    for (; *id; id++) {
        h = (h ^ (unsigned char)*id) * 1099511628211u;
    }
    return (size_t)(h ^ (h >> 29));
}

static struct queue_row **slot_of(const struct queue *q, const char *id)
{
    size_t at = hash_id(id) & (q->index_cap - 1);
    while (q->index[at] && strcmp(q->index[at]->alarm.id, id) != 0) {
        at = (at + 1) & (q->index_cap - 1);
    }
    return &q->index[at];
}

static void index_rebuild(struct queue *q)
{
    memset(q->index, 0, q->index_cap * sizeof(struct queue_row *));
    for (size_t i = 0; i < q->n; i++) {
        *slot_of(q, q->rows[i]->alarm.id) = q->rows[i];
    }
}

static enum gw_err grow(struct queue *q)
{
    if (q->n < q->cap) {
        return GW_OK;
    }
    size_t cap = q->cap ? q->cap * 2 : 64;
    struct queue_row **rows = realloc(q->rows, cap * sizeof(struct queue_row *));
    if (!rows) {
        return GW_NOMEM;
    }
    q->rows = rows;
    struct queue_row **index = calloc(cap * 2, sizeof(struct queue_row *));
    if (!index) {
        return GW_NOMEM;
    }
    free(q->index);
    q->index = index;
    q->index_cap = cap * 2;
    q->cap = cap;
    index_rebuild(q);
    return GW_OK;
}

static struct queue_row *lookup(const struct queue *q, const char *id)
{
    return q->index_cap ? *slot_of(q, id) : NULL;
}

static size_t place_of(const struct queue *q, const struct queue_row *row)
{
    size_t i = 0;
    while (i < q->n && q->rows[i] != row) {
        i++;
    }
    return i;
}

/* ---- rows in and out */

/* At the end of its group, so that nothing moves under the cursor of the group above. */
static void insert_row(struct queue *q, struct queue_row *row)
{
    size_t at = row->mine ? q->mine : q->n;
    memmove(&q->rows[at + 1], &q->rows[at], (q->n - at) * sizeof(struct queue_row *));
    q->rows[at] = row;
    q->n++;
    q->mine += row->mine;
    *slot_of(q, row->alarm.id) = row;
}

static void remove_at(struct queue *q, size_t at)
{
    struct queue_row *row = q->rows[at];
    memmove(&q->rows[at], &q->rows[at + 1], (q->n - at - 1) * sizeof(struct queue_row *));
    q->n--;
    q->mine -= at < q->mine;
    free(row);
}

static enum gw_err take_row(struct queue *q, struct queue_row *fresh, size_t *changed)
{
    struct queue_row *old = lookup(q, fresh->alarm.id);
    if (old) {
        fresh->fresh = old->fresh;
        bool differs = memcmp(old, fresh, sizeof *old) != 0;
        fresh->rev = fresh->rev > old->rev ? fresh->rev : old->rev;
        *old = *fresh;
        *changed += differs;
        return GW_OK;
    }
    if (!q->with_closed && !alarm_is_open(&fresh->alarm)) {
        return GW_OK;
    }
    enum gw_err err = grow(q);
    struct queue_row *row = err ? NULL : malloc(sizeof *row);
    if (!row) {
        return GW_NOMEM;
    }
    *row = *fresh;
    row->fresh = q->loaded;
    insert_row(q, row);
    *changed += 1;
    return GW_OK;
}

static enum gw_err read_rows(struct queue *q, sqlite3_stmt *st, size_t *changed,
                             struct gw_fail *fail)
{
    struct queue_row *row = malloc(sizeof *row);
    enum gw_err err = row ? odb_row(q->home, st, fail) : GW_NOMEM;
    while (!err) {
        memset(row, 0, sizeof *row); /* padding too: rows are compared as bytes */
        queue_row_read(q->home, st, &q->scratch, row);
        err = take_row(q, row, changed);
        err = err ? err : odb_row(q->home, st, fail);
    }
    odb_reset(st);
    free(row);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err read_alone(struct queue *q, int64_t since, size_t *changed, struct gw_fail *fail)
{
    struct queue_row row;
    sqlite3_stmt *st = gw_db_stmt(q->home->db, screen_sql(SQL_Q_ALONE));
    gw_bind_int(st, ":rev", since);
    enum gw_err err = odb_row(q->home, st, fail);
    while (!err) {
        enum gw_err one = queue_row_alone(q->home, gw_col_text(st, 0), &q->scratch, &row, NULL);
        err = one == GW_OK ? take_row(q, &row, changed) : GW_OK; /* absent: just now confirmed */
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
        struct queue_row *row = lookup(q, gw_col_text(st, 0));
        if (row && !any) {
            any = true;
        }
        if (row) {
            row->rev = -1; /* taken out below, all at once */
        }
        err = odb_row(q->home, st, fail);
    }
    odb_reset(st);
    for (size_t i = q->n; any && i > 0; i--) {
        if (q->rows[i - 1]->rev == -1) {
            remove_at(q, i - 1);
            *changed += 1;
        }
    }
    if (any) {
        index_rebuild(q);
    }
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

static void drop_all(struct queue *q)
{
    for (size_t i = 0; i < q->n; i++) {
        free(q->rows[i]);
    }
    q->n = 0;
    q->mine = 0;
    if (q->index) {
        index_rebuild(q);
    }
}

static enum gw_err load(struct queue *q, size_t *changed, struct gw_fail *fail)
{
    drop_all(q);
    q->loaded = false;
    enum gw_err err =
        read_rows(q, gw_db_stmt(q->home->db, screen_sql(q->with_closed ? SQL_Q_ALL : SQL_Q_OPEN)),
                  changed, fail);
    err = err ? err : read_alone(q, -1, changed, fail);
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
    enum gw_err err = queue_refresh(q, &changed, fail);
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
        drop_all(queue);
        free(queue->rows);
        free(queue->index);
        gw_buf_free(&queue->scratch);
        free(queue);
    }
}

/* ---- order */

static int group_of(const struct queue_row *row)
{
    if (!alarm_is_open(&row->alarm)) {
        return 2;
    }
    return row->mine ? 0 : 1;
}

static bool is_unacked(const struct alarm *a)
{
    return a->state == ALARM_UNACK || a->state == ALARM_RTN_UNACK;
}

/* The time left is the chain's while nobody has it, the hold's afterwards; none sorts last. */
static int64_t deadline_of(const struct alarm *a)
{
    int64_t at = a->state == ALARM_ACKED ? a->ack_due_at : a->due_at;
    if (a->state == ALARM_ACKED && at == 0) {
        at = a->closing.due_at;
    }
    return at > 0 ? at : INT64_MAX;
}

static int cmp64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare(const void *pa, const void *pb)
{
    const struct queue_row *a = *(struct queue_row *const *)pa;
    const struct queue_row *b = *(struct queue_row *const *)pb;
    int group = group_of(a);
    int c = group - group_of(b);
    if (!c && group == 2) { /* closed ones: newest first */
        c = cmp64(b->alarm.closed_at, a->alarm.closed_at);
    }
    c = c ? c : is_unacked(&b->alarm) - is_unacked(&a->alarm);
    c = c ? c : (int)b->alarm.severity - (int)a->alarm.severity;
    c = c ? c : cmp64(deadline_of(&a->alarm), deadline_of(&b->alarm));
    c = c ? c : cmp64(a->alarm.raised_at, b->alarm.raised_at);
    return c ? c : strcmp(a->alarm.id, b->alarm.id);
}

void queue_settle(struct queue *queue, int64_t now)
{
    (void)now; /* deadlines are absolute: the order of the time left does not depend on it */
    bool dropped = false;
    for (size_t i = queue->n; !queue->with_closed && i > 0; i--) {
        if (!alarm_is_open(&queue->rows[i - 1]->alarm)) {
            remove_at(queue, i - 1);
            dropped = true;
        }
    }
    if (queue->n > 1) {
        qsort(queue->rows, queue->n, sizeof(struct queue_row *), compare);
    }
    queue->mine = 0;
    for (size_t i = 0; i < queue->n; i++) {
        queue->mine += group_of(queue->rows[i]) == 0;
    }
    if (dropped) {
        index_rebuild(queue);
    }
}

size_t queue_len(const struct queue *queue)
{
    return queue->n;
}

size_t queue_mine(const struct queue *queue)
{
    return queue->mine;
}

const struct queue_row *queue_at(const struct queue *queue, size_t i)
{
    return i < queue->n ? queue->rows[i] : NULL;
}

int64_t queue_find(const struct queue *queue, const char *alarm_id)
{
    const struct queue_row *row = lookup(queue, alarm_id);
    return row ? (int64_t)place_of(queue, row) : -1;
}

void queue_seen(struct queue *queue)
{
    for (size_t i = 0; i < queue->n; i++) {
        queue->rows[i]->fresh = false;
    }
}
