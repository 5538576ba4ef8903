/* The form of bundles: what comes out is what went in, and nothing that was touched comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/bundle.h"
#include "base/fsutil.h"
#include "base/zst.h"

#define ok(call) assert_int_equal((call), GW_OK)

struct party {
    struct gw_sign_key key;
    uint8_t box[GW_KEY_BYTES], secret[GW_KEY_BYTES];
};

static struct party ann, ben, eve;

static void make(struct party *p, uint8_t first)
{
    const uint8_t seed[32] = {first};
    gw_sign_key_from_seed(&p->key, seed);
    assert_true(gw_box_public_of(p->key.public_key, p->box));
    assert_true(gw_box_secret_of(&p->key, p->secret));
}

static struct bundle_me me_of(const char *id, const struct party *p)
{
    return (struct bundle_me){id, p->box, p->secret};
}

static struct bundle_head head_of(enum bundle_kind kind, const char *a, const char *b)
{
    struct bundle_head head = {.kind = kind, .to_n = b ? 2 : 1, .at = 1800000000000};
    (void)snprintf(head.from, sizeof head.from, "ann");
    (void)snprintf(head.to[0], sizeof head.to[0], "%s", a);
    (void)snprintf(head.to[1], sizeof head.to[1], "%s", b ? b : "");
    (void)snprintf(head.process, sizeof head.process, "%s", kind == BUNDLE_TO_PEER ? "p1" : "");
    return head;
}

/* Lines {"seq":0} … sealed to ben and eve. */
static void pack(const struct bundle_head *head, int lines, struct gw_buf *file)
{
    struct bundle_out out;
    char line[64];
    uint8_t boxes[2][GW_KEY_BYTES];
    memcpy(boxes[0], ben.box, GW_KEY_BYTES);
    memcpy(boxes[1], eve.box, GW_KEY_BYTES);
    gw_buf_init(file, BUNDLE_FILE_MAX);
    ok(bundle_begin(&out, head, NULL));
    for (int i = 0; i < lines; i++) {
        int n = snprintf(line, sizeof line, "{\"seq\":%d,\"x\":\"%08x\"}", i,
                         (unsigned)i * 2654435761U);
        ok(bundle_add(&out, line, (size_t)n, NULL));
    }
    ok(bundle_seal(&out, (const uint8_t(*)[GW_KEY_BYTES])boxes, "ann", &ann.key, file, NULL));
    bundle_out_free(&out);
}

/* A slice of a photo, and the answer how far it is. */
static void pack_photo(const struct bundle_head *head, struct gw_buf *file)
{
    struct bundle_out out;
    uint8_t boxes[2][GW_KEY_BYTES];
    struct bundle_slice slice = {.media = "image/jpeg", .total = 300, .bytes = head, .len = 300};
    blob_commit(slice.salt, head, 300, slice.commit);
    struct bundle_held held = {.total = 300, .offset = 300};
    memcpy(held.commit, slice.commit, sizeof held.commit);
    memcpy(boxes[0], ben.box, GW_KEY_BYTES);
    memcpy(boxes[1], eve.box, GW_KEY_BYTES);
    gw_buf_init(file, BUNDLE_FILE_MAX);
    ok(bundle_begin(&out, head, NULL));
    ok(bundle_slice_add(&out, &slice, NULL));
    ok(bundle_held_add(&out, &held, NULL));
    ok(bundle_seal(&out, (const uint8_t(*)[GW_KEY_BYTES])boxes, "ann", &ann.key, file, NULL));
    bundle_out_free(&out);
}

static int setup(void **state)
{
    (void)state;
    ok(gw_crypto_init());
    make(&ann, 1);
    make(&ben, 2);
    make(&eve, 3);
    return 0;
}

static void refused(const struct gw_buf *file, size_t len, enum gw_err err)
{
    struct bundle in;
    struct gw_fail fail = {0};
    const struct bundle_me me = me_of("ben", &ben);
    assert_int_equal(bundle_open(gw_buf_str(file), len, &me, &in, &fail), err);
    assert_true(strlen(fail.text) > 20);
    assert_null(in.text.data);
}

static void open__every_receiver__all_lines(void **state)
{
    (void)state;
    static const int sizes[] = {0, 1, 2, 40000}; /* the last one: many pieces */
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        struct gw_buf file;
        const struct bundle_head head = head_of(BUNDLE_TO_PEER, "ben", "eve");
        pack(&head, sizes[s], &file);
        const struct bundle_me readers[] = {me_of("ben", &ben), me_of("eve", &eve)};
        for (int r = 0; r < 2; r++) {
            struct bundle in;
            const char *line;
            size_t len, at = 0;
            int n = 0;
            ok(bundle_open(gw_buf_str(&file), file.len, &readers[r], &in, NULL));
            while (bundle_next(&in, &at, &line, &len)) {
                assert_int_equal(strtol(line + 7, NULL, 10), n++);
                assert_int_equal(line[len - 1], '}');
            }
            assert_int_equal(n, sizes[s]);
            assert_int_equal(in.count, n);
            assert_memory_equal(&in.head, &head, sizeof head);
            assert_string_equal(in.signer, "ann");
            assert_true(bundle_signed_by(&in, ann.key.public_key));
            assert_false(bundle_signed_by(&in, eve.key.public_key));
            bundle_free(&in);
        }
        gw_buf_free(&file);
    }
}

static void open__somebody_else__denied_and_named(void **state)
{
    (void)state;
    struct gw_buf file;
    struct bundle in;
    struct gw_fail fail = {0};
    const struct bundle_me me = me_of("ann", &ann);
    const struct bundle_me liar = me_of("ben", &ann); /* the name without the key */
    const struct bundle_head head = head_of(BUNDLE_TO_PEER, "ben", "eve");
    pack(&head, 3, &file);
    assert_int_equal(bundle_open(gw_buf_str(&file), file.len, &me, &in, &fail), GW_DENIED);
    assert_non_null(strstr(fail.text, "ben"));
    assert_int_equal(bundle_open(gw_buf_str(&file), file.len, &liar, &in, &fail), GW_INVALID);
    gw_buf_free(&file);
}

static void open__cut_anywhere__nothing(void **state)
{
    (void)state;
    struct gw_buf file;
    const struct bundle_head head = head_of(BUNDLE_TO_SERVER, "ben", NULL);
    pack(&head, 30, &file);
    for (size_t len = 0; len < file.len; len++) {
        refused(&file, len, GW_INVALID);
    }
    gw_buf_free(&file);
}

static void open__any_bit_bent__nothing(void **state)
{
    (void)state;
    struct gw_buf file;
    struct bundle in;
    const struct bundle_me me = me_of("ben", &ben);
    const struct bundle_head head = head_of(BUNDLE_TO_PEER, "ben", "eve");
    for (int photo = 0; photo < 2; photo++) {
        if (photo) {
            pack_photo(&head, &file);
        } else {
            pack(&head, 5, &file);
        }
        for (size_t at = 0; at < file.len; at++) {
            file.data[at] = (char)(file.data[at] ^ (1 << (at % 8)));
            assert_int_not_equal(bundle_open(gw_buf_str(&file), file.len, &me, &in, NULL), GW_OK);
            file.data[at] = (char)(file.data[at] ^ (1 << (at % 8)));
        }
        gw_buf_free(&file);
    }
}

/* What was cut into slices is the same put together; the longest slice is a line that may be. */
static void slices__of_every_length__the_same_bytes(void **state)
{
    (void)state;
    static uint8_t bytes[BUNDLE_SLICE + 1];
    static const size_t sizes[] = {1, 2, 3, 4, 1000, BUNDLE_SLICE - 1, BUNDLE_SLICE};
    struct gw_buf read;
    struct bundle_out out;
    const struct bundle_head head = head_of(BUNDLE_TO_PEER, "ben", NULL);
    gw_buf_init(&read, BUNDLE_SLICE);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7);
    }
    ok(bundle_begin(&out, &head, NULL));
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct bundle_slice slice = {.media = "image/png",
                                     .total = BLOB_MAX,
                                     .from = (int64_t)i,
                                     .bytes = bytes,
                                     .len = sizes[i]};
        struct bundle_slice got;
        size_t before = out.text.len;
        blob_commit(slice.salt, bytes, 5, slice.commit);
        ok(bundle_slice_add(&out, &slice, NULL));
        const char *line = out.text.data + before;
        size_t len = out.text.len - before - 1;
        assert_int_equal(bundle_line_kind(line, len), BUNDLE_BLOB);
        assert_true(bundle_slice_read(line, len, &got, &read));
        assert_string_equal(got.commit, slice.commit);
        assert_string_equal(got.media, slice.media);
        assert_true(got.from == slice.from && got.total == slice.total && got.len == slice.len);
        assert_memory_equal(got.bytes, bytes, got.len);
    }
    const struct bundle_slice over = {.media = "image/png", .bytes = bytes, .len = sizeof bytes};
    assert_int_not_equal(bundle_slice_add(&out, &over, NULL), GW_OK);
    bundle_out_free(&out);
    gw_buf_free(&read);
}

#define COMMIT "\"commit\":\"df45bce81b2c9c1e18db70b42e457490628e4dff988b52cb9f388cf3cd9006c2\""
#define SALT   ",\"media\":\"image/png\",\"salt\":\"MDEyMzQ1Njc4OWFiY2RlZg\""

static void slices__of_bad_will__say_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"blob\":5}",
        "{\"blob\":{}}",
        "{\"blob\":{" COMMIT SALT ",\"total\":4,\"from\":0,\"bytes\":\"\"}}",
        "{\"blob\":{" COMMIT SALT ",\"total\":4,\"from\":0,\"bytes\":\"AAAAA\"}}",
        "{\"blob\":{" COMMIT SALT ",\"total\":2,\"from\":0,\"bytes\":\"AAAA\"}}",
        "{\"blob\":{" COMMIT SALT ",\"total\":4,\"from\":-1,\"bytes\":\"AAAA\"}}",
        "{\"blob\":{" COMMIT SALT ",\"total\":4,\"from\":2,\"bytes\":\"AAAA\"}}",
        "{\"blob\":{" COMMIT SALT ",\"total\":0,\"from\":0,\"bytes\":\"AAAA\"}}",
        "{\"blob\":{" COMMIT SALT ",\"total\":33554433,\"from\":0,\"bytes\":\"AAAA\"}}",
        "{\"blob\":{\"commit\":\"../../x\"" SALT ",\"total\":3,\"from\":0,\"bytes\":\"AAAA\"}}",
        "{\"blob\":{" COMMIT ",\"media\":\"text/html\",\"salt\":\"MDEyMzQ1Njc4OWFiY2RlZg\","
        "\"total\":3,\"from\":0,\"bytes\":\"AAAA\"}}"};
    static const char good[] =
        "{\"blob\":{" COMMIT SALT ",\"total\":3,\"from\":0,\"bytes\":\"AAAA\",\"x\":1}}";
    static const char held[] = "{\"blob\":{" COMMIT ",\"total\":4,\"offset\":2}}";
    static const char erased[] = "{\"blob\":{" COMMIT ",\"total\":4,\"erased\":true}}";
    struct bundle_slice slice;
    struct bundle_held got;
    struct gw_buf bytes;
    gw_buf_init(&bytes, BUNDLE_SLICE);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(bundle_slice_read(bad[i], strlen(bad[i]), &slice, &bytes));
        assert_false(bundle_held_read(bad[i], strlen(bad[i]), &got));
    }
    assert_true(bundle_slice_read(good, sizeof good - 1, &slice, &bytes));
    assert_false(bundle_slice_read(held, sizeof held - 1, &slice, &bytes));
    assert_true(bundle_held_read(held, sizeof held - 1, &got));
    assert_true(got.offset == 2 && got.total == 4 && !got.erased);
    assert_true(bundle_held_read(erased, sizeof erased - 1, &got));
    assert_true(got.erased);
    gw_buf_free(&bytes);
}

static void open__something_behind__nothing(void **state)
{
    (void)state;
    struct gw_buf file;
    const struct bundle_head head = head_of(BUNDLE_TO_SERVER, "ben", NULL);
    pack(&head, 5, &file);
    ok(gw_buf_add(&file, "", 1));
    refused(&file, file.len, GW_INVALID);
    gw_buf_free(&file);
}

/* Two files in one, or a piece of another: the stream knows its own order. */
static void open__pieces_swapped__nothing(void **state)
{
    (void)state;
    struct gw_buf file, other;
    struct bundle in;
    const struct bundle_me me = me_of("ben", &ben);
    const struct bundle_head head = head_of(BUNDLE_TO_SERVER, "ben", NULL);
    pack(&head, 40000, &file);
    pack(&head, 40000, &other);
    size_t at = 8 + 3 + 1 + 3 + 80 + 24 + 4; /* first byte of the first piece */
    size_t piece = 65536 + 17;
    assert_true(file.len > at + 2 * (piece + 4));
    char *first = malloc(piece);
    assert_non_null(first);
    memcpy(first, file.data + at, piece);
    memcpy(file.data + at, file.data + at + piece + 4, piece);
    memcpy(file.data + at + piece + 4, first, piece);
    assert_int_equal(bundle_open(gw_buf_str(&file), file.len, &me, &in, NULL), GW_INVALID);
    memcpy(other.data + at, first, piece);
    assert_int_equal(bundle_open(gw_buf_str(&other), other.len, &me, &in, NULL), GW_INVALID);
    free(first);
    gw_buf_free(&file);
    gw_buf_free(&other);
}

/* ---- what a sender with bad will can seal: anybody can */

static void seal_raw(const void *packed, size_t len, struct gw_buf *file)
{
    static const char begin[] = "\x89GWB\r\n\x1a\n\x01\x01\x01\x03"
                                "ben";
    uint8_t key[GW_KEY_BYTES], header[GW_STREAM_HEADER], sealed[GW_KEY_BYTES + GW_SEAL_EXTRA];
    struct gw_stream stream;
    gw_buf_init(file, (size_t)128 * 1024 * 1024);
    gw_stream_begin(&stream, key, header);
    assert_true(gw_seal(ben.box, key, sizeof key, sealed));
    ok(gw_buf_add(file, begin, sizeof begin - 1));
    ok(gw_buf_add(file, sealed, sizeof sealed));
    ok(gw_buf_add(file, header, sizeof header));
    struct gw_buf head;
    gw_buf_init(&head, 4096);
    ok(gw_buf_add(&head, gw_buf_str(file), file->len));
    struct gw_bytes beside = {gw_buf_str(&head), head.len};
    for (size_t at = 0; at < len; at += 65536) {
        uint8_t out[65536 + GW_STREAM_EXTRA];
        size_t n = len - at < 65536 ? len - at : 65536;
        size_t with = n + GW_STREAM_EXTRA;
        const uint8_t length[] = {0, (uint8_t)(with >> 16), (uint8_t)(with >> 8), (uint8_t)with};
        gw_stream_push(&stream, beside, (struct gw_bytes){(const char *)packed + at, n},
                       at + n == len, out);
        ok(gw_buf_add(file, length, sizeof length));
        ok(gw_buf_add(file, out, with));
        beside = (struct gw_bytes){NULL, 0};
    }
    gw_buf_free(&head);
}

static void refused_text(const char *text, size_t len)
{
    struct gw_buf packed, file;
    gw_buf_init(&packed, BUNDLE_FILE_MAX);
    ok(gw_zst_pack(text, len, 1, &packed));
    seal_raw(gw_buf_str(&packed), packed.len, &file);
    refused(&file, file.len, GW_INVALID);
    gw_buf_free(&packed);
    gw_buf_free(&file);
}

#define HEAD                                                                                       \
    "{\"gridward\":\"bundle-v1\",\"kind\":\"to:server\",\"from\":\"ann\",\"to\":[\"ben\"],"        \
    "\"cursor\":\"\",\"tag\":\"\",\"full\":true,\"at\":1}\n"
#define SIG "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const char *with_trailer(const char *lines, int count, char *out, size_t size)
{
    char hash[GW_HASH_HEX + 1];
    int n = snprintf(out, size, "%s%s", HEAD, lines);
    gw_sha256_hex2(out, (size_t)n, NULL, 0, hash);
    (void)snprintf(out + n, size - (size_t)n,
                   "{\"end\":{\"count\":%d,\"sha256\":\"%s\",\"key\":\"ann\",\"sig\":\"" SIG
                   "\"}}\n",
                   count, hash);
    return out;
}

static void open__text_that_breaks_the_form__nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "\n",
        "x",
        HEAD,
        "{}\n{}\n",
        HEAD "{\"end\":{}}\n",
        HEAD "{\"end\":{\"count\":0,\"sha256\":\"0\",\"key\":\"ann\",\"sig\":\"x\"}}\n"};
    char text[4096];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        refused_text(texts[i], strlen(texts[i]));
    }
    (void)with_trailer("{\"op\":1}\n", 2, text, sizeof text); /* another count */
    refused_text(text, strlen(text));
    (void)with_trailer("{\"op\":1}\nno\n", 2, text, sizeof text); /* a line that is no JSON */
    refused_text(text, strlen(text));
    (void)with_trailer("{\"op\":1}\n", 1, text, sizeof text);
    text[strlen(HEAD) + 6] = '2'; /* another line than the hash says */
    refused_text(text, strlen(text));
    text[strlen(HEAD) + 6] = '1';
    text[strlen(text) - 1] = ' '; /* no newline at the end */
    refused_text(text, strlen(text));
    /* and the good one, so that the others were refused for what they are */
    struct gw_buf packed, file;
    struct bundle in;
    const struct bundle_me me = me_of("ben", &ben);
    (void)with_trailer("{\"op\":1}\n", 1, text, sizeof text);
    gw_buf_init(&packed, BUNDLE_FILE_MAX);
    ok(gw_zst_pack(text, strlen(text), 1, &packed));
    seal_raw(gw_buf_str(&packed), packed.len, &file);
    ok(bundle_open(gw_buf_str(&file), file.len, &me, &in, NULL));
    assert_false(bundle_signed_by(&in, ann.key.public_key));
    bundle_free(&in);
    gw_buf_free(&packed);
    gw_buf_free(&file);
}

static void open__bomb_or_too_large__nothing(void **state)
{
    (void)state;
    struct gw_buf packed, file;
    size_t len = (size_t)BUNDLE_TEXT_MAX + 4096;
    char *zeros = calloc(1, len);
    assert_non_null(zeros);
    gw_buf_init(&packed, BUNDLE_FILE_MAX);
    ok(gw_zst_pack(zeros, len, 1, &packed));
    free(zeros);
    assert_true(packed.len < 65536);
    seal_raw(gw_buf_str(&packed), packed.len, &file);
    refused(&file, file.len, GW_INVALID);
    gw_buf_free(&file);
    seal_raw("not zstd", 8, &file);
    refused(&file, file.len, GW_INVALID);
    refused(&file, (size_t)BUNDLE_FILE_MAX + 1, GW_INVALID); /* says so before it looks */
    gw_buf_free(&packed);
    gw_buf_free(&file);
}

static void write__bad_heads_and_lines__refused(void **state)
{
    (void)state;
    struct bundle_out out;
    struct bundle_head head = head_of(BUNDLE_TO_PEER, "ben", "ben"); /* twice */
    assert_int_equal(bundle_begin(&out, &head, NULL), GW_INVALID);
    bundle_out_free(&out);
    head = head_of(BUNDLE_TO_PEER, "ben", "eve");
    head.process[0] = '\0';
    assert_int_equal(bundle_begin(&out, &head, NULL), GW_INVALID);
    bundle_out_free(&out);
    head = head_of(BUNDLE_TO_SERVER, "ben", NULL);
    ok(bundle_begin(&out, &head, NULL));
    assert_int_equal(bundle_add(&out, "{\"a\":1,\"a\":2}", 13, NULL), GW_INVALID);
    assert_int_equal(bundle_add(&out, "{\"a\":\n1}", 8, NULL), GW_INVALID);
    assert_int_equal(out.count, 0);
    bundle_out_free(&out);
}

static void peek_and_names(void **state)
{
    (void)state;
    struct gw_buf file;
    enum bundle_kind kind;
    const struct bundle_head head = head_of(BUNDLE_TO_PEER, "ben", "eve");
    pack(&head, 1, &file);
    ok(bundle_peek(gw_buf_str(&file), file.len, &kind, NULL));
    assert_int_equal(kind, BUNDLE_TO_PEER);
    assert_string_equal(bundle_kind_name(kind), "to:peer");
    file.data[8] = 2; /* a later form */
    assert_int_equal(bundle_peek(gw_buf_str(&file), file.len, &kind, NULL), GW_INVALID);
    assert_int_equal(bundle_line_kind("{\"body\":\"\"}", 11), BUNDLE_COMMAND);
    assert_int_equal(bundle_line_kind("{\"new\":1}", 9), BUNDLE_OTHER);
    assert_int_equal(bundle_line_kind("{", 1), BUNDLE_OTHER);
    gw_buf_free(&file);
}

/* The example of docs/protocol.md 9.5: what an outsider has to go by. */
static void example_of_the_protocol__opens(void **state)
{
    (void)state;
    static const char begin[] = "\niUdXQg0K";
    struct gw_buf text, file;
    struct bundle in;
    struct gw_sign_key key;
    uint8_t seed[32], secret[GW_KEY_BYTES], box[GW_KEY_BYTES];
    char b64[4096] = "", box_text[GW_KEY_B64 + 1];
    const char *line;
    size_t len, n = 0, at = 0;
    gw_buf_init(&text, 1 << 20);
    ok(gw_file_read("docs/protocol.md", &text, NULL));
    const char *from = strstr(gw_buf_str(&text), begin);
    assert_non_null(from);
    for (from++; *from != '`' && n < sizeof b64 - 1; from++) {
        if (*from != '\n') {
            b64[n++] = *from;
        }
    }
    for (int i = 0; i < 32; i++) {
        seed[i] = (uint8_t)(i + 1);
        secret[i] = (uint8_t)(0x41 + i);
    }
    gw_sign_key_from_seed(&key, seed);
    gw_box_public(secret, box);
    gw_b64url(box, sizeof box, box_text);
    assert_non_null(strstr(gw_buf_str(&text), box_text));
    const struct bundle_me me = {BUNDLE_SERVER, box, secret};
    uint8_t bytes[4096];
    len = strlen(b64) * 3 / 4;
    assert_int_equal(len, 748);
    assert_true(gw_b64url_decode(b64, bytes, len));
    ok(bundle_open(bytes, len, &me, &in, NULL));
    assert_true(bundle_signed_by(&in, key.public_key));
    assert_string_equal(in.head.cursor, "k3f9z2qa.184468");
    gw_buf_init(&file, BUNDLE_LINE_MAX);
    ok(gw_file_read("api/examples/CommandLine.story.ndjson", &file, NULL));
    assert_true(bundle_next(&in, &at, &line, &len));
    assert_memory_equal(line, gw_buf_str(&file), len + 1);
    assert_false(bundle_next(&in, &at, &line, &len));
    /* header and trailer stand in 9.2 as they are in it */
    const char *whole = gw_buf_str(&in.text);
    assert_memory_equal(strstr(gw_buf_str(&text), "{\"gridward\":\"bundle-v1\""), whole, in.first);
    assert_memory_equal(strstr(gw_buf_str(&text), "{\"end\":{"), whole + in.end,
                        in.text.len - in.end);
    bundle_free(&in);
    gw_buf_free(&text);
    gw_buf_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open__every_receiver__all_lines),
        cmocka_unit_test(open__somebody_else__denied_and_named),
        cmocka_unit_test(open__cut_anywhere__nothing),
        cmocka_unit_test(open__any_bit_bent__nothing),
        cmocka_unit_test(slices__of_every_length__the_same_bytes),
        cmocka_unit_test(slices__of_bad_will__say_nothing),
        cmocka_unit_test(open__something_behind__nothing),
        cmocka_unit_test(open__pieces_swapped__nothing),
        cmocka_unit_test(open__text_that_breaks_the_form__nothing),
        cmocka_unit_test(open__bomb_or_too_large__nothing),
        cmocka_unit_test(write__bad_heads_and_lines__refused),
        cmocka_unit_test(peek_and_names),
        cmocka_unit_test(example_of_the_protocol__opens),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
