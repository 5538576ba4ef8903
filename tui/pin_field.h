/* Where a PIN is typed: digits come in, dots go out, and nothing of it stays behind. */
#ifndef GW_TUI_PIN_FIELD_H
#define GW_TUI_PIN_FIELD_H

#include "offline-db/pin.h"
#include "tui/draw.h"
#include "tui/keys.h"

struct pin_field {
    char digits[PIN_MAX + 1];
    size_t len;
};
void pin_field_wipe(struct pin_field *field);
/* True when the key was used up: a digit (also a full-width one) or Backspace. */
bool pin_field_key(struct pin_field *field, const struct key *key);
/* Label and dots on one row, the terminal's cursor behind them. */
void pin_field_draw(struct screen *scr, const struct pin_field *field, int row, const char *label);

#endif
