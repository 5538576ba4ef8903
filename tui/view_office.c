/* Who holds which office (任职): members of the committee and the supervisors, group leaders,
 * representatives, the Party organisation's committee, place by place. Filed from the records;
 * Enter opens the record that says so. 2 also shows who is out of office. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/office.h"
#include "tui/list.h"
#include "tui/view_process.h"

enum { HEAD_ROWS = 5, SAYS_ROWS = 2 };

/* A row: the heading of a body (its first office, and how many are shown), or an office. */
struct row {
    const struct office *office;
    size_t heads; /* 0: an office */
};
struct state {
    char scope[GW_PATH_MAX + 1];
    struct office_list offices;
    struct row *rows; /* owned */
    bool all;         /* also who is out of office */
    size_t held, both, over, barred;
    struct list list;
};

/* ---- what is shown */

static void count(struct state *s)
{
    s->held = s->both = s->over = s->barred = 0;
    for (size_t i = 0; i < s->offices.n; i++) {
        const struct office *o = &s->offices.offices[i];
        s->held += o->state == OFFICE_HELD || o->state == OFFICE_OVER;
        s->both += o->organ == ORGAN_PARTY && (o->also >> ORGAN_COMMITTEE & 1U) != 0;
        s->over += o->state == OFFICE_OVER;
        s->barred += o->barred != 0;
    }
}

static bool same_body(const struct office *a, const struct office *b)
{
    return a->organ == b->organ && strcmp(a->division, b->division) == 0;
}

static void make_rows(struct state *s)
{
    struct row *head = NULL;
    s->list.n = 0;
    for (size_t i = 0; s->rows != NULL && i < s->offices.n; i++) {
        const struct office *o = &s->offices.offices[i];
        if (!s->all && o->state == OFFICE_ENDED) {
            continue;
        }
        if (head == NULL || !same_body(head->office, o)) {
            head = &s->rows[s->list.n++];
            *head = (struct row){.office = o};
        }
        head->heads++;
        s->rows[s->list.n++] = (struct row){.office = o};
    }
    if (s->list.at >= s->list.n) {
        s->list.at = s->list.n > 0 ? s->list.n - 1 : 0;
    }
}

static enum gw_err load(struct tui *t, struct state *s, struct gw_fail *fail)
{
    struct office_list fresh;
    const struct office_want want = {.scope = s->scope, .today = tui_today(t)};
    enum gw_err err = office_load(t->home, &want, &fresh, fail);
    if (err != GW_OK) {
        return err;
    }
    struct row *rows = calloc(2 * fresh.n + 1, sizeof(*rows));
    if (rows == NULL) {
        office_unload(&fresh);
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    office_unload(&s->offices);
    free(s->rows);
    s->offices = fresh;
    s->rows = rows;
    count(s);
    make_rows(s);
    return GW_OK;
}

static enum gw_err office_open(struct tui *t, struct view *view, const void *arg,
                               struct gw_fail *fail)
{
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    (void)snprintf(s->scope, sizeof(s->scope), "%s", arg != NULL ? (const char *)arg : "");
    gw_arena_init(&s->offices.arena, 1);
    enum gw_err err = load(t, s, fail);
    if (err != GW_OK) {
        office_unload(&s->offices);
        free(s);
        return gw_fail_set(fail, err, _("The procedures cannot be read. Run gridward doctor."));
    }
    return GW_OK;
}

static void office_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)t;
    office_unload(&s->offices);
    free(s->rows);
    free(s);
}

static void office_changed(struct tui *t, struct view *view)
{
    (void)load(t, view->state, NULL); /* what is shown stays when it cannot be read */
}

/* ---- painting */

static enum paint paint_office(const struct office *o)
{
    return o->state == OFFICE_ENDED || o->state == OFFICE_COMING   ? P_DIM
           : o->state == OFFICE_OVER || o->barred != 0 || o->doubt ? P_WARN
                                                                   : P_TEXT;
}

static void put_end(struct tui *t, const struct office *o)
{
    const char *mark = office_mark_word(o);
    if (o->state != OFFICE_HELD) {
        screen_putf(t->scr, paint_office(o), " %s", office_state_word(o->state));
    }
    if (o->waits) {
        screen_putf(t->scr, P_WARN, " %s", _("second person missing"));
    }
    if (o->doubt) {
        screen_putf(t->scr, P_WARN, " %s", _("several of this name"));
    }
    if (mark[0] != '\0') {
        screen_put(t->scr, P_TEXT, " ");
        screen_rest(t->scr, o->barred != 0 ? P_WARN : P_GOOD, mark);
    }
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct row *row = &s->rows[i];
    const struct office *o = row->office;
    char since[DAY_TEXT + 1], until[DAY_TEXT + 1], post[96];
    if (row->heads > 0) {
        screen_putf(t->scr, P_HEAD, "%s %zu", office_organ_word(o->organ, o->committee),
                    row->heads);
        screen_putf(t->scr, P_DIM, "  %s", o->division);
        return;
    }
    day_print(o->since, since);
    day_print(o->ended != DAY_NONE ? o->ended : o->until, until);
    (void)snprintf(post, sizeof(post), "%s%s%s", o->group, o->group[0] != '\0' ? " " : "",
                   office_post_word(o->post));
    screen_put(t->scr, P_TEXT, "  ");
    screen_field(t->scr, P_TEXT, post,
                 screen_cols(t->scr) >= 120 && gw_i18n_lang() != GW_LANG_ZH ? 32 : 20);
    screen_put(t->scr, P_TEXT, " ");
    screen_field(t->scr, P_BOLD, o->name[0] != '\0' ? o->name : "—", 10);
    screen_putf(t->scr, paint_office(o), " %s–%s", since, until);
    put_end(t, o);
}

/* What the row under the cursor has no room for. */
static void draw_says(struct tui *t, const struct state *s)
{
    char mark[1500], text[2000];
    const struct row *row = s->list.n > 0 ? &s->rows[s->list.at] : NULL;
    int drawn = 0;
    if (row != NULL && row->heads == 0) {
        const struct office *o = row->office;
        (void)office_mark_print(o, mark, sizeof(mark));
        (void)snprintf(text, sizeof(text), "%s%s%s%s%s%s%s", o->name,
                       o->term[0] != '\0' ? " · " : "", o->term, o->cause[0] != '\0' ? " · " : "",
                       o->cause[0] != '\0' ? office_cause_word(o->cause) : "",
                       mark[0] != '\0' ? " · " : "", mark);
        drawn = screen_wrap(t->scr, t->body_top + 2, 0, SAYS_ROWS, o->barred != 0 ? P_WARN : P_TEXT,
                            text);
    }
    for (; drawn <= SAYS_ROWS; drawn++) {
        screen_line(t->scr, t->body_top + 2 + drawn, P_TEXT, "");
    }
}

static void draw_head(struct tui *t, const struct state *s)
{
    screen_row(t->scr, t->body_top);
    screen_putf(t->scr, P_BOLD, _("In office: %zu"), s->held);
    screen_putf(t->scr, P_TEXT, _(" · in both committees: %zu"), s->both);
    screen_right(t->scr, P_DIM, s->all ? _("with those out of office") : _("who is in office"));
    (void)screen_row_end(t->scr, P_TEXT);
    screen_row(t->scr, t->body_top + 1);
    screen_putf(t->scr, s->over > 0 ? P_WARN : P_DIM, _("term over, nobody has followed: %zu"),
                s->over);
    if (s->barred > 0) {
        screen_putf(t->scr, P_WARN, _(" · may not serve in both: %zu"), s->barred);
    }
    if (s->offices.unknown + s->offices.stale > 0) {
        screen_putf(t->scr, P_WARN, _(" · not known here: %zu"),
                    s->offices.unknown + s->offices.stale);
    }
    if (s->offices.lost > 0) {
        screen_putf(t->scr, P_DIM, _(" · ends of others: %zu"), s->offices.lost);
    }
    (void)screen_row_end(t->scr, P_TEXT);
}

static void office_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    draw_head(t, s);
    draw_says(t, s);
    list_draw(t, &s->list, t->body_top + HEAD_ROWS, put, s);
    if (s->list.n == 0) {
        screen_line(t->scr, t->body_top + HEAD_ROWS, P_DIM,
                    _("  Nobody is filed yet. An election files who was elected when its result is "
                      "published."));
    }
}

/* ---- keys */

static bool office_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    if (req != REQ_OPEN) {
        return list_request(t, &s->list, req, t->body_top + HEAD_ROWS);
    }
    if (s->list.n == 0) {
        return true;
    }
    const struct office *o = s->rows[s->list.at].office; /* of a heading: the first below it */
    const struct record_arg arg = {.process = o->process, .hash = o->hash};
    return tui_open(t, &view_record, "", &arg);
}

static bool office_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    if (key_digit(key) != 2) {
        return false;
    }
    s->all = !s->all;
    s->list.at = s->list.top = 0;
    make_rows(s);
    tui_touch(t, DIRTY_ALL);
    return true;
}

static const char *office_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Enter opens the record · 2 with or without those out of office · Esc back");
}

const struct view_ops view_office = {
    .name = N_("In office"),
    .scope = SC_LIST,
    .open = office_open,
    .close = office_close,
    .key = office_key,
    .request = office_request,
    .draw = office_draw,
    .changed = office_changed,
    .hint = office_hint,
};
