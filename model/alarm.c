#include "model/alarm.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/alarm_p.h"

typedef void (*rule_fn)(struct step *s);

static void answer(struct step *s, enum cmd_result result, const char *code)
{
    s->verdict->result = result;
    s->verdict->code = code;
    s->verdict->event = result == RESULT_APPLIED;
}

void step_late(struct step *s, const char *code)
{
    answer(s, RESULT_LATE, code);
}

void step_applied(struct step *s)
{
    answer(s, RESULT_APPLIED, NULL);
}

void alarm_id_copy(gw_id out, const char *id)
{
    (void)snprintf(out, sizeof(gw_id), "%s", id); /* ids are checked: at most 128 bytes */
}

bool alarm_id_is(const char *id, const char *user)
{
    return *id != '\0' && strcmp(id, user) == 0;
}

static bool above(enum gw_role role)
{
    return role == ROLE_LEADER || role == ROLE_DUTY;
}

static bool muted(const struct alarm *a)
{
    return a->state == ALARM_SHELVED || a->state == ALARM_SUPPRESSED ||
           a->state == ALARM_OUT_OF_SERVICE;
}

/* ---- the hold */
static int64_t hold_ms(enum alarm_stage stage, const struct policy *policy)
{
    switch (stage) {
    case STAGE_ENROUTE:
        return policy->hold_enroute_ms;
    case STAGE_ARRIVED:
        return policy->hold_arrived_ms;
    default:
        return policy->hold_acked_ms;
    }
}

/* While a closing waits for its second person, the closing's own deadline stands for the hold's. */
void step_renew(struct step *s)
{
    struct alarm *a = s->a;
    if (a->closing.by[0] != '\0') {
        a->ack_due_at = 0;
        return;
    }
    a->ack_due_at = s->who->now + hold_ms(a->stage, s->policy);
}

static void take_hold(struct step *s, enum alarm_stage stage)
{
    struct alarm *a = s->a;
    int mine = role_level(s->who->role);
    if (mine >= a->waits) {
        a->waits = 0;
    }
    if (a->level >= CHAIN_LEVELS && mine < CHAIN_LEVELS && a->state != ALARM_ACKED) {
        a->waits = CHAIN_LEVELS; /* level 5 rings until a person of the duty room has it */
    }
    a->state = ALARM_ACKED;
    alarm_id_copy(a->acked_by, s->who->user);
    a->acked_at = s->who->now;
    a->stage = stage;
    a->offer = (__typeof__(a->offer)){.at = 0};
    if (a->waits == 0) {
        a->due_at = 0;
    }
    if (a->closing.by[0] != '\0') {
        a->closing.due_at = s->who->now + s->policy->second_person_ms;
    }
    step_renew(s);
}

void alarm_release(struct alarm *a, int64_t at, const struct policy *policy)
{
    a->state = ALARM_UNACK;
    a->acked_by[0] = '\0';
    a->acked_at = 0;
    a->ack_due_at = 0;
    a->stage = STAGE_NONE;
    a->offer = (__typeof__(a->offer)){.at = 0};
    a->closing = (__typeof__(a->closing)){.at = 0};
    if (a->waits == 0) {
        a->due_at = policy ? at + policy_wait(policy, a->level) : 0;
    }
}

static void raise_stage(struct alarm *a, enum alarm_stage stage)
{
    if (stage > a->stage) {
        a->stage = stage;
    }
}

static bool level_passed(const struct step *s)
{
    return s->base_level > 0 && s->base_level < s->a->level;
}

/* ---- ack */
static void rule_ack(struct step *s)
{
    if (level_passed(s)) {
        step_late(s, "level-passed");
        return;
    }
    step_applied(s);
    if (!muted(s->a)) {
        take_hold(s, STAGE_ACKED);
    }
}

/* Mine already: renews; a level that was called takes it only when the worker had seen it. */
static void rule_ack_mine(struct step *s)
{
    struct alarm *a = s->a;
    step_applied(s);
    if (a->waits != 0 && role_level(s->who->role) >= a->waits && !level_passed(s)) {
        a->waits = 0;
        a->due_at = 0;
    }
    step_renew(s);
}

/* Another holds it: taken over only when my level was called by hand, or when it was handed to me.
 */
static void rule_ack_other(struct step *s)
{
    const struct alarm *a = s->a;
    bool called = a->waits != 0 && role_level(s->who->role) >= a->waits;
    if (called || alarm_id_is(a->offer.to, s->who->user)) {
        rule_ack(s);
    } else {
        step_late(s, "held-by-other");
    }
}

/* ---- attempt, enroute, arrived */
enum alarm_stage step_stage(enum cmd_kind kind)
{
    switch (kind) {
    case CMD_ALARM_ATTEMPT:
        return STAGE_PHONED;
    case CMD_ALARM_ENROUTE:
        return STAGE_ENROUTE;
    case CMD_ALARM_ARRIVED:
        return STAGE_ARRIVED;
    default:
        return STAGE_NONE;
    }
}

static void rule_work_event(struct step *s)
{
    step_applied(s);
    if (s->kind == CMD_ALARM_ARRIVED) {
        s->a->visited = true;
    }
}

static void rule_work(struct step *s)
{
    rule_work_event(s);
    if (level_passed(s)) {
        s->verdict->code = "level-passed";
    } else if (!muted(s->a)) {
        take_hold(s, step_stage(s->kind));
        s->verdict->implied_ack = true;
    }
}

static void rule_work_mine(struct step *s)
{
    rule_work_event(s);
    raise_stage(s->a, step_stage(s->kind));
    step_renew(s);
}

/* ---- unack, hold, note */
static void rule_unack(struct step *s)
{
    step_applied(s);
    alarm_release(s->a, s->who->now, s->policy);
}

static void rule_unack_other(struct step *s)
{
    if (above(s->who->role)) {
        rule_unack(s);
    } else {
        step_late(s, "held-by-other");
    }
}

static void rule_note(struct step *s)
{
    step_applied(s);
}

/* Any action of the holder renews. */
static void rule_mine(struct step *s)
{
    step_applied(s);
    step_renew(s);
}

/* ---- escalate */

/* null = the next level: above the one the actor saw, and above his own. */
static int wanted_level(const struct step *s)
{
    if (s->data->to_level > 0) {
        return (int)s->data->to_level;
    }
    int seen = s->base_level > 0 ? s->base_level : s->a->level;
    int mine = role_level(s->who->role);
    return (seen > mine ? seen : mine) + 1;
}

static void rule_escalate(struct step *s)
{
    struct alarm *a = s->a;
    int to = wanted_level(s);
    if (to <= a->level || to > CHAIN_LEVELS) {
        step_late(s, "not-escalated");
        return;
    }
    step_applied(s);
    a->waits = to;
    a->level = to;
    a->due_at = s->who->now + policy_wait(s->policy, to);
}

static void rule_escalate_mine(struct step *s)
{
    rule_escalate(s);
    if (s->verdict->result == RESULT_APPLIED) {
        step_renew(s);
    }
}

/* Somebody called for help after the closing, or nobody can tell: a person decides. */
static void rule_escalate_closed(struct step *s)
{
    if (s->who->acted_at <= 0) {
        answer(s, RESULT_REVIEW, "clock-unsure");
    } else if (s->who->acted_at >= s->a->closed_at) {
        answer(s, RESULT_REVIEW, "closed-already");
    } else {
        step_late(s, "closed-already");
    }
}

/* ---- handover */
static void rule_handover(struct step *s)
{
    struct alarm *a = s->a;
    if (!s->data->to || !id_ok(s->data->to)) {
        answer(s, RESULT_REJECTED, "bad-data");
        return;
    }
    if (strcmp(s->data->to, s->who->user) == 0) {
        answer(s, RESULT_REJECTED, "same-person");
        return;
    }
    step_applied(s);
    alarm_id_copy(a->offer.to, s->data->to);
    alarm_id_copy(a->offer.by, s->who->user);
    a->offer.at = s->who->now;
    a->offer.due_at = s->who->now + s->policy->handover_ms;
    step_renew(s);
}

/* ---- close, confirm */
static void remember(struct alarm *a)
{
    a->before.set = true;
    a->before.state = a->state;
    a->before.waits = a->waits;
    alarm_id_copy(a->before.acked_by, a->acked_by);
    a->before.acked_at = a->acked_at;
    a->before.ack_due_at = a->ack_due_at;
    a->before.due_at = a->due_at;
    a->before.stage = a->stage;
}

static void close_now(struct step *s, const char *outcome, const char *by)
{
    struct alarm *a = s->a;
    gw_id closer;
    alarm_id_copy(closer, by);                                    /* may point into a->closing */
    (void)snprintf(a->outcome, sizeof a->outcome, "%s", outcome); /* one of our codes */
    a->state = ALARM_CLOSED;
    a->closed_at = s->who->now;
    alarm_id_copy(a->closed_by, closer);
    a->due_at = 0;
    a->ack_due_at = 0;
    a->waits = 0;
    a->offer = (__typeof__(a->offer)){.at = 0};
    a->closing = (__typeof__(a->closing)){.at = 0};
}

static bool has_text(const char *text)
{
    return text && *text != '\0';
}

static void begin_closing(struct step *s)
{
    struct alarm *a = s->a;
    const struct cmd_data *data = s->data;
    if (a->state != ALARM_ACKED || !alarm_id_is(a->acked_by, s->who->user)) {
        take_hold(s, STAGE_ACKED);
    }
    alarm_id_copy(a->closing.by, s->who->user);
    alarm_id_copy(a->closing.second_person, data->second_person);
    (void)snprintf(a->closing.outcome, sizeof a->closing.outcome, "%s", data->outcome);
    (void)snprintf(a->closing.no_visit_reason, sizeof a->closing.no_visit_reason, "%s",
                   data->no_visit_reason);
    a->closing.at = s->who->now;
    a->closing.due_at = s->who->now + s->policy->second_person_ms;
    step_renew(s);
}

/* What is wrong with the second person of a closing without a visit; NULL = nothing. */
static const char *second_person_fault(const struct step *s)
{
    const struct cmd_data *data = s->data;
    if (!has_text(data->no_visit_reason) || !has_text(data->second_person)) {
        return "needs-second-person";
    }
    if (strlen(data->no_visit_reason) >= sizeof s->a->closing.no_visit_reason ||
        !id_ok(data->second_person)) {
        return "bad-data";
    }
    return strcmp(data->second_person, s->who->user) == 0 ? "same-person" : NULL;
}

static void rule_close(struct step *s)
{
    struct alarm *a = s->a;
    if (!has_text(s->data->outcome) || !alarm_outcome_ok(s->data->outcome)) {
        answer(s, RESULT_REJECTED, "unknown-outcome");
        return;
    }
    bool plain = a->visited || alarm_kind_of(a->kind)->technical ||
                 alarm_outcome_technical(s->data->outcome);
    const char *fault = plain ? NULL : second_person_fault(s);
    if (fault) {
        answer(s, RESULT_REJECTED, fault);
        return;
    }
    step_applied(s);
    if (a->closing.by[0] == '\0') {
        remember(a); /* a second close before the confirmation goes back to before the first */
    }
    if (plain) {
        close_now(s, s->data->outcome, s->who->user);
    } else {
        begin_closing(s);
    }
}

static void rule_close_other(struct step *s)
{
    if (above(s->who->role)) {
        rule_close(s);
    } else {
        answer(s, RESULT_REVIEW, "held-by-other");
    }
}

static void rule_confirm(struct step *s)
{
    struct alarm *a = s->a;
    if (a->closing.by[0] == '\0') {
        step_late(s, "nothing-to-confirm");
    } else if (alarm_id_is(a->closing.by, s->who->user) ||
               !(alarm_id_is(a->closing.second_person, s->who->user) ||
                 s->who->role == ROLE_DUTY)) {
        step_late(s, "not-second-person");
    } else {
        step_applied(s);
        close_now(s, a->closing.outcome, a->closing.by);
    }
}

/* ---- the table of protocol section 5 */
enum column { COL_UNACK, COL_MINE, COL_OTHER, COL_RTN, COL_CLOSED, COL_N };

/* Either a rule, or late with this code. */
struct cell {
    rule_fn rule;
    const char *late_code;
};

#define DO(rule)                                                                                   \
    {                                                                                              \
        rule, NULL                                                                                 \
    }
#define LATE(code)                                                                                 \
    {                                                                                              \
        NULL, code                                                                                 \
    }

static const struct cell table[CMD_ALARM_RETRACT + 1][COL_N] = {
    [CMD_ALARM_ACK] = {DO(rule_ack), DO(rule_ack_mine), DO(rule_ack_other), DO(rule_ack),
                       LATE("closed-already")},
    [CMD_ALARM_UNACK] = {LATE("not-held"), DO(rule_unack), DO(rule_unack_other), LATE("not-held"),
                         LATE("closed-already")},
    [CMD_ALARM_HOLD] = {LATE("not-held"), DO(rule_mine), LATE("held-by-other"), LATE("not-held"),
                        LATE("closed-already")},
    [CMD_ALARM_ATTEMPT] = {DO(rule_work), DO(rule_work_mine), DO(rule_work_event), DO(rule_work),
                           LATE("closed-already")},
    [CMD_ALARM_ENROUTE] = {DO(rule_work), DO(rule_work_mine), DO(rule_work_event), DO(rule_work),
                           LATE("closed-already")},
    [CMD_ALARM_ARRIVED] = {DO(rule_work), DO(rule_work_mine), DO(rule_work_event), DO(rule_work),
                           LATE("closed-already")},
    [CMD_ALARM_NOTE] = {DO(rule_note), DO(rule_mine), DO(rule_note), DO(rule_note), DO(rule_note)},
    [CMD_ALARM_ESCALATE] = {DO(rule_escalate), DO(rule_escalate_mine), DO(rule_escalate),
                            DO(rule_escalate), DO(rule_escalate_closed)},
    [CMD_ALARM_HANDOVER] = {LATE("not-held"), DO(rule_handover), LATE("held-by-other"),
                            LATE("not-held"), LATE("closed-already")},
    [CMD_ALARM_CLOSE] = {DO(rule_close), DO(rule_close), DO(rule_close_other), DO(rule_close),
                         LATE("closed-already")},
    [CMD_ALARM_CONFIRM] = {LATE("nothing-to-confirm"), DO(rule_confirm), DO(rule_confirm),
                           LATE("nothing-to-confirm"), LATE("closed-already")},
    [CMD_ALARM_RETRACT] = {DO(step_retract), DO(step_retract), DO(step_retract), DO(step_retract),
                           DO(step_retract)},
};

static enum column column_of(const struct alarm *a, const char *user)
{
    switch (a->state) {
    case ALARM_ACKED:
        return alarm_id_is(a->acked_by, user) ? COL_MINE : COL_OTHER;
    case ALARM_RTN_UNACK:
        return COL_RTN;
    case ALARM_CLOSED:
        return COL_CLOSED;
    default:
        return COL_UNACK; /* shelved, suppressed, out of service: as unack, the state stays */
    }
}

void alarm_step(const struct alarm *before, enum cmd_kind kind, const struct cmd_data *data,
                const struct alarm_who *who, int base_level, const struct policy *policy,
                const struct alarm_target *target, struct alarm *after,
                struct alarm_verdict *verdict)
{
    const struct alarm old = *before;
    struct step s = {after, kind, data, who, base_level, policy, target, verdict};
    *after = old;
    *verdict = (struct alarm_verdict){.result = RESULT_REJECTED, .code = "unknown-kind"};
    if (kind > CMD_ALARM_RETRACT) {
        return; /* raise makes a new alarm; the others are not about an alarm */
    }
    const struct cell *cell = &table[kind][column_of(&old, who->user)];
    if (cell->rule) {
        cell->rule(&s);
    } else {
        step_late(&s, cell->late_code);
    }
    verdict->chain = after->state != old.state || after->level != old.level ||
                     chain_next(after) != chain_next(&old);
}

/* ---- a device speaks */
enum gw_err alarm_repeat(struct alarm *alarm, enum alarm_severity severity, int64_t now)
{
    (void)now; /* a repeat moves no deadline */
    if (alarm->state == ALARM_CLOSED) {
        return GW_ABSENT;
    }
    bool worse = severity > alarm->severity;
    alarm->count++;
    if (worse) {
        alarm->severity = severity;
    }
    if (alarm->state == ALARM_RTN_UNACK) {
        alarm->state = ALARM_UNACK;
        alarm->restored_at = 0;
    } else if (alarm->state == ALARM_ACKED && worse) {
        alarm_release(alarm, now, NULL);
    }
    return GW_OK;
}

void alarm_restore(struct alarm *alarm, int64_t now)
{
    if (alarm->state == ALARM_CLOSED) {
        return;
    }
    alarm->restored_at = now;
    if (alarm->state == ALARM_UNACK) {
        alarm->state = ALARM_RTN_UNACK;
    }
}

bool alarm_is_open(const struct alarm *alarm)
{
    return alarm->state != ALARM_CLOSED;
}

bool alarm_is_mine(const struct alarm *alarm, const char *user, int my_level)
{
    bool unheld = alarm->state == ALARM_UNACK || alarm->state == ALARM_RTN_UNACK;
    if (!alarm_is_open(alarm) || muted(alarm)) {
        return false;
    }
    if (alarm_id_is(alarm->acked_by, user) || alarm_id_is(alarm->offer.to, user) ||
        alarm_id_is(alarm->closing.second_person, user)) {
        return true;
    }
    bool reached = my_level > 0 && alarm->level >= my_level;
    bool called = alarm->waits != 0 && my_level >= alarm->waits;
    return reached && (unheld || called);
}
