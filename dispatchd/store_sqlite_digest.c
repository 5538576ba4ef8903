/* SQLite driver: the digest sums. A transaction gathers its changes per scope and type in memory
 * and writes each sum once, at commit: a turn that takes in a hundred alarms of one street touches
 * a sum of that street once, not six hundred times. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/store_sqlite_p.h"

struct delta {
    char scope[GW_PATH_MAX + 1];
    int type;
    int64_t count, hi, lo;
};

static uint64_t const seed = 0x9e3779b97f4a7c15U; /* keys are paths that were checked */

void sqlite_digest_open(struct sqlite_store *s)
{
    map_init(&s->sums, sizeof(struct delta), seed);
    map_init(&s->step_sums, sizeof(struct delta), seed);
}

void sqlite_digest_clear(struct sqlite_store *s)
{
    map_free(&s->sums);
    map_free(&s->step_sums);
}

void sqlite_digest_undo(struct sqlite_store *s)
{
    map_free(&s->step_sums);
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

enum gw_err sqlite_digest_add(struct sqlite_store *s, const char *scope, size_t len, int type,
                              const struct sqlite_sum *change, struct gw_fail *fail)
{
    struct delta *delta = find(s->in_step ? &s->step_sums : &s->sums, scope, len, type, true);
    if (!delta) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory for a digest."));
    }
    delta->count += change->count;
    delta->hi += change->hi;
    delta->lo += change->lo;
    return GW_OK;
}

struct pass {
    struct sqlite_store *s;
    struct gw_fail *fail;
    enum gw_err err;
};

static bool merge_one(void *ctx, void *value)
{
    struct pass *pass = ctx;
    const struct delta *delta = value;
    struct sqlite_sum change = {delta->count, delta->hi, delta->lo};
    pass->err = sqlite_digest_add(pass->s, delta->scope, strlen(delta->scope), delta->type, &change,
                                  pass->fail);
    return pass->err == GW_OK;
}

enum gw_err sqlite_digest_keep(struct sqlite_store *s, struct gw_fail *fail)
{
    struct pass pass = {s, fail, GW_OK};
    s->in_step = false;
    map_each(&s->step_sums, merge_one, &pass);
    map_free(&s->step_sums);
    return pass.err;
}

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

enum gw_err sqlite_digest_write(struct sqlite_store *s, struct gw_fail *fail)
{
    struct pass pass = {s, fail, GW_OK};
    map_each(&s->sums, write_one, &pass);
    sqlite_digest_clear(s);
    return pass.err;
}

static void include(struct map *map, const char *scope, int type, struct sqlite_sum *sum)
{
    const struct delta *delta = find(map, scope, strlen(scope), type, false);
    if (delta) {
        sum->count += delta->count;
        sum->hi += delta->hi;
        sum->lo += delta->lo;
    }
}

enum gw_err sqlite_digest_get(struct store *store, const char *scope, enum gw_type type,
                              struct store_digest *out, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    struct sqlite_sum sum = {0, 0, 0};
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_DIGEST_GET);
    gw_bind_text(st, ":scope", scope);
    gw_bind_int(st, ":type", type);
    enum gw_err err = sqlite_first(s, st, fail);
    if (!err) {
        sum = (struct sqlite_sum){gw_col_int(st, 0), gw_col_int(st, 1), gw_col_int(st, 2)};
    }
    sqlite_done(st);
    include(&s->sums, scope, (int)type, &sum);
    include(&s->step_sums, scope, (int)type, &sum);
    out->count = sum.count;
    out->sum = ((uint64_t)sum.hi << 32) + (uint64_t)sum.lo;
    return err == GW_ABSENT ? GW_OK : err;
}
