#include "tests/bench/source.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

struct source_times *source_new(double rate, size_t n)
{
    struct source_times *t =
        mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (t == MAP_FAILED || n > SOURCE_MAX) {
        bench_die("source", "no memory, or too many events");
    }
    t->rate = rate;
    t->n = n;
    return t;
}

/* Sleeps to just before the time, then looks at the clock: a timer alone is late by 50 us. */
static void wait_until(int64_t ns)
{
    int64_t early = ns - 150000;
    struct timespec ts = {.tv_sec = early / 1000000000, .tv_nsec = early % 1000000000};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL); /* in the past: at once */
    while (bench_ns() < ns) {
    }
}

pid_t source_start(struct source_times *times, void (*send)(void *ctx, size_t i), void *ctx)
{
    pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing stays when the receiver is killed */
    int64_t start = bench_ns() + 50000000;
    for (size_t i = 0; i < times->n; i++) {
        wait_until(start + (int64_t)((double)i * 1e9 / times->rate));
        times->sent[i] = bench_ns();
        send(ctx, i);
        times->answered[i] = bench_ns();
        times->done = i + 1;
    }
    _exit(0);
}

size_t source_seen(struct source_times *times, const char *bytes, size_t len)
{
    size_t found = 0;
    const char *at = bytes;
    while ((at = memmem(at, len - (size_t)(at - bytes), SOURCE_MARK, strlen(SOURCE_MARK))) !=
           NULL) {
        at += strlen(SOURCE_MARK);
        char digits[SOURCE_DIGITS + 1] = {0};
        if (len - (size_t)(at - bytes) < SOURCE_DIGITS) {
            break; /* half a number would be another one */
        }
        memcpy(digits, at, SOURCE_DIGITS);
        size_t i = (size_t)strtoul(digits, NULL, 10);
        if (i < times->n && times->seen[i] == 0) {
            times->seen[i] = bench_ns();
            found++;
        }
    }
    return found;
}

bool source_complete(const struct source_times *times)
{
    for (size_t i = times->n; i > 0; i--) {
        if (times->seen[i - 1] == 0) {
            return false;
        }
    }
    return true;
}

void source_print(const char *name, const struct source_times *times, const int64_t *to)
{
    double *us = calloc(times->n + 1, sizeof *us);
    size_t n = 0;
    for (size_t i = 0; us != NULL && i < times->n; i++) {
        if (to[i] != 0 && times->sent[i] != 0) {
            us[n++] = (double)(to[i] - times->sent[i]) / 1000.0;
        }
    }
    if (us != NULL) {
        double p50 = bench_at(us, n, 0.5);
        (void)printf("\"%s\":{\"n\":%zu,\"p50_us\":%.1f,\"p99_us\":%.1f}", name, n, p50,
                     bench_at(us, n, 0.99));
    }
    free(us);
}
