/* A household with its members, a dwelling with who lives there. */
#include <stdlib.h>

#include "offline-db/people_p.h"

static enum gw_err read_members(struct home *home, enum screen_sql which, const char *id,
                                struct place_card *card, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(which));
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, fail);
    while (!err && card->members_n < PLACE_MEMBERS_MAX) {
        struct place_member *m = &card->members[card->members_n++];
        people_read_row(home, st, &m->row);
        ODB_COL(st, 9, m->relation);
        err = odb_row(home, st, fail);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static bool is_there(struct home *home, enum gw_type type, const char *id, enum gw_err *err)
{
    sqlite3_stmt *st = gw_db_stmt(home->db, mirror_sql(type, M_ROW));
    (void)sqlite3_bind_text(st, 1, id, -1, SQLITE_STATIC); /* a failure shows as no row */
    *err = odb_row(home, st, NULL);
    odb_reset(st);
    return *err == GW_OK;
}

static enum gw_err fill(struct home *home, bool household, const char *id, const char *reveal,
                        struct place_card *card, struct gw_fail *fail)
{
    struct people_fields f = {
        .home = home, .reveal = reveal, .fields = card->fields, .cap = PLACE_FIELDS};
    enum gw_err err = people_add_fields(&f, household ? TYPE_HOUSEHOLD : TYPE_DWELLING, id);
    card->fields_n = f.n;
    return err ? err
               : read_members(home, household ? SQL_P_MEMBERS : SQL_P_LIVE_IN, id, card, fail);
}

enum gw_err place_show(struct home *home, bool household, const char *id, const char *reveal,
                       const char *reason, struct place_card **out, struct gw_fail *fail)
{
    const enum gw_type type = household ? TYPE_HOUSEHOLD : TYPE_DWELLING;
    enum gw_err err = GW_OK;
    *out = NULL;
    if (!is_there(home, type, id, &err)) {
        return err != GW_ABSENT
                   ? err
                   : gw_fail_set(fail, err,
                                 household ? _("There is no household %s on this machine.")
                                           : _("There is no dwelling %s on this machine."),
                                 id);
    }
    err = reveal ? people_record_reveal(home, &type, 1, id, reveal, reason, fail) : GW_OK;
    struct place_card *card = err ? NULL : calloc(1, sizeof *card);
    if (!err && !card) {
        err = gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    err = err ? err : fill(home, household, id, reveal, card, fail);
    if (err) {
        place_free(card);
        return err;
    }
    *out = card;
    return GW_OK;
}

void place_free(struct place_card *card)
{
    if (card) {
        gw_wipe(card, sizeof *card);
        free(card);
    }
}
