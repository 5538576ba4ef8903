/* Offices among the fields of a resident. */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text_safe.h"
#include "offline-db/office_p.h"
#include "offline-db/people_p.h"

static void name_of(struct home *home, const char *id, char *out, size_t size)
{
    sqlite3_stmt *st = process_stmt(home, SQL_OF_NAME);
    out[0] = '\0';
    gw_bind_text(st, ":id", id);
    if (odb_row(home, st, NULL) == GW_OK) {
        odb_col(st, 0, out, size);
    }
    odb_reset(st);
}

/* "村民委员会 主任 2026-06-18–2031-06-18 在任 · 交叉任职：党组织". */
static void print_office(const struct office *o, bool by_name, char *out, size_t size)
{
    char since[DAY_TEXT + 1];
    char until[DAY_TEXT + 1];
    char mark[480];
    day_print(o->since, since);
    day_print(o->ended != DAY_NONE ? o->ended : o->until, until);
    (void)office_mark_print(o, mark, sizeof mark);
    const char *cause = o->state == OFFICE_ENDED ? office_cause_word(o->cause) : "";
    (void)snprintf(out, size, "%s %s%s%s %s–%s %s%s%s%s%s%s",
                   office_organ_word(o->organ, o->committee), o->group, *o->group ? " " : "",
                   office_post_word(o->post), since, until, office_state_word(o->state),
                   *cause ? " · " : "", cause, *mark ? " · " : "", mark,
                   by_name ? _(" (by name alone)") : "");
}

static void add(struct people_fields *f, const char *value)
{
    if (f->n == f->cap) {
        return;
    }
    struct person_field *out = &f->fields[f->n++];
    ODB_COPY(out->key, "office");
    ODB_COPY(out->label, _("Office"));
    (void)gw_text_safe_z(out->value, sizeof out->value, value);
    out->masked = false;
}

void office_add_fields(struct people_fields *f, const char *id)
{
    struct office_list list;
    char name[128];
    char value[1024]; /* cut by whole characters when it is added */
    struct home *home = f->home;
    const struct office_want want = {
        .scope = "",
        .resident = id,
        .today = day_of_ms(home->clock->wall_ms(home->clock->ctx)),
    };
    if (office_load(home, &want, &list, NULL) != GW_OK) {
        add(f, _("could not be read; run gridward doctor")); /* the person is shown all the same */
        return;
    }
    name_of(home, id, name, sizeof name);
    for (size_t i = 0; i < list.n; i++) {
        bool by_name;
        if (!office_is_of(&list.offices[i], id, name, &by_name)) {
            continue;
        }
        print_office(&list.offices[i], by_name, value, sizeof value);
        add(f, value);
    }
    office_unload(&list);
}
