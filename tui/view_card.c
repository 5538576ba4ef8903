/* The card: everything about one alarm on one screen, nothing that matters needs scrolling. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "model/alarm.h"
#include "tui/card_words.h"
#include "tui/tui_p.h"

enum { NAME_ADDRESS_CELLS = 42 };

struct state {
    struct card *card; /* owned */
    size_t back;       /* the timeline ends this many events before the newest */
};

/* Opening is one look and one row in the access log; what comes in while the card stands there is
 * the same look. */
static enum gw_err load(struct tui *t, struct view *view, struct gw_fail *fail)
{
    struct state *s = view->state;
    struct card *card = NULL;
    enum gw_err err = s->card != NULL && s->card->unmasked
                          ? card_read(t->home, view->alarm, &card, fail)
                          : card_open(t->home, view->alarm, &card, fail);
    if (err == GW_OK) {
        card_free(s->card);
        s->card = card;
    }
    return err;
}

static enum gw_err card_view_open(struct tui *t, struct view *view, const void *arg,
                                  struct gw_fail *fail)
{
    (void)arg;
    view->state = calloc(1, sizeof(struct state));
    if (view->state == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    enum gw_err err = load(t, view, fail);
    if (err != GW_OK) {
        free(view->state);
        return err;
    }
    return GW_OK;
}

static void card_view_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)journal_seen(t->home, view->alarm); /* he has read what became of his actions */
    tui_changed(t, UINT32_MAX);
    card_free(s->card);
    free(s);
}

static void card_changed(struct tui *t, struct view *view)
{
    struct gw_fail fail = {0};
    enum gw_err err = load(t, view, &fail);
    if (err == GW_ABSENT) {
        tui_say(t, _("This alarm is not in your area any more; what you did is kept."), true);
    } else if (err != GW_OK) {
        tui_say(t, fail.text, true);
    }
}

/* ---- painting; each part gets the next row and gives back the row after it */

static int line(struct tui *t, int row, enum paint paint, const char *text)
{
    if (row < t->body_end) {
        screen_line(t->scr, row, paint, text);
    }
    return row + 1;
}

static int put_head(struct tui *t, const struct card *c, int row)
{
    const struct alarm *a = &c->row.alarm;
    char age[32], at[6], text[64];
    enum paint paint = paint_of(&c->row, tui_me(t));
    gw_time_hhmm(a->raised_at, at);
    word_age(tui_now(t) - a->raised_at, age);
    screen_row(t->scr, row);
    screen_putf(t->scr, paint, "%c%s %s %s", sign_state(&c->row, tui_me(t)),
                word_state(&c->row, tui_me(t)), _(alarm_kind_of(a->kind)->word),
                alarm_severity_word(a->severity));
    screen_putf(t->scr, P_BOLD, _(" · since %s, %s"), at, age);
    if (a->count > 1) {
        screen_putf(t->scr, P_WARN, _(" · %lld times"), (long long)a->count);
    }
    word_due(t, &c->row, tui_now(t), text);
    if (text[0] != '\0') {
        screen_putf(t->scr, P_BOLD, " · %s", text);
    }
    if (c->row.mark != CMD_STATE_N) {
        screen_putf(t->scr, P_WARN, "  %s", word_mark(t, c->row.mark, text));
    }
    (void)screen_row_end(t->scr, P_TEXT);
    return row + 1;
}

static int put_called(struct tui *t, const struct card *c, int row)
{
    char text[400];
    if (c->row.alarm.state == ALARM_CLOSED) {
        card_words_closed(c, text, sizeof(text));
        return line(t, row, P_TEXT, text);
    }
    enum paint paint = card_words_called(t, c, text, sizeof(text));
    row = line(t, row, paint, text);
    if (alarm_kind_of(c->row.alarm.kind)->lifeline) {
        row = line(t, row, P_WARN, _("Fire: 119. Somebody hurt or ill: 120. In doubt, go there."));
    }
    return row;
}

/* What became of an action that was not simply applied, in a sentence. */
static int put_verdict(struct tui *t, const struct card *c, int row)
{
    char text[400];
    struct journal_entry entry;
    enum cmd_state mark = c->row.mark;
    if (mark < CMD_LATE || mark > CMD_REJECTED ||
        journal_get(t->home, c->row.mark_n, &entry) != GW_OK) {
        return row;
    }
    card_words_verdict(t, c, entry.code, text, sizeof(text));
    return row + screen_wrap(t->scr, row, 0, 2, P_WARN, text);
}

static int put_person(struct tui *t, const struct card *c, int row)
{
    char text[400];
    card_words_person(c, text, sizeof(text));
    screen_row(t->scr, row);
    screen_put(t->scr, P_BOLD,
               c->name[0] != '\0' ? c->name : _("Nobody is registered for this device"));
    if (c->phone[0] != '\0') {
        screen_putf(t->scr, P_BOLD, _(" tel. %s "), c->phone);
    }
    screen_put(t->scr, P_TEXT, text);
    (void)screen_row_end(t->scr, P_TEXT);
    row++;
    if (c->address[0] != '\0') {
        row += screen_wrap(t->scr, row, 0, 2, P_BOLD, c->address);
    }
    if (c->key_place[0] != '\0' && c->unmasked) {
        (void)snprintf(text, sizeof(text), _("Key: %s"), c->key_place);
        row += screen_wrap(t->scr, row, 0, 1, P_GOOD, text);
    }
    return row;
}

static int put_contacts(struct tui *t, const struct card *c, int row)
{
    for (size_t i = 0; i < c->contacts_n && i < 4; i++) {
        const struct card_contact *p = &c->contacts[i];
        screen_row(t->scr, row++);
        screen_putf(t->scr, P_TEXT, _("Contact %lld "), (long long)p->ord);
        screen_putf(t->scr, P_TEXT, "%s %s ", p->relation, p->name);
        screen_put(t->scr, P_BOLD, p->phone);
        screen_putf(t->scr, P_DIM, "%s%s", p->note[0] != '\0' ? "  " : "", p->note);
        (void)screen_row_end(t->scr, P_TEXT);
    }
    char text[256];
    card_words_helpers(c, text, sizeof(text));
    return text[0] != '\0' ? line(t, row, P_TEXT, text) : row;
}

static int put_facts(struct tui *t, const struct card *c, int row)
{
    char text[400];
    card_words_talk(c, text, sizeof(text));
    if (text[0] != '\0') {
        row = line(t, row, P_WARN, text);
    }
    for (size_t i = 0; c->unmasked && i < c->notes_n && i < 2; i++) {
        (void)snprintf(text, sizeof(text), _("Care: %s"), c->notes[i].text);
        row += screen_wrap(t->scr, row, 0, 1, P_WARN, text);
    }
    card_words_readings(c, text, sizeof(text));
    if (text[0] != '\0') {
        row = line(t, row, P_BOLD, text);
    }
    card_words_device(t, c, text, sizeof(text));
    return text[0] != '\0' ? line(t, row, P_TEXT, text) : row;
}

static void put_event(struct tui *t, const struct card_event *e, int row)
{
    char text[400], mark[48], at[9];
    gw_time_hhmmss(e->at, at);
    card_words_event(t, e, text, sizeof(text));
    screen_row(t->scr, row);
    screen_putf(t->scr, e->struck ? P_STRUCK : P_TEXT, "%s %s", at, text);
    if (e->struck) {
        screen_put(t->scr, P_STRUCK, _(" (taken back)"));
    }
    /* An own event that came back from the server has arrived there. */
    enum cmd_state state = e->own && e->mark == CMD_STATE_N && e->seq >= 0 ? CMD_APPLIED : e->mark;
    if (state < CMD_STATE_N) {
        screen_putf(t->scr, state == CMD_APPLIED ? P_GOOD : P_WARN, "  %s",
                    word_mark(t, state, mark));
    }
    (void)screen_row_end(t->scr, P_TEXT);
}

static int put_timeline(struct tui *t, const struct state *s, int row, int end)
{
    const struct card *c = s->card;
    size_t room = end > row + 1 ? (size_t)(end - row - 1) : 0;
    size_t last = c->events_n > s->back ? c->events_n - s->back : 0;
    size_t first = last > room ? last - room : 0;
    char text[96];
    if (room == 0) {
        return row;
    }
    (void)snprintf(text, sizeof(text),
                   first > 0 || s->back > 0 ? _("What happened (%lld, PgUp: older)")
                                            : _("What happened (%lld)"),
                   (long long)(c->events_total > (int64_t)c->events_n ? c->events_total
                                                                      : (int64_t)c->events_n));
    row = line(t, row, P_HEAD, text);
    for (size_t i = first; i < last; i++) {
        put_event(t, &c->events[i], row++);
    }
    return row;
}

static void card_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    const struct card *c = s->card;
    char text[400];
    (void)dirty;
    int row = put_head(t, c, t->body_top);
    row = put_verdict(t, c, row);
    row = put_called(t, c, row);
    row = put_person(t, c, row);
    row = put_contacts(t, c, row);
    row = put_facts(t, c, row);
    card_words_past(c, text, sizeof(text));
    int end = t->body_end - (text[0] != '\0' ? 1 : 0);
    row = put_timeline(t, s, row, end);
    while (row < end) {
        row = line(t, row, P_TEXT, "");
    }
    if (text[0] != '\0') {
        (void)line(t, end, P_DIM, text);
    }
    screen_cursor(t->scr, t->body_top, 0, false);
}

static bool card_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    size_t n = s->card->events_n;
    switch (req) {
    case REQ_PGUP:
    case REQ_UP:
        s->back += s->back + 4 < n ? 4 : 0;
        break;
    case REQ_PGDN:
    case REQ_DOWN:
        s->back -= s->back < 4 ? s->back : 4;
        break;
    case REQ_HOME:
        s->back = n > 4 ? n - 4 : 0;
        break;
    case REQ_END:
        s->back = 0;
        break;
    case REQ_MENU:
        return tui_open(t, &view_actions, view->alarm, NULL);
    default:
        return false;
    }
    tui_touch(t, DIRTY_BODY);
    return true;
}

/* The end of an address is what tells one flat from the next: a long one loses its beginning. */
static const char *address_end(const char *address, int cells)
{
    const char *end = address + strlen(address);
    while (gw_text_cells(address, (size_t)(end - address)) > cells) {
        (void)gw_utf8_next(&address, end);
    }
    return address;
}

bool view_card_name(struct tui *tui, const char *alarm, char *out, size_t size)
{
    for (size_t i = 0; i < tui->views_n; i++) {
        const struct view *view = &tui->views[i];
        if (view->ops != &view_card || strcmp(view->alarm, alarm) != 0) {
            continue;
        }
        const struct card *c = ((const struct state *)view->state)->card;
        const char *where = c->address[0] != '\0' ? c->address : c->row.piece;
        const char *end = address_end(where, NAME_ADDRESS_CELLS);
        (void)snprintf(out, size, "%s%s%s %s%s", _(alarm_kind_of(c->row.alarm.kind)->word),
                       c->name[0] != '\0' ? " " : "", c->name, end != where ? "~" : "", end);
        return true;
    }
    return false;
}

const struct view_ops view_card = {
    .name = N_("Alarm"),
    .scope = SC_CARD,
    .open = card_view_open,
    .close = card_view_close,
    .request = card_request,
    .draw = card_draw,
    .changed = card_changed,
};
