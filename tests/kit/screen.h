/* A terminal for tests: a pseudo-terminal whose other side is libvterm. Nothing sleeps: term_sync()
 * waits for a mark that it writes behind the program's output, term_send() until the bytes are
 * there to be read. */
#ifndef GW_TESTS_KIT_SCREEN_H
#define GW_TESTS_KIT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/buf.h"

struct term; /* opaque */

/* In the same process: in and out are the program's ends. */
struct term *term_open(int rows, int cols, FILE **in, FILE **out);
/* Runs argv in it (forkpty); the mark of term_sync() does not work then, use term_until(). */
struct term *term_spawn(int rows, int cols, char *const argv[], pid_t *pid);
void term_free(struct term *term);

void term_send(struct term *term, const char *bytes, size_t len);
/* Everything that was written is on the screen. Answers of the terminal (cursor reports) are sent
 * back; true when there were any. */
bool term_sync(struct term *term);
/* Of a spawned program: reads until text stands on the screen or ms went by; false = it does not.
 */
bool term_until(struct term *term, const char *text, int ms);
void term_resize(struct term *term, int rows, int cols);

/* One row as text without the blanks at its end; a wide character counts once. */
void term_row(struct term *term, int row, char *out, size_t size);
void term_text(struct term *term, struct gw_buf *out); /* all rows, a newline behind each */
bool term_shows(struct term *term, const char *text);
int term_rows(const struct term *term);
int term_cols(const struct term *term);
void term_cursor(const struct term *term, int *row, int *col);
/* A cell's attributes. */
struct term_look {
    bool bold, reverse, underline, colour;
};
struct term_look term_look(struct term *term, int row, int col);
size_t term_bells(const struct term *term);
size_t term_bytes(const struct term *term);               /* written so far, without marks */
const char *term_raw(const struct term *term, size_t *n); /* those bytes; borrowed */

/* A picture: every cell placed by its column. */
enum gw_err term_svg(struct term *term, struct gw_buf *out);

#endif
