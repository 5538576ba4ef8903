#include "offline-db/annex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offline-db/roll_p.h"

enum { ARENA_MAX = 64 * 1024 * 1024, TEXT_MAX = 300 };

struct making {
    struct home *home;
    const struct process_case *c;
    const struct notice_set *set;
    struct annex *annex;
    struct annex_list *list; /* being filled; has room */
    struct roll roll;
    enum gw_err err;
};

static const char *keep(struct making *m, const char *text)
{
    const char *copy = gw_arena_text(&m->annex->arena, text);
    m->err = copy ? m->err : GW_NOMEM;
    return copy ? copy : "";
}

static void add_why(struct making *m, const char *text)
{
    size_t len = strlen(m->annex->why);
    (void)snprintf(m->annex->why + len, sizeof m->annex->why - len, "%s%s", len ? " " : "", text);
}

/* ---- rows */

/* Room for so many names, each under a head of its own. */
static bool list_begin(struct making *m, size_t at, size_t names)
{
    struct annex_row *rows = gw_arena_alloc(&m->annex->arena, 2 * names + 1, sizeof *rows);
    m->list = &m->annex->lists[at];
    m->list->rows = rows;
    m->err = rows ? m->err : GW_NOMEM;
    return rows != NULL;
}

static struct annex_row *next_row(struct making *m)
{
    return (struct annex_row *)&m->list->rows[m->list->n++];
}

static void list_title(struct making *m, const char *title)
{
    char text[TEXT_MAX];
    (void)snprintf(text, sizeof text, _("%s (%zu)"), title, m->list->names);
    m->list->title = keep(m, text);
}

static void add_head(struct making *m, const char *text)
{
    *next_row(m) = (struct annex_row){.head = keep(m, text)};
}

/* What stands for a name that is not there. */
static const char *sign(struct making *m, const struct words *words, const char *name)
{
    char text[TEXT_MAX];
    const char *form = words_in(words);
    int plain = (int)strcspn(form, "%");
    m->annex->missing++;
    (void)snprintf(text, sizeof text, "%.*s%s%s", plain, form, form[plain] ? name : "",
                   form[plain] ? form + plain + 1 : "");
    return keep(m, text);
}

/* NULL: nobody knows; "": it was erased. */
static void add_name(struct making *m, const char *name)
{
    const struct notice_signs *signs = &m->set->signs;
    const char *shown = !name                          ? sign(m, &signs->missing, _("Name"))
                        : name[0] == '\0'              ? sign(m, &signs->erased, "")
                        : notice_holds_id_number(name) ? sign(m, &signs->hidden, "")
                                                       : keep(m, name);
    *next_row(m) = (struct annex_row){.name = shown, .number = ++m->list->names};
}

/* ---- voters */

/* "1网格", else the last part of its code. */
static void head_of(struct making *m, const char *path)
{
    const char *dot = strrchr(path, '.');
    sqlite3_stmt *st = process_stmt(m->home, SQL_AX_GRID);
    gw_bind_text(st, ":path", path);
    bool there = odb_row(m->home, st, NULL) == GW_OK;
    const char *name = there ? gw_col_text(st, 0) : NULL;
    add_head(m, path[0] == '\0' ? _("By record") : name && name[0] ? name : dot ? dot + 1 : path);
    odb_reset(st);
}

static bool several_paths(const struct roll *roll)
{
    for (size_t i = 1; i < roll->n; i++) {
        if (strcmp(roll->people[i].path, roll->people[0].path) != 0) {
            return true;
        }
    }
    return false;
}

/* The list has as many as the record; what nobody has recorded the text itself lacks. */
static void compare(struct making *m, const char *step, const char *key)
{
    char text[TEXT_MAX];
    const struct proc_value *v = procedure_value(m->c->state, step, "", key);
    if (v && !v->text && !v->erased && v->num != (int64_t)m->list->names) {
        (void)snprintf(text, sizeof text, _("The list has %zu names now, the record says %lld."),
                       m->list->names, (long long)v->num);
        add_why(m, text);
    }
}

static void list_people(struct making *m)
{
    const struct roll *roll = &m->roll;
    const char *path = NULL;
    bool heads = several_paths(roll);
    if (!list_begin(m, 0, roll->n)) {
        return;
    }
    for (size_t i = 0; i < roll->n; i++) {
        const struct roll_person *p = &roll->people[i];
        if (p->verdict.state != ROLL_IN) {
            continue;
        }
        if (heads && (!path || strcmp(path, p->path) != 0)) {
            path = p->path;
            head_of(m, path);
        }
        add_name(m, p->name);
    }
    list_title(m, roll->rules.village ? _("List of registered villagers")
                                      : _("List of registered residents"));
    compare(m, "S06", "registered");
}

/* In the order of the people: a household begins with its first voter. */
static void list_households(struct making *m)
{
    const struct roll *roll = &m->roll;
    const char *path = NULL;
    bool heads = several_paths(roll);
    size_t at = 0;
    if (!list_begin(m, 1, roll->houses_n)) {
        return;
    }
    for (size_t i = 0; i < roll->n && at < roll->houses_n; i++) {
        const struct roll_person *p = &roll->people[i];
        const struct roll_house *house = &roll->houses[at];
        if (p->verdict.state != ROLL_IN || strcmp(house->id, p->household) != 0) {
            continue;
        }
        if (heads && (!path || strcmp(path, p->path) != 0)) {
            path = p->path;
            head_of(m, path);
        }
        add_name(m, house->person ? house->person->name : NULL);
        at++;
    }
    list_title(m, _("List of those who vote for their household"));
    compare(m, "S06", "listed");
}

/* S09-1: of each group, as recorded. */
static void list_representatives(struct making *m)
{
    const struct roll_reps *reps = &m->roll.reps;
    size_t rows = reps->groups_n;
    for (size_t i = 0; i < reps->groups_n; i++) {
        rows += reps->groups[i].n;
    }
    if (!list_begin(m, 1, rows)) {
        return;
    }
    for (size_t i = 0; i < reps->groups_n; i++) {
        const struct roll_group *group = &reps->groups[i];
        add_head(m, group->name);
        for (size_t k = 0; k < group->n; k++) {
            add_name(m, group->reps[k].name);
        }
        if (group->n == 0) {
            add_name(m, group->erased ? "" : NULL);
        }
    }
    list_title(m, _("List of the residents' representatives"));
    compare(m, "S06", "listed");
}

/* ---- changes */

static bool change_is(const struct making *m, const struct slot *slot, const char *change)
{
    const char *text =
        slot->record && strcmp(slot->step, "S08-2") == 0 ? roll_text(m->c, slot, "change") : NULL;
    return text && strcmp(text, change) == 0;
}

/* Those of the roll that this record put on or took off; else whom it names itself. */
static void changed_names(struct making *m, const struct slot *slot)
{
    size_t n = 0;
    for (size_t i = 0; i < m->roll.n; i++) {
        const struct roll_person *p = &m->roll.people[i];
        if (p->step && strcmp(p->step, "S08-2") == 0 && strcmp(p->subject, slot->subject) == 0) {
            add_name(m, p->name);
            n++;
        }
    }
    if (n == 0) {
        const struct proc_value *v = procedure_value(m->c->state, "S08-2", slot->subject, "name");
        add_name(m, v && v->erased ? "" : v ? v->text : NULL);
    }
}

/* Of one correction; "" = of those that name none. */
static void changes_of(struct making *m, const char *change, const char *notice)
{
    char head[TEXT_MAX];
    bool any = false;
    for (size_t i = 0; i < procedure_slots(m->c->state); i++) {
        const struct slot *slot = procedure_slot(m->c->state, i);
        const char *of = change_is(m, slot, change) ? roll_text(m->c, slot, "notice") : NULL;
        const struct slot *named = of ? procedure_slot_of(m->c->state, "S08-1", of) : NULL;
        bool known = named && named->record;
        if (!change_is(m, slot, change) || strcmp(known ? of : "", notice) != 0) {
            continue;
        }
        if (!any) {
            (void)snprintf(head, sizeof head, _("Correction %s"), notice);
            add_head(m, notice[0] ? head : _("In no correction yet"));
            any = true;
        }
        changed_names(m, slot);
    }
    if (any && !notice[0]) {
        add_why(m, _("Somebody was put on the list or taken off it in no published correction."));
    }
}

static void compare_sum(struct making *m, const char *key)
{
    char text[TEXT_MAX];
    int64_t sum;
    const struct term term = {.text = key, .kind = TERM_SUM, .step = "S08-1", .key = key};
    if (procedure_term(m->c->state, NULL, &term, &sum) == TERM_VALUE &&
        sum != (int64_t)m->list->names) {
        (void)snprintf(text, sizeof text, _("The list has %zu names now, the record says %lld."),
                       m->list->names, (long long)sum);
        add_why(m, text);
    }
}

static void list_changes(struct making *m, size_t at, const char *change, const char *title)
{
    const struct procedure *state = m->c->state;
    /* a record may name a whole household: nobody stands in two */
    if (!list_begin(m, at, m->roll.n + procedure_slots(state))) {
        return;
    }
    for (size_t i = 0; i < procedure_slots(state); i++) {
        const struct slot *slot = procedure_slot(state, i);
        if (strcmp(slot->step, "S08-1") == 0 && slot->record) {
            changes_of(m, change, slot->subject);
        }
    }
    changes_of(m, change, "");
    list_title(m, title);
    compare_sum(m, change);
}

/* ---- all */

static void make(struct making *m, enum notice_annex kind)
{
    struct gw_fail fail = {0};
    enum gw_err err = roll_load(m->home, m->c, &m->roll, &fail);
    if (err) {
        m->err = err == GW_NOMEM ? err : m->err;
        add_why(m, fail.text[0] ? fail.text : _("The list cannot be worked out here."));
        return;
    }
    if (kind == NOTICE_ANNEX_CHANGES) {
        list_changes(m, 0, "added", _("Put on the list"));
        list_changes(m, 1, "removed", _("Taken off the list"));
        return;
    }
    list_people(m);
    if (!m->err && m->roll.by_households) {
        list_households(m);
    } else if (!m->err && m->roll.by_representatives) {
        list_representatives(m);
    }
}

enum gw_err annex_load(struct home *home, const struct process_case *c,
                       const struct notice_set *notices, const struct notice *notice,
                       struct annex **out)
{
    struct making m = {.home = home, .c = c, .set = notices};
    *out = NULL;
    if (notice->annex == NOTICE_NO_ANNEX) {
        return GW_OK;
    }
    m.annex = calloc(1, sizeof *m.annex);
    if (!m.annex) {
        return GW_NOMEM;
    }
    gw_arena_init(&m.annex->arena, ARENA_MAX);
    m.annex->day = day_of_ms(home->clock->wall_ms(home->clock->ctx));
    make(&m, notice->annex);
    roll_unload(&m.roll);
    if (m.err) {
        annex_free(m.annex);
        return m.err;
    }
    *out = m.annex;
    return GW_OK;
}

void annex_free(struct annex *annex)
{
    if (annex) {
        gw_arena_free(&annex->arena);
        free(annex);
    }
}
