/* Attachments: --attach of step and correct; attach, as a correction; blob list, blob get. */
#include <stdlib.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/text_safe.h"
#include "cli/cli_process_p.h"
#include "offline-db/blob.h"

enum { GET_MS = 600000 };

/* ---- --attach [KEY=]FILE */

static bool taken(const struct process_words *words, const char *key)
{
    for (size_t i = 0; i < words->materials_n; i++) {
        if (strcmp(words->materials[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

/* Splits at '=' when what stands before it is one of the step's materials; else the first material
 * that has nothing yet is meant. NULL key: none is left, or the step has none. */
static const char *split(const struct step_spec *spec, const struct process_words *words,
                         const char *text, const char **file)
{
    const char *equals = strchr(text, '=');
    *file = text;
    for (size_t i = 0; spec && equals && i < spec->materials_n; i++) {
        const char *key = spec->materials[i].key;
        if (strlen(key) == (size_t)(equals - text) && strncmp(key, text, strlen(key)) == 0) {
            *file = equals + 1;
            return key;
        }
    }
    for (size_t i = 0; spec && i < spec->materials_n; i++) {
        if (!taken(words, spec->materials[i].key)) {
            return spec->materials[i].key;
        }
    }
    return NULL;
}

static int attach_one(struct cli *cli, const struct process_case *c, const struct step_spec *spec,
                      const char *text, struct process_attached *out, struct process_words *words)
{
    const char *file = NULL;
    struct gw_fail fail = {0};
    bool place = false;
    char safe[200];
    const char *key = split(spec, words, text, &file);
    (void)gw_text_safe_z(safe, sizeof safe, file);
    if (!key || out->n == PROCESS_ATTACH_MAX || words->materials_n == PROCESS_VALUES_MAX) {
        fprintf(stderr,
                _("gridward %s: no material is left for “%s”; write KEY=FILE, `steps` lists the "
                  "keys.\n"),
                cli->verb, safe);
        return CLI_USAGE;
    }
    struct blob_row *row = &out->row[out->n];
    enum gw_err err = blob_attach(&cli->home, c->row.id, file, row, &place, &fail);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    out->n++;
    if (place) {
        fprintf(stderr,
                _("gridward %s: %s says where it was taken; it is kept as it is. Switch the "
                  "location off in the camera when nobody is to know.\n"),
                cli->verb, safe);
    }
    words->materials[words->materials_n++] = (struct proc_value){.key = key, .text = row->commit};
    return CLI_DONE;
}

int process_attach_files(struct cli *cli, const struct process_case *c,
                         const struct step_spec *spec, const struct cli_list *files,
                         struct process_attached *out, struct process_words *words)
{
    int status = CLI_DONE;
    *out = (struct process_attached){.n = 0};
    for (size_t i = 0; i < files->n && status == CLI_DONE; i++) {
        status = attach_one(cli, c, spec, files->item[i], out, words);
    }
    if (status != CLI_DONE) {
        process_attach_undo(cli, out);
    }
    return status;
}

void process_attach_undo(struct cli *cli, const struct process_attached *attached)
{
    for (size_t i = 0; i < attached->n; i++) {
        blob_detach(&cli->home, attached->row[i].commit);
    }
}

/* ---- what records name, with where it is */

void process_attachments_json(struct home *home, const struct process_case *c, struct jw *w)
{
    struct blob_row row;
    jw_arr(w, "attachments");
    for (size_t i = 0; i < ev_count(c->set); i++) {
        const struct ev_step *step = ev_at(c->set, i);
        for (size_t m = 0; m < step->materials_n; m++) {
            const char *commit = step->materials[m].text;
            if (!commit || !blob_commit_ok(commit)) {
                continue;
            }
            bool here = blob_find(home, commit, &row) == GW_OK;
            jw_obj(w, NULL);
            jw_str(w, "record", step->hash);
            jw_str(w, "step", step->step);
            jw_str(w, "key", step->materials[m].key);
            jw_str(w, "commit", commit);
            jw_str(w, "state", here ? blob_state_name(row.state) : "elsewhere");
            jw_obj_end(w);
        }
    }
    jw_arr_end(w);
}

/* ---- blob list, blob get */

struct listing {
    const struct cli *cli;
    struct jw *w;
};

static void row_json(struct jw *w, const struct blob_row *row)
{
    jw_obj(w, NULL);
    jw_str(w, "commit", row->commit);
    jw_str(w, "process", row->process);
    jw_int(w, "size", row->size);
    jw_str(w, "media", row->media);
    jw_str(w, "state", blob_state_name(row->state));
    jw_int(w, "sent", row->held);
    jw_int(w, "at", row->at);
    jw_obj_end(w);
}

static bool list_one(void *ctx, const struct blob_row *row)
{
    const struct listing *l = ctx;
    char size[32];
    if (l->cli->json) {
        row_json(l->w, row);
        return true;
    }
    (void)snprintf(size, sizeof size, "%lld KiB", (long long)(row->size + 1023) / 1024);
    out_cell(row->commit, 13);
    out_cell(row->media, 17);
    out_cell(size, 11);
    out_cell(blob_state_words(row->state), 32);
    out_text(row->process);
    putchar('\n');
    return true;
}

static int blob_list(struct cli *cli, int argc, char **argv)
{
    char **rest;
    int n;
    const struct cli_verb *verb = cli_find(cli->verb);
    int status = cli_options(cli, verb, argc, argv, NULL, 0, &rest, &n);
    if (status != CLI_DONE || n > 0) {
        return status != CLI_DONE ? status
                                  : cli_usage(cli, verb, "%s", _("This verb takes no operands."));
    }
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    struct listing l = {cli, w};
    jw_arr(w, NULL);
    enum gw_err err = blob_each(&cli->home, NULL, list_one, &l);
    jw_arr_end(w);
    err = out_doc_end(&doc, err, cli->json);
    return err ? cli_fail(cli, err, NULL) : CLI_DONE;
}

/* "3f9c….jpg" in the present folder when no --out is given. */
static void file_name(const struct blob_row *row, const char *bytes, size_t len, char *out,
                      size_t size)
{
    static const char *const ends[][2] = {
        {"image/jpeg", "jpg"}, {"image/png", "png"}, {"application/pdf", "pdf"}};
    const char *media = blob_media_of(bytes, len);
    const char *end = "txt";
    for (size_t i = 0; media && i < sizeof ends / sizeof ends[0]; i++) {
        end = strcmp(media, ends[i][0]) == 0 ? ends[i][1] : end;
    }
    (void)snprintf(out, size, "%.12s.%s", row->commit, end);
}

static int write_out(struct cli *cli, const struct blob_row *row, const char *to)
{
    char name[32];
    struct gw_buf bytes;
    struct gw_fail fail = {0};
    gw_buf_init(&bytes, BLOB_MAX);
    enum gw_err err = blob_bytes(&cli->home, row->commit, &bytes, &fail);
    if (!err) {
        file_name(row, gw_buf_str(&bytes), bytes.len, name, sizeof name);
        err = gw_file_write(to ? to : name, gw_buf_str(&bytes), bytes.len, &fail);
    }
    gw_buf_free(&bytes);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    if (!cli->json) {
        out_text(to ? to : name);
        putchar('\n');
    }
    return CLI_DONE;
}

/* Asks for it and drives one sync; the process is the one whose record names it. */
static enum gw_err fetch(struct cli *cli, struct blob_row *row, struct gw_fail *fail)
{
    struct cli_sync_result synced;
    enum gw_err err = blob_named_by(&cli->home, row->commit, row->process, sizeof row->process);
    if (err) {
        return gw_fail_set(fail, err, _("No record on this machine names this attachment."));
    }
    err = blob_want(&cli->home, row, fail);
    if (err) {
        return err;
    }
    cli_sync_once(cli, GET_MS, &synced);
    err = blob_find(&cli->home, row->commit, row);
    if (!err && row->state == BLOB_WANTED) {
        return gw_fail_set(fail, GW_OFFLINE,
                           _("Not fetched yet; it is asked for, and comes when the server can be "
                             "reached. %s"),
                           synced.problem);
    }
    return err;
}

static int blob_get(struct cli *cli, int argc, char **argv)
{
    const char *to = NULL;
    const struct cli_opt opts[] = {{"out", &to, NULL}};
    char **rest;
    int n;
    struct gw_fail fail = {0};
    struct blob_row row = {.state = BLOB_ABSENT};
    const struct cli_verb *verb = cli_find(cli->verb);
    int status = cli_options(cli, verb, argc, argv, opts, 1, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1 || !blob_commit_ok(rest[0])) {
        return cli_usage(cli, verb, "%s", _("Give one commit, as `show --json` prints it."));
    }
    enum gw_err err = blob_find(&cli->home, rest[0], &row);
    if (err == GW_ABSENT || (!err && (row.state == BLOB_ABSENT || row.state == BLOB_WANTED))) {
        (void)snprintf(row.commit, sizeof row.commit, "%s", rest[0]);
        err = fetch(cli, &row, &fail);
    }
    if (!err && row.state == BLOB_ABSENT) {
        err = gw_fail_set(&fail, GW_ABSENT,
                          _("The server does not have it yet, or it is not for you."));
    } else if (!err && row.state == BLOB_ERASED) {
        err = gw_fail_set(&fail, GW_ABSENT, _("It was erased as the law asks."));
    }
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    status = write_out(cli, &row, to);
    if (status == CLI_DONE && cli->json) {
        struct out_doc doc;
        struct jw *w = out_doc_begin(&doc);
        row_json(w, &row);
        (void)out_doc_end(&doc, GW_OK, true);
    }
    return status;
}

const struct cli_verb cli_verbs_blob[] = {
    {"blob list", "[--json]", N_("Attachments of this machine and how far they are."), true,
     blob_list, NULL},
    {"blob get", "COMMIT [--out FILE] [--json]",
     N_("Writes an attachment to a file; fetches it first when it is not here."), true, blob_get,
     NULL},
};
const size_t cli_verbs_blob_n = sizeof(cli_verbs_blob) / sizeof(cli_verbs_blob[0]);
