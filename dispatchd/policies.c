/* Escalation policies: the newest serve new alarms, an alarm keeps the version it began with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/core_p.h"

enum { POLICY_TEXT_MAX = 16 * 1024 };

/* ---- as text, one row per number */

static const struct {
    const char *key;
    size_t offset;
} times[] = {
    {"hold_acked_ms", offsetof(struct policy, hold_acked_ms)},
    {"hold_enroute_ms", offsetof(struct policy, hold_enroute_ms)},
    {"hold_arrived_ms", offsetof(struct policy, hold_arrived_ms)},
    {"hold_warn_ms", offsetof(struct policy, hold_warn_ms)},
    {"second_person_ms", offsetof(struct policy, second_person_ms)},
    {"handover_ms", offsetof(struct policy, handover_ms)},
    {"retract_close_ms", offsetof(struct policy, retract_close_ms)},
};
enum { TIMES_N = sizeof times / sizeof times[0] };

static enum gw_err print_policy(const struct policy *policy, struct gw_buf *out)
{
    struct jw w;
    jw_begin(&w, out);
    jw_obj(&w, NULL);
    jw_str(&w, "id", policy->id);
    jw_int(&w, "version", policy->version);
    jw_int(&w, "start_level", policy->start_level);
    jw_arr(&w, "kinds");
    for (size_t i = 0; i < policy->kinds_n; i++) {
        jw_str(&w, NULL, policy->kinds[i]);
    }
    jw_arr_end(&w);
    jw_arr(&w, "levels");
    for (int level = 1; level <= CHAIN_LEVELS; level++) {
        jw_obj(&w, NULL);
        jw_int(&w, "wait_ms", policy->levels[level].wait_ms);
        jw_int(&w, "tries", policy->levels[level].tries);
        jw_obj_end(&w);
    }
    jw_arr_end(&w);
    for (size_t i = 0; i < TIMES_N; i++) {
        jw_int(&w, times[i].key, *(const int64_t *)((const char *)policy + times[i].offset));
    }
    jw_obj_end(&w);
    return jw_end(&w);
}

static bool read_levels(const struct json *root, struct policy *out)
{
    const struct json *at = json_first(json_arr(root, "levels"));
    for (int level = 1; level <= CHAIN_LEVELS; level++) {
        if (!at || !json_int(at, "wait_ms", &out->levels[level].wait_ms) ||
            !json_int(at, "tries", &out->levels[level].tries)) {
            return false;
        }
        at = json_next(at);
    }
    return true;
}

static bool read_policy(const struct json *root, struct policy *out)
{
    int64_t version = 0;
    int64_t start = 0;
    const char *id = json_str(root, "id");
    if (!id || !json_int(root, "version", &version) || !json_int(root, "start_level", &start) ||
        !json_arr(root, "levels") || !read_levels(root, out)) {
        return false;
    }
    (void)snprintf(out->id, sizeof out->id, "%s", id);
    out->version = (int)version;
    out->start_level = (int)start;
    for (const struct json *at = json_first(json_arr(root, "kinds")); at && out->kinds_n < 16;
         at = json_next(at)) {
        (void)snprintf(out->kinds[out->kinds_n++], sizeof out->kinds[0], "%s", json_text(at));
    }
    bool good = true;
    for (size_t i = 0; i < TIMES_N; i++) {
        good = json_int(root, times[i].key, (int64_t *)((char *)out + times[i].offset)) && good;
    }
    return good;
}

/* ---- which one */

static bool serves(const struct policy *policy, const char *kind)
{
    for (size_t i = 0; i < policy->kinds_n; i++) {
        if (strcmp(policy->kinds[i], kind) == 0) {
            return true;
        }
    }
    return false;
}

void policy_for_kind(struct core *core, const char *kind, struct policy *out)
{
    const struct policy *best = NULL;
    const struct policy *general = NULL;
    for (size_t i = 0; i < core->policies_n; i++) {
        const struct policy *p = &core->policies[i];
        const struct policy **slot = serves(p, kind) ? &best : p->kinds_n == 0 ? &general : NULL;
        if (slot && (!*slot || p->version > (*slot)->version)) {
            *slot = p;
        }
    }
    if (best || general) {
        *out = best ? *best : *general;
    } else {
        policy_default(out, kind);
    }
}

static enum gw_err keep(struct core *core, const struct policy *policy, struct gw_fail *fail)
{
    struct gw_buf text;
    gw_buf_init(&text, POLICY_TEXT_MAX);
    enum gw_err err = print_policy(policy, &text);
    if (err) {
        (void)gw_fail_set(fail, err, "policy text");
    }
    err = err ? err
              : core->store->ops->policy_put(core->store, policy->id, policy->version,
                                             gw_buf_str(&text), fail);
    gw_buf_free(&text);
    return err;
}

/* All that an alarm may begin with, the built-in ones for kinds that no file serves included. */
enum gw_err policies_store(struct core *core, struct gw_fail *fail)
{
    size_t kinds_n = 0;
    const struct alarm_kind *kinds = alarm_kinds(&kinds_n);
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < core->policies_n && !err; i++) {
        err = keep(core, &core->policies[i], fail);
    }
    for (size_t i = 0; i < kinds_n && !err; i++) {
        struct policy policy;
        policy_for_kind(core, kinds[i].name, &policy);
        err = keep(core, &policy, fail);
    }
    return err;
}

enum gw_err core_policies(struct core *core, const struct policy *policies, size_t n,
                          struct gw_fail *fail)
{
    struct policy *fresh = malloc((n > 0 ? n : 1) * sizeof(*fresh));
    const struct policy *old = core->policies;
    size_t old_n = core->policies_n;
    if (fresh == NULL) {
        return gw_fail_set(fail, GW_NOMEM, _("There is no memory left."));
    }
    memcpy(fresh, policies, n * sizeof(*fresh));
    core->policies = fresh;
    core->policies_n = n;
    enum gw_err err = core->store->ops->begin(core->store, "policies", fail);
    if (err == GW_OK) {
        err = policies_store(core, fail);
        if (err == GW_OK) {
            err = core->store->ops->commit(core->store, fail);
        } else {
            core->store->ops->rollback(core->store);
        }
    }
    if (err != GW_OK) {
        core->policies = old;
        core->policies_n = old_n;
        free(fresh);
        return err;
    }
    free(core->own_policies);
    core->own_policies = fresh;
    return GW_OK;
}

enum gw_err policy_parse(const char *text, size_t len, struct policy *out)
{
    struct json *root = NULL;
    *out = (struct policy){.version = 0};
    enum gw_err err = json_parse(text, len, POLICY_TEXT_MAX, &root, NULL);
    if (err == GW_OK && !read_policy(root, out)) {
        err = GW_INVALID;
    }
    json_free(root);
    return err;
}

enum gw_err policy_of_alarm(struct core *core, const struct alarm *alarm, struct policy *out,
                            struct gw_fail *fail)
{
    struct gw_buf text;
    gw_buf_init(&text, POLICY_TEXT_MAX);
    enum gw_err err = core->store->ops->policy_get(core->store, alarm->policy,
                                                   alarm->policy_version, &text, fail);
    bool good = !err && policy_parse(gw_buf_str(&text), text.len, out) == GW_OK;
    gw_buf_free(&text);
    if (!good && (!err || err == GW_ABSENT)) {
        policy_for_kind(core, alarm->kind, out); /* an imported alarm: better the present one */
        err = GW_OK;
    }
    return err;
}
