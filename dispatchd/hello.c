/* hello and alive. */
#include <stdio.h>
#include <string.h>

#include "dispatchd/core_p.h"
#include "dispatchd/step_row.h"

static const char *const features[] = {"sse", "wait", "digest", "rules", "process", "blobs"};

static enum gw_err missing_numbers(struct core *core, const char *device, struct wire_hello *out,
                                   struct gw_fail *fail)
{
    struct store_hole holes[100];
    size_t n = 0;
    enum gw_err err = core->store->ops->holes(core->store, device, holes, 100, &n, fail);
    for (size_t i = 0; !err && i < n; i++) {
        for (int64_t k = holes[i].from; k <= holes[i].to && out->missing_n < 100; k++) {
            out->missing[out->missing_n++] = k;
        }
    }
    return err;
}

static void fill_rights(const struct call *call, struct wire_hello *out)
{
    const struct person *person = call->person;
    (void)snprintf(out->user, sizeof out->user, "%s", person->user.id);
    (void)snprintf(out->name, sizeof out->name, "%s", person->user.name);
    (void)snprintf(out->role, sizeof out->role, "%s", role_name(person->user.role));
    person_scopes(person, out->scopes);
    out->scopes_n = person->scopes_n;
    (void)snprintf(out->tag, sizeof out->tag, "%s", person->tag);
    out->types = person->types;
}

static enum gw_err fill(struct call *call, struct wire_hello *out, struct gw_fail *fail)
{
    struct core *core = call->core;
    struct store_device device;
    struct store_meta meta;
    enum gw_err err = core->store->ops->meta(core->store, &meta, fail);
    err =
        err ? err : core->store->ops->device_get(core->store, call->session->device, &device, fail);
    err = err ? err : missing_numbers(core, call->session->device, out, fail);
    if (err) {
        return err;
    }
    struct wire_cursor cursor = {.seq = meta.seq};
    (void)snprintf(cursor.epoch, sizeof cursor.epoch, "%s", meta.epoch);
    (void)snprintf(out->epoch, sizeof out->epoch, "%s", meta.epoch);
    wire_cursor_print(&cursor, out->cursor);
    out->time = core_wall(core);
    out->horizon = meta.horizon;
    out->limit_line = core->limits.line;
    out->limit_batch_lines = core->limits.batch_lines;
    out->limit_batch_bytes = core->limits.batch_bytes;
    out->limit_page = core->limits.page;
    (void)snprintf(out->device, sizeof out->device, "%s", device.id);
    out->n = device.n;
    (void)snprintf(out->head, sizeof out->head, "%s", device.head);
    out->valid_from = device.created_at;
    err = signer_sign(&meta, &device, out->server_sig);
    gw_wipe(&meta, sizeof meta);
    return err;
}

void handle_hello(struct call *call)
{
    struct wire_hello hello = {.features_n = sizeof features / sizeof features[0]};
    struct gw_fail fail = {.err = GW_OK};
    hello.features_n -= call->core->blobs == NULL; /* the last one */
    for (size_t i = 0; i < hello.features_n; i++) {
        (void)snprintf(hello.features[i], sizeof hello.features[i], "%s", features[i]);
    }
    fill_rights(call, &hello);
    struct store *store = call->core->store;
    enum gw_err err = store->ops->read_begin(store, &fail);
    if (!err) {
        err = fill(call, &hello, &fail);
        store->ops->read_end(store);
    }
    answer_json(call->out, 200);
    err = err ? err : wire_hello_encode(&hello, &call->out->body);
    if (err) {
        core_break(call, err, &fail);
    }
}

/* Incidents are counted, not kept: what was wrong was in the mirror of the console. */
static bool count_incidents(struct call *call, const struct json *body)
{
    const struct json *list = json_arr(body, "incidents");
    if (json_has(body, "incidents") && !list) {
        return false;
    }
    for (const struct json *at = list ? json_first(list) : NULL; at; at = json_next(at)) {
        const char *kind = json_str(at, "kind");
        if (!kind || strcmp(kind, "digest-mismatch") != 0) {
            return false;
        }
        call->core->stats.incidents++;
    }
    return true;
}

void handle_alive(struct call *call)
{
    struct json *body = NULL;
    struct jw w;
    if (json_parse(call->request->body, call->request->body_len, 0, &body, NULL) != GW_OK ||
        !json_is_object(body)) {
        json_free(body);
        answer_problem(call->out, 400, "malformed", "The body is no JSON object.");
        return;
    }
    bool good = count_incidents(call, body);
    json_free(body);
    if (!good) {
        answer_problem(call->out, 422, "invalid", "incidents must be a list of known kinds.");
        return;
    }
    answer_json(call->out, 200);
    jw_begin(&w, &call->out->body);
    jw_obj(&w, NULL);
    jw_int(&w, "time", core_wall(call->core));
    jw_obj_end(&w);
    if (jw_end(&w) != GW_OK) {
        answer_error(call->out, GW_NOMEM);
    }
}
