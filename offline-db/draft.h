/* Drafts: what was typed into a form and not sent yet, so that it survives a crash, a power cut, an
 * Esc and a full disk elsewhere. One text per form (kind: "close", "note", …) and entity. A saved
 * one is synced; dropping one is not (after a power cut it may be there once more, beside the
 * record that was made of it). */
#ifndef GW_OFFLINE_DB_DRAFT_H
#define GW_OFFLINE_DB_DRAFT_H

#include "base/buf.h"
#include "offline-db/home.h"

/* Replaces the older one; an empty text drops it. On failure the older one stays. */
enum gw_err draft_save(struct home *home, const char *kind, const char *id, const char *text,
                       struct gw_fail *fail);
/* Appends the text to out; GW_ABSENT when there is none. */
enum gw_err draft_load(struct home *home, const char *kind, const char *id, struct gw_buf *out);
enum gw_err draft_drop(struct home *home, const char *kind, const char *id, struct gw_fail *fail);
/* The same inside a transaction of the caller. */
enum gw_err draft_drop_in_txn(struct home *home, const char *kind, const char *id,
                              struct gw_fail *fail);

#endif
