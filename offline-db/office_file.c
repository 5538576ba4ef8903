/* Files what the records of each procedure say about offices. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "offline-db/office_p.h"

enum { FACTS_MEMORY = 16 * 1024 * 1024, IDS_FIRST = 64 };

struct ids {
    gw_id *id;
    size_t n, cap;
    bool nomem;
};

static bool add_id(struct ids *ids, const char *id)
{
    if (ids->n == ids->cap) {
        size_t cap = ids->cap ? ids->cap * 2 : IDS_FIRST;
        gw_id *more = realloc(ids->id, cap * sizeof *more);
        if (!more) {
            ids->nomem = true;
            return false;
        }
        ids->id = more;
        ids->cap = cap;
    }
    ODB_COPY(ids->id[ids->n++], id);
    return true;
}

static bool take_row(void *ctx, const struct process_row *row)
{
    return add_id(ctx, row->id);
}

/* Those of places where the resident lives or is filed, and what only this laptop knows. */
static enum gw_err take_concerned(struct home *home, const char *resident, struct ids *ids)
{
    sqlite3_stmt *st = process_stmt(home, SQL_OF_CONCERNED);
    gw_bind_text(st, ":id", resident);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err && add_id(ids, gw_col_text(st, 0))) {
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err stamp_of(struct home *home, const char *id, char out[PROCESS_STAMP_MAX])
{
    sqlite3_stmt *st = process_stmt(home, SQL_OF_STAMP);
    out[0] = '\0';
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        (void)snprintf(out, PROCESS_STAMP_MAX, "%s", gw_col_text(st, 0));
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static void bind_place(sqlite3_stmt *st, const struct process_case *c)
{
    const struct proc_value *term = procedure_value(c->state, "open", "", "term");
    gw_bind_text(st, ":id", c->row.id);
    gw_bind_text(st, ":division", c->row.division);
    gw_bind_text(st, ":committee", c->rules->committee);
    gw_bind_text(st, ":term", term && term->text ? term->text : "");
}

static enum gw_err put_fact(struct home *home, const struct process_case *c, size_t ord,
                            const struct office_fact *fact)
{
    sqlite3_stmt *st = process_stmt(home, SQL_OF_PUT);
    bind_place(st, c);
    gw_bind_int(st, ":ord", (int64_t)ord);
    gw_bind_int(st, ":ends", fact->ends);
    gw_bind_text(st, ":organ", office_organ_name(fact->organ));
    gw_bind_text(st, ":post", fact->post);
    gw_bind_text(st, ":grp", fact->group);
    gw_bind_text(st, ":name", fact->name);
    gw_bind_text(st, ":resident", fact->resident);
    gw_bind_text(st, ":subject", fact->subject);
    gw_bind_text(st, ":cause", fact->cause);
    gw_bind_int(st, ":day", fact->on);
    gw_bind_int(st, ":until", fact->until);
    gw_bind_int(st, ":same", fact->same);
    gw_bind_int(st, ":whole", fact->all);
    gw_bind_int(st, ":renews", fact->renews);
    gw_bind_int(st, ":waits", fact->waits);
    gw_bind_text(st, ":bar", fact->rule->bars ? office_organ_name(fact->rule->bar) : "");
    gw_bind_text(st, ":hash", fact->hash);
    return gw_db_run(home->db, st, NULL);
}

static enum gw_err put_all(struct home *home, const struct process_case *c, const char *stamp,
                           const struct office_fact *facts, size_t n)
{
    sqlite3_stmt *st = process_stmt(home, SQL_OF_CLEAR);
    gw_bind_text(st, ":id", c->row.id);
    enum gw_err err = gw_db_run(home->db, st, NULL);
    for (size_t i = 0; !err && i < n; i++) {
        err = put_fact(home, c, i, &facts[i]);
    }
    if (err) {
        return err;
    }
    st = process_stmt(home, SQL_OF_SOURCE_PUT);
    gw_bind_text(st, ":id", c->row.id);
    gw_bind_text(st, ":stamp", stamp);
    return gw_db_run(home->db, st, NULL);
}

static enum gw_err file_case(struct home *home, const struct process_case *c, const char *stamp,
                             struct gw_fail *fail)
{
    struct gw_arena arena;
    const struct office_fact *facts;
    size_t n;
    gw_arena_init(&arena, FACTS_MEMORY);
    enum gw_err err = office_facts(c->state, &arena, &facts, &n);
    err = err ? err : put_all(home, c, stamp, facts, n);
    if (err == GW_NOMEM) {
        err = gw_fail_set(fail, err, _("There is no memory left. Close other programs."));
    }
    gw_arena_free(&arena);
    return err;
}

/* A full disk, or a store that another program holds: what was filed before is shown, and said to
 * be old. */
static void keep_case(struct home *home, const struct overview_common *common,
                      const struct process_case *c, const char *stamp, struct office_list *list)
{
    char now[PROCESS_STAMP_MAX];
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "offices", NULL);
    if (!err) {
        /* another program may have taken in an erasure since this was read */
        err = overview_stamp(home, common, c->row.id, now);
        err = err || strcmp(now, stamp) == 0 ? err : GW_AGAIN;
        err = odb_end(home, err ? err : file_case(home, c, stamp, NULL), NULL);
    }
    list->stale += err != GW_OK;
}

static enum gw_err refresh_one(struct home *home, struct overview_common *common, const char *id,
                               struct office_list *list, struct gw_fail *fail)
{
    char stamp[PROCESS_STAMP_MAX];
    char kept[PROCESS_STAMP_MAX];
    struct process_case c;
    enum gw_err err = overview_stamp(home, common, id, stamp);
    err = err ? err : stamp_of(home, id, kept);
    if (err || strcmp(stamp, kept) == 0) {
        return err;
    }
    err = process_load_held(home, id, DAY_NONE, &common->rules, &c, fail);
    if (err == GW_INVALID || err == GW_ABSENT) {
        list->unknown++;
        return GW_OK;
    }
    if (err) {
        return err;
    }
    list->read++;
    keep_case(home, common, &c, stamp, list);
    process_unload(&c);
    return GW_OK;
}

static enum gw_err forget(struct home *home, const char *id)
{
    const enum process_sql_row both[] = {SQL_OF_CLEAR, SQL_OF_FORGET};
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "offices", NULL);
    if (err) {
        return err;
    }
    for (size_t i = 0; !err && i < 2; i++) {
        sqlite3_stmt *st = process_stmt(home, both[i]);
        gw_bind_text(st, ":id", id);
        err = gw_db_run(home->db, st, NULL);
    }
    return odb_end(home, err, NULL);
}

/* What the server or this laptop never took: an open that was rejected files nobody. Rows of the
 * mirror take theirs with them (schema/0012). */
static void forget_gone(struct home *home, struct office_list *list)
{
    gw_id id;
    for (;;) {
        sqlite3_stmt *st = process_stmt(home, SQL_OF_GONE);
        enum gw_err err = odb_row(home, st, NULL);
        if (!err) {
            ODB_COL(st, 0, id);
        }
        odb_reset(st);
        if (err) {
            return;
        }
        if (forget(home, id)) {
            list->stale++;
            return;
        }
    }
}

enum gw_err office_refresh(struct home *home, const char *resident, struct office_list *list,
                           struct gw_fail *fail)
{
    struct ids ids = {.id = NULL};
    struct overview_common common;
    enum gw_err err =
        resident ? take_concerned(home, resident, &ids) : process_each(home, NULL, take_row, &ids);
    if (ids.nomem) {
        err = gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    if (!err) {
        forget_gone(home, list);
        /* what is filed does not depend on today: the stamp says none */
        err = overview_common(home, DAY_NONE, &common);
        for (size_t i = 0; !err && i < ids.n; i++) {
            err = refresh_one(home, &common, ids.id[i], list, fail);
        }
        process_rules_drop(&common.rules);
    }
    free(ids.id);
    return err;
}
