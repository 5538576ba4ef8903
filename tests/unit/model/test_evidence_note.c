/* Digest, page code, signed notes and older sets. The worked example was computed apart from this
 * code, in Python with hashlib, base64 and its cryptography package:
 *   hashes a1, a2, b1 = SHA-256 of the texts "a1" "a2" "b1"; devA wrote a1 then a2, devB wrote b1;
 *   digest = SHA-256("gridward-set-v1\np-1\n3\n" || the three raw hashes sorted);
 *   key = Ed25519 of the seed 00 01 … 1f; key id = SHA-256("devA\n" 01 public key)[:4]. */
#include "make_steps.h"

#define A1          "f55ff16f66f43360266b95db6f8fec01d76031054306ae4a4b380598f6cfd114"
#define A2          "2c3a4249d77070058649dbd822dcaf7957586fce428cfb2ca88b94741eda8b07"
#define B1          "7dc96f776c8423e57a2785489a3f9c43fb6e756876d6ad9a9cac4aa4e72ec193"
#define DIGEST      "b35a849f7d0a54a7e9b5f13e85d22ac33f0536a3b0b524f26f8724c5be642c37"
#define OLDER       "5867e9590aa2e69e8ead26cb46f2374da2c7238b36ea972d27049d2381a8f70f"
#define CODE        "PDD8-97VX-19AA-FTDN"
#define HEADS       "devA 2 " A2 "\ndevB 1 " B1 "\n"
#define OLDER_HEADS "devA 1 " A1 "\ndevB 1 " B1 "\n"
#define TEXT        "gridward/p-1\n3\ns1qEn30KVKfptfE+hdIqwz8FNqOwtSTyb4ckxb5kLDc=\n" HEADS
#define SIG                                                                                        \
    "\xe2\x80\x94 devA "                                                                           \
    "rRFkDAF3eJeOtDWv+LSoNavVAnV7oMs8t8gA9ANzutucNGWy3eMezSuRZMLSgFt+ihbFYaHrYG68Sf9z0fiP7Sji"     \
    "aAY=\n"

static const char *const seen_a1[] = {A1};
static const struct ev_step example[] = {
    {.hash = A1, .dev = "devA", .user = "u1", .pn = 1, .pprev = "", .kind = PROC_OPEN},
    {.hash = A2, .dev = "devA", .user = "u1", .pn = 2, .pprev = A1, .kind = PROC_STEP},
    {.hash = B1,
     .dev = "devB",
     .user = "u2",
     .pn = 1,
     .pprev = "",
     .seen = seen_a1,
     .seen_n = 1,
     .kind = PROC_STEP},
};
static const struct ev_step *const example_steps[] = {&example[2], &example[0], &example[1]};

static struct ev_set *example_set(void)
{
    struct ev_set *set = NULL;
    assert_int_equal(ev_set_new(example_steps, 3, &set), GW_OK);
    return set;
}

static struct gw_sign_key example_key(void)
{
    uint8_t seed[32];
    struct gw_sign_key key;
    for (size_t i = 0; i < sizeof seed; i++) {
        seed[i] = (uint8_t)i;
    }
    gw_sign_key_from_seed(&key, seed);
    return key;
}

static void test_digest(void **state)
{
    (void)state;
    struct ev_set *set = example_set();
    char digest[GW_HASH_HEX + 1];
    char code[EV_CODE_LEN + 1];
    ev_digest(set, "p-1", digest);
    assert_string_equal(digest, DIGEST);
    ev_code(digest, code);
    assert_string_equal(code, CODE);
    ev_digest(set, "p-2", digest);
    assert_string_not_equal(digest, DIGEST);
    ev_set_free(set);
}

static void test_note(void **state)
{
    (void)state;
    struct ev_set *set = example_set();
    struct gw_sign_key key = example_key();
    struct gw_buf text;
    struct gw_buf sig;
    gw_buf_init(&text, 10000);
    gw_buf_init(&sig, 10000);
    assert_int_equal(ev_note_text(set, "p-1", &text), GW_OK);
    assert_string_equal(gw_buf_str(&text), TEXT);
    assert_int_equal(ev_note_sign(&key, "devA", &text, &sig), GW_OK);
    assert_string_equal(gw_buf_str(&sig), SIG);
    assert_int_equal(ev_note_sign(&key, "no name", &text, &sig), GW_INVALID);
    gw_buf_free(&text);
    gw_buf_init(&text, sizeof TEXT - 2);
    assert_int_equal(ev_note_text(set, "p-1", &text), GW_TOO_LARGE);
    assert_string_equal(gw_buf_str(&text), ""); /* all or nothing */
    gw_buf_free(&text);
    gw_buf_free(&sig);
    ev_set_free(set);
}

static bool check(const char *note, const char *name)
{
    struct gw_sign_key key = example_key();
    return ev_note_check(note, strlen(note), name, key.public_key);
}

static void test_check(void **state)
{
    (void)state;
#define OTHER "\xe2\x80\x94 devB " /* another key's line, read over */
    assert_true(check(TEXT "\n" SIG, "devA"));
    assert_true(check(TEXT "\n" OTHER "AAAA\n" SIG, "devA"));
    assert_true(check(TEXT "\n" SIG SIG, "devA"));
    static const char *const bad[] = {
        "",
        "\n",
        "\n\n",
        TEXT,
        TEXT SIG,          /* no empty line */
        TEXT "\n",         /* no signature */
        "x" TEXT "\n" SIG, /* another text */
        TEXT "devC 1 " B1 "\n\n" SIG,
        TEXT "\n" OTHER "AAAA\n",
        TEXT "\n" SIG "\x01\n",     /* a control character */
        TEXT "\n" SIG "no newline", /* not a whole line */
        TEXT "\n" SIG "\xff\n",     /* no UTF-8 */
        TEXT "\n- devA rRFkDAF3eJeOtDWv\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(check(bad[i], "devA"));
    }
    assert_false(check(TEXT "\n" SIG, "devB"));
    assert_false(check(TEXT "\n" SIG, "no name"));
    struct gw_sign_key other;
    gw_sign_key_new(&other);
    assert_false(ev_note_check(TEXT "\n" SIG, strlen(TEXT "\n" SIG), "devA", other.public_key));
    /* every bit counts */
    char note[] = TEXT "\n" SIG;
    for (size_t i = 0; i + 1 < sizeof note; i++) {
        note[i] ^= 1;
        assert_false(check(note, "devA"));
        note[i] ^= 1;
    }
}

static void test_rebuild(void **state)
{
    (void)state;
    struct ev_set *set = example_set();
    char digest[GW_HASH_HEX + 1] = "kept";
    int64_t count = -1;
    assert_int_equal(ev_rebuild(set, "p-1", HEADS, &count, digest), GW_OK);
    assert_int_equal(count, 3);
    assert_string_equal(digest, DIGEST);
    assert_int_equal(ev_rebuild(set, "p-1", OLDER_HEADS, &count, digest), GW_OK);
    assert_int_equal(count, 2);
    assert_string_equal(digest, OLDER);
    static const char *const bad[] = {
        "x",         "devA 2\n", "devA 3 " A2 "\n", "devB 2 " A2 "\n", "devA 02 " A2 "\n",
        " " A2 "\n", "\n",       HEADS "\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(ev_rebuild(set, "p-1", bad[i], &count, digest), GW_INVALID);
    }
    assert_int_equal(ev_rebuild(set, "p-1", "devA 9 " DIGEST "\n", &count, digest), GW_ABSENT);
    assert_int_equal(count, 2); /* untouched */
    ev_set_free(set);
    assert_int_equal(ev_set_new(&example_steps[2], 1, &set), GW_OK); /* a2 without a1 */
    assert_int_equal(ev_rebuild(set, "p-1", "devA 2 " A2 "\n", &count, digest), GW_ABSENT);
    ev_set_free(set);
}

/* The heads of every moment of a random story, forks included, name exactly what was there then. */
static void test_older_sets(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct gw_random_seeded random;
        gw_random_seeded_init(&random, seed);
        struct story *t = story_new(seed);
        struct gw_buf notes[40];
        char digests[40][GW_HASH_HEX + 1];
        for (size_t i = 0; i < 40; i++) {
            int dev = (int)gw_random_below(&random.random, STORY_DEVS);
            if (t->n > 0 && gw_random_below(&random.random, 6) == 0) {
                story_restore(t, &t->items[gw_random_below(&random.random, t->n)]);
            }
            story_sync(t, (int)gw_random_below(&random.random, STORY_DEVS), dev);
            story_add(t, dev, PROC_STEP);
            struct ev_set *set = story_set(t, seed);
            gw_buf_init(&notes[i], 10000);
            assert_int_equal(ev_note_text(set, "p-1", &notes[i]), GW_OK);
            ev_digest(set, "p-1", digests[i]);
            ev_set_free(set);
        }
        struct ev_set *set = story_set(t, seed);
        for (size_t i = 0; i < 40; i++) {
            char digest[GW_HASH_HEX + 1];
            int64_t count;
            const char *heads = gw_buf_str(&notes[i]);
            for (int line = 0; line < 3; line++) {
                heads = strchr(heads, '\n') + 1;
            }
            assert_int_equal(ev_rebuild(set, "p-1", heads, &count, digest), GW_OK);
            assert_int_equal(count, (int64_t)i + 1);
            assert_string_equal(digest, digests[i]);
            gw_buf_free(&notes[i]);
        }
        ev_set_free(set);
        free(t);
    }
}

int main(void)
{
    if (gw_crypto_init() != GW_OK) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest),     cmocka_unit_test(test_note),
        cmocka_unit_test(test_check),      cmocka_unit_test(test_rebuild),
        cmocka_unit_test(test_older_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
