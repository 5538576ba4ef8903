/* Pages of the feed and of snapshots; rules R1-R4. */
#include "offline-db/mirror.h"

#include <string.h>

#include "offline-db/mirror_p.h"

/* ---- pages */

static enum gw_err page_prepare(struct home *home, struct gw_fail *fail)
{
    struct home_priv *p = home->p;
    int64_t tombs = 0;
    int64_t overlays = 0;
    enum gw_err err = scopes_load(home);
    err = err ? err : odb_int(home, odb_stmt(home, SQL_TOMB_ANY), 0, &tombs);
    err = err ? err : odb_int(home, odb_stmt(home, SQL_O_ANY), 0, &overlays);
    err = err ? err : odb_int(home, odb_stmt(home, SQL_JOB_FIRST), 0, &p->mark);
    p->tombs = tombs != 0;
    p->overlays = overlays != 0;
    p->changed = 0;
    return err ? err : watch_load(home, fail);
}

enum gw_err mirror_page_begin(struct home *home, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "mirror_page", fail);
    if (err) {
        return err;
    }
    err = page_prepare(home, fail);
    if (err) {
        return odb_end(home, err, fail);
    }
    home->p->page = true;
    return GW_OK;
}

enum gw_err mirror_page_rec(struct home *home, const struct wire_rec *rec, struct gw_fail *fail)
{
    bool changed = false;
    enum gw_err err = GW_OK;
    if (rec->op == OP_SCOPES) {
        const struct scope_news news = {rec->scopes, rec->scopes_n, rec->tag, rec->types};
        return scopes_apply(home, &news, &home->p->changed, fail);
    }
    if (rec->op == OP_BEGIN || rec->op == OP_END || !rec->type_known) {
        return GW_OK; /* R7: an unknown type is skipped */
    }
    err = rec->op == OP_PUT ? mirror_put(home, rec, &changed, fail)
                            : mirror_remove(home, rec, &changed, fail);
    if (changed) {
        home->p->changed |= (change_mask)1 << rec->type;
    }
    return err;
}

static enum gw_err page_commit(struct home *home, enum gw_err err, change_mask *changed,
                               struct gw_fail *fail)
{
    home->p->page = false;
    err = odb_end(home, err, fail);
    if (!err && changed) {
        *changed |= home->p->changed;
    }
    return err;
}

enum gw_err mirror_page_end(struct home *home, const char *cursor, change_mask *changed,
                            struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    if (cursor) {
        err = state_text(home, SQL_STATE_CURSOR, ":cursor", cursor, fail);
    }
    return page_commit(home, err, changed, fail);
}

void mirror_page_drop(struct home *home)
{
    home->p->page = false;
    home->p->watch_version =
        -1; /* bits of a rolled-back page are harmless, missing ones would not be */
    (void)odb_end(home, GW_AGAIN, NULL); /* rolls back; the error is the caller's own */
}

/* ---- snapshot jobs */

static void read_job(sqlite3_stmt *st, struct mirror_job *out)
{
    enum gw_type type;
    const char *name = gw_col_text(st, 2);
    *out = (struct mirror_job){.job = gw_col_int(st, 0), .type = -1};
    ODB_COL(st, 1, out->scope);
    if (name && entity_parse(name, &type)) {
        out->type = (int)type;
    }
    ODB_COL(st, 3, out->after);
    ODB_COL(st, 4, out->first_cursor);
}

enum gw_err mirror_next_job(struct home *home, struct mirror_job *out)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_JOB_FIRST);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        read_job(st, out);
    }
    odb_reset(st);
    return err;
}

static enum gw_err job_del(struct home *home, int64_t job, struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_JOB_DEL);
    gw_bind_int(st, ":job", job);
    return gw_db_run(home->db, st, fail);
}

/* A page of another epoch: what the job has seen says nothing. The same job anew, with a new
 * number. */
static enum gw_err job_restart(struct home *home, const struct mirror_job *job,
                               struct gw_fail *fail)
{
    mirror_page_drop(home);
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "job_restart", fail);
    if (err) {
        return err;
    }
    err = job_del(home, job->job, fail);
    err = err ? err
              : job_add(home, job->scope,
                        job->type < 0 ? "" : entity_of((enum gw_type)job->type)->name, fail);
    err = odb_end(home, err, fail);
    return err ? err
               : gw_fail_set(fail, GW_AGAIN,
                             _("The dispatch server was restored in the meantime; the data is "
                               "fetched anew."));
}

/* Rows of a type that the job has not seen, those behind id `from` and up to `to`; "" = to the
 * last. */
static enum gw_err sweep_rows(struct home *home, const struct mirror_job *job, enum gw_type type,
                              int64_t seq, const char *from, const char *to, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(home->db, mirror_sql(type, M_SWEEP));
    (void)sqlite3_bind_text(st, 1, job->scope, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(st, 2, job->job);
    (void)sqlite3_bind_int64(st, 3, seq);
    (void)sqlite3_bind_text(st, 4, from, -1, SQLITE_STATIC);
    if (to[0] != '\0') {
        (void)sqlite3_bind_text(st, 5, to, -1, SQLITE_STATIC);
    } else {
        (void)sqlite3_bind_zeroblob(st, 5, 0); /* above every text */
    }
    enum gw_err err = gw_db_run(home->db, st, fail);
    if (!err && sqlite3_changes(gw_db_handle(home->db)) > 0) {
        home->p->changed |= (change_mask)1 << type;
        err = type == TYPE_ALARM ? overlay_orphans(home, fail) : GW_OK;
    }
    return err;
}

static enum gw_err sweep_type(struct home *home, const struct mirror_job *job, enum gw_type type,
                              int64_t seq, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    if (type == TYPE_ALARM) {
        int64_t rev = 0;
        err = odb_rev(home, &rev, fail);
        sqlite3_stmt *gone = odb_stmt(home, SQL_GONE_SWEEP);
        gw_bind_int(gone, ":rev", rev);
        gw_bind_int(gone, ":mark", job->job);
        gw_bind_int(gone, ":seq", seq);
        gw_bind_text(gone, ":scope", job->scope);
        err = err ? err : gw_db_run(home->db, gone, fail);
    }
    return err ? err : sweep_rows(home, job, type, seq, "", "", fail);
}

/* cursor := min(cursor, first cursor of the job), both of this epoch. */
static enum gw_err lower_cursor(struct home *home, const struct mirror_state *state,
                                const struct wire_cursor *first, struct gw_fail *fail)
{
    struct wire_cursor now;
    char text[96];
    if (wire_cursor_parse(state->cursor, &now) && strcmp(now.epoch, first->epoch) == 0 &&
        now.seq <= first->seq) {
        return GW_OK;
    }
    wire_cursor_print(first, text);
    return state_text(home, SQL_STATE_CURSOR, ":cursor", text, fail);
}

static bool is_of_job(const struct mirror_job *job, size_t type)
{
    return job->type < 0 || job->type == (int)type;
}

static enum gw_err sweep_all(struct home *home, const struct mirror_job *job, int64_t seq,
                             struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    for (size_t t = 0; !err && t < TYPE_N; t++) {
        if (is_of_job(job, t)) {
            err = sweep_type(home, job, (enum gw_type)t, seq, fail);
        }
    }
    return err;
}

/* What it has not seen is gone already. */
static enum gw_err job_finish(struct home *home, const struct mirror_job *job,
                              const struct mirror_state *state, const struct wire_cursor *first,
                              struct gw_fail *fail)
{
    enum gw_err err = lower_cursor(home, state, first, fail);
    err = err ? err : job_del(home, job->job, fail);
    return err || job->type >= 0 ? err
                                 : state_text(home, SQL_SCOPE_DONE, ":path", job->scope, fail);
}

/* A snapshot of a million rows is never idle, so it checkpoints on its own: the log is used again
 * instead of growing as large as the data. A megabyte at a time: its two syncs hold up whoever
 * waits for this loop, the longer the more there is to write. */
enum { FOLD_PAGES = 256, FOLD_LATE = 2 * FOLD_PAGES };

/* Pages in the log since the last checkpoint that got somewhere. */
static int64_t unfolded(struct home *home)
{
    int64_t now = gw_db_log_pages(home->db);
    if (now < home->p->folded) {
        home->p->folded = 0; /* begun anew meanwhile */
    }
    return now - home->p->folded;
}

static bool fold_from(struct home *home, int64_t pages)
{
    if (unfolded(home) < pages) {
        return false;
    }
    gw_db_checkpoint(home->db);
    home->p->folded = gw_db_log_pages(home->db); /* not 0: somebody reads, or has the lock */
    return true;
}

bool mirror_fold_due(struct home *home)
{
    return unfolded(home) >= FOLD_PAGES;
}

bool mirror_fold(struct home *home, bool late)
{
    return fold_from(home, late ? FOLD_LATE : FOLD_PAGES);
}

static enum gw_err job_page(struct home *home, const struct mirror_job *job, const char *after,
                            const char *first, struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_JOB_PAGE);
    gw_bind_int(st, ":job", job->job);
    gw_bind_text(st, ":after", after ? after : "");
    gw_bind_text(st, ":first", first);
    return gw_db_run(home->db, st, fail);
}

/* The job as the store knows it: a scopes line or a cancel may have taken it away meanwhile. */
static enum gw_err job_reload(struct home *home, int64_t number, struct mirror_job *out)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_JOB_GET);
    gw_bind_int(st, ":job", number);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        enum gw_type type;
        *out = (struct mirror_job){.job = number, .type = -1};
        ODB_COL(st, 0, out->scope);
        if (entity_parse(gw_col_text(st, 1), &type)) {
            out->type = (int)type;
        }
        ODB_COL(st, 2, out->first_cursor);
    }
    odb_reset(st);
    return err;
}

/* What the end of a page or of a part of one stands on. */
struct job_at {
    struct mirror_job own;
    struct mirror_state state;
    struct wire_cursor first;
    bool has_first; /* an earlier page or part said it */
};

/* In the page's transaction; whatever it returns but GW_OK, the transaction is rolled back. */
static enum gw_err job_look(struct home *home, const struct mirror_job *job,
                            const char *page_cursor, struct job_at *at, struct gw_fail *fail)
{
    struct wire_cursor page;
    enum gw_err err = job_reload(home, job->job, &at->own);
    if (err == GW_ABSENT) {
        mirror_page_drop(home);
        return gw_fail_set(fail, GW_AGAIN,
                           _("This part of the data is not to be fetched any more."));
    }
    err = err ? err : mirror_state(home, &at->state);
    if (err || !wire_cursor_parse(page_cursor, &page)) {
        mirror_page_drop(home);
        return err ? err
                   : gw_fail_set(fail, GW_SERVER,
                                 _("The dispatch server sent a page without a "
                                   "usable cursor. Report this to its operator."));
    }
    at->has_first = wire_cursor_parse(at->own.first_cursor, &at->first);
    if (!at->has_first) {
        at->first = page;
    }
    bool same =
        strcmp(page.epoch, at->state.epoch) == 0 && strcmp(at->first.epoch, page.epoch) == 0;
    return same ? GW_OK : job_restart(home, &at->own, fail);
}

enum gw_err mirror_job_page_end(struct home *home, const struct mirror_job *job,
                                const char *page_cursor, const char *after, bool last,
                                change_mask *changed, struct gw_fail *fail)
{
    struct job_at at;
    enum gw_err err = job_look(home, job, page_cursor, &at, fail);
    if (err) {
        return err;
    }
    err = last ? sweep_all(home, &at.own, at.first.seq, fail) : GW_OK;
    err = err    ? err
          : last ? job_finish(home, &at.own, &at.state, &at.first, fail)
                 : job_page(home, &at.own, after, at.has_first ? at.own.first_cursor : page_cursor,
                            fail);
    err = page_commit(home, err, changed, fail);
    if (!err) {
        (void)fold_from(home, last ? 1 : FOLD_LATE);
    }
    return err;
}

enum gw_err mirror_job_part_end(struct home *home, const struct mirror_job *job,
                                const char *page_cursor, change_mask *changed, struct gw_fail *fail)
{
    struct job_at at;
    enum gw_err err = job_look(home, job, page_cursor, &at, fail);
    if (err) {
        return err;
    }
    if (!at.has_first) {
        sqlite3_stmt *st = odb_stmt(home, SQL_JOB_PART);
        gw_bind_int(st, ":job", at.own.job);
        gw_bind_text(st, ":first", page_cursor);
        err = gw_db_run(home->db, st, fail);
    }
    return page_commit(home, err, changed, fail);
}

/* ---- the sweep by parts */

/* How many of the next `rows` rows behind id `from` there are, and the last of them. */
static enum gw_err look_ahead(struct home *home, enum gw_type type, const char *from, int64_t rows,
                              int64_t *n, char to[GW_ID_MAX + 1])
{
    sqlite3_stmt *st = gw_db_stmt(home->db, mirror_sql(type, M_AHEAD));
    (void)sqlite3_bind_text(st, 1, from, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(st, 2, rows);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        *n = gw_col_int(st, 0);
        odb_col(st, 1, to, GW_ID_MAX + 1);
    }
    odb_reset(st);
    return err;
}

/* In a transaction: at most *rows rows of the type that is next, which are taken off. */
static enum gw_err sweep_part(struct home *home, const struct job_at *at,
                              struct mirror_sweep *sweep, int64_t *rows, struct gw_fail *fail)
{
    char to[GW_ID_MAX + 1];
    int64_t n = 0;
    enum gw_type type = (enum gw_type)sweep->type;
    enum gw_err err = look_ahead(home, type, sweep->id, *rows, &n, to);
    bool whole = n < *rows;
    if (!err && n > 0 && type == TYPE_ALARM) { /* few; with them what the queue must hear */
        whole = true;
        err = sweep_type(home, &at->own, type, at->first.seq, fail);
    } else if (!err && n > 0) {
        err = sweep_rows(home, &at->own, type, at->first.seq, sweep->id, to, fail);
    }
    *rows -= n;
    ODB_COPY(sweep->id, whole ? "" : to);
    sweep->type += whole;
    return err;
}

static enum gw_err sweep_some(struct home *home, const struct job_at *at,
                              struct mirror_sweep *sweep, bool *done, struct gw_fail *fail)
{
    enum { PART_ROWS = 4096 };
    int64_t rows = PART_ROWS;
    enum gw_err err = GW_OK;
    while (!err && rows > 0 && sweep->type < TYPE_N) {
        if (is_of_job(&at->own, sweep->type)) {
            err = sweep_part(home, at, sweep, &rows, fail);
        } else {
            sweep->type++;
        }
    }
    *done = !err && sweep->type == TYPE_N;
    return err || !*done ? err : job_finish(home, &at->own, &at->state, &at->first, fail);
}

enum gw_err mirror_job_sweep(struct home *home, const struct mirror_job *job,
                             const char *page_cursor, struct mirror_sweep *sweep, bool *done,
                             change_mask *changed, struct gw_fail *fail)
{
    struct job_at at;
    *done = false;
    enum gw_err err = mirror_page_begin(home, fail);
    err = err ? err : job_look(home, job, page_cursor, &at, fail);
    if (err) {
        return err;
    }
    err = page_commit(home, sweep_some(home, &at, sweep, done, fail), changed, fail);
    if (!err && *done) {
        (void)fold_from(home, 1);
    }
    return err;
}

enum gw_err mirror_job_cancel(struct home *home, int64_t job, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "mirror_job_cancel", fail);
    if (err) {
        return err;
    }
    err = job_del(home, job, fail);
    err = err ? err : state_text(home, SQL_STATE_TAG, ":tag", "", fail); /* ask for the scopes */
    return odb_end(home, err, fail);
}
