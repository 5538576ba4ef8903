/* The overlay against the server: same table, so what the screen shows before the answer is what
 * the answer brings; and when the server decides otherwise, the screen follows. */
#include "offline-db/queue.h"
#include "tests/unit/offline-db/kit.h"

/* ---- alarms in every state */

enum { STATES = 5 };

static void make_alarm(int which, struct alarm *a)
{
    static const enum alarm_state states[STATES] = {ALARM_UNACK, ALARM_ACKED, ALARM_ACKED,
                                                    ALARM_RTN_UNACK, ALARM_CLOSED};
    *a = (struct alarm){.severity = SEV_CRITICAL,
                        .state = states[which],
                        .level = 3,
                        .count = 1,
                        .raised_at = T0_MS - 60000,
                        .due_at = T0_MS + 240000,
                        .policy_version = 1};
    (void)snprintf(a->kind, sizeof a->kind, "%s", "smoke");
    (void)snprintf(a->policy, sizeof a->policy, "%s", "fire-gas-sos");
    (void)snprintf(a->path, sizeof a->path, "%s", GRID);
    if (which == 1 || which == 2) {
        (void)snprintf(a->acked_by, sizeof a->acked_by, "%s", which == 1 ? "u1" : "u9");
        a->acked_at = T0_MS - 30000;
        a->ack_due_at = T0_MS + 270000;
        a->stage = STAGE_ACKED;
        a->due_at = 0;
    }
    if (which == 3) {
        a->restored_at = T0_MS - 5000;
    }
    if (which == 4) {
        (void)snprintf(a->outcome, sizeof a->outcome, "%s", "false_cooking");
        (void)snprintf(a->closed_by, sizeof a->closed_by, "%s", "u9");
        a->closed_at = T0_MS - 1000;
        a->due_at = 0;
    }
}

static void alarm_text(const struct alarm *a, struct gw_buf *out)
{
    struct jw w;
    gw_buf_init(out, 1 << 16);
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    wire_alarm_encode(a, &w);
    jw_obj_end(&w);
    ok(jw_end(&w));
}

static void put_alarm(struct kit *kit, int64_t seq, const char *id, const struct alarm *a)
{
    struct gw_buf row;
    struct gw_buf line;
    alarm_text(a, &row);
    gw_buf_init(&line, 1 << 17);
    ok(wire_put(&line, seq, TYPE_ALARM, id, GRID, gw_buf_str(&row), row.len));
    PAGE(kit, NULL, gw_buf_str(&line));
    gw_buf_free(&row);
    gw_buf_free(&line);
}

static void shows(struct kit *kit, const char *id, const struct alarm *want)
{
    struct queue_row row;
    struct gw_buf a;
    struct gw_buf b;
    ok(queue_one(&kit->home, id, &row, NULL));
    alarm_text(&row.alarm, &a);
    alarm_text(want, &b);
    assert_string_equal(gw_buf_str(&a), gw_buf_str(&b));
    gw_buf_free(&a);
    gw_buf_free(&b);
}

static enum cmd_state mark_of(struct kit *kit, const char *id)
{
    struct queue_row row;
    ok(queue_one(&kit->home, id, &row, NULL));
    return row.mark;
}

/* ---- commands with data that passes */

static void fill(enum cmd_kind kind, struct cmd_data *d)
{
    cmd_data_init(d);
    switch (kind) {
    case CMD_ALARM_ATTEMPT:
        d->to = "elder";
        d->result = "no_answer";
        break;
    case CMD_ALARM_NOTE:
        d->text = "油烟很大";
        break;
    case CMD_ALARM_ESCALATE:
        d->to_level = 4;
        d->reason = "需要帮手";
        break;
    case CMD_ALARM_HANDOVER:
        d->to = "u7";
        break;
    case CMD_ALARM_CLOSE:
        d->outcome = "false_cooking";
        d->no_visit_reason = "电话确认";
        d->second_person = "u8";
        break;
    default:
        break;
    }
}

static void server_says(struct kit *kit, int64_t n, const struct alarm_verdict *v, int64_t seq)
{
    struct journal_result r = {.n = n,
                               .result = v->result,
                               .code = v->code,
                               .seq = v->result == RESULT_APPLIED ? seq : -1,
                               .at = T0_MS};
    ok(journal_store_result(&kit->home, &r, NULL));
}

/* Every command on every state, for every role of the chain: before the answer, with the answer but
 * before the row, with the row. */
static void every_command_looks_as_the_server_will_say(void **state)
{
    static const enum gw_role roles[] = {ROLE_WORKER, ROLE_LEADER, ROLE_DUTY};
    (void)state;
    for (size_t r = 0; r < 3; r++) {
        struct kit kit;
        char name[32];
        int64_t n = 0;
        (void)snprintf(name, sizeof name, "overlay-%zu", r);
        kit_ready(&kit, name, roles[r]);
        for (int which = 0; which < STATES; which++) {
            for (int kind = 0; kind < CMD_ALARM_RETRACT; kind++) {
                char id[32];
                struct alarm before;
                struct alarm after;
                struct cmd_data data;
                struct policy policy;
                struct alarm_verdict verdict;
                const struct alarm_who who = {"u1", roles[r], T0_MS, T0_MS};
                (void)snprintf(id, sizeof id, "a%d-%d", which, kind);
                make_alarm(which, &before);
                put_alarm(&kit, 100, id, &before);
                fill((enum cmd_kind)kind, &data);
                ok(journal_append(&kit.home, (enum cmd_kind)kind, id, 3, &data, NULL, NULL));
                n++;
                policy_default(&policy, "smoke");
                after = before;
                bool has_expect = cmd_spec_of((enum cmd_kind)kind)->has_expect;
                alarm_step(&before, (enum cmd_kind)kind, &data, &who, has_expect ? 3 : 0, &policy,
                           NULL, &after, &verdict);
                const struct alarm *want = verdict.result == RESULT_APPLIED ? &after : &before;
                shows(&kit, id, want);
                assert_int_equal(mark_of(&kit, id), CMD_PENDING);
                server_says(&kit, n, &verdict, 200);
                shows(&kit, id, want); /* the answer is there, the row is not: nothing jumps back */
                put_alarm(&kit, 200, id, want);
                shows(&kit, id, want);
                assert_int_equal(mark_of(&kit, id) == CMD_STATE_N,
                                 verdict.result == RESULT_APPLIED);
                ok(journal_seen(&kit.home, id));
                assert_int_equal(mark_of(&kit, id), CMD_STATE_N);
            }
        }
        assert_int_equal(kit_int(&kit, "SELECT count(*) FROM overlay"), 0);
        kit_close(&kit);
    }
}

static void append(struct kit *kit, enum cmd_kind kind, const char *id, struct journal_entry *out)
{
    struct cmd_data data;
    fill(kind, &data);
    ok(journal_append(&kit->home, kind, id, 3, &data, out, NULL));
}

static void retract(struct kit *kit, const char *id, const char *uid)
{
    struct cmd_data data;
    cmd_data_init(&data);
    data.uid = uid;
    ok(journal_append(&kit->home, CMD_ALARM_RETRACT, id, 0, &data, NULL, NULL));
}

static struct alarm seen(struct kit *kit, const char *id)
{
    struct queue_row row;
    ok(queue_one(&kit->home, id, &row, NULL));
    return row.alarm;
}

static void several_unsent_commands_fold_in_order(void **state)
{
    struct kit kit;
    struct alarm a;
    struct journal_entry ack;
    struct journal_entry arrived;
    (void)state;
    kit_ready(&kit, "several", ROLE_WORKER);
    make_alarm(0, &a);
    put_alarm(&kit, 100, "a", &a);
    append(&kit, CMD_ALARM_ACK, "a", &ack);
    append(&kit, CMD_ALARM_ENROUTE, "a", NULL);
    append(&kit, CMD_ALARM_ARRIVED, "a", &arrived);
    a = seen(&kit, "a");
    assert_int_equal(a.state, ALARM_ACKED);
    assert_int_equal(a.stage, STAGE_ARRIVED);
    assert_true(a.visited);
    retract(&kit, "a", arrived.uid);
    a = seen(&kit, "a");
    assert_int_equal(a.stage, STAGE_ENROUTE);
    assert_false(a.visited);
    retract(&kit, "a", ack.uid);
    assert_int_equal(seen(&kit, "a").state, ALARM_UNACK);
    assert_int_equal(kit_int(&kit, "SELECT mark_count FROM overlay WHERE id = 'a'"), 5);
    kit_close(&kit);
}

/* A command that the mirror shows already can be taken back too. */
static void retract_of_a_confirmed_command(void **state)
{
    struct kit kit;
    struct alarm a;
    struct journal_entry ack;
    (void)state;
    kit_ready(&kit, "retract", ROLE_WORKER);
    make_alarm(0, &a);
    put_alarm(&kit, 100, "a", &a);
    append(&kit, CMD_ALARM_ACK, "a", &ack);
    struct journal_result r = {.n = 1, .result = RESULT_APPLIED, .seq = 101, .at = T0_MS};
    ok(journal_store_result(&kit.home, &r, NULL));
    make_alarm(1, &a);
    put_alarm(&kit, 101, "a", &a);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM overlay"), 0);
    retract(&kit, "a", ack.uid);
    assert_int_equal(seen(&kit, "a").state, ALARM_UNACK);
    retract(&kit, "a", "0190d2b0-0000-7000-8000-000000000000"); /* not mine: changes nothing */
    assert_int_equal(seen(&kit, "a").state, ALARM_UNACK);
    kit_close(&kit);
}

static void another_was_faster(void **state)
{
    struct kit kit;
    struct alarm a;
    (void)state;
    kit_ready(&kit, "faster", ROLE_WORKER);
    make_alarm(0, &a);
    put_alarm(&kit, 100, "a", &a);
    append(&kit, CMD_ALARM_ACK, "a", NULL);
    assert_string_equal(seen(&kit, "a").acked_by, "u1");
    make_alarm(2, &a);
    put_alarm(&kit, 101, "a", &a); /* the row comes before the answer */
    assert_string_equal(seen(&kit, "a").acked_by, "u9");
    assert_int_equal(mark_of(&kit, "a"), CMD_PENDING);
    struct journal_result r = {
        .n = 1, .result = RESULT_LATE, .code = "held-by-other", .seq = -1, .at = T0_MS};
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_string_equal(seen(&kit, "a").acked_by, "u9");
    assert_int_equal(mark_of(&kit, "a"), CMD_LATE);
    kit_close(&kit);
}

/* Work on an alarm that the server takes away: the overlay goes with it, the journal stays. */
static void the_alarm_leaves_the_mirror(void **state)
{
    struct kit kit;
    struct alarm a;
    struct queue_row row;
    (void)state;
    kit_ready(&kit, "leaves", ROLE_WORKER);
    make_alarm(0, &a);
    put_alarm(&kit, 100, "a", &a);
    append(&kit, CMD_ALARM_ACK, "a", NULL);
    PAGE(&kit, NULL, GONE(101, "out", "alarm", "a"));
    assert_int_equal(queue_one(&kit.home, "a", &row, NULL), GW_ABSENT);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal WHERE state = 'pending'"), 1);
    put_alarm(&kit, 102, "a", &a); /* and comes back */
    assert_int_equal(seen(&kit, "a").state, ALARM_ACKED);
    PAGE(&kit, NULL, "{\"op\":\"scopes\",\"tag\":\"t2\",\"list\":[],\"types\":[\"alarm\"]}");
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM overlay"), 0);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal WHERE state = 'pending'"), 1);
    kit_close(&kit);
}

static void an_alarm_raised_by_hand(void **state)
{
    struct kit kit;
    struct cmd_data data;
    struct queue_row row;
    struct alarm a;
    (void)state;
    kit_ready(&kit, "raise", ROLE_WORKER);
    PAGE(&kit, NULL,
         "{\"seq\":20,\"op\":\"put\",\"type\":\"dwelling\",\"id\":\"d1\",\"path\":\"" GRID
         "\",\"row\":{\"estate\":\"数据谷\",\"building\":\"3\",\"unit\":\"2\"}}");
    cmd_data_init(&data);
    data.kind = "smoke";
    data.severity = "critical";
    data.text = "楼道冒烟";
    data.dwelling_id = "d1";
    ok(journal_append(&kit.home, CMD_ALARM_RAISE, "new1", 0, &data, NULL, NULL));
    ok(queue_one(&kit.home, "new1", &row, NULL));
    assert_int_equal(row.alarm.state, ALARM_UNACK);
    assert_string_equal(row.alarm.path, GRID);
    assert_string_equal(row.piece, "3栋2单元");
    assert_true(row.mine);
    assert_int_equal(row.mark, CMD_PENDING);
    append(&kit, CMD_ALARM_ACK, "new1", NULL);
    assert_int_equal(seen(&kit, "new1").state, ALARM_ACKED);
    struct journal_result r = {.n = 1, .result = RESULT_APPLIED, .seq = 30, .at = T0_MS};
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_int_equal(seen(&kit, "new1").state, ALARM_ACKED); /* stays until its row comes */
    make_alarm(0, &a);
    put_alarm(&kit, 30, "new1", &a);
    assert_int_equal(seen(&kit, "new1").state, ALARM_ACKED);
    assert_int_equal(kit_int(&kit, "SELECT alone FROM overlay WHERE id = 'new1'"), 0);
    r.n = 2;
    r.result = RESULT_REJECTED;
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_int_equal(seen(&kit, "new1").state, ALARM_UNACK);
    kit_close(&kit);
}

/* After a restore the old sequence numbers mean nothing: what was confirmed is no overlay again. */
static void a_new_epoch_brings_no_ghosts(void **state)
{
    struct kit kit;
    struct alarm a;
    const char *const paths[] = {GRID, NULL};
    const int64_t granted[] = {1};
    (void)state;
    kit_ready(&kit, "ghosts", ROLE_WORKER);
    make_alarm(0, &a);
    put_alarm(&kit, 100, "a", &a);
    append(&kit, CMD_ALARM_ACK, "a", NULL);
    struct journal_result r = {.n = 1, .result = RESULT_APPLIED, .seq = 101, .at = T0_MS};
    ok(journal_store_result(&kit.home, &r, NULL));
    kit_hello(&kit, "e2", 50, "t1", paths, granted);
    assert_int_equal(seen(&kit, "a").state, ALARM_UNACK); /* its number means nothing here */
    kit_skip_jobs(&kit, "e2.5");
    put_alarm(&kit, 40, "a", &a);
    assert_int_equal(seen(&kit, "a").state, ALARM_UNACK); /* the server does not know of it */
    ok(journal_resend(&kit.home, 0, NULL, 0, NULL));
    assert_int_equal(seen(&kit, "a").state, ALARM_ACKED); /* it is on its way again */
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_looks_as_the_server_will_say),
        cmocka_unit_test(several_unsent_commands_fold_in_order),
        cmocka_unit_test(retract_of_a_confirmed_command),
        cmocka_unit_test(another_was_faster),
        cmocka_unit_test(the_alarm_leaves_the_mirror),
        cmocka_unit_test(an_alarm_raised_by_hand),
        cmocka_unit_test(a_new_epoch_brings_no_ghosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
