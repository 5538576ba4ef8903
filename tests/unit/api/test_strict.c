/* Strict JSON (docs/protocol.md section 10): every rule, for the tree reader and for the scanner, and
 * both against each other on mutated lines. */
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
#include "base/rnd.h"

static bool tree_takes(const char *text, size_t len)
{
    struct json *root = NULL;
    struct gw_fail fail = {0};
    enum gw_err err = json_parse(text, len, 0, &root, &fail);
    assert_true((err == GW_OK) == (root != NULL));
    if (err == GW_INVALID) {
        assert_true(fail.text[0] != '\0');
    }
    bool object = err == GW_OK && json_is_object(root);
    json_free(root);
    return object;
}

static bool scan_takes(const char *text, size_t len)
{
    struct gw_fail fail = {0};
    enum gw_err err = scan_check(text, len, &fail);
    if (err == GW_INVALID) {
        assert_true(fail.text[0] != '\0');
    }
    return err == GW_OK;
}

static void both(bool want, const char *text, size_t len)
{
    if (tree_takes(text, len) != want || scan_takes(text, len) != want) {
        print_error("tree %d scan %d want %d: %.*s\n", tree_takes(text, len), scan_takes(text, len), want,
                    (int)len, text);
        fail();
    }
}

struct sample {
    const char *text;
    size_t len; /* 0 = strlen */
};
#define S(text) {text, sizeof(text) - 1}

static void refuses_what_the_rules_forbid(void **state)
{
    static const struct sample bad[] = {
        S(""),
        S(" "),
        S("{"),
        S("{}x"),
        S("{} {}"),
        S("{\"a\":1,}"),
        S("{\"a\":1,\"a\":2}"),
        S("{\"a\":1,\"A\":2}"),
        S("{\"a\":1,\"\\u0061\":2}"),
        S("{\"o\":{\"Key\":1,\"kEY\":2}}"),
        S("{\"a\":\"\x01\"}"),
        S("{\"a\":\"\x7f\xff\"}"),
        S("{\"a\":\"\\u0000\"}"),
        S("{\"\\u0000\":1}"),
        S("{\"a\":\"\\ud800\"}"),
        S("{\"a\":\"\\udc00\"}"),
        S("{\"a\":\"\\ud800\\u0041\"}"),
        S("{\"a\":\"\xed\xa0\x80\"}"),
        S("{\"a\":\"\xc0\x80\"}"),
        S("{\"a\":\"\xf4\x90\x80\x80\"}"),
        S("{\"a\":9007199254740992}"),
        S("{\"a\":-9007199254740992}"),
        S("{\"a\":123456789012345678901234567890}"),
        S("{\"a\":1e999}"),
        S("{\"a\":NaN}"),
        S("{\"a\":Infinity}"),
        S("{\"a\":01}"),
        S("{\"a\":+1}"),
        S("{\"a\":.5}"),
        S("{\"a\":1.}"),
        S("{\"a\":0x10}"),
        S("{\"a\":'x'}"),
        S("{a:1}"),
        S("{\"a\":tru}"),
        S("{\"a\":TRUE}"),
        S("{\"a\":\"\\x\"}"),
        S("{\"a\":\"\\u12g4\"}"),
        S("{\"a\":\"x}"),
        S("{\"a\" 1}"),
        S("{\"a\":1 \"b\":2}"),
        S("\xef\xbb\xbf{}"),
        S("{}\0"),
        S("{\"a\":1}//x"),
        S("{\"a\":[1,2}"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        both(false, bad[i].text, bad[i].len);
    }
}

static void takes_what_is_right(void **state)
{
    static const struct sample good[] = {
        S("{}"),
        S(" {\"a\" : [ 1 , -2.5e-3 , true , false , null , \"\" , {} ] } "),
        S("{\"a\":9007199254740991,\"b\":-9007199254740991}"),
        S("{\"a\":\"\\ud83d\\ude00 陈婆婆 \\n\\t\\\\\\\"\\/\"}"),
        S("{\"a\":\"\xf4\x8f\xbf\xbf\"}"),
        S("{\"ä\":1,\"Ä\":2}"),
        S("{\"a\":0,\"b\":-0,\"c\":0.0,\"d\":1E+2}"),
        S("{\"o\":{\"a\":1},\"p\":{\"a\":1}}"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        both(true, good[i].text, good[i].len);
    }
}

static void depth_ends_at_sixteen(void **state)
{
    (void)state;
    for (size_t depth = 14; depth <= 19; depth++) {
        char text[128] = "{\"a\":";
        size_t n = strlen(text);
        memset(text + n, '[', depth - 1);
        n += depth - 1;
        memset(text + n, ']', depth - 1);
        n += depth - 1;
        text[n++] = '}';
        both(depth <= JSON_DEPTH_MAX, text, n);
    }
}

static void a_line_has_a_ceiling(void **state)
{
    (void)state;
    size_t len = JSON_LINE_MAX + 1;
    char *text = malloc(len + 1);
    assert_non_null(text);
    memset(text, 'x', len);
    memcpy(text, "{\"a\":\"", 6);
    memcpy(text + len - 2, "\"}", 2);
    assert_false(tree_takes(text, len));
    assert_false(scan_takes(text, len));
    memcpy(text + len - 3, "\"}", 2);
    assert_true(tree_takes(text, len - 1));
    assert_true(scan_takes(text, len - 1));
    free(text);
}

static void getters_know_case_and_kind(void **state)
{
    static const char text[] = "{\"Name\":\"x\",\"n\":5,\"f\":5.5,\"b\":true,\"z\":null,\"o\":{},\"l\":[1]}";
    struct json *root = NULL;
    int64_t n = -1;
    double f = 0;
    bool b = false;
    (void)state;
    assert_int_equal(json_parse(text, strlen(text), 0, &root, NULL), GW_OK);
    assert_null(json_str(root, "name"));
    assert_string_equal(json_str(root, "Name"), "x");
    assert_true(json_int(root, "n", &n) && n == 5);
    assert_false(json_int(root, "f", &n));
    assert_false(json_int(root, "Name", &n));
    assert_true(json_num(root, "f", &f) && f > 5.4);
    assert_true(json_bool(root, "b", &b) && b);
    assert_true(json_is_null(root, "z"));
    assert_false(json_is_null(root, "absent"));
    assert_non_null(json_obj(root, "o"));
    assert_null(json_obj(root, "l"));
    assert_non_null(json_arr(root, "l"));
    json_free(root);
}

static void writer_and_reader_agree(void **state)
{
    struct gw_buf buf;
    struct jw w;
    struct json *root = NULL;
    int64_t n;
    (void)state;
    gw_buf_init(&buf, 4096);
    jw_begin(&w, &buf);
    jw_obj(&w, NULL);
    jw_str(&w, "text", "陈\"\\\n\t\x1f");
    jw_int(&w, "n", 9007199254740991);
    jw_null(&w, "z");
    jw_arr(&w, "l");
    jw_int(&w, NULL, 1);
    jw_obj(&w, NULL);
    jw_bool(&w, "b", false);
    jw_obj_end(&w);
    jw_arr_end(&w);
    jw_obj_end(&w);
    assert_int_equal(jw_end(&w), GW_OK);
    assert_int_equal(json_parse(gw_buf_str(&buf), buf.len, 0, &root, NULL), GW_OK);
    assert_true(json_int(root, "n", &n) && n == 9007199254740991);
    assert_string_equal(json_str(root, "text"), "陈\"\\\n\t\x1f");
    json_free(root);
    gw_buf_reset(&buf);
    jw_begin(&w, &buf);
    jw_obj(&w, NULL);
    jw_str(&w, "bad", "\xff");
    jw_obj_end(&w);
    assert_int_not_equal(jw_end(&w), GW_OK);
    gw_buf_free(&buf);
}

static void a_full_buffer_is_an_error(void **state)
{
    struct gw_buf buf;
    struct jw w;
    (void)state;
    gw_buf_init(&buf, 8);
    jw_begin(&w, &buf);
    jw_obj(&w, NULL);
    jw_str(&w, "text", "longer than that");
    jw_obj_end(&w);
    assert_int_equal(jw_end(&w), GW_TOO_LARGE);
    gw_buf_free(&buf);
}

/* ---- differential */
struct walk {
    const struct json *object;
    size_t seen;
};

static enum gw_err compare(void *ctx, const struct scan_member *m)
{
    struct walk *walk = ctx;
    char key[256];
    walk->seen++;
    if (m->key_len >= sizeof(key)) {
        return GW_OK;
    }
    memcpy(key, m->key, m->key_len);
    key[m->key_len] = '\0';
    assert_true(json_has(walk->object, key));
    if (m->value.kind == SCAN_STRING) {
        const char *want = json_str(walk->object, key);
        assert_non_null(want);
        assert_int_equal(strlen(want), m->value.text_len);
        assert_memory_equal(want, m->value.text, m->value.text_len);
    } else if (m->value.kind == SCAN_INT) {
        int64_t want;
        assert_true(json_int(walk->object, key, &want));
        assert_true(want == m->value.integer);
    } else if (m->value.kind == SCAN_NULL) {
        assert_true(json_is_null(walk->object, key));
    }
    return GW_OK;
}

static void same_values(const char *text, size_t len)
{
    struct json *root = NULL;
    struct gw_buf arena;
    size_t members = 0;
    gw_buf_init(&arena, 1024 * 1024);
    assert_int_equal(json_parse(text, len, 0, &root, NULL), GW_OK);
    struct walk walk = {.object = root};
    assert_int_equal(scan_object(text, len, false, &arena, compare, &walk, NULL), GW_OK);
    for (const struct json *m = json_first(root); m != NULL; m = json_next(m)) {
        members++;
    }
    assert_int_equal(members, walk.seen);
    json_free(root);
    gw_buf_free(&arena);
}

static void tree_and_scanner_never_differ(void **state)
{
    static const char *const seeds[] = {
        "{\"seq\":184468,\"op\":\"put\",\"type\":\"alarm\",\"id\":\"a-1\",\"path\":\"CQ.5\",\"row\":{\"kind\":\"smoke\",\"n\":[1,2,{\"x\":null}]}}",
        "{\"op\":\"end\",\"cursor\":\"k3f9z2qa.184501\",\"more\":false,\"n\":34}",
        "{\"a\":\"\\u9648\\ud83d\\ude00\\n\",\"b\":-1.5e-3,\"c\":[true,false,null],\"d\":{}}",
        "{\"name\":\"陈婆婆\",\"N\":9007199254740991,\"e\":\"\"}",
    };
    static const char bytes[] = "{}[]\",:\\u0019eE+-.tfn \t\x01\x80\xed\xa0\xff\xe9";
    struct gw_random_seeded rng;
    size_t taken = 0;
    (void)state;
    gw_random_seeded_init(&rng, 20260101);
    for (int round = 0; round < 60000; round++) {
        char text[256];
        const char *seed = seeds[gw_random_below(&rng.random, 4)];
        size_t len = strlen(seed);
        memcpy(text, seed, len);
        for (uint64_t k = gw_random_below(&rng.random, 4); k > 0 && len > 1; k--) {
            size_t at = (size_t)gw_random_below(&rng.random, len);
            switch (gw_random_below(&rng.random, 3)) {
            case 0:
                text[at] = bytes[gw_random_below(&rng.random, sizeof(bytes) - 1)];
                break;
            case 1:
                memmove(text + at, text + at + 1, len - at - 1);
                len--;
                break;
            default:
                memmove(text + at + 1, text + at, len - at);
                text[at] = bytes[gw_random_below(&rng.random, sizeof(bytes) - 1)];
                len++;
                break;
            }
        }
        bool tree = tree_takes(text, len);
        if (tree != scan_takes(text, len)) {
            print_error("differ (tree %d): %.*s\n", tree, (int)len, text);
            fail();
        }
        if (tree) {
            taken++;
            same_values(text, len);
        }
    }
    assert_true(taken > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_the_rules_forbid), cmocka_unit_test(takes_what_is_right),
        cmocka_unit_test(depth_ends_at_sixteen),         cmocka_unit_test(a_line_has_a_ceiling),
        cmocka_unit_test(getters_know_case_and_kind),    cmocka_unit_test(writer_and_reader_agree),
        cmocka_unit_test(a_full_buffer_is_an_error),     cmocka_unit_test(tree_and_scanner_never_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
