/* What may be attached, by its bytes; commits; and pictures that say where they were taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/blob.h"

#define EXIF "Exif\0\0"
/* A directory of one entry with this tag, little-endian and big-endian. */
#define TIFF_LE(tag) "II*\0\x08\0\0\0\x01\0" tag "\x04\0\x01\0\0\0\x1a\0\0\0"
#define TIFF_BE(tag) "MM\0*\0\0\0\x08\0\x01" tag "\0\x04\0\0\0\x01\0\0\0\x1a"
#define JPEG(tiff)   "\xff\xd8\xff\xe1\0\x1e" EXIF tiff "\xff\xda"
#define PNG(tiff)                                                                                  \
    "\x89PNG\r\n\x1a\n\0\0\0\x16"                                                                  \
    "eXIf" tiff "crc!"
#define HERE(text) text, sizeof text - 1

static void media_is_what_the_bytes_say(void **state)
{
    (void)state;
    assert_string_equal(blob_media_of(HERE("\xff\xd8\xff\xe0")), "image/jpeg");
    assert_string_equal(blob_media_of(HERE("\x89PNG\r\n\x1a\n")), "image/png");
    assert_string_equal(blob_media_of(HERE("%PDF-1.7\0")), "application/pdf");
    assert_string_equal(blob_media_of(HERE("会议记录\r\n\t一")), "text/plain");
    assert_null(blob_media_of(HERE("GIF89a\x01")));
    assert_null(blob_media_of(HERE("\xff\xd8")));
    assert_null(blob_media_of(HERE("\xe4\xbc")));
    assert_null(blob_media_of(HERE("")));
    assert_null(blob_media_of(HERE("a\x1b[2J")));
    assert_string_equal(blob_media_known("Image/JPEG"), "image/jpeg");
    assert_string_equal(blob_media_known("text/plain; charset=utf-8"), "text/plain");
    assert_null(blob_media_known("image/jpegx"));
    assert_null(blob_media_known("image/svg+xml"));
    assert_null(blob_media_known(NULL));
}

static void a_commit_hides_what_it_names(void **state)
{
    static const uint8_t one[BLOB_SALT] = "salt one", two[BLOB_SALT] = "salt two";
    char a[GW_HASH_HEX + 1], b[GW_HASH_HEX + 1], whole[GW_HASH_HEX + 1];
    (void)state;
    blob_commit(one, "x", 1, a);
    blob_commit(two, "x", 1, b);
    assert_string_not_equal(a, b);
    gw_sha256_hex2(one, sizeof one, "x", 1, whole);
    assert_string_equal(a, whole);
    assert_true(blob_commit_ok(a));
    a[0] = 'A';
    assert_false(blob_commit_ok(a));
    assert_false(blob_commit_ok("paper"));
    assert_false(blob_commit_ok(""));
    assert_false(blob_commit_ok(NULL));
}

static void a_place_is_noticed(void **state)
{
    (void)state;
    assert_true(blob_tells_place(HERE(JPEG(TIFF_LE("\x25\x88")))));
    assert_true(blob_tells_place(HERE(JPEG(TIFF_BE("\x88\x25")))));
    assert_true(blob_tells_place(HERE(PNG(TIFF_LE("\x25\x88")))));
    assert_false(blob_tells_place(HERE(JPEG(TIFF_LE("\x12\x01")))));
    assert_false(blob_tells_place(HERE(PNG(TIFF_BE("\x01\x12")))));
    assert_false(blob_tells_place(HERE("\xff\xd8\xff\xda")));
    assert_false(blob_tells_place(HERE("%PDF-1.7")));
}

/* Cut anywhere, or with any byte changed: never read beyond the end (ASan watches). */
static void damage_is_harmless(void **state)
{
    static const char good[] = JPEG(TIFF_LE("\x25\x88"));
    static const char png[] = PNG(TIFF_BE("\x88\x25"));
    (void)state;
    for (size_t len = 0; len < sizeof good; len++) {
        uint8_t *copy = test_malloc(len + 1);
        memcpy(copy, good, len);
        (void)blob_tells_place(copy, len);
        test_free(copy);
    }
    for (size_t at = 0; at < sizeof good - 1; at++) {
        for (int byte = 0; byte < 256; byte += 51) {
            uint8_t copy[sizeof good];
            memcpy(copy, good, sizeof good);
            copy[at] = (uint8_t)byte;
            (void)blob_tells_place(copy, sizeof good - 1);
        }
    }
    for (size_t at = 0; at < sizeof png - 1; at++) {
        uint8_t copy[sizeof png];
        memcpy(copy, png, sizeof png);
        copy[at] = 0xff;
        (void)blob_tells_place(copy, sizeof png - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(media_is_what_the_bytes_say),
        cmocka_unit_test(a_commit_hides_what_it_names),
        cmocka_unit_test(a_place_is_noticed),
        cmocka_unit_test(damage_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
