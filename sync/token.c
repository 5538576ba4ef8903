/* The token: nonce, signature, 256 bits for half an hour, in memory only (protocol section 2). */
#include <string.h>

#include "base/i18n.h"
#include "sync/engine_p.h"

/* How this console names itself: its device, or, while it does not know which device its new key
 * became, that key. */
static void sign_in_as(struct engine *engine, struct gw_sign_key *key, char name[GW_ID_MAX + 1])
{
    if (engine->by_key && rekey_key(engine, key) == GW_OK) {
        gw_b64url(key->public_key, GW_KEY_BYTES, name);
        return;
    }
    engine->by_key = false;
    *key = engine->home->key;
    memcpy(name, engine->home->id.device, sizeof(engine->home->id.device));
}

static void ask_nonce(struct engine *engine)
{
    struct gw_buf body;
    struct gw_sign_key key;
    char name[GW_ID_MAX + 1];
    sign_in_as(engine, &key, name);
    gw_wipe(&key, sizeof(key));
    gw_buf_init(&body, 4096);
    struct jw w;
    jw_begin(&w, &body);
    jw_obj(&w, NULL);
    jw_str(&w, "device", name);
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
    struct gw_sign_key key;
    char name[GW_ID_MAX + 1];
    sign_in_as(engine, &key, name);
    gw_sign(&key, TOKEN_PREFIX, engine->nonce, strlen(engine->nonce), sig);
    gw_wipe(&key, sizeof(key));
    gw_b64url(sig, sizeof(sig), sig64);
    struct gw_buf body;
    gw_buf_init(&body, 4096);
    struct jw w;
    jw_begin(&w, &body);
    jw_obj(&w, NULL);
    jw_str(&w, "device", name);
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

/* How long it serves, by the server's own clock; the laptop's may be years off. */
static int64_t life_ms(const struct lane *lane, int64_t expires)
{
    enum { DAY_MS = 86400000, GUESS_MS = 25 * 60000 };
    int64_t life = lane->server_time >= 0 ? expires - lane->server_time : GUESS_MS;
    life = life > DAY_MS ? DAY_MS : life;
    int64_t early = life / 4 < TOKEN_EARLY_MS ? life / 4 : TOKEN_EARLY_MS;
    return life - early > 500 ? life - early : 500; /* never so short that it runs in circles */
}

static bool take_token(struct engine *engine, const struct json *root)
{
    struct lane *lane = &engine->lanes[LANE_AUTH];
    struct gw_fail fail = {0};
    char token[sizeof(engine->token)];
    int64_t expires = 0;
    if (!take_text(root, "token", token, sizeof(token)) ||
        !json_int(root, "expires_at", &expires)) {
        return false;
    }
    if (engine->by_key && rekey_adopt(engine, json_str(root, "device"), &fail) != GW_OK) {
        gw_wipe(token, sizeof(token));
        return false;
    }
    memcpy(engine->token, token, sizeof(token));
    gw_wipe(token, sizeof(token));
    engine->token_until_mono = engine_mono(engine) + life_ms(lane, expires);
    engine->refused = false;
    backoff_reset(&lane->backoff);
    return true;
}

static void token_answer(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_AUTH];
    if (lane_common_trouble(engine, LANE_AUTH)) {
        return;
    }
    struct json *root = NULL;
    bool ok = lane->status == 200 &&
              json_parse(gw_buf_str(&lane->body), lane->body.len, 0, &root, NULL) == GW_OK;
    if (ok && lane->asked == ASK_NONCE) {
        ok = take_text(root, "nonce", engine->nonce, sizeof(engine->nonce));
    } else if (ok) {
        ok = take_token(engine, root);
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
