/* Settings: DIR/gridward.conf (inih), then the environment GRIDWARD_<SECTION>_<KEY>, over defaults
 * that stand in one table per program. Unknown keys are reported, not ignored. */
#ifndef GW_BASE_CONFIG_H
#define GW_BASE_CONFIG_H

#include <stdint.h>

#include "base/err.h"

enum gw_setting_kind { GW_SET_INT, GW_SET_MS, GW_SET_TEXT, GW_SET_BOOL };

struct gw_setting {
    const char *name; /* "sync.heartbeat"; environment GRIDWARD_SYNC_HEARTBEAT */
    enum gw_setting_kind kind;
    const char *dflt;  /* GW_SET_MS accepts 250ms 40s 5m 1h 180d or plain milliseconds */
    int64_t min, max;  /* of numbers; both 0: no limits */
    const char *about; /* one sentence, marked N_(); also the man page's row */
};

struct gw_config; /* opaque */

/* path may be NULL or missing. GW_INVALID names the line, the key and the allowed range; a key that
 * the table does not know is such an error too. An empty variable counts as not set. table is
 * borrowed for the life of the settings. GW_SET_BOOL reads yes/no, true/false, on/off, 1/0. */
enum gw_err gw_config_load(const struct gw_setting *table, size_t n, const char *path,
                           struct gw_config **out, struct gw_fail *fail);
void gw_config_free(struct gw_config *cfg);
int64_t gw_config_int(const struct gw_config *cfg, const char *name); /* unknown name: our bug */
const char *gw_config_text(const struct gw_config *cfg, const char *name);

#endif
