/* The HTTP front over real sockets, with a core that only this file moves: turns and commits, the
 * guard on the wire, bodies, streams, long-polls, graceful stop, listeners. Client and server share
 * one thread: each wait for bytes drives front_step(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The real core is linked too (tests/kit uses it), so the front is built here over names of our
 * own. */
#define core_turn_begin  fake_turn_begin
#define core_turn_end    fake_turn_end
#define core_handle      fake_handle
#define core_answer_free fake_answer_free
#define core_tick        fake_tick
#define core_feed_ready  fake_feed_ready
#define core_feed_next   fake_feed_next
#define core_feed_free   fake_feed_free
#define core_refresh     fake_refresh
#define core_metrics     fake_metrics
#define core_healthy     fake_healthy
#include "dispatchd/front.c"
#include "dispatchd/front_conn.c"
#include "dispatchd/front_feed.c"
#include "dispatchd/front_net.c"
#include "dispatchd/front_ops.c"

enum { STEPS = 4000, ANSWER_MAX = 8 * 1024 * 1024, WALL = 1790000000000 };

/* ---- the core of the tests */

struct core {
    int begins, ends, handled, open_feeds, metrics;
    int largest_turn, in_turn;
    enum gw_err end_with; /* what the next commit says */
    int64_t news;         /* counter of what was published */
    bool close_feeds;
    size_t helping; /* bytes of a helping */
};

struct core_feed {
    struct core *core;
    int64_t seen;
    bool sse;
};

enum gw_err core_turn_begin(struct core *core, struct gw_fail *fail)
{
    (void)fail;
    core->begins++;
    core->in_turn = 0;
    return GW_OK;
}

enum gw_err core_turn_end(struct core *core, struct gw_fail *fail)
{
    (void)fail;
    core->ends++;
    core->largest_turn = core->in_turn > core->largest_turn ? core->in_turn : core->largest_turn;
    enum gw_err err = core->end_with;
    core->end_with = GW_OK;
    return err;
}

static struct core_feed *open_feed(struct core *core, bool sse)
{
    struct core_feed *feed = calloc(1, sizeof *feed);
    assert_non_null(feed);
    *feed = (struct core_feed){core, core->news, sse};
    core->open_feeds++;
    return feed;
}

void core_handle(struct core *core, const struct core_request *request, struct core_answer *out)
{
    core->handled++;
    core->in_turn++;
    *out = (struct core_answer){.status = 200, .content_type = "text/plain", .retry_after_s = -1};
    gw_buf_init(&out->body, ANSWER_MAX);
    if (strcmp(request->path, "/t/write") == 0) {
        out->wrote = true;
    } else if (strcmp(request->path, "/t/stream") == 0) {
        out->kind = CORE_STREAM;
        out->content_type = "text/event-stream";
        out->feed = open_feed(core, true);
    } else if (strcmp(request->path, "/t/wait") == 0) {
        out->kind = CORE_WAIT;
        out->feed = open_feed(core, false);
        out->until_at = 60000;
    } else if (strcmp(request->path, "/t/denied") == 0) {
        out->status = 401;
        out->close = true;
    } else if (strcmp(request->path, "/v1/hello") == 0 && request->method != CORE_GET) {
        out->status = 405;
        out->close = true;
    }
    assert_int_equal(gw_buf_addf(&out->body, "%s|%s|%s|%zu|%s", request->path, request->query,
                                 request->bearer ? request->bearer : "-", request->body_len,
                                 request->peer),
                     GW_OK);
    if (out->kind != CORE_ANSWER) {
        gw_buf_reset(&out->body);
    }
}

void core_answer_free(struct core_answer *answer)
{
    gw_buf_free(&answer->body);
}

int64_t core_tick(struct core *core)
{
    (void)core;
    return INT64_MAX;
}

bool core_feed_ready(struct core *core, struct core_feed *feed)
{
    return core->close_feeds || feed->seen != core->news;
}

enum core_feed_state core_feed_next(struct core *core, struct core_feed *feed, struct gw_buf *out)
{
    if (core->close_feeds) {
        return FEED_CLOSED;
    }
    if (feed->seen == core->news) {
        return FEED_NOTHING;
    }
    feed->seen++;
    for (size_t i = 0; i < core->helping; i++) {
        if (gw_buf_add(out, "x", 1) != GW_OK) {
            return FEED_CLOSED;
        }
    }
    assert_int_equal(gw_buf_addf(out, "news %lld\n\n", (long long)feed->seen), GW_OK);
    return feed->sse ? FEED_BYTES : FEED_CLOSED;
}

void core_feed_free(struct core_feed *feed)
{
    feed->core->open_feeds--;
    free(feed);
}

void core_refresh(struct core *core)
{
    (void)core;
}

enum gw_err core_metrics(struct core *core, struct gw_buf *out)
{
    return gw_buf_addf(out, "gridward_test %d\n", ++core->metrics);
}

bool core_healthy(struct core *core)
{
    return !core->close_feeds;
}

/* ---- bed and client */

struct bed {
    struct core core;
    struct gw_clock_fixed clock;
    struct front *front;
};

static int set_up(void **state)
{
    struct bed *bed = calloc(1, sizeof *bed);
    assert_non_null(bed);
    gw_clock_fixed_init(&bed->clock, WALL);
    struct front_opts opts = {.core = &bed->core,
                              .clock = &bed->clock.clock,
                              .listen = "127.0.0.1:0",
                              .ops_listen = "[::1]:0"};
    struct gw_fail fail = {0};
    if (front_new(&opts, &bed->front, &fail) != GW_OK) {
        opts.ops_listen = "127.0.0.1:0"; /* a machine without IPv6 */
        assert_int_equal(front_new(&opts, &bed->front, &fail), GW_OK);
    }
    *state = bed;
    return 0;
}

static int tear_down(void **state)
{
    struct bed *bed = *state;
    front_free(bed->front);
    assert_int_equal(bed->core.open_feeds, 0);
    free(bed);
    return 0;
}

static int dial(const char *address)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } addr = {0};
    const char *colon = strrchr(address, ':');
    bool six = address[0] == '[';
    uint16_t port = htons((uint16_t)atoi(colon + 1));
    if (six) {
        addr.v6 = (struct sockaddr_in6){
            .sin6_family = AF_INET6, .sin6_port = port, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    } else {
        addr.v4 = (struct sockaddr_in){
            .sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    }
    int fd = socket(addr.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (connect(fd, &addr.any, six ? sizeof addr.v6 : sizeof addr.v4) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int connect_to(struct bed *bed)
{
    int fd = dial(front_address(bed->front));
    assert_true(fd >= 0);
    return fd;
}

/* Sends all; the server reads meanwhile. */
static void put(struct bed *bed, int fd, const char *bytes, size_t len)
{
    for (int i = 0; len > 0; i++) {
        assert_true(i < STEPS);
        ssize_t n = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0) {
            assert_true(errno == EAGAIN || errno == EPIPE || errno == ECONNRESET);
            if (errno != EAGAIN) {
                return; /* refused already */
            }
            front_step(bed->front, 5);
            continue;
        }
        bytes += n;
        len -= (size_t)n;
    }
}

static void say(struct bed *bed, int fd, const char *text)
{
    put(bed, fd, text, strlen(text));
}

/* Reads until `mark` is in the text, or, mark NULL, until the server closes. The text so far stays
 * in buf. */
static bool hear(struct bed *bed, int fd, struct gw_buf *buf, const char *mark)
{
    static char piece[65536];
    for (int i = 0; i < STEPS; i++) {
        if (mark && strstr(gw_buf_str(buf), mark)) {
            return true;
        }
        ssize_t n = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
        if (n > 0) {
            assert_int_equal(gw_buf_add(buf, piece, (size_t)n), GW_OK);
        } else if (n == 0 || errno == ECONNRESET) {
            return mark == NULL;
        } else {
            front_step(bed->front, 2);
        }
    }
    return false;
}

struct told {
    struct gw_buf text;
    bool closed;
};

/* One request on a connection of its own, asked to close; the whole answer. */
static struct told ask(struct bed *bed, const char *request)
{
    struct told told = {.closed = false};
    int fd = connect_to(bed);
    gw_buf_init(&told.text, ANSWER_MAX);
    say(bed, fd, request);
    told.closed = hear(bed, fd, &told.text, NULL);
    close(fd);
    return told;
}

static void expect(struct bed *bed, const char *request, const char *status, const char *part)
{
    struct told told = ask(bed, request);
    const char *text = gw_buf_str(&told.text);
    if (!told.closed || strncmp(text + 9, status, 3) != 0 || !strstr(text, part)) {
        fail_msg("asked:\n%s\nwanted %s %s, closed %d, got:\n%s", request, status, part,
                 told.closed, text);
    }
    gw_buf_free(&told.text);
}

#define END "Host: a\r\nConnection: close\r\n\r\n"

static bool drain(struct bed *bed)
{
    for (int i = 0; i < STEPS && !front_idle(bed->front); i++) {
        front_step(bed->front, 2);
    }
    return front_idle(bed->front);
}

/* ---- tests */

static void test_answer(void **state)
{
    struct bed *bed = *state;
    struct told told = ask(bed, "GET /v1/changes?since=a.1 HTTP/1.1\r\n"
                                "Authorization: Bearer tok\r\n" END);
    const char *text = gw_buf_str(&told.text);
    assert_non_null(strstr(text, "HTTP/1.1 200"));
    assert_non_null(strstr(text, "\r\nGridward-Time: 1790000000000\r\n"));
    assert_non_null(strstr(text, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strstr(text, "\r\nX-Accel-Buffering: no\r\n"));
    assert_non_null(strstr(text, "/v1/changes|since=a.1|tok|0|127.0.0.1"));
    gw_buf_free(&told.text);
}

static void test_keep_alive(void **state)
{
    struct bed *bed = *state;
    struct gw_buf text;
    int fd = connect_to(bed);
    gw_buf_init(&text, ANSWER_MAX);
    say(bed, fd, "GET /t/a HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(hear(bed, fd, &text, "/t/a|"));
    say(bed, fd, "POST /t/b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    assert_true(hear(bed, fd, &text, "/t/b||-|3"));
    gw_buf_free(&text);
    close(fd);
    assert_true(drain(bed));
}

static void test_status_headers(void **state)
{
    struct bed *bed = *state;
    expect(bed, "GET /t/denied HTTP/1.1\r\nHost: a\r\n\r\n", "401", "WWW-Authenticate: Bearer\r\n");
    expect(bed, "POST /v1/hello HTTP/1.1\r\nContent-Length: 0\r\nHost: a\r\n\r\n", "405",
           "Allow: GET\r\n");
}

/* No `Connection: close` in these: the server must close by itself. */
static void test_guard_on_the_wire(void **state)
{
    struct bed *bed = *state;
    static const char *const bad[] = {
        "POST /t/a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /t/a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "GET /t/a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /t/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /t%2fa HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /t/%2e%2e/b HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v1/hello?x=1 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v1/changes?since=a.1&since=a.2 HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect(bed, bad[i], "400", "");
    }
    expect(bed, bad[3], "400", "urn:gridward:problem:malformed");
    expect(bed, bad[3], "400", "Gridward-Time: ");
    assert_int_equal(bed->core.handled, 0);
    assert_true(drain(bed));
}

static void send_body(struct bed *bed, const char *head, size_t len, bool chunked,
                      struct gw_buf *text)
{
    enum { PIECE = 65536 };
    static char piece[PIECE];
    memset(piece, 'x', sizeof piece);
    int fd = connect_to(bed);
    gw_buf_init(text, ANSWER_MAX);
    say(bed, fd, head);
    for (size_t sent = 0; sent < len;) {
        size_t n = len - sent < PIECE ? len - sent : PIECE;
        char size[16];
        (void)snprintf(size, sizeof size, "%zx\r\n", n);
        say(bed, fd, chunked ? size : "");
        put(bed, fd, piece, n);
        say(bed, fd, chunked ? "\r\n" : "");
        sent += n;
    }
    say(bed, fd, chunked ? "0\r\n\r\n" : "");
    (void)hear(bed, fd, text, NULL);
    close(fd);
}

static void test_bodies(void **state)
{
    struct bed *bed = *state;
    struct gw_buf text;
    send_body(bed, "POST /t/a HTTP/1.1\r\nContent-Length: 1048576\r\n" END, 1048576, false, &text);
    assert_non_null(strstr(gw_buf_str(&text), "/t/a||-|1048576"));
    gw_buf_free(&text);
    send_body(bed, "POST /t/a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END, 1048576, true,
              &text);
    assert_non_null(strstr(gw_buf_str(&text), "/t/a||-|1048576"));
    gw_buf_free(&text);
    assert_int_equal(bed->core.handled, 2);
    expect(bed, "POST /t/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", "413",
           "too-large");
    send_body(bed, "POST /t/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 1048577,
              true, &text);
    assert_non_null(strstr(gw_buf_str(&text), " 413 "));
    assert_non_null(strstr(gw_buf_str(&text), "too-large"));
    gw_buf_free(&text);
    assert_int_equal(bed->core.handled, 2);
    assert_true(drain(bed));
}

/* A body without an end is not read for ever. */
static void test_endless_body(void **state)
{
    struct bed *bed = *state;
    struct gw_buf text;
    send_body(bed, "POST /t/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
              12 * 1024 * 1024, true, &text);
    assert_null(strstr(gw_buf_str(&text), " 200 "));
    gw_buf_free(&text);
    assert_int_equal(bed->core.handled, 0);
    assert_true(drain(bed));
}

static void test_one_commit_a_turn(void **state)
{
    struct bed *bed = *state;
    enum { CLIENTS = 150 }; /* more than libmicrohttpd's batch of 128 */
    int fds[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = connect_to(bed);
        say(bed, fds[i], "GET /t/write HTTP/1.1\r\n" END);
    }
    for (int i = 0; i < CLIENTS; i++) {
        struct gw_buf text;
        gw_buf_init(&text, ANSWER_MAX);
        assert_true(hear(bed, fds[i], &text, NULL));
        assert_non_null(strstr(gw_buf_str(&text), " 200 "));
        gw_buf_free(&text);
        close(fds[i]);
    }
    assert_int_equal(bed->core.handled, CLIENTS);
    assert_int_equal(bed->core.begins, bed->core.ends);
    assert_true(bed->core.largest_turn > 10);
    assert_true(bed->core.ends < CLIENTS);
}

/* What was to be written is not reported as done; what was only read is. */
static void test_failed_commit(void **state)
{
    struct bed *bed = *state;
    bed->core.end_with = GW_FULL;
    expect(bed, "GET /t/write HTTP/1.1\r\n" END, "507", "storage-full");
    bed->core.end_with = GW_FULL;
    expect(bed, "GET /t/write HTTP/1.1\r\n" END, "507", "Retry-After: 30\r\n");
    bed->core.end_with = GW_AGAIN;
    expect(bed, "GET /t/write HTTP/1.1\r\n" END, "503", "overloaded");
    bed->core.end_with = GW_FULL;
    expect(bed, "GET /t/read HTTP/1.1\r\n" END, "200", "/t/read|");
    expect(bed, "GET /t/write HTTP/1.1\r\n" END, "200", "/t/write|");
}

static void open_feeds(struct bed *bed, int n)
{
    for (int i = 0; i < STEPS && bed->core.open_feeds < n; i++) {
        front_step(bed->front, 2);
    }
    assert_int_equal(bed->core.open_feeds, n);
}

static void publish(struct bed *bed)
{
    struct told told;
    bed->core.news++;
    told = ask(bed, "GET /t/write HTTP/1.1\r\n" END); /* a turn that wrote wakes the feeds */
    gw_buf_free(&told.text);
}

static void test_stream(void **state)
{
    struct bed *bed = *state;
    struct gw_buf text;
    int fd = connect_to(bed);
    gw_buf_init(&text, ANSWER_MAX);
    say(bed, fd, "GET /t/stream HTTP/1.1\r\nHost: a\r\n\r\n");
    /* the head comes before there is anything to tell */
    assert_true(hear(bed, fd, &text, "\r\n\r\n"));
    assert_non_null(strstr(gw_buf_str(&text), "Content-Type: text/event-stream"));
    assert_non_null(strstr(gw_buf_str(&text), "X-Accel-Buffering: no"));
    publish(bed);
    assert_true(hear(bed, fd, &text, "news 1\n\n"));
    publish(bed);
    assert_true(hear(bed, fd, &text, "news 2\n\n"));
    bed->core.close_feeds = true;
    gw_clock_fixed_advance(&bed->clock, 2000);
    assert_true(hear(bed, fd, &text, "0\r\n\r\n"));
    gw_buf_free(&text);
    close(fd);
    assert_true(drain(bed));
    assert_int_equal(bed->core.open_feeds, 0);
}

/* A reader that sleeps holds one helping at the server, not all that happened meanwhile; awake
 * again it gets everything. */
static void test_slow_reader(void **state)
{
    struct bed *bed = *state;
    enum { HELPINGS = 60 };
    struct gw_buf text;
    int fd = connect_to(bed);
    gw_buf_init(&text, 32 * 1024 * 1024);
    bed->core.helping = 200 * 1024;
    say(bed, fd, "GET /t/stream HTTP/1.1\r\nHost: a\r\n\r\n");
    open_feeds(bed, 1);
    for (int i = 0; i < HELPINGS; i++) {
        publish(bed);
    }
    assert_int_equal(bed->core.open_feeds, 1);
    assert_true(hear(bed, fd, &text, "news 60\n\n"));
    assert_true(text.len > (size_t)HELPINGS * 200 * 1024);
    gw_buf_free(&text);
    close(fd);
    publish(bed); /* writing to it is how its end is seen */
    publish(bed);
    assert_true(drain(bed));
    assert_int_equal(bed->core.open_feeds, 0);
}

/* More in one helping than a connection may hold: the stream ends, the client comes again. */
static void test_overrun(void **state)
{
    struct bed *bed = *state;
    struct gw_buf text;
    int fd = connect_to(bed);
    gw_buf_init(&text, ANSWER_MAX);
    bed->core.helping = 257 * 1024;
    say(bed, fd, "GET /t/stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    open_feeds(bed, 1);
    publish(bed);
    assert_true(hear(bed, fd, &text, NULL));
    assert_null(strstr(gw_buf_str(&text), "news"));
    gw_buf_free(&text);
    close(fd);
    assert_true(drain(bed));
}

static void test_long_poll(void **state)
{
    struct bed *bed = *state;
    struct gw_buf text;
    int fd = connect_to(bed);
    gw_buf_init(&text, ANSWER_MAX);
    say(bed, fd, "GET /t/wait HTTP/1.1\r\nHost: a\r\n\r\n");
    open_feeds(bed, 1);
    publish(bed);
    assert_true(hear(bed, fd, &text, "news 1\n\n"));
    assert_null(strstr(gw_buf_str(&text), "chunked"));
    gw_buf_free(&text);
    close(fd);
    assert_true(drain(bed));
    assert_int_equal(bed->core.open_feeds, 0);
}

static void test_long_poll_ends(void **state)
{
    struct bed *bed = *state;
    struct gw_buf text;
    int fd = connect_to(bed);
    gw_buf_init(&text, ANSWER_MAX);
    say(bed, fd, "GET /t/wait HTTP/1.1\r\n" END);
    open_feeds(bed, 1);
    gw_clock_fixed_advance(&bed->clock, 61000);
    assert_true(hear(bed, fd, &text, NULL)); /* this core has no end line: then it is a 503 */
    assert_non_null(strstr(gw_buf_str(&text), " 503 "));
    gw_buf_free(&text);
    close(fd);
    assert_int_equal(bed->core.open_feeds, 0);
}

static void test_stop(void **state)
{
    struct bed *bed = *state;
    struct gw_buf stream;
    struct gw_buf poll;
    int a = connect_to(bed);
    int b = connect_to(bed);
    gw_buf_init(&stream, ANSWER_MAX);
    gw_buf_init(&poll, ANSWER_MAX);
    say(bed, a, "GET /t/stream HTTP/1.1\r\nHost: a\r\n\r\n");
    say(bed, b, "GET /t/wait HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(hear(bed, a, &stream, "\r\n\r\n"));
    open_feeds(bed, 2);
    front_stop(bed->front);
    front_stop(bed->front); /* twice is once */
    assert_true(hear(bed, a, &stream, "0\r\n\r\n"));
    assert_true(hear(bed, b, &poll, " 503 "));
    assert_true(hear(bed, b, &poll, "Retry-After: 1"));
    assert_true(drain(bed));
    assert_true(dial(front_address(bed->front)) < 0);
    gw_buf_free(&stream);
    gw_buf_free(&poll);
    close(a);
    close(b);
}

/* Heads that never become a request, and peers that go away in the middle, leave nothing behind. */
static void test_broken_peers(void **state)
{
    struct bed *bed = *state;
    static const char *const junk[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET /t/a\r\n\r\n",
        "GET /t/a HTTP/1.1\r\nHost\r\n\r\n",
        "GET /t/a HTTP/1.1\r\nHo",
        "POST /t/a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
        "POST /t/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /t/a HTTP/1.1\r\nHost: a\r\nContent-Length: ten\r\n\r\n",
        "\x16\x03\x01\x02",
        "GET /t/wait HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof junk / sizeof junk[0]; i++) {
        int fd = connect_to(bed);
        say(bed, fd, junk[i]);
        for (int k = 0; k < 5; k++) {
            front_step(bed->front, 1);
        }
        close(fd);
    }
    gw_clock_fixed_advance(&bed->clock, 61000); /* the long-poll's end */
    assert_true(drain(bed));
    assert_int_equal(bed->core.open_feeds, 0);
}

static void ops(struct bed *bed, const char *request, const char *status, const char *part)
{
    struct gw_buf text;
    int fd = dial(front_ops_address(bed->front));
    assert_true(fd >= 0);
    gw_buf_init(&text, ANSWER_MAX);
    say(bed, fd, request);
    assert_true(hear(bed, fd, &text, NULL));
    assert_memory_equal(gw_buf_str(&text) + 9, status, 3);
    assert_non_null(strstr(gw_buf_str(&text), part));
    gw_buf_free(&text);
    close(fd);
}

static void test_ops(void **state)
{
    struct bed *bed = *state;
    ops(bed, "GET /healthz HTTP/1.1\r\n" END, "200", "ok\n");
    ops(bed, "GET /metrics HTTP/1.1\r\n" END, "200", "gridward_test 1\n");
    ops(bed, "GET /v1/hello HTTP/1.1\r\n" END, "404", "not found");
    ops(bed, "POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n" END "abc", "405", "GET");
    bed->core.close_feeds = true;
    ops(bed, "GET /healthz HTTP/1.1\r\n" END, "503", "not healthy");
    assert_int_equal(bed->core.handled, 0);
    expect(bed, "GET /metrics HTTP/1.1\r\n" END, "200", "/metrics|"); /* the core's, not the ops' */
}

static void test_listeners(void **state)
{
    struct bed *bed = *state;
    static const char *const bad[] = {"",
                                      "8080",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:x",
                                      "127.0.0.1:65536",
                                      "127.0.0.1:-1",
                                      "::1:80",
                                      "[::1]",
                                      "example.org:80",
                                      "0.0.0.0:0",
                                      "[::]:0",
                                      "192.0.2.1:0"};
    struct front_opts opts = {.core = &bed->core, .clock = &bed->clock.clock};
    struct front *front = NULL;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gw_fail fail = {0};
        opts.listen = bad[i];
        assert_int_equal(front_new(&opts, &front, &fail), GW_INVALID);
        assert_null(front);
        assert_true(fail.text[0] != '\0');
    }
    struct gw_fail taken = {0};
    opts.listen = front_address(bed->front);
    assert_int_equal(front_new(&opts, &front, &taken), GW_OFFLINE);
    assert_non_null(strstr(taken.text, opts.listen));
    opts.listen = "127.0.0.1:0";
    opts.tls_cert = "/nonexistent/cert.pem";
    assert_int_equal(front_new(&opts, &front, NULL), GW_INVALID);
    opts.tls_key = opts.tls_cert;
    assert_int_equal(front_new(&opts, &front, NULL), GW_INVALID);
    opts.tls_cert = opts.tls_key = NULL;
    opts.ops_listen = "0.0.0.0:0";
    assert_int_equal(front_new(&opts, &front, NULL), GW_INVALID);
}

#define BED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED(test_answer),
        BED(test_keep_alive),
        BED(test_status_headers),
        BED(test_guard_on_the_wire),
        BED(test_bodies),
        BED(test_endless_body),
        BED(test_one_commit_a_turn),
        BED(test_failed_commit),
        BED(test_stream),
        BED(test_slow_reader),
        BED(test_overrun),
        BED(test_long_poll),
        BED(test_long_poll_ends),
        BED(test_stop),
        BED(test_broken_peers),
        BED(test_ops),
        BED(test_listeners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
