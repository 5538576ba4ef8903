#include "offline-db/card.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text_safe.h"
#include "model/idnum.h"
#include "model/mask.h"
#include "offline-db/card_p.h"

/* ---- words and masks */

struct word {
    const char *code, *word;
};

static const struct word group_table[] = {
    {"living_alone", N_("lives alone")},
    {"empty_nest", N_("empty nest")},
    {"left_behind", N_("left behind")},
    {"disabled_elder", N_("needs care")},
    {"half_disabled_elder", N_("needs some care")},
    {"dementia", N_("dementia")},
    {"advanced_age", N_("80 or older")},
    {"centenarian", N_("100 or older")},
    {"extreme_hardship", N_("extreme hardship")},
    {"low_income", N_("basic allowance")},
    {"low_income_edge", N_("near basic allowance")},
    {"high_expenses", N_("hardship by necessary expenses")},
    {"disabled", N_("disabled")},
    {"veteran", N_("veteran's benefit")},
    {"family_planning", N_("family planning hardship")},
    {"child_hardship", N_("child in hardship")},
};

static const char *group_word(const char *code)
{
    for (size_t i = 0; i < sizeof group_table / sizeof group_table[0]; i++) {
        if (strcmp(group_table[i].code, code) == 0) {
            return gettext(group_table[i].word);
        }
    }
    return code;
}

void group_words(const char *json, char *out, size_t size)
{
    struct json *root = NULL;
    size_t len = 0;
    out[0] = '\0';
    if (!json || json_parse(json, strlen(json), 0, &root, NULL) != GW_OK) {
        return;
    }
    for (const struct json *i = json_first(root); i; i = json_next(i)) {
        const char *text = json_text(i);
        if (text && len + 2 < size) {
            if (len > 0) {
                out[len++] = ' ';
            }
            (void)gw_text_safe_z(out + len, size - len, group_word(text));
            len += strlen(out + len);
        }
    }
    json_free(root);
}

const char *sex_word(const char *code)
{
    if (code && strcmp(code, "1") == 0) {
        return _("male");
    }
    return code && strcmp(code, "2") == 0 ? _("female") : "";
}

void masked(bool open, enum gw_mask mask, const char *text, char *out, size_t size)
{
    struct gw_buf buf;
    out[0] = '\0';
    if (!text) {
        return;
    }
    if (open) {
        (void)gw_text_safe_z(out, size, text);
        return;
    }
    gw_buf_init(&buf, 8192);
    if (mask_text(mask, text, &buf) == GW_OK) {
        (void)gw_text_safe_z(out, size, gw_buf_str(&buf));
    }
    gw_buf_free(&buf);
}
#define MASKED(card, mask, st, col, array)                                                         \
    masked((card)->unmasked, mask, gw_col_text(st, col), array, sizeof(array))

void card_actor(struct home *home, const char *actor, char *out, size_t size)
{
    out[0] = '\0';
    if (strcmp(actor, "system") == 0 || !*actor) {
        return;
    }
    if (strncmp(actor, "source:", 7) == 0) {
        (void)gw_text_safe_z(out, size, actor + 7);
        return;
    }
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(SQL_WORKER_NAME));
    gw_bind_text(st, ":id", actor);
    if (odb_row(home, st, NULL) == GW_OK) {
        odb_safe(st, 0, out, size);
    }
    odb_reset(st);
    if (!out[0]) {
        (void)gw_text_safe_z(out, size, strcmp(actor, home->id.user) == 0 ? home->id.name : actor);
    }
}

/* ---- the parts */

typedef void (*card_part)(struct home *home, struct card *card, sqlite3_stmt *st);

/* Runs `part` for each row of a statement bound to one id. */
static enum gw_err each(struct home *home, struct card *card, enum screen_sql which, const char *id,
                        card_part part)
{
    if (!id[0]) {
        return GW_OK;
    }
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(which));
    gw_bind_text(st, ":id", id);
    if (which == SQL_C_CONTACTS || which == SQL_C_NOTES) {
        gw_bind_int(st, ":limit", which == SQL_C_CONTACTS ? CARD_CONTACTS : CARD_NOTES);
    }
    enum gw_err err = odb_row(home, st, NULL);
    while (!err) {
        part(home, card, st);
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static int col_or(sqlite3_stmt *st, int col, int dflt)
{
    return sqlite3_column_type(st, col) == SQLITE_NULL ? dflt : (int)gw_col_int(st, col);
}

static void part_resident(struct home *home, struct card *card, sqlite3_stmt *st)
{
    char today[11];
    const char *birth = gw_col_text(st, 2);
    MASKED(card, MASK_NAME, st, 0, card->name);
    ODB_COPY(card->sex, sex_word(gw_col_text(st, 1)));
    gw_time_day(home->clock->wall_ms(home->clock->ctx), today);
    card->age = birth ? age_on(birth, today) : -1;
    MASKED(card, MASK_PHONE, st, 3, card->phone);
    card->alone = gw_col_int(st, 4) != 0;
    card->ability = col_or(st, 5, -1);
    ODB_SAFE(st, 6, card->hearing);
    ODB_SAFE(st, 7, card->dialect);
    group_words(gw_col_text(st, 8), card->groups, sizeof card->groups);
}

static void part_dwelling(struct home *home, struct card *card, sqlite3_stmt *st)
{
    (void)home; /* the shape of a part */
    MASKED(card, MASK_ADDRESS, st, 0, card->address);
    ODB_SAFE(st, 1, card->estate);
    MASKED(card, MASK_HIDE, st, 6, card->key_place);
}

static void read_reading(struct card *card, const struct json *item)
{
    struct card_reading *r = &card->readings[card->readings_n];
    const char *name = json_str(item, "name");
    const char *unit = json_str(item, "unit");
    *r = (struct card_reading){.at = 0};
    if (!name || !json_num(item, "value", &r->value)) {
        return;
    }
    (void)gw_text_safe_z(r->name, sizeof r->name, name);
    (void)gw_text_safe_z(r->unit, sizeof r->unit, unit ? unit : "");
    r->has_low = json_num(item, "low", &r->low);
    r->has_high = json_num(item, "high", &r->high);
    (void)json_int(item, "at", &r->at); /* 0 when absent */
    card->readings_n++;
}

static void read_readings(struct card *card, const char *text)
{
    struct json *root = NULL;
    if (!text || card->readings_n > 0 || json_parse(text, strlen(text), 0, &root, NULL) != GW_OK) {
        return;
    }
    const struct json *i = json_is_array(root) ? json_first(root) : NULL;
    for (; i && card->readings_n < CARD_READINGS; i = json_next(i)) {
        read_reading(card, i);
    }
    json_free(root);
}

static void part_device(struct home *home, struct card *card, sqlite3_stmt *st)
{
    (void)home; /* the shape of a part */
    ODB_SAFE(st, 0, card->device_kind);
    ODB_SAFE(st, 1, card->device_place);
    ODB_SAFE(st, 2, card->device_model);
    card->battery = col_or(st, 3, -1);
    card->device_seen_at = gw_col_int(st, 4);
    read_readings(card, gw_col_text(st, 5)); /* only when the alarm brought none */
}

static void part_contact(struct home *home, struct card *card, sqlite3_stmt *st)
{
    (void)home; /* the shape of a part */
    struct card_contact *c = &card->contacts[card->contacts_n++];
    c->ord = gw_col_int(st, 0);
    MASKED(card, MASK_NAME, st, 1, c->name);
    ODB_SAFE(st, 2, c->relation);
    MASKED(card, MASK_PHONE, st, 3, c->phone);
    ODB_SAFE(st, 4, c->note);
}

static void part_note(struct home *home, struct card *card, sqlite3_stmt *st)
{
    (void)home; /* the shape of a part */
    struct card_note *n = &card->notes[card->notes_n++];
    n->at = gw_col_int(st, 0);
    ODB_SAFE(st, 1, n->kind);
    MASKED(card, MASK_HIDE, st, 2, n->text);
}

/* The alarm's own words: an address for those without a dwelling, text, readings, events. */
static void part_alarm(struct home *home, struct card *card, sqlite3_stmt *st)
{
    MASKED(card, MASK_ADDRESS, st, 0, card->address);
    ODB_SAFE(st, 1, card->text);
    read_readings(card, gw_col_text(st, 2));
    card->events_total = gw_col_int(st, 4);
    (void)home; /* the shape of a part */
}

static enum gw_err part_past(struct home *home, struct card *card)
{
    if (!card->row.alarm.dwelling_id[0]) {
        return GW_OK;
    }
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(SQL_C_PAST));
    gw_bind_text(st, ":dwelling", card->row.alarm.dwelling_id);
    gw_bind_text(st, ":id", card->row.alarm.id);
    gw_bind_int(st, ":limit", CARD_PAST);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err) {
        struct card_past *p = &card->past[card->past_n++];
        p->at = gw_col_int(st, 0);
        ODB_SAFE(st, 1, p->kind);
        ODB_SAFE(st, 2, p->outcome);
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

/* The text of an alarm that only the journal knows. */
static void text_of_raise(struct card *card)
{
    for (size_t i = 0; i < card->events_n && !card->text[0]; i++) {
        if (strcmp(card->events[i].kind, "raised") == 0) {
            ODB_COPY(card->text, card->events[i].text);
        }
    }
}

static enum gw_err timeline(struct home *home, struct card *card)
{
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(SQL_C_ALARM));
    gw_bind_text(st, ":id", card->row.alarm.id);
    enum gw_err err = odb_row(home, st, NULL);
    if (err && err != GW_ABSENT) {
        odb_reset(st);
        return err;
    }
    err = card_events(home, card, err ? NULL : gw_col_text(st, 3));
    odb_reset(st);
    text_of_raise(card);
    return err;
}

static enum gw_err fill(struct home *home, struct card *card)
{
    const struct alarm *a = &card->row.alarm;
    card->age = -1;
    card->ability = -1;
    card->battery = -1;
    card->unmasked = alarm_is_open(a);
    ODB_COPY(card->resident_id, a->resident_id);
    enum gw_err err = each(home, card, SQL_C_ALARM, a->id, part_alarm);
    err = err ? err : each(home, card, SQL_C_DWELLING, a->dwelling_id, part_dwelling);
    err = err ? err : each(home, card, SQL_C_RESIDENT, a->resident_id, part_resident);
    err = err ? err : each(home, card, SQL_C_DEVICE, a->device_id, part_device);
    err = err ? err : each(home, card, SQL_C_CONTACTS, a->resident_id, part_contact);
    err = err ? err : each(home, card, SQL_C_NOTES, a->resident_id, part_note);
    err = err ? err : part_past(home, card);
    err = err ? err : timeline(home, card);
    return err ? err
               : card_numbers(home, a->path, card->leader_name, card->leader_phone, card->duty_name,
                              card->duty_phone);
}

enum gw_err card_read(struct home *home, const char *alarm_id, struct card **out,
                      struct gw_fail *fail)
{
    *out = NULL;
    struct card *card = calloc(1, sizeof *card);
    if (!card) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    enum gw_err err = queue_one(home, alarm_id, &card->row, fail);
    err = err ? err : fill(home, card);
    if (err) {
        card_free(card);
        return err;
    }
    *out = card;
    return GW_OK;
}

/* A card of an open alarm must open even when the disk is full: a life goes before a log. The gap
 * is written where it can still be written. */
static void log_access(struct home *home, const struct card *card)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "card_open", NULL);
    if (!err) {
        err = odb_end(home, access_add(home, "card", card->row.alarm.id, "", "", NULL), NULL);
    }
    if (err) {
        gw_log(GW_LOG_WARN, "access log: card of alarm %s was opened but not recorded: %s",
               card->row.alarm.id, gw_err_name(err));
    }
}

enum gw_err card_open(struct home *home, const char *alarm_id, struct card **out,
                      struct gw_fail *fail)
{
    enum gw_err err = card_read(home, alarm_id, out, fail);
    if (!err && (*out)->unmasked) {
        log_access(home, *out);
    }
    return err;
}

void card_free(struct card *card)
{
    if (card) {
        gw_wipe(card, sizeof *card); /* full names and numbers */
        free(card);
    }
}
