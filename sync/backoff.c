#include "sync/backoff.h"

void backoff_reset(struct backoff *backoff)
{
    backoff->tries = 0;
    backoff->at_mono = 0;
}

void backoff_fail(struct backoff *backoff, const struct gw_random *random, int64_t now_mono,
                  int64_t floor_ms, int64_t ceiling_ms, int64_t retry_after_ms)
{
    int64_t span = floor_ms > 0 ? floor_ms : 1;
    for (int i = 0; i < backoff->tries && span < ceiling_ms; i++) {
        span *= 2;
    }
    if (span > ceiling_ms) {
        span = ceiling_ms;
    }
    if (backoff->tries < 30) {
        backoff->tries++;
    }
    int64_t delay = floor_ms + (int64_t)gw_random_below(random, (uint64_t)(span > 0 ? span : 1));
    if (delay > ceiling_ms) {
        delay = ceiling_ms;
    }
    if (retry_after_ms > delay) {
        delay = retry_after_ms;
    }
    backoff->at_mono = now_mono + delay;
}
