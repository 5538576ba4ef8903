/* The result by the records: valid or void, alone and first; then each seat with its why, and the
 * others with theirs. 1 first poll, 2 rerun. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "model/election.h"
#include "tui/list.h"
#include "tui/view_process.h"

enum { LINES_MAX = ELECT_SEATS_MAX + ELECT_PEOPLE_MAX + 16 };

struct line {
    char post[40], name[120], why[600];
    enum paint paint;
};

struct state {
    gw_id process;
    char title[256];
    bool rerun;
    struct elect_result result;
    struct line *lines; /* owned */
    struct list list;
    char stamp[PROCESS_STAMP_MAX]; /* what was loaded; "" = the first */
};

static const char *const validity[] = {[ELECT_VALID] = N_("The election is valid"),
                                       [ELECT_VOID] = N_("The election is void"),
                                       [ELECT_UNDECIDED] = N_("Not decided yet")};
static const char *const posts[] = {N_("Chair"), N_("Deputy chair"), N_("Member")};

static struct line *add(struct state *s, enum paint paint)
{
    struct line *line = &s->lines[s->list.n < LINES_MAX ? s->list.n++ : LINES_MAX - 1];
    *line = (struct line){.paint = paint};
    return line;
}

static void add_line(struct state *s, const struct process_case *c, const struct elect_case *ec,
                     const struct elect_line *l, enum paint paint)
{
    const struct elect_in *in = elect_case_in(ec);
    struct line *line = add(s, paint);
    (void)snprintf(line->post, sizeof(line->post), "%s", _(posts[l->post]));
    if (l->person < in->people_n) {
        (void)snprintf(line->name, sizeof(line->name), "%s %s", in->people[l->person].id,
                       elect_case_name(ec, l->person));
    }
    (void)elect_line_print(c->rules, in, &s->result, l, line->why, sizeof(line->why));
}

static void make_lines(struct state *s, const struct process_case *c, const struct elect_case *ec)
{
    s->list = (struct list){0};
    for (size_t i = 0; i < s->result.reasons_n; i++) {
        struct line *line = add(s, s->result.validity == ELECT_VALID ? P_TEXT : P_CRITICAL);
        (void)elect_reason_print(c->rules, elect_case_in(ec), &s->result, i, line->why,
                                 sizeof(line->why));
    }
    for (size_t i = 0; i < s->result.seats_n; i++) {
        const struct elect_line *l = &s->result.seats[i];
        add_line(s, c, ec, l, l->state == SEAT_ELECTED ? P_GOOD : P_WARN);
    }
    for (size_t i = 0; i < s->result.others_n; i++) {
        add_line(s, c, ec, &s->result.others[i], P_DIM);
    }
    if (s->result.waits) {
        (void)snprintf(add(s, P_WARN)->why, sizeof(s->lines[0].why), "%s",
                       _("Part of this waits for a number that the district has not confirmed."));
    }
}

static enum gw_err load(struct tui *t, struct state *s, struct gw_fail *fail)
{
    struct process_case c;
    struct elect_case *ec = NULL;
    enum gw_err err = process_load(t->home, s->process, tui_today(t), &c, fail);
    if (err != GW_OK) {
        return err;
    }
    (void)snprintf(s->title, sizeof(s->title), "%s", c.row.title);
    err = elect_read(c.state, c.rules, s->rerun, &ec);
    if (err == GW_ABSENT) {
        (void)gw_fail_set(fail, err, _("This procedure has no ballot."));
    }
    err = err != GW_OK ? err : elect_result(elect_case_in(ec), &s->result, fail);
    if (err == GW_OK) {
        make_lines(s, &c, ec);
    }
    elect_case_free(ec);
    process_unload(&c);
    return err;
}

static enum gw_err result_open(struct tui *t, struct view *view, const void *arg,
                               struct gw_fail *fail)
{
    struct state *s = view->state = calloc(1, sizeof(struct state));
    struct line *lines = calloc(LINES_MAX, sizeof(*lines));
    if (s == NULL || lines == NULL) {
        free(s);
        free(lines);
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    s->lines = lines;
    (void)snprintf(s->process, sizeof(s->process), "%s", (const char *)arg);
    enum gw_err err = load(t, s, fail);
    if (err != GW_OK) {
        free(lines);
        free(s);
    }
    return err;
}

static void result_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)t;
    free(s->lines);
    free(s);
}

static void result_changed(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    char stamp[PROCESS_STAMP_MAX];
    process_stamp(t->home, s->process, tui_today(t), stamp);
    if (stamp[0] != '\0' && strcmp(stamp, s->stamp) == 0) {
        return; /* nothing of this procedure moved */
    }
    (void)snprintf(s->stamp, sizeof(s->stamp), "%s", stamp);
    (void)load(t, s, NULL); /* what is shown stays when it cannot be read; the bars say why */
}

static int post_cells(void)
{
    int cells = 0;
    for (size_t i = 0; i < sizeof(posts) / sizeof(posts[0]); i++) {
        int post = gw_text_cells(_(posts[i]), strlen(_(posts[i])));
        cells = post > cells ? post : cells;
    }
    return cells + 1;
}

/* Where it has no room the article stands below, in the line under the cursor. */
static void drop_cite(char *why, int cells)
{
    char *last = NULL;
    for (char *at = why; gw_text_cells(why, strlen(why)) > cells && *at != '\0'; at++) {
        bool opens = strncmp(at, "（《", strlen("（《")) == 0 || strncmp(at, " (", 2) == 0;
        last = opens ? at : last;
    }
    if (last != NULL) {
        *last = '\0';
    }
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct line *line = &s->lines[i];
    if (line->post[0] != '\0') {
        screen_field(t->scr, line->paint, line->post, post_cells());
        screen_field(t->scr, P_BOLD, line->name, 14);
    }
    char why[sizeof(line->why)];
    (void)snprintf(why, sizeof(why), "%s", line->why);
    drop_cite(why, screen_cols(t->scr) - screen_at(t->scr));
    screen_rest(t->scr, line->post[0] != '\0' ? P_TEXT : line->paint, why);
}

static void result_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    screen_line(t->scr, t->body_top, s->result.validity == ELECT_VALID ? P_BOLD : P_CRITICAL,
                _(validity[s->result.validity]));
    screen_line(t->scr, t->body_top + 1, P_DIM, s->title);
    int end = t->body_end;
    t->body_end -= 2;
    list_draw(t, &s->list, t->body_top + 2, put, s);
    t->body_end = end;
    for (int row = end - 2; row < end; row++) {
        screen_line(t->scr, row, P_TEXT, "");
    }
    if (s->list.n > 0) {
        (void)screen_wrap(t->scr, end - 2, 0, 2, P_BOLD, s->lines[s->list.at].why);
    }
}

static bool result_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    int digit = key_digit(key);
    if (digit != 1 && digit != 2) {
        return false;
    }
    s->rerun = digit == 2;
    (void)load(t, s, NULL);
    tui_touch(t, DIRTY_ALL);
    return true;
}

static bool result_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    return req == REQ_OPEN || list_request(t, &s->list, req, t->body_top + 2);
}

static const char *result_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Arrows · 1 first poll · 2 rerun · Esc back");
}

const struct view_ops view_result = {
    .name = N_("Result"),
    .scope = SC_LIST,
    .open = result_open,
    .close = result_close,
    .key = result_key,
    .request = result_request,
    .draw = result_draw,
    .changed = result_changed,
    .hint = result_hint,
};
