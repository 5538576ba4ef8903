#include "offline-db/signer.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/pwbox.h"
#include "offline-db/pin_p.h"

enum { PATH_MAX_BYTES = 1400 };

bool signer_may(enum cmd_kind kind)
{
    return cmd_is_process(kind) || kind == CMD_RULES_CONFIRM;
}

void signer_wipe(struct home_signer *signer)
{
    gw_wipe(signer, sizeof *signer);
}

/* ---- rows */

static void read_row(sqlite3_stmt *st, struct signer_row *out)
{
    ODB_COL(st, 0, out->device);
    ODB_COL(st, 1, out->user);
    ODB_SAFE(st, 2, out->name);
    if (!role_parse(gw_col_text(st, 3), &out->role)) {
        out->role = ROLE_COMMITTEE;
    }
    out->enrolled_at = gw_col_int(st, 4);
}

enum gw_err signer_list(struct home *home, struct signer_row *out, size_t cap, size_t *n)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_SIGNERS);
    gw_bind_text(st, ":user", "");
    *n = 0;
    enum gw_err err = odb_row(home, st, NULL);
    while (!err && *n < cap) {
        read_row(st, &out[(*n)++]);
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err find(struct home *home, const char *user, struct signer_row *out,
                        char public_key[GW_KEY_B64 + 1])
{
    sqlite3_stmt *st = odb_stmt(home, SQL_SIGNERS);
    gw_bind_text(st, ":user", user);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        read_row(st, out);
        odb_col(st, 5, public_key, GW_KEY_B64 + 1);
    }
    odb_reset(st);
    return err;
}

enum gw_err signer_find(struct home *home, const char *user, struct signer_row *out,
                        struct gw_fail *fail)
{
    char public_key[GW_KEY_B64 + 1];
    enum gw_err err = user[0] ? find(home, user, out, public_key) : GW_ABSENT;
    return err != GW_ABSENT
               ? err
               : gw_fail_set(fail, err,
                             _("“%s” cannot sign on this laptop yet. With a code for that person: "
                               "gridward enroll URL CODE --second"),
                             user);
}

/* ---- the key file */

static enum gw_err file_of(const struct home *home, const char *user, const char *end,
                           char path[PATH_MAX_BYTES], struct gw_fail *fail)
{
    char name[GW_ID_MAX + 32];
    (void)snprintf(name, sizeof name, "second-%s.key%s", user, end);
    enum gw_err err = gw_path_join(path, PATH_MAX_BYTES, home->dir, name);
    return err ? gw_fail_set(fail, err,
                             _("The name of the folder is too long. Name another folder."))
               : GW_OK;
}

static enum gw_err seal(const struct home *home, const char *path, const char *pin,
                        const struct gw_sign_key *key, struct gw_fail *fail)
{
    struct gw_buf text;
    gw_buf_init(&text, GW_PWBOX_MAX);
    enum gw_err err = gw_pwbox_seal(home->random, pin, key->secret, sizeof key->secret, &text);
    if (err) {
        gw_buf_free(&text);
        return gw_fail_set(fail, err, _("There is no memory left. Close other programs."));
    }
    err = gw_file_write(path, gw_buf_str(&text), text.len, fail);
    gw_buf_free(&text);
    return err;
}

/* GW_DENIED: whole, but not this PIN, or not this key. */
static enum gw_err unseal(const char *path, const char *pin, const char *public_key,
                          struct gw_sign_key *key)
{
    struct gw_buf text;
    uint8_t wanted[GW_KEY_BYTES];
    gw_buf_init(&text, GW_PWBOX_MAX);
    enum gw_err err = gw_file_read(path, &text, NULL);
    err = err ? err
              : gw_pwbox_open(gw_buf_str(&text), text.len, pin, key->secret, sizeof key->secret);
    gw_buf_free(&text);
    if (!err) {
        memcpy(key->public_key, key->secret + GW_KEY_BYTES, GW_KEY_BYTES);
        bool same = gw_b64url_decode(public_key, wanted, sizeof wanted) &&
                    gw_equal_ct(wanted, key->public_key, GW_KEY_BYTES);
        err = same ? GW_OK : GW_DENIED;
    }
    if (err) {
        gw_wipe(key, sizeof *key);
    }
    return err;
}

bool signer_file_ok(const struct home *home, const char *user)
{
    char path[PATH_MAX_BYTES];
    struct stat st;
    struct gw_buf text;
    gw_buf_init(&text, GW_PWBOX_MAX);
    bool ok = file_of(home, user, "", path, NULL) == GW_OK && stat(path, &st) == 0 &&
              (st.st_mode & 0077) == 0 && gw_file_read(path, &text, NULL) == GW_OK &&
              gw_pwbox_check(gw_buf_str(&text), text.len) == GW_OK;
    gw_buf_free(&text);
    return ok;
}

/* ---- opening */

/* The row decides which file counts: .next is a key whose row may or may not have been committed.
 */
static enum gw_err open_files(struct home *home, const char *user, const char *pin,
                              const char *public_key, struct gw_sign_key *key)
{
    char path[PATH_MAX_BYTES];
    char next[PATH_MAX_BYTES];
    enum gw_err err = file_of(home, user, "", path, NULL);
    err = err ? err : file_of(home, user, ".next", next, NULL);
    if (err) {
        return err;
    }
    err = unseal(path, pin, public_key, key);
    if (err && access(next, F_OK) == 0 && unseal(next, pin, public_key, key) == GW_OK) {
        (void)rename(next, path); /* if not now, then at the next opening */
        return GW_OK;
    }
    return err;
}

enum gw_err signer_open(struct home *home, const char *user, const char *pin,
                        struct home_signer *out, struct gw_fail *fail)
{
    struct signer_row row;
    char public_key[GW_KEY_B64 + 1] = "";
    *out = (struct home_signer){.role = ROLE_COMMITTEE};
    enum gw_err err = signer_find(home, user, &row, fail);
    err = err ? err : find(home, user, &row, public_key);
    err = err ? err : pin_try(home, user, fail);
    if (err) {
        return err;
    }
    err = open_files(home, user, pin, public_key, &out->key);
    if (!err || err == GW_DENIED) {
        err = pin_tried(home, user, err == GW_OK, fail);
    } else if (err != GW_NOMEM) {
        (void)pin_tried(home, user, true, NULL); /* the file's fault: no try of the person's */
        err =
            gw_fail_set(fail, GW_STORE,
                        _("The key file of %s is missing or damaged. Put it back from a backup, or "
                          "enrol again with a new code: gridward enroll URL CODE --second"),
                        user);
    }
    if (err) {
        signer_wipe(out);
        return err;
    }
    ODB_COPY(out->device, row.device);
    ODB_COPY(out->user, row.user);
    ODB_COPY(out->name, row.name);
    out->role = row.role;
    return GW_OK;
}

enum gw_err signer_pin_set(struct home *home, const char *user, const char *old, const char *pin,
                           struct gw_fail *fail)
{
    struct home_signer signer;
    char path[PATH_MAX_BYTES];
    enum gw_err err = pin_text_check(pin, fail);
    err = err ? err : file_of(home, user, "", path, fail);
    err = err ? err : signer_open(home, user, old, &signer, fail);
    if (err) {
        return err;
    }
    err = seal(home, path, pin, &signer.key, fail);
    signer_wipe(&signer);
    return err;
}

/* ---- a new one */

static enum gw_err may_add(struct home *home, const struct identity *id, struct gw_fail *fail)
{
    struct signer_row rows[SIGNERS_MAX];
    struct signer_row known;
    char public_key[GW_KEY_B64 + 1];
    size_t n = 0;
    if (!home->enrolled || strcmp(id->user, home->id.user) == 0) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("The code belongs to %s, whose home this is: the second person must "
                             "be somebody else."),
                           id->user);
    }
    if (strcmp(id->server_sign_key, home->id.server_sign_key) != 0) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("This code is of another dispatch server than this home's (%s)."),
                           home->id.url);
    }
    enum gw_err err = signer_list(home, rows, SIGNERS_MAX, &n);
    if (!err && n == SIGNERS_MAX && find(home, id->user, &known, public_key) == GW_ABSENT) {
        return gw_fail_set(fail, GW_REFUSED, _("At most %d further persons sign on one laptop."),
                           SIGNERS_MAX);
    }
    return err;
}

static enum gw_err put_row(struct home *home, const struct identity *id,
                           const struct gw_sign_key *key, struct gw_fail *fail)
{
    char public_key[GW_KEY_B64 + 1];
    sqlite3_stmt *st = odb_stmt(home, SQL_SIGNER_CLOSE);
    gw_bind_text(st, ":user", id->user);
    enum gw_err err = gw_db_run(home->db, st, fail);
    if (err) {
        return err;
    }
    gw_b64url(key->public_key, sizeof key->public_key, public_key);
    st = odb_stmt(home, SQL_SIGNER_PUT);
    gw_bind_text(st, ":device", id->device);
    gw_bind_text(st, ":user", id->user);
    gw_bind_text(st, ":name", id->name);
    gw_bind_text(st, ":role", role_name(id->role));
    gw_bind_text(st, ":public_key", public_key);
    gw_bind_int(st, ":enrolled_at", id->enrolled_at);
    err = gw_db_run(home->db, st, fail);
    if (err) {
        return err;
    }
    st = odb_stmt(home, SQL_PIN_DROP); /* the tries of the PIN before */
    gw_bind_text(st, ":user", id->user);
    return gw_db_run(home->db, st, fail);
}

static enum gw_err add_in_txn(struct home *home, const struct identity *id,
                              const struct gw_sign_key *key, struct gw_fail *fail)
{
    enum gw_err err = put_row(home, id, key, fail);
    err = err ? err : signer_vouched(home, id, key->public_key, fail);
    return err ? err : journal_reissue_second(home, id->user, id->device, key, fail);
}

enum gw_err signer_add(struct home *home, const struct identity *id, const struct gw_sign_key *key,
                       const char *pin, struct gw_fail *fail)
{
    char path[PATH_MAX_BYTES];
    char next[PATH_MAX_BYTES];
    enum gw_err err = pin_text_check(pin, fail);
    err = err ? err : may_add(home, id, fail);
    err = err ? err : file_of(home, id->user, "", path, fail);
    err = err ? err : file_of(home, id->user, ".next", next, fail);
    err = err ? err : seal(home, next, pin, key, fail);
    err = err ? err : odb_begin(home, GW_DURABLE_FULL, "signer_add", fail);
    if (err) {
        return err;
    }
    err = odb_end(home, add_in_txn(home, id, key, fail), fail);
    if (err) {
        (void)unlink(next); /* tidy only: a key without its row is ignored */
        return err;
    }
    return rename(next, path) == 0
               ? GW_OK
               : gw_fail_set(
                     fail, GW_STORE,
                     _("The key file %s could not be put in its place. Check the folder and "
                       "its rights."),
                     path);
}
