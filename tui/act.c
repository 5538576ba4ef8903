/* What a request does: one journal entry each, then the screen is read again at once, so that the
 * overlay shows what was pressed. */
#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"
#include "model/alarm.h"
#include "tui/tui_p.h"

static void nudge(struct tui *t)
{
    if (t->opts.hooks != NULL && t->opts.hooks->nudge != NULL) {
        t->opts.hooks->nudge(t->opts.hooks_ctx);
    }
}

static bool append(struct tui *t, enum cmd_kind kind, const char *id, int64_t level,
                   const struct cmd_data *data)
{
    struct gw_fail fail = {0};
    struct journal_entry entry;
    if (journal_append(t->home, kind, id, level, data, &entry, &fail) != GW_OK) {
        tui_say(t, fail.text, true);
        t->say.paint = P_ALERT;
        return false;
    }
    tui_changed(t, UINT32_MAX);
    nudge(t);
    return true;
}

bool act_send(struct tui *tui, enum cmd_kind kind, const struct queue_row *row,
              const struct cmd_data *data)
{
    char text[256], name[160];
    word_alarm_here(tui, row, name, sizeof(name));
    if (!append(tui, kind, row->alarm.id, row->alarm.level, data)) {
        return false;
    }
    if (row->mark != CMD_PENDING && row->mark != CMD_SENT) { /* what the server knows */
        tui->last_due_at = row->alarm.due_at;
        tui->last_level = row->alarm.level;
    }
    (void)snprintf(tui->last_acted, sizeof(tui->last_acted), "%s", row->alarm.id);
    (void)journal_seen(tui->home, row->alarm.id); /* only a mark; the entry itself is safe */
    (void)snprintf(text, sizeof(text), _("Saved: %s - %s"), _(cmd_spec_of(kind)->word), name);
    tui_say(tui, text, false);
    return true;
}

static enum cmd_kind kind_of(const struct tui *t, enum request req, const struct queue_row *row)
{
    bool mine = row_is_held_by(row, tui_me(t));
    bool called = row->alarm.waits != 0 && t->my_level >= row->alarm.waits;
    return req == REQ_ACK && mine && !called ? CMD_ALARM_HOLD : request_row(req)->kind;
}

bool act_simple(struct tui *tui, enum request req)
{
    struct queue_row scratch;
    const struct queue_row *row = tui_alarm(tui, &scratch);
    struct cmd_data data;
    if (row == NULL || !request_sends(req)) {
        return false;
    }
    if (req == REQ_RETRACT) {
        return act_retract(tui);
    }
    scratch = *row; /* the queue may be read again below */
    cmd_data_init(&data);
    if (!act_send(tui, kind_of(tui, req, &scratch), &scratch, &data)) {
        return false;
    }
    if (req == REQ_ACK && tui_view(tui)->ops == &view_queue) {
        (void)tui_open(tui, &view_card, scratch.alarm.id, NULL); /* he needs the numbers now */
    }
    return true;
}

bool act_retract(struct tui *tui)
{
    struct queue_row scratch;
    const struct queue_row *row = tui_alarm(tui, &scratch);
    struct journal_entry last;
    struct cmd_data data;
    enum cmd_kind kind;
    char text[256], hhmm[6];
    if (row == NULL || journal_last_on(tui->home, row->alarm.id, &last) != GW_OK) {
        tui_say(tui, _("Nothing of mine to take back on this alarm."), false);
        return false;
    }
    scratch = *row;
    cmd_data_init(&data);
    data.uid = last.uid;
    if (!act_send(tui, CMD_ALARM_RETRACT, &scratch, &data)) {
        return false;
    }
    gw_time_hhmm(last.at, hhmm);
    (void)snprintf(text, sizeof(text), _("Taken back: %s of %s"),
                   cmd_kind_parse(last.kind, &kind) ? _(cmd_spec_of(kind)->word) : last.kind, hhmm);
    tui_say(tui, text, false);
    return true;
}

void act_duty_is(struct tui *tui, bool on)
{
    bool told = tui->on_duty == on && !on;
    tui->on_duty = on;
    if (!told && tui->opts.hooks != NULL && tui->opts.hooks->duty != NULL) {
        tui->opts.hooks->duty(tui->opts.hooks_ctx, on);
    }
    tui_touch(tui, DIRTY_BARS);
}

void act_duty(struct tui *tui)
{
    struct cmd_data data;
    cmd_data_init(&data);
    data.state = tui->on_duty ? "off" : "on";
    if (!append(tui, CMD_DUTY_SET, tui_me(tui), 0, &data)) {
        return;
    }
    act_duty_is(tui, !tui->on_duty);
    tui_say(tui, tui->on_duty ? _("You are on duty: alarms ring here.") : _("You are off duty."),
            false);
}

void act_jump(struct tui *tui)
{
    gw_id id;
    const char *news = ring_news(tui);
    if (news == NULL) {
        return;
    }
    (void)snprintf(id, sizeof(id), "%s", news);
    tui_back_to(tui, &view_queue);
    view_queue_go(tui, id);
    ring_seen(tui, id);
    (void)tui_open(tui, &view_card, id, NULL);
}
