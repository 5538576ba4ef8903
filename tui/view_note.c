/* A note: one line, Enter sends, Esc keeps it as a draft. */
#include <stdlib.h>
#include <string.h>

#include "tui/dialog.h"

struct state {
    struct text_field text;
    bool sent;
};

static enum gw_err note_open(struct tui *t, struct view *view, const void *arg,
                             struct gw_fail *fail)
{
    (void)arg;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    dialog_draft_load(t, "note", view->alarm, &s->text, FIELD_BYTES);
    return GW_OK;
}

static void note_keep(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    dialog_draft_keep(t, "note", view->alarm, s->sent ? "" : s->text.text);
}

static void note_close(struct tui *t, struct view *view)
{
    note_keep(t, view);
    free(view->state);
}

static void note_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    int row = dialog_head(t, view, _("Note"));
    text_field_draw(t->scr, &s->text, row++, _("Note: "), true);
    row++;
    dialog_end(t, row - 1);
}

static void send(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    struct queue_row row;
    struct cmd_data data;
    cmd_data_init(&data);
    data.text = s->text.text;
    if (s->text.len == 0) {
        tui_say(t, _("Nothing is written yet."), false);
    } else if (dialog_row(t, view, &row) && act_send(t, CMD_ALARM_NOTE, &row, &data)) {
        s->sent = true;
        tui_back(t);
    }
}

static bool note_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    if (text_field_key(&s->text, key)) {
        tui_touch(t, DIRTY_BODY);
        return true;
    }
    if (key->code == GK_ENTER) {
        send(t, view);
        return true;
    }
    return false;
}

static const char *note_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Enter saves it · Esc back, kept as a draft");
}

const struct view_ops view_note = {
    .name = N_("Note"),
    .scope = SC_DIALOG,
    .text = true,
    .open = note_open,
    .close = note_close,
    .keep = note_keep,
    .key = note_key,
    .draw = note_draw,
    .hint = note_hint,
};
