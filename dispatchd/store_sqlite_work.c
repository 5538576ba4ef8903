/* SQLite driver: stored commands, ingested events, open alarms, policies. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/store_sqlite_p.h"

/* ---- ingested events */

static enum gw_err op_seen_get(struct store *store, const char *source, const char *event_id,
                               struct store_seen *out, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_SEEN_GET);
    gw_bind_text(st, ":source", source);
    gw_bind_text(st, ":event", event_id);
    enum gw_err err = sqlite_first(s, st, fail);
    err = err ? err : sqlite_copy(out->alarm, sizeof out->alarm, st, 0, fail);
    if (!err) {
        out->seq = gw_col_int(st, 1);
    }
    sqlite_done(st);
    return err;
}

static enum gw_err op_seen_put(struct store *store, const char *source, const char *event_id,
                               const struct store_seen *seen, int64_t now, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_SEEN_PUT);
    gw_bind_text(st, ":source", source);
    gw_bind_text(st, ":event", event_id);
    gw_bind_text(st, ":alarm", seen->alarm);
    gw_bind_int(st, ":seq", seen->seq);
    gw_bind_int(st, ":now", now);
    return gw_db_run(s->db, st, fail);
}

enum { EXPIRE_AT_ONCE = 2000 };

/* The place that many events behind `from`; GW_ABSENT: there are fewer. */
static enum gw_err place_behind(struct sqlite_store *s, const struct sqlite_place *from,
                                struct sqlite_place *out, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_SEEN_UNTIL);
    gw_bind_text(st, ":source", from->source);
    gw_bind_text(st, ":event", from->event_id);
    gw_bind_int(st, ":n", EXPIRE_AT_ONCE - 1);
    enum gw_err err = sqlite_first(s, st, fail);
    err = err ? err : sqlite_copy(out->source, sizeof out->source, st, 0, fail);
    err = err ? err : sqlite_copy(out->event_id, sizeof out->event_id, st, 1, fail);
    sqlite_done(st);
    return err;
}

/* A part of them at a time, then from the start again. */
static enum gw_err op_seen_expire(struct store *store, int64_t before, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    struct sqlite_place to = {.source = ""};
    enum gw_err err = place_behind(s, &s->seen_at, &to, fail);
    bool rest = err == GW_ABSENT;
    if (err && !rest) {
        return err;
    }
    sqlite3_stmt *st = gw_db_stmt(s->db, rest ? SQL_SEEN_EXPIRE_REST : SQL_SEEN_EXPIRE);
    gw_bind_text(st, ":source", s->seen_at.source);
    gw_bind_text(st, ":event", s->seen_at.event_id);
    gw_bind_int(st, ":before", before);
    if (!rest) {
        gw_bind_text(st, ":to_source", to.source);
        gw_bind_text(st, ":to_event", to.event_id);
    }
    err = gw_db_run(s->db, st, fail);
    s->seen_at = to;
    return err;
}

/* ---- commands */

static enum gw_err insert_command(struct sqlite_store *s, const struct store_command *c,
                                  struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_COMMAND_PUT);
    const char *dot = strrchr(c->base, '.');
    gw_bind_text(st, ":dev", c->dev);
    gw_bind_int(st, ":n", c->n);
    gw_bind_text(st, ":uid", c->uid);
    gw_bind_text(st, ":user", c->user);
    gw_bind_text(st, ":hash", c->hash);
    gw_bind_text(st, ":prev", c->prev);
    gw_bind_text(st, ":kind", c->kind);
    gw_bind_text(st, ":entity", c->entity);
    gw_bind_text(st, ":base", c->base);
    gw_bind_textn(st, ":base_epoch", c->base, dot ? (size_t)(dot - c->base) : 0);
    gw_bind_int(st, ":base_seq", c->base_seq);
    gw_bind_text(st, ":body", c->body);
    gw_bind_text(st, ":sig", c->sig);
    gw_bind_text(st, ":priv", c->priv);
    gw_bind_text(st, ":result", c->result);
    gw_bind_int(st, ":seq", c->seq);
    gw_bind_int(st, ":at", c->at);
    gw_bind_text(st, ":answer", c->answer);
    gw_bind_text(st, ":effect", c->effect);
    gw_bind_int(st, ":gap", c->gap);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err hole_add(struct sqlite_store *s, const char *dev, int64_t lo, int64_t hi,
                            struct gw_fail *fail)
{
    if (lo > hi) {
        return GW_OK;
    }
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_HOLE_ADD);
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":lo", lo);
    gw_bind_int(st, ":hi", hi);
    return gw_db_run(s->db, st, fail);
}

/* n came late: the hole around it becomes two smaller ones, or none. */
static enum gw_err hole_fill(struct sqlite_store *s, const char *dev, int64_t n,
                             struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_HOLE_FIND);
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":n", n);
    enum gw_err err = sqlite_first(s, st, fail);
    int64_t lo = err ? 0 : gw_col_int(st, 0);
    int64_t hi = err ? 0 : gw_col_int(st, 1);
    sqlite_done(st);
    if (err) {
        return err == GW_ABSENT ? GW_OK : err;
    }
    st = gw_db_stmt(s->db, SQL_HOLE_DROP);
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":lo", lo);
    err = gw_db_run(s->db, st, fail);
    err = err ? err : hole_add(s, dev, lo, n - 1, fail);
    return err ? err : hole_add(s, dev, n + 1, hi, fail);
}

static enum gw_err move_head(struct sqlite_store *s, const struct store_command *c,
                             struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_CONSOLE_GET);
    gw_bind_text(st, ":id", c->dev);
    enum gw_err err = sqlite_first(s, st, fail);
    int64_t n = err ? 0 : gw_col_int(st, 8);
    sqlite_done(st);
    if (err) {
        return err;
    }
    if (c->n < n) {
        return hole_fill(s, c->dev, c->n, fail);
    }
    err = hole_add(s, c->dev, n + 1, c->n - 1, fail);
    if (!err) {
        st = gw_db_stmt(s->db, SQL_CONSOLE_HEAD);
        gw_bind_text(st, ":id", c->dev);
        gw_bind_int(st, ":n", c->n);
        gw_bind_text(st, ":head", c->hash);
        err = gw_db_run(s->db, st, fail);
    }
    return err;
}

static enum gw_err op_command_put(struct store *store, const struct store_command *command,
                                  struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    enum gw_err err = insert_command(s, command, fail);
    err = err ? err : move_head(s, command, fail);
    if (!err) {
        sqlite3_stmt *st = gw_db_stmt(s->db, SQL_COMMAND_GAP);
        gw_bind_text(st, ":dev", command->dev);
        gw_bind_int(st, ":n", command->n + 1);
        err = gw_db_run(s->db, st, fail);
    }
    return err;
}

static enum gw_err give_commands(struct sqlite_store *s, sqlite3_stmt *st, store_each_command each,
                                 void *ctx, bool *any, struct gw_fail *fail)
{
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        struct store_command c = {
            .dev = gw_col_text(st, 0),
            .n = gw_col_int(st, 1),
            .uid = gw_col_text(st, 2),
            .user = gw_col_text(st, 3),
            .hash = gw_col_text(st, 4),
            .prev = gw_col_text(st, 5),
            .kind = gw_col_text(st, 6),
            .entity = gw_col_text(st, 7),
            .base = gw_col_text(st, 8),
            .base_seq = gw_col_int(st, 9),
            .body = gw_col_text(st, 10),
            .sig = gw_col_text(st, 11),
            .priv = gw_col_text(st, 12),
            .result = gw_col_text(st, 13),
            .seq = gw_col_int(st, 14),
            .at = gw_col_int(st, 15),
            .answer = gw_col_text(st, 16),
            .effect = gw_col_text(st, 17),
            .gap = gw_col_int(st, 18) != 0,
        };
        *any = true;
        err = each(ctx, &c);
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

static enum gw_err op_command_get(struct store *store, const char *dev, int64_t n,
                                  store_each_command each, void *ctx, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_COMMAND_GET);
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":n", n);
    bool any = false;
    enum gw_err err = give_commands(s, st, each, ctx, &any, fail);
    return err || any ? err : GW_ABSENT;
}

static enum gw_err op_command_erase(struct store *store, const char *dev, int64_t n,
                                    struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    /* Freed space is overwritten from here on, also that of the row that the caller puts again. */
    enum gw_err err = gw_db_exec(s->db, "PRAGMA secure_delete=ON", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_COMMAND_ERASE);
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":n", n);
    err = gw_db_run(s->db, st, fail);
    return err || sqlite3_changes(gw_db_handle(s->db)) > 0 ? err : GW_ABSENT;
}

static enum gw_err op_command_by_uid(struct store *store, const char *uid, const char *user,
                                     store_each_command each, void *ctx, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_COMMAND_UID);
    gw_bind_text(st, ":uid", uid);
    gw_bind_text(st, ":user", user);
    bool any = false;
    enum gw_err err = give_commands(s, st, each, ctx, &any, fail);
    return err || any ? err : GW_ABSENT;
}

static enum gw_err op_command_each(struct store *store, const char *dev, int64_t after_n,
                                   store_each_command each, void *ctx, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_COMMAND_EACH);
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":n", after_n);
    bool any = false;
    return give_commands(s, st, each, ctx, &any, fail);
}

static enum gw_err op_command_open_each(struct store *store, store_each_command each, void *ctx,
                                        struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    bool any = false;
    return give_commands(s, gw_db_stmt(s->db, SQL_COMMAND_OPEN), each, ctx, &any, fail);
}

static enum gw_err op_command_base(struct store *store, const char *dev, int64_t n,
                                   const char *epoch, int64_t *seq, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_COMMAND_BASE);
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":n", n);
    gw_bind_text(st, ":epoch", epoch);
    enum gw_err err = sqlite_first(s, st, fail);
    *seq = err ? -1 : gw_col_int(st, 0);
    sqlite_done(st);
    return err;
}

static enum gw_err op_holes(struct store *store, const char *dev, struct store_hole *out,
                            size_t max, size_t *n, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_HOLES);
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":limit", (int64_t)max);
    *n = 0;
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more && *n < max) {
        out[*n] = (struct store_hole){gw_col_int(st, 0), gw_col_int(st, 1)};
        (*n)++;
        err = gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

/* ---- open alarms */

static enum gw_err op_alarm_put(struct store *store, const struct store_alarm *alarm,
                                struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    bool closed = strcmp(alarm->state, "closed") == 0;
    sqlite3_stmt *st = gw_db_stmt(s->db, closed ? SQL_ALARM_DROP : SQL_ALARM_PUT);
    gw_bind_text(st, ":id", alarm->id);
    if (!closed) {
        gw_bind_text(st, ":key", alarm->key);
        gw_bind_text(st, ":kind", alarm->kind);
        gw_bind_text(st, ":state", alarm->state);
        gw_bind_int(st, ":next", alarm->next_at);
    }
    return gw_db_run(s->db, st, fail);
}

static enum gw_err read_alarm(sqlite3_stmt *st, struct store_alarm *out, struct gw_fail *fail)
{
    enum gw_err err = sqlite_copy(out->id, sizeof out->id, st, 0, fail);
    err = err ? err : sqlite_copy(out->key, sizeof out->key, st, 1, fail);
    err = err ? err : sqlite_copy(out->kind, sizeof out->kind, st, 2, fail);
    err = err ? err : sqlite_copy(out->state, sizeof out->state, st, 3, fail);
    out->next_at = gw_col_int(st, 4);
    return err;
}

static enum gw_err one_alarm(struct sqlite_store *s, sqlite3_stmt *st, struct store_alarm *out,
                             struct gw_fail *fail)
{
    enum gw_err err = sqlite_first(s, st, fail);
    err = err ? err : read_alarm(st, out, fail);
    sqlite_done(st);
    return err;
}

static enum gw_err op_alarm_get(struct store *store, const char *id, struct store_alarm *out,
                                struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ALARM_GET);
    gw_bind_text(st, ":id", id);
    return one_alarm(s, st, out, fail);
}

static enum gw_err op_alarm_find(struct store *store, const char *key, const char *kind,
                                 struct store_alarm *out, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ALARM_FIND);
    gw_bind_text(st, ":key", key);
    gw_bind_text(st, ":kind", kind);
    return one_alarm(s, st, out, fail);
}

static enum gw_err give_alarms(struct sqlite_store *s, sqlite3_stmt *st, store_each_alarm each,
                               void *ctx, struct gw_fail *fail)
{
    bool more = false;
    enum gw_err err = gw_db_step(s->db, st, &more, fail);
    while (!err && more) {
        struct store_alarm alarm;
        err = read_alarm(st, &alarm, fail);
        err = err ? err : each(ctx, &alarm);
        err = err ? err : gw_db_step(s->db, st, &more, fail);
    }
    sqlite_done(st);
    return err;
}

static enum gw_err op_alarm_due(struct store *store, int64_t now, int64_t limit,
                                store_each_alarm each, void *ctx, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ALARM_DUE);
    gw_bind_int(st, ":now", now);
    gw_bind_int(st, ":limit", limit);
    return give_alarms(s, st, each, ctx, fail);
}

static enum gw_err op_alarm_each(struct store *store, store_each_alarm each, void *ctx,
                                 struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    return give_alarms(s, gw_db_stmt(s->db, SQL_ALARM_EACH), each, ctx, fail);
}

static enum gw_err op_alarm_next(struct store *store, int64_t *next_at, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_ALARM_NEXT);
    enum gw_err err = sqlite_first(s, st, fail);
    *next_at = err ? 0 : gw_col_int(st, 0); /* NULL reads as 0 */
    sqlite_done(st);
    return err;
}

/* ---- policies */

static enum gw_err op_policy_put(struct store *store, const char *id, int64_t version,
                                 const char *body, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_POLICY_PUT);
    gw_bind_text(st, ":id", id);
    gw_bind_int(st, ":version", version);
    gw_bind_text(st, ":body", body);
    return gw_db_run(s->db, st, fail);
}

static enum gw_err op_policy_get(struct store *store, const char *id, int64_t version,
                                 struct gw_buf *body, struct gw_fail *fail)
{
    struct sqlite_store *s = sqlite_of(store);
    sqlite3_stmt *st = gw_db_stmt(s->db, SQL_POLICY_GET);
    gw_bind_text(st, ":id", id);
    gw_bind_int(st, ":version", version);
    enum gw_err err = sqlite_first(s, st, fail);
    if (!err) {
        gw_buf_reset(body);
        err = gw_buf_adds(body, gw_col_text(st, 0));
        if (err) {
            (void)gw_fail_set(fail, err, _("A policy does not fit into memory."));
        }
    }
    sqlite_done(st);
    return err;
}

void sqlite_work_ops(struct store_ops *ops)
{
    ops->seen_get = op_seen_get;
    ops->seen_put = op_seen_put;
    ops->seen_expire = op_seen_expire;
    ops->command_put = op_command_put;
    ops->command_get = op_command_get;
    ops->command_erase = op_command_erase;
    ops->command_by_uid = op_command_by_uid;
    ops->command_each = op_command_each;
    ops->command_open_each = op_command_open_each;
    ops->command_base = op_command_base;
    ops->holes = op_holes;
    ops->alarm_put = op_alarm_put;
    ops->alarm_get = op_alarm_get;
    ops->alarm_find = op_alarm_find;
    ops->alarm_due = op_alarm_due;
    ops->alarm_next = op_alarm_next;
    ops->alarm_each = op_alarm_each;
    ops->policy_put = op_policy_put;
    ops->policy_get = op_policy_get;
}
