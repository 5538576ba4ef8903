/* What the files of election roll share. */
#ifndef GW_CLI_ROLL_P_H
#define GW_CLI_ROLL_P_H

#include "cli/cli_process_p.h"
#include "offline-db/roll.h"

enum roll_which { ROLL_VOTERS, ROLL_HOUSES, ROLL_REPS };

struct printing {
    const struct process_case *c;
    const struct roll *roll;
    const char *state; /* --state, or NULL */
    enum roll_which which;
};

/* cli_roll_lists.c: who votes for each household, and whom the groups chose. */
void roll_houses_text(const struct printing *p);
void roll_reps_text(const struct printing *p);
enum gw_err roll_houses_csv(const struct printing *p, struct gw_buf *out);
enum gw_err roll_reps_csv(const struct printing *p, struct gw_buf *out);
/* Members households, household_counts and representatives of the object. */
void roll_lists_json(const struct printing *p, struct jw *w);

#endif
