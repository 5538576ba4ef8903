/* Wire codecs where a line is nearly right: each member that is missing or of a wrong form is found
 * and named, absent and null are the same in rows, and what is later than this version is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/wire.h"

#define HASH "df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2"

/* text with `from` (which must be there) replaced by `to` */
static void changed(const char *text, const char *from, const char *to, struct gw_buf *out)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    gw_buf_reset(out);
    assert_int_equal(gw_buf_add(out, text, (size_t)(at - text)), GW_OK);
    assert_int_equal(gw_buf_adds(out, to), GW_OK);
    assert_int_equal(gw_buf_adds(out, at + strlen(from)), GW_OK);
}

struct change {
    const char *from, *to;
    const char *named; /* in the sentence, or the code; NULL = it is fine */
};

/* ---- alarms */
static const char full_row[] =
    "{\"kind\":\"fall\",\"severity\":\"critical\",\"state\":\"closed\",\"level\":5,\"raised_at\":5,"
    "\"count\":2,"
    "\"stage\":\"arrived\",\"visited\":true,\"offer\":{\"to\":\"l\",\"by\":\"w\",\"at\":6},"
    "\"closing\":{\"by\":\"w\",\"outcome\":\"fall\",\"no_visit_reason\":\"陈\",\"second_person\":"
    "\"l\",\"at\":7,"
    "\"due_at\":8},\"before\":{\"state\":\"acked\",\"acked_by\":\"w\",\"acked_at\":6,\"stage\":"
    "\"enroute\"},"
    "\"outcome\":\"fall\",\"closed_at\":9,\"closed_by\":\"w\",\"events\":[{\"at\":1}],\"readings\":"
    "null}";

static enum gw_err read_alarm(const struct gw_buf *row, struct alarm *out, struct gw_fail *why)
{
    return wire_alarm_decode("a", "CQ.1", gw_buf_str(row), row->len, out, why);
}

static void an_alarm_keeps_its_nested_parts(void **state)
{
    struct alarm one, two;
    struct gw_buf row;
    struct jw w;
    (void)state;
    memset(&one, 0, sizeof(one));
    memset(&two, 0, sizeof(two));
    gw_buf_init(&row, 8192);
    assert_int_equal(gw_buf_adds(&row, full_row), GW_OK);
    assert_int_equal(read_alarm(&row, &one, NULL), GW_OK);
    assert_true(one.visited && one.before.set && one.before.state == ALARM_ACKED);
    assert_int_equal(one.before.stage, STAGE_ENROUTE);
    assert_string_equal(one.closing.second_person, "l");
    assert_string_equal(one.closing.no_visit_reason, "陈");
    assert_true(one.offer.at == 6 && one.offer.due_at == 0 && one.closing.due_at == 8);
    gw_buf_reset(&row);
    jw_begin(&w, &row);
    jw_obj(&w, NULL);
    wire_alarm_encode(&one, &w);
    jw_obj_end(&w);
    assert_int_equal(jw_end(&w), GW_OK);
    assert_int_equal(read_alarm(&row, &two, NULL), GW_OK);
    assert_memory_equal(&one, &two, sizeof(one));
    gw_buf_free(&row);
}

/* A row has every documented member always, null where there is nothing. */
static void every_member_is_written(void **state)
{
    const struct gw_entity *entity = entity_of(TYPE_ALARM);
    struct alarm alarm = {
        .kind = "sos", .state = ALARM_UNACK, .level = 3, .raised_at = 1, .count = 1};
    struct json *root = NULL;
    struct gw_buf row;
    struct jw w;
    (void)state;
    gw_buf_init(&row, 8192);
    jw_begin(&w, &row);
    jw_obj(&w, NULL);
    wire_alarm_encode(&alarm, &w);
    jw_obj_end(&w);
    assert_int_equal(json_parse(gw_buf_str(&row), row.len, 0, &root, NULL), GW_OK);
    for (size_t i = 0; i < entity->n; i++) {
        static const char callers[] = " address text readings events events_total ";
        char key[64];
        (void)snprintf(key, sizeof(key), " %s ", entity->fields[i].key);
        if (json_has(root, entity->fields[i].key) == (strstr(callers, key) != NULL)) {
            print_error("member %s\n", entity->fields[i].key);
            fail();
        }
    }
    assert_true(json_is_null(root, "offer") && json_is_null(root, "stage") &&
                json_is_null(root, "acked_at"));
    json_free(root);
    gw_buf_free(&row);
}

static void alarm_rows_nearly_right(void **state)
{
    static const struct change changes[] = {
        {"\"kind\":\"fall\",", "", "kind"},
        {"\"severity\":\"critical\"", "\"severity\":null", "severity"},
        {"\"severity\":\"critical\"", "\"severity\":\"huge\"", "severity"},
        {"\"state\":\"closed\"", "\"state\":\"away\"", "state"},
        {"\"level\":5", "\"level\":6", "level"},
        {"\"level\":5", "\"level\":0", "level"},
        {"\"level\":5", "\"level\":\"5\"", "level"},
        {"\"level\":5", "\"level\":5.5", "level"},
        {"\"level\":5", "\"level\":5,\"waits\":6", "waits"},
        {"\"count\":2", "\"count\":-1", "count"},
        {"\"visited\":true", "\"visited\":1", "visited"},
        {"\"stage\":\"arrived\"", "\"stage\":\"flying\"", "stage"},
        {"\"offer\":{\"to\":\"l\"", "\"offer\":{\"to\":null", "offer"},
        {"\"offer\":{\"to\":\"l\",\"by\":\"w\",\"at\":6}", "\"offer\":[]", "offer"},
        {"\"before\":{\"state\":\"acked\",", "\"before\":{", "before"},
        {"\"kind\":\"fall\"", "\"kind\":\"aaaaaaaaaabbbbbbbbbbccccccccccdd\"", "kind"},
        {"\"kind\":\"fall\"", "\"kind\":\"a\\u0001\"", NULL},
        {"\"stage\":\"arrived\"", "\"stage\":null", NULL},
        {"\"visited\":true", "\"Visited\":7,\"later\":{\"kind\":1}", NULL},
        {"\"offer\":{\"to\":\"l\"", "\"offer\":{\"later\":[],\"to\":\"l\"", NULL},
    };
    struct gw_buf row;
    (void)state;
    gw_buf_init(&row, 8192);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct gw_fail why = {0};
        struct alarm alarm;
        changed(full_row, changes[i].from, changes[i].to, &row);
        enum gw_err err = read_alarm(&row, &alarm, &why);
        if (err != (changes[i].named ? GW_INVALID : GW_OK) ||
            (changes[i].named && !strstr(why.text, changes[i].named))) {
            print_error("%s -> %s: %d %s\n", changes[i].from, changes[i].to, err, why.text);
            fail();
        }
    }
    gw_buf_free(&row);
}

/* ---- bodies */
static const char body[] =
    "{\"v\":1,\"uid\":\"u\",\"dev\":\"d\",\"n\":2,\"prev\":\"" HASH
    "\",\"kind\":\"alarm.attempt\",\"id\":\"a\","
    "\"base\":\"e.1\",\"expect\":{\"level\":3},\"t\":{\"wall\":1,\"off\":null,\"unc\":null,"
    "\"boot\":\"b\",\"mono\":1},"
    "\"data\":{\"to\":\"contact\",\"contact\":1,\"result\":\"busy\"},\"priv\":\"" HASH "\","
    "\"blobs\":[{\"commit\":\"" HASH "\",\"size\":5,\"media\":\"image/jpeg\"}],\"seen\":[\"" HASH
    "\"]}";

/* Without these a line has no number to be stored under. */
static void bodies_that_cannot_be_stored(void **state)
{
    static const struct change changes[] = {
        {"\"v\":1,", "", "v"},
        {"\"uid\":\"u\"", "\"uid\":\"u u\"", "uid"},
        {"\"dev\":\"d\"", "\"dev\":7", "dev"},
        {"\"n\":2", "\"n\":0", "n"},
        {"\"n\":2", "\"n\":2.5", "n"},
        {"\"prev\":\"df", "\"prev\":\"DF", "prev"},
        {"\"kind\":\"alarm.attempt\"", "\"kind\":null", "kind"},
        {"\"id\":\"a\"", "\"id\":\"\"", "id"},
        {"\"base\":\"e.1\"", "\"base\":\"e.x\"", "base"},
        {"\"t\":{\"wall\":1,", "\"t\":{", "t.wall"},
        {"\"off\":null", "\"off\":\"0\"", "t.off"},
        {",\"unc\":null", "", "t.unc"},
        {"\"boot\":\"b\"", "\"boot\":null", "t.boot"},
        {"\"mono\":1", "\"mono\":true", "t.mono"},
        {"\"expect\"", "\"n\":3,\"expect\"", "byte"},
    };
    struct gw_buf text;
    (void)state;
    gw_buf_init(&text, 8192);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct gw_fail why = {0};
        struct cmd_body out;
        struct json *root = NULL;
        const char *code = "x";
        changed(body, changes[i].from, changes[i].to, &text);
        assert_int_equal(wire_body_decode(gw_buf_str(&text), text.len, &out, &root, &code, &why),
                         GW_INVALID);
        assert_null(code);
        assert_null(root);
        assert_null(out.uid);
        if (!strstr(why.text, changes[i].named)) {
            print_error("%s: %s\n", changes[i].to, why.text);
            fail();
        }
    }
    gw_buf_free(&text);
}

static void bodies_that_are_stored_as_rejected(void **state)
{
    static const struct change changes[] = {
        {"\"v\":1", "\"v\":2", "unknown-kind"},
        {"\"expect\":{\"level\":3}", "\"expect\":{\"level\":6}", "bad-data"},
        {"\"expect\":{\"level\":3}", "\"expect\":[]", "bad-data"},
        {"\"priv\":\"df", "\"priv\":\"xf", "bad-data"},
        {"\"size\":5", "\"size\":-5", "bad-data"},
        {"\"blobs\":[", "\"blobs\":[5,", "bad-data"},
        {"\"seen\":[", "\"seen\":[\"\",", "bad-data"},
        {"\"contact\":1", "\"contact\":\"1\"", "bad-data"},
        {"\"contact\":1,", "", "bad-data"},
        {"\"contact\":1", "\"contact\":-1", "bad-data"},
        {"\"result\":\"busy\"", "\"result\":null", "bad-data"},
        {"\"data\":{\"to\":\"contact\",\"contact\":1,\"result\":\"busy\"}", "\"data\":[]",
         "bad-data"},
        {"\"v\":1", "\"v\":1", NULL},
        {"\"seen\":[\"" HASH "\"]", "\"later\":{\"x\":1}", NULL},
        {"\"expect\":{\"level\":3},", "", NULL},
        {"\"off\":null", "\"off\":-86400000", NULL},
    };
    struct gw_buf text;
    (void)state;
    gw_buf_init(&text, 8192);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct gw_fail why = {0};
        struct cmd_body out;
        struct json *root = NULL;
        const char *code = NULL;
        changed(body, changes[i].from, changes[i].to, &text);
        enum gw_err err = wire_body_decode(gw_buf_str(&text), text.len, &out, &root, &code, &why);
        if (err != (changes[i].named ? GW_INVALID : GW_OK) || (changes[i].named && !code) ||
            (code && strcmp(code, changes[i].named) != 0)) {
            print_error("%s: %d %s %s\n", changes[i].to, err, code ? code : "", why.text);
            fail();
        }
        assert_true(out.n == 2 && strcmp(out.dev, "d") == 0 && strcmp(out.prev, HASH) == 0);
        json_free(root);
    }
    gw_buf_free(&text);
}

/* ---- process.*: objects of keys to integer, text or bool */
static const char step_body[] =
    "{\"v\":1,\"uid\":\"u\",\"dev\":\"d\",\"n\":2,\"prev\":\"" HASH
    "\",\"kind\":\"process.step\",\"id\":\"p\",\"base\":\"\","
    "\"t\":{\"wall\":1,\"off\":null,\"unc\":null,\"boot\":\"b\",\"mono\":1},"
    "\"data\":{\"pn\":2,\"pprev\":\"" HASH "\",\"step\":\"S19\",\"subject\":\"主任\","
    "\"fields\":{\"happened_at\":1769800221400,\"place\":\"村委会\",\"open\":true},"
    "\"counts\":{\"valid\":612}}}";

static void objects_of_steps(void **state)
{
    static const struct change changes[] = {
        {"\"pn\":2", "\"pn\":0", "bad-data"},
        {"\"pn\":2", "\"pn\":1", "bad-data"}, /* then pprev is empty */
        {"\"pn\":2,", "", "bad-data"},
        {"\"pprev\":\"df", "\"pprev\":\"DF", "bad-data"},
        {"\"counts\":{\"valid\":612}", "\"counts\":[612]", "bad-data"},
        {"\"counts\":{\"valid\":612}", "\"counts\":{\"valid\":{}}", "bad-data"},
        {"\"counts\":{\"valid\":612}", "\"counts\":{\"valid\":null}", "bad-data"},
        {"\"counts\":{\"valid\":612}", "\"counts\":{\"valid\":1.5}", "bad-data"},
        {"\"counts\":{\"valid\":612}", "\"counts\":{\"Valid\":612}", "bad-data"},
        {"\"counts\":{\"valid\":612}", "\"counts\":{\"\":612}", "bad-data"},
        {",\"counts\":{\"valid\":612}", "", "bad-data"},
        {"\"subject\":\"主任\"", "\"subject\":5", "bad-data"},
        {"\"subject\":\"主任\"", "\"target\":\"" HASH "\"", "bad-data"},
        {"\"step\":\"S19\"", "\"step\":\"S 19\"", "bad-data"},
        {"process.step", "process.vote", "unknown-kind"},
        {"\"counts\":{\"valid\":612}", "\"counts\":{\"valid\":-1}", NULL}, /* a client refuses it */
        {"\"counts\":{\"valid\":612}", "\"counts\":{}", NULL},
        {"\"counts\":{\"valid\":612}", "\"counts\":{\"a\":1},\"materials\":{\"photo\":\"paper\"}",
         NULL},
    };
    struct gw_buf text;
    (void)state;
    gw_buf_init(&text, 8192);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct gw_fail why = {0};
        struct cmd_body out;
        struct json *root = NULL;
        const char *code = NULL;
        changed(step_body, changes[i].from, changes[i].to, &text);
        enum gw_err err = wire_body_decode(gw_buf_str(&text), text.len, &out, &root, &code, &why);
        if (err != (changes[i].named ? GW_INVALID : GW_OK) ||
            (changes[i].named && (!code || strcmp(code, changes[i].named) != 0))) {
            print_error("%s: %d %s %s\n", changes[i].to, err, code ? code : "", why.text);
            fail();
        }
        json_free(root);
    }
    gw_buf_free(&text);
}

/* {"k0":1,...} of n members, the last one a text of `bytes`. */
static void many_values(struct gw_buf *out, int n, int bytes)
{
    gw_buf_reset(out);
    assert_int_equal(gw_buf_adds(out, "{"), GW_OK);
    for (int i = 1; i < n; i++) {
        assert_int_equal(gw_buf_addf(out, "\"k%d\":%d,", i, i), GW_OK);
    }
    assert_int_equal(gw_buf_adds(out, "\"last\":\""), GW_OK);
    for (int i = 0; i < bytes; i++) {
        assert_int_equal(gw_buf_adds(out, "x"), GW_OK);
    }
    assert_int_equal(gw_buf_adds(out, "\"}"), GW_OK);
}

static void objects_have_ceilings(void **state)
{
    static const struct {
        int n, bytes;
        bool good;
    } cases[] = {{200, 4000, true}, {201, 1, false}, {1, 4001, false}};
    struct gw_buf text;
    (void)state;
    gw_buf_init(&text, 65536);
    for (size_t i = 0; i < 3; i++) {
        struct json *root = NULL;
        many_values(&text, cases[i].n, cases[i].bytes);
        assert_int_equal(json_parse(gw_buf_str(&text), text.len, 0, &root, NULL), GW_OK);
        assert_int_equal(wire_values_check(root), cases[i].good);
        json_free(root);
    }
    gw_buf_free(&text);
}

/* A body above 64 KiB is neither written nor taken, so that its row always fits. */
static void a_body_has_a_ceiling(void **state)
{
    struct cmd_body one, two;
    struct json *root = NULL, *values = NULL, *again = NULL;
    struct gw_buf text, long_body;
    const char *code = NULL;
    (void)state;
    gw_buf_init(&text, 262144);
    gw_buf_init(&long_body, 262144);
    assert_int_equal(wire_body_decode(step_body, strlen(step_body), &one, &root, &code, NULL),
                     GW_OK);
    assert_int_equal(gw_buf_adds(&text, "{"), GW_OK);
    for (int i = 0; i < 17; i++) {
        assert_int_equal(gw_buf_addf(&text, "%s\"k%d\":\"%04000d\"", i ? "," : "", i, 0), GW_OK);
    }
    assert_int_equal(gw_buf_adds(&text, "}"), GW_OK);
    assert_int_equal(json_parse(gw_buf_str(&text), text.len, 0, &values, NULL), GW_OK);
    assert_true(wire_values_check(values));
    one.data.counts = values;
    assert_int_equal(wire_body_encode(&one, &long_body), GW_TOO_LARGE);
    gw_buf_reset(&long_body);
    changed(step_body, "{\"valid\":612}", gw_buf_str(&text), &long_body);
    assert_int_equal(
        wire_body_decode(gw_buf_str(&long_body), long_body.len, &two, &again, &code, NULL),
        GW_INVALID);
    assert_string_equal(code, "bad-data");
    json_free(root);
    json_free(values);
    json_free(again);
    gw_buf_free(&text);
    gw_buf_free(&long_body);
}

static void the_private_part_fits_its_hash(void **state)
{
    static const char priv[] = "{\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"name\":\"陈\"}";
    char hash[GW_HASH_HEX + 1], text[256];
    struct json *with = NULL, *without = NULL;
    (void)state;
    gw_sha256_hex2(priv, strlen(priv), NULL, 0, hash);
    (void)snprintf(text, sizeof(text), "{\"priv\":\"%s\"}", hash);
    assert_int_equal(json_parse(text, strlen(text), 0, &with, NULL), GW_OK);
    assert_int_equal(json_parse("{}", 2, 0, &without, NULL), GW_OK);
    assert_true(wire_private_fits(with, priv));
    assert_false(wire_private_fits(with, "{\"salt\":\"B\"}"));
    assert_false(wire_private_fits(with, NULL));
    assert_false(wire_private_fits(without, priv));
    assert_true(wire_private_fits(without, NULL));
    json_free(with);
    json_free(without);
}

static void access_reveal_repeats_its_row(void **state)
{
    struct cmd_body in = {.v = 1,
                          .uid = "u",
                          .dev = "d",
                          .n = 1,
                          .prev = "",
                          .kind = CMD_ACCESS_REVEAL,
                          .id = "r-1",
                          .base = "",
                          .boot = "",
                          .off = INT64_MIN,
                          .unc = INT64_MIN};
    struct cmd_body out;
    struct json *root = NULL;
    const char *code = NULL;
    struct gw_buf text, other;
    (void)state;
    cmd_data_init(&in.data);
    in.data.type = "resident";
    in.data.field = "phone";
    in.data.reason = "call back";
    gw_buf_init(&text, 4096);
    gw_buf_init(&other, 4096);
    assert_int_equal(wire_body_encode(&in, &text), GW_OK);
    assert_non_null(strstr(gw_buf_str(&text), "\"data\":{\"id\":\"r-1\","));
    assert_int_equal(wire_body_decode(gw_buf_str(&text), text.len, &out, &root, &code, NULL),
                     GW_OK);
    json_free(root);
    changed(gw_buf_str(&text), "\"data\":{\"id\":\"r-1\"", "\"data\":{\"id\":\"r-2\"", &other);
    assert_int_equal(wire_body_decode(gw_buf_str(&other), other.len, &out, &root, &code, NULL),
                     GW_INVALID);
    assert_string_equal(code, "bad-data");
    json_free(root);
    gw_buf_free(&text);
    gw_buf_free(&other);
}

/* ---- lines, results, ingest */
static void command_lines_nearly_right(void **state)
{
    static const char *const bad[] = {
        "[]",
        "{\"key\":\"d\",\"sig\":\"%s\"}",
        "{\"body\":\"\",\"key\":\"d\",\"sig\":\"%s\"}",
        "{\"body\":\"{}\",\"key\":\"d d\",\"sig\":\"%s\"}",
        "{\"body\":\"{}\",\"key\":\"d\",\"sig\":\"short%.0s\"}",
        "{\"body\":{},\"key\":\"d\",\"sig\":\"%s\"}",
        "{\"body\":\"{}\",\"key\":\"d\",\"sig\":\"%s\",\"private\":null}",
        "{\"body\":\"{}\",\"key\":\"d\",\"sig\":\"%s\",\"private\":\"{\"}",
        "{\"body\":\"{}\",\"body\":\"{}\",\"key\":\"d\",\"sig\":\"%s\"}",
    };
    char sig[GW_SIGN_B64 + 1];
    (void)state;
    memset(sig, 'A', GW_SIGN_B64);
    sig[GW_SIGN_B64] = '\0';
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct gw_buf line, filled;
        struct wire_cmd_line out;
        struct json *root = NULL;
        gw_buf_init(&line, 1024);
        gw_buf_init(&filled, 1024);
        assert_int_equal(gw_buf_adds(&filled, bad[i]), GW_OK);
        if (strstr(bad[i], "%s")) {
            changed(bad[i], "%s", sig, &filled);
        }
        assert_int_equal(wire_cmd_line_decode(gw_buf_str(&filled), filled.len, &out, &root, NULL),
                         GW_INVALID);
        assert_null(root);
        gw_buf_free(&line);
        gw_buf_free(&filled);
    }
}

static const char result[] =
    "{\"i\":0,\"n\":3,\"result\":\"late\",\"seq\":7,\"at\":9,\"code\":\"not-held\","
    "\"params\":{\"by\":\"w\"},\"note\":\"x\",\"row\":{\"level\":3,\"t\":1769800221400}}";

static void results_nearly_right(void **state)
{
    static const struct change changes[] = {
        {"\"i\":0", "\"i\":-1", "i"},
        {"\"n\":3,", "", "n"},
        {"\"n\":3", "\"n\":\"3\"", "n"},
        {"\"late\"", "\"early\"", "result"},
        {"\"seq\":7", "\"seq\":-7", "seq"},
        {"\"at\":9,", "", "at"},
        {"\"not-held\"", "5", "code"},
        {"{\"by\":\"w\"}", "\"w\"", "params"},
        {"\"row\":{", "\"row\":7,\"z\":{", "row"},
        {"\"seq\":7", "\"seq\":null", NULL},
        {"\"not-held\"", "null", NULL},
        {"\"note\"", "\"later\"", NULL},
    };
    struct gw_buf text;
    struct wire_result out;
    struct json *root = NULL;
    (void)state;
    gw_buf_init(&text, 1024);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        changed(result, changes[i].from, changes[i].to, &text);
        enum gw_err err = wire_result_decode(gw_buf_str(&text), text.len, &out, &root, NULL);
        assert_int_equal(err, changes[i].named ? GW_INVALID : GW_OK);
        json_free(root);
        root = NULL;
    }
    assert_int_equal(wire_result_decode(result, strlen(result), &out, &root, NULL), GW_OK);
    assert_string_equal(out.params, "{\"by\":\"w\"}");
    assert_string_equal(out.row, "{\"level\":3,\"t\":1769800221400}"); /* as text, numbers whole */
    json_free(root);
    gw_buf_free(&text);
}

static void ingest_slugs(void **state)
{
    static const struct change changes[] = {
        {"\"event_id\":\"e\"", "\"event_id\":\"\"", "bad-event"},
        {"\"device\":\"S\"", "\"device\":null", "bad-event"},
        {"\"kind\":\"gas\"", "\"kind\":\"Gas\"", "bad-event"},
        {"\"raised_at\":5", "\"raised_at\":-5", "bad-event"},
        {"\"value\":1", "\"value\":null", "bad-event"},
        {"\"value\":1", "\"value\":1,\"at\":\"x\"", "bad-event"},
        {"\"readings\":[", "\"readings\":[5,", "bad-event"},
        {"\"text\":\"t\"", "\"text\":\"t\",\"TEXT\":1", "bad-line"},
        {"\"text\":\"t\"", "\"text\":null,\"state\":null,\"severity\":null", NULL},
        {"\"kind\":\"gas\"", "\"kind\":\"new_kind\"", NULL},
        {"\"value\":1", "\"value\":\"open\",\"unit\":null,\"low\":-1.5", NULL},
    };
    static const char event[] =
        "{\"event_id\":\"e\",\"device\":\"S\",\"kind\":\"gas\",\"raised_at\":5,\"text\":\"t\","
        "\"readings\":[{\"name\":\"ch4\",\"value\":1}]}";
    struct gw_buf text;
    struct wire_ingest out;
    struct json *root = NULL;
    const char *slug = NULL;
    (void)state;
    gw_buf_init(&text, (size_t)JSON_LINE_MAX + 2);
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        changed(event, changes[i].from, changes[i].to, &text);
        enum gw_err err = wire_ingest_decode(gw_buf_str(&text), text.len, &out, &root, &slug, NULL);
        assert_int_equal(err, changes[i].named ? GW_INVALID : GW_OK);
        assert_true(changes[i].named ? slug && strcmp(slug, changes[i].named) == 0 : slug == NULL);
        json_free(root);
        root = NULL;
    }
    while (text.len <= JSON_LINE_MAX) {
        assert_int_equal(gw_buf_adds(&text, " "), GW_OK);
    }
    assert_int_equal(wire_ingest_decode(gw_buf_str(&text), text.len, &out, &root, &slug, NULL),
                     GW_INVALID);
    assert_string_equal(slug, "too-large");
    gw_buf_free(&text);
}

/* ---- feed */
static void lists_of_feed_lines(void **state)
{
    struct wire_decoder *decoder = NULL;
    struct wire_rec rec;
    struct gw_buf line;
    (void)state;
    assert_int_equal(wire_decoder_new(&decoder), GW_OK);
    gw_buf_init(&line, 65536);
    for (size_t n = 63; n <= 65; n++) {
        gw_buf_reset(&line);
        assert_int_equal(gw_buf_adds(&line, "{\"op\":\"scopes\",\"tag\":\"t\",\"list\":["), GW_OK);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(gw_buf_addf(&line,
                                         "%s{\"granted\":1,\"later\":{},\"path\":\"CQ.%zu\"}",
                                         i ? "," : "", i),
                             GW_OK);
        }
        assert_int_equal(gw_buf_adds(&line, "],\"types\":[\"alarm\",\"balloon\",\"rule\"]}"),
                         GW_OK);
        enum gw_err err = wire_rec_decode(decoder, gw_buf_str(&line), line.len, &rec, NULL);
        assert_int_equal(err, n <= WIRE_SCOPES_MAX ? GW_OK : GW_INVALID);
        assert_true(err ||
                    (rec.scopes_n == n && rec.types == (1u << TYPE_ALARM | 1u << TYPE_RULE)));
    }
    static const char *const good[] = {
        "{\"op\":\"end\",\"cursor\":\"e.1\",\"more\":false,\"n\":1,\"digest\":[]}",
        "{\"op\":\"end\",\"cursor\":\"e.1\",\"more\":false,\"n\":1,\"digest\":[{\"scope\":\"CQ\","
        "\"type\":\"balloon\","
        "\"count\":1,\"sum\":\"0000000000000001\"}]}",
        "{\"n\":0,\"after\":\"alarm.x\",\"op\":\"end\"}",
        "{\"op\":\"\\u0065nd\",\"after\":null,\"n\":0}",
    };
    static const char *const bad[] = {
        "{\"op\":\"end\",\"cursor\":\"e.1\",\"more\":0,\"n\":1}",
        "{\"op\":\"end\",\"cursor\":\"e.1\",\"more\":true}",
        "{\"op\":\"end\",\"after\":\"\",\"n\":0}",
        "{\"op\":\"end\",\"cursor\":\"e.1\",\"more\":false,\"n\":1,\"digest\":[{}]}",
        "{\"op\":\"end\",\"cursor\":\"e.1\",\"more\":false,\"n\":1,\"digest\":[{\"scope\":\"CQ\","
        "\"type\":\"alarm\","
        "\"count\":1,\"sum\":\"000000000000000G\"}]}",
        "{\"op\":\"begin\",\"cursor\":\"e.1\"}",
        "{\"op\":\"begin\",\"cursor\":\"e\",\"scope\":\"CQ\"}",
        "{\"op\":\"scopes\",\"tag\":\"t\",\"list\":[{\"path\":\"CQ\"}],\"types\":[]}",
        "{\"op\":\"scopes\",\"tag\":\"t\",\"list\":[],\"types\":[7]}",
        "{\"seq\":1,\"op\":\"put\",\"type\":\"alarm\",\"id\":\"a\\u0001\",\"path\":\"CQ\",\"row\":{"
        "}}",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(wire_rec_decode(decoder, good[i], strlen(good[i]), &rec, NULL), GW_OK);
        assert_true(rec.op == OP_END && rec.digest_n == 0 && rec.has_digest == (i < 2));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(wire_rec_decode(decoder, bad[i], strlen(bad[i]), &rec, NULL), GW_INVALID);
    }
    gw_buf_free(&line);
    wire_decoder_free(decoder);
}

/* ---- problems */
static void words_of_a_problem_are_cut_at_a_character(void **state)
{
    struct wire_problem out;
    struct gw_buf text;
    (void)state;
    gw_buf_init(&text, 4096);
    assert_int_equal(
        gw_buf_adds(&text, "{\"type\":\"https://example.org/x\",\"status\":99,\"title\":\""),
        GW_OK);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(gw_buf_adds(&text, "陈"), GW_OK);
    }
    assert_int_equal(gw_buf_adds(&text, "\"}"), GW_OK);
    assert_true(wire_problem_decode(gw_buf_str(&text), text.len, &out));
    assert_int_equal(strlen(out.title), 126); /* 42 whole characters of 3 bytes in 127 */
    assert_string_equal(out.slug, "");
    assert_string_equal(out.detail, "");
    assert_int_equal(out.status, 0);
    gw_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_keeps_its_nested_parts),
        cmocka_unit_test(every_member_is_written),
        cmocka_unit_test(alarm_rows_nearly_right),
        cmocka_unit_test(bodies_that_cannot_be_stored),
        cmocka_unit_test(bodies_that_are_stored_as_rejected),
        cmocka_unit_test(objects_of_steps),
        cmocka_unit_test(objects_have_ceilings),
        cmocka_unit_test(a_body_has_a_ceiling),
        cmocka_unit_test(the_private_part_fits_its_hash),
        cmocka_unit_test(access_reveal_repeats_its_row),
        cmocka_unit_test(command_lines_nearly_right),
        cmocka_unit_test(results_nearly_right),
        cmocka_unit_test(ingest_slugs),
        cmocka_unit_test(lists_of_feed_lines),
        cmocka_unit_test(words_of_a_problem_are_cut_at_a_character),
    };
    return gw_crypto_init() == GW_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
