#include "tests/unit/base/cm.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/i18n.h"
#include "tests/kit/scratch.h"

enum { MO_STRINGS = 2 };

static void add_u32(struct gw_buf *buf, size_t value)
{
    uint32_t word = (uint32_t)value; /* native order: the magic number tells it */
    assert_int_equal(gw_buf_add(buf, &word, sizeof word), GW_OK);
}

/* A catalogue of one message, written by hand (gettext manual, "The Format of GNU MO Files"), so
 * that this test does not hang on msgfmt or on the real catalogue. */
static void write_catalogue(void)
{
    static const char *const FROM[MO_STRINGS] = {"", "The alarm is closed."};
    static const char *const TO[MO_STRINGS] = {"Content-Type: text/plain; charset=UTF-8\n",
                                               "警情已关闭。"};
    char path[PATH_MAX];
    char folder[PATH_MAX];
    struct gw_buf mo;
    gw_buf_init(&mo, 4096);
    size_t head = 28;
    size_t at = head + 2 * MO_STRINGS * 8;
    add_u32(&mo, 0x950412de);
    add_u32(&mo, 0);
    add_u32(&mo, MO_STRINGS);
    add_u32(&mo, head);
    add_u32(&mo, head + MO_STRINGS * 8);
    add_u32(&mo, 0);
    add_u32(&mo, 0);
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < MO_STRINGS; i++) {
            const char *text = side ? TO[i] : FROM[i];
            add_u32(&mo, strlen(text));
            add_u32(&mo, at);
            at += strlen(text) + 1;
        }
    }
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < MO_STRINGS; i++) {
            const char *text = side ? TO[i] : FROM[i];
            assert_int_equal(gw_buf_add(&mo, text, strlen(text) + 1), GW_OK);
        }
    }
    scratch_path(folder, sizeof folder, "zh_CN/LC_MESSAGES");
    assert_int_equal(gw_dir_make(folder, NULL), GW_OK);
    assert_int_equal(gw_path_join(path, sizeof path, folder, "gridward.mo"), GW_OK);
    assert_int_equal(gw_file_write(path, mo.data, mo.len, NULL), GW_OK);
    gw_buf_free(&mo);
}

static int setup(void **state)
{
    (void)state;
    write_catalogue();
    setenv("GRIDWARD_LOCALEDIR", scratch_dir(), 1);
    return 0;
}

static void expect_lang(const char *arg, const char *language, const char *lc_all, const char *lang,
                        enum gw_lang want)
{
    static const char *const NAMES[] = {"LANGUAGE", "LC_ALL", "LANG", "LC_MESSAGES"};
    const char *values[] = {language, lc_all, lang, NULL};
    for (size_t i = 0; i < 4; i++) {
        if (values[i]) {
            setenv(NAMES[i], values[i], 1);
        } else {
            unsetenv(NAMES[i]);
        }
    }
    assert_int_equal(gw_i18n_init(arg), want);
    assert_int_equal(gw_i18n_lang(), want);
    assert_string_equal(_("The alarm is closed."),
                        want == GW_LANG_ZH ? "警情已关闭。" : "The alarm is closed.");
    /* Whatever was asked for, characters are UTF-8 and numbers are written for programs. */
    wchar_t wide = 0;
    char number[16];
    mbstate_t shift = {0};
    assert_int_equal(mbrtowc(&wide, "警", 3, &shift), 3);
    assert_int_equal(wide, L'警');
    snprintf(number, sizeof number, "%.1f", 0.5);
    assert_string_equal(number, "0.5");
}

static void i18n__which_language(void **state)
{
    (void)state;
    expect_lang(NULL, NULL, NULL, NULL, GW_LANG_ZH);
    expect_lang(NULL, NULL, NULL, "C", GW_LANG_ZH);
    expect_lang(NULL, NULL, NULL, "C.UTF-8", GW_LANG_ZH);
    expect_lang(NULL, NULL, "POSIX", "en_US.UTF-8", GW_LANG_ZH);
    expect_lang(NULL, NULL, NULL, "zh_CN.UTF-8", GW_LANG_ZH);
    expect_lang(NULL, NULL, NULL, "zh_CN.GB18030", GW_LANG_ZH);
    expect_lang(NULL, NULL, NULL, "en_US.UTF-8", GW_LANG_EN);
    expect_lang(NULL, NULL, NULL, "en", GW_LANG_EN);
    expect_lang(NULL, NULL, "en_GB.ISO-8859-1", "zh_CN.UTF-8", GW_LANG_EN);
    expect_lang(NULL, NULL, NULL, "fr_FR.UTF-8", GW_LANG_EN);
    expect_lang(NULL, "en", NULL, "zh_CN.UTF-8", GW_LANG_EN);
    expect_lang(NULL, "zh", NULL, "en_US.UTF-8", GW_LANG_ZH);
    expect_lang(NULL, "fr:zh_CN:en", NULL, NULL, GW_LANG_ZH);
    expect_lang(NULL, "", NULL, "en_US.UTF-8", GW_LANG_EN);
    expect_lang("en", "zh_CN", NULL, "zh_CN.UTF-8", GW_LANG_EN);
    expect_lang("zh_CN", "en", "C", "en_US.UTF-8", GW_LANG_ZH);
}

static void i18n_set__while_running__messages_follow(void **state)
{
    (void)state;
    expect_lang("zh_CN", NULL, "C", NULL, GW_LANG_ZH);
    for (int i = 0; i < 3; i++) {
        gw_i18n_set(GW_LANG_EN);
        assert_string_equal(_("The alarm is closed."), "The alarm is closed.");
        gw_i18n_set(GW_LANG_ZH);
        assert_string_equal(_("The alarm is closed."), "警情已关闭。");
    }
    assert_int_equal(gw_i18n_lang(), GW_LANG_ZH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i18n__which_language),
        cmocka_unit_test(i18n_set__while_running__messages_follow),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
