#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int exit_status;
} TABLE[] = {
    [GW_OK] = {"ok", 0},           [GW_ABSENT] = {"absent", 1},
    [GW_INVALID] = {"invalid", 2}, [GW_TOO_LARGE] = {"too_large", 2},
    [GW_REFUSED] = {"refused", 1}, [GW_DENIED] = {"denied", 3},
    [GW_AGAIN] = {"again", 5}, /* a store that stays busy is a store held by another */
    [GW_OFFLINE] = {"offline", 4}, [GW_SERVER] = {"server", 4},
    [GW_FULL] = {"full", 5},       [GW_STORE] = {"store", 5},
    [GW_HELD] = {"held", 5},       [GW_NOMEM] = {"no_memory", 70},
    [GW_BUG] = {"bug", 70},
};

enum { TABLE_N = sizeof TABLE / sizeof TABLE[0] };

/* Drops a character whose last bytes did not fit, so that the text stays well-formed. */
static void cut_at_character(char *text)
{
    size_t len = strlen(text);
    size_t lead = len;
    while (lead > 0 && len - lead < 3 && ((unsigned char)text[lead - 1] & 0xC0) == 0x80) {
        lead--;
    }
    if (lead == 0) {
        return;
    }
    unsigned char c = (unsigned char)text[lead - 1];
    size_t want = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    if (len - (lead - 1) < want) {
        text[lead - 1] = '\0';
    }
}

enum gw_err gw_fail_set(struct gw_fail *fail, enum gw_err err, const char *fmt, ...)
{
    if (!fail) {
        return err;
    }
    fail->err = err;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(fail->text, sizeof fail->text, fmt, ap);
    va_end(ap);
    if (n < 0) {
        fail->text[0] = '\0';
    } else if ((size_t)n >= sizeof fail->text) {
        cut_at_character(fail->text);
    }
    return err;
}

int gw_exit_status(enum gw_err err)
{
    return (unsigned)err < TABLE_N ? TABLE[err].exit_status : 70;
}

const char *gw_err_name(enum gw_err err)
{
    return (unsigned)err < TABLE_N ? TABLE[err].name : "unknown";
}
