/* The lines around a view: status, notice, message, keys. */
#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"
#include "base/utf8.h"
#include "model/alarm.h"
#include "model/day.h"
#include "offline-db/mirror.h"
#include "offline-db/practice.h"
#include "tui/tui_p.h"

enum { CLOCK_BAD_MS = 60000, CLOCK_CELLS = 8 };

/* ---- status */

static const char *duty_phone(const struct tui *t, char out[80])
{
    struct wire_scope scopes[WIRE_SCOPES_MAX];
    char leader[64], leader_phone[32], duty[64], phone[32];
    size_t n = 0;
    out[0] = '\0';
    if (mirror_scopes(t->home, scopes, &n) == GW_OK && n > 0 &&
        card_numbers(t->home, scopes[0].path, leader, leader_phone, duty, phone) == GW_OK &&
        phone[0] != '\0') {
        (void)snprintf(out, 80, _("duty room %s"), phone);
    }
    return out;
}

static void phase_text(const struct tui *t, char out[96])
{
    static const char *const words[TUI_PHASE_N] = {
        [TUI_LINK_NONE] = N_("not connected"),    [TUI_LINK_WATCH] = N_("synced by another window"),
        [TUI_LINK_CONNECTING] = N_("connecting"), [TUI_LINK_LOADING] = N_("loading"),
        [TUI_LINK_CATCHUP] = N_("catching up"),   [TUI_LINK_ONLINE] = N_("online"),
        [TUI_LINK_OFFLINE] = N_("offline"),       [TUI_LINK_REFUSED] = N_("refused"),
    };
    const struct tui_link *l = &t->link;
    const char *word = _(words[l->phase]);
    char age[32];
    if (l->phase == TUI_LINK_LOADING && l->rows_expected > 0) {
        (void)snprintf(out, 96, "%s %lld/%lld", word, (long long)l->rows_loaded,
                       (long long)l->rows_expected);
    } else if (l->phase == TUI_LINK_LOADING) {
        (void)snprintf(out, 96, "%s %lld", word, (long long)l->rows_loaded);
    } else if (l->phase == TUI_LINK_OFFLINE && l->since_mono > 0) {
        word_age(tui_mono(t) - l->since_mono, age);
        (void)snprintf(out, 96, "%s %s", word, age);
    } else if (l->phase == TUI_LINK_ONLINE && l->polling) {
        (void)snprintf(out, 96, "%s", _("online (polling)"));
    } else {
        (void)snprintf(out, 96, "%s", word);
    }
}

static void data_age(const struct tui *t, char out[96])
{
    char age[32];
    if (t->link.data_at <= 0) {
        (void)snprintf(out, 96, "%s", _("no data yet"));
        return;
    }
    int64_t ms = tui_now(t) - t->link.data_at;
    int64_t bytes = tui_mono(t) - t->link.last_byte_mono;
    if (t->link.phase == TUI_LINK_ONLINE && t->link.last_byte_mono > 0 && bytes < ms) {
        ms = bytes; /* live and nothing came: what we have is what there is */
    }
    word_age(ms, age);
    (void)snprintf(out, 96, _("data %s"), age);
}

static bool clock_bad(const struct tui *t, char out[96])
{
    char age[32];
    if (t->clock_off == INT64_MIN) {
        return false;
    }
    int64_t off = t->clock_off < 0 ? -t->clock_off : t->clock_off;
    if (off < CLOCK_BAD_MS || off <= t->clock_unc) {
        return false;
    }
    word_age(off, age);
    (void)snprintf(out, 96, t->clock_off > 0 ? _("clock %s slow") : _("clock %s fast"), age);
    return true;
}

static void put_item(struct tui *t, enum paint paint, const char *text)
{
    screen_put(t->scr, P_BAR, screen_at(t->scr) > 0 ? "  " : " ");
    screen_put(t->scr, paint, text);
}

static void duty_item(struct tui *t)
{
    bool ascii = screen_ascii(t->scr);
    if (!t->on_duty) {
        put_item(t, P_BAR_WARN, _("off duty"));
        return;
    }
    put_item(t, P_BAR, _("on duty"));
    if (t->inhibitor == TUI_INHIBIT_HELD) {
        put_item(t, P_BAR, ascii ? _("awake +") : _("awake ✓"));
    } else if (t->inhibitor == TUI_INHIBIT_FAILED) {
        const char *why = _("no alarms with the lid shut");
        put_item(t, P_BAR_WARN, ascii ? _("awake x") : _("awake ✗"));
        /* The clock stays; where there is no room the line below the view says it. */
        if (screen_at(t->scr) + 1 + gw_text_cells(why, strlen(why)) + CLOCK_CELLS <=
            screen_cols(t->scr)) {
            screen_put(t->scr, P_BAR_WARN, " ");
            screen_put(t->scr, P_BAR_WARN, why);
        }
    }
}

/* Nothing of a link or of duty: only which day it is here. */
static void draw_practice_day(struct tui *t)
{
    char day[DAY_TEXT + 1], text[96], clock[6];
    day_print(day_of_ms(tui_now(t)), day);
    (void)snprintf(text, sizeof(text), _("today here is %s"), day);
    put_item(t, P_BAR, text);
    put_item(t, P_BAR, _("nothing of this is sent or is evidence"));
    gw_time_hhmm(tui_now(t), clock);
    (void)snprintf(text, sizeof(text), "  %s ", clock);
    screen_right(t->scr, P_BAR, text);
    (void)screen_row_end(t->scr, P_BAR);
}

static void draw_status(struct tui *t, int row)
{
    char text[96], clock[6];
    bool good = t->link.phase == TUI_LINK_ONLINE || t->link.phase == TUI_LINK_WATCH;
    screen_row(t->scr, row);
    if (t->home->practice) {
        put_item(t, P_ALERT, practice_mark(t->home));
        draw_practice_day(t);
        return;
    }
    if (t->lock.on) {
        put_item(t, P_BAR_WARN, _("Locked"));
    } else {
        (void)gw_text_safe_z(text, 40, t->home->id.name);
        put_item(t, P_BAR, text);
        put_item(t, P_BAR, role_word(t->home->id.role));
    }
    phase_text(t, text);
    put_item(t, good ? P_BAR_GOOD : P_BAR_WARN, text);
    data_age(t, text);
    put_item(t, P_BAR, text);
    (void)snprintf(text, sizeof(text), _("unsent %lld"), (long long)t->counts.unsent);
    put_item(t, t->counts.unsent > 0 ? P_BAR_WARN : P_BAR, text);
    duty_item(t);
    if (clock_bad(t, text)) {
        put_item(t, P_BAR_WARN, text);
    }
    gw_time_hhmm(tui_now(t), clock);
    (void)snprintf(text, sizeof(text), "  %s ", clock);
    screen_right(t->scr, P_BAR, text);
    (void)screen_row_end(t->scr, P_BAR);
}

/* `数据停在 03:10 · 断线 12 分 · 值班室 67…` */
static void draw_stale(struct tui *t, int row)
{
    char text[256], at[6], age[32], phone[80], clock[16], unsent[64];
    gw_time_hhmm(t->stale_at, at);
    word_age(tui_now(t) - t->stale_at, age);
    phone[0] = '\0';
    if (!t->lock.on) {
        (void)duty_phone(t, phone);
    }
    (void)snprintf(text, sizeof(text), _(" Data stopped at %s · cut off for %s%s%s"), at, age,
                   phone[0] != '\0' ? " · " : "", phone);
    (void)snprintf(unsent, sizeof(unsent), _(" · unsent %lld"), (long long)t->counts.unsent);
    screen_row(t->scr, row);
    screen_put(t->scr, P_ALERT, text);
    screen_put(t->scr, P_ALERT, unsent);
    gw_time_hhmm(tui_now(t), at);
    (void)snprintf(clock, sizeof(clock), "  %s ", at);
    screen_right(t->scr, P_ALERT, clock);
    (void)screen_row_end(t->scr, P_ALERT);
}

/* ---- notice */

static void draw_notice(struct tui *t, int row)
{
    char text[400];
    ring_line(t, text, sizeof(text));
    if (text[0] != '\0') {
        screen_line(t->scr, row, P_ALERT, text);
    } else {
        screen_line(t->scr, row, P_TEXT, "");
    }
}

/* ---- message */

static bool undelivered(const struct tui *t)
{
    const struct gw_clock *clock = t->home->clock;
    return t->counts.unsent > 0 && t->counts.oldest_unsent_at > 0 &&
           clock->wall_ms(clock->ctx) - t->counts.oldest_unsent_at >= t->opts.times.undelivered_ms;
}

static void add_number(char *out, size_t size, const char *name, const char *number)
{
    size_t len = strlen(out);
    if (number[0] != '\0' && len < size) {
        (void)snprintf(out + len, size - len, "%s%s %s", len > 0 ? _(", ") : "", name, number);
    }
}

/* `已记下，还没送到。03:17 会转给网格长。请打电话：网格长 138…,值班室 67…` */
static void undelivered_text(struct tui *t, char *out, size_t size)
{
    struct queue_row row;
    struct wire_scope scopes[WIRE_SCOPES_MAX];
    char leader[64], leader_phone[32], duty[64], duty_tel[32], numbers[160] = "", at[6];
    size_t n = 0, len;
    bool alarm = t->last_acted[0] != '\0' && queue_one(t->home, t->last_acted, &row, NULL) == GW_OK;
    const char *path = alarm ? row.alarm.path : "";
    if (!alarm && mirror_scopes(t->home, scopes, &n) == GW_OK && n > 0) {
        path = scopes[0].path;
    }
    if (!t->lock.on && card_numbers(t->home, path, leader, leader_phone, duty, duty_tel) == GW_OK) {
        add_number(numbers, sizeof(numbers), _("leader"), leader_phone);
        add_number(numbers, sizeof(numbers), _("duty room"), duty_tel);
    }
    (void)snprintf(out, size, "%s", _("Saved here, not delivered yet."));
    len = strlen(out);
    /* The server does not know of the acknowledgement: its own due time still runs. */
    if (alarm && t->last_due_at > tui_now(t) && t->last_level < CHAIN_LEVELS) {
        gw_time_hhmm(t->last_due_at, at);
        (void)snprintf(out + len, size - len, _(" At %s it goes to: %s."), at,
                       word_level(t->last_level + 1));
        len = strlen(out);
    }
    if (numbers[0] != '\0') {
        (void)snprintf(out + len, size - len, "\n%s%s", _("Please phone: "), numbers);
    }
}

static void set_line(struct tui *t, enum paint paint, const char *text)
{
    (void)snprintf(t->line, sizeof(t->line), "%s", text);
    t->line_paint = paint;
}

static void make_line(struct tui *t)
{
    if (t->say.until_mono != 0) {
        set_line(t, t->say.paint, t->say.text);
    } else if (t->link.store_full) {
        set_line(
            t, P_ALERT,
            _("The disk is full: what you press cannot be kept. Phone instead, and free space."));
    } else if (undelivered(t)) {
        undelivered_text(t, t->line, sizeof(t->line));
        t->line_paint = P_WARN;
    } else if (t->link.problem[0] != '\0') {
        set_line(t, P_WARN, t->link.problem);
    } else if (t->on_duty && t->inhibitor == TUI_INHIBIT_FAILED) {
        set_line(t, P_WARN,
                 _("No alarms with the lid shut or when the computer sleeps: turn its sleep off."));
    } else {
        set_line(t, P_DIM, t->why_plain);
    }
}

/* Longer sentences take a second row from the view. */
static void lay_line(struct tui *t)
{
    int rows = 1;
    make_line(t);
    char *second = strchr(t->line, '\n');
    if (gw_text_cells(t->line, strlen(t->line)) + 1 >= screen_cols(t->scr)) {
        rows = 2;
    } else if (second != NULL) {
        *second = ' ';
    }
    if (rows != t->line_rows) {
        t->line_rows = rows;
        tui_touch(t, DIRTY_ALL);
    }
}

void bars_layout(struct tui *tui)
{
    int rows = screen_rows(tui->scr);
    bool demo = (tui->opts.demo || tui->home->practice) && !tui->small;
    lay_line(tui);
    tui->body_top = tui->small ? 1 : (demo ? 3 : 2);
    tui->body_end = rows - 1 - (tui->small ? 0 : tui->line_rows);
}

static void draw_message(struct tui *t)
{
    int row = screen_rows(t->scr) - 1 - t->line_rows;
    if (t->line[0] == '\0' ||
        screen_wrap(t->scr, row, 0, t->line_rows, t->line_paint, t->line) == 0) {
        screen_line(t->scr, row, P_TEXT, "");
    }
}

/* ---- keys */

static void put_key(struct tui *t, const struct key_part *part)
{
    const struct request_row *r = request_row(part->req);
    bool off = part->why[0] != '\0';
    char key[16], word[320];
    (void)snprintf(key, sizeof(key), "%.*s", (int)strcspn(r->keys, " "), r->keys);
    (void)snprintf(word, sizeof(word), off ? "%s(%s)" : "%s", part->word, part->why);
    int need = (int)strlen(key) + 1 + gw_text_cells(word, strlen(word)) + 1;
    if (screen_at(t->scr) + need > screen_cols(t->scr)) {
        return;
    }
    screen_put(t->scr, off ? P_KEY_OFF : P_KEY, key);
    screen_put(t->scr, off ? P_KEY_OFF : P_TEXT, word);
    screen_put(t->scr, P_TEXT, "  ");
}

/* What is most useful depends on who holds the alarm. */
static const enum request *five(const struct tui *t, unsigned scope, const struct queue_row *row)
{
    static const enum request waiting[] = {REQ_ACK,  REQ_ATTEMPT, REQ_ESCALATE, REQ_CLOSE,
                                           REQ_OPEN, REQ_FIND,    REQ_HELP,     REQ_NONE};
    static const enum request card[] = {REQ_ACK,   REQ_ATTEMPT, REQ_ENROUTE, REQ_ARRIVED,
                                        REQ_CLOSE, REQ_MENU,    REQ_HELP,    REQ_NONE};
    static const enum request held[] = {REQ_ATTEMPT,  REQ_ENROUTE, REQ_ARRIVED, REQ_CLOSE,
                                        REQ_ESCALATE, REQ_MENU,    REQ_HELP,    REQ_NONE};
    static const enum request confirm[] = {REQ_CONFIRM, REQ_ATTEMPT, REQ_NOTE, REQ_MENU,
                                           REQ_OPEN,    REQ_HELP,    REQ_NONE};
    static const enum request none[] = {REQ_FIND, REQ_JOURNAL, REQ_DUTY, REQ_BELL,
                                        REQ_HELP, REQ_QUIT,    REQ_NONE};
    static const enum request closed[] = {REQ_RETRACT, REQ_NOTE, REQ_OPEN, REQ_MENU,
                                          REQ_BACK,    REQ_HELP, REQ_NONE};
    static const enum request list[] = {REQ_OPEN, REQ_FIND, REQ_BACK, REQ_HELP, REQ_NONE};
    if ((scope & SC_LIST) != 0) {
        return list;
    }
    if (row == NULL) {
        return none;
    }
    if (row->alarm.state == ALARM_CLOSED) {
        return closed;
    }
    if (row->alarm.closing.by[0] != '\0' && strcmp(row->alarm.closing.by, tui_me(t)) != 0 &&
        row->alarm.state != ALARM_CLOSED) {
        return confirm;
    }
    if ((scope & SC_CARD) != 0) {
        return row_is_held_by(row, tui_me(t)) ? held : card;
    }
    return waiting;
}

static void set_part(struct tui *t, struct key_part *part, enum request req,
                     const struct queue_row *row)
{
    const char *why = request_blocked(t, req, row);
    part->req = req;
    part->word = request_word(t, req, row);
    (void)snprintf(part->why, sizeof(part->why), "%s", why == NULL ? "" : why);
}

static bool is_same(const struct key_part *a, const struct key_part *b)
{
    return a->req == b->req && a->word == b->word && strcmp(a->why, b->why) == 0;
}

/* What the line says now; false when it said the same before. */
static bool say_keys(struct tui *t, const struct view *view)
{
    struct queue_row scratch;
    struct key_part part;
    const struct queue_row *row = tui_alarm(t, &scratch);
    bool news = false;
    size_t n = 0;
    for (const enum request *req = five(t, view->ops->scope, row); *req != REQ_NONE; req++) {
        if ((request_row(*req)->scope & view->ops->scope) == 0) {
            continue;
        }
        set_part(t, &part, *req, row);
        if (n >= t->key_parts_n || !is_same(&part, &t->key_parts[n])) {
            t->key_parts[n] = part;
            news = true;
        }
        n++;
    }
    news |= n != t->key_parts_n;
    t->key_parts_n = n;
    return news;
}

static void draw_keys(struct tui *t, bool anew)
{
    struct view *view = t->small && !t->lock.on ? &t->views[0] : tui_view(t);
    const char *hint = view->ops->hint == NULL ? NULL : view->ops->hint(t, view);
    if (hint != NULL) {
        t->key_parts_n = 0;
    } else if (!say_keys(t, view) && !anew) {
        return;
    }
    screen_row(t->scr, screen_rows(t->scr) - 1);
    if (t->small && t->home->practice) { /* there is no bar above */
        screen_putf(t->scr, P_ALERT, "%s ", practice_mark(t->home));
    }
    screen_put(t->scr, P_BOLD, hint == NULL ? "" : hint);
    for (size_t i = 0; i < t->key_parts_n; i++) {
        put_key(t, &t->key_parts[i]);
    }
    (void)screen_row_end(t->scr, P_TEXT);
}

void bars_keys(struct tui *tui)
{
    draw_keys(tui, false);
}

void bars_draw(struct tui *tui)
{
    int row = 0;
    if (!tui->small) {
        if (tui->home->practice) {
            practice_guide(tui, row++);
        } else if (tui->opts.demo) {
            screen_line(tui->scr, row++, P_GOOD, _(" Demo: press F2 to acknowledge"));
        }
        if (tui->stale) {
            draw_stale(tui, row);
        } else {
            draw_status(tui, row);
        }
        draw_notice(tui, row + 1);
        draw_message(tui);
    }
    draw_keys(tui, true);
}
