/* SQLite driver: users and their grants, consoles, enrolment codes, alarm sources. */
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/store_sqlite_p.h"

/* ---- users */

static enum gw_err op_user_put(struct store *store, const struct store_user *user,
                               struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_USER_PUT);
    gw_bind_text(st, ":id", user->id);
    gw_bind_text(st, ":name", user->name);
    gw_bind_text(st, ":role", role_name(user->role));
    return gw_db_run(s->db, st, fail);
}

static enum gw_err read_user(sqlite3_stmt *st, struct store_user *out, struct gw_fail *fail)
{
    enum gw_err err = sqlite_copy(out->id, sizeof out->id, st, 0, fail);
    err = err ? err : sqlite_copy(out->name, sizeof out->name, st, 1, fail);
    if (!err && !role_parse(gw_col_text(st, 2), &out->role)) {
        err = gw_fail_set(fail, GW_STORE, _("The store holds a user with an unknown role."));
    }
    return err;
}

static enum gw_err op_user_get(struct store *store, const char *id, struct store_user *out,
                               struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_USER_GET);
    gw_bind_text(st, ":id", id);
    enum gw_err err = sqlite_first(s, st, fail);
    err = err ? err : read_user(st, out, fail);
    sqlite_done(st);
    return err;
}

static enum gw_err op_user_each(struct store *store, store_each_user each, void *ctx,
                                struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_USER_EACH);
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        struct store_user user;
        err = read_user(st, &user, fail);
        err = err ? err : each(ctx, &user);
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

/* ---- grants */

static enum gw_err op_grants(struct store *store, const char *user, struct store_grant *out,
                             size_t *n, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_GRANTS);
    gw_bind_text(st, ":user", user);
    *n = 0;
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more && *n < STORE_SCOPES_MAX) {
        out[*n].granted = gw_col_int(st, 1);
        err = sqlite_copy(out[*n].path, sizeof out[*n].path, st, 0, fail);
        (*n)++;
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

static enum gw_err op_grant_add(struct store *store, const char *user, const char *path,
                                int64_t seq, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_GRANT_ADD);
    gw_bind_text(st, ":user", user);
    gw_bind_text(st, ":path", path);
    gw_bind_int(st, ":seq", seq);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err op_grant_end(struct store *store, const char *user, const char *path,
                                int64_t seq, int64_t now, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_GRANT_GET);
    gw_bind_text(st, ":user", user);
    gw_bind_text(st, ":path", path);
    enum gw_err err = sqlite_first(s, st, fail);
    int64_t granted = err ? 0 : gw_col_int(st, 0);
    sqlite_done(st);
    if (err) {
        return err;
    }
    st = gw_db_stmt(s->db, SQL_GRANT_PAST);
    gw_bind_text(st, ":user", user);
    gw_bind_text(st, ":path", path);
    gw_bind_int(st, ":granted", granted);
    gw_bind_int(st, ":seq", seq);
    gw_bind_int(st, ":now", now);
    err = gw_db_run(s->db, st, fail);
    if (err) {
        return err;
    }
    st = gw_db_stmt(s->db, SQL_GRANT_DROP);
    gw_bind_text(st, ":user", user);
    gw_bind_text(st, ":path", path);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err op_grant_covered(struct store *store, const char *user, const char *path,
                                    int64_t seq, int64_t not_before, bool *covered,
                                    struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_GRANT_COVERED);
    gw_bind_text(st, ":user", user);
    gw_bind_int(st, ":seq", seq);
    gw_bind_int(st, ":after", not_before);
    *covered = false;
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more && !*covered) {
        *covered = path_covers(gw_col_text(st, 0), path);
        err = gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

/* ---- consoles */

static enum gw_err op_device_put(struct store *store, const struct store_device *device,
                                 struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_CONSOLE_PUT);
    gw_bind_text(st, ":id", device->id);
    gw_bind_text(st, ":user", device->user);
    gw_bind_text(st, ":name", device->name);
    gw_bind_blob(st, ":key", device->public_key, sizeof device->public_key);
    gw_bind_int(st, ":created", device->created_at);
    gw_bind_int(st, ":revoked", device->revoked_at);
    gw_bind_int(st, ":revoked_seq", device->revoked_seq);
    gw_bind_int(st, ":seen", device->seen_at);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err read_device(sqlite3_stmt *st, struct store_device *out, struct gw_fail *fail)
{
    enum gw_err err = sqlite_copy(out->id, sizeof out->id, st, 0, fail);
    err = err ? err : sqlite_copy(out->user, sizeof out->user, st, 1, fail);
    err = err ? err : sqlite_copy(out->name, sizeof out->name, st, 2, fail);
    err = err ? err : sqlite_copy(out->head, sizeof out->head, st, 9, fail);
    if (!err && sqlite3_column_bytes(st, 3) != GW_KEY_BYTES) {
        err = gw_fail_set(fail, GW_STORE, _("The store holds a console without a usable key."));
    }
    if (err) {
        return err;
    }
    memcpy(out->public_key, sqlite3_column_blob(st, 3), GW_KEY_BYTES);
    out->created_at = gw_col_int(st, 4);
    out->revoked_at = gw_col_int(st, 5);
    out->revoked_seq = gw_col_int(st, 6);
    out->seen_at = gw_col_int(st, 7);
    out->n = gw_col_int(st, 8);
    return GW_OK;
}

static enum gw_err op_device_get(struct store *store, const char *id, struct store_device *out,
                                 struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_CONSOLE_GET);
    gw_bind_text(st, ":id", id);
    enum gw_err err = sqlite_first(s, st, fail);
    err = err ? err : read_device(st, out, fail);
    sqlite_done(st);
    return err;
}

static enum gw_err op_device_each(struct store *store, store_each_device each, void *ctx,
                                  struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_CONSOLE_EACH);
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        struct store_device device;
        err = read_device(st, &device, fail);
        err = err ? err : each(ctx, &device);
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

static enum gw_err op_device_seen(struct store *store, const char *id, int64_t at,
                                  struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_CONSOLE_SEEN);
    gw_bind_text(st, ":id", id);
    gw_bind_int(st, ":at", at);
    return gw_db_run(s->db, st, fail);
}

/* ---- enrolment codes */

static enum gw_err op_code_put(struct store *store, const struct store_code *code,
                               struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_CODE_PUT);
    gw_bind_text(st, ":locator", code->locator);
    gw_bind_text(st, ":hash", code->secret_hash);
    gw_bind_text(st, ":user", code->user);
    gw_bind_int(st, ":expires", code->expires_at);
    gw_bind_int(st, ":used", code->used_at);
    gw_bind_int(st, ":wrong", code->wrong);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err op_code_get(struct store *store, const char *locator, struct store_code *out,
                               struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_CODE_GET);
    gw_bind_text(st, ":locator", locator);
    enum gw_err err = sqlite_first(s, st, fail);
    err = err ? err : sqlite_copy(out->locator, sizeof out->locator, st, 0, fail);
    err = err ? err : sqlite_copy(out->secret_hash, sizeof out->secret_hash, st, 1, fail);
    err = err ? err : sqlite_copy(out->user, sizeof out->user, st, 2, fail);
    if (!err) {
        out->expires_at = gw_col_int(st, 3);
        out->used_at = gw_col_int(st, 4);
        out->wrong = gw_col_int(st, 5);
    }
    sqlite_done(st);
    return err;
}

static enum gw_err op_codes_expire(struct store *store, int64_t now, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_CODES_EXPIRE);
    gw_bind_int(st, ":now", now);
    return gw_db_run(s->db, st, fail);
}

/* ---- sources */

static enum gw_err op_source_put(struct store *store, const struct store_source *source,
                                 struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_SOURCE_PUT);
    gw_bind_text(st, ":name", source->name);
    gw_bind_text(st, ":area", source->area);
    gw_bind_text(st, ":hash", source->token_hash);
    gw_bind_int(st, ":created", source->created_at);
    enum gw_err err = gw_db_run(s->db, st, NULL);
    if (err == GW_REFUSED) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("There is a source of this name already. Choose another name."));
    }
    if (err) {
        return gw_fail_set(fail, err, _("The source could not be stored (%s)."), gw_err_name(err));
    }
    return GW_OK;
}

static enum gw_err read_source(sqlite3_stmt *st, struct store_source *out, struct gw_fail *fail)
{
    enum gw_err err = sqlite_copy(out->name, sizeof out->name, st, 0, fail);
    err = err ? err : sqlite_copy(out->area, sizeof out->area, st, 1, fail);
    err = err ? err : sqlite_copy(out->token_hash, sizeof out->token_hash, st, 2, fail);
    out->created_at = gw_col_int(st, 3);
    return err;
}

static enum gw_err op_source_by_token(struct store *store, const char *token_hash,
                                      struct store_source *out, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_SOURCE_TOKEN);
    gw_bind_text(st, ":hash", token_hash);
    enum gw_err err = sqlite_first(s, st, fail);
    err = err ? err : read_source(st, out, fail);
    sqlite_done(st);
    return err;
}

static enum gw_err op_source_each(struct store *store, store_each_source each, void *ctx,
                                  struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_SOURCE_EACH);
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        struct store_source source;
        err = read_source(st, &source, fail);
        err = err ? err : each(ctx, &source);
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

void sqlite_people_ops(struct store_ops *ops)
{
    ops->user_put = op_user_put;
    ops->user_get = op_user_get;
    ops->user_each = op_user_each;
    ops->grants = op_grants;
    ops->grant_add = op_grant_add;
    ops->grant_end = op_grant_end;
    ops->grant_covered = op_grant_covered;
    ops->device_put = op_device_put;
    ops->device_get = op_device_get;
    ops->device_each = op_device_each;
    ops->device_seen = op_device_seen;
    ops->code_put = op_code_put;
    ops->code_get = op_code_get;
    ops->codes_expire = op_codes_expire;
    ops->source_put = op_source_put;
    ops->source_by_token = op_source_by_token;
    ops->source_each = op_source_each;
}
