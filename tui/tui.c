#include "tui/tui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_safe.h"
#include "model/alarm.h"
#include "offline-db/mirror.h"
#include "tui/tui_p.h"
#include "tui/view_process.h"

enum { WATCH_MS = 90000 };

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
    return tui->lock.on ? &tui->lock.view : &tui->views[tui->views_n - 1];
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
    } rows[] = {{&times->stale_ms, 60000},       {&times->undelivered_ms, 10000},
                {&times->guard_ms, 300},         {&times->settle_ms, 3000},
                {&times->ring_again_ms, 120000}, {&times->hold_warn_ms, 120000},
                {&times->lock_ms, 300000},       {&times->quiet_ms, 300}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (*rows[i].value <= 0) {
            *rows[i].value = rows[i].dflt;
        }
    }
}

void tui_speak_plainly(struct tui *tui, const char *why)
{
    struct tui *t = tui;
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
        tui_speak_plainly(
            t, N_("No Han glyphs on this console, so English. fbterm or kmscon shows Chinese."));
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
    t->mirror_duty = -1;
    t->my_level = role_level(opts->home->id.role);
    t->clock_off = t->clock_unc = INT64_MIN;
    t->first_frame = true;
    set_times(&t->opts.times);
    key_reader_init(&t->keys);
    enum gw_err err = queue_new(t->home, false, &t->queue, fail);
    if (err == GW_OK) {
        queue_seen(t->queue);
        err = open_screen(t, fail);
    }
    if (err != GW_OK) {
        queue_free(t->queue);
        free(t);
        return err;
    }
    (void)tui_open(t, &view_queue, "", NULL); /* cannot fail: it only takes memory it has */
    if (t->home->id.role == ROLE_COMMITTEE) {
        (void)tui_open(t, &view_processes, "", NULL); /* a clerk's first screen */
    }
    t->changed = UINT32_MAX;
    t->dirty = DIRTY_ALL;
    t->last_key_mono = tui_mono(t);
    t->has_pin = pin_is_set(t->home);
    if (t->has_pin) {
        tui_lock(t); /* starting it again is no way around the PIN */
    }
    *out = t;
    return GW_OK;
}

static void close_view(struct tui *t)
{
    struct view *view = &t->views[t->views_n - 1]; /* never the lock */
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
    pin_field_wipe(&tui->lock.pin);
    screen_close(tui->scr);
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
    /* Who only watches the store sees a sign of life once a minute, not every heartbeat. */
    int64_t patience = t->opts.times.stale_ms + (t->link.phase == TUI_LINK_WATCH ? WATCH_MS : 0);
    if (t->link.last_byte_mono > 0 && !t->stale && mono - t->link.last_byte_mono >= patience) {
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

/* Drafts: at a pause, and while somebody types without one. */
enum { KEEP_PAUSE_MS = 2000, KEEP_EVERY_MS = 10000 };

static int64_t keep_due(const struct tui *t)
{
    return t->unkept ? earlier(t->last_key_mono + KEEP_PAUSE_MS, t->unkept_mono + KEEP_EVERY_MS)
                     : INT64_MAX;
}

static void tick_keep(struct tui *t, int64_t mono)
{
    if (mono < keep_due(t)) {
        return;
    }
    struct view *view = &t->views[t->views_n - 1]; /* also below the lock */
    if (view->ops->keep != NULL) {
        view->ops->keep(t, view);
    }
    t->unkept = false;
}

int64_t tui_tick(struct tui *tui)
{
    struct key key;
    int64_t mono = tui_mono(tui);
    if (key_reader_late(&tui->keys, mono, &key)) {
        tui_key(tui, &key);
    }
    if (mono - tui->second_mono >= 1000 || tui->second_mono == 0) {
        tick_second(tui, mono);
    }
    tick_settle(tui, mono);
    tick_keep(tui, mono);
    if (tui->say.until_mono != 0 && mono >= tui->say.until_mono) {
        tui->say.until_mono = 0;
        tui_touch(tui, DIRTY_BARS);
    }
    int64_t next = earlier(ring_tick(tui), key_reader_deadline(&tui->keys));
    next = earlier(next, tui_lock_tick(tui));
    next = earlier(next, keep_due(tui));
    if (tui->queue_moved) {
        next = earlier(next, tui->last_key_mono + tui->opts.times.settle_ms);
    }
    return earlier(next, tui->second_mono + 1000);
}

/* ---- what happens outside */

void tui_changed(struct tui *tui, uint32_t types)
{
    tui->changed |= types;
    /* another process wrote: perhaps `gridward lock` */
    tui->look_at_lock |= types == UINT32_MAX && !tui->by_person;
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
    if (tui->has_pin) {
        tui_lock(tui); /* who opens the lid need not be the one who shut it */
    }
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

/* Own duty as the server has it. The document is our own encoder's, where a quote inside a text is
 * escaped, so these bytes can only be the member itself. */
static void look_at_duty(struct tui *t)
{
    struct gw_buf row;
    gw_buf_init(&row, 256 * 1024);
    if (mirror_row_json(t->home, TYPE_WORKER, tui_me(t), &row) == GW_OK) {
        int duty = strstr(gw_buf_str(&row), "\"duty\":\"on\"") != NULL;
        if (duty != t->mirror_duty) { /* a press of F9 stands until the server says something new */
            t->mirror_duty = duty;
            act_duty_is(t, duty != 0);
        }
    }
    gw_buf_free(&row);
}

enum gw_err tui_refresh(struct tui *tui, struct gw_fail *fail)
{
    size_t changed = 0;
    if (tui->changed == 0) {
        return GW_OK;
    }
    tui->my_level = role_level(tui->home->id.role); /* a hello may bring another role */
    if ((tui->changed & (UINT32_C(1) << TYPE_WORKER)) != 0) {
        look_at_duty(tui);
    }
    tui->changed = 0;
    enum gw_err err = queue_refresh(tui->queue, &changed, fail);
    if (err == GW_OK) {
        err = journal_counts(tui->home, &tui->counts);
        if (tui->home->practice) { /* nothing is ever to be delivered */
            tui->counts.unsent = 0;
        }
    }
    if (changed > 0) {
        tui->queue_moved = true;
        tui->news_mono = tui_mono(tui);
    }
    if (changed > 0 && tui->first_frame) {
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
    if (tui->look_at_lock) {
        tui->look_at_lock = false;
        tui_look_at_lock(tui);
    }
    if (tui->lock.on) {
        view_lock.changed(tui, &tui->lock.view);
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
    if ((tui->dirty & ~(unsigned)(DIRTY_CURSOR | DIRTY_SHOW)) != 0) {
        tui->small = screen_rows(tui->scr) < TUI_MIN_ROWS || screen_cols(tui->scr) < TUI_MIN_COLS;
        bars_layout(tui);
    }
    struct view *view = tui->small && !tui->lock.on ? &tui->views[0] : tui_view(tui);
    if (tui->small) {
        draw_small(tui);
    }
    if ((tui->dirty & (DIRTY_ALL | DIRTY_BARS | DIRTY_BODY)) != 0) {
        bars_draw(tui);
    } else if ((tui->dirty & DIRTY_CURSOR) != 0) {
        bars_keys(tui);
    }
    if ((tui->dirty & ~(unsigned)(DIRTY_BARS | DIRTY_SHOW)) != 0) {
        view->ops->draw(tui, view, tui->dirty);
    }
    tui->dirty = 0;
    tui->first_frame = false;
    screen_show(tui->scr);
    return err;
}
