/* The console's screen: queue, card, action keys. It never waits and owns no descriptor loop; the
 * main loop (gridward.c) calls it. One struct tui is one terminal; only one may live in a process
 * (ncurses has one screen).
 *
 * The main loop, one turn:
 *     wake = min(tui_tick(tui), engine's own time)      tick may ring, settle, start countdowns
 *     tui_draw(tui)                                     writes only what changed, then returns
 *     poll(stdin, signalfd, engine..., until wake)
 *     stdin readable -> tui_input(tui)                  drains everything, acts on each key
 *     SIGWINCH -> tui_resize(tui)
 *     the engine committed something, or gw_db_data_version() moved -> tui_changed(tui, mask)
 *     the engine's state moved -> tui_status(tui, &link)
 *     tui_wants_quit(tui) -> leave the loop, tui_free()
 *
 * All times named *_mono are milliseconds of home->clock's mono clock; others are wall time UTC.
 * Every text given in is borrowed for the call and may be untrusted: it is made safe here. */
#ifndef GW_TUI_TUI_H
#define GW_TUI_TUI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "offline-db/home.h"

struct tui; /* opaque */

/* What the screen asks the main program to do. Each may be NULL; none may wait. Of the tui they may
 * call tui_inhibit(), tui_status() and tui_say(), nothing else. */
struct tui_hooks {
    void (*nudge)(void *ctx);    /* a command was journalled: send it now */
    void (*sync_now)(void *ctx); /* the person wants to be connected now: no back-off */
    /* A desktop notification; title and body are masked and safe; urgent = someone waits. */
    void (*notify)(void *ctx, const char *title, const char *body, bool urgent);
    /* On duty or not: take or give back the idle and sleep inhibitor; answer by tui_inhibit(). */
    void (*duty)(void *ctx, bool on);
};

/* Times that the screen keeps; 0 = the default in brackets. */
struct tui_times {
    int64_t stale_ms;       /* [60 s] without a byte: the stale bar */
    int64_t undelivered_ms; /* [10 s] a command not delivered: say whom to phone */
    int64_t guard_ms;       /* [300 ms] keys dropped after a screen change nobody asked for */
    int64_t settle_ms;      /* [3 s] without a key: the order settles */
    int64_t ring_again_ms;  /* [2 min] level 5, and what waits, ring again */
    int64_t hold_warn_ms;   /* [2 min] before the end of a hold */
    int64_t lock_ms;        /* [5 min] without a key, when a PIN is set: the console locks */
    int64_t quiet_ms;       /* [300 ms] after the last change: many new alarms are one ring */
};

struct tui_opts {
    struct home *home;             /* borrowed until tui_free; open and enrolled */
    const struct tui_hooks *hooks; /* borrowed until tui_free; may be NULL */
    void *hooks_ctx;
    FILE *in, *out; /* NULL = stdin, stdout; both terminals, else tui_new says GW_INVALID */
    int rows, cols; /* fixed size; 0 = the terminal's */
    bool demo;      /* the first line of the first screen says 演示：按 F2 接警 */
    bool ascii;     /* only ASCII signs and lines; also taken by itself on TERM=linux */
    bool mono;      /* no colour; also taken by itself with NO_COLOR or a terminal without colour */
    bool keep_lang; /* --lang was given: do not fall back to English on TERM=linux */
    bool on_duty;   /* until the mirror says what is so */
    struct tui_times times;
};

/* Puts the terminal into screen mode, opens the queue and draws nothing yet. GW_INVALID: not a
 * terminal, or ncurses does not know TERM (the sentence says what helps); store errors as they
 * come. On failure the terminal is as it was and *out is NULL. */
enum gw_err tui_new(const struct tui_opts *opts, struct tui **out, struct gw_fail *fail);
/* Gives the terminal back. Half-typed notes were saved as drafts. NULL is fine. */
void tui_free(struct tui *tui);
/* For a crash handler or a stop: gives the terminal back, nothing else. Not async-signal-safe. */
void tui_suspend(struct tui *tui);
void tui_resume(struct tui *tui);

/* Reads all that stdin has (never blocks), decodes and acts. False when the terminal is gone
 * (end of file, hang-up): leave the loop. */
bool tui_input(struct tui *tui);

/* Does what is due now (countdowns, rings, a lone ESC, settling) and returns the mono time of the
 * next thing; INT64_MAX = nothing. Costs nothing worth naming when nothing is due. */
int64_t tui_tick(struct tui *tui);

/* Rows of these types changed in the store (bit 1 << enum gw_type; UINT32_MAX = look at all).
 * The queue is read again at the next draw: many calls cost one read. */
void tui_changed(struct tui *tui, uint32_t types);

/* How the connection stands; the tui keeps a copy. Call when anything but last_byte_mono moved, and
 * about once a second while bytes come. */
enum tui_phase {
    TUI_LINK_NONE,       /* no engine in this process and none elsewhere: offline by choice */
    TUI_LINK_WATCH,      /* another process syncs this home; we watch the store */
    TUI_LINK_CONNECTING, /* asking for a token, hello, or between two tries */
    TUI_LINK_LOADING,    /* first snapshot or a new area: rows_loaded of rows_expected */
    TUI_LINK_CATCHUP,    /* reading what happened meanwhile */
    TUI_LINK_ONLINE,     /* live */
    TUI_LINK_OFFLINE,    /* the server cannot be reached; next_try_mono says when again */
    TUI_LINK_REFUSED,    /* it answers, but not to us: revoked, too old; problem says what to do */
    TUI_PHASE_N
};
struct tui_link {
    enum tui_phase phase;
    int64_t since_mono;     /* when this phase began */
    int64_t last_byte_mono; /* last byte from the server, 0 = none yet; in WATCH the last change */
    int64_t end_mono;      /* last complete `end`; 0 = none in this run: takes the stale bar away */
    int64_t data_at;       /* wall time of the last complete `end` ever, 0 = never */
    int64_t next_try_mono; /* 0 = now or not at all */
    int64_t rows_loaded, rows_expected; /* expected 0 = not known */
    bool polling;                       /* long-poll instead of a stream: 轮询 */
    bool store_full;                    /* the disk is full: what is typed cannot be kept */
    char problem[256];                  /* a sentence, "" = none */
};
void tui_status(struct tui *tui, const struct tui_link *link);

/* The inhibitor's answer. */
enum tui_inhibitor { TUI_INHIBIT_OFF, TUI_INHIBIT_HELD, TUI_INHIBIT_FAILED };
void tui_inhibit(struct tui *tui, enum tui_inhibitor state);

/* The machine slept (CLOCK_BOOTTIME ran ahead of CLOCK_MONOTONIC); wall times. What came meanwhile
 * rings once with the count when it has been read. */
void tui_slept(struct tui *tui, int64_t from_at, int64_t to_at);

/* One sentence on the message line for some seconds; stays until a key when sticky. */
void tui_say(struct tui *tui, const char *sentence, bool sticky);

/* The terminal's size changed: asks the kernel (TIOCGWINSZ) and repaints all. */
void tui_resize(struct tui *tui);

/* Paints what changed; one write. Reads the store when tui_changed() said so. GW_STORE and the like
 * are shown on the screen as well; the loop may go on. */
enum gw_err tui_draw(struct tui *tui, struct gw_fail *fail);

/* The person asked to leave (and agreed, when something was unsent). */
bool tui_wants_quit(const struct tui *tui);

/* Figures for the bench and tests: how often it rang since the start, rows in the queue. */
struct tui_figures {
    int64_t rings, keys, drawn_rows;
    int64_t queue_rows, queue_mine;
};
void tui_figures(const struct tui *tui, struct tui_figures *out);

/* The key table as data, for the manual: row i, false past the end. Texts translated, borrowed for
 * ever. view = NULL: everywhere. */
struct tui_key_row {
    const char *keys, *word, *help, *view;
};
bool tui_key_row(size_t i, struct tui_key_row *out);

#endif
