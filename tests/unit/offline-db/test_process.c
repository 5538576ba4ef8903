/* Procedures in a home: what is written, what is refused, what an export proves, what a new key
 * does. */
#include "tests/unit/offline-db/kit.h"

#include "offline-db/process.h"
#include "rules/evidence_verify.h"

#define DIVISION "CQ.500112.013.005"
#define DAY      "2024-03-01"

/* ---- an election as a clerk opens it */

static struct proc_value text(const char *key, const char *value)
{
    return (struct proc_value){.key = key, .text = value};
}

static struct proc_value number(const char *key, int64_t value)
{
    return (struct proc_value){.key = key, .num = value};
}

/* The rule set of 2026 judges also a day before it: the tests' clock stands in 2023, so the rules
 * are asked for by the day they are in force. */
static void start(struct kit *kit, gw_id *id)
{
    struct gw_buf rules;
    struct ruleset *set = NULL;
    struct gw_fail fail = {0};
    gw_day day;
    assert_true(day_parse("2026-08-01", &day));
    gw_buf_init(&rules, PROCESS_RULES_MAX);
    if (process_compose("village-direct", DIVISION, day, &rules, &set, &fail) != GW_OK) {
        fail_msg("compose: %s", fail.text);
    }
    const struct proc_value values[] = {
        text("kind", "election"),   text("mode", "voters"),  text("title", "白云村换届选举"),
        text("division", DIVISION), text("term", "十三"),    text("place", "白云村"),
        number("seats", 5),         text("polling_day", DAY)};
    const struct process_entry entry = {.step = "open", .values = values, .values_n = 8};
    if (process_start(&kit->home, gw_buf_str(&rules), rules.len, &entry, id, NULL, &fail) !=
        GW_OK) {
        fail_msg("start: %s", fail.text);
    }
    ruleset_free(set);
    gw_buf_free(&rules);
}

static enum gw_err step(struct kit *kit, const char *id, const char *name,
                        const struct proc_value *values, size_t n, struct gw_fail *fail)
{
    const struct process_entry entry = {.step = name, .values = values, .values_n = n};
    return process_record(&kit->home, id, PROC_STEP, &entry, NULL, fail);
}

static void load(struct kit *kit, const char *id, struct process_case *c)
{
    struct gw_fail fail = {0};
    if (process_load(&kit->home, id, day_of_ms(T0_MS), c, &fail) != GW_OK) {
        fail_msg("load: %s", fail.text);
    }
}

/* ---- writing */

static void records_are_chained_in_the_procedure(void **state)
{
    struct kit kit;
    gw_id id;
    struct process_case c;
    (void)state;
    kit_ready(&kit, "process-chain", ROLE_COMMITTEE);
    start(&kit, &id);
    const struct proc_value chosen[] = {text("method", "meeting"), text("chair", "张三"),
                                        number("size", 5), number("entitled", 100),
                                        number("present", 40)};
    ok(step(&kit, id, "S03", chosen, 5, NULL));
    struct cmd_data hold;
    cmd_data_init(
        &hold); /* something else in between: the journal's numbers go on, those here too */
    hold.state = "on";
    ok(journal_append(&kit.home, CMD_DUTY_SET, "u1", 0, &hold, NULL, NULL));
    ok(step(&kit, id, "S04", NULL, 0, NULL));
    load(&kit, id, &c);
    assert_int_equal(ev_count(c.set), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct ev_step *s = ev_at(c.set, i);
        assert_int_equal(s->pn, i + 1);
        assert_string_equal(s->pprev, i == 0 ? "" : ev_at(c.set, i - 1)->hash);
        assert_string_equal(s->user, "u1");
        assert_string_equal(s->role, "committee");
    }
    assert_int_equal(ev_at(c.set, 2)->n, 4);
    process_unload(&c);
    kit_close(&kit);
}

/* A name is in the private part and nowhere in what is signed in the open. */
static void names_are_in_the_private_part(void **state)
{
    struct kit kit;
    gw_id id;
    struct process_case c;
    (void)state;
    kit_ready(&kit, "process-private", ROLE_COMMITTEE);
    start(&kit, &id);
    const struct proc_value chosen[] = {text("method", "meeting"), text("chair", "欧阳锋")};
    ok(step(&kit, id, "S03", chosen, 2, NULL));
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal WHERE body LIKE '%欧阳锋%'"), 0);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal WHERE priv LIKE '%欧阳锋%'"), 1);
    assert_int_equal(
        kit_int(&kit, "SELECT count(*) FROM journal WHERE kind = 'process.step' AND priv IS NULL"),
        0);
    load(&kit, id, &c);
    assert_string_equal(procedure_value(c.state, "S03", "", "chair")->text, "欧阳锋");
    process_unload(&c);
    kit_close(&kit);
}

/* What breaks a rule is written; what cannot be is not. */
static void only_the_impossible_is_refused(void **state)
{
    struct kit kit;
    gw_id id;
    struct gw_fail fail = {0};
    (void)state;
    kit_ready(&kit, "process-refuse", ROLE_COMMITTEE);
    ok(mirror_clock_set(&kit.home, 0, 10));
    start(&kit, &id);
    const struct proc_value negative[] = {number("present", -1)};
    const struct proc_value unknown[] = {number("no_such", 1)};
    const struct proc_value few[] = {number("entitled", 100), number("present", 1)};
    assert_int_equal(step(&kit, id, "S03", negative, 1, &fail), GW_INVALID);
    assert_int_equal(step(&kit, id, "S03", unknown, 1, &fail), GW_INVALID);
    assert_int_equal(step(&kit, id, "S99", few, 2, &fail), GW_INVALID);
    const struct process_entry future = {
        .step = "S03", .values = few, .values_n = 2, .happened_at = T0_MS + 3600 * 1000};
    assert_int_equal(process_record(&kit.home, id, PROC_STEP, &future, NULL, &fail), GW_INVALID);
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal"), 1);
    ok(step(&kit, id, "S03", few, 2,
            &fail)); /* one of a hundred came: true, and against article 15 */
    assert_int_equal(kit_int(&kit, "SELECT count(*) FROM journal"), 2);
    kit_close(&kit);
}

/* Without a known clock offset nothing is "later than now": it is recorded and marked. */
static void without_a_clock_nothing_is_in_the_future(void **state)
{
    struct kit kit;
    gw_id id;
    struct process_case c;
    bool marked = false;
    (void)state;
    kit_ready(&kit, "process-clock", ROLE_COMMITTEE);
    start(&kit, &id);
    const struct process_entry future = {.step = "S03", .happened_at = T0_MS + 3600 * 1000};
    ok(process_record(&kit.home, id, PROC_STEP, &future, NULL, NULL));
    load(&kit, id, &c);
    for (size_t i = 0; i < procedure_findings(c.state); i++) {
        marked = marked || procedure_finding(c.state, i)->kind == FIND_UNCLOCKED;
    }
    assert_true(marked);
    process_unload(&c);
    kit_close(&kit);
}

static const struct ev_step *record_of(const struct process_case *c, const char *name)
{
    const struct slot *slot = procedure_slot_of(c->state, name, "");
    assert_non_null(slot);
    assert_non_null(slot->record);
    return slot->record;
}

static void a_correction_says_why_and_stands_beside(void **state)
{
    struct kit kit;
    gw_id id;
    struct process_case c;
    struct gw_fail fail = {0};
    char hash[GW_HASH_HEX + 1];
    (void)state;
    kit_ready(&kit, "process-correct", ROLE_COMMITTEE);
    start(&kit, &id);
    const struct proc_value was[] = {number("entitled", 100), number("present", 40)};
    const struct proc_value is[] = {number("present", 60)};
    ok(step(&kit, id, "S03", was, 2, NULL));
    load(&kit, id, &c);
    (void)strcpy(hash, record_of(&c, "S03")->hash);
    process_unload(&c);
    struct process_entry entry = {.target = hash, .values = is, .values_n = 1};
    assert_int_equal(process_record(&kit.home, id, PROC_CORRECT, &entry, NULL, &fail), GW_INVALID);
    entry.reason = "点错了";
    ok(process_record(&kit.home, id, PROC_CORRECT, &entry, NULL, &fail));
    load(&kit, id, &c);
    assert_int_equal(procedure_value(c.state, "S03", "", "present")->num, 60);
    assert_int_equal(procedure_value(c.state, "S03", "", "entitled")->num, 100);
    assert_int_equal(ev_count(c.set), 3);
    process_unload(&c);
    const struct process_entry own = {.target = hash};
    assert_int_equal(process_record(&kit.home, id, PROC_COSIGN, &own, NULL, &fail), GW_REFUSED);
    kit_close(&kit);
}

/* ---- the export */

static void export_of(struct kit *kit, const char *id, struct gw_buf *file)
{
    struct gw_fail fail = {0};
    gw_buf_init(file, 1 << 24);
    if (process_export(&kit->home, id, file, &fail) != GW_OK) {
        fail_msg("export: %s", fail.text);
    }
}

static bool genuine(const char *bytes, size_t len)
{
    struct ev_report report;
    const struct ev_verify_in in = {.text = bytes, .len = len, .today = day_of_ms(T0_MS)};
    ok(evidence_verify(&in, &report, NULL));
    /* a private part that is gone is told: the law may ask for that */
    return report.genuine && report.checks[CHECK_PRIVATE].verdict == EV_OK;
}

/* A meeting: its rule set is short, and every byte is tried. */
static void small_one(struct kit *kit, const char *name, struct gw_buf *file)
{
    gw_id id;
    struct gw_buf rules;
    struct ruleset *set = NULL;
    gw_day day;
    const struct process_entry none = {.step = NULL};
    const struct proc_value values[] = {text("chair", "张三"), number("entitled", 50),
                                        number("present", 40)};
    kit_ready(kit, name, ROLE_COMMITTEE);
    assert_true(day_parse("2026-08-01", &day));
    gw_buf_init(&rules, PROCESS_RULES_MAX);
    ok(process_compose("representatives-meeting", DIVISION, day, &rules, &set, NULL));
    const struct proc_value opened[] = {text("kind", "meeting"), text("title", "村民代表会议"),
                                        text("division", DIVISION), text("place", "白云村"),
                                        text("meeting_day", DAY)};
    const struct process_entry entry = {.step = "open", .values = opened, .values_n = 5};
    ok(process_start(&kit->home, gw_buf_str(&rules), rules.len, &entry, &id, NULL, NULL));
    ok(step(kit, id, "M03", values, 3, NULL));
    ok(process_record(&kit->home, id, PROC_CHECKPOINT, &none, NULL, NULL));
    export_of(kit, id, file);
    ruleset_free(set);
    gw_buf_free(&rules);
}

/* Where the record lines begin: behind the rule set, whose every byte its hash covers as one. */
static size_t after_rules(const struct gw_buf *file)
{
    const char *at = strchr(file->data, '\n');
    at = at ? strchr(at + 1, '\n') : NULL;
    assert_non_null(at);
    return (size_t)(at - file->data);
}

/* Signer's name and role, status and confirmed numbers are told by the file alone: no signature
 * covers them (docs/procedures.md 5). */
static bool only_told(const char *file, size_t at)
{
    static const char *const told[] = {
        "\"name\":\"",      "\"role\":\"",         "\"user\":\"",       "\"valid_from\":",
        "\"status\":",      "\"dev\":\"",          "\"server_sig\":\"", "\"revoked_at\":",
        "\"revoked_seq\":", "\"recv_at\":",        "\"seq\":",          "\"result\":",
        "\"receipt\":",     "\"server_sign_key\":"};
    const char *line = file + at;
    while (line > file && line[-1] != '\n') {
        line--;
    }
    bool signer = strncmp(line, "{\"signer\"", 9) == 0;
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        const char *key = strstr(line, told[i]);
        size_t len = strlen(told[i]);
        while (key && key <= file + at) {
            const char *value = key + len + (key[len] == '"');
            const char *end = value + strcspn(value, "\"},\n");
            if (file + at >= key && file + at <= end &&
                (signer || strncmp(line, "{\"step\"", 7) == 0 ||
                 strncmp(line, "{\"gridward\"", 11) == 0)) {
                return true;
            }
            key = strstr(key + 1, told[i]);
        }
    }
    return false;
}

/* Each byte of header, signers, records and checkpoint, bent by one bit: the file is refused or
 * does not verify, but for what no signature covers. */
static void every_bent_byte_is_noticed(void **state)
{
    struct kit kit;
    struct gw_buf file;
    size_t missed = 0;
    (void)state;
    small_one(&kit, "process-bent", &file);
    assert_true(genuine(file.data, file.len));
    size_t rules_end = after_rules(&file);
    size_t rules_start = (size_t)(strchr(file.data, '\n') - file.data);
    for (size_t i = 0; i < file.len; i++) {
        bool in_rules = i > rules_start && i < rules_end;
        if ((in_rules && i % 997 != 0) || only_told(file.data, i)) {
            continue;
        }
        char was = file.data[i];
        file.data[i] = (char)(was ^ 1);
        if (genuine(file.data, file.len)) {
            missed++;
            print_message("not noticed at %zu of %zu: %.60s\n", i, file.len,
                          file.data + (i > 30 ? i - 30 : 0));
        }
        file.data[i] = was;
    }
    assert_int_equal(missed, 0);
    gw_buf_free(&file);
    kit_close(&kit);
}

/* A record taken out, doubled or put in another order of lines. */
static void a_set_that_was_tampered_with_is_noticed(void **state)
{
    struct kit kit;
    struct gw_buf file;
    (void)state;
    small_one(&kit, "process-cut", &file);
    char *copy = malloc(file.len + 1);
    assert_non_null(copy);
    for (const char *line = strstr(file.data, "\n{\"step\""); line;
         line = strstr(line + 1, "\n{\"step\"")) {
        const char *end = strchr(line + 1, '\n');
        size_t head = (size_t)(line + 1 - file.data);
        memcpy(copy, file.data, head);
        memcpy(copy + head, end + 1, file.len - (size_t)(end + 1 - file.data));
        assert_false(genuine(copy, file.len - (size_t)(end - line)));
    }
    free(copy);
    gw_buf_free(&file);
    kit_close(&kit);
}

/* ---- a new key */

/* Unsent records go on under the new key with a chain of its own, and what named them names them
 * still. */
static void a_new_key_carries_the_records_on(void **state)
{
    struct kit kit;
    gw_id id;
    struct process_case c;
    struct identity who;
    struct gw_sign_key key;
    char hash[GW_HASH_HEX + 1];
    const uint8_t seed[32] = {9};
    (void)state;
    kit_ready(&kit, "process-rekey", ROLE_COMMITTEE);
    start(&kit, &id);
    const struct proc_value values[] = {text("chair", "张三"), number("present", 40)};
    ok(step(&kit, id, "S03", values, 2, NULL));
    load(&kit, id, &c);
    (void)strcpy(hash, record_of(&c, "S03")->hash);
    process_unload(&c);
    const struct proc_value is[] = {number("present", 60)};
    const struct process_entry entry = {
        .target = hash, .values = is, .values_n = 1, .reason = "点错了"};
    ok(process_record(&kit.home, id, PROC_CORRECT, &entry, NULL, NULL));

    gw_sign_key_from_seed(&key, seed);
    kit_identity(&kit, "dev2", ROLE_COMMITTEE, &who);
    ok(home_rekey(&kit.home, &who, &key, NULL));
    load(&kit, id, &c);
    assert_int_equal(ev_count(c.set), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(ev_at(c.set, i)->dev, "dev2");
        assert_int_equal(ev_at(c.set, i)->pn, i + 1);
        assert_string_equal(ev_at(c.set, i)->pprev, i == 0 ? "" : ev_at(c.set, i - 1)->hash);
    }
    assert_string_equal(ev_at(c.set, 2)->target, ev_at(c.set, 1)->hash);
    assert_string_equal(procedure_value(c.state, "S03", "", "chair")->text, "张三");
    assert_int_equal(procedure_value(c.state, "S03", "", "present")->num, 60);
    process_unload(&c);
    ok(step(&kit, id, "S04", NULL, 0, NULL));
    load(&kit, id, &c);
    assert_int_equal(ev_at(c.set, 3)->pn, 4);
    process_unload(&c);
    kit_close(&kit);
}

/* Records of a procedure are not thinned away with old journal entries. */
static void old_records_stay(void **state)
{
    struct kit kit;
    gw_id id;
    struct process_case c;
    (void)state;
    kit_ready(&kit, "process-old", ROLE_COMMITTEE);
    start(&kit, &id);
    const struct journal_result result = {.n = 1, .result = RESULT_APPLIED, .seq = 20, .at = T0_MS};
    ok(journal_store_result(&kit.home, &result, NULL));
    gw_clock_fixed_advance(&kit.clock, INT64_C(200) * 24 * 3600 * 1000);
    ok(journal_prune(&kit.home, INT64_C(90) * 24 * 3600 * 1000, NULL));
    load(&kit, id, &c);
    process_unload(&c);
    kit_close(&kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_chained_in_the_procedure),
        cmocka_unit_test(names_are_in_the_private_part),
        cmocka_unit_test(only_the_impossible_is_refused),
        cmocka_unit_test(without_a_clock_nothing_is_in_the_future),
        cmocka_unit_test(a_correction_says_why_and_stands_beside),
        cmocka_unit_test(every_bent_byte_is_noticed),
        cmocka_unit_test(a_set_that_was_tampered_with_is_noticed),
        cmocka_unit_test(a_new_key_carries_the_records_on),
        cmocka_unit_test(old_records_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
