/* Evidence of one procedure: the set of its steps, signed commands of kind process.* (protocol
 * section 6). Everything here is a pure function of the set: never of arrival or of clocks.
 *
 * A step is known by the hash of its command. pprev is the hash of the same device's step before,
 * seen the newest step of every other device that the author held: together they are edges "in the
 * past of". */
#ifndef GW_MODEL_EVIDENCE_H
#define GW_MODEL_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "model/command.h"

enum proc_kind {
    PROC_OPEN,
    PROC_STEP,
    PROC_CORRECT,
    PROC_COSIGN,
    PROC_CHECKPOINT,
    PROC_CLOSE,
    PROC_KIND_N
};

/* A value of fields or counts. Texts borrowed as long as the step. */
struct proc_value {
    const char *key;
    const char *text; /* NULL: a number */
    int64_t num;
    bool private_part, erased; /* erased: was private, the private part was erased by law */
};

enum step_status { STEP_OWN, STEP_APPLIED, STEP_LATE, STEP_QUARANTINED, STEP_FOREIGN };

/* One step as read from its line. Everything borrowed from whoever read it. */
struct ev_step {
    char hash[GW_HASH_HEX + 1]; /* lower-case hex, computed by the reader (asserted) */
    const char *dev, *process;
    const char *user; /* of the signer; NULL = not known, then his cosign counts for nothing */
    const char *role; /* of the signer: "worker" …; NULL = not known, then no role is judged */
    int64_t pn, n;
    const char *pprev; /* "" for pn 1 */
    const char *const *seen;
    size_t seen_n;
    enum proc_kind kind;
    const char *step, *subject;      /* PROC_STEP; subject "" = none */
    const char *target;              /* PROC_CORRECT, PROC_COSIGN: hash */
    const struct proc_value *values; /* fields and counts of public and private part */
    size_t values_n;
    const struct proc_value *materials; /* text: hash of the attachment, or "paper" */
    size_t materials_n;
    int64_t happened_at;    /* ms, 0 = not given */
    int64_t wall, off, unc; /* as in the command; INT64_MIN = null */
    enum step_status status;
    int64_t recv_at, seq; /* of the server's receipt, 0 / -1 = none */
    const char *outcome;  /* PROC_CLOSE */
    const char *reason;   /* PROC_CORRECT; a late record (补记) */
    const char *digest, *heads,
        *note; /* PROC_CHECKPOINT: of the set; lines of heads; the signed note */
    int64_t count;
    const char *template_id, *rules; /* PROC_OPEN */
    int64_t template_version;
    bool priv_erased;
    size_t blobs_n;
};

/* ---- order */

struct ev_set; /* owned copy of order and reachability; the steps stay borrowed */

/* Reads n steps of one process in any order. Duplicates by hash are taken once: the one with a
 * receipt, the newest of these. pprev and seen that name a step which is not here are flaws and
 * make no edge; circles (no hash can make one) are cut at their smallest hash. Cost O(n log n +
 * edges + n * chains); a chain is a device, and one more for each branch of a fork and each gap, so
 * that ev_before is right whatever pn say. GW_NOMEM; GW_TOO_LARGE when n * chains is over 64 Mi
 * (256 MiB; a set that is made to hurt). */
enum gw_err ev_set_new(const struct ev_step *const *steps, size_t n, struct ev_set **out);
void ev_set_free(struct ev_set *set);

/* By the corrected clock, else by the server's receipt, else by the laptop's own clock; ms. */
int64_t ev_recorded_at(const struct ev_step *step);
size_t ev_count(const struct ev_set *set);
/* In the one order that everybody computes: parents first, ties by hash. */
const struct ev_step *ev_at(const struct ev_set *set, size_t i);
const struct ev_step *ev_find(const struct ev_set *set, const char *hash);
/* Place in that order; SIZE_MAX when it is not in the set. */
size_t ev_index(const struct ev_set *set, const struct ev_step *step);
/* a is in the past of b (b's author held a when he wrote). False for a == b. O(1). */
bool ev_before(const struct ev_set *set, size_t a, size_t b);

/* What is wrong with the shape of the set; each once per step. */
enum ev_flaw {
    EV_GAP,      /* pprev names a step that is not here, or one of another device, or pn jumps */
    EV_FORK,     /* two steps of one device with one pn or one pprev: all but the first in order */
    EV_ORPHAN,   /* seen or target names a step that is not here */
    EV_NO_OPEN,  /* no process.open; step is NULL */
    EV_TWO_OPEN, /* 重复开立: all but the first in order; quarantined ones do not count */
};
/* In set order. visit returning false stops. */
void ev_flaws(const struct ev_set *set,
              bool (*visit)(void *ctx, enum ev_flaw flaw, const struct ev_step *step), void *ctx);

/* ---- digest and checkpoint (protocol section 6) */

/* SHA-256("gridward-set-v1\n" process "\n" count "\n" || raw hashes sorted bytewise), lower-case
 * hex. process passes id_ok() (asserted: at most GW_ID_MAX bytes), here and below. */
void ev_digest(const struct ev_set *set, const char *process, char out[GW_HASH_HEX + 1]);
/* First 80 bits as Crockford base32, four groups of four: "8F3K-…" for the foot of a page. */
enum { EV_CODE_LEN = 19 };
void ev_code(const char digest[GW_HASH_HEX + 1], char out[EV_CODE_LEN + 1]);

/* The text that a checkpoint signs: a C2SP signed note without its signatures:
 * "gridward/<process>\n<count>\n<digest base64>\n" and a line "<dev> <pn> <hash>\n" for the newest
 * step of each device (of one that forked: of each branch), sorted by dev, then pn, then hash.
 * Base64 is RFC 4648 section 4 with padding. Appends; GW_ABSENT while a step of a chain is missing
 * (a gap): nobody could rebuild such a set from its heads. GW_NOMEM, GW_TOO_LARGE: nothing added.
 */
enum gw_err ev_note_text(const struct ev_set *set, const char *process, struct gw_buf *out);
/* Appends one signature line "— <name> <base64(4 bytes key id || signature)>\n" to out; key id as
 * in C2SP signed-note: first 4 bytes of SHA-256(name "\n" 0x01 public key). name = the device id
 * (GW_INVALID when it is none). A whole note is the text, one "\n", and one line per signature. */
enum gw_err ev_note_sign(const struct gw_sign_key *key, const char *name, const struct gw_buf *text,
                         struct gw_buf *out);
/* A whole note: true when it is well formed and the first line of this name and key is a good
 * signature over its text. Lines of other keys are not looked at. */
bool ev_note_check(const char *note, size_t len, const char *name, const uint8_t public_key[32]);
/* The older set that a checkpoint's heads name, rebuilt by walking pprev: its count and digest.
 * GW_ABSENT when a step of it is missing here; GW_INVALID when heads are not "dev pn hash\n" lines
 * or say another device or pn than the step itself. *count and digest are untouched then. */
enum gw_err ev_rebuild(const struct ev_set *set, const char *process, const char *heads,
                       int64_t *count, char digest[GW_HASH_HEX + 1]);

#endif
