#include "model/notice.h"

#include <stdlib.h>
#include <string.h>

#include "model/notice_p.h"

void notice_set_free(struct notice_set *set)
{
    if (set != NULL) {
        gw_arena_free(&set->arena);
        free(set);
    }
}

const struct notice *notice_find(const struct notice_set *set, const char *id)
{
    for (size_t i = 0; i < set->n; i++) {
        if (strcmp(set->items[i].id, id) == 0) {
            return &set->items[i];
        }
    }
    return NULL;
}

/* ---- where it belongs */

bool notice_recorded(const struct procedure *p, const char *step)
{
    for (size_t i = 0; i < procedure_slots(p); i++) {
        const struct slot *slot = procedure_slot(p, i);
        if (slot->record != NULL && strcmp(slot->step, step) == 0) {
            return true;
        }
    }
    return false;
}

static bool names(const struct step_spec *spec, const char *id)
{
    for (size_t i = 0; i < spec->notices_n; i++) {
        if (strcmp(spec->notices[i], id) == 0) {
            return true;
        }
    }
    return false;
}

const char *notice_step(const struct notice *notice, const struct proc_template *t,
                        const struct procedure *p)
{
    const struct step_spec *own = template_step(t, notice->step);
    const char *first = own != NULL ? own->id : NULL;
    for (size_t i = 0; own == NULL && i < t->steps_n; i++) {
        if (names(&t->steps[i], notice->id)) {
            first = first != NULL ? first : t->steps[i].id;
            if (notice_recorded(p, t->steps[i].id)) {
                return t->steps[i].id;
            }
        }
    }
    return first;
}

const char *notice_lacks(const struct notice *notice, const struct proc_template *t,
                         const struct procedure *p)
{
    const char *lacks = NULL;
    for (size_t i = 0; i < notice->on_n; i++) {
        if (template_step(t, notice->on[i]) == NULL) {
            continue;
        } else if (notice_recorded(p, notice->on[i])) {
            return NULL;
        }
        lacks = lacks != NULL ? lacks : notice->on[i];
    }
    const char *own = lacks == NULL ? notice_step(notice, t, p) : NULL;
    return own != NULL && !notice_recorded(p, own) ? own : lacks;
}

/* ---- the walk: text, tags, blocks */

struct walk {
    struct notice_render *r; /* NULL: check only */
    const char *start;       /* of the whole text */
    const char *broken;      /* where the grammar broke, NULL = nowhere */
};

static const char *walk_text(struct walk *w, const char *p, bool emit, int depth);

static void add(struct walk *w, const char *text, size_t len)
{
    if (w->r->err == GW_OK) {
        w->r->err = gw_buf_add(w->r->out, text, len);
    }
}

static const char *broke(struct walk *w, const char *at)
{
    w->broken = w->broken != NULL ? w->broken : at;
    return NULL;
}

/* A line that holds nothing but the end of a block leaves no line behind. */
static const char *after_end(const struct walk *w, const char *tag, const char *p)
{
    bool alone = (tag == w->start || tag[-1] == '\n') && *p == '\n';
    return alone ? p + 1 : p;
}

/* Body once per record; the text after the block. */
static const char *walk_each(struct walk *w, const struct notice_tag *tag, const char *body,
                             int depth)
{
    struct notice_render *r = w->r;
    const struct slot *outer = r->each;
    const char *end = NULL;
    for (size_t i = 0; i < procedure_slots(r->in->procedure); i++) {
        const struct slot *slot = procedure_slot(r->in->procedure, i);
        if (notice_slot_fits(r, tag, slot)) {
            r->each = slot;
            end = walk_text(w, body, true, depth + 1);
            r->each = outer;
        }
    }
    return end != NULL || w->broken != NULL ? end : walk_text(w, body, false, depth + 1);
}

static const char *walk_block(struct walk *w, const struct notice_tag *tag, const char *body,
                              bool emit, int depth)
{
    if (depth + 1 > NOTICE_DEPTH_MAX) {
        return broke(w, body);
    }
    if (emit && tag->kind == TAG_EACH) {
        return walk_each(w, tag, body, depth);
    }
    return walk_text(w, body, emit && notice_holds(w->r, tag), depth + 1);
}

/* From p to the end of the block (depth > 0) or of the text; NULL when the grammar is broken. */
static const char *walk_text(struct walk *w, const char *p, bool emit, int depth)
{
    struct notice_tag tag;
    while (*p != '\0') {
        size_t plain = strcspn(p, "{}");
        if (emit && plain > 0) {
            add(w, p, plain);
        }
        const char *open = p + plain;
        if (*open == '\0') {
            p = open;
            break;
        }
        const char *close = strchr(open, '}');
        if (*open == '}' || close == NULL ||
            !notice_tag_read(open + 1, (size_t)(close - open - 1), &tag)) {
            return broke(w, open);
        }
        p = close + 1;
        if (tag.kind == TAG_END) {
            return depth > 0 ? after_end(w, open, p) : broke(w, open);
        }
        if (tag.kind == TAG_EACH || tag.kind == TAG_IF) {
            p = walk_block(w, &tag, p, emit, depth);
            if (p == NULL) {
                return NULL;
            }
        } else if (emit) {
            notice_value(w->r, &tag);
        }
    }
    return depth == 0 ? p : broke(w, p);
}

const char *notice_check(const char *text)
{
    struct walk w = {.start = text};
    (void)walk_text(&w, text, false, 0);
    return w.broken;
}

enum gw_err notice_render(const struct notice_in *in, struct gw_buf *out, size_t *missing)
{
    struct notice_render r = {.in = in, .out = out};
    const char *text = in->lang == GW_LANG_EN ? in->notice->text.en : in->notice->text.zh;
    struct walk w = {.r = &r, .start = text};
    (void)walk_text(&w, text, true, 0);
    if (missing != NULL) {
        *missing = r.missing;
    }
    return w.broken != NULL ? GW_INVALID : r.err;
}
