#include <stdio.h>
#include <string.h>

#include "dispatchd/demo_p.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

uint64_t demo_below(struct demo *demo, uint64_t n)
{
    return gw_random_below(&demo->random.random, n);
}

bool demo_chance(struct demo *demo, unsigned percent)
{
    return demo_below(demo, 100) < percent;
}

const char *demo_pick(struct demo *demo, const char *const *words, size_t n)
{
    return words[demo_below(demo, n)];
}

/* Surnames of Chongqing by how many of 1,000 bear them, about. */
static const struct {
    const char *name;
    unsigned weight;
} surnames[] = {
    {"李", 72}, {"王", 64},  {"张", 62},  {"刘", 58}, {"陈", 56}, {"杨", 52}, {"周", 38},
    {"黄", 32}, {"唐", 28},  {"罗", 28},  {"吴", 26}, {"何", 24}, {"赵", 22}, {"徐", 20},
    {"谢", 19}, {"胡", 18},  {"冉", 16},  {"邓", 16}, {"曾", 15}, {"彭", 15}, {"蒋", 15},
    {"谭", 14}, {"向", 13},  {"任", 12},  {"郑", 12}, {"朱", 12}, {"马", 12}, {"余", 12},
    {"郭", 11}, {"冯", 11},  {"龙", 10},  {"廖", 10}, {"袁", 10}, {"田", 9},  {"秦", 9},
    {"程", 8},  {"夏", 8},   {"孙", 8},   {"文", 8},  {"熊", 8},  {"肖", 8},  {"苏", 7},
    {"牟", 6},  {"付", 6},   {"江", 6},   {"石", 6},  {"魏", 6},  {"汪", 5},  {"雷", 5},
    {"段", 5},  {"高", 5},   {"林", 5},   {"幸", 3},  {"代", 3},  {"晏", 3},  {"敖", 2},
    {"骆", 2},  {"欧阳", 2}, {"司马", 1}, {"单", 1},  {"仇", 1},  {"解", 1},  {"区", 1},
};

const char *demo_surname(struct demo *demo)
{
    unsigned total = 0;
    for (size_t i = 0; i < COUNT(surnames); i++) {
        total += surnames[i].weight;
    }
    uint64_t at = demo_below(demo, total);
    size_t i = 0;
    while (at >= surnames[i].weight) {
        at -= surnames[i++].weight;
    }
    return surnames[i].name;
}

/* Given names go with the year: first and second characters of two-character names, and names of
 * one character, by generation and sex. */
static const struct given {
    int until; /* year of birth, exclusive */
    const char *first[16], *second[16], *single[10];
    unsigned single_percent;
} given_names[2][4] = {
    {
        /* women */
        {1956,
         {"桂", "秀", "淑", "素", "玉", "永", "德", "光", "世", "朝", "开", "正", "兴", "天", "大",
          "明"},
         {"芳", "英", "珍", "兰", "华", "碧", "群", "琼", "容", "清", "莲", "蓉", "香", "惠", "贞",
          "秀"},
         {"琼", "芬", "芳", "珍", "兰", "蓉", "惠", "群", "英", "秀"},
         8},
        {1976,
         {"小", "晓", "建", "丽", "红", "春", "国", "玉", "兴", "中", "德", "光", "明", "永", "雪",
          "素"},
         {"红", "琴", "丽", "梅", "英", "容", "群", "霞", "艳", "蓉", "燕", "莉", "华", "琼", "芳",
          "碧"},
         {"红", "敏", "静", "燕", "丽", "萍", "梅", "艳", "莉", "霞"},
         25},
        {1996,
         {"婷", "晓", "雪", "丽", "佳", "思", "海", "春", "小", "文", "雅", "丹", "梦", "静", "莎",
          "倩"},
         {"婷", "娟", "梅", "雪", "燕", "琳", "玲", "洁", "娜", "莉", "颖", "怡", "霞", "月", "丹",
          "芳"},
         {"婷", "静", "娟", "敏", "丹", "雪", "娜", "倩", "洁", "颖"},
         35},
        {9999,
         {"梓", "欣", "雨", "诗", "一", "子", "思", "可", "语", "若", "佳", "沐", "艺", "芷", "馨",
          "锦"},
         {"涵", "怡", "彤", "萱", "妍", "桐", "琪", "瑶", "晨", "汐", "诺", "熙", "然", "玥", "宁",
          "悦"},
         {"玥", "悦", "彤", "妍", "涵", "琪", "瑶", "宁", "萱", "诺"},
         6},
    },
    {
        /* men */
        {1956,
         {"国", "正", "德", "光", "永", "世", "明", "大", "朝", "开", "兴", "天", "文", "泽", "昌",
          "代"},
         {"华", "明", "全", "贵", "福", "平", "清", "荣", "文", "富", "林", "云", "成", "发", "禄",
          "才"},
         {"平", "华", "勇", "伦", "云", "林", "全", "贵", "富", "明"},
         6},
        {1976,
         {"建", "国", "小", "志", "永", "明", "光", "中", "世", "德", "海", "正", "文", "兴", "晓",
          "洪"},
         {"军", "华", "平", "明", "强", "勇", "国", "林", "刚", "伟", "波", "兵", "斌", "友", "川",
          "忠"},
         {"勇", "伟", "强", "军", "刚", "平", "波", "兵", "涛", "毅"},
         30},
        {1996,
         {"小", "俊", "志", "晓", "海", "文", "建", "明", "浩", "鹏", "佳", "宇", "天", "林", "嘉",
          "永"},
         {"杰", "伟", "峰", "龙", "涛", "鹏", "浩", "波", "川", "宇", "超", "斌", "豪", "林", "辉",
          "飞"},
         {"伟", "杰", "鹏", "涛", "超", "磊", "浩", "鑫", "斌", "宇"},
         35},
        {9999,
         {"子", "浩", "梓", "宇", "俊", "一", "奕", "沐", "皓", "睿", "嘉", "铭", "泽", "晨", "承",
          "景"},
         {"轩", "宇", "然", "豪", "睿", "辰", "泽", "杰", "涵", "洋", "阳", "瑞", "博", "恒", "熙",
          "航"},
         {"睿", "宇", "轩", "涵", "洋", "昊", "博", "阳", "航", "熙"},
         6},
    },
};

void demo_name(struct demo *demo, const char *surname, bool male, int birth_year, char *out)
{
    const struct given *given = given_names[male ? 1 : 0];
    while (birth_year >= given->until) {
        given++;
    }
    if (demo_chance(demo, given->single_percent)) {
        (void)snprintf(out, NAME_MAX_BYTES, "%s%s", surname, DEMO_PICK(demo, given->single));
        return;
    }
    const char *first = DEMO_PICK(demo, given->first);
    const char *second = DEMO_PICK(demo, given->second);
    (void)snprintf(out, NAME_MAX_BYTES, "%s%s%s", surname, first, second);
}

/* Mobile numbers whose middle digits start with 000: ranges without subscribers. Each one once. */
void demo_phone(struct demo *demo, char out[PHONE_BYTES])
{
    static const char *const heads[] = {"130", "131", "133", "135", "136", "138", "139",
                                        "150", "151", "152", "158", "159", "177", "180",
                                        "183", "187", "189", "191", "198", "199"};
    int64_t i = demo->phones++;
    int64_t tail = i / (int64_t)COUNT(heads);
    int64_t block = tail / 10000;
    (void)snprintf(out, PHONE_BYTES, "%.3s%04d%04d", heads[i % (int64_t)COUNT(heads)],
                   (int)(block % 100), (int)((tail * 7919 + 1234) % 10000));
}

void demo_uuid(struct demo *demo, char out[GW_UUID_LEN + 1])
{
    gw_uuid7(&demo->uuids, &demo->clock.clock, &demo->random.random, out);
    gw_clock_fixed_advance(&demo->clock, 1);
}

struct jw demo_row_begin(struct demo *demo)
{
    struct jw w;
    gw_buf_reset(&demo->row);
    jw_begin(&w, &demo->row);
    jw_obj(&w, NULL);
    return w;
}

enum gw_err demo_row_end(struct demo *demo, struct jw *w, enum gw_type type, const char *id,
                         const char *path)
{
    jw_obj_end(w);
    enum gw_err err = jw_end(w);
    if (err != GW_OK) {
        return err;
    }
    return demo->sink->row(demo->sink->ctx, type, id, path, gw_buf_str(&demo->row), demo->row.len);
}
