#include "base/config.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/text_safe.h"
#include "base/utf8.h"

enum { FILE_MAX_BYTES = 65536, NAME_MAX_BYTES = 96, PLACE_MAX_BYTES = 256 };

struct value {
    char *text; /* owned */
    int64_t number;
};

struct gw_config {
    const struct gw_setting *table; /* borrowed */
    size_t n;
    struct value *values; /* owned, one per row of the table */
};

/* ---- one value */

static bool parse_int(const char *text, int64_t *out, const char **rest)
{
    char *end = NULL;
    if (*text != '-' && (*text < '0' || *text > '9')) {
        return false;
    }
    errno = 0;
    long long value = strtoll(text, &end, 10);
    *out = value;
    *rest = end;
    return errno == 0 && end != text;
}

static bool parse_ms(const char *text, int64_t *out)
{
    static const struct {
        const char *suffix;
        int64_t ms;
    } UNITS[] = {{"", 1},          {"ms", 1},          {"s", 1000},
                 {"m", 60 * 1000}, {"h", 3600 * 1000}, {"d", 24 * 3600 * 1000}};
    const char *rest = NULL;
    int64_t value = 0;
    if (!parse_int(text, &value, &rest)) {
        return false;
    }
    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (strcmp(rest, UNITS[i].suffix) == 0) {
            return !__builtin_mul_overflow(value, UNITS[i].ms, out);
        }
    }
    return false;
}

static bool parse_bool(const char *text, int64_t *out)
{
    static const char *const WORDS[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (strcasecmp(text, WORDS[i]) == 0) {
            *out = (int64_t)(i % 2);
            return true;
        }
    }
    return false;
}

static bool parse(const struct gw_setting *row, const char *text, int64_t *out)
{
    const char *rest = "";
    bool ok = false;
    *out = 0;
    switch (row->kind) {
    case GW_SET_TEXT:
        return gw_utf8_valid(text, strlen(text));
    case GW_SET_BOOL:
        return parse_bool(text, out);
    case GW_SET_INT:
        ok = parse_int(text, out, &rest) && *rest == '\0';
        break;
    case GW_SET_MS:
        ok = parse_ms(text, out);
        break;
    }
    bool limited = row->min != 0 || row->max != 0;
    return ok && (!limited || (*out >= row->min && *out <= row->max));
}

static enum gw_err say_bad_value(const struct gw_setting *row, const char *place, const char *text,
                                 struct gw_fail *fail)
{
    char shown[80];
    (void)gw_text_safe_z(shown, sizeof shown, text);
    switch (row->kind) {
    case GW_SET_TEXT:
        return gw_fail_set(
            fail, GW_INVALID,
            _("%s: the value of %s is not valid UTF-8 text. Correct it, or remove it "
              "for the default."),
            place, row->name);
    case GW_SET_BOOL:
        return gw_fail_set(fail, GW_INVALID,
                           _("%s: %s cannot be \"%s\". Write yes or no, or remove it for the "
                             "default (%s)."),
                           place, row->name, shown, row->dflt);
    case GW_SET_INT:
        return gw_fail_set(fail, GW_INVALID,
                           _("%s: %s cannot be \"%s\". Write a whole number from %lld to %lld, or "
                             "remove it for the default (%s)."),
                           place, row->name, shown, (long long)row->min, (long long)row->max,
                           row->dflt);
    case GW_SET_MS:
        break;
    }
    return gw_fail_set(fail, GW_INVALID,
                       _("%s: %s cannot be \"%s\". Write a time such as 250ms, 40s, 5m, 1h or 180d "
                         "from %lld to %lld milliseconds, or remove it for the default (%s)."),
                       place, row->name, shown, (long long)row->min, (long long)row->max,
                       row->dflt);
}

static enum gw_err store(struct gw_config *cfg, size_t i, const char *place, const char *text,
                         struct gw_fail *fail)
{
    int64_t number = 0;
    if (!parse(&cfg->table[i], text, &number)) {
        return say_bad_value(&cfg->table[i], place, text, fail);
    }
    char *copy = strdup(text);
    if (!copy) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    free(cfg->values[i].text);
    cfg->values[i] = (struct value){copy, number};
    return GW_OK;
}

static size_t find(const struct gw_config *cfg, const char *name)
{
    size_t i = 0;
    while (i < cfg->n && strcmp(cfg->table[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* ---- the file. inih gives no line numbers as Debian builds it, and cuts long lines in pieces, so
 * the lines are handed to it one by one. */

struct reading {
    struct gw_config *cfg;
    const char *path;
    const char *at; /* rest of the text */
    int line;
    enum gw_err err; /* the first trouble; its sentence is in fail */
    struct gw_fail *fail;
};

static const char *place_of(const struct reading *reading, char out[PLACE_MAX_BYTES])
{
    (void)snprintf(out, PLACE_MAX_BYTES, _("%s, line %d"), reading->path, reading->line);
    return out;
}

/* fgets for inih: one line, without leading blanks (inih would take an indented line as the
 * continuation of the value before it). */
static char *next_line(char *line, int size, void *stream)
{
    struct reading *reading = stream;
    if (reading->err || *reading->at == '\0') {
        return NULL;
    }
    reading->line++;
    reading->at += strspn(reading->at, " \t");
    size_t len = strcspn(reading->at, "\n");
    if (len + 2 > (size_t)size) {
        char place[PLACE_MAX_BYTES];
        reading->err = gw_fail_set(reading->fail, GW_INVALID,
                                   _("%s: the line is longer than %d bytes. Shorten it."),
                                   place_of(reading, place), size - 2);
        return NULL;
    }
    memcpy(line, reading->at, len);
    memcpy(line + len, "\n", 2);
    reading->at += len + (reading->at[len] == '\n');
    return line;
}

static int take_pair(void *user, const char *section, const char *key, const char *value)
{
    struct reading *reading = user;
    char name[NAME_MAX_BYTES];
    char place[PLACE_MAX_BYTES];
    if (reading->err) {
        return 0;
    }
    int n = snprintf(name, sizeof name, "%s%s%s", section, *section ? "." : "", key);
    size_t i = n > 0 && (size_t)n < sizeof name ? find(reading->cfg, name) : reading->cfg->n;
    if (i == reading->cfg->n) {
        char shown[NAME_MAX_BYTES];
        reading->err =
            gw_fail_set(reading->fail, GW_INVALID,
                        _("%s: there is no setting \"%s\". Correct the name or remove "
                          "the line; the manual page lists all settings."),
                        place_of(reading, place), gw_text_safe_z(shown, sizeof shown, name));
        return 0;
    }
    reading->err = store(reading->cfg, i, place_of(reading, place), value, reading->fail);
    return reading->err == GW_OK;
}

static enum gw_err parse_file(struct reading *reading)
{
    int rc = ini_parse_stream(next_line, reading, take_pair, reading);
    bool earlier = rc > 0 && rc < reading->line; /* a line before the one that we refused */
    if (rc == 0 || (reading->err && !earlier)) {
        return reading->err;
    }
    if (rc < 0) {
        return gw_fail_set(reading->fail, GW_NOMEM,
                           _("There is no memory left. Close other programs."));
    }
    char place[PLACE_MAX_BYTES];
    reading->line = rc;
    return gw_fail_set(
        reading->fail, GW_INVALID,
        _("%s: this is neither \"[section]\" nor \"key = value\". Correct the line."),
        place_of(reading, place));
}

static enum gw_err read_file(struct gw_config *cfg, const char *path, struct gw_fail *fail)
{
    struct gw_buf text;
    gw_buf_init(&text, FILE_MAX_BYTES);
    enum gw_err err = gw_file_read(path, &text, fail);
    if (!err) {
        struct reading reading = {cfg, path, gw_buf_str(&text), 0, GW_OK, fail};
        err = parse_file(&reading);
    } else if (err == GW_ABSENT) {
        err = GW_OK;
    }
    gw_buf_free(&text);
    return err;
}

/* ---- the environment */

static void variable_name(const char *name, char out[NAME_MAX_BYTES])
{
    static const char PREFIX[] = "GRIDWARD_";
    assert(strlen(name) + sizeof PREFIX <= NAME_MAX_BYTES);
    memcpy(out, PREFIX, sizeof PREFIX);
    char *at = out + sizeof PREFIX - 1;
    for (; *name; name++) {
        char c = *name;
        *at++ = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c == '.' || c == '-' ? '_' : c;
    }
    *at = '\0';
}

static enum gw_err read_environment(struct gw_config *cfg, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < cfg->n && !err; i++) {
        char variable[NAME_MAX_BYTES];
        variable_name(cfg->table[i].name, variable);
        const char *text = getenv(variable);
        if (text && *text) {
            err = store(cfg, i, variable, text, fail);
        }
    }
    return err;
}

/* ---- the whole */

static enum gw_err read_defaults(struct gw_config *cfg, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < cfg->n && !err; i++) {
        err = store(cfg, i, "default", cfg->table[i].dflt, fail);
        assert(err != GW_INVALID); /* our own table */
    }
    return err;
}

enum gw_err gw_config_load(const struct gw_setting *table, size_t n, const char *path,
                           struct gw_config **out, struct gw_fail *fail)
{
    *out = NULL;
    struct gw_config *cfg = calloc(1, sizeof *cfg);
    struct value *values = calloc(n + 1, sizeof *values);
    if (!cfg || !values) {
        free(cfg);
        free(values);
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    *cfg = (struct gw_config){table, n, values};
    enum gw_err err = read_defaults(cfg, fail);
    if (!err && path) {
        err = read_file(cfg, path, fail);
    }
    err = err ? err : read_environment(cfg, fail);
    if (err) {
        gw_config_free(cfg);
        return err;
    }
    if (fail) {
        *fail = (struct gw_fail){0}; /* a missing file left its sentence */
    }
    *out = cfg;
    return GW_OK;
}

void gw_config_free(struct gw_config *cfg)
{
    if (!cfg) {
        return;
    }
    for (size_t i = 0; i < cfg->n; i++) {
        free(cfg->values[i].text);
    }
    free(cfg->values);
    free(cfg);
}

int64_t gw_config_int(const struct gw_config *cfg, const char *name)
{
    size_t i = find(cfg, name);
    assert(i < cfg->n && cfg->table[i].kind != GW_SET_TEXT);
    return cfg->values[i].number;
}

const char *gw_config_text(const struct gw_config *cfg, const char *name)
{
    size_t i = find(cfg, name);
    assert(i < cfg->n);
    return cfg->values[i].text;
}
