/* What I did, newest first, and what became of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/alarm.h"
#include "tui/list.h"

enum { ENTRIES_MAX = 500 };

struct state {
    struct journal_entry *entries; /* owned */
    struct list list;
    bool undone_only; /* not delivered, or with a result to look at */
};

static bool wanted(const struct state *s, const struct journal_entry *e)
{
    return !s->undone_only || (e->state != CMD_APPLIED && e->state != CMD_REISSUED);
}

static bool take(void *ctx, const struct journal_entry *entry)
{
    struct state *s = ctx;
    if (wanted(s, entry)) {
        s->entries[s->list.n++] = *entry;
    }
    return s->list.n < ENTRIES_MAX;
}

static enum gw_err load(struct tui *t, struct state *s)
{
    s->list.n = 0;
    return journal_each(t->home, CMD_STATE_N, s->undone_only ? INT32_MAX : ENTRIES_MAX, take, s);
}

static enum gw_err journal_open(struct tui *t, struct view *view, const void *arg,
                                struct gw_fail *fail)
{
    (void)arg;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    struct journal_entry *entries = calloc(ENTRIES_MAX, sizeof(*entries));
    if (s == NULL || entries == NULL) {
        free(s);
        free(entries);
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    s->entries = entries;
    enum gw_err err = load(t, s);
    if (err != GW_OK) {
        free(entries);
        free(s);
        return gw_fail_set(fail, err, _("The journal cannot be read. Run gridward doctor."));
    }
    (void)journal_seen(t->home, NULL);
    tui_changed(t, UINT32_MAX);
    return GW_OK;
}

static void journal_close(struct tui *t, struct view *view)
{
    struct state *s = view->state;
    (void)t;
    free(s->entries);
    free(s);
}

static void journal_changed(struct tui *t, struct view *view)
{
    (void)load(t, view->state); /* what is shown stays when it cannot be read; the bars say why */
}

static void what(struct tui *t, const struct journal_entry *e, char *out, size_t size)
{
    struct queue_row scratch;
    int64_t at = queue_find(t->queue, e->id);
    const struct queue_row *row = at >= 0 ? queue_at(t->queue, (size_t)at) : NULL;
    if (row == NULL && queue_one(t->home, e->id, &scratch, NULL) == GW_OK) {
        row = &scratch;
    }
    out[0] = '\0';
    if (row != NULL) {
        word_alarm(row, out, size);
    }
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct journal_entry *e = &s->entries[i];
    enum cmd_kind kind;
    char at[17], text[160], mark[48];
    gw_time_local(e->at, at);
    what(t, e, text, sizeof(text));
    screen_putf(t->scr, P_DIM, "%s ", at + 5);
    screen_field(t->scr, P_BOLD,
                 cmd_kind_parse(e->kind, &kind) ? _(cmd_spec_of(kind)->word) : e->kind, 13);
    screen_field(t->scr, P_TEXT, text, 26);
    screen_put(t->scr, P_TEXT, " ");
    screen_put(t->scr, e->state == CMD_APPLIED ? P_GOOD : P_WARN, word_mark(t, e->state, mark));
    if (e->code[0] != '\0') {
        screen_putf(t->scr, P_TEXT, " %s", cmd_code_sentence(e->code));
    }
}

static void journal_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    char text[160];
    (void)dirty;
    (void)snprintf(text, sizeof(text),
                   s->undone_only ? _("My journal: what is not settled (%zu)")
                                  : _("My journal (%zu)"),
                   s->list.n);
    screen_line(t->scr, t->body_top, P_HEAD, text);
    list_draw(t, &s->list, t->body_top + 1, put, s);
    /* The row under the cursor in whole sentences on the last row of the body. */
    if (s->list.n > 0 && s->entries[s->list.at].code[0] != '\0') {
        (void)screen_wrap(t->scr, t->body_end - 2, 0, 2, P_BOLD,
                          cmd_code_sentence(s->entries[s->list.at].code));
    }
}

static bool journal_request(struct tui *t, struct view *view, enum request req)
{
    struct state *s = view->state;
    if (req == REQ_OPEN) {
        char text[8];
        if (s->list.n > 0) {
            what(t, &s->entries[s->list.at], text, sizeof(text));
            if (text[0] != '\0') {
                return tui_open(t, &view_card, s->entries[s->list.at].id, NULL);
            }
        }
        return true;
    }
    return list_request(t, &s->list, req, t->body_top + 1);
}

static bool journal_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    if (key_command_char(key) == ' ' || key_digit(key) == 1) {
        s->undone_only = !s->undone_only;
        s->list = (struct list){0};
        (void)load(t, s);
        tui_touch(t, DIRTY_BODY);
        return true;
    }
    return false;
}

static const char *journal_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Enter opens the alarm · 1 only what is not settled · Esc back");
}

const struct view_ops view_journal = {
    .name = N_("My journal"),
    .scope = SC_LIST,
    .open = journal_open,
    .close = journal_close,
    .key = journal_key,
    .request = journal_request,
    .draw = journal_draw,
    .changed = journal_changed,
    .hint = journal_hint,
};
