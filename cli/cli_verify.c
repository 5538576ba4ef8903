/* verify FILE: needs no home, no server, no enrolment. */
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "cli/cli_process_p.h"
#include "rules/evidence_verify.h"

static void print_text(const struct ev_report *r)
{
    static const char *const words[] = {[EV_OK] = N_("in order"),
                                        [EV_NOTED] = N_("noted"),
                                        [EV_FAILED] = N_("FAILED"),
                                        [EV_SKIPPED] = N_("not judged")};
    for (int c = 0; c < CHECK_N; c++) {
        const struct ev_outcome *o = &r->checks[c];
        printf("%2d ", c + 1);
        out_cell(_(words[o->verdict]), 10);
        out_cell(ev_check_name((enum ev_check)c), 34);
        printf("%6lld  ", (long long)o->looked_at);
        out_text(o->text);
        if (o->bad > 1) {
            printf(_(" (and %lld more)"), (long long)o->bad - 1);
        }
        putchar('\n');
    }
    printf(_("%lld records, digest code %s\n"), (long long)r->count, r->code);
    puts(r->genuine
             ? _("The record is genuine: unchanged since it was signed. That what was written is "
                 "true, "
                 "or all that happened, no file can prove.")
             : _("The file does NOT verify: it is not what its signers wrote, or not whole."));
}

static enum gw_err print_json(const struct ev_report *r)
{
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    jw_bool(w, "genuine", r->genuine);
    jw_str(w, "process", r->process);
    jw_str(w, "title", r->title);
    jw_int(w, "count", r->count);
    jw_str(w, "digest", r->digest);
    jw_str(w, "code", r->code);
    jw_arr(w, "checks");
    for (int c = 0; c < CHECK_N; c++) {
        const struct ev_outcome *o = &r->checks[c];
        jw_obj(w, NULL);
        jw_int(w, "number", c + 1);
        jw_str(w, "name", ev_check_name((enum ev_check)c));
        jw_str(w, "verdict", ev_verdict_name(o->verdict));
        jw_int(w, "looked_at", o->looked_at);
        jw_int(w, "bad", o->bad);
        jw_str(w, "text", o->text[0] ? o->text : NULL);
        jw_obj_end(w);
    }
    jw_arr_end(w);
    jw_obj_end(w);
    return out_doc_end(&doc, GW_OK, true);
}

static int run_verify(struct cli *cli, int argc, char **argv)
{
    const char *server_key = NULL;
    const struct cli_opt opts[] = {{"server-key", &server_key, NULL}};
    const struct cli_verb *verb = cli_find("verify");
    char **rest;
    int n;
    struct gw_buf file;
    struct gw_fail fail = {0};
    struct ev_report report;
    int status = cli_options(cli, verb, argc, argv, opts, 1, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1) {
        return cli_usage(cli, verb, "%s", _("Give one file."));
    }
    gw_buf_init(&file, (size_t)1024 * 1024 * 1024);
    const struct gw_clock *clock = gw_clock_system();
    enum gw_err err = gw_crypto_init();
    err = err ? err : gw_file_read(rest[0], &file, &fail);
    const struct ev_verify_in in = {.text = gw_buf_str(&file),
                                    .len = file.len,
                                    .server_sign_key = server_key,
                                    .today = day_of_ms(clock->wall_ms(clock->ctx))};
    err = err ? err : evidence_verify(&in, &report, &fail);
    gw_buf_free(&file);
    if (!err && cli->json) {
        err = print_json(&report);
    } else if (!err) {
        print_text(&report);
    }
    return err ? cli_fail(cli, err, &fail) : report.genuine ? CLI_DONE : CLI_NO;
}

const struct cli_verb cli_verbs_verify[] = {
    {"verify", "FILE [--server-key KEY] [--json]",
     N_("Checks exported evidence by itself; exit status 1: it does not verify."), false,
     run_verify, NULL},
};
const size_t cli_verbs_verify_n = sizeof(cli_verbs_verify) / sizeof(cli_verbs_verify[0]);
