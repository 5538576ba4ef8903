/* What devices say of themselves, into their rows. A sign of life comes with every event; written
 * at once it would be a large part of what an alarm costs, and a record to every console. So it is
 * gathered and written down every live.save, as the last times of consoles are; what is not written
 * yet is lost with the server, and nothing else with it. Battery and readings are written at once.
 */
#ifndef GW_DISPATCHD_DEVICE_ROW_P_H
#define GW_DISPATCHD_DEVICE_ROW_P_H

#include "dispatchd/core_p.h"

struct device_said {
    int64_t at;           /* last_seen_at */
    int64_t battery;      /* percent; -1 = nothing said */
    const char *readings; /* JSON array; NULL = nothing said */
};

/* Writes the row of a device again with what it said; row is what it was. In a transaction. */
enum gw_err device_write(struct core *core, const char *id, const char *path,
                         const struct json *row, const struct device_said *said, int64_t *seq,
                         struct gw_fail *fail);
/* Notes a sign of life. GW_NOMEM. */
enum gw_err device_saw(struct core *core, const char *id, int64_t at, struct gw_fail *fail);
/* Writes down some of what was noted; devices_waiting() = there is more. In a transaction. */
enum gw_err devices_save(struct core *core, struct gw_fail *fail);
bool devices_waiting(const struct core *core);

#endif
