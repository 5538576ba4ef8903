#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/text_safe.h"

enum { ROTATE_BYTES = 1024 * 1024, KEEP = 3, LINE_MAX_BYTES = 2048 };

static struct {
    int fd; /* -1 while closed; STDERR_FILENO without a file */
    enum gw_level max;
    char path[PATH_MAX]; /* "" for stderr */
} sink = {.fd = -1, .max = GW_LOG_ERROR};

static const char *level_name(enum gw_level level)
{
    switch (level) {
    case GW_LOG_ERROR:
        return "error";
    case GW_LOG_WARN:
        return "warn";
    case GW_LOG_INFO:
        return "info";
    case GW_LOG_DEBUG:
        return "debug";
    }
    return "info";
}

static int open_file(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

enum gw_err gw_log_open(const char *path, enum gw_level max, struct gw_fail *fail)
{
    gw_log_close();
    if (!path) {
        sink.fd = STDERR_FILENO;
        sink.max = max;
        return GW_OK;
    }
    size_t len = strlen(path);
    int fd = -1;
    errno = ENAMETOOLONG;
    if (len + sizeof ".9" <= sizeof sink.path) {
        fd = open_file(path);
    }
    if (fd < 0) {
        return gw_fail_set(
            fail, errno == ENOSPC ? GW_FULL : GW_STORE,
            _("The log %s could not be opened: %s. Check the folder and its rights."), path,
            gw_errno_text(errno));
    }
    (void)fchmod(fd, 0600); /* an older file with wider rights; not ours to fail on */
    memcpy(sink.path, path, len + 1);
    sink.fd = fd;
    sink.max = max;
    return GW_OK;
}

void gw_log_close(void)
{
    if (sink.fd >= 0 && sink.path[0]) {
        (void)close(sink.fd); /* every line was handed to the kernel already */
    }
    sink.fd = -1;
    sink.path[0] = '\0';
}

/* PATH.2 -> PATH.3, PATH.1 -> PATH.2, PATH -> PATH.1. Missing ones are no trouble. */
static void shift_files(void)
{
    char from[PATH_MAX + 12];
    char to[PATH_MAX + 12];
    for (int i = KEEP; i > 0; i--) {
        (void)snprintf(to, sizeof to, "%s.%d", sink.path, i);
        (void)snprintf(from, sizeof from, i > 1 ? "%s.%d" : "%s", sink.path, i - 1);
        (void)rename(from, to);
    }
}

static bool is_at_path(int fd)
{
    struct stat mine;
    struct stat there;
    return fstat(fd, &mine) == 0 && stat(sink.path, &there) == 0 && mine.st_ino == there.st_ino &&
           mine.st_dev == there.st_dev;
}

/* The console and commands may write to one log: whoever sees it full first rotates under a lock,
 * the others notice that the file at the path is no longer theirs and follow. */
static void rotate_when_full(void)
{
    struct stat st;
    if (!sink.path[0] || fstat(sink.fd, &st) != 0 || st.st_size < ROTATE_BYTES) {
        return;
    }
    if (flock(sink.fd, LOCK_EX | LOCK_NB) != 0) {
        return; /* another process is at it; the next line will see */
    }
    if (is_at_path(sink.fd)) {
        shift_files();
    }
    int fd = open_file(sink.path);
    if (fd >= 0) {
        (void)close(sink.fd); /* frees the lock too */
        sink.fd = fd;
    } else {
        (void)flock(sink.fd, LOCK_UN);
    }
}

static int put_head(char *out, size_t size, enum gw_level level)
{
    if (!sink.path[0]) {
        return snprintf(out, size, "<%d>", (int)level);
    }
    char when[30];
    const struct gw_clock *clock = gw_clock_system();
    gw_time_rfc3339(clock->wall_ms(clock->ctx), when);
    return snprintf(out, size, "%s %s [%d] ", when, level_name(level), (int)getpid());
}

void gw_log(enum gw_level level, const char *fmt, ...)
{
    if (sink.fd < 0 || level > sink.max) {
        return;
    }
    int saved_errno = errno;
    char raw[LINE_MAX_BYTES];
    char line[LINE_MAX_BYTES + 128];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    int head = put_head(line, sizeof line, level);
    if (n >= 0 && head > 0) {
        (void)gw_text_safe_z(line + head, sizeof line - (size_t)head - 1, raw);
        size_t len = strlen(line);
        line[len++] = '\n';
        rotate_when_full();
        /* One write, so that lines of two processes do not mix. A full disk loses log lines, never
         * more: there is nobody to tell here. */
        ssize_t done = write(sink.fd, line, len);
        (void)done;
    }
    errno = saved_errno;
}
