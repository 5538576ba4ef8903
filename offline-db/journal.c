/* Reading side of the journal. */
#include "offline-db/journal.h"

#include <string.h>

#include "offline-db/odb_p.h"

static void read_entry(sqlite3_stmt *st, struct journal_entry *out)
{
    *out = (struct journal_entry){.n = gw_col_int(st, 0)};
    ODB_COL(st, 1, out->dev);
    ODB_COL(st, 2, out->uid);
    ODB_COL(st, 3, out->kind);
    ODB_COL(st, 4, out->id);
    if (!cmd_state_parse(gw_col_text(st, 5), &out->state)) {
        out->state = CMD_PENDING;
    }
    ODB_COL(st, 6, out->code);
    out->at = gw_col_int(st, 7);
    out->result_at = gw_col_int(st, 8);
    out->seq = gw_col_int(st, 9);
    out->unread = gw_col_int(st, 10) != 0;
}

static enum gw_err one_entry(struct home *home, sqlite3_stmt *st, struct journal_entry *out)
{
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        read_entry(st, out);
    }
    odb_reset(st);
    return err;
}

enum gw_err journal_last_on(struct home *home, const char *id, struct journal_entry *out)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_LAST_ON);
    gw_bind_text(st, ":id", id);
    return one_entry(home, st, out);
}

enum gw_err journal_each(struct home *home, enum cmd_state only, int64_t limit,
                         bool (*visit)(void *ctx, const struct journal_entry *entry), void *ctx)
{
    struct journal_entry entry;
    sqlite3_stmt *st = odb_stmt(home, SQL_J_EACH);
    gw_bind_text(st, ":state", only == CMD_STATE_N ? "" : cmd_state_name(only));
    gw_bind_int(st, ":limit", limit > 0 ? limit : -1);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err) {
        read_entry(st, &entry);
        if (!visit(ctx, &entry)) {
            break;
        }
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err journal_get(struct home *home, int64_t n, struct journal_entry *out)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_GET);
    gw_bind_text(st, ":dev", home->id.device);
    gw_bind_int(st, ":n", n);
    return one_entry(home, st, out);
}

enum gw_err journal_get_of(struct home *home, const char *dev, int64_t n, struct journal_entry *out)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_GET_OF);
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":n", n);
    return one_entry(home, st, out);
}

enum gw_err journal_body(struct home *home, int64_t n, struct gw_buf *out)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_BODY);
    gw_bind_text(st, ":dev", home->id.device);
    gw_bind_int(st, ":n", n);
    enum gw_err err = odb_row(home, st, NULL);
    const char *text = err ? NULL : gw_col_text(st, 0);
    if (!err) {
        err = text ? gw_buf_adds(out, text) : GW_ABSENT; /* thinned after its retention */
    }
    odb_reset(st);
    return err;
}

enum gw_err journal_hash(struct home *home, int64_t n, char out[GW_HASH_HEX + 1])
{
    out[0] = '\0';
    if (n == 0) {
        return GW_OK;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_J_HASH);
    gw_bind_text(st, ":dev", home->id.device);
    gw_bind_int(st, ":n", n);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        odb_col(st, 0, out, GW_HASH_HEX + 1);
    }
    odb_reset(st);
    return err;
}

/* ---- counts */

enum gw_err journal_counts(struct home *home, struct journal_counts *out)
{
    *out = (struct journal_counts){0};
    sqlite3_stmt *st = odb_stmt(home, SQL_J_COUNTS);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err) {
        enum cmd_state state;
        if (cmd_state_parse(gw_col_text(st, 0), &state)) {
            int64_t first = gw_col_int(st, 2);
            bool unsent = state == CMD_PENDING || state == CMD_SENT;
            out->by_state[state] = gw_col_int(st, 1);
            out->unsent += unsent ? out->by_state[state] : 0;
            if (unsent && (out->oldest_unsent_at == 0 || first < out->oldest_unsent_at)) {
                out->oldest_unsent_at = first;
            }
        }
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    err = err == GW_ABSENT ? GW_OK : err;
    return err ? err : odb_int(home, odb_stmt(home, SQL_J_UNREAD_COUNT), 0, &out->unread);
}

/* ---- seen */

static enum gw_err seen_one(struct home *home, const char *id, struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_SEEN);
    gw_bind_text(st, ":id", id);
    enum gw_err err = gw_db_run(home->db, st, fail);
    return err ? err : overlay_fold(home, id, fail);
}

static enum gw_err seen_all(struct home *home)
{
    gw_id id;
    enum gw_err err = GW_OK;
    while (!err) {
        sqlite3_stmt *st = odb_stmt(home, SQL_J_UNREAD_IDS);
        err = odb_row(home, st, NULL);
        if (!err) {
            ODB_COL(st, 0, id);
        }
        odb_reset(st);
        err = err ? err : seen_one(home, id, NULL);
    }
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err journal_seen(struct home *home, const char *id)
{
    int64_t unread = 0;
    enum gw_err err = odb_int(home, odb_stmt(home, SQL_J_UNREAD_COUNT), 0, &unread);
    if (err || unread == 0) {
        return err; /* the usual case writes nothing */
    }
    err = odb_begin(home, GW_DURABLE_NORMAL, "journal_seen", NULL);
    if (err) {
        return err;
    }
    return odb_end(home, id ? seen_one(home, id, NULL) : seen_all(home), NULL);
}

/* ---- duty */

static enum gw_err duty_of_body(const char *text, char out[16])
{
    struct cmd_body body;
    struct json *root = NULL;
    const char *code = NULL;
    enum gw_err err =
        text ? wire_body_decode(text, strlen(text), &body, &root, &code, NULL) : GW_ABSENT;
    if (!err) {
        odb_copy(out, 16, body.data.state);
    }
    json_free(root);
    return err;
}

static enum gw_err duty_from(struct home *home, enum odb_sql which, char out[16], int64_t *at)
{
    sqlite3_stmt *st = odb_stmt(home, which);
    gw_bind_text(st, ":id", home->id.user);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err && which == SQL_WORKER_DUTY) {
        odb_col(st, 0, out, 16);
        *at = gw_col_int(st, 1);
    } else if (!err) {
        err = duty_of_body(gw_col_text(st, 0), out);
        *at = which == SQL_J_DUTY_DONE ? gw_col_int(st, 1) : INT64_MAX;
    }
    odb_reset(st);
    return err;
}

enum gw_err journal_duty(struct home *home, char out[16])
{
    char own[16] = "";
    int64_t own_at = 0;
    int64_t told_at = 0;
    out[0] = '\0';
    enum gw_err err = duty_from(home, SQL_J_DUTY, out, &own_at);
    if (err != GW_ABSENT) {
        return err;
    }
    enum gw_err own_err = duty_from(home, SQL_J_DUTY_DONE, own, &own_at);
    err = duty_from(home, SQL_WORKER_DUTY, out, &told_at);
    if (!own_err && (err || own_at > told_at)) {
        odb_copy(out, 16, own);
        return GW_OK;
    }
    return err == GW_ABSENT ? GW_OK : err;
}
