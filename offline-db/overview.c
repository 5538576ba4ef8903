/* The overview of a street or district: rows, totals, order. */
#include "offline-db/overview.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "model/path.h"
#include "offline-db/overview_p.h"

/* ---- rows */

struct gather {
    struct overview *o;
    const char *scope;
    bool nomem;
};

static struct overview_row *add(struct gather *g)
{
    struct overview *o = g->o;
    if (o->n == o->cap) {
        size_t cap = o->cap ? o->cap * 2 : 64;
        struct overview_row *rows = realloc(o->rows, cap * sizeof *rows);
        if (!rows) {
            g->nomem = true;
            return NULL;
        }
        o->rows = rows;
        o->cap = cap;
    }
    struct overview_row *row = &o->rows[o->n++];
    *row = (struct overview_row){.due = DAY_NONE};
    return row;
}

static bool is_election(const char *kind)
{
    return strcmp(kind, "election") == 0 || strcmp(kind, "by-election") == 0;
}

static bool covered(const char *scope, const char *path)
{
    return *scope == '\0' || path_covers(scope, path);
}

static bool take_process(void *ctx, const struct process_row *process)
{
    struct gather *g = ctx;
    if (!is_election(process->kind) || !covered(g->scope, process->division)) {
        return true;
    }
    struct overview_row *row = add(g);
    if (!row) {
        return false;
    }
    row->process = *process;
    row->started = true;
    return true;
}

/* Rows of procedures come by division, but own ones of this laptop behind them. */
static bool has_election(const struct overview *o, size_t started, const char *path)
{
    for (size_t i = 0; i < started; i++) {
        if (path_covers(path, o->rows[i].process.division)) {
            return true;
        }
    }
    return false;
}

static enum gw_err take_places(struct home *home, struct gather *g)
{
    size_t started = g->o->n;
    sqlite3_stmt *st = process_stmt(home, SQL_PR_PLACES);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err) {
        char path[GW_PATH_MAX + 1];
        ODB_COL(st, 0, path);
        if (covered(g->scope, path) && !has_election(g->o, started, path)) {
            struct overview_row *row = add(g);
            if (!row) {
                break;
            }
            ODB_COPY(row->process.division, path);
            ODB_COL(st, 1, row->process.title);
            row->process.polling_day = DAY_NONE;
        }
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    return g->nomem ? GW_NOMEM : err == GW_ABSENT ? GW_OK : err;
}

/* ---- judging what moved */

struct fresh {
    size_t row;
    char stamp[PROCESS_STAMP_MAX];
};

/* A full disk or a store that another program holds: it is judged anew next time. */
static void keep_all(struct home *home, const struct overview *o, const struct fresh *fresh,
                     size_t n)
{
    if (n == 0 || odb_begin(home, GW_DURABLE_NORMAL, "overview", NULL)) {
        return;
    }
    enum gw_err err = GW_OK;
    for (size_t i = 0; !err && i < n; i++) {
        err = overview_keep(home, fresh[i].stamp, &o->rows[fresh[i].row]);
    }
    (void)odb_end(home, err, NULL);
}

static enum gw_err judge_row(struct home *home, struct overview_common *common, struct overview *o,
                             size_t i, struct fresh *fresh, struct gw_fail *fail)
{
    struct overview_row *row = &o->rows[i];
    enum gw_err err = overview_stamp(home, common, row->process.id, fresh->stamp);
    err = err ? err : overview_recall(home, fresh->stamp, row);
    if (err != GW_ABSENT) {
        return err;
    }
    fresh->row = i;
    err = overview_judge(home, common, row, fail);
    o->judged += !err && !row->unknown; /* what is unknown is not kept */
    return err;
}

static enum gw_err judge_all(struct home *home, gw_day today, struct overview *o,
                             struct gw_fail *fail)
{
    struct overview_common common;
    struct fresh *fresh = calloc(o->n + 1, sizeof *fresh);
    if (!fresh) {
        return GW_NOMEM;
    }
    enum gw_err err = overview_common(home, today, &common);
    for (size_t i = 0; !err && i < o->n; i++) {
        if (o->rows[i].started) {
            err = judge_row(home, &common, o, i, &fresh[o->judged], fail);
        }
    }
    keep_all(home, o, fresh, o->judged);
    process_rules_drop(&common.rules);
    free(fresh);
    return err;
}

/* ---- totals and order */

static void count_all(struct overview *o)
{
    struct overview_totals *t = &o->totals;
    for (size_t i = 0; i < o->n; i++) {
        const struct overview_row *row = &o->rows[i];
        bool election = !row->started || strcmp(row->process.kind, "election") == 0;
        t->started += row->started;
        t->not_started += !row->started;
        t->unknown += row->unknown;
        t->done += row->state[0] != '\0' && strcmp(row->state, "open") != 0;
        t->late += row->late > 0;
        t->missing += row->missing > 0;
        t->breaches += row->breaches > 0;
        t->contested += row->contested > 0;
        if (election && !row->unknown) {
            t->held += row->poll != OVERVIEW_NO_POLL;
            t->full += row->poll == OVERVIEW_FULL;
            t->no_poll += row->poll == OVERVIEW_NO_POLL;
        }
    }
}

static int by_division(const void *a, const void *b)
{
    const struct overview_row *x = a;
    const struct overview_row *y = b;
    int order = strcmp(x->process.division, y->process.division);
    return order ? order : strcmp(x->process.id, y->process.id);
}

/* What has no day comes last. */
static int64_t rank(const struct overview_row *row)
{
    return row->due == DAY_NONE ? INT64_MAX : row->due;
}

static int by_due(const void *a, const void *b)
{
    const struct overview_row *x = a;
    const struct overview_row *y = b;
    int order = (rank(x) > rank(y)) - (rank(x) < rank(y));
    return order ? order : by_division(a, b);
}

enum gw_err overview_load(struct home *home, const char *scope, gw_day today, enum overview_by by,
                          struct overview *out, struct gw_fail *fail)
{
    struct gather g = {.o = out, .scope = scope};
    *out = (struct overview){.rows = NULL};
    enum gw_err err = process_each(home, NULL, take_process, &g);
    err = g.nomem ? GW_NOMEM : err;
    err = err ? err : take_places(home, &g);
    err = err ? err : judge_all(home, today, out, fail);
    if (err) {
        overview_free(out);
        return err == GW_NOMEM
                   ? gw_fail_set(fail, err, _("There is no memory left. Close other programs."))
                   : err;
    }
    count_all(out);
    if (out->n > 0) {
        qsort(out->rows, out->n, sizeof *out->rows, by == OVERVIEW_DUE ? by_due : by_division);
    }
    return GW_OK;
}

void overview_free(struct overview *overview)
{
    free(overview->rows);
    *overview = (struct overview){.rows = NULL};
}

const char *overview_step(const struct overview_row *row)
{
    bool english = gw_i18n_lang() != GW_LANG_ZH && row->step_en[0] != '\0';
    return english ? row->step_en : row->step_zh;
}

const char *overview_state(const struct overview_row *row)
{
    return !row->started                       ? _("not started")
           : row->unknown                      ? _("not known here")
           : strcmp(row->state, "closed") == 0 ? _("ended")
           : strcmp(row->state, "done") == 0   ? _("all done")
                                               : _("under way");
}
