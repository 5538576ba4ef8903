#include "offline-db/people_p.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_safe.h"
#include "base/utf8.h"
#include "model/address.h"
#include "model/idnum.h"
#include "model/kin.h"
#include "offline-db/card_p.h"
#include "offline-db/journal.h"
#include "offline-db/queue_p.h"

enum { TEXT_MAX = 256, TAIL_MIN = 4 };

/* ---- one row of PERSON_SELECT */

void people_read_row(struct home *home, sqlite3_stmt *st, struct person_row *row)
{
    struct gw_buf scratch;
    char today[11];
    char piece[64];
    const char *birth = gw_col_text(st, 3);
    *row = (struct person_row){.age = -1};
    gw_buf_init(&scratch, 4096);
    ODB_COL(st, 0, row->id);
    row_who(&scratch, gw_col_text(st, 1), row->name);
    ODB_COPY(row->sex, sex_word(gw_col_text(st, 2)));
    gw_time_day(home->clock->wall_ms(home->clock->ctx), today);
    row->age = birth ? age_on(birth, today) : -1;
    group_words(gw_col_text(st, 4), row->groups, sizeof row->groups);
    row_piece(&scratch, gw_col_text(st, 5), gw_col_text(st, 6), gw_col_text(st, 7), piece);
    const char *estate = gw_col_text(st, 5);
    gw_buf_reset(&scratch);
    if (estate && strcmp(estate, piece) != 0 && gw_buf_adds(&scratch, estate) == GW_OK) {
        (void)gw_buf_adds(&scratch, " "); /* "龙湖 3栋2单元"; too long stays without the blank */
    }
    (void)gw_buf_adds(&scratch, piece);
    (void)gw_text_safe_z(row->piece, sizeof row->piece, gw_buf_str(&scratch));
    ODB_COL(st, 8, row->open_alarm);
    gw_buf_free(&scratch);
}

/* ---- find */

struct find {
    struct home *home;
    struct person_row *out;
    size_t cap, n;
    struct gw_buf pattern; /* LIKE pattern, escaped */
};

static bool is_listed(const struct find *f, const char *id)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->out[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* before + text with %, _ and \ escaped + after */
static enum gw_err like(struct gw_buf *out, const char *before, const char *text, const char *after)
{
    gw_buf_reset(out);
    enum gw_err err = gw_buf_adds(out, before);
    for (; !err && *text; text++) {
        if (strchr("%_\\", *text)) {
            err = gw_buf_adds(out, "\\");
        }
        err = err ? err : gw_buf_add(out, text, 1);
    }
    return err ? err : gw_buf_adds(out, after);
}

static enum gw_err collect(struct find *f, sqlite3_stmt *st, struct gw_fail *fail)
{
    gw_bind_int(st, ":limit", (int64_t)(f->cap + f->n));
    enum gw_err err = odb_row(f->home, st, fail);
    while (!err && f->n < f->cap) {
        if (!is_listed(f, gw_col_text(st, 0))) {
            people_read_row(f->home, st, &f->out[f->n]);
            f->n++;
        }
        err = odb_row(f->home, st, fail);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err find_tail(struct find *f, enum screen_sql which, const char *tail,
                             struct gw_fail *fail)
{
    enum gw_err err = like(&f->pattern, "%", tail, "");
    sqlite3_stmt *st = gw_db_stmt(f->home->db, screen_sql(which));
    gw_bind_text(st, ":suffix", gw_buf_str(&f->pattern));
    return err ? err : collect(f, st, fail);
}

static enum gw_err find_text(struct find *f, enum screen_sql which, const char *text,
                             struct gw_fail *fail)
{
    struct gw_buf prefix;
    gw_buf_init(&prefix, 4 * TEXT_MAX);
    enum gw_err err = like(&prefix, "", text, "%");
    err = err ? err : like(&f->pattern, "%", text, "%");
    sqlite3_stmt *st = gw_db_stmt(f->home->db, screen_sql(which));
    if (which == SQL_P_NAME) {
        gw_bind_text(st, ":text", text);
    }
    gw_bind_text(st, ":prefix", gw_buf_str(&prefix));
    gw_bind_text(st, ":infix", gw_buf_str(&f->pattern));
    err = err ? err : collect(f, st, fail);
    gw_buf_free(&prefix);
    return err;
}

static enum gw_err find_address(struct find *f, const char *text, struct gw_fail *fail)
{
    struct gw_buf key;
    gw_buf_init(&key, 4 * TEXT_MAX);
    enum gw_err err = address_match_key(text, &key);
    if (!err && key.len > 0) {
        err = find_text(f, SQL_P_ADDRESS, gw_buf_str(&key), fail);
    }
    gw_buf_free(&key);
    return err;
}

/* Full-width digits of an input method become plain ones, blanks at the ends go. */
static enum gw_err clean(const char *text, struct gw_buf *out)
{
    const char *end = text + strlen(text);
    enum gw_err err = GW_OK;
    while (!err && text < end) {
        char bytes[4];
        uint32_t cp = gw_cp_halfwidth(gw_utf8_next(&text, end));
        if (cp != ' ' || out->len > 0) {
            err = gw_buf_add(out, bytes, gw_utf8_put(cp, bytes));
        }
    }
    while (!err && out->len > 0 && out->data[out->len - 1] == ' ') {
        out->data[--out->len] = '\0';
    }
    return err;
}

/* Only digits, with X at most at the end: how many; 0 when it is something else. */
static size_t tail_digits(const char *text, bool *has_x)
{
    size_t n = strspn(text, "0123456789");
    *has_x = (text[n] == 'X' || text[n] == 'x') && text[n + 1] == '\0';
    return text[n] == '\0' || *has_x ? n + *has_x : 0;
}

static enum gw_err find_all(struct find *f, char *text, struct gw_fail *fail)
{
    bool has_x = false;
    size_t digits = tail_digits(text, &has_x);
    enum gw_err err = GW_OK;
    if (digits >= TAIL_MIN) {
        if (has_x) {
            text[digits - 1] = 'X'; /* the store's form */
        }
        err = has_x ? GW_OK : find_tail(f, SQL_P_PHONE, text, fail);
        return err ? err : find_tail(f, SQL_P_IDNUM, text, fail);
    }
    if (digits == 0) {
        err = find_text(f, SQL_P_NAME, text, fail);
    }
    return err || f->n >= f->cap ? err : find_address(f, text, fail);
}

enum gw_err people_find(struct home *home, const char *text, struct person_row *out, size_t cap,
                        size_t *n, struct gw_fail *fail)
{
    struct gw_buf plain;
    struct find f = {.home = home, .out = out, .cap = cap};
    *n = 0;
    if (strlen(text) > TEXT_MAX || !gw_utf8_valid(text, strlen(text))) {
        return gw_fail_set(fail, GW_INVALID,
                           _("This search text is too long or not UTF-8. Type a name, the last 4 "
                             "digits of a phone or ID number, or a piece of an address."));
    }
    gw_buf_init(&plain, 4 * TEXT_MAX);
    gw_buf_init(&f.pattern, 4 * TEXT_MAX);
    enum gw_err err = clean(text, &plain);
    if (!err && plain.len > 0 && cap > 0) {
        err = find_all(&f, plain.data, fail);
    }
    gw_buf_free(&plain);
    gw_buf_free(&f.pattern);
    *n = err ? 0 : f.n;
    return err;
}

/* ---- show */

/* A list of texts as words with blanks between; groups get their words. */
static void json_words(const char *key, const char *json, char *out, size_t size)
{
    struct json *root = NULL;
    if (strcmp(key, "tags") == 0) {
        group_words(json, out, size);
        return;
    }
    out[0] = '\0';
    if (json_parse(json, strlen(json), 0, &root, NULL) == GW_OK && json_is_array(root)) {
        group_words(json, out, size); /* codes without a word are shown as they are */
    }
    json_free(root);
}

static void plain_value(const struct gw_field *field, sqlite3_stmt *st, int col, char *out,
                        size_t size)
{
    const char *text = gw_col_text(st, col);
    if (field->kind == FIELD_BOOL) {
        odb_copy(out, size, gw_col_int(st, col) ? _("yes") : _("no"));
    } else if (field->kind == FIELD_JSON) {
        json_words(field->key, text, out, size);
    } else if (strcmp(field->key, "sex") == 0) {
        odb_copy(out, size, sex_word(text));
    } else if (strcmp(field->key, "relation") == 0 && kin_code_known(text)) {
        odb_copy(out, size, kin_word(text));
    } else {
        (void)gw_text_safe_z(out, size, text);
    }
}

static void add_field(struct people_fields *s, const struct gw_field *field, sqlite3_stmt *st,
                      int col)
{
    if (!field->label || s->n >= s->cap || sqlite3_column_type(st, col) == SQLITE_NULL) {
        return;
    }
    char value[256];
    struct person_field *f = &s->fields[s->n];
    bool open = s->reveal && strcmp(s->reveal, field->key) == 0;
    plain_value(field, st, col, value, sizeof value);
    ODB_COPY(f->key, field->key);
    ODB_COPY(f->label, gettext(field->label));
    masked(open, field->mask, value, f->value, sizeof f->value);
    f->masked = strcmp(f->value, value) != 0;
    gw_wipe(value, sizeof value);
    s->n++;
}

enum gw_err people_add_fields(struct people_fields *f, enum gw_type type, const char *id)
{
    const struct gw_entity *entity = entity_of(type);
    sqlite3_stmt *st = gw_db_stmt(f->home->db, mirror_sql(type, M_ROW));
    (void)sqlite3_bind_text(st, 1, id, -1, SQLITE_STATIC); /* a failure shows as no row */
    enum gw_err err = odb_row(f->home, st, NULL);
    for (size_t i = 0; !err && i < entity->n; i++) {
        add_field(f, &entity->fields[i], st, 2 + (int)i);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

/* Where somebody lives, and his household; "" = none. */
static enum gw_err place_of(struct home *home, const char *id, gw_id dwelling, gw_id household)
{
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(SQL_P_DWELLING));
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        odb_col(st, 0, dwelling, sizeof(gw_id));
        odb_col(st, 1, household, sizeof(gw_id));
    }
    odb_reset(st);
    return err;
}

/* Where a key that may be revealed lives; TYPE_N when there is none. */
static enum gw_type type_of_key(const enum gw_type *types, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        int at = entity_field(entity_of(types[i]), key, strlen(key));
        const struct gw_field *field = at < 0 ? NULL : &entity_of(types[i])->fields[at];
        if (field && field->label && field->mask != MASK_NONE) {
            return types[i];
        }
    }
    return TYPE_N;
}

enum gw_err people_record_reveal(struct home *home, const enum gw_type *types, size_t types_n,
                                 const char *id, const char *key, const char *reason,
                                 struct gw_fail *fail)
{
    struct cmd_data data;
    enum gw_type type = type_of_key(types, types_n, key);
    if (type == TYPE_N) {
        return gw_fail_set(
            fail, GW_INVALID,
            _("There is no masked field \"%s\". Take one of the names in the list of "
              "this resident."),
            key);
    }
    if (!reason || strspn(reason, " \t") == strlen(reason)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("Showing a hidden field needs a reason. Say why "
                             "you need it; it is recorded."));
    }
    cmd_data_init(&data);
    data.type = entity_of(type)->name;
    data.field = key;
    data.reason = reason;
    enum gw_err err = journal_append(home, CMD_ACCESS_REVEAL, id, 0, &data, NULL, fail);
    err = err ? err : odb_begin(home, GW_DURABLE_FULL, "people_show", fail);
    return err ? err : odb_end(home, access_add(home, "reveal", id, key, reason, fail), fail);
}

static enum gw_err show_all(struct people_fields *f, struct person_card *card, const char *id,
                            const char *dwelling, struct gw_fail *fail)
{
    sqlite3_stmt *st = gw_db_stmt(f->home->db, screen_sql(SQL_P_ONE));
    gw_bind_text(st, ":id", id);
    enum gw_err err = odb_row(f->home, st, fail);
    if (!err) {
        people_read_row(f->home, st, &card->row);
    }
    odb_reset(st);
    err = err ? err : people_add_fields(f, TYPE_RESIDENT, id);
    if (!err) {
        office_add_fields(f, id);
    }
    err = err ? err : people_add_fields(f, TYPE_RESIDENT_PRIVATE, id);
    err = err ? err : people_add_fields(f, TYPE_DWELLING, dwelling);
    card->fields_n = f->n;
    return err;
}

enum gw_err people_show(struct home *home, const char *id, const char *reveal, const char *reason,
                        struct person_card **out, struct gw_fail *fail)
{
    static const enum gw_type types[] = {TYPE_RESIDENT, TYPE_RESIDENT_PRIVATE, TYPE_DWELLING};
    gw_id dwelling = "", household = "";
    *out = NULL;
    enum gw_err err = place_of(home, id, dwelling, household);
    if (err == GW_ABSENT) {
        return gw_fail_set(fail, err,
                           _("There is no resident %s on this machine. Search by name, phone tail "
                             "or address."),
                           id);
    }
    if (!err && reveal) {
        err = people_record_reveal(home, types, sizeof types / sizeof types[0], id, reveal, reason,
                                   fail);
    }
    if (err) {
        return err;
    }
    struct person_card *card = calloc(1, sizeof *card);
    if (!card) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    struct people_fields f = {
        .home = home, .reveal = reveal, .fields = card->fields, .cap = PERSON_FIELDS};
    ODB_COPY(card->household, household);
    err = show_all(&f, card, id, dwelling, fail);
    if (err) {
        people_free(card);
        return err;
    }
    *out = card;
    return GW_OK;
}

void people_free(struct person_card *card)
{
    if (card) {
        gw_wipe(card, sizeof *card);
        free(card);
    }
}
