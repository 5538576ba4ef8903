/* The HTTP guard: a request head as lines `METHOD URI VERSION` and `Name: value`. What it lets
 * through holds none of the things it is there to keep out. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "dispatchd/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADERS = 32 };

static size_t line(const char *text, size_t len)
{
    const char *nl = memchr(text, '\n', len);
    return nl != NULL ? (size_t)(nl - text) : len;
}

static size_t count(const struct guard_request *r, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < r->headers_n; i++) {
        n += r->headers[i].name_len == strlen(name) &&
             strncasecmp(r->headers[i].name, name, r->headers[i].name_len) == 0;
    }
    return n;
}

static void passed(const struct guard_request *r, const struct guard_verdict *v)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_.=&?%-";
    for (size_t i = 0; i < r->uri_len; i++) {
        assert(r->uri[i] != '\0' && strchr(allowed, r->uri[i]) != NULL);
    }
    assert(count(r, "content-length") <= 1 && count(r, "host") <= 1);
    assert(count(r, "content-length") + count(r, "transfer-encoding") <= 1);
    assert(v->path_len <= v->query_at && v->query_at <= r->uri_len);
    assert(v->content_length <= GUARD_BODY_MAX && v->bearer_len <= GUARD_BEARER_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char method[16] = "", version[16] = "";
    struct guard_header headers[HEADERS];
    struct guard_request request = {.method = method, .version = version, .headers = headers};
    struct guard_verdict verdict;
    const char *text = (const char *)data;
    size_t first = line(text, size);
    const char *b1 = memchr(text, ' ', first);
    if (b1 == NULL || (size_t)(b1 - text) >= sizeof(method)) {
        return 0;
    }
    memcpy(method, text, (size_t)(b1 - text));
    const char *uri = b1 + 1;
    const char *b2 = memchr(uri, ' ', first - (size_t)(uri - text));
    request.uri = uri;
    request.uri_len = (size_t)((b2 != NULL ? b2 : text + first) - uri);
    if (b2 != NULL && first - (size_t)(b2 + 1 - text) < sizeof(version)) {
        memcpy(version, b2 + 1, first - (size_t)(b2 + 1 - text));
    }
    for (size_t at = first + 1; at < size && request.headers_n < HEADERS;) {
        size_t len = line(text + at, size - at);
        const char *colon = memchr(text + at, ':', len);
        if (colon != NULL) {
            size_t name = (size_t)(colon - (text + at));
            headers[request.headers_n++] =
                (struct guard_header){text + at, colon + 1, name, len - name - 1};
        }
        at += len + 1;
    }
    guard_check(&request, &verdict);
    if (verdict.status == 0) {
        passed(&request, &verdict);
    } else {
        assert(verdict.status >= 400 && verdict.slug != NULL && verdict.detail != NULL);
    }
    (void)guard_allow(request.uri, request.uri_len);
    return 0;
}
