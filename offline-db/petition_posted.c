/* What was lawfully posted: which notices, and which values they printed. */
#include <stdlib.h>
#include <string.h>

#include "offline-db/petition_p.h"

/* A step that keeps the day of posting was posted when that day is there. */
static bool step_posted(const struct pack *p, const char *step)
{
    const struct step_spec *spec = template_step(p->c.rules->template_, step);
    bool day = spec && step_field(spec, "published_on") != NULL;
    for (size_t i = 0; i < procedure_slots(p->c.state); i++) {
        const struct slot *slot = procedure_slot(p->c.state, i);
        if (slot->record && strcmp(slot->step, step) == 0 &&
            (!day || procedure_value(p->c.state, step, slot->subject, "published_on"))) {
            return true;
        }
    }
    return false;
}

struct seen {
    bool objector;
};

static void on_objector(void *ctx, const char *step, const char *subject, const char *key)
{
    struct seen *seen = ctx;
    (void)step;
    (void)subject;
    seen->objector = seen->objector || strcmp(key, PETITION_OBJECTOR) == 0;
}

bool posted_fits(struct pack *p, const struct notice *notice)
{
    struct seen seen = {false};
    const struct notice_watch watch = {&seen, on_objector, NULL};
    struct paper_in in = paper_of(p->in->process, &p->c, p->notices, notice, NULL);
    struct paper_state state;
    in.watch = &watch;
    const char *step = notice_step(notice, p->c.rules->template_, p->c.state);
    bool there = step && (notice->published ? step_posted(p, step)
                                            : p->in->internal && notice_recorded(p->c.state, step));
    return there && paper_check(&in, &state) == GW_OK && !state.draft && !seen.objector;
}

static void on_printed(void *ctx, const char *step, const char *subject, const char *key)
{
    struct pack *p = ctx;
    if (p->printed_n == p->printed_cap) {
        size_t cap = p->printed_cap ? p->printed_cap * 2 : 64;
        struct printed *more = realloc(p->printed, cap * sizeof *more);
        if (!more) {
            return; /* not counted as printed: less goes out, never more */
        }
        p->printed = more;
        p->printed_cap = cap;
    }
    /* subject and key may be of the tag: what is kept is the procedure's and the template's own */
    const struct slot *slot = procedure_slot_of(p->c.state, step, subject);
    const struct ev_step *record = slot                        ? slot->record
                                   : strcmp(step, "open") == 0 ? procedure_open(p->c.state)
                                                               : NULL;
    const struct proc_value *value =
        procedure_value(p->c.state, slot ? slot->step : "open", slot ? slot->subject : "", key);
    if (record && value) {
        p->printed[p->printed_n++] =
            (struct printed){slot ? slot->step : "open", slot ? slot->subject : "", value->key};
    }
}

enum gw_err posted_collect(struct pack *p)
{
    const struct notice_watch watch = {p, on_printed, NULL};
    enum gw_err err = GW_OK;
    for (size_t i = 0; p->notices && i < p->notices->n && !err; i++) {
        const struct notice *notice = &p->notices->items[i];
        struct paper_in in = paper_of(p->in->process, &p->c, p->notices, notice, NULL);
        struct paper_state state;
        in.watch = &watch;
        if (notice->published && posted_fits(p, notice)) {
            err = paper_check(&in, &state);
        }
    }
    return err;
}

/* The step that a record is about: a correction's is that of its target. */
static const struct ev_step *subject_step(const struct pack *p, const struct ev_step *step)
{
    const struct ev_step *target = step->target ? ev_find(p->c.set, step->target) : NULL;
    return step->kind == PROC_CORRECT && target ? target : step;
}

static bool was_printed(const struct pack *p, const struct ev_step *about, const char *key,
                        const char *text)
{
    const char *step = about->kind == PROC_OPEN ? "open" : about->step;
    const char *subject = about->kind == PROC_OPEN ? "" : about->subject;
    if (!step || !subject) {
        return false;
    }
    const struct proc_value *now = procedure_value(p->c.state, step, subject, key);
    if (!now || !now->text || !text || strcmp(now->text, text) != 0) {
        return false; /* corrected since: the notice shows the other one */
    }
    for (size_t i = 0; i < p->printed_n; i++) {
        const struct printed *one = &p->printed[i];
        if (strcmp(one->step, step) == 0 && strcmp(one->subject, subject) == 0 &&
            strcmp(one->key, key) == 0) {
            return true;
        }
    }
    return false;
}

/* How many private values a record has, and how many of them posted notices have printed. Those of
 * objectors never count as printed. */
static void weigh(const struct pack *p, const struct ev_step *step, size_t *n, size_t *printed)
{
    const struct ev_step *about = subject_step(p, step);
    *n = *printed = 0;
    for (size_t i = 0; i < step->values_n; i++) {
        const struct proc_value *v = &step->values[i];
        bool objector = strcmp(v->key, PETITION_OBJECTOR) == 0;
        if (v->private_part || objector) {
            ++*n;
            *printed += !objector && was_printed(p, about, v->key, v->text);
        }
    }
}

bool posted_keep(void *ctx, const struct ev_step *step)
{
    const struct pack *p = ctx;
    size_t n, printed;
    if (p->in->internal) {
        return true;
    }
    weigh(p, step, &n, &printed);
    return printed == n;
}

bool posted_withheld(const struct pack *p, const struct ev_step *step)
{
    size_t n, printed;
    if (p->in->internal || step->priv_erased) {
        return false;
    }
    weigh(p, step, &n, &printed);
    return printed > 0 && printed < n;
}

bool posted_id_number(const struct ev_step *step, bool private_too)
{
    const char *texts[] = {step->subject, step->reason, step->outcome};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i] && notice_holds_id_number(texts[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < step->values_n; i++) {
        const struct proc_value *v = &step->values[i];
        if (v->text && (private_too || !v->private_part) && notice_holds_id_number(v->text)) {
            return true;
        }
    }
    return false;
}
