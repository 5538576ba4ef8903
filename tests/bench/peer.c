#include "tests/bench/peer.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define PATIENCE_NS INT64_C(60000000000)

static void send_event(void *ctx, size_t i)
{
    const struct peer *peer = ctx;
    char text[PEER_EVENT_BYTES + 1];
    if (i == 0) {
        peer->open(peer->ctx);
    }
    memset(text, 'x', sizeof text);
    int n = snprintf(text, sizeof text, "{\"text\":\"" SOURCE_MARK "%06zu\",\"more\":\"", i);
    text[n] = 'x';
    memcpy(text + PEER_EVENT_BYTES - 2, "\"}", 3);
    peer->publish(peer->ctx, text, PEER_EVENT_BYTES);
}

int peer_run(const struct peer *peer, const char *rate, const char *n)
{
    struct source_times *t = source_new(strtod(rate, NULL), strtoul(n, NULL, 10) + 1);
    struct peer own = *peer;
    pid_t pid = source_start(t, send_event, &own);
    int64_t end = bench_ns() + PATIENCE_NS;
    while (!source_complete(t)) {
        peer->hear(peer->ctx, t, 100);
        if (bench_ns() > end) {
            bench_die("peer", "not all events came");
        }
    }
    int status = 0;
    (void)waitpid(pid, &status, 0);
    t->sent[0] = 0; /* the first one opened file and connection */
    (void)printf("{\"rate\":%.1f,",
                 (double)(t->n - 2) * 1e9 / (double)(t->sent[t->n - 1] - t->sent[1]));
    source_print("received", t, t->seen);
    (void)printf("}\n");
    return status;
}

static void sql(sqlite3 *db, const char *text)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK) {
        bench_die(text, sqlite3_errmsg(db));
    }
}

void peer_store_open(struct peer_store *store, const char *path)
{
    if (sqlite3_open(path, &store->db) != SQLITE_OK) {
        bench_die(path, sqlite3_errmsg(store->db));
    }
    sql(store->db, "PRAGMA journal_mode=WAL");
    sql(store->db, "PRAGMA synchronous=FULL");
    sql(store->db, "CREATE TABLE IF NOT EXISTS alarm(id INTEGER PRIMARY KEY, row TEXT NOT NULL)");
    if (sqlite3_prepare_v2(store->db, "INSERT INTO alarm(row) VALUES (?1)", -1, &store->insert,
                           NULL) != SQLITE_OK) {
        bench_die("insert", sqlite3_errmsg(store->db));
    }
}

void peer_store_commit(struct peer_store *store, const char *text, size_t len)
{
    sqlite3_bind_text(store->insert, 1, text, (int)len, SQLITE_STATIC);
    if (sqlite3_step(store->insert) != SQLITE_DONE) {
        bench_die("insert", sqlite3_errmsg(store->db));
    }
    sqlite3_reset(store->insert);
}

int peer_connect(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        bench_die("peer", "cannot connect");
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* slower without, not wrong */
    return fd;
}
