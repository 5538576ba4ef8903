/* Reads one tag: end, each:STEP key=value…, if:STEP.key, if:n:STEP, list:STEP.subject key=value…,
 * subject, #key, n:STEP, sum:STEP.key, STEP.key with |day, |day+#key or |work+#key. */
#include <string.h>

#include "model/notice_p.h"

#define STEP_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
#define KEY_CHARS  "abcdefghijklmnopqrstuvwxyz0123456789_"

/* Takes the longest run of chars; false when it is empty or too long. */
static bool take(const char **p, const char *chars, char out[NOTICE_NAME_MAX])
{
    size_t len = strspn(*p, chars);
    if (len == 0 || len >= NOTICE_NAME_MAX) {
        return false;
    }
    memcpy(out, *p, len);
    out[len] = '\0';
    *p += len;
    return true;
}

static bool skip(const char **p, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(*p, word, len) != 0) {
        return false;
    }
    *p += len;
    return true;
}

static bool take_value(const char **p, struct notice_tag *out)
{
    return take(p, STEP_CHARS, out->step) && skip(p, ".") && take(p, KEY_CHARS, out->key);
}

static bool take_filters(const char **p, struct notice_tag *out)
{
    while (skip(p, " ")) {
        if (out->filters_n == NOTICE_FILTERS_MAX) {
            return false;
        }
        struct notice_filter *f = &out->filters[out->filters_n++];
        if (!take(p, KEY_CHARS, f->key) || !skip(p, "=") || !take(p, STEP_CHARS, f->value)) {
            return false;
        }
    }
    return true;
}

static bool take_format(const char **p, struct notice_tag *out)
{
    if (!skip(p, "|")) {
        return true;
    }
    bool work = skip(p, "work");
    if (!work && !skip(p, "day")) {
        return false;
    }
    out->format = work ? FORMAT_WORK : FORMAT_DAY;
    return !skip(p, "+#") || take(p, KEY_CHARS, out->plus);
}

static bool take_tag(const char **p, struct notice_tag *out)
{
    if (skip(p, "each:")) {
        out->kind = TAG_EACH;
        return take(p, STEP_CHARS, out->step) && take_filters(p, out);
    }
    if (skip(p, "if:")) {
        out->kind = TAG_IF;
        return skip(p, "n:") ? take(p, STEP_CHARS, out->step) : take_value(p, out);
    }
    if (skip(p, "list:")) {
        out->kind = TAG_LIST;
        return take_value(p, out) && take_filters(p, out);
    }
    if (skip(p, "#")) {
        out->kind = TAG_NUMBER;
        return take(p, KEY_CHARS, out->key);
    }
    if (skip(p, "n:")) {
        out->kind = TAG_COUNT;
        return take(p, STEP_CHARS, out->step);
    }
    out->kind = skip(p, "sum:") ? TAG_SUM : TAG_VALUE;
    return take_value(p, out) && (out->kind == TAG_SUM || take_format(p, out));
}

bool notice_tag_read(const char *text, size_t len, struct notice_tag *out)
{
    char copy[NOTICE_TAG_MAX + 1];
    memset(out, 0, sizeof(*out));
    if (len > NOTICE_TAG_MAX) {
        return false;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    out->kind = TAG_END;
    if (strcmp(copy, "end") == 0) {
        return true;
    }
    out->kind = TAG_SUBJECT;
    if (strcmp(copy, "subject") == 0) {
        return true;
    }
    const char *p = copy;
    return take_tag(&p, out) && *p == '\0';
}
