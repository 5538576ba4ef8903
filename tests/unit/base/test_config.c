#include "tests/unit/base/cm.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/fsutil.h"
#include "tests/kit/scratch.h"

enum { MINUTE = 60000 };

static const struct gw_setting TABLE[] = {
    {"sync.heartbeat", GW_SET_MS, "40s", 100, 10 * MINUTE, "about"},
    {"sync.page_rows", GW_SET_INT, "500", 1, 500, "about"},
    {"ui.bell", GW_SET_BOOL, "yes", 0, 0, "about"},
    {"ui.command", GW_SET_TEXT, "", 0, 0, "about"},
    {"keep.feed", GW_SET_MS, "180d", 0, INT64_MAX, "about"},
    {"ui.offset", GW_SET_INT, "-5", 0, 0, "about"},
};
enum { TABLE_N = sizeof TABLE / sizeof TABLE[0] };

static enum gw_err load_text(const char *text, struct gw_config **out, struct gw_fail *fail)
{
    char path[PATH_MAX];
    scratch_path(path, sizeof path, "gridward.conf");
    assert_int_equal(gw_file_write(path, text, strlen(text), NULL), GW_OK);
    return gw_config_load(TABLE, TABLE_N, path, out, fail);
}

static struct gw_config *must_load(const char *text)
{
    struct gw_config *cfg = NULL;
    struct gw_fail fail = {0};
    if (load_text(text, &cfg, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
    return cfg;
}

static void config__no_file__defaults(void **state)
{
    (void)state;
    struct gw_config *cfg = NULL;
    struct gw_fail fail = {0};
    assert_int_equal(gw_config_load(TABLE, TABLE_N, "/no/such/file", &cfg, &fail), GW_OK);
    assert_string_equal(fail.text, "");
    assert_int_equal(gw_config_int(cfg, "sync.heartbeat"), 40000);
    assert_int_equal(gw_config_int(cfg, "keep.feed"), 180LL * 24 * 60 * MINUTE);
    assert_int_equal(gw_config_int(cfg, "ui.bell"), 1);
    assert_int_equal(gw_config_int(cfg, "ui.offset"), -5);
    assert_string_equal(gw_config_text(cfg, "ui.command"), "");
    gw_config_free(cfg);
    assert_int_equal(gw_config_load(TABLE, TABLE_N, NULL, &cfg, NULL), GW_OK);
    gw_config_free(cfg);
    gw_config_free(NULL);
}

static void config__file__over_defaults(void **state)
{
    (void)state;
    struct gw_config *cfg = must_load("# a comment\n"
                                      "[sync]\n"
                                      "  heartbeat = 5m ; said by the duty room\n"
                                      "page_rows=20\n"
                                      "[ui]\n"
                                      "bell = Off\n"
                                      "\tcommand = 播放 铃声\n");
    assert_int_equal(gw_config_int(cfg, "sync.heartbeat"), 5 * MINUTE);
    assert_int_equal(gw_config_int(cfg, "sync.page_rows"), 20);
    assert_int_equal(gw_config_int(cfg, "ui.bell"), 0);
    assert_string_equal(gw_config_text(cfg, "ui.command"), "播放 铃声");
    assert_string_equal(gw_config_text(cfg, "sync.heartbeat"), "5m");
    gw_config_free(cfg);
}

static void config__time_suffixes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } GOOD[] = {{"250ms", 250}, {"1500", 1500}, {"2s", 2000}, {"3m", 180000}};
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        char text[100];
        snprintf(text, sizeof text, "[sync]\nheartbeat = %s\n", GOOD[i].text);
        struct gw_config *cfg = must_load(text);
        assert_int_equal(gw_config_int(cfg, "sync.heartbeat"), GOOD[i].ms);
        gw_config_free(cfg);
    }
}

static void expect_refused(const char *text, const char *where, const char *what)
{
    struct gw_config *cfg = (struct gw_config *)1;
    struct gw_fail fail = {0};
    assert_int_equal(load_text(text, &cfg, &fail), GW_INVALID);
    assert_null(cfg);
    if (!strstr(fail.text, where) || !strstr(fail.text, what)) {
        fail_msg("\"%s\" names neither \"%s\" nor \"%s\"", fail.text, where, what);
    }
}

static void config__bad_values__line_key_and_range(void **state)
{
    (void)state;
    expect_refused("[sync]\n\nheartbeat = soon\n", "line 3", "sync.heartbeat");
    expect_refused("[sync]\nheartbeat = 99\n", "line 2", "from 100 to 600000");
    expect_refused("[sync]\nheartbeat = 5 m\n", "line 2", "sync.heartbeat");
    expect_refused("[sync]\nheartbeat = -1s\n", "line 2", "sync.heartbeat");
    expect_refused("[sync]\nheartbeat = 99999999999999999999d\n", "line 2", "sync.heartbeat");
    expect_refused("[keep]\nfeed = 9223372036854775807d\n", "line 2", "keep.feed");
    expect_refused("[sync]\npage_rows = 501\n", "line 2", "from 1 to 500");
    expect_refused("[sync]\npage_rows = 5x\n", "line 2", "sync.page_rows");
    expect_refused("[sync]\npage_rows =\n", "line 2", "sync.page_rows");
    expect_refused("[ui]\nbell = maybe\n", "line 2", "ui.bell");
    expect_refused("[ui]\ncommand = \xff\n", "line 2", "ui.command");
}

static void config__unknown_key__reported(void **state)
{
    (void)state;
    expect_refused("[sync]\nheartbeet = 40s\n", "line 2", "sync.heartbeet");
    expect_refused("heartbeat = 40s\n", "line 1", "heartbeat");
    expect_refused("[sync]\nheartbeat = 40s\n[other]\nx = 1\n", "line 4", "other.x");
    expect_refused("[sync]\nx\x1b[31m = 1\n", "line 2", "x[31m");
}

static void config__nonsense__line(void **state)
{
    (void)state;
    expect_refused("[sync]\nheartbeat\n", "line 2", "key = value");
    expect_refused("[sync\nheartbeat = 40s\n", "line 1", "[section]");
    char text[1000];
    memset(text, 'a', sizeof text);
    memcpy(text, "[ui]\ncommand=", 13);
    text[sizeof text - 1] = '\0';
    expect_refused(text, "line 2", "longer");
}

static void config__environment__over_the_file(void **state)
{
    (void)state;
    setenv("GRIDWARD_SYNC_HEARTBEAT", "1500ms", 1);
    setenv("GRIDWARD_SYNC_PAGE_ROWS", "", 1);
    struct gw_config *cfg = must_load("[sync]\nheartbeat = 5m\npage_rows = 7\n");
    assert_int_equal(gw_config_int(cfg, "sync.heartbeat"), 1500);
    assert_int_equal(gw_config_int(cfg, "sync.page_rows"), 7);
    gw_config_free(cfg);
    setenv("GRIDWARD_SYNC_HEARTBEAT", "never", 1);
    struct gw_fail fail = {0};
    assert_int_equal(load_text("", &cfg, &fail), GW_INVALID);
    assert_non_null(strstr(fail.text, "GRIDWARD_SYNC_HEARTBEAT"));
    unsetenv("GRIDWARD_SYNC_HEARTBEAT");
    unsetenv("GRIDWARD_SYNC_PAGE_ROWS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config__no_file__defaults),
        cmocka_unit_test(config__file__over_defaults),
        cmocka_unit_test(config__time_suffixes),
        cmocka_unit_test(config__bad_values__line_key_and_range),
        cmocka_unit_test(config__unknown_key__reported),
        cmocka_unit_test(config__nonsense__line),
        cmocka_unit_test(config__environment__over_the_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
