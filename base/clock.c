#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LOCAL_OFFSET_MS = 8 * 3600 * 1000, DAY_MS = 86400 * 1000 };

/* ---- clocks */

static int64_t read_clock(clockid_t id)
{
    struct timespec ts = {0};
    (void)clock_gettime(id, &ts); /* cannot fail: both clocks exist on every Linux we run on */
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t system_wall(void *ctx)
{
    (void)ctx;
    const char *fixed = getenv("GRIDWARD_FIXED_TIME");
    if (fixed && *fixed) {
        char *end = NULL;
        errno = 0;
        long long ms = strtoll(fixed, &end, 10);
        if (errno == 0 && *end == '\0') {
            return ms;
        }
    }
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono(void *ctx)
{
    (void)ctx;
    return read_clock(CLOCK_BOOTTIME);
}

const struct gw_clock *gw_clock_system(void)
{
    static const struct gw_clock SYSTEM = {system_wall, system_mono, NULL};
    return &SYSTEM;
}

static int64_t fixed_wall(void *ctx)
{
    return ((const struct gw_clock_fixed *)ctx)->wall;
}

static int64_t fixed_mono(void *ctx)
{
    return ((const struct gw_clock_fixed *)ctx)->mono;
}

void gw_clock_fixed_init(struct gw_clock_fixed *fixed, int64_t wall_ms)
{
    *fixed = (struct gw_clock_fixed){{fixed_wall, fixed_mono, fixed}, wall_ms, 0};
}

void gw_clock_fixed_advance(struct gw_clock_fixed *fixed, int64_t ms)
{
    fixed->wall += ms;
    fixed->mono += ms;
}

const char *gw_boot_id(void)
{
    static char id[40]; /* a constant of the machine, read once */
    if (id[0]) {
        return id;
    }
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return "";
    }
    ssize_t n = read(fd, id, sizeof id - 1);
    (void)close(fd); /* read only */
    id[n > 0 ? n : 0] = '\0';
    id[strcspn(id, "\n")] = '\0';
    return id;
}

/* ---- calendar (proleptic Gregorian; days since 1970-01-01) */

struct civil {
    int year, month, day, hour, minute, second, ms;
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year; /* the year starts in March: leap day comes last */
    int64_t era = floor_div(y, 400);
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void civil_from_days(int64_t days, struct civil *out)
{
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    out->day = (int)(doy - (153 * mp + 2) / 5 + 1);
    out->month = (int)(mp < 10 ? mp + 3 : mp - 9);
    out->year = (int)(yoe + era * 400 + (out->month <= 2));
}

/* Local civil time. Instants outside the years 0000-9999 are held at the edge, so that every text
 * fits the size its header promises. */
static struct civil civil_local(int64_t wall_ms)
{
    const int64_t least = days_from_civil(0, 1, 1) * DAY_MS;
    const int64_t most = days_from_civil(10000, 1, 1) * DAY_MS - 1;
    if (wall_ms < least) {
        wall_ms = least;
    }
    if (wall_ms > most - LOCAL_OFFSET_MS) {
        wall_ms = most - LOCAL_OFFSET_MS;
    }
    int64_t local = wall_ms + LOCAL_OFFSET_MS;
    int64_t days = floor_div(local, DAY_MS);
    int of_day = (int)(local - days * DAY_MS);
    struct civil c = {0};
    civil_from_days(days, &c);
    c.hour = of_day / 3600000;
    c.minute = of_day / 60000 % 60;
    c.second = of_day / 1000 % 60;
    c.ms = of_day % 1000;
    return c;
}

static char *digits(char *at, int value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + width;
}

static char *put_day(char *at, const struct civil *c)
{
    at = digits(at, c->year, 4);
    *at++ = '-';
    at = digits(at, c->month, 2);
    *at++ = '-';
    return digits(at, c->day, 2);
}

static char *put_hhmm(char *at, const struct civil *c)
{
    at = digits(at, c->hour, 2);
    *at++ = ':';
    return digits(at, c->minute, 2);
}

static char *put_hhmmss(char *at, const struct civil *c)
{
    at = put_hhmm(at, c);
    *at++ = ':';
    return digits(at, c->second, 2);
}

void gw_time_day(int64_t wall_ms, char out[11])
{
    struct civil c = civil_local(wall_ms);
    *put_day(out, &c) = '\0';
}

void gw_time_hhmm(int64_t wall_ms, char out[6])
{
    struct civil c = civil_local(wall_ms);
    *put_hhmm(out, &c) = '\0';
}

void gw_time_hhmmss(int64_t wall_ms, char out[9])
{
    struct civil c = civil_local(wall_ms);
    *put_hhmmss(out, &c) = '\0';
}

void gw_time_local(int64_t wall_ms, char out[17])
{
    struct civil c = civil_local(wall_ms);
    char *at = put_day(out, &c);
    *at++ = ' ';
    *put_hhmm(at, &c) = '\0';
}

void gw_time_rfc3339(int64_t wall_ms, char out[30])
{
    struct civil c = civil_local(wall_ms);
    char *at = put_day(out, &c);
    *at++ = 'T';
    at = put_hhmmss(at, &c);
    *at++ = '.';
    at = digits(at, c.ms, 3);
    memcpy(at, "+08:00", sizeof "+08:00");
}

/* ---- reading */

static bool take_digits(const char **at, int n, int *out)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *at += n;
    *out = value;
    return true;
}

static bool take(const char **at, char want)
{
    if (**at != want) {
        return false;
    }
    (*at)++;
    return true;
}

static bool take_day(const char **at, struct civil *c)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!take_digits(at, 4, &c->year) || !take(at, '-') || !take_digits(at, 2, &c->month) ||
        !take(at, '-') || !take_digits(at, 2, &c->day) || c->month < 1 || c->month > 12) {
        return false;
    }
    bool leap = c->year % 4 == 0 && (c->year % 100 != 0 || c->year % 400 == 0);
    return c->day >= 1 && c->day <= DAYS[c->month - 1] + (leap && c->month == 2);
}

/* Fraction of a second: any number of digits, the first three count. */
static bool take_fraction(const char **at, struct civil *c)
{
    if (!take(at, '.')) {
        return true;
    }
    int scale = 100;
    if (**at < '0' || **at > '9') {
        return false;
    }
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        c->ms += (**at - '0') * scale;
        scale /= 10;
    }
    return true;
}

static bool take_time(const char **at, struct civil *c, bool need_seconds)
{
    if (!take_digits(at, 2, &c->hour) || !take(at, ':') || !take_digits(at, 2, &c->minute) ||
        c->hour > 23 || c->minute > 59) {
        return false;
    }
    if (!take(at, ':')) {
        return !need_seconds;
    }
    return take_digits(at, 2, &c->second) && c->second <= 59 && take_fraction(at, c);
}

static bool take_zone(const char **at, int64_t *offset_ms)
{
    if (take(at, 'Z') || take(at, 'z')) {
        *offset_ms = 0;
        return true;
    }
    int sign = **at == '-' ? -1 : 1;
    int hours = 0;
    int minutes = 0;
    if ((**at != '+' && **at != '-') || !(*at)++ || !take_digits(at, 2, &hours) || !take(at, ':') ||
        !take_digits(at, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *offset_ms = sign * (int64_t)(hours * 60 + minutes) * 60000;
    return true;
}

enum gw_err gw_time_parse(const char *text, int64_t *wall_ms)
{
    struct civil c = {0};
    int64_t offset = LOCAL_OFFSET_MS;
    const char *at = text;
    if (!take_day(&at, &c)) {
        return GW_INVALID;
    }
    if (*at == 'T' || *at == 't') {
        at++;
        if (!take_time(&at, &c, true) || !take_zone(&at, &offset)) {
            return GW_INVALID;
        }
    } else if (*at == ' ') {
        at++;
        if (!take_time(&at, &c, false)) {
            return GW_INVALID;
        }
    }
    if (*at != '\0') {
        return GW_INVALID;
    }
    int64_t of_day = ((c.hour * 60 + c.minute) * 60 + c.second) * 1000 + c.ms;
    *wall_ms = days_from_civil(c.year, c.month, c.day) * DAY_MS + of_day - offset;
    return GW_OK;
}

void gw_time_span(int64_t ms, char out[16])
{
    const int64_t most_s = 9999999LL * 3600 - 1;
    int64_t seconds = ms / 1000; /* towards zero: "-00:00" is never shown for a part of a second */
    bool negative = seconds < 0;
    seconds = negative ? -seconds : seconds;
    seconds = seconds > most_s ? most_s : seconds;
    char *at = out;
    if (negative) {
        *at++ = '-';
    }
    int hours = (int)(seconds / 3600);
    if (hours > 0) {
        int width = 1;
        for (int h = hours; h >= 10; h /= 10) {
            width++;
        }
        at = digits(at, hours, width);
        *at++ = ':';
    }
    at = digits(at, (int)(seconds / 60 % 60), 2);
    *at++ = ':';
    *digits(at, (int)(seconds % 60), 2) = '\0';
}
