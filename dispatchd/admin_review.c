/* What waits for a person's decision: commands that went to review, and those without a right. They
 * are listed here until they can be decided at a duty room's console. */
#include <stdio.h>
#include <string.h>

#include "api/json.h"
#include "base/i18n.h"
#include "dispatchd/admin.h"

struct listing {
    struct store *store;
    struct jw *json; /* NULL = text */
    int64_t shown;
    struct gw_fail *fail;
};

static enum gw_err print_json(struct jw *w, const struct store_command *c)
{
    jw_obj(w, NULL);
    jw_str(w, "dev", c->dev);
    jw_int(w, "n", c->n);
    jw_str(w, "uid", c->uid);
    jw_str(w, "user", c->user);
    jw_str(w, "kind", c->kind);
    jw_str(w, "id", c->entity);
    jw_str(w, "result", c->result);
    jw_int(w, "at", c->at);
    jw_obj_end(w);
    return w->err;
}

/* Ids are checked when a command is stored; kind is a word of the sender's, so it is printed only
 * when it is one of ours. */
static enum gw_err take_command(void *ctx, const struct store_command *c)
{
    struct listing *listing = ctx;
    enum cmd_kind kind;
    char at[17];
    if (strcmp(c->result, "review") != 0 && strcmp(c->result, "quarantined") != 0) {
        return GW_OK;
    }
    listing->shown++;
    if (listing->json != NULL) {
        return print_json(listing->json, c);
    }
    gw_time_local(c->at, at);
    printf("%s %s %lld %s %s %s %s\n", at, c->dev, (long long)c->n, c->user,
           cmd_kind_parse(c->kind, &kind) ? c->kind : "?", c->entity, c->result);
    return GW_OK;
}

static enum gw_err take_device(void *ctx, const struct store_device *device)
{
    struct listing *listing = ctx;
    return listing->store->ops->command_each(listing->store, device->id, 0, take_command, listing,
                                             listing->fail);
}

static enum gw_err review_list(struct store *store, const struct admin_args *args,
                               struct gw_fail *fail)
{
    struct admin_json out;
    struct listing listing = {.store = store, .fail = fail};
    if (args->json) {
        admin_json_begin(&out, true);
        listing.json = &out.w;
    }
    enum gw_err err = store->ops->device_each(store, take_device, &listing, fail);
    if (args->json && err == GW_OK) {
        return admin_json_end(&out, true, fail);
    }
    if (args->json) {
        gw_buf_free(&out.text);
    } else if (err == GW_OK && listing.shown == 0) {
        puts(_("Nothing waits for a decision."));
    }
    return err;
}

const struct admin_verb admin_verbs_review[] = {
    {"review list", "[--json] --store STORE", "store json", 0, true,
     N_("List what waits for a person's decision: commands in review, and those without a right."),
     review_list},
};
const size_t admin_verbs_review_n = sizeof(admin_verbs_review) / sizeof(admin_verbs_review[0]);
