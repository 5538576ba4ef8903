/* A question with numbered answers; the first is the harmless one, Enter and Esc give it. */
#include <stdlib.h>

#include "tui/dialog.h"

struct state {
    const struct ask *ask; /* borrowed: a literal */
    struct pick pick;
};

static enum gw_err ask_open(struct tui *t, struct view *view, const void *arg, struct gw_fail *fail)
{
    (void)t;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    s->ask = arg;
    pick_init(&s->pick, s->ask->n);
    return GW_OK;
}

static void ask_close(struct tui *t, struct view *view)
{
    (void)t;
    free(view->state);
}

static const char *label_of(void *ctx, size_t i)
{
    const struct state *s = ctx;
    return _(s->ask->answers[i]);
}

static void ask_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    int row = dialog_line(t, t->body_top, P_BOLD, _(s->ask->question));
    if (s->ask->more != NULL) {
        row += screen_wrap(t->scr, row, 0, 3, P_TEXT, _(s->ask->more));
    }
    row = dialog_line(t, row, P_TEXT, "");
    row = dialog_list(t, &s->pick, row, -1, label_of, s);
    dialog_end(t, row);
    screen_cursor(t->scr, t->body_top, 0, false);
}

static bool ask_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    int i = pick_key(&s->pick, key);
    if (key->code == GK_ESC || (key->code == GK_ENTER && i == PICK_NONE)) {
        i = 0;
    }
    if (i >= 0) {
        void (*done)(struct tui *, size_t) = s->ask->done;
        tui_back(t);
        if (done != NULL) {
            done(t, (size_t)i);
        }
    }
    tui_touch(t, DIRTY_BODY);
    return i != PICK_NONE;
}

static const char *ask_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("A digit answers · Enter or Esc: the first answer");
}

const struct view_ops view_ask = {
    .name = N_("Question"),
    .scope = SC_DIALOG,
    .open = ask_open,
    .close = ask_close,
    .key = ask_key,
    .draw = ask_draw,
    .hint = ask_hint,
};
