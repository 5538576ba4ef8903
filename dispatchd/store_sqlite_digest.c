/* SQLite driver: the digest sums. The table has those of what is folded; those of the lines of
 * fresh are kept in memory, grow with them, and are made anew when lines have gone. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/store_sqlite_p.h"

/* 64-bit sums in two halves, as in the table. */
struct delta {
    char scope[GW_PATH_MAX + 1];
    int type;
    int64_t count, hi, lo;
};

static uint64_t const seed = 0x9e3779b97f4a7c15U; /* keys are paths that were checked */

void sqlite_digest_map(struct map *sums)
{
    map_init(sums, sizeof(struct delta), seed);
}

void sqlite_digest_open(struct sqlite_store *s)
{
    sqlite_digest_map(&s->sums);
}

void sqlite_digest_forget(struct sqlite_store *s)
{
    map_free(&s->sums);
    s->sums_from = s->sums_to = 0;
}

static struct delta *find(struct map *map, const char *scope, size_t len, int type, bool make)
{
    char key[GW_PATH_MAX + 8];
    (void)snprintf(key, sizeof key, "%c%.*s", 'a' + type, (int)len, scope); /* paths fit */
    struct delta *delta = make ? map_make(map, key) : map_get(map, key);
    if (delta && delta->scope[0] == '\0') {
        (void)snprintf(delta->scope, sizeof delta->scope, "%.*s", (int)len, scope);
        delta->type = type;
    }
    return delta;
}

static uint64_t line_hash(enum gw_type type, const char *id, int64_t seq)
{
    char text[256];
    int n = snprintf(text, sizeof text, "%s|%s|%" PRId64, entity_of(type)->name, id, seq);
    assert(n > 0 && n < (int)sizeof text);
    return gw_sha256_h64(text, (size_t)n);
}

/* Adds a row to every level of the path, or takes it away. */
static enum gw_err add_levels(struct map *sums, const char *path, enum gw_type type, int sign,
                              uint64_t hash)
{
    size_t lens[GW_PATH_LEVELS];
    size_t n = path_levels(path, lens);
    for (size_t i = 0; i < n; i++) {
        struct delta *delta = find(sums, path, lens[i], (int)type, true);
        if (!delta) {
            return GW_NOMEM;
        }
        delta->count += sign;
        delta->hi += sign * (int64_t)(hash >> 32);
        delta->lo += sign * (int64_t)(hash & 0xffffffffU);
    }
    return GW_OK;
}

enum gw_err sqlite_digest_line(struct map *sums, const struct sqlite_line *line,
                               struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    if (line->was_path) {
        err = add_levels(sums, line->was_path, line->type, -1,
                         line_hash(line->type, line->id, line->was_seq));
    }
    if (!err && line->path) {
        err =
            add_levels(sums, line->path, line->type, 1, line_hash(line->type, line->id, line->seq));
    }
    return err ? gw_fail_set(fail, err, _("There is not enough memory for a digest.")) : GW_OK;
}

/* ---- the table */

struct pass {
    struct sqlite_store *s;
    struct gw_fail *fail;
    enum gw_err err;
};

static bool write_one(void *ctx, void *value)
{
    struct pass *pass = ctx;
    const struct delta *delta = value;
    sqlite3_stmt *st = gw_db_stmt(pass->s->db, SQL_DIGEST_ADD);
    gw_bind_text(st, ":scope", delta->scope);
    gw_bind_int(st, ":type", delta->type);
    gw_bind_int(st, ":count", delta->count);
    gw_bind_int(st, ":hi", delta->hi);
    gw_bind_int(st, ":lo", delta->lo);
    pass->err = gw_db_run(pass->s->db, st, pass->fail);
    return pass->err == GW_OK;
}

enum gw_err sqlite_digest_write(struct sqlite_store *s, const struct map *sums,
                                struct gw_fail *fail)
{
    struct pass pass = {s, fail, GW_OK};
    map_each(sums, write_one, &pass);
    return pass.err;
}

/* ---- reading */

static enum gw_err add_fresh(struct sqlite_store *s, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_FRESH_NEW);
    gw_bind_int(st, ":since", s->sums_to);
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        struct sqlite_line line;
        sqlite_fresh_line(st, &line);
        err = sqlite_digest_line(&s->sums, &line, fail);
        s->sums_to = line.seq;
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

/* Brings the sums in memory to the newest line. */
static enum gw_err catch_up(struct sqlite_store *s, struct gw_fail *fail)
{
    int64_t first = 0;
    enum gw_err err = sqlite_fresh_end(s, true, &first, fail);
    if (err || first != s->sums_from) {
        sqlite_digest_forget(s);
        s->sums_from = first;
        s->sums_to = first > 0 ? first - 1 : 0;
    }
    err = err || first == 0 ? err : add_fresh(s, fail);
    if (err) {
        sqlite_digest_forget(s);
    }
    return err;
}

enum gw_err sqlite_digest_get(struct store *store, const char *scope, enum gw_type type,
                              struct store_digest *out, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    struct delta sum = {.count = 0};
    enum gw_err err = catch_up(s, fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_DIGEST_GET);
    gw_bind_text(st, ":scope", scope);
    gw_bind_int(st, ":type", type);
    err = sqlite_first(s, st, fail);
    if (!err) {
        sum = (struct delta){
            .count = gw_col_int(st, 0), .hi = gw_col_int(st, 1), .lo = gw_col_int(st, 2)};
    }
    sqlite_done(st);
    const struct delta *fresh = find(&s->sums, scope, strlen(scope), (int)type, false);
    if (fresh) {
        sum.count += fresh->count;
        sum.hi += fresh->hi;
        sum.lo += fresh->lo;
    }
    out->count = sum.count;
    out->sum = ((uint64_t)sum.hi << 32) + (uint64_t)sum.lo;
    return err == GW_ABSENT ? GW_OK : err;
}
