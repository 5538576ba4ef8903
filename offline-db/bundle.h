/* Bundles of a home (protocol section 9): what goes on a stick to the server and comes back from
 * it, and one procedure handed from laptop to laptop without a server. The form is api/bundle.h's;
 * here stands what goes in and what is taken. Files are read and written by the caller.
 *
 * Every take-in is all or nothing where that is possible (one transaction for results, one for a
 * peer's lines, one a page of the mirror) and may be done twice, late and in any order: one effect.
 */
#ifndef GW_OFFLINE_DB_BUNDLE_H
#define GW_OFFLINE_DB_BUNDLE_H

#include "api/bundle.h"
#include "offline-db/journal.h"
#include "offline-db/mirror.h"

struct bundle_report {
    gw_id process; /* of a peer's bundle; else "" */
    gw_id from;
    int64_t lines;            /* of the bundle: commands out, or commands or results in */
    int64_t taken;            /* new here: steps of others, or commands that got their result */
    int64_t known;            /* were here before */
    int64_t refused;          /* steps that were not taken; why says the first reason */
    int64_t signers, rules;   /* new signers; confirmed numbers */
    int64_t rows;             /* lines of the mirror taken */
    int64_t attachments;      /* gone along; or new here; or the server has them now */
    int64_t attachments_left; /* on this machine, and did not go along */
    bool stale;               /* a reply whose part of the mirror does not go on from here; why */
    change_mask changed;
    char why[GW_FAIL_TEXT];
};

/* ---- to the server and back */
/* Which attachments go along (here those that the server has not, below those of the procedure):
 * NULL = all when they are small together (BUNDLE_BLOBS_SMALL), else none; "all" = as many as fit
 * (BUNDLE_BLOBS_MAX), the oldest first; "none"; or commits with commas between. report says how
 * many stayed. GW_INVALID: none of these words, or a commit that is not here.
 *
 * Appends a bundle with every unsent own command and every undelivered line of others, sealed to
 * the server. With nothing unsent it still asks for what is new. Nothing is marked as sent: only a
 * result ends a command, by whichever way it comes first. */
enum gw_err home_bundle_out(struct home *home, const char *attachments, struct gw_buf *file,
                            struct bundle_report *report, struct gw_fail *fail);
/* Takes the reply in: results, then the mirror through the same path as feed and snapshot.
 * GW_DENIED: for another device, or not signed by the server of this home. GW_INVALID: no reply, or
 * damaged; nothing was taken. A mirror that has gone elsewhere since keeps what it has
 * (report->stale). */
enum gw_err home_bundle_in(struct home *home, const void *file, size_t len,
                           struct bundle_report *report, struct gw_fail *fail);

/* ---- one procedure, from peer to peer */
/* A device that can be sealed to: one known as signer. */
struct bundle_peer {
    gw_id device, user;
    char name[128];
};
/* Others than this device that signed in a procedure and are not closed. GW_ABSENT: no procedure.
 */
enum gw_err process_bundle_peers(struct home *home, const char *id, struct bundle_peer *out,
                                 size_t cap, size_t *n, struct gw_fail *fail);
/* All lines of the procedure held here, its rule set, confirmed numbers and signers, sealed to
 * devices (1 … BUNDLE_TO_MAX). GW_DENIED with a sentence: one of them is not known as signer, or is
 * closed. */
enum gw_err process_bundle_out(struct home *home, const char *id, const char *const *devices,
                               size_t n, const char *attachments, struct gw_buf *file,
                               struct bundle_report *report, struct gw_fail *fail);
/* Takes such a bundle in. A line is kept when its signature is good by the key of a signer that is
 * known here or that the server of this home vouches for (server_sig); it is then shown at once and
 * goes to the server with the own ones. Who carried or packed it does not matter for lines; the
 * confirmed numbers carry no signature of their own, so they are taken only from a known signer.
 * Attachments are kept when a record of the procedure names them and they are what it names.
 * GW_DENIED: sealed for others. GW_INVALID: damaged, or no peer's bundle. */
enum gw_err process_bundle_in(struct home *home, const void *file, size_t len,
                              struct bundle_report *report, struct gw_fail *fail);

#endif
