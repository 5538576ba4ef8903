/* Whom one can call: numbers of the grid, second persons, receivers of a hand-over. */
#include <string.h>

#include "base/text_safe.h"
#include "offline-db/card_p.h"

/* Fills what is still empty from one row of the tree of areas. */
static enum gw_err numbers_at(struct home *home, const char *path, char *const out[4])
{
    static const size_t sizes[4] = {64, 32, 64, 32};
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(SQL_C_GRID));
    gw_bind_text(st, ":path", path);
    enum gw_err err = odb_row(home, st, NULL);
    for (int i = 0; !err && i < 4; i++) {
        if (!out[i][0]) {
            odb_safe(st, i, out[i], sizes[i]);
        }
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}

enum gw_err card_numbers(struct home *home, const char *path, char leader_name[64],
                         char leader_phone[32], char duty_name[64], char duty_phone[32])
{
    char part[GW_PATH_MAX + 1];
    size_t lens[GW_PATH_LEVELS];
    char *const out[4] = {leader_name, leader_phone, duty_name, duty_phone};
    for (int i = 0; i < 4; i++) {
        out[i][0] = '\0';
    }
    size_t n = path_levels(path, lens);
    enum gw_err err = GW_OK;
    for (size_t i = n; !err && i > 0; i--) {
        memcpy(part, path, lens[i - 1]);
        part[lens[i - 1]] = '\0';
        err = numbers_at(home, part, out);
    }
    if (!err && leader_name[0]) { /* a user id in the grid row is shown as a name */
        char name[64];
        card_actor(home, leader_name, name, sizeof name);
        odb_copy(leader_name, 64, name);
    }
    return err;
}

/* True when one of the person's areas covers the path. */
static bool person_covers(const char *paths, const char *own, const char *path)
{
    struct json *root = NULL;
    bool covers = false;
    if (!paths || json_parse(paths, strlen(paths), 0, &root, NULL) != GW_OK) {
        return own && path_covers(own, path);
    }
    for (const struct json *i = json_first(root); i && !covers; i = json_next(i)) {
        covers = json_text(i) && path_covers(json_text(i), path);
    }
    json_free(root);
    return covers;
}

static bool read_person(struct home *home, sqlite3_stmt *st, const char *path, int above_level,
                        struct card_person *out)
{
    const char *role = gw_col_text(st, 2);
    *out = (struct card_person){.role = ROLE_N};
    ODB_COL(st, 0, out->id);
    if (!role || !role_parse(role, &out->role) || role_level(out->role) <= above_level ||
        role_level(out->role) == 0 || strcmp(out->id, home->id.user) == 0 ||
        !person_covers(gw_col_text(st, 4), gw_col_text(st, 5), path)) {
        return false;
    }
    ODB_SAFE(st, 1, out->name);
    ODB_SAFE(st, 3, out->duty);
    return true;
}

/* Those on duty first, then by level, then as the store gives them (by id). */
static int rank(const struct card_person *p)
{
    int duty = strcmp(p->duty, "on") == 0 ? 0 : strcmp(p->duty, "reachable") == 0 ? 1 : 2;
    return duty * 8 + role_level(p->role);
}

static void insert_person(struct card_person *out, size_t *n, size_t cap,
                          const struct card_person *p)
{
    size_t at = *n;
    while (at > 0 && rank(&out[at - 1]) > rank(p)) {
        at--;
    }
    if (at >= cap) {
        return;
    }
    size_t last = *n < cap ? *n : cap - 1;
    memmove(&out[at + 1], &out[at], (last - at) * sizeof *out);
    out[at] = *p;
    *n = last + 1;
}

static bool listed(const struct card_person *list, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* Those whose own worker rows lie above this console's areas: named in the grid's row. */
static void add_above(struct home *home, const char *text, int above_level, struct card_person *out,
                      size_t cap, size_t *n)
{
    struct json *root = NULL;
    if (text == NULL || json_parse(text, strlen(text), 0, &root, NULL) != GW_OK) {
        return;
    }
    for (const struct json *i = json_first(root); i; i = json_next(i)) {
        struct card_person person = {.role = ROLE_N};
        const char *id = json_str(i, "id"), *name = json_str(i, "name"),
                   *role = json_str(i, "role");
        if (id && id_ok(id) && name && role && role_parse(role, &person.role) &&
            role_level(person.role) > above_level && strcmp(id, home->id.user) != 0 &&
            !listed(out, *n, id)) {
            ODB_COPY(person.id, id);
            (void)gw_text_safe_z(person.name, sizeof person.name, name);
            insert_person(out, n, cap, &person);
        }
    }
    json_free(root);
}

enum gw_err card_people(struct home *home, const char *path, int above_level,
                        struct card_person *out, size_t cap, size_t *n)
{
    struct card_person person;
    sqlite3_stmt *st = gw_db_stmt(home->db, screen_sql(SQL_C_PEOPLE));
    enum gw_err err = odb_row(home, st, NULL);
    *n = 0;
    while (!err && cap > 0) {
        if (read_person(home, st, path, above_level, &person)) {
            insert_person(out, n, cap, &person);
        }
        err = odb_row(home, st, NULL);
    }
    odb_reset(st);
    if (err != GW_ABSENT && err) {
        return err;
    }
    st = gw_db_stmt(home->db, screen_sql(SQL_C_ABOVE));
    gw_bind_text(st, ":path", path);
    err = odb_row(home, st, NULL);
    if (!err) {
        add_above(home, gw_col_text(st, 0), above_level, out, cap, n);
    }
    odb_reset(st);
    return err == GW_ABSENT ? GW_OK : err;
}
