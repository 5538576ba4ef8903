/* Reading: snapshot jobs and feed pages, one after the other, one transaction a page (R1-R6). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "sync/engine_p.h"

struct page {
    const char *text;
    size_t len;
    size_t whole; /* bytes that may be applied: ends at a line end, before an open seq group */
    bool has_end;
    bool has_begin;
    struct wire_rec end; /* digest array borrowed: read before the next decode */
    char begin_cursor[96];
    int64_t last_whole_seq; /* of the last whole group, -1 none */
    size_t records;
};

static size_t line_len(const char *text, size_t len)
{
    const char *nl = memchr(text, '\n', len);
    return nl == NULL ? 0 : (size_t)(nl - text) + 1;
}

static bool counts(enum wire_op op)
{
    return op == OP_PUT || op == OP_OUT || op == OP_DEL;
}

/* First pass: where whole seq groups end, and whether the page is complete. */
static enum gw_err page_survey(struct engine *engine, struct page *page, struct gw_fail *fail)
{
    size_t at = 0;
    int64_t open_seq = -1;
    page->last_whole_seq = -1;
    while (at < page->len) {
        size_t n = line_len(page->text + at, page->len - at);
        if (n == 0) {
            break; /* a line without its end was cut */
        }
        struct wire_rec rec;
        enum gw_err err =
            n == 1 ? GW_ABSENT
                   : wire_rec_decode(engine->decoder, page->text + at, n - 1, &rec, fail);
        if (err != GW_OK && err != GW_ABSENT) {
            return err;
        }
        if (err == GW_OK && counts(rec.op) && rec.seq != open_seq) {
            page->whole = at;
            page->last_whole_seq = open_seq;
            open_seq = rec.seq;
        }
        if (err == GW_OK && counts(rec.op)) {
            page->records++;
        }
        if (err == GW_OK && rec.op == OP_BEGIN) {
            page->has_begin = true;
            memcpy(page->begin_cursor, rec.cursor, sizeof(page->begin_cursor));
        }
        at += n;
        if (err == GW_OK && rec.op == OP_END) {
            page->has_end = true;
            page->end = rec;
            page->whole = at;
            break;
        }
    }
    return GW_OK;
}

static enum gw_err page_apply(struct engine *engine, const struct page *page, struct gw_fail *fail)
{
    size_t at = 0;
    while (at < page->whole) {
        size_t n = line_len(page->text + at, page->whole - at);
        struct wire_rec rec;
        enum gw_err err =
            n <= 1 ? GW_ABSENT
                   : wire_rec_decode(engine->decoder, page->text + at, n - 1, &rec, fail);
        if (err == GW_OK && rec.op != OP_END && rec.op != OP_BEGIN) {
            err = mirror_page_rec(engine->home, &rec, fail);
        }
        if (err != GW_OK && err != GW_ABSENT) {
            return err;
        }
        at += n;
    }
    return GW_OK;
}

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

/* R6. A mismatch makes a job for the scope; when that does not heal it, the next tries wait. */
static enum gw_err check_digest(struct engine *engine, const struct page *page,
                                struct gw_fail *fail)
{
    /* The records were applied after the survey: decode the end line again for its digest. */
    const char *line = page->text + page->whole;
    size_t n = 1;
    while (line - n > page->text && line[-(ptrdiff_t)n - 1] != '\n') {
        n++;
    }
    struct wire_rec rec;
    enum gw_err err = wire_rec_decode(engine->decoder, line - n, n - 1, &rec, fail);
    if (err != GW_OK) {
        return err;
    }
    err = mirror_digest(engine->home, rec.digest, rec.digest_n, fail);
    if (err == GW_REFUSED) {
        gw_log(GW_LOG_WARN, "sync: digest mismatch, scope is read again");
        engine_problem(engine, fail->text);
        engine->digest_bad++;
        return GW_OK;
    }
    engine->digest_bad = err == GW_OK ? 0 : engine->digest_bad;
    return err;
}

/* The feed is at its end: check the digest, say that the mirror is up to date. */
static enum gw_err feed_at_end(struct engine *engine, const struct page *page, struct gw_fail *fail)
{
    if (engine->asked_digest) { /* answered, or by a server that does not know it */
        engine->want_digest = false;
        engine->brought = false;
        engine->digest_at_mono = engine_mono(engine) + engine->times.digest_every;
    }
    if (page->end.has_digest) {
        enum gw_err err = check_digest(engine, page, fail);
        if (err != GW_OK) {
            return err;
        }
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

/* The cursor after this page: its own, or (R2) that of the last whole seq group; "" = as before. */
static void page_cursor(const struct page *page, const struct mirror_state *state, char out[96])
{
    struct wire_cursor at;
    out[0] = '\0';
    if (page->has_end) {
        memcpy(out, page->end.cursor, sizeof(page->end.cursor));
    } else if (page->last_whole_seq >= 0 && wire_cursor_parse(state->cursor, &at)) {
        at.seq = page->last_whole_seq > at.seq ? page->last_whole_seq : at.seq;
        wire_cursor_print(&at, out);
    }
}

static enum gw_err page_store(struct engine *engine, const struct page *page, const char *cursor,
                              struct gw_fail *fail)
{
    enum gw_err err = mirror_page_begin(engine->home, fail);
    if (err != GW_OK) {
        return err;
    }
    err = page_apply(engine, page, fail);
    if (err != GW_OK) {
        mirror_page_drop(engine->home);
        return err;
    }
    err = mirror_page_end(engine->home, cursor[0] != '\0' ? cursor : NULL, &engine->changed, fail);
    if (err == GW_OK && page->records > 0) {
        engine->brought = true;
    }
    return err;
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

static void changes_answer(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_READ];
    if (no_page(engine)) {
        return;
    }
    struct page page = {.text = gw_buf_str(&lane->body), .len = lane->body.len};
    struct gw_fail fail = {0};
    struct mirror_state state;
    struct wire_cursor now;
    char cursor[96] = "";
    enum gw_err err = mirror_state(engine->home, &state);
    err = err != GW_OK ? err : page_survey(engine, &page, &fail);
    if (err == GW_OK) {
        page_cursor(&page, &state, cursor);
    }
    if (err == GW_OK && page.has_end &&
        (!wire_cursor_parse(cursor, &now) || strcmp(now.epoch, state.epoch) != 0)) {
        engine->greeted = false; /* a page of another epoch: hello says what to do */
        lane_done(engine, LANE_READ);
        return;
    }
    err = err != GW_OK ? err : page_store(engine, &page, cursor, &fail);
    if (err == GW_OK && page.has_end && !page.end.more) {
        err = feed_at_end(engine, &page, &fail);
    }
    if (err != GW_OK) {
        page_broken(engine, err, &fail);
        return;
    }
    changes_next(engine, page.has_end);
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

static enum gw_err job_store(struct engine *engine, const struct mirror_job *job,
                             const struct page *page, struct gw_fail *fail)
{
    enum gw_err err = mirror_page_begin(engine->home, fail);
    if (err != GW_OK) {
        return err;
    }
    err = page_apply(engine, page, fail);
    if (err != GW_OK) {
        mirror_page_drop(engine->home);
        return err;
    }
    bool last = page->end.after_null;
    return mirror_job_page_end(engine->home, job, page->begin_cursor, last ? NULL : page->end.after,
                               last, &engine->changed, fail);
}

static void snapshot_page(struct engine *engine, const struct mirror_job *job)
{
    struct lane *lane = &engine->lanes[LANE_READ];
    struct page page = {.text = gw_buf_str(&lane->body), .len = lane->body.len};
    struct gw_fail fail = {0};
    enum gw_err err = page_survey(engine, &page, &fail);
    if (err == GW_OK && (!page.has_begin || !page.has_end)) {
        lane_failed(engine, LANE_READ); /* cut: this page comes again, nothing else */
        return;
    }
    err = err != GW_OK ? err : job_store(engine, job, &page, &fail);
    if (err == GW_AGAIN) { /* another epoch */
        engine->greeted = false;
        lane_done(engine, LANE_READ);
    } else if (err != GW_OK) {
        page_broken(engine, err, &fail);
    } else {
        engine->status.rows_loaded += (int64_t)page.records;
        engine->brought = true;
        backoff_reset(&lane->backoff);
        lane_done(engine, LANE_READ);
    }
}

static void snapshot_answer(struct engine *engine)
{
    struct lane *lane = &engine->lanes[LANE_READ];
    struct mirror_job job;
    if (mirror_next_job(engine->home, &job) != GW_OK) {
        lane_done(engine, LANE_READ);
    } else if (lane->status == 403 || lane->status == 404) {  /* the scope went: ask who we are */
        (void)mirror_job_cancel(engine->home, job.job, NULL); /* else it is refused once more */
        engine->greeted = false;
        lane_failed(engine, LANE_READ); /* a breath, should hello and snapshot not agree */
    } else if (!no_page(engine)) {
        snapshot_page(engine, &job);
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
