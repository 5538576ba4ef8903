/* Asking for a PIN: on the terminal without echo, or from the file that GRIDWARD_PIN_FILE names, a
 * line for each question. Never from the command line or from a value of the environment: others of
 * the machine could read it there. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/i18n.h"
#include "cli/cli_p.h"

/* ---- from a file */

static enum gw_err open_pins(struct cli *cli, const char *path, struct gw_fail *fail)
{
    struct stat st;
    cli->pins = fopen(path, "re");
    if (cli->pins == NULL || fstat(fileno(cli->pins), &st) != 0) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The file that GRIDWARD_PIN_FILE names cannot be "
                             "read."));
    }
    if (S_ISREG(st.st_mode) && (st.st_mode & 0077) != 0) {
        return gw_fail_set(fail, GW_DENIED,
                           _("Others may read the file that GRIDWARD_PIN_FILE names. Close it to "
                             "them: chmod 600"));
    }
    return GW_OK;
}

static enum gw_err next_line(struct cli *cli, const char *path, char pin[CLI_PIN],
                             struct gw_fail *fail)
{
    char line[80];
    enum gw_err err = cli->pins == NULL ? open_pins(cli, path, fail) : GW_OK;
    if (err != GW_OK) {
        return err;
    }
    bool got = fgets(line, sizeof(line), cli->pins) != NULL;
    line[got ? strcspn(line, "\r\n") : 0] = '\0';
    if (!got || strlen(line) >= CLI_PIN) {
        err = gw_fail_set(fail, GW_INVALID,
                          _("GRIDWARD_PIN_FILE has no further line that could be a PIN."));
    } else {
        memcpy(pin, line, strlen(line) + 1);
    }
    gw_wipe(line, sizeof(line));
    return err;
}

/* ---- on the terminal */

/* Adds one byte. 1 done, 0 goes on, -1 given up. */
static int take_byte(char c, char pin[CLI_PIN], size_t *len)
{
    if (c == '\r' || c == '\n') {
        return 1;
    }
    if (c == 3 || c == 4 || c == 27) { /* ^C, ^D, Esc */
        return -1;
    }
    if ((c == 127 || c == 8) && *len > 0) {
        pin[--*len] = '\0';
    } else if (c >= ' ' && *len + 1 < CLI_PIN) {
        pin[(*len)++] = c;
        pin[*len] = '\0';
    }
    return 0;
}

/* Signals that would end us are looked at too, so that the terminal never stays without echo. */
static bool read_quietly(int tty, int signals, char pin[CLI_PIN])
{
    struct pollfd fds[2] = {{.fd = tty, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    size_t len = 0;
    int state = 0;
    while (state == 0) {
        char c;
        if (poll(fds, 2, -1) < 0 || fds[1].revents != 0 || read(tty, &c, 1) != 1) {
            return false;
        }
        state = take_byte(c, pin, &len);
    }
    return state > 0;
}

static bool with_signals(int tty, char pin[CLI_PIN])
{
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, &before) != 0) {
        return false;
    }
    int signals = signalfd(-1, &set, SFD_CLOEXEC);
    bool done = signals >= 0 && read_quietly(tty, signals, pin);
    if (signals >= 0) {
        (void)close(signals);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* a waiting one ends us now, echo is back */
    return done;
}

static bool on_terminal(int tty, const char *question, char pin[CLI_PIN])
{
    struct termios old, quiet;
    if (tcgetattr(tty, &old) != 0) {
        return false;
    }
    quiet = old;
    quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    if (tcsetattr(tty, TCSAFLUSH, &quiet) != 0) {
        return false;
    }
    (void)dprintf(tty, "%s", question);
    bool done = with_signals(tty, pin);
    (void)tcsetattr(tty, TCSAFLUSH, &old); /* nothing could be done about a failure here */
    (void)dprintf(tty, "\n");
    return done;
}

static enum gw_err ask_terminal(const char *question, char pin[CLI_PIN], struct gw_fail *fail)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0) {
        return gw_fail_set(
            fail, GW_DENIED,
            _("The PIN is asked on a terminal, and there is none. Scripts name a file "
              "with it in GRIDWARD_PIN_FILE."));
    }
    bool done = on_terminal(tty, question, pin);
    (void)close(tty); /* was only asked */
    return done ? GW_OK : gw_fail_set(fail, GW_DENIED, _("No PIN was given."));
}

/* ---- asking */

enum gw_err cli_ask_pin(struct cli *cli, const char *question, char pin[CLI_PIN],
                        struct gw_fail *fail)
{
    const char *path = getenv("GRIDWARD_PIN_FILE");
    memset(pin, 0, CLI_PIN);
    enum gw_err err = path != NULL && path[0] != '\0' ? next_line(cli, path, pin, fail)
                                                      : ask_terminal(question, pin, fail);
    if (err != GW_OK) {
        gw_wipe(pin, CLI_PIN);
    }
    return err;
}

enum gw_err cli_ask_new_pin(struct cli *cli, char pin[CLI_PIN], struct gw_fail *fail)
{
    char again[CLI_PIN];
    enum gw_err err = cli_ask_pin(cli, _("New PIN: "), pin, fail);
    err = err != GW_OK ? err : pin_text_check(pin, fail);
    if (err != GW_OK || cli->pins != NULL) {
        return err; /* a file mistypes nothing */
    }
    err = cli_ask_pin(cli, _("New PIN again: "), again, fail);
    if (err == GW_OK && strcmp(pin, again) != 0) {
        err = gw_fail_set(fail, GW_INVALID, _("The two are not the same. Nothing was changed."));
    }
    gw_wipe(again, sizeof(again));
    return err;
}

enum gw_err cli_signer(struct cli *cli, const char *as, struct home_signer *room,
                       const struct home_signer **out, struct gw_fail *fail)
{
    char pin[CLI_PIN], question[GW_ID_MAX + 40];
    struct signer_row row;
    *out = NULL;
    if (as == NULL || strcmp(as, cli->home.id.user) == 0) {
        return GW_OK;
    }
    enum gw_err err = signer_find(&cli->home, as, &row, fail);
    if (err == GW_OK) {
        (void)snprintf(question, sizeof(question), _("PIN of %s: "), row.user);
        err = cli_ask_pin(cli, question, pin, fail);
    }
    if (err == GW_OK) {
        err = signer_open(&cli->home, row.user, pin, room, fail);
        gw_wipe(pin, sizeof(pin));
    }
    *out = err == GW_OK ? room : NULL;
    return err;
}
