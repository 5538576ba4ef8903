/* Rule sets and templates of procedures: files of rules/ to a composed text, and a composed text to
 * struct ruleset. Strict JSON; a broken file is refused whole, with file, template, step and member
 * named. The grammar is docs/procedures.md; rules/schema/{law,holidays,template}.schema.json are
 * its machine-readable form (what leads nowhere, rings of needs and layers are checked only here).
 *
 * A folder is taken whole: one broken law-*.json, proc-*.json or holidays.json in it is refused by
 * name, for what it would have said is not known. Names of
 * files matter only in their beginning: several versions of a law or a template lie beside each
 * other, told apart by version and days. */
#ifndef GW_RULES_RULESET_LOAD_H
#define GW_RULES_RULESET_LOAD_H

#include "base/buf.h"
#include "model/ruleset.h"

enum { RULESET_TEXT_MAX = 192 * 1024, RULESET_MEMORY_MAX = 8 * 1024 * 1024 };

/* What lies in a rules folder, for lists and for a choice by kind. Texts owned by the entry. */
struct ruleset_entry {
    char template_id[64], kind[32], committee[16], mode[24], set[64];
    int version;
    char title_zh[128], title_en[128];
    gw_day valid_from, valid_to;
};
/* Every template of the folder, each version of it, by id and version; set is the newest layer that
 * fits (an overlay before national law; "any": of a village), "" when there is none. GW_ABSENT: no
 * such folder. GW_TOO_LARGE: more than cap; *n = cap are there then. GW_INVALID: a broken file. */
enum gw_err ruleset_list(const char *dir, struct ruleset_entry *out, size_t cap, size_t *n,
                         struct gw_fail *fail);

/* The composed text for a template as it is in force on `day` (an election keeps the version in
 * force on its polling day): {"format":"gridward-rules-v1","layers":[…],"holidays":…,"template":…},
 * the files' own texts put in unchanged, so its SHA-256 names exactly these files. Of several
 * versions in force the highest counts (DAY_NONE: of all). jurisdiction picks the overlay ("CQ"; ""
 * or that of the national law = national law alone). A template for "any" committee takes the law
 * of villages; ask for another with ruleset_compose_as. out is emptied first; its ceiling must hold
 * RULESET_TEXT_MAX. What comes out loads. GW_ABSENT with a sentence when none is in force then,
 * GW_INVALID for a broken folder, GW_TOO_LARGE; out is empty then. Cost: reads the folder whole. */
enum gw_err ruleset_compose(const char *dir, const char *template_id, const char *jurisdiction,
                            gw_day day, struct gw_buf *out, struct gw_fail *fail);

struct ruleset_ask {
    const char *template_id;
    const char *jurisdiction; /* as above */
    const char *committee;    /* village or community; "" or NULL = the template's own */
    gw_day day;
};
/* The same; GW_INVALID when the template is for the other kind of committee. */
enum gw_err ruleset_compose_as(const char *dir, const struct ruleset_ask *ask, struct gw_buf *out,
                               struct gw_fail *fail);

/* Loads a composed text. GW_INVALID with a sentence; *out NULL then. */
enum gw_err ruleset_load(const char *text, size_t len, struct ruleset **out, struct gw_fail *fail);

/* Checks one file of rules/ (`gridward rules check FILE`): a law file, rest days, a template or the
 * escalation policies, told by what stands in it. GW_OK leaves in fail->text the sentence that says
 * which it is. Laws that it needs are those beside it: an overlay is laid over its base, a template
 * is loaded with the law of each kind of committee that it serves, once with each overlay (the
 * version in force on its first day, else the newest). GW_ABSENT: no such file. */
enum gw_err ruleset_check_file(const char *path, struct gw_fail *fail);

#endif
