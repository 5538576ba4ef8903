/* Attachments in the bundles of a home (bundle_blob.c). */
#ifndef GW_OFFLINE_DB_BUNDLE_P_H
#define GW_OFFLINE_DB_BUNDLE_P_H

#include "offline-db/bundle.h"

/* Adds the attachments that are on this machine: of one procedure, or, process NULL, those that the
 * server has not. which: as home_bundle_out() says. Counts those that went and those that stayed.
 * GW_INVALID, GW_TOO_LARGE with a sentence. */
enum gw_err bundle_blobs_add(struct home *home, const char *process, const char *which,
                             struct bundle_out *out, struct bundle_report *report,
                             struct gw_fail *fail);
/* Takes those of a peer's bundle, after its records: only what a record of the procedure names and
 * nobody erased, and only when salt and bytes are those of the commit. What is new goes to the
 * server with the own ones. Not inside a transaction. */
enum gw_err bundle_blobs_take(struct home *home, const struct bundle *in,
                              struct bundle_report *report, struct gw_fail *fail);
/* Takes what a reply says of those that the server has now. Not inside a transaction. */
enum gw_err bundle_blobs_held(struct home *home, const struct bundle *in,
                              struct bundle_report *report, struct gw_fail *fail);

#endif
