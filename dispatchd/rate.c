/* Token buckets, one per console and kind of request: snapshots shed first, commands last. */
#include <math.h>
#include <stdio.h>

#include "dispatchd/core_p.h"

static bool full(void *ctx, void *value)
{
    const struct rate *rate = value;
    return *(const int64_t *)ctx >= rate->full_mono;
}

void rates_expire(struct core *core)
{
    int64_t now = core_mono(core);
    map_sweep(&core->rates, full, &now);
    core->rates_mono = now;
}

/* Who asks under ever new names fills the memory for a second at most, and a sweep of all is not
 * the price of each of his requests. */
static bool has_room(struct core *core)
{
    if (core->rates.n >= RATE_KEYS_MAX && core_mono(core) - core->rates_mono >= 1000) {
        rates_expire(core);
    }
    return core->rates.n < RATE_KEYS_MAX;
}

static int64_t ms_until(double tokens, double wanted, double per_s)
{
    return per_s > 0 ? (int64_t)ceil((wanted - tokens) / per_s * 1000.0) : 60000;
}

bool rate_custom(struct core *core, const char *key, double per_s, double burst, double cost,
                 int64_t *retry_after_s)
{
    int64_t now = core_mono(core);
    struct rate *rate = map_get(&core->rates, key);
    bool fresh = rate == NULL;
    if (fresh && has_room(core)) {
        rate = map_make(&core->rates, key);
    }
    if (!rate) {
        *retry_after_s = 1;
        return false;
    }
    double filled = fresh ? burst : rate->tokens + (double)(now - rate->at_mono) / 1000.0 * per_s;
    rate->tokens = filled < burst ? filled : burst;
    rate->at_mono = now;
    bool enough = rate->tokens >= cost;
    if (enough) {
        rate->tokens -= cost;
    } else {
        *retry_after_s = (ms_until(rate->tokens, cost, per_s) + 999) / 1000;
    }
    rate->full_mono = now + ms_until(rate->tokens, burst, per_s);
    return enough;
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
