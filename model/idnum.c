#include "model/idnum.h"

#include <stdio.h>
#include <string.h>

enum { OLDEST_YEARS = 130, ID_LEN = 18, OLD_LEN = 15 };

static bool digits(const char *text, size_t n)
{
    return strspn(text, "0123456789") >= n;
}

static int number(const char *text, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++) {
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

struct day {
    int year, month, day;
};

static bool real_day(const struct day *d)
{
    return d->year >= 1 && d->month >= 1 && d->month <= 12 && d->day >= 1 &&
           d->day <= days_in(d->year, d->month);
}

static bool read_day(const char *text, struct day *out)
{
    if (!text || strlen(text) != 10 || !digits(text, 4) || text[4] != '-' || !digits(text + 5, 2) ||
        text[7] != '-' || !digits(text + 8, 2)) {
        return false;
    }
    *out = (struct day){number(text, 4), number(text + 5, 2), number(text + 8, 2)};
    return real_day(out);
}

static int order(const struct day *a, const struct day *b)
{
    int first = a->year - b->year;
    int second = a->month - b->month;
    return first ? first : second ? second : a->day - b->day;
}

char idnum_check_digit(const char digits17[17])
{
    int sum = 0;
    for (size_t i = 0; i < 17; i++) {
        int weight = (1 << (17 - i)) % 11; /* 2^(18-i), i counted from 1 */
        sum += (digits17[i] - '0') * weight;
    }
    return "10X98765432"[sum % 11];
}

static struct day birth_of(const char *number18)
{
    return (struct day){number(number18 + 6, 4), number(number18 + 10, 2),
                        number(number18 + 12, 2)};
}

enum idnum_fault idnum_check(const char *number18, const char *today)
{
    struct day now;
    if (strlen(number18) != ID_LEN) {
        return IDNUM_LENGTH;
    }
    char last = number18[17] == 'x' ? 'X' : number18[17];
    if (!digits(number18, 17) || !(last == 'X' || (last >= '0' && last <= '9'))) {
        return IDNUM_CHARACTER;
    }
    struct day birth = birth_of(number18);
    if (!real_day(&birth)) {
        return IDNUM_DATE;
    }
    if (read_day(today, &now)) {
        struct day oldest = {now.year - OLDEST_YEARS, now.month, now.day};
        if (order(&birth, &now) > 0 || order(&birth, &oldest) < 0) {
            return IDNUM_DATE;
        }
    }
    return idnum_check_digit(number18) == last ? IDNUM_OK : IDNUM_CHECK;
}

void idnum_facts(const char *number18, char birth[11], char *sex)
{
    (void)snprintf(birth, 11, "%.4s-%.2s-%.2s", number18 + 6, number18 + 10, number18 + 12);
    *sex = (number18[16] - '0') % 2 == 1 ? '1' : '2';
}

bool idnum_from15(const char *old, char out[19])
{
    if (strlen(old) != OLD_LEN || !digits(old, OLD_LEN)) {
        return false;
    }
    memcpy(out, old, 6);
    memcpy(out + 6, "19", 2);
    memcpy(out + 8, old + 6, 9);
    out[17] = idnum_check_digit(out);
    out[18] = '\0';
    return true;
}

bool credit_code_ok(const char *code)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int sum = 0;
    int weight = 1; /* 3^(i-1) mod 31 */
    if (strlen(code) != 18) {
        return false;
    }
    for (size_t i = 0; i < 17; i++) {
        const char *at = strchr(alphabet, code[i]);
        if (!at) {
            return false;
        }
        sum += (int)(at - alphabet) * weight;
        weight = weight * 3 % 31;
    }
    return code[17] == alphabet[(31 - sum % 31) % 31];
}

int age_on(const char *birth, const char *day)
{
    struct day from;
    struct day to;
    if (!read_day(birth, &from) || !read_day(day, &to) || order(&from, &to) > 0) {
        return -1;
    }
    bool before_birthday = to.month < from.month || (to.month == from.month && to.day < from.day);
    return to.year - from.year - before_birthday;
}
