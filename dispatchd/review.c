#include "dispatchd/review.h"

#include <string.h>

#include "api/json.h"
#include "dispatchd/step_row.h"

struct reviewing {
    struct store *store;
    store_each_command each;
    void *ctx;
};

/* The step's row says how a record counts now. */
static bool applied_since(struct store *store, const struct store_command *c)
{
    enum cmd_kind kind;
    struct step_row row;
    struct json *root = NULL;
    struct gw_buf text;
    char id[GW_ID_MAX + 1];
    if (!cmd_kind_parse(c->kind, &kind) || !cmd_is_process(kind)) {
        return false;
    }
    gw_buf_init(&text, STORE_ROW_MAX);
    step_row_id(c->dev, c->n, id);
    bool applied = store->ops->row_get(store, TYPE_STEP, id, &text, NULL, NULL, NULL) == GW_OK &&
                   step_row_parse(&text, &row, &root, NULL) == GW_OK &&
                   strcmp(row.status, "applied") == 0;
    json_free(root);
    gw_buf_free(&text);
    return applied;
}

static enum gw_err take(void *ctx, const struct store_command *c)
{
    const struct reviewing *r = ctx;
    bool over = strcmp(c->result, "quarantined") == 0 && applied_since(r->store, c);
    return over ? GW_OK : r->each(r->ctx, c);
}

enum gw_err review_each(struct store *store, store_each_command each, void *ctx,
                        struct gw_fail *fail)
{
    struct reviewing r = {.store = store, .each = each, .ctx = ctx};
    return store->ops->command_open_each(store, take, &r, fail);
}
