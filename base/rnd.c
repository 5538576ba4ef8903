#include "base/rnd.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static void system_fill(void *ctx, void *out, size_t len_bytes)
{
    (void)ctx;
    randombytes_buf(out, len_bytes);
}

const struct gw_random *gw_random_system(void)
{
    static const struct gw_random SYSTEM = {system_fill, NULL};
    return &SYSTEM;
}

/* ---- xoshiro256** (Blackman and Vigna, public domain), seeded by splitmix64 */

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t xoshiro_next(uint64_t s[4])
{
    uint64_t result = rotl(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

static void seeded_fill(void *ctx, void *out, size_t len_bytes)
{
    struct gw_random_seeded *seeded = ctx;
    uint8_t *at = out;
    while (len_bytes > 0) {
        uint64_t word = xoshiro_next(seeded->s);
        size_t n = len_bytes < sizeof word ? len_bytes : sizeof word;
        for (size_t i = 0; i < n; i++) {
            at[i] = (uint8_t)(word >> (8 * i)); /* the same bytes on every machine */
        }
        at += n;
        len_bytes -= n;
    }
}

void gw_random_seeded_init(struct gw_random_seeded *seeded, uint64_t seed)
{
    seeded->random = (struct gw_random){seeded_fill, seeded};
    for (int i = 0; i < 4; i++) {
        seed += 0x9E3779B97F4A7C15u;
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        seeded->s[i] = z ^ (z >> 31);
    }
}

uint64_t gw_random_u64(const struct gw_random *random)
{
    uint8_t bytes[8];
    random->fill(random->ctx, bytes, sizeof bytes);
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) {
        value = value << 8 | bytes[i];
    }
    return value;
}

uint64_t gw_random_below(const struct gw_random *random, uint64_t n)
{
    assert(n > 0);
    uint64_t skip = (0 - n) % n; /* 2^64 mod n: values below it would be drawn once too often */
    uint64_t value = 0;
    do {
        value = gw_random_u64(random);
    } while (value < skip);
    return value % n;
}

/* ---- UUIDv7: 48 bits of time, version, 12-bit counter (RFC 9562 section 6.2 method 1), variant,
 * 62 random bits. The counter starts in its lower half, so that many ids fit one millisecond. */

enum { COUNTER_MAX = 0xFFF, COUNTER_START_MASK = 0x7FF };

static void next_tick(struct gw_uuid_gen *gen, int64_t now_ms, uint16_t fresh)
{
    if (now_ms > gen->last_ms) {
        gen->last_ms = now_ms;
        gen->counter = fresh & COUNTER_START_MASK;
    } else if (gen->counter < COUNTER_MAX) {
        gen->counter++;
    } else {
        gen->last_ms++; /* runs ahead of the clock rather than repeat or go back */
        gen->counter = fresh & COUNTER_START_MASK;
    }
}

void gw_uuid7(struct gw_uuid_gen *gen, const struct gw_clock *clock, const struct gw_random *random,
              char out[GW_UUID_LEN + 1])
{
    static const char HEX[] = "0123456789abcdef";
    uint8_t id[16];
    random->fill(random->ctx, id + 6, 10);
    int64_t now = clock->wall_ms(clock->ctx);
    next_tick(gen, now < 0 ? 0 : now, (uint16_t)(id[6] << 8 | id[7]));
    for (int i = 0; i < 6; i++) {
        id[i] = (uint8_t)((uint64_t)gen->last_ms >> (40 - 8 * i));
    }
    id[6] = (uint8_t)(0x70 | gen->counter >> 8);
    id[7] = (uint8_t)(gen->counter & 0xFF);
    id[8] = (uint8_t)(0x80 | (id[8] & 0x3F));
    char *at = out;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *at++ = '-';
        }
        *at++ = HEX[id[i] >> 4];
        *at++ = HEX[id[i] & 15];
    }
    *at = '\0';
}
