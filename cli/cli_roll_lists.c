/* The lists beside the voters' roll: households and representatives, as text, CSV and JSON. Both
 * are published by law (U26 17), so names are whole. */
#include <string.h>

#include "base/i18n.h"
#include "base/text_safe.h"
#include "cli/cli_roll_p.h"

enum { NOTE_MAX = 400 };

/* ---- households */

static const char *votes_as(const struct roll_house *h)
{
    return h->off_roll  ? _("chosen, not on the roll")
           : !h->person ? _("has to choose")
           : h->chosen  ? _("chosen")
                        : _("head");
}

void roll_houses_text(const struct printing *p)
{
    const struct roll_house_counts *n = &p->roll->house_counts;
    char voters[24];
    printf(_("Households %zu: chosen %zu · head %zu · nobody yet %zu · women who vote %zu\n"),
           p->roll->houses_n, n->chosen, n->heads, n->open, n->women);
    if (n->listed >= 0 && (size_t)n->listed != n->chosen + n->heads) {
        printf(_("Published %lld: %zu have somebody who votes now.\n"), (long long)n->listed,
               n->chosen + n->heads);
    }
    for (size_t i = 0; i < p->roll->houses_n; i++) {
        const struct roll_house *h = &p->roll->houses[i];
        (void)snprintf(voters, sizeof voters, "%zu", h->voters);
        out_cell(voters, 4);
        out_cell(h->person ? h->person->name : "", 14);
        out_cell(votes_as(h), 24);
        out_text(h->id);
        putchar('\n');
    }
}

static enum gw_err fields(struct gw_buf *out, const char *const *cells, size_t n)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < n && !err; i++) {
        err = i > 0 ? gw_buf_adds(out, ",") : GW_OK;
        err = err ? err : gw_csv_field(out, cells[i]);
    }
    return err ? err : gw_buf_adds(out, "\r\n");
}

enum gw_err roll_houses_csv(const struct printing *p, struct gw_buf *out)
{
    enum gw_err err = gw_buf_addf(out, "%s,%s,%s\r\n", _("No."), _("Name"), _("Votes as"));
    for (size_t i = 0; !err && i < p->roll->houses_n; i++) {
        const struct roll_house *h = &p->roll->houses[i];
        const char *const cells[] = {h->person ? h->person->name : "", votes_as(h)};
        err = gw_buf_addf(out, "%zu,", i + 1);
        err = err ? err : fields(out, cells, 2);
    }
    return err;
}

/* ---- representatives */

static const char *sex_word(const struct roll_rep *rep)
{
    char sex = rep->person ? rep->person->sex : '0';
    return sex == '1' ? _("male") : sex == '2' ? _("female") : "";
}

static void group_text(const struct roll_group *g)
{
    char day[DAY_TEXT + 1] = "";
    if (g->chosen_on != DAY_NONE) {
        day_print(g->chosen_on, day);
    }
    out_text(g->name);
    printf(_(": %zu representatives, women %zu"), g->n, g->women);
    if (g->households >= 0) {
        printf(_(" · households %lld"), (long long)g->households);
    }
    if (g->present >= 0 && g->entitled >= 0) {
        printf(_(" · present %lld of %lld"), (long long)g->present, (long long)g->entitled);
    }
    if (g->leader[0]) {
        fputs(_(" · leader "), stdout);
        out_text(g->leader);
    }
    printf(_(" · chosen on %s, recorded by "), day);
    out_text(g->user ? g->user : "?");
    putchar('\n');
}

static void rep_text(size_t number, const struct roll_rep *rep)
{
    char text[24];
    (void)snprintf(text, sizeof text, "  %zu", number);
    out_cell(text, 6);
    out_cell(rep->name, 14);
    out_cell(sex_word(rep), 8);
    if (rep->leader) {
        fputs(_("group leader  "), stdout);
    }
    if (!rep->person) {
        fputs(_("not told apart by the register  "), stdout);
    } else if (rep->person->verdict.state != ROLL_IN) {
        fputs(_("not on the roll of voters  "), stdout);
    }
    if (rep->twice) {
        fputs(_("stands there twice"), stdout);
    }
    putchar('\n');
}

void roll_reps_text(const struct printing *p)
{
    const struct roll_reps *reps = &p->roll->reps;
    char note[NOTE_MAX];
    size_t number = 0;
    printf(_("Representatives %zu of %zu groups · women %zu · group leaders %zu\n"), reps->people,
           reps->groups_n, reps->women, reps->leaders);
    for (size_t i = 0; roll_reps_note(p->roll, p->c, i, note, sizeof note); i++) {
        fputs("! ", stdout);
        out_text(note);
        putchar('\n');
    }
    for (size_t g = 0; g < reps->groups_n; g++) {
        group_text(&reps->groups[g]);
        for (size_t i = 0; i < reps->groups[g].n; i++) {
            rep_text(++number, &reps->groups[g].reps[i]);
        }
    }
}

enum gw_err roll_reps_csv(const struct printing *p, struct gw_buf *out)
{
    const struct roll_reps *reps = &p->roll->reps;
    enum gw_err err = gw_buf_addf(out, "%s,%s,%s,%s,%s\r\n", _("No."), _("Group"), _("Name"),
                                  _("Sex"), _("Post"));
    size_t number = 0;
    for (size_t g = 0; g < reps->groups_n; g++) {
        for (size_t i = 0; i < reps->groups[g].n && !err; i++) {
            const struct roll_rep *rep = &reps->groups[g].reps[i];
            const char *const cells[] = {reps->groups[g].name, rep->name, sex_word(rep),
                                         rep->leader ? _("group leader") : ""};
            err = gw_buf_addf(out, "%zu,", ++number);
            err = err ? err : fields(out, cells, 4);
        }
    }
    return err;
}

/* ---- JSON */

static void figure_json(struct jw *w, const char *key, int64_t figure)
{
    if (figure >= 0) {
        jw_int(w, key, figure);
    } else {
        jw_null(w, key);
    }
}

static void houses_json(const struct printing *p, struct jw *w)
{
    const struct roll_house_counts *n = &p->roll->house_counts;
    jw_arr(w, "households");
    for (size_t i = 0; i < p->roll->houses_n; i++) {
        const struct roll_house *h = &p->roll->houses[i];
        jw_obj(w, NULL);
        jw_str(w, "id", h->id);
        jw_int(w, "voters", (int64_t)h->voters);
        jw_str(w, "person", h->person ? h->person->id : NULL);
        jw_bool(w, "chosen", h->chosen);
        jw_bool(w, "off_roll", h->off_roll);
        jw_obj_end(w);
    }
    jw_arr_end(w);
    jw_obj(w, "household_counts");
    jw_int(w, "households", (int64_t)p->roll->houses_n);
    jw_int(w, "chosen", (int64_t)n->chosen);
    jw_int(w, "heads", (int64_t)n->heads);
    jw_int(w, "open", (int64_t)n->open);
    jw_int(w, "women", (int64_t)n->women);
    figure_json(w, "listed", n->listed);
    jw_obj_end(w);
}

static void group_json(const struct roll_group *g, struct jw *w)
{
    jw_obj(w, NULL);
    jw_str(w, "group", g->name);
    jw_str(w, "leader", g->leader[0] ? g->leader : NULL);
    jw_str(w, "hash", g->hash);
    jw_str(w, "user", g->user);
    process_day_json(w, "chosen_on", g->chosen_on);
    figure_json(w, "households", g->households);
    figure_json(w, "entitled", g->entitled);
    figure_json(w, "present", g->present);
    figure_json(w, "agreed", g->agreed);
    figure_json(w, "said", g->said);
    jw_int(w, "women", (int64_t)g->women);
    jw_int(w, "sex_unknown", (int64_t)g->sex_unknown);
    jw_arr(w, "people");
    for (size_t i = 0; i < g->n; i++) {
        const struct roll_rep *rep = &g->reps[i];
        jw_obj(w, NULL);
        jw_str(w, "name", rep->name);
        jw_str(w, "id", rep->person ? rep->person->id : NULL);
        jw_strn(w, "sex", rep->person ? &rep->person->sex : "0", 1);
        jw_str(w, "state", rep->person ? roll_state_name(rep->person->verdict.state) : NULL);
        jw_bool(w, "leader", rep->leader);
        jw_bool(w, "twice", rep->twice);
        jw_obj_end(w);
    }
    jw_arr_end(w);
    jw_obj_end(w);
}

static void share_json(const struct printing *p, struct jw *w)
{
    const struct roll_reps *reps = &p->roll->reps;
    struct citation cite = {NULL, NULL};
    if (reps->share) {
        cite = check_cite(p->c->rules, reps->share);
        jw_int(w, "women_need", (int64_t)reps->women_need);
    } else {
        jw_null(w, "women_need");
    }
    jw_str(w, "law", cite.law);
    jw_str(w, "article", cite.article);
}

static void reps_json(const struct printing *p, struct jw *w)
{
    const struct roll_reps *reps = &p->roll->reps;
    char note[NOTE_MAX];
    if (!roll_has_reps(p->c)) {
        jw_null(w, "representatives");
        return;
    }
    jw_obj(w, "representatives");
    jw_int(w, "people", (int64_t)reps->people);
    jw_int(w, "women", (int64_t)reps->women);
    jw_int(w, "sex_unknown", (int64_t)reps->sex_unknown);
    jw_int(w, "leaders", (int64_t)reps->leaders);
    jw_int(w, "off_roll", (int64_t)reps->off_roll);
    jw_int(w, "twice", (int64_t)reps->twice);
    figure_json(w, "households", reps->households);
    figure_json(w, "recorded", reps->recorded);
    figure_json(w, "recorded_women", reps->recorded_women);
    figure_json(w, "meeting_members", reps->members);
    figure_json(w, "listed", reps->listed);
    share_json(p, w);
    jw_arr(w, "notes");
    for (size_t i = 0; roll_reps_note(p->roll, p->c, i, note, sizeof note); i++) {
        jw_str(w, NULL, note);
    }
    jw_arr_end(w);
    jw_arr(w, "groups");
    for (size_t i = 0; i < reps->groups_n; i++) {
        group_json(&reps->groups[i], w);
    }
    jw_arr_end(w);
    jw_obj_end(w);
}

void roll_lists_json(const struct printing *p, struct jw *w)
{
    houses_json(p, w);
    reps_json(p, w);
}
