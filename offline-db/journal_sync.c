/* The side of the journal that sync/ uses: batches out, results in. */
#include <stdlib.h>
#include <string.h>

#include "offline-db/journal.h"
#include "offline-db/odb_p.h"
#include "offline-db/process_sql_p.h"

/* ---- batches */

struct batch {
    struct home *home;
    struct gw_buf *out;
    const struct journal_limits *limits;
    struct journal_sent *list;
    size_t lines;
    int64_t own_n; /* newest of the home's own so far */
    bool pending;  /* one of them was not marked sent yet */
};

/* What was put into out as one line counts, unless it is too much behind others. GW_ABSENT: the
 * batch is full. */
static enum gw_err batch_close(struct batch *b, size_t before, enum gw_err err)
{
    err = err ? err : gw_buf_adds(b->out, "\n");
    bool too_much = err == GW_TOO_LARGE || b->out->len > b->limits->bytes;
    if (err || (too_much && b->lines > 0)) {
        if (b->out->data) {
            b->out->len = before;
            b->out->data[before] = '\0';
        }
        return too_much ? GW_ABSENT : err;
    }
    b->lines++;
    return too_much || b->lines == b->limits->lines ? GW_ABSENT : GW_OK;
}

static enum gw_err batch_own(struct batch *b, sqlite3_stmt *st)
{
    const struct wire_cmd_line line = {.body = gw_col_text(st, 1),
                                       .key = gw_col_text(st, 5),
                                       .sig = gw_col_text(st, 2),
                                       .priv = gw_col_text(st, 3)};
    size_t before = b->out->len;
    struct journal_sent *sent = &b->list[b->lines];
    *sent = (struct journal_sent){.n = gw_col_int(st, 0)};
    ODB_COL(st, 5, sent->dev);
    if (strcmp(sent->dev, b->home->id.device) == 0) {
        b->own_n = sent->n;
    }
    b->pending |= strcmp(gw_col_text(st, 4), "pending") == 0;
    return batch_close(b, before, wire_cmd_line_encode(&line, b->out));
}

static enum gw_err batch_foreign(struct batch *b, sqlite3_stmt *st)
{
    size_t before = b->out->len;
    struct journal_sent *sent = &b->list[b->lines];
    *sent = (struct journal_sent){.n = gw_col_int(st, 1), .foreign = true};
    ODB_COL(st, 0, sent->dev);
    b->pending |= strcmp(gw_col_text(st, 3), "pending") == 0;
    return batch_close(b, before, gw_buf_adds(b->out, gw_col_text(st, 2)));
}

static enum gw_err mark_own(struct home *home, const struct journal_sent *sent,
                            struct gw_fail *fail)
{
    gw_id id = "";
    sqlite3_stmt *st = odb_stmt(home, SQL_J_SENT);
    gw_bind_text(st, ":dev", sent->dev);
    gw_bind_int(st, ":n", sent->n);
    enum gw_err err = odb_row(home, st, fail);
    if (!err) {
        ODB_COL(st, 0, id);
    }
    while (!err) {
        err = odb_row(home, st, fail); /* to its end, or the write is not whole */
    }
    odb_reset(st);
    err = err == GW_ABSENT ? GW_OK : err;
    return err || !id[0] ? err : overlay_fold(home, id, fail);
}

static enum gw_err mark_sent(struct batch *b, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(b->home, GW_DURABLE_NORMAL, "journal_batch", fail);
    if (err) {
        return err;
    }
    for (size_t i = 0; !err && i < b->lines; i++) {
        const struct journal_sent *sent = &b->list[i];
        err = sent->foreign ? foreign_sent(b->home, sent->dev, sent->n, fail)
                            : mark_own(b->home, sent, fail);
    }
    return odb_end(b->home, err, fail);
}

/* Which number of the home's own the next line stands for: a second person's comes behind the
 * newest of them. */
static int64_t own_place(const struct batch *b, sqlite3_stmt *own)
{
    bool home = strcmp(gw_col_text(own, 5), b->home->id.device) == 0;
    return home ? gw_col_int(own, 0) : b->own_n + 1;
}

/* Both lists are in order already: the next one of the two, until one is full or both are empty. */
static enum gw_err merge(struct batch *b, sqlite3_stmt *own, sqlite3_stmt *foreign,
                         struct gw_fail *fail)
{
    enum gw_err own_err = odb_row(b->home, own, fail);
    enum gw_err foreign_err = foreign ? odb_row(b->home, foreign, fail) : GW_ABSENT;
    enum gw_err err = GW_OK;
    while (!err && (!own_err || !foreign_err)) {
        bool take = own_err || (!foreign_err && gw_col_int(foreign, 4) < own_place(b, own));
        if (take) {
            err = batch_foreign(b, foreign);
            foreign_err = err ? GW_OK : odb_row(b->home, foreign, fail);
        } else {
            err = batch_own(b, own);
            own_err = err ? GW_OK : odb_row(b->home, own, fail);
        }
        if ((own_err && own_err != GW_ABSENT) || (foreign_err && foreign_err != GW_ABSENT)) {
            err = own_err && own_err != GW_ABSENT ? own_err : foreign_err;
        }
    }
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err journal_batch(struct home *home, const struct journal_limits *limits,
                          struct gw_buf *out, struct journal_sent *list, size_t *lines,
                          struct gw_fail *fail)
{
    struct batch b = {.home = home, .out = out, .limits = limits, .list = list};
    sqlite3_stmt *own = odb_stmt(home, SQL_J_BATCH);
    sqlite3_stmt *foreign =
        limits->foreign ? gw_db_stmt(home->db, process_sql(SQL_FL_UNSENT)) : NULL;
    gw_bind_text(own, ":dev", home->id.device);
    gw_bind_int(own, ":foreign", limits->foreign);
    enum gw_err err = merge(&b, own, foreign, fail);
    odb_reset(own);
    if (foreign) {
        odb_reset(foreign);
    }
    if (!err && b.pending) {
        err = mark_sent(&b, fail);
    }
    *lines = err ? 0 : b.lines;
    return err;
}

/* ---- results */

static enum cmd_state state_of(enum cmd_result result)
{
    static const enum cmd_state states[RESULT_N] = {
        [RESULT_APPLIED] = CMD_APPLIED,   [RESULT_LATE] = CMD_LATE,
        [RESULT_REVIEW] = CMD_REVIEW,     [RESULT_QUARANTINED] = CMD_QUARANTINED,
        [RESULT_REJECTED] = CMD_REJECTED, [RESULT_RETRY] = CMD_STATE_N,
        [RESULT_KEY_REUSE] = CMD_STATE_N, [RESULT_CHAIN_FORK] = CMD_STATE_N,
    };
    return states[result];
}

struct known {
    enum cmd_state state;
    int64_t seq, at;
    gw_id id;
    char hash[GW_HASH_HEX + 1];
    bool alarm; /* of a kind that the overlay shows */
};

/* Whose line it answers to. */
static const char *dev_of(const struct home *home, const struct journal_result *r)
{
    return r->dev ? r->dev : home->id.device;
}

static enum gw_err read_known(struct home *home, const struct journal_result *r, struct known *out)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_ROW);
    gw_bind_text(st, ":dev", dev_of(home, r));
    gw_bind_int(st, ":n", r->n);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        if (!cmd_state_parse(gw_col_text(st, 0), &out->state)) {
            out->state = CMD_PENDING;
        }
        out->seq = gw_col_int(st, 1);
        out->at = gw_col_int(st, 2);
        ODB_COL(st, 3, out->id);
        out->alarm = strncmp(gw_col_text(st, 4), "alarm.", 6) == 0;
        ODB_COL(st, 5, out->hash);
    }
    odb_reset(st);
    return err;
}

/* Kept either way: a receipt that does not check is a fact about the server (doctor tells). */
static bool receipt_good(const struct home *home, const struct journal_result *r, const char *hash)
{
    uint8_t key[GW_KEY_BYTES];
    uint8_t sig[GW_SIGN_BYTES];
    struct gw_buf text;
    if (!gw_b64url_decode(home->id.server_sign_key, key, sizeof key) ||
        !gw_b64url_decode(r->receipt, sig, sizeof sig)) {
        return false;
    }
    gw_buf_init(&text, 4096);
    bool good =
        wire_receipt_text(dev_of(home, r), r->n, hash, r->result, r->seq, r->at, &text) == GW_OK &&
        gw_sign_ok(key, RECEIPT_PREFIX, gw_buf_str(&text), text.len, sig);
    gw_buf_free(&text);
    return good;
}

static enum gw_err store_receipt(struct home *home, const struct journal_result *r,
                                 const char *hash, struct gw_fail *fail)
{
    if (!r->receipt || !*r->receipt) {
        return GW_OK;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_J_RECEIPT);
    gw_bind_text(st, ":dev", dev_of(home, r));
    gw_bind_int(st, ":n", r->n);
    gw_bind_text(st, ":receipt", r->receipt);
    gw_bind_text(st, ":result", cmd_result_name(r->result));
    gw_bind_int(st, ":seq", r->seq);
    gw_bind_int(st, ":at", r->at);
    gw_bind_int(st, ":good", receipt_good(home, r, hash));
    return gw_db_run(home->db, st, fail);
}

static enum gw_err store_final(struct home *home, const struct journal_result *r,
                               const struct known *known, enum cmd_state state,
                               struct gw_fail *fail)
{
    bool settled = !(state == CMD_APPLIED && known->alarm);
    sqlite3_stmt *st = odb_stmt(home, SQL_J_RESULT);
    gw_bind_text(st, ":dev", dev_of(home, r));
    gw_bind_int(st, ":n", r->n);
    gw_bind_text(st, ":state", cmd_state_name(state));
    gw_bind_text(st, ":code", r->code ? r->code : "");
    gw_bind_int(st, ":seq", r->seq);
    gw_bind_int(st, ":at", r->at);
    gw_bind_text(st, ":params", r->params);
    gw_bind_text(st, ":note", r->note);
    gw_bind_int(st, ":unread", state != CMD_APPLIED);
    gw_bind_int(st, ":settled", settled);
    enum gw_err err = gw_db_run(home->db, st, fail);
    err = err ? err : store_receipt(home, r, known->hash, fail);
    return err || !known->alarm ? err : overlay_fold(home, known->id, fail);
}

/* retry, key-reuse, chain-fork: nothing is stored at the server, the command stays unsent. */
static enum gw_err store_again(struct home *home, const struct journal_result *r,
                               struct gw_fail *fail)
{
    const char *code = r->result == RESULT_RETRY ? "" : cmd_result_name(r->result);
    sqlite3_stmt *st = odb_stmt(home, SQL_J_CODE);
    gw_bind_text(st, ":dev", dev_of(home, r));
    gw_bind_int(st, ":n", r->n);
    gw_bind_text(st, ":code", code);
    return gw_db_run(home->db, st, fail);
}

static enum gw_err store_in_txn(struct home *home, const struct journal_result *r,
                                struct gw_fail *fail)
{
    struct known known = {0};
    enum gw_err err = read_known(home, r, &known);
    if (err) {
        return err == GW_ABSENT ? gw_fail_set(fail, err,
                                              _("The dispatch server answered to a "
                                                "record that this machine never made."))
                                : err;
    }
    enum cmd_state state = state_of(r->result);
    bool open = known.state == CMD_PENDING || known.state == CMD_SENT;
    if (state == CMD_STATE_N) {
        return open ? store_again(home, r, fail) : GW_OK;
    }
    if (known.state == CMD_REISSUED ||
        (!open && known.state == state && known.seq == r->seq && known.at == r->at)) {
        return store_receipt(home, r, known.hash, fail); /* the same answer again */
    }
    return store_final(home, r, &known, state, fail);
}

struct journal_result journal_result_of(const struct wire_result *line, const char *dev, int64_t n)
{
    return (struct journal_result){.dev = dev,
                                   .n = n,
                                   .result = line->result,
                                   .code = line->code,
                                   .receipt = line->receipt,
                                   .params = line->params,
                                   .note = line->note,
                                   .row = line->row,
                                   .seq = line->seq,
                                   .at = line->at};
}

enum gw_err journal_store_result(struct home *home, const struct journal_result *result,
                                 struct gw_fail *fail)
{
    if (gw_db_in_txn(home->db)) {
        return store_in_txn(home, result, fail);
    }
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "journal_store_result", fail);
    return err ? err : odb_end(home, store_in_txn(home, result, fail), fail);
}

/* ---- results of lines that a peer brought */

/* The receipt is about the author's record, so it is kept as one of this home's own is: an export
 * from here proves when it was at the server before the feed has brought the row. */
static enum gw_err foreign_receipt(struct home *home, const char *dev,
                                   const struct journal_result *r, struct gw_fail *fail)
{
    char hash[GW_HASH_HEX + 1] = "";
    struct journal_result of = *r;
    of.dev = dev;
    sqlite3_stmt *st = gw_db_stmt(home->db, process_sql(SQL_FL_HASH));
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":n", r->n);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        ODB_COL(st, 0, hash);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err ? err : store_receipt(home, &of, hash, fail);
}

static enum gw_err foreign_in_txn(struct home *home, const char *dev, const char *hash,
                                  const struct journal_result *r, struct gw_fail *fail)
{
    /* another hash for its number, or another chain: the author's laptop signs it anew */
    bool anew = r->result == RESULT_KEY_REUSE || r->result == RESULT_CHAIN_FORK;
    enum cmd_state state = anew ? CMD_REJECTED : state_of(r->result);
    if (state == CMD_STATE_N) {
        return GW_OK; /* again later */
    }
    sqlite3_stmt *st = gw_db_stmt(home->db, process_sql(SQL_FL_RESULT));
    gw_bind_text(st, ":dev", dev);
    gw_bind_int(st, ":n", r->n);
    gw_bind_text(st, ":hash", hash);
    gw_bind_text(st, ":state", cmd_state_name(state));
    gw_bind_text(st, ":code", anew ? cmd_result_name(r->result) : r->code ? r->code : "");
    enum gw_err err = gw_db_run(home->db, st, fail);
    bool ours = sqlite3_changes(gw_db_handle(home->db)) > 0;
    return err || !ours ? err : foreign_receipt(home, dev, r, fail);
}

enum gw_err journal_foreign_result(struct home *home, const char *dev, const char *hash,
                                   const struct journal_result *result, struct gw_fail *fail)
{
    if (gw_db_in_txn(home->db)) {
        return foreign_in_txn(home, dev, hash, result, fail);
    }
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "journal_foreign_result", fail);
    return err ? err : odb_end(home, foreign_in_txn(home, dev, hash, result, fail), fail);
}

/* ---- sending again */

static enum gw_err resend_one(struct home *home, int64_t n, struct gw_fail *fail)
{
    gw_id id = "";
    sqlite3_stmt *st = odb_stmt(home, SQL_J_RESEND);
    gw_bind_text(st, ":dev", home->id.device);
    gw_bind_int(st, ":n", n);
    enum gw_err err = odb_row(home, st, fail);
    if (!err) {
        ODB_COL(st, 0, id);
        err = odb_row(home, st, fail); /* to its end */
    }
    odb_reset(st);
    err = err == GW_ABSENT ? GW_OK : err;
    return err || !id[0] ? err : overlay_fold(home, id, fail);
}

static enum gw_err next_above(struct home *home, int64_t above, int64_t *n)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_J_ABOVE);
    gw_bind_text(st, ":dev", home->id.device);
    gw_bind_int(st, ":n", above);
    return odb_int(home, st, 0, n);
}

enum gw_err journal_resend(struct home *home, int64_t have_n, const int64_t *missing,
                           size_t missing_n, struct gw_fail *fail)
{
    int64_t n = have_n;
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "journal_resend", fail);
    if (err) {
        return err;
    }
    for (size_t i = 0; !err && i < missing_n; i++) {
        err = resend_one(home, missing[i], fail);
    }
    err = err ? err : next_above(home, have_n, &n);
    while (!err && n > 0) {
        err = resend_one(home, n, fail);
        err = err ? err : next_above(home, n, &n);
    }
    return odb_end(home, err, fail);
}

enum gw_err journal_resend_second(struct home *home, struct gw_fail *fail)
{
    int64_t any = 0;
    enum gw_err err = odb_int(home, odb_stmt(home, SQL_SIGNER_ANY), 0, &any);
    if (err || !any) {
        return err;
    }
    err = odb_begin(home, GW_DURABLE_FULL, "journal_resend_second", fail);
    return err ? err
               : odb_end(home, gw_db_run(home->db, odb_stmt(home, SQL_J_RESEND_SECOND), fail),
                         fail);
}

enum gw_err journal_prune(struct home *home, int64_t keep_ms, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "journal_prune", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_J_PRUNE);
    gw_bind_int(st, ":before", home->clock->wall_ms(home->clock->ctx) - keep_ms);
    return odb_end(home, gw_db_run(home->db, st, fail), fail);
}
