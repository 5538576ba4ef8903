/* Fields and counts of a step or of open. */
#include <string.h>

#include "rules/template_load_p.h"

static const struct choice *values_read(struct reader *r, const struct json *object, size_t *n)
{
    static const char *const keys[] = {"value", "name", NULL};
    const struct json *at = read_list(r, object, "values", 1, READ_LIST_MAX, n);
    struct choice *out = at != NULL ? read_alloc(r, *n, sizeof(*out)) : NULL;
    for (size_t i = 0; r->err == GW_OK && i < *n; i++, at = json_next(at)) {
        read_enter(r, "values", i);
        read_only(r, at, keys);
        out[i].value = read_id(r, at, "value", FORM_CHOICE, true);
        out[i].name = read_words(r, at, "name", READ_NAME_BYTES);
        read_fresh(r, out, sizeof(*out), i);
        read_leave(r);
    }
    return out;
}

/* What only goes with a type. */
static void typed_read(struct reader *r, const struct json *at, enum field_list list,
                       struct proc_field *out)
{
    bool number = out->type == PROC_INT;
    bool person = out->type == PROC_PERSON || out->type == PROC_PEOPLE;
    if (number) {
        int64_t least = list == LIST_COUNTS ? 0 : -READ_INT_MAX;
        out->min = read_int_or(r, at, "min", -READ_INT_MAX, READ_INT_MAX, least);
        out->max = read_int_or(r, at, "max", out->min, READ_INT_MAX, READ_INT_MAX);
    } else if (json_has(at, "min") || json_has(at, "max")) {
        read_wrong(r, json_has(at, "min") ? "min" : "max");
    }
    if (out->type == PROC_CHOICE) {
        out->values = values_read(r, at, &out->values_n);
    } else if (json_has(at, "values")) {
        read_wrong(r, "values");
    }
    out->private_part = read_flag(r, at, "private");
    if (person && json_has(at, "private") && !out->private_part) {
        read_wrong(r, "private"); /* a name is private always */
    }
    out->private_part = out->private_part || person;
}

static void field_read(struct reader *r, const struct json *at, enum field_list list,
                       struct proc_field *out)
{
    static const char *const field_keys[] = {"key", "name", "type",   "required", "private",
                                             "min", "max",  "values", "prefill",  NULL};
    static const char *const count_keys[] = {"key", "name", "type",    "required",
                                             "min", "max",  "prefill", NULL};
    static const char *const types[] = {"text",   "int",    "day",    "time",     "bool",
                                        "choice", "person", "people", "document", NULL};
    static const char *const count_types[] = {"int", NULL};
    bool count = list == LIST_COUNTS;
    out->key = read_id(r, at, "key", FORM_KEY, true);
    read_named(r, out->key);
    read_only(r, at, count ? count_keys : field_keys);
    if (out->key != NULL &&
        (strcmp(out->key, "happened") == 0 || strcmp(out->key, "happened_at") == 0 ||
         strcmp(out->key, SECOND_NAME) == 0)) {
        read_wrong(r, "key"); /* steps have these by themselves */
    }
    out->name = read_words(r, at, "name", READ_NAME_BYTES);
    out->type =
        (enum proc_field_type)read_one_of(r, at, "type", count ? count_types : types, count);
    out->type = count ? PROC_INT : out->type;
    out->required = read_flag(r, at, "required");
    typed_read(r, at, list, out);
    if (json_has(at, "prefill")) {
        struct term *term = read_alloc(r, 1, sizeof(*term));
        if (term != NULL) {
            term_member_read(r, at, "prefill", term);
            out->prefill = term->text;
            out->prefill_term = term;
        }
    }
}

const struct proc_field *fields_read(struct reader *r, const struct json *object,
                                     enum field_list list, size_t *n)
{
    const char *key = list == LIST_COUNTS ? "counts" : "fields";
    const struct json *at = read_list(r, object, key, 0, READ_LIST_MAX, n);
    struct proc_field *out = at != NULL ? read_alloc(r, *n, sizeof(*out)) : NULL;
    for (size_t i = 0; r->err == GW_OK && i < *n; i++, at = json_next(at)) {
        read_enter(r, key, i);
        field_read(r, at, list, &out[i]);
        read_fresh(r, out, sizeof(*out), i);
        read_leave(r);
    }
    return out;
}
