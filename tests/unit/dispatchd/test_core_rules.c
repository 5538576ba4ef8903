/* Numbers that a district confirms: who may, whom they reach, in which order (protocol section 6).
 */
#include "process_bed.h"

#define DISTRICT "CQ.500112"
#define RULE                                                                                       \
    "{\"set\":\"cq-village\",\"key\":\"candidates_lead\",\"value\":\"5\",\"document\":"            \
    "\"渝北民〔2026〕3号\",\"article\":\"第四条\"}"
#define RULE_ID "cq-village.candidates_lead." DISTRICT

static struct core_console district;

static void district_enrolls(struct core_kit *kit)
{
    core_kit_user(kit, "dist", ROLE_AUDITOR, DISTRICT);
    core_kit_grant(kit, "dist", "CQ.500112.013"); /* the broadest counts */
    core_kit_enroll(kit, &district, "dist");
}

static void confirm(struct core_kit *kit)
{
    core_kit_expect(kit, &district, "rules.confirm", "cq-village.candidates_lead", RULE, "applied",
                    NULL);
}

static bool sees(struct core_kit *kit, const struct core_console *c, const char *since)
{
    char query[200];
    (void)snprintf(query, sizeof query, "since=%s", since);
    assert_int_equal(core_kit_get(kit, "/v1/changes", query, c->token), 200);
    return strstr(core_kit_body(kit), RULE_ID) != NULL;
}

static void a_confirmed_number_reaches_everybody_below(void **state)
{
    struct core_kit *kit = *state;
    struct core_console other, w1, above;
    char since[96];
    district_enrolls(kit);
    core_kit_user(kit, "far", ROLE_COMMITTEE, "CQ.500113.001.001");
    core_kit_user(kit, "city", ROLE_AUDITOR, "CQ");
    core_kit_enroll(kit, &other, "far");
    core_kit_enroll(kit, &above, "city");
    core_kit_enroll(kit, &w1, "w1");
    core_kit_cursor(kit, since);
    assert_false(sees(kit, &clerk, since));
    confirm(kit);
    struct json *row = core_kit_row(kit, TYPE_RULE, RULE_ID);
    assert_string_equal(json_str(row, "value"), "5");
    assert_string_equal(json_str(row, "document"), "渝北民〔2026〕3号");
    assert_string_equal(json_str(row, "confirmed_by"), "dist");
    assert_string_equal(json_str(row, "hash"), district.head);
    json_free(row);
    path_of(kit, TYPE_RULE, RULE_ID, DISTRICT);
    assert_true(sees(kit, &clerk, since));
    assert_true(sees(kit, &w1, since));
    assert_true(sees(kit, &duty, since));
    assert_true(sees(kit, &district, since)); /* its own scope covers it */
    assert_true(sees(kit, &above, since));
    assert_false(sees(kit, &other, since));
    /* once: the next cursor is past it */
    core_kit_cursor(kit, since);
    assert_false(sees(kit, &clerk, since));
    core_kit_restart(kit);
    core_kit_token(kit, &clerk);
    assert_false(sees(kit, &clerk, since));
}

/* A rule imported beside the server, which has not looked yet: the page that tells its seq tells
 * it. */
static void a_rule_of_another_process_is_not_lost(void **state)
{
    struct core_kit *kit = *state;
    struct gw_fail fail = {.err = GW_OK};
    char since[96];
    core_kit_cursor(kit, since);
    assert_false(sees(kit, &duty, since)); /* the clerk's own page would be shared */
    assert_int_equal(kit->admin->ops->begin(kit->admin, "import", &fail), GW_OK);
    assert_int_equal(store_import_row(kit->admin, TYPE_RULE, RULE_ID, DISTRICT, "{}", 2, &fail),
                     GW_OK);
    assert_int_equal(kit->admin->ops->commit(kit->admin, &fail), GW_OK);
    assert_true(sees(kit, &clerk, since));
    core_refresh(kit->core);
    assert_true(sees(kit, &clerk, since));
}

static void a_snapshot_holds_what_flows_down(void **state)
{
    struct core_kit *kit = *state;
    struct core_console other;
    char query[400];
    int found = 0, pages = 0;
    district_enrolls(kit);
    core_kit_user(kit, "far", ROLE_COMMITTEE, "CQ.500113.001.001");
    core_kit_enroll(kit, &other, "far");
    confirm(kit);
    core_kit_put(kit, TYPE_RULE, "a.b." DISTRICT, DISTRICT, "{\"set\":\"a\",\"key\":\"b\"}");
    core_kit_put(kit, TYPE_RULE, "z.z." COMMUNITY, COMMUNITY, "{\"set\":\"z\",\"key\":\"z\"}");
    char after[300] = "";
    do {
        (void)snprintf(query, sizeof query, "scope=" COMMUNITY "&limit=1%s%s",
                       after[0] ? "&after=" : "", after);
        assert_int_equal(core_kit_get(kit, "/v1/snapshot", query, clerk.token), 200);
        found += strstr(core_kit_body(kit), "\"type\":\"rule\"") != NULL;
        struct json *end = core_kit_line(kit, core_kit_lines(kit) - 1);
        (void)snprintf(after, sizeof after, "%s",
                       json_str(end, "after") ? json_str(end, "after") : "");
        json_free(end);
        pages++;
    } while (after[0] != '\0' && pages < 50);
    assert_int_equal(found, 3);
    assert_int_equal(
        core_kit_get(kit, "/v1/snapshot", "scope=" COMMUNITY "&type=rule", clerk.token), 200);
    assert_int_equal(core_kit_lines(kit), 2 + 3);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=CQ.500113.001.001", other.token),
                     200);
    assert_null(strstr(core_kit_body(kit), "\"rule\""));
    /* the digest of a scope is of the rows at and below it */
    char since[96];
    core_kit_cursor(kit, since);
    (void)snprintf(query, sizeof query, "since=%s&digest=1", since);
    assert_int_equal(core_kit_get(kit, "/v1/changes", query, clerk.token), 200);
    assert_non_null(strstr(core_kit_body(kit), "\"type\":\"rule\",\"count\":1,"));
    assert_non_null(strstr(core_kit_body(kit), "\"above_count\":2,\"above_sum\":\""));
    assert_null(strstr(core_kit_body(kit), "\"type\":\"step\",\"count\":0,\"sum\":"
                                           "\"0000000000000000\",\"above"));
    assert_int_equal(core_kit_get(kit, "/v1/changes", query, other.token), 200);
    assert_non_null(strstr(core_kit_body(kit), "\"above_count\":0,"));
}

/* Lines of both sorts in one order, whatever the page size, each once. */
static void what_flows_down_keeps_the_order(void **state)
{
    struct core_kit *kit = *state;
    char since[96];
    int lines = 0, rules = 0;
    int64_t last = 0;
    bool more = true;
    district_enrolls(kit);
    core_kit_cursor(kit, since);
    for (int i = 0; i < 12; i++) {
        char id[40], path[80];
        (void)snprintf(id, sizeof id, "r%d", i);
        (void)snprintf(path, sizeof path, "cq-village.k%d." DISTRICT, i);
        if (i % 3 == 1) {
            core_kit_put(kit, TYPE_RULE, path, DISTRICT, "{\"set\":\"a\",\"key\":\"b\"}");
        } else {
            core_kit_put(kit, TYPE_RESIDENT, id, i % 3 == 2 ? "CQ.500113.001" : COMMUNITY,
                         "{\"name\":\"x\"}");
        }
    }
    for (int limit = 1; limit <= 5; limit += 2) {
        char at[96];
        (void)snprintf(at, sizeof at, "%s", since);
        lines = rules = 0;
        last = 0;
        more = true;
        for (int pages = 0; more && pages < 40; pages++) {
            char query[200];
            (void)snprintf(query, sizeof query, "since=%s&limit=%d", at, limit);
            assert_int_equal(core_kit_get(kit, "/v1/changes", query, clerk.token), 200);
            for (size_t i = 0; i < core_kit_lines(kit); i++) {
                struct json *line = core_kit_line(kit, i);
                int64_t seq = 0;
                if (json_int(line, "seq", &seq)) {
                    assert_true(seq > last);
                    last = seq;
                    lines++;
                    rules += strcmp(json_str(line, "type"), "rule") == 0;
                } else if (strcmp(json_str(line, "op"), "end") == 0) {
                    (void)snprintf(at, sizeof at, "%s", json_str(line, "cursor"));
                    assert_true(json_bool(line, "more", &more));
                }
                json_free(line);
            }
        }
        assert_false(more);
        assert_int_equal(rules, 4);
        assert_int_equal(lines, 8);
    }
}

static int64_t page_from(struct core_kit *kit, const char *since, char next[96], int *rules)
{
    char query[200];
    int64_t lines = 0;
    (void)snprintf(query, sizeof query, "since=%s", since);
    assert_int_equal(core_kit_get(kit, "/v1/changes", query, clerk.token), 200);
    for (size_t i = 0; i < core_kit_lines(kit); i++) {
        struct json *line = core_kit_line(kit, i);
        lines += json_has(line, "seq");
        *rules += json_str(line, "type") && strcmp(json_str(line, "type"), "rule") == 0;
        if (strcmp(json_str(line, "op"), "end") == 0) {
            (void)snprintf(next, 96, "%s", json_str(line, "cursor"));
        }
        json_free(line);
    }
    return lines;
}

/* A row that fills a page ends it behind what flowed down, and never breaks it. */
static void large_rows_between_what_flows_down(void **state)
{
    struct core_kit *kit = *state;
    char *body = malloc(199 * 1024);
    char since[96];
    int rules = 0;
    assert_non_null(body);
    int n = snprintf(body, 199 * 1024, "{\"name\":\"");
    memset(body + n, 'x', 195 * 1024);
    (void)snprintf(body + n + 195 * 1024, 10, "\"}");
    district_enrolls(kit);
    core_kit_cursor(kit, since);
    core_kit_put(kit, TYPE_RULE, "a.b." DISTRICT, DISTRICT, "{}");
    core_kit_put(kit, TYPE_RESIDENT, "r1", COMMUNITY, body);
    core_kit_put(kit, TYPE_RULE, "a.c." DISTRICT, DISTRICT, "{}");
    core_kit_put(kit, TYPE_RESIDENT, "r2", COMMUNITY, body);
    core_kit_put(kit, TYPE_RULE, "a.d." DISTRICT, DISTRICT, "{}");
    assert_int_equal(page_from(kit, since, since, &rules), 3);
    assert_int_equal(rules, 2);
    assert_int_equal(page_from(kit, since, since, &rules), 2);
    assert_int_equal(rules, 3);
    assert_int_equal(page_from(kit, since, since, &rules), 0);
    free(body);
}

static void who_may_confirm(void **state)
{
    struct core_kit *kit = *state;
    struct core_console root;
    core_kit_enroll(kit, &root, "root");
    core_kit_expect(kit, &clerk, "rules.confirm", "x", RULE, "quarantined", "no-right");
    core_kit_expect(kit, &duty, "rules.confirm", "x", RULE, "quarantined", "no-right");
    core_kit_expect(kit, &root, "rules.confirm", "x", RULE, "applied", NULL);
    path_of(kit, TYPE_RULE, "cq-village.candidates_lead." STREET, STREET);
    /* the same again is a new seq of the same row; two areas are two rows */
    district_enrolls(kit);
    confirm(kit);
    confirm(kit);
    path_of(kit, TYPE_RULE, RULE_ID, DISTRICT);
    core_kit_user(kit, "none", ROLE_ADMIN, "u.none");
    struct core_console none;
    core_kit_enroll(kit, &none, "none");
    core_kit_expect(kit, &none, "rules.confirm", "x", RULE, "quarantined", "no-right");
}

static void hello_names_the_features(void **state)
{
    struct core_kit *kit = *state;
    struct wire_hello hello;
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", clerk.token), 200);
    const char *body = core_kit_body(kit);
    assert_int_equal(wire_hello_decode(body, strlen(body), &hello, NULL), GW_OK);
    bool rules = false, process = false;
    for (size_t i = 0; i < hello.features_n; i++) {
        rules = rules || strcmp(hello.features[i], "rules") == 0;
        process = process || strcmp(hello.features[i], "process") == 0;
    }
    assert_true(rules && process);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_confirmed_number_reaches_everybody_below),
        T(a_rule_of_another_process_is_not_lost),
        T(a_snapshot_holds_what_flows_down),
        T(what_flows_down_keeps_the_order),
        T(large_rows_between_what_flows_down),
        T(who_may_confirm),
        T(hello_names_the_features),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
