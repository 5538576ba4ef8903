#include <string.h>

#include "dispatchd/core_p.h"

static int hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool decode(const char *text, size_t len, char *out, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= len || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) {
                return false;
            }
            c = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        }
        if (c == '\0' || n + 1 >= size) {
            return false;
        }
        out[n++] = c;
    }
    out[n] = '\0';
    return true;
}

static const char *known(const char *name, size_t len, const char *const *allowed)
{
    for (; allowed && *allowed; allowed++) {
        if (strlen(*allowed) == len && memcmp(*allowed, name, len) == 0) {
            return *allowed;
        }
    }
    return NULL;
}

enum gw_err query_parse(const char *text, const char *const *allowed, struct query *out)
{
    out->n = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, "&");
        const char *equal = memchr(text, '=', len);
        const char *name = equal ? known(text, (size_t)(equal - text), allowed) : NULL;
        if (!name || query_get(out, name) || out->n == 8 ||
            !decode(equal + 1, (size_t)(text + len - equal - 1), out->part[out->n].value,
                    sizeof out->part[0].value)) {
            return GW_INVALID;
        }
        out->part[out->n++].name = name;
        text += len;
        if (*text == '&' && *++text == '\0') {
            return GW_INVALID; /* nothing after the last & */
        }
    }
    return GW_OK;
}

const char *query_get(const struct query *query, const char *name)
{
    for (size_t i = 0; i < query->n; i++) {
        if (strcmp(query->part[i].name, name) == 0) {
            return query->part[i].value;
        }
    }
    return NULL;
}

bool query_int(const struct query *query, const char *name, int64_t dflt, int64_t *out)
{
    const char *text = query_get(query, name);
    *out = dflt;
    if (!text) {
        return true;
    }
    size_t len = strlen(text);
    if (len == 0 || len > 15 || strspn(text, "0123456789") != len) {
        return false;
    }
    int64_t value = 0;
    for (; *text != '\0'; text++) {
        value = value * 10 + (*text - '0');
    }
    *out = value;
    return true;
}
