/* election|procedure print: which papers there are and what each still lacks; one as text, HTML or
 * PDF. */
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "cli/cli_process_p.h"
#include "offline-db/paper.h"

enum form { FORM_TEXT, FORM_HTML, FORM_PDF };

struct printing {
    struct home *home;
    const char *notice, *subject, *out;
    bool html, pdf, qr;
    enum form form;
    struct process_case c;
    struct notice_set *set;
};

/* ---- the list */

/* NULL: this template has no such paper. */
static const char *step_of(const struct printing *p, const struct notice *notice)
{
    return notice_step(notice, p->c.rules->template_, p->c.state);
}

static enum gw_err check_one(const struct printing *p, const struct notice *notice,
                             struct paper_state *state)
{
    struct annex *annex;
    struct paper_in in = paper_of(p->c.row.id, &p->c, p->set, notice, p->subject);
    enum gw_err err = annex_load(p->home, &p->c, p->set, notice, &annex);
    in.annex = annex;
    err = err ? err : paper_check(&in, state);
    annex_free(annex);
    return err;
}

static enum gw_err list_json(const struct printing *p)
{
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_arr(w, NULL);
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < p->set->n && !err; i++) {
        const struct notice *n = &p->set->items[i];
        const char *step = step_of(p, n);
        struct paper_state state;
        if (!step) {
            continue;
        }
        err = check_one(p, n, &state);
        jw_obj(w, NULL);
        jw_str(w, "notice", n->id);
        jw_str(w, "title", words_in(&n->title));
        jw_str(w, "step", step);
        jw_bool(w, "published", n->published);
        jw_bool(w, "draft", state.draft);
        jw_int(w, "missing", (int64_t)state.missing);
        jw_str(w, "lacks", state.lacks);
        jw_str(w, "why", state.why[0] ? state.why : NULL);
        jw_obj_end(w);
    }
    jw_arr_end(w);
    err = out_doc_end(&doc, err, true);
    return err;
}

static enum gw_err list_text(const struct printing *p)
{
    for (size_t i = 0; i < p->set->n; i++) {
        const struct notice *n = &p->set->items[i];
        const char *step = step_of(p, n);
        struct paper_state state;
        if (!step) {
            continue;
        }
        enum gw_err err = check_one(p, n, &state);
        if (err) {
            return err;
        }
        out_cell(n->id, 7);
        out_cell(step, 7);
        out_cell(state.draft ? _("draft") : _("final"), 7);
        out_cell(words_in(&n->title), 36);
        if (state.missing > 0) {
            printf(_("missing %zu: "), state.missing);
            out_text(state.lacks);
        } else {
            out_text(state.why);
        }
        putchar('\n');
    }
    return GW_OK;
}

/* ---- one of them */

static bool ends(const char *path, const char *ending)
{
    size_t len = strlen(path);
    size_t n = strlen(ending);
    return len > n && strcmp(path + len - n, ending) == 0;
}

static enum form form_of(const struct printing *p)
{
    if (p->pdf || (p->out && !p->html && ends(p->out, ".pdf"))) {
        return FORM_PDF;
    }
    return p->html || (p->out && (ends(p->out, ".html") || ends(p->out, ".htm"))) ? FORM_HTML
                                                                                  : FORM_TEXT;
}

static int written(struct cli *cli, const struct printing *p, const struct paper_state *state,
                   const char *path)
{
    if (!cli->json) {
        printf(state->draft ? _("Written as a draft: %s\n") : _("Written: %s\n"), path);
        return CLI_DONE;
    }
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    jw_str(w, "notice", p->notice);
    jw_str(w, "out", path);
    jw_bool(w, "draft", state->draft);
    jw_int(w, "missing", (int64_t)state->missing);
    jw_str(w, "lacks", state->lacks);
    jw_str(w, "why", state->why[0] ? state->why : NULL);
    jw_obj_end(w);
    enum gw_err err = out_doc_end(&doc, GW_OK, true);
    return err ? cli_fail(cli, err, NULL) : CLI_DONE;
}

/* Where the page goes when there is no PDF: the same name with .html. */
static int html_instead(struct cli *cli, const struct printing *p, const struct gw_buf *page,
                        const struct gw_fail *why)
{
    char path[4096];
    struct gw_fail fail = {0};
    size_t len = strlen(p->out) - (ends(p->out, ".pdf") ? strlen(".pdf") : 0);
    int n = snprintf(path, sizeof path, "%.*s.html", (int)len, p->out);
    enum gw_err err = n > 0 && (size_t)n < sizeof path
                          ? gw_file_write(path, page->data, page->len, &fail)
                          : GW_TOO_LARGE;
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    int status = cli_fail(cli, why->err, why);
    fprintf(stderr, _("The page is in %s\n"), path);
    return status;
}

static int print_to(struct cli *cli, const struct printing *p, const struct gw_buf *page,
                    const struct paper_state *state)
{
    struct gw_fail fail = {0};
    if (!p->out) {
        (void)fwrite(page->data, 1, page->len, stdout); /* out_written tells of a failure */
        return CLI_DONE;
    }
    enum gw_err err = p->form == FORM_PDF ? paper_pdf(page, p->out, &fail)
                                          : gw_file_write(p->out, page->data, page->len, &fail);
    if (err && p->form == FORM_PDF) {
        return html_instead(cli, p, page, &fail);
    }
    return err ? cli_fail(cli, err, &fail) : written(cli, p, state, p->out);
}

static int print_one(struct cli *cli, const struct printing *p)
{
    struct gw_buf page;
    struct paper_state state;
    struct gw_fail fail = {0};
    const struct notice *notice = notice_find(p->set, p->notice);
    if (!notice) {
        return cli_fail(cli,
                        gw_fail_set(&fail, GW_ABSENT,
                                    _("There is no paper of this name; without a name they are "
                                      "listed.")),
                        &fail);
    }
    struct paper_in in = paper_of(p->c.row.id, &p->c, p->set, notice, p->subject);
    struct annex *annex;
    in.qr = p->qr;
    gw_buf_init(&page, PAPER_BYTES_MAX);
    enum gw_err err = annex_load(p->home, &p->c, p->set, notice, &annex);
    in.annex = annex;
    err = err                    ? err
          : p->form == FORM_TEXT ? paper_text(&in, &page, &state)
                                 : paper_html(&in, &page, &state);
    annex_free(annex);
    int status = err ? cli_fail(cli, err, NULL) : print_to(cli, p, &page, &state);
    gw_buf_free(&page);
    return status;
}

static int print_loaded(struct cli *cli, struct printing *p)
{
    struct gw_fail fail = {0};
    enum gw_err err = paper_notices(p->c.rules, &p->set, &fail);
    int status = CLI_DONE;
    if (!err && p->notice) {
        status = print_one(cli, p);
    } else if (!err) {
        err = cli->json ? list_json(p) : list_text(p);
    }
    notice_set_free(p->set);
    return err ? cli_fail(cli, err, &fail) : status;
}

static int run_print(struct cli *cli, int argc, char **argv)
{
    struct printing p = {.home = &cli->home};
    const struct cli_opt opts[] = {
        {"subject", &p.subject, NULL}, {"out", &p.out, NULL}, {"html", NULL, &p.html},
        {"pdf", NULL, &p.pdf},         {"qr", NULL, &p.qr},
    };
    const struct cli_verb *verb = cli_find(cli->verb);
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, sizeof opts / sizeof opts[0], &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n < 1 || n > 2) {
        return cli_usage(cli, verb, "%s", _("Give the id of one procedure, and a paper or none."));
    }
    p.notice = n == 2 ? rest[1] : NULL;
    p.form = form_of(&p);
    if (p.notice && p.form == FORM_PDF && !p.out) {
        return cli_usage(cli, verb, "%s", _("Give the file to write: --out FILE."));
    }
    status = process_open_case(cli, rest[0], &p.c);
    if (status == CLI_DONE) {
        status = print_loaded(cli, &p);
        process_unload(&p.c);
    }
    return status;
}

static const char args[] =
    "ID [NOTICE] [--subject TEXT] [--out FILE] [--html|--pdf] [--qr] [--json]";
#define ABOUT                                                                                      \
    N_("A notice, minutes, a certificate or another paper as text, HTML or PDF; without a name "   \
       "lists them.")

const struct cli_verb cli_verbs_paper[] = {
    {"election print", args, ABOUT, true, run_print, NULL},
    {"procedure print", args, ABOUT, true, run_print, NULL},
};
const size_t cli_verbs_paper_n = sizeof(cli_verbs_paper) / sizeof(cli_verbs_paper[0]);
