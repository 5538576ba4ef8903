/* Identity checks: resident ID number (GB 11643), unified social credit code (GB 32100). */
#ifndef GW_MODEL_IDNUM_H
#define GW_MODEL_IDNUM_H

#include <stdbool.h>
#include <stdint.h>

enum idnum_fault {
    IDNUM_OK,
    IDNUM_LENGTH,
    IDNUM_CHARACTER,
    IDNUM_DATE,   /* no such day, in the future, or over 130 years ago */
    IDNUM_CHECK,  /* check digit */
};
/* today is YYYY-MM-DD. A small x is accepted and meant as X. */
enum idnum_fault idnum_check(const char *number, const char *today);
/* YYYY-MM-DD and GB/T 2261.1 sex of a number that passes. */
void idnum_facts(const char *number, char birth[11], char *sex);
/* 15 -> 18 digits (century 19); false when it is not 15 digits. */
bool idnum_from15(const char *old, char out[19]);
/* Check digit for 17 digits. */
char idnum_check_digit(const char digits17[17]);
bool credit_code_ok(const char *code);
/* Whole years on a day; both YYYY-MM-DD; -1 when unreadable. */
int age_on(const char *birth, const char *day);

#endif
