/* The painter: rows of cells in a palette, written to the terminal by the pen, only what differs
 * from what is shown. ncurses puts the terminal into screen mode and back; beside pen.c nobody
 * knows it.
 *
 * A row is composed from left to right between screen_row() and screen_row_end(). All text goes
 * through gw_text_safe and our own cell widths, so a name can neither act on the terminal nor shift
 * the columns after it. */
#ifndef GW_TUI_DRAW_H
#define GW_TUI_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

/* What a piece of text means; the palette table in draw.c says how it looks, in colour and mono. */
enum paint {
    P_TEXT,
    P_DIM,
    P_BOLD,
    P_BAR, /* the status bar */
    P_BAR_GOOD,
    P_BAR_WARN,
    P_ALERT, /* the stale bar, a new alarm */
    P_WARN,
    P_GOOD,
    P_CRITICAL,
    P_MAJOR,
    P_MINOR,
    P_CURSOR,
    P_HEAD, /* a line between parts */
    P_KEY,  /* the name of a key */
    P_KEY_OFF,
    P_STRUCK, /* taken back */
    P_FIELD,  /* where one types */
    PAINT_N
};

struct screen; /* opaque */

struct screen_opts {
    FILE *in, *out;
    int rows, cols; /* 0 = the terminal's */
    bool ascii, mono;
};

enum gw_err screen_open(const struct screen_opts *opts, struct screen **out, struct gw_fail *fail);
void screen_close(struct screen *scr);
void screen_leave(struct screen *scr); /* gives the terminal back for a while */
void screen_return(struct screen *scr);

int screen_rows(const struct screen *scr);
int screen_cols(const struct screen *scr);
bool screen_ascii(const struct screen *scr);
void screen_set_ascii(struct screen *scr, bool ascii, bool ambiguous_wide);
/* Asks the terminal (unless the size is fixed); true when the size is another one. */
bool screen_measure(struct screen *scr);
void screen_forget(struct screen *scr); /* the next rows are painted whatever is shown */
/* The terminal may show something else than we think: the next screen_show() writes all of it. */
void screen_again(struct screen *scr);

/* Asks the terminal how wide a Han character and a middle dot are: two cursor reports come in. */
void screen_probe(struct screen *scr);

void screen_row(struct screen *scr, int row);
void screen_put(struct screen *scr, enum paint paint, const char *text);
void screen_putf(struct screen *scr, enum paint paint, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Exactly `cells` cells: cut (with ~ behind the last whole word) or filled with blanks. */
void screen_field(struct screen *scr, enum paint paint, const char *text, int cells);
/* The rest of the row: a text that is longer is cut in the same way. */
void screen_rest(struct screen *scr, enum paint paint, const char *text);
void screen_fill(struct screen *scr, enum paint paint, int until_col);
int screen_at(const struct screen *scr); /* the column that comes next */
/* Text that ends at the right edge; what is there already is kept when there is no room. */
void screen_right(struct screen *scr, enum paint paint, const char *text);
/* Fills the rest with blanks of this paint. True when the row differs from what was shown. */
bool screen_row_end(struct screen *scr, enum paint paint);
/* One cell of a row that is shown and of which nothing else changed: an ASCII sign. */
void screen_sign(struct screen *scr, int row, int col, enum paint paint, char sign);
/* A whole row in one call. */
void screen_line(struct screen *scr, int row, enum paint paint, const char *text);
/* Text on several rows from `row`, broken at newlines, words and cell boundaries, at most max rows;
 * returns how many. */
int screen_wrap(struct screen *scr, int row, int indent, int max, enum paint paint,
                const char *text);

/* Rows first..last moved up (n > 0) or down by one row of the list: the terminal scrolls. */
void screen_scroll(struct screen *scr, int first, int last, int n);

void screen_cursor(struct screen *scr, int row, int col, bool visible);
void screen_show(struct screen *scr); /* writes to the terminal */
void screen_bell(struct screen *scr);

#endif
