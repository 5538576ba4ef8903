/* Rule sets as data: strict JSON into model structs. A broken file is refused whole, with the policy
 * and the member named; nothing of it is used. */
#ifndef GW_RULES_LOAD_H
#define GW_RULES_LOAD_H

#include <stddef.h>

#include "base/err.h"
#include "model/policy.h"

enum { RULES_POLICIES_MAX = 32, RULES_FILE_MAX = 256 * 1024 };

/* Escalation policies of rules/policies.json (schema: rules/schema/policies.schema.json). Exactly one
 * policy has no kinds: it serves every kind that no other names. GW_INVALID with a sentence. */
enum gw_err rules_load_policies(const char *json, size_t len, struct policy *out, size_t cap,
                                size_t *n, struct gw_fail *fail);
/* The same from a file; GW_ABSENT when it is missing. */
enum gw_err rules_read_policies(const char *path, struct policy *out, size_t cap, size_t *n,
                                struct gw_fail *fail);

/* The policy that serves a kind; never NULL for a set that loaded. */
const struct policy *rules_policy_for(const struct policy *set, size_t n, const char *alarm_kind);

#endif
