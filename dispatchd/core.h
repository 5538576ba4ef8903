/* The dispatch server without sockets: one request in, one answer out, over a store, a clock and a
 * source of randomness that the caller brings. The HTTP front (front.h), the admin verbs and the
 * simulation all drive this. One thread.
 *
 * A turn: core_turn_begin() -> any number of core_handle() -> core_turn_end(), which makes ONE
 * durable commit for all of them. Answers must be kept back until core_turn_end() has returned
 * GW_OK; when it fails, every answer of the turn that wrote is replaced by 503 or 507 (Retry-After)
 * and nothing of the turn was stored. Reads outside a turn are allowed. */
#ifndef GW_DISPATCHD_CORE_H
#define GW_DISPATCHD_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/rnd.h"
#include "model/policy.h"

struct blobs;     /* dispatchd/blobs.h */
struct store;     /* dispatchd/store.h */
struct core;      /* opaque */
struct core_feed; /* an open stream or long-poll: who, which cursor, which tag */

struct core_opts {
    struct store *store; /* borrowed */
    struct blobs *blobs; /* borrowed; NULL: no attachments here */
    const struct gw_clock *clock;
    const struct gw_random *random;
    const struct gw_config *config; /* the server's settings: core_settings */
    const struct policy *policies;  /* borrowed */
    size_t policies_n;
};
enum gw_err core_new(const struct core_opts *opts, struct core **out, struct gw_fail *fail);
void core_free(struct core *core);

/* Every protocol time, limit and retention, so that tests can shorten them. */
extern const struct gw_setting core_settings[];
extern const size_t core_settings_n;

enum core_method { CORE_GET, CORE_POST, CORE_HEAD, CORE_PUT, CORE_OTHER };

/* What the HTTP guard has let through. Strings borrowed for the call. */
struct core_request {
    enum core_method method;
    const char *path;                                  /* "/v1/changes" */
    const char *query;                                 /* raw text after '?', "" when none */
    const char *bearer;                                /* token or NULL */
    const char *content_type, *accept, *last_event_id; /* NULL when absent */
    const char *content_range, *blob_salt;             /* of a PUT; NULL when absent */
    const char *body;
    size_t body_len;
    const char *peer; /* address, for the rate buckets */
};

enum core_kind {
    CORE_ANSWER, /* body is whole */
    CORE_WAIT, /* long-poll: nothing yet; ask core_feed_next() when core_feed_ready() or at until_at
                */
    CORE_STREAM, /* SSE: headers now, then records from core_feed_next() for ever */
};
struct core_answer {
    enum core_kind kind;
    int status;
    const char *content_type; /* static */
    struct gw_buf body;       /* owned by the answer; core_answer_free() */
    int64_t retry_after_s;    /* -1 = none */
    /* Attachments: the headers Gridward-Offset (-1 = none) and Gridward-Salt ("" = none); blob_fd >
     * 0: the body is blob_size bytes from where it stands. Owned until it is taken out. */
    int64_t blob_offset, blob_size;
    int blob_fd;
    char blob_salt[32];
    bool close;             /* close the connection after it (any 4xx) */
    bool wrote;             /* part of this turn's commit */
    struct core_feed *feed; /* CORE_WAIT, CORE_STREAM: owned by the caller, core_feed_free() */
    int64_t until_at;       /* CORE_WAIT: mono ms */
};
void core_answer_free(struct core_answer *answer);

enum gw_err core_turn_begin(struct core *core, struct gw_fail *fail);
void core_handle(struct core *core, const struct core_request *request, struct core_answer *out);
enum gw_err core_turn_end(struct core *core, struct gw_fail *fail);

/* Response chain, retention, housekeeping: does what is due, in a turn of its own; returns the mono
 * time in ms at which it wants to be called again. Call it also after each turn that wrote. */
int64_t core_tick(struct core *core);

/* Before a clean end: writes down what core_tick() would have written later. Not inside a turn. */
void core_settle(struct core *core);

/* Streams. */
enum core_feed_state { FEED_NOTHING, FEED_BYTES, FEED_CLOSED };
/* True when the feed may have news (something was committed, grants or token changed, heartbeat or
 * bookmark due). Cheap: compares counters and times. */
bool core_feed_ready(struct core *core, struct core_feed *feed);
/* Appends SSE or NDJSON text for this feed. FEED_CLOSED: send what is in out, then close (token
 * revoked or expired, long-poll answered, cursor expired). */
enum core_feed_state core_feed_next(struct core *core, struct core_feed *feed, struct gw_buf *out);
void core_feed_free(struct core_feed *feed);

/* Another process (an admin verb) has committed: re-read grants, tokens, counters. Called each
 * second by the front; cheap when nothing changed. */
void core_refresh(struct core *core);

/* New policies serve new alarms from now on (copied); running alarms keep the version they began
 * with. On an error the old ones stay in force. Not inside a turn. */
enum gw_err core_policies(struct core *core, const struct policy *policies, size_t n,
                          struct gw_fail *fail);

/* Prometheus text and the health line of the ops listener. */
enum gw_err core_metrics(struct core *core, struct gw_buf *out);
bool core_healthy(struct core *core);

#endif
