#include "dispatchd/blobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/log.h"

enum { PATH_BYTES = 4096, NAME_BYTES = 256, SNIFF = 512 };

struct blobs {
    char dir[PATH_BYTES - NAME_BYTES], above[PATH_BYTES - NAME_BYTES];
    int64_t max;
};

enum gw_err blobs_open(const char *store_url, int64_t max_bytes, struct blobs **out,
                       struct gw_fail *fail)
{
    const char *file = strncmp(store_url, "sqlite:", 7) == 0 ? store_url + 7 : store_url;
    struct blobs *blobs = calloc(1, sizeof *blobs);
    *out = NULL;
    if (!blobs) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left."));
    }
    int n = snprintf(blobs->dir, sizeof blobs->dir, "%s-blobs", file);
    if (n < 0 || n >= (int)sizeof blobs->dir || *file == '\0') {
        free(blobs);
        return gw_fail_set(fail, GW_INVALID, _("The path of the store is too long."));
    }
    const char *slash = strrchr(file, '/');
    (void)snprintf(blobs->above, sizeof blobs->above, "%.*s", slash ? (int)(slash - file + 1) : 1,
                   slash ? file : ".");
    blobs->max = max_bytes;
    *out = blobs;
    return GW_OK;
}

void blobs_close(struct blobs *blobs)
{
    free(blobs);
}

const char *blobs_dir(const struct blobs *blobs)
{
    return blobs->dir;
}

const char *blobs_store_dir(const struct blobs *blobs)
{
    return blobs->above;
}

int64_t blobs_max(const struct blobs *blobs)
{
    return blobs->max;
}

/* ---- names and trouble */

static void path_of(const struct blobs *blobs, const char *name, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s/%.200s", blobs->dir, name);
}

static void part_name(const char *commit, const char *device, char out[NAME_BYTES])
{
    (void)snprintf(out, NAME_BYTES, "%s.%.120s.part", commit, device);
}

static enum gw_err trouble(const struct blobs *blobs, struct gw_fail *fail)
{
    bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    return gw_fail_set(fail, full ? GW_FULL : GW_STORE,
                       full ? _("The disk of %s is full.") : _("The folder %s cannot be used."),
                       blobs->dir);
}

static enum gw_err sync_dir(const struct blobs *blobs, struct gw_fail *fail)
{
    int fd = open(blobs->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    return ok ? GW_OK : trouble(blobs, fail);
}

static int64_t size_of(const struct blobs *blobs, const char *name)
{
    char path[PATH_BYTES];
    struct stat st;
    path_of(blobs, name, path);
    return stat(path, &st) == 0 && st.st_size >= BLOB_SALT ? (int64_t)st.st_size - BLOB_SALT : 0;
}

void blobs_remove(struct blobs *blobs, const char *name)
{
    char path[PATH_BYTES];
    path_of(blobs, name, path);
    (void)unlink(path); /* gone already is as good */
}

int64_t blobs_held(const struct blobs *blobs, const char *commit, const char *device, bool *whole)
{
    char name[NAME_BYTES];
    int64_t size = size_of(blobs, commit);
    *whole = size > 0;
    if (*whole) {
        return size;
    }
    part_name(commit, device, name);
    return size_of(blobs, name);
}

/* ---- taking a slice */

static bool write_at(int fd, const void *bytes, size_t len, int64_t at)
{
    const char *from = bytes;
    while (len > 0) {
        ssize_t n = pwrite(fd, from, len, (off_t)at);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            errno = n == 0 ? ENOSPC : errno;
            return false;
        }
        from += n;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

/* The file as one: is it what its name says, and of the media that was declared? */
static bool is_whole(int fd, const struct blob_slice *slice)
{
    size_t len = (size_t)slice->total + BLOB_SALT;
    char hash[GW_HASH_HEX + 1];
    uint8_t *map = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
        return false;
    }
    gw_sha256_hex2(map, len, NULL, 0, hash);
    const char *media = blob_media_of(map + BLOB_SALT, len - BLOB_SALT);
    bool good = strcmp(hash, slice->commit) == 0 && media && strcmp(media, slice->media) == 0;
    (void)munmap(map, len);
    return good;
}

static enum gw_err finish(struct blobs *blobs, int fd, const struct blob_slice *slice,
                          struct gw_fail *fail)
{
    char name[NAME_BYTES];
    char from[PATH_BYTES];
    char to[PATH_BYTES];
    part_name(slice->commit, slice->device, name);
    if (!is_whole(fd, slice)) {
        blobs_remove(blobs, name);
        return gw_fail_set(fail, GW_REFUSED,
                           _("The bytes are not those of the commit, or not of the media."));
    }
    path_of(blobs, name, from);
    path_of(blobs, slice->commit, to);
    if (fsync(fd) != 0 || rename(from, to) != 0) {
        return trouble(blobs, fail);
    }
    return sync_dir(blobs, fail);
}

/* The salt stands first in the file, and stays what the first slice said. */
static enum gw_err check_salt(const struct blobs *blobs, int fd, int64_t size,
                              const struct blob_slice *slice, struct gw_fail *fail)
{
    uint8_t salt[BLOB_SALT];
    if (size < BLOB_SALT) {
        return write_at(fd, slice->salt, BLOB_SALT, 0) ? GW_OK : trouble(blobs, fail);
    }
    if (pread(fd, salt, sizeof salt, 0) != (ssize_t)sizeof salt) {
        return trouble(blobs, fail);
    }
    return memcmp(salt, slice->salt, sizeof salt) == 0
               ? GW_OK
               : gw_fail_set(fail, GW_INVALID, _("The salt is another one than before."));
}

static enum gw_err append(struct blobs *blobs, int fd, const struct blob_slice *slice,
                          int64_t *held, struct gw_fail *fail)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return trouble(blobs, fail);
    }
    int64_t size = st.st_size < BLOB_SALT ? 0 : (int64_t)st.st_size - BLOB_SALT;
    enum gw_err err = check_salt(blobs, fd, st.st_size, slice, fail);
    int64_t end = slice->from + (int64_t)slice->len;
    *held = size;
    if (err || slice->from > size || end <= size) {
        return err; /* does not join, or is known: *held says where to go on */
    }
    size_t skip = (size_t)(size - slice->from);
    if (!write_at(fd, (const char *)slice->bytes + skip, slice->len - skip, BLOB_SALT + size)) {
        err = trouble(blobs, fail);
        if (ftruncate(fd, (off_t)(BLOB_SALT + size)) != 0) {
            gw_log(GW_LOG_WARN, "attachments: a part of a slice stays"); /* the hash finds it out */
        }
        return err;
    }
    *held = end;
    return GW_OK;
}

enum gw_err blobs_take(struct blobs *blobs, const struct blob_slice *slice, int64_t *held,
                       struct gw_fail *fail)
{
    char name[NAME_BYTES];
    char path[PATH_BYTES];
    bool whole = false;
    *held = blobs_held(blobs, slice->commit, slice->device, &whole);
    if (whole) {
        return GW_OK;
    }
    if (slice->total < 1 || slice->total > blobs->max) {
        return gw_fail_set(fail, GW_TOO_LARGE, _("The attachment is empty or too large."));
    }
    if (gw_dir_make(blobs->dir, NULL) != GW_OK) {
        return trouble(blobs, fail);
    }
    part_name(slice->commit, slice->device, name);
    path_of(blobs, name, path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return trouble(blobs, fail);
    }
    enum gw_err err = append(blobs, fd, slice, held, fail);
    if (!err && *held >= slice->total) {
        err = finish(blobs, fd, slice, fail);
        *held = err == GW_REFUSED ? 0 : *held;
    }
    (void)close(fd);
    return err;
}

/* ---- reading */

enum gw_err blobs_read(const struct blobs *blobs, const char *commit, struct blob_file *out,
                       struct gw_fail *fail)
{
    char path[PATH_BYTES];
    uint8_t head[BLOB_SALT + SNIFF];
    struct stat st;
    path_of(blobs, commit, path);
    *out = (struct blob_file){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (out->fd < 0) {
        return errno == ENOENT ? GW_ABSENT : trouble(blobs, fail);
    }
    ssize_t n = pread(out->fd, head, sizeof head, 0);
    if (n < BLOB_SALT || fstat(out->fd, &st) != 0 ||
        lseek(out->fd, BLOB_SALT, SEEK_SET) != BLOB_SALT) {
        (void)close(out->fd);
        out->fd = -1;
        return trouble(blobs, fail);
    }
    memcpy(out->salt, head, BLOB_SALT);
    out->size = (int64_t)st.st_size - BLOB_SALT;
    const char *media = blob_media_of(head + BLOB_SALT, (size_t)n - BLOB_SALT);
    out->media = media ? media : blob_media_known("text/plain"); /* cut inside a character */
    return GW_OK;
}

/* ---- the whole folder */

void blobs_each(const struct blobs *blobs, bool (*visit)(void *ctx, const struct blob_entry *entry),
                void *ctx)
{
    DIR *dir = opendir(blobs->dir);
    struct dirent *at = NULL;
    bool more = dir != NULL;
    while (more && (at = readdir(dir)) != NULL) {
        struct blob_entry entry = {.name = at->d_name, .part = strchr(at->d_name, '.') != NULL};
        struct stat st;
        (void)snprintf(entry.commit, sizeof entry.commit, "%.64s", at->d_name);
        if (!blob_commit_ok(entry.commit) || fstatat(dirfd(dir), at->d_name, &st, 0) != 0 ||
            (!entry.part && strlen(at->d_name) != GW_HASH_HEX)) {
            continue;
        }
        entry.changed_at = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
        entry.size = (int64_t)st.st_size - BLOB_SALT;
        more = visit(ctx, &entry);
    }
    if (dir) {
        (void)closedir(dir);
    }
}

struct erasing {
    struct blobs *blobs;
    const char *commit;
    bool failed;
};

/* Zeros first: a backup by hard links, or an open descriptor, has nothing left either. */
static bool erase_one(void *ctx, const struct blob_entry *entry)
{
    static const char zeros[65536];
    struct erasing *job = ctx;
    char path[PATH_BYTES];
    if (strcmp(entry->commit, job->commit) != 0) {
        return true;
    }
    path_of(job->blobs, entry->name, path);
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    int64_t end = entry->size + BLOB_SALT;
    for (int64_t at = 0; fd >= 0 && at < end; at += (int64_t)sizeof zeros) {
        size_t len = end - at < (int64_t)sizeof zeros ? (size_t)(end - at) : sizeof zeros;
        job->failed = !write_at(fd, zeros, len, at) || job->failed;
    }
    job->failed = fd < 0 || fsync(fd) != 0 || unlink(path) != 0 || job->failed;
    if (fd >= 0) {
        (void)close(fd);
    }
    return true;
}

enum gw_err blobs_erase(struct blobs *blobs, const char *commit, struct gw_fail *fail)
{
    struct erasing job = {blobs, commit, false};
    blobs_each(blobs, erase_one, &job);
    return job.failed ? trouble(blobs, fail) : GW_OK;
}

/* ---- backup */

struct copying {
    const struct blobs *from;
    struct blobs *to;
    int64_t n;
    enum gw_err err;
    struct gw_fail *fail;
};

static bool copy_one(void *ctx, const struct blob_entry *entry)
{
    struct copying *job = ctx;
    char path[PATH_BYTES];
    struct gw_buf bytes;
    if (entry->part || entry->size < 1) {
        return true;
    }
    job->n++;
    if (size_of(job->to, entry->name) == entry->size) {
        return true;
    }
    gw_buf_init(&bytes, (size_t)entry->size + BLOB_SALT);
    path_of(job->from, entry->name, path);
    job->err = gw_file_read(path, &bytes, job->fail);
    if (job->err == GW_ABSENT) { /* erased meanwhile */
        job->err = GW_OK;
        job->n--;
    } else if (!job->err) {
        path_of(job->to, entry->name, path);
        job->err = gw_file_write(path, gw_buf_str(&bytes), bytes.len, job->fail);
    }
    gw_buf_free(&bytes);
    return job->err == GW_OK;
}

static bool any(void *ctx, const struct blob_entry *entry)
{
    bool *found = ctx;
    *found = *found || !entry->part;
    return !*found;
}

enum gw_err blobs_copy(const struct blobs *from, struct blobs *to, int64_t *n, struct gw_fail *fail)
{
    struct copying job = {.from = from, .to = to, .fail = fail};
    bool some = false;
    *n = 0;
    blobs_each(from, any, &some);
    if (!some) {
        return GW_OK;
    }
    enum gw_err err = gw_dir_make(to->dir, fail);
    if (err) {
        return err;
    }
    blobs_each(from, copy_one, &job);
    *n = job.n;
    return job.err;
}
