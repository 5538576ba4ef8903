/* What the files of the petition pack share. */
#ifndef GW_OFFLINE_DB_PETITION_P_H
#define GW_OFFLINE_DB_PETITION_P_H

#include "offline-db/odb_p.h"
#include "offline-db/paper.h"
#include "offline-db/petition.h"
#include "rules/evidence_verify.h"

enum { PETITION_BYTES_MAX = 16 * 1024 * 1024, PETITION_FILE_MAX = 1024 * 1024 * 1024 };
#define PETITION_OBJECTOR "objector" /* the field whose people are never named */

/* A value that a posted notice printed. Texts are the procedure's. */
struct printed {
    const char *step, *subject, *key;
};
struct pack {
    struct home *home;
    const struct petition_in *in;
    struct petition_out *out;
    struct gw_fail *fail;
    struct process_case c;
    struct notice_set *notices; /* NULL: this kind has none */
    struct printed *printed;    /* owned */
    size_t printed_n, printed_cap;
    struct ev_report report;
    char digest[GW_HASH_HEX + 1];
    struct gw_buf index;
};

/* Writes one file and its line of the index. */
enum gw_err pack_file(struct pack *p, const char *name, const char *text, size_t len);

/* ---- petition_posted.c */
/* The paper may go into the pack: final, and posted (answer) or recorded (internal). */
bool posted_fits(struct pack *p, const struct notice *notice);
/* Collects what the posted ones print. */
enum gw_err posted_collect(struct pack *p);
/* For process_pick: every private value of the record was printed, as it is in force. */
bool posted_keep(void *ctx, const struct ev_step *step);
/* Posted notices have printed something of its private part, and it stays out of the answer all the
 * same: something else in it was not published, and it can only go whole. */
bool posted_withheld(const struct pack *p, const struct ev_step *step);
/* An ID number stands in the record; in its private part only when that goes along. */
bool posted_id_number(const struct ev_step *step, bool private_too);

/* ---- petition_rules.c: days and rules, one by one; counts them */
enum gw_err rules_page(struct pack *p, struct gw_buf *out);

/* ---- petition_pages.c */
/* Safe text; of one that holds an ID number only that it does. */
enum gw_err petition_safe(struct gw_buf *out, const char *text);
enum gw_err counts_page(struct pack *p, struct gw_buf *out);
enum gw_err verify_page(struct pack *p, struct gw_buf *out);
enum gw_err records_page(struct pack *p, struct gw_buf *out); /* internal */
enum gw_err front_page(struct pack *p, struct gw_buf *out);

#endif
