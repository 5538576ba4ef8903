/* What the screens of procedures share. */
#ifndef GW_TUI_VIEW_PROCESS_H
#define GW_TUI_VIEW_PROCESS_H

#include "offline-db/process.h"
#include "tui/tui_p.h"

/* processes: the list. overview: all under the scopes. office: who holds which office; arg is a
 * path or NULL. process, count, result, paper, roll: of one of them; arg is its id. step: the form
 * of one step; arg is a struct step_arg. setup: a new one. record: one record in full; arg is a
 * struct record_arg. */
extern const struct view_ops view_processes, view_process, view_step, view_setup, view_record,
    view_count, view_result, view_paper, view_roll, view_cosign, view_overview, view_office;

struct step_arg {
    const char *process, *step, *subject; /* subject NULL or "": none yet */
    const char *resident, *name;          /* whom the record is about; NULL = not known yet */
};
struct record_arg {
    const char *process, *hash;
};

/* cosign: a second person of this laptop signs with PIN and key; arg is a struct record_arg, hash
 * NULL = all records of the count. Does anybody of this laptop come into question? */
bool view_cosign_offers(struct tui *tui, const struct process_case *c, const char *hash);

/* How grave a finding looks; the words alone say it too. */
enum paint paint_finding(enum finding_kind kind);
/* The sentence of a finding without its first word, for rows that have the word in a column. buf
 * holds it. */
const char *finding_rest(const struct procedure *p, const struct finding *f, char *buf,
                         size_t size);
/* Today in China by the corrected clock. */
gw_day tui_today(const struct tui *tui);

#endif
