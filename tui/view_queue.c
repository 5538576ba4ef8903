/* The first screen: 轮到我 above, the rest under a line 下级处理中(N). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/alarm.h"
#include "tui/tui_p.h"

struct state {
    gw_id at;   /* the alarm under the cursor; the row follows it */
    size_t row; /* its index; where the cursor stays when it goes away */
    size_t top; /* first visible line */
    size_t drawn_row, drawn_top;
    int64_t drawn_at; /* the moment of its countdowns, until the whole list is drawn again */
};

/* The list as lines: a heading, my rows, a heading, the rest. */
enum line_kind { LINE_MINE_HEAD, LINE_EMPTY, LINE_ROW, LINE_REST_HEAD, LINE_NONE };

static enum gw_err queue_open(struct tui *t, struct view *view, const void *arg,
                              struct gw_fail *fail)
{
    (void)t;
    (void)arg;
    view->state = calloc(1, sizeof(struct state));
    return view->state == NULL ? gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."))
                               : GW_OK;
}

static void queue_close(struct tui *t, struct view *view)
{
    (void)t;
    free(view->state);
}

static size_t mine_lines(const struct tui *t)
{
    size_t mine = queue_mine(t->queue);
    return 1 + (mine == 0 ? 2 : mine);
}

static size_t lines_n(const struct tui *t)
{
    size_t rest = queue_len(t->queue) - queue_mine(t->queue);
    return mine_lines(t) + (rest > 0 ? 1 + rest : 0);
}

static enum line_kind line_at(const struct tui *t, size_t line, size_t *row)
{
    size_t mine = queue_mine(t->queue), head = mine_lines(t);
    *row = 0;
    if (line == 0) {
        return LINE_MINE_HEAD;
    }
    if (line < head) {
        *row = line - 1;
        return mine == 0 ? LINE_EMPTY : LINE_ROW;
    }
    if (queue_len(t->queue) == mine) {
        return LINE_NONE;
    }
    if (line == head) {
        return LINE_REST_HEAD;
    }
    *row = mine + (line - head - 1);
    return *row < queue_len(t->queue) ? LINE_ROW : LINE_NONE;
}

static size_t line_of(const struct tui *t, size_t row)
{
    size_t mine = queue_mine(t->queue);
    return row < mine ? 1 + row : mine_lines(t) + 1 + (row - mine);
}

static size_t page(const struct tui *t)
{
    return t->body_end > t->body_top ? (size_t)(t->body_end - t->body_top) : 1;
}

static void keep_visible(const struct tui *t, struct state *s)
{
    size_t line = queue_len(t->queue) == 0 ? 0 : line_of(t, s->row), n = page(t);
    if (line < s->top || line <= 1) {
        s->top = line <= 1 ? 0 : line; /* the heading comes along */
    }
    if (line >= s->top + n) {
        s->top = line - n + 1;
    }
    if (lines_n(t) <= n) {
        s->top = 0;
    }
}

static void set_row(struct tui *t, struct state *s, size_t row)
{
    size_t n = queue_len(t->queue);
    s->row = n == 0 ? 0 : row < n ? row : n - 1;
    (void)snprintf(s->at, sizeof(s->at), "%s", n == 0 ? "" : queue_brief(t->queue, s->row)->id);
    keep_visible(t, s);
}

/* The cursor stays with its alarm, and the alarm on its line of the screen, whatever came. */
static void queue_changed(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    int64_t at = s->at[0] == '\0' ? -1 : queue_find(t->queue, s->at);
    if (at < 0) {
        set_row(t, s, s->row);
        return;
    }
    size_t was = s->top <= s->drawn_row ? s->drawn_row - s->top : 0;
    s->row = (size_t)at;
    size_t line = line_of(t, s->row);
    s->top = line > was ? line - was : 0;
    keep_visible(t, s);
}

const char *view_queue_at(struct tui *tui, struct view *view)
{
    const struct state *s = view->state;
    (void)tui;
    return s->at;
}

void view_queue_go(struct tui *tui, const char *alarm)
{
    int64_t at = queue_find(tui->queue, alarm);
    if (at >= 0) {
        set_row(tui, tui->views[0].state, (size_t)at);
        tui_touch(tui, DIRTY_ALL);
    }
}

/* ---- painting */

struct columns {
    int state, severity, kind, piece, who, due, count;
};

static struct columns columns_of(const struct tui *t)
{
    bool zh = gw_i18n_lang() == GW_LANG_ZH;
    int spare = screen_cols(t->scr) - 80;
    struct columns c =
        zh ? (struct columns){9, 4, 8, 11, 9, 14, 4} : (struct columns){9, 8, 13, 11, 5, 14, 3};
    if (spare > 0) { /* the address gets most of a wider window */
        c.piece += spare / 3 > 9 ? 9 : spare / 3;
        c.who += spare / 4 > 6 ? 6 : spare / 4;
        c.due += spare / 6 > 6 ? 6 : spare / 6;
    }
    return c;
}

static void put_column(struct tui *t, enum paint paint, const char *text, int cells)
{
    screen_field(t->scr, paint, text, cells);
    screen_put(t->scr, paint, " ");
}

static void put_who(struct tui *t, const struct queue_row *row, enum paint paint, int cells)
{
    char who[96];
    bool alone = row->alone && cells >= 9;
    (void)snprintf(who, sizeof(who), "%s%s%s", row->who, alone ? " " : "", alone ? _("alone") : "");
    put_column(t, paint, who, cells);
}

static void put_row(struct tui *t, const struct queue_row *row, bool cursor, int64_t now)
{
    struct columns c = columns_of(t);
    enum paint paint = paint_of(row, tui_me(t));
    char text[96];
    screen_put(t->scr, cursor ? P_CURSOR : P_TEXT, cursor ? ">" : " ");
    screen_put(t->scr, P_WARN, row->fresh ? "+" : " ");
    (void)snprintf(text, sizeof(text), "%c%s", sign_state(row, tui_me(t)),
                   word_state(row, tui_me(t)));
    put_column(t, paint, text, c.state);
    put_column(t, paint, alarm_severity_word(row->alarm.severity), c.severity);
    put_column(t, paint, _(alarm_kind_of(row->alarm.kind)->word), c.kind);
    put_column(t, P_TEXT, row->piece, c.piece);
    put_who(t, row, P_TEXT, c.who);
    word_due(t, row, now, text);
    put_column(t, P_BOLD, text, c.due);
    (void)snprintf(text, sizeof(text), "x%lld", (long long)row->alarm.count);
    put_column(t, P_TEXT, row->alarm.count > 1 ? text : "", c.count);
    screen_put(t->scr, row->mark == CMD_APPLIED ? P_GOOD : P_WARN, word_mark(t, row->mark, text));
}

static void put_empty(struct tui *t, size_t row)
{
    char text[160];
    if (row == 0) {
        screen_put(t->scr, P_GOOD, _("  No alarm is waiting."));
    } else {
        (void)snprintf(text, sizeof(text),
                       t->on_duty ? _("  %s is on duty.")
                                  : _("  %s is not on duty: press F9 when you are."),
                       t->home->id.name);
        screen_put(t->scr, t->on_duty ? P_TEXT : P_WARN, text);
    }
}

static void draw_line(struct tui *t, struct state *s, size_t line)
{
    size_t row;
    char text[96];
    enum line_kind kind = line_at(t, line, &row);
    screen_row(t->scr, t->body_top + (int)(line - s->top));
    if (kind == LINE_MINE_HEAD) {
        (void)snprintf(text, sizeof(text), _("My turn (%zu)"), queue_mine(t->queue));
        screen_put(t->scr, P_HEAD, text);
    } else if (kind == LINE_EMPTY) {
        put_empty(t, row);
    } else if (kind == LINE_REST_HEAD) {
        (void)snprintf(text, sizeof(text), _("With lower levels (%zu)"),
                       queue_len(t->queue) - queue_mine(t->queue));
        screen_put(t->scr, P_HEAD, text);
    } else if (kind == LINE_ROW) {
        put_row(t, queue_at(t->queue, row), row == s->row, s->drawn_at);
    }
    t->figures.drawn_rows += screen_row_end(t->scr, P_TEXT);
}

static void put_cursor(struct tui *t, const struct state *s)
{
    bool any = queue_len(t->queue) > 0;
    int row = any ? t->body_top + (int)(line_of(t, s->row) - s->top) : t->body_top;
    screen_cursor(t->scr, row, 0, any);
}

static void draw_visible(struct tui *t, struct state *s)
{
    for (size_t i = 0; i < page(t); i++) {
        draw_line(t, s, s->top + i);
    }
}

/* The cursor's sign, of a row that is shown. */
static void draw_sign(struct tui *t, const struct state *s, size_t line, bool cursor)
{
    size_t row;
    if (line >= s->top && line < s->top + page(t) && line_at(t, line, &row) == LINE_ROW) {
        screen_sign(t->scr, t->body_top + (int)(line - s->top), 0, cursor ? P_CURSOR : P_TEXT,
                    cursor ? '>' : ' ');
    }
}

/* Nothing but the cursor moved: two signs, and when it went over the edge the line that came in. */
static void draw_moved(struct tui *t, struct state *s)
{
    size_t now = line_of(t, s->row);
    if (s->top > s->drawn_top + 1 || s->top + 1 < s->drawn_top) {
        draw_visible(t, s);
        return;
    }
    if (s->top != s->drawn_top) {
        screen_scroll(t->scr, t->body_top, t->body_end - 1, s->top > s->drawn_top ? 1 : -1);
        draw_line(t, s, s->top > s->drawn_top ? s->top + page(t) - 1 : s->top);
    }
    if (now != s->drawn_row) {
        draw_sign(t, s, s->drawn_row, false);
        draw_sign(t, s, now, true);
        t->figures.drawn_rows += 2;
    }
}

static void queue_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    bool any = queue_len(t->queue) > 0;
    if ((dirty & (DIRTY_ALL | DIRTY_BODY | DIRTY_TIME)) != 0 || !any) {
        keep_visible(t, s);
        s->drawn_at = tui_now(t);
        draw_visible(t, s);
    } else {
        draw_moved(t, s);
    }
    put_cursor(t, s);
    s->drawn_top = s->top;
    s->drawn_row = any ? line_of(t, s->row) : 0;
}

/* ---- moving */

static void step(struct tui *t, struct state *s, long by)
{
    long n = (long)queue_len(t->queue), row = (long)s->row + by;
    row = row < 0 ? 0 : row >= n ? n - 1 : row;
    if (n > 0) {
        set_row(t, s, (size_t)row);
        ring_seen(t, s->at);
        tui_touch(t, DIRTY_CURSOR);
    }
}

static bool queue_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    long n = (long)page(t) - 1;
    switch (req) {
    case REQ_UP:
        step(t, s, -1);
        return true;
    case REQ_DOWN:
        step(t, s, 1);
        return true;
    case REQ_PGUP:
        step(t, s, -n);
        return true;
    case REQ_PGDN:
        step(t, s, n);
        return true;
    case REQ_HOME:
        step(t, s, -(long)s->row);
        return true;
    case REQ_END:
        step(t, s, (long)queue_len(t->queue));
        return true;
    case REQ_OPEN:
        return tui_open(t, &view_card, s->at, NULL);
    case REQ_BACK:
        return true;
    default:
        return false;
    }
}

const struct view_ops view_queue = {
    .name = N_("Alarms"),
    .scope = SC_QUEUE,
    .open = queue_open,
    .close = queue_close,
    .request = queue_request,
    .draw = queue_draw,
    .changed = queue_changed,
};
