/* Claims of the protocol (docs/protocol.md), each on real engines and the real server in calm
 * weather: what the random runs do not aim at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/mirror.h"
#include "tests/sim/sim.h"

enum { U1, U2, U3, DUTY, U1_SECOND, COM };

static int setup(void **state)
{
    struct sim *sim = sim_new(1);
    sim_run(sim, 20000);
    for (int i = 0; i < SIM_CLIENTS; i++) {
        struct sync_status status;
        engine_status(sim->clients[i].engine, &status);
        if (status.phase != SYNC_LIVE) {
            sim_trouble(sim, "client %d is not live: %d %s", i, (int)status.phase, status.problem);
        }
    }
    *state = sim;
    return 0;
}

static int teardown(void **state)
{
    struct sim *sim = *state;
    if (sim->trouble.len > 0) {
        (void)fputs(gw_buf_str(&sim->trouble), stderr);
    }
    bool good = sim->trouble.len == 0;
    sim_free(sim);
    return good ? 0 : -1;
}

static void raise_alarm(struct sim *sim, int device)
{
    char body[200];
    int n = snprintf(body, sizeof(body),
                     "{\"event_id\":\"c%lld\",\"device\":\"SN-%d\",\"kind\":\"smoke\"}",
                     (long long)++sim->next_event, device);
    const struct core_request request = {.method = CORE_POST,
                                         .path = "/v1/ingest",
                                         .query = "",
                                         .bearer = sim->source_token,
                                         .content_type = "application/json",
                                         .body = body,
                                         .body_len = (size_t)n,
                                         .peer = "gateway"};
    struct core_answer answer;
    sim_serve(sim, &request, &answer);
    assert_int_equal(answer.status, 202);
    core_answer_free(&answer);
}

static int64_t number(struct sim *sim, int client, const char *sql)
{
    sqlite3_stmt *st = NULL;
    int64_t n = -1;
    sqlite3 *db = gw_db_handle(sim->clients[client].home.db);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    if (sqlite3_step(st) == SQLITE_ROW) {
        n = sqlite3_column_int64(st, 0);
    }
    (void)sqlite3_finalize(st);
    return n;
}

static void first_alarm(struct sim *sim, int client, char id[GW_ID_MAX + 1])
{
    sqlite3_stmt *st = NULL;
    sqlite3 *db = gw_db_handle(sim->clients[client].home.db);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT id FROM alarm ORDER BY id LIMIT 1", -1, &st, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    (void)snprintf(id, GW_ID_MAX + 1, "%s", (const char *)sqlite3_column_text(st, 0));
    (void)sqlite3_finalize(st);
}

static void act(struct sim *sim, int client, enum cmd_kind kind, const char *alarm, int64_t level,
                const char *text, struct journal_entry *entry)
{
    struct cmd_data data;
    cmd_data_init(&data);
    data.text = text;
    assert_int_equal(
        journal_append(&sim->clients[client].writer, kind, alarm, level, &data, entry, NULL),
        GW_OK);
    sim->clients[client].wake = 0;
}

static enum cmd_state state_of(struct sim *sim, int client, const struct journal_entry *entry,
                               char code[48])
{
    struct journal_entry now;
    assert_int_equal(journal_get(&sim->clients[client].home, entry->n, &now), GW_OK);
    assert_string_equal(now.uid, entry->uid);
    (void)snprintf(code, 48, "%s", now.code);
    return now.state;
}

static void bend(struct sim *sim, int client, const struct journal_entry *entry, const char *what)
{
    char *sql = sqlite3_mprintf("UPDATE journal SET %s WHERE uid = %Q", what, entry->uid);
    assert_int_equal(gw_db_exec(sim->clients[client].writer.db, sql, NULL), GW_OK);
    sqlite3_free(sql);
}

/* ---- */

static void an_alarm_is_on_the_screen_within_a_second(void **state)
{
    struct sim *sim = *state;
    raise_alarm(sim, 0); /* in the grid of u1 */
    sim_run(sim, 1000);
    assert_int_equal(number(sim, U1, "SELECT count(*) FROM alarm"), 1);
    assert_int_equal(number(sim, U1_SECOND, "SELECT count(*) FROM alarm"), 1);
    assert_int_equal(number(sim, DUTY, "SELECT count(*) FROM alarm"), 1);
    assert_int_equal(number(sim, U2, "SELECT count(*) FROM alarm"), 0);
    assert_int_equal(number(sim, COM, "SELECT count(*) FROM alarm"),
                     0); /* a role without the type */
    assert_true(number(sim, U1, "SELECT count(*) FROM alarm_event") > 0);
}

/* C2 */
static void one_poison_in_a_thousand_harms_nobody(void **state)
{
    struct sim *sim = *state;
    struct journal_entry entry;
    struct journal_counts counts;
    char alarm[GW_ID_MAX + 1], text[32];
    raise_alarm(sim, 0);
    sim_run(sim, 1000);
    first_alarm(sim, U1, alarm);
    sim->clients[U1].down = true;
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(text, sizeof(text), "line %d", i);
        act(sim, U1, CMD_ALARM_NOTE, alarm, 0, text, &entry);
        if (i == 500) {
            bend(sim, U1, &entry, "sig = 'AAAA'");
        }
    }
    sim->clients[U1].down = false;
    engine_nudge(sim->clients[U1].engine);
    sim_run(sim, 120000);
    assert_int_equal(journal_counts(&sim->clients[U1].home, &counts), GW_OK);
    assert_int_equal(counts.by_state[CMD_APPLIED], 999);
    assert_int_equal(counts.by_state[CMD_REJECTED], 1);
    assert_int_equal(counts.unsent, 0);
    sim_heal(sim);
    sim_check(sim); /* chain, gap flag behind the poison, receipts */
}

/* C3 */
static void a_lost_grid_leaves_the_laptop_at_once(void **state)
{
    struct sim *sim = *state;
    raise_alarm(sim, 0);
    sim_run(sim, 1000);
    assert_true(number(sim, U1, "SELECT count(*) FROM device") > 0);
    sim_admin_begin(sim);
    assert_int_equal(store_revoke(sim->admin, "u1", sim_grids[0], sim->clock.wall, NULL), GW_OK);
    sim_admin_commit(sim);
    int64_t asked = sim->requests;
    sim_run(sim, 300);
    assert_int_equal(number(sim, U1,
                            "SELECT (SELECT count(*) FROM alarm) + (SELECT count(*) FROM "
                            "device) + (SELECT count(*) FROM resident)"),
                     0);
    assert_true(sim->requests - asked <= 8); /* the streams told it; nobody had to ask first */
}

/* C7 */
static void what_a_hand_altered_is_healed_by_the_digest(void **state)
{
    struct sim *sim = *state;
    struct mirror_state mirror;
    int64_t rows = number(sim, DUTY, "SELECT count(*) FROM resident");
    assert_true(rows > 1);
    struct gw_db *db = sim->clients[DUTY].writer.db;
    assert_int_equal(
        gw_db_exec(db, "DELETE FROM resident WHERE id = (SELECT min(id) FROM resident)", NULL),
        GW_OK);
    assert_int_equal(gw_db_exec(db,
                                "UPDATE resident SET name = 'bent', seq = seq + 1000 WHERE id = "
                                "(SELECT max(id) FROM resident)",
                                NULL),
                     GW_OK);
    sim_run(sim, 3700000);
    assert_int_equal(number(sim, DUTY, "SELECT count(*) FROM resident"), rows);
    assert_int_equal(number(sim, DUTY, "SELECT count(*) FROM resident WHERE name = 'bent'"), 0);
    assert_int_equal(mirror_state(&sim->clients[DUTY].home, &mirror), GW_OK);
    assert_true(mirror.incidents >= 1);
}

/* C12 */
static void work_captured_before_a_reassignment_is_kept(void **state)
{
    struct sim *sim = *state;
    struct journal_entry entry;
    char alarm[GW_ID_MAX + 1], code[48];
    raise_alarm(sim, 0);
    sim_run(sim, 1000);
    first_alarm(sim, U1, alarm);
    sim->clients[U1].down = true;
    act(sim, U1, CMD_ALARM_NOTE, alarm, 0, "the gas is off", &entry);
    sim_admin_begin(sim);
    assert_int_equal(store_revoke(sim->admin, "u1", sim_grids[0], sim->clock.wall, NULL), GW_OK);
    sim_admin_commit(sim);
    sim_run(sim, 60000);
    sim->clients[U1].down = false;
    sim_run(sim, 60000);
    assert_int_equal(state_of(sim, U1, &entry, code), CMD_APPLIED);
}

static void after_a_month_it_goes_to_the_duty_room(void **state)
{
    struct sim *sim = *state;
    struct journal_entry entry;
    char alarm[GW_ID_MAX + 1], code[48];
    raise_alarm(sim, 0);
    sim_run(sim, 1000);
    first_alarm(sim, U1, alarm);
    sim->clients[U1].down = true;
    act(sim, U1, CMD_ALARM_NOTE, alarm, 0, "the gas is off", &entry);
    sim_admin_begin(sim);
    assert_int_equal(store_revoke(sim->admin, "u1", sim_grids[0], sim->clock.wall, NULL), GW_OK);
    sim_admin_commit(sim);
    gw_clock_fixed_advance(&sim->clock, INT64_C(31) * 86400000);
    sim->clients[U1].down = false;
    sim_run(sim, 120000);
    assert_int_equal(state_of(sim, U1, &entry, code), CMD_QUARANTINED);
}

static void what_was_never_ones_own_is_quarantined(void **state)
{
    struct sim *sim = *state;
    struct journal_entry entry;
    char alarm[GW_ID_MAX + 1], code[48];
    raise_alarm(sim, 0);
    sim_run(sim, 1000);
    first_alarm(sim, U1, alarm);
    act(sim, U3, CMD_ALARM_NOTE, alarm, 0, "another street", &entry);
    sim_run(sim, 5000);
    assert_int_equal(state_of(sim, U3, &entry, code), CMD_QUARANTINED);
}

static void an_ack_of_a_passed_level_is_late(void **state)
{
    struct sim *sim = *state;
    struct journal_entry entry, second;
    char alarm[GW_ID_MAX + 1], code[48];
    raise_alarm(sim, 0);
    sim_run(sim, 1000);
    first_alarm(sim, U1, alarm);
    assert_true(number(sim, U1, "SELECT level FROM alarm") >= 3);
    act(sim, U1, CMD_ALARM_ACK, alarm, 1, NULL, &entry);
    sim_run(sim, 2000);
    assert_int_equal(state_of(sim, U1, &entry, code), CMD_LATE);
    assert_int_equal(number(sim, U1, "SELECT acked_by IS NULL OR acked_by = '' FROM alarm"), 1);
    act(sim, U1, CMD_ALARM_ACK, alarm, number(sim, U1, "SELECT level FROM alarm"), NULL, &second);
    sim_run(sim, 2000);
    assert_int_equal(state_of(sim, U1, &second, code), CMD_APPLIED);
    assert_int_equal(number(sim, U1, "SELECT acked_by = 'u1' FROM alarm"), 1);
}

/* A bent byte: no number is taken; the next command shows the hole. */
static enum gw_err see(void *ctx, const struct store_command *cmd)
{
    *(struct store_command *)ctx = *cmd;
    return GW_OK;
}

static void a_bent_byte_takes_no_number(void **state)
{
    struct sim *sim = *state;
    struct journal_entry bent, next;
    struct store_command stored = {.n = 0};
    char alarm[GW_ID_MAX + 1], code[48];
    raise_alarm(sim, 0);
    sim_run(sim, 1000);
    first_alarm(sim, U1, alarm);
    act(sim, U1, CMD_ALARM_NOTE, alarm, 0, "bent", &bent);
    bend(sim, U1, &bent, "body = replace(body, '\"bent\"', '\"bend\"')");
    sim_run(sim, 2000);
    assert_int_equal(state_of(sim, U1, &bent, code), CMD_REJECTED);
    assert_string_equal(code, "bad-signature");
    assert_int_equal(sim->admin->ops->command_get(sim->admin, bent.dev, bent.n, see, &stored, NULL),
                     GW_ABSENT);
    act(sim, U1, CMD_ALARM_NOTE, alarm, 0, "after it", &next);
    sim_run(sim, 2000);
    assert_int_equal(state_of(sim, U1, &next, code), CMD_APPLIED);
    assert_int_equal(sim->admin->ops->command_get(sim->admin, next.dev, next.n, see, &stored, NULL),
                     GW_OK);
    assert_true(stored.gap);
    /* The laptop's disk is put right; the number is sent again when the server names it missing. */
    bend(sim, U1, &bent, "body = replace(body, '\"bend\"', '\"bent\"')");
    sim_server_crash(sim); /* any reason for a new hello and token */
    sim_client_stop(&sim->clients[U1]);
    sim_client_start(&sim->clients[U1]);
    sim_run(sim, 60000);
    assert_int_equal(state_of(sim, U1, &bent, code), CMD_APPLIED);
    assert_int_equal(sim->admin->ops->command_get(sim->admin, next.dev, next.n, see, &stored, NULL),
                     GW_OK);
    assert_false(stored.gap);
}

/* C6 */
static void a_restored_server_gets_everything_back(void **state)
{
    struct sim *sim = *state;
    struct journal_entry entries[20];
    char alarm[GW_ID_MAX + 1], text[32], code[48];
    raise_alarm(sim, 0);
    sim_run(sim, 1000);
    first_alarm(sim, U1, alarm);
    sim_server_backup(sim);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(text, sizeof(text), "note %d", i);
        act(sim, i % 2 == 0 ? U1 : DUTY, CMD_ALARM_NOTE, alarm, 0, text, &entries[i]);
    }
    sim_run(sim, 30000);
    assert_int_equal(state_of(sim, U1, &entries[18], code), CMD_APPLIED);
    sim_server_restore(sim);
    sim_run(sim, 60000);
    for (int i = 0; i < 20; i++) {
        struct store_command stored = {.n = 0};
        assert_int_equal(sim->admin->ops->command_get(sim->admin, entries[i].dev, entries[i].n, see,
                                                      &stored, NULL),
                         GW_OK);
        assert_int_equal(state_of(sim, i % 2 == 0 ? U1 : DUTY, &entries[i], code), CMD_APPLIED);
    }
    sim_heal(sim);
    sim_check(sim);
}

/* C10 */
static void order_does_not_hang_on_clocks(void **state)
{
    struct sim *sim = *state;
    struct journal_entry first, second;
    char alarm[GW_ID_MAX + 1];
    raise_alarm(sim, 0);
    sim_run(sim, 1000);
    first_alarm(sim, DUTY, alarm);
    sim->clients[U1].skew = INT64_C(315360000000);
    sim->clients[DUTY].skew = -INT64_C(315360000000);
    act(sim, U1, CMD_ALARM_NOTE, alarm, 0, "first", &first);
    sim_run(sim, 2000);
    act(sim, DUTY, CMD_ALARM_NOTE, alarm, 0, "second", &second);
    sim_run(sim, 2000);
    struct journal_entry a, b;
    assert_int_equal(journal_get(&sim->clients[U1].home, first.n, &a), GW_OK);
    assert_int_equal(journal_get(&sim->clients[DUTY].home, second.n, &b), GW_OK);
    assert_int_equal(a.state, CMD_APPLIED);
    assert_int_equal(b.state, CMD_APPLIED);
    assert_true(a.seq < b.seq);
    assert_true(llabs(a.result_at - sim->clock.wall) < 60000); /* the server's time */
    assert_true(llabs(b.result_at - sim->clock.wall) < 60000);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    sim_prepare();
    const struct CMUnitTest tests[] = {
        T(an_alarm_is_on_the_screen_within_a_second),
        T(one_poison_in_a_thousand_harms_nobody),
        T(a_lost_grid_leaves_the_laptop_at_once),
        T(what_a_hand_altered_is_healed_by_the_digest),
        T(work_captured_before_a_reassignment_is_kept),
        T(after_a_month_it_goes_to_the_duty_room),
        T(what_was_never_ones_own_is_quarantined),
        T(an_ack_of_a_passed_level_is_late),
        T(a_bent_byte_takes_no_number),
        T(a_restored_server_gets_everything_back),
        T(order_does_not_hang_on_clocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
