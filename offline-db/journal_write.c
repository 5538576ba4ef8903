/* Writing side of the journal: append, sign, reissue. */
#include <stdio.h>
#include <string.h>

#include "offline-db/journal.h"
#include "offline-db/odb_p.h"
#include "offline-db/signer.h"

enum { BODY_MAX = 64 * 1024 };

enum gw_err journal_head(struct home *home, const char *dev, int64_t *n, char hash[GW_HASH_HEX + 1])
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_LAST);
    gw_bind_text(st, ":dev", dev);
    *n = 0;
    hash[0] = '\0';
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        *n = gw_col_int(st, 0);
        odb_col(st, 1, hash, GW_HASH_HEX + 1);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err insert_row(struct home *home, const struct journal_new *in, const char *text,
                              const char *sig, const char *hash, struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_ADD);
    gw_bind_text(st, ":dev", in->body->dev);
    gw_bind_int(st, ":n", in->body->n);
    gw_bind_text(st, ":uid", in->body->uid);
    gw_bind_text(st, ":kind", cmd_spec_of(in->body->kind)->name);
    gw_bind_text(st, ":id", in->body->id);
    gw_bind_text(st, ":target", in->target);
    gw_bind_text(st, ":body", text);
    gw_bind_text(st, ":sig", sig);
    gw_bind_text(st, ":priv", in->priv);
    gw_bind_text(st, ":hash", hash);
    gw_bind_int(st, ":at", in->at);
    gw_bind_int(st, ":settled", in->settled);
    return gw_db_run(home->db, st, fail);
}

enum gw_err journal_insert(struct home *home, const struct gw_sign_key *key,
                           const struct journal_new *in, struct gw_fail *fail)
{
    struct gw_buf text;
    char hash[GW_HASH_HEX + 1];
    uint8_t sig[GW_SIGN_BYTES];
    char sig_text[GW_SIGN_B64 + 2];
    gw_buf_init(&text, BODY_MAX);
    enum gw_err err = wire_body_encode(in->body, &text);
    if (err) {
        gw_buf_free(&text);
        return gw_fail_set(fail, err,
                           _("This record cannot be written down: its text is too long or is not "
                             "UTF-8. Shorten it and try again; nothing was saved."));
    }
    wire_cmd_hash(gw_buf_str(&text), text.len, hash);
    gw_sign(key, CMD_SIGN_PREFIX, gw_buf_str(&text), text.len, sig);
    gw_b64url(sig, sizeof sig, sig_text);
    err = insert_row(home, in, gw_buf_str(&text), sig_text, hash, fail);
    gw_buf_free(&text);
    return err;
}

enum gw_err journal_signer(struct home *home, const struct home_signer *signer,
                           const struct gw_sign_key **key, const char **dev, struct gw_fail *fail)
{
    if (!signer) {
        enum gw_err err = home_rejoin(home, fail);
        *key = &home->key;
        *dev = home->id.device;
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_SIGNER_OPEN);
    gw_bind_text(st, ":device", signer->device);
    enum gw_err err = odb_row(home, st, fail);
    odb_reset(st);
    *key = &signer->key;
    *dev = signer->device;
    return err != GW_ABSENT
               ? err
               : gw_fail_set(fail, GW_DENIED,
                             _("%s has another key on this laptop by now. Give the PIN again."),
                             signer->user);
}

static enum gw_err append_in_txn(struct home *home, const struct home_signer *signer,
                                 struct cmd_body *body, int64_t at, struct gw_fail *fail)
{
    char prev[GW_HASH_HEX + 1];
    char base[sizeof((struct mirror_state *)NULL)->cursor];
    const struct gw_sign_key *key;
    /* inside, so that no rekey comes in between */
    enum gw_err err = journal_signer(home, signer, &key, &body->dev, fail);
    if (err) {
        return err;
    }
    err = journal_head(home, body->dev, &body->n, prev);
    err = err ? err : mirror_moment(home, &body->off, &body->unc, base, sizeof base);
    if (err) {
        return gw_fail_set(fail, err, _("The journal cannot be read. Run: gridward doctor"));
    }
    body->n++;
    body->prev = prev;
    body->base = base;
    const struct journal_new in = {
        .body = body,
        .target = body->kind == CMD_ALARM_RETRACT ? body->data.uid : NULL,
        .at = at,
        .settled = signer != NULL, /* never of an alarm */
    };
    home->p->overlays |= !signer;
    return journal_insert(home, key, &in, fail);
}

void journal_entry_fill(struct journal_entry *out, const struct cmd_body *body, int64_t at)
{
    *out = (struct journal_entry){.n = body->n, .state = CMD_PENDING, .at = at, .seq = -1};
    ODB_COPY(out->dev, body->dev);
    ODB_COPY(out->uid, body->uid);
    ODB_COPY(out->kind, cmd_spec_of(body->kind)->name);
    ODB_COPY(out->id, body->id);
}

enum gw_err journal_not_saved(const struct home *home, enum gw_err err, struct gw_fail *fail)
{
    if (err == GW_FULL) {
        return gw_fail_set(fail, err,
                           _("Not saved: the disk is full. What you typed is kept on the screen. "
                             "Free some space on the disk of %s and press the key again; if it is "
                             "urgent, phone the duty room."),
                           home->dir);
    }
    if (err == GW_AGAIN) {
        return gw_fail_set(fail, err, _("Not saved: the store is busy. Press the key again."));
    }
    return err;
}

enum gw_err journal_append(struct home *home, enum cmd_kind kind, const char *id,
                           int64_t expect_level, const struct cmd_data *data,
                           struct journal_entry *out, struct gw_fail *fail)
{
    const struct journal_what what = {kind, id, expect_level, data};
    return journal_append_as(home, NULL, &what, out, fail);
}

enum gw_err journal_append_as(struct home *home, const struct home_signer *signer,
                              const struct journal_what *what, struct journal_entry *out,
                              struct gw_fail *fail)
{
    enum cmd_kind kind = what->kind;
    if (signer && !signer_may(kind)) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("A second person signs records of procedures and confirmed numbers "
                             "here, nothing else."));
    }
    if (!home->enrolled) {
        return gw_fail_set(fail, GW_DENIED,
                           _("This machine is not enrolled yet. Ask the duty room for a code, then "
                             "run: gridward enroll"));
    }
    if (!id_ok(what->id)) {
        return gw_fail_set(fail, GW_INVALID, _("This is not a valid id. Copy it from a list."));
    }
    enum gw_err err = cmd_data_check(kind, what->data, fail);
    if (err) {
        return err;
    }
    char uid[GW_UUID_LEN + 1];
    gw_uuid7(&home->uuids, home->clock, home->random, uid);
    int64_t at = home->clock->wall_ms(home->clock->ctx);
    struct cmd_body body = {
        .v = 1,
        .uid = uid,
        .kind = kind,
        .id = what->id,
        .expect_level = cmd_spec_of(kind)->has_expect ? what->expect_level : 0,
        .wall = at,
        .boot = gw_boot_id(),
        .mono = home->clock->mono_ms(home->clock->ctx),
        .data = *what->data,
    };
    err = odb_begin(home, GW_DURABLE_FULL, "journal_append", fail);
    err = err ? err : odb_end(home, append_in_txn(home, signer, &body, at, fail), fail);
    if (err) {
        return journal_not_saved(home, err, fail);
    }
    if (out) {
        journal_entry_fill(out, &body, at);
    }
    return GW_OK;
}

/* ---- rekey: what the server has not confirmed goes on under the new key, same uid */

struct unsent {
    gw_id dev, id;
    const char *user; /* of J_SECOND: whose lines */
    int64_t n, at, j;
    char target[GW_UUID_LEN + 1];
    bool retract;
};

/* A record that this program cannot read (of a newer one) cannot be signed anew; it must not hold
 * up the others. The worker sees it as not accepted. */
static enum gw_err give_up(struct home *home, const struct unsent *row, const char *code,
                           struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_RESULT);
    gw_bind_text(st, ":dev", row->dev);
    gw_bind_int(st, ":n", row->n);
    gw_bind_text(st, ":state", cmd_state_name(CMD_REJECTED));
    gw_bind_text(st, ":code", code ? code : "bad-line");
    gw_bind_int(st, ":seq", -1);
    gw_bind_int(st, ":at", home->clock->wall_ms(home->clock->ctx));
    gw_bind_null(st, ":params");
    gw_bind_null(st, ":note");
    gw_bind_int(st, ":unread", 1);
    gw_bind_int(st, ":settled", 1);
    return gw_db_run(home->db, st, fail);
}

static enum gw_err reissue_one(struct home *home, const char *new_dev,
                               const struct gw_sign_key *key, const struct unsent *row,
                               const char *text, const char *priv, struct gw_fail *fail)
{
    struct cmd_body body;
    struct json *root = NULL;
    struct process_reissue hold = {.seen = NULL};
    const char *code = NULL;
    char prev[GW_HASH_HEX + 1];
    enum gw_err err = wire_body_decode(text, strlen(text), &body, &root, &code, fail);
    if (err == GW_INVALID) {
        json_free(root);
        return give_up(home, row, code, fail);
    }
    err = err ? err : journal_head(home, new_dev, &body.n, prev);
    if (!err) {
        body.n++;
        body.prev = prev;
        body.dev = new_dev;
        const struct journal_new in = {
            .body = &body,
            .target = row->retract ? row->target : NULL,
            .at = row->at,
            .priv = priv,
            .settled = cmd_is_process(body.kind),
        };
        err = process_reissue(home, &body, new_dev, &hold, fail);
        err = err ? err : journal_insert(home, key, &in, fail);
        err = err ? err : process_head_keep(home, &body, fail);
    }
    process_reissue_free(&hold);
    json_free(root);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_J_REISSUED);
    gw_bind_text(st, ":dev", row->dev);
    gw_bind_int(st, ":n", row->n);
    err = gw_db_run(home->db, st, fail);
    return err ? err : overlay_fold(home, row->id, fail);
}

/* The oldest row of the statement (J_UNSENT, J_OLD or J_SECOND) that is not of the new device;
 * GW_ABSENT when all are through. */
static enum gw_err next_row(struct home *home, enum odb_sql which, const char *new_dev,
                            struct unsent *row, struct gw_buf *text, struct gw_buf *priv)
{
    sqlite3_stmt *st = odb_stmt(home, which);
    if (which == SQL_J_OLD) {
        gw_bind_text(st, ":dev", new_dev);
        gw_bind_int(st, ":j", row->j); /* one that cannot be signed anew stays behind */
    } else if (which == SQL_J_SECOND) {
        gw_bind_text(st, ":user", row->user);
    }
    enum gw_err err = odb_row(home, st, NULL);
    while (!err && strcmp(gw_col_text(st, 0), new_dev) == 0) {
        err = odb_row(home, st, NULL);
    }
    if (!err) {
        ODB_COL(st, 0, row->dev);
        row->n = gw_col_int(st, 1);
        ODB_COL(st, 4, row->id);
        row->retract = gw_col_text(st, 5) != NULL;
        ODB_COL(st, 5, row->target);
        row->at = gw_col_int(st, 8);
        row->j = which == SQL_J_OLD ? gw_col_int(st, 9) : 0;
        gw_buf_reset(text);
        gw_buf_reset(priv);
        err = gw_buf_adds(text, gw_col_text(st, 6));
        err = err || !gw_col_text(st, 7) ? err : gw_buf_adds(priv, gw_col_text(st, 7));
    }
    odb_reset(st);
    return err;
}

static enum gw_err reissue_rows(struct home *home, enum odb_sql which, const char *user,
                                const char *new_dev, const struct gw_sign_key *key,
                                struct gw_fail *fail)
{
    struct gw_buf text, priv;
    struct unsent row = {.user = user};
    gw_buf_init(&text, BODY_MAX);
    gw_buf_init(&priv, BODY_MAX);
    enum gw_err err = next_row(home, which, new_dev, &row, &text, &priv);
    while (!err) {
        err = reissue_one(home, new_dev, key, &row, gw_buf_str(&text),
                          priv.len > 0 ? gw_buf_str(&priv) : NULL, fail);
        err = err ? err : next_row(home, which, new_dev, &row, &text, &priv);
    }
    gw_buf_free(&text);
    gw_buf_free(&priv);
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err journal_reissue(struct home *home, const char *new_dev, const struct gw_sign_key *key,
                            struct gw_fail *fail)
{
    return reissue_rows(home, SQL_J_UNSENT, NULL, new_dev, key, fail);
}

enum gw_err journal_reissue_second(struct home *home, const char *user, const char *new_dev,
                                   const struct gw_sign_key *key, struct gw_fail *fail)
{
    return reissue_rows(home, SQL_J_SECOND, user, new_dev, key, fail);
}

enum gw_err journal_resend_old(struct home *home, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "journal_resend_old", fail);
    if (err) {
        return err;
    }
    err = reissue_rows(home, SQL_J_OLD, NULL, home->id.device, &home->key, fail);
    return odb_end(home, err, fail);
}
