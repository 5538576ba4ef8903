/* A peer of A1: the event through mosquitto with QoS 1, published behind a SQLite commit with
 * synchronous=FULL, because a broker that loses the alarm at a power cut is no peer.
 *
 *     peer_mqtt PORT DBFILE RATE N */
#include <mosquitto.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/peer.h"

struct mqtt_peer {
    struct peer_store store;
    struct mosquitto *out, *in;
    struct source_times *times; /* set with the first turn */
    int acked;
    bool subscribed;
    int port;
    const char *path;
};

static void on_publish(struct mosquitto *mqtt, void *ctx, int mid)
{
    struct mqtt_peer *p = ctx;
    (void)mqtt;
    p->acked = mid;
}

static void on_message(struct mosquitto *mqtt, void *ctx, const struct mosquitto_message *m)
{
    struct mqtt_peer *p = ctx;
    (void)mqtt;
    (void)source_seen(p->times, m->payload, (size_t)m->payloadlen);
}

static void on_subscribe(struct mosquitto *mqtt, void *ctx, int mid, int n, const int *qos)
{
    struct mqtt_peer *p = ctx;
    (void)mqtt;
    (void)mid;
    (void)n;
    (void)qos;
    p->subscribed = true;
}

static struct mosquitto *client(struct mqtt_peer *p)
{
    struct mosquitto *mqtt = mosquitto_new(NULL, true, p);
    if (mqtt == NULL || mosquitto_int_option(mqtt, MOSQ_OPT_TCP_NODELAY, 1) != MOSQ_ERR_SUCCESS ||
        mosquitto_connect(mqtt, "127.0.0.1", p->port, 60) != MOSQ_ERR_SUCCESS) {
        bench_die("mosquitto", "a client cannot connect");
    }
    return mqtt;
}

static void turn(struct mosquitto *mqtt, int ms)
{
    if (mosquitto_loop(mqtt, ms, 1) != MOSQ_ERR_SUCCESS) {
        bench_die("mosquitto", "the broker went away");
    }
}

static void open_source(void *ctx)
{
    struct mqtt_peer *p = ctx;
    peer_store_open(&p->store, p->path);
    p->out = client(p);
    mosquitto_publish_callback_set(p->out, on_publish);
}

static void publish(void *ctx, const char *text, size_t len)
{
    struct mqtt_peer *p = ctx;
    int mid = 0;
    peer_store_commit(&p->store, text, len);
    if (mosquitto_publish(p->out, &mid, "alarm", (int)len, text, 1, false) != MOSQ_ERR_SUCCESS) {
        bench_die("mosquitto", "cannot publish");
    }
    while (p->acked != mid) {
        turn(p->out, 1000);
    }
}

static void hear(void *ctx, struct source_times *times, int ms)
{
    struct mqtt_peer *p = ctx;
    p->times = times;
    turn(p->in, ms);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        bench_die("use", "peer_mqtt PORT DBFILE RATE N");
    }
    struct mqtt_peer p = {.port = atoi(argv[1]), .path = argv[2]};
    (void)mosquitto_lib_init();
    p.in = client(&p);
    mosquitto_message_callback_set(p.in, on_message);
    mosquitto_subscribe_callback_set(p.in, on_subscribe);
    if (mosquitto_subscribe(p.in, NULL, "alarm", 1) != MOSQ_ERR_SUCCESS) {
        bench_die("mosquitto", "cannot subscribe");
    }
    while (!p.subscribed) {
        turn(p.in, 100);
    }
    const struct peer peer = {open_source, publish, hear, &p};
    int status = peer_run(&peer, argv[3], argv[4]);
    mosquitto_destroy(p.in);
    return status;
}
