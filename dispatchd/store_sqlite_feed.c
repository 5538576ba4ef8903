/* SQLite driver: the feed, as if every change stood in it; and the horizon. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/store_sqlite_p.h"

bool sqlite_is_level(const char *scope, size_t len, const char *path)
{
    return path && strncmp(scope, path, len) == 0 && (path[len] == '\0' || path[len] == '.');
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

static enum gw_err page_room(struct page *page, struct gw_fail *fail)
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
    return GW_OK;
}

static enum gw_err page_add(struct page *page, sqlite3_stmt *st, struct gw_fail *fail)
{
    enum gw_err err = page_room(page, fail);
    if (err) {
        return err;
    }
    struct line *line = &page->lines[page->n];
    line->type = (enum gw_type)gw_col_int(st, 0);
    line->seq = gw_col_int(st, 2);
    line->op = (enum store_op)gw_col_int(st, 3);
    err = sqlite_copy(line->id, sizeof line->id, st, 1, fail);
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

/* What a change is to a scope: false = nothing. */
static bool op_in(const struct sqlite_line *line, const char *scope, enum store_op *op)
{
    size_t len = strlen(scope);
    if (sqlite_is_level(scope, len, line->path)) {
        *op = STORE_PUT;
        return true;
    }
    *op = line->path ? STORE_OUT : STORE_DEL;
    return sqlite_is_level(scope, len, line->was_path);
}

/* A row that left a scope and is in it again: its newer line says all. */
static enum gw_err came_back(struct sqlite_store *s, const struct sqlite_line *line,
                             const char *scope, bool *back, struct gw_fail *fail)
{
    sqlite3_stmt *st = NULL;
    enum gw_err err = sqlite_row_find(s, line->type, line->id, false, &st, fail);
    *back = !err && sqlite_is_level(scope, strlen(scope), gw_col_text(st, 0));
    sqlite_done(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err page_fresh_line(struct sqlite_store *s, struct page *page,
                                   const struct sqlite_line *fresh, const char *scope,
                                   struct gw_fail *fail)
{
    enum store_op op = STORE_PUT;
    bool back = false;
    if (!op_in(fresh, scope, &op)) {
        return GW_OK;
    }
    enum gw_err err = op == STORE_PUT ? GW_OK : came_back(s, fresh, scope, &back, fail);
    err = err || back ? err : page_room(page, fail);
    if (err || back) {
        return err;
    }
    struct line *line = &page->lines[page->n++];
    *line = (struct line){.seq = fresh->seq, .op = op, .type = fresh->type};
    memcpy(line->id, fresh->id, strnlen(fresh->id, GW_ID_MAX)); /* the rest is zero */
    return GW_OK;
}

/* All scopes at once: what the feed does not hold yet is newer than what it holds. */
static enum gw_err page_fresh(struct sqlite_store *s, struct page *page,
                              const struct store_grant *scopes, size_t scopes_n,
                              const struct window *w, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_FRESH_READ);
    gw_bind_int(st, ":since", w->since);
    gw_bind_int(st, ":types", w->types);
    int64_t got = 0;
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more && got <= w->limit) {
        struct sqlite_line fresh;
        size_t before = page->n;
        sqlite_fresh_line(st, &fresh);
        for (size_t i = 0; i < scopes_n && !err; i++) {
            err = page_fresh_line(s, page, &fresh, scopes[i].path, fail);
        }
        got += page->n > before;
        if (got > w->limit && fresh.seq < page->complete) {
            page->complete = fresh.seq;
        }
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
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

/* *given stays false when the row has a newer line. */
static enum gw_err give_line(struct sqlite_store *s, const struct line *line,
                             store_each_change each, void *ctx, bool *given, struct gw_fail *fail)
{
    struct store_change change = {
        .op = line->op,
        .row = {.type = line->type, .id = line->id, .seq = line->seq},
    };
    if (line->op != STORE_PUT) {
        *given = true;
        return each(ctx, &change);
    }
    const struct sqlite_recent *recent = sqlite_recent_get(s, line->seq);
    if (recent) {
        *given = true;
        change.row.path = recent->path;
        change.row.body = gw_buf_str(&recent->body);
        change.row.body_len = recent->body.len;
        return each(ctx, &change);
    }
    sqlite3_stmt *st = NULL;
    enum gw_err err = sqlite_row_find(s, line->type, line->id, true, &st, fail);
    if (!err && gw_col_int(st, 1) == line->seq) {
        *given = true;
        change.row.path = gw_col_text(st, 0);
        change.row.body = gw_col_text(st, 3);
        change.row.body_len = (size_t)sqlite3_column_bytes(st, 3);
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
        bool taken = false;
        enum gw_err err = give_line(s, line, each, ctx, &taken, fail);
        if (err == GW_TOO_LARGE && given > 0) {
            *more = true;
            return GW_OK;
        }
        if (err) {
            return err;
        }
        given += taken;
        *last = line->seq;
    }
    *more = page->complete != INT64_MAX; /* some of what was read had newer lines */
    return GW_OK;
}

static enum gw_err op_feed(struct store *store, const struct store_grant *scopes, size_t scopes_n,
                           uint32_t types, int64_t since, int64_t limit, store_each_change each,
                           void *ctx, int64_t *last, bool *more, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    struct page page = {.complete = INT64_MAX};
    struct window window = {types, since, limit};
    int64_t fresh = 0;
    *last = since;
    *more = false;
    sqlite_recent_check(s);
    enum gw_err err = sqlite_fresh_end(s, true, &fresh, fail);
    for (size_t i = 0; i < scopes_n && !err && (fresh == 0 || since + 1 < fresh); i++) {
        err = page_scope(s, &page, scopes[i].path, &window, fail);
    }
    if (!err && fresh > 0 && page.complete == INT64_MAX) {
        err = page_fresh(s, &page, scopes, scopes_n, &window, fail);
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
    err = sqlite_fresh_fold(s, INT64_MAX, fail);
    err = err ? err : run_with_seq(s, SQL_FEED_PRUNE, cut, fail);
    err = err ? err : run_with_seq(s, SQL_META_HORIZON, cut, fail);
    return err ? err : run_with_seq(s, SQL_TIME_DROP, cut, fail);
}

void sqlite_feed_ops(struct store_ops *ops)
{
    ops->feed = op_feed;
    ops->digest = sqlite_digest_get;
    ops->mark_time = op_mark_time;
    ops->prune = op_prune;
}
