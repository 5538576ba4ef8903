/* Commands as data: the table, the check of every field, names, codes. */
#include "make_alarm.h"

#include <stdio.h>
#include <stdlib.h>

static struct gw_fail fail;

static void passes(enum cmd_kind kind, const struct cmd_data *data)
{
    fail = (struct gw_fail){.err = GW_OK};
    if (cmd_data_check(kind, data, &fail) != GW_OK) {
        print_error("%s: %s\n", cmd_spec_of(kind)->name, fail.text);
    }
    assert_int_equal(fail.err, GW_OK);
    assert_null(cmd_data_code(kind, data));
}

/* Refused with a sentence that names the field. */
static void refused(enum cmd_kind kind, const struct cmd_data *data, const char *field)
{
    fail = (struct gw_fail){.err = GW_OK};
    assert_int_equal(cmd_data_check(kind, data, &fail), GW_INVALID);
    assert_int_equal(fail.err, GW_INVALID);
    assert_non_null(strstr(fail.text, field));
    assert_int_equal(cmd_data_check(kind, data, NULL), GW_INVALID);
}

static void the_table_is_whole(void **state)
{
    (void)state;
    for (int i = 0; i < CMD_KIND_N; i++) {
        const struct cmd_spec *spec = cmd_spec_of((enum cmd_kind)i);
        enum cmd_kind kind;
        assert_int_equal(spec->kind, i);
        assert_true(cmd_kind_parse(spec->name, &kind));
        assert_int_equal(kind, i);
        assert_true(spec->word[0] != '\0');
        for (size_t f = 0; f < spec->fields_n; f++) {
            const struct cmd_field *field = &spec->fields[f];
            assert_true(field->offset < sizeof(struct cmd_data));
            assert_int_equal(field->kind == CMD_FIELD_ENUM, field->values != NULL);
            assert_true(field->max_bytes > 0 || cmd_field_is_number(field->kind) ||
                        field->kind == CMD_FIELD_JSON);
        }
        if (i < CMD_ALARM_RAISE) { /* event kind = the command's kind without "alarm." */
            assert_string_equal(spec->event, spec->name + strlen("alarm."));
        }
    }
    enum cmd_kind unused;
    assert_false(cmd_kind_parse("alarm.shelve", &unused)); /* comes later */
    assert_false(cmd_kind_parse("", &unused));
}

static void good_data_passes(void **state)
{
    (void)state;
    for (int i = 0; i <= CMD_ALARM_RETRACT; i++) {
        struct cmd_data data = make_data((enum cmd_kind)i);
        passes((enum cmd_kind)i, &data);
    }
}

static void a_missing_field_is_named(void **state)
{
    (void)state;
    for (int i = 0; i < CMD_KIND_N; i++) {
        const struct cmd_spec *spec = cmd_spec_of((enum cmd_kind)i);
        struct cmd_data empty;
        cmd_data_init(&empty);
        for (size_t f = 0; f < spec->fields_n; f++) {
            if (spec->fields[f].required) {
                refused((enum cmd_kind)i, &empty, spec->fields[f].key);
                assert_string_equal(cmd_data_code((enum cmd_kind)i, &empty), "bad-data");
                break; /* the first one is told */
            }
        }
    }
}

static void attempts(void **state)
{
    (void)state;
    struct cmd_data data = make_data(CMD_ALARM_ATTEMPT);
    data.to = "contact";
    refused(CMD_ALARM_ATTEMPT, &data, "\"contact\"");
    data.contact = 2;
    passes(CMD_ALARM_ATTEMPT, &data);
    data.contact = 0;
    refused(CMD_ALARM_ATTEMPT, &data, "\"contact\"");
    data = make_data(CMD_ALARM_ATTEMPT);
    data.to = "police";
    refused(CMD_ALARM_ATTEMPT, &data, "\"to\"");
    data.to = "110";
    passes(CMD_ALARM_ATTEMPT, &data);
    data.result = "ANSWERED";
    refused(CMD_ALARM_ATTEMPT, &data, "\"result\"");
}

static void escalations(void **state)
{
    (void)state;
    for (int64_t to = -2; to <= 6; to++) {
        struct cmd_data data = make_data(CMD_ALARM_ESCALATE);
        data.to_level = to;
        if (to == 4 || to == 5 || to == -1) {
            passes(CMD_ALARM_ESCALATE, &data);
        } else {
            refused(CMD_ALARM_ESCALATE, &data, "\"to\"");
        }
    }
}

static void closings(void **state)
{
    (void)state;
    size_t n;
    const char *const *codes = alarm_outcomes(&n);
    assert_int_equal(n, 17);
    struct cmd_data data;
    cmd_data_init(&data);
    for (size_t i = 0; i < n; i++) {
        data.outcome = codes[i];
        passes(CMD_ALARM_CLOSE, &data);
    }
    data.outcome = "false_alarm";
    refused(CMD_ALARM_CLOSE, &data, "\"outcome\"");
    assert_string_equal(cmd_data_code(CMD_ALARM_CLOSE, &data), "unknown-outcome");
    data.outcome = "test";
    data.second_person = "王 五";
    refused(CMD_ALARM_CLOSE, &data, "\"second_person\"");
    assert_string_equal(cmd_data_code(CMD_ALARM_CLOSE, &data), "bad-data");
}

static void raises(void **state)
{
    (void)state;
    struct cmd_data data;
    cmd_data_init(&data);
    data.kind = "sos";
    data.severity = "critical";
    data.text = "邻居说听到呼救";
    refused(CMD_ALARM_RAISE, &data, "\"path\"");
    data.path = "CQ.500112.013.005.003";
    passes(CMD_ALARM_RAISE, &data);
    data.dwelling_id = "d1";
    refused(CMD_ALARM_RAISE, &data, "\"dwelling_id\"");
    data.path = NULL;
    passes(CMD_ALARM_RAISE, &data);
    data.dwelling_id = NULL;
    data.path = "CQ..5";
    refused(CMD_ALARM_RAISE, &data, "\"path\"");
}

static void reveals_and_duty(void **state)
{
    (void)state;
    struct cmd_data data;
    cmd_data_init(&data);
    data.type = "resident_private";
    data.field = "id_number";
    data.reason = "核对身份";
    passes(CMD_ACCESS_REVEAL, &data);
    data.type = "secrets";
    refused(CMD_ACCESS_REVEAL, &data, "\"type\"");
    cmd_data_init(&data);
    data.state = "reachable";
    passes(CMD_DUTY_SET, &data);
    data.state = "away";
    refused(CMD_DUTY_SET, &data, "\"state\"");
}

static void texts_have_a_ceiling(void **state)
{
    (void)state;
    char *text = malloc(2002);
    assert_non_null(text);
    memset(text, 'x', 2001);
    text[2001] = '\0';
    struct cmd_data data = make_data(CMD_ALARM_NOTE);
    data.text = text;
    refused(CMD_ALARM_NOTE, &data, "\"text\"");
    text[2000] = '\0';
    passes(CMD_ALARM_NOTE, &data);
    data.text = "";
    refused(CMD_ALARM_NOTE, &data, "\"text\"");
    free(text);
}

/* ---- process.*: objects are opaque here, any pointer stands for one */
#define HASH_A "df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2"

static struct cmd_data step_data(void)
{
    static int object;
    struct cmd_data data;
    cmd_data_init(&data);
    data.pn = 1;
    data.pprev = "";
    data.step = "S06";
    data.fields = data.counts = (const struct json *)(const void *)&object;
    return data;
}

static void steps_are_a_chain(void **state)
{
    (void)state;
    struct cmd_data data = step_data();
    passes(CMD_PROCESS_STEP, &data);
    data.pprev = HASH_A;
    refused(CMD_PROCESS_STEP, &data, "\"pprev\"");
    data.pn = 2;
    passes(CMD_PROCESS_STEP, &data);
    data.pprev = "";
    refused(CMD_PROCESS_STEP, &data, "\"pprev\"");
    data.pprev = NULL;
    refused(CMD_PROCESS_STEP, &data, "\"pprev\"");
    data.pprev = "DF45";
    refused(CMD_PROCESS_STEP, &data, "\"pprev\"");
    data = step_data();
    data.pn = 0;
    refused(CMD_PROCESS_STEP, &data, "\"pn\"");
    data.pn = INT64_C(1) << 53;
    refused(CMD_PROCESS_STEP, &data, "\"pn\"");
    data = step_data();
    data.counts = NULL;
    refused(CMD_PROCESS_STEP, &data, "\"counts\"");
    data.fields = NULL;
    refused(CMD_PROCESS_STEP, &data, "\"fields\"");
}

static void hashes_of_other_steps(void **state)
{
    (void)state;
    struct cmd_data data = step_data();
    refused(CMD_PROCESS_COSIGN, &data, "\"target\"");
    data.target = "";
    refused(CMD_PROCESS_COSIGN, &data, "\"target\"");
    data.target = HASH_A "0";
    refused(CMD_PROCESS_COSIGN, &data, "\"target\"");
    data.target = HASH_A;
    passes(CMD_PROCESS_COSIGN, &data);
    refused(CMD_PROCESS_CORRECT, &data, "\"reason\"");
    data.reason = "票数抄错";
    passes(CMD_PROCESS_CORRECT, &data);
    assert_true(cmd_is_process(CMD_PROCESS_OPEN) && cmd_is_process(CMD_PROCESS_CLOSE));
    assert_false(cmd_is_process(CMD_ACCESS_REVEAL) || cmd_is_process(CMD_RULES_CONFIRM));
}

/* ---- names */
static void states_and_results(void **state)
{
    (void)state;
    for (int i = 0; i < CMD_STATE_N; i++) {
        enum cmd_state parsed;
        assert_true(cmd_state_parse(cmd_state_name((enum cmd_state)i), &parsed));
        assert_int_equal(parsed, i);
        assert_true(cmd_state_word(parsed)[0] != '\0');
        assert_true(cmd_state_sign(parsed)[0] != '\0');
        assert_in_range(cmd_state_sign_ascii(parsed), '!', '~');
    }
    for (int i = 0; i < RESULT_N; i++) {
        enum cmd_result parsed;
        assert_true(cmd_result_parse(cmd_result_name((enum cmd_result)i), &parsed));
        assert_int_equal(parsed, i);
    }
    enum cmd_result result;
    enum cmd_state unused;
    assert_false(cmd_result_parse("Applied", &result));
    assert_false(cmd_state_parse("done", &unused));
    assert_string_equal(cmd_state_sign(CMD_APPLIED), "✓");
    assert_string_equal(cmd_state_sign(CMD_LATE), "↷");
}

static void every_code_has_its_own_sentence(void **state)
{
    (void)state;
    size_t n;
    const char *const *codes = cmd_codes(&n);
    const char *unknown = cmd_code_sentence("no-such-code");
    assert_string_equal(cmd_code_sentence(NULL), unknown);
    for (size_t i = 0; i < n; i++) {
        const char *sentence = cmd_code_sentence(codes[i]);
        assert_string_not_equal(sentence, unknown);
        assert_int_equal(sentence[strlen(sentence) - 1], '.');
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(codes[i], codes[j]);
            assert_string_not_equal(sentence, cmd_code_sentence(codes[j]));
        }
    }
}

/* The contract and the program have one list: every "- const: <code>" under ResultCode. */
static void the_codes_are_those_of_the_contract(void **state)
{
    (void)state;
    char line[512];
    bool inside = false;
    size_t found = 0;
    size_t n;
    const char *const *codes = cmd_codes(&n);
    FILE *file = fopen("api/dispatch.yaml", "r");
    assert_non_null(file); /* tests run in the root of the source tree */
    while (fgets(line, sizeof line, file)) {
        char code[64];
        if (strncmp(line, "    ", 4) == 0 && line[4] != ' ' && line[4] != '#') {
            inside = strncmp(line, "    ResultCode:", 15) == 0;
        }
        if (inside && sscanf(line, " - const: %63s", code) == 1) {
            assert_true(found < n);
            assert_string_equal(code, codes[found]);
            found++;
        }
    }
    (void)fclose(file); /* only read */
    assert_int_equal(found, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(good_data_passes),
        cmocka_unit_test(a_missing_field_is_named),
        cmocka_unit_test(attempts),
        cmocka_unit_test(escalations),
        cmocka_unit_test(closings),
        cmocka_unit_test(raises),
        cmocka_unit_test(reveals_and_duty),
        cmocka_unit_test(texts_have_a_ceiling),
        cmocka_unit_test(steps_are_a_chain),
        cmocka_unit_test(hashes_of_other_steps),
        cmocka_unit_test(states_and_results),
        cmocka_unit_test(every_code_has_its_own_sentence),
        cmocka_unit_test(the_codes_are_those_of_the_contract),
    };
    return cmocka_run_group_tests_name("commands", tests, NULL, NULL);
}
