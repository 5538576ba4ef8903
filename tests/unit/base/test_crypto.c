#include "tests/unit/base/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/rnd.h"

static int setup(void **state)
{
    (void)state;
    return gw_crypto_init() == GW_OK && gw_crypto_init() == GW_OK ? 0 : -1;
}

static void sha256__known_answers(void **state)
{
    (void)state;
    char hex[GW_HASH_HEX + 1];
    gw_sha256_hex2("abc", 3, NULL, 0, hex); /* FIPS 180-2 appendix B.1 */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    gw_sha256_hex2("a", 1, "bc", 2, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    gw_sha256_hex2(NULL, 0, NULL, 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_true(gw_sha256_h64("abc", 3) == 0xba7816bf8f01cfeaULL);
}

/* RFC 8032 section 7.1, test 2: one byte 0x72. */
static void sign__rfc8032__known_answer(void **state)
{
    (void)state;
    uint8_t seed[32];
    uint8_t want[64];
    uint8_t sig[GW_SIGN_BYTES];
    char hex[GW_KEY_BYTES * 2 + 1];
    struct gw_sign_key key;
    assert_true(gw_hex_decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                              seed, sizeof seed));
    assert_true(gw_hex_decode("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
                              want, sizeof want));
    gw_sign_key_from_seed(&key, seed);
    gw_hex(key.public_key, sizeof key.public_key, hex);
    assert_string_equal(hex, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    gw_sign(&key, "", "\x72", 1, sig);
    assert_memory_equal(sig, want, sizeof want);
    gw_sign(&key, "\x72", NULL, 0, sig); /* prefix || bytes is all that counts */
    assert_memory_equal(sig, want, sizeof want);
}

static void sign__any_change__refused(void **state)
{
    (void)state;
    struct gw_sign_key key;
    struct gw_sign_key other;
    uint8_t sig[GW_SIGN_BYTES];
    static const size_t SIZES[] = {0, 1, 100, 4090, 100000};
    char *body = calloc(1, 100000);
    gw_sign_key_new(&key);
    gw_sign_key_new(&other);
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        gw_sign(&key, "gridward-test\n", body, SIZES[i], sig);
        assert_true(gw_sign_ok(key.public_key, "gridward-test\n", body, SIZES[i], sig));
        assert_false(gw_sign_ok(key.public_key, "gridward-other\n", body, SIZES[i], sig));
        assert_false(gw_sign_ok(other.public_key, "gridward-test\n", body, SIZES[i], sig));
        if (SIZES[i] > 0) {
            body[SIZES[i] - 1] ^= 1;
            assert_false(gw_sign_ok(key.public_key, "gridward-test\n", body, SIZES[i], sig));
        }
        sig[i] ^= 4;
        assert_false(gw_sign_ok(key.public_key, "gridward-test\n", body, SIZES[i], sig));
    }
    gw_wipe(&key, sizeof key);
    assert_true(key.secret[0] == 0 && key.secret[63] == 0);
    free(body);
}

/* The pair of an Ed25519 key on the other curve fits together: what is sealed to it opens. */
static void sealed_box__to_a_sign_key__only_it_opens(void **state)
{
    (void)state;
    struct gw_sign_key key;
    struct gw_sign_key other;
    uint8_t box[GW_KEY_BYTES], secret[GW_KEY_BYTES], box2[GW_KEY_BYTES], secret2[GW_KEY_BYTES];
    uint8_t again[GW_KEY_BYTES];
    uint8_t sealed[5 + GW_SEAL_EXTRA];
    uint8_t out[5];
    const uint8_t none[GW_KEY_BYTES] = {2}; /* no point of the curve */
    gw_sign_key_new(&key);
    gw_sign_key_new(&other);
    assert_true(gw_box_public_of(key.public_key, box) && gw_box_secret_of(&key, secret));
    assert_true(gw_box_public_of(other.public_key, box2) && gw_box_secret_of(&other, secret2));
    gw_box_public(secret, again);
    assert_memory_equal(again, box, GW_KEY_BYTES);
    assert_true(gw_seal(box, "hello", 5, sealed));
    assert_true(gw_seal_open(box, secret, sealed, sizeof sealed, out));
    assert_memory_equal(out, "hello", 5);
    assert_false(gw_seal_open(box2, secret2, sealed, sizeof sealed, out));
    assert_false(gw_seal_open(box, secret, sealed, sizeof sealed - 1, out));
    assert_false(gw_seal_open(box, secret, sealed, 3, out));
    sealed[40] ^= 1;
    assert_false(gw_seal_open(box, secret, sealed, sizeof sealed, out));
    assert_false(gw_box_public_of(none, box));
    assert_true(box[0] == 0 && box[31] == 0);
}

static void stream__order_end_and_what_is_beside__are_part_of_it(void **state)
{
    (void)state;
    struct gw_stream push, pull;
    uint8_t key[GW_KEY_BYTES], header[GW_STREAM_HEADER];
    uint8_t one[3 + GW_STREAM_EXTRA], two[GW_STREAM_EXTRA], out[3];
    const struct gw_bytes beside = {"head", 4}, none = {NULL, 0};
    bool last = true;
    gw_stream_begin(&push, key, header);
    gw_stream_push(&push, beside, (struct gw_bytes){"abc", 3}, false, one);
    gw_stream_push(&push, none, (struct gw_bytes){"", 0}, true, two);
    assert_true(gw_stream_open(&pull, key, header));
    assert_true(gw_stream_pull(&pull, beside, (struct gw_bytes){one, sizeof one}, &last, out));
    assert_false(last);
    assert_memory_equal(out, "abc", 3);
    assert_true(gw_stream_pull(&pull, none, (struct gw_bytes){two, sizeof two}, &last, out));
    assert_true(last);
    assert_true(gw_stream_open(&pull, key, header));
    assert_false(gw_stream_pull(&pull, none, (struct gw_bytes){one, sizeof one}, &last, out));
    assert_true(gw_stream_open(&pull, key, header));
    assert_false(gw_stream_pull(&pull, none, (struct gw_bytes){two, sizeof two}, &last, out));
    assert_true(gw_stream_open(&pull, key, header));
    assert_false(gw_stream_pull(&pull, beside, (struct gw_bytes){one, 16}, &last, out));
}

static void b64url__rfc4648__and_one_spelling_only(void **state)
{
    (void)state;
    char out[16];
    char back[8];
    static const char *const WANT[] = {"", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};
    for (size_t n = 0; n <= 6; n++) {
        gw_b64url("foobar", n, out);
        assert_string_equal(out, WANT[n]);
        assert_true(gw_b64url_decode(out, back, n));
        assert_memory_equal(back, "foobar", n);
        assert_false(gw_b64url_decode(out, back, n + 1));
    }
    gw_b64url("\xfb\xff\xfe", 3, out);
    assert_string_equal(out, "-__-");
    assert_false(gw_b64url_decode("Zh", back, 1));   /* stray bits */
    assert_false(gw_b64url_decode("Zg==", back, 1)); /* padding */
    assert_false(gw_b64url_decode("+//+", back, 3)); /* the other alphabet */
    assert_false(gw_b64url_decode("Zm 9", back, 3));
    assert_false(gw_b64url_decode("Zm9vY", back, 4)); /* no such length */
}

static void b64url__random__round_trip(void **state)
{
    (void)state;
    struct gw_random_seeded seeded;
    gw_random_seeded_init(&seeded, 3);
    for (int i = 0; i < 2000; i++) {
        uint8_t bytes[100];
        uint8_t back[100];
        char text[137];
        size_t n = gw_random_below(&seeded.random, 101);
        seeded.random.fill(&seeded, bytes, n);
        gw_b64url(bytes, n, text);
        assert_int_equal(strlen(text), (n * 4 + 2) / 3);
        assert_true(gw_b64url_decode(text, back, n));
        assert_memory_equal(bytes, back, n);
    }
}

static void hex__lower_case_only(void **state)
{
    (void)state;
    uint8_t out[2];
    assert_true(gw_hex_decode("00ff", out, 2));
    assert_int_equal(out[1], 255);
    assert_false(gw_hex_decode("00FF", out, 2));
    assert_false(gw_hex_decode("00f", out, 2));
    assert_false(gw_hex_decode("00fff", out, 2));
    assert_false(gw_hex_decode("00 f", out, 2));
}

static void crockford__digits_and_folding(void **state)
{
    (void)state;
    char out[17];
    gw_crockford((const uint8_t *)"\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf", 16, out);
    assert_string_equal(out, "0123456789ABCDEF");
    gw_crockford((const uint8_t *)"\xff", 1, out);
    assert_string_equal(out, "Z");
    char text[] = " o1il-abcz ";
    assert_true(gw_crockford_fold(text));
    assert_string_equal(text, "0111ABCZ");
    char bad[] = "12U4";
    assert_false(gw_crockford_fold(bad));
    char han[] = "张";
    assert_false(gw_crockford_fold(han));
}

static void equal_ct(void **state)
{
    (void)state;
    assert_true(gw_equal_ct("abc", "abc", 3));
    assert_false(gw_equal_ct("abc", "abd", 3));
    assert_true(gw_equal_ct("abc", "abd", 2));
    assert_true(gw_equal_ct(NULL, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256__known_answers),
        cmocka_unit_test(sign__rfc8032__known_answer),
        cmocka_unit_test(sign__any_change__refused),
        cmocka_unit_test(sealed_box__to_a_sign_key__only_it_opens),
        cmocka_unit_test(stream__order_end_and_what_is_beside__are_part_of_it),
        cmocka_unit_test(b64url__rfc4648__and_one_spelling_only),
        cmocka_unit_test(b64url__random__round_trip),
        cmocka_unit_test(hex__lower_case_only),
        cmocka_unit_test(crockford__digits_and_folding),
        cmocka_unit_test(equal_ct),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
