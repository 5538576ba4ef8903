/* The pen: what goes to the terminal, byte by byte. It knows where the terminal's cursor stands and
 * which colour is on, and writes the shortest way from there; ncurses gives the terminal's
 * description and puts it into screen mode and back. Only draw.c uses it. */
#ifndef GW_TUI_PEN_H
#define GW_TUI_PEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

enum { CELL_MARKS = 2 };

/* One cell as we mean it; a wide character's second cell has cp 0. No padding: rows are compared
 * byte by byte. */
struct cell {
    uint32_t cp, marks[CELL_MARKS], paint;
};

struct pen; /* opaque */

/* After newterm(). out is borrowed. NULL: no memory, or the terminal cannot be addressed. */
struct pen *pen_new(FILE *out, bool mono, int rows, int cols);
void pen_free(struct pen *pen);
void pen_size(struct pen *pen, int rows, int cols);
/* Somebody else wrote to the terminal: place and colour are not known. */
void pen_lost(struct pen *pen);

void pen_to(struct pen *pen, int row, int col);
/* Whole characters, from where the pen stands. */
void pen_cells(struct pen *pen, const struct cell *cells, int n);
void pen_end_of_line(struct pen *pen); /* blanks to the right edge, plain */
void pen_wipe(struct pen *pen);        /* the whole screen, plain */
/* Rows first..last up (n > 0) or down by one; false when the terminal cannot. */
bool pen_roll(struct pen *pen, int first, int last, int n);
void pen_cursor(struct pen *pen, bool visible);
/* A blank of these looks the same in all of them. */
bool pen_is_colourless(const struct pen *pen, uint32_t paint);
/* One write. */
void pen_flush(struct pen *pen);
/* The same, and the plain colour is on: before somebody else writes. */
void pen_rest(struct pen *pen);

#endif
