/* Every rule of the HTTP guard (protocol section 10), one request head a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dispatchd/guard.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { HEADERS = 12 };

struct row {
    const char *method, *uri, *version;
    const char *headers; /* "Name: value" lines; Host is added unless it starts with '!' */
    int status;          /* 0 = let through */
    const char *slug;
};

static size_t split(const char *text, struct guard_header *out)
{
    size_t n = 0;
    while (*text) {
        size_t len = strcspn(text, "\n");
        const char *colon = memchr(text, ':', len);
        assert_non_null(colon);
        const char *value = colon + 1 + (colon[1] == ' ');
        out[n++] = (struct guard_header){text, value, (size_t)(colon - text),
                                         (size_t)(text + len - value)};
        text += len + (text[len] == '\n');
    }
    return n;
}

static struct guard_verdict check(const struct row *row)
{
    struct guard_header headers[HEADERS] = {{"Host", "a", 4, 1}};
    bool bare = row->headers[0] == '!';
    size_t n = bare ? split(row->headers + 1, headers) : 1 + split(row->headers, headers + 1);
    struct guard_request request = {row->method,  row->uri, strlen(row->uri),
                                    row->version, headers,  n};
    struct guard_verdict verdict;
    guard_check(&request, &verdict);
    return verdict;
}

static void run(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct guard_verdict v = check(&rows[i]);
        if (v.status != rows[i].status || (v.status && strcmp(v.slug, rows[i].slug) != 0)) {
            fail_msg("%s %s [%s]: %d %s: %s", rows[i].method, rows[i].uri, rows[i].headers,
                     v.status, v.status ? v.slug : "", v.status ? v.detail : "");
        }
    }
}

#define GET(uri, status, slug)                                                                     \
    {                                                                                              \
        "GET", uri, "HTTP/1.1", "", status, slug                                                   \
    }
#define POST(headers, status, slug)                                                                \
    {                                                                                              \
        "POST", "/v1/ingest", "HTTP/1.1", headers, status, slug                                    \
    }

static void test_uri(void **state)
{
    (void)state;
    static const struct row rows[] = {
        GET("/v1/hello", 0, ""),
        GET("/v1/nothing", 0, ""), /* the handler's 404 */
        GET("/v1/changes?since=k3.12&tag=a-b&limit=5&wait=25&digest=1", 0, ""),
        GET("/v1/snapshot?scope=CQ.500112.013.005.003&type=alarm&after=x&limit=1", 0, ""),
        GET("/v1/snapshot?scope=", 0, ""),
        GET("/v1/blobs/df45bce81b2c", 0, ""),
        GET("/v1/blobs/df45bce81b2c?x=1", 400, "malformed"),
        GET("/v1/blobs/../hello", 400, "malformed"),
        GET("/v1/blobs/", 400, "malformed"),
        GET("", 400, "malformed"),
        GET("v1/hello", 400, "malformed"),
        GET("http://a/v1/hello", 400, "malformed"),
        GET("*", 400, "malformed"),
        GET("/v1/hello#x", 400, "malformed"),
        GET("/v1/hello;x", 400, "malformed"),
        GET("/v1/\xe5\xbc\xa0", 400, "malformed"),
        GET("/v1/hel\tlo", 400, "malformed"),
        GET("/v1/%00", 400, "malformed"),
        GET("/v1%2fhello", 400, "malformed"),
        GET("/v1%2Fhello", 400, "malformed"),
        GET("/v1/%2e%2e/metrics", 400, "malformed"),
        GET("/v1/.%2e/metrics", 400, "malformed"),
        GET("/v1/../metrics", 400, "malformed"),
        GET("/v1/./hello", 400, "malformed"),
        GET("/v1//hello", 400, "malformed"),
        GET("/v1/%5chello", 400, "malformed"),
        GET("/v1/%25", 400, "malformed"),
        GET("/v1/%0d%0a", 400, "malformed"),
        GET("/v1/%7f", 400, "malformed"),
        GET("/v1/%", 400, "malformed"),
        GET("/v1/%4", 400, "malformed"),
        GET("/v1/%zz", 400, "malformed"),
    };
    run(rows, COUNT(rows));
}

static void test_query(void **state)
{
    (void)state;
    static const struct row rows[] = {
        GET("/v1/hello?", 0, ""),
        GET("/v1/hello?x=1", 400, "malformed"),
        GET("/v1/changes?since=a.1&since=a.2", 400, "malformed"),
        GET("/v1/changes?since=a.1&other=2", 400, "malformed"),
        GET("/v1/changes?since=a.1&Tag=2", 400, "malformed"),
        GET("/v1/changes?since=a.1&%74ag=2", 400, "malformed"),
        GET("/v1/changes?since", 400, "malformed"),
        GET("/v1/changes?since=a=b", 400, "malformed"),
        GET("/v1/changes?since=a.1&", 400, "malformed"),
        GET("/v1/changes?&since=a.1", 400, "malformed"),
        GET("/v1/changes?since=a.1?tag=b", 400, "malformed"),
        GET("/v1/nothing?x=1", 400, "malformed"),
    };
    run(rows, COUNT(rows));
}

static void test_framing(void **state)
{
    (void)state;
    static const struct row rows[] = {
        POST("Content-Length: 5", 0, ""),
        POST("Transfer-Encoding: chunked", 0, ""),
        POST("transfer-encoding: Chunked", 0, ""),
        POST("Content-Length: 1048576", 0, ""),
        POST("Content-Length: 1048577", 413, "too-large"),
        POST("Content-Length: 999999999999999", 413, "too-large"),
        POST("Content-Length: 9999999999999999", 400, "malformed"),
        POST("Content-Length: 5\nTransfer-Encoding: chunked", 400, "malformed"),
        POST("Transfer-Encoding: chunked\nContent-Length: 5", 400, "malformed"),
        POST("Content-Length: 5\nContent-Length: 5", 400, "malformed"),
        POST("Content-Length: 5\ncontent-length: 6", 400, "malformed"),
        POST("Content-Length: +5", 400, "malformed"),
        POST("Content-Length: -5", 400, "malformed"),
        POST("Content-Length: 5, 5", 400, "malformed"),
        POST("Content-Length: 0x5", 400, "malformed"),
        POST("Content-Length: ", 400, "malformed"),
        POST("Transfer-Encoding: gzip, chunked", 400, "malformed"),
        POST("Transfer-Encoding: identity", 400, "malformed"),
        POST("Transfer-Encoding: chunked\nTransfer-Encoding: chunked", 400, "malformed"),
        {"POST", "/v1/ingest", "HTTP/1.0", "Transfer-Encoding: chunked", 400, "malformed"},
        {"GET", "/v1/hello", "HTTP/1.1", "Content-Length: 0", 0, ""},
        {"GET", "/v1/hello", "HTTP/1.1", "Content-Length: 1", 400, "malformed"},
        {"HEAD", "/v1/hello", "HTTP/1.1", "Transfer-Encoding: chunked", 400, "malformed"},
        {"GET", "/v1/hello", "HTTP/1.0", "!", 0, ""},
        {"GET", "/v1/hello", "HTTP/1.1", "!", 400, "malformed"},
        {"GET", "/v1/hello", "HTTP/2.0", "", 400, "malformed"},
        {"GET", "/v1/hello", "", "", 400, "malformed"},
    };
    run(rows, COUNT(rows));
}

static void test_headers(void **state)
{
    (void)state;
    static const struct row rows[] = {
        POST("Host: b", 400, "malformed"),
        POST("Content-Type: application/json\nContent-Type: text/plain", 400, "malformed"),
        POST("Authorization: Bearer a\nAuthorization: Bearer b", 400, "malformed"),
        POST("Last-Event-ID: a\nLast-Event-ID: b", 400, "malformed"),
        POST("Content-Length : 5", 400, "malformed"),
        POST("Content Length: 5", 400, "malformed"),
        POST(": x", 400, "malformed"),
        POST("X\x01: y", 400, "malformed"),
        POST("X: y\x01", 400, "malformed"),
        POST("X: y\x7f", 400, "malformed"),
        POST("X: y\tz", 0, ""),
        POST("X: \xe5\xbc\xa0", 0, ""),
        POST("Content-Encoding: identity", 0, ""),
        POST("Content-Encoding: gzip", 415, "bad-media"),
        POST("Accept: a\nAccept: b", 0, ""),
    };
    run(rows, COUNT(rows));
}

static void test_parts(void **state)
{
    (void)state;
    struct row row = {"GET", "/v1/changes?since=a.1", "HTTP/1.1", "", 0, ""};
    struct guard_verdict v = check(&row);
    assert_int_equal(v.status, 0);
    assert_int_equal(v.path_len, strlen("/v1/changes"));
    assert_string_equal(row.uri + v.query_at, "since=a.1");
    assert_int_equal(v.content_length, -1);
    assert_false(v.chunked);
    assert_int_equal(v.bearer_len, 0);

    row = (struct row){"POST",     "/v1/alive",
                       "HTTP/1.1", "Content-Length: 2\nauthorization: bearer a-._~+/=9",
                       0,          ""};
    v = check(&row);
    assert_int_equal(v.content_length, 2);
    assert_int_equal(v.bearer_header, 2);
    assert_int_equal(v.bearer_at, 7);
    assert_int_equal(v.bearer_len, 9);
    assert_int_equal(v.query_at, strlen(row.uri));
}

/* What is no bearer token counts as none: the handler answers 401, the guard says nothing. */
static void test_no_bearer(void **state)
{
    (void)state;
    static const char *const others[] = {"Authorization: Basic abc", "Authorization: Bearer ",
                                         "Authorization: Bearer a b", "Authorization: Bearer",
                                         "Authorization: Bearer a,b"};
    for (size_t i = 0; i < COUNT(others); i++) {
        struct row row = {"GET", "/v1/hello", "HTTP/1.1", others[i], 0, ""};
        struct guard_verdict v = check(&row);
        assert_int_equal(v.status, 0);
        assert_int_equal(v.bearer_len, 0);
    }
}

static void test_long_uri(void **state)
{
    (void)state;
    char uri[GUARD_URI_MAX + 2];
    memset(uri, 'a', sizeof uri);
    uri[0] = '/';
    uri[GUARD_URI_MAX + 1] = '\0';
    struct row row = {"GET", uri, "HTTP/1.1", "", 400, "malformed"};
    run(&row, 1);
    uri[GUARD_URI_MAX] = '\0';
    row.status = 0;
    run(&row, 1);
}

static void test_allow(void **state)
{
    (void)state;
    assert_string_equal(guard_allow("/v1/hello", 9), "GET");
    assert_string_equal(guard_allow("/v1/commands", 12), "POST");
    assert_null(guard_allow("/v1/hello", 8));
    assert_null(guard_allow("/", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uri),      cmocka_unit_test(test_query),
        cmocka_unit_test(test_framing),  cmocka_unit_test(test_headers),
        cmocka_unit_test(test_parts),    cmocka_unit_test(test_no_bearer),
        cmocka_unit_test(test_long_uri), cmocka_unit_test(test_allow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
