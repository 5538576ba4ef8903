/* Every election under a path, as a street or a district looks at them: what comes next, what is
 * late, missing, against an article or contested, and the one-time success rate. Sorted by division
 * or by what is due, never by a rate: places and people are not ranked.
 *
 * A procedure is judged once; what was found is kept in the store under a stamp of all that it
 * depends on (its steps, the rule set, confirmed numbers, signers, the day, the program), so a
 * second look judges only what moved. */
#ifndef GW_OFFLINE_DB_OVERVIEW_H
#define GW_OFFLINE_DB_OVERVIEW_H

#include "offline-db/process.h"

enum overview_poll {
    OVERVIEW_NO_POLL, /* the first poll was not held yet: 未投票 */
    OVERVIEW_POLL,    /* held */
    OVERVIEW_FULL, /* held, and every planned seat filled by it; a seat held for a woman is not */
};

struct overview_row {
    struct process_row process; /* not started: division and title (name of the place) alone */
    bool started;
    bool unknown;  /* its rule set or its open is not here: nothing is judged */
    char state[8]; /* open, done, closed; "" = not started */
    char step[32]; /* what comes next; "" = nothing */
    char step_zh[128], step_en[128];
    gw_day due; /* its day: the last lawful one when it is late, else the usual one */
    int64_t late, missing, breaches, contested;
    enum overview_poll poll;
};

enum overview_by { OVERVIEW_DIVISION, OVERVIEW_DUE };

/* late … contested count procedures, not findings. */
struct overview_totals {
    size_t started, not_started, done, late, missing, breaches, contested, unknown;
    /* 一次性选举成功率 = full / held; elections only, a by-election is none. */
    size_t full, held, no_poll;
};

struct overview {
    struct overview_row *rows; /* owned */
    size_t n, cap;
    struct overview_totals totals;
    size_t judged; /* how many were not known from before */
};

/* Elections and by-elections whose division lies in `scope` ("" = all that is here), and
 * communities and villages under it that have no election: 未开始. GW_NOMEM, GW_STORE. A store that
 * cannot be written to costs only the next look its speed. */
enum gw_err overview_load(struct home *home, const char *scope, gw_day today, enum overview_by by,
                          struct overview *out, struct gw_fail *fail);
void overview_free(struct overview *overview);
/* The next step in the language of the screen. */
const char *overview_step(const struct overview_row *row);
/* 未开始, 进行中, 已办完, 已结束; translated. */
const char *overview_state(const struct overview_row *row);

#endif
