/* All actions as a numbered list, for terminals without F-keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/dialog.h"

struct state {
    struct pick pick;
    enum request reqs[10];
    char label[256];
};

static void fill(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    struct queue_row row;
    if (dialog_row(t, view, &row)) {
        s->pick.n = request_menu(s->reqs, &row, tui_me(t));
    }
}

static enum gw_err actions_open(struct tui *t, struct view *view, const void *arg,
                                struct gw_fail *fail)
{
    (void)arg;
    view->state = calloc(1, sizeof(struct state));
    if (view->state == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    fill(t, view);
    return GW_OK;
}

static void actions_close(struct tui *t, struct view *view)
{
    (void)t;
    free(view->state);
}

static void put_action(struct tui *t, const struct state *s, const struct queue_row *row, size_t i,
                       int at)
{
    enum request req = s->reqs[i];
    const struct request_row *r = request_row(req);
    const char *why = request_blocked(t, req, row);
    bool under = s->pick.moved && s->pick.at == i;
    screen_row(t->scr, at);
    screen_put(t->scr, under ? P_CURSOR : P_TEXT, under ? " >" : "  ");
    screen_putf(t->scr, why != NULL ? P_KEY_OFF : P_KEY, " %zu ", (i + 1) % 10);
    screen_put(t->scr, P_TEXT, " ");
    screen_field(t->scr, why != NULL ? P_DIM : P_BOLD, request_word(t, req, row), 16);
    screen_field(t->scr, P_DIM, r->keys, 7);
    screen_put(t->scr, P_DIM, why != NULL ? why : _(r->help));
    (void)screen_row_end(t->scr, P_TEXT);
}

static void actions_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    struct queue_row row;
    (void)dirty;
    int at = dialog_head(t, view, _("Actions"));
    if (dialog_row(t, view, &row)) {
        for (size_t i = 0; i < s->pick.n && at < t->body_end; i++) {
            put_action(t, s, &row, i, at++);
        }
    }
    dialog_end(t, at);
}

/* The menu closes first: what it asks for acts on the card below, as its key would. */
static void choose(struct tui *t, struct state *s, size_t i)
{
    enum request req = s->reqs[i];
    tui_back(t);
    tui_request(t, req);
}

static bool actions_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    int digit = key_digit(key);
    if (digit >= 0) {
        size_t i = digit == 0 ? 9 : (size_t)digit - 1;
        if (i < s->pick.n) {
            choose(t, s, i);
        }
        return true;
    }
    if (key->code == GK_DOWN || key->code == GK_UP) {
        size_t n = s->pick.n;
        bool down = key->code == GK_DOWN;
        s->pick.at = !s->pick.moved ? (down ? 0 : n - 1) : (s->pick.at + (down ? 1 : n - 1)) % n;
        s->pick.moved = true;
        tui_touch(t, DIRTY_BODY);
        return true;
    }
    if (key->code == GK_ENTER && s->pick.moved) {
        choose(t, s, s->pick.at);
        return true;
    }
    return false;
}

static const char *actions_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("A digit does it · Esc back");
}

static void actions_changed(struct tui *t, struct view *view)
{
    fill(t, view);
}

const struct view_ops view_actions = {
    .name = N_("Actions"),
    .scope = SC_DIALOG,
    .open = actions_open,
    .close = actions_close,
    .key = actions_key,
    .draw = actions_draw,
    .changed = actions_changed,
    .hint = actions_hint,
};
