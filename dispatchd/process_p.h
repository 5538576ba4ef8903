/* Procedures at the server (protocol section 6). The server keeps evidence; whether a rule of law
 * was kept is computed by whoever reads it. */
#ifndef GW_DISPATCHD_PROCESS_P_H
#define GW_DISPATCHD_PROCESS_P_H

#include "dispatchd/commands_p.h"
#include "dispatchd/step_row.h"

/* ---- steps that came before their open (process_wait.c) */

/* Where they lie: "w." and half of a hash of the process. Nobody has an area there. */
void process_waiting_path(const char *process, char out[GW_PATH_MAX + 1]);
/* The process is known now, at path: its waiting steps move there, and those whose author has the
 * right are applied. *closed = one of these ended it. */
enum gw_err process_waiting_moved(struct command *c, const char *path, bool *closed,
                                  struct gw_fail *fail);

#endif
