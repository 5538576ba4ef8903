/* The turn, the routes, start and stop. */
#include "dispatchd/core.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "base/log.h"
#include "dispatchd/core_p.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct gw_setting core_settings[] = {
    {"token.lifetime", GW_SET_MS, "30m", 1000, 86400000,
     N_("How long a token of a console serves.")},
    {"token.nonce", GW_SET_MS, "60s", 1000, 3600000,
     N_("How long a nonce waits for its signature.")},
    {"live.window", GW_SET_MS, "90s", 100, 3600000,
     N_("A console is live when it asked for something within this time.")},
    {"live.save", GW_SET_MS, "30s", 100, 3600000,
     N_("How often the last times of consoles and devices are written down.")},
    {"feed.wait", GW_SET_MS, "25s", 0, 600000, N_("Longest wait of a long-poll.")},
    {"feed.heartbeat", GW_SET_MS, "15s", 50, 600000, N_("Between two heartbeats of a stream.")},
    {"feed.bookmark", GW_SET_MS, "60s", 50, 3600000, N_("Between two bookmarks of a stream.")},
    {"feed.page", GW_SET_INT, "500", 1, 5000, N_("Records of a page.")},
    {"feed.keep", GW_SET_MS, "180d", 1000, 0x7fffffffffff,
     N_("How long deletions stay in the feed; a console that was away longer starts anew.")},
    {"ingest.keep", GW_SET_MS, "180d", 1000, 0x7fffffffffff,
     N_("How long an event of a source is known as a repeat.")},
    {"ingest.age", GW_SET_MS, "1h", 0, 0x7fffffffffff,
     N_("How far back a device's own time is believed; else the time of arrival counts.")},
    {"limit.line", GW_SET_INT, "262144", 1024, 262144, N_("Bytes of a line.")},
    {"limit.batch_lines", GW_SET_INT, "200", 1, 10000, N_("Lines of a batch of commands.")},
    {"limit.batch_bytes", GW_SET_INT, "1048576", 1024, 16777216,
     N_("Bytes of a batch of commands.")},
    {"grant.grace", GW_SET_MS, "30d", 0, 0x7fffffffffff,
     N_("How long work captured before a path was taken away is still accepted.")},
    {"enroll.tries", GW_SET_INT, "5", 1, 100, N_("Wrong secrets that lock an enrolment code.")},
    {"enroll.locators", GW_SET_INT, "10", 1, 100000,
     N_("Unknown enrolment codes an address may try within ten minutes.")},
    {"rate.commands", GW_SET_INT, "20", 1, 1000000,
     N_("Batches of commands a second and console.")},
    {"rate.commands_burst", GW_SET_INT, "400", 1, 1000000, N_("Batches of commands at once.")},
    {"rate.feed", GW_SET_INT, "20", 1, 1000000, N_("Requests for changes a second and console.")},
    {"rate.feed_burst", GW_SET_INT, "400", 1, 1000000, N_("Requests for changes at once.")},
    {"rate.snapshot", GW_SET_INT, "20", 1, 1000000, N_("Snapshot pages a second and console.")},
    {"rate.snapshot_burst", GW_SET_INT, "400", 1, 1000000, N_("Snapshot pages at once.")},
    {"rate.blobs", GW_SET_INT, "20", 1, 1000000, N_("Slices of attachments a second and console.")},
    {"rate.blobs_burst", GW_SET_INT, "200", 1, 1000000, N_("Slices of attachments at once.")},
    {"blob.max", GW_SET_INT, "33554432", 1024, BLOB_MAX, N_("Bytes of an attachment.")},
    {"blob.keep", GW_SET_MS, "7d", 0, 0x7fffffffffff,
     N_("How long an attachment waits for the record that names it.")},
    {"blob.reserve", GW_SET_INT, "268435456", 0, 0x7fffffffffff,
     N_("Bytes of the disk that attachments leave free for records.")},
};
const size_t core_settings_n = COUNT(core_settings);

/* ---- routes */

enum need { NEED_NOTHING, NEED_DEVICE, NEED_SOURCE };
enum media { MEDIA_NONE, MEDIA_JSON, MEDIA_NDJSON, MEDIA_BOTH, MEDIA_BLOB };

struct route {
    enum core_method method;
    const char *path;
    handler handle;
    const char *const *params;
    enum need need;
    enum media media;
    enum bucket bucket;
};

static const char *const snapshot_params[] = {"scope", "type", "after", "limit", NULL};
static const char *const changes_params[] = {"since", "tag", "limit", "wait", "digest", NULL};

static const struct route routes[] = {
    {CORE_POST, "/v1/enroll", handle_enroll, NULL, NEED_NOTHING, MEDIA_JSON, BUCKET_NONE},
    {CORE_POST, "/v1/rekey", handle_rekey, NULL, NEED_DEVICE, MEDIA_JSON, BUCKET_NONE},
    {CORE_POST, "/v1/token", handle_token, NULL, NEED_NOTHING, MEDIA_JSON, BUCKET_NONE},
    {CORE_GET, "/v1/hello", handle_hello, NULL, NEED_DEVICE, MEDIA_NONE, BUCKET_NONE},
    {CORE_POST, "/v1/alive", handle_alive, NULL, NEED_DEVICE, MEDIA_JSON, BUCKET_NONE},
    {CORE_GET, "/v1/snapshot", handle_snapshot, snapshot_params, NEED_DEVICE, MEDIA_NONE,
     BUCKET_SNAPSHOT},
    {CORE_GET, "/v1/changes", handle_changes, changes_params, NEED_DEVICE, MEDIA_NONE, BUCKET_FEED},
    {CORE_POST, "/v1/commands", handle_commands, NULL, NEED_DEVICE, MEDIA_NDJSON, BUCKET_COMMANDS},
    {CORE_POST, "/v1/ingest", handle_ingest, NULL, NEED_SOURCE, MEDIA_BOTH, BUCKET_NONE},
    {CORE_HEAD, "/v1/blobs/", handle_blob_head, NULL, NEED_DEVICE, MEDIA_NONE, BUCKET_BLOBS},
    {CORE_PUT, "/v1/blobs/", handle_blob_put, NULL, NEED_DEVICE, MEDIA_BLOB, BUCKET_BLOBS},
    {CORE_GET, "/v1/blobs/", handle_blob_get, NULL, NEED_DEVICE, MEDIA_NONE, BUCKET_BLOBS},
};
static_assert(COUNT(routes) <= ROUTES_MAX, "counters of the routes");

const char *core_route_path(size_t i)
{
    return i < COUNT(routes) ? routes[i].path : NULL;
}

/* A path that ends with a slash has one more segment. */
static bool path_is(const struct route *route, const char *path)
{
    size_t len = strlen(route->path);
    if (route->path[len - 1] != '/') {
        return strcmp(route->path, path) == 0;
    }
    return strncmp(route->path, path, len) == 0 && path[len] != '\0' && !strchr(path + len, '/');
}

static const struct route *find_route(const struct core_request *request, bool *path_known)
{
    *path_known = false;
    for (size_t i = 0; i < COUNT(routes); i++) {
        if (path_is(&routes[i], request->path)) {
            *path_known = true;
            if (routes[i].method == request->method) {
                return &routes[i];
            }
        }
    }
    return NULL;
}

static bool media_is(const char *content_type, const char *want)
{
    size_t len = strlen(want);
    return content_type && strncasecmp(content_type, want, len) == 0 &&
           (content_type[len] == '\0' || content_type[len] == ';' || content_type[len] == ' ');
}

static bool media_ok(enum media media, const char *content_type)
{
    bool json = media_is(content_type, "application/json");
    bool ndjson = media_is(content_type, "application/x-ndjson");
    switch (media) {
    case MEDIA_JSON:
        return json;
    case MEDIA_NDJSON:
        return ndjson;
    case MEDIA_BOTH:
        return json || ndjson;
    case MEDIA_BLOB:
        return blob_media_known(content_type) != NULL;
    default:
        return true;
    }
}

/* Finds out who asks; false when the answer is given. */
static bool authenticate(struct call *call)
{
    struct session *session = session_find(call->core, call->request->bearer);
    struct gw_fail fail = {.err = GW_OK};
    if (!session) {
        answer_problem(call->out, 401, "unauthenticated",
                       "No token, or one that is not known any more.");
        return false;
    }
    enum gw_err err = session_person(call->core, session, &call->person, &fail);
    if (err == GW_DENIED || err == GW_ABSENT) {
        answer_problem(call->out, 401, "device-revoked", "This device was closed.");
        return false;
    }
    if (err) {
        core_break(call, err, &fail);
        return false;
    }
    call->session = session;
    session_touch(call->core, session);
    return true;
}

/* Everything that is the same for all routes; false when the answer is given. */
static bool admit(struct call *call, const struct route *route, struct query *query)
{
    int64_t retry = 0;
    if (route->need == NEED_DEVICE && !authenticate(call)) {
        return false;
    }
    if (!media_ok(route->media, call->request->content_type)) {
        answer_problem(call->out, 415, "bad-media", "Another Content-Type is needed.");
        return false;
    }
    if (query_parse(call->request->query, route->params, query) != GW_OK) {
        answer_problem(call->out, 400, "malformed", "A query parameter is unknown or repeated.");
        return false;
    }
    if (call->session && !rate_take(call->core, route->bucket, call->session->device, &retry)) {
        answer_retry(call->out, 429, "rate-limited", "Too many requests of this sort.", retry);
        return false;
    }
    call->query = query;
    return true;
}

static const int status_codes[] = {200, 201, 202, 400, 401, 403, 404, 405, 410,
                                   413, 415, 422, 426, 429, 500, 503, 507};

int core_status_code(size_t i)
{
    return i < COUNT(status_codes) ? status_codes[i] : 0;
}

static void count(struct core *core, const struct route *route, int status)
{
    size_t which = route ? (size_t)(route - routes) : ROUTES_MAX - 1;
    while (route && which > 0 && strcmp(routes[which - 1].path, route->path) == 0) {
        which--; /* one figure for an address, whatever the method */
    }
    for (size_t i = 0; i < COUNT(status_codes); i++) {
        if (status_codes[i] == status) {
            core->stats.requests[which][i]++;
        }
    }
}

void core_handle(struct core *core, const struct core_request *request, struct core_answer *out)
{
    struct query query;
    bool known = false;
    const struct route *route = find_route(request, &known);
    struct call call = {.core = core, .request = request, .out = out};
    *out = (struct core_answer){.kind = CORE_ANSWER, .retry_after_s = -1, .blob_offset = -1};
    gw_buf_init(&out->body, ANSWER_MAX);
    if (core->broken) {
        answer_error(out, core->broken);
        out->wrote = true; /* the turn fails as a whole */
    } else if (!known) {
        answer_problem(out, 404, "not-found", "No such address.");
    } else if (!route) {
        answer_problem(out, 405, "method-not-allowed", "The address has other methods.");
    } else if (admit(&call, route, &query)) {
        route->handle(&call);
    }
    /* What was read after a write of the same turn may not leave before that is stored. */
    out->wrote = out->wrote || core->writing;
    count(core, route, out->status);
}

/* ---- the turn */

int64_t core_wall(const struct core *core)
{
    return core->clock->wall_ms(core->clock->ctx);
}

int64_t core_mono(const struct core *core)
{
    return core->clock->mono_ms(core->clock->ctx);
}

int64_t core_seq(struct core *core)
{
    int64_t seq = core->meta.seq;
    (void)core->store->ops->newest(core->store, &seq, NULL); /* else what was known last */
    return seq;
}

enum gw_err core_turn_begin(struct core *core, struct gw_fail *fail)
{
    (void)fail; /* nothing is locked before the first write */
    assert(!core->in_turn);
    core->in_turn = true;
    core->writing = false;
    core->broken = GW_OK;
    return GW_OK;
}

enum gw_err core_write(struct core *core, struct core_answer *out, struct gw_fail *fail)
{
    assert(core->in_turn);
    if (out) {
        out->wrote = true;
    }
    if (core->broken) {
        return core->broken;
    }
    if (core->writing) {
        return GW_OK;
    }
    enum gw_err err = core->store->ops->begin(core->store, "turn", fail);
    if (err) {
        core->broken = err;
        core->broken_fail = fail ? *fail : (struct gw_fail){.err = err};
        return err;
    }
    core->writing = true;
    return GW_OK;
}

void core_break(struct call *call, enum gw_err err, const struct gw_fail *fail)
{
    struct core *core = call->core;
    gw_log(err == GW_FULL || err == GW_AGAIN ? GW_LOG_WARN : GW_LOG_ERROR, "store: %s: %s",
           gw_err_name(err), fail ? fail->text : "");
    if (core->writing && !core->broken) {
        core->broken = err;
        core->broken_fail = fail ? *fail : (struct gw_fail){.err = err};
        call->out->wrote = true;
    }
    answer_error(call->out, err);
}

bool core_line_only(enum gw_err err)
{
    return err == GW_INVALID || err == GW_REFUSED || err == GW_TOO_LARGE || err == GW_ABSENT ||
           err == GW_DENIED || err == GW_BUG;
}

static enum gw_err commit(struct core *core, struct gw_fail *fail)
{
    int64_t seq = core_seq(core);
    int64_t began = core_mono(core);
    enum gw_err err = core->store->ops->commit(core->store, fail);
    core->stats.commits++;
    core->stats.commit_ms += core_mono(core) - began;
    if (!err) {
        core->meta.seq = seq;
        core->pulse++;
    }
    return err;
}

enum gw_err core_turn_end(struct core *core, struct gw_fail *fail)
{
    enum gw_err err = core->broken;
    assert(core->in_turn);
    if (err && fail) {
        *fail = core->broken_fail;
    }
    if (core->writing && err) {
        core->store->ops->rollback(core->store);
    } else if (core->writing) {
        err = commit(core, fail);
    }
    if (core->writing && err) {
        core->gen++; /* what was cached in the turn is not true */
    }
    if (core->writing || err) {
        core->unwell = err != GW_OK;
    }
    core->in_turn = false;
    core->writing = false;
    core->broken = GW_OK;
    return err;
}

/* ---- start and stop */

static void read_limits(const struct gw_config *c, struct core_limits *out)
{
    *out = (struct core_limits){
        .token_ms = gw_config_int(c, "token.lifetime"),
        .nonce_ms = gw_config_int(c, "token.nonce"),
        .live_ms = gw_config_int(c, "live.window"),
        .seen_every_ms = gw_config_int(c, "live.save"),
        .wait_max_ms = gw_config_int(c, "feed.wait"),
        .heartbeat_ms = gw_config_int(c, "feed.heartbeat"),
        .bookmark_ms = gw_config_int(c, "feed.bookmark"),
        .page = gw_config_int(c, "feed.page"),
        .feed_keep_ms = gw_config_int(c, "feed.keep"),
        .ingest_keep_ms = gw_config_int(c, "ingest.keep"),
        .ingest_age_ms = gw_config_int(c, "ingest.age"),
        .line = gw_config_int(c, "limit.line"),
        .batch_lines = gw_config_int(c, "limit.batch_lines"),
        .batch_bytes = gw_config_int(c, "limit.batch_bytes"),
        .grant_grace_ms = gw_config_int(c, "grant.grace"),
        .code_tries = gw_config_int(c, "enroll.tries"),
        .locator_tries = gw_config_int(c, "enroll.locators"),
    };
    out->blob_keep_ms = gw_config_int(c, "blob.keep");
    out->blob_reserve = gw_config_int(c, "blob.reserve");
    out->rate[BUCKET_BLOBS] = gw_config_int(c, "rate.blobs");
    out->burst[BUCKET_BLOBS] = gw_config_int(c, "rate.blobs_burst");
    out->rate[BUCKET_COMMANDS] = gw_config_int(c, "rate.commands");
    out->burst[BUCKET_COMMANDS] = gw_config_int(c, "rate.commands_burst");
    out->rate[BUCKET_FEED] = gw_config_int(c, "rate.feed");
    out->burst[BUCKET_FEED] = gw_config_int(c, "rate.feed_burst");
    out->rate[BUCKET_SNAPSHOT] = gw_config_int(c, "rate.snapshot");
    out->burst[BUCKET_SNAPSHOT] = gw_config_int(c, "rate.snapshot_burst");
}

static enum gw_err store_policies(struct core *core, struct gw_fail *fail)
{
    enum gw_err err = core->store->ops->begin(core->store, "policies", fail);
    if (err) {
        return err;
    }
    err = policies_store(core, fail);
    if (err) {
        core->store->ops->rollback(core->store);
        return err;
    }
    return core->store->ops->commit(core->store, fail);
}

enum gw_err core_new(const struct core_opts *opts, struct core **out, struct gw_fail *fail)
{
    *out = NULL;
    struct core *core = calloc(1, sizeof *core);
    if (!core) {
        return gw_fail_set(fail, GW_NOMEM, _("There is not enough memory to start the server."));
    }
    core->store = opts->store;
    core->blobs = opts->blobs;
    core->clock = opts->clock;
    core->random = opts->random;
    core->policies = opts->policies;
    core->policies_n = opts->policies_n;
    core->gen = 1;
    read_limits(opts->config, &core->limits);
    uint64_t seed = gw_random_u64(core->random);
    map_init(&core->sessions, sizeof(struct session), seed);
    map_init(&core->nonces, sizeof(struct nonce), seed);
    map_init(&core->persons, sizeof(struct person), seed);
    map_init(&core->lives, sizeof(struct live), seed);
    map_init(&core->sights, DEVICE_SIGHT_BYTES, seed);
    map_init(&core->rates, sizeof(struct rate), seed);
    gw_buf_init(&core->row, STORE_ROW_MAX + 1);
    for (size_t i = 0; i < PAGE_CACHE_N; i++) {
        gw_buf_init(&core->pages[i].text, 4 * PAGE_BYTES);
    }
    enum gw_err err = core->store->ops->meta(core->store, &core->meta, fail);
    err = err ? err : store_policies(core, fail);
    err = err ? err : sessions_load(core, fail);
    if (err) {
        core_free(core);
        return err;
    }
    core->outside = core->store->ops->outside_version(core->store);
    core->seen_saved_mono = core->housekeeping_mono = core_mono(core);
    *out = core;
    return GW_OK;
}

void core_free(struct core *core)
{
    if (!core) {
        return;
    }
    map_free(&core->sessions);
    map_free(&core->nonces);
    map_free(&core->persons);
    map_free(&core->lives);
    map_free(&core->sights);
    map_free(&core->rates);
    gw_buf_free(&core->row);
    down_free(&core->rules);
    for (size_t i = 0; i < PAGE_CACHE_N; i++) {
        gw_buf_free(&core->pages[i].text);
    }
    free(core->own_policies);
    gw_wipe(&core->meta, sizeof core->meta);
    free(core);
}

void core_new_id(struct core *core, char out[GW_UUID_LEN + 1])
{
    gw_uuid7(&core->uuids, core->clock, core->random, out);
}

void core_refresh(struct core *core)
{
    int64_t version = core->store->ops->outside_version(core->store);
    if (version == core->outside) {
        return;
    }
    core->outside = version;
    core->gen++;
    core->pulse++;
    core->meta.seq = core_seq(core);
}
