/* One file of rules/, checked with those beside it. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fsutil.h"
#include "base/i18n.h"
#include "rules/load.h"
#include "rules/rule_folder_p.h"

/* The file that is checked. It need not have its name in the folder yet. */
struct checked {
    const char *path, *name;
    struct rule_file file;
    struct json *root;
    struct rule_folder beside;
};

static enum rule_kind kind_of(const struct json *root)
{
    const char *set = json_str(root, "set");
    if (json_has(root, "template")) {
        return RULE_TEMPLATE;
    }
    if (set == NULL) {
        return RULE_NONE;
    }
    return strcmp(set, "holidays") == 0   ? RULE_HOLIDAYS
           : strcmp(set, "policies") == 0 ? RULE_POLICIES
                                          : RULE_LAW;
}

static enum gw_err folder_of(struct checked *c, struct gw_fail *fail)
{
    char dir[PATH_MAX];
    size_t len = (size_t)(c->name - c->path);
    if (len >= sizeof(dir) - 1) {
        return gw_fail_set(fail, GW_INVALID, _("The name of the file is too long: %s"), c->path);
    }
    (void)snprintf(dir, sizeof(dir), "%.*s%s", (int)len, c->path, len == 0 ? "." : "");
    return folder_read(dir, &c->beside, fail);
}

/* ---- a law */

static enum gw_err law_check(struct checked *c, struct gw_fail *fail)
{
    struct gw_arena arena;
    struct reader r;
    struct law laws[2] = {0};
    struct ruleset set = {0};
    size_t n = 1;
    gw_arena_init(&arena, RULESET_MEMORY_MAX);
    read_begin(&r, &arena, fail, c->name);
    law_read(&r, c->root, &laws[0]);
    struct rule_want want = {.kind = RULE_LAW, .id = laws[0].head.base, .day = DAY_NONE};
    const struct rule_file *base = NULL;
    struct json *root = NULL;
    if (r.err == GW_OK && want.id != NULL) {
        r.err = folder_choose(&c->beside, &want, &base, fail);
        if (r.err == GW_OK && base == NULL) {
            read_refuse(&r, _("There is no law file “%s” beside it to be laid over."), want.id);
        }
    }
    if (r.err == GW_OK && base != NULL &&
        (r.err = json_parse(base->text.data, base->text.len, 0, &root, fail)) == GW_OK) {
        struct reader below;
        laws[1] = laws[0];
        memset(&laws[0], 0, sizeof(laws[0]));
        read_begin(&below, &arena, fail, base->name);
        law_read(&below, root, &laws[0]);
        r.err = below.err;
        n = 2;
    }
    if (r.err == GW_OK) {
        struct reader merged;
        read_begin(&merged, &arena, fail, c->name);
        laws_merge(&merged, laws, n, &set);
        r.err = merged.err;
    }
    if (r.err == GW_OK) {
        const struct law *law = &laws[n - 1];
        (void)gw_fail_set(fail, GW_OK, _("Law file “%s”, version %d: %zu numbers, %zu sources."),
                          law->head.id, law->head.version, law->numbers_n, law->sources_n);
    }
    json_free(root);
    gw_arena_free(&arena);
    return r.err;
}

/* ---- rest days */

static enum gw_err holidays_check(struct checked *c, struct gw_fail *fail)
{
    struct gw_arena arena;
    struct holidays table = {0};
    struct reader r;
    gw_arena_init(&arena, RULESET_MEMORY_MAX);
    read_begin(&r, &arena, fail, c->name);
    holidays_read(&r, c->root, &table);
    if (r.err == GW_OK) {
        (void)gw_fail_set(fail, GW_OK, _("Rest days: the notices of %zu years."), table.years_n);
    }
    gw_arena_free(&arena);
    return r.err;
}

/* ---- a template */

/* Composed with one set of layers; *done counts. */
static enum gw_err compose_once(struct checked *c, const struct rule_file *base,
                                const struct rule_file *overlay, size_t *done, struct gw_fail *fail)
{
    struct rule_parts parts = {
        .layers = {base, overlay}, .layers_n = overlay != NULL ? 2 : 1, .template_ = &c->file};
    struct gw_buf text;
    gw_buf_init(&text, RULESET_TEXT_MAX + 1);
    enum gw_err err = folder_holidays(&c->beside, &parts, fail);
    err = err != GW_OK ? err : parts_compose(&parts, &text, fail);
    gw_buf_free(&text);
    *done += err == GW_OK ? 1 : 0;
    return err;
}

/* The law in force on the first day of the template, else the newest. */
static enum gw_err law_for(struct checked *c, struct rule_want want, const struct rule_file **out,
                           struct gw_fail *fail)
{
    want.day = c->file.head.valid_from;
    enum gw_err err = folder_choose(&c->beside, &want, out, fail);
    if (err == GW_OK && *out == NULL) {
        want.day = DAY_NONE;
        err = folder_choose(&c->beside, &want, out, fail);
    }
    return err;
}

/* With each overlay of this kind of committee; with national law alone when there is none. A number
 * that only an overlay has may be named, so national law alone is not asked for beside them. */
static enum gw_err committee_check(struct checked *c, const char *committee, size_t *done,
                                   struct gw_fail *fail)
{
    struct rule_want want = {.kind = RULE_LAW, .committee = committee, .base = ""};
    const struct rule_file *base = NULL, *overlay;
    size_t overlays = 0;
    enum gw_err err = law_for(c, want, &base, fail);
    if (err != GW_OK || base == NULL) {
        return err;
    }
    want.base = base->head.id;
    for (size_t i = 0; err == GW_OK && i < c->beside.n; i++) {
        const struct rule_head *head = &c->beside.files[i].head;
        if (c->beside.files[i].kind != RULE_LAW || head->base == NULL ||
            strcmp(head->base, want.base) != 0) {
            continue;
        }
        want.jurisdiction = head->jurisdiction;
        err = law_for(c, want, &overlay, fail);
        err = err != GW_OK ? err : compose_once(c, base, overlay, done, fail);
        overlays++;
    }
    return err != GW_OK || overlays > 0 ? err : compose_once(c, base, NULL, done, fail);
}

static enum gw_err template_check(struct checked *c, struct gw_fail *fail)
{
    static const char *const committees[] = {"village", "community"};
    struct reader r;
    size_t done = 0;
    read_begin(&r, &c->beside.arena, fail, c->name);
    template_head_read(&r, c->root, &c->file.head);
    const char *committee = c->file.head.committee;
    for (size_t i = 0; r.err == GW_OK && i < 2; i++) {
        if (strcmp(committee, "any") == 0 || strcmp(committee, committees[i]) == 0) {
            r.err = committee_check(c, committees[i], &done, fail);
        }
    }
    if (r.err == GW_OK && done == 0) {
        read_refuse(
            &r, "%s",
            _("There is no law file beside it for its kind of committee, so its numbers and "
              "sources cannot be looked up."));
    }
    if (r.err == GW_OK) {
        (void)gw_fail_set(fail, GW_OK,
                          _("Template “%s”, version %d: loads with the laws beside it."),
                          c->file.head.id, c->file.head.version);
    }
    return r.err;
}

/* ---- any file */

static enum gw_err policies_check(const struct checked *c, struct gw_fail *fail)
{
    struct policy set[RULES_POLICIES_MAX];
    size_t n;
    enum gw_err err = rules_load_policies(gw_buf_str(&c->file.text), c->file.text.len, set,
                                          RULES_POLICIES_MAX, &n, fail);
    if (err == GW_OK) {
        (void)gw_fail_set(fail, GW_OK, _("Escalation policies: %zu."), n);
    }
    return err;
}

static enum gw_err one_check(struct checked *c, struct gw_fail *fail)
{
    c->file.kind = kind_of(c->root);
    switch (c->file.kind) {
    case RULE_POLICIES:
        return policies_check(c, fail);
    case RULE_HOLIDAYS:
        return holidays_check(c, fail);
    case RULE_LAW:
    case RULE_TEMPLATE: {
        enum gw_err err = folder_of(c, fail);
        return err != GW_OK                    ? err
               : c->file.kind == RULE_TEMPLATE ? template_check(c, fail)
                                               : law_check(c, fail);
    }
    default:
        return gw_fail_set(fail, GW_INVALID,
                           _("%s: this is no law file, no rest days, no template and no escalation "
                             "policies. docs/procedures.md says how they begin."),
                           c->name);
    }
}

enum gw_err ruleset_check_file(const char *path, struct gw_fail *fail)
{
    struct checked c = {.path = path};
    struct gw_fail why = {0};
    const char *slash = strrchr(path, '/');
    c.name = slash != NULL ? slash + 1 : path;
    (void)snprintf(c.file.name, sizeof(c.file.name), "%s", c.name);
    enum gw_err err = rule_file_read(path, &c.file.text, fail);
    if (err == GW_OK) {
        err = json_parse(gw_buf_str(&c.file.text), c.file.text.len, 0, &c.root, &why);
        if (err != GW_OK) {
            (void)gw_fail_set(fail, err, "%s: %s", c.name, why.text);
        }
    }
    err = err != GW_OK ? err : one_check(&c, fail);
    json_free(c.root);
    folder_free(&c.beside);
    gw_buf_free(&c.file.text);
    return err;
}
