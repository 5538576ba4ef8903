/* alarm.retract: a worker takes back an own command. The journal is a chain, so nothing is cut out:
 * what can be undone is undone, the rest is struck out and stays readable. */
#include "model/alarm_p.h"

static void undo_ack(struct step *s)
{
    struct alarm *a = s->a;
    if (a->state == ALARM_ACKED && alarm_id_is(a->acked_by, s->who->user)) {
        alarm_release(a, s->who->now, s->policy);
    } else {
        step_late(s, a->state == ALARM_CLOSED ? "closed-already" : "nothing-to-undo");
    }
}

/* The chain comes back with the due time it had; what fell due meanwhile is caught up. */
static void restore_before(struct step *s)
{
    struct alarm *a = s->a;
    a->state = a->before.state;
    a->waits = a->before.waits;
    alarm_id_copy(a->acked_by, a->before.acked_by);
    a->acked_at = a->before.acked_at;
    a->ack_due_at = a->before.ack_due_at;
    a->due_at = a->before.due_at;
    a->stage = a->before.stage;
    a->before = (__typeof__(a->before)){.set = false};
    a->closing = (__typeof__(a->closing)){.at = 0};
    a->outcome[0] = '\0';
    a->closed_at = 0;
    a->closed_by[0] = '\0';
    if (alarm_id_is(a->acked_by, s->who->user)) {
        step_renew(s);
    }
}

/* Still waiting for the second person, but somebody else took the alarm meanwhile: he keeps it. */
static void drop_closing(struct step *s)
{
    s->a->before = (__typeof__(s->a->before)){.set = false};
    s->a->closing = (__typeof__(s->a->closing)){.at = 0};
    step_renew(s);
}

static void undo_close(struct step *s)
{
    struct alarm *a = s->a;
    bool mine = a->state == ALARM_CLOSED ? s->target->kind == CMD_ALARM_CONFIRM ||
                                               alarm_id_is(a->closed_by, s->who->user)
                                         : alarm_id_is(a->closing.by, s->who->user);
    if (!a->before.set || !mine) {
        step_late(s, "nothing-to-undo");
    } else if (s->who->now - s->target->at > s->policy->retract_close_ms) {
        step_late(s, "too-late-to-undo");
    } else if (a->state != ALARM_CLOSED && !alarm_id_is(a->acked_by, s->who->user)) {
        drop_closing(s);
    } else {
        restore_before(s);
    }
}

static void undo_escalate(struct step *s)
{
    struct alarm *a = s->a;
    if (a->waits == 0 || a->waits != s->target->to_level) {
        step_late(s, "too-late-to-undo"); /* that level has it, or a higher one was called */
        return;
    }
    a->waits = 0;
    if (a->level == s->target->to_level && s->target->level_before > 0) {
        a->level = s->target->level_before;
    }
    a->due_at = a->state == ALARM_ACKED ? 0 : s->who->now + policy_wait(s->policy, a->level);
}

static void undo_handover(struct step *s)
{
    struct alarm *a = s->a;
    if (alarm_id_is(a->offer.by, s->who->user) && s->target->to &&
        alarm_id_is(a->offer.to, s->target->to)) {
        a->offer = (__typeof__(a->offer)){.at = 0};
    } else {
        step_late(s, "too-late-to-undo");
    }
}

/* A struck-out step no longer counts for the deadline, nor as a visit. (Another's visit may be
 * forgotten with it: then closing asks for a second person, which is the harmless side.) */
static void undo_work(struct step *s)
{
    static const enum alarm_stage one_less[STAGE_N] = {
        [STAGE_NONE] = STAGE_NONE,       [STAGE_ACKED] = STAGE_ACKED,
        [STAGE_PHONED] = STAGE_ACKED,    [STAGE_ENROUTE] = STAGE_PHONED,
        [STAGE_ARRIVED] = STAGE_ENROUTE,
    };
    struct alarm *a = s->a;
    if (a->state == ALARM_CLOSED) {
        return;
    }
    if (s->target->kind == CMD_ALARM_ARRIVED) {
        a->visited = false;
    }
    if (a->state == ALARM_ACKED && alarm_id_is(a->acked_by, s->who->user)) {
        a->stage = a->stage == step_stage(s->target->kind) ? one_less[a->stage] : a->stage;
        step_renew(s);
    }
}

static void undo_event(struct step *s)
{
    (void)s; /* the event is struck out, nothing else */
}

void step_retract(struct step *s)
{
    static void (*const undo[CMD_KIND_N])(struct step *) = {
        [CMD_ALARM_ACK] = undo_ack,           [CMD_ALARM_UNACK] = undo_event,
        [CMD_ALARM_HOLD] = undo_event,        [CMD_ALARM_ATTEMPT] = undo_work,
        [CMD_ALARM_ENROUTE] = undo_work,      [CMD_ALARM_ARRIVED] = undo_work,
        [CMD_ALARM_NOTE] = undo_event,        [CMD_ALARM_ESCALATE] = undo_escalate,
        [CMD_ALARM_HANDOVER] = undo_handover, [CMD_ALARM_CLOSE] = undo_close,
        [CMD_ALARM_CONFIRM] = undo_close,     [CMD_ALARM_RAISE] = undo_event,
    };
    if (!s->target || !s->target->found) {
        step_late(s, "not-yours");
        return;
    }
    if (!s->target->applied || !undo[s->target->kind]) {
        step_late(s, "nothing-to-undo");
        return;
    }
    step_applied(s);
    undo[s->target->kind](s);
    s->verdict->strike = s->verdict->result == RESULT_APPLIED;
}
