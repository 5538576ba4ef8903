#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/journal.h"
#include "sync/engine.h"
#include "tests/kit/fakenet.h"
#include "tests/kit/scratch.h"

#define KEY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define GOOD(device, user)                                                                         \
    "{\"device\":\"" device "\",\"user\":\"" user "\",\"server_key\":\"" KEY                       \
    "\",\"server_sign_key\":\"" KEY "\"}"

struct bed {
    struct gw_clock_fixed clock;
    struct gw_random_seeded random;
    struct fakenet fake;
    struct home home;
    enum net_end end;
    int status;
    const char *body;
    char sent[600];
    struct gw_fail fail;
};

static int setup(void **state)
{
    static int number;
    struct bed *b = calloc(1, sizeof(*b));
    char dir[600];
    assert_non_null(b);
    (void)snprintf(dir, sizeof(dir), "%s/home%d", scratch_dir(), ++number);
    gw_clock_fixed_init(&b->clock, INT64_C(1769800000000));
    gw_random_seeded_init(&b->random, 5);
    fakenet_init(&b->fake);
    const struct home_opts opts = {
        .dir = dir, .clock = &b->clock.clock, .random = &b->random.random};
    assert_int_equal(home_open(&opts, &b->home, NULL), GW_OK);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bed *b = *state;
    home_close(&b->home);
    fakenet_free(&b->fake);
    free(b);
    return 0;
}

static void pump(void *ctx)
{
    struct bed *b = ctx;
    struct fakenet_call *call = fakenet_asked(&b->fake, "/v1/enroll");
    (void)snprintf(b->sent, sizeof(b->sent), "%s", gw_buf_str(&call->body));
    fakenet_end(&b->fake, call, b->end, b->status, b->body, -1);
}

static enum gw_err enrol(struct bed *b, enum net_end end, int status, const char *body, bool again)
{
    const struct enrol_in in = {.url = "https://dispatch.invalid",
                                .code = "AAAA-BBBBBBBB",
                                .device_name = "laptop",
                                .again = again};
    b->end = end;
    b->status = status;
    b->body = body;
    b->fail = (struct gw_fail){0};
    return sync_enrol(&b->home, &b->fake.net, pump, b, &in, &b->fail);
}

static void a_good_code_makes_a_device(void **state)
{
    struct bed *b = *state;
    assert_int_equal(enrol(b, NET_DONE, 201, GOOD("dev-1", "w1"), false), GW_OK);
    assert_true(b->home.enrolled);
    assert_string_equal(b->home.id.device, "dev-1");
    assert_string_equal(b->home.id.user, "w1");
    assert_string_equal(b->home.id.url, "https://dispatch.invalid");
    char key[GW_KEY_B64 + 1];
    gw_b64url(b->home.key.public_key, GW_KEY_BYTES, key);
    assert_non_null(strstr(b->sent, key));
    assert_non_null(strstr(b->sent, "\"code\":\"AAAA-BBBBBBBB\""));
}

struct refusal {
    enum net_end end;
    int status;
    const char *body;
    enum gw_err err;
};

static void every_refusal_has_its_sentence_and_writes_nothing(void **state)
{
    static const struct refusal refusals[] = {
        {NET_UNREACHABLE, 0, "", GW_OFFLINE},
        {NET_CUT, 0, "", GW_OFFLINE},
        {NET_TLS, 0, "", GW_DENIED},
        {NET_DONE, 403, "", GW_DENIED},
        {NET_DONE, 422, "", GW_DENIED},
        {NET_DONE, 429, "", GW_AGAIN},
        {NET_DONE, 500, "", GW_SERVER},
        {NET_DONE, 201, "{}", GW_SERVER},
        {NET_DONE, 201, "<html>", GW_SERVER},
        {NET_DONE, 200, "{}", GW_DENIED},
        {NET_DONE, 201, GOOD("a b", "w1"), GW_SERVER},
    };
    struct bed *b = *state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *r = &refusals[i];
        assert_int_equal(enrol(b, r->end, r->status, r->body, false), r->err);
        assert_true(b->fail.text[0] != '\0');
        assert_false(b->home.enrolled);
    }
}

static void an_enrolled_home_uses_no_code(void **state)
{
    struct bed *b = *state;
    assert_int_equal(enrol(b, NET_DONE, 201, GOOD("dev-1", "w1"), false), GW_OK);
    int64_t started = b->fake.started;
    assert_int_equal(enrol(b, NET_DONE, 201, GOOD("dev-2", "w1"), false), GW_REFUSED);
    assert_int_equal(b->fake.started, started);
}

static void again_carries_the_unsent_on(void **state)
{
    struct bed *b = *state;
    struct journal_counts counts;
    struct journal_entry entry, next;
    struct cmd_data data;
    cmd_data_init(&data);
    data.text = "unsent";
    assert_int_equal(enrol(b, NET_DONE, 201, GOOD("dev-1", "w1"), false), GW_OK);
    assert_int_equal(journal_append(&b->home, CMD_ALARM_NOTE, "a1", 0, &data, &entry, NULL), GW_OK);
    assert_int_equal(enrol(b, NET_DONE, 201, GOOD("dev-2", "w1"), true), GW_OK);
    assert_string_equal(b->home.id.device, "dev-2");
    assert_int_equal(journal_counts(&b->home, &counts), GW_OK);
    assert_int_equal(counts.unsent, 1);
    assert_int_equal(counts.by_state[CMD_REISSUED], 1);
    assert_int_equal(journal_get(&b->home, 1, &next), GW_OK);
    assert_string_equal(next.uid, entry.uid);
    assert_string_equal(next.dev, "dev-2");
}

static void again_is_for_the_same_user(void **state)
{
    struct bed *b = *state;
    assert_int_equal(enrol(b, NET_DONE, 201, GOOD("dev-1", "w1"), false), GW_OK);
    assert_int_equal(enrol(b, NET_DONE, 201, GOOD("dev-2", "w2"), true), GW_REFUSED);
    assert_string_equal(b->home.id.device, "dev-1");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_good_code_makes_a_device),    T(every_refusal_has_its_sentence_and_writes_nothing),
        T(an_enrolled_home_uses_no_code), T(again_carries_the_unsent_on),
        T(again_is_for_the_same_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
