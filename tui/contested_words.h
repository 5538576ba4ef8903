/* What view_contested says about a choice between contested records. */
#ifndef GW_TUI_CONTESTED_WORDS_H
#define GW_TUI_CONTESTED_WORDS_H

#include "offline-db/contest.h"
#include "tui/tui_p.h"

/* "the left one": which of the pair on the screen, whose left column is `left`. */
const char *contested_side(size_t left, size_t rival);
/* Who chose what and why, and whom it waits for. */
void contested_say(struct tui *tui, const struct process_case *c,
                   const struct contest_choice *choice, size_t left, char *out, size_t size);

#endif
