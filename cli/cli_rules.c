/* rules list, show, check, confirm: what procedures are judged by. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_process_p.h"
#include "rules/ruleset_load.h"

enum { ENTRIES_MAX = 256 };

static void print_entry(const struct ruleset_entry *e, struct jw *w, bool json)
{
    if (json) {
        jw_obj(w, NULL);
        jw_str(w, "template", e->template_id);
        jw_str(w, "kind", e->kind);
        jw_str(w, "committee", e->committee);
        jw_str(w, "mode", e->mode);
        jw_str(w, "set", e->set);
        jw_int(w, "version", e->version);
        jw_str(w, "title", gw_i18n_lang() == GW_LANG_ZH ? e->title_zh : e->title_en);
        process_day_json(w, "valid_from", e->valid_from);
        process_day_json(w, "valid_to", e->valid_to);
        jw_obj_end(w);
        return;
    }
    out_cell(e->template_id, 26);
    out_cell(e->committee, 10);
    out_cell(e->set, 14);
    out_text(gw_i18n_lang() == GW_LANG_ZH ? e->title_zh : e->title_en);
    putchar('\n');
}

static int rules_list(struct cli *cli, int argc, char **argv)
{
    struct process_opts o;
    char **rest;
    int n;
    char dir[1200];
    struct gw_fail fail = {0};
    size_t found = 0;
    struct out_doc doc;
    int status = process_options(cli, cli_find(cli->verb), argc, argv, &o, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    struct ruleset_entry *entries = calloc(ENTRIES_MAX, sizeof *entries);
    enum gw_err err = entries ? process_rules_dir(dir, sizeof dir) : GW_NOMEM;
    err = err ? err : ruleset_list(dir, entries, ENTRIES_MAX, &found, &fail);
    struct jw *w = out_doc_begin(&doc);
    jw_arr(w, NULL);
    for (size_t i = 0; !err && i < found; i++) {
        print_entry(&entries[i], w, cli->json);
    }
    jw_arr_end(w);
    err = out_doc_end(&doc, err, cli->json);
    free(entries);
    return err ? cli_fail(cli, err, &fail) : CLI_DONE;
}

/* ---- show: the numbers, each with where it comes from */

static const char *status_name(enum number_status status)
{
    static const char *const names[] = {
        [NUMBER_LAW] = "law", [NUMBER_PRACTICE] = "practice", [NUMBER_CONFIRM] = "confirm"};
    return names[status];
}

static void number_json(const struct rule_number *r, struct jw *w)
{
    jw_obj(w, NULL);
    jw_str(w, "key", r->key);
    jw_str(w, "name", words_in(&r->name));
    jw_str(w, "unit", r->unit);
    if (r->known) {
        jw_int(w, "value", r->value);
    } else {
        jw_null(w, "value");
    }
    jw_int(w, "min", r->min);
    jw_int(w, "max", r->max);
    jw_str(w, "status", status_name(r->status));
    jw_str(w, "law", r->cite.law);
    jw_str(w, "article", r->cite.article);
    jw_str(w, "source", r->source);
    jw_str(w, "document", r->document);
    jw_obj_end(w);
}

static void number_text(const struct ruleset *set, const struct rule_number *r)
{
    char cite[160] = "";
    char value[32];
    (void)citation_print(set, &r->cite, cite, sizeof cite);
    (void)snprintf(value, sizeof value, "%lld", (long long)r->value);
    out_cell(r->key, 26);
    out_cell(r->known ? value : _("to be confirmed by the district"), 14);
    out_cell(words_in(&r->name), 34);
    out_text(cite);
    putchar('\n');
}

static int show_set(const struct cli *cli, const struct ruleset *set)
{
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    jw_str(w, "template", set->template_->id);
    jw_str(w, "set", set->set);
    jw_str(w, "hash", set->hash);
    jw_arr(w, "numbers");
    for (size_t i = 0; i < set->numbers_n; i++) {
        number_json(&set->numbers[i], w);
    }
    jw_arr_end(w);
    jw_obj_end(w);
    enum gw_err err = out_doc_end(&doc, GW_OK, cli->json);
    for (size_t i = 0; !err && !cli->json && i < set->numbers_n; i++) {
        number_text(set, &set->numbers[i]);
    }
    return err ? cli_fail(cli, err, NULL) : CLI_DONE;
}

static int rules_show(struct cli *cli, int argc, char **argv)
{
    struct process_opts o;
    char **rest;
    int n;
    struct gw_fail fail = {0};
    struct gw_buf text;
    struct ruleset *set = NULL;
    gw_day day = day_of_ms(gw_clock_system()->wall_ms(gw_clock_system()->ctx));
    const struct cli_verb *verb = cli_find(cli->verb);
    int status = process_options(cli, verb, argc, argv, &o, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1 || (o.day && !day_parse(o.day, &day))) {
        return cli_usage(cli, verb, "%s", _("Give one template; `rules list` shows them."));
    }
    gw_buf_init(&text, RULESET_TEXT_MAX);
    enum gw_err err = process_compose(rest[0], "CQ", day, &text, &set, &fail);
    status = err ? cli_fail(cli, err, &fail) : show_set(cli, set);
    ruleset_free(set);
    gw_buf_free(&text);
    return status;
}

static int rules_check(struct cli *cli, int argc, char **argv)
{
    struct process_opts o;
    char **rest;
    int n;
    struct gw_fail fail = {0};
    const struct cli_verb *verb = cli_find(cli->verb);
    int status = process_options(cli, verb, argc, argv, &o, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1) {
        return cli_usage(cli, verb, "%s", _("Give one file."));
    }
    enum gw_err err = ruleset_check_file(rest[0], &fail);
    return err ? cli_fail(cli, err, &fail) : CLI_DONE;
}

static int sign_number(struct cli *cli, const char *as, const char *id, const struct cmd_data *data)
{
    struct home_signer room;
    const struct home_signer *signer = NULL;
    const struct journal_what what = {CMD_RULES_CONFIRM, id, 0, data};
    struct gw_fail fail = {0};
    enum gw_err err = cli_signer(cli, as, &room, &signer, &fail);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    if (!role_writes(signer ? signer->role : cli->home.id.role, CMD_RULES_CONFIRM)) {
        err = gw_fail_set(&fail, GW_DENIED,
                          _("Numbers are confirmed by an auditor or an administrator of the "
                            "district."));
    }
    int status = err ? cli_fail(cli, err, &fail) : cli_write_as(cli, signer, &what);
    if (signer) {
        signer_wipe(&room);
    }
    return status;
}

/* ---- confirm: once per district, with its document */

static int rules_confirm(struct cli *cli, int argc, char **argv)
{
    const char *document = NULL;
    const char *article = NULL;
    const char *as = NULL;
    const struct cli_opt opts[] = {
        {"document", &document, NULL}, {"article", &article, NULL}, {"as", &as, NULL}};
    const struct cli_verb *verb = cli_find(cli->verb);
    char **rest;
    int n;
    char id[GW_ID_MAX + 1];
    struct cmd_data data;
    int status = cli_options(cli, verb, argc, argv, opts, 3, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 3 || !document || !article) {
        return cli_usage(
            cli, verb, "%s",
            _("Give the set, the number's key and its value, and the document and article "
              "that fix it."));
    }
    int len = snprintf(id, sizeof id, "%s.%s", rest[0], rest[1]);
    if (len < 0 || (size_t)len >= sizeof id || !id_ok(id)) {
        return cli_usage(cli, verb, "%s", _("Set and key are those that `rules show` prints."));
    }
    cmd_data_init(&data);
    data.set = rest[0];
    data.key = rest[1];
    data.value = rest[2];
    data.document = document;
    data.article = article;
    return sign_number(cli, as, id, &data);
}

const struct cli_verb cli_verbs_rules[] = {
    {"rules list", "[--json]",
     N_("The templates of procedures and the rule sets they are judged by."), false, rules_list,
     NULL},
    {"rules show", "TEMPLATE [--day DATE] [--json]",
     N_("The numbers of a rule set, each with its article or source."), false, rules_show, NULL},
    {"rules check", "FILE [--json]", N_("Checks one file of rules/."), false, rules_check, NULL},
    {"rules confirm", "SET KEY VALUE --document TEXT --article TEXT [--as USER] [--json]",
     N_("Confirms a number that the law leaves to the district."), true, rules_confirm, NULL},
};
const size_t cli_verbs_rules_n = sizeof(cli_verbs_rules) / sizeof(cli_verbs_rules[0]);
