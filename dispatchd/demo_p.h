/* Inside of the demonstration community. */
#ifndef GW_DISPATCHD_DEMO_P_H
#define GW_DISPATCHD_DEMO_P_H

#include <stdbool.h>

#include "api/json.h"
#include "base/clock.h"
#include "base/rnd.h"
#include "dispatchd/demo.h"

enum {
    DEMO_YEAR = 2026, /* everything is as of 15 January 2026 */
    DEMO_MONTH = 1,
    DEMO_DAY = 15,
    GRIDS_MAX = 990,
    MEMBERS_MAX = 6,
    NAME_MAX_BYTES = 32,
    PHONE_BYTES = 16,
    DATE_BYTES = 11,
    DAYS_MAX = 48000, /* days that births are counted on, from 1900 */
};

struct demo_grid {
    char path[32];
    char name[64];
    const char *community, *road, *estate;
    char leader[NAME_MAX_BYTES], leader_phone[PHONE_BYTES];
    char worker_id[24], worker[NAME_MAX_BYTES], worker_phone[PHONE_BYTES];
    char leader_id[24];
    int number; /* house number of the estate on its road */
    int units, floors, rooms;
    int64_t homes; /* dwellings made so far */
    int64_t slots; /* dwellings that the estate has room for */
    double lon, lat;
    char earlier_dwelling[GW_UUID_LEN + 1]; /* for residence spells that have ended */
};

enum stage { CHILD, ADULT, ELDER };

struct person {
    char id[GW_UUID_LEN + 1];
    char name[NAME_MAX_BYTES], phone[PHONE_BYTES];
    char birth[DATE_BYTES], id_number[19];
    char birth_region[7];
    const char *surname;
    const char *relation; /* GB/T 4761 */
    const char *population, *ethnicity, *spell, *marriage;
    int age;
    bool male, alone, empty_nest;
    int ability; /* -1 = not assessed */
    const char *hearing, *dialect;
};

struct home {
    struct demo_grid *grid;
    char dwelling[GW_UUID_LEN + 1], household[GW_UUID_LEN + 1];
    char address[256], building[24], unit[24], floor[16], room[24];
    struct person members[MEMBERS_MAX];
    size_t n;
    bool story; /* the flat of the article */
    bool full;  /* elders with every kind of device */
    bool rented;
};

struct demo {
    const struct demo_sink *sink;
    struct gw_random_seeded random;
    struct gw_uuid_gen uuids;
    struct gw_clock_fixed clock;
    struct gw_buf row;
    int64_t now_hour; /* wall ms, whole hours */
    int64_t phones, serials, households;
    int64_t residents_left;
    uint8_t births[DAYS_MAX];
    struct demo_grid grids[GRIDS_MAX];
    size_t grids_n, story_grid;
};

/* demo_words.c: names and other words, by how common they are. */
uint64_t demo_below(struct demo *demo, uint64_t n);
bool demo_chance(struct demo *demo, unsigned percent);
const char *demo_surname(struct demo *demo);
void demo_name(struct demo *demo, const char *surname, bool male, int birth_year, char *out);
void demo_phone(struct demo *demo, char out[PHONE_BYTES]);
void demo_uuid(struct demo *demo, char out[GW_UUID_LEN + 1]);
const char *demo_pick(struct demo *demo, const char *const *words, size_t n);
#define DEMO_PICK(demo, words) demo_pick(demo, words, sizeof(words) / sizeof((words)[0]))

/* A row in the making: begin, jw_*, end gives it to the sink. */
struct jw demo_row_begin(struct demo *demo);
enum gw_err demo_row_end(struct demo *demo, struct jw *w, enum gw_type type, const char *id,
                         const char *path);

/* demo_place.c: areas, people of the service, dwellings. */
enum gw_err demo_areas(struct demo *demo, int64_t residents);
enum gw_err demo_dwelling(struct demo *demo, struct home *home);

/* demo_people.c: fills a home with people (at most `most`) and writes all of their rows. */
void demo_people(struct demo *demo, struct home *home, size_t most);
enum gw_err demo_people_rows(struct demo *demo, struct home *home);
int64_t demo_day_ms(const char *date); /* midnight in Asia/Shanghai */

/* demo_care.c: contacts and care notes of the elders of a home. */
enum gw_err demo_care(struct demo *demo, struct home *home);

/* demo_device.c: devices of a home that has elders. */
enum gw_err demo_devices(struct demo *demo, struct home *home);

#endif
