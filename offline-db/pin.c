#include "offline-db/pin.h"

#include <string.h>

#include "base/pwbox.h"
#include "offline-db/pin_p.h"

enum { WAIT_FIRST_MS = 1000, WAIT_MAX_MS = 3600 * 1000, DOUBLINGS = 12 };

enum gw_err pin_text_check(const char *pin, struct gw_fail *fail)
{
    size_t len = strlen(pin);
    return len >= PIN_MIN && len <= PIN_MAX && strspn(pin, "0123456789") == len
               ? GW_OK
               : gw_fail_set(fail, GW_INVALID, _("A PIN is %d to %d digits. Choose another one."),
                             PIN_MIN, PIN_MAX);
}

/* ---- tries */

enum gw_err pin_row(struct home *home, const char *user, struct pin_row *out)
{
    *out = (struct pin_row){.tries = 0};
    sqlite3_stmt *st = odb_stmt(home, SQL_PIN_GET);
    gw_bind_text(st, ":user", user);
    enum gw_err err = odb_row(home, st, NULL);
    if (!err) {
        ODB_COL(st, 0, out->hash);
        out->tries = gw_col_int(st, 1);
        out->next_at = gw_col_int(st, 2);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

static int64_t wait_after(int64_t tries)
{
    if (tries <= 0) {
        return 0;
    }
    int64_t wait = tries > DOUBLINGS ? WAIT_MAX_MS : (int64_t)WAIT_FIRST_MS << (tries - 1);
    return wait < WAIT_MAX_MS ? wait : WAIT_MAX_MS;
}

static enum gw_err say_wait(enum gw_err err, int64_t ms, bool wrong, struct gw_fail *fail)
{
    long long seconds = (ms + 999) / 1000;
    if (seconds < 120) {
        return wrong ? gw_fail_set(fail, err,
                                   _("That is not the PIN. The next try is heard in %lld s."),
                                   seconds)
                     : gw_fail_set(fail, err, _("Too early after wrong PINs. Try again in %lld s."),
                                   seconds);
    }
    seconds = (seconds + 59) / 60;
    return wrong
               ? gw_fail_set(fail, err,
                             _("That is not the PIN. The next try is heard in %lld min."), seconds)
               : gw_fail_set(fail, err, _("Too early after wrong PINs. Try again in %lld min."),
                             seconds);
}

static enum gw_err put_tries(struct home *home, const char *user, int64_t tries, int64_t next_at,
                             struct gw_fail *fail)
{
    sqlite3_stmt *st = odb_stmt(home, SQL_PIN_TRY);
    gw_bind_text(st, ":user", user);
    gw_bind_int(st, ":tries", tries);
    gw_bind_int(st, ":next_at", next_at);
    return gw_db_run(home->db, st, fail);
}

/* *left > 0: too early. After a clock that was set back the wait begins anew from there: it must
 * not lock a person out for years. */
static enum gw_err count_in_txn(struct home *home, const char *user, int64_t *left,
                                struct gw_fail *fail)
{
    struct pin_row row;
    enum gw_err err = pin_row(home, user, &row);
    if (err) {
        return err;
    }
    int64_t now = home->clock->wall_ms(home->clock->ctx);
    int64_t most = wait_after(row.tries);
    *left = row.next_at - now;
    if (*left > most) {
        *left = most;
        return put_tries(home, user, row.tries, now + most, fail);
    }
    return *left > 0 ? GW_OK
                     : put_tries(home, user, row.tries + 1, now + wait_after(row.tries + 1), fail);
}

enum gw_err pin_try(struct home *home, const char *user, struct gw_fail *fail)
{
    int64_t left = 0;
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "pin_try", fail);
    err = err ? err : odb_end(home, count_in_txn(home, user, &left, fail), fail);
    return err || left <= 0 ? err : say_wait(GW_DENIED, left, false, fail);
}

enum gw_err pin_tried(struct home *home, const char *user, bool right, struct gw_fail *fail)
{
    struct pin_row row;
    if (!right) {
        enum gw_err err = pin_row(home, user, &row);
        return err ? err : say_wait(GW_DENIED, wait_after(row.tries), true, fail);
    }
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "pin_tried", fail);
    return err ? err : odb_end(home, put_tries(home, user, 0, 0, fail), fail);
}

/* ---- the home's own PIN */

bool pin_is_set(struct home *home)
{
    struct pin_row row;
    return home->enrolled && pin_row(home, home->id.user, &row) == GW_OK && row.hash[0];
}

enum gw_err pin_check(struct home *home, const char *pin, struct gw_fail *fail)
{
    struct pin_row row;
    enum gw_err err = pin_row(home, home->id.user, &row);
    if (!err && !row.hash[0]) {
        return gw_fail_set(fail, GW_ABSENT, _("No PIN is set here. Set one: gridward pin set"));
    }
    err = err ? err : pin_try(home, home->id.user, fail);
    return err ? err : pin_tried(home, home->id.user, gw_pw_ok(row.hash, pin), fail);
}

static enum gw_err put_hash(struct home *home, const char *pin, struct gw_fail *fail)
{
    char hash[GW_PW_TEXT];
    if (gw_pw_hash(pin, hash)) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left. Close other programs."));
    }
    enum gw_err err = odb_begin(home, GW_DURABLE_FULL, "pin_set", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_PIN_HASH);
    gw_bind_text(st, ":user", home->id.user);
    gw_bind_text(st, ":hash", hash);
    return odb_end(home, gw_db_run(home->db, st, fail), fail);
}

enum gw_err pin_set(struct home *home, const char *old, const char *pin, struct gw_fail *fail)
{
    enum gw_err err = pin_text_check(pin, fail);
    if (!err && !old && pin_is_set(home)) {
        err = gw_fail_set(fail, GW_DENIED,
                          _("A PIN is set already. Give it first, then the new one."));
    }
    err = err || !old ? err : pin_check(home, old, fail);
    return err ? err : put_hash(home, pin, fail);
}

/* ---- the lock */

static enum gw_err put_lock(struct home *home, int64_t at, struct gw_fail *fail)
{
    enum gw_err err = odb_begin(home, GW_DURABLE_NORMAL, "pin_lock", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_LOCK_SET);
    gw_bind_int(st, ":at", at);
    return odb_end(home, gw_db_run(home->db, st, fail), fail);
}

bool pin_locked(struct home *home)
{
    int64_t at = 0;
    return odb_int(home, odb_stmt(home, SQL_LOCK_GET), 0, &at) == GW_OK && at != 0 &&
           pin_is_set(home);
}

enum gw_err pin_lock(struct home *home, struct gw_fail *fail)
{
    if (!pin_is_set(home)) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("No PIN is set here, so nobody could open the lock again. Set one: "
                             "gridward pin set"));
    }
    return pin_locked(home) ? GW_OK : put_lock(home, home->clock->wall_ms(home->clock->ctx), fail);
}

enum gw_err pin_unlock(struct home *home, const char *pin, struct gw_fail *fail)
{
    enum gw_err err = pin_check(home, pin, fail);
    return err ? err : put_lock(home, 0, fail);
}

enum gw_err pin_forget(struct home *home, struct gw_fail *fail)
{
    enum gw_err err = put_lock(home, 0, fail);
    err = err ? err : odb_begin(home, GW_DURABLE_FULL, "pin_forget", fail);
    if (err) {
        return err;
    }
    sqlite3_stmt *st = odb_stmt(home, SQL_PIN_DROP);
    gw_bind_text(st, ":user", home->id.user);
    return odb_end(home, gw_db_run(home->db, st, fail), fail);
}
