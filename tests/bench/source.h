/* An alarm source and the times of its events, for both sides of the comparison: a child process
 * sends event 0, 1, 2 … at a steady rate, one after the other; the receiver says which one it sees.
 * Times lie in memory that both share. */
#ifndef GW_TESTS_BENCH_SOURCE_H
#define GW_TESTS_BENCH_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SOURCE_MAX = 20000, SOURCE_DIGITS = 6 };
#define SOURCE_MARK "bench-mark-"

struct source_times {
    size_t n;
    double rate;
    int64_t sent[SOURCE_MAX], answered[SOURCE_MAX]; /* 0 = not yet */
    int64_t seen[SOURCE_MAX], applied[SOURCE_MAX];
    volatile size_t done; /* how many the child has sent */
};

/* n events at rate a second. */
struct source_times *source_new(double rate, size_t n);
/* Calls send(ctx, i) for each at its time, in a child process that then ends. */
pid_t source_start(struct source_times *times, void (*send)(void *ctx, size_t i), void *ctx);
/* Looks for whole marks in what came, each SOURCE_MARK and SOURCE_DIGITS digits, and stamps those
 * seen first. Returns how many. A mark that lies across two calls is the caller's to put together.
 */
size_t source_seen(struct source_times *times, const char *bytes, size_t len);
bool source_complete(const struct source_times *times);
/* "name":{"n":..,"p50_us":..,"p99_us":..} of to - sent. */
void source_print(const char *name, const struct source_times *times, const int64_t *to);

#endif
