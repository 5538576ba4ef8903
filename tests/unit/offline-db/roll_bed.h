/* A mirrored village and an election in it by the shipped rules: for tests of the voters' roll and
 * of what is printed of it. */
#ifndef GW_TESTS_UNIT_OFFLINE_DB_ROLL_BED_H
#define GW_TESTS_UNIT_OFFLINE_DB_ROLL_BED_H

#include "kit.h"
#include "offline-db/roll.h"
#include "rules/ruleset_load.h"

#define VILLAGE "CQ.500110.101.201"
enum { MAY_1 = 1777564800 }; /* 2026-05-01 in China, seconds */

static const char *const mirrored[][3] = {
    {"resident", "r-01",
     "\"name\":\"李建国\",\"sex\":\"1\",\"birth_date\":\"1970-01-01\",\"population\":\"01\","
     "\"household_id\":\"h-1\",\"relation\":\"02\",\"ethnicity\":\"15\""},
    {"resident", "r-02",
     "\"name\":\"王秀兰\",\"sex\":\"2\",\"birth_date\":\"1972-03-04\",\"population\":\"01\","
     "\"household_id\":\"h-1\",\"relation\":\"12\",\"ethnicity\":\"01\""},
    {"resident", "r-03",
     "\"name\":\"李小明\",\"sex\":\"1\",\"birth_date\":\"2008-06-20\",\"population\":\"01\","
     "\"household_id\":\"h-1\",\"relation\":\"22\""},
    {"resident", "r-04",
     "\"name\":\"李小红\",\"sex\":\"2\",\"birth_date\":\"2008-06-21\",\"population\":\"01\","
     "\"household_id\":\"h-1\",\"relation\":\"32\""},
    {"resident", "r-05",
     "\"name\":\"张远\",\"sex\":\"1\",\"birth_date\":\"1985-05-05\",\"population\":\"hukou_away\","
     "\"household_id\":\"h-2\",\"relation\":\"02\""},
    {"resident", "r-06",
     "\"name\":\"周外\",\"sex\":\"2\",\"birth_date\":\"1990-05-05\",\"population\":\"floating\","
     "\"household_id\":\"h-3\",\"relation\":\"02\""},
    {"resident", "r-07",
     "\"name\":\"吴短\",\"sex\":\"2\",\"birth_date\":\"1990-05-05\",\"population\":\"floating\""},
    {"resident", "r-08", "\"name\":\"郑无\",\"population\":\"01\""},
    {"resident", "r-09", "\"name\":\"钱重\",\"population\":\"01\",\"birth_date\":\"1949-12-30\""},
    {"resident", "r-10", "\"name\":\"钱重\",\"population\":\"01\""},
    {"resident_private", "r-01", "\"politics\":\"01\",\"id_number\":\"440524188001010014\""},
    {"resident_private", "r-09", "\"id_number\":\"11010519491231002X\""},
    {"resident_private", "r-10", "\"id_number\":\"11010519491231002x\""},
    {"spell", "s-06a",
     "\"resident_id\":\"r-06\",\"from\":\"2024-01-01\",\"to\":\"2025-12-31\",\"kind\":\"rented\""},
    {"spell", "s-06b", "\"resident_id\":\"r-06\",\"from\":\"2026-01-01\",\"kind\":\"rented\""},
    {"spell", "s-07", "\"resident_id\":\"r-07\",\"from\":\"2026-02-01\",\"kind\":\"rented\""},
};

struct bed {
    struct kit kit;
    gw_id election;
    struct process_case c;
    struct roll roll;
};

static inline void put(struct kit *kit, const char *type, const char *id, const char *path,
                       const char *members)
{
    static int64_t seq = 100;
    char line[2048];
    (void)snprintf(line, sizeof line,
                   "{\"seq\":%lld,\"op\":\"put\",\"type\":\"%s\",\"id\":\"%s\",\"path\":\"%s\","
                   "\"row\":{%s}}",
                   (long long)++seq, type, id, path, members);
    PAGE(kit, NULL, line);
}

static inline void mirror(struct kit *kit)
{
    const char *const paths[] = {"CQ.500110.101", NULL};
    const int64_t granted[] = {1};
    kit_hello(kit, "e1", 10, "t1", paths, granted);
    kit_skip_jobs(kit, "e1.10");
    for (size_t i = 0; i < sizeof mirrored / sizeof mirrored[0]; i++) {
        put(kit, mirrored[i][0], mirrored[i][1], VILLAGE ".001", mirrored[i][2]);
    }
    /* the next village, and one whose code begins the same way */
    put(kit, "resident", "x-1", "CQ.500110.101.202.001", mirrored[0][2]);
    put(kit, "resident", "x-2", VILLAGE "-5", mirrored[0][2]);
    put(kit, "resident", "x-3", VILLAGE "5.001", mirrored[0][2]);
}

#define TEXT(k, v)                                                                                 \
    {                                                                                              \
        .key = (k), .text = (v)                                                                    \
    }
#define NUM(k, v)                                                                                  \
    {                                                                                              \
        .key = (k), .num = (v)                                                                     \
    }

static inline void start(struct bed *b, const char *template_id)
{
    struct gw_buf text;
    gw_day day;
    struct journal_entry out;
    struct gw_fail fail = {0};
    const struct proc_value open[] = {TEXT("kind", "election"),
                                      TEXT("mode", strstr(template_id, "households") ? "households"
                                                   : strstr(template_id, "representatives")
                                                       ? "representatives"
                                                       : "voters"),
                                      TEXT("title", "第十二届村民委员会换届选举"),
                                      TEXT("division", VILLAGE),
                                      TEXT("place", "兴隆村"),
                                      TEXT("term", "12"),
                                      NUM("seats", 5),
                                      TEXT("polling_day", "2026-06-20")};
    const struct process_entry entry = {
        .step = "open", .values = open, .values_n = sizeof open / sizeof open[0]};
    gw_buf_init(&text, RULESET_TEXT_MAX);
    assert_true(day_parse("2026-06-20", &day));
    ok(ruleset_compose("rules", template_id, "CQ", day, &text, &fail));
    if (process_start(&b->kit.home, gw_buf_str(&text), text.len, &entry, &b->election, &out,
                      &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    gw_buf_free(&text);
}

static inline void record(struct bed *b, const char *step, const char *subject,
                          const struct proc_value *values, size_t n)
{
    struct journal_entry out;
    struct gw_fail fail = {0};
    const struct process_entry entry = {
        .step = step, .subject = subject, .values = values, .values_n = n};
    if (process_record(&b->kit.home, b->election, PROC_STEP, &entry, &out, &fail) != GW_OK) {
        fail_msg("%s: %s", step, fail.text);
    }
}
#define RECORD(b, step, subject, ...)                                                              \
    do {                                                                                           \
        const struct proc_value values_[] = {__VA_ARGS__};                                         \
        record(b, step, subject, values_, sizeof values_ / sizeof values_[0]);                     \
    } while (0)

static inline void unload(struct bed *b)
{
    if (b->c.rules) {
        roll_unload(&b->roll);
        process_unload(&b->c);
    }
    b->c.rules = NULL;
}

static inline void load(struct bed *b)
{
    struct gw_fail fail = {0};
    unload(b);
    ok(process_load(&b->kit.home, b->election, day_of_ms((int64_t)MAY_1 * 1000), &b->c, &fail));
    if (roll_load(&b->kit.home, &b->c, &b->roll, &fail) != GW_OK) {
        fail_msg("roll: %s", fail.text);
    }
}

static inline void open_bed(struct bed *b, const char *name, const char *template_id)
{
    memset(b, 0, sizeof *b);
    kit_open(&b->kit, name, ROLE_COMMITTEE);
    b->kit.clock.wall = (int64_t)MAY_1 * 1000;
    mirror(&b->kit);
    start(b, template_id);
    load(b);
}

static inline void close_bed(struct bed *b)
{
    unload(b);
    kit_close(&b->kit);
}

#endif
