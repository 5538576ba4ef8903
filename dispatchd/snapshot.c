/* One page of a scope: types in the order of the wire, ids bytewise, no state kept. */
#include <stdio.h>
#include <string.h>

#include "dispatchd/core_p.h"

struct page {
    struct gw_buf *out;
    int64_t n, limit;
    int part;                  /* type, or FROM_ABOVE */
    char after[GW_ID_MAX + 2]; /* letter of the part, id; "" before the first row */
};

/* A letter and the id, so that it is one opaque word: 'a' is the first type. Rows that flow down
 * from above the scope come last, under a letter of their own. */
enum { FROM_ABOVE = TYPE_N };

static void print_after(char out[GW_ID_MAX + 2], int type, const char *id)
{
    (void)snprintf(out, GW_ID_MAX + 2, "%c%s", 'a' + type, id);
}

static bool parse_after(const char *text, int *type, const char **id)
{
    if (text[0] < 'a' || text[0] > 'a' + FROM_ABOVE || !id_ok(text + 1)) {
        return false;
    }
    *type = text[0] - 'a';
    *id = text + 1;
    return true;
}

static enum gw_err take_row(void *ctx, const struct store_row *row)
{
    struct page *page = ctx;
    if (page->n >= page->limit || (page->n > 0 && page->out->len + row->body_len > PAGE_BYTES)) {
        return GW_TOO_LARGE;
    }
    enum gw_err err =
        wire_put(page->out, row->seq, row->type, row->id, row->path, row->body, row->body_len);
    err = err ? err : gw_buf_adds(page->out, "\n");
    if (!err) {
        page->n++;
        print_after(page->after, page->part, row->id);
    }
    return err == GW_TOO_LARGE ? GW_NOMEM : err;
}

struct wanted {
    const char *scope;
    uint32_t types;
    int first;         /* type, or FROM_ABOVE */
    const char *after; /* within first */
};

static enum gw_err fill_from_above(const struct core *core, const struct wanted *wanted,
                                   struct page *page)
{
    const char *after = wanted->first == FROM_ABOVE ? wanted->after : "";
    enum gw_err err = GW_OK;
    page->part = FROM_ABOVE;
    if ((wanted->types >> TYPE_RULE & 1U) == 0) {
        return GW_OK;
    }
    for (const struct down_row *row = down_after(core, wanted->scope, after); row && !err;
         row = down_after(core, wanted->scope, row->id)) {
        const struct store_row line = {TYPE_RULE, row->id,   row->path,
                                       row->seq,  row->body, row->body_len};
        err = take_row(page, &line);
    }
    return err;
}

/* *full = the page ended before the rows did. */
static enum gw_err fill(struct call *call, const struct wanted *wanted, struct page *page,
                        bool *full, struct gw_fail *fail)
{
    struct store *store = call->core->store;
    enum gw_err err = GW_OK;
    for (int type = wanted->first; type < TYPE_N && !err; type++) {
        if ((wanted->types >> type & 1U) == 0) {
            continue;
        }
        page->part = type;
        err = store->ops->row_each(store, (enum gw_type)type, wanted->scope,
                                   type == wanted->first ? wanted->after : "",
                                   page->limit - page->n + 1, take_row, page, fail);
    }
    err = err ? err : fill_from_above(call->core, wanted, page);
    *full = err == GW_TOO_LARGE;
    return *full ? GW_OK : err;
}

static enum gw_err write_page(struct call *call, const struct wanted *wanted, int64_t limit,
                              struct gw_fail *fail)
{
    struct core *core = call->core;
    struct gw_buf *out = &call->out->body;
    struct page page = {.out = out, .limit = limit};
    struct wire_cursor cursor = {.seq = core_seq(core)};
    bool full = false;
    (void)snprintf(cursor.epoch, sizeof cursor.epoch, "%s", core->meta.epoch);
    enum gw_err err = wire_begin(out, &cursor, wanted->scope);
    err = err ? err : gw_buf_adds(out, "\n");
    err = err ? err : down_refresh(core, cursor.seq, fail);
    err = err ? err : fill(call, wanted, &page, &full, fail);
    err = err ? err : wire_page_end(out, full ? page.after : NULL, page.n);
    return err ? err : gw_buf_adds(out, "\n");
}

static bool parse_wanted(struct call *call, struct wanted *out, int64_t *limit)
{
    const char *type = query_get(call->query, "type");
    const char *after = query_get(call->query, "after");
    enum gw_type only;
    out->scope = query_get(call->query, "scope");
    out->types = call->person->types;
    out->after = "";
    if (!out->scope || !path_ok(out->scope) ||
        !query_int(call->query, "limit", call->core->limits.page, limit) || *limit < 1 ||
        (after && !parse_after(after, &out->first, &out->after))) {
        answer_problem(call->out, 400, "malformed", "scope, after or limit cannot be read.");
        return false;
    }
    if (type && !entity_parse(type, &only)) {
        answer_problem(call->out, 422, "invalid", "There is no such type.");
        return false;
    }
    if (type) {
        out->types &= 1U << only;
    }
    if (!person_covers(call->person, out->scope) || out->types == 0) {
        answer_problem(call->out, 403, "forbidden", "The scope or type is not the caller's.");
        return false;
    }
    *limit = *limit > call->core->limits.page ? call->core->limits.page : *limit;
    return true;
}

void handle_snapshot(struct call *call)
{
    struct wanted wanted = {.first = TYPE_ALARM};
    struct gw_fail fail = {.err = GW_OK};
    struct store *store = call->core->store;
    int64_t limit = 0;
    if (!parse_wanted(call, &wanted, &limit)) {
        return;
    }
    enum gw_err err = store->ops->read_begin(store, &fail);
    if (!err) {
        err = write_page(call, &wanted, limit, &fail);
        store->ops->read_end(store);
    }
    if (err) {
        core_break(call, err, &fail);
        return;
    }
    call->out->status = 200;
    call->out->content_type = "application/x-ndjson";
}
