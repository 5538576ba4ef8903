/* This laptop was restored from an image: its numbers are in use. A new key, a new device; what was
 * unsent is signed anew with the same uid (protocol section 4). The new key lies on the disk before
 * the server hears of it, so that a lost answer does not strand the device. */
#include <stdio.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/log.h"
#include "sync/engine_p.h"

static enum gw_err next_key(struct engine *engine, struct gw_sign_key *key, struct gw_fail *fail)
{
    char path[1200];
    struct gw_buf seed;
    enum gw_err err = gw_path_join(path, sizeof(path), engine->home->dir, "device.key.next");
    if (err != GW_OK) {
        return err;
    }
    gw_buf_init(&seed, 32);
    err = gw_file_read(path, &seed, NULL);
    if (err != GW_OK || seed.len != 32) {
        uint8_t fresh[32];
        engine->random->fill(engine->random->ctx, fresh, sizeof(fresh));
        gw_buf_reset(&seed);
        err = gw_file_write(path, fresh, sizeof(fresh), fail);
        if (err == GW_OK) {
            err = gw_buf_add(&seed, fresh, sizeof(fresh));
        }
        gw_wipe(fresh, sizeof(fresh));
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

static void take_rekey(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_PUSH];
    struct gw_fail fail = {0};
    struct gw_sign_key key;
    struct json *root = NULL;
    struct identity id = engine->home->id;
    char path[1200];
    enum gw_err err = json_parse(gw_buf_str(&lane->body), lane->body.len, 0, &root, &fail);
    const char *device = root != NULL ? json_str(root, "device") : NULL;
    if (err == GW_OK && (device == NULL || !id_ok(device))) {
        err = gw_fail_set(&fail, GW_SERVER, "%s",
                          _("The server's answer to the new key is unreadable. It is tried again."));
    }
    if (err == GW_OK) {
        memcpy(id.device, device, strlen(device) + 1);
        err = next_key(engine, &key, &fail);
    }
    if (err == GW_OK) {
        err = home_rekey(engine->home, &id, &key, &fail);
        gw_wipe(&key, sizeof(key));
    }
    json_free(root);
    if (err != GW_OK) {
        engine_problem(engine, fail.text);
        lane_failed(engine, LANE_PUSH);
        return;
    }
    if (gw_path_join(path, sizeof(path), engine->home->dir, "device.key.next") == GW_OK) {
        (void)remove(path); /* used; a leftover would only be used once more */
    }
    gw_log(GW_LOG_WARN, "sync: new device key after %s", engine->rekey_reason);
    engine->rekey = false;
    engine->token[0] = '\0';
    engine->greeted = false;
    engine->outbox_empty = false;
    lane_done(engine, LANE_PUSH);
}

static void ask(struct engine *engine)
{
    struct gw_sign_key key;
    struct gw_fail fail = {0};
    if (next_key(engine, &key, &fail) != GW_OK) {
        engine_problem(engine, fail.text);
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
        if (lane->status == 201) {
            take_rekey(engine);
        } else if (!lane_common_trouble(engine, LANE_PUSH)) {
            engine_problem(engine, _("The server did not take this laptop's new key. What you did is "
                                     "kept. Ask the duty room for a new enrolment code."));
            lane_failed(engine, LANE_PUSH);
        }
    }
    if (engine->rekey && engine->token[0] != '\0' && lane_idle(engine, LANE_PUSH)) {
        ask(engine);
    }
}
