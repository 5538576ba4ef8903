/* Notices, minutes and other papers of a procedure, rendered to plain text from what is in force.
 * The texts are data (rules/notices, docs/procedures.md 1.5), loaded by rules/notice_load.h;
 * nothing here does I/O.
 *
 * A notice is no part of what is judged: it repeats records. A value that nobody recorded stands as
 * 【待填：name】, a number that waits for the district as 【待区县确认：name】, and both are
 * counted, so that a final notice can be held back. An ID number never comes out: the value that
 * holds one is replaced and counted too. */
#ifndef GW_MODEL_NOTICE_H
#define GW_MODEL_NOTICE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "model/procedure.h"

enum { NOTICE_TEXT_MAX = 256 * 1024, NOTICE_DEPTH_MAX = 4, NOTICE_TAG_MAX = 127 };

/* What stands for a value that is not there (% is its name), and how values are written. */
struct notice_signs {
    struct words missing, waits, erased, hidden, yes, no, separator, day;
};

enum { NOTICE_ON_MAX = 4 };

/* A list that is posted with the notice and stands in no record (offline-db/annex.h). */
enum notice_annex { NOTICE_NO_ANNEX, NOTICE_ANNEX_ROLL, NOTICE_ANNEX_CHANGES };

struct notice {
    const char *id; /* "N04" */
    struct words title;
    const char
        *step; /* that it belongs to; where the template has none of that name: notice_step */
    /* It stands on the records of these steps, of those that the template has, and may be final
     * before its own step is recorded: it announces that step. None: it stands on its own. */
    const char *on[NOTICE_ON_MAX];
    size_t on_n;
    enum notice_annex annex;
    const char *paper; /* "A4" */
    bool published;    /* posted in public once its step is recorded; else a paper of the file */
    struct words text; /* lines parted by \n; words of the committee are put in already */
};

struct notice_set {
    struct gw_arena arena; /* owns everything below */
    const char *set;
    int version;
    struct notice_signs signs;
    const struct notice *items;
    size_t n;
};

void notice_set_free(struct notice_set *set);                                   /* NULL fine */
const struct notice *notice_find(const struct notice_set *set, const char *id); /* NULL: none */
/* The step that a notice belongs to in this procedure: its own, else of those that name it the
 * first that is recorded, else the first. NULL: the template has no such paper. */
const char *notice_step(const struct notice *notice, const struct proc_template *t,
                        const struct procedure *p);
/* Anything is in force of this step. */
bool notice_recorded(const struct procedure *p, const char *step);
/* NULL when a step that the notice stands on is recorded, else one that is missing. */
const char *notice_lacks(const struct notice *notice, const struct proc_template *t,
                         const struct procedure *p);

/* Who wants to know, value by value, what a text prints and what it lacks. Borrowed for the call;
 * either function may be NULL. */
struct notice_watch {
    void *ctx;
    /* A value of this record came out whole. subject "" = of a step without. */
    void (*printed)(void *ctx, const char *step, const char *subject, const char *key);
    /* A sign stands in its place; name as the text shows it, "" when it shows none. */
    void (*lacks)(void *ctx, const char *name);
};

/* Everything borrowed for the call. */
struct notice_in {
    const struct notice_set *set;
    const struct notice *notice;
    const struct ruleset *rules;
    const struct procedure *procedure;
    const char *subject; /* whose paper it is (a certificate, a decision); NULL = none */
    enum gw_lang lang;
    const struct notice_watch *watch; /* NULL = nobody */
};

/* Appends the text of the notice; *missing counts the values that are not there (may be NULL).
 * Values come out as safe text in one line. GW_TOO_LARGE and GW_NOMEM leave out with a part of it;
 * GW_INVALID: the text breaks the grammar, which notice_check had refused. */
enum gw_err notice_render(const struct notice_in *in, struct gw_buf *out, size_t *missing);

/* 15 digits in a row, as an ID number has: such a value is never printed. */
bool notice_holds_id_number(const char *text);

/* The grammar alone: every tag is one that there is and every block ends. NULL when it does, else
 * where it does not (borrowed from text). */
const char *notice_check(const char *text);

#endif
