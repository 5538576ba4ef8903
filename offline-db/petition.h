/* The pack that answers a petition: a folder of plain files made from one procedure's records.
 *
 * 答复卷 (the answer) holds what may leave: the posted notices, figures, days, every rule with its
 * result, the verification and the evidence itself. Of private parts only those stay in it whose
 * every value a posted notice has printed; all others are left out, and everything still verifies.
 * 内部卷 (internal) holds the private parts and a readable list of all records as well. It is the
 * auditor's alone, asks a reason, and stands in the access log before anything is written; names of
 * people who objected are sealed in it (【封存】) but for the evidence file.
 *
 * No file ever holds an ID number: where a record holds one, the evidence file is left out and the
 * front page says so. */
#ifndef GW_OFFLINE_DB_PETITION_H
#define GW_OFFLINE_DB_PETITION_H

#include "offline-db/process.h"

struct petition_in {
    const char *process, *dir;
    const char *asked; /* what the petition asks; NULL or "" = not given */
    bool internal;
    const char *reason; /* of internal */
};
struct petition_out {
    size_t files, notices;     /* written; posted notices among them */
    size_t kept, broken, open; /* rules */
    bool genuine, evidence;    /* the export verifies; it is in the pack */
    /* Records whose published names are missing in the evidence file, because their private part
     * holds something unpublished as well (a resident's internal number): it can only go whole. */
    size_t withheld;
    char code[EV_CODE_LEN + 1];
};
/* dir is made; GW_REFUSED when it is there and holds anything. GW_DENIED: internal, and this user
 * is no auditor. GW_INVALID: internal without a reason. After another error the folder may hold a
 * part.
 */
enum gw_err petition_write(struct home *home, const struct petition_in *in,
                           struct petition_out *out, struct gw_fail *fail);

#endif
