#include "tui/request.h"

#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"
#include "model/alarm.h"
#include "tui/tui_p.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct request_row rows[] = {
    {REQ_ACK, GK_F2, 0, "a", "F2 a", N_("Take"),
     N_("I have it, the chain waits. Again: still on it."), "jiejing jj", SC_ALARM, CMD_ALARM_ACK,
     true},
    {REQ_ATTEMPT, GK_F3, 0, "p", "F3 p", N_("Phone call"),
     N_("Record a call: whom (a digit), result (a digit)."), "dadianhua ddh", SC_ALARM,
     CMD_ALARM_ATTEMPT, true},
    {REQ_ENROUTE, GK_F4, 0, "g", "F4 g", N_("Set out"), N_("I am on my way to the flat."),
     "chufa cf", SC_ALARM, CMD_ALARM_ENROUTE, true},
    {REQ_ARRIVED, GK_F5, 0, "v", "F5 v", N_("Arrive"), N_("I am at the flat."), "daoda dd",
     SC_ALARM, CMD_ALARM_ARRIVED, true},
    {REQ_ESCALATE, GK_F6, 0, "e", "F6 e", N_("Escalate"),
     N_("Call leader or duty room to it; I keep the alarm."), "shangbao sb", SC_ALARM,
     CMD_ALARM_ESCALATE, true},
    {REQ_CLOSE, GK_F7, 0, "c", "F7 c", N_("Close alarm"),
     N_("Close it with an outcome (a digit, then Enter)."), "jiean ja", SC_ALARM, CMD_ALARM_CLOSE,
     true},
    {REQ_BELL, GK_F8, 0, "", "F8", N_("Test bell"), N_("Ring once and ask whether you heard it."),
     "shiling sl", SC_ALL, CMD_KIND_N, true},
    {REQ_DUTY, GK_F9, 0, "", "F9", N_("Duty"), N_("On or off duty; on keeps the computer awake."),
     "zhiban zb", SC_ALL, CMD_KIND_N, true},
    {REQ_RETRACT, GK_F12, 0, "z", "F12 z", N_("Take back"),
     N_("Take back my last action here; it is struck out."), "chehui ch", SC_ALARM,
     CMD_ALARM_RETRACT, true},
    {REQ_NOTE, GK_NONE, 0, "n", "n", N_("Note"), N_("Write a note on this alarm."),
     "jiyibi jyb beizhu", SC_ALARM, CMD_ALARM_NOTE, true},
    {REQ_HANDOVER, GK_NONE, 0, "o", "o", N_("Hand over"),
     N_("Give it to another person; mine until taken."), "zhuanjiao zj", SC_ALARM,
     CMD_ALARM_HANDOVER, true},
    {REQ_CONFIRM, GK_NONE, 0, "y", "y", N_("Confirm closing"),
     N_("As second person: it may be closed without a visit."), "queren qr", SC_ALARM,
     CMD_ALARM_CONFIRM, true},
    {REQ_UNACK, GK_NONE, 0, "", "", N_("Give back"),
     N_("Give it back: it rings again, the chain goes on."), "jiaohui jh", SC_ALARM,
     CMD_ALARM_UNACK, true},
    {REQ_OPEN, GK_ENTER, 0, "", "Enter", N_("Open"), N_("Open the row under the cursor."),
     "dakai dk", SC_QUEUE | SC_LIST, CMD_KIND_N, false},
    {REQ_MENU, GK_ENTER, 0, "", "Enter", N_("All actions"),
     N_("All actions as a numbered list, without F-keys."), "caozuo cz", SC_CARD, CMD_KIND_N,
     false},
    {REQ_JUMP, GK_TAB, 0, "", "Tab", N_("To the new one"),
     N_("Go to the new alarm of the line on top."), "xinbaojing xbj", SC_ALARM | SC_LIST,
     CMD_KIND_N, true},
    {REQ_FIND, GK_NONE, 0, "/", "/", N_("Find"),
     N_("A resident or address: name, last digits, building."), "chazhao cz", SC_ALARM | SC_LIST,
     CMD_KIND_N, true},
    {REQ_JOURNAL, GK_NONE, 0, "l", "l", N_("My journal"),
     N_("What I did, what became of it: pressed, delivered."), "jilu jl", SC_ALARM | SC_LIST,
     CMD_KIND_N, true},
    {REQ_PROCESSES, GK_NONE, 0, "x", "x", N_("Elections"),
     N_("Elections and other procedures, step by step."), "xuanju xj minzhuchengxu", SC_ALARM | SC_LIST,
     CMD_KIND_N, true},
    {REQ_SYNC, GK_NONE, 'r', "", "Ctrl-R", N_("Sync now"),
     N_("Connect and send now, not at the next try."), "tongbu tb", SC_ALL, CMD_KIND_N, true},
    {REQ_LOCK, GK_NONE, 'k', "", "Ctrl-K", N_("Lock"),
     N_("Lock the screen: it still rings, F2 still works."), "suoding sd", SC_ALL, CMD_KIND_N,
     true},
    {REQ_PALETTE, GK_NONE, 0, ":", ":", N_("Commands"),
     N_("Type what you want, in Chinese, pinyin or initials."), "mingling ml", SC_ALARM | SC_LIST,
     CMD_KIND_N, false},
    {REQ_HELP, GK_NONE, 0, "?", "?", N_("Help"), N_("The keys of this screen."),
     "bangzhu bz anjian", SC_ALARM | SC_LIST, CMD_KIND_N, true},
    {REQ_UP, GK_UP, 0, "k", "Up k", N_("Up"), N_("One row up."), "", SC_ALL, CMD_KIND_N, false},
    {REQ_DOWN, GK_DOWN, 0, "j", "Down j", N_("Down"), N_("One row down."), "", SC_ALL, CMD_KIND_N,
     false},
    {REQ_PGUP, GK_PGUP, 0, "", "PgUp", N_("Page up"),
     N_("A page up; on the card: older parts of what happened."), "", SC_ALL, CMD_KIND_N, false},
    {REQ_PGDN, GK_PGDN, 0, "", "PgDn", N_("Page down"), N_("A page down."), "", SC_ALL, CMD_KIND_N,
     false},
    {REQ_HOME, GK_HOME, 0, "", "Home", N_("First"), N_("To the first row."), "", SC_ALL, CMD_KIND_N,
     false},
    {REQ_END, GK_END, 0, "", "End", N_("Last"), N_("To the last row."), "", SC_ALL, CMD_KIND_N,
     false},
    {REQ_REDRAW, GK_NONE, 'l', "", "Ctrl-L", N_("Repaint"), N_("Paint the screen afresh."), "",
     SC_ALL, CMD_KIND_N, false},
    {REQ_BACK, GK_ESC, 0, "", "Esc", N_("Back"), N_("Back to the screen before; sends nothing."),
     "", SC_ALL, CMD_KIND_N, false},
    {REQ_QUIT, GK_NONE, 0, "q", "q", N_("Leave"),
     N_("Leave, from the first screen; asks when unsent."), "likai lk", SC_QUEUE, CMD_KIND_N, true},
};

const struct request_row *request_row(enum request req)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (rows[i].req == req) {
            return &rows[i];
        }
    }
    return NULL;
}

static bool matches(const struct request_row *row, const struct key *key)
{
    if (key->pasted) {
        return false;
    }
    if (key->code == GK_CTRL) {
        return row->ctrl != 0 && row->ctrl == key->cp;
    }
    if (key->code != GK_TEXT) {
        return row->key != GK_NONE && row->key == key->code;
    }
    uint32_t c = key_command_char(key);
    return c > ' ' && c < 0x7f && strchr(row->letters, (int)c) != NULL;
}

enum request request_of(const struct key *key, unsigned scope)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        if ((rows[i].scope & scope) != 0 && matches(&rows[i], key)) {
            return rows[i].req;
        }
    }
    return REQ_NONE;
}

bool request_sends(enum request req)
{
    const struct request_row *row = request_row(req);
    return row != NULL && row->kind != CMD_KIND_N;
}

size_t request_menu(enum request out[10], const struct queue_row *row, const char *user)
{
    static const enum request fixed[] = {REQ_ACK,     REQ_ATTEMPT,  REQ_ENROUTE,
                                         REQ_ARRIVED, REQ_ESCALATE, REQ_CLOSE,
                                         REQ_NOTE,    REQ_HANDOVER, REQ_RETRACT};
    memcpy(out, fixed, sizeof(fixed));
    bool closing = row->alarm.closing.by[0] != '\0' && strcmp(row->alarm.closing.by, user) != 0;
    out[COUNT(fixed)] = closing ? REQ_CONFIRM : REQ_UNACK;
    return COUNT(fixed) + 1;
}

/* ---- when a request is possible */

static const char *say_code(struct tui *t, const struct queue_row *row, const char *code)
{
    static const struct {
        const char *code, *words;
    } short_words[] = {
        {"closed-already", N_("closed already")},
        {"not-held", N_("take it first")},
        {"not-escalated", N_("top level called already")},
        {"nothing-to-confirm", N_("nothing to confirm")},
        {"not-second-person", N_("you are not the second person")},
    };
    if (strcmp(code, "held-by-other") == 0 && t->lock.on) {
        return _("somebody has it");
    }
    if (strcmp(code, "held-by-other") == 0) {
        (void)snprintf(t->blocked, sizeof(t->blocked), _("%s has it"),
                       row->holder[0] != '\0' ? row->holder : row->alarm.acked_by);
        return t->blocked;
    }
    for (size_t i = 0; i < COUNT(short_words); i++) {
        if (strcmp(short_words[i].code, code) == 0) {
            return _(short_words[i].words);
        }
    }
    return gw_text_safe_z(t->blocked, sizeof(t->blocked), cmd_code_sentence(code));
}

static void fill_data(enum cmd_kind kind, struct cmd_data *data)
{
    cmd_data_init(data);
    data->reason = data->text = "-";
    if (kind == CMD_ALARM_CLOSE) {
        data->outcome = "false_touch"; /* any: only the state is asked about */
        data->no_visit_reason = "-";
        data->second_person = "-";
    }
    if (kind == CMD_ALARM_HANDOVER) {
        data->to = "-";
    }
}

static const struct policy *policy_of(struct tui *t, const char *kind)
{
    if (strcmp(t->policy_kind, kind) != 0) {
        policy_default(&t->policy, kind);
        (void)snprintf(t->policy_kind, sizeof(t->policy_kind), "%s", kind);
    }
    return &t->policy;
}

static const char *blocked_by_table(struct tui *t, enum cmd_kind kind, const struct queue_row *row)
{
    struct cmd_data data;
    struct alarm after;
    struct alarm_verdict verdict;
    struct alarm_who who = {.user = tui_me(t), .role = t->home->id.role, .now = tui_now(t)};
    fill_data(kind, &data);
    alarm_step(&row->alarm, kind, &data, &who, row->alarm.level, policy_of(t, row->alarm.kind),
               NULL, &after, &verdict);
    if (verdict.result == RESULT_APPLIED) {
        return NULL;
    }
    return say_code(t, row, verdict.code == NULL ? "" : verdict.code);
}

const char *request_blocked(struct tui *tui, enum request req, const struct queue_row *row)
{
    const struct request_row *r = request_row(req);
    if (r == NULL || r->kind == CMD_KIND_N) {
        if (req == REQ_JUMP && ring_news(tui) == NULL) {
            return _("nothing new");
        }
        bool of_alarm = (tui_view(tui)->ops->scope & SC_ALARM) != 0; /* lists open rows of their own */
        return (req == REQ_OPEN || req == REQ_MENU) && row == NULL && of_alarm ? _("no alarm here")
                                                                               : NULL;
    }
    if (row == NULL) {
        return _("no alarm here");
    }
    if (!role_writes(tui->home->id.role, r->kind) && r->kind != CMD_ALARM_CONFIRM) {
        return _("not for your role");
    }
    if (r->kind == CMD_ALARM_RETRACT) {
        return NULL; /* the journal knows; asked when pressed */
    }
    return blocked_by_table(tui, r->kind, row);
}

const char *request_word(const struct tui *tui, enum request req, const struct queue_row *row)
{
    if (req == REQ_ACK && row != NULL && row_is_held_by(row, tui_me(tui))) {
        return _("Still on it");
    }
    if (req == REQ_DUTY) {
        return tui->on_duty ? _("Off duty") : _("On duty");
    }
    const struct request_row *r = request_row(req);
    return r == NULL ? "" : _(r->word);
}

bool tui_key_row(size_t i, struct tui_key_row *out)
{
    if (i >= COUNT(rows)) {
        return false;
    }
    const struct request_row *r = &rows[i];
    *out = (struct tui_key_row){.keys = r->keys, .word = _(r->word), .help = _(r->help)};
    if (r->scope == SC_ALARM) {
        out->view = _("queue and card");
    } else if (r->scope == SC_QUEUE) {
        out->view = _("queue");
    } else if (r->scope == SC_CARD) {
        out->view = _("card");
    }
    return true;
}
