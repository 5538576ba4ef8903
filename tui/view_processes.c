/* Elections and other procedures, by division; Enter opens one, 1 sets up a new one, 2 is the
 * overview, 3 who holds which office. For a clerk this is the first screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/process.h"
#include "tui/list.h"
#include "tui/view_process.h"

struct state {
    struct process_row *rows; /* owned */
    size_t cap;
    struct list list;
};

static bool take(void *ctx, const struct process_row *row)
{
    struct state *s = ctx;
    if (s->list.n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 32;
        struct process_row *more = realloc(s->rows, cap * sizeof(*more));
        if (more == NULL) {
            return false; /* those that fit are shown */
        }
        s->rows = more;
        s->cap = cap;
    }
    s->rows[s->list.n++] = *row;
    return true;
}

static enum gw_err load(struct tui *t, struct state *s)
{
    s->list.n = 0;
    return process_each(t->home, NULL, take, s);
}

static enum gw_err processes_open(struct tui *t, struct view *view, const void *arg,
                                  struct gw_fail *fail)
{
    (void)arg;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    enum gw_err err = load(t, s);
    if (err != GW_OK) {
        free(s->rows);
        free(s);
        return gw_fail_set(fail, err, _("The procedures cannot be read. Run gridward doctor."));
    }
    return GW_OK;
}

static void processes_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)t;
    free(s->rows);
    free(s);
}

static void processes_changed(struct tui *t, struct view *view)
{
    (void)load(t, view->state); /* what is shown stays when it cannot be read; the bars say why */
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct process_row *row = &s->rows[i];
    char day[DAY_TEXT + 1];
    bool closed = strcmp(row->state, "closed") == 0;
    day_print(row->polling_day, day);
    screen_field(t->scr, P_TEXT, day, 11);
    screen_field(t->scr, closed ? P_DIM : P_BOLD, row->title, 40);
    screen_put(t->scr, P_TEXT, " ");
    screen_putf(t->scr, P_DIM, _("%s  %lld records"), row->division, (long long)row->steps);
    if (closed) {
        screen_put(t->scr, P_DIM, _("  closed"));
    }
    if (row->unsent && !t->home->practice) {
        screen_put(t->scr, P_WARN, _("  not delivered yet"));
    }
}

static void processes_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    char text[160];
    (void)dirty;
    (void)snprintf(text, sizeof(text), _("Elections and procedures (%zu)"), s->list.n);
    screen_line(t->scr, t->body_top, P_HEAD, text);
    list_draw(t, &s->list, t->body_top + 1, put, s);
    if (s->list.n == 0) {
        screen_line(t->scr, t->body_top + 2, P_DIM, _("  None here yet. Press 1 to set one up."));
    }
}

static bool processes_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    if (req == REQ_OPEN) {
        return s->list.n == 0 || tui_open(t, &view_process, "", s->rows[s->list.at].id);
    }
    return list_request(t, &s->list, req, t->body_top + 1);
}

static bool processes_key(struct tui *t, struct view *view, const struct key *key)
{
    (void)view;
    int digit = key_digit(key);
    return (digit == 1 && tui_open(t, &view_setup, "", NULL)) ||
           (digit == 2 && tui_open(t, &view_overview, "", NULL)) ||
           (digit == 3 && tui_open(t, &view_office, "", NULL));
}

static const char *processes_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Enter opens · 1 set up a new one · 2 overview · 3 in office · Esc back");
}

const struct view_ops view_processes = {
    .name = N_("Elections"),
    .scope = SC_LIST,
    .open = processes_open,
    .close = processes_close,
    .key = processes_key,
    .request = processes_request,
    .draw = processes_draw,
    .changed = processes_changed,
    .hint = processes_hint,
};
