/* Reads members of a rule file, strictly. The first error sticks: every call after it does nothing
 * and gives an empty value, so that a loader reads straight down and looks at err once. The
 * sentence names file, template, step and member: the path. Texts are copied into the arena. */
#ifndef GW_RULES_RULE_READ_P_H
#define GW_RULES_RULE_READ_P_H

#include "api/json.h"
#include "model/ruleset.h"

enum {
    READ_DEPTH_MAX = 6,
    READ_NAME_MAX = 96,
    READ_PATH_MAX = READ_DEPTH_MAX * (READ_NAME_MAX + 6),
    READ_TITLE_BYTES = 127, /* fits struct ruleset_entry */
    READ_NAME_BYTES = 240,  /* of a field, step, source */
    READ_SENTENCE_BYTES = 600,
    READ_LIST_MAX = 64, /* steps, fields of a step, checks … */
    READ_VERSION_MAX = 1000000,
};
#define READ_INT_MAX INT64_C(9007199254740991) /* of JSON, 2^53 - 1 */

struct reader {
    struct gw_arena *arena; /* borrowed */
    struct gw_fail *fail;   /* may be NULL */
    enum gw_err err;
    char path[READ_DEPTH_MAX][READ_NAME_MAX];
    size_t depth;
};

/* file: how the file is named in sentences; NULL = nothing to name. */
void read_begin(struct reader *r, struct gw_arena *arena, struct gw_fail *fail, const char *file);
/* One level deeper: what stands there, and its place in a list (SIZE_MAX: none). */
void read_enter(struct reader *r, const char *what, size_t index);
void read_named(struct reader *r, const char *name); /* the level has a better name now */
void read_leave(struct reader *r);
/* "proc-x.json › village-direct › S06". Never longer than size. */
void read_path(const struct reader *r, char *out, size_t size);

/* ---- what can be wrong; each sets err when none is set */
void read_wrong(struct reader *r, const char *member);
void read_twice(struct reader *r, const char *name);
void read_nomem(struct reader *r);
/* "<path>: <sentence>", the sentence translated. */
void read_refuse(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- members */

/* An object with no other members than these (NULL at the end). */
void read_only(struct reader *r, const struct json *object, const char *const *keys);
void *read_alloc(struct reader *r, size_t n, size_t size);
/* Not empty, no control characters; NULL when not required and absent. */
const char *read_text(struct reader *r, const struct json *object, const char *key,
                      size_t max_bytes, bool required);
struct words read_words(struct reader *r, const struct json *object, const char *key,
                        size_t max_bytes);
/* Forms of names, as in rules/schema. */
enum read_form {
    FORM_SET,    /* cn-village */
    FORM_KIND,   /* by-election */
    FORM_KEY,    /* polling_day */
    FORM_STEP,   /* S06 */
    FORM_RULE,   /* S06.lead */
    FORM_SOURCE, /* V26, and notices: N04 */
    FORM_PLACE,  /* CQ */
    FORM_CHOICE, /* keep */
};
bool read_form_ok(enum read_form form, const char *text, size_t len);
const char *read_id(struct reader *r, const struct json *object, const char *key,
                    enum read_form form, bool required);
int64_t read_int(struct reader *r, const struct json *object, const char *key, int64_t min,
                 int64_t max);
/* The same when the member is there, else other. */
int64_t read_int_or(struct reader *r, const struct json *object, const char *key, int64_t min,
                    int64_t max, int64_t other);
bool read_flag(struct reader *r, const struct json *object, const char *key); /* absent: false */
gw_day read_day(struct reader *r, const struct json *object, const char *key);
gw_day read_open_day(struct reader *r, const struct json *object, const char *key); /* null: none */
/* Index in names (NULL at the end). first_is_default: the member may be absent. */
size_t read_one_of(struct reader *r, const struct json *object, const char *key,
                   const char *const *names, bool first_is_default);
struct citation read_citation(struct reader *r, const struct json *object);
/* First of min to max items; *n = how many. NULL and 0 when empty, or absent and min is 0. */
const struct json *read_list(struct reader *r, const struct json *object, const char *key,
                             size_t min, size_t max, size_t *n);
/* The name of item i (its first member, a const char *) is not that of an item before it. */
void read_fresh(struct reader *r, const void *items, size_t size, size_t i);

#endif
