/* The answer to GET /v1/hello. */
#include <string.h>

#include "api/wire.h"
#include "api/wire_p.h"

static void put_versions(struct jw *w, const struct wire_hello *hello)
{
    jw_obj(w, "versions");
    jw_int(w, "min", 1);
    jw_int(w, "max", 1);
    jw_arr(w, "features");
    for (size_t i = 0; i < hello->features_n; i++) {
        jw_str(w, NULL, hello->features[i]);
    }
    jw_arr_end(w);
    jw_obj_end(w);
}

static void put_user(struct jw *w, const struct wire_hello *hello)
{
    jw_obj(w, "user");
    jw_str(w, "id", hello->user);
    jw_str(w, "name", hello->name);
    jw_str(w, "role", hello->role);
    jw_obj_end(w);
}

static void put_limits(struct jw *w, const struct wire_hello *hello)
{
    jw_obj(w, "limits");
    jw_int(w, "line", hello->limit_line);
    jw_int(w, "batch_lines", hello->limit_batch_lines);
    jw_int(w, "batch_bytes", hello->limit_batch_bytes);
    jw_int(w, "page", hello->limit_page);
    jw_obj_end(w);
}

static void put_device(struct jw *w, const struct wire_hello *hello)
{
    jw_obj(w, "device");
    jw_str(w, "id", hello->device);
    jw_int(w, "n", hello->n);
    jw_str(w, "head", hello->head);
    jw_arr(w, "missing");
    for (size_t i = 0; i < hello->missing_n; i++) {
        jw_int(w, NULL, hello->missing[i]);
    }
    jw_arr_end(w);
    if (hello->server_sig[0] != '\0') {
        jw_int(w, "valid_from", hello->valid_from);
        jw_str(w, "server_sig", hello->server_sig);
    }
    jw_obj_end(w);
}

enum gw_err wire_hello_encode(const struct wire_hello *hello, struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    put_versions(&w, hello);
    jw_str(&w, "epoch", hello->epoch);
    jw_str(&w, "cursor", hello->cursor);
    jw_int(&w, "time", hello->time);
    put_user(&w, hello);
    wire_put_scopes(&w, "scopes", hello->scopes, hello->scopes_n);
    jw_str(&w, "tag", hello->tag);
    wire_put_types(&w, hello->types);
    jw_int(&w, "horizon", hello->horizon);
    put_limits(&w, hello);
    put_device(&w, hello);
    jw_obj_end(&w);
    return jw_end(&w);
}

/* ---- decode; each gives NULL or the member that is wrong */

static bool take_count(const struct json *object, const char *key, int64_t min, int64_t *out)
{
    return json_int(object, key, out) && *out >= min;
}

static const char *take_versions(const struct json *root, struct wire_hello *out)
{
    const struct json *versions = json_obj(root, "versions");
    const struct json *features = json_arr(versions, "features");
    int64_t min = 0;
    int64_t max = 0;
    if (!features || !take_count(versions, "min", 1, &min) ||
        !take_count(versions, "max", 1, &max)) {
        return "versions";
    }
    for (const struct json *f = json_first(features); f; f = json_next(f)) {
        const char *name = json_text(f);
        if (!name) {
            return "versions.features";
        }
        if (out->features_n < sizeof out->features / sizeof out->features[0] &&
            wire_copy_z(out->features[out->features_n], sizeof out->features[0], name)) {
            out->features_n++; /* what does not fit is of a later version: nobody here asks for it
                                */
        }
    }
    return NULL;
}

static const char *take_user(const struct json *root, struct wire_hello *out)
{
    const struct json *user = json_obj(root, "user");
    bool fine = wire_take(user, "id", out->user, sizeof out->user) && id_ok(out->user) &&
                wire_take(user, "name", out->name, sizeof out->name) &&
                wire_take(user, "role", out->role, sizeof out->role);
    return fine ? NULL : "user";
}

static const char *take_scopes(const struct json *root, struct wire_hello *out)
{
    const struct json *list = json_arr(root, "scopes");
    for (const struct json *item = json_first(list); item; item = json_next(item)) {
        if (out->scopes_n == WIRE_SCOPES_MAX) {
            return "scopes";
        }
        struct wire_scope *scope = &out->scopes[out->scopes_n++];
        if (!wire_take(item, "path", scope->path, sizeof scope->path) || !path_ok(scope->path) ||
            !take_count(item, "granted", 0, &scope->granted)) {
            return "scopes";
        }
    }
    return list ? NULL : "scopes";
}

static const char *take_types(const struct json *root, struct wire_hello *out)
{
    const struct json *list = json_arr(root, "types");
    for (const struct json *item = json_first(list); item; item = json_next(item)) {
        enum gw_type type;
        if (!json_text(item)) {
            return "types";
        }
        if (entity_parse(json_text(item), &type)) {
            out->types |= UINT32_C(1) << type;
        }
    }
    return list ? NULL : "types";
}

static const char *take_limits(const struct json *root, struct wire_hello *out)
{
    const struct json *limits = json_obj(root, "limits");
    bool fine = take_count(limits, "line", 1, &out->limit_line) &&
                take_count(limits, "batch_lines", 1, &out->limit_batch_lines) &&
                take_count(limits, "batch_bytes", 1, &out->limit_batch_bytes) &&
                take_count(limits, "page", 1, &out->limit_page);
    return fine ? NULL : "limits";
}

static const char *take_device(const struct json *root, struct wire_hello *out)
{
    const struct json *device = json_obj(root, "device");
    const struct json *missing = json_arr(device, "missing");
    bool fine = wire_take(device, "id", out->device, sizeof out->device) && id_ok(out->device) &&
                take_count(device, "n", 0, &out->n) &&
                wire_take(device, "head", out->head, sizeof out->head) &&
                (out->n == 0 ? out->head[0] == '\0' : wire_is_hash(out->head));
    if (!fine || !missing) {
        return "device";
    }
    for (const struct json *item = json_first(missing); item; item = json_next(item)) {
        if (out->missing_n == sizeof out->missing / sizeof out->missing[0] ||
            !json_as_int(item, &out->missing[out->missing_n]) || out->missing[out->missing_n] < 1 ||
            out->missing[out->missing_n] >= out->n) {
            return "device.missing";
        }
        out->missing_n++;
    }
    /* optional: an older server does not say it */
    if (!take_count(device, "valid_from", 0, &out->valid_from) ||
        !wire_take(device, "server_sig", out->server_sig, sizeof out->server_sig)) {
        out->valid_from = 0;
        out->server_sig[0] = '\0';
    }
    return NULL;
}

static const char *take_state(const struct json *root, struct wire_hello *out)
{
    struct wire_cursor cursor;
    if (!wire_take(root, "epoch", out->epoch, sizeof out->epoch) || out->epoch[0] == '\0') {
        return "epoch";
    }
    if (!wire_take(root, "cursor", out->cursor, sizeof out->cursor) ||
        !wire_cursor_parse(out->cursor, &cursor)) {
        return "cursor";
    }
    if (!take_count(root, "time", 0, &out->time)) {
        return "time";
    }
    if (!wire_take(root, "tag", out->tag, sizeof out->tag) || !id_ok(out->tag)) {
        return "tag";
    }
    return take_count(root, "horizon", 0, &out->horizon) ? NULL : "horizon";
}

enum gw_err wire_hello_decode(const char *text, size_t len, struct wire_hello *out,
                              struct gw_fail *fail)
{
    static const char *(*const parts[])(const struct json *, struct wire_hello *) = {
        take_versions, take_state, take_user, take_scopes, take_types, take_limits, take_device};
    struct json *root = NULL;
    const char *bad = NULL;
    memset(out, 0, sizeof *out);
    enum gw_err err = json_parse(text, len, 0, &root, fail);
    if (err) {
        return err;
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !bad; i++) {
        bad = parts[i](root, out);
    }
    json_free(root);
    return bad ? wire_bad(fail, bad) : GW_OK;
}
