/* A private part erased because the law asks: the signed body stays, and with it signature, hash,
 * chain and receipt. */
#include <string.h>

#include "api/wire.h"
#include "base/i18n.h"
#include "dispatchd/step_row.h"

enum { LINE_MAX_BYTES = 512 * 1024 };

/* What the stored command says; the line without its private part. */
struct erased {
    struct gw_buf line;
    bool process, had;
    int64_t blobs; /* attachments that still have bytes and salts */
};

static enum gw_err take_command(void *ctx, const struct store_command *c)
{
    struct erased *erased = ctx;
    enum cmd_kind kind;
    const struct wire_cmd_line line = {.body = c->body, .key = c->dev, .sig = c->sig};
    erased->process = cmd_kind_parse(c->kind, &kind) && cmd_is_process(kind);
    erased->had = c->priv != NULL;
    return wire_cmd_line_encode(&line, &erased->line);
}

static enum gw_err put_again(struct store *store, const char *id, const struct erased *erased,
                             const char *why, int64_t now, struct gw_fail *fail)
{
    char path[GW_PATH_MAX + 1];
    struct step_row row;
    struct json *root = NULL;
    struct gw_buf text;
    gw_buf_init(&text, STORE_ROW_MAX);
    enum gw_err err = store->ops->row_get(store, TYPE_STEP, id, &text, path, NULL, fail);
    if (err == GW_ABSENT) { /* it was rejected: there is no row */
        gw_buf_free(&text);
        return GW_OK;
    }
    err = err ? err : step_row_parse(&text, &row, &root, fail);
    if (!err) {
        row.line = gw_buf_str(&erased->line);
        row.line_len = erased->line.len;
        row.erased_at = now;
        row.erased_why = why;
        err = step_row_put(store, &row, path, NULL, fail);
    }
    json_free(root);
    gw_buf_free(&text);
    return err;
}

static enum gw_err check(const struct erased *erased, struct gw_fail *fail)
{
    if (!erased->process) {
        return gw_fail_set(fail, GW_INVALID,
                           _("This command is no record of a procedure, so it has no private part "
                             "that could be erased. Nothing was changed."));
    }
    return erased->had || erased->blobs > 0
               ? GW_OK
               : gw_fail_set(fail, GW_REFUSED,
                             _("This record has no private part and no attachments, or they "
                               "were erased before. Nothing was changed."));
}

static enum gw_err count_blob(void *ctx, const struct store_blob *blob)
{
    struct erased *erased = ctx;
    erased->blobs += blob->erased_at == 0;
    return GW_OK;
}

enum gw_err store_erase_private(struct store *store, const char *dev, int64_t n, const char *why,
                                int64_t now, struct gw_fail *fail)
{
    char id[GW_ID_MAX + 1];
    struct erased erased = {.had = false};
    gw_buf_init(&erased.line, LINE_MAX_BYTES);
    step_row_id(dev, n, id);
    enum gw_err err = store->ops->command_get(store, dev, n, take_command, &erased, fail);
    if (err == GW_ABSENT) {
        err = gw_fail_set(fail, err, _("There is no record %s. Nothing was changed."), id);
    }
    err = err ? err : store->ops->blob_of_step(store, id, count_blob, &erased, fail);
    err = err ? err : check(&erased, fail);
    err = err ? err : store->ops->blob_erase(store, id, now, fail);
    err = err ? err : store->ops->command_erase(store, dev, n, fail);
    err = err ? err : put_again(store, id, &erased, why, now, fail);
    gw_buf_free(&erased.line);
    return err;
}
