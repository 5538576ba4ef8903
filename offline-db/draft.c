#include "offline-db/draft.h"

#include "offline-db/odb_p.h"

enum gw_err draft_save(struct home *home, const char *kind, const char *id, const char *text,
                       struct gw_fail *fail)
{
    if (!text || !*text) {
        return draft_drop(home, kind, id, fail);
    }
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "draft_save", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_DRAFT_PUT);
    gw_bind_text(st, ":kind", kind);
    gw_bind_text(st, ":id", id);
    gw_bind_text(st, ":text", text);
    gw_bind_int(st, ":at", home->clock->wall_ms(home->clock->ctx));
    return odb_end(home, gw_db_run(home->db, st, fail), fail);
}

enum gw_err draft_load(struct home *home, const char *kind, const char *id, struct gw_buf *out)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_DRAFT_GET);
    gw_bind_text(st, ":kind", kind);
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, NULL);
    err = err ? err : gw_buf_adds(out, gw_col_text(st, 0));
    odb_reset(st);
    return err;
}

enum gw_err draft_drop_in_txn(struct home *home, const char *kind, const char *id,
                              struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_DRAFT_DEL);
    gw_bind_text(st, ":kind", kind);
    gw_bind_text(st, ":id", id);
    return gw_db_run(home->db, st, fail);
}

enum gw_err draft_drop(struct home *home, const char *kind, const char *id, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "draft_drop", fail);
    return err ? err : odb_end(home, draft_drop_in_txn(home, kind, id, fail), fail);
}
