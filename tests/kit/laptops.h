/* Laptops beside a dispatch server without sockets: real homes, the real engine, the real core, a
 * network that is there when the test says so. What they exchange by stick is bytes in memory. */
#ifndef GW_TESTS_KIT_LAPTOPS_H
#define GW_TESTS_KIT_LAPTOPS_H

#include "offline-db/bundle.h"
#include "offline-db/process.h"
#include "tests/kit/core_kit.h"
#include "tests/kit/fakenet.h"

#define COMMUNITY "CQ.500112.013.005"

struct laptop {
    struct core_kit *server; /* borrowed */
    struct home home;
    struct fakenet net;
    struct gw_config *config;
    struct gw_random_seeded random;
    char dir[512];
    int lose_request, lose_answer; /* chances in thousandths, of this laptop's line */
};

/* A home in the scratch folder, enrolled for user; nothing is synchronised yet. */
void laptop_open(struct laptop *laptop, struct core_kit *server, const char *user,
                 const char *name);
/* A home that lies there already; the server's clock is its clock. */
void laptop_reopen(struct laptop *laptop, struct core_kit *server, const char *dir, uint64_t seed);
void laptop_close(struct laptop *laptop);

/* One run of the engine as `gridward sync --once`. True: everything delivered and caught up; false:
 * the line broke. */
bool laptop_sync(struct laptop *laptop);

/* The composed text of a template of the repository, as in force on the day of CORE_T0. */
void laptop_rules(const char *template_id, struct gw_buf *out);
/* Puts a rule set's text into the store, as an open or a bundle would. */
void laptop_keep_rules(struct laptop *laptop, const struct gw_buf *text);
/* Opens a by-election of the community; its id into id. */
void laptop_elect(struct laptop *laptop, const struct gw_buf *text, gw_id *id);
/* Opens a consultation for the community; its id into id. */
void laptop_start(struct laptop *laptop, const struct gw_buf *text, gw_id *id);
/* Records C02 (parties, invited) and so on with one text value; asserts that it was taken. */
void laptop_step(struct laptop *laptop, const char *process, const char *step, const char *key,
                 const char *text);
/* Digest of the set held; asserts that it loads. */
void laptop_digest(struct laptop *laptop, const char *process, char out[GW_HASH_HEX + 1]);
int64_t laptop_int(struct laptop *laptop, const char *sql);
/* Every slot and finding of the state as text: two are equal when their states are. */
void laptop_state(struct laptop *laptop, const char *process, struct gw_buf *out);

#endif
