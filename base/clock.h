/* Time comes through an interface, so that tests can hold it still.
 * Wall time is integer milliseconds UTC; mono time never goes back and survives a suspend
 * (CLOCK_BOOTTIME), its zero is the boot. */
#ifndef GW_BASE_CLOCK_H
#define GW_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct gw_clock {
    int64_t (*wall_ms)(void *ctx);
    int64_t (*mono_ms)(void *ctx);
    void *ctx;
};

/* The machine's clock. GRIDWARD_FIXED_TIME (milliseconds UTC) in the environment holds wall time
 * still, for photographs of screens; mono time goes on. */
const struct gw_clock *gw_clock_system(void);

/* A clock that only a test moves. */
struct gw_clock_fixed {
    struct gw_clock clock;
    int64_t wall, mono;
};
void gw_clock_fixed_init(struct gw_clock_fixed *fixed, int64_t wall_ms);
void gw_clock_fixed_advance(struct gw_clock_fixed *fixed, int64_t ms);

/* This boot's id (/proc/sys/kernel/random/boot_id), "" when unknown. Borrowed for ever. */
const char *gw_boot_id(void);

/* Screens, CSV and days use Asia/Shanghai (UTC+8, no summer time) whatever the machine's zone is:
 * a laptop with a wrong zone must not show a wrong hour. out sizes include the NUL. */
void gw_time_day(int64_t wall_ms, char out[11]);     /* 2026-01-31 */
void gw_time_hhmm(int64_t wall_ms, char out[6]);     /* 03:17 */
void gw_time_hhmmss(int64_t wall_ms, char out[9]);   /* 03:17:09 */
void gw_time_local(int64_t wall_ms, char out[17]);   /* 2026-01-31 03:17 */
void gw_time_rfc3339(int64_t wall_ms, char out[30]); /* 2026-01-31T03:17:09.123+08:00 */

/* RFC 3339, or local "YYYY-MM-DD HH:MM[:SS]" or "YYYY-MM-DD" (midnight). GW_INVALID otherwise. */
enum gw_err gw_time_parse(const char *text, int64_t *wall_ms);

/* Countdown and age as people read them: "04:12" below an hour, "2:05:00" above; a negative
 * duration gives "-00:30". */
void gw_time_span(int64_t ms, char out[16]);

#endif
