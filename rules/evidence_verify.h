/* `gridward verify`: an export judged by nothing but itself (and, when given, a server's key).
 * Numbered checks in a fixed order; a failed one never stops the others.
 *
 * EV_FAILED means that the file is not what its signers wrote, or is not whole. EV_NOTED means that
 * the record is genuine and says itself that a rule was broken, something is missing or cannot be
 * judged. */
#ifndef GW_RULES_EVIDENCE_VERIFY_H
#define GW_RULES_EVIDENCE_VERIFY_H

#include "api/evidence.h"
#include "model/procedure.h"

enum ev_verdict { EV_OK, EV_NOTED, EV_FAILED, EV_SKIPPED };
enum ev_check {
    CHECK_FILE,        /* 1 header, lines, count */
    CHECK_RULES,       /* 2 the rule set is the one that was named when it was opened, and loads */
    CHECK_SIGNATURES,  /* 3 every line is signed by the key of its device */
    CHECK_SIGNERS,     /* 4 the server vouches for the keys; none unknown, none revoked before */
    CHECK_CHAINS,      /* 5 pn and pprev without gap and fork */
    CHECK_REFERENCES,  /* 6 what was seen, corrected, cosigned is here */
    CHECK_DIGEST,      /* 7 the digest of the header is that of the set */
    CHECK_CHECKPOINTS, /* 8 every older set that a checkpoint names can be rebuilt; notes are signed
                        */
    CHECK_RECEIPTS,    /* 9 receipts are the server's */
    CHECK_PRIVATE,     /* 10 private parts fit their hashes; which were erased */
    CHECK_ARITHMETIC,  /* 11 sums and shares without an article */
    CHECK_DEADLINES,   /* 12 lead times, deadlines */
    CHECK_ARTICLES,    /* 13 other rules of law */
    CHECK_PERSONS,     /* 14 second persons, contested records, repeats, roles */
    CHECK_N
};
struct ev_outcome {
    enum ev_verdict verdict;
    int64_t looked_at, bad;  /* how many things were checked, how many were not in order */
    char text[GW_FAIL_TEXT]; /* translated: the first thing that is not in order; "" = none */
};
struct ev_report {
    struct ev_outcome checks[CHECK_N];
    char process[129], title[256], digest[GW_HASH_HEX + 1], code[EV_CODE_LEN + 1];
    int64_t count;
    bool genuine; /* no check failed */
};
const char *ev_check_name(enum ev_check check);       /* translated */
const char *ev_verdict_name(enum ev_verdict verdict); /* "ok" "noted" "failed" "skipped" */

struct ev_verify_in {
    const char *text; /* of the file */
    size_t len;
    const char
        *server_sign_key; /* base64url; NULL: the one in the header, noted as taken on trust */
    gw_day today;
};
/* GW_OK: judged, whatever the verdict (also a file that cannot be read: CHECK_FILE failed).
 * GW_NOMEM. */
enum gw_err evidence_verify(const struct ev_verify_in *in, struct ev_report *out,
                            struct gw_fail *fail);

#endif
