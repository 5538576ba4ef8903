/* One row of the queue from one row of QUEUE_SELECT. */
#include <string.h>

#include "model/address.h"
#include "model/mask.h"
#include "offline-db/queue_p.h"

static int64_t num(sqlite3_stmt *st, int col)
{
    return gw_col_int(st, col); /* NULL reads as 0 = absent */
}

/* The plain case, 10,000 times: no nested parts, so no JSON. */
static void alarm_from_columns(sqlite3_stmt *st, struct alarm *a)
{
    ODB_COL(st, 0, a->id);
    ODB_COL(st, 1, a->path);
    ODB_COL(st, 2, a->kind);
    const char *severity = gw_col_text(st, 3);
    const char *state = gw_col_text(st, 4);
    const char *stage = gw_col_text(st, 16);
    if (!severity || !alarm_severity_parse(severity, &a->severity)) {
        a->severity = alarm_kind_of(a->kind)->severity;
    }
    if (!state || !alarm_state_parse(state, &a->state)) {
        a->state = ALARM_UNACK; /* a state of a newer server: shown as open, never hidden */
    }
    a->level = (int)num(st, 5);
    a->waits = (int)num(st, 6);
    a->due_at = num(st, 7);
    a->raised_at = num(st, 8);
    a->count = num(st, 9);
    ODB_COL(st, 10, a->device_id);
    ODB_COL(st, 11, a->dwelling_id);
    ODB_COL(st, 12, a->resident_id);
    ODB_COL(st, 13, a->acked_by);
    a->acked_at = num(st, 14);
    a->ack_due_at = num(st, 15);
    if (!stage || !alarm_stage_parse(stage, &a->stage)) {
        a->stage = STAGE_NONE;
    }
    a->restored_at = num(st, 17);
    ODB_COL(st, 18, a->outcome);
    a->closed_at = num(st, 19);
    ODB_COL(st, 20, a->closed_by);
    ODB_COL(st, 21, a->policy);
    a->policy_version = (int)num(st, 22);
    a->visited = num(st, 35) != 0 || a->stage == STAGE_ARRIVED;
}

void row_who(struct gw_buf *scratch, const char *name, char out[64])
{
    gw_buf_reset(scratch);
    out[0] = '\0';
    if (name && mask_text(MASK_NAME, name, scratch) == GW_OK) {
        (void)gw_text_safe_z(out, 64, gw_buf_str(scratch));
    }
}

void row_piece(struct gw_buf *scratch, const char *estate, const char *building, const char *unit,
               char out[64])
{
    gw_buf_reset(scratch);
    out[0] = '\0';
    if (address_piece(estate, building, unit, scratch) == GW_OK) {
        (void)gw_text_safe_z(out, 64, gw_buf_str(scratch));
    }
}

static void holder_of(struct home *home, const char *user, char out[64])
{
    out[0] = '\0';
    if (!user[0]) {
        return;
    }
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(SQL_WORKER_NAME));
    gw_bind_text(st, ":id", user);
    if (odb_row(home, st, NULL) == GW_OK) {
        odb_safe(st, 0, out, 64);
    } else if (strcmp(user, home->id.user) == 0) {
        (void)gw_text_safe_z(out, 64, home->id.name);
    }
    odb_reset(st);
}

static void mark_of(struct queue_row *row, const char *mark, int64_t n, int64_t count)
{
    row->mark = CMD_STATE_N;
    if (mark && cmd_state_parse(mark, &row->mark)) {
        row->mark_n = n;
        row->mark_count = count;
    }
}

static void mine_of(const struct home *home, struct queue_row *row)
{
    row->mine = alarm_is_mine(&row->alarm, home->id.user, role_level(home->id.role));
}

/* From the overlay, or from the row's JSON when it has nested parts; falls back to the columns. */
static void alarm_of(struct home *home, sqlite3_stmt *st, struct alarm *a)
{
    const char *overlay = gw_col_text(st, 25);
    const char *id = gw_col_text(st, 0);
    const char *path = gw_col_text(st, 1);
    if (overlay && wire_alarm_decode(id, path, overlay, strlen(overlay), a, NULL) == GW_OK) {
        return;
    }
    if (num(st, 23) != 0 && alarm_from_mirror(home, id, path, a, NULL) == GW_OK) {
        return;
    }
    memset(a, 0, sizeof *a);
    alarm_from_columns(st, a);
}

void queue_row_read(struct home *home, sqlite3_stmt *st, struct gw_buf *scratch,
                    struct queue_row *row)
{
    alarm_of(home, st, &row->alarm);
    row->rev = num(st, 24);
    mark_of(row, gw_col_text(st, 26), num(st, 27), num(st, 28));
    row_who(scratch, gw_col_text(st, 29), row->who);
    row->alone = num(st, 30) != 0;
    row_piece(scratch, gw_col_text(st, 31), gw_col_text(st, 32), gw_col_text(st, 33), row->piece);
    const char *columns_holder = gw_col_text(st, 13);
    const char *name = gw_col_text(st, 34);
    if (name && columns_holder && strcmp(columns_holder, row->alarm.acked_by) == 0) {
        (void)gw_text_safe_z(row->holder, sizeof row->holder, name);
    } else {
        holder_of(home, row->alarm.acked_by, row->holder);
    }
    mine_of(home, row);
}

/* ---- what stays in memory of it */

void queue_brief_of(struct home *home, const struct queue_row *row, struct queue_brief *out)
{
    const struct alarm *a = &row->alarm;
    const char *me = home->id.user;
    *out = (struct queue_brief){
        .severity = a->severity,
        .state = a->state,
        .level = a->level,
        .waits = a->waits,
        .due_at = a->due_at,
        .raised_at = a->raised_at,
        .ack_due_at = a->ack_due_at,
        .closed_at = a->closed_at,
        .closing_due_at = a->closing.due_at,
        .rev = row->rev,
        .mine = row->mine,
        .held = a->state == ALARM_ACKED && a->acked_by[0] && strcmp(a->acked_by, me) == 0,
        .offered = strcmp(a->offer.to, me) == 0,
        .second = strcmp(a->closing.second_person, me) == 0,
        .id = a->id,
    };
}

bool queue_brief_read(struct home *home, sqlite3_stmt *st, struct queue_brief *out)
{
    if (num(st, 11) != 0) {
        return false;
    }
    struct alarm a; /* only what alarm_is_mine() looks at is set, and what is copied below */
    const char *severity = gw_col_text(st, 1);
    const char *state = gw_col_text(st, 2);
    a.offer.to[0] = a.closing.by[0] = a.closing.second_person[0] = '\0';
    if (!severity || !alarm_severity_parse(severity, &a.severity)) {
        ODB_COL(st, 12, a.kind);
        a.severity = alarm_kind_of(a.kind)->severity;
    }
    if (!state || !alarm_state_parse(state, &a.state)) {
        a.state = ALARM_UNACK; /* as in alarm_from_columns() */
    }
    a.level = (int)num(st, 3);
    a.waits = (int)num(st, 4);
    ODB_COL(st, 7, a.acked_by);
    *out = (struct queue_brief){
        .severity = a.severity,
        .state = a.state,
        .level = a.level,
        .waits = a.waits,
        .due_at = num(st, 5),
        .raised_at = num(st, 6),
        .ack_due_at = num(st, 8),
        .closed_at = num(st, 9),
        .rev = num(st, 10),
        .mine = alarm_is_mine(&a, home->id.user, role_level(home->id.role)),
        .held = a.state == ALARM_ACKED && a.acked_by[0] && strcmp(a.acked_by, home->id.user) == 0,
        .id = gw_col_text(st, 0),
    };
    return true;
}

/* ---- an alarm that only the overlay knows */

static void names_of(struct home *home, struct gw_buf *scratch, struct queue_row *row)
{
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(SQL_DWELLING_SHORT));
    gw_bind_text(st, ":id", row->alarm.dwelling_id);
    if (odb_row(home, st, NULL) == GW_OK) {
        row_piece(scratch, gw_col_text(st, 0), gw_col_text(st, 1), gw_col_text(st, 2), row->piece);
    }
    odb_reset(st);
    st = gw_db_stmt(home->db, screen_sql(SQL_RESIDENT_SHORT));
    gw_bind_text(st, ":id", row->alarm.resident_id);
    if (odb_row(home, st, NULL) == GW_OK) {
        row_who(scratch, gw_col_text(st, 0), row->who);
        row->alone = num(st, 1) != 0;
    }
    odb_reset(st);
    holder_of(home, row->alarm.acked_by, row->holder);
}

enum gw_err queue_row_alone(struct home *home, const char *id, struct gw_buf *scratch,
                            struct queue_row *row, struct gw_fail *fail)
{
    memset(row, 0, sizeof *row);
    enum gw_err err = alarm_from_overlay(home, id, &row->alarm, fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_O_GET);
    gw_bind_text(st, ":id", id);
    err = odb_row(home, st, fail);
    if (!err) {
        mark_of(row, gw_col_text(st, 3), num(st, 4), num(st, 5));
        row->rev = num(st, 6);
    }
    odb_reset(st);
    names_of(home, scratch, row);
    mine_of(home, row);
    return err;
}

enum gw_err queue_one(struct home *home, const char *alarm_id, struct queue_row *out,
                      struct gw_fail *fail)
{
    struct gw_buf scratch;
    gw_buf_init(&scratch, 4096);
    memset(out, 0, sizeof *out);
    overlay_catch_up(home);
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(SQL_Q_ONE));
    gw_bind_text(st, ":id", alarm_id);
    enum gw_err err = odb_row(home, st, fail);
    if (!err && gw_col_text(st, 0)) {
        queue_row_read(home, st, &scratch, out);
        odb_reset(st);
    } else {
        odb_reset(st);
        err = err && err != GW_ABSENT ? err : queue_row_alone(home, alarm_id, &scratch, out, fail);
    }
    gw_buf_free(&scratch);
    if (err == GW_ABSENT) {
        (void)gw_fail_set(fail, err,
                          _("There is no alarm %s on this machine. Look at the list of alarms, or "
                            "fetch the newest data with: gridward sync"),
                          alarm_id);
    }
    return err;
}
