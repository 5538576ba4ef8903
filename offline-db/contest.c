#include "offline-db/contest.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "model/role.h"

#define HAPPENED "happened_at"

/* ---- which there are */

size_t contest_list(const struct process_case *c, struct contest *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < procedure_findings(c->state); i++) {
        struct contest one;
        if (procedure_contest(c->state, procedure_finding(c->state, i), &one)) {
            if (n < cap) {
                out[n] = one;
            }
            n++;
        }
    }
    return n;
}

bool contest_of(const struct process_case *c, const struct ev_step *step, struct contest *out)
{
    for (size_t i = 0; i < procedure_findings(c->state); i++) {
        const struct finding *f = procedure_finding(c->state, i);
        bool is = procedure_contest(c->state, f, out);
        for (size_t k = 0; is && k < out->rivals_n; k++) {
            if (out->rivals[k] == step) {
                return true;
            }
        }
    }
    return false;
}

/* ---- who */

static const struct ev_signer *signer_of(const struct process_case *c, const struct ev_step *step)
{
    for (size_t i = 0; i < c->signers_n; i++) {
        if (strcmp(c->signers[i].dev, step->dev) == 0) {
            return &c->signers[i];
        }
    }
    return NULL;
}

void contest_name(const struct process_case *c, const struct ev_step *step, char *out, size_t size)
{
    const struct ev_signer *s = signer_of(c, step);
    const char *name = s && s->name && s->name[0] ? s->name : step->user;
    if (name && name[0]) {
        (void)snprintf(out, size, "%s", name);
    } else {
        (void)snprintf(out, size, _("device %s"), step->dev);
    }
}

const char *contest_role(const struct ev_step *step)
{
    enum gw_role role;
    return step->role && role_parse(step->role, &role) ? role_word(role) : "";
}

/* ---- choosing */

const struct proc_value *contest_value(const struct ev_step *step, const char *key, bool material)
{
    const struct proc_value *list = material ? step->materials : step->values;
    size_t n = material ? step->materials_n : step->values_n;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].key, key) == 0) {
            return &list[i];
        }
    }
    return NULL;
}

enum gw_err contest_choose(const struct contest *what, size_t rival, struct contest_entry *out,
                           struct gw_fail *fail)
{
    const struct ev_step *step = what->rivals[rival];
    *out = (struct contest_entry){.entry = {.target = step->hash}};
    if (!what->record) {
        return GW_OK; /* it stands as it is: the correction names no member */
    }
    out->entry.target = what->record->hash;
    if (strcmp(what->key, HAPPENED) == 0) {
        out->entry.happened_at = step->happened_at;
        return GW_OK;
    }
    const struct proc_value *v = contest_value(step, what->key, what->material);
    if (!v || v->erased) {
        return gw_fail_set(fail, GW_REFUSED,
                           _("This value was erased as the law asks, so it cannot be taken over. "
                             "Take another, or correct the record by typing."));
    }
    out->value = *v;
    if (what->material) {
        out->entry.materials = &out->value;
        out->entry.materials_n = 1;
    } else {
        out->entry.values = &out->value;
        out->entry.values_n = 1;
    }
    return GW_OK;
}
