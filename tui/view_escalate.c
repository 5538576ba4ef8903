/* F6: which level to call (a digit) and why (a digit, or own words). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/alarm.h"
#include "tui/dialog.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const reasons[] = {
    N_("I cannot get there"), N_("I need help on site"), N_("Nobody can be reached"),
    N_("It is serious"),      N_("Other: write it"),
};

struct state {
    int levels[2];
    size_t n;
    char labels[2][128];
    int level; /* 0: not chosen yet */
    bool writing, sent;
    struct pick pick;
    struct text_field text;
};

static void add_level(struct state *s, int level, const char *name, const char *phone)
{
    s->levels[s->n] = level;
    (void)snprintf(s->labels[s->n], sizeof(s->labels[0]), "%s %s %s", word_level(level), name,
                   phone);
    s->n++;
}

static enum gw_err escalate_open(struct tui *t, struct view *view, const void *arg,
                                 struct gw_fail *fail)
{
    char leader[64] = "", leader_phone[32] = "", duty[64] = "", duty_phone[32] = "";
    struct queue_row row;
    (void)arg;
    enum gw_err err = dialog_open(t, view, sizeof(struct state), &row, fail);
    if (err != GW_OK) {
        return err;
    }
    struct state *s = view->state;
    (void)card_numbers(t->home, row.alarm.path, leader, leader_phone, duty, duty_phone);
    for (int level = 4; level <= CHAIN_LEVELS; level++) {
        if (level > row.alarm.level && level > t->my_level) {
            add_level(s, level, level == 4 ? leader : duty, level == 4 ? leader_phone : duty_phone);
        }
    }
    if (s->n == 0) {
        free(s);
        return gw_fail_set(fail, GW_REFUSED, _("The highest level has been called already."));
    }
    pick_init(&s->pick, s->n);
    dialog_draft_load(t, "escalate", view->alarm, &s->text, FIELD_BYTES);
    return GW_OK;
}

static void escalate_keep(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    if (s->sent || s->text.len > 0) {
        dialog_draft_keep(t, "escalate", view->alarm, s->sent ? "" : s->text.text);
    }
}

static void escalate_close(struct tui *t, struct view *view)
{
    escalate_keep(t, view);
    free(view->state);
}

static const char *label_of(void *ctx, size_t i)
{
    const struct state *s = ctx;
    return s->level == 0 ? s->labels[i] : _(reasons[i]);
}

static void escalate_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    char text[128];
    (void)dirty;
    int row = dialog_head(t, view, _("Escalate"));
    if (s->level == 0) {
        row = dialog_line(t, row, P_BOLD, _("Whom to call? You keep the alarm."));
    } else {
        (void)snprintf(text, sizeof(text), _("Call %s - why?"), word_level(s->level));
        row = dialog_line(t, row, P_BOLD, text);
    }
    row = dialog_list(t, &s->pick, row, -1, label_of, s);
    if (s->writing) {
        text_field_draw(t->scr, &s->text, row++, _("Why: "), true);
    }
    dialog_end(t, row);
}

static void send(struct tui *t, struct view *view, const char *reason)
{
    struct state *s = view->state;
    struct queue_row row;
    struct cmd_data data;
    cmd_data_init(&data);
    data.to_level = s->level;
    data.reason = reason;
    if (reason[0] == '\0') {
        tui_say(t, _("Nothing is written yet."), false);
    } else if (dialog_row(t, view, &row) && act_send(t, CMD_ALARM_ESCALATE, &row, &data)) {
        s->sent = true;
        tui_back(t);
    }
}

static void choose(struct tui *t, struct view *view, size_t i)
{
    struct state *s = view->state;
    if (s->level == 0) {
        s->level = s->levels[i];
        pick_init(&s->pick, COUNT(reasons));
    } else if (i + 1 == COUNT(reasons)) {
        s->writing = true;
    } else {
        send(t, view, _(reasons[i]));
    }
}

static bool escalate_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    tui_touch(t, DIRTY_BODY);
    if (s->writing) {
        if (text_field_key(&s->text, key)) {
            return true;
        }
        if (key->code == GK_ENTER) {
            send(t, view, s->text.text);
            return true;
        }
        return false;
    }
    int i = pick_key(&s->pick, key);
    if (i >= 0) {
        choose(t, view, (size_t)i);
    }
    return i != PICK_NONE;
}

static const char *escalate_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    return s->writing ? _("Enter calls them · Esc back, kept as a draft")
                      : _("A digit chooses · Esc back, calls nobody");
}

const struct view_ops view_escalate = {
    .name = N_("Escalate"),
    .scope = SC_DIALOG,
    .text = true,
    .open = escalate_open,
    .close = escalate_close,
    .keep = escalate_keep,
    .key = escalate_key,
    .draw = escalate_draw,
    .hint = escalate_hint,
};
