/* A rules folder to lists and to composed texts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "rules/rule_folder_p.h"

/* ---- the list */

/* Newest layer for a template: an overlay before national law, then the higher version. */
static const char *newest_set(const struct rule_folder *folder, const char *committee)
{
    const struct rule_head *best = NULL;
    committee = strcmp(committee, "any") == 0 ? "village" : committee;
    for (size_t i = 0; i < folder->n; i++) {
        const struct rule_head *head = &folder->files[i].head;
        if (folder->files[i].kind != RULE_LAW || strcmp(head->committee, committee) != 0) {
            continue;
        }
        bool above = best != NULL && (head->base != NULL) != (best->base != NULL)
                         ? head->base != NULL
                         : best == NULL || head->version > best->version;
        best = above ? head : best;
    }
    return best != NULL ? best->id : "";
}

static void entry_fill(const struct rule_folder *folder, const struct rule_head *head,
                       struct ruleset_entry *out)
{
    /* every length was checked when the head was read */
    memset(out, 0, sizeof(*out));
    (void)snprintf(out->template_id, sizeof(out->template_id), "%s", head->id);
    (void)snprintf(out->kind, sizeof(out->kind), "%s", head->kind);
    (void)snprintf(out->committee, sizeof(out->committee), "%s", head->committee);
    (void)snprintf(out->mode, sizeof(out->mode), "%s", head->mode);
    (void)snprintf(out->set, sizeof(out->set), "%s", newest_set(folder, head->committee));
    (void)snprintf(out->title_zh, sizeof(out->title_zh), "%s", head->title.zh);
    (void)snprintf(out->title_en, sizeof(out->title_en), "%s", head->title.en);
    out->version = head->version;
    out->valid_from = head->valid_from;
    out->valid_to = head->valid_to;
}

static int by_id(const void *a, const void *b)
{
    const struct ruleset_entry *x = a, *y = b;
    int order = strcmp(x->template_id, y->template_id);
    return order != 0 ? order : (x->version > y->version) - (x->version < y->version);
}

enum gw_err ruleset_list(const char *dir, struct ruleset_entry *out, size_t cap, size_t *n,
                         struct gw_fail *fail)
{
    struct rule_folder folder;
    enum gw_err err = folder_read(dir, &folder, fail);
    *n = 0;
    for (size_t i = 0; err == GW_OK && i < folder.n; i++) {
        if (folder.files[i].kind != RULE_TEMPLATE) {
            continue;
        }
        if (*n == cap) {
            err = gw_fail_set(fail, GW_TOO_LARGE, _("There are more than %zu templates in %s."),
                              cap, dir);
        } else {
            entry_fill(&folder, &folder.files[i].head, &out[(*n)++]);
        }
    }
    qsort(out, *n, sizeof(*out), by_id);
    folder_free(&folder);
    return err;
}

/* ---- composing */

static enum gw_err template_choose(const struct rule_folder *folder, const struct ruleset_ask *ask,
                                   struct rule_parts *out, struct gw_fail *fail)
{
    char text[DAY_TEXT + 1];
    struct rule_want want = {.kind = RULE_TEMPLATE, .id = ask->template_id, .day = ask->day};
    enum gw_err err = folder_choose(folder, &want, &out->template_, fail);
    if (err != GW_OK || out->template_ != NULL) {
        return err;
    }
    day_print(ask->day, text);
    return gw_fail_set(
        fail, GW_ABSENT,
        _("There is no template “%s” in force on %s. `gridward rules list` shows which "
          "there are."),
        ask->template_id, text);
}

/* Village or community, for the law; NULL with a sentence when the template is for the other. */
static const char *committee_for(const char *of_template, const char *asked, struct gw_fail *fail)
{
    bool any = strcmp(of_template, "any") == 0, none = asked == NULL || asked[0] == '\0';
    if (none) {
        return any ? "village" : of_template;
    }
    if (!any && strcmp(of_template, asked) != 0) {
        (void)gw_fail_set(fail, GW_INVALID,
                          _("This template is for “%s”, not for “%s”. Choose another template."),
                          of_template, asked);
        return NULL;
    }
    return asked;
}

enum gw_err ruleset_compose_as(const char *dir, const struct ruleset_ask *ask, struct gw_buf *out,
                               struct gw_fail *fail)
{
    struct rule_folder folder;
    struct rule_parts parts = {0};
    const char *place = ask->jurisdiction != NULL ? ask->jurisdiction : "", *committee = NULL;
    gw_buf_reset(out);
    enum gw_err err = folder_read(dir, &folder, fail);
    err = err != GW_OK ? err : template_choose(&folder, ask, &parts, fail);
    if (err == GW_OK) {
        committee = committee_for(parts.template_->head.committee, ask->committee, fail);
        err = committee == NULL ? GW_INVALID : GW_OK;
    }
    err = err != GW_OK ? err : folder_layers(&folder, committee, place, ask->day, &parts, fail);
    err = err != GW_OK ? err : folder_holidays(&folder, &parts, fail);
    err = err != GW_OK ? err : parts_compose(&parts, out, fail);
    folder_free(&folder);
    return err;
}

enum gw_err ruleset_compose(const char *dir, const char *template_id, const char *jurisdiction,
                            gw_day day, struct gw_buf *out, struct gw_fail *fail)
{
    struct ruleset_ask ask = {.template_id = template_id, .jurisdiction = jurisdiction, .day = day};
    return ruleset_compose_as(dir, &ask, out, fail);
}
