/* The table of protocol section 7, written out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/role.h"

static void names_and_levels(void **state)
{
    static const struct {
        const char *name;
        int level;
    } rows[ROLE_N] = {{"worker", 3},    {"leader", 4},  {"duty", 5},
                      {"committee", 0}, {"auditor", 0}, {"admin", 0}};
    (void)state;
    for (size_t i = 0; i < ROLE_N; i++) {
        enum gw_role role;
        assert_true(role_parse(rows[i].name, &role));
        assert_int_equal(role, i);
        assert_string_equal(role_name(role), rows[i].name);
        assert_int_equal(role_level(role), rows[i].level);
        assert_true(role_word(role)[0] != '\0');
    }
    enum gw_role unused;
    assert_false(role_parse("Worker", &unused));
    assert_false(role_parse("", &unused));
}

static void reads(void **state)
{
    /* in the order of the wire: alarm alarm_event grid worker resident resident_private dwelling
     * household spell contact care_note device process step signer rule */
    static const char *const rows[ROLE_N] = {"yyyyyyyyyyyyyyyy", "yyyyyyyyyyyyyyyy",
                                             "yyyyyyyyyyyyyyyy", "nnyyyyyyynnnyyyy",
                                             "yynnnnnnnnnnyyyy", "nnnnnnnnnnnnnnny"};
    (void)state;
    assert_int_equal(strlen(rows[0]), TYPE_N);
    for (int role = 0; role < ROLE_N; role++) {
        for (int type = 0; type < TYPE_N; type++) {
            assert_int_equal(role_reads((enum gw_role)role, (enum gw_type)type),
                             rows[role][type] == 'y');
        }
    }
}

static void writes(void **state)
{
    (void)state;
    for (int kind = 0; kind < CMD_KIND_N; kind++) {
        enum cmd_kind k = (enum cmd_kind)kind;
        bool process = cmd_is_process(k);
        bool confirm = k == CMD_RULES_CONFIRM;
        assert_int_equal(role_writes(ROLE_WORKER, k), !confirm);
        assert_int_equal(role_writes(ROLE_LEADER, k), !confirm);
        assert_int_equal(role_writes(ROLE_DUTY, k), !confirm);
        assert_int_equal(role_writes(ROLE_COMMITTEE, k), process || k == CMD_ACCESS_REVEAL);
        assert_int_equal(role_writes(ROLE_AUDITOR, k), confirm || k == CMD_PROCESS_COSIGN);
        assert_int_equal(role_writes(ROLE_ADMIN, k), confirm);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_and_levels), cmocka_unit_test(reads),
                                       cmocka_unit_test(writes)};
    return cmocka_run_group_tests_name("roles", tests, NULL, NULL);
}
