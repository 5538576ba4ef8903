/* The form of a step (or of an open): one row a field, figure or material; Enter goes down, at the
 * end it records. Digits answer what has a list, so that an input method is never in the way. A
 * wrong value is said at once and never stops the typing. */
#ifndef GW_TUI_STEP_FORM_H
#define GW_TUI_STEP_FORM_H

#include "offline-db/process.h"
#include "tui/form.h"
#include "tui/list.h"

enum { FORM_ROWS_MAX = 64 };

enum form_row_kind {
    ROW_SUBJECT,  /* which person, station, number */
    ROW_HAPPENED, /* when it happened */
    ROW_FIELD,
    ROW_MATERIAL, /* on paper here, the path of a photo or scan, or not yet */
    ROW_REASON,   /* of a late record or a correction */
};

struct form_row {
    enum form_row_kind kind;
    const char *key;
    const char *label; /* translated, borrowed */
    const struct proc_field *field;
    bool required;
    struct text_field text; /* as typed; of a list: the value */
};

struct step_form {
    struct form_row *rows; /* owned */
    size_t n;
    struct list list;
    int year;     /* of days typed without one */
    char now[17]; /* proposed as the time when it happened */
};

/* Rows for a step, or for the open when spec is NULL. subject: fixed when not "", else asked when
 * the step has subjects. correcting: no subject, no time, a reason at the end. The rule set stays
 * borrowed. */
struct step_form_in {
    const struct ruleset *rules;
    const struct step_spec *spec;
    const char *subject;
    gw_day anchor;
    int64_t now;
    bool correcting;
};
enum gw_err step_form_new(const struct step_form_in *in, struct step_form *out);
void step_form_free(struct step_form *form);

/* What is in a row, by key; "" when there is no such row. */
const char *step_form_text(const struct step_form *form, const char *key);
void step_form_set(struct step_form *form, const char *key, const char *text);

enum form_answer { FORM_UNUSED, FORM_USED, FORM_END /* Enter on the last row */ };
enum form_answer step_form_key(struct tui *tui, struct step_form *form, const struct key *key);
void step_form_draw(struct tui *tui, struct step_form *form, int first_row);
/* The choices of the row under the cursor, or what it takes: one line. */
void step_form_hint(const struct step_form *form, char *out, size_t size);

/* The entry as typed; texts point into `hold`, which the caller frees with free(). Empty rows are
 * left out. False: *why says which row cannot be read, and the cursor goes there. */
struct form_entry {
    struct process_entry entry;
    struct proc_value values[FORM_ROWS_MAX], materials[FORM_ROWS_MAX];
    char days[FORM_ROWS_MAX][DAY_TEXT + 1];
};
bool step_form_read(struct step_form *form, const char *step, const char *subject,
                    struct form_entry *out, char *why, size_t why_size);

/* Drafts: every typed row as one text, and back; a time as it was proposed is not typed. */
enum gw_err step_form_pack(const struct step_form *form, struct gw_buf *out);
void step_form_unpack(struct step_form *form, char *text);

#endif
