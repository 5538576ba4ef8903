/* What loading and composing share. */
#ifndef GW_RULES_RULESET_LOAD_P_H
#define GW_RULES_RULESET_LOAD_P_H

#include "rules/rule_read_p.h"
#include "rules/ruleset_load.h"

enum { LAYERS_MAX = 4 };

/* What a file says about itself: enough to choose one. Texts in the reader's arena. */
struct rule_head {
    const char *id;   /* set or template */
    const char *base; /* overlay: the set below it, else NULL */
    const char *jurisdiction, *committee;
    const char *kind, *mode; /* template */
    int version;
    struct words title;
    gw_day valid_from, valid_to;
};
void law_head_read(struct reader *r, const struct json *at, struct rule_head *out);
void template_head_read(struct reader *r, const struct json *at, struct rule_head *out);

struct law {
    struct rule_head head;
    struct rule_number *numbers;
    size_t numbers_n;
    struct rule_source *sources;
    size_t sources_n;
};
void law_read(struct reader *r, const struct json *at, struct law *out);
/* Lays the layers over each other, base first: numbers, sources, name and days of the set. */
void laws_merge(struct reader *r, const struct law *laws, size_t n, struct ruleset *out);
void holidays_read(struct reader *r, const struct json *at, struct holidays *out);

/* Names of the files that a text was composed of, for sentences; NULL = not known. */
struct rule_names {
    const char *layers[LAYERS_MAX];
    const char *holidays, *template_;
};
enum gw_err ruleset_load_named(const char *text, size_t len, const struct rule_names *names,
                               struct ruleset **out, struct gw_fail *fail);

#endif
