#include "tui/keys.h"

#include <string.h>

#include "base/utf8.h"

enum { SEQUENCE_MAX = 64, STALLED_MS = 1000 };

void key_reader_init(struct key_reader *reader)
{
    memset(reader, 0, sizeof(*reader));
    reader->lone_at = INT64_MIN;
}

static bool give(struct key_reader *r, enum key_code code, struct key *out)
{
    r->state = KS_GROUND;
    if (code == GK_NONE || r->late) {
        r->late = false;
        return false;
    }
    *out = (struct key){.code = code, .pasted = r->paste};
    return true;
}

static bool give_text(struct key_reader *r, uint32_t cp, struct key *out)
{
    bool done = give(r, GK_TEXT, out);
    out->cp = cp;
    return done;
}

static void begin_args(struct key_reader *r, int state)
{
    r->state = state;
    memset(r->args, 0, sizeof(r->args));
    r->args_n = 0;
    r->digit = false;
    r->private_mark = false;
}

/* Letters after CSI and SS3 mean the same: arrows, Home, End, F1-F4. */
static enum key_code letter_key(uint8_t final)
{
    static const struct {
        char final;
        enum key_code code;
    } rows[] = {{'A', GK_UP},  {'B', GK_DOWN}, {'C', GK_RIGHT},  {'D', GK_LEFT},
                {'F', GK_END}, {'H', GK_HOME}, {'P', GK_F1},     {'Q', GK_F2},
                {'R', GK_F3},  {'S', GK_F4},   {'Z', GK_BACKTAB}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].final == (char) final) {
            return rows[i].code;
        }
    }
    return GK_NONE;
}

static enum key_code tilde_key(int number)
{
    static const struct {
        int number;
        enum key_code code;
    } rows[] = {{1, GK_HOME}, {2, GK_INSERT}, {3, GK_DELETE}, {4, GK_END},  {5, GK_PGUP},
                {6, GK_PGDN}, {7, GK_HOME},   {8, GK_END},    {11, GK_F1},  {12, GK_F2},
                {13, GK_F3},  {14, GK_F4},    {15, GK_F5},    {17, GK_F6},  {18, GK_F7},
                {19, GK_F8},  {20, GK_F9},    {21, GK_F10},   {23, GK_F11}, {24, GK_F12}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].number == number) {
            return rows[i].code;
        }
    }
    return GK_NONE;
}

/* Shift, Alt, Ctrl make another key, which we do not have; Caps Lock and Num Lock do not. */
static bool plain(int modifiers)
{
    return modifiers == 0 || ((modifiers - 1) & ~(64 | 128)) == 0;
}

static bool end_csi(struct key_reader *r, uint8_t final, struct key *out)
{
    int first = r->args[0];
    size_t n = r->digit || r->args_n > 0 ? r->args_n + 1 : 0;
    if (r->private_mark) {
        return give(r, GK_NONE, out);
    }
    if (final == '~' && (first == 200 || first == 201)) {
        r->paste = first == 200;
        return give(r, GK_NONE, out);
    }
    if (final == 'R' && n == 2) {
        bool done = give(r, GK_CURSOR_REPORT, out);
        out->row = first;
        out->col = r->args[1];
        return done;
    }
    if (!plain(n > 1 ? r->args[1] : 0) || n > 2) {
        return give(r, GK_NONE, out);
    }
    return give(r, final == '~' ? tilde_key(first) : letter_key(final), out);
}

static void csi_digit(struct key_reader *r, uint8_t byte)
{
    int *arg = &r->args[r->args_n];
    r->digit = true;
    *arg = *arg > 9999 ? *arg : *arg * 10 + (byte - '0');
}

static bool on_csi(struct key_reader *r, uint8_t byte, struct key *out)
{
    if (byte == '[' && !r->digit && r->args_n == 0 && !r->private_mark) {
        r->state = KS_LINUX;
    } else if (byte >= '0' && byte <= '9') {
        csi_digit(r, byte);
    } else if (byte == ';' || byte == ':') {
        r->private_mark |= byte == ':' || r->args_n + 1 >= sizeof(r->args) / sizeof(r->args[0]);
        r->args_n += r->private_mark ? 0 : 1;
    } else if (byte >= 0x40 && byte <= 0x7e) {
        return end_csi(r, byte, out);
    } else if (byte >= 0x20 && byte < 0x40) {
        r->private_mark = true;
    } else {
        return give(r, GK_NONE, out); /* a control byte ends a broken sequence */
    }
    return false;
}

static bool on_ss3(struct key_reader *r, uint8_t byte, struct key *out)
{
    static const char keypad[] = "*+,-./0123456789"; /* j..y in application mode */
    if (byte == 'M') {
        return give(r, GK_ENTER, out);
    }
    if (byte >= 'j' && byte <= 'y') {
        return give_text(r, (uint32_t)keypad[byte - 'j'], out);
    }
    if (byte >= 'T' && byte <= 'Y') { /* VT100+ F5-F10 */
        return give(r, (enum key_code)(GK_F5 + (byte - 'T')), out);
    }
    return give(r, letter_key(byte), out);
}

static bool on_esc(struct key_reader *r, uint8_t byte, int64_t now, struct key *out)
{
    switch (byte) {
    case '[':
        begin_args(r, KS_CSI);
        return false;
    case 'O':
        begin_args(r, KS_SS3);
        return false;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
        r->state = KS_STRING;
        return false;
    case 0x1b: /* two in a row: the first stood alone */
        (void)give(r, GK_ESC, out);
        r->state = KS_ESC;
        r->esc_at = now;
        r->run = 1;
        return out->code == GK_ESC;
    default: /* Alt and a key: not ours, and not the key alone either */
        return give(r, GK_NONE, out);
    }
}

static bool on_string(struct key_reader *r, uint8_t byte, struct key *out)
{
    if (byte == 0x07 || byte == 0x18 || byte == 0x1a ||
        (r->state == KS_STRING_ESC && byte == '\\')) {
        return give(r, GK_NONE, out);
    }
    r->state = byte == 0x1b ? KS_STRING_ESC : KS_STRING;
    r->run = 1; /* strings may be long; they end, or stall and are forgotten */
    return false;
}

static bool on_control(struct key_reader *r, uint8_t byte, struct key *out)
{
    switch (byte) {
    case '\r':
    case '\n':
        return give(r, GK_ENTER, out);
    case '\t':
        return give(r, GK_TAB, out);
    case 0x08:
    case 0x7f:
        return give(r, GK_BACKSPACE, out);
    case 0:
        return give(r, GK_NONE, out);
    default:
        if (byte > 26) {
            return give(r, GK_NONE, out);
        }
        bool done = give(r, GK_CTRL, out);
        out->cp = (uint32_t)('a' + byte - 1);
        return done;
    }
}

static bool begin_utf8(struct key_reader *r, uint8_t byte, struct key *out)
{
    size_t want = byte >= 0xc2 && byte <= 0xdf   ? 2
                  : byte >= 0xe0 && byte <= 0xef ? 3
                  : byte >= 0xf0 && byte <= 0xf4 ? 4
                                                 : 0;
    if (want == 0) {
        return give(r, GK_NONE, out);
    }
    r->state = KS_UTF8;
    r->utf8[0] = byte;
    r->utf8_n = 1;
    r->utf8_want = want;
    return false;
}

static bool on_ground(struct key_reader *r, uint8_t byte, int64_t now, struct key *out)
{
    /* The rest of a sequence whose ESC a slow line parted from it: "[12~" must not become digits.
     */
    if (r->lone_at != INT64_MIN && now - r->lone_at < KEY_LATE_MS && (byte == '[' || byte == 'O')) {
        r->late = true;
        r->run = 1;
        r->esc_at = now;
        begin_args(r, byte == '[' ? KS_CSI : KS_SS3);
        r->lone_at = INT64_MIN;
        return false;
    }
    r->lone_at = INT64_MIN;
    if (byte == 0x1b) {
        r->state = KS_ESC;
        r->esc_at = now;
        r->run = 1;
        return false;
    }
    if (byte < 0x20 || byte == 0x7f) {
        return on_control(r, byte, out);
    }
    return byte < 0x80 ? give_text(r, byte, out) : begin_utf8(r, byte, out);
}

static bool on_utf8(struct key_reader *r, uint8_t byte, int64_t now, struct key *out)
{
    if ((byte & 0xc0) != 0x80) { /* cut short: drop it, read this byte afresh */
        r->state = KS_GROUND;
        return on_ground(r, byte, now, out);
    }
    r->utf8[r->utf8_n++] = byte;
    if (r->utf8_n < r->utf8_want) {
        return false;
    }
    const char *at = (const char *)r->utf8;
    bool good = gw_utf8_valid(at, r->utf8_n);
    uint32_t cp = gw_utf8_next(&at, at + r->utf8_n);
    if (!good || cp < 0xa0) { /* C1 controls in UTF-8 are no text */
        return give(r, GK_NONE, out);
    }
    return give_text(r, cp, out);
}

bool key_reader_byte(struct key_reader *reader, uint8_t byte, int64_t now, struct key *out)
{
    struct key_reader *r = reader;
    memset(out, 0, sizeof(*out));
    if (r->state != KS_GROUND && r->state != KS_UTF8 && ++r->run > SEQUENCE_MAX) {
        return give(r, GK_NONE, out);
    }
    switch (r->state) {
    case KS_ESC:
        return on_esc(r, byte, now, out);
    case KS_CSI:
        return on_csi(r, byte, out);
    case KS_LINUX: /* ESC [[A .. ESC [[E are F1 .. F5 */
        return give(r, byte >= 'A' && byte <= 'E' ? (enum key_code)(GK_F1 + (byte - 'A')) : GK_NONE,
                    out);
    case KS_SS3:
        return on_ss3(r, byte, out);
    case KS_STRING:
    case KS_STRING_ESC:
        return on_string(r, byte, out);
    case KS_UTF8:
        return on_utf8(r, byte, now, out);
    case KS_GROUND:
        break;
    }
    return on_ground(r, byte, now, out);
}

bool key_reader_late(struct key_reader *reader, int64_t now, struct key *out)
{
    struct key_reader *r = reader;
    memset(out, 0, sizeof(*out));
    if (r->state == KS_ESC && now - r->esc_at >= KEY_ESC_MS) {
        r->lone_at = now;
        return give(r, GK_ESC, out);
    }
    if (r->state != KS_GROUND && r->state != KS_UTF8 && now - r->esc_at >= STALLED_MS) {
        (void)give(r, GK_NONE, out);
    }
    return false;
}

int64_t key_reader_deadline(const struct key_reader *reader)
{
    switch (reader->state) {
    case KS_GROUND:
    case KS_UTF8:
        return INT64_MAX;
    case KS_ESC:
        return reader->esc_at + KEY_ESC_MS;
    default:
        return reader->esc_at + STALLED_MS;
    }
}

uint32_t key_command_char(const struct key *key)
{
    if (key->code != GK_TEXT || key->pasted) {
        return 0;
    }
    uint32_t half = gw_cp_halfwidth(key->cp);
    bool letter = (half >= 'a' && half <= 'z') || (half >= 'A' && half <= 'Z');
    if (key->cp == 0x3001) { /* the input method's 、 stands on the / key */
        return '/';
    }
    return letter && half != key->cp ? 0 : half; /* a full-width letter is half-typed text */
}

int key_digit(const struct key *key)
{
    uint32_t c = key_command_char(key);
    return c >= '0' && c <= '9' ? (int)(c - '0') : -1;
}
