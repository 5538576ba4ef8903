/* election|procedure petition: the pack that answers a petition. */
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_process_p.h"
#include "offline-db/petition.h"

static enum gw_err done_json(const struct petition_in *in, const struct petition_out *out)
{
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    jw_str(w, "out", in->dir);
    jw_bool(w, "internal", in->internal);
    jw_int(w, "files", (int64_t)out->files);
    jw_int(w, "notices", (int64_t)out->notices);
    jw_int(w, "kept", (int64_t)out->kept);
    jw_int(w, "broken", (int64_t)out->broken);
    jw_int(w, "not_judged", (int64_t)out->open);
    jw_bool(w, "genuine", out->genuine);
    jw_int(w, "withheld", (int64_t)out->withheld);
    jw_bool(w, "evidence", out->evidence);
    jw_str(w, "code", out->code);
    jw_obj_end(w);
    return out_doc_end(&doc, GW_OK, true);
}

static int run_petition(struct cli *cli, int argc, char **argv)
{
    struct petition_in in = {.process = NULL};
    struct petition_out out;
    struct gw_fail fail = {0};
    const struct cli_opt opts[] = {{"out", &in.dir, NULL},
                                   {"asked", &in.asked, NULL},
                                   {"internal", NULL, &in.internal},
                                   {"reason", &in.reason, NULL}};
    const struct cli_verb *verb = cli_find(cli->verb);
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, sizeof opts / sizeof opts[0], &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1 || !in.dir) {
        return cli_usage(cli, verb, "%s",
                         _("Give the id of one procedure and a new folder: --out DIR."));
    }
    in.process = rest[0];
    if (!id_ok(in.process)) {
        return cli_fail(
            cli, gw_fail_set(&fail, GW_ABSENT, _("This is not a valid id. Copy it from a list.")),
            &fail);
    }
    enum gw_err err = petition_write(&cli->home, &in, &out, &fail);
    if (!err && cli->json) {
        err = done_json(&in, &out);
    } else if (!err) {
        printf(_("%zu files in %s: %zu rules kept, %zu broken, %zu not judged. Digest code %s\n"),
               out.files, in.dir, out.kept, out.broken, out.open, out.code);
    }
    return err ? cli_fail(cli, err, &fail) : CLI_DONE;
}

static const char args[] = "ID --out DIR [--asked TEXT] [--internal --reason TEXT] [--json]";
#define ABOUT                                                                                      \
    N_("Writes a folder that answers a petition: what the record shows, and nothing private.")

const struct cli_verb cli_verbs_petition[] = {
    {"election petition", args, ABOUT, true, run_petition, NULL},
    {"procedure petition", args, ABOUT, true, run_petition, NULL},
};
const size_t cli_verbs_petition_n = sizeof(cli_verbs_petition) / sizeof(cli_verbs_petition[0]);
