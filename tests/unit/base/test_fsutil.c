#include "tests/unit/base/cm.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "tests/kit/scratch.h"

static void expect_content(const char *path, const char *want)
{
    struct gw_buf out;
    gw_buf_init(&out, 1000);
    assert_int_equal(gw_file_read(path, &out, NULL), GW_OK);
    assert_string_equal(gw_buf_str(&out), want);
    gw_buf_free(&out);
}

static void file_write__new_and_over__private_and_whole(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char temp[PATH_MAX + 8];
    struct stat st;
    struct gw_fail fail = {0};
    scratch_path(path, sizeof path, "file");
    assert_int_equal(gw_file_write(path, "one", 3, &fail), GW_OK);
    expect_content(path, "one");
    assert_int_equal(gw_file_write(path, "", 0, &fail), GW_OK);
    expect_content(path, "");
    assert_int_equal(gw_file_write(path, "two", 3, &fail), GW_OK);
    expect_content(path, "two");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    snprintf(temp, sizeof temp, "%s.tmp", path);
    assert_int_not_equal(access(temp, F_OK), 0);
}

/* A process that may not write more than 4 KiB into a file: like a disk that is full. */
static void file_write__no_room__old_content_stays(void **state)
{
    (void)state;
    char path[PATH_MAX];
    static char big[100000];
    scratch_path(path, sizeof path, "tight");
    assert_int_equal(gw_file_write(path, "precious", 8, NULL), GW_OK);
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit = {4096, 4096};
        struct gw_fail fail = {0};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        enum gw_err err = gw_file_write(path, big, sizeof big, &fail);
        _exit(err == GW_FULL && fail.text[0] ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    expect_content(path, "precious");
}

static void file_write_checked__same_or_an_error(void **state)
{
    (void)state;
    char path[PATH_MAX];
    static char big[100000];
    struct gw_fail fail = {0};
    scratch_path(path, sizeof path, "stick");
    assert_int_equal(gw_file_write_checked(path, "abc", 3, NULL), GW_OK);
    expect_content(path, "abc");
    assert_int_equal(gw_file_write_checked(path, big, sizeof big, NULL), GW_OK);
    assert_int_equal(gw_file_write_checked(path, "", 0, NULL), GW_OK);
    scratch_path(path, sizeof path, "no/such/stick");
    assert_int_equal(gw_file_write_checked(path, "x", 1, &fail), GW_STORE);
}

static void file_write__no_folder__store(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct gw_fail fail = {0};
    scratch_path(path, sizeof path, "no/such/file");
    assert_int_equal(gw_file_write(path, "x", 1, &fail), GW_STORE);
    assert_non_null(strstr(fail.text, "no/such/file"));
}

static void file_read__missing_and_too_large(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct gw_buf out;
    struct gw_fail fail = {0};
    gw_buf_init(&out, 4);
    assert_int_equal(gw_buf_adds(&out, "ab"), GW_OK);
    scratch_path(path, sizeof path, "read");
    assert_int_equal(gw_file_read(path, &out, &fail), GW_ABSENT);
    assert_int_equal(gw_file_write(path, "xyz", 3, NULL), GW_OK);
    assert_int_equal(gw_file_read(path, &out, &fail), GW_TOO_LARGE);
    assert_string_equal(gw_buf_str(&out), "ab");
    assert_int_equal(gw_file_read(scratch_dir(), &out, &fail), GW_STORE);
    gw_buf_free(&out);
}

static void dir_make__deep__private(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char part[PATH_MAX];
    struct stat st;
    scratch_path(path, sizeof path, "a/b/c/");
    assert_int_equal(gw_dir_make(path, NULL), GW_OK);
    assert_int_equal(gw_dir_make(path, NULL), GW_OK);
    assert_int_equal(gw_path_join(part, sizeof part, scratch_dir(), "a/b"), GW_OK);
    assert_int_equal(stat(part, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
}

static void dir_make__others_may_write__refused(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct gw_fail fail = {0};
    scratch_path(path, sizeof path, "open");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(path, 0770), 0);
    assert_int_equal(gw_dir_make(path, &fail), GW_REFUSED);
    assert_true(fail.text[0]);
    assert_int_equal(chmod(path, 0755), 0);
    assert_int_equal(gw_dir_make(path, &fail), GW_OK);
}

static void dir_make__a_file_in_the_way__says_so(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char below[PATH_MAX + 8];
    scratch_path(path, sizeof path, "plain");
    assert_int_equal(gw_file_write(path, "x", 1, NULL), GW_OK);
    assert_int_equal(gw_dir_make(path, NULL), GW_INVALID);
    snprintf(below, sizeof below, "%s/x", path);
    assert_int_equal(gw_dir_make(below, NULL), GW_STORE);
    assert_int_equal(gw_dir_make("", NULL), GW_INVALID);
}

static void path_join__fits_or_not(void **state)
{
    (void)state;
    char out[8];
    assert_int_equal(gw_path_join(out, sizeof out, "abc", "def"), GW_OK);
    assert_string_equal(out, "abc/def");
    assert_int_equal(gw_path_join(out, sizeof out, "abc/", "def"), GW_OK);
    assert_string_equal(out, "abc/def");
    assert_int_equal(gw_path_join(out, sizeof out, "abc", "defg"), GW_TOO_LARGE);
    assert_true(gw_disk_free(scratch_dir()) > 0);
    assert_int_equal(gw_disk_free("/no/such/place"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_write__new_and_over__private_and_whole),
        cmocka_unit_test(file_write__no_room__old_content_stays),
        cmocka_unit_test(file_write_checked__same_or_an_error),
        cmocka_unit_test(file_write__no_folder__store),
        cmocka_unit_test(file_read__missing_and_too_large),
        cmocka_unit_test(dir_make__deep__private),
        cmocka_unit_test(dir_make__others_may_write__refused),
        cmocka_unit_test(dir_make__a_file_in_the_way__says_so),
        cmocka_unit_test(path_join__fits_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
