#include "tui/roll_lists.h"

#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"

enum { NOTE_MAX = 400, NAME_CELLS = 13 };

/* ---- which rows */

size_t roll_rows_max(const struct roll *roll)
{
    return roll->houses_n + roll->reps.groups_n + roll->reps.people;
}

static bool fits(const char *name, const char *search)
{
    return search[0] == '\0' || (name != NULL && strstr(name, search) != NULL);
}

static size_t choose_houses(const struct roll *roll, const char *search, struct roll_row *out)
{
    size_t n = 0;
    for (size_t i = 0; i < roll->houses_n; i++) {
        const struct roll_house *h = &roll->houses[i];
        if (fits(h->person != NULL ? h->person->name : NULL, search) ||
            (h->head != NULL && fits(h->head->name, search))) {
            out[n++] = (struct roll_row){.house = h, .number = i + 1};
        }
    }
    return n;
}

size_t roll_rows_choose(const struct roll_rows *rows, const char *search, struct roll_row *out)
{
    const struct roll_reps *reps = &rows->roll->reps;
    size_t n = 0, number = 0;
    if (rows->houses) {
        return choose_houses(rows->roll, search, out);
    }
    for (size_t g = 0; g < reps->groups_n; g++) {
        const struct roll_group *group = &reps->groups[g];
        size_t head = n++;
        out[head] = (struct roll_row){.group = group};
        for (size_t i = 0; i < group->n; i++) {
            number++;
            if (fits(group->reps[i].name, search)) {
                out[n++] =
                    (struct roll_row){.group = group, .rep = &group->reps[i], .number = number};
            }
        }
        n = n == head + 1 && search[0] != '\0' ? head : n;
    }
    return n;
}

/* ---- figures */

static void houses_head(struct tui *t, const struct roll_rows *rows)
{
    const struct roll_house_counts *n = &rows->roll->house_counts;
    screen_row(t->scr, t->body_top);
    screen_putf(t->scr, P_GOOD, _("Households %zu"), rows->roll->houses_n);
    screen_putf(t->scr, n->open > 0 ? P_WARN : P_DIM, _(" · nobody votes yet %zu"), n->open);
    (void)screen_row_end(t->scr, P_TEXT);
    screen_row(t->scr, t->body_top + 1);
    screen_putf(t->scr, P_TEXT, _("Who votes: chosen %zu · head %zu · women %zu"), n->chosen,
                n->heads, n->women);
    if (n->listed >= 0) {
        screen_putf(t->scr, P_DIM, _(" · published %lld"), (long long)n->listed);
    }
    (void)screen_row_end(t->scr, P_TEXT);
}

static void reps_head(struct tui *t, const struct roll_rows *rows)
{
    const struct roll_reps *reps = &rows->roll->reps;
    screen_row(t->scr, t->body_top);
    screen_putf(t->scr, P_GOOD, _("Representatives %zu"), reps->people);
    screen_putf(t->scr, P_TEXT, _(" · groups %zu · group leaders %zu"), reps->groups_n,
                reps->leaders);
    (void)screen_row_end(t->scr, P_TEXT);
    screen_row(t->scr, t->body_top + 1);
    screen_putf(t->scr, P_TEXT, _("women %zu"), reps->women);
    if (reps->sex_unknown > 0) {
        screen_putf(t->scr, P_DIM, _(" (not known of %zu)"), reps->sex_unknown);
    }
    if (reps->share != NULL) {
        bool law = check_cite(rows->c->rules, reps->share).law != NULL;
        screen_putf(t->scr, P_TEXT, law ? _(", at least %zu by law") : _(", usually at least %zu"),
                    reps->women_need);
    }
    if (reps->recorded >= 0) {
        screen_putf(t->scr, P_DIM, _(" · recorded in S09 %lld"), (long long)reps->recorded);
    }
    if (reps->listed >= 0) {
        screen_putf(t->scr, P_DIM, _(" · published %lld"), (long long)reps->listed);
    }
    (void)screen_row_end(t->scr, P_TEXT);
}

/* The first note, and how many there are besides. */
static void note(const struct roll_rows *rows, char *out, size_t size)
{
    const struct roll_house_counts *n = &rows->roll->house_counts;
    size_t votes = n->chosen + n->heads, more = 0;
    char other[NOTE_MAX];
    out[0] = '\0';
    if (rows->houses) {
        if (n->listed >= 0 && (size_t)n->listed != votes) {
            (void)snprintf(out, size, _("Published %lld, and %zu have somebody who votes now."),
                           (long long)n->listed, votes);
        }
        return;
    }
    (void)roll_reps_note(rows->roll, rows->c, 0, out, size);
    while (out[0] != '\0' && roll_reps_note(rows->roll, rows->c, more + 1, other, sizeof(other))) {
        more++;
    }
    size_t len = strlen(out);
    if (more > 0 && len < size) {
        (void)snprintf(out + len, size - len, _(" (%zu more)"), more);
    }
}

void roll_rows_head(struct tui *t, const struct roll_rows *rows)
{
    char text[NOTE_MAX];
    if (rows->houses) {
        houses_head(t, rows);
    } else {
        reps_head(t, rows);
    }
    note(rows, text, sizeof(text));
    screen_line(t->scr, t->body_top + 3, P_WARN, text);
}

/* ---- one row */

static const char *votes_as(const struct roll_house *h)
{
    return h->off_roll         ? _("chosen, not on the roll")
           : h->person == NULL ? _("has to choose")
           : h->chosen         ? _("chosen")
                               : _("head");
}

static void put_house(struct tui *t, const struct roll_row *row)
{
    const struct roll_house *h = row->house;
    char number[24], name[128] = "";
    (void)snprintf(number, sizeof(number), "%4zu ", row->number);
    if (h->person != NULL) {
        (void)gw_text_safe_z(name, sizeof(name), h->person->name);
    }
    screen_field(t->scr, P_DIM, number, 6);
    screen_field(t->scr, P_BOLD, name, NAME_CELLS);
    screen_field(t->scr, h->person == NULL ? P_WARN : P_TEXT, votes_as(h), 24);
    screen_putf(t->scr, P_TEXT, _("voters %zu"), h->voters);
    if (h->head != NULL && h->head != h->person) {
        screen_putf(t->scr, P_DIM, _(" · head "));
        (void)gw_text_safe_z(name, sizeof(name), h->head->name);
        screen_put(t->scr, P_DIM, name);
    }
}

static void put_group(struct tui *t, const struct roll_group *g)
{
    char text[128];
    (void)gw_text_safe_z(text, sizeof(text), g->name);
    screen_field(t->scr, P_HEAD, text, 12);
    screen_putf(t->scr, P_HEAD, _("%zu chosen · women %zu"), g->n, g->women);
    if (g->households >= 0) {
        screen_putf(t->scr, P_TEXT, _(" · households %lld"), (long long)g->households);
    }
    if (g->present >= 0 && g->entitled >= 0) {
        screen_putf(t->scr, P_TEXT, _(" · present %lld of %lld"), (long long)g->present,
                    (long long)g->entitled);
    }
    if (g->said >= 0 && (size_t)g->said != g->n) {
        screen_putf(t->scr, P_WARN, _(" · said to be %lld"), (long long)g->said);
    }
}

static void put_rep(struct tui *t, const struct roll_rows *rows, const struct roll_row *row)
{
    const struct roll_rep *rep = row->rep;
    const struct roll_person *p = rep->person;
    char number[24], name[128], age[24] = "";
    (void)snprintf(number, sizeof(number), "%4zu ", row->number);
    (void)gw_text_safe_z(name, sizeof(name), rep->name);
    if (p != NULL && p->birth != DAY_NONE) {
        (void)snprintf(age, sizeof(age), "%d", day_age(p->birth, rows->roll->polling));
    }
    screen_field(t->scr, P_DIM, number, 6);
    screen_field(t->scr, P_BOLD, name, NAME_CELLS);
    screen_field(t->scr, P_TEXT,
                 p == NULL       ? ""
                 : p->sex == '1' ? _("male")
                 : p->sex == '2' ? _("female")
                                 : "",
                 7);
    screen_field(t->scr, P_TEXT, age, 5);
    if (rep->leader) {
        screen_put(t->scr, P_GOOD, _("group leader  "));
    }
    if (rep->twice) {
        screen_put(t->scr, P_WARN, _("stands there twice  "));
    }
    if (p == NULL) {
        screen_put(t->scr, P_DIM, _("not told apart by the register"));
    } else if (p->verdict.state != ROLL_IN) {
        screen_put(t->scr, P_WARN, _("not on the roll of voters"));
    }
}

void roll_rows_put(struct tui *t, const struct roll_rows *rows, const struct roll_row *row)
{
    if (row->house != NULL) {
        put_house(t, row);
    } else if (row->rep != NULL) {
        put_rep(t, rows, row);
    } else {
        put_group(t, row->group);
    }
}

/* ---- the sentence below */

static void print_group(const struct roll_group *g, char *out, size_t size)
{
    char day[DAY_TEXT + 1] = "-", name[128], leader[128];
    if (g->chosen_on != DAY_NONE) {
        day_print(g->chosen_on, day);
    }
    (void)gw_text_safe_z(name, sizeof(name), g->name);
    (void)gw_text_safe_z(leader, sizeof(leader), g->leader[0] != '\0' ? g->leader : "-");
    (void)snprintf(out, size, _("%s chose them on %s. Group leader: %s. Recorded by %s."), name,
                   day, leader, g->user != NULL ? g->user : "?");
}

void roll_rows_print(const struct roll_rows *rows, const struct roll_row *row, char *out,
                     size_t size)
{
    const struct roll_person *p = row->house != NULL ? row->house->person
                                  : row->rep != NULL ? row->rep->person
                                                     : NULL;
    out[0] = '\0';
    if (row->house == NULL && row->rep == NULL) {
        print_group(row->group, out, size);
    } else if (p != NULL) {
        (void)roll_person_print(rows->roll, rows->c, p, out, size);
    } else if (row->house != NULL) {
        (void)snprintf(out, size, "%s",
                       row->house->off_roll
                           ? _("Whom the household chose is not on the roll: it chooses anew.")
                           : _("Nobody of it is its head on the roll: it chooses who votes."));
    } else {
        (void)snprintf(out, size, "%s",
                       _("Nobody of the roll bears this name, or several do: compare by the "
                         "record."));
    }
}
