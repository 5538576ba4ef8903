/* The peer of A1: the same event through mosquitto with QoS 1, published behind a SQLite commit
 * with synchronous=FULL, because a broker that loses the alarm at a power cut is no peer.
 *
 *     peer_mqtt PORT DBFILE RATE N */
#include <mosquitto.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/bench/bench.h"
#include "tests/bench/source.h"

struct publisher {
    struct mosquitto *mqtt;
    sqlite3 *db;
    sqlite3_stmt *insert;
    volatile int acked;
    int port;
    const char *path;
};

/* As long as what our own server sends for one alarm. */
enum { EVENT_BYTES = 600 };

static void on_publish(struct mosquitto *mqtt, void *ctx, int mid)
{
    struct publisher *p = ctx;
    (void)mqtt;
    p->acked = mid;
}

static void sql(sqlite3 *db, const char *text)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK) {
        bench_die(text, sqlite3_errmsg(db));
    }
}

static void open_publisher(struct publisher *p)
{
    if (sqlite3_open(p->path, &p->db) != SQLITE_OK) {
        bench_die(p->path, sqlite3_errmsg(p->db));
    }
    sql(p->db, "PRAGMA journal_mode=WAL");
    sql(p->db, "PRAGMA synchronous=FULL");
    sql(p->db, "CREATE TABLE IF NOT EXISTS alarm(id INTEGER PRIMARY KEY, row TEXT NOT NULL)");
    (void)sqlite3_prepare_v2(p->db, "INSERT INTO alarm(row) VALUES (?1)", -1, &p->insert, NULL);
    p->mqtt = mosquitto_new(NULL, true, p);
    mosquitto_publish_callback_set(p->mqtt, on_publish);
    mosquitto_int_option(p->mqtt, MOSQ_OPT_TCP_NODELAY, 1);
    if (mosquitto_connect(p->mqtt, "127.0.0.1", p->port, 60) != MOSQ_ERR_SUCCESS) {
        bench_die("mosquitto", "the publisher cannot connect");
    }
}

static void publish(void *ctx, size_t i)
{
    struct publisher *p = ctx;
    char text[EVENT_BYTES + 1];
    if (p->mqtt == NULL) {
        bench_die("publisher", "not open");
    }
    memset(text, 'x', sizeof text - 1);
    text[EVENT_BYTES] = '\0';
    int n = snprintf(text, sizeof text, "{\"text\":\"" SOURCE_MARK "%06zu\",\"more\":\"", i);
    text[n] = 'x';
    sqlite3_bind_text(p->insert, 1, text, -1, SQLITE_STATIC);
    if (sqlite3_step(p->insert) != SQLITE_DONE) {
        bench_die("insert", sqlite3_errmsg(p->db));
    }
    sqlite3_reset(p->insert);
    int mid = 0;
    if (mosquitto_publish(p->mqtt, &mid, "alarm", EVENT_BYTES, text, 1, false) !=
        MOSQ_ERR_SUCCESS) {
        bench_die("mosquitto", "cannot publish");
    }
    while (p->acked != mid) {
        if (mosquitto_loop(p->mqtt, 1000, 1) != MOSQ_ERR_SUCCESS) {
            bench_die("mosquitto", "the publisher lost the broker");
        }
    }
}

static void on_message(struct mosquitto *mqtt, void *ctx, const struct mosquitto_message *m)
{
    (void)mqtt;
    (void)source_seen(ctx, m->payload, (size_t)m->payloadlen);
}

static void on_subscribe(struct mosquitto *mqtt, void *ctx, int mid, int n, const int *qos)
{
    struct source_times *t = ctx;
    (void)mqtt;
    (void)mid;
    (void)n;
    (void)qos;
    t->done = SOURCE_MAX; /* ready: the child sets it from 1 on */
}

static void first_open(void *ctx, size_t i)
{
    struct publisher *p = ctx;
    if (p->db == NULL) {
        open_publisher(p); /* in the child; a SQLite connection does not go through fork */
    }
    publish(p, i);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        bench_die("use", "peer_mqtt PORT DBFILE RATE N");
    }
    (void)mosquitto_lib_init();
    struct source_times *t = source_new(strtod(argv[3], NULL), strtoul(argv[4], NULL, 10) + 1);
    struct publisher p = {.port = atoi(argv[1]), .path = argv[2]};
    struct mosquitto *mqtt = mosquitto_new(NULL, true, t);
    mosquitto_message_callback_set(mqtt, on_message);
    mosquitto_subscribe_callback_set(mqtt, on_subscribe);
    mosquitto_int_option(mqtt, MOSQ_OPT_TCP_NODELAY, 1);
    if (mosquitto_connect(mqtt, "127.0.0.1", p.port, 60) != MOSQ_ERR_SUCCESS ||
        mosquitto_subscribe(mqtt, NULL, "alarm", 1) != MOSQ_ERR_SUCCESS) {
        bench_die("mosquitto", "the subscriber cannot connect");
    }
    int64_t end = bench_ns() + INT64_C(60000000000);
    while (t->done != SOURCE_MAX && bench_ns() < end) {
        (void)mosquitto_loop(mqtt, 100, 1);
    }
    pid_t pid = source_start(t, first_open, &p);
    while (!source_complete(t) && bench_ns() < end) {
        if (mosquitto_loop(mqtt, 100, 1) != MOSQ_ERR_SUCCESS) {
            bench_die("mosquitto", "the subscriber lost the broker");
        }
    }
    int status = 0;
    (void)waitpid(pid, &status, 0);
    t->sent[0] = 0; /* the first one opened file and connection */
    (void)printf("{\"rate\":%.1f,",
                 (double)(t->n - 2) * 1e9 / (double)(t->sent[t->n - 1] - t->sent[1]));
    source_print("received", t, t->seen);
    (void)printf("}\n");
    mosquitto_destroy(mqtt);
    return status;
}
