/* The store: opening, what admin verbs rely on, savepoints, numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "dispatchd/map_p.h"
#include "tests/kit/core_kit.h"
#include "tests/kit/scratch.h"

static int setup(void **state)
{
    static struct core_kit kit;
    core_kit_open(&kit, "store.db");
    *state = &kit;
    return 0;
}

static int teardown(void **state)
{
    core_kit_close(*state);
    return 0;
}

static void urls_that_name_no_store(void **state)
{
    struct gw_fail fail = {.err = GW_OK};
    struct store *store = NULL;
    struct store_opts opts = {.url = "postgresql://x/y"};
    (void)state;
    assert_int_equal(store_open(&opts, &store, &fail), GW_INVALID);
    assert_non_null(strstr(fail.text, "PostgreSQL"));
    opts.url = "sqlite:";
    assert_int_equal(store_open(&opts, &store, &fail), GW_INVALID);
    opts.url = "/var/lib/x";
    assert_int_equal(store_open(&opts, &store, &fail), GW_INVALID);
    opts.url = "sqlite:/nowhere/x.db";
    assert_int_equal(store_open(&opts, &store, &fail), GW_ABSENT);
    assert_null(store);
    store_close(NULL);
}

static void init_and_serve_are_alone(void **state)
{
    struct core_kit *kit = *state;
    struct gw_fail fail = {.err = GW_OK};
    struct store *second = NULL;
    struct store_opts opts = {.url = kit->url, .use = STORE_SERVE};
    assert_int_equal(store_init(kit->url, &kit->random.random, &fail), GW_HELD);
    assert_int_equal(store_open(&opts, &second, &fail), GW_HELD);
    assert_null(second);
}

static void admin(struct core_kit *kit)
{
    assert_int_equal(kit->admin->ops->begin(kit->admin, "test", NULL), GW_OK);
}

static void done(struct core_kit *kit)
{
    assert_int_equal(kit->admin->ops->commit(kit->admin, NULL), GW_OK);
}

static void users_and_grants_have_rules(void **state)
{
    struct core_kit *kit = *state;
    struct gw_fail fail = {.err = GW_OK};
    struct store_user user = {.role = ROLE_WORKER, .name = "n"};
    char path[GW_PATH_MAX + 1];
    admin(kit);
    (void)snprintf(user.id, sizeof user.id, "w1");
    assert_int_equal(store_user_add(kit->admin, &user, 0, &fail), GW_REFUSED);
    (void)snprintf(user.id, sizeof user.id, "a.b");
    assert_int_equal(store_user_add(kit->admin, &user, 0, &fail), GW_INVALID);
    (void)snprintf(user.id, sizeof user.id, "new");
    assert_int_equal(store_user_add(kit->admin, &user, 0, &fail), GW_OK);
    assert_int_equal(
        kit->admin->ops->row_get(kit->admin, TYPE_WORKER, "new", NULL, path, NULL, NULL), GW_OK);
    assert_string_equal(path, "u.new"); /* without a path only he himself could be shown it */
    assert_int_equal(store_grant(kit->admin, "new", "a..b", &fail), GW_INVALID);
    assert_int_equal(store_grant(kit->admin, "nobody", GRID_A, &fail), GW_ABSENT);
    assert_int_equal(store_grant(kit->admin, "new", GRID_B, &fail), GW_OK);
    assert_int_equal(store_grant(kit->admin, "new", GRID_B, &fail), GW_REFUSED);
    assert_int_equal(
        kit->admin->ops->row_get(kit->admin, TYPE_WORKER, "new", NULL, path, NULL, NULL), GW_OK);
    assert_string_equal(path, GRID_B);
    assert_int_equal(store_revoke(kit->admin, "new", GRID_A, 1, &fail), GW_REFUSED);
    assert_int_equal(store_revoke(kit->admin, "new", GRID_B, 1, &fail), GW_OK);
    assert_int_equal(store_device_revoke(kit->admin, "none", 1, &fail), GW_ABSENT);
    done(kit);
}

static void a_source_needs_a_street(void **state)
{
    struct core_kit *kit = *state;
    struct gw_fail fail = {.err = GW_OK};
    struct store_source source;
    char token[GW_KEY_B64 + 1];
    char hash[GW_HASH_HEX + 1];
    const struct gw_random *random = &kit->random.random;
    admin(kit);
    assert_int_equal(store_source_add(kit->admin, random, "s", "CQ.500112", 0, token, &fail),
                     GW_INVALID);
    assert_int_equal(store_source_add(kit->admin, random, "a b", NULL, 0, token, &fail),
                     GW_INVALID);
    assert_int_equal(store_source_add(kit->admin, random, "s", NULL, 0, token, &fail), GW_OK);
    store_token_hash(token, hash);
    assert_int_equal(kit->admin->ops->source_by_token(kit->admin, hash, &source, &fail), GW_OK);
    assert_string_equal(source.area, STREET);
    assert_int_equal(store_source_add(kit->admin, random, "s", NULL, 0, token, &fail), GW_REFUSED);
    assert_int_equal(kit->admin->ops->row_put(kit->admin, TYPE_GRID, "CQ.500112.014",
                                              "CQ.500112.014", "{}", 2, NULL, &fail),
                     GW_OK);
    assert_int_equal(store_source_add(kit->admin, random, "t", NULL, 0, token, &fail), GW_INVALID);
    done(kit);
}

static void an_undone_step_gives_its_numbers_back(void **state)
{
    struct core_kit *kit = *state;
    const struct store_ops *ops = kit->admin->ops;
    int64_t seq = 0;
    int64_t first = core_kit_seq(kit);
    struct store_digest before;
    struct store_digest after;
    assert_int_equal(ops->digest(kit->admin, GRID_A, TYPE_RESIDENT, &before, NULL), GW_OK);
    admin(kit);
    assert_int_equal(ops->save(kit->admin, NULL), GW_OK);
    assert_int_equal(ops->row_put(kit->admin, TYPE_RESIDENT, "r", GRID_A, "{}", 2, &seq, NULL),
                     GW_OK);
    assert_int_equal(seq, first + 1);
    ops->save_undo(kit->admin);
    assert_int_equal(ops->save(kit->admin, NULL), GW_OK);
    assert_int_equal(ops->row_put(kit->admin, TYPE_RESIDENT, "s", GRID_A, "{}", 2, &seq, NULL),
                     GW_OK);
    assert_int_equal(seq, first + 1);
    ops->save_keep(kit->admin);
    done(kit);
    assert_null(core_kit_row(kit, TYPE_RESIDENT, "r"));
    assert_int_equal(ops->digest(kit->admin, GRID_A, TYPE_RESIDENT, &after, NULL), GW_OK);
    assert_int_equal(after.count, before.count + 1);
    /* and a transaction that is rolled back as well */
    admin(kit);
    assert_int_equal(ops->row_put(kit->admin, TYPE_RESIDENT, "t", GRID_A, "{}", 2, &seq, NULL),
                     GW_OK);
    ops->rollback(kit->admin);
    assert_int_equal(core_kit_seq(kit), first + 1);
}

static void rows_that_cannot_be(void **state)
{
    struct core_kit *kit = *state;
    const struct store_ops *ops = kit->admin->ops;
    struct gw_fail fail = {.err = GW_OK};
    static char big[STORE_ROW_MAX + 2];
    memset(big, 'x', sizeof big - 1);
    admin(kit);
    assert_int_equal(ops->row_put(kit->admin, TYPE_RESIDENT, "a b", GRID_A, "{}", 2, NULL, &fail),
                     GW_INVALID);
    assert_int_equal(ops->row_put(kit->admin, TYPE_RESIDENT, "a", "CQ..1", "{}", 2, NULL, &fail),
                     GW_INVALID);
    assert_int_equal(
        ops->row_put(kit->admin, TYPE_RESIDENT, "a", GRID_A, big, sizeof big - 1, NULL, &fail),
        GW_INVALID);
    assert_int_equal(ops->row_del(kit->admin, TYPE_RESIDENT, "nobody", NULL, &fail), GW_ABSENT);
    ops->rollback(kit->admin);
}

static void put_number(struct core_kit *kit, const char *dev, int64_t n)
{
    char uid[40];
    char hash[40];
    (void)snprintf(uid, sizeof uid, "u%lld", (long long)n);
    (void)snprintf(hash, sizeof hash, "h%lld", (long long)n);
    struct store_command command = {.dev = dev,
                                    .n = n,
                                    .uid = uid,
                                    .user = "w1",
                                    .hash = hash,
                                    .prev = "",
                                    .kind = "k",
                                    .entity = "e",
                                    .base = "",
                                    .base_seq = -1,
                                    .body = "{}",
                                    .sig = "s",
                                    .result = "applied",
                                    .seq = -1,
                                    .answer = "x"};
    assert_int_equal(kit->admin->ops->command_put(kit->admin, &command, NULL), GW_OK);
}

static void holes_are(struct core_kit *kit, const char *dev, const char *want)
{
    struct store_hole holes[8];
    char got[200] = "";
    size_t n = 0;
    assert_int_equal(kit->admin->ops->holes(kit->admin, dev, holes, 8, &n, NULL), GW_OK);
    for (size_t i = 0; i < n; i++) {
        size_t at = strlen(got);
        (void)snprintf(got + at, sizeof got - at, "%lld-%lld ", (long long)holes[i].from,
                       (long long)holes[i].to);
    }
    assert_string_equal(got, want);
}

static void missing_numbers_are_ranges(void **state)
{
    struct core_kit *kit = *state;
    struct core_console c;
    struct store_device device;
    core_kit_enroll(kit, &c, "w1");
    admin(kit);
    put_number(kit, c.device, 1);
    holes_are(kit, c.device, "");
    put_number(kit, c.device, 9);
    holes_are(kit, c.device, "2-8 ");
    put_number(kit, c.device, 5);
    holes_are(kit, c.device, "2-4 6-8 ");
    put_number(kit, c.device, 2);
    put_number(kit, c.device, 8);
    holes_are(kit, c.device, "3-4 6-7 ");
    put_number(kit, c.device, INT64_C(9007199254740991));
    holes_are(kit, c.device, "3-4 6-7 10-9007199254740990 ");
    put_number(kit, c.device, 4);
    put_number(kit, c.device, 3);
    holes_are(kit, c.device, "6-7 10-9007199254740990 ");
    done(kit);
    assert_int_equal(kit->admin->ops->device_get(kit->admin, c.device, &device, NULL), GW_OK);
    assert_true(device.n == INT64_C(9007199254740991));
    assert_string_equal(device.head, "h9007199254740991");
}

static int64_t seen_left(struct core_kit *kit, int n)
{
    int64_t left = 0;
    for (int i = 0; i < n; i++) {
        char event[32];
        struct store_seen seen;
        (void)snprintf(event, sizeof event, "e%d", i);
        left += kit->admin->ops->seen_get(kit->admin, i % 2 == 0 ? "s" : "t", event, &seen, NULL) ==
                GW_OK;
    }
    return left;
}

static void old_events_are_forgotten_in_parts(void **state)
{
    struct core_kit *kit = *state;
    const struct store_seen seen = {.alarm = "a", .seq = 1};
    admin(kit);
    for (int i = 0; i < 5001; i++) {
        char event[32];
        (void)snprintf(event, sizeof event, "e%d", i);
        assert_int_equal(kit->admin->ops->seen_put(kit->admin, i % 2 == 0 ? "s" : "t", event, &seen,
                                                   i < 4500 ? 10 : 20, NULL),
                         GW_OK);
    }
    assert_int_equal(kit->admin->ops->seen_expire(kit->admin, 20, NULL), GW_OK);
    int64_t left = seen_left(kit, 5001);
    assert_true(left < 5001 && left > 2500); /* a commit is not held up by all of them */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(kit->admin->ops->seen_expire(kit->admin, 20, NULL), GW_OK);
    }
    assert_int_equal(seen_left(kit, 5001), 501);
    done(kit);
}

static void the_server_sees_what_another_process_did(void **state)
{
    struct core_kit *kit = *state;
    int64_t before = kit->store->ops->outside_version(kit->store);
    core_kit_put(kit, TYPE_RESIDENT, "r", GRID_A, "{}");
    assert_int_not_equal(kit->store->ops->outside_version(kit->store), before);
    assert_int_equal(kit->store->ops->check(kit->store, true, NULL), GW_OK);
    /* one state for all reads, whatever is written meanwhile */
    struct store_digest a;
    struct store_digest b;
    assert_int_equal(kit->store->ops->read_begin(kit->store, NULL), GW_OK);
    assert_int_equal(kit->store->ops->digest(kit->store, GRID_A, TYPE_RESIDENT, &a, NULL), GW_OK);
    core_kit_put(kit, TYPE_RESIDENT, "s", GRID_A, "{}");
    assert_int_equal(kit->store->ops->digest(kit->store, GRID_A, TYPE_RESIDENT, &b, NULL), GW_OK);
    kit->store->ops->read_end(kit->store);
    assert_int_equal(a.count, b.count);
    assert_int_equal(kit->store->ops->digest(kit->store, GRID_A, TYPE_RESIDENT, &b, NULL), GW_OK);
    assert_int_equal(b.count, a.count + 1);
}

static bool odd(void *ctx, void *value)
{
    (void)ctx;
    return *(int *)value % 2 == 1;
}

static bool add(void *ctx, void *value)
{
    *(int *)ctx += *(int *)value;
    return true;
}

static void a_map_keeps_and_forgets(void **state)
{
    struct map map;
    char key[16];
    int sum = 0;
    (void)state;
    map_init(&map, sizeof(int), 99);
    assert_null(map_get(&map, "x"));
    map_drop(&map, "x");
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "k%d", i);
        *(int *)map_make(&map, key) = i;
    }
    assert_int_equal(map.n, 1000);
    assert_int_equal(*(int *)map_get(&map, "k777"), 777);
    map_sweep(&map, odd, NULL);
    assert_int_equal(map.n, 500);
    assert_null(map_get(&map, "k777"));
    map_drop(&map, "k2");
    map_each(&map, add, &sum);
    assert_int_equal(sum, 249500 - 2);
    map_free(&map);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(urls_that_name_no_store),
        T(init_and_serve_are_alone),
        T(users_and_grants_have_rules),
        T(a_source_needs_a_street),
        T(an_undone_step_gives_its_numbers_back),
        T(rows_that_cannot_be),
        T(missing_numbers_are_ranges),
        T(old_events_are_forgotten_in_parts),
        T(the_server_sees_what_another_process_did),
        T(a_map_keeps_and_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
