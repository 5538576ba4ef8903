/* problem+json (RFC 9457). */
#include <string.h>

#include "api/wire.h"
#include "api/wire_p.h"
#include "base/utf8.h"

#define URN "urn:gridward:problem:"

enum gw_err wire_problem_encode(const struct wire_problem *problem, struct gw_buf *out)
{
    char type[sizeof URN + sizeof problem->slug];
    struct jw w;
    memcpy(type, URN, sizeof URN);
    strcat(type, problem->slug); /* fits: both sizes are in `type` */
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "type", problem->slug[0] ? type : "about:blank");
    jw_str(&w, "title", problem->title);
    jw_int(&w, "status", problem->status);
    if (problem->detail[0] != '\0') {
        jw_str(&w, "detail", problem->detail);
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

/* Words for a log from who knows whom: what does not fit is left away, at a character's end. */
static void copy_words(char *out, size_t size, const char *text)
{
    const char *end = text ? text + strlen(text) : NULL;
    const char *at = text;
    const char *fits = text;
    while (at < end) {
        (void)gw_utf8_next(&at, end);
        if ((size_t)(at - text) >= size) {
            break;
        }
        fits = at;
    }
    size_t len = text ? (size_t)(fits - text) : 0;
    memcpy(out, text ? text : "", len);
    out[len] = '\0';
}

static bool slug_ok(const char *slug)
{
    return *slug != '\0' && slug[strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

bool wire_problem_decode(const char *text, size_t len, struct wire_problem *out)
{
    struct json *root = NULL;
    int64_t status = 0;
    *out = (struct wire_problem){.status = 0};
    if (json_parse(text, len, 0, &root, NULL) || !json_is_object(root)) {
        json_free(root);
        return false;
    }
    const char *type = json_str(root, "type");
    if (type && strncmp(type, URN, sizeof URN - 1) == 0 && slug_ok(type + sizeof URN - 1)) {
        (void)wire_copy_z(out->slug, sizeof out->slug, type + sizeof URN - 1); /* else stays "" */
    }
    if (json_int(root, "status", &status) && status >= 100 && status <= 599) {
        out->status = (int)status;
    }
    copy_words(out->title, sizeof out->title, json_str(root, "title"));
    copy_words(out->detail, sizeof out->detail, json_str(root, "detail"));
    json_free(root);
    return true;
}
