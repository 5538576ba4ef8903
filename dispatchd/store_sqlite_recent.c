/* SQLite driver: the rows that were written last, at hand for the streams that are about to ask for
 * them. Reading them back was half of what a stream's records cost. */
#include <stdlib.h>
#include <string.h>

#include "dispatchd/store_sqlite_p.h"

enum { BODY_MAX = 8 * 1024 }; /* larger rows are read back */

static struct sqlite_recent *slot(struct sqlite_store *s, int64_t seq)
{
    return &s->recent[(uint64_t)seq % RECENT_N];
}

void sqlite_recent_put(struct sqlite_store *s, const struct sqlite_line *line, const char *body,
                       size_t body_len)
{
    struct sqlite_recent *was = slot(s, line->was_seq);
    if (was->seq == line->was_seq) {
        was->seq = 0; /* the row has a newer line now */
    }
    struct sqlite_recent *r = slot(s, line->seq);
    r->seq = 0;
    if (!line->path || body_len > BODY_MAX) {
        return;
    }
    if (r->body.max == 0) {
        gw_buf_init(&r->body, BODY_MAX);
    }
    gw_buf_reset(&r->body);
    if (gw_buf_add(&r->body, body, body_len) == GW_OK) {     /* no memory: it is read back */
        memcpy(r->path, line->path, strlen(line->path) + 1); /* checked when it was put */
        r->seq = line->seq;
    }
}

const struct sqlite_recent *sqlite_recent_get(struct sqlite_store *s, int64_t seq)
{
    const struct sqlite_recent *r = slot(s, seq);
    return r->seq == seq ? r : NULL;
}

void sqlite_recent_forget(struct sqlite_store *s)
{
    for (size_t i = 0; i < RECENT_N; i++) {
        s->recent[i].seq = 0;
    }
}

void sqlite_recent_check(struct sqlite_store *s)
{
    int64_t version = gw_db_data_version(s->db);
    if (version != s->recent_version) {
        sqlite_recent_forget(s);
        s->recent_version = version;
    }
}

void sqlite_recent_free(struct sqlite_store *s)
{
    for (size_t i = 0; i < RECENT_N; i++) {
        gw_buf_free(&s->recent[i].body);
    }
}
