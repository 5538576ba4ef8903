#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "dispatchd/demo_p.h"
#include "model/address.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { PEOPLE_PER_GRID = 800, GRIDS_MIN = 9, COMMUNITIES_MIN = 3 };

#define DUTY_NAME  "仙桃街道值班室"
#define DUTY_PHONE "023-67000120"

/* The first is the article's; its grid 003 is the story's. */
static const struct {
    const char *code, *name, *road;
} communities[] = {
    {"005", "同盛路社区", "同盛路"},   {"001", "仙桃社区", "仙桃路"},
    {"002", "百果路社区", "百果路"},   {"003", "数据谷社区", "数谷东路"},
    {"004", "桃源路社区", "桃源大道"}, {"006", "秋成路社区", "秋成大道"},
    {"007", "和睦路社区", "和睦路"},   {"008", "舟济路社区", "舟济路"},
    {"009", "兰馨路社区", "兰馨大道"}, {"010", "腾芳路社区", "腾芳大道"},
};

static const char *const estate_names[] = {
    "桃源居",   "桐景苑", "香槟花园", "金竹苑", "锦绣山庄", "水岸花园", "康居里", "怡和园",
    "枫林秀水", "翠湖湾", "龙庭苑",   "星辰里", "和美家园", "兴科苑",   "橡树湾", "海棠里",
};

/* ---- the estates */

/* High-rise of the new town, or seven floors without a lift. */
static void shape_estate(struct demo_grid *grid, bool high, int64_t homes)
{
    grid->units = high ? 2 : 4;
    grid->floors = high ? 18 : 7;
    grid->rooms = high ? 4 : 2;
    int64_t of_building = (int64_t)grid->units * grid->floors * grid->rooms;
    grid->slots = (homes / of_building + 4) * of_building;
}

static void name_grid(struct demo *demo, struct demo_grid *grid, size_t community, size_t in)
{
    bool story = community == 0 && in == 3;
    const char *estate = estate_names[(community * 5 + in) % COUNT(estate_names)];
    (void)snprintf(grid->path, sizeof grid->path, DEMO_STREET ".%s.%03u",
                   communities[community].code, (unsigned)in);
    grid->community = communities[community].name;
    grid->road = communities[community].road;
    grid->estate = story ? "汇祥林里3000小区" : estate;
    (void)snprintf(grid->name, sizeof grid->name, "%s第%u网格", communities[community].name,
                   (unsigned)in);
    grid->number = story ? 88 : 10 + (int)demo_below(demo, 190);
    grid->lon = 106.545 + 0.004 * (double)community + 0.001 * (double)in;
    grid->lat = 29.735 + 0.003 * (double)community + 0.0007 * (double)in;
}

/* The people who serve a grid. Those of the story have names of their own. */
static void staff_grid(struct demo *demo, struct demo_grid *grid, size_t community, size_t in)
{
    const char *code = communities[community].code;
    bool male = demo_chance(demo, 45);
    demo_name(demo, demo_surname(demo), male, 1970 + (int)demo_below(demo, 20), grid->leader);
    demo_phone(demo, grid->leader_phone);
    demo_name(demo, demo_surname(demo), !male, 1980 + (int)demo_below(demo, 18), grid->worker);
    demo_phone(demo, grid->worker_phone);
    (void)snprintf(grid->leader_id, sizeof grid->leader_id, "leader-%s%03u", code, (unsigned)in);
    (void)snprintf(grid->worker_id, sizeof grid->worker_id, "worker-%s%03u", code, (unsigned)in);
    if (strcmp(grid->path, DEMO_GRID) == 0) {
        (void)snprintf(grid->leader, sizeof grid->leader, "李明辉");
        (void)snprintf(grid->leader_id, sizeof grid->leader_id, "leader-demo");
        (void)snprintf(grid->worker, sizeof grid->worker, "张华");
        (void)snprintf(grid->worker_id, sizeof grid->worker_id, "worker-demo");
    }
}

static void plan_grids(struct demo *demo, int64_t residents)
{
    size_t n = (size_t)(residents / PEOPLE_PER_GRID);
    n = n < GRIDS_MIN ? GRIDS_MIN : n > GRIDS_MAX ? GRIDS_MAX : n;
    size_t towns = n / 10 < COMMUNITIES_MIN ? COMMUNITIES_MIN : n / 10;
    towns = towns > COUNT(communities) ? COUNT(communities) : towns;
    /* The story's community has three grids at least. */
    size_t most = n / towns < 3 ? 3 : (n + towns - 1) / towns;
    for (size_t c = 0; c < towns && demo->grids_n < n; c++) {
        for (size_t in = 1; in <= most && demo->grids_n < n; in++) {
            struct demo_grid *grid = &demo->grids[demo->grids_n];
            name_grid(demo, grid, c, in);
            staff_grid(demo, grid, c, in);
            bool story = strcmp(grid->path, DEMO_GRID) == 0;
            if (story) {
                demo->story_grid = demo->grids_n;
            }
            shape_estate(grid, story || demo_chance(demo, 60), residents / (int64_t)n);
            demo->grids_n++;
        }
    }
}

/* ---- their rows */

static enum gw_err area_row(struct demo *demo, const char *path, const char *level,
                            const char *name, const struct demo_grid *grid)
{
    struct jw w = demo_row_begin(demo);
    jw_str(&w, "level", level);
    jw_str(&w, "name", name);
    if (grid) {
        jw_str(&w, "leader", grid->leader);
        jw_str(&w, "leader_phone", grid->leader_phone);
    }
    if (strlen(path) >= strlen(DEMO_STREET)) {
        jw_str(&w, "duty_name", DUTY_NAME);
        jw_str(&w, "duty_phone", DUTY_PHONE);
    }
    return demo_row_end(demo, &w, TYPE_GRID, path, path);
}

static enum gw_err community_row(struct demo *demo, const struct demo_grid *grid)
{
    char path[32];
    (void)snprintf(path, sizeof path, "%.*s", (int)strlen(DEMO_COMMUNITY), grid->path);
    return area_row(demo, path, "community", grid->community, NULL);
}

static enum gw_err area_rows(struct demo *demo)
{
    enum gw_err err = area_row(demo, "CQ", "municipality", "重庆市", NULL);
    if (err == GW_OK) {
        err = area_row(demo, "CQ.500112", "county", "渝北区", NULL);
    }
    if (err == GW_OK) {
        err = area_row(demo, DEMO_STREET, "street", "仙桃街道", NULL);
    }
    for (size_t i = 0; i < demo->grids_n && err == GW_OK; i++) {
        const struct demo_grid *grid = &demo->grids[i];
        if (i == 0 || strcmp(grid->community, grid[-1].community) != 0) {
            err = community_row(demo, grid);
        }
        if (err == GW_OK) {
            err = area_row(demo, grid->path, "grid", grid->name, grid);
        }
        if (err == GW_OK) {
            err = demo->sink->grid(demo->sink->ctx, grid->path, grid->name);
        }
    }
    return err;
}

static enum gw_err add_user(struct demo *demo, const char *id, const char *name, const char *phone,
                            enum gw_role role, const char *path)
{
    struct demo_user user = {
        .id = id, .name = name, .phone = phone, .role = role, .paths = {path}, .paths_n = 1};
    return demo->sink->user(demo->sink->ctx, &user);
}

/* A grid's leader and worker are known at their grid, so that its console shows both. */
static enum gw_err grid_users(struct demo *demo)
{
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < demo->grids_n && err == GW_OK; i++) {
        const struct demo_grid *grid = &demo->grids[i];
        err = add_user(demo, grid->worker_id, grid->worker, grid->worker_phone, ROLE_WORKER,
                       grid->path);
        if (err == GW_OK) {
            err = add_user(demo, grid->leader_id, grid->leader, grid->leader_phone, ROLE_LEADER,
                           grid->path);
        }
    }
    return err;
}

static enum gw_err office_users(struct demo *demo)
{
    static const struct {
        const char *id, *name, *path;
        enum gw_role role;
    } office[] = {
        {"duty-demo", "周晓燕", DEMO_STREET, ROLE_DUTY},
        {"clerk-demo", "王素琴", DEMO_COMMUNITY, ROLE_COMMITTEE},
        {"clerk2-demo", "赵永康", DEMO_COMMUNITY, ROLE_COMMITTEE},
        {"auditor-demo", "刘文静", DEMO_STREET, ROLE_AUDITOR},
    };
    enum gw_err err = GW_OK;
    for (size_t i = 0; i < COUNT(office) && err == GW_OK; i++) {
        char phone[PHONE_BYTES];
        demo_phone(demo, phone);
        err = add_user(demo, office[i].id, office[i].name,
                       office[i].role == ROLE_DUTY ? DUTY_PHONE : phone, office[i].role,
                       office[i].path);
    }
    return err;
}

enum gw_err demo_areas(struct demo *demo, int64_t residents)
{
    plan_grids(demo, residents);
    enum gw_err err = area_rows(demo);
    if (err == GW_OK) {
        err = grid_users(demo);
    }
    return err == GW_OK ? office_users(demo) : err;
}

/* ---- dwellings */

struct slot {
    int building, unit, floor, room;
};

/* Homes are spread over the estate: a step that shares no factor with the number of flats visits
 * each of them once. Flat 503 of the article's building stays free for the story. */
static struct slot next_slot(struct demo_grid *grid)
{
    int64_t at = (grid->homes++ * 7919 + 17) % grid->slots;
    struct slot slot;
    slot.room = (int)(at % grid->rooms) + 1;
    at /= grid->rooms;
    slot.floor = (int)(at % grid->floors) + 1;
    at /= grid->floors;
    slot.unit = (int)(at % grid->units) + 1;
    slot.building = (int)(at / grid->units) + 1;
    return slot;
}

static bool is_story_flat(const struct demo_grid *grid, struct slot slot)
{
    return strcmp(grid->path, DEMO_GRID) == 0 && slot.building == 3 && slot.unit == 2 &&
           slot.floor == 5 && slot.room == 3;
}

static void place_home(struct home *home)
{
    struct demo_grid *grid = home->grid;
    struct slot slot = {3, 2, 5, 3};
    if (!home->story) {
        do {
            slot = next_slot(grid);
        } while (is_story_flat(grid, slot));
    }
    (void)snprintf(home->building, sizeof home->building, "%d栋", slot.building);
    (void)snprintf(home->unit, sizeof home->unit, "%d单元", slot.unit);
    (void)snprintf(home->floor, sizeof home->floor, "%d", slot.floor);
    (void)snprintf(home->room, sizeof home->room, "%d%02d", slot.floor, slot.room);
    (void)snprintf(home->address, sizeof home->address, "重庆市渝北区仙桃街道%s%s%d号%s%s%s%s室",
                   grid->community, grid->road, grid->number, grid->estate, home->building,
                   home->unit, home->room);
}

static const char *key_place(struct demo *demo, const struct home *home)
{
    static const char *const places[] = {"对门邻居处有一把备用钥匙", "物业前台，凭网格员证件领取",
                                         "门口鞋柜第二格", "社区养老服务站", "楼下小卖部老板处"};
    if (home->story) {
        return "对门502室李大姐处有一把备用钥匙";
    }
    return home->members[0].age >= 60 && home->n <= 2 && demo_chance(demo, 60)
               ? DEMO_PICK(demo, places)
               : NULL;
}

static void write_place(struct demo *demo, const struct home *home, struct jw *w,
                        const struct gw_buf *key)
{
    jw_str(w, "address", home->address);
    jw_str(w, "estate", home->grid->estate);
    jw_str(w, "building", home->building);
    jw_str(w, "unit", home->unit);
    jw_str(w, "floor", home->floor);
    jw_str(w, "room", home->room);
    jw_str(w, "match_key", gw_buf_str(key));
    const char *place = key_place(demo, home);
    if (place) {
        jw_str(w, "key_place", place);
    }
    /* Six digits are a decimetre; the text form must be the same on every machine. */
    jw_num(w, "lon", home->grid->lon + (double)demo_below(demo, 900) / 1e6);
    jw_num(w, "lat", home->grid->lat + (double)demo_below(demo, 600) / 1e6);
    jw_str(w, "crs", "CGCS2000");
}

enum gw_err demo_dwelling(struct demo *demo, struct home *home)
{
    struct gw_buf key;
    place_home(home);
    demo_uuid(demo, home->dwelling);
    gw_buf_init(&key, 1024);
    enum gw_err err = address_match_key(home->address, &key);
    if (err == GW_OK) {
        struct jw w = demo_row_begin(demo);
        write_place(demo, home, &w, &key);
        err = demo_row_end(demo, &w, TYPE_DWELLING, home->dwelling, home->grid->path);
    }
    gw_buf_free(&key);
    return err;
}
