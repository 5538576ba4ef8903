/* ":": type what you want, in Chinese, English, pinyin or its initials; Enter does it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/form.h"
#include "tui/list.h"

struct state {
    struct text_field text;
    struct list list;
    unsigned scope; /* of the screen below */
    enum request found[REQ_N];
};

static bool starts_a_word(const char *words, const char *text)
{
    size_t n = strlen(text);
    for (const char *w = words; *w != '\0'; w += strcspn(w, " "), w += strspn(w, " ")) {
        if (strncasecmp(w, text, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool fits(const struct request_row *r, const char *text)
{
    return strcasestr(_(r->word), text) != NULL || starts_a_word(r->word, text) ||
           starts_a_word(r->latin, text);
}

static void search(struct state *s)
{
    s->list = (struct list){0};
    for (enum request req = REQ_NONE + 1; req < REQ_N; req++) {
        const struct request_row *r = request_row(req);
        if (r != NULL && r->palette && (r->scope & s->scope) != 0 && fits(r, s->text.text)) {
            s->found[s->list.n++] = req;
        }
    }
}

static enum gw_err palette_open(struct tui *t, struct view *view, const void *arg,
                                struct gw_fail *fail)
{
    const struct view_ops *below = arg;
    (void)t;
    struct state *s = view->state = calloc(1, sizeof(struct state));
    if (s == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory."));
    }
    s->scope = below->scope;
    text_field_init(&s->text, 64, "");
    search(s);
    return GW_OK;
}

static void palette_close(struct tui *t, struct view *view)
{
    (void)t;
    free(view->state);
}

static void put(struct tui *t, void *ctx, size_t i)
{
    const struct state *s = ctx;
    const struct request_row *r = request_row(s->found[i]);
    screen_field(t->scr, P_GOOD, _(r->word), 18);
    screen_field(t->scr, P_DIM, r->keys, 8);
    screen_put(t->scr, P_TEXT, _(r->help));
}

static void palette_draw(struct tui *t, struct view *view, unsigned dirty)
{
    struct state *s = view->state;
    (void)dirty;
    list_draw(t, &s->list, t->body_top + 1, put, s);
    text_field_draw(t->scr, &s->text, t->body_top, ": ", true);
}

static bool palette_key(struct tui *t, struct view *view, const struct key *key)
{
    struct state *s = view->state;
    tui_touch(t, DIRTY_BODY);
    if (text_field_key(&s->text, key)) {
        search(s);
        return true;
    }
    if (key->code == GK_UP || key->code == GK_DOWN) {
        return list_request(t, &s->list, key->code == GK_UP ? REQ_UP : REQ_DOWN, t->body_top + 1);
    }
    if (key->code == GK_ENTER) {
        enum request req = s->list.n > 0 ? s->found[s->list.at] : REQ_NONE;
        tui_back(t);
        if (req != REQ_NONE) {
            tui_request(t, req);
        }
        return true;
    }
    return false;
}

static const char *palette_hint(struct tui *t, struct view *view)
{
    (void)t;
    (void)view;
    return _("Type a word, pinyin or initials · Enter does it · Esc back");
}

const struct view_ops view_palette = {
    .name = N_("Commands"),
    .scope = SC_DIALOG,
    .text = true,
    .open = palette_open,
    .close = palette_close,
    .key = palette_key,
    .draw = palette_draw,
    .hint = palette_hint,
};
