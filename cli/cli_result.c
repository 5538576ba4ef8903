/* election result: validity first, then each seat with its why. */
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_process_p.h"
#include "model/election.h"

static const char *const validity_names[] = {
    [ELECT_VALID] = "valid", [ELECT_VOID] = "void", [ELECT_UNDECIDED] = "undecided"};
static const char *const validity_words[] = {[ELECT_VALID] = N_("The poll is valid."),
                                             [ELECT_VOID] =
                                                 N_("The poll is void: papers are sealed unread."),
                                             [ELECT_UNDECIDED] = N_("Not decided yet.")};
static const char *const post_names[] = {"chair", "deputy", "member"};
static const char *const post_words[] = {N_("Chair"), N_("Deputy chair"), N_("Member")};
static const char *const seat_names[] = {
    [SEAT_ELECTED] = "elected", [SEAT_TIE] = "tie", [SEAT_OPEN] = "open", [SEAT_HELD] = "held"};

struct printing {
    const struct ruleset *set;
    const struct elect_case *c;
    const struct elect_in *in;
    const struct elect_result *r;
};

/* ---- text */

static void line_text(const struct printing *p, const struct elect_line *line)
{
    char why[600];
    (void)elect_line_print(p->set, p->in, p->r, line, why, sizeof why);
    out_cell(_(post_words[line->post]), 10);
    out_cell(line->person < p->in->people_n ? p->in->people[line->person].id : "-", 6);
    out_cell(line->person < p->in->people_n ? elect_case_name(p->c, line->person) : "", 12);
    out_text(why);
    putchar('\n');
}

static void print_text(const struct printing *p)
{
    puts(_(validity_words[p->r->validity]));
    for (size_t i = 0; i < p->r->reasons_n; i++) {
        char text[600];
        (void)elect_reason_print(p->set, p->in, p->r, i, text, sizeof text);
        out_text(text);
        putchar('\n');
    }
    for (size_t i = 0; i < p->r->seats_n; i++) {
        line_text(p, &p->r->seats[i]);
    }
    for (size_t i = 0; i < p->r->others_n; i++) {
        line_text(p, &p->r->others[i]);
    }
    if (p->r->waits) {
        puts(_("Part of this waits for a number that the district has not confirmed."));
    }
}

/* ---- JSON */

static void line_json(const struct printing *p, const struct elect_line *line, bool seat,
                      struct jw *w)
{
    char why[600];
    bool person = line->person < p->in->people_n;
    (void)elect_line_print(p->set, p->in, p->r, line, why, sizeof why);
    jw_obj(w, NULL);
    jw_str(w, "post", post_names[line->post]);
    if (seat) {
        jw_str(w, "state", seat_names[line->state]);
    }
    jw_str(w, "person", person ? p->in->people[line->person].id : NULL);
    jw_str(w, "name", person ? elect_case_name(p->c, line->person) : NULL);
    jw_int(w, "votes", line->votes);
    jw_int(w, "need", line->need);
    jw_str(w, "law", line->cite.law);
    jw_str(w, "article", line->cite.article);
    jw_str(w, "why", why);
    jw_obj_end(w);
}

static void head_json(const struct printing *p, struct jw *w)
{
    const struct elect_ballots *b = &p->in->ballots;
    jw_str(w, "validity", validity_names[p->r->validity]);
    jw_arr(w, "reasons");
    for (size_t i = 0; i < p->r->reasons_n; i++) {
        char text[600];
        (void)elect_reason_print(p->set, p->in, p->r, i, text, sizeof text);
        jw_str(w, NULL, text);
    }
    jw_arr_end(w);
    jw_int(w, "registered", b->registered);
    jw_int(w, "voted", b->voted);
    jw_int(w, "recovered", b->recovered);
    jw_int(w, "need_voted", p->r->need_voted);
    jw_int(w, "need_votes", p->r->need_votes);
    jw_int(w, "elected", p->r->elected);
    jw_int(w, "women", p->r->women);
    jw_int(w, "open", p->r->open);
    jw_bool(w, "rerun_needed", p->r->rerun_needed);
    jw_bool(w, "rest_may_stay_vacant", p->r->rest_may_stay_vacant);
    jw_bool(w, "waits", p->r->waits);
}

static enum gw_err print_json(const struct printing *p)
{
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    head_json(p, w);
    jw_arr(w, "seats");
    for (size_t i = 0; i < p->r->seats_n; i++) {
        line_json(p, &p->r->seats[i], true, w);
    }
    jw_arr_end(w);
    jw_arr(w, "others");
    for (size_t i = 0; i < p->r->others_n; i++) {
        line_json(p, &p->r->others[i], false, w);
    }
    jw_arr_end(w);
    jw_arr(w, "rerun_people");
    for (size_t i = 0; i < p->r->rerun_people_n; i++) {
        jw_str(w, NULL, p->in->people[p->r->rerun_people[i]].id);
    }
    jw_arr_end(w);
    jw_obj_end(w);
    return out_doc_end(&doc, GW_OK, true);
}

static int show_result(struct cli *cli, const struct process_case *pc, bool rerun)
{
    static struct elect_result r; /* large */
    struct elect_case *c = NULL;
    struct gw_fail fail = {0};
    enum gw_err err = elect_read(pc->state, pc->rules, rerun, &c);
    if (err == GW_ABSENT) {
        return cli_fail(cli, gw_fail_set(&fail, err, _("This procedure has no ballot.")), &fail);
    }
    err = err ? err : elect_result(elect_case_in(c), &r, &fail);
    int status = CLI_DONE;
    if (err) {
        status = cli_fail(cli, err, &fail);
    } else {
        const struct printing p = {pc->rules, c, elect_case_in(c), &r};
        if (cli->json) {
            err = print_json(&p);
        } else {
            print_text(&p);
        }
        status = err ? cli_fail(cli, err, NULL) : CLI_DONE;
    }
    elect_case_free(c);
    return status;
}

static int run_result(struct cli *cli, int argc, char **argv)
{
    bool rerun = false;
    const struct cli_opt opts[] = {{"rerun", NULL, &rerun}};
    const struct cli_verb *verb = cli_find("election result");
    char **rest;
    int n;
    struct process_case c;
    int status = cli_options(cli, verb, argc, argv, opts, 1, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1) {
        return cli_usage(cli, verb, "%s", _("Give the id of one procedure."));
    }
    status = process_open_case(cli, rest[0], &c);
    if (status == CLI_DONE) {
        status = show_result(cli, &c, rerun);
        process_unload(&c);
    }
    return status;
}

const struct cli_verb cli_verbs_result[] = {
    {"election result", "ID [--rerun] [--json]",
     N_("The result by the records: valid or void, each seat and why, what another poll is about."),
     true, run_result, NULL},
};
const size_t cli_verbs_result_n = sizeof(cli_verbs_result) / sizeof(cli_verbs_result[0]);
