/* A peer's bundle in: nobody is believed but keys that the server vouches for. */
#include <stdlib.h>
#include <string.h>

#include "offline-db/bundle_p.h"
#include "offline-db/foreign_p.h"
#include "offline-db/practice.h"

struct merging {
    struct home *home;
    const struct bundle *in;
    struct bundle_report *report;
    bool sender_known; /* the bundle itself is signed by a known signer */
    char rules[GW_HASH_HEX + 1];
    struct gw_fail *fail;
};

/* Counts a line that is not taken; the first reason is told. */
static enum gw_err refuse(struct merging *m, const char *why)
{
    if (m->report->refused++ == 0) {
        odb_copy(m->report->why, sizeof m->report->why, why);
    }
    return GW_OK;
}

/* ---- signers: first of all, whatever stands before them */

static enum gw_err take_signer(struct merging *m, const struct json *root)
{
    const struct json *row = json_obj(root, "signer");
    struct ev_signer s = {.dev = ""};
    uint8_t key[GW_KEY_BYTES];
    if (!row) {
        return GW_OK;
    }
    s.dev = json_str(row, "device");
    s.user = json_str(row, "user");
    s.name = json_str(row, "name");
    s.role = json_str(row, "role");
    s.sign_key = json_str(row, "sign_key");
    s.server_sig = json_str(row, "server_sig");
    (void)json_int(row, "revoked_at", &s.revoked_at);   /* absent: not closed */
    (void)json_int(row, "revoked_seq", &s.revoked_seq); /* the same */
    if (!s.dev || !id_ok(s.dev) || !s.user || !id_ok(s.user) || !s.name || !s.role || !s.sign_key ||
        !s.server_sig || !json_int(row, "valid_from", &s.valid_from) ||
        !gw_b64url_decode(s.sign_key, key, sizeof key)) {
        return GW_OK; /* its lines say that nobody knows them */
    }
    if (foreign_key(m->home, s.dev, key, NULL) == GW_OK ||
        !foreign_vouched(m->home->id.server_sign_key, &s)) {
        return GW_OK;
    }
    m->report->signers++;
    return foreign_signer_put(m->home, &s, m->fail);
}

/* ---- rule set and confirmed numbers */

static enum gw_err take_rules(struct merging *m, const struct json *root)
{
    const char *text = json_str(root, "rules");
    return text && strlen(text) <= PROCESS_RULES_MAX
               ? process_rules_keep(m->home, text, strlen(text), m->rules, m->fail)
               : GW_OK;
}

static enum gw_err take_rule(struct merging *m, const struct json *root)
{
    const struct json *row = json_obj(root, "rule");
    struct gw_buf text;
    if (!row || !m->sender_known) {
        return GW_OK;
    }
    gw_buf_init(&text, BUNDLE_LINE_MAX);
    enum gw_err err = json_print(row, &text);
    err = err ? err : foreign_rule_put(m->home, row, gw_buf_str(&text), m->fail);
    m->report->rules += err == GW_OK;
    gw_buf_free(&text);
    return err == GW_ABSENT ? GW_OK : err;
}

/* ---- lines */

static const char unknown_signer[] = N_(
    "Some records are signed by a device that neither this laptop nor its server knows; they were "
    "not taken. Let its owner synchronise once, then exchange again.");

/* What the body must say, beside a good signature. */
static bool body_fits(const struct merging *m, const struct wire_cmd_line *wire,
                      struct cmd_body *body, struct json **root)
{
    const char *code = NULL;
    return wire_body_decode(wire->body, strlen(wire->body), body, root, &code, NULL) == GW_OK &&
           strcmp(body->dev, wire->key) == 0 && cmd_is_process(body->kind) &&
           strcmp(body->id, m->in->head.process) == 0 && wire_private_fits(*root, wire->priv);
}

static bool signature_good(const struct wire_cmd_line *wire, const uint8_t key[GW_KEY_BYTES])
{
    uint8_t sig[GW_SIGN_BYTES];
    return gw_b64url_decode(wire->sig, sig, sizeof sig) &&
           gw_sign_ok(key, CMD_SIGN_PREFIX, wire->body, strlen(wire->body), sig);
}

static enum gw_err keep(struct merging *m, const struct wire_cmd_line *wire,
                        const struct cmd_body *body, const char *line)
{
    char hash[GW_HASH_HEX + 1];
    wire_cmd_hash(wire->body, strlen(wire->body), hash);
    const struct foreign_line in = {
        .dev = wire->key, .process = body->id, .hash = hash, .line = line, .n = body->n};
    if (strcmp(wire->key, m->home->id.device) == 0) {
        m->report->known++; /* an own one came back; the journal has it, or an image was restored */
        return GW_OK;
    }
    enum gw_err err = foreign_line_put(m->home, &in, m->fail);
    m->report->taken += err == GW_OK;
    m->report->known += err == GW_ABSENT;
    if (err == GW_REFUSED) {
        return refuse(m, _("A device has signed two different records with one number: the first "
                           "one that came here stays. Its laptop was restored from an image; let "
                           "it synchronise."));
    }
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err take_line(struct merging *m, const char *text, size_t len)
{
    struct wire_cmd_line wire;
    struct cmd_body body;
    struct json *line_root = NULL, *body_root = NULL;
    uint8_t key[GW_KEY_BYTES];
    char *line = strndup(text, len);
    enum gw_err err = line ? wire_cmd_line_decode(text, len, &wire, &line_root, NULL) : GW_NOMEM;
    m->report->lines++;
    if (err == GW_INVALID || (!err && !body_fits(m, &wire, &body, &body_root))) {
        err = refuse(m, _("Some records are not of this procedure, or not whole; they were not "
                          "taken."));
    } else if (!err && foreign_key(m->home, wire.key, key, NULL) != GW_OK) {
        err = refuse(m, _(unknown_signer));
    } else if (!err && !signature_good(&wire, key)) {
        err = refuse(m, _("Some records are not what their signer wrote; they were not taken."));
    } else if (!err) {
        err = keep(m, &wire, &body, line);
    }
    json_free(body_root);
    json_free(line_root);
    free(line);
    return err;
}

/* ---- the whole, in two walks: signers, then the rest */

static enum gw_err take_one(struct merging *m, enum bundle_line kind, const char *line, size_t len)
{
    struct json *root = NULL;
    if (kind == BUNDLE_COMMAND) {
        return take_line(m, line, len);
    }
    enum gw_err err = json_parse(line, len, BUNDLE_LINE_MAX, &root, m->fail);
    if (!err) {
        err = kind == BUNDLE_SIGNER ? take_signer(m, root)
              : kind == BUNDLE_RULE ? take_rule(m, root)
                                    : take_rules(m, root);
    }
    json_free(root);
    return err;
}

static enum gw_err walk(struct merging *m, bool signers)
{
    const char *line;
    size_t len;
    size_t at = 0;
    enum gw_err err = GW_OK;
    while (!err && bundle_next(m->in, &at, &line, &len)) {
        enum bundle_line kind = bundle_line_kind(line, len);
        bool now = signers ? kind == BUNDLE_SIGNER
                           : kind == BUNDLE_COMMAND || kind == BUNDLE_RULES || kind == BUNDLE_RULE;
        err = now ? take_one(m, kind, line, len) : GW_OK;
    }
    return err;
}

static enum gw_err take_all(struct merging *m)
{
    uint8_t key[GW_KEY_BYTES];
    enum gw_err err = walk(m, true);
    m->sender_known = !err && foreign_key(m->home, m->in->signer, key, NULL) == GW_OK &&
                      bundle_signed_by(m->in, key);
    return err ? err : walk(m, false);
}

static enum gw_err open_peer(struct home *home, const void *file, size_t len, struct bundle *in,
                             struct gw_fail *fail)
{
    uint8_t box[GW_KEY_BYTES], secret[GW_KEY_BYTES];
    const struct bundle_me me = {home->id.device, box, secret};
    enum gw_err err = foreign_own_box(home, box, secret, fail);
    err = err ? err : bundle_open(file, len, &me, in, fail);
    gw_wipe(secret, sizeof secret);
    if (!err && in->head.kind != BUNDLE_TO_PEER) {
        bundle_free(in);
        err = gw_fail_set(fail, GW_INVALID,
                          _("This is no bundle of another laptop. The server's answer is taken in "
                            "with `gridward journal import`."));
    }
    return err;
}

enum gw_err process_bundle_in(struct home *home, const void *file, size_t len,
                              struct bundle_report *report, struct gw_fail *fail)
{
    struct bundle in;
    *report = (struct bundle_report){.lines = 0};
    enum gw_err err = practice_refuse(home, fail);
    err = err ? err : home_rejoin(home, fail);
    err = err ? err : open_peer(home, file, len, &in, fail);
    if (err) {
        return err;
    }
    struct merging m = {.home = home, .in = &in, .report = report, .fail = fail};
    ODB_COPY(report->process, in.head.process);
    ODB_COPY(report->from, in.head.from);
    err = odb_begin(home, GW_DURABLE_FULL, "process_bundle_in", fail);
    err = err ? err : odb_end(home, take_all(&m), fail);
    report->changed |= !err && report->taken > 0 ? 1U << TYPE_STEP : 0;
    err = err ? err : bundle_blobs_take(home, &in, report, fail);
    if (!err) {
        report->changed |= report->attachments > 0 ? 1U << TYPE_STEP : 0;
    }
    bundle_free(&in);
    return err;
}
