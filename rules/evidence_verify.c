/* The checks of an export that need nothing but the file: signatures, chains, digest, receipts.
 * What the rules say of the record is in evidence_judge.c. */
#include "rules/evidence_verify.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "rules/evidence_verify_p.h"
#include "rules/ruleset_load.h"

enum { VERIFY_MEMORY = 1024 * 1024 * 1024 };

const char *ev_check_name(enum ev_check check)
{
    static const char *const names[CHECK_N] = {
        [CHECK_FILE] = N_("file whole"),
        [CHECK_RULES] = N_("rule set is the one named"),
        [CHECK_SIGNATURES] = N_("signatures"),
        [CHECK_SIGNERS] = N_("keys of the signers"),
        [CHECK_CHAINS] = N_("chains without gap or fork"),
        [CHECK_REFERENCES] = N_("what records refer to is here"),
        [CHECK_DIGEST] = N_("digest of the set"),
        [CHECK_CHECKPOINTS] = N_("older sets of checkpoints"),
        [CHECK_RECEIPTS] = N_("receipts of the server"),
        [CHECK_PRIVATE] = N_("private parts"),
        [CHECK_ARITHMETIC] = N_("arithmetic"),
        [CHECK_DEADLINES] = N_("lead times and deadlines"),
        [CHECK_ARTICLES] = N_("other rules of law"),
        [CHECK_PERSONS] = N_("second persons, contested records"),
    };
    return _(names[check]);
}

const char *ev_verdict_name(enum ev_verdict verdict)
{
    static const char *const names[] = {
        [EV_OK] = "ok", [EV_NOTED] = "noted", [EV_FAILED] = "failed", [EV_SKIPPED] = "skipped"};
    return names[verdict];
}

void ev_note(struct verifying *v, enum ev_check check, enum ev_verdict verdict, const char *fmt,
             ...)
{
    struct ev_outcome *out = &v->out->checks[check];
    bool graver = (verdict == EV_FAILED && out->verdict != EV_FAILED) ||
                  (verdict == EV_NOTED && out->verdict == EV_OK);
    out->bad++;
    if (graver || out->text[0] == '\0') {
        va_list args;
        va_start(args, fmt);
        (void)vsnprintf(out->text, sizeof out->text, fmt, args);
        va_end(args);
    }
    if (graver) {
        out->verdict = verdict;
    }
}

static void skip(struct verifying *v, enum ev_check from)
{
    for (int c = (int)from; c < CHECK_N; c++) {
        v->out->checks[c].verdict = EV_SKIPPED;
    }
}

/* ---- signers */

static const struct ev_signer *signer_of(const struct verifying *v, const char *dev)
{
    for (size_t i = 0; i < v->file.signers_n; i++) {
        if (strcmp(v->file.signers[i].dev, dev) == 0) {
            return &v->file.signers[i];
        }
    }
    return NULL;
}

static void check_one_signer(struct verifying *v, const struct ev_signer *s)
{
    struct gw_buf text;
    uint8_t sig[GW_SIGN_BYTES];
    gw_buf_init(&text, 4096);
    v->out->checks[CHECK_SIGNERS].looked_at++;
    if (!v->has_server_key) {
        ev_note(v, CHECK_SIGNERS, EV_NOTED,
                _("The file names no server key: nobody vouches for the signers' keys."));
    } else if (s->server_sig[0] == '\0') {
        ev_note(v, CHECK_SIGNERS, EV_NOTED,
                _("The server has not vouched for device %.64s yet (it was never online since)."),
                s->dev);
    } else if (!gw_b64url_decode(s->server_sig, sig, sizeof sig) ||
               evidence_signer_text(s, &text) != GW_OK ||
               !gw_sign_ok(v->server_key, EV_SIGNER_PREFIX, gw_buf_str(&text), text.len, sig)) {
        ev_note(v, CHECK_SIGNERS, EV_FAILED, _("The server's signature for device %.64s is wrong."),
                s->dev);
    }
    gw_buf_free(&text);
}

/* In time: the receipt's seq is before the revocation (protocol section 6). */
static void check_revoked(struct verifying *v, const struct ev_step *step,
                          const struct ev_signer *s)
{
    if (s->revoked_at > 0 && (step->seq < 0 || step->seq >= s->revoked_seq)) {
        ev_note(v, CHECK_SIGNERS, EV_NOTED,
                _("Device %.64s was closed; record %.12s… has no receipt from before that."),
                s->dev, step->hash);
    }
}

/* ---- signatures */

static void check_signature(struct verifying *v, size_t i)
{
    const struct ev_step *step = v->file.steps[i];
    const struct ev_signer *s = signer_of(v, step->dev);
    struct wire_cmd_line line;
    struct json *root = NULL;
    uint8_t key[GW_KEY_BYTES];
    uint8_t sig[GW_SIGN_BYTES];
    v->out->checks[CHECK_SIGNATURES].looked_at++;
    if (!s) {
        ev_note(v, CHECK_SIGNATURES, EV_FAILED,
                _("Record %.12s… is of device %.64s, whose key is not in the file."), step->hash,
                step->dev);
        return;
    }
    const char *text = v->file.lines[i].line;
    bool good = wire_cmd_line_decode(text, strlen(text), &line, &root, NULL) == GW_OK &&
                strcmp(line.key, step->dev) == 0 &&
                gw_b64url_decode(s->sign_key, key, sizeof key) &&
                gw_b64url_decode(line.sig, sig, sizeof sig) &&
                gw_sign_ok(key, CMD_SIGN_PREFIX, line.body, strlen(line.body), sig);
    if (!good) {
        ev_note(v, CHECK_SIGNATURES, EV_FAILED, _("The signature of record %.12s… is wrong."),
                step->hash);
    }
    json_free(root);
    check_revoked(v, step, s);
    if (strcmp(step->process, v->file.process) != 0) {
        ev_note(v, CHECK_FILE, EV_FAILED, _("Record %.12s… belongs to another procedure."),
                step->hash);
    }
}

/* ---- receipts */

static void check_receipt(struct verifying *v, size_t i)
{
    const struct ev_step *step = v->file.steps[i];
    const struct ev_export_line *line = &v->file.lines[i];
    enum cmd_result result;
    struct gw_buf text;
    uint8_t sig[GW_SIGN_BYTES];
    v->out->checks[CHECK_RECEIPTS].looked_at++;
    if (line->receipt[0] == '\0') {
        ev_note(
            v, CHECK_RECEIPTS, EV_NOTED,
            _("Record %.12s… has no receipt: when it was made rests on the author's clock alone."),
            step->hash);
        return;
    }
    if (!v->has_server_key) {
        ev_note(v, CHECK_RECEIPTS, EV_NOTED,
                _("The file names no server key, so receipts cannot be checked."));
        return;
    }
    gw_buf_init(&text, 4096);
    bool good = cmd_result_parse(line->result, &result) &&
                gw_b64url_decode(line->receipt, sig, sizeof sig) &&
                wire_receipt_text(step->dev, step->n, step->hash, result, line->seq, line->recv_at,
                                  &text) == GW_OK &&
                gw_sign_ok(v->server_key, RECEIPT_PREFIX, gw_buf_str(&text), text.len, sig);
    if (!good) {
        ev_note(v, CHECK_RECEIPTS, EV_FAILED, _("The receipt of record %.12s… is wrong."),
                step->hash);
    }
    gw_buf_free(&text);
}

/* ---- the set: chains, references, digest, checkpoints */

static bool take_flaw(void *ctx, enum ev_flaw flaw, const struct ev_step *step)
{
    struct verifying *v = ctx;
    const char *hash = step ? step->hash : "";
    switch (flaw) {
    case EV_GAP:
        ev_note(v, CHECK_CHAINS, EV_FAILED,
                _("Before record %.12s… one of the same device is missing."), hash);
        break;
    case EV_FORK:
        ev_note(v, CHECK_CHAINS, EV_FAILED,
                _("Record %.12s… and another of the same device have one number."), hash);
        break;
    case EV_ORPHAN:
        ev_note(v, CHECK_REFERENCES, EV_FAILED,
                _("Record %.12s… refers to one that is not in the file."), hash);
        break;
    case EV_NO_OPEN:
        ev_note(v, CHECK_REFERENCES, EV_FAILED,
                _("The record that opens the procedure is missing."));
        break;
    case EV_TWO_OPEN:
        ev_note(v, CHECK_PERSONS, EV_NOTED, _("The procedure was opened twice."));
        break;
    }
    return true;
}

static void check_digest(struct verifying *v)
{
    struct ev_report *out = v->out;
    int64_t count = (int64_t)ev_count(v->set);
    out->checks[CHECK_DIGEST].looked_at = 1;
    ev_digest(v->set, v->file.process, out->digest);
    ev_code(out->digest, out->code);
    out->count = count;
    if (strcmp(out->digest, v->file.digest) != 0 || count != v->file.count) {
        ev_note(
            v, CHECK_DIGEST, EV_FAILED,
            _("The set of records has another digest than the file says: records were taken out or "
              "put in."));
    }
}

/* The note that a checkpoint carries is signed by the device, and its set lies in ours. */
static void check_checkpoint(struct verifying *v, const struct ev_step *step)
{
    const struct ev_signer *s = signer_of(v, step->dev);
    char digest[GW_HASH_HEX + 1];
    int64_t count = 0;
    uint8_t key[GW_KEY_BYTES];
    v->out->checks[CHECK_CHECKPOINTS].looked_at++;
    if (!step->heads || ev_rebuild(v->set, v->file.process, step->heads, &count, digest) != GW_OK) {
        ev_note(v, CHECK_CHECKPOINTS, EV_FAILED,
                _("The set that checkpoint %.12s… signed cannot be rebuilt: records of it are "
                  "missing."),
                step->hash);
        return;
    }
    if (count != step->count || !step->digest || strcmp(digest, step->digest) != 0) {
        ev_note(v, CHECK_CHECKPOINTS, EV_FAILED,
                _("Checkpoint %.12s… signed another set than the records here."), step->hash);
    }
    if (!s || !step->note || !gw_b64url_decode(s->sign_key, key, sizeof key) ||
        !ev_note_check(step->note, strlen(step->note), step->dev, key)) {
        ev_note(v, CHECK_CHECKPOINTS, EV_FAILED,
                _("The note of checkpoint %.12s… is not signed by its device."), step->hash);
    }
}

/* The last line of the file repeats the newest checkpoint, so that who has only that line can
 * compare. */
static void check_last_line(struct verifying *v)
{
    const struct ev_step *newest = NULL;
    for (size_t i = 0; i < ev_count(v->set); i++) {
        newest = ev_at(v->set, i)->kind == PROC_CHECKPOINT ? ev_at(v->set, i) : newest;
    }
    const char *note = newest && newest->note ? newest->note : "";
    if (strcmp(note, v->file.checkpoint ? v->file.checkpoint : "") != 0) {
        ev_note(v, CHECK_CHECKPOINTS, EV_FAILED,
                _("The last line of the file is not its newest checkpoint."));
    }
}

static void check_private(struct verifying *v)
{
    for (size_t i = 0; i < ev_count(v->set); i++) {
        v->out->checks[CHECK_PRIVATE].looked_at++;
        if (ev_at(v->set, i)->priv_erased) {
            ev_note(v, CHECK_PRIVATE, EV_NOTED,
                    _("A private part was erased as the law asks; the rest verifies."));
        }
    }
}

static enum gw_err check_set(struct verifying *v)
{
    enum gw_err err =
        ev_set_new((const struct ev_step *const *)v->file.steps, v->file.steps_n, &v->set);
    if (err) {
        return err;
    }
    v->out->checks[CHECK_CHAINS].looked_at = (int64_t)ev_count(v->set);
    v->out->checks[CHECK_REFERENCES].looked_at = (int64_t)ev_count(v->set);
    ev_flaws(v->set, take_flaw, v);
    check_digest(v);
    for (size_t i = 0; i < ev_count(v->set); i++) {
        if (ev_at(v->set, i)->kind == PROC_CHECKPOINT) {
            check_checkpoint(v, ev_at(v->set, i));
        }
    }
    check_last_line(v);
    check_private(v);
    return GW_OK;
}

/* ---- all of it */

static void take_server_key(struct verifying *v, const char *given)
{
    const char *key = given ? given : v->file.server_sign_key;
    v->has_server_key = key && gw_b64url_decode(key, v->server_key, sizeof v->server_key);
    if (given && v->file.server_sign_key && strcmp(given, v->file.server_sign_key) != 0) {
        ev_note(v, CHECK_SIGNERS, EV_FAILED,
                _("The file names another server than the one given."));
    }
}

static enum gw_err verify_file(struct verifying *v, const struct ev_verify_in *in)
{
    take_server_key(v, in->server_sign_key);
    evidence_users(v->file.steps, v->file.steps_n, v->file.signers, v->file.signers_n);
    for (size_t i = 0; i < v->file.signers_n; i++) {
        check_one_signer(v, &v->file.signers[i]);
    }
    for (size_t i = 0; i < v->file.steps_n; i++) {
        check_signature(v, i);
        check_receipt(v, i);
    }
    enum gw_err err = check_set(v);
    return err ? err : evidence_judge(v, in->today);
}

enum gw_err evidence_verify(const struct ev_verify_in *in, struct ev_report *out,
                            struct gw_fail *fail)
{
    struct verifying v = {.out = out};
    struct gw_fail why = {.err = GW_OK};
    *out = (struct ev_report){.count = 0};
    gw_arena_init(&v.arena, VERIFY_MEMORY);
    enum gw_err err = evidence_read(&v.arena, in->text, in->len, &v.file, &why);
    out->checks[CHECK_FILE].looked_at = 1;
    if (err && err != GW_NOMEM) {
        ev_note(&v, CHECK_FILE, EV_FAILED, "%s", why.text);
        skip(&v, CHECK_RULES);
        err = GW_OK;
    } else if (!err) {
        (void)snprintf(out->process, sizeof out->process, "%s", v.file.process);
        err = verify_file(&v, in);
    }
    out->genuine = true;
    for (int c = 0; c < CHECK_N; c++) {
        out->genuine = out->genuine && out->checks[c].verdict != EV_FAILED;
    }
    ev_set_free(v.set);
    gw_arena_free(&v.arena);
    return err ? gw_fail_set(fail, err, _("There is no memory left. Close other programs."))
               : GW_OK;
}
