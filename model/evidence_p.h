/* Inside of evidence.c and evidence_note.c: the set as it lies in memory. */
#ifndef GW_MODEL_EVIDENCE_P_H
#define GW_MODEL_EVIDENCE_P_H

#include "model/evidence.h"

#define EV_NOWHERE UINT32_MAX

enum { EV_TIP = 0x80 }; /* beside the flaw bits: no step of its device follows it */

/* A step has two numbers: its rank among the hashes (0…n-1) and its place in the order. */
struct ev_set {
    size_t n;
    const struct ev_step **steps; /* by rank */
    uint8_t *raw;                 /* by rank, GW_HASH_BYTES each: what the digest reads */
    uint64_t *keys;               /* by rank: the first digits of the hash as a number */
    uint32_t *place;              /* rank -> place */
    uint32_t *rank;               /* place -> rank */
    uint32_t *prev;               /* place -> place of pprev, EV_NOWHERE */
    bool *blind;                  /* by rank: a step that it had seen is not here */
    uint8_t *flags;               /* by place: bits of enum ev_flaw, EV_TIP */
    uint32_t *chain, *pos;        /* by place: which chain, where in it (1…) */
    uint32_t *past;               /* place * chains + chain: newest pos in the past, 0 = none */
    size_t chains;
    bool no_open;
};

/* Rank of a hash, EV_NOWHERE. */
uint32_t ev_rank(const struct ev_set *set, const char *hash);
const struct ev_step *ev_placed(const struct ev_set *set, size_t place);
/* Gaps, forks, orphans, opens and tips, once the order is there. GW_NOMEM. */
enum gw_err ev_find_flaws(struct ev_set *set);

#endif
