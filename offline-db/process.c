/* Procedures as lists show them. A row of the mirror, or an open that only this home knows yet. */
#include "offline-db/process.h"

#include <string.h>

#include "offline-db/process_p.h"

enum { OPEN_ARENA = 512 * 1024 };

const struct proc_value *process_value_in(const struct ev_step *step, const char *key)
{
    for (size_t i = 0; i < step->values_n; i++) {
        if (strcmp(step->values[i].key, key) == 0) {
            return &step->values[i];
        }
    }
    return NULL;
}

static void take_text(const struct ev_step *step, const char *key, char *out, size_t size)
{
    const struct proc_value *value = process_value_in(step, key);
    odb_copy(out, size, value && value->text ? value->text : "");
}

/* The day the calendar hangs on, by the names that templates use for it. */
static gw_day anchor_of(const struct ev_step *open)
{
    static const char *const names[] = {"polling_day", "meeting_day", "start_day"};
    gw_day day = DAY_NONE;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && day == DAY_NONE; i++) {
        const struct proc_value *value = process_value_in(open, names[i]);
        if (!value || !value->text || !day_parse(value->text, &day)) {
            day = DAY_NONE;
        }
    }
    return day;
}

static void row_from_open(const struct ev_step *open, struct process_row *out)
{
    *out = (struct process_row){.polling_day = anchor_of(open), .unsent = true};
    ODB_COPY(out->id, open->process);
    ODB_COPY(out->template_id, open->template_id);
    take_text(open, "kind", out->kind, sizeof out->kind);
    take_text(open, "mode", out->mode, sizeof out->mode);
    take_text(open, "title", out->title, sizeof out->title);
    take_text(open, "division", out->division, sizeof out->division);
    take_text(open, "term", out->term, sizeof out->term);
    ODB_COPY(out->state, "open");
}

static void row_from_mirror(sqlite3_stmt *st, struct process_row *out)
{
    *out = (struct process_row){.polling_day = DAY_NONE};
    ODB_COL(st, 0, out->id);
    ODB_COL(st, 1, out->template_id);
    ODB_COL(st, 2, out->kind);
    ODB_COL(st, 3, out->mode);
    ODB_COL(st, 4, out->title);
    ODB_COL(st, 5, out->division);
    ODB_COL(st, 6, out->term);
    if (!gw_col_text(st, 7) || !day_parse(gw_col_text(st, 7), &out->polling_day)) {
        out->polling_day = DAY_NONE;
    }
    ODB_COL(st, 8, out->state);
    out->steps = gw_col_int(st, 9);
    out->unsent = gw_col_int(st, 10) != 0;
}

/* ---- opens that the mirror does not have */

struct opens {
    bool (*visit)(void *ctx, const struct process_row *row);
    void *ctx;
    const char *kind; /* "" = all */
    gw_id last;       /* the first open of a procedure counts */
    bool stop;
};

/* An open that cannot be read shows nothing here; the journal screen has it. */
static void visit_open(struct opens *o, const char *line, size_t len, int64_t steps)
{
    struct gw_arena arena;
    struct ev_step *step = NULL;
    struct process_row row;
    gw_arena_init(&arena, OPEN_ARENA);
    if (evidence_step(&arena, line, len, &step, NULL) == GW_OK && step->kind == PROC_OPEN) {
        row_from_open(step, &row);
        row.steps = steps;
        bool wanted = *o->kind == '\0' || strcmp(o->kind, row.kind) == 0;
        if (wanted && strcmp(o->last, row.id) != 0) {
            ODB_COPY(o->last, row.id);
            o->stop = !o->visit(o->ctx, &row);
        }
    }
    gw_arena_free(&arena);
}

static enum gw_err own_opens(struct home *home, const char *id, struct opens *o)
{
    struct gw_buf line;
    gw_buf_init(&line, JSON_LINE_MAX);
    sqlite3_stmt *st = process_stmt(home, SQL_PR_OPENS);
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err && !o->stop) {
        const struct wire_cmd_line in = {.body = gw_col_text(st, 1),
                                         .sig = gw_col_text(st, 2),
                                         .key = gw_col_text(st, 3),
                                         .priv = gw_col_text(st, 4)};
        gw_buf_reset(&line);
        err = wire_cmd_line_encode(&in, &line);
        if (!err) {
            visit_open(o, gw_buf_str(&line), line.len, gw_col_int(st, 5));
            err = odb_row(home, st, NULL);
        }
    }
    odb_reset(st);
    gw_buf_free(&line);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err foreign_opens(struct home *home, const char *id, struct opens *o)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_FOREIGN_OPENS);
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err && !o->stop) {
        const char *line = gw_col_text(st, 1);
        visit_open(o, line, strlen(line), 0);
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err unmirrored(struct home *home, const char *id, struct opens *o)
{
    enum gw_err err = own_opens(home, id, o);
    return err || o->stop ? err : foreign_opens(home, id, o);
}

enum gw_err process_each(struct home *home, const char *kind,
                         bool (*visit)(void *ctx, const struct process_row *row), void *ctx)
{
    struct process_row row;
    struct opens o = {.visit = visit, .ctx = ctx, .kind = kind ? kind : ""};
    sqlite3_stmt *st = process_stmt(home, SQL_PR_LIST);
    gw_bind_text(st, ":kind", o.kind);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err && !o.stop) {
        row_from_mirror(st, &row);
        o.stop = !visit(ctx, &row);
        err = o.stop ? GW_OK : odb_row(home, st, NULL);
    }
    odb_reset(st);
    err = err == GW_ABSENT ? GW_OK : err;
    return err || o.stop ? err : unmirrored(home, "", &o);
}

static bool keep_row(void *ctx, const struct process_row *row)
{
    *(struct process_row *)ctx = *row;
    return false;
}

enum gw_err process_row_of(struct home *home, const char *id, struct process_row *out,
                           struct gw_fail *fail)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_ONE);
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, fail);
    if (!err) {
        row_from_mirror(st, out);
    }
    odb_reset(st);
    if (err != GW_ABSENT) {
        return err;
    }
    struct opens o = {.visit = keep_row, .ctx = out, .kind = ""};
    err = unmirrored(home, id, &o);
    if (!err && !o.stop) {
        return gw_fail_set(fail, GW_ABSENT,
                           _("There is no such procedure here. `gridward election list` and "
                             "`gridward procedure list` show what there is."));
    }
    return err;
}
