/* Attachments that travel on a stick: read slice by slice on the way out, whole before anything is
 * kept on the way in. */
#include "offline-db/bundle_p.h"

#include <string.h>

#include "offline-db/blob.h"
#include "offline-db/process_p.h"

/* ---- out */

struct sending {
    struct home *home;
    const char *process; /* NULL: what the server has not */
    const char *which;
    bool measuring; /* the first walk: how much there is */
    bool all_small;
    int64_t bytes, n, named;
    struct bundle_out *out;
    struct bundle_report *report;
    enum gw_err err;
    struct gw_fail *fail;
};

static bool is_word(const struct sending *s, const char *word)
{
    return s->which && strcmp(s->which, word) == 0;
}

/* Without a word: when they are small together; "all", "none", or their commits with commas. */
static bool wanted(const struct sending *s, const struct blob_row *row)
{
    if (!s->which || is_word(s, "all")) {
        return s->which || s->all_small;
    }
    return !is_word(s, "none") && strstr(s->which, row->commit) != NULL;
}

static bool is_here(const struct sending *s, const struct blob_row *row)
{
    uint8_t salt[BLOB_SALT];
    struct gw_buf none;
    gw_buf_init(&none, 1);
    bool unsent = row->state == BLOB_PENDING || row->state == BLOB_UPLOADING;
    bool held = unsent || row->state == BLOB_DONE || row->state == BLOB_REFUSED;
    bool here = (s->process ? held : unsent) && row->size > 0 && blob_media_known(row->media) &&
                blob_slice(s->home, row->commit, 0, 0, salt, &none, NULL) == GW_OK;
    gw_buf_free(&none);
    return here;
}

static enum gw_err send_one(struct sending *s, const struct blob_row *row)
{
    struct bundle_slice slice = {.total = row->size, .media = blob_media_known(row->media)};
    struct gw_buf bytes;
    enum gw_err err = GW_OK;
    odb_copy(slice.commit, sizeof slice.commit, row->commit);
    gw_buf_init(&bytes, BUNDLE_SLICE);
    while (!err && slice.from < slice.total) {
        gw_buf_reset(&bytes);
        err =
            blob_slice(s->home, row->commit, slice.from, BUNDLE_SLICE, slice.salt, &bytes, s->fail);
        slice.bytes = gw_buf_str(&bytes);
        slice.len = bytes.len;
        if (!err && (bytes.len == 0 || slice.from + (int64_t)bytes.len > slice.total)) {
            err = gw_fail_set(s->fail, GW_STORE,
                              _("The copy of the attachment %.12s… is damaged. Leave it out with "
                                "--attachments, or attach it again."),
                              row->commit);
        }
        err = err ? err : bundle_slice_add(s->out, &slice, s->fail);
        slice.from += (int64_t)bytes.len;
    }
    gw_buf_free(&bytes);
    return err;
}

static bool visit(void *ctx, const struct blob_row *row)
{
    struct sending *s = ctx;
    if (!is_here(s, row)) {
        return true;
    }
    if (s->measuring) {
        s->bytes += row->size;
        s->named += wanted(s, row);
        return true;
    }
    if (!wanted(s, row) || s->bytes + row->size > BUNDLE_BLOBS_MAX) {
        s->report->attachments_left++;
        return true;
    }
    s->bytes += row->size;
    s->report->attachments++;
    s->err = send_one(s, row);
    return s->err == GW_OK;
}

/* Commits of 64 digits with commas between; *n of them. */
static bool commits_ok(const char *which, int64_t *n)
{
    char one[GW_HASH_HEX + 1];
    *n = 0;
    for (const char *at = which; *at; at += *at == ',') {
        size_t len = strcspn(at, ",");
        if (len != GW_HASH_HEX) {
            return false;
        }
        memcpy(one, at, len);
        one[len] = '\0';
        if (!blob_commit_ok(one)) {
            return false;
        }
        at += len;
        (*n)++;
    }
    return *n > 0;
}

static enum gw_err check_which(const struct sending *s, int64_t n)
{
    if (s->named < n) {
        return gw_fail_set(s->fail, GW_INVALID,
                           _("Not all of these attachments are on this machine. `gridward blob "
                             "list` shows those that are."));
    }
    return GW_OK;
}

enum gw_err bundle_blobs_add(struct home *home, const char *process, const char *which,
                             struct bundle_out *out, struct bundle_report *report,
                             struct gw_fail *fail)
{
    struct sending s = {.home = home,
                        .process = process,
                        .which = which,
                        .measuring = true,
                        .out = out,
                        .report = report,
                        .fail = fail};
    int64_t n = 0;
    enum gw_err swept = blob_sweep(home, fail); /* what was erased does not travel */
    if (swept) {
        return swept;
    }
    if (which && !is_word(&s, "all") && !is_word(&s, "none") && !commits_ok(which, &n)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("--attachments takes all, none, or the hashes of attachments with "
                             "commas between; `gridward blob list --json` shows them."));
    }
    enum gw_err err = blob_each(home, process, visit, &s);
    err = err ? err : check_which(&s, n);
    if (err) {
        return err;
    }
    s.all_small = s.bytes <= BUNDLE_BLOBS_SMALL;
    s.measuring = false;
    s.bytes = 0;
    err = blob_each(home, process, visit, &s);
    return err ? err : s.err;
}

/* ---- in */

struct receiving {
    struct home *home;
    struct bundle_report *report;
    struct bundle_slice now; /* of which attachment; commit "" = none */
    struct gw_buf whole;     /* its bytes so far */
    bool skip;               /* here already, or not to be taken */
    struct gw_fail *fail;
};

static void refuse(struct receiving *r, const char *why)
{
    if (r->report->refused++ == 0) {
        odb_copy(r->report->why, sizeof r->report->why, why);
    }
}

/* GW_OK: some record of the procedure here names it; GW_ABSENT; GW_REFUSED: erased for ever. */
static enum gw_err named(const struct receiving *r, const char *commit)
{
    sqlite3_stmt *st = process_stmt(r->home, SQL_BL_NAMED_IN);
    gw_bind_text(st, ":process", r->report->process);
    gw_bind_text(st, ":hash", commit);
    enum gw_err err = odb_row(r->home, st, NULL);
    if (!err) {
        err = gw_col_int(st, 0) ? GW_REFUSED : GW_OK;
    }
    odb_reset(st);
    return err;
}

static bool is_known(const struct receiving *r, const char *commit, struct blob_row *row)
{
    uint8_t salt[BLOB_SALT];
    struct gw_buf none;
    if (blob_find(r->home, commit, row) != GW_OK) {
        *row = (struct blob_row){.state = BLOB_PENDING};
        return false;
    }
    gw_buf_init(&none, 1);
    bool here = blob_slice(r->home, commit, 0, 0, salt, &none, NULL) == GW_OK;
    gw_buf_free(&none);
    return row->state == BLOB_ERASED || here;
}

static enum gw_err begin(struct receiving *r, const struct bundle_slice *slice)
{
    struct blob_row row;
    r->now = *slice;
    r->skip = is_known(r, slice->commit, &row);
    gw_buf_reset(&r->whole);
    enum gw_err err = r->skip ? GW_OK : named(r, slice->commit);
    if (err == GW_ABSENT || err == GW_REFUSED) {
        r->skip = true;
        if (err == GW_ABSENT) {
            refuse(r, _("No record that was taken names one of the attachments; it was not kept."));
        }
        return GW_OK;
    }
    return err;
}

/* What stood before it was never finished: a program that is not ours made this bundle. */
static void end(struct receiving *r)
{
    if (r->now.commit[0] != '\0' && !r->skip) {
        refuse(r, _("An attachment is not whole; it was not kept."));
    }
    r->now.commit[0] = '\0';
}

static enum gw_err finish(struct receiving *r)
{
    struct blob_row row = {.state = BLOB_PENDING, .size = (int64_t)r->whole.len};
    odb_copy(row.commit, sizeof row.commit, r->now.commit);
    odb_copy(row.process, sizeof row.process, r->report->process);
    r->now.commit[0] = '\0';
    enum gw_err err = blob_take(r->home, &row, r->now.salt, gw_buf_str(&r->whole), r->fail);
    if (err == GW_INVALID) {
        refuse(r, _("An attachment is not what its record names; it was not kept."));
        return GW_OK;
    }
    r->report->attachments += err == GW_OK;
    return err;
}

static enum gw_err take_slice(struct receiving *r, const struct bundle_slice *slice)
{
    enum gw_err err = GW_OK;
    if (slice->from == 0 || strcmp(slice->commit, r->now.commit) != 0) {
        end(r);
        err = begin(r, slice);
    }
    if (err || r->skip) {
        return err;
    }
    if (slice->from != (int64_t)r->whole.len || slice->total != r->now.total) {
        end(r);
        r->skip = true;
        return GW_OK;
    }
    err = gw_buf_add(&r->whole, slice->bytes, slice->len);
    return err ? err : (int64_t)r->whole.len == r->now.total ? finish(r) : GW_OK;
}

enum gw_err bundle_blobs_take(struct home *home, const struct bundle *in,
                              struct bundle_report *report, struct gw_fail *fail)
{
    struct receiving r = {.home = home, .report = report, .fail = fail};
    struct bundle_slice slice;
    struct gw_buf bytes;
    const char *line;
    size_t len;
    size_t at = 0;
    enum gw_err err = GW_OK;
    gw_buf_init(&r.whole, BLOB_MAX);
    gw_buf_init(&bytes, BUNDLE_SLICE);
    while (!err && bundle_next(in, &at, &line, &len)) {
        if (bundle_line_kind(line, len) == BUNDLE_BLOB &&
            bundle_slice_read(line, len, &slice, &bytes)) {
            err = take_slice(&r, &slice);
        }
    }
    end(&r);
    gw_buf_free(&bytes);
    gw_buf_free(&r.whole);
    return err;
}

/* ---- what the server has */

static enum gw_err take_held(struct home *home, const struct bundle_held *held,
                             struct bundle_report *report, struct gw_fail *fail)
{
    struct blob_row row;
    enum gw_err err = blob_find(home, held->commit, &row);
    bool waits = !err && (row.state == BLOB_PENDING || row.state == BLOB_UPLOADING);
    bool whole = held->offset == row.size && held->total == row.size;
    if (err || (!held->erased && (!waits || !whole))) {
        return err == GW_ABSENT ? GW_OK : err; /* a part of it: asked for again by the network */
    }
    row.state = held->erased ? BLOB_ERASED : BLOB_DONE;
    row.held = row.size;
    report->attachments++;
    return blob_note(home, &row, fail);
}

enum gw_err bundle_blobs_held(struct home *home, const struct bundle *in,
                              struct bundle_report *report, struct gw_fail *fail)
{
    struct bundle_held held;
    const char *line;
    size_t len;
    size_t at = 0;
    enum gw_err err = GW_OK;
    while (!err && bundle_next(in, &at, &line, &len)) {
        if (bundle_line_kind(line, len) == BUNDLE_BLOB && bundle_held_read(line, len, &held)) {
            err = take_held(home, &held, report, fail);
        }
    }
    return err;
}
