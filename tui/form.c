#include "tui/form.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

enum { PAGE_ROWS = 8 };

void text_field_init(struct text_field *field, size_t max_bytes, const char *text)
{
    field->max = max_bytes > FIELD_BYTES ? FIELD_BYTES : max_bytes;
    field->len = strlen(text);
    if (field->len > field->max) { /* a draft of an older, longer form */
        field->len = gw_text_fit(text, field->max, (int)field->max, NULL);
    }
    memcpy(field->text, text, field->len);
    field->text[field->len] = '\0';
    field->at = field->len;
}

static size_t before(const struct text_field *f)
{
    size_t at = f->at;
    do {
        at--;
    } while (at > 0 && ((unsigned char)f->text[at] & 0xc0) == 0x80);
    return at;
}

static size_t after(const struct text_field *f)
{
    size_t at = f->at + 1;
    while (at < f->len && ((unsigned char)f->text[at] & 0xc0) == 0x80) {
        at++;
    }
    return at;
}

static void cut(struct text_field *f, size_t from, size_t to)
{
    memmove(f->text + from, f->text + to, f->len - to + 1);
    f->len -= to - from;
    f->at = from;
}

static void insert(struct text_field *f, uint32_t cp)
{
    char bytes[4];
    size_t n = gw_utf8_put(cp, bytes);
    if (f->len + n > f->max) {
        return; /* full: the bell would only frighten; the end is seen */
    }
    memmove(f->text + f->at + n, f->text + f->at, f->len - f->at + 1);
    memcpy(f->text + f->at, bytes, n);
    f->at += n;
    f->len += n;
}

bool text_field_key(struct text_field *field, const struct key *key)
{
    struct text_field *f = field;
    switch (key->code) {
    case GK_TEXT:
        insert(f, key->cp);
        return true;
    case GK_BACKSPACE:
        if (f->at > 0) {
            cut(f, before(f), f->at);
        }
        return true;
    case GK_DELETE:
        if (f->at < f->len) {
            cut(f, f->at, after(f));
        }
        return true;
    case GK_LEFT:
        f->at = f->at > 0 ? before(f) : 0;
        return true;
    case GK_RIGHT:
        f->at = f->at < f->len ? after(f) : f->len;
        return true;
    case GK_HOME:
        f->at = 0;
        return true;
    case GK_END:
        f->at = f->len;
        return true;
    case GK_CTRL:
        if (key->cp == 'u') {
            cut(f, 0, f->at);
        }
        return key->cp == 'u';
    case GK_ENTER:
        return key->pasted; /* a pasted line end sends nothing */
    default:
        return false;
    }
}

/* The first byte shown, so that the cursor is in view. */
static size_t window_start(const struct text_field *f, int cells)
{
    size_t from = 0;
    while (gw_text_cells(f->text + from, f->at - from) >= cells && from < f->at) {
        from++;
        while (from < f->at && ((unsigned char)f->text[from] & 0xc0) == 0x80) {
            from++;
        }
    }
    return from;
}

void text_field_draw(struct screen *scr, const struct text_field *field, int row, const char *label,
                     bool focused)
{
    screen_row(scr, row);
    screen_put(scr, focused ? P_CURSOR : P_TEXT, focused ? ">" : " ");
    screen_put(scr, focused ? P_BOLD : P_TEXT, label);
    int left = screen_at(scr), cells = screen_cols(scr) - left - 1;
    size_t from = window_start(field, cells);
    screen_field(scr, P_FIELD, field->text + from, cells);
    (void)screen_row_end(scr, P_TEXT);
    if (focused) {
        screen_cursor(scr, row, left + gw_text_cells(field->text + from, field->at - from), true);
    }
}

/* ---- lists */

void pick_init(struct pick *pick, size_t n)
{
    *pick = (struct pick){.n = n};
}

bool pick_more(const struct pick *pick)
{
    return pick->n > PAGE_ROWS + 1;
}

size_t pick_rows(const struct pick *pick)
{
    size_t left = pick->n - pick->page;
    size_t most = pick_more(pick) ? PAGE_ROWS : PAGE_ROWS + 1;
    return left < most ? left : most;
}

static void next_page(struct pick *pick)
{
    pick->page += pick_rows(pick);
    pick->page = pick->page >= pick->n ? 0 : pick->page;
    pick->at = pick->page;
    pick->moved = false;
}

static int move_by(struct pick *pick, int by)
{
    size_t rows = pick_rows(pick);
    if (rows == 0) {
        return PICK_USED;
    }
    if (!pick->moved) {
        pick->at = pick->page + (by > 0 ? 0 : rows - 1);
    } else if (by < 0) {
        pick->at = pick->at > pick->page ? pick->at - 1 : pick->at;
    } else {
        pick->at = pick->at + 1 < pick->page + rows ? pick->at + 1 : pick->at;
    }
    pick->moved = true;
    return PICK_USED;
}

int pick_key(struct pick *pick, const struct key *key)
{
    int digit = key_digit(key);
    if (digit == 9 && pick_more(pick)) {
        next_page(pick);
        return PICK_USED;
    }
    if (digit >= 0) {
        bool there = digit >= 1 && (size_t)digit <= pick_rows(pick);
        return there ? (int)pick->page + digit - 1 : PICK_USED;
    }
    switch (key->code) {
    case GK_UP:
        return move_by(pick, -1);
    case GK_DOWN:
        return move_by(pick, 1);
    case GK_PGDN:
    case GK_PGUP:
        if (pick_more(pick)) {
            next_page(pick);
        }
        return PICK_USED;
    case GK_ENTER:
        return pick->moved && !key->pasted ? (int)pick->at : PICK_NONE;
    default:
        return PICK_NONE;
    }
}

void pick_draw(struct screen *scr, const struct pick *pick, int row, size_t i, const char *label,
               bool chosen)
{
    bool under = pick->moved && pick->at == pick->page + i;
    screen_row(scr, row);
    screen_put(scr, under ? P_CURSOR : P_TEXT, under ? " >" : "  ");
    screen_putf(scr, P_KEY, " %zu ", i + 1);
    screen_put(scr, P_TEXT, " ");
    screen_put(scr, chosen ? P_GOOD : P_TEXT, label);
    if (chosen) {
        screen_put(scr, P_GOOD, _("  <- chosen"));
    }
    (void)screen_row_end(scr, P_TEXT);
}
