/* This laptop was restored from an image: its numbers are in use. A new key, a new device; what was
 * unsent is signed anew with the same uid (protocol section 4).
 *
 * The new key lies on the disk (device.key.rekey) before the server hears of it. When the answer is
 * lost the old device is closed; then the console signs in with the new key instead of a device id,
 * and the server tells which device that key became. So a lost answer never strands a laptop. */
#include <stdio.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/log.h"
#include "sync/engine_p.h"

static enum gw_err key_path(const struct engine *engine, char path[1200])
{
    return gw_path_join(path, 1200, engine->home->dir, "device.key.rekey");
}

enum gw_err rekey_key(const struct engine *engine, struct gw_sign_key *key)
{
    char path[1200];
    struct gw_buf seed;
    gw_buf_init(&seed, 64);
    enum gw_err err = key_path(engine, path);
    err = err != GW_OK ? err : gw_file_read(path, &seed, NULL);
    if (err == GW_OK && seed.len != 32) {
        err = GW_ABSENT; /* not ours: a new one is made */
    }
    if (err == GW_OK) {
        gw_sign_key_from_seed(key, (const uint8_t *)seed.data);
    }
    if (seed.data != NULL) {
        gw_wipe(seed.data, seed.cap);
    }
    gw_buf_free(&seed);
    return err;
}

/* The waiting key, made when there is none. */
static enum gw_err next_key(struct engine *engine, struct gw_sign_key *key, struct gw_fail *fail)
{
    char path[1200];
    uint8_t fresh[32];
    enum gw_err err = rekey_key(engine, key);
    if (err == GW_OK || err == GW_NOMEM) {
        return err;
    }
    err = key_path(engine, path);
    engine->random->fill(engine->random->ctx, fresh, sizeof(fresh));
    err = err != GW_OK ? err : gw_file_write(path, fresh, sizeof(fresh), fail);
    gw_wipe(fresh, sizeof(fresh));
    return err != GW_OK ? err : rekey_key(engine, key);
}

static void forget_key(struct engine *engine)
{
    char path[1200];
    if (key_path(engine, path) == GW_OK) {
        (void)remove(path); /* used; a leftover is seen to be the own key at the next start */
    }
}

void rekey_resume(struct engine *engine)
{
    struct gw_sign_key key;
    if (rekey_key(engine, &key) != GW_OK) {
        return;
    }
    if (gw_equal_ct(key.public_key, engine->home->key.public_key, GW_KEY_BYTES)) {
        forget_key(engine);
    } else {
        engine->rekey = true;
        engine->rekey_reason = "key-reuse";
    }
    gw_wipe(&key, sizeof(key));
}

enum gw_err rekey_adopt(struct engine *engine, const char *device, struct gw_fail *fail)
{
    struct gw_sign_key key;
    struct identity id = engine->home->id;
    if (device == NULL || !id_ok(device)) {
        return gw_fail_set(
            fail, GW_SERVER, "%s",
            _("The server's answer to the new key is unreadable. It is tried again."));
    }
    enum gw_err err = rekey_key(engine, &key);
    if (err == GW_OK) {
        memcpy(id.device, device, strlen(device) + 1);
        err = home_rekey(engine->home, &id, &key, fail);
        gw_wipe(&key, sizeof(key));
    }
    if (err != GW_OK) {
        return err;
    }
    forget_key(engine);
    gw_log(GW_LOG_WARN, "sync: new device key after %s", engine->rekey_reason);
    /* What is under way belongs to the closed device; its refusal would say nothing. */
    lane_cancel(engine, LANE_READ);
    lane_cancel(engine, LANE_ALIVE);
    stream_close(engine);
    engine->rekey = false;
    engine->by_key = false;
    engine->greeted = false;
    engine->caught_up = false;
    engine->outbox_empty = false;
    return GW_OK;
}

static void take_rekey(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_PUSH];
    struct gw_fail fail = {0};
    struct json *root = NULL;
    enum gw_err err = json_parse(gw_buf_str(&lane->body), lane->body.len, 0, &root, &fail);
    err = err != GW_OK ? err : rekey_adopt(engine, json_str(root, "device"), &fail);
    json_free(root);
    if (err != GW_OK) {
        engine_fail(engine, &fail);
        lane_failed(engine, LANE_PUSH);
        return;
    }
    engine->token[0] = '\0';
    engine->nonce[0] = '\0'; /* of the old device */
    lane_cancel(engine, LANE_AUTH);
    backoff_reset(&lane->backoff);
    lane_done(engine, LANE_PUSH);
}

static void ask(struct engine *engine)
{
    struct gw_sign_key key;
    struct gw_fail fail = {0};
    if (next_key(engine, &key, &fail) != GW_OK) {
        engine_fail(engine, &fail);
        lane_failed(engine, LANE_PUSH);
        return;
    }
    char public_key[GW_KEY_B64 + 1];
    gw_b64url(key.public_key, GW_KEY_BYTES, public_key);
    gw_wipe(&key, sizeof(key));
    struct gw_buf body;
    struct jw w;
    gw_buf_init(&body, 4096);
    jw_begin(&w, &body);
    jw_obj(&w, NULL);
    jw_str(&w, "public_key", public_key);
    jw_str(&w, "device_name", "gridward");
    jw_str(&w, "reason", engine->rekey_reason);
    jw_obj_end(&w);
    struct net_request request;
    if (jw_end(&w) == GW_OK) {
        lane_post(&request, engine, "/v1/rekey", "application/json", &body);
        (void)lane_start(engine, LANE_PUSH, ASK_REKEY, &request, false); /* the lane backs off */
    }
    gw_buf_free(&body);
}

void rekey_step(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_PUSH];
    if (lane->ended && lane->asked == ASK_REKEY) {
        if (lane->status == 201 && lane->end == NET_DONE) {
            take_rekey(engine);
        } else if (!lane_common_trouble(engine, LANE_PUSH)) {
            engine_problem(engine,
                           _("The server did not take this laptop's new key. What you did is "
                             "kept. Ask the duty room for a new enrolment code."));
            lane_failed(engine, LANE_PUSH);
        }
    }
    if (engine->rekey && engine->token[0] != '\0' && lane_idle(engine, LANE_PUSH)) {
        ask(engine);
    }
}
