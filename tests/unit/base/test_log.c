#include "tests/unit/base/cm.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "tests/kit/scratch.h"

static void read_into(struct gw_buf *out, const char *path)
{
    gw_buf_init(out, 4 * 1024 * 1024);
    assert_int_equal(gw_file_read(path, out, NULL), GW_OK);
}

static void log__closed__lines_are_dropped(void **state)
{
    (void)state;
    gw_log(GW_LOG_ERROR, "nobody listens");
}

static void log__file__private_safe_lines(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct stat st;
    struct gw_buf text;
    scratch_path(path, sizeof path, "plain.log");
    setenv("GRIDWARD_FIXED_TIME", "1769800629123", 1);
    assert_int_equal(gw_log_open(path, GW_LOG_INFO, NULL), GW_OK);
    gw_log(GW_LOG_INFO, "alarm %d\n\x1b[2J rings", 7);
    gw_log(GW_LOG_DEBUG, "too fine");
    gw_log(GW_LOG_ERROR, "%3000d", 1);
    gw_log_close();
    gw_log(GW_LOG_ERROR, "after closing");
    unsetenv("GRIDWARD_FIXED_TIME");
    read_into(&text, path);
    char want[100];
    int n = snprintf(want, sizeof want,
                     "2026-01-31T03:17:09.123+08:00 info [%d] alarm 7 [2J rings\n", (int)getpid());
    assert_memory_equal(gw_buf_str(&text), want, (size_t)n);
    assert_null(strstr(gw_buf_str(&text), "too fine"));
    assert_null(strstr(gw_buf_str(&text), "after closing"));
    assert_int_equal(text.data[text.len - 1], '\n');
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    gw_buf_free(&text);
}

static void log__no_folder__says_so(void **state)
{
    (void)state;
    struct gw_fail fail = {0};
    char path[PATH_MAX];
    scratch_path(path, sizeof path, "none/x.log");
    assert_int_equal(gw_log_open(path, GW_LOG_INFO, &fail), GW_STORE);
    assert_true(fail.text[0]);
}

static off_t size_of(const char *path, int number)
{
    char name[PATH_MAX + 8];
    struct stat st;
    snprintf(name, sizeof name, number ? "%s.%d" : "%s", path, number);
    return stat(name, &st) == 0 ? st.st_size : -1;
}

static void log__rotation__three_old_files_and_no_more(void **state)
{
    (void)state;
    char path[PATH_MAX];
    scratch_path(path, sizeof path, "turn.log");
    assert_int_equal(gw_log_open(path, GW_LOG_INFO, NULL), GW_OK);
    for (int i = 0; i < 6000; i++) {
        gw_log(GW_LOG_INFO, "%06d %01000d", i, 0);
    }
    gw_log_close();
    assert_in_range(size_of(path, 0), 1, 1024 * 1024 + 4096);
    for (int i = 1; i <= 3; i++) {
        assert_in_range(size_of(path, i), 1024 * 1024, 1024 * 1024 + 4096);
    }
    assert_int_equal(size_of(path, 4), -1);
}

/* The console and a command write one log. Both rotate; no line is torn, none of the last is lost.
 */
static void log__two_processes__whole_lines(void **state)
{
    (void)state;
    char path[PATH_MAX];
    enum { LINES = 1500 };
    scratch_path(path, sizeof path, "both.log");
    pid_t pid[2];
    for (int w = 0; w < 2; w++) {
        pid[w] = fork();
        if (pid[w] == 0) {
            if (gw_log_open(path, GW_LOG_INFO, NULL) != GW_OK) {
                _exit(1);
            }
            for (int i = 0; i < LINES; i++) {
                gw_log(GW_LOG_INFO, "%d %01000d end", w, i);
            }
            gw_log_close();
            _exit(0);
        }
    }
    for (int w = 0; w < 2; w++) {
        int status = -1;
        assert_int_equal(waitpid(pid[w], &status, 0), pid[w]);
        assert_int_equal(status, 0);
    }
    int lines = 0;
    for (int i = 0; i <= 3; i++) {
        char name[PATH_MAX + 8];
        struct gw_buf text;
        if (size_of(path, i) < 0) {
            continue;
        }
        snprintf(name, sizeof name, i ? "%s.%d" : "%s", path, i);
        read_into(&text, name);
        for (char *at = text.data, *end; at && (end = strchr(at, '\n')); at = end + 1) {
            assert_memory_equal(end - 4, " end", 4);
            lines++;
        }
        gw_buf_free(&text);
    }
    assert_int_equal(lines, 2 * LINES); /* 3 MB: within the four files */
}

static void log__stderr__priority_prefix(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct gw_buf text;
    scratch_path(path, sizeof path, "stderr");
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen(path, "w", stderr) || gw_log_open(NULL, GW_LOG_DEBUG, NULL) != GW_OK) {
            _exit(1);
        }
        gw_log(GW_LOG_WARN, "slow");
        gw_log_close();
        _exit(0);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    read_into(&text, path);
    assert_string_equal(gw_buf_str(&text), "<4>slow\n");
    gw_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log__closed__lines_are_dropped),
        cmocka_unit_test(log__file__private_safe_lines),
        cmocka_unit_test(log__no_folder__says_so),
        cmocka_unit_test(log__rotation__three_old_files_and_no_more),
        cmocka_unit_test(log__two_processes__whole_lines),
        cmocka_unit_test(log__stderr__priority_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
