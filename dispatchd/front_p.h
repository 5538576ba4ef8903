/* Inside of the HTTP front. */
#ifndef GW_DISPATCHD_FRONT_P_H
#define GW_DISPATCHD_FRONT_P_H

#include <arpa/inet.h>
#include <microhttpd.h>

#include "dispatchd/front.h"
#include "dispatchd/guard.h"

enum {
    CONN_MEMORY = 8192, /* libmicrohttpd's pool: request head and answer head */
    CONN_LIMIT = 12000,
    FEEDS_FIRST = 64,               /* so many streams and long-polls are served before answers */
    CONN_IDLE_S = 30,               /* a peer that neither sends nor reads for so long is cut */
    STREAM_BUFFER = 256 * 1024,     /* of one stream; over it the stream is closed */
    STREAM_KEEP = 8 * 1024,         /* kept by a stream while it has nothing to send */
    BODY_SWALLOW = 8 * 1024 * 1024, /* read past an overlong body so that its 413 arrives */
    HEADERS_MAX = 100,
};

enum conn_state {
    CONN_HEAD,   /* nothing believed yet */
    CONN_BODY,   /* the guard has let the head through */
    CONN_QUEUED, /* whole, suspended, waits for the turn */
    CONN_READY,  /* has its answer, resumed */
    CONN_POLL,   /* long-poll, suspended */
    CONN_STREAM, /* SSE */
    CONN_DONE,   /* answer handed to libmicrohttpd */
};

/* One request, from its first line to the last byte of its answer. */
struct conn {
    struct front *front;
    struct MHD_Connection *mhd;
    enum conn_state state;
    char *uri; /* raw, owned; cut at the '?' once the guard has passed it */
    struct guard_verdict head;
    enum core_method method;
    const char *bearer, *content_type, *accept, *last_event_id, *content_range,
        *blob_salt; /* in libmicrohttpd's pool */
    char peer[INET6_ADDRSTRLEN];
    struct gw_buf body;
    size_t swallowed; /* bytes beyond the ceiling of the body */
    struct core_answer answer;
    struct gw_buf out; /* stream: bytes not sent yet start at out_at */
    size_t out_at;
    bool suspended, ended;
    struct conn *prev, *next; /* in front->turn or front->feeds, NULL-ended */
};

struct conn_list {
    struct conn *first, *last;
    size_t n;
};

struct front {
    struct front_opts opts;
    struct MHD_Daemon *main, *ops;
    char address[80], ops_address[80];
    struct conn_list turn, feeds;
    int64_t in_flight;                     /* requests that libmicrohttpd knows */
    int64_t tick_at, refresh_at, feeds_at; /* mono ms */
    bool feeds_due;                        /* look at the feeds in this step */
    bool resumed;                          /* somebody was resumed: do not sleep */
    bool stopping;
    int sock, ops_sock; /* listening, -1 when handed to libmicrohttpd */
    char *cert, *key;   /* PEM text; key is wiped */
};

void conn_list_add(struct conn_list *list, struct conn *conn);
void conn_list_drop(struct conn_list *list, struct conn *conn);

/* front_conn.c: libmicrohttpd's call-backs and the way of an answer onto the wire. */
void *conn_begin(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result conn_handle(void *cls, struct MHD_Connection *mhd, const char *url,
                            const char *method, const char *version, const char *data,
                            size_t *data_len, void **con_cls);
void conn_end(void *cls, struct MHD_Connection *mhd, void **con_cls,
              enum MHD_RequestTerminationCode code);
void conn_resume(struct conn *conn);
/* Replaces the conn's answer by a problem. */
void conn_problem(struct conn *conn, int status, const char *slug, const char *detail,
                  int64_t retry_after_s);
/* Queues a whole answer; the buffer's bytes change hands. */
enum MHD_Result conn_send(struct conn *conn, struct core_answer *answer);

/* front_feed.c: looks at all streams and long-polls; returns the mono time of the next long-poll
 * deadline, INT64_MAX when there is none. */
int64_t front_feeds_pass(struct front *front, int64_t now);
void front_feeds_end(struct front *front);

/* front_ops.c */
enum MHD_Result ops_handle(void *cls, struct MHD_Connection *mhd, const char *url,
                           const char *method, const char *version, const char *data,
                           size_t *data_len, void **con_cls);

/* front_net.c: listening socket on "ADDR:PORT", the address it got, whether that is loopback. */
enum gw_err net_listen(const char *text, bool plain, int *sock, char *address, size_t size,
                       struct gw_fail *fail);
enum gw_err net_read_pem(const char *path, char **out, struct gw_fail *fail);
void net_notify(const char *state);

/* Headers of every answer: Gridward-Time, Cache-Control, X-Accel-Buffering. */
void front_common_headers(const struct front *front, struct MHD_Response *response);

static inline int64_t front_mono(const struct front *front)
{
    return front->opts.clock->mono_ms(front->opts.clock->ctx);
}

#endif
