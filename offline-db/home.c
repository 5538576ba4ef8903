#include "offline-db/home.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "offline-db/blob.h"
#include "offline-db/odb_p.h"
#include "offline-db/practice.h"
#include "offline-db/process_p.h"

extern const struct gw_migration offline_db_migrations[];
extern const size_t offline_db_migrations_n;

enum { ODB_APP_ID = 0x47574442, ROW_MAX = 256 * 1024 }; /* "GWDB" */

/* ---- where */

static enum gw_err pick_dir(const char *asked, char *out, size_t size, struct gw_fail *fail)
{
    const char *env = getenv("GRIDWARD_HOME");
    const char *state = getenv("XDG_STATE_HOME");
    const char *user = getenv("HOME");
    int n = -1;
    if (asked || (env && *env)) {
        n = snprintf(out, size, "%s", asked ? asked : env);
    } else if (state && *state) {
        n = snprintf(out, size, "%s/gridward", state);
    } else if (user && *user) {
        n = snprintf(out, size, "%s/.local/state/gridward", user);
    }
    if (n < 0 || (size_t)n >= size) {
        return gw_fail_set(fail, GW_INVALID,
                           _("There is no usable name for the data folder. Set GRIDWARD_HOME to a "
                             "folder of yours."));
    }
    return GW_OK;
}

static enum gw_err in_home(const struct home *home, const char *name, char *out, size_t size,
                           struct gw_fail *fail)
{
    enum gw_err err = gw_path_join(out, size, home->dir, name);
    return err ? gw_fail_set(fail, err,
                             _("The name of the folder is too long. Name another folder."))
               : GW_OK;
}

/* Everybody who has a home open holds this lock shared; leaving takes it alone. */
static enum gw_err hold_home(struct home *home, struct gw_fail *fail)
{
    char path[1200];
    enum gw_err err = in_home(home, "home.lock", path, sizeof path, fail);
    if (err) {
        return err;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) != 0) {
        if (fd >= 0) {
            (void)close(fd); /* nothing was written */
        }
        return gw_fail_set(fail, GW_HELD,
                           _("The folder %s is being emptied by another program. Wait until it is "
                             "done."),
                           home->dir);
    }
    home->p->home_fd = fd;
    return GW_OK;
}

/* ---- the device key: its file lies beside the database and is named by the database's row */

enum { KEY_TEXT = 2 * 64 };

static enum gw_err key_write(const char *path, const struct gw_sign_key *key, struct gw_fail *fail)
{
    char text[KEY_TEXT + 2];
    gw_hex(key->secret, sizeof key->secret, text);
    text[KEY_TEXT] = '\n';
    enum gw_err err = gw_file_write(path, text, KEY_TEXT + 1, fail);
    gw_wipe(text, sizeof text);
    return err;
}

/* GW_OK only when the file holds the key that belongs to public_key. */
static enum gw_err key_read(const char *path, const uint8_t public_key[GW_KEY_BYTES],
                            struct gw_sign_key *out)
{
    struct gw_buf buf;
    gw_buf_init(&buf, 4096);
    enum gw_err err = gw_file_read(path, &buf, NULL);
    if (!err && (buf.len != KEY_TEXT + 1 || buf.data[KEY_TEXT] != '\n')) {
        err = GW_INVALID;
    }
    if (!err) {
        buf.data[KEY_TEXT] = '\0';
        bool good = gw_hex_decode(buf.data, out->secret, sizeof out->secret);
        memcpy(out->public_key, out->secret + GW_KEY_BYTES, GW_KEY_BYTES);
        err = good && gw_equal_ct(out->public_key, public_key, GW_KEY_BYTES) ? GW_OK : GW_INVALID;
    }
    if (buf.data) {
        gw_wipe(buf.data, buf.len);
    }
    gw_buf_free(&buf);
    if (err) {
        gw_wipe(out, sizeof *out);
    }
    return err;
}

/* The row decides. device.key.next is a key whose row may or may not have been committed. */
static enum gw_err key_load(struct home *home, const char *public_key_b64, struct gw_fail *fail)
{
    char path[1200];
    char next[1200];
    uint8_t public_key[GW_KEY_BYTES];
    enum gw_err err = in_home(home, "device.key", path, sizeof path, fail);
    err = err ? err : in_home(home, "device.key.next", next, sizeof next, fail);
    if (err) {
        return err;
    }
    if (!gw_b64url_decode(public_key_b64, public_key, sizeof public_key)) {
        return gw_fail_set(fail, GW_STORE,
                           _("The store does not say which key belongs to this "
                             "machine. Restore a backup or enrol again."));
    }
    if (key_read(path, public_key, &home->key) == GW_OK) {
        (void)unlink(next); /* of an enrolment that was not finished; usually absent */
        return GW_OK;
    }
    if (key_read(next, public_key, &home->key) == GW_OK) {
        if (rename(next, path) != 0) {
            return gw_fail_set(fail, GW_STORE,
                               _("The key file %s could not be put in its place. "
                                 "Check the folder and its rights."),
                               path);
        }
        return GW_OK;
    }
    return gw_fail_set(fail, GW_STORE,
                       _("The key file %s is missing or belongs to another machine. Put it back "
                         "from a backup, or ask the duty room for a new code and enrol again; what "
                         "you recorded is kept."),
                       path);
}

/* ---- identity */

static enum gw_err identity_load(struct home *home, char public_key[GW_KEY_B64 + 1],
                                 struct gw_fail *fail)
{
    struct identity *id = &home->id;
    sqlite3_stmt *st = odb_stmt(home, SQL_IDENTITY_GET);
    enum gw_err err = odb_row(home, st, fail);
    if (!err) {
        ODB_COL(st, 0, id->device);
        ODB_COL(st, 1, id->user);
        ODB_COL(st, 2, id->name);
        if (!role_parse(gw_col_text(st, 3), &id->role)) {
            id->role = ROLE_WORKER;
        }
        ODB_COL(st, 4, id->url);
        ODB_COL(st, 5, id->ca_file);
        ODB_COL(st, 6, id->pin);
        ODB_COL(st, 7, id->server_key);
        ODB_COL(st, 8, id->server_sign_key);
        odb_col(st, 9, public_key, GW_KEY_B64 + 1);
        id->enrolled_at = gw_col_int(st, 10);
    }
    odb_reset(st);
    return err;
}

static enum gw_err identity_store(struct home *home, const struct identity *id,
                                  const struct gw_sign_key *key, struct gw_fail *fail)
{
    char public_key[GW_KEY_B64 + 1];
    gw_b64url(key->public_key, sizeof key->public_key, public_key);
    sqlite3_stmt *st = odb_stmt(home, SQL_IDENTITY_PUT);
    gw_bind_text(st, ":device", id->device);
    gw_bind_text(st, ":user", id->user);
    gw_bind_text(st, ":name", id->name);
    gw_bind_text(st, ":role", role_name(id->role));
    gw_bind_text(st, ":url", id->url);
    gw_bind_text(st, ":ca_file", id->ca_file);
    gw_bind_text(st, ":pin", id->pin);
    gw_bind_text(st, ":server_key", id->server_key);
    gw_bind_text(st, ":server_sign_key", id->server_sign_key);
    gw_bind_text(st, ":public_key", public_key);
    gw_bind_int(st, ":enrolled_at", id->enrolled_at);
    return gw_db_run(home->db, st, fail);
}

enum gw_err home_user(struct home *home, const char *name, enum gw_role role, struct gw_fail *fail)
{
    if (role == home->id.role && strcmp(name, home->id.name) == 0) {
        return GW_OK;
    }
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "home_user", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_IDENTITY_USER);
    gw_bind_text(st, ":name", name);
    gw_bind_text(st, ":role", role_name(role));
    err = gw_db_run(home->db, st, fail);
    err = odb_end(home, err, fail);
    home->p->identity_version = -1;
    return err ? err : home_rejoin(home, fail);
}

static enum gw_err load_who(struct home *home, bool must, struct gw_fail *fail)
{
    char public_key[GW_KEY_B64 + 1] = "";
    enum gw_err err = identity_load(home, public_key, fail);
    if (err == GW_ABSENT) {
        return must ? gw_fail_set(fail, GW_DENIED,
                                  _("This machine is not enrolled yet. Ask the duty room for a "
                                    "code, then run: gridward enroll"))
                    : GW_OK;
    }
    err = err ? err : key_load(home, public_key, fail);
    home->enrolled = err == GW_OK;
    return err;
}

static enum gw_err read_identity(struct home *home, struct gw_fail *fail)
{
    char now[GW_KEY_B64 + 1] = "";
    char own[GW_KEY_B64 + 1];
    struct identity was = home->id;
    gw_b64url(home->key.public_key, sizeof home->key.public_key, own);
    enum gw_err err = identity_load(home, now, fail); /* name and role with it */
    if (err) {
        home->id = was;
        return err == GW_ABSENT ? GW_OK : err;
    }
    return strcmp(now, own) == 0 ? GW_OK : load_who(home, true, fail);
}

enum gw_err home_rejoin(struct home *home, struct gw_fail *fail)
{
    int64_t version = gw_db_data_version(home->db);
    if (home->enrolled && version == home->p->identity_version) {
        return GW_OK; /* nobody else wrote, and what we wrote we know */
    }
    enum gw_err err = read_identity(home, fail);
    home->p->identity_version = err ? -1 : version; /* read first: never newer than the row */
    return err;
}

/* ---- open and close */

static enum gw_err open_db(struct home *home, const struct home_opts *opts, struct gw_fail *fail)
{
    char path[1200];
    enum gw_err err = in_home(home, "gridward.db", path, sizeof path, fail);
    size_t n = 0;
    home->p->sql = err ? NULL : sql_new(&n);
    if (!err && !home->p->sql) {
        err = gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    struct gw_db_opts db = {
        .path = path,
        .create = true,
        .app_id = ODB_APP_ID,
        .sql = home->p->sql,
        .sql_n = n,
        .migrations = offline_db_migrations,
        .migrations_n = offline_db_migrations_n,
        .max_pages = opts->max_pages,
        .vfs = opts->vfs,
    };
    return err ? err : gw_db_open(&db, &home->db, fail);
}

/* ---- a home for practice has a clock that can be moved on */

static int64_t moved_wall(void *ctx)
{
    const struct home_priv *p = ctx;
    return p->base_clock->wall_ms(p->base_clock->ctx) + p->shift_ms;
}

static int64_t moved_mono(void *ctx)
{
    const struct home_priv *p = ctx;
    return p->base_clock->mono_ms(p->base_clock->ctx);
}

void home_practice_load(struct home *home)
{
    struct home_priv *p = home->p;
    sqlite3_stmt *st = process_stmt(home, SQL_PRACTICE_GET);
    home->practice = odb_row(home, st, NULL) == GW_OK;
    p->shift_ms = home->practice ? gw_col_int(st, 0) : 0;
    odb_reset(st);
    if (home->practice && home->clock != &p->clock) {
        p->base_clock = home->clock;
        p->clock = (struct gw_clock){moved_wall, moved_mono, p};
        home->clock = &p->clock;
    }
}

enum gw_err home_open(const struct home_opts *opts, struct home *out, struct gw_fail *fail)
{
    *out = (struct home){0};
    out->clock = opts->clock ? opts->clock : gw_clock_system();
    out->random = opts->random ? opts->random : gw_random_system();
    out->p = calloc(1, sizeof *out->p);
    if (!out->p) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    out->p->home_fd = -1;
    out->p->watch_version = -1;
    out->p->identity_version = -1;
    gw_buf_init(&out->p->arena, ROW_MAX);
    gw_buf_init(&out->p->extra, 2 * ROW_MAX);
    enum gw_err err = gw_crypto_init();
    err = err ? err : pick_dir(opts->dir, out->dir, sizeof out->dir, fail);
    err = err ? err : gw_dir_make(out->dir, fail);
    err = err ? err : hold_home(out, fail);
    err = err ? err : open_db(out, opts, fail);
    if (!err) {
        home_practice_load(out);
    }
    err = err ? err : load_who(out, opts->must_be_enrolled, fail);
    if (err) {
        home_close(out);
    }
    return err;
}

void home_close(struct home *home)
{
    gw_db_close(home->db);
    home->db = NULL;
    gw_wipe(&home->key, sizeof home->key);
    home->enrolled = false;
    if (home->p) {
        home->clock = home->p->base_clock ? home->p->base_clock : home->clock;
        if (home->p->home_fd >= 0) {
            (void)close(home->p->home_fd); /* only a lock */
        }
        gw_buf_free(&home->p->arena);
        gw_buf_free(&home->p->extra);
        free(home->p->watch);
        sql_free(home->p->sql);
        free(home->p);
        home->p = NULL;
    }
}

int64_t home_writes(struct home *home)
{
    /* both only grow: so does their sum */
    return gw_db_data_version(home->db) + sqlite3_total_changes(gw_db_handle(home->db));
}

void home_idle(struct home *home)
{
    gw_db_idle(home->db);
}

const char *home_db_path(const struct home *home)
{
    return home->db ? gw_db_path(home->db) : home->dir;
}

/* ---- enrolment, rekey, leaving */

/* Key file under its waiting name, then the row in the caller's way, then the key's own name. A
 * stop between any two is put right by key_load at the next start. */
static enum gw_err take_identity(struct home *home, const struct identity *id,
                                 const struct gw_sign_key *key, bool reissue, struct gw_fail *fail)
{
    char path[1200];
    char next[1200];
    enum gw_err err = in_home(home, "device.key", path, sizeof path, fail);
    err = err ? err : in_home(home, "device.key.next", next, sizeof next, fail);
    err = err ? err : key_write(next, key, fail);
    err = err ? err : odb_begin(home, GW_DURABLE_FULL, "take_identity", fail);
    if (err) {
        return err;
    }
    if (reissue) {
        err = journal_reissue(home, id->device, key, fail);
    }
    err = err ? err : identity_store(home, id, key, fail);
    err = odb_end(home, err, fail);
    if (err) {
        (void)unlink(next); /* tidy only: an unnamed key is ignored */
        return err;
    }
    home->id = *id;
    home->key = *key;
    home->enrolled = true;
    if (rename(next, path) != 0) {
        return gw_fail_set(fail, GW_STORE,
                           _("The key file %s could not be put in its place. Check "
                             "the folder and its rights."),
                           path);
    }
    return GW_OK;
}

enum gw_err home_enrol(struct home *home, const struct identity *id, const struct gw_sign_key *key,
                       struct gw_fail *fail)
{
    if (home->enrolled) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("This machine is enrolled already. To enrol it for somebody else, "
                             "send what is unsent and run: gridward leave"));
    }
    if (home->practice && strcmp(id->user, PRACTICE_USER) != 0) {
        return practice_refuse(home, fail);
    }
    return take_identity(home, id, key, false, fail);
}

enum gw_err home_rekey(struct home *home, const struct identity *id, const struct gw_sign_key *key,
                       struct gw_fail *fail)
{
    enum gw_err err = practice_refuse(home, fail);
    return err ? err : take_identity(home, id, key, true, fail);
}

static enum gw_err refuse_unsent(struct home *home, struct gw_fail *fail)
{
    int64_t unsent = 0;
    enum gw_err err = odb_int(home, odb_stmt(home, SQL_J_UNSENT_COUNT), 0, &unsent);
    if (!err && unsent > 0 && !home->practice) {
        err = gw_fail_set(fail, GW_REFUSED,
                          _("%lld records have not reached the dispatch server yet. Run: gridward "
                            "sync, then leave again. Nothing was deleted."),
                          (long long)unsent);
    }
    struct blob_row blob;
    if (!err && blob_next(home, &blob) == GW_OK && blob.state != BLOB_WANTED) {
        err = gw_fail_set(fail, GW_REFUSED,
                          _("An attachment has not reached the dispatch server yet. Run: gridward "
                            "sync, then leave again. Nothing was deleted."));
    }
    return err;
}

/* Tables first, in one transaction that every process sees, then the files themselves, so that no
 * page of a resident's data stays on the disk. */
static enum gw_err empty_tables(struct home *home, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "home_leave", fail);
    if (err) {
        return err;
    }
    err = refuse_unsent(home, fail);
    for (size_t t = 0; !err && t < TYPE_N; t++) {
        err = gw_db_run(home->db, gw_db_stmt(home->db, mirror_sql((enum gw_type)t, M_WIPE)), fail);
    }
    err =
        err ? err
            : gw_db_exec(home->db,
                         "DELETE FROM journal; DELETE FROM receipt; DELETE FROM overlay; DELETE "
                         "FROM gone; DELETE FROM scope; DELETE FROM job; DELETE FROM tomb; DELETE "
                         "FROM draft; DELETE FROM access_log; DELETE FROM identity; DELETE FROM "
                         "blob; DELETE FROM sync_state; INSERT INTO sync_state (one) VALUES (1); "
                         "DELETE FROM "
                         "user_pin; DELETE FROM signer_identity; UPDATE console_lock SET locked_at "
                         "= 0; DELETE FROM process_own; DELETE FROM rule_text; "
                         "DELETE FROM foreign_line; DELETE FROM foreign_signer; DELETE FROM "
                         "foreign_rule; DELETE FROM office; DELETE FROM office_source; DELETE FROM "
                         "process_summary",
                         fail);
    return odb_end(home, err, fail);
}

static void unlink_in(const struct home *home, const char *name)
{
    char path[1200];
    if (in_home(home, name, path, sizeof path, NULL) == GW_OK) {
        (void)unlink(path); /* usually some of them are absent */
    }
}

/* second-USER.key and what an unfinished enrolment left of it. */
static void unlink_seconds(const struct home *home)
{
    DIR *dir = opendir(home->dir);
    const struct dirent *entry = dir ? readdir(dir) : NULL;
    for (; entry; entry = readdir(dir)) {
        if (strncmp(entry->d_name, "second-", 7) == 0 && strstr(entry->d_name, ".key")) {
            unlink_in(home, entry->d_name);
        }
    }
    if (dir) {
        (void)closedir(dir); /* was only read */
    }
}

enum gw_err home_leave(struct home *home, struct gw_fail *fail)
{
    if (flock(home->p->home_fd, LOCK_EX | LOCK_NB) != 0) {
        return gw_fail_set(fail, GW_HELD,
                           _("Another gridward program uses %s. Close the console first, then "
                             "leave again. Nothing was deleted."),
                           home->dir);
    }
    enum gw_err err = empty_tables(home, fail);
    if (err) {
        (void)flock(home->p->home_fd, LOCK_SH); /* ours already: going back cannot block */
        return err;
    }
    blob_remove_all(home);
    unlink_in(home, "device.key");
    unlink_in(home, "device.key.next");
    unlink_in(home, "device.key.rekey");
    unlink_seconds(home);
    gw_db_close(home->db);
    home->db = NULL;
    sql_free(home->p->sql);
    home->p->sql = NULL;
    unlink_in(home, "gridward.db");
    unlink_in(home, "gridward.db-wal");
    unlink_in(home, "gridward.db-shm");
    gw_wipe(&home->key, sizeof home->key);
    home->id = (struct identity){0};
    home->enrolled = home->practice = false;
    home->p->shift_ms = 0;
    const struct home_opts again = {0};
    err = open_db(home, &again, fail);
    (void)flock(home->p->home_fd, LOCK_SH); /* ours already */
    return err;
}
