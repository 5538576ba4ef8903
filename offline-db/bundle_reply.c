/* The reply of the server: results for the journal, pages for the mirror. */
#include <string.h>

#include "offline-db/bundle_p.h"
#include "offline-db/foreign_p.h"
#include "offline-db/practice.h"

struct taking {
    struct home *home;
    const struct bundle *in;
    struct bundle_report *report;
    struct wire_decoder *decoder;
    struct gw_fail *fail;
};

/* ---- results */

/* An own command whose hash is the journal's; a line of another device that waits here. What was
 * signed by an older key of this home was signed anew and has its own result. */
static enum gw_err take_own(struct taking *t, const char *hash, const struct journal_result *r)
{
    struct journal_entry entry;
    char here[GW_HASH_HEX + 1];
    enum gw_err err = journal_hash(t->home, r->n, here);
    err = err ? err : journal_get(t->home, r->n, &entry);
    if (err || strcmp(here, hash) != 0) {
        return err == GW_ABSENT ? GW_OK : err;
    }
    bool open = entry.state == CMD_PENDING || entry.state == CMD_SENT;
    t->report->taken += open;
    t->report->known += !open;
    return journal_store_result(t->home, r, t->fail);
}

static enum gw_err take_result(struct taking *t, const struct json *root)
{
    struct gw_buf text;
    struct wire_result result;
    struct json *result_root = NULL;
    int64_t n = 0;
    const char *dev = json_str(root, "dev"), *hash = json_str(root, "hash");
    const struct json *member = json_obj(root, "result");
    if (!dev || !hash || !member || !json_int(root, "n", &n) || n < 1) {
        return GW_OK; /* of a line that nobody could read */
    }
    gw_buf_init(&text, BUNDLE_LINE_MAX);
    enum gw_err err = json_print(member, &text);
    err = err ? err : wire_result_decode(gw_buf_str(&text), text.len, &result, &result_root, NULL);
    if (!err) {
        const struct journal_result r = journal_result_of(&result, NULL, n);
        err = strcmp(dev, t->home->id.device) == 0
                  ? take_own(t, hash, &r)
                  : journal_foreign_result(t->home, dev, hash, &r, t->fail);
        t->report->lines++;
    }
    json_free(result_root);
    gw_buf_free(&text);
    return err == GW_INVALID ? GW_OK : err; /* one line that says nothing must not hold up others */
}

static enum gw_err take_results(struct taking *t)
{
    const char *line;
    size_t len;
    size_t at = 0;
    enum gw_err err = odb_begin(t->home, GW_DURABLE_FULL, "bundle_results", t->fail);
    if (err) {
        return err;
    }
    while (!err && bundle_next(t->in, &at, &line, &len)) {
        struct json *root = NULL;
        if (bundle_line_kind(line, len) == BUNDLE_RESULT) {
            err = json_parse(line, len, BUNDLE_LINE_MAX, &root, t->fail);
            err = err ? err : take_result(t, root);
            json_free(root);
        }
    }
    return odb_end(t->home, err, t->fail);
}

/* ---- pages */

/* The next line of the mirror from *at on. */
static bool next_rec(struct taking *t, size_t *at, struct wire_rec *rec, enum gw_err *err)
{
    const char *line;
    size_t len;
    while (bundle_next(t->in, at, &line, &len)) {
        if (bundle_line_kind(line, len) == BUNDLE_FEED) {
            *err = wire_rec_decode(t->decoder, line, len, rec, t->fail);
            if (*err != GW_ABSENT) { /* an op of a newer server: skip */
                return true;
            }
        }
    }
    *err = GW_OK;
    return false;
}

/* Records up to an end line, which is left in rec. */
static enum gw_err take_records(struct taking *t, size_t *at, struct wire_rec *rec)
{
    enum gw_err err = GW_OK;
    while (next_rec(t, at, rec, &err)) {
        if (err || rec->op == OP_END) {
            return err;
        }
        err = mirror_page_rec(t->home, rec, t->fail);
        t->report->rows += rec->op == OP_PUT;
        if (err) {
            return err;
        }
    }
    return gw_fail_set(t->fail, GW_INVALID, _("The reply breaks off in the middle of a page."));
}

static enum gw_err take_changes(struct taking *t)
{
    struct wire_rec rec;
    size_t at = 0;
    bool more = true;
    enum gw_err err = GW_OK;
    while (!err && more) {
        err = mirror_page_begin(t->home, t->fail);
        if (err) {
            return err;
        }
        err = take_records(t, &at, &rec);
        if (err) {
            mirror_page_drop(t->home);
            return err;
        }
        err = mirror_page_end(t->home, rec.cursor, &t->report->changed, t->fail);
        more = rec.more;
    }
    return err;
}

/* One page for the job that comes first; begin is what its first line said. */
static enum gw_err take_job_page(struct taking *t, const struct mirror_job *job, size_t *at,
                                 const char *cursor)
{
    struct wire_rec rec;
    enum gw_err err = mirror_page_begin(t->home, t->fail);
    if (err) {
        return err;
    }
    err = take_records(t, at, &rec);
    if (err) {
        mirror_page_drop(t->home);
        return err;
    }
    return mirror_job_page_end(t->home, job, cursor, rec.after_null ? NULL : rec.after,
                               rec.after_null, &t->report->changed, t->fail);
}

/* Every page of a job's scope, wherever it stands. *found = there was one. */
static enum gw_err take_job(struct taking *t, const struct mirror_job *job, bool *found)
{
    struct wire_rec rec;
    struct mirror_job now = *job;
    size_t at = 0;
    enum gw_err err = GW_OK;
    *found = false;
    while (!err && next_rec(t, &at, &rec, &err)) {
        if (err || rec.op != OP_BEGIN || strcmp(rec.path, job->scope) != 0) {
            continue;
        }
        char cursor[96];
        ODB_COPY(cursor, rec.cursor);
        *found = true;
        err = take_job_page(t, &now, &at, cursor);
        if (!err && (mirror_next_job(t->home, &now) != GW_OK || now.job != job->job)) {
            return GW_OK; /* it is done */
        }
    }
    return err;
}

static enum gw_err take_snapshots(struct taking *t)
{
    struct mirror_job job;
    int64_t last = 0;
    bool found = true;
    enum gw_err err = GW_OK;
    while (!err && found && mirror_next_job(t->home, &job) == GW_OK && job.job != last) {
        last = job.job;
        err = take_job(t, &job, &found);
    }
    return err;
}

/* ---- does the mirror part go on from where this home stands? */

static enum gw_err stale(struct taking *t, const char *why)
{
    t->report->stale = true;
    odb_copy(t->report->why, sizeof t->report->why, why);
    return GW_OK;
}

static bool same_epoch(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* What the asker was when he asked must still be true of the epoch: an old stick must not bring an
 * old epoch back. */
static bool fits(const struct taking *t, const struct mirror_state *state,
                 const struct wire_hello *hello)
{
    struct wire_cursor asked, here;
    bool has_asked = wire_cursor_parse(t->in->head.cursor, &asked);
    if (same_epoch(state->epoch, hello->epoch)) {
        return t->in->head.full || (has_asked && wire_cursor_parse(state->cursor, &here) &&
                                    same_epoch(asked.epoch, here.epoch) && here.seq >= asked.seq);
    }
    return t->in->head.full &&
           (state->epoch[0] == '\0' || (has_asked && same_epoch(asked.epoch, state->epoch)));
}

/* Nothing in it that this home does not have. */
static bool behind(struct home *home, const struct mirror_state *state,
                   const struct wire_hello *hello)
{
    struct wire_cursor here, there;
    struct mirror_job job;
    return same_epoch(state->epoch, hello->epoch) && wire_cursor_parse(state->cursor, &here) &&
           wire_cursor_parse(hello->cursor, &there) && here.seq >= there.seq &&
           mirror_next_job(home, &job) == GW_ABSENT;
}

/* As the engine does after a hello: what this laptop signed may be lost at a restored server. */
static enum gw_err greet(struct taking *t, const struct mirror_state *state,
                         const struct wire_hello *hello)
{
    struct home *home = t->home;
    bool epoch_new = state->epoch[0] != '\0' && !same_epoch(state->epoch, hello->epoch);
    bool changed = false;
    enum gw_role role;
    enum gw_err err = epoch_new ? journal_resend_old(home, t->fail) : GW_OK;
    err = err ? err : mirror_hello(home, hello, &changed, &t->report->changed, t->fail);
    if (!err && t->in->head.full && !changed) {
        err = mirror_relist(home, hello->cursor, t->fail);
    }
    if (!err && role_parse(hello->role, &role)) {
        err = home_user(home, hello->name, role, t->fail);
    }
    err = err ? err : home_vouched(home, hello->valid_from, hello->server_sig, t->fail);
    return err || !epoch_new
               ? err
               : journal_resend(home, hello->n, hello->missing, hello->missing_n, t->fail);
}

static enum gw_err take_mirror(struct taking *t, const struct wire_hello *hello)
{
    struct mirror_state state;
    struct mirror_job job;
    enum gw_err err = mirror_state(t->home, &state);
    if (err) {
        return err;
    }
    if (behind(t->home, &state, hello)) {
        return GW_OK;
    }
    if (!fits(t, &state, hello)) {
        return stale(t, _("The answers were taken. What else was new does not go on from what is "
                          "here; make a new bundle with `gridward journal export`."));
    }
    err = greet(t, &state, hello);
    err = err ? err : t->in->head.full ? take_snapshots(t) : take_changes(t);
    if (!err && mirror_next_job(t->home, &job) == GW_ABSENT) {
        err = mirror_caught_up(t->home, t->home->clock->wall_ms(t->home->clock->ctx), t->fail);
    }
    return err;
}

/* The hello line; GW_ABSENT: there is none. */
static enum gw_err read_hello(struct taking *t, struct wire_hello *out)
{
    const char *line;
    size_t len;
    size_t at = 0;
    while (bundle_next(t->in, &at, &line, &len)) {
        if (bundle_line_kind(line, len) == BUNDLE_HELLO) {
            static const char open[] = "{\"hello\":";
            size_t head = sizeof open - 1;
            return wire_hello_decode(line + head, len - head - 1, out, t->fail);
        }
    }
    return GW_ABSENT;
}

static enum gw_err take_reply(struct taking *t)
{
    struct wire_hello hello;
    enum gw_err err = read_hello(t, &hello);
    if (err && err != GW_ABSENT) {
        return err;
    }
    bool greeted = err == GW_OK;
    err = take_results(t);
    err = err ? err : bundle_blobs_held(t->home, t->in, t->report, t->fail);
    return err || !greeted ? err : take_mirror(t, &hello);
}

/* ---- opening */

static enum gw_err open_reply(struct home *home, const void *file, size_t len, struct bundle *in,
                              struct gw_fail *fail)
{
    uint8_t box[GW_KEY_BYTES], secret[GW_KEY_BYTES], server[GW_KEY_BYTES];
    const struct bundle_me me = {home->id.device, box, secret};
    enum gw_err err = foreign_own_box(home, box, secret, fail);
    err = err ? err : bundle_open(file, len, &me, in, fail);
    gw_wipe(secret, sizeof secret);
    if (err) {
        return err;
    }
    if (in->head.kind != BUNDLE_REPLY) {
        err = gw_fail_set(fail, GW_INVALID,
                          _("This is no answer of the server. A bundle of another laptop is taken "
                            "in with `gridward merge`."));
    } else if (strcmp(in->signer, BUNDLE_SERVER) != 0 ||
               !gw_b64url_decode(home->id.server_sign_key, server, sizeof server) ||
               !bundle_signed_by(in, server)) {
        err = gw_fail_set(fail, GW_DENIED,
                          _("This answer is not signed by the server of this home. Nothing of it "
                            "was taken."));
    }
    if (err) {
        bundle_free(in);
    }
    return err;
}

enum gw_err home_bundle_in(struct home *home, const void *file, size_t len,
                           struct bundle_report *report, struct gw_fail *fail)
{
    struct bundle in;
    *report = (struct bundle_report){.lines = 0};
    enum gw_err err = practice_refuse(home, fail);
    err = err ? err : home_rejoin(home, fail);
    err = err ? err : open_reply(home, file, len, &in, fail);
    if (err) {
        return err;
    }
    struct taking t = {.home = home, .in = &in, .report = report, .fail = fail};
    ODB_COPY(report->from, in.head.from);
    err = wire_decoder_new(&t.decoder);
    err = err ? err : take_reply(&t);
    wire_decoder_free(t.decoder);
    bundle_free(&in);
    return err;
}
