/* Cursor, epoch, scopes, jobs, clock: where this mirror stands. Rules R3 and R5. */
#include <stdio.h>
#include <string.h>

#include "offline-db/mirror_p.h"

enum gw_err state_text(struct home *home, enum odb_sql which, const char *name, const char *text,
                       struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, which);
    gw_bind_text(st, name, text);
    return gw_db_run(home->db, st, fail);
}

static enum gw_err state_time(struct home *home, enum odb_sql which, int64_t at,
                              struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, which);
    gw_bind_int(st, ":at", at);
    return gw_db_run(home->db, st, fail);
}

enum gw_err mirror_state(struct home *home, struct mirror_state *out)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_STATE_GET);
    *out = (struct mirror_state){0};
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        ODB_COL(st, 0, out->cursor);
        ODB_COL(st, 1, out->epoch);
        ODB_COL(st, 2, out->tag);
        out->hello_at = gw_col_int(st, 3);
        out->caught_up_at = gw_col_int(st, 4);
        out->incidents = gw_col_int(st, 5);
        out->complete = out->epoch[0] != '\0' && gw_col_int(st, 7) == 0;
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_STORE : err;
}

enum gw_err mirror_scopes(struct home *home, struct wire_scope out[WIRE_SCOPES_MAX], size_t *n)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_SCOPES);
    *n = 0;
    enum gw_err err = odb_row(home, st, NULL);
    while (!err && *n < WIRE_SCOPES_MAX) {
        ODB_COL(st, 0, out[*n].path);
        out[*n].granted = gw_col_int(st, 1);
        *n += 1;
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err scopes_load(struct home *home)
{
    home->p->covered[0] = '\0';
    return mirror_scopes(home, home->p->scopes, &home->p->scopes_n);
}

/* ---- jobs */

enum gw_err job_add(struct home *home, const char *scope, const char *type, struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_JOB_ADD);
    gw_bind_text(st, ":scope", scope);
    gw_bind_text(st, ":type", type);
    return gw_db_run(home->db, st, fail);
}

static enum gw_err jobs_for_all(struct home *home, struct gw_fail *fail)
{
    enum gw_err err = gw_db_run(home->db, odb_stmt(home, SQL_JOB_DEL_ALL), fail);
    for (size_t i = 0; !err && i < home->p->scopes_n; i++) {
        err = job_add(home, home->p->scopes[i].path, "", fail);
    }
    return err;
}

/* ---- scopes (R3) */

static const struct wire_scope *scope_in(const struct wire_scope *list, size_t n, const char *path)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].path, path) == 0) {
            return &list[i];
        }
    }
    return NULL;
}

static enum gw_err scope_gone(struct home *home, const char *path, struct gw_fail *fail)
{
    enum gw_err err = state_text(home, SQL_SCOPE_DEL, ":path", path, fail);
    return err ? err : state_text(home, SQL_JOB_DEL_SCOPE, ":scope", path, fail);
}

static enum gw_err scope_new(struct home *home, const struct wire_scope *scope,
                             struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_SCOPE_PUT);
    gw_bind_text(st, ":path", scope->path);
    gw_bind_int(st, ":granted", scope->granted);
    enum gw_err err = gw_db_run(home->db, st, fail);
    return err ? err : job_add(home, scope->path, "", fail);
}

/* Rows that nothing covers any more, of every type, in this transaction: a lost grid leaves the
 * laptop at once (C3). */
static enum gw_err drop_uncovered(struct home *home, change_mask *changed, struct gw_fail *fail)
{
    int64_t rev = 0;
    enum gw_err err = odb_rev(home, &rev, fail);
    sqlite3_stmt *gone = odb_stmt(home, SQL_GONE_UNCOVERED);
    gw_bind_int(gone, ":rev", rev);
    err = err ? err : gw_db_run(home->db, gone, fail);
    for (size_t t = 0; !err && t < TYPE_N; t++) {
        err = gw_db_run(home->db, gw_db_stmt(home->db, mirror_sql((enum gw_type)t, M_UNCOVERED)),
                        fail);
        if (!err && sqlite3_changes(gw_db_handle(home->db)) > 0) {
            *changed |= (change_mask)1 << t;
        }
    }
    gw_db_scrub(home->db); /* rolled back: emptied once for nothing */
    return err ? err : overlay_orphans(home, fail);
}

/* ---- types (R7): names, so that a newer program sees which it has never fetched */

enum { TYPES_TEXT = 512 };

static bool has_type(const char *names, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = strstr(names, name); at; at = strstr(at + 1, name)) {
        if ((at == names || at[-1] == ' ') && at[len] == ' ') {
            return true;
        }
    }
    return false;
}

static enum gw_err type_lost(struct home *home, enum gw_type type, change_mask *changed,
                             struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    if (type == TYPE_ALARM) {
        int64_t rev = 0;
        err = odb_rev(home, &rev, fail);
        sqlite3_stmt *gone = odb_stmt(home, SQL_GONE_ALL);
        gw_bind_int(gone, ":rev", rev);
        err = err ? err : gw_db_run(home->db, gone, fail);
    }
    err = err ? err : gw_db_run(home->db, gw_db_stmt(home->db, mirror_sql(type, M_WIPE)), fail);
    *changed |= (change_mask)1 << type;
    return err || type != TYPE_ALARM ? err : overlay_orphans(home, fail);
}

/* A type that is new here: a job for it alone in every scope that is not fetched whole anyway. */
static enum gw_err type_new(struct home *home, const char *name, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; !err && i < home->p->scopes_n; i++) {
        int64_t has = 0;
        sqlite3_stmt *st = odb_stmt(home, SQL_JOB_HAS);
        gw_bind_text(st, ":scope", home->p->scopes[i].path);
        gw_bind_text(st, ":type", name);
        err = odb_int(home, st, 0, &has);
        if (!err && has == 0) {
            err = job_add(home, home->p->scopes[i].path, name, fail);
        }
    }
    return err;
}

static enum gw_err types_apply(struct home *home, uint32_t types, change_mask *changed,
                               struct gw_fail *fail)
{
    char old[TYPES_TEXT];
    char now[TYPES_TEXT] = "";
    size_t len = 0;
    sqlite3_stmt *st = odb_stmt(home, SQL_STATE_GET);
    enum gw_err err = odb_row(home, st, fail);
    odb_col(st, 6, old, sizeof old);
    odb_reset(st);
    for (size_t t = 0; !err && t < TYPE_N; t++) {
        const char *name = entity_of((enum gw_type)t)->name;
        bool was = has_type(old, name);
        bool is = (types >> t & 1) != 0;
        if (is) {
            len += (size_t)snprintf(now + len, sizeof now - len, "%s ", name);
        }
        if (is && !was) {
            err = type_new(home, name, fail);
        } else if (was && !is) {
            err = type_lost(home, (enum gw_type)t, changed, fail);
        }
    }
    return err || strcmp(old, now) == 0 ? err
                                        : state_text(home, SQL_STATE_TYPES, ":types", now, fail);
}

enum gw_err scopes_apply(struct home *home, const struct scope_news *news, change_mask *changed,
                         struct gw_fail *fail)
{
    struct wire_scope *old = home->p->scopes;
    bool dropped = false;
    enum gw_err err = scopes_load(home);
    size_t n = home->p->scopes_n;
    for (size_t i = 0; !err && i < n; i++) {
        const struct wire_scope *now = scope_in(news->list, news->n, old[i].path);
        if (!now || now->granted != old[i].granted) {
            err = scope_gone(home, old[i].path, fail);
            dropped = true;
        }
    }
    for (size_t i = 0; !err && i < news->n; i++) {
        const struct wire_scope *was = scope_in(old, n, news->list[i].path);
        if (!was || was->granted != news->list[i].granted) {
            err = scope_new(home, &news->list[i], fail);
        }
    }
    err = err ? err : scopes_load(home);
    if (!err && dropped) {
        err = drop_uncovered(home, changed, fail);
    }
    if (!err && news->types != 0) {
        err = types_apply(home, news->types, changed, fail);
    }
    return err ? err : state_text(home, SQL_STATE_TAG, ":tag", news->tag, fail);
}

/* ---- hello and relist (R5) */

/* Sequence numbers of another epoch mean nothing: local ones become 0, so that the snapshot wins.
 */
static enum gw_err new_epoch(struct home *home, const struct wire_hello *hello,
                             struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    for (size_t t = 0; !err && t < TYPE_N; t++) {
        err = gw_db_run(home->db, gw_db_stmt(home->db, mirror_sql((enum gw_type)t, M_ZERO)), fail);
    }
    err = err ? err : gw_db_run(home->db, odb_stmt(home, SQL_TOMB_CLEAR), fail);
    err = err ? err : gw_db_run(home->db, odb_stmt(home, SQL_J_SETTLE_EPOCH), fail);
    err = err ? err : foreign_again(home, fail);
    sqlite3_stmt *st = odb_stmt(home, SQL_STATE_EPOCH);
    gw_bind_text(st, ":epoch", hello->epoch);
    gw_bind_text(st, ":cursor", hello->cursor);
    return err ? err : gw_db_run(home->db, st, fail);
}

static enum gw_err hello_in_txn(struct home *home, const struct wire_hello *hello, bool epoch_new,
                                change_mask *changed, struct gw_fail *fail)
{
    const struct scope_news news = {hello->scopes, hello->scopes_n, hello->tag, hello->types};
    enum gw_err err = epoch_new ? new_epoch(home, hello, fail) : GW_OK;
    err = err ? err : scopes_apply(home, &news, changed, fail);
    if (!err && epoch_new) {
        err = jobs_for_all(home, fail);
        err = err ? err : overlay_all(home, fail);
        *changed = ((change_mask)1 << TYPE_N) - 1;
    }
    return err ? err
               : state_time(home, SQL_STATE_HELLO, home->clock->wall_ms(home->clock->ctx), fail);
}

enum gw_err mirror_hello(struct home *home, const struct wire_hello *hello, bool *epoch_changed,
                         change_mask *changed, struct gw_fail *fail)
{
    struct mirror_state state;
    change_mask moved = 0;
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "mirror_hello", fail);
    if (err) {
        return err;
    }
    err = mirror_state(home, &state);
    bool epoch_new = !err && strcmp(state.epoch, hello->epoch) != 0;
    err = err ? err : hello_in_txn(home, hello, epoch_new, &moved, fail);
    err = odb_end(home, err, fail);
    if (!err) {
        *epoch_changed = epoch_new && state.epoch[0] != '\0';
        *changed |= moved;
    }
    return err;
}

enum gw_err mirror_relist(struct home *home, const char *cursor, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "mirror_relist", fail);
    if (err) {
        return err;
    }
    err = scopes_load(home);
    err = err ? err : jobs_for_all(home, fail);
    err = err ? err : state_text(home, SQL_STATE_CURSOR, ":cursor", cursor, fail);
    return odb_end(home, err, fail);
}

/* ---- caught up */

/* Screens look far more often than 5,000 alarms leave; one that slept longer loads anew. */
static enum gw_err prune_gone(struct home *home, struct gw_fail *fail)
{
    int64_t floor = 0;
    enum gw_err err = odb_int(home, odb_stmt(home, SQL_GONE_OLD), 0, &floor);
    if (err || floor == 0) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_GONE_CUT);
    gw_bind_int(st, ":rev", floor);
    err = gw_db_run(home->db, st, fail);
    st = odb_stmt(home, SQL_GONE_FLOOR);
    gw_bind_int(st, ":rev", floor);
    return err ? err : gw_db_run(home->db, st, fail);
}

enum gw_err mirror_caught_up(struct home *home, int64_t now, struct gw_fail *fail)
{
    int64_t jobs = 0;
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "mirror_caught_up", fail);
    if (err) {
        return err;
    }
    err = odb_int(home, odb_stmt(home, SQL_JOB_FIRST), 0, &jobs);
    if (!err && jobs == 0) {
        err = gw_db_run(home->db, odb_stmt(home, SQL_TOMB_CLEAR), fail);
    }
    err = err ? err : prune_gone(home, fail);
    err = err ? err : state_time(home, SQL_STATE_CAUGHT, now, fail);
    return odb_end(home, err, fail);
}

/* ---- clock */

enum gw_err mirror_clock_set(struct home *home, int64_t off_ms, int64_t unc_ms)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "mirror_clock_set", NULL);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_CLOCK_SET);
    gw_bind_int(st, ":off", off_ms);
    gw_bind_int(st, ":unc", unc_ms);
    return odb_end(home, gw_db_run(home->db, st, NULL), NULL);
}

enum gw_err mirror_moment(struct home *home, int64_t *off_ms, int64_t *unc_ms, char *cursor,
                          size_t size)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_CLOCK_GET);
    *off_ms = INT64_MIN;
    *unc_ms = INT64_MIN;
    enum gw_err err = odb_row(home, st, NULL);
    if (!err && sqlite3_column_type(st, 0) != SQLITE_NULL) {
        *off_ms = gw_col_int(st, 0);
        *unc_ms = gw_col_int(st, 1);
    }
    if (!err) {
        odb_col(st, 2, cursor, size);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_STORE : err;
}

void mirror_clock(struct home *home, int64_t *off_ms, int64_t *unc_ms)
{
    char cursor[sizeof((struct mirror_state *)NULL)->cursor];
    (void)mirror_moment(home, off_ms, unc_ms, cursor, sizeof cursor); /* unreadable: not known */
}
