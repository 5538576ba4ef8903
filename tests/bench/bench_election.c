/* E2: the result of a poll: 5,000 registered, 60 people with votes, a chair, two deputy chairs and
 * six members. Plain (everybody other votes, nobody kin), or hard, with all that makes it count
 * anew (votes that many share, 120 pairs of near kin, three women wanted).
 *
 *     bench_election plain|hard N       seven times N results; CPU time of one, median of 7 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/election.h"
#include "tests/bench/bench.h"

enum { PEOPLE = 60, KIN = 120, RUNS = 7, VOTED = 4200 };

struct poll {
    struct elect_in in;
    struct elect_person people[PEOPLE];
    struct elect_kin kin[KIN];
};

static void make_poll(struct poll *p, bool hard)
{
    *p = (struct poll){.in = {.rules = {.turnout = {1, 2, true},
                                        .majority = {1, 2, true},
                                        .rerun_floor = {1, 3, false},
                                        .women_min = hard ? 3 : 1,
                                        .woman_held = FLAG_YES,
                                        .kin_higher_stays = FLAG_YES,
                                        .lower_post_votes = FLAG_YES},
                              .seats = {1, 2, 6},
                              .ballots = {5000, VOTED, VOTED, VOTED, VOTED, 0, 0, {0}},
                              .people_n = PEOPLE,
                              .kin_n = hard ? KIN : 0}};
    for (size_t i = 0; i < PEOPLE; i++) {
        int64_t spread = (int64_t)(hard ? i % 7 : i);
        p->people[i] = (struct elect_person){
            .id = "x", .woman = i % 10 == 9, .votes = {i % 9, 700 + spread, 1500 + 3 * spread}};
    }
    for (size_t k = 0; k < KIN; k++) {
        p->kin[k] = (struct elect_kin){k % PEOPLE, (k * 7 + 3) % PEOPLE};
    }
    p->in.people = p->people;
    p->in.kin = p->kin;
}

/* Microseconds of one result. */
static double run(const struct poll *p, size_t n)
{
    static struct elect_result r;
    double list[RUNS];
    for (size_t k = 0; k < RUNS; k++) {
        int64_t start = bench_cpu_ns();
        for (size_t i = 0; i < n; i++) {
            bench_must(elect_result(&p->in, &r, NULL), NULL, "elect_result");
        }
        list[k] = (double)(bench_cpu_ns() - start) / 1000.0 / (double)n;
    }
    if (r.validity != ELECT_VALID || r.seats_n != 9) {
        bench_die("elect_result", "is not the poll that was meant");
    }
    return bench_at(list, RUNS, 0.5);
}

int main(int argc, char **argv)
{
    static struct poll p;
    size_t n = argc == 3 ? (size_t)strtoul(argv[2], NULL, 10) : 0;
    if (n == 0) {
        fprintf(stderr, "usage: bench_election plain|hard N\n");
        return 2;
    }
    make_poll(&p, strcmp(argv[1], "hard") == 0);
    double us = run(&p, n);
    printf("{\"us\":%.2f,\"results\":%zu}\n", us, n * RUNS);
    return 0;
}
