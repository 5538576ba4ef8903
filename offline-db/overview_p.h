/* Inside of overview*.c. */
#ifndef GW_OFFLINE_DB_OVERVIEW_P_H
#define GW_OFFLINE_DB_OVERVIEW_P_H

#include "offline-db/overview.h"
#include "offline-db/process_p.h"

/* What all procedures are judged by beside their own steps. */
struct overview_common {
    char stamp[160];
    gw_day today;
    struct process_rules_held rules;
};
enum gw_err overview_common(struct home *home, gw_day today, struct overview_common *out);

/* All that the row of this procedure depends on. */
enum gw_err overview_stamp(struct home *home, const struct overview_common *common, const char *id,
                           char out[PROCESS_STAMP_MAX]);
/* GW_ABSENT: not known, or from another stamp. */
enum gw_err overview_recall(struct home *home, const char *stamp, struct overview_row *row);
/* Inside a transaction. */
enum gw_err overview_keep(struct home *home, const char *stamp, const struct overview_row *row);
/* Loads the procedure and says what it is about. GW_OK with row->unknown when it cannot be judged
 * here. */
enum gw_err overview_judge(struct home *home, struct overview_common *common,
                           struct overview_row *row, struct gw_fail *fail);

#endif
