/* What every writing verb does: journal first, then one try to deliver, then say what became of it.
 */
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_p.h"

enum { DELIVER_MS = 10000 };

enum gw_err cli_entry_json(const struct journal_entry *entry, struct jw *w, const char *key)
{
    jw_obj(w, key);
    jw_int(w, "n", entry->n);
    jw_str(w, "dev", entry->dev);
    jw_str(w, "uid", entry->uid);
    jw_str(w, "kind", entry->kind);
    jw_str(w, "id", entry->id);
    jw_str(w, "state", cmd_state_name(entry->state));
    jw_str(w, "code", entry->code[0] != '\0' ? entry->code : NULL);
    jw_int(w, "at", entry->at);
    if (entry->result_at > 0) {
        jw_int(w, "result_at", entry->result_at);
    } else {
        jw_null(w, "result_at");
    }
    if (entry->seq >= 0) {
        jw_int(w, "seq", entry->seq);
    } else {
        jw_null(w, "seq");
    }
    jw_bool(w, "unread", entry->unread);
    jw_obj_end(w);
    return w->err;
}

static void print_entry(struct cli *cli, const struct journal_entry *entry)
{
    if (cli->json) {
        struct gw_buf buf;
        struct jw w;
        gw_buf_init(&buf, 64 * 1024);
        jw_begin(&w, &buf);
        (void)cli_entry_json(entry, &w, NULL); /* the writer keeps its error */
        if (jw_end(&w) == GW_OK) {
            out_json_line(&buf);
        }
        gw_buf_free(&buf);
    } else {
        printf("%lld %s %s %s\n", (long long)entry->n, cmd_state_name(entry->state), entry->kind,
               entry->id);
    }
}

static int entry_status(const struct cli *cli, const struct journal_entry *entry)
{
    if (entry->code[0] != '\0') {
        fprintf(stderr, "gridward %s: %s\n", cli->verb, cmd_code_sentence(entry->code));
    }
    bool refused = entry->state == CMD_REJECTED || entry->state == CMD_QUARANTINED;
    return refused ? CLI_NO : CLI_DONE;
}

int cli_deliver(struct cli *cli, const struct journal_entry *written, bool print)
{
    struct cli_sync_result synced;
    struct journal_entry entry = *written, now;
    if (cli->home.practice) { /* there is nobody to deliver it to */
        if (print) {
            print_entry(cli, &entry);
        }
        return CLI_DONE;
    }
    cli_sync_once(cli, DELIVER_MS, &synced);
    bool own = strcmp(entry.dev, cli->home.id.device) == 0;
    enum gw_err err = own ? journal_get(&cli->home, entry.n, &now)
                          : journal_get_of(&cli->home, entry.dev, entry.n, &now);
    if (err == GW_OK) {
        entry = now;
    }
    if (entry.state == CMD_PENDING || entry.state == CMD_SENT) {
        fprintf(stderr, _("gridward %s: kept in the journal, not delivered yet. %s\n"), cli->verb,
                synced.problem);
    }
    if (print) {
        print_entry(cli, &entry);
    }
    return entry_status(cli, &entry);
}

int cli_write(struct cli *cli, enum cmd_kind kind, const char *id, int64_t expect_level,
              const struct cmd_data *data)
{
    const struct journal_what what = {kind, id, expect_level, data};
    return cli_write_as(cli, NULL, &what);
}

int cli_write_as(struct cli *cli, const struct home_signer *signer, const struct journal_what *what)
{
    struct journal_entry entry;
    struct gw_fail fail = {0};
    enum gw_err err = journal_append_as(&cli->home, signer, what, &entry, &fail);
    if (err != GW_OK) {
        return cli_fail(cli, err, &fail);
    }
    return cli_deliver(cli, &entry, true);
}
