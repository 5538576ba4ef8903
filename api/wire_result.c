/* Result lines and what a receipt signs. */
#include <string.h>

#include "api/wire.h"
#include "api/wire_p.h"
#include "base/i18n.h"

enum gw_err wire_result_encode(const struct wire_result *result, struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_int(&w, "i", result->i);
    if (result->n < 0) {
        jw_null(&w, "n");
    } else {
        jw_int(&w, "n", result->n);
    }
    jw_str(&w, "result", cmd_result_name(result->result));
    if (result->seq >= 0) {
        jw_int(&w, "seq", result->seq);
    }
    jw_int(&w, "at", result->at);
    if (result->code) {
        jw_str(&w, "code", result->code);
    }
    if (result->params) {
        jw_raw(&w, "params", result->params, strlen(result->params));
    }
    if (result->note) {
        jw_str(&w, "note", result->note);
    }
    if (result->row) {
        jw_raw(&w, "row", result->row, strlen(result->row));
    }
    if (result->receipt) {
        jw_str(&w, "receipt", result->receipt);
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

/* A text that may be absent or null. */
static bool text_or_none(const struct json *root, const char *key, const char **out)
{
    *out = json_str(root, key);
    return *out || !json_has(root, key) || json_is_null(root, key);
}

/* An object that may be absent or null, as its JSON text. */
static bool object_or_none(struct json *root, const char *key, const char **out)
{
    const struct json *object = json_obj(root, key);
    *out = object ? wire_keep(root, object) : NULL;
    return *out || (!object && (!json_has(root, key) || json_is_null(root, key)));
}

static bool number_or_none(const struct json *root, const char *key, int64_t *out)
{
    *out = -1;
    return !json_has(root, key) || json_is_null(root, key) ||
           (json_int(root, key, out) && *out >= 0);
}

static const char *take_result(struct json *root, struct wire_result *out)
{
    const char *result = json_str(root, "result");
    if (!json_int(root, "i", &out->i) || out->i < 0) {
        return "i";
    }
    if (!json_has(root, "n") || !number_or_none(root, "n", &out->n)) {
        return "n";
    }
    if (!result || !cmd_result_parse(result, &out->result)) {
        return "result";
    }
    if (!number_or_none(root, "seq", &out->seq)) {
        return "seq";
    }
    if (!json_int(root, "at", &out->at) || out->at < 0) {
        return "at";
    }
    if (!text_or_none(root, "code", &out->code)) {
        return "code";
    }
    if (!text_or_none(root, "note", &out->note)) {
        return "note";
    }
    if (!text_or_none(root, "receipt", &out->receipt)) {
        return "receipt";
    }
    if (!object_or_none(root, "params", &out->params)) {
        return "params";
    }
    return object_or_none(root, "row", &out->row) ? NULL : "row";
}

enum gw_err wire_result_decode(const char *text, size_t len, struct wire_result *out,
                               struct json **root, struct gw_fail *fail)
{
    *out = (struct wire_result){.n = -1, .seq = -1};
    enum gw_err err = json_parse(text, len, 0, root, fail);
    if (err) {
        return err;
    }
    const char *bad = json_is_object(*root) ? take_result(*root, out) : "result";
    if (!bad) {
        return GW_OK;
    }
    json_free(*root);
    *root = NULL;
    *out = (struct wire_result){.n = -1, .seq = -1};
    return wire_bad(fail, bad);
}

enum gw_err wire_receipt_text(const char *dev, int64_t n, const char *hash,
                              enum cmd_result result, int64_t seq, int64_t at, struct gw_buf *out)
{
    enum gw_err err =
        gw_buf_addf(out, "%s\n%lld\n%s\n%s\n", dev, (long long)n, hash, cmd_result_name(result));
    if (!err && seq >= 0) {
        err = gw_buf_addf(out, "%lld", (long long)seq);
    }
    return err ? err : gw_buf_addf(out, "\n%lld", (long long)at);
}
