#include "model/day.h"

#include <stdio.h>
#include <string.h>

enum {
    YEAR_MIN = 1900,
    YEAR_MAX = 2199,
    FIRST = -25567, /* 1900-01-01 */
    LAST = 84005,   /* 2199-12-31 */
};
#define DAY_MS  INT64_C(86400000)
#define ZONE_MS (8 * INT64_C(3600000)) /* China, UTC+8 */

struct date {
    int year, month, day;
};

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && leap(year) ? 1 : 0);
}

/* Days before 1 January of year, counted from 1 January of the year 1. */
static int32_t before_year(int year)
{
    int y = year - 1;
    return y * 365 + y / 4 - y / 100 + y / 400;
}

static gw_day day_of(struct date date)
{
    int32_t day = before_year(date.year) - before_year(1970) + date.day - 1;
    for (int month = 1; month < date.month; month++) {
        day += month_days(date.year, month);
    }
    return day;
}

static bool in_range(gw_day day)
{
    return day >= FIRST && day <= LAST;
}

/* day in_range. */
static struct date date_of(gw_day day)
{
    int32_t n = day + before_year(1970);
    struct date date = {.year = n / 366 + 1, .month = 1}; /* not later than the year sought */
    while (before_year(date.year + 1) <= n) {
        date.year++;
    }
    n -= before_year(date.year);
    while (n >= month_days(date.year, date.month)) {
        n -= month_days(date.year, date.month++);
    }
    date.day = n + 1;
    return date;
}

/* A day so many days later; what lies outside the range of a number is no day. */
static gw_day plus(gw_day day, int64_t days)
{
    int64_t sum = (int64_t)day + days;
    return day == DAY_NONE || sum <= INT32_MIN || sum > INT32_MAX ? DAY_NONE : (gw_day)sum;
}

static bool digits(const char *text, size_t n, int *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        *out = *out * 10 + (text[i] - '0');
    }
    return true;
}

bool day_parse(const char *text, gw_day *out)
{
    struct date date;
    if (strlen(text) != DAY_TEXT || text[4] != '-' || text[7] != '-' ||
        !digits(text, 4, &date.year) || !digits(text + 5, 2, &date.month) ||
        !digits(text + 8, 2, &date.day) || date.year < YEAR_MIN || date.year > YEAR_MAX ||
        date.month < 1 || date.month > 12 || date.day < 1 ||
        date.day > month_days(date.year, date.month)) {
        return false;
    }
    *out = day_of(date);
    return true;
}

void day_print(gw_day day, char out[DAY_TEXT + 1])
{
    out[0] = '\0';
    if (in_range(day)) {
        struct date d = date_of(day);
        (void)snprintf(out, DAY_TEXT + 1, "%04u-%02u-%02u", (unsigned)d.year % 10000,
                       (unsigned)d.month % 100, (unsigned)d.day % 100);
    }
}

gw_day day_of_ms(int64_t ms)
{
    if (ms > INT64_MAX - ZONE_MS) {
        return DAY_NONE;
    }
    int64_t local = ms + ZONE_MS;
    int64_t day = local / DAY_MS - (local % DAY_MS < 0 ? 1 : 0);
    return day <= INT32_MIN || day > INT32_MAX ? DAY_NONE : (gw_day)day;
}

int64_t day_start_ms(gw_day day)
{
    return day == DAY_NONE ? INT64_MIN : (int64_t)day * DAY_MS - ZONE_MS;
}

int day_weekday(gw_day day)
{
    int64_t from_monday = ((int64_t)day + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(from_monday < 0 ? from_monday + 7 : from_monday);
}

int day_year(gw_day day)
{
    return in_range(day) ? date_of(day).year : 0;
}

int day_age(gw_day birth, gw_day on)
{
    if (!in_range(birth) || !in_range(on) || on < birth) {
        return -1;
    }
    struct date b = date_of(birth), d = date_of(on);
    bool before = d.month < b.month || (d.month == b.month && d.day < b.day);
    return d.year - b.year - (before ? 1 : 0);
}

/* ---- rest days */

bool holidays_known(const struct holidays *table, gw_day day)
{
    int year = day_year(day);
    for (size_t i = 0; i < table->years_n; i++) {
        if (table->years[i] == year) {
            return true;
        }
    }
    return false;
}

bool holidays_rest(const struct holidays *table, gw_day day)
{
    bool rest = day_weekday(day) >= 5;
    for (size_t i = 0; i < table->n; i++) {
        const struct holiday *h = &table->items[i];
        if (h->from > day || h->to < day) {
            continue;
        }
        if (h->work) {
            return false;
        }
        rest = true;
    }
    return rest;
}

gw_day holidays_next_work(const struct holidays *table, gw_day day)
{
    while (day != DAY_NONE && holidays_rest(table, day)) {
        day = plus(day, 1);
    }
    return day;
}

gw_day day_deadline(gw_day from, int days, const struct holidays *table, bool rolled)
{
    gw_day last = plus(from, days);
    return rolled ? holidays_next_work(table, last) : last;
}

gw_day day_lead(gw_day to, int days)
{
    return plus(to, -(int64_t)days);
}
