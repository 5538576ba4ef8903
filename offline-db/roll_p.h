/* What the files of the voters' roll share. */
#ifndef GW_OFFLINE_DB_ROLL_P_H
#define GW_OFFLINE_DB_ROLL_P_H

#include "offline-db/process_p.h"
#include "offline-db/roll.h"

/* roll_read.c: people and where they live, from the mirror. Room for `more` entered ones is left.
 * `today` judges ID numbers. */
enum gw_err roll_read(struct home *home, const char *division, size_t more, struct roll *roll,
                      struct gw_fail *fail);
/* roll_record.c: puts the records into the facts, adds entered people, choices of households. */
enum gw_err roll_records(const struct process_case *c, struct roll *roll);

/* roll_lists.c: households and representatives, when everybody is judged. */
enum gw_err roll_lists(const struct process_case *c, struct roll *roll);
bool roll_list_figure(const struct roll *roll, const char *step, const char *key, int64_t *out);

/* The only one of the roll who bears this name; NULL: nobody, or several. */
const struct roll_person *roll_by_name(const struct roll *roll, const char *name, size_t len);
/* The last published figure of the list: of S08-1, else of S06; -1 = none. */
int64_t roll_published(const struct process_case *c, const char *key);

struct roll_person *roll_find(const struct roll *roll, const char *id);
/* Sorts by_id anew. */
void roll_index(struct roll *roll);
/* A text value of a record in force, NULL when it is not there or was erased. */
const char *roll_text(const struct process_case *c, const struct slot *slot, const char *key);
gw_day roll_day(const struct process_case *c, const struct slot *slot, const char *key);

#endif
