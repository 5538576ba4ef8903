/* rules.confirm: a number that the law leaves to the district is known from now on, with its
 * document. The row lies at the broadest area of who confirmed it and is seen by everybody below.
 */
#include <stdio.h>
#include <string.h>

#include "dispatchd/process_p.h"

enum { RULE_MAX = 8 * 1024 };

/* The area with the fewest labels, the first of these; private nodes are none. NULL = no area. */
static const char *broadest(const struct person *person)
{
    const char *found = NULL;
    for (size_t i = 0; i < person->scopes_n; i++) {
        const char *path = person->scopes[i].path;
        if (!path_covers("u", path) && (!found || path_depth(path) < path_depth(found))) {
            found = path;
        }
    }
    return found;
}

static enum gw_err print(const struct command *c, struct gw_buf *out)
{
    const struct cmd_data *d = &c->body.data;
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "set", d->set);
    jw_str(&w, "key", d->key);
    jw_str(&w, "value", d->value);
    jw_str(&w, "document", d->document);
    jw_str(&w, "article", d->article);
    jw_str(&w, "confirmed_by", c->person->user.id);
    jw_int(&w, "at", c->now);
    jw_str(&w, "dev", c->body.dev);
    jw_int(&w, "n", c->body.n);
    jw_str(&w, "hash", c->hash);
    jw_obj_end(&w);
    return jw_end(&w);
}

/* Two districts of one server may confirm the same number: the area is part of the id. */
static bool rule_id(const struct command *c, const char *path, char out[GW_ID_MAX + 1])
{
    int n = snprintf(out, GW_ID_MAX + 1, "%s.%s.%s", c->body.data.set, c->body.data.key, path);
    return n > 0 && n <= GW_ID_MAX;
}

static enum gw_err put_rule(struct command *c, const char *path, struct verdict *v,
                            struct gw_fail *fail)
{
    struct store *store = c->core->store;
    char id[GW_ID_MAX + 1];
    struct gw_buf text;
    if (!rule_id(c, path, id)) {
        verdict_set(v, RESULT_REJECTED, "bad-data");
        return verdict_param(v, "field", "key");
    }
    gw_buf_init(&text, RULE_MAX);
    enum gw_err err = print(c, &text);
    err = err ? err
              : store->ops->row_put(store, TYPE_RULE, id, path, gw_buf_str(&text), text.len,
                                    &v->seq, fail);
    gw_buf_free(&text);
    verdict_set(v, RESULT_APPLIED, NULL);
    c->core->rules.stale = true;
    return err;
}

enum gw_err command_rules(struct command *c, struct verdict *v, struct gw_fail *fail)
{
    const char *path = broadest(c->person);
    bool may = false;
    if (c->device->revoked_at != 0) {
        verdict_set(v, RESULT_QUARANTINED, "key-revoked");
        return GW_OK;
    }
    if (!path) {
        verdict_set(v, RESULT_QUARANTINED, "no-right");
        return GW_OK;
    }
    enum gw_err err = command_right(c, path, v, &may, fail);
    return err || !may ? err : put_rule(c, path, v, fail);
}
