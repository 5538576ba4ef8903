/* The engine's network over http/: adds the base URL and the headers, keeps call numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/http.h"
#include "sync/engine.h"

enum { CALLS = 16 };

struct net_call {
    int64_t id; /* 0 = free */
    struct http_call *call;
    struct net_events events;
    struct net_http *net;
};

struct net_http {
    struct http *http;
    char base[512];
    int64_t last_id;
    struct net_call calls[CALLS];
};

static bool on_data(void *ctx, const char *bytes, size_t len)
{
    struct net_call *call = ctx;
    return call->events.on_data(call->events.ctx, call->id, bytes, len);
}

static enum net_end end_of(enum http_end end)
{
    switch (end) {
    case HTTP_DONE:
        return NET_DONE;
    case HTTP_NO_ROUTE:
        return NET_UNREACHABLE;
    case HTTP_TLS:
        return NET_TLS;
    case HTTP_CUT:
        return NET_CUT;
    case HTTP_TOO_LARGE:
        break;
    }
    return NET_TOO_LARGE;
}

static void on_end(void *ctx, const struct http_answer *answer)
{
    struct net_call *call = ctx;
    const struct net_answer out = {
        .end = end_of(answer->end),
        .status = answer->status,
        .server_time = answer->server_time,
        .retry_after_ms = answer->retry_after_ms,
        .content_type = answer->content_type,
        .body = answer->body,
        .body_len = answer->body_len,
        .blob_offset = answer->blob_offset,
        .blob_salt = answer->blob_salt,
    };
    int64_t id = call->id;
    struct net_events events = call->events;
    call->id = 0;
    call->call = NULL;
    events.on_end(events.ctx, id, &out);
}

static size_t add_header(struct http_header *list, size_t n, const char *name, const char *value)
{
    if (value == NULL) {
        return n;
    }
    list[n] = (struct http_header){name, value};
    return n + 1;
}

static struct net_call *free_call(struct net_http *net)
{
    for (size_t i = 0; i < CALLS; i++) {
        if (net->calls[i].id == 0) {
            return &net->calls[i];
        }
    }
    return NULL;
}

static enum gw_err net_start(void *ctx, const struct net_request *request, bool stream,
                             const struct net_events *events, int64_t *id)
{
    struct net_http *net = ctx;
    struct net_call *call = free_call(net);
    char url[2048], bearer[256];
    struct http_header headers[8];
    size_t n = 0;
    if (call == NULL ||
        snprintf(url, sizeof(url), "%s%s", net->base, request->path) >= (int)sizeof(url)) {
        return GW_BUG;
    }
    if (request->bearer != NULL) {
        (void)snprintf(bearer, sizeof(bearer), "Bearer %s", request->bearer);
        n = add_header(headers, n, "Authorization", bearer);
    }
    n = add_header(headers, n, "Accept", request->accept);
    n = add_header(headers, n, "Content-Type", request->content_type);
    n = add_header(headers, n, "Last-Event-ID", request->last_event_id);
    n = add_header(headers, n, "Content-Range", request->content_range);
    n = add_header(headers, n, "Gridward-Salt", request->blob_salt);
    const struct http_request out = {
        .method = request->method,
        .url = url,
        .headers = headers,
        .headers_n = n,
        .body = request->body,
        .body_len = request->body_len,
        .total_ms = request->total_ms,
        .on_data = stream ? on_data : NULL,
        .on_end = on_end,
        .ctx = call,
    };
    call->events = *events;
    call->net = net;
    call->id = ++net->last_id;
    enum gw_err err = http_start(net->http, &out, &call->call, NULL);
    if (err != GW_OK) {
        call->id = 0;
        return err;
    }
    *id = call->id;
    return GW_OK;
}

static void net_cancel(void *ctx, int64_t id)
{
    struct net_http *net = ctx;
    for (size_t i = 0; i < CALLS; i++) {
        if (net->calls[i].id == id && net->calls[i].call != NULL) {
            http_cancel(net->calls[i].call);
            net->calls[i].id = 0;
            net->calls[i].call = NULL;
        }
    }
}

enum gw_err net_http_new(struct http *http, const char *base_url, struct sync_net *out)
{
    struct net_http *net = calloc(1, sizeof(*net));
    if (net == NULL) {
        return GW_NOMEM;
    }
    net->http = http;
    (void)snprintf(net->base, sizeof(net->base), "%s", base_url);
    *out = (struct sync_net){.start = net_start, .cancel = net_cancel, .ctx = net};
    return GW_OK;
}

void net_http_free(struct sync_net *net)
{
    struct net_http *own = net->ctx;
    if (own == NULL) {
        return;
    }
    for (size_t i = 0; i < CALLS; i++) {
        if (own->calls[i].id != 0 && own->calls[i].call != NULL) {
            http_cancel(own->calls[i].call);
        }
    }
    free(own);
    net->ctx = NULL;
}
