/* A folder of its own for a test program, removed when the program ends. */
#ifndef GW_TESTS_KIT_SCRATCH_H
#define GW_TESTS_KIT_SCRATCH_H

#include <stddef.h>

/* The folder (0700), made at the first call. Borrowed for ever. Aborts when it cannot be made. Only
 * the process that made it removes it, so children may exit as they like. */
const char *scratch_dir(void);

/* "FOLDER/name" into out; returns out. The file, and for stores -wal, -shm and .lock beside it, are
 * removed when they exist, so that a test starts clean. */
const char *scratch_path(char *out, size_t size, const char *name);

#endif
