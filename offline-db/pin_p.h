/* Counting tries: of the home's own PIN and of those that open a second person's key. */
#ifndef GW_OFFLINE_DB_PIN_P_H
#define GW_OFFLINE_DB_PIN_P_H

#include "offline-db/odb_p.h"
#include "offline-db/pin.h"

struct pin_row {
    char hash[160];
    int64_t tries, next_at;
};
/* All zero when there is no row. */
enum gw_err pin_row(struct home *home, const char *user, struct pin_row *out);

/* Counts a try and commits, before anything is compared. GW_DENIED with a sentence: too early;
 * nothing was counted and nothing may be compared. */
enum gw_err pin_try(struct home *home, const char *user, struct gw_fail *fail);
/* What became of it. Right: the count begins anew. Wrong: GW_DENIED with the sentence. */
enum gw_err pin_tried(struct home *home, const char *user, bool right, struct gw_fail *fail);

#endif
