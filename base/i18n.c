#include "base/i18n.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fsutil.h"

static const char DOMAIN[] = "gridward";

/* glibc's counter of catalogue changes: gettext forgets what it looked up when it moves. It is the
 * documented way to change LANGUAGE in a running program (gettext manual, "Being a gettext grok").
 */
extern int _nl_msg_cat_cntr;

static enum gw_lang current = GW_LANG_ZH;

enum { KNOWN = 1024 }; /* a power of two */

/* Part of the language: what was looked up in it, by address of the English. */
static struct known {
    const char *text, *found;
} known[KNOWN];

enum named { NAMES_NOTHING, NAMES_ZH, NAMES_EN, NAMES_OTHER };

static bool has_code(const char *name, const char *code)
{
    size_t n = strlen(code);
    return strncasecmp(name, code, n) == 0 && strchr("_-.@:", name[n]) != NULL;
}

/* What one locale name (zh_CN.UTF-8, en, C.UTF-8, ...) says about the language. */
static enum named read_name(const char *name)
{
    if (!name || !*name || *name == ':' || has_code(name, "C") || has_code(name, "POSIX")) {
        return NAMES_NOTHING;
    }
    return has_code(name, "zh") ? NAMES_ZH : has_code(name, "en") ? NAMES_EN : NAMES_OTHER;
}

/* LANGUAGE is a list by priority; the first entry that we speak decides. */
static enum named read_list(const char *list)
{
    enum named found = NAMES_NOTHING;
    while (list && *list) {
        enum named one = read_name(list);
        if (one == NAMES_ZH || one == NAMES_EN) {
            return one;
        }
        found = one == NAMES_OTHER ? one : found;
        list = strchr(list, ':');
        list += list ? 1 : 0;
    }
    return found;
}

static const char *locale_variable(void)
{
    static const char *const NAMES[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        const char *value = getenv(NAMES[i]);
        if (value && *value) {
            return value;
        }
    }
    return NULL;
}

static enum gw_lang choose(const char *arg)
{
    enum named said = read_name(arg);
    if (said == NAMES_NOTHING) {
        said = read_list(getenv("LANGUAGE"));
    }
    if (said == NAMES_NOTHING) {
        said = read_name(locale_variable());
    }
    /* Who names a third language reads English more likely than Chinese. */
    return said == NAMES_NOTHING || said == NAMES_ZH ? GW_LANG_ZH : GW_LANG_EN;
}

static bool try_locale(const char *name)
{
    /* gettext never translates in the C locale, so both categories must leave it. Numbers stay in
     * the C locale: what we write is read by programs. */
    return setlocale(LC_CTYPE, name) && strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0 &&
           setlocale(LC_MESSAGES, name) && strcmp(setlocale(LC_MESSAGES, NULL), "C") != 0 &&
           strcmp(setlocale(LC_MESSAGES, NULL), "POSIX") != 0;
}

static void set_utf8_locale(void)
{
    static const char *const NAMES[] = {"", "C.UTF-8", "zh_CN.UTF-8", "en_US.UTF-8"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (try_locale(NAMES[i])) {
            return;
        }
    }
}

static void bind_catalogue(void)
{
    char beside[PATH_MAX];
    const char *dir = getenv("GRIDWARD_LOCALEDIR");
    if (!dir || !*dir) {
        dir = gw_own_path(beside, sizeof beside, "build/locale", GW_LOCALEDIR) == GW_OK
                  ? beside
                  : GW_LOCALEDIR;
    }
    /* These fail for lack of memory only; then messages stay English. */
    (void)bindtextdomain(DOMAIN, dir);
    (void)bind_textdomain_codeset(DOMAIN, "UTF-8");
    (void)textdomain(DOMAIN);
}

const char *gw_i18n_text(const char *text)
{
    uintptr_t mixed = (uintptr_t)text * UINT64_C(0x9E3779B97F4A7C15);
    struct known *place = &known[mixed >> 40 & (KNOWN - 1)];
    if (place->text != text) {
        place->found = gettext(text);
        place->text = text;
    }
    return place->found;
}

void gw_i18n_set(enum gw_lang lang)
{
    current = lang;
    memset(known, 0, sizeof known);
    /* LANGUAGE=zh does not find a zh_CN catalogue, so the full name. */
    (void)setenv("LANGUAGE", lang == GW_LANG_ZH ? "zh_CN" : "en", 1);
    _nl_msg_cat_cntr++;
}

enum gw_lang gw_i18n_init(const char *arg)
{
    enum gw_lang lang = choose(arg);
    set_utf8_locale();
    bind_catalogue();
    gw_i18n_set(lang);
    return lang;
}

enum gw_lang gw_i18n_lang(void)
{
    return current;
}
