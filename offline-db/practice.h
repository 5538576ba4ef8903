/* 练习: a home in which an election is practised, from setting up to the result. It has a user and
 * a key of its own, no server, a small village that was prepared (rules/practice/village.json), and a clock
 * that can be moved on from one planned day to the next.
 *
 * home.practice says so for as long as the home lives: every screen and page is marked, and
 * whatever would take records out of it (synchronising, bundles, export, enrolment) asks
 * practice_refuse first. */
#ifndef GW_OFFLINE_DB_PRACTICE_H
#define GW_OFFLINE_DB_PRACTICE_H

#include "offline-db/process.h"

#define PRACTICE_USER "practice"

/* $XDG_STATE_HOME/gridward-practice, else ~/.local/state/gridward-practice. */
enum gw_err practice_dir(char *out, size_t size, struct gw_fail *fail);

/* Makes an open, unenrolled home one for practice; nothing to do when it is one already.
 * GW_REFUSED: it is somebody's real home. */
enum gw_err practice_make(struct home *home, struct gw_fail *fail);
/* Everything in it is deleted and made anew. GW_REFUSED for a real home. */
enum gw_err practice_reset(struct home *home, struct gw_fail *fail);

/* GW_OK in a real home; else GW_REFUSED with a sentence. */
enum gw_err practice_refuse(const struct home *home, struct gw_fail *fail);
/* The word of the mark, translated; NULL in a real home. */
const char *practice_mark(const struct home *home);

/* The clock moves on to 9 o'clock of the day, never back. */
enum gw_err practice_day(struct home *home, gw_day day, struct gw_fail *fail);
/* The day on which something is to be done next: due or planned, after today; DAY_NONE. */
gw_day practice_next_day(const struct process_case *c, gw_day today);

/* Example answers for the form of a step ("open": of setting up): for a step with subjects those of
 * the first subject for which taken() says false; "subject" is one of the keys then. */
struct practice_form {
    const struct process_case *c; /* NULL: setting up */
    void (*set)(void *ctx, const char *key, const char *text);
    void *ctx;
};
void practice_answers(const char *step, const struct practice_form *form);

/* The second person of the practice signs a record. */
enum gw_err practice_cosign(struct home *home, const char *process, const char *target,
                            struct gw_fail *fail);

#endif
