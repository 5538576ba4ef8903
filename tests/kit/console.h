/* A whole console in a test: a home with a small community, the tui on a test terminal, a clock
 * that only the test moves, keys in all byte forms, golden screens. */
#ifndef GW_TESTS_KIT_CONSOLE_H
#define GW_TESTS_KIT_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "api/wire.h"
#include "offline-db/home.h"
#include "tests/kit/screen.h"
#include "tui/keys.h"
#include "tui/tui.h"

/* 2026-06-21 03:12:00 in Chongqing. */
#define CONSOLE_T0   INT64_C(1781982720000)
#define CONSOLE_GRID "CQ.500112.013.005.003"

enum console_form { FORM_XTERM, FORM_VT220, FORM_LINUX };

struct console {
    struct home home;
    struct gw_clock_fixed clock;
    struct gw_random_seeded random;
    struct wire_decoder *decoder;
    struct term *term;
    FILE *in, *out;
    struct tui *tui;
    struct tui_opts opts;
    struct tui_link link;
    enum console_form form;
    int presses; /* keys pressed since the last console_count() */
    int64_t seq;
    /* what the hooks saw */
    int nudges, notices;
    bool duty, duty_asked;
    char notice[256];
};

struct console_opts {
    const char *name; /* of the home's folder */
    const char *lang; /* "zh_CN" or "en" */
    enum gw_role role;
    int rows, cols;
    bool demo, mono, ascii;
    bool practice; /* a home for practice; role is not looked at */
};

/* A home with the community in it, enrolled as 张华, no alarm yet; console_start() opens the
 * screen. */
void console_open(struct console *c, const struct console_opts *opts);
void console_start(struct console *c);
void console_close(struct console *c);
void console_stop(struct console *c); /* the screen only; the home stays */

/* ---- the server speaks: each call is one page with its cursor */
void console_feed(struct console *c, const char *line);
/* A put line: id, type, row members without the braces. */
void console_put(struct console *c, const char *type, const char *id, const char *members);
/* An alarm at the resident's flat. more: further members with a leading comma, or "". */
void console_alarm(struct console *c, const char *id, const char *kind, const char *severity,
                   const char *state, int level, int64_t raised_ago_ms, int64_t due_in_ms,
                   const char *resident, const char *more);
/* The server takes everything that is unsent: result for each command, in order. */
void console_deliver(struct console *c, enum cmd_result result, const char *code);
void console_online(struct console *c); /* link: live, a byte came now */
void console_offline(struct console *c, int64_t ago_ms);

/* ---- the person */
void console_keys(struct console *c, const char *text); /* as typed, each character one press */
void console_key(struct console *c, enum key_code key);
void console_bytes(struct console *c, const char *bytes, size_t len);
int console_count(struct console *c); /* presses since the last call */

/* Time goes on, in steps of at most a second, a turn of the loop at each. */
void console_wait(struct console *c, int64_t ms);
void console_turn(struct console *c);

/* ---- looking */
/* Compares with tests/screens/golden/NAME.LANG.COLSxROWS.txt; REGOLD=1 writes it; SHOTS=DIR also
 * writes a picture (SVG). */
void console_golden(struct console *c, const char *name);
void console_expect(struct console *c, const char *text);
void console_refuse(struct console *c, const char *text);
/* Number of journal entries. */
int64_t console_journal(struct console *c);

#endif
