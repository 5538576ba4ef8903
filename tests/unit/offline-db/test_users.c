/* PIN, lock, and a second person who signs on the same laptop. */
#include <sys/stat.h>

#include "base/fsutil.h"
#include "offline-db/pin.h"
#include "offline-db/process.h"
#include "offline-db/signer.h"
#include "rules/ruleset_load.h"
#include "tests/unit/offline-db/chain.h"

#define DIVISION "CQ.500112.013.005"

static void wait_s(struct kit *kit, int64_t seconds)
{
    gw_clock_fixed_advance(&kit->clock, seconds * 1000);
}

/* ---- the PIN */

static void only_the_right_pin_opens(void **state)
{
    struct kit kit;
    struct gw_fail fail = {0};
    (void)state;
    kit_open(&kit, "pin", ROLE_COMMITTEE);
    assert_false(pin_is_set(&kit.home));
    assert_int_equal(pin_check(&kit.home, "1234", &fail), GW_ABSENT);
    assert_int_equal(pin_lock(&kit.home, &fail), GW_REFUSED); /* nobody could open it */
    assert_int_equal(pin_set(&kit.home, NULL, "123", &fail), GW_INVALID);
    assert_int_equal(pin_set(&kit.home, NULL, "1234567890123", &fail), GW_INVALID);
    assert_int_equal(pin_set(&kit.home, NULL, "12a4", &fail), GW_INVALID);
    ok(pin_set(&kit.home, NULL, "2580", &fail));
    assert_true(pin_is_set(&kit.home));
    ok(pin_check(&kit.home, "2580", &fail));
    assert_int_equal(pin_check(&kit.home, "2581", &fail), GW_DENIED);
    assert_int_equal(pin_set(&kit.home, NULL, "9999", &fail), GW_DENIED); /* asks the old one */
    wait_s(&kit, 2);
    assert_int_equal(pin_set(&kit.home, "1111", "9999", &fail), GW_DENIED);
    wait_s(&kit, 3);
    ok(pin_set(&kit.home, "2580", "135790", &fail));
    kit_reopen(&kit);
    assert_int_equal(pin_check(&kit.home, "2580", &fail), GW_DENIED);
    wait_s(&kit, 2);
    ok(pin_check(&kit.home, "135790", &fail));
    ok(pin_forget(&kit.home, &fail));
    assert_false(pin_is_set(&kit.home));
    kit_close(&kit);
}

static void wrong_tries_slow_down_over_restarts(void **state)
{
    struct kit kit;
    struct gw_fail fail = {0};
    (void)state;
    kit_open(&kit, "slow", ROLE_WORKER);
    ok(pin_set(&kit.home, NULL, "2580", &fail));
    for (int i = 0; i < 5; i++) { /* 1, 2, 4, 8, 16 s */
        assert_int_equal(pin_check(&kit.home, "0000", &fail), GW_DENIED);
        assert_int_equal(pin_check(&kit.home, "2580", &fail), GW_DENIED); /* not even heard */
        kit_reopen(&kit);
        wait_s(&kit, (1 << i) - 1);
        assert_int_equal(pin_check(&kit.home, "2580", &fail), GW_DENIED);
        wait_s(&kit, 1);
    }
    assert_int_equal(pin_check(&kit.home, "0000", &fail), GW_DENIED);
    assert_non_null(strstr(fail.text, "32")); /* the sentence tells how long */
    kit.clock.wall -= 86400000; /* a clock that was set back does not lock out for a day */
    assert_int_equal(pin_check(&kit.home, "2580", &fail), GW_DENIED);
    wait_s(&kit, 31);
    assert_int_equal(pin_check(&kit.home, "2580", &fail), GW_DENIED);
    wait_s(&kit, 1);
    ok(pin_check(&kit.home, "2580", &fail));
    assert_int_equal(pin_check(&kit.home, "0000", &fail), GW_DENIED); /* begins anew at 1 s */
    wait_s(&kit, 1);
    ok(pin_check(&kit.home, "2580", &fail));
    kit_close(&kit);
}

static void the_lock_is_seen_by_all_and_survives(void **state)
{
    struct kit kit;
    struct gw_fail fail = {0};
    (void)state;
    kit_open(&kit, "lock", ROLE_WORKER);
    ok(pin_set(&kit.home, NULL, "2580", &fail));
    assert_false(pin_locked(&kit.home));
    ok(pin_lock(&kit.home, &fail));
    kit_reopen(&kit);
    assert_true(pin_locked(&kit.home));
    assert_int_equal(pin_unlock(&kit.home, "0000", &fail), GW_DENIED);
    assert_true(pin_locked(&kit.home));
    ok(act(&kit, CMD_ALARM_ACK, "a1", NULL, NULL, NULL)); /* the device key needs no PIN */
    wait_s(&kit, 1);
    ok(pin_unlock(&kit.home, "2580", &fail));
    assert_false(pin_locked(&kit.home));
    kit_close(&kit);
}

/* ---- the second person */

static void second_identity(const struct kit *kit, const char *device, struct identity *id)
{
    kit_identity(kit, device, ROLE_COMMITTEE, id);
    (void)snprintf(id->user, sizeof id->user, "%s", "u2");
    (void)snprintf(id->name, sizeof id->name, "%s", "李二娃");
}

static void add_second(struct kit *kit, const char *device, uint8_t seed, const char *pin)
{
    struct identity id;
    struct gw_sign_key key;
    struct gw_fail fail = {0};
    const uint8_t bytes[32] = {seed};
    gw_sign_key_from_seed(&key, bytes);
    second_identity(kit, device, &id);
    if (signer_add(&kit->home, &id, &key, pin, &fail) != GW_OK) {
        fail_msg("signer_add: %s", fail.text);
    }
}

static void path_of_key(const struct kit *kit, char path[700])
{
    (void)snprintf(path, 700, "%s/second-u2.key", kit->dir);
}

static void his_key_opens_only_with_his_pin(void **state)
{
    struct kit kit;
    struct gw_fail fail = {0};
    struct home_signer signer;
    struct signer_row rows[SIGNERS_MAX];
    struct stat st;
    char path[700];
    size_t n = 0;
    (void)state;
    kit_open(&kit, "second", ROLE_COMMITTEE);
    assert_int_equal(signer_open(&kit.home, "u2", "4321", &signer, &fail), GW_ABSENT);
    add_second(&kit, "dev2", 21, "4321");
    path_of_key(&kit, path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(signer_file_ok(&kit.home, "u2"));
    ok(signer_list(&kit.home, rows, SIGNERS_MAX, &n));
    assert_int_equal(n, 1);
    assert_string_equal(rows[0].name, "李二娃");
    ok(signer_open(&kit.home, "u2", "4321", &signer, &fail));
    assert_string_equal(signer.device, "dev2");
    signer_wipe(&signer);
    assert_int_equal(signer_open(&kit.home, "u2", "4322", &signer, &fail), GW_DENIED);
    assert_int_equal(signer_open(&kit.home, "u2", "4321", &signer, &fail), GW_DENIED); /* early */
    wait_s(&kit, 1);
    assert_int_equal(signer_pin_set(&kit.home, "u2", "4322", "9876", &fail), GW_DENIED);
    wait_s(&kit, 2);
    ok(signer_pin_set(&kit.home, "u2", "4321", "9876", &fail));
    assert_int_equal(signer_open(&kit.home, "u2", "4321", &signer, &fail), GW_DENIED);
    wait_s(&kit, 1);
    ok(signer_open(&kit.home, "u2", "9876", &signer, &fail));
    kit_close(&kit);
}

static void a_bent_key_file_is_told_apart_from_a_wrong_pin(void **state)
{
    struct kit kit;
    struct gw_fail fail = {0};
    struct home_signer signer;
    struct gw_buf text;
    char path[700];
    (void)state;
    kit_open(&kit, "bent", ROLE_COMMITTEE);
    add_second(&kit, "dev2", 21, "4321");
    path_of_key(&kit, path);
    gw_buf_init(&text, 4096);
    ok(gw_file_read(path, &text, NULL));
    for (size_t at = 0; at < text.len; at += 37) { /* any byte, the name of the format too */
        char was = text.data[at];
        text.data[at] = was == '0' ? '1' : '0';
        ok(gw_file_write(path, text.data, text.len, NULL));
        assert_false(signer_file_ok(&kit.home, "u2"));
        assert_int_equal(signer_open(&kit.home, "u2", "4321", &signer, &fail), GW_STORE);
        text.data[at] = was;
    }
    ok(gw_file_write(path, text.data, text.len / 2, NULL));
    assert_int_equal(signer_open(&kit.home, "u2", "4321", &signer, &fail), GW_STORE);
    assert_int_equal(remove(path), 0);
    assert_int_equal(signer_open(&kit.home, "u2", "4321", &signer, &fail), GW_STORE);
    ok(gw_file_write(path, text.data, text.len, NULL));
    ok(signer_open(&kit.home, "u2", "4321", &signer, &fail)); /* none of it counted as a try */
    gw_buf_free(&text);
    kit_close(&kit);
}

static void who_may_not_be_second(void **state)
{
    struct kit kit;
    struct identity id;
    struct gw_fail fail = {0};
    (void)state;
    kit_open(&kit, "notsecond", ROLE_COMMITTEE);
    kit_identity(&kit, "dev2", ROLE_COMMITTEE, &id); /* u1: the home's own */
    assert_int_equal(signer_add(&kit.home, &id, &kit.device, "4321", &fail), GW_REFUSED);
    second_identity(&kit, "dev2", &id);
    id.server_sign_key[0] = id.server_sign_key[0] == 'A' ? 'B' : 'A';
    assert_int_equal(signer_add(&kit.home, &id, &kit.device, "4321", &fail), GW_REFUSED);
    kit_close(&kit);
}

/* ---- what he signs */

static void open_election(struct kit *kit, gw_id *id)
{
    static const struct proc_value values[] = {
        {.key = "mode", .text = "voters"},
        {.key = "title", .text = "换届选举"},
        {.key = "division", .text = DIVISION},
        {.key = "term", .text = "13"},
        {.key = "polling_day", .text = "2026-12-20"},
    };
    struct gw_buf text;
    struct gw_fail fail = {0};
    gw_day day;
    const struct process_entry entry = {.step = "open", .values = values, .values_n = 5};
    gw_buf_init(&text, PROCESS_RULES_MAX);
    assert_true(day_parse("2026-12-20", &day));
    ok(ruleset_compose("rules", "village-direct", "CQ", day, &text, &fail));
    if (process_start(&kit->home, gw_buf_str(&text), text.len, &entry, id, NULL, &fail)) {
        fail_msg("process_start: %s", fail.text);
    }
    gw_buf_free(&text);
}

static void target_of_open(struct kit *kit, const char *id, char hash[GW_HASH_HEX + 1])
{
    struct process_case c;
    struct gw_fail fail = {0};
    if (process_load(&kit->home, id, 19700, &c, &fail) != GW_OK) {
        fail_msg("process_load: %s", fail.text);
    }
    (void)snprintf(hash, GW_HASH_HEX + 1, "%s", ev_at(c.set, 0)->hash);
    process_unload(&c);
}

static void cosign(struct kit *kit, const struct home_signer *signer, const char *id,
                   const char *hash, struct journal_entry *out)
{
    const struct process_entry entry = {.target = hash};
    struct gw_fail fail = {0};
    if (process_record_as(&kit->home, signer, id, PROC_COSIGN, &entry, out, &fail) != GW_OK) {
        fail_msg("cosign: %s", fail.text);
    }
}

/* An election of u1, signed by u2 with a key that only his PIN opened. */
static void two_signatures(struct kit *kit, const char *name, gw_id *id, struct gw_sign_key *key2)
{
    struct home_signer signer;
    struct journal_entry entry;
    char hash[GW_HASH_HEX + 1];
    kit_open(kit, name, ROLE_COMMITTEE);
    add_second(kit, "dev2", 21, "4321");
    open_election(kit, id);
    target_of_open(kit, *id, hash);
    ok(signer_open(&kit->home, "u2", "4321", &signer, NULL));
    cosign(kit, &signer, *id, hash, &entry);
    assert_string_equal(entry.dev, "dev2");
    assert_int_equal(entry.n, 1);
    *key2 = signer.key;
}

static void both_chains_stand_in_one_journal(void **state)
{
    struct kit kit;
    gw_id id;
    struct gw_sign_key key2;
    struct process_case c;
    struct gw_fail fail = {0};
    char hash[GW_HASH_HEX + 1];
    (void)state;
    two_signatures(&kit, "chains", &id, &key2);
    assert_int_equal(check_chain(&kit, "dev1", &kit.device), 1);
    assert_int_equal(check_chain(&kit, "dev2", &key2), 1);
    ok(process_load(&kit.home, id, 19700, &c, &fail));
    assert_int_equal(ev_count(c.set), 2);
    assert_int_equal(c.signers_n, 2); /* known before the server says who signs here */
    (void)snprintf(hash, sizeof hash, "%s", ev_at(c.set, 0)->hash);
    for (size_t i = 0; i < 2; i++) {
        const struct ev_step *s = ev_at(c.set, i);
        assert_string_equal(s->user, s->kind == PROC_COSIGN ? "u2" : "u1");
        assert_int_equal(s->pn, 1); /* each device has its own place in the procedure */
    }
    process_unload(&c);
    kit_close(&kit);
}

static void he_signs_nothing_but_records(void **state)
{
    struct kit kit;
    struct home_signer signer;
    struct cmd_data data;
    struct gw_fail fail = {0};
    struct journal_entry entry;
    struct identity id;
    (void)state;
    kit_open(&kit, "kinds", ROLE_COMMITTEE);
    add_second(&kit, "dev2", 21, "4321");
    ok(signer_open(&kit.home, "u2", "4321", &signer, NULL));
    cmd_data_init(&data);
    data.state = "on";
    struct journal_what what = {CMD_DUTY_SET, "u2", 0, &data};
    assert_int_equal(journal_append_as(&kit.home, &signer, &what, &entry, &fail), GW_REFUSED);
    data = (struct cmd_data){.set = "cq-village",
                             .key = "k",
                             .value = "3",
                             .document = "渝民[2026]1号",
                             .article = "第3条"};
    what = (struct journal_what){CMD_RULES_CONFIRM, "cq-village.k", 0, &data};
    ok(journal_append_as(&kit.home, &signer, &what, &entry, &fail));
    assert_string_equal(entry.dev, "dev2");
    /* a key that was replaced meanwhile signs nothing more */
    second_identity(&kit, "dev3", &id);
    ok(signer_add(&kit.home, &id, &kit.server, "4321", &fail));
    assert_int_equal(journal_append_as(&kit.home, &signer, &what, &entry, &fail), GW_DENIED);
    kit_close(&kit);
}

static size_t batch(struct kit *kit, struct journal_sent *list, struct gw_buf *out)
{
    size_t lines = 0;
    gw_buf_reset(out);
    ok(journal_batch(&kit->home, &(struct journal_limits){10, 1 << 20, false}, out, list, &lines,
                     NULL));
    return lines;
}

static void his_lines_are_sent_and_answered_as_his(void **state)
{
    struct kit kit;
    gw_id id;
    struct gw_sign_key key2;
    struct journal_sent list[10];
    struct journal_entry entry;
    struct gw_buf out;
    (void)state;
    two_signatures(&kit, "batch", &id, &key2);
    gw_buf_init(&out, 1 << 20);
    assert_int_equal(batch(&kit, list, &out), 2);
    assert_string_equal(list[0].dev, "dev1"); /* as written: the open before its cosign */
    assert_string_equal(list[1].dev, "dev2");
    assert_non_null(strstr(gw_buf_str(&out), "\"key\":\"dev2\""));
    struct journal_result r = result_of(1, RESULT_APPLIED, 50);
    r.dev = "dev2";
    ok(journal_store_result(&kit.home, &r, NULL));
    ok(journal_get_of(&kit.home, "dev2", 1, &entry));
    assert_int_equal(entry.state, CMD_APPLIED);
    ok(journal_get(&kit.home, 1, &entry)); /* number 1 of the home itself */
    assert_int_equal(entry.state, CMD_SENT);
    assert_int_equal(batch(&kit, list, &out), 1);
    /* the server was restored: his lines go again, byte for byte */
    ok(journal_resend_second(&kit.home, NULL));
    assert_int_equal(batch(&kit, list, &out), 2);
    assert_int_equal(check_chain(&kit, "dev2", &key2), 1);
    /* a number that the server holds otherwise is not sent in a circle */
    r = result_of(1, RESULT_CHAIN_FORK, -1);
    r.dev = "dev2";
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_int_equal(batch(&kit, list, &out), 1);
    gw_buf_free(&out);
    kit_close(&kit);
}

static void nobody_signs_for_him(void **state)
{
    struct kit kit;
    gw_id id;
    struct gw_sign_key key2;
    struct identity other;
    struct journal_entry entry;
    const uint8_t seed[32] = {33};
    struct gw_sign_key fresh;
    (void)state;
    two_signatures(&kit, "rekey", &id, &key2);
    gw_sign_key_from_seed(&fresh, seed);
    kit_identity(&kit, "dev9", ROLE_COMMITTEE, &other);
    ok(home_rekey(&kit.home, &other, &fresh, NULL)); /* the laptop's own key changes */
    assert_int_equal(check_chain(&kit, "dev9", &fresh), 1);
    assert_int_equal(check_chain(&kit, "dev2", &key2), 1);
    ok(journal_get_of(&kit.home, "dev2", 1, &entry));
    assert_int_equal(entry.state, CMD_PENDING);
    ok(journal_resend_old(&kit.home, NULL)); /* the server was restored */
    assert_int_equal(check_chain(&kit, "dev9", &fresh), 1);
    ok(journal_get_of(&kit.home, "dev2", 1, &entry));
    assert_int_equal(entry.state, CMD_PENDING);
    /* he himself, with a new code, signs his unsent lines anew */
    add_second(&kit, "dev22", 44, "8888");
    ok(journal_get_of(&kit.home, "dev2", 1, &entry));
    assert_int_equal(entry.state, CMD_REISSUED);
    ok(journal_get_of(&kit.home, "dev22", 1, &entry));
    assert_int_equal(entry.state, CMD_PENDING);
    kit_close(&kit);
}

static void leaving_waits_for_all_and_takes_all_keys(void **state)
{
    struct kit kit;
    gw_id id;
    struct gw_sign_key key2;
    struct stat st;
    char path[700];
    (void)state;
    two_signatures(&kit, "leave", &id, &key2);
    path_of_key(&kit, path);
    struct journal_result r = result_of(1, RESULT_APPLIED, 50);
    ok(journal_store_result(&kit.home, &r, NULL));
    assert_int_equal(home_leave(&kit.home, NULL), GW_REFUSED); /* u2's line is unsent */
    assert_int_equal(stat(path, &st), 0);
    r.dev = "dev2";
    ok(journal_store_result(&kit.home, &r, NULL));
    ok(home_leave(&kit.home, NULL));
    assert_int_not_equal(stat(path, &st), 0);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_right_pin_opens),
        cmocka_unit_test(wrong_tries_slow_down_over_restarts),
        cmocka_unit_test(the_lock_is_seen_by_all_and_survives),
        cmocka_unit_test(his_key_opens_only_with_his_pin),
        cmocka_unit_test(a_bent_key_file_is_told_apart_from_a_wrong_pin),
        cmocka_unit_test(who_may_not_be_second),
        cmocka_unit_test(both_chains_stand_in_one_journal),
        cmocka_unit_test(he_signs_nothing_but_records),
        cmocka_unit_test(his_lines_are_sent_and_answered_as_his),
        cmocka_unit_test(nobody_signs_for_him),
        cmocka_unit_test(leaving_waits_for_all_and_takes_all_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
