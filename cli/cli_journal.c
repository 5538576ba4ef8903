/* journal list, journal show. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_p.h"

struct listing {
    struct cli *cli;
    int64_t shown;
    enum gw_err err;
};

static bool list_one(void *ctx, const struct journal_entry *entry)
{
    struct listing *listing = ctx;
    if (!listing->cli->json) {
        char at[17];
        gw_time_local(entry->at, at);
        printf("%6lld %s ", (long long)entry->n, at);
        out_cell(cmd_state_word(entry->state), 12);
        out_cell(entry->kind, 16);
        out_text(entry->id);
        putchar('\n');
        listing->shown++;
        return true;
    }
    struct gw_buf buf;
    struct jw w;
    gw_buf_init(&buf, 64 * 1024);
    jw_begin(&w, &buf);
    (void)cli_entry_json(entry, &w, NULL); /* the writer keeps its error */
    listing->err = jw_end(&w);
    fputs(listing->shown > 0 ? ",\n" : "", stdout);
    out_json(&buf);
    gw_buf_free(&buf);
    listing->shown++;
    return listing->err == GW_OK;
}

static int run_list(struct cli *cli, int argc, char **argv)
{
    const char *state_text = NULL, *limit_text = NULL;
    const struct cli_opt opts[] = {{"state", &state_text, NULL}, {"limit", &limit_text, NULL}};
    const struct cli_verb *verb = cli_find("journal list");
    char **rest;
    int n;
    int64_t limit = INT64_MAX;
    enum cmd_state state = CMD_STATE_N;
    int status = cli_options(cli, verb, argc, argv, opts, 2, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n > 0 || (state_text != NULL && !cmd_state_parse(state_text, &state))) {
        return cli_usage(
            cli, verb, "%s",
            _("A state is pending, sent, applied, late, review, quarantined, rejected or "
              "reissued."));
    }
    if (limit_text != NULL && !cli_number(cli, "limit", limit_text, 0, INT64_MAX, &limit)) {
        return CLI_USAGE;
    }
    struct listing listing = {.cli = cli};
    if (cli->json) {
        putchar('[');
    }
    enum gw_err err = journal_each(&cli->home, state, limit, list_one, &listing);
    if (cli->json) {
        puts("]");
    }
    err = err == GW_OK ? listing.err : err;
    return err == GW_OK ? CLI_DONE : cli_fail(cli, err, NULL);
}

static int run_show(struct cli *cli, int argc, char **argv)
{
    const struct cli_verb *verb = cli_find("journal show");
    char **rest;
    int count;
    int64_t n = 0;
    int status = cli_options(cli, verb, argc, argv, NULL, 0, &rest, &count);
    if (status != CLI_DONE) {
        return status;
    }
    if (count != 1) {
        return cli_usage(cli, verb, "%s", _("Give one number of the journal."));
    }
    if (!cli_number(cli, "N", rest[0], 1, INT64_MAX, &n)) {
        return CLI_USAGE;
    }
    struct journal_entry entry;
    struct gw_buf body, buf;
    struct jw w;
    gw_buf_init(&body, 512 * 1024);
    gw_buf_init(&buf, 1024 * 1024);
    enum gw_err err = journal_get(&cli->home, n, &entry);
    if (err == GW_OK) {
        err = journal_body(&cli->home, n, &body);
    }
    if (err == GW_ABSENT) {
        fprintf(stderr, "gridward %s: %s\n", cli->verb, _("The journal has no such number."));
        status = CLI_NO;
    } else if (err != GW_OK) {
        status = cli_fail(cli, err, NULL);
    } else {
        jw_begin(&w, &buf);
        jw_obj(&w, NULL);
        (void)cli_entry_json(&entry, &w, "entry"); /* the writer keeps its error */
        jw_str(&w, "body", gw_buf_str(&body));
        jw_obj_end(&w);
        if (jw_end(&w) != GW_OK) {
            status = cli_fail(cli, GW_BUG, NULL);
        } else if (cli->json) {
            out_json_line(&buf);
        } else {
            printf("%lld %s %s %s\n", (long long)entry.n, cmd_state_word(entry.state), entry.kind,
                   entry.id);
            out_text(gw_buf_str(&body));
            putchar('\n');
        }
    }
    gw_buf_free(&body);
    gw_buf_free(&buf);
    return status;
}

const struct cli_verb cli_verbs_journal[] = {
    {"journal list", "[--state S] [--limit N] [--json]", N_("What you did, newest first."), true,
     run_list, NULL},
    {"journal show", "N [--json]", N_("One entry with the signed text."), true, run_show, NULL},
};
const size_t cli_verbs_journal_n = sizeof(cli_verbs_journal) / sizeof(cli_verbs_journal[0]);
