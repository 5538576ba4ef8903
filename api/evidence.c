/* A command line of kind process.* as a step; the text of a signer. */
#include "api/evidence.h"

#include <string.h>

#include "api/wire_p.h"
#include "base/i18n.h"

/* What is being read: the trees live until everything is copied. */
struct reading {
    struct gw_arena *arena;
    struct json *line_root, *body_root, *priv_root; /* owned */
    struct wire_cmd_line line;
    struct cmd_body body;
    struct ev_step *step;
};

static const enum proc_kind kinds[CMD_KIND_N] = {
    [CMD_PROCESS_OPEN] = PROC_OPEN,
    [CMD_PROCESS_STEP] = PROC_STEP,
    [CMD_PROCESS_CORRECT] = PROC_CORRECT,
    [CMD_PROCESS_COSIGN] = PROC_COSIGN,
    [CMD_PROCESS_CHECKPOINT] = PROC_CHECKPOINT,
    [CMD_PROCESS_CLOSE] = PROC_CLOSE,
};

/* ---- into the arena. Texts that are absent stay NULL. */

static enum gw_err keep(struct reading *r, const char *text, const char **out)
{
    *out = gw_arena_text(r->arena, text);
    return text && !*out ? GW_NOMEM : GW_OK;
}

static size_t members(const struct json *container)
{
    size_t n = 0;
    for (const struct json *m = json_first(container); m; m = json_next(m)) {
        n++;
    }
    return n;
}

static enum gw_err keep_value(struct reading *r, const struct json *member, bool private_part,
                              struct proc_value *out)
{
    bool flag = false;
    enum gw_err err = keep(r, json_key(member), &out->key);
    out->private_part = private_part;
    if (json_as_bool(member, &flag)) {
        out->num = flag;
    } else if (!json_as_int(member, &out->num)) {
        err = err ? err : keep(r, json_text(member), &out->text);
    }
    return err;
}

static enum gw_err keep_object(struct reading *r, const struct json *object, bool private_part,
                               struct proc_value *out, size_t *n)
{
    enum gw_err err = GW_OK;
    for (const struct json *m = json_first(object); m && !err; m = json_next(m)) {
        err = keep_value(r, m, private_part, &out[(*n)++]);
    }
    return err;
}

static enum gw_err keep_values(struct reading *r)
{
    const struct cmd_data *d = &r->body.data;
    const struct json *hidden = json_obj(r->priv_root, "fields");
    size_t n = members(d->fields) + members(d->counts) + members(hidden);
    struct proc_value *values = gw_arena_alloc(r->arena, n, sizeof *values);
    struct proc_value *materials =
        gw_arena_alloc(r->arena, members(d->materials), sizeof *materials);
    if (!values || !materials) {
        return GW_NOMEM;
    }
    struct ev_step *s = r->step;
    enum gw_err err = keep_object(r, d->fields, false, values, &s->values_n);
    err = err ? err : keep_object(r, d->counts, false, values, &s->values_n);
    err = err ? err : keep_object(r, hidden, true, values, &s->values_n);
    s->values = values;
    s->materials = materials;
    return err ? err : keep_object(r, d->materials, false, materials, &s->materials_n);
}

static enum gw_err keep_seen(struct reading *r)
{
    size_t n = members(r->body.seen);
    const char **seen = gw_arena_alloc(r->arena, n, sizeof *seen);
    enum gw_err err = seen ? GW_OK : GW_NOMEM;
    for (const struct json *m = json_first(r->body.seen); m && !err; m = json_next(m)) {
        err = keep(r, json_text(m), &seen[r->step->seen_n++]);
    }
    r->step->seen = seen;
    return err;
}

static enum gw_err keep_texts(struct reading *r)
{
    struct ev_step *s = r->step;
    const struct cmd_data *d = &r->body.data;
    const struct {
        const char *from, **to;
    } texts[] = {
        {r->body.dev, &s->dev},
        {"", &s->user},
        {r->body.id, &s->process},
        {d->pprev, &s->pprev},
        {d->step, &s->step},
        {d->subject ? d->subject : "", &s->subject},
        {d->target, &s->target},
        {d->outcome, &s->outcome},
        {d->reason, &s->reason},
        {d->digest, &s->digest},
        {d->heads, &s->heads},
        {s->kind == PROC_CHECKPOINT ? d->note : NULL, &s->note},
        {d->template_id, &s->template_id},
        {d->rules, &s->rules},
    };
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && !err; i++) {
        err = keep(r, texts[i].from, texts[i].to);
    }
    return err;
}

static enum gw_err keep_step(struct reading *r)
{
    const struct cmd_body *b = &r->body;
    struct ev_step *s = gw_arena_alloc(r->arena, 1, sizeof *s);
    if (!s) {
        return GW_NOMEM;
    }
    r->step = s;
    s->kind = kinds[b->kind];
    s->pn = b->data.pn;
    s->n = b->n;
    s->wall = b->wall;
    s->off = b->off;
    s->unc = b->unc;
    s->seq = -1;
    s->count = b->data.count > 0 ? b->data.count : 0;
    s->template_version = b->data.template_version > 0 ? b->data.template_version : 0;
    s->priv_erased = b->priv && !r->line.priv;
    s->blobs_n = members(b->blobs);
    wire_cmd_hash(r->line.body, strlen(r->line.body), s->hash);
    (void)json_int(b->data.fields, "happened_at", &s->happened_at); /* else 0 */
    enum gw_err err = keep_texts(r);
    err = err ? err : keep_seen(r);
    return err ? err : keep_values(r);
}

/* ---- reading */

/* The private part is either the one that was signed, or it is gone. */
static enum gw_err read_private(struct reading *r, struct gw_fail *fail)
{
    const char *priv = r->line.priv;
    if (!priv) {
        return GW_OK;
    }
    if (!wire_private_fits(r->body_root, priv)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The private part of this record does not belong to it."));
    }
    enum gw_err err = json_parse(priv, strlen(priv), 0, &r->priv_root, fail);
    const struct json *fields = json_obj(r->priv_root, "fields");
    if (!err && json_has(r->priv_root, "fields") && (!fields || !wire_values_check(fields))) {
        return wire_bad(fail, "private");
    }
    return err;
}

static enum gw_err read_line(struct reading *r, const char *line, size_t len, struct gw_fail *fail)
{
    const char *code = NULL;
    enum gw_err err = wire_cmd_line_decode(line, len, &r->line, &r->line_root, fail);
    err = err ? err
              : wire_body_decode(r->line.body, strlen(r->line.body), &r->body, &r->body_root, &code,
                                 fail);
    if (err) {
        return err;
    }
    if (!cmd_is_process(r->body.kind)) {
        return gw_fail_set(fail, GW_INVALID, _("This command is no record of a procedure."));
    }
    if (strcmp(r->body.dev, r->line.key) != 0) {
        return wire_bad(fail, "key");
    }
    return read_private(r, fail);
}

enum gw_err evidence_step(struct gw_arena *arena, const char *line, size_t len,
                          struct ev_step **out, struct gw_fail *fail)
{
    struct reading r = {.arena = arena};
    enum gw_err err = read_line(&r, line, len, fail);
    if (!err) {
        err = keep_step(&r);
        if (err) {
            (void)gw_fail_set(fail, err, _("There is no memory left to read this record."));
        }
    }
    json_free(r.line_root);
    json_free(r.body_root);
    json_free(r.priv_root);
    *out = err ? NULL : r.step;
    return err;
}

void evidence_users(struct ev_step *const *steps, size_t n, const struct ev_signer *signers,
                    size_t signers_n)
{
    const struct ev_signer *last = NULL; /* steps of one device come together */
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < signers_n && (!last || strcmp(last->dev, steps[i]->dev) != 0); k++) {
            last = strcmp(signers[k].dev, steps[i]->dev) == 0 ? &signers[k] : last;
        }
        if (last && strcmp(last->dev, steps[i]->dev) == 0) {
            steps[i]->user = last->user;
            steps[i]->role = last->role;
        }
    }
}

enum gw_err evidence_signer_text(const struct ev_signer *signer, struct gw_buf *out)
{
    return gw_buf_addf(out, "%s\n%s\n%s\n%lld", signer->dev, signer->user, signer->sign_key,
                       (long long)signer->valid_from);
}
