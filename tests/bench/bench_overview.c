/* E4, E5: a district's elections in a home of its own, as the feed left them there.
 *
 *     bench_overview DIR VILLAGES STEPS     the overview: all judged, then as it was kept;
 *                                           the offices that they file, the same
 *     bench_overview DIR open STEPS         one election of so many records: what its screen loads
 *
 * DIR is a folder that may be filled. GRIDWARD_RULESDIR names the rule files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/office.h"
#include "offline-db/overview.h"
#include "tests/bench/bench.h"
#include "tests/kit/elections.h"

enum { RUNS = 7 };

/* A member of the committee, by number. */
static void seat(struct elections *e, int number)
{
    char subject[16], fields[128];
    (void)snprintf(subject, sizeof subject, "%d", number);
    (void)snprintf(fields, sizeof fields, "{\"name\":\"张%d\",\"post\":\"%s\"}", number,
                   number == 1 ? "chair" : "member");
    elections_step(e, "S23-1", subject, fields, "{\"votes\":80}");
}

static void fill(struct elections *e, int villages, int steps, bool seated)
{
    char id[32], path[64];
    for (int i = 0; i < villages; i++) {
        (void)snprintf(id, sizeof id, "p-%04d", i);
        (void)snprintf(path, sizeof path, "CQ.500112.%03d.%03d", i / 20 + 1, i % 20 + 1);
        elections_begin(e);
        elections_place(e, path, "村");
        elections_open(e, id, path, i % 60 - 20);
        if (i % 3 == 0) {
            elections_poll(e, 80);
        }
        for (int k = 1; seated && k <= 5; k++) {
            seat(e, k);
        }
        if (seated) {
            elections_step(e, "S23", NULL, "{\"published_on\":\"2027-01-01\"}", NULL);
        }
        elections_fill(e, steps);
        elections_end(e);
    }
}

static double look(struct elections *e, size_t *judged, size_t *rows)
{
    struct overview o;
    struct gw_fail fail = {0};
    int64_t start = bench_cpu_ns();
    bench_must(overview_load(elections_home(e), "", ELECTIONS_TODAY, OVERVIEW_DIVISION, &o, &fail),
               &fail, "overview");
    double ms = (double)(bench_cpu_ns() - start) / 1e6;
    *judged = o.judged;
    *rows = o.n;
    if (o.totals.unknown > 0) {
        bench_die("overview", "an election is not known");
    }
    overview_free(&o);
    return ms;
}

static double file(struct elections *e, size_t *read, size_t *offices)
{
    struct office_list list;
    struct gw_fail fail = {0};
    const struct office_want want = {.scope = "", .today = ELECTIONS_TODAY};
    int64_t start = bench_cpu_ns();
    bench_must(office_load(elections_home(e), &want, &list, &fail), &fail, "offices");
    double ms = (double)(bench_cpu_ns() - start) / 1e6;
    *read = list.read;
    *offices = list.n;
    office_unload(&list);
    return ms;
}

static void measure_offices(struct elections *e)
{
    double warm[RUNS];
    size_t read, kept, offices;
    double first = file(e, &read, &offices);
    for (int i = 0; i < RUNS; i++) {
        warm[i] = file(e, &kept, &offices);
    }
    printf(",\"offices\":%zu,\"filed\":%zu,\"file_ms\":%.2f,\"filed_again\":%zu,"
           "\"offices_ms\":%.2f}\n",
           offices, read, first, kept, bench_at(warm, RUNS, 0.5));
}

static void measure_overview(struct elections *e, int villages, int steps)
{
    double warm[RUNS];
    size_t judged, kept, rows;
    fill(e, villages, steps, true);
    double first = look(e, &judged, &rows);
    for (int i = 0; i < RUNS; i++) {
        warm[i] = look(e, &kept, &rows);
    }
    printf("{\"rows\":%zu,\"judged\":%zu,\"first_ms\":%.2f,\"again_judged\":%zu,"
           "\"again_ms\":%.2f",
           rows, judged, first, kept, bench_at(warm, RUNS, 0.5));
    measure_offices(e);
}

static void measure_open(struct elections *e, int steps)
{
    double ms[RUNS];
    struct gw_fail fail = {0};
    fill(e, 1, steps, false);
    for (int i = 0; i < RUNS; i++) {
        struct process_case c;
        int64_t start = bench_cpu_ns();
        bench_must(process_load(elections_home(e), "p-0000", ELECTIONS_TODAY, &c, &fail), &fail,
                   "open");
        ms[i] = (double)(bench_cpu_ns() - start) / 1e6;
        process_unload(&c);
    }
    printf("{\"steps\":%d,\"open_ms\":%.2f}\n", steps, bench_at(ms, RUNS, 0.5));
}

int main(int argc, char **argv)
{
    if (argc != 4 || atoi(argv[3]) < 10) {
        bench_die("usage", "bench_overview DIR VILLAGES|open STEPS");
    }
    struct elections *e = elections_new(argv[1], ROLE_LEADER);
    if (strcmp(argv[2], "open") == 0) {
        measure_open(e, atoi(argv[3]));
    } else {
        measure_overview(e, atoi(argv[2]), atoi(argv[3]));
    }
    elections_free(e);
    return 0;
}
