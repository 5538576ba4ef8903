/* Steps that came before the open of their process: opened offline by another clerk, brought by a
 * peer. They lie at a path of their own where nobody has an area, and move when the open comes. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/process_p.h"

enum { IDS_MAX = 16 * 1024 * 1024 };

void process_waiting_path(const char *process, char out[GW_PATH_MAX + 1])
{
    char hash[GW_HASH_HEX + 1];
    gw_sha256_hex2(process, strlen(process), NULL, 0, hash);
    (void)snprintf(out, GW_PATH_MAX + 1, "w.%.32s", hash);
}

static enum gw_err collect(void *ctx, const struct store_row *row)
{
    return gw_buf_add(ctx, row->id, strlen(row->id) + 1);
}

/* ---- judging again, now that it is known where it belongs */

struct again {
    struct command c;                   /* as its author's */
    struct json *line_root, *body_root; /* owned */
    struct wire_cmd_line wire;
    struct store_device device;
};

static void again_free(struct again *again)
{
    json_free(again->body_root);
    json_free(again->line_root);
}

static enum gw_err read_again(const struct command *now, const struct step_row *row,
                              struct again *out, struct gw_fail *fail)
{
    struct store *store = now->core->store;
    const char *code = NULL;
    out->c = (struct command){.call = now->call, .core = now->core, .now = now->now};
    enum gw_err err =
        wire_cmd_line_decode(row->line, row->line_len, &out->wire, &out->line_root, fail);
    err = err ? err
              : wire_body_decode(out->wire.body, strlen(out->wire.body), &out->c.body,
                                 &out->body_root, &code, fail);
    err = err ? err : store->ops->device_get(store, row->dev, &out->device, fail);
    err = err ? err : person_of(now->core, row->user, &out->c.person, fail);
    out->c.device = &out->device;
    if (!err && !wire_cursor_parse(out->c.body.base, &out->c.base)) {
        out->c.base.epoch[0] = '\0';
    }
    return err;
}

static enum gw_err right_of(struct again *again, const char *path, bool *may, const char **code,
                            struct gw_fail *fail)
{
    struct verdict v = {.seq = -1};
    gw_buf_init(&v.params, PARAMS_MAX);
    enum gw_err err = command_right(&again->c, path, &v, may, fail);
    *code = *may ? NULL : v.code;
    gw_buf_free(&v.params);
    return err;
}

static enum gw_err move_row(struct command *now, struct step_row *row, const char *path,
                            bool *closed, struct gw_fail *fail)
{
    struct store *store = now->core->store;
    struct again again = {.line_root = NULL};
    bool may = false;
    enum gw_err err = read_again(now, row, &again, fail);
    if (!err && row->code && strcmp(row->code, "no-process") == 0) {
        err = right_of(&again, path, &may, &row->code, fail);
        row->status = cmd_result_name(may ? RESULT_APPLIED : RESULT_QUARANTINED);
        *closed = *closed || (may && again.c.body.kind == CMD_PROCESS_CLOSE);
    }
    err =
        err ? err
            : signer_put(store, &now->core->meta, &again.device, &again.c.person->user, path, fail);
    err = err ? err : step_row_put(store, row, path, NULL, fail);
    again_free(&again);
    return err;
}

static enum gw_err move_one(struct command *now, const char *id, const char *path, bool *closed,
                            struct gw_fail *fail)
{
    struct store *store = now->core->store;
    struct step_row row;
    struct json *root = NULL;
    enum gw_err err = store->ops->row_get(store, TYPE_STEP, id, &now->core->row, NULL, NULL, fail);
    err = err ? err : step_row_parse(&now->core->row, &row, &root, fail);
    /* half of a hash is no proof: two processes could share the path */
    if (!err && strcmp(row.process, now->body.id) == 0) {
        err = move_row(now, &row, path, closed, fail);
    }
    json_free(root);
    return err;
}

enum gw_err process_waiting_moved(struct command *c, const char *path, bool *closed,
                                  struct gw_fail *fail)
{
    struct store *store = c->core->store;
    char waiting[GW_PATH_MAX + 1];
    struct gw_buf ids;
    *closed = false;
    gw_buf_init(&ids, IDS_MAX);
    process_waiting_path(c->body.id, waiting);
    enum gw_err err = store->ops->row_each(store, TYPE_STEP, waiting, "", 0, collect, &ids, fail);
    for (size_t at = 0; at < ids.len && !err; at += strlen(ids.data + at) + 1) {
        err = move_one(c, ids.data + at, path, closed, fail);
    }
    gw_buf_free(&ids);
    return err;
}
