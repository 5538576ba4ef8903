/* practice: an election to practise on, in a home of its own that no server knows. */
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_p.h"
#include "offline-db/practice.h"

static enum gw_err prepare(struct cli *cli, bool reset, struct gw_fail *fail)
{
    const struct home_opts opts = {.dir = cli->global.home};
    enum gw_err err = home_open(&opts, &cli->home, fail);
    if (err) {
        return err;
    }
    err = reset ? practice_reset(&cli->home, fail) : GW_OK;
    err = err ? err : practice_make(&cli->home, fail);
    home_close(&cli->home);
    return err;
}

static enum gw_err say_json(const struct cli *cli)
{
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    jw_str(w, "home", cli->global.home);
    jw_bool(w, "practice", true);
    jw_obj_end(w);
    return out_doc_end(&doc, GW_OK, true);
}

static int run_practice(struct cli *cli, int argc, char **argv)
{
    static char dir[1024]; /* the console uses it after this verb */
    bool reset = false;
    const struct cli_opt opts[] = {{"reset", NULL, &reset}};
    const struct cli_verb *verb = cli_find("practice");
    struct gw_fail fail = {0};
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 1, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n > 0) {
        return cli_usage(cli, verb, "%s", _("This verb takes no operands."));
    }
    enum gw_err err = cli->global.home ? GW_OK : practice_dir(dir, sizeof dir, &fail);
    cli->global.home = cli->global.home ? cli->global.home : dir;
    err = err ? err : prepare(cli, reset, &fail);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    if (!cli->json) {
        return CLI_CONSOLE;
    }
    err = say_json(cli);
    return err ? cli_fail(cli, err, NULL) : CLI_DONE;
}

const struct cli_verb cli_verbs_practice[] = {
    {"practice", "[--reset] [--json]",
     N_("A practice election in a folder of its own: never sent, never evidence."), false,
     run_practice, NULL},
};
const size_t cli_verbs_practice_n = sizeof(cli_verbs_practice) / sizeof(cli_verbs_practice[0]);
