/* What the tests of offline-db/ share: a home in the scratch folder with a fixed clock and seeded
 * randomness, feed lines applied through the real decoder, a dump of the mirror to compare. */
#ifndef GW_TESTS_UNIT_OFFLINE_DB_KIT_H
#define GW_TESTS_UNIT_OFFLINE_DB_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/journal.h"
#include "offline-db/mirror.h"
#include "tests/kit/scratch.h"

#define GRID  "CQ.500112.013.005.003"
#define GRID2 "CQ.500112.013.005.004"
enum { T0 = 1700000000 }; /* seconds */
#define T0_MS ((int64_t)T0 * 1000)

struct kit {
    struct home home;
    struct gw_clock_fixed clock;
    struct gw_random_seeded random;
    struct gw_sign_key server, device;
    struct wire_decoder *decoder;
    change_mask changed;
    char dir[512];
};

#define ok(call) assert_int_equal((call), GW_OK)

static inline void kit_home(struct kit *kit, const char *dir, int64_t max_pages)
{
    const struct home_opts opts = {.dir = dir,
                                   .clock = &kit->clock.clock,
                                   .random = &kit->random.random,
                                   .max_pages = max_pages};
    struct gw_fail fail = {0};
    if (home_open(&opts, &kit->home, &fail) != GW_OK) {
        fail_msg("home_open: %s", fail.text);
    }
}

static inline void kit_identity(const struct kit *kit, const char *device, enum gw_role role,
                                struct identity *id)
{
    *id = (struct identity){.role = role, .enrolled_at = T0_MS, .url = "http://127.0.0.1:1"};
    (void)snprintf(id->device, sizeof id->device, "%s", device);
    (void)snprintf(id->user, sizeof id->user, "%s", "u1");
    (void)snprintf(id->name, sizeof id->name, "%s", "王小梅");
    gw_b64url(kit->server.public_key, GW_KEY_BYTES, id->server_sign_key);
}

/* A fresh, enrolled home named by its test. */
static inline void kit_open(struct kit *kit, const char *name, enum gw_role role)
{
    struct identity id;
    const uint8_t seed[32] = {7};
    const uint8_t seed2[32] = {8};
    memset(kit, 0, sizeof *kit);
    ok(gw_crypto_init());
    gw_clock_fixed_init(&kit->clock, T0_MS);
    gw_random_seeded_init(&kit->random, 42);
    gw_sign_key_from_seed(&kit->server, seed);
    gw_sign_key_from_seed(&kit->device, seed2);
    (void)snprintf(kit->dir, sizeof kit->dir, "%s/%s", scratch_dir(), name);
    kit_home(kit, kit->dir, 0);
    kit_identity(kit, "dev1", role, &id);
    ok(home_enrol(&kit->home, &id, &kit->device, NULL));
    ok(wire_decoder_new(&kit->decoder));
}

static inline void kit_close(struct kit *kit)
{
    home_close(&kit->home);
    wire_decoder_free(kit->decoder);
}

static inline void kit_reopen(struct kit *kit)
{
    home_close(&kit->home);
    kit_home(kit, kit->dir, 0);
}

/* ---- feed */

static inline void kit_line(struct kit *kit, const char *line)
{
    struct wire_rec rec;
    struct gw_fail fail = {0};
    if (wire_rec_decode(kit->decoder, line, strlen(line), &rec, &fail) != GW_OK) {
        fail_msg("line refused: %s: %s", fail.text, line);
    }
    if (mirror_page_rec(&kit->home, &rec, &fail) != GW_OK) {
        fail_msg("record refused: %s: %s", fail.text, line);
    }
}

/* One page: lines up to NULL, then the cursor (NULL leaves it). */
static inline void kit_page(struct kit *kit, const char *cursor, const char *const *lines)
{
    ok(mirror_page_begin(&kit->home, NULL));
    for (; *lines; lines++) {
        kit_line(kit, *lines);
    }
    ok(mirror_page_end(&kit->home, cursor, &kit->changed, NULL));
}
#define PAGE(kit, cursor, ...) kit_page(kit, cursor, (const char *const[]){__VA_ARGS__, NULL})

static inline void kit_hello(struct kit *kit, const char *epoch, int64_t seq, const char *tag,
                             const char *const *paths, const int64_t *granted)
{
    bool epoch_changed = false;
    struct wire_hello *hello = calloc(1, sizeof *hello);
    assert_non_null(hello);
    (void)snprintf(hello->epoch, sizeof hello->epoch, "%s", epoch);
    (void)snprintf(hello->cursor, sizeof hello->cursor, "%s.%lld", epoch, (long long)seq);
    (void)snprintf(hello->tag, sizeof hello->tag, "%s", tag);
    hello->types = ((uint32_t)1 << TYPE_N) - 1;
    for (; *paths; paths++) {
        struct wire_scope *scope = &hello->scopes[hello->scopes_n];
        (void)snprintf(scope->path, sizeof scope->path, "%s", *paths);
        scope->granted = granted[hello->scopes_n++];
    }
    ok(mirror_hello(&kit->home, hello, &epoch_changed, &kit->changed, NULL));
    free(hello);
}

/* Ends the first job with an empty last page: for tests that begin after a snapshot. */
static inline void kit_skip_jobs(struct kit *kit, const char *cursor)
{
    struct mirror_job job;
    while (mirror_next_job(&kit->home, &job) == GW_OK) {
        ok(mirror_page_begin(&kit->home, NULL));
        ok(mirror_job_page_end(&kit->home, &job, cursor, NULL, true, &kit->changed, NULL));
    }
}

static inline void kit_ready(struct kit *kit, const char *name, enum gw_role role)
{
    const char *const paths[] = {GRID, NULL};
    const int64_t granted[] = {1};
    kit_open(kit, name, role);
    kit_hello(kit, "e1", 10, "t1", paths, granted);
    kit_skip_jobs(kit, "e1.10");
}

/* ---- looking */

static inline int64_t kit_int(struct kit *kit, const char *sql)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(gw_db_handle(kit->home.db), sql, -1, &st, NULL);
    if (rc != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(gw_db_handle(kit->home.db)));
    }
    int64_t value = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
    (void)sqlite3_finalize(st); /* read only */
    return value;
}

static inline void kit_json(struct kit *kit, enum gw_type type, const char *id, struct gw_buf *out)
{
    gw_buf_init(out, 1 << 20);
    ok(mirror_row_json(&kit->home, type, id, out));
}

/* Every row of every type as JSON, in order: two mirrors are equal when their dumps are. */
static inline void kit_dump(struct kit *kit, struct gw_buf *out)
{
    gw_buf_init(out, 16 << 20);
    for (size_t t = 0; t < TYPE_N; t++) {
        char sql[128];
        sqlite3_stmt *st = NULL;
        (void)snprintf(sql, sizeof sql, "SELECT id FROM %s ORDER BY id",
                       entity_of((enum gw_type)t)->name);
        assert_int_equal(sqlite3_prepare_v2(gw_db_handle(kit->home.db), sql, -1, &st, NULL),
                         SQLITE_OK);
        while (sqlite3_step(st) == SQLITE_ROW) {
            ok(gw_buf_addf(out, "%s ", entity_of((enum gw_type)t)->name));
            ok(mirror_row_json(&kit->home, (enum gw_type)t,
                               (const char *)sqlite3_column_text(st, 0), out));
            ok(gw_buf_adds(out, "\n"));
        }
        (void)sqlite3_finalize(st); /* read only */
    }
}

/* An alarm line. more: further members with a leading comma, or "". */
static inline const char *alarm_line(char *out, size_t size, int64_t seq, const char *id,
                                     const char *path, const char *state, const char *more)
{
    (void)snprintf(out, size,
                   "{\"seq\":%lld,\"op\":\"put\",\"type\":\"alarm\",\"id\":\"%s\",\"path\":\"%s\","
                   "\"row\":{\"kind\":\"smoke\",\"severity\":\"critical\",\"state\":\"%s\","
                   "\"level\":3,\"raised_at\":1700000000000,\"count\":1%s}}",
                   (long long)seq, id, path, state, more);
    return out;
}
#define ALARM(seq, id, state, more) alarm_line((char[4096]){0}, 4096, seq, id, GRID, state, more)

static inline const char *worker_line(char *out, size_t size, int64_t seq, const char *id,
                                      const char *path, const char *name)
{
    (void)snprintf(out, size,
                   "{\"seq\":%lld,\"op\":\"put\",\"type\":\"worker\",\"id\":\"%s\",\"path\":\"%s\","
                   "\"row\":{\"name\":\"%s\",\"role\":\"worker\",\"phone\":\"13800000000\"}}",
                   (long long)seq, id, path, name);
    return out;
}
#define WORKER(seq, id, path, name) worker_line((char[1024]){0}, 1024, seq, id, path, name)

static inline const char *gone_line(char *out, size_t size, int64_t seq, const char *op,
                                    const char *type, const char *id)
{
    (void)snprintf(out, size, "{\"seq\":%lld,\"op\":\"%s\",\"type\":\"%s\",\"id\":\"%s\"}",
                   (long long)seq, op, type, id);
    return out;
}
#define GONE(seq, op, type, id) gone_line((char[512]){0}, 512, seq, op, type, id)

#endif
