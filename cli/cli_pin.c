/* pin set, lock, unlock. */
#include <string.h>

#include "base/crypto.h"
#include "base/i18n.h"
#include "cli/cli_p.h"

static int done(struct cli *cli, const char *key, const char *user, const char *sentence)
{
    struct gw_buf buf;
    struct jw w;
    if (!cli->json) {
        puts(sentence);
        return CLI_DONE;
    }
    gw_buf_init(&buf, 4096);
    jw_begin(&w, &buf);
    jw_obj(&w, NULL);
    jw_str(&w, "user", user);
    jw_bool(&w, key, true);
    jw_obj_end(&w);
    if (jw_end(&w) == GW_OK) {
        out_json_line(&buf);
    }
    gw_buf_free(&buf);
    return CLI_DONE;
}

/* Options, and no operands. */
static int begin(struct cli *cli, int argc, char **argv, const char **as)
{
    const struct cli_verb *verb = cli_find(cli->verb);
    const struct cli_opt opts[] = {{"as", as, NULL}};
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 1, &rest, &n);
    if (status == CLI_DONE && n > 0) {
        status = cli_usage(cli, verb, "%s", _("This verb takes no operands."));
    }
    return status;
}

static enum gw_err change(struct cli *cli, const char *second, struct gw_fail *fail)
{
    char old[CLI_PIN] = "", fresh[CLI_PIN] = "";
    struct home *home = &cli->home;
    bool has_old = second != NULL || pin_is_set(home);
    enum gw_err err = has_old ? cli_ask_pin(cli, _("PIN until now: "), old, fail) : GW_OK;
    err = err != GW_OK ? err : cli_ask_new_pin(cli, fresh, fail);
    if (err == GW_OK) {
        err = second != NULL ? signer_pin_set(home, second, old, fresh, fail)
                             : pin_set(home, has_old ? old : NULL, fresh, fail);
    }
    gw_wipe(old, sizeof(old));
    gw_wipe(fresh, sizeof(fresh));
    return err;
}

static int run_pin_set(struct cli *cli, int argc, char **argv)
{
    const char *as = NULL;
    struct signer_row row;
    struct gw_fail fail = {0};
    int status = begin(cli, argc, argv, &as);
    if (status != CLI_DONE) {
        return status;
    }
    const char *second = as != NULL && strcmp(as, cli->home.id.user) != 0 ? as : NULL;
    enum gw_err err = second != NULL ? signer_find(&cli->home, second, &row, &fail) : GW_OK;
    err = err != GW_OK ? err : change(cli, second, &fail);
    return err != GW_OK ? cli_fail(cli, err, &fail)
                        : done(cli, "set", second != NULL ? second : cli->home.id.user,
                               _("The PIN is set."));
}

static int run_lock(struct cli *cli, int argc, char **argv)
{
    const char *as = NULL;
    struct gw_fail fail = {0};
    int status = begin(cli, argc, argv, &as);
    if (status != CLI_DONE) {
        return status;
    }
    enum gw_err err = pin_lock(&cli->home, &fail);
    return err != GW_OK ? cli_fail(cli, err, &fail)
                        : done(cli, "locked", cli->home.id.user,
                               _("Locked. Alarms still ring and can be taken; everything else asks "
                                 "the PIN."));
}

static int run_unlock(struct cli *cli, int argc, char **argv)
{
    const char *as = NULL;
    char pin[CLI_PIN];
    struct gw_fail fail = {0};
    int status = begin(cli, argc, argv, &as);
    if (status != CLI_DONE) {
        return status;
    }
    enum gw_err err = cli_ask_pin(cli, _("PIN: "), pin, &fail);
    if (err == GW_OK) {
        err = pin_unlock(&cli->home, pin, &fail);
        gw_wipe(pin, sizeof(pin));
    }
    return err != GW_OK ? cli_fail(cli, err, &fail)
                        : done(cli, "unlocked", cli->home.id.user, _("Open again."));
}

const struct cli_verb cli_verbs_pin[] = {
    {"pin set", "[--as USER] [--json]",
     N_("Sets or changes the PIN: asked on the terminal, never given as an argument."), true,
     run_pin_set, NULL},
    {"lock", "[--json]", N_("Locks the console and the commands of this home."), true, run_lock,
     NULL},
    {"unlock", "[--json]", N_("Opens the lock; asks the PIN."), true, run_unlock, NULL},
};
const size_t cli_verbs_pin_n = sizeof(cli_verbs_pin) / sizeof(cli_verbs_pin[0]);

/* A locked home gives out nothing about people; what keeps alarms and records going is not locked.
 */
bool cli_works_locked(const char *verb)
{
    static const char *const open[] = {"alarm ack", "sync",   "status", "doctor",
                                       "pin set",   "unlock", "lock",   "duty"};
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        if (strcmp(open[i], verb) == 0) {
            return true;
        }
    }
    return false;
}
