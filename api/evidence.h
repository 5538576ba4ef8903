/* Steps on the wire: command lines of kind process.* to struct ev_step, and exported evidence (.gwe,
 * protocol section 6). The only place that reads and writes an export. */
#ifndef GW_API_EVIDENCE_H
#define GW_API_EVIDENCE_H

#include "api/wire.h"
#include "base/arena.h"
#include "model/evidence.h"

/* Reads one command line (bytes as signed and stored; private part in the line when it is not erased)
 * into a step. Everything is copied into the arena. GW_INVALID when it is no process command or its
 * private part does not fit. user, status, recv_at, seq are left to the caller ("", STEP_OWN, 0,
 * -1): they stand in rows and signers, not in the line. A bool becomes 0 or 1. With the private part
 * erased its values are absent and priv_erased is set. The signature is not checked. */
enum gw_err evidence_step(struct gw_arena *arena, const char *line, size_t len, struct ev_step **out,
                          struct gw_fail *fail);

/* A signer: whose key it is (row type signer). */
struct ev_signer {
    const char *dev, *user, *name, *role, *sign_key; /* base64url */
    const char *server_sig;                          /* "" = none */
    int64_t valid_from, revoked_at, revoked_seq;     /* 0 = not revoked */
};
/* A line does not say whose hand it is: gives each step the user and role of its device. Steps of devices that are not in the list keep what they have. */
void evidence_users(struct ev_step *const *steps, size_t n, const struct ev_signer *signers,
                    size_t signers_n);
/* Bytes that server_sig signs, behind "gridward-signer-v1\n". */
enum gw_err evidence_signer_text(const struct ev_signer *signer, struct gw_buf *out);

/* ---- export */

struct ev_export_line {
    const char *line;    /* command line, byte for byte */
    const char *status;  /* as the server keeps it now: "applied" … "" = never delivered */
    const char *receipt; /* base64url or "" */
    const char *result;  /* word that the receipt signs; of a step that waited for its open it is
                            "quarantined" while status is "applied" */
    int64_t recv_at;     /* `at` of the receipt, 0 = none */
    int64_t seq;         /* `seq` of the receipt, -1 = none */
};
/* An .gwe file in memory: NDJSON
 *   {"gridward":"evidence-v1","process":ID,"count":N,"digest":HEX,"server_sign_key":B64|null}
 *   {"rules":TEXT}                 whose SHA-256 is open.rules
 *   {"signer":{…}}…                one per device
 *   {"rule":{…}}…                  confirmed numbers (rows of type rule), when there are any
 *   {"step":{"line":{…},"status","receipt","result","recv_at","seq"}}…   in set order
 *   {"checkpoint":NOTE}            the newest checkpoint, the last line; absent when none was made
 * Read back: everything in the arena; a step's user is that of the signer line of its device, ""
 * without one. Errors name the line: GW_INVALID for a file that breaks this form, mixes procedures,
 * or has not `count` steps. Signatures, digest and receipts are left to the checks below. What no
 * signature covers is a signer's name, role and revocation, a rule row (its own command is in the
 * district's log), and status (receipts sign result). */
struct ev_export {
    const char *process, *digest, *rules, *server_sign_key, *checkpoint; /* NULL = none */
    int64_t count;
    struct ev_signer *signers;
    size_t signers_n;
    struct ev_export_line *lines;
    struct ev_step **steps; /* same order */
    size_t steps_n;
    const char *const *rule_rows; /* JSON objects */
    size_t rule_rows_n;
};
enum gw_err evidence_write(const struct ev_export *in, struct gw_buf *out, struct gw_fail *fail);
enum gw_err evidence_read(struct gw_arena *arena, const char *text, size_t len, struct ev_export *out,
                          struct gw_fail *fail);

#endif
