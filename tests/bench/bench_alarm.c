/* A1: from POST /v1/ingest, committed durably, to a live console's engine: received (the bytes are
 * in its hands) and applied (committed in the mirror, where the screen reads).
 *
 *     bench_alarm HOME TOKEN SERIALS FIRST RATE N
 *     bench_alarm --catchup HOME
 *     bench_alarm --token HOME
 *
 * The server's address is the home's. SERIALS is a file of devices, one a line, of which FIRST is
 * the first to be used. --catchup is B3: what a catch-up costs when nothing happened. --token gives
 * a bearer token.
 *
 * The engine is the real one over the real network; only its answers are looked at on the way. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/crypto.h"
#include "http/http.h"
#include "sync/engine.h"
#include "tests/bench/bench.h"
#include "tests/bench/source.h"

enum { PATIENCE_MS = 60000, CALLS = 64, EAR_TAIL = 32 };

/* ---- the source: one kept connection, one event after the other */
struct source {
    int fd;
    const char *token;
    const char *serials[SOURCE_MAX]; /* of event 0, 1, … */
    int64_t run;                     /* makes event ids of this run its own */
};

/* Cuts the text at its newlines; begins at line `first`, and again from the start at its end. */
static void list_serials(struct source *s, char *text, size_t first)
{
    static const char *lines[SOURCE_MAX];
    size_t n = 0;
    for (char *line = strtok(text, "\n"); line != NULL && n < SOURCE_MAX;
         line = strtok(NULL, "\n")) {
        lines[n++] = line;
    }
    for (size_t i = 0; n > 0 && i < SOURCE_MAX; i++) {
        s->serials[i] = lines[(first + i) % n];
    }
}

static void post_event(void *ctx, size_t i)
{
    struct source *s = ctx;
    char body[512], head[512], all[1024];
    int n = snprintf(body, sizeof body,
                     "{\"event_id\":\"b-%lld-%zu\",\"device\":\"%s\",\"kind\":\"sos\","
                     "\"text\":\"" SOURCE_MARK "%06zu\"}",
                     (long long)s->run, i, s->serials[i], i);
    (void)snprintf(head, sizeof head,
                   "POST /v1/ingest HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
                   "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n",
                   s->token, n);
    n = snprintf(all, sizeof all, "%s%s", head, body);
    if (write(s->fd, all, (size_t)n) != n) {
        bench_die("ingest", "the server does not read");
    }
    bench_read_answer(s->fd, "ingest", " 202 ");
}

static int connect_to(const char *url)
{
    const char *colon = strrchr(url, ':');
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        bench_die(url, "cannot connect");
    }
    return fd;
}

/* ---- the console: engine, network, and an ear in between */
struct ear {
    char bearer[256]; /* the last token that went out */
    struct sync_net real, net;
    struct net_events events[CALLS]; /* by call number */
    struct source_times *times;
    size_t waiting;      /* seen and not applied */
    char tail[EAR_TAIL]; /* the end of what came last: a mark can lie across two reads */
    size_t tail_n;
    struct {
        char path[160];
        size_t bytes;
        int64_t start, end;
    } calls[CALLS];
    size_t calls_n;
};

static void ear_listen(struct ear *ear, const char *bytes, size_t len)
{
    char joint[2 * EAR_TAIL];
    size_t head = len < EAR_TAIL ? len : EAR_TAIL;
    memcpy(joint, ear->tail, ear->tail_n);
    memcpy(joint + ear->tail_n, bytes, head);
    ear->waiting += source_seen(ear->times, joint, ear->tail_n + head);
    ear->waiting += source_seen(ear->times, bytes, len);
    memcpy(ear->tail, bytes + len - head, head);
    ear->tail_n = head;
}

static bool ear_data(void *ctx, int64_t call, const char *bytes, size_t len)
{
    struct ear *ear = ctx;
    struct net_events *events = &ear->events[call % CALLS];
    ear->calls[call % CALLS].bytes += len;
    if (ear->times != NULL) {
        ear_listen(ear, bytes, len);
    }
    return events->on_data(events->ctx, call, bytes, len);
}

static void ear_end(void *ctx, int64_t call, const struct net_answer *answer)
{
    struct ear *ear = ctx;
    struct net_events *events = &ear->events[call % CALLS];
    ear->calls[call % CALLS].end = bench_ns();
    ear->calls[call % CALLS].bytes += answer->body_len;
    events->on_end(events->ctx, call, answer);
}

static enum gw_err ear_start(void *ctx, const struct net_request *request, bool stream,
                             const struct net_events *events, int64_t *call)
{
    struct ear *ear = ctx;
    const struct net_events own = {ear_data, ear_end, ear};
    int64_t start = bench_ns();
    enum gw_err err = ear->real.start(ear->real.ctx, request, stream, &own, call);
    if (request->bearer != NULL) {
        (void)snprintf(ear->bearer, sizeof ear->bearer, "%s", request->bearer);
    }
    if (err == GW_OK) {
        size_t at = (size_t)*call % CALLS;
        ear->events[at] = *events;
        ear->calls_n = (size_t)*call;
        ear->calls[at].start = start;
        (void)snprintf(ear->calls[at].path, sizeof ear->calls[at].path, "%s %.100s",
                       request->method, request->path);
    }
    return err;
}

static void ear_cancel(void *ctx, int64_t call)
{
    struct ear *ear = ctx;
    ear->real.cancel(ear->real.ctx, call);
}

struct client {
    struct home home;
    struct http *http;
    struct gw_config *config;
    struct engine *engine;
    struct ear ear;
};

static void client_open(struct client *c, const char *dir, bool once)
{
    struct gw_fail fail = {0};
    const struct home_opts opts = {.dir = dir, .must_be_enrolled = true};
    const struct http_opts http_opts = {.agent = "gridward-bench"};
    bench_must(home_open(&opts, &c->home, &fail), &fail, "home");
    bench_must(gw_config_load(sync_settings, sync_settings_n, NULL, &c->config, &fail), &fail,
               "settings");
    bench_must(http_new(&http_opts, &c->http, &fail), &fail, "http");
    bench_must(net_http_new(c->http, c->home.id.url, &c->ear.real), NULL, "net");
    c->ear.net = (struct sync_net){ear_start, ear_cancel, &c->ear};
    const struct engine_opts engine_opts = {.home = &c->home,
                                            .net = &c->ear.net,
                                            .clock = c->home.clock,
                                            .random = c->home.random,
                                            .config = c->config,
                                            .once = once};
    bench_must(engine_new(&engine_opts, &c->engine, &fail), &fail, "engine");
}

static void client_close(struct client *c)
{
    engine_free(c->engine);
    net_http_free(&c->ear.real);
    http_free(c->http);
    gw_config_free(c->config);
    home_close(&c->home);
}

static void mark_applied(struct client *c)
{
    struct source_times *t = c->ear.times;
    bool alarms = (engine_changed(c->engine) & ((change_mask)1 << TYPE_ALARM)) != 0;
    if (t == NULL || !alarms || c->ear.waiting == 0) {
        return;
    }
    int64_t now = bench_ns();
    for (size_t i = 0; i < t->n; i++) {
        if (t->seen[i] != 0 && t->applied[i] == 0) {
            t->applied[i] = now;
        }
    }
    c->ear.waiting = 0;
}

/* One turn as the console's loop makes it. */
static enum sync_phase turn(struct client *c)
{
    struct sync_status status;
    http_step(c->http);
    int64_t wake = engine_step(c->engine, 8);
    mark_applied(c);
    int64_t left = wake - c->home.clock->mono_ms(c->home.clock->ctx);
    engine_status(c->engine, &status);
    http_wait(c->http, NULL, 0, left < 0 ? 0 : left > 200 ? 200 : left);
    return status.phase;
}

static void until_live(struct client *c)
{
    int64_t end = bench_ns() + (int64_t)PATIENCE_MS * 1000000;
    while (turn(c) != SYNC_LIVE) {
        if (bench_ns() > end) {
            bench_die("engine", "never live");
        }
    }
}

static int alarms(char **argv)
{
    struct client c = {0};
    size_t len = 0;
    static struct source source;
    char *text = bench_read(argv[3], &len);
    list_serials(&source, text, strtoul(argv[4], NULL, 10));
    source.token = argv[2];
    source.run = bench_ns();
    client_open(&c, argv[1], false);
    until_live(&c);
    c.ear.times = source_new(strtod(argv[5], NULL), strtoul(argv[6], NULL, 10));
    source.fd = connect_to(c.home.id.url);
    pid_t pid = source_start(c.ear.times, post_event, &source);
    int64_t end = bench_ns() + (int64_t)PATIENCE_MS * 1000000;
    while (!source_complete(c.ear.times) || c.ear.waiting > 0) {
        (void)turn(&c);
        if (bench_ns() > end) {
            bench_die("alarms", "not all of them came");
        }
    }
    int status = 0;
    (void)waitpid(pid, &status, 0);
    struct source_times *t = c.ear.times;
    (void)printf("{\"rate\":%.1f,",
                 (double)(t->n - 1) * 1e9 / (double)(t->sent[t->n - 1] - t->sent[0]));
    source_print("answered", t, t->answered);
    (void)printf(",");
    source_print("received", t, t->seen);
    (void)printf(",");
    source_print("applied", t, t->applied);
    (void)printf("}\n");
    client_close(&c);
    free(text);
    return status;
}

static int catchup(const char *dir)
{
    struct client c = {0};
    int64_t rows[TYPE_N] = {0};
    int64_t sum = 0;
    client_open(&c, dir, true);
    until_live(&c);
    (void)mirror_counts(&c.home, rows);
    for (size_t t = 0; t < TYPE_N; t++) {
        sum += rows[t];
    }
    (void)printf("{\"rows\":%lld,\"calls\":[", (long long)sum);
    for (size_t i = 1; i <= c.ear.calls_n && i < CALLS; i++) {
        (void)printf("%s{\"call\":\"%s\",\"bytes\":%zu,\"ms\":%.2f}", i > 1 ? "," : "",
                     c.ear.calls[i].path, c.ear.calls[i].bytes,
                     (double)(c.ear.calls[i].end - c.ear.calls[i].start) / 1e6);
    }
    (void)printf("]}\n");
    client_close(&c);
    return 0;
}

/* For requests that are made by hand. */
static int token(const char *dir)
{
    struct client c = {0};
    client_open(&c, dir, true);
    until_live(&c);
    (void)printf("{\"token\":\"%s\"}\n", c.ear.bearer);
    client_close(&c);
    return 0;
}

int main(int argc, char **argv)
{
    (void)signal(SIGPIPE, SIG_IGN);
    bench_must(gw_crypto_init(), NULL, "crypto");
    if (argc == 3 && strcmp(argv[1], "--catchup") == 0) {
        return catchup(argv[2]);
    }
    if (argc == 3 && strcmp(argv[1], "--token") == 0) {
        return token(argv[2]);
    }
    if (argc != 7) {
        bench_die("use", "bench_alarm HOME TOKEN SERIALS FIRST RATE N | --catchup HOME");
    }
    return alarms(argv);
}
