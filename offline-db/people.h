/* Finding and showing residents, households and addresses (plain search; city-scale indexes come
 * later). */
#ifndef GW_OFFLINE_DB_PEOPLE_H
#define GW_OFFLINE_DB_PEOPLE_H

#include "base/buf.h"
#include "offline-db/home.h"

struct person_row {
    gw_id id;
    char name[64]; /* masked */
    char sex[8];
    int age;
    char piece[96]; /* address to the building */
    char groups[96];
    gw_id open_alarm; /* "" = none */
};

/* Name or a piece of it, phone tail (>= 4 digits), ID tail (>= 4, digits or X), address piece.
 * Exact and prefix matches first. */
enum gw_err people_find(struct home *home, const char *text, struct person_row *out, size_t cap,
                        size_t *n, struct gw_fail *fail);

struct person_field {
    char key[32], label[64], value[256];
    bool masked; /* a reveal would show more */
};
enum { PERSON_FIELDS = 64 };
struct person_card {
    struct person_row row;
    struct person_field fields[PERSON_FIELDS];
    size_t fields_n;
    gw_id household; /* "" = none */
};
/* reveal: NULL, or one field key to show in full: needs a reason, is journalled as access.reveal
 * before it is shown. */
enum gw_err people_show(struct home *home, const char *id, const char *reveal, const char *reason,
                        struct person_card **out, struct gw_fail *fail);
void people_free(struct person_card *card);

/* ---- households and dwellings (people_place.c) */

struct place_member {
    struct person_row row; /* masked */
    char relation[8];      /* code of GB/T 4761, "" = not known */
};
enum { PLACE_MEMBERS_MAX = 200, PLACE_FIELDS = 24 };
struct place_card {
    struct person_field fields[PLACE_FIELDS];
    size_t fields_n;
    /* Of a household: its members, the head first; of a dwelling: who lives there. */
    struct place_member members[PLACE_MEMBERS_MAX];
    size_t members_n;
};
/* household true: a household, else a dwelling. reveal as above. GW_ABSENT with a sentence. Free
 * with place_free. */
enum gw_err place_show(struct home *home, bool household, const char *id, const char *reveal,
                       const char *reason, struct place_card **out, struct gw_fail *fail);
void place_free(struct place_card *card);

#endif
