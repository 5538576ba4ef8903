/* Reading: snapshot jobs and feed pages, one after the other (R1-R6). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "sync/engine_p.h"

static void page_broken(struct engine *engine, enum gw_err err, const struct gw_fail *fail)
{
    gw_log(GW_LOG_ERROR, "sync: page not applied: %s", gw_err_name(err));
    if (fail->text[0] != '\0') {
        engine_fail(engine, fail);
    } else {
        engine_problem(engine, _("What the server sent could not be taken into the mirror."));
    }
    lane_failed(engine, LANE_READ);
    engine_phase(engine, SYNC_OFFLINE);
}

/* ---- feed */
static void ask_changes(struct engine *engine, const struct mirror_state *state, bool wait)
{
    char path[512];
    int n = snprintf(path, sizeof(path), "/v1/changes?since=%s&limit=%" PRId64, state->cursor,
                     engine->page_limit);
    if (state->tag[0] != '\0') {
        n += snprintf(path + n, sizeof(path) - (size_t)n, "&tag=%s", state->tag);
    }
    if (wait && engine->can_wait) {
        n += snprintf(path + n, sizeof(path) - (size_t)n, "&wait=%" PRId64,
                      engine->times.poll_wait / 1000);
    }
    if (engine->want_digest && engine->can_digest) {
        n += snprintf(path + n, sizeof(path) - (size_t)n, "&digest=1");
    }
    const struct net_request request = {
        .method = "GET",
        .path = path,
        .bearer = engine->token,
        .accept = "application/x-ndjson",
        .total_ms = engine->times.request_total + (wait ? engine->times.poll_wait : 0),
    };
    engine->asked_digest = engine->want_digest;
    engine->polled = wait;
    (void)lane_start(engine, LANE_READ, ASK_CHANGES, &request, true); /* the lane backs off */
}

static bool jobs_open(struct engine *engine)
{
    struct mirror_job job;
    return mirror_next_job(engine->home, &job) == GW_OK;
}

/* R6, some thousand rows a round. A mismatch makes a job for the scope; when that does not heal it,
 * the next tries wait. */
static enum gw_err check_digest(struct engine *engine, bool *done, struct gw_fail *fail)
{
    struct wire_rec end;
    enum gw_err err = page_end_again(engine, &end, fail);
    err = err != GW_OK ? err
                       : mirror_digest_part(engine->home, end.digest, end.digest_n,
                                            &engine->page.check, done, fail);
    if (err == GW_REFUSED) {
        gw_log(GW_LOG_WARN, "sync: digest mismatch, scope is read again");
        engine_problem(engine, fail->text);
        engine->digest_bad++;
        return GW_OK;
    }
    engine->digest_bad = err == GW_OK && *done ? 0 : engine->digest_bad;
    return err;
}

/* The feed is at its end, and what the digest says is known: say that the mirror is up to date. */
static enum gw_err feed_at_end(struct engine *engine, struct gw_fail *fail)
{
    if (engine->asked_digest) { /* answered, or by a server that does not know it */
        engine->want_digest = false;
        engine->brought = false;
        engine->digest_at_mono = engine_mono(engine) + engine->times.digest_every;
    }
    if (engine->brought) {
        engine->want_digest = true; /* one more page, with the digest, before the stream */
        return GW_OK;
    }
    if (!jobs_open(engine)) {
        engine->caught_up = true;
        return mirror_caught_up(engine->home, engine_wall(engine), fail);
    }
    return GW_OK;
}

/* What follows a page that was stored. */
static void changes_next(struct engine *engine, bool whole)
{
    struct lane *lane = &engine->lanes[LANE_READ];
    if (!whole) { /* R2: come again */
        lane_failed(engine, LANE_READ);
        return;
    }
    backoff_reset(&lane->backoff);
    if (engine->digest_bad >= 2 && jobs_open(engine)) {
        lane->retry_after_ms = engine->times.backoff_ceiling;
        lane_failed(engine, LANE_READ);
        return;
    }
    if (engine->caught_up && !engine->can_wait) {
        engine->poll_next_mono = engine_mono(engine) + engine->times.poll_wait;
    } else if (engine->polled && engine->caught_up && !engine->brought) {
        /* a server or proxy that does not let us wait must not be asked without a pause */
        engine->poll_next_mono = lane->sent_mono + engine->times.backoff_floor;
    }
    lane_done(engine, LANE_READ);
}

/* True when there is no page in the answer, and what follows from that was done. */
static bool no_page(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_READ];
    if (lane->status == 200 && lane->body.len > 0) {
        return false;
    }
    if (!lane_common_trouble(engine, LANE_READ)) {
        lane_failed(engine, LANE_READ);
        engine_phase(engine, SYNC_OFFLINE);
    }
    return true;
}

/* The page no longer fits the mirror: hello says what to do. */
static void ask_hello_again(struct engine *engine)
{
    engine->greeted = false;
    lane_done(engine, LANE_READ);
}

/* What follows a page that is in the store: its digest, then the next page. */
static void changes_stored(struct engine *engine)
{
    const struct page *page = &engine->page;
    struct gw_fail fail = {0};
    bool at_end = page->has_end && !page->end.more;
    bool done = true;
    enum gw_err err = at_end && page->end.has_digest ? check_digest(engine, &done, &fail) : GW_OK;
    if (err == GW_OK && !done) {
        return;
    }
    err = err == GW_OK && at_end ? feed_at_end(engine, &fail) : err;
    if (err != GW_OK) {
        page_broken(engine, err, &fail);
        return;
    }
    changes_next(engine, page->has_end);
}

/* The next slice of the page, and after the last one what follows it. */
static void changes_slice(struct engine *engine)
{
    struct gw_fail fail = {0};
    enum gw_err err = page_slice(engine, &engine->page.stored, &fail);
    if (err == GW_AGAIN && fail.text[0] == '\0') { /* with a sentence: the store is busy */
        ask_hello_again(engine);
    } else if (err != GW_OK) {
        page_broken(engine, err, &fail);
    } else if (engine->page.stored) {
        engine->brought = engine->brought || engine->page.records > 0;
        changes_stored(engine);
    }
}

static void changes_answer(struct engine *engine)
{
    struct gw_fail fail = {0};
    if (engine->page.open && engine->page.stored) {
        changes_stored(engine);
        return;
    }
    if (!engine->page.open) {
        if (no_page(engine)) {
            return;
        }
        enum gw_err err = page_open(engine, false, &fail);
        if (err != GW_OK) {
            page_broken(engine, err, &fail);
            return;
        }
    }
    changes_slice(engine);
}

/* ---- snapshot */
static void ask_snapshot(struct engine *engine, const struct mirror_job *job)
{
    char path[768];
    int n = snprintf(path, sizeof(path), "/v1/snapshot?scope=%s&limit=%" PRId64, job->scope,
                     engine->page_limit);
    if (job->type >= 0) {
        n += snprintf(path + n, sizeof(path) - (size_t)n, "&type=%s",
                      entity_of((enum gw_type)job->type)->name);
    }
    if (job->after[0] != '\0') {
        n += snprintf(path + n, sizeof(path) - (size_t)n, "&after=%s", job->after);
    }
    const struct net_request request = {
        .method = "GET",
        .path = path,
        .bearer = engine->token,
        .accept = "application/x-ndjson",
        .total_ms = engine->times.request_total,
    };
    (void)lane_start(engine, LANE_READ, ASK_SNAPSHOT, &request, true); /* the lane backs off */
}

/* True when there is a whole page, and its first slice may go into the store. */
static bool snapshot_open(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_READ];
    struct mirror_job job;
    struct gw_fail fail = {0};
    if (mirror_next_job(engine->home, &job) != GW_OK) {
        lane_done(engine, LANE_READ);
        return false;
    }
    if (lane->status == 403 || lane->status == 404) {         /* the scope went: ask who we are */
        (void)mirror_job_cancel(engine->home, job.job, NULL); /* else it is refused once more */
        engine->greeted = false;
        lane_failed(engine, LANE_READ); /* a breath, should hello and snapshot not agree */
        return false;
    }
    if (no_page(engine)) {
        return false;
    }
    enum gw_err err = page_open(engine, true, &fail);
    if (err != GW_OK) {
        page_broken(engine, err, &fail);
        return false;
    }
    if (!engine->page.has_begin || !engine->page.has_end) {
        lane_failed(engine, LANE_READ); /* cut: this page comes again, nothing else */
        return false;
    }
    engine->page.job = job;
    return true;
}

/* A slice of the rows, or of the sweep that ends the last page. */
static enum gw_err snapshot_round(struct engine *engine, bool *last, struct gw_fail *fail)
{
    struct page *page = &engine->page;
    if (!page->stored) {
        enum gw_err err = page_slice(engine, &page->stored, fail);
        *last = page->stored && !page->end.after_null;
        return err;
    }
    return mirror_job_sweep(engine->home, &page->job, page->begin_cursor, &page->sweep, last,
                            &engine->changed, fail);
}

static void snapshot_slice(struct engine *engine)
{
    struct gw_fail fail = {0};
    bool last = false;
    enum gw_err err = snapshot_round(engine, &last, &fail);
    if (err == GW_AGAIN) { /* another epoch, or nobody wants the scope any more */
        ask_hello_again(engine);
    } else if (err != GW_OK) {
        page_broken(engine, err, &fail);
    } else if (last) {
        engine->status.rows_loaded += (int64_t)engine->page.records;
        engine->brought = true;
        backoff_reset(&engine->lanes[LANE_READ].backoff);
        lane_done(engine, LANE_READ);
    }
}

static void snapshot_answer(struct engine *engine)
{
    if (engine->page.open || snapshot_open(engine)) {
        snapshot_slice(engine);
    }
}

void pull_step(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_READ];
    if (lane->ended && lane->asked == ASK_CHANGES) {
        changes_answer(engine);
    } else if (lane->ended && lane->asked == ASK_SNAPSHOT) {
        snapshot_answer(engine);
    }
    if (!engine_may_read(engine) || !lane_idle(engine, LANE_READ)) {
        return;
    }
    if (!engine->once && engine->caught_up && engine_mono(engine) >= engine->digest_at_mono) {
        engine->want_digest = true; /* once an hour */
        engine->caught_up = false;
    }
    if (engine->caught_up && (engine->once || !engine_polls(engine))) {
        return; /* the stream's turn */
    }
    if (engine->caught_up && engine_mono(engine) < engine->poll_next_mono) {
        return;
    }
    struct mirror_job job;
    struct mirror_state state;
    stream_close(engine);
    if (mirror_next_job(engine->home, &job) == GW_OK) {
        engine->caught_up = false;
        engine_phase(engine, SYNC_CATCHING_UP);
        ask_snapshot(engine, &job);
    } else if (mirror_state(engine->home, &state) == GW_OK && state.cursor[0] != '\0') {
        if (!engine->caught_up) {
            engine_phase(engine, SYNC_CATCHING_UP);
        } else {
            engine_phase(engine, SYNC_LIVE);
        }
        ask_changes(engine, &state, engine->caught_up && !engine->want_digest);
    }
}
