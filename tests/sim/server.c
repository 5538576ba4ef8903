/* The simulated server machine: the real core over the real store, with crashes and restores. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/sim.h"

static void must(struct sim *sim, enum gw_err err, const char *what, const struct gw_fail *fail)
{
    if (err != GW_OK) {
        sim_trouble(sim, "server: %s: %s: %s", what, gw_err_name(err), fail->text);
        (void)fputs(gw_buf_str(&sim->trouble), stderr);
        abort();
    }
}

void sim_server_start(struct sim *sim)
{
    struct gw_fail fail = {0};
    struct store_opts opts = {.url = sim->url, .use = STORE_SERVE};
    must(sim, store_open(&opts, &sim->store, &fail), "open", &fail);
    opts.use = STORE_ADMIN;
    must(sim, store_open(&opts, &sim->admin, &fail), "open for an administrator", &fail);
    const struct core_opts core = {
        .store = sim->store,
        .clock = &sim->clock.clock,
        .random = &sim->random.random,
        .config = sim->server_config,
    };
    must(sim, core_new(&core, &sim->core, &fail), "start", &fail);
    sim->tick_at = 0;
}

/* Nothing is closed in order: connections break, tokens are forgotten. What was not committed was
 * not answered. */
static void stop(struct sim *sim)
{
    sim_net_server_gone(sim);
    core_free(sim->core);
    sim->core = NULL;
    store_close(sim->admin);
    store_close(sim->store);
    sim->admin = sim->store = NULL;
}

void sim_server_crash(struct sim *sim)
{
    sim->faults++;
    stop(sim);
    sim_run(sim, sim_below(sim, 5000));
    sim_server_start(sim);
}

void sim_server_backup(struct sim *sim)
{
    struct gw_fail fail = {0};
    (void)unlink(sim->backup); /* the older one, if any */
    must(sim, sim->admin->ops->backup(sim->admin, sim->backup, &fail), "backup", &fail);
    sim->has_backup = true;
}

void sim_server_restore(struct sim *sim)
{
    struct gw_fail fail = {0};
    stop(sim);
    must(sim, store_restore(sim->url, sim->backup, &sim->random.random, sim->clock.wall, &fail),
         "restore", &fail);
    char before[600];
    (void)snprintf(before, sizeof(before), "%s.before-restore", sim->server_file);
    (void)unlink(before); /* the next restore needs the name */
    sim->restores++;
    sim->faults++;
    sim_server_start(sim);
}

void sim_serve(struct sim *sim, const struct core_request *request, struct core_answer *answer)
{
    struct gw_fail fail = {0};
    core_refresh(sim->core);
    must(sim, core_turn_begin(sim->core, &fail), "turn", &fail);
    core_handle(sim->core, request, answer);
    enum gw_err err = core_turn_end(sim->core, &fail);
    if (err != GW_OK) {
        sim_trouble(sim, "server: a turn failed: %s: %s", gw_err_name(err), fail.text);
    }
    sim->tick_at = 0;
    sim->feeds_at = 0;
}

void sim_server_tick(struct sim *sim)
{
    sim->tick_at = sim->clock.mono + 5000;
    if (sim->core == NULL || !sim->ticking) {
        return;
    }
    int64_t next = core_tick(sim->core);
    if (next > sim->clock.mono && next < sim->tick_at) {
        sim->tick_at = next;
    }
}

void sim_admin_begin(struct sim *sim)
{
    struct gw_fail fail = {0};
    must(sim, sim->admin->ops->begin(sim->admin, "sim", &fail), "begin", &fail);
}

void sim_admin_commit(struct sim *sim)
{
    struct gw_fail fail = {0};
    must(sim, sim->admin->ops->commit(sim->admin, &fail), "commit", &fail);
    core_refresh(sim->core);
    sim->feeds_at = 0;
}

void sim_code(struct sim *sim, const char *user, char code[16])
{
    struct gw_fail fail = {0};
    sim_admin_begin(sim);
    must(sim,
         store_code_new(sim->admin, &sim->random.random, user, sim->clock.wall, 86400000, code,
                        &fail),
         "code", &fail);
    sim_admin_commit(sim);
}
