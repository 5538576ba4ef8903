/* A realistic community for demonstrations, tests and measurements: 仙桃街道 with its communities
 * and grids, people, households, dwellings, contacts, care notes and devices. Same seed and number,
 * same data (only last_seen_at of devices follows the clock, to the hour). Nobody in it exists:
 * phone numbers lie in ranges that are given to nobody, ID numbers have right check digits but
 * region codes that are unassigned or long abolished. */
#ifndef GW_DISPATCHD_DEMO_H
#define GW_DISPATCHD_DEMO_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/entity.h"
#include "model/role.h"

#define DEMO_STREET    "CQ.500112.013"
#define DEMO_COMMUNITY "CQ.500112.013.005"
#define DEMO_GRID      "CQ.500112.013.005.003"

enum { DEMO_RESIDENTS_MIN = 50, DEMO_RESIDENTS_MAX = 2000000, DEMO_PATHS = 2 };

struct demo_user {
    const char *id, *name, *phone;
    enum gw_role role;
    const char *paths[DEMO_PATHS];
    size_t paths_n;
};

struct demo_device {
    const char *serial, *kind, *path, *resident_id; /* resident_id "" = of the dwelling only */
};

/* Everything is borrowed until the call-back returns; the first that is not GW_OK ends the making.
 * Order: areas from the top down, users, then home by home. device comes after its row. */
struct demo_sink {
    enum gw_err (*row)(void *ctx, enum gw_type type, const char *id, const char *path,
                       const char *body, size_t len);
    enum gw_err (*user)(void *ctx, const struct demo_user *user);
    enum gw_err (*grid)(void *ctx, const char *path, const char *name);
    enum gw_err (*device)(void *ctx, const struct demo_device *device);
    void *ctx;
};

struct demo_opts {
    uint64_t seed;
    int64_t residents; /* exactly so many, DEMO_RESIDENTS_MIN and more */
    int64_t now;       /* wall ms */
};

/* GW_INVALID: residents out of range. Else what the sink said. */
enum gw_err demo_make(const struct demo_opts *opts, const struct demo_sink *sink,
                      struct gw_fail *fail);

#endif
