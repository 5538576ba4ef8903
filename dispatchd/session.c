/* Who asks: tokens, the rights of their users, and which consoles are live. */
#include <stdio.h>
#include <string.h>

#include "dispatchd/core_p.h"

/* ---- tokens. Kept by hash, so that the memory of the server holds no token. */

struct session *session_find(struct core *core, const char *bearer)
{
    char hash[GW_HASH_HEX + 1];
    if (!bearer || strlen(bearer) != GW_KEY_B64) {
        return NULL;
    }
    gw_sha256_hex2(bearer, GW_KEY_B64, NULL, 0, hash);
    struct session *session = map_get(&core->sessions, hash);
    return session && core_mono(core) < session->expires_mono ? session : NULL;
}

static bool expired(void *ctx, void *value)
{
    const struct session *session = value;
    return *(const int64_t *)ctx >= session->expires_mono;
}

static bool nonce_expired(void *ctx, void *value)
{
    const struct nonce *nonce = value;
    return *(const int64_t *)ctx >= nonce->expires_mono;
}

void sessions_expire(struct core *core)
{
    int64_t now = core_mono(core);
    core->expired_mono = now;
    map_sweep(&core->sessions, expired, &now);
    map_sweep(&core->nonces, nonce_expired, &now);
}

/* ---- persons */

static void make_tag(struct person *person)
{
    char line[GW_PATH_MAX + 48];
    char hash[GW_HASH_HEX + 1] = "";
    for (size_t i = 0; i < person->scopes_n; i++) {
        int n = snprintf(line, sizeof line, "|%s|%lld", person->scopes[i].path,
                         (long long)person->scopes[i].granted);
        gw_sha256_hex2(hash, strlen(hash), line, (size_t)n, hash);
    }
    int n = snprintf(line, sizeof line, "|%u|%d", person->types, person->user.role);
    gw_sha256_hex2(hash, strlen(hash), line, (size_t)n, hash);
    memcpy(person->tag, hash, 16);
    person->tag[16] = '\0';
}

static enum gw_err read_duty(struct core *core, struct person *person, struct gw_fail *fail)
{
    struct json *root = NULL;
    struct gw_buf body;
    gw_buf_init(&body, STORE_ROW_MAX);
    person->off_duty = false;
    enum gw_err err = core->store->ops->row_get(core->store, TYPE_WORKER, person->user.id, &body,
                                                NULL, NULL, fail);
    if (!err && json_parse(gw_buf_str(&body), body.len, STORE_ROW_MAX, &root, NULL) == GW_OK) {
        const char *duty = json_str(root, "duty");
        person->off_duty = duty && strcmp(duty, "off") == 0;
        json_free(root);
    }
    gw_buf_free(&body);
    return err == GW_ABSENT ? GW_OK : err;
}

static enum gw_err read_person(struct core *core, const char *user, struct person *out,
                               struct gw_fail *fail)
{
    enum gw_err err = core->store->ops->user_get(core->store, user, &out->user, fail);
    err =
        err ? err : core->store->ops->grants(core->store, user, out->scopes, &out->scopes_n, fail);
    err = err ? err : read_duty(core, out, fail);
    if (err) {
        return err;
    }
    out->types = 0;
    for (int type = 0; type < TYPE_N; type++) {
        out->types |= role_reads(out->user.role, (enum gw_type)type) ? 1U << type : 0;
    }
    make_tag(out);
    return GW_OK;
}

enum gw_err person_of(struct core *core, const char *user, const struct person **out,
                      struct gw_fail *fail)
{
    struct person *person = map_make(&core->persons, user);
    if (!person) {
        return gw_fail_set(fail, GW_NOMEM, "memory");
    }
    *out = person;
    if (person->gen == core->gen) {
        return GW_OK;
    }
    enum gw_err err = read_person(core, user, person, fail);
    person->gen = err ? 0 : core->gen;
    if (err == GW_ABSENT) { /* names that people make up must not fill the memory */
        *out = NULL;
        map_drop(&core->persons, user);
    }
    return err;
}

enum gw_err session_person(struct core *core, struct session *session, const struct person **out,
                           struct gw_fail *fail)
{
    if (session->gen != core->gen) {
        struct store_device device;
        enum gw_err err = core->store->ops->device_get(core->store, session->device, &device, fail);
        if (err) {
            return err;
        }
        session->revoked = device.revoked_at != 0;
        session->gen = core->gen;
    }
    return session->revoked ? GW_DENIED : person_of(core, session->user, out, fail);
}

bool person_covers(const struct person *person, const char *path)
{
    for (size_t i = 0; i < person->scopes_n; i++) {
        if (path_covers(person->scopes[i].path, path)) {
            return true;
        }
    }
    return false;
}

void person_scopes(const struct person *person, struct wire_scope *out)
{
    for (size_t i = 0; i < person->scopes_n; i++) {
        (void)snprintf(out[i].path, sizeof out[i].path, "%s", person->scopes[i].path);
        out[i].granted = person->scopes[i].granted;
    }
}

/* ---- live consoles */

void session_touch(struct core *core, const struct session *session)
{
    struct live *live = map_make(&core->lives, session->device);
    if (!live) {
        return; /* no memory: the next request notes it */
    }
    if (live->device[0] == '\0') {
        memcpy(live->device, session->device, sizeof live->device);
        memcpy(live->user, session->user, sizeof live->user);
    }
    live->at_mono = core_mono(core);
    live->at_wall = core_wall(core);
    live->unsaved = true;
}

struct search {
    struct core *core;
    enum gw_role role;
    const char *path;
    bool found;
};

static bool look(void *ctx, void *value)
{
    struct search *search = ctx;
    const struct live *live = value;
    const struct person *person = NULL;
    if (core_mono(search->core) - live->at_mono > search->core->limits.live_ms ||
        person_of(search->core, live->user, &person, NULL) != GW_OK ||
        person->user.role != search->role || !person_covers(person, search->path)) {
        return true;
    }
    /* the duty room is staffed whatever a person there has set */
    search->found = search->role == ROLE_DUTY || !person->off_duty;
    return !search->found;
}

bool somebody_live(struct core *core, enum gw_role role, const char *path)
{
    struct search search = {core, role, path, false};
    map_each(&core->lives, look, &search);
    return search.found;
}

struct tally {
    struct core *core;
    int64_t *by_role;
};

static bool tally(void *ctx, void *value)
{
    struct tally *t = ctx;
    const struct live *live = value;
    const struct person *person = NULL;
    if (core_mono(t->core) - live->at_mono <= t->core->limits.live_ms &&
        person_of(t->core, live->user, &person, NULL) == GW_OK) {
        t->by_role[person->user.role]++;
    }
    return true;
}

void live_counts(struct core *core, int64_t by_role[ROLE_N])
{
    struct tally t = {core, by_role};
    memset(by_role, 0, ROLE_N * sizeof *by_role);
    map_each(&core->lives, tally, &t);
}

/* After a short stop the consoles are as live as they were. */
static enum gw_err load_one(void *ctx, const struct store_device *device)
{
    struct core *core = ctx;
    int64_t age = core_wall(core) - device->seen_at;
    if (device->revoked_at != 0 || device->seen_at == 0 || age < 0 || age > core->limits.live_ms) {
        return GW_OK;
    }
    struct live *live = map_make(&core->lives, device->id);
    if (live) {
        memcpy(live->device, device->id, sizeof live->device);
        memcpy(live->user, device->user, sizeof live->user);
        live->at_mono = core_mono(core) - age;
        live->at_wall = device->seen_at;
    }
    return GW_OK;
}

enum gw_err sessions_load(struct core *core, struct gw_fail *fail)
{
    return core->store->ops->device_each(core->store, load_one, core, fail);
}

struct save {
    struct core *core;
    struct gw_fail *fail;
    enum gw_err err;
};

static bool save_one(void *ctx, void *value)
{
    struct save *save = ctx;
    struct live *live = value;
    if (live->unsaved) {
        struct store *store = save->core->store;
        save->err = store->ops->device_seen(store, live->device, live->at_wall, save->fail);
        live->unsaved = save->err != GW_OK;
    }
    return save->err == GW_OK;
}

enum gw_err sessions_save(struct core *core, struct gw_fail *fail)
{
    struct save save = {core, fail, GW_OK};
    map_each(&core->lives, save_one, &save);
    return save.err;
}
