/* Rows that an admin brings in. An open alarm must not come in silent: it gets its place in the
 * index of open alarms, so that the chain goes on and its device finds it. */
#include <stdio.h>

#include "api/wire.h"
#include "base/i18n.h"
#include "dispatchd/store.h"

static enum gw_err index_alarm(struct store *store, const struct alarm *alarm, struct gw_fail *fail)
{
    struct store_alarm index = {.next_at = chain_next(alarm)};
    (void)snprintf(index.id, sizeof index.id, "%s", alarm->id);
    (void)snprintf(index.key, sizeof index.key, "%s", alarm->device_id);
    (void)snprintf(index.kind, sizeof index.kind, "%s", alarm->kind);
    (void)snprintf(index.state, sizeof index.state, "%s", alarm_state_name(alarm->state));
    return store->ops->alarm_put(store, &index, fail);
}

enum gw_err store_import_row(struct store *store, enum gw_type type, const char *id,
                             const char *path, const char *body, size_t body_len,
                             struct gw_fail *fail)
{
    struct alarm alarm;
    if (type == TYPE_ALARM) {
        enum gw_err err = wire_alarm_decode(id, path, body, body_len, &alarm, fail);
        if (err) {
            return err;
        }
    }
    enum gw_err err = store->ops->row_put(store, type, id, path, body, body_len, NULL, fail);
    if (!err && type == TYPE_GRID) {
        err = store_area_people(store, path, fail);
    }
    return err || type != TYPE_ALARM ? err : index_alarm(store, &alarm, fail);
}
