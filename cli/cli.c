#include "cli/cli.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/sqlkit.h"
#include "base/text_safe.h"
#include "base/utf8.h"
#include "cli/cli_p.h"
#include "cli/versions.h"

struct family {
    const struct cli_verb *verbs;
    const size_t *n;
};
static const struct family families[] = {
#define X(name) {cli_verbs_##name, &cli_verbs_##name##_n},
    CLI_FAMILIES
#undef X
};
enum { FAMILIES = sizeof(families) / sizeof(families[0]) };

const struct cli_verb *cli_find(const char *name)
{
    for (size_t f = 0; f < FAMILIES; f++) {
        for (size_t i = 0; i < *families[f].n; i++) {
            if (strcmp(families[f].verbs[i].name, name) == 0) {
                return &families[f].verbs[i];
            }
        }
    }
    return NULL;
}

/* Is this word the first of a verb of two words? */
static bool is_family(const char *word)
{
    size_t len = strlen(word);
    for (size_t f = 0; f < FAMILIES; f++) {
        for (size_t i = 0; i < *families[f].n; i++) {
            const char *name = families[f].verbs[i].name;
            if (strncmp(name, word, len) == 0 && name[len] == ' ') {
                return true;
            }
        }
    }
    return false;
}

static void help(void)
{
    puts(_("gridward: console of the grid worker and the duty room"));
    puts(_("Usage: gridward [--home DIR] [--lang zh_CN|en] [--plain] [VERB …]"));
    puts(_("Without a verb: the console. Verbs:"));
    for (size_t f = 0; f < FAMILIES; f++) {
        for (size_t i = 0; i < *families[f].n; i++) {
            const struct cli_verb *verb = &families[f].verbs[i];
            printf("  %s%s%s\n      %s\n", verb->name, verb->args[0] != '\0' ? " " : "", verb->args,
                   _(verb->about));
        }
    }
    puts(_("Every verb takes --json and --help."));
    puts(_("Exit status: 0 done, 1 the answer is no, 2 wrong use, 3 not enrolled or not allowed, "
           "4 server not reached, 5 store damaged, full or held, 70 our error."));
}

/* What was typed may stand in a sentence: the terminal sees it only as text. */
static void say(const char *verb, const char *text)
{
    char safe[GW_FAIL_TEXT + 64];
    fprintf(stderr, "gridward %s: %s\n", verb, gw_text_safe_z(safe, sizeof(safe), text));
}

int cli_fail(const struct cli *cli, enum gw_err err, const struct gw_fail *fail)
{
    say(cli->verb, fail != NULL && fail->text[0] != '\0' ? fail->text : gw_err_name(err));
    return gw_exit_status(err);
}

int cli_usage(const struct cli *cli, const struct cli_verb *verb, const char *fmt, ...)
{
    char text[GW_FAIL_TEXT];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    say(cli->verb, text);
    fprintf(stderr, _("Usage: gridward %s %s\n"), verb->name, verb->args);
    return CLI_USAGE;
}

bool cli_number(const struct cli *cli, const char *name, const char *text, int64_t min, int64_t max,
                int64_t *out)
{
    char *end = NULL;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || value < min || value > max) {
        fprintf(stderr, _("gridward %s: --%s takes a whole number from %lld to %lld.\n"), cli->verb,
                name, (long long)min, (long long)max);
        return false;
    }
    *out = value;
    return true;
}

enum { OPTS_MAX = 16 };

/* Families share one list of options; a verb has those that its usage line names. */
static bool verb_has(const struct cli_verb *verb, const char *name)
{
    char option[40];
    int len = snprintf(option, sizeof(option), "--%s", name);
    for (const char *at = strstr(verb->args, option); at != NULL; at = strstr(at + 1, option)) {
        if (strchr(" ]|", at[len]) != NULL) { /* the end of the text counts */
            return true;
        }
    }
    return false;
}

/* The table for getopt_long: json, help, then the verb's own. */
static void long_options(const struct cli_verb *verb, const struct cli_opt *opts, size_t n,
                         struct option *longs)
{
    size_t used = 0;
    longs[used++] = (struct option){"json", no_argument, NULL, 'j'};
    longs[used++] = (struct option){"help", no_argument, NULL, 'h'};
    for (size_t i = 0; i < n && i < OPTS_MAX; i++) {
        if (verb_has(verb, opts[i].name)) {
            longs[used++] = (struct option){
                opts[i].name, opts[i].flag ? no_argument : required_argument, NULL, 256 + (int)i};
        }
    }
    longs[used] = (struct option){NULL, 0, NULL, 0};
}

static int wrong_option(const struct cli *cli, const struct cli_verb *verb, bool needs_value,
                        const char *text)
{
    char safe[80];
    (void)gw_text_safe_z(safe, sizeof(safe), text);
    return needs_value ? cli_usage(cli, verb, _("%s needs a value."), safe)
                       : cli_usage(cli, verb, _("%s is not an option here."), safe);
}

int cli_options(struct cli *cli, const struct cli_verb *verb, int argc, char **argv,
                const struct cli_opt *opts, size_t n, char ***operands, int *operands_n)
{
    struct option longs[OPTS_MAX + 3];
    long_options(verb, opts, n, longs);
    optind = 0;
    opterr = 0;
    int c;
    while ((c = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
        if (c == 'j') {
            cli->json = true;
        } else if (c == 'h') {
            printf("gridward %s %s\n%s\n", verb->name, verb->args, _(verb->about));
            return -2;
        } else if (c >= 256) {
            const struct cli_opt *opt = &opts[c - 256];
            if (opt->flag != NULL) {
                *opt->flag = true;
            } else {
                *opt->text = optarg;
            }
        } else {
            return wrong_option(cli, verb, c == ':', argv[optind - 1]);
        }
    }
    *operands = argv + optind;
    *operands_n = argc - optind;
    return CLI_DONE;
}

void out_text(const char *text)
{
    struct gw_buf buf;
    gw_buf_init(&buf, 1024 * 1024);
    if (gw_text_safe(&buf, text, strlen(text)) == GW_OK) {
        fputs(gw_buf_str(&buf), stdout);
    }
    gw_buf_free(&buf);
}

void out_cell(const char *text, int cells)
{
    char safe[512];
    int used = 0;
    (void)gw_text_safe_z(safe, sizeof(safe), text);
    size_t n = gw_text_fit(safe, strlen(safe), cells, &used);
    printf("%.*s%*s", (int)n, safe, cells - used + 1, "");
}

/* A result that nobody can read is no result: the full disk under `> file` must be told. */
bool out_written(void)
{
    bool bad = fflush(stdout) != 0;
    if (bad || ferror(stdout)) {
        fprintf(stderr, _("gridward: the output could not be written.\n"));
        return false;
    }
    return true;
}

static int refuse_locked(struct cli *cli, const struct cli_verb *verb, bool wants_help)
{
    struct gw_fail fail = {0};
    if (!cli->home_open || wants_help || cli_works_locked(verb->name) || !pin_locked(&cli->home)) {
        return CLI_DONE;
    }
    return cli_fail(cli,
                    gw_fail_set(&fail, GW_DENIED,
                                _("This home is locked. Type the PIN at the console, or run: "
                                  "gridward unlock")),
                    &fail);
}

static int run_verb(struct cli *cli, const struct cli_verb *verb, int argc, char **argv)
{
    struct gw_fail fail = {0};
    cli->verb = verb->name;
    bool wants_help = false;
    for (int i = 1; i < argc; i++) {
        wants_help = wants_help || strcmp(argv[i], "--help") == 0;
    }
    if (verb->needs_home && !wants_help) {
        const struct home_opts opts = {.dir = cli->global.home, .must_be_enrolled = true};
        enum gw_err err = home_open(&opts, &cli->home, &fail);
        if (err != GW_OK) {
            return cli_fail(cli, err, &fail);
        }
        cli->home_open = true;
    }
    int status = refuse_locked(cli, verb, wants_help);
    status = status != CLI_DONE ? status : verb->run(cli, argc, argv);
    if (cli->home_open) {
        home_close(&cli->home);
    }
    if (cli->pins != NULL) {
        (void)fclose(cli->pins); /* was only read */
    }
    return out_written() ? (status == -2 ? CLI_DONE : status) : gw_exit_status(GW_FULL);
}

/* The verb is one or two words; the rest belongs to it. */
static int find_and_run(struct cli *cli, int argc, char **argv)
{
    char name[64];
    int words = 1;
    (void)snprintf(name, sizeof(name), "%s", argv[0]);
    if (is_family(argv[0]) && argc > 1 && argv[1][0] != '-') {
        (void)snprintf(name, sizeof(name), "%s %s", argv[0], argv[1]);
        words = 2;
    }
    const struct cli_verb *verb = cli_find(name);
    if (verb == NULL) {
        char safe[80];
        (void)gw_text_safe_z(safe, sizeof(safe), name);
        fprintf(stderr, _("gridward: there is no verb “%s”. gridward --help lists them.\n"), safe);
        return CLI_USAGE;
    }
    return run_verb(cli, verb, argc - words + 1, argv + words - 1);
}

int cli_main(int argc, char **argv, struct cli_global *global)
{
    static const struct option longs[] = {
        {"home", required_argument, NULL, 'H'}, {"lang", required_argument, NULL, 'L'},
        {"plain", no_argument, NULL, 'p'},      {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},    {NULL, 0, NULL, 0},
    };
    bool want_help = false, want_version = false, wrong = false;
    int c;
    opterr = 0;
    while ((c = getopt_long(argc, argv, "+h", longs, NULL)) != -1) {
        switch (c) {
        case 'H':
            global->home = optarg;
            break;
        case 'L':
            global->lang = optarg;
            wrong = wrong || (strcmp(optarg, "zh_CN") != 0 && strcmp(optarg, "en") != 0);
            break;
        case 'p':
            global->plain = true;
            break;
        case 'h':
            want_help = true;
            break;
        case 'v':
            want_version = true;
            break;
        default:
            wrong = true;
            break;
        }
    }
    (void)gw_i18n_init(global->lang);
    (void)signal(SIGXFSZ, SIG_IGN); /* a write above `ulimit -f` is a full disk, not our death */
    const char *demo = getenv("GRIDWARD_DEMO");
    global->demo = demo != NULL && demo[0] == '1';
    if (wrong) {
        fprintf(stderr, "%s\n",
                _("gridward: unknown option, or --lang is neither zh_CN nor en. gridward --help "
                  "lists all."));
        return CLI_USAGE;
    }
    if (want_help) {
        help();
        return CLI_DONE;
    }
    if (want_version) {
        cli_print_versions();
        return CLI_DONE;
    }
    if (optind >= argc) {
        return CLI_CONSOLE;
    }
    struct cli cli = {.global = *global, .verb = argv[optind]};
    int status = find_and_run(&cli, argc - optind, argv + optind);
    global->home = cli.global.home; /* `practice` starts the console in a home of its own */
    return status;
}
