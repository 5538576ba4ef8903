#include "dispatchd/device_row_p.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"

enum { SAVE_AT_ONCE = 100 };

struct sight {
    char device[GW_ID_MAX + 1];
    int64_t at;
};
static_assert(sizeof(struct sight) <= DEVICE_SIGHT_BYTES, "core_new() makes the map");

static enum gw_err print_device(const struct json *row, const struct device_said *said,
                                struct gw_buf *out)
{
    const char *const said_new[] = {"last_seen_at", said->battery >= 0 ? "battery" : NULL,
                                    said->readings ? "readings" : NULL};
    const char *but[4] = {NULL};
    for (size_t i = 0, n = 0; i < 3; i++) {
        if (said_new[i]) {
            but[n++] = said_new[i];
        }
    }
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_others(&w, row, but);
    jw_int(&w, "last_seen_at", said->at);
    if (said->battery >= 0) {
        jw_int(&w, "battery", said->battery);
    }
    if (said->readings) {
        jw_raw(&w, "readings", said->readings, strlen(said->readings));
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

enum gw_err device_write(struct core *core, const char *id, const char *path,
                         const struct json *row, const struct device_said *said, int64_t *seq,
                         struct gw_fail *fail)
{
    struct gw_buf body;
    gw_buf_init(&body, STORE_ROW_MAX);
    enum gw_err err = print_device(row, said, &body);
    err = err ? err
              : core->store->ops->row_put(core->store, TYPE_DEVICE, id, path, gw_buf_str(&body),
                                          body.len, seq, fail);
    gw_buf_free(&body);
    return err;
}

enum gw_err device_saw(struct core *core, const char *id, int64_t at, struct gw_fail *fail)
{
    struct sight *sight = map_make(&core->sights, id);
    if (!sight) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory for a device."));
    }
    (void)snprintf(sight->device, sizeof sight->device, "%s", id);
    sight->at = at > sight->at ? at : sight->at;
    return GW_OK;
}

/* The row may have changed since, also by a later word of the device. */
static enum gw_err save_sight(struct core *core, const struct sight *sight, struct gw_fail *fail)
{
    const struct device_said said = {.at = sight->at, .battery = -1};
    char path[GW_PATH_MAX + 1];
    struct json *row = NULL;
    int64_t known = 0;
    enum gw_err err = core->store->ops->row_get(core->store, TYPE_DEVICE, sight->device, &core->row,
                                                path, NULL, fail);
    err = err ? err : json_parse(gw_buf_str(&core->row), core->row.len, STORE_ROW_MAX, &row, fail);
    if (!err && (!json_int(row, "last_seen_at", &known) || known < sight->at)) {
        err = device_write(core, sight->device, path, row, &said, NULL, fail);
    }
    json_free(row);
    return err;
}

struct save {
    struct core *core;
    struct sight list[SAVE_AT_ONCE];
    size_t n;
};

static bool pick(void *ctx, void *value)
{
    struct save *save = ctx;
    save->list[save->n++] = *(const struct sight *)value;
    return save->n < SAVE_AT_ONCE;
}

/* Dropped before the commit: when that fails, the next event of the device says it again. */
enum gw_err devices_save(struct core *core, struct gw_fail *fail)
{
    struct save save = {.core = core};
    enum gw_err err = GW_OK;
    map_each(&core->sights, pick, &save);
    for (size_t i = 0; i < save.n && !err; i++) {
        err = save_sight(core, &save.list[i], fail);
        map_drop(&core->sights, save.list[i].device);
        if (core_line_only(err)) { /* gone, or a row that cannot be written again */
            gw_log(GW_LOG_INFO, "last time of a device: %s", gw_err_name(err));
            err = GW_OK;
        }
    }
    return err;
}

bool devices_waiting(const struct core *core)
{
    return core->sights.n > 0;
}
