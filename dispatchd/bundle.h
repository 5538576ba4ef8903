/* Bundles at the server: what a laptop sends on a stick goes the way of POST /v1/commands, and what
 * it would have been answered goes back sealed to it. */
#ifndef GW_DISPATCHD_BUNDLE_H
#define GW_DISPATCHD_BUNDLE_H

#include "base/buf.h"
#include "dispatchd/core.h"
#include "model/command.h"

struct core_bundle_report {
    char device[GW_ID_MAX + 1], user[GW_ID_MAX + 1];
    int64_t lines, results[RESULT_N]; /* of this bundle; a line that came before counts as then */
    bool full;                        /* the reply holds everything that the user may read */
    int64_t attachments;              /* of this bundle that are whole here now, also from before */
    int64_t attachments_left; /* not taken: the disk is full, or they are not what they say */
    int64_t rows;             /* lines of the mirror in the reply */
};

/* Takes in a bundle to:server and appends the reply to *reply. Also beside a server that serves the
 * same store: every batch is a turn of its own, and a bundle taken twice has one effect. The lines
 * of a batch count as those of POST /v1/commands by the sending device: each by the rights of the
 * user whose device signed it. After an error some batches may be in the store; the same bundle
 * again goes on. GW_DENIED: not sealed for this server, of a device that is not known or closed, or
 * not signed by it. GW_INVALID: as bundle_open(). Not inside a turn. */
enum gw_err core_bundle(struct core *core, const void *file, size_t len, struct gw_buf *reply,
                        struct core_bundle_report *report, struct gw_fail *fail);

#endif
