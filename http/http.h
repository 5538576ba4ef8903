/* The only user of libcurl: requests and streams on one multi handle. Knows nothing of ours but
 * that an answer may carry Gridward-Time, Gridward-Offset, Gridward-Salt and Retry-After. Nothing
 * here waits except http_wait(). */
#ifndef GW_HTTP_HTTP_H
#define GW_HTTP_HTTP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct http;      /* the multi handle and its settings */
struct http_call; /* one request under way */

const char *http_version(void);     /* libcurl at run time */
const char *http_tls_version(void); /* the TLS library it was built with, "none" */

/* https anywhere, plain http only on loopback (127.0.0.0/8, ::1, localhost); else GW_INVALID with
 * the sentence. http_start() asks this too. */
enum gw_err http_check_url(const char *url, struct gw_fail *fail);

struct http_opts {
    const char *ca_file;    /* NULL = the system's; given = only this CA */
    const char *pin_sha256; /* base64 of the SPKI hash, NULL = none */
    int64_t connect_ms;     /* 0 = 5,000 */
    const char *agent;      /* "gridward/0.1.0" */
};
enum gw_err http_new(const struct http_opts *opts, struct http **out, struct gw_fail *fail);
void http_free(struct http *http); /* cancels what is under way, without call-backs */

struct http_header {
    const char *name, *value;
};

enum http_end {
    HTTP_DONE,      /* the answer is complete (any status; a stream that closed cleanly too) */
    HTTP_NO_ROUTE,  /* could not connect, DNS, refused, time-out while connecting */
    HTTP_TLS,       /* certificate, pin */
    HTTP_CUT,       /* the connection broke in the middle, or the total time ran out */
    HTTP_TOO_LARGE, /* more than max_bytes */
};

struct http_answer {
    enum http_end end;
    int status; /* 0 when no status line came */
    char content_type[64];
    int64_t server_time;    /* Gridward-Time, -1 absent */
    int64_t retry_after_ms; /* -1 absent */
    int64_t blob_offset;    /* Gridward-Offset, 0 absent */
    const char *blob_salt;  /* Gridward-Salt, "" absent; borrowed like the body */
    const char *body;       /* borrowed until the call-back returns; NULL when on_data took it */
    size_t body_len;
    const char *error; /* libcurl's text, for logs only; "" when HTTP_DONE */
};

/* on_data: bytes as they come (2xx only; other answers are kept for on_end); returning false
 * cancels (on_end comes with HTTP_CUT). NULL: the body is collected up to max_bytes. on_end exactly
 * once, unless http_cancel came first; the call is gone when it returns. on_data only takes the
 * bytes: it runs inside libcurl, so no call may be started or cancelled from it; on_end may do
 * both, but not cancel its own call. */
struct http_request {
    const char *method, *url;          /* copied */
    const struct http_header *headers; /* copied */
    size_t headers_n;
    const void *body; /* copied */
    size_t body_len;
    int64_t total_ms; /* 0 = no limit (streams: the caller watches the last byte itself) */
    size_t max_bytes; /* 0 = 16 MiB */
    bool (*on_data)(void *ctx, const char *bytes, size_t len);
    void (*on_end)(void *ctx, const struct http_answer *answer);
    void *ctx;
};
enum gw_err http_start(struct http *http, const struct http_request *request,
                       struct http_call **out, struct gw_fail *fail);
void http_cancel(struct http_call *call); /* no call-back any more */

/* Moves all transfers on and runs call-backs; never waits. */
void http_step(struct http *http);
/* The one wait: sockets of all transfers, libcurl's timers, and the caller's descriptors (revents
 * are filled in), at most timeout_ms. */
void http_wait(struct http *http, struct pollfd *extra, size_t extra_n, int64_t timeout_ms);

#endif
