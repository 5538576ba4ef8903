#include "tui/list.h"

static size_t page(const struct tui *t, int first_row)
{
    return t->body_end > first_row ? (size_t)(t->body_end - first_row) : 1;
}

static void keep_visible(const struct tui *t, struct list *l, int first_row)
{
    size_t rows = page(t, first_row);
    l->at = l->n == 0 ? 0 : l->at < l->n ? l->at : l->n - 1;
    l->top = l->at < l->top ? l->at : l->top;
    l->top = l->at >= l->top + rows ? l->at - rows + 1 : l->top;
}

bool list_request(struct tui *tui, struct list *list, enum request req, int first_row)
{
    size_t rows = page(tui, first_row), last = list->n == 0 ? 0 : list->n - 1;
    switch (req) {
    case REQ_UP:
        list->at -= list->at > 0 ? 1 : 0;
        break;
    case REQ_DOWN:
        list->at += list->at < last ? 1 : 0;
        break;
    case REQ_PGUP:
        list->at -= list->at < rows ? list->at : rows;
        break;
    case REQ_PGDN:
        list->at = list->at + rows > last ? last : list->at + rows;
        break;
    case REQ_HOME:
        list->at = 0;
        break;
    case REQ_END:
        list->at = last;
        break;
    default:
        return false;
    }
    tui_touch(tui, DIRTY_BODY);
    return true;
}

void list_draw(struct tui *tui, struct list *list, int first_row,
               void (*put)(struct tui *tui, void *ctx, size_t i), void *ctx)
{
    keep_visible(tui, list, first_row);
    for (int row = first_row; row < tui->body_end; row++) {
        size_t i = list->top + (size_t)(row - first_row);
        screen_row(tui->scr, row);
        if (i < list->n) {
            screen_put(tui->scr, i == list->at ? P_CURSOR : P_TEXT, i == list->at ? ">" : " ");
            put(tui, ctx, i);
        }
        (void)screen_row_end(tui->scr, P_TEXT);
    }
    screen_cursor(tui->scr, first_row + (int)(list->at - list->top), 0, list->n > 0);
}
