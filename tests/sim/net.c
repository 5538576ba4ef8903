/* The simulated network: requests and answers are lost, cut, late, and come twice. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/sim.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

static int64_t now_of(const struct sim *sim)
{
    return sim->clock.mono;
}

static void call_free(struct sim_call *call)
{
    if (call->feed != NULL) {
        core_feed_free(call->feed);
        call->feed = NULL;
    }
    gw_buf_free(&call->text);
    gw_buf_free(&call->out);
    call->state = CALL_FREE;
}

static struct sim_call *call_new(struct sim *sim)
{
    for (size_t i = 0; i < SIM_CALLS; i++) {
        if (sim->calls[i].state == CALL_FREE) {
            sim->calls[i] = (struct sim_call){.state = CALL_GOING};
            gw_buf_init(&sim->calls[i].text, TEXT_MAX);
            gw_buf_init(&sim->calls[i].out, 4 * TEXT_MAX);
            return &sim->calls[i];
        }
    }
    sim_trouble(sim, "more requests at once than the simulated network holds");
    abort();
}

/* ---- a request of the core's form that owns its texts: all behind each other in one buffer */

static const char *keep(struct gw_buf *text, const char *value, size_t len)
{
    if (value == NULL) {
        return NULL;
    }
    size_t at = text->len;
    if (gw_buf_add(text, value, len) != GW_OK || gw_buf_add(text, "", 1) != GW_OK) {
        abort();
    }
    return (const char *)(uintptr_t)(at + 1); /* turned into a pointer when the buffer is whole */
}

static const char *at_text(const struct gw_buf *text, const char *offset)
{
    return offset == NULL ? NULL : text->data + ((uintptr_t)offset - 1);
}

static void pack(struct gw_buf *text, struct core_request *out, const struct core_request *in)
{
    gw_buf_reset(text);
    *out = *in;
    out->path = keep(text, in->path, strlen(in->path));
    out->query = keep(text, in->query, strlen(in->query));
    out->bearer = keep(text, in->bearer, in->bearer != NULL ? strlen(in->bearer) : 0);
    out->content_type =
        keep(text, in->content_type, in->content_type != NULL ? strlen(in->content_type) : 0);
    out->accept = keep(text, in->accept, in->accept != NULL ? strlen(in->accept) : 0);
    out->last_event_id =
        keep(text, in->last_event_id, in->last_event_id != NULL ? strlen(in->last_event_id) : 0);
    out->body = keep(text, in->body != NULL ? in->body : "", in->body_len);
    out->path = at_text(text, out->path);
    out->query = at_text(text, out->query);
    out->bearer = at_text(text, out->bearer);
    out->content_type = at_text(text, out->content_type);
    out->accept = at_text(text, out->accept);
    out->last_event_id = at_text(text, out->last_event_id);
    out->body = at_text(text, out->body);
}

static enum core_method method_of(const char *name)
{
    return strcmp(name, "GET") == 0 ? CORE_GET : strcmp(name, "POST") == 0 ? CORE_POST : CORE_OTHER;
}

/* ---- the client's side */

static enum gw_err start(void *ctx, const struct net_request *request, bool stream,
                         const struct net_events *events, int64_t *id)
{
    struct sim_client *client = ctx;
    struct sim *sim = client->sim;
    struct sim_call *call = call_new(sim);
    char path[256];
    const char *query = strchr(request->path, '?');
    size_t len = query != NULL ? (size_t)(query - request->path) : strlen(request->path);
    assert(len < sizeof(path));
    memcpy(path, request->path, len);
    path[len] = '\0';
    const struct core_request packed = {
        .method = method_of(request->method),
        .path = path,
        .query = query != NULL ? query + 1 : "",
        .bearer = request->bearer,
        .content_type = request->content_type,
        .accept = request->accept,
        .last_event_id = request->last_event_id,
        .body = request->body,
        .body_len = request->body_len,
        .peer = client->user,
    };
    pack(&call->text, &call->request, &packed);
    call->id = ++sim->last_call;
    call->client = client;
    call->stream = stream;
    call->events = *events;
    call->server_time = -1;
    call->retry_after_ms = -1;
    call->dies = request->total_ms > 0 ? now_of(sim) + request->total_ms : 0;
    call->due = now_of(sim) + 1 + sim_below(sim, 60);
    if (sim_chance(sim, sim->rates.slow)) {
        call->due += sim_below(sim, 8000);
        sim->faults++;
    }
    *id = call->id;
    sim->requests++;
    return GW_OK;
}

static void cancel(void *ctx, int64_t id)
{
    struct sim_client *client = ctx;
    for (size_t i = 0; i < SIM_CALLS; i++) {
        struct sim_call *call = &client->sim->calls[i];
        if (call->state != CALL_FREE && call->id == id) {
            call->cancelled = true;
            if (call->state != CALL_GOING) {
                call_free(call);
            }
        }
    }
}

void sim_net_init(struct sim_client *client)
{
    client->net = (struct sync_net){.start = start, .cancel = cancel, .ctx = client};
}

static void answer(struct sim_call *call, enum net_end end, int status)
{
    call->state = CALL_COMING;
    call->end = end;
    call->status = status;
    call->closing = true;
}

static void tell_end(struct sim_call *call, const char *body, size_t len)
{
    const struct net_answer out = {
        .end = call->end,
        .status = call->status,
        .server_time = call->server_time,
        .retry_after_ms = call->retry_after_ms,
        .content_type = call->type,
        .body = body,
        .body_len = len,
    };
    struct net_events events = call->events;
    struct sim_client *client = call->client;
    int64_t id = call->id;
    bool silent = call->cancelled;
    call->cancelled = true; /* no further word to this call */
    if (!silent) {
        events.on_end(events.ctx, id, &out);
        client->wake = 0;
    }
    call_free(call);
}

/* Bytes for the client: in one piece, or in a few; false when the client cancelled in between. */
static bool tell_bytes(struct sim_call *call)
{
    struct sim *sim = call->client->sim;
    while (call->out.len > 0 && !call->cancelled) {
        size_t n = call->out.len;
        if (sim_chance(sim, 300)) {
            n = 1 + (size_t)sim_below(sim, (int64_t)n);
        }
        char *piece = malloc(n);
        assert(piece != NULL);
        memcpy(piece, call->out.data, n);
        gw_buf_drop(&call->out, n);
        bool good = call->events.on_data(call->events.ctx, call->id, piece, n);
        free(piece);
        call->client->wake = 0;
        if (!good) {
            call->end = NET_CUT;
            call->closing = true;
            gw_buf_reset(&call->out);
        }
    }
    return !call->cancelled && call->state != CALL_FREE;
}

/* ---- the server's side */

static void remember(struct sim *sim, const struct sim_call *call)
{
    struct sim_old_request *old = &sim->log[sim->log_at++ % SIM_LOG];
    if (old->text.max == 0) {
        gw_buf_init(&old->text, TEXT_MAX);
    }
    pack(&old->text, &old->request, &call->request);
    (void)snprintf(old->user, sizeof(old->user), "%s", call->client->user);
    if (sim->log_n < SIM_LOG) {
        sim->log_n++;
    }
}

/* An old request arrives again; nobody waits for its answer. */
static void replay(struct sim *sim)
{
    struct core_answer out;
    const struct sim_old_request *old = &sim->log[sim_below(sim, (int64_t)sim->log_n)];
    sim_serve(sim, &old->request, &out);
    core_feed_free(out.feed);
    core_answer_free(&out);
    sim->faults++;
}

static void take_answer(struct sim *sim, struct sim_call *call, struct core_answer *out)
{
    call->server_time = sim->clock.wall;
    call->retry_after_ms = out->retry_after_s >= 0 ? out->retry_after_s * 1000 : -1;
    (void)snprintf(call->type, sizeof(call->type), "%s",
                   out->content_type != NULL ? out->content_type : "");
    if (gw_buf_add(&call->out, gw_buf_str(&out->body), out->body.len) != GW_OK) {
        abort();
    }
    sim_check_leak(sim, call->client->user, gw_buf_str(&out->body), out->body.len);
    call->due = now_of(sim) + 1 + sim_below(sim, 60);
    if (out->kind == CORE_ANSWER) {
        answer(call, NET_DONE, out->status);
        return;
    }
    call->state = CALL_WAITING;
    call->status = out->status;
    call->feed = out->feed;
    out->feed = NULL;
    call->frozen = out->kind == CORE_STREAM && sim_chance(sim, sim->rates.freeze);
    sim->faults += call->frozen;
}

static void arrive(struct sim *sim, struct sim_call *call)
{
    struct core_answer out;
    if (sim->core == NULL || call->client->down || sim_chance(sim, sim->rates.lose_request)) {
        sim->faults++;
        call->due = now_of(sim) + 1 + sim_below(sim, 2000);
        answer(call, sim_chance(sim, 500) ? NET_UNREACHABLE : NET_CUT, 0);
        return;
    }
    if (sim->log_n > 0 && sim_chance(sim, sim->rates.repeat)) {
        replay(sim);
    }
    sim_serve(sim, &call->request, &out);
    remember(sim, call);
    if (call->cancelled) {
        core_feed_free(out.feed);
        core_answer_free(&out);
        call_free(call);
        return;
    }
    take_answer(sim, call, &out);
    core_answer_free(&out);
    if (call->state == CALL_COMING && sim_chance(sim, sim->rates.lose_answer)) {
        sim->faults++;
        gw_buf_reset(&call->out);
        answer(call, NET_CUT, 0);
    } else if (call->state == CALL_COMING && call->out.len > 0 && sim_chance(sim, sim->rates.cut)) {
        sim->faults++;
        call->out.len = (size_t)sim_below(sim, (int64_t)call->out.len);
        call->out.data[call->out.len] = '\0';
        call->end = NET_CUT;
    }
}

/* The bytes that wait arrive; the connection may break in the middle of them. */
static void come(struct sim *sim, struct sim_call *call)
{
    bool data = call->stream && call->status >= 200 && call->status < 300;
    if (!call->closing && call->out.len > 0 && sim_chance(sim, sim->rates.cut / 2)) {
        sim->faults++;
        call->out.len = (size_t)sim_below(sim, (int64_t)call->out.len);
        call->closing = true;
        call->end = NET_CUT;
    }
    if (data && !tell_bytes(call)) {
        return;
    }
    if (call->closing) {
        struct gw_buf body = call->out; /* the call is gone before its body is */
        gw_buf_init(&call->out, 1);
        tell_end(call, data ? NULL : gw_buf_str(&body), data ? 0 : body.len);
        gw_buf_free(&body);
    } else {
        call->due = INT64_MAX; /* until the feed has more */
    }
}

void sim_net_feeds(struct sim *sim)
{
    for (size_t i = 0; sim->core != NULL && i < SIM_CALLS; i++) {
        struct sim_call *call = &sim->calls[i];
        if (call->state != CALL_WAITING || call->feed == NULL || call->frozen ||
            !core_feed_ready(sim->core, call->feed)) {
            continue;
        }
        size_t before = call->out.len;
        enum core_feed_state state = core_feed_next(sim->core, call->feed, &call->out);
        sim_check_leak(sim, call->client->user, gw_buf_str(&call->out) + before,
                       call->out.len - before);
        if (state == FEED_CLOSED) {
            call->closing = true;
            call->end = NET_DONE;
            core_feed_free(call->feed);
            call->feed = NULL;
        }
        if (state != FEED_NOTHING) {
            int64_t due = now_of(sim) + 1 + sim_below(sim, 40);
            call->due = call->due > due || call->due <= now_of(sim) ? due : call->due;
        }
    }
}

static bool dies(const struct sim_call *call, int64_t now)
{
    return call->dies > 0 && call->dies <= now && !call->cancelled;
}

int64_t sim_net_next(const struct sim *sim)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < SIM_CALLS; i++) {
        const struct sim_call *call = &sim->calls[i];
        if (call->state == CALL_FREE) {
            continue;
        }
        int64_t due = call->state == CALL_WAITING && call->out.len == 0 && !call->closing
                          ? INT64_MAX
                          : call->due;
        due = call->dies > 0 && !call->cancelled && call->dies < due ? call->dies : due;
        next = due < next ? due : next;
    }
    return next;
}

bool sim_net_deliver(struct sim *sim)
{
    int64_t now = now_of(sim);
    for (size_t i = 0; i < SIM_CALLS; i++) {
        struct sim_call *call = &sim->calls[i];
        bool quiet = call->state == CALL_WAITING && call->out.len == 0 && !call->closing;
        if (call->state == CALL_FREE) {
            continue;
        }
        if (dies(call, now)) { /* the client gave up; the request may still arrive */
            struct net_events events = call->events;
            const struct net_answer out = {.end = NET_CUT, .server_time = -1, .retry_after_ms = -1};
            call->cancelled = true;
            call->client->wake = 0;
            events.on_end(events.ctx, call->id, &out);
            if (call->state != CALL_GOING) {
                call_free(call);
            }
            return true;
        }
        if (quiet || call->due > now) {
            continue;
        }
        if (call->state == CALL_GOING) {
            arrive(sim, call);
        } else {
            come(sim, call);
        }
        return true;
    }
    return false;
}

void sim_net_server_gone(struct sim *sim)
{
    for (size_t i = 0; i < SIM_CALLS; i++) {
        struct sim_call *call = &sim->calls[i];
        if (call->state == CALL_WAITING) {
            core_feed_free(call->feed);
            call->feed = NULL;
            call->due = now_of(sim) + 1 + sim_below(sim, 50);
            call->state = CALL_COMING;
            call->closing = true;
            call->end = NET_CUT;
        }
    }
    sim->log_n = sim->log_at = 0;
}

void sim_net_free(struct sim *sim)
{
    for (size_t i = 0; i < SIM_CALLS; i++) {
        if (sim->calls[i].state != CALL_FREE) {
            call_free(&sim->calls[i]);
        }
    }
    for (size_t i = 0; i < SIM_LOG; i++) {
        gw_buf_free(&sim->log[i].text);
    }
}
