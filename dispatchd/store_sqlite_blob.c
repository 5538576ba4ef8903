/* SQLite driver: which record names which attachment. */
#include "dispatchd/store_sqlite_p.h"

static enum gw_err op_blob_put(struct store *store, const char *commit, const char *step,
                               struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_BLOB_PUT);
    gw_bind_text(st, ":hash", commit);
    gw_bind_text(st, ":step", step);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err give(struct sqlite_store *s, int which, const char *key, store_each_blob each,
                        void *ctx, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, (size_t)which);
    bool more = false;
    gw_bind_text(st, ":key", key);
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        const struct store_blob blob = {gw_col_text(st, 0), gw_col_text(st, 1), gw_col_int(st, 2)};
        err = each(ctx, &blob);
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

static enum gw_err op_blob_steps(struct store *store, const char *commit, store_each_blob each,
                                 void *ctx, struct gw_fail *fail)
{
    return give(sqlite_of(store), SQL_BLOB_STEPS, commit, each, ctx, fail);
}

static enum gw_err op_blob_of_step(struct store *store, const char *step, store_each_blob each,
                                   void *ctx, struct gw_fail *fail)
{
    return give(sqlite_of(store), SQL_BLOB_OF_STEP, step, each, ctx, fail);
}

static enum gw_err op_blob_erase(struct store *store, const char *step, int64_t now,
                                 struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_BLOB_ERASE);
    gw_bind_text(st, ":step", step);
    gw_bind_int(st, ":now", now);
    return gw_db_run(s->db, st, fail);
}

void sqlite_blob_ops(struct store_ops *ops)
{
    ops->blob_put = op_blob_put;
    ops->blob_steps = op_blob_steps;
    ops->blob_of_step = op_blob_of_step;
    ops->blob_erase = op_blob_erase;
}
