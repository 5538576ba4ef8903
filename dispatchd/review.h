/* What waits for a person's decision: commands that went to review, and those without a right. The
 * list of the administrator and the figure gridward_review_open are of the same ones. */
#ifndef GW_DISPATCHD_REVIEW_H
#define GW_DISPATCHD_REVIEW_H

#include "dispatchd/store.h"

/* By device and number. A record of a process that waited for it and was applied when it came waits
 * no longer, though its stored answer stays what was signed. Cost: what is in review or without a
 * right, by index; a row more for each record without a right. */
enum gw_err review_each(struct store *store, store_each_command each, void *ctx,
                        struct gw_fail *fail);

#endif
