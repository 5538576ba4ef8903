#include "dispatchd/demo.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/demo_p.h"

enum { HOUR_MS = 3600 * 1000, ROW_MAX = 64 * 1024 };

static enum gw_err make_home(struct demo *demo, struct demo_grid *grid, bool story, bool full)
{
    struct home home = {.grid = grid, .story = story, .full = full};
    size_t most = demo->residents_left < MEMBERS_MAX ? (size_t)demo->residents_left : MEMBERS_MAX;
    demo_people(demo, &home, most);
    demo->residents_left -= (int64_t)home.n;
    enum gw_err err = demo_dwelling(demo, &home);
    if (err == GW_OK) {
        err = demo_people_rows(demo, &home);
    }
    if (err == GW_OK) {
        err = demo_care(demo, &home);
    }
    return err == GW_OK ? demo_devices(demo, &home) : err;
}

static enum gw_err make_all(struct demo *demo, const struct demo_opts *opts)
{
    enum gw_err err = demo_areas(demo, opts->residents);
    if (err == GW_OK) {
        err = make_home(demo, &demo->grids[demo->story_grid], true, false);
    }
    if (err == GW_OK) {
        err = make_home(demo, &demo->grids[demo->story_grid], false, true);
    }
    for (size_t i = 0; demo->residents_left > 0 && err == GW_OK; i++) {
        err = make_home(demo, &demo->grids[(demo->story_grid + i) % demo->grids_n], false, false);
    }
    return err;
}

enum gw_err demo_make(const struct demo_opts *opts, const struct demo_sink *sink,
                      struct gw_fail *fail)
{
    if (opts->residents < DEMO_RESIDENTS_MIN || opts->residents > DEMO_RESIDENTS_MAX) {
        return gw_fail_set(fail, GW_INVALID,
                           _("A community of %lld residents cannot be made. Choose a number from "
                             "%d to %d."),
                           (long long)opts->residents, DEMO_RESIDENTS_MIN, DEMO_RESIDENTS_MAX);
    }
    struct demo *demo = calloc(1, sizeof *demo);
    if (!demo) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left."));
    }
    demo->sink = sink;
    demo->residents_left = opts->residents;
    demo->now_hour = opts->now - opts->now % HOUR_MS;
    gw_random_seeded_init(&demo->random, opts->seed);
    gw_clock_fixed_init(&demo->clock, demo_day_ms("2026-01-15"));
    gw_buf_init(&demo->row, ROW_MAX);
    enum gw_err err = make_all(demo, opts);
    gw_buf_free(&demo->row);
    free(demo);
    return err;
}
