/* Runs seeds of the simulation. SIM_SEEDS=a:b runs a..b-1 instead of 0..299; a failing seed prints
 * what broke and how to run it again. Seeds that once failed stand in tests/sim/seeds.txt and run
 * always. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "tests/sim/sim.h"

struct totals {
    int64_t seeds, bad, commands, faults, requests, incidents, restores, crashes, enrolments,
        devices;
    int64_t results[RESULT_N];
};

static bool run_seed(uint64_t seed, struct totals *totals)
{
    struct sim *sim = sim_new(seed);
    if (sim->trouble.len == 0) {
        sim_faults(sim);
    }
    if (sim->trouble.len == 0) {
        sim_heal(sim);
    }
    if (sim->trouble.len == 0) {
        sim_check(sim);
    }
    bool good = sim->trouble.len == 0;
    if (!good) {
        (void)printf("seed %llu broke:\n%sagain with: SIM_SEEDS=%llu:%llu tests/sim/test_sim\n",
                     (unsigned long long)seed, gw_buf_str(&sim->trouble), (unsigned long long)seed,
                     (unsigned long long)seed + 1);
    }
    totals->seeds++;
    totals->bad += !good;
    totals->commands += sim->commands;
    totals->faults += sim->faults;
    totals->requests += sim->requests;
    totals->incidents += sim->incidents;
    totals->restores += sim->restores;
    totals->crashes += sim->crashes;
    totals->enrolments += sim->enrolments - SIM_CLIENTS;
    totals->devices += good ? sim->devices - SIM_CLIENTS : 0;
    for (int i = 0; i < RESULT_N; i++) {
        totals->results[i] += sim->results[i];
    }
    sim_free(sim);
    return good;
}

static void say(const char *what, const struct totals *t, clock_t began)
{
    (void)printf("%s: seeds %lld bad %lld commands %lld requests %lld faults %lld crashes %lld "
                 "restores %lld enrolled again %lld digest incidents %lld, %.1f s\n",
                 what, (long long)t->seeds, (long long)t->bad, (long long)t->commands,
                 (long long)t->requests, (long long)t->faults, (long long)t->crashes,
                 (long long)t->restores, (long long)t->enrolments, (long long)t->incidents,
                 (double)(clock() - began) / CLOCKS_PER_SEC);
    (void)printf("%s: new devices %lld; at the server:", what, (long long)t->devices);
    for (int i = 0; i < RESULT_N; i++) {
        (void)printf(" %s %lld", cmd_result_name((enum cmd_result)i), (long long)t->results[i]);
    }
    (void)printf("\n");
}

static void seeds_of_the_range(void **state)
{
    (void)state;
    const char *range = getenv("SIM_SEEDS");
    unsigned long long from = 0, to = 300;
    struct totals totals = {0};
    clock_t began = clock();
    if (range != NULL && *range != '\0') {
        assert_int_equal(sscanf(range, "%llu:%llu", &from, &to), 2);
    }
    for (unsigned long long seed = from; seed < to && totals.bad < 5; seed++) {
        (void)run_seed(seed, &totals);
    }
    say("range", &totals, began);
    assert_int_equal(totals.bad, 0);
}

static void seeds_that_once_failed(void **state)
{
    (void)state;
    struct totals totals = {0};
    clock_t began = clock();
    char line[256];
    FILE *file = fopen("tests/sim/seeds.txt", "r");
    if (file == NULL || getenv("SIM_SEEDS") != NULL) {
        if (file != NULL) {
            (void)fclose(file); /* only read */
        }
        skip();
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        unsigned long long seed = 0;
        if (sscanf(line, "%llu", &seed) == 1) {
            (void)run_seed(seed, &totals);
        }
    }
    (void)fclose(file); /* only read */
    say("once failed", &totals, began);
    assert_int_equal(totals.bad, 0);
}

int main(void)
{
    if (getenv("SIM_LOG") != NULL) {
        (void)gw_log_open(NULL, GW_LOG_DEBUG, NULL); /* else silent */
    }
    sim_prepare();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_that_once_failed),
        cmocka_unit_test(seeds_of_the_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
