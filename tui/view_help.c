/* The keys of the screen below, from the key table; then what the signs mean. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/list.h"

enum { ROWS_MAX = 64 };

struct state {
    struct list list;
    const struct request_row *rows[ROWS_MAX];
    size_t keys_n;
};

static const struct {
    const char *sign, *ascii, *text;
} legend[] = {
    {"!", "!", N_("waiting: nobody has it")},
    {"*", "*", N_("mine: you have it; the time left stands beside it")},
    {"=", "=", N_("somebody else has it")},
    {"~", "~", N_("the cause is gone, but nobody has looked yet")},
    {"?", "?", N_("closed without a visit, waits for the second person")},
    {"·", ".", N_("pressed: saved on this computer, on its way")},
    {"✓", "+", N_("delivered: the server has it")},
    {"↷", ">", N_("late: others were faster; your record is kept, nothing more to do")},
    {"?", "?", N_("in review: a person decides")},
    {"!", "!", N_("for the duty room: it checks whether you may do this here")},
    {"✗", "x", N_("not accepted: the journal says why")},
};

static enum gw_err help_open(struct tui *t, struct view *view, const void *arg,
                             struct gw_fail *fail)
{
    const struct view_ops *below = arg;
    (void)t;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    for (enum request req = REQ_NONE + 1; req < REQ_N && s->keys_n < ROWS_MAX; req++) {
        const struct request_row *r = request_row(req);
        if (r != NULL && (r->scope & below->scope) != 0 && r->keys[0] != '\0') {
            s->rows[s->keys_n++] = r;
        }
    }
    s->list.n = s->keys_n + 2 + sizeof(legend) / sizeof(legend[0]);
    return GW_OK;
}

static void help_close(struct tui *t, struct view *view)
{
    (void)t;
    free(view->state);
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    if (i < s->keys_n) {
        screen_field(t->scr, P_BOLD, s->rows[i]->keys, 8);
        screen_field(t->scr, P_GOOD, _(s->rows[i]->word), gw_i18n_lang() == GW_LANG_ZH ? 12 : 17);
        screen_put(t->scr, P_TEXT, _(s->rows[i]->help));
    } else if (i == s->keys_n + 1) {
        screen_put(t->scr, P_HEAD, _("Signs"));
    } else if (i > s->keys_n + 1) {
        size_t k = i - s->keys_n - 2;
        screen_putf(t->scr, P_BOLD, "%s   ",
                    screen_ascii(t->scr) ? legend[k].ascii : legend[k].sign);
        screen_put(t->scr, P_TEXT, _(legend[k].text));
    }
}

static void help_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    screen_line(t->scr, t->body_top, P_HEAD,
                _("Keys of this screen. Letters are second names; digits choose in lists."));
    list_draw(t, &s->list, t->body_top + 1, put, s);
}

static bool help_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    if (req == REQ_OPEN || req == REQ_HELP) {
        tui_back(t);
        return true;
    }
    return list_request(t, &s->list, req, t->body_top + 1);
}

static const char *help_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Arrows and PgDn: more · Esc back");
}

const struct view_ops view_help = {
    .name = N_("Help"),
    .scope = SC_LIST,
    .open = help_open,
    .close = help_close,
    .request = help_request,
    .draw = help_draw,
    .hint = help_hint,
};
