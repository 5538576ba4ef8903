/* Private to cli/: one engine with its network, for enrolment, sync and writing verbs. */
#ifndef GW_CLI_CLI_SYNC_P_H
#define GW_CLI_CLI_SYNC_P_H

#include "cli/cli_p.h"
#include "http/http.h"
#include "sync/engine.h"

struct runner {
    int lock; /* -1 = not held */
    struct gw_config *config;
    struct http *http;
    struct sync_net net;
    struct engine *engine;
};
/* GW_HELD: another process syncs this home. */
enum gw_err runner_start(struct runner *runner, struct home *home, bool once, struct gw_fail *fail);
void runner_stop(struct runner *runner);

int cli_run_sync(struct cli *cli, int argc, char **argv);
int cli_run_status(struct cli *cli, int argc, char **argv);

#endif
