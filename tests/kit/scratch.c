#include "tests/kit/scratch.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[PATH_MAX];
static pid_t maker;

static int drop(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    (void)remove(path); /* a left-over only costs room under the temporary folder */
    return 0;
}

static void drop_folder(void)
{
    if (getpid() == maker) {
        (void)nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
    }
}

const char *scratch_dir(void)
{
    if (folder[0]) {
        return folder;
    }
    const char *base = getenv("TMPDIR");
    (void)snprintf(folder, sizeof folder, "%s/gw-test-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(folder)) {
        perror("scratch folder");
        abort();
    }
    maker = getpid();
    (void)atexit(drop_folder);
    return folder;
}

const char *scratch_path(char *out, size_t size, const char *name)
{
    static const char *const BESIDE[] = {"", "-wal", "-shm", ".lock", ".tmp"};
    for (size_t i = 0; i < sizeof BESIDE / sizeof BESIDE[0]; i++) {
        (void)snprintf(out, size, "%s/%s%s", scratch_dir(), name, BESIDE[i]);
        (void)unlink(out); /* usually not there */
    }
    (void)snprintf(out, size, "%s/%s", scratch_dir(), name);
    return out;
}
