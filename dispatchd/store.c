/* Above the drivers: opening by URL, and what admin verbs do in more than one table. */
#include "dispatchd/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "dispatchd/store_sqlite_p.h"

enum { PATH_BYTES = 4096 };

/* ---- opening */

static enum gw_err file_of(const char *url, const char **file, struct gw_fail *fail)
{
    if (strncmp(url, "postgresql:", 11) == 0 || strncmp(url, "postgres:", 9) == 0) {
        return gw_fail_set(fail, GW_INVALID,
                           _("This build of gridward-dispatchd has no PostgreSQL driver. Use "
                             "--store sqlite:FILE."));
    }
    if (strncmp(url, "sqlite:", 7) != 0 || url[7] == '\0') {
        return gw_fail_set(fail, GW_INVALID,
                           _("\"%s\" names no store. Write sqlite:FILE, for example "
                             "sqlite:/var/lib/gridward/dispatch.db."),
                           url);
    }
    if (strlen(url) > PATH_BYTES - 64) {
        return gw_fail_set(fail, GW_INVALID, _("The path of the store is too long."));
    }
    *file = url + 7;
    return GW_OK;
}

enum gw_err store_open(const struct store_opts *opts, struct store **out, struct gw_fail *fail)
{
    const char *file = NULL;
    *out = NULL;
    enum gw_err err = file_of(opts->url, &file, fail);
    if (err) {
        return err;
    }
    if (access(file, F_OK) != 0) {
        return gw_fail_set(fail, GW_ABSENT,
                           _("There is no store at %s. Make one with: gridward-dispatchd init "
                             "--store %s"),
                           file, opts->url);
    }
    return sqlite_store_open(file, opts, false, out, fail);
}

void store_close(struct store *store)
{
    if (store) {
        store->ops->close(store);
    }
}

static void remove_with_side_files(const char *file)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[PATH_BYTES];
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(path, sizeof path, "%s%s", file, ends[i]); /* length was checked */
        (void)unlink(path);                                       /* may not exist */
    }
}

enum gw_err store_init(const char *url, const struct gw_random *random, struct gw_fail *fail)
{
    const char *file = NULL;
    struct store *store = NULL;
    enum gw_err err = file_of(url, &file, fail);
    if (err) {
        return err;
    }
    struct store_opts opts = {.url = url, .use = STORE_SERVE};
    if (access(file, F_OK) == 0) {
        /* Somebody who serves it is the better reason to name: then nothing here may be touched. */
        err = sqlite_store_open(file, &opts, false, &store, fail);
        store_close(store);
        return err == GW_HELD ? err
                              : gw_fail_set(fail, GW_REFUSED,
                                            _("There is a store at %s already. It was not touched."),
                                            file);
    }
    err = sqlite_store_open(file, &opts, true, &store, fail);
    if (err) {
        return err;
    }
    err = sqlite_store_epoch(store, true, random, 0, fail);
    store_close(store);
    if (err) {
        remove_with_side_files(file);
    }
    return err;
}

/* ---- restore: the copy is made whole beside the store, then takes its place */

static enum gw_err io_trouble(struct gw_fail *fail, const char *file)
{
    enum gw_err err = errno == ENOSPC || errno == EDQUOT ? GW_FULL : GW_STORE;
    return gw_fail_set(fail, err, _("The file %s cannot be read or written (%s)."), file,
                       strerror(errno));
}

static enum gw_err copy_bytes(int from, int to, const char *name, struct gw_fail *fail)
{
    char block[65536];
    ssize_t got = 0;
    while ((got = read(from, block, sizeof block)) > 0) {
        for (ssize_t at = 0; at < got;) {
            ssize_t put = write(to, block + at, (size_t)(got - at));
            if (put < 0 && errno != EINTR) {
                return io_trouble(fail, name);
            }
            at += put > 0 ? put : 0;
        }
    }
    if (got < 0 || fsync(to) != 0) {
        return io_trouble(fail, name);
    }
    return GW_OK;
}

static enum gw_err copy_file(const char *from, const char *to, struct gw_fail *fail)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0 && errno == ENOENT) {
        return gw_fail_set(fail, GW_ABSENT, _("There is no backup at %s."), from);
    }
    if (in < 0) {
        return io_trouble(fail, from);
    }
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    enum gw_err err = out < 0 ? io_trouble(fail, to) : copy_bytes(in, out, to, fail);
    (void)close(in); /* was only read */
    if (out >= 0 && close(out) != 0 && !err) {
        err = io_trouble(fail, to);
    }
    return err;
}

static enum gw_err sync_folder(const char *file, struct gw_fail *fail)
{
    char folder[PATH_BYTES];
    (void)snprintf(folder, sizeof folder, "%s", file); /* length was checked */
    char *slash = strrchr(folder, '/');
    if (slash) {
        slash[slash == folder ? 1 : 0] = '\0';
    } else {
        (void)snprintf(folder, sizeof folder, ".");
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        enum gw_err err = io_trouble(fail, folder);
        if (fd >= 0) {
            (void)close(fd); /* was only synced */
        }
        return err;
    }
    (void)close(fd); /* was only synced */
    return GW_OK;
}

/* The old store with its side files becomes FILE.before-restore. */
static enum gw_err put_aside(const char *file, struct gw_fail *fail)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char from[PATH_BYTES];
    char to[PATH_BYTES];
    (void)snprintf(to, sizeof to, "%s.before-restore", file); /* length was checked */
    remove_with_side_files(to);
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(from, sizeof from, "%s%s", file, ends[i]);
        (void)snprintf(to, sizeof to, "%s.before-restore%s", file, ends[i]);
        if (rename(from, to) != 0 && errno != ENOENT) {
            return io_trouble(fail, from);
        }
    }
    return GW_OK;
}

/* Opens the copy, checks it, gives it the new epoch. */
static enum gw_err renew_copy(const char *copy, const struct gw_random *random, int64_t now,
                              struct gw_fail *fail)
{
    struct store_opts opts = {.use = STORE_ADMIN};
    struct store *store = NULL;
    enum gw_err err = sqlite_store_open(copy, &opts, false, &store, fail);
    if (err) {
        return err;
    }
    err = store->ops->check(store, true, fail);
    err = err ? err : sqlite_store_epoch(store, false, random, now, fail);
    store_close(store);
    return err;
}

static enum gw_err restore_locked(const char *file, const char *backup,
                                  const struct gw_random *random, int64_t now, struct gw_fail *fail)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char copy[PATH_BYTES];
    char lock[PATH_BYTES + 8];
    (void)snprintf(copy, sizeof copy, "%s.restoring", file); /* length was checked */
    (void)snprintf(lock, sizeof lock, "%s.lock", copy);
    remove_with_side_files(copy);
    enum gw_err err = copy_file(backup, copy, fail);
    err = err ? err : renew_copy(copy, random, now, fail);
    err = err ? err : put_aside(file, fail);
    for (size_t i = 3; i-- > 0 && !err;) { /* the file itself last */
        char from[PATH_BYTES + 8];
        char to[PATH_BYTES];
        (void)snprintf(from, sizeof from, "%s%s", copy, ends[i]);
        (void)snprintf(to, sizeof to, "%s%s", file, ends[i]);
        if (rename(from, to) != 0 && errno != ENOENT) {
            err = io_trouble(fail, file);
        }
    }
    err = err ? err : sync_folder(file, fail);
    if (err) {
        remove_with_side_files(copy);
    }
    (void)unlink(lock); /* of the copy; may not exist */
    return err;
}

enum gw_err store_restore(const char *url, const char *file, const struct gw_random *random,
                          int64_t now, struct gw_fail *fail)
{
    const char *store = NULL;
    char lock_path[PATH_BYTES];
    int lock = -1;
    enum gw_err err = file_of(url, &store, fail);
    if (err) {
        return err;
    }
    (void)snprintf(lock_path, sizeof lock_path, "%s.serve", store); /* length was checked */
    err = gw_lock_take(lock_path, &lock, NULL);
    if (err) {
        return gw_fail_set(
            fail, err, _("Another gridward-dispatchd serves the store %s. Stop it first."), store);
    }
    err = restore_locked(store, file, random, now, fail);
    gw_lock_release(lock);
    return err;
}
