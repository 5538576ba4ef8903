/* Attachments of a form: a material row takes a path besides "on paper". The file is copied when
 * the record is written, not before: a form that is left takes nothing. */
#ifndef GW_TUI_STEP_ATTACH_H
#define GW_TUI_STEP_ATTACH_H

#include "offline-db/blob.h"
#include "tui/step_form.h"

enum { FORM_ATTACH_MAX = 16 };

/* Something typed that is neither "paper" nor a commit. */
bool step_attach_is_path(const char *text);
/* One line for the foot: the file is there, with its size, or it is not. */
void step_attach_hint(const char *text, char *out, size_t size);

struct form_attached {
    struct blob_row row[FORM_ATTACH_MAX];
    size_t n;
    bool place; /* one of them says where it was taken */
};
/* Copies the files and puts their commits in the place of the paths; they borrow *out. An error has
 * a sentence, and nothing was kept. */
enum gw_err step_attach_files(struct home *home, const char *process, struct form_entry *entry,
                              struct form_attached *out, struct gw_fail *fail);
/* The record was not written. */
void step_attach_undo(struct home *home, const struct form_attached *attached);

#endif
