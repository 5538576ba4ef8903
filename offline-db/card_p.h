#ifndef GW_OFFLINE_DB_CARD_P_H
#define GW_OFFLINE_DB_CARD_P_H

#include "offline-db/card.h"
#include "offline-db/odb_p.h"

/* Timeline: events of the mirror row (JSON text, may be NULL), then the own ones that it does not
 * hold yet. Contacts of the card are filled already: attempts name them. */
enum gw_err card_events(struct home *home, struct card *card, const char *events);

/* Name of a user, "" for system, the bare name of a source; safe text. */
void card_actor(struct home *home, const char *actor, char *out, size_t size);

/* Groups of a resident (JSON array of codes) as words with blanks between. Safe text. */
void group_words(const char *json, char *out, size_t size);
/* "male" and so on of a GB/T 2261.1 code; "" when not stated. */
const char *sex_word(const char *code);
/* Value as it may be shown: masked unless `open`. Safe text. */
void masked(bool open, enum gw_mask mask, const char *text, char *out, size_t size);

#endif
