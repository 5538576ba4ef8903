/* Rows of type step. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/step_row.h"

enum { BESIDE_LINE = 4 * 1024 }; /* all other members, with the longest ids and reason */

void step_row_id(const char *dev, int64_t n, char out[GW_ID_MAX + 1])
{
    (void)snprintf(out, GW_ID_MAX + 1, "%.100s.%" PRId64, dev, n); /* devices are UUIDs */
}

bool step_row_fits(const char *line, size_t len)
{
    size_t quoted = BESIDE_LINE;
    for (size_t i = 0; i < len; i++) {
        quoted += line[i] == '"' || line[i] == '\\' ? 2 : (unsigned char)line[i] < 0x20 ? 6 : 1;
    }
    return quoted <= STORE_ROW_MAX;
}

static enum gw_err print(const struct step_row *row, struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "process", row->process);
    jw_int(&w, "pn", row->pn);
    jw_str(&w, "dev", row->dev);
    jw_int(&w, "n", row->n);
    jw_str(&w, "user", row->user);
    jw_str(&w, "hash", row->hash);
    jw_strn(&w, "line", row->line, row->line_len);
    jw_str(&w, "status", row->status);
    if (row->code) {
        jw_str(&w, "code", row->code);
    }
    jw_int(&w, "recv_at", row->recv_at);
    jw_str(&w, "receipt", row->receipt);
    jw_str(&w, "result", row->result);
    if (row->receipt_seq >= 0) {
        jw_int(&w, "receipt_seq", row->receipt_seq);
    }
    if (row->erased_at > 0) {
        jw_int(&w, "erased_at", row->erased_at);
        jw_str(&w, "erased_why", row->erased_why);
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

enum gw_err step_row_put(struct store *store, const struct step_row *row, const char *path,
                         int64_t *seq, struct gw_fail *fail)
{
    char id[GW_ID_MAX + 1];
    struct gw_buf text;
    gw_buf_init(&text, STORE_ROW_MAX);
    step_row_id(row->dev, row->n, id);
    enum gw_err err = print(row, &text);
    err = err ? gw_fail_set(fail, err, _("A record does not fit into its row."))
              : store->ops->row_put(store, TYPE_STEP, id, path, gw_buf_str(&text), text.len, seq,
                                    fail);
    gw_buf_free(&text);
    return err;
}

enum gw_err step_row_parse(const struct gw_buf *text, struct step_row *out, struct json **root,
                           struct gw_fail *fail)
{
    *out = (struct step_row){.receipt_seq = -1};
    enum gw_err err = json_parse(gw_buf_str(text), text->len, STORE_ROW_MAX, root, fail);
    if (err) {
        return err;
    }
    out->process = json_str(*root, "process");
    out->dev = json_str(*root, "dev");
    out->user = json_str(*root, "user");
    out->hash = json_str(*root, "hash");
    out->line = json_str(*root, "line");
    out->line_len = out->line ? strlen(out->line) : 0;
    out->status = json_str(*root, "status");
    out->code = json_str(*root, "code");
    out->result = json_str(*root, "result");
    out->receipt = json_str(*root, "receipt");
    out->erased_why = json_str(*root, "erased_why");
    (void)json_int(*root, "pn", &out->pn); /* absent ones stay as they are */
    (void)json_int(*root, "n", &out->n);
    (void)json_int(*root, "recv_at", &out->recv_at);
    (void)json_int(*root, "receipt_seq", &out->receipt_seq);
    (void)json_int(*root, "erased_at", &out->erased_at);
    if (!out->process || !out->dev || !out->user || !out->hash || !out->line || !out->status) {
        return gw_fail_set(fail, GW_INVALID, _("The row of a record is not complete."));
    }
    return GW_OK;
}
