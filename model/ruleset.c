#include "model/ruleset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

const char *words_in(const struct words *words)
{
    bool english = gw_i18n_lang() == GW_LANG_EN && words->en != NULL && words->en[0] != '\0';
    return english ? words->en : words->zh;
}

void ruleset_free(struct ruleset *set)
{
    if (set != NULL) {
        gw_arena_free(&set->arena);
        free(set);
    }
}

static struct rule_number *number_of(const struct ruleset *set, const char *key)
{
    for (size_t i = 0; i < set->numbers_n; i++) {
        if (strcmp(set->numbers[i].key, key) == 0) {
            return &set->numbers[i];
        }
    }
    return NULL;
}

const struct rule_number *ruleset_number(const struct ruleset *set, const char *key)
{
    return number_of(set, key);
}

const struct rule_source *ruleset_source(const struct ruleset *set, const char *id)
{
    for (size_t i = 0; i < set->sources_n; i++) {
        if (strcmp(set->sources[i].id, id) == 0) {
            return &set->sources[i];
        }
    }
    return NULL;
}

/* "S06": most differ in the third letter, and asking strcmp takes longer than these. */
static bool same_id(const char *a, const char *b)
{
    return a[0] == b[0] && (a[0] == '\0' || (a[1] == b[1] && (a[1] == '\0' || a[2] == b[2]))) &&
           strcmp(a, b) == 0;
}

const struct step_spec *template_step(const struct proc_template *t, const char *id)
{
    for (size_t i = 0; i < t->steps_n; i++) {
        if (same_id(t->steps[i].id, id)) {
            return &t->steps[i];
        }
    }
    return NULL;
}

static const struct proc_field *field_of(const struct proc_field *fields, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(fields[i].key, key) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static const char *const organs[ORGAN_N] = {
    [ORGAN_COMMITTEE] = "committee",
    [ORGAN_SUPERVISION] = "supervision",
    [ORGAN_REPRESENTATIVES] = "representatives",
    [ORGAN_GROUP] = "group",
    [ORGAN_PARTY] = "party",
};

bool office_organ_parse(const char *name, enum office_organ *out)
{
    for (size_t i = 0; i < ORGAN_N; i++) {
        if (strcmp(organs[i], name) == 0) {
            *out = (enum office_organ)i;
            return true;
        }
    }
    return false;
}

const char *office_organ_name(enum office_organ organ)
{
    return organs[organ];
}

const struct proc_field *step_field(const struct step_spec *step, const char *key)
{
    const struct proc_field *field = field_of(step->fields, step->fields_n, key);
    return field != NULL ? field : field_of(step->counts, step->counts_n, key);
}

const struct proc_field *template_open_field(const struct proc_template *t, const char *key)
{
    return field_of(t->open_fields, t->open_n, key);
}

bool ruleset_confirm(struct ruleset *set, const char *key, int64_t value, const char *document)
{
    struct rule_number *number = number_of(set, key);
    if (number == NULL || number->status != NUMBER_CONFIRM || value < number->min ||
        value > number->max) {
        return false;
    }
    const char *copy = gw_arena_text(&set->arena, document);
    if (copy == NULL) {
        return false;
    }
    number->known = true;
    number->value = value;
    number->document = copy;
    return true;
}

/* ---- citations */

static struct citation term_cite(const struct ruleset *set, const struct term *term)
{
    static const struct citation none = {NULL, NULL};
    const struct rule_number *number =
        term->kind == TERM_NUMBER ? ruleset_number(set, term->key) : NULL;
    if (number == NULL || !number->known) {
        return none;
    }
    return number->cite.law != NULL ? number->cite : (struct citation){number->document, NULL};
}

struct citation time_rule_cite(const struct ruleset *set, const struct time_rule *rule)
{
    return rule->cite.law != NULL ? rule->cite : term_cite(set, &rule->days);
}

struct citation check_cite(const struct ruleset *set, const struct check *check)
{
    struct citation cite = check->cite;
    if (cite.law == NULL && check->den_of.text != NULL) {
        cite = term_cite(set, &check->den_of);
    }
    for (size_t i = 0; cite.law == NULL && i < check->right_n; i++) {
        cite = term_cite(set, &check->right[i]);
    }
    for (size_t i = 0; cite.law == NULL && i < check->left_n; i++) {
        cite = term_cite(set, &check->left[i]);
    }
    return cite;
}

int64_t check_den(const struct ruleset *set, const struct check *check)
{
    if (check->den_of.text == NULL) {
        return check->den;
    }
    const struct rule_number *number = ruleset_number(set, check->den_of.key);
    return number != NULL && number->known && number->value > 0 ? number->value : 0;
}

enum { TITLE_MAX = 256 };

/* The title without the version in brackets at its end: 《村民委员会组织法》, not
 * 《村民委员会组织法 （2025年10月28日修订）》. Which version counts is shown beside the sources. */
static void bare_title(const char *title, char out[TITLE_MAX])
{
    static const struct {
        const char *opens, *closes;
    } pairs[] = {{"（", "）"}, {" (", ")"}};
    size_t len = strlen(title);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        size_t tail = strlen(pairs[i].closes);
        const char *open = strstr(title, pairs[i].opens);
        for (const char *next = open; next != NULL; next = strstr(next + 1, pairs[i].opens)) {
            open = next;
        }
        if (open != NULL && open > title && strcmp(title + len - tail, pairs[i].closes) == 0) {
            len = (size_t)(open - title);
            break;
        }
    }
    len = len < TITLE_MAX ? len : TITLE_MAX - 1;
    memcpy(out, title, len);
    out[len] = '\0';
}

/* "18-3-2" into article, paragraph, item; how many there are. */
static int article_parts(const char *article, char out[3][16])
{
    int n = 0;
    while (n < 3 && *article != '\0') {
        size_t len = strcspn(article, "-");
        (void)snprintf(out[n++], 16, "%.*s", (int)len, article);
        article += len + (article[len] == '-' ? 1 : 0);
    }
    return n;
}

int citation_print(const struct ruleset *set, const struct citation *cite, char *out, size_t size)
{
    char title[TITLE_MAX], part[3][16];
    if (cite->law == NULL) {
        return snprintf(out, size, "%s", "");
    }
    const struct rule_source *source = ruleset_source(set, cite->law);
    bare_title(source != NULL ? words_in(&source->title) : cite->law, title);
    switch (cite->article != NULL ? article_parts(cite->article, part) : 0) {
    case 0:
        return snprintf(out, size, _("Law: %s"), title);
    case 1:
        return snprintf(out, size, _("%s, article %s"), title, part[0]);
    case 2:
        return snprintf(out, size, _("%s, article %s, paragraph %s"), title, part[0], part[1]);
    default:
        return snprintf(out, size, _("%s, article %s, paragraph %s, item %s"), title, part[0],
                        part[1], part[2]);
    }
}
