#include "tests/kit/laptops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/process_p.h"
#include "rules/ruleset_load.h"
#include "tests/kit/scratch.h"

#define ok(call) assert_int_equal((call), GW_OK)

/* ---- the line to the server */

static enum core_method method_of(const char *name)
{
    return strcmp(name, "GET") == 0 ? CORE_GET : strcmp(name, "POST") == 0 ? CORE_POST : CORE_OTHER;
}

static bool chance(struct laptop *l, int thousandths)
{
    return thousandths > 0 && gw_random_below(&l->random.random, 1000) < (uint64_t)thousandths;
}

static void serve_one(struct laptop *l, struct fakenet_call *call)
{
    char *query = strchr(call->path, '?');
    if (chance(l, l->lose_request)) {
        fakenet_end(&l->net, call, NET_UNREACHABLE, 0, "", -1);
        return;
    }
    if (query) {
        *query++ = '\0';
    }
    const struct core_request request = {
        .method = method_of(call->method),
        .path = call->path,
        .query = query ? query : "",
        .bearer = call->bearer[0] ? call->bearer : NULL,
        .content_type =
            strcmp(call->path, "/v1/commands") == 0 ? "application/x-ndjson" : "application/json",
        .accept = call->accept,
        .body = gw_buf_str(&call->body),
        .body_len = call->body.len,
        .peer = l->dir,
    };
    l->server->clock.wall += 200;
    l->server->clock.mono += 200;
    l->net.server_time = l->server->clock.wall;
    core_refresh(l->server->core);
    int status = core_kit_send(l->server, &request);
    bool lost = chance(l, l->lose_answer);
    fakenet_end(&l->net, call, lost ? NET_CUT : NET_DONE, lost ? 0 : status,
                lost ? "" : core_kit_body(l->server), -1);
}

static void serve(void *ctx)
{
    struct laptop *l = ctx;
    for (size_t i = 0; i < FAKENET_CALLS; i++) {
        if (l->net.calls[i].id != 0) {
            serve_one(l, &l->net.calls[i]);
        }
    }
}

bool laptop_sync(struct laptop *l)
{
    struct engine *engine = NULL;
    struct sync_status status = {.phase = SYNC_CONNECTING};
    struct gw_fail fail = {0};
    const struct engine_opts opts = {.home = &l->home,
                                     .net = &l->net.net,
                                     .clock = &l->server->clock.clock,
                                     .random = &l->random.random,
                                     .config = l->config,
                                     .once = true};
    if (engine_new(&opts, &engine, &fail) != GW_OK) {
        fail_msg("engine: %s", fail.text);
    }
    for (int turn = 0; turn < 500 && status.phase != SYNC_LIVE && status.phase != SYNC_OFFLINE;
         turn++) {
        (void)engine_step(engine, 1000);
        engine_status(engine, &status);
        serve(l);
    }
    engine_free(engine);
    return status.phase == SYNC_LIVE;
}

/* ---- life */

static void open_home(struct laptop *l)
{
    struct gw_fail fail = {0};
    const struct home_opts opts = {
        .dir = l->dir, .clock = &l->server->clock.clock, .random = &l->random.random};
    if (home_open(&opts, &l->home, &fail) != GW_OK) {
        fail_msg("home: %s", fail.text);
    }
}

void laptop_reopen(struct laptop *l, struct core_kit *server, const char *dir, uint64_t seed)
{
    *l = (struct laptop){.server = server};
    (void)snprintf(l->dir, sizeof l->dir, "%s", dir);
    gw_random_seeded_init(&l->random, seed);
    fakenet_init(&l->net);
    ok(gw_config_load(sync_settings, sync_settings_n, NULL, &l->config, NULL));
    open_home(l);
}

void laptop_open(struct laptop *l, struct core_kit *server, const char *user, const char *name)
{
    char dir[400];
    char code[16];
    struct gw_fail fail = {0};
    uint64_t seed = 1;
    for (const char *c = name; *c; c++) {
        seed = seed * 31 + (uint64_t)*c;
    }
    (void)snprintf(dir, sizeof dir, "%s/%s", scratch_dir(), name);
    laptop_reopen(l, server, dir, seed);
    core_kit_code(server, user, code);
    const struct enrol_in in = {
        .url = "http://127.0.0.1:1", .code = code, .device_name = name, .ca_file = "", .pin = ""};
    if (sync_enrol(&l->home, &l->net.net, serve, l, &in, &fail) != GW_OK) {
        fail_msg("enrol: %s", fail.text);
    }
}

void laptop_close(struct laptop *l)
{
    fakenet_free(&l->net);
    home_close(&l->home);
    gw_config_free(l->config);
}

/* ---- procedures */

void laptop_rules(const char *template_id, struct gw_buf *out)
{
    struct gw_fail fail = {0};
    gw_buf_init(out, RULESET_TEXT_MAX);
    if (ruleset_compose("rules", template_id, "CQ", day_of_ms(CORE_T0), out, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
}

void laptop_keep_rules(struct laptop *l, const struct gw_buf *text)
{
    char hash[GW_HASH_HEX + 1];
    ok(odb_begin(&l->home, GW_DURABLE_FULL, "keep", NULL));
    ok(odb_end(&l->home, process_rules_keep(&l->home, gw_buf_str(text), text->len, hash, NULL),
               NULL));
}

static void open_it(struct laptop *l, const struct gw_buf *text, const struct proc_value *values,
                    size_t n, gw_id *id)
{
    struct gw_fail fail = {0};
    const struct process_entry entry = {.step = "open", .values = values, .values_n = n};
    enum gw_err err = process_start(&l->home, gw_buf_str(text), text->len, &entry, id, NULL, &fail);
    if (err) {
        fail_msg("start: %s: %s", gw_err_name(err), fail.text);
    }
}

void laptop_start(struct laptop *l, const struct gw_buf *text, gw_id *id)
{
    const struct proc_value values[] = {
        {.key = "kind", .text = "consultation"},      {.key = "title", .text = "停车位"},
        {.key = "division", .text = COMMUNITY},       {.key = "place", .text = "滨江"},
        {.key = "meeting_day", .text = "2026-07-10"},
    };
    open_it(l, text, values, sizeof values / sizeof values[0], id);
}

void laptop_elect(struct laptop *l, const struct gw_buf *text, gw_id *id)
{
    const struct proc_value values[] = {
        {.key = "kind", .text = "by-election"},
        {.key = "title", .text = "补选"},
        {.key = "division", .text = COMMUNITY},
        {.key = "place", .text = "滨江"},
        {.key = "meeting_day", .text = "2026-07-10"},
        {.key = "villagers_meeting", .num = 1},
        {.key = "seats", .num = 2},
    };
    open_it(l, text, values, sizeof values / sizeof values[0], id);
}

void laptop_step(struct laptop *l, const char *process, const char *step, const char *key,
                 const char *text)
{
    struct gw_fail fail = {0};
    const struct proc_value value = {.key = key, .text = text};
    const struct process_entry entry = {.step = step, .values = &value, .values_n = 1};
    if (process_record(&l->home, process, PROC_STEP, &entry, NULL, &fail) != GW_OK) {
        fail_msg("step: %s", fail.text);
    }
}

static void load(struct laptop *l, const char *process, struct process_case *c)
{
    struct gw_fail fail = {0};
    if (process_load(&l->home, process, day_of_ms(CORE_T0), c, &fail) != GW_OK) {
        fail_msg("load: %s", fail.text);
    }
}

void laptop_digest(struct laptop *l, const char *process, char out[GW_HASH_HEX + 1])
{
    struct process_case c;
    load(l, process, &c);
    ev_digest(c.set, process, out);
    process_unload(&c);
}

int64_t laptop_int(struct laptop *l, const char *sql)
{
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_prepare_v2(gw_db_handle(l->home.db), sql, -1, &st, NULL), SQLITE_OK);
    int64_t value = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
    (void)sqlite3_finalize(st); /* read only */
    return value;
}

static void put_slot(const struct slot *s, struct gw_buf *out)
{
    ok(gw_buf_addf(out, "%s/%s %d %s repeats %zu rivals %zu", s->step, s->subject ? s->subject : "",
                   s->state, s->record ? s->record->hash : "-", s->repeats, s->rivals_n));
    for (size_t i = 0; i < s->corrections_n; i++) {
        ok(gw_buf_addf(out, " %.8s", s->corrections[i]->hash));
    }
    ok(gw_buf_adds(out, "\n"));
}

void laptop_state(struct laptop *l, const char *process, struct gw_buf *out)
{
    struct process_case c;
    char digest[GW_HASH_HEX + 1];
    load(l, process, &c);
    ev_digest(c.set, process, digest);
    gw_buf_init(out, 4 << 20);
    ok(gw_buf_addf(out, "%s %zu %s\n", digest, ev_count(c.set), procedure_state_name(c.state)));
    for (size_t i = 0; i < ev_count(c.set); i++) {
        const struct ev_step *step = ev_at(c.set, i);
        ok(gw_buf_addf(out, "%s %d %d %s\n", step->hash, step->kind, step->status, step->user));
    }
    for (size_t i = 0; i < procedure_slots(c.state); i++) {
        put_slot(procedure_slot(c.state, i), out);
    }
    for (size_t i = 0; i < procedure_findings(c.state); i++) {
        const struct finding *f = procedure_finding(c.state, i);
        ok(gw_buf_addf(out, "%s %s/%s %s %lld %lld %lld\n", finding_name(f->kind),
                       f->slot ? f->slot->step : "",
                       f->slot && f->slot->subject ? f->slot->subject : "", f->rule,
                       (long long)f->day, (long long)f->have, (long long)f->want));
    }
    process_unload(&c);
}
