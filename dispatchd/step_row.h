/* Rows of type step and signer (protocol section 6), above the store: what the commands of
 * procedures and the admin verbs share. */
#ifndef GW_DISPATCHD_STEP_ROW_H
#define GW_DISPATCHD_STEP_ROW_H

#include "api/json.h"
#include "dispatchd/store.h"

/* ---- a row of type step, id "<dev>.<n>" (process_row.c). Texts borrowed. */
struct step_row {
    const char *process, *dev, *user, *hash;
    const char *line; /* the command line, byte for byte */
    size_t line_len;
    const char *status; /* result word as it counts now */
    const char *code;   /* NULL = none */
    const char *result; /* word that the receipt signs */
    const char *receipt;
    int64_t pn, n, recv_at;
    int64_t receipt_seq;    /* that the receipt signs; -1 = none */
    int64_t erased_at;      /* private part erased; 0 = not */
    const char *erased_why; /* NULL = not */
};
enum gw_err step_row_put(struct store *store, const struct step_row *row, const char *path,
                         int64_t *seq, struct gw_fail *fail);
/* The row's text as read from the store. Texts point into *root, which the caller frees. */
enum gw_err step_row_parse(const struct gw_buf *text, struct step_row *out, struct json **root,
                           struct gw_fail *fail);
/* True when the row of such a line has room (STORE_ROW_MAX). */
bool step_row_fits(const char *line, size_t len);
void step_row_id(const char *dev, int64_t n, char out[GW_ID_MAX + 1]);

/* ---- signers (signer.c) */

/* The server's word on whose key a device's is: server_sig of its row, and what the device is told
 * about itself (enroll, rekey, hello), so that it can be vouched for before its first record. */
enum gw_err signer_sign(const struct store_meta *meta, const struct store_device *device,
                        char out[GW_SIGN_B64 + 1]);

/* Makes sure that the key of the device is known at path: a row with the device as its id, and when
 * that one does not cover path, another with "<device>.<path>". In a transaction. */
enum gw_err signer_put(struct store *store, const struct store_meta *meta,
                       const struct store_device *device, const struct store_user *user,
                       const char *path, struct gw_fail *fail);

#endif
