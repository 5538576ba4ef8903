/* Two things that forms are made of: a line of text one types, and a list one picks from. Pure but
 * for painting. */
#ifndef GW_TUI_FORM_H
#define GW_TUI_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/draw.h"
#include "tui/keys.h"

enum { FIELD_BYTES = 2000 };

struct text_field {
    char text[FIELD_BYTES + 1];
    size_t len, at; /* bytes; at = where the cursor stands */
    size_t max;     /* bytes, <= FIELD_BYTES */
};

void text_field_init(struct text_field *field, size_t max_bytes, const char *text);
/* True when the key was used up: text, moving, deleting. Enter, Esc, Tab and arrows up/down are
 * not. */
bool text_field_key(struct text_field *field, const struct key *key);
/* Paints label and text on one row; when focused the terminal's cursor stands in it. */
void text_field_draw(struct screen *scr, const struct text_field *field, int row, const char *label,
                     bool focused);

/* A list of at most 9 numbered rows a page; when there are more, 9 goes to the next page. */
struct pick {
    size_t n, page, at; /* rows in all, first row of the page, row under the cursor */
    bool moved;         /* the arrows chose a row: Enter takes it */
};

enum { PICK_NONE = -1, PICK_USED = -2 };

void pick_init(struct pick *pick, size_t n);
size_t pick_rows(const struct pick *pick); /* rows on this page */
bool pick_more(const struct pick *pick);   /* the page ends with 9 更多 */
/* The chosen row, PICK_USED (moved) or PICK_NONE (not a key for it). Enter chooses only a row that
 * the arrows moved to. */
int pick_key(struct pick *pick, const struct key *key);
/* Paints "N label" on `row`; i counts from the page's first. */
void pick_draw(struct screen *scr, const struct pick *pick, int row, size_t i, const char *label,
               bool chosen);

#endif
