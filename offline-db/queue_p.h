#ifndef GW_OFFLINE_DB_QUEUE_P_H
#define GW_OFFLINE_DB_QUEUE_P_H

#include "base/text_safe.h"
#include "offline-db/odb_p.h"
#include "offline-db/queue.h"

/* st stands on a row of QUEUE_SELECT; row is zeroed. scratch is reused. */
void queue_row_read(struct home *home, sqlite3_stmt *st, struct gw_buf *scratch,
                    struct queue_row *row);
/* An alarm that only the overlay knows; GW_ABSENT. */
enum gw_err queue_row_alone(struct home *home, const char *id, struct gw_buf *scratch,
                            struct queue_row *row, struct gw_fail *fail);
void row_who(struct gw_buf *scratch, const char *name, char out[64]);
void row_piece(struct gw_buf *scratch, const char *estate, const char *building, const char *unit,
               char out[64]);

#endif
