/* One row into the mirror: the scanner's members are bound straight to the table's upsert, no tree
 * in between. A member that the table does not know, or whose kind is not the column's, is kept in
 * `extra` as it came (R7). */
#include <string.h>

#include "offline-db/mirror_p.h"

struct put {
    struct home *home;
    const struct wire_rec *rec;
    const struct gw_entity *entity;
    sqlite3_stmt *st;
    int first;   /* parameter of the first field */
    size_t next; /* the field that stands next in the table: rows mostly come in its order */
    struct gw_buf *extra;
};

static int field_of(struct put *put, const struct scan_member *m)
{
    size_t at = put->next;
    if (at < put->entity->n) {
        const char *key = put->entity->fields[at].key;
        if (strncmp(key, m->key, m->key_len) == 0 && key[m->key_len] == '\0') {
            put->next = at + 1;
            return (int)at;
        }
    }
    int i = entity_field(put->entity, m->key, m->key_len);
    if (i >= 0) {
        put->next = (size_t)i + 1;
    }
    return i;
}

/* Text in the line lives as long as the call; text in the arena may move when the arena grows. */
static int bind_bytes(struct put *put, int param, const char *text, size_t len)
{
    uintptr_t at = (uintptr_t)text;
    uintptr_t line = (uintptr_t)put->rec->row;
    bool stays = at >= line && at - line < put->rec->row_len;
    return sqlite3_bind_text64(put->st, param, text, len, stays ? SQLITE_STATIC : SQLITE_TRANSIENT,
                               SQLITE_UTF8);
}

/* True when the value went into the column. */
static bool bind_field(struct put *put, int param, enum gw_field_kind kind,
                       const struct scan_value *v)
{
    switch (v->kind) {
    case SCAN_NULL:
        return true; /* the column is NULL already */
    case SCAN_STRING:
        return kind == FIELD_TEXT && bind_bytes(put, param, v->text, v->text_len) == SQLITE_OK;
    case SCAN_INT:
        if (kind == FIELD_REAL) {
            return sqlite3_bind_double(put->st, param, (double)v->integer) == SQLITE_OK;
        }
        return kind == FIELD_INT && sqlite3_bind_int64(put->st, param, v->integer) == SQLITE_OK;
    case SCAN_REAL:
        return kind == FIELD_REAL && sqlite3_bind_double(put->st, param, v->real) == SQLITE_OK;
    case SCAN_TRUE:
    case SCAN_FALSE:
        return kind == FIELD_BOOL &&
               sqlite3_bind_int(put->st, param, v->kind == SCAN_TRUE) == SQLITE_OK;
    case SCAN_OBJECT:
    case SCAN_ARRAY:
        return kind == FIELD_JSON && bind_bytes(put, param, v->raw, v->raw_len) == SQLITE_OK;
    }
    return false;
}

static enum gw_err keep_extra(struct put *put, const struct scan_member *m)
{
    enum gw_err err = gw_buf_adds(put->extra, put->extra->len == 0 ? "{" : ",");
    err = err ? err : json_quote(m->key, m->key_len, put->extra);
    err = err ? err : gw_buf_adds(put->extra, ":");
    return err ? err : gw_buf_add(put->extra, m->value.raw, m->value.raw_len);
}

static bool key_is(const struct scan_member *m, const char *key)
{
    return m->key_len == strlen(key) && memcmp(m->key, key, m->key_len) == 0;
}

/* Alarms name people and places whose rows the queue shows, and who has them. */
static void watch_member(struct put *put, const struct scan_member *m)
{
    if (put->rec->type == TYPE_ALARM && m->value.kind == SCAN_STRING &&
        (key_is(m, "resident_id") || key_is(m, "dwelling_id") || key_is(m, "acked_by"))) {
        watch_add(put->home->p, m->value.text, m->value.text_len);
    }
}

/* Triggers take the private part out of every table (schema/0012); it must leave the log, too. */
static void watch_erased(struct put *put, const struct scan_member *m)
{
    if (put->rec->type == TYPE_STEP && m->value.kind == SCAN_INT && key_is(m, "erased_at")) {
        gw_db_scrub(put->home->db);
    }
}

static enum gw_err put_member(void *ctx, const struct scan_member *m)
{
    struct put *put = ctx;
    watch_erased(put, m);
    int i = field_of(put, m);
    if (i >= 0 && bind_field(put, put->first + i, put->entity->fields[i].kind, &m->value)) {
        watch_member(put, m);
        return GW_OK;
    }
    return keep_extra(put, m);
}

static enum gw_err bind_head(struct put *put, struct gw_fail *fail)
{
    const struct wire_rec *rec = put->rec;
    int rc = sqlite3_bind_text(put->st, 1, rec->id, -1, SQLITE_STATIC);
    rc = rc ? rc : sqlite3_bind_int64(put->st, 2, rec->seq);
    rc = rc ? rc : sqlite3_bind_text(put->st, 3, rec->path, -1, SQLITE_STATIC);
    rc = rc ? rc : sqlite3_bind_int64(put->st, 4, put->home->p->mark);
    enum gw_err err = GW_OK;
    if (!rc && rec->type == TYPE_ALARM) {
        int64_t rev = 0;
        err = odb_rev(put->home, &rev, fail);
        rc = sqlite3_bind_int64(put->st, 5, rev);
    }
    return err ? err : rc ? gw_fail_set(fail, GW_NOMEM, _("There is no memory left.")) : GW_OK;
}

static enum gw_err put_row(struct put *put, struct gw_fail *fail)
{
    struct home_priv *p = put->home->p;
    gw_buf_reset(&p->arena);
    gw_buf_reset(&p->extra);
    enum gw_err err = bind_head(put, fail);
    err =
        err ? err
            : scan_object(put->rec->row, put->rec->row_len, true, &p->arena, put_member, put, fail);
    if (!err && p->extra.len > 0) {
        err = gw_buf_adds(&p->extra, "}");
        int at = put->first + (int)put->entity->n;
        if (sqlite3_bind_text64(put->st, at, p->extra.data, p->extra.len, SQLITE_STATIC,
                                SQLITE_UTF8) != SQLITE_OK) {
            err = GW_NOMEM;
        }
    }
    return err ? err : gw_db_run(put->home->db, put->st, fail);
}

/* A removal that is newer than this row was seen: an old page must not bring it back. */
static enum gw_err is_buried(struct home *home, const struct wire_rec *rec, bool *buried)
{
    int64_t seq = 0;
    *buried = false;
    if (!home->p->tombs) {
        return GW_OK;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_TOMB_GET);
    gw_bind_text(st, ":type", entity_of(rec->type)->name);
    gw_bind_text(st, ":id", rec->id);
    enum gw_err err = odb_int(home, st, 0, &seq);
    *buried = seq > rec->seq;
    return err;
}

static bool is_covered(struct home_priv *p, const char *path)
{
    if (strcmp(p->covered, path) == 0) {
        return true;
    }
    for (size_t i = 0; i < p->scopes_n; i++) {
        if (path_covers(p->scopes[i].path, path)) {
            ODB_COPY(p->covered, path);
            return true;
        }
    }
    return false;
}

/* A row that flows down lies above what is ours. */
static bool is_above(const struct home_priv *p, const struct wire_rec *rec)
{
    for (size_t i = 0; i < p->scopes_n && entity_flows_down(rec->type); i++) {
        if (path_covers(rec->path, p->scopes[i].path)) {
            return true;
        }
    }
    return false;
}

/* An older row is not written, but the job has seen its id. */
static enum gw_err mark_only(struct put *put, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(put->home->db, mirror_sql(put->rec->type, M_MARK));
    (void)sqlite3_bind_text(st, 1, put->rec->id, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(st, 2, put->home->p->mark);
    return gw_db_run(put->home->db, st, fail);
}

enum gw_err bump_alarms(struct home *home, enum odb_sql which, const char *id, struct gw_fail *fail)
{
    int64_t rev = 0;
    enum gw_err err = odb_rev(home, &rev, fail);
    sqlite3_stmt *st = odb_stmt(home, which);
    gw_bind_int(st, ":rev", rev);
    gw_bind_text(st, ":id", id);
    err = err ? err : gw_db_run(home->db, st, fail);
    if (!err && sqlite3_changes(gw_db_handle(home->db)) > 0) {
        home->p->changed |= (change_mask)1 << TYPE_ALARM;
    }
    return err;
}

/* What follows from a changed row of this type for the queue. */
static enum gw_err follow(struct home *home, const struct wire_rec *rec, struct gw_fail *fail)
{
    switch (rec->type) {
    case TYPE_RESIDENT:
        return watch_has(home->p, rec->id, strlen(rec->id))
                   ? bump_alarms(home, SQL_ALARM_BUMP_RESIDENT, rec->id, fail)
                   : GW_OK;
    case TYPE_DWELLING:
        return watch_has(home->p, rec->id, strlen(rec->id))
                   ? bump_alarms(home, SQL_ALARM_BUMP_DWELLING, rec->id, fail)
                   : GW_OK;
    case TYPE_WORKER:
        return watch_has(home->p, rec->id,
                         strlen(rec->id)) /* no index: all open ones are looked at */
                   ? bump_alarms(home, SQL_ALARM_BUMP_WORKER, rec->id, fail)
                   : GW_OK;
    case TYPE_ALARM:
        return home->p->overlays ? overlay_fold(home, rec->id, fail) : GW_OK;
    default:
        return GW_OK;
    }
}

enum gw_err mirror_put(struct home *home, const struct wire_rec *rec, bool *changed,
                       struct gw_fail *fail)
{
    bool buried = false;
    *changed = false;
    if (!is_covered(home->p, rec->path) && !is_above(home->p, rec)) {
        return GW_OK;
    }
    enum gw_err err = is_buried(home, rec, &buried);
    if (err || buried) {
        return err;
    }
    struct put put = {
        .home = home,
        .rec = rec,
        .entity = entity_of(rec->type),
        .st = gw_db_stmt(home->db, mirror_sql(rec->type, M_PUT)),
        .first = put_first_field(rec->type),
        .extra = &home->p->extra,
    };
    err = put_row(&put, fail);
    if (err) {
        return err;
    }
    *changed = sqlite3_changes(gw_db_handle(home->db)) > 0;
    if (!*changed) {
        return mark_only(&put, fail);
    }
    return follow(home, rec, fail);
}

static enum gw_err bury(struct home *home, const struct wire_rec *rec, struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_TOMB_PUT);
    gw_bind_text(st, ":type", entity_of(rec->type)->name);
    gw_bind_text(st, ":id", rec->id);
    gw_bind_int(st, ":seq", rec->seq);
    home->p->tombs = true;
    return gw_db_run(home->db, st, fail);
}

static enum gw_err alarm_left(struct home *home, const char *id, struct gw_fail *fail)
{
    int64_t rev = 0;
    enum gw_err err = odb_rev(home, &rev, fail);
    sqlite3_stmt *st = odb_stmt(home, SQL_GONE_PUT);
    gw_bind_text(st, ":id", id);
    gw_bind_int(st, ":rev", rev);
    err = err ? err : gw_db_run(home->db, st, fail);
    return err || !home->p->overlays ? err : overlay_fold(home, id, fail);
}

enum gw_err mirror_remove(struct home *home, const struct wire_rec *rec, bool *changed,
                          struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(home->db, mirror_sql(rec->type, M_REMOVE));
    (void)sqlite3_bind_text(st, 1, rec->id, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(st, 2, rec->seq);
    enum gw_err err = gw_db_run(home->db, st, fail);
    *changed = !err && sqlite3_changes(gw_db_handle(home->db)) > 0;
    err = err ? err : bury(home, rec, fail);
    if (!err && *changed && rec->type == TYPE_ALARM) {
        err = alarm_left(home, rec->id, fail);
    }
    if (!err && *changed && rec->type != TYPE_ALARM) {
        err = follow(home, rec, fail);
    }
    return err;
}
