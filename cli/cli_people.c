/* resident find, resident show. */
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/i18n.h"
#include "cli/cli_p.h"
#include "offline-db/mirror.h"
#include "offline-db/people.h"

enum { FIND_MAX = 1000, FIND_DEFAULT = 50 };

/* Age and address as people say them, after the members of the row. */
static enum gw_err person_members(struct cli *cli, const struct person_row *row, const char *open,
                                  struct jw *w, gw_id dwelling)
{
    struct json *root = NULL;
    enum gw_err err = cli_row_load(cli, TYPE_RESIDENT, row->id, &root);
    if (err != GW_OK) {
        return err;
    }
    const char *where = json_str(root, "dwelling_id");
    (void)snprintf(dwelling, sizeof(gw_id), "%s", where != NULL ? where : "");
    cli_row_masked(root, TYPE_RESIDENT, open, w);
    json_free(root);
    jw_str(w, "address", row->piece);
    if (row->age >= 0) {
        jw_int(w, "age", row->age);
    } else {
        jw_null(w, "age");
    }
    jw_str(w, "open_alarm", row->open_alarm[0] != '\0' ? row->open_alarm : NULL);
    return GW_OK;
}

static int print_people(struct cli *cli, const struct person_row *rows, size_t n)
{
    if (!cli->json) {
        for (size_t i = 0; i < n; i++) {
            char age[16];
            (void)snprintf(age, sizeof(age), "%d", rows[i].age);
            out_cell(rows[i].name, 10);
            out_cell(rows[i].age >= 0 ? age : "-", 4);
            out_cell(rows[i].piece, 32);
            out_text(rows[i].id);
            putchar('\n');
        }
        return n > 0 ? CLI_DONE : CLI_NO;
    }
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_arr(w, NULL);
    enum gw_err err = GW_OK;
    for (size_t i = 0; err == GW_OK && i < n; i++) {
        gw_id dwelling;
        jw_obj(w, NULL);
        err = person_members(cli, &rows[i], NULL, w, dwelling);
        jw_obj_end(w);
    }
    jw_arr_end(w);
    err = out_doc_end(&doc, err, true);
    if (err != GW_OK) {
        return cli_fail(cli, err, NULL);
    }
    return n > 0 ? CLI_DONE : CLI_NO;
}

static int run_find(struct cli *cli, int argc, char **argv)
{
    const char *limit_text = NULL;
    const struct cli_opt opts[] = {{"limit", &limit_text, NULL}};
    const struct cli_verb *verb = cli_find("resident find");
    char **rest;
    int n;
    int64_t limit = FIND_DEFAULT;
    int status = cli_options(cli, verb, argc, argv, opts, 1, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1 || rest[0][0] == '\0') {
        return cli_usage(cli, verb, "%s",
                         _("Give a piece of the name, ID number, phone or address."));
    }
    if (limit_text != NULL && !cli_number(cli, "limit", limit_text, 1, FIND_MAX, &limit)) {
        return CLI_USAGE;
    }
    struct person_row *rows = calloc((size_t)limit, sizeof(*rows));
    struct gw_fail fail = {0};
    size_t found = 0;
    enum gw_err err = rows == NULL
                          ? GW_NOMEM
                          : people_find(&cli->home, rest[0], rows, (size_t)limit, &found, &fail);
    status = err == GW_OK ? print_people(cli, rows, found) : cli_fail(cli, err, &fail);
    free(rows);
    return status;
}

static enum gw_err part_json(struct cli *cli, enum gw_type type, const char *id, const char *key,
                             const char *open, struct jw *w)
{
    struct json *root = NULL;
    enum gw_err err = id[0] != '\0' ? cli_row_load(cli, type, id, &root) : GW_ABSENT;
    if (err == GW_ABSENT) {
        jw_null(w, key);
        return GW_OK;
    }
    if (err == GW_OK) {
        jw_obj(w, key);
        cli_row_masked(root, type, open, w);
        jw_obj_end(w);
    }
    json_free(root);
    return err;
}

static enum gw_err show_json(struct cli *cli, const struct person_card *card, const char *reveal,
                             const struct journal_entry *entry)
{
    gw_id dwelling = "";
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    enum gw_err err = person_members(cli, &card->row, reveal, w, dwelling);
    if (err == GW_OK) {
        err = part_json(cli, TYPE_RESIDENT_PRIVATE, card->row.id, "private", reveal, w);
    }
    if (err == GW_OK) {
        err = part_json(cli, TYPE_DWELLING, dwelling, "dwelling", reveal, w);
    }
    if (err == GW_OK) {
        cli_offices_json(cli, card->row.id, w);
    }
    if (entry != NULL) {
        (void)cli_entry_json(entry, w, "entry"); /* the writer keeps its error */
    }
    jw_obj_end(w);
    err = out_doc_end(&doc, err, true);
    return err;
}

void cli_person_fields(const struct person_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out_cell(fields[i].label, 20);
        out_text(fields[i].value);
        if (fields[i].masked) {
            printf("  (%s)", fields[i].key); /* what --reveal takes */
        }
        putchar('\n');
    }
}

bool cli_newest_entry(void *ctx, const struct journal_entry *entry)
{
    *(struct journal_entry *)ctx = *entry;
    return false;
}

static int show(struct cli *cli, const char *id, const char *reveal, const char *reason)
{
    struct person_card *card = NULL;
    struct journal_entry entry = {0};
    struct gw_fail fail = {0};
    enum gw_err err = people_show(&cli->home, id, reveal, reason, &card, &fail);
    if (err == GW_OK && reveal != NULL) {
        err = journal_each(&cli->home, CMD_STATE_N, 1, cli_newest_entry, &entry);
    }
    if (err != GW_OK) {
        people_free(card);
        return cli_fail(cli, err, &fail);
    }
    if (cli->json) {
        err = show_json(cli, card, reveal, reveal != NULL ? &entry : NULL);
    } else {
        cli_person_fields(card->fields, card->fields_n);
    }
    people_free(card);
    if (err != GW_OK) {
        return cli_fail(cli, err, NULL);
    }
    return reveal != NULL ? cli_deliver(cli, &entry, !cli->json) : CLI_DONE;
}

int cli_read_reveal(struct cli *cli, int argc, char **argv, struct cli_reveal *out)
{
    *out = (struct cli_reveal){.id = NULL};
    const struct cli_opt opts[] = {{"reveal", &out->reveal, NULL}, {"reason", &out->reason, NULL}};
    const struct cli_verb *verb = cli_find(cli->verb);
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 2, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1 || (out->reveal != NULL) != (out->reason != NULL)) {
        return cli_usage(
            cli, verb, "%s",
            _("Give one id; --reveal needs --reason: it is recorded who looked and why."));
    }
    out->id = rest[0];
    return CLI_DONE;
}

static int run_show(struct cli *cli, int argc, char **argv)
{
    struct cli_reveal in;
    int status = cli_read_reveal(cli, argc, argv, &in);
    return status != CLI_DONE ? status : show(cli, in.id, in.reveal, in.reason);
}

const struct cli_verb cli_verbs_people[] = {
    {"resident find", "TEXT [--limit N] [--json]",
     N_("Find residents by name, ID tail, phone tail or address."), true, run_find, NULL},
    {"resident show", "ID [--reveal FIELD --reason TEXT] [--json]",
     N_("One resident, masked; one field in full with a recorded reason."), true, run_show, NULL},
};
const size_t cli_verbs_people_n = sizeof(cli_verbs_people) / sizeof(cli_verbs_people[0]);
