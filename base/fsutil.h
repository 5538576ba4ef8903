/* Files and folders of a home: 0700 folders, 0600 files, written whole or not at all. */
#ifndef GW_BASE_FSUTIL_H
#define GW_BASE_FSUTIL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* What errno says, in the language of the program ("permission denied"): glibc's own catalogue is
 * not on every machine. Borrowed for ever or, for rare errors, until the next call. */
const char *gw_errno_text(int error);

/* mkdir -p with 0700 for what it makes; refuses a home that others may write. */
enum gw_err gw_dir_make(const char *path, struct gw_fail *fail);
/* Write to PATH.tmp, fsync, rename, fsync folder. mode 0600. */
enum gw_err gw_file_write(const char *path, const void *bytes, size_t len, struct gw_fail *fail);
/* The same for what leaves this machine on a stick: then read back from the medium (as far as the
 * system lets go of its copy) and compared. GW_STORE when the medium gives something else. */
enum gw_err gw_file_write_checked(const char *path, const void *bytes, size_t len,
                                  struct gw_fail *fail);
/* Whole file; GW_ABSENT when missing, GW_TOO_LARGE above the buffer's ceiling. */
enum gw_err gw_file_read(const char *path, struct gw_buf *out, struct gw_fail *fail);
/* "a/b" joined; GW_TOO_LARGE when it does not fit. */
enum gw_err gw_path_join(char *out, size_t size, const char *dir, const char *name);
/* Bytes free for this user on the file system of path; -1 unknown. */
int64_t gw_disk_free(const char *path);

/* A file or folder that belongs to the program: beside the running program (the build tree), when
 * it is there and readable, else installed (an absolute path). GW_TOO_LARGE when out is too small.
 */
enum gw_err gw_own_path(char *out, size_t size, const char *beside, const char *installed);

#endif
