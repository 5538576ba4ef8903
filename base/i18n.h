/* Chinese first, English complete. Sources hold English sentences in _(); po/ holds Chinese.
 * Language: --lang, then LANGUAGE or a locale that names one; unset, C and POSIX say nothing, so
 * Chinese. GRIDWARD_LOCALEDIR overrides where catalogues lie (the build tree uses it). */
#ifndef GW_BASE_I18N_H
#define GW_BASE_I18N_H

#include <libintl.h>
#include <stdbool.h>

#define _(text)  gw_i18n_text(text)
#define N_(text) text

enum gw_lang { GW_LANG_ZH, GW_LANG_EN };

/* gettext() that remembers by address what it looked up, for a screen asks for the same few hundred
 * sentences all the time: text must be a literal or live as long as the program. The answer stays
 * valid until the language changes. */
const char *gw_i18n_text(const char *text) __attribute__((format_arg(1)));

/* Sets a UTF-8 locale (C.UTF-8 when the machine has no better), binds the catalogue beside the
 * program (exe dir/build/locale, then prefix/share/locale), picks the language. arg may be NULL. */
enum gw_lang gw_i18n_init(const char *arg);
enum gw_lang gw_i18n_lang(void);
/* Switches the language of a running program (the Linux console has no Han glyphs). */
void gw_i18n_set(enum gw_lang lang);

#endif
