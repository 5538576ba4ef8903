#include "tests/kit/faultvfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct fault_file {
    sqlite3_file base;
    const char *name;   /* borrowed from SQLite for the life of the file; "" for temporary files */
    sqlite3_file *real; /* lies behind this struct */
};

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *root;
    struct faultvfs_plan plan;
    int64_t seen, failed;
    faultvfs_hook hook;
    void *hook_ctx;
    bool in_hook;
} state;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct fault_file *)file)->real;
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t n = strlen(text);
    size_t m = strlen(suffix);
    return n >= m && strcmp(text + n - m, suffix) == 0;
}

/* What this operation must return: SQLITE_OK to go on. */
static int visit(sqlite3_file *file, enum faultvfs_op op)
{
    const char *name = ((struct fault_file *)file)->name;
    if (state.hook && !state.in_hook) {
        state.in_hook = true;
        state.hook(state.hook_ctx, op, name);
        state.in_hook = false;
    }
    const struct faultvfs_plan *plan = &state.plan;
    if (!(plan->ops & op) || (plan->suffix && !ends_with(name, plan->suffix))) {
        return SQLITE_OK;
    }
    state.seen++;
    bool hit =
        plan->nth > 0 && (state.seen == plan->nth || (plan->sticky && state.seen > plan->nth));
    if (!hit) {
        return SQLITE_OK;
    }
    state.failed++;
    return plan->rc;
}

/* ---- operations of a file */

static int file_close(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xClose(real);
}

static int file_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xRead(real, out, n, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    sqlite3_file *real = real_of(file);
    int rc = visit(file, FAULTVFS_WRITE);
    if (rc != SQLITE_OK) {
        if (state.plan.torn && n > 1) {
            (void)real->pMethods->xWrite(real, bytes, n / 2, at); /* half is the point */
        }
        return rc;
    }
    return real->pMethods->xWrite(real, bytes, n, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    sqlite3_file *real = real_of(file);
    int rc = visit(file, FAULTVFS_TRUNCATE);
    return rc != SQLITE_OK ? rc : real->pMethods->xTruncate(real, size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    sqlite3_file *real = real_of(file);
    int rc = visit(file, FAULTVFS_SYNC);
    return rc != SQLITE_OK ? rc : real->pMethods->xSync(real, flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xFileSize(real, out);
}

static int file_lock(sqlite3_file *file, int level)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xLock(real, level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xUnlock(real, level);
}

static int file_reserved(sqlite3_file *file, int *out)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xCheckReservedLock(real, out);
}

static int file_control(sqlite3_file *file, int op, void *arg)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xFileControl(real, op, arg);
}

static int file_sector(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xSectorSize(real);
}

static int file_traits(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xDeviceCharacteristics(real);
}

static int shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xShmMap(real, page, size, extend, out);
}

static int shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xShmLock(real, offset, n, flags);
}

static void shm_barrier(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);
    real->pMethods->xShmBarrier(real);
}

static int shm_unmap(sqlite3_file *file, int drop)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xShmUnmap(real, drop);
}

static int file_fetch(sqlite3_file *file, sqlite3_int64 at, int n, void **out)
{
    sqlite3_file *real = real_of(file);
    return real->pMethods->xFetch(real, at, n, out);
}

static int file_unfetch(sqlite3_file *file, sqlite3_int64 at, void *page)
{
    sqlite3_file *real = real_of(file);
    (void)visit(file, FAULTVFS_UNFETCH); /* not a thing that can fail */
    return real->pMethods->xUnfetch(real, at, page);
}

/* Version 3, as the default VFS of every SQLite since 3.7.17. */
static const sqlite3_io_methods METHODS = {
    3,         file_close,  file_read,     file_write,   file_truncate, file_sync,   file_size,
    file_lock, file_unlock, file_reserved, file_control, file_sector,   file_traits, shm_map,
    shm_lock,  shm_barrier, shm_unmap,     file_fetch,   file_unfetch,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    (void)vfs;
    struct fault_file *mine = (struct fault_file *)file;
    mine->base.pMethods = NULL;
    mine->name = name ? name : "";
    mine->real = (sqlite3_file *)(mine + 1);
    int rc = state.root->xOpen(state.root, name, mine->real, flags, out);
    if (mine->real->pMethods) {
        mine->base.pMethods = &METHODS;
    }
    return rc;
}

const char *faultvfs_register(void)
{
    if (state.root) {
        return FAULTVFS_NAME;
    }
    state.root = sqlite3_vfs_find(NULL);
    if (!state.root) {
        abort();
    }
    state.vfs = *state.root; /* everything but opening is the root's own business */
    state.vfs.zName = FAULTVFS_NAME;
    state.vfs.szOsFile = (int)sizeof(struct fault_file) + state.root->szOsFile;
    state.vfs.xOpen = vfs_open;
    state.vfs.pNext = NULL;
    if (sqlite3_vfs_register(&state.vfs, 0) != SQLITE_OK) {
        abort();
    }
    return FAULTVFS_NAME;
}

void faultvfs_arm(const struct faultvfs_plan *plan)
{
    state.plan = *plan;
    state.seen = 0;
    state.failed = 0;
}

void faultvfs_disarm(void)
{
    state.plan = (struct faultvfs_plan){0};
}

int64_t faultvfs_seen(void)
{
    return state.seen;
}

int64_t faultvfs_failed(void)
{
    return state.failed;
}

void faultvfs_set_hook(faultvfs_hook hook, void *ctx)
{
    state.hook = hook;
    state.hook_ctx = ctx;
}
