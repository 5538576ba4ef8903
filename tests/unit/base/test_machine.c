/* A crash tells the person and still ends by its signal; sleep and network are looked at without
 * waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/machine.h"

static void a_crash_tells_and_ends_by_its_signal(void **state)
{
    (void)state;
    int out[2];
    char said[512];
    size_t n = 0;
    ssize_t got;
    int status = 0;
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &no_core);
        (void)dup2(out[1], STDERR_FILENO);
        gw_crash_arm("the records lie in /x\n");
        (void)raise(SIGSEGV);
        _exit(0);
    }
    (void)close(out[1]);
    while ((got = read(out[0], said + n, sizeof said - 1 - n)) > 0) {
        n += (size_t)got;
    }
    said[n] = '\0';
    (void)close(out[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    assert_non_null(strstr(said, "the records lie in /x"));
    assert_non_null(strstr(said, "\033[?25h")); /* the cursor is back */
}

static void nothing_waits(void **state)
{
    (void)state;
    int64_t first = gw_asleep_ms();
    assert_true(first >= 0 && gw_asleep_ms() >= first - 1);
    int fd = gw_netwatch_open();
    if (fd >= 0) { /* none in some containers */
        (void)gw_netwatch_read(fd);
        assert_false(gw_netwatch_read(fd));
        (void)close(fd);
    }
    assert_false(gw_netwatch_read(-1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_tells_and_ends_by_its_signal),
        cmocka_unit_test(nothing_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
