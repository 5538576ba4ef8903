/* The SQL kit: clean and unclean ends.
 *
 * FILE.lock holds one line, "writers size mtime_ns\n" in decimal. writers: connections that wrote
 * and have not closed cleanly. 0, with size and time of the file as they are now: it was closed
 * cleanly and nothing has touched it since, so its pages need no look at every start. Anything
 * else, an empty line too, means: unknown, look. The line changes only under the file lock; before
 * a first write it is synced, so that a power cut cannot take the note and leave the write. */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sqlkit_p.h"

enum { LINE_MAX_BYTES = 80, CLOSE_WAIT_MS = 200 };

struct note {
    int64_t writers, size, mtime_ns;
};

static bool read_note(int fd, struct note *out)
{
    char line[LINE_MAX_BYTES + 1] = {0};
    ssize_t n = fd < 0 ? -1 : pread(fd, line, LINE_MAX_BYTES, 0);
    return n > 0 && strchr(line, '\n') != NULL &&
           sscanf(line, "%" SCNd64 " %" SCNd64 " %" SCNd64, &out->writers, &out->size,
                  &out->mtime_ns) == 3;
}

/* A line of fixed length, so that it never needs more room on a full disk than it has. */
static void write_note(struct gw_db *db, const struct note *note, bool sync)
{
    char line[LINE_MAX_BYTES + 1];
    int n = snprintf(line, sizeof line, "%" PRId64 " %" PRId64 " %" PRId64, note->writers,
                     note->size, note->mtime_ns);
    memset(line + n, ' ', (size_t)(LINE_MAX_BYTES - n));
    line[LINE_MAX_BYTES - 1] = '\n';
    if (pwrite(db->lock_fd, line, LINE_MAX_BYTES, 0) != LINE_MAX_BYTES ||
        (sync && fdatasync(db->lock_fd) != 0)) {
        gw_log(GW_LOG_WARN, "store: the note in %s.lock could not be written", db->path);
        (void)!ftruncate(db->lock_fd, 0); /* no note is an unclean one */
    }
}

static bool file_now(const struct gw_db *db, struct note *out)
{
    struct stat st;
    if (stat(db->path, &st) != 0) {
        return false;
    }
    out->size = st.st_size;
    out->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return true;
}

/* An open file description lock (not flock, which is the transaction's): it belongs to the
 * connection, not to the process, and goes when the process dies. */
static bool life_lock(int fd, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

static bool others_live(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static bool needs_look(struct gw_db *db, int fd)
{
    struct note then = {0};
    struct note now = {0};
    if (others_live(fd)) {
        return false; /* who opened it first has looked */
    }
    bool known = read_note(fd, &then);
    db->stale = then.writers;
    return !known || then.writers != 0 || !file_now(db, &now) || now.size != then.size ||
           now.mtime_ns != then.mtime_ns;
}

bool gw_db_unclean(struct gw_db *db)
{
    if (!db->readonly) {
        db->suspect = needs_look(db, db->lock_fd);
        (void)life_lock(db->lock_fd, F_RDLCK); /* refused: the next one only looks once more */
        return db->suspect;
    }
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s.lock", db->path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool look = fd < 0 || needs_look(db, fd);
    if (fd >= 0) {
        (void)close(fd); /* read only */
    }
    return look;
}

void gw_db_note_checked(struct gw_db *db)
{
    struct note note = {0};
    db->suspect = false;
    if (!db->readonly && gw_db_lock(db, 0)) {
        (void)read_note(db->lock_fd, &note); /* none: as if nobody had written */
        note.writers = note.writers > db->stale ? note.writers - db->stale : 0;
        if (file_now(db, &note)) {
            write_note(db, &note, false); /* lost at a power cut: one look more */
        }
        gw_db_unlock(db);
    }
}

void gw_db_note_write(struct gw_db *db)
{
    struct note note = {0};
    if (db->dirty || db->readonly) {
        return;
    }
    if (!read_note(db->lock_fd, &note)) {
        note = (struct note){0};
    }
    note.writers++;
    write_note(db, &note, true);
    db->dirty = true;
}

void gw_db_note_close(struct gw_db *db)
{
    struct note note = {0};
    if (db->readonly || db->suspect || !gw_db_lock(db, db->dirty ? CLOSE_WAIT_MS : 0)) {
        return; /* harmed: leave all as it is. A writer is busy: its own close does it */
    }
    if (db->dirty || db->stale > 0) { /* else its last writer has folded it, or still lives */
        gw_db_log_leave(db);
    }
    if (db->dirty && read_note(db->lock_fd, &note) && note.writers > 0) {
        note.writers--;
        db->dirty = false;
        if (note.writers > 0 || file_now(db, &note)) {
            write_note(db, &note, false);
        }
    } else if (read_note(db->lock_fd, &note) && note.writers == 0 && file_now(db, &note)) {
        write_note(db, &note, false); /* our checkpoint may have moved another's pages */
    }
    gw_db_unlock(db);
}
