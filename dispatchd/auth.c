/* Enrolment, new keys, tokens. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "dispatchd/core_p.h"
#include "dispatchd/step_row.h"

enum { BODY_MAX = 16 * 1024, NAME_MAX_BYTES = STORE_NAME_MAX - 1 };

/* The request's JSON object, or a problem. */
static struct json *read_body(struct call *call)
{
    struct json *root = NULL;
    if (call->request->body_len > BODY_MAX) {
        answer_problem(call->out, 413, "too-large", "The body is too long.");
        return NULL;
    }
    if (json_parse(call->request->body, call->request->body_len, BODY_MAX, &root, NULL) != GW_OK) {
        answer_problem(call->out, 400, "malformed", "The body is no strict JSON.");
        return NULL;
    }
    if (!json_is_object(root)) {
        answer_problem(call->out, 400, "malformed", "The body is no JSON object.");
        json_free(root);
        return NULL;
    }
    return root;
}

static bool name_ok(const char *name)
{
    return name && name[0] != '\0' && strlen(name) <= NAME_MAX_BYTES;
}

/* ---- a new device */

static void answer_device(struct call *call, const struct store_device *device)
{
    const struct store_meta *meta = &call->core->meta;
    char box[GW_KEY_B64 + 1];
    char sign[GW_KEY_B64 + 1];
    const struct person *person = NULL;
    char vouched[GW_SIGN_B64 + 1];
    struct jw w;
    enum gw_err err = signer_sign(meta, device, vouched);
    enum gw_err known = person_of(call->core, device->user, &person, NULL);
    gw_b64url(meta->box_public, GW_KEY_BYTES, box);
    gw_b64url(meta->sign_key.public_key, GW_KEY_BYTES, sign);
    answer_json(call->out, 201);
    jw_begin(&w, &call->out->body);
    jw_obj(&w, NULL);
    jw_str(&w, "device", device->id);
    jw_str(&w, "user", device->user);
    if (!known) {
        jw_str(&w, "name", person->user.name);
        jw_str(&w, "role", role_name(person->user.role));
    }
    jw_str(&w, "server_key", box);
    jw_str(&w, "server_sign_key", sign);
    jw_int(&w, "valid_from", device->created_at);
    jw_str(&w, "server_sig", err ? NULL : vouched);
    jw_obj_end(&w);
    if (err || jw_end(&w) != GW_OK) {
        answer_error(call->out, GW_NOMEM);
    }
}

static enum gw_err add_device(struct call *call, const struct json *body, const char *user,
                              struct store_device *out, struct gw_fail *fail)
{
    struct core *core = call->core;
    *out = (struct store_device){.created_at = core_wall(core)};
    core_new_id(core, out->id);
    (void)snprintf(out->user, sizeof out->user, "%s", user);
    (void)snprintf(out->name, sizeof out->name, "%s", json_str(body, "device_name"));
    (void)gw_b64url_decode(json_str(body, "public_key"), out->public_key, GW_KEY_BYTES);
    return core->store->ops->device_put(core->store, out, fail);
}

/* device_name and public_key; false when the answer is given. */
static bool check_device(struct call *call, const struct json *body)
{
    uint8_t key[GW_KEY_BYTES];
    const char *text = json_str(body, "public_key");
    if (!name_ok(json_str(body, "device_name"))) {
        answer_problem(call->out, 422, "invalid", "device_name must be 1 to 127 bytes of text.");
        return false;
    }
    if (!text || !gw_b64url_decode(text, key, sizeof key)) {
        answer_problem(call->out, 422, "invalid", "public_key must be 32 bytes in base64url.");
        return false;
    }
    return true;
}

/* ---- enroll */

/* One answer for unknown, used, expired and locked: it tells a guesser nothing. */
static void refuse_code(struct call *call)
{
    answer_problem(call->out, 403, "forbidden",
                   "The code is unknown, used, expired or locked. Ask for a new one.");
}

static bool split_code(const char *text, char locator[5], char secret[9])
{
    char folded[32];
    if (!text || strlen(text) >= sizeof folded) {
        return false;
    }
    (void)snprintf(folded, sizeof folded, "%s", text);
    if (!gw_crockford_fold(folded) || strlen(folded) != 12) {
        return false;
    }
    (void)snprintf(locator, 5, "%.4s", folded);
    (void)snprintf(secret, 9, "%.8s", folded + 4);
    return true;
}

/* Each try costs one, and a locator that there is gives it back: so an address that has none left
 * learns of no locator whether there is such a one. */
static bool locator_allowed(struct call *call, double cost)
{
    char key[128];
    int64_t retry = 0;
    double burst = (double)call->core->limits.locator_tries;
    (void)snprintf(key, sizeof key, "locator %.100s",
                   call->request->peer ? call->request->peer : "");
    if (rate_custom(call->core, key, burst / 600.0, burst, cost, &retry)) {
        return true;
    }
    answer_retry(call->out, 429, "rate-limited", "Too many unknown codes from this address.",
                 retry);
    return false;
}

static void wrong_secret(struct call *call, struct store_code *code)
{
    struct gw_fail fail = {.err = GW_OK};
    code->wrong++;
    enum gw_err err = call->core->store->ops->code_put(call->core->store, code, &fail);
    if (err) {
        core_break(call, err, &fail);
        return;
    }
    gw_log(GW_LOG_WARN, "enroll: wrong secret, %lld of %lld", (long long)code->wrong,
           (long long)call->core->limits.code_tries);
    refuse_code(call);
}

static bool code_dead(const struct call *call, const struct store_code *code)
{
    return code->used_at != 0 || code->expires_at <= core_wall(call->core) ||
           code->wrong >= call->core->limits.code_tries;
}

static void redeem(struct call *call, const struct json *body, struct store_code *code)
{
    struct store *store = call->core->store;
    struct store_device device;
    struct gw_fail fail = {.err = GW_OK};
    code->used_at = core_wall(call->core);
    enum gw_err err = store->ops->code_put(store, code, &fail);
    err = err ? err : add_device(call, body, code->user, &device, &fail);
    if (err) {
        core_break(call, err, &fail);
        return;
    }
    gw_log(GW_LOG_INFO, "enroll: device %s of user %s", device.id, device.user);
    answer_device(call, &device);
}

static void try_code(struct call *call, const struct json *body, const char *locator,
                     const char *secret)
{
    struct store *store = call->core->store;
    struct store_code code;
    struct gw_fail fail = {.err = GW_OK};
    char hash[GW_HASH_HEX + 1];
    enum gw_err err = core_write(call->core, call->out, &fail);
    err = err ? err : store->ops->code_get(store, locator, &code, &fail);
    if (err == GW_ABSENT) {
        refuse_code(call);
        return;
    }
    if (err) {
        core_break(call, err, &fail);
        return;
    }
    (void)locator_allowed(call, -1);
    store_code_hash(locator, secret, hash);
    if (code_dead(call, &code)) {
        refuse_code(call);
    } else if (!gw_equal_ct(hash, code.secret_hash, GW_HASH_HEX)) {
        wrong_secret(call, &code);
    } else {
        redeem(call, body, &code);
    }
}

void handle_enroll(struct call *call)
{
    char locator[5];
    char secret[9];
    struct json *body = read_body(call);
    if (!body) {
        return;
    }
    if (!split_code(json_str(body, "code"), locator, secret)) {
        answer_problem(call->out, 422, "invalid", "code must be like LLLL-SSSSSSSS.");
    } else if (check_device(call, body) && locator_allowed(call, 1)) {
        try_code(call, body, locator, secret);
    }
    json_free(body);
}

/* ---- rekey */

static void rekey(struct call *call, const struct json *body, const char *reason)
{
    struct core *core = call->core;
    struct store_device device;
    struct gw_fail fail = {.err = GW_OK};
    enum gw_err err = core_write(core, call->out, &fail);
    err =
        err ? err : store_device_revoke(core->store, call->session->device, core_wall(core), &fail);
    err = err ? err : add_device(call, body, call->session->user, &device, &fail);
    core->gen++;
    if (err) {
        core_break(call, err, &fail);
        return;
    }
    gw_log(GW_LOG_WARN, "rekey: device %s closed, %s new, because of %s", call->session->device,
           device.id, reason);
    answer_device(call, &device);
}

void handle_rekey(struct call *call)
{
    struct json *body = read_body(call);
    if (!body) {
        return;
    }
    const char *reason = json_str(body, "reason");
    if (!reason || (strcmp(reason, "key-reuse") != 0 && strcmp(reason, "chain-fork") != 0)) {
        answer_problem(call->out, 422, "invalid", "reason must be key-reuse or chain-fork.");
    } else if (check_device(call, body)) {
        rekey(call, body, reason);
    }
    json_free(body);
}

/* ---- token */

static void answer_secret(struct call *call, const char *name, const char *text, int64_t at)
{
    struct jw w;
    answer_json(call->out, 200);
    jw_begin(&w, &call->out->body);
    jw_obj(&w, NULL);
    jw_str(&w, name, text);
    jw_int(&w, "expires_at", at);
    jw_obj_end(&w);
    if (jw_end(&w) != GW_OK) {
        answer_error(call->out, GW_NOMEM);
    }
}

static void random_text(struct core *core, char out[GW_KEY_B64 + 1])
{
    uint8_t bytes[GW_KEY_BYTES];
    core->random->fill(core->random->ctx, bytes, sizeof bytes);
    gw_b64url(bytes, sizeof bytes, out);
    gw_wipe(bytes, sizeof bytes);
}

/* A nonce costs us memory only; when too many wait, the newest asker does. An unknown device gets
 * one as well: the second step tells it nothing more. */
static void give_nonce(struct call *call, const char *device)
{
    struct core *core = call->core;
    char text[GW_KEY_B64 + 1];
    char key[GW_ID_MAX + 16];
    int64_t retry = 0;
    (void)snprintf(key, sizeof key, "nonce %s", device); /* an id */
    if (!rate_custom(core, key, 1, 30, 1, &retry)) {
        answer_retry(call->out, 429, "rate-limited", "Too many nonces for this device.", retry);
        return;
    }
    if (core->nonces.n >= NONCES_MAX && core_mono(core) - core->expired_mono >= 1000) {
        sessions_expire(core); /* not at every request: it looks at all of them */
    }
    random_text(core, text);
    struct nonce *nonce = core->nonces.n < NONCES_MAX ? map_make(&core->nonces, text) : NULL;
    if (!nonce) {
        answer_retry(call->out, 503, "overloaded", "Too many nonces wait.", 5);
        return;
    }
    (void)snprintf(nonce->device, sizeof nonce->device, "%s", device);
    nonce->expires_mono = core_mono(core) + core->limits.nonce_ms;
    answer_secret(call, "nonce", text, core_wall(core) + core->limits.nonce_ms);
}

/* A nonce serves once, whatever comes of it. */
static bool take_nonce(struct core *core, const char *text, const char *device)
{
    const struct nonce *nonce = map_get(&core->nonces, text);
    bool good =
        nonce && core_mono(core) < nonce->expires_mono && strcmp(nonce->device, device) == 0;
    map_drop(&core->nonces, text);
    return good;
}

/* The device is told as well: who signed in with a key may not know it yet. */
static void answer_token(struct call *call, const char *token, const char *device, int64_t at)
{
    struct jw w;
    answer_json(call->out, 200);
    jw_begin(&w, &call->out->body);
    jw_obj(&w, NULL);
    jw_str(&w, "token", token);
    jw_int(&w, "expires_at", at);
    jw_str(&w, "device", device);
    jw_obj_end(&w);
    if (jw_end(&w) != GW_OK) {
        answer_error(call->out, GW_NOMEM);
    }
}

static void open_session(struct call *call, const struct store_device *device)
{
    struct core *core = call->core;
    char token[GW_KEY_B64 + 1];
    char hash[GW_HASH_HEX + 1];
    random_text(core, token);
    gw_sha256_hex2(token, GW_KEY_B64, NULL, 0, hash);
    struct session *session = map_make(&core->sessions, hash);
    if (!session) {
        answer_error(call->out, GW_NOMEM);
        return;
    }
    memcpy(session->device, device->id, sizeof session->device);
    memcpy(session->user, device->user, sizeof session->user);
    session->expires_mono = core_mono(core) + core->limits.token_ms;
    session_touch(core, session);
    answer_token(call, token, device->id, core_wall(core) + core->limits.token_ms);
    gw_wipe(token, sizeof token);
}

struct by_key {
    uint8_t key[GW_KEY_BYTES];
    struct store_device *out;
    bool found;
};

static enum gw_err has_key(void *ctx, const struct store_device *device)
{
    struct by_key *wanted = ctx;
    if (memcmp(device->public_key, wanted->key, GW_KEY_BYTES) == 0 &&
        (!wanted->found || device->revoked_at == 0)) {
        *wanted->out = *device;
        wanted->found = true;
    }
    return GW_OK;
}

/* By id, or by public key: a console whose answer to rekey or enroll was lost knows only its key.
 * The name proves itself, so the signature is checked before anything is looked for. */
static enum gw_err find_device(struct call *call, const char *name, const char *nonce,
                               const uint8_t sig[GW_SIGN_BYTES], struct store_device *out,
                               struct gw_fail *fail)
{
    struct store *store = call->core->store;
    struct by_key wanted = {.out = out};
    enum gw_err err = store->ops->device_get(store, name, out, fail);
    if (err != GW_ABSENT || !gw_b64url_decode(name, wanted.key, sizeof wanted.key) ||
        !gw_sign_ok(wanted.key, TOKEN_PREFIX, nonce, strlen(nonce), sig)) {
        return err;
    }
    err = store->ops->device_each(store, has_key, &wanted, fail);
    return err ? err : wanted.found ? GW_OK : GW_ABSENT;
}

static void give_token(struct call *call, const char *id, const char *nonce, const char *sig_text)
{
    struct store_device device;
    uint8_t sig[GW_SIGN_BYTES] = {0};
    struct gw_fail fail = {.err = GW_OK};
    bool fresh = take_nonce(call->core, nonce, id);
    bool signed_ = gw_b64url_decode(sig_text, sig, sizeof sig);
    enum gw_err err = find_device(call, id, nonce, sig, &device, &fail);
    if (err && err != GW_ABSENT) {
        core_break(call, err, &fail);
        return;
    }
    if (err || !fresh || !signed_ ||
        !gw_sign_ok(device.public_key, TOKEN_PREFIX, nonce, strlen(nonce), sig)) {
        answer_problem(call->out, 401, "unauthenticated",
                       "The device, the nonce or its signature is not good.");
        return;
    }
    if (device.revoked_at != 0) {
        answer_problem(call->out, 401, "device-revoked", "This device was closed.");
        return;
    }
    open_session(call, &device);
}

void handle_token(struct call *call)
{
    struct json *body = read_body(call);
    if (!body) {
        return;
    }
    const char *device = json_str(body, "device");
    const char *nonce = json_str(body, "nonce");
    const char *sig = json_str(body, "sig");
    bool bare = !json_has(body, "nonce") && !json_has(body, "sig");
    if (!device || !id_ok(device)) {
        answer_problem(call->out, 422, "invalid", "device must be an id.");
    } else if (bare) {
        give_nonce(call, device);
    } else if (!nonce || !sig || !id_ok(nonce)) {
        answer_problem(call->out, 422, "invalid", "nonce and sig belong together.");
    } else {
        give_token(call, device, nonce, sig);
    }
    json_free(body);
}
