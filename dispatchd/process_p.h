/* Procedures at the server: rows of type process, step, signer, and rule (protocol section 6). The
 * server keeps evidence; whether a rule of law was kept is computed by whoever reads it. */
#ifndef GW_DISPATCHD_PROCESS_P_H
#define GW_DISPATCHD_PROCESS_P_H

#include "dispatchd/commands_p.h"

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

/* Makes sure that the key of the device is known at path: a row with the device as its id, and when
 * that one does not cover path, another with "<device>.<path>". In a transaction. */
enum gw_err signer_put(struct store *store, const struct store_meta *meta,
                       const struct store_device *device, const struct store_user *user,
                       const char *path, struct gw_fail *fail);

/* ---- steps that came before their open (process_wait.c) */

/* Where they lie: "w." and half of a hash of the process. Nobody has an area there. */
void process_waiting_path(const char *process, char out[GW_PATH_MAX + 1]);
/* The process is known now, at path: its waiting steps move there, and those whose author has the
 * right are applied. *closed = one of these ended it. */
enum gw_err process_waiting_moved(struct command *c, const char *path, bool *closed,
                                  struct gw_fail *fail);

#endif
