/* What the files about people share. */
#ifndef GW_OFFLINE_DB_PEOPLE_P_H
#define GW_OFFLINE_DB_PEOPLE_P_H

#include "offline-db/odb_p.h"
#include "offline-db/people.h"

/* One row of PERSON_SELECT. */
void people_read_row(struct home *home, sqlite3_stmt *st, struct person_row *row);

/* Fields of a row with their words, masked unless key is `reveal`. */
struct people_fields {
    struct home *home;
    const char *reveal; /* key, or NULL */
    struct person_field *fields;
    size_t n, cap;
};
/* Appends those of one row; a row that is not there appends nothing. */
enum gw_err people_add_fields(struct people_fields *f, enum gw_type type, const char *id);
/* Appends the offices that the resident holds or held (office_person.c); when they cannot be read a
 * field says so. */
void office_add_fields(struct people_fields *f, const char *id);
/* Journalled and in the access log before anything is shown; a failure shows nothing. types: where
 * the key may live. */
enum gw_err people_record_reveal(struct home *home, const enum gw_type *types, size_t types_n,
                                 const char *id, const char *key, const char *reason,
                                 struct gw_fail *fail);

#endif
