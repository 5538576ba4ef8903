/* What contests what in a procedure, side by side: records of one step by people who did not know
 * of each other, two opens, two corrections of one member. Two persons settle it
 * (docs/procedures.md section 3): one who holds all of them corrects the one that counts, another
 * signs that correction. */
#ifndef GW_OFFLINE_DB_CONTEST_H
#define GW_OFFLINE_DB_CONTEST_H

#include "offline-db/process.h"

enum { CONTEST_ROWS_MAX = 100, CONTEST_CELL = 700, CONTEST_CHOICES_MAX = 32 };

enum contest_row_kind {
    CONTEST_BY,
    CONTEST_ROLE,
    CONTEST_RECORDED,
    CONTEST_RECEIPT,
    CONTEST_HAPPENED,
    CONTEST_TEMPLATE, /* of opens */
    CONTEST_VALUE,
    CONTEST_MATERIAL,
    CONTEST_REASON,
};
struct contest_row {
    enum contest_row_kind kind;
    const char *label; /* in the language of the screen, borrowed */
    const char *key;   /* of a value or material, "happened_at"; "" = not of the content */
    const struct proc_field *field;
    bool differs; /* of the content: not the same in all rivals */
};

/* Somebody's choice between them; it settles once another user has signed it. */
struct contest_choice {
    const struct ev_step *by; /* the correction */
    size_t rival;             /* which it takes; rivals_n = another value */
    bool seconded;
};

/* One contest, ready to be looked at. Borrows the case. */
struct contest_sheet {
    struct contest what;
    struct contest_row rows[CONTEST_ROWS_MAX]; /* who, when, then what stands there */
    size_t rows_n;
    struct contest_choice choices[CONTEST_CHOICES_MAX];
    size_t choices_n;
};

/* The contests of a procedure, gravest first; returns how many there are (out holds at most cap).
 */
size_t contest_list(const struct process_case *c, struct contest *out, size_t cap);
/* The contest in which this record stands; false: in none. */
bool contest_of(const struct process_case *c, const struct ev_step *step, struct contest *out);

void contest_read(struct home *home, const struct process_case *c, const struct contest *what,
                  struct contest_sheet *out);
/* What stands in a row for a rival, as a person reads it. Of a record that its own people have
 * corrected since: what it says now. "" when it has no such member. */
void contest_cell(struct home *home, const struct process_case *c, const struct contest_sheet *s,
                  const struct contest_row *row, size_t rival, char out[CONTEST_CELL]);
/* The values behind the cells; NULL and 0 = not given. */
const struct proc_value *contest_value_now(const struct process_case *c,
                                           const struct contest_sheet *s,
                                           const struct ev_step *rival, const char *key,
                                           bool material);
int64_t contest_happened_now(const struct process_case *c, const struct contest_sheet *s,
                             const struct ev_step *rival);
/* A value as a person reads it; field NULL = not known to the template. */
void contest_print_value(const struct proc_field *field, const struct proc_value *value,
                         char out[CONTEST_CELL]);
/* Who recorded it; of a signer that is not known here the device. */
void contest_name(const struct process_case *c, const struct ev_step *step, char *out, size_t size);
const char *contest_role(const struct ev_step *step); /* "居委会", "" = not known */
/* "S06 name · subject · field", or the opening. */
void contest_title(const struct contest_sheet *s, char *out, size_t size);

/* A member of one record; NULL when it does not name it. */
const struct proc_value *contest_value(const struct ev_step *step, const char *key, bool material);

/* The correction that chooses a rival; the reason is the caller's to add. Borrows the case.
 * GW_REFUSED with a sentence: its value was erased, so nobody can take it. */
struct contest_entry {
    struct process_entry entry;
    struct proc_value value;
};
enum gw_err contest_choose(const struct contest *what, size_t rival, struct contest_entry *out,
                           struct gw_fail *fail);

#endif
