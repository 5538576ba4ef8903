#include "base/i18n.h"
#include "sync/engine.h"

const struct gw_setting sync_settings[] = {
    {"sync.backoff_floor", GW_SET_MS, "500ms", 1, 600000, N_("Shortest wait before another try.")},
    {"sync.backoff_ceiling", GW_SET_MS, "30s", 1, 3600000, N_("Longest wait before another try.")},
    {"sync.silence", GW_SET_MS, "40s", 50, 3600000,
     N_("A stream without a byte for this long is dropped.")},
    {"sync.alive", GW_SET_MS, "60s", 50, 3600000, N_("How often an open stream says it is alive.")},
    {"sync.digest", GW_SET_MS, "1h", 1000, 86400000, N_("How often the mirror is checked whole.")},
    {"sync.poll_for", GW_SET_MS, "1h", 1000, 86400000,
     N_("How long to use long-poll after two silent streams.")},
    {"sync.poll_wait", GW_SET_MS, "25s", 0, 60000, N_("How long one long-poll waits.")},
    {"sync.request", GW_SET_MS, "30s", 100, 600000, N_("Longest time of one request.")},
    {"sync.refused", GW_SET_MS, "5m", 100, 86400000,
     N_("How often a revoked device asks whether it is welcome again.")},
    {"sync.page", GW_SET_INT, "500", 1, 500, N_("Rows asked for in one page.")},
};
const size_t sync_settings_n = sizeof(sync_settings) / sizeof(sync_settings[0]);
