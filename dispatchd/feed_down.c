/* Rows that flow down: a number confirmed for a district is seen by everybody whose area lies below
 * it, although no area of theirs covers the row's path. The store's feed knows levels above a row
 * only; the rows of type rule are few, so they are kept in memory in the order of seq and put
 * between the lines of the store. They are only ever put again, never moved or deleted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatchd/core_p.h"

void down_free(struct down_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        free(rows->row[i].text);
    }
    free(rows->row);
    *rows = (struct down_rows){.stale = true};
}

/* id, path and body in one piece. */
static enum gw_err take(void *ctx, const struct store_row *row)
{
    struct down_rows *rows = ctx;
    size_t id = strlen(row->id) + 1;
    size_t path = strlen(row->path) + 1;
    struct down_row *more = realloc(rows->row, (rows->n + 1) * sizeof *more);
    if (!more) {
        return GW_NOMEM;
    }
    rows->row = more;
    char *text = malloc(id + path + row->body_len + 1);
    if (!text) {
        return GW_NOMEM;
    }
    memcpy(text, row->id, id);
    memcpy(text + id, row->path, path);
    memcpy(text + id + path, row->body, row->body_len);
    text[id + path + row->body_len] = '\0';
    rows->row[rows->n++] = (struct down_row){.text = text,
                                             .id = text,
                                             .path = text + id,
                                             .body = text + id + path,
                                             .body_len = row->body_len,
                                             .seq = row->seq};
    return GW_OK;
}

static int by_seq(const void *a, const void *b)
{
    const struct down_row *x = a;
    const struct down_row *y = b;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

enum gw_err down_refresh(struct core *core, int64_t newest, struct gw_fail *fail)
{
    struct down_rows *rows = &core->rules;
    /* A newer seq than the one we know: another process has written since we looked. */
    bool outside = !core->writing && newest != core->meta.seq;
    if (!rows->stale && !outside && rows->gen == core->gen) {
        return GW_OK;
    }
    down_free(rows);
    enum gw_err err =
        core->store->ops->row_each(core->store, TYPE_RULE, "", "", 0, take, rows, fail);
    if (err) {
        down_free(rows);
        return err;
    }
    if (rows->n > 0) {
        qsort(rows->row, rows->n, sizeof *rows->row, by_seq);
    }
    rows->gen = core->gen;
    rows->stale = outside; /* until core_refresh() has seen it */
    return GW_OK;
}

static bool above(const char *path, const char *scope)
{
    return path_covers(path, scope) && strcmp(path, scope) != 0;
}

/* An own scope that covers the row gives it in the usual way. */
static bool flows_to(const struct person *person, const struct down_row *row)
{
    bool below = false;
    for (size_t i = 0; i < person->scopes_n; i++) {
        if (path_covers(person->scopes[i].path, row->path)) {
            return false;
        }
        below = below || above(row->path, person->scopes[i].path);
    }
    return below;
}

const struct down_row *down_next(const struct core *core, const struct person *person,
                                 int64_t since)
{
    const struct down_rows *rows = &core->rules;
    if ((person->types >> TYPE_RULE & 1U) == 0) { /* the one type of entity_flows_down() */
        return NULL;
    }
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->row[i].seq > since && flows_to(person, &rows->row[i])) {
            return &rows->row[i];
        }
    }
    return NULL;
}

const struct down_row *down_after(const struct core *core, const char *scope, const char *after)
{
    const struct down_row *found = NULL;
    for (size_t i = 0; i < core->rules.n; i++) {
        const struct down_row *row = &core->rules.row[i];
        if (above(row->path, scope) && strcmp(row->id, after) > 0 &&
            (!found || strcmp(row->id, found->id) < 0)) {
            found = row;
        }
    }
    return found;
}

void down_digest(const struct core *core, const char *scope, struct store_digest *out)
{
    char text[GW_ID_MAX + 64];
    *out = (struct store_digest){.count = 0};
    for (size_t i = 0; i < core->rules.n; i++) {
        const struct down_row *row = &core->rules.row[i];
        if (above(row->path, scope)) {
            int n = snprintf(text, sizeof text, "%s|%s|%lld", entity_of(TYPE_RULE)->name, row->id,
                             (long long)row->seq);
            out->sum += gw_sha256_h64(text, (size_t)n);
            out->count++;
        }
    }
}
