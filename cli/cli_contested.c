/* election contested: what stands against what, side by side; election choose takes one. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_process_p.h"
#include "offline-db/contest.h"

enum { LABEL_CELLS = 26, COLUMN_CELLS = 30 };

/* One contest of a loaded procedure. */
struct showing {
    struct cli *cli;
    const struct process_case *c;
    const struct contest_sheet *s;
};

/* ---- text */

static void print_row(const struct showing *v, const struct contest_row *row)
{
    char cell[CONTEST_CELL];
    out_cell(row->label, LABEL_CELLS);
    fputs(row->differs ? " ≠ " : "   ", stdout);
    for (size_t i = 0; i < v->s->what.rivals_n; i++) {
        contest_cell(&v->cli->home, v->c, v->s, row, i, cell);
        if (i + 1 < v->s->what.rivals_n) {
            out_cell(cell, COLUMN_CELLS);
        } else {
            out_text(cell);
        }
    }
    putchar('\n');
}

static void print_choice(const struct showing *v, const struct contest_choice *choice)
{
    char name[200];
    contest_name(v->c, choice->by, name, sizeof name);
    out_text(name);
    printf(_(" chose %.8s (%.8s): "),
           choice->rival < v->s->what.rivals_n ? v->s->what.rivals[choice->rival]->hash : "-",
           choice->by->hash);
    out_text(choice->by->reason ? choice->by->reason : "");
    fputs(choice->seconded ? _(". Signed by a second person too.\n")
                           : _(". Waits for a second person: `cosign`.\n"),
          stdout);
}

static void print_contest(const struct showing *v)
{
    char title[600];
    contest_title(v->s, title, sizeof title);
    out_text(title);
    putchar('\n');
    out_cell("", LABEL_CELLS + 3);
    for (size_t i = 0; i < v->s->what.rivals_n; i++) {
        char hash[9];
        (void)snprintf(hash, sizeof hash, "%.8s", v->s->what.rivals[i]->hash);
        out_cell(hash, i + 1 < v->s->what.rivals_n ? COLUMN_CELLS : 8);
    }
    putchar('\n');
    for (size_t i = 0; i < v->s->rows_n; i++) {
        print_row(v, &v->s->rows[i]);
    }
    for (size_t i = 0; i < v->s->choices_n; i++) {
        print_choice(v, &v->s->choices[i]);
    }
}

/* ---- JSON */

static void value_json(struct jw *w, const struct contest_row *row, const struct proc_value *value)
{
    if (!value || value->erased) {
        jw_null(w, row->key);
    } else if (value->text) {
        jw_str(w, row->key, value->text);
    } else {
        jw_int(w, row->key, value->num);
    }
}

static void members_json(const struct showing *v, const char *name, enum contest_row_kind kind,
                         const struct ev_step *step, struct jw *w)
{
    jw_obj(w, name);
    for (size_t i = 0; i < v->s->rows_n; i++) {
        const struct contest_row *row = &v->s->rows[i];
        if (row->kind == kind) {
            value_json(w, row,
                       contest_value_now(v->c, v->s, step, row->key, kind == CONTEST_MATERIAL));
        }
    }
    jw_obj_end(w);
}

static void rival_json(const struct showing *v, const struct ev_step *step, struct jw *w)
{
    char name[200];
    int64_t happened = contest_happened_now(v->c, v->s, step);
    contest_name(v->c, step, name, sizeof name);
    jw_obj(w, NULL);
    jw_str(w, "hash", step->hash);
    jw_str(w, "user", step->user);
    jw_str(w, "name", name);
    jw_str(w, "role", step->role);
    jw_str(w, "dev", step->dev);
    if (happened > 0) {
        jw_int(w, "happened_at", happened);
    } else {
        jw_null(w, "happened_at");
    }
    jw_int(w, "recorded_at", ev_recorded_at(step));
    jw_bool(w, "receipt", step->seq >= 0);
    members_json(v, "values", CONTEST_VALUE, step, w);
    members_json(v, "materials", CONTEST_MATERIAL, step, w);
    jw_str(w, "reason", step->reason);
    jw_obj_end(w);
}

static void choices_json(const struct contest_sheet *s, struct jw *w)
{
    jw_arr(w, "choices");
    for (size_t i = 0; i < s->choices_n; i++) {
        const struct contest_choice *choice = &s->choices[i];
        jw_obj(w, NULL);
        jw_str(w, "hash", choice->by->hash);
        jw_str(w, "user", choice->by->user);
        jw_str(w, "takes",
               choice->rival < s->what.rivals_n ? s->what.rivals[choice->rival]->hash : NULL);
        jw_str(w, "reason", choice->by->reason);
        jw_bool(w, "seconded", choice->seconded);
        jw_obj_end(w);
    }
    jw_arr_end(w);
}

static void contest_json(const struct showing *v, struct jw *w)
{
    const struct contest *what = &v->s->what;
    jw_obj(w, NULL);
    jw_str(w, "kind", what->record ? "member" : what->slot ? "records" : "opens");
    jw_str(w, "step", what->slot ? what->slot->step : "open");
    jw_str(w, "subject", what->slot && what->slot->subject[0] ? what->slot->subject : NULL);
    jw_str(w, "key", what->key);
    jw_str(w, "record", what->record ? what->record->hash : NULL);
    jw_arr(w, "differs");
    for (size_t i = 0; i < v->s->rows_n; i++) {
        if (v->s->rows[i].differs) {
            jw_str(w, NULL, v->s->rows[i].key);
        }
    }
    jw_arr_end(w);
    jw_arr(w, "rivals");
    for (size_t i = 0; i < what->rivals_n; i++) {
        rival_json(v, what->rivals[i], w);
    }
    jw_arr_end(w);
    choices_json(v->s, w);
    jw_obj_end(w);
}

/* ---- the verb */

static void show_each(struct cli *cli, const struct process_case *c, struct contest_sheet *sheet,
                      struct jw *w)
{
    const struct showing v = {cli, c, sheet};
    struct contest what;
    for (size_t i = 0; i < procedure_findings(c->state); i++) {
        if (!procedure_contest(c->state, procedure_finding(c->state, i), &what)) {
            continue;
        }
        contest_read(&cli->home, c, &what, sheet);
        if (cli->json) {
            contest_json(&v, w);
        } else {
            print_contest(&v);
        }
    }
}

static bool any_contest(const struct process_case *c)
{
    struct contest what;
    for (size_t i = 0; i < procedure_findings(c->state); i++) {
        if (procedure_contest(c->state, procedure_finding(c->state, i), &what)) {
            return true;
        }
    }
    return false;
}

static int show(struct cli *cli, const struct process_case *c)
{
    struct contest_sheet *sheet = calloc(1, sizeof *sheet);
    struct gw_buf buf;
    struct jw w;
    gw_buf_init(&buf, PROCESS_JSON_MAX);
    jw_begin(&w, &buf);
    jw_arr(&w, NULL);
    if (sheet) {
        show_each(cli, c, sheet, &w);
    }
    jw_arr_end(&w);
    enum gw_err err = sheet ? jw_end(&w) : GW_NOMEM;
    if (!err && cli->json) {
        out_json_line(&buf);
    } else if (!err && !any_contest(c)) {
        puts(_("Nothing is contested here."));
    }
    gw_buf_free(&buf);
    free(sheet);
    return err ? cli_fail(cli, err, NULL) : CLI_DONE;
}

static int run_contested(struct cli *cli, int argc, char **argv)
{
    struct process_opts o;
    char **rest;
    int n;
    struct process_case c;
    const struct cli_verb *verb = cli_find(cli->verb);
    int status = process_options(cli, verb, argc, argv, &o, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1) {
        return cli_usage(cli, verb, "%s", _("Give the id of one procedure."));
    }
    status = process_open_case(cli, rest[0], &c);
    if (status == CLI_DONE) {
        status = show(cli, &c);
        process_unload(&c);
    }
    return status;
}

#define ABOUT_LIST                                                                                 \
    N_("Records, openings and corrections by people who did not know of each other, side by "      \
       "side.")
#define ABOUT_CHOOSE                                                                               \
    N_("Takes one of those, as a correction; it counts once somebody else signs it.")

const struct cli_verb cli_verbs_contested[] = {
    {"election contested", "ID [--json]", ABOUT_LIST, true, run_contested, NULL},
    {"procedure contested", "ID [--json]", ABOUT_LIST, true, run_contested, NULL},
    {"election choose", "ID HASH --reason TEXT [--as USER] [--json]", ABOUT_CHOOSE, true,
     process_choose, NULL},
    {"procedure choose", "ID HASH --reason TEXT [--as USER] [--json]", ABOUT_CHOOSE, true,
     process_choose, NULL},
};
const size_t cli_verbs_contested_n = sizeof(cli_verbs_contested) / sizeof(cli_verbs_contested[0]);
