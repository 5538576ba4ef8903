/* Hand over: to whom (a digit), a note if one likes, Enter. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/dialog.h"

enum { PEOPLE_MAX = 40 };

struct state {
    struct card_person people[PEOPLE_MAX];
    size_t n;
    int chosen;
    bool sent;
    struct pick pick;
    struct text_field note;
    char label[256];
};

static enum gw_err handover_open(struct tui *t, struct view *view, const void *arg,
                                 struct gw_fail *fail)
{
    struct queue_row row;
    (void)arg;
    enum gw_err err = dialog_open(t, view, sizeof(struct state), &row, fail);
    if (err != GW_OK) {
        return err;
    }
    struct state *s = view->state;
    s->n = dialog_people(t, row.alarm.path, 0, s->people, PEOPLE_MAX);
    if (s->n == 0) {
        free(s);
        return gw_fail_set(fail, GW_ABSENT,
                           _("Nobody else is known for this area. Escalate with F6, or phone."));
    }
    s->chosen = -1;
    pick_init(&s->pick, s->n);
    dialog_draft_load(t, "handover", view->alarm, &s->note, FIELD_BYTES);
    return GW_OK;
}

static void handover_keep(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    dialog_draft_keep(t, "handover", view->alarm, s->sent ? "" : s->note.text);
}

static void handover_close(struct tui *t, struct view *view)
{
    handover_keep(t, view);
    free(view->state);
}

static const char *label_of(void *ctx, size_t i)
{
    struct state *s = ctx;
    const struct card_person *p = &s->people[i];
    (void)snprintf(s->label, sizeof(s->label), "%s  %s  %s", p->name, role_word(p->role),
                   strcmp(p->duty, "on") == 0 ? _("on duty") : "");
    return s->label;
}

static void handover_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    int row = dialog_head(t, view, _("Hand over"));
    row = dialog_line(t, row, P_BOLD, _("To whom? You hold it until that person takes it."));
    row = dialog_list(t, &s->pick, row, s->chosen, label_of, s);
    if (s->chosen >= 0 && row < t->body_end) {
        text_field_draw(t->scr, &s->note, row++, _("Note (may stay empty): "), true);
    }
    dialog_end(t, row);
}

static void send(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    struct queue_row row;
    struct cmd_data data;
    cmd_data_init(&data);
    data.to = s->people[s->chosen].id;
    data.note = s->note.len > 0 ? s->note.text : NULL;
    if (dialog_row(t, view, &row) && act_send(t, CMD_ALARM_HANDOVER, &row, &data)) {
        s->sent = true;
        tui_back(t);
    }
}

static bool handover_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    tui_touch(t, DIRTY_BODY);
    if (s->chosen >= 0) {
        if (text_field_key(&s->note, key)) {
            return true;
        }
        if (key->code == GK_ENTER) {
            send(t, view);
            return true;
        }
        if (key->code == GK_TAB || key->code == GK_BACKTAB) {
            s->chosen = -1;
            return true;
        }
        return false;
    }
    int i = pick_key(&s->pick, key);
    if (i >= 0) {
        s->chosen = i;
    }
    return i != PICK_NONE;
}

static const char *handover_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    return s->chosen >= 0 ? _("Enter hands it over · Tab another person · Esc back")
                          : _("A digit chooses · Esc back, you keep it");
}

const struct view_ops view_handover = {
    .name = N_("Hand over"),
    .scope = SC_DIALOG,
    .text = true,
    .open = handover_open,
    .close = handover_close,
    .keep = handover_keep,
    .key = handover_key,
    .draw = handover_draw,
    .hint = handover_hint,
};
