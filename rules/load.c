#include "rules/load.h"

#include <string.h>

#include "api/json.h"
#include "base/fsutil.h"
#include "base/i18n.h"
#include "model/path.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { SECONDS_MAX = 2592000, TRIES_MAX = 9, VERSION_MAX = 1000000 };

struct reader {
    const char *policy; /* its id, for messages */
    struct gw_fail *fail;
};

static enum gw_err wrong(const struct reader *r, const char *member)
{
    return gw_fail_set(
        r->fail, GW_INVALID,
        _("Policy “%s”: member “%s” is missing or out of range; nothing of the file is "
          "used. rules/schema/policies.schema.json says what it may be."),
        r->policy, member);
}

/* Every member is known: a misspelt time must not silently become a default. */
static enum gw_err only(const struct reader *r, const struct json *object, const char *const *keys,
                        size_t n)
{
    for (const struct json *m = json_first(object); m != NULL; m = json_next(m)) {
        bool known = false;
        for (size_t i = 0; i < n; i++) {
            known = known || strcmp(json_key(m), keys[i]) == 0;
        }
        if (!known) {
            return wrong(r, json_key(m));
        }
    }
    return GW_OK;
}

static enum gw_err take_ms(const struct reader *r, const struct json *object, const char *key,
                           int64_t *ms)
{
    int64_t seconds;
    if (object == NULL || !json_int(object, key, &seconds) || seconds < 1 ||
        seconds > SECONDS_MAX) {
        return wrong(r, key);
    }
    *ms = seconds * 1000;
    return GW_OK;
}

static enum gw_err take_kinds(const struct reader *r, const struct json *policy, struct policy *out)
{
    const struct json *kinds = json_arr(policy, "kinds");
    if (kinds == NULL) {
        return wrong(r, "kinds");
    }
    for (const struct json *k = json_first(kinds); k != NULL; k = json_next(k)) {
        const char *name = json_text(k);
        if (name == NULL || name[0] == '\0' || strlen(name) >= sizeof(out->kinds[0]) ||
            out->kinds_n >= COUNT(out->kinds)) {
            return wrong(r, "kinds");
        }
        memcpy(out->kinds[out->kinds_n++], name, strlen(name) + 1);
    }
    return GW_OK;
}

static enum gw_err take_levels(const struct reader *r, const struct json *policy,
                               struct policy *out)
{
    static const char *const keys[] = {"level", "name", "wait_s", "tries"};
    static const char *const names[] = {"elder", "contacts", "worker", "leader", "duty"};
    const struct json *at = json_arr(policy, "levels");
    at = at != NULL ? json_first(at) : NULL;
    for (int level = 1; level <= CHAIN_LEVELS; level++, at = json_next(at)) {
        int64_t number = 0, tries = 0;
        if (at == NULL || !json_is_object(at) || !json_int(at, "level", &number) ||
            number != level || json_str(at, "name") == NULL ||
            strcmp(json_str(at, "name"), names[level - 1]) != 0) {
            return wrong(r, "levels");
        }
        if (json_has(at, "tries") &&
            (!json_int(at, "tries", &tries) || tries < 0 || tries > TRIES_MAX)) {
            return wrong(r, "tries");
        }
        out->levels[level].tries = tries;
        enum gw_err err = only(r, at, keys, COUNT(keys));
        err = err != GW_OK ? err : take_ms(r, at, "wait_s", &out->levels[level].wait_ms);
        if (err != GW_OK) {
            return err;
        }
    }
    return at == NULL ? GW_OK : wrong(r, "levels");
}

static enum gw_err take_times(const struct reader *r, const struct json *policy, struct policy *out)
{
    static const char *const hold_keys[] = {"acked_s", "enroute_s", "arrived_s", "warn_s"};
    const struct json *hold = json_obj(policy, "hold");
    const struct {
        const struct json *object;
        const char *key;
        int64_t *ms;
    } rows[] = {
        {hold, "acked_s", &out->hold_acked_ms},
        {hold, "enroute_s", &out->hold_enroute_ms},
        {hold, "arrived_s", &out->hold_arrived_ms},
        {hold, "warn_s", &out->hold_warn_ms},
        {policy, "second_person_s", &out->second_person_ms},
        {policy, "handover_s", &out->handover_ms},
        {policy, "retract_close_s", &out->retract_close_ms},
    };
    enum gw_err err = hold == NULL ? wrong(r, "hold") : only(r, hold, hold_keys, COUNT(hold_keys));
    for (size_t i = 0; err == GW_OK && i < COUNT(rows); i++) {
        err = take_ms(r, rows[i].object, rows[i].key, rows[i].ms);
    }
    return err;
}

static enum gw_err take_policy(const struct json *policy, struct policy *out, struct gw_fail *fail)
{
    static const char *const keys[] = {
        "id",   "version",         "kinds",      "start_level",    "levels",
        "hold", "second_person_s", "handover_s", "retract_close_s"};
    struct reader r = {.policy = "?", .fail = fail};
    const char *id = json_is_object(policy) ? json_str(policy, "id") : NULL;
    int64_t version, start;
    memset(out, 0, sizeof(*out));
    if (id == NULL || !id_ok(id) || strlen(id) >= sizeof(out->id)) {
        return wrong(&r, "id");
    }
    r.policy = id;
    memcpy(out->id, id, strlen(id) + 1);
    if (!json_int(policy, "version", &version) || version < 1 || version > VERSION_MAX) {
        return wrong(&r, "version");
    }
    if (!json_int(policy, "start_level", &start) || start < 1 || start > CHAIN_LEVELS) {
        return wrong(&r, "start_level");
    }
    out->version = (int)version;
    out->start_level = (int)start;
    enum gw_err err = only(&r, policy, keys, COUNT(keys));
    err = err != GW_OK ? err : take_kinds(&r, policy, out);
    err = err != GW_OK ? err : take_levels(&r, policy, out);
    return err != GW_OK ? err : take_times(&r, policy, out);
}

/* One policy for the rest, no kind and no id twice. */
static enum gw_err check_set(const struct policy *set, size_t n, struct gw_fail *fail)
{
    size_t general = 0;
    for (size_t i = 0; i < n; i++) {
        struct reader r = {.policy = set[i].id, .fail = fail};
        general += set[i].kinds_n == 0 ? 1 : 0;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(set[i].id, set[j].id) == 0) {
                return wrong(&r, "id");
            }
            for (size_t k = 0; k < set[i].kinds_n * set[j].kinds_n; k++) {
                if (strcmp(set[i].kinds[k % set[i].kinds_n], set[j].kinds[k / set[i].kinds_n]) ==
                    0) {
                    return wrong(&r, "kinds");
                }
            }
        }
    }
    if (general != 1) {
        return gw_fail_set(
            fail, GW_INVALID, "%s",
            _("Exactly one policy must have no kinds: it serves all others. Nothing of "
              "the file is used."));
    }
    return GW_OK;
}

enum gw_err rules_load_policies(const char *json, size_t len, struct policy *out, size_t cap,
                                size_t *n, struct gw_fail *fail)
{
    struct json *root = NULL;
    *n = 0;
    enum gw_err err = json_parse(json, len, RULES_FILE_MAX, &root, fail);
    const struct json *list = err == GW_OK ? json_arr(root, "policies") : NULL;
    if (err == GW_OK && (list == NULL || json_str(root, "set") == NULL ||
                         strcmp(json_str(root, "set"), "policies") != 0)) {
        err = gw_fail_set(fail, GW_INVALID, "%s", _("This file is no set of escalation policies."));
    }
    for (const struct json *p = err == GW_OK ? json_first(list) : NULL; err == GW_OK && p != NULL;
         p = json_next(p)) {
        if (*n >= cap) {
            err = gw_fail_set(fail, GW_TOO_LARGE, _("More than %zu policies."), cap);
        } else {
            err = take_policy(p, &out[(*n)++], fail);
        }
    }
    json_free(root);
    return err != GW_OK ? err : check_set(out, *n, fail);
}

enum gw_err rules_read_policies(const char *path, struct policy *out, size_t cap, size_t *n,
                                struct gw_fail *fail)
{
    struct gw_buf text;
    gw_buf_init(&text, RULES_FILE_MAX);
    enum gw_err err = gw_file_read(path, &text, fail);
    if (err == GW_OK) {
        err = rules_load_policies(gw_buf_str(&text), text.len, out, cap, n, fail);
    }
    gw_buf_free(&text);
    return err;
}

const struct policy *rules_policy_for(const struct policy *set, size_t n, const char *alarm_kind)
{
    const struct policy *general = n > 0 ? &set[0] : NULL;
    for (size_t i = 0; i < n; i++) {
        general = set[i].kinds_n == 0 ? &set[i] : general;
        for (size_t k = 0; k < set[i].kinds_n; k++) {
            if (strcmp(set[i].kinds[k], alarm_kind) == 0) {
                return &set[i];
            }
        }
    }
    return general;
}
