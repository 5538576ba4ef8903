/* resident find, resident show. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_p.h"
#include "offline-db/mirror.h"
#include "offline-db/people.h"

enum { FIND_MAX = 1000, FIND_DEFAULT = 50 };

static void person_json(const struct person_row *row, struct jw *w)
{
    jw_obj(w, NULL);
    jw_str(w, "id", row->id);
    jw_str(w, "name", row->name);
    jw_str(w, "sex", row->sex);
    if (row->age >= 0) {
        jw_int(w, "age", row->age);
    } else {
        jw_null(w, "age");
    }
    jw_str(w, "address", row->piece);
    jw_str(w, "groups", row->groups);
    jw_str(w, "open_alarm", row->open_alarm[0] != '\0' ? row->open_alarm : NULL);
    jw_obj_end(w);
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
            puts(rows[i].id);
        }
        return n > 0 ? CLI_DONE : CLI_NO;
    }
    struct gw_buf buf;
    struct jw w;
    gw_buf_init(&buf, 4 * 1024 * 1024);
    jw_begin(&w, &buf);
    jw_arr(&w, NULL);
    for (size_t i = 0; i < n; i++) {
        person_json(&rows[i], &w);
    }
    jw_arr_end(&w);
    enum gw_err err = jw_end(&w);
    if (err == GW_OK) {
        out_json_line(&buf);
    }
    gw_buf_free(&buf);
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
        return cli_usage(cli, verb, "%s", _("Give a piece of the name, ID number, phone or address."));
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

static void show_json(const struct person_card *card, struct jw *w)
{
    jw_obj(w, NULL);
    jw_str(w, "id", card->row.id);
    jw_str(w, "name", card->row.name);
    jw_str(w, "address", card->row.piece);
    jw_str(w, "open_alarm", card->row.open_alarm[0] != '\0' ? card->row.open_alarm : NULL);
    jw_arr(w, "fields");
    for (size_t i = 0; i < card->fields_n; i++) {
        jw_obj(w, NULL);
        jw_str(w, "key", card->fields[i].key);
        jw_str(w, "value", card->fields[i].value);
        jw_bool(w, "masked", card->fields[i].masked);
        jw_obj_end(w);
    }
    jw_arr_end(w);
    jw_obj_end(w);
}

static int run_show(struct cli *cli, int argc, char **argv)
{
    const char *reveal = NULL, *reason = NULL;
    const struct cli_opt opts[] = {{"reveal", &reveal, NULL}, {"reason", &reason, NULL}};
    const struct cli_verb *verb = cli_find("resident show");
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 2, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1 || (reveal != NULL) != (reason != NULL)) {
        return cli_usage(cli, verb, "%s",
                         _("Give one id; --reveal needs --reason: it is recorded who looked and why."));
    }
    struct person_card *card = NULL;
    struct gw_fail fail = {0};
    enum gw_err err = people_show(&cli->home, rest[0], reveal, reason, &card, &fail);
    if (err != GW_OK) {
        return cli_fail(cli, err, &fail);
    }
    if (cli->json) {
        struct gw_buf buf;
        struct jw w;
        gw_buf_init(&buf, 512 * 1024);
        jw_begin(&w, &buf);
        show_json(card, &w);
        err = jw_end(&w);
        if (err == GW_OK) {
            out_json_line(&buf);
        }
        gw_buf_free(&buf);
    } else {
        for (size_t i = 0; i < card->fields_n; i++) {
            out_cell(card->fields[i].label, 20);
            out_text(card->fields[i].value);
            puts(card->fields[i].masked ? " *" : "");
        }
    }
    people_free(card);
    return err == GW_OK ? CLI_DONE : cli_fail(cli, err, NULL);
}

const struct cli_verb cli_verbs_people[] = {
    {"resident find", "TEXT [--limit N] [--json]",
     N_("Find residents by name, ID tail, phone tail or address."), true, run_find, NULL},
    {"resident show", "ID [--reveal FIELD --reason TEXT] [--json]",
     N_("One resident, masked; one field in full with a recorded reason."), true, run_show, NULL},
};
const size_t cli_verbs_people_n = sizeof(cli_verbs_people) / sizeof(cli_verbs_people[0]);
