#include "offline-db/blob.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "offline-db/process_p.h"

enum { PATH_BYTES = 1200 };

static const char *const state_names[BLOB_STATE_N] = {
    [BLOB_PENDING] = "pending", [BLOB_UPLOADING] = "uploading", [BLOB_DONE] = "done",
    [BLOB_WANTED] = "wanted",   [BLOB_ABSENT] = "absent",       [BLOB_REFUSED] = "refused",
    [BLOB_ERASED] = "erased",
};

const char *blob_state_name(enum blob_state state)
{
    return state_names[state];
}

const char *blob_state_words(enum blob_state state)
{
    static const char *const words[BLOB_STATE_N] = {
        [BLOB_PENDING] = N_("waits to be sent"),
        [BLOB_UPLOADING] = N_("is being sent"),
        [BLOB_DONE] = N_("at the server, and a copy here"),
        [BLOB_WANTED] = N_("is being fetched"),
        [BLOB_ABSENT] = N_("not at the server yet"),
        [BLOB_REFUSED] = N_("the server does not take it; the copy stays here"),
        [BLOB_ERASED] = N_("erased"),
    };
    return _(words[state]);
}

/* ---- files */

static void path_of(const struct home *home, const char *name, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s/blobs/%.100s", home->dir, name);
}

static enum gw_err store_file(const struct home *home, const char *commit,
                              const struct gw_buf *salted, struct gw_fail *fail)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/blobs", home->dir);
    enum gw_err err = gw_dir_make(path, fail);
    path_of(home, commit, path);
    return err ? err : gw_file_write(path, gw_buf_str(salted), salted->len, fail);
}

static void drop_file(const struct home *home, const char *commit)
{
    char path[PATH_BYTES];
    path_of(home, commit, path);
    (void)unlink(path); /* gone already is as good */
}

void blob_remove_all(const struct home *home)
{
    char path[PATH_BYTES];
    path_of(home, "", path);
    DIR *dir = opendir(path);
    for (struct dirent *at = dir ? readdir(dir) : NULL; at; at = readdir(dir)) {
        (void)unlinkat(dirfd(dir), at->d_name, 0); /* "." and ".." stay */
    }
    if (dir) {
        (void)closedir(dir);
        (void)rmdir(path);
    }
}

/* ---- rows */

static enum gw_err put_row(struct home *home, const struct blob_row *row, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "blob_put", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = process_stmt(home, SQL_BL_PUT);
    gw_bind_text(st, ":hash", row->commit);
    gw_bind_text(st, ":process", row->process);
    gw_bind_int(st, ":size", row->size);
    gw_bind_text(st, ":media", row->media);
    gw_bind_text(st, ":state", state_names[row->state]);
    gw_bind_int(st, ":held", row->held);
    gw_bind_int(st, ":tries", row->tries);
    gw_bind_int(st, ":at", row->at ? row->at : home->clock->wall_ms(home->clock->ctx));
    return odb_end(home, gw_db_run(home->db, st, fail), fail);
}

static void read_row(sqlite3_stmt *st, struct blob_row *out)
{
    *out = (struct blob_row){.state = BLOB_REFUSED};
    ODB_COL(st, 0, out->commit);
    ODB_COL(st, 1, out->process);
    out->size = gw_col_int(st, 2);
    ODB_COL(st, 3, out->media);
    for (int i = 0; i < BLOB_STATE_N; i++) {
        if (strcmp(state_names[i], gw_col_text(st, 4)) == 0) {
            out->state = (enum blob_state)i;
        }
    }
    out->held = gw_col_int(st, 5);
    out->tries = gw_col_int(st, 6);
    out->at = gw_col_int(st, 7);
}

enum gw_err blob_find(struct home *home, const char *commit, struct blob_row *out)
{
    sqlite3_stmt *st = process_stmt(home, SQL_BL_GET);
    gw_bind_text(st, ":hash", commit);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        read_row(st, out);
    }
    odb_reset(st);
    return err;
}

enum gw_err blob_next(struct home *home, struct blob_row *out)
{
    sqlite3_stmt *st = process_stmt(home, SQL_BL_NEXT);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        read_row(st, out);
    }
    odb_reset(st);
    return err;
}

enum gw_err blob_each(struct home *home, const char *process,
                      bool (*visit)(void *ctx, const struct blob_row *row), void *ctx)
{
    sqlite3_stmt *st = process_stmt(home, SQL_BL_EACH);
    struct blob_row row;
    gw_bind_text(st, ":process", process ? process : "");
    enum gw_err err = odb_row(home, st, NULL);
    bool more = !err;
    while (more) {
        bool next = false;
        read_row(st, &row);
        err = visit(ctx, &row) ? gw_db_step(home->db, st, &next, NULL) : GW_OK;
        more = !err && next;
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err blob_note(struct home *home, const struct blob_row *row, struct gw_fail *fail)
{
    enum gw_err err = put_row(home, row, fail);
    if (!err && row->state == BLOB_ERASED) {
        drop_file(home, row->commit);
    }
    return err;
}

void blob_detach(struct home *home, const char *commit)
{
    if (odb_begin(home, GW_DURABLE_NORMAL, "blob_detach", NULL) == GW_OK) {
        sqlite3_stmt *st = process_stmt(home, SQL_BL_DEL);
        gw_bind_text(st, ":hash", commit);
        (void)odb_end(home, gw_db_run(home->db, st, NULL), NULL); /* then it is sent for nothing */
    }
    drop_file(home, commit);
}

/* ---- attaching */

static enum gw_err check_bytes(const struct gw_buf *bytes, const char *file, struct blob_row *out,
                               struct gw_fail *fail)
{
    const char *media = blob_media_of(gw_buf_str(bytes), bytes->len);
    if (bytes->len == 0) {
        return gw_fail_set(fail, GW_INVALID, _("%s is empty. Nothing was recorded."), file);
    }
    if (!media) {
        return gw_fail_set(fail, GW_INVALID,
                           _("%s is no JPEG or PNG picture, PDF or plain text. Scan or photograph "
                             "it as one of these; nothing was recorded."),
                           file);
    }
    odb_copy(out->media, sizeof out->media, media);
    out->size = (int64_t)bytes->len;
    return GW_OK;
}

static enum gw_err salt_and_store(struct home *home, const struct gw_buf *bytes,
                                  struct blob_row *out, struct gw_fail *fail)
{
    uint8_t salt[BLOB_SALT];
    struct gw_buf salted;
    gw_buf_init(&salted, BLOB_MAX + BLOB_SALT);
    home->random->fill(home->random->ctx, salt, sizeof salt);
    blob_commit(salt, gw_buf_str(bytes), bytes->len, out->commit);
    enum gw_err err = gw_buf_add(&salted, salt, sizeof salt);
    err = err ? err : gw_buf_add(&salted, gw_buf_str(bytes), bytes->len);
    err = err ? err : store_file(home, out->commit, &salted, fail);
    gw_buf_free(&salted);
    gw_wipe(salt, sizeof salt);
    return err;
}

/* Only a plain file: a pipe would never end. */
static enum gw_err read_whole(const char *file, struct gw_buf *out, struct gw_fail *fail)
{
    struct stat st;
    if (stat(file, &st) == 0 && !S_ISREG(st.st_mode)) {
        return gw_fail_set(fail, GW_INVALID, _("%s is no plain file. Nothing was recorded."), file);
    }
    return gw_file_read(file, out, fail);
}

enum gw_err blob_attach(struct home *home, const char *process, const char *file,
                        struct blob_row *out, bool *place, struct gw_fail *fail)
{
    struct gw_buf bytes;
    *out = (struct blob_row){.state = BLOB_PENDING};
    odb_copy(out->process, sizeof out->process, process);
    gw_buf_init(&bytes, BLOB_MAX);
    enum gw_err err = read_whole(file, &bytes, fail);
    if (err == GW_ABSENT) {
        err = gw_fail_set(fail, err, _("There is no file %s. Nothing was recorded."), file);
    } else if (err == GW_TOO_LARGE) {
        err = gw_fail_set(fail, err, _("%s is larger than %d MiB. Nothing was recorded."), file,
                          BLOB_MAX / 1048576);
    }
    err = err ? err : check_bytes(&bytes, file, out, fail);
    err = err ? err : salt_and_store(home, &bytes, out, fail);
    if (!err && place) {
        *place = blob_tells_place(gw_buf_str(&bytes), bytes.len);
    }
    gw_buf_free(&bytes);
    if (!err) {
        err = put_row(home, out, fail);
        if (err) {
            drop_file(home, out->commit);
        }
    }
    return err;
}

/* ---- reading */

static enum gw_err open_file(struct home *home, const char *commit, int *fd, struct gw_fail *fail)
{
    char path[PATH_BYTES];
    path_of(home, commit, path);
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    return *fd >= 0 ? GW_OK
                    : gw_fail_set(fail, GW_ABSENT, _("The attachment is not on this machine."));
}

enum gw_err blob_slice(struct home *home, const char *commit, int64_t from, size_t max,
                       uint8_t salt[BLOB_SALT], struct gw_buf *out, struct gw_fail *fail)
{
    char chunk[16384];
    int fd = -1;
    enum gw_err err = open_file(home, commit, &fd, fail);
    if (err) {
        return err;
    }
    ssize_t n = pread(fd, salt, BLOB_SALT, 0);
    err = n == BLOB_SALT ? GW_OK : GW_ABSENT;
    for (off_t at = BLOB_SALT + (off_t)from; !err && n > 0 && max > 0; at += n) {
        n = pread(fd, chunk, max < sizeof chunk ? max : sizeof chunk, at);
        err = n < 0 ? GW_ABSENT : gw_buf_add(out, chunk, (size_t)n);
        max -= n > 0 ? (size_t)n : 0;
    }
    (void)close(fd);
    return err;
}

enum gw_err blob_bytes(struct home *home, const char *commit, struct gw_buf *out,
                       struct gw_fail *fail)
{
    uint8_t salt[BLOB_SALT];
    return blob_slice(home, commit, 0, BLOB_MAX, salt, out, fail);
}

/* ---- downloads */

enum gw_err blob_named_by(struct home *home, const char *commit, char *process, size_t size)
{
    sqlite3_stmt *st = process_stmt(home, SQL_BL_NAMED);
    gw_bind_text(st, ":hash", commit);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        odb_col(st, 0, process, size);
    }
    odb_reset(st);
    return err;
}

enum gw_err blob_want(struct home *home, const struct blob_row *row, struct gw_fail *fail)
{
    struct blob_row now;
    enum gw_err err = blob_find(home, row->commit, &now);
    if (!err && now.state != BLOB_ABSENT && now.state != BLOB_WANTED) {
        return GW_OK;
    }
    now = *row;
    now.state = BLOB_WANTED;
    now.held = now.tries = 0;
    return put_row(home, &now, fail);
}

static enum gw_err is_named(const char *commit, const uint8_t salt[BLOB_SALT], const void *bytes,
                            size_t len, struct gw_fail *fail)
{
    char hash[GW_HASH_HEX + 1];
    blob_commit(salt, bytes, len, hash);
    return strcmp(hash, commit) == 0
               ? GW_OK
               : gw_fail_set(fail, GW_INVALID, _("What came is not what the record names."));
}

/* Salt and bytes into a file named by what they hash to. */
static enum gw_err keep_bytes(struct home *home, const char *commit, const uint8_t salt[BLOB_SALT],
                              const void *bytes, size_t len, struct gw_fail *fail)
{
    struct gw_buf salted;
    gw_buf_init(&salted, BLOB_MAX + BLOB_SALT);
    enum gw_err err = gw_buf_add(&salted, salt, BLOB_SALT);
    err = err ? err : gw_buf_add(&salted, bytes, len);
    err = err ? err : store_file(home, commit, &salted, fail);
    gw_buf_free(&salted);
    return err;
}

enum gw_err blob_keep(struct home *home, const char *commit, const uint8_t salt[BLOB_SALT],
                      const void *bytes, size_t len, struct gw_fail *fail)
{
    struct blob_row row;
    enum gw_err err = blob_find(home, commit, &row);
    err = err ? err : is_named(commit, salt, bytes, len, fail);
    err = err ? err : keep_bytes(home, commit, salt, bytes, len, fail);
    row.state = BLOB_DONE;
    row.size = row.held = (int64_t)len;
    return err ? err : put_row(home, &row, fail);
}

enum gw_err blob_take(struct home *home, const struct blob_row *row, const uint8_t salt[BLOB_SALT],
                      const void *bytes, struct gw_fail *fail)
{
    struct blob_row own = *row;
    const char *media = blob_media_of(bytes, (size_t)row->size);
    if (!media) {
        return gw_fail_set(fail, GW_INVALID, _("What came is not what the record names."));
    }
    odb_copy(own.media, sizeof own.media, media);
    /* the row first: a file that no row names would outlive an erasure */
    own.state = BLOB_WANTED;
    own.held = 0;
    enum gw_err err = is_named(row->commit, salt, bytes, (size_t)row->size, fail);
    err = err ? err : put_row(home, &own, fail);
    err = err ? err : keep_bytes(home, row->commit, salt, bytes, (size_t)row->size, fail);
    own.state = row->state;
    own.held = row->held;
    return err ? err : put_row(home, &own, fail);
}

/* ---- erasing */

enum { SWEEP_AT_ONCE = 32 };

static enum gw_err sweep_some(struct home *home, size_t *swept, struct gw_fail *fail)
{
    struct blob_row rows[SWEEP_AT_ONCE];
    size_t n = 0;
    bool more = true;
    sqlite3_stmt *st = process_stmt(home, SQL_BL_ERASED);
    enum gw_err err = odb_row(home, st, fail);
    while (!err && more && n < SWEEP_AT_ONCE) {
        read_row(st, &rows[n++]);
        err = gw_db_step(home->db, st, &more, fail);
    }
    odb_reset(st);
    err = err == GW_ABSENT ? GW_OK : err;
    for (size_t i = 0; i < n && !err; i++) {
        rows[i].state = BLOB_ERASED;
        err = blob_note(home, &rows[i], fail);
    }
    *swept = n;
    return err;
}

enum gw_err blob_sweep(struct home *home, struct gw_fail *fail)
{
    size_t swept = SWEEP_AT_ONCE;
    enum gw_err err = GW_OK;
    while (!err && swept == SWEEP_AT_ONCE) {
        err = sweep_some(home, &swept, fail);
    }
    return err;
}
