#include "dispatchd/front_p.h"

/* A long-poll has its answer: news, or its time is over. */
static void poll_answer(struct conn *conn, bool due)
{
    enum core_feed_state state =
        core_feed_next(conn->front->opts.core, conn->answer.feed, &conn->answer.body);
    if (state == FEED_NOTHING && !due) {
        return;
    }
    if (state == FEED_NOTHING && conn->answer.body.len == 0) {
        conn_problem(conn, 503, "overloaded", "The long-poll ended without an answer.", 1);
    }
    conn->answer.kind = CORE_ANSWER;
    core_feed_free(conn->answer.feed);
    conn->answer.feed = NULL;
    conn_list_drop(&conn->front->feeds, conn);
    conn->state = CONN_READY;
    conn_resume(conn);
}

/* Fills a stream whose last bytes have left. The feed table is the buffer: a reader that is slow
 * only falls behind, it never makes us hold more than one helping. */
static void stream_fill(struct conn *conn)
{
    struct gw_buf *out = &conn->out;
    if (conn->ended || out->len > 0) {
        return;
    }
    enum core_feed_state state = core_feed_next(conn->front->opts.core, conn->answer.feed, out);
    conn->ended = state == FEED_CLOSED;
    if (out->len > 0 || conn->ended) {
        conn_resume(conn);
    }
}

int64_t front_feeds_pass(struct front *front, int64_t now)
{
    int64_t next = INT64_MAX;
    struct conn *following = NULL;
    for (struct conn *conn = front->feeds.first; conn; conn = following) {
        following = conn->next;
        bool due = conn->state == CONN_POLL && now >= conn->answer.until_at;
        if (!due && !core_feed_ready(front->opts.core, conn->answer.feed)) {
            if (conn->state == CONN_POLL && conn->answer.until_at < next) {
                next = conn->answer.until_at;
            }
            continue;
        }
        if (conn->state == CONN_POLL) {
            poll_answer(conn, due);
        } else {
            stream_fill(conn);
        }
    }
    return next;
}

void front_feeds_end(struct front *front)
{
    struct conn *following = NULL;
    for (struct conn *conn = front->feeds.first; conn; conn = following) {
        following = conn->next;
        if (conn->state == CONN_STREAM) {
            conn->ended = true;
        } else {
            core_feed_free(conn->answer.feed);
            conn->answer.feed = NULL;
            conn->answer.kind = CORE_ANSWER;
            conn_problem(conn, 503, "overloaded", "The server is stopping; come again.", 1);
            conn_list_drop(&front->feeds, conn);
            conn->state = CONN_READY;
        }
        conn_resume(conn);
    }
}
