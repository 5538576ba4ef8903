/* The feed, its digest and the snapshot pages while some changes are folded and some are not,
 * beside a model; and a store of the layout before there was anything to fold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/sqlkit.h"
#include "tests/kit/core_kit.h"
#include "tests/kit/scratch.h"

extern const struct gw_migration dispatchd_migrations[];

enum { IDS = 60, SCOPES = 7, ROUNDS = 300 };
static const char *const PATHS[] = {"A.b.c.1", "A.b.c.2", "A.b.d.1", "A.b", "u.x"};
static const char *const SCOPE[SCOPES] = {"A",     "A.b", "A.b.c",  "A.b.c.1",
                                          "A.b.d", "u.x", "A.b.c.3"};
enum { PATHS_N = sizeof PATHS / sizeof PATHS[0] };

/* What lies where: the model. path NULL = no such row. From EVENTS on they are events of alarms:
 * most have their seq in their id. */
enum { EVENTS = IDS / 2 };
struct truth {
    struct {
        char id[32];
        const char *path;
        int64_t seq;
    } row[IDS];
};

/* A console that follows one scope by the rules of the protocol. */
struct follower {
    const char *scope;
    int64_t cursor, newest_put;
    int64_t seq[IDS]; /* 0 = has no such row */
};

struct bed {
    struct core_kit kit;
    struct truth truth;
    struct follower followers[SCOPES];
    unsigned random;
};

static unsigned draw(struct bed *bed, unsigned below)
{
    bed->random = bed->random * 1664525U + 1013904223U;
    return (bed->random >> 16) % below;
}

static enum gw_type type_of(int i)
{
    return i < EVENTS ? TYPE_RESIDENT : TYPE_ALARM_EVENT;
}

static void name_row(struct bed *bed, struct store *store, struct truth *truth, int i)
{
    int64_t newest = 0;
    assert_int_equal(store->ops->newest(store, &newest, NULL), GW_OK);
    if (i < EVENTS) {
        (void)snprintf(truth->row[i].id, sizeof truth->row[i].id, "r%02d", i);
    } else {
        int64_t number = draw(bed, 4) == 0 ? (int64_t)draw(bed, 3000) + 1 : newest + 1;
        (void)snprintf(truth->row[i].id, sizeof truth->row[i].id, "r%02d.%" PRId64, i, number);
    }
}

static int index_of(const char *id)
{
    return (int)strtol(id + 1, NULL, 10);
}

static bool inside(const struct truth *truth, int i, const char *scope)
{
    return truth->row[i].path && path_covers(scope, truth->row[i].path);
}

/* ---- changes */

static void change_one(struct bed *bed, struct store *store, struct truth *truth)
{
    int i = (int)draw(bed, IDS);
    int64_t seq = 0;
    if (!truth->row[i].path) {
        name_row(bed, store, truth, i);
    }
    const char *id = truth->row[i].id;
    if (truth->row[i].path && draw(bed, 4) == 0) {
        assert_int_equal(store->ops->row_del(store, type_of(i), id, &seq, NULL), GW_OK);
        truth->row[i].path = NULL;
    } else {
        const char *path = PATHS[draw(bed, PATHS_N)];
        assert_int_equal(
            store->ops->row_put(store, type_of(i), id, path, "{\"name\":\"n\"}", 12, &seq, NULL),
            GW_OK);
        truth->row[i].path = path;
    }
    truth->row[i].seq = seq;
}

/* A transaction of either process; now and then a step of it, or all of it, is taken back. */
static void change_some(struct bed *bed)
{
    struct store *store = draw(bed, 4) == 0 ? bed->kit.admin : bed->kit.store;
    struct truth truth = bed->truth;
    assert_int_equal(store->ops->begin(store, "test", NULL), GW_OK);
    for (unsigned steps = draw(bed, 6) + 1; steps > 0; steps--) {
        struct truth before = truth;
        assert_int_equal(store->ops->save(store, NULL), GW_OK);
        for (unsigned n = draw(bed, 6) + 1; n > 0; n--) {
            change_one(bed, store, &truth);
        }
        if (draw(bed, 5) == 0) {
            struct store_digest any;
            assert_int_equal(store->ops->digest(store, "A", TYPE_RESIDENT, &any, NULL), GW_OK);
            store->ops->save_undo(store);
            truth = before;
        } else {
            store->ops->save_keep(store);
        }
    }
    if (draw(bed, 8) == 0) {
        store->ops->rollback(store);
        return;
    }
    assert_int_equal(store->ops->commit(store, NULL), GW_OK);
    bed->truth = truth;
}

/* ---- what a follower sees */

static enum gw_err take(void *ctx, const struct store_change *change)
{
    struct follower *f = ctx;
    if (change->row.type != TYPE_RESIDENT && change->row.type != TYPE_ALARM_EVENT) {
        return GW_OK;
    }
    int i = index_of(change->row.id);
    if (change->op == STORE_PUT) {
        assert_true(path_covers(f->scope, change->row.path));
        assert_true(change->row.seq >= f->newest_put); /* in order */
        f->newest_put = change->row.seq;
        f->seq[i] = change->row.seq >= f->seq[i] ? change->row.seq : f->seq[i];
    } else if (change->row.seq > f->seq[i]) {
        f->seq[i] = 0;
    }
    return GW_OK;
}

static void follow(struct bed *bed, struct follower *f)
{
    struct store *store = bed->kit.store;
    struct store_grant grant = {.granted = 0};
    int64_t limit = draw(bed, 3) == 0 ? 1 : 1 + draw(bed, 50);
    bool more = true;
    (void)snprintf(grant.path, sizeof grant.path, "%s", f->scope);
    f->newest_put = 0;
    while (more) {
        int64_t last = 0;
        assert_int_equal(store->ops->feed(store, &grant, 1, UINT32_MAX, f->cursor, limit, take, f,
                                          &last, &more, NULL),
                         GW_OK);
        assert_true(last >= f->cursor && (!more || last > f->cursor));
        f->cursor = last;
    }
    assert_int_equal(store->ops->newest(store, &f->cursor, NULL), GW_OK);
}

static void digest_is(struct bed *bed, const struct follower *f, enum gw_type type)
{
    struct store *store = bed->kit.store;
    struct store_digest want = {.count = 0};
    struct store_digest got;
    for (int i = 0; i < IDS; i++) {
        char text[80];
        if (type_of(i) == type && inside(&bed->truth, i, f->scope)) {
            int n = snprintf(text, sizeof text, "%s|%s|%" PRId64, entity_of(type)->name,
                             bed->truth.row[i].id, f->seq[i]);
            want.count++;
            want.sum += gw_sha256_h64(text, (size_t)n);
        }
    }
    assert_int_equal(store->ops->digest(store, f->scope, type, &got, NULL), GW_OK);
    assert_int_equal(got.count, want.count);
    assert_true(got.sum == want.sum);
}

static void holds_the_truth(struct bed *bed, const struct follower *f)
{
    for (int i = 0; i < IDS; i++) {
        int64_t want = inside(&bed->truth, i, f->scope) ? bed->truth.row[i].seq : 0;
        assert_int_equal(f->seq[i], want);
    }
    digest_is(bed, f, TYPE_RESIDENT);
    digest_is(bed, f, TYPE_ALARM_EVENT);
}

struct paging {
    const struct truth *truth;
    const char *scope;
    char after[32];
    int64_t n;
};

static enum gw_err take_row(void *ctx, const struct store_row *row)
{
    struct paging *p = ctx;
    int i = index_of(row->id);
    assert_true(strcmp(row->id, p->after) > 0);
    assert_true(inside(p->truth, i, p->scope));
    assert_string_equal(row->id, p->truth->row[i].id);
    assert_int_equal(row->seq, p->truth->row[i].seq);
    assert_int_equal(row->body_len, 12);
    (void)snprintf(p->after, sizeof p->after, "%s", row->id);
    p->n++;
    return GW_OK;
}

static void pages_hold_the_truth(struct bed *bed, const char *scope, enum gw_type type)
{
    struct store *store = bed->kit.store;
    struct paging p = {.truth = &bed->truth, .scope = scope};
    int64_t limit = 1 + draw(bed, 20);
    int64_t want = 0;
    int64_t before = 0;
    for (int i = 0; i < IDS; i++) {
        want += type_of(i) == type && inside(&bed->truth, i, scope);
    }
    do {
        before = p.n;
        char after[32];
        memcpy(after, p.after, sizeof after);
        assert_int_equal(store->ops->row_each(store, type, scope, after, limit, take_row, &p, NULL),
                         GW_OK);
        assert_true(p.n - before <= limit);
    } while (p.n - before == limit);
    assert_int_equal(p.n, want);
}

static void rows_are_found(struct bed *bed)
{
    struct store *store = bed->kit.store;
    struct store_counts counts;
    int64_t want = 0;
    for (int i = 0; i < IDS; i++) {
        char path[GW_PATH_MAX + 1];
        int64_t seq = 0;
        const char *is = bed->truth.row[i].path;
        enum gw_err err =
            store->ops->row_get(store, type_of(i), bed->truth.row[i].id, NULL, path, &seq, NULL);
        assert_int_equal(err, is ? GW_OK : GW_ABSENT);
        if (is) {
            assert_string_equal(path, is);
            assert_int_equal(seq, bed->truth.row[i].seq);
        }
        want += is && type_of(i) == TYPE_ALARM_EVENT;
    }
    assert_int_equal(store->ops->counts(store, &counts, NULL), GW_OK);
    assert_int_equal(counts.rows[TYPE_ALARM_EVENT], want);
}

static void look_at_all(struct bed *bed, unsigned share)
{
    rows_are_found(bed);
    for (int i = 0; i < SCOPES; i++) {
        if (draw(bed, share) == 0) {
            follow(bed, &bed->followers[i]);
            holds_the_truth(bed, &bed->followers[i]);
            pages_hold_the_truth(bed, SCOPE[i], TYPE_RESIDENT);
            pages_hold_the_truth(bed, SCOPE[i], TYPE_ALARM_EVENT);
        }
    }
}

static void rest(struct bed *bed)
{
    int64_t before = 0;
    int64_t after = 0;
    assert_int_equal(bed->kit.store->ops->newest(bed->kit.store, &before, NULL), GW_OK);
    for (unsigned n = draw(bed, 4); n > 0 && bed->kit.store->ops->idle(bed->kit.store); n--) {
    }
    assert_int_equal(bed->kit.store->ops->newest(bed->kit.store, &after, NULL), GW_OK);
    assert_int_equal(after, before);
}

static void open_bed(struct bed *bed)
{
    memset(bed, 0, sizeof *bed);
    core_kit_open(&bed->kit, "fresh.db");
    bed->random = 7;
    for (int i = 0; i < SCOPES; i++) {
        bed->followers[i].scope = SCOPE[i];
    }
}

static void what_is_folded_makes_no_difference(void **state)
{
    static struct bed bed;
    (void)state;
    open_bed(&bed);
    for (int round = 0; round < ROUNDS; round++) {
        change_some(&bed);
        if (draw(&bed, 3) == 0) {
            rest(&bed);
        }
        look_at_all(&bed, 3);
        if (round % 100 == 50) { /* all of it is in the file */
            core_kit_restart(&bed.kit);
        }
    }
    look_at_all(&bed, 1);
    assert_int_equal(bed.kit.store->ops->check(bed.kit.store, true, NULL), GW_OK);
    core_kit_close(&bed.kit);
}

/* More in one transaction than may wait: the older ones are folded on the way. */
static void a_large_transaction_is_folded_on_the_way(void **state)
{
    static struct bed bed;
    (void)state;
    open_bed(&bed);
    struct store *store = bed.kit.store;
    assert_int_equal(store->ops->begin(store, "test", NULL), GW_OK);
    for (int i = 0; i < 20000; i++) {
        change_one(&bed, store, &bed.truth);
    }
    assert_int_equal(store->ops->commit(store, NULL), GW_OK);
    look_at_all(&bed, 1);
    rest(&bed);
    look_at_all(&bed, 1);
    core_kit_close(&bed.kit);
}

/* Folding would wait five seconds for it, and every answer behind it. */
static void nobody_waits_for_folding(void **state)
{
    static struct bed bed;
    struct timespec from;
    struct timespec to;
    (void)state;
    open_bed(&bed);
    struct store *store = bed.kit.store;
    assert_int_equal(store->ops->begin(store, "test", NULL), GW_OK);
    for (int i = 0; i < 1000; i++) {
        change_one(&bed, store, &bed.truth);
    }
    assert_int_equal(store->ops->commit(store, NULL), GW_OK);
    assert_int_equal(bed.kit.admin->ops->begin(bed.kit.admin, "import", NULL), GW_OK);
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    assert_false(store->ops->idle(store));
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    assert_true(to.tv_sec - from.tv_sec < 3);
    bed.kit.admin->ops->rollback(bed.kit.admin);
    assert_true(store->ops->idle(store));
    look_at_all(&bed, 1);
    core_kit_close(&bed.kit);
}

/* ---- the first layout */

static const char OLD_STORE[] =
    "INSERT INTO meta VALUES (1, 'k3f9z2qa', 12, 3, zeroblob(32), zeroblob(32));"
    "INSERT INTO row (type, id, path, seq, body) VALUES (4, 'r01', 'A.b', 11, '{\"name\":\"n\"}');"
    "INSERT INTO feed VALUES ('A', 4, 'r01', 11, 0), ('A.b', 4, 'r01', 11, 0),"
    " ('A', 4, 'r02', 12, 2), ('A.b', 4, 'r02', 12, 2);"
    "INSERT INTO alarm_open VALUES ('a1', 'd1', 'sos', 'unack', 5), ('a2', 'd2', 'gas', 'acked', "
    "0);";

static void make_old(const char *path)
{
    struct gw_db *db = NULL;
    struct gw_buf text;
    uint64_t sum = gw_sha256_h64("resident|r01|11", 15);
    const struct gw_db_opts opts = {.path = path,
                                    .create = true,
                                    .app_id = 0x47574473,
                                    .migrations = dispatchd_migrations,
                                    .migrations_n = 1};
    gw_buf_init(&text, 4096);
    assert_int_equal(gw_db_open(&opts, &db, NULL), GW_OK);
    assert_int_equal(gw_db_begin(db, GW_DURABLE_FULL, "test", NULL), GW_OK);
    assert_int_equal(gw_db_exec(db, OLD_STORE, NULL), GW_OK);
    assert_int_equal(gw_buf_addf(&text,
                                 "INSERT INTO digest VALUES ('A', 4, 1, %u, %u), "
                                 "('A.b', 4, 1, %u, %u)",
                                 (unsigned)(sum >> 32), (unsigned)sum, (unsigned)(sum >> 32),
                                 (unsigned)sum),
                     GW_OK);
    assert_int_equal(gw_db_exec(db, gw_buf_str(&text), NULL), GW_OK);
    assert_int_equal(gw_db_commit(db, NULL), GW_OK);
    gw_db_close(db);
    gw_buf_free(&text);
}

static void a_store_of_the_first_layout_goes_on(void **state)
{
    static struct bed bed;
    char path[400], url[440];
    struct store_meta meta;
    struct store_alarm alarm;
    (void)state;
    assert_int_equal(TYPE_RESIDENT, 4); /* stands in OLD_STORE */
    open_bed(&bed);
    store_close(bed.kit.admin);
    make_old(scratch_path(path, sizeof path, "old.db"));
    (void)snprintf(url, sizeof url, "sqlite:%s", path);
    const struct store_opts opts = {.url = url};
    struct store *store = NULL;
    struct store *served = bed.kit.store;
    assert_int_equal(store_open(&opts, &store, NULL), GW_OK);
    bed.kit.store = bed.kit.admin = store;
    bed.truth.row[1].path = "A.b";
    (void)snprintf(bed.truth.row[1].id, sizeof bed.truth.row[1].id, "r01");
    bed.truth.row[1].seq = 11;
    assert_int_equal(store->ops->meta(store, &meta, NULL), GW_OK);
    assert_string_equal(meta.epoch, "k3f9z2qa");
    assert_int_equal(meta.seq, 12);
    assert_int_equal(meta.horizon, 3);
    assert_int_equal(store->ops->alarm_find(store, "d1", "sos", &alarm, NULL), GW_OK);
    assert_string_equal(alarm.id, "a1");
    look_at_all(&bed, 1);
    for (int i = 0; i < 40; i++) {
        change_some(&bed);
        rest(&bed);
        look_at_all(&bed, 2);
    }
    assert_int_equal(store->ops->alarm_due(store, 4, 10, NULL, NULL, NULL), GW_OK);
    bed.kit.store = served;
    bed.kit.admin = store; /* the kit closes both */
    core_kit_close(&bed.kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_folded_makes_no_difference),
        cmocka_unit_test(a_large_transaction_is_folded_on_the_way),
        cmocka_unit_test(nobody_waits_for_folding),
        cmocka_unit_test(a_store_of_the_first_layout_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
