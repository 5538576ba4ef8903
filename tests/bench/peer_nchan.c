/* A peer of A1: the event through nginx with nchan, posted behind a SQLite commit with
 * synchronous=FULL and heard as server-sent events: the same two protocols as ours.
 *
 *     peer_nchan PORT DBFILE RATE N       the server publishes at /pub and streams at /sub */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/peer.h"

struct nchan_peer {
    struct peer_store store;
    int out, in, port;
    const char *path;
    char heard[1 << 16]; /* what came and is not a whole line yet */
    size_t have;
};

static void send_all(int fd, const char *text, size_t len)
{
    if (write(fd, text, len) != (ssize_t)len) {
        bench_die("nchan", "does not read");
    }
}

static void open_source(void *ctx)
{
    struct nchan_peer *p = ctx;
    peer_store_open(&p->store, p->path);
    p->out = peer_connect(p->port);
}

static void publish(void *ctx, const char *text, size_t len)
{
    struct nchan_peer *p = ctx;
    char all[PEER_EVENT_BYTES + 256];
    peer_store_commit(&p->store, text, len);
    int n = snprintf(all, sizeof all,
                     "POST /pub HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     len, text);
    send_all(p->out, all, (size_t)n);
    bench_read_answer(p->out, "nchan", "HTTP/1.1 20");
}

static void subscribe(struct nchan_peer *p)
{
    static const char ask[] = "GET /sub HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                              "Accept: text/event-stream\r\n\r\n";
    p->in = peer_connect(p->port);
    send_all(p->in, ask, sizeof ask - 1);
    while (memmem(p->heard, p->have, "\r\n\r\n", 4) == NULL) {
        ssize_t n = read(p->in, p->heard + p->have, sizeof p->heard - p->have);
        if (n <= 0) {
            bench_die("nchan", "no stream");
        }
        p->have += (size_t)n;
    }
    if (strncmp(p->heard, "HTTP/1.1 200", 12) != 0) {
        bench_die("nchan", "refused the stream");
    }
    p->have = 0;
}

/* Whole lines only: a mark could lie across two reads. */
static void hear(void *ctx, struct source_times *times, int ms)
{
    struct nchan_peer *p = ctx;
    struct pollfd ready = {.fd = p->in, .events = POLLIN};
    if (poll(&ready, 1, ms) <= 0) {
        return;
    }
    ssize_t n = read(p->in, p->heard + p->have, sizeof p->heard - p->have);
    if (n <= 0) {
        bench_die("nchan", "ended the stream");
    }
    p->have += (size_t)n;
    const char *end = memrchr(p->heard, '\n', p->have);
    if (end != NULL) {
        size_t whole = (size_t)(end + 1 - p->heard);
        (void)source_seen(times, p->heard, whole);
        p->have -= whole;
        memmove(p->heard, p->heard + whole, p->have);
    }
}

int main(int argc, char **argv)
{
    static struct nchan_peer p;
    if (argc != 5) {
        bench_die("use", "peer_nchan PORT DBFILE RATE N");
    }
    p.port = atoi(argv[1]);
    p.path = argv[2];
    subscribe(&p);
    const struct peer peer = {open_source, publish, hear, &p};
    return peer_run(&peer, argv[3], argv[4]);
}
