#include "tests/kit/elections.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/wire.h"
#include "base/crypto.h"
#include "base/sqlkit.h"
#include "model/day.h"
#include "offline-db/mirror.h"
#include "offline-db/process.h"
#include "rules/ruleset_load.h"

enum { TEXT = 8192 };

struct elections {
    struct home home;
    struct gw_clock_fixed clock;
    struct gw_random_seeded random;
    struct wire_decoder *decoder;
    int64_t seq;
    char rules[GW_HASH_HEX + 1];
    /* the open election */
    char id[GW_ID_MAX + 1], division[64], prev[GW_HASH_HEX + 1];
    int pn, total;
};

static void must(enum gw_err err, const struct gw_fail *fail, const char *what)
{
    if (err != GW_OK) {
        fprintf(stderr, "%s: %s %s\n", what, gw_err_name(err), fail ? fail->text : "");
        exit(1);
    }
}

static void greet(struct elections *e)
{
    bool epoch = false;
    change_mask changed = 0;
    struct mirror_job job;
    struct wire_hello *hello = calloc(1, sizeof *hello);
    must(hello ? GW_OK : GW_NOMEM, NULL, "hello");
    (void)snprintf(hello->epoch, sizeof hello->epoch, "e1");
    (void)snprintf(hello->cursor, sizeof hello->cursor, "e1.10");
    (void)snprintf(hello->tag, sizeof hello->tag, "t1");
    hello->types = ((uint32_t)1 << TYPE_N) - 1;
    (void)snprintf(hello->scopes[0].path, sizeof hello->scopes[0].path, "CQ.500112");
    hello->scopes[0].granted = 1;
    hello->scopes_n = 1;
    must(mirror_hello(&e->home, hello, &epoch, &changed, NULL), NULL, "hello");
    free(hello);
    while (mirror_next_job(&e->home, &job) == GW_OK) {
        must(mirror_page_begin(&e->home, NULL), NULL, "page");
        must(mirror_job_page_end(&e->home, &job, "e1.10", NULL, true, &changed, NULL), NULL, "job");
    }
}

struct elections *elections_new(const char *dir, enum gw_role role)
{
    const uint8_t seed[32] = {7};
    struct gw_sign_key key;
    struct gw_fail fail = {0};
    struct elections *e = calloc(1, sizeof *e);
    must(e ? gw_crypto_init() : GW_NOMEM, NULL, "start");
    gw_clock_fixed_init(&e->clock, day_start_ms(ELECTIONS_TODAY) + 9 * 3600000);
    gw_random_seeded_init(&e->random, 42);
    gw_sign_key_from_seed(&key, seed);
    const struct home_opts opts = {
        .dir = dir, .clock = &e->clock.clock, .random = &e->random.random};
    struct identity id = {.device = "dev1",
                          .user = "u1",
                          .name = "王小梅",
                          .role = role,
                          .url = "http://127.0.0.1:1"};
    must(home_open(&opts, &e->home, &fail), &fail, "home");
    must(home_enrol(&e->home, &id, &key, &fail), &fail, "enrol");
    must(wire_decoder_new(&e->decoder), NULL, "decoder");
    e->seq = 100;
    greet(e);
    return e;
}

void elections_free(struct elections *e)
{
    home_close(&e->home);
    wire_decoder_free(e->decoder);
    free(e);
}

struct home *elections_home(struct elections *e)
{
    return &e->home;
}

void elections_clock(struct elections *e, int64_t days)
{
    gw_clock_fixed_init(&e->clock, day_start_ms(ELECTIONS_TODAY) + 9 * 3600000 + days * 86400000);
}

void elections_begin(struct elections *e)
{
    must(mirror_page_begin(&e->home, NULL), NULL, "page");
}

void elections_end(struct elections *e)
{
    change_mask changed = 0;
    must(mirror_page_end(&e->home, NULL, &changed, NULL), NULL, "page");
}

/* ---- rows */

static void put(struct elections *e, const char *type, const char *id, const char *path,
                const struct gw_buf *row)
{
    struct gw_buf line;
    struct wire_rec rec;
    struct gw_fail fail = {0};
    gw_buf_init(&line, 1 << 20);
    must(gw_buf_addf(&line,
                     "{\"seq\":%lld,\"op\":\"put\",\"type\":\"%s\",\"id\":\"%s\",\"path\":\"%s\","
                     "\"row\":%s}",
                     (long long)++e->seq, type, id, path, gw_buf_str(row)),
         NULL, "line");
    must(wire_rec_decode(e->decoder, line.data, line.len, &rec, &fail), &fail, gw_buf_str(&line));
    must(mirror_page_rec(&e->home, &rec, &fail), &fail, "record");
    gw_buf_free(&line);
}

/* A line that is no put. */
static void feed(struct elections *e, const char *text)
{
    struct wire_rec rec;
    struct gw_fail fail = {0};
    must(wire_rec_decode(e->decoder, text, strlen(text), &rec, &fail), &fail, text);
    must(mirror_page_rec(&e->home, &rec, &fail), &fail, "record");
}

void elections_gone(struct elections *e, const char *type, const char *id)
{
    char line[512];
    (void)snprintf(line, sizeof line, "{\"seq\":%lld,\"op\":\"del\",\"type\":\"%s\",\"id\":\"%s\"}",
                   (long long)++e->seq, type, id);
    feed(e, line);
}

void elections_erased(struct elections *e, const char *process, const char *dev, int n)
{
    struct gw_buf row;
    char id[128];
    (void)snprintf(id, sizeof id, "%s.%d", dev, n);
    gw_buf_init(&row, TEXT);
    must(gw_buf_addf(
             &row,
             "{\"process\":\"%s\",\"pn\":%d,\"dev\":\"%s\",\"n\":%d,\"user\":\"u1\",\"hash\":"
             "\"\",\"line\":\"{}\",\"status\":\"applied\",\"recv_at\":1,\"receipt\":\"\","
             "\"erased_at\":%lld,\"erased_why\":\"x\"}",
             process, n, dev, n, (long long)e->clock.wall),
         NULL, "row");
    put(e, "step", id, e->division, &row);
    gw_buf_free(&row);
}

int64_t elections_int(struct elections *e, const char *sql)
{
    sqlite3_stmt *st = NULL;
    int64_t out = -1;
    sqlite3 *db = gw_db_handle(e->home.db);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW) {
        out = sqlite3_column_int64(st, 0);
    }
    must(sqlite3_finalize(st) == SQLITE_OK ? GW_OK : GW_STORE, NULL, sql);
    return out;
}

void elections_place(struct elections *e, const char *path, const char *name)
{
    struct gw_buf row;
    gw_buf_init(&row, TEXT);
    must(gw_buf_addf(&row, "{\"level\":\"community\",\"name\":\"%s\"}", name), NULL, "row");
    put(e, "grid", path, path, &row);
    gw_buf_free(&row);
}

void elections_resident(struct elections *e, const char *id, const char *path, const char *name)
{
    struct gw_buf row;
    gw_buf_init(&row, TEXT);
    must(gw_buf_addf(&row, "{\"name\":\"%s\",\"sex\":\"1\",\"population\":\"01\"}", name), NULL,
         "row");
    put(e, "resident", id, path, &row);
    gw_buf_free(&row);
}

/* A text as a member: jw quotes it. */
static void put_step_row(struct elections *e, const char *line, const char *hash)
{
    struct gw_buf row;
    struct jw w;
    char id[96], dev[48];
    (void)snprintf(dev, sizeof dev, "d-%.40s", e->id);
    (void)snprintf(id, sizeof id, "%s.%d", dev, e->pn);
    gw_buf_init(&row, 1 << 20);
    jw_begin(&w, &row);
    jw_obj(&w, NULL);
    jw_str(&w, "process", e->id);
    jw_int(&w, "pn", e->pn);
    jw_str(&w, "dev", dev);
    jw_int(&w, "n", e->pn);
    jw_str(&w, "user", "u2");
    jw_str(&w, "hash", hash);
    jw_str(&w, "line", line);
    jw_str(&w, "status", "applied");
    jw_int(&w, "recv_at", e->clock.wall);
    jw_str(&w, "receipt", "");
    jw_obj_end(&w);
    must(jw_end(&w), NULL, "row");
    put(e, "step", id, e->division, &row);
    gw_buf_free(&row);
}

static void put_record(struct elections *e, const char *kind, const char *data)
{
    struct gw_buf body, line;
    char hash[GW_HASH_HEX + 1], dev[48], sig[GW_SIGN_B64 + 1];
    const uint8_t no_sig[GW_SIGN_BYTES] = {0};
    gw_buf_init(&body, 65536);
    gw_buf_init(&line, 262144);
    gw_b64url(no_sig, sizeof no_sig, sig);
    e->pn++;
    (void)snprintf(dev, sizeof dev, "d-%.40s", e->id);
    must(gw_buf_addf(&body,
                     "{\"v\":1,\"uid\":\"01900000-0000-7000-8000-%012d\",\"dev\":\"%s\",\"n\":%d,"
                     "\"prev\":\"%s\",\"kind\":\"%s\",\"id\":\"%s\",\"base\":\"\",\"t\":{\"wall\":"
                     "%lld,\"off\":0,\"unc\":1,\"boot\":\"b\",\"mono\":1},\"data\":{\"pn\":%d,"
                     "\"pprev\":\"%s\",%s}}",
                     ++e->total, dev, e->pn, e->prev, kind, e->id, (long long)e->clock.wall, e->pn,
                     e->prev, data),
         NULL, "body");
    wire_cmd_hash(body.data, body.len, hash);
    const struct wire_cmd_line in = {gw_buf_str(&body), dev, sig, NULL};
    must(wire_cmd_line_encode(&in, &line), NULL, "line");
    put_step_row(e, gw_buf_str(&line), hash);
    memcpy(e->prev, hash, sizeof hash);
    gw_buf_free(&body);
    gw_buf_free(&line);
}

static void read_rules(struct elections *e, gw_day day)
{
    struct gw_buf text;
    struct ruleset *rules = NULL;
    struct gw_fail fail = {0};
    gw_buf_init(&text, RULESET_TEXT_MAX);
    must(process_compose("village-direct", "CQ.500112", day, &text, &rules, &fail), &fail, "rules");
    memcpy(e->rules, rules->hash, sizeof e->rules);
    ruleset_free(rules);
    gw_buf_free(&text);
}

void elections_open(struct elections *e, const char *id, const char *division, int days)
{
    struct gw_buf row;
    char day[DAY_TEXT + 1], data[1024];
    if (e->rules[0] == '\0') {
        read_rules(e, ELECTIONS_TODAY + days);
    }
    (void)snprintf(e->id, sizeof e->id, "%s", id);
    (void)snprintf(e->division, sizeof e->division, "%s", division);
    e->pn = 0;
    e->prev[0] = '\0';
    day_print(ELECTIONS_TODAY + days, day);
    gw_buf_init(&row, TEXT);
    must(gw_buf_addf(
             &row,
             "{\"template\":\"village-direct\",\"template_version\":1,\"rules\":\"%s\","
             "\"kind\":\"election\",\"mode\":\"voters\",\"title\":\"村委会换届选举\","
             "\"division\":\"%s\",\"term\":\"13\",\"polling_day\":\"%s\",\"state\":\"open\"}",
             e->rules, division, day),
         NULL, "row");
    put(e, "process", id, division, &row);
    gw_buf_free(&row);
    (void)snprintf(data, sizeof data,
                   "\"template\":\"village-direct\",\"template_version\":1,\"rules\":\"%s\","
                   "\"fields\":{\"kind\":\"election\",\"mode\":\"voters\",\"title\":"
                   "\"村委会换届选举\",\"division\":\"%s\",\"place\":\"白云村\",\"term\":\"13\","
                   "\"seats\":1,\"polling_day\":\"%s\"}",
                   e->rules, division, day);
    put_record(e, "process.open", data);
}

void elections_step(struct elections *e, const char *step, const char *subject, const char *fields,
                    const char *counts)
{
    char data[2048], about[128] = "";
    if (subject) {
        (void)snprintf(about, sizeof about, "\"subject\":\"%s\",", subject);
    }
    (void)snprintf(data, sizeof data, "\"step\":\"%s\",%s\"fields\":%s,\"counts\":%s", step, about,
                   fields ? fields : "{}", counts ? counts : "{}");
    put_record(e, "process.step", data);
}

void elections_fill(struct elections *e, int n)
{
    char subject[32], fields[128], day[DAY_TEXT + 1];
    day_print(ELECTIONS_TODAY - 3, day);
    for (int i = 0; e->pn < n; i++) {
        (void)snprintf(subject, sizeof subject, "%d", i / 2 + 1);
        (void)snprintf(fields, sizeof fields, "{\"%s\":\"%s\",\"happened_at\":%lld}",
                       i % 2 == 0 ? "received_on" : "decided_on", day, (long long)e->clock.wall);
        elections_step(e, i % 2 == 0 ? "S07" : "S08", subject, fields, NULL);
    }
}

void elections_poll(struct elections *e, int votes)
{
    char counts[64];
    (void)snprintf(counts, sizeof counts, "{\"chair_votes\":%d}", votes);
    elections_step(e, "S04", NULL, NULL,
                   "{\"chair_seats\":1,\"deputy_seats\":0,\"member_seats\":0}");
    elections_step(e, "S10", "1", "{\"post\":\"chair\",\"woman\":true,\"verdict\":\"pass\"}", NULL);
    elections_step(e, "S21", NULL, NULL,
                   "{\"registered\":100,\"voted\":90,\"issued\":90,\"recovered\":90}");
    elections_step(e, "S22-1", "ballot", NULL, "{\"valid\":90,\"invalid\":0,\"blank\":0}");
    elections_step(e, "S22", "1", "{\"woman\":true}", counts);
}
