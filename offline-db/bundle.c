/* To the server: everything that waits, sealed to it. */
#include "offline-db/bundle_p.h"

#include <stdio.h>
#include <string.h>

#include "offline-db/foreign_p.h"
#include "offline-db/practice.h"

enum { BATCH_LINES = 200 };

/* ---- where this home stands: what the reply must hold */

static enum gw_err fill_head(struct home *home, struct bundle_head *head)
{
    struct mirror_state state;
    struct mirror_job job;
    *head = (struct bundle_head){.kind = BUNDLE_TO_SERVER, .to_n = 1};
    enum gw_err err = mirror_state(home, &state);
    enum gw_err job_err = err ? err : mirror_next_job(home, &job);
    ODB_COPY(head->from, home->id.device);
    ODB_COPY(head->to[0], BUNDLE_SERVER);
    ODB_COPY(head->cursor, state.cursor);
    ODB_COPY(head->tag, state.tag);
    head->full = job_err == GW_OK || state.cursor[0] == '\0' || !state.complete;
    head->at = home->clock->wall_ms(home->clock->ctx);
    return err ? err : job_err == GW_ABSENT ? GW_OK : job_err;
}

/* ---- lines, in the order in which sync would send them; nothing is marked */

static enum gw_err add_own(struct bundle_out *out, const struct home *home, sqlite3_stmt *st,
                           struct gw_buf *scratch, struct gw_fail *fail)
{
    const struct wire_cmd_line line = {.body = gw_col_text(st, 1),
                                       .key = home->id.device,
                                       .sig = gw_col_text(st, 2),
                                       .priv = gw_col_text(st, 3)};
    gw_buf_reset(scratch);
    enum gw_err err = wire_cmd_line_encode(&line, scratch);
    return err ? err : bundle_add(out, gw_buf_str(scratch), scratch->len, fail);
}

static enum gw_err add_foreign(struct bundle_out *out, sqlite3_stmt *st, struct gw_fail *fail)
{
    const char *line = gw_col_text(st, 2);
    return bundle_add(out, line, strlen(line), fail);
}

static bool real(enum gw_err err)
{
    return err && err != GW_ABSENT;
}

static enum gw_err add_unsent(struct bundle_out *out, struct home *home, struct gw_fail *fail)
{
    struct gw_buf scratch;
    sqlite3_stmt *own = odb_stmt(home, SQL_J_BATCH);
    sqlite3_stmt *foreign = process_stmt(home, SQL_FL_UNSENT);
    gw_buf_init(&scratch, BUNDLE_LINE_MAX);
    gw_bind_text(own, ":dev", home->id.device);
    enum gw_err own_err = odb_row(home, own, fail);
    enum gw_err foreign_err = odb_row(home, foreign, fail);
    enum gw_err err = real(own_err) ? own_err : real(foreign_err) ? foreign_err : GW_OK;
    while (!err && (!own_err || !foreign_err)) {
        if (own_err || (!foreign_err && gw_col_int(foreign, 4) < gw_col_int(own, 0))) {
            err = add_foreign(out, foreign, fail);
            foreign_err = err ? err : odb_row(home, foreign, fail);
            err = err ? err : real(foreign_err) ? foreign_err : GW_OK;
        } else {
            err = add_own(out, home, own, &scratch, fail);
            own_err = err ? err : odb_row(home, own, fail);
            err = err ? err : real(own_err) ? own_err : GW_OK;
        }
    }
    odb_reset(own);
    odb_reset(foreign);
    gw_buf_free(&scratch);
    return err;
}

enum gw_err home_bundle_out(struct home *home, const char *attachments, struct gw_buf *file,
                            struct bundle_report *report, struct gw_fail *fail)
{
    struct bundle_head head;
    struct bundle_out out;
    uint8_t box[1][GW_KEY_BYTES];
    *report = (struct bundle_report){.lines = 0};
    gw_buf_init(&out.text, BUNDLE_TEXT_MAX);
    enum gw_err err = practice_refuse(home, fail);
    err = err ? err : home_rejoin(home, fail);
    err = err ? err : fill_head(home, &head);
    if (!err && !gw_b64url_decode(home->id.server_key, box[0], GW_KEY_BYTES)) {
        err =
            gw_fail_set(fail, GW_DENIED,
                        _("This home does not know the server's key for bundles. Enrol it anew."));
    }
    err = err ? err : bundle_begin(&out, &head, fail);
    err = err ? err : add_unsent(&out, home, fail);
    report->lines = out.count;
    err = err ? err : bundle_blobs_add(home, NULL, attachments, &out, report, fail);
    err = err ? err
              : bundle_seal(&out, (const uint8_t(*)[GW_KEY_BYTES])box, home->id.device, &home->key,
                            file, fail);
    ODB_COPY(report->from, home->id.device);
    bundle_out_free(&out);
    return err;
}
