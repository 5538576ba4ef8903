/* status: what this console knows about itself and its data. */
#include <stdint.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "cli/cli_sync_p.h"

struct status_facts {
    struct mirror_state state;
    struct wire_scope scopes[WIRE_SCOPES_MAX];
    size_t scopes_n;
    int64_t counts[TYPE_N];
    struct journal_counts journal;
    int64_t off, unc;
    bool engine_elsewhere;
};

static enum gw_err gather(struct cli *cli, struct status_facts *facts)
{
    char path[1200];
    int lock = -1;
    enum gw_err err = mirror_state(&cli->home, &facts->state);
    if (err == GW_OK) {
        err = mirror_scopes(&cli->home, facts->scopes, &facts->scopes_n);
    }
    if (err == GW_OK) {
        err = mirror_counts(&cli->home, facts->counts);
    }
    if (err == GW_OK) {
        err = journal_counts(&cli->home, &facts->journal);
    }
    mirror_clock(&cli->home, &facts->off, &facts->unc);
    if (err == GW_OK && gw_path_join(path, sizeof(path), cli->home.dir, "engine.lock") == GW_OK) {
        facts->engine_elsewhere = gw_lock_take(path, &lock, NULL) == GW_HELD;
        if (lock >= 0) {
            gw_lock_release(lock);
        }
    }
    return err;
}

static int64_t conflicts(const struct status_facts *facts)
{
    const int64_t *by = facts->journal.by_state;
    return by[CMD_REVIEW] + by[CMD_QUARANTINED] + by[CMD_REJECTED];
}

static void json_time(struct jw *w, const char *key, int64_t at)
{
    if (at > 0) {
        jw_int(w, key, at);
    } else {
        jw_null(w, key);
    }
}

static enum gw_err print_json(const struct cli *cli, const struct status_facts *facts)
{
    struct out_doc doc;
    struct jw *w = out_doc_begin(&doc);
    jw_obj(w, NULL);
    jw_str(w, "user", cli->home.id.user);
    jw_str(w, "name", cli->home.id.name);
    jw_str(w, "role", role_name(cli->home.id.role));
    jw_str(w, "device", cli->home.id.device);
    jw_str(w, "url", cli->home.id.url);
    jw_str(w, "engine", facts->engine_elsewhere ? "running" : "stopped");
    jw_str(w, "cursor", facts->state.cursor);
    json_time(w, "hello_at", facts->state.hello_at);
    json_time(w, "data_at", facts->state.caught_up_at);
    jw_bool(w, "complete", facts->state.complete);
    jw_int(w, "incidents", facts->state.incidents);
    jw_arr(w, "scopes");
    for (size_t i = 0; i < facts->scopes_n; i++) {
        jw_obj(w, NULL);
        jw_str(w, "path", facts->scopes[i].path);
        jw_int(w, "granted", facts->scopes[i].granted);
        jw_obj_end(w);
    }
    jw_arr_end(w);
    jw_obj(w, "counts");
    for (size_t i = 0; i < TYPE_N; i++) {
        jw_int(w, entity_of((enum gw_type)i)->name, facts->counts[i]);
    }
    jw_obj_end(w);
    jw_int(w, "unsent", facts->journal.unsent);
    json_time(w, "oldest_unsent_at", facts->journal.oldest_unsent_at);
    jw_int(w, "conflicts", conflicts(facts));
    jw_obj(w, "journal");
    for (size_t i = 0; i < CMD_STATE_N; i++) {
        jw_int(w, cmd_state_name((enum cmd_state)i), facts->journal.by_state[i]);
    }
    jw_obj_end(w);
    if (facts->off == INT64_MIN) {
        jw_null(w, "clock_offset_ms");
    } else {
        jw_int(w, "clock_offset_ms", facts->off);
    }
    jw_obj_end(w);
    return out_doc_end(&doc, GW_OK, true);
}

static void line(const char *label, const char *value)
{
    out_cell(label, 18);
    out_text(value);
    putchar('\n');
}

static const char *type_word(size_t type)
{
    static const char *const words[TYPE_N] = {
        [TYPE_ALARM] = N_("Alarms"),
        [TYPE_ALARM_EVENT] = N_("Alarm events"),
        [TYPE_GRID] = N_("Grids"),
        [TYPE_WORKER] = N_("Workers"),
        [TYPE_RESIDENT] = N_("Residents"),
        [TYPE_RESIDENT_PRIVATE] = N_("Sensitive records"),
        [TYPE_DWELLING] = N_("Dwellings"),
        [TYPE_HOUSEHOLD] = N_("Households"),
        [TYPE_SPELL] = N_("Residence spells"),
        [TYPE_CONTACT] = N_("Contacts"),
        [TYPE_CARE_NOTE] = N_("Care notes"),
        [TYPE_DEVICE] = N_("Devices"),
        [TYPE_PROCESS] = N_("Processes"),
        [TYPE_STEP] = N_("Steps"),
        [TYPE_SIGNER] = N_("Signers"),
        [TYPE_RULE] = N_("Rules"),
    };
    return _(words[type]);
}

static void number(const char *label, int64_t value)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%lld", (long long)value);
    line(label, text);
}

static void print_text(const struct cli *cli, const struct status_facts *facts)
{
    char text[512], at[17] = "-";
    (void)snprintf(text, sizeof(text), "%s (%s) · %s", cli->home.id.name, cli->home.id.user,
                   role_word(cli->home.id.role));
    line(_("Worker"), text);
    line(_("Server"), cli->home.id.url);
    line(_("Sync"), facts->engine_elsewhere ? _("runs in another process") : _("not running now"));
    if (facts->state.caught_up_at > 0) {
        gw_time_local(facts->state.caught_up_at, at);
    }
    line(_("Data as of"), at);
    line(_("Cursor"), facts->state.cursor[0] != '\0' ? facts->state.cursor : "-");
    for (size_t i = 0; i < facts->scopes_n; i++) {
        line(i == 0 ? _("Areas") : "", facts->scopes[i].path);
    }
    for (size_t i = 0; i < TYPE_N; i++) {
        if (facts->counts[i] > 0) {
            number(type_word(i), facts->counts[i]);
        }
    }
    number(_("Unsent"), facts->journal.unsent);
    number(_("To look at"), conflicts(facts));
    if (facts->off != INT64_MIN) {
        (void)snprintf(text, sizeof(text), "%+.1f s", (double)facts->off / 1000.0);
        line(_("Clock offset"), text);
    } else {
        line(_("Clock offset"), _("not measured yet"));
    }
}

int cli_run_status(struct cli *cli, int argc, char **argv)
{
    char **rest;
    int n;
    const struct cli_verb *verb = cli_find("status");
    int status = cli_options(cli, verb, argc, argv, NULL, 0, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n > 0) {
        return cli_usage(cli, verb, "%s", _("This verb takes nothing."));
    }
    struct status_facts facts = {0};
    enum gw_err err = gather(cli, &facts);
    if (err == GW_OK && cli->json) {
        err = print_json(cli, &facts);
    } else if (err == GW_OK) {
        print_text(cli, &facts);
    }
    return err == GW_OK ? CLI_DONE : cli_fail(cli, err, NULL);
}
