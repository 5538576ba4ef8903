#include "tui/step_form.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"
#include "tui/step_attach.h"

enum { LABEL_MIN = 26, LABEL_MAX = 34, ROW_BYTES = 1000 };

/* ---- rows */

static struct form_row *add(struct step_form *f, enum form_row_kind kind, const char *key,
                            const char *label)
{
    if (f->n == FORM_ROWS_MAX) {
        return NULL;
    }
    struct form_row *row = &f->rows[f->n++];
    *row = (struct form_row){.kind = kind, .key = key, .label = label};
    text_field_init(&row->text, ROW_BYTES, "");
    return row;
}

static void add_field(struct step_form *f, const struct proc_field *field)
{
    struct form_row *row = add(f, ROW_FIELD, field->key, words_in(&field->name));
    if (row != NULL) {
        row->field = field;
        row->required = field->required;
    }
}

static void add_fields(struct step_form *f, const struct proc_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(fields[i].key, SECOND_NAME) != 0) { /* stands beside its material */
            add_field(f, &fields[i]);
        }
    }
}

/* A second person without a key signs what is recorded already: rows of a correction only. */
static void add_materials(struct step_form *f, const struct step_spec *spec, bool correcting)
{
    for (size_t i = 0; i < spec->materials_n; i++) {
        const struct material *m = &spec->materials[i];
        bool paper = strcmp(m->key, SECOND_PAPER) == 0;
        struct form_row *row =
            paper && !correcting ? NULL : add(f, ROW_MATERIAL, m->key, words_in(&m->name));
        if (row != NULL) {
            row->required = m->required;
        }
        if (row != NULL && paper) {
            add_field(f, step_field(spec, SECOND_NAME));
        }
    }
}

static void add_step(struct step_form *f, const struct step_form_in *in)
{
    const struct step_spec *spec = in->spec;
    if (!in->correcting && spec->subjects && in->subject[0] == '\0') {
        struct form_row *row = add(f, ROW_SUBJECT, "subject", words_in(&spec->subject));
        row->required = true;
    }
    if (!in->correcting) {
        struct form_row *row = add(f, ROW_HAPPENED, "happened", _("When it happened"));
        gw_time_local(in->now, f->now);
        text_field_init(&row->text, 17, f->now);
    }
    add_fields(f, spec->fields, spec->fields_n);
    add_fields(f, spec->counts, spec->counts_n);
    add_materials(f, spec, in->correcting);
}

enum gw_err step_form_new(const struct step_form_in *in, struct step_form *out)
{
    *out = (struct step_form){.rows = calloc(FORM_ROWS_MAX, sizeof(*out->rows))};
    if (out->rows == NULL) {
        return GW_NOMEM;
    }
    out->year = day_year(in->anchor == DAY_NONE ? day_of_ms(in->now) : in->anchor);
    if (in->spec != NULL) {
        add_step(out, in);
    } else {
        add_fields(out, in->rules->template_->open_fields, in->rules->template_->open_n);
    }
    struct form_row *row =
        add(out, ROW_REASON, "reason",
            in->correcting ? _("Why it is corrected") : _("Reason, when recorded late"));
    if (row != NULL) {
        row->required = in->correcting;
    }
    out->list.n = out->n;
    return GW_OK;
}

void step_form_free(struct step_form *form)
{
    free(form->rows);
    form->rows = NULL;
    form->n = 0;
}

static struct form_row *find(const struct step_form *f, const char *key)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->rows[i].key, key) == 0) {
            return &f->rows[i];
        }
    }
    return NULL;
}

const char *step_form_text(const struct step_form *form, const char *key)
{
    const struct form_row *row = find(form, key);
    return row != NULL ? row->text.text : "";
}

void step_form_set(struct step_form *form, const char *key, const char *text)
{
    struct form_row *row = find(form, key);
    if (row != NULL) {
        text_field_init(&row->text, row->text.max, text);
    }
}

/* ---- lists: answered by a digit */

static size_t choices(const struct form_row *row)
{
    if (row->kind == ROW_MATERIAL) {
        return 1;
    }
    if (row->field == NULL) {
        return 0;
    }
    return row->field->type == PROC_CHOICE ? row->field->values_n
           : row->field->type == PROC_BOOL ? 2
                                           : 0;
}

static const char *choice_value(const struct form_row *row, size_t i)
{
    if (row->kind == ROW_MATERIAL) {
        return "paper";
    }
    return row->field->type == PROC_BOOL ? (i == 0 ? "1" : "0") : row->field->values[i].value;
}

static const char *choice_word(const struct form_row *row, size_t i)
{
    if (row->kind == ROW_MATERIAL) {
        return _("on paper, filed");
    }
    return row->field->type == PROC_BOOL ? (i == 0 ? _("yes") : _("no"))
                                         : words_in(&row->field->values[i].name);
}

/* What stands in the row, as a person reads it. */
static const char *shown(const struct form_row *row)
{
    for (size_t i = 0; row->text.len > 0 && i < choices(row); i++) {
        if (strcmp(row->text.text, choice_value(row, i)) == 0) {
            return choice_word(row, i);
        }
    }
    return row->text.text;
}

/* ---- keys */

static bool choose(struct form_row *row, const struct key *key)
{
    int digit = key_digit(key);
    if (key->code == GK_BACKSPACE || key->code == GK_DELETE || digit == 0) {
        text_field_init(&row->text, row->text.max, "");
        return true;
    }
    if (digit >= 1 && (size_t)digit <= choices(row)) {
        text_field_init(&row->text, row->text.max, choice_value(row, (size_t)digit - 1));
        return true;
    }
    return key->code == GK_TEXT; /* nothing else is typed into a list */
}

static bool is_move(const struct key *key, enum request *req)
{
    static const struct {
        enum key_code code;
        enum request req;
    } moves[] = {{GK_UP, REQ_UP},    {GK_BACKTAB, REQ_UP}, {GK_DOWN, REQ_DOWN},
                 {GK_TAB, REQ_DOWN}, {GK_PGUP, REQ_PGUP},  {GK_PGDN, REQ_PGDN}};
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        if (moves[i].code == key->code) {
            *req = moves[i].req;
            return true;
        }
    }
    return false;
}

/* A material is on paper (1 into the empty row), or a path that is typed or pasted. */
static bool material_listed(const struct form_row *row, const struct key *key)
{
    bool empty = row->text.len == 0;
    return strcmp(row->text.text, "paper") == 0 || (empty && !key->pasted && key_digit(key) == 1);
}

enum form_answer step_form_key(struct tui *tui, struct step_form *form, const struct key *key)
{
    enum request req;
    struct form_row *row = &form->rows[form->list.at];
    tui_touch(tui, DIRTY_BODY | DIRTY_BARS);
    if (is_move(key, &req)) {
        return list_request(tui, &form->list, req, tui->body_top + 2) ? FORM_USED : FORM_UNUSED;
    }
    if (key->code == GK_ENTER && !key->pasted) {
        if (form->list.at + 1 >= form->n) {
            return FORM_END;
        }
        form->list.at++;
        return FORM_USED;
    }
    bool listed = row->kind == ROW_MATERIAL ? material_listed(row, key) : choices(row) > 0;
    bool used = listed ? choose(row, key) : text_field_key(&row->text, key);
    return used ? FORM_USED : FORM_UNUSED;
}

/* ---- painting */

struct painting {
    const struct step_form *form;
    int label_cells;
};

static void put_row(struct tui *t, void *ctx, size_t i)
{
    const struct painting *p = ctx;
    const struct form_row *row = &p->form->rows[i];
    bool here = i == p->form->list.at;
    screen_field(t->scr, here ? P_BOLD : P_TEXT, row->label, p->label_cells);
    screen_put(t->scr, row->required && row->text.len == 0 ? P_WARN : P_DIM,
               row->required ? " * " : "   ");
    screen_put(t->scr, here ? P_FIELD : P_TEXT, shown(row));
    if (here) {
        screen_put(t->scr, P_CURSOR, "_");
    }
}

void step_form_draw(struct tui *tui, struct step_form *form, int first_row)
{
    struct painting p = {form, LABEL_MIN};
    for (size_t i = 0; i < form->n; i++) {
        int cells = gw_text_cells(form->rows[i].label, strlen(form->rows[i].label));
        p.label_cells = cells > p.label_cells ? cells : p.label_cells;
    }
    p.label_cells = p.label_cells < LABEL_MAX ? p.label_cells : LABEL_MAX;
    list_draw(tui, &form->list, first_row, put_row, &p);
}

void step_form_hint(const struct step_form *form, char *out, size_t size)
{
    const struct form_row *row = &form->rows[form->list.at];
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < choices(row) && used < size; i++) {
        int n = snprintf(out + used, size - used, "%zu %s  ", i + 1, choice_word(row, i));
        used += n > 0 ? (size_t)n : 0;
    }
    if (row->kind == ROW_MATERIAL && step_attach_is_path(row->text.text)) {
        step_attach_hint(row->text.text, out, size);
    } else if (row->kind == ROW_MATERIAL && row->text.len == 0 && used < size) {
        (void)snprintf(out + used, size - used, "%s", _("or type the path of a photo or scan"));
    }
    if (choices(row) > 0) {
        return;
    }
    enum proc_field_type type = row->field != NULL ? row->field->type : PROC_TEXT;
    const char *text = row->kind == ROW_HAPPENED ? _("A time: 2026-06-18 09:30")
                       : type == PROC_DAY        ? _("A day: 6-18, 0618 or 2026-06-18")
                       : type == PROC_INT        ? _("A whole number")
                       : type == PROC_PEOPLE     ? _("Names in order, with 、 between")
                       : type == PROC_DOCUMENT   ? _("Organ, number and date of the document")
                       : row->kind == ROW_REASON ? _("Only when it happened more than 24 hours ago")
                                                 : "";
    (void)snprintf(out, size, "%s", text);
}

/* ---- reading */

/* The groups of digits in a text, at most three of at most eight digits. */
static size_t digit_groups(const char *text, int numbers[3])
{
    size_t n = 0;
    size_t digits = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9') {
            digits = 0;
            continue;
        }
        if (digits == 8 || (digits == 0 && n == 3)) {
            return 0;
        }
        if (digits++ == 0) {
            numbers[n++] = 0;
        }
        numbers[n - 1] = numbers[n - 1] * 10 + (*at - '0');
    }
    return n;
}

/* 6-18, 6.18, 6月18日, 0618, 20260618, 2026-06-18. */
static bool read_day(const char *text, int year, char out[DAY_TEXT + 1])
{
    int g[3] = {0};
    size_t n = digit_groups(text, g);
    gw_day day;
    char made[40];
    int y = year;
    int m = g[0];
    int d = g[1];
    if (n == 1) {
        y = g[0] >= 10000 ? g[0] / 10000 : year;
        m = g[0] / 100 % 100;
        d = g[0] % 100;
    } else if (n == 3) {
        y = g[0];
        m = g[1];
        d = g[2];
    }
    int len = snprintf(made, sizeof(made), "%04d-%02d-%02d", y, m, d);
    if (n == 0 || len != DAY_TEXT || !day_parse(made, &day)) {
        return false;
    }
    memcpy(out, made, DAY_TEXT + 1);
    return true;
}

static bool read_int(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0;
}

static bool read_field(struct step_form *form, const struct form_row *row, struct form_entry *out)
{
    struct proc_value *value = &out->values[out->entry.values_n];
    char *day = out->days[out->entry.values_n];
    *value = (struct proc_value){.key = row->key, .text = row->text.text};
    bool ok = true;
    if (row->field->type == PROC_INT || row->field->type == PROC_BOOL) {
        value->text = NULL;
        ok = read_int(row->text.text, &value->num);
    } else if (row->field->type == PROC_TIME) {
        value->text = NULL;
        ok = gw_time_parse(row->text.text, &value->num) == GW_OK;
    } else if (row->field->type == PROC_DAY) {
        ok = read_day(row->text.text, form->year, day);
        value->text = day;
    }
    out->entry.values_n += ok;
    return ok;
}

static bool read_row(struct step_form *form, const struct form_row *row, struct form_entry *out)
{
    switch (row->kind) {
    case ROW_SUBJECT:
        out->entry.subject = row->text.text;
        return true;
    case ROW_HAPPENED:
        return gw_time_parse(row->text.text, &out->entry.happened_at) == GW_OK;
    case ROW_REASON:
        out->entry.reason = row->text.text;
        return true;
    case ROW_MATERIAL:
        out->materials[out->entry.materials_n++] =
            (struct proc_value){.key = row->key, .text = row->text.text};
        return true;
    case ROW_FIELD:
        break;
    }
    return read_field(form, row, out);
}

bool step_form_read(struct step_form *form, const char *step, const char *subject,
                    struct form_entry *out, char *why, size_t why_size)
{
    *out = (struct form_entry){.entry = {.step = step, .subject = subject}};
    out->entry.values = out->values;
    out->entry.materials = out->materials;
    for (size_t i = 0; i < form->n; i++) {
        const struct form_row *row = &form->rows[i];
        if (row->text.len > 0 && !read_row(form, row, out)) {
            form->list.at = i;
            (void)snprintf(why, why_size, _("“%s” cannot be read as typed; nothing was lost."),
                           row->label);
            return false;
        }
    }
    return true;
}

/* ---- drafts */

enum gw_err step_form_pack(const struct step_form *form, struct gw_buf *out)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < form->n && !err; i++) {
        const struct form_row *row = &form->rows[i];
        bool proposed = row->kind == ROW_HAPPENED && strcmp(row->text.text, form->now) == 0;
        if (row->text.len > 0 && !proposed) {
            err = gw_buf_addf(out, "%s=%s\n", row->key, row->text.text);
        }
    }
    return err;
}

void step_form_unpack(struct step_form *form, char *text)
{
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *equals = strchr(line, '=');
        if (equals != NULL) {
            *equals = '\0';
            step_form_set(form, line, equals + 1);
        }
    }
}
