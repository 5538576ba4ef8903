/* Two clerks and a duty room on one procedure, without a server for a day: records, corrections and
 * second signatures by each of them, merged by network and by stick in any order, twice, late and
 * with a line that breaks. In the end all three hold the same set with the same state, the server
 * too, and nothing is doubled or waits.
 *
 * PROC_SEEDS=a:b runs a..b-1 instead of 0..199. Seeds that once failed stand in
 * tests/sim/seeds-process.txt and run whenever no range is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dispatchd/bundle.h"
#include "tests/kit/laptops.h"
#include "tests/kit/scratch.h"
#include "tests/sim/sim.h"

enum { PEOPLE = 3, STICKS = 8, ACTIONS = 42, WRITTEN_MAX = 256 };
#define ok(call) assert_int_equal((call), GW_OK)

/* A file in somebody's pocket. */
struct stick {
    struct gw_buf file;
    int to; /* laptop, or -1: the server */
    int from;
};

struct world {
    uint64_t seed;
    struct gw_random_seeded random;
    struct core_kit server;
    struct laptop laptops[PEOPLE];
    gw_id process;
    struct stick sticks[STICKS];
    int64_t written[PEOPLE]; /* records that were told to be saved */
    int64_t merges, syncs, broken, taken;
    char trouble[1024];
};

/* The state that every seed begins with, on the disk. */
static struct {
    char store[512], homes[PEOPLE][512];
    gw_id process;
    struct gw_buf rules;
} prepared;

static const char *const users[PEOPLE] = {"clerk", "clerk2", "duty"};

static int64_t below(struct world *w, int64_t n)
{
    return (int64_t)gw_random_below(&w->random.random, (uint64_t)n);
}

static void trouble(struct world *w, const char *what, const char *detail)
{
    size_t len = strlen(w->trouble);
    (void)snprintf(w->trouble + len, sizeof w->trouble - len, "%s: %s\n", what, detail);
}

/* ---- prepare once, copy for each seed */

static void prepare(void)
{
    struct core_kit server;
    struct laptop l[PEOPLE];
    char name[64];
    gw_id other;
    core_kit_open(&server, "process-prepared.db");
    core_kit_user(&server, "clerk2", ROLE_COMMITTEE, COMMUNITY);
    laptop_rules("community-by-election", &prepared.rules);
    for (int i = 0; i < PEOPLE; i++) {
        (void)snprintf(name, sizeof name, "process-prepared-%d", i);
        laptop_open(&l[i], &server, users[i], name);
        (void)snprintf(prepared.homes[i], sizeof prepared.homes[i], "%s", l[i].dir);
        assert_true(laptop_sync(&l[i]));
        laptop_keep_rules(&l[i], &prepared.rules);
        laptop_elect(&l[i], &prepared.rules, i == 0 ? &prepared.process : &other);
        assert_true(laptop_sync(&l[i]));
    }
    for (int i = 0; i < PEOPLE; i++) {
        assert_true(laptop_sync(&l[i])); /* now each knows all three as signers */
        laptop_close(&l[i]);
    }
    (void)snprintf(prepared.store, sizeof prepared.store, "%s", strchr(server.url, ':') + 1);
    core_kit_close(&server);
}

static void begin(struct world *w, uint64_t seed)
{
    char dir[600], file[600];
    *w = (struct world){.seed = seed};
    gw_random_seeded_init(&w->random, seed + 1);
    (void)snprintf(file, sizeof file, "%s/process.db", scratch_dir());
    core_kit_adopt(&w->server, prepared.store, file);
    gw_random_seeded_init(&w->server.random, seed + 77);
    memcpy(w->process, prepared.process, sizeof w->process);
    for (int i = 0; i < PEOPLE; i++) {
        (void)snprintf(dir, sizeof dir, "%s/process-%d", scratch_dir(), i);
        sim_copy_home(prepared.homes[i], dir);
        laptop_reopen(&w->laptops[i], &w->server, dir, seed * PEOPLE + (uint64_t)i);
    }
}

static void end(struct world *w)
{
    for (int i = 0; i < PEOPLE; i++) {
        laptop_close(&w->laptops[i]);
    }
    for (int i = 0; i < STICKS; i++) {
        gw_buf_free(&w->sticks[i].file);
    }
    core_kit_close(&w->server);
}

static void wait_ms(struct world *w, int64_t ms)
{
    gw_clock_fixed_advance(&w->server.clock, ms);
}

/* ---- records */

/* Plain steps, steps with a second person (B07, B08), steps with subjects; counts that keep the
 * rules and counts that break them. */
static const struct {
    const char *step, *key;
    bool number, subjects;
} steps[] = {
    {"B02", "method", false, false},    {"B03", "posted_at", false, false},
    {"B05", "candidates", true, false}, {"B06", "present", true, false},
    {"B07", "issued", true, false},     {"B08", "votes", true, true},
    {"B10", "women", true, false},
};

/* Any record held, as the target of a correction or a second signature. Of a journal any kind: the
 * console refuses what cannot be a target. */
static bool any_record(struct world *w, struct laptop *l, char hash[GW_HASH_HEX + 1])
{
    static const char held[] =
        "SELECT hash FROM step WHERE process = ?1 UNION SELECT hash FROM foreign_line WHERE "
        "process = ?1 UNION SELECT hash FROM journal WHERE id = ?1 ORDER BY hash";
    sqlite3_stmt *st = NULL;
    int64_t n = 0;
    assert_int_equal(sqlite3_prepare_v2(gw_db_handle(l->home.db), held, -1, &st, NULL), SQLITE_OK);
    (void)sqlite3_bind_text(st, 1, w->process, -1, SQLITE_STATIC);
    while (sqlite3_step(st) == SQLITE_ROW) {
        if (below(w, ++n) == 0) { /* each with the same chance */
            (void)snprintf(hash, GW_HASH_HEX + 1, "%s", (const char *)sqlite3_column_text(st, 0));
        }
    }
    (void)sqlite3_finalize(st); /* read only */
    return n > 0;
}

static const char *const subjects[] = {"1", "2"};

/* What the console refuses is not written; everything else must be. */
static void record(struct world *w, int who)
{
    struct laptop *l = &w->laptops[who];
    char text[32], hash[GW_HASH_HEX + 1] = "";
    struct gw_fail fail = {0};
    size_t s = (size_t)below(w, sizeof steps / sizeof steps[0]);
    int64_t dice = below(w, 100);
    enum proc_kind kind = dice < 50   ? PROC_STEP
                          : dice < 72 ? PROC_CORRECT
                          : dice < 92 ? PROC_COSIGN
                          : dice < 98 ? PROC_CHECKPOINT
                                      : PROC_CLOSE;
    (void)snprintf(text, sizeof text, "%d-%lld", who, (long long)below(w, 3));
    const struct proc_value value = {.key = kind == PROC_CLOSE ? "outcome" : steps[s].key,
                                     .num = 100 + below(w, 3),
                                     .text = kind == PROC_CLOSE ? "done"
                                             : steps[s].number  ? NULL
                                                                : text};
    bool target = kind == PROC_CORRECT || kind == PROC_COSIGN;
    if (target && !any_record(w, l, hash)) {
        return;
    }
    const struct process_entry entry = {
        .step = kind == PROC_STEP ? steps[s].step : NULL,
        .subject = kind == PROC_STEP && steps[s].subjects ? subjects[below(w, 2)] : NULL,
        .values = &value,
        .values_n = kind == PROC_COSIGN || kind == PROC_CHECKPOINT ? 0 : 1,
        .reason = kind == PROC_CORRECT ? "写错" : NULL,
        .target = target ? hash : NULL};
    enum gw_err err = process_record(&l->home, w->process, kind, &entry, NULL, &fail);
    w->written[who] += err == GW_OK;
    if (err != GW_OK && err != GW_INVALID && err != GW_REFUSED && err != GW_ABSENT) {
        trouble(w, "record", fail.text);
    }
}

/* ---- sticks */

static struct stick *pocket(struct world *w, int from, int to)
{
    struct stick *s = &w->sticks[below(w, STICKS)]; /* an older one in it is lost */
    gw_buf_free(&s->file);
    gw_buf_init(&s->file, BUNDLE_FILE_MAX);
    s->from = from;
    s->to = to;
    return s;
}

static void pack_peer(struct world *w, int from, int to)
{
    struct bundle_report r;
    struct gw_fail fail = {0};
    const char *devices[] = {w->laptops[to].home.id.device};
    struct stick *s = pocket(w, from, to);
    enum gw_err err =
        process_bundle_out(&w->laptops[from].home, w->process, devices, 1, NULL, &s->file, &r, &fail);
    if (err && err != GW_ABSENT) { /* absent: not heard of yet */
        trouble(w, "pack", fail.text);
    }
}

static void pack_server(struct world *w, int from)
{
    struct bundle_report r;
    struct gw_fail fail = {0};
    struct stick *s = pocket(w, from, -1);
    if (home_bundle_out(&w->laptops[from].home, NULL, &s->file, &r, &fail)) {
        trouble(w, "export", fail.text);
    }
}

/* The file stays in the pocket: it may be used again. */
static void use_at_server(struct world *w, struct stick *s)
{
    struct core_bundle_report r;
    struct gw_fail fail = {0};
    struct gw_buf reply;
    int to = s->from;
    gw_buf_init(&reply, BUNDLE_FILE_MAX);
    core_refresh(w->server.core);
    if (core_bundle(w->server.core, gw_buf_str(&s->file), s->file.len, &reply, &r, &fail)) {
        trouble(w, "server", fail.text);
    }
    struct stick *back = pocket(w, -1, to);
    (void)gw_buf_add(&back->file, gw_buf_str(&reply), reply.len); /* empty: told above */
    gw_buf_free(&reply);
}

static void use(struct world *w, struct stick *s)
{
    struct bundle_report r;
    struct gw_fail fail = {0};
    if (s->file.len == 0) {
        return;
    }
    if (s->to < 0) {
        use_at_server(w, s);
        return;
    }
    struct home *home = &w->laptops[s->to].home;
    enum gw_err err = s->from < 0
                          ? home_bundle_in(home, gw_buf_str(&s->file), s->file.len, &r, &fail)
                          : process_bundle_in(home, gw_buf_str(&s->file), s->file.len, &r, &fail);
    w->merges++;
    w->taken += err ? 0 : r.taken;
    if (err || r.refused > 0) {
        trouble(w, "merge", err ? fail.text : r.why);
    }
}

static void online(struct world *w, int who, int chance)
{
    w->laptops[who].lose_request = w->laptops[who].lose_answer = chance;
    w->syncs++;
    w->broken += !laptop_sync(&w->laptops[who]);
}

/* ---- one day */

static void act(struct world *w)
{
    int who = (int)below(w, PEOPLE);
    int64_t dice = below(w, 100);
    wait_ms(w, 1000 + below(w, 20 * 60 * 1000));
    if (dice < 45) {
        record(w, who);
    } else if (dice < 58) {
        pack_peer(w, who, (who + 1 + (int)below(w, PEOPLE - 1)) % PEOPLE);
    } else if (dice < 66) {
        pack_server(w, who);
    } else if (dice < 90) {
        use(w, &w->sticks[below(w, STICKS)]);
    } else if (dice < 94) {
        online(w, who, 150);
    } else if (dice < 96) {
        core_kit_restart(&w->server);
    }
}

/* All by network, as on the next morning: one round to bring, one to read. */
static void heal(struct world *w)
{
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < PEOPLE; i++) {
            wait_ms(w, 60 * 1000);
            online(w, i, 0);
        }
    }
}

static void check_alike(struct world *w)
{
    struct gw_buf first, other;
    laptop_state(&w->laptops[0], w->process, &first);
    for (int i = 1; i < PEOPLE; i++) {
        laptop_state(&w->laptops[i], w->process, &other);
        if (strcmp(gw_buf_str(&first), gw_buf_str(&other)) != 0) {
            trouble(w, "state", "two laptops do not hold the same");
            if (getenv("PROC_DUMP")) {
                (void)printf("---- 0\n%s---- %d\n%s", gw_buf_str(&first), i, gw_buf_str(&other));
            }
        }
        gw_buf_free(&other);
    }
    gw_buf_free(&first);
}

static void check_counts(struct world *w)
{
    int64_t written = 1; /* the open */
    char sql[256];
    for (int i = 0; i < PEOPLE; i++) {
        written += w->written[i];
    }
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM step WHERE process = '%s'", w->process);
    for (int i = 0; i < PEOPLE; i++) {
        struct laptop *l = &w->laptops[i];
        if (laptop_int(l, sql) != written) {
            trouble(w, "count", "a laptop does not hold exactly what was recorded");
        }
        if (laptop_int(l, "SELECT count(*) FROM journal WHERE state <> 'applied'") != 0) {
            trouble(w, "journal", "a record is not applied in the end");
        }
        if (laptop_int(l,
                       "SELECT count(*) FROM foreign_line f WHERE state IN ('pending', 'sent') "
                       "AND NOT EXISTS (SELECT 1 FROM step s WHERE s.id = f.dev || '.' || f.n)")) {
            trouble(w, "foreign", "a record of another one waits for ever");
        }
        if (laptop_int(l, "SELECT count(*) FROM step WHERE status <> 'applied'") != 0) {
            trouble(w, "status", "a step is not applied in the end");
        }
        if (laptop_int(l, "SELECT incidents FROM sync_state") != 0) {
            trouble(w, "digest", "the mirror was not what the server holds");
        }
    }
}

struct totals {
    int64_t seeds, bad, written, merges, taken, syncs, broken;
};

/* Opened on that day, before anybody is online: the others know it only by stick or network. */
static void open_it(struct world *w)
{
    laptop_elect(&w->laptops[0], &prepared.rules, &w->process);
    for (int i = 1; i < PEOPLE; i++) {
        pack_peer(w, 0, i);
    }
    for (int i = 0; i < STICKS; i++) {
        use(w, &w->sticks[i]);
    }
}

static void run_seed(uint64_t seed, struct totals *t)
{
    static struct world w;
    begin(&w, seed);
    if (seed % 2 == 1) {
        open_it(&w);
    }
    for (int i = 0; i < ACTIONS && !w.trouble[0]; i++) {
        act(&w);
    }
    if (!w.trouble[0]) {
        heal(&w);
        check_counts(&w);
        check_alike(&w);
    }
    if (w.trouble[0]) {
        t->bad++;
        (void)printf(
            "seed %llu broke:\n%sagain with: PROC_SEEDS=%llu:%llu tests/sim/test_process\n",
            (unsigned long long)seed, w.trouble, (unsigned long long)seed,
            (unsigned long long)seed + 1);
    }
    t->seeds++;
    for (int i = 0; i < PEOPLE; i++) {
        t->written += w.written[i];
    }
    t->merges += w.merges;
    t->taken += w.taken;
    t->syncs += w.syncs;
    t->broken += w.broken;
    end(&w);
}

static void say(const char *what, const struct totals *t, clock_t began)
{
    (void)printf("%s: seeds %lld bad %lld records %lld sticks used %lld (brought %lld) syncs %lld "
                 "(broken %lld), %.1f s\n",
                 what, (long long)t->seeds, (long long)t->bad, (long long)t->written,
                 (long long)t->merges, (long long)t->taken, (long long)t->syncs,
                 (long long)t->broken, (double)(clock() - began) / CLOCKS_PER_SEC);
}

static void seeds_of_the_range(void **state)
{
    (void)state;
    const char *range = getenv("PROC_SEEDS");
    unsigned long long from = 0;
    unsigned long long to = 200;
    struct totals totals = {0};
    clock_t began = clock();
    if (range && *range) {
        assert_int_equal(sscanf(range, "%llu:%llu", &from, &to), 2);
    }
    for (unsigned long long seed = from; seed < to && totals.bad < 5; seed++) {
        run_seed(seed, &totals);
    }
    say("range", &totals, began);
    assert_int_equal(totals.bad, 0);
}

static void seeds_that_once_failed(void **state)
{
    (void)state;
    struct totals totals = {0};
    char line[256];
    FILE *file = fopen("tests/sim/seeds-process.txt", "r");
    if (!file || getenv("PROC_SEEDS")) {
        if (file) {
            (void)fclose(file); /* only read */
        }
        skip();
    }
    clock_t began = clock();
    while (fgets(line, sizeof line, file)) {
        unsigned long long seed = 0;
        if (sscanf(line, "%llu", &seed) == 1) {
            run_seed(seed, &totals);
        }
    }
    (void)fclose(file); /* only read */
    say("once failed", &totals, began);
    assert_int_equal(totals.bad, 0);
}

int main(void)
{
    prepare();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_that_once_failed),
        cmocka_unit_test(seeds_of_the_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
