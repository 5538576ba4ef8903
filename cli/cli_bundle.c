/* journal export, journal import, election|procedure bundle, merge: work that travels on a stick.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "cli/cli_process_p.h"
#include "offline-db/bundle.h"

enum { FILE_ROOM = BUNDLE_FILE_MAX + BUNDLE_LINE_MAX };

static int print_json(const struct cli *cli, const char *file, const struct bundle_report *r)
{
    struct gw_buf buf;
    struct jw w;
    gw_buf_init(&buf, 64 * 1024);
    jw_begin(&w, &buf);
    jw_obj(&w, NULL);
    jw_str(&w, "file", file);
    jw_str(&w, "from", r->from);
    jw_str(&w, "process", r->process[0] ? r->process : NULL);
    jw_int(&w, "lines", r->lines);
    jw_int(&w, "taken", r->taken);
    jw_int(&w, "known", r->known);
    jw_int(&w, "refused", r->refused);
    jw_int(&w, "signers", r->signers);
    jw_int(&w, "rules", r->rules);
    jw_int(&w, "rows", r->rows);
    jw_int(&w, "attachments", r->attachments);
    jw_int(&w, "attachments_left", r->attachments_left);
    jw_bool(&w, "stale", r->stale);
    jw_str(&w, "why", r->why[0] ? r->why : NULL);
    jw_obj_end(&w);
    enum gw_err err = jw_end(&w);
    if (!err) {
        out_json_line(&buf);
    }
    gw_buf_free(&buf);
    return err ? cli_fail(cli, err, NULL) : CLI_DONE;
}

/* The sentence of what was not taken; the exit status says it too. */
static int told(const struct cli *cli, const struct bundle_report *r)
{
    if (r->why[0] && !cli->json) {
        fprintf(stderr, "gridward %s: %s\n", cli->verb, r->why);
    }
    return r->refused > 0 || r->stale ? CLI_NO : CLI_DONE;
}

/* Attachments that went along, and those that did not: nobody is to think that all is on the stick.
 */
static void tell_attachments(const struct bundle_report *r)
{
    if (r->attachments > 0) {
        printf(_("%lld attachments are in it.\n"), (long long)r->attachments);
    }
    if (r->attachments_left > 0) {
        printf(_("%lld attachments are NOT in it: unasked they go along up to %d MiB, with "
                 "--attachments all up to %d MiB, then by --attachments HASH,… in bundles of their "
                 "own.\n"),
               (long long)r->attachments_left, BUNDLE_BLOBS_SMALL / 1048576,
               BUNDLE_BLOBS_MAX / 1048576);
    }
}

/* The one operand of a verb; attachments NULL: it has no options of its own. */
static int one_file(struct cli *cli, int argc, char **argv, const char **file,
                    const char **attachments)
{
    const struct cli_verb *verb = cli_find(cli->verb);
    const struct cli_opt opts[] = {{"attachments", attachments, NULL}};
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, attachments != NULL, &rest, &n);
    if (status == CLI_DONE && n != 1) {
        return cli_usage(cli, verb, "%s", _("Give one file."));
    }
    *file = status == CLI_DONE ? rest[0] : NULL;
    return status;
}

static int run_export(struct cli *cli, int argc, char **argv)
{
    const char *name, *attachments = NULL;
    struct gw_buf file;
    struct bundle_report r;
    struct gw_fail fail = {0};
    int status = one_file(cli, argc, argv, &name, &attachments);
    if (status != CLI_DONE) {
        return status;
    }
    gw_buf_init(&file, FILE_ROOM);
    enum gw_err err = home_bundle_out(&cli->home, attachments, &file, &r, &fail);
    err = err ? err : gw_file_write_checked(name, gw_buf_str(&file), file.len, &fail);
    gw_buf_free(&file);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    if (cli->json) {
        return print_json(cli, name, &r);
    }
    printf(_("%lld records for the server are in the file, written and read back. They count as "
             "delivered when its answer has been taken in with `gridward journal import`.\n"),
           (long long)r.lines);
    tell_attachments(&r);
    return CLI_DONE;
}

/* What is done with one file, and what is said of it. */
struct taking {
    enum gw_err (*take)(struct home *home, const void *file, size_t len,
                        struct bundle_report *report, struct gw_fail *fail);
    void (*say)(const struct bundle_report *r);
};

static enum gw_err read_and_take(struct cli *cli, const char *name, const struct taking *taking,
                                 struct bundle_report *r, struct gw_fail *fail)
{
    struct gw_buf file;
    gw_buf_init(&file, BUNDLE_FILE_MAX);
    enum gw_err err = gw_file_read(name, &file, fail);
    err = err ? err : taking->take(&cli->home, gw_buf_str(&file), file.len, r, fail);
    gw_buf_free(&file);
    return err;
}

static int take_file(struct cli *cli, int argc, char **argv, const struct taking *taking)
{
    const char *name;
    struct bundle_report r;
    struct gw_fail fail = {0};
    int status = one_file(cli, argc, argv, &name, NULL);
    if (status != CLI_DONE) {
        return status;
    }
    enum gw_err err = read_and_take(cli, name, taking, &r, &fail);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    if (cli->json) {
        status = print_json(cli, name, &r);
    } else {
        taking->say(&r);
    }
    return status == CLI_DONE ? told(cli, &r) : status;
}

static void say_answer(const struct bundle_report *r)
{
    printf(_("%lld answers (%lld new) and %lld lines of data taken in.\n"), (long long)r->lines,
           (long long)r->taken, (long long)r->rows);
    if (r->attachments > 0) {
        printf(_("%lld attachments are at the server now.\n"), (long long)r->attachments);
    }
}

static int run_import(struct cli *cli, int argc, char **argv)
{
    static const struct taking answer = {home_bundle_in, say_answer};
    return take_file(cli, argc, argv, &answer);
}

static void say_merged(const struct bundle_report *r)
{
    printf(_("%lld new records taken in, %lld were here already, %lld not taken. Procedure %s.\n"),
           (long long)r->taken, (long long)r->known, (long long)r->refused, r->process);
    if (r->attachments > 0) {
        printf(_("%lld new attachments taken in.\n"), (long long)r->attachments);
    }
}

static int run_merge(struct cli *cli, int argc, char **argv)
{
    static const struct taking peer = {process_bundle_in, say_merged};
    return take_file(cli, argc, argv, &peer);
}

/* ---- one procedure for peers */

/* D1,D2,… in place. False: too many. */
static bool split(char *text, const char **out, size_t *n)
{
    char *save = NULL;
    *n = 0;
    for (char *at = strtok_r(text, ",", &save); at; at = strtok_r(NULL, ",", &save)) {
        if (*n == BUNDLE_TO_MAX) {
            return false;
        }
        out[(*n)++] = at;
    }
    return true;
}

/* Without --to: everybody else who has signed here. */
static enum gw_err receivers(struct cli *cli, const char *id, char *to, struct bundle_peer *peers,
                             const char **out, size_t *n, struct gw_fail *fail)
{
    if (to) {
        return split(to, out, n)
                   ? GW_OK
                   : gw_fail_set(fail, GW_INVALID,
                                 _("A bundle needs one to %d receivers, each named once."),
                                 BUNDLE_TO_MAX);
    }
    enum gw_err err = process_bundle_peers(&cli->home, id, peers, BUNDLE_TO_MAX, n, fail);
    for (size_t i = 0; i < *n; i++) {
        out[i] = peers[i].device;
    }
    if (!err && *n == 0) {
        return gw_fail_set(fail, GW_ABSENT,
                           _("Nobody else has signed in this procedure yet. Name the device with "
                             "--to DEVICE."));
    }
    return err;
}

static enum gw_err pack(struct cli *cli, const char *id, char *to, const char *attachments,
                        const char *name, struct bundle_report *r, struct gw_fail *fail)
{
    struct bundle_peer peers[BUNDLE_TO_MAX];
    const char *devices[BUNDLE_TO_MAX];
    struct gw_buf file;
    size_t n = 0;
    gw_buf_init(&file, FILE_ROOM);
    enum gw_err err = receivers(cli, id, to, peers, devices, &n, fail);
    err = err ? err : process_bundle_out(&cli->home, id, devices, n, attachments, &file, r, fail);
    err = err ? err : gw_file_write_checked(name, gw_buf_str(&file), file.len, fail);
    gw_buf_free(&file);
    return err;
}

static int run_bundle(struct cli *cli, int argc, char **argv)
{
    const char *to = NULL, *name = NULL, *attachments = NULL;
    const struct cli_opt opts[] = {
        {"to", &to, NULL}, {"out", &name, NULL}, {"attachments", &attachments, NULL}};
    const struct cli_verb *verb = cli_find(cli->verb);
    struct bundle_report r;
    struct gw_fail fail = {0};
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 3, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1 || !name) {
        return cli_usage(cli, verb, "%s",
                         _("Give one procedure and the file to write: --out FILE."));
    }
    char *list = to ? strdup(to) : NULL;
    enum gw_err err =
        !id_ok(rest[0])
            ? gw_fail_set(&fail, GW_ABSENT, _("This is not a valid id. Copy it from a list."))
        : to && !list ? GW_NOMEM
                      : pack(cli, rest[0], list, attachments, name, &r, &fail);
    free(list);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    if (cli->json) {
        return print_json(cli, name, &r);
    }
    printf(_("%lld records are in the file, written and read back. The receiver takes them in with "
             "`gridward merge`.\n"),
           (long long)r.lines);
    tell_attachments(&r);
    return CLI_DONE;
}

#define WITH        "[--attachments all|none|HASH,…]"
#define BUNDLE_ARGS "ID [--to DEVICE[,DEVICE…]] " WITH " --out FILE [--json]"
#define BUNDLE_ABOUT                                                                               \
    N_("Writes one procedure for other laptops, sealed to them; without --to for all who have "    \
       "signed in it.")

const struct cli_verb cli_verbs_bundle[] = {
    {"journal export", "FILE " WITH " [--json]",
     N_("Writes all that waits for the server into a bundle, to be carried there on a stick."),
     true, run_export, NULL},
    {"journal import", "FILE [--json]", N_("Takes in the server's answer to such a bundle."), true,
     run_import, NULL},
    {"election bundle", BUNDLE_ARGS, BUNDLE_ABOUT, true, run_bundle, NULL},
    {"procedure bundle", BUNDLE_ARGS, BUNDLE_ABOUT, true, run_bundle, NULL},
    {"merge", "FILE [--json]",
     N_("Takes in the bundle of another laptop: its records of one procedure."), true, run_merge,
     NULL},
};
const size_t cli_verbs_bundle_n = sizeof(cli_verbs_bundle) / sizeof(cli_verbs_bundle[0]);
