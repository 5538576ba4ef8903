/* Server-sent events, the parser of the WHATWG HTML standard section 9.2.6, with ceilings.
 * CR, LF, CRLF (also split over two reads), one BOM, comments, id with NUL ignored, empty data = no
 * event, an unterminated last event is dropped. */
#ifndef GW_HTTP_SSE_H
#define GW_HTTP_SSE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct sse_event {
    const char *type; /* "message" by default; borrowed until the call-back returns */
    const char *data;
    size_t data_len;
    const char *last_id; /* "" when none yet */
    bool has_id;         /* this event's block carried an id field */
};

struct sse; /* opaque */
enum gw_err sse_new(size_t max_event_bytes, struct sse **out);
void sse_free(struct sse *sse);
/* Calls on_event for each whole event; on_comment (may be NULL) for each comment line, so that a
 * heartbeat can be seen. GW_TOO_LARGE when one event passes the ceiling: drop the connection. An
 * error of on_event stops and is returned. */
enum gw_err sse_feed(struct sse *sse, const char *bytes, size_t len,
                     enum gw_err (*on_event)(void *ctx, const struct sse_event *event),
                     void (*on_comment)(void *ctx), void *ctx);
int64_t sse_retry_ms(const struct sse *sse); /* -1 when the server named none */

#endif
