/* Child processes: helpers with pipes, and short commands. Children get the original signal mask
 * and default signal actions back; no other descriptor leaks into them (CLOEXEC everywhere). */
#ifndef GW_BASE_SPAWN_H
#define GW_BASE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct gw_child {
    pid_t pid;
    int to;   /* write end to its stdin, non-blocking; -1 when not asked for */
    int from; /* read end of its stdout, non-blocking; -1 when not asked for */
};

/* Remember the signal mask of the process before the main loop blocks signals. Call once, early. */
void gw_spawn_remember_mask(void);

/* argv NULL-terminated, searched in PATH unless it has a slash; stderr is /dev/null when quiet.
 * Without pipes the child shares our stdin and stdout. GW_ABSENT when there is no such program,
 * GW_REFUSED when it may not be run, GW_NOMEM when there is no room for another process. */
enum gw_err gw_spawn(char *const argv[], bool want_pipes, bool quiet, struct gw_child *out,
                     struct gw_fail *fail);
/* Closes the pipes, SIGTERM, then SIGKILL after grace_ms; reaps. Safe on a child that is gone. */
void gw_child_end(struct gw_child *child, int grace_ms);
/* True and *status (exit status, or 128 + signal) once it has ended; never waits. True with -1 when
 * it was reaped before. */
bool gw_child_ended(struct gw_child *child, int *status);

#endif
