/* What the peers of A1 share. Each peer is a program of its own that does what the server and the
 * console do together: the source makes an event durable with ONE commit that is on the disk
 * (SQLite with synchronous=FULL, or the peer's own database), publishes it, waits for the answer,
 * and goes on to the next; the subscriber, another process on another connection, stamps it when
 * its bytes arrive.
 *
 * The order: the program subscribes and waits until that is confirmed, then calls peer_run(), which
 * forks the source. Nothing of the source's side may be open before that: neither a SQLite handle
 * nor a connection goes through a fork. */
#ifndef GW_TESTS_BENCH_PEER_H
#define GW_TESTS_BENCH_PEER_H

#include <sqlite3.h>
#include <stddef.h>

#include "tests/bench/source.h"

/* As long as what our own server sends for one alarm. */
enum { PEER_EVENT_BYTES = 600 };

struct peer {
    void (*open)(void *ctx); /* in the source's process, before its first event */
    /* Durable, then published, then answered. text is one JSON object, ended by a NUL. */
    void (*publish)(void *ctx, const char *text, size_t len);
    /* One turn of the subscriber, at most ms long; gives what came to source_seen(). */
    void (*hear)(void *ctx, struct source_times *times, int ms);
    void *ctx;
};

/* n events at rate a second (both as words of the command line), and one before them that opens
 * file and connection and is not counted. Prints the JSON object; the source's exit status. */
int peer_run(const struct peer *peer, const char *rate, const char *n);

/* The durable store of those peers that have none: WAL, synchronous=FULL, a commit a row. */
struct peer_store {
    sqlite3 *db;
    sqlite3_stmt *insert;
};
void peer_store_open(struct peer_store *store, const char *path);
void peer_store_commit(struct peer_store *store, const char *text, size_t len);

/* A connected TCP socket to 127.0.0.1 without Nagle's delay. */
int peer_connect(int port);

#endif
