/* Short texts that several screens share. */
#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"
#include "model/alarm.h"
#include "tui/tui_p.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct pair {
    const char *name, *word;
};

static const char *find(const struct pair *pairs, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(pairs[i].name, name) == 0) {
            return _(pairs[i].word);
        }
    }
    return name;
}

const char *word_level(int level)
{
    static const char *const words[] = {
        "", N_("resident"), N_("contacts"), N_("grid worker"), N_("leader"), N_("duty")};
    return level >= 1 && level <= CHAIN_LEVELS ? _(words[level]) : "";
}

bool row_is_held_by(const struct queue_row *row, const char *user)
{
    return row->alarm.state == ALARM_ACKED && row->alarm.acked_by[0] != '\0' &&
           strcmp(row->alarm.acked_by, user) == 0;
}

bool brief_rings(const struct queue_brief *brief, int my_level)
{
    if (brief->state == ALARM_CLOSED || brief->state == ALARM_SHELVED ||
        brief->state == ALARM_SUPPRESSED || brief->state == ALARM_OUT_OF_SERVICE) {
        return false;
    }
    if (!brief->held && (brief->offered || brief->second)) {
        return true;
    }
    bool called = brief->waits != 0 && my_level >= brief->waits;
    if (brief->state == ALARM_ACKED) {
        return !brief->held && called;
    }
    return my_level > 0 && (brief->level >= my_level || called);
}

const char *word_state(const struct queue_row *row, const char *me)
{
    const struct alarm *a = &row->alarm;
    if (a->state != ALARM_CLOSED && a->closing.by[0] != '\0') {
        return _("confirm?");
    }
    if (row_is_held_by(row, me)) {
        return _("mine");
    }
    switch (a->state) {
    case ALARM_UNACK:
        return _("waiting");
    case ALARM_ACKED:
        return _("taken");
    case ALARM_RTN_UNACK:
        return _("cleared?");
    default:
        return alarm_state_word(a->state);
    }
}

char sign_state(const struct queue_row *row, const char *me)
{
    static const char signs[ALARM_STATE_N] = {
        [ALARM_UNACK] = '!',          [ALARM_ACKED] = '=',   [ALARM_RTN_UNACK] = '~',
        [ALARM_CLOSED] = '#',         [ALARM_SHELVED] = 'z', [ALARM_SUPPRESSED] = 'm',
        [ALARM_OUT_OF_SERVICE] = 'o',
    };
    if (row->alarm.state != ALARM_CLOSED && row->alarm.closing.by[0] != '\0') {
        return '?';
    }
    return row_is_held_by(row, me) ? '*' : signs[row->alarm.state];
}

enum paint paint_of(const struct queue_row *row, const char *me)
{
    static const enum paint paints[SEV_N] = {[SEV_INFO] = P_TEXT,
                                             [SEV_MINOR] = P_MINOR,
                                             [SEV_MAJOR] = P_MAJOR,
                                             [SEV_CRITICAL] = P_CRITICAL};
    const struct alarm *a = &row->alarm;
    if (a->state == ALARM_CLOSED) {
        return P_DIM;
    }
    if (a->state == ALARM_ACKED) {
        return row_is_held_by(row, me) ? P_GOOD : P_TEXT;
    }
    return paints[a->severity];
}

/* The next level that the chain calls; 5 rings again. */
static int next_level(const struct alarm *a)
{
    return a->level < CHAIN_LEVELS ? a->level + 1 : CHAIN_LEVELS;
}

/* mm:ss below an hour, then minutes, then hours: it must fit into a column. */
static void span_short(int64_t ms, char out[16])
{
    if (ms < 3600000) {
        gw_time_span(ms, out);
    } else if (ms < 7200000) {
        (void)snprintf(out, 16, _("%lldm"), (long long)(ms / 60000));
    } else {
        (void)snprintf(out, 16, _("%lldh"), (long long)(ms / 3600000));
    }
}

void word_due(const struct tui *tui, const struct queue_row *row, int64_t now, char out[64])
{
    const struct alarm *a = &row->alarm;
    char span[16];
    out[0] = '\0';
    if (a->state == ALARM_CLOSED) {
        return;
    }
    int64_t left = a->due_at > now ? a->due_at - now : 0; /* due: the server will say */
    if (a->closing.by[0] != '\0' && a->closing.due_at > 0) {
        span_short(a->closing.due_at - now, span);
        (void)snprintf(out, 64, _("%s>%s"), span, word_level(CHAIN_LEVELS));
    } else if (a->state == ALARM_ACKED && a->waits == 0) {
        if (a->ack_due_at > 0) {
            span_short(a->ack_due_at - now, span);
            (void)snprintf(out, 64, row_is_held_by(row, tui_me(tui)) ? _("%s left") : "%s %s", span,
                           row->holder[0] != '\0' ? row->holder : a->acked_by);
        } else {
            (void)snprintf(out, 64, "%s", row->holder);
        }
    } else if (a->due_at > 0) {
        span_short(left, span);
        (void)snprintf(out, 64, a->level >= CHAIN_LEVELS ? _("%s rings") : _("%s>%s"), span,
                       word_level(next_level(a)));
    }
}

const char *word_event(const char *kind)
{
    static const struct pair events[] = {
        {"raised", N_("Alarm raised")}, {"repeat", N_("Again")},
        {"restored", N_("Cleared")},    {"level", N_("Calls")},
        {"skipped", N_("Skipped")},     {"hold_expired", N_("Hold ended")},
        {"rang", N_("Rang")},           {"ack", N_("Took it")},
        {"unack", N_("Gave back")},     {"hold", N_("Still on it")},
        {"attempt", N_("Phoned")},      {"enroute", N_("Set out")},
        {"arrived", N_("Arrived")},     {"note", N_("Note")},
        {"escalate", N_("Escalated")},  {"handover", N_("Handed over")},
        {"close", N_("Closed it")},     {"confirm", N_("Confirmed")},
        {"retract", N_("Took back")},
    };
    return find(events, COUNT(events), kind);
}

const char *word_to(const char *to)
{
    static const struct pair whom[] = {
        {"elder", N_("the resident")},  {"contact", N_("contact")},
        {"neighbour", N_("neighbour")}, {"worker", N_("grid worker")},
        {"leader", N_("grid leader")},  {"duty", N_("duty room")},
        {"other", N_("somebody else")},
    };
    return find(whom, COUNT(whom), to);
}

const char *word_answer(const char *result)
{
    static const struct pair answers[] = {
        {"answered", N_("answered")},
        {"no_answer", N_("no answer")},
        {"busy", N_("busy")},
        {"refused", N_("refused")},
    };
    return find(answers, COUNT(answers), result);
}

const char *word_mark(const struct tui *tui, enum cmd_state state, char out[48])
{
    if (state >= CMD_STATE_N) {
        out[0] = '\0';
    } else if (screen_ascii(tui->scr)) {
        (void)snprintf(out, 48, "%c%s", cmd_state_sign_ascii(state), cmd_state_word(state));
    } else {
        (void)snprintf(out, 48, "%s%s", cmd_state_sign(state), cmd_state_word(state));
    }
    return out;
}

void word_alarm(const struct queue_row *row, char *out, size_t size)
{
    char text[256];
    (void)snprintf(text, sizeof(text), "%s %s%s%s", _(alarm_kind_of(row->alarm.kind)->word),
                   row->piece, row->who[0] != '\0' ? " " : "", row->who);
    (void)gw_text_safe_z(out, size, text);
}

void word_alarm_here(const struct tui *tui, const struct queue_row *row, char *out, size_t size)
{
    struct queue_row bare;
    if (!tui->lock.on) {
        word_alarm(row, out, size);
        return;
    }
    bare = *row;
    bare.who[0] = '\0';
    word_alarm(&bare, out, size);
}

void word_age(int64_t ms, char out[32])
{
    int64_t minutes = ms / 60000;
    if (minutes < 1) {
        (void)snprintf(out, 32, "%s", _("<1 min"));
    } else if (minutes < 120) {
        (void)snprintf(out, 32, _("%lld min"), (long long)minutes);
    } else if (minutes < 48 * 60) {
        (void)snprintf(out, 32, _("%lld h"), (long long)(minutes / 60));
    } else {
        (void)snprintf(out, 32, _("%lld d"), (long long)(minutes / 1440));
    }
}
