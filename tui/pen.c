#include "tui/pen.h"

#include <stdlib.h>
#include <string.h>

#include <curses.h>
#include <term.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "tui/draw.h"

enum { LOOK_BYTES = 96, PEN_MAX_BYTES = 4 << 20 };

struct pen {
    FILE *out;
    struct gw_buf buf; /* what the next flush writes */
    int rows, cols;
    int row, col;   /* where the cursor stands, -1 = not known */
    bool narrow;    /* what was written last is one cell wide on every terminal */
    int paint;      /* the colour that is on, -1 = not known */
    bool ansi_cup;  /* the usual form of cursor_address */
    bool last_cell; /* the last cell of the last row can be written without scrolling */
    char look[PAINT_N][LOOK_BYTES]; /* what switches a paint on, whatever is on now */
    bool plain_blank[PAINT_N];
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

/* ---- what the terminal understands */

static const char *cap(const char *text)
{
    return text == NULL || text == (const char *)-1 ? "" : text;
}

/* Without the waits for terminals of forty years ago: $<5>. */
static void add_cap(char *out, const char *text)
{
    size_t len = strlen(out);
    for (text = cap(text); *text != '\0' && len < LOOK_BYTES - 1; text++) {
        const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
        if (end != NULL) {
            text = end;
        } else {
            out[len++] = *text;
        }
    }
    out[len] = '\0';
}

static void add_attributes(char *out, attr_t attrs, bool coloured)
{
    static const struct {
        attr_t attr;
        int bit; /* in no_color_video */
    } rows[] = {{A_REVERSE, 4}, {A_BOLD, 32}, {A_DIM, 16}, {A_UNDERLINE, 2}};
    const char *const text[] = {enter_reverse_mode, enter_bold_mode, enter_dim_mode,
                                enter_underline_mode};
    int barred = coloured && no_color_video > 0 ? no_color_video : 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((attrs & rows[i].attr) != 0 && (barred & rows[i].bit) == 0) {
            add_cap(out, text[i]);
        }
    }
}

static void set_looks(struct pen *pen, bool mono)
{
    bool colour = !mono && max_colors >= 8 && cap(set_a_foreground)[0] != '\0' &&
                  cap(set_a_background)[0] != '\0';
    for (int i = 0; i < PAINT_N; i++) {
        char *look = pen->look[i];
        bool coloured = colour && (palette[i].fg >= 0 || palette[i].bg >= 0);
        attr_t attrs = colour ? palette[i].colour : palette[i].mono;
        add_cap(look, exit_attribute_mode);
        add_attributes(look, attrs, coloured);
        if (coloured && palette[i].fg >= 0) {
            add_cap(look, tiparm(set_a_foreground, palette[i].fg));
        }
        if (coloured && palette[i].bg >= 0) {
            add_cap(look, tiparm(set_a_background, palette[i].bg));
        }
        pen->plain_blank[i] = palette[i].bg < 0 && (attrs & (A_REVERSE | A_UNDERLINE)) == 0;
    }
}

struct pen *pen_new(FILE *out, bool mono, int rows, int cols)
{
    struct pen *pen = calloc(1, sizeof(*pen));
    if (pen == NULL || cap(cursor_address)[0] == '\0' || cap(clear_screen)[0] == '\0') {
        free(pen);
        return NULL;
    }
    pen->out = out;
    gw_buf_init(&pen->buf, PEN_MAX_BYTES);
    pen->ansi_cup = strcmp(cursor_address, "\033[%i%p1%d;%p2%dH") == 0;
    pen->last_cell = !auto_right_margin || eat_newline_glitch;
    set_looks(pen, mono);
    pen_size(pen, rows, cols);
    return pen;
}

void pen_free(struct pen *pen)
{
    if (pen != NULL) {
        gw_buf_free(&pen->buf);
        free(pen);
    }
}

void pen_size(struct pen *pen, int rows, int cols)
{
    pen->rows = rows;
    pen->cols = cols;
    pen_lost(pen);
}

void pen_lost(struct pen *pen)
{
    pen->row = pen->col = pen->paint = -1;
}

bool pen_is_colourless(const struct pen *pen, uint32_t paint)
{
    return pen->plain_blank[paint];
}

/* ---- writing. A full buffer loses bytes of a picture, never of the journal: the next repaint
 * heals it. */

static void put(struct pen *pen, const char *text)
{
    (void)gw_buf_adds(&pen->buf, text);
}

static void put_cap(struct pen *pen, const char *text)
{
    char plain[LOOK_BYTES] = "";
    add_cap(plain, text);
    put(pen, plain);
}

static void use(struct pen *pen, uint32_t paint)
{
    if (pen->paint != (int)paint) {
        put(pen, pen->look[paint]);
        pen->paint = (int)paint;
    }
}

/* The short ways are the same on every terminal that has cursor_address; they are taken only when
 * it is beyond doubt where the cursor stands. */
static bool near_move(struct pen *pen, int row, int col)
{
    if (pen->row < 0 || pen->col < 0 || !pen->narrow) {
        return false;
    }
    if (row == pen->row && col == pen->col - 1) {
        put(pen, "\b");
    } else if (row == pen->row && col == 0) {
        put(pen, "\r");
    } else if (row == pen->row + 1 && col == 0) {
        put(pen, "\r\n");
    } else {
        return false;
    }
    return true;
}

void pen_to(struct pen *pen, int row, int col)
{
    if (row == pen->row && col == pen->col) {
        return;
    }
    if (!near_move(pen, row, col)) {
        if (pen->ansi_cup) {
            (void)gw_buf_addf(&pen->buf, "\033[%d;%dH", row + 1, col + 1);
        } else {
            put_cap(pen, tiparm(cursor_address, row, col));
        }
        pen->narrow = true;
    }
    pen->row = row;
    pen->col = col;
}

static void put_cell(struct pen *pen, const struct cell *cell)
{
    char bytes[4];
    (void)gw_buf_add(&pen->buf, bytes, gw_utf8_put(cell->cp, bytes));
    for (int i = 0; i < CELL_MARKS && cell->marks[i] != 0; i++) {
        (void)gw_buf_add(&pen->buf, bytes, gw_utf8_put(cell->marks[i], bytes));
    }
}

void pen_cells(struct pen *pen, const struct cell *cells, int n)
{
    if (!pen->last_cell && pen->row == pen->rows - 1 && pen->col + n >= pen->cols) {
        n = pen->cols - 1 - pen->col;
    }
    for (int i = 0; i < n; i++) {
        if (cells[i].cp == 0) {
            continue;
        }
        use(pen, cells[i].paint);
        put_cell(pen, &cells[i]);
        pen->narrow &= cells[i].cp < 0x7f;
    }
    pen->col += n;
    if (pen->col >= pen->cols) {
        pen->col = -1; /* at the edge terminals differ */
    }
}

void pen_end_of_line(struct pen *pen)
{
    use(pen, P_TEXT);
    if (cap(clr_eol)[0] != '\0') {
        put_cap(pen, clr_eol);
        return;
    }
    int end = pen->row == pen->rows - 1 && !pen->last_cell ? pen->cols - 1 : pen->cols;
    for (int col = pen->col; col < end; col++) {
        put(pen, " ");
    }
    pen->col = -1;
}

void pen_wipe(struct pen *pen)
{
    pen->paint = -1;
    use(pen, P_TEXT);
    put_cap(pen, clear_screen);
    pen->row = pen->col = -1;
}

bool pen_roll(struct pen *pen, int first, int last, int n)
{
    const char *step = n > 0 ? cap(scroll_forward) : cap(scroll_reverse);
    if (cap(change_scroll_region)[0] == '\0' || step[0] == '\0') {
        return false;
    }
    use(pen, P_TEXT); /* the row that comes in has the colour that is on */
    put_cap(pen, tiparm(change_scroll_region, first, last));
    pen->row = pen->col = -1;
    pen_to(pen, n > 0 ? last : first, 0);
    put_cap(pen, step);
    put_cap(pen, tiparm(change_scroll_region, 0, pen->rows - 1));
    pen->row = pen->col = -1;
    return true;
}

void pen_cursor(struct pen *pen, bool visible)
{
    put_cap(pen, visible ? cursor_normal : cursor_invisible);
}

void pen_flush(struct pen *pen)
{
    if (pen->buf.len > 0) {
        (void)fwrite(pen->buf.data, 1, pen->buf.len, pen->out);
        (void)fflush(pen->out);
        gw_buf_reset(&pen->buf);
    }
}

void pen_rest(struct pen *pen)
{
    use(pen, P_TEXT);
    pen_flush(pen);
}
