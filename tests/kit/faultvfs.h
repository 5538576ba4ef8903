/* A SQLite VFS for tests: the machine's default VFS, whose nth write, sync or truncate fails, and
 * which can call back at every such step. Register once, then pass FAULTVFS_NAME as the vfs of a
 * store. State is one per process; one thread. */
#ifndef GW_TESTS_KIT_FAULTVFS_H
#define GW_TESTS_KIT_FAULTVFS_H

#include <stdbool.h>
#include <stdint.h>

#define FAULTVFS_NAME "gw-fault"

enum faultvfs_op {
    FAULTVFS_WRITE = 1,
    FAULTVFS_SYNC = 2,
    FAULTVFS_TRUNCATE = 4,
    FAULTVFS_UNFETCH = 8, /* never fails; for hooks: the first step of a checkpoint */
    FAULTVFS_ANY = 7,
};

struct faultvfs_plan {
    unsigned ops;       /* which operations count, an or of faultvfs_op */
    int64_t nth;        /* the nth of them from now on fails, 1 = the next; 0 = only count */
    int rc;             /* SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, ... */
    bool sticky;        /* all after it fail too, as on a disk that stays full */
    bool torn;          /* a failing write first writes its first half */
    const char *suffix; /* only files whose name ends so ("-wal", ".db"); NULL = all. Borrowed */
};

/* Idempotent. Returns FAULTVFS_NAME. Aborts when SQLite refuses. */
const char *faultvfs_register(void);

/* Starts a plan and counting at 0. */
void faultvfs_arm(const struct faultvfs_plan *plan);
/* Nothing fails from now on; the counts stay. */
void faultvfs_disarm(void);
/* Operations that the plan counted, and those that it failed, since it was armed. */
int64_t faultvfs_seen(void);
int64_t faultvfs_failed(void);

/* Called before every operation (not while it runs itself); NULL to remove. */
typedef void (*faultvfs_hook)(void *ctx, enum faultvfs_op op, const char *file);
void faultvfs_set_hook(faultvfs_hook hook, void *ctx);

#endif
