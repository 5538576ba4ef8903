/* SQLite driver: rows, the feed and its digest. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/store_sqlite_p.h"

static_assert(TYPE_DEVICE == 11, "the number stands in SQL_ROW_PUT");

/* ---- writing */

/* One row change on its way into the feed. */
struct change {
    struct sqlite_store *s;
    enum gw_type type;
    const char *id;
    int64_t seq;
    uint64_t was, is; /* its hash before and after; the absent side is 0 */
    struct gw_fail *fail;
};

static uint64_t line_hash(enum gw_type type, const char *id, int64_t seq)
{
    char text[256];
    int n = snprintf(text, sizeof text, "%s|%s|%" PRId64, entity_of(type)->name, id, seq);
    assert(n > 0 && n < (int)sizeof text);
    return gw_sha256_h64(text, (size_t)n);
}

static enum gw_err digest_add(const struct change *c, const char *scope, size_t len, int count,
                              uint64_t plus, uint64_t minus)
{
    const struct sqlite_sum sum = {
        .count = count,
        .hi = (int64_t)(plus >> 32) - (int64_t)(minus >> 32),
        .lo = (int64_t)(plus & 0xffffffffU) - (int64_t)(minus & 0xffffffffU),
    };
    return sqlite_digest_add(c->s, scope, len, (int)c->type, &sum, c->fail);
}

static enum gw_err feed_set(const struct change *c, const char *scope, size_t len, enum store_op op)
{
    sqlite3_stmt *st = gw_db_stmt(c->s->db, SQL_FEED_SET);
    gw_bind_textn(st, ":scope", scope, len);
    gw_bind_int(st, ":type", c->type);
    gw_bind_text(st, ":id", c->id);
    gw_bind_int(st, ":seq", c->seq);
    gw_bind_int(st, ":op", op);
    return gw_db_run(c->s->db, st, c->fail);
}

static bool is_level(const char *scope, size_t len, const char *path)
{
    return path && strncmp(scope, path, len) == 0 && (path[len] == '\0' || path[len] == '.');
}

/* The levels of `path` that `other` does not have (or that it has too, when common is true). */
static enum gw_err feed_levels(const struct change *c, const char *path, const char *other,
                               enum store_op gone, bool leaving)
{
    size_t lens[GW_PATH_LEVELS];
    size_t n = path_levels(path, lens);
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < n && !err; i++) {
        bool common = is_level(path, lens[i], other);
        if (leaving && common) {
            continue;
        }
        err = feed_set(c, path, lens[i], leaving ? gone : STORE_PUT);
        if (!err) {
            err = digest_add(c, path, lens[i],
                             leaving  ? -1
                             : common ? 0
                                      : 1,
                             leaving ? 0 : c->is, leaving || common ? c->was : 0);
        }
    }
    return err;
}

/* Path and hash of the row as it is; GW_ABSENT when there is none. */
static enum gw_err row_before(struct change *c, char path[GW_PATH_MAX + 1])
{
    sqlite3_stmt *st = gw_db_stmt(c->s->db, SQL_ROW_WHERE);
    gw_bind_int(st, ":type", c->type);
    gw_bind_text(st, ":id", c->id);
    enum gw_err err = sqlite_first(c->s, st, c->fail);
    if (!err) {
        err = sqlite_copy(path, GW_PATH_MAX + 1, st, 0, c->fail);
        c->was = line_hash(c->type, c->id, gw_col_int(st, 1));
    }
    sqlite_done(st);
    return err;
}

static enum gw_err write_row(const struct change *c, const char *path, const char *body,
                             size_t body_len)
{
    sqlite3_stmt *st = gw_db_stmt(c->s->db, SQL_ROW_PUT);
    gw_bind_int(st, ":type", c->type);
    gw_bind_text(st, ":id", c->id);
    gw_bind_text(st, ":path", path);
    gw_bind_int(st, ":seq", c->seq);
    gw_bind_textn(st, ":body", body, body_len);
    return gw_db_run(c->s->db, st, c->fail);
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
    struct change c = {.s = sqlite_of(store), .type = type, .id = id, .fail = fail};
    char old[GW_PATH_MAX + 1];
    enum gw_err err = check_row(id, path, body_len, fail);
    if (err) {
        return err;
    }
    assert(gw_db_in_txn(c.s->db));
    err = row_before(&c, old);
    bool fresh = err == GW_ABSENT;
    if (err && !fresh) {
        return err;
    }
    c.seq = ++c.s->seq;
    c.is = line_hash(type, id, c.seq);
    err = fresh ? GW_OK : feed_levels(&c, old, path, STORE_OUT, true);
    err = err ? err : feed_levels(&c, path, fresh ? NULL : old, STORE_OUT, false);
    err = err ? err : write_row(&c, path, body, body_len);
    if (!err && seq) {
        *seq = c.seq;
    }
    return err;
}

static enum gw_err op_row_del(struct store *store, enum gw_type type, const char *id, int64_t *seq,
                              struct gw_fail *fail)
{
    struct change c = {.s = sqlite_of(store), .type = type, .id = id, .fail = fail};
    char old[GW_PATH_MAX + 1];
    assert(gw_db_in_txn(c.s->db));
    enum gw_err err = row_before(&c, old);
    if (err) {
        return err;
    }
    c.seq = ++c.s->seq;
    err = feed_levels(&c, old, NULL, STORE_DEL, true);
    if (!err) {
        sqlite3_stmt *st = gw_db_stmt(c.s->db, SQL_ROW_DEL);
        gw_bind_int(st, ":type", type);
        gw_bind_text(st, ":id", id);
        err = gw_db_run(c.s->db, st, fail);
    }
    if (!err && seq) {
        *seq = c.seq;
    }
    return err;
}

/* ---- reading */

static enum gw_err op_row_get(struct store *store, enum gw_type type, const char *id,
                              struct gw_buf *body, char path[GW_PATH_MAX + 1], int64_t *seq,
                              struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ROW_GET);
    gw_bind_int(st, ":type", type);
    gw_bind_text(st, ":id", id);
    enum gw_err err = sqlite_first(s, st, fail);
    if (!err && path) {
        err = sqlite_copy(path, GW_PATH_MAX + 1, st, 0, fail);
    }
    if (!err && seq) {
        *seq = gw_col_int(st, 1);
    }
    if (!err && body) {
        gw_buf_reset(body);
        err = gw_buf_add(body, gw_col_text(st, 2), (size_t)sqlite3_column_bytes(st, 2));
        if (err) {
            (void)gw_fail_set(fail, err, _("A row does not fit into memory."));
        }
    }
    sqlite_done(st);
    return err;
}

static enum gw_err op_row_each(struct store *store, enum gw_type type, const char *scope,
                               const char *after, int64_t limit, store_each_row each, void *ctx,
                               struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    bool all = scope[0] == '\0';
    sqlite3_stmt *st = gw_db_stmt(s->db, all ? SQL_ROW_EACH : SQL_ROW_EACH_SCOPE);
    if (!all) {
        gw_bind_text(st, ":scope", scope);
    }
    gw_bind_int(st, ":type", type);
    gw_bind_text(st, ":after", after);
    gw_bind_int(st, ":limit", limit > 0 ? limit : -1);
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        struct store_row row = {
            .type = type,
            .id = gw_col_text(st, 0),
            .path = gw_col_text(st, 1),
            .seq = gw_col_int(st, 2),
            .body = gw_col_text(st, 3),
            .body_len = (size_t)sqlite3_column_bytes(st, 3),
        };
        err = each(ctx, &row);
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
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

/* ---- the feed: what each scope has, merged */

struct line {
    int64_t seq;
    enum store_op op;
    enum gw_type type;
    char id[GW_ID_MAX + 1];
};
struct page {
    struct line *lines; /* owned */
    size_t n, cap;
    int64_t complete; /* every scope is complete up to this seq */
};

static enum gw_err page_add(struct page *page, sqlite3_stmt *st, struct gw_fail *fail)
{
    if (page->n == page->cap) {
        size_t cap = page->cap ? 2 * page->cap : 64;
        struct line *lines = realloc(page->lines, cap * sizeof *lines);
        if (!lines) {
            return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory for a page."));
        }
        page->lines = lines;
        page->cap = cap;
    }
    struct line *line = &page->lines[page->n];
    line->type = (enum gw_type)gw_col_int(st, 0);
    line->seq = gw_col_int(st, 2);
    line->op = (enum store_op)gw_col_int(st, 3);
    enum gw_err err = sqlite_copy(line->id, sizeof line->id, st, 1, fail);
    page->n += err ? 0 : 1;
    return err;
}

struct window {
    uint32_t types;
    int64_t since, limit;
};

static enum gw_err page_scope(struct sqlite_store *s, struct page *page, const char *scope,
                              const struct window *w, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_FEED_READ);
    gw_bind_text(st, ":scope", scope);
    gw_bind_int(st, ":since", w->since);
    gw_bind_int(st, ":types", w->types);
    gw_bind_int(st, ":limit", w->limit + 1);
    int64_t got = 0;
    int64_t last = 0;
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        err = page_add(page, st, fail);
        last = gw_col_int(st, 2);
        got++;
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    if (got > w->limit && last < page->complete) {
        page->complete = last; /* within a scope a seq is one line: this one is whole */
    }
    return err;
}

static int line_order(const void *a, const void *b)
{
    const struct line *x = a;
    const struct line *y = b;
    if (x->seq != y->seq) {
        return x->seq < y->seq ? -1 : 1;
    }
    int px = x->op == STORE_PUT;
    int py = y->op == STORE_PUT;
    return px - py;
}

static enum gw_err give_line(struct sqlite_store *s, const struct line *line,
                             store_each_change each, void *ctx, struct gw_fail *fail)
{
    struct store_change change = {
        .op = line->op,
        .row = {.type = line->type, .id = line->id, .seq = line->seq},
    };
    if (line->op != STORE_PUT) {
        return each(ctx, &change);
    }
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ROW_GET);
    gw_bind_int(st, ":type", line->type);
    gw_bind_text(st, ":id", line->id);
    enum gw_err err = sqlite_first(s, st, fail);
    if (!err) {
        change.row.path = gw_col_text(st, 0);
        change.row.body = gw_col_text(st, 2);
        change.row.body_len = (size_t)sqlite3_column_bytes(st, 2);
        err = each(ctx, &change);
    }
    sqlite_done(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static bool same_line(const struct line *a, const struct line *b)
{
    return a->seq == b->seq && a->op == b->op; /* one seq is one record */
}

static enum gw_err give_page(struct sqlite_store *s, const struct page *page, int64_t limit,
                             store_each_change each, void *ctx, int64_t *last, bool *more,
                             struct gw_fail *fail)
{
    int64_t given = 0;
    for (size_t i = 0; i < page->n; i++) {
        const struct line *line = &page->lines[i];
        if (i > 0 && same_line(line, line - 1)) {
            continue;
        }
        bool group = i > 0 && line->seq == line[-1].seq;
        if (line->seq > page->complete || (given >= limit && !group)) {
            *more = true;
            return GW_OK;
        }
        enum gw_err err = give_line(s, line, each, ctx, fail);
        if (err == GW_TOO_LARGE && given > 0) {
            *more = true;
            return GW_OK;
        }
        if (err) {
            return err;
        }
        given++;
        *last = line->seq;
    }
    return GW_OK;
}

static enum gw_err op_feed(struct store *store, const struct store_grant *scopes, size_t scopes_n,
                           uint32_t types, int64_t since, int64_t limit, store_each_change each,
                           void *ctx, int64_t *last, bool *more, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    struct page page = {.complete = INT64_MAX};
    struct window window = {types, since, limit};
    enum gw_err err = GW_OK;
    *last = since;
    *more = false;
    for (size_t i = 0; i < scopes_n && !err; i++) {
        err = page_scope(s, &page, scopes[i].path, &window, fail);
    }
    if (!err && page.n > 0) {
        qsort(page.lines, page.n, sizeof *page.lines, line_order);
        err = give_page(s, &page, limit, each, ctx, last, more, fail);
    }
    free(page.lines);
    return err;
}

/* ---- the horizon */

enum { MARK_EVERY_MS = 60 * 1000 };

static enum gw_err op_mark_time(struct store *store, int64_t now, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_TIME_LAST);
    enum gw_err err = sqlite_first(s, st, fail);
    bool fresh =
        err == GW_OK && (gw_col_int(st, 0) >= s->seq || now - gw_col_int(st, 1) < MARK_EVERY_MS);
    sqlite_done(st);
    if (fresh || (err && err != GW_ABSENT)) {
        return err;
    }
    st = gw_db_stmt(s->db, SQL_TIME_ADD);
    gw_bind_int(st, ":seq", s->seq);
    gw_bind_int(st, ":now", now);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err run_with_seq(struct sqlite_store *s, enum store_sql sql, int64_t seq,
                                struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, sql);
    gw_bind_int(st, ":seq", seq);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err op_prune(struct store *store, int64_t before, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_TIME_CUT);
    gw_bind_int(st, ":before", before);
    enum gw_err err = sqlite_first(s, st, fail);
    int64_t cut = err ? 0 : gw_col_int(st, 0);
    sqlite_done(st);
    if (err || cut == 0) {
        return err;
    }
    err = run_with_seq(s, SQL_FEED_PRUNE, cut, fail);
    err = err ? err : run_with_seq(s, SQL_META_HORIZON, cut, fail);
    return err ? err : run_with_seq(s, SQL_TIME_DROP, cut, fail);
}

void sqlite_rows_ops(struct store_ops *ops)
{
    ops->row_put = op_row_put;
    ops->row_del = op_row_del;
    ops->row_get = op_row_get;
    ops->row_each = op_row_each;
    ops->device_by_serial = op_device_by_serial;
    ops->areas = op_areas;
    ops->feed = op_feed;
    ops->digest = sqlite_digest_get;
    ops->mark_time = op_mark_time;
    ops->prune = op_prune;
}
