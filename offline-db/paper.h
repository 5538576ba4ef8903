/* Papers of a procedure: notices, minutes, tally sheets, reports, certificates and lists of
 * rules/notices, as plain text, as one HTML page set for A4 (or A3), and as PDF through weasyprint.
 *
 * At the foot of each page stand the digest code of the set of records that the paper was made from
 * and a QR code of "gridward:<process>:<digest>": whoever holds an export can see whether the paper
 * belongs to it. A paper that lacks a value, or that the engine would not issue yet, is a draft
 * (草稿): every page says so and the end says what is missing. Nothing here writes a record.
 *
 * HTML: all text is escaped, no script, nothing that is loaded from elsewhere. */
#ifndef GW_OFFLINE_DB_PAPER_H
#define GW_OFFLINE_DB_PAPER_H

#include "model/notice.h"
#include "offline-db/annex.h"

enum { PAPER_BYTES_MAX = 4 * 1024 * 1024, PAPER_LACKS_BYTES = 1024 };

/* The notices of a procedure's kind, from the installed files. GW_ABSENT with a sentence: none. */
enum gw_err paper_notices(const struct ruleset *rules, struct notice_set **out,
                          struct gw_fail *fail);

/* Everything borrowed for the call. */
struct paper_in {
    const char *process; /* id */
    const struct ruleset *rules;
    const struct procedure *procedure;
    const struct ev_set *steps;
    const struct notice_set *notices;
    const struct notice *notice;
    const char *subject; /* whose paper it is, NULL = none */
    enum gw_lang lang;
    bool practice;                    /* every page says 练习 */
    bool qr;                          /* plain text: the QR code in half blocks below it */
    const struct notice_watch *watch; /* printed is told on; lacks is not */
    /* List of a notice that has one. NULL: goes without, as in the answer to a petition: its names
     * are the register's, and no record says that they were posted. */
    const struct annex *annex;
};
/* The same for a loaded procedure. */
struct paper_in paper_of(const char *process, const struct process_case *c,
                         const struct notice_set *notices, const struct notice *notice,
                         const char *subject);

struct paper_state {
    bool draft;
    size_t missing;                /* values that are not there */
    char lacks[PAPER_LACKS_BYTES]; /* their names, each once; the first ones when there are many */
    char why[GW_FAIL_TEXT + ANNEX_WHY]; /* why the engine would not issue it, what is wrong with its
                                           list; "" = nothing */
};
/* What a paper would be, without making it. Errors as notice_render. */
enum gw_err paper_check(const struct paper_in *in, struct paper_state *state);
/* Append; state may be NULL. */
enum gw_err paper_text(const struct paper_in *in, struct gw_buf *out, struct paper_state *state);
enum gw_err paper_html(const struct paper_in *in, struct gw_buf *out, struct paper_state *state);

/* A page that is no notice, with the same frame: lines of text, the first is the heading. */
struct paper_frame {
    const char *process, *digest; /* of the foot */
    const char *head;             /* small line above, "" = none */
    const char *size;             /* "A4" "A3" */
    const char *draft;            /* what is missing; NULL = no draft */
    bool practice;                /* 练习 on every page */
    bool seal;                    /* the last lines are a signature: a place for the seal */
    bool small;                   /* letters of 12 points: much on one page */
    const struct annex *annex;    /* behind the text, from a new page on; NULL = none */
    enum gw_lang lang;
};
enum gw_err paper_page(const struct paper_frame *frame, const char *text, struct gw_buf *out);

/* Makes PATH (0600) from a page with weasyprint, in a child process that has two minutes. GW_ABSENT
 * with a sentence that names what is not installed: weasyprint, or a font for Chinese. */
enum gw_err paper_pdf(const struct gw_buf *html, const char *path, struct gw_fail *fail);

#endif
