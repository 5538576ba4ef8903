/* Refusals, lost answers, keys and clocks, against a scripted network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/engine_bed.h"

static void retry_after_is_kept(void **state)
{
    struct bed *b = *state;
    bed_start_engine(b);
    bed_answer_sign_in(b);
    fakenet_end(&b->fake, fakenet_asked(&b->fake, "/v1/hello"), NET_DONE, 503, "", 7000);
    bed_step(b);
    assert_int_equal(bed_phase(b), SYNC_OFFLINE);
    bed_advance(b, 6999);
    assert_null(fakenet_find(&b->fake, "/v1/hello"));
    assert_true(b->next <= b->clock.mono + 1);
    bed_advance(b, 1);
    (void)fakenet_asked(&b->fake, "/v1/hello");
}

static void nothing_reached_backs_off_and_says_so(void **state)
{
    struct bed *b = *state;
    struct sync_status status;
    bed_start_engine(b);
    fakenet_end(&b->fake, fakenet_asked(&b->fake, "/v1/token"), NET_UNREACHABLE, 0, "", -1);
    bed_step(b);
    engine_status(b->engine, &status);
    assert_int_equal(status.phase, SYNC_OFFLINE);
    assert_true(status.problem[0] != '\0');
    assert_in_range(status.next_try_mono, b->clock.mono + 500, b->clock.mono + 1000);
    engine_nudge(b->engine); /* the network came back */
    bed_step(b);
    (void)fakenet_asked(&b->fake, "/v1/token");
}

static void too_old_reads_no_more_but_sends(void **state)
{
    struct bed *b = *state;
    bed_to_greeted(b);
    bed_answer(b, "/v1/snapshot", 426,
               "{\"type\":\"urn:gridward:problem:client-too-old\",\"status\":426}");
    assert_int_equal(bed_phase(b), SYNC_TOO_OLD);
    bed_note(b, "still sent");
    fakenet_end(&b->fake, fakenet_asked(&b->fake, "/v1/commands"), NET_CUT, 0, "", -1);
    /* nudge forgot the back-off, so hello may be under way; it is refused as well */
    if (fakenet_find(&b->fake, "/v1/hello") != NULL) {
        fakenet_answer(&b->fake, fakenet_find(&b->fake, "/v1/hello"), 426, "");
    }
    bed_step(b);
    bed_advance(b, 60000);
    assert_null(fakenet_find(&b->fake, "/v1/snapshot"));
    assert_null(fakenet_find(&b->fake, "/v1/hello"));
    (void)fakenet_asked(&b->fake, "/v1/commands");
    bed_advance(b, 300000); /* is there a new version? */
    (void)fakenet_asked(&b->fake, "/v1/hello");
}

static void a_revoked_device_keeps_its_journal_and_asks_seldom(void **state)
{
    struct bed *b = *state;
    struct journal_counts counts;
    bed_to_greeted(b);
    bed_note(b, "unsent");
    bed_answer(b, "/v1/snapshot", 401,
               "{\"type\":\"urn:gridward:problem:device-revoked\",\"status\":401}");
    assert_int_equal(bed_phase(b), SYNC_REFUSED);
    int64_t started = b->fake.started;
    bed_advance(b, 299000);
    assert_int_equal(b->fake.started, started);
    bed_advance(b, 1001);
    (void)fakenet_asked(&b->fake, "/v1/token");
    assert_int_equal(journal_counts(&b->home, &counts), GW_OK);
    assert_int_equal(counts.unsent, 1);
}

static void a_forgotten_token_is_asked_for_at_once_but_not_in_circles(void **state)
{
    struct bed *b = *state;
    bed_to_greeted(b);
    bed_answer(b, "/v1/snapshot", 401,
               "{\"type\":\"urn:gridward:problem:unauthenticated\",\"status\":401}");
    bed_answer_sign_in(b); /* at once */
    bed_answer(b, "/v1/snapshot", 401,
               "{\"type\":\"urn:gridward:problem:unauthenticated\",\"status\":401}");
    assert_null(fakenet_find(&b->fake, "/v1/token"));
    bed_advance(b, 1000);
    (void)fakenet_asked(&b->fake, "/v1/token");
}

static void forbidden_leads_to_hello(void **state)
{
    struct bed *b = *state;
    struct mirror_job job;
    bed_to_greeted(b);
    bed_answer(b, "/v1/snapshot", 403,
               "{\"type\":\"urn:gridward:problem:forbidden\",\"status\":403}");
    assert_int_equal(mirror_next_job(&b->home, &job), GW_ABSENT);
    bed_advance(b, 1000);
    (void)fakenet_asked(&b->fake, "/v1/hello");
}

/* C10: nothing hangs on the laptop's clock; its offset is known and stored. */
static void a_clock_years_off_is_measured(void **state)
{
    struct bed *b = *state;
    int64_t off = 0, unc = 0;
    b->fake.server_time = T0 - INT64_C(315360000000);
    bed_start_engine(b);
    bed_answer_sign_in(b);
    mirror_clock(&b->home, &off, &unc);
    assert_int_equal(off, -INT64_C(315360000000));
    (void)fakenet_asked(&b->fake, "/v1/hello"); /* the token counts as good */
    bed_advance(b, 60000);
    assert_null(fakenet_find(&b->fake, "/v1/token"));
}

static void a_token_is_renewed_before_it_ends(void **state)
{
    struct bed *b = *state;
    bed_to_greeted(b);
    bed_answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    bed_advance(b, 1739000);
    assert_null(fakenet_find(&b->fake, "/v1/token"));
    bed_advance(b, 2000);
    (void)fakenet_asked(&b->fake, "/v1/token");
}

/* An image of a laptop: the server has numbers that this journal does not. The new key is sent, the
 * answer is lost, the old device is closed: the new key itself finds its device. */
static void a_lost_answer_to_rekey_strands_nobody(void **state)
{
    struct bed *b = *state;
    struct journal_counts counts;
    char key64[GW_KEY_B64 + 1], device[80];
    struct cmd_data data;
    cmd_data_init(&data);
    data.text = "unsent";
    assert_int_equal(journal_append(&b->home, CMD_ALARM_NOTE, "a1", 0, &data, NULL, NULL), GW_OK);
    b->hello_n = 9;
    (void)memset(b->head, 'a', GW_HASH_HEX);
    bed_to_greeted(b);
    struct fakenet_call *call = fakenet_asked(&b->fake, "/v1/rekey");
    const char *at = strstr(gw_buf_str(&call->body), "\"public_key\":\"");
    assert_non_null(at);
    (void)snprintf(key64, sizeof(key64), "%s", at + strlen("\"public_key\":\""));
    fakenet_end(&b->fake, call, NET_CUT, 0, "", -1);
    engine_free(b->engine); /* and the program ended as well */
    fakenet_free(&b->fake);
    fakenet_init(&b->fake);
    b->fake.server_time = T0;
    b->hello_n = 0;
    b->head[0] = '\0';
    bed_start_engine(b);
    bed_answer(b, "/v1/token", 200, "{\"nonce\":\"n1\",\"expires_at\":1}");
    bed_answer(b, "/v1/token", 401,
               "{\"type\":\"urn:gridward:problem:device-revoked\",\"status\":401}");
    (void)snprintf(device, sizeof(device), "\"device\":\"%s\"", key64);
    assert_non_null(strstr(gw_buf_str(&fakenet_asked(&b->fake, "/v1/token")->body), device));
    bed_answer_sign_in(b); /* it is dev-2 */
    assert_string_equal(b->home.id.device, "dev-2");
    gw_b64url(b->home.key.public_key, GW_KEY_BYTES, device);
    assert_string_equal(device, key64);
    bed_answer_hello(b);
    call = fakenet_asked(&b->fake, "/v1/commands");
    assert_non_null(strstr(gw_buf_str(&call->body), "\"key\":\"dev-2\""));
    assert_int_equal(journal_counts(&b->home, &counts), GW_OK);
    assert_int_equal(counts.unsent, 1);
}

static void a_new_key_that_is_not_known_is_a_closed_device(void **state)
{
    struct bed *b = *state;
    b->hello_n = 9;
    (void)memset(b->head, 'a', GW_HASH_HEX);
    bed_to_greeted(b);
    bed_answer(b, "/v1/rekey", 401,
               "{\"type\":\"urn:gridward:problem:device-revoked\",\"status\":401}");
    bed_answer(b, "/v1/token", 200, "{\"nonce\":\"n1\",\"expires_at\":1}");
    bed_answer(b, "/v1/token", 401,
               "{\"type\":\"urn:gridward:problem:unauthenticated\",\"status\":401}");
    assert_int_equal(bed_phase(b), SYNC_REFUSED);
    assert_null(fakenet_find(&b->fake, "/v1/token"));
}

static void reading_goes_on_while_a_new_key_waits(void **state)
{
    struct bed *b = *state;
    b->hello_n = 9;
    (void)memset(b->head, 'a', GW_HASH_HEX);
    bed_to_greeted(b);
    fakenet_end(&b->fake, fakenet_asked(&b->fake, "/v1/rekey"), NET_DONE, 503, "", 60000);
    bed_step(b);
    bed_answer(b, "/v1/snapshot", 200, BEGIN PUT(5, "r5") PAGE_END(1));
    assert_true(bed_has_row(b, "r5"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(retry_after_is_kept),
        T(nothing_reached_backs_off_and_says_so),
        T(too_old_reads_no_more_but_sends),
        T(a_revoked_device_keeps_its_journal_and_asks_seldom),
        T(a_forgotten_token_is_asked_for_at_once_but_not_in_circles),
        T(forbidden_leads_to_hello),
        T(a_clock_years_off_is_measured),
        T(a_token_is_renewed_before_it_ends),
        T(a_lost_answer_to_rekey_strands_nobody),
        T(a_new_key_that_is_not_known_is_a_closed_device),
        T(reading_goes_on_while_a_new_key_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
