/* A household: its members, masked, with their relation to the head; Enter opens a person. */
#include <stdio.h>
#include <stdlib.h>

#include "model/kin.h"
#include "offline-db/people.h"
#include "tui/list.h"

struct state {
    struct place_card *card; /* owned */
    struct list list;
};

static enum gw_err household_open(struct tui *t, struct view *view, const void *arg,
                                  struct gw_fail *fail)
{
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    enum gw_err err = place_show(t->home, true, arg, NULL, NULL, &s->card, fail);
    if (err != GW_OK) {
        free(s);
        return err;
    }
    s->list.n = s->card->members_n;
    return GW_OK;
}

static void household_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)t;
    place_free(s->card);
    free(s);
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct place_member *m = &s->card->members[i];
    char age[24] = "";
    if (m->row.age >= 0) {
        (void)snprintf(age, sizeof(age), _("%d years"), m->row.age);
    }
    screen_field(t->scr, P_TEXT, kin_word(m->relation), 24);
    screen_field(t->scr, P_BOLD, m->row.name, 12);
    screen_field(t->scr, P_TEXT, m->row.sex, 7);
    screen_field(t->scr, P_TEXT, age, 9);
    screen_put(t->scr, P_DIM, m->row.groups);
}

static void household_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    screen_row(t->scr, t->body_top);
    for (size_t i = 0; i < s->card->fields_n; i++) {
        screen_putf(t->scr, P_HEAD, "%s ", s->card->fields[i].label);
        screen_putf(t->scr, P_TEXT, "%s  ", s->card->fields[i].value);
    }
    (void)screen_row_end(t->scr, P_TEXT);
    screen_line(t->scr, t->body_top + 1, P_TEXT, "");
    list_draw(t, &s->list, t->body_top + 2, put, s);
}

static bool household_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    if (req == REQ_OPEN && s->list.n > 0) {
        return tui_open(t, &view_person, "", s->card->members[s->list.at].row.id);
    }
    return list_request(t, &s->list, req, t->body_top + 2);
}

static const char *household_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Arrows · Enter opens a person · Esc back");
}

const struct view_ops view_household = {
    .name = N_("Household"),
    .scope = SC_LIST,
    .open = household_open,
    .close = household_close,
    .request = household_request,
    .draw = household_draw,
    .hint = household_hint,
};
