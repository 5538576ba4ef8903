/* The journal: what this worker did, append-only, a signed chain (n, prev). Nothing is ever cut out
 * of it. A command is in the journal, on the disk (synchronous FULL), before any screen says
 * 已保存. */
#ifndef GW_OFFLINE_DB_JOURNAL_H
#define GW_OFFLINE_DB_JOURNAL_H

#include "api/wire.h"
#include "base/buf.h"
#include "model/command.h"
#include "offline-db/home.h"

struct journal_entry {
    int64_t n;
    gw_id dev;
    char uid[GW_UUID_LEN + 1];
    char kind[32];
    gw_id id; /* what it concerns */
    enum cmd_state state;
    char code[48];     /* "" or a result code */
    int64_t at;        /* local wall time when it was written */
    int64_t result_at; /* server time of the result, 0 */
    int64_t seq;       /* of its effect, -1 */
    bool unread;       /* a result the worker should see and has not */
};

/* Writes one command: checks the data (cmd_data_check), numbers, signs, stores it in one FULL
 * transaction that holds nothing else; whoever reads alarms next (queue_refresh, queue_one, in any
 * process and after any kill) sees it on them. out may be NULL. On failure nothing is stored and
 * the sentence says what to do (GW_FULL: the text typed is still in the caller's hands). */
enum gw_err journal_append(struct home *home, enum cmd_kind kind, const char *id,
                           int64_t expect_level, const struct cmd_data *data,
                           struct journal_entry *out, struct gw_fail *fail);

/* The same for a second person who signs on this laptop; signer NULL = the home itself. GW_REFUSED:
 * not a kind that another device may bring to the server (signer_may). */
struct home_signer;
struct journal_what {
    enum cmd_kind kind;
    const char *id;
    int64_t expect_level;
    const struct cmd_data *data;
};
enum gw_err journal_append_as(struct home *home, const struct home_signer *signer,
                              const struct journal_what *what, struct journal_entry *out,
                              struct gw_fail *fail);

/* The newest own command on an entity that a retract may name; GW_ABSENT when there is none. */
enum gw_err journal_last_on(struct home *home, const char *id, struct journal_entry *out);

/* Newest first; state CMD_STATE_N = all. visit returning false stops. */
enum gw_err journal_each(struct home *home, enum cmd_state only, int64_t limit,
                         bool (*visit)(void *ctx, const struct journal_entry *entry), void *ctx);
enum gw_err journal_get(struct home *home, int64_t n, struct journal_entry *out);
/* Number n of this very device: of a second person too. GW_ABSENT. */
enum gw_err journal_get_of(struct home *home, const char *dev, int64_t n,
                           struct journal_entry *out);
/* The signed body text as it lies in the journal. */
enum gw_err journal_body(struct home *home, int64_t n, struct gw_buf *out);
/* Marks results as seen (all, or those on one entity when id is not NULL). */
enum gw_err journal_seen(struct home *home, const char *id);

struct journal_counts {
    int64_t unsent; /* pending or sent */
    int64_t by_state[CMD_STATE_N];
    int64_t unread;
    int64_t oldest_unsent_at; /* 0 = none */
};
enum gw_err journal_counts(struct home *home, struct journal_counts *out);

/* Own duty state as the worker set it last ("on", "off", "reachable", "" = never): his own unsent
 * word first, then the newer of the server's row and the newest applied command. */
enum gw_err journal_duty(struct home *home, char out[16]);

/* ---- for sync/ */
/* Up to so many lines and bytes of wire lines (NDJSON), states pending and sent; marks them sent.
 * Own ones as they were written; with foreign also those that second persons of this laptop signed,
 * under their own device and number, and those that a peer brought, each behind the own ones that
 * were here before it (an own record may hang on it, and it on an own one). list has room for
 * max_lines and says which they are; *lines = how many. One line always goes, however long. */
struct journal_limits {
    size_t lines, bytes;
    bool foreign;
};
struct journal_sent {
    gw_id dev;
    int64_t n;
    bool foreign; /* a peer brought it */
};
enum gw_err journal_batch(struct home *home, const struct journal_limits *limits,
                          struct gw_buf *out, struct journal_sent *list, size_t *lines,
                          struct gw_fail *fail);
/* Stores one result (state, code, seq, receipt…) and refreshes the overlay, in the caller's open
 * transaction or in one of its own. Idempotent. */
struct journal_result {
    const char *dev; /* NULL = the home's own device */
    int64_t n;
    enum cmd_result result;
    const char *code, *receipt, *params, *note, *row;
    int64_t seq, at;
};
/* What a server's line says of record n; texts stay borrowed. */
struct journal_result journal_result_of(const struct wire_result *line, const char *dev, int64_t n);
enum gw_err journal_store_result(struct home *home, const struct journal_result *result,
                                 struct gw_fail *fail);
/* The same for a line of another device; hash "" = whichever is here, else only that one. It never
 * tells this worker anything and never asks for a new key: both are its author's business. */
enum gw_err journal_foreign_result(struct home *home, const char *dev, const char *hash,
                                   const struct journal_result *result, struct gw_fail *fail);
/* The server lost what it had (new epoch) or never stored it: numbers > have_n and those in missing
 * become pending again, with their receipts kept. */
enum gw_err journal_resend(struct home *home, int64_t have_n, const int64_t *missing,
                           size_t missing_n, struct gw_fail *fail);
/* The server was restored: what other keys of this home signed, and the server had answered or not,
 * goes on under the present key with the same uid (a uid that the server still knows has no second
 * effect). */
enum gw_err journal_resend_old(struct home *home, struct gw_fail *fail);
/* The same for what second persons signed: the server answers those that it knows as before. */
enum gw_err journal_resend_second(struct home *home, struct gw_fail *fail);
/* Hash of command n ("" for 0); GW_ABSENT when the journal has no such n. */
enum gw_err journal_hash(struct home *home, int64_t n, char out[GW_HASH_HEX + 1]);
/* Applied rows older than keep_ms are thinned to (dev, n, hash). */
enum gw_err journal_prune(struct home *home, int64_t keep_ms, struct gw_fail *fail);

#endif
