#include "offline-db/sql_p.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/sqlkit.h"
#include "offline-db/process_sql_p.h"
#include "offline-db/screens_sql_p.h"

static const char *const texts[] = {
#define X(name, text) text,
    ODB_SQL_TABLE
#undef X
};

static const char *const screen_texts[] = {
#define X(name, text) text,
    SCREEN_SQL_TABLE
#undef X
};

static const char *const process_texts[] = {
#define X(name, text) text,
    PROCESS_SQL_TABLE
#undef X
};

enum { SQL_N = SQL_STATIC_N + TYPE_N * M_N + SCREEN_SQL_N + PROCESS_SQL_N, SQL_TEXT_MAX = 8192 };

size_t mirror_sql(enum gw_type type, enum odb_mirror_sql which)
{
    return SQL_STATIC_N + (size_t)type * M_N + which;
}

size_t screen_sql(size_t which)
{
    return SQL_STATIC_N + (size_t)TYPE_N * M_N + which;
}

size_t process_sql(size_t which)
{
    return screen_sql(SCREEN_SQL_N) + which;
}

/* before, the name of each field, and where `again` is given that and the name once more; quoted.
 */
static enum gw_err each_field(struct gw_buf *out, const struct gw_entity *entity,
                              const char *before, const char *again)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; !err && i < entity->n; i++) {
        const char *name = entity->fields[i].key;
        const char *const parts[] = {before, name, "\"", again, again ? name : NULL, "\""};
        for (size_t k = 0; !err && k < (again ? 6 : 3); k++) {
            err = gw_buf_adds(out, parts[k]);
        }
    }
    return err;
}

/* A newer local row stays (R1); a row of the same seq is written again, so that a snapshot heals a
 * row that was altered by hand. */
static enum gw_err put_text(struct gw_buf *out, const struct gw_entity *entity)
{
    bool rev = entity->type == TYPE_ALARM;
    size_t params = (size_t)put_first_field(entity->type) + entity->n;
    enum gw_err err =
        gw_buf_addf(out, "INSERT INTO %s (id, seq, path, mark%s", entity->name, rev ? ", rev" : "");
    err = err ? err : each_field(out, entity, ", \"", NULL);
    err = err ? err : gw_buf_adds(out, ", extra) VALUES (?1");
    for (size_t i = 2; !err && i <= params; i++) {
        err = gw_buf_addf(out, ", ?%zu", i);
    }
    err = err ? err
              : gw_buf_addf(out,
                            ") ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, path = "
                            "excluded.path, mark = excluded.mark, extra = excluded.extra%s",
                            rev ? ", rev = excluded.rev" : "");
    err = err ? err : each_field(out, entity, ", \"", " = excluded.\"");
    return err ? err : gw_buf_addf(out, " WHERE excluded.seq >= %s.seq", entity->name);
}

static enum gw_err row_text(struct gw_buf *out, const struct gw_entity *entity)
{
    enum gw_err err = gw_buf_adds(out, "SELECT seq, path");
    err = err ? err : each_field(out, entity, ", \"", NULL);
    return err ? err : gw_buf_addf(out, ", extra FROM %s WHERE id = ?1", entity->name);
}

/* A snapshot of a scope holds what flows down into it, too. */
static const char *or_above(const struct gw_entity *entity)
{
    return entity_flows_down(entity->type) ? " OR " IN_SCOPE("?1", "path") : "";
}

static enum gw_err mirror_text(struct gw_buf *out, const struct gw_entity *entity,
                               enum odb_mirror_sql which)
{
    const char *t = entity->name;
    switch (which) {
    case M_PUT:
        return put_text(out, entity);
    case M_ROW:
        return row_text(out, entity);
    case M_MARK:
        return gw_buf_addf(out, "UPDATE %s SET mark = ?2 WHERE id = ?1", t);
    case M_REMOVE:
        return gw_buf_addf(out, "DELETE FROM %s WHERE id = ?1 AND seq < ?2", t);
    case M_UNCOVERED:
        return gw_buf_addf(
            out,
            "DELETE FROM %s AS t WHERE NOT EXISTS (SELECT 1 FROM scope s WHERE " IN_SCOPE(
                "t.path", "s.path") "%s)",
            t, entity_flows_down(entity->type) ? " OR " IN_SCOPE("s.path", "t.path") : "");
    case M_SWEEP:
        return gw_buf_addf(
            out,
            "DELETE FROM %s WHERE mark <> ?2 AND seq <= ?3 AND id > ?4 AND id <= ?5 AND "
            "(" IN_SCOPE("path", "?1") "%s)",
            t, or_above(entity));
    case M_AHEAD:
        return gw_buf_addf(
            out,
            "SELECT count(*), max(id) FROM (SELECT id FROM %s WHERE id > ?1 ORDER BY "
            "id LIMIT ?2)",
            t);
    case M_ZERO:
        return gw_buf_addf(out, "UPDATE %s SET seq = 0", t);
    case M_ZERO_IN:
        return gw_buf_addf(out, "UPDATE %s SET seq = 0 WHERE (" IN_SCOPE("path", "?1") "%s)", t,
                           or_above(entity));
    case M_WIPE:
        return gw_buf_addf(out, "DELETE FROM %s", t);
    case M_DIGEST:
        return gw_buf_addf(
            out, "SELECT id, seq, " IN_SCOPE("path", "?1") " FROM %s WHERE id > ?2 ORDER BY id", t);
    case M_DIGEST_ABOVE:
        return gw_buf_addf(
            out, "SELECT id, seq FROM %s WHERE path <> ?1 AND " IN_SCOPE("?1", "path"), t);
    case M_COUNT:
        return gw_buf_addf(out, "SELECT count(*) FROM %s", t);
    case M_N:
        break;
    }
    return GW_BUG;
}

static enum gw_err fill(struct gw_sql *sql)
{
    struct gw_buf buf;
    gw_buf_init(&buf, SQL_TEXT_MAX);
    enum gw_err err = GW_OK;
    for (size_t i = 0; !err && i < (size_t)TYPE_N * M_N; i++) {
        gw_buf_reset(&buf);
        err = mirror_text(&buf, entity_of((enum gw_type)(i / M_N)), (enum odb_mirror_sql)(i % M_N));
        char *copy = err ? NULL : strdup(gw_buf_str(&buf));
        err = err ? err : copy ? GW_OK : GW_NOMEM;
        sql[SQL_STATIC_N + i].text = copy;
    }
    gw_buf_free(&buf);
    return err;
}

struct gw_sql *sql_new(size_t *n)
{
    struct gw_sql *sql = calloc(SQL_N, sizeof *sql);
    if (!sql) {
        return NULL;
    }
    for (size_t i = 0; i < SQL_STATIC_N; i++) {
        sql[i].text = texts[i];
    }
    for (size_t i = 0; i < SCREEN_SQL_N; i++) {
        sql[screen_sql(i)].text = screen_texts[i];
    }
    for (size_t i = 0; i < PROCESS_SQL_N; i++) {
        sql[process_sql(i)].text = process_texts[i];
    }
    if (fill(sql) != GW_OK) {
        sql_free(sql);
        return NULL;
    }
    *n = SQL_N;
    return sql;
}

void sql_free(struct gw_sql *sql)
{
    if (!sql) {
        return;
    }
    for (size_t i = SQL_STATIC_N; i < screen_sql(0); i++) {
        free((char *)(uintptr_t)sql[i].text); /* ours: made by fill() */
    }
    free(sql);
}
