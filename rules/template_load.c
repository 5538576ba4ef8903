/* A template as it is written: header, open, steps. Names are looked up by template_resolve.c. */
#include "rules/template_load_p.h"

#include <string.h>

#include "model/role.h"
#include "rules/ruleset_load_p.h"

enum { PLAN_DAYS_MAX = 36500 };

static const struct need *needs_read(struct reader *r, const struct json *object, size_t *n)
{
    static const char *const keys[] = {"step", "law", "article", "says", "remedy", NULL};
    const struct json *at = read_list(r, object, "needs", 0, READ_LIST_MAX, n);
    struct need *out = at != NULL ? read_alloc(r, *n, sizeof(*out)) : NULL;
    for (size_t i = 0; r->err == GW_OK && i < *n; i++, at = json_next(at)) {
        read_enter(r, "needs", i);
        read_only(r, at, keys);
        out[i].step = read_id(r, at, "step", FORM_STEP, true);
        out[i].cite = read_citation(r, at);
        out[i].says = read_words(r, at, "says", READ_SENTENCE_BYTES);
        out[i].remedy = read_words(r, at, "remedy", READ_SENTENCE_BYTES);
        read_fresh(r, out, sizeof(*out), i);
        read_leave(r);
    }
    return out;
}

static const struct material *materials_read(struct reader *r, const struct json *object, size_t *n)
{
    static const char *const keys[] = {"key", "name", "required", NULL};
    const struct json *at = read_list(r, object, "materials", 0, READ_LIST_MAX, n);
    struct material *out = at != NULL ? read_alloc(r, *n, sizeof(*out)) : NULL;
    for (size_t i = 0; r->err == GW_OK && i < *n; i++, at = json_next(at)) {
        read_enter(r, "materials", i);
        read_only(r, at, keys);
        out[i].key = read_id(r, at, "key", FORM_KEY, true);
        out[i].name = read_words(r, at, "name", READ_NAME_BYTES);
        out[i].required = read_flag(r, at, "required");
        read_fresh(r, out, sizeof(*out), i);
        read_leave(r);
    }
    return out;
}

static const char *const *notices_read(struct reader *r, const struct json *object, size_t *n)
{
    const struct json *at = read_list(r, object, "notices", 0, READ_LIST_MAX, n);
    const char **out = at != NULL ? read_alloc(r, *n, sizeof(*out)) : NULL;
    for (size_t i = 0; r->err == GW_OK && i < *n; i++, at = json_next(at)) {
        const char *id = json_text(at);
        if (id == NULL || !read_form_ok(FORM_SOURCE, id, strlen(id))) {
            read_wrong(r, "notices");
        } else if ((out[i] = gw_arena_text(r->arena, id)) == NULL) {
            read_nomem(r);
        } else {
            read_fresh(r, out, sizeof(*out), i);
        }
    }
    return out;
}

static unsigned roles_read(struct reader *r, const struct json *object)
{
    size_t n;
    unsigned roles = 0;
    const struct json *at = read_list(r, object, "roles", 1, ROLE_N, &n);
    for (size_t i = 0; r->err == GW_OK && i < n; i++, at = json_next(at)) {
        const char *name = json_text(at);
        enum gw_role role;
        if (name == NULL || !role_parse(name, &role) || (roles & (1U << role)) != 0) {
            read_wrong(r, "roles");
        } else {
            roles |= 1U << role;
        }
    }
    return roles;
}

static void plan_read(struct reader *r, const struct json *object, struct step_spec *out)
{
    static const char *const keys[] = {"from", "days", NULL};
    const struct json *at = json_obj(object, "plan");
    if (at == NULL) {
        if (json_has(object, "plan")) {
            read_wrong(r, "plan");
        }
        return;
    }
    read_enter(r, "plan", SIZE_MAX);
    read_only(r, at, keys);
    term_member_read(r, at, "from", &out->plan_ref);
    if (out->plan_ref.kind != TERM_OPEN) {
        read_wrong(r, "from");
    }
    out->plan_days = (int)read_int(r, at, "days", -PLAN_DAYS_MAX, PLAN_DAYS_MAX);
    out->planned = true;
    read_leave(r);
}

static void step_read(struct reader *r, const struct json *at, struct step_spec *out)
{
    static const char *const keys[] = {"id",        "name",    "actor",    "roles",  "subject",
                                       "issues",    "second",  "optional", "when",   "needs",
                                       "times",     "plan",    "fields",   "counts", "checks",
                                       "materials", "notices", "files",    "ends",   NULL};
    out->id = read_id(r, at, "id", FORM_STEP, true);
    read_named(r, out->id);
    read_only(r, at, keys);
    out->name = read_words(r, at, "name", READ_NAME_BYTES);
    out->actor = read_words(r, at, "actor", READ_NAME_BYTES);
    out->roles = roles_read(r, at);
    out->subjects = json_has(at, "subject");
    if (out->subjects) {
        out->subject = read_words(r, at, "subject", READ_NAME_BYTES);
    }
    out->issues = read_flag(r, at, "issues");
    out->second = read_flag(r, at, "second");
    out->optional = read_flag(r, at, "optional");
    out->when = checks_read(r, at, "when", &out->when_n);
    out->needs = needs_read(r, at, &out->needs_n);
    out->times = times_read(r, at, &out->times_n);
    plan_read(r, at, out);
    out->fields = fields_read(r, at, LIST_FIELDS, &out->fields_n);
    out->counts = fields_read(r, at, LIST_COUNTS, &out->counts_n);
    out->checks = checks_read(r, at, "checks", &out->checks_n);
    out->materials = materials_read(r, at, &out->materials_n);
    out->notices = notices_read(r, at, &out->notices_n);
    out->files = offices_read(r, at, "files", &out->files_n);
    out->ends = offices_read(r, at, "ends", &out->ends_n);
    for (size_t i = 0; r->err == GW_OK && i < out->counts_n; i++) {
        for (size_t k = 0; k < out->fields_n; k++) {
            if (strcmp(out->counts[i].key, out->fields[k].key) == 0) {
                read_twice(r, out->counts[i].key);
            }
        }
    }
}

static const struct step_spec *steps_read(struct reader *r, const struct json *object, size_t *n)
{
    const struct json *at = read_list(r, object, "steps", 1, READ_LIST_MAX, n);
    struct step_spec *out = at != NULL ? read_alloc(r, *n, sizeof(*out)) : NULL;
    for (size_t i = 0; r->err == GW_OK && i < *n; i++, at = json_next(at)) {
        read_enter(r, "steps", i);
        step_read(r, at, &out[i]);
        read_fresh(r, out, sizeof(*out), i);
        read_leave(r);
    }
    return out;
}

static void open_read(struct reader *r, const struct json *object, struct proc_template *out)
{
    static const char *const keys[] = {"fields", "checks", NULL};
    const struct json *at = json_obj(object, "open");
    if (at == NULL) {
        read_wrong(r, "open");
        return;
    }
    read_enter(r, "open", SIZE_MAX);
    read_only(r, at, keys);
    if (!json_has(at, "fields")) {
        read_wrong(r, "fields");
    }
    out->open_fields = fields_read(r, at, LIST_FIELDS, &out->open_n);
    out->open_checks = checks_read(r, at, "checks", &out->open_checks_n);
    read_leave(r);
}

void template_read(struct reader *r, const struct json *at, struct proc_template *out)
{
    static const char *const keys[] = {"template", "version", "kind",       "committee",
                                       "mode",     "title",   "valid_from", "valid_to",
                                       "anchor",   "open",    "steps",      NULL};
    struct rule_head head;
    template_head_read(r, at, &head);
    read_only(r, at, keys);
    out->id = head.id;
    out->version = head.version;
    out->kind = head.kind;
    out->committee = head.committee;
    out->mode = head.mode;
    out->title = head.title;
    out->valid_from = head.valid_from;
    out->valid_to = head.valid_to;
    out->anchor = read_id(r, at, "anchor", FORM_KEY, true);
    open_read(r, at, out);
    out->steps = steps_read(r, at, &out->steps_n);
}
