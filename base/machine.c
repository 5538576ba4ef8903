#include "base/machine.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int gw_netwatch_open(void)
{
    struct sockaddr_nl addr = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE,
    };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

bool gw_netwatch_read(int fd)
{
    char bytes[4096];
    bool any = false;
    while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0) {
        any = true;
    }
    return any;
}

int64_t gw_asleep_ms(void)
{
    struct timespec boot, run;
    if (clock_gettime(CLOCK_BOOTTIME, &boot) != 0 || clock_gettime(CLOCK_MONOTONIC, &run) != 0) {
        return 0;
    }
    return (boot.tv_sec - run.tv_sec) * 1000 + (boot.tv_nsec - run.tv_nsec) / 1000000;
}

/* Only async-signal-safe calls: the text was made before. */
static char crash_text[1400];
static void on_crash(int sig)
{
    static const char restore[] = "\033[?1049l\033[?25h\033[0m\r\n";
    (void)!write(STDERR_FILENO, restore, sizeof(restore) - 1);
    (void)!write(STDERR_FILENO, crash_text, strlen(crash_text));
    (void)signal(sig, SIG_DFL);
    (void)raise(sig);
}

void gw_crash_arm(const char *text)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
    (void)snprintf(crash_text, sizeof(crash_text), "%s", text);
    for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
        struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_RESETHAND};
        (void)sigaction(deadly[i], &action, NULL);
    }
}
