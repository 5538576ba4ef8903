/* ID numbers, credit codes, ages, masks, addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "model/address.h"
#include "model/idnum.h"
#include "model/mask.h"

static const char today[] = "2026-03-01";

/* ---- GB 11643 */
static void id_numbers(void **state)
{
    (void)state;
    assert_int_equal(idnum_check("11010519491231002X", today), IDNUM_OK);
    assert_int_equal(idnum_check("11010519491231002x", today), IDNUM_OK);
    assert_int_equal(idnum_check("440524188001010014", "1990-01-01"), IDNUM_OK);
    assert_int_equal(idnum_check("440524188001010014", today), IDNUM_DATE); /* over 130 years */
    assert_int_equal(idnum_check("110105194912310021", today), IDNUM_CHECK);
    assert_int_equal(idnum_check("1101051949123100", today), IDNUM_LENGTH);
    assert_int_equal(idnum_check("", today), IDNUM_LENGTH);
    assert_int_equal(idnum_check("11010519491231002XX", today), IDNUM_LENGTH);
    assert_int_equal(idnum_check("1101051949123100AX", today), IDNUM_CHARACTER);
    assert_int_equal(idnum_check("X1010519491231002X", today), IDNUM_CHARACTER);
    assert_int_equal(idnum_check("11010519491231002Y", today), IDNUM_CHARACTER);
    assert_int_equal(idnum_check("110105194902290020", today), IDNUM_DATE);
    assert_int_equal(idnum_check("110105194900310020", today), IDNUM_DATE);
    assert_int_equal(idnum_check("110105194913310020", today), IDNUM_DATE);
}

static void with_date(const char *date, char out[19])
{
    (void)snprintf(out, 19, "500112%.8s001", date); /* 17 digits */
    out[17] = idnum_check_digit(out);
    out[18] = '\0';
}

static void the_edges_of_a_life(void **state)
{
    char number[19];
    (void)state;
    with_date("20260301", number);
    assert_int_equal(idnum_check(number, today), IDNUM_OK);
    with_date("20260302", number);
    assert_int_equal(idnum_check(number, today), IDNUM_DATE);
    with_date("18960301", number);
    assert_int_equal(idnum_check(number, today), IDNUM_OK);
    with_date("18960228", number);
    assert_int_equal(idnum_check(number, today), IDNUM_DATE);
    with_date("20000229", number);
    assert_int_equal(idnum_check(number, today), IDNUM_OK);
    with_date("19000229", number); /* no leap year */
    assert_int_equal(idnum_check(number, today), IDNUM_DATE);
}

/* A region that was abolished is never a reason to reject. */
static void abolished_regions_pass(void **state)
{
    char number[19] = "51021119400101002";
    (void)state;
    number[17] = idnum_check_digit(number);
    assert_int_equal(idnum_check(number, today), IDNUM_OK);
}

/* Any one wrong digit, and any two neighbours exchanged, is found. */
static void slips_are_found(void **state)
{
    static const char good[] = "11010519491231002X";
    (void)state;
    for (size_t i = 0; i < 17; i++) {
        char slip[19];
        for (char digit = '0'; digit <= '9'; digit++) {
            memcpy(slip, good, sizeof good);
            slip[i] = digit;
            assert_int_equal(idnum_check(slip, today) == IDNUM_OK, digit == good[i]);
        }
        memcpy(slip, good, sizeof good);
        slip[i] = good[i + 1];
        slip[i + 1] = good[i];
        assert_int_equal(idnum_check(slip, today) == IDNUM_OK, good[i] == good[i + 1]);
    }
}

static void facts_and_old_numbers(void **state)
{
    char birth[11];
    char sex;
    char number[19];
    (void)state;
    idnum_facts("11010519491231002X", birth, &sex);
    assert_string_equal(birth, "1949-12-31");
    assert_int_equal(sex, '2');
    idnum_facts("440524188001010014", birth, &sex);
    assert_int_equal(sex, '1');
    assert_true(idnum_from15("110105491231002", number));
    assert_string_equal(number, "11010519491231002X");
    assert_false(idnum_from15("11010549123100", number));
    assert_false(idnum_from15("11010549123100X", number));
}

/* ---- GB 32100 */
static void credit_codes(void **state)
{
    (void)state;
    assert_true(credit_code_ok("91350100M000100Y43"));
    assert_false(credit_code_ok("91350100M000100Y44"));
    assert_false(credit_code_ok("91350100M000100Y4"));
    assert_false(credit_code_ok("91350100I000100Y43")); /* no I O S V Z */
    assert_false(credit_code_ok("91350100m000100y43"));
    assert_false(credit_code_ok(""));
}

static void ages(void **state)
{
    (void)state;
    assert_int_equal(age_on("1946-03-01", "2026-03-01"), 80);
    assert_int_equal(age_on("1946-03-02", "2026-03-01"), 79);
    assert_int_equal(age_on("2004-02-29", "2025-02-28"), 20);
    assert_int_equal(age_on("2026-03-01", "2026-03-01"), 0);
    assert_int_equal(age_on("2026-03-02", "2026-03-01"), -1);
    assert_int_equal(age_on("1946-02-30", "2026-03-01"), -1);
    assert_int_equal(age_on("", "2026-03-01"), -1);
    assert_int_equal(age_on(NULL, "2026-03-01"), -1);
    assert_int_equal(age_on("19460301", "2026-03-01"), -1);
}

/* ---- masks */
static void masked(enum gw_mask mask, const char *text, const char *want)
{
    struct gw_buf out;
    gw_buf_init(&out, 1024);
    assert_int_equal(mask_text(mask, text, &out), GW_OK);
    assert_string_equal(gw_buf_str(&out), want);
    gw_buf_free(&out);
}

static void masks(void **state)
{
    (void)state;
    masked(MASK_NONE, "张桂芳", "张桂芳");
    masked(MASK_NAME, "张桂芳", "张**");
    masked(MASK_NAME, "王五", "王*");
    masked(MASK_NAME, "王", "王*");
    masked(MASK_NAME, "阿不都热合曼·买买提", "阿**"); /* the length tells nothing */
    masked(MASK_NAME, "", "");
    masked(MASK_ID, "11010519491231002X", "110105********002X");
    masked(MASK_ID, "1101", "****"); /* too short to hide anything in between: hidden whole */
    masked(MASK_PHONE, "13812345678", "138****5678");
    masked(MASK_PHONE, "67654321", "********");
    masked(MASK_HIDE, "高血压", "***");
    masked(MASK_HIDE, "", "");
    masked(MASK_ADDRESS, "仙桃街道数据谷东路19号3栋2单元503室", "仙桃街道数据谷东路19号3栋***");
    masked(MASK_ADDRESS, "数据谷东路19号503室", "数据谷东路19号***");
    masked(MASK_ADDRESS, "河边的老房子", "***");
    masked(MASK_ADDRESS, "3栋", "3栋");
    masked(MASK_ADDRESS, "", "");
    for (int mask = MASK_NONE; mask <= MASK_HIDE; mask++) {
        masked((enum gw_mask)mask, NULL, "");
    }
}

/* A character is never cut in two; broken bytes do no harm. */
static void masks_of_strange_text(void **state)
{
    (void)state;
    masked(MASK_NAME, "\xE5\xBC", "\xE5*");
    masked(MASK_PHONE, "电话不详", "****");
    masked(MASK_PHONE, "女儿手机号在邻居王姐处", "女儿手****居王姐处");
}

/* ---- addresses */
static void key(const char *text, const char *want)
{
    struct gw_buf out;
    gw_buf_init(&out, 1024);
    assert_int_equal(address_match_key(text, &out), GW_OK);
    assert_string_equal(gw_buf_str(&out), want);
    gw_buf_free(&out);
}

static void match_keys(void **state)
{
    (void)state;
    key("３幢二单元５０３室", "3栋2单元503室");
    key("3栋2单元503室", "3栋2单元503室");
    key(" 3 栋，2单元 —— 503 室。", "3栋2单元503室");
    key("十二栋一百零五室", "12栋105室");
    key("二十三号楼", "23号楼");
    key("五〇三室", "503室");
    key("十楼", "10楼");
    key("两单元", "2单元");
    key("三峡路十号", "三峡路10号"); /* a name stays a name */
    key("五一路6号B座", "五一路6号b座");
    key("", "");
}

/* The key of a key is itself. */
static void match_keys_are_stable(void **state)
{
    static const char *const texts[] = {"仙桃街道数据谷东路十九号３幢二单元５０３室",
                                        "一二三四五六七八九十号", "\xFF\xFE 坏字节 3号", "Ａ座"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct gw_buf once;
        gw_buf_init(&once, 1024);
        assert_int_equal(address_match_key(texts[i], &once), GW_OK);
        key(gw_buf_str(&once), gw_buf_str(&once));
        gw_buf_free(&once);
    }
}

static void a_full_buffer_is_an_error(void **state)
{
    struct gw_buf out;
    (void)state;
    gw_buf_init(&out, 4);
    assert_int_equal(address_match_key("3栋2单元", &out), GW_TOO_LARGE);
    gw_buf_free(&out);
    gw_buf_init(&out, 4);
    assert_int_equal(mask_text(MASK_PHONE, "13812345678", &out), GW_TOO_LARGE);
    gw_buf_free(&out);
}

static void piece(const char *estate, const char *building, const char *unit, const char *want)
{
    struct gw_buf out;
    gw_buf_init(&out, 1024);
    assert_int_equal(address_piece(estate, building, unit, &out), GW_OK);
    assert_string_equal(gw_buf_str(&out), want);
    gw_buf_free(&out);
}

static void pieces(void **state)
{
    (void)state;
    piece("桃源居", "3", "2", "3栋2单元");
    piece("桃源居", "3栋", "2单元", "3栋2单元");
    piece("桃源居", "B座", NULL, "B座");
    piece("桃源居", "12号楼", "", "12号楼");
    piece("桃源居", NULL, NULL, "桃源居");
    piece("桃源居", "", "", "桃源居");
    piece(NULL, NULL, "2", "2单元");
    piece(NULL, NULL, NULL, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(id_numbers),
        cmocka_unit_test(the_edges_of_a_life),
        cmocka_unit_test(abolished_regions_pass),
        cmocka_unit_test(slips_are_found),
        cmocka_unit_test(facts_and_old_numbers),
        cmocka_unit_test(credit_codes),
        cmocka_unit_test(ages),
        cmocka_unit_test(masks),
        cmocka_unit_test(masks_of_strange_text),
        cmocka_unit_test(match_keys),
        cmocka_unit_test(match_keys_are_stable),
        cmocka_unit_test(a_full_buffer_is_an_error),
        cmocka_unit_test(pieces),
    };
    return cmocka_run_group_tests_name("people", tests, NULL, NULL);
}
