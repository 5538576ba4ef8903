#include "tui/card_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"
#include "base/utf8.h"
#include "model/alarm.h"

/* Appends; what does not fit is left out whole characters at a time by the painter's own cut. */
static void add(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void add(char *out, size_t size, const char *fmt, ...)
{
    size_t len = strlen(out);
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(out + len, size - len, fmt, args);
    va_end(args);
}

/* ---- who is being called */

static const struct card_event *last_of(const struct card *c, const char *kind, int level)
{
    for (size_t i = c->events_n; i-- > 0;) {
        const struct card_event *e = &c->events[i];
        if (!e->struck && strcmp(e->kind, kind) == 0 && (level == 0 || e->level == level)) {
            return e;
        }
    }
    return NULL;
}

/* What came of the last call to somebody whose name an attempt's text begins with. */
static const char *call_result(const struct card *c, const char *whom)
{
    static const char *const results[] = {"answered", "no_answer", "busy", "refused"};
    for (size_t i = c->events_n; i-- > 0;) {
        const struct card_event *e = &c->events[i];
        if (e->struck || strcmp(e->kind, "attempt") != 0 ||
            strncmp(e->text, whom, strlen(whom)) != 0) {
            continue;
        }
        for (size_t k = 0; k < sizeof(results) / sizeof(results[0]); k++) {
            if (strstr(e->text, word_answer(results[k])) != NULL) {
                return word_answer(results[k]);
            }
        }
    }
    return NULL;
}

static void add_contacts(const struct card *c, char *out, size_t size)
{
    bool any = false;
    for (size_t i = 0; i < c->contacts_n; i++) {
        const char *relation = c->contacts[i].relation;
        const char *result = relation[0] == '\0' ? NULL : call_result(c, relation);
        if (result != NULL) {
            add(out, size, "%s%s %s", any ? " · " : "", relation, result);
            any = true;
        }
    }
    if (!any) {
        add(out, size, "%s", word_level(2));
    }
}

static void add_level(const struct tui *t, const struct card *c, int level, char *out, size_t size)
{
    const struct card_event *skipped = last_of(c, "skipped", level);
    const char *sign = screen_ascii(t->scr) ? "x" : "✗";
    add(out, size, "%s", out[0] == '\0' ? "" : " · ");
    if (level == 2 && skipped == NULL) {
        add_contacts(c, out, size);
        return;
    }
    add(out, size, "%s", level == t->my_level ? _("you") : word_level(level));
    const char *result = level == 1 ? call_result(c, word_to("elder")) : NULL;
    if (skipped != NULL) {
        add(out, size, " %s%s", sign, skipped->text);
    } else if (result != NULL) {
        add(out, size, " %s", result);
    }
}

static bool nobody_phoned(const struct card *c)
{
    return c->row.alarm.level >= 3 && last_of(c, "skipped", 1) != NULL &&
           last_of(c, "skipped", 2) != NULL;
}

static void add_next(const struct card *c, char *out, size_t size)
{
    const struct alarm *a = &c->row.alarm;
    char at[6];
    if (a->due_at <= 0) {
        return;
    }
    gw_time_hhmm(a->due_at, at);
    if (a->level < CHAIN_LEVELS) {
        add(out, size, _(" · %s then %s"), at, word_level(a->level + 1));
    } else {
        add(out, size, _(" · %s rings again"), at);
    }
}

static void held_words(const struct tui *t, const struct card *c, char *out, size_t size)
{
    const struct alarm *a = &c->row.alarm;
    char at[6];
    const char *who = row_is_held_by(&c->row, tui_me(t)) ? _("You have it") : _("In the hands of");
    gw_time_hhmm(a->acked_at, at);
    add(out, size, "%s", who);
    if (!row_is_held_by(&c->row, tui_me(t))) {
        add(out, size, " %s", c->row.holder[0] != '\0' ? c->row.holder : a->acked_by);
    }
    add(out, size, _(" since %s"), at);
    if (a->ack_due_at > 0) {
        gw_time_hhmm(a->ack_due_at, at);
        add(out, size, _(" · until %s, then it rings again"), at);
    }
    if (a->waits > 0) {
        add(out, size, _(" · also calling: %s"), word_level(a->waits));
    }
    if (a->offer.to[0] != '\0') {
        add(out, size,
            strcmp(a->offer.to, tui_me(t)) == 0 ? _(" · handed to you: F2 takes it")
                                                : _(" · handed over, not taken yet"));
    }
}

static void closing_words(const struct tui *t, const struct card *c, char *out, size_t size)
{
    const struct alarm *a = &c->row.alarm;
    add(out, size, _("Closing as %s waits for the second person"),
        alarm_outcome_word(a->closing.outcome));
    if (strcmp(a->closing.second_person, tui_me(t)) == 0) {
        add(out, size, "%s", _(": you. y confirms"));
    }
    add(out, size, _(" · no visit: %s"), a->closing.no_visit_reason);
}

enum paint card_words_called(const struct tui *tui, const struct card *card, char *out, size_t size)
{
    const struct alarm *a = &card->row.alarm;
    out[0] = '\0';
    if (a->closing.by[0] != '\0') {
        closing_words(tui, card, out, size);
        return P_WARN;
    }
    if (a->state == ALARM_ACKED) {
        held_words(tui, card, out, size);
        return row_is_held_by(&card->row, tui_me(tui)) ? P_GOOD : P_TEXT;
    }
    if (nobody_phoned(card)) {
        add(out, size, "%s", _("The system has phoned nobody: please phone yourself"));
        add_next(card, out, size);
        return P_WARN;
    }
    for (int level = 1; level <= a->level && level <= CHAIN_LEVELS; level++) {
        add_level(tui, card, level, out, size);
    }
    char levels[256];
    (void)snprintf(levels, sizeof(levels), "%s", out);
    (void)snprintf(out, size, _("Calling: %s"), levels);
    add_next(card, out, size);
    return P_BOLD;
}

void card_words_verdict(const struct tui *tui, const struct card *card, const char *code, char *out,
                        size_t size)
{
    const struct alarm *a = &card->row.alarm;
    char at[6], mark[48];
    bool other = strcmp(code, "held-by-other") == 0 && card->row.holder[0] != '\0';
    (void)word_mark(tui, card->row.mark, mark);
    if (other) {
        gw_time_hhmm(a->acked_at, at);
        (void)snprintf(out, size,
                       _("%s: %s %s has taken it; your record is kept, nothing more to do."), mark,
                       at, card->row.holder);
    } else {
        (void)snprintf(out, size, _("%s: %s"), mark, cmd_code_sentence(code));
    }
}

void card_words_closed(const struct card *card, char *out, size_t size)
{
    const struct alarm *a = &card->row.alarm;
    char at[17];
    gw_time_local(a->closed_at, at);
    (void)snprintf(out, size, _("Closed %s: %s"), at, alarm_outcome_word(a->outcome));
}

/* ---- who and what */

static const char *sex_word(const char *code)
{
    return strcmp(code, "1") == 0 ? _("man") : strcmp(code, "2") == 0 ? _("woman") : code;
}

void card_words_person(const struct card *card, char *out, size_t size)
{
    static const char *const ability[] = {N_("able"), N_("slightly dependent"),
                                          N_("partly dependent"), N_("mostly dependent"),
                                          N_("fully dependent")};
    out[0] = '\0';
    if (sex_word(card->sex)[0] != '\0') {
        add(out, size, " %s", sex_word(card->sex));
    }
    if (card->age >= 0) {
        add(out, size, _(" %d years"), card->age);
    }
    if (card->alone) {
        add(out, size, " · %s", _("lives alone"));
    }
    if (card->ability > 0 && card->ability <= 4) {
        add(out, size, " · %s", _(ability[card->ability]));
    }
}

void card_words_talk(const struct card *card, char *out, size_t size)
{
    out[0] = '\0';
    if (card->hearing[0] != '\0') {
        add(out, size, _("Hearing: %s"), card->hearing);
    }
    if (card->dialect[0] != '\0') {
        add(out, size, _("%sspeech: %s"), out[0] != '\0' ? " · " : "", card->dialect);
    }
}

void card_words_helpers(const struct card *card, char *out, size_t size)
{
    out[0] = '\0';
    if (card->leader_phone[0] != '\0') {
        add(out, size, _("Leader %s %s"), card->leader_name, card->leader_phone);
    }
    if (card->duty_phone[0] != '\0') {
        add(out, size, "%s%s %s", out[0] != '\0' ? "  " : "",
            card->duty_name[0] != '\0' ? card->duty_name : _("Duty room"), card->duty_phone);
    }
}

static void add_value(char *out, size_t size, const struct card_reading *r)
{
    add(out, size, "%s%s %g%s", out[0] == '\0' ? "" : " · ", r->name, r->value, r->unit);
    if (r->has_high && r->value > r->high) {
        add(out, size, _("(limit %g)"), r->high);
    } else if (r->has_low && r->value < r->low) {
        add(out, size, _("(at least %g)"), r->low);
    }
}

void card_words_readings(const struct card *card, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < card->readings_n; i++) {
        add_value(out, size, &card->readings[i]);
    }
    if (card->text[0] != '\0') {
        add(out, size, "%s%s", out[0] == '\0' ? "" : " · ", card->text);
    }
}

void card_words_device(const struct tui *tui, const struct card *card, char *out, size_t size)
{
    char age[32];
    out[0] = '\0';
    if (card->device_kind[0] == '\0') {
        return;
    }
    add(out, size, _("Device: %s %s"), card->device_place,
        _(alarm_kind_of(card->device_kind)->word));
    if (card->device_model[0] != '\0') {
        add(out, size, " %s", card->device_model);
    }
    if (card->battery >= 0) {
        add(out, size, _(" · battery %d%%"), card->battery);
    }
    if (card->device_seen_at > 0) {
        word_age(tui_now(tui) - card->device_seen_at, age);
        add(out, size, _(" · heard from %s ago"), age);
    }
}

/* ---- what happened */

static const char *actor_words(const struct tui *t, const struct card_event *e)
{
    if (e->own || strcmp(e->actor, tui_me(t)) == 0 || strcmp(e->actor, t->home->id.name) == 0) {
        return _("you");
    }
    if (strcmp(e->actor, "system") == 0) {
        return _("system");
    }
    return strncmp(e->actor, "source:", 7) == 0 ? e->actor + 7 : e->actor;
}

void card_words_event(const struct tui *tui, const struct card_event *event, char *out, size_t size)
{
    out[0] = '\0';
    bool chain = strcmp(event->kind, "level") == 0 || strcmp(event->kind, "skipped") == 0;
    if (!chain) {
        add(out, size, "%s ", actor_words(tui, event));
    }
    add(out, size, "%s", word_event(event->kind));
    if (chain) {
        add(out, size, " %s", word_level(event->level));
    }
    if (event->text[0] != '\0') {
        add(out, size, " %s", event->text);
    }
}

void card_words_past(const struct card *card, char *out, size_t size)
{
    out[0] = '\0';
    for (size_t i = 0; i < card->past_n && i < 4; i++) {
        const struct card_past *p = &card->past[i];
        char day[11];
        gw_time_day(p->at, day);
        add(out, size, "%s%s %s %s", i == 0 ? "" : " · ", day + 5, _(alarm_kind_of(p->kind)->word),
            alarm_outcome_word(p->outcome));
    }
    if (out[0] != '\0') {
        char list[400];
        (void)snprintf(list, sizeof(list), "%s", out);
        (void)snprintf(out, size, _("Here before: %s"), list);
    }
}
