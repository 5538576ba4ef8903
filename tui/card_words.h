/* The card's lines as text. out is NUL-terminated, "" when there is nothing to say. */
#ifndef GW_TUI_CARD_WORDS_H
#define GW_TUI_CARD_WORDS_H

#include "tui/tui_p.h"

/* `正在联系：本人 ✗未接 · 女儿 振铃 · 您 · 03:17 转网格长`; how it is to be painted. */
enum paint card_words_called(const struct tui *tui, const struct card *card, char *out,
                             size_t size);
/* `03:12 李网格长已接手，您的记录已留存，不用再做` */
void card_words_verdict(const struct tui *tui, const struct card *card, const char *code, char *out,
                        size_t size);
void card_words_closed(const struct card *card, char *out, size_t size);
void card_words_person(const struct card *card, char *out, size_t size);
/* How to talk with the resident: hearing, dialect. */
void card_words_talk(const struct card *card, char *out, size_t size);
void card_words_helpers(const struct card *card, char *out, size_t size);
void card_words_readings(const struct card *card, char *out, size_t size);
void card_words_device(const struct tui *tui, const struct card *card, char *out, size_t size);
void card_words_event(const struct tui *tui, const struct card_event *event, char *out,
                      size_t size);
void card_words_past(const struct card *card, char *out, size_t size);

#endif
