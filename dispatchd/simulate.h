/* Devices that talk to /v1/ingest, for demonstrations and load: ordinary noise at a rate, and the
 * article's smoke alarm. Which devices exist is told by the --json output of demo-data. */
#ifndef GW_DISPATCHD_SIMULATE_H
#define GW_DISPATCHD_SIMULATE_H

#include "dispatchd/admin.h"

/* Runs until SIGTERM or SIGINT. store is not used. GW_OFFLINE only when the server was never reached;
 * a server that goes away is tried again. */
enum gw_err simulate_run(struct store *store, const struct admin_args *args, struct gw_fail *fail);

#endif
