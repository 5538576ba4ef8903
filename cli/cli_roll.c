/* election roll: who is on the voters' roll, who is not, and why; the list as it is published. */
#include <string.h>

#include "base/i18n.h"
#include "base/text_safe.h"
#include "cli/cli_roll_p.h"

enum { SAYS_MAX = 800, KIN_MAX = 200, CSV_MAX = 16 * 1024 * 1024 };

static bool wanted(const struct printing *p, const struct roll_person *person)
{
    return !p->state || strcmp(p->state, roll_state_name(person->verdict.state)) == 0;
}

/* ---- text */

static void counts_text(const struct printing *p)
{
    const struct roll_counts *n = &p->roll->counts;
    printf(_("On the roll %zu · not %zu · open %zu · entitled %zu\n"), n->state[ROLL_IN],
           n->state[ROLL_OUT], n->state[ROLL_OPEN], n->entitled);
    printf(_("Of those on it: women %zu · Party members %zu · minorities %zu\n"), n->women,
           n->party, n->minority);
    for (int i = ROLL_HUKOU; i < ROLL_CLASSES; i++) {
        if (n->classes[i] > 0) {
            printf("  %s %zu\n", roll_class_word((enum roll_class)i, p->roll->rules.village),
                   n->classes[i]);
        }
    }
    if (n->published >= 0 && (size_t)n->published != n->state[ROLL_IN]) {
        printf(_("Published %lld: the roll has %zu now. A correction is a record of its own.\n"),
               (long long)n->published, n->state[ROLL_IN]);
    }
}

static void people_text(const struct printing *p)
{
    char name[128], says[SAYS_MAX];
    for (size_t i = 0; i < p->roll->n; i++) {
        const struct roll_person *person = &p->roll->people[i];
        if (!wanted(p, person)) {
            continue;
        }
        roll_shown_name(person, name, sizeof name);
        (void)roll_person_print(p->roll, p->c, person, says, sizeof says);
        out_cell(roll_state_word(person->verdict.state), 16);
        out_cell(name, 12);
        out_text(says);
        printf("  ");
        out_text(person->id);
        putchar('\n');
    }
}

static void kin_text(const struct printing *p)
{
    struct roll_kin kin[KIN_MAX];
    size_t n = 0;
    char says[SAYS_MAX];
    roll_kin_find(p->roll, p->c, kin, KIN_MAX, &n);
    for (size_t i = 0; i < n; i++) {
        (void)roll_kin_print(p->c, &kin[i], says, sizeof says);
        out_text(says);
        putchar('\n');
    }
}

/* ---- CSV, as it is posted: number, name, class. Never an ID number. The mark at the start tells
 * spreadsheets of Chinese offices that it is UTF-8. */

static enum gw_err csv_line(struct gw_buf *out, size_t number, const char *a, const char *b)
{
    enum gw_err err = gw_buf_addf(out, "%zu,", number);
    err = err ? err : gw_csv_field(out, a);
    err = err ? err : gw_buf_adds(out, ",");
    err = err ? err : gw_csv_field(out, b);
    return err ? err : gw_buf_adds(out, "\r\n");
}

static enum gw_err csv_people(const struct printing *p, struct gw_buf *out)
{
    size_t number = 0;
    enum gw_err err = gw_buf_addf(out, "%s,%s,%s\r\n", _("No."), _("Name"), _("Class"));
    for (size_t i = 0; !err && i < p->roll->n; i++) {
        const struct roll_person *person = &p->roll->people[i];
        if (person->verdict.state == ROLL_IN) {
            err = csv_line(out, ++number, person->name,
                           roll_class_word(person->verdict.class_, p->roll->rules.village));
        }
    }
    return err;
}

static enum gw_err print_csv(const struct printing *p)
{
    struct gw_buf out;
    gw_buf_init(&out, CSV_MAX);
    enum gw_err err = gw_buf_adds(&out, "\xEF\xBB\xBF");
    err = err                       ? err
          : p->which == ROLL_HOUSES ? roll_houses_csv(p, &out)
          : p->which == ROLL_REPS   ? roll_reps_csv(p, &out)
                                    : csv_people(p, &out);
    if (!err) {
        (void)fwrite(out.data, 1, out.len, stdout); /* told when standard output is flushed */
    }
    gw_buf_free(&out);
    return err;
}

/* ---- JSON */

static void counts_json(const struct printing *p, struct jw *w)
{
    const struct roll_counts *n = &p->roll->counts;
    jw_obj(w, "counts");
    jw_int(w, "people", (int64_t)n->people);
    for (int i = 0; i < ROLL_STATES; i++) {
        jw_int(w, roll_state_name((enum roll_state)i), (int64_t)n->state[i]);
    }
    jw_int(w, "entitled", (int64_t)n->entitled);
    jw_int(w, "women", (int64_t)n->women);
    jw_int(w, "party", (int64_t)n->party);
    jw_int(w, "minority", (int64_t)n->minority);
    jw_int(w, "twice", (int64_t)n->twice);
    jw_int(w, "birth_differs", (int64_t)n->birth_differs);
    jw_int(w, "objections_pending", (int64_t)n->objections_pending);
    if (n->published >= 0) {
        jw_int(w, "published", n->published);
    } else {
        jw_null(w, "published");
    }
    jw_obj(w, "classes");
    for (int i = ROLL_HUKOU; i < ROLL_CLASSES; i++) {
        jw_int(w, roll_class_name((enum roll_class)i), (int64_t)n->classes[i]);
    }
    jw_obj_end(w);
    jw_obj_end(w);
}

static const char *or_null(const char *text)
{
    return text && text[0] ? text : NULL;
}

static void person_json(const struct printing *p, const struct roll_person *person, struct jw *w)
{
    static const char *const objections[] = {NULL, "pending", "accepted", "rejected"};
    char name[128], says[SAYS_MAX];
    int64_t age = person->birth == DAY_NONE ? -1 : day_age(person->birth, p->roll->polling);
    roll_shown_name(person, name, sizeof name);
    (void)roll_person_print(p->roll, p->c, person, says, sizeof says);
    jw_obj(w, NULL);
    jw_str(w, "id", person->id);
    jw_str(w, "name", name);
    jw_bool(w, "name_masked", person->verdict.state != ROLL_IN);
    jw_strn(w, "sex", &person->sex, 1);
    if (age >= 0) {
        jw_int(w, "age", age);
    } else {
        jw_null(w, "age");
    }
    jw_str(w, "household", or_null(person->household));
    jw_str(w, "relation", or_null(person->relation));
    jw_str(w, "state", roll_state_name(person->verdict.state));
    jw_str(w, "class", or_null(roll_class_name(person->verdict.class_)));
    jw_str(w, "why", roll_why_name(person->verdict.why));
    jw_str(w, "says", says);
    jw_str(w, "law", p->roll->rules.cite.law);
    jw_str(w, "article", p->roll->rules.cite.article);
    jw_str(w, "step", person->step);
    jw_str(w, "subject", person->subject);
    jw_str(w, "settle", roll_why_step(person->verdict.why));
    jw_str(w, "twin", person->twin);
    jw_str(w, "objection", objections[person->objection]);
    jw_str(w, "objection_no", person->objection_no);
    jw_bool(w, "entered", person->entered);
    jw_obj_end(w);
}

static void kin_json(const struct printing *p, struct jw *w)
{
    static const char *const ties[] = {"nominees", "committee", "staff", "box"};
    struct roll_kin kin[KIN_MAX];
    size_t n = 0;
    char says[SAYS_MAX];
    roll_kin_find(p->roll, p->c, kin, KIN_MAX, &n);
    jw_arr(w, "kin");
    for (size_t i = 0; i < n; i++) {
        (void)roll_kin_print(p->c, &kin[i], says, sizeof says);
        jw_obj(w, NULL);
        jw_str(w, "tie", ties[kin[i].tie]);
        jw_str(w, "nominee", kin[i].nominee);
        jw_str(w, "answer", kin[i].same ? "same" : kin[i].answer == KIN_NEAR ? "near" : "ask");
        jw_str(w, "law", kin[i].cite.law);
        jw_str(w, "article", kin[i].cite.article);
        jw_bool(w, "waits", kin[i].waits);
        jw_str(w, "says", says);
        jw_obj_end(w);
    }
    jw_arr_end(w);
}

static enum gw_err print_json(const struct printing *p)
{
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    jw_str(w, "id", p->c->row.id);
    jw_str(w, "division", p->c->row.division);
    process_day_json(w, "polling_day", p->roll->polling);
    counts_json(p, w);
    jw_arr(w, "people");
    for (size_t i = 0; i < p->roll->n; i++) {
        if (wanted(p, &p->roll->people[i])) {
            person_json(p, &p->roll->people[i], w);
        }
    }
    jw_arr_end(w);
    roll_lists_json(p, w);
    kin_json(p, w);
    jw_obj_end(w);
    return out_doc_end(&doc, GW_OK, true);
}

/* ---- the verb */

static int show_roll(struct cli *cli, struct printing *p, bool csv)
{
    struct roll roll;
    struct gw_fail fail = {0};
    enum gw_err err = roll_load(&cli->home, p->c, &roll, &fail);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    p->roll = &roll;
    if (csv) {
        err = print_csv(p);
    } else if (cli->json) {
        err = print_json(p);
    } else if (p->which == ROLL_HOUSES) {
        roll_houses_text(p);
    } else if (p->which == ROLL_REPS) {
        roll_reps_text(p);
    } else {
        counts_text(p);
        people_text(p);
        kin_text(p);
    }
    roll_unload(&roll);
    return err ? cli_fail(cli, err, NULL) : CLI_DONE;
}

static bool is_state(const char *text)
{
    bool is = false;
    for (int i = 0; i < ROLL_STATES; i++) {
        is = is || strcmp(text, roll_state_name((enum roll_state)i)) == 0;
    }
    return is;
}

static int run_roll(struct cli *cli, int argc, char **argv)
{
    bool csv = false, houses = false, reps = false;
    struct printing p = {.state = NULL};
    const struct cli_opt opts[] = {{"csv", NULL, &csv},
                                   {"state", &p.state, NULL},
                                   {"households", NULL, &houses},
                                   {"representatives", NULL, &reps}};
    const struct cli_verb *verb = cli_find("election roll");
    char **rest;
    int n;
    struct process_case c;
    int status = cli_options(cli, verb, argc, argv, opts, 4, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1 || (p.state && !is_state(p.state)) || (csv && cli->json) || (houses && reps)) {
        return cli_usage(cli, verb, "%s",
                         _("Give the id of one election; --state takes in, out or open; --csv and "
                           "--json are two forms of one thing, and so is one list at a "
                           "time: --households or --representatives."));
    }
    p.which = houses ? ROLL_HOUSES : reps ? ROLL_REPS : ROLL_VOTERS;
    status = process_open_case(cli, rest[0], &c);
    if (status == CLI_DONE) {
        p.c = &c;
        status = show_roll(cli, &p, csv);
        process_unload(&c);
    }
    return status;
}

const struct cli_verb cli_verbs_roll[] = {
    {"election roll", "ID [--state in|out|open] [--households|--representatives] [--csv] [--json]",
     N_("The voters' roll: who is on it in which class, who is not and why, what is missing; who "
        "votes for each household, and whom the groups chose as representatives."),
     true, run_roll, NULL},
};
const size_t cli_verbs_roll_n = sizeof(cli_verbs_roll) / sizeof(cli_verbs_roll[0]);
