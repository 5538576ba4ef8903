/* Hello: who we are for the server now, what it holds of our chain, and where its feed stands. */
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "sync/engine_p.h"

/* The server's newest number of this device must be ours: otherwise this laptop was restored from
 * an image (or copied), and its numbers may be in use. */
static void check_chain(struct engine *engine, const struct wire_hello *hello)
{
    if (hello->n <= 0) {
        return;
    }
    char hash[GW_HASH_HEX + 1];
    enum gw_err err = journal_hash(engine->home, hello->n, hash);
    if (err == GW_ABSENT ||
        (err == GW_OK && hello->head[0] != '\0' && strcmp(hash, hello->head) != 0)) {
        gw_log(GW_LOG_WARN, "sync: the server holds another chain for this device; new key");
        engine->rekey = true;
        engine->rekey_reason = err == GW_ABSENT ? "key-reuse" : "chain-fork";
    }
}

/* The server was restored: what this laptop signed may be lost there. First of all, because only
 * the change of the epoch tells it, and that is told once. Numbers of older keys go on under this
 * one; when the server holds another chain, its numbers say nothing about ours, and all go again.
 */
static enum gw_err before_epoch(struct engine *engine, const struct wire_hello *hello,
                                struct gw_fail *fail)
{
    struct mirror_state state;
    enum gw_err err = mirror_state(engine->home, &state);
    if (err != GW_OK || state.epoch[0] == '\0' || strcmp(state.epoch, hello->epoch) == 0) {
        return err;
    }
    err = journal_resend_old(engine->home, fail);
    err = err != GW_OK ? err : journal_resend_second(engine->home, fail);
    return err != GW_OK || !engine->rekey ? err : journal_resend(engine->home, 0, NULL, 0, fail);
}

static enum gw_err take_hello(struct engine *engine, const struct wire_hello *hello,
                              struct gw_fail *fail)
{
    bool epoch_changed = false;
    enum gw_role role;
    check_chain(engine, hello);
    enum gw_err err = before_epoch(engine, hello, fail);
    err = err != GW_OK ? err
                       : mirror_hello(engine->home, hello, &epoch_changed, &engine->changed, fail);
    if (err == GW_OK && engine->relist && !epoch_changed) {
        err = mirror_relist(engine->home, hello->cursor, fail);
    }
    if (err == GW_OK && role_parse(hello->role, &role)) {
        err = home_user(engine->home, hello->name, role, fail);
    }
    err =
        err != GW_OK ? err : home_vouched(engine->home, hello->valid_from, hello->server_sig, fail);
    if (err == GW_OK && !engine->rekey) {
        err = journal_resend(engine->home, hello->n, hello->missing, hello->missing_n, fail);
    }
    return err;
}

static bool has_feature(const struct wire_hello *hello, const char *name)
{
    for (size_t i = 0; i < hello->features_n; i++) {
        if (strcmp(hello->features[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Limits, and optional parameters: only those may be sent that the server names. */
static void take_limits(struct engine *engine, const struct wire_hello *hello)
{
    engine->page_limit = hello->limit_page > 0 && hello->limit_page < engine->times.page
                             ? hello->limit_page
                             : engine->times.page;
    engine->batch_lines = hello->limit_batch_lines;
    engine->batch_bytes = hello->limit_batch_bytes;
    engine->can_sse = has_feature(hello, "sse");
    engine->can_wait = has_feature(hello, "wait");
    engine->can_digest = has_feature(hello, "digest");
    engine->can_blobs = has_feature(hello, "blobs");
    engine->can_process = has_feature(hello, "process");
}

static void hello_answer(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_READ];
    if (lane_common_trouble(engine, LANE_READ)) {
        return;
    }
    struct wire_hello hello;
    struct gw_fail fail = {0};
    enum gw_err err = GW_SERVER;
    if (lane->status == 200) {
        err = wire_hello_decode(gw_buf_str(&lane->body), lane->body.len, &hello, &fail);
    }
    if (err == GW_OK) {
        err = take_hello(engine, &hello, &fail);
    }
    if (err != GW_OK) {
        if (fail.text[0] != '\0') {
            engine_fail(engine, &fail);
        } else {
            engine_problem(engine,
                           _("The server answered the greeting with something unreadable."));
        }
        lane_failed(engine, LANE_READ);
        engine_phase(engine, SYNC_OFFLINE);
        return;
    }
    take_limits(engine, &hello);
    engine->greeted = true;
    engine->relist = false;
    engine->too_old = false;
    engine->status.rows_loaded = 0;
    engine->outbox_empty = false;
    backoff_reset(&lane->backoff);
    lane_done(engine, LANE_READ);
    engine_phase(engine, SYNC_CATCHING_UP);
}

void hello_step(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_READ];
    if (lane->ended && lane->asked == ASK_HELLO) {
        hello_answer(engine);
    }
    if (engine->greeted || engine->token[0] == '\0') {
        return;
    }
    stream_close(engine);
    if (!lane_idle(engine, LANE_READ)) {
        return;
    }
    const struct net_request request = {
        .method = "GET",
        .path = "/v1/hello",
        .bearer = engine->token,
        .accept = "application/json",
        .total_ms = engine->times.request_total,
    };
    (void)lane_start(engine, LANE_READ, ASK_HELLO, &request, false); /* the lane backs off */
}
