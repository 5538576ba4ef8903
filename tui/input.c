/* From bytes to what happens: keys, requests, the questions before leaving. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tui/tui_p.h"
#include "tui/view_process.h"

/* New rows keep their mark until a key is pressed after they were on the screen for this long. */
enum { SEEN_MS = 1500 };

/* ---- requests */

static bool common_request(struct tui *t, enum request req)
{
    switch (req) {
    case REQ_BACK:
        tui_back(t);
        return true;
    case REQ_HELP:
        return tui_open(t, &view_help, "", tui_view(t)->ops);
    case REQ_PALETTE:
        return tui_open(t, &view_palette, tui_view(t)->alarm, tui_view(t)->ops);
    case REQ_FIND:
        return tui_open(t, &view_find, "", NULL);
    case REQ_JOURNAL:
        return tui_open(t, &view_journal, "", NULL);
    case REQ_PROCESSES:
        return tui_open(t, &view_processes, "", NULL);
    case REQ_JUMP:
        act_jump(t);
        return true;
    case REQ_DUTY:
        act_duty(t);
        return true;
    case REQ_LOCK:
        tui_lock(t);
        return true;
    case REQ_REDRAW:
        screen_again(t->scr);
        tui_touch(t, DIRTY_SHOW);
        return true;
    default:
        return false;
    }
}

static const struct ask bell_question = {
    N_("Did you hear it?"),
    N_("If not: turn the bell on in the terminal's settings and the volume up."),
    {N_("Heard it"), N_("Heard nothing")},
    2,
    NULL};

static void leave_done(struct tui *t, size_t answer)
{
    t->quit = answer == 1;
}

static const struct ask leave_question = {
    N_("Something is not delivered yet. Leave all the same?"),
    N_("It stays in the journal and is sent when gridward runs again. Until then nobody sees it."),
    {N_("Stay"), N_("Leave")},
    2,
    leave_done};

static void other_request(struct tui *t, enum request req)
{
    if (req == REQ_SYNC) {
        if (t->opts.hooks != NULL && t->opts.hooks->sync_now != NULL) {
            t->opts.hooks->sync_now(t->opts.hooks_ctx);
        }
        tui_say(t, _("Connecting and sending now."), false);
    } else if (req == REQ_BELL) {
        t->figures.rings++;
        screen_bell(t->scr);
        (void)tui_open(t, &view_ask, "", &bell_question);
    } else if (req == REQ_QUIT) {
        if (t->counts.unsent > 0) {
            (void)tui_open(t, &view_ask, "", &leave_question);
        } else {
            t->quit = true;
        }
    } else {
        (void)act_simple(t, req);
    }
}

/* Forms that ask first; the others are one journal entry. */
static const struct view_ops *form_of(enum request req)
{
    switch (req) {
    case REQ_ATTEMPT:
        return &view_attempt;
    case REQ_ESCALATE:
        return &view_escalate;
    case REQ_CLOSE:
        return &view_close;
    case REQ_NOTE:
        return &view_note;
    case REQ_HANDOVER:
        return &view_handover;
    default:
        return NULL;
    }
}

/* From the queue the card comes along below: the form's heading names the flat, and the numbers are
 * there when the form is done. */
static void open_form(struct tui *t, const struct view_ops *form, const char *alarm)
{
    gw_id id;
    (void)snprintf(id, sizeof(id), "%s", alarm);
    if (tui_view(t)->ops != &view_queue || tui_open(t, &view_card, id, NULL)) {
        (void)tui_open(t, form, id, NULL);
    }
}

static void say_blocked(struct tui *t, enum request req, const struct queue_row *row,
                        const char *why)
{
    char text[256];
    (void)snprintf(text, sizeof(text), _("%s is not possible: %s"), request_word(t, req, row), why);
    tui_say(t, text, false);
}

void tui_request(struct tui *tui, enum request req)
{
    struct queue_row scratch;
    const struct queue_row *row = tui_alarm(tui, &scratch);
    const char *why = request_blocked(tui, req, row);
    if (why != NULL) {
        say_blocked(tui, req, row, why);
        return;
    }
    if (request_sends(req) && tui_mono(tui) < tui->guard_until) {
        tui_say(tui, _("The screen has just changed. Look, then press again."), false);
        return;
    }
    struct view *view = tui_view(tui);
    const struct view_ops *form = form_of(req);
    if (form != NULL) {
        open_form(tui, form, row->alarm.id);
    } else if (view->ops->request == NULL || !view->ops->request(tui, view, req)) {
        if (!common_request(tui, req)) {
            other_request(tui, req);
        }
    }
}

/* ---- keys */

static void on_probe(struct tui *t, const struct key *key)
{
    if (t->probe == 2 && key->col != 3) {
        tui_speak_plainly(
            t, N_("Han characters are not two cells wide here, so English. Use a CJK font."));
    } else if (t->probe == 1 && key->col == 3 && t->why_plain[0] == '\0') {
        screen_set_ascii(t->scr, false, true);
        tui_touch(t, DIRTY_ALL);
    }
    t->probe--;
}

void tui_key(struct tui *tui, const struct key *key)
{
    struct tui *t = tui;
    struct view *view = tui_view(t);
    if (key->code == GK_CURSOR_REPORT) {
        if (t->probe > 0) {
            on_probe(t, key);
        }
        return;
    }
    t->figures.keys++;
    if (view->ops == &view_queue && t->seen_mono != t->news_mono &&
        tui_mono(t) - t->news_mono >= SEEN_MS) {
        t->seen_mono = t->news_mono; /* once a news, or every key would paint the whole list */
        queue_seen(t->queue);        /* he has had them before his eyes */
        tui_touch(t, DIRTY_BODY);
    }
    t->last_key_mono = tui_mono(t);
    t->unkept_mono = t->unkept ? t->unkept_mono : t->last_key_mono;
    t->unkept = true;
    if (t->ring.summary[0] != '\0') {
        t->ring.summary[0] = '\0';
        tui_touch(t, DIRTY_BARS);
    }
    if (t->say.until_mono != 0) {
        t->say.until_mono = 0;
        tui_touch(t, DIRTY_BARS);
    }
    t->by_person = true;
    if (t->small && !t->lock.on && view->ops != &view_queue && key->code != GK_ESC) {
        tui_back_to(t, &view_queue);
    } else if (view->ops->key == NULL || !view->ops->key(t, view, key)) {
        bool quit = key->code == GK_CTRL && key->cp == 'c';
        enum request req =
            quit ? (t->views_n > 1 ? REQ_BACK : REQ_QUIT) : request_of(key, view->ops->scope);
        if (req != REQ_NONE && !(view->ops->text && key->code == GK_TEXT)) {
            tui_request(t, req);
        }
    }
    (void)tui_refresh(t, NULL);
    tui_watch(t);
    t->by_person = false;
}

static bool read_some(struct tui *t)
{
    uint8_t bytes[4096];
    ssize_t n = read(fileno(t->opts.in), bytes, sizeof(bytes));
    if (n <= 0) {
        t->gone = n == 0 || (errno != EINTR && errno != EAGAIN);
        return false;
    }
    struct key key;
    int64_t now = tui_mono(t);
    for (ssize_t i = 0; i < n && !t->quit; i++) {
        if (key_reader_byte(&t->keys, bytes[i], now, &key)) {
            tui_key(t, &key);
        }
    }
    return true;
}

bool tui_input(struct tui *tui)
{
    struct pollfd in = {.fd = fileno(tui->opts.in), .events = POLLIN};
    while (!tui->gone && !tui->quit && poll(&in, 1, 0) > 0) {
        if ((in.revents & POLLIN) == 0) {
            tui->gone = true; /* hang-up */
        } else if (!read_some(tui)) {
            break;
        }
    }
    return !tui->gone;
}
