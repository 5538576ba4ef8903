/* E1: a large procedure from its steps: order and who had seen whom, digest, and everything that
 * the engine says of it. Four devices that see each other's steps; objections and their decisions,
 * a tenth of them corrected and cosigned, judged by the shipped files.
 *
 *     bench_evidence RULES_DIR STEPS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "model/procedure.h"
#include "rules/ruleset_load.h"
#include "tests/bench/bench.h"

enum { DEVS = 4, RUNS = 7, SUBJECT = 24 };

static const char *const devs[DEVS] = {"dev-a", "dev-b", "dev-c", "dev-d"};
static const char *const users[DEVS] = {"u1", "u1", "u2", "u3"};
static const struct proc_value day_values[] = {{.key = "polling_day", .text = "2026-08-30"},
                                               {.key = "received_on", .text = "2026-08-03"},
                                               {.key = "decided_on", .text = "2026-08-04"},
                                               {.key = "published_on", .text = "2026-08-01"}};

struct load {
    struct ev_step *steps;
    const struct ev_step **list;
    const char *(*seen)[DEVS];
    char (*subjects)[SUBJECT];
    size_t n;
};

static void *take(size_t n, size_t size)
{
    void *piece = calloc(n, size);
    if (!piece) {
        bench_die("memory", "is out");
    }
    return piece;
}

/* Ten in a row: four objections with their decisions, a correction of the last, its cosign. */
static void fill_kind(struct load *l, size_t i)
{
    struct ev_step *s = &l->steps[i];
    size_t turn = i % 10;
    s->kind = i == 0 ? PROC_OPEN : turn < 8 ? PROC_STEP : turn == 8 ? PROC_CORRECT : PROC_COSIGN;
    s->step = i == 1 ? "S06" : turn % 2 == 0 ? "S07" : "S08";
    s->subject = l->subjects[turn % 2 == 0 ? i : i - 1];
    s->target = turn >= 8 && i > 0 ? l->steps[i - 1].hash : "";
    s->values = &day_values[i == 0 ? 0 : i == 1 ? 3 : turn % 2 == 0 && turn < 8 ? 1 : 2];
    s->values_n = s->kind != PROC_COSIGN;
}

static void fill(struct load *l, size_t n)
{
    const struct ev_step *last[DEVS] = {NULL};
    *l = (struct load){take(n, sizeof *l->steps), take(n, sizeof *l->list),
                       take(n, sizeof *l->seen), take(n, SUBJECT), n};
    for (size_t i = 0; i < n; i++) {
        struct ev_step *s = &l->steps[i];
        size_t dev = i * 7 / 3 % DEVS;
        (void)snprintf(l->subjects[i], SUBJECT, "%zu", i); /* fits */
        gw_sha256_hex2(l->subjects[i], strlen(l->subjects[i]), NULL, 0, s->hash);
        s->dev = devs[dev];
        s->user = users[dev];
        s->pprev = last[dev] ? last[dev]->hash : "";
        s->pn = last[dev] ? last[dev]->pn + 1 : 1;
        s->seen = l->seen[i];
        for (size_t k = 0; k < DEVS; k++) {
            if (k != dev && last[k]) {
                l->seen[i][s->seen_n++] = last[k]->hash;
            }
        }
        s->happened_at = s->wall = day_start_ms(20668) + (int64_t)i; /* 2026-08-03 */
        s->seq = (int64_t)i;
        s->reason = "";
        s->status = STEP_APPLIED;
        last[dev] = s;
        fill_kind(l, i);
        l->list[n - 1 - i] = s; /* the worst arrival: newest first */
    }
}

static struct ruleset *read_rules(const char *dir)
{
    struct gw_fail fail = {0};
    struct gw_buf text;
    struct ruleset *rules = NULL;
    gw_day day;
    (void)day_parse("2026-08-30", &day); /* a real day */
    gw_buf_init(&text, RULESET_TEXT_MAX);
    bench_must(ruleset_compose(dir, "village-direct", "CQ", day, &text, &fail), &fail, "rules");
    bench_must(ruleset_load(gw_buf_str(&text), text.len, &rules, &fail), &fail, "rules");
    gw_buf_free(&text);
    return rules;
}

int main(int argc, char **argv)
{
    double order[RUNS];
    double judge[RUNS];
    char digest[GW_HASH_HEX + 1];
    struct load l;
    size_t findings = 0;
    if (argc != 3 || atoi(argv[2]) < 10) {
        bench_die("usage", "bench_evidence RULES_DIR STEPS");
    }
    bench_must(gw_crypto_init(), NULL, "libsodium");
    struct ruleset *rules = read_rules(argv[1]);
    fill(&l, (size_t)atoi(argv[2]));
    for (int i = 0; i < RUNS; i++) {
        struct ev_set *set = NULL;
        struct procedure *p = NULL;
        int64_t start = bench_cpu_ns();
        bench_must(ev_set_new(l.list, l.n, &set), NULL, "order");
        ev_digest(set, "p-1", digest);
        int64_t middle = bench_cpu_ns();
        struct procedure_in in = {rules, set, day_of_ms(l.steps[0].wall)};
        bench_must(procedure_new(&in, &p), NULL, "procedure");
        order[i] = (double)(middle - start) / 1e6;
        judge[i] = (double)(bench_cpu_ns() - middle) / 1e6;
        findings = procedure_findings(p);
        procedure_free(p);
        ev_set_free(set);
    }
    printf("{\"steps\":%zu,\"order_ms\":%.3f,\"judge_ms\":%.3f,\"findings\":%zu}\n", l.n,
           bench_at(order, RUNS, 0.5), bench_at(judge, RUNS, 0.5), findings);
    return 0;
}
