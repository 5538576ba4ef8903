/* process.*: every command of these kinds becomes a step row, whatever it says. It is applied when
 * its author may write where the process lies, else quarantined; nothing is refused but what has no
 * place at all. */
#include <stdio.h>
#include <string.h>

#include "dispatchd/process_p.h"

/* ---- the process row */

static bool day_key(const char *key)
{
    size_t len = strlen(key);
    return len > 4 && strcmp(key + len - 4, "_day") == 0;
}

/* Of the open's fields those that lists show: the rest stands in the step. */
static void print_fields(struct jw *w, const struct json *fields)
{
    static const char *const shown[] = {"kind", "mode", "title", "division", "term"};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const char *text = json_str(fields, shown[i]);
        if (text || i == 0) {
            jw_str(w, shown[i], text ? text : "");
        }
    }
    for (const struct json *m = json_first(fields); m; m = json_next(m)) {
        if (day_key(json_key(m)) && json_text(m)) {
            jw_str(w, json_key(m), json_text(m));
        }
    }
}

static enum gw_err print_process(const struct command *c, const char *state, struct gw_buf *out)
{
    const struct cmd_data *d = &c->body.data;
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "template", d->template_id);
    jw_int(&w, "template_version", d->template_version);
    jw_str(&w, "rules", d->rules);
    print_fields(&w, d->fields);
    jw_str(&w, "state", state);
    jw_str(&w, "dev", c->body.dev);
    jw_str(&w, "user", c->person->user.id);
    jw_int(&w, "opened_at", c->now);
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err put_process(const struct command *c, const char *path, bool closed,
                               struct gw_fail *fail)
{
    struct store *store = c->core->store;
    struct gw_buf text;
    gw_buf_init(&text, STORE_ROW_MAX);
    enum gw_err err = print_process(c, closed ? "closed" : "open", &text);
    err = err ? err
              : store->ops->row_put(store, TYPE_PROCESS, c->body.id, path, gw_buf_str(&text),
                                    text.len, NULL, fail);
    gw_buf_free(&text);
    return err;
}

static enum gw_err print_closed(const struct json *old, struct gw_buf *out)
{
    static const char *const but[] = {"state", NULL};
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_others(&w, old, but);
    jw_str(&w, "state", "closed");
    jw_obj_end(&w);
    return jw_end(&w);
}

/* core->row holds the row as it is. */
static enum gw_err close_process(const struct command *c, const char *path, struct gw_fail *fail)
{
    struct store *store = c->core->store;
    struct json *old = NULL;
    struct gw_buf text;
    gw_buf_init(&text, STORE_ROW_MAX);
    enum gw_err err =
        json_parse(gw_buf_str(&c->core->row), c->core->row.len, STORE_ROW_MAX, &old, fail);
    err = err ? err : print_closed(old, &text);
    err = err ? err
              : store->ops->row_put(store, TYPE_PROCESS, c->body.id, path, gw_buf_str(&text),
                                    text.len, NULL, fail);
    json_free(old);
    gw_buf_free(&text);
    return err;
}

/* ---- the step */

/* The attachments that the record names, whether their bytes are here or not. */
static enum gw_err name_blobs(const struct command *c, struct gw_fail *fail)
{
    struct store *store = c->core->store;
    char step[GW_ID_MAX + 1];
    enum gw_err err = GW_OK;
    step_row_id(c->body.dev, c->body.n, step);
    for (const struct json *at = c->body.blobs ? json_first(c->body.blobs) : NULL; at && !err;
         at = json_next(at)) {
        err = store->ops->blob_put(store, json_str(at, "commit"), step, fail);
    }
    return err;
}

static enum gw_err put_step(const struct command *c, const struct verdict *v,
                            const struct receipt *receipt, bool again, struct gw_fail *fail)
{
    struct step_row row = {
        .process = c->body.id,
        .dev = c->body.dev,
        .user = c->person->user.id,
        .hash = c->hash,
        .line = c->line,
        .line_len = c->line_len,
        .status = cmd_result_name(again ? RESULT_QUARANTINED : v->result),
        .code = again ? "duplicate-uid" : v->code,
        .result = cmd_result_name(v->result),
        .receipt = receipt->sig,
        .pn = c->body.data.pn,
        .n = c->body.n,
        .recv_at = receipt->at,
        .receipt_seq = v->seq,
        .erased_at = c->bare ? receipt->at : 0,
        .erased_why = c->bare ? "erased before it was sent" : NULL,
    };
    enum gw_err err = name_blobs(c, fail);
    return err ? err : step_row_put(c->core->store, &row, v->path, NULL, fail);
}

static enum gw_err carry_step(const struct command *c, const struct verdict *v,
                              const struct receipt *receipt, struct gw_fail *fail)
{
    return put_step(c, v, receipt, false, fail);
}

static enum gw_err carry_again(const struct command *c, const struct verdict *v,
                               const struct receipt *receipt, struct gw_fail *fail)
{
    return put_step(c, v, receipt, true, fail);
}

/* The row of this command comes last, and its seq is the command's. */
static enum gw_err keep_step(struct command *c, struct verdict *v, const char *path,
                             struct gw_fail *fail)
{
    (void)snprintf(v->path, sizeof v->path, "%s", path);
    v->carry = carry_step;
    return command_next_seq(c, &v->seq, fail);
}

static enum gw_err keep_with_signer(struct command *c, struct verdict *v, const char *path,
                                    struct gw_fail *fail)
{
    enum gw_err err =
        signer_put(c->core->store, &c->core->meta, c->device, &c->person->user, path, fail);
    return err ? err : keep_step(c, v, path, fail);
}

/* ---- deciding */

/* The right to write at path; a device that was revoked has none, whoever brings its lines. */
static enum gw_err judge(struct command *c, const char *path, struct verdict *v, bool *may,
                         struct gw_fail *fail)
{
    *may = false;
    if (c->device->revoked_at != 0) {
        verdict_set(v, RESULT_QUARANTINED, "key-revoked");
        return GW_OK;
    }
    enum gw_err err = command_right(c, path, v, may, fail);
    if (!err && *may) {
        verdict_set(v, RESULT_APPLIED, NULL);
    }
    return err;
}

static enum gw_err open_process(struct command *c, struct verdict *v, struct gw_fail *fail)
{
    const char *path = json_str(c->body.data.fields, "division");
    bool may = false;
    bool closed = false;
    if (!path || !path_ok(path)) {
        verdict_set(v, RESULT_REJECTED, "bad-data");
        return verdict_param(v, "field", "division");
    }
    enum gw_err err = judge(c, path, v, &may, fail);
    if (!err && may) {
        err = process_waiting_moved(c, path, &closed, fail);
        err = err ? err : put_process(c, path, closed, fail);
    }
    return err ? err : keep_with_signer(c, v, path, fail);
}

static enum gw_err wait_for_open(struct command *c, struct verdict *v, struct gw_fail *fail)
{
    char path[GW_PATH_MAX + 1];
    process_waiting_path(c->body.id, path);
    verdict_set(v, RESULT_QUARANTINED, c->device->revoked_at ? "key-revoked" : "no-process");
    return keep_step(c, v, path, fail);
}

static enum gw_err add_step(struct command *c, const char *path, struct verdict *v,
                            struct gw_fail *fail)
{
    bool may = false;
    enum gw_err err = judge(c, path, v, &may, fail);
    if (!err && may && c->body.kind == CMD_PROCESS_CLOSE) {
        err = close_process(c, path, fail);
    }
    return err ? err : keep_with_signer(c, v, path, fail);
}

static enum gw_err find_process(const struct command *c, char path[GW_PATH_MAX + 1],
                                struct gw_fail *fail)
{
    struct store *store = c->core->store;
    return store->ops->row_get(store, TYPE_PROCESS, c->body.id, &c->core->row, path, NULL, fail);
}

enum gw_err command_process(struct command *c, struct verdict *v, struct gw_fail *fail)
{
    char path[GW_PATH_MAX + 1];
    if (!step_row_fits(c->line, c->line_len)) {
        verdict_set(v, RESULT_REJECTED, "bad-data");
        return verdict_param(v, "field", "line");
    }
    enum gw_err err = find_process(c, path, fail);
    if (err == GW_ABSENT) {
        return c->body.kind == CMD_PROCESS_OPEN ? open_process(c, v, fail)
                                                : wait_for_open(c, v, fail);
    }
    return err ? err : add_step(c, path, v, fail);
}

enum gw_err command_process_again(struct command *c, struct verdict *v, struct gw_fail *fail)
{
    char path[GW_PATH_MAX + 1];
    enum gw_err err = find_process(c, path, fail);
    if (err == GW_ABSENT) {
        process_waiting_path(c->body.id, path);
        err = GW_OK;
    }
    if (err || !step_row_fits(c->line, c->line_len)) {
        return err;
    }
    (void)snprintf(v->path, sizeof v->path, "%s", path);
    v->carry = carry_again; /* seq stays that of the first */
    return GW_OK;
}
