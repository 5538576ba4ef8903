/* The journal: a signed chain, its batches, results and receipts. */
#include "tests/unit/offline-db/chain.h"

static void a_chain_that_anyone_can_check(void **state)
{
    struct kit kit;
    struct journal_entry entry;
    struct gw_buf text;
    struct cmd_body body;
    struct json *root = NULL;
    const char *code = NULL;
    (void)state;
    kit_ready(&kit, "chain", ROLE_WORKER);
    ok(mirror_clock_set(&kit.home, 250, 30));
    ok(act(&kit, CMD_ALARM_ACK, "a1", NULL, &entry, NULL));
    assert_int_equal(entry.n, 1);
    assert_int_equal(entry.state, CMD_PENDING);
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "老人说在做饭", NULL, NULL));
    ok(act(&kit, CMD_DUTY_SET, "u1", "on", NULL, NULL));
    assert_int_equal(check_chain(&kit, "dev1", &kit.device), 3);
    gw_buf_init(&text, 1 << 16);
    ok(journal_body(&kit.home, 2, &text));
    ok(wire_body_decode(gw_buf_str(&text), text.len, &body, &root, &code, NULL));
    assert_string_equal(body.base, "e1.10");
    assert_string_equal(body.data.text, "老人说在做饭");
    assert_int_equal(body.wall, T0_MS);
    assert_int_equal(body.off, 250);
    assert_int_equal(body.unc, 30);
    json_free(root);
    gw_buf_free(&text);
    kit_close(&kit);
}

static void what_may_not_be_written_is_not(void **state)
{
    struct kit kit;
    struct gw_fail fail = {0};
    (void)state;
    kit_ready(&kit, "refuse", ROLE_WORKER);
    assert_int_equal(act(&kit, CMD_ALARM_NOTE, "a1", NULL, NULL, &fail), GW_INVALID);
    assert_true(fail.text[0] != '\0');
    assert_int_equal(act(&kit, CMD_ALARM_ACK, "a 1", NULL, NULL, &fail), GW_INVALID);
    assert_int_equal(check_chain(&kit, "dev1", &kit.device), 0);
    kit_close(&kit);
}

static bool count_visit(void *ctx, const struct journal_entry *entry)
{
    int64_t *last = ctx;
    assert_true(*last == 0 || entry->n < *last); /* newest first */
    *last = entry->n;
    return true;
}

static void results_are_stored_once(void **state)
{
    static const struct {
        enum cmd_result result;
        enum cmd_state state;
        bool unread;
    } cases[] = {
        {RESULT_APPLIED, CMD_APPLIED, false},  {RESULT_LATE, CMD_LATE, true},
        {RESULT_REVIEW, CMD_REVIEW, true},     {RESULT_QUARANTINED, CMD_QUARANTINED, true},
        {RESULT_REJECTED, CMD_REJECTED, true}, {RESULT_RETRY, CMD_SENT, false},
        {RESULT_KEY_REUSE, CMD_SENT, false},   {RESULT_CHAIN_FORK, CMD_SENT, false},
    };
    enum { N = sizeof cases / sizeof cases[0] };
    struct kit kit;
    struct gw_buf out;
    struct journal_entry entry;
    struct journal_counts counts;
    struct journal_sent n_list[N];
    int64_t last = 0;
    size_t lines = 0;
    (void)state;
    kit_ready(&kit, "results", ROLE_WORKER);
    for (int i = 0; i < N; i++) {
        ok(act(&kit, CMD_ALARM_NOTE, "a1", "记", NULL, NULL));
    }
    gw_buf_init(&out, 1 << 20);
    ok(journal_batch(&kit.home, &(struct journal_limits){N, 1 << 20, false}, &out, n_list, &lines,
                     NULL));
    assert_int_equal(lines, N);
    for (int i = 0; i < N; i++) {
        struct journal_result r = result_of(n_list[i].n, cases[i].result, 40 + i);
        ok(journal_store_result(&kit.home, &r, NULL));
        ok(journal_store_result(&kit.home, &r, NULL));
        ok(journal_get(&kit.home, n_list[i].n, &entry));
        assert_int_equal(entry.state, cases[i].state);
        assert_int_equal(entry.unread, cases[i].unread);
    }
    ok(journal_counts(&kit.home, &counts));
    assert_int_equal(counts.unsent, 3);
    assert_int_equal(counts.unread, 4);
    assert_int_equal(counts.oldest_unsent_at, T0_MS);
    ok(journal_seen(&kit.home, "a1"));
    struct journal_result again = result_of(2, RESULT_LATE, 41);
    ok(journal_store_result(&kit.home, &again, NULL)); /* the same answer does not ask twice */
    ok(journal_counts(&kit.home, &counts));
    assert_int_equal(counts.unread, 0);
    ok(journal_each(&kit.home, CMD_STATE_N, 0, count_visit, &last));
    assert_int_equal(last, 1);
    struct journal_result unknown = result_of(99, RESULT_APPLIED, 1);
    assert_int_equal(journal_store_result(&kit.home, &unknown, NULL), GW_ABSENT);
    gw_buf_free(&out);
    kit_close(&kit);
}

static void batches_keep_their_limits(void **state)
{
    struct kit kit;
    struct gw_buf out;
    struct wire_cmd_line line;
    struct json *root = NULL;
    struct journal_sent n_list[10];
    size_t lines = 0;
    (void)state;
    kit_ready(&kit, "batch", ROLE_WORKER);
    for (int i = 0; i < 5; i++) {
        ok(act(&kit, CMD_ALARM_NOTE, "a1", "记", NULL, NULL));
    }
    gw_buf_init(&out, 1 << 20);
    ok(journal_batch(&kit.home, &(struct journal_limits){2, 1 << 20, false}, &out, n_list, &lines,
                     NULL));
    assert_int_equal(lines, 2);
    size_t two = out.len;
    const char *end = strchr(gw_buf_str(&out), '\n');
    ok(wire_cmd_line_decode(gw_buf_str(&out), (size_t)(end - gw_buf_str(&out)), &line, &root,
                            NULL));
    assert_string_equal(line.key, "dev1");
    json_free(root);
    gw_buf_reset(&out);
    ok(journal_batch(&kit.home, &(struct journal_limits){10, two + 5, false}, &out, n_list, &lines,
                     NULL)); /* sent ones again */
    assert_int_equal(lines, 2);
    assert_int_equal(n_list[0].n, 1);
    assert_int_equal(out.len, two);
    gw_buf_reset(&out);
    ok(journal_batch(&kit.home, &(struct journal_limits){10, 1, false}, &out, n_list, &lines,
                     NULL)); /* one always goes */
    assert_int_equal(lines, 1);
    gw_buf_free(&out);
    kit_close(&kit);
}

static void a_receipt_is_checked_and_kept(void **state)
{
    struct kit kit;
    struct gw_buf text;
    char hash[GW_HASH_HEX + 1];
    char receipt[GW_SIGN_B64 + 2];
    uint8_t sig[GW_SIGN_BYTES];
    (void)state;
    kit_ready(&kit, "receipt", ROLE_WORKER);
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "记", NULL, NULL));
    ok(journal_hash(&kit.home, 1, hash));
    gw_buf_init(&text, 4096);
    struct journal_result r = result_of(1, RESULT_APPLIED, 40);
    ok(wire_receipt_text("dev1", 1, hash, r.result, r.seq, r.at, &text));
    gw_sign(&kit.server, RECEIPT_PREFIX, gw_buf_str(&text), text.len, sig);
    gw_b64url(sig, sizeof sig, receipt);
    r.receipt = receipt;
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_int_equal(kit_int(&kit, "SELECT good FROM receipt"), 1);
    /* the server was restored and lost it: sent again, the old receipt stays */
    ok(journal_resend(&kit.home, 0, NULL, 0, NULL));
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal WHERE state = 'pending'"), 1);
    r.seq = 12;
    r.receipt = "AAAA";
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM receipt"), 2);
    assert_int_equal(kit_int(&kit, "SELECT sum(good) FROM receipt"), 1);
    gw_buf_free(&text);
    kit_close(&kit);
}

static void resend_takes_only_what_the_server_lacks(void **state)
{
    struct kit kit;
    const int64_t missing[] = {2};
    (void)state;
    kit_ready(&kit, "resend", ROLE_WORKER);
    for (int64_t n = 1; n <= 5; n++) {
        ok(act(&kit, CMD_ALARM_NOTE, "a1", "记", NULL, NULL));
        struct journal_result r = result_of(n, RESULT_APPLIED, 40 + n);
        ok(journal_store_result(&kit.home, &r, NULL));
    }
    ok(journal_resend(&kit.home, 4, missing, 1, NULL));
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal WHERE state = 'pending'"), 2);
    assert_int_equal(
        kit_int(&kit, "SELECT count(*) FROM journal WHERE state = 'pending' AND n IN (2, 5)"), 2);
    kit_close(&kit);
}

static void last_on_is_what_a_retract_may_name(void **state)
{
    struct kit kit;
    struct journal_entry ack;
    struct journal_entry note;
    struct journal_entry got;
    (void)state;
    kit_ready(&kit, "last", ROLE_WORKER);
    assert_int_equal(journal_last_on(&kit.home, "a1", &got), GW_ABSENT);
    ok(act(&kit, CMD_ALARM_ACK, "a1", NULL, &ack, NULL));
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "记", &note, NULL));
    ok(act(&kit, CMD_ALARM_NOTE, "a2", "别的", NULL, NULL));
    ok(journal_last_on(&kit.home, "a1", &got));
    assert_string_equal(got.uid, note.uid);
    ok(act(&kit, CMD_ALARM_RETRACT, "a1", note.uid, NULL, NULL));
    ok(journal_last_on(&kit.home, "a1", &got));
    assert_string_equal(got.uid, ack.uid);
    struct journal_result r = result_of(ack.n, RESULT_REJECTED, -1);
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_int_equal(journal_last_on(&kit.home, "a1", &got), GW_ABSENT);
    kit_close(&kit);
}

static void pruning_leaves_number_and_hash(void **state)
{
    struct kit kit;
    struct gw_buf text;
    char before[GW_HASH_HEX + 1];
    char after[GW_HASH_HEX + 1];
    (void)state;
    kit_ready(&kit, "prune", ROLE_WORKER);
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "旧", NULL, NULL));
    ok(act(&kit, CMD_ALARM_NOTE, "a1", "没送到", NULL, NULL));
    struct journal_result r = result_of(1, RESULT_APPLIED, 40);
    ok(journal_store_result(&kit.home, &r, NULL));
    ok(journal_hash(&kit.home, 1, before));
    gw_clock_fixed_advance(&kit.clock, (int64_t)100 * 86400000);
    ok(journal_prune(&kit.home, (int64_t)90 * 86400000, NULL));
    gw_buf_init(&text, 1 << 16);
    assert_int_equal(journal_body(&kit.home, 1, &text), GW_ABSENT);
    ok(journal_body(&kit.home, 2, &text)); /* unsent work is never thinned */
    ok(journal_hash(&kit.home, 1, after));
    assert_string_equal(before, after);
    gw_buf_free(&text);
    kit_close(&kit);
}

static void duty_is_the_own_last_word(void **state)
{
    struct kit kit;
    char duty[16];
    (void)state;
    kit_ready(&kit, "duty", ROLE_WORKER);
    ok(journal_duty(&kit.home, duty));
    assert_string_equal(duty, "");
    ok(act(&kit, CMD_DUTY_SET, "u1", "on", NULL, NULL));
    ok(journal_duty(&kit.home, duty));
    assert_string_equal(duty, "on");
    struct journal_result r = result_of(1, RESULT_APPLIED, 40);
    ok(journal_store_result(&kit.home, &r, NULL));
    ok(journal_duty(&kit.home, duty));
    assert_string_equal(duty, "on");
    PAGE(&kit, NULL,
         "{\"seq\":41,\"op\":\"put\",\"type\":\"worker\",\"id\":\"u1\",\"path\":\"" GRID
         "\",\"row\":"
         "{\"name\":\"王\",\"role\":\"worker\",\"duty\":\"off\",\"duty_at\":1700000009000}}");
    ok(journal_duty(&kit.home, duty));
    assert_string_equal(duty, "off");
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_that_anyone_can_check),
        cmocka_unit_test(what_may_not_be_written_is_not),
        cmocka_unit_test(results_are_stored_once),
        cmocka_unit_test(batches_keep_their_limits),
        cmocka_unit_test(a_receipt_is_checked_and_kept),
        cmocka_unit_test(resend_takes_only_what_the_server_lacks),
        cmocka_unit_test(last_on_is_what_a_retract_may_name),
        cmocka_unit_test(pruning_leaves_number_and_hash),
        cmocka_unit_test(duty_is_the_own_last_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
