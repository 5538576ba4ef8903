/* What the forms on one alarm share: its name on top, so that one sees what the action is bound to,
 * numbered lists, and blank rows below. */
#ifndef GW_TUI_DIALOG_H
#define GW_TUI_DIALOG_H

#include "offline-db/card.h"
#include "tui/form.h"
#include "tui/tui_p.h"

/* "结案：烟感 · 陈婆婆 · 汇祥林里3000小区3栋2单元5楼502室" and a line below; returns the next row.
 */
int dialog_head(struct tui *tui, const struct view *view, const char *what);
/* The list from `row`; label(ctx, i) names row i of all. Returns the next row. */
int dialog_list(struct tui *tui, const struct pick *pick, int row, int chosen,
                const char *(*label)(void *ctx, size_t i), void *ctx);
/* Blank until the end of the body. */
void dialog_end(struct tui *tui, int row);
/* A line of text on `row`; returns the next row. */
int dialog_line(struct tui *tui, int row, enum paint paint, const char *text);

/* Drafts of this form and alarm. */
void dialog_draft_load(struct tui *tui, const char *kind, const char *alarm,
                       struct text_field *field, size_t max_bytes);
void dialog_draft_keep(struct tui *tui, const char *kind, const char *alarm, const char *text);

/* The alarm of the view as the store has it now; false and a sentence when it is gone. */
bool dialog_row(struct tui *tui, const struct view *view, struct queue_row *out);

/* Opens a form on an alarm: its row, and zeroed state of that size in view->state, which the view
 * frees. An error comes with its sentence and leaves nothing. */
enum gw_err dialog_open(struct tui *tui, struct view *view, size_t state_size,
                        struct queue_row *row, struct gw_fail *fail);
/* Whom one may choose for an alarm at this path: everybody of card_people but oneself. */
size_t dialog_people(struct tui *tui, const char *path, int above_level, struct card_person *out,
                     size_t cap);

#endif
