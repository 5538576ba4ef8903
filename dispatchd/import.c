/* Rows that an admin brings in. An open alarm must not come in silent: it gets its place in the
 * index of open alarms, so that the chain goes on and its device finds it. */
#include <stdio.h>
#include <string.h>

#include "api/json.h"
#include "api/wire.h"
#include "base/i18n.h"
#include "dispatchd/store.h"
#include "model/kin.h"

static enum gw_err index_alarm(struct store *store, const struct alarm *alarm, struct gw_fail *fail)
{
    struct store_alarm index = {.next_at = chain_next(alarm)};
    (void)snprintf(index.id, sizeof index.id, "%s", alarm->id);
    (void)snprintf(index.key, sizeof index.key, "%s", alarm->device_id);
    (void)snprintf(index.kind, sizeof index.kind, "%s", alarm->kind);
    (void)snprintf(index.state, sizeof index.state, "%s", alarm_state_name(alarm->state));
    return store->ops->alarm_put(store, &index, fail);
}

/* Near kin and heads of households are told from these codes, so one that nobody knows is refused.
 */
static enum gw_err check_relation(const struct json *row, struct gw_fail *fail)
{
    const char *code = json_str(row, "relation");
    if (!json_has(row, "relation") || json_is_null(row, "relation") || kin_code_known(code)) {
        return GW_OK;
    }
    return gw_fail_set(
        fail, GW_INVALID,
        _("Relation \"%.40s\" is no code of GB/T 4761. Give two digits: 02 head, 1x "
          "spouse, 2x son, 3x daughter, 4x grandchild, 5x parent, 6x grandparent, 7x "
          "brother or sister, 8x and 9x others."),
        code ? code : "");
}

static enum gw_err check_household(const char *body, size_t len, struct gw_fail *fail)
{
    struct json *root = NULL;
    enum gw_err err = json_parse(body, len, 0, &root, fail);
    err = err ? err : check_relation(root, fail);
    const struct json *members = err ? NULL : json_arr(root, "members");
    for (const struct json *m = members ? json_first(members) : NULL; m && !err; m = json_next(m)) {
        if (!json_is_object(m) || !json_str(m, "resident_id")) {
            err = gw_fail_set(fail, GW_INVALID,
                              _("A member of a household has resident_id and relation."));
        }
        err = err ? err : check_relation(m, fail);
    }
    json_free(root);
    return err;
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
    if (type == TYPE_RESIDENT || type == TYPE_HOUSEHOLD) {
        enum gw_err err = check_household(body, body_len, fail);
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
