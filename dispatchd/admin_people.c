/* Users, grants, devices, enrolment codes, sources. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text_safe.h"
#include "dispatchd/admin.h"

int64_t admin_now(void)
{
    const struct gw_clock *clock = gw_clock_system();
    return clock->wall_ms(clock->ctx);
}

enum gw_err admin_txn(struct store *store, const char *opener,
                      enum gw_err (*body)(struct store *store, void *ctx, struct gw_fail *fail),
                      void *ctx, struct gw_fail *fail)
{
    enum gw_err err = store->ops->begin(store, opener, fail);
    if (err != GW_OK) {
        return err;
    }
    err = body(store, ctx, fail);
    if (err != GW_OK) {
        store->ops->rollback(store);
        return err;
    }
    return store->ops->commit(store, fail);
}

enum gw_err admin_number(const char *option, const char *text, int64_t min, int64_t max,
                         int64_t dflt, int64_t *out, struct gw_fail *fail)
{
    char *end = NULL;
    *out = dflt;
    if (text == NULL) {
        return GW_OK;
    }
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < min || value > max) {
        return gw_fail_set(fail, GW_INVALID, _("--%s takes a whole number from %lld to %lld."),
                           option, (long long)min, (long long)max);
    }
    *out = value;
    return GW_OK;
}

/* ---- answers as JSON */
void admin_json_begin(struct admin_json *out, bool list)
{
    gw_buf_init(&out->text, ADMIN_JSON_MAX);
    jw_begin(&out->w, &out->text);
    if (list) {
        jw_arr(&out->w, NULL);
    } else {
        jw_obj(&out->w, NULL);
    }
}

enum gw_err admin_json_end(struct admin_json *out, bool list, struct gw_fail *fail)
{
    if (list) {
        jw_arr_end(&out->w);
    } else {
        jw_obj_end(&out->w);
    }
    enum gw_err err = jw_end(&out->w);
    if (err == GW_OK) {
        puts(gw_buf_str(&out->text));
    } else {
        err = gw_fail_set(fail, err, "%s", _("The output could not be written."));
    }
    gw_wipe(out->text.data, out->text.len); /* may hold a token */
    gw_buf_free(&out->text);
    return err;
}

enum gw_err admin_json_pairs(struct gw_fail *fail, const char *key, ...)
{
    struct admin_json out;
    va_list ap;
    admin_json_begin(&out, false);
    va_start(ap, key);
    for (const char *k = key; k != NULL; k = va_arg(ap, const char *)) {
        jw_str(&out.w, k, va_arg(ap, const char *));
    }
    va_end(ap);
    return admin_json_end(&out, false, fail);
}

/* ---- users and grants */
static enum gw_err do_user_add(struct store *store, void *ctx, struct gw_fail *fail)
{
    return store_user_add(store, ctx, admin_now(), fail);
}

static enum gw_err user_add(struct store *store, const struct admin_args *args,
                            struct gw_fail *fail)
{
    struct store_user user = {0};
    if (args->name == NULL || args->role == NULL || !role_parse(args->role, &user.role)) {
        return gw_fail_set(
            fail, GW_INVALID, "%s",
            _("Give --name and --role: worker, leader, duty, committee, auditor or admin."));
    }
    if (!id_ok(args->rest[0]) || strlen(args->name) >= sizeof(user.name)) {
        return gw_fail_set(
            fail, GW_INVALID, "%s",
            _("The id may hold letters, digits and -, at most 128; the name at most 127 "
              "bytes."));
    }
    memcpy(user.id, args->rest[0], strlen(args->rest[0]) + 1);
    memcpy(user.name, args->name, strlen(args->name) + 1);
    enum gw_err err = admin_txn(store, "user add", do_user_add, &user, fail);
    return err == GW_OK && args->json
               ? admin_json_pairs(fail, "id", user.id, "name", user.name, "role", args->role, NULL)
               : err;
}

static enum gw_err do_grant(struct store *store, void *ctx, struct gw_fail *fail)
{
    char **rest = ctx;
    return store_grant(store, rest[0], rest[1], fail);
}

static enum gw_err grant(struct store *store, const struct admin_args *args, struct gw_fail *fail)
{
    enum gw_err err = admin_txn(store, "grant", do_grant, args->rest, fail);
    return err == GW_OK && args->json
               ? admin_json_pairs(fail, "user", args->rest[0], "path", args->rest[1], NULL)
               : err;
}

static enum gw_err do_revoke(struct store *store, void *ctx, struct gw_fail *fail)
{
    char **rest = ctx;
    return store_revoke(store, rest[0], rest[1], admin_now(), fail);
}

static enum gw_err revoke(struct store *store, const struct admin_args *args, struct gw_fail *fail)
{
    enum gw_err err = admin_txn(store, "revoke", do_revoke, args->rest, fail);
    return err == GW_OK && args->json
               ? admin_json_pairs(fail, "user", args->rest[0], "path", args->rest[1], NULL)
               : err;
}

/* ---- devices and codes */
static void when(struct jw *w, const char *key, int64_t at)
{
    if (at > 0) {
        jw_int(w, key, at);
    } else {
        jw_null(w, key);
    }
}

static enum gw_err device_json(void *ctx, const struct store_device *device)
{
    struct jw *w = ctx;
    jw_obj(w, NULL);
    jw_str(w, "id", device->id);
    jw_str(w, "user", device->user);
    jw_str(w, "name", device->name);
    jw_int(w, "n", device->n);
    when(w, "created_at", device->created_at);
    when(w, "seen_at", device->seen_at);
    when(w, "revoked_at", device->revoked_at);
    jw_obj_end(w);
    return GW_OK; /* the writer keeps its first error for the end */
}

static enum gw_err print_device(void *ctx, const struct store_device *device)
{
    char seen[17] = "-", name[STORE_NAME_MAX];
    (void)ctx;
    if (device->seen_at > 0) {
        gw_time_local(device->seen_at, seen);
    }
    (void)gw_text_safe_z(name, sizeof(name), device->name);
    printf("%s %s %s %s n=%lld %s\n", device->id, device->user,
           device->revoked_at > 0 ? "revoked" : "open", seen, (long long)device->n, name);
    return GW_OK;
}

static enum gw_err device_list(struct store *store, const struct admin_args *args,
                               struct gw_fail *fail)
{
    struct admin_json out;
    if (!args->json) {
        return store->ops->device_each(store, print_device, NULL, fail);
    }
    admin_json_begin(&out, true);
    enum gw_err err = store->ops->device_each(store, device_json, &out.w, fail);
    if (err != GW_OK) {
        gw_buf_free(&out.text);
        return err;
    }
    return admin_json_end(&out, true, fail);
}

static enum gw_err do_device_revoke(struct store *store, void *ctx, struct gw_fail *fail)
{
    return store_device_revoke(store, ctx, admin_now(), fail);
}

static enum gw_err device_revoke(struct store *store, const struct admin_args *args,
                                 struct gw_fail *fail)
{
    enum gw_err err = admin_txn(store, "device revoke", do_device_revoke, args->rest[0], fail);
    return err == GW_OK && args->json ? admin_json_pairs(fail, "id", args->rest[0], NULL) : err;
}

struct code_job {
    const char *user;
    char code[16];
};

static enum gw_err do_code(struct store *store, void *ctx, struct gw_fail *fail)
{
    struct code_job *job = ctx;
    return store_code_new(store, gw_random_system(), job->user, admin_now(), 24 * 3600 * 1000LL,
                          job->code, fail);
}

static enum gw_err enroll_code(struct store *store, const struct admin_args *args,
                               struct gw_fail *fail)
{
    struct code_job job = {.user = args->rest[0]};
    enum gw_err err = admin_txn(store, "enroll-code", do_code, &job, fail);
    if (err == GW_OK && args->json) {
        return admin_json_pairs(fail, "user", job.user, "code", job.code, NULL);
    }
    if (err == GW_OK) {
        puts(job.code);
    }
    return err;
}

/* ---- sources */
struct source_job {
    const char *name, *area;
    char token[GW_KEY_B64 + 1];
};

static enum gw_err do_source(struct store *store, void *ctx, struct gw_fail *fail)
{
    struct source_job *job = ctx;
    return store_source_add(store, gw_random_system(), job->name, job->area, admin_now(),
                            job->token, fail);
}

static enum gw_err source_add(struct store *store, const struct admin_args *args,
                              struct gw_fail *fail)
{
    struct source_job job = {.name = args->rest[0], .area = args->area};
    enum gw_err err = admin_txn(store, "source add", do_source, &job, fail);
    if (err == GW_OK && args->json) {
        err = admin_json_pairs(fail, "name", job.name, "token", job.token, NULL);
    } else if (err == GW_OK) {
        puts(job.token);
    }
    gw_wipe(job.token, sizeof(job.token));
    return err;
}

const struct admin_verb admin_verbs_people[] = {
    {"user add", "ID --name NAME --role ROLE [--json] --store STORE", "store name role json", 1,
     true, N_("Add a person: worker, leader, duty, committee, auditor or admin."), user_add},
    {"grant", "ID PATH [--json] --store STORE", "store json", 2, true, N_("Give a person an area."),
     grant},
    {"revoke", "ID PATH [--json] --store STORE", "store json", 2, true, N_("Take an area away."),
     revoke},
    {"device list", "[--json] --store STORE", "store json", 0, true,
     N_("List the enrolled devices."), device_list},
    {"device revoke", "ID [--json] --store STORE", "store json", 1, true,
     N_("Close a device for good."), device_revoke},
    {"enroll-code", "USER [--json] --store STORE", "store json", 1, true,
     N_("Print a one-time code, good for 24 hours."), enroll_code},
    {"source add", "NAME [--area PATH] [--json] --store STORE", "store area json", 1, true,
     N_("Add an alarm source and print its token, once."), source_add},
};
const size_t admin_verbs_people_n = sizeof(admin_verbs_people) / sizeof(admin_verbs_people[0]);
