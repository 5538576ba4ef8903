/* office list: who holds which office, filed from the records of elections and other procedures. */
#include <string.h>

#include "base/i18n.h"
#include "base/text_safe.h"
#include "cli/cli_process_p.h"
#include "model/path.h"
#include "offline-db/office.h"

enum { CSV_MAX = 16 * 1024 * 1024, MARK_MAX = 1500 };

struct wanted {
    enum office_organ organ; /* ORGAN_N: every one */
    bool all;                /* also who is out of office */
};

static bool is_wanted(const struct wanted *w, const struct office *o)
{
    return (w->organ == ORGAN_N || w->organ == o->organ) && (w->all || o->state != OFFICE_ENDED);
}

/* The day on which it ended, else to which the term runs. */
static gw_day last_day(const struct office *o)
{
    return o->ended != DAY_NONE ? o->ended : o->until;
}

/* ---- text */

static void print_office(const struct office *o)
{
    char since[DAY_TEXT + 1];
    char until[DAY_TEXT + 1];
    char mark[MARK_MAX];
    char post[256];
    day_print(o->since, since);
    day_print(last_day(o), until);
    (void)office_mark_print(o, mark, sizeof mark);
    (void)snprintf(post, sizeof post, "%s%s%s", o->group, *o->group ? " " : "",
                   office_post_word(o->post));
    bool english = gw_i18n_lang() != GW_LANG_ZH; /* its bodies have longer names */
    out_cell(o->division, 21);
    out_cell(office_organ_word(o->organ, o->committee), english ? 31 : 15);
    out_cell(post, english ? 24 : 18);
    out_cell(*o->name ? o->name : "-", 10);
    out_cell(since, 11);
    out_cell(until, 11);
    out_text(office_state_word(o->state));
    if (o->state == OFFICE_ENDED && *o->cause) {
        fputs(" (", stdout);
        out_text(office_cause_word(o->cause)); /* an unknown word is the record's own */
        putchar(')');
    }
    if (o->waits) {
        printf(" · %s", _("waits for the second person"));
    }
    if (o->doubt) {
        printf(" · %s", _("an end names somebody of this name; several bear it"));
    }
    if (*mark) {
        fputs(" · ", stdout);
        out_text(mark);
    }
    putchar('\n');
}

/* What the list does not show; beside JSON and CSV as well. */
static void print_notes(const struct office_list *list)
{
    if (list->unknown > 0) {
        fprintf(stderr, _("not known here: %zu (synchronise, or take in a bundle)\n"),
                list->unknown);
    }
    if (list->stale > 0) {
        fprintf(
            stderr,
            _("%zu procedures could not be filed anew: the disk is full or the store is held\n"),
            list->stale);
    }
    if (list->lost > 0) {
        fprintf(
            stderr,
            _("%zu records end an office of somebody who is not filed here: from before, or the "
              "name is written otherwise\n"),
            list->lost);
    }
}

/* ---- JSON */

static void also_json(const struct office *o, struct jw *w)
{
    jw_arr(w, "also");
    for (int i = 0; i < ORGAN_N; i++) {
        if ((o->also >> i & 1U) != 0) {
            jw_str(w, NULL, office_organ_name((enum office_organ)i));
        }
    }
    jw_arr_end(w);
}

/* named: of a list; a resident's own are told without the name, which is masked there. by_name: the
 * resident himself is known by his name alone. */
static void office_json(const struct office *o, bool named, bool by_name, struct jw *w)
{
    char mark[MARK_MAX];
    (void)office_mark_print(o, mark, sizeof mark);
    jw_obj(w, NULL);
    jw_str(w, "process", o->process);
    jw_str(w, "record", o->hash);
    jw_str(w, "division", o->division);
    jw_str(w, "organ", office_organ_name(o->organ));
    jw_str(w, "organ_name", office_organ_word(o->organ, o->committee));
    jw_str(w, "post", o->post);
    jw_str(w, "post_name", office_post_word(o->post));
    jw_str(w, "group", *o->group ? o->group : NULL);
    if (named) {
        jw_str(w, "name", *o->name ? o->name : NULL);
    }
    jw_str(w, "resident_id", *o->resident ? o->resident : NULL);
    jw_str(w, "term", *o->term ? o->term : NULL);
    process_day_json(w, "since", o->since);
    process_day_json(w, "until", o->until);
    process_day_json(w, "ended", o->ended);
    jw_str(w, "cause", *o->cause ? o->cause : NULL);
    jw_str(w, "state", office_state_name(o->state));
    also_json(o, w);
    jw_bool(w, "leads_both", o->leads_both);
    jw_bool(w, "by_name", by_name || o->by_name != 0);
    jw_bool(w, "barred", o->barred != 0);
    jw_bool(w, "doubt", o->doubt);
    jw_bool(w, "waits", o->waits);
    jw_str(w, "mark", *mark ? mark : NULL);
    jw_obj_end(w);
}

static enum gw_err print_json(const struct office_list *list, const struct wanted *wanted)
{
    struct gw_buf buf;
    struct jw w;
    gw_buf_init(&buf, PROCESS_JSON_MAX);
    jw_begin(&w, &buf);
    jw_arr(&w, NULL);
    for (size_t i = 0; i < list->n; i++) {
        if (is_wanted(wanted, &list->offices[i])) {
            office_json(&list->offices[i], true, false, &w);
        }
    }
    jw_arr_end(&w);
    enum gw_err err = jw_end(&w);
    if (!err) {
        out_json_line(&buf);
    }
    gw_buf_free(&buf);
    return err;
}

void cli_offices_json(struct cli *cli, const char *resident, struct jw *w)
{
    struct office_list list;
    struct json *row = NULL;
    const struct gw_clock *clock = cli->home.clock;
    const struct office_want want = {
        .scope = "", .resident = resident, .today = day_of_ms(clock->wall_ms(clock->ctx))};
    if (office_load(&cli->home, &want, &list, NULL) != GW_OK) {
        jw_null(w, "offices"); /* the person is told all the same */
        return;
    }
    const char *name =
        cli_row_load(cli, TYPE_RESIDENT, resident, &row) == GW_OK ? json_str(row, "name") : NULL;
    jw_arr(w, "offices");
    for (size_t i = 0; i < list.n; i++) {
        bool by_name;
        if (office_is_of(&list.offices[i], resident, name, &by_name)) {
            office_json(&list.offices[i], false, by_name, w);
        }
    }
    jw_arr_end(w);
    json_free(row);
    office_unload(&list);
}

/* ---- CSV */

static enum gw_err csv_fields(struct gw_buf *out, const char *const *fields, size_t n)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; !err && i < n; i++) {
        err = i > 0 ? gw_buf_adds(out, ",") : GW_OK;
        err = err ? err : gw_csv_field(out, fields[i]);
    }
    return err ? err : gw_buf_adds(out, "\r\n");
}

static enum gw_err csv_office(struct gw_buf *out, const struct office *o)
{
    char since[DAY_TEXT + 1];
    char until[DAY_TEXT + 1];
    char ended[DAY_TEXT + 1];
    char mark[MARK_MAX];
    day_print(o->since, since);
    day_print(o->until, until);
    day_print(o->ended, ended);
    (void)office_mark_print(o, mark, sizeof mark);
    const char *const fields[] = {o->division,
                                  office_organ_word(o->organ, o->committee),
                                  office_post_word(o->post),
                                  o->group,
                                  o->name,
                                  o->term,
                                  since,
                                  until,
                                  office_state_word(o->state),
                                  ended,
                                  *o->cause ? office_cause_word(o->cause) : "",
                                  mark};
    return csv_fields(out, fields, sizeof fields / sizeof fields[0]);
}

static enum gw_err print_csv(const struct office_list *list, const struct wanted *wanted)
{
    const char *const head[] = {_("Place"), _("Body"),  _("Post"),  _("Group"),
                                _("Name"),  _("Term"),  _("Since"), _("Until"),
                                _("State"), _("Ended"), _("Cause"), _("Mark")};
    struct gw_buf out;
    gw_buf_init(&out, CSV_MAX);
    enum gw_err err = gw_buf_adds(&out, "\xEF\xBB\xBF"); /* spreadsheets read UTF-8 by it */
    err = err ? err : csv_fields(&out, head, sizeof head / sizeof head[0]);
    for (size_t i = 0; !err && i < list->n; i++) {
        if (is_wanted(wanted, &list->offices[i])) {
            err = csv_office(&out, &list->offices[i]);
        }
    }
    if (!err) {
        (void)fwrite(out.data, 1, out.len, stdout); /* told when standard output is flushed */
    }
    gw_buf_free(&out);
    return err;
}

/* ---- the verb */

static int list_offices(struct cli *cli, const struct office_want *want,
                        const struct wanted *wanted, bool csv)
{
    struct office_list list;
    struct gw_fail fail = {0};
    enum gw_err err = office_load(&cli->home, want, &list, &fail);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    size_t shown = 0;
    for (size_t i = 0; i < list.n; i++) {
        bool show = is_wanted(wanted, &list.offices[i]);
        shown += show;
        if (show && !cli->json && !csv) {
            print_office(&list.offices[i]);
        }
    }
    if (cli->json || csv) {
        err = cli->json ? print_json(&list, wanted) : print_csv(&list, wanted);
    }
    print_notes(&list);
    office_unload(&list);
    return err ? cli_fail(cli, err, NULL) : shown > 0 ? CLI_DONE : CLI_NO;
}

static int run_list(struct cli *cli, int argc, char **argv)
{
    const char *scope = "", *organ = NULL, *on = NULL;
    struct wanted wanted = {.organ = ORGAN_N};
    bool csv = false;
    const struct cli_opt opts[] = {{"scope", &scope, NULL},
                                   {"organ", &organ, NULL},
                                   {"on", &on, NULL},
                                   {"all", NULL, &wanted.all},
                                   {"csv", NULL, &csv}};
    const struct cli_verb *verb = cli_find("office list");
    struct office_want want = {.resident = NULL};
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 5, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    want.today = day_of_ms(cli->home.clock->wall_ms(cli->home.clock->ctx));
    want.scope = scope;
    if (n > 0 || (csv && cli->json) || (*scope != '\0' && !path_ok(scope))) {
        return cli_usage(cli, verb, "%s",
                         n > 0              ? _("This verb takes no operands.")
                         : csv && cli->json ? _("--csv and --json are two things.")
                                            : _("--scope is a path such as CQ.500112.013."));
    }
    if ((organ != NULL && !office_organ_parse(organ, &wanted.organ)) ||
        (on != NULL && !day_parse(on, &want.today))) {
        return cli_usage(cli, verb, "%s",
                         _("--organ is committee, supervision, representatives, group or party; "
                           "--on a day such as 2026-06-18."));
    }
    return list_offices(cli, &want, &wanted, csv);
}

const struct cli_verb cli_verbs_office[] = {
    {"office list", "[--scope PATH] [--organ ORGAN] [--on DAY] [--all] [--csv] [--json]",
     N_("Who holds which office, as the records of elections and other procedures say."), true,
     run_list, NULL},
};
const size_t cli_verbs_office_n = sizeof(cli_verbs_office) / sizeof(cli_verbs_office[0]);
