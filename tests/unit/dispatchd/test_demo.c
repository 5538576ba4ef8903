/* The demonstration community: exact in number, the same for the same seed, valid, and with what
 * the story needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "api/json.h"
#include "base/crypto.h"
#include "dispatchd/demo.h"
#include "model/idnum.h"
#include "model/path.h"

enum { KINDS = 14 };
static const char *const kind_names[KINDS] = {
    "gateway", "pir",         "smoke",      "sos",        "blood_pressure", "gas",     "water",
    "door",    "water_meter", "sleep_band", "fall_radar", "watch",          "glucose", "oximeter"};

struct tally {
    uint64_t sum; /* over every row, in order */
    int64_t rows[TYPE_N], users, grids, devices, elders, bad_ids, same_ids;
    unsigned kinds;
    bool chen, chen_smoke, chen_contact;
    char chen_id[64];
    char demo_users[400];
};

static void note_resident(struct tally *tally, const char *id, const struct json *row)
{
    const char *birth = json_str(row, "birth_date");
    tally->elders += age_on(birth, "2026-01-15") >= 60;
    if (strcmp(json_str(row, "name"), "陈桂芳") == 0 && !tally->chen) {
        tally->chen = age_on(birth, "2026-01-15") == 78;
        snprintf(tally->chen_id, sizeof tally->chen_id, "%s", id);
    }
}

static enum gw_err on_row(void *ctx, enum gw_type type, const char *id, const char *path,
                          const char *body, size_t len)
{
    struct tally *tally = ctx;
    struct json *row = NULL;
    struct gw_fail fail = {0};
    assert_true(id_ok(id));
    assert_true(path_ok(path));
    if (json_parse(body, len, 0, &row, &fail) != GW_OK) {
        fail_msg("%s: %s", body, fail.text);
    }
    tally->sum = tally->sum * 31 + gw_sha256_h64(body, len) + gw_sha256_h64(id, strlen(id));
    tally->rows[type]++;
    if (type == TYPE_RESIDENT) {
        note_resident(tally, id, row);
    } else if (type == TYPE_RESIDENT_PRIVATE) {
        tally->bad_ids += idnum_check(json_str(row, "id_number"), "2026-01-15") != IDNUM_OK;
    } else if (type == TYPE_CONTACT && strcmp(json_str(row, "resident_id"), tally->chen_id) == 0) {
        tally->chen_contact = true;
    } else if (type == TYPE_DEVICE && strcmp(json_str(row, "kind"), "smoke") == 0 &&
               strcmp(json_str(row, "resident_id"), tally->chen_id) == 0) {
        tally->chen_smoke = strcmp(json_str(row, "place"), "厨房") == 0;
    }
    json_free(row);
    return GW_OK;
}

static enum gw_err on_user(void *ctx, const struct demo_user *user)
{
    struct tally *tally = ctx;
    tally->users++;
    assert_true(user->paths_n > 0);
    if (strstr(user->id, "-demo")) {
        strncat(tally->demo_users, user->id, sizeof tally->demo_users / 8);
        strcat(tally->demo_users, " ");
        if (user->role != ROLE_COMMITTEE) {
            assert_true(path_covers(user->paths[0], DEMO_GRID));
        } else {
            assert_string_equal(user->paths[0], DEMO_COMMUNITY);
        }
    }
    return GW_OK;
}

static enum gw_err on_grid(void *ctx, const char *path, const char *name)
{
    ((struct tally *)ctx)->grids++;
    assert_int_equal(path_depth(path), 5);
    assert_true(name[0] != '\0');
    return GW_OK;
}

static enum gw_err on_device(void *ctx, const struct demo_device *device)
{
    struct tally *tally = ctx;
    tally->devices++;
    if (strcmp(device->path, DEMO_GRID) == 0) {
        for (unsigned i = 0; i < KINDS; i++) {
            tally->kinds |= strcmp(kind_names[i], device->kind) == 0 ? 1u << i : 0;
        }
    }
    return GW_OK;
}

static struct tally make(uint64_t seed, int64_t residents, int64_t now)
{
    struct tally tally = {0};
    struct demo_sink sink = {on_row, on_user, on_grid, on_device, &tally};
    struct demo_opts opts = {seed, residents, now};
    assert_int_equal(demo_make(&opts, &sink, NULL), GW_OK);
    return tally;
}

static void test_whole(void **state)
{
    (void)state;
    struct tally tally = make(1, 2000, 1790000000000);
    assert_int_equal(tally.rows[TYPE_RESIDENT], 2000);
    assert_int_equal(tally.rows[TYPE_RESIDENT_PRIVATE], 2000);
    assert_true(tally.rows[TYPE_DWELLING] > 600 && tally.rows[TYPE_DWELLING] < 1100);
    assert_int_equal(tally.rows[TYPE_HOUSEHOLD], tally.rows[TYPE_DWELLING]);
    assert_true(tally.rows[TYPE_SPELL] >= 2000);
    assert_int_equal(tally.rows[TYPE_DEVICE], tally.devices);
    assert_int_equal(tally.bad_ids, 0);
    assert_int_equal(tally.grids, 9);
    assert_true(tally.elders > 400 && tally.elders < 620);
    assert_true(tally.chen && tally.chen_smoke && tally.chen_contact);
    assert_int_equal(tally.kinds, (1u << KINDS) - 1);
    assert_non_null(strstr(tally.demo_users, "worker-demo "));
    assert_non_null(strstr(tally.demo_users, "leader-demo "));
    assert_non_null(strstr(tally.demo_users, "duty-demo "));
    assert_non_null(strstr(tally.demo_users, "clerk-demo "));
    assert_non_null(strstr(tally.demo_users, "clerk2-demo "));
    assert_non_null(strstr(tally.demo_users, "auditor-demo "));
}

static void test_same_seed_same_data(void **state)
{
    (void)state;
    struct tally a = make(7, 300, 1790000000000);
    struct tally b = make(7, 300, 1790000000000);
    struct tally c = make(8, 300, 1790000000000);
    assert_true(a.sum == b.sum);
    assert_true(a.sum != c.sum);
}

static void test_smallest(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct tally tally = make(seed, DEMO_RESIDENTS_MIN, 0);
        assert_int_equal(tally.rows[TYPE_RESIDENT], DEMO_RESIDENTS_MIN);
        assert_int_equal(tally.kinds, (1u << KINDS) - 1);
    }
}

static void test_range(void **state)
{
    (void)state;
    struct gw_fail fail = {0};
    struct demo_sink sink = {on_row, on_user, on_grid, on_device, NULL};
    struct demo_opts opts = {1, DEMO_RESIDENTS_MIN - 1, 0};
    assert_int_equal(demo_make(&opts, &sink, &fail), GW_INVALID);
    assert_true(fail.text[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_same_seed_same_data),
        cmocka_unit_test(test_smallest),
        cmocka_unit_test(test_range),
    };
    if (gw_crypto_init() != GW_OK) {
        return 70;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
