/* Bodies and lines of commands. The data of a kind is written and read by its table in
 * model/command.h; nothing here knows a kind by name but access.reveal, whose data repeats the id.
 */
#include <assert.h>
#include <string.h>

#include "api/scan.h"
#include "api/wire.h"
#include "api/wire_p.h"
#include "base/i18n.h"

/* ---- body: encode */

static const struct json *member_json(const struct cmd_data *data, const struct cmd_field *field)
{
    const struct json *value;
    memcpy(&value, (const char *)data + field->offset, sizeof value);
    return value;
}

static void put_json(struct jw *w, const char *key, const struct json *value)
{
    struct gw_buf text;
    if (!value || w->err) {
        return;
    }
    gw_buf_init(&text, CMD_BODY_MAX + 1);
    w->err = json_print(value, &text);
    if (!w->err) {
        jw_raw(w, key, gw_buf_str(&text), text.len);
    }
    gw_buf_free(&text);
}

static void put_data(struct jw *w, const struct cmd_body *body)
{
    const struct cmd_spec *spec = cmd_spec_of(body->kind);
    const char *base = (const char *)&body->data;
    jw_obj(w, "data");
    if (body->kind == CMD_ACCESS_REVEAL) {
        jw_str(w, "id", body->id);
    }
    for (size_t i = 0; i < spec->fields_n; i++) {
        const struct cmd_field *field = &spec->fields[i];
        const char *text;
        int64_t number;
        if (field->kind == CMD_FIELD_JSON) {
            put_json(w, field->key, member_json(&body->data, field));
            continue;
        }
        if (cmd_field_is_number(field->kind)) {
            memcpy(&number, base + field->offset, sizeof number);
            if (number != -1) {
                jw_int(w, field->key, number);
            } else if (field->kind == CMD_FIELD_LEVEL) {
                jw_null(w, field->key); /* the next level */
            }
            continue;
        }
        memcpy(&text, base + field->offset, sizeof text);
        if (text && (*text != '\0' || field->required)) {
            jw_str(w, field->key, text);
        }
    }
    jw_obj_end(w);
}

static void put_int_or_null(struct jw *w, const char *key, int64_t value)
{
    if (value == INT64_MIN) {
        jw_null(w, key);
    } else {
        jw_int(w, key, value);
    }
}

enum gw_err wire_body_encode(const struct cmd_body *body, struct gw_buf *out)
{
    struct jw w;
    size_t before = out->len;
    assert(body->kind < CMD_KIND_N);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_int(&w, "v", body->v);
    jw_str(&w, "uid", body->uid);
    jw_str(&w, "dev", body->dev);
    jw_int(&w, "n", body->n);
    jw_str(&w, "prev", body->prev);
    jw_str(&w, "kind", cmd_spec_of(body->kind)->name);
    jw_str(&w, "id", body->id);
    jw_str(&w, "base", body->base);
    if (body->expect_level > 0) {
        jw_obj(&w, "expect");
        jw_int(&w, "level", body->expect_level);
        jw_obj_end(&w);
    }
    jw_obj(&w, "t");
    jw_int(&w, "wall", body->wall);
    put_int_or_null(&w, "off", body->off);
    put_int_or_null(&w, "unc", body->unc);
    jw_str(&w, "boot", body->boot ? body->boot : "");
    jw_int(&w, "mono", body->mono);
    jw_obj_end(&w);
    put_data(&w, body);
    if (body->priv) {
        jw_str(&w, "priv", body->priv);
    }
    put_json(&w, "blobs", body->blobs);
    put_json(&w, "seen", body->seen);
    jw_obj_end(&w);
    enum gw_err err = jw_end(&w);
    return !err && cmd_is_process(body->kind) && out->len - before > CMD_BODY_MAX ? GW_TOO_LARGE
                                                                                  : err;
}

/* ---- body: decode */

static bool int_or_null(const struct json *object, const char *key, int64_t *out)
{
    *out = INT64_MIN;
    return json_is_null(object, key) || json_int(object, key, out);
}

/* NULL, or the member that is missing or bad. Without these a line cannot even be stored. */
static const char *take_time(const struct json *root, struct cmd_body *out)
{
    const struct json *t = json_obj(root, "t");
    if (!t) {
        return "t";
    }
    out->boot = json_str(t, "boot");
    if (!json_int(t, "wall", &out->wall)) {
        return "t.wall";
    }
    if (!int_or_null(t, "off", &out->off)) {
        return "t.off";
    }
    if (!int_or_null(t, "unc", &out->unc)) {
        return "t.unc";
    }
    if (!out->boot || strlen(out->boot) > 64) {
        return "t.boot";
    }
    return json_int(t, "mono", &out->mono) ? NULL : "t.mono";
}

static const char *take_head(const struct json *root, struct cmd_body *out)
{
    struct wire_cursor cursor;
    out->uid = json_str(root, "uid");
    out->dev = json_str(root, "dev");
    out->prev = json_str(root, "prev");
    out->id = json_str(root, "id");
    out->base = json_str(root, "base");
    if (!json_int(root, "v", &out->v)) {
        return "v";
    }
    if (!out->uid || !id_ok(out->uid)) {
        return "uid";
    }
    if (!out->dev || !id_ok(out->dev)) {
        return "dev";
    }
    if (!json_int(root, "n", &out->n) || out->n < 1) {
        return "n";
    }
    if (!out->prev || (*out->prev != '\0' && !wire_is_hash(out->prev))) {
        return "prev";
    }
    if (!out->id || !id_ok(out->id)) {
        return "id";
    }
    if (!out->base || (*out->base != '\0' && !wire_cursor_parse(out->base, &cursor))) {
        return "base";
    }
    return json_str(root, "kind") ? take_time(root, out) : "kind";
}

static bool blob_ok(const struct json *blob)
{
    int64_t size = 0;
    return wire_is_hash(json_str(blob, "commit")) && json_int(blob, "size", &size) && size >= 0 &&
           json_str(blob, "media");
}

static bool hash_ok(const struct json *value)
{
    return wire_is_hash(json_text(value));
}

static bool list_ok(const struct json *root, const char *key, bool (*item_ok)(const struct json *))
{
    const struct json *item = json_first(json_arr(root, key));
    if (json_has(root, key) && !json_arr(root, key)) {
        return false;
    }
    while (item && item_ok(item)) {
        item = json_next(item);
    }
    return item == NULL;
}

/* Members that may be absent. */
static const char *take_options(const struct json *root, struct cmd_body *out)
{
    const struct json *expect = json_obj(root, "expect");
    bool level_ok =
        !json_has(expect, "level") || (json_int(expect, "level", &out->expect_level) &&
                                       out->expect_level >= 1 && out->expect_level <= 5);
    if (!level_ok || (json_has(root, "expect") && !expect)) {
        out->expect_level = 0;
        return "expect";
    }
    out->priv = json_str(root, "priv");
    if (json_has(root, "priv") && !wire_is_hash(out->priv)) {
        out->priv = NULL;
        return "priv";
    }
    if (!list_ok(root, "blobs", blob_ok)) {
        return "blobs";
    }
    if (!list_ok(root, "seen", hash_ok)) {
        return "seen";
    }
    out->blobs = json_arr(root, "blobs");
    out->seen = json_arr(root, "seen");
    return NULL;
}

static bool value_key_ok(const char *key)
{
    size_t len = strlen(key);
    return len >= 1 && len <= CMD_VALUE_KEY_BYTES &&
           strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static bool value_ok(const struct json *value)
{
    int64_t number;
    bool flag;
    const char *text = json_text(value);
    return text ? strlen(text) <= CMD_VALUE_BYTES
                : json_as_int(value, &number) || json_as_bool(value, &flag);
}

bool wire_values_check(const struct json *object)
{
    size_t n = 0;
    if (!json_is_object(object)) {
        return false;
    }
    for (const struct json *m = json_first(object); m; m = json_next(m)) {
        if (++n > CMD_VALUES_MAX || !value_key_ok(json_key(m)) || !value_ok(m)) {
            return false;
        }
    }
    return true;
}

static bool take_field(const struct json *object, const struct cmd_field *field,
                       struct cmd_data *data)
{
    char *at = (char *)data + field->offset;
    if (field->kind == CMD_FIELD_JSON) {
        const struct json *value = json_obj(object, field->key);
        memcpy(at, &value, sizeof value);
        return value && wire_values_check(value);
    }
    if (cmd_field_is_number(field->kind)) {
        int64_t number = -1;
        if (field->kind == CMD_FIELD_LEVEL && json_is_null(object, field->key)) {
            return true; /* stays -1 */
        }
        if (!json_int(object, field->key, &number) || number < 0) {
            return false;
        }
        memcpy(at, &number, sizeof number);
        return true;
    }
    const char *text = json_str(object, field->key);
    memcpy(at, &text, sizeof text);
    return text != NULL;
}

static const struct cmd_field *field_of(const struct cmd_spec *spec, const char *key)
{
    for (size_t i = 0; i < spec->fields_n; i++) {
        if (strcmp(spec->fields[i].key, key) == 0) {
            return &spec->fields[i];
        }
    }
    return NULL;
}

/* Only members of the table, each of its kind. */
static enum gw_err take_data(const struct json *root, struct cmd_body *out, struct gw_fail *fail)
{
    const struct json *object = json_obj(root, "data");
    const struct cmd_spec *spec = cmd_spec_of(out->kind);
    if (!object) {
        return wire_bad(fail, "data");
    }
    for (const struct json *m = json_first(object); m; m = json_next(m)) {
        const struct cmd_field *field = field_of(spec, json_key(m));
        if (field ? take_field(object, field, &out->data)
                  : out->kind == CMD_ACCESS_REVEAL && strcmp(json_key(m), "id") == 0 &&
                        json_text(m) && strcmp(json_text(m), out->id) == 0) {
            continue;
        }
        return wire_bad(fail, json_key(m));
    }
    return cmd_data_check(out->kind, &out->data, fail);
}

static enum gw_err body_fields(const struct json *root, size_t len, struct cmd_body *out,
                               const char **code, struct gw_fail *fail)
{
    const char *bad = take_head(root, out);
    if (bad) {
        return wire_bad(fail, bad);
    }
    if (out->v != 1 || !cmd_kind_parse(json_str(root, "kind"), &out->kind)) {
        out->kind = CMD_KIND_N;
        *code = "unknown-kind";
        return gw_fail_set(fail, GW_INVALID, _("This kind of command is not known here."));
    }
    bad = take_options(root, out);
    bad = !bad && cmd_is_process(out->kind) && len > CMD_BODY_MAX ? "body" : bad;
    enum gw_err err = bad ? wire_bad(fail, bad) : take_data(root, out, fail);
    if (err) {
        const char *found = bad ? NULL : cmd_data_code(out->kind, &out->data);
        *code = found ? found : "bad-data";
    }
    return err;
}

enum gw_err wire_body_decode(const char *text, size_t len, struct cmd_body *out, struct json **root,
                             const char **code, struct gw_fail *fail)
{
    *out = (struct cmd_body){.kind = CMD_KIND_N};
    cmd_data_init(&out->data);
    *code = NULL;
    enum gw_err err = json_parse(text, len, 0, root, fail);
    if (!err) {
        err = body_fields(*root, len, out, code, fail);
    }
    if (err && !*code) { /* it cannot be stored: nothing of it is given out */
        json_free(*root);
        *root = NULL;
        *out = (struct cmd_body){.kind = CMD_KIND_N};
    }
    return err;
}

void wire_cmd_hash(const char *body, size_t len, char out[GW_HASH_HEX + 1])
{
    gw_sha256_hex2(CMD_SIGN_PREFIX, strlen(CMD_SIGN_PREFIX), body, len, out);
}

bool wire_private_fits(const struct json *body, const char *priv)
{
    char hash[GW_HASH_HEX + 1];
    const char *said = json_str(body, "priv");
    if (!said || !priv) {
        return !said && !priv;
    }
    gw_sha256_hex2(priv, strlen(priv), NULL, 0, hash);
    return strcmp(hash, said) == 0;
}

/* ---- line */

enum gw_err wire_cmd_line_encode(const struct wire_cmd_line *line, struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "body", line->body);
    jw_str(&w, "key", line->key);
    jw_str(&w, "sig", line->sig);
    if (line->priv) {
        jw_str(&w, "private", line->priv);
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

static const char *take_line(const struct json *root, struct wire_cmd_line *out)
{
    out->body = json_str(root, "body");
    out->key = json_str(root, "key");
    out->sig = json_str(root, "sig");
    out->priv = json_str(root, "private");
    if (!out->body || *out->body == '\0') {
        return "body";
    }
    if (!out->key || !id_ok(out->key)) {
        return "key";
    }
    if (!out->sig || strlen(out->sig) != GW_SIGN_B64) {
        return "sig";
    }
    bool priv_ok = out->priv ? scan_check(out->priv, strlen(out->priv), NULL) == GW_OK
                             : !json_has(root, "private");
    return priv_ok ? NULL : "private";
}

enum gw_err wire_cmd_line_decode(const char *text, size_t len, struct wire_cmd_line *out,
                                 struct json **root, struct gw_fail *fail)
{
    *out = (struct wire_cmd_line){.body = NULL};
    enum gw_err err = json_parse(text, len, 0, root, fail);
    if (err) {
        return err;
    }
    const char *bad = take_line(*root, out);
    if (!bad) {
        return GW_OK;
    }
    json_free(*root);
    *root = NULL;
    *out = (struct wire_cmd_line){.body = NULL};
    return wire_bad(fail, bad);
}
