/* Inside of office*.c. */
#ifndef GW_OFFLINE_DB_OFFICE_P_H
#define GW_OFFLINE_DB_OFFICE_P_H

#include "offline-db/office.h"
#include "offline-db/overview_p.h"

/* Reads the procedures whose stamp moved, and files what they say. resident not NULL: only those of
 * places where this person lives or is filed: a card must not wait for a district. */
enum gw_err office_refresh(struct home *home, const char *resident, struct office_list *list,
                           struct gw_fail *fail);
/* Puts the article into offices that somebody may not hold together: rare, so the procedure is
 * loaded for its rule set only then. */
enum gw_err office_say_bars(struct home *home, struct office_list *list, struct gw_fail *fail);

#endif
