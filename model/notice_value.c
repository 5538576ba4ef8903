#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text_safe.h"
#include "model/notice_p.h"

enum {
    ID_DIGITS_MIN = 15
}; /* an ID number has 15 or 18 characters; nothing else in a notice has */

static const char *in_lang(const struct notice_render *r, const struct words *words)
{
    bool english = r->in->lang == GW_LANG_EN && words->en != NULL && words->en[0] != '\0';
    return english ? words->en : words->zh;
}

static void put(struct notice_render *r, const char *text, size_t len)
{
    if (r->err == GW_OK) {
        r->err = gw_buf_add(r->out, text, len);
    }
}

static void put_str(struct notice_render *r, const char *text)
{
    put(r, text, strlen(text));
}

static void put_int(struct notice_render *r, int64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    put_str(r, text);
}

/* A sign for what is not there, with its name for %. */
static void put_sign(struct notice_render *r, const struct words *sign, const char *name)
{
    const char *text = in_lang(r, sign);
    const char *at = strchr(text, '%');
    put(r, text, at != NULL ? (size_t)(at - text) : strlen(text));
    if (at != NULL) {
        put_str(r, name);
        put_str(r, at + 1);
    }
    r->missing++;
    if (r->in->watch != NULL && r->in->watch->lacks != NULL) {
        r->in->watch->lacks(r->in->watch->ctx, name);
    }
}

bool notice_holds_id_number(const char *text)
{
    size_t run = 0;
    for (const char *p = text; *p != '\0'; p++) {
        run = *p >= '0' && *p <= '9' ? run + 1 : 0;
        if (run == ID_DIGITS_MIN) {
            return true;
        }
    }
    return false;
}

/* False: an ID number stands in it, and its sign in the text. */
static bool put_text(struct notice_render *r, const char *text)
{
    if (notice_holds_id_number(text)) {
        put_sign(r, &r->in->set->signs.hidden, "");
        return false;
    }
    if (r->err == GW_OK) {
        r->err = gw_text_safe(r->out, text, strlen(text));
    }
    return true;
}

static void tell(const struct notice_render *r, const char *step, const char *subject,
                 const char *key)
{
    if (r->in->watch != NULL && r->in->watch->printed != NULL) {
        r->in->watch->printed(r->in->watch->ctx, step, subject, key);
    }
}

/* ---- names and fields */

static const struct step_spec *spec_of(const struct notice_render *r, const char *step)
{
    return template_step(r->in->rules->template_, step);
}

static const struct proc_field *field_of(const struct notice_render *r,
                                         const struct notice_tag *tag)
{
    if (strcmp(tag->step, "open") == 0) {
        return template_open_field(r->in->rules->template_, tag->key);
    }
    const struct step_spec *spec = spec_of(r, tag->step);
    return spec != NULL ? step_field(spec, tag->key) : NULL;
}

/* What a missing value is called: its field, else its step, else as it stands in the text. */
static const char *name_of(const struct notice_render *r, const struct notice_tag *tag)
{
    const struct proc_field *field = field_of(r, tag);
    const struct step_spec *spec = spec_of(r, tag->step);
    return field != NULL  ? in_lang(r, &field->name)
           : spec != NULL ? in_lang(r, &spec->name)
                          : tag->key;
}

/* Of a step with subjects: the block's, else the paper's. */
static const char *subject_of(const struct notice_render *r, const char *step)
{
    const struct step_spec *spec = spec_of(r, step);
    if (spec == NULL || !spec->subjects) {
        return "";
    }
    const char *own = r->in->subject != NULL ? r->in->subject : "";
    return r->each != NULL ? r->each->subject : own;
}

static const struct proc_value *value_of(const struct notice_render *r,
                                         const struct notice_tag *tag)
{
    return procedure_value(r->in->procedure, tag->step, subject_of(r, tag->step), tag->key);
}

/* ---- days */

static void put_day(struct notice_render *r, gw_day day)
{
    char text[DAY_TEXT + 1];
    day_print(day, text);
    const char *parts[] = {text, text + 5, text + 8}; /* YYYY-MM-DD */
    for (const char *p = in_lang(r, &r->in->set->signs.day); *p != '\0'; p++) {
        bool zero = p[0] == '%' && p[1] == '0';
        const char *which = p[0] == '%' ? strchr("Ymd", p[zero ? 2 : 1]) : NULL;
        if (which == NULL || *which == '\0') {
            put(r, p, 1);
            continue;
        }
        const char *part = parts[*which == 'Y' ? 0 : *which == 'm' ? 1 : 2];
        bool cut = *which != 'Y' && !zero && part[0] == '0';
        put(r, part + (cut ? 1 : 0), *which == 'Y' ? 4 : cut ? 1 : 2);
        p += zero ? 2 : 1;
    }
}

static gw_day day_of(const struct notice_render *r, const struct notice_tag *tag)
{
    if (strcmp(tag->key, "happened") == 0) {
        const struct slot *slot =
            procedure_slot_of(r->in->procedure, tag->step, subject_of(r, tag->step));
        return slot != NULL ? slot->happened : DAY_NONE;
    }
    const struct proc_value *value = value_of(r, tag);
    gw_day day = DAY_NONE;
    if (value != NULL && value->text != NULL && day_parse(value->text, &day)) {
        return day;
    }
    return DAY_NONE;
}

static const struct rule_number *known_number(struct notice_render *r, const char *key)
{
    const struct rule_number *number = ruleset_number(r->in->rules, key);
    if (number == NULL || !number->known) {
        put_sign(r, &r->in->set->signs.waits, number != NULL ? in_lang(r, &number->name) : key);
        return NULL;
    }
    return number;
}

static void put_day_value(struct notice_render *r, const struct notice_tag *tag)
{
    gw_day day = day_of(r, tag);
    if (day == DAY_NONE) {
        put_sign(r, &r->in->set->signs.missing, name_of(r, tag));
        return;
    }
    const struct rule_number *plus = NULL;
    if (tag->plus[0] != '\0') {
        plus = known_number(r, tag->plus);
        if (plus == NULL) {
            return;
        }
    }
    int days = plus != NULL ? (int)plus->value : 0;
    put_day(r, day_deadline(day, days, &r->in->rules->holidays, tag->format == FORMAT_WORK));
}

/* ---- values */

static bool put_choice(struct notice_render *r, const struct proc_field *field, const char *value)
{
    for (size_t i = 0; i < field->values_n; i++) {
        if (strcmp(field->values[i].value, value) == 0) {
            put_str(r, in_lang(r, &field->values[i].name));
            return true;
        }
    }
    return put_text(r, value);
}

static void put_plain(struct notice_render *r, const struct notice_tag *tag)
{
    const struct notice_signs *signs = &r->in->set->signs;
    const struct proc_field *field = field_of(r, tag);
    const struct proc_value *value = value_of(r, tag);
    bool whole = true;
    if (value != NULL && value->erased) {
        put_sign(r, &signs->erased, "");
        return;
    } else if (value == NULL || (value->text != NULL && value->text[0] == '\0')) {
        put_sign(r, &signs->missing, name_of(r, tag));
        return;
    }
    if (field != NULL && field->type == PROC_BOOL) {
        put_str(r, in_lang(r, value->num != 0 ? &signs->yes : &signs->no));
    } else if (field != NULL && field->type == PROC_CHOICE && value->text != NULL) {
        whole = put_choice(r, field, value->text);
    } else if (value->text != NULL) {
        whole = put_text(r, value->text);
    } else {
        put_int(r, value->num);
    }
    if (whole) {
        tell(r, tag->step, subject_of(r, tag->step), tag->key);
    }
}

static void put_list(struct notice_render *r, const struct notice_tag *tag)
{
    size_t n = 0;
    for (size_t i = 0; i < procedure_slots(r->in->procedure); i++) {
        const struct slot *slot = procedure_slot(r->in->procedure, i);
        if (!notice_slot_fits(r, tag, slot)) {
            continue;
        }
        if (n++ > 0) {
            put_str(r, in_lang(r, &r->in->set->signs.separator));
        }
        const struct proc_value *value =
            procedure_value(r->in->procedure, slot->step, slot->subject, tag->key);
        if (strcmp(tag->key, "subject") == 0) {
            (void)put_text(r, slot->subject);
        } else if (value != NULL && value->text != NULL && put_text(r, value->text)) {
            tell(r, slot->step, slot->subject, tag->key);
        }
    }
    if (n == 0) {
        put_sign(r, &r->in->set->signs.missing, name_of(r, tag));
    }
}

static bool term_value(const struct notice_render *r, const struct notice_tag *tag, bool sum,
                       int64_t *out)
{
    struct term term = {.text = tag->step, .kind = sum ? TERM_SUM : TERM_COUNT};
    term.step = tag->step;
    term.key = tag->key;
    return procedure_term(r->in->procedure, NULL, &term, out) == TERM_VALUE;
}

static void put_term(struct notice_render *r, const struct notice_tag *tag)
{
    int64_t value;
    if (term_value(r, tag, tag->kind == TAG_SUM, &value)) {
        put_int(r, value);
    } else {
        put_sign(r, &r->in->set->signs.missing, name_of(r, tag));
    }
}

static void put_subject(struct notice_render *r)
{
    const char *subject = r->each != NULL ? r->each->subject : r->in->subject;
    if (subject != NULL && subject[0] != '\0') {
        (void)put_text(r, subject);
    } else {
        put_sign(r, &r->in->set->signs.missing, "");
    }
}

void notice_value(struct notice_render *r, const struct notice_tag *tag)
{
    if (tag->kind == TAG_NUMBER) {
        const struct rule_number *number = known_number(r, tag->key);
        if (number != NULL) {
            put_int(r, number->value);
        }
    } else if (tag->kind == TAG_LIST) {
        put_list(r, tag);
    } else if (tag->kind == TAG_COUNT || tag->kind == TAG_SUM) {
        put_term(r, tag);
    } else if (tag->kind == TAG_SUBJECT || strcmp(tag->key, "subject") == 0) {
        put_subject(r);
    } else if (tag->format != FORMAT_PLAIN) {
        put_day_value(r, tag);
    } else {
        put_plain(r, tag);
    }
}

bool notice_holds(const struct notice_render *r, const struct notice_tag *tag)
{
    int64_t n;
    if (tag->key[0] == '\0') {
        return spec_of(r, tag->step) != NULL && term_value(r, tag, false, &n) && n > 0;
    }
    const struct proc_value *value = value_of(r, tag);
    return value != NULL &&
           (value->erased || (value->text != NULL ? value->text[0] != '\0' : value->num != 0));
}

bool notice_slot_fits(const struct notice_render *r, const struct notice_tag *tag,
                      const struct slot *slot)
{
    if (slot->record == NULL || strcmp(slot->step, tag->step) != 0) {
        return false;
    }
    for (size_t i = 0; i < tag->filters_n; i++) {
        const struct proc_value *value =
            procedure_value(r->in->procedure, slot->step, slot->subject, tag->filters[i].key);
        char number[24] = "";
        if (value != NULL && value->text == NULL) {
            (void)snprintf(number, sizeof(number), "%" PRId64, value->num);
        }
        const char *have = value == NULL ? "" : value->text != NULL ? value->text : number;
        if (strcmp(have, tag->filters[i].value) != 0) {
            return false;
        }
    }
    return true;
}
