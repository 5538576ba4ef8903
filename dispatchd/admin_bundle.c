/* bundle FILE --reply FILE: a laptop that is never online, served by a stick. */
#include <stdio.h>
#include <string.h>

#include "api/bundle.h"
#include "base/fsutil.h"
#include "base/i18n.h"
#include "dispatchd/admin.h"
#include "dispatchd/blobs.h"
#include "dispatchd/bundle.h"
#include "rules/load.h"

static enum gw_err print(const struct admin_args *args, const struct core_bundle_report *r,
                         struct gw_fail *fail)
{
    struct admin_json out;
    if (!args->json) {
        printf(_("%lld records of %s taken in; the answer is in %s.\n"), (long long)r->lines,
               r->device, args->reply);
        for (int i = 0; i < RESULT_N; i++) {
            if (r->results[i] > 0) {
                printf("  %s %lld\n", cmd_result_name((enum cmd_result)i),
                       (long long)r->results[i]);
            }
        }
        if (r->attachments + r->attachments_left > 0) {
            printf(_("Attachments: %lld are here now, %lld were not taken.\n"),
                   (long long)r->attachments, (long long)r->attachments_left);
        }
        return GW_OK;
    }
    admin_json_begin(&out, false);
    jw_str(&out.w, "device", r->device);
    jw_str(&out.w, "user", r->user);
    jw_int(&out.w, "lines", r->lines);
    jw_obj(&out.w, "results");
    for (int i = 0; i < RESULT_N; i++) {
        if (r->results[i] > 0) {
            jw_int(&out.w, cmd_result_name((enum cmd_result)i), r->results[i]);
        }
    }
    jw_obj_end(&out.w);
    jw_bool(&out.w, "full", r->full);
    jw_int(&out.w, "rows", r->rows);
    jw_int(&out.w, "attachments", r->attachments);
    jw_int(&out.w, "attachments_left", r->attachments_left);
    jw_str(&out.w, "reply", args->reply);
    return admin_json_end(&out, false, fail);
}

/* The policies that `serve` would use: an alarm that somebody raised by hand begins with one. */
static enum gw_err read_policies(const struct admin_args *args, struct policy *set, size_t *n,
                                 struct gw_fail *fail)
{
    char path[1200];
    enum gw_err err = args->rules ? gw_path_join(path, sizeof path, args->rules, "policies.json")
                                  : gw_own_path(path, sizeof path, "rules/policies.json",
                                                GW_RULESDIR "/policies.json");
    return err ? err : rules_read_policies(path, set, RULES_POLICIES_MAX, n, fail);
}

static enum gw_err answer(struct core *core, const struct admin_args *args,
                          const struct gw_buf *file, struct gw_fail *fail)
{
    struct gw_buf reply;
    struct core_bundle_report report;
    gw_buf_init(&reply, BUNDLE_FILE_MAX + BUNDLE_LINE_MAX);
    enum gw_err err = core_bundle(core, gw_buf_str(file), file->len, &reply, &report, fail);
    err = err ? err : gw_file_write_checked(args->reply, gw_buf_str(&reply), reply.len, fail);
    gw_buf_free(&reply);
    return err ? err : print(args, &report, fail);
}

static enum gw_err take_in(struct store *store, const struct admin_args *args,
                           const struct gw_buf *file, struct gw_fail *fail)
{
    struct core *core = NULL;
    struct blobs *blobs = NULL;
    struct gw_config *config = NULL;
    struct policy policies[RULES_POLICIES_MAX];
    size_t policies_n = 0;
    enum gw_err err = read_policies(args, policies, &policies_n, fail);
    err = err ? err : gw_config_load(core_settings, core_settings_n, args->config, &config, fail);
    err = err ? err : blobs_open(args->store, gw_config_int(config, "blob.max"), &blobs, fail);
    if (!err) {
        const struct core_opts opts = {.store = store,
                                       .blobs = blobs,
                                       .clock = gw_clock_system(),
                                       .random = gw_random_system(),
                                       .config = config,
                                       .policies = policies,
                                       .policies_n = policies_n};
        err = core_new(&opts, &core, fail);
    }
    err = err ? err : answer(core, args, file, fail);
    core_free(core);
    blobs_close(blobs);
    gw_config_free(config);
    return err;
}

static enum gw_err bundle(struct store *store, const struct admin_args *args, struct gw_fail *fail)
{
    struct gw_buf file;
    if (!args->reply) {
        return gw_fail_set(fail, GW_INVALID,
                           _("Say where the answer goes: --reply FILE. The laptop takes it in with "
                             "`gridward journal import FILE`."));
    }
    gw_buf_init(&file, BUNDLE_FILE_MAX);
    enum gw_err err = gw_file_read(args->rest[0], &file, fail);
    err = err ? err : take_in(store, args, &file, fail);
    gw_buf_free(&file);
    return err;
}

const struct admin_verb admin_verbs_bundle[] = {
    {"bundle", "FILE --reply FILE [--rules DIR] [--config FILE] [--json] --store STORE",
     "store reply rules config json", 1, true,
     N_("Take in a laptop's bundle from a stick and write the answer for it, also while serving."),
     bundle},
};
const size_t admin_verbs_bundle_n = sizeof(admin_verbs_bundle) / sizeof(admin_verbs_bundle[0]);
