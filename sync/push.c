/* Sending: the journal in order, a batch at a time, each command with its own result. A command
 * ends only by its result; everything else means "again later". */
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "sync/engine_p.h"

static void ask_rekey(struct engine *engine, const char *reason)
{
    engine->rekey = true;
    engine->rekey_reason = reason;
}

static bool is_bad(enum cmd_result result)
{
    return result == RESULT_REJECTED || result == RESULT_QUARANTINED ||
           result == RESULT_KEY_REUSE || result == RESULT_CHAIN_FORK;
}

/* What another device signed ends here by its result too; what is wrong with its chain is no reason
 * for a new key of ours. */
static enum gw_err store_result(struct engine *engine, const struct journal_sent *sent,
                                const struct journal_result *stored, bool *again,
                                struct gw_fail *fail)
{
    if (stored->result == RESULT_RETRY) {
        *again = true;
        return GW_OK;
    }
    if (sent->foreign) {
        return journal_foreign_result(engine->home, sent->dev, "", stored, fail);
    }
    bool own = strcmp(sent->dev, engine->home->id.device) == 0;
    bool refused = stored->result == RESULT_KEY_REUSE || stored->result == RESULT_CHAIN_FORK;
    engine->status.bad_results += is_bad(stored->result) ? 1 : 0;
    if (refused && own) {
        ask_rekey(engine, cmd_result_name(stored->result));
        return GW_OK;
    }
    return journal_store_result(engine->home, stored, fail);
}

/* One result line. i names the line of the batch; n is null only for lines that were not stored. */
static enum gw_err take_result(struct engine *engine, const char *line, size_t len, bool *again,
                               struct gw_fail *fail)
{
    struct wire_result result;
    struct json *root = NULL;
    enum gw_err err = wire_result_decode(line, len, &result, &root, fail);
    bool ours = err == GW_OK && result.i >= 0 && result.i < (int64_t)engine->batch_len &&
                (result.n < 0 || result.n == engine->batch[result.i].n);
    if (!ours) { /* one line that says nothing must not hold up the others */
        json_free(root);
        gw_log(GW_LOG_ERROR, "sync: a result line cannot be used");
        *again = true;
        return err == GW_NOMEM ? err : GW_OK;
    }
    const struct journal_sent *sent = &engine->batch[result.i];
    const struct journal_result stored = journal_result_of(&result, sent->dev, sent->n);
    err = store_result(engine, sent, &stored, again, fail);
    json_free(root);
    return err;
}

static enum gw_err take_results(struct engine *engine, bool *again, struct gw_fail *fail)
{
    struct lane *lane = &engine->lanes[LANE_PUSH];
    const char *text = gw_buf_str(&lane->body);
    size_t at = 0, lines = 0;
    enum gw_err err = gw_db_begin(engine->home->db, GW_DURABLE_FULL, "push_results", fail);
    while (err == GW_OK && at < lane->body.len) {
        const char *nl = memchr(text + at, '\n', lane->body.len - at);
        if (nl == NULL) {
            break; /* cut: these come again */
        }
        size_t n = (size_t)(nl - (text + at));
        if (n > 0) {
            err = take_result(engine, text + at, n, again, fail);
            lines++;
        }
        at += n + 1;
    }
    if (err != GW_OK) {
        gw_db_rollback(engine->home->db);
        return err;
    }
    *again = *again || lines < engine->batch_len; /* cut, or a server that leaves lines out */
    return gw_db_commit(engine->home->db, fail);
}

static void push_answer(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_PUSH];
    if (lane->status == 413 && engine->batch_len > 1) {
        engine->batch_lines = (int64_t)(engine->batch_len / 2);
        lane_done(engine, LANE_PUSH);
        return;
    }
    if (lane->status != 200 || lane->body.len == 0) {
        if (!lane_common_trouble(engine, LANE_PUSH)) {
            engine_problem(engine, _("The server did not take the batch. What you did stays in the "
                                     "journal and is sent again."));
            lane_failed(engine, LANE_PUSH);
        }
        return;
    }
    bool again = false;
    struct gw_fail fail = {0};
    enum gw_err err = take_results(engine, &again, &fail);
    engine->changed |= 1u << TYPE_ALARM; /* marks and overlay */
    engine->outbox_empty = false;
    if (err != GW_OK || again) {
        gw_log(GW_LOG_WARN, "sync: results: %s%s", gw_err_name(err),
               again ? ", some to retry" : "");
        if (err != GW_OK && fail.text[0] != '\0') {
            engine_fail(engine, &fail);
        }
        lane_failed(engine, LANE_PUSH);
        return;
    }
    backoff_reset(&lane->backoff);
    lane_done(engine, LANE_PUSH);
}

static void push_batch(struct engine *engine)
{
    size_t lines =
        (size_t)(engine->batch_lines > 0 && engine->batch_lines < 200 ? engine->batch_lines : 200);
    size_t bytes = engine->batch_bytes > 0 && engine->batch_bytes < 1024 * 1024
                       ? (size_t)engine->batch_bytes
                       : 1024 * 1024;
    struct gw_buf body;
    struct gw_fail fail = {0};
    gw_buf_init(&body, bytes + 1024);
    /* before the look: what another process writes behind it is news then */
    int64_t version = gw_db_data_version(engine->home->db);
    const struct journal_limits limits = {lines, bytes, engine->can_process};
    enum gw_err err =
        journal_batch(engine->home, &limits, &body, engine->batch, &engine->batch_len, &fail);
    if (err != GW_OK) {
        engine_fail(engine, &fail);
        lane_failed(engine, LANE_PUSH);
    } else if (engine->batch_len == 0) {
        engine->outbox_empty = true;
        engine->outbox_version = version;
    } else {
        struct net_request request;
        lane_post(&request, engine, "/v1/commands", "application/x-ndjson", &body);
        (void)lane_start(engine, LANE_PUSH, ASK_COMMANDS, &request, true); /* the lane backs off */
    }
    gw_buf_free(&body);
}

void push_step(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_PUSH];
    if (lane->ended && lane->asked == ASK_COMMANDS) {
        push_answer(engine);
    }
    if (engine->token[0] == '\0' || engine->rekey || (!engine->greeted && !engine->too_old) ||
        !lane_idle(engine, LANE_PUSH)) {
        return;
    }
    /* Another process (the command line beside the console) may have written to the journal. */
    if (engine->outbox_empty && gw_db_data_version(engine->home->db) == engine->outbox_version) {
        return;
    }
    push_batch(engine);
}
