/* Near kin 近亲属 (CC 1045: spouse, parents, children, siblings, both sides' grandparents,
 * grandchildren; in-laws are not) told from the household register: relation to the head by GB/T
 * 4761. Pure tables. What they say is a hint for people who know the family, never a finding. */
#ifndef GW_MODEL_KIN_H
#define GW_MODEL_KIN_H

#include <stdbool.h>

enum kin_answer {
    KIN_NEAR,
    KIN_NOT,
    KIN_ASK, /* the register cannot tell: ask */
};

/* A code of GB/T 4761 that is known here: two digits. NULL is none. */
bool kin_code_known(const char *code);
/* "长子", "Eldest son" (translated); "" for an unknown code. */
const char *kin_word(const char *code);
/* 01 and 02: the person is the head of the household. */
bool kin_is_head(const char *code);

/* One member and the head; 01 and 02 are the head himself: KIN_NOT. Unknown or NULL: KIN_ASK. */
enum kin_answer kin_of_head(const char *code);
/* Two different members of one household, each by his relation to its head. Symmetric. Stepchildren
 * and foster children count as children (CC 1072, 1111). */
enum kin_answer kin_between(const char *a, const char *b);

#endif
