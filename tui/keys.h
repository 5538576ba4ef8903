/* Bytes of a terminal -> keys. A pure state machine: no I/O, no clock of its own, so that it can be
 * fuzzed and replayed. F-keys are understood in three forms whatever TERM says (xterm ESC O Q,
 * VT220 ESC [12~, Linux console ESC [[B), because PuTTY's default differs from its TERM. An unknown
 * control sequence is swallowed whole: it is never read as Esc followed by letters. */
#ifndef GW_TUI_KEYS_H
#define GW_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_code {
    GK_NONE,
    GK_TEXT, /* cp holds the character */
    GK_CTRL, /* cp holds the letter, lower case: Ctrl-L = 'l' */
    GK_ENTER,
    GK_ESC,
    GK_TAB,
    GK_BACKTAB,
    GK_BACKSPACE,
    GK_DELETE,
    GK_INSERT,
    GK_UP,
    GK_DOWN,
    GK_RIGHT,
    GK_LEFT,
    GK_HOME,
    GK_END,
    GK_PGUP,
    GK_PGDN,
    GK_F1,
    GK_F2,
    GK_F3,
    GK_F4,
    GK_F5,
    GK_F6,
    GK_F7,
    GK_F8,
    GK_F9,
    GK_F10,
    GK_F11,
    GK_F12,
    GK_CURSOR_REPORT, /* the terminal's answer to CSI 6 n: row, col */
    GK_N
};

struct key {
    enum key_code code;
    uint32_t cp;
    int row, col;
    bool pasted; /* between the marks of a bracketed paste: never an action */
};

enum { KEY_ESC_MS = 25, KEY_LATE_MS = 300 };

struct key_reader {
    enum { KS_GROUND, KS_ESC, KS_CSI, KS_LINUX, KS_SS3, KS_STRING, KS_STRING_ESC, KS_UTF8 } state;
    int args[4];
    size_t args_n;
    bool digit;        /* the present argument has one */
    bool private_mark; /* CSI < = > ? or an intermediate: nothing we know */
    uint8_t utf8[4];
    size_t utf8_n, utf8_want;
    size_t run;      /* bytes of the present sequence: a ceiling ends it */
    int64_t esc_at;  /* when ESC came; valid in every state but GROUND and UTF8 */
    int64_t lone_at; /* when a lone ESC was given out; INT64_MIN = none lately */
    bool late;       /* the present sequence follows a lone ESC: swallow it */
    bool paste;
};

void key_reader_init(struct key_reader *reader);
/* One byte that arrived at `now` (ms, any zero). True when it completed a key. */
bool key_reader_byte(struct key_reader *reader, uint8_t byte, int64_t now, struct key *out);
/* True when an ESC stood alone for KEY_ESC_MS: gives GK_ESC. Forgets a sequence that never ended.
 */
bool key_reader_late(struct key_reader *reader, int64_t now, struct key *out);
/* When key_reader_late() is worth asking; INT64_MAX = never. */
int64_t key_reader_deadline(const struct key_reader *reader);

/* The character of a text key as a command sees it: full-width digits, letters' punctuation and the
 * marks that a Chinese input method gives for / : ? as their ASCII forms; 0 for other keys. */
uint32_t key_command_char(const struct key *key);
/* 0-9 for a digit key in either width, else -1. Never for pasted text. */
int key_digit(const struct key *key);

#endif
