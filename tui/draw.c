#include "tui/draw.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>

#include "base/i18n.h"
#include "base/text_safe.h"
#include "base/utf8.h"
#include "tui/pen.h"

enum { ROWS_MAX = 300, COLS_MAX = 500 };

struct screen {
    SCREEN *term;
    FILE *out;
    struct pen *pen;
    int rows, cols;
    bool fixed, ascii, mono, ambiguous_wide, left;
    struct cell *shown; /* rows x cols, what the terminal shows */
    struct cell *line;  /* the row being composed */
    struct cell *blank; /* a plain row */
    int row, at;
    int cursor_row, cursor_col;
    bool cursor_on, cursor_was_on;
    bool again; /* wipe the terminal and write all of `shown` */
};

static void fill_blank(struct cell *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cells[i] = (struct cell){.cp = ' ', .paint = P_TEXT};
    }
}

static enum gw_err take_memory(struct screen *scr)
{
    free(scr->shown);
    free(scr->line);
    free(scr->blank);
    size_t cols = (size_t)scr->cols;
    scr->shown = calloc(cols * (size_t)scr->rows, sizeof(struct cell));
    scr->line = calloc(cols, sizeof(struct cell));
    scr->blank = calloc(cols, sizeof(struct cell));
    if (scr->shown == NULL || scr->line == NULL || scr->blank == NULL) {
        return GW_NOMEM;
    }
    fill_blank(scr->blank, cols);
    return GW_OK;
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
    (void)doupdate(); /* the terminal goes into screen mode; from here on the pen writes */
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
    take_size(scr, scr->fixed ? opts->rows : LINES, scr->fixed ? opts->cols : COLS);
    if (scr->fixed) {
        (void)resize_term(scr->rows, scr->cols);
    }
    err = take_memory(scr);
    scr->pen = pen_new(scr->out, scr->mono, scr->rows, scr->cols);
    if (err != GW_OK || scr->pen == NULL) {
        screen_close(scr);
        return gw_fail_set(fail, GW_INVALID,
                           _("The terminal type in TERM is not known here. Set TERM, for example "
                             "TERM=xterm-256color."));
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
    if (!scr->left && scr->pen != NULL) {
        pen_rest(scr->pen);
    }
    paste_marks(scr, false);
    if (!scr->left) {
        (void)curs_set(1);
        (void)endwin();
    }
    delscreen(scr->term);
    pen_free(scr->pen);
    free(scr->blank);
    free(scr->shown);
    free(scr->line);
    free(scr);
}

void screen_leave(struct screen *scr)
{
    pen_rest(scr->pen);
    paste_marks(scr, false);
    (void)curs_set(1);
    (void)endwin();
    scr->left = true;
}

void screen_return(struct screen *scr)
{
    scr->left = false;
    scr->cursor_was_on = true;
    (void)doupdate();
    pen_lost(scr->pen);
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
    pen_size(scr->pen, scr->rows, scr->cols);
    screen_forget(scr);
    return true;
}

/* The terminal is wiped before anything else is written, so each row stands against a blank one. */
void screen_forget(struct screen *scr)
{
    fill_blank(scr->shown, (size_t)scr->cols * (size_t)scr->rows);
    pen_wipe(scr->pen);
}

void screen_again(struct screen *scr)
{
    scr->again = true;
}

void screen_probe(struct screen *scr)
{
    pen_flush(scr->pen);
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
    case 0x2260:
        return '!';
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
    for (int i = 0; i < CELL_MARKS; i++) {
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

/* Puts text up to column `until`; false when something was left over. */
static bool put_until(struct screen *scr, enum paint paint, const char *text, int until)
{
    const char *at = text, *end = at + strlen(at);
    uint32_t cp;
    until = until > scr->cols ? scr->cols : until;
    while (gw_text_safe_next(&at, end, &cp)) {
        if (!add_cell(scr, paint, cp, until)) {
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

static bool in_a_word(const struct screen *scr, int col)
{
    uint32_t cp = scr->line[col].cp; /* 0: the second half of a wide one */
    return cp > ' ' && gw_cp_cells(cp) == 1;
}

/* The cut is shown: makes room for the sign, which may part a wide character, and leaves no half of
 * a word when a blank stands in the second half of the text. */
static void show_cut(struct screen *scr, enum paint paint, int start, int until)
{
    int col = until - 1;
    if (scr->at > col) {
        scr->at = scr->line[col].cp == 0 ? col - 1 : col;
    }
    int word = scr->at;
    while (word > start + (until - start) / 2 && in_a_word(scr, word - 1)) {
        word--;
    }
    if (scr->at == col && word > start && scr->line[word - 1].cp == ' ') {
        scr->at = word;
    } else {
        screen_fill(scr, paint, col);
    }
    (void)add_cell(scr, paint, '~', until);
}

void screen_field(struct screen *scr, enum paint paint, const char *text, int cells)
{
    int start = scr->at, until = start + cells;
    if (!put_until(scr, paint, text, until) && until <= scr->cols && cells > 1) {
        show_cut(scr, paint, start, until);
    }
    screen_fill(scr, paint, until);
}

void screen_rest(struct screen *scr, enum paint paint, const char *text)
{
    int start = scr->at;
    if (!put_until(scr, paint, text, scr->cols) && scr->cols - start > 1) {
        show_cut(scr, paint, start, scr->cols);
    }
}

void screen_right(struct screen *scr, enum paint paint, const char *text)
{
    const char *at = text, *end = at + strlen(at);
    int start = scr->cols;
    for (uint32_t cp; gw_text_safe_next(&at, end, &cp);) {
        start -= gw_cp_cells(cp);
    }
    if (start > scr->at) {
        screen_fill(scr, paint, start);
        screen_put(scr, paint, text);
    }
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
            cell[col].marks[0] == 0 && pen_is_colourless(scr->pen, cell[col].paint) &&
            pen_is_colourless(scr->pen, cell[col - 1].paint)) {
            cell[col].paint = cell[col - 1].paint;
        }
    }
}

static bool is_same(const struct cell *a, const struct cell *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* The run of what differs that begins at `first`: up to a stretch of cells that are right already
 * and longer than a jump is. Whole characters only. */
static int end_of_run(const struct cell *line, const struct cell *old, int first, int stop)
{
    enum { JUMP = 8 };
    int end = first + 1, same = 0;
    for (int col = first + 1; col < stop && same < JUMP; col++) {
        same = is_same(&line[col], &old[col]) ? same + 1 : 0;
        end = same == 0 ? col + 1 : end;
    }
    while (end < stop && line[end].cp == 0) {
        end++;
    }
    return end;
}

/* Writes what differs of a row: words as they are, the plain blanks behind the last word at one go.
 */
static void write_row(struct screen *scr, int row, const struct cell *line, const struct cell *old)
{
    int last = scr->cols, stop = scr->cols, col = 0;
    while (last > 0 && is_same(&line[last - 1], &old[last - 1])) {
        last--;
    }
    while (stop > 0 && is_same(&line[stop - 1], &scr->blank[0])) {
        stop--;
    }
    int text = last < stop ? last : stop;
    while (text < scr->cols && line[text].cp == 0) {
        text++;
    }
    while (col < text) {
        if (is_same(&line[col], &old[col])) {
            col++;
            continue;
        }
        while (col > 0 && line[col].cp == 0) {
            col--;
        }
        int end = end_of_run(line, old, col, text);
        pen_to(scr->pen, row, col);
        pen_cells(scr->pen, &line[col], end - col);
        col = end;
    }
    if (last > stop) {
        while (stop < last && is_same(&line[stop], &old[stop])) {
            stop++;
        }
        pen_to(scr->pen, row, stop);
        pen_end_of_line(scr->pen);
    }
}

bool screen_row_end(struct screen *scr, enum paint paint)
{
    screen_fill(scr, paint, scr->cols);
    if (scr->row < 0 || scr->row >= scr->rows) {
        return false;
    }
    calm_blanks(scr);
    struct cell *shown = scr->shown + (size_t)scr->row * (size_t)scr->cols;
    size_t bytes = sizeof(*shown) * (size_t)scr->cols;
    if (memcmp(shown, scr->line, bytes) == 0) {
        return false;
    }
    write_row(scr, scr->row, scr->line, shown);
    memcpy(shown, scr->line, bytes);
    return true;
}

void screen_sign(struct screen *scr, int row, int col, enum paint paint, char sign)
{
    if (row < 0 || row >= scr->rows || col < 0 || col >= scr->cols) {
        return;
    }
    struct cell *shown = scr->shown + (size_t)row * (size_t)scr->cols + col;
    struct cell cell = {.cp = (unsigned char)sign, .paint = paint};
    if (!is_same(shown, &cell)) {
        *shown = cell;
        pen_to(scr->pen, row, col);
        pen_cells(scr->pen, &cell, 1);
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

static void write_all(struct screen *scr, int first, int last)
{
    for (int row = first; row <= last; row++) {
        write_row(scr, row, scr->shown + (size_t)row * (size_t)scr->cols, scr->blank);
    }
}

void screen_scroll(struct screen *scr, int first, int last, int n)
{
    size_t width = (size_t)scr->cols, keep = (size_t)(last - first) * width;
    struct cell *top = scr->shown + (size_t)first * width;
    bool rolled = pen_roll(scr->pen, first, last, n);
    memmove(n > 0 ? top : top + width, n > 0 ? top + width : top, keep * sizeof(*top));
    fill_blank(n > 0 ? top + keep : top, width);
    scr->again |= !rolled;
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
    if (scr->again) {
        scr->again = false;
        pen_wipe(scr->pen);
        write_all(scr, 0, scr->rows - 1);
    }
    if (scr->cursor_on != scr->cursor_was_on) {
        pen_cursor(scr->pen, scr->cursor_on);
        scr->cursor_was_on = scr->cursor_on;
    }
    pen_to(scr->pen, scr->cursor_row, scr->cursor_col);
    pen_flush(scr->pen);
}

void screen_bell(struct screen *scr)
{
    (void)scr;
    (void)beep();
}
