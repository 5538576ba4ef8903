/* init, serve, backup, restore, policy check: the store and its server as a whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "base/log.h"
#include "dispatchd/admin.h"
#include "dispatchd/blobs.h"
#include "dispatchd/core.h"
#include "dispatchd/front.h"
#include "dispatchd/simulate.h"
#include "rules/load.h"

static enum gw_err init(struct store *store, const struct admin_args *args, struct gw_fail *fail)
{
    (void)store;
    return store_init(args->store, gw_random_system(), fail);
}

/* ---- serve */
struct server {
    const struct admin_args *args;
    char policies_path[1200];
    struct policy policies[RULES_POLICIES_MAX];
    size_t policies_n;
    struct core *core;
    struct blobs *blobs;
};

/* --rules DIR, else rules/ beside the program (build tree), else where it was installed. */
static enum gw_err find_rules(struct server *server, struct gw_fail *fail)
{
    (void)fail;
    return server->args->rules != NULL
               ? gw_path_join(server->policies_path, sizeof(server->policies_path),
                              server->args->rules, "policies.json")
               : gw_own_path(server->policies_path, sizeof(server->policies_path),
                             "rules/policies.json", GW_RULESDIR "/policies.json");
}

/* SIGHUP: a file that cannot be read leaves the old policies in force. */
static void reload(void *ctx)
{
    struct server *server = ctx;
    struct policy fresh[RULES_POLICIES_MAX];
    size_t n = 0;
    struct gw_fail fail = {0};
    enum gw_err err =
        rules_read_policies(server->policies_path, fresh, RULES_POLICIES_MAX, &n, &fail);
    if (err == GW_OK) {
        err = core_policies(server->core, fresh, n, &fail);
    }
    if (err == GW_OK) {
        gw_log(GW_LOG_INFO, "policies read again: %zu", n);
    } else {
        gw_log(GW_LOG_ERROR, "policies not read again, the old ones stay in force: %s", fail.text);
    }
}

/* The front sleeps no longer than the shortest pulse of a stream. */
static int64_t wake_ms(const struct gw_config *config)
{
    int64_t beat = gw_config_int(config, "feed.heartbeat");
    int64_t mark = gw_config_int(config, "feed.bookmark");
    int64_t least = beat < mark ? beat : mark;
    return least < 1000 ? least : 1000;
}

static enum gw_err serve_front(struct server *server, const struct gw_config *config,
                               struct gw_fail *fail)
{
    struct front *front = NULL;
    const struct front_opts opts = {
        .wake_ms = wake_ms(config),
        .core = server->core,
        .clock = gw_clock_system(),
        .listen = server->args->listen,
        .ops_listen = server->args->ops_listen,
        .tls_cert = server->args->tls_cert,
        .tls_key = server->args->tls_key,
        .reload = reload,
        .ctx = server,
    };
    enum gw_err err = front_new(&opts, &front, fail);
    if (err == GW_OK) {
        fprintf(stderr, "listening on %s\n", front_address(front));
        if (front_ops_address(front)[0] != '\0') {
            fprintf(stderr, "operations on %s\n", front_ops_address(front));
        }
        err = front_run(front, fail);
    }
    front_free(front);
    if (err == GW_OK) {
        core_settle(server->core);
    }
    return err;
}

static enum gw_err serve(struct store *unused, const struct admin_args *args, struct gw_fail *fail)
{
    struct store *store = NULL;
    struct gw_config *config = NULL;
    struct server server = {.args = args};
    const struct store_opts store_opts = {.url = args->store, .use = STORE_SERVE};
    (void)unused;
    if (args->listen == NULL) {
        return gw_fail_set(fail, GW_INVALID, "%s",
                           _("Say where to listen, for instance --listen 127.0.0.1:8443."));
    }
    enum gw_err err = find_rules(&server, fail);
    if (err == GW_OK) {
        err = rules_read_policies(server.policies_path, server.policies, RULES_POLICIES_MAX,
                                  &server.policies_n, fail);
    }
    err = err != GW_OK ? err : gw_log_open(NULL, GW_LOG_INFO, fail);
    err = err != GW_OK
              ? err
              : gw_config_load(core_settings, core_settings_n, args->config, &config, fail);
    err = err != GW_OK ? err : store_open(&store_opts, &store, fail);
    err = err != GW_OK
              ? err
              : blobs_open(args->store, gw_config_int(config, "blob.max"), &server.blobs, fail);
    if (err == GW_OK) {
        const struct core_opts opts = {
            .store = store,
            .blobs = server.blobs,
            .clock = gw_clock_system(),
            .random = gw_random_system(),
            .config = config,
            .policies = server.policies,
            .policies_n = server.policies_n,
        };
        err = core_new(&opts, &server.core, fail);
    }
    err = err != GW_OK ? err : serve_front(&server, config, fail);
    core_free(server.core);
    blobs_close(server.blobs);
    store_close(store);
    gw_config_free(config);
    gw_log_close();
    return err;
}

/* ---- backup, restore, policies */
/* The attachments lie beside: FILE-blobs, like those of a store. None: no folder. */
static enum gw_err copy_blobs(const char *from, const char *to, int64_t *n, struct gw_fail *fail)
{
    struct blobs *source = NULL;
    struct blobs *target = NULL;
    *n = 0;
    enum gw_err err = blobs_open(from, BLOB_MAX, &source, fail);
    err = err ? err : blobs_open(to, BLOB_MAX, &target, fail);
    err = err ? err : blobs_copy(source, target, n, fail);
    blobs_close(source);
    blobs_close(target);
    return err;
}

static enum gw_err backup(struct store *store, const struct admin_args *args, struct gw_fail *fail)
{
    int64_t blobs = 0;
    enum gw_err err = store->ops->backup(store, args->rest[0], fail);
    err = err ? err : copy_blobs(args->store, args->rest[0], &blobs, fail);
    if (err == GW_OK && args->json) {
        return admin_json_pairs(fail, "file", args->rest[0], NULL);
    }
    if (err == GW_OK && blobs > 0) {
        printf(_("Attachments copied: %lld, in %s-blobs; keep the folder with the file.\n"),
               (long long)blobs, args->rest[0]);
    }
    return err;
}

static enum gw_err restore(struct store *store, const struct admin_args *args, struct gw_fail *fail)
{
    (void)store;
    enum gw_err err =
        store_restore(args->store, args->rest[0], gw_random_system(), admin_now(), fail);
    int64_t blobs = 0;
    err = err ? err : copy_blobs(args->rest[0], args->store, &blobs, fail);
    if (err == GW_OK && args->json) {
        return admin_json_pairs(fail, "file", args->rest[0], NULL);
    }
    if (err == GW_OK) {
        puts(_("Restored, with a new epoch: consoles read everything again and send back what this "
               "backup "
               "does not have."));
    }
    return err;
}

static enum gw_err policy_check(struct store *store, const struct admin_args *args,
                                struct gw_fail *fail)
{
    struct policy set[RULES_POLICIES_MAX];
    size_t n = 0;
    (void)store;
    enum gw_err err = rules_read_policies(args->rest[0], set, RULES_POLICIES_MAX, &n, fail);
    if (err == GW_OK && args->json) {
        struct admin_json out;
        admin_json_begin(&out, false);
        jw_int(&out.w, "policies", (int64_t)n);
        return admin_json_end(&out, false, fail);
    }
    if (err == GW_OK) {
        printf(_("%zu policies, all sound.\n"), n);
    }
    if (err == GW_INVALID) {
        fail->err = err = GW_REFUSED; /* the answer is no; the sentence stays */
    }
    return err;
}

const struct admin_verb admin_verbs_serve[] = {
    {"init", "--store STORE", "store", 0, false, N_("Make a new store with its keys."), init},
    {"serve",
     "--listen ADDR:PORT [--ops-listen ADDR:PORT] [--tls-cert FILE --tls-key FILE] [--rules DIR] "
     "[--config FILE] --store STORE",
     "store listen ops-listen tls-cert tls-key rules config", 0, false,
     N_("Serve until SIGTERM; SIGHUP reads the policies again."), serve},
    {"backup", "FILE [--json] --store STORE", "store json", 1, true,
     N_("Copy the store into a file, also while serving."), backup},
    {"restore", "FILE [--json] --store STORE", "store json", 1, false,
     N_("Put a backup in the store's place, with a new epoch."), restore},
    {"policy check", "FILE [--json]", "json", 1, false, N_("Check a file of escalation policies."),
     policy_check},
    {"simulate", "--url URL --token TOKEN --devices FILE [--rate PER_MINUTE] [--story] [--seed N]",
     "url token devices rate story seed", 0, false,
     N_("Devices that talk to /v1/ingest; --story plays the article's smoke alarm."), simulate_run},
};
const size_t admin_verbs_serve_n = sizeof(admin_verbs_serve) / sizeof(admin_verbs_serve[0]);
