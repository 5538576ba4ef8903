#include "base/fsutil.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/i18n.h"

const char *gw_errno_text(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return _("permission denied");
    case ENOENT:
        return _("no such file or folder");
    case ENOTDIR:
        return _("a part of the path is not a folder");
    case EISDIR:
        return _("it is a folder");
    case EROFS:
        return _("the file system is read-only");
    case EIO:
        return _("the disk reported an error");
    case ENOSPC:
    case EDQUOT:
        return _("the disk is full");
    case ENAMETOOLONG:
        return _("the name is too long");
    case ELOOP:
        return _("it is a symbolic link");
    case EMFILE:
    case ENFILE:
        return _("too many files are open");
    default:
        return strerror(error);
    }
}

static enum gw_err write_trouble(struct gw_fail *fail, const char *path, int error)
{
    if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
        return gw_fail_set(fail, GW_FULL,
                           _("%s could not be written because the disk is full. What was there "
                             "before is unchanged. Free some space and try again."),
                           path);
    }
    return gw_fail_set(fail, GW_STORE,
                       _("%s could not be written: %s. Check who owns the folder and its rights."),
                       path, gw_errno_text(error));
}

/* ---- folders */

static enum gw_err make_one(const char *path, struct gw_fail *fail)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) {
        return GW_OK;
    }
    int error = errno;
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        return GW_OK; /* some systems say EROFS or EACCES for a folder that is there */
    }
    return write_trouble(fail, path, error);
}

static enum gw_err check_private(const char *path, struct gw_fail *fail)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return write_trouble(fail, path, errno);
    }
    if (!S_ISDIR(st.st_mode)) {
        return gw_fail_set(fail, GW_INVALID,
                           _("%s is not a folder. Name another folder or move that file away."),
                           path);
    }
    uid_t me = geteuid();
    if ((st.st_mode & 022) != 0 || (me != 0 && st.st_uid != me)) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("Other users may write into the folder %s, so it is not safe for "
                             "data of residents. Run \"chmod 700\" on it or name another folder."),
                           path);
    }
    return GW_OK;
}

enum gw_err gw_dir_make(const char *path, struct gw_fail *fail)
{
    char part[PATH_MAX];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part) {
        return gw_fail_set(fail, GW_INVALID,
                           _("The name of the folder is empty or too long. Name another folder."));
    }
    memcpy(part, path, len + 1);
    for (char *at = part + 1; *at; at++) {
        if (*at != '/') {
            continue;
        }
        *at = '\0';
        enum gw_err err = make_one(part, fail);
        *at = '/';
        if (err) {
            return err;
        }
    }
    enum gw_err err = make_one(part, fail);
    return err ? err : check_private(path, fail);
}

/* ---- files */

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return -1;
        }
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* A rename is on the disk only when the folder is. */
static int sync_folder(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (len >= sizeof folder) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(folder, path, len);
    memcpy(folder + len, len > 0 ? "" : slash ? "/" : ".", len > 0 ? 1 : 2);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    int rc = fsync(fd);
    int error = errno;
    (void)close(fd); /* nothing was written through it */
    errno = error;
    return rc;
}

static int write_whole(const char *path, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return -1;
    }
    int rc = fchmod(fd, 0600) || write_all(fd, bytes, len) || fsync(fd) ? -1 : 0;
    int error = errno;
    if (close(fd) != 0 && rc == 0) {
        return -1;
    }
    errno = error;
    return rc;
}

enum gw_err gw_file_write(const char *path, const void *bytes, size_t len, struct gw_fail *fail)
{
    char temp[PATH_MAX];
    int n = snprintf(temp, sizeof temp, "%s.tmp", path);
    if (n < 0 || (size_t)n >= sizeof temp) {
        return write_trouble(fail, path, ENAMETOOLONG);
    }
    if (write_whole(temp, bytes, len) != 0 || rename(temp, path) != 0) {
        int error = errno;
        (void)unlink(temp); /* may not be there */
        return write_trouble(fail, path, error);
    }
    return sync_folder(path) == 0 ? GW_OK : write_trouble(fail, path, errno);
}

static enum gw_err read_trouble(struct gw_fail *fail, const char *path, int error)
{
    if (error == ENOENT || error == ENOTDIR) {
        return gw_fail_set(fail, GW_ABSENT, _("There is no file %s. Check the name."), path);
    }
    return gw_fail_set(fail, GW_STORE,
                       _("%s could not be read: %s. Check who owns the file and its rights."), path,
                       gw_errno_text(error));
}

static enum gw_err read_all(int fd, const char *path, struct gw_buf *out, struct gw_fail *fail)
{
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0) {
            return GW_OK;
        }
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return read_trouble(fail, path, errno);
        }
        enum gw_err err = gw_buf_add(out, chunk, (size_t)n);
        if (err == GW_TOO_LARGE) {
            return gw_fail_set(fail, err,
                               _("%s is larger than the %zu bytes allowed. Check that it is the "
                                 "right file."),
                               path, out->max);
        }
        if (err) {
            return gw_fail_set(fail, err, _("There is no memory left. Close other programs."));
        }
    }
}

enum gw_err gw_file_read(const char *path, struct gw_buf *out, struct gw_fail *fail)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return read_trouble(fail, path, errno);
    }
    size_t before = out->len;
    enum gw_err err = read_all(fd, path, out, fail);
    (void)close(fd); /* read only */
    if (err && out->data) {
        out->len = before; /* all or nothing */
        out->data[before] = '\0';
    }
    return err;
}

/* The page cache would only tell what was meant to be written. */
static void forget_pages(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* a wish */
        (void)close(fd);                                    /* read only */
    }
}

enum gw_err gw_file_write_checked(const char *path, const void *bytes, size_t len,
                                  struct gw_fail *fail)
{
    struct gw_buf back;
    gw_buf_init(&back, len + 1);
    enum gw_err err = gw_file_write(path, bytes, len, fail);
    if (!err) {
        forget_pages(path);
        err = gw_file_read(path, &back, fail);
        bool same = !err && back.len == len && memcmp(gw_buf_str(&back), bytes, len) == 0;
        if (!same && err != GW_NOMEM) {
            err = gw_fail_set(fail, GW_STORE,
                              _("%s was written, but reads back differently: the medium is "
                                "damaged or was pulled out. Use another one."),
                              path);
        }
    }
    gw_buf_free(&back);
    return err;
}

enum gw_err gw_path_join(char *out, size_t size, const char *dir, const char *name)
{
    size_t len = strlen(dir);
    const char *slash = len > 0 && dir[len - 1] == '/' ? "" : "/";
    int n = snprintf(out, size, "%s%s%s", dir, slash, name);
    return n < 0 || (size_t)n >= size ? GW_TOO_LARGE : GW_OK;
}

int64_t gw_disk_free(const char *path)
{
    struct statvfs vfs;
    if (statvfs(path, &vfs) != 0) {
        return -1;
    }
    return (int64_t)vfs.f_bavail * (int64_t)vfs.f_frsize;
}

/* ---- what belongs to the program */

static bool beside_program(char *out, size_t size, const char *name)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n <= 0) {
        return false;
    }
    exe[n] = '\0';
    char *slash = strrchr(exe, '/');
    if (!slash) {
        return false;
    }
    *slash = '\0';
    return gw_path_join(out, size, exe, name) == GW_OK && access(out, R_OK) == 0;
}

enum gw_err gw_own_path(char *out, size_t size, const char *beside, const char *installed)
{
    if (beside_program(out, size, beside)) {
        return GW_OK;
    }
    int len = snprintf(out, size, "%s", installed);
    return len >= 0 && (size_t)len < size ? GW_OK : GW_TOO_LARGE;
}
