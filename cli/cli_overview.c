/* election overview: every election under a path, and the places that have none. */
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_process_p.h"
#include "model/path.h"
#include "offline-db/overview.h"

/* ---- text */

static void count_cell(const char *word, int64_t n)
{
    if (n > 0) {
        printf("  %s %lld", word, (long long)n);
    }
}

static void print_row(const struct overview_row *row)
{
    char day[DAY_TEXT + 1];
    day_print(row->due, day);
    out_cell(row->process.division, 22);
    out_cell(row->process.title, 26);
    out_cell(overview_state(row), 10);
    out_cell(row->late > 0 ? finding_word(FIND_LATE) : "", 6);
    out_cell(day, 11);
    out_text(overview_step(row));
    count_cell(finding_word(FIND_MISSING), row->missing);
    count_cell(finding_word(FIND_BREACH), row->breaches);
    count_cell(finding_word(FIND_CONTESTED), row->contested);
    putchar('\n');
}

static void print_text(const struct overview *o)
{
    const struct overview_totals *t = &o->totals;
    for (size_t i = 0; i < o->n; i++) {
        print_row(&o->rows[i]);
    }
    printf(_("%zu elections, %zu done, %zu places not started\n"), t->started, t->done,
           t->not_started);
    printf(_("with something late %zu, missing %zu, against an article %zu, contested %zu\n"),
           t->late, t->missing, t->breaches, t->contested);
    printf(_("all seats filled at the first poll: %zu of %zu; no poll yet: %zu\n"), t->full,
           t->held, t->no_poll);
    if (t->unknown > 0) {
        printf(_("not known here: %zu (synchronise, or take in a bundle)\n"), t->unknown);
    }
}

/* ---- JSON */

static void row_json(const struct overview_row *row, struct jw *w)
{
    static const char *const polls[] = {
        [OVERVIEW_NO_POLL] = "no_poll", [OVERVIEW_POLL] = "held", [OVERVIEW_FULL] = "full"};
    const char *state = !row->started ? "not_started" : row->unknown ? "unknown" : row->state;
    jw_obj(w, NULL);
    jw_str(w, "id", row->started ? row->process.id : NULL);
    jw_str(w, "division", row->process.division);
    jw_str(w, "title", row->process.title);
    jw_str(w, "kind", row->started ? row->process.kind : NULL);
    process_day_json(w, "polling_day", row->process.polling_day);
    jw_str(w, "state", state);
    jw_str(w, "step", row->step[0] ? row->step : NULL);
    jw_str(w, "step_name", row->step[0] ? overview_step(row) : NULL);
    process_day_json(w, "due", row->due);
    jw_int(w, "late", row->late);
    jw_int(w, "missing", row->missing);
    jw_int(w, "breaches", row->breaches);
    jw_int(w, "contested", row->contested);
    jw_str(w, "poll", polls[row->poll]);
    jw_bool(w, "unsent", row->process.unsent);
    jw_obj_end(w);
}

static void totals_json(const struct overview_totals *t, struct jw *w)
{
    jw_obj(w, "totals");
    jw_int(w, "started", (int64_t)t->started);
    jw_int(w, "not_started", (int64_t)t->not_started);
    jw_int(w, "done", (int64_t)t->done);
    jw_int(w, "late", (int64_t)t->late);
    jw_int(w, "missing", (int64_t)t->missing);
    jw_int(w, "breaches", (int64_t)t->breaches);
    jw_int(w, "contested", (int64_t)t->contested);
    jw_int(w, "unknown", (int64_t)t->unknown);
    jw_int(w, "full", (int64_t)t->full);
    jw_int(w, "held", (int64_t)t->held);
    jw_int(w, "no_poll", (int64_t)t->no_poll);
    jw_obj_end(w);
}

static enum gw_err print_json(const struct overview *o)
{
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    jw_arr(w, "rows");
    for (size_t i = 0; i < o->n; i++) {
        row_json(&o->rows[i], w);
    }
    jw_arr_end(w);
    totals_json(&o->totals, w);
    jw_obj_end(w);
    return out_doc_end(&doc, GW_OK, true);
}

/* ---- the verb */

static int read_by(const struct cli *cli, const struct cli_verb *verb, const char *text,
                   enum overview_by *by)
{
    *by = OVERVIEW_DIVISION;
    if (!text || strcmp(text, "division") == 0) {
        return CLI_DONE;
    }
    *by = OVERVIEW_DUE;
    return strcmp(text, "due") == 0
               ? CLI_DONE
               : cli_usage(cli, verb, "%s",
                           _("--by is division or due; there is no order by a rate."));
}

int process_overview(struct cli *cli, int argc, char **argv)
{
    const char *scope = "";
    const char *by_text = NULL;
    const struct cli_opt opts[] = {{"scope", &scope, NULL}, {"by", &by_text, NULL}};
    const struct cli_verb *verb = cli_find(cli->verb);
    enum overview_by by;
    struct overview o;
    struct gw_fail fail = {0};
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 2, &rest, &n);
    status = status != CLI_DONE ? status : read_by(cli, verb, by_text, &by);
    if (status != CLI_DONE) {
        return status;
    }
    if (n > 0 || (*scope != '\0' && !path_ok(scope))) {
        return cli_usage(cli, verb, "%s",
                         n > 0 ? _("This verb takes no operands.")
                               : _("--scope is a path such as CQ.500112.013."));
    }
    gw_day today = day_of_ms(cli->home.clock->wall_ms(cli->home.clock->ctx));
    enum gw_err err = overview_load(&cli->home, scope, today, by, &o, &fail);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    if (cli->json) {
        err = print_json(&o);
    } else {
        print_text(&o);
    }
    overview_free(&o);
    return err ? cli_fail(cli, err, NULL) : CLI_DONE;
}
