/* A page into the store, slice by slice. 500 rows take 5 to 15 ms; whoever presses a key meanwhile
 * waits for one slice only. A slice is a transaction of its own, and what it leaves behind is what
 * a shorter page would have left: of the feed whole seq groups with their cursor (R1, R2), of a
 * snapshot rows that the page brings again when it is not finished (R4). */
#include <stdio.h>
#include <string.h>

#include "sync/engine_p.h"

/* Alarms are ten times as long as residents; a slice of either takes about as long. */
enum { SLICE_BYTES = 96 * 1024 };

static const char *text_of(const struct engine *engine)
{
    return gw_buf_str(&engine->lanes[LANE_READ].body);
}

static size_t line_len(const char *text, size_t len)
{
    const char *nl = memchr(text, '\n', len);
    return nl == NULL ? 0 : (size_t)(nl - text) + 1;
}

static bool counts(enum wire_op op)
{
    return op == OP_PUT || op == OP_OUT || op == OP_DEL;
}

/* An empty line and an op of a newer server are GW_ABSENT. */
static enum gw_err decode(struct engine *engine, const char *line, size_t len, struct wire_rec *rec,
                          struct gw_fail *fail)
{
    return len <= 1 ? GW_ABSENT : wire_rec_decode(engine->decoder, line, len - 1, rec, fail);
}

static void note_begin(struct page *page, const struct wire_rec *rec)
{
    page->has_begin = true;
    memcpy(page->begin_cursor, rec->cursor, sizeof(page->begin_cursor));
}

/* Every line of a page that was cut or is strange: where whole seq groups end. */
static enum gw_err survey(struct engine *engine, struct page *page, size_t len,
                          struct gw_fail *fail)
{
    const char *text = text_of(engine);
    size_t at = 0;
    int64_t open_seq = -1;
    while (at < len) {
        struct wire_rec rec;
        size_t n = line_len(text + at, len - at);
        if (n == 0) {
            break; /* a line without its end was cut */
        }
        enum gw_err err = decode(engine, text + at, n, &rec, fail);
        if (err != GW_OK && err != GW_ABSENT) {
            return err;
        }
        if (err == GW_OK && counts(rec.op) && rec.seq != open_seq) {
            page->whole = at;
            open_seq = rec.seq;
        }
        if (err == GW_OK && rec.op == OP_BEGIN) {
            note_begin(page, &rec);
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

/* A page as it should be tells by its last line that all of it came, and by its first from where.
 * Its rows are looked at only once, when they go into the store. */
static bool framed(struct engine *engine, struct page *page, size_t len)
{
    const char *text = text_of(engine);
    struct wire_rec rec;
    size_t first = line_len(text, len);
    size_t start = len;
    if (first == 0 || text[len - 1] != '\n') {
        return false;
    }
    if (page->snapshot) {
        if (decode(engine, text, first, &rec, NULL) != GW_OK || rec.op != OP_BEGIN) {
            return false;
        }
        note_begin(page, &rec);
    }
    for (start--; start > 0 && text[start - 1] != '\n'; start--) {
    }
    if (decode(engine, text + start, len - start, &rec, NULL) != GW_OK || rec.op != OP_END) {
        return false;
    }
    page->has_end = true;
    page->end = rec;
    page->whole = len;
    return true;
}

enum gw_err page_open(struct engine *engine, bool snapshot, struct gw_fail *fail)
{
    struct page *page = &engine->page;
    struct mirror_state state;
    struct wire_cursor end = {0};
    size_t len = engine->lanes[LANE_READ].body.len;
    *page = (struct page){.snapshot = snapshot};
    enum gw_err err = mirror_state(engine->home, &state);
    if (err == GW_OK && !framed(engine, page, len)) {
        page->has_begin = false;
        err = survey(engine, page, len, fail);
    }
    if (!snapshot && page->has_end) {
        (void)wire_cursor_parse(page->end.cursor, &end); /* unusable: of no epoch, so of another */
        (void)snprintf(page->epoch, sizeof(page->epoch), "%s", end.epoch);
    } else {
        memcpy(page->epoch, state.epoch, sizeof(page->epoch));
    }
    page->open = err == GW_OK;
    return err;
}

/* ---- one slice */
struct slice {
    size_t at;      /* where it ends */
    size_t records; /* in it */
    int64_t seq;    /* of its last group, -1 none */
};

static bool is_full(const struct engine *engine, const struct slice *slice)
{
    return slice->records >= (size_t)engine->times.slice ||
           slice->at - engine->page.at >= SLICE_BYTES;
}

/* A slice of the feed ends where a seq group does. */
static bool ends_before(const struct engine *engine, const struct slice *slice,
                        const struct wire_rec *rec)
{
    return counts(rec->op) && slice->records > 0 && is_full(engine, slice) &&
           (engine->page.snapshot || rec->seq != slice->seq);
}

static enum gw_err slice_apply(struct engine *engine, struct slice *slice, struct gw_fail *fail)
{
    struct page *page = &engine->page;
    const char *text = text_of(engine);
    while (slice->at < page->whole) {
        struct wire_rec rec;
        size_t n = line_len(text + slice->at, page->whole - slice->at);
        enum gw_err err = decode(engine, text + slice->at, n, &rec, fail);
        if (err == GW_OK && ends_before(engine, slice, &rec)) {
            return GW_OK;
        }
        slice->at += n;
        if (err == GW_OK && rec.op == OP_END) {
            page->end_at = slice->at - n;
            page->end = rec; /* what stands behind it is no part of the page */
            page->whole = slice->at;
        } else if (err == GW_OK && rec.op != OP_BEGIN) {
            err = mirror_page_rec(engine->home, &rec, fail);
        }
        if (err == GW_OK && counts(rec.op)) {
            slice->records++;
            slice->seq = rec.seq;
        }
        if (err != GW_OK && err != GW_ABSENT) {
            return err;
        }
    }
    return GW_OK;
}

/* After this slice of the feed: the page's own cursor, or that of the last whole group; "" = as
 * before. GW_AGAIN: of another epoch than the mirror, nothing fits any more. */
static enum gw_err cursor_after(struct engine *engine, const struct slice *slice, char out[96])
{
    const struct page *page = &engine->page;
    struct mirror_state state;
    struct wire_cursor at;
    out[0] = '\0';
    enum gw_err err = mirror_state(engine->home, &state);
    if (err != GW_OK) {
        return err;
    }
    if (strcmp(state.epoch, page->epoch) != 0) {
        return GW_AGAIN; /* another process took a bundle in */
    }
    if (page->has_end && slice->at == page->whole) {
        memcpy(out, page->end.cursor, sizeof(page->end.cursor));
        return wire_cursor_parse(out, &at) && strcmp(at.epoch, state.epoch) == 0 ? GW_OK : GW_AGAIN;
    }
    if (slice->seq >= 0 && wire_cursor_parse(state.cursor, &at)) {
        at.seq = slice->seq > at.seq ? slice->seq : at.seq;
        wire_cursor_print(&at, out);
    }
    return GW_OK;
}

static enum gw_err feed_slice_end(struct engine *engine, const struct slice *slice,
                                  struct gw_fail *fail)
{
    char cursor[96];
    enum gw_err err = cursor_after(engine, slice, cursor);
    if (err != GW_OK) {
        mirror_page_drop(engine->home);
        return err;
    }
    return mirror_page_end(engine->home, cursor[0] != '\0' ? cursor : NULL, &engine->changed, fail);
}

static enum gw_err job_slice_end(struct engine *engine, const struct slice *slice,
                                 struct gw_fail *fail)
{
    const struct page *page = &engine->page;
    if (slice->at < page->whole || page->end.after_null) { /* the last page ends with the sweep */
        return mirror_job_part_end(engine->home, &page->job, page->begin_cursor, &engine->changed,
                                   fail);
    }
    return mirror_job_page_end(engine->home, &page->job, page->begin_cursor, page->end.after, false,
                               &engine->changed, fail);
}

enum gw_err page_slice(struct engine *engine, bool *last, struct gw_fail *fail)
{
    struct page *page = &engine->page;
    struct slice slice = {.at = page->at, .seq = -1};
    if (mirror_fold(engine->home, true)) { /* long pages: no pause in which to do it */
        return GW_OK;                      /* that was this round's work */
    }
    enum gw_err err = mirror_page_begin(engine->home, fail);
    if (err != GW_OK) {
        return err;
    }
    err = slice_apply(engine, &slice, fail);
    if (err != GW_OK) {
        mirror_page_drop(engine->home);
        return err;
    }
    err =
        page->snapshot ? job_slice_end(engine, &slice, fail) : feed_slice_end(engine, &slice, fail);
    if (err == GW_OK) {
        page->at = slice.at;
        page->records += slice.records;
        *last = page->at == page->whole;
    }
    return err;
}

enum gw_err page_end_again(struct engine *engine, struct wire_rec *end, struct gw_fail *fail)
{
    const struct page *page = &engine->page;
    return decode(engine, text_of(engine) + page->end_at, page->whole - page->end_at, end, fail);
}
