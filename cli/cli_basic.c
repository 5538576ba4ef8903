/* enroll, leave, duty; the table of the basic verbs. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
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

struct enrol_opts {
    const char *ca, *pin;
    bool again, second;
    char url[512], ca_path[4096];
    const char *code;
};

/* CLI_DONE or the exit status. */
static int enrol_options(struct cli *cli, int argc, char **argv, struct enrol_opts *o)
{
    const struct cli_opt opts[] = {{"ca", &o->ca, NULL},
                                   {"pin", &o->pin, NULL},
                                   {"again", NULL, &o->again},
                                   {"second", NULL, &o->second}};
    const struct cli_verb *verb = cli_find("enroll");
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 4, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 2 || !clean_url(rest[0], o->url, sizeof(o->url))) {
        return cli_usage(cli, verb, "%s",
                         _("Give the server's URL (https://…) and the one-time code."));
    }
    if (o->again && o->second) {
        return cli_usage(cli, verb, "%s",
                         _("--again is for the first person, --second for another one; a new code "
                           "of the second one goes with --second alone."));
    }
    if (o->ca != NULL && realpath(o->ca, o->ca_path) == NULL) {
        return cli_usage(cli, verb, _("The CA file %s cannot be read."), o->ca);
    }
    o->ca = o->ca != NULL ? o->ca_path : NULL;
    o->code = rest[1];
    return CLI_DONE;
}

static enum gw_err open_to_enrol(struct cli *cli, const struct enrol_opts *o, char pin[CLI_PIN],
                                 struct gw_fail *fail)
{
    const struct home_opts opts = {.dir = cli->global.home};
    enum gw_err err = http_check_url(o->url, fail);
    err = err != GW_OK ? err : home_open(&opts, &cli->home, fail);
    cli->home_open = err == GW_OK;
    err = err != GW_OK ? err : practice_refuse(&cli->home, fail);
    if (err != GW_OK || !o->second) {
        return err;
    }
    if (cli->home.enrolled && pin_locked(&cli->home)) {
        return gw_fail_set(fail, GW_DENIED,
                           _("This home is locked. Type the PIN at the console, or run: gridward "
                             "unlock"));
    }
    return cli_ask_new_pin(cli, pin, fail); /* before the code is used up */
}

static int print_enrolled(struct cli *cli, const struct signer_row *second)
{
    const char *user = second != NULL ? second->user : cli->home.id.user;
    const char *device = second != NULL ? second->device : cli->home.id.device;
    struct gw_buf buf;
    struct jw w;
    if (!cli->json) {
        printf(second != NULL
                   ? _("%s can sign on this laptop now, as device %s: --as names that person.\n")
                   : _("Enrolled as %s, device %s. Now start gridward, or run gridward sync.\n"),
               user, device);
        return CLI_DONE;
    }
    gw_buf_init(&buf, 4096);
    jw_begin(&w, &buf);
    jw_obj(&w, NULL);
    jw_str(&w, "user", user);
    jw_str(&w, "device", device);
    jw_str(&w, "url", cli->home.id.url);
    jw_obj_end(&w);
    if (jw_end(&w) == GW_OK) {
        out_json_line(&buf);
    }
    gw_buf_free(&buf);
    return CLI_DONE;
}

static int run_enroll(struct cli *cli, int argc, char **argv)
{
    struct enrol_opts o = {.ca = NULL};
    struct gw_fail fail = {0};
    struct enrol_run run = {0};
    struct signer_row second;
    char host[65] = "gridward", pin[CLI_PIN] = "";
    int status = enrol_options(cli, argc, argv, &o);
    if (status != CLI_DONE) {
        return status;
    }
    (void)gethostname(host, sizeof(host) - 1); /* only a label for the duty room */
    const struct http_opts http_opts = {
        .ca_file = o.ca, .pin_sha256 = o.pin, .agent = "gridward/" GW_VERSION};
    const struct enrol_in in = {.url = o.url,
                                .code = o.code,
                                .device_name = host,
                                .ca_file = o.ca,
                                .pin = o.pin,
                                .again = o.again,
                                .second_pin = o.second ? pin : NULL,
                                .second = &second};
    enum gw_err err = open_to_enrol(cli, &o, pin, &fail);
    err = err != GW_OK ? err : http_new(&http_opts, &run.http, &fail);
    err = err != GW_OK ? err : net_http_new(run.http, o.url, &run.net);
    err = err != GW_OK ? err : sync_enrol(&cli->home, &run.net, pump, &run, &in, &fail);
    gw_wipe(pin, sizeof(pin));
    if (run.net.ctx != NULL) {
        net_http_free(&run.net);
    }
    http_free(run.http);
    return err != GW_OK ? cli_fail(cli, err, &fail)
                        : print_enrolled(cli, o.second ? &second : NULL);
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
    {"enroll", "URL CODE [--ca FILE] [--pin SHA256] [--again|--second]",
     N_("Make this machine a device of a worker; --second: of a further person who signs here."),
     false, run_enroll, NULL},
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
