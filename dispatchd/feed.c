/* What changed since a cursor: one code path for NDJSON, long-poll and stream. */
#include <stdio.h>
#include <string.h>

#include "dispatchd/core_p.h"

struct writer {
    struct core *core;
    const struct person *person;
    struct feed_page *page;
    struct gw_buf *out;
    int64_t seq;   /* of the group being written; 0 = none yet */
    size_t began;  /* where this helping starts in out */
    int64_t given; /* lines of the store among page->n */
    int64_t down;  /* seq of the newest row that flowed down; since = none yet */
};

/* ---- a line, as NDJSON or as the data of an event. JSON of ours has no newline in it. */

static enum gw_err open_line(const struct writer *w)
{
    return w->page->sse ? gw_buf_adds(w->out, "data: ") : GW_OK;
}

/* Ends the last event of a seq group: only that one carries the cursor. */
static enum gw_err end_group(struct writer *w)
{
    if (!w->page->sse || w->seq == 0) {
        return GW_OK;
    }
    return gw_buf_addf(w->out, "id: %s.%lld\n\n", w->core->meta.epoch, (long long)w->seq);
}

/* Between two lines: a stream closes the event before, with its id when a new seq begins. */
static enum gw_err next_line(struct writer *w, int64_t seq)
{
    enum gw_err err = GW_OK;
    if (w->page->sse && w->seq != 0) {
        err = seq == w->seq ? gw_buf_adds(w->out, "\n") : end_group(w);
    }
    w->seq = seq;
    return err ? err : open_line(w);
}

static enum gw_err write_change(const struct writer *w, const struct store_change *change)
{
    const struct store_row *row = &change->row;
    enum gw_err err = GW_OK;
    if (change->op == STORE_PUT) {
        err = wire_put(w->out, row->seq, row->type, row->id, row->path, row->body, row->body_len);
    } else {
        err = wire_gone(w->out, change->op == STORE_OUT ? OP_OUT : OP_DEL, row->seq, row->type,
                        row->id);
    }
    return err ? err : gw_buf_adds(w->out, "\n");
}

/* The row's own path is checked again: a feed line alone gives no right. */
static bool may_read(const struct writer *w, const struct store_change *change)
{
    return change->op != STORE_PUT || person_covers(w->person, change->row.path);
}

/* Rows that flow down, of seqs below before. */
static enum gw_err flow_down(struct writer *w, int64_t before)
{
    const struct down_row *row = down_next(w->core, w->person, w->down);
    enum gw_err err = GW_OK;
    for (; row && row->seq < before && !err; row = down_next(w->core, w->person, w->down)) {
        const struct store_change change = {
            .op = STORE_PUT,
            .row = {TYPE_RULE, row->id, row->path, row->seq, row->body, row->body_len},
        };
        err = next_line(w, row->seq);
        err = err ? err : write_change(w, &change);
        w->down = row->seq;
        w->page->n++;
    }
    return err == GW_TOO_LARGE ? GW_NOMEM : err;
}

static enum gw_err take_change(void *ctx, const struct store_change *change)
{
    struct writer *w = ctx;
    bool new_group = change->row.seq != w->seq;
    if (!may_read(w, change)) {
        return GW_OK;
    }
    enum gw_err err = flow_down(w, change->row.seq);
    if (err) {
        return err;
    }
    if (new_group && w->given > 0 && w->out->len - w->began + change->row.body_len > PAGE_BYTES) {
        return GW_TOO_LARGE;
    }
    err = next_line(w, change->row.seq);
    err = err ? err : write_change(w, change);
    w->page->n++;
    w->given++;
    return err == GW_TOO_LARGE ? GW_NOMEM : err;
}

enum gw_err feed_records(struct core *core, const struct person *person, struct feed_page *page,
                         struct gw_buf *out, struct gw_fail *fail)
{
    struct writer w = {core, person, page, out, 0, out->len, 0, page->since};
    page->n = 0;
    page->newest = core_seq(core);
    enum gw_err err = down_refresh(core, page->newest, fail);
    err = err ? err
              : core->store->ops->feed(core->store, person->scopes, person->scopes_n, person->types,
                                       page->since, page->limit, take_change, &w, &page->last,
                                       &page->more, fail);
    if (!err && !page->more) {
        err = flow_down(&w, page->newest + 1);
        page->last = page->newest;
    }
    page->last = w.down > page->last ? w.down : page->last; /* all below it was given */
    return err ? err : end_group(&w);
}

/* ---- scopes and end */

static enum gw_err close_line(struct gw_buf *out, bool sse)
{
    return gw_buf_adds(out, sse ? "\n\n" : "\n");
}

enum gw_err feed_scopes(struct core *core, const struct person *person, bool sse,
                        struct gw_buf *out)
{
    struct wire_scope scopes[STORE_SCOPES_MAX];
    (void)core; /* the same for every server */
    person_scopes(person, scopes);
    enum gw_err err = sse ? gw_buf_adds(out, "data: ") : GW_OK;
    err = err ? err : wire_scopes(out, person->tag, scopes, person->scopes_n, person->types);
    return err ? err : close_line(out, sse);
}

/* Nested scopes are asked one by one: each entry stands for itself. */
static enum gw_err read_digest(struct core *core, const struct person *person,
                               struct wire_digest *out, size_t *n, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    *n = 0;
    for (size_t i = 0; i < person->scopes_n && !err; i++) {
        for (int type = 0; type < TYPE_N && !err; type++) {
            struct store_digest sum;
            if ((person->types >> type & 1U) == 0) {
                continue;
            }
            err = core->store->ops->digest(core->store, person->scopes[i].path, (enum gw_type)type,
                                           &sum, fail);
            struct wire_digest *entry = &out[(*n)++];
            (void)snprintf(entry->scope, sizeof entry->scope, "%s", person->scopes[i].path);
            entry->type = (enum gw_type)type;
            entry->count = err ? 0 : sum.count;
            entry->sum = err ? 0 : sum.sum;
            if (!err && entity_flows_down((enum gw_type)type)) {
                down_digest(core, person->scopes[i].path, &sum);
                entry->has_above = true;
                entry->above_count = sum.count;
                entry->above_sum = sum.sum;
            }
        }
    }
    return err;
}

enum gw_err feed_end(struct core *core, const struct person *person, const struct feed_page *page,
                     bool digest, struct gw_buf *out, struct gw_fail *fail)
{
    static const size_t digest_bytes = WIRE_DIGEST_MAX * sizeof(struct wire_digest);
    struct wire_cursor cursor = {.seq = page->last};
    struct gw_buf sums;
    size_t n = 0;
    enum gw_err err = GW_OK;
    bool with = digest && !page->more;
    gw_buf_init(&sums, digest_bytes + 1);
    (void)snprintf(cursor.epoch, sizeof cursor.epoch, "%s", core->meta.epoch);
    if (with) {
        static const struct wire_digest zero;
        for (size_t i = 0; i < person->scopes_n * TYPE_N && !err; i++) {
            err = gw_buf_add(&sums, &zero, sizeof zero);
        }
        err = err ? err : down_refresh(core, page->newest, fail);
        err = err ? err : read_digest(core, person, (struct wire_digest *)sums.data, &n, fail);
    }
    err = err || !page->sse ? err : gw_buf_adds(out, "data: ");
    err =
        err ? err
            : wire_end(out, &cursor, page->more, page->n, (struct wire_digest *)sums.data, n, with);
    err = err ? err : close_line(out, page->sse);
    gw_buf_free(&sums);
    return err;
}
