#include "tui/count_papers.h"

#include <stdio.h>

#include "offline-db/draft.h"
#include "tui/step_attach.h"

enum { DRAFT_BYTES = 16 * 1024 };
static const char ledger[] = "S22-1";

/* ---- open and close */

static void load_draft(struct tui *t, struct count_papers *p)
{
    struct gw_buf text;
    gw_buf_init(&text, DRAFT_BYTES);
    if (draft_load(t->home, COUNT_PAPERS_DRAFT, p->c.row.id, &text) == GW_OK && text.len > 0) {
        step_form_unpack(&p->form, text.data);
    }
    gw_buf_free(&text);
}

static void keep_draft(struct tui *t, const struct count_papers *p)
{
    struct gw_buf text;
    gw_buf_init(&text, DRAFT_BYTES);
    if (step_form_pack(&p->form, &text) == GW_OK) {
        (void)draft_save(t->home, COUNT_PAPERS_DRAFT, p->c.row.id, gw_buf_str(&text), NULL);
    }
    gw_buf_free(&text);
}

/* A ledger that an earlier call has written keeps its papers: then only the time is asked. */
static void make_spec(struct count_papers *p)
{
    const struct step_spec *spec = template_step(p->c.rules->template_, ledger);
    p->spec = (struct step_spec){.id = ledger};
    if (spec != NULL && !count_has_ledger(&p->c)) {
        p->spec.materials = spec->materials;
        p->spec.materials_n = spec->materials_n;
    }
}

enum gw_err count_papers_open(struct tui *tui, const char *process, struct count_papers *out,
                              struct gw_fail *fail)
{
    enum gw_err err = process_load(tui->home, process, day_of_ms(tui_now(tui)), &out->c, fail);
    if (err != GW_OK) {
        return err;
    }
    make_spec(out);
    const struct step_form_in in = {.rules = out->c.rules,
                                    .spec = &out->spec,
                                    .subject = "",
                                    .anchor = out->c.row.polling_day,
                                    .now = tui_now(tui)};
    err = step_form_new(&in, &out->form);
    if (err != GW_OK) {
        process_unload(&out->c);
        return gw_fail_set(fail, err, _("There is not enough memory."));
    }
    load_draft(tui, out);
    out->open = true;
    return GW_OK;
}

static void drop(struct count_papers *papers)
{
    step_form_free(&papers->form);
    process_unload(&papers->c);
    papers->open = false;
}

void count_papers_keep(struct tui *tui, const struct count_papers *papers)
{
    if (papers->open) {
        keep_draft(tui, papers);
    }
}

void count_papers_close(struct tui *tui, struct count_papers *papers)
{
    if (papers->open) {
        keep_draft(tui, papers);
        drop(papers);
    }
}

/* ---- keys and painting */

enum count_papers_answer count_papers_key(struct tui *tui, struct count_papers *papers,
                                          const struct key *key)
{
    if (key->code == GK_ESC) {
        return PAPERS_BACK;
    }
    enum form_answer answer = step_form_key(tui, &papers->form, key);
    if (answer == FORM_END || key->code == GK_F7) {
        return PAPERS_RECORD;
    }
    if (answer == FORM_USED && key->code != GK_TEXT && key->code != GK_BACKSPACE) {
        keep_draft(tui, papers);
    }
    return answer == FORM_USED || key->code == GK_TEXT ? PAPERS_USED : PAPERS_UNUSED;
}

void count_papers_draw(struct tui *tui, struct count_papers *papers, int first_row)
{
    char hint[400];
    step_form_hint(&papers->form, hint, sizeof(hint));
    screen_line(tui->scr, first_row, P_DIM, hint);
    step_form_draw(tui, &papers->form, first_row + 1);
}

/* ---- recording */

static bool belated(struct tui *t, const struct process_entry *entry)
{
    bool late = entry->happened_at > 0 && tui_now(t) - entry->happened_at > BELATED_MS;
    return late && (entry->reason == NULL || entry->reason[0] == '\0');
}

bool count_papers_record(struct tui *tui, struct count_papers *papers, struct count_sheet *sheet)
{
    struct form_entry read;
    struct form_attached files;
    struct gw_fail fail = {0};
    char why[200];
    size_t written = 0;
    if (!step_form_read(&papers->form, ledger, NULL, &read, why, sizeof(why))) {
        tui_say(tui, why, false);
        return false;
    }
    if (belated(tui, &read.entry)) {
        papers->form.list.at = papers->form.n - 1;
        tui_say(tui,
                _("It happened more than 24 hours ago: give the reason why it is recorded now."),
                false);
        return false;
    }
    enum gw_err err = step_attach_files(tui->home, papers->c.row.id, &read, &files, &fail);
    if (err == GW_OK) {
        const struct count_how how = {.happened_at = read.entry.happened_at,
                                      .reason = read.entry.reason,
                                      .materials = read.entry.materials,
                                      .materials_n = read.entry.materials_n};
        err = count_record(tui->home, sheet, &how, &written, &fail);
        if (err != GW_OK && written == 0) { /* the ledger, which names them, is the first */
            step_attach_undo(tui->home, &files);
        }
    }
    if (err != GW_OK) {
        tui_say(tui, fail.text, true);
        return false;
    }
    drop(papers); /* its draft went with the last record */
    return true;
}
