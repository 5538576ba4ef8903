#include "tests/unit/base/cm.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/rnd.h"
#include "base/zst.h"

static void zst__round_trip__sizes(void **state)
{
    (void)state;
    static const size_t SIZES[] = {0, 1, 1000, 65535, 65536, 65537, 131072, 1000000};
    struct gw_random_seeded seeded;
    gw_random_seeded_init(&seeded, 2);
    char *bytes = malloc(1000000);
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        struct gw_buf packed;
        struct gw_buf back;
        gw_buf_init(&packed, 2000000);
        gw_buf_init(&back, SIZES[i] ? SIZES[i] : 1);
        seeded.random.fill(&seeded, bytes, SIZES[i] / 2);
        memset(bytes + SIZES[i] / 2, 'x', SIZES[i] - SIZES[i] / 2);
        assert_int_equal(gw_zst_pack(bytes, SIZES[i], i % 2 ? 3 : 99, &packed), GW_OK);
        assert_int_equal(gw_zst_unpack(packed.data, packed.len, &back), GW_OK);
        assert_int_equal(back.len, SIZES[i]);
        assert_true(SIZES[i] == 0 || memcmp(back.data, bytes, SIZES[i]) == 0);
        gw_buf_free(&packed);
        gw_buf_free(&back);
    }
    free(bytes);
}

static void zst__bomb__stops_at_the_ceiling(void **state)
{
    (void)state;
    char *zeros = calloc(1, 50000000);
    struct gw_buf packed;
    struct gw_buf back;
    gw_buf_init(&packed, 100000);
    gw_buf_init(&back, 1000000);
    assert_int_equal(gw_zst_pack(zeros, 50000000, 3, &packed), GW_OK);
    assert_int_equal(gw_buf_adds(&back, "kept"), GW_OK);
    assert_int_equal(gw_zst_unpack(packed.data, packed.len, &back), GW_TOO_LARGE);
    assert_string_equal(gw_buf_str(&back), "kept");
    gw_buf_free(&packed);
    gw_buf_init(&packed, 10);
    assert_int_equal(gw_zst_pack(zeros, 50000000, 3, &packed), GW_TOO_LARGE);
    assert_int_equal(packed.len, 0);
    gw_buf_free(&packed);
    gw_buf_free(&back);
    free(zeros);
}

static void zst__wide_window__refused(void **state)
{
    (void)state;
    size_t n = 20000000;
    char *bytes = calloc(1, n);
    char *out = malloc(ZSTD_compressBound(n));
    struct gw_buf back;
    gw_buf_init(&back, 30000000);
    ZSTD_CCtx *ctx = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_windowLog, 27);
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_contentSizeFlag, 0);
    ZSTD_inBuffer in = {bytes, n, 0};
    ZSTD_outBuffer to = {out, ZSTD_compressBound(n), 0};
    while (ZSTD_compressStream2(ctx, &to, &in, ZSTD_e_continue), in.pos < in.size) {
    }
    assert_int_equal(ZSTD_compressStream2(ctx, &to, &in, ZSTD_e_end), 0);
    assert_int_equal(gw_zst_unpack(out, to.pos, &back), GW_TOO_LARGE);
    ZSTD_freeCCtx(ctx);
    gw_buf_free(&back);
    free(bytes);
    free(out);
}

static void zst__harmed_input__invalid_and_nothing_added(void **state)
{
    (void)state;
    struct gw_random_seeded seeded;
    struct gw_buf packed;
    struct gw_buf back;
    char text[3000];
    gw_random_seeded_init(&seeded, 4);
    seeded.random.fill(&seeded, text, 1000);
    memset(text + 1000, 'y', 2000);
    gw_buf_init(&packed, 10000);
    gw_buf_init(&back, 10000);
    assert_int_equal(gw_zst_unpack("", 0, &back), GW_INVALID);
    assert_int_equal(gw_zst_unpack("plain text", 10, &back), GW_INVALID);
    assert_int_equal(gw_zst_pack(text, sizeof text, 3, &packed), GW_OK);
    for (size_t n = 0; n < packed.len; n += 7) {
        assert_int_equal(gw_zst_unpack(packed.data, n, &back), GW_INVALID);
        assert_int_equal(back.len, 0);
    }
    packed.data[packed.len / 2] ^= 1; /* the checksum sees it */
    assert_int_not_equal(gw_zst_unpack(packed.data, packed.len, &back), GW_OK);
    assert_int_equal(back.len, 0);
    gw_buf_free(&packed);
    gw_buf_free(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zst__round_trip__sizes),
        cmocka_unit_test(zst__bomb__stops_at_the_ceiling),
        cmocka_unit_test(zst__wide_window__refused),
        cmocka_unit_test(zst__harmed_input__invalid_and_nothing_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
