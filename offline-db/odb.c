/* Small helpers of the folder. */
#include "offline-db/odb_p.h"

#include <stdlib.h>
#include <string.h>

#include "base/text_safe.h"
#include "base/utf8.h"

enum gw_err odb_row(const struct home *home, sqlite3_stmt *st, struct gw_fail *fail)
{
    bool row = false;
    enum gw_err err = gw_db_step(home->db, st, &row, fail);
    return err ? err : row ? GW_OK : GW_ABSENT;
}

enum gw_err odb_int(const struct home *home, sqlite3_stmt *st, int64_t dflt, int64_t *out)
{
    *out = dflt;
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        *out = gw_col_int(st, 0);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err odb_begin(struct home *home, enum gw_durable durable, const char *opener,
                      struct gw_fail *fail)
{
    enum gw_err err = gw_db_begin(home->db, durable, opener, fail);
    home->p->rev = 0;
    home->p->txn = err == GW_OK;
    return err;
}

enum gw_err odb_end(struct home *home, enum gw_err err, struct gw_fail *fail)
{
    home->p->rev = 0;
    home->p->txn = false;
    if (err) {
        gw_db_rollback(home->db);
        return err;
    }
    return gw_db_commit(home->db, fail);
}

enum gw_err odb_rev(struct home *home, int64_t *rev, struct gw_fail *fail)
{
    enum gw_err err = GW_OK;
    if (home->p->rev == 0 || !home->p->txn) { /* a caller's own transaction: one each time */
        /* RETURNING would make a table in memory each time: three times the price of both. */
        err = gw_db_run(home->db, odb_stmt(home, SQL_REV_NEXT), fail);
        sqlite3_stmt *st = odb_stmt(home, SQL_REV_GET);
        err = err ? err : odb_row(home, st, fail);
        home->p->rev = err ? 0 : gw_col_int(st, 0);
        odb_reset(st);
    }
    *rev = home->p->rev;
    return err == GW_ABSENT ? GW_STORE : err;
}

void odb_copy(char *out, size_t size, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    if (len >= size) {
        len = size - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80) {
            len--; /* never half a character */
        }
    }
    if (len > 0) {
        memcpy(out, text, len);
    }
    out[len] = '\0';
}

void odb_col(sqlite3_stmt *st, int col, char *out, size_t size)
{
    odb_copy(out, size, gw_col_text(st, col));
}

void odb_safe(sqlite3_stmt *st, int col, char *out, size_t size)
{
    const char *text = gw_col_text(st, col);
    (void)gw_text_safe_z(out, size, text ? text : "");
}

enum gw_err access_add(struct home *home, const char *what, const char *id, const char *field,
                       const char *reason, struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_ACCESS_ADD);
    gw_bind_int(st, ":at", home->clock->wall_ms(home->clock->ctx));
    gw_bind_text(st, ":user", home->id.user);
    gw_bind_text(st, ":what", what);
    gw_bind_text(st, ":id", id);
    gw_bind_text(st, ":field", field);
    gw_bind_text(st, ":reason", reason);
    return gw_db_run(home->db, st, fail);
}

/* ---- which residents, dwellings and workers alarms name */

static size_t watch_bit(const char *id, size_t len)
{
    uint64_t h = 1469598103934665603u; /* FNV-1a: spread is enough, nobody attacks his own store */
    for (size_t i = 0; i < len; i++) {
        h = (h ^ (unsigned char)id[i]) * 1099511628211u;
    }
    return (size_t)((h ^ (h >> 32)) % WATCH_BITS);
}

void watch_add(struct home_priv *p, const char *id, size_t len)
{
    size_t bit = watch_bit(id, len);
    p->watch[bit / 64] |= (uint64_t)1 << (bit % 64);
}

bool watch_has(const struct home_priv *p, const char *id, size_t len)
{
    size_t bit = watch_bit(id, len);
    return (p->watch[bit / 64] >> (bit % 64) & 1) != 0;
}

static void watch_col(struct home_priv *p, sqlite3_stmt *st, int col)
{
    const char *id = gw_col_text(st, col);
    if (id) {
        watch_add(p, id, strlen(id));
    }
}

enum gw_err watch_load(struct home *home, struct gw_fail *fail)
{
    struct home_priv *p = home->p;
    int64_t version = gw_db_data_version(home->db);
    if (p->watch && p->watch_version == version) {
        return GW_OK;
    }
    if (!p->watch) {
        p->watch = calloc(WATCH_BITS / 64, sizeof *p->watch);
    }
    if (!p->watch) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_ALARM_WATCH);
    enum gw_err err = odb_row(home, st, fail);
    while (!err) {
        watch_col(p, st, 0);
        watch_col(p, st, 1);
        watch_col(p, st, 2);
        err = odb_row(home, st, fail);
    }
    odb_reset(st);
    p->watch_version = version;
    return err == GW_ABSENT ? GW_OK : err;
}
