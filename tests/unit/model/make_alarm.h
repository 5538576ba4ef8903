/* Alarms and people for the tests of model/: user "u1" is the worker who acts, "u2" another one. */
#ifndef TESTS_MAKE_ALARM_H
#define TESTS_MAKE_ALARM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "model/alarm.h"

enum { T0 = 1000000000, MINUTE = 60 * 1000, COLS = 5 };

/* The columns of protocol section 5. */
static const char *const columns[COLS] = {"unack", "acked by me", "acked by another", "rtn_unack",
                                          "closed"};

static inline struct alarm make_alarm(int column)
{
    static const enum alarm_state states[COLS] = {ALARM_UNACK, ALARM_ACKED, ALARM_ACKED,
                                                  ALARM_RTN_UNACK, ALARM_CLOSED};
    struct alarm a = {.id = "a1",
                      .path = "CQ.500112.013.005.003",
                      .kind = "smoke",
                      .severity = SEV_CRITICAL,
                      .state = states[column],
                      .level = 3,
                      .raised_at = T0,
                      .count = 1};
    if (a.state == ALARM_ACKED) {
        (void)snprintf(a.acked_by, sizeof a.acked_by, "%s", column == 1 ? "u1" : "u2");
        a.acked_at = T0;
        a.ack_due_at = T0 + 5 * MINUTE;
        a.stage = STAGE_ACKED;
    } else if (a.state == ALARM_CLOSED) {
        (void)snprintf(a.outcome, sizeof a.outcome, "false_cooking");
        (void)snprintf(a.closed_by, sizeof a.closed_by, "u2");
        a.closed_at = T0;
    } else {
        a.due_at = T0 + 5 * MINUTE;
        a.restored_at = a.state == ALARM_RTN_UNACK ? T0 : 0;
    }
    return a;
}

static inline struct cmd_data make_data(enum cmd_kind kind)
{
    struct cmd_data data;
    cmd_data_init(&data);
    switch (kind) {
    case CMD_ALARM_ATTEMPT:
        data.to = "elder";
        data.result = "no_answer";
        break;
    case CMD_ALARM_NOTE:
        data.text = "厨房有油烟";
        break;
    case CMD_ALARM_ESCALATE:
        data.to_level = 4;
        data.reason = "需要支援";
        break;
    case CMD_ALARM_HANDOVER:
        data.to = "u3";
        break;
    case CMD_ALARM_CLOSE:
        data.outcome = "false_cooking";
        data.no_visit_reason = "家属已到";
        data.second_person = "u4";
        break;
    case CMD_ALARM_RETRACT:
        data.uid = "c1";
        break;
    default:
        break;
    }
    return data;
}

struct deed {
    struct alarm after;
    struct alarm_verdict verdict;
};

/* One command of `user` one minute after T0 with the data of make_data and the default policy. */
static inline struct deed act(const struct alarm *a, enum cmd_kind kind, const char *user,
                              enum gw_role role, const struct alarm_target *target)
{
    struct deed deed;
    struct policy policy;
    struct cmd_data data = make_data(kind);
    struct alarm_who who = {
        .user = user, .role = role, .now = T0 + MINUTE, .acted_at = T0 + MINUTE};
    policy_default(&policy, a->kind);
    alarm_step(a, kind, &data, &who, 0, &policy, target, &deed.after, &deed.verdict);
    return deed;
}

#endif
