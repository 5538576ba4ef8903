/* Attachments that a laptop's bundle brings: taken as slices of PUT /v1/blobs are, for the device
 * that made the bundle. Trouble here costs the attachments a later try, never the records. */
#include "dispatchd/bundle_p.h"

#include <string.h>

#include "base/fsutil.h"
#include "base/log.h"
#include "dispatchd/core_p.h"

struct blob_taking {
    const struct bundle_taker *taker;
    char commit[GW_HASH_HEX + 1]; /* under way; "" = none */
    struct bundle_held held;
    bool stop; /* the disk or the folder: nothing more is taken */
    struct gw_fail *fail;
};

static enum gw_err look(void *ctx, const struct store_blob *blob)
{
    *(bool *)ctx = *(bool *)ctx || blob->erased_at > 0;
    return GW_OK;
}

static enum gw_err begin(struct blob_taking *t, const struct bundle_slice *slice)
{
    struct core *core = t->taker->core;
    struct store *store = core->store;
    bool whole = false;
    memcpy(t->commit, slice->commit, sizeof t->commit);
    t->held = (struct bundle_held){.total = slice->total};
    memcpy(t->held.commit, slice->commit, sizeof t->held.commit);
    enum gw_err err = store->ops->read_begin(store, t->fail);
    if (err) {
        return err;
    }
    err = store->ops->blob_steps(store, slice->commit, look, &t->held.erased, t->fail);
    store->ops->read_end(store);
    if (!err && !t->held.erased) {
        t->held.offset = blobs_held(core->blobs, slice->commit, t->taker->device, &whole);
        t->held.total = whole ? t->held.offset : slice->total;
    }
    int64_t left = gw_disk_free(blobs_store_dir(core->blobs));
    if (!whole && left >= 0 && left < core->limits.blob_reserve) {
        t->stop = true; /* what is left is for records */
        gw_log(GW_LOG_WARN, "attachments: less is free than blob.reserve");
    }
    return err;
}

/* The one under way has had its last slice: the laptop is told where it stands. */
static enum gw_err end(struct blob_taking *t)
{
    if (t->commit[0] == '\0') {
        return GW_OK;
    }
    bool done = t->held.erased || t->held.offset == t->held.total;
    *t->taker->taken += done;
    *t->taker->left += !done;
    t->commit[0] = '\0';
    return bundle_held_add(t->taker->out, &t->held, t->fail);
}

static enum gw_err take_slice(struct blob_taking *t, const struct bundle_slice *slice)
{
    enum gw_err err = GW_OK;
    struct gw_fail why = {.err = GW_OK};
    if (strcmp(t->commit, slice->commit) != 0) {
        err = end(t);
        err = err ? err : begin(t, slice);
    }
    if (err || t->stop || t->held.erased || t->held.offset == t->held.total) {
        return err;
    }
    const struct blob_slice in = {.commit = slice->commit,
                                  .device = t->taker->device,
                                  .salt = slice->salt,
                                  .media = slice->media,
                                  .from = slice->from,
                                  .total = slice->total,
                                  .bytes = slice->bytes,
                                  .len = slice->len};
    enum gw_err trouble = blobs_take(t->taker->core->blobs, &in, &t->held.offset, &why);
    if (trouble) {
        gw_log(GW_LOG_WARN, "attachments: %s", why.text);
        t->stop = trouble == GW_FULL || trouble == GW_STORE;
        t->held.offset = 0;
    }
    return GW_OK;
}

enum gw_err bundle_take_blobs(const struct bundle_taker *taker, const struct bundle *in,
                              struct gw_fail *fail)
{
    struct blob_taking t = {.taker = taker, .fail = fail};
    struct bundle_slice slice;
    struct gw_buf bytes;
    const char *line;
    size_t len;
    size_t at = 0;
    enum gw_err err = GW_OK;
    gw_buf_init(&bytes, BUNDLE_SLICE);
    while (taker->core->blobs && !err && bundle_next(in, &at, &line, &len)) {
        if (bundle_line_kind(line, len) == BUNDLE_BLOB &&
            bundle_slice_read(line, len, &slice, &bytes)) {
            err = take_slice(&t, &slice);
        }
    }
    err = err ? err : end(&t);
    gw_buf_free(&bytes);
    return err;
}
