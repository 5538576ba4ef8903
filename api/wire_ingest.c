/* Events of alarm sources (protocol section 8). Other people's programs write them: unknown members
 * are ignored, null is the same as absent. */
#include <string.h>

#include "api/wire.h"
#include "api/wire_p.h"

enum { EVENT_TEXT_MAX = 2000, EVENT_READINGS_MAX = 32 };

static bool absent(const struct json *object, const char *key)
{
    return !json_has(object, key) || json_is_null(object, key);
}

/* A text of 1 to max bytes. */
static bool take_text(const struct json *object, const char *key, size_t max, const char **out)
{
    *out = json_str(object, key);
    size_t len = *out ? strlen(*out) : 0;
    return len > 0 && len <= max;
}

static bool kind_ok(const char *kind)
{
    size_t len = strspn(kind, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return kind[0] >= 'a' && kind[0] <= 'z' && len <= 31 && kind[len] == '\0';
}

static bool state_ok(const char *state)
{
    return strcmp(state, "raise") == 0 || strcmp(state, "restore") == 0 ||
           strcmp(state, "present") == 0;
}

static bool number_if_there(const struct json *object, const char *key)
{
    double number = 0;
    return absent(object, key) || json_num(object, key, &number);
}

static bool reading_ok(const struct json *reading)
{
    const char *text = NULL;
    double number = 0;
    int64_t at = 0;
    return json_is_object(reading) && take_text(reading, "name", 64, &text) &&
           (json_num(reading, "value", &number) || take_text(reading, "value", 64, &text)) &&
           (absent(reading, "unit") || take_text(reading, "unit", 32, &text)) &&
           number_if_there(reading, "low") && number_if_there(reading, "high") &&
           (absent(reading, "at") || (json_int(reading, "at", &at) && at >= 0));
}

static bool readings_ok(const struct json *readings)
{
    size_t n = 0;
    for (const struct json *r = json_first(readings); r; r = json_next(r)) {
        if (++n > EVENT_READINGS_MAX || !reading_ok(r)) {
            return false;
        }
    }
    return readings != NULL;
}

/* NULL, or the member that is wrong. */
static const char *take_event(const struct json *root, struct wire_ingest *out)
{
    enum alarm_severity severity;
    if (!take_text(root, "event_id", 128, &out->event_id)) {
        return "event_id";
    }
    if (!take_text(root, "device", 128, &out->device)) {
        return "device";
    }
    if (!take_text(root, "kind", 31, &out->kind) || !kind_ok(out->kind)) {
        return "kind";
    }
    if (!absent(root, "severity") && (!take_text(root, "severity", 31, &out->severity) ||
                                      !alarm_severity_parse(out->severity, &severity))) {
        return "severity";
    }
    if (!absent(root, "state") &&
        (!take_text(root, "state", 31, &out->state) || !state_ok(out->state))) {
        return "state";
    }
    out->text = json_str(root, "text");
    if (!absent(root, "text") && (!out->text || strlen(out->text) > EVENT_TEXT_MAX)) {
        return "text";
    }
    if (!absent(root, "raised_at") &&
        (!json_int(root, "raised_at", &out->raised_at) || out->raised_at < 0)) {
        return "raised_at";
    }
    out->readings = json_arr(root, "readings");
    return absent(root, "readings") || readings_ok(out->readings) ? NULL : "readings";
}

enum gw_err wire_ingest_decode(const char *text, size_t len, struct wire_ingest *out,
                               struct json **root, const char **slug, struct gw_fail *fail)
{
    *out = (struct wire_ingest){.raised_at = -1};
    *root = NULL;
    *slug = NULL;
    enum gw_err err = json_parse(text, len, 0, root, fail);
    if (err) {
        *slug = len > JSON_LINE_MAX ? "too-large" : "bad-line";
        return err;
    }
    const char *bad = json_is_object(*root) ? take_event(*root, out) : "event_id";
    if (!bad) {
        return GW_OK;
    }
    json_free(*root);
    *root = NULL;
    *out = (struct wire_ingest){.raised_at = -1};
    *slug = "bad-event";
    return wire_bad(fail, bad);
}
