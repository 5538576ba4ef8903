#include "tui/draw.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>
#include <term.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text_safe.h"
#include "base/utf8.h"

enum { MARKS = 2, ROWS_MAX = 300, COLS_MAX = 500, TEXT_MAX_BYTES = 16384 };

/* One cell as we mean it; a wide character's second cell has cp 0. No padding: rows are compared
 * byte by byte. */
struct cell {
    uint32_t cp, marks[MARKS], paint;
};

struct screen {
    SCREEN *term;
    FILE *out;
    int rows, cols;
    bool fixed, ascii, mono, ambiguous_wide, left;
    struct cell *shown; /* rows x cols, what the terminal shows */
    struct cell *line;  /* the row being composed */
    int row, at;
    int cursor_row, cursor_col;
    bool cursor_on, cursor_was_on, scrolled;
    attr_t look[PAINT_N];
    short pair[PAINT_N];
    struct gw_buf safe;
};

/* The palette: colour numbers of the terminal's own eight, -1 = its default. Without colour the
 * attributes alone tell the difference, and words always do. */
static const struct {
    short fg, bg;
    attr_t colour, mono;
} palette[PAINT_N] = {
    [P_TEXT] = {-1, -1, A_NORMAL, A_NORMAL},
    [P_DIM] = {-1, -1, A_DIM, A_DIM},
    [P_BOLD] = {-1, -1, A_BOLD, A_BOLD},
    [P_BAR] = {COLOR_WHITE, COLOR_BLUE, A_BOLD, A_REVERSE},
    [P_BAR_GOOD] = {COLOR_WHITE, COLOR_BLUE, A_BOLD, A_REVERSE},
    [P_BAR_WARN] = {COLOR_YELLOW, COLOR_BLUE, A_BOLD, A_REVERSE | A_BOLD},
    [P_ALERT] = {COLOR_WHITE, COLOR_RED, A_BOLD, A_REVERSE | A_BOLD},
    [P_WARN] = {COLOR_YELLOW, -1, A_BOLD, A_BOLD},
    [P_GOOD] = {COLOR_GREEN, -1, A_NORMAL, A_NORMAL},
    [P_CRITICAL] = {COLOR_RED, -1, A_BOLD, A_BOLD},
    [P_MAJOR] = {COLOR_YELLOW, -1, A_BOLD, A_BOLD},
    [P_MINOR] = {COLOR_CYAN, -1, A_NORMAL, A_NORMAL},
    [P_CURSOR] = {-1, -1, A_REVERSE | A_BOLD, A_REVERSE | A_BOLD},
    [P_HEAD] = {COLOR_CYAN, -1, A_NORMAL, A_NORMAL},
    [P_KEY] = {-1, -1, A_REVERSE, A_REVERSE},
    [P_KEY_OFF] = {-1, -1, A_DIM, A_DIM},
    [P_STRUCK] = {-1, -1, A_DIM, A_DIM},
    [P_FIELD] = {-1, -1, A_UNDERLINE, A_UNDERLINE},
};

static void set_palette(struct screen *scr)
{
    bool colour = !scr->mono && has_colors() && start_color() == OK;
    if (colour) {
        (void)use_default_colors();
    }
    for (short i = 0; i < PAINT_N; i++) {
        bool plain = palette[i].fg < 0 && palette[i].bg < 0;
        scr->look[i] = colour ? palette[i].colour : palette[i].mono;
        scr->pair[i] = 0;
        if (colour && !plain) {
            (void)init_pair((short)(i + 1), palette[i].fg, palette[i].bg);
            scr->pair[i] = (short)(i + 1);
        }
    }
}

static enum gw_err take_memory(struct screen *scr)
{
    free(scr->shown);
    free(scr->line);
    size_t cols = (size_t)scr->cols;
    scr->shown = calloc(cols * (size_t)scr->rows, sizeof(struct cell));
    scr->line = calloc(cols, sizeof(struct cell));
    return scr->shown == NULL || scr->line == NULL ? GW_NOMEM : GW_OK;
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static void take_size(struct screen *scr, int rows, int cols)
{
    scr->rows = clamp(rows, 1, ROWS_MAX);
    scr->cols = clamp(cols, 10, COLS_MAX);
}

/* newterm() prints and exits by itself only in initscr(); here a NULL is an answer. */
static enum gw_err open_terminal(struct screen *scr, const struct screen_opts *opts,
                                 struct gw_fail *fail)
{
    if (!isatty(fileno(opts->in)) || !isatty(fileno(opts->out))) {
        return gw_fail_set(fail, GW_INVALID,
                           _("This is not a terminal. Start gridward in one, or use its commands "
                             "(gridward --help)."));
    }
    scr->term = newterm(NULL, opts->out, opts->in);
    if (scr->term == NULL) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The terminal type in TERM is not known here. Set TERM, for example "
                             "TERM=xterm-256color."));
    }
    (void)raw();
    (void)noecho();
    (void)nonl();
    (void)typeahead(-1);
    (void)leaveok(stdscr, FALSE);
    (void)idlok(stdscr, FALSE);
    return GW_OK;
}

/* Bracketed paste: pasted text must never press keys. */
static void paste_marks(const struct screen *scr, bool on)
{
    (void)fputs(on ? "\033[?2004h" : "\033[?2004l", scr->out);
    (void)fflush(scr->out);
}

enum gw_err screen_open(const struct screen_opts *opts, struct screen **out, struct gw_fail *fail)
{
    *out = NULL;
    struct screen *scr = calloc(1, sizeof(*scr));
    if (scr == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    enum gw_err err = open_terminal(scr, opts, fail);
    if (err != GW_OK) {
        free(scr);
        return err;
    }
    scr->out = opts->out;
    scr->ascii = opts->ascii;
    scr->mono = opts->mono || getenv("NO_COLOR") != NULL;
    scr->fixed = opts->rows > 0 && opts->cols > 0;
    gw_buf_init(&scr->safe, TEXT_MAX_BYTES);
    set_palette(scr);
    take_size(scr, scr->fixed ? opts->rows : LINES, scr->fixed ? opts->cols : COLS);
    if (scr->fixed) {
        (void)resize_term(scr->rows, scr->cols);
    }
    err = take_memory(scr);
    if (err != GW_OK) {
        screen_close(scr);
        return gw_fail_set(fail, err, _("There is not enough memory."));
    }
    paste_marks(scr, !scr->ascii); /* the Linux console would print them */
    screen_forget(scr);
    *out = scr;
    return GW_OK;
}

void screen_close(struct screen *scr)
{
    if (scr == NULL) {
        return;
    }
    paste_marks(scr, false);
    if (!scr->left) {
        (void)curs_set(1);
        (void)endwin();
    }
    delscreen(scr->term);
    gw_buf_free(&scr->safe);
    free(scr->shown);
    free(scr->line);
    free(scr);
}

void screen_leave(struct screen *scr)
{
    paste_marks(scr, false);
    (void)curs_set(1);
    (void)endwin();
    scr->left = true;
}

void screen_return(struct screen *scr)
{
    scr->left = false;
    (void)doupdate();
    paste_marks(scr, true);
    screen_forget(scr);
}

int screen_rows(const struct screen *scr)
{
    return scr->rows;
}

int screen_cols(const struct screen *scr)
{
    return scr->cols;
}

bool screen_ascii(const struct screen *scr)
{
    return scr->ascii;
}

void screen_set_ascii(struct screen *scr, bool ascii, bool ambiguous_wide)
{
    scr->ascii = ascii;
    scr->ambiguous_wide = ambiguous_wide;
    screen_forget(scr);
}

bool screen_measure(struct screen *scr)
{
    struct winsize size;
    if (scr->fixed || ioctl(fileno(scr->out), TIOCGWINSZ, &size) != 0 || size.ws_row == 0 ||
        size.ws_col == 0 || (size.ws_row == scr->rows && size.ws_col == scr->cols)) {
        return false;
    }
    take_size(scr, size.ws_row, size.ws_col);
    (void)resize_term(scr->rows, scr->cols);
    if (take_memory(scr) != GW_OK) { /* nothing to paint on is our end; the journal is safe */
        (void)endwin();
        abort();
    }
    screen_forget(scr);
    return true;
}

void screen_forget(struct screen *scr)
{
    /* 0xff is no paint: every row differs from it. */
    memset(scr->shown, 0xff, sizeof(struct cell) * (size_t)scr->cols * (size_t)scr->rows);
    (void)clearok(curscr, TRUE);
}

void screen_again(struct screen *scr)
{
    (void)scr;
    (void)clearok(curscr, TRUE);
}

void screen_probe(struct screen *scr)
{
    (void)doupdate();
    (void)fputs("\0337\r\344\270\255\033[6n\r\302\267\033[6n\r\033[K\0338", scr->out);
    (void)fflush(scr->out);
}

/* ---- composing a row */

void screen_row(struct screen *scr, int row)
{
    scr->row = row;
    scr->at = 0;
}

int screen_at(const struct screen *scr)
{
    return scr->at;
}

/* What stands for a character that this terminal would draw with another width than we count. */
static uint32_t stand_in(uint32_t cp)
{
    switch (cp) {
    case 0xb7:
    case 0x2026:
        return '.';
    case 0x2013:
    case 0x2014:
        return '-';
    case 0x2018:
    case 0x2019:
        return '\'';
    case 0x201c:
    case 0x201d:
        return '"';
    case 0xd7:
        return 'x';
    default:
        return '?';
    }
}

static void add_mark(struct screen *scr, uint32_t cp)
{
    bool joiner = (cp >= 0x200b && cp <= 0x200f) || (cp >= 0xfe00 && cp <= 0xfe0f);
    int col = scr->at - 1;
    if (joiner || scr->ascii || col < 0) {
        return;
    }
    if (scr->line[col].cp == 0 && col > 0) {
        col--;
    }
    for (int i = 0; i < MARKS; i++) {
        if (scr->line[col].marks[i] == 0) {
            scr->line[col].marks[i] = cp;
            return;
        }
    }
}

/* False when the row is full. */
static bool add_cell(struct screen *scr, enum paint paint, uint32_t cp, int until)
{
    int cells = cp < 0x7f ? 1 : gw_cp_cells(cp);
    if (cells == 0) {
        add_mark(scr, cp);
        return true;
    }
    if (scr->at + cells > until) {
        return false;
    }
    bool han = cp >= 0x4e00 && cp <= 0x9fff;
    if (cp >= 0x7f && !(han && !scr->ascii) &&
        (scr->ascii || (scr->ambiguous_wide && gw_cp_ambiguous(cp)) ||
         wcwidth((wchar_t)cp) != cells)) {
        cp = stand_in(cp);
    }
    struct cell *cell = &scr->line[scr->at];
    cell[0] = (struct cell){.cp = cp, .paint = paint};
    if (cells == 2) { /* a stand-in for a wide character is two cells too */
        cell[1] = (struct cell){.cp = cp < 0x7f ? cp : 0, .paint = paint};
    }
    scr->at += cells;
    return true;
}

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e) {
            return false;
        }
    }
    return true;
}

/* Borrowed until the next call. */
static const char *safe_text(struct screen *scr, const char *text)
{
    if (is_plain(text)) {
        return text;
    }
    gw_buf_reset(&scr->safe);
    if (gw_text_safe(&scr->safe, text, strlen(text)) != GW_OK) {
        return "?";
    }
    return gw_buf_str(&scr->safe);
}

/* Puts text up to column `until`; false when something was left over. */
static bool put_until(struct screen *scr, enum paint paint, const char *text, int until)
{
    const char *at = safe_text(scr, text);
    const char *end = at + strlen(at);
    until = until > scr->cols ? scr->cols : until;
    while (at < end) {
        if (!add_cell(scr, paint, gw_utf8_next(&at, end), until)) {
            return false;
        }
    }
    return true;
}

void screen_put(struct screen *scr, enum paint paint, const char *text)
{
    (void)put_until(scr, paint, text, scr->cols);
}

void screen_putf(struct screen *scr, enum paint paint, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args); /* a longer line than any screen may be cut */
    va_end(args);
    screen_put(scr, paint, text);
}

void screen_fill(struct screen *scr, enum paint paint, int until_col)
{
    int until = until_col > scr->cols ? scr->cols : until_col;
    while (scr->at < until) {
        scr->line[scr->at++] = (struct cell){.cp = ' ', .paint = paint};
    }
}

void screen_field(struct screen *scr, enum paint paint, const char *text, int cells)
{
    int start = scr->at, until = start + cells;
    if (!put_until(scr, paint, text, until) && until <= scr->cols && cells > 1) {
        /* The cut is shown: make room for the sign, which may part a wide character. */
        int col = until - 1;
        if (scr->at > col) {
            scr->at = scr->line[col].cp == 0 ? col - 1 : col;
        }
        screen_fill(scr, paint, col);
        (void)add_cell(scr, paint, '~', until);
    }
    screen_fill(scr, paint, until);
}

void screen_right(struct screen *scr, enum paint paint, const char *text)
{
    const char *safe = safe_text(scr, text);
    int start = scr->cols - gw_text_cells(safe, strlen(safe));
    if (start > scr->at) {
        screen_fill(scr, paint, start);
        screen_put(scr, paint, text);
    }
}

static int to_cchar(const struct screen *scr, const struct cell *cell, cchar_t *out)
{
    wchar_t text[MARKS + 2] = {(wchar_t)cell->cp};
    for (int i = 0; i < MARKS; i++) {
        text[i + 1] = (wchar_t)cell->marks[i];
    }
    return setcchar(out, text, scr->look[cell->paint], scr->pair[cell->paint], NULL);
}

/* A blank of these looks the same in all of them. */
static bool is_colourless(const struct screen *scr, uint32_t paint)
{
    return palette[paint].bg < 0 && (scr->look[paint] & (A_REVERSE | A_UNDERLINE)) == 0;
}

/* A blank between two words keeps the colour that is on: each change of colour is bytes on the line
 * and the dearest thing that ncurses does. Those behind the last word are cleared at one go, which
 * only the plain colour allows. */
static void calm_blanks(struct screen *scr)
{
    struct cell *cell = scr->line;
    int end = scr->cols;
    while (end > 0 && cell[end - 1].cp == ' ') {
        end--;
    }
    for (int col = 1; col < end; col++) {
        if (cell[col].cp == ' ' && cell[col].paint != cell[col - 1].paint &&
            cell[col].marks[0] == 0 && is_colourless(scr, cell[col].paint) &&
            is_colourless(scr, cell[col - 1].paint)) {
            cell[col].paint = cell[col - 1].paint;
        }
    }
}

/* Hands columns first..last of the composed row to ncurses. */
static void hand_over(struct screen *scr, int first, int last)
{
    cchar_t run[COLS_MAX + 1];
    const struct cell *line = scr->line, *before = NULL;
    int n = 0;
    for (int col = first; col <= last; col++) {
        if (line[col].cp == 0) {
            continue;
        }
        if (before != NULL && memcmp(before, &line[col], sizeof(*before)) == 0) {
            run[n] = run[n - 1];
        } else if (to_cchar(scr, &line[col], &run[n]) != OK) {
            continue;
        }
        before = &line[col];
        n++;
    }
    (void)mvadd_wchnstr(scr->row, first, run, n);
}

bool screen_row_end(struct screen *scr, enum paint paint)
{
    screen_fill(scr, paint, scr->cols);
    if (scr->row < 0 || scr->row >= scr->rows) {
        return false;
    }
    calm_blanks(scr);
    struct cell *shown = scr->shown + (size_t)scr->row * (size_t)scr->cols;
    int first = 0, last = scr->cols - 1;
    while (first <= last && memcmp(&shown[first], &scr->line[first], sizeof(*shown)) == 0) {
        first++;
    }
    if (first > last) {
        return false;
    }
    while (memcmp(&shown[last], &scr->line[last], sizeof(*shown)) == 0) {
        last--;
    }
    /* Whole characters only: step back to the first cell of a wide one. */
    while (first > 0 && scr->line[first].cp == 0) {
        first--;
    }
    hand_over(scr, first, last);
    memcpy(shown, scr->line, sizeof(*shown) * (size_t)scr->cols);
    return true;
}

void screen_sign(struct screen *scr, int row, int col, enum paint paint, char sign)
{
    if (row < 0 || row >= scr->rows || col < 0 || col >= scr->cols) {
        return;
    }
    struct cell *shown = scr->shown + (size_t)row * (size_t)scr->cols + col;
    struct cell cell = {.cp = (unsigned char)sign, .paint = paint};
    cchar_t out;
    if (memcmp(shown, &cell, sizeof(cell)) != 0 && to_cchar(scr, &cell, &out) == OK) {
        *shown = cell;
        (void)mvadd_wchnstr(row, col, &out, 1);
    }
}

void screen_line(struct screen *scr, int row, enum paint paint, const char *text)
{
    screen_row(scr, row);
    screen_put(scr, paint, text);
    (void)screen_row_end(scr, paint == P_BAR || paint == P_ALERT ? paint : P_TEXT);
}

int screen_wrap(struct screen *scr, int row, int indent, int max, enum paint paint,
                const char *text)
{
    char line[2048];
    const char *at = text;
    int rows = 0;
    while (*at != '\0' && rows < max) {
        size_t n = gw_text_fit(at, strlen(at), scr->cols - indent - 1, NULL);
        n = n == 0 ? strlen(at) : n;
        size_t stop = strcspn(at, "\n");
        n = stop < n ? stop : n;
        if (at[n] != '\0' && (unsigned char)at[n] < 0x80 && at[n] != ' ' &&
            at[n] != '\n') { /* whole words */
            size_t back = n;
            while (back > n / 2 && at[back - 1] != ' ' && (unsigned char)at[back - 1] < 0x80) {
                back--;
            }
            n = back > n / 2 ? back : n;
        }
        n = n >= sizeof(line) ? sizeof(line) - 1 : n;
        memcpy(line, at, n);
        line[n] = '\0';
        screen_row(scr, row + rows++);
        screen_fill(scr, P_TEXT, indent);
        screen_put(scr, paint, line);
        (void)screen_row_end(scr, P_TEXT);
        at += n;
        at += strspn(at, " \n");
    }
    return rows;
}

void screen_scroll(struct screen *scr, int first, int last, int n)
{
    size_t width = (size_t)scr->cols, keep = (size_t)(last - first) * width;
    struct cell *top = scr->shown + (size_t)first * width;
    (void)scrollok(stdscr, TRUE);
    (void)idlok(stdscr, TRUE);
    (void)setscrreg(first, last);
    (void)wscrl(stdscr, n);
    (void)setscrreg(0, scr->rows - 1);
    (void)scrollok(stdscr, FALSE);
    memmove(n > 0 ? top : top + width, n > 0 ? top + width : top, keep * sizeof(*top));
    memset(n > 0 ? top + keep : top, 0xff, width * sizeof(*top));
    scr->scrolled = true;
}

void screen_cursor(struct screen *scr, int row, int col, bool visible)
{
    scr->cursor_row = clamp(row, 0, scr->rows - 1);
    scr->cursor_col = clamp(col, 0, scr->cols - 1);
    scr->cursor_on = visible;
}

void screen_show(struct screen *scr)
{
    if (scr->left) {
        return;
    }
    if (scr->cursor_on != scr->cursor_was_on) {
        (void)curs_set(scr->cursor_on ? 1 : 0);
        scr->cursor_was_on = scr->cursor_on;
    }
    (void)wmove(stdscr, scr->cursor_row, scr->cursor_col);
    (void)wnoutrefresh(stdscr);
    (void)doupdate();
    if (scr->scrolled) { /* looking for scrolled rows costs more than a cursor step may */
        (void)idlok(stdscr, FALSE);
        scr->scrolled = false;
    }
}

void screen_bell(struct screen *scr)
{
    (void)scr;
    (void)beep();
}
