/* GET /v1/changes: at once, as a long-poll, as a stream. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "dispatchd/core_p.h"

struct core_feed {
    struct core *core;             /* borrowed; outlives the feed */
    char session[GW_HASH_HEX + 1]; /* key of the session */
    char tag[17];                  /* what the client knows */
    int64_t since;                 /* cursor of the client */
    int64_t limit;
    int64_t pulse, gen; /* of the core when last looked */
    bool sse, digest, more;
    bool caught_up;     /* SSE: the first `end` was sent */
    int64_t until_mono; /* long-poll */
    int64_t beat_mono, mark_mono;
};

/* ---- one helping */

struct helping {
    struct feed_page page;
    bool scopes; /* a scopes line was written */
};

static struct page_cache *cached(struct core *core, const struct person *person,
                                 const struct feed_page *page)
{
    for (size_t i = 0; i < PAGE_CACHE_N; i++) {
        struct page_cache *c = &core->pages[i];
        if (c->seq == core->meta.seq && c->since == page->since && c->sse == page->sse &&
            c->seq > 0 && strcmp(c->tag, person->tag) == 0) {
            return c;
        }
    }
    return NULL;
}

/* Streams of the same rights stand at the same cursor: what one gets the next one gets too. Only
 * committed states are shared. */
static void share(struct core *core, const struct person *person, const struct feed_page *page,
                  const char *text, size_t len)
{
    if (core->writing || page->newest != core->meta.seq || page->limit != core->limits.page) {
        return;
    }
    struct page_cache *c = &core->pages[core->pages_at++ % PAGE_CACHE_N];
    c->seq = 0;
    gw_buf_reset(&c->text);
    if (gw_buf_add(&c->text, text, len) != GW_OK) {
        return; /* too large to share */
    }
    memcpy(c->tag, person->tag, sizeof c->tag);
    c->since = page->since;
    c->sse = page->sse;
    c->last = page->last;
    c->more = page->more;
    c->n = page->n;
    c->seq = page->newest;
}

/* exact: a digest of the store as it is now will follow; another process may have written since
 * the page was shared, and cursor and digest must be of one state. */
static enum gw_err records(struct core *core, const struct person *person, bool exact,
                           struct feed_page *page, struct gw_buf *out, struct gw_fail *fail)
{
    bool shared = !core->writing && !exact && page->limit == core->limits.page;
    const struct page_cache *hit = shared ? cached(core, person, page) : NULL;
    if (hit) {
        page->last = hit->last;
        page->more = hit->more;
        page->n = hit->n;
        page->newest = hit->seq;
        return gw_buf_add(out, gw_buf_str(&hit->text), hit->text.len);
    }
    size_t began = out->len;
    enum gw_err err = feed_records(core, person, page, out, fail);
    if (!err) {
        share(core, person, page, out->data ? out->data + began : "", out->len - began);
    }
    return err;
}

/* Scopes when the tag differs, the records, and the end line when wanted. */
static enum gw_err help(struct core *core, const struct person *person, struct core_feed *feed,
                        struct helping *h, struct gw_buf *out, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    h->page = (struct feed_page){.since = feed->since, .limit = feed->limit, .sse = feed->sse};
    h->scopes = strcmp(feed->tag, person->tag) != 0;
    if (h->scopes) {
        err = feed_scopes(core, person, feed->sse, out);
    }
    err = err ? err : records(core, person, feed->digest && !feed->caught_up, &h->page, out, fail);
    if (!err) {
        memcpy(feed->tag, person->tag, sizeof feed->tag);
        feed->since = h->page.last;
        feed->more = h->page.more;
    }
    return err;
}

/* ---- the request */

static bool wants_stream(const struct core_request *request)
{
    return request->accept && strstr(request->accept, "text/event-stream") != NULL;
}

static void answer_gone(struct call *call, const char *slug)
{
    answer_problem(call->out, 410, slug, "The mirror must be made anew from snapshots.");
}

/* A cursor of ours between the horizon and now; else the answer is given. */
static bool cursor_ok(struct call *call, const struct wire_cursor *cursor)
{
    struct store_meta meta;
    struct gw_fail fail = {.err = GW_OK};
    enum gw_err err = call->core->store->ops->meta(call->core->store, &meta, &fail);
    if (err) {
        core_break(call, err, &fail);
        return false;
    }
    gw_wipe(&meta.sign_key, sizeof meta.sign_key);
    gw_wipe(meta.box_secret, sizeof meta.box_secret);
    if (strcmp(cursor->epoch, meta.epoch) != 0) {
        answer_gone(call, "epoch-changed");
        return false;
    }
    if (cursor->seq < meta.horizon || cursor->seq > meta.seq) {
        answer_gone(call, "cursor-expired");
        return false;
    }
    return true;
}

struct asked {
    struct wire_cursor cursor;
    int64_t limit, wait_s, digest;
    const char *tag;
    bool sse;
};

static bool parse(struct call *call, struct asked *out)
{
    const char *since = query_get(call->query, "since");
    const char *last = call->request->last_event_id;
    struct wire_cursor resumed;
    out->sse = wants_stream(call->request);
    out->tag = query_get(call->query, "tag");
    if (!since || !wire_cursor_parse(since, &out->cursor) || (out->tag && !id_ok(out->tag)) ||
        !query_int(call->query, "limit", call->core->limits.page, &out->limit) || out->limit < 1 ||
        !query_int(call->query, "wait", 0, &out->wait_s) ||
        !query_int(call->query, "digest", 0, &out->digest) || out->digest > 1) {
        answer_problem(call->out, 400, "malformed",
                       "since, tag, limit, wait or digest cannot be read.");
        return false;
    }
    if (out->sse && last && wire_cursor_parse(last, &resumed)) {
        out->cursor = resumed;
    }
    if (out->limit > call->core->limits.page) {
        out->limit = call->core->limits.page;
    }
    return cursor_ok(call, &out->cursor);
}

static struct core_feed *new_feed(struct call *call, const struct asked *asked)
{
    struct core *core = call->core;
    struct core_feed *feed = calloc(1, sizeof *feed);
    if (!feed) {
        return NULL;
    }
    feed->core = core;
    gw_sha256_hex2(call->request->bearer, strlen(call->request->bearer), NULL, 0, feed->session);
    (void)snprintf(feed->tag, sizeof feed->tag, "%.16s", asked->tag ? asked->tag : "");
    feed->since = asked->cursor.seq;
    feed->limit = asked->limit;
    feed->sse = asked->sse;
    feed->digest = asked->digest == 1;
    core->stats.streams++;
    return feed;
}

/* Answers now when there is something, or when the client does not wait. */
static enum gw_err answer_now(struct call *call, struct core_feed *feed, bool wait, bool *waits,
                              struct gw_fail *fail)
{
    struct core *core = call->core;
    struct helping h;
    enum gw_err err = core->store->ops->read_begin(core->store, fail);
    if (err) {
        return err;
    }
    err = help(core, call->person, feed, &h, &call->out->body, fail);
    *waits = !err && wait && h.page.n == 0 && !h.scopes;
    if (!err && !*waits) {
        err = feed_end(core, call->person, &h.page, feed->digest, &call->out->body, fail);
    }
    core->store->ops->read_end(core->store);
    return err;
}

static void start_stream(struct call *call, struct core_feed *feed)
{
    call->out->kind = CORE_STREAM;
    call->out->status = 200;
    call->out->content_type = "text/event-stream";
    call->out->feed = feed;
    feed->pulse = -1; /* look at once */
    feed->beat_mono = core_mono(call->core) + call->core->limits.heartbeat_ms;
    feed->mark_mono = core_mono(call->core) + call->core->limits.bookmark_ms;
}

static void poll_or_answer(struct call *call, struct core_feed *feed, int64_t wait_ms)
{
    struct core *core = call->core;
    struct gw_fail fail = {.err = GW_OK};
    bool waits = false;
    /* inside a turn that writes nothing is certain yet: look again after the commit */
    int64_t pulse = core->writing ? -1 : core->pulse;
    enum gw_err err = answer_now(call, feed, wait_ms > 0, &waits, &fail);
    if (err) {
        core_feed_free(feed);
        gw_buf_reset(&call->out->body);
        core_break(call, err, &fail);
        return;
    }
    call->out->status = 200;
    call->out->content_type = "application/x-ndjson";
    if (!waits) {
        core_feed_free(feed);
        return;
    }
    feed->pulse = pulse;
    feed->gen = core->gen;
    feed->until_mono = core_mono(core) + wait_ms;
    call->out->kind = CORE_WAIT;
    call->out->until_at = feed->until_mono;
    call->out->feed = feed;
}

void handle_changes(struct call *call)
{
    struct asked asked;
    if (!parse(call, &asked)) {
        return;
    }
    struct core_feed *feed = new_feed(call, &asked);
    if (!feed) {
        answer_error(call->out, GW_NOMEM);
        return;
    }
    int64_t wait_ms = asked.wait_s * 1000;
    if (wait_ms > call->core->limits.wait_max_ms) {
        wait_ms = call->core->limits.wait_max_ms;
    }
    if (asked.sse) {
        start_stream(call, feed);
    } else {
        poll_or_answer(call, feed, wait_ms);
    }
}

/* ---- afterwards */

void core_feed_free(struct core_feed *feed)
{
    if (feed) {
        feed->core->stats.streams--;
        free(feed);
    }
}

bool core_feed_ready(struct core *core, struct core_feed *feed)
{
    int64_t now = core_mono(core);
    if (core->writing) {
        return false; /* not before the commit */
    }
    if (feed->more || feed->pulse != core->pulse || feed->gen != core->gen) {
        return true;
    }
    return feed->sse ? now >= feed->beat_mono || now >= feed->mark_mono : now >= feed->until_mono;
}

static const struct person *still_allowed(struct core *core, const struct core_feed *feed)
{
    struct session *session = map_get(&core->sessions, feed->session);
    const struct person *person = NULL;
    struct gw_fail fail = {.err = GW_OK};
    if (!session || core_mono(core) >= session->expires_mono) {
        return NULL;
    }
    return session_person(core, session, &person, &fail) == GW_OK ? person : NULL;
}

/* What a stream gets besides records: the first complete end, bookmarks, heartbeats. */
static enum gw_err stream_extras(struct core *core, const struct person *person,
                                 struct core_feed *feed, const struct helping *h,
                                 struct gw_buf *out, struct gw_fail *fail)
{
    int64_t now = core_mono(core);
    enum gw_err err = GW_OK;
    if (!h->page.more && (!feed->caught_up || now >= feed->mark_mono)) {
        err = feed_end(core, person, &h->page, feed->digest && !feed->caught_up, out, fail);
        feed->caught_up = true;
        feed->mark_mono = now + core->limits.bookmark_ms;
    } else if (out->len == 0 && now >= feed->beat_mono) {
        err = gw_buf_adds(out, ": \n\n");
    }
    if (out->len > 0) {
        feed->beat_mono = now + core->limits.heartbeat_ms;
    }
    return err;
}

static enum gw_err poll_extras(struct core *core, const struct person *person,
                               const struct core_feed *feed, const struct helping *h,
                               struct gw_buf *out, bool *done, struct gw_fail *fail)
{
    *done = h->page.n > 0 || h->scopes || core_mono(core) >= feed->until_mono;
    return *done ? feed_end(core, person, &h->page, feed->digest, out, fail) : GW_OK;
}

static enum gw_err next(struct core *core, const struct person *person, struct core_feed *feed,
                        struct gw_buf *out, bool *done, struct gw_fail *fail)
{
    struct helping h;
    enum gw_err err = core->store->ops->read_begin(core->store, fail);
    if (err) {
        return err;
    }
    err = help(core, person, feed, &h, out, fail);
    if (!err) {
        err = feed->sse ? stream_extras(core, person, feed, &h, out, fail)
                        : poll_extras(core, person, feed, &h, out, done, fail);
    }
    core->store->ops->read_end(core->store);
    return err;
}

enum core_feed_state core_feed_next(struct core *core, struct core_feed *feed, struct gw_buf *out)
{
    struct gw_fail fail = {.err = GW_OK};
    bool done = false;
    size_t began = out->len;
    const struct person *person = still_allowed(core, feed);
    if (core->writing) {
        return FEED_NOTHING;
    }
    if (!person) {
        return FEED_CLOSED;
    }
    feed->pulse = core->pulse;
    feed->gen = core->gen;
    enum gw_err err = next(core, person, feed, out, &done, &fail);
    if (err) {
        gw_log(GW_LOG_WARN, "feed: %s: %s", gw_err_name(err), fail.text);
        out->len = began; /* nothing half: the client comes again from its cursor */
        if (out->data) {
            out->data[began] = '\0';
        }
        core->stats.overruns += err == GW_TOO_LARGE;
        return FEED_CLOSED;
    }
    if (done) {
        return FEED_CLOSED;
    }
    return out->len > began ? FEED_BYTES : FEED_NOTHING;
}
