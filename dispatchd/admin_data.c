/* import, demo-data, policy explain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/wire.h"
#include "base/i18n.h"
#include "base/text_safe.h"
#include "dispatchd/admin.h"
#include "dispatchd/core_p.h"
#include "dispatchd/demo.h"

/* ---- import: {type, id, path, row} a line */
enum { LINE_BYTES = 512 * 1024, REPORTS_MAX = 200 };

struct import {
    struct store *store;
    const struct admin_args *args;
    FILE *file;
    int64_t line, taken, refused;
};

static enum gw_err import_line(struct import *import, const char *text, size_t len,
                               struct gw_fail *fail)
{
    struct json *root = NULL;
    struct gw_buf body;
    enum gw_type type = TYPE_N;
    gw_buf_init(&body, STORE_ROW_MAX);
    enum gw_err err = json_parse(text, len, 0, &root, fail);
    if (err == GW_OK) {
        const char *type_name = json_str(root, "type"), *id = json_str(root, "id"),
                   *path = json_str(root, "path");
        const struct json *row = json_obj(root, "row");
        if (type_name == NULL || !entity_parse(type_name, &type) || id == NULL || !id_ok(id) ||
            path == NULL || !path_ok(path) || row == NULL) {
            err = gw_fail_set(
                fail, GW_INVALID, "%s",
                _("A record has type, id, path and row; one is missing or cannot be used."));
        }
        err = err != GW_OK ? err : json_print(row, &body);
        err = err != GW_OK ? err
                           : store_import_row(import->store, type, id, path, gw_buf_str(&body),
                                              body.len, fail);
    }
    json_free(root);
    gw_buf_free(&body);
    return err;
}

/* Only trouble of the line itself lets the others go on. */
static bool only_this_line(enum gw_err err)
{
    return err == GW_INVALID || err == GW_TOO_LARGE || err == GW_REFUSED;
}

static enum gw_err import_lines(struct store *store, void *ctx, struct gw_fail *fail)
{
    struct import *import = ctx;
    char *line = malloc(LINE_BYTES);
    enum gw_err err = line != NULL ? GW_OK : GW_NOMEM;
    while (err == GW_OK && fgets(line, LINE_BYTES, import->file) != NULL) {
        size_t len = strcspn(line, "\n");
        struct gw_fail why = {0};
        import->line++;
        if (len == 0) {
            continue;
        }
        err = store->ops->save(store, fail);
        enum gw_err one = err == GW_OK ? import_line(import, line, len, &why) : err;
        if (one == GW_OK) {
            store->ops->save_keep(store);
            import->taken++;
        } else if (only_this_line(one)) {
            store->ops->save_undo(store);
            if (++import->refused <= REPORTS_MAX) {
                fprintf(stderr, _("line %lld: %s\n"), (long long)import->line,
                        why.text[0] != '\0' ? why.text : gw_err_name(one));
            }
        } else if (err == GW_OK) {
            err = gw_fail_set(fail, one, "%s", why.text);
        }
    }
    free(line);
    if (err == GW_OK && import->refused > 0 && !import->args->partial) {
        err = gw_fail_set(
            fail, GW_REFUSED,
            _("%lld of %lld records cannot be used; nothing was imported. Mend them, or "
              "take the rest with --partial."),
            (long long)import->refused, (long long)(import->refused + import->taken));
    }
    return err;
}

static enum gw_err import(struct store *store, const struct admin_args *args, struct gw_fail *fail)
{
    struct import job = {.store = store, .args = args, .file = fopen(args->rest[0], "re")};
    if (job.file == NULL) {
        return gw_fail_set(fail, GW_INVALID, _("%s cannot be read."), args->rest[0]);
    }
    enum gw_err err = admin_txn(store, "import", import_lines, &job, fail);
    (void)fclose(job.file);
    if (err == GW_OK && args->json) {
        struct admin_json out;
        admin_json_begin(&out, false);
        jw_int(&out.w, "imported", job.taken);
        jw_int(&out.w, "refused", job.refused);
        err = admin_json_end(&out, false, fail);
    } else if (err == GW_OK) {
        printf(_("%lld records imported, %lld refused.\n"), (long long)job.taken,
               (long long)job.refused);
    }
    if (err == GW_OK) {
        if (job.refused > 0) {
            err = gw_fail_set(fail, GW_REFUSED, _("%lld records were refused."),
                              (long long)job.refused);
        }
    }
    return err;
}

/* ---- demo-data */
enum { BATCH_ROWS = 2000, SUMMARY_MAX = 256 * 1024 * 1024 };

struct demo_job {
    struct store *store;
    struct gw_fail *fail;
    int64_t in_batch, rows;
    struct gw_buf grids, users, devices;
    bool json;
};

static enum gw_err next_batch(struct demo_job *job)
{
    enum gw_err err = GW_OK;
    if (job->in_batch >= BATCH_ROWS) {
        err = job->store->ops->commit(job->store, job->fail);
        err = err != GW_OK ? err : job->store->ops->begin(job->store, "demo-data", job->fail);
        job->in_batch = 0;
    }
    return err;
}

static enum gw_err demo_row(void *ctx, enum gw_type type, const char *id, const char *path,
                            const char *body, size_t len)
{
    struct demo_job *job = ctx;
    enum gw_err err = next_batch(job);
    job->in_batch++;
    job->rows++;
    return err != GW_OK
               ? err
               : job->store->ops->row_put(job->store, type, id, path, body, len, NULL, job->fail);
}

/* One object of a list: {"key":"value",…}. */
static struct jw object(struct demo_job *job, struct gw_buf *list)
{
    struct jw w;
    if (list->len > 0 && gw_buf_adds(list, ",\n") != GW_OK) {
        job->json = false;
    }
    jw_begin(&w, list);
    jw_obj(&w, NULL);
    return w;
}

/* The worker row that the store made, with the number. */
static enum gw_err complete_worker(struct demo_job *job, const struct demo_user *user)
{
    struct gw_buf row;
    gw_buf_init(&row, 4096);
    struct jw w;
    jw_begin(&w, &row);
    jw_obj(&w, NULL);
    jw_str(&w, "name", user->name);
    jw_str(&w, "role", role_name(user->role));
    jw_str(&w, "phone", user->phone);
    jw_arr(&w, "paths");
    for (size_t i = 0; i < user->paths_n; i++) {
        jw_str(&w, NULL, user->paths[i]);
    }
    jw_arr_end(&w);
    jw_obj_end(&w);
    enum gw_err err = jw_end(&w);
    err = err != GW_OK ? err
                       : job->store->ops->row_put(job->store, TYPE_WORKER, user->id, user->paths[0],
                                                  gw_buf_str(&row), row.len, NULL, job->fail);
    gw_buf_free(&row);
    return err;
}

static enum gw_err demo_user(void *ctx, const struct demo_user *user)
{
    struct demo_job *job = ctx;
    struct store_user row = {.role = user->role};
    (void)snprintf(row.id, sizeof(row.id), "%s", user->id);
    (void)snprintf(row.name, sizeof(row.name), "%s", user->name);
    enum gw_err err = store_user_add(job->store, &row, admin_now(), job->fail);
    for (size_t i = 0; err == GW_OK && i < user->paths_n; i++) {
        err = store_grant(job->store, user->id, user->paths[i], job->fail);
    }
    err = err != GW_OK ? err : complete_worker(job, user);
    struct jw w = object(job, &job->users);
    jw_str(&w, "id", user->id);
    jw_str(&w, "role", role_name(user->role));
    jw_arr(&w, "paths");
    for (size_t i = 0; i < user->paths_n; i++) {
        jw_str(&w, NULL, user->paths[i]);
    }
    jw_arr_end(&w);
    jw_obj_end(&w);
    return err != GW_OK ? err : jw_end(&w);
}

static enum gw_err demo_grid_seen(void *ctx, const char *path, const char *name)
{
    struct demo_job *job = ctx;
    struct jw w = object(job, &job->grids);
    jw_str(&w, "path", path);
    jw_str(&w, "name", name);
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err demo_device_seen(void *ctx, const struct demo_device *device)
{
    struct demo_job *job = ctx;
    struct jw w = object(job, &job->devices);
    jw_str(&w, "serial", device->serial);
    jw_str(&w, "kind", device->kind);
    jw_str(&w, "path", device->path);
    jw_str(&w, "resident_id", device->resident_id[0] != '\0' ? device->resident_id : NULL);
    jw_obj_end(&w);
    return jw_end(&w);
}

static enum gw_err demo_run(struct demo_job *job, const struct demo_opts *opts)
{
    const struct demo_sink sink = {demo_row, demo_user, demo_grid_seen, demo_device_seen, job};
    enum gw_err err = job->store->ops->begin(job->store, "demo-data", job->fail);
    if (err != GW_OK) {
        return err;
    }
    err = demo_make(opts, &sink, job->fail);
    if (err != GW_OK) {
        job->store->ops->rollback(job->store);
        return err;
    }
    return job->store->ops->commit(job->store, job->fail);
}

static enum gw_err demo_data(struct store *store, const struct admin_args *args,
                             struct gw_fail *fail)
{
    int64_t seed, residents;
    enum gw_err err = admin_number("seed", args->seed, 0, INT64_MAX, 1, &seed, fail);
    err = err != GW_OK ? err
                       : admin_number("residents", args->residents, DEMO_RESIDENTS_MIN,
                                      DEMO_RESIDENTS_MAX, 2000, &residents, fail);
    if (err != GW_OK) {
        return err;
    }
    struct demo_job job = {.store = store, .fail = fail, .json = args->json};
    const struct demo_opts opts = {
        .seed = (uint64_t)seed, .residents = residents, .now = admin_now()};
    gw_buf_init(&job.grids, SUMMARY_MAX);
    gw_buf_init(&job.users, SUMMARY_MAX);
    gw_buf_init(&job.devices, SUMMARY_MAX);
    err = demo_run(&job, &opts);
    if (err == GW_OK && job.json) {
        printf("{\"grids\":[%s],\n\"users\":[%s],\n\"devices\":[%s]}\n", gw_buf_str(&job.grids),
               gw_buf_str(&job.users), gw_buf_str(&job.devices));
    } else if (err == GW_OK) {
        printf(_("A community of %lld residents was made: %lld rows.\n"), (long long)residents,
               (long long)job.rows);
    }
    gw_buf_free(&job.grids);
    gw_buf_free(&job.users);
    gw_buf_free(&job.devices);
    return err;
}

/* ---- policy explain: a dry run of the chain */
enum { EXPLAIN_STEPS = 12 };

struct explain {
    struct store *store;
    const struct alarm *alarm;
    struct jw *w; /* --json, else NULL */
    int level;
    bool any;
    struct gw_fail *fail;
};

static enum gw_err name_user(void *ctx, const struct store_user *user)
{
    struct explain *explain = ctx;
    struct store_grant grants[STORE_SCOPES_MAX];
    size_t n = 0;
    char name[STORE_NAME_MAX];
    if (role_level(user->role) != explain->level) {
        return GW_OK;
    }
    enum gw_err err =
        explain->store->ops->grants(explain->store, user->id, grants, &n, explain->fail);
    for (size_t i = 0; err == GW_OK && i < n; i++) {
        if (path_covers(grants[i].path, explain->alarm->path)) {
            (void)gw_text_safe_z(name, sizeof(name), user->name);
            if (explain->w != NULL) {
                jw_str(explain->w, NULL, user->id);
            } else {
                printf(" %s(%s)", name, user->id);
            }
            explain->any = true;
            break;
        }
    }
    return err;
}

/* Who could be told: levels 1 and 2 have no channel; the others whoever has the role and the area.
 */
static enum chain_reach reach(void *ctx, const struct alarm *alarm, int level)
{
    (void)ctx;
    (void)alarm;
    return level < 3 ? REACH_NO_CHANNEL : REACH_OK;
}

static void tell_json(struct explain *explain, const char *kind, int level, int64_t at,
                      const char *text)
{
    jw_obj(explain->w, NULL);
    jw_int(explain->w, "at", at);
    jw_int(explain->w, "level", level);
    jw_str(explain->w, "kind", kind);
    if (text != NULL && text[0] != '\0') {
        jw_str(explain->w, "text", text);
    }
    jw_arr(explain->w, "users");
    explain->level = level;
    if (level >= 3) {
        (void)explain->store->ops->user_each(explain->store, name_user, explain, explain->fail);
    }
    jw_arr_end(explain->w);
    jw_obj_end(explain->w);
}

static void tell(void *ctx, const struct alarm *alarm, const char *kind, int level, int64_t at,
                 const char *text)
{
    struct explain *explain = ctx;
    char when[17];
    (void)alarm;
    if (explain->w != NULL) {
        tell_json(explain, kind, level, at, text);
        return;
    }
    gw_time_local(at, when);
    printf("%s  %d  %s %s:", when, level, kind, text != NULL ? text : "");
    explain->level = level;
    explain->any = false;
    if (level >= 3) {
        (void)explain->store->ops->user_each(explain->store, name_user, explain, explain->fail);
    }
    puts(explain->any || level < 3 ? "" : _(" nobody has this area and role"));
}

static enum gw_err load_alarm(struct store *store, const char *id, struct alarm *alarm,
                              struct policy *policy, struct gw_fail *fail)
{
    struct gw_buf body, text;
    char path[GW_PATH_MAX + 1];
    int64_t seq;
    gw_buf_init(&body, STORE_ROW_MAX);
    gw_buf_init(&text, 64 * 1024);
    enum gw_err err = store->ops->row_get(store, TYPE_ALARM, id, &body, path, &seq, fail);
    if (err == GW_ABSENT) {
        err = gw_fail_set(fail, GW_ABSENT, "%s", _("There is no such alarm in this store."));
    }
    err =
        err != GW_OK ? err : wire_alarm_decode(id, path, gw_buf_str(&body), body.len, alarm, fail);
    if (err == GW_OK) {
        enum gw_err stored =
            store->ops->policy_get(store, alarm->policy, alarm->policy_version, &text, fail);
        if (stored != GW_OK || policy_parse(gw_buf_str(&text), text.len, policy) != GW_OK) {
            policy_default(policy, alarm->kind);
        }
    }
    gw_buf_free(&body);
    gw_buf_free(&text);
    return err;
}

static void run_chain(struct explain *explain, struct alarm *alarm, const struct policy *policy,
                      int64_t now)
{
    const struct chain_env env = {reach, tell, explain};
    if (chain_next(alarm) != 0 && chain_next(alarm) <= now) {
        chain_advance(alarm, policy, &env, now);
    }
    for (int step = 0; step < EXPLAIN_STEPS && chain_next(alarm) != 0; step++) {
        chain_advance(alarm, policy, &env, chain_next(alarm));
    }
}

static enum gw_err explain_json(struct explain *explain, const struct policy *policy, int64_t now,
                                struct gw_fail *fail)
{
    struct admin_json out;
    struct alarm alarm = *explain->alarm;
    admin_json_begin(&out, false);
    jw_str(&out.w, "alarm", alarm.id);
    jw_str(&out.w, "policy", policy->id);
    jw_int(&out.w, "version", policy->version);
    jw_int(&out.w, "level", alarm.level);
    jw_arr(&out.w, "steps");
    explain->w = &out.w;
    run_chain(explain, &alarm, policy, now);
    jw_arr_end(&out.w);
    return admin_json_end(&out, false, fail);
}

static enum gw_err policy_explain(struct store *store, const struct admin_args *args,
                                  struct gw_fail *fail)
{
    struct alarm alarm;
    struct policy policy;
    int64_t now = admin_now();
    if (args->alarm == NULL || (args->time != NULL && gw_time_parse(args->time, &now) != GW_OK)) {
        return gw_fail_set(fail, GW_INVALID, "%s",
                           _("Give --alarm ID, and --at as RFC 3339 or YYYY-MM-DD HH:MM."));
    }
    enum gw_err err = load_alarm(store, args->alarm, &alarm, &policy, fail);
    if (err != GW_OK) {
        return err;
    }
    struct explain explain = {.store = store, .alarm = &alarm, .fail = fail};
    if (args->json) {
        return explain_json(&explain, &policy, now, fail);
    }
    printf(_("Policy %s, version %d; level %d now.\n"), policy.id, policy.version, alarm.level);
    if (chain_next(&alarm) == 0) {
        puts(_("Nothing is due for this alarm."));
        return GW_OK;
    }
    run_chain(&explain, &alarm, &policy, now);
    return GW_OK;
}

const struct admin_verb admin_verbs_data[] = {
    {"import", "FILE.ndjson [--partial] [--json] --store STORE", "store partial json", 1, true,
     N_("Take in records {type, id, path, row}, a line each; all or nothing unless --partial."),
     import},
    {"demo-data", "[--seed N] [--residents N] [--json] --store STORE", "store seed residents json",
     0, true, N_("Make a realistic community: same seed, same data."), demo_data},
    {"policy explain", "--alarm ID [--at TIME] [--json] --store STORE", "store alarm at json", 0,
     true, N_("Say who would be told when about an alarm."), policy_explain},
};
const size_t admin_verbs_data_n = sizeof(admin_verbs_data) / sizeof(admin_verbs_data[0]);
