/* A network for tests of the engine: it remembers what was asked, and answers only when the test
 * says so and with what the test says. */
#ifndef GW_TESTS_KIT_FAKENET_H
#define GW_TESTS_KIT_FAKENET_H

#include "base/buf.h"
#include "sync/engine.h"

enum { FAKENET_CALLS = 16 };

struct fakenet_call {
    int64_t id; /* 0 = free */
    char method[8], path[1024];
    char bearer[128], accept[64];
    char content_range[80], blob_salt[32]; /* "" = absent */
    struct gw_buf body;
    bool stream;
    struct net_events events;
};
struct fakenet {
    struct sync_net net;
    struct fakenet_call calls[FAKENET_CALLS];
    int64_t last_id, started, cancelled;
    int64_t blob_offset;   /* Gridward-Offset and Gridward-Salt of all answers */
    const char *blob_salt; /* NULL = absent */
    int64_t server_time;   /* Gridward-Time of all answers, -1 = absent */
};

void fakenet_init(struct fakenet *fake);
void fakenet_free(struct fakenet *fake);
/* The open call whose path begins so ("/v1/hello"); NULL when there is none. */
struct fakenet_call *fakenet_find(struct fakenet *fake, const char *path);
/* Asserts that there is one. */
struct fakenet_call *fakenet_asked(struct fakenet *fake, const char *path);
/* Ends a call: body goes through on_data for streams with 2xx, else with the answer. */
void fakenet_answer(struct fakenet *fake, struct fakenet_call *call, int status, const char *body);
void fakenet_end(struct fakenet *fake, struct fakenet_call *call, enum net_end end, int status,
                 const char *body, int64_t retry_after_ms);
/* The same as fakenet_bytes for any bytes. */
void fakenet_raw(struct fakenet_call *call, const void *bytes, size_t len);
/* Bytes of a stream that stays open. */
void fakenet_bytes(struct fakenet *fake, struct fakenet_call *call, const char *bytes);

#endif
