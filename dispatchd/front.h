/* The HTTP front: sockets and turns around a core. One thread, one wait.
 *
 * libmicrohttpd runs without a thread of its own: we poll its epoll descriptor and call MHD_run().
 * (Measured with 0.9.75: left to wait by itself it stalls with 128 or more ready connections.) What
 * one MHD_run() has completed is one turn of the core: every request is handled, ONE commit
 * follows, only then the answers leave. Streams and long-polls are suspended connections that are
 * woken when core_feed_ready() says so. */
#ifndef GW_DISPATCHD_FRONT_H
#define GW_DISPATCHD_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "dispatchd/core.h"

struct front; /* opaque */

struct front_opts {
    struct core *core;              /* borrowed */
    const struct gw_clock *clock;   /* borrowed */
    const char *listen;             /* "127.0.0.1:8443", "[::1]:0"; port 0 = any free one */
    const char *ops_listen;         /* NULL = no operations listener */
    const char *tls_cert, *tls_key; /* PEM files, both or none */
    int64_t wake_ms;                /* longest sleep: the shortest heartbeat; 0 = 1,000 */
    int64_t stop_ms;                /* how long a graceful stop may take; 0 = 3,000 */
    void (*reload)(void *ctx);      /* SIGHUP; NULL = nothing to do */
    void *ctx;
};

/* Opens the listeners. GW_INVALID: an address that cannot be read, plain HTTP on an address other
 * than loopback, a certificate that cannot be used. GW_OFFLINE: the address is taken. */
enum gw_err front_new(const struct front_opts *opts, struct front **out, struct gw_fail *fail);
/* Cuts what is still open. NULL is fine. */
void front_free(struct front *front);

/* "127.0.0.1:40123": where it really listens. Borrowed. */
const char *front_address(const struct front *front);
const char *front_ops_address(const struct front *front); /* "" without one */

/* Serves until SIGTERM or SIGINT, then stops gracefully: no new connections, streams end, requests
 * under way are answered. Calls sd_notify(READY=1) once it serves. Blocks the three signals in the
 * process. */
enum gw_err front_run(struct front *front, struct gw_fail *fail);

/* The pieces of front_run() for tests: one wait of at most max_wait_ms and one turn; begin to stop;
 * true once nothing is under way any more. */
void front_step(struct front *front, int64_t max_wait_ms);
void front_stop(struct front *front);
bool front_idle(const struct front *front);

#endif
