/* Rows of the mirror read back: as JSON, as an alarm, counted. */
#include <string.h>

#include "offline-db/mirror_p.h"

static void write_field(sqlite3_stmt *st, int col, const struct gw_field *field, struct jw *w)
{
    if (sqlite3_column_type(st, col) == SQLITE_NULL) {
        jw_null(w, field->key);
        return;
    }
    switch (field->kind) {
    case FIELD_TEXT:
        jw_str(w, field->key, gw_col_text(st, col));
        break;
    case FIELD_INT:
        jw_int(w, field->key, gw_col_int(st, col));
        break;
    case FIELD_REAL:
        jw_num(w, field->key, sqlite3_column_double(st, col));
        break;
    case FIELD_BOOL:
        jw_bool(w, field->key, gw_col_int(st, col) != 0);
        break;
    case FIELD_JSON: {
        const char *text = gw_col_text(st, col);
        jw_raw(w, field->key, text, strlen(text));
        break;
    }
    }
}

/* A member of `extra` may carry the name of a column whose kind it did not fit; it is the truth. */
static bool in_extra(const struct json *extra, const char *key)
{
    return extra && json_has(extra, key);
}

static enum gw_err write_extra(const struct json *extra, struct jw *w)
{
    struct gw_buf text;
    enum gw_err err = GW_OK;
    gw_buf_init(&text, 2 * JSON_LINE_MAX);
    for (const struct json *m = extra ? json_first(extra) : NULL; m && !err; m = json_next(m)) {
        gw_buf_reset(&text);
        err = json_print(m, &text);
        if (!err) {
            jw_raw(w, json_key(m), gw_buf_str(&text), text.len);
        }
    }
    gw_buf_free(&text);
    return err;
}

static enum gw_err write_row(sqlite3_stmt *st, enum gw_type type, const char *id,
                             const struct json *extra, struct gw_buf *out)
{
    const struct gw_entity *entity = entity_of(type);
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "id", id);
    jw_str(&w, "path", gw_col_text(st, 1));
    jw_int(&w, "seq", gw_col_int(st, 0));
    for (size_t i = 0; i < entity->n; i++) {
        if (!in_extra(extra, entity->fields[i].key)) {
            write_field(st, 2 + (int)i, &entity->fields[i], &w);
        }
    }
    enum gw_err err = write_extra(extra, &w);
    jw_obj_end(&w);
    enum gw_err end = jw_end(&w);
    return err ? err : end;
}

enum gw_err mirror_row_json(struct home *home, enum gw_type type, const char *id,
                            struct gw_buf *out)
{
    sqlite3_stmt *st = gw_db_stmt(home->db, mirror_sql(type, M_ROW));
    struct json *extra = NULL;
    (void)sqlite3_bind_text(st, 1, id, -1, SQLITE_STATIC); /* a failure shows as no row */
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        const char *text = gw_col_text(st, 2 + (int)entity_of(type)->n);
        if (text) {
            err = json_parse(text, strlen(text), 0, &extra, NULL);
        }
        err = err ? err : write_row(st, type, id, extra, out);
    }
    json_free(extra);
    odb_reset(st);
    return err;
}

enum gw_err alarm_from_mirror(struct home *home, const char *id, const char *path,
                              struct alarm *out, struct gw_fail *fail)
{
    struct gw_buf text;
    gw_buf_init(&text, 2 * JSON_LINE_MAX);
    enum gw_err err = mirror_row_json(home, TYPE_ALARM, id, &text);
    err = err ? err : wire_alarm_decode(id, path, gw_buf_str(&text), text.len, out, fail);
    gw_buf_free(&text);
    return err;
}

enum gw_err mirror_counts(struct home *home, int64_t counts[TYPE_N])
{
    enum gw_err err = GW_OK;
    for (size_t t = 0; !err && t < TYPE_N; t++) {
        err = odb_int(home, gw_db_stmt(home->db, mirror_sql((enum gw_type)t, M_COUNT)), 0,
                      &counts[t]);
    }
    return err;
}
