#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "sync/engine_p.h"

static struct lane *lane_of_call(struct engine *engine, int64_t call)
{
    for (size_t i = 0; i < LANE_N; i++) {
        if (engine->lanes[i].call == call) {
            return &engine->lanes[i];
        }
    }
    return NULL;
}

static void note_byte(struct engine *engine)
{
    engine->status.last_byte_at = engine_wall(engine);
}

static bool on_data(void *ctx, int64_t call, const char *bytes, size_t len)
{
    struct engine *engine = ctx;
    struct lane *lane = lane_of_call(engine, call);
    if (lane == NULL) {
        return false;
    }
    note_byte(engine);
    if (lane->asked == ASK_STREAM) {
        return stream_data(engine, bytes, len);
    }
    return gw_buf_add(&lane->body, bytes, len) == GW_OK;
}

/* Offset of the own clock against Gridward-Time, by the middle of the round trip. It is written
 * only when it is news: the first one, a jump, or a better measurement after ten minutes. */
static void note_time(struct engine *engine, const struct lane *lane, int64_t server_time)
{
    int64_t now_mono = engine_mono(engine);
    int64_t trip = now_mono - lane->sent_mono;
    if (server_time < 0 || trip < 0 || trip > 10000 || lane->asked == ASK_STREAM ||
        (lane->asked == ASK_CHANGES && trip > 2000)) {
        return;
    }
    int64_t off = server_time - (lane->sent_wall + trip / 2);
    int64_t unc = trip / 2 + 1;
    int64_t diff = off - engine->clock_off;
    bool jump = diff > unc + engine->clock_unc + 500 || -diff > unc + engine->clock_unc + 500;
    bool first = engine->clock_set_mono == 0;
    bool old = now_mono - engine->clock_set_mono > 600000;
    if (!first && !jump && !old) {
        return;
    }
    if (mirror_clock_set(engine->home, off, unc) == GW_OK) {
        engine->clock_off = off;
        engine->clock_unc = unc;
        engine->clock_set_mono = now_mono > 0 ? now_mono : 1;
    }
}

static void on_end(void *ctx, int64_t call, const struct net_answer *answer)
{
    struct engine *engine = ctx;
    struct lane *lane = lane_of_call(engine, call);
    if (lane == NULL) {
        return;
    }
    lane->call = 0;
    lane->ended = true;
    lane->end = answer->end;
    lane->status = answer->status;
    lane->retry_after_ms = answer->retry_after_ms;
    lane->server_time = answer->status > 0 ? answer->server_time : -1;
    lane->slug[0] = '\0';
    lane->blob_offset = answer->blob_offset;
    (void)snprintf(lane->blob_salt, sizeof(lane->blob_salt), "%s",
                   answer->blob_salt != NULL ? answer->blob_salt : "");
    if (answer->status > 0) {
        note_byte(engine);
        note_time(engine, lane, answer->server_time);
    }
    if (answer->body != NULL && answer->body_len > 0) {
        if (gw_buf_add(&lane->body, answer->body, answer->body_len) != GW_OK) {
            lane->end = NET_TOO_LARGE;
        }
    }
    if (answer->status >= 400) {
        struct wire_problem problem;
        if (wire_problem_decode(gw_buf_str(&lane->body), lane->body.len, &problem)) {
            memcpy(lane->slug, problem.slug, sizeof(lane->slug));
            lane->slug[sizeof(lane->slug) - 1] = '\0';
        }
    }
}

enum gw_err lane_start(struct engine *engine, enum lane_name name, enum asked asked,
                       const struct net_request *request, bool stream)
{
    struct lane *lane = &engine->lanes[name];
    const struct net_events events = {on_data, on_end, engine};
    gw_buf_reset(&lane->body);
    lane->asked = asked;
    lane->ended = false;
    lane->sent_mono = engine_mono(engine);
    lane->sent_wall = engine_wall(engine);
    enum gw_err err = engine->net->start(engine->net->ctx, request, stream, &events, &lane->call);
    if (err != GW_OK) {
        lane->call = 0;
        lane_failed(engine, name);
    }
    return err;
}

void lane_cancel(struct engine *engine, enum lane_name name)
{
    struct lane *lane = &engine->lanes[name];
    if (lane->call != 0) {
        engine->net->cancel(engine->net->ctx, lane->call);
    }
    lane_done(engine, name);
}

bool lane_idle(const struct engine *engine, enum lane_name name)
{
    const struct lane *lane = &engine->lanes[name];
    return lane->call == 0 && !lane->ended && lane->backoff.at_mono <= engine_mono(engine);
}

void lane_done(struct engine *engine, enum lane_name name)
{
    struct lane *lane = &engine->lanes[name];
    lane->call = 0;
    lane->ended = false;
    lane->asked = ASK_NOTHING;
    if (name == LANE_READ) {
        engine->page.open = false; /* its text goes */
    }
    if (lane->body.cap > 1024 * 1024) {
        gw_buf_free(&lane->body);
    } else {
        gw_buf_reset(&lane->body);
    }
}

void lane_failed(struct engine *engine, enum lane_name name)
{
    struct lane *lane = &engine->lanes[name];
    backoff_fail(&lane->backoff, engine->random, engine_mono(engine), engine->times.backoff_floor,
                 engine->times.backoff_ceiling, lane->retry_after_ms);
    lane->retry_after_ms = -1;
    lane_done(engine, name);
}

/* No answer at all: the server, the road to it, or its certificate. */
static void no_answer(struct engine *engine, enum lane_name name)
{
    switch (engine->lanes[name].end) {
    case NET_TLS:
        engine_problem(engine,
                       _("The server's certificate was not accepted. Check the CA file, the "
                         "pin and this machine's clock."));
        break;
    case NET_TOO_LARGE:
        engine_problem(engine,
                       _("The server sent more than this console takes. Tell the duty room."));
        break;
    default:
        engine_problem(engine,
                       _("The dispatch server cannot be reached. What you do is kept and sent "
                         "later."));
        break;
    }
    lane_failed(engine, name);
    if (name == LANE_READ || name == LANE_AUTH) {
        engine->caught_up = false;
        engine_phase(engine, SYNC_OFFLINE);
    }
}

/* Pages are whole up to where they were cut; everything else counts only when it came whole. */
static bool is_page(enum asked asked)
{
    return asked == ASK_SNAPSHOT || asked == ASK_CHANGES || asked == ASK_STREAM ||
           asked == ASK_COMMANDS;
}

static bool is(const struct lane *lane, int status, const char *slug)
{
    return lane->status == status && strcmp(lane->slug, slug) == 0;
}

static void refuse(struct engine *engine, enum lane_name name, int64_t wait_ms)
{
    engine->refused = true;
    engine_problem(engine,
                   _("This device was revoked. Nothing is lost: what is unsent stays in the "
                     "journal. Ask the duty room for a new enrolment code."));
    engine_phase(engine, SYNC_REFUSED);
    engine->lanes[name].retry_after_ms = wait_ms;
    lane_failed(engine, name);
    if (name != LANE_AUTH) { /* the next thing would be a sign-in, which is as unwelcome */
        lane_cancel(engine, LANE_AUTH);
        engine->lanes[LANE_AUTH].retry_after_ms = wait_ms;
        lane_failed(engine, LANE_AUTH);
    }
}

/* The device is closed, or its new key has taken its place and the answer was lost. */
static void revoked(struct engine *engine, enum lane_name name)
{
    struct gw_sign_key key;
    bool waits = rekey_key(engine, &key) == GW_OK;
    gw_wipe(&key, sizeof(key));
    engine->token[0] = '\0';
    if (waits && !engine->by_key) {
        engine->by_key = true; /* sign in with the new key: its device may be there */
        lane_done(engine, name);
        return;
    }
    refuse(engine, name, engine->times.refused_every);
}

/* 401 without more: the token is gone (a restart forgets them), or the signature is not taken. */
static void unwelcome(struct engine *engine, enum lane_name name)
{
    struct lane *lane = &engine->lanes[name];
    int64_t now = engine_mono(engine);
    engine->token[0] = '\0';
    if (engine->by_key) { /* the old device is closed and the new key is not known */
        engine->by_key = false;
        refuse(engine, name, engine->times.backoff_ceiling);
        return;
    }
    if (lane->asked == ASK_NONCE || lane->asked == ASK_TOKEN) {
        engine_problem(engine, _("The server does not accept this device's signature. Check the "
                                 "clock and ask the duty room."));
        lane_failed(engine, name);
        engine_phase(engine, SYNC_OFFLINE);
        return;
    }
    bool again = engine->unwelcome_mono != 0 && now - engine->unwelcome_mono < 10000;
    engine->unwelcome_mono = now > 0 ? now : 1;
    if (again) { /* token after token is refused: do not run in circles */
        lane_failed(engine, LANE_AUTH);
    }
    lane_done(engine, name);
}

static void too_old(struct engine *engine, enum lane_name name)
{
    engine->too_old = true;
    engine->greeted = false;
    engine_problem(engine,
                   _("This console is too old to read from the server. What you do is still "
                     "sent. Ask for the new version."));
    engine_phase(engine, SYNC_TOO_OLD);
    engine->lanes[name].retry_after_ms = engine->times.refused_every;
    lane_failed(engine, name);
    if (name != LANE_READ) {
        lane_cancel(engine, LANE_READ);
        engine->lanes[LANE_READ].retry_after_ms = engine->times.refused_every;
        lane_failed(engine, LANE_READ); /* hello asks now and then whether it is still so */
    }
}

/* 429 is a live server that asks for a pause in a large load: not offline, only slower. */
static void busy(struct engine *engine, enum lane_name name)
{
    int status = engine->lanes[name].status;
    engine_problem(engine, status == 507
                               ? _("The server's disk is full. What you do is kept and sent "
                                   "later.")
                               : _("The server is busy or has a fault. What you do is kept "
                                   "and sent later."));
    lane_failed(engine, name);
    if (name == LANE_READ || name == LANE_AUTH) {
        engine->caught_up = false;
        if (status != 429) {
            engine_phase(engine, SYNC_OFFLINE);
        }
    }
}

static bool refused_status(struct engine *engine, enum lane_name name)
{
    struct lane *lane = &engine->lanes[name];
    if (is(lane, 401, "device-revoked")) {
        revoked(engine, name);
    } else if (lane->status == 401) {
        unwelcome(engine, name);
    } else if (is(lane, 410, "cursor-expired") || is(lane, 410, "epoch-changed")) {
        engine->relist = is(lane, 410, "cursor-expired");
        engine->greeted = false;
        engine->caught_up = false;
        lane_done(engine, name);
    } else if (lane->status == 403) {
        engine->greeted = false;
        engine->caught_up = false;
        lane_failed(engine, name);
    } else if (lane->status == 426) {
        too_old(engine, name);
    } else if (lane->status == 408 || lane->status == 425 || lane->status == 429 ||
               lane->status >= 500) {
        busy(engine, name);
    } else {
        return false;
    }
    return true;
}

bool lane_common_trouble(struct engine *engine, enum lane_name name)
{
    struct lane *lane = &engine->lanes[name];
    if (lane->status == 0 ||
        (lane->end != NET_DONE && (lane->status >= 400 || !is_page(lane->asked)))) {
        no_answer(engine, name);
        return true;
    }
    if (lane->status < 400) {
        return false;
    }
    gw_log(GW_LOG_WARN, "sync: request %d answered %d %s", (int)lane->asked, lane->status,
           lane->slug);
    return refused_status(engine, name);
}

void lane_post(struct net_request *request, const struct engine *engine, const char *path,
               const char *type, const struct gw_buf *body)
{
    *request = (struct net_request){
        .method = "POST",
        .path = path,
        .bearer = engine->token[0] != '\0' ? engine->token : NULL,
        .content_type = type,
        .accept = "application/json, application/x-ndjson",
        .body = gw_buf_str(body),
        .body_len = body->len,
        .total_ms = engine->times.request_total,
    };
}
