#include "http/http.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "http/curl_p.h"

enum { MAX_BYTES = 16 * 1024 * 1024, CONNECT_MS = 5000, EXTRA_FDS = 16 };

struct http_call {
    struct http *http;
    CURL *easy;
    struct curl_slist *headers;
    struct gw_buf body;
    bool (*on_data)(void *ctx, const char *bytes, size_t len);
    void (*on_end)(void *ctx, const struct http_answer *answer);
    void *ctx;
    bool refused;   /* on_data said no */
    bool too_large; /* the body passed its ceiling */
    int64_t server_time;
    int64_t blob_offset;
    char blob_salt[32];
    char error[CURL_ERROR_SIZE];
    struct http_call *next;
};

struct http {
    const struct curl_calls *curl;
    CURLM *multi;
    struct http_call *calls;
    char *ca_file, *pin, *agent;
    int64_t connect_ms;
};

const char *http_version(void)
{
    const struct curl_calls *curl;
    return curl_load(&curl, NULL) == GW_OK ? curl->version_info(CURLVERSION_NOW)->version : "?";
}

const char *http_tls_version(void)
{
    const struct curl_calls *curl;
    const char *tls =
        curl_load(&curl, NULL) == GW_OK ? curl->version_info(CURLVERSION_NOW)->ssl_version : NULL;
    return tls != NULL ? tls : "none";
}

static enum gw_err no_memory(struct gw_fail *fail)
{
    return gw_fail_set(fail, GW_NOMEM, "%s", _("There is no memory left for the network."));
}

/* libcurl wants "sha256//BASE64"; people paste either form. */
static char *pin_text(const char *pin)
{
    char *out = NULL;
    const char *prefix = strncmp(pin, "sha256//", 8) == 0 ? "" : "sha256//";
    return asprintf(&out, "%s%s", prefix, pin) < 0 ? NULL : out;
}

enum gw_err http_new(const struct http_opts *opts, struct http **out, struct gw_fail *fail)
{
    const struct curl_calls *curl;
    *out = NULL;
    enum gw_err err = curl_load(&curl, fail);
    if (err != GW_OK) {
        return err;
    }
    struct http *http = calloc(1, sizeof(*http));
    if (http == NULL || curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(http);
        return no_memory(fail);
    }
    http->curl = curl;
    http->multi = curl->multi_init();
    http->connect_ms = opts->connect_ms > 0 ? opts->connect_ms : CONNECT_MS;
    http->agent = strdup(opts->agent != NULL ? opts->agent : "gridward");
    http->ca_file = opts->ca_file != NULL ? strdup(opts->ca_file) : NULL;
    http->pin = opts->pin_sha256 != NULL ? pin_text(opts->pin_sha256) : NULL;
    if (http->multi == NULL || http->agent == NULL ||
        (opts->ca_file != NULL && http->ca_file == NULL) ||
        (opts->pin_sha256 != NULL && http->pin == NULL)) {
        http_free(http);
        return no_memory(fail);
    }
    *out = http;
    return GW_OK;
}

static void call_free(struct http_call *call)
{
    const struct curl_calls *curl = call->http->curl;
    for (struct http_call **at = &call->http->calls; *at != NULL; at = &(*at)->next) {
        if (*at == call) {
            *at = call->next;
            break;
        }
    }
    if (call->easy != NULL) {
        (void)curl->multi_remove_handle(call->http->multi, call->easy); /* may not be in it yet */
        curl->easy_cleanup(call->easy);
    }
    curl->slist_free_all(call->headers);
    gw_buf_free(&call->body);
    free(call);
}

void http_free(struct http *http)
{
    if (http == NULL) {
        return;
    }
    const struct curl_calls *curl = http->curl;
    while (http->calls != NULL) {
        call_free(http->calls);
    }
    if (http->multi != NULL) {
        (void)curl->multi_cleanup(http->multi); /* all handles were removed above */
    }
    free(http->ca_file);
    free(http->pin);
    free(http->agent);
    free(http);
    curl->global_cleanup();
}

void http_cancel(struct http_call *call)
{
    call_free(call);
}

/* ---- what libcurl calls */
static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
    struct http_call *call = ctx;
    long status = 0;
    size_t len = size * n;
    (void)call->http->curl->easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE,
                                         &status); /* stays 0 on failure */
    if (call->on_data != NULL && status >= 200 && status < 300) {
        call->refused = !call->on_data(call->ctx, bytes, len);
        return call->refused ? 0 : len;
    }
    call->too_large = gw_buf_add(&call->body, bytes, len) != GW_OK;
    return call->too_large ? 0 : len;
}

/* The value of a header of ours, without blanks around it; false: another one, or too long. */
static bool header_is(const char *line, size_t len, const char *name, char value[32])
{
    size_t at = strlen(name);
    size_t k = 0;
    if (len <= at || strncasecmp(line, name, at) != 0) {
        return false;
    }
    while (at < len && line[at] == ' ') {
        at++;
    }
    while (at < len && k < 31 && line[at] > ' ') {
        value[k++] = line[at++];
    }
    value[k] = '\0';
    return at == len || line[at] <= ' ';
}

static int64_t number(const char *text, int64_t absent)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= 16 && text[digits] == '\0' ? strtoll(text, NULL, 10) : absent;
}

static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
    struct http_call *call = ctx;
    size_t len = size * n;
    char value[32];
    if (header_is(line, len, "Gridward-Time:", value)) {
        call->server_time = number(value, -1);
    } else if (header_is(line, len, "Gridward-Offset:", value)) {
        call->blob_offset = number(value, 0);
    } else if (header_is(line, len, "Gridward-Salt:", value)) {
        memcpy(call->blob_salt, value, sizeof(call->blob_salt));
    }
    return len;
}

/* ---- starting */
static bool loopback_host(const char *host)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, host, &v4) == 1) {
        return ntohl(v4.s_addr) >> 24 == 127;
    }
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

/* libcurl's own reading of the URL, so that the host judged here is the host it connects to: in
 * http://127.0.0.1:80@elsewhere/ the first part is a user name. */
static bool loopback(const char *url)
{
    char *host = NULL, *user = NULL;
    const struct curl_calls *curl;
    if (curl_load(&curl, NULL) != GW_OK) {
        return false;
    }
    CURLU *parts = curl->url();
    bool yes = parts != NULL && curl->url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
               curl->url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
               curl->url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK && loopback_host(host);
    curl->free(host);
    curl->free(user);
    curl->url_cleanup(parts);
    return yes;
}

enum gw_err http_check_url(const char *url, struct gw_fail *fail)
{
    if (strncmp(url, "https://", 8) == 0 || (strncmp(url, "http://", 7) == 0 && loopback(url))) {
        return GW_OK;
    }
    return gw_fail_set(
        fail, GW_INVALID, "%s",
        _("Plain http is for this machine only: data of people must be encrypted on the "
          "way. Use an https:// address."));
}

static enum gw_err add_headers(struct http_call *call, const struct http_request *request)
{
    char line[1024];
    for (size_t i = 0; i < request->headers_n; i++) {
        const struct http_header *header = &request->headers[i];
        int n = snprintf(line, sizeof(line), "%s: %s", header->name, header->value);
        struct curl_slist *more = n > 0 && n < (int)sizeof(line)
                                      ? call->http->curl->slist_append(call->headers, line)
                                      : NULL;
        if (more == NULL) {
            return GW_NOMEM;
        }
        call->headers = more;
    }
    return GW_OK;
}

#define SET(option, value)                                                                         \
    ok = ok && call->http->curl->easy_setopt(call->easy, option, value) == CURLE_OK

static bool set_options(struct http_call *call, const struct http_request *request)
{
    const struct http *http = call->http;
    bool ok = true;
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* dead DNS must not block whoever ends the call */
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    if (strncmp(request->url, "http://", 7) == 0) {
        SET(CURLOPT_PROXY, ""); /* loopback: a proxy of the environment is another machine */
    }
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)http->connect_ms);
    SET(CURLOPT_TIMEOUT_MS, (long)request->total_ms);
    SET(CURLOPT_USERAGENT, http->agent);
    SET(CURLOPT_HTTPHEADER, call->headers);
    SET(CURLOPT_ERRORBUFFER, call->error);
    SET(CURLOPT_PRIVATE, call);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, call);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, call);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_TCP_NODELAY, 1L);
    if (request->total_ms > 0) {
        SET(CURLOPT_ACCEPT_ENCODING, ""); /* a stream must come byte by byte */
    }
    if (http->ca_file != NULL) {
        SET(CURLOPT_CAINFO, http->ca_file);
        SET(CURLOPT_CAPATH, NULL);
    }
    if (http->pin != NULL) {
        SET(CURLOPT_PINNEDPUBLICKEY, http->pin);
    }
    if (strcmp(request->method, "HEAD") == 0) {
        SET(CURLOPT_NOBODY, 1L);
    } else if (request->body != NULL) {
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
        SET(CURLOPT_COPYPOSTFIELDS, request->body);
        SET(CURLOPT_CUSTOMREQUEST, request->method);
    } else {
        SET(CURLOPT_CUSTOMREQUEST, request->method);
    }
    return ok;
}

enum gw_err http_start(struct http *http, const struct http_request *request,
                       struct http_call **out, struct gw_fail *fail)
{
    *out = NULL;
    enum gw_err err = http_check_url(request->url, fail);
    if (err != GW_OK) {
        return err;
    }
    struct http_call *call = calloc(1, sizeof(*call));
    if (call == NULL) {
        return no_memory(fail);
    }
    call->http = http;
    call->easy = http->curl->easy_init();
    call->on_data = request->on_data;
    call->on_end = request->on_end;
    call->ctx = request->ctx;
    call->server_time = -1;
    call->next = http->calls;
    http->calls = call;
    gw_buf_init(&call->body, request->max_bytes > 0 ? request->max_bytes : MAX_BYTES);
    /* No "Expect: 100-continue": it costs a round trip or a second of waiting. */
    call->headers = http->curl->slist_append(NULL, "Expect:");
    if (call->easy == NULL || call->headers == NULL || add_headers(call, request) != GW_OK ||
        !set_options(call, request) ||
        http->curl->multi_add_handle(http->multi, call->easy) != CURLM_OK) {
        call_free(call);
        return no_memory(fail);
    }
    *out = call;
    return GW_OK;
}

/* ---- ending */
static enum http_end end_of(CURLcode code, const struct http_call *call)
{
    if (call->too_large) {
        return HTTP_TOO_LARGE;
    }
    if (call->refused) {
        return HTTP_CUT;
    }
    switch (code) {
    case CURLE_OK:
        return HTTP_DONE;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
        return HTTP_TLS;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_NO_ROUTE;
    case CURLE_OPERATION_TIMEDOUT: {
        curl_off_t connected = 0;
        (void)call->http->curl->easy_getinfo(call->easy, CURLINFO_CONNECT_TIME_T,
                                             &connected); /* 0 on failure */
        return connected > 0 ? HTTP_CUT : HTTP_NO_ROUTE;
    }
    default:
        return HTTP_CUT;
    }
}

static void end_call(struct http_call *call, CURLcode code)
{
    struct http_answer answer = {.server_time = call->server_time,
                                 .retry_after_ms = -1,
                                 .blob_offset = call->blob_offset,
                                 .blob_salt = call->blob_salt};
    long status = 0;
    char *type = NULL;
    curl_off_t retry = 0;
    (void)call->http->curl->easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)call->http->curl->easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
    (void)call->http->curl->easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &retry);
    answer.end = end_of(code, call);
    answer.status = (int)status;
    if (type != NULL) {
        (void)snprintf(answer.content_type, sizeof(answer.content_type), "%s", type);
    }
    if (retry > 0) {
        answer.retry_after_ms = retry < 86400 ? retry * 1000 : 86400000;
    }
    answer.body = call->body.len > 0 ? gw_buf_str(&call->body) : NULL;
    answer.body_len = call->body.len;
    answer.error = answer.end == HTTP_DONE  ? ""
                   : call->error[0] != '\0' ? call->error
                                            : call->http->curl->easy_strerror(code);
    /* on_end may start or cancel other calls; this one is out of the list first. */
    (void)call->http->curl->multi_remove_handle(call->http->multi, call->easy);
    call->on_end(call->ctx, &answer);
    call_free(call);
}

void http_step(struct http *http)
{
    int running = 0, left = 0;
    if (http->curl->multi_perform(http->multi, &running) != CURLM_OK) {
        return; /* per-transfer errors come as messages; this one would be ours */
    }
    CURLMsg *message;
    while ((message = http->curl->multi_info_read(http->multi, &left)) != NULL) {
        struct http_call *call = NULL;
        if (message->msg == CURLMSG_DONE &&
            http->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call) == CURLE_OK) {
            end_call(call, message->data.result);
        }
    }
}

static short from_poll(short events)
{
    return (short)(((events & POLLIN) ? CURL_WAIT_POLLIN : 0) |
                   ((events & POLLOUT) ? CURL_WAIT_POLLOUT : 0));
}

void http_wait(struct http *http, struct pollfd *extra, size_t extra_n, int64_t timeout_ms)
{
    struct curl_waitfd fds[EXTRA_FDS];
    size_t map[EXTRA_FDS];
    unsigned int n = 0;
    for (size_t i = 0; i < extra_n; i++) {
        extra[i].revents = 0;
        if (extra[i].fd >= 0 && n < EXTRA_FDS) {
            fds[n] = (struct curl_waitfd){.fd = extra[i].fd, .events = from_poll(extra[i].events)};
            map[n++] = i;
        }
    }
    int64_t bounded = timeout_ms < 0 ? 0 : timeout_ms > 60000 ? 60000 : timeout_ms;
    (void)http->curl->multi_poll(http->multi, fds, n, (int)bounded,
                                 NULL); /* an error wakes the caller too */
    for (unsigned int i = 0; i < n; i++) {
        extra[map[i]].revents = fds[i].revents;
    }
    /* libcurl does not pass POLLHUP on: ask once more, without waiting. */
    (void)poll(extra, extra_n, 0);
}
