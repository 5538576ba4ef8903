#include "tui/pin_field.h"

#include "base/crypto.h"

void pin_field_wipe(struct pin_field *field)
{
    gw_wipe(field, sizeof(*field));
}

bool pin_field_key(struct pin_field *field, const struct key *key)
{
    int digit = key_digit(key);
    if (key->code == GK_BACKSPACE) {
        field->len -= field->len > 0 ? 1 : 0;
        field->digits[field->len] = '\0';
        return true;
    }
    if (digit >= 0 && field->len < PIN_MAX) {
        field->digits[field->len++] = (char)('0' + digit);
        field->digits[field->len] = '\0';
    }
    return digit >= 0;
}

void pin_field_draw(struct screen *scr, const struct pin_field *field, int row, const char *label)
{
    char dots[PIN_MAX + 1];
    for (size_t i = 0; i < field->len; i++) {
        dots[i] = '*';
    }
    dots[field->len] = '\0';
    screen_row(scr, row);
    screen_put(scr, P_CURSOR, ">");
    screen_put(scr, P_BOLD, label);
    int at = screen_at(scr);
    screen_field(scr, P_FIELD, dots, PIN_MAX);
    (void)screen_row_end(scr, P_TEXT);
    screen_cursor(scr, row, at + (int)field->len, true);
}
