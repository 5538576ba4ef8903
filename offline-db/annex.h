/* The list that is posted with a notice: the voters' roll with N04 (V26 17, U26 17), who was put on
 * it and taken off with N04-2. It is worked out when the paper is made (offline-db/roll.h) and
 * stands in no record, so it is no part of what a petition answers with, and the code at the foot
 * of the paper does not name it. Names only: no ID number, no birth date, no address.
 *
 * A list that does not have as many names as the record says makes the paper a draft: either the
 * record or the register is not yet right, or the list has changed since it was posted. */
#ifndef GW_OFFLINE_DB_ANNEX_H
#define GW_OFFLINE_DB_ANNEX_H

#include "model/notice.h"
#include "offline-db/process.h"

enum { ANNEX_LISTS = 2, ANNEX_WHY = 1024 };

struct annex_row {
    const char
        *head; /* of a group (a grid, a group's representatives); NULL = a name stands here */
    const char *name;
    size_t number; /* from 1, through all groups */
};
struct annex_list {
    const char *title; /* with how many they are */
    const struct annex_row *rows;
    size_t n, names; /* rows, and of them names */
};
/* Voters: by grid, household by household, the head first. Where households or representatives
 * vote, who votes is the second list. Changes: put on, taken off, by correction. */
struct annex {
    struct gw_arena arena;
    struct annex_list lists[ANNEX_LISTS]; /* those with a title */
    size_t missing;                       /* names that are not there */
    char why[ANNEX_WHY];                  /* "" = agrees with the records */
    gw_day day;                           /* worked out on */
};

/* *out NULL: the notice has none. GW_NOMEM only: a roll that cannot be worked out here is a list
 * without names and says why. Not inside a transaction. */
enum gw_err annex_load(struct home *home, const struct process_case *c,
                       const struct notice_set *notices, const struct notice *notice,
                       struct annex **out);
void annex_free(struct annex *annex); /* NULL fine */

/* As columns of plain text, and as tables with numbered pages' heads. Append. */
enum gw_err annex_text(const struct annex *annex, struct gw_buf *out);
enum gw_err annex_html(const struct annex *annex, struct gw_buf *out);

#endif
