#include "tests/unit/base/cm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/spawn.h"

/* Waits for the pipe, not for a time. */
static size_t read_all(int fd, char *out, size_t size)
{
    size_t len = 0;
    for (;;) {
        struct pollfd p = {fd, POLLIN, 0};
        assert_int_equal(poll(&p, 1, 10000), 1);
        ssize_t n = read(fd, out + len, size - 1 - len);
        assert_true(n >= 0);
        if (n == 0) {
            out[len] = '\0';
            return len;
        }
        len += (size_t)n;
    }
}

static int wait_for(struct gw_child *child)
{
    int status = -1;
    while (!gw_child_ended(child, &status)) {
        (void)poll(NULL, 0, 1);
    }
    return status;
}

static void run(const char *script, struct gw_child *child)
{
    char *argv[] = {"sh", "-c", (char *)script, NULL};
    struct gw_fail fail = {0};
    if (gw_spawn(argv, true, true, child, &fail) != GW_OK) {
        fail_msg("%s", fail.text);
    }
}

static void spawn__pipes__talk_both_ways(void **state)
{
    (void)state;
    struct gw_child child;
    char out[100];
    run("read line; echo \"got $line\"; echo noise >&2; exit 7", &child);
    assert_true(fcntl(child.to, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(child.from, F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(child.to, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(write(child.to, "ring\n", 5), 5);
    read_all(child.from, out, sizeof out);
    assert_string_equal(out, "got ring\n");
    assert_int_equal(wait_for(&child), 7);
    int status = 0;
    assert_true(gw_child_ended(&child, &status));
    assert_int_equal(status, -1);
    gw_child_end(&child, 0);
    gw_child_end(&child, 0);
    assert_int_equal(child.to, -1);
}

static void spawn__unknown_program__absent(void **state)
{
    (void)state;
    struct gw_child child;
    struct gw_fail fail = {0};
    char *argv[] = {"gridward-no-such-program", NULL};
    assert_int_equal(gw_spawn(argv, true, true, &child, &fail), GW_ABSENT);
    assert_non_null(strstr(fail.text, "gridward-no-such-program"));
    assert_int_equal(child.pid, -1);
    assert_int_equal(child.to, -1);
    argv[0] = "/etc/passwd";
    assert_int_equal(gw_spawn(argv, false, true, &child, &fail), GW_REFUSED);
}

static void spawn__signals_and_descriptors__as_from_a_fresh_shell(void **state)
{
    (void)state;
    struct gw_child child;
    char out[400];
    sigset_t block;
    sigset_t old;
    int leak = open("/dev/null", O_RDONLY); /* without CLOEXEC, on purpose */
    gw_spawn_remember_mask();
    sigfillset(&block);
    sigprocmask(SIG_BLOCK, &block, &old);
    signal(SIGPIPE, SIG_IGN);
    run("grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd | wc -l", &child);
    sigprocmask(SIG_SETMASK, &old, NULL);
    signal(SIGPIPE, SIG_DFL);
    read_all(child.from, out, sizeof out);
    assert_int_equal(wait_for(&child), 0);
    assert_non_null(strstr(out, "SigBlk:\t0000000000000000"));
    const char *ignored = strstr(out, "SigIgn:\t");
    assert_non_null(ignored);
    /* glibc keeps its two internal signals (32, 33) out of the way while it spawns. */
    assert_int_equal(strtoull(ignored + 8, NULL, 16) & ~0x180000000ULL, 0);
    assert_non_null(strstr(out, "\n4\n")); /* 0, 1, 2 and the folder that ls reads */
    close(leak);
}

static void spawn__end__stubborn_child_is_killed(void **state)
{
    (void)state;
    struct gw_child child;
    char out[10];
    run("trap '' TERM; exec 3>&1; echo up; exec >&-; while :; do read x || exec sleep 1000; done",
        &child);
    struct pollfd p = {child.from, POLLIN, 0};
    assert_int_equal(poll(&p, 1, 10000), 1);
    assert_int_equal(read(child.from, out, sizeof out), 3);
    pid_t pid = child.pid;
    gw_child_end(&child, 20);
    assert_int_equal(child.pid, -1);
    assert_int_equal(kill(pid, 0), -1); /* reaped */
    assert_int_equal(errno, ESRCH);
}

static void spawn__killed_child__status_names_the_signal(void **state)
{
    (void)state;
    struct gw_child child;
    run("kill -9 $$", &child);
    assert_int_equal(wait_for(&child), 128 + 9);
    gw_child_end(&child, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spawn__pipes__talk_both_ways),
        cmocka_unit_test(spawn__unknown_program__absent),
        cmocka_unit_test(spawn__signals_and_descriptors__as_from_a_fresh_shell),
        cmocka_unit_test(spawn__end__stubborn_child_is_killed),
        cmocka_unit_test(spawn__killed_child__status_names_the_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
