/* What the two files of verification share. */
#ifndef GW_RULES_EVIDENCE_VERIFY_P_H
#define GW_RULES_EVIDENCE_VERIFY_P_H

#include "rules/evidence_verify.h"

#define EV_SIGNER_PREFIX "gridward-signer-v1\n"

struct verifying {
    struct gw_arena arena;
    struct ev_export file;
    struct ev_set *set; /* owned */
    bool has_server_key;
    uint8_t server_key[GW_KEY_BYTES];
    struct ev_report *out;
};

/* One thing that is not in order. The first of the gravest kind gives the check its sentence. */
void ev_note(struct verifying *v, enum ev_check check, enum ev_verdict verdict, const char *fmt,
             ...) __attribute__((format(printf, 4, 5)));

/* A text among a step's values; NULL. */
const char *ev_text_of(const struct ev_step *step, const char *key);

/* Checks 2 and 11 to 14: the rule set, and what it says of the records. */
enum gw_err evidence_judge(struct verifying *v, gw_day today);

#endif
