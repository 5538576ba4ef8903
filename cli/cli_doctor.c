/* doctor: a table of checks, each with what was found and what helps. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/text_safe.h"
#include "cli/cli_p.h"
#include "cli/versions.h"
#include "offline-db/mirror.h"

enum verdict { CHECK_OK, CHECK_WARN, CHECK_BAD };

struct finding {
    enum verdict verdict;
    char detail[GW_FAIL_TEXT];
    char remedy[256];
};

static void say(struct finding *f, enum verdict verdict, const char *detail, const char *remedy)
{
    f->verdict = verdict;
    (void)gw_text_safe_z(f->detail, sizeof(f->detail), detail);
    (void)gw_text_safe_z(f->remedy, sizeof(f->remedy), remedy);
}

static void check_clock(struct cli *cli, struct finding *f)
{
    int64_t off, unc;
    char text[64];
    mirror_clock(&cli->home, &off, &unc);
    if (off == INT64_MIN) {
        say(f, CHECK_WARN, _("not measured yet"), _("Run gridward sync once with the network on."));
        return;
    }
    (void)snprintf(text, sizeof(text), "%+.1f s", (double)off / 1000.0);
    bool good = off > -5000 && off < 5000;
    say(f, good ? CHECK_OK : CHECK_WARN, text,
        good ? "" : _("Set this machine's clock; times are recorded with the offset meanwhile."));
}

static void check_tls(struct cli *cli, struct finding *f)
{
    const struct identity *id = &cli->home.id;
    if (strncmp(id->url, "https://", 8) == 0) {
        say(f, CHECK_OK,
            id->pin[0] != '\0'       ? _("https, pinned")
            : id->ca_file[0] != '\0' ? _("https, own CA")
                                     : _("https, the system's CAs"),
            "");
        if (id->ca_file[0] != '\0' && access(id->ca_file, R_OK) != 0) {
            say(f, CHECK_BAD, _("the CA file is gone"), _("Put it back where enrolment found it."));
        }
        return;
    }
    say(f, CHECK_OK, _("plain http on this machine only"), "");
}

static void check_disk(struct cli *cli, struct finding *f)
{
    int64_t bytes = gw_disk_free(cli->home.dir);
    char text[64];
    (void)snprintf(text, sizeof(text), _("%lld MB free"), (long long)(bytes / 1000000));
    say(f,
        bytes < 50000000    ? CHECK_BAD
        : bytes < 500000000 ? CHECK_WARN
                            : CHECK_OK,
        text, bytes < 500000000 ? _("Free some space: what you record must find room.") : "");
}

/* Is the block device under the home a dm-crypt one, or the folder a gocryptfs? */
static void check_encryption(struct cli *cli, struct finding *f)
{
    struct stat st;
    char path[128], uuid[16] = "";
    bool crypt = false;
    if (stat(cli->home.dir, &st) == 0) {
        (void)snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/dm/uuid", major(st.st_dev),
                       minor(st.st_dev));
        FILE *file = fopen(path, "re");
        if (file != NULL) {
            crypt = fgets(uuid, sizeof(uuid), file) != NULL && strncmp(uuid, "CRYPT-", 6) == 0;
            (void)fclose(file);
        }
        crypt = crypt || major(st.st_dev) == 0; /* FUSE and others: looked at below */
    }
    if (crypt && uuid[0] == '\0') {
        crypt = false;
        FILE *mounts = fopen("/proc/self/mounts", "re");
        char line[1024];
        while (mounts != NULL && fgets(line, sizeof(line), mounts) != NULL) {
            char dir[512];
            if (strstr(line, "fuse.gocryptfs") != NULL && sscanf(line, "%*s %511s", dir) == 1) {
                crypt = crypt || strncmp(cli->home.dir, dir, strlen(dir)) == 0;
            }
        }
        if (mounts != NULL) {
            (void)fclose(mounts);
        }
    }
    say(f, crypt ? CHECK_OK : CHECK_WARN, crypt ? _("encrypted") : _("not seen to be encrypted"),
        crypt
            ? ""
            : _("Use a disk with LUKS, or a gocryptfs folder: this machine holds people's data."));
}

static void check_store(struct cli *cli, struct finding *f)
{
    struct gw_fail fail = {0};
    enum gw_err err = gw_db_check(cli->home.db, true, &fail);
    say(f, err == GW_OK ? CHECK_OK : CHECK_BAD, err == GW_OK ? _("sound") : fail.text,
        err == GW_OK ? ""
                     : _("Copy the home folder away, then call support: the journal can be read "
                         "even when the mirror cannot."));
}

static void check_scope(struct cli *cli, struct finding *f)
{
    struct wire_scope scopes[WIRE_SCOPES_MAX];
    size_t n = 0;
    char text[256] = "";
    if (mirror_scopes(&cli->home, scopes, &n) == GW_OK && n > 0) {
        (void)snprintf(text, sizeof(text), "%s%s", scopes[0].path, n > 1 ? " …" : "");
        say(f, CHECK_OK, text, "");
    } else {
        say(f, CHECK_WARN, _("no area yet"),
            _("Sync once; if it stays so, ask the duty room for a grant."));
    }
}

static void check_keys(struct cli *cli, struct finding *f)
{
    char path[1200];
    struct stat st, dir;
    bool ok = gw_path_join(path, sizeof(path), cli->home.dir, "device.key") == GW_OK &&
              stat(path, &st) == 0 && (st.st_mode & 0077) == 0 && stat(cli->home.dir, &dir) == 0 &&
              (dir.st_mode & 0077) == 0;
    say(f, ok ? CHECK_OK : CHECK_BAD,
        ok ? _("key and folder closed to others") : _("others may read the key or the folder"),
        ok ? ""
           : _("chmod 700 the home folder and chmod 600 device.key; then ask for a new "
               "enrolment."));
}

static void check_pin(struct cli *cli, struct finding *f)
{
    if (pin_is_set(&cli->home)) {
        say(f, CHECK_OK, pin_locked(&cli->home) ? _("a PIN is set; locked now") : _("a PIN is set"),
            "");
    } else {
        say(f, CHECK_WARN, _("no PIN: the console does not lock"), _("Set one: gridward pin set"));
    }
}

/* Who else signs on this laptop, and is his key whole and closed to others? */
static void check_signers(struct cli *cli, struct finding *f)
{
    struct signer_row rows[SIGNERS_MAX];
    size_t n = 0;
    char text[GW_FAIL_TEXT] = "";
    bool good = signer_list(&cli->home, rows, SIGNERS_MAX, &n) == GW_OK;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(text);
        (void)snprintf(text + len, sizeof(text) - len, "%s%s %s", i > 0 ? ", " : "", rows[i].user,
                       rows[i].name);
        good = good && signer_file_ok(&cli->home, rows[i].user);
    }
    say(f, good ? CHECK_OK : CHECK_BAD, n == 0 ? _("nobody else signs here") : text,
        good ? ""
             : _("A key file second-USER.key is missing, damaged or open to others: chmod 600, or "
                 "enrol that person again with --second."));
}

static void check_unsent(struct cli *cli, struct finding *f)
{
    struct journal_counts counts;
    char text[64];
    if (journal_counts(&cli->home, &counts) != GW_OK) {
        say(f, CHECK_BAD, _("the journal cannot be read"),
            _("Copy the home folder away, call support."));
        return;
    }
    (void)snprintf(text, sizeof(text), _("%lld unsent"), (long long)counts.unsent);
    say(f, counts.unsent == 0 ? CHECK_OK : CHECK_WARN, text,
        counts.unsent == 0 ? "" : _("Nothing is lost: run gridward sync when there is a network."));
}

/* Prints a text and asks the terminal where the cursor is (DSR); -1 when it does not answer. */
static int measured_width(const char *text)
{
    struct termios old, raw;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &old) != 0) {
        return -1;
    }
    raw = old;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0) {
        return -1;
    }
    printf("\r%s\033[6n", text);
    fflush(stdout);
    char answer[64];
    size_t len = 0;
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    while (len < sizeof(answer) - 1 && poll(&fd, 1, 300) > 0) {
        ssize_t n = read(STDIN_FILENO, answer + len, sizeof(answer) - 1 - len);
        if (n <= 0) {
            break;
        }
        len += (size_t)n;
        if (answer[len - 1] == 'R') {
            break;
        }
    }
    answer[len] = '\0';
    printf("\r\033[K");
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &old); /* nothing could be done about a failure here */
    int row = 0, col = 0;
    return sscanf(answer, "\033[%d;%dR", &row, &col) == 2 ? col - 1 : -1;
}

static void check_width(struct cli *cli, struct finding *f)
{
    (void)cli;
    const char *term = getenv("TERM");
    int width = measured_width("网格员。");
    if (term != NULL && strcmp(term, "linux") == 0) {
        say(f, CHECK_WARN, _("the Linux console has no Han glyphs"),
            _("Use fbterm, kmscon, or a UTF-8 terminal with CJK fonts; here the console is "
              "English."));
    } else if (width < 0) {
        say(f, CHECK_OK, _("not tested: no terminal, or it does not answer"), "");
    } else {
        say(f, width == 8 ? CHECK_OK : CHECK_BAD,
            width == 8 ? _("Han characters are two cells") : _("Han characters have a wrong width"),
            width == 8
                ? ""
                : _("Set the terminal to UTF-8 with a CJK font; in PuTTY: Window, Translation, "
                    "UTF-8."));
    }
}

struct check {
    const char *name, *label;
    void (*run)(struct cli *cli, struct finding *finding);
};
static const struct check checks[] = {
    {"clock", N_("Clock"), check_clock},       {"tls", N_("Connection"), check_tls},
    {"disk", N_("Disk"), check_disk},          {"encryption", N_("Encryption"), check_encryption},
    {"store", N_("Store"), check_store},       {"scope", N_("Areas"), check_scope},
    {"keys", N_("Keys"), check_keys},          {"pin", N_("PIN"), check_pin},
    {"signers", N_("Signers"), check_signers}, {"unsent", N_("Unsent"), check_unsent},
    {"width", N_("Terminal"), check_width},
};
enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

static const char *verdict_name(enum verdict verdict)
{
    return verdict == CHECK_OK ? "ok" : verdict == CHECK_WARN ? "warning" : "failed";
}

static void print_text(const struct finding *findings)
{
    for (size_t i = 0; i < CHECKS; i++) {
        printf("%s ", findings[i].verdict == CHECK_OK     ? "ok"
                      : findings[i].verdict == CHECK_WARN ? "??"
                                                          : "!!");
        out_cell(_(checks[i].label), 12);
        out_text(findings[i].detail);
        if (findings[i].remedy[0] != '\0') {
            printf("\n   %13s", "");
            out_text(findings[i].remedy);
        }
        putchar('\n');
    }
    size_t n;
    const struct version_row *rows = cli_versions(&n);
    for (size_t i = 0; i < n; i++) {
        printf("%s%s %s", i > 0 ? ", " : "", rows[i].name, rows[i].version);
    }
    putchar('\n');
}

static enum gw_err print_json(const struct finding *findings)
{
    size_t n;
    const struct version_row *rows = cli_versions(&n);
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    jw_arr(w, "checks");
    for (size_t i = 0; i < CHECKS; i++) {
        jw_obj(w, NULL);
        jw_str(w, "check", checks[i].name);
        jw_str(w, "result", verdict_name(findings[i].verdict));
        jw_str(w, "detail", findings[i].detail);
        jw_str(w, "remedy", findings[i].remedy[0] != '\0' ? findings[i].remedy : NULL);
        jw_obj_end(w);
    }
    jw_arr_end(w);
    jw_obj(w, "versions");
    for (size_t i = 0; i < n; i++) {
        jw_str(w, rows[i].name, rows[i].version);
    }
    jw_obj_end(w);
    jw_obj_end(w);
    return out_doc_end(&doc, GW_OK, true);
}

static int run_doctor(struct cli *cli, int argc, char **argv)
{
    const struct cli_verb *verb = cli_find("doctor");
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, NULL, 0, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n > 0) {
        return cli_usage(cli, verb, "%s", _("This verb takes nothing."));
    }
    struct finding findings[CHECKS] = {0};
    for (size_t i = 0; i < CHECKS; i++) {
        checks[i].run(cli, &findings[i]);
        status = findings[i].verdict == CHECK_BAD ? CLI_NO : status;
    }
    if (!cli->json) {
        print_text(findings);
    } else if (print_json(findings) != GW_OK) {
        return cli_fail(cli, GW_BUG, NULL);
    }
    return status;
}

const struct cli_verb cli_verbs_doctor[] = {
    {"doctor", "[--json]",
     N_("Check clock, connection, disk, store, keys, terminal; says what helps."), true, run_doctor,
     NULL},
};
const size_t cli_verbs_doctor_n = sizeof(cli_verbs_doctor) / sizeof(cli_verbs_doctor[0]);
