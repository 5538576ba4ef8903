#include "api/json.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "api/json_p.h"
#include "api/wire_p.h"

/* struct json is a cJSON that passed json_check; nothing outside this file sees that. */
static const cJSON *in(const struct json *value)
{
    return (const cJSON *)(const void *)value;
}

static const struct json *out_of(const cJSON *item)
{
    return (const struct json *)(const void *)item;
}

enum gw_err json_parse(const char *text, size_t len, size_t max_bytes, struct json **out,
                       struct gw_fail *fail)
{
    *out = NULL;
    enum gw_err err = json_check(text, len, max_bytes ? max_bytes : JSON_LINE_MAX, fail);
    if (err) {
        return err;
    }
    cJSON *item = cJSON_ParseWithLength(text, len);
    if (!item) {
        return strict_fail(fail, STRICT_MEMORY, 0); /* the text is good: only memory is left */
    }
    *out = (struct json *)(void *)item;
    return GW_OK;
}

void json_free(struct json *root)
{
    cJSON_Delete((cJSON *)(void *)root);
}

static const cJSON *member(const struct json *object, const char *key)
{
    if (!object || !cJSON_IsObject(in(object))) {
        return NULL;
    }
    const cJSON *item = in(object)->child;
    while (item && strcmp(item->string, key) != 0) {
        item = item->next;
    }
    return item;
}

bool json_has(const struct json *object, const char *key)
{
    return member(object, key) != NULL;
}

const char *json_str(const struct json *object, const char *key)
{
    return json_text(out_of(member(object, key)));
}

bool json_int(const struct json *object, const char *key, int64_t *out)
{
    return json_as_int(out_of(member(object, key)), out);
}

bool json_num(const struct json *object, const char *key, double *out)
{
    return json_as_num(out_of(member(object, key)), out);
}

bool json_bool(const struct json *object, const char *key, bool *out)
{
    return json_as_bool(out_of(member(object, key)), out);
}

bool json_is_null(const struct json *object, const char *key)
{
    return cJSON_IsNull(member(object, key));
}

const struct json *json_obj(const struct json *object, const char *key)
{
    const cJSON *item = member(object, key);
    return cJSON_IsObject(item) ? out_of(item) : NULL;
}

const struct json *json_arr(const struct json *object, const char *key)
{
    const cJSON *item = member(object, key);
    return cJSON_IsArray(item) ? out_of(item) : NULL;
}

bool json_is_object(const struct json *value)
{
    return cJSON_IsObject(in(value));
}

bool json_is_array(const struct json *value)
{
    return cJSON_IsArray(in(value));
}

const struct json *json_first(const struct json *container)
{
    bool holds = json_is_object(container) || json_is_array(container);
    return holds ? out_of(in(container)->child) : NULL;
}

const struct json *json_next(const struct json *child)
{
    return child ? out_of(in(child)->next) : NULL;
}

const char *json_key(const struct json *child)
{
    return child ? in(child)->string : NULL;
}

const char *json_text(const struct json *string)
{
    return cJSON_IsString(in(string)) ? in(string)->valuestring : NULL;
}

bool json_as_int(const struct json *value, int64_t *out)
{
    double real = 0;
    if (!json_as_num(value, &real) || fabs(real) > (double)STRICT_INT_MAX || real != trunc(real)) {
        return false;
    }
    *out = (int64_t)real;
    return true;
}

bool json_as_num(const struct json *value, double *out)
{
    if (!cJSON_IsNumber(in(value))) {
        return false;
    }
    *out = in(value)->valuedouble;
    return true;
}

bool json_as_bool(const struct json *value, bool *out)
{
    if (!cJSON_IsBool(in(value))) {
        return false;
    }
    *out = cJSON_IsTrue(in(value));
    return true;
}

/* Own printer: cJSON writes large integers with an exponent. Depth was checked when it was read. */
static void print_value(struct jw *w, const char *key, const cJSON *item)
{
    if (cJSON_IsObject(item) || cJSON_IsArray(item)) {
        bool object = cJSON_IsObject(item);
        (object ? jw_obj : jw_arr)(w, key);
        for (const cJSON *child = item->child; child; child = child->next) {
            print_value(w, object ? child->string : NULL, child);
        }
        (object ? jw_obj_end : jw_arr_end)(w);
    } else if (cJSON_IsString(item)) {
        jw_str(w, key, item->valuestring);
    } else if (cJSON_IsNumber(item)) {
        jw_num(w, key, item->valuedouble);
    } else if (cJSON_IsBool(item)) {
        jw_bool(w, key, cJSON_IsTrue(item));
    } else {
        jw_null(w, key);
    }
}

enum gw_err json_print(const struct json *value, struct gw_buf *out)
{
    struct jw w;
    assert(value);
    jw_begin(&w, out);
    print_value(&w, NULL, in(value));
    return jw_end(&w);
}

const char *wire_keep(struct json *root, const struct json *value)
{
    struct gw_buf text;
    gw_buf_init(&text, 2 * JSON_LINE_MAX);
    cJSON *kept = NULL;
    if (json_print(value, &text) == GW_OK) {
        /* Nobody asks for this name; the text is reached through the pointer only. */
        kept = cJSON_AddStringToObject((cJSON *)(void *)root, "\x01", gw_buf_str(&text));
    }
    gw_buf_free(&text);
    return kept ? kept->valuestring : NULL;
}

const char *json_version(void)
{
    return cJSON_Version();
}

void jw_others(struct jw *w, const struct json *object, const char *const *but)
{
    for (const struct json *m = json_first(object); m; m = json_next(m)) {
        size_t i = 0;
        while (but[i] && strcmp(but[i], json_key(m)) != 0) {
            i++;
        }
        if (!but[i]) {
            print_value(w, json_key(m), in(m));
        }
    }
}
