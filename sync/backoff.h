/* Full jitter (0.5 s to a ceiling that doubles up to 30 s by default); Retry-After is a floor. */
#ifndef GW_SYNC_BACKOFF_H
#define GW_SYNC_BACKOFF_H

#include <stdint.h>

#include "base/rnd.h"

struct backoff {
    int tries;
    int64_t at_mono; /* not before; 0 = now */
};

void backoff_reset(struct backoff *backoff);
/* Notes one more failure. retry_after_ms -1 = the server named none. */
void backoff_fail(struct backoff *backoff, const struct gw_random *random, int64_t now_mono,
                  int64_t floor_ms, int64_t ceiling_ms, int64_t retry_after_ms);

#endif
