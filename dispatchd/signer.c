/* Rows of type signer: whose key signed the steps of a process, kept when the device is long gone.
 */
#include <stdio.h>
#include <string.h>

#include "dispatchd/step_row.h"

#define SIGNER_PREFIX "gridward-signer-v1\n"

enum { TEXT_MAX = 4096, IDS_MAX = 64 * 1024 };

/* ---- putting */

enum gw_err signer_sign(const struct store_meta *meta, const struct store_device *device,
                        char out[GW_SIGN_B64 + 1])
{
    struct gw_buf text;
    char key[GW_KEY_B64 + 1];
    uint8_t sig[GW_SIGN_BYTES];
    gw_b64url(device->public_key, GW_KEY_BYTES, key);
    gw_buf_init(&text, TEXT_MAX);
    enum gw_err err = gw_buf_addf(&text, "%s\n%s\n%s\n%lld", device->id, device->user, key,
                                  (long long)device->created_at);
    if (!err) {
        gw_sign(&meta->sign_key, SIGNER_PREFIX, text.data, text.len, sig);
        gw_b64url(sig, sizeof sig, out);
    }
    gw_buf_free(&text);
    return err;
}

static enum gw_err print(const struct store_meta *meta, const struct store_device *device,
                         const struct store_user *user, struct gw_buf *out)
{
    struct jw w;
    char key[GW_KEY_B64 + 1];
    char sig[GW_SIGN_B64 + 1];
    gw_b64url(device->public_key, GW_KEY_BYTES, key);
    enum gw_err err = signer_sign(meta, device, sig);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "device", device->id);
    jw_str(&w, "user", device->user);
    jw_str(&w, "name", user->name);
    jw_str(&w, "role", role_name(user->role));
    jw_str(&w, "sign_key", key);
    jw_int(&w, "valid_from", device->created_at);
    if (device->revoked_at != 0) {
        jw_int(&w, "revoked_at", device->revoked_at);
        jw_int(&w, "revoked_seq", device->revoked_seq);
    }
    jw_str(&w, "server_sig", sig);
    jw_obj_end(&w);
    return err ? err : jw_end(&w);
}

static enum gw_err put_row(struct store *store, const char *id, const char *path,
                           const struct gw_buf *text, struct gw_fail *fail)
{
    return store->ops->row_put(store, TYPE_SIGNER, id, path, gw_buf_str(text), text->len, NULL,
                               fail);
}

/* "<device>.<path>", or with a hash of the path when that is too long for an id. */
static void second_id(const char *device, const char *path, char out[GW_ID_MAX + 1])
{
    char hash[GW_HASH_HEX + 1];
    int n = snprintf(out, GW_ID_MAX + 1, "%s.%s", device, path);
    if (n > GW_ID_MAX) {
        gw_sha256_hex2(path, strlen(path), NULL, 0, hash);
        (void)snprintf(out, GW_ID_MAX + 1, "%.60s.%.64s", device, hash);
    }
}

/* GW_OK: there already. GW_ABSENT with the id to write. */
static enum gw_err look(struct store *store, const char *device, const char *path,
                        char id[GW_ID_MAX + 1], struct gw_fail *fail)
{
    char old[GW_PATH_MAX + 1];
    (void)snprintf(id, GW_ID_MAX + 1, "%s", device);
    enum gw_err err = store->ops->row_get(store, TYPE_SIGNER, id, NULL, old, NULL, fail);
    if (err || path_covers(path, old)) {
        return err; /* whoever sees the process sees what lies below it, too */
    }
    second_id(device, path, id);
    return store->ops->row_get(store, TYPE_SIGNER, id, NULL, old, NULL, fail);
}

enum gw_err signer_put(struct store *store, const struct store_meta *meta,
                       const struct store_device *device, const struct store_user *user,
                       const char *path, struct gw_fail *fail)
{
    char id[GW_ID_MAX + 1];
    struct gw_buf text;
    enum gw_err err = look(store, device->id, path, id, fail);
    if (err != GW_ABSENT) {
        return err;
    }
    gw_buf_init(&text, TEXT_MAX);
    err = print(meta, device, user, &text);
    err = err ? err : put_row(store, id, path, &text, fail);
    gw_buf_free(&text);
    return err;
}

/* ---- revoking */

struct found {
    const char *device;
    struct gw_buf ids; /* NUL after each */
};

/* Ids come bytewise, so those of one device stand together. */
static enum gw_err collect(void *ctx, const struct store_row *row)
{
    struct found *found = ctx;
    size_t len = strlen(found->device);
    if (strncmp(row->id, found->device, len) != 0) {
        return GW_REFUSED; /* the end of them */
    }
    bool own = row->id[len] == '\0' || row->id[len] == '.';
    return own ? gw_buf_add(&found->ids, row->id, strlen(row->id) + 1) : GW_OK;
}

static enum gw_err print_revoked(const struct json *old, const struct store_device *device,
                                 struct gw_buf *out)
{
    static const char *const but[] = {"revoked_at", "revoked_seq", NULL};
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_others(&w, old, but);
    jw_int(&w, "revoked_at", device->revoked_at);
    jw_int(&w, "revoked_seq", device->revoked_seq);
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err revoke_one(struct store *store, const char *id,
                              const struct store_device *device, struct gw_fail *fail)
{
    char path[GW_PATH_MAX + 1];
    struct json *root = NULL;
    struct gw_buf old, text;
    gw_buf_init(&old, STORE_ROW_MAX);
    gw_buf_init(&text, TEXT_MAX);
    enum gw_err err = store->ops->row_get(store, TYPE_SIGNER, id, &old, path, NULL, fail);
    err = err ? err : json_parse(gw_buf_str(&old), old.len, STORE_ROW_MAX, &root, fail);
    err = err ? err : print_revoked(root, device, &text);
    err = err ? err : put_row(store, id, path, &text, fail);
    json_free(root);
    gw_buf_free(&old);
    gw_buf_free(&text);
    return err;
}

enum gw_err store_signers_revoked(struct store *store, const struct store_device *device,
                                  struct gw_fail *fail)
{
    struct found found = {.device = device->id};
    gw_buf_init(&found.ids, IDS_MAX);
    enum gw_err err = store->ops->row_get(store, TYPE_SIGNER, device->id, NULL, NULL, NULL, fail);
    if (err) {
        return err == GW_ABSENT ? GW_OK : err; /* it never signed a step */
    }
    err = gw_buf_add(&found.ids, device->id, strlen(device->id) + 1);
    err = err ? err
              : store->ops->row_each(store, TYPE_SIGNER, "", device->id, 0, collect, &found, fail);
    err = err == GW_REFUSED ? GW_OK : err;
    for (size_t at = 0; at < found.ids.len && !err; at += strlen(found.ids.data + at) + 1) {
        err = revoke_one(store, found.ids.data + at, device, fail);
    }
    gw_buf_free(&found.ids);
    return err;
}
