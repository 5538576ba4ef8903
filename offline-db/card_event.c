/* The card's timeline: what the server knows, then what this laptop knows better. */
#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"
#include "offline-db/card_p.h"

struct word {
    const char *code, *word;
};

static const char *word_of(const struct word *words, size_t n, const char *code)
{
    for (size_t i = 0; code && i < n; i++) {
        if (strcmp(words[i].code, code) == 0) {
            return gettext(words[i].word);
        }
    }
    return code ? code : "";
}
#define WORD_OF(words, code) word_of(words, sizeof(words) / sizeof((words)[0]), code)

static const struct word people_words[] = {
    {"elder", N_("the resident")},  {"contact", N_("contact")},    {"neighbour", N_("neighbour")},
    {"worker", N_("grid worker")},  {"leader", N_("grid leader")}, {"duty", N_("duty room")},
    {"other", N_("somebody else")},
};
static const struct word result_words[] = {
    {"answered", N_("answered")},
    {"no_answer", N_("no answer")},
    {"busy", N_("busy")},
    {"refused", N_("refused")},
};
static const struct word skip_words[] = {
    {"no-channel", N_("no channel")},
    {"nobody-live", N_("nobody online")},
};

/* What an event says besides its kind: members of its data and its free text. */
struct about {
    const char *kind, *to, *number, *result, *outcome, *second, *text;
    int64_t contact, level;
};

static void add(char *out, size_t size, const char *text)
{
    size_t len = strlen(out);
    if (!text || !*text || len + 2 >= size) {
        return;
    }
    if (len > 0) {
        out[len++] = ' ';
    }
    (void)gw_text_safe_z(out + len, size - len, text);
}

static void add_person(struct home *home, const struct card *card, const struct about *a, char *out,
                       size_t size)
{
    char name[64];
    if (!a->to) {
        return;
    }
    if (strcmp(a->kind, "handover") == 0) {
        card_actor(home, a->to, name, sizeof name);
        add(out, size, name);
        return;
    }
    for (size_t i = 0; strcmp(a->to, "contact") == 0 && i < card->contacts_n; i++) {
        if (card->contacts[i].ord == a->contact && card->contacts[i].relation[0]) {
            add(out, size, card->contacts[i].relation);
            return;
        }
    }
    add(out, size, WORD_OF(people_words, a->to));
}

static void say(struct home *home, const struct card *card, const struct about *a, char *out,
                size_t size)
{
    char text[64];
    out[0] = '\0';
    add_person(home, card, a, out, size);
    if (a->number) {
        masked(card->unmasked, MASK_PHONE, a->number, text, sizeof text);
        add(out, size, text);
    }
    if (a->result) {
        add(out, size, WORD_OF(result_words, a->result));
    }
    if (a->outcome) {
        add(out, size, alarm_outcome_word(a->outcome));
    }
    if (a->second) {
        card_actor(home, a->second, text, sizeof text);
        add(out, size, text);
    }
    if (strcmp(a->kind, "escalate") == 0 && a->level > 0) {
        add(out, size, role_word(a->level >= 5 ? ROLE_DUTY : ROLE_LEADER));
    }
    add(out, size, strcmp(a->kind, "skipped") == 0 ? WORD_OF(skip_words, a->text) : a->text);
}

/* ---- from the mirror */

static void read_event(struct home *home, struct card *card, const struct json *item)
{
    struct card_event *e = &card->events[card->events_n];
    const struct json *data = json_obj(item, "data");
    const char *kind = json_str(item, "kind");
    int64_t level = 0;
    *e = (struct card_event){.mark = CMD_STATE_N};
    if (!kind) {
        return;
    }
    (void)json_int(item, "at", &e->at); /* absent ones stay 0 */
    (void)json_int(item, "seq", &e->seq);
    (void)json_int(item, "level", &level);
    (void)json_bool(item, "struck", &e->struck);
    e->level = (int)level;
    const char *actor = json_str(item, "actor");
    struct about about = {.kind = kind, .text = json_str(item, "text"), .contact = -1, .level = -1};
    if (data) {
        about.to = json_str(data, "to");
        about.number = json_str(data, "number");
        about.result = json_str(data, "result");
        about.outcome = json_str(data, "outcome");
        about.second = json_str(data, "second_person");
        (void)json_int(data, "contact", &about.contact);
        (void)json_int(data, "to", &about.level);
    }
    (void)gw_text_safe_z(e->kind, sizeof e->kind, kind);
    e->own = actor && strcmp(actor, home->id.user) == 0;
    card_actor(home, actor ? actor : "", e->actor, sizeof e->actor);
    say(home, card, &about, e->text, sizeof e->text);
    card->events_n++;
}

static void read_events(struct home *home, struct card *card, const char *text)
{
    struct json *root = NULL;
    if (!text || json_parse(text, strlen(text), 0, &root, NULL) != GW_OK) {
        return;
    }
    size_t n = 0;
    for (const struct json *i = json_first(root); i; i = json_next(i)) {
        n++;
    }
    size_t skip = n > CARD_EVENTS ? n - CARD_EVENTS : 0; /* the newest are kept */
    for (const struct json *i = json_first(root); i; i = json_next(i)) {
        if (skip > 0) {
            skip--;
        } else {
            read_event(home, card, i);
        }
    }
    json_free(root);
}

/* ---- own ones that the mirror does not show */

static struct card_event *room(struct card *card)
{
    if (card->events_n == CARD_EVENTS) {
        memmove(&card->events[0], &card->events[1], (CARD_EVENTS - 1) * sizeof card->events[0]);
        card->events_n--;
    }
    return &card->events[card->events_n++];
}

/* The event of a command that was taken back is struck out, also when it is only pending. */
static void strike_own(struct home *home, struct card *card, const char *uid)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_BY_UID);
    gw_bind_text(st, ":id", card->row.alarm.id);
    gw_bind_text(st, ":uid", uid);
    if (odb_row(home, st, NULL) == GW_OK) {
        int64_t at = gw_col_int(st, 2);
        int64_t seq = gw_col_int(st, 5);
        for (size_t i = 0; i < card->events_n; i++) {
            struct card_event *e = &card->events[i];
            if (e->own && (e->seq == -1 ? e->at == at : seq > 0 && e->seq == seq)) {
                e->struck = true;
            }
        }
    }
    odb_reset(st);
}

static void own_event(struct home *home, struct card *card, sqlite3_stmt *st,
                      const struct cmd_body *body)
{
    const struct cmd_spec *spec = cmd_spec_of(body->kind);
    const struct cmd_data *d = &body->data;
    if (!spec->event && body->kind != CMD_ALARM_RAISE) {
        return;
    }
    if (body->kind == CMD_ALARM_RETRACT && d->uid) {
        strike_own(home, card, d->uid);
    }
    struct card_event *e = room(card);
    *e = (struct card_event){.at = gw_col_int(st, 3), .seq = -1, .own = true};
    e->level = card->row.alarm.level;
    if (!cmd_state_parse(gw_col_text(st, 4), &e->mark)) {
        e->mark = CMD_PENDING;
    }
    const struct about about = {.kind = spec->event ? spec->event : "raised",
                                .to = d->to,
                                .number = d->number,
                                .result = d->result,
                                .outcome = d->outcome,
                                .second = d->second_person,
                                .text = d->text   ? d->text
                                        : d->note ? d->note
                                                  : d->reason,
                                .contact = d->contact,
                                .level = d->to_level};
    ODB_COPY(e->kind, about.kind);
    card_actor(home, home->id.user, e->actor, sizeof e->actor);
    say(home, card, &about, e->text, sizeof e->text);
}

/* A command of the server's own event has the seq of its effect: shown once. */
static bool is_shown(const struct card *card, enum cmd_state state, int64_t seq)
{
    for (size_t i = 0; i < card->events_n && seq > 0; i++) {
        if (card->events[i].seq == seq) {
            return true;
        }
    }
    return state == CMD_REISSUED;
}

static enum gw_err own_events(struct home *home, struct card *card)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_OWN);
    gw_bind_text(st, ":id", card->row.alarm.id);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err) {
        struct cmd_body body;
        struct json *root = NULL;
        const char *code = NULL;
        const char *text = gw_col_text(st, 2);
        enum cmd_state state = CMD_PENDING;
        (void)cmd_state_parse(gw_col_text(st, 4), &state);
        if (!is_shown(card, state, gw_col_int(st, 5)) &&
            wire_body_decode(text, strlen(text), &body, &root, &code, NULL) == GW_OK) {
            own_event(home, card, st, &body);
        }
        json_free(root);
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err card_events(struct home *home, struct card *card, const char *events)
{
    read_events(home, card, events);
    return own_events(home, card);
}
