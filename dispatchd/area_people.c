/* Who stands above a grid: leaders and duty rooms whose areas cover it, as a member `people` of the
 * grid's row. Their own worker rows lie at their own areas, where a grid worker's scope does not
 * reach; without this his console could name nobody as second person or for a hand-over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/json.h"
#include "base/i18n.h"
#include "dispatchd/store.h"

enum { LEADER_LEVEL = 4 };

struct person {
    struct store_user user;
    struct store_grant grants[STORE_SCOPES_MAX];
    size_t grants_n;
};

struct list {
    struct store *store;
    struct person *people;
    size_t people_n, people_cap;
    struct store_grant *grids; /* paths of the rows to write */
    size_t grids_n, grids_cap;
    struct gw_fail *fail;
};

static enum gw_err grow(void **array, size_t *cap, size_t n, size_t size)
{
    if (n < *cap) {
        return GW_OK;
    }
    size_t want = *cap ? *cap * 2 : 16;
    void *more = realloc(*array, want * size);
    if (!more) {
        return GW_NOMEM;
    }
    *array = more;
    *cap = want;
    return GW_OK;
}

static enum gw_err take_user(void *ctx, const struct store_user *user)
{
    struct list *list = ctx;
    if (role_level(user->role) < LEADER_LEVEL) {
        return GW_OK;
    }
    enum gw_err err =
        grow((void **)&list->people, &list->people_cap, list->people_n, sizeof *list->people);
    if (err) {
        return err;
    }
    struct person *person = &list->people[list->people_n++];
    person->user = *user;
    return GW_OK;
}

static enum gw_err take_grid(void *ctx, const struct store_row *row)
{
    struct list *list = ctx;
    enum gw_err err =
        grow((void **)&list->grids, &list->grids_cap, list->grids_n, sizeof *list->grids);
    if (err) {
        return err;
    }
    (void)snprintf(list->grids[list->grids_n++].path, sizeof list->grids[0].path, "%s", row->id);
    return GW_OK;
}

static bool covers(const struct person *person, const char *path)
{
    for (size_t i = 0; i < person->grants_n; i++) {
        if (path_covers(person->grants[i].path, path)) {
            return true;
        }
    }
    return false;
}

static void write_people(const struct list *list, const char *path, struct jw *w)
{
    jw_arr(w, "people");
    for (size_t i = 0; i < list->people_n; i++) {
        const struct person *person = &list->people[i];
        if (covers(person, path)) {
            jw_obj(w, NULL);
            jw_str(w, "id", person->user.id);
            jw_str(w, "name", person->user.name);
            jw_str(w, "role", role_name(person->user.role));
            jw_obj_end(w);
        }
    }
    jw_arr_end(w);
}

/* The row's other members stay as they are. */
static enum gw_err write_row(const struct list *list, const struct json *old, const char *path,
                             struct gw_buf *out)
{
    static const char *const but[] = {"people", NULL};
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_others(&w, old, but);
    write_people(list, path, &w);
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err refresh_grid(struct list *list, const char *id)
{
    struct gw_buf old, fresh;
    struct json *root = NULL;
    char path[GW_PATH_MAX + 1];
    gw_buf_init(&old, STORE_ROW_MAX);
    gw_buf_init(&fresh, STORE_ROW_MAX);
    enum gw_err err =
        list->store->ops->row_get(list->store, TYPE_GRID, id, &old, path, NULL, list->fail);
    err = err ? err : json_parse(gw_buf_str(&old), old.len, STORE_ROW_MAX, &root, list->fail);
    err = err ? err : write_row(list, root, path, &fresh);
    if (!err && strcmp(gw_buf_str(&old), gw_buf_str(&fresh)) != 0) {
        err = list->store->ops->row_put(list->store, TYPE_GRID, id, path, gw_buf_str(&fresh),
                                        fresh.len, NULL, list->fail);
    }
    json_free(root);
    gw_buf_free(&old);
    gw_buf_free(&fresh);
    return err;
}

enum gw_err store_area_people(struct store *store, const char *path, struct gw_fail *fail)
{
    struct list list = {.store = store, .fail = fail};
    enum gw_err err = store->ops->user_each(store, take_user, &list, fail);
    for (size_t i = 0; i < list.people_n && !err; i++) {
        err = store->ops->grants(store, list.people[i].user.id, list.people[i].grants,
                                 &list.people[i].grants_n, fail);
    }
    err = err ? err : store->ops->row_each(store, TYPE_GRID, path, "", 0, take_grid, &list, fail);
    for (size_t i = 0; i < list.grids_n && !err; i++) {
        err = refresh_grid(&list, list.grids[i].path);
    }
    free(list.people);
    free(list.grids);
    return err == GW_NOMEM ? gw_fail_set(fail, err, _("There is no memory left.")) : err;
}
