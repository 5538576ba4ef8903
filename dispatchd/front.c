#include "dispatchd/front.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/i18n.h"
#include "base/log.h"
#include "dispatchd/front_p.h"

enum { REFRESH_MS = 1000, FEEDS_MS = 50, STOP_MS = 3000, RETRY_S = 2, RETRY_FULL_S = 30 };

/* ---- start */

static void mhd_log(void *cls, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
static void mhd_log(void *cls, const char *fmt, va_list ap)
{
    char line[512];
    (void)cls;
    if (vsnprintf(line, sizeof line, fmt, ap) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        gw_log(GW_LOG_DEBUG, "http: %s", line);
    }
}

/* As many connections as descriptors allow, some kept for the store and the logs. */
static unsigned connection_limit(void)
{
    struct rlimit lim;
    if (getrlimit(RLIMIT_NOFILE, &lim) != 0) {
        return 512;
    }
    lim.rlim_cur = lim.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &lim); /* the old limit stays; read it back */
    if (getrlimit(RLIMIT_NOFILE, &lim) != 0 || lim.rlim_cur < 256) {
        return 128;
    }
    return lim.rlim_cur > CONN_LIMIT + 64 ? CONN_LIMIT : (unsigned)lim.rlim_cur - 64;
}

static struct MHD_Daemon *start_main(struct front *front)
{
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, front->cert},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, front->key},
                                   {MHD_OPTION_END, 0, NULL}};
    if (front->cert) {
        flags |= MHD_USE_TLS;
    } else {
        tls[0].option = MHD_OPTION_END;
    }
    return MHD_start_daemon(
        flags, 0, NULL, NULL, conn_handle, front, MHD_OPTION_EXTERNAL_LOGGER, mhd_log, NULL,
        MHD_OPTION_LISTEN_SOCKET, front->sock, MHD_OPTION_CONNECTION_LIMIT, connection_limit(),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONN_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)CONN_IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
        conn_begin, front, MHD_OPTION_NOTIFY_COMPLETED, conn_end, front, MHD_OPTION_ARRAY, tls,
        MHD_OPTION_END);
}

static struct MHD_Daemon *start_ops(struct front *front)
{
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, ops_handle, front,
                            MHD_OPTION_EXTERNAL_LOGGER, mhd_log, NULL, MHD_OPTION_LISTEN_SOCKET,
                            front->ops_sock, MHD_OPTION_CONNECTION_LIMIT, 32u,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONN_IDLE_S, MHD_OPTION_END);
}

static enum gw_err start_daemons(struct front *front, struct gw_fail *fail)
{
    front->main = start_main(front);
    if (!front->main) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The HTTP server could not start. When TLS is on, check that "
                             "certificate and key are PEM files and belong together."));
    }
    front->sock = -1;
    if (front->ops_sock >= 0) {
        front->ops = start_ops(front);
        if (!front->ops) {
            return gw_fail_set(fail, GW_INVALID, _("The operations listener could not start."));
        }
        front->ops_sock = -1;
    }
    return GW_OK;
}

static enum gw_err open_listeners(struct front *front, struct gw_fail *fail)
{
    const struct front_opts *opts = &front->opts;
    enum gw_err err = GW_OK;
    if (!opts->tls_cert != !opts->tls_key) {
        return gw_fail_set(fail, GW_INVALID,
                           _("--tls-cert and --tls-key belong together; give both or none."));
    }
    if (opts->tls_cert) {
        err = net_read_pem(opts->tls_cert, &front->cert, fail);
        if (err == GW_OK) {
            err = net_read_pem(opts->tls_key, &front->key, fail);
        }
    }
    if (err == GW_OK) {
        err = net_listen(opts->listen, !opts->tls_cert, &front->sock, front->address,
                         sizeof front->address, fail);
    }
    if (err == GW_OK && opts->ops_listen) {
        /* The operations listener never speaks TLS, so it stays on this machine. */
        err = net_listen(opts->ops_listen, true, &front->ops_sock, front->ops_address,
                         sizeof front->ops_address, fail);
    }
    return err;
}

enum gw_err front_new(const struct front_opts *opts, struct front **out, struct gw_fail *fail)
{
    *out = NULL;
    struct front *front = calloc(1, sizeof *front);
    if (!front) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left."));
    }
    front->opts = *opts;
    front->sock = front->ops_sock = -1;
    front->opts.wake_ms = opts->wake_ms > 0 ? opts->wake_ms : REFRESH_MS;
    front->opts.stop_ms = opts->stop_ms > 0 ? opts->stop_ms : STOP_MS;
    enum gw_err err = open_listeners(front, fail);
    if (err == GW_OK) {
        err = start_daemons(front, fail);
    }
    if (err != GW_OK) {
        front_free(front);
        return err;
    }
    *out = front;
    return GW_OK;
}

void front_free(struct front *front)
{
    if (!front) {
        return;
    }
    if (front->main) {
        front_feeds_end(front); /* no connection may be suspended while the daemon stops */
        (void)MHD_run(front->main);
        MHD_stop_daemon(front->main);
    }
    if (front->ops) {
        MHD_stop_daemon(front->ops);
    }
    if (front->sock >= 0) {
        (void)close(front->sock);
    }
    if (front->ops_sock >= 0) {
        (void)close(front->ops_sock);
    }
    if (front->key) {
        gw_wipe(front->key, strlen(front->key));
    }
    free(front->cert);
    free(front->key);
    free(front);
}

const char *front_address(const struct front *front)
{
    return front->address;
}

const char *front_ops_address(const struct front *front)
{
    return front->ops_address;
}

/* ---- a turn */

static void handle_one(struct conn *conn)
{
    struct core_request request = {
        .method = conn->method,
        .path = conn->uri,
        .query = conn->head.query_at > conn->head.path_len ? conn->uri + conn->head.query_at : "",
        .bearer = conn->bearer,
        .content_type = conn->content_type,
        .accept = conn->accept,
        .last_event_id = conn->last_event_id,
        .content_range = conn->content_range,
        .blob_salt = conn->blob_salt,
        .body = gw_buf_str(&conn->body),
        .body_len = conn->body.len,
        .peer = conn->peer,
    };
    core_handle(conn->front->opts.core, &request, &conn->answer);
    gw_buf_free(&conn->body);
}

/* The turn could not be stored: nothing that was to be written may be reported as done. */
static void fail_one(struct conn *conn, enum gw_err err)
{
    if (conn->answer.feed) {
        core_feed_free(conn->answer.feed);
        conn->answer.feed = NULL;
    }
    if (err == GW_FULL) {
        conn_problem(conn, 507, "storage-full", "The store takes no more; nothing was stored.",
                     RETRY_FULL_S);
    } else {
        conn_problem(conn, 503, "overloaded", "The store could not commit; nothing was stored.",
                     RETRY_S);
    }
}

static void let_go(struct conn *conn)
{
    struct front *front = conn->front;
    conn_list_drop(&front->turn, conn);
    if (conn->answer.kind == CORE_ANSWER) {
        conn->state = CONN_READY;
        conn_resume(conn);
        return;
    }
    if (conn->answer.body.max == 0) {
        gw_buf_init(&conn->answer.body, 4 * GUARD_BODY_MAX);
    }
    conn_list_add(&front->feeds, conn);
    front->feeds_due = true;
    conn->state = conn->answer.kind == CORE_STREAM ? CONN_STREAM : CONN_POLL;
    if (conn->state == CONN_STREAM) {
        conn_resume(conn); /* headers leave now */
    }
}

/* News leaves before the answers of its turn do: a source can wait for its receipt a little, a
 * console should not wait for the source. With many streams it is the other way round. */
static void feeds_first(struct front *front)
{
    if (!front->feeds.first || front->feeds.n > FEEDS_FIRST) {
        return;
    }
    (void)front_feeds_pass(front, front_mono(front));
    for (int i = 0; i < 2 && front->resumed; i++) { /* libmicrohttpd reads, then it writes */
        (void)MHD_run(front->main);
    }
}

static bool run_turn(struct front *front)
{
    struct gw_fail fail = {.err = GW_OK};
    bool wrote = false;
    enum gw_err err = core_turn_begin(front->opts.core, &fail);
    bool began = err == GW_OK;
    for (struct conn *conn = front->turn.first; began && conn; conn = conn->next) {
        handle_one(conn);
        wrote = wrote || conn->answer.wrote;
    }
    if (began) {
        err = core_turn_end(front->opts.core, &fail);
    }
    if (err != GW_OK) {
        gw_log(GW_LOG_ERROR, "turn: %s: %s", gw_err_name(err), fail.text);
    }
    const struct conn *last = front->turn.last; /* what comes in from here on is of the next turn */
    if (wrote && err == GW_OK) {
        feeds_first(front);
    }
    struct conn *following = NULL;
    for (struct conn *conn = front->turn.first; conn; conn = following) {
        following = conn == last ? NULL : conn->next;
        if (err != GW_OK && (!began || conn->answer.wrote)) {
            fail_one(conn, err);
        }
        let_go(conn);
    }
    return wrote;
}

static void run_times(struct front *front, bool wrote)
{
    struct core *core = front->opts.core;
    int64_t now = front_mono(front);
    if (now >= front->refresh_at) {
        core_refresh(core);
        front->refresh_at =
            now + (front->opts.wake_ms < REFRESH_MS ? front->opts.wake_ms : REFRESH_MS);
        front->feeds_due = true;
    }
    if (wrote || now >= front->tick_at) {
        front->tick_at = core_tick(core);
        front->feeds_due = true;
    }
    if (front->feeds_due || now >= front->feeds_at) {
        front->feeds_due = false;
        int64_t next = front_feeds_pass(front, now);
        front->feeds_at = next < now + FEEDS_MS ? next : now + FEEDS_MS;
        if (!front->feeds.first || next > now + front->opts.wake_ms) {
            front->feeds_at = now + front->opts.wake_ms;
        }
    }
}

/* ---- the wait */

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t mhd_timeout(struct MHD_Daemon *daemon, int64_t most)
{
    MHD_UNSIGNED_LONG_LONG ms = 0;
    if (!daemon || MHD_get_timeout(daemon, &ms) != MHD_YES) {
        return most;
    }
    return ms < (MHD_UNSIGNED_LONG_LONG)most ? (int64_t)ms : most;
}

static int64_t how_long(const struct front *front, int64_t most)
{
    if (front->resumed || front->feeds_due || front->turn.first) {
        return 0;
    }
    int64_t now = front_mono(front);
    int64_t until = smaller(front->refresh_at, smaller(front->tick_at, front->feeds_at));
    most = smaller(most, until > now ? until - now : 0);
    return mhd_timeout(front->ops, mhd_timeout(front->main, most));
}

static int epoll_of(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info =
        daemon ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    return info ? info->epoll_fd : -1;
}

static void wait_and_turn(struct front *front, int64_t max_wait_ms, struct pollfd *signals)
{
    struct pollfd fds[3] = {{.fd = epoll_of(front->main), .events = POLLIN},
                            {.fd = epoll_of(front->ops), .events = POLLIN},
                            {.fd = signals ? signals->fd : -1, .events = POLLIN}};
    int n = poll(fds, 3, (int)how_long(front, max_wait_ms));
    if (signals) {
        signals->revents = n > 0 ? fds[2].revents : 0;
    }
    front->resumed = false;
    (void)MHD_run(front->main); /* MHD_NO only for a daemon with a thread of its own */
    if (front->ops) {
        (void)MHD_run(front->ops);
    }
    bool wrote = front->turn.first ? run_turn(front) : false;
    if (front->resumed) {
        (void)MHD_run(front->main); /* answers do not wait for what time brings */
    }
    run_times(front, wrote);
}

void front_step(struct front *front, int64_t max_wait_ms)
{
    wait_and_turn(front, max_wait_ms, NULL);
}

/* ---- stop */

void front_stop(struct front *front)
{
    if (front->stopping) {
        return;
    }
    front->stopping = true;
    MHD_socket sock = MHD_quiesce_daemon(front->main);
    if (sock != MHD_INVALID_SOCKET) {
        (void)close(sock);
    }
    front_feeds_end(front);
}

bool front_idle(const struct front *front)
{
    return front->in_flight == 0;
}

static enum gw_err open_signals(int *fd, struct gw_fail *fail)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
        return gw_fail_set(fail, GW_BUG, "sigprocmask: %s", strerror(errno));
    }
    *fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return *fd >= 0 ? GW_OK : gw_fail_set(fail, GW_BUG, "signalfd: %s", strerror(errno));
}

static void take_signals(struct front *front, int fd)
{
    struct signalfd_siginfo info;
    while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            if (front->opts.reload) {
                front->opts.reload(front->opts.ctx);
            }
        } else {
            gw_log(GW_LOG_INFO, "stopping");
            net_notify("STOPPING=1\n");
            front_stop(front);
        }
    }
}

enum gw_err front_run(struct front *front, struct gw_fail *fail)
{
    struct pollfd signals = {.fd = -1};
    enum gw_err err = open_signals(&signals.fd, fail);
    if (err != GW_OK) {
        return err;
    }
    net_notify("READY=1\n");
    int64_t give_up_at = INT64_MAX;
    while (!front->stopping || (!front_idle(front) && front_mono(front) < give_up_at)) {
        wait_and_turn(front, front->opts.wake_ms, &signals);
        if (signals.revents) {
            take_signals(front, signals.fd);
        }
        if (front->stopping && give_up_at == INT64_MAX) {
            give_up_at = front_mono(front) + front->opts.stop_ms;
        }
    }
    (void)close(signals.fd);
    return GW_OK;
}
