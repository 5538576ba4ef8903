#include "dispatchd/guard.h"

#include <string.h>
#include <strings.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { PARAMS_MAX = 6 };

/* The addresses of version 1 with the query parameters each of them knows. */
static const struct route {
    const char *path, *allow;
    const char *params[PARAMS_MAX];
} routes[] = {
    {"/v1/enroll", "POST", {NULL}},
    {"/v1/rekey", "POST", {NULL}},
    {"/v1/token", "POST", {NULL}},
    {"/v1/hello", "GET", {NULL}},
    {"/v1/alive", "POST", {NULL}},
    {"/v1/snapshot", "GET", {"scope", "type", "after", "limit"}},
    {"/v1/changes", "GET", {"since", "tag", "limit", "wait", "digest"}},
    {"/v1/commands", "POST", {NULL}},
    {"/v1/ingest", "POST", {NULL}},
    {"/v1/blobs/", "HEAD, PUT, GET", {NULL}},
    {"/healthz", "GET", {NULL}},
    {"/metrics", "GET", {NULL}},
};

static const struct route *route_of(const char *path, size_t len)
{
    for (size_t i = 0; i < COUNT(routes); i++) {
        size_t own = strlen(routes[i].path);
        bool open = routes[i].path[own - 1] == '/'; /* one more segment follows */
        if ((open ? len > own && !memchr(path + own, '/', len - own) : len == own) &&
            memcmp(routes[i].path, path, own) == 0) {
            return &routes[i];
        }
    }
    return NULL;
}

const char *guard_allow(const char *path, size_t len)
{
    const struct route *route = route_of(path, len);
    return route ? route->allow : NULL;
}

static bool refuse(struct guard_verdict *out, int status, const char *slug, const char *detail)
{
    out->status = status;
    out->slug = slug;
    out->detail = detail;
    return false;
}

static bool malformed(struct guard_verdict *out, const char *detail)
{
    return refuse(out, 400, "malformed", detail);
}

/* ---- the URI */

static bool is_alnum(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static int hex_digit(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    unsigned char low = c | 0x20;
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* An escape may hide nothing that would change the meaning of a path: no control byte, no slash, no
 * backslash, no dot, no percent sign (which would be decoded twice somewhere). */
static bool escape_ok(const char *uri, size_t len, size_t at)
{
    if (at + 2 >= len) {
        return false;
    }
    int high = hex_digit((unsigned char)uri[at + 1]);
    int low = hex_digit((unsigned char)uri[at + 2]);
    if (high < 0 || low < 0) {
        return false;
    }
    int c = high * 16 + low;
    return c > 0x20 && c != 0x7f && !strchr("/\\.%?#&=", c);
}

static bool uri_chars(const struct guard_request *request, struct guard_verdict *out)
{
    const char *uri = request->uri;
    for (size_t i = 0; i < request->uri_len; i++) {
        unsigned char c = (unsigned char)uri[i];
        if (!is_alnum(c) && (c == '\0' || !strchr("/_.=&?%-", c))) {
            return malformed(out, "The URI has a character that no address of this server has.");
        }
        if (c == '%' && !escape_ok(uri, request->uri_len, i)) {
            return malformed(out, "The URI has an escape that is broken or not allowed.");
        }
    }
    return true;
}

static bool path_segments(const char *path, size_t len, struct guard_verdict *out)
{
    size_t start = 1;
    for (size_t i = 1; i <= len; i++) {
        if (i < len && path[i] != '/') {
            continue;
        }
        size_t n = i - start;
        if ((n == 1 && path[start] == '.') || (n == 2 && memcmp(path + start, "..", 2) == 0) ||
            (n == 0 && len > 1)) {
            return malformed(out, "The path has an empty segment, or one made of dots.");
        }
        start = i + 1;
    }
    return true;
}

static int param_index(const struct route *route, const char *name, size_t len)
{
    for (int i = 0; i < PARAMS_MAX && route->params[i]; i++) {
        if (strlen(route->params[i]) == len && memcmp(route->params[i], name, len) == 0) {
            return i;
        }
    }
    return -1;
}

/* One parameter of the query: known here and not seen before. */
static bool param_ok(const struct route *route, const char *text, size_t len, unsigned *seen,
                     struct guard_verdict *out)
{
    const char *eq = memchr(text, '=', len);
    if (!eq || memchr(eq + 1, '=', len - (size_t)(eq + 1 - text))) {
        return malformed(out, "A query parameter is not of the form name=value.");
    }
    int i = route ? param_index(route, text, (size_t)(eq - text)) : -1;
    if (i < 0) {
        return malformed(out, "The query has a parameter that this address does not know.");
    }
    if (*seen & (1u << i)) {
        return malformed(out, "The query has the same parameter twice.");
    }
    *seen |= 1u << i;
    return true;
}

static bool check_query(const struct route *route, const char *query, size_t len,
                        struct guard_verdict *out)
{
    unsigned seen = 0;
    size_t start = 0;
    if (len == 0) {
        return true;
    }
    for (size_t i = 0; i <= len; i++) {
        if (i < len && query[i] != '&') {
            if (query[i] == '?') {
                return malformed(out, "The URI has a second question mark.");
            }
            continue;
        }
        if (!param_ok(route, query + start, i - start, &seen, out)) {
            return false;
        }
        start = i + 1;
    }
    return true;
}

static bool check_uri(const struct guard_request *request, struct guard_verdict *out)
{
    if (request->uri_len > GUARD_URI_MAX) {
        return malformed(out, "The URI is longer than 2,048 bytes.");
    }
    if (request->uri_len == 0 || request->uri[0] != '/') {
        return malformed(out, "The URI does not start with a slash.");
    }
    if (!uri_chars(request, out)) {
        return false;
    }
    const char *mark = memchr(request->uri, '?', request->uri_len);
    out->path_len = mark ? (size_t)(mark - request->uri) : request->uri_len;
    out->query_at = mark ? out->path_len + 1 : request->uri_len;
    if (!path_segments(request->uri, out->path_len, out)) {
        return false;
    }
    const struct route *route = route_of(request->uri, out->path_len);
    return check_query(route, request->uri + out->query_at, request->uri_len - out->query_at, out);
}

/* ---- headers */

/* Headers that may come once at most, because two of them would be two different requests. */
enum once {
    ONCE_HOST,
    ONCE_LENGTH,
    ONCE_TRANSFER,
    ONCE_TYPE,
    ONCE_ENCODING,
    ONCE_AUTH,
    ONCE_EVENT,
    ONCE_RANGE,
    ONCE_SALT,
    ONCE_N
};
static const char *const once_names[ONCE_N] = {
    "host",          "content-length", "transfer-encoding", "content-type",  "content-encoding",
    "authorization", "last-event-id",  "content-range",     "gridward-salt",
};

static bool name_is(const struct guard_header *h, const char *name)
{
    return strlen(name) == h->name_len && strncasecmp(name, h->name, h->name_len) == 0;
}

static bool value_is(const struct guard_header *h, const char *value)
{
    return strlen(value) == h->value_len && strncasecmp(value, h->value, h->value_len) == 0;
}

static bool header_chars(const struct guard_header *h, struct guard_verdict *out)
{
    if (h->name_len == 0) {
        return malformed(out, "A header has no name.");
    }
    for (size_t i = 0; i < h->name_len; i++) {
        unsigned char c = (unsigned char)h->name[i];
        if (!is_alnum(c) && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c))) {
            return malformed(out, "A header name has a blank or another character not allowed.");
        }
    }
    for (size_t i = 0; i < h->value_len; i++) {
        unsigned char c = (unsigned char)h->value[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return malformed(out, "A header value has a control character.");
        }
    }
    return true;
}

static bool parse_length(const struct guard_header *h, struct guard_verdict *out)
{
    int64_t n = 0;
    if (h->value_len == 0 || h->value_len > 15) {
        return malformed(out, "Content-Length is not a plain number.");
    }
    for (size_t i = 0; i < h->value_len; i++) {
        if (h->value[i] < '0' || h->value[i] > '9') {
            return malformed(out, "Content-Length is not a plain number.");
        }
        n = n * 10 + (h->value[i] - '0');
    }
    out->content_length = n;
    return true;
}

static bool bearer_char(unsigned char c)
{
    return is_alnum(c) || (c != '\0' && strchr("-._~+/=", c));
}

/* "Bearer " and a token; anything else counts as no token, the handler answers 401. */
static void find_bearer(const struct guard_header *h, size_t i, struct guard_verdict *out)
{
    static const char scheme[] = "bearer ";
    size_t skip = sizeof scheme - 1;
    if (h->value_len <= skip || strncasecmp(h->value, scheme, skip) != 0 ||
        h->value_len - skip > GUARD_BEARER_MAX) {
        return;
    }
    for (size_t k = skip; k < h->value_len; k++) {
        if (!bearer_char((unsigned char)h->value[k])) {
            return;
        }
    }
    out->bearer_header = i;
    out->bearer_at = skip;
    out->bearer_len = h->value_len - skip;
}

static bool take_header(const struct guard_request *request, size_t i, int which,
                        struct guard_verdict *out)
{
    const struct guard_header *h = &request->headers[i];
    switch (which) {
    case ONCE_LENGTH:
        return parse_length(h, out);
    case ONCE_TRANSFER:
        out->chunked = value_is(h, "chunked");
        return out->chunked || malformed(out, "Transfer-Encoding is not exactly chunked.");
    case ONCE_ENCODING:
        return value_is(h, "identity") ||
               refuse(out, 415, "bad-media", "A compressed body is not taken; send it plain.");
    case ONCE_AUTH:
        find_bearer(h, i, out);
        return true;
    default:
        return true;
    }
}

static bool check_headers(const struct guard_request *request, bool have[ONCE_N],
                          struct guard_verdict *out)
{
    for (size_t i = 0; i < request->headers_n; i++) {
        const struct guard_header *h = &request->headers[i];
        if (!header_chars(h, out)) {
            return false;
        }
        for (int k = 0; k < ONCE_N; k++) {
            if (!name_is(h, once_names[k])) {
                continue;
            }
            if (have[k]) {
                return malformed(out, "A header that may come once came twice.");
            }
            have[k] = true;
            if (!take_header(request, i, k, out)) {
                return false;
            }
        }
    }
    return true;
}

static bool check_framing(const struct guard_request *request, const bool have[ONCE_N],
                          struct guard_verdict *out)
{
    bool newer = strcmp(request->version, "HTTP/1.1") == 0;
    if (!newer && strcmp(request->version, "HTTP/1.0") != 0) {
        return malformed(out, "The version is not HTTP/1.0 or HTTP/1.1.");
    }
    if (newer && !have[ONCE_HOST]) {
        return malformed(out, "Host is missing.");
    }
    if (have[ONCE_TRANSFER] && (have[ONCE_LENGTH] || !newer)) {
        return malformed(out, "Transfer-Encoding came with Content-Length or in HTTP/1.0.");
    }
    bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    if (reads && (out->content_length > 0 || out->chunked)) {
        return malformed(out, "A GET or HEAD request has a body.");
    }
    if (out->content_length > GUARD_BODY_MAX) {
        return refuse(out, 413, "too-large",
                      "The body is larger than 1 MiB; send smaller batches.");
    }
    return true;
}

void guard_check(const struct guard_request *request, struct guard_verdict *out)
{
    bool have[ONCE_N] = {false};
    *out = (struct guard_verdict){.content_length = -1};
    (void)(check_headers(request, have, out) && check_framing(request, have, out) &&
           check_uri(request, out)); /* the verdict says which one failed */
}
