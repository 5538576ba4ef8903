/* Key input: any bytes, at any pace. What must hold: no crash, no character that is not text, at
 * most one key a byte, sequences end, and after an escape sequence that is complete the reader is
 * at rest. The first byte of the input sets the pace. Also the text field that keys go into. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "tui/form.h"
#include "tui/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct key *key)
{
    assert(key->code > GK_NONE && key->code < GK_N);
    if (key->code == GK_TEXT) {
        assert(key->cp >= 0x20 && key->cp != 0x7f && (key->cp < 0x80 || key->cp >= 0xa0));
        assert(key->cp <= 0x10ffff && (key->cp < 0xd800 || key->cp > 0xdfff));
    }
    assert(key_digit(key) >= -1 && key_digit(key) <= 9);
    assert(!key->pasted || key_command_char(key) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct text_field field;
    struct key_reader reader;
    struct pick pick;
    struct key key;
    int64_t now = 0, pace = size > 0 ? data[0] : 0;
    key_reader_init(&reader);
    text_field_init(&field, 200, "");
    pick_init(&pick, size % 23);
    for (size_t i = 1; i < size; i++) {
        now += pace;
        if (key_reader_late(&reader, now, &key)) {
            check(&key);
        }
        if (key_reader_byte(&reader, data[i], now, &key)) {
            check(&key);
            (void)text_field_key(&field, &key);
            int chosen = pick_key(&pick, &key);
            assert(chosen < (int)pick.n && pick.page <= pick.n);
            assert(field.len <= 200 && field.at <= field.len && field.text[field.len] == '\0');
            assert(gw_utf8_valid(field.text, field.len));
        }
    }
    (void)key_reader_late(&reader, now + 100000, &key);
    (void)key_reader_late(&reader, now + 200000, &key);
    assert(key_reader_deadline(&reader) == INT64_MAX);
    return 0;
}
