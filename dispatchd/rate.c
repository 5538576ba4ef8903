/* Token buckets, one per console and kind of request: snapshots shed first, commands last. */
#include <math.h>
#include <stdio.h>

#include "dispatchd/core_p.h"

struct sweep {
    int64_t now;
};

/* A bucket nobody touched for ten minutes is full again, whatever its size. */
static bool stale(void *ctx, void *value)
{
    const struct sweep *sweep = ctx;
    const struct rate *rate = value;
    return sweep->now - rate->at_mono > 600 * 1000;
}

bool rate_custom(struct core *core, const char *key, double per_s, double burst, double cost,
                 int64_t *retry_after_s)
{
    int64_t now = core_mono(core);
    if (core->rates.n >= RATE_KEYS_MAX) {
        struct sweep sweep = {now};
        map_sweep(&core->rates, stale, &sweep);
    }
    bool fresh = map_get(&core->rates, key) == NULL;
    struct rate *rate = map_make(&core->rates, key);
    if (!rate) {
        *retry_after_s = 1;
        return false;
    }
    double filled = fresh ? burst : rate->tokens + (double)(now - rate->at_mono) / 1000.0 * per_s;
    rate->tokens = filled < burst ? filled : burst;
    rate->at_mono = now;
    if (rate->tokens < cost) {
        *retry_after_s = per_s > 0 ? (int64_t)ceil((cost - rate->tokens) / per_s) : 60;
        return false;
    }
    rate->tokens -= cost;
    return true;
}

bool rate_take(struct core *core, enum bucket bucket, const char *who, int64_t *retry_after_s)
{
    char key[GW_ID_MAX + 16];
    if (bucket == BUCKET_NONE) {
        return true;
    }
    (void)snprintf(key, sizeof key, "%d %s", bucket, who); /* who is an id */
    return rate_custom(core, key, (double)core->limits.rate[bucket],
                       (double)core->limits.burst[bucket], 1, retry_after_s);
}
