/* Prints docs/alarm-states.md from the transition table itself: alarm_step() is asked for every
 * state, command and person. Usage: gen-alarm-table >docs/alarm-states.md (a test compares). */
#include <stdio.h>
#include <string.h>

#include "model/alarm.h"

enum { NOW = 1000000, COLUMNS = 5 };

struct column {
    const char *title;
    enum alarm_state state;
    const char *holder;
};
static const struct column columns[COLUMNS] = {
    {"unack", ALARM_UNACK, ""},          {"acked by me", ALARM_ACKED, "me"},
    {"acked by another", ALARM_ACKED, "other"}, {"rtn_unack", ALARM_RTN_UNACK, ""},
    {"closed", ALARM_CLOSED, ""},
};

static void make(const struct column *column, struct alarm *alarm)
{
    memset(alarm, 0, sizeof(*alarm));
    (void)snprintf(alarm->id, sizeof(alarm->id), "a");
    (void)snprintf(alarm->path, sizeof(alarm->path), "CQ.1");
    (void)snprintf(alarm->kind, sizeof(alarm->kind), "smoke");
    alarm->severity = SEV_CRITICAL;
    alarm->state = column->state;
    alarm->level = 3;
    alarm->count = 1;
    alarm->raised_at = NOW - 1000;
    alarm->visited = true;
    (void)snprintf(alarm->acked_by, sizeof(alarm->acked_by), "%s", column->holder);
    if (column->state == ALARM_ACKED) {
        alarm->acked_at = NOW - 500;
        alarm->ack_due_at = NOW + 500;
        alarm->stage = STAGE_ACKED;
    }
    if (column->state == ALARM_CLOSED) {
        alarm->closed_at = NOW - 100;
        (void)snprintf(alarm->closed_by, sizeof(alarm->closed_by), "other");
        (void)snprintf(alarm->outcome, sizeof(alarm->outcome), "false_cooking");
    }
}

static void data_for(enum cmd_kind kind, struct cmd_data *data)
{
    cmd_data_init(data);
    switch (kind) {
    case CMD_ALARM_ATTEMPT:
        data->to = "elder";
        data->result = "no_answer";
        break;
    case CMD_ALARM_NOTE:
        data->text = "x";
        break;
    case CMD_ALARM_ESCALATE:
        data->to_level = 4;
        data->reason = "x";
        break;
    case CMD_ALARM_HANDOVER:
        data->to = "third";
        break;
    case CMD_ALARM_CLOSE:
        data->outcome = "false_cooking";
        break;
    default:
        break;
    }
}

static void cell(const struct alarm *before, enum cmd_kind kind, enum gw_role role, char *out, size_t size)
{
    struct alarm after;
    struct alarm_verdict verdict;
    struct cmd_data data;
    struct policy policy;
    const struct alarm_who who = {.user = "me", .role = role, .now = NOW, .acted_at = NOW};
    policy_default(&policy, before->kind);
    data_for(kind, &data);
    memset(&verdict, 0, sizeof(verdict));
    alarm_step(before, kind, &data, &who, 3, &policy, NULL, &after, &verdict);
    int n = snprintf(out, size, "%s", cmd_result_name(verdict.result));
    if (verdict.code != NULL) {
        n += snprintf(out + n, size - (size_t)n, " (%s)", verdict.code);
    }
    if (after.state != before->state) {
        n += snprintf(out + n, size - (size_t)n, " → %s", alarm_state_name(after.state));
    } else if (strcmp(after.acked_by, before->acked_by) != 0) {
        n += snprintf(out + n, size - (size_t)n, ", takes the hold");
    } else if (after.ack_due_at > before->ack_due_at) {
        n += snprintf(out + n, size - (size_t)n, ", renews");
    }
    if (after.waits != before->waits && after.waits != 0) {
        n += snprintf(out + n, size - (size_t)n, ", calls level %d", after.waits);
    }
    if (after.offer.to[0] != '\0') {
        n += snprintf(out + n, size - (size_t)n, ", an offer");
    }
    if (verdict.implied_ack) {
        (void)snprintf(out + n, size - (size_t)n, " (implied ack)");
    }
}

static void table(enum gw_role role)
{
    printf("\n## What a %s's command does\n\n|  |", role_name(role));
    for (size_t c = 0; c < COLUMNS; c++) {
        printf(" %s |", columns[c].title);
    }
    printf("\n|---|---|---|---|---|---|\n");
    for (enum cmd_kind kind = CMD_ALARM_ACK; kind <= CMD_ALARM_CONFIRM; kind++) {
        printf("| %s |", cmd_spec_of(kind)->name);
        for (size_t c = 0; c < COLUMNS; c++) {
            struct alarm alarm;
            char text[160];
            make(&columns[c], &alarm);
            cell(&alarm, kind, role, text, sizeof(text));
            printf(" %s |", text);
        }
        putchar('\n');
    }
}

int main(void)
{
    printf("# What a command does to an alarm\n\n"
           "Made by `tools/gen-alarm-table.c` from the one table in `model/alarm.c` that server, console "
           "and tests use; do not edit.\n\n"
           "The alarm of these tables is a smoke alarm at level 3, seen at level 3, somebody has been at "
           "the place; escalate calls level 4. Not in the tables: an acknowledgement of a lower level than "
           "the present one is `late (level-passed)`; a close without a visit needs a reason and a second "
           "person; retract takes back an own command (an acknowledgement is given back, a closing within "
           "10 minutes, an escalation while nobody of that level acted, other events are struck out). "
           "shelved, suppressed and out_of_service answer as unack and keep their state.\n");
    table(ROLE_WORKER);
    table(ROLE_LEADER);
    table(ROLE_DUTY);
    return 0;
}
