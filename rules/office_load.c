/* What a step files and ends: members "files" and "ends". Only how they are written; where their
 * names lead is looked up in template_resolve.c. */
#include <string.h>

#include "rules/template_load_p.h"

static const char *const file_keys[] = {"organ", "person", "resident", "post",  "post_of",
                                        "group", "since",  "until",    "years", "renews",
                                        "where", "bars",   NULL};
static const char *const end_keys[] = {"organ", "person",   "resident", "same",
                                       "all",   "post_of",  "group",    "on",
                                       "cause", "cause_of", "where",    NULL};

static enum office_organ organ_read(struct reader *r, const struct json *at, const char *key)
{
    enum office_organ organ = ORGAN_COMMITTEE;
    const char *name = read_id(r, at, key, FORM_CHOICE, true);
    if (name != NULL && !office_organ_parse(name, &organ)) {
        read_wrong(r, key);
    }
    return organ;
}

/* A name of a value in this procedure; a sum, a count and a constant are none. */
static void value_read(struct reader *r, const struct json *at, const char *key, bool required,
                       struct term *out)
{
    if (!required && !json_has(at, key)) {
        return;
    }
    term_member_read(r, at, key, out);
    if (out->kind != TERM_OWN && out->kind != TERM_STEP && out->kind != TERM_OPEN) {
        read_wrong(r, key);
    }
}

/* A literal, or the value of a field: one of both. */
static const char *word_read(struct reader *r, const struct json *at, const char *key,
                             const char *of, struct term *term)
{
    const char *literal = read_id(r, at, key, FORM_CHOICE, false);
    value_read(r, at, of, literal == NULL, term);
    if (literal != NULL && term->text != NULL) {
        read_wrong(r, of);
    }
    return literal;
}

void where_read(struct reader *r, const struct json *at, struct where_value out[WHERE_MAX],
                size_t *n)
{
    const struct json *where = json_obj(at, "where");
    *n = 0;
    if (where == NULL) {
        if (json_has(at, "where")) {
            read_wrong(r, "where");
        }
        return;
    }
    read_enter(r, "where", SIZE_MAX);
    for (const struct json *m = json_first(where); m != NULL && r->err == GW_OK; m = json_next(m)) {
        if (*n == WHERE_MAX) {
            read_wrong(r, json_key(m));
            break;
        }
        struct where_value *w = &out[(*n)++];
        w->is = read_id(r, where, json_key(m), FORM_CHOICE, true);
        term_text_read(r, json_key(m), &w->term);
    }
    read_leave(r);
}

static void bars_read(struct reader *r, const struct json *at, struct office_rule *out)
{
    static const char *const keys[] = {"organ", "law", "article", "says", "remedy", NULL};
    const struct json *bars = json_obj(at, "bars");
    if (bars == NULL) {
        if (json_has(at, "bars")) {
            read_wrong(r, "bars");
        }
        return;
    }
    read_enter(r, "bars", SIZE_MAX);
    read_only(r, bars, keys);
    out->bars = true;
    out->bar = organ_read(r, bars, "organ");
    out->bar_cite = read_citation(r, bars);
    out->bar_says = read_words(r, bars, "says", READ_SENTENCE_BYTES);
    out->bar_remedy = read_words(r, bars, "remedy", READ_SENTENCE_BYTES);
    read_leave(r);
}

static void group_read(struct reader *r, const struct json *at, struct office_rule *out)
{
    value_read(r, at, "group", false, &out->group);
    out->by_subject = out->group.text != NULL && strcmp(out->group.text, "subject") == 0;
}

static void file_read(struct reader *r, const struct json *at, struct office_rule *out)
{
    read_only(r, at, file_keys);
    out->organ = organ_read(r, at, "organ");
    value_read(r, at, "person", true, &out->person);
    value_read(r, at, "resident", false, &out->resident);
    out->post = word_read(r, at, "post", "post_of", &out->post_of);
    group_read(r, at, out);
    value_read(r, at, "since", true, &out->on);
    value_read(r, at, "until", false, &out->until);
    if (json_has(at, "years")) {
        term_member_read(r, at, "years", &out->years);
        if (out->years.kind != TERM_NUMBER) {
            read_wrong(r, "years");
        }
    }
    out->renews = read_flag(r, at, "renews");
    where_read(r, at, out->where, &out->where_n);
    bars_read(r, at, out);
}

static void end_read(struct reader *r, const struct json *at, struct office_rule *out)
{
    read_only(r, at, end_keys);
    out->organ = organ_read(r, at, "organ");
    out->same = read_flag(r, at, "same");
    out->all = read_flag(r, at, "all");
    value_read(r, at, "person", !out->same && !out->all, &out->person);
    value_read(r, at, "resident", false, &out->resident);
    group_read(r, at, out);
    value_read(r, at, "post_of", false, &out->post_of);
    value_read(r, at, "on", true, &out->on);
    out->cause = word_read(r, at, "cause", "cause_of", &out->cause_of);
    where_read(r, at, out->where, &out->where_n);
}

const struct office_rule *offices_read(struct reader *r, const struct json *object, const char *key,
                                       size_t *n)
{
    const struct json *at = read_list(r, object, key, 0, READ_LIST_MAX, n);
    struct office_rule *out = at != NULL ? read_alloc(r, *n, sizeof(*out)) : NULL;
    bool files = strcmp(key, "files") == 0;
    for (size_t i = 0; r->err == GW_OK && i < *n; i++, at = json_next(at)) {
        read_enter(r, key, i);
        if (files) {
            file_read(r, at, &out[i]);
        } else {
            end_read(r, at, &out[i]);
        }
        read_leave(r);
    }
    return out;
}
