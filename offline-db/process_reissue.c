/* Records of procedures under a new device key: what the server has not confirmed is signed anew,
 * so its hash changes, and with it every hash that names it. */
#include <string.h>

#include "offline-db/process_p.h"

static enum gw_err own_place(struct home *home, struct cmd_body *body, const char *new_dev,
                             struct process_reissue *hold, struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_OWN);
    gw_bind_text(st, ":id", body->id);
    gw_bind_text(st, ":dev", new_dev);
    enum gw_err err = odb_row(home, st, fail);
    body->data.pn = 1;
    hold->pprev[0] = '\0';
    if (!err) {
        body->data.pn = gw_col_int(st, 0) + 1;
        odb_col(st, 1, hold->pprev, sizeof hold->pprev);
    }
    odb_reset(st);
    body->data.pprev = hold->pprev;
    return err == GW_ABSENT ? GW_OK : err;
}

/* The hash under the new key, or the same when it was not signed anew. */
static enum gw_err renamed(struct home *home, const char *hash, const char *new_dev,
                           char out[GW_HASH_HEX + 1], struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_REISSUED_AS);
    gw_bind_text(st, ":hash", hash);
    gw_bind_text(st, ":dev", new_dev);
    odb_copy(out, GW_HASH_HEX + 1, hash);
    enum gw_err err = odb_row(home, st, fail);
    if (!err) {
        odb_col(st, 0, out, GW_HASH_HEX + 1);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err rename_seen(struct home *home, struct cmd_body *body, const char *new_dev,
                               struct process_reissue *hold, struct gw_fail *fail)
{
    struct gw_buf text;
    struct jw w;
    char hash[GW_HASH_HEX + 1];
    enum gw_err err = GW_OK;
    if (!body->seen) {
        return GW_OK;
    }
    gw_buf_init(&text, CMD_BODY_MAX);
    jw_begin(&w, &text);
    jw_arr(&w, NULL);
    for (const struct json *item = json_first(body->seen); item && !err; item = json_next(item)) {
        err = renamed(home, json_text(item), new_dev, hash, fail);
        jw_str(&w, NULL, hash);
    }
    jw_arr_end(&w);
    err = err ? err : jw_end(&w);
    err = err ? err : json_parse(gw_buf_str(&text), text.len, 0, &hold->seen, fail);
    gw_buf_free(&text);
    body->seen = err ? body->seen : hold->seen;
    return err;
}

enum gw_err process_reissue(struct home *home, struct cmd_body *body, const char *new_dev,
                            struct process_reissue *hold, struct gw_fail *fail)
{
    if (!cmd_is_process(body->kind)) {
        return GW_OK;
    }
    enum gw_err err = own_place(home, body, new_dev, hold, fail);
    if (!err && body->data.target) {
        err = renamed(home, body->data.target, new_dev, hold->target, fail);
        body->data.target = hold->target;
    }
    return err ? err : rename_seen(home, body, new_dev, hold, fail);
}

enum gw_err process_head_keep(struct home *home, const struct cmd_body *body, struct gw_fail *fail)
{
    char hash[GW_HASH_HEX + 1];
    if (!cmd_is_process(body->kind)) {
        return GW_OK;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_J_HASH);
    gw_bind_text(st, ":dev", body->dev);
    gw_bind_int(st, ":n", body->n);
    enum gw_err err = odb_row(home, st, fail);
    if (!err) {
        odb_col(st, 0, hash, sizeof hash);
    }
    odb_reset(st);
    if (err) {
        return err;
    }
    st = process_stmt(home, SQL_PR_OWN_PUT);
    gw_bind_text(st, ":id", body->id);
    gw_bind_text(st, ":dev", body->dev);
    gw_bind_int(st, ":pn", body->data.pn);
    gw_bind_text(st, ":hash", hash);
    return gw_db_run(home->db, st, fail);
}

void process_reissue_free(struct process_reissue *hold)
{
    json_free(hold->seen);
}
