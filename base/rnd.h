/* Randomness through an interface, and UUIDv7 (RFC 9562 section 5.7). */
#ifndef GW_BASE_RND_H
#define GW_BASE_RND_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct gw_random {
    void (*fill)(void *ctx, void *out, size_t len_bytes);
    void *ctx;
};

const struct gw_random *gw_random_system(void); /* libsodium */

/* Repeatable, for tests and demo data (xoshiro256**); not for keys. */
struct gw_random_seeded {
    struct gw_random random;
    uint64_t s[4];
};
void gw_random_seeded_init(struct gw_random_seeded *seeded, uint64_t seed);

uint64_t gw_random_u64(const struct gw_random *random);
/* Uniform in 0..n-1, n > 0. */
uint64_t gw_random_below(const struct gw_random *random, uint64_t n);

/* Monotonic within one generator: two ids of the same millisecond are ordered too, and a wall clock
 * that steps back does not make a smaller id. */
struct gw_uuid_gen {
    int64_t last_ms;
    uint16_t counter;
};
enum { GW_UUID_LEN = 36 };
void gw_uuid7(struct gw_uuid_gen *gen, const struct gw_clock *clock, const struct gw_random *random,
              char out[GW_UUID_LEN + 1]);

#endif
