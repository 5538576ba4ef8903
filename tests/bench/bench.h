/* What the bench programs share: clocks, the middle and the tail of a list of measurements, and
 * "what to do when it fails": say why and stop, for a figure from a half-failed run is worse than
 * none. Every program prints one JSON object on stdout; bench.py makes the table. */
#ifndef GW_TESTS_BENCH_BENCH_H
#define GW_TESTS_BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

int64_t bench_ns(void);     /* CLOCK_MONOTONIC: the same in every process */
int64_t bench_cpu_ns(void); /* of this process */

/* The value that a share of the list does not exceed; sorts the list. 0 when it is empty. */
double bench_at(double *list, size_t n, double share);

_Noreturn void bench_die(const char *what, const char *why);
/* Head and body of one HTTP answer, which must hold this text (its status). */
void bench_read_answer(int fd, const char *what, const char *holds);
void bench_must(enum gw_err err, const struct gw_fail *fail, const char *what);

/* A whole file, ended by a NUL. Freed by the caller. */
char *bench_read(const char *path, size_t *len);

#endif
