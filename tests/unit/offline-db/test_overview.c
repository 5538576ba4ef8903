/* The overview of a street: what is kept and what is judged anew, the one-time success rate as two
 * integers, places without an election, and the order. */
#include "tests/unit/offline-db/kit.h"

#include "offline-db/overview.h"
#include "rules/ruleset_load.h"

#define VILLAGE "CQ.500112.013.005"

static gw_day today_of(const struct kit *kit)
{
    return day_of_ms(kit->home.clock->wall_ms(kit->home.clock->ctx));
}

static struct proc_value num(const char *key, int64_t value)
{
    return (struct proc_value){.key = key, .num = value};
}

static struct proc_value text(const char *key, const char *value)
{
    return (struct proc_value){.key = key, .text = value};
}

/* 2027-01-10: the polling day is today, so that a poll can be recorded. */
#define DAY_MS (INT64_C(20828) * 86400000 + 3 * 3600000)

static void open_home(struct kit *kit, const char *name)
{
    (void)setenv("GRIDWARD_RULESDIR", "rules", 1);
    kit_ready(kit, name, ROLE_COMMITTEE);
    gw_clock_fixed_init(&kit->clock, DAY_MS);
    PAGE(kit, NULL,
         "{\"seq\":11,\"op\":\"put\",\"type\":\"grid\",\"id\":\"CQ.500112.013.005\",\"path\":"
         "\"CQ.500112.013.005.003\",\"row\":{\"level\":\"community\",\"name\":\"白云村\"}}",
         "{\"seq\":12,\"op\":\"put\",\"type\":\"grid\",\"id\":\"CQ.500112.013.006\",\"path\":"
         "\"CQ.500112.013.005.003\",\"row\":{\"level\":\"community\",\"name\":\"青山村\"}}");
}

static void start(struct kit *kit, const char *division, gw_id *id)
{
    struct gw_buf composed;
    struct ruleset *rules = NULL;
    struct gw_fail fail = {0};
    char day[DAY_TEXT + 1];
    day_print(today_of(kit), day);
    const struct proc_value values[] = {
        text("kind", "election"), text("mode", "voters"),
        text("title", "选举"),    text("division", division),
        text("place", "白云村"),  text("term", "13"),
        num("seats", 1),          text("polling_day", day),
    };
    const struct process_entry entry = {
        .step = "open", .values = values, .values_n = sizeof values / sizeof values[0]};
    gw_buf_init(&composed, RULESET_TEXT_MAX);
    if (process_compose("village-direct", division, today_of(kit), &composed, &rules, &fail) ||
        process_start(&kit->home, gw_buf_str(&composed), composed.len, &entry, id, NULL, &fail)) {
        fail_msg("%s", fail.text);
    }
    ruleset_free(rules);
    gw_buf_free(&composed);
}

static void record(struct kit *kit, const char *id, const char *step, const char *subject,
                   const struct proc_value *values, size_t n)
{
    struct gw_fail fail = {0};
    const struct process_entry entry = {
        .step = step, .subject = subject, .values = values, .values_n = n};
    if (process_record(&kit->home, id, PROC_STEP, &entry, NULL, &fail) != GW_OK) {
        fail_msg("%s: %s", step, fail.text);
    }
}
#define RECORD(kit, id, step, subject, ...)                                                        \
    record(kit, id, step, subject, (const struct proc_value[]){__VA_ARGS__},                       \
           sizeof((const struct proc_value[]){__VA_ARGS__}) / sizeof(struct proc_value))

static struct overview look(struct kit *kit, const char *scope, enum overview_by by)
{
    struct overview o;
    struct gw_fail fail = {0};
    if (overview_load(&kit->home, scope, today_of(kit), by, &o, &fail) != GW_OK) {
        fail_msg("overview: %s", fail.text);
    }
    return o;
}

/* How many were judged anew. */
static size_t judged(struct kit *kit)
{
    struct overview o = look(kit, "", OVERVIEW_DIVISION);
    size_t n = o.judged;
    overview_free(&o);
    return n;
}

static void only_what_moved_is_judged(void **state)
{
    struct kit kit;
    gw_id a, b;
    (void)state;
    open_home(&kit, "moved");
    start(&kit, VILLAGE, &a);
    start(&kit, "CQ.500112.013.007", &b);
    assert_int_equal(judged(&kit), 2);
    assert_int_equal(judged(&kit), 0);
    RECORD(&kit, a, "S01", NULL, text("document", "渝民发〔2026〕1号"));
    assert_int_equal(judged(&kit), 1);
    PAGE(&kit, NULL,
         "{\"seq\":13,\"op\":\"put\",\"type\":\"signer\",\"id\":\"dev9\",\"path\":"
         "\"CQ.500112.013.005.003\",\"row\":{\"user\":\"u9\",\"name\":\"n\"}}");
    assert_int_equal(judged(&kit), 2); /* whose hand it was may have changed */
    gw_clock_fixed_init(&kit.clock, DAY_MS + 86400000);
    assert_int_equal(judged(&kit), 2); /* another day: something may be late now */
    kit_reopen(&kit);
    assert_int_equal(judged(&kit), 0);
    kit_close(&kit);
}

/* What was kept says the same as what is judged. */
static void what_is_kept_is_what_was_judged(void **state)
{
    struct kit kit;
    gw_id id;
    (void)state;
    open_home(&kit, "kept");
    start(&kit, VILLAGE, &id);
    gw_clock_fixed_init(&kit.clock, DAY_MS + 30 * INT64_C(86400000));
    struct overview first = look(&kit, "", OVERVIEW_DIVISION);
    struct overview again = look(&kit, "", OVERVIEW_DIVISION);
    assert_int_equal(first.n, 2);
    assert_int_equal(again.judged, 0);
    assert_true(first.rows[0].late > 0);
    assert_int_equal(again.rows[0].late, first.rows[0].late);
    assert_int_equal(again.rows[0].due, first.rows[0].due);
    assert_int_equal(again.rows[0].missing, first.rows[0].missing);
    assert_string_equal(again.rows[0].step, first.rows[0].step);
    assert_string_equal(again.rows[0].step_zh, first.rows[0].step_zh);
    assert_string_equal(again.rows[0].state, "open");
    assert_int_equal(first.totals.late, 1);
    overview_free(&first);
    overview_free(&again);
    kit_close(&kit);
}

static void poll(struct kit *kit, const char *id, int64_t votes)
{
    RECORD(kit, id, "S04", NULL, num("chair_seats", 1), num("deputy_seats", 0),
           num("member_seats", 0));
    RECORD(kit, id, "S10", "1", text("post", "chair"), num("woman", 1), text("verdict", "pass"));
    RECORD(kit, id, "S21", NULL, num("registered", 100), num("voted", 90), num("issued", 90),
           num("recovered", 90));
    RECORD(kit, id, "S22-1", "ballot", num("valid", 90), num("invalid", 0), num("blank", 0));
    RECORD(kit, id, "S22", "1", num("woman", 1), num("chair_votes", votes));
}

static void both_integers_of_the_rate(void **state)
{
    struct kit kit;
    gw_id full, short_of;
    (void)state;
    open_home(&kit, "rate");
    start(&kit, VILLAGE, &full);
    start(&kit, "CQ.500112.013.007", &short_of);
    poll(&kit, full, 80);
    poll(&kit, short_of, 40);
    struct overview o = look(&kit, "", OVERVIEW_DIVISION);
    assert_int_equal(o.n, 3);
    assert_int_equal(o.totals.held, 2);
    assert_int_equal(o.totals.full, 1);
    assert_int_equal(o.totals.not_started, 1); /* 青山村 */
    assert_int_equal(o.totals.no_poll, 1);
    assert_int_equal(o.rows[0].poll, OVERVIEW_FULL);
    assert_string_equal(o.rows[1].process.title, "青山村");
    assert_false(o.rows[1].started);
    overview_free(&o);
    o = look(&kit, VILLAGE, OVERVIEW_DIVISION); /* a part of it */
    assert_int_equal(o.n, 1);
    assert_int_equal(o.totals.held, 1);
    overview_free(&o);
    kit_close(&kit);
}

static void by_what_is_due(void **state)
{
    struct kit kit;
    gw_id a, b;
    (void)state;
    open_home(&kit, "due");
    start(&kit, VILLAGE, &b);
    gw_clock_fixed_init(&kit.clock, DAY_MS - 10 * INT64_C(86400000));
    start(&kit, "CQ.500112.013.007", &a); /* its day is earlier */
    struct overview o = look(&kit, "", OVERVIEW_DUE);
    assert_int_equal(o.n, 3);
    assert_string_equal(o.rows[0].process.id, a);
    assert_string_equal(o.rows[1].process.id, b);
    assert_true(o.rows[0].due <= o.rows[1].due);
    assert_false(o.rows[2].started); /* no day: last */
    overview_free(&o);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_moved_is_judged),
        cmocka_unit_test(what_is_kept_is_what_was_judged),
        cmocka_unit_test(both_integers_of_the_rate),
        cmocka_unit_test(by_what_is_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
