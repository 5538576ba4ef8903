/* What is asked once both sheets of a count agree: when it was counted, whether the tally sheet and
 * the report lie there (on paper, as a photo, not yet), and why when it is recorded late. What was
 * answered is kept as a draft until the count is recorded. */
#ifndef GW_TUI_COUNT_PAPERS_H
#define GW_TUI_COUNT_PAPERS_H

#include "offline-db/count.h"
#include "tui/step_form.h"

struct count_papers {
    struct process_case c; /* owned: labels of the rows lie in its rules */
    struct step_spec spec; /* the ledger without its figures */
    struct step_form form; /* owned */
    bool open;
};

enum gw_err count_papers_open(struct tui *tui, const char *process, struct count_papers *out,
                              struct gw_fail *fail);
/* What is typed is on the disk. Fine when it is not open. */
void count_papers_keep(struct tui *tui, const struct count_papers *papers);
/* Keeps the draft. Fine when it is not open. */
void count_papers_close(struct tui *tui, struct count_papers *papers);

enum count_papers_answer { PAPERS_UNUSED, PAPERS_USED, PAPERS_RECORD, PAPERS_BACK };
enum count_papers_answer count_papers_key(struct tui *tui, struct count_papers *papers,
                                          const struct key *key);
void count_papers_draw(struct tui *tui, struct count_papers *papers, int first_row);

/* Records the count with the answers; false and a sentence when something is still to be answered
 * or it could not be written. Then nothing of the answers is lost. */
bool count_papers_record(struct tui *tui, struct count_papers *papers, struct count_sheet *sheet);

#endif
