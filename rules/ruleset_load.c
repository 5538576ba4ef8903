/* A composed text to struct ruleset. */
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/i18n.h"
#include "rules/ruleset_load_p.h"
#include "rules/template_load_p.h"

static const struct rule_names no_names;

/* A part of the text read by a reader of its own, so that its sentences name its own file. */
static void part_begin(struct reader *part, const struct reader *r, const char *file)
{
    read_begin(part, r->arena, r->fail, file);
    part->err = r->err;
}

static void layers_load(struct reader *r, const struct json *root, const struct rule_names *names,
                        struct ruleset *set)
{
    struct reader part;
    struct law laws[LAYERS_MAX] = {0};
    size_t n;
    const struct json *at = read_list(r, root, "layers", 1, LAYERS_MAX, &n);
    for (size_t i = 0; i < n; i++, at = json_next(at)) {
        part_begin(&part, r, names->layers[i]);
        law_read(&part, at, &laws[i]);
        r->err = part.err;
    }
    part_begin(&part, r, n > 0 ? names->layers[n - 1] : NULL);
    if (part.err == GW_OK) {
        laws_merge(&part, laws, n, set);
    }
    r->err = part.err;
}

static void holidays_load(struct reader *r, const struct json *root, const struct rule_names *names,
                          struct ruleset *set)
{
    struct reader part;
    const struct json *at = json_obj(root, "holidays");
    if (at == NULL) {
        read_wrong(r, "holidays");
    }
    part_begin(&part, r, names->holidays);
    holidays_read(&part, at, &set->holidays);
    r->err = part.err;
}

static void template_load(struct reader *r, const struct json *root, const struct rule_names *names,
                          struct ruleset *set)
{
    struct reader part;
    const struct json *at = json_obj(root, "template");
    struct proc_template *t = read_alloc(r, 1, sizeof(*t));
    if (at == NULL) {
        read_wrong(r, "template");
    }
    part_begin(&part, r, names->template_);
    if (part.err != GW_OK) {
        return;
    }
    template_read(&part, at, t);
    if (part.err == GW_OK && strcmp(t->committee, "any") != 0 &&
        strcmp(t->committee, set->committee) != 0) {
        read_wrong(&part, "committee");
    }
    template_resolve(&part, set, t);
    set->template_ = t;
    r->err = part.err;
}

static void root_load(struct reader *r, const struct json *root, const struct rule_names *names,
                      struct ruleset *set)
{
    static const char *const keys[] = {"format", "layers", "holidays", "template", NULL};
    static const char *const formats[] = {"gridward-rules-v1", NULL};
    read_only(r, root, keys);
    (void)read_one_of(r, root, "format", formats, false);
    layers_load(r, root, names, set);
    holidays_load(r, root, names, set);
    template_load(r, root, names, set);
}

enum gw_err ruleset_load_named(const char *text, size_t len, const struct rule_names *names,
                               struct ruleset **out, struct gw_fail *fail)
{
    struct json *root = NULL;
    struct reader r;
    *out = NULL;
    if (len > RULESET_TEXT_MAX) {
        return gw_fail_set(
            fail, GW_INVALID,
            _("A rule set has %zu bytes; more than %d are not taken. Nothing of it is "
              "used; make it shorter."),
            len, (int)RULESET_TEXT_MAX);
    }
    struct ruleset *set = calloc(1, sizeof(*set));
    enum gw_err err = set != NULL
                          ? json_parse(text, len, RULESET_TEXT_MAX, &root, fail)
                          : gw_fail_set(fail, GW_NOMEM, "%s",
                                        _("There is no memory left. Close other programs."));
    if (err == GW_OK) {
        gw_arena_init(&set->arena, RULESET_MEMORY_MAX);
        read_begin(&r, &set->arena, fail, NULL);
        root_load(&r, root, names, set);
        gw_sha256_hex2(text, len, NULL, 0, set->hash);
        err = r.err == GW_TOO_LARGE ? GW_INVALID : r.err;
    }
    json_free(root);
    if (err != GW_OK) {
        ruleset_free(set);
        return err;
    }
    *out = set;
    return GW_OK;
}

enum gw_err ruleset_load(const char *text, size_t len, struct ruleset **out, struct gw_fail *fail)
{
    return ruleset_load_named(text, len, &no_names, out, fail);
}
