/* election new, procedure new: which template, which division, and whether the day can be kept. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_process_p.h"
#include "rules/ruleset_load.h"

/* ---- the template */

static const struct {
    const char *kind, *mode, *template_id;
} elections[] = {
    {"village", "voters", "village-direct"},
    {"community", "voters", "community-voters"},
    {"community", "households", "community-households"},
    {"community", "representatives", "community-representatives"},
};

static const char *template_of(const struct process_opts *o)
{
    const char *mode = o->mode ? o->mode : "voters";
    for (size_t i = 0; i < sizeof elections / sizeof elections[0]; i++) {
        if (o->kind && strcmp(elections[i].kind, o->kind) == 0 &&
            strcmp(elections[i].mode, mode) == 0) {
            return elections[i].template_id;
        }
    }
    return NULL;
}

/* ---- the division: a path, or its digits; default: the only community in scope */

/* 500112013005 within CQ, or CQ.500112.013.005 as it is. */
static bool read_division(const char *text, char *out, size_t size)
{
    size_t digits = strspn(text, "0123456789");
    int len;
    if (digits == 12 && text[12] == '\0') {
        len = snprintf(out, size, "CQ.%.6s.%.3s.%.3s", text, text + 6, text + 9);
    } else {
        len = path_ok(text) ? snprintf(out, size, "%s", text) : -1;
    }
    return len > 0 && (size_t)len < size;
}

/* ---- the day */

static void print_broken(const struct cli *cli, const struct ruleset *rules,
                         const struct cal_plan *plan)
{
    char cite[160] = "";
    char first[DAY_TEXT + 1];
    const struct time_rule *rule = plan->broken;
    struct citation law = time_rule_cite(rules, rule);
    (void)citation_print(rules, &law, cite, sizeof cite);
    day_print(plan->first, first);
    fprintf(
        stderr,
        _("gridward %s: this day cannot be kept: %s: %s The first day that can: %s. With --anyway "
          "--reason TEXT it is opened all the same and marked.\n"),
        cli->verb, cite, words_in(&rule->says), first);
}

/* CLI_DONE: the day can be kept, or is wanted anyway. */
static int check_day(const struct cli *cli, const struct ruleset *rules,
                     const struct process_opts *o, gw_day anchor, gw_day today)
{
    struct cal_line *lines = calloc(rules->template_->steps_n, sizeof *lines);
    struct cal_plan plan = {.lines = lines, .n = rules->template_->steps_n};
    enum gw_err err = lines ? procedure_plan(rules, anchor, today, &plan) : GW_NOMEM;
    int status = CLI_DONE;
    if (err) {
        status = cli_fail(cli, err, NULL);
    } else if (plan.broken && !o->anyway) {
        print_broken(cli, rules, &plan);
        status = CLI_NO;
    }
    free(lines);
    return status;
}

/* ---- opening */

struct opening {
    struct process_opts o;
    const char *template_id, *day_text;
    char division[GW_PATH_MAX + 1];
    gw_day day, today;
    struct gw_buf text;
    struct ruleset *rules; /* owned */
    struct process_words words;
    struct process_place place;
    char title[256], term[16];
};

static bool given(const struct process_words *words, const char *key)
{
    for (size_t i = 0; i < words->values_n; i++) {
        if (strcmp(words->values[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_field(const struct ruleset *rules, const char *key)
{
    for (size_t i = 0; i < rules->template_->open_n; i++) {
        if (strcmp(rules->template_->open_fields[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

/* What every open has; a word on the command line goes before. */
static void fill_known(struct opening *op)
{
    const struct proc_template *t = op->rules->template_;
    (void)snprintf(op->title, sizeof op->title, "%s", t->title.zh);
    (void)snprintf(op->term, sizeof op->term, "%d", day_year(op->day));
    const struct {
        const char *key, *text;
    } known[] = {
        {"kind", t->kind},
        {"mode", t->mode && t->mode[0] ? t->mode : NULL},
        {"title", op->title},
        {"division", op->division},
        {"term", op->o.term ? op->o.term : op->term},
        {t->anchor, op->day_text},
        {"place", op->place.name[0] ? op->place.name : NULL},
        {"credit_code", op->place.credit_code[0] ? op->place.credit_code : NULL},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        bool always = i == 0 || i == 2 || i == 3; /* kind, title, division: of every open */
        if (known[i].key && known[i].text && !given(&op->words, known[i].key) &&
            (always || has_field(op->rules, known[i].key))) {
            (void)process_add_word(&op->words, known[i].key, known[i].text, 0);
        }
    }
}

static int take_seats(const struct cli *cli, struct opening *op)
{
    int64_t seats = 0;
    if (!op->o.seats) {
        return CLI_DONE;
    }
    if (!cli_number(cli, "seats", op->o.seats, 1, 99, &seats)) {
        return CLI_USAGE;
    }
    (void)process_add_word(&op->words, "seats", NULL, seats);
    return CLI_DONE;
}

static int open_it(struct cli *cli, struct opening *op, char **words, int n)
{
    struct gw_fail fail = {0};
    gw_id id;
    struct journal_entry written;
    enum gw_err err =
        process_compose(op->template_id, op->division, op->day, &op->text, &op->rules, &fail);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    if (!process_read_words(cli, op->rules, NULL, words, n, &op->words)) {
        return CLI_USAGE;
    }
    int status = take_seats(cli, op);
    status = status != CLI_DONE ? status : check_day(cli, op->rules, &op->o, op->day, op->today);
    if (status != CLI_DONE) {
        return status;
    }
    process_place_of(&cli->home, op->division, &op->place);
    fill_known(op);
    const struct process_entry entry = {.step = "open",
                                        .values = op->words.values,
                                        .values_n = op->words.values_n,
                                        .reason = op->o.reason};
    err = process_start(&cli->home, gw_buf_str(&op->text), op->text.len, &entry, &id, &written,
                        &fail);
    return err ? cli_fail(cli, err, &fail) : cli_deliver(cli, &written, true);
}

static int read_new(struct cli *cli, const struct cli_verb *verb, struct opening *op)
{
    bool election = verb->data != NULL;
    op->template_id = election ? template_of(&op->o) : op->o.template_id;
    op->day_text = election ? op->o.polling_day : op->o.day;
    op->today = day_of_ms(cli->home.clock->wall_ms(cli->home.clock->ctx));
    if (!op->template_id) {
        return cli_usage(cli, verb, "%s",
                         election ? _("Give --kind village or community; a village elects by all "
                                      "voters, a community by --mode voters, households or "
                                      "representatives.")
                                  : _("Give --template; `rules list` shows the templates."));
    }
    if (!op->day_text || !day_parse(op->day_text, &op->day)) {
        return cli_usage(cli, verb, "%s", _("Give the day as YYYY-MM-DD."));
    }
    if (op->o.anyway && !op->o.reason) {
        return cli_usage(cli, verb, "%s", _("--anyway asks a --reason: it stays in the record."));
    }
    bool ok = op->o.division
                  ? read_division(op->o.division, op->division, sizeof op->division)
                  : process_only_community(&cli->home, op->division, sizeof op->division);
    return ok ? CLI_DONE
              : cli_usage(
                    cli, verb, "%s",
                    _("Give --division: a path such as CQ.500112.013.005 or its twelve digits. "
                      "Your scope holds not exactly one community."));
}

int process_new(struct cli *cli, int argc, char **argv)
{
    struct opening op = {.rules = NULL};
    char **rest;
    int n;
    const struct cli_verb *verb = cli_find(cli->verb);
    int status = process_options(cli, verb, argc, argv, &op.o, &rest, &n);
    status = status != CLI_DONE ? status : read_new(cli, verb, &op);
    if (status != CLI_DONE) {
        return status;
    }
    gw_buf_init(&op.text, RULESET_TEXT_MAX);
    status = open_it(cli, &op, rest, n);
    ruleset_free(op.rules);
    gw_buf_free(&op.text);
    return status;
}
