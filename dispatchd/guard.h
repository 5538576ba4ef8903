/* The HTTP guard: what a request must look like before anything of it is believed (protocol section
 * 10). libmicrohttpd 0.9.75 accepts Content-Length together with Transfer-Encoding, a second
 * Content-Length or Host, header names with blanks and any escape in the URI; behind a proxy each
 * of these lets one client speak in the name of another. Pure functions: no I/O, no allocation. */
#ifndef GW_DISPATCHD_GUARD_H
#define GW_DISPATCHD_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GUARD_BODY_MAX = 1024 * 1024, /* bytes of a request body */
    GUARD_URI_MAX = 2048,         /* bytes of a raw URI with its query */
    GUARD_BEARER_MAX = 256,
};

struct guard_header {
    const char *name, *value; /* not NUL-terminated */
    size_t name_len, value_len;
};

/* One request head as it came over the wire. Everything is borrowed for the call. */
struct guard_request {
    const char *method; /* "GET" */
    const char *uri;    /* raw, with '?' and query, never decoded */
    size_t uri_len;
    const char *version; /* "HTTP/1.1" */
    const struct guard_header *headers;
    size_t headers_n;
};

/* ok: status is 0 and the rest describes the request. Otherwise status, slug and detail are a
 * problem of the closed list; detail is English, for logs, and holds nothing of the request. */
struct guard_verdict {
    int status;
    const char *slug, *detail; /* static */
    size_t path_len;           /* uri[0 .. path_len) is the path */
    size_t query_at;           /* uri + query_at is the query; = uri_len when there is none */
    int64_t content_length;    /* -1 = absent */
    bool chunked;
    size_t bearer_at, bearer_len; /* of the Authorization value bearer_header; len 0 = none */
    size_t bearer_header;
};

void guard_check(const struct guard_request *request, struct guard_verdict *out);

/* Methods that an address knows, for the Allow header of a 405: "GET", "POST", "HEAD, PUT, GET";
 * NULL for an unknown address. */
const char *guard_allow(const char *path, size_t len);

#endif
