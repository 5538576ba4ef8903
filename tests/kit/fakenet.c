#include "tests/kit/fakenet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static enum gw_err start(void *ctx, const struct net_request *request, bool stream,
                         const struct net_events *events, int64_t *id)
{
    struct fakenet *fake = ctx;
    struct fakenet_call *call = NULL;
    for (size_t i = 0; i < FAKENET_CALLS && call == NULL; i++) {
        call = fake->calls[i].id == 0 ? &fake->calls[i] : NULL;
    }
    assert_non_null(call);
    call->id = *id = ++fake->last_id;
    fake->started++;
    (void)snprintf(call->method, sizeof(call->method), "%s", request->method);
    (void)snprintf(call->path, sizeof(call->path), "%s", request->path);
    (void)snprintf(call->bearer, sizeof(call->bearer), "%s",
                   request->bearer != NULL ? request->bearer : "");
    (void)snprintf(call->accept, sizeof(call->accept), "%s",
                   request->accept != NULL ? request->accept : "");
    (void)snprintf(call->content_range, sizeof(call->content_range), "%s",
                   request->content_range != NULL ? request->content_range : "");
    (void)snprintf(call->blob_salt, sizeof(call->blob_salt), "%s",
                   request->blob_salt != NULL ? request->blob_salt : "");
    gw_buf_init(&call->body, 4 * 1024 * 1024);
    if (request->body_len > 0) {
        assert_int_equal(gw_buf_add(&call->body, request->body, request->body_len), GW_OK);
    }
    call->stream = stream;
    call->events = *events;
    return GW_OK;
}

static void drop(struct fakenet_call *call)
{
    gw_buf_free(&call->body);
    call->id = 0;
}

static void cancel(void *ctx, int64_t id)
{
    struct fakenet *fake = ctx;
    for (size_t i = 0; i < FAKENET_CALLS; i++) {
        if (fake->calls[i].id == id) {
            drop(&fake->calls[i]);
            fake->cancelled++;
        }
    }
}

void fakenet_init(struct fakenet *fake)
{
    *fake = (struct fakenet){.server_time = -1};
    fake->net = (struct sync_net){.start = start, .cancel = cancel, .ctx = fake};
}

void fakenet_free(struct fakenet *fake)
{
    for (size_t i = 0; i < FAKENET_CALLS; i++) {
        if (fake->calls[i].id != 0) {
            drop(&fake->calls[i]);
        }
    }
}

struct fakenet_call *fakenet_find(struct fakenet *fake, const char *path)
{
    for (size_t i = 0; i < FAKENET_CALLS; i++) {
        struct fakenet_call *call = &fake->calls[i];
        if (call->id != 0 && strncmp(call->path, path, strlen(path)) == 0) {
            return call;
        }
    }
    return NULL;
}

struct fakenet_call *fakenet_asked(struct fakenet *fake, const char *path)
{
    struct fakenet_call *call = fakenet_find(fake, path);
    if (call == NULL) {
        fail_msg("%s was not asked for", path);
    }
    return call;
}

void fakenet_raw(struct fakenet_call *call, const void *bytes, size_t len)
{
    (void)call->events.on_data(call->events.ctx, call->id, bytes, len);
}

void fakenet_bytes(struct fakenet *fake, struct fakenet_call *call, const char *bytes)
{
    (void)fake;
    (void)call->events.on_data(call->events.ctx, call->id, bytes, strlen(bytes));
}

void fakenet_end(struct fakenet *fake, struct fakenet_call *call, enum net_end end, int status,
                 const char *body, int64_t retry_after_ms)
{
    bool data = call->stream && status >= 200 && status < 300;
    if (data && body[0] != '\0') {
        fakenet_bytes(fake, call, body);
    }
    const struct net_answer answer = {
        .end = end,
        .status = status,
        .server_time = status > 0 ? fake->server_time : -1,
        .retry_after_ms = retry_after_ms,
        .content_type = "",
        .blob_offset = fake->blob_offset,
        .blob_salt = fake->blob_salt,
        .body = data ? NULL : body,
        .body_len = data ? 0 : strlen(body),
    };
    struct net_events events = call->events;
    int64_t id = call->id;
    drop(call);
    events.on_end(events.ctx, id, &answer);
}

void fakenet_answer(struct fakenet *fake, struct fakenet_call *call, int status, const char *body)
{
    fakenet_end(fake, call, NET_DONE, status, body, -1);
}
