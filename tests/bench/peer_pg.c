/* A peer of A1: PostgreSQL, NOTIFY in the transaction of the insert, heard with LISTEN. One
 * statement a commit, synchronous_commit as it comes (on): the row is on the disk before anybody
 * is told.
 *
 *     peer_pg CONNINFO RATE N */
#include <libpq-fe.h>
#include <poll.h>
#include <string.h>

#include "tests/bench/bench.h"
#include "tests/bench/peer.h"

struct pg_peer {
    PGconn *out, *in;
    const char *where;
};

static PGconn *connect_to(const char *where)
{
    PGconn *conn = PQconnectdb(where);
    if (PQstatus(conn) != CONNECTION_OK) {
        bench_die("PostgreSQL", PQerrorMessage(conn));
    }
    return conn;
}

static void must(PGconn *conn, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        bench_die("PostgreSQL", PQerrorMessage(conn));
    }
    PQclear(result);
}

static void open_source(void *ctx)
{
    struct pg_peer *p = ctx;
    p->out = connect_to(p->where);
    must(p->out, PQprepare(p->out, "put",
                           "WITH new AS (INSERT INTO alarm(row) VALUES ($1) RETURNING row) "
                           "SELECT pg_notify('alarm', row) FROM new",
                           1, NULL));
}

static void publish(void *ctx, const char *text, size_t len)
{
    struct pg_peer *p = ctx;
    (void)len; /* text format: ended by its NUL */
    must(p->out, PQexecPrepared(p->out, "put", 1, &text, NULL, NULL, 0));
}

static void hear(void *ctx, struct source_times *times, int ms)
{
    struct pg_peer *p = ctx;
    struct pollfd ready = {.fd = PQsocket(p->in), .events = POLLIN};
    if (poll(&ready, 1, ms) <= 0) {
        return;
    }
    if (PQconsumeInput(p->in) == 0) {
        bench_die("PostgreSQL", PQerrorMessage(p->in));
    }
    for (PGnotify *told = PQnotifies(p->in); told != NULL; told = PQnotifies(p->in)) {
        (void)source_seen(times, told->extra, strlen(told->extra));
        PQfreemem(told);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        bench_die("use", "peer_pg CONNINFO RATE N");
    }
    struct pg_peer p = {.where = argv[1]};
    p.in = connect_to(p.where);
    must(p.in, PQexec(p.in, "SET client_min_messages = warning"));
    must(p.in,
         PQexec(p.in, "CREATE TABLE IF NOT EXISTS alarm("
                      "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, row text NOT NULL)"));
    must(p.in, PQexec(p.in, "LISTEN alarm"));
    const struct peer peer = {open_source, publish, hear, &p};
    int status = peer_run(&peer, argv[2], argv[3]);
    PQfinish(p.in);
    return status;
}
