/* Rows one walks through (journal, find, person, help): cursor, scrolling, painting. */
#ifndef GW_TUI_LIST_H
#define GW_TUI_LIST_H

#include "tui/tui_p.h"

struct list {
    size_t n, at, top;
};

/* Up, Down, PgUp, PgDn, Home, End; true when it was one of them. */
bool list_request(struct tui *tui, struct list *list, enum request req, int first_row);
/* Rows first_row .. body_end - 1; put(ctx, i) composes row i after the cursor column. */
void list_draw(struct tui *tui, struct list *list, int first_row,
               void (*put)(struct tui *tui, void *ctx, size_t i), void *ctx);

#endif
