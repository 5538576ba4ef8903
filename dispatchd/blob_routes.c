/* /v1/blobs/{commit}: HEAD, PUT and GET of attachments (protocol section 2). A queue of its own:
 * nothing here writes into the store, and no trouble here breaks a turn. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/log.h"
#include "dispatchd/core_p.h"

/* ---- which records name it */

struct naming {
    struct call *call;
    bool named, erased, readable;
};

static enum gw_err look(void *ctx, const struct store_blob *blob)
{
    struct naming *naming = ctx;
    struct core *core = naming->call->core;
    char path[GW_PATH_MAX + 1];
    naming->named = true;
    naming->erased = naming->erased || blob->erased_at > 0;
    enum gw_err err =
        core->store->ops->row_get(core->store, TYPE_STEP, blob->step, &core->row, path, NULL, NULL);
    if (err == GW_ABSENT) {
        return GW_OK;
    }
    bool may = !err && (naming->call->person->types >> TYPE_STEP & 1) != 0 &&
               person_covers(naming->call->person, path);
    naming->readable = naming->readable || may;
    return err;
}

/* Asks the store; false when the answer is given. Erased is said to everybody: who has the bytes
 * still must learn it. */
static bool ask(struct call *call, const char *commit, struct naming *out)
{
    struct store *store = call->core->store;
    struct gw_fail fail = {.err = GW_OK};
    *out = (struct naming){.call = call};
    enum gw_err err = store->ops->blob_steps(store, commit, look, out, &fail);
    if (err) {
        core_break(call, err, &fail);
        return false;
    }
    if (out->erased) {
        answer_problem(call->out, 410, "erased", "Salt and bytes were erased.");
        return false;
    }
    return true;
}

/* The last segment; false when the answer is given. */
static bool begin(struct call *call, const char **commit)
{
    *commit = strrchr(call->request->path, '/') + 1;
    if (call->core->blobs && blob_commit_ok(*commit)) {
        return true;
    }
    answer_problem(call->out, 404, "not-found", "There is no such attachment.");
    return false;
}

/* ---- HEAD */

void handle_blob_head(struct call *call)
{
    struct naming naming;
    const char *commit = NULL;
    bool whole = false;
    if (!begin(call, &commit) || !ask(call, commit, &naming)) {
        return;
    }
    int64_t held = blobs_held(call->core->blobs, commit, call->session->device, &whole);
    if (held == 0) {
        answer_problem(call->out, 404, "not-found", "Nothing of it is held.");
        return;
    }
    answer_json(call->out, 200);
    call->out->blob_offset = held;
}

/* ---- GET */

void handle_blob_get(struct call *call)
{
    struct naming naming;
    struct blob_file file;
    struct gw_fail fail = {.err = GW_OK};
    const char *commit = NULL;
    if (!begin(call, &commit) || !ask(call, commit, &naming)) {
        return;
    }
    enum gw_err err =
        naming.readable ? blobs_read(call->core->blobs, commit, &file, &fail) : GW_ABSENT;
    if (err == GW_ABSENT) { /* also for those who may not read: they learn nothing */
        answer_problem(call->out, 404, "not-found", "It is not here, or not for you.");
        return;
    }
    if (err) {
        gw_log(GW_LOG_ERROR, "attachments: %s", fail.text);
        answer_retry(call->out, 503, "overloaded", "Attachments cannot be read now.", 10);
        return;
    }
    *call->out = (struct core_answer){.kind = CORE_ANSWER,
                                      .status = 200,
                                      .content_type = file.media,
                                      .retry_after_s = -1,
                                      .blob_fd = file.fd,
                                      .blob_size = file.size,
                                      .blob_offset = file.size};
    gw_b64url(file.salt, BLOB_SALT, call->out->blob_salt);
}

/* ---- PUT */

static bool number(const char **at, char end, int64_t *out)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits == 0 || digits > 15 || (*at)[digits] != end) {
        return false;
    }
    *out = strtoll(*at, NULL, 10);
    *at += digits + (end != '\0');
    return true;
}

/* "bytes a-b/total" and as many bytes as it says. */
static bool read_range(const struct core_request *request, struct blob_slice *out)
{
    const char *at = request->content_range;
    int64_t last = 0;
    if (!at || strncmp(at, "bytes ", 6) != 0) {
        return false;
    }
    at += 6;
    if (!number(&at, '-', &out->from) || !number(&at, '/', &last) ||
        !number(&at, '\0', &out->total)) {
        return false;
    }
    out->bytes = request->body;
    out->len = request->body_len;
    return out->len > 0 && last - out->from + 1 == (int64_t)out->len && last < out->total;
}

static void answer_taken(struct call *call, int64_t held, int64_t total)
{
    struct jw w;
    answer_json(call->out, 200);
    call->out->blob_offset = held;
    jw_begin(&w, &call->out->body);
    jw_obj(&w, NULL);
    jw_int(&w, "offset", held);
    jw_int(&w, "total", total);
    jw_obj_end(&w);
    if (jw_end(&w) != GW_OK) {
        answer_error(call->out, GW_NOMEM);
    }
}

static void answer_trouble(struct call *call, enum gw_err err, const struct gw_fail *fail)
{
    if (err == GW_TOO_LARGE) {
        answer_problem(call->out, 413, "too-large", "The attachment is empty or too large.");
    } else if (err == GW_INVALID || err == GW_REFUSED) {
        answer_problem(call->out, 422, "invalid",
                       "Salt, bytes or media do not fit the commit; begin anew.");
    } else {
        gw_log(GW_LOG_ERROR, "attachments: %s", fail->text);
        answer_retry(call->out, err == GW_FULL ? 507 : 503,
                     err == GW_FULL ? "storage-full" : "overloaded",
                     "Attachments are not taken now; records are.", 30);
    }
}

void handle_blob_put(struct call *call)
{
    const struct core_request *request = call->request;
    struct blobs *blobs = call->core->blobs;
    struct naming naming;
    struct gw_fail fail = {.err = GW_OK};
    uint8_t salt[BLOB_SALT];
    struct blob_slice slice = {.device = call->session->device,
                               .salt = salt,
                               .media = blob_media_known(request->content_type)};
    int64_t held = 0;
    if (!begin(call, &slice.commit)) {
        return;
    }
    if (!read_range(request, &slice) || !request->blob_salt ||
        !gw_b64url_decode(request->blob_salt, salt, sizeof salt)) {
        answer_problem(call->out, 400, "malformed",
                       "Content-Range, Gridward-Salt or the length is wrong.");
        return;
    }
    if (!ask(call, slice.commit, &naming)) {
        return;
    }
    enum gw_err err = GW_OK;
    int64_t left = gw_disk_free(blobs_store_dir(blobs));
    if (left >= 0 && left < call->core->limits.blob_reserve) {
        err = gw_fail_set(&fail, GW_FULL, "less is free than blob.reserve"); /* for records */
    }
    err = err ? err : blobs_take(blobs, &slice, &held, &fail);
    if (err) {
        answer_trouble(call, err, &fail);
    } else {
        answer_taken(call, held, slice.total);
    }
}

/* ---- what nobody names */

struct sweeping {
    struct core *core;
    int64_t before;
    struct gw_buf names; /* '\0' after each */
};

static enum gw_err note_named(void *ctx, const struct store_blob *blob)
{
    *(bool *)ctx = *(bool *)ctx || blob->erased_at == 0;
    return GW_OK;
}

static bool note_old(void *ctx, const struct blob_entry *entry)
{
    struct sweeping *sweep = ctx;
    struct store *store = sweep->core->store;
    bool named = false;
    if (entry->changed_at >= sweep->before) {
        return true;
    }
    if (!entry->part &&
        store->ops->blob_steps(store, entry->commit, note_named, &named, NULL) != GW_OK) {
        return false;
    }
    return named || gw_buf_add(&sweep->names, entry->name, strlen(entry->name) + 1) == GW_OK;
}

void blob_housekeeping(struct core *core)
{
    if (!core->blobs) {
        return;
    }
    struct sweeping sweep = {.core = core, .before = core_wall(core) - core->limits.blob_keep_ms};
    gw_buf_init(&sweep.names, 1024 * 1024);
    blobs_each(core->blobs, note_old, &sweep);
    for (size_t at = 0; at < sweep.names.len; at += strlen(sweep.names.data + at) + 1) {
        blobs_remove(core->blobs, sweep.names.data + at);
        gw_log(GW_LOG_INFO, "attachments: one that nobody names was removed");
    }
    gw_buf_free(&sweep.names);
}
