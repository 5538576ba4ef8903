/* election … and procedure …: the verb table, options, lists, what is known of one. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_process_p.h"

/* Takes --attach out of the words, as often as it comes; the others keep their order. */
static int take_attach(struct cli *cli, const struct cli_verb *verb, int *argc, char **argv,
                       struct cli_list *out)
{
    static const char name[] = "--attach";
    int kept = 1;
    for (int i = 1; i < *argc; i++) {
        bool here = strncmp(argv[i], name, sizeof name - 1) == 0;
        char end = here ? argv[i][sizeof name - 1] : 'x';
        if (end != '\0' && end != '=') {
            argv[kept++] = argv[i];
            continue;
        }
        const char *value = end == '=' ? argv[i] + sizeof name : i + 1 < *argc ? argv[++i] : NULL;
        if (!value || out->n == CLI_LIST_MAX) {
            return cli_usage(cli, verb, _("%s needs a value."), name);
        }
        out->item[out->n++] = value;
    }
    *argc = kept;
    argv[kept] = NULL;
    return CLI_DONE;
}

int process_options(struct cli *cli, const struct cli_verb *verb, int argc, char **argv,
                    struct process_opts *o, char ***operands, int *operands_n)
{
    const struct cli_opt opts[] = {
        {"kind", &o->kind, NULL},
        {"mode", &o->mode, NULL},
        {"polling-day", &o->polling_day, NULL},
        {"division", &o->division, NULL},
        {"term", &o->term, NULL},
        {"seats", &o->seats, NULL},
        {"reason", &o->reason, NULL},
        {"template", &o->template_id, NULL},
        {"day", &o->day, NULL},
        {"happened", &o->happened, NULL},
        {"subject", &o->subject, NULL},
        {"out", &o->out, NULL},
        {"limit", &o->limit, NULL},
        {"as", &o->as, NULL},
        {"anyway", NULL, &o->anyway},
    };
    *o = (struct process_opts){.kind = NULL};
    if (strstr(verb->args, "--attach") != NULL &&
        take_attach(cli, verb, &argc, argv, &o->attach) != CLI_DONE) {
        return CLI_USAGE;
    }
    return cli_options(cli, verb, argc, argv, opts, sizeof opts / sizeof opts[0], operands,
                       operands_n);
}

int process_open_case(struct cli *cli, const char *id, struct process_case *out)
{
    struct gw_fail fail = {0};
    gw_day today = day_of_ms(cli->home.clock->wall_ms(cli->home.clock->ctx));
    enum gw_err err = id_ok(id) ? process_load(&cli->home, id, today, out, &fail)
                                : gw_fail_set(&fail, GW_ABSENT,
                                              _("This is not a valid id. Copy it from a list."));
    return err == GW_OK ? CLI_DONE : cli_fail(cli, err, &fail);
}

/* ---- list */

struct listing {
    struct cli *cli;
    const char *only; /* "election", or NULL: all that are no elections */
    int64_t shown;
    struct jw *w;
};

static bool list_one(void *ctx, const struct process_row *row)
{
    struct listing *l = ctx;
    bool election = strcmp(row->kind, "election") == 0 || strcmp(row->kind, "by-election") == 0;
    char day[DAY_TEXT + 1];
    if (election != (l->only != NULL)) {
        return true;
    }
    l->shown++;
    if (l->cli->json) {
        process_row_json(row, l->w);
        return true;
    }
    day_print(row->polling_day, day);
    out_cell(day, 11);
    out_cell(row->state, 7);
    out_cell(row->division, 22);
    out_cell(row->title, 32);
    out_text(row->id);
    putchar('\n');
    return true;
}

int process_list(struct cli *cli, int argc, char **argv)
{
    struct process_opts o;
    char **rest;
    int n;
    const struct cli_verb *verb = cli_find(cli->verb);
    int status = process_options(cli, verb, argc, argv, &o, &rest, &n);
    if (status != CLI_DONE || n > 0) {
        return status != CLI_DONE ? status
                                  : cli_usage(cli, verb, "%s", _("This verb takes no operands."));
    }
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    struct listing l = {.cli = cli, .only = verb->data, .w = w};
    jw_arr(w, NULL);
    enum gw_err err = process_each(&cli->home, NULL, list_one, &l);
    jw_arr_end(w);
    err = out_doc_end(&doc, err, cli->json);
    return err ? cli_fail(cli, err, NULL) : CLI_DONE;
}

/* ---- show */

static void print_finding(const struct procedure *p, const struct finding *f)
{
    char text[1024];
    (void)finding_print(p, f, text, sizeof text);
    out_text(text);
    putchar('\n');
}

static void print_slot(const struct slot *slot)
{
    char day[DAY_TEXT + 1];
    char hash[9];
    static const char *const words[] = {
        [SLOT_OPEN] = N_("not yet"),          [SLOT_DONE] = N_("done"),
        [SLOT_CONTESTED] = N_("contested"),   [SLOT_SECOND] = N_("second person missing"),
        [SLOT_PAPER] = N_("signed on paper"),
    };
    day_print(slot->happened, day);
    out_cell(slot->step, 6);
    out_cell(_(words[slot->state]), 14);
    out_cell(day, 11);
    (void)snprintf(hash, sizeof hash, "%.8s", slot->record ? slot->record->hash : "");
    out_cell(hash, 9);
    out_text(slot->spec ? words_in(&slot->spec->name) : slot->step);
    if (slot->subject[0]) {
        fputs(" · ", stdout);
        out_text(slot->subject);
    }
    putchar('\n');
}

/* A checkpoint is no step: it stands behind them, with the hash by which another person signs it.
 */
static void print_checkpoint(const struct process_case *c, const struct ev_step *step)
{
    char day[DAY_TEXT + 1];
    char hash[9];
    bool cosigned = false;
    for (size_t i = 0; i < ev_count(c->set); i++) {
        cosigned = cosigned || process_cosigned_by_another(step, ev_at(c->set, i));
    }
    day_print(day_of_ms(ev_recorded_at(step)), day);
    (void)snprintf(hash, sizeof hash, "%.8s", step->hash);
    out_cell("", 6);
    out_cell(cosigned ? _("signed by two") : _("signed by one"), 14);
    out_cell(day, 11);
    out_cell(hash, 9);
    printf(_("checkpoint of %lld records"), (long long)step->count);
    putchar('\n');
}

static void show_text(const struct process_case *c)
{
    const struct procedure *p = c->state;
    char digest[GW_HASH_HEX + 1];
    char code[EV_CODE_LEN + 1];
    ev_digest(c->set, c->row.id, digest);
    ev_code(digest, code);
    out_text(c->row.title);
    printf("\n%s\n", c->row.id);
    for (size_t i = 0; i < procedure_findings(p); i++) {
        print_finding(p, procedure_finding(p, i));
    }
    for (size_t i = 0; i < procedure_slots(p); i++) {
        print_slot(procedure_slot(p, i));
    }
    for (size_t i = 0; i < ev_count(c->set); i++) {
        if (ev_at(c->set, i)->kind == PROC_CHECKPOINT) {
            print_checkpoint(c, ev_at(c->set, i));
        }
    }
    printf(_("%zu records, digest code %s\n"), ev_count(c->set), code);
}

static enum gw_err show_json(struct home *home, const struct process_case *c, struct gw_buf *buf)
{
    struct jw w;
    char digest[GW_HASH_HEX + 1];
    char code[EV_CODE_LEN + 1];
    const struct procedure *p = c->state;
    ev_digest(c->set, c->row.id, digest);
    ev_code(digest, code);
    jw_begin(&w, buf);
    jw_obj(&w, NULL);
    jw_str(&w, "id", c->row.id);
    jw_str(&w, "template", c->row.template_id);
    jw_str(&w, "kind", c->row.kind);
    jw_str(&w, "mode", c->row.mode);
    jw_str(&w, "title", c->row.title);
    jw_str(&w, "division", c->row.division);
    jw_str(&w, "term", c->row.term);
    process_day_json(&w, "polling_day", c->row.polling_day);
    jw_str(&w, "state", procedure_state_name(p));
    jw_bool(&w, "unsent", c->row.unsent);
    jw_str(&w, "rules", c->rules->hash);
    jw_str(&w, "digest", digest);
    jw_str(&w, "code", code);
    jw_int(&w, "count", (int64_t)ev_count(c->set));
    jw_arr(&w, "findings");
    for (size_t i = 0; i < procedure_findings(p); i++) {
        process_finding_json(p, procedure_finding(p, i), &w);
    }
    jw_arr_end(&w);
    jw_arr(&w, "slots");
    for (size_t i = 0; i < procedure_slots(p); i++) {
        process_slot_json(c, procedure_slot(p, i), &w);
    }
    jw_arr_end(&w);
    process_checkpoints_json(c, &w);
    process_attachments_json(home, c, &w);
    jw_obj_end(&w);
    return jw_end(&w);
}

/* One verb over one loaded procedure: ID, then print as text or as a document. */
struct one_view {
    void (*text)(const struct process_case *c);
    enum gw_err (*json)(struct home *home, const struct process_case *c, struct gw_buf *buf);
};

static int show_one(struct cli *cli, int argc, char **argv, const struct one_view *view)
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
    if (status != CLI_DONE) {
        return status;
    }
    if (cli->json) {
        struct gw_buf buf;
        gw_buf_init(&buf, PROCESS_JSON_MAX);
        enum gw_err err = view->json(&cli->home, &c, &buf);
        if (err) {
            status = cli_fail(cli, err, NULL);
        } else {
            out_json_line(&buf);
        }
        gw_buf_free(&buf);
    } else {
        view->text(&c);
    }
    process_unload(&c);
    return status;
}

int process_show(struct cli *cli, int argc, char **argv)
{
    static const struct one_view view = {show_text, show_json};
    return show_one(cli, argc, argv, &view);
}

/* ---- calendar */

static void calendar_text(const struct process_case *c)
{
    for (size_t i = 0; i < procedure_calendar(c->state); i++) {
        const struct cal_line *line = procedure_cal(c->state, i);
        char earliest[DAY_TEXT + 1], latest[DAY_TEXT + 1], plan[DAY_TEXT + 1], cite[128] = "";
        day_print(line->earliest, earliest);
        day_print(line->latest, latest);
        day_print(line->done ? line->happened : line->plan, plan);
        if (line->latest_rule) {
            struct citation law = time_rule_cite(c->rules, line->latest_rule);
            (void)citation_print(c->rules, &law, cite, sizeof cite);
        }
        out_cell(line->spec->id, 6);
        out_cell(line->done ? "✓" : line->applies ? "" : "-", 3);
        out_cell(plan, 11);
        out_cell(earliest, 11);
        out_cell(latest, 11);
        out_cell(words_in(&line->spec->name), 30);
        out_text(cite);
        putchar('\n');
    }
}

static enum gw_err calendar_json(struct home *home, const struct process_case *c,
                                 struct gw_buf *buf)
{
    (void)home;
    struct jw w;
    jw_begin(&w, buf);
    jw_arr(&w, NULL);
    for (size_t i = 0; i < procedure_calendar(c->state); i++) {
        const struct cal_line *line = procedure_cal(c->state, i);
        const struct time_rule *rule = line->latest_rule;
        jw_obj(&w, NULL);
        jw_str(&w, "step", line->spec->id);
        jw_str(&w, "name", words_in(&line->spec->name));
        process_day_json(&w, "earliest", line->earliest);
        process_day_json(&w, "latest", line->latest);
        process_day_json(&w, "plan", line->plan);
        process_day_json(&w, "overdue_after", line->overdue_after);
        jw_bool(&w, "done", line->done);
        jw_bool(&w, "applies", line->applies);
        process_day_json(&w, "happened", line->happened);
        jw_bool(&w, "rest_unknown", line->rest_unknown);
        jw_str(&w, "rule", rule ? rule->id : NULL);
        jw_str(&w, "law", rule ? rule->cite.law : NULL);
        jw_str(&w, "article", rule ? rule->cite.article : NULL);
        jw_obj_end(&w);
    }
    jw_arr_end(&w);
    return jw_end(&w);
}

int process_calendar_show(struct cli *cli, int argc, char **argv)
{
    static const struct one_view view = {calendar_text, calendar_json};
    return show_one(cli, argc, argv, &view);
}

/* ---- steps: what each takes */

static const char *type_name(enum proc_field_type type)
{
    static const char *const names[] = {
        [PROC_TEXT] = "text",     [PROC_INT] = "int",       [PROC_DAY] = "day",
        [PROC_TIME] = "time",     [PROC_BOOL] = "bool",     [PROC_CHOICE] = "choice",
        [PROC_PERSON] = "person", [PROC_PEOPLE] = "people", [PROC_DOCUMENT] = "document",
    };
    return names[type];
}

static void fields_json(struct jw *w, const char *key, const struct proc_field *fields, size_t n)
{
    jw_arr(w, key);
    for (size_t i = 0; i < n; i++) {
        const struct proc_field *f = &fields[i];
        jw_obj(w, NULL);
        jw_str(w, "key", f->key);
        jw_str(w, "name", words_in(&f->name));
        jw_str(w, "type", type_name(f->type));
        jw_bool(w, "required", f->required);
        jw_bool(w, "private", f->private_part);
        if (f->values_n > 0) {
            jw_arr(w, "values");
            for (size_t v = 0; v < f->values_n; v++) {
                jw_str(w, NULL, f->values[v].value);
            }
            jw_arr_end(w);
        }
        jw_obj_end(w);
    }
    jw_arr_end(w);
}

static void step_json(const struct process_case *c, const struct step_spec *s, struct jw *w)
{
    jw_obj(w, NULL);
    jw_str(w, "step", s->id);
    jw_str(w, "name", words_in(&s->name));
    jw_str(w, "actor", words_in(&s->actor));
    jw_bool(w, "can", procedure_can(c->state, s));
    jw_bool(w, "subjects", s->subjects);
    jw_bool(w, "second", s->second);
    jw_bool(w, "issues", s->issues);
    jw_bool(w, "optional", s->optional);
    fields_json(w, "fields", s->fields, s->fields_n);
    fields_json(w, "counts", s->counts, s->counts_n);
    jw_arr(w, "materials");
    for (size_t i = 0; i < s->materials_n; i++) {
        jw_obj(w, NULL);
        jw_str(w, "key", s->materials[i].key);
        jw_str(w, "name", words_in(&s->materials[i].name));
        jw_bool(w, "required", s->materials[i].required);
        jw_obj_end(w);
    }
    jw_arr_end(w);
    jw_arr(w, "notices");
    for (size_t i = 0; i < s->notices_n; i++) {
        jw_str(w, NULL, s->notices[i]);
    }
    jw_arr_end(w);
    jw_obj_end(w);
}

static enum gw_err steps_json(struct home *home, const struct process_case *c, struct gw_buf *buf)
{
    (void)home;
    const struct proc_template *t = c->rules->template_;
    struct jw w;
    jw_begin(&w, buf);
    jw_arr(&w, NULL);
    for (size_t i = 0; i < t->steps_n; i++) {
        step_json(c, &t->steps[i], &w);
    }
    jw_arr_end(&w);
    return jw_end(&w);
}

static void print_fields(const struct proc_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        printf("      %s=%s%s  ", fields[i].key, type_name(fields[i].type),
               fields[i].required ? " *" : "");
        out_text(words_in(&fields[i].name));
        putchar('\n');
    }
}

static void steps_text(const struct process_case *c)
{
    const struct proc_template *t = c->rules->template_;
    for (size_t i = 0; i < t->steps_n; i++) {
        const struct step_spec *s = &t->steps[i];
        out_cell(s->id, 6);
        out_cell(words_in(&s->name), 34);
        out_text(words_in(&s->actor));
        putchar('\n');
        print_fields(s->fields, s->fields_n);
        print_fields(s->counts, s->counts_n);
    }
}

int process_steps(struct cli *cli, int argc, char **argv)
{
    static const struct one_view view = {steps_text, steps_json};
    return show_one(cli, argc, argv, &view);
}

/* ---- the table */

static const char election[] = "election";

#define BOTH(name, args, about, run)                                                               \
    {"election " name, args, about, true, run, election},                                          \
    {                                                                                              \
        "procedure " name, args, about, true, run, NULL                                            \
    }

const struct cli_verb cli_verbs_process[] = {
    {"election new",
     "--kind village|community [--mode voters|households|representatives] --polling-day DATE "
     "[--division CODE] [--term TEXT] [--seats N] [--anyway --reason TEXT] [FIELD=VALUE …] "
     "[--json]",
     N_("Opens an election; without --anyway a polling day that cannot keep the lead times is not "
        "taken."),
     true, process_new, election},
    {"procedure new",
     "--template T --day DATE [--division CODE] [--term TEXT] [--anyway --reason TEXT] "
     "[FIELD=VALUE …] "
     "[--json]",
     N_("Opens another procedure, such as a representatives' meeting."), true, process_new, NULL},
    {"election overview", "[--scope PATH] [--by division|due] [--json]",
     N_("Every election under a path: what comes next, what is late; and places that have none."),
     true, process_overview, election},
    BOTH("list", "[--json]", N_("What is open and what was closed, by division."), process_list),
    BOTH("show", "ID [--json]",
         N_("What is to be done, late, missing or against an article; then all records."),
         process_show),
    BOTH("calendar", "ID [--json]", N_("Each step with its earliest, latest and usual day."),
         process_calendar_show),
    BOTH("steps", "ID [--json]", N_("Each step with the fields it takes."), process_steps),
    BOTH("step",
         "ID STEP [FIELD=VALUE …] [--attach [KEY=]FILE …] [--subject TEXT] [--happened TIME] "
         "[--reason TEXT] [--as USER] [--json]",
         N_("Records one step: it is signed, and stays for ever."), process_step),
    BOTH("correct",
         "ID HASH [FIELD=VALUE …] [--attach [KEY=]FILE …] --reason TEXT [--as USER] [--json]",
         N_("Corrects a record by a new one; the old one stays readable."), process_correct),
    BOTH("attach", "ID HASH [KEY=]FILE … --reason TEXT [--as USER] [--json]",
         N_("Adds photos or scans to a record, as a correction of it."), process_attach),
    BOTH("cosign", "ID HASH [--as USER] [--json]",
         N_("The second person signs a record of somebody else."), process_cosign),
    BOTH("checkpoint", "ID [--as USER] [--json]",
         N_("Signs what is here now, so that nothing can be taken out later."), process_checkpoint),
    BOTH("close", "ID OUTCOME [--as USER] [--json]", N_("Closes the procedure."), process_close),
    BOTH("export", "ID --out FILE [--json]",
         N_("Writes the evidence to a file that anybody can verify."), process_export_file),
};
const size_t cli_verbs_process_n = sizeof(cli_verbs_process) / sizeof(cli_verbs_process[0]);
