/* A person, masked. Enter on a masked field asks for a reason and shows it in full; that is written
 * into the journal first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/people.h"
#include "tui/form.h"
#include "tui/list.h"

struct state {
    gw_id id;
    struct person_card *card; /* owned */
    struct list list;
    bool asking;
    struct text_field reason;
};

static enum gw_err person_open(struct tui *t, struct view *view, const void *arg,
                               struct gw_fail *fail)
{
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    (void)snprintf(s->id, sizeof(s->id), "%s", (const char *)arg);
    enum gw_err err = people_show(t->home, s->id, NULL, NULL, &s->card, fail);
    if (err != GW_OK) {
        free(s);
        return err;
    }
    s->list.n = s->card->fields_n;
    return GW_OK;
}

static void person_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)t;
    people_free(s->card);
    free(s);
}

/* The row that says what the person is to the head of the household. */
static bool leads_home(const struct state *s, size_t i)
{
    return s->card->household[0] != '\0' && strcmp(s->card->fields[i].key, "relation") == 0;
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct person_field *f = &s->card->fields[i];
    screen_field(t->scr, P_HEAD, f->label, 22);
    screen_put(t->scr, P_TEXT, f->value);
    if (f->masked) {
        screen_put(t->scr, P_DIM, _("  (Enter shows it)"));
    } else if (leads_home(s, i)) {
        screen_put(t->scr, P_DIM, _("  (Enter opens the household)"));
    }
}

static void person_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    const struct person_row *p = &s->card->row;
    (void)dirty;
    screen_row(t->scr, t->body_top);
    screen_putf(t->scr, P_BOLD, "%s  %s", p->name, p->piece);
    (void)screen_row_end(t->scr, P_TEXT);
    list_draw(t, &s->list, t->body_top + 2, put, s);
    if (s->asking) {
        text_field_draw(t->scr, &s->reason, t->body_top + 1, _("Why must you see it? "), true);
    } else {
        screen_line(t->scr, t->body_top + 1, P_TEXT, "");
    }
}

static void reveal(struct tui *t, struct state *s)
{
    struct gw_fail fail = {0};
    struct person_card *card = NULL;
    const char *field = s->card->fields[s->list.at].key;
    if (s->reason.len == 0) {
        tui_say(t, _("A reason is needed; it is kept with your name."), false);
        return;
    }
    s->asking = false;
    if (people_show(t->home, s->id, field, s->reason.text, &card, &fail) != GW_OK) {
        tui_say(t, fail.text, true);
        return;
    }
    people_free(s->card);
    s->card = card;
    s->list.n = card->fields_n;
    tui_changed(t, UINT32_MAX);
}

static bool person_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    if (!s->asking) {
        return false;
    }
    tui_touch(t, DIRTY_BODY);
    if (text_field_key(&s->reason, key)) {
        return true;
    }
    if (key->code == GK_ENTER) {
        reveal(t, s);
        return true;
    }
    s->asking = key->code != GK_ESC && s->asking;
    return true;
}

static bool person_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    if (req == REQ_OPEN) {
        if (s->list.at < s->list.n && s->card->fields[s->list.at].masked) {
            s->asking = true;
            text_field_init(&s->reason, 200, "");
            tui_touch(t, DIRTY_BODY);
        } else if (s->list.at < s->list.n && leads_home(s, s->list.at)) {
            (void)tui_open(t, &view_household, "", s->card->household);
        }
        return true;
    }
    return list_request(t, &s->list, req, t->body_top + 2);
}

static const char *person_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    return s->asking ? _("Enter shows the field, your name and reason are kept · Esc back")
                     : _("Arrows · Enter shows a masked field in full · Esc back");
}

const struct view_ops view_person = {
    .name = N_("Person"),
    .scope = SC_LIST,
    .open = person_open,
    .close = person_close,
    .key = person_key,
    .request = person_request,
    .draw = person_draw,
    .hint = person_hint,
};
