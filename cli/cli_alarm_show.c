/* alarm list, alarm show: the queue and one alarm, as text and as JSON. */
#include <stdlib.h>
#include <string.h>

#include "api/wire.h"
#include "base/i18n.h"
#include "cli/cli_p.h"
#include "offline-db/card.h"
#include "offline-db/mirror.h"

enum { LINE_MAX = 512 * 1024 };

/* ---- rows as JSON: overlay over the mirror's row, `local` at the end */
static bool overlaid(const char *key)
{
    static const char *const keys[] = {
        "kind",           "severity",   "state",     "level",       "waits",       "due_at",
        "raised_at",      "count",      "device_id", "dwelling_id", "resident_id", "acked_by",
        "acked_at",       "ack_due_at", "stage",     "visited",     "restored_at", "offer",
        "closing",        "before",     "outcome",   "closed_at",   "closed_by",   "policy",
        "policy_version", "id",         "path"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static enum gw_err copy_rest(struct cli *cli, const char *id, bool whole, struct jw *w)
{
    struct gw_buf scratch;
    struct json *root = NULL;
    enum gw_err err = cli_row_load(cli, TYPE_ALARM, id, &root);
    if (err == GW_ABSENT) { /* raised here and not at the server yet */
        jw_null(w, "seq");
        return GW_OK;
    }
    gw_buf_init(&scratch, LINE_MAX);
    for (const struct json *m = root != NULL ? json_first(root) : NULL; m != NULL;
         m = json_next(m)) {
        if (!whole && strcmp(json_key(m), "address") == 0) {
            cli_masked_member(m, MASK_ADDRESS, &scratch, w);
        } else if (!overlaid(json_key(m))) {
            cli_member(m, &scratch, w);
        }
    }
    gw_buf_free(&scratch);
    json_free(root);
    return err;
}

enum gw_err cli_alarm_json(struct cli *cli, const struct queue_row *row, bool whole,
                           struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "id", row->alarm.id);
    jw_str(&w, "path", row->alarm.path);
    wire_alarm_encode(&row->alarm, &w);
    enum gw_err err = copy_rest(cli, row->alarm.id, whole, &w);
    jw_bool(&w, "waits_for_me", row->mine);
    if (row->mark == CMD_STATE_N) {
        jw_null(&w, "local");
    } else {
        jw_obj(&w, "local");
        jw_int(&w, "n", row->mark_n);
        jw_str(&w, "mark", cmd_state_name(row->mark));
        jw_int(&w, "count", row->mark_count);
        jw_obj_end(&w);
    }
    jw_obj_end(&w);
    enum gw_err end = jw_end(&w);
    return err != GW_OK ? err : end;
}

/* ---- list */
static void print_row(const struct queue_row *row, int64_t now)
{
    char span[16] = "-";
    if (row->alarm.due_at > 0 && row->alarm.state != ALARM_CLOSED) {
        gw_time_span(row->alarm.due_at - now, span);
    }
    out_cell(row->mine ? ">" : "", 1);
    out_cell(alarm_state_word(row->alarm.state), 17);
    out_cell(alarm_severity_word(row->alarm.severity), 8);
    out_cell(_(alarm_kind_of(row->alarm.kind)->word), 14);
    out_cell(row->piece, 16);
    out_cell(row->who, 8);
    out_cell(span, 8);
    out_cell(row->mark == CMD_STATE_N ? "" : cmd_state_word(row->mark), 12);
    out_text(row->alarm.id);
    putchar('\n');
}

struct wanted {
    bool all;
    int state; /* -1 = any */
    int64_t limit;
};

static bool is_wanted(const struct wanted *wanted, enum alarm_state state)
{
    if (wanted->state >= 0) {
        return (int)state == wanted->state;
    }
    return wanted->all || state != ALARM_CLOSED;
}

static int list_rows(struct cli *cli, const struct queue *queue, const struct wanted *wanted)
{
    struct gw_buf buf;
    enum gw_err err = GW_OK;
    int64_t now = cli->home.clock->wall_ms(cli->home.clock->ctx), shown = 0;
    gw_buf_init(&buf, 2 * LINE_MAX);
    fputs(cli->json ? "[" : "", stdout);
    for (size_t i = 0; err == GW_OK && i < queue_len(queue) && shown < wanted->limit; i++) {
        if (!is_wanted(wanted, queue_brief(queue, i)->state)) {
            continue;
        }
        const struct queue_row *row = queue_at(queue, i);
        if (cli->json) {
            gw_buf_reset(&buf);
            err = cli_alarm_json(cli, row, false, &buf);
            fputs(shown > 0 ? ",\n" : "", stdout);
            out_json(&buf);
        } else {
            print_row(row, now);
        }
        shown++;
    }
    if (cli->json) {
        puts("]");
    } else if (shown == 0 && err == GW_OK) {
        puts(_("No alarm waits."));
    }
    gw_buf_free(&buf);
    return err == GW_OK ? CLI_DONE : cli_fail(cli, err, NULL);
}

int cli_alarm_list(struct cli *cli, int argc, char **argv)
{
    const char *state_text = NULL, *limit_text = NULL;
    struct wanted wanted = {.state = -1, .limit = INT64_MAX};
    const struct cli_opt opts[] = {
        {"all", NULL, &wanted.all}, {"state", &state_text, NULL}, {"limit", &limit_text, NULL}};
    const struct cli_verb *verb = cli_find("alarm list");
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, opts, 3, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    enum alarm_state state = ALARM_UNACK;
    if (n > 0) {
        return cli_usage(cli, verb, "%s", _("This verb takes options only."));
    }
    if (state_text != NULL && !alarm_state_parse(state_text, &state)) {
        return cli_usage(cli, verb, "%s",
                         _("A state is unack, acked, rtn_unack, closed, shelved, suppressed or "
                           "out_of_service."));
    }
    if (limit_text != NULL && !cli_number(cli, "limit", limit_text, 0, 1000000, &wanted.limit)) {
        return CLI_USAGE;
    }
    struct queue *queue = NULL;
    struct gw_fail fail = {0};
    wanted.state = state_text != NULL ? (int)state : -1;
    enum gw_err err =
        queue_new(&cli->home, wanted.all || wanted.state == ALARM_CLOSED, &queue, &fail);
    if (err != GW_OK) {
        return cli_fail(cli, err, &fail);
    }
    queue_settle(queue, cli->home.clock->wall_ms(cli->home.clock->ctx));
    status = list_rows(cli, queue, &wanted);
    queue_free(queue);
    return status;
}

/* ---- show */
static const char *event_word(const char *kind)
{
    static const struct {
        const char *kind, *word;
    } own[] = {
        {"raised", N_("Alarm raised")},
        {"repeat", N_("Raised again")},
        {"restored", N_("The device says it is over")},
        {"level", N_("Next level called")},
        {"skipped", N_("Level skipped")},
        {"hold_expired", N_("The hold ran out")},
        {"rang", N_("Rang again")},
    };
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcmp(own[i].kind, kind) == 0) {
            return _(own[i].word);
        }
    }
    for (size_t i = 0; i < CMD_KIND_N; i++) {
        const struct cmd_spec *spec = cmd_spec_of((enum cmd_kind)i);
        if (spec->event != NULL && strcmp(spec->event, kind) == 0) {
            return _(spec->word);
        }
    }
    return kind;
}

/* The chain's own events are about a level. */
static const char *event_level(const struct card_event *event)
{
    static const char *const words[] = {
        "", N_("resident"), N_("contacts"), N_("grid worker"), N_("leader"), N_("duty room")};
    bool chain = strcmp(event->kind, "level") == 0 || strcmp(event->kind, "skipped") == 0;
    return chain && event->level > 0 && event->level <= CHAIN_LEVELS ? _(words[event->level]) : "";
}

static void field(const char *label, const char *value)
{
    if (value[0] != '\0') {
        out_cell(label, 14);
        out_text(value);
        putchar('\n');
    }
}

static void print_people(const struct card *card)
{
    field(_("Resident"), card->name);
    field(_("Phone"), card->phone);
    field(_("Groups"), card->groups);
    field(_("Hearing"), card->hearing);
    field(_("Dialect"), card->dialect);
    field(_("Address"), card->address);
    field(_("Key place"), card->key_place);
    for (size_t i = 0; i < card->contacts_n; i++) {
        const struct card_contact *c = &card->contacts[i];
        printf("  %lld ", (long long)c->ord);
        out_cell(c->relation, 8);
        out_cell(c->name, 12);
        out_text(c->phone);
        fputs(c->note[0] != '\0' ? "  " : "", stdout);
        out_text(c->note);
        putchar('\n');
    }
    for (size_t i = 0; i < card->notes_n; i++) {
        field(i == 0 ? _("Care notes") : "", card->notes[i].text);
    }
}

static void number_line(const char *label, const char *name, const char *phone)
{
    char line[128];
    if (phone[0] != '\0') {
        (void)snprintf(line, sizeof(line), "%s %s", name, phone);
        field(label, line);
    }
}

static void print_events(const struct card *card)
{
    for (size_t i = 0; i < card->events_n; i++) {
        const struct card_event *e = &card->events[i];
        char at[9];
        gw_time_hhmmss(e->at, at);
        printf("  %s  ", at);
        out_cell(event_word(e->kind), 26);
        const char *level = event_level(e);
        out_cell(level[0] != '\0' ? level : e->actor, 12);
        out_text(e->text);
        fputs(e->struck ? " " : "", stdout);
        out_text(e->struck ? _("(taken back)") : "");
        fputs(e->mark != CMD_STATE_N ? " " : "", stdout);
        out_text(e->mark != CMD_STATE_N ? cmd_state_word(e->mark) : "");
        putchar('\n');
    }
}

static void print_card(const struct card *card)
{
    char text[256], at[17];
    const struct alarm *alarm = &card->row.alarm;
    gw_time_local(alarm->raised_at, at);
    (void)snprintf(text, sizeof(text), "%s · %s · %s · %s", _(alarm_kind_of(alarm->kind)->word),
                   alarm_severity_word(alarm->severity), alarm_state_word(alarm->state), at);
    out_text(text);
    putchar('\n');
    field(_("Number"), alarm->id);
    field(_("Held by"), card->row.holder);
    field(_("Outcome"), alarm->outcome[0] != '\0' ? alarm_outcome_word(alarm->outcome) : "");
    field(_("Text"), card->text);
    print_people(card);
    number_line(_("Grid leader"), card->leader_name, card->leader_phone);
    number_line(_("Duty room"), card->duty_name, card->duty_phone);
    print_events(card);
}

int cli_alarm_show(struct cli *cli, int argc, char **argv)
{
    const struct cli_verb *verb = cli_find("alarm show");
    char **rest;
    int n;
    int status = cli_options(cli, verb, argc, argv, NULL, 0, &rest, &n);
    if (status != CLI_DONE) {
        return status;
    }
    if (n != 1) {
        return cli_usage(cli, verb, "%s", _("Give one alarm's id."));
    }
    struct gw_fail fail = {0};
    struct card *card = NULL;
    struct gw_buf buf;
    gw_buf_init(&buf, 2 * LINE_MAX);
    enum gw_err err = card_open(&cli->home, rest[0], &card, &fail); /* writes the access log */
    if (err == GW_OK && cli->json) {
        err = cli_alarm_json(cli, &card->row, card->unmasked, &buf);
        if (err == GW_OK) {
            out_json_line(&buf);
        }
    } else if (err == GW_OK) {
        print_card(card);
    }
    card_free(card);
    gw_buf_free(&buf);
    return err == GW_OK ? CLI_DONE : cli_fail(cli, err, &fail);
}
