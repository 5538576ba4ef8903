/* The queue: order, revisions, what vanishes and what must not move. */
#include <time.h>

#include "offline-db/queue.h"
#include "tests/unit/offline-db/kit.h"

static void act(struct kit *kit, enum cmd_kind kind, const char *id)
{
    struct cmd_data data;
    cmd_data_init(&data);
    ok(journal_append(&kit->home, kind, id, 3, &data, NULL, NULL));
}

static void order_is(const struct queue *q, const char *want)
{
    char got[512] = "";
    for (size_t i = 0; i < queue_len(q); i++) {
        (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? " " : "",
                       queue_at(q, i)->alarm.id);
    }
    assert_string_equal(got, want);
}

static const char *severe(char *out, size_t size, int64_t seq, const char *id, const char *severity,
                          int level, const char *more)
{
    (void)snprintf(
        out, size,
        "{\"seq\":%lld,\"op\":\"put\",\"type\":\"alarm\",\"id\":\"%s\",\"path\":\"" GRID
        "\",\"row\":{\"kind\":\"smoke\",\"severity\":\"%s\",\"state\":\"%s\",\"level\":%d,"
        "\"raised_at\":1700000000000,\"count\":1%s}}",
        (long long)seq, id, severity, strstr(more, "acked_by") ? "acked" : "unack", level, more);
    return out;
}
#define SEVERE(seq, id, severity, level, more)                                                     \
    severe((char[1024]){0}, 1024, seq, id, severity, level, more)

static struct queue *make_queue(struct kit *kit, bool closed)
{
    struct queue *q = NULL;
    ok(queue_new(&kit->home, closed, &q, NULL));
    return q;
}

/* Mine: unacknowledged, severity, time left; what I hold after them; the rest below. */
static void the_order_of_the_screen(void **state)
{
    struct kit kit;
    (void)state;
    kit_ready(&kit, "order", ROLE_WORKER);
    PAGE(&kit, NULL, SEVERE(21, "below", "critical", 2, ",\"due_at\":1700000001000"),
         SEVERE(22, "hers", "critical", 3, ",\"acked_by\":\"u9\",\"ack_due_at\":1700000000100"),
         SEVERE(23, "held", "critical", 3, ",\"acked_by\":\"u1\",\"ack_due_at\":1700000000100"),
         SEVERE(24, "minor", "minor", 3, ",\"due_at\":1700000000001"),
         SEVERE(25, "later", "critical", 3, ",\"due_at\":1700000009000"),
         SEVERE(26, "soon", "critical", 3, ",\"due_at\":1700000002000"),
         SEVERE(27, "nodue", "critical", 4, ""),
         ALARM(28, "done", "closed", ",\"outcome\":\"test\",\"closed_at\":1700000000500"));
    struct queue *q = make_queue(&kit, false);
    order_is(q, "soon later nodue minor held below hers");
    assert_int_equal(queue_mine(q), 5);
    assert_int_equal(queue_find(q, "minor"), 3);
    assert_int_equal(queue_find(q, "done"), -1);
    queue_free(q);
    q = make_queue(&kit, true);
    order_is(q, "soon later nodue minor held below hers done");
    queue_free(q);
    kit_close(&kit);
}

static void nothing_moves_until_it_settles(void **state)
{
    struct kit kit;
    size_t changed = 0;
    (void)state;
    kit_ready(&kit, "still", ROLE_WORKER);
    PAGE(&kit, NULL, SEVERE(21, "b", "major", 3, ""), SEVERE(22, "c", "minor", 3, ""),
         SEVERE(23, "x", "minor", 2, ""));
    struct queue *q = make_queue(&kit, false);
    order_is(q, "b c x");
    assert_false(queue_at(q, 0)->fresh);
    PAGE(&kit, NULL, SEVERE(24, "a", "critical", 3, ""), SEVERE(25, "y", "critical", 2, ""));
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 2);
    order_is(q, "b c a x y");
    assert_int_equal(queue_mine(q), 3);
    assert_true(queue_at(q, 2)->fresh);
    queue_seen(q);
    assert_false(queue_at(q, 2)->fresh);
    queue_settle(q, T0_MS);
    order_is(q, "a b c y x");
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 0);
    queue_free(q);
    kit_close(&kit);
}

/* Closed ones stay where they are until the hand is still; deleted ones go at once. */
static void what_goes(void **state)
{
    struct kit kit;
    size_t changed = 0;
    (void)state;
    kit_ready(&kit, "goes", ROLE_WORKER);
    PAGE(&kit, NULL, SEVERE(21, "a", "critical", 3, ""), SEVERE(22, "b", "major", 3, ""),
         SEVERE(23, "c", "minor", 3, ""));
    struct queue *q = make_queue(&kit, false);
    PAGE(&kit, NULL, ALARM(24, "a", "closed", ",\"outcome\":\"test\""),
         GONE(25, "del", "alarm", "b"));
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 2);
    order_is(q, "a c");
    assert_int_equal(queue_at(q, 0)->alarm.state, ALARM_CLOSED);
    assert_int_equal(queue_find(q, "b"), -1);
    queue_settle(q, T0_MS);
    order_is(q, "c");
    assert_int_equal(queue_find(q, "a"), -1);
    PAGE(&kit, NULL, SEVERE(30, "b", "major", 3, "")); /* and comes back */
    ok(queue_refresh(q, &changed, NULL));
    order_is(q, "c b");
    ok(mirror_relist(&kit.home, "e1.30", NULL));
    kit_skip_jobs(&kit, "e1.40"); /* an empty snapshot sweeps everything */
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(queue_len(q), 0);
    queue_free(q);
    kit_close(&kit);
}

static void own_commands_show_at_once(void **state)
{
    struct kit kit;
    size_t changed = 0;
    (void)state;
    kit_ready(&kit, "own", ROLE_WORKER);
    PAGE(&kit, NULL, SEVERE(21, "a", "critical", 3, ""), SEVERE(22, "b", "critical", 3, ""));
    struct queue *q = make_queue(&kit, false);
    act(&kit, CMD_ALARM_ACK, "a");
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 1);
    const struct queue_row *row = queue_at(q, (size_t)queue_find(q, "a"));
    assert_int_equal(row->alarm.state, ALARM_ACKED);
    assert_string_equal(row->holder, "王小梅");
    assert_int_equal(row->mark, CMD_PENDING);
    assert_int_equal(row->mark_n, 1);
    assert_int_equal(row->mark_count, 1);
    struct journal_result r = {
        .n = 1, .result = RESULT_REJECTED, .code = "unknown-alarm", .seq = -1, .at = T0_MS};
    ok(gw_db_begin(kit.home.db, GW_DURABLE_FULL, "test", NULL)); /* the caller's own transaction */
    ok(journal_store_result(&kit.home, &r, NULL));
    ok(gw_db_commit(kit.home.db, NULL));
    ok(queue_refresh(q, &changed, NULL));
    row = queue_at(q, (size_t)queue_find(q, "a"));
    assert_int_equal(row->alarm.state, ALARM_UNACK);
    assert_int_equal(row->mark, CMD_REJECTED);
    ok(journal_seen(&kit.home, NULL));
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(queue_at(q, (size_t)queue_find(q, "a"))->mark, CMD_STATE_N);
    queue_free(q);
    kit_close(&kit);
}

/* An alarm raised by hand is there at once; it goes when the server refuses it. */
static void raised_by_hand(void **state)
{
    struct kit kit;
    struct cmd_data data;
    size_t changed = 0;
    (void)state;
    kit_ready(&kit, "hand", ROLE_WORKER);
    struct queue *q = make_queue(&kit, false);
    cmd_data_init(&data);
    data.kind = "water";
    data.severity = "major";
    data.text = "漏水";
    data.path = GRID;
    ok(journal_append(&kit.home, CMD_ALARM_RAISE, "new", 0, &data, NULL, NULL));
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 1);
    order_is(q, "new");
    assert_true(queue_at(q, 0)->mine);
    struct journal_result r = {.n = 1, .result = RESULT_REJECTED, .seq = -1, .at = T0_MS};
    ok(journal_store_result(&kit.home, &r, NULL));
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(queue_len(q), 0);
    queue_free(q);
    kit_close(&kit);
}

/* Rows that arrive after the alarm (a snapshot brings alarms first) fill in who and where, masked.
 */
static void names_arrive_later(void **state)
{
    struct kit kit;
    size_t changed = 0;
    (void)state;
    kit_ready(&kit, "names", ROLE_WORKER);
    PAGE(&kit, NULL,
         SEVERE(21, "a", "critical", 3,
                ",\"resident_id\":\"r1\",\"dwelling_id\":\"d1\",\"acked_by\":\"u9\""));
    struct queue *q = make_queue(&kit, false);
    assert_string_equal(queue_at(q, 0)->who, "");
    PAGE(&kit, NULL,
         "{\"seq\":22,\"op\":\"put\",\"type\":\"resident\",\"id\":\"r1\",\"path\":\"" GRID
         "\",\"row\":{\"name\":\"张桂\\u001b芳\",\"alone\":true}}",
         "{\"seq\":23,\"op\":\"put\",\"type\":\"dwelling\",\"id\":\"d1\",\"path\":\"" GRID
         "\",\"row\":{\"estate\":\"数据谷\",\"building\":\"3\",\"unit\":\"2\",\"room\":\"502\"}}",
         WORKER(24, "u9", GRID, "李网格长"));
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 1);
    const struct queue_row *row = queue_at(q, 0);
    assert_string_equal(row->piece, "3栋2单元");
    assert_string_equal(row->holder, "李网格长");
    assert_true(row->alone);
    assert_int_equal(strncmp(row->who, "张*", 4), 0);
    assert_null(strstr(row->who, "芳"));
    PAGE(&kit, NULL, GONE(25, "del", "resident", "r1"));
    ok(queue_refresh(q, &changed, NULL));
    assert_string_equal(queue_at(q, 0)->who, "");
    queue_free(q);
    kit_close(&kit);
}

/* Nested parts (offer, closing) make a row mine, too. */
static void handed_to_me(void **state)
{
    struct kit kit;
    (void)state;
    kit_ready(&kit, "handed", ROLE_WORKER);
    PAGE(&kit, NULL,
         SEVERE(
             21, "a", "critical", 3,
             ",\"acked_by\":\"u9\",\"offer\":{\"to\":\"u1\",\"by\":\"u9\",\"at\":1,\"due_at\":2}"),
         SEVERE(22, "b", "critical", 3,
                ",\"acked_by\":\"u9\",\"closing\":{\"by\":\"u9\",\"outcome\":\"test\","
                "\"second_person\":\"u1\",\"at\":1,\"due_at\":2},\"later\":{\"x\":1}"));
    struct queue *q = make_queue(&kit, false);
    assert_int_equal(queue_mine(q), 2);
    assert_string_equal(queue_at(q, (size_t)queue_find(q, "a"))->alarm.offer.to, "u1");
    assert_string_equal(queue_at(q, (size_t)queue_find(q, "b"))->alarm.closing.outcome, "test");
    queue_free(q);
    kit_close(&kit);
}

/* Another process writes; this one's queue sees it. */
static void another_process_writes(void **state)
{
    struct kit kit;
    struct home other;
    struct queue *q = NULL;
    size_t changed = 0;
    (void)state;
    kit_ready(&kit, "other", ROLE_WORKER);
    PAGE(&kit, NULL, SEVERE(21, "a", "critical", 3, ""));
    const struct home_opts opts = {
        .dir = kit.dir, .clock = &kit.clock.clock, .random = &kit.random.random};
    ok(home_open(&opts, &other, NULL));
    ok(queue_new(&other, false, &q, NULL));
    act(&kit, CMD_ALARM_ACK, "a");
    PAGE(&kit, NULL, SEVERE(22, "b", "minor", 3, ""));
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 2);
    assert_int_equal(queue_at(q, 0)->alarm.state, ALARM_ACKED);
    queue_free(q);
    home_close(&other);
    kit_close(&kit);
}

/* In memory is what the order needs; the rows themselves come when they are asked for, more of them
 * than are kept, and what is kept follows the store. */
static void rows_are_read_when_asked_for(void **state)
{
    enum { ROWS = 3 * QUEUE_ROWS };
    struct kit kit;
    size_t changed = 0;
    char id[32];
    (void)state;
    kit_ready(&kit, "asked", ROLE_WORKER);
    ok(mirror_page_begin(&kit.home, NULL));
    for (int i = 0; i < ROWS; i++) {
        (void)snprintf(id, sizeof id, "q%03d", i);
        kit_line(&kit, SEVERE(100 + i, id, "major", 3, ",\"device_id\":\"dev\""));
    }
    ok(mirror_page_end(&kit.home, NULL, &kit.changed, NULL));
    struct queue *q = make_queue(&kit, false);
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < ROWS; i++) {
            (void)snprintf(id, sizeof id, "q%03zu", i);
            assert_string_equal(queue_brief(q, i)->id, id);
            assert_string_equal(queue_at(q, i)->alarm.id, id);
            assert_string_equal(queue_at(q, i)->alarm.device_id, "dev");
        }
    }
    const struct queue_row *last = queue_at(q, ROWS - 1);
    queue_bell(q, ROWS - 1)->rang_mono = 77;
    /* the same again, of a row that is kept: nothing shows; of one that is not: it may */
    (void)snprintf(id, sizeof id, "q%03d", ROWS - 1);
    PAGE(&kit, NULL, SEVERE(9000, id, "major", 3, ",\"device_id\":\"dev\""));
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 0);
    PAGE(&kit, NULL, SEVERE(9001, id, "minor", 3, ",\"device_id\":\"other\""));
    ok(queue_refresh(q, &changed, NULL));
    assert_int_equal(changed, 1);
    assert_ptr_equal(queue_at(q, ROWS - 1), last);
    assert_string_equal(last->alarm.device_id, "other");
    assert_int_equal(queue_brief(q, ROWS - 1)->severity, SEV_MINOR);
    assert_int_equal(queue_bell(q, ROWS - 1)->rang_mono, 77);
    PAGE(&kit, NULL, GONE(9002, "del", "alarm", id));
    ok(queue_refresh(q, &changed, NULL));
    assert_null(queue_brief(q, ROWS - 1));
    assert_null(queue_at(q, ROWS - 1));
    assert_string_equal(queue_at(q, 0)->alarm.id, "q000");
    queue_free(q);
    kit_close(&kit);
}

static int64_t cpu_us(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts); /* cannot fail */
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

enum { MANY = 10000 };

/* A flood: everything kept, loading and refreshing far below what a hand notices. The bounds are
 * wide (slow machines, sanitizers); what matters is that a refresh does not cost like a load. */
static void ten_thousand_open_alarms(void **state)
{
    struct kit kit;
    size_t changed = 0;
    (void)state;
    kit_ready(&kit, "many", ROLE_WORKER);
    for (int i = 0; i < MANY;) {
        ok(mirror_page_begin(&kit.home, NULL));
        for (int k = 0; k < 500; k++, i++) {
            char id[32];
            char more[200];
            (void)snprintf(id, sizeof id, "a%05d", i);
            (void)snprintf(more, sizeof more,
                           ",\"due_at\":%lld,\"resident_id\":\"r%d\",\"dwelling_id\":\"d%d\","
                           "\"acked_by\":null,\"offer\":null,\"events\":[]",
                           (long long)(T0_MS + (i * 7919) % 100000), i, i);
            kit_line(&kit, SEVERE(100 + i, id, i % 3 ? "major" : "critical", 3, more));
        }
        ok(mirror_page_end(&kit.home, NULL, &kit.changed, NULL));
    }
    int64_t start = cpu_us();
    struct queue *q = make_queue(&kit, false);
    int64_t load = cpu_us() - start;
    assert_int_equal(queue_len(q), MANY);
    int64_t refresh = 0;
    for (int i = 0; i < 100; i++) {
        PAGE(&kit, NULL, SEVERE(20000 + i, "a00500", "minor", 3, ""));
        start = cpu_us();
        ok(queue_refresh(q, &changed, NULL));
        refresh += cpu_us() - start;
        assert_int_equal(changed, 1);
    }
    print_message("load %lld us, refresh of one row %lld us\n", (long long)load,
                  (long long)(refresh / 100));
    assert_true(load < 2000000);
    assert_true(refresh / 100 * 20 < load);
    queue_free(q);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_the_screen),
        cmocka_unit_test(nothing_moves_until_it_settles),
        cmocka_unit_test(what_goes),
        cmocka_unit_test(own_commands_show_at_once),
        cmocka_unit_test(raised_by_hand),
        cmocka_unit_test(names_arrive_later),
        cmocka_unit_test(handed_to_me),
        cmocka_unit_test(another_process_writes),
        cmocka_unit_test(rows_are_read_when_asked_for),
        cmocka_unit_test(ten_thousand_open_alarms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
