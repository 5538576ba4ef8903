#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/wire.h"
#include "base/log.h"
#include "dispatchd/front_p.h"
#include "model/blob.h"

/* ---- lists */

void conn_list_add(struct conn_list *list, struct conn *conn)
{
    conn->prev = list->last;
    conn->next = NULL;
    *(list->last ? &list->last->next : &list->first) = conn;
    list->last = conn;
    list->n++;
}

void conn_list_drop(struct conn_list *list, struct conn *conn)
{
    *(conn->prev ? &conn->prev->next : &list->first) = conn->next;
    *(conn->next ? &conn->next->prev : &list->last) = conn->prev;
    conn->prev = conn->next = NULL;
    list->n--;
}

/* ---- birth and death */

static void set_peer(struct conn *conn)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *addr = info ? info->client_addr : NULL;
    const void *host = NULL;
    if (addr && addr->sa_family == AF_INET) {
        host = &((const struct sockaddr_in *)(const void *)addr)->sin_addr;
    } else if (addr && addr->sa_family == AF_INET6) {
        host = &((const struct sockaddr_in6 *)(const void *)addr)->sin6_addr;
    }
    if (!host || !inet_ntop(addr->sa_family, host, conn->peer, sizeof conn->peer)) {
        conn->peer[0] = '\0';
    }
}

void *conn_begin(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct front *front = cls;
    struct conn *conn = calloc(1, sizeof *conn);
    if (!conn) {
        return NULL; /* conn_handle() cuts the connection */
    }
    conn->front = front;
    conn->mhd = mhd;
    conn->uri = strdup(uri);
    gw_buf_init(&conn->body, GUARD_BODY_MAX);
    gw_buf_init(&conn->out, STREAM_BUFFER);
    set_peer(conn);
    front->in_flight++;
    return conn;
}

void conn_end(void *cls, struct MHD_Connection *mhd, void **con_cls,
              enum MHD_RequestTerminationCode code)
{
    struct front *front = cls;
    struct conn *conn = *con_cls;
    (void)mhd;
    (void)code;
    if (!conn) {
        return;
    }
    if (conn->state == CONN_QUEUED) {
        conn_list_drop(&front->turn, conn);
    } else if (conn->state == CONN_POLL || conn->state == CONN_STREAM) {
        conn_list_drop(&front->feeds, conn);
    }
    if (conn->answer.feed) {
        core_feed_free(conn->answer.feed);
        conn->answer.feed = NULL;
    }
    core_answer_free(&conn->answer);
    gw_buf_free(&conn->body);
    gw_buf_free(&conn->out);
    free(conn->uri);
    free(conn);
    front->in_flight--;
    *con_cls = NULL;
}

void conn_resume(struct conn *conn)
{
    if (conn->suspended) {
        conn->suspended = false;
        conn->front->resumed = true;
        MHD_resume_connection(conn->mhd);
    }
}

/* ---- answers */

void front_common_headers(const struct front *front, struct MHD_Response *response)
{
    char now[24];
    (void)snprintf(now, sizeof now, "%lld",
                   (long long)front->opts.clock->wall_ms(front->opts.clock->ctx));
    /* A header that cannot be added means no memory; the answer is still right without it. */
    (void)MHD_add_response_header(response, "Gridward-Time", now);
    (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    (void)MHD_add_response_header(response, "X-Accel-Buffering", "no");
}

static void status_headers(const struct conn *conn, const struct core_answer *answer,
                           struct MHD_Response *response)
{
    char seconds[24];
    if (answer->retry_after_s >= 0) {
        (void)snprintf(seconds, sizeof seconds, "%lld", (long long)answer->retry_after_s);
        (void)MHD_add_response_header(response, "Retry-After", seconds);
    }
    if (answer->blob_salt[0] != '\0') {
        (void)MHD_add_response_header(response, "Gridward-Salt", answer->blob_salt);
    }
    if (answer->blob_salt[0] != '\0' || answer->blob_offset > 0) {
        (void)snprintf(seconds, sizeof seconds, "%lld", (long long)answer->blob_offset);
        (void)MHD_add_response_header(response, "Gridward-Offset", seconds);
    }
    if (answer->close || conn->front->stopping || (answer->status >= 400 && answer->status < 500)) {
        (void)MHD_add_response_header(response, "Connection", "close");
    }
    if (answer->status == 401) {
        (void)MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    }
    if (answer->status == 405 && conn->uri) {
        const char *allow = guard_allow(conn->uri, strlen(conn->uri));
        (void)MHD_add_response_header(response, "Allow", allow ? allow : "GET, POST");
    }
}

/* libmicrohttpd closes the descriptor with the response. */
static struct MHD_Response *response_of_file(struct core_answer *answer)
{
    struct MHD_Response *response = MHD_create_response_from_fd_at_offset64(
        (uint64_t)answer->blob_size, answer->blob_fd, BLOB_SALT);
    if (response) {
        answer->blob_fd = 0;
    }
    return response;
}

enum MHD_Result conn_send(struct conn *conn, struct core_answer *answer)
{
    static char nothing[1];
    struct gw_buf *body = &answer->body;
    struct MHD_Response *response =
        answer->blob_fd > 0 ? response_of_file(answer)
        : body->data ? MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_FREE)
                     : MHD_create_response_from_buffer(0, nothing, MHD_RESPMEM_PERSISTENT);
    if (!response) {
        return MHD_NO;
    }
    body->data = NULL; /* libmicrohttpd frees it with the response */
    body->len = body->cap = 0;
    front_common_headers(conn->front, response);
    if (answer->content_type) {
        (void)MHD_add_response_header(response, "Content-Type", answer->content_type);
    }
    status_headers(conn, answer, response);
    enum MHD_Result done = MHD_queue_response(conn->mhd, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    conn->state = CONN_DONE;
    return done;
}

void conn_problem(struct conn *conn, int status, const char *slug, const char *detail,
                  int64_t retry_after_s)
{
    struct core_answer *answer = &conn->answer;
    struct wire_problem problem = {.status = status};
    (void)snprintf(problem.slug, sizeof problem.slug, "%s", slug);
    (void)snprintf(problem.title, sizeof problem.title, "%s", slug);
    (void)snprintf(problem.detail, sizeof problem.detail, "%s", detail);
    gw_buf_free(&answer->body);
    gw_buf_init(&answer->body, 4096);
    if (wire_problem_encode(&problem, &answer->body) != GW_OK) {
        gw_buf_free(&answer->body); /* no memory: the status alone must do */
    }
    answer->kind = CORE_ANSWER;
    answer->status = status;
    answer->content_type = "application/problem+json";
    answer->retry_after_s = retry_after_s;
    answer->close = status < 500;
}

/* Content reader of a stream: what is in the buffer, or sleep until there is more. */
static ssize_t stream_read(void *cls, uint64_t pos, char *out, size_t max)
{
    struct conn *conn = cls;
    (void)pos;
    size_t left = conn->out.len - conn->out_at;
    if (left == 0) {
        if (conn->ended) {
            return MHD_CONTENT_READER_END_OF_STREAM;
        }
        conn->suspended = true;
        MHD_suspend_connection(conn->mhd);
        return 0;
    }
    size_t n = left < max ? left : max;
    memcpy(out, conn->out.data + conn->out_at, n);
    conn->out_at += n;
    if (conn->out_at == conn->out.len) {
        if (conn->out.cap > STREAM_KEEP) {
            gw_buf_free(&conn->out); /* of a catch-up; thousands of quiet streams must stay small */
        } else {
            gw_buf_reset(&conn->out);
        }
        conn->out_at = 0;
        conn->front->feeds_due = true; /* room for the next helping */
    }
    return (ssize_t)n;
}

static enum MHD_Result stream_open(struct conn *conn)
{
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, stream_read, conn, NULL);
    if (!response) {
        return MHD_NO;
    }
    front_common_headers(conn->front, response);
    (void)MHD_add_response_header(response, "Content-Type", conn->answer.content_type);
    enum MHD_Result done = MHD_queue_response(conn->mhd, (unsigned)conn->answer.status, response);
    MHD_destroy_response(response);
    if (done == MHD_YES) {
        /* The list was joined in the turn; from here on the reader may be called. */
        conn->front->feeds_due = true;
    }
    return done;
}

/* ---- requests */

struct header_list {
    struct guard_header at[HEADERS_MAX];
    size_t n;
    bool too_many;
};

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
    struct header_list *list = cls;
    (void)kind;
    if (list->n == HEADERS_MAX) {
        list->too_many = true;
        return MHD_NO;
    }
    list->at[list->n++] = (struct guard_header){name, value ? value : "", name_len, value_len};
    return MHD_YES;
}

static enum core_method method_of(const char *method)
{
    static const struct {
        const char *name;
        enum core_method method;
    } known[] = {{"GET", CORE_GET}, {"POST", CORE_POST}, {"HEAD", CORE_HEAD}, {"PUT", CORE_PUT}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(method, known[i].name) == 0) {
            return known[i].method;
        }
    }
    return CORE_OTHER;
}

/* Empty values are not NUL-terminated by the guard's promise, all others are by libmicrohttpd's. */
static void keep_headers(struct conn *conn, const struct header_list *list)
{
    conn->content_type = MHD_lookup_connection_value(conn->mhd, MHD_HEADER_KIND, "Content-Type");
    conn->accept = MHD_lookup_connection_value(conn->mhd, MHD_HEADER_KIND, "Accept");
    conn->last_event_id = MHD_lookup_connection_value(conn->mhd, MHD_HEADER_KIND, "Last-Event-ID");
    conn->content_range = MHD_lookup_connection_value(conn->mhd, MHD_HEADER_KIND, "Content-Range");
    conn->blob_salt = MHD_lookup_connection_value(conn->mhd, MHD_HEADER_KIND, "Gridward-Salt");
    if (conn->head.bearer_len > 0) {
        conn->bearer = list->at[conn->head.bearer_header].value + conn->head.bearer_at;
    }
}

static enum MHD_Result refuse_now(struct conn *conn, int status, const char *slug,
                                  const char *detail)
{
    gw_log(GW_LOG_INFO, "guard: %d %s from %s: %s", status, slug, conn->peer, detail);
    conn_problem(conn, status, slug, detail, -1);
    return conn_send(conn, &conn->answer);
}

static enum MHD_Result conn_head(struct conn *conn, const char *method, const char *version)
{
    struct header_list list = {.n = 0};
    (void)MHD_get_connection_values_n(conn->mhd, MHD_HEADER_KIND, add_header, &list);
    if (list.too_many || !conn->uri) {
        return refuse_now(conn, 400, "malformed", "The request has more than 100 headers.");
    }
    struct guard_request request = {.method = method,
                                    .uri = conn->uri,
                                    .uri_len = strlen(conn->uri),
                                    .version = version,
                                    .headers = list.at,
                                    .headers_n = list.n};
    guard_check(&request, &conn->head);
    if (conn->head.status != 0) {
        return refuse_now(conn, conn->head.status, conn->head.slug, conn->head.detail);
    }
    conn->method = method_of(method);
    keep_headers(conn, &list);
    conn->uri[conn->head.path_len] = '\0';
    conn->state = CONN_BODY;
    return MHD_YES;
}

/* A chunked body says nothing of its length beforehand. libmicrohttpd takes no answer in the middle
 * of an upload, so the rest is read and dropped; a peer that never ends is cut. */
static enum MHD_Result conn_data(struct conn *conn, const char *data, size_t *len)
{
    if (conn->swallowed == 0 && gw_buf_add(&conn->body, data, *len) == GW_OK) {
        *len = 0;
        return MHD_YES;
    }
    conn->swallowed += *len;
    *len = 0;
    return conn->swallowed > BODY_SWALLOW ? MHD_NO : MHD_YES;
}

static enum MHD_Result conn_whole(struct conn *conn)
{
    if (conn->swallowed > 0) {
        return refuse_now(conn, 413, "too-large",
                          "The body is larger than 1 MiB; send smaller batches.");
    }
    conn->state = CONN_QUEUED;
    conn_list_add(&conn->front->turn, conn);
    conn->suspended = true;
    MHD_suspend_connection(conn->mhd);
    return MHD_YES;
}

enum MHD_Result conn_handle(void *cls, struct MHD_Connection *mhd, const char *url,
                            const char *method, const char *version, const char *data,
                            size_t *data_len, void **con_cls)
{
    struct conn *conn = *con_cls;
    (void)cls;
    (void)mhd;
    (void)url; /* decoded by libmicrohttpd; ours is raw */
    if (!conn) {
        return MHD_NO;
    }
    switch (conn->state) {
    case CONN_HEAD:
        return conn_head(conn, method, version);
    case CONN_BODY:
        return *data_len > 0 ? conn_data(conn, data, data_len) : conn_whole(conn);
    case CONN_READY:
        return conn_send(conn, &conn->answer);
    case CONN_STREAM:
        return stream_open(conn);
    case CONN_QUEUED:
    case CONN_POLL:
    case CONN_DONE:
        break;
    }
    return MHD_YES; /* suspended, or answered: nothing to do */
}
