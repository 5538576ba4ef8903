/* The locked console. It lies over whatever is open, which stays as it was, half-typed text too. It
 * still rings and shows of each waiting alarm kind, building and countdown; F2 takes one without
 * the PIN. Names and numbers wait for the PIN, also those in the lines around. */
#include <stdio.h>
#include <string.h>

#include "model/alarm.h"
#include "tui/dialog.h"
#include "tui/list.h"
#include "tui/pin_field.h"

enum {
    ROWS_MAX = 200,
    PIN_ROW = 2,
    LIST_ROW = 4,
    SIGN_CELLS = 2,
    KIND_CELLS = 12,
    PIECE_CELLS = 28
};

static bool shown(const struct tui *t, const struct queue_brief *brief)
{
    return brief->state != ALARM_CLOSED && (brief_rings(brief, t->my_level) || brief->held);
}

/* Rows of the queue that are shown, in its order. */
static size_t gather(const struct tui *t, size_t rows[ROWS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < queue_len(t->queue) && n < ROWS_MAX; i++) {
        if (shown(t, queue_brief(t->queue, i))) {
            rows[n++] = i;
        }
    }
    return n;
}

/* The cursor follows its alarm; when that is gone it stands on the first one. */
static struct list place(struct tui *t, size_t rows[ROWS_MAX])
{
    struct view *view = &t->lock.view;
    struct list list = {.n = gather(t, rows), .top = t->lock.top};
    bool found = false;
    for (size_t i = 0; i < list.n && !found; i++) {
        found = strcmp(queue_brief(t->queue, rows[i])->id, view->alarm) == 0;
        list.at = found ? i : 0;
    }
    if (!found) {
        (void)snprintf(view->alarm, sizeof(view->alarm), "%s",
                       list.n > 0 ? queue_brief(t->queue, rows[0])->id : "");
    }
    return list;
}

static void lock_changed(struct tui *t, struct view *view)
{
    size_t rows[ROWS_MAX];
    (void)view;
    (void)place(t, rows);
    tui_touch(t, DIRTY_ALL);
}

/* ---- painting */

struct painting {
    const size_t *rows;
    int64_t now;
};

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct painting *p = ctx;
    const struct queue_row *row = queue_at(t->queue, p->rows[i]);
    enum paint paint = paint_of(row, tui_me(t));
    char sign[2] = {sign_state(row, tui_me(t)), '\0'}, due[64];
    screen_field(t->scr, paint, sign, SIGN_CELLS);
    screen_field(t->scr, paint, _(alarm_kind_of(row->alarm.kind)->word), KIND_CELLS);
    screen_field(t->scr, P_TEXT, row->piece, PIECE_CELLS);
    word_due(t, row, p->now, due);
    screen_put(t->scr, P_TEXT, due);
}

static void lock_draw(struct tui *t, struct view *view, unsigned dirty)
{
    size_t rows[ROWS_MAX];
    char text[160];
    struct list list = place(t, rows);
    struct painting painting = {rows, tui_now(t)};
    (void)view;
    (void)dirty;
    screen_line(t->scr, t->body_top, P_BOLD,
                _("Locked. Alarms ring here, and F2 takes them without the PIN."));
    screen_line(t->scr, t->body_top + 1, P_TEXT, "");
    (void)snprintf(text, sizeof(text), "%s", _("No alarm waits for you."));
    if (list.n > 0) {
        (void)snprintf(text, sizeof(text), _("Waiting for you: %zu"), list.n);
    }
    screen_line(t->scr, t->body_top + PIN_ROW + 1, P_HEAD, text);
    list_draw(t, &list, t->body_top + LIST_ROW, put, &painting);
    t->lock.top = list.top;
    pin_field_draw(t->scr, &t->lock.pin, t->body_top + PIN_ROW, _(" PIN, then Enter: "));
}

/* ---- keys */

static void go(struct tui *t, int by)
{
    size_t rows[ROWS_MAX];
    struct list list = place(t, rows);
    size_t to = by < 0 ? (list.at > 0 ? list.at - 1 : 0) : list.at + 1;
    if (to < list.n) {
        (void)snprintf(t->lock.view.alarm, sizeof(t->lock.view.alarm), "%s",
                       queue_brief(t->queue, rows[to])->id);
    }
}

static void open_again(struct tui *t)
{
    struct gw_fail fail = {0};
    char pin[PIN_MAX + 1];
    if (t->lock.pin.len == 0) {
        return;
    }
    memcpy(pin, t->lock.pin.digits, sizeof(pin));
    pin_field_wipe(&t->lock.pin);
    enum gw_err err = pin_unlock(t->home, pin, &fail);
    gw_wipe(pin, sizeof(pin));
    if (err != GW_OK) {
        tui_say(t, fail.text, false);
        t->say.paint = P_ALERT;
        return;
    }
    tui_locked(t, false);
}

/* Every key ends here: nothing below is reached. */
static bool lock_key(struct tui *t, struct view *view, const struct key *key)
{
    (void)view;
    tui_touch(t, DIRTY_BODY | DIRTY_BARS);
    if (pin_field_key(&t->lock.pin, key)) {
        return true;
    }
    switch (key->code) {
    case GK_F2:
        tui_request(t, REQ_ACK);
        break;
    case GK_UP:
    case GK_DOWN:
        go(t, key->code == GK_UP ? -1 : 1);
        break;
    case GK_ENTER:
        open_again(t);
        break;
    case GK_ESC:
        pin_field_wipe(&t->lock.pin);
        break;
    case GK_CTRL:
        if (key->cp == 'l') {
            tui_request(t, REQ_REDRAW);
        }
        break;
    default:
        break;
    }
    return true;
}

static const char *lock_hint(struct tui *t, struct view *view)
{
    (void)t;
    return view->alarm[0] != '\0' ? _("F2 take · Up, Down: which one · digits and Enter: the PIN")
                                  : _("Digits and Enter: the PIN");
}

const struct view_ops view_lock = {
    .name = N_("Locked"),
    .scope = 0,
    .text = true,
    .key = lock_key,
    .draw = lock_draw,
    .changed = lock_changed,
    .hint = lock_hint,
};

/* ---- locking and opening */

void tui_locked(struct tui *tui, bool locked)
{
    if (tui->lock.on == locked) {
        return;
    }
    pin_field_wipe(&tui->lock.pin);
    tui->lock.on = locked;
    tui->lock.view = (struct view){.ops = &view_lock};
    tui->say.until_mono = 0; /* it may name somebody */
    tui->last_key_mono = tui_mono(tui);
    screen_cursor(tui->scr, 0, 0, false);
    tui_changed(tui, UINT32_MAX);
    lock_changed(tui, &tui->lock.view);
    tui_watch(tui);
}

void tui_lock(struct tui *tui)
{
    struct gw_fail fail = {0};
    if (!tui->has_pin) {
        tui_say(tui, _("No PIN is set. In a terminal: gridward pin set"), false);
        return;
    }
    (void)pin_lock(tui->home, &fail); /* a full disk must not keep the screen open */
    tui_locked(tui, true);
}

void tui_look_at_lock(struct tui *tui)
{
    tui->has_pin = pin_is_set(tui->home);
    tui_locked(tui, tui->has_pin && pin_locked(tui->home));
}

int64_t tui_lock_tick(struct tui *tui)
{
    if (!tui->has_pin || tui->lock.on) {
        return INT64_MAX;
    }
    int64_t due = tui->last_key_mono + tui->opts.times.lock_ms;
    if (tui_mono(tui) < due) {
        return due;
    }
    tui_lock(tui);
    return INT64_MAX;
}
