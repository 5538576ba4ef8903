/* The papers of a procedure: which there are and what each lacks. Enter shows one as plain text; 1
 * or s puts it as text into the home's folder "papers", 2 as the HTML page that is printed. PDF is
 * the command line's: it takes longer than a screen may wait. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/utf8.h"
#include "offline-db/paper.h"
#include "tui/list.h"
#include "tui/view_process.h"

enum { PATH_BYTES = 1400, NAME_BYTES = 300 };

struct row {
    const struct notice *notice;
    struct paper_state paper;
};

struct state {
    gw_id process;
    struct process_case c;
    struct notice_set *notices;
    struct row *rows; /* owned */
    struct list list;
    /* the paper that is read, NULL = the list is */
    const struct notice *reading;
    struct gw_buf text;
    const char **lines; /* owned; into text, each ended by its newline or the end */
    size_t *lens;
    struct list pager;
    int wrapped; /* at so many columns */
};

/* ---- making one */

typedef enum gw_err (*paper_fn)(const struct paper_in *in, struct gw_buf *out,
                                struct paper_state *state);

/* With the list that is posted with it; page NULL: only what it would be. */
static enum gw_err make_paper(struct tui *t, const struct state *s, const struct notice *notice,
                              paper_fn form, struct gw_buf *page, struct paper_state *paper)
{
    struct annex *annex;
    struct paper_in in = paper_of(s->process, &s->c, s->notices, notice, NULL);
    enum gw_err err = annex_load(t->home, &s->c, s->notices, notice, &annex);
    in.annex = annex;
    err = err != GW_OK ? err : page == NULL ? paper_check(&in, paper) : form(&in, page, paper);
    annex_free(annex);
    return err;
}

/* ---- loading */

static enum gw_err make_rows(struct tui *t, struct state *s)
{
    enum gw_err err = GW_OK;
    s->rows = calloc(s->notices->n, sizeof(*s->rows));
    if (s->rows == NULL) {
        return GW_NOMEM;
    }
    s->list.n = 0;
    for (size_t i = 0; i < s->notices->n && err == GW_OK; i++) {
        const struct notice *notice = &s->notices->items[i];
        if (notice_step(notice, s->c.rules->template_, s->c.state) != NULL) {
            s->rows[s->list.n].notice = notice;
            err = make_paper(t, s, notice, NULL, NULL, &s->rows[s->list.n++].paper);
        }
    }
    return err;
}

static void drop(struct state *s)
{
    gw_buf_free(&s->text);
    free(s->lines);
    free(s->lens);
    free(s->rows);
    notice_set_free(s->notices);
    process_unload(&s->c);
    free(s);
}

static enum gw_err paper_open(struct tui *t, struct view *view, const void *arg,
                              struct gw_fail *fail)
{
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    gw_buf_init(&s->text, PAPER_BYTES_MAX);
    (void)snprintf(s->process, sizeof(s->process), "%s", (const char *)arg);
    enum gw_err err = process_load(t->home, s->process, tui_today(t), &s->c, fail);
    if (err != GW_OK) {
        free(s);
        return err;
    }
    err = paper_notices(s->c.rules, &s->notices, fail);
    err = err != GW_OK ? err : make_rows(t, s);
    if (err != GW_OK) {
        drop(s);
    }
    return err;
}

static void paper_close(struct tui *t, struct view *view)
{
    (void)t;
    drop(view->state);
}

/* ---- reading one */

static bool add_line(struct state *s, const char *text, size_t len, size_t *cap)
{
    if (s->pager.n == *cap) {
        size_t more = *cap > 0 ? *cap * 2 : 128;
        const char **lines = realloc(s->lines, more * sizeof(*lines));
        s->lines = lines != NULL ? lines : s->lines;
        size_t *lens = realloc(s->lens, more * sizeof(*lens));
        s->lens = lens != NULL ? lens : s->lens;
        if (lines == NULL || lens == NULL) {
            return false;
        }
        *cap = more;
    }
    s->lines[s->pager.n] = text;
    s->lens[s->pager.n++] = len;
    return true;
}

/* What never begins a line: 。 at the end of a full one takes the character before it along. */
static bool closes(const char *at)
{
    static const char *const marks[] = {"。", "，", "、", "；", "：", "）", "》", "”", "！", "？"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (strncmp(at, marks[i], strlen(marks[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* A line that is full ends behind a whole word, and not before a mark. */
static size_t break_at(const char *at, size_t fit)
{
    size_t back = fit;
    if (at[fit] != ' ' && (unsigned char)at[fit] < 0x80) {
        while (back > fit / 2 && (unsigned char)at[back - 1] < 0x80 && at[back - 1] != ' ') {
            back--;
        }
        bool blank = back > fit / 2 && at[back - 1] == ' ';
        return blank || (unsigned char)at[back - 1] >= 0x80 ? back : fit;
    }
    while (back > fit / 2 && closes(at + back)) {
        do {
            back--;
        } while (back > 0 && ((unsigned char)at[back] & 0xc0) == 0x80);
    }
    return back > fit / 2 ? back : fit;
}

/* Lines of the text as wide as the screen. */
static void wrap(const struct tui *t, struct state *s)
{
    int cells = screen_cols(t->scr) - 3;
    size_t cap = 0;
    free(s->lines);
    free(s->lens);
    s->lines = NULL;
    s->lens = NULL;
    s->pager.n = 0;
    s->wrapped = screen_cols(t->scr);
    for (const char *at = gw_buf_str(&s->text); *at != '\0';) {
        size_t len = strcspn(at, "\n");
        int used;
        size_t fit = gw_text_fit(at, len, cells, &used);
        fit = fit > 0 ? fit : len;
        fit = fit < len ? break_at(at, fit) : fit;
        if (!add_line(s, at, fit, &cap)) {
            return;
        }
        at += fit;
        at += fit == len && *at == '\n';
        at += fit < len && *at == ' '; /* the blank between two words */
    }
}

static void read_paper(struct tui *t, struct state *s)
{
    const struct notice *notice = s->rows[s->list.at].notice;
    gw_buf_reset(&s->text);
    if (make_paper(t, s, notice, paper_text, &s->text, NULL) != GW_OK) {
        tui_say(t, _("This paper could not be made; it may be too long."), true);
        return;
    }
    s->reading = notice;
    s->pager = (struct list){0};
    wrap(t, s);
    tui_touch(t, DIRTY_ALL);
}

/* ---- saving */

static enum gw_err save_to(struct tui *t, const struct state *s, const struct notice *notice,
                           bool html, const char *dir, char path[PATH_BYTES], struct gw_fail *fail)
{
    char name[NAME_BYTES];
    struct gw_buf page;
    gw_buf_init(&page, PAPER_BYTES_MAX);
    (void)snprintf(name, sizeof(name), "%s-%s.%s", s->process, notice->id, html ? "html" : "txt");
    enum gw_err err = gw_dir_make(dir, fail);
    err = err != GW_OK ? err : gw_path_join(path, PATH_BYTES, dir, name);
    err =
        err != GW_OK ? err : make_paper(t, s, notice, html ? paper_html : paper_text, &page, NULL);
    err = err != GW_OK ? err : gw_file_write(path, gw_buf_str(&page), page.len, fail);
    gw_buf_free(&page);
    return err;
}

static void save(struct tui *t, const struct state *s, bool html)
{
    char dir[PATH_BYTES], path[PATH_BYTES], said[PATH_BYTES + 100];
    struct gw_fail fail = {0};
    const struct notice *notice = s->reading != NULL ? s->reading : s->rows[s->list.at].notice;
    enum gw_err err = gw_path_join(dir, sizeof(dir), t->home->dir, "papers");
    err = err != GW_OK ? err : save_to(t, s, notice, html, dir, path, &fail);
    if (err != GW_OK) {
        tui_say(t, fail.text[0] != '\0' ? fail.text : _("This paper could not be written."), true);
        return;
    }
    (void)snprintf(said, sizeof(said), _("Written: %s"), path);
    tui_say(t, said, false);
}

/* ---- the view */

static void put_row(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct row *row = &s->rows[i];
    screen_field(t->scr, P_KEY, row->notice->id, 7);
    screen_field(t->scr, row->paper.draft ? P_WARN : P_GOOD,
                 row->paper.draft ? _("draft") : _("final"), 8);
    const char *title = words_in(&row->notice->title);
    if (row->paper.missing == 0 && row->paper.why[0] == '\0') {
        screen_rest(t->scr, P_TEXT, title);
        return;
    }
    screen_field(t->scr, P_TEXT, title, screen_cols(t->scr) >= 120 ? 50 : 30);
    if (row->paper.missing > 0) {
        screen_putf(t->scr, P_DIM, _("missing %zu: "), row->paper.missing);
        screen_rest(t->scr, P_DIM, row->paper.lacks);
    } else {
        screen_rest(t->scr, P_DIM, row->paper.why);
    }
}

static void put_line(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    char line[1024];
    (void)snprintf(line, sizeof(line), "%.*s", (int)s->lens[i], s->lines[i]);
    screen_put(t->scr, P_TEXT, line);
}

static void paper_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    screen_row(t->scr, t->body_top);
    screen_put(t->scr, P_BOLD, s->reading != NULL ? words_in(&s->reading->title) : s->c.row.title);
    (void)screen_row_end(t->scr, P_TEXT);
    if (s->reading != NULL && s->wrapped != screen_cols(t->scr)) {
        wrap(t, s);
    }
    list_draw(t, s->reading != NULL ? &s->pager : &s->list, t->body_top + 1,
              s->reading != NULL ? put_line : put_row, s);
}

static bool paper_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    int digit = key_digit(key);
    if (s->reading != NULL && key->code == GK_ESC) {
        s->reading = NULL;
        tui_touch(t, DIRTY_ALL);
        return true;
    }
    bool plain = digit == 1 || (key->code == GK_TEXT && !key->pasted && key->cp == 's');
    if (s->list.n == 0 || (!plain && digit != 2)) {
        return false;
    }
    save(t, s, !plain);
    return true;
}

static bool paper_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    if (req != REQ_OPEN) {
        return list_request(t, s->reading != NULL ? &s->pager : &s->list, req, t->body_top + 1);
    }
    if (s->reading == NULL && s->list.n > 0) {
        read_paper(t, s);
    }
    return true;
}

static const char *paper_hint(struct tui *t, struct view *view)
{
    const struct state *s = view->state;
    (void)t;
    return s->reading != NULL ? _("1 or s saves the text · 2 saves the page to print · Esc back")
                              : _("Enter reads · 1 or s saves the text · 2 saves the page to print "
                                  "· Esc back");
}

const struct view_ops view_paper = {
    .name = N_("Papers"),
    .scope = SC_LIST,
    .open = paper_open,
    .close = paper_close,
    .key = paper_key,
    .request = paper_request,
    .draw = paper_draw,
    .hint = paper_hint,
};
