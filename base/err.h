/* Errors say how much is broken, not which line failed.
 *
 * Every function that can fail returns enum gw_err. The sentence for the person is made once, where
 * the cause is known, with gw_fail_set(); callers only pass the code on. A sentence has three
 * parts: what happened, why, what to do. Only tui/, cli/ and the mains show a sentence or exit. */
#ifndef GW_BASE_ERR_H
#define GW_BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

enum gw_err {
    GW_OK = 0,
    GW_ABSENT,    /* the answer is no: there is no such thing */
    GW_INVALID,   /* this input or this row cannot be used; nothing else is harmed */
    GW_TOO_LARGE, /* a ceiling was reached; what was there before is kept */
    GW_REFUSED,   /* a rule forbids it now (state, conflict); nothing was written */
    GW_DENIED,    /* who asks may not: not enrolled, token refused, no right */
    GW_AGAIN,     /* this transaction or request only: the same call may go through later */
    GW_OFFLINE,   /* this server cannot be reached */
    GW_SERVER,    /* this server answered, but with nonsense or with 5xx */
    GW_FULL,      /* this store cannot take more: disk full; what is in it is safe */
    GW_STORE,     /* this store is damaged or unreadable */
    GW_HELD,      /* this store is held by another process */
    GW_NOMEM,     /* no memory */
    GW_BUG,       /* ours */
};

enum { GW_FAIL_TEXT = 512 };

/* Where a failing call leaves its sentence. Zero-initialise it; NULL is accepted everywhere and
 * means that the caller does not want the sentence. The text is UTF-8, already translated, one or
 * more sentences without a newline at the end, and holds no personal data. */
struct gw_fail {
    enum gw_err err;
    char text[GW_FAIL_TEXT];
};

/* Stores err and the formatted sentence (cut at a character boundary when too long), returns err,
 * so that a function can end with `return gw_fail_set(fail, GW_FULL, _("..."))`. */
enum gw_err gw_fail_set(struct gw_fail *fail, enum gw_err err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Exit status of both programs for an error (design of the commands: 0 1 2 3 4 5 70). */
int gw_exit_status(enum gw_err err);

/* Short English name for logs: "full", "offline". Never NULL. */
const char *gw_err_name(enum gw_err err);

#endif
