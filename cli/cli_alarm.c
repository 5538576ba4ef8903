/* The alarm verbs: raise, and the actions: one function, a row of the verb table each. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/cli_p.h"
#include "offline-db/mirror.h"

/* ---- actions */
struct action_texts {
    const char *to, *number, *result, *note, *text, *reason, *outcome, *no_visit_reason,
        *second_person, *n;
};

struct action {
    enum cmd_kind kind;
    bool needs_open; /* on a closed alarm: exit 1 and nothing journalled */
};

/* contact:2 -> to contact, number 2 in the list. */
static bool split_contact(const char *text, struct cmd_data *data)
{
    if (strncmp(text, "contact:", 8) != 0) {
        data->to = text;
        return true;
    }
    char *end = NULL;
    data->to = "contact";
    data->contact = strtol(text + 8, &end, 10);
    return end != text + 8 && *end == '\0' && data->contact > 0;
}

static bool fill(const struct action *action, const struct action_texts *texts,
                 struct cmd_data *data)
{
    cmd_data_init(data);
    data->number = texts->number;
    data->result = texts->result;
    data->note = texts->note;
    data->text = texts->text;
    data->reason = texts->reason;
    data->outcome = texts->outcome;
    data->no_visit_reason = texts->no_visit_reason;
    data->second_person = texts->second_person;
    if (texts->to == NULL) {
        return true;
    }
    if (action->kind == CMD_ALARM_ESCALATE) {
        data->to_level = strcmp(texts->to, "4") == 0 ? 4 : strcmp(texts->to, "5") == 0 ? 5 : 0;
        return data->to_level != 0;
    }
    if (action->kind == CMD_ALARM_ATTEMPT) {
        return split_contact(texts->to, data);
    }
    data->to = texts->to;
    return true;
}

/* The command that a retract names: --n, or the newest own one on this alarm. */
static int find_target(struct cli *cli, const char *id, const char *n_text,
                       struct journal_entry *entry)
{
    int64_t n = 0;
    enum gw_err err;
    if (n_text != NULL) {
        if (!cli_number(cli, "n", n_text, 1, INT64_MAX, &n)) {
            return CLI_USAGE;
        }
        err = journal_get(&cli->home, n, entry);
        if (err == GW_OK && strcmp(entry->id, id) != 0) {
            err = GW_ABSENT;
        }
    } else {
        err = journal_last_on(&cli->home, id, entry);
    }
    if (err == GW_OK) {
        return CLI_DONE;
    }
    fprintf(
        stderr, "gridward %s: %s\n", cli->verb,
        _("There is no own command on this alarm that could be taken back. gridward journal list "
          "shows what you did."));
    return err == GW_ABSENT ? CLI_NO : gw_exit_status(err);
}

static int do_action(struct cli *cli, const struct cli_verb *verb, const char *id,
                     const struct action_texts *texts)
{
    const struct action *action = verb->data;
    struct cmd_data data;
    struct queue_row row;
    struct gw_fail fail = {0};
    struct journal_entry target;
    if (!fill(action, texts, &data)) {
        return cli_usage(cli, verb, "%s", _("--to is not one of the values."));
    }
    if (action->kind == CMD_ALARM_RETRACT) {
        int status = find_target(cli, id, texts->n, &target);
        if (status != CLI_DONE) {
            return status;
        }
        data.uid = target.uid;
    }
    enum gw_err err = cmd_data_check(action->kind, &data, &fail);
    if (err != GW_OK) {
        return cli_usage(cli, verb, "%s", fail.text);
    }
    err = queue_one(&cli->home, id, &row, &fail);
    if (err != GW_OK) {
        return cli_fail(cli, err, &fail);
    }
    if (action->needs_open && row.alarm.state == ALARM_CLOSED) {
        fprintf(stderr, "gridward %s: %s\n", cli->verb,
                _("This alarm is closed already; nothing was recorded."));
        return CLI_NO;
    }
    int64_t expect = cmd_spec_of(action->kind)->has_expect ? row.alarm.level : 0;
    return cli_write(cli, action->kind, id, expect, &data);
}

static int run_action(struct cli *cli, int argc, char **argv)
{
    struct action_texts t = {0};
    const struct cli_opt opts[] = {
        {"to", &t.to, NULL},
        {"number", &t.number, NULL},
        {"result", &t.result, NULL},
        {"note", &t.note, NULL},
        {"text", &t.text, NULL},
        {"reason", &t.reason, NULL},
        {"outcome", &t.outcome, NULL},
        {"no-visit-reason", &t.no_visit_reason, NULL},
        {"second-person", &t.second_person, NULL},
        {"n", &t.n, NULL},
    };
    const struct cli_verb *verb = cli_find(cli->verb);
    char **rest;
    int n;
    int status =
        cli_options(cli, verb, argc, argv, opts, sizeof(opts) / sizeof(opts[0]), &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1) {
        return cli_usage(cli, verb, "%s", _("Give one alarm's id."));
    }
    return do_action(cli, verb, rest[0], &t);
}

static int run_raise(struct cli *cli, int argc, char **argv)
{
    const char *at = NULL;
    struct cmd_data data;
    cmd_data_init(&data);
    const struct cli_opt opts[] = {{"kind", &data.kind, NULL},
                                   {"at", &at, NULL},
                                   {"text", &data.text, NULL},
                                   {"severity", &data.severity, NULL}};
    const struct cli_verb *verb = cli_find("alarm raise");
    char **rest, id[GW_UUID_LEN + 1];
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 4, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n > 0 || at == NULL) {
        return cli_usage(cli, verb, "%s", _("Say what and where: --kind, --at, --text."));
    }
    struct gw_buf row;
    struct gw_fail fail = {0};
    gw_buf_init(&row, 512 * 1024);
    bool dwelling = mirror_row_json(&cli->home, TYPE_DWELLING, at, &row) == GW_OK;
    gw_buf_free(&row);
    if (dwelling) {
        data.dwelling_id = at;
    } else if (path_ok(at)) {
        data.path = at;
    } else {
        return cli_usage(cli, verb, "%s",
                         _("--at is neither a path nor a dwelling of this mirror."));
    }
    if (data.severity == NULL && data.kind != NULL) {
        data.severity = alarm_severity_name(alarm_kind_of(data.kind)->severity);
    }
    if (cmd_data_check(CMD_ALARM_RAISE, &data, &fail) != GW_OK) {
        return cli_usage(cli, verb, "%s", fail.text);
    }
    gw_uuid7(&cli->home.uuids, cli->home.clock, cli->home.random, id);
    return cli_write(cli, CMD_ALARM_RAISE, id, 0, &data);
}

#define ACTION(name, kind, open) static const struct action name = {kind, open}
ACTION(act_ack, CMD_ALARM_ACK, true);
ACTION(act_unack, CMD_ALARM_UNACK, true);
ACTION(act_hold, CMD_ALARM_HOLD, true);
ACTION(act_escalate, CMD_ALARM_ESCALATE, false);
ACTION(act_attempt, CMD_ALARM_ATTEMPT, false);
ACTION(act_enroute, CMD_ALARM_ENROUTE, false);
ACTION(act_arrived, CMD_ALARM_ARRIVED, false);
ACTION(act_note, CMD_ALARM_NOTE, false);
ACTION(act_handover, CMD_ALARM_HANDOVER, true);
ACTION(act_close, CMD_ALARM_CLOSE, false);
ACTION(act_confirm, CMD_ALARM_CONFIRM, false);
ACTION(act_retract, CMD_ALARM_RETRACT, false);

const struct cli_verb cli_verbs_alarm[] = {
    {"alarm list", "[--all] [--state S] [--limit N] [--json]", N_("The queue, in its order."), true,
     cli_alarm_list, NULL},
    {"alarm show", "ID [--json]", N_("One alarm with all that is known."), true, cli_alarm_show,
     NULL},
    {"alarm ack", "ID", N_("Acknowledge: I have it."), true, run_action, &act_ack},
    {"alarm unack", "ID", N_("Give an acknowledgement back."), true, run_action, &act_unack},
    {"alarm hold", "ID", N_("Renew the hold."), true, run_action, &act_hold},
    {"alarm escalate", "ID [--to LEVEL] --reason TEXT",
     N_("Call the next or a chosen level (4, 5)."), true, run_action, &act_escalate},
    {"alarm attempt",
     "ID --to elder|contact:N|neighbour|worker|leader|duty|119|120|110|other [--number TEL] "
     "--result "
     "answered|no_answer|busy|refused",
     N_("Record a phone call."), true, run_action, &act_attempt},
    {"alarm enroute", "ID", N_("On the way."), true, run_action, &act_enroute},
    {"alarm arrived", "ID", N_("At the place."), true, run_action, &act_arrived},
    {"alarm note", "ID --text TEXT", N_("Add a note."), true, run_action, &act_note},
    {"alarm handover", "ID --to USER [--note TEXT]", N_("Offer the alarm to another person."), true,
     run_action, &act_handover},
    {"alarm close", "ID --outcome CODE [--note TEXT] [--no-visit-reason TEXT --second-person USER]",
     N_("Close with an outcome."), true, run_action, &act_close},
    {"alarm confirm", "ID", N_("Confirm a closing as the second person."), true, run_action,
     &act_confirm},
    {"alarm retract", "ID [--n N] [--reason TEXT]", N_("Take an own command back."), true,
     run_action, &act_retract},
    {"alarm raise", "--kind K --at PATH|DWELLING --text TEXT [--severity S]",
     N_("Put an alarm into the queue by hand."), true, run_raise, NULL},
};
const size_t cli_verbs_alarm_n = sizeof(cli_verbs_alarm) / sizeof(cli_verbs_alarm[0]);
