/* The key table: one row is a request, its keys, its word, its sentence of help, where it works and
 * when it is possible. The bottom bar, the help screen, the numbered menu, the palette and the
 * manual are all made from it. */
#ifndef GW_TUI_REQUEST_H
#define GW_TUI_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/command.h"
#include "offline-db/queue.h"
#include "tui/keys.h"

enum request {
    REQ_NONE,
    REQ_ACK,
    REQ_ATTEMPT,
    REQ_ENROUTE,
    REQ_ARRIVED,
    REQ_ESCALATE,
    REQ_CLOSE,
    REQ_NOTE,
    REQ_HANDOVER,
    REQ_RETRACT,
    REQ_UNACK,
    REQ_CONFIRM,
    REQ_BELL,
    REQ_DUTY,
    REQ_OPEN,
    REQ_MENU,
    REQ_JUMP,
    REQ_FIND,
    REQ_JOURNAL,
    REQ_PROCESSES,
    REQ_SYNC,
    REQ_PALETTE,
    REQ_HELP,
    REQ_LOCK,
    REQ_UP,
    REQ_DOWN,
    REQ_PGUP,
    REQ_PGDN,
    REQ_HOME,
    REQ_END,
    REQ_REDRAW,
    REQ_BACK,
    REQ_QUIT,
    REQ_N
};

/* Where a row works. */
enum {
    SC_QUEUE = 1 << 0,
    SC_CARD = 1 << 1,
    SC_LIST = 1 << 2,   /* journal, find, person, help: rows to walk through */
    SC_DIALOG = 1 << 3, /* a question with numbered answers */
    SC_ALARM = SC_QUEUE | SC_CARD,
    SC_ALL = SC_QUEUE | SC_CARD | SC_LIST | SC_DIALOG,
};

struct request_row {
    enum request req;
    enum key_code key;       /* GK_NONE = none */
    uint32_t ctrl;           /* letter of a Ctrl key, 0 = none */
    const char *letters;     /* second names, "" = none */
    const char *keys;        /* as people read them: "F2 a" */
    const char *word, *help; /* N_() */
    const char *latin;       /* pinyin and initials, for the palette */
    unsigned scope;
    enum cmd_kind kind; /* CMD_KIND_N: sends nothing by itself */
    bool palette;
};

const struct request_row *request_row(enum request req);
/* REQ_NONE when this key means nothing there. */
enum request request_of(const struct key *key, unsigned scope);
/* Sends something, so that the guard after a screen change applies to it. */
bool request_sends(enum request req);

/* The numbered menu: what stands at place i (0-based), and which digit names it. */
size_t request_menu(enum request out[10], const struct queue_row *row, const char *user);

struct tui;
/* Why a request cannot be used on this alarm now: a few words, borrowed until the next call; NULL =
 * it can. row may be NULL (no alarm there). Asks the transition table of model/, so that the
 * console and the server agree. */
const char *request_blocked(struct tui *tui, enum request req, const struct queue_row *row);
/* The word of a request for this alarm: F2 is "Still on it" for what I hold. */
const char *request_word(const struct tui *tui, enum request req, const struct queue_row *row);

#endif
