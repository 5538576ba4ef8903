/* The simulated laptop: a home on a disk that may fail, an engine, a worker who presses keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/json.h"
#include "api/wire.h"
#include "tests/kit/faultvfs.h"
#include "tests/sim/sim.h"

static int64_t wall(void *ctx)
{
    const struct sim_client *client = ctx;
    return client->sim->clock.wall + client->skew;
}

static int64_t mono(void *ctx)
{
    const struct sim_client *client = ctx;
    return client->sim->clock.mono;
}

static bool open_homes(struct sim_client *client, bool must)
{
    struct gw_fail fail = {0};
    client->clock = (struct gw_clock){wall, mono, client};
    const struct home_opts opts = {
        .dir = client->dir,
        .must_be_enrolled = must,
        .clock = &client->clock,
        .random = &client->random.random,
        .vfs = FAULTVFS_NAME,
    };
    if (home_open(&opts, &client->home, &fail) != GW_OK) {
        sim_trouble(client->sim, "client %d: the home does not open: %s", client->i, fail.text);
        return false;
    }
    if (home_open(&opts, &client->writer, &fail) != GW_OK) {
        sim_trouble(client->sim, "client %d: the home does not open twice: %s", client->i,
                    fail.text);
        home_close(&client->home);
        return false;
    }
    client->open = true;
    return true;
}

static void close_homes(struct sim_client *client)
{
    if (client->open) {
        home_close(&client->writer);
        home_close(&client->home);
    }
    client->open = false;
}

void sim_client_start(struct sim_client *client)
{
    struct gw_fail fail = {0};
    if (!open_homes(client, true)) {
        return;
    }
    const struct engine_opts opts = {
        .home = &client->home,
        .net = &client->net,
        .clock = &client->clock,
        .random = &client->random.random,
        .config = client->sim->client_config,
    };
    if (engine_new(&opts, &client->engine, &fail) != GW_OK) {
        sim_trouble(client->sim, "client %d: no engine: %s", client->i, fail.text);
    }
    client->wake = 0;
}

void sim_client_stop(struct sim_client *client)
{
    engine_free(client->engine);
    client->engine = NULL;
    close_homes(client);
}

void sim_client_step(struct sim_client *client)
{
    client->wake = engine_step(client->engine, 1000);
    (void)engine_changed(client->engine); /* nobody looks at a screen here */
}

/* From the nth write on the disk takes nothing more; then the power is gone. What was written
 * before, half a page perhaps, is what the next start finds. */
void sim_client_crash(struct sim_client *client)
{
    struct sim *sim = client->sim;
    char suffix[64];
    (void)snprintf(suffix, sizeof(suffix), "/c%d/gridward.db-wal", client->i);
    const struct faultvfs_plan plan = {
        .ops = FAULTVFS_ANY,
        .nth = 1 + sim_below(sim, 60),
        .rc = sim_chance(sim, 500) ? SQLITE_IOERR_WRITE : SQLITE_FULL,
        .sticky = true,
        .torn = sim_chance(sim, 500),
        .suffix = suffix,
    };
    faultvfs_arm(&plan);
    if (sim_chance(sim, 500) && client->open) {
        sim_client_issue(client);
    }
    sim_run(sim, sim_below(sim, 4000));
    sim_client_stop(client);
    faultvfs_disarm();
    sim->crashes++;
    sim->faults++;
    sim_client_start(client);
}

void sim_client_photograph(struct sim_client *client)
{
    sim_copy_home(client->dir, client->image);
    client->has_image = true;
}

static bool uid_in(struct home *home, const char *uid)
{
    sqlite3_stmt *st = NULL;
    bool found = false;
    if (sqlite3_prepare_v2(gw_db_handle(home->db), "SELECT 1 FROM journal WHERE uid = ?1", -1, &st,
                           NULL) == SQLITE_OK) {
        (void)sqlite3_bind_text(st, 1, uid, -1, SQLITE_STATIC);
        found = sqlite3_step(st) == SQLITE_ROW;
    }
    (void)sqlite3_finalize(st);
    return found;
}

void sim_client_restore(struct sim_client *client)
{
    struct sim *sim = client->sim;
    if (!client->has_image) {
        return;
    }
    sim_client_stop(client);
    sim_copy_home(client->image, client->dir);
    sim->faults++;
    sim_client_start(client);
    for (size_t i = 0; client->open && i < sim->issued_n; i++) {
        if (sim->issued[i].client == client->i && !uid_in(&client->home, sim->issued[i].uid)) {
            sim->issued[i].lost = true;
        }
    }
}

static void pump(void *ctx)
{
    sim_run(ctx, 20);
}

/* A person gives a code; with `again`, to a laptop that has been enrolled before. */
void sim_client_enrol(struct sim_client *client, bool again)
{
    struct sim *sim = client->sim;
    struct gw_fail fail = {0};
    char code[16];
    const struct sim_rates rates = sim->rates;
    bool down = client->down;
    sim->rates = (struct sim_rates){0};
    client->down = false;
    engine_free(client->engine);
    client->engine = NULL;
    if (!client->open && !open_homes(client, false)) {
        return;
    }
    sim_code(sim, client->user, code);
    const struct enrol_in in = {
        .url = "https://dispatch.invalid", .code = code, .device_name = "laptop", .again = again};
    if (sync_enrol(&client->home, &client->net, pump, sim, &in, &fail) != GW_OK) {
        sim_trouble(sim, "client %d: not enrolled: %s", client->i, fail.text);
    }
    close_homes(client);
    sim->rates = rates;
    client->down = down;
    sim->enrolments++;
}

/* ---- the worker */

static bool pick_alarm(struct sim_client *client, char *id, size_t size, int64_t *level)
{
    sqlite3 *db = gw_db_handle(client->writer.db);
    sqlite3_stmt *st = NULL;
    int64_t n = 0;
    bool found = false;
    if (sqlite3_prepare_v2(db, "SELECT count(*) FROM alarm", -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW) {
        n = sqlite3_column_int64(st, 0);
    }
    (void)sqlite3_finalize(st);
    if (n == 0 ||
        sqlite3_prepare_v2(db, "SELECT id, level FROM alarm ORDER BY id LIMIT 1 OFFSET ?1", -1, &st,
                           NULL) != SQLITE_OK) {
        return false;
    }
    (void)sqlite3_bind_int64(st, 1, sim_below(client->sim, n));
    if (sqlite3_step(st) == SQLITE_ROW) {
        (void)snprintf(id, size, "%s", (const char *)sqlite3_column_text(st, 0));
        *level = sqlite3_column_int64(st, 1);
        found = true;
    }
    (void)sqlite3_finalize(st);
    return found;
}

struct act {
    enum cmd_kind kind;
    int weight;
};
static const struct act acts[] = {
    {CMD_ALARM_ACK, 20},    {CMD_ALARM_NOTE, 25},   {CMD_ALARM_ATTEMPT, 10},
    {CMD_ALARM_ENROUTE, 6}, {CMD_ALARM_ARRIVED, 6}, {CMD_ALARM_ESCALATE, 6},
    {CMD_ALARM_CLOSE, 8},   {CMD_ALARM_RETRACT, 6}, {CMD_ALARM_UNACK, 4},
    {CMD_ALARM_HOLD, 4},    {CMD_ALARM_CONFIRM, 3}, {CMD_ALARM_HANDOVER, 4},
    {CMD_ALARM_RAISE, 4},   {CMD_DUTY_SET, 4},
};

static enum cmd_kind pick_act(struct sim *sim)
{
    int64_t total = 0;
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        total += acts[i].weight;
    }
    int64_t at = sim_below(sim, total);
    size_t i = 0;
    while (at >= acts[i].weight) {
        at -= acts[i++].weight;
    }
    return acts[i].kind;
}

static const char *pick(struct sim *sim, const char *const *list, int64_t n)
{
    return list[sim_below(sim, n)];
}

static void fill(struct sim_client *client, enum cmd_kind kind, const char *alarm,
                 struct cmd_data *data, char *text, size_t text_size, char uid[GW_UUID_LEN + 1])
{
    static const char *const results[] = {"answered", "no_answer", "busy"};
    static const char *const outcomes[] = {"test", "false_cooking", "real_fire", "low_battery"};
    static const char *const users[] = {"u1", "u2", "u3", "duty"};
    static const char *const duties[] = {"on", "off", "reachable"};
    struct sim *sim = client->sim;
    struct journal_entry last;
    cmd_data_init(data);
    (void)snprintf(text, text_size, "note %lld", (long long)++sim->notes);
    data->text = text;
    if (kind == CMD_ALARM_ATTEMPT) {
        data->text = NULL;
        data->to = "elder";
        data->result = pick(sim, results, 3);
    } else if (kind == CMD_ALARM_ESCALATE) {
        data->text = NULL;
        data->to_level = 4 + sim_below(sim, 2);
        data->reason = "smoke";
    } else if (kind == CMD_ALARM_CLOSE) {
        data->text = NULL;
        data->outcome = pick(sim, outcomes, 4);
        data->no_visit_reason = sim_chance(sim, 700) ? "neighbour saw it" : NULL;
        data->second_person = data->no_visit_reason != NULL ? pick(sim, users, 4) : NULL;
    } else if (kind == CMD_ALARM_HANDOVER) {
        data->text = NULL;
        data->to = pick(sim, users, 4);
    } else if (kind == CMD_ALARM_RAISE) {
        data->kind = "fall";
        data->severity = "major";
        data->path = sim_grids[sim_below(sim, SIM_GRIDS)];
    } else if (kind == CMD_DUTY_SET) {
        data->text = NULL;
        data->state = pick(sim, duties, 3);
    } else if (kind == CMD_ALARM_RETRACT) {
        data->text = NULL;
        if (journal_last_on(&client->writer, alarm, &last) == GW_OK) {
            memcpy(uid, last.uid, GW_UUID_LEN + 1);
        } else {
            memcpy(uid, "0199c0de-0000-7000-8000-000000000000", GW_UUID_LEN + 1);
        }
        data->uid = uid;
    } else if (kind != CMD_ALARM_NOTE) {
        data->text = NULL;
    }
}

/* A command that the server must refuse: an unknown kind in good form, or a bent signature. False:
 * it stayed what it was. */
static bool poison(struct sim_client *client, const struct journal_entry *entry, bool bend)
{
    struct home *home = &client->writer;
    struct gw_buf body;
    char hash[GW_HASH_HEX + 1], sig64[GW_SIGN_B64 + 1];
    uint8_t sig[GW_SIGN_BYTES];
    gw_buf_init(&body, 65536);
    bool good = journal_body(home, entry->n, &body) == GW_OK;
    char *kind = good ? strstr(body.data, "\"alarm.note\"") : NULL;
    if (kind == NULL) {
        gw_buf_free(&body);
        return false;
    }
    if (!bend) {
        memcpy(kind, "\"alarm.nope\"", 12);
    }
    wire_cmd_hash(body.data, body.len, hash);
    gw_sign(&home->key, CMD_SIGN_PREFIX, body.data, body.len, sig);
    sig[5] = bend ? sig[5] ^ 4 : sig[5];
    gw_b64url(sig, sizeof(sig), sig64);
    char *sql = sqlite3_mprintf("UPDATE journal SET body = %Q, sig = %Q, hash = %Q WHERE uid = %Q",
                                body.data, sig64, hash, entry->uid);
    bool done = gw_db_exec(home->db, sql, NULL) == GW_OK; /* a failing disk: then it is no poison */
    sqlite3_free(sql);
    gw_buf_free(&body);
    return done;
}

void sim_client_issue(struct sim_client *client)
{
    struct sim *sim = client->sim;
    struct cmd_data data;
    struct journal_entry entry;
    struct gw_fail fail = {0};
    char alarm[GW_ID_MAX + 1] = "", text[32], uid[GW_UUID_LEN + 1];
    int64_t level = 0;
    enum cmd_kind kind = pick_act(sim);
    bool alarm_there = pick_alarm(client, alarm, sizeof(alarm), &level);
    if (kind == CMD_ALARM_RAISE) {
        gw_uuid7(&client->writer.uuids, &client->clock, &client->random.random, alarm);
    } else if (kind == CMD_DUTY_SET) {
        (void)snprintf(alarm, sizeof(alarm), "%s", client->user);
    } else if (!alarm_there) {
        return;
    }
    fill(client, kind, alarm, &data, text, sizeof(text), uid);
    if (sim->issued_n >= SIM_ISSUED ||
        journal_append(&client->writer, kind, alarm, sim_chance(sim, 700) ? level : 0, &data,
                       &entry, &fail) != GW_OK) {
        return; /* the worker was told that it is not saved */
    }
    struct sim_issued *issued = &sim->issued[sim->issued_n++];
    *issued = (struct sim_issued){.client = client->i};
    memcpy(issued->uid, entry.uid, sizeof(issued->uid));
    (void)snprintf(issued->text, sizeof(issued->text), "%s", kind == CMD_ALARM_NOTE ? text : "");
    if (kind == CMD_ALARM_NOTE && sim_chance(sim, 150)) {
        issued->bent = sim_chance(sim, 500);
        issued->poison = true;
        /* when the disk says no: what was written may be found after the crash, or not */
        issued->unsure = !poison(client, &entry, issued->bent);
    }
    sim->commands++;
    if (client->engine != NULL && sim_chance(sim, 500)) {
        engine_nudge(client->engine);
    }
    client->wake = 0;
}
