/* An engine with an enrolled home of its own and a fake network, and the answers of a good server.
 */
#ifndef GW_TESTS_KIT_ENGINE_BED_H
#define GW_TESTS_KIT_ENGINE_BED_H

#include "offline-db/journal.h"
#include "offline-db/mirror.h"
#include "sync/engine.h"
#include "tests/kit/fakenet.h"

#define SCOPE "CQ.500112.013.005.001"
#define T0    INT64_C(1769800000000)
#define PUT(seq, id)                                                                               \
    "{\"seq\":" #seq ",\"op\":\"put\",\"type\":\"resident\",\"id\":\"" id "\",\"path\":\"" SCOPE   \
    "\",\"row\":{\"name\":\"" id "\"}}\n"
#define BEGIN       "{\"op\":\"begin\",\"cursor\":\"e1.10\",\"scope\":\"" SCOPE "\"}\n"
#define PAGE_END(n) "{\"op\":\"end\",\"after\":null,\"n\":" #n "}\n"
#define END(seq)    "{\"op\":\"end\",\"cursor\":\"e1." #seq "\",\"more\":false,\"n\":0}\n"

struct bed {
    struct gw_clock_fixed clock;
    struct gw_random_seeded random;
    struct fakenet fake;
    struct gw_config *config;
    struct home home;
    struct engine *engine;
    int64_t next;         /* what engine_step wanted */
    const char *features; /* of hello; NULL = all */
    int64_t hello_n;
    char head[GW_HASH_HEX + 1], epoch[16], cursor[32];
    int tokens;
    bool once;
};

/* cmocka's own: *state is the struct bed. */
void bed_step(struct bed *b);
void bed_advance(struct bed *b, int64_t ms);
void bed_start_engine(struct bed *b);
int bed_setup(void **state);
int bed_teardown(void **state);
void bed_answer_sign_in(struct bed *b);
void bed_answer_hello(struct bed *b);
void bed_answer(struct bed *b, const char *path, int status, const char *text);
void bed_to_greeted(struct bed *b);
void bed_answer_feed(struct bed *b, const char *text);
void bed_to_caught_up(struct bed *b);
enum sync_phase bed_phase(struct bed *b);
bool bed_has_row(struct bed *b, const char *id);
void bed_note(struct bed *b, const char *text);

#endif
