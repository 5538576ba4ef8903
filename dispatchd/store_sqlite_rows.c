/* SQLite driver: rows. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/store_sqlite_p.h"

static_assert(TYPE_DEVICE == 11, "the number stands in SQL_ROW_ADD");
static_assert(TYPE_ALARM_EVENT == 1, "the number stands in SQL_COUNT_ROWS");

/* ---- writing */

/* Where the row is before its change, if it is anywhere. */
struct before {
    char path[GW_PATH_MAX + 1];
    int64_t seq, rowid;
};

/* The seq in the id of an event of an alarm, 0 = none. */
static int64_t number_in(enum gw_type type, const char *id)
{
    const char *dot = type == TYPE_ALARM_EVENT ? strrchr(id, '.') : NULL;
    size_t digits = dot ? strspn(dot + 1, "0123456789") : 0;
    return digits > 0 && digits < 18 && dot[1 + digits] == '\0' ? strtoll(dot + 1, NULL, 10) : 0;
}

enum gw_err sqlite_row_find(struct sqlite_store *s, enum gw_type type, const char *id, bool body,
                            sqlite3_stmt **st, struct gw_fail *fail)
{
    int64_t number = number_in(type, id);
    enum gw_err err = GW_ABSENT;
    if (number > 0) {
        *st = gw_db_stmt(s->db, SQL_FRESH_ROW);
        gw_bind_int(*st, ":seq", number);
        gw_bind_int(*st, ":type", type);
        gw_bind_text(*st, ":id", id);
        err = sqlite_first(s, *st, fail);
    }
    if (err == GW_ABSENT) {
        *st = gw_db_stmt(s->db, body ? SQL_ROW_GET : SQL_ROW_WHERE);
        gw_bind_int(*st, ":type", type);
        gw_bind_text(*st, ":id", id);
        err = sqlite_first(s, *st, fail);
    }
    return err;
}

static enum gw_err row_before(struct sqlite_store *s, enum gw_type type, const char *id,
                              struct before *out, struct gw_fail *fail)
{
    sqlite3_stmt *st = NULL;
    enum gw_err err = sqlite_row_find(s, type, id, false, &st, fail);
    if (!err) {
        err = sqlite_copy(out->path, sizeof out->path, st, 0, fail);
        out->seq = gw_col_int(st, 1);
        out->rowid = gw_col_int(st, 2);
    }
    sqlite_done(st);
    return err;
}

enum gw_err sqlite_row_add(struct sqlite_store *s, const struct sqlite_line *line,
                           struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ROW_ADD);
    gw_bind_int(st, ":type", line->type);
    gw_bind_text(st, ":id", line->id);
    gw_bind_text(st, ":path", line->path);
    gw_bind_int(st, ":seq", line->seq);
    gw_bind_textn(st, ":body", line->body, line->body_len);
    return gw_db_run(s->db, st, fail);
}

/* Its indexes stay untouched, except when a device gets another serial number. */
static enum gw_err set_row(struct sqlite_store *s, int64_t rowid, const struct sqlite_line *line,
                           struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ROW_SET);
    gw_bind_int(st, ":row", rowid);
    gw_bind_text(st, ":path", line->path);
    gw_bind_int(st, ":seq", line->seq);
    gw_bind_textn(st, ":body", line->body, line->body_len);
    enum gw_err err = gw_db_run(s->db, st, fail);
    if (!err && line->type == TYPE_DEVICE) {
        st = gw_db_stmt(s->db, SQL_ROW_SERIAL_SET);
        gw_bind_int(st, ":row", rowid);
        err = gw_db_run(s->db, st, fail);
    }
    return err;
}

/* The row no longer lies in fresh. */
static enum gw_err take_out(struct sqlite_store *s, int64_t seq, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_FRESH_MOVED);
    gw_bind_int(st, ":seq", seq);
    return gw_db_run(s->db, st, fail);
}

/* A new event stays in the line of its change: *waits. */
static enum gw_err write_row(struct sqlite_store *s, const struct before *was,
                             const struct sqlite_line *line, bool *waits, struct gw_fail *fail)
{
    *waits = !line->was_path && number_in(line->type, line->id) == line->seq;
    if (*waits) {
        return GW_OK;
    }
    if (line->was_path && was->rowid > 0) {
        return set_row(s, was->rowid, line, fail);
    }
    enum gw_err err = line->was_path ? take_out(s, was->seq, fail) : GW_OK;
    return err ? err : sqlite_row_add(s, line, fail);
}

static enum gw_err drop_row(struct sqlite_store *s, const struct before *was, enum gw_type type,
                            const char *id, struct gw_fail *fail)
{
    if (was->rowid == 0) {
        return take_out(s, was->seq, fail);
    }
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ROW_DEL);
    gw_bind_int(st, ":type", type);
    gw_bind_text(st, ":id", id);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err check_row(const char *id, const char *path, size_t body_len,
                             struct gw_fail *fail)
{
    if (!id_ok(id)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The id of a row must be 1 to 128 of A-Z a-z 0-9 _ . -"));
    }
    if (!path_ok(path)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The path of a row must be labels of A-Z a-z 0-9 - joined by dots, at "
                             "most 8 labels."));
    }
    if (body_len > STORE_ROW_MAX) {
        return gw_fail_set(fail, GW_INVALID,
                           _("A row may have at most %d bytes; this one has %zu."), STORE_ROW_MAX,
                           body_len);
    }
    return GW_OK;
}

static enum gw_err op_row_put(struct store *store, enum gw_type type, const char *id,
                              const char *path, const char *body, size_t body_len, int64_t *seq,
                              struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    struct before was = {.seq = 0};
    enum gw_err err = check_row(id, path, body_len, fail);
    if (err) {
        return err;
    }
    assert(gw_db_in_txn(s->db));
    err = row_before(s, type, id, &was, fail);
    bool fresh = err == GW_ABSENT;
    if (err && !fresh) {
        return err;
    }
    const struct sqlite_line line = {
        .seq = ++s->seq,
        .type = type,
        .id = id,
        .path = path,
        .was_path = fresh ? NULL : was.path,
        .was_seq = was.seq,
        .body = body,
        .body_len = body_len,
    };
    bool waits = false;
    err = write_row(s, &was, &line, &waits, fail);
    err = err ? err : sqlite_fresh_put(s, &line, waits, fail);
    if (!err) {
        sqlite_recent_put(s, &line, body, body_len);
    }
    if (!err && seq) {
        *seq = line.seq;
    }
    return err;
}

static enum gw_err op_row_del(struct store *store, enum gw_type type, const char *id, int64_t *seq,
                              struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    struct before was;
    assert(gw_db_in_txn(s->db));
    enum gw_err err = row_before(s, type, id, &was, fail);
    if (err) {
        return err;
    }
    const struct sqlite_line line = {
        .seq = ++s->seq, .type = type, .id = id, .was_path = was.path, .was_seq = was.seq};
    err = drop_row(s, &was, type, id, fail);
    err = err ? err : sqlite_fresh_put(s, &line, false, fail);
    if (!err) {
        sqlite_recent_put(s, &line, NULL, 0);
    }
    if (!err && seq) {
        *seq = line.seq;
    }
    return err;
}

/* ---- reading */

static enum gw_err op_row_get(struct store *store, enum gw_type type, const char *id,
                              struct gw_buf *body, char path[GW_PATH_MAX + 1], int64_t *seq,
                              struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = NULL;
    enum gw_err err = sqlite_row_find(s, type, id, body != NULL, &st, fail);
    if (!err && path) {
        err = sqlite_copy(path, GW_PATH_MAX + 1, st, 0, fail);
    }
    if (!err && seq) {
        *seq = gw_col_int(st, 1);
    }
    if (!err && body) {
        gw_buf_reset(body);
        err = gw_buf_add(body, gw_col_text(st, 3), (size_t)sqlite3_column_bytes(st, 3));
        if (err) {
            (void)gw_fail_set(fail, err, _("A row does not fit into memory."));
        }
    }
    sqlite_done(st);
    return err;
}

/* Rows in the order of their ids from one statement: id, path, seq, body. */
struct walk {
    struct sqlite_store *s;
    sqlite3_stmt *st;
    bool more;
};

static enum gw_err walk_step(struct walk *walk, struct gw_fail *fail)
{
    return gw_db_step(walk->s->db, walk->st, &walk->more, fail);
}

static enum gw_err walk_start(struct walk *walk, enum store_sql sql, enum gw_type type,
                              const char *after, const char *scope, struct gw_fail *fail)
{
    walk->st = gw_db_stmt(walk->s->db, sql);
    if (scope) {
        gw_bind_text(walk->st, ":scope", scope);
    }
    gw_bind_int(walk->st, ":type", type);
    gw_bind_text(walk->st, ":after", after);
    return walk_step(walk, fail);
}

static enum gw_err walk_give(const struct walk *walk, enum gw_type type, store_each_row each,
                             void *ctx)
{
    const struct store_row row = {
        .type = type,
        .id = gw_col_text(walk->st, 0),
        .path = gw_col_text(walk->st, 1),
        .seq = gw_col_int(walk->st, 2),
        .body = gw_col_text(walk->st, 3),
        .body_len = (size_t)sqlite3_column_bytes(walk->st, 3),
    };
    return each(ctx, &row);
}

/* Which of the two stands at the lower id; both, when it is the same row. */
static int walk_order(const struct walk *a, const struct walk *b)
{
    if (!a->more || !b->more) {
        return a->more ? -1 : 1;
    }
    return strcmp(gw_col_text(a->st, 0), gw_col_text(b->st, 0));
}

/* What the feed has, and what is too new for it; some of the former has left in the meantime. */
static enum gw_err walk_both(struct walk *old, struct walk *fresh, enum gw_type type,
                             const char *scope, int64_t limit, store_each_row each, void *ctx,
                             struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    for (int64_t given = 0; !err && (old->more || fresh->more) && (limit <= 0 || given < limit);) {
        int order = walk_order(old, fresh);
        const struct walk *low = order <= 0 ? old : fresh;
        if (scope[0] == '\0' || sqlite_is_level(scope, strlen(scope), gw_col_text(low->st, 1))) {
            err = walk_give(low, type, each, ctx);
            given++;
        }
        err = err || order > 0 ? err : walk_step(old, fail);
        err = err || order < 0 ? err : walk_step(fresh, fail);
    }
    return err;
}

static enum gw_err op_row_each(struct store *store, enum gw_type type, const char *scope,
                               const char *after, int64_t limit, store_each_row each, void *ctx,
                               struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    struct walk old = {.s = s};
    struct walk fresh = {.s = s};
    bool all = scope[0] == '\0';
    enum gw_err err = all ? walk_start(&old, SQL_ROW_EACH, type, after, NULL, fail)
                          : walk_start(&old, SQL_ROW_EACH_SCOPE, type, after, scope, fail);
    err = err ? err : walk_start(&fresh, SQL_FRESH_EACH, type, after, NULL, fail);
    err = err ? err : walk_both(&old, &fresh, type, scope, limit, each, ctx, fail);
    sqlite_done(old.st);
    sqlite_done(fresh.st);
    return err;
}

static enum gw_err op_device_by_serial(struct store *store, const char *serial,
                                       char id[GW_ID_MAX + 1], struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ROW_SERIAL);
    gw_bind_text(st, ":serial", serial);
    enum gw_err err = sqlite_first(s, st, fail);
    err = err ? err : sqlite_copy(id, GW_ID_MAX + 1, st, 0, fail);
    sqlite_done(st);
    return err;
}

static enum gw_err op_areas(struct store *store, int depth, int64_t *count,
                            char path[GW_PATH_MAX + 1], struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ROW_AREAS);
    gw_bind_int(st, ":type", TYPE_GRID);
    *count = 0;
    path[0] = '\0';
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        if (path_depth(gw_col_text(st, 0)) == (size_t)depth && (*count)++ == 0) {
            err = sqlite_copy(path, GW_PATH_MAX + 1, st, 0, fail);
        }
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

void sqlite_rows_ops(struct store_ops *ops)
{
    ops->row_put = op_row_put;
    ops->row_del = op_row_del;
    ops->row_get = op_row_get;
    ops->row_each = op_row_each;
    ops->device_by_serial = op_device_by_serial;
    ops->areas = op_areas;
}
