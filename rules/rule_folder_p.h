/* The rule files of a folder, read whole, and the choice among them. */
#ifndef GW_RULES_RULE_FOLDER_P_H
#define GW_RULES_RULE_FOLDER_P_H

#include "rules/ruleset_load_p.h"

enum { FOLDER_FILES_MAX = 256, FOLDER_MEMORY_MAX = 1024 * 1024, FILE_NAME_BYTES = 128 };

enum rule_kind { RULE_NONE, RULE_LAW, RULE_HOLIDAYS, RULE_TEMPLATE, RULE_POLICIES };

struct rule_file {
    char name[FILE_NAME_BYTES];
    enum rule_kind kind;
    struct gw_buf text;    /* without the final newline */
    struct rule_head head; /* laws and templates */
};
struct rule_folder {
    struct gw_arena arena;   /* texts of the heads */
    struct rule_file *files; /* owned; by name */
    size_t n;
};

/* By the beginning of the name: law-, proc-, holidays.json; others are RULE_NONE and left alone. */
enum rule_kind rule_kind_of_name(const char *name);
/* Text without the newline at its end. */
enum gw_err rule_file_read(const char *path, struct gw_buf *text, struct gw_fail *fail);

/* GW_ABSENT: no folder. folder_free also after an error. */
enum gw_err folder_read(const char *dir, struct rule_folder *out, struct gw_fail *fail);
void folder_free(struct rule_folder *folder);

/* What is looked for. Members that are NULL (DAY_NONE) do not matter. */
struct rule_want {
    enum rule_kind kind;
    const char *id, *committee, *jurisdiction;
    const char *base; /* "": has none */
    gw_day day;       /* in force then */
};
/* The highest version of what fits; NULL in *out when none does. GW_INVALID with both names when
 * two files are equally good. */
enum gw_err folder_choose(const struct rule_folder *folder, const struct rule_want *want,
                          const struct rule_file **out, struct gw_fail *fail);

/* The layers of a rule set: base, then the overlay of jurisdiction when one is asked for. GW_ABSENT
 * with a sentence. */
struct rule_parts {
    const struct rule_file *layers[LAYERS_MAX];
    size_t layers_n;
    const struct rule_file *holidays, *template_;
};
enum gw_err folder_layers(const struct rule_folder *folder, const char *committee,
                          const char *jurisdiction, gw_day day, struct rule_parts *out,
                          struct gw_fail *fail);
/* holidays.json of the folder. */
enum gw_err folder_holidays(const struct rule_folder *folder, struct rule_parts *out,
                            struct gw_fail *fail);
/* The composed text, loaded once to see that it does. *out is emptied after an error. */
enum gw_err parts_compose(const struct rule_parts *parts, struct gw_buf *out, struct gw_fail *fail);

#endif
