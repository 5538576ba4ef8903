/* SQLite driver: the newest changes, and their way into feed and digest. A line of the feed lies in
 * two trees for each level of a path: folded one by one, an alarm would change some fifty pages
 * more before its source is answered. */
#include <assert.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/store_sqlite_p.h"

enum {
    FRESH_MAX = 8192, /* lines that reads must look at besides the feed */
    LOOK_EVERY = 32,
    STEP = 128, /* lines folded in one go: some milliseconds */
    WORTH = 64, /* fewer lines wait for company */
};

enum gw_err sqlite_fresh_end(struct sqlite_store *s, bool first, int64_t *seq, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, first ? SQL_FRESH_FIRST : SQL_FRESH_LAST);
    enum gw_err err = sqlite_first(s, st, fail);
    *seq = err ? 0 : gw_col_int(st, 0); /* NULL reads as 0 */
    sqlite_done(st);
    return err;
}

void sqlite_fresh_line(sqlite3_stmt *st, struct sqlite_line *out)
{
    *out = (struct sqlite_line){
        .seq = gw_col_int(st, 0),
        .type = (enum gw_type)gw_col_int(st, 1),
        .id = gw_col_text(st, 2),
        .path = gw_col_text(st, 3),
        .was_path = gw_col_text(st, 4),
        .was_seq = gw_col_int(st, 5),
        .body = gw_col_text(st, 6),
        .body_len = (size_t)sqlite3_column_bytes(st, 6),
    };
    if (!out->was_path && out->was_seq > 0) {
        out->was_path = out->path; /* it stayed where it was */
    }
}

/* ---- writing */

static enum gw_err insert(struct sqlite_store *s, const struct sqlite_line *line, bool with_body,
                          struct gw_fail *fail)
{
    bool stays = line->path && line->was_path && strcmp(line->path, line->was_path) == 0;
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_FRESH_PUT);
    gw_bind_int(st, ":seq", line->seq);
    gw_bind_int(st, ":type", line->type);
    gw_bind_text(st, ":id", line->id);
    gw_bind_text(st, ":path", line->path);
    gw_bind_text(st, ":was_path", stays ? NULL : line->was_path);
    gw_bind_int(st, ":was_seq", line->was_seq);
    gw_bind_textn(st, ":body", with_body ? line->body : NULL, with_body ? line->body_len : 0);
    return gw_db_run(s->db, st, fail);
}

enum gw_err sqlite_fresh_put(struct sqlite_store *s, const struct sqlite_line *line, bool with_body,
                             struct gw_fail *fail)
{
    int64_t first = 0;
    enum gw_err err = insert(s, line, with_body, fail);
    if (err || ++s->puts % LOOK_EVERY != 0) {
        return err;
    }
    err = sqlite_fresh_end(s, true, &first, fail);
    return err || line->seq - first < FRESH_MAX ? err : sqlite_fresh_fold(s, STEP, fail);
}

/* ---- folding */

static enum gw_err feed_set(struct sqlite_store *s, const struct sqlite_line *line,
                            const char *scope, size_t len, enum store_op op, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_FEED_SET);
    gw_bind_textn(st, ":scope", scope, len);
    gw_bind_int(st, ":type", line->type);
    gw_bind_text(st, ":id", line->id);
    gw_bind_int(st, ":seq", line->seq);
    gw_bind_int(st, ":op", op);
    return gw_db_run(s->db, st, fail);
}

/* Out in the levels that the row has left, put in those where it is now. */
static enum gw_err feed_levels(struct sqlite_store *s, const struct sqlite_line *line,
                               struct gw_fail *fail)
{
    size_t lens[GW_PATH_LEVELS];
    enum gw_err err = GW_OK;
    size_t n = line->was_path ? path_levels(line->was_path, lens) : 0;
    for (size_t i = 0; i < n && !err; i++) {
        if (!sqlite_is_level(line->was_path, lens[i], line->path)) {
            err = feed_set(s, line, line->was_path, lens[i], line->path ? STORE_OUT : STORE_DEL,
                           fail);
        }
    }
    n = line->path ? path_levels(line->path, lens) : 0;
    for (size_t i = 0; i < n && !err; i++) {
        err = feed_set(s, line, line->path, lens[i], STORE_PUT, fail);
    }
    return err;
}

static enum gw_err fold_lines(struct sqlite_store *s, int64_t limit, struct map *sums,
                              int64_t *last, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_FRESH_FOLD);
    gw_bind_int(st, ":limit", limit);
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        struct sqlite_line line;
        sqlite_fresh_line(st, &line);
        *last = line.seq;
        err = line.body ? sqlite_row_add(s, &line, fail) : GW_OK;
        err = err ? err : feed_levels(s, &line, fail);
        err = err ? err : sqlite_digest_line(sums, &line, fail);
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

static enum gw_err run_with_seq(struct sqlite_store *s, enum store_sql sql, int64_t seq,
                                struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, sql);
    gw_bind_int(st, ":seq", seq);
    return gw_db_run(s->db, st, fail);
}

enum gw_err sqlite_fresh_fold(struct sqlite_store *s, int64_t limit, struct gw_fail *fail)
{
    struct map sums;
    int64_t last = 0;
    assert(gw_db_in_txn(s->db));
    sqlite_digest_map(&sums);
    enum gw_err err = fold_lines(s, limit, &sums, &last, fail);
    if (!err && last > 0) {
        err = sqlite_digest_write(s, &sums, fail);
        err = err ? err : run_with_seq(s, SQL_FRESH_DROP, last, fail);
        err = err ? err : run_with_seq(s, SQL_META_SEQ, s->seq, fail);
        sqlite_digest_forget(s);
    }
    map_free(&sums);
    return err;
}

/* A power cut may take it back: nothing is lost with it. */
static enum gw_err fold_alone(struct sqlite_store *s, struct gw_fail *fail)
{
    if (!gw_db_free(s->db)) {
        return GW_AGAIN; /* an import, say: answers must not wait for folding */
    }
    enum gw_err err = sqlite_begin(s, GW_DURABLE_NORMAL, "fold", fail);
    if (err) {
        return err;
    }
    err = sqlite_fresh_fold(s, STEP, fail);
    if (err) {
        gw_db_rollback(s->db);
        return err;
    }
    return gw_db_commit(s->db, fail);
}

bool sqlite_fresh_rest(struct sqlite_store *s)
{
    int64_t first = 0;
    int64_t last = 0;
    enum gw_err err = sqlite_fresh_end(s, true, &first, NULL);
    err = err ? err : sqlite_fresh_end(s, false, &last, NULL);
    if (err || first == 0 || last - first < WORTH) {
        return false;
    }
    err = fold_alone(s, NULL); /* another time, when it does not work now */
    return !err && last - first >= STEP + WORTH;
}
