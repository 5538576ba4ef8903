/* "/": a resident or an address, searched at each key; Enter opens the alarm's card when there is
 * an open one, else the person. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/people.h"
#include "tui/form.h"
#include "tui/list.h"

enum { FOUND_MAX = 50 };

struct state {
    struct text_field text;
    struct list list;
    struct person_row found[FOUND_MAX];
};

static enum gw_err find_open(struct tui *t, struct view *view, const void *arg,
                             struct gw_fail *fail)
{
    (void)t;
    (void)arg;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    text_field_init(&s->text, 120, "");
    return GW_OK;
}

static void find_close(struct tui *t, struct view *view)
{
    (void)t;
    free(view->state);
}

static void search(struct tui *t, struct state *s)
{
    struct gw_fail fail = {0};
    s->list = (struct list){0};
    if (s->text.len > 0 &&
        people_find(t->home, s->text.text, s->found, FOUND_MAX, &s->list.n, &fail) != GW_OK) {
        s->list.n = 0;
        if (fail.text[0] != '\0') {
            tui_say(t, fail.text, false);
        }
    }
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct person_row *p = &s->found[i];
    char age[16] = "";
    if (p->age >= 0) {
        (void)snprintf(age, sizeof(age), _("%d years"), p->age);
    }
    screen_field(t->scr, P_BOLD, p->name, 12);
    screen_put(t->scr, P_TEXT, " ");
    screen_field(t->scr, P_TEXT, age, 9);
    screen_field(t->scr, P_TEXT, p->piece, 28);
    screen_put(t->scr, P_TEXT, " ");
    screen_put(t->scr, P_DIM, p->groups);
    if (p->open_alarm[0] != '\0') {
        screen_put(t->scr, P_CRITICAL, _("  ! open alarm"));
    }
}

static void find_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    list_draw(t, &s->list, t->body_top + 1, put, s);
    if (s->list.n == 0) {
        screen_line(t->scr, t->body_top + 2, P_DIM,
                    s->text.len == 0
                        ? _("  A name, the last four digits of a phone or ID number, a building.")
                        : _("  Nobody found. Try the surname, four last digits, or the building."));
    }
    text_field_draw(t->scr, &s->text, t->body_top, _("Find: "), true);
}

static bool find_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    tui_touch(t, DIRTY_BODY);
    if (text_field_key(&s->text, key)) {
        search(t, s);
        return true;
    }
    if (key->code == GK_ENTER && s->list.n > 0) {
        const struct person_row *p = &s->found[s->list.at];
        if (p->open_alarm[0] != '\0') {
            (void)tui_open(t, &view_card, p->open_alarm, NULL);
        } else {
            (void)tui_open(t, &view_person, "", p->id);
        }
        return true;
    }
    return key->code == GK_ENTER;
}

static bool find_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    return list_request(t, &s->list, req, t->body_top + 1);
}

static const char *find_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Type · arrows choose · Enter opens · Esc back");
}

const struct view_ops view_find = {
    .name = N_("Find"),
    .scope = SC_DIALOG,
    .text = true,
    .open = find_open,
    .close = find_close,
    .key = find_key,
    .request = find_request,
    .draw = find_draw,
    .hint = find_hint,
};
