/* Counting by two: the sheet of a poll as two persons type it, the second one blind, and what
 * becomes of it when both are the same. A sheet is a list of rows (figures of the papers, then each
 * person's votes for each post that has seats); what was typed lives in drafts, so that nothing is
 * lost.
 *
 * Never individual ballots, never votes per station or mobile box: the sheet is of the mixed whole.
 */
#ifndef GW_OFFLINE_DB_COUNT_H
#define GW_OFFLINE_DB_COUNT_H

#include "model/election.h"
#include "offline-db/process.h"

enum { COUNT_ROWS_MAX = 1300, COUNT_KEY_MAX = 96 };

struct count_row {
    char key[COUNT_KEY_MAX]; /* "issued", "7/member" */
    char label[160];         /* in the language of the screen: 发出 ; 7 张三 · 委员 */
    const char *person;      /* "7"; NULL: a figure of the papers */
    enum elect_post post;
    int64_t value[2]; /* of the first and the second person; -1 = not typed */
};
struct count_sheet {
    gw_id process;
    struct count_row *rows; /* owned */
    size_t n;
    struct gw_arena arena;
};

/* The rows of a poll as its records stand (people of S10 who passed, then those already counted),
 * and what was typed so far. GW_ABSENT: no ballot in this procedure. */
enum gw_err count_open(struct home *home, const struct process_case *c, struct count_sheet *out,
                       struct gw_fail *fail);
void count_close(struct count_sheet *sheet);

enum { COUNT_PERSON = 32 };
/* A person whose name was written on ballots: a new number, which stands in `id` then, the rows at
 * the end of a sheet that is opened next. */
enum gw_err count_write_in(struct home *home, struct count_sheet *sheet, const char *name,
                           char id[COUNT_PERSON], struct gw_fail *fail);

/* Types one value (-1 takes it back); entry 0 or 1. Kept as a draft at once. */
enum gw_err count_put(struct home *home, struct count_sheet *sheet, int entry, size_t row,
                      int64_t value, struct gw_fail *fail);
/* A whole sheet as text, "KEY VALUE" lines ('#' begins a comment). GW_INVALID names the line. */
enum gw_err count_read_text(struct home *home, struct count_sheet *sheet, int entry,
                            const char *text, struct gw_fail *fail);
struct count_row *count_find(const struct count_sheet *sheet, const char *key);

/* What is short in one person's sheet: positive = missing, negative = too many; -1 rows are left
 * out and make *whole false. issued − (recovered + not returned); recovered − (valid + invalid +
 * blank). */
struct count_sums {
    int64_t papers, sheet;
    bool whole; /* every row is typed */
};
void count_sums(const struct count_sheet *sheet, int entry, struct count_sums *out);

/* Rows in which the two differ, or that one has not typed. */
size_t count_differing(const struct count_sheet *sheet, size_t *rows, size_t cap);

/* The word for the kind of paper when there is only one: the subject of S18 and S22-1. */
#define COUNT_KIND "选票"

struct count_how {
    int64_t happened_at; /* ms; 0 = now */
    const char *reason;  /* of a late record; NULL = none */
    bool papers;         /* tally sheet and report lie there, signed on paper */
    /* Materials of the ledger one by one: "paper" or the commit of an attachment. With any of them
     * `papers` is not looked at. */
    const struct proc_value *materials;
    size_t materials_n;
};
/* Both are whole and the same: records S22-1 (of the kind of paper of S18; printed, unissued and
 * spoiled from S18 and S19 when they are there) and a S22 for every person on the sheet, with the
 * votes of each post (0 for one without seats), signed by this home's user. GW_REFUSED with a
 * sentence while something differs. The drafts are dropped with the last record. Records of an
 * earlier call are not written twice. */
enum gw_err count_record(struct home *home, struct count_sheet *sheet, const struct count_how *how,
                         size_t *written, struct gw_fail *fail);

/* The ledger of this procedure is written already: its materials are added by a correction. */
bool count_has_ledger(const struct process_case *c);
/* Answers about the papers that were typed and not recorded yet: a draft of this kind, dropped with
 * the others. */
#define COUNT_PAPERS_DRAFT "count-papers"

/* A record that count_record makes: the ledger of the papers, a person's votes. */
bool count_made(const struct ev_step *step);

#endif
