/* Every election of a street or a district, by division or by what is due (key 2 changes), with the
 * totals above; late ones say 逾期. Enter opens the procedure. Never sorted by a rate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/overview.h"
#include "tui/list.h"
#include "tui/view_process.h"

enum { HEAD_ROWS = 3 };

struct state {
    struct overview o;
    enum overview_by by;
    struct list list;
};

static enum gw_err load(struct tui *t, struct state *s, struct gw_fail *fail)
{
    struct overview fresh;
    enum gw_err err = overview_load(t->home, "", tui_today(t), s->by, &fresh, fail);
    if (err != GW_OK) {
        return err;
    }
    overview_free(&s->o);
    s->o = fresh;
    s->list.n = fresh.n;
    return GW_OK;
}

static enum gw_err overview_open(struct tui *t, struct view *view, const void *arg,
                                 struct gw_fail *fail)
{
    (void)arg;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    enum gw_err err = load(t, s, fail);
    if (err != GW_OK) {
        free(s);
        return gw_fail_set(fail, err, _("The procedures cannot be read. Run gridward doctor."));
    }
    return GW_OK;
}

static void overview_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)t;
    overview_free(&s->o);
    free(s);
}

static void overview_changed(struct tui *t, struct view *view)
{
    (void)load(t, view->state, NULL); /* what is shown stays when it cannot be read */
}

/* ---- painting */

static void put_count(struct tui *t, enum finding_kind kind, int64_t n)
{
    if (n > 0) {
        screen_putf(t->scr, paint_finding(kind), " %s%lld", finding_word(kind), (long long)n);
    }
}

static enum paint paint_row(const struct overview_row *row)
{
    return row->late > 0                     ? paint_finding(FIND_LATE)
           : !row->started || row->unknown   ? P_DIM
           : strcmp(row->state, "open") != 0 ? P_GOOD
                                             : P_TEXT;
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct overview_row *row = &s->o.rows[i];
    char day[DAY_TEXT + 1];
    day_print(row->due, day);
    screen_field(t->scr, P_DIM, row->process.division, 18);
    screen_field(t->scr, P_TEXT, row->process.title, 17);
    screen_put(t->scr, P_TEXT, " ");
    screen_field(t->scr, paint_row(row),
                 row->late > 0 ? finding_word(FIND_LATE) : overview_state(row), 12);
    screen_put(t->scr, P_TEXT, day);
    put_count(t, FIND_BREACH, row->breaches);
    put_count(t, FIND_CONTESTED, row->contested);
    put_count(t, FIND_MISSING, row->missing);
    screen_putf(t->scr, P_TEXT, " %s", overview_step(row));
}

static void draw_totals(struct tui *t, const struct state *s)
{
    const struct overview_totals *n = &s->o.totals;
    screen_row(t->scr, t->body_top);
    screen_putf(t->scr, P_BOLD, _("Overview: %zu elections, %zu done, %zu not started"), n->started,
                n->done, n->not_started);
    screen_right(t->scr, P_DIM, s->by == OVERVIEW_DUE ? _("by what is due") : _("by division"));
    (void)screen_row_end(t->scr, P_TEXT);
    screen_row(t->scr, t->body_top + 1);
    screen_putf(t->scr, n->late > 0 ? paint_finding(FIND_LATE) : P_DIM, "%s %zu",
                finding_word(FIND_LATE), n->late);
    screen_putf(t->scr, n->breaches > 0 ? paint_finding(FIND_BREACH) : P_DIM, "  %s %zu",
                finding_word(FIND_BREACH), n->breaches);
    screen_putf(t->scr, n->contested > 0 ? paint_finding(FIND_CONTESTED) : P_DIM, "  %s %zu",
                finding_word(FIND_CONTESTED), n->contested);
    screen_putf(t->scr, n->missing > 0 ? paint_finding(FIND_MISSING) : P_DIM, "  %s %zu",
                finding_word(FIND_MISSING), n->missing);
    if (n->unknown > 0) {
        screen_putf(t->scr, P_WARN, _("  not known here %zu"), n->unknown);
    }
    (void)screen_row_end(t->scr, P_TEXT);
    screen_row(t->scr, t->body_top + 2);
    screen_putf(t->scr, P_TEXT, _("All seats filled at the first poll: %zu of %zu"), n->full,
                n->held);
    screen_putf(t->scr, P_TEXT, _(" · no poll yet %zu"), n->no_poll);
    (void)screen_row_end(t->scr, P_TEXT);
}

static void overview_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    draw_totals(t, s);
    list_draw(t, &s->list, t->body_top + HEAD_ROWS, put, s);
    if (s->list.n == 0) {
        screen_line(t->scr, t->body_top + HEAD_ROWS, P_DIM, _("  No election here yet."));
    }
}

/* ---- keys */

static bool overview_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    if (req != REQ_OPEN) {
        return list_request(t, &s->list, req, t->body_top + HEAD_ROWS);
    }
    if (s->list.n == 0) {
        return true;
    }
    const struct overview_row *row = &s->o.rows[s->list.at];
    if (!row->started) {
        tui_say(t, _("Nothing was opened here yet."), false);
        return true;
    }
    return tui_open(t, &view_process, "", row->process.id);
}

/* 2 changes the order; the cursor goes to the top, where the other order begins. */
static bool overview_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    if (key_digit(key) != 2) {
        return false;
    }
    s->by = s->by == OVERVIEW_DUE ? OVERVIEW_DIVISION : OVERVIEW_DUE;
    s->list.at = s->list.top = 0;
    overview_changed(t, view);
    tui_touch(t, DIRTY_ALL);
    return true;
}

static const char *overview_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Enter opens · 2 by division or by what is due · Esc back");
}

const struct view_ops view_overview = {
    .name = N_("Overview"),
    .scope = SC_LIST,
    .open = overview_open,
    .close = overview_close,
    .key = overview_key,
    .request = overview_request,
    .draw = overview_draw,
    .changed = overview_changed,
    .hint = overview_hint,
};
