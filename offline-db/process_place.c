/* What a place is called: as its newest procedure here says. */
#include <string.h>

#include "model/idnum.h"
#include "offline-db/process_p.h"

enum { LOOK_BACK = 2 };

struct newest {
    const char *division;
    gw_id ids[LOOK_BACK]; /* newest first */
    size_t n;
};

/* Ids are UUIDs of version 7: the later, the greater. */
static bool on_row(void *ctx, const struct process_row *row)
{
    struct newest *found = ctx;
    size_t at = found->n;
    if (strcmp(row->division, found->division) != 0) {
        return true;
    }
    while (at > 0 && strcmp(found->ids[at - 1], row->id) < 0) {
        at--;
    }
    if (at == LOOK_BACK) {
        return true;
    }
    found->n += found->n < LOOK_BACK;
    memmove(&found->ids[at + 1], &found->ids[at], (found->n - 1 - at) * sizeof found->ids[0]);
    ODB_COPY(found->ids[at], row->id);
    return true;
}

static void take(const struct process_case *c, const char *key, char *out, size_t size)
{
    const struct proc_value *v = procedure_value(c->state, "open", "", key);
    if (out[0] == '\0' && v && v->text && !v->erased && strlen(v->text) < size) {
        odb_copy(out, size, v->text);
    }
}

void process_place_of(struct home *home, const char *division, struct process_place *out)
{
    struct newest found = {.division = division};
    gw_day today = day_of_ms(home->clock->wall_ms(home->clock->ctx));
    *out = (struct process_place){.name = ""};
    if (division[0] == '\0' || process_each(home, NULL, on_row, &found) != GW_OK) {
        return;
    }
    for (size_t i = 0; i < found.n && (!out->name[0] || !out->credit_code[0]); i++) {
        struct process_case c;
        if (process_load(home, found.ids[i], today, &c, NULL) == GW_OK) {
            take(&c, "place", out->name, sizeof out->name);
            take(&c, "credit_code", out->credit_code, sizeof out->credit_code);
            process_unload(&c);
        }
    }
    if (!credit_code_ok(out->credit_code)) {
        out->credit_code[0] = '\0';
    }
}

enum gw_err process_code_check(const struct process_entry *entry, struct gw_fail *fail)
{
    for (size_t i = 0; i < entry->values_n; i++) {
        const struct proc_value *v = &entry->values[i];
        if (strcmp(v->key, "credit_code") == 0 && v->text && v->text[0] &&
            !credit_code_ok(v->text)) {
            return gw_fail_set(
                fail, GW_INVALID,
                _("\"%s\" is no unified social credit code: its check character is "
                  "wrong (GB 32100). Look at the certificate again, or leave it out."),
                v->text);
        }
    }
    return GW_OK;
}
