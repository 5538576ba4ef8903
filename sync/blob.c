/* Attachments: one at a time, a slice at a time, in a lane of its own. Uploads go on where the
 * server says that they stand (HEAD), so a cut costs at most a slice. Whatever goes wrong here
 * delays attachments only: it changes neither the phase nor the sentence of the status bar. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "sync/engine_p.h"

enum { TRIES_MAX = 3, NOTE_EVERY = 2 * 1024 * 1024, DOWNLOAD_MS = 600000 };

/* A failure of the network or the server: later, and first asked where it stands. */
static void again_later(struct engine *engine)
{
    engine->blob_known = false;
    lane_failed(engine, LANE_BLOB);
}

static void note(struct engine *engine, enum blob_state state)
{
    struct gw_fail fail = {0};
    engine->blob.state = state;
    engine->blob_noted = engine->blob.held;
    enum gw_err err = blob_note(engine->home, &engine->blob, &fail);
    if (err != GW_OK) { /* a busy or full store: the next look begins with what is written */
        gw_log(GW_LOG_WARN, "sync: attachment not noted: %s", fail.text);
    }
    engine->changed |= 1u << TYPE_STEP;
}

static void finish(struct engine *engine, enum blob_state state)
{
    note(engine, state);
    engine->blob.commit[0] = '\0';
    engine->blob_known = false;
    backoff_reset(&engine->lanes[LANE_BLOB].backoff);
    lane_done(engine, LANE_BLOB);
}

/* ---- answers */

/* The server has other bytes, or does not take such a thing: anew from the start, some times. */
static void refused(struct engine *engine)
{
    const struct lane *lane = &engine->lanes[LANE_BLOB];
    gw_log(GW_LOG_WARN, "sync: attachment answered %d %s", lane->status, lane->slug);
    engine->blob.tries++;
    engine->blob.held = 0;
    if (engine->blob.tries >= TRIES_MAX || lane->status == 413 || lane->status == 415) {
        finish(engine, BLOB_REFUSED);
        return;
    }
    note(engine, engine->blob.state);
    again_later(engine);
}

static void take_offset(struct engine *engine, int64_t held)
{
    struct lane *lane = &engine->lanes[LANE_BLOB];
    engine->blob.held = held < 0 || held > engine->blob.size ? 0 : held;
    engine->blob_known = true;
    if (engine->blob.held == engine->blob.size) {
        finish(engine, BLOB_DONE);
        return;
    }
    if (engine->blob.state != BLOB_UPLOADING ||
        engine->blob.held - engine->blob_noted >= NOTE_EVERY) {
        note(engine, BLOB_UPLOADING);
    }
    backoff_reset(&lane->backoff);
    lane_done(engine, LANE_BLOB);
}

static void take_bytes(struct engine *engine)
{
    const struct lane *lane = &engine->lanes[LANE_BLOB];
    uint8_t salt[BLOB_SALT];
    struct gw_fail fail = {0};
    enum gw_err err = lane->end == NET_DONE && gw_b64url_decode(lane->blob_salt, salt, sizeof(salt))
                          ? GW_OK
                          : GW_SERVER;
    err = err != GW_OK ? err
                       : blob_keep(engine->home, engine->blob.commit, salt, gw_buf_str(&lane->body),
                                   lane->body.len, &fail);
    if (err != GW_OK) {
        gw_log(GW_LOG_WARN, "sync: attachment not kept: %s", fail.text);
        again_later(engine);
        return;
    }
    engine->blob.size = engine->blob.held = (int64_t)lane->body.len;
    finish(engine, BLOB_DONE);
}

static void answer_ok(struct engine *engine)
{
    const struct lane *lane = &engine->lanes[LANE_BLOB];
    if (lane->asked == ASK_BLOB_GET) {
        take_bytes(engine);
    } else {
        take_offset(engine, lane->blob_offset);
    }
}

static void blob_answer(struct engine *engine)
{
    const struct lane *lane = &engine->lanes[LANE_BLOB];
    int status = lane->status;
    if (status == 401) { /* the token: what it means is the same in every lane */
        (void)lane_common_trouble(engine, LANE_BLOB);
        engine->blob_known = false;
    } else if (status == 410) {
        finish(engine, BLOB_ERASED);
    } else if (status == 404 && lane->asked == ASK_BLOB_HEAD) {
        take_offset(engine, 0);
    } else if (status == 404 && lane->asked == ASK_BLOB_GET) {
        finish(engine, BLOB_ABSENT);
    } else if (status == 400 || status == 404 || status == 413 || status == 415 || status == 422) {
        refused(engine);
    } else if (status >= 200 && status < 300 && (lane->end == NET_DONE || status == 204)) {
        answer_ok(engine);
    } else {
        again_later(engine);
    }
}

/* ---- questions */

static void ask(struct engine *engine, enum asked asked, struct net_request *request)
{
    char path[GW_HASH_HEX + 16];
    (void)snprintf(path, sizeof(path), "/v1/blobs/%s", engine->blob.commit);
    request->path = path;
    request->bearer = engine->token;
    request->total_ms = asked == ASK_BLOB_GET ? DOWNLOAD_MS : engine->times.request_total;
    (void)lane_start(engine, LANE_BLOB, asked, request, asked == ASK_BLOB_GET);
}

static void ask_slice(struct engine *engine)
{
    struct blob_row *blob = &engine->blob;
    char range[80], salt_text[BLOB_SALT_B64 + 1];
    uint8_t salt[BLOB_SALT];
    struct gw_buf body;
    struct gw_fail fail = {0};
    gw_buf_init(&body, BLOB_SLICE);
    enum gw_err err =
        blob_slice(engine->home, blob->commit, blob->held, BLOB_SLICE, salt, &body, &fail);
    if (err != GW_OK || body.len == 0) {
        gw_log(GW_LOG_ERROR, "sync: the copy of an attachment cannot be read: %s", fail.text);
        finish(engine, BLOB_REFUSED);
        gw_buf_free(&body);
        return;
    }
    (void)snprintf(range, sizeof(range), "bytes %lld-%lld/%lld", (long long)blob->held,
                   (long long)blob->held + (long long)body.len - 1, (long long)blob->size);
    gw_b64url(salt, sizeof(salt), salt_text);
    struct net_request request = {
        .method = "PUT",
        .content_type = blob->media,
        .accept = "application/json",
        .content_range = range,
        .blob_salt = salt_text,
        .body = gw_buf_str(&body),
        .body_len = body.len,
    };
    ask(engine, ASK_BLOB_PUT, &request);
    gw_buf_free(&body);
}

/* Which one is next. What the store says counts only between two attachments. */
static bool choose(struct engine *engine)
{
    if (engine->blob.commit[0] != '\0') {
        return true;
    }
    int64_t writes = home_writes(engine->home);
    if (engine->blob_none && writes == engine->blob_writes) {
        return false;
    }
    (void)blob_sweep(engine->home, NULL); /* a busy store: the next time */
    engine->blob_writes = home_writes(engine->home);
    engine->blob_none = blob_next(engine->home, &engine->blob) != GW_OK;
    engine->blob_known = false;
    engine->blob_noted = engine->blob_none ? 0 : engine->blob.held;
    if (engine->blob_none) {
        engine->blob.commit[0] = '\0';
    }
    return !engine->blob_none;
}

bool blob_could_start(const struct engine *engine)
{
    return engine->can_blobs && engine_may_read(engine) && !engine->blob_none &&
           lane_idle(engine, LANE_BLOB);
}

bool blob_settled(const struct engine *engine)
{
    const struct lane *lane = &engine->lanes[LANE_BLOB];
    return !engine->can_blobs || engine->blob_none || lane->backoff.tries > 0;
}

void blob_step(struct engine *engine)
{
    static const char *const any = "image/jpeg, image/png, application/pdf, text/plain";
    struct lane *lane = &engine->lanes[LANE_BLOB];
    if (lane->ended) {
        blob_answer(engine);
    }
    if (!engine->can_blobs || !engine_may_read(engine) || engine->rekey ||
        !lane_idle(engine, LANE_BLOB) || !choose(engine)) {
        return;
    }
    struct net_request request = {.method = "HEAD"};
    if (engine->blob.state == BLOB_WANTED) {
        request.method = "GET";
        request.accept = any;
        ask(engine, ASK_BLOB_GET, &request);
    } else if (!engine->blob_known) {
        ask(engine, ASK_BLOB_HEAD, &request);
    } else {
        ask_slice(engine);
    }
}
