/* The live stream: the same records as the feed, as server-sent events. Whole seq groups are
 * applied as they come; the last byte is watched, because TCP does not notice a frozen server. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "sync/engine_p.h"

static void drop_lines(struct engine *engine)
{
    gw_buf_reset(&engine->stream_lines);
    engine->stream_safe = 0;
    engine->stream_cursor[0] = '\0';
    engine->stream_caught_up = false;
}

void stream_close(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_STREAM];
    if (lane->call != 0 || lane->ended) {
        lane_cancel(engine, LANE_STREAM);
    }
    if (engine->sse != NULL) {
        sse_free(engine->sse);
        engine->sse = NULL;
    }
    drop_lines(engine);
}

static enum gw_err on_event(void *ctx, const struct sse_event *event)
{
    struct engine *engine = ctx;
    if (event->data_len == 0 || memchr(event->data, '\n', event->data_len) != NULL) {
        return GW_INVALID;
    }
    enum gw_err err = gw_buf_add(&engine->stream_lines, event->data, event->data_len);
    if (err == GW_OK) {
        err = gw_buf_add(&engine->stream_lines, "\n", 1);
    }
    if (err == GW_OK && event->has_id && strlen(event->last_id) < sizeof(engine->stream_cursor)) {
        engine->stream_safe = engine->stream_lines.len;
        memcpy(engine->stream_cursor, event->last_id, strlen(event->last_id) + 1);
    }
    return err;
}

bool stream_data(struct engine *engine, const char *bytes, size_t len)
{
    engine->stream_byte_mono = engine_mono(engine);
    engine->stream_heard = true;
    engine->silent_streams = 0;
    return sse_feed(engine->sse, bytes, len, on_event, NULL, engine) == GW_OK;
}

/* What a walk over the lines has found. */
struct walk {
    size_t at; /* bytes that were applied */
    char cursor[96];
    bool open; /* stopped before a group that is not whole yet */
    bool jobs; /* scopes changed: a snapshot may have to come first */
};

static enum gw_err apply_line(struct engine *engine, struct walk *walk, const char *line,
                              size_t len, struct gw_fail *fail)
{
    struct wire_rec rec;
    enum gw_err err = wire_rec_decode(engine->decoder, line, len, &rec, fail);
    if (err != GW_OK) {
        return err == GW_ABSENT ? GW_OK : err; /* an op of later days */
    }
    if (rec.op == OP_END) {
        memcpy(walk->cursor, rec.cursor, sizeof(walk->cursor));
        engine->stream_caught_up = !rec.more;
        return GW_OK;
    }
    if (rec.op != OP_SCOPES && walk->at >= engine->stream_safe) {
        walk->open = true;
        return GW_OK;
    }
    walk->jobs = walk->jobs || rec.op == OP_SCOPES;
    return mirror_page_rec(engine->home, &rec, fail);
}

static enum gw_err walk_lines(struct engine *engine, struct walk *walk, struct gw_fail *fail)
{
    const struct gw_buf *lines = &engine->stream_lines;
    enum gw_err err = GW_OK;
    while (err == GW_OK && !walk->open && walk->at < lines->len) {
        const char *line = gw_buf_str(lines) + walk->at;
        const char *nl = memchr(line, '\n', lines->len - walk->at);
        err = apply_line(engine, walk, line, (size_t)(nl - line), fail);
        walk->at += err == GW_OK && !walk->open ? (size_t)(nl - line) + 1 : 0;
        if (err == GW_OK && !walk->open && walk->at == engine->stream_safe) {
            memcpy(walk->cursor, engine->stream_cursor, sizeof(walk->cursor));
        }
    }
    return err;
}

/* Applies what is whole: all groups that an id closed, and bookmarks or scope lines by themselves.
 */
static enum gw_err apply_lines(struct engine *engine, struct gw_fail *fail)
{
    struct walk walk = {.at = 0};
    enum gw_err err = mirror_page_begin(engine->home, fail);
    if (err != GW_OK) {
        return err;
    }
    err = walk_lines(engine, &walk, fail);
    if (err != GW_OK) {
        mirror_page_drop(engine->home);
        return err;
    }
    err = mirror_page_end(engine->home, walk.cursor[0] != '\0' ? walk.cursor : NULL,
                          &engine->changed, fail);
    if (err != GW_OK) {
        return err;
    }
    gw_buf_drop(&engine->stream_lines, walk.at);
    engine->stream_safe = engine->stream_safe > walk.at ? engine->stream_safe - walk.at : 0;
    engine->caught_up = engine->caught_up && !walk.jobs;
    if (engine->stream_caught_up) {
        engine->stream_caught_up = false;
        err = mirror_caught_up(engine->home, engine_wall(engine), fail);
    }
    return err;
}

static void reconnect_later(struct engine *engine)
{
    stream_close(engine);
    lane_failed(engine, LANE_STREAM);
    engine->caught_up = false; /* read what was missed before the next stream */
}

static void silent(struct engine *engine)
{
    if (++engine->silent_streams >= 2) {
        engine->poll_until_mono = engine_mono(engine) + engine->times.poll_for;
        engine->silent_streams = 0;
    }
}

static void stream_answer(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_STREAM];
    engine->caught_up = false; /* read what was missed before the next stream */
    /* A proxy that keeps the bytes back and gives up itself is as silent as one that hangs. */
    if (!engine->stream_heard &&
        (lane->status == 200 || lane->status == 502 || lane->status == 504)) {
        silent(engine);
    }
    if (lane->status >= 400 && lane_common_trouble(engine, LANE_STREAM)) {
        sse_free(engine->sse);
        engine->sse = NULL;
        drop_lines(engine);
        return;
    }
    engine_phase(engine,
                 engine->status.phase == SYNC_LIVE ? SYNC_CONNECTING : engine->status.phase);
    reconnect_later(engine);
}

static void watch_silence(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_STREAM];
    int64_t now = engine_mono(engine);
    if (lane->call == 0 || now - engine->stream_byte_mono < engine->times.silence) {
        return;
    }
    gw_log(GW_LOG_WARN, "sync: no byte on the stream for %lld ms, dropped",
           (long long)(now - engine->stream_byte_mono));
    if (!engine->stream_heard) {
        silent(engine); /* perhaps a proxy that buffers streams */
    }
    engine_phase(engine, SYNC_CONNECTING);
    reconnect_later(engine);
}

static void open_stream(struct engine *engine)
{
    struct mirror_state state;
    if (mirror_state(engine->home, &state) != GW_OK || state.cursor[0] == '\0' ||
        sse_new(SSE_EVENT_MAX, &engine->sse) != GW_OK) {
        return;
    }
    char path[512];
    int n = snprintf(path, sizeof(path), "/v1/changes?since=%s", state.cursor);
    if (state.tag[0] != '\0') {
        (void)snprintf(path + n, sizeof(path) - (size_t)n, "&tag=%s", state.tag);
    }
    const struct net_request request = {
        .method = "GET",
        .path = path,
        .bearer = engine->token,
        .accept = "text/event-stream",
    };
    drop_lines(engine);
    engine->stream_byte_mono = engine_mono(engine);
    engine->stream_heard = false;
    if (lane_start(engine, LANE_STREAM, ASK_STREAM, &request, true) != GW_OK) {
        sse_free(engine->sse);
        engine->sse = NULL;
    }
}

void stream_step(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_STREAM];
    struct gw_fail fail = {0};
    if (engine->stream_lines.len > 0 && (lane->call != 0 || lane->ended) &&
        apply_lines(engine, &fail) != GW_OK) {
        engine_fail(engine, &fail);
        reconnect_later(engine);
        return;
    }
    if (lane->call != 0 && engine->stream_heard) {
        backoff_reset(&lane->backoff);
        engine_phase(engine, SYNC_LIVE);
    }
    if (lane->ended) {
        stream_answer(engine);
    }
    watch_silence(engine);
    if (!engine->once && engine->caught_up && !engine_polls(engine) && engine_may_read(engine) &&
        lane_idle(engine, LANE_STREAM) && engine->lanes[LANE_READ].call == 0) {
        open_stream(engine);
    }
}

void alive_step(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_ALIVE];
    if (lane->ended && !lane_common_trouble(engine, LANE_ALIVE)) {
        lane_done(engine, LANE_ALIVE);
    }
    if (engine->lanes[LANE_STREAM].call == 0 || engine->token[0] == '\0' ||
        engine_mono(engine) < engine->alive_at_mono || !lane_idle(engine, LANE_ALIVE)) {
        return;
    }
    engine->alive_at_mono = engine_mono(engine) + engine->times.alive_every;
    struct gw_buf body;
    gw_buf_init(&body, 16);
    struct net_request request;
    if (gw_buf_adds(&body, "{}") == GW_OK) {
        lane_post(&request, engine, "/v1/alive", "application/json", &body);
        (void)lane_start(engine, LANE_ALIVE, ASK_ALIVE, &request, false); /* the lane backs off */
    }
    gw_buf_free(&body);
}
