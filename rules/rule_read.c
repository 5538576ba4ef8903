#include "rules/rule_read_p.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text_safe.h"

/* ---- the path and what is wrong */

void read_begin(struct reader *r, struct gw_arena *arena, struct gw_fail *fail, const char *file)
{
    *r = (struct reader){.arena = arena, .fail = fail};
    if (file != NULL) {
        read_enter(r, file, SIZE_MAX);
    }
}

void read_enter(struct reader *r, const char *what, size_t index)
{
    if (r->depth < READ_DEPTH_MAX && index == SIZE_MAX) {
        (void)gw_text_safe_z(r->path[r->depth], READ_NAME_MAX, what);
    } else if (r->depth < READ_DEPTH_MAX) {
        (void)snprintf(r->path[r->depth], READ_NAME_MAX, "%s %zu", what, index + 1);
    }
    r->depth++;
}

void read_named(struct reader *r, const char *name)
{
    if (name != NULL && r->depth > 0 && r->depth <= READ_DEPTH_MAX) {
        (void)gw_text_safe_z(r->path[r->depth - 1], READ_NAME_MAX, name);
    }
}

void read_leave(struct reader *r)
{
    r->depth--;
}

void read_path(const struct reader *r, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < r->depth && i < READ_DEPTH_MAX && len < size; i++) {
        int n = snprintf(out + len, size - len, "%s%s", i > 0 ? " › " : "", r->path[i]);
        len += n > 0 ? (size_t)n : 0;
    }
}

void read_refuse(struct reader *r, const char *fmt, ...)
{
    char path[READ_PATH_MAX], text[GW_FAIL_TEXT];
    va_list ap;
    if (r->err != GW_OK) {
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap); /* gw_fail_set cuts at a character */
    va_end(ap);
    read_path(r, path, sizeof(path));
    r->err = gw_fail_set(r->fail, GW_INVALID, "%s%s%s", path, path[0] != '\0' ? ": " : "", text);
}

void read_wrong(struct reader *r, const char *member)
{
    read_refuse(r,
                _("“%s” is missing or is not what it may be. Nothing of this is used; "
                  "docs/procedures.md says what stands there."),
                member);
}

void read_twice(struct reader *r, const char *name)
{
    read_refuse(r, _("“%s” stands there twice. Nothing of this is used; give one another name."),
                name);
}

void read_nomem(struct reader *r)
{
    if (r->err == GW_OK) {
        r->err = gw_fail_set(r->fail, GW_TOO_LARGE, "%s",
                             _("A rule set needs more memory than it may have. Nothing of it is "
                               "used; make it shorter."));
    }
}

/* ---- members */

void read_only(struct reader *r, const struct json *object, const char *const *keys)
{
    if (r->err == GW_OK && !json_is_object(object)) {
        read_refuse(r, "%s", _("Here stands no object. Nothing of this is used."));
    }
    for (const struct json *m = r->err == GW_OK ? json_first(object) : NULL; m != NULL;
         m = json_next(m)) {
        bool known = false;
        for (size_t i = 0; keys[i] != NULL; i++) {
            known = known || strcmp(json_key(m), keys[i]) == 0;
        }
        if (!known) {
            char shown[READ_NAME_MAX];
            read_refuse(r,
                        _("“%s” is no member that is known here. Nothing of this is used; look how "
                          "it is written."),
                        gw_text_safe_z(shown, sizeof(shown), json_key(m)));
        }
    }
}

void *read_alloc(struct reader *r, size_t n, size_t size)
{
    void *piece = r->err == GW_OK ? gw_arena_alloc(r->arena, n, size) : NULL;
    if (piece == NULL) {
        read_nomem(r);
    }
    return piece;
}

/* A copy; the length is checked, and that no control character is in it. */
static const char *take_text(struct reader *r, const char *text, const char *key, size_t max_bytes)
{
    size_t len = text != NULL ? strlen(text) : 0;
    bool plain = len > 0;
    for (size_t i = 0; i < len; i++) {
        plain = plain && (unsigned char)text[i] >= 0x20 && text[i] != 0x7f;
    }
    if (!plain) {
        read_wrong(r, key);
        return NULL;
    }
    if (len > max_bytes) {
        read_refuse(r, _("“%s” is longer than %zu bytes. Nothing of this is used; shorten it."),
                    key, max_bytes);
        return NULL;
    }
    const char *copy = gw_arena_textn(r->arena, text, len);
    if (copy == NULL) {
        read_nomem(r);
    }
    return copy;
}

const char *read_text(struct reader *r, const struct json *object, const char *key,
                      size_t max_bytes, bool required)
{
    if (r->err != GW_OK || (!required && !json_has(object, key))) {
        return NULL;
    }
    return take_text(r, json_str(object, key), key, max_bytes);
}

struct words read_words(struct reader *r, const struct json *object, const char *key,
                        size_t max_bytes)
{
    static const char *const keys[] = {"zh", "en", NULL};
    struct words words = {NULL, NULL};
    const struct json *at = json_obj(object, key);
    if (r->err == GW_OK && at == NULL) {
        read_wrong(r, key);
    }
    if (r->err != GW_OK) {
        return words;
    }
    read_enter(r, key, SIZE_MAX);
    read_only(r, at, keys);
    words.zh = read_text(r, at, "zh", max_bytes, true);
    words.en = read_text(r, at, "en", max_bytes, true);
    read_leave(r);
    return words;
}

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

bool read_form_ok(enum read_form form, const char *text, size_t len)
{
    static const struct {
        const char *first, *rest;
        size_t max;
    } forms[] = {
        [FORM_SET] = {LOWER, LOWER DIGIT "-", 48},
        [FORM_KIND] = {LOWER, LOWER DIGIT "-", 31},
        [FORM_KEY] = {LOWER, LOWER DIGIT "_", 31},
        [FORM_STEP] = {UPPER, UPPER LOWER DIGIT "_-", 16},
        [FORM_RULE] = {UPPER LOWER, UPPER LOWER DIGIT "_.-", 48},
        [FORM_SOURCE] = {UPPER, UPPER LOWER DIGIT "-", 16},
        [FORM_PLACE] = {UPPER, UPPER DIGIT "-", 16},
        [FORM_CHOICE] = {LOWER DIGIT, LOWER DIGIT "_-", 31},
    };
    if (len == 0 || len > forms[form].max || strchr(forms[form].first, text[0]) == NULL) {
        return false;
    }
    return strspn(text, forms[form].rest) >= len;
}

const char *read_id(struct reader *r, const struct json *object, const char *key,
                    enum read_form form, bool required)
{
    const char *text = read_text(r, object, key, READ_SENTENCE_BYTES, required);
    if (text != NULL && !read_form_ok(form, text, strlen(text))) {
        read_wrong(r, key);
        return NULL;
    }
    return text;
}

int64_t read_int(struct reader *r, const struct json *object, const char *key, int64_t min,
                 int64_t max)
{
    int64_t value = 0;
    if (r->err == GW_OK && (!json_int(object, key, &value) || value < min || value > max)) {
        read_wrong(r, key);
    }
    return r->err == GW_OK ? value : 0;
}

int64_t read_int_or(struct reader *r, const struct json *object, const char *key, int64_t min,
                    int64_t max, int64_t other)
{
    return json_has(object, key) ? read_int(r, object, key, min, max) : other;
}

bool read_flag(struct reader *r, const struct json *object, const char *key)
{
    bool value = false;
    if (r->err == GW_OK && json_has(object, key) && !json_bool(object, key, &value)) {
        read_wrong(r, key);
    }
    return value;
}

gw_day read_day(struct reader *r, const struct json *object, const char *key)
{
    gw_day day = DAY_NONE;
    const char *text = json_str(object, key);
    if (r->err == GW_OK && (text == NULL || !day_parse(text, &day))) {
        read_wrong(r, key);
    }
    return day;
}

gw_day read_open_day(struct reader *r, const struct json *object, const char *key)
{
    return json_is_null(object, key) ? DAY_NONE : read_day(r, object, key);
}

size_t read_one_of(struct reader *r, const struct json *object, const char *key,
                   const char *const *names, bool first_is_default)
{
    const char *text = json_str(object, key);
    if (r->err != GW_OK || (first_is_default && !json_has(object, key))) {
        return 0;
    }
    for (size_t i = 0; text != NULL && names[i] != NULL; i++) {
        if (strcmp(text, names[i]) == 0) {
            return i;
        }
    }
    read_wrong(r, key);
    return 0;
}

/* 17, 24-2, 18-3-2: article, paragraph, item; no leading zero. */
static bool article_ok(const char *text)
{
    for (int part = 0; part < 3; part++) {
        size_t len = strspn(text, DIGIT);
        if (len == 0 || len > (part == 0 ? 4 : 3) || text[0] == '0') {
            return false;
        }
        text += len;
        if (*text == '\0') {
            return true;
        }
        if (*text++ != '-') {
            return false;
        }
    }
    return false;
}

struct citation read_citation(struct reader *r, const struct json *object)
{
    struct citation cite = {.law = read_id(r, object, "law", FORM_SOURCE, false),
                            .article = read_text(r, object, "article", READ_NAME_BYTES, false)};
    if (cite.article != NULL && (cite.law == NULL || !article_ok(cite.article))) {
        read_wrong(r, cite.law == NULL ? "law" : "article");
    }
    return cite;
}

const struct json *read_list(struct reader *r, const struct json *object, const char *key,
                             size_t min, size_t max, size_t *n)
{
    const struct json *list = json_arr(object, key);
    *n = 0;
    if (r->err != GW_OK || (min == 0 && !json_has(object, key))) {
        return NULL;
    }
    for (const struct json *item = json_first(list); item != NULL; item = json_next(item)) {
        ++*n;
    }
    if (list == NULL || *n < min || *n > max) {
        *n = 0;
        read_wrong(r, key);
        return NULL;
    }
    return json_first(list);
}

void read_fresh(struct reader *r, const void *items, size_t size, size_t i)
{
    const char *const *name = (const void *)((const char *)items + i * size);
    for (size_t k = 0; r->err == GW_OK && k < i; k++) {
        const char *const *other = (const void *)((const char *)items + k * size);
        if (strcmp(*name, *other) == 0) {
            read_twice(r, *name);
        }
    }
}
