#include "tui/tui.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text_safe.h"
#include "model/alarm.h"
#include "offline-db/mirror.h"
#include "tui/tui_p.h"

enum { SEEN_MS = 1500 };

/* ---- small things that every file asks */

int64_t tui_mono(const struct tui *tui)
{
    const struct gw_clock *clock = tui->home->clock;
    return clock->mono_ms(clock->ctx);
}

int64_t tui_now(const struct tui *tui)
{
    const struct gw_clock *clock = tui->home->clock;
    int64_t off = tui->clock_off == INT64_MIN ? 0 : tui->clock_off;
    return clock->wall_ms(clock->ctx) + off;
}

const char *tui_me(const struct tui *tui)
{
    return tui->home->id.user;
}

struct view *tui_view(struct tui *tui)
{
    return &tui->views[tui->views_n - 1];
}

void tui_touch(struct tui *tui, unsigned dirty)
{
    tui->dirty |= dirty;
}

void tui_say(struct tui *tui, const char *sentence, bool sticky)
{
    (void)gw_text_safe_z(tui->say.text, sizeof(tui->say.text), sentence);
    tui->say.until_mono = sticky ? INT64_MAX : tui_mono(tui) + TUI_SAY_MS;
    tui->say.paint = P_BOLD;
    tui_touch(tui, DIRTY_BARS);
}

/* ---- start and stop */

static void set_times(struct tui_times *times)
{
    struct {
        int64_t *value, dflt;
    } rows[] = {{&times->stale_ms, 60000},      {&times->undelivered_ms, 10000},
                {&times->guard_ms, 300},        {&times->settle_ms, 3000},
                {&times->ring_again_ms, 120000}, {&times->hold_warn_ms, 120000},
                {&times->quiet_ms, 300}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (*rows[i].value <= 0) {
            *rows[i].value = rows[i].dflt;
        }
    }
}

static void speak_plainly(struct tui *t, const char *why)
{
    if (!t->opts.keep_lang) {
        gw_i18n_set(GW_LANG_EN); /* before the sentence is looked up */
    }
    why = _(why);
    screen_set_ascii(t->scr, true, false);
    (void)snprintf(t->why_plain, sizeof(t->why_plain), "%s", why);
    tui_say(t, t->why_plain, true);
    tui_touch(t, DIRTY_ALL);
}

static enum gw_err open_screen(struct tui *t, struct gw_fail *fail)
{
    const char *term = getenv("TERM");
    bool console = term != NULL && strcmp(term, "linux") == 0;
    struct screen_opts so = {.in = t->opts.in,
                             .out = t->opts.out,
                             .rows = t->opts.rows,
                             .cols = t->opts.cols,
                             .ascii = t->opts.ascii || console,
                             .mono = t->opts.mono};
    enum gw_err err = screen_open(&so, &t->scr, fail);
    if (err != GW_OK) {
        return err;
    }
    if (console) {
        speak_plainly(t, N_("No Han glyphs on this console, so English. fbterm or kmscon shows Chinese."));
    } else if (!t->opts.ascii) {
        screen_probe(t->scr);
        t->probe = 2;
    }
    return GW_OK;
}

enum gw_err tui_new(const struct tui_opts *opts, struct tui **out, struct gw_fail *fail)
{
    *out = NULL;
    struct tui *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    t->opts = *opts;
    t->opts.in = opts->in == NULL ? stdin : opts->in;
    t->opts.out = opts->out == NULL ? stdout : opts->out;
    t->home = opts->home;
    t->on_duty = opts->on_duty;
    t->my_level = role_level(opts->home->id.role);
    t->clock_off = t->clock_unc = INT64_MIN;
    t->first_frame = true;
    set_times(&t->opts.times);
    key_reader_init(&t->keys);
    enum gw_err err = queue_new(t->home, false, &t->queue, fail);
    if (err == GW_OK) {
        queue_settle(t->queue, tui_now(t));
        queue_seen(t->queue);
        err = open_screen(t, fail);
    }
    if (err != GW_OK) {
        queue_free(t->queue);
        free(t);
        return err;
    }
    (void)tui_open(t, &view_queue, "", NULL); /* cannot fail: it only takes memory it has */
    t->changed = UINT32_MAX;
    t->dirty = DIRTY_ALL;
    *out = t;
    return GW_OK;
}

static void close_view(struct tui *t)
{
    struct view *view = tui_view(t);
    if (view->ops->close != NULL) {
        view->ops->close(t, view);
    }
    t->views_n--;
}

void tui_free(struct tui *tui)
{
    if (tui == NULL) {
        return;
    }
    while (tui->views_n > 0) {
        close_view(tui);
    }
    screen_close(tui->scr);
    ring_free(&tui->ring);
    queue_free(tui->queue);
    free(tui);
}

void tui_suspend(struct tui *tui)
{
    screen_leave(tui->scr);
}

void tui_resume(struct tui *tui)
{
    screen_return(tui->scr);
    tui_touch(tui, DIRTY_ALL);
}

/* ---- views */

bool tui_open(struct tui *tui, const struct view_ops *ops, const char *alarm, const void *arg)
{
    struct gw_fail fail = {0};
    if (tui->views_n == TUI_VIEWS) {
        tui_say(tui, _("Too many screens are open. Press Esc to go back."), false);
        return false;
    }
    struct view *view = &tui->views[tui->views_n];
    memset(view, 0, sizeof(*view));
    view->ops = ops;
    (void)snprintf(view->alarm, sizeof(view->alarm), "%s", alarm);
    if (ops->open != NULL && ops->open(tui, view, arg, &fail) != GW_OK) {
        tui_say(tui, fail.text, true);
        return false;
    }
    tui->views_n++;
    if (alarm[0] != '\0') {
        ring_seen(tui, alarm);
    }
    tui_touch(tui, DIRTY_ALL);
    return true;
}

void tui_back(struct tui *tui)
{
    if (tui->views_n > 1) {
        close_view(tui);
        struct view *view = tui_view(tui);
        if (view->ops->changed != NULL) {
            view->ops->changed(tui, view);
        }
        tui_touch(tui, DIRTY_ALL);
    }
}

void tui_back_to(struct tui *tui, const struct view_ops *ops)
{
    while (tui->views_n > 1 && tui_view(tui)->ops != ops) {
        tui_back(tui);
    }
}

const struct queue_row *tui_alarm(struct tui *tui, struct queue_row *scratch)
{
    struct view *view = tui_view(tui);
    const char *id = view->ops == &view_queue ? view_queue_at(tui, view) : view->alarm;
    if (id == NULL || id[0] == '\0') {
        return NULL;
    }
    int64_t at = queue_find(tui->queue, id);
    if (at >= 0) {
        return queue_at(tui->queue, (size_t)at);
    }
    return queue_one(tui->home, id, scratch, NULL) == GW_OK ? scratch : NULL;
}

/* ---- the guard: what a key means must not change under the finger */

static void note_watched(struct tui *t, const struct queue_row *row)
{
    (void)snprintf(t->watched, sizeof(t->watched), "%s", row == NULL ? "" : row->alarm.id);
    (void)snprintf(t->watched_holder, sizeof(t->watched_holder), "%s",
                   row == NULL ? "" : row->alarm.acked_by);
    t->watched_state = row == NULL ? ALARM_CLOSED : row->alarm.state;
    t->watched_level = row == NULL ? 0 : row->alarm.level;
}

void tui_watch(struct tui *tui)
{
    struct queue_row scratch;
    note_watched(tui, tui_alarm(tui, &scratch));
}

static void guard(struct tui *t)
{
    struct queue_row scratch;
    const struct queue_row *row = tui_alarm(t, &scratch);
    bool same = row == NULL ? t->watched[0] == '\0'
                            : strcmp(t->watched, row->alarm.id) == 0 &&
                                  strcmp(t->watched_holder, row->alarm.acked_by) == 0 &&
                                  t->watched_state == row->alarm.state &&
                                  t->watched_level == row->alarm.level;
    if (!same && !t->by_person && !t->first_frame) {
        t->guard_until = tui_mono(t) + t->opts.times.guard_ms;
    }
    note_watched(t, row);
}

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
    case REQ_JUMP:
        act_jump(t);
        return true;
    case REQ_DUTY:
        act_duty(t);
        return true;
    case REQ_REDRAW:
        screen_forget(t->scr);
        tui_touch(t, DIRTY_ALL);
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
        speak_plainly(t, N_("Han characters are not two cells wide here, so English. Use a CJK font."));
    } else if (t->probe == 1 && key->col == 3 && t->why_plain[0] == '\0') {
        screen_set_ascii(t->scr, false, true);
        tui_touch(t, DIRTY_ALL);
    }
    t->probe--;
}

static void on_key(struct tui *t, const struct key *key)
{
    struct view *view = tui_view(t);
    if (key->code == GK_CURSOR_REPORT) {
        if (t->probe > 0) {
            on_probe(t, key);
        }
        return;
    }
    t->figures.keys++;
    if (view->ops == &view_queue && tui_mono(t) - t->news_mono >= SEEN_MS) {
        queue_seen(t->queue); /* he has had them before his eyes */
        tui_touch(t, DIRTY_BODY);
    }
    t->last_key_mono = tui_mono(t);
    if (t->ring.summary[0] != '\0') {
        t->ring.summary[0] = '\0';
        tui_touch(t, DIRTY_BARS);
    }
    if (t->say.until_mono != 0) {
        t->say.until_mono = 0;
        tui_touch(t, DIRTY_BARS);
    }
    t->by_person = true;
    if (t->small && view->ops != &view_queue && key->code != GK_ESC) {
        tui_back_to(t, &view_queue);
    } else if (view->ops->key == NULL || !view->ops->key(t, view, key)) {
        bool quit = key->code == GK_CTRL && key->cp == 'c';
        enum request req = quit ? (t->views_n > 1 ? REQ_BACK : REQ_QUIT)
                                : request_of(key, view->ops->scope);
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
            on_key(t, &key);
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

/* ---- time */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void tick_second(struct tui *t, int64_t mono)
{
    t->second_mono = mono;
    mirror_clock(t->home, &t->clock_off, &t->clock_unc);
    ring_look(t);
    tui_touch(t, DIRTY_TIME | DIRTY_BARS);
    if (t->link.last_byte_mono > 0 && !t->stale &&
        mono - t->link.last_byte_mono >= t->opts.times.stale_ms) {
        t->stale = true;
        t->stale_mono = mono;
        t->stale_at = tui_now(t) - (mono - t->link.last_byte_mono);
    }
}

static void tick_settle(struct tui *t, int64_t mono)
{
    if (t->queue_moved && mono - t->last_key_mono >= t->opts.times.settle_ms) {
        queue_settle(t->queue, tui_now(t));
        t->queue_moved = false;
        view_queue.changed(t, &t->views[0]);
        tui_touch(t, DIRTY_ALL);
        guard(t);
    }
}

int64_t tui_tick(struct tui *tui)
{
    struct key key;
    int64_t mono = tui_mono(tui);
    if (key_reader_late(&tui->keys, mono, &key)) {
        on_key(tui, &key);
    }
    if (mono - tui->second_mono >= 1000 || tui->second_mono == 0) {
        tick_second(tui, mono);
    }
    tick_settle(tui, mono);
    if (tui->say.until_mono != 0 && mono >= tui->say.until_mono) {
        tui->say.until_mono = 0;
        tui_touch(tui, DIRTY_BARS);
    }
    int64_t next = earlier(ring_tick(tui), key_reader_deadline(&tui->keys));
    if (tui->queue_moved) {
        next = earlier(next, tui->last_key_mono + tui->opts.times.settle_ms);
    }
    return earlier(next, tui->second_mono + 1000);
}

/* ---- what happens outside */

void tui_changed(struct tui *tui, uint32_t types)
{
    tui->changed |= types;
}

void tui_status(struct tui *tui, const struct tui_link *link)
{
    tui->link = *link;
    (void)gw_text_safe_z(tui->link.problem, sizeof(tui->link.problem), link->problem);
    if (tui->stale && link->end_mono > tui->stale_mono) {
        tui->stale = false;
    }
    tui_touch(tui, DIRTY_BARS);
}

void tui_inhibit(struct tui *tui, enum tui_inhibitor state)
{
    tui->inhibitor = state;
    tui_touch(tui, DIRTY_BARS);
}

void tui_slept(struct tui *tui, int64_t from_at, int64_t to_at)
{
    tui->ring.slept_from = from_at;
    tui->ring.slept_to = to_at;
    tui->ring.slept_mono = tui_mono(tui);
    tui->ring.slept_count = 0;
}

void tui_resize(struct tui *tui)
{
    (void)screen_measure(tui->scr);
    tui_touch(tui, DIRTY_ALL);
}

bool tui_wants_quit(const struct tui *tui)
{
    return tui->quit;
}

void tui_figures(const struct tui *tui, struct tui_figures *out)
{
    *out = tui->figures;
    out->queue_rows = (int64_t)queue_len(tui->queue);
    out->queue_mine = (int64_t)queue_mine(tui->queue);
}

/* ---- reading and painting */

enum gw_err tui_refresh(struct tui *tui, struct gw_fail *fail)
{
    size_t changed = 0;
    if (tui->changed == 0) {
        return GW_OK;
    }
    tui->changed = 0;
    enum gw_err err = queue_refresh(tui->queue, &changed, fail);
    if (err == GW_OK) {
        err = journal_counts(tui->home, &tui->counts);
    }
    if (changed > 0) {
        tui->queue_moved = true;
        tui->news_mono = tui_mono(tui);
    }
    if (queue_len(tui->queue) > 0 && tui->first_frame) {
        queue_settle(tui->queue, tui_now(tui));
        tui->queue_moved = false;
    }
    ring_look(tui);
    tui->ring.started |= !tui->ring.pending;
    for (size_t i = 0; i < tui->views_n; i++) {
        if (tui->views[i].ops->changed != NULL) {
            tui->views[i].ops->changed(tui, &tui->views[i]);
        }
    }
    guard(tui);
    tui_touch(tui, DIRTY_ALL);
    return err;
}

static void draw_small(struct tui *t)
{
    char text[160];
    (void)snprintf(text, sizeof(text), _("The window is %dx%d; from 80x24 on everything is shown."),
                   screen_cols(t->scr), screen_rows(t->scr));
    screen_line(t->scr, 0, P_ALERT, text);
}

enum gw_err tui_draw(struct tui *tui, struct gw_fail *fail)
{
    enum gw_err err = tui_refresh(tui, fail);
    if (err != GW_OK && fail != NULL) {
        tui_say(tui, fail->text, true);
    }
    if (tui->dirty == 0) {
        return err;
    }
    tui->small = screen_rows(tui->scr) < TUI_MIN_ROWS || screen_cols(tui->scr) < TUI_MIN_COLS;
    bars_layout(tui);
    struct view *view = tui->small ? &tui->views[0] : tui_view(tui);
    if (tui->small) {
        draw_small(tui);
    }
    if ((tui->dirty & (DIRTY_ALL | DIRTY_BARS | DIRTY_BODY)) != 0) {
        bars_draw(tui);
    } else if ((tui->dirty & DIRTY_CURSOR) != 0) {
        bars_keys(tui);
    }
    if ((tui->dirty & ~(unsigned)DIRTY_BARS) != 0) {
        view->ops->draw(tui, view, tui->dirty);
    }
    tui->dirty = 0;
    tui->first_frame = false;
    screen_show(tui->scr);
    return err;
}
