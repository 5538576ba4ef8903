/* Offices of this home, joined place by place. */
#include "offline-db/office.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "offline-db/office_p.h"

enum { LIST_MEMORY = 128 * 1024 * 1024, LIST_FIRST = 256 };

struct gather {
    struct office_list *list;
    size_t cap;
    struct office_end *ends;
    size_t ends_n, ends_cap;
    bool nomem;
};

/* ---- rows */

static const char *text(struct gather *g, sqlite3_stmt *st, int col)
{
    const char *copy = gw_arena_text(&g->list->arena, gw_col_text(st, col));
    g->nomem = g->nomem || !copy;
    return copy ? copy : "";
}

/* Room for one more; doubled inside the arena. */
static void *room(struct gather *g, void *items, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        return items;
    }
    size_t more = *cap ? *cap * 2 : LIST_FIRST;
    void *out = gw_arena_alloc(&g->list->arena, more, size);
    if (!out) {
        g->nomem = true;
        return NULL;
    }
    if (n > 0) {
        memcpy(out, items, n * size);
    }
    *cap = more;
    return out;
}

/* Columns as SQL_OF_EACH names them. */
enum {
    C_PROCESS,
    C_ENDS,
    C_DIVISION,
    C_COMMITTEE,
    C_TERM,
    C_ORGAN,
    C_POST,
    C_GRP,
    C_NAME,
    C_RESIDENT,
    C_SUBJECT,
    C_CAUSE,
    C_DAY,
    C_UNTIL,
    C_SAME,
    C_WHOLE,
    C_RENEWS,
    C_WAITS,
    C_BAR,
    C_HASH
};

static enum office_organ organ_of(const char *name)
{
    enum office_organ organ = ORGAN_N;
    return name && office_organ_parse(name, &organ) ? organ : ORGAN_N;
}

static void take_end(struct gather *g, sqlite3_stmt *st, enum office_organ organ)
{
    struct office_end *ends = room(g, g->ends, g->ends_n, &g->ends_cap, sizeof *ends);
    if (!ends) {
        return;
    }
    g->ends = ends;
    g->ends[g->ends_n++] = (struct office_end){
        .process = text(g, st, C_PROCESS),
        .subject = text(g, st, C_SUBJECT),
        .name = text(g, st, C_NAME),
        .resident = text(g, st, C_RESIDENT),
        .post = text(g, st, C_POST),
        .group = text(g, st, C_GRP),
        .cause = text(g, st, C_CAUSE),
        .organ = organ,
        .same = gw_col_int(st, C_SAME) != 0,
        .all = gw_col_int(st, C_WHOLE) != 0,
        .waits = gw_col_int(st, C_WAITS) != 0,
        .on = (gw_day)gw_col_int(st, C_DAY),
    };
}

static void take_office(struct gather *g, sqlite3_stmt *st, enum office_organ organ)
{
    struct office_list *list = g->list;
    struct office *offices = room(g, list->offices, list->n, &g->cap, sizeof *offices);
    if (!offices) {
        return;
    }
    list->offices = offices;
    list->offices[list->n++] = (struct office){
        .process = text(g, st, C_PROCESS),
        .division = text(g, st, C_DIVISION),
        .committee = text(g, st, C_COMMITTEE),
        .term = text(g, st, C_TERM),
        .name = text(g, st, C_NAME),
        .resident = text(g, st, C_RESIDENT),
        .post = text(g, st, C_POST),
        .group = text(g, st, C_GRP),
        .subject = text(g, st, C_SUBJECT),
        .hash = text(g, st, C_HASH),
        .organ = organ,
        .renews = gw_col_int(st, C_RENEWS) != 0,
        .waits = gw_col_int(st, C_WAITS) != 0,
        .since = (gw_day)gw_col_int(st, C_DAY),
        .said = (gw_day)gw_col_int(st, C_UNTIL),
        .ended = DAY_NONE,
        .cause = "",
        .bar_says = "",
        .bar = organ_of(gw_col_text(st, C_BAR)),
    };
}

/* ---- place by place */

struct place {
    size_t office, end; /* where it begins in both arrays */
    char division[GW_PATH_MAX + 1];
};

static void join(struct gather *g, const struct place *at, gw_day today)
{
    struct office_list *list = g->list;
    if (g->nomem) {
        return;
    }
    office_join(list->offices + at->office, list->n - at->office, g->ends + at->end,
                g->ends_n - at->end, today);
    for (size_t i = at->end; i < g->ends_n; i++) {
        list->lost += g->ends[i].lost;
    }
}

static enum gw_err read_rows(struct home *home, sqlite3_stmt *st, gw_day today, struct gather *g,
                             struct gw_fail *fail)
{
    struct place at = {.office = g->list->n, .end = g->ends_n};
    enum gw_err err = odb_row(home, st, fail);
    while (!err && !g->nomem) {
        const char *division = gw_col_text(st, C_DIVISION);
        enum office_organ organ = organ_of(gw_col_text(st, C_ORGAN));
        if (strcmp(division, at.division) != 0) {
            join(g, &at, today);
            at = (struct place){.office = g->list->n, .end = g->ends_n};
            ODB_COPY(at.division, division);
        }
        if (organ != ORGAN_N && gw_col_int(st, C_ENDS) != 0) {
            take_end(g, st, organ);
        } else if (organ != ORGAN_N) {
            take_office(g, st, organ);
        }
        err = odb_row(home, st, fail);
    }
    odb_reset(st);
    join(g, &at, today);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err read_scope(struct home *home, const struct office_want *want, struct gather *g,
                              struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, SQL_OF_EACH);
    gw_bind_text(st, ":path", want->scope);
    return read_rows(home, st, want->today, g, fail);
}

enum { PLACES_MAX = 16 }; /* where one person is filed */

static enum gw_err read_places(struct home *home, const struct office_want *want, struct gather *g,
                               struct gw_fail *fail)
{
    char place[PLACES_MAX][GW_PATH_MAX + 1];
    size_t n = 0;
    sqlite3_stmt *st = process_stmt(home, SQL_OF_PLACES);
    gw_bind_text(st, ":id", want->resident);
    enum gw_err err = odb_row(home, st, fail);
    while (!err && n < PLACES_MAX) {
        ODB_COL(st, 0, place[n]);
        n++;
        err = odb_row(home, st, fail);
    }
    odb_reset(st);
    err = err == GW_ABSENT ? GW_OK : err;
    for (size_t i = 0; !err && i < n; i++) {
        sqlite3_stmt *rows = process_stmt(home, SQL_OF_PLACE);
        gw_bind_text(rows, ":path", place[i]);
        err = read_rows(home, rows, want->today, g, fail);
    }
    return err;
}

enum gw_err office_load(struct home *home, const struct office_want *want, struct office_list *out,
                        struct gw_fail *fail)
{
    struct gather g = {.list = out};
    *out = (struct office_list){.offices = NULL};
    gw_arena_init(&out->arena, LIST_MEMORY);
    enum gw_err err = office_refresh(home, want->resident, out, fail);
    err = err              ? err
          : want->resident ? read_places(home, want, &g, fail)
                           : read_scope(home, want, &g, fail);
    if (g.nomem) {
        err = gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    if (err) {
        office_unload(out);
        return err;
    }
    err = office_say_bars(home, out, fail);
    if (err) {
        office_unload(out);
        return err;
    }
    if (out->n > 0) {
        qsort(out->offices, out->n, sizeof *out->offices, office_order);
    }
    return GW_OK;
}

void office_unload(struct office_list *list)
{
    gw_arena_free(&list->arena);
    *list = (struct office_list){.offices = NULL};
}

bool office_is_of(const struct office *office, const char *resident, const char *name,
                  bool *by_name)
{
    *by_name = *office->resident == '\0';
    return *by_name ? name && *name != '\0' && office_same_name(office->name, name)
                    : strcmp(office->resident, resident) == 0;
}
