/* The shipped policies load and say what the manual says; every broken variant is refused by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "model/alarm.h"
#include "rules/load.h"

static struct gw_buf shipped;
static struct policy set[RULES_POLICIES_MAX];
static size_t set_n;

static int load(void **state)
{
    (void)state;
    gw_buf_init(&shipped, RULES_FILE_MAX);
    return gw_file_read("rules/policies.json", &shipped, NULL) == GW_OK ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    gw_buf_free(&shipped);
    return 0;
}

static enum gw_err try_with(const char *from, const char *to, struct gw_fail *fail)
{
    struct gw_buf text;
    gw_buf_init(&text, RULES_FILE_MAX + 4096);
    const char *at = strstr(gw_buf_str(&shipped), from);
    assert_non_null(at);
    assert_int_equal(gw_buf_add(&text, shipped.data, (size_t)(at - shipped.data)), GW_OK);
    assert_int_equal(gw_buf_adds(&text, to), GW_OK);
    assert_int_equal(gw_buf_adds(&text, at + strlen(from)), GW_OK);
    enum gw_err err =
        rules_load_policies(gw_buf_str(&text), text.len, set, RULES_POLICIES_MAX, &set_n, fail);
    gw_buf_free(&text);
    return err;
}

/* The built-in defaults and the file must never drift apart. */
static void the_file_says_what_the_defaults_say(void **state)
{
    size_t n;
    const struct alarm_kind *kinds = alarm_kinds(&n);
    (void)state;
    assert_int_equal(
        rules_read_policies("rules/policies.json", set, RULES_POLICIES_MAX, &set_n, NULL), GW_OK);
    for (size_t i = 0; i < n; i++) {
        struct policy want;
        const struct policy *have = rules_policy_for(set, set_n, kinds[i].name);
        policy_default(&want, kinds[i].name);
        assert_non_null(have);
        if (strcmp(have->id, want.id) != 0 || have->start_level != want.start_level) {
            print_error("%s: file %s, default %s\n", kinds[i].name, have->id, want.id);
            fail();
        }
        for (int level = 1; level <= CHAIN_LEVELS; level++) {
            assert_true(have->levels[level].wait_ms == want.levels[level].wait_ms);
        }
        assert_true(have->hold_acked_ms == want.hold_acked_ms &&
                    have->hold_warn_ms == want.hold_warn_ms &&
                    have->hold_enroute_ms == want.hold_enroute_ms &&
                    have->hold_arrived_ms == want.hold_arrived_ms &&
                    have->second_person_ms == want.second_person_ms &&
                    have->handover_ms == want.handover_ms &&
                    have->retract_close_ms == want.retract_close_ms);
    }
}

static void broken_files_are_refused_by_name(void **state)
{
    static const struct {
        const char *from, *to, *named;
    } cases[] = {
        {"\"set\": \"policies\"", "\"set\": \"codes\"", ""},
        {"\"acked_s\": 300", "\"acked_s\": 0", "acked_s"},
        {"\"acked_s\": 300", "\"acked_s\": 2592001", "acked_s"},
        {"\"acked_s\": 300", "\"acked_s\": \"300\"", "acked_s"},
        {"\"acked_s\": 300", "\"acked_s\": 300.5", "acked_s"},
        {"\"acked_s\": 300", "\"acked_ms\": 300", "acked_ms"},
        {"\"start_level\": 1", "\"start_level\": 6", "start_level"},
        {"\"start_level\": 1", "\"start_level\": 0", "start_level"},
        {"\"version\": 1,\n      \"kinds\"", "\"version\": 0,\n      \"kinds\"", "version"},
        {"\"id\": \"default\"", "\"id\": \"with blank\"", "id"},
        {"\"id\": \"fire-gas-sos\"", "\"id\": \"default\"", "id"},
        {"[\"smoke\", \"gas\"", "[\"battery_low\", \"gas\"", "kinds"},
        {"\"kinds\": []", "\"kinds\": [\"door\"]", ""},
        {"\"level\": 4, \"name\": \"leader\"", "\"level\": 5, \"name\": \"leader\"", "levels"},
        {"\"level\": 4, \"name\": \"leader\"", "\"level\": 4, \"name\": \"boss\"", "levels"},
        {"\"tries\": 1", "\"tries\": 10", "tries"},
        {"\"handover_s\": 120", "\"handover_s\": 120, \"handover_s\": 5", ""},
        {"\"hold\"", "\"held\"", "held"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gw_fail why = {0};
        enum gw_err err = try_with(cases[i].from, cases[i].to, &why);
        if (err != GW_INVALID || strstr(why.text, cases[i].named) == NULL) {
            print_error("case %zu: err %d, %s\n", i, err, why.text);
            fail();
        }
    }
    assert_int_equal(try_with("\"acked_s\": 300", "\"acked_s\": 301", NULL), GW_OK);
}

static void a_missing_file_is_absent(void **state)
{
    (void)state;
    assert_int_equal(rules_read_policies("rules/none.json", set, RULES_POLICIES_MAX, &set_n, NULL),
                     GW_ABSENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_says_what_the_defaults_say),
        cmocka_unit_test(broken_files_are_refused_by_name),
        cmocka_unit_test(a_missing_file_is_absent),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
