/* enroll, leave, duty; the table of the basic verbs. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text_safe.h"
#include "cli/cli_sync_p.h"
#include "offline-db/practice.h"

struct enrol_run {
    struct http *http;
    struct sync_net net;
};

static void pump(void *ctx)
{
    struct enrol_run *run = ctx;
    http_step(run->http);
    http_wait(run->http, NULL, 0, 1000);
    http_step(run->http);
}

/* "https://host:port/" -> without the slash at the end; only http and https. */
static bool clean_url(const char *text, char *out, size_t size)
{
    size_t len = strlen(text);
    bool known = strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
    if (!known || len >= size) {
        return false;
    }
    memcpy(out, text, len + 1);
    while (len > 8 && out[len - 1] == '/') {
        out[--len] = '\0';
    }
    return true;
}

static int run_enroll(struct cli *cli, int argc, char **argv)
{
    const char *ca = NULL, *pin = NULL;
    bool again = false;
    const struct cli_opt opts[] = {{"ca", &ca, NULL}, {"pin", &pin, NULL}, {"again", NULL, &again}};
    const struct cli_verb *verb = cli_find("enroll");
    char **rest, url[512], host[65] = "gridward", ca_path[4096];
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 3, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 2 || !clean_url(rest[0], url, sizeof(url))) {
        return cli_usage(cli, verb, "%s",
                         _("Give the server's URL (https://…) and the one-time code."));
    }
    if (ca != NULL && realpath(ca, ca_path) == NULL) {
        return cli_usage(cli, verb, _("The CA file %s cannot be read."), ca);
    }
    (void)gethostname(host, sizeof(host) - 1); /* only a label for the duty room */
    struct gw_fail fail = {0};
    struct enrol_run run = {0};
    const struct home_opts home_opts = {.dir = cli->global.home};
    const struct http_opts http_opts = {
        .ca_file = ca != NULL ? ca_path : NULL, .pin_sha256 = pin, .agent = "gridward/" GW_VERSION};
    const struct enrol_in in = {.url = url,
                                .code = rest[1],
                                .device_name = host,
                                .ca_file = ca != NULL ? ca_path : NULL,
                                .pin = pin,
                                .again = again};
    enum gw_err err = http_check_url(url, &fail);
    if (err == GW_OK) {
        err = home_open(&home_opts, &cli->home, &fail);
        cli->home_open = err == GW_OK;
    }
    if (err == GW_OK) {
        err = practice_refuse(&cli->home, &fail);
    }
    if (err == GW_OK) {
        err = http_new(&http_opts, &run.http, &fail);
    }
    if (err == GW_OK) {
        err = net_http_new(run.http, url, &run.net);
    }
    if (err == GW_OK) {
        err = sync_enrol(&cli->home, &run.net, pump, &run, &in, &fail);
    }
    if (run.net.ctx != NULL) {
        net_http_free(&run.net);
    }
    http_free(run.http);
    if (err != GW_OK) {
        return cli_fail(cli, err, &fail);
    }
    if (cli->json) {
        struct gw_buf buf;
        struct jw w;
        gw_buf_init(&buf, 4096);
        jw_begin(&w, &buf);
        jw_obj(&w, NULL);
        jw_str(&w, "user", cli->home.id.user);
        jw_str(&w, "device", cli->home.id.device);
        jw_str(&w, "url", cli->home.id.url);
        jw_obj_end(&w);
        if (jw_end(&w) == GW_OK) {
            out_json_line(&buf);
        }
        gw_buf_free(&buf);
    } else {
        printf(_("Enrolled as %s, device %s. Now start gridward, or run gridward sync.\n"),
               cli->home.id.user, cli->home.id.device);
    }
    return CLI_DONE;
}

static int run_leave(struct cli *cli, int argc, char **argv)
{
    const struct cli_verb *verb = cli_find("leave");
    char **rest;
    int n;
    struct gw_fail fail = {0};
    int status = cli_options(cli, verb, argc, argv, NULL, 0, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n > 0) {
        return cli_usage(cli, verb, "%s", _("This verb takes nothing."));
    }
    enum gw_err err = home_leave(&cli->home, &fail);
    if (err != GW_OK) {
        return cli_fail(cli, err, &fail);
    }
    puts(_("This home has left: mirror, journal and key are gone from this machine."));
    return CLI_DONE;
}

static int run_duty(struct cli *cli, int argc, char **argv)
{
    const struct cli_verb *verb = cli_find("duty");
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, NULL, 0, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    struct cmd_data data;
    cmd_data_init(&data);
    data.state = n == 1 ? rest[0] : NULL;
    if (n != 1 || cmd_data_check(CMD_DUTY_SET, &data, NULL) != GW_OK) {
        return cli_usage(cli, verb, "%s", _("Say on, off or reachable."));
    }
    return cli_write(cli, CMD_DUTY_SET, cli->home.id.user, 0, &data);
}

const struct cli_verb cli_verbs_basic[] = {
    {"enroll", "URL CODE [--ca FILE] [--pin SHA256] [--again]",
     N_("Make this machine a device of a worker."), false, run_enroll, NULL},
    {"leave", "",
     N_("Remove this worker's data from this machine; refuses while something is unsent."), true,
     run_leave, NULL},
    {"sync", "[--once|--follow] [--json]",
     N_("Send and receive once, or head-less until stopped, with bell and notifications."), true,
     cli_run_sync, NULL},
    {"status", "[--json]", N_("Connection, data age, scopes, counts, unsent, clock."), true,
     cli_run_status, NULL},
    {"duty", "on|off|reachable [--json]", N_("Say whether you are on duty."), true, run_duty, NULL},
};
const size_t cli_verbs_basic_n = sizeof(cli_verbs_basic) / sizeof(cli_verbs_basic[0]);
