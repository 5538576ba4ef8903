/* Attachments of a bundle at the server (bundle_blob.c). */
#ifndef GW_DISPATCHD_BUNDLE_P_H
#define GW_DISPATCHD_BUNDLE_P_H

#include "api/bundle.h"
#include "dispatchd/core.h"

struct bundle_taker {
    struct core *core;
    const char *device;     /* that made the bundle, checked */
    struct bundle_out *out; /* the reply */
    int64_t *taken, *left;  /* are whole here now (or erased for ever); are not */
};
/* Takes the attachments in and says in the reply how far each is. A server without a place for them
 * takes none and says nothing. Only trouble with the store or the reply is an error. Not inside a
 * turn. */
enum gw_err bundle_take_blobs(const struct bundle_taker *taker, const struct bundle *in,
                              struct gw_fail *fail);

#endif
