/* Users, grants, consoles, codes and sources: one act in several tables. */
#include <stdio.h>
#include <string.h>

#include "api/json.h"
#include "base/i18n.h"
#include "dispatchd/store.h"

void store_token_hash(const char *token, char out[GW_HASH_HEX + 1])
{
    gw_sha256_hex2("gridward-source-v1\n", 19, token, strlen(token), out);
}

void store_code_hash(const char *locator, const char *secret, char out[GW_HASH_HEX + 1])
{
    char text[64];
    (void)snprintf(text, sizeof text, "gridward-code-v1\n%.8s\n%.16s", locator, secret);
    gw_sha256_hex2(text, strlen(text), NULL, 0, out);
}

/* ---- the worker row: what others see of a user */

struct kept {          /* members of the old row that the user table does not have */
    struct json *root; /* owned */
    const char *phone, *duty;
    int64_t duty_at;
};

static enum gw_err read_old(struct store *store, const char *user, struct gw_buf *body,
                            struct kept *out, struct gw_fail *fail)
{
    enum gw_err err = store->ops->row_get(store, TYPE_WORKER, user, body, NULL, NULL, fail);
    if (err) {
        return err == GW_ABSENT ? GW_OK : err;
    }
    err = json_parse(gw_buf_str(body), body->len, STORE_ROW_MAX, &out->root, fail);
    if (err) {
        return err;
    }
    out->phone = json_str(out->root, "phone");
    out->duty = json_str(out->root, "duty");
    (void)json_int(out->root, "duty_at", &out->duty_at); /* stays 0 when absent */
    return GW_OK;
}

static enum gw_err write_worker(const struct store_user *user, const struct store_grant *grants,
                                size_t n, const struct kept *kept, struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "name", user->name);
    jw_str(&w, "role", role_name(user->role));
    if (kept->phone) {
        jw_str(&w, "phone", kept->phone);
    }
    if (kept->duty) {
        jw_str(&w, "duty", kept->duty);
        jw_int(&w, "duty_at", kept->duty_at);
    }
    jw_arr(&w, "paths");
    for (size_t i = 0; i < n; i++) {
        jw_str(&w, NULL, grants[i].path);
    }
    jw_arr_end(&w);
    jw_obj_end(&w);
    return jw_end(&w);
}

/* The row lies at the first of the user's paths; without any, at his private node. */
static enum gw_err refresh_worker(struct store *store, const struct store_user *user,
                                  struct gw_fail *fail)
{
    struct store_grant grants[STORE_SCOPES_MAX];
    size_t n = 0;
    char path[GW_PATH_MAX + 1];
    struct gw_buf old, body;
    struct kept kept = {.root = NULL};
    gw_buf_init(&old, STORE_ROW_MAX);
    gw_buf_init(&body, STORE_ROW_MAX);
    enum gw_err err = store->ops->grants(store, user->id, grants, &n, fail);
    err = err ? err : read_old(store, user->id, &old, &kept, fail);
    if (!err) {
        (void)snprintf(path, sizeof path, "u.%.120s", user->id); /* checked when it was added */
        err = write_worker(user, grants, n, &kept, &body);
    }
    err = err ? err
              : store->ops->row_put(store, TYPE_WORKER, user->id, n > 0 ? grants[0].path : path,
                                    gw_buf_str(&body), body.len, NULL, fail);
    json_free(kept.root);
    gw_buf_free(&old);
    gw_buf_free(&body);
    return err;
}

/* ---- users and grants */

static bool label_ok(const char *id)
{
    return strlen(id) <= 100 && strchr(id, '.') == NULL && path_ok(id);
}

enum gw_err store_user_add(struct store *store, const struct store_user *user, int64_t now,
                           struct gw_fail *fail)
{
    struct store_user old;
    (void)now; /* a user row has no time of its own */
    if (!label_ok(user->id)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("A user id must be letters, digits and -, at most 100."));
    }
    if (user->name[0] == '\0') {
        return gw_fail_set(fail, GW_INVALID, _("The user needs a name."));
    }
    enum gw_err err = store->ops->user_get(store, user->id, &old, fail);
    if (!err) {
        return gw_fail_set(fail, GW_REFUSED, _("There is a user %s already."), user->id);
    }
    if (err != GW_ABSENT) {
        return err;
    }
    err = store->ops->user_put(store, user, fail);
    return err ? err : refresh_worker(store, user, fail);
}

static enum gw_err find_user(struct store *store, const char *id, struct store_user *out,
                             struct gw_fail *fail)
{
    enum gw_err err = store->ops->user_get(store, id, out, fail);
    if (err == GW_ABSENT) {
        return gw_fail_set(fail, GW_ABSENT, _("There is no user %s. Add the user first."), id);
    }
    return err;
}

static bool granted(const struct store_grant *grants, size_t n, const char *path)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(grants[i].path, path) == 0) {
            return true;
        }
    }
    return false;
}

/* The grids below are told of leaders and duty rooms only. */
static enum gw_err tell_area(struct store *store, const struct store_user *user, const char *path,
                             struct gw_fail *fail)
{
    bool above = role_level(user->role) > role_level(ROLE_WORKER);
    return above ? store_area_people(store, path, fail) : GW_OK;
}

enum gw_err store_grant(struct store *store, const char *user, const char *path,
                        struct gw_fail *fail)
{
    struct store_user who;
    struct store_grant grants[STORE_SCOPES_MAX];
    size_t n = 0;
    int64_t seq = 0;
    if (!path_ok(path)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("\"%s\" is no path. A path is like CQ.500112.013.005.003."), path);
    }
    enum gw_err err = find_user(store, user, &who, fail);
    err = err ? err : store->ops->grants(store, user, grants, &n, fail);
    if (err) {
        return err;
    }
    if (granted(grants, n, path)) {
        return gw_fail_set(fail, GW_REFUSED, _("The user %s has %s already."), user, path);
    }
    if (n >= STORE_SCOPES_MAX) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("The user %s has %d paths already, which is the most. Grant a higher "
                             "path instead."),
                           user, STORE_SCOPES_MAX);
    }
    err = store->ops->next_seq(store, &seq, fail);
    err = err ? err : store->ops->grant_add(store, user, path, seq, fail);
    err = err ? err : refresh_worker(store, &who, fail);
    return err ? err : tell_area(store, &who, path, fail);
}

enum gw_err store_revoke(struct store *store, const char *user, const char *path, int64_t now,
                         struct gw_fail *fail)
{
    struct store_user who;
    int64_t seq = 0;
    enum gw_err err = find_user(store, user, &who, fail);
    err = err ? err : store->ops->next_seq(store, &seq, fail);
    if (err) {
        return err;
    }
    err = store->ops->grant_end(store, user, path, seq, now, fail);
    if (err == GW_ABSENT) {
        return gw_fail_set(fail, GW_REFUSED, _("The user %s does not have %s."), user, path);
    }
    err = err ? err : refresh_worker(store, &who, fail);
    return err ? err : tell_area(store, &who, path, fail);
}

/* ---- consoles, codes, sources */

enum gw_err store_device_revoke(struct store *store, const char *device, int64_t now,
                                struct gw_fail *fail)
{
    struct store_device row;
    enum gw_err err = store->ops->device_get(store, device, &row, fail);
    if (err == GW_ABSENT) {
        return gw_fail_set(fail, GW_ABSENT, _("There is no console %s."), device);
    }
    if (err) {
        return err;
    }
    if (row.revoked_at != 0) {
        return gw_fail_set(fail, GW_REFUSED, _("The console %s was revoked before."), device);
    }
    err = store->ops->next_seq(store, &row.revoked_seq, fail);
    row.revoked_at = now;
    err = err ? err : store->ops->device_put(store, &row, fail);
    return err ? err : store_signers_revoked(store, &row, fail);
}

static void make_code(const struct gw_random *random, char locator[5], char secret[9])
{
    uint8_t bytes[8];
    random->fill(random->ctx, bytes, sizeof bytes);
    gw_crockford(bytes, 4, locator); /* 20 bits of the first 3 bytes */
    gw_crockford(bytes + 3, 8, secret);
}

enum gw_err store_code_new(struct store *store, const struct gw_random *random, const char *user,
                           int64_t now, int64_t lifetime_ms, char code[16], struct gw_fail *fail)
{
    struct store_user who;
    struct store_code row = {.expires_at = now + lifetime_ms};
    struct store_code taken;
    char locator[5];
    char secret[9];
    enum gw_err err = find_user(store, user, &who, fail);
    if (err) {
        return err;
    }
    for (int tries = 0; !err && tries < 1000; tries++) {
        make_code(random, locator, secret);
        err = store->ops->code_get(store, locator, &taken, fail);
    }
    if (!err) {
        return gw_fail_set(fail, GW_AGAIN, _("Too many enrolment codes are open. Try again."));
    }
    if (err != GW_ABSENT) { /* absent: the locator is free */
        return err;
    }
    (void)snprintf(row.locator, sizeof row.locator, "%s", locator);
    (void)snprintf(row.user, sizeof row.user, "%s", user);
    store_code_hash(locator, secret, row.secret_hash);
    (void)snprintf(code, 16, "%s-%s", locator, secret);
    gw_wipe(secret, sizeof secret);
    return store->ops->code_put(store, &row, fail);
}

static enum gw_err source_area(struct store *store, const char *asked, char area[GW_PATH_MAX + 1],
                               struct gw_fail *fail)
{
    int64_t streets = 0;
    if (asked && (!path_ok(asked) || path_depth(asked) < 3)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The area of a source must be a street or below, like "
                             "CQ.500112.013, so that a duty room answers for it."));
    }
    if (asked) {
        (void)snprintf(area, GW_PATH_MAX + 1, "%s", asked);
        return GW_OK;
    }
    enum gw_err err = store->ops->areas(store, 3, &streets, area, fail);
    if (!err && streets != 1) {
        err = gw_fail_set(fail, GW_INVALID,
                          _("The store has %lld streets, so the area of the source must be named: "
                            "--area PATH."),
                          (long long)streets);
    }
    return err;
}

enum gw_err store_source_add(struct store *store, const struct gw_random *random, const char *name,
                             const char *area, int64_t now, char token[GW_KEY_B64 + 1],
                             struct gw_fail *fail)
{
    struct store_source source = {.created_at = now};
    uint8_t bytes[GW_KEY_BYTES];
    if (!id_ok(name)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The name of a source must be 1 to 128 of A-Z a-z 0-9 _ . -"));
    }
    enum gw_err err = source_area(store, area, source.area, fail);
    if (err) {
        return err;
    }
    random->fill(random->ctx, bytes, sizeof bytes);
    gw_b64url(bytes, sizeof bytes, token);
    gw_wipe(bytes, sizeof bytes);
    (void)snprintf(source.name, sizeof source.name, "%s", name);
    store_token_hash(token, source.token_hash);
    return store->ops->source_put(store, &source, fail);
}
