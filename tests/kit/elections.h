/* Elections as a server would feed them into a home: unsigned records of procedures with as many
 * steps as asked for. For tests of what is said about many procedures, and for the bench. Every
 * call stops the program when it fails. */
#ifndef GW_TESTS_KIT_ELECTIONS_H
#define GW_TESTS_KIT_ELECTIONS_H

#include "offline-db/home.h"

struct elections; /* owned */

/* A home in dir with the scope CQ.500112, enrolled as u1; today is 2027-01-10 in China. */
#define ELECTIONS_TODAY 20828
struct elections *elections_new(const char *dir, enum gw_role role);
void elections_free(struct elections *e); /* the home is closed */
struct home *elections_home(struct elections *e);
void elections_clock(struct elections *e, int64_t days); /* from today on */

/* Rows between these are one page. */
void elections_begin(struct elections *e);
void elections_end(struct elections *e);
void elections_place(struct elections *e, const char *path, const char *name);
/* The server takes a row away. */
void elections_gone(struct elections *e, const char *type, const char *id);
/* The row of the record (dev, n) of process comes with its private part erased. */
void elections_erased(struct elections *e, const char *process, const char *dev, int n);
int64_t elections_int(struct elections *e, const char *sql); /* one integer of the store */
void elections_resident(struct elections *e, const char *id, const char *path, const char *name);
/* A village's direct election whose polling day is `days` from today, by the shipped rules. */
void elections_open(struct elections *e, const char *id, const char *division, int days);
/* The next record of that election; fields and counts are JSON objects, NULL = {}. */
void elections_step(struct elections *e, const char *step, const char *subject, const char *fields,
                    const char *counts);
/* Objections and their decisions until the election has n records. */
void elections_fill(struct elections *e, int n);
/* Seats, registration, a valid first poll, and one candidate with so many of 90 votes. */
void elections_poll(struct elections *e, int votes);

#endif
