#include "tests/kit/screen.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

#include "base/utf8.h"

enum { PATIENCE_MS = 10000 };

struct term {
    int master, slave; /* slave -1 when spawned */
    FILE *in, *out;
    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock;
    pthread_cond_t came;
    struct gw_buf got;  /* what the thread read and nobody looked at yet */
    struct gw_buf raw;  /* what was shown */
    struct gw_buf back; /* the terminal's answers */
    bool closed;
    int mark;
    size_t bells;
    VTerm *vt;
    VTermScreen *screen;
    int rows, cols;
};

static void *read_all(void *arg)
{
    struct term *t = arg;
    char bytes[65536];
    for (;;) {
        ssize_t n = read(t->master, bytes, sizeof(bytes));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        pthread_mutex_lock(&t->lock);
        if (n > 0) {
            (void)gw_buf_add(&t->got, bytes, (size_t)n); /* the ceiling is far above a test */
        } else {
            t->closed = true;
        }
        pthread_cond_broadcast(&t->came);
        pthread_mutex_unlock(&t->lock);
        if (n <= 0) {
            return NULL;
        }
    }
}

static int on_bell(void *user)
{
    struct term *t = user;
    t->bells++;
    return 1;
}

static void on_answer(const char *bytes, size_t len, void *user)
{
    struct term *t = user;
    (void)gw_buf_add(&t->back, bytes, len);
}

static const VTermScreenCallbacks callbacks = {.bell = on_bell};

static struct term *make(int rows, int cols)
{
    struct term *t = calloc(1, sizeof(*t));
    if (t == NULL) {
        abort();
    }
    t->rows = rows;
    t->cols = cols;
    t->slave = -1;
    gw_buf_init(&t->got, 64u << 20);
    gw_buf_init(&t->raw, 256u << 20);
    gw_buf_init(&t->back, 1u << 16);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->came, NULL);
    t->vt = vterm_new(rows, cols);
    vterm_set_utf8(t->vt, 1);
    vterm_output_set_callback(t->vt, on_answer, t);
    t->screen = vterm_obtain_screen(t->vt);
    vterm_screen_set_callbacks(t->screen, &callbacks, t);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_reset(t->screen, 1);
    return t;
}

static void start_thread(struct term *t)
{
    t->threaded = pthread_create(&t->thread, NULL, read_all, t) == 0;
    if (!t->threaded) {
        abort();
    }
}

struct term *term_open(int rows, int cols, FILE **in, FILE **out)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    struct term *t = make(rows, cols);
    if (openpty(&t->master, &t->slave, NULL, NULL, &size) != 0) {
        abort();
    }
    t->in = fdopen(t->slave, "r");
    t->out = fdopen(dup(t->slave), "w");
    if (t->in == NULL || t->out == NULL) {
        abort();
    }
    start_thread(t);
    *in = t->in;
    *out = t->out;
    return t;
}

struct term *term_spawn(int rows, int cols, char *const argv[], pid_t *pid)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    struct term *t = make(rows, cols);
    *pid = forkpty(&t->master, NULL, NULL, &size);
    if (*pid < 0) {
        abort();
    }
    if (*pid == 0) {
        (void)execvp(argv[0], argv);
        _exit(127);
    }
    start_thread(t);
    return t;
}

void term_free(struct term *term)
{
    if (term->in != NULL) {
        (void)fclose(term->in);
        (void)fclose(term->out);
    }
    if (term->threaded) {
        (void)pthread_join(term->thread, NULL); /* the last slave is closed: read() ends */
    }
    (void)close(term->master);
    vterm_free(term->vt);
    gw_buf_free(&term->got);
    gw_buf_free(&term->raw);
    gw_buf_free(&term->back);
    free(term);
}

/* ---- bytes */

void term_send(struct term *term, const char *bytes, size_t len)
{
    int before = 0, now = 0;
    if (term->slave >= 0) {
        (void)ioctl(term->slave, FIONREAD, &before);
    }
    if (write(term->master, bytes, len) != (ssize_t)len) {
        abort();
    }
    if (term->slave < 0) {
        return;
    }
    struct pollfd in = {.fd = term->slave, .events = POLLIN};
    do {
        if (poll(&in, 1, PATIENCE_MS) <= 0 || ioctl(term->slave, FIONREAD, &now) != 0) {
            abort();
        }
    } while (now < before + (int)len);
}

static void show(struct term *t, const char *bytes, size_t len)
{
    (void)gw_buf_add(&t->raw, bytes, len);
    (void)vterm_input_write(t->vt, bytes, len);
    vterm_screen_flush_damage(t->screen);
}

static bool answer(struct term *t)
{
    bool any = t->back.len > 0;
    if (any) {
        term_send(t, t->back.data, t->back.len);
        gw_buf_reset(&t->back);
    }
    return any;
}

/* Waits until the thread has read the mark; shows what stands before it. */
bool term_sync(struct term *term)
{
    char mark[32];
    (void)snprintf(mark, sizeof(mark), "\033]777;%d\007", ++term->mark);
    (void)fflush(term->out);
    if (write(term->slave, mark, strlen(mark)) < 0) {
        abort();
    }
    pthread_mutex_lock(&term->lock);
    const char *at = NULL;
    while ((at = term->got.len == 0
                     ? NULL
                     : memmem(term->got.data, term->got.len, mark, strlen(mark))) == NULL &&
           !term->closed) {
        pthread_cond_wait(&term->came, &term->lock);
    }
    if (at != NULL) {
        size_t n = (size_t)(at - term->got.data);
        show(term, term->got.data, n);
        gw_buf_drop(&term->got, n + strlen(mark));
    }
    pthread_mutex_unlock(&term->lock);
    return answer(term);
}

static void show_all(struct term *t)
{
    if (t->got.len > 0) {
        show(t, t->got.data, t->got.len);
        gw_buf_reset(&t->got);
    }
}

bool term_until(struct term *term, const char *text, int ms)
{
    struct timespec end;
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += ms / 1000;
    end.tv_nsec += (long)(ms % 1000) * 1000000;
    if (end.tv_nsec >= 1000000000) {
        end.tv_sec++;
        end.tv_nsec -= 1000000000;
    }
    bool there = false, late = false;
    while (!there && !late) {
        pthread_mutex_lock(&term->lock);
        while (term->got.len == 0 && !term->closed && !late) {
            late = pthread_cond_timedwait(&term->came, &term->lock, &end) != 0;
        }
        late |= term->got.len == 0 && term->closed;
        show_all(term);
        pthread_mutex_unlock(&term->lock);
        (void)answer(term);
        there = text != NULL && term_shows(term, text);
    }
    return there;
}

void term_resize(struct term *term, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    (void)ioctl(term->master, TIOCSWINSZ, &size);
    vterm_set_size(term->vt, rows, cols);
    term->rows = rows;
    term->cols = cols;
}

/* ---- looking */

static size_t add_cell(const VTermScreenCell *cell, char *out)
{
    size_t n = 0;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++) {
        n += gw_utf8_put(cell->chars[i], out + n);
    }
    if (n == 0) {
        out[n++] = ' ';
    }
    return n;
}

void term_row(struct term *term, int row, char *out, size_t size)
{
    size_t len = 0, end = 0;
    for (int col = 0; col < term->cols;) {
        VTermScreenCell cell;
        VTermPos pos = {.row = row, .col = col};
        if (!vterm_screen_get_cell(term->screen, pos, &cell) || len + 32 > size) {
            break;
        }
        len += add_cell(&cell, out + len);
        end = out[len - 1] == ' ' ? end : len;
        col += cell.width > 0 ? cell.width : 1;
    }
    out[end] = '\0';
}

void term_text(struct term *term, struct gw_buf *out)
{
    char row[8192];
    for (int i = 0; i < term->rows; i++) {
        term_row(term, i, row, sizeof(row));
        (void)gw_buf_addf(out, "%s\n", row);
    }
}

bool term_shows(struct term *term, const char *text)
{
    char row[8192];
    for (int i = 0; i < term->rows; i++) {
        term_row(term, i, row, sizeof(row));
        if (strstr(row, text) != NULL) {
            return true;
        }
    }
    return false;
}

int term_rows(const struct term *term)
{
    return term->rows;
}

int term_cols(const struct term *term)
{
    return term->cols;
}

void term_cursor(const struct term *term, int *row, int *col)
{
    VTermPos pos;
    vterm_state_get_cursorpos(vterm_obtain_state(term->vt), &pos);
    *row = pos.row;
    *col = pos.col;
}

struct term_look term_look(struct term *term, int row, int col)
{
    VTermScreenCell cell;
    VTermPos pos = {.row = row, .col = col};
    struct term_look look = {0};
    if (vterm_screen_get_cell(term->screen, pos, &cell) && cell.chars[0] == UINT32_MAX && col > 0) {
        pos.col--; /* the second half of a wide character: vterm keeps only the first one's look */
    }
    if (vterm_screen_get_cell(term->screen, pos, &cell)) {
        look.bold = cell.attrs.bold != 0;
        look.reverse = cell.attrs.reverse != 0;
        look.underline = cell.attrs.underline != 0;
        look.colour = !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg);
    }
    return look;
}

size_t term_bells(const struct term *term)
{
    return term->bells;
}

size_t term_bytes(const struct term *term)
{
    return term->raw.len;
}

const char *term_raw(const struct term *term, size_t *n)
{
    *n = term->raw.len;
    return gw_buf_str(&term->raw);
}

/* ---- pictures */

enum { CELL_W = 9, CELL_H = 20, BORDER = 10 };

static void colour_of(struct term *t, VTermColor colour, bool back, bool bright, char out[8])
{
    static const char *const eight[] = {"#2e3440", "#e5484d", "#5bb98c", "#f0c000",
                                        "#1f5fa8", "#b48ead", "#6cc5d9", "#e5e9f0"};
    (void)t;
    bool dflt = back ? VTERM_COLOR_IS_DEFAULT_BG(&colour) : VTERM_COLOR_IS_DEFAULT_FG(&colour);
    if (dflt) {
        (void)snprintf(out, 8, "%s", back ? "#14171c" : bright ? "#ffffff" : "#c9d1d9");
    } else if (VTERM_COLOR_IS_INDEXED(&colour) && colour.indexed.idx < 16) {
        (void)snprintf(out, 8, "%s", eight[colour.indexed.idx % 8]);
    } else {
        vterm_screen_convert_color_to_rgb(t->screen, &colour);
        (void)snprintf(out, 8, "#%02x%02x%02x", colour.rgb.red, colour.rgb.green, colour.rgb.blue);
    }
}

static void xml_char(const VTermScreenCell *cell, char *out, size_t size)
{
    char text[64];
    size_t n = add_cell(cell, text);
    text[n] = '\0';
    const char *plain = strcmp(text, "<") == 0   ? "&lt;"
                        : strcmp(text, "&") == 0 ? "&amp;"
                        : strcmp(text, ">") == 0 ? "&gt;"
                                                 : text;
    (void)snprintf(out, size, "%s", plain);
}

static void svg_cell(struct term *t, int row, int col, const VTermScreenCell *cell,
                     struct gw_buf *out)
{
    char fg[8], bg[8], text[64];
    bool turn = cell->attrs.reverse != 0;
    colour_of(t, cell->fg, false, cell->attrs.bold != 0, fg);
    colour_of(t, cell->bg, true, false, bg);
    int x = BORDER + col * CELL_W, y = BORDER + row * CELL_H, width = cell->width * CELL_W;
    if (turn || !VTERM_COLOR_IS_DEFAULT_BG(&cell->bg)) {
        (void)gw_buf_addf(out, "<rect x='%d' y='%d' width='%d' height='%d' fill='%s'/>\n", x, y,
                          width, CELL_H, turn ? fg : bg);
    }
    if (cell->attrs.underline != 0) {
        (void)gw_buf_addf(out, "<rect x='%d' y='%d' width='%d' height='1' fill='%s'/>\n", x,
                          y + CELL_H - 2, width, fg);
    }
    if (cell->chars[0] != 0 && cell->chars[0] != ' ') {
        xml_char(cell, text, sizeof(text));
        (void)gw_buf_addf(out, "<text x='%d' y='%d' fill='%s'%s%s>%s</text>\n", x + width / 2,
                          y + 15, turn ? bg : fg, cell->width > 1 ? " font-size='17'" : "",
                          cell->attrs.bold != 0 ? " font-weight='bold'" : "", text);
    }
}

enum gw_err term_svg(struct term *term, struct gw_buf *out)
{
    int width = term->cols * CELL_W + 2 * BORDER, height = term->rows * CELL_H + 2 * BORDER;
    (void)gw_buf_addf(out,
                      "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' "
                      "font-family='DejaVu Sans Mono, Noto Sans Mono CJK SC, Noto Sans CJK SC' "
                      "font-size='15' text-anchor='middle'>\n<rect width='%d' height='%d' rx='6' "
                      "fill='#14171c'/>\n",
                      width, height, width, height);
    for (int row = 0; row < term->rows; row++) {
        for (int col = 0; col < term->cols;) {
            VTermScreenCell cell;
            VTermPos pos = {.row = row, .col = col};
            if (!vterm_screen_get_cell(term->screen, pos, &cell)) {
                break;
            }
            svg_cell(term, row, col, &cell, out);
            col += cell.width > 0 ? cell.width : 1;
        }
    }
    return gw_buf_adds(out, "</svg>\n");
}
