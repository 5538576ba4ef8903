/* Wire codecs: the worked examples of docs/protocol.md byte for byte, and round trips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/wire.h"

#define DEV "019c0b29-9340-7111-9111-111111111111"
static const char body_text[] =
    "{\"v\":1,\"uid\":\"019c1050-42d8-7333-b333-333333333333\",\"dev\":\"" DEV
    "\",\"n\":1,\"prev\":\"\",\"kind\":\"alarm.ack\",\"id\":\"019c104f-ef40-7222-a222-222222222222\","
    "\"base\":\"k3f9z2qa.184468\",\"expect\":{\"level\":3},\"t\":{\"wall\":1769800221400,\"off\":-180,"
    "\"unc\":40,\"boot\":\"5d3f0c9e-6f0b-4a58-9b1c-2f1f5f0a7b11\",\"mono\":7282400},\"data\":{}}";
static const char body_hash[] = "df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2";
static const char body_sig[] =
    "AgdXLl305s3roxiB7hQNQxsR7T-rWCaRBiThIDbxzKAqvgAkHWKkpb_AeyG9Zd8rq2j9FBykj6I_OZ9IKnCjBw";

static void seed_key(struct gw_sign_key *key, uint8_t first)
{
    uint8_t seed[32];
    for (size_t i = 0; i < sizeof(seed); i++) {
        seed[i] = (uint8_t)(first + i);
    }
    gw_sign_key_from_seed(key, seed);
}

static void the_signed_command_of_the_manual(void **state)
{
    struct cmd_body body = {.v = 1,
                            .uid = "019c1050-42d8-7333-b333-333333333333",
                            .dev = DEV,
                            .n = 1,
                            .prev = "",
                            .kind = CMD_ALARM_ACK,
                            .id = "019c104f-ef40-7222-a222-222222222222",
                            .base = "k3f9z2qa.184468",
                            .expect_level = 3,
                            .wall = 1769800221400,
                            .off = -180,
                            .unc = 40,
                            .boot = "5d3f0c9e-6f0b-4a58-9b1c-2f1f5f0a7b11",
                            .mono = 7282400};
    struct gw_buf out;
    struct gw_sign_key key;
    uint8_t sig[GW_SIGN_BYTES];
    char hash[GW_HASH_HEX + 1], text[GW_SIGN_B64 + 1];
    (void)state;
    gw_buf_init(&out, 4096);
    cmd_data_init(&body.data);
    assert_int_equal(wire_body_encode(&body, &out), GW_OK);
    assert_string_equal(gw_buf_str(&out), body_text);
    wire_cmd_hash(gw_buf_str(&out), out.len, hash);
    assert_string_equal(hash, body_hash);
    seed_key(&key, 1);
    gw_sign(&key, CMD_SIGN_PREFIX, out.data, out.len, sig);
    gw_b64url(sig, sizeof(sig), text);
    assert_string_equal(text, body_sig);
    gw_buf_free(&out);
}

static void the_receipts_of_the_manual(void **state)
{
    struct gw_buf out;
    struct gw_sign_key key;
    uint8_t sig[GW_SIGN_BYTES];
    char text[GW_SIGN_B64 + 1];
    (void)state;
    gw_buf_init(&out, 4096);
    seed_key(&key, 0x21);
    assert_int_equal(wire_receipt_text(DEV, 1, body_hash, RESULT_APPLIED, 184471, 1769800221733, &out),
                     GW_OK);
    /* The prefix is signed in front of it, or stands in it: what counts are the bytes. */
    const char *bytes = gw_buf_str(&out);
    size_t skip = strncmp(bytes, RECEIPT_PREFIX, strlen(RECEIPT_PREFIX)) == 0 ? strlen(RECEIPT_PREFIX) : 0;
    gw_sign(&key, RECEIPT_PREFIX, bytes + skip, out.len - skip, sig);
    gw_b64url(sig, sizeof(sig), text);
    assert_string_equal(
        text, "DfrmXkblaj4MliORoFgg_6eiQ0zxWhRt9p9ejcsLRyWUbN2zcRzi6kQVS54FIn3746R6q08GE9n_DovNVjGiAw");
    gw_buf_reset(&out);
    assert_int_equal(wire_receipt_text(
                         DEV, 2, "08d96b1d42e790cf450787d8ba009e025097c61b858a8a8b8ab79c3a2c33f350",
                         RESULT_LATE, -1, 1769800253100, &out),
                     GW_OK);
    gw_sign(&key, RECEIPT_PREFIX, gw_buf_str(&out) + skip, out.len - skip, sig);
    gw_b64url(sig, sizeof(sig), text);
    assert_string_equal(
        text, "trMZ-lAMvqIpTbPaI3zNN9Y3i-e-YUb4eAf4DOPfmam3CFdiHf7UYdFY8lKOvCR0G-pFhu1_By_zcEMVTPXiBg");
    gw_buf_free(&out);
}

static void the_digest_of_the_manual(void **state)
{
    static const char *const rows[] = {"alarm|019c104f-ef40-7222-a222-222222222222|184471",
                                       "alarm|a2|90210", "alarm|a3|90222"};
    uint64_t sum = 0;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        sum += gw_sha256_h64(rows[i], strlen(rows[i]));
    }
    assert_true(sum == 0xa46205837f4e1d77ULL);
}

static void command_lines_come_back(void **state)
{
    const struct wire_cmd_line line = {body_text, DEV, body_sig, "{\"salt\":\"x\"}"};
    struct wire_cmd_line back;
    struct json *root = NULL;
    struct gw_buf out;
    (void)state;
    gw_buf_init(&out, 8192);
    assert_int_equal(wire_cmd_line_encode(&line, &out), GW_OK);
    assert_int_equal(wire_cmd_line_decode(gw_buf_str(&out), out.len, &back, &root, NULL), GW_OK);
    assert_string_equal(back.body, body_text);
    assert_string_equal(back.key, DEV);
    assert_string_equal(back.sig, body_sig);
    assert_string_equal(back.priv, "{\"salt\":\"x\"}");
    json_free(root);
    gw_buf_free(&out);
}

struct data_case {
    enum cmd_kind kind;
    struct cmd_data data;
};

static struct json *tree(const char *text)
{
    struct json *root = NULL;
    assert_int_equal(json_parse(text, strlen(text), 0, &root, NULL), GW_OK);
    return root;
}

/* Every kind with every field it may carry. */
static void every_kind_comes_back(void **state)
{
    struct json *values = tree("{\"happened_at\":1769800221400,\"roll\":812,\"ok\":true,"
                               "\"less\":-3,\"note\":\"两行\\n\\\"引\\\"\"}");
    struct json *seen = tree("[\"df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2\"]");
    struct json *blobs = tree("[{\"commit\":\"df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3"
                              "cd9006c2\",\"size\":12,\"media\":\"image/jpeg\"}]");
    (void)state;
    for (size_t k = 0; k < CMD_KIND_N; k++) {
        const struct cmd_spec *spec = cmd_spec_of((enum cmd_kind)k);
        struct cmd_body body = {.v = 1, .uid = "u-1", .dev = "d-1", .n = 7, .prev = body_hash,
                                .kind = (enum cmd_kind)k, .id = "a-1", .base = "", .off = INT64_MIN,
                                .unc = INT64_MIN, .boot = "", .mono = 5, .wall = 6};
        struct cmd_body back;
        struct json *root = NULL;
        struct gw_buf out, again;
        const char *code = NULL;
        cmd_data_init(&body.data);
        if (cmd_is_process(body.kind)) {
            body.priv = body_hash;
            body.seen = seen;
            body.blobs = blobs;
        }
        for (size_t f = 0; f < spec->fields_n; f++) {
            const struct cmd_field *field = &spec->fields[f];
            void *member = (char *)&body.data + field->offset;
            if (field->kind == CMD_FIELD_INT) {
                *(int64_t *)member = 1;
            } else if (field->kind == CMD_FIELD_LEVEL) {
                *(int64_t *)member = 5;
            } else if (field->kind == CMD_FIELD_NUMBER) {
                *(int64_t *)member = 9007199254740991;
            } else if (field->kind == CMD_FIELD_HASH || field->kind == CMD_FIELD_PREV) {
                *(const char **)member = body_hash;
            } else if (field->kind == CMD_FIELD_JSON) {
                *(const struct json **)member = values;
            } else {
                *(const char **)member = field->kind == CMD_FIELD_ENUM ? field->values[0] : "text-1";
            }
        }
        if (body.kind == CMD_ALARM_RAISE) {
            body.data.path = "CQ.500112.013";
            body.data.dwelling_id = NULL; /* a path or a dwelling, not both */
            body.data.severity = "major";
            body.data.kind = "smoke";
        }
        if (body.kind == CMD_ACCESS_REVEAL) {
            body.data.type = "resident";
        }
        if (body.kind == CMD_ALARM_ATTEMPT) {
            body.data.to = "contact";
        }
        if (body.kind == CMD_ALARM_CLOSE) {
            body.data.outcome = "false_cooking";
        }
        gw_buf_init(&out, 65536);
        gw_buf_init(&again, 65536);
        assert_int_equal(wire_body_encode(&body, &out), GW_OK);
        struct gw_fail fail = {0};
        enum gw_err err = wire_body_decode(gw_buf_str(&out), out.len, &back, &root, &code, &fail);
        if (err != GW_OK) {
            print_error("%s: %s (%s)\n", spec->name, fail.text, gw_buf_str(&out));
        }
        assert_int_equal(err, GW_OK);
        assert_int_equal(back.kind, k);
        assert_int_equal(wire_body_encode(&back, &again), GW_OK);
        assert_string_equal(gw_buf_str(&out), gw_buf_str(&again));
        assert_string_equal(back.priv ? back.priv : "", cmd_is_process(back.kind) ? body_hash : "");
        json_free(root);
        gw_buf_free(&out);
        gw_buf_free(&again);
    }
    json_free(values);
    json_free(seen);
    json_free(blobs);
}

static void broken_bodies_still_tell_their_number(void **state)
{
    static const struct {
        const char *kind, *data, *code;
    } cases[] = {
        {"alarm.sing", "{}", "unknown-kind"},
        {"alarm.close", "{\"outcome\":\"because\"}", "unknown-outcome"},
        {"alarm.close", "{}", "bad-data"},
        {"alarm.attempt", "{\"to\":\"moon\",\"result\":\"answered\"}", "bad-data"},
        {"alarm.ack", "{\"extra\":1}", "bad-data"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[1024];
        struct cmd_body body;
        struct json *root = NULL;
        const char *code = NULL;
        (void)snprintf(text, sizeof(text),
                       "{\"v\":1,\"uid\":\"u\",\"dev\":\"d\",\"n\":3,\"prev\":\"%s\",\"kind\":\"%s\","
                       "\"id\":\"a\",\"base\":\"\",\"t\":{\"wall\":1,\"off\":null,\"unc\":null,\"boot\":"
                       "\"\",\"mono\":1},\"data\":%s}",
                       body_hash, cases[i].kind, cases[i].data);
        assert_int_equal(wire_body_decode(text, strlen(text), &body, &root, &code, NULL), GW_INVALID);
        assert_non_null(code);
        assert_string_equal(code, cases[i].code);
        assert_int_equal(body.n, 3);
        assert_string_equal(body.dev, "d");
        assert_string_equal(body.uid, "u");
        json_free(root);
    }
}

static void results_come_back(void **state)
{
    for (size_t r = 0; r < RESULT_N; r++) {
        const struct wire_result in = {.i = 2, .n = r == RESULT_REJECTED ? -1 : 9, .result = (enum cmd_result)r,
                                       .seq = r == RESULT_LATE ? -1 : 77, .at = 123456789,
                                       .code = r == RESULT_LATE ? "closed-already" : NULL,
                                       .params = "{\"by\":\"l-li\"}", .row = "{\"state\":\"acked\"}",
                                       .receipt = "abc"};
        struct wire_result back;
        struct json *root = NULL;
        struct gw_buf out;
        gw_buf_init(&out, 4096);
        assert_int_equal(wire_result_encode(&in, &out), GW_OK);
        assert_int_equal(wire_result_decode(gw_buf_str(&out), out.len, &back, &root, NULL), GW_OK);
        assert_true(back.i == in.i && back.n == in.n && back.result == in.result && back.seq == in.seq &&
                    back.at == in.at);
        assert_string_equal(back.receipt, "abc");
        assert_true((back.code == NULL) == (in.code == NULL));
        json_free(root);
        gw_buf_free(&out);
    }
    (void)state;
}

static void decode(struct wire_decoder *d, const char *line, struct wire_rec *rec)
{
    struct gw_fail fail = {0};
    enum gw_err err = wire_rec_decode(d, line, strlen(line), rec, &fail);
    if (err != GW_OK) {
        print_error("%s: %s\n", fail.text, line);
    }
    assert_int_equal(err, GW_OK);
}

static void feed_lines_come_back(void **state)
{
    struct wire_decoder *d = NULL;
    struct wire_rec rec;
    struct gw_buf out;
    (void)state;
    assert_int_equal(wire_decoder_new(&d), GW_OK);
    gw_buf_init(&out, 65536);
    assert_int_equal(wire_put(&out, 184468, TYPE_RESIDENT, "r-1", "CQ.5.1", "{\"name\":\"陈\"}", 14), GW_OK);
    decode(d, strtok(out.data, "\n"), &rec);
    assert_int_equal(rec.op, OP_PUT);
    assert_true(rec.seq == 184468 && rec.type_known && rec.type == TYPE_RESIDENT);
    assert_string_equal(rec.id, "r-1");
    assert_string_equal(rec.path, "CQ.5.1");
    assert_int_equal(rec.row_len, 14);
    gw_buf_reset(&out);
    assert_int_equal(wire_gone(&out, OP_OUT, 5, TYPE_ALARM, "a"), GW_OK);
    decode(d, strtok(out.data, "\n"), &rec);
    assert_true(rec.op == OP_OUT && rec.seq == 5 && rec.type == TYPE_ALARM);
    const struct wire_scope scopes[] = {{"CQ.1", 4}, {"CQ.2", 9}};
    gw_buf_reset(&out);
    assert_int_equal(wire_scopes(&out, "t1", scopes, 2, 7), GW_OK);
    decode(d, strtok(out.data, "\n"), &rec);
    assert_true(rec.op == OP_SCOPES && rec.scopes_n == 2 && rec.types == 7 && rec.scopes[1].granted == 9);
    const struct wire_cursor cursor = {"k3f9z2qa", 184501};
    const struct wire_digest digest = {.scope = "CQ.1",
                                       .type = TYPE_ALARM,
                                       .count = 12,
                                       .sum = 0xfedcba9876543210ULL,
                                       .has_above = true,
                                       .above_count = 2,
                                       .above_sum = 7};
    gw_buf_reset(&out);
    assert_int_equal(wire_end(&out, &cursor, true, 34, &digest, 1, true), GW_OK);
    decode(d, strtok(out.data, "\n"), &rec);
    assert_true(rec.op == OP_END && rec.more && rec.n == 34 && rec.has_digest && rec.digest_n == 1 &&
                rec.digest[0].sum == 0xfedcba9876543210ULL && rec.digest[0].has_above &&
                rec.digest[0].above_count == 2 && rec.digest[0].above_sum == 7);
    assert_string_equal(rec.cursor, "k3f9z2qa.184501");
    gw_buf_reset(&out);
    assert_int_equal(wire_begin(&out, &cursor, "CQ.1"), GW_OK);
    decode(d, strtok(out.data, "\n"), &rec);
    assert_true(rec.op == OP_BEGIN);
    gw_buf_reset(&out);
    assert_int_equal(wire_page_end(&out, NULL, 3), GW_OK);
    decode(d, strtok(out.data, "\n"), &rec);
    assert_true(rec.op == OP_END && rec.after_null);
    gw_buf_free(&out);
    wire_decoder_free(d);
}

static void unknown_things_are_skipped_broken_ones_refused(void **state)
{
    struct wire_decoder *d = NULL;
    struct wire_rec rec;
    (void)state;
    assert_int_equal(wire_decoder_new(&d), GW_OK);
    static const char later[] = "{\"op\":\"later\",\"x\":1}";
    assert_int_equal(wire_rec_decode(d, later, strlen(later), &rec, NULL), GW_ABSENT);
    static const char type[] = "{\"seq\":1,\"op\":\"put\",\"type\":\"balloon\",\"id\":\"b\",\"path\":\"CQ\",\"row\":{}}";
    assert_int_equal(wire_rec_decode(d, type, strlen(type), &rec, NULL), GW_OK);
    assert_false(rec.type_known);
    static const char *const bad[] = {
        "{\"op\":\"put\",\"type\":\"alarm\",\"id\":\"b\",\"path\":\"CQ\",\"row\":{}}",
        "{\"seq\":1,\"op\":\"put\",\"type\":\"alarm\",\"id\":\"b b\",\"path\":\"CQ\",\"row\":{}}",
        "{\"seq\":1,\"op\":\"put\",\"type\":\"alarm\",\"id\":\"b\",\"path\":\"CQ..x\",\"row\":{}}",
        "{\"seq\":1,\"op\":\"put\",\"type\":\"alarm\",\"id\":\"b\",\"path\":\"CQ\",\"row\":[]}",
        "{\"seq\":-1,\"op\":\"del\",\"type\":\"alarm\",\"id\":\"b\"}",
        "{\"op\":\"end\",\"more\":false,\"n\":1,\"cursor\":5}",
        "{\"op\":7}",
        "[]",
        "",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct gw_fail fail = {0};
        assert_int_equal(wire_rec_decode(d, bad[i], strlen(bad[i]), &rec, &fail), GW_INVALID);
    }
    char id[160];
    for (size_t len = 127; len <= 129; len++) {
        char line[512];
        memset(id, 'x', len);
        id[len] = '\0';
        (void)snprintf(line, sizeof(line), "{\"seq\":1,\"op\":\"del\",\"type\":\"alarm\",\"id\":\"%s\"}", id);
        assert_int_equal(wire_rec_decode(d, line, strlen(line), &rec, NULL), len <= 128 ? GW_OK : GW_INVALID);
    }
    wire_decoder_free(d);
}

static void hello_comes_back(void **state)
{
    static struct wire_hello in, back;
    struct gw_buf out;
    (void)state;
    memset(&in, 0, sizeof(in));
    (void)strcpy(in.epoch, "k3f9z2qa");
    (void)strcpy(in.cursor, "k3f9z2qa.9");
    (void)strcpy(in.user, "w-zhou");
    (void)strcpy(in.name, "周");
    (void)strcpy(in.role, "worker");
    (void)strcpy(in.tag, "t");
    (void)strcpy(in.device, DEV);
    (void)strcpy(in.head, body_hash);
    in.time = 5;
    in.types = 0xff;
    in.n = 4;
    in.scopes_n = 1;
    (void)strcpy(in.scopes[0].path, "CQ.1");
    in.scopes[0].granted = 3;
    in.missing_n = 2;
    in.missing[0] = 1;
    in.missing[1] = 3;
    in.limit_line = 262144;
    in.limit_batch_lines = 200;
    in.limit_batch_bytes = 1048576;
    in.limit_page = 500;
    in.features_n = 1;
    (void)strcpy(in.features[0], "sse");
    gw_buf_init(&out, 65536);
    assert_int_equal(wire_hello_encode(&in, &out), GW_OK);
    assert_int_equal(wire_hello_decode(gw_buf_str(&out), out.len, &back, NULL), GW_OK);
    assert_memory_equal(&in, &back, sizeof(in));
    gw_buf_free(&out);
}

static void alarms_come_back(void **state)
{
    static const char row[] =
        "{\"kind\":\"smoke\",\"severity\":\"critical\",\"state\":\"acked\",\"level\":4,\"waits\":4,\"due_at\":9,"
        "\"raised_at\":5,\"count\":2,\"device_id\":\"d\",\"dwelling_id\":null,\"resident_id\":\"r\",\"acked_by\":"
        "\"w-zhou\",\"acked_at\":6,\"ack_due_at\":7,\"stage\":\"enroute\",\"offer\":{\"to\":\"l-li\",\"by\":"
        "\"w-zhou\",\"at\":6,\"due_at\":8},\"closing\":null,\"future\":{\"x\":1},\"policy\":\"default\","
        "\"policy_version\":3}";
    struct alarm a, b;
    struct gw_buf out;
    struct jw w;
    (void)state;
    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));
    assert_int_equal(wire_alarm_decode("a-1", "CQ.1", row, strlen(row), &a, NULL), GW_OK);
    assert_int_equal(a.state, ALARM_ACKED);
    assert_true(a.level == 4 && a.waits == 4 && a.count == 2 && a.stage == STAGE_ENROUTE);
    assert_string_equal(a.offer.to, "l-li");
    assert_string_equal(a.dwelling_id, "");
    gw_buf_init(&out, 8192);
    jw_begin(&w, &out);
    jw_obj(&w, NULL);
    wire_alarm_encode(&a, &w);
    jw_obj_end(&w);
    assert_int_equal(jw_end(&w), GW_OK);
    assert_int_equal(wire_alarm_decode("a-1", "CQ.1", gw_buf_str(&out), out.len, &b, NULL), GW_OK);
    assert_memory_equal(&a, &b, sizeof(a));
    gw_buf_free(&out);
}

static void problems_and_cursors(void **state)
{
    struct wire_problem in = {"cursor-expired", 410, "gone", "x"}, back;
    struct gw_buf out;
    struct wire_cursor c;
    char text[96];
    (void)state;
    gw_buf_init(&out, 4096);
    assert_int_equal(wire_problem_encode(&in, &out), GW_OK);
    assert_true(wire_problem_decode(gw_buf_str(&out), out.len, &back));
    assert_string_equal(back.slug, "cursor-expired");
    assert_int_equal(back.status, 410);
    assert_false(wire_problem_decode("<html>", 6, &back));
    gw_buf_free(&out);
    assert_true(wire_cursor_parse("k3f9z2qa.9007199254740991", &c));
    wire_cursor_print(&c, text);
    assert_string_equal(text, "k3f9z2qa.9007199254740991");
    static const char *const bad[] = {"", "x", "x.", ".5", "x.-1", "x.9007199254740992", "x.5y", "x y.5"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (wire_cursor_parse(bad[i], &c)) {
            print_error("taken: %s\n", bad[i]);
            fail();
        }
    }
}

static void ingest_lines(void **state)
{
    struct wire_ingest in;
    struct json *root = NULL;
    const char *slug = NULL;
    (void)state;
    static const char good[] =
        "{\"event_id\":\"e\",\"device\":\"S-1\",\"kind\":\"vital\",\"readings\":[{\"name\":\"hr\",\"value\":128,"
        "\"high\":110}],\"new\":1}";
    assert_int_equal(wire_ingest_decode(good, strlen(good), &in, &root, &slug, NULL), GW_OK);
    assert_string_equal(in.kind, "vital");
    assert_true(in.raised_at == -1 && in.readings != NULL && in.severity == NULL);
    json_free(root);
    static const char *const bad[] = {
        "{}", "{\"event_id\":\"e\",\"device\":\"S\"}", "{\"event_id\":\"e\",\"device\":\"S\",\"kind\":5}",
        "{\"event_id\":\"e\",\"device\":\"S\",\"kind\":\"smoke\",\"state\":\"maybe\"}",
        "{\"event_id\":\"e\",\"device\":\"S\",\"kind\":\"smoke\",\"severity\":\"huge\"}", "nonsense"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct gw_fail fail = {0};
        root = NULL;
        slug = NULL;
        assert_int_equal(wire_ingest_decode(bad[i], strlen(bad[i]), &in, &root, &slug, &fail), GW_INVALID);
        assert_non_null(slug);
        json_free(root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_signed_command_of_the_manual),
        cmocka_unit_test(the_receipts_of_the_manual),
        cmocka_unit_test(the_digest_of_the_manual),
        cmocka_unit_test(command_lines_come_back),
        cmocka_unit_test(every_kind_comes_back),
        cmocka_unit_test(broken_bodies_still_tell_their_number),
        cmocka_unit_test(results_come_back),
        cmocka_unit_test(feed_lines_come_back),
        cmocka_unit_test(unknown_things_are_skipped_broken_ones_refused),
        cmocka_unit_test(hello_comes_back),
        cmocka_unit_test(alarms_come_back),
        cmocka_unit_test(problems_and_cursors),
        cmocka_unit_test(ingest_lines),
    };
    return gw_crypto_init() == GW_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
