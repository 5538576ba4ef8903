#include <stdio.h>
#include <string.h>

#include "dispatchd/demo_p.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct reading {
    const char *name, *unit;
    int value, low, high; /* low and high 0 = none */
    int spread;
};

/* Every kind of domain knowledge: what it is called, where it hangs, what it measured last. */
static const struct device_kind {
    const char *kind, *model, *place;
    bool battery, worn; /* worn: it belongs to a person, not to the flat */
    struct reading readings[2];
} kinds[] = {
    {"gateway", "HN-GW2 智能网关", "客厅", false, false, {{.name = NULL}}},
    {"pir", "HN-P1 红外感应", "客厅", true, false, {{.name = NULL}}},
    {"smoke", "HN-Y3 声光烟感", "厨房", true, false, {{.name = NULL}}},
    {"sos", "HN-S1 一键求救按钮", "床头", true, true, {{.name = NULL}}},
    {"blood_pressure",
     "HN-B2 血压计",
     "卧室",
     true,
     true,
     {{"systolic", "mmHg", 132, 90, 140, 12}, {"diastolic", "mmHg", 82, 60, 90, 8}}},
    {"gas", "HN-R2 燃气报警器", "厨房", false, false, {{.name = NULL}}},
    {"water", "HN-W1 水浸感应", "卫生间", true, false, {{.name = NULL}}},
    {"door", "HN-M1 门磁", "入户门", true, false, {{.name = NULL}}},
    {"water_meter", "HN-WM1 智能水表", "管道井", true, false, {{"use_12h", "m3", 0, 0, 0, 1}}},
    {"sleep_band",
     "HN-Z1 睡眠带",
     "卧室",
     false,
     true,
     {{"heart_rate", "bpm", 68, 50, 110, 8}, {"respiration", "rpm", 16, 10, 24, 3}}},
    {"fall_radar", "HN-L1 跌倒雷达", "卫生间", false, true, {{.name = NULL}}},
    {"watch", "HN-T1 健康手表", "随身", true, true, {{"heart_rate", "bpm", 74, 50, 110, 10}}},
    {"glucose", "HN-X1 血糖仪", "客厅", true, true, {{"glucose", "mmol/L", 6, 4, 11, 2}}},
    {"oximeter", "HN-O1 血氧仪", "卧室", true, true, {{"spo2", "%", 97, 93, 0, 2}}},
    {"sos", "HN-S2 拉绳报警器", "卫生间", false, true, {{.name = NULL}}},
    {"sos", "HN-S3 挂坠呼叫器", "随身", true, true, {{.name = NULL}}},
};

static void write_readings(struct demo *demo, const struct device_kind *kind, int64_t at,
                           struct jw *w)
{
    if (!kind->readings[0].name) {
        return;
    }
    jw_arr(w, "readings");
    for (size_t i = 0; i < COUNT(kind->readings) && kind->readings[i].name; i++) {
        const struct reading *r = &kind->readings[i];
        jw_obj(w, NULL);
        jw_str(w, "name", r->name);
        jw_int(w, "value", r->value + (int)demo_below(demo, (uint64_t)r->spread));
        jw_str(w, "unit", r->unit);
        if (r->low) {
            jw_int(w, "low", r->low);
        }
        if (r->high) {
            jw_int(w, "high", r->high);
        }
        jw_int(w, "at", at);
        jw_obj_end(w);
    }
    jw_arr_end(w);
}

struct device {
    const struct device_kind *kind;
    char id[GW_UUID_LEN + 1], serial[24];
    const char *gateway; /* NULL = itself */
    const char *resident;
};

static void write_device(struct demo *demo, const struct home *home, const struct device *device,
                         struct jw *w)
{
    static const char *const installed[] = {"2024-05-20", "2024-09-11", "2025-03-05", "2025-06-18",
                                            "2025-10-30"};
    int64_t seen = demo->now_hour - (int64_t)demo_below(demo, 50) * 60000;
    jw_str(w, "serial", device->serial);
    jw_str(w, "kind", device->kind->kind);
    jw_str(w, "resident_id", device->resident);
    jw_str(w, "dwelling_id", home->dwelling);
    if (device->gateway) {
        jw_str(w, "gateway_id", device->gateway);
    }
    jw_str(w, "place", device->kind->place);
    if (device->kind->battery) {
        jw_int(w, "battery", home->story ? 86 : 15 + (int64_t)demo_below(demo, 86));
    }
    jw_int(w, "signal", -50 - (int64_t)demo_below(demo, 40));
    jw_int(w, "last_seen_at", seen);
    jw_str(w, "installed_on", home->story ? "2025-10-30" : DEMO_PICK(demo, installed));
    jw_str(w, "model", device->kind->model);
    write_readings(demo, device->kind, seen, w);
}

static enum gw_err device_row(struct demo *demo, const struct home *home, struct device *device)
{
    (void)snprintf(device->serial, sizeof device->serial, "HN%08lld",
                   (long long)(10000000 + ++demo->serials));
    demo_uuid(demo, device->id);
    struct jw w = demo_row_begin(demo);
    write_device(demo, home, device, &w);
    enum gw_err err = demo_row_end(demo, &w, TYPE_DEVICE, device->id, home->grid->path);
    if (err != GW_OK) {
        return err;
    }
    struct demo_device told = {device->serial, device->kind->kind, home->grid->path,
                               device->resident};
    return demo->sink->device(demo->sink->ctx, &told);
}

/* Which kinds a home has: bit i = kinds[i]. */
static unsigned choose_kit(struct demo *demo, const struct home *home)
{
    if (home->full) {
        return (1u << COUNT(kinds)) - 1;
    }
    if (home->story) {
        return 1u << 0 | 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4;
    }
    unsigned kit = 1u << 0 | 1u << 2 | 1u << 3;
    for (unsigned i = 0; i < COUNT(kinds); i++) {
        kit |= demo_chance(demo, i < 8 ? 35 : 12) ? 1u << i : 0;
    }
    return kit;
}

enum gw_err demo_devices(struct demo *demo, struct home *home)
{
    bool ours = home->grid == &demo->grids[demo->story_grid];
    bool eligible = home->members[0].age >= 60 && home->n <= 2;
    if (!home->story && !home->full && (!eligible || !demo_chance(demo, ours ? 70 : 25))) {
        return GW_OK;
    }
    unsigned kit = choose_kit(demo, home);
    char gateway[GW_UUID_LEN + 1] = "";
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < COUNT(kinds) && err == GW_OK; i++) {
        if (!(kit & 1u << i)) {
            continue;
        }
        struct device device = {.kind = &kinds[i], .gateway = gateway[0] ? gateway : NULL};
        device.resident = home->members[kinds[i].worn && home->n > 1 ? 1 : 0].id;
        err = device_row(demo, home, &device);
        if (i == 0) {
            memcpy(gateway, device.id, sizeof gateway);
        }
    }
    return err;
}
