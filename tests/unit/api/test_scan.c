/* The scanner where it differs from the tree reader inside: keys by hash, many keys, borrowed
 * texts, numbers at their limits, nested walks. Each line goes through both readers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/json.h"
#include "api/scan.h"
#include "base/clock.h"
#include "base/rnd.h"

static void both(bool want, const struct gw_buf *line)
{
    struct json *root = NULL;
    bool tree = json_parse(gw_buf_str(line), line->len, 0, &root, NULL) == GW_OK;
    json_free(root);
    assert_int_equal(tree, want);
    assert_int_equal(scan_check(gw_buf_str(line), line->len, NULL) == GW_OK, want);
}

/* The same key of every length, once as it is, once with a letter in capitals, once with one
 * escaped: keys are hashed eight bytes at a time. One byte more or another last byte is another
 * key. */
static void a_repeated_key_is_found_at_any_length(void **state)
{
    static const char text[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    struct gw_buf line;
    (void)state;
    gw_buf_init(&line, JSON_LINE_MAX);
    for (int len = 1; len <= 26; len++) {
        for (int at = 0; at < len; at++) {
            int rest = len - at - 1;
            const char *after = text + at + 1;
            gw_buf_reset(&line);
            assert_int_equal(gw_buf_addf(&line, "{\"%.*s\":1,\"%.*s%c%.*s\":2}", len, text, at,
                                         text, text[at] - 'a' + 'A', rest, after),
                             GW_OK);
            both(false, &line);
            gw_buf_reset(&line);
            assert_int_equal(gw_buf_addf(&line, "{\"%.*s\\u%04x%.*s\":1,\"%.*s\":2}", at, text,
                                         (unsigned)text[at], rest, after, len, text),
                             GW_OK);
            both(false, &line);
            gw_buf_reset(&line);
            assert_int_equal(gw_buf_addf(&line, "{\"%.*s\":1,\"%.*s_%.*s\":2,\"%.*s\":3}", len,
                                         text, at, text, rest, after, len + 1, text),
                             GW_OK);
            both(true, &line);
        }
    }
    gw_buf_free(&line);
}

/* Every kind of byte at every distance from the start of a string and from the end of the line, the
 * line in a block of exactly its size: text is read eight bytes at a time, and not one too far. */
static void every_byte_is_seen_at_any_place(void **state)
{
    static const struct {
        const char *text;
        bool fine;
    } odd[] = {{"\\n", true},   {"\xE7\x8E\x8B", true}, {"\x7F", true}, {"!", true},
               {"\x1F", false}, {"\xFF", false},        {"\\x", false}, {"\"", false}};
    struct gw_buf line;
    (void)state;
    gw_buf_init(&line, JSON_LINE_MAX);
    for (size_t k = 0; k < sizeof(odd) / sizeof(odd[0]); k++) {
        for (int before = 0; before <= 17; before++) {
            for (int after = 0; after <= 17; after++) {
                gw_buf_reset(&line);
                assert_int_equal(gw_buf_addf(&line, "{\"\":\"%.*s%s%.*s\"}", before,
                                             "abcdefghijklmnopq", odd[k].text, after,
                                             "ABCDEFGHIJKLMNOPQ"),
                                 GW_OK);
                char *block = malloc(line.len);
                memcpy(block, line.data, line.len);
                assert_int_equal(scan_check(block, line.len, NULL) == GW_OK, odd[k].fine);
                free(block);
                both(odd[k].fine, &line);
            }
        }
    }
    gw_buf_free(&line);
}

/* {"k0":0,"k1":0,…}; the key `repeated` stands once more, in capitals, at the place `at`. */
static void many_keys(struct gw_buf *line, size_t n, size_t at, size_t repeated)
{
    gw_buf_reset(line);
    assert_int_equal(gw_buf_adds(line, "{"), GW_OK);
    for (size_t i = 0; i <= n; i++) {
        if (i == at) {
            assert_int_equal(gw_buf_addf(line, "%s\"K%zu\":0", line->len > 1 ? "," : "", repeated),
                             GW_OK);
        }
        if (i < n) {
            assert_int_equal(gw_buf_addf(line, "%s\"k%zu\":0", line->len > 1 ? "," : "", i), GW_OK);
        }
    }
    assert_int_equal(gw_buf_adds(line, "}"), GW_OK);
}

static void a_repeated_key_is_found_among_any_number(void **state)
{
    static const size_t sizes[] = {1, 2, 3, 23, 24, 25, 26, 60, 500};
    struct gw_buf line;
    (void)state;
    gw_buf_init(&line, JSON_LINE_MAX);
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        size_t n = sizes[s];
        size_t step = n < 60 ? 1 : n / 7;
        for (size_t at = 0; at <= n; at += step) {
            for (size_t repeated = 0; repeated < n; repeated += step) {
                many_keys(&line, n, at, repeated);
                both(false, &line);
            }
            many_keys(&line, n, at, n + 1); /* a key of its own */
            both(true, &line);
        }
    }
    gw_buf_free(&line);
}

/* Keys of an inner object are no keys of the outer one, wherever the inner one stands. */
static void levels_do_not_mix(void **state)
{
    static const struct {
        const char *text;
        bool want;
    } cases[] = {
        {"{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}", true},
        {"{\"a\":{\"b\":1},\"b\":1}", true},
        {"{\"a\":{\"b\":1},\"c\":[{\"a\":1},{\"a\":2}],\"b\":1}", true},
        {"{\"a\":{\"b\":1},\"c\":{},\"A\":1}", false},
        {"{\"c\":[{\"a\":1},{\"a\":2,\"x\":{},\"A\":3}]}", false},
        {"{\"\":1,\"a\":2}", true},
        {"{\"\":1,\"\":2}", false},
        {"{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", false},
        {"{\"\\u004B\":1,\"k\":2}", false},
        {"{\"a\\/b\":1,\"a/b\":2}", false},
        {"{\"a\\nb\":1,\"a\\u000ab\":2}", false},
        {"{\"\\u0001\":1,\"\\u0002\":2}", true},
    };
    struct gw_buf line;
    (void)state;
    gw_buf_init(&line, 4096);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        gw_buf_reset(&line);
        assert_int_equal(gw_buf_adds(&line, cases[i].text), GW_OK);
        both(cases[i].want, &line);
    }
    gw_buf_free(&line);
}

/* The costliest line there is: as many short keys as fit. No line may hold a server up. */
static void the_fullest_line_is_quick(void **state)
{
    static const char digits[] =
        "0123456789abcdefghijklmnopqrstuvwxyz!#$%&'()*+,-./:;<=>?@[]^_`{|}~";
    const size_t base = sizeof(digits) - 1;
    const struct gw_clock *clock = gw_clock_system();
    struct gw_buf line;
    size_t n = 0;
    (void)state;
    gw_buf_init(&line, JSON_LINE_MAX);
    assert_int_equal(gw_buf_adds(&line, "{\"\":0"), GW_OK);
    for (; line.len + 10 < JSON_LINE_MAX; n++) {
        char key[4] = {digits[n % base], '\0'};
        if (n >= base) {
            key[1] = digits[n / base % base];
        }
        if (n >= base * base) {
            key[2] = digits[n / base / base % base];
        }
        assert_int_equal(gw_buf_addf(&line, ",\"%s\":0", key), GW_OK);
    }
    assert_int_equal(gw_buf_adds(&line, "}"), GW_OK);
    int64_t from = clock->mono_ms(clock->ctx);
    enum gw_err err = scan_check(gw_buf_str(&line), line.len, NULL);
    int64_t took = clock->mono_ms(clock->ctx) - from;
    assert_int_equal(err, GW_OK);
    assert_true(n > 30000);
    assert_true(took < 2000); /* n log n: some 10 ms; n * n would be minutes */
    both(true, &line);
    gw_buf_free(&line);
}

static void numbers_at_their_limits(void **state)
{
    static const struct {
        const char *text;
        bool want, integer;
    } cases[] = {
        {"0", true, true},
        {"-0", true, true},
        {"1.0", true, true},
        {"1e3", true, true},
        {"0.5", true, false},
        {"9007199254740991", true, true},
        {"9007199254740992", false, false},
        {"-9007199254740992", false, false},
        {"10000000000000000", false, false},
        {"9007199254740992.0", true, false},
        {"1e300", true, false},
        {"1e308", true, false},
        {"1e309", false, false},
        {"-1e309", false, false},
        {"1e-400", true, true},
        {"0.000000000000000000000000000000000000000000000000000000000000", true, true},  /* 62 */
        {"0.0000000000000000000000000000000000000000000000000000000000000", true, true}, /* 63 */
        {"0.00000000000000000000000000000000000000000000000000000000000000", false, false},
        {"-", false, false},
        {"-01", false, false},
        {"1e", false, false},
        {"1e+", false, false},
        {"1.e1", false, false},
        {"--1", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gw_buf line;
        gw_buf_init(&line, 256);
        assert_int_equal(gw_buf_addf(&line, "{\"a\":%s}", cases[i].text), GW_OK);
        both(cases[i].want, &line);
        if (cases[i].want) {
            struct json *root = NULL;
            int64_t number;
            assert_int_equal(json_parse(gw_buf_str(&line), line.len, 0, &root, NULL), GW_OK);
            assert_int_equal(json_int(root, "a", &number), cases[i].integer);
            json_free(root);
        }
        gw_buf_free(&line);
    }
}

struct seen {
    struct gw_buf *arena;
    struct scan_member members[64];
    size_t n;
};

static enum gw_err keep(void *ctx, const struct scan_member *member)
{
    struct seen *seen = ctx;
    assert_true(seen->n < 64);
    seen->members[seen->n++] = *member;
    if (member->value.kind == SCAN_OBJECT) {
        return scan_object(member->value.raw, member->value.raw_len, true, seen->arena, keep, seen,
                           NULL);
    }
    if (member->value.kind == SCAN_ARRAY) {
        return scan_array(member->value.raw, member->value.raw_len, seen->arena, keep, seen);
    }
    return GW_OK;
}

/* Texts with escapes are decoded into the arena and must stay where they are until its reset: the
 * sanitizer sees it when one moved. */
static void borrowed_texts_stay(void **state)
{
    struct gw_buf line, arena;
    struct seen seen = {.arena = &arena};
    (void)state;
    gw_buf_init(&line, JSON_LINE_MAX);
    gw_buf_init(&arena, (size_t)2 * JSON_LINE_MAX);
    assert_int_equal(
        gw_buf_adds(&line, "{\"in\":{\"x\":\"\\u9648\"},\"list\":[\"\\n\",{\"y\":\"\\t\"}]"),
        GW_OK);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(gw_buf_addf(&line, ",\"\\u006b%02d\":\"%0*d\\\"\"", i, i * 50 + 1, i),
                         GW_OK);
    }
    assert_int_equal(gw_buf_adds(&line, "}"), GW_OK);
    assert_int_equal(scan_object(gw_buf_str(&line), line.len, false, &arena, keep, &seen, NULL),
                     GW_OK);
    assert_int_equal(seen.n, 2 + 1 + 2 + 1 + 40);
    assert_memory_equal(seen.members[1].value.text, "陈", 3);
    assert_memory_equal(seen.members[3].value.text, "\n", 1);
    assert_int_equal(seen.members[3].key_len, 0);
    for (size_t i = 6; i < seen.n; i++) {
        const struct scan_member *m = &seen.members[i];
        assert_int_equal(m->key_len, 3);
        assert_int_equal(m->key[0], 'k');
        assert_int_equal(m->value.text_len, (i - 6) * 50 + 2);
        assert_int_equal(m->value.text[m->value.text_len - 1], '"');
    }
    gw_buf_free(&line);
    gw_buf_free(&arena);
}

static enum gw_err stop(void *ctx, const struct scan_member *member)
{
    (void)member;
    (*(int *)ctx)++;
    return GW_REFUSED;
}

static void a_visitor_can_stop(void **state)
{
    static const char text[] = "{\"a\":1,\"b\":2}";
    static const char broken[] = "{\"a\":1,\"b\":}";
    struct gw_buf arena;
    int calls = 0;
    (void)state;
    gw_buf_init(&arena, 4096);
    assert_int_equal(scan_object(text, strlen(text), false, &arena, stop, &calls, NULL),
                     GW_REFUSED);
    assert_int_equal(calls, 1);
    assert_int_equal(scan_object(broken, strlen(broken), false, &arena, stop, &calls, NULL),
                     GW_INVALID);
    assert_int_equal(calls, 1); /* nothing of a broken line is visited */
    gw_buf_free(&arena);
}

/* The sentence tells the rule and the byte. */
static void the_sentence_names_the_place(void **state)
{
    static const struct {
        const char *text, *place;
    } cases[] = {
        {"{\"a\":1,\"A\":2}", "(byte 8)"},
        {"{\"a\":\"\xff\"}", "(byte 6)"},
        {"{\"a\":1}x", "(byte 7)"},
        {"{\"a\":tru}", "(byte 5)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gw_fail tree = {0}, scan = {0};
        struct json *root = NULL;
        size_t len = strlen(cases[i].text);
        assert_int_equal(json_parse(cases[i].text, len, 0, &root, &tree), GW_INVALID);
        assert_int_equal(scan_check(cases[i].text, len, &scan), GW_INVALID);
        assert_non_null(strstr(tree.text, cases[i].place));
        assert_string_equal(tree.text, scan.text);
    }
}

/* Every prefix of a line is refused by both, and nothing is read behind its end: each prefix lies
 * in a block of its own size, so that the sanitizer sees one byte too many. */
static void prefixes_are_refused(void **state)
{
    static const char text[] = "{\"a\":[1,-2.5e-3,true,null,\"\\ud83d\\ude00陈\",{}],\"b\":\"x\"}";
    (void)state;
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        struct json *root = NULL;
        char *exact = malloc(len > 0 ? len : 1);
        assert_non_null(exact);
        memcpy(exact, text, len);
        assert_int_equal(scan_check(exact, len, NULL), GW_INVALID);
        assert_int_equal(json_parse(exact, len, 0, &root, NULL), GW_INVALID);
        assert_null(root);
        free(exact);
    }
}

static void numbers_are_written_so_that_they_read_back(void **state)
{
    static const double values[] = {
        0.1,   -2.5e-3,   1e300, 9007199254740993.0, 1.0 / 3.0, 5e-324, 1.7976931348623157e308,
        -1e16, 123456.789};
    struct gw_random_seeded rng;
    struct gw_buf line;
    (void)state;
    gw_random_seeded_init(&rng, 3);
    gw_buf_init(&line, 256);
    for (size_t i = 0; i < 2000; i++) {
        double value = i < sizeof(values) / sizeof(values[0])
                           ? values[i]
                           : (double)(int64_t)gw_random_u64(&rng.random) / 1048576.0;
        struct json *root = NULL;
        double back = 0;
        struct jw w;
        gw_buf_reset(&line);
        jw_begin(&w, &line);
        jw_obj(&w, NULL);
        jw_num(&w, "a", value);
        jw_obj_end(&w);
        assert_int_equal(jw_end(&w), GW_OK);
        both(true, &line);
        assert_int_equal(json_parse(gw_buf_str(&line), line.len, 0, &root, NULL), GW_OK);
        assert_true(json_num(root, "a", &back) && back == value);
        json_free(root);
    }
    gw_buf_free(&line);
}

static void what_no_reader_takes_is_not_written(void **state)
{
    static const double bad[] = {1e308 * 10, -1e308 * 10, 0.0 / 0.0};
    struct gw_buf line;
    struct jw w;
    (void)state;
    gw_buf_init(&line, 256);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        jw_begin(&w, &line);
        jw_num(&w, NULL, bad[i]);
        assert_int_equal(jw_end(&w), GW_INVALID);
    }
    jw_begin(&w, &line);
    jw_int(&w, NULL, INT64_C(9007199254740992));
    assert_int_equal(jw_end(&w), GW_INVALID);
    jw_begin(&w, &line);
    jw_strn(&w, NULL, "a\0b", 3);
    assert_int_equal(jw_end(&w), GW_INVALID);
    assert_int_equal(json_quote("\xed\xa0\x80", 3, &line), GW_INVALID);
    gw_buf_free(&line);
}

/* Printing what was read gives the same bytes when it was compact. */
static void printing_gives_the_same_text(void **state)
{
    static const char text[] =
        "{\"n\":9007199254740991,\"t\":1769800221400,\"x\":-0.25,\"s\":\"陈\\n\\u001f\\\\\","
        "\"l\":[true,false,null,[],{}],\"m\":1000000000000000}";
    struct json *root = NULL;
    struct gw_buf out;
    (void)state;
    gw_buf_init(&out, 4096);
    assert_int_equal(json_parse(text, strlen(text), 0, &root, NULL), GW_OK);
    assert_int_equal(json_print(root, &out), GW_OK);
    assert_string_equal(gw_buf_str(&out), text);
    json_free(root);
    gw_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeated_key_is_found_at_any_length),
        cmocka_unit_test(every_byte_is_seen_at_any_place),
        cmocka_unit_test(a_repeated_key_is_found_among_any_number),
        cmocka_unit_test(levels_do_not_mix),
        cmocka_unit_test(the_fullest_line_is_quick),
        cmocka_unit_test(numbers_at_their_limits),
        cmocka_unit_test(borrowed_texts_stay),
        cmocka_unit_test(a_visitor_can_stop),
        cmocka_unit_test(the_sentence_names_the_place),
        cmocka_unit_test(prefixes_are_refused),
        cmocka_unit_test(numbers_are_written_so_that_they_read_back),
        cmocka_unit_test(what_no_reader_takes_is_not_written),
        cmocka_unit_test(printing_gives_the_same_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
