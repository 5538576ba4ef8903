#include "base/i18n.h"
#include "sync/engine.h"

/* One table for gridward.conf, so that every program of the home reads the same file. */
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
    {"sync.slice", GW_SET_INT, "128", 1, 500,
     N_("Rows put into the store before the screen has its turn.")},
    {"screen.stale", GW_SET_MS, "60s", 500, 3600000,
     N_("Without a byte from the server for this long, the screen says that its data stands "
        "still.")},
    {"screen.undelivered", GW_SET_MS, "10s", 100, 3600000,
     N_("What was not delivered after this long is said, with numbers to phone.")},
    {"screen.guard", GW_SET_MS, "300ms", 0, 5000,
     N_("Keys this soon after a change nobody asked for are dropped.")},
    {"screen.settle", GW_SET_MS, "3s", 0, 600000,
     N_("The order settles when no key came for this long.")},
    {"screen.ring_again", GW_SET_MS, "2m", 1000, 3600000,
     N_("What still waits rings again this often.")},
    {"screen.hold_warn", GW_SET_MS, "2m", 500, 3600000,
     N_("How long before the end of a hold the console asks whether you are still at it.")},
    {"screen.lock", GW_SET_MS, "5m", 1000, 86400000,
     N_("Without a key for this long the console locks, when a PIN is set.")},
};
const size_t sync_settings_n = sizeof(sync_settings) / sizeof(sync_settings[0]);
