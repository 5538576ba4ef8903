/* household show, dwelling show: masked as resident show. */
#include <string.h>

#include "base/crypto.h"
#include "base/i18n.h"
#include "cli/cli_p.h"
#include "model/kin.h"
#include "offline-db/people.h"

static void show_text(const struct place_card *card)
{
    cli_person_fields(card->fields, card->fields_n);
    for (size_t i = 0; i < card->members_n; i++) {
        const struct place_member *m = &card->members[i];
        char age[16] = "-";
        if (m->row.age >= 0) {
            (void)snprintf(age, sizeof age, "%d", m->row.age);
        }
        out_cell(kin_word(m->relation), 20);
        out_cell(m->row.name, 10);
        out_cell(age, 4);
        out_text(m->row.id);
        putchar('\n');
    }
}

static void members_json(const struct place_card *card, struct jw *w)
{
    jw_arr(w, "people");
    for (size_t i = 0; i < card->members_n; i++) {
        const struct place_member *m = &card->members[i];
        jw_obj(w, NULL);
        jw_str(w, "id", m->row.id);
        jw_str(w, "name", m->row.name);
        jw_str(w, "relation", m->relation[0] ? m->relation : NULL);
        jw_str(w, "relation_word", m->relation[0] ? kin_word(m->relation) : NULL);
        if (m->row.age >= 0) {
            jw_int(w, "age", m->row.age);
        } else {
            jw_null(w, "age");
        }
        jw_obj_end(w);
    }
    jw_arr_end(w);
}

static enum gw_err show_json(struct cli *cli, enum gw_type type, const char *id,
                             const struct place_card *card, const char *reveal,
                             const struct journal_entry *entry)
{
    struct json *root = NULL;
    enum gw_err err = cli_row_load(cli, type, id, &root);
    if (err) {
        return err;
    }
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    cli_row_masked(root, type, reveal, w);
    members_json(card, w);
    if (reveal) {
        (void)cli_entry_json(entry, w, "entry"); /* the writer keeps its error */
    }
    jw_obj_end(w);
    err = out_doc_end(&doc, GW_OK, true);
    json_free(root);
    return err;
}

static int show(struct cli *cli, bool household, const char *id, const char *reveal,
                const char *reason)
{
    struct place_card *card = NULL;
    struct journal_entry entry = {0};
    struct gw_fail fail = {0};
    enum gw_err err = place_show(&cli->home, household, id, reveal, reason, &card, &fail);
    if (!err && reveal) {
        err = journal_each(&cli->home, CMD_STATE_N, 1, cli_newest_entry, &entry);
    }
    if (!err && cli->json) {
        err = show_json(cli, household ? TYPE_HOUSEHOLD : TYPE_DWELLING, id, card, reveal, &entry);
    } else if (!err) {
        show_text(card);
    }
    place_free(card);
    if (err) {
        return cli_fail(cli, err, &fail);
    }
    return reveal ? cli_deliver(cli, &entry, !cli->json) : CLI_DONE;
}

static int run_show(struct cli *cli, int argc, char **argv)
{
    struct cli_reveal in;
    int status = cli_read_reveal(cli, argc, argv, &in);
    return status != CLI_DONE
               ? status
               : show(cli, cli_find(cli->verb)->data != NULL, in.id, in.reveal, in.reason);
}

const struct cli_verb cli_verbs_house[] = {
    {"household show", "ID [--reveal FIELD --reason TEXT] [--json]",
     N_("One household with its members and their relation to its head, masked."), true, run_show,
     "household"},
    {"dwelling show", "ID [--reveal FIELD --reason TEXT] [--json]",
     N_("One dwelling and who lives there, masked."), true, run_show, NULL},
};
const size_t cli_verbs_house_n = sizeof(cli_verbs_house) / sizeof(cli_verbs_house[0]);
