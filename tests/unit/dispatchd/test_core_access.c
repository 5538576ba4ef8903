/* Enrolment, tokens, hello, alive, and what every route refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "dispatchd/core_p.h"
#include "tests/kit/core_kit.h"

static int setup(void **state)
{
    static struct core_kit kit;
    core_kit_open(&kit, "access.db");
    *state = &kit;
    return 0;
}

static int teardown(void **state)
{
    core_kit_close(*state);
    return 0;
}

static int enroll(struct core_kit *kit, const char *code, const char *peer)
{
    char body[300];
    (void)snprintf(body, sizeof body,
                   "{\"code\":\"%s\",\"device_name\":\"x\",\"public_key\":"
                   "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
                   code);
    struct core_request request = {.method = CORE_POST,
                                   .path = "/v1/enroll",
                                   .query = "",
                                   .content_type = "application/json",
                                   .body = body,
                                   .body_len = strlen(body),
                                   .peer = peer};
    return core_kit_send(kit, &request);
}

static void a_code_serves_once(void **state)
{
    struct core_kit *kit = *state;
    char code[16];
    core_kit_code(kit, "w1", code);
    assert_int_equal(enroll(kit, code, "a"), 201);
    struct json *root = core_kit_line(kit, 0);
    assert_string_equal(json_str(root, "user"), "w1");
    assert_int_equal(strlen(json_str(root, "server_key")), GW_KEY_B64);
    assert_int_equal(strlen(json_str(root, "server_sign_key")), GW_KEY_B64);
    json_free(root);
    assert_int_equal(enroll(kit, code, "a"), 403);
    assert_string_equal(core_kit_slug(kit), "forbidden");
}

static void a_code_is_read_as_people_type_it(void **state)
{
    struct core_kit *kit = *state;
    char code[16];
    core_kit_code(kit, "w1", code);
    for (char *c = code; *c != '\0'; c++) {
        *c = *c == '0' ? 'o' : *c == '1' ? 'l' : *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
    }
    assert_int_equal(enroll(kit, code, "a"), 201);
}

static void a_code_ends_after_a_day(void **state)
{
    struct core_kit *kit = *state;
    char code[16];
    core_kit_code(kit, "w1", code);
    gw_clock_fixed_advance(&kit->clock, 86400000);
    assert_int_equal(enroll(kit, code, "a"), 403);
}

static void five_wrong_secrets_lock_a_code(void **state)
{
    struct core_kit *kit = *state;
    char code[16];
    char wrong[16];
    core_kit_code(kit, "w1", code);
    (void)snprintf(wrong, sizeof wrong, "%.5s%s", code,
                   strcmp(code + 5, "00000000") == 0 ? "11111111" : "00000000");
    for (int i = 0; i < 5; i++) {
        assert_int_equal(enroll(kit, wrong, "a"), 403);
    }
    assert_int_equal(enroll(kit, code, "a"), 403);
}

static void unknown_locators_are_limited_per_address(void **state)
{
    struct core_kit *kit = *state;
    int limited = 0;
    for (int i = 0; i < 12; i++) {
        limited += enroll(kit, "ZZZZ-ZZZZZZZZ", "b") == 429;
    }
    assert_int_equal(limited, 2);
    assert_true(kit->answer.retry_after_s > 0);
    assert_int_equal(enroll(kit, "ZZZZ-ZZZZZZZZ", "c"), 403);
}

static void a_spent_address_learns_of_no_locator(void **state)
{
    struct core_kit *kit = *state;
    char code[16];
    char wrong[16];
    core_kit_code(kit, "w1", code);
    (void)snprintf(wrong, sizeof wrong, "%.5s%s", code, "ZZZZZZZZ");
    for (int i = 0; i < 20; i++) { /* a known one costs nothing */
        assert_int_equal(enroll(kit, wrong, "a"), 403);
    }
    for (int i = 0; i < 10; i++) {
        assert_int_equal(enroll(kit, "ZZZZ-ZZZZZZZZ", "b"), 403);
    }
    assert_int_equal(enroll(kit, "ZZZZ-ZZZZZZZZ", "b"), 429);
    assert_int_equal(enroll(kit, wrong, "b"), 429);
    assert_int_equal(enroll(kit, wrong, "c"), 403);
}

static int ask_nonce(struct core_kit *kit, int i)
{
    char body[100];
    (void)snprintf(body, sizeof body, "{\"device\":\"made-up-%d\"}", i);
    return core_kit_post(kit, "/v1/token", NULL, "application/json", body);
}

/* Somebody without an account asks under ever new names. */
static void made_up_devices_fill_no_memory(void **state)
{
    struct core_kit *kit = *state;
    for (int i = 0; i < 500; i++) {
        assert_int_equal(ask_nonce(kit, i), 200);
    }
    assert_true(kit->core->rates.n >= 500);
    core_kit_advance(kit, 61000);
    assert_true(kit->core->rates.n < 10);
    assert_int_equal(kit->core->nonces.n, 0);
}

static void made_up_users_fill_no_memory(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    char data[100];
    core_kit_enroll(kit, &w1, "w1");
    core_kit_expect(
        kit, &w1, "alarm.raise", "a1",
        "{\"kind\":\"smoke\",\"severity\":\"critical\",\"text\":\"x\",\"path\":\"" GRID_A "\"}",
        "applied", NULL);
    core_kit_expect(kit, &w1, "alarm.ack", "a1", NULL, "applied", NULL);
    size_t before = kit->core->persons.n;
    for (int i = 0; i < 50; i++) {
        (void)snprintf(data, sizeof data, "{\"to\":\"nobody-%d\"}", i);
        core_kit_expect(kit, &w1, "alarm.handover", "a1", data, "rejected", "no-such-person");
    }
    assert_int_equal(kit->core->persons.n, before);
}

static void enroll_refuses_bad_bodies(void **state)
{
    struct core_kit *kit = *state;
    assert_int_equal(core_kit_post(kit, "/v1/enroll", NULL, "application/json", "{"), 400);
    assert_int_equal(core_kit_post(kit, "/v1/enroll", NULL, "application/json", "[]"), 400);
    assert_int_equal(core_kit_post(kit, "/v1/enroll", NULL, "application/json", "{}"), 422);
    assert_string_equal(core_kit_slug(kit), "invalid");
    assert_int_equal(enroll(kit, "short", "d"), 422);
    assert_int_equal(core_kit_post(kit, "/v1/enroll", NULL, "text/plain", "{}"), 415);
    assert_string_equal(core_kit_slug(kit), "bad-media");
}

static void a_nonce_serves_once_and_for_its_device(void **state)
{
    struct core_kit *kit = *state;
    struct core_console a;
    struct core_console b;
    char body[600];
    char nonce[64];
    uint8_t sig[GW_SIGN_BYTES];
    char sig_text[GW_SIGN_B64 + 1];
    core_kit_enroll(kit, &a, "w1");
    core_kit_enroll(kit, &b, "w2");
    (void)snprintf(body, sizeof body, "{\"device\":\"%s\"}", a.device);
    assert_int_equal(core_kit_post(kit, "/v1/token", NULL, "application/json", body), 200);
    struct json *root = core_kit_line(kit, 0);
    (void)snprintf(nonce, sizeof nonce, "%s", json_str(root, "nonce"));
    json_free(root);
    /* b signs a's nonce as b */
    gw_sign(&b.key, TOKEN_PREFIX, nonce, strlen(nonce), sig);
    gw_b64url(sig, sizeof sig, sig_text);
    (void)snprintf(body, sizeof body, "{\"device\":\"%s\",\"nonce\":\"%s\",\"sig\":\"%s\"}",
                   b.device, nonce, sig_text);
    assert_int_equal(core_kit_post(kit, "/v1/token", NULL, "application/json", body), 401);
    /* now it is used up, for a as well */
    gw_sign(&a.key, TOKEN_PREFIX, nonce, strlen(nonce), sig);
    gw_b64url(sig, sizeof sig, sig_text);
    (void)snprintf(body, sizeof body, "{\"device\":\"%s\",\"nonce\":\"%s\",\"sig\":\"%s\"}",
                   a.device, nonce, sig_text);
    assert_int_equal(core_kit_post(kit, "/v1/token", NULL, "application/json", body), 401);
    assert_string_equal(core_kit_slug(kit), "unauthenticated");
}

static void a_token_ends(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    core_kit_enroll(kit, &w1, "w1");
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 200);
    gw_clock_fixed_advance(&kit->clock, 30 * 60 * 1000);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 401);
    core_kit_token(kit, &w1);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 200);
    core_kit_restart(kit);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 401);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", NULL), 401);
}

static void hello_tells_what_there_is(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct wire_hello hello;
    core_kit_enroll(kit, &w1, "w1");
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 200);
    assert_int_equal(wire_hello_decode(core_kit_body(kit), kit->answer.body.len, &hello, NULL),
                     GW_OK);
    assert_string_equal(hello.user, "w1");
    assert_string_equal(hello.role, "worker");
    assert_int_equal(hello.scopes_n, 1);
    assert_string_equal(hello.scopes[0].path, GRID_A);
    assert_true(hello.scopes[0].granted > 0);
    assert_int_equal(hello.limit_page, 500);
    assert_string_equal(hello.device, w1.device);
    assert_int_equal(hello.n, 0);
    assert_string_equal(hello.head, "");
    assert_int_equal(hello.time, CORE_T0);
}

static void alive_counts_incidents(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct gw_buf text;
    core_kit_enroll(kit, &w1, "w1");
    assert_int_equal(core_kit_post(kit, "/v1/alive", w1.token, "application/json", "{}"), 200);
    assert_int_equal(core_kit_post(kit, "/v1/alive", w1.token, "application/json",
                                   "{\"incidents\":[{\"kind\":\"digest-mismatch\",\"at\":1}]}"),
                     200);
    assert_int_equal(
        core_kit_post(kit, "/v1/alive", w1.token, "application/json", "{\"incidents\":3}"), 422);
    assert_int_equal(core_kit_post(kit, "/v1/alive", w1.token, "application/json", "x"), 400);
    gw_buf_init(&text, 65536);
    assert_int_equal(core_metrics(kit->core, &text), GW_OK);
    assert_non_null(
        strstr(gw_buf_str(&text), "gridward_client_incidents_total{kind=\"digest-mismatch\"} 1\n"));
    assert_non_null(strstr(gw_buf_str(&text), "gridward_consoles_live{role=\"worker\"} 1\n"));
    gw_buf_free(&text);
    assert_true(core_healthy(kit->core));
}

static void rekey_closes_the_old_device(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct gw_sign_key key;
    char text[GW_KEY_B64 + 1];
    char body[300];
    core_kit_enroll(kit, &w1, "w1");
    gw_sign_key_new(&key);
    gw_b64url(key.public_key, GW_KEY_BYTES, text);
    (void)snprintf(body, sizeof body,
                   "{\"public_key\":\"%s\",\"device_name\":\"l\",\"reason\":\"chain-fork\"}", text);
    assert_int_equal(core_kit_post(kit, "/v1/rekey", w1.token, "application/json", body), 201);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 401);
    assert_string_equal(core_kit_slug(kit), "device-revoked");
    assert_int_equal(core_kit_post(kit, "/v1/rekey", "x", "application/json", body), 401);
}

/* Signs in under name with key; the answer is in the kit. */
static int sign_in(struct core_kit *kit, const char *name, const struct gw_sign_key *key)
{
    char body[600];
    char nonce[64];
    uint8_t sig[GW_SIGN_BYTES];
    char sig_text[GW_SIGN_B64 + 1];
    (void)snprintf(body, sizeof body, "{\"device\":\"%s\"}", name);
    assert_int_equal(core_kit_post(kit, "/v1/token", NULL, "application/json", body), 200);
    struct json *root = core_kit_line(kit, 0);
    (void)snprintf(nonce, sizeof nonce, "%s", json_str(root, "nonce"));
    json_free(root);
    gw_sign(key, TOKEN_PREFIX, nonce, strlen(nonce), sig);
    gw_b64url(sig, sizeof sig, sig_text);
    (void)snprintf(body, sizeof body, "{\"device\":\"%s\",\"nonce\":\"%s\",\"sig\":\"%s\"}", name,
                   nonce, sig_text);
    return core_kit_post(kit, "/v1/token", NULL, "application/json", body);
}

static void a_lost_answer_to_rekey_is_found_by_the_key(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct gw_sign_key key, other;
    char text[GW_KEY_B64 + 1], body[300], device[GW_ID_MAX + 1];
    core_kit_enroll(kit, &w1, "w1");
    gw_sign_key_new(&key);
    gw_sign_key_new(&other);
    gw_b64url(key.public_key, GW_KEY_BYTES, text);
    assert_int_equal(sign_in(kit, text, &key), 401); /* not a device yet */
    (void)snprintf(body, sizeof body,
                   "{\"public_key\":\"%s\",\"device_name\":\"l\",\"reason\":\"key-reuse\"}", text);
    assert_int_equal(core_kit_post(kit, "/v1/rekey", w1.token, "application/json", body), 201);
    struct json *root = core_kit_line(kit, 0);
    (void)snprintf(device, sizeof device, "%s", json_str(root, "device"));
    json_free(root);
    assert_int_equal(sign_in(kit, w1.device, &w1.key), 401);
    assert_string_equal(core_kit_slug(kit), "device-revoked");
    assert_int_equal(sign_in(kit, text, &other), 401); /* only its owner */
    assert_int_equal(sign_in(kit, text, &key), 200);
    root = core_kit_line(kit, 0);
    assert_string_equal(json_str(root, "device"), device);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", json_str(root, "token")), 200);
    json_free(root);
}

static void a_revoked_device_is_out_at_once(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    core_kit_enroll(kit, &w1, "w1");
    assert_int_equal(kit->admin->ops->begin(kit->admin, "t", NULL), GW_OK);
    assert_int_equal(store_device_revoke(kit->admin, w1.device, CORE_T0, NULL), GW_OK);
    assert_int_equal(kit->admin->ops->commit(kit->admin, NULL), GW_OK);
    core_refresh(kit->core);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 401);
    assert_string_equal(core_kit_slug(kit), "device-revoked");
}

/* An admin verb closes it between two looks of the server: nothing may end as rejected. */
static void work_of_a_device_that_was_just_closed_stays_unsent(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    struct gw_fail fail = {.err = GW_OK};
    core_kit_enroll(kit, &w1, "w1");
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 200); /* it is known as open */
    struct store *admin = kit->admin;
    assert_int_equal(admin->ops->begin(admin, "admin", &fail), GW_OK);
    assert_int_equal(store_device_revoke(admin, w1.device, CORE_T0, &fail), GW_OK);
    assert_int_equal(admin->ops->commit(admin, &fail), GW_OK);
    core_kit_expect(kit, &w1, "duty.set", "w1", "{\"state\":\"on\"}", "retry", NULL);
    assert_int_equal(core_kit_get(kit, "/v1/hello", "", w1.token), 401);
    assert_string_equal(core_kit_slug(kit), "device-revoked");
}

static void what_no_route_takes(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    core_kit_enroll(kit, &w1, "w1");
    assert_int_equal(core_kit_get(kit, "/v1/nothing", "", w1.token), 404);
    assert_string_equal(core_kit_slug(kit), "not-found");
    assert_int_equal(core_kit_get(kit, "/v1/enroll", "", NULL), 405);
    assert_string_equal(core_kit_slug(kit), "method-not-allowed");
    assert_int_equal(core_kit_get(kit, "/v1/hello", "x=1", w1.token), 400);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=CQ&scope=CQ", w1.token), 400);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=CQ&unknown=1", w1.token), 400);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope", w1.token), 400);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=CQ&", w1.token), 400);
    assert_string_equal(core_kit_slug(kit), "malformed");
    assert_true(kit->answer.close);
    assert_int_equal(core_kit_post(kit, "/v1/commands", w1.token, "application/json", "{}"), 415);
}

static void rates_are_kept_apart(void **state)
{
    struct core_kit *kit = *state;
    struct core_console w1;
    int refused = 0;
    core_kit_enroll(kit, &w1, "w1");
    for (int i = 0; i < 410; i++) {
        refused += core_kit_get(kit, "/v1/snapshot", "scope=" GRID_A, w1.token) == 429;
    }
    assert_int_equal(refused, 10);
    assert_string_equal(core_kit_slug(kit), "rate-limited");
    assert_int_equal(kit->answer.retry_after_s, 1);
    assert_int_equal(core_kit_post(kit, "/v1/commands", w1.token, "application/x-ndjson", ""), 200);
    gw_clock_fixed_advance(&kit->clock, 1000);
    assert_int_equal(core_kit_get(kit, "/v1/snapshot", "scope=" GRID_A, w1.token), 200);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_code_serves_once),
        T(a_code_is_read_as_people_type_it),
        T(a_code_ends_after_a_day),
        T(five_wrong_secrets_lock_a_code),
        T(unknown_locators_are_limited_per_address),
        T(a_spent_address_learns_of_no_locator),
        T(made_up_devices_fill_no_memory),
        T(made_up_users_fill_no_memory),
        T(enroll_refuses_bad_bodies),
        T(a_nonce_serves_once_and_for_its_device),
        T(a_token_ends),
        T(hello_tells_what_there_is),
        T(alive_counts_incidents),
        T(rekey_closes_the_old_device),
        T(a_lost_answer_to_rekey_is_found_by_the_key),
        T(a_revoked_device_is_out_at_once),
        T(work_of_a_device_that_was_just_closed_stays_unsent),
        T(what_no_route_takes),
        T(rates_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
