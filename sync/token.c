/* The token: nonce, signature, 256 bits for half an hour, in memory only (protocol section 2). */
#include <string.h>

#include "base/i18n.h"
#include "sync/engine_p.h"

static void ask_nonce(struct engine *engine)
{
    struct gw_buf body;
    gw_buf_init(&body, 4096);
    struct jw w;
    jw_begin(&w, &body);
    jw_obj(&w, NULL);
    jw_str(&w, "device", engine->home->id.device);
    jw_obj_end(&w);
    struct net_request request;
    if (jw_end(&w) == GW_OK) {
        lane_post(&request, engine, "/v1/token", "application/json", &body);
        request.bearer = NULL;
        (void)lane_start(engine, LANE_AUTH, ASK_NONCE, &request, false); /* the lane backs off */
    }
    gw_buf_free(&body);
}

static void ask_token(struct engine *engine)
{
    uint8_t sig[GW_SIGN_BYTES];
    char sig64[GW_SIGN_B64 + 1];
    gw_sign(&engine->home->key, TOKEN_PREFIX, engine->nonce, strlen(engine->nonce), sig);
    gw_b64url(sig, sizeof(sig), sig64);
    struct gw_buf body;
    gw_buf_init(&body, 4096);
    struct jw w;
    jw_begin(&w, &body);
    jw_obj(&w, NULL);
    jw_str(&w, "device", engine->home->id.device);
    jw_str(&w, "nonce", engine->nonce);
    jw_str(&w, "sig", sig64);
    jw_obj_end(&w);
    struct net_request request;
    if (jw_end(&w) == GW_OK) {
        lane_post(&request, engine, "/v1/token", "application/json", &body);
        request.bearer = NULL;
        (void)lane_start(engine, LANE_AUTH, ASK_TOKEN, &request, false); /* the lane backs off */
    }
    gw_buf_free(&body);
    engine->nonce[0] = '\0';
}

static bool take_text(const struct json *root, const char *key, char *out, size_t size)
{
    const char *text = json_str(root, key);
    if (text == NULL || text[0] == '\0' || strlen(text) >= size) {
        return false;
    }
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static void token_answer(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_AUTH];
    if (lane_common_trouble(engine, LANE_AUTH)) {
        return;
    }
    struct json *root = NULL;
    int64_t expires = 0;
    bool ok = lane->status == 200 &&
              json_parse(gw_buf_str(&lane->body), lane->body.len, 0, &root, NULL) == GW_OK;
    if (ok && lane->asked == ASK_NONCE) {
        ok = take_text(root, "nonce", engine->nonce, sizeof(engine->nonce));
    } else if (ok) {
        ok = take_text(root, "token", engine->token, sizeof(engine->token)) &&
             json_int(root, "expires_at", &expires);
        /* By the own mono clock: the server's wall time is the only one that dates the token. */
        int64_t server_now = lane->sent_wall + engine->clock_off;
        engine->token_until_mono = engine_mono(engine) + (expires - server_now) - TOKEN_EARLY_MS;
        engine->refused = false;
        backoff_reset(&lane->backoff);
    }
    json_free(root);
    if (!ok) {
        engine_problem(engine, _("The server answered the sign-in with something unreadable."));
        lane_failed(engine, LANE_AUTH);
        engine_phase(engine, SYNC_OFFLINE);
        return;
    }
    lane_done(engine, LANE_AUTH);
}

void token_step(struct engine *engine)
{
    if (engine->lanes[LANE_AUTH].ended) {
        token_answer(engine);
    }
    if (engine->token[0] != '\0' && engine_mono(engine) >= engine->token_until_mono) {
        engine->token[0] = '\0';
    }
    if (engine->token[0] != '\0' || !lane_idle(engine, LANE_AUTH)) {
        return;
    }
    if (engine->nonce[0] != '\0') {
        ask_token(engine);
    } else {
        ask_nonce(engine);
    }
}
