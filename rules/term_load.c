/* Names of values, and what is made of them: checks and times. Only how they are written. */
#include <stdio.h>
#include <string.h>

#include "rules/template_load_p.h"

enum { RATIO_MAX = 1000, DAYS_MAX = 36500 };

/* ---- names */

/* "S06.registered" or "open.seats" of a text; false when it is neither. */
static bool take_dotted(struct reader *r, const char *text, bool open_too, struct term *out)
{
    const char *dot = strchr(text, '.');
    size_t head = dot != NULL ? (size_t)(dot - text) : 0;
    bool open = open_too && head == 4 && memcmp(text, "open", 4) == 0;
    if (dot == NULL || !read_form_ok(FORM_KEY, dot + 1, strlen(dot + 1)) ||
        (!open && !read_form_ok(FORM_STEP, text, head))) {
        return false;
    }
    out->kind = open ? TERM_OPEN : out->kind;
    out->step = open ? NULL : gw_arena_textn(r->arena, text, head);
    out->key = gw_arena_text(r->arena, dot + 1);
    if (out->key == NULL || (!open && out->step == NULL)) {
        read_nomem(r);
    }
    return true;
}

static bool take_name(struct reader *r, const char *text, struct term *out)
{
    if (text[0] == '#') {
        out->kind = TERM_NUMBER;
        out->key = text + 1;
        return read_form_ok(FORM_KEY, out->key, strlen(out->key));
    }
    if (strncmp(text, "sum:", 4) == 0) {
        out->kind = TERM_SUM;
        return take_dotted(r, text + 4, false, out);
    }
    if (strncmp(text, "n:", 2) == 0) {
        out->kind = TERM_COUNT;
        out->step = text + 2;
        return read_form_ok(FORM_STEP, out->step, strlen(out->step));
    }
    if (strchr(text, '.') != NULL) {
        out->kind = TERM_STEP;
        return take_dotted(r, text, true, out);
    }
    out->kind = TERM_OWN;
    out->key = text;
    return read_form_ok(FORM_KEY, text, strlen(text));
}

void term_read(struct reader *r, const struct json *value, const char *member, struct term *out)
{
    char digits[24];
    const char *text = json_text(value);
    *out = (struct term){.kind = TERM_CONST};
    if (r->err != GW_OK) {
        return;
    }
    bool constant = text == NULL && json_as_int(value, &out->constant);
    if (constant) {
        (void)snprintf(digits, sizeof(digits), "%lld", (long long)out->constant);
        text = digits;
    }
    out->text = text != NULL ? gw_arena_text(r->arena, text) : NULL;
    if (text != NULL && out->text == NULL) {
        read_nomem(r);
    } else if (text == NULL || (!constant && !take_name(r, out->text, out))) {
        read_wrong(r, member);
    }
}

void term_text_read(struct reader *r, const char *text, struct term *out)
{
    *out = (struct term){.text = gw_arena_text(r->arena, text)};
    if (out->text == NULL) {
        read_nomem(r);
    } else if (!take_name(r, out->text, out)) {
        read_wrong(r, text);
    }
}

void term_member_read(struct reader *r, const struct json *object, const char *key,
                      struct term *out)
{
    const struct json *at = json_first(object);
    while (at != NULL && strcmp(json_key(at), key) != 0) {
        at = json_next(at);
    }
    term_read(r, at, key, out);
}

/* ---- checks */

static size_t terms_read(struct reader *r, const struct json *object, const char *key,
                         struct term out[TERMS_MAX])
{
    size_t n, i = 0;
    const struct json *at = read_list(r, object, key, 1, TERMS_MAX, &n);
    for (; at != NULL && i < n; at = json_next(at)) {
        term_read(r, at, key, &out[i++]);
    }
    return i;
}

/* A number, or "#key": the number of the rule set that says one in how many. */
static void den_read(struct reader *r, const struct json *at, struct check *out)
{
    out->den = 1;
    if (json_str(at, "den") == NULL) {
        out->den = read_int_or(r, at, "den", 1, RATIO_MAX, 1);
        return;
    }
    term_member_read(r, at, "den", &out->den_of);
    if (out->den_of.kind != TERM_NUMBER) {
        read_wrong(r, "den");
    }
}

static void check_read(struct reader *r, const struct json *at, struct check *out)
{
    static const char *const keys[] = {"id",      "left", "op",     "right", "num",   "den", "law",
                                       "article", "says", "remedy", "only",  "where", NULL};
    static const char *const ops[] = {"gt", "ge",  "eq", "le",
                                      "lt", "odd", NULL}; /* enum check_op */
    out->id = read_id(r, at, "id", FORM_RULE, true);
    read_named(r, out->id);
    read_only(r, at, keys);
    out->left_n = terms_read(r, at, "left", out->left);
    out->op = (enum check_op)read_one_of(r, at, "op", ops, false);
    if (out->op == CHECK_ODD) {
        static const char *const none[] = {"right", "num", "den"};
        for (size_t i = 0; i < 3; i++) {
            if (json_has(at, none[i])) {
                read_wrong(r, none[i]);
            }
        }
    } else {
        out->right_n = terms_read(r, at, "right", out->right);
    }
    out->num = read_int_or(r, at, "num", 1, RATIO_MAX, 1);
    den_read(r, at, out);
    if (json_has(at, "only")) {
        term_member_read(r, at, "only", &out->only);
    }
    where_read(r, at, out->where, &out->where_n);
    out->cite = read_citation(r, at);
    out->says = read_words(r, at, "says", READ_SENTENCE_BYTES);
    out->remedy = read_words(r, at, "remedy", READ_SENTENCE_BYTES);
}

const struct check *checks_read(struct reader *r, const struct json *object, const char *key,
                                size_t *n)
{
    const struct json *at = read_list(r, object, key, 0, READ_LIST_MAX, n);
    struct check *out = at != NULL ? read_alloc(r, *n, sizeof(*out)) : NULL;
    for (size_t i = 0; r->err == GW_OK && i < *n; i++, at = json_next(at)) {
        read_enter(r, key, i);
        check_read(r, at, &out[i]);
        read_leave(r);
    }
    return out;
}

/* ---- times */

static void days_read(struct reader *r, const struct json *at, struct term *out)
{
    if (json_has(at, "days")) {
        term_member_read(r, at, "days", out);
        if (out->kind != TERM_NUMBER &&
            (out->kind != TERM_CONST || out->constant < 0 || out->constant > DAYS_MAX)) {
            read_wrong(r, "days");
        }
    } else {
        *out = (struct term){.text = "0", .kind = TERM_CONST};
    }
}

static void time_read(struct reader *r, const struct json *at, struct time_rule *out)
{
    static const char *const keys[] = {"id",  "kind",    "ref",  "days",   "of", "roll",
                                       "law", "article", "says", "remedy", NULL};
    static const char *const kinds[] = {"lead", "within", "after", "on", NULL}; /* enum time_kind */
    static const char *const rolls[] = {"none", "right", "duty", NULL};         /* enum time_roll */
    out->id = read_id(r, at, "id", FORM_RULE, true);
    read_named(r, out->id);
    read_only(r, at, keys);
    out->kind = (enum time_kind)read_one_of(r, at, "kind", kinds, false);
    out->roll = (enum time_roll)read_one_of(r, at, "roll", rolls, true);
    if (out->roll != ROLL_NONE && out->kind != TIME_WITHIN) {
        read_wrong(r, "roll"); /* only a deadline rolls */
    }
    out->of = read_id(r, at, "of", FORM_KEY, false);
    term_member_read(r, at, "ref", &out->ref);
    if (out->ref.kind != TERM_OWN && out->ref.kind != TERM_STEP && out->ref.kind != TERM_OPEN) {
        read_wrong(r, "ref");
    }
    days_read(r, at, &out->days);
    out->cite = read_citation(r, at);
    out->says = read_words(r, at, "says", READ_SENTENCE_BYTES);
    out->remedy = read_words(r, at, "remedy", READ_SENTENCE_BYTES);
}

const struct time_rule *times_read(struct reader *r, const struct json *object, size_t *n)
{
    const struct json *at = read_list(r, object, "times", 0, READ_LIST_MAX, n);
    struct time_rule *out = at != NULL ? read_alloc(r, *n, sizeof(*out)) : NULL;
    for (size_t i = 0; r->err == GW_OK && i < *n; i++, at = json_next(at)) {
        read_enter(r, "times", i);
        time_read(r, at, &out[i]);
        read_leave(r);
    }
    return out;
}
