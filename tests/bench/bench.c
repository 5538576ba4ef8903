#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec ts = {0};
    (void)clock_gettime(id, &ts); /* cannot fail */
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t bench_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t bench_cpu_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double bench_at(double *list, size_t n, double share)
{
    if (n == 0) {
        return 0;
    }
    qsort(list, n, sizeof *list, compare);
    size_t at = (size_t)(share * (double)n);
    return list[at < n ? at : n - 1];
}

_Noreturn void bench_die(const char *what, const char *why)
{
    (void)fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

void bench_must(enum gw_err err, const struct gw_fail *fail, const char *what)
{
    if (err != GW_OK) {
        bench_die(what, fail != NULL && fail->text[0] != '\0' ? fail->text : gw_err_name(err));
    }
}

char *bench_read(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        bench_die(path, "cannot be read");
    }
    long size = ftell(file);
    char *text = malloc((size_t)size + 1);
    rewind(file);
    if (text == NULL || fread(text, 1, (size_t)size, file) != (size_t)size) {
        bench_die(path, "cannot be read");
    }
    text[size] = '\0';
    *len = (size_t)size;
    (void)fclose(file); /* read only */
    return text;
}

void bench_read_answer(int fd, const char *what, const char *holds)
{
    char text[4096];
    size_t have = 0;
    for (;;) {
        ssize_t n = read(fd, text + have, sizeof text - 1 - have);
        if (n <= 0) {
            bench_die(what, "closed the connection");
        }
        have += (size_t)n;
        text[have] = '\0';
        const char *body = strstr(text, "\r\n\r\n");
        const char *length = strcasestr(text, "Content-Length:");
        if (body != NULL && length != NULL &&
            have - (size_t)(body + 4 - text) >= strtoul(length + 15, NULL, 10)) {
            break;
        }
    }
    if (strstr(text, holds) == NULL) {
        bench_die(what, text);
    }
}
