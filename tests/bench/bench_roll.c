/* E3: the voters' roll of a village, warm, while many more residents are mirrored elsewhere; with
 * some records of people in the procedure.
 *
 *     bench_roll FOLDER RULES_DIR RESIDENTS ELSEWHERE [RUNS]
 *
 * The folder is emptied by the caller. Of the residents of the village about nine in ten are
 * voters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "offline-db/roll.h"
#include "rules/ruleset_load.h"
#include "tests/bench/bench.h"

enum { RUNS_MAX = 100, RECORDS = 20 };
#define HERE "CQ.500112.013.005"

static void enrol(struct home *home)
{
    struct identity id = {
        .device = "d1", .user = "u1", .role = ROLE_COMMITTEE, .url = "http://127.0.0.1:1"};
    struct gw_sign_key key;
    const uint8_t seed[32] = {7};
    gw_sign_key_from_seed(&key, seed);
    gw_b64url(key.public_key, GW_KEY_BYTES, id.server_sign_key);
    bench_must(home_enrol(home, &id, &key, NULL), NULL, "enrol");
}

/* Four to a household, ages 8 to 88, every tenth from outside; ids as UUIDv7 are: those that came
 * in together lie together, in no order among themselves. */
static void people(struct home *home, const char *tag, const char *path, long long n)
{
    static const char *const texts[] = {
        "INSERT INTO resident (id, seq, path, mark, name, sex, birth_date, ethnicity, population, "
        "household_id, relation, phone, tags) WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i "
        "+ 1 FROM c WHERE i + 1 < %2$lld) SELECT printf('%%08x-%1$s-7000-8000-%%012x', (CASE "
        "'%1$s' WHEN '0001' THEN 27262976 ELSE 28311552 END) + i / 50, i * 2654435761 & "
        "4294967295), i, printf('%3$s.%%03d', i / 1300 %% 90), 0, '张三丰', 1 + i %% 2, "
        "printf('%%04d-%%02d-%%02d', 1938 + i %% 80, 1 + i %% 12, 1 + i %% 28), '01', CASE i %% 10 "
        "WHEN 9 THEN '02' ELSE '01' END, printf('hhhhhhhh-%1$s-7000-8000-%%012x', i / 4), "
        "substr('02102030', 1 + i %% 4 * 2, 2), '13896001001', '[]' FROM c",
        "INSERT INTO resident_private (id, seq, path, mark, id_number, hukou_address, politics, "
        "illnesses) SELECT id, seq, path, 0, '51022219' || printf('%%010d', seq), "
        "'重庆市长寿区凤城街道向阳路16号', '13', '[\"高血压\",\"骨关节炎\"]' FROM resident WHERE "
        "id "
        "LIKE '%%-%1$s-%%'",
        "INSERT INTO spell (id, seq, path, mark, resident_id, dwelling_id, kind, \"from\") SELECT "
        "'s' || substr(id, 2), seq, path, 0, id, id, 'own', '2015-01-01' FROM resident WHERE id "
        "LIKE '%%-%1$s-%%'",
    };
    struct gw_fail fail = {0};
    for (size_t i = 0; n > 0 && i < sizeof texts / sizeof texts[0]; i++) {
        char text[4096];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
        (void)snprintf(text, sizeof text, texts[i], tag, n, path);
#pragma GCC diagnostic pop
        bench_must(gw_db_exec(home->db, text, &fail), &fail, "people");
    }
}

static void record(struct home *home, const char *election, size_t i)
{
    char subject[24], person[64];
    struct gw_fail fail = {0};
    struct journal_entry out;
    (void)snprintf(subject, sizeof subject, "%zu", i);
    (void)snprintf(person, sizeof person, "hhhhhhhh-0001-7000-8000-%012zx", 3 * i);
    const struct proc_value values[] = {{.key = "resident_id", .text = person},
                                        {.key = "said_on", .text = "2026-05-01"},
                                        {.key = "form", .text = "written"}};
    const struct process_entry entry = {
        .step = "S05-2", .subject = subject, .values = values, .values_n = 3};
    bench_must(process_record(home, election, PROC_STEP, &entry, &out, &fail), &fail, "record");
}

static void start(struct home *home, const char *rules, gw_id *election)
{
    const struct proc_value open[] = {
        {.key = "kind", .text = "election"},  {.key = "mode", .text = "voters"},
        {.key = "title", .text = "换届选举"}, {.key = "division", .text = HERE},
        {.key = "place", .text = "兴隆村"},   {.key = "term", .text = "12"},
        {.key = "seats", .num = 5},           {.key = "polling_day", .text = "2026-09-20"}};
    const struct process_entry entry = {
        .step = "open", .values = open, .values_n = sizeof open / sizeof open[0]};
    struct gw_buf text;
    struct gw_fail fail = {0};
    struct journal_entry out;
    gw_day day;
    (void)day_parse("2026-09-20", &day); /* a real day */
    gw_buf_init(&text, RULESET_TEXT_MAX);
    bench_must(ruleset_compose(rules, "village-direct", "CQ", day, &text, &fail), &fail, "rules");
    bench_must(process_start(home, gw_buf_str(&text), text.len, &entry, election, &out, &fail),
               &fail, "open");
    gw_buf_free(&text);
    for (size_t i = 1; i <= RECORDS; i++) {
        record(home, *election, i);
    }
}

static void measure(struct home *home, const char *election, size_t runs)
{
    double ms[RUNS_MAX];
    struct process_case c;
    struct gw_fail fail = {0};
    size_t on = 0, n = 0;
    bench_must(
        process_load(home, election, day_of_ms(home->clock->wall_ms(home->clock->ctx)), &c, &fail),
        &fail, "load");
    for (size_t i = 0; i < runs; i++) {
        struct roll roll;
        int64_t from = bench_cpu_ns();
        bench_must(roll_load(home, &c, &roll, &fail), &fail, "roll");
        ms[i] = (double)(bench_cpu_ns() - from) / 1e6;
        on = roll.counts.state[ROLL_IN];
        n = roll.n;
        roll_unload(&roll);
    }
    process_unload(&c);
    (void)printf("{\"people\":%zu,\"on\":%zu,\"p50_ms\":%.3f}\n", n, on, bench_at(ms, runs, 0.5));
}

int main(int argc, char **argv)
{
    struct home home;
    struct gw_fail fail = {0};
    gw_id election;
    if (argc < 5) {
        bench_die("bench_roll", "FOLDER RULES_DIR RESIDENTS ELSEWHERE [RUNS]");
    }
    size_t runs = argc > 5 ? (size_t)atoll(argv[5]) : 11;
    const struct home_opts opts = {.dir = argv[1]};
    bench_must(gw_crypto_init(), NULL, "crypto");
    bench_must(home_open(&opts, &home, &fail), &fail, "home");
    enrol(&home);
    people(&home, "0001", HERE, atoll(argv[3]));
    people(&home, "0002", "CQ.500112.014.001", atoll(argv[4]));
    start(&home, argv[2], &election);
    measure(&home, election, runs > RUNS_MAX ? RUNS_MAX : runs < 1 ? 1 : runs);
    home_close(&home);
    return 0;
}
