/* F3: whom one phoned (a digit) and what came of it (a digit). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/dialog.h"

enum { WHOM_MAX = CARD_CONTACTS + 10 };

struct whom {
    const char *to;
    int64_t contact; /* -1 = none */
    char number[32], label[160];
};

struct state {
    struct whom whom[WHOM_MAX];
    size_t n;
    int chosen; /* -1: asking whom; else asking for the result */
    struct pick pick;
};

static const char *const results[] = {"answered", "no_answer", "busy", "refused"};

static void add_whom(struct state *s, const char *to, int64_t contact, const char *number,
                     const char *name)
{
    if (s->n == WHOM_MAX) {
        return;
    }
    struct whom *w = &s->whom[s->n++];
    w->to = to;
    w->contact = contact;
    (void)snprintf(w->number, sizeof(w->number), "%s", number);
    (void)snprintf(w->label, sizeof(w->label), "%s%s%s%s%s", word_to(to),
                   name[0] != '\0' ? " " : "", name, number[0] != '\0' ? "  " : "", number);
}

static void fill(struct state *s, const struct card *c)
{
    char name[100];
    add_whom(s, "elder", -1, c->phone, c->name);
    for (size_t i = 0; i < c->contacts_n && i < 4; i++) {
        const struct card_contact *p = &c->contacts[i];
        (void)snprintf(name, sizeof(name), "%s %s", p->relation, p->name);
        add_whom(s, "contact", p->ord, p->phone, name);
    }
    add_whom(s, "120", -1, "", _("ambulance"));
    add_whom(s, "119", -1, "", _("fire brigade"));
    add_whom(s, "neighbour", -1, "", "");
    add_whom(s, "leader", -1, c->leader_phone, c->leader_name);
    add_whom(s, "duty", -1, c->duty_phone, "");
    add_whom(s, "110", -1, "", _("police"));
    add_whom(s, "worker", -1, "", "");
    add_whom(s, "other", -1, "", "");
}

static enum gw_err attempt_open(struct tui *t, struct view *view, const void *arg,
                                struct gw_fail *fail)
{
    struct card *card = NULL;
    char name[256];
    (void)arg;
    /* with the card below, this is the same look at it: one row in the access log */
    bool below = view_card_name(t, view->alarm, name, sizeof(name));
    enum gw_err err = below ? card_read(t->home, view->alarm, &card, fail)
                            : card_open(t->home, view->alarm, &card, fail);
    if (err != GW_OK) {
        return err;
    }
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        card_free(card);
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    fill(s, card);
    card_free(card);
    s->chosen = -1;
    pick_init(&s->pick, s->n);
    return GW_OK;
}

static void attempt_close(struct tui *t, struct view *view)
{
    (void)t;
    free(view->state);
}

static const char *label_of(void *ctx, size_t i)
{
    const struct state *s = ctx;
    return s->chosen < 0 ? s->whom[i].label : word_answer(results[i]);
}

static void attempt_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    char text[256];
    (void)dirty;
    int row = dialog_head(t, view, _("Phone call"));
    if (s->chosen < 0) {
        row = dialog_line(t, row, P_BOLD, _("Whom did you phone?"));
    } else {
        (void)snprintf(text, sizeof(text), _("%s - what came of it?"), s->whom[s->chosen].label);
        row = dialog_line(t, row, P_BOLD, text);
    }
    dialog_end(t, dialog_list(t, &s->pick, row, -1, label_of, s));
}

static void send(struct tui *t, struct view *view, size_t result)
{
    struct state *s = view->state;
    const struct whom *w = &s->whom[s->chosen];
    struct queue_row row;
    struct cmd_data data;
    cmd_data_init(&data);
    data.to = w->to;
    data.contact = w->contact;
    data.number = w->number[0] != '\0' ? w->number : NULL;
    data.result = results[result];
    if (dialog_row(t, view, &row) && act_send(t, CMD_ALARM_ATTEMPT, &row, &data)) {
        tui_back(t);
    }
}

static bool attempt_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    if (key->code == GK_ESC && s->chosen >= 0) {
        s->chosen = -1;
        pick_init(&s->pick, s->n);
        tui_touch(t, DIRTY_BODY);
        return true;
    }
    int i = pick_key(&s->pick, key);
    if (i == PICK_NONE) {
        return false;
    }
    if (i >= 0 && s->chosen >= 0) {
        send(t, view, (size_t)i);
        return true;
    }
    if (i >= 0) {
        s->chosen = i;
        pick_init(&s->pick, sizeof(results) / sizeof(results[0]));
    }
    tui_touch(t, DIRTY_BODY);
    return true;
}

static const char *attempt_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("A digit chooses · Esc back, records nothing");
}

const struct view_ops view_attempt = {
    .name = N_("Phone call"),
    .scope = SC_DIALOG,
    .open = attempt_open,
    .close = attempt_close,
    .key = attempt_key,
    .draw = attempt_draw,
    .hint = attempt_hint,
};
