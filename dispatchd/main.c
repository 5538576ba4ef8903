/* gridward-dispatchd: the reference dispatch server and its admin verbs. */
#include <getopt.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <microhttpd.h>

#include "api/json.h"
#include "base/crypto.h"
#include "base/i18n.h"
#include "base/spawn.h"
#include "base/sqlkit.h"
#include "base/text_safe.h"
#include "dispatchd/admin.h"

struct family {
    const struct admin_verb *verbs;
    const size_t *n;
};
static const struct family families[] = {
    {admin_verbs_serve, &admin_verbs_serve_n},
    {admin_verbs_people, &admin_verbs_people_n},
    {admin_verbs_data, &admin_verbs_data_n},
    {admin_verbs_review, &admin_verbs_review_n},
    {admin_verbs_bundle, &admin_verbs_bundle_n},
};
enum { FAMILIES = sizeof(families) / sizeof(families[0]) };

/* One row per option: where its value goes. */
static const struct {
    const char *name;
    size_t offset;
    bool flag;
} options[] = {
    {"store", offsetof(struct admin_args, store), false},
    {"listen", offsetof(struct admin_args, listen), false},
    {"ops-listen", offsetof(struct admin_args, ops_listen), false},
    {"tls-cert", offsetof(struct admin_args, tls_cert), false},
    {"tls-key", offsetof(struct admin_args, tls_key), false},
    {"rules", offsetof(struct admin_args, rules), false},
    {"config", offsetof(struct admin_args, config), false},
    {"name", offsetof(struct admin_args, name), false},
    {"role", offsetof(struct admin_args, role), false},
    {"area", offsetof(struct admin_args, area), false},
    {"seed", offsetof(struct admin_args, seed), false},
    {"residents", offsetof(struct admin_args, residents), false},
    {"url", offsetof(struct admin_args, url), false},
    {"token", offsetof(struct admin_args, token), false},
    {"rate", offsetof(struct admin_args, rate), false},
    {"devices", offsetof(struct admin_args, devices), false},
    {"alarm", offsetof(struct admin_args, alarm), false},
    {"at", offsetof(struct admin_args, time), false},
    {"step", offsetof(struct admin_args, step), false},
    {"reason", offsetof(struct admin_args, reason), false},
    {"reply", offsetof(struct admin_args, reply), false},
    {"json", offsetof(struct admin_args, json), true},
    {"partial", offsetof(struct admin_args, partial), true},
    {"story", offsetof(struct admin_args, story), true},
};
enum { OPTIONS = sizeof(options) / sizeof(options[0]) };

static const struct admin_verb *find(const char *name)
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

static void help(void)
{
    puts(_("gridward-dispatchd: dispatch server of gridward"));
    puts(_("Usage: gridward-dispatchd VERB … --store STORE    (STORE: sqlite:FILE)"));
    for (size_t f = 0; f < FAMILIES; f++) {
        for (size_t i = 0; i < *families[f].n; i++) {
            const struct admin_verb *verb = &families[f].verbs[i];
            printf("  %s %s\n      %s\n", verb->name, verb->args, _(verb->about));
        }
    }
    puts(_("Exit status: 0 done, 1 the answer is no, 2 wrong use, 3 not allowed, 4 not reached, 5 store "
           "damaged, full or held, 70 our error."));
}

static void version(void)
{
    printf("gridward-dispatchd %s\nSQLite %s\nlibmicrohttpd %s\nlibsodium %s\ncJSON %s\n", GW_VERSION,
           gw_db_version(), MHD_get_version(), gw_crypto_version(), json_version());
    puts(_("SQLite mode: WAL; every commit and checkpoint under a file lock (keeps the WAL-reset bug of "
           "SQLite up to 3.51.2 out)."));
}

static int wrong_use(const struct admin_verb *verb, const char *what)
{
    char safe[200];
    (void)gw_text_safe_z(safe, sizeof(safe), what);
    fprintf(stderr, _("gridward-dispatchd %s: %s\nUsage: gridward-dispatchd %s %s\n"), verb->name, safe,
            verb->name, verb->args);
    return ADMIN_USAGE;
}

/* Is this option one of the verb's? */
static bool takes(const struct admin_verb *verb, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = verb->options; (at = strstr(at, name)) != NULL; at += len) {
        if ((at == verb->options || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' ')) {
            return true;
        }
    }
    return false;
}

/* 0, an exit status, or -1 when help was asked for. */
static int read_options(const struct admin_verb *verb, int argc, char **argv, struct admin_args *args)
{
    struct option longs[OPTIONS + 2] = {{"help", no_argument, NULL, 'h'}};
    for (size_t i = 0; i < OPTIONS; i++) {
        longs[i + 1] = (struct option){options[i].name,
                                       options[i].flag ? no_argument : required_argument, NULL,
                                       256 + (int)i};
    }
    int c;
    opterr = 0;
    optind = 0;
    while ((c = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
        if (c == 'h') {
            return -1;
        }
        if (c < 256 || !takes(verb, options[c - 256].name)) {
            char text[128];
            (void)snprintf(text, sizeof(text), c == ':' ? _("%s needs a value.") : _("%s is not an option here."),
                           argv[optind - 1]);
            return wrong_use(verb, text);
        }
        void *member = (char *)args + options[c - 256].offset;
        if (options[c - 256].flag) {
            *(bool *)member = true;
        } else {
            *(const char **)member = optarg;
        }
    }
    args->rest = argv + optind;
    args->n = argc - optind;
    if (args->n != verb->operands) {
        return wrong_use(verb, _("Too many or too few words."));
    }
    if (takes(verb, "store") && args->store == NULL) {
        return wrong_use(verb, _("--store is missing: say where the store is, for instance "
                                 "--store sqlite:/var/lib/gridward/dispatch.db."));
    }
    return 0;
}

static int run(const struct admin_verb *verb, const struct admin_args *args)
{
    struct store *store = NULL;
    struct gw_fail fail = {0};
    enum gw_err err = GW_OK;
    if (verb->needs_store) {
        const struct store_opts opts = {.url = args->store, .use = STORE_ADMIN};
        err = store_open(&opts, &store, &fail);
    }
    if (err == GW_OK) {
        err = verb->run(store, args, &fail);
    }
    store_close(store);
    if (err == GW_OK && fflush(stdout) != 0) {
        err = gw_fail_set(&fail, GW_FULL, "%s", _("The output could not be written."));
    }
    if (err != GW_OK) {
        fprintf(stderr, "gridward-dispatchd %s: %s\n", verb->name,
                fail.text[0] != '\0' ? fail.text : gw_err_name(err));
    }
    return gw_exit_status(err);
}

int main(int argc, char **argv)
{
    char name[64];
    const struct admin_verb *verb = NULL;
    int words = 0;
    (void)gw_i18n_init(NULL);
    gw_spawn_remember_mask();
    (void)signal(SIGXFSZ, SIG_IGN); /* a write above `ulimit -f` is a full disk, not our death */
    if (gw_crypto_init() != GW_OK) {
        fputs("gridward-dispatchd: libsodium cannot start on this machine.\n", stderr);
        return gw_exit_status(GW_BUG);
    }
    if (argc < 2) {
        fprintf(stderr, "%s\n", _("Usage: gridward-dispatchd VERB … --store STORE    (STORE: "
                                  "sqlite:FILE)"));
        fprintf(stderr, "%s\n", _("gridward-dispatchd: there is no such verb. --help lists them."));
        return ADMIN_USAGE;
    }
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        help();
        return 0;
    }
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        version();
        return 0;
    }
    for (words = argc > 2 ? 2 : argc - 1; words > 0 && verb == NULL; words--) {
        (void)snprintf(name, sizeof(name), words == 2 ? "%s %s" : "%s", argv[1], words == 2 ? argv[2] : "");
        verb = find(name);
        if (verb != NULL) {
            break;
        }
    }
    if (verb == NULL) {
        fprintf(stderr, "%s\n", _("gridward-dispatchd: there is no such verb. --help lists them."));
        return ADMIN_USAGE;
    }
    struct admin_args args = {0};
    int status = read_options(verb, argc - words, argv + words, &args);
    if (status == -1) {
        printf("gridward-dispatchd %s %s\n%s\n", verb->name, verb->args, _(verb->about));
        return 0;
    }
    return status != 0 ? status : run(verb, &args);
}
