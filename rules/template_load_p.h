/* Templates: steps, checks, times and the names in them. Two passes: what is written
 * (template_read), then whether every name leads somewhere (template_resolve), for a name may point
 * to a later step. */
#ifndef GW_RULES_TEMPLATE_LOAD_P_H
#define GW_RULES_TEMPLATE_LOAD_P_H

#include "rules/rule_read_p.h"

void template_read(struct reader *r, const struct json *at, struct proc_template *out);
/* set: numbers and sources of all layers. */
void template_resolve(struct reader *r, const struct ruleset *set, const struct proc_template *t);

/* ---- the parts, one file each */
void term_read(struct reader *r, const struct json *value, const char *member, struct term *out);
void term_member_read(struct reader *r, const struct json *object, const char *key,
                      struct term *out); /* of the member with this key */
void term_text_read(struct reader *r, const char *text, struct term *out); /* a name only */
/* Lists of an object: arrays in the arena, NULL and 0 when the member is absent. */
const struct check *checks_read(struct reader *r, const struct json *object, const char *key,
                                size_t *n);
const struct time_rule *times_read(struct reader *r, const struct json *object, size_t *n);
/* Member "where", none when it is absent. */
void where_read(struct reader *r, const struct json *at, struct where_value out[WHERE_MAX],
                size_t *n);
/* key "files" or "ends" */
const struct office_rule *offices_read(struct reader *r, const struct json *object, const char *key,
                                       size_t *n);
enum field_list { LIST_FIELDS, LIST_COUNTS };
const struct proc_field *fields_read(struct reader *r, const struct json *object,
                                     enum field_list list, size_t *n);

#endif
