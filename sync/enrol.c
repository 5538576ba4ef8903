/* Enrolment: a one-time code for a device and a key (protocol section 2). The key is made here and
 * never leaves; nothing is written before the server said yes. */
#include <string.h>

#include "api/json.h"
#include "api/wire.h"
#include "base/crypto.h"
#include "base/i18n.h"
#include "offline-db/pin.h"
#include "sync/engine.h"

struct enrol_wait {
    bool ended;
    enum net_end end;
    int status;
    struct wire_problem problem;
    struct gw_buf body;
};

static bool on_data(void *ctx, int64_t call, const char *bytes, size_t len)
{
    (void)call;
    struct enrol_wait *wait = ctx;
    return gw_buf_add(&wait->body, bytes, len) == GW_OK;
}

static void on_end(void *ctx, int64_t call, const struct net_answer *answer)
{
    (void)call;
    struct enrol_wait *wait = ctx;
    wait->ended = true;
    wait->end = answer->end;
    wait->status = answer->status;
    if (answer->body != NULL && gw_buf_add(&wait->body, answer->body, answer->body_len) != GW_OK) {
        wait->end = NET_TOO_LARGE;
    }
    if (!wire_problem_decode(gw_buf_str(&wait->body), wait->body.len, &wait->problem)) {
        wait->problem.slug[0] = '\0';
    }
}

static bool copy(char *out, size_t size, const char *text)
{
    if (text == NULL || strlen(text) >= size) {
        return false;
    }
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static enum gw_err read_answer(const struct gw_buf *body, struct identity *id, struct gw_fail *fail)
{
    struct json *root = NULL;
    enum gw_err err = json_parse(gw_buf_str(body), body->len, 0, &root, NULL);
    const struct json *user = NULL;
    bool ok = err == GW_OK;
    ok = ok && copy(id->device, sizeof(id->device), json_str(root, "device")) && id_ok(id->device);
    user = ok ? json_obj(root, "user") : NULL;
    /* `user` is an id or, from a server that says more, an object with id, name and role. */
    const char *user_id =
        user != NULL ? json_str(user, "id") : (ok ? json_str(root, "user") : NULL);
    ok = ok && copy(id->user, sizeof(id->user), user_id) && id_ok(id->user);
    ok = ok && copy(id->server_key, sizeof(id->server_key), json_str(root, "server_key"));
    ok = ok &&
         copy(id->server_sign_key, sizeof(id->server_sign_key), json_str(root, "server_sign_key"));
    /* Its word on this key, when it gives one. */
    if (!ok || !json_int(root, "valid_from", &id->valid_from) ||
        !copy(id->server_sig, sizeof(id->server_sig), json_str(root, "server_sig"))) {
        id->server_sig[0] = '\0';
    }
    /* A server that says more; else the id serves as the name until the feed tells. */
    const struct json *said = user != NULL ? user : root;
    const char *role = ok ? json_str(said, "role") : NULL;
    if (!ok || !copy(id->name, sizeof(id->name), json_str(said, "name"))) {
        (void)copy(id->name, sizeof(id->name), id->user);
    }
    if (role != NULL) {
        (void)role_parse(role, &id->role);
    }
    json_free(root);
    return ok ? GW_OK
              : gw_fail_set(
                    fail, GW_SERVER, "%s",
                    _("The server's answer to the enrolment is unreadable. Check the URL: is "
                      "it a gridward dispatch server?"));
}

static enum gw_err refused(const struct enrol_wait *wait, struct gw_fail *fail)
{
    if (wait->status == 0) {
        return gw_fail_set(
            fail, wait->end == NET_TLS ? GW_DENIED : GW_OFFLINE, "%s",
            wait->end == NET_TLS
                ? _("The server's certificate was not accepted. Give its CA with --ca "
                    "or its pin with --pin, and check this machine's clock.")
                : _("The server cannot be reached. Check the URL and the network; the "
                    "code stays good."));
    }
    if (wait->status == 429) {
        return gw_fail_set(fail, GW_AGAIN, "%s",
                           _("Too many tries. Wait a minute, then try again."));
    }
    if (wait->status >= 500) {
        return gw_fail_set(fail, GW_SERVER, "%s",
                           _("The server has a fault. Try again; the code stays good."));
    }
    return gw_fail_set(
        fail, GW_DENIED, "%s",
        _("The code is wrong, used, or older than 24 hours. Ask the duty room for a new "
          "one."));
}

/* The first device of this home, or the next one of the same user: then what is unsent goes on. */
static enum gw_err keep_device(struct home *home, struct identity *id,
                               const struct gw_sign_key *key, struct gw_fail *fail)
{
    if (!home->enrolled) {
        return home_enrol(home, id, key, fail);
    }
    if (strcmp(home->id.user, id->user) != 0) {
        return gw_fail_set(
            fail, GW_REFUSED,
            _("The code belongs to %s, this home to %s. Ask for a code of your own, or "
              "use another --home."),
            id->user, home->id.user);
    }
    (void)copy(id->name, sizeof(id->name), home->id.name); /* the next hello brings them anew */
    id->role = home->id.role;
    enum gw_err err = home_rekey(home, id, key, fail);
    return err != GW_OK ? err : pin_forget(home, fail); /* a new code proves as much as the PIN */
}

static enum gw_err keep_second(struct home *home, const struct enrol_in *in,
                               const struct identity *id, const struct gw_sign_key *key,
                               struct gw_fail *fail)
{
    enum gw_err err = signer_add(home, id, key, in->second_pin, fail);
    return err != GW_OK || in->second == NULL ? err : signer_find(home, id->user, in->second, fail);
}

/* Asks, and waits for the answer with the caller's pump. */
static enum gw_err ask(const struct sync_net *net, void (*pump)(void *ctx), void *ctx,
                       const struct enrol_in *in, const char *public_key, struct enrol_wait *wait)
{
    struct gw_buf body;
    struct jw w;
    int64_t call = 0;
    gw_buf_init(&body, 4096);
    jw_begin(&w, &body);
    jw_obj(&w, NULL);
    jw_str(&w, "code", in->code);
    jw_str(&w, "device_name", in->device_name);
    jw_str(&w, "public_key", public_key);
    jw_obj_end(&w);
    enum gw_err err = jw_end(&w);
    const struct net_request request = {
        .method = "POST",
        .path = "/v1/enroll",
        .content_type = "application/json",
        .accept = "application/json",
        .body = gw_buf_str(&body),
        .body_len = body.len,
        .total_ms = 30000,
    };
    const struct net_events events = {on_data, on_end, wait};
    err = err != GW_OK ? err : net->start(net->ctx, &request, false, &events, &call);
    while (err == GW_OK && !wait->ended) {
        pump(ctx);
    }
    gw_buf_free(&body);
    return err;
}

static enum gw_err take_answer(struct home *home, const struct enrol_in *in,
                               const struct enrol_wait *wait, const struct gw_sign_key *key,
                               struct gw_fail *fail)
{
    struct identity id = {.role = ROLE_WORKER};
    bool whole = wait->status == 201 && wait->end == NET_DONE;
    enum gw_err err = whole ? read_answer(&wait->body, &id, fail) : refused(wait, fail);
    if (err != GW_OK) {
        return err;
    }
    if (!copy(id.url, sizeof(id.url), in->url) ||
        !copy(id.ca_file, sizeof(id.ca_file), in->ca_file != NULL ? in->ca_file : "") ||
        !copy(id.pin, sizeof(id.pin), in->pin != NULL ? in->pin : "")) {
        return gw_fail_set(fail, GW_INVALID, "%s",
                           _("The URL, the CA file or the pin is too long. Give a shorter one."));
    }
    id.enrolled_at = home->clock->wall_ms(home->clock->ctx);
    return in->second_pin != NULL ? keep_second(home, in, &id, key, fail)
                                  : keep_device(home, &id, key, fail);
}

enum gw_err sync_enrol(struct home *home, const struct sync_net *net, void (*pump)(void *ctx),
                       void *ctx, const struct enrol_in *in, struct gw_fail *fail)
{
    if (in->second_pin != NULL && !home->enrolled) {
        return gw_fail_set(
            fail, GW_DENIED,
            _("The first person enrols first, without --second: this home belongs to "
              "nobody yet."));
    }
    if (home->enrolled && !in->again && in->second_pin == NULL) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("This home is enrolled already, as %s. Use another "
                             "--home, or leave first."),
                           home->id.user);
    }
    struct gw_sign_key key;
    uint8_t seed[32];
    char public_key[GW_KEY_B64 + 1];
    struct enrol_wait wait = {0};
    home->random->fill(home->random->ctx, seed, sizeof(seed));
    gw_sign_key_from_seed(&key, seed);
    gw_wipe(seed, sizeof(seed));
    gw_b64url(key.public_key, GW_KEY_BYTES, public_key);
    gw_buf_init(&wait.body, 64 * 1024);
    enum gw_err err = ask(net, pump, ctx, in, public_key, &wait);
    err = err != GW_OK ? err : take_answer(home, in, &wait, &key, fail);
    gw_wipe(&key, sizeof(key));
    gw_buf_free(&wait.body);
    return err;
}
