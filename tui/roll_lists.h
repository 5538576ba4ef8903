/* The lists beside the voters' roll, on its screen: who votes for each household, and whom the
 * groups chose as representatives, group by group. Rows point into the roll and live as long. */
#ifndef GW_TUI_ROLL_LISTS_H
#define GW_TUI_ROLL_LISTS_H

#include "offline-db/roll.h"
#include "tui/tui_p.h"

/* A household; or a group (rep NULL), or one of its representatives. */
struct roll_row {
    const struct roll_house *house;
    const struct roll_group *group;
    const struct roll_rep *rep;
    size_t number; /* of the household or the representative in the whole list, from 1 */
};
struct roll_rows {
    const struct process_case *c;
    const struct roll *roll;
    bool houses;
};

/* Those whose name has `search` in it; a group stands above each of them, and by itself when
 * nothing is searched. Room for roll_rows_max() rows. */
size_t roll_rows_max(const struct roll *roll);
size_t roll_rows_choose(const struct roll_rows *rows, const char *search, struct roll_row *out);
/* Figures in rows body_top and body_top + 1, what is not as it should be in body_top + 3. */
void roll_rows_head(struct tui *t, const struct roll_rows *rows);
void roll_rows_put(struct tui *t, const struct roll_rows *rows, const struct roll_row *row);
/* All that is known of one row, as a sentence. */
void roll_rows_print(const struct roll_rows *rows, const struct roll_row *row, char *out,
                     size_t size);

#endif
