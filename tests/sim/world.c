/* The world: its clock, its people, its grids, and what happens next. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/kit/faultvfs.h"
#include "tests/kit/scratch.h"
#include "tests/sim/sim.h"

const char *const sim_grids[SIM_GRIDS] = {
    "CQ.500112.013.005.001", "CQ.500112.013.005.002", "CQ.500112.013.006.001",
    "CQ.500112.014.001.001", "CQ.500112.014.001.002",
};

struct sim_person {
    const char *id, *grants[3];
    enum gw_role role;
};
static const struct sim_person people[] = {
    {"u1", {"CQ.500112.013.005.001"}, ROLE_WORKER},
    {"u2", {"CQ.500112.013.005.002", "CQ.500112.013.006.001"}, ROLE_WORKER},
    {"u3", {"CQ.500112.014.001.001"}, ROLE_LEADER},
    {"duty", {"CQ.500112.013"}, ROLE_DUTY},
    {"com", {"CQ.500112.013.005"}, ROLE_COMMITTEE},
};
static const char *const client_users[SIM_CLIENTS] = {"u1", "u2", "u3", "duty", "u1", "com"};

static struct {
    char dir[256];
    char token[GW_KEY_B64 + 1];
} prepared;

static void die(const char *what, const struct gw_fail *fail)
{
    (void)fprintf(stderr, "simulation cannot be prepared: %s: %s\n", what, fail->text);
    abort();
}

void sim_copy_file(const char *from, const char *to)
{
    static char block[256 * 1024];
    FILE *in = fopen(from, "rb");
    if (in == NULL) {
        (void)unlink(to); /* absent there as well */
        return;
    }
    FILE *out = fopen(to, "wb");
    size_t n = 0;
    while (out != NULL && (n = fread(block, 1, sizeof(block), in)) > 0) {
        if (fwrite(block, 1, n, out) != n) {
            abort();
        }
    }
    if (out == NULL || fclose(out) != 0 || fclose(in) != 0) {
        abort();
    }
    (void)chmod(to, 0600); /* ours */
}

void sim_copy_home(const char *from, const char *to)
{
    static const char *const names[] = {"gridward.db", "gridward.db-wal", "device.key",
                                        "device.key.next", "device.key.rekey"};
    char a[600], b[600];
    (void)mkdir(to, 0700); /* may be there */
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(a, sizeof(a), "%s/%s", from, names[i]);
        (void)snprintf(b, sizeof(b), "%s/%s", to, names[i]);
        sim_copy_file(a, b);
    }
    (void)snprintf(b, sizeof(b), "%s/gridward.db-shm", to);
    (void)unlink(b); /* belongs to the files that were there */
}

/* ---- once: an empty home and a store with its people, copied for each seed */

/* A sensor in a dwelling; the last one is bound to nothing, so its alarms lie at the street. */
static enum gw_err prepare_device(struct store *store, int i, struct gw_fail *fail)
{
    const char *path = sim_grids[i % SIM_GRIDS];
    char id[16], row[200], dwelling[16];
    (void)snprintf(dwelling, sizeof(dwelling), "dw-%d", i);
    int n = snprintf(row, sizeof(row), "{\"address\":\"%d-1\"}", i);
    enum gw_err err =
        store->ops->row_put(store, TYPE_DWELLING, dwelling, path, row, (size_t)n, NULL, fail);
    (void)snprintf(id, sizeof(id), "dev-%d", i);
    n = snprintf(row, sizeof(row), "{\"serial\":\"SN-%d\",\"kind\":\"%s\",\"dwelling_id\":%s%s%s}",
                 i, i % 2 == 0 ? "smoke" : "sos", i + 1 < SIM_ALARM_DEVICES ? "\"" : "",
                 i + 1 < SIM_ALARM_DEVICES ? dwelling : "null",
                 i + 1 < SIM_ALARM_DEVICES ? "\"" : "");
    return err != GW_OK
               ? err
               : store->ops->row_put(store, TYPE_DEVICE, id, path, row, (size_t)n, NULL, fail);
}

static void prepare_people(struct store *store)
{
    struct gw_fail fail = {0};
    enum gw_err err = store->ops->begin(store, "sim", &fail);
    for (size_t i = 0; err == GW_OK && i < sizeof(people) / sizeof(people[0]); i++) {
        struct store_user user = {.role = people[i].role};
        (void)snprintf(user.id, sizeof(user.id), "%s", people[i].id);
        (void)snprintf(user.name, sizeof(user.name), "name of %s", people[i].id);
        err = store_user_add(store, &user, SIM_START, &fail);
        for (size_t k = 0; err == GW_OK && k < 3 && people[i].grants[k] != NULL; k++) {
            err = store_grant(store, people[i].id, people[i].grants[k], &fail);
        }
    }
    struct gw_random_seeded random;
    gw_random_seeded_init(&random, 7);
    if (err == GW_OK) {
        err = store_source_add(store, &random.random, "gateway", "CQ.500112.013", SIM_START,
                               prepared.token, &fail);
    }
    for (int i = 0; err == GW_OK && i < SIM_ALARM_DEVICES; i++) {
        err = prepare_device(store, i, &fail);
    }
    err = err != GW_OK ? err : store->ops->commit(store, &fail);
    if (err != GW_OK) {
        die("people", &fail);
    }
}

static void prepare_config(const char *name, const char *text)
{
    char path[400];
    (void)snprintf(path, sizeof(path), "%s/%s", prepared.dir, name);
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        abort();
    }
}

void sim_prepare(void)
{
    struct gw_fail fail = {0};
    if (prepared.dir[0] != '\0') {
        return;
    }
    if (access("/dev/shm", W_OK) == 0) {
        (void)setenv("TMPDIR", "/dev/shm", 1); /* else the slower default */
    }
    (void)snprintf(prepared.dir, sizeof(prepared.dir), "%s", scratch_dir());
    (void)faultvfs_register();
    if (gw_crypto_init() != GW_OK) {
        abort();
    }
    char path[400], url[420];
    struct gw_random_seeded random;
    gw_random_seeded_init(&random, 1);
    (void)snprintf(path, sizeof(path), "%s/empty.db", prepared.dir);
    (void)snprintf(url, sizeof(url), "sqlite:%s", path);
    struct store *store = NULL;
    const struct store_opts opts = {.url = url, .use = STORE_ADMIN};
    if (store_init(url, &random.random, &fail) != GW_OK ||
        store_open(&opts, &store, &fail) != GW_OK) {
        die("store", &fail);
    }
    prepare_people(store);
    store_close(store);
    struct home home;
    (void)snprintf(path, sizeof(path), "%s/empty-home", prepared.dir);
    const struct home_opts home_opts = {.dir = path};
    if (home_open(&home_opts, &home, &fail) != GW_OK) {
        die("home", &fail);
    }
    home_close(&home);
    prepare_config("client.conf", "[sync]\npage = 4\nslice = 2\n");
    prepare_config("server.conf", "[feed]\npage = 6\n[limit]\nbatch_lines = 5\n[rate]\n"
                                  "commands = 100000\ncommands_burst = 100000\nfeed = 100000\n"
                                  "feed_burst = 100000\nsnapshot = 100000\n"
                                  "snapshot_burst = 100000\n");
}

/* ---- one run */

void sim_trouble(struct sim *sim, const char *fmt, ...)
{
    char line[1024];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (sim->trouble.len < 8000) {
        (void)gw_buf_addf(&sim->trouble, "  %s\n", line); /* cut lists are enough */
    }
}

bool sim_chance(struct sim *sim, int thousandths)
{
    return thousandths > 0 && sim_below(sim, 1000) < thousandths;
}

int64_t sim_below(struct sim *sim, int64_t n)
{
    return n <= 1 ? 0 : (int64_t)gw_random_below(&sim->random.random, (uint64_t)n);
}

static void load_config(struct sim *sim, const char *name, const struct gw_setting *table, size_t n,
                        struct gw_config **out)
{
    char path[400];
    struct gw_fail fail = {0};
    (void)snprintf(path, sizeof(path), "%s/%s", prepared.dir, name);
    if (gw_config_load(table, n, path, out, &fail) != GW_OK) {
        die(name, &fail);
    }
    (void)sim;
}

static void start_server(struct sim *sim)
{
    char from[400];
    (void)snprintf(from, sizeof(from), "%s/empty.db", prepared.dir);
    (void)snprintf(sim->server_file, sizeof(sim->server_file), "%s/server.db", prepared.dir);
    (void)snprintf(sim->backup, sizeof(sim->backup), "%s/backup.db", prepared.dir);
    (void)snprintf(sim->url, sizeof(sim->url), "sqlite:%s", sim->server_file);
    char beside[600];
    static const char *const ends[] = {"-wal", "-shm"};
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(beside, sizeof(beside), "%s%s", sim->server_file, ends[i]);
        (void)unlink(beside); /* of the last run */
    }
    sim_copy_file(from, sim->server_file);
    memcpy(sim->source_token, prepared.token, sizeof(prepared.token));
    sim_server_start(sim);
}

static void start_client(struct sim *sim, int i)
{
    struct sim_client *client = &sim->clients[i];
    char from[400];
    client->sim = sim;
    client->i = i;
    client->user = client_users[i];
    client->skew = sim_chance(sim, 200) ? (sim_below(sim, 2) * 2 - 1) * INT64_C(315360000000) : 0;
    (void)snprintf(from, sizeof(from), "%s/empty-home", prepared.dir);
    (void)snprintf(client->dir, sizeof(client->dir), "%s/c%d", prepared.dir, i);
    (void)snprintf(client->image, sizeof(client->image), "%s/image%d", prepared.dir, i);
    gw_random_seeded_init(&client->random, sim->seed * 31 + (uint64_t)i + 1);
    for (size_t p = 0; p < sizeof(people) / sizeof(people[0]); p++) {
        if (strcmp(people[p].id, client->user) == 0) {
            client->role = people[p].role;
        }
    }
    sim_copy_home(from, client->dir);
    sim_net_init(client);
    sim_client_enrol(client, false);
    sim_client_start(client);
}

static void first_rows(struct sim *sim)
{
    struct gw_fail fail = {0};
    sim_admin_begin(sim);
    for (int i = 0; i < 12; i++) {
        char id[16], row[200];
        (void)snprintf(id, sizeof(id), "r%02d", i);
        int n = snprintf(row, sizeof(row), "{\"name\":\"n%d\",\"phones\":[\"%d\"],\"odd\":%d.5}", i,
                         i, i);
        (void)sim->admin->ops->row_put(sim->admin, i % 3 == 0 ? TYPE_DWELLING : TYPE_RESIDENT, id,
                                       sim_grids[sim_below(sim, SIM_GRIDS)], row, (size_t)n, NULL,
                                       &fail); /* seen by the check at the end */
    }
    sim_admin_commit(sim);
    sim->next_row = 100;
}

struct sim *sim_new(uint64_t seed)
{
    struct sim *sim = calloc(1, sizeof(*sim));
    if (sim == NULL) {
        abort();
    }
    sim_prepare();
    sim->seed = seed;
    sim->ticking = true;
    gw_buf_init(&sim->trouble, 64 * 1024);
    gw_random_seeded_init(&sim->random, seed);
    gw_clock_fixed_init(&sim->clock, SIM_START);
    sim->clock.mono = 1000;
    load_config(sim, "client.conf", sync_settings, sync_settings_n, &sim->client_config);
    load_config(sim, "server.conf", core_settings, core_settings_n, &sim->server_config);
    start_server(sim);
    first_rows(sim);
    for (int i = 0; i < SIM_CLIENTS; i++) {
        start_client(sim, i);
    }
    return sim;
}

void sim_free(struct sim *sim)
{
    faultvfs_disarm();
    for (int i = 0; i < SIM_CLIENTS; i++) {
        sim_client_stop(&sim->clients[i]);
    }
    sim_net_free(sim);
    core_free(sim->core);
    store_close(sim->admin);
    store_close(sim->store);
    gw_config_free(sim->client_config);
    gw_config_free(sim->server_config);
    gw_buf_free(&sim->trouble);
    free(sim);
}

/* ---- time: the earliest event, again and again */

static int64_t next_event(const struct sim *sim)
{
    int64_t next = sim_net_next(sim);
    for (int i = 0; i < SIM_CLIENTS; i++) {
        if (sim->clients[i].engine != NULL && sim->clients[i].wake < next) {
            next = sim->clients[i].wake;
        }
    }
    if (sim->core != NULL) {
        next = sim->tick_at < next ? sim->tick_at : next;
        next = sim->feeds_at < next ? sim->feeds_at : next;
    }
    return next;
}

static void happen(struct sim *sim)
{
    int64_t now = sim->clock.mono;
    if (sim->core != NULL && sim->tick_at <= now) {
        sim_server_tick(sim);
    }
    if (sim->core != NULL && sim->feeds_at <= now) {
        sim->feeds_at = now + 1000;
        sim_net_feeds(sim);
    }
    while (sim_net_deliver(sim)) {
    }
    for (int i = 0; i < SIM_CLIENTS; i++) {
        if (sim->clients[i].engine != NULL && sim->clients[i].wake <= now) {
            sim_client_step(&sim->clients[i]);
        }
    }
}

void sim_run(struct sim *sim, int64_t ms)
{
    int64_t until = sim->clock.mono + ms;
    int same = 0;
    while (true) {
        int64_t next = next_event(sim);
        if (next > until) {
            break;
        }
        same = next <= sim->clock.mono ? same + 1 : 0;
        if (same > 2000) {
            sim_trouble(sim, "a busy loop: two thousand events in one millisecond");
            return;
        }
        if (next > sim->clock.mono) {
            gw_clock_fixed_advance(&sim->clock, next - sim->clock.mono);
        }
        happen(sim);
    }
    if (until > sim->clock.mono) {
        gw_clock_fixed_advance(&sim->clock, until - sim->clock.mono);
    }
}
