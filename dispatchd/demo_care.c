#include <stdio.h>
#include <string.h>

#include "dispatchd/demo_p.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct contact {
    const char *relation, *phone, *note;
    const char *name;
};

static enum gw_err contact_row(struct demo *demo, const struct home *home, const struct person *p,
                               int ord, const struct contact *contact)
{
    char id[GW_UUID_LEN + 1];
    demo_uuid(demo, id);
    struct jw w = demo_row_begin(demo);
    jw_str(&w, "resident_id", p->id);
    jw_int(&w, "ord", ord);
    jw_str(&w, "name", contact->name);
    jw_str(&w, "relation", contact->relation);
    jw_str(&w, "phone", contact->phone);
    if (contact->note) {
        jw_str(&w, "note", contact->note);
    }
    return demo_row_end(demo, &w, TYPE_CONTACT, id, home->grid->path);
}

/* Somebody outside the flat: a child, a sibling, a neighbour. */
static enum gw_err outside_contact(struct demo *demo, const struct home *home,
                                   const struct person *p, int ord)
{
    static const struct {
        const char *relation;
        bool male, younger;
    } kin[] = {{"女儿", false, true}, {"儿子", true, true},  {"女婿", true, true},
               {"儿媳", false, true}, {"侄女", false, true}, {"妹妹", false, false},
               {"弟弟", true, false}, {"邻居", false, false}};
    static const char *const notes[] = {"住龙溪街道，开车约20分钟", "在外地工作，晚上可接电话",
                                        "有家里钥匙", "住同一小区", "白天上班，请多打几次"};
    uint64_t at = demo_below(demo, ord == 1 ? 3 : COUNT(kin));
    bool own_name = at < 2 && p->male;
    char name[NAME_MAX_BYTES];
    char phone[PHONE_BYTES];
    int born = DEMO_YEAR - p->age + (kin[at].younger ? 27 : 4);
    demo_name(demo, own_name ? p->surname : demo_surname(demo), kin[at].male, born, name);
    demo_phone(demo, phone);
    struct contact contact = {.name = name, .relation = kin[at].relation, .phone = phone};
    contact.note = demo_chance(demo, 55) ? DEMO_PICK(demo, notes) : NULL;
    return contact_row(demo, home, p, ord, &contact);
}

/* In a home of three generations the middle one is called first. */
static enum gw_err inside_contact(struct demo *demo, const struct home *home,
                                  const struct person *p)
{
    const struct person *head = &home->members[0];
    struct contact contact = {.name = head->name, .phone = head->phone, .note = "同住"};
    contact.relation =
        strcmp(p->relation, "51") == 0 || strcmp(p->relation, "52") == 0 ? "儿子" : "家人";
    return contact_row(demo, home, p, 1, &contact);
}

static enum gw_err story_contacts(struct demo *demo, const struct home *home)
{
    static const struct contact story[] = {
        {.name = "刘晓燕", .relation = "女儿", .note = "住龙溪街道，开车约20分钟"},
        {.name = "刘建军", .relation = "儿子", .note = "在成都工作，晚上可接电话"},
        {.name = "李桂兰", .relation = "邻居", .note = "对门502室，有备用钥匙"},
    };
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < COUNT(story) && err == GW_OK; i++) {
        char phone[PHONE_BYTES];
        struct contact contact = story[i];
        demo_phone(demo, phone);
        contact.phone = phone;
        err = contact_row(demo, home, &home->members[0], (int)i + 1, &contact);
    }
    return err;
}

static enum gw_err contacts_of(struct demo *demo, const struct home *home, const struct person *p)
{
    int ord = 1;
    enum gw_err err = GW_OK;
    if (home->members[0].age < 60 && home->members[0].phone[0]) {
        err = inside_contact(demo, home, p);
        ord++;
    }
    int n = 1 + (int)demo_below(demo, 3);
    for (; ord <= n && err == GW_OK; ord++) {
        err = outside_contact(demo, home, p, ord);
    }
    return err;
}

static enum gw_err note_row(struct demo *demo, const struct home *home, const struct person *p,
                            const char *kind, const char *day, const char *text)
{
    char id[GW_UUID_LEN + 1];
    demo_uuid(demo, id);
    struct jw w = demo_row_begin(demo);
    jw_str(&w, "resident_id", p->id);
    jw_int(&w, "at", demo_day_ms(day) + 36000000);
    jw_str(&w, "author", home->grid->worker_id);
    jw_str(&w, "kind", kind);
    jw_str(&w, "text", text);
    return demo_row_end(demo, &w, TYPE_CARE_NOTE, id, home->grid->path);
}

static enum gw_err story_notes(struct demo *demo, const struct home *home)
{
    const struct person *p = &home->members[0];
    enum gw_err err = note_row(demo, home, p, "care", "2025-11-06",
                               "爱用老式铁锅炒菜，厨房油烟大；已提醒开抽油烟机。");
    if (err == GW_OK) {
        err = note_row(demo, home, p, "health", "2025-12-02",
                       "高血压，早晚各服一次药；膝关节不好，开门较慢，请多等一会儿。");
    }
    if (err == GW_OK) {
        err = note_row(demo, home, p, "visit", "2026-01-08",
                       "月度探访，精神状态好。电话常放在卧室，不一定听得见。");
    }
    return err;
}

static enum gw_err notes_of(struct demo *demo, const struct home *home, const struct person *p)
{
    static const char *const care[] = {"子女每周末来一次，平时由社区老年食堂送午餐。",
                                       "燃气阀门老化，已登记更换。", "夜间起夜多，过道已装感应灯。",
                                       "不会用智能手机，请打座机或上门。"};
    static const char *const health[] = {"服用降压药，起身要慢。", "糖尿病，注意低血糖。",
                                         "去年冬天跌倒过一次，走路用拐杖。",
                                         "记性差，偶尔忘记关火。"};
    static const char *const days[] = {"2025-08-14", "2025-09-23", "2025-10-17", "2025-11-20",
                                       "2025-12-11"};
    enum gw_err err = GW_OK;
    if (demo_chance(demo, 30)) {
        err = note_row(demo, home, p, "care", DEMO_PICK(demo, days), DEMO_PICK(demo, care));
    }
    if (err == GW_OK && demo_chance(demo, 30)) {
        err = note_row(demo, home, p, "health", DEMO_PICK(demo, days), DEMO_PICK(demo, health));
    }
    return err;
}

enum gw_err demo_care(struct demo *demo, struct home *home)
{
    if (home->story) {
        enum gw_err err = story_contacts(demo, home);
        return err == GW_OK ? story_notes(demo, home) : err;
    }
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < home->n && err == GW_OK; i++) {
        const struct person *p = &home->members[i];
        if (p->age >= 60) {
            err = contacts_of(demo, home, p);
            if (err == GW_OK) {
                err = notes_of(demo, home, p);
            }
        }
    }
    return err;
}
