#include "tests/kit/engine_bed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/scratch.h"

void bed_step(struct bed *b)
{
    b->next = engine_step(b->engine, 1000);
}

void bed_advance(struct bed *b, int64_t ms)
{
    gw_clock_fixed_advance(&b->clock, ms);
    b->fake.server_time = b->clock.wall;
    bed_step(b);
}

void bed_start_engine(struct bed *b)
{
    const struct engine_opts opts = {
        .home = &b->home,
        .net = &b->fake.net,
        .clock = &b->clock.clock,
        .random = &b->random.random,
        .config = b->config,
        .once = b->once,
    };
    assert_int_equal(engine_new(&opts, &b->engine, NULL), GW_OK);
    bed_step(b);
}

int bed_setup(void **state)
{
    static int number;
    struct bed *b = calloc(1, sizeof(*b));
    char dir[600];
    assert_non_null(b);
    (void)snprintf(dir, sizeof(dir), "%s/home%d", scratch_dir(), ++number);
    gw_clock_fixed_init(&b->clock, T0);
    b->clock.mono = 1000000;
    gw_random_seeded_init(&b->random, (uint64_t)number);
    fakenet_init(&b->fake);
    b->fake.server_time = T0;
    (void)strcpy(b->epoch, "e1");
    (void)strcpy(b->cursor, "e1.10");
    assert_int_equal(gw_config_load(sync_settings, sync_settings_n, NULL, &b->config, NULL), GW_OK);
    const struct home_opts opts = {
        .dir = dir, .clock = &b->clock.clock, .random = &b->random.random};
    assert_int_equal(home_open(&opts, &b->home, NULL), GW_OK);
    struct gw_sign_key key;
    struct identity id = {.device = "dev-1", .user = "w1", .name = "Zhou", .role = ROLE_WORKER};
    gw_sign_key_new(&key);
    gw_b64url(key.public_key, GW_KEY_BYTES, id.server_sign_key);
    gw_b64url(key.public_key, GW_KEY_BYTES, id.server_key);
    assert_int_equal(home_enrol(&b->home, &id, &key, NULL), GW_OK);
    *state = b;
    return 0;
}

int bed_teardown(void **state)
{
    struct bed *b = *state;
    engine_free(b->engine);
    fakenet_free(&b->fake);
    home_close(&b->home);
    gw_config_free(b->config);
    free(b);
    return 0;
}

/* ---- answers of a good server */

void bed_answer_sign_in(struct bed *b)
{
    char text[300];
    (void)snprintf(text, sizeof(text), "{\"nonce\":\"nonce-%d\",\"expires_at\":%lld}", ++b->tokens,
                   (long long)(b->clock.wall + 60000));
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, "/v1/token"), 200, text);
    bed_step(b);
    (void)snprintf(text, sizeof(text),
                   "{\"token\":\"token-%d\",\"expires_at\":%lld,\"device\":\"dev-2\"}", b->tokens,
                   (long long)(b->fake.server_time + 1800000));
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, "/v1/token"), 200, text);
    bed_step(b);
}

static void hello_text(const struct bed *b, char *out, size_t size)
{
    (void)snprintf(
        out, size,
        "{\"versions\":{\"min\":1,\"max\":1,\"features\":[%s]},\"epoch\":\"%s\",\"cursor\":\"%s\","
        "\"time\":%lld,\"user\":{\"id\":\"w1\",\"name\":\"Zhou\",\"role\":\"worker\"},\"scopes\":[{"
        "\"path\":\"" SCOPE
        "\",\"granted\":3}],\"tag\":\"tag1\",\"types\":[\"alarm\",\"resident\"],"
        "\"horizon\":0,\"limits\":{\"line\":262144,\"batch_lines\":200,\"batch_bytes\":1048576,"
        "\"page\":500},\"device\":{\"id\":\"%s\",\"n\":%lld,\"head\":\"%s\",\"missing\":[]}}",
        b->features != NULL ? b->features : "\"sse\",\"wait\",\"digest\"", b->epoch, b->cursor,
        (long long)T0, b->home.id.device, (long long)b->hello_n, b->head);
}

void bed_answer_hello(struct bed *b)
{
    char text[2000];
    hello_text(b, text, sizeof(text));
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, "/v1/hello"), 200, text);
    bed_step(b);
}

void bed_answer(struct bed *b, const char *path, int status, const char *text)
{
    fakenet_answer(&b->fake, fakenet_asked(&b->fake, path), status, text);
    bed_step(b);
}

void bed_to_greeted(struct bed *b)
{
    bed_start_engine(b);
    bed_answer_sign_in(b);
    bed_answer_hello(b);
}

/* Digest of the mirror: residents of the scope. */
void bed_answer_feed(struct bed *b, const char *text)
{
    bed_answer(b, "/v1/changes", 200, text);
}

void bed_to_caught_up(struct bed *b)
{
    bed_to_greeted(b);
    bed_answer(b, "/v1/snapshot", 200, BEGIN PAGE_END(0));
    bed_answer_feed(b, END(10)); /* the snapshot brought something: asked with the digest */
    if (fakenet_find(&b->fake, "/v1/changes") != NULL &&
        strstr(fakenet_find(&b->fake, "/v1/changes")->path, "digest=1") != NULL) {
        bed_answer_feed(
            b, "{\"op\":\"end\",\"cursor\":\"e1.10\",\"more\":false,\"n\":0,\"digest\":[]}\n");
    }
}

enum sync_phase bed_phase(struct bed *b)
{
    struct sync_status status;
    engine_status(b->engine, &status);
    return status.phase;
}

bool bed_has_row(struct bed *b, const char *id)
{
    struct gw_buf text;
    gw_buf_init(&text, 65536);
    bool there = mirror_row_json(&b->home, TYPE_RESIDENT, id, &text) == GW_OK;
    gw_buf_free(&text);
    return there;
}

void bed_note(struct bed *b, const char *text)
{
    struct cmd_data data;
    cmd_data_init(&data);
    data.text = text;
    assert_int_equal(journal_append(&b->home, CMD_ALARM_NOTE, "a1", 0, &data, NULL, NULL), GW_OK);
    engine_nudge(b->engine);
    bed_step(b);
}
