/* The agreed sheet as records: the ledger of the papers, then one record a person. */
#include <string.h>

#include "base/i18n.h"
#include "offline-db/count.h"
#include "offline-db/draft.h"
#include "offline-db/process_p.h"

#define LEDGER "S22-1" /* of the papers, per kind */

struct recording {
    struct home *home;
    struct count_sheet *sheet;
    struct process_case c;
    const struct count_how *how;
    size_t *written;
    struct gw_fail *fail;
};

static bool done(const struct process_case *c, const char *step, const char *subject)
{
    const struct slot *slot = procedure_slot_of(c->state, step, subject);
    return slot && (slot->record || slot->rivals_n > 0);
}

static enum gw_err put(struct recording *r, const char *step, const char *subject,
                       const struct proc_value *values, size_t n)
{
    static const struct proc_value papers[] = {{.key = "tally", .text = "paper"},
                                               {.key = "report", .text = "paper"}};
    bool ledger = strcmp(step, LEDGER) == 0;
    bool named = r->how->materials_n > 0;
    size_t papers_n = r->how->papers ? sizeof papers / sizeof papers[0] : 0;
    const struct process_entry entry = {.step = step,
                                        .subject = subject,
                                        .values = values,
                                        .values_n = n,
                                        .materials = named ? r->how->materials : papers,
                                        .materials_n = !ledger ? 0
                                                       : named ? r->how->materials_n
                                                               : papers_n,
                                        .happened_at = r->how->happened_at,
                                        .reason = r->how->reason};
    if (done(&r->c, step, subject)) {
        return GW_OK;
    }
    enum gw_err err = process_record(r->home, r->sheet->process, PROC_STEP, &entry, NULL, r->fail);
    *r->written += err == GW_OK;
    return err;
}

/* The kind of paper: the only one of S18; several kinds have their ledgers written by hand. */
static const char *kind_of_paper(const struct process_case *c)
{
    const char *kind = NULL;
    for (size_t i = 0; i < procedure_slots(c->state); i++) {
        const struct slot *slot = procedure_slot(c->state, i);
        if (strcmp(slot->step, "S18") == 0 && slot->record) {
            kind = kind ? COUNT_KIND : slot->subject;
        }
    }
    return kind && kind[0] ? kind : COUNT_KIND;
}

/* Of all stations; left out when no station said it. */
static size_t put_sum(const struct recording *r, const char *text, const char *key,
                      struct proc_value *out)
{
    const struct term sum = {.text = text, .kind = TERM_SUM, .step = "S19", .key = key};
    *out = (struct proc_value){.key = key};
    return procedure_term(r->c.state, NULL, &sum, &out->num) == TERM_VALUE;
}

static enum gw_err put_ledger(struct recording *r)
{
    static const char *const keys[] = {"issued", "recovered", "not_returned",
                                       "valid",  "invalid",   "blank"};
    struct proc_value values[12];
    size_t n = 0;
    const char *kind = kind_of_paper(&r->c);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct count_row *row = count_find(r->sheet, keys[i]);
        values[n++] = (struct proc_value){.key = keys[i], .num = row->value[0]};
    }
    /* of the papers that were printed, those that did not go out (S18, S19) */
    const struct proc_value *printed = procedure_value(r->c.state, "S18", kind, "printed");
    if (printed && !printed->text) {
        values[n++] = (struct proc_value){.key = "printed", .num = printed->num};
    }
    n += put_sum(r, "sum:S19.unissued", "unissued", &values[n]);
    n += put_sum(r, "sum:S19.spoiled", "spoiled", &values[n]);
    return put(r, LEDGER, kind, values, n);
}

bool count_has_ledger(const struct process_case *c)
{
    return done(c, LEDGER, kind_of_paper(c));
}

static const char *name_of(const struct count_row *row, char *out, size_t size)
{
    const char *blank = strchr(row->label, ' ');
    const char *dot = strstr(row->label, " · ");
    size_t len = blank && dot > blank ? (size_t)(dot - blank - 1) : 0;
    len = len < size ? len : size - 1;
    memcpy(out, blank ? blank + 1 : "", len);
    out[len] = '\0';
    return out;
}

static enum gw_err put_person(struct recording *r, size_t at)
{
    static const char *const keys[ELECT_POSTS] = {"chair_votes", "deputy_votes", "member_votes"};
    const struct count_row *first = &r->sheet->rows[at];
    struct proc_value values[ELECT_POSTS + 2];
    size_t n = ELECT_POSTS;
    char name[160];
    for (int post = 0; post < ELECT_POSTS; post++) {
        values[post] = (struct proc_value){.key = keys[post]}; /* no seat, no vote */
    }
    for (size_t i = at; i < r->sheet->n && r->sheet->rows[i].person &&
                        strcmp(r->sheet->rows[i].person, first->person) == 0;
         i++) {
        values[r->sheet->rows[i].post].num = r->sheet->rows[i].value[0];
    }
    if (name_of(first, name, sizeof name)[0]) {
        values[n++] = (struct proc_value){.key = "name", .text = name};
    }
    const struct proc_value *woman = procedure_value(r->c.state, "S10", first->person, "woman");
    if (woman && !woman->text) {
        values[n++] = (struct proc_value){.key = "woman", .num = woman->num};
    }
    return put(r, "S22", first->person, values, n);
}

bool count_made(const struct ev_step *step)
{
    return step->kind == PROC_STEP &&
           (strcmp(step->step, LEDGER) == 0 || strcmp(step->step, "S22") == 0);
}

static enum gw_err put_all(struct recording *r)
{
    enum gw_err err = put_ledger(r);
    for (size_t i = 0; i < r->sheet->n && !err; i++) {
        const struct count_row *row = &r->sheet->rows[i];
        bool first = row->person && (i == 0 || !r->sheet->rows[i - 1].person ||
                                     strcmp(r->sheet->rows[i - 1].person, row->person) != 0);
        err = first ? put_person(r, i) : GW_OK;
    }
    return err;
}

/* All or none: with one person's sheet left the next call would find a difference. */
static enum gw_err drop_drafts(struct home *home, const char *process, struct gw_fail *fail)
{
    static const char *const kinds[] = {"count-1", "count-2", "count-names", COUNT_PAPERS_DRAFT};
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "count_drop", fail);
    if (err) {
        return err;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !err; i++) {
        err = draft_drop_in_txn(home, kinds[i], process, fail);
    }
    return odb_end(home, err, fail);
}

static bool nothing_typed(const struct count_sheet *sheet)
{
    for (size_t i = 0; i < sheet->n; i++) {
        if (sheet->rows[i].value[0] >= 0 || sheet->rows[i].value[1] >= 0) {
            return false;
        }
    }
    return true;
}

enum gw_err count_record(struct home *home, struct count_sheet *sheet, const struct count_how *how,
                         size_t *written, struct gw_fail *fail)
{
    struct recording r = {
        .home = home, .sheet = sheet, .how = how, .written = written, .fail = fail};
    size_t one = 0;
    *written = 0;
    if (nothing_typed(sheet)) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("Neither sheet has a figure. What was recorded before is among the "
                             "records; a count that is not there yet has to be typed first."));
    }
    size_t differing = count_differing(sheet, &one, 1);
    if (differing > 0) {
        return gw_fail_set(
            fail, GW_REFUSED,
            _("The two counts differ in %zu rows, the first is “%s”. Both look at the paper again; "
              "nothing was recorded."),
            differing, sheet->rows[one].label);
    }
    gw_day today = day_of_ms(home->clock->wall_ms(home->clock->ctx));
    enum gw_err err = process_load(home, sheet->process, today, &r.c, fail);
    if (err) {
        return err;
    }
    err = put_all(&r);
    process_unload(&r.c);
    return err ? err : drop_drafts(home, sheet->process, fail);
}
