#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatchd/demo_p.h"
#include "model/idnum.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- days, counted from 1 January 1900 */

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : days[month - 1];
}

static int day_index(int year, int month, int day)
{
    int n = day - 1;
    for (int y = 1900; y < year; y++) {
        n += leap(y) ? 366 : 365;
    }
    for (int m = 1; m < month; m++) {
        n += month_days(year, m);
    }
    return n;
}

static void day_text(int index, char out[DATE_BYTES])
{
    int year = 1900;
    int month = 1;
    while (index >= (leap(year) ? 366 : 365)) {
        index -= leap(year++) ? 366 : 365;
    }
    while (index >= month_days(year, month)) {
        index -= month_days(year, month++);
    }
    char text[40];
    (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, index + 1);
    memcpy(out, text, DATE_BYTES - 1);
    out[DATE_BYTES - 1] = '\0';
}

int64_t demo_day_ms(const char *date)
{
    int64_t ms = 0;
    return gw_time_parse(date, &ms) == GW_OK ? ms : 0;
}

/* A day in the last `years` years before the day of the data. */
static void past_day(struct demo *demo, int years, char out[DATE_BYTES])
{
    int today = day_index(DEMO_YEAR, DEMO_MONTH, DEMO_DAY);
    day_text(today - 1 - (int)demo_below(demo, (uint64_t)years * 365), out);
}

/* ---- one person */

/* Region codes that nobody living bears by right: unassigned ones of today's Chongqing, and those
 * of Sichuan that were abolished in 1997 and that elders of the city still carry. */
static const char *birth_region(struct demo *demo, int year)
{
    static const char *const new_codes[] = {"500198", "500199", "500197"};
    static const char *const old_codes[] = {"510224", "510222", "510221", "512322",
                                            "512221", "510230", "512901", "513522"};
    return year >= 1997 ? DEMO_PICK(demo, new_codes) : DEMO_PICK(demo, old_codes);
}

/* Numbers of one day of birth differ in the running part, so no two are the same. */
static void number_person(struct demo *demo, struct person *p, int day)
{
    char digits[40];
    unsigned k = (unsigned)(demo->births[day]++ % 50);
    (void)snprintf(p->birth_region, sizeof p->birth_region, "%s",
                   birth_region(demo, atoi(p->birth)));
    (void)snprintf(digits, sizeof digits, "%s%.4s%.2s%.2s%03u", p->birth_region, p->birth,
                   p->birth + 5, p->birth + 8, 900 + 2 * k + (p->male ? 1 : 0));
    memcpy(p->id_number, digits, 17);
    p->id_number[17] = idnum_check_digit(digits);
    p->id_number[18] = '\0';
}

static void elder_facts(struct demo *demo, struct person *p)
{
    static const char *const hearing[] = {"听力差，请大声慢说", "戴助听器", "右耳听不清"};
    static const char *const dialects[] = {"只听得懂重庆话", "重庆话", "川东口音较重"};
    unsigned hard = p->age >= 80 ? 45 : p->age >= 70 ? 18 : 5;
    uint64_t at = demo_below(demo, 100);
    p->ability = at < 100 - hard - 4 ? 0 : at < 96 - hard / 3 ? 1 : at < 98 ? 2 : at < 99 ? 3 : 4;
    p->hearing = demo_chance(demo, p->age >= 75 ? 25 : 5) ? DEMO_PICK(demo, hearing) : NULL;
    p->dialect = demo_chance(demo, 30) ? DEMO_PICK(demo, dialects) : NULL;
}

static struct person *add_person(struct demo *demo, struct home *home, bool male, int age,
                                 const char *surname, const char *relation)
{
    struct person *p = &home->members[home->n++];
    int birthday = day_index(DEMO_YEAR - age, DEMO_MONTH, DEMO_DAY) - (int)demo_below(demo, 365);
    memset(p, 0, sizeof *p);
    demo_uuid(demo, p->id);
    p->surname = surname;
    p->male = male;
    p->age = age;
    p->relation = relation;
    p->ability = -1;
    day_text(birthday, p->birth);
    demo_name(demo, surname, male, atoi(p->birth), p->name);
    number_person(demo, p, birthday);
    p->phone[0] = '\0';
    if (age >= 12 && demo_chance(demo, age >= 75 ? 88 : 97)) {
        demo_phone(demo, p->phone);
    }
    uint64_t folk = demo_below(demo, 1000);
    p->ethnicity = folk < 945 ? "01" : folk < 980 ? "15" : folk < 996 ? "06" : "03";
    p->marriage = age < 22 ? "10" : "20";
    if (age >= 60) {
        elder_facts(demo, p);
    }
    return p;
}

/* ---- kinds of home. The shares give about a quarter of elders. */

static int between(struct demo *demo, int low, int high)
{
    return low + (int)demo_below(demo, (uint64_t)(high - low + 1));
}

static int elder_age(struct demo *demo, int low)
{
    int a = between(demo, low, 92);
    int b = between(demo, low, 92);
    return a < b ? a : b; /* the older, the fewer */
}

static void elder_alone(struct demo *demo, struct home *home)
{
    struct person *p = add_person(demo, home, demo_chance(demo, 36), elder_age(demo, 63),
                                  demo_surname(demo), "02");
    p->alone = true;
    p->marriage = demo_chance(demo, 80) ? "30" : "40";
}

static void elder_couple(struct demo *demo, struct home *home)
{
    int age = elder_age(demo, 61);
    add_person(demo, home, true, age, demo_surname(demo), "02")->empty_nest = true;
    add_person(demo, home, false, age - between(demo, 0, 1), demo_surname(demo), "10")->empty_nest =
        true;
}

static void couple(struct demo *demo, struct home *home, int low, int high)
{
    int age = between(demo, low, high);
    add_person(demo, home, true, age, demo_surname(demo), "02");
    add_person(demo, home, false, age - between(demo, 0, 4), demo_surname(demo), "10");
}

static void children(struct demo *demo, struct home *home, int parent_age, const char *surname)
{
    int n = demo_chance(demo, 30) ? 2 : 1;
    for (int i = 0; i < n; i++) {
        bool male = demo_chance(demo, 52);
        int age = parent_age - between(demo, 24, 32) - 3 * i;
        add_person(demo, home, male, age < 0 ? 0 : age, surname, male ? "20" : "30");
    }
}

static void family(struct demo *demo, struct home *home)
{
    couple(demo, home, 29, 52);
    children(demo, home, home->members[1].age, home->members[0].surname);
}

static void three_generations(struct demo *demo, struct home *home)
{
    couple(demo, home, 33, 50);
    children(demo, home, home->members[1].age, home->members[0].surname);
    int age = home->members[0].age + between(demo, 25, 30);
    age = age < 60 ? 60 : age;
    if (demo_chance(demo, 60)) {
        add_person(demo, home, true, age, home->members[0].surname, "51");
    }
    add_person(demo, home, false, age - 1 < 60 ? 60 : age - 1, demo_surname(demo), "52");
}

static void young_couple(struct demo *demo, struct home *home)
{
    couple(demo, home, 24, 58);
}

static void one_parent(struct demo *demo, struct home *home)
{
    struct person *p = add_person(demo, home, demo_chance(demo, 30), between(demo, 30, 48),
                                  demo_surname(demo), "02");
    p->marriage = "40";
    children(demo, home, p->age, p->surname);
}

static void single(struct demo *demo, struct home *home)
{
    struct person *p = add_person(demo, home, demo_chance(demo, 55), between(demo, 21, 45),
                                  demo_surname(demo), "02");
    p->marriage = "10";
    home->rented = demo_chance(demo, 75);
}

static const struct {
    void (*make)(struct demo *demo, struct home *home);
    unsigned weight;
    size_t size; /* most people it makes */
} kinds[] = {
    {elder_alone, 11, 1}, {elder_couple, 15, 2}, {three_generations, 15, 6},
    {family, 29, 4},      {young_couple, 10, 2}, {one_parent, 6, 3},
    {single, 14, 1},
};

/* ---- the article's home */

static void story_home(struct demo *demo, struct home *home)
{
    struct person *p = add_person(demo, home, false, 78, "陈", "02");
    int day = day_index(1948, 1, 8);
    (void)snprintf(p->name, sizeof p->name, "陈桂芳");
    day_text(day, p->birth);
    number_person(demo, p, day);
    if (!p->phone[0]) {
        demo_phone(demo, p->phone);
    }
    p->alone = true;
    p->marriage = "30";
    p->ability = 1;
    p->ethnicity = "01";
    p->hearing = "左耳听力差，请大声慢说";
    p->dialect = "只听得懂重庆话";
}

void demo_people(struct demo *demo, struct home *home, size_t most)
{
    uint64_t at = demo_below(demo, 100);
    size_t i = 0;
    while (at >= kinds[i].weight) {
        at -= kinds[i++].weight;
    }
    home->n = 0;
    home->rented = demo_chance(demo, 18);
    if (home->story) {
        home->rented = false;
        story_home(demo, home);
    } else if (home->full) {
        elder_couple(demo, home);
    } else if (kinds[i].size <= most) {
        kinds[i].make(demo, home);
    } else {
        single(demo, home);
    }
    for (size_t k = 0; k < home->n; k++) {
        struct person *p = &home->members[k];
        bool foreign = home->rented && demo_below(demo, 1000) < 4;
        p->population = foreign                 ? "foreign"
                        : home->rented          ? "floating"
                        : demo_chance(demo, 82) ? "01"
                        : demo_chance(demo, 85) ? "02"
                                                : "hukou_away";
        p->spell = home->rented ? "rented" : demo_chance(demo, 96) ? "own" : "lodging";
    }
}

/* ---- rows */

static void write_tags(struct demo *demo, const struct person *p, struct jw *w)
{
    jw_arr(w, "tags");
    if (p->age >= 60 && p->alone) {
        jw_str(w, NULL, "living_alone");
    }
    if (p->empty_nest) {
        jw_str(w, NULL, "empty_nest");
    }
    if (p->age >= 80) {
        jw_str(w, NULL, "advanced_age");
    }
    if (p->ability >= 3) {
        jw_str(w, NULL, "disabled_elder");
    }
    if (demo_below(demo, 1000) < 18) {
        jw_str(w, NULL, "disabled");
    }
    if (demo_below(demo, 1000) < 12) {
        jw_str(w, NULL, "low_income");
    }
    if (p->age >= 70 && p->male && demo_below(demo, 1000) < 15) {
        jw_str(w, NULL, "veteran");
    }
    jw_arr_end(w);
}

static void write_verified(struct demo *demo, const struct home *home, struct jw *w)
{
    char day[DATE_BYTES];
    if (!demo_chance(demo, 35)) {
        return;
    }
    past_day(demo, 2, day);
    jw_obj(w, "verified");
    jw_obj(w, "phone");
    jw_str(w, "by", home->grid->worker_id);
    jw_int(w, "at", demo_day_ms(day) + 36000000);
    jw_obj_end(w);
    jw_obj_end(w);
}

static enum gw_err resident_row(struct demo *demo, const struct home *home, const struct person *p)
{
    struct jw w = demo_row_begin(demo);
    jw_str(&w, "name", p->name);
    jw_str(&w, "sex", p->male ? "1" : "2");
    jw_str(&w, "birth_date", p->birth);
    jw_str(&w, "ethnicity", p->ethnicity);
    if (p->phone[0]) {
        jw_str(&w, "phone", p->phone);
    }
    jw_str(&w, "population", p->population);
    jw_str(&w, "dwelling_id", home->dwelling);
    jw_str(&w, "household_id", home->household);
    jw_str(&w, "relation", p->relation);
    jw_bool(&w, "alone", p->alone);
    write_tags(demo, p, &w);
    if (p->ability >= 0) {
        jw_int(&w, "ability", p->ability);
    }
    if (p->hearing) {
        jw_str(&w, "hearing", p->hearing);
    }
    if (p->dialect) {
        jw_str(&w, "dialect", p->dialect);
    }
    write_verified(demo, home, &w);
    return demo_row_end(demo, &w, TYPE_RESIDENT, p->id, home->grid->path);
}

static void write_work(struct demo *demo, const struct person *p, struct jw *w)
{
    static const char *const jobs[] = {"工人",       "教师",   "个体工商户", "司机",
                                       "软件工程师", "护士",   "会计",       "餐饮服务员",
                                       "快递员",     "公务员", "物业管理员", "销售"};
    static const char *const firms[] = {"仙桃数据谷某科技公司", "渝北区某小学",
                                        "两江新区某物业公司",   "某物流公司",
                                        "渝北区某医院",         "自营"};
    if (p->age < 6) {
        return;
    }
    if (p->age < 19) {
        jw_str(w, "occupation", "学生");
    } else if (p->age >= 60) {
        jw_str(w, "occupation", "退休");
    } else {
        jw_str(w, "occupation", DEMO_PICK(demo, jobs));
        jw_str(w, "employer", DEMO_PICK(demo, firms));
    }
}

static void write_illnesses(struct demo *demo, const struct home *home, const struct person *p,
                            struct jw *w)
{
    static const char *const illnesses[] = {"高血压",       "2型糖尿病",    "冠心病",
                                            "慢性支气管炎", "骨关节炎",     "白内障",
                                            "脑梗后遗症",   "轻度认知障碍", "心房颤动"};
    if (p->age < 60) {
        return;
    }
    jw_arr(w, "illnesses");
    if (home->story) {
        jw_str(w, NULL, "高血压");
        jw_str(w, NULL, "骨关节炎");
    } else {
        size_t start = (size_t)demo_below(demo, COUNT(illnesses));
        size_t n = (size_t)demo_below(demo, 3);
        for (size_t i = 0; i < n; i++) {
            jw_str(w, NULL, illnesses[(start + 2 * i) % COUNT(illnesses)]);
        }
    }
    jw_arr_end(w);
}

static const char *education(struct demo *demo, int age)
{
    static const char *const old[] = {"90", "80", "80", "80", "70", "70", "60", "30"};
    static const char *const middle[] = {"70", "60", "60", "40", "30", "30", "20", "20"};
    static const char *const young[] = {"60", "40", "30", "30", "20", "20", "20", "10"};
    if (age < 19) {
        return age < 6 ? NULL : age < 13 ? "80" : age < 16 ? "70" : "60";
    }
    return age >= 60   ? DEMO_PICK(demo, old)
           : age >= 40 ? DEMO_PICK(demo, middle)
                       : DEMO_PICK(demo, young);
}

static enum gw_err private_row(struct demo *demo, const struct home *home, const struct person *p)
{
    static const char *const places[] = {"重庆渝北", "重庆巴南", "重庆长寿", "重庆合川",
                                         "四川广安", "重庆涪陵", "重庆万州", "重庆江津",
                                         "四川达州", "贵州遵义"};
    static const char *const away[] = {"重庆市长寿区凤城街道向阳路16号",
                                       "四川省广安市前锋区大佛寺街道", "重庆市合川区南津街街道",
                                       "贵州省遵义市桐梓县娄山关街道"};
    const char *school = education(demo, p->age);
    bool here = strcmp(p->population, "01") == 0 || strcmp(p->population, "hukou_away") == 0;
    struct jw w = demo_row_begin(demo);
    jw_str(&w, "id_number", p->id_number);
    if (demo_below(demo, 1000) < 6) {
        char former[NAME_MAX_BYTES];
        demo_name(demo, p->surname, p->male, atoi(p->birth), former);
        jw_str(&w, "former_name", former);
    }
    jw_str(&w, "native_place", DEMO_PICK(demo, places));
    jw_str(&w, "hukou_address", here ? home->address : DEMO_PICK(demo, away));
    jw_str(&w, "marriage", p->marriage);
    if (school) {
        jw_str(&w, "education", school);
    }
    jw_str(&w, "politics", p->age >= 22 && demo_chance(demo, 8) ? "01" : "13");
    write_work(demo, p, &w);
    write_illnesses(demo, home, p, &w);
    return demo_row_end(demo, &w, TYPE_RESIDENT_PRIVATE, p->id, home->grid->path);
}

static enum gw_err spell_row(struct demo *demo, const struct home *home, const struct person *p,
                             const char *dwelling, const char *from, const char *to)
{
    char id[GW_UUID_LEN + 1];
    demo_uuid(demo, id);
    struct jw w = demo_row_begin(demo);
    jw_str(&w, "resident_id", p->id);
    jw_str(&w, "dwelling_id", dwelling);
    jw_str(&w, "kind", p->spell);
    jw_str(&w, "from", from);
    jw_str(&w, "to", to);
    return demo_row_end(demo, &w, TYPE_SPELL, id, home->grid->path);
}

/* Where they live now, and for a few where they lived before in the same estate. */
static enum gw_err spell_rows(struct demo *demo, const struct home *home, const struct person *p,
                              const char *from)
{
    const char *since = strcmp(from, p->birth) > 0 ? from : p->birth;
    enum gw_err err = spell_row(demo, home, p, home->dwelling, since, NULL);
    if (err == GW_OK && p->age > 12 && home->grid->earlier_dwelling[0] && demo_chance(demo, 4)) {
        err = spell_row(demo, home, p, home->grid->earlier_dwelling, "2012-03-01", "2014-05-31");
    }
    return err;
}

static enum gw_err household_row(struct demo *demo, const struct home *home)
{
    char number[40];
    (void)snprintf(number, sizeof number, "5001120130%08lld", (long long)++demo->households);
    struct jw w = demo_row_begin(demo);
    jw_str(&w, "number", number);
    jw_str(&w, "head_id", home->members[0].id);
    jw_str(&w, "dwelling_id", home->dwelling);
    jw_arr(&w, "members");
    for (size_t i = 0; i < home->n; i++) {
        jw_obj(&w, NULL);
        jw_str(&w, "resident_id", home->members[i].id);
        jw_str(&w, "relation", home->members[i].relation);
        jw_obj_end(&w);
    }
    jw_arr_end(&w);
    return demo_row_end(demo, &w, TYPE_HOUSEHOLD, home->household, home->grid->path);
}

enum gw_err demo_people_rows(struct demo *demo, struct home *home)
{
    char from[DATE_BYTES];
    demo_uuid(demo, home->household);
    past_day(demo, home->rented ? 3 : 11, from);
    enum gw_err err = household_row(demo, home);
    for (size_t i = 0; i < home->n && err == GW_OK; i++) {
        const struct person *p = &home->members[i];
        err = resident_row(demo, home, p);
        if (err == GW_OK) {
            err = private_row(demo, home, p);
        }
        if (err == GW_OK) {
            err = spell_rows(demo, home, p, from);
        }
    }
    memcpy(home->grid->earlier_dwelling, home->dwelling, sizeof home->dwelling);
    return err;
}
