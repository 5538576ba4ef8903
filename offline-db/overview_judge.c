/* One procedure in the overview: its stamp, what was kept of it, and how it is judged anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/election.h"
#include "offline-db/overview_p.h"

/* ---- the stamp */

enum gw_err overview_common(struct home *home, gw_day today, struct overview_common *out)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_COMMON_STAMP);
    *out = (struct overview_common){.today = today};
    gw_buf_init(&out->rules.confirmed, PROCESS_RULES_MAX);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        (void)snprintf(out->stamp, sizeof out->stamp, "%s %d %s", GW_VERSION, (int)today,
                       gw_col_text(st, 0)); /* cut: judged more often, never wrongly kept */
    }
    odb_reset(st);
    return err;
}

enum gw_err overview_stamp(struct home *home, const struct overview_common *common, const char *id,
                           char out[PROCESS_STAMP_MAX])
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_STAMP);
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        (void)snprintf(out, PROCESS_STAMP_MAX, "%s|%s", gw_col_text(st, 0), common->stamp);
    }
    odb_reset(st);
    return err;
}

void process_stamp(struct home *home, const char *id, gw_day today, char out[PROCESS_STAMP_MAX])
{
    struct overview_common common;
    out[0] = '\0';
    if (overview_common(home, today, &common) || overview_stamp(home, &common, id, out)) {
        out[0] = '\0';
    }
}

/* ---- what was kept */

enum gw_err overview_recall(struct home *home, const char *stamp, struct overview_row *row)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_SUMMARY);
    gw_bind_text(st, ":id", row->process.id);
    gw_bind_text(st, ":stamp", stamp);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        ODB_COL(st, 0, row->state);
        ODB_COL(st, 1, row->step);
        ODB_COL(st, 2, row->step_zh);
        ODB_COL(st, 3, row->step_en);
        row->due = (gw_day)gw_col_int(st, 4);
        row->late = gw_col_int(st, 5);
        row->missing = gw_col_int(st, 6);
        row->breaches = gw_col_int(st, 7);
        row->contested = gw_col_int(st, 8);
        row->poll = (enum overview_poll)gw_col_int(st, 9);
    }
    odb_reset(st);
    return err;
}

enum gw_err overview_keep(struct home *home, const char *stamp, const struct overview_row *row)
{
    sqlite3_stmt *st = process_stmt(home, SQL_PR_SUMMARY_PUT);
    gw_bind_text(st, ":id", row->process.id);
    gw_bind_text(st, ":stamp", stamp);
    gw_bind_text(st, ":state", row->state);
    gw_bind_text(st, ":step", row->step);
    gw_bind_text(st, ":zh", row->step_zh);
    gw_bind_text(st, ":en", row->step_en);
    gw_bind_int(st, ":day", row->due);
    gw_bind_int(st, ":late", row->late);
    gw_bind_int(st, ":missing", row->missing);
    gw_bind_int(st, ":breaches", row->breaches);
    gw_bind_int(st, ":contested", row->contested);
    gw_bind_int(st, ":poll", row->poll);
    return gw_db_run(home->db, st, NULL);
}

/* ---- judging */

static void take_next(struct overview_row *row, const struct step_spec *spec, gw_day day)
{
    ODB_COPY(row->step, spec->id);
    ODB_COPY(row->step_zh, spec->name.zh);
    ODB_COPY(row->step_en, spec->name.en ? spec->name.en : "");
    row->due = day;
}

/* The earliest thing that is late, else due; each kind is counted. */
static void read_findings(const struct procedure *p, struct overview_row *row)
{
    const struct finding *next = NULL;
    for (size_t i = 0; i < procedure_findings(p); i++) {
        const struct finding *f = procedure_finding(p, i);
        row->late += f->kind == FIND_LATE;
        row->missing += f->kind == FIND_MISSING;
        row->breaches += f->kind == FIND_BREACH;
        row->contested += f->kind == FIND_CONTESTED;
        if ((f->kind != FIND_LATE && f->kind != FIND_DUE) || (!f->spec && !f->slot)) {
            continue;
        }
        bool graver = next && next->kind == FIND_DUE && f->kind == FIND_LATE;
        if (!next || graver || (f->kind == next->kind && f->day < next->day)) {
            next = f;
        }
    }
    const struct step_spec *spec = !next ? NULL : next->spec ? next->spec : next->slot->spec;
    if (spec) {
        take_next(row, spec, next->day);
    }
}

/* Nothing presses: the step of the calendar that comes first. */
static void read_calendar(const struct procedure *p, struct overview_row *row)
{
    for (size_t i = 0; i < procedure_calendar(p); i++) {
        const struct cal_line *line = procedure_cal(p, i);
        gw_day day = line->plan != DAY_NONE ? line->plan : line->latest;
        if (line->done || !line->applies || line->spec->optional || day == DAY_NONE) {
            continue;
        }
        if (row->step[0] == '\0' || day < row->due) {
            take_next(row, line->spec, day);
        }
    }
}

static bool recorded(const struct procedure *p, const char *step)
{
    const struct slot *slot = procedure_slot_of(p, step, "");
    return slot && (slot->record || slot->rivals_n > 0);
}

/* Every seat by the first poll; one that is held for a woman, tied or open is none. */
static bool all_filled(const struct process_case *c)
{
    struct elect_case *ec = NULL;
    struct elect_result *r = calloc(1, sizeof *r);
    bool full = false;
    if (r && elect_read(c->state, c->rules, false, &ec) == GW_OK &&
        elect_result(elect_case_in(ec), r, NULL) == GW_OK) {
        full = r->validity == ELECT_VALID && r->seats_n > 0;
        for (size_t i = 0; i < r->seats_n; i++) {
            full = full && r->seats[i].state == SEAT_ELECTED;
        }
    }
    elect_case_free(ec);
    free(r);
    return full;
}

/* S21: whether the poll was valid; S21-1: it was void and held again (docs/procedures.md 1.6). */
static enum overview_poll read_poll(const struct process_case *c)
{
    if (!recorded(c->state, "S21") && !recorded(c->state, "S21-1")) {
        return OVERVIEW_NO_POLL;
    }
    return !recorded(c->state, "S21-1") && all_filled(c) ? OVERVIEW_FULL : OVERVIEW_POLL;
}

enum gw_err overview_judge(struct home *home, struct overview_common *common,
                           struct overview_row *row, struct gw_fail *fail)
{
    struct process_case c;
    enum gw_err err =
        process_load_held(home, row->process.id, common->today, &common->rules, &c, fail);
    row->due = DAY_NONE;
    if (err == GW_INVALID || err == GW_ABSENT) {
        row->unknown = true;
        return GW_OK;
    }
    if (err) {
        return err;
    }
    ODB_COPY(row->state, procedure_state_name(c.state));
    read_findings(c.state, row);
    if (row->step[0] == '\0' && strcmp(row->state, "open") == 0) {
        read_calendar(c.state, row);
    }
    row->poll = read_poll(&c);
    process_unload(&c);
    return GW_OK;
}
