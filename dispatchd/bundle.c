/* A bundle to:server in, its reply out: the routes' own handlers, called without a wire. */
#include "dispatchd/bundle.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/bundle_p.h"
#include "dispatchd/core_p.h"

/* One bundle being taken in. */
struct taking {
    struct core *core;
    const struct bundle *in;
    struct bundle_out out;
    struct session session;
    struct store_device device;
    struct core_bundle_report *report;
    struct gw_buf scratch;
    struct gw_fail *fail;
};

static enum gw_err no_memory(struct gw_fail *fail, enum gw_err err)
{
    return gw_fail_set(fail, err == GW_TOO_LARGE ? err : GW_NOMEM,
                       err == GW_TOO_LARGE
                           ? _("The reply is more than one bundle can hold. Let this laptop "
                               "synchronise over the network.")
                           : _("There is no memory left. Close other programs."));
}

/* ---- who sends */

static enum gw_err find_sender(struct taking *t)
{
    struct store *store = t->core->store;
    const char *from = t->in->head.from;
    enum gw_err err = store->ops->device_get(store, from, &t->device, t->fail);
    if (err == GW_ABSENT) {
        return gw_fail_set(t->fail, GW_DENIED,
                           _("The bundle comes from a device that this server does not know (%s). "
                             "Nothing of it was taken."),
                           from);
    }
    if (!err &&
        (strcmp(t->in->signer, from) != 0 || !bundle_signed_by(t->in, t->device.public_key))) {
        return gw_fail_set(t->fail, GW_DENIED,
                           _("The bundle is not signed by the device that it names (%s). Nothing "
                             "of it was taken."),
                           from);
    }
    if (!err && t->device.revoked_at != 0) {
        return gw_fail_set(t->fail, GW_DENIED,
                           _("The device that made this bundle is closed (%s). Nothing of it was "
                             "taken. Enrol it anew; what it holds is signed anew then."),
                           from);
    }
    (void)snprintf(t->session.device, sizeof t->session.device, "%s", t->device.id);
    (void)snprintf(t->session.user, sizeof t->session.user, "%s", t->device.user);
    t->session.expires_mono = INT64_MAX;
    return err;
}

/* ---- a route without a wire */

struct visit {
    struct core_request request;
    struct core_answer answer;
    struct query query;
    struct call call;
};

static enum gw_err visit_begin(struct taking *t, const char *query, struct visit *v)
{
    static const char *const allowed[] = {"scope", "after", NULL};
    const struct person *person = NULL;
    *v = (struct visit){.request = {.method = CORE_POST, .query = query, .bearer = ""},
                        .answer = {.retry_after_s = -1}};
    gw_buf_init(&v->answer.body, ANSWER_MAX);
    enum gw_err err = query_parse(query, allowed, &v->query);
    err = err ? err : session_person(t->core, &t->session, &person, t->fail);
    v->call = (struct call){.core = t->core,
                            .request = &v->request,
                            .out = &v->answer,
                            .session = &t->session,
                            .person = person,
                            .query = &v->query};
    return err == GW_DENIED || err == GW_ABSENT
               ? gw_fail_set(t->fail, GW_DENIED, _("The device was closed in the meantime."))
               : err;
}

/* What a handler answered with a problem is trouble of the whole bundle: it may come again. */
static enum gw_err visit_failed(const struct visit *v, struct gw_fail *fail)
{
    if (v->answer.status == 200) {
        return GW_OK;
    }
    enum gw_err err = v->answer.status == 507   ? GW_FULL
                      : v->answer.status == 403 ? GW_DENIED
                                                : GW_AGAIN;
    return gw_fail_set(fail, err,
                       _("The store could not take the bundle or not give the reply now. Nothing "
                         "is lost: take the same bundle in again."));
}

/* ---- commands */

/* {"dev","n","hash","result":…}: a laptop that has gone on since finds the line by these. */
static enum gw_err add_result(struct taking *t, const char *line, size_t len, const char *result,
                              size_t result_len)
{
    struct wire_cmd_line wire;
    struct cmd_body body = {.n = 0};
    struct json *line_root = NULL, *body_root = NULL;
    const char *code = NULL;
    char hash[GW_HASH_HEX + 1] = "";
    struct jw w;
    if (wire_cmd_line_decode(line, len, &wire, &line_root, NULL) == GW_OK) {
        (void)wire_body_decode(wire.body, strlen(wire.body), &body, &body_root, &code, NULL);
        wire_cmd_hash(wire.body, strlen(wire.body), hash); /* also of a body that has bad data */
    }
    gw_buf_reset(&t->scratch);
    jw_begin(&w, &t->scratch);
    jw_obj(&w, NULL);
    jw_str(&w, "dev", body.dev ? body.dev : "");
    jw_int(&w, "n", body.n);
    jw_str(&w, "hash", hash);
    jw_raw(&w, "result", result, result_len);
    jw_obj_end(&w);
    enum gw_err err = jw_end(&w);
    json_free(body_root);
    json_free(line_root);
    return err ? no_memory(t->fail, err)
               : bundle_add(&t->out, gw_buf_str(&t->scratch), t->scratch.len, t->fail);
}

static void count_result(struct taking *t, const char *text, size_t len)
{
    struct wire_result result;
    struct json *root = NULL;
    if (wire_result_decode(text, len, &result, &root, NULL) == GW_OK) {
        t->report->results[result.result]++;
    }
    json_free(root);
}

/* A line of the answer for each of the batch, in its order. */
static enum gw_err take_results(struct taking *t, const struct gw_buf *batch,
                                const struct gw_buf *answer)
{
    const char *line = gw_buf_str(batch), *result = gw_buf_str(answer);
    const char *line_end = line + batch->len, *result_end = result + answer->len;
    enum gw_err err = GW_OK;
    while (line < line_end && result < result_end && !err) {
        size_t line_len = (size_t)((char *)memchr(line, '\n', (size_t)(line_end - line)) - line);
        size_t len = (size_t)((char *)memchr(result, '\n', (size_t)(result_end - result)) - result);
        count_result(t, result, len);
        err = add_result(t, line, line_len, result, len);
        t->report->lines++;
        line += line_len + 1;
        result += len + 1;
    }
    return err;
}

static enum gw_err one_batch(struct taking *t, const struct gw_buf *batch)
{
    struct visit v;
    enum gw_err err = core_turn_begin(t->core, t->fail);
    err = err ? err : visit_begin(t, "", &v);
    if (!err) {
        v.request.body = gw_buf_str(batch);
        v.request.body_len = batch->len;
        handle_commands(&v.call);
    }
    enum gw_err end = core_turn_end(t->core, t->fail);
    err = err ? err : end ? end : visit_failed(&v, t->fail);
    err = err ? err : take_results(t, batch, &v.answer.body);
    core_answer_free(&v.answer);
    return err;
}

static enum gw_err take_commands(struct taking *t)
{
    const struct core_limits *limits = &t->core->limits;
    struct gw_buf batch;
    const char *line;
    size_t len;
    size_t at = 0;
    int64_t lines = 0;
    enum gw_err err = GW_OK;
    gw_buf_init(&batch, (size_t)limits->batch_bytes + BUNDLE_LINE_MAX + 2);
    while (!err && bundle_next(t->in, &at, &line, &len)) {
        if (bundle_line_kind(line, len) != BUNDLE_COMMAND) {
            continue; /* of a newer program */
        }
        if (lines > 0 && (lines == limits->batch_lines ||
                          (int64_t)(batch.len + len + 1) > limits->batch_bytes)) {
            err = one_batch(t, &batch);
            gw_buf_reset(&batch);
            lines = 0;
        }
        err = err ? err : gw_buf_add(&batch, line, len);
        err = err ? err : gw_buf_adds(&batch, "\n");
        lines++;
    }
    if (!err && lines > 0) {
        err = one_batch(t, &batch);
    }
    gw_buf_free(&batch);
    return err;
}

/* ---- what the laptop reads */

static enum gw_err add_line(struct taking *t, const char *line, size_t len)
{
    t->report->rows += len > 12 && memmem(line, len < 40 ? len : 40, "\"op\":\"put\"", 10) != NULL;
    return bundle_add(&t->out, line, len, t->fail);
}

static enum gw_err add_lines(struct taking *t, const struct gw_buf *text)
{
    const char *at = gw_buf_str(text), *end = at + text->len;
    enum gw_err err = GW_OK;
    while (at < end && !err) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        err = add_line(t, at, (size_t)(newline - at));
        at = newline + 1;
    }
    return err;
}

static enum gw_err add_hello(struct taking *t)
{
    struct visit v;
    struct jw w;
    enum gw_err err = visit_begin(t, "", &v);
    if (!err) {
        handle_hello(&v.call);
        err = visit_failed(&v, t->fail);
    }
    if (!err) {
        gw_buf_reset(&t->scratch);
        jw_begin(&w, &t->scratch);
        jw_obj(&w, NULL);
        jw_raw(&w, "hello", gw_buf_str(&v.answer.body), v.answer.body.len);
        jw_obj_end(&w);
        err = jw_end(&w);
        err = err ? no_memory(t->fail, err)
                  : bundle_add(&t->out, gw_buf_str(&t->scratch), t->scratch.len, t->fail);
    }
    core_answer_free(&v.answer);
    return err;
}

static bool is_last_page(const struct gw_buf *page)
{
    static const char mark[] = "\"after\":null";
    const char *text = gw_buf_str(page);
    const char *line = page->len > 1 ? memrchr(text, '\n', page->len - 1) : NULL;
    const char *from = line ? line + 1 : text;
    return memmem(from, page->len - (size_t)(from - text), mark, sizeof mark - 1) != NULL;
}

/* The word behind "after": in the last line; it never needs escaping. */
static void next_after(const struct gw_buf *page, char out[GW_ID_MAX + 2])
{
    const char *text = gw_buf_str(page);
    const char *line = memrchr(text, '\n', page->len - 1);
    const char *at = strstr(line ? line + 1 : text, "\"after\":\"");
    size_t len = at ? strcspn(at + 9, "\"") : 0;
    (void)snprintf(out, GW_ID_MAX + 2, "%.*s", (int)len, at ? at + 9 : "");
}

/* One scope, page after page as GET /v1/snapshot gives them. */
static enum gw_err add_scope(struct taking *t, const char *path)
{
    char after[GW_ID_MAX + 2] = "";
    char query[GW_PATH_MAX + GW_ID_MAX + 32];
    bool last = false;
    enum gw_err err = GW_OK;
    while (!err && !last) {
        struct visit v;
        (void)snprintf(query, sizeof query, after[0] ? "scope=%s&after=%s" : "scope=%s", path,
                       after);
        err = visit_begin(t, query, &v);
        if (!err) {
            handle_snapshot(&v.call);
            err = visit_failed(&v, t->fail);
        }
        err = err ? err : add_lines(t, &v.answer.body);
        last = !err && is_last_page(&v.answer.body);
        if (!err && !last) {
            next_after(&v.answer.body, after);
        }
        core_answer_free(&v.answer);
    }
    return err;
}

static enum gw_err add_everything(struct taking *t)
{
    struct wire_scope scopes[STORE_SCOPES_MAX];
    const struct person *person = NULL;
    enum gw_err err = session_person(t->core, &t->session, &person, t->fail);
    size_t n = err ? 0 : person->scopes_n;
    if (!err) {
        person_scopes(person, scopes);
    }
    for (size_t i = 0; i < n && !err; i++) {
        err = add_scope(t, scopes[i].path);
    }
    return err;
}

/* What changed since the cursor that the bundle names, page after page. */
static enum gw_err add_changes(struct taking *t, int64_t since)
{
    struct store *store = t->core->store;
    struct feed_page page = {.since = since, .limit = t->core->limits.page, .more = true};
    struct gw_buf text;
    enum gw_err err = GW_OK;
    gw_buf_init(&text, ANSWER_MAX);
    while (!err && page.more) {
        const struct person *person = NULL;
        gw_buf_reset(&text);
        err = session_person(t->core, &t->session, &person, t->fail);
        err = err ? err : store->ops->read_begin(store, t->fail);
        if (err) {
            break;
        }
        err = feed_records(t->core, person, &page, &text, t->fail);
        err = err ? err : feed_end(t->core, person, &page, false, &text, t->fail);
        store->ops->read_end(store);
        err = err ? err : add_lines(t, &text);
        page.since = page.last;
    }
    gw_buf_free(&text);
    return err;
}

/* Everything when the mirror is empty or too old, or when its scopes are others now. */
static enum gw_err wants_everything(struct taking *t, int64_t *since, bool *full)
{
    struct wire_cursor cursor;
    struct store_meta meta;
    const struct bundle_head *head = &t->in->head;
    const struct person *person = NULL;
    enum gw_err err = t->core->store->ops->meta(t->core->store, &meta, t->fail);
    err = err ? err : session_person(t->core, &t->session, &person, t->fail);
    *full = true;
    *since = 0;
    if (!err && !head->full && wire_cursor_parse(head->cursor, &cursor)) {
        *since = cursor.seq;
        *full = strcmp(cursor.epoch, meta.epoch) != 0 || cursor.seq < meta.horizon ||
                cursor.seq > meta.seq || strcmp(head->tag, person->tag) != 0;
    }
    gw_wipe(&meta, sizeof meta);
    return err;
}

static enum gw_err write_reply(struct taking *t, struct gw_buf *reply)
{
    uint8_t box[1][GW_KEY_BYTES];
    struct bundle_head head = {.kind = BUNDLE_REPLY, .from = BUNDLE_SERVER, .to_n = 1};
    int64_t since = 0;
    (void)snprintf(head.to[0], sizeof head.to[0], "%s", t->device.id);
    (void)snprintf(head.cursor, sizeof head.cursor, "%s", t->in->head.cursor);
    head.at = core_wall(t->core);
    enum gw_err err = wants_everything(t, &since, &head.full);
    t->report->full = head.full;
    err = err ? err : bundle_begin(&t->out, &head, t->fail);
    const struct bundle_taker blobs = {.core = t->core,
                                       .device = t->device.id,
                                       .out = &t->out,
                                       .taken = &t->report->attachments,
                                       .left = &t->report->attachments_left};
    err = err ? err : take_commands(t);
    err = err ? err : bundle_take_blobs(&blobs, t->in, t->fail);
    err = err ? err : add_hello(t);
    err = err ? err : head.full ? add_everything(t) : add_changes(t, since);
    if (!err && !gw_box_public_of(t->device.public_key, box[0])) {
        err = gw_fail_set(t->fail, GW_INVALID, _("The key of this device cannot be sealed to."));
    }
    return err ? err
               : bundle_seal(&t->out, (const uint8_t(*)[GW_KEY_BYTES])box, BUNDLE_SERVER,
                             &t->core->meta.sign_key, reply, t->fail);
}

enum gw_err core_bundle(struct core *core, const void *file, size_t len, struct gw_buf *reply,
                        struct core_bundle_report *report, struct gw_fail *fail)
{
    struct bundle in;
    struct taking t = {.core = core, .in = &in, .report = report, .fail = fail};
    const struct bundle_me me = {BUNDLE_SERVER, core->meta.box_public, core->meta.box_secret};
    *report = (struct core_bundle_report){.lines = 0};
    gw_buf_init(&t.out.text, BUNDLE_TEXT_MAX);
    gw_buf_init(&t.scratch, ANSWER_MAX);
    enum gw_err err = bundle_open(file, len, &me, &in, fail);
    if (!err && in.head.kind != BUNDLE_TO_SERVER) {
        err = gw_fail_set(fail, GW_INVALID, _("This bundle is not meant for a server."));
    }
    err = err ? err : find_sender(&t);
    if (!err) {
        (void)snprintf(report->device, sizeof report->device, "%s", t.device.id);
        (void)snprintf(report->user, sizeof report->user, "%s", t.device.user);
        err = write_reply(&t, reply);
    }
    bundle_out_free(&t.out);
    gw_buf_free(&t.scratch);
    bundle_free(&in);
    return err;
}
