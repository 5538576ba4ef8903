/* Transfers against a real little server: a child process that answers by script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/http.h"

#define BODY_BYTES 300000

static pid_t child;
static int port;

static void say(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n <= 0) {
            return;
        }
        text += n;
        len -= (size_t)n;
    }
}

/* The path says what to do. */
static void serve_one(int fd)
{
    char request[4096];
    ssize_t n = read(fd, request, sizeof(request) - 1);
    request[n > 0 ? n : 0] = '\0';
    if (strstr(request, "/good") != NULL) {
        say(fd, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nGridward-Time: "
                "1769800000123\r\nConnection: close\r\n\r\n{}");
    } else if (strstr(request, "/busy") != NULL) {
        say(fd, "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Type: application/problem+json\r\n"
                "Content-Length: 4\r\nConnection: close\r\n\r\nbusy");
    } else if (strstr(request, "/cut") != NULL) {
        say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    } else if (strstr(request, "/echo") != NULL) {
        const char *body = strstr(request, "\r\n\r\n");
        say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        say(fd, strstr(request, "X-Own: yes") != NULL ? "own " : "none ");
        say(fd, body != NULL ? body + 4 : "");
    } else if (strstr(request, "/big") != NULL) {
        char chunk[1001];
        memset(chunk, 'x', 1000);
        chunk[1000] = '\0';
        say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        for (int i = 0; i < BODY_BYTES / 1000; i++) {
            say(fd, chunk);
        }
    } else if (strstr(request, "/silent") != NULL) {
        (void)!read(fd, request, 1); /* until the client goes */
    } else if (strstr(request, "/stream") != NULL) {
        say(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n");
        (void)!read(fd, request, 1);
    }
}

static int start_server(void **state)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(addr);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    (void)state;
    if (listener < 0 || bind(listener, (struct sockaddr *)&addr, len) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&addr, &len) != 0) {
        return -1;
    }
    port = ntohs(addr.sin_port);
    child = fork();
    if (child == 0) {
        (void)signal(SIGPIPE, SIG_IGN);
        (void)signal(SIGCHLD, SIG_IGN);
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            if (fork() == 0) {
                serve_one(fd);
                _exit(0);
            }
            close(fd);
        }
    }
    close(listener);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    kill(child, SIGKILL);
    return waitpid(child, NULL, 0) == child ? 0 : -1;
}

struct got {
    int ends;
    enum http_end end;
    int status;
    int64_t server_time, retry_after_ms;
    char body[64];
    size_t body_len, streamed;
    bool refuse;
};

static bool on_data(void *ctx, const char *bytes, size_t len)
{
    struct got *got = ctx;
    (void)bytes;
    got->streamed += len;
    return !got->refuse;
}

static void on_end(void *ctx, const struct http_answer *answer)
{
    struct got *got = ctx;
    got->ends++;
    got->end = answer->end;
    got->status = answer->status;
    got->server_time = answer->server_time;
    got->retry_after_ms = answer->retry_after_ms;
    got->body_len = answer->body_len;
    (void)snprintf(got->body, sizeof(got->body), "%s", answer->body != NULL ? answer->body : "");
}

static struct http *fresh(void)
{
    struct http *http = NULL;
    const struct http_opts opts = {.agent = "test", .connect_ms = 2000};
    assert_int_equal(http_new(&opts, &http, NULL), GW_OK);
    return http;
}

static struct http_call *start(struct http *http, const char *method, const char *path, struct got *got,
                               bool stream, int64_t total_ms, size_t max, const char *body)
{
    char url[128];
    struct http_call *call = NULL;
    const struct http_header header = {"X-Own", "yes"};
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
    const struct http_request request = {.method = method,
                                         .url = url,
                                         .headers = &header,
                                         .headers_n = 1,
                                         .body = body,
                                         .body_len = body != NULL ? strlen(body) : 0,
                                         .total_ms = total_ms,
                                         .max_bytes = max,
                                         .on_data = stream ? on_data : NULL,
                                         .on_end = on_end,
                                         .ctx = got};
    assert_int_equal(http_start(http, &request, &call, NULL), GW_OK);
    return call;
}

static void run_until(struct http *http, const int *counter, int want)
{
    const struct gw_clock *clock = gw_clock_system();
    int64_t until = clock->mono_ms(clock->ctx) + 10000;
    while (*counter < want && clock->mono_ms(clock->ctx) < until) {
        http_step(http);
        if (*counter < want) {
            http_wait(http, NULL, 0, 100);
        }
    }
    assert_int_equal(*counter, want);
}

static void ask(const char *path, bool stream, int64_t total_ms, size_t max, struct got *got)
{
    struct http *http = fresh();
    (void)start(http, "GET", path, got, stream, total_ms, max, NULL);
    run_until(http, &got->ends, 1);
    http_free(http);
}

static void a_good_answer(void **state)
{
    struct got got = {.ends = 0};
    (void)state;
    ask("/good", false, 5000, 0, &got);
    assert_int_equal(got.end, HTTP_DONE);
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body, "{}");
    assert_true(got.server_time == 1769800000123);
    assert_true(got.retry_after_ms == -1);
}

static void a_problem_is_kept_for_the_end(void **state)
{
    struct got got = {.ends = 0};
    (void)state;
    ask("/busy", true, 5000, 0, &got);
    assert_int_equal(got.status, 503);
    assert_true(got.retry_after_ms == 7000);
    assert_string_equal(got.body, "busy");
    assert_int_equal(got.streamed, 0);
    assert_true(got.server_time == -1);
}

static void what_breaks_says_so(void **state)
{
    struct got cut = {.ends = 0}, silent = {.ends = 0}, big = {.ends = 0}, refused = {.refuse = true};
    (void)state;
    ask("/cut", false, 5000, 0, &cut);
    assert_int_equal(cut.end, HTTP_CUT);
    silent.end = HTTP_NO_ROUTE; /* so it ends when the time is too short to connect at all */
    for (int64_t total_ms = 250; silent.end == HTTP_NO_ROUTE && total_ms <= 8000; total_ms *= 2) {
        silent.ends = 0;
        ask("/silent", false, total_ms, 0, &silent);
    }
    assert_int_equal(silent.end, HTTP_CUT);
    assert_int_equal(silent.status, 0);
    ask("/big", false, 5000, 1000, &big);
    assert_int_equal(big.end, HTTP_TOO_LARGE);
    ask("/big", true, 5000, 0, &refused);
    assert_int_equal(refused.end, HTTP_CUT);
}

static void bytes_come_as_they_come(void **state)
{
    struct got got = {.ends = 0};
    (void)state;
    ask("/big", true, 5000, 0, &got);
    assert_int_equal(got.end, HTTP_DONE);
    assert_int_equal(got.streamed, BODY_BYTES);
    assert_int_equal(got.body_len, 0);
}

static void a_body_and_headers_go_out(void **state)
{
    struct got got = {.ends = 0};
    struct http *http = fresh();
    (void)state;
    (void)start(http, "POST", "/echo", &got, false, 5000, 0, "{\"a\":1}");
    run_until(http, &got.ends, 1);
    assert_string_equal(got.body, "own {\"a\":1}");
    http_free(http);
}

static void nobody_there(void **state)
{
    struct got got = {.ends = 0};
    int good = port;
    (void)state;
    port = 1;
    ask("/good", false, 5000, 0, &got);
    port = good;
    assert_int_equal(got.end, HTTP_NO_ROUTE);
    assert_int_equal(got.status, 0);
}

/* A stream stays open while other requests come and go; a cancelled call is never heard of again. */
static void several_at_once_and_one_cancelled(void **state)
{
    struct http *http = fresh();
    struct got stream = {.ends = 0}, other[8] = {{.ends = 0}};
    int done = 0;
    (void)state;
    struct http_call *call = start(http, "GET", "/stream", &stream, true, 0, 0, NULL);
    for (size_t i = 0; i < 8; i++) {
        (void)start(http, "GET", "/good", &other[i], false, 5000, 0, NULL);
    }
    for (size_t i = 0; i < 8; i++) {
        run_until(http, &other[i].ends, 1);
        done++;
    }
    assert_int_equal(done, 8);
    const struct gw_clock *clock = gw_clock_system();
    int64_t until = clock->mono_ms(clock->ctx) + 10000;
    while (stream.streamed == 0 && clock->mono_ms(clock->ctx) < until) { /* it may be served last */
        http_wait(http, NULL, 0, 100);
        http_step(http);
    }
    assert_true(stream.streamed > 0);
    http_cancel(call);
    http_step(http);
    assert_int_equal(stream.ends, 0);
    http_free(http);
}

static void plain_http_is_for_loopback(void **state)
{
    static const char *const bad[] = {"http://10.0.0.1/", "http://127.0.0.1.example.org/", "ftp://127.0.0.1/",
                                      "http://localhost.example.org/", "http://example.org", "127.0.0.1",
                                      "http://127.0.0.1:80@example.org/", "http://localhost:x@example.org/",
                                      "http://[::1]:5@example.org", "http://localhost@example.org/",
                                      "http://[::2]/", "http://128.0.0.1/", "http://", "http://127.0.0.1:x/"};
    static const char *const good[] = {"http://127.0.0.1:80", "http://localhost/", "http://[::1]:5",
                                       "https://example.org", "http://127.9.9.9/x", "http://LOCALHOST:9/"};
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct gw_fail why = {0};
        if (http_check_url(bad[i], &why) != GW_INVALID) {
            print_error("taken: %s\n", bad[i]);
            fail();
        }
        assert_true(why.text[0] != '\0');
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(http_check_url(good[i], NULL), GW_OK);
    }
}

/* A proxy named in the environment would carry plain http off this machine. */
static void loopback_goes_past_a_proxy(void **state)
{
    struct got got = {.ends = 0};
    (void)state;
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("all_proxy", "http://127.0.0.1:1", 1), 0);
    ask("/good", false, 5000, 0, &got);
    (void)unsetenv("http_proxy");
    (void)unsetenv("all_proxy");
    assert_int_equal(got.end, HTTP_DONE);
    assert_int_equal(got.status, 200);
}

/* The whole answer has a time, also after its first bytes came. A busy machine may not even connect in
 * a short one: then a longer one. */
static void a_slow_body_runs_out_of_time(void **state)
{
    struct got got = {.ends = 0};
    (void)state;
    for (int64_t total_ms = 250; got.status == 0 && total_ms <= 16000; total_ms *= 2) {
        got = (struct got){.ends = 0};
        ask("/stream", false, total_ms, 0, &got);
        assert_int_not_equal(got.end, HTTP_DONE);
    }
    assert_int_equal(got.end, HTTP_CUT);
    assert_int_equal(got.status, 200);
}

static void own_descriptors_wake_the_wait(void **state)
{
    struct http *http = fresh();
    int pipes[2];
    (void)state;
    assert_int_equal(pipe(pipes), 0);
    struct pollfd fd = {.fd = pipes[0], .events = POLLIN};
    assert_int_equal(write(pipes[1], "x", 1), 1);
    http_wait(http, &fd, 1, 10000);
    assert_true((fd.revents & POLLIN) != 0);
    close(pipes[1]);
    assert_int_equal(read(pipes[0], &(char){0}, 1), 1);
    http_wait(http, &fd, 1, 10000);
    assert_true((fd.revents & POLLHUP) != 0);
    close(pipes[0]);
    http_free(http);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_answer),
        cmocka_unit_test(a_problem_is_kept_for_the_end),
        cmocka_unit_test(what_breaks_says_so),
        cmocka_unit_test(bytes_come_as_they_come),
        cmocka_unit_test(a_body_and_headers_go_out),
        cmocka_unit_test(nobody_there),
        cmocka_unit_test(several_at_once_and_one_cancelled),
        cmocka_unit_test(plain_http_is_for_loopback),
        cmocka_unit_test(loopback_goes_past_a_proxy),
        cmocka_unit_test(a_slow_body_runs_out_of_time),
        cmocka_unit_test(own_descriptors_wake_the_wait),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
