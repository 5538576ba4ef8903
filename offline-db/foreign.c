/* What came by a peer's bundle, in the store. */
#include "offline-db/foreign_p.h"

#include <stdio.h>
#include <string.h>

/* ---- for the side that sends */

enum gw_err foreign_again(struct home *home, struct gw_fail *fail)
{
    return gw_db_run(home->db, process_stmt(home, SQL_FL_AGAIN), fail);
}

enum gw_err foreign_sent(struct home *home, const char *dev, int64_t n, struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, SQL_FL_SENT);
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":n", n);
    return gw_db_run(home->db, st, fail);
}

/* ---- signers */

enum gw_err foreign_own_box(const struct home *home, uint8_t public_key[GW_KEY_BYTES],
                            uint8_t secret[GW_KEY_BYTES], struct gw_fail *fail)
{
    bool good =
        gw_box_public_of(home->key.public_key, public_key) && gw_box_secret_of(&home->key, secret);
    return good ? GW_OK
                : gw_fail_set(fail, GW_STORE,
                              _("The key of this laptop cannot open bundles. Enrol it anew."));
}

enum gw_err foreign_key(struct home *home, const char *dev, uint8_t key[GW_KEY_BYTES],
                        int64_t *revoked_at)
{
    if (revoked_at) {
        *revoked_at = 0;
    }
    if (strcmp(dev, home->id.device) == 0) {
        memcpy(key, home->key.public_key, GW_KEY_BYTES);
        return GW_OK;
    }
    sqlite3_stmt *st = process_stmt(home, SQL_FS_KEY);
    gw_bind_text(st, ":dev", dev);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        const char *text = gw_col_text(st, 0);
        err = text && gw_b64url_decode(text, key, GW_KEY_BYTES) ? GW_OK : GW_ABSENT;
    }
    if (!err && revoked_at) {
        *revoked_at = gw_col_int(st, 2);
    }
    odb_reset(st);
    return err;
}

bool foreign_vouched(const char *server_sign_key, const struct ev_signer *signer)
{
    uint8_t key[GW_KEY_BYTES];
    uint8_t sig[GW_SIGN_BYTES];
    struct gw_buf text;
    gw_buf_init(&text, 4096);
    bool good = gw_b64url_decode(server_sign_key, key, sizeof key) &&
                gw_b64url_decode(signer->server_sig, sig, sizeof sig) &&
                evidence_signer_text(signer, &text) == GW_OK &&
                gw_sign_ok(key, "gridward-signer-v1\n", gw_buf_str(&text), text.len, sig);
    gw_buf_free(&text);
    return good;
}

enum gw_err foreign_signer_put(struct home *home, const struct ev_signer *signer,
                               struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, SQL_FS_PUT);
    gw_bind_text(st, ":dev", signer->dev);
    gw_bind_text(st, ":user", signer->user);
    gw_bind_text(st, ":name", signer->name);
    gw_bind_text(st, ":role", signer->role);
    gw_bind_text(st, ":key", signer->sign_key);
    gw_bind_text(st, ":sig", signer->server_sig);
    gw_bind_int(st, ":from", signer->valid_from);
    gw_bind_int(st, ":revoked", signer->revoked_at);
    gw_bind_int(st, ":revoked_seq", signer->revoked_seq);
    return gw_db_run(home->db, st, fail);
}

static enum gw_err keep_vouched(struct home *home, const struct ev_signer *s, struct gw_fail *fail)
{
    bool txn = gw_db_in_txn(home->db);
    enum gw_err err = txn ? GW_OK : odb_begin(home, GW_DURABLE_NORMAL, "signer_vouched", fail);
    if (err) {
        return err;
    }
    err = foreign_signer_put(home, s, fail);
    return txn ? err : odb_end(home, err, fail);
}

enum gw_err signer_vouched(struct home *home, const struct identity *id,
                           const uint8_t public_key[GW_KEY_BYTES], struct gw_fail *fail)
{
    char key[GW_KEY_B64 + 1];
    gw_b64url(public_key, GW_KEY_BYTES, key);
    const struct ev_signer s = {.dev = id->device,
                                .user = id->user,
                                .name = id->name,
                                .role = role_name(id->role),
                                .sign_key = key,
                                .server_sig = id->server_sig,
                                .valid_from = id->valid_from};
    if (id->server_sig[0] == '\0' || !foreign_vouched(id->server_sign_key, &s)) {
        return GW_OK;
    }
    sqlite3_stmt *st = process_stmt(home, SQL_FS_HAS);
    gw_bind_text(st, ":dev", id->device);
    enum gw_err err = odb_row(home, st, fail);
    odb_reset(st);
    return err == GW_ABSENT ? keep_vouched(home, &s, fail) : err;
}

/* ---- confirmed numbers */

enum gw_err foreign_rule_put(struct home *home, const struct json *row, const char *text,
                             struct gw_fail *fail)
{
    int64_t seq = 0;
    const char *id = json_str(row, "id"), *path = json_str(row, "path");
    const char *set = json_str(row, "set"), *key = json_str(row, "key");
    const char *value = json_str(row, "value"), *document = json_str(row, "document");
    if (!id || !id_ok(id) || !path || !path_ok(path) || !set || !key || !value ||
        !json_int(row, "seq", &seq)) {
        return GW_ABSENT; /* of a newer program */
    }
    sqlite3_stmt *st = process_stmt(home, SQL_FR_PUT);
    gw_bind_text(st, ":id", id);
    gw_bind_int(st, ":seq", seq);
    gw_bind_text(st, ":path", path);
    gw_bind_text(st, ":set", set);
    gw_bind_text(st, ":key", key);
    gw_bind_text(st, ":value", value);
    gw_bind_text(st, ":document", document ? document : "");
    gw_bind_text(st, ":row", text);
    return gw_db_run(home->db, st, fail);
}

/* ---- lines */

/* GW_ABSENT: nothing with this number; GW_OK: the same; GW_REFUSED: another. */
static enum gw_err compare(struct home *home, sqlite3_stmt *st, const char *hash)
{
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        const char *here = gw_col_text(st, 0);
        err = here && strcmp(here, hash) == 0 ? GW_OK : GW_REFUSED;
    }
    odb_reset(st);
    return err;
}

static enum gw_err look(struct home *home, const struct foreign_line *line)
{
    char id[GW_ID_MAX + 32];
    char hash[GW_HASH_HEX + 1];
    if (strcmp(line->dev, home->id.device) == 0) {
        enum gw_err err = journal_hash(home, line->n, hash);
        return err ? err : strcmp(hash, line->hash) == 0 ? GW_OK : GW_REFUSED;
    }
    sqlite3_stmt *st = process_stmt(home, SQL_FL_STEP_HASH);
    (void)snprintf(id, sizeof id, "%s.%lld", line->dev, (long long)line->n);
    gw_bind_text(st, ":id", id);
    enum gw_err err = compare(home, st, line->hash);
    if (err != GW_ABSENT) {
        return err;
    }
    st = process_stmt(home, SQL_FL_HASH);
    gw_bind_text(st, ":dev", line->dev);
    gw_bind_int(st, ":n", line->n);
    return compare(home, st, line->hash);
}

enum gw_err foreign_line_put(struct home *home, const struct foreign_line *line,
                             struct gw_fail *fail)
{
    int64_t ord = 0;
    int64_t head = 0;
    char hash[GW_HASH_HEX + 1];
    enum gw_err err = look(home, line);
    if (err != GW_ABSENT) {
        return err == GW_OK ? GW_ABSENT : err;
    }
    err = odb_int(home, process_stmt(home, SQL_FL_ORD), 0, &ord);
    err = err ? err : journal_head(home, home->id.device, &head, hash);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = process_stmt(home, SQL_FL_PUT);
    gw_bind_text(st, ":dev", line->dev);
    gw_bind_int(st, ":n", line->n);
    gw_bind_text(st, ":process", line->process);
    gw_bind_text(st, ":hash", line->hash);
    gw_bind_text(st, ":line", line->line);
    gw_bind_int(st, ":at", home->clock->wall_ms(home->clock->ctx));
    gw_bind_int(st, ":after", head);
    gw_bind_int(st, ":ord", ord + 1);
    return gw_db_run(home->db, st, fail);
}
