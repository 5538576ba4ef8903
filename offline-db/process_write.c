/* Recording: one signed command of kind process.*, with its number in the procedure, the hash of
 * this device's step before it, and the newest step of every other device that stood on this
 * laptop. */
#include <stdlib.h>
#include <string.h>

#include "offline-db/practice.h"
#include "offline-db/process_write_p.h"
#include "offline-db/signer.h"
#include "rules/ruleset_load.h"

enum { DEVICES_MAX = 256 };

struct writing {
    struct home *home;
    const struct home_signer *signer; /* NULL: the home itself */
    const char *id;
    enum proc_kind kind;
    const struct process_entry *entry;
    const struct process_case *c; /* NULL: an open */
    const struct ruleset *rules;
    const char *rules_text; /* of an open */
    size_t rules_len;
    struct process_members members;
    struct gw_buf heads, note;
    char digest[GW_HASH_HEX + 1], rules_hash[GW_HASH_HEX + 1];
    struct json *seen; /* owned; NULL = no other device */
    int64_t at;
    struct cmd_body body;
};

enum cmd_kind process_command_of(enum proc_kind kind)
{
    static const enum cmd_kind kinds[PROC_KIND_N] = {
        [PROC_OPEN] = CMD_PROCESS_OPEN,
        [PROC_STEP] = CMD_PROCESS_STEP,
        [PROC_CORRECT] = CMD_PROCESS_CORRECT,
        [PROC_COSIGN] = CMD_PROCESS_COSIGN,
        [PROC_CHECKPOINT] = CMD_PROCESS_CHECKPOINT,
        [PROC_CLOSE] = CMD_PROCESS_CLOSE,
    };
    return kinds[kind];
}

/* As of now: a rekey may still come before the transaction begins. */
static const char *own_device(const struct writing *w)
{
    return w->signer ? w->signer->device : w->home->id.device;
}

static const char *own_user(const struct writing *w)
{
    return w->signer ? w->signer->user : w->home->id.user;
}

/* ---- what was held: the newest step of every other device */

struct held {
    const char *dev, *hash;
    int64_t pn;
};

static enum gw_err newest_of_others(const struct writing *w, struct held *held, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < ev_count(w->c->set); i++) {
        const struct ev_step *step = ev_at(w->c->set, i);
        size_t d = 0;
        if (strcmp(step->dev, own_device(w)) == 0) {
            continue;
        }
        while (d < *n && strcmp(held[d].dev, step->dev) != 0) {
            d++;
        }
        if (d == DEVICES_MAX) {
            return GW_TOO_LARGE;
        }
        if (d == *n) {
            held[(*n)++] = (struct held){.dev = step->dev};
        }
        if (step->pn >= held[d].pn) {
            held[d] = (struct held){step->dev, step->hash, step->pn};
        }
    }
    return GW_OK;
}

static enum gw_err gather_seen(struct writing *w, struct gw_fail *fail)
{
    struct held held[DEVICES_MAX];
    struct gw_buf text;
    struct jw out;
    size_t n = 0;
    enum gw_err err = w->c ? newest_of_others(w, held, &n) : GW_OK;
    if (err) {
        return gw_fail_set(fail, err, _("More than %d devices have recorded in this procedure."),
                           DEVICES_MAX);
    }
    if (n == 0) {
        return GW_OK;
    }
    gw_buf_init(&text, DEVICES_MAX * (GW_HASH_HEX + 4));
    jw_begin(&out, &text);
    jw_arr(&out, NULL);
    for (size_t i = 0; i < n; i++) {
        jw_str(&out, NULL, held[i].hash);
    }
    jw_arr_end(&out);
    err = jw_end(&out);
    err = err ? err : json_parse(gw_buf_str(&text), text.len, 0, &w->seen, fail);
    gw_buf_free(&text);
    return err;
}

/* ---- the data of each kind */

static enum gw_err shape_of(const struct writing *w, struct process_shape *shape,
                            struct gw_fail *fail)
{
    const struct process_entry *entry = w->entry;
    const struct proc_template *t = w->rules->template_;
    const char *name = entry->step;
    if (w->kind == PROC_CORRECT) {
        const struct ev_step *target = ev_find(w->c->set, entry->target);
        name = target && target->kind == PROC_STEP ? target->step : "open";
    }
    if (strcmp(name, "open") == 0) {
        *shape = (struct process_shape){.fields = t->open_fields, .fields_n = t->open_n};
        return GW_OK;
    }
    const struct step_spec *spec = template_step(t, name);
    if (!spec) {
        return gw_fail_set(fail, GW_INVALID,
                           _("This procedure has no step “%s”. `steps` lists them."), name);
    }
    *shape = (struct process_shape){.fields = spec->fields,
                                    .fields_n = spec->fields_n,
                                    .counts = spec->counts,
                                    .counts_n = spec->counts_n};
    return GW_OK;
}

static enum gw_err fill_members(struct writing *w, struct gw_fail *fail)
{
    struct process_shape shape;
    struct cmd_data *d = &w->body.data;
    enum gw_err err = shape_of(w, &shape, fail);
    err = err ? err : process_members_make(w->home, &shape, w->entry, &w->members, fail);
    d->fields = w->members.fields;
    d->counts = w->kind == PROC_OPEN ? NULL : w->members.counts;
    d->materials = w->members.materials;
    d->reason = w->entry->reason;
    w->body.blobs = w->members.blobs;
    w->body.priv = w->members.priv.len > 0 ? w->members.priv_hash : NULL;
    return err;
}

static enum gw_err fill_open(struct writing *w, struct gw_fail *fail)
{
    struct cmd_data *d = &w->body.data;
    d->template_id = w->rules->template_->id;
    d->template_version = w->rules->template_->version;
    d->rules = w->rules_hash;
    gw_sha256_hex2(w->rules_text, w->rules_len, NULL, 0, w->rules_hash);
    return fill_members(w, fail);
}

static enum gw_err fill_step(struct writing *w, struct gw_fail *fail)
{
    w->body.data.step = w->entry->step;
    w->body.data.subject = w->entry->subject && w->entry->subject[0] ? w->entry->subject : NULL;
    return fill_members(w, fail);
}

static enum gw_err find_target(const struct writing *w, struct gw_fail *fail)
{
    if (w->entry->target && ev_find(w->c->set, w->entry->target)) {
        return GW_OK;
    }
    return gw_fail_set(
        fail, GW_ABSENT,
        _("No record of this procedure has that hash. `show` lists them with theirs."));
}

static enum gw_err fill_correct(struct writing *w, struct gw_fail *fail)
{
    if (!w->entry->reason || !w->entry->reason[0]) {
        return gw_fail_set(
            fail, GW_INVALID,
            _("A correction says why. Give a reason; the entry before stays readable."));
    }
    enum gw_err err = find_target(w, fail);
    w->body.data.target = w->entry->target;
    return err ? err : fill_members(w, fail);
}

/* Two persons are two users, not two devices. */
static enum gw_err fill_cosign(struct writing *w, struct gw_fail *fail)
{
    enum gw_err err = find_target(w, fail);
    if (err) {
        return err;
    }
    if (strcmp(ev_find(w->c->set, w->entry->target)->user, own_user(w)) == 0) {
        return gw_fail_set(
            fail, GW_REFUSED,
            _("This record is your own: the second person must be somebody else, with "
              "an own key."));
    }
    w->body.data.target = w->entry->target;
    return GW_OK;
}

static enum gw_err fill_checkpoint(struct writing *w, struct gw_fail *fail)
{
    struct cmd_data *d = &w->body.data;
    const struct ev_set *set = w->c->set;
    enum gw_err err = ev_note_text(set, w->id, &w->note);
    if (!err) {
        /* name, count, digest, then the heads */
        const char *at = gw_buf_str(&w->note);
        for (int line = 0; line < 3 && at; line++) {
            at = strchr(at, '\n');
            at = at ? at + 1 : NULL;
        }
        err = gw_buf_adds(&w->heads, at ? at : "");
    }
    struct gw_buf sig;
    gw_buf_init(&sig, 1024);
    const struct gw_sign_key *key = w->signer ? &w->signer->key : &w->home->key;
    err = err ? err : ev_note_sign(key, own_device(w), &w->note, &sig);
    err = err ? err : gw_buf_addf(&w->note, "\n%s", gw_buf_str(&sig));
    gw_buf_free(&sig);
    ev_digest(set, w->id, w->digest);
    d->heads = gw_buf_str(&w->heads);
    d->note = gw_buf_str(&w->note);
    d->digest = w->digest;
    d->count = (int64_t)ev_count(set);
    return err ? gw_fail_set(fail, err, _("There is no memory left. Close other programs."))
               : GW_OK;
}

static enum gw_err fill_close(struct writing *w, struct gw_fail *fail)
{
    w->body.data.outcome = w->entry->step && w->entry->step[0] ? w->entry->step : "done";
    (void)fail;
    return GW_OK;
}

/* ---- the transaction */

static enum gw_err own_head(struct writing *w, char pprev[GW_HASH_HEX + 1], struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(w->home, SQL_PR_OWN);
    gw_bind_text(st, ":id", w->id);
    gw_bind_text(st, ":dev", w->body.dev);
    enum gw_err err = odb_row(w->home, st, fail);
    pprev[0] = '\0';
    w->body.data.pn = 1;
    if (!err) {
        w->body.data.pn = gw_col_int(st, 0) + 1;
        odb_col(st, 1, pprev, GW_HASH_HEX + 1);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err append_in_txn(struct writing *w, struct gw_fail *fail)
{
    char prev[GW_HASH_HEX + 1];
    char pprev[GW_HASH_HEX + 1];
    char kept[GW_HASH_HEX + 1];
    struct mirror_state state;
    struct home *home = w->home;
    struct cmd_body *body = &w->body;
    const struct gw_sign_key *key;
    enum gw_err err = journal_signer(home, w->signer, &key, &body->dev, fail);
    err = err ? err : journal_head(home, body->dev, &body->n, prev);
    err = err ? err : mirror_state(home, &state);
    err = err ? err : own_head(w, pprev, fail);
    if (err) {
        return err;
    }
    body->n++;
    body->prev = prev;
    body->base = state.cursor;
    body->data.pprev = pprev;
    mirror_clock(home, &body->off, &body->unc);
    if (w->kind == PROC_OPEN) {
        err = process_rules_keep(home, w->rules_text, w->rules_len, kept, fail);
    }
    const struct journal_new in = {
        .body = body,
        .at = w->at,
        .priv = w->members.priv.len > 0 ? gw_buf_str(&w->members.priv) : NULL,
        .settled = true,
    };
    err = err ? err : cmd_data_check(body->kind, &body->data, fail);
    err = err ? err : journal_insert(home, key, &in, fail);
    return err ? err : process_head_keep(home, body, fail);
}

static enum gw_err append(struct writing *w, struct journal_entry *out, struct gw_fail *fail)
{
    struct home *home = w->home;
    char uid[GW_UUID_LEN + 1];
    gw_uuid7(&home->uuids, home->clock, home->random, uid);
    w->body.v = 1;
    w->body.uid = uid;
    w->body.id = w->id;
    w->body.wall = w->at;
    w->body.boot = gw_boot_id();
    w->body.mono = home->clock->mono_ms(home->clock->ctx);
    w->body.seen = w->seen;
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "process_append", fail);
    err = err ? err : odb_end(home, append_in_txn(w, fail), fail);
    if (err) {
        return journal_not_saved(home, err, fail);
    }
    if (out) {
        journal_entry_fill(out, &w->body, w->at);
    }
    return GW_OK;
}

/* ---- only the impossible is refused */

static enum gw_err guard(struct writing *w, struct gw_fail *fail)
{
    const struct process_entry *entry = w->entry;
    bool recorded = w->kind == PROC_OPEN || w->kind == PROC_STEP;
    struct refuse_in in = {
        .rules = w->rules,
        .step = w->kind == PROC_OPEN ? "open" : entry->step,
        .values = entry->values,
        .values_n = entry->values_n,
        .happened_at = entry->happened_at,
    };
    enum gw_err err = process_latest(w->home, &in.latest_ms);
    if (err || !recorded) {
        return err;
    }
    err = procedure_refuse(&in, fail);
    const struct step_spec *spec =
        w->kind == PROC_STEP ? template_step(w->rules->template_, entry->step) : NULL;
    if (!err && spec && spec->issues) {
        err = procedure_block(w->c->state, entry->step, fail);
    }
    return err;
}

static enum gw_err write_one(struct writing *w, struct journal_entry *out, struct gw_fail *fail)
{
    static enum gw_err (*const fill[PROC_KIND_N])(struct writing *, struct gw_fail *) = {
        [PROC_OPEN] = fill_open,
        [PROC_STEP] = fill_step,
        [PROC_CORRECT] = fill_correct,
        [PROC_COSIGN] = fill_cosign,
        [PROC_CHECKPOINT] = fill_checkpoint,
        [PROC_CLOSE] = fill_close,
    };
    if (!w->home->enrolled) {
        return gw_fail_set(fail, GW_DENIED,
                           _("This machine is not enrolled yet. Ask the duty room for a code, then "
                             "run: gridward enroll"));
    }
    process_members_init(&w->members);
    gw_buf_init(&w->heads, 32 * 1024);
    gw_buf_init(&w->note, 32 * 1024);
    w->at = w->home->clock->wall_ms(w->home->clock->ctx);
    w->body.kind = process_command_of(w->kind);
    cmd_data_init(&w->body.data);
    enum gw_err err = guard(w, fail);
    err = err ? err : gather_seen(w, fail);
    err = err ? err : fill[w->kind](w, fail);
    err = err ? err : append(w, out, fail);
    process_members_free(&w->members);
    json_free(w->seen);
    gw_buf_free(&w->heads);
    gw_buf_free(&w->note);
    return err;
}

enum gw_err process_start(struct home *home, const char *rules_text, size_t len,
                          const struct process_entry *entry, gw_id *id, struct journal_entry *out,
                          struct gw_fail *fail)
{
    struct ruleset *rules = NULL;
    char uuid[GW_UUID_LEN + 1];
    enum gw_err err = process_code_check(entry, fail);
    err = err ? err : ruleset_load(rules_text, len, &rules, fail);
    if (err) {
        return err;
    }
    gw_uuid7(&home->uuids, home->clock, home->random, uuid);
    odb_copy(*id, sizeof *id, uuid);
    struct process_entry now = *entry;
    now.happened_at =
        entry->happened_at ? entry->happened_at : home->clock->wall_ms(home->clock->ctx);
    struct writing w = {.home = home,
                        .id = *id,
                        .kind = PROC_OPEN,
                        .entry = &now,
                        .rules = rules,
                        .rules_text = rules_text,
                        .rules_len = len};
    err = write_one(&w, out, fail);
    ruleset_free(rules);
    return err;
}

static enum gw_err record_in(struct home *home, const struct home_signer *signer,
                             const struct process_case *c, enum proc_kind kind,
                             const struct process_entry *entry, struct journal_entry *out,
                             struct gw_fail *fail)
{
    struct process_entry now = *entry;
    enum gw_err err = process_code_check(entry, fail);
    if (err) {
        return err;
    }
    if (now.happened_at == 0 && kind == PROC_STEP) {
        now.happened_at = home->clock->wall_ms(home->clock->ctx);
    }
    struct writing w = {.home = home,
                        .signer = signer,
                        .id = c->row.id,
                        .kind = kind,
                        .entry = &now,
                        .c = c,
                        .rules = c->rules};
    return write_one(&w, out, fail);
}

enum gw_err process_record_as(struct home *home, const struct home_signer *signer, const char *id,
                              enum proc_kind kind, const struct process_entry *entry,
                              struct journal_entry *out, struct gw_fail *fail)
{
    struct process_case c;
    int64_t now_ms = home->clock->wall_ms(home->clock->ctx);
    enum gw_err err = process_load(home, id, day_of_ms(now_ms), &c, fail);
    if (err) {
        return err;
    }
    if (home->practice && kind == PROC_COSIGN) { /* the second person sits at the same laptop */
        err = practice_cosign(home, id, entry->target, fail);
        if (!err && out) {
            *out = (struct journal_entry){.state = CMD_APPLIED};
        }
    } else {
        err = record_in(home, signer, &c, kind, entry, out, fail);
    }
    process_unload(&c);
    return err;
}

enum gw_err process_record(struct home *home, const char *id, enum proc_kind kind,
                           const struct process_entry *entry, struct journal_entry *out,
                           struct gw_fail *fail)
{
    return process_record_as(home, NULL, id, kind, entry, out, fail);
}

/* One loading for all: signing changes nothing of what the next signature names. */
enum gw_err process_cosign_all(struct home *home, const struct home_signer *signer,
                               const struct process_case *c, bool (*wanted)(const struct ev_step *),
                               size_t *signed_n, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    const char *user = signer ? signer->user : home->id.user;
    *signed_n = 0;
    for (size_t i = 0; i < ev_count(c->set) && !err; i++) {
        const struct ev_step *step = ev_at(c->set, i);
        if (wanted(step) && process_may_cosign(c, step, user)) {
            const struct process_entry entry = {.target = step->hash};
            err = record_in(home, signer, c, PROC_COSIGN, &entry, NULL, fail);
            *signed_n += err == GW_OK;
        }
    }
    return err;
}

bool process_may_cosign(const struct process_case *c, const struct ev_step *step, const char *user)
{
    if (!step->user || strcmp(step->user, user) == 0) {
        return false;
    }
    for (size_t i = 0; i < ev_count(c->set); i++) {
        const struct ev_step *o = ev_at(c->set, i);
        if (o->kind == PROC_COSIGN && o->target && strcmp(o->target, step->hash) == 0 && o->user &&
            strcmp(o->user, user) == 0) {
            return false;
        }
    }
    return true;
}

/* ---- the newest moment known */

static int64_t newest(struct home *home, enum process_sql_row which)
{
    int64_t at = 0;
    return odb_int(home, process_stmt(home, which), 0, &at) == GW_OK ? at : 0;
}

enum gw_err process_latest(struct home *home, int64_t *ms)
{
    int64_t off = INT64_MIN;
    int64_t unc = INT64_MIN;
    *ms = 0;
    mirror_clock(home, &off, &unc);
    if (off == INT64_MIN) {
        return GW_OK; /* no known offset: recorded and marked, never refused */
    }
    int64_t latest = home->clock->wall_ms(home->clock->ctx) + off + (unc == INT64_MIN ? 0 : unc);
    int64_t receipt = newest(home, SQL_PR_RECEIPT_AT);
    int64_t step = newest(home, SQL_PR_STEP_AT);
    latest = receipt > latest ? receipt : latest;
    *ms = step > latest ? step : latest;
    return GW_OK;
}
