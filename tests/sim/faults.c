/* What goes wrong in one run, and how it is put right at the end. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

/* ---- the world changes rows */

static const enum gw_type plain_types[] = {TYPE_RESIDENT, TYPE_DWELLING, TYPE_CONTACT,
                                           TYPE_RESIDENT_PRIVATE, TYPE_STEP};

static void new_row(struct sim *sim)
{
    char id[24], row[160];
    struct gw_fail fail = {0};
    enum gw_type type = plain_types[sim_below(sim, 5)];
    (void)snprintf(id, sizeof(id), "r%lld", (long long)++sim->next_row);
    int n =
        snprintf(row, sizeof(row), "{\"name\":\"x%lld\",\"made\":true}", (long long)sim->next_row);
    sim_admin_begin(sim);
    if (sim->admin->ops->row_put(sim->admin, type, id, sim_grids[sim_below(sim, SIM_GRIDS)], row,
                                 (size_t)n, NULL, &fail) != GW_OK) {
        sim_trouble(sim, "server: row not put: %s", fail.text);
    }
    sim_admin_commit(sim);
}

struct chosen {
    enum gw_type type;
    char id[GW_ID_MAX + 1];
    char path[GW_PATH_MAX + 1];
    struct gw_buf body;
    int64_t left;
    bool any;
};

static enum gw_err choose_row(void *ctx, const struct store_row *row)
{
    struct chosen *c = ctx;
    if (c->left-- > 0) {
        return GW_OK;
    }
    c->any = true;
    c->type = row->type;
    (void)snprintf(c->id, sizeof(c->id), "%s", row->id);
    (void)snprintf(c->path, sizeof(c->path), "%s", row->path);
    gw_buf_reset(&c->body);
    (void)gw_buf_add(&c->body, row->body, row->body_len); /* its ceiling is the store's */
    return GW_ABSENT;                                     /* enough */
}

static bool choose(struct sim *sim, enum gw_type type, struct chosen *out)
{
    struct store_counts counts;
    struct gw_fail fail = {0};
    *out = (struct chosen){.type = type};
    gw_buf_init(&out->body, STORE_ROW_MAX + 1);
    if (sim->admin->ops->counts(sim->admin, &counts, &fail) != GW_OK || counts.rows[type] == 0) {
        return false;
    }
    out->left = sim_below(sim, counts.rows[type]);
    (void)sim->admin->ops->row_each(sim->admin, type, "", "", 0, choose_row, out, &fail);
    return out->any;
}

static void change_row(struct sim *sim, int what)
{
    static const enum gw_type movable[] = {TYPE_RESIDENT, TYPE_DWELLING,         TYPE_CONTACT,
                                           TYPE_STEP,     TYPE_RESIDENT_PRIVATE, TYPE_ALARM,
                                           TYPE_DEVICE};
    struct chosen c;
    struct gw_fail fail = {0};
    enum gw_err err = GW_OK;
    bool some = choose(sim, movable[sim_below(sim, what == 2 ? 5 : 7)], &c);
    if (some) {
        sim_admin_begin(sim);
        if (what == 2) {
            err = sim->admin->ops->row_del(sim->admin, c.type, c.id, NULL, &fail);
        } else {
            const char *path = what == 1 ? sim_grids[sim_below(sim, SIM_GRIDS)] : c.path;
            err = sim->admin->ops->row_put(sim->admin, c.type, c.id, path, gw_buf_str(&c.body),
                                           c.body.len, NULL, &fail);
        }
        sim_admin_commit(sim);
    }
    if (err != GW_OK) {
        sim_trouble(sim, "server: row not changed: %s", fail.text);
    }
    gw_buf_free(&c.body);
}

/* Grants of one user become another set of grids. */
static void change_grants(struct sim *sim)
{
    static const char *const who[] = {"u1", "u2", "u3", "com"};
    const char *user = who[sim_below(sim, 4)];
    struct gw_fail fail = {0};
    sim_admin_begin(sim);
    for (size_t i = 0; i < SIM_GRIDS; i++) {
        if (sim_chance(sim, 400)) {
            (void)store_revoke(sim->admin, user, sim_grids[i], sim->clock.wall,
                               &fail); /* or never had */
        } else if (sim_chance(sim, 300)) {
            (void)store_grant(sim->admin, user, sim_grids[i], &fail); /* or has it */
        }
    }
    sim_admin_commit(sim);
}

static void prune(struct sim *sim)
{
    struct gw_fail fail = {0};
    sim_admin_begin(sim);
    if (sim->admin->ops->prune(sim->admin, sim->clock.wall - sim_below(sim, 120000), &fail) !=
        GW_OK) {
        sim_trouble(sim, "server: not pruned: %s", fail.text);
    }
    sim_admin_commit(sim);
}

static void mark_time(struct sim *sim)
{
    struct gw_fail fail = {0};
    sim_admin_begin(sim);
    if (sim->admin->ops->mark_time(sim->admin, sim->clock.wall, &fail) != GW_OK) {
        sim_trouble(sim, "server: time not marked: %s", fail.text);
    }
    sim_admin_commit(sim);
}

/* ---- alarms come from their sources */

static void ingest(struct sim *sim)
{
    static const char *const states[] = {"raise", "raise", "raise", "restore"};
    static const char *const kinds[] = {"smoke", "sos", "gas", "battery_low"};
    char body[300];
    int64_t device = sim_below(sim, SIM_ALARM_DEVICES + 1); /* the last one is not known */
    int64_t event =
        sim_chance(sim, 100) && sim->next_event > 0 ? sim->next_event : ++sim->next_event;
    int n = snprintf(
        body, sizeof(body),
        "{\"event_id\":\"e%lld\",\"device\":\"SN-%lld\",\"kind\":\"%s\",\"state\":\"%s\","
        "\"text\":\"smoke 0.31\",\"readings\":[{\"name\":\"smoke\",\"value\":0.31}]}",
        (long long)event, (long long)device, kinds[sim_below(sim, 4)], states[sim_below(sim, 4)]);
    const struct core_request request = {
        .method = CORE_POST,
        .path = "/v1/ingest",
        .query = "",
        .bearer = sim->source_token,
        .content_type = "application/json",
        .body = body,
        .body_len = (size_t)n,
        .peer = "gateway",
    };
    struct core_answer answer;
    sim_serve(sim, &request, &answer);
    if (answer.status != 202) {
        sim_trouble(sim, "ingest answered %d: %s", answer.status, gw_buf_str(&answer.body));
    }
    core_answer_free(&answer);
}

/* ---- one step of bad luck or of work */

static struct sim_client *some_client(struct sim *sim)
{
    return &sim->clients[sim_below(sim, SIM_CLIENTS)];
}

static void step(struct sim *sim)
{
    int64_t x = sim_below(sim, 1000);
    if (x < 60) {
        new_row(sim);
    } else if (x < 130) {
        ingest(sim);
    } else if (x < 210) {
        change_row(sim, 1);
    } else if (x < 240) {
        change_row(sim, 0);
    } else if (x < 280) {
        change_row(sim, 2);
    } else if (x < 330) {
        change_grants(sim);
    } else if (x < 350) {
        prune(sim);
    } else if (x < 375) {
        mark_time(sim);
    } else if (x < 385 || (x < 430 && !sim->has_backup && sim_chance(sim, 100))) {
        sim_server_backup(sim);
    } else if (x < 393 && sim->has_backup) {
        sim_server_restore(sim);
    } else if (x < 403) {
        sim_server_crash(sim);
    } else if (x < 450) {
        struct sim_client *client = some_client(sim);
        client->down = !client->down;
    } else if (x < 464) {
        sim_client_photograph(some_client(sim));
    } else if (x < 476) {
        sim_client_restore(some_client(sim));
    } else if (x < 500) {
        sim_client_crash(some_client(sim));
    } else if (x < 800) {
        struct sim_client *client = some_client(sim);
        for (int64_t n = 1 + sim_below(sim, 3); client->open && n > 0; n--) {
            sim_client_issue(client);
        }
    } else if (x < 810) {
        sim_run(sim, 60000 + sim_below(sim, 240000));
    } else if (x < 830) {
        sim_client_photograph(some_client(sim));
    } else if (x < 850) {
        sim_client_restore(some_client(sim));
    } else if (x < 856 && sim->has_backup) {
        sim_server_restore(sim);
    }
    sim_run(sim, sim_below(sim, 4000));
}

void sim_faults(struct sim *sim)
{
    sim->rates = (struct sim_rates){.lose_request = 120,
                                    .lose_answer = 120,
                                    .repeat = 80,
                                    .cut = 100,
                                    .slow = 40,
                                    .freeze = 50};
    int64_t steps = 100 + sim_below(sim, 160);
    for (int i = 0; i < 4; i++) {
        ingest(sim);
    }
    sim_run(sim, 3000);
    for (int64_t i = 0; i < steps && sim->trouble.len == 0; i++) {
        step(sim);
    }
}

/* ---- the weather clears; nothing new happens; everybody comes to rest */

static bool at_rest(struct sim_client *client)
{
    struct sync_status status;
    struct journal_counts counts;
    struct mirror_job job;
    engine_status(client->engine, &status);
    return status.phase == SYNC_LIVE && journal_counts(&client->home, &counts) == GW_OK &&
           counts.unsent == 0 && mirror_next_job(&client->home, &job) == GW_ABSENT;
}

/* A device that the server does not know any more (it was enrolled after the backup) or that was
 * closed (an image older than a new key): a person has to bring a new code. */
static bool needs_person(struct sim_client *client)
{
    struct store_device device;
    struct gw_fail fail = {0};
    enum gw_err err = client->sim->admin->ops->device_get(client->sim->admin,
                                                          client->home.id.device, &device, &fail);
    return err == GW_ABSENT || (err == GW_OK && device.revoked_at != 0);
}

void sim_heal(struct sim *sim)
{
    sim->rates = (struct sim_rates){0};
    sim->ticking = false;
    for (int i = 0; i < SIM_CLIENTS; i++) {
        sim->clients[i].down = false;
    }
    sim_run(sim, 120000); /* streams that were frozen are given up */
    for (int i = 0; i < SIM_CLIENTS && sim->trouble.len == 0; i++) {
        struct sim_client *client = &sim->clients[i];
        if (client->engine != NULL && needs_person(client)) {
            client->resumed++;
            sim_client_enrol(client, true);
            sim_client_start(client);
        }
    }
    bool rest = false;
    for (int round = 0; round < 40 && !rest && sim->trouble.len == 0; round++) {
        sim_run(sim, 10000);
        rest = true;
        for (int i = 0; i < SIM_CLIENTS; i++) {
            rest = rest && sim->clients[i].engine != NULL && at_rest(&sim->clients[i]);
        }
    }
}
