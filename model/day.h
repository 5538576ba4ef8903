/* Civil days of the law: whole days in China (UTC+8, no summer time), whatever the machine's zone
 * is. A day is a number: days since 1970-01-01. Sources: 民法典 (CC) 200-204 for counting, the
 * State Council's yearly notice for rest days. */
#ifndef GW_MODEL_DAY_H
#define GW_MODEL_DAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int32_t gw_day;
#define DAY_NONE INT32_MIN
enum { DAY_TEXT = 10 }; /* YYYY-MM-DD */

/* "YYYY-MM-DD", a real date of the years 1900-2199; false leaves *out alone. */
bool day_parse(const char *text, gw_day *out);
/* DAY_NONE and what lies outside of 1900-2199 print "". */
void day_print(gw_day day, char out[DAY_TEXT + 1]);
/* The day in China of a time in ms UTC, and its first millisecond. DAY_NONE when it is no int32,
 * and INT64_MIN for DAY_NONE. */
gw_day day_of_ms(int64_t ms);
int64_t day_start_ms(gw_day day);
int day_weekday(gw_day day); /* 0 Monday … 6 Sunday */
int day_year(gw_day day);    /* 0 outside of 1900-2199 */
/* Years completed on `on`: one is 18 on the 18th birthday; 29 February completes on 1 March in
 * other years. < 0 when born later or when a day is outside of 1900-2199. */
int day_age(gw_day birth, gw_day on);

/* Rest days and 调休 working weekends of the years whose notice is known. Statutory rest days
 * include the weekly ones (CC 203). */
struct holiday {
    gw_day from, to; /* both included */
    bool work;       /* a weekend that is worked */
};
struct holidays {
    const struct holiday *items;
    size_t n;
    const int *years; /* whose notice is in the table */
    size_t years_n;
};
/* False: only weekends count there, and who shows the date says 节假日待定. */
bool holidays_known(const struct holidays *table, gw_day day);
bool holidays_rest(const struct holidays *table, gw_day day);
/* The day itself when it is worked, else the next one that is (CC 203: the last day of a deadline).
 */
gw_day holidays_next_work(const struct holidays *table, gw_day day);

/* "Within n days from X": the first day does not count (CC 201), so the last is X + n; rolled says
 * whether it rolls over rest days. DAY_NONE stays DAY_NONE, here and in day_lead. */
gw_day day_deadline(gw_day from, int days, const struct holidays *table, bool rolled);
/* "n days before X": the latest day that keeps it, X - n. Never rolls. */
gw_day day_lead(gw_day to, int days);

#endif
