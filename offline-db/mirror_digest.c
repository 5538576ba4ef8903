/* Is the mirror what the server says it is? Rule R6. */
#include <stdio.h>
#include <string.h>

#include "offline-db/mirror_p.h"

enum { PART_ROWS = 2048 };

static uint64_t hash_of(const char *name, sqlite3_stmt *st)
{
    char text[GW_ID_MAX + 64];
    int n = snprintf(text, sizeof text, "%s|%s|%lld", name, gw_col_text(st, 0),
                     (long long)gw_col_int(st, 1));
    return gw_sha256_h64(text, (size_t)n);
}

/* Adds up the rows of the scope among the next *rows of the table behind check->id, and takes off
 * what it looked at; *left: there are more. */
static enum gw_err add_rows(struct home *home, const struct wire_digest *want,
                            struct mirror_check *check, int64_t *rows, bool *left)
{
    const char *name = entity_of(want->type)->name;
    sqlite3_stmt *st = gw_db_stmt(home->db, mirror_sql(want->type, M_DIGEST));
    (void)sqlite3_bind_text(st, 1, want->scope, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(st, 2, check->id, -1, SQLITE_TRANSIENT);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err) {
        if (gw_col_int(st, 2) != 0) {
            check->sum += hash_of(name, st);
            check->count += 1;
        }
        if (--*rows <= 0) {
            ODB_COL(st, 0, check->id);
            break;
        }
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    *left = err == GW_OK;
    return err == GW_ABSENT ? GW_OK : err;
}

/* What differs may claim a seq that is newer than the server's row: the snapshot must win. */
static enum gw_err distrust(struct home *home, const char *scope, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    for (size_t t = 0; !err && t < TYPE_N; t++) {
        sqlite3_stmt *st = gw_db_stmt(home->db, mirror_sql((enum gw_type)t, M_ZERO_IN));
        (void)sqlite3_bind_text(st, 1, scope, -1, SQLITE_STATIC);
        err = gw_db_run(home->db, st, fail);
    }
    return err;
}

/* One incident and one job for a scope, however many of its types differ. */
static enum gw_err digest_job(struct home *home, const char *scope, struct gw_fail *fail)
{
    int64_t has = 0;
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "mirror_digest", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_JOB_HAS);
    gw_bind_text(st, ":scope", scope);
    gw_bind_text(st, ":type", "");
    err = odb_int(home, st, 0, &has);
    if (!err && has == 0) {
        err = job_add(home, scope, "", fail);
        err = err ? err : distrust(home, scope, fail);
        err = err ? err : gw_db_run(home->db, odb_stmt(home, SQL_STATE_INCIDENT), fail);
    }
    return odb_end(home, err, fail);
}

static bool is_our_scope(const struct home *home, const char *scope)
{
    for (size_t i = 0; i < home->p->scopes_n; i++) {
        if (strcmp(home->p->scopes[i].path, scope) == 0) {
            return true;
        }
    }
    return false;
}

/* The rows that flow down from above the scope are few: in one go. */
static enum gw_err above_fits(struct home *home, const struct wire_digest *want, bool *same)
{
    const char *name = entity_of(want->type)->name;
    int64_t count = 0;
    uint64_t sum = 0;
    sqlite3_stmt *st = gw_db_stmt(home->db, mirror_sql(want->type, M_DIGEST_ABOVE));
    (void)sqlite3_bind_text(st, 1, want->scope, -1, SQLITE_STATIC);
    enum gw_err err = odb_row(home, st, NULL);
    while (!err) {
        sum += hash_of(name, st);
        count++;
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    *same = count == want->above_count && sum == want->above_sum;
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err fits(struct home *home, const struct mirror_check *check,
                        const struct wire_digest *want, bool *same)
{
    *same = check->count == want->count && check->sum == want->sum;
    return *same && want->has_above ? above_fits(home, want, same) : GW_OK;
}

static enum gw_err sum_anew(struct home *home, const struct wire_digest *want,
                            struct mirror_check *check, int64_t *rows, bool *left)
{
    check->id[0] = '\0';
    check->count = 0;
    check->sum = 0;
    check->writes = home_writes(home);
    return add_rows(home, want, check, rows, left);
}

/* A part of the digest under way; *left: it needs another. */
static enum gw_err one_part(struct home *home, const struct wire_digest *want,
                            struct mirror_check *check, int64_t *rows, bool *left)
{
    enum gw_err err = check->begun ? add_rows(home, want, check, rows, left)
                                   : sum_anew(home, want, check, rows, left);
    bool same = true;
    check->begun = true;
    err = err || *left ? err : fits(home, check, want, &same);
    if (!err && !same && check->writes != home_writes(home)) {
        int64_t all = INT64_MAX;
        err = sum_anew(home, want, check, &all, left);
        err = err ? err : fits(home, check, want, &same);
    }
    if (err || *left) {
        return err;
    }
    if (!same) {
        check->differs = true;
        check->bad[check->at / 64] |= UINT64_C(1) << check->at % 64;
    }
    check->begun = false;
    check->at++;
    return err;
}

/* Only now: what is distrusted above one scope is above another one, too, and would differ there.
 */
static enum gw_err act(struct home *home, const struct wire_digest *digest, size_t n,
                       const struct mirror_check *check, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; !err && i < n; i++) {
        if ((check->bad[i / 64] >> i % 64 & 1) != 0) {
            err = digest_job(home, digest[i].scope, fail);
        }
    }
    return err;
}

static enum gw_err digest_rows(struct home *home, const struct wire_digest *digest, size_t n,
                               struct mirror_check *check, int64_t rows, bool *done,
                               struct gw_fail *fail)
{
    bool left = false;
    n = n < MIRROR_DIGESTS_MAX ? n : MIRROR_DIGESTS_MAX;
    enum gw_err err = scopes_load(home);
    while (!err && rows > 0 && check->at < n) {
        if (is_our_scope(home, digest[check->at].scope)) {
            err = one_part(home, &digest[check->at], check, &rows, &left);
        } else { /* the scopes moved on; the next digest will speak of them */
            check->at++;
            check->begun = false;
        }
    }
    *done = !err && check->at >= n;
    err = *done ? act(home, digest, n, check, fail) : err;
    return err || !*done || !check->differs
               ? err
               : gw_fail_set(fail, GW_REFUSED,
                             _("The data on this machine differs from the "
                               "dispatch server's; it is fetched anew."));
}

enum gw_err mirror_digest_part(struct home *home, const struct wire_digest *digest, size_t n,
                               struct mirror_check *check, bool *done, struct gw_fail *fail)
{
    return digest_rows(home, digest, n, check, PART_ROWS, done, fail);
}

enum gw_err mirror_digest(struct home *home, const struct wire_digest *digest, size_t n,
                          struct gw_fail *fail)
{
    struct mirror_check check = {0};
    bool done = false;
    return digest_rows(home, digest, n, &check, INT64_MAX, &done, fail);
}
