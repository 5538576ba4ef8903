/* Who holds which office in this home: filed from the records of every procedure the mirror holds,
 * delivered or not, and kept in the store (tables office, office_source) under a stamp of all that
 * they were read from. Whoever asks gets what the records say now; only what moved is read again.
 * What is filed, and what ends it: model/office.h. */
#ifndef GW_OFFLINE_DB_OFFICE_H
#define GW_OFFLINE_DB_OFFICE_H

#include "model/office.h"
#include "offline-db/process.h"

struct office_list {
    struct gw_arena arena; /* owns all texts */
    struct office *offices;
    size_t n;
    size_t read;    /* procedures that were read anew */
    size_t stale;   /* that could not be filed anew: the disk is full, the store held */
    size_t lost;    /* ends that name nobody who is filed here */
    size_t unknown; /* whose rule set or open is not here: they file nobody yet */
};
struct office_want {
    const char *scope;    /* path; "" = all that is here */
    const char *resident; /* NULL = everybody; else the places where this person is filed, by id, or
                             by the name alone where the record has no id */
    gw_day today;
};
/* Joined per place, in the order of lists; offices that ended are among them. GW_NOMEM, GW_STORE. A
 * store that cannot be written to costs only the next look its speed. */
enum gw_err office_load(struct home *home, const struct office_want *want, struct office_list *out,
                        struct gw_fail *fail);
void office_unload(struct office_list *list);
/* Whether this office is the resident's: his id; or his name where the record has no id
 * (*by_name). */
bool office_is_of(const struct office *office, const char *resident, const char *name,
                  bool *by_name);

#endif
