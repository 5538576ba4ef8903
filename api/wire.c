/* Cursors, and what all codecs share. */
#include "api/wire.h"

#include <stdio.h>
#include <string.h>

#include "api/strict_p.h"
#include "api/wire_p.h"
#include "base/i18n.h"

enum gw_err wire_bad(struct gw_fail *fail, const char *member)
{
    return gw_fail_set(fail, GW_INVALID,
                       _("The member \"%s\" is missing or has a wrong form."), member);
}

bool wire_is_hash(const char *text)
{
    return text && strspn(text, "0123456789abcdef") == GW_HASH_HEX && text[GW_HASH_HEX] == '\0';
}

bool wire_copy(char *out, size_t size, const char *text, size_t len)
{
    if (!text || len >= size) {
        return false;
    }
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}

bool wire_copy_z(char *out, size_t size, const char *text)
{
    return text && wire_copy(out, size, text, strlen(text));
}

bool wire_take(const struct json *object, const char *key, char *out, size_t size)
{
    return wire_copy_z(out, size, json_str(object, key));
}

static bool epoch_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

bool wire_cursor_parse(const char *text, struct wire_cursor *out)
{
    struct wire_cursor cursor = {.seq = 0};
    size_t n = 0;
    while (epoch_char(text[n])) {
        n++;
    }
    if (n == 0 || text[n] != '.' || !wire_copy(cursor.epoch, sizeof cursor.epoch, text, n)) {
        return false;
    }
    const char *digits = text + n + 1;
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || count > 16 || digits[count] != '\0') {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        cursor.seq = cursor.seq * 10 + (digits[i] - '0');
    }
    if (cursor.seq > STRICT_INT_MAX) {
        return false;
    }
    *out = cursor;
    return true;
}

void wire_cursor_print(const struct wire_cursor *cursor, char out[96])
{
    (void)snprintf(out, 96, "%s.%lld", cursor->epoch, (long long)cursor->seq); /* 63 + 1 + 20 */
}
