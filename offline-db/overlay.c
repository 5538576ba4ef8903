/* The overlay: what an alarm looks like with the worker's own commands that the mirror does not
 * show yet. Derived with the same table as the server's (model/alarm), stored so that screens read
 * it with one join. Recomputed in the transaction that changes the alarm or a row of the journal; a
 * new row of the journal is folded in by who reads next (overlay_catch_up). */
#include <stdlib.h>
#include <string.h>

#include "offline-db/odb_p.h"

enum { ROW_TEXT = 64 * 1024 };

/* One command that was folded; a later retract may name it. */
struct done {
    struct json *root; /* owns the strings of body */
    struct cmd_body body;
    int64_t at;
    int level_before, to_level;
    bool applied;
};

struct fold {
    struct home *home;
    const char *id;
    bool mirrored; /* the server has told us of this alarm */
    int64_t seq;   /* of its mirror row; -1 */
    bool there;    /* alarm below is filled */
    struct alarm alarm;
    struct policy policy;
    struct done *done;
    size_t n, cap;
};

static void fold_free(struct fold *f)
{
    for (size_t i = 0; i < f->n; i++) {
        json_free(f->done[i].root);
    }
    free(f->done);
}

static enum gw_err fold_grow(struct fold *f)
{
    if (f->n < f->cap) {
        return GW_OK;
    }
    size_t cap = f->cap ? f->cap * 2 : 8;
    struct done *more = realloc(f->done, cap * sizeof *more);
    if (!more) {
        return GW_NOMEM;
    }
    f->done = more;
    f->cap = cap;
    return GW_OK;
}

static enum gw_err fold_base(struct fold *f, struct gw_fail *fail)
{
    gw_id path;
    sqlite3_stmt *st = odb_stmt(f->home, SQL_ALARM_BASE);
    gw_bind_text(st, ":id", f->id);
    enum gw_err err = odb_row(f->home, st, fail);
    if (!err) {
        f->seq = gw_col_int(st, 0);
        ODB_COL(st, 1, path);
    }
    odb_reset(st);
    if (err) {
        return err == GW_ABSENT ? GW_OK : err;
    }
    f->mirrored = true;
    st = odb_stmt(f->home, SQL_J_SETTLE);
    gw_bind_text(st, ":id", f->id);
    gw_bind_int(st, ":seq", f->seq);
    err = gw_db_run(f->home->db, st, fail);
    if (err) {
        return err;
    }
    /* A row that our table cannot read is shown as the server sent it, without an overlay. */
    f->there = alarm_from_mirror(f->home, f->id, path, &f->alarm, NULL) == GW_OK;
    return GW_OK;
}

/* An alarm raised by hand that only this laptop knows: at least at the raiser's own level, so that
 * it stands where he sees it. The server decides when it hears of it. */
static void fold_raise(struct fold *f, const struct done *d)
{
    struct alarm *a = &f->alarm;
    const struct cmd_data *data = &d->body.data;
    *a = (struct alarm){.count = 1, .raised_at = d->at, .state = ALARM_UNACK};
    ODB_COPY(a->id, f->id);
    ODB_COPY(a->kind, data->kind);
    ODB_COPY(a->dwelling_id, data->dwelling_id);
    ODB_COPY(a->path, data->path);
    if (!data->path && data->dwelling_id) {
        sqlite3_stmt *st = odb_stmt(f->home, SQL_DWELLING_PATH);
        gw_bind_text(st, ":id", data->dwelling_id);
        if (odb_row(f->home, st, NULL) == GW_OK) {
            ODB_COL(st, 0, a->path);
        }
        odb_reset(st);
    }
    if (!data->severity || !alarm_severity_parse(data->severity, &a->severity)) {
        a->severity = alarm_kind_of(a->kind)->severity;
    }
    policy_default(&f->policy, a->kind);
    int mine = role_level(f->home->id.role);
    a->level = f->policy.start_level > mine ? f->policy.start_level : mine;
    ODB_COPY(a->policy, f->policy.id);
    a->policy_version = f->policy.version;
    f->there = true;
}

/* ---- what a retract names */

static bool target_folded(const struct fold *f, const char *uid, struct alarm_target *out)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct done *d = &f->done[i];
        if (strcmp(d->body.uid, uid) == 0) {
            *out = (struct alarm_target){.found = true,
                                         .applied = d->applied,
                                         .kind = d->body.kind,
                                         .at = d->at,
                                         .to_level = d->to_level,
                                         .level_before = d->level_before,
                                         .to = d->body.data.to};
            return true;
        }
    }
    return false;
}

/* Of a command that the mirror shows already: its body tells. *root keeps the strings. */
static void target_stored(struct fold *f, const char *uid, struct alarm_target *out,
                          struct json **root)
{
    struct cmd_body body;
    enum cmd_state state;
    const char *code = NULL;
    sqlite3_stmt *st = odb_stmt(f->home, SQL_J_BY_UID);
    gw_bind_text(st, ":id", f->id);
    gw_bind_text(st, ":uid", uid);
    if (odb_row(f->home, st, NULL) == GW_OK) {
        const char *text = gw_col_text(st, 4);
        if (wire_body_decode(text, strlen(text), &body, root, &code, NULL) == GW_OK &&
            strcmp(body.id, f->id) == 0 && cmd_state_parse(gw_col_text(st, 3), &state)) {
            int to = (int)body.data.to_level;
            *out = (struct alarm_target){.found = true,
                                         .applied = state == CMD_APPLIED,
                                         .kind = body.kind,
                                         .at = gw_col_int(st, 2),
                                         .to_level = to > 0 ? to : f->alarm.waits,
                                         .level_before = (int)body.expect_level,
                                         .to = body.data.to};
        }
    }
    odb_reset(st);
}

static void fold_step(struct fold *f, struct done *d)
{
    struct alarm_target target = {0};
    struct json *root = NULL;
    struct alarm_verdict verdict = {0};
    struct alarm after = f->alarm;
    const struct alarm_who who = {
        .user = f->home->id.user, .role = f->home->id.role, .now = d->at, .acted_at = d->at};
    bool retract = d->body.kind == CMD_ALARM_RETRACT;
    if (retract && d->body.data.uid && !target_folded(f, d->body.data.uid, &target)) {
        target_stored(f, d->body.data.uid, &target, &root);
    }
    d->level_before = f->alarm.level;
    alarm_step(&f->alarm, d->body.kind, &d->body.data, &who, (int)d->body.expect_level, &f->policy,
               retract ? &target : NULL, &after, &verdict);
    json_free(root);
    d->applied = verdict.result == RESULT_APPLIED;
    if (d->applied) {
        d->to_level = after.waits;
        f->alarm = after;
    }
}

static enum gw_err fold_one(struct fold *f, const char *text, int64_t at)
{
    struct done d = {.at = at};
    const char *code = NULL;
    enum gw_err err = fold_grow(f);
    if (err || wire_body_decode(text, strlen(text), &d.body, &d.root, &code, NULL) != GW_OK) {
        json_free(d.root);
        return err; /* a command of a newer program: no overlay for it */
    }
    if (d.body.kind == CMD_ALARM_RAISE) {
        if (!f->there && !f->mirrored) {
            fold_raise(f, &d);
        }
        d.applied = true;
    } else if (f->there && cmd_spec_of(d.body.kind)->event) {
        fold_step(f, &d);
    }
    f->done[f->n++] = d;
    return GW_OK;
}

static enum gw_err fold_all(struct fold *f, struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(f->home, SQL_J_FOLD);
    gw_bind_text(st, ":id", f->id);
    if (f->there) {
        policy_default(&f->policy, f->alarm.kind);
    }
    enum gw_err err = odb_row(f->home, st, fail);
    while (!err) {
        const char *text = gw_col_text(st, 4);
        err = text ? fold_one(f, text, gw_col_int(st, 5)) : GW_OK;
        err = err ? err : odb_row(f->home, st, fail);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

/* ---- storing */

struct mark {
    char state[16];
    int64_t n, count;
};

static enum gw_err read_mark(struct home *home, const char *id, struct mark *out)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_MARK);
    *out = (struct mark){.n = 0};
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        out->n = gw_col_int(st, 0);
        ODB_COL(st, 1, out->state);
        out->count = gw_col_int(st, 2);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err bump_or_gone(struct home *home, const char *id, bool alone, struct gw_fail *fail)
{
    int64_t rev = 0;
    enum gw_err err = odb_rev(home, &rev, fail);
    sqlite3_stmt *st = odb_stmt(home, alone ? SQL_GONE_PUT : SQL_ALARM_BUMP);
    gw_bind_int(st, ":rev", rev);
    gw_bind_text(st, ":id", id);
    home->p->changed |= (change_mask)1 << TYPE_ALARM;
    return err ? err : gw_db_run(home->db, st, fail);
}

static enum gw_err overlay_drop(struct fold *f, struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(f->home, SQL_O_DEL);
    gw_bind_text(st, ":id", f->id);
    enum gw_err err = odb_row(f->home, st, fail);
    bool alone = !err && gw_col_int(st, 0) != 0 && !f->mirrored;
    odb_reset(st);
    if (err) {
        return err == GW_ABSENT ? GW_OK : err;
    }
    return bump_or_gone(f->home, f->id, alone, fail);
}

static enum gw_err overlay_store(struct fold *f, const struct mark *mark, struct gw_fail *fail)
{
    struct gw_buf row;
    struct jw w;
    int64_t rev = 0;
    enum gw_err err = odb_rev(f->home, &rev, fail);
    gw_buf_init(&row, ROW_TEXT);
    jw_begin(&w, &row);
    jw_obj(&w, NULL);
    wire_alarm_encode(&f->alarm, &w);
    jw_obj_end(&w);
    err = err ? err : jw_end(&w);
    sqlite3_stmt *st = odb_stmt(f->home, SQL_O_PUT);
    gw_bind_text(st, ":id", f->id);
    gw_bind_text(st, ":path", f->alarm.path);
    gw_bind_text(st, ":row", f->n > 0 && f->there ? gw_buf_str(&row) : NULL);
    gw_bind_int(st, ":alone", !f->mirrored);
    gw_bind_text(st, ":mark", mark->state);
    gw_bind_int(st, ":mark_n", mark->n);
    gw_bind_int(st, ":mark_count", mark->count);
    gw_bind_int(st, ":rev", rev);
    err = err ? err : gw_db_run(f->home->db, st, fail);
    gw_buf_free(&row);
    f->home->p->changed |= (change_mask)1 << TYPE_ALARM;
    return err;
}

enum gw_err overlay_fold(struct home *home, const char *alarm_id, struct gw_fail *fail)
{
    struct mark mark;
    struct fold f = {.home = home, .id = alarm_id, .seq = -1};
    enum gw_err err = fold_base(&f, fail);
    err = err ? err : fold_all(&f, fail);
    err = err ? err : read_mark(home, alarm_id, &mark);
    if (!err) {
        bool shown = f.mirrored ? f.n > 0 || mark.count > 0 : f.there;
        err = shown ? overlay_store(&f, &mark, fail) : overlay_drop(&f, fail);
    }
    fold_free(&f);
    return err;
}

static enum gw_err catch_up(struct home *home)
{
    gw_id id;
    int64_t j = 0;
    enum gw_err err = odb_int(home, odb_stmt(home, SQL_O_BEHIND), INT64_MAX, &j);
    while (!err) {
        sqlite3_stmt *st = odb_stmt(home, SQL_O_NEXT);
        gw_bind_int(st, ":j", j);
        err = odb_row(home, st, NULL);
        if (!err) {
            j = gw_col_int(st, 0);
            ODB_COL(st, 1, id);
        }
        odb_reset(st);
        err = err ? err : overlay_fold(home, id, NULL);
    }
    if (err != GW_ABSENT || j == INT64_MAX) { /* nothing left: another process was faster */
        return err == GW_ABSENT ? GW_OK : err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_O_FOLDED);
    gw_bind_int(st, ":j", j);
    return gw_db_run(home->db, st, NULL);
}

void overlay_catch_up(struct home *home)
{
    int64_t folded = -1;
    if (gw_db_in_txn(home->db) ||
        odb_int(home, odb_stmt(home, SQL_O_BEHIND), -1, &folded) != GW_OK || folded < 0 ||
        odb_begin(home, GW_DURABLE_NORMAL, "overlay_catch_up", NULL) != GW_OK) {
        return;
    }
    (void)odb_end(home, catch_up(home), NULL); /* logged */
}

/* Ids are asked for one at a time: folding changes the table that is walked. */
enum gw_err overlay_orphans(struct home *home, struct gw_fail *fail)
{
    gw_id id;
    enum gw_err err = GW_OK;
    while (!err) {
        sqlite3_stmt *st = odb_stmt(home, SQL_O_ORPHANS);
        err = odb_row(home, st, fail);
        if (!err) {
            ODB_COL(st, 0, id);
        }
        odb_reset(st);
        err = err ? err : overlay_fold(home, id, fail);
    }
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err overlay_all(struct home *home, struct gw_fail *fail)
{
    gw_id id = "";
    enum gw_err err = GW_OK;
    while (!err) {
        sqlite3_stmt *st = odb_stmt(home, SQL_O_IDS);
        gw_bind_text(st, ":id", id);
        err = odb_row(home, st, fail);
        char next[sizeof id] = "";
        if (!err) {
            ODB_COL(st, 0, next);
        }
        odb_reset(st);
        ODB_COPY(id, next);
        err = err ? err : overlay_fold(home, id, fail);
    }
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err alarm_from_overlay(struct home *home, const char *id, struct alarm *out,
                               struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_O_GET);
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, fail);
    const char *row = err ? NULL : gw_col_text(st, 1);
    if (!err && !row) {
        err = GW_ABSENT;
    }
    err = err ? err : wire_alarm_decode(id, gw_col_text(st, 0), row, strlen(row), out, fail);
    odb_reset(st);
    return err;
}
