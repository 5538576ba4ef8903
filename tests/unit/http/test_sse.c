/* Server-sent events: the rules of the WHATWG standard, however the bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/rnd.h"
#include "http/sse.h"

struct log {
    char text[4096];
    int comments;
    size_t bytes;
};

static enum gw_err on_event(void *ctx, const struct sse_event *event)
{
    struct log *log = ctx;
    size_t n = strlen(log->text);
    assert_int_equal(event->data[event->data_len], '\0');
    (void)snprintf(log->text + n, sizeof(log->text) - n, "[%s|%s|%s|%d]", event->type, event->data,
                   event->last_id, event->has_id);
    log->bytes += event->data_len; /* data may hold NUL */
    return GW_OK;
}

static void on_comment(void *ctx)
{
    ((struct log *)ctx)->comments++;
}

static void feed(const char *bytes, size_t len, size_t step, struct log *log)
{
    struct sse *sse = NULL;
    memset(log, 0, sizeof(*log));
    assert_int_equal(sse_new(4096, &sse), GW_OK);
    for (size_t at = 0; at < len; at += step) {
        size_t n = len - at < step ? len - at : step;
        assert_int_equal(sse_feed(sse, bytes + at, n, on_event, on_comment, log), GW_OK);
    }
    sse_free(sse);
}

struct sample {
    const char *in;
    size_t len;
    const char *want;
};
#define CASE(in, want) {in, sizeof(in) - 1, want}
static const struct sample samples[] = {
    CASE("data: a\n\n", "[message|a||0]"),
    CASE("data:a\r\n\r\n", "[message|a||0]"),
    CASE("data: a\r\rdata: b\r\r", "[message|a||0][message|b||0]"),
    CASE("\xef\xbb\xbf" "data: a\n\n", "[message|a||0]"),
    CASE("\xef\xbb\xbf\xef\xbb\xbf" "data: a\n\ndata: b\n\n", "[message|b||0]"),
    CASE("data: a\ndata: b\n\n", "[message|a\nb||0]"),
    CASE("data\n\n", "[message|||0]"),
    CASE("data\ndata\n\n", "[message|\n||0]"),
    CASE("event: x\n\n", ""),
    CASE("event: x\n\ndata: a\n\n", "[message|a||0]"),
    CASE("event: x\ndata: a\n\ndata: b\n\n", "[x|a||0][message|b||0]"),
    CASE("id: 7\ndata: a\n\ndata: b\n\n", "[message|a|7|1][message|b|7|0]"),
    CASE("id: 7\n\ndata: b\n\n", "[message|b|7|0]"),
    CASE("id: 7\ndata: a\n\nid\ndata: b\n\n", "[message|a|7|1][message|b||1]"),
    CASE("id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n", "[message|a|7|1][message|b|7|0]"),
    CASE(": heartbeat\n:\n\ndata: a\n\n", "[message|a||0]"),
    CASE("data:  two blanks\n\n", "[message| two blanks||0]"),
    CASE("Data: a\nnonsense\ndata: b\n\n", "[message|b||0]"),
    CASE("data: a\n", ""),
    CASE("data: a", ""),
    CASE("\n\n\ndata: a\n\n\n\n", "[message|a||0]"),
    CASE("retry: 12x\ndata: 陈\n\n", "[message|陈||0]"),
};

static void the_standard_however_it_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        for (size_t step = 1; step <= samples[i].len + 1; step++) {
            struct log log;
            feed(samples[i].in, samples[i].len, step, &log);
            if (strcmp(log.text, samples[i].want) != 0) {
                print_error("sample %zu step %zu: %s, want %s\n", i, step, log.text, samples[i].want);
                fail();
            }
        }
    }
}

static void random_bytes_give_the_same_events_however_cut(void **state)
{
    static const char *const words[] = {"data: x", "data", "id: 5", "event: e", ": c", "\r", "\n", "\r\n",
                                        "\n\n", "retry: 9", "\xef\xbb\xbf", "x", "\0"};
    struct gw_random_seeded rng;
    (void)state;
    gw_random_seeded_init(&rng, 7);
    for (int round = 0; round < 3000; round++) {
        char bytes[256];
        size_t len = 0;
        for (int k = 0; k < 16; k++) {
            const char *word = words[gw_random_below(&rng.random, 13)];
            size_t n = *word != '\0' ? strlen(word) : 1;
            memcpy(bytes + len, word, n);
            len += n;
        }
        struct log whole, cut;
        feed(bytes, len, len, &whole);
        feed(bytes, len, 1 + (size_t)gw_random_below(&rng.random, 5), &cut);
        assert_string_equal(whole.text, cut.text);
        assert_int_equal(whole.comments, cut.comments);
        assert_int_equal(whole.bytes, cut.bytes);
    }
}

static void ceilings_and_retry(void **state)
{
    struct sse *sse = NULL;
    struct log log = {.comments = 0};
    char big[300];
    (void)state;
    memset(big, 'x', sizeof(big));
    assert_int_equal(sse_new(128, &sse), GW_OK);
    assert_int_equal(sse_feed(sse, "retry: 1500\n\n", 13, on_event, NULL, &log), GW_OK);
    assert_int_equal(sse_retry_ms(sse), 1500);
    assert_int_equal(sse_feed(sse, big, sizeof(big), on_event, NULL, &log), GW_TOO_LARGE);
    sse_free(sse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standard_however_it_is_cut),
        cmocka_unit_test(random_bytes_give_the_same_events_however_cut),
        cmocka_unit_test(ceilings_and_retry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
