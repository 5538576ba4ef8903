#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>

#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/i18n.h"

extern char **environ;

/* The one thing of the process that a child needs and that cannot be asked for later. */
static sigset_t original_mask;
static bool mask_known;

void gw_spawn_remember_mask(void)
{
    mask_known = pthread_sigmask(SIG_SETMASK, NULL, &original_mask) == 0;
}

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd); /* pipes: nothing is buffered here */
    }
    *fd = -1;
}

/* A pipe whose ends are never 0, 1 or 2, so that dup2 in the child cannot step on the other one. */
static int make_pipe(int ends[2])
{
    int low[2];
    if (pipe2(low, O_CLOEXEC) != 0) {
        return errno;
    }
    int error = 0;
    for (int i = 0; i < 2; i++) {
        ends[i] = low[i] > 2 ? low[i] : fcntl(low[i], F_DUPFD_CLOEXEC, 3);
        error = ends[i] < 0 ? errno : error;
        if (ends[i] != low[i]) {
            (void)close(low[i]);
        }
    }
    return error;
}

struct pipes {
    int in[2], out[2]; /* child's stdin and stdout */
};

static int set_attributes(posix_spawnattr_t *attr)
{
    sigset_t all;
    sigset_t mask;
    (void)sigfillset(&all); /* these two cannot fail */
    (void)sigemptyset(&mask);
    int rc = posix_spawnattr_setsigdefault(attr, &all);
    rc = rc ? rc : posix_spawnattr_setsigmask(attr, mask_known ? &original_mask : &mask);
    return rc ? rc : posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

static int set_actions(posix_spawn_file_actions_t *actions, const struct pipes *pipes,
                       bool want_pipes, bool quiet)
{
    int rc = 0;
    if (want_pipes) {
        rc = posix_spawn_file_actions_adddup2(actions, pipes->in[0], 0);
        rc = rc ? rc : posix_spawn_file_actions_adddup2(actions, pipes->out[1], 1);
    }
    if (!rc && quiet) {
        rc = posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0);
    }
    /* Also what a library opened without CLOEXEC. */
    return rc ? rc : posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

static int start(char *const argv[], const struct pipes *pipes, bool want_pipes, bool quiet,
                 pid_t *pid)
{
    posix_spawnattr_t attr;
    posix_spawn_file_actions_t actions;
    int rc = posix_spawnattr_init(&attr);
    if (rc) {
        return rc;
    }
    rc = posix_spawn_file_actions_init(&actions);
    if (!rc) {
        rc = set_attributes(&attr);
        rc = rc ? rc : set_actions(&actions, pipes, want_pipes, quiet);
        rc = rc ? rc : posix_spawnp(pid, argv[0], &actions, &attr, argv, environ);
        (void)posix_spawn_file_actions_destroy(&actions); /* always 0 */
    }
    (void)posix_spawnattr_destroy(&attr); /* always 0 */
    return rc;
}

static int set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0;
}

static enum gw_err say_trouble(const char *program, int error, struct gw_fail *fail)
{
    if (error == ENOENT) {
        return gw_fail_set(fail, GW_ABSENT,
                           _("The program %s is not installed. Install it, or go on without it."),
                           program);
    }
    enum gw_err err = error == EACCES || error == ENOEXEC ? GW_REFUSED : GW_NOMEM;
    return gw_fail_set(fail, err,
                       _("The program %s could not be started: %s. Check it and try again."),
                       program, gw_errno_text(error));
}

enum gw_err gw_spawn(char *const argv[], bool want_pipes, bool quiet, struct gw_child *out,
                     struct gw_fail *fail)
{
    struct pipes pipes = {{-1, -1}, {-1, -1}};
    *out = (struct gw_child){.pid = -1, .to = -1, .from = -1};
    int error = 0;
    if (want_pipes) {
        error = make_pipe(pipes.in);
        error = error ? error : make_pipe(pipes.out);
        error = error ? error : set_nonblocking(pipes.in[1]);
        error = error ? error : set_nonblocking(pipes.out[0]);
    }
    error = error ? error : start(argv, &pipes, want_pipes, quiet, &out->pid);
    close_fd(&pipes.in[0]);
    close_fd(&pipes.out[1]);
    if (error) {
        close_fd(&pipes.in[1]);
        close_fd(&pipes.out[0]);
        out->pid = -1;
        return say_trouble(argv[0], error, fail);
    }
    out->to = pipes.in[1];
    out->from = pipes.out[0];
    return GW_OK;
}

bool gw_child_ended(struct gw_child *child, int *status)
{
    int raw = 0;
    *status = -1;
    if (child->pid <= 0) {
        return true;
    }
    pid_t pid = waitpid(child->pid, &raw, WNOHANG);
    if (pid == 0 || (pid < 0 && errno == EINTR)) {
        return false;
    }
    child->pid = -1;
    if (pid > 0) {
        *status = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
    }
    return true;
}

static int64_t mono_ms(void)
{
    struct timespec ts = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void gw_child_end(struct gw_child *child, int grace_ms)
{
    int status = 0;
    close_fd(&child->to);
    close_fd(&child->from);
    if (gw_child_ended(child, &status)) {
        return;
    }
    (void)kill(child->pid, SIGTERM); /* not reaped yet, so the id is still its own */
    int64_t until = mono_ms() + grace_ms;
    while (!gw_child_ended(child, &status)) {
        if (mono_ms() >= until) {
            (void)kill(child->pid, SIGKILL);
            while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR) {
            }
            child->pid = -1;
            return;
        }
        (void)poll(NULL, 0, 1);
    }
}
